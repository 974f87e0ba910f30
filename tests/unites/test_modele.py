"""Les faits : ce qui est refusé, et ce qui ne change rien."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import pytest

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, ECHEANCE, LYON, SOCIETE, creance
from recouvrement import (
    Adresse,
    Avoir,
    Blocage,
    ConditionsPaiement,
    Contestation,
    Creance,
    Creancier,
    Debiteur,
    DelaiDeGrace,
    DonneeInvalide,
    Dossier,
    Echeancier,
    FraisJustifies,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Qualite,
    Rejet,
    Relance,
    Remise,
    Taux,
    TauxIndexe,
    Terme,
    Titre,
    Transmission,
)

LE, VEILLE = date(2026, 5, 10), date(2026, 5, 9)


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


@pytest.mark.parametrize("jour", [date(1, 6, 1), date(1899, 12, 31), date(2101, 1, 1), date(9999, 12, 31)], ids=str)
def test_un_fait_est_date_de_1900_a_2100(jour: date) -> None:
    """« 31/12/9999 » veut dire « sans date » : vingt ans plus loin, il n'y a plus de date du tout."""
    for champ in ("emise_le", "echeance", "executee_le", "recue_le", "contrat_le"):
        faits = {"emise_le": LE, "echeance": None, champ: jour}
        _refus(champ, lambda faits=faits: creance(**faits), jour.isoformat(), "de 1900 à 2100")
    _refus("le", lambda: Paiement(le=jour, montant="1.00"))
    _refus("jusqu_au", lambda: Blocage(le=LE, motif="cedee", jusqu_au=jour))
    _refus("versements", lambda: Echeancier(le=LE, versements=[(jour, "1.00")]))


def test_les_premiers_et_derniers_jours_d_un_fait() -> None:
    assert creance(emise_le=date(1900, 1, 1), echeance=date(2100, 12, 31)).echeance == date(2100, 12, 31)


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
        ("presentee_le", lambda: MiseEnDemeure(le=LE, presentee_le=VEILLE)),
        ("payer_avant_le", lambda: MiseEnDemeure(le=LE, payer_avant_le=VEILLE)),
        ("publiee_le", lambda: ProcedureCollective(le=LE, genre="redressement", publiee_le=VEILLE)),
        ("cloturee_le", lambda: ProcedureCollective(le=LE, genre="redressement", cloturee_le=VEILLE)),
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


def test_un_montant_demesure_dit_la_borne() -> None:
    _refus("montant", lambda: Montant("9" * 40), "plus de dix-huit chiffres")


def test_tout_le_meme_jour_est_admis() -> None:
    assert MiseEnDemeure(le=LE, presentee_le=LE, payer_avant_le=LE).presentee_le == LE
    assert ProcedureCollective(le=LE, genre="redressement", publiee_le=LE, cloturee_le=LE).cloturee_le == LE


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


