"""L'indemnité forfaitaire pour frais de recouvrement."""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from recouvrement.droit.base import Droit, Regime
from recouvrement.droit.fr.penalites import a_cheval
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import ProcedureCollective
from recouvrement.modele.montant import Montant
from recouvrement.resultat import Regle, Reserve, Resultat, Source

INDEMNITE = Regle(
    "indemnite_forfaitaire",
    "Indemnité forfaitaire pour frais de recouvrement",
    Source("Code de commerce", "L. 441-10, II et D. 441-5"),
)
INDEMNITE_PUBLIQUE = Regle(
    "indemnite_publique", INDEMNITE.intitule, Source("Code de la commande publique", "L. 2192-13 et D. 2192-35")
)
_REGLES = {"indemnite_forfaitaire": INDEMNITE, "indemnite_forfaitaire_publique": INDEMNITE_PUBLIQUE}
DUE = "facture payée en retard : due de plein droit, sans rappel"
PAIEMENT_INTERDIT = (
    "une procédure collective ouverte avant l'échéance en interdit le paiement : l'indemnité ne peut être invoquée"
)
AUTRE_DEVISE = "créance qui n'est pas en euros : l'indemnité, fixée en euros, n'entre pas dans ce total"


def indemnite(
    droit: Droit, creance: Creance, regime: Regime, echeance: date, evenements: tuple[Evenement, ...]
) -> Resultat[Montant]:
    """Quarante euros par facture en retard, d'un débiteur professionnel ou public ; rien d'un consommateur.

    Source:
        C. com., art. L. 441-10, II et D. 441-5 ; CCP, art. L. 2192-13 et D. 2192-35.
    """
    if regime.indemnite is None:
        return _aucune(creance, INDEMNITE, regime.sans_indemnite)
    regle = _REGLES[regime.indemnite]
    if not regime.joue(creance, echeance):
        return _aucune(creance, regle, regime.avant_depuis, a_cheval(creance, regime, echeance))
    if creance.devise != "EUR":
        return _aucune(creance, regle, AUTRE_DEVISE)
    if evenements and any(isinstance(e, ProcedureCollective) and creance.nee_le <= e.le <= echeance for e in evenements):
        return _aucune(creance, regle, PAIEMENT_INTERDIT)
    bareme = droit.baremes[regime.indemnite]
    derniere = bareme.valeurs[-1]  # sans terme connu : vaut au-delà du relevé
    valeur = derniere if derniere.du <= echeance else bareme.au(echeance)
    return _due(valeur.valeur, regime.indemnite)


def _aucune(creance: Creance, regle: Regle, motif: str, reserves: tuple[Reserve, ...] = ()) -> Resultat[Montant]:
    return Resultat(Montant.zero(creance.devise), regle, (), motif, reserves)


@lru_cache(maxsize=8)
def _due(valeur: Decimal, indemnite: str) -> Resultat[Montant]:
    return Resultat(Montant(valeur), _REGLES[indemnite], (), DUE)
