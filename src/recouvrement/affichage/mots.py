"""Comment cela se dit-il en français ? Dates, nombres, identifiants, cellules d'un tableur."""

import re
from datetime import date
from decimal import Decimal
from enum import Enum

MOIS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]
_JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
ACTIFS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # ce par quoi commence une cellule qu'un tableur exécuterait
_ENDORMI = re.compile(f"'+ *[{re.escape(ACTIFS)}]")


def endormir(texte: str) -> str:
    """Le texte d'une cellule, précédé d'une apostrophe si un tableur l'exécutait (OWASP, « CSV Injection »)."""
    return f"'{texte}" if texte.lstrip(" ").startswith(tuple(ACTIFS)) or _ENDORMI.match(texte) else texte


def ranimer(texte: str) -> str:
    """L'inverse d'``endormir``."""
    return texte[1:] if _ENDORMI.match(texte) else texte


def date_fr(jour: date, *, longue: bool = True, semaine: bool = False) -> str:
    """« 1er mai 2026 », « vendredi 1er mai 2026 », ou « 01/05/2026 » quand ``longue`` est faux."""
    if not longue:
        return f"{jour.day:02}/{jour.month:02}/{jour.year:04}"
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    nom = f"{_JOURS[jour.weekday()]} " if semaine else ""
    return f"{nom}{quantieme}\N{NO-BREAK SPACE}{MOIS[jour.month - 1]} {jour.year}"


def dire(valeur: object) -> str:
    """Une valeur en français courant."""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, date):
        return date_fr(valeur)
    if isinstance(valeur, Enum):
        return en_clair(str(valeur.value))
    if isinstance(valeur, tuple):
        return ", ".join(map(dire, valeur)) or "aucun"
    return "—" if valeur is None else str(valeur)


def decimal_fr(valeur: Decimal) -> str:
    """« 12,5 »."""
    return str(valeur).replace(".", ",")


_ACCENTUES = """
abandonnés accordé activité aménageable année années après barème barèmes chèque chômés clé clôturée commerçant compétence compléments contesté coût
coûts créance créances créancier créanciers critères cédée débiteur débiteurs décade déchéance déclaration déclencheur décompte décédé
dédouanement délai délais départ difficultés durée écart échéance échéancier échelonnement écrite émise émission empêchements entité épuisement
établi étape étapes état événement événements exécutée exécutoire fenêtre figé gravité impossibilité indemnité intérêts intitulé levée
légal légaux médiateur médiation mémoire métropole nommées numéros opérateur particulière payé pièce pièces pénale pénalités périodique
précédente préalable présentation présentée publié publiée qualité quantième réception reçue recommandé réelle référence référé régime
régimes règle représenté requête réserves résultat scénario scénarios santé signifié signifiée société téléphone unité vérifié
"""
_SANS_ACCENT = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
_MOTS = {mot.translate(_SANS_ACCENT): mot for mot in _ACCENTUES.split()} | {
    "siren": "SIREN",
    "iban": "IBAN",
    "bic": "BIC",
    "rcs": "RCS",
    "id": "identifiant",
    "a": "à",
}
_TOURNURES = {
    "jusqu_au": "jusqu'au",
    "jours_retard": "jours de retard",
    "trop_percu": "trop-perçu",
    "au_dela_du_plafond": "au-delà du plafond",
}


def en_clair(code: str) -> str:
    """Un identifiant ASCII en français : « executee_le » → « exécutée le », « mise_en_demeure » → « mise en demeure »."""
    return _TOURNURES.get(code) or " ".join([_MOTS.get(mot, mot) for mot in code.split("_")])


def compter(combien: int, nom: str) -> str:
    """« 1 dossier », « 12 dossiers », « 12 000 dossiers »."""
    nombre = f"{combien:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") if combien >= 10_000 else str(combien)
    return f"{nombre} {nom}{'s' * (combien > 1)}"
