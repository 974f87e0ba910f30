"""Ce qu'un jugement d'ouverture arrête."""

from collections.abc import Iterable
from datetime import date

from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import ProcedureCollective
from recouvrement.temps import Delai

UN_AN = Delai(annees=1)


def arret(creance: Creance, evenements: Iterable[Evenement]) -> date | None:
    """Premier jour sans intérêt : celui du jugement d'ouverture, pour une créance née avant lui.

    Le cours continue pour un paiement différé d'un an ou plus.

    Source:
        C. com., art. L. 622-28.
    """
    jours = [e.le for e in evenements if isinstance(e, ProcedureCollective) and creance.emise_le < e.le]
    differe = creance.echeance is not None and creance.echeance >= UN_AN.depuis(creance.emise_le)
    return None if not jours or differe else min(jours)
