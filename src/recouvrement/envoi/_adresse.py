"""L'ordre postal d'une adresse, sans mise aux normes : le bloc de la lettre, lui, est composé par le rendu."""

import re

from recouvrement.modele.personnes import Adresse

_SOUS_LA_VOIE = re.compile(r"(?:BP|CS|TSA|LD|LIEU[ -]DIT)\b", re.IGNORECASE)


def autour_de_la_voie(adresse: Adresse) -> tuple[list[str], list[str]]:
    """Compléments qui précèdent la voie (bâtiment, étage), et ceux qui la suivent (boîte postale, lieu-dit)."""
    sous = [x for x in adresse.complements if _SOUS_LA_VOIE.match(x)]
    return [x for x in adresse.complements if x not in sous], sous
