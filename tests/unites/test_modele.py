"""Les faits : ce qui est refusé, et ce qui ne change rien."""

from datetime import date, datetime

import pytest

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, ECHEANCE, LYON, SOCIETE, creance
from recouvrement import (
    Adresse,
    Avoir,
    Creance,
    Creancier,
    Debiteur,
    DonneeInvalide,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Qualite,
    Relance,
    Transmission,
)

LE = date(2026, 5, 10)


def _refus(champ: str, fabriquer, *extraits: str) -> DonneeInvalide:
    with pytest.raises(DonneeInvalide) as refus:
        fabriquer()
    assert refus.value.champ == champ, str(refus.value)
    assert all(e in str(refus.value) for e in extraits), str(refus.value)
    return refus.value


@pytest.mark.parametrize(
    ("champ", "changement"),
    [
        ("principal", {"principal": 10.5}),
        ("principal", {"principal": 0}),
        ("principal", {"principal": "-1.00"}),
        ("principal", {"principal": "12,00"}),
        ("reference", {"reference": ""}),
        ("reference", {"reference": "a\nb"}),
        ("reference", {"reference": "x" * 201}),
        ("reference", {"reference": "a\u202eb"}),
        ("echeance", {"echeance": datetime(2026, 5, 1), "emise_le": date(2026, 4, 1)}),
        ("emise_le", {"emise_le": "2026-04-01"}),
        ("emise_le", {"emise_le": None}),
        ("executee_le", {"executee_le": "hier"}),
        ("recue_le", {"recue_le": datetime(2026, 5, 1)}),
        ("creancier", {"creancier": "Atelier"}),
        ("debiteur", {"debiteur": CREANCIER}),
        ("conditions", {"conditions": "10 %"}),
        ("facture", {"facture": "\x00"}),
    ],
    ids=str,
)
def test_creance_refuse(champ: str, changement: dict) -> None:
    _refus(champ, lambda: creance(**changement))


def test_echeance_avant_l_emission() -> None:
    erreur = _refus("echeance", lambda: creance(emise_le=date(2026, 5, 2)), "01/05/2026", "02/05/2026")
    assert erreur.ou == "créance F-1"
    assert creance(emise_le=ECHEANCE).echeance == ECHEANCE


@pytest.mark.parametrize(
    ("champ", "fabriquer"),
    [
        ("le", lambda: Paiement(le=datetime(2026, 5, 1), montant="1.00")),
        ("montant", lambda: Paiement(le=LE, montant=0)),
        ("montant", lambda: Paiement(le=LE, montant=1.5)),
        ("affectation", lambda: Paiement(le=LE, montant="1.00", affectation="juge")),
        ("montant", lambda: Avoir(le=LE, montant="-1.00", creance="F-1")),
        ("effet_le", lambda: Avoir(le=LE, montant="1.00", creance="F-1", effet_le="2026")),
        ("creances", lambda: Relance(le=LE, creances="F-1")),
        ("creances", lambda: Relance(le=LE, creances=[1])),
        ("presentee_le", lambda: MiseEnDemeure(le=LE, presentee_le=datetime(2026, 5, 1))),
        ("a", lambda: Transmission(le=LE, a="")),
        ("qualite", lambda: Debiteur(nom="X", qualite="consommateur")),
        ("nom", lambda: Debiteur(nom=" ", qualite=Qualite.CONSOMMATEUR)),
        ("courriel", lambda: Debiteur(nom="X", qualite=Qualite.CONSOMMATEUR, courriel="X <x@y.fr>")),
        ("courriel", lambda: Debiteur(nom="X", qualite=Qualite.CONSOMMATEUR, courriel="a..b@y.fr")),
        ("siren", lambda: Debiteur(nom="X", qualite=Qualite.COMMERCANT, siren="000000000")),
        ("siren", lambda: Debiteur(nom="X", qualite=Qualite.COMMERCANT, siren=732829320)),
        ("acheteur", lambda: Debiteur(nom="X", qualite=Qualite.PERSONNE_PUBLIQUE, acheteur="mairie")),
        ("pays", lambda: Adresse(voie="1 rue", code_postal="75001", commune="Paris", pays="France")),
        ("adresse", lambda: Creancier(nom="X", qualite=Qualite.COMMERCANT, adresse="1 rue")),
    ],
)
def test_faits_refuses(champ: str, fabriquer) -> None:
    _refus(champ, fabriquer)


# --- dossier ---------------------------------------------------------------------------------------------------------


def test_un_seul_creancier_debiteur_et_devise() -> None:
    autre = Creancier(nom="Autre", qualite=Qualite.COMMERCANT)
    _refus("débiteur", lambda: Dossier(creances=[creance(), creance("F-2", debiteur=COMMUNE)]), "un débiteur", "regrouper")
    _refus("créancier", lambda: Dossier(creances=[creance(), creance("F-2", creancier=autre)]))
    _refus("devise", lambda: Dossier(creances=[creance(), creance("F-2", Montant("5", "USD"))]), "une devise")