# --- événements de l'argent, conditions de paiement --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("champ", "fabriquer"),
    [
        ("paiement", lambda: Rejet(le=LE, paiement="")),
        ("le", lambda: Rejet(le="2026-05-10", paiement="V")),
        ("montant", lambda: Remise(le=LE, montant=1.5, creance="F-1")),
        ("montant", lambda: Remise(le=LE, montant=0, creance="F-1")),
        ("poste", lambda: Remise(le=LE, montant="1.00", creance="F-1", poste="total")),
        ("montant", lambda: FraisJustifies(le=LE, montant=12.5, motif="x", creance="F-1", piece="p")),
        ("montant", lambda: FraisJustifies(le=LE, montant="-1.00", motif="x", creance="F-1", piece="p")),
        ("piece", lambda: FraisJustifies(le=LE, montant="1.00", motif="x", creance="F-1", piece="")),
        ("motif", lambda: FraisJustifies(le=LE, montant="1.00", motif="", creance="F-1", piece="p")),
        ("montant", lambda: Contestation(le=LE, creance="F-1", montant=1.5)),
        ("levee_le", lambda: Contestation(le=LE, creance="F-1", levee_le="hier")),
        ("au", lambda: DelaiDeGrace(du=LE, au=date(2026, 5, 9))),
        ("du", lambda: DelaiDeGrace(du=datetime(2026, 5, 1), au=LE)),
        ("taux", lambda: DelaiDeGrace(du=LE, au=LE, taux=1.5)),
        ("genre", lambda: ProcedureCollective(le=LE, genre="faillite")),
        ("executoire_le", lambda: Titre(le=LE, executoire_le=None, creance="F-1")),
        ("capitalisation_le", lambda: Titre(le=LE, executoire_le=LE, creance="F-1", capitalisation_le="2026")),
        ("creance", lambda: Titre(le=LE, executoire_le=LE, creance="")),
        ("taux", lambda: ConditionsPaiement(taux_penalites=1.5)),
        ("taux", lambda: ConditionsPaiement(taux_penalites="BCE + 10")),
        ("terme", lambda: ConditionsPaiement(terme=30)),
        ("clause_penale", lambda: ConditionsPaiement(clause_penale="10")),
        ("clause_penale", lambda: ConditionsPaiement(clause_penale=10.0)),
        ("fin_de_mois", lambda: Terme(jours=45, fin_de_mois="oui")),
        ("depart", lambda: Terme(jours=30, depart="signature")),
        ("terme", lambda: Terme(jours=-1)),
        ("terme", lambda: Terme(quantieme=32)),
        ("terme", lambda: Terme(quantieme=0)),
        ("terme", lambda: Terme(decade=True, fin_de_mois="avant")),
        ("indice", lambda: TauxIndexe("euribor")),
        ("fois", lambda: TauxIndexe("legal", fois=1.5)),
        ("fois", lambda: TauxIndexe("legal", fois=0)),
        ("fois", lambda: TauxIndexe("legal", fois=Decimal("1.555"))),
        ("fois", lambda: TauxIndexe("legal", fois=True)),
        ("taux", lambda: TauxIndexe("bce", plus=10.0)),
        ("taux", lambda: TauxIndexe("bce", plus=-1)),
    ],
)
def test_argent_refuse(champ: str, fabriquer) -> None:
    _refus(champ, fabriquer)


@pytest.mark.parametrize(
    "texte", ["", "euribor + 3", "3 ×", "BCE + 10 + 2", "1,555 × taux légal", "BCE - 1", "trois fois le taux légal"]
)
def test_taux_indexe_illisible(texte: str) -> None:
    _refus("taux", lambda: TauxIndexe.lire(texte))


@pytest.mark.parametrize(
    ("texte", "indice", "taux", "ecrit"),
    [
        ("BCE + 10", "2.15", "12.15", "taux de la BCE + 10,00\N{NO-BREAK SPACE}%"),
        ("taux de la BCE + 10 points", "2.40", "12.40", "taux de la BCE + 10,00\N{NO-BREAK SPACE}%"),
        ("3 × taux légal", "5.07", "15.21", "3 × taux légal"),
        ("3 fois le taux légal", "2.62", "7.86", "3 × taux légal"),
        ("1,5 × taux légal + 2", "2.75", "6.125", "1,5 × taux légal + 2,00\N{NO-BREAK SPACE}%"),
        ("0.25 x BCE", "0.05", "0.0125", "0,25 × taux de la BCE"),
    ],
)
def test_taux_indexe_lu_applique_et_relu(texte: str, indice: str, taux: str, ecrit: str) -> None:
    lu = TauxIndexe.lire(texte)
    assert (lu.applique(Taux(indice)), str(lu)) == (Taux(taux), ecrit)
    assert TauxIndexe.lire(str(lu).replace("\N{NO-BREAK SPACE}", " ")) == lu


def test_rejet_d_un_paiement_inconnu() -> None:
    _refus("paiement", lambda: Dossier(creances=[creance()], evenements=[Rejet(le=LE, paiement="V-9")]), "V-9")
    avoir = Avoir(le=LE, montant="1.00", creance="F-1", reference="V-9")
    _refus("paiement", lambda: Dossier(creances=[creance()], evenements=[avoir, Rejet(le=LE, paiement="V-9")]))


