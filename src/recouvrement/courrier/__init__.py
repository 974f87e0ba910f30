"""Qu'écrit-on ? D'un bilan, et d'un acte ou d'un accord, à un courrier neutre ; une lettre est une donnée, jamais du code."""

from recouvrement.courrier.redaction import ecrire, rediger
from recouvrement.courrier.tiers import Tiers

__all__ = ["Tiers", "ecrire", "rediger"]
