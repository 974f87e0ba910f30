"""Quelle qualité un fichier permet-il de supposer ? Jamais devinée vers le haut."""

import re

from recouvrement.modele.personnes import Qualite

_PAYS_TVA = "AT|BE|BG|CY|CZ|DE|DK|EE|EL|ES|FI|GB|HR|HU|IE|IT|LT|LU|LV|MT|NL|PL|PT|RO|SE|SI|SK|XI"
_TVA = re.compile(rf"FR[0-9A-HJ-NP-Z]{{2}}[0-9]{{9}}|(?:{_PAYS_TVA})(?=[A-Z]*[0-9])[0-9A-Z+*]{{5,12}}", re.ASCII)

ASSOCIATION = "professionnel d'après son SIREN, mais les associations en ont un aussi : précisez la qualité"
PUBLIQUE_ASSUJETTIE = (
    "professionnel d'après son numéro de TVA, mais son SIREN est celui d'une personne publique : précisez la qualité"
)
INCONNUE = "qualité inconnue : traité comme un consommateur, faute de numéro de TVA et de SIREN"


def normaliser_tva(texte: str | None) -> str | None:
    """Numéro de TVA intracommunautaire sans espaces, en capitales ; ``None`` si la forme est fausse (clé non contrôlée)."""
    compact = re.sub(r"[\s.-]", "", texte or "").upper()
    return compact if _TVA.fullmatch(compact) else None


def qualite(tva: str | None, siren: str | None, *, creancier: bool = False) -> tuple[Qualite, str | None]:
    """Qualité supposée, et le doute à signaler s'il y en a un.

    Un SIREN qui commence par 1 ou 2, ou que contient un numéro de TVA français, désigne une personne publique, même assujettie
    à la TVA : le débiteur doit alors moins qu'entre professionnels. Un créancier qui facture sous un numéro de TVA est tenu
    pour un professionnel, avec un doute si son SIREN est celui d'une personne publique.

    Source:
        Code de commerce, art. R. 123-221 (SIREN) ; CGI, art. 286 ter (numéro de TVA des assujettis).
    """
    numero = normaliser_tva(tva)
    du_numero = numero[4:] if numero and numero.startswith("FR") else ""
    publique = (siren or du_numero).startswith(("1", "2"))
    if publique and not (creancier and numero):
        return Qualite.PERSONNE_PUBLIQUE, None
    if numero:
        return Qualite.PROFESSIONNEL, PUBLIQUE_ASSUJETTIE if publique else None
    if siren:
        return Qualite.PROFESSIONNEL, ASSOCIATION
    return Qualite.CONSOMMATEUR, INCONNUE
