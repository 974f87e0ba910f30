"""La République, en codes de pays ISO 3166 : ce que lisent les délais de distance, les plafonds, les voies et l'adresse."""

from recouvrement.modele.personnes import Adresse

DE_PLEIN_DROIT = frozenset(
    {"FR", "GP", "MQ", "GF", "RE", "YT", "BL", "MF", "PM"}
)  # Constitution, art. 73 et 74 : lois applicables
REPUBLIQUE = DE_PLEIN_DROIT | {"PF", "WF", "NC", "TF"}
OUTRE_MER = REPUBLIQUE - {"FR"}  # CPC, art. 643


def etat(adresse: Adresse | None) -> str:
    """L'État où l'on demeure : la France et ses territoires de même procédure n'en font qu'un ; inconnu, la France."""
    return "FR" if adresse is None or adresse.pays in DE_PLEIN_DROIT else adresse.pays
