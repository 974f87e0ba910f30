"""Les émoluments, pour toute somme et tout jour : par tranches, plafonnés, croissants, et jamais au centime près d'un flottant."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from recouvrement import Montant
from recouvrement.droit.fr.couts import emolument, tables

JOURS = st.dates(date(2021, 1, 1), date(2026, 2, 28))
SOMMES = st.integers(1, 10**9).map(Montant.de_centimes)
TARIFS = st.sampled_from(["a444_31", "a444_32"])


def _a_la_main(cle: str, somme: Montant, le: date) -> Decimal:
    """Le même tarif, récrit en décimaux : tranche par tranche."""
    version = next(v for v in reversed(tables()["emoluments"][cle]["versions"]) if v["du"] <= le)
    if somme.decimal <= version["fixe_jusqu_a"]:
        return Decimal(version["fixe"])
    bas, total = Decimal(0), Decimal(0)
    for haut, pourcent in version["tranches"]:
        part = max(Decimal(0), (min(somme.decimal, Decimal(haut)) if haut else somme.decimal) - bas)
        total += (part * Decimal(pourcent) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        bas = Decimal(haut)
    return min(total, Decimal(version["plafond"]))


@given(TARIFS, SOMMES, JOURS)
def test_un_emolument_se_recompte_tranche_par_tranche(cle: str, somme: Montant, le: date) -> None:
    assert emolument(cle, somme, le=le).valeur.decimal == _a_la_main(cle, somme, le)


@given(TARIFS, SOMMES, st.integers(1, 10**7), JOURS)
def test_passe_le_fixe_un_emolument_ne_decroit_pas(cle: str, somme: Montant, plus: int, le: date) -> None:
    if somme.centimes <= 18_800:
        return
    assert emolument(cle, somme + Montant.de_centimes(plus), le=le).valeur >= emolument(cle, somme, le=le).valeur
