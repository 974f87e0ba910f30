"""Comment cela part-il ? Des canaux, et l'expédition, une fois et une seule."""
