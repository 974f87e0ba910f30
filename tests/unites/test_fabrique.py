"""Une valeur bâtie par sa fabrique est celle que sa classe aurait bâtie : égale, figée, sérialisable."""

import pickle
import weakref
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from attrs import evolve, fields
from attrs.exceptions import FrozenInstanceError

from recouvrement import Montant
from recouvrement.droit import base, chronologie
from recouvrement.modele import actes
from recouvrement.politique import bilan, compte
from recouvrement.resultat import Regle, Resultat, conclure

REGLE = Regle("essai", "Essai")
FIGEES: list[tuple[type, Callable[..., Any]]] = [
    (Resultat, conclure),
    (chronologie.Segment, chronologie.marquer),
    (chronologie.Prescription, chronologie.dater),
    (actes.Relance, actes.relancer),
    (actes.MiseEnDemeure, actes.mettre_en_demeure),
    (actes.Transmission, actes.transmettre),
    (bilan.ActionProposee, bilan.proposer),
    (bilan.BilanCreance, bilan.arreter_creance),
    (bilan.Bilan, bilan.arreter),
]


@pytest.mark.parametrize(("classe", "batir"), FIGEES)
def test_chaque_champ_est_a_sa_place(classe: type, batir: Callable[..., Any]) -> None:
    noms = [c.name for c in fields(classe)]
    valeur = batir(*noms)
    assert type(valeur) is classe
    assert [getattr(valeur, nom) for nom in noms] == noms
    assert batir(**dict(zip(noms, noms, strict=True))) == valeur
    with pytest.raises(FrozenInstanceError):
        setattr(valeur, noms[0], "autre")
    with pytest.raises(FrozenInstanceError):
        delattr(valeur, noms[0])


def test_elle_vaut_ce_que_la_classe_aurait_bati() -> None:
    batie, ecrite = conclure(Montant(3), REGLE, (), "motif"), Resultat(Montant(3), REGLE, (), "motif")
    assert batie == ecrite
    assert hash(batie) == hash(ecrite)
    assert repr(batie) == repr(ecrite)
    assert pickle.loads(pickle.dumps(batie)) == ecrite  # noqa: S301
    assert evolve(batie, motif="autre") == evolve(ecrite, motif="autre")
    assert weakref.ref(batie)() is batie


def test_ses_champs_facultatifs_sont_ceux_de_la_classe() -> None:
    assert actes.relancer(le=date(2026, 5, 1)) == actes.Relance(le=date(2026, 5, 1))
    with pytest.raises(TypeError):
        conclure(Montant(3))  # type: ignore[call-arg]


def test_un_tuple_nomme_a_la_sienne() -> None:
    assert base.courir("interets", None, (), None, "rien") == base.Course("interets", None, (), None, "rien")
    assert type(compte.tracer(*range(8))) is compte.Trait
