"""Les tiers d'un logiciel hôte : rien n'est deviné vers le haut, rien ne se perd en silence."""

from typing import Any

import pytest

from recouvrement import Creancier, Debiteur, Qualite
from recouvrement.lecture import Constat, lire_partie

LYON = {"voie": "1 rue de la République", "code_postal": "69001", "commune": "Lyon"}


def lire(classe: Any = Debiteur, **champs: Any) -> tuple[Any, list[tuple[str, str]]]:
    carnet = Constat("hôte")
    partie = lire_partie(classe, carnet.a("fiche 9"), **{"nom": "Kerven", "qualite": Qualite.COMMERCANT} | champs)
    assert all(a.ou == "fiche 9" for a in carnet.anomalies)
    return partie, [(a.gravite, a.champ) for a in carnet.anomalies]


@pytest.mark.parametrize("siren", ["732829320", "732 829 320", "73282932000074", "732 829 320 00074"])
def test_siren_ou_siret(siren: str) -> None:
    partie, dits = lire(siren=siren, adresse=LYON, telephone="", courriel=None)
    assert (partie.siren, partie.adresse.commune, partie.telephone, dits) == ("732829320", "Lyon", None, [])


@pytest.mark.parametrize(
    ("champs", "qualite", "dits"),
    [
        ({}, Qualite.CONSOMMATEUR, [("alerte", "qualite")]),
        ({"siren": "732829320"}, Qualite.PROFESSIONNEL, [("alerte", "qualite")]),
        ({"tva": "FR27732829320"}, Qualite.PROFESSIONNEL, []),
    ],
)
def test_la_qualite_est_supposee_au_plus_prudent(champs: dict[str, Any], qualite: Qualite, dits: list[tuple[str, str]]) -> None:
    partie, lus = lire(qualite=None, **champs)
    assert (partie.qualite, lus) == (qualite, dits)


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"courriel": "a@b.fr; c@d.fr"}, "courriel"),
        ({"siren": "732829321"}, "siren"),
        ({"adresse": LYON | {"code_postal": ""}}, "adresse.code_postal"),
        ({"adresse": LYON | {"pays": "France"}}, "adresse"),
    ],
)
def test_une_coordonnee_fausse_est_laissee_vide_et_dite(champs: dict[str, Any], champ: str) -> None:
    partie, dits = lire(**champs)
    assert getattr(partie, next(iter(champs))) is None
    assert dits == [("alerte", champ)]


def test_plusieurs_fautes_sont_toutes_dites() -> None:
    partie, dits = lire(siren="1", courriel="x", telephone="y" * 99)
    assert (partie.siren, partie.courriel, partie.telephone) == (None, None, None)
    assert sorted(champ for _, champ in dits) == ["courriel", "siren", "telephone"]


def test_sans_nom_la_partie_est_refusee() -> None:
    assert lire(nom="") == (None, [("refus", "nom")])


@pytest.mark.parametrize(("pays", "dits"), [("GP", []), ("BE", [("alerte", "adresse.pays")])])
def test_un_creancier_d_ailleurs_est_signale(pays: str, dits: list[tuple[str, str]]) -> None:
    assert lire(Creancier, adresse=LYON | {"pays": pays})[1] == dits


def test_un_iban_faux_ne_se_montre_pas() -> None:
    carnet = Constat("hôte")
    lire_partie(Creancier, carnet, nom="Port", qualite=Qualite.COMMERCANT, iban="FR7630006000011234567890188")
    (dit,) = carnet.anomalies
    assert "11234567890" not in str(dit)