def test_references_uniques() -> None:
    _refus("creances", lambda: Dossier(creances=[creance(), creance()]), "F-1")
    paye = Paiement(le=LE, montant="1.00", reference="VIR-1")
    _refus("evenements", lambda: Dossier(creances=[creance()], evenements=[paye, paye]), "VIR-1")
    avoir = Avoir(le=LE, montant="1.00", creance="F-1", reference="VIR-1")
    assert len(Dossier(creances=[creance()], evenements=[paye, avoir]).evenements) == 2


def test_deux_paiements_egaux_sans_reference_comptent_tous_deux() -> None:
    paye = Paiement(le=LE, montant="1.00")
    assert Dossier(creances=[creance()], evenements=[paye, paye]).evenements == (paye, paye)


@pytest.mark.parametrize(
    "evenement",
    [
        Paiement(le=LE, montant="1.00", creance="F-9"),
        Avoir(le=LE, montant="1.00", creance="F-9"),
        Relance(le=LE, creances=["F-1", "F-9"]),
        MiseEnDemeure(le=LE, pour_memoire=["F-9"]),
    ],
)
def test_evenement_d_une_creance_inconnue(evenement) -> None:
    _refus("creance", lambda: Dossier(creances=[creance()], evenements=[evenement]), "F-9", "10/05/2026")


def test_dossier_refuse() -> None:
    _refus("creances", lambda: Dossier(creances=[]))
    _refus("creances", lambda: Dossier(creances="F-1"))
    _refus("creances", lambda: Dossier(creances=[SOCIETE]))
    _refus("evenements", lambda: Dossier(creances=[creance()], evenements=["payé"]))
    _refus("montant", lambda: Dossier(creances=[creance()], evenements=[Paiement(le=LE, montant=Montant("1", "USD"))]))


def test_les_listes_deviennent_des_tuples_et_l_ordre_ne_change_rien() -> None:
    a, b = creance("A", echeance=date(2026, 6, 1)), creance("B")
    faits = [Relance(le=LE), Paiement(le=LE, montant="2.00"), Avoir(le=LE, montant="1.00", creance="A")]
    un, deux = Dossier(creances=[a, b], evenements=faits), Dossier(creances=(b, a), evenements=iter(faits[::-1]))
    assert un == deux
    assert hash(un) == hash(deux)
    assert [c.reference for c in un.creances] == ["B", "A"]
    assert [type(e).__name__ for e in un.evenements] == ["Avoir", "Paiement", "Relance"]
    assert Relance(le=LE, creances=["A"]).creances == ("A",)


def test_avec_n_ecrit_pas_dans_le_dossier() -> None:
    vide = Dossier(creances=[creance()])
    assert len(vide.avec(Relance(le=LE)).evenements) == 1
    assert vide.evenements == ()


def test_regrouper() -> None:
    faits = [Paiement(le=LE, montant="1.00", creance="B")]
    dossiers = Dossier.regrouper([creance("A"), creance("B", debiteur=COMMUNE), creance("C")], faits)
    assert sorted([c.reference for c in d.creances] for d in dossiers) == [["A", "C"], ["B"]]
    assert [len(d.evenements) for d in dossiers if d.creances[0].reference == "B"] == [1]
    with pytest.raises(DonneeInvalide, match="ambigu"):
        Dossier.regrouper([creance("A"), creance("B", debiteur=COMMUNE)], [Paiement(le=LE, montant="1.00")])


# --- identité --------------------------------------------------------------------------------------------------------


def test_cle_identifiant_puis_siren_puis_nom_et_adresse() -> None:
    def cle(**champs: object) -> str:
        return Debiteur(**{"nom": "Durand", "qualite": Qualite.CONSOMMATEUR} | champs).cle

    assert cle(identifiant="7", siren="404833048") == cle(nom="Autre", identifiant="7")
    assert cle(siren="404833048") == cle(nom="Autre", siren="404 833 048")
    assert cle(adresse=LYON) != cle()
    assert cle(nom="DURAND ") == cle()
    assert cle() != CONSOMMATEUR.cle


def test_texte_en_nfc_sans_espaces_aux_bords() -> None:
    assert Debiteur(nom="  Jose\u0301 ", qualite=Qualite.CONSOMMATEUR).nom == "José"
    assert creance(facture="  ").numero == "F-1"


def test_creance_se_dessine_echappee() -> None:
    html = creance("<script>alert(1)</script>")._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_les_types_sont_geles_et_tous_par_nom() -> None:
    with pytest.raises(TypeError):
        Creance("F-1")
    with pytest.raises(AttributeError):
        creance().principal = Montant("1")
