"""À quoi cela ressemble ? D'un courrier neutre à un document : texte, HTML, PDF."""
