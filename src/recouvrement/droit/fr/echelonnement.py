"""Un échelonnement accordé à un consommateur est-il un crédit ? La réponse n'est pas tranchée : elle ne peut être qu'une réserve."""

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

from recouvrement.droit.tables import lire_toml, source
from recouvrement.modele.personnes import Debiteur, Qualite
from recouvrement.resultat import Reserve

TABLE = Path(__file__).with_suffix(".toml")
APRES_DEFAUT = {
    "etabli": ", même accordé après un défaut de paiement",
    "une_source": ", même accordé après un défaut de paiement, selon une seule source",
    "a_verifier": " ; que le texte s'applique après un défaut de paiement n'est pas tranché",
}
"""Ce que l'on sait de l'échelonnement consenti après un défaut."""


class _Credit(NamedTuple):
    depuis: date
    jours: int
    reserve: Reserve


@cache
def _credit() -> _Credit:
    lu = lire_toml(TABLE)["credit"]
    reserve = Reserve(
        "credit_possible",
        f"échelonnement d'un consommateur, avec intérêt ou au-delà de {lu['jours']} jours : il peut devenir un crédit à la consommation"
        f"{APRES_DEFAUT[lu['apres_defaut']]}",
        source(lu["source"]),
    )
    return _Credit(lu["depuis"], lu["jours"], reserve)


def credit_possible(debiteur: Debiteur, accord_le: date, dernier_le: date, *, interets: bool) -> Reserve | None:
    """La réserve, si le plan est d'un consommateur et sort de l'exclusion : plus de 50 jours, ou des intérêts qui courent.

    Args:
        accord_le: Jour de l'accord ; avant le 20 novembre 2026, rien n'est dit.
        dernier_le: Jour du dernier versement.

    Source:
        Ordonnance n° 2025-880, en vigueur le 20 novembre 2026.
    """
    credit = _credit()
    if debiteur.qualite is not Qualite.CONSOMMATEUR or accord_le < credit.depuis:
        return None
    return credit.reserve if interets or dernier_le > accord_le + timedelta(days=credit.jours) else None
