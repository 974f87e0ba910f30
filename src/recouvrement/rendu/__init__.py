"""À quoi cela ressemble ? D'un courrier neutre à un document : texte, HTML, PDF, DOCX."""

from recouvrement.rendu.docx import RenduDocx
from recouvrement.rendu.html import RenduHtml
from recouvrement.rendu.pdf import RenduPdf
from recouvrement.rendu.texte import RenduTexte

__all__ = ["RenduDocx", "RenduHtml", "RenduPdf", "RenduTexte"]
