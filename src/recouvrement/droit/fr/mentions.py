"""Ce que la facture doit dire de son paiement : échéance, escompte, taux des pénalités, indemnité.

Le taux écrit est celui que la course appliquera : les deux se lisent au même endroit, dans les mêmes tables.
"""

import re
from collections.abc import Iterator
from datetime import date

from attrs import evolve

from recouvrement.affichage import date_fr
from recouvrement.droit.base import Choix, Course, Droit, Regime
from recouvrement.modele.conditions import TauxIndexe
from recouvrement.modele.creance import Creance
from recouvrement.modele.montant import FINE, INSECABLE, Montant, Taux

SANS_ESCOMPTE = "Aucun escompte pour paiement anticipé."
POINTS = {8: "huit", 10: "dix"}
DELAIS_PUBLICS = {"general": "R. 2192-10", "sante": "R. 2192-11", "entreprise_publique": "R. 2192-11"}
FIGE = "tel qu'en vigueur au premier jour du semestre où le retard commence"
SOUS_LE_PLANCHER = {
    "convenu": "",
    "plancher": ", sans pouvoir être inférieur à trois fois le taux de l'intérêt légal",
    "suppletif": " ; s'il n'atteint pas, un semestre, trois fois le taux de l'intérêt légal : {suppletif}",
}
PENALITES = (
    "En cas de retard, des pénalités sont exigibles dès le lendemain de l'échéance, sans rappel, {taux}"
    " (article L. 441-10, II, du code de commerce)."
)
PENALITES_PUBLIQUES = (
    "En cas de retard, des intérêts moratoires sont dus de plein droit, dès le lendemain de l'expiration du délai de paiement, {taux}"
    " (articles L. 2192-13 et R. 2192-31 du code de la commande publique)."
)
INDEMNITE = (
    "Tout retard donne lieu, en outre, à une indemnité forfaitaire pour frais de recouvrement de {montant}"
    " (articles L. 441-10, II, et D. 441-5 du code de commerce)."
)
INDEMNITE_PUBLIQUE = (
    "Tout retard donne lieu, en outre, à une indemnité forfaitaire pour frais de recouvrement de {montant}"
    " (articles L. 2192-13 et D. 2192-35 du code de la commande publique)."
)


def mentions(droit: Droit, creance: Creance, regime: Regime, echeance: date, *, choix: Choix = Choix()) -> tuple[str, ...]:  # noqa: B008
    """Les phrases à imprimer sur la facture, dans l'ordre. D'un consommateur : l'échéance seule, rien d'autre ne lui est dû par la loi.

    Le montant de l'indemnité est écrit en chiffres : un renvoi à l'article D. 441-5 ne suffit pas.

    Source:
        C. com., art. L. 441-9, I, L. 441-10, II et D. 441-5 ; CCP, art. L. 2192-10 à L. 2192-13, R. 2192-31 et D. 2192-35.
    """
    return tuple(_typographier(m) for m in _mentions(droit, creance, regime, echeance, choix))


def _mentions(droit: Droit, creance: Creance, regime: Regime, echeance: date, choix: Choix) -> Iterator[str]:
    publique, escompte = regime.code == "public", creance.conditions.escompte
    yield _delai(creance, regime) or f"À payer au plus tard le {date_fr(echeance)}."
    if regime.poste != "penalites":
        return
    if escompte or not publique:
        yield f"Escompte : {escompte.rstrip('.')}." if escompte else SANS_ESCOMPTE
    course = droit.course(droit, creance, regime, echeance, (), au=echeance, choix=choix)
    if course.apres is not None:
        yield (PENALITES_PUBLIQUES if publique else PENALITES).format(taux=_taux(creance, regime, course, choix))
    # L'indemnité, fixée en euros, se mentionne aussi sur une facture en une autre devise.
    en_euros = evolve(creance, principal=Montant("1.00"))
    due = droit.indemnite(droit, en_euros, regime, echeance, ()).valeur
    if due:
        yield (INDEMNITE_PUBLIQUE if publique else INDEMNITE).format(montant=str(due).replace(",00", ""))


def _delai(creance: Creance, regime: Regime) -> str:
    """Sans terme convenu, le délai d'un acheteur public court d'une réception que la facture ne connaît pas encore."""
    if regime.code != "public" or creance.echeance or creance.conditions.terme or creance.recue_le:
        return ""
    acheteur = creance.debiteur.acheteur
    return (
        f"À payer sous {regime.delai_legal(acheteur)} jours à compter de la réception de la demande de paiement"
        f" (articles L. 2192-10 et {DELAIS_PUBLICS[acheteur]} du code de la commande publique)."
    )


def _taux(creance: Creance, regime: Regime, course: Course, choix: Choix) -> str:
    """« au taux appliqué par la Banque centrale européenne …, soit 12,40 % l'an au 1er novembre 2026 »."""
    convenu = creance.conditions.taux_penalites if regime.admet_un_taux_convenu else None
    if convenu is None:
        dit = f"au {_suppletif(regime)}"
    else:
        taux = f"({convenu})" if isinstance(convenu, TauxIndexe) else f"de {convenu} l'an"
        plancher = SOUS_LE_PLANCHER[choix.sous_le_plancher].format(suppletif=f"au {_suppletif(regime)}")
        dit = f"au taux convenu {taux}{plancher}"
    if isinstance(convenu, Taux):
        return dit
    if regime.fige or choix.fige:
        return f"{dit}, {FIGE}"
    du_jour = next((p.taux for p in course.paliers if p.du <= creance.emise_le <= p.au), None)
    soit = f", soit {du_jour} l'an au {date_fr(creance.emise_le)}" if du_jour else ""
    return f"{dit}, révisé chaque semestre{soit}"


def _suppletif(regime: Regime) -> str:
    points = int(regime.plus.pourcent)
    base = "taux appliqué par la Banque centrale européenne à son opération principale de refinancement la plus récente"
    return f"{base}, majoré de {POINTS.get(points, points)} points de pourcentage"


_REGLES = (
    (" :", f"{INSECABLE}:"),
    (" ;", f"{FINE};"),
    ("'", "’"),
    (r"\b([LRD]\.) (?=\d)", rf"\1{INSECABLE}"),
    (r"(?<=\d) (?=jours\b)", INSECABLE),
)


def _typographier(texte: str) -> str:
    for motif, espace in _REGLES:
        texte = re.sub(motif, espace, texte)
    return texte
