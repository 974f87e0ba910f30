"""Qu'écrit-on ? D'un acte et d'un bilan à un courrier neutre ; une lettre est une donnée, jamais du code."""

from recouvrement.courrier.redaction import rediger

__all__ = ["rediger"]