@pytest.mark.parametrize(
    "evenement",
    [
        Remise(le=LE, montant=Montant("1", "USD"), creance="F-1"),
        FraisJustifies(le=LE, montant=Montant("1", "USD"), motif="x", creance="F-1", piece="p"),
        Contestation(le=LE, montant=Montant("1", "USD"), creance="F-1"),
    ],
)
def test_les_devises_ne_se_melent_pas(evenement) -> None:
    _refus("montant", lambda: Dossier(creances=[creance()], evenements=[evenement]))


@pytest.mark.parametrize(
    "evenement",
    [
        Remise(le=LE, montant="1.00", creance="F-9"),
        FraisJustifies(le=LE, montant="1.00", motif="x", creance="F-9", piece="p"),
        Contestation(le=LE, creance="F-9"),
        DelaiDeGrace(du=LE, au=LE, creance="F-9"),
        Titre(le=LE, executoire_le=LE, creance="F-9"),
    ],
)
def test_un_fait_de_l_argent_nomme_une_creance_connue(evenement) -> None:
    _refus("creance", lambda: Dossier(creances=[creance()], evenements=[evenement]), "F-9")


def _cas(raison: str, *valeurs: object):
    return pytest.param(*valeurs, id=raison)


@pytest.mark.parametrize(
    "fabriquer",
    [
        _cas("clause pénale négative", lambda: ConditionsPaiement(clause_penale=Montant("-100.00"))),
        pytest.param(
            lambda: creance(conditions=ConditionsPaiement(clause_penale=Montant("100.00", "USD"))),
            id="clause pénale d'une autre devise",
        ),
        _cas("capitalisation d'un texte, vraie", lambda: ConditionsPaiement(capitalisation="non")),
        _cas("périodique d'un texte, vrai", lambda: ConditionsPaiement(periodique="non")),
        _cas("contestation négative", lambda: Contestation(le=LE, creance="F-1", montant="-5.00")),
        _cas("contestation levée avant d'être faite", lambda: Contestation(le=LE, creance="F-1", levee_le=date(2026, 1, 1))),
        _cas("jours fractionnaires", lambda: Terme(jours=1.5)),
        _cas("jours booléens", lambda: Terme(jours=True)),
        _cas("jours en texte : TypeError", lambda: Terme(jours="30")),
        _cas("mois nuls (None) : TypeError", lambda: Terme(mois=None)),
        _cas("quantième fractionnaire", lambda: Terme(quantieme=1.5)),
        _cas("décade d'un texte, vraie", lambda: Terme(decade="non")),
        _cas("lire un entier : AttributeError", lambda: TauxIndexe.lire(5)),
        _cas("exécutoire avant la décision", lambda: Titre(le=LE, executoire_le=date(2026, 1, 1), creance="F-1")),
        _cas(
            "rejeté avant d'être payé",
            lambda: Dossier(
                creances=[creance()],
                evenements=[Paiement(le=LE, montant="1.00", reference="V"), Rejet(le=date(2026, 1, 1), paiement="V")],
            ),
        ),
    ],
)
def test_est_refuse(fabriquer) -> None:
    with pytest.raises(DonneeInvalide):
        fabriquer()


def test_un_rejet_suit_le_dossier_de_son_paiement() -> None:
    faits = [Paiement(le=LE, montant="1.00", creance="A", reference="V"), Rejet(le=LE, paiement="V")]
    dossiers = Dossier.regrouper([creance("A"), creance("B", debiteur=COMMUNE)], faits)
    assert sorted(len(d.evenements) for d in dossiers) == [0, 2]


def test_un_multiplicateur_en_texte_vaut_son_decimal() -> None:
    assert TauxIndexe("legal", fois="3") == TauxIndexe("legal", fois=Decimal(3))


@pytest.mark.parametrize(
    "faire",
    [
        lambda x, p: Dossier.regrouper(x),
        lambda x, p: Dossier.regrouper([x], p),
        lambda x, p: Dossier(creances=x),
        lambda x, p: Politique().examiner(x, p, au=date(2026, 9, 1)),
        lambda x, p: Politique().prescription(x, p, au=date(2026, 9, 1)),
    ],
)
def test_un_objet_la_ou_il_faut_une_liste_dit_de_mettre_des_crochets(faire: Callable) -> None:
    with pytest.raises(DonneeInvalide, match="crochets"):
        faire(creance(), Paiement(le=date(2026, 5, 1), montant="100.00", creance="F-1"))
