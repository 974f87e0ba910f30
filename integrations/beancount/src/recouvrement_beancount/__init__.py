"""Le recouvrement dans un grand livre Beancount : un lecteur, un greffon de ``bean-check``, un rapport."""

from recouvrement_beancount.greffon import recouvrement
from recouvrement_beancount.lecteur import LecteurBeancount

__plugins__ = ["recouvrement"]
__all__ = ["LecteurBeancount", "recouvrement"]
