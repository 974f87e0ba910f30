"""Que veut le créancier ? Scénario, conventions, examen, bilan."""
