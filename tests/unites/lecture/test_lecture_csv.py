"""Le lecteur de CSV : des conventions déclarées, une anomalie par ligne fautive, rien de deviné vers le haut."""

from datetime import date
from pathlib import Path

import pytest

from recouvrement import (
    ActeInterruptif,
    Appel,
    Avoir,
    Blocage,
    ConditionsPaiement,
    Contestation,
    Creance,
    Creancier,
    DecheanceTerme,
    Delai,
    DelaiDeGrace,
    DonneeInvalide,
    Echeancier,
    FraisJustifies,
    MiseEnDemeure,
    Montant,
    Paiement,
    ProcedureCollective,
    Promesse,
    Qualite,
    Reconnaissance,
    Rejet,
    Relance,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    Taux,
    TauxIndexe,
    Terme,
    Titre,
    Transmission,
)
from recouvrement.lecture import LecteurCsv, rassembler
from recouvrement.lecture._faits_csv import COLONNES_CREANCES, COLONNES_EVENEMENTS
from recouvrement.ports import Lecture

JOUR = date(2026, 7, 1)
CREANCIER = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.PROFESSIONNEL, siren="999100019")
LECTEUR = LecteurCsv(creancier=CREANCIER)
IBAN = "FR7630006000011234567890189"


def lire(*lignes: str, lecteur: LecteurCsv = LECTEUR) -> Lecture:
    return lecteur.lire("\n".join(lignes).encode())


def une(lecteur: LecteurCsv = LECTEUR, **cellules: str) -> Lecture:
    """Une seule créance, dont quelques cellules changent."""
    lignes = {"reference": "F-1", "principal": "1200,00", "emise_le": "2026-06-01", "debiteur_nom": "Client"} | cellules
    return lire(";".join(lignes), ";".join(lignes.values()), lecteur=lecteur)


def creance(**cellules: str) -> Creance:
    lecture = une(**cellules)
    assert [a for a in lecture.anomalies if a.gravite == "refus"] == []
    return lecture.creances[0]


def evenement(**cellules: str) -> Lecture:
    return lire(";".join(cellules), ";".join(cellules.values()))


# --- montants -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("1200", "1200"),
        ("1200,50", "1200.50"),
        ("1 200,50", "1200.50"),
        ("12\N{NO-BREAK SPACE}345\N{NO-BREAK SPACE}678,90", "12345678.90"),
        ("1\N{NARROW NO-BREAK SPACE}200", "1200"),
    ],
)
def test_montant_lu(texte: str, attendu: str) -> None:
    assert creance(principal=texte).principal == Montant(attendu)


@pytest.mark.parametrize(
    ("texte", "raison"),
    [
        ("1.234", "n'est pas la marque décimale déclarée"),
        ("1,234.56", "n'est pas la marque décimale déclarée"),
        ("NaN", "ce n'est pas un nombre"),
        ("Infinity", "ce n'est pas un nombre"),
        ("1e9", "exposant"),
        ("-5", "jamais négatif"),
        ("1,2", "illisible"),
        ("1,234", "illisible"),
        ("12 34", "illisible"),
        ("1 2345", "illisible"),
        ("1 234\N{NO-BREAK SPACE}567", "illisible"),
        ("1_000", "illisible"),
        ("\uff11\uff12", "illisible"),
        ("\u0661\u0662", "illisible"),
        ("12 €", "illisible"),
        ("0x10", "illisible"),
        ("9" * 40, "plus de quinze chiffres"),
        ("0", "strictement positif"),
    ],
)
def test_montant_refuse(texte: str, raison: str) -> None:
    lecture = une(principal=texte)
    assert lecture.creances == ()
    (refus,) = [a for a in lecture.anomalies if a.gravite == "refus"]
    assert (refus.ou, refus.champ) == ("données reçues, ligne 2", "principal")
    assert raison in refus.message
    assert refus.remede


def test_decimale_declaree() -> None:
    assert une(LecteurCsv(creancier=CREANCIER, decimale="."), principal="1234.56").creances[0].principal == Montant("1234.56")
    assert une(LecteurCsv(creancier=CREANCIER, decimale="."), principal="1234,56").creances == ()


def test_devise() -> None:
    assert creance(devise="USD").principal == Montant("1200", "USD")
    assert creance(devise="XPF", principal="1 200").principal == Montant("1200", "XPF")
    assert "devise inconnue" in str(une(devise="EUX").anomalies[-1])
    assert une(devise="XPF", principal="1 200,00").creances == ()


def test_taux_convenu() -> None:
    assert creance(taux_penalites="12,15").conditions.taux_penalites == Taux("12.15")
    assert creance().conditions.taux_penalites is None
    assert une(taux_penalites="12.15").anomalies[-1].champ == "taux_penalites"


# --- dates ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "texte", ["31/02/2026", "20261", "20260601", "2026-6-1", "2026-02-31", "2026-W23-1", "2026-06-01T00:00", "0000-01-01"]
)
def test_date_refusee(texte: str) -> None:
    refus = une(echeance=texte).anomalies[-1]
    assert (refus.gravite, refus.champ, refus.valeur) == ("refus", "echeance", texte)


def test_dates_a_la_francaise() -> None:
    lecteur = LecteurCsv(creancier=CREANCIER, format_date="fr")
    assert une(lecteur, emise_le="01/06/2026", echeance="01/07/2026").creances[0].echeance == date(2026, 7, 1)
    for fausse in ("31/02/2026", "1/7/2026", "20261", "2026-07-01"):
        assert une(lecteur, emise_le="01/06/2026", echeance=fausse).creances == ()


def test_echeance_avant_emission() -> None:
    refus = une(echeance="2026-05-31").anomalies[-1]
    assert refus.gravite == "refus"
    assert "31/05/2026" in refus.message
    assert "01/06/2026" in refus.message


def test_echeance_absente_est_signalee() -> None:
    lecture = une()
    assert lecture.creances[0].echeance is None
    assert any(a.gravite == "alerte" and "calculée par la loi" in a.message for a in lecture.anomalies)


# --- parties --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cellules", "attendue", "doute"),
    [
        ({}, Qualite.CONSOMMATEUR, True),
        ({"debiteur_tva": "FR66999200025"}, Qualite.PROFESSIONNEL, False),
        ({"debiteur_tva": "FR 66 999 200 025"}, Qualite.PROFESSIONNEL, False),
        ({"debiteur_siren": "999200025"}, Qualite.PROFESSIONNEL, True),
        ({"debiteur_siren": "299900043"}, Qualite.PERSONNE_PUBLIQUE, False),
        ({"debiteur_siren": "299900043", "debiteur_tva": "FR18299900043"}, Qualite.PERSONNE_PUBLIQUE, False),
        ({"debiteur_tva": "FR18299900043"}, Qualite.PERSONNE_PUBLIQUE, False),
        ({"debiteur_siren": "999200025", "debiteur_qualite": "non_professionnel"}, Qualite.NON_PROFESSIONNEL, False),
        ({"debiteur_qualite": "commercant"}, Qualite.COMMERCANT, False),
    ],
)
def test_qualite_jamais_devinee_vers_le_haut(cellules: dict[str, str], attendue: Qualite, doute: bool) -> None:
    lecture = une(**cellules)
    assert lecture.creances[0].debiteur.qualite is attendue
    assert any(a.champ == "debiteur_qualite" for a in lecture.anomalies) is doute


@pytest.mark.parametrize(
    ("colonne", "valeur"),
    [
        ("debiteur_qualite", "profesionnel"),
        ("debiteur_siren", "123456789"),
        ("debiteur_tva", "néant"),
        ("debiteur_courriel", "Dupont, v@evil.example"),
        ("debiteur_acheteur", "hopital"),
        ("debiteur_nom", "N" * 201),
    ],
)
def test_partie_fausse(colonne: str, valeur: str) -> None:
    lecture = une(**{colonne: valeur})
    assert lecture.creances == ()
    assert (lecture.anomalies[-1].gravite, lecture.anomalies[-1].champ) == ("refus", colonne)


def test_nom_de_qualite_le_plus_proche() -> None:
    assert "« professionnel »" in une(debiteur_qualite="profesionnel").anomalies[-1].remede


def test_adresse_entiere_ou_vide() -> None:
    lieu = {"debiteur_voie": "1 rue Haute", "debiteur_code_postal": "29200", "debiteur_commune": "Brest", "debiteur_pays": "FR"}
    adresse = creance(**lieu).debiteur.adresse
    assert adresse is not None
    assert (adresse.voie, adresse.pays) == ("1 rue Haute", "FR")
    lecture = une(debiteur_voie="1 rue Haute")
    assert lecture.creances[0].debiteur.adresse is None
    assert any("adresse incomplète" in a.message for a in lecture.anomalies)
    assert une(**lieu | {"debiteur_pays": "France"}).anomalies[-1].champ == "debiteur_pays"


def test_identite_du_debiteur() -> None:
    assert creance(debiteur_siren="999200025", debiteur_tva="FR66999200025").debiteur.cle == "siren:999200025"
    assert creance(debiteur_tva="DE123456789").debiteur.cle == "id:DE123456789"
    assert creance(debiteur_identifiant="C-12", debiteur_tva="DE123456789").debiteur.cle == "id:C-12"


def test_creancier_du_fichier() -> None:
    lecture = une(LecteurCsv(), creancier_nom="Vendeur", creancier_tva="FR69999100019", creancier_iban=IBAN)
    creancier = lecture.creances[0].creancier
    assert (creancier.nom, creancier.qualite, creancier.iban) == ("Vendeur", Qualite.PROFESSIONNEL, IBAN)


def test_creancier_public_assujetti_est_signale() -> None:
    lecture = une(LecteurCsv(), creancier_nom="Régie", creancier_siren="299900043", creancier_tva="FR18299900043")
    assert lecture.creances[0].creancier.qualite is Qualite.PROFESSIONNEL
    assert any(a.champ == "creancier_qualite" for a in lecture.anomalies)


def test_creancier_etranger_est_signale() -> None:
    lecture = une(LecteurCsv(), creancier_nom="Verkäufer GmbH", creancier_tva="DE123456789", creancier_pays="DE")
    assert any("droit français a été supposé" in a.message for a in lecture.anomalies)
    lecture = une(LecteurCsv(), creancier_nom="Vendeur", creancier_tva="FR69999100019", creancier_pays="RE")
    assert not any("droit français" in a.message for a in lecture.anomalies)


def test_creancier_donne_deux_fois() -> None:
    with pytest.raises(DonneeInvalide, match="deux fois"):
        une(creancier_nom="Autre")


def test_une_partie_n_est_signalee_qu_une_fois() -> None:
    entete = "reference;principal;emise_le;echeance;debiteur_nom"
    lecture = lire(entete, *(f"F-{n};10,00;2026-06-01;2026-07-01;Client" for n in range(5)))
    assert len(lecture.creances) == 5
    assert len(lecture.anomalies) == 1
    assert len({id(x.debiteur) for x in lecture.creances}) == 1


@pytest.mark.parametrize("colonne", ["creancier_iban", "creancier_bic", "creancier_nom"])
def test_l_iban_n_est_jamais_montre_en_entier(colonne: str) -> None:
    faux = "FR76 3000 6000 0112 3456 7890 188"
    lignes = {"creancier_nom": "Vendeur", colonne: faux + ("" if colonne == "creancier_iban" else " " + "X" * 200)}
    lecture = une(LecteurCsv(), **lignes)
    assert lecture.creances == ()
    assert faux not in str(lecture.anomalies)
    assert "3456" not in str(lecture.anomalies)


# --- lignes et fichier ----------------------------------------------------------------------------------------------------


def test_une_ligne_fautive_n_arrete_pas_les_autres(tmp_path: Path) -> None:
    fichier = tmp_path / "creances.csv"
    entete = "reference;principal;emise_le;echeance;debiteur_nom"
    bonnes = ["F-1;10,00;2026-06-01;2026-07-01;A", "F-3;30,00;2026-06-01;2026-07-01;A"]
    fichier.write_text("\n".join([entete, bonnes[0], "", "F-2;x;2026-06-01;2026-07-01;A", bonnes[1]]), encoding="utf-8")
    lecture = LECTEUR.lire(fichier)
    assert [x.reference for x in lecture.creances] == ["F-1", "F-3"]
    (refus,) = [a for a in lecture.anomalies if a.gravite == "refus"]
    assert (refus.ou, refus.champ, refus.valeur) == ("creances.csv, ligne 4", "principal", "x")


def test_reference_en_double() -> None:
    entete = "reference;principal;emise_le;debiteur_nom"
    lecture = lire(entete, "F-1;10,00;2026-06-01;A", "F-1;20,00;2026-06-01;B")
    assert [x.principal for x in lecture.creances] == [Montant("10")]
    assert "déjà lue" in lecture.anomalies[-1].message


def test_nombre_de_cellules() -> None:
    entete = "reference;principal;emise_le;debiteur_nom"
    assert "3 cellules pour 4 colonnes" in lire(entete, "F-1;10,00;2026-06-01").anomalies[0].message
    assert "5 cellules pour 4 colonnes" in lire(entete, "F-1;10,00;2026-06-01;A;").anomalies[0].message


def test_cellule_obligatoire_vide() -> None:
    for colonne in ("reference", "principal", "emise_le", "debiteur_nom"):
        refus = une(**{colonne: "", "facture": "F"}).anomalies[-1]
        assert (refus.champ, refus.message) == (colonne, "cellule vide")


def test_guillemet_qui_avale_une_ligne() -> None:
    entete = "reference;principal;emise_le;debiteur_nom"
    lecture = lire(entete, 'F-1;10,00;2026-06-01;"A', 'F-2;10,00;2026-06-01;B"', "F-3;10,00;2026-06-01;C")
    assert [x.reference for x in lecture.creances] == ["F-3"]
    assert lecture.anomalies[0].ou == "données reçues, lignes 2 à 3"
    with pytest.raises(DonneeInvalide, match=r"données reçues, ligne 2 : CSV mal formé\. Un guillemet"):
        lire(entete, 'F-1;10,00;2026-06-01;"A', "F-2;10,00;2026-06-01;B")
    with pytest.raises(DonneeInvalide, match="CSV mal formé"):
        lire(entete, 'F-1;10,00;2026-06-01;"A" x')


def test_colonne_inconnue_et_la_plus_proche() -> None:
    with pytest.raises(DonneeInvalide, match=r"en-tête : echeances : colonne inconnue. Vouliez-vous « echeance »"):
        une(echeances="2026-07-01")
    with pytest.raises(DonneeInvalide, match="colonne 5"):
        une(**{"": ""})


def test_colonne_en_double_ou_absente() -> None:
    with pytest.raises(DonneeInvalide, match="colonne en double"):
        lire("reference;reference", "a;b")
    with pytest.raises(DonneeInvalide, match=r"debiteur_nom : colonne obligatoire absente"):
        lire("reference;principal;emise_le", "F;1,00;2026-06-01")
    with pytest.raises(DonneeInvalide, match="creancier_nom"):
        une(LecteurCsv())


def test_autre_delimiteur() -> None:
    with pytest.raises(DonneeInvalide, match=r"délimité par « , »") as e:
        lire("reference,principal,emise_le,debiteur_nom")
    assert e.value.remede == "Déclarez LecteurCsv(delimiteur=',')."
    with pytest.raises(DonneeInvalide, match="tabulation"):
        lire("type\tle\tmontant")
    lecture = LecteurCsv(delimiteur=",", creancier=CREANCIER).lire(
        b'reference,principal,emise_le,debiteur_nom\nF-1,"10,00",2026-06-01,A\n'
    )
    assert lecture.creances[0].principal == Montant("10")


def test_encodage() -> None:
    texte = "reference;principal;emise_le;debiteur_nom\nF-1;10,00;2026-06-01;Société\n"
    assert LECTEUR.lire(b"\xef\xbb\xbf" + texte.encode()).creances[0].debiteur.nom == "Société"
    with pytest.raises(DonneeInvalide, match=r"n'est pas en UTF-8 \(octet"):
        LECTEUR.lire(texte.encode("cp1252"))
    assert LecteurCsv(creancier=CREANCIER, encodage="cp1252").lire(texte.encode("cp1252")).creances[0].debiteur.nom == "Société"
    for encodage in ("klingon", "rot13", "idna"):
        with pytest.raises(DonneeInvalide):
            LecteurCsv(encodage=encodage).lire(texte.encode())


@pytest.mark.parametrize("octets", [b"", b"\n\n", b"reference\0", b"\0", "reference;principal".encode("utf-16")])
def test_fichier_illisible_en_entier(octets: bytes) -> None:
    with pytest.raises(DonneeInvalide):
        LECTEUR.lire(octets)


def test_un_iban_sans_en_tete_reste_masque() -> None:
    with pytest.raises(DonneeInvalide) as e:
        LECTEUR.lire(f"{IBAN};12,00\n".encode())
    assert IBAN not in str(e.value)
    assert IBAN not in repr(e.value.__dict__)


def test_fichier_de_200_mo(tmp_path: Path) -> None:
    gros = tmp_path / "gros.csv"
    with gros.open("wb") as f:
        f.truncate(200_000_000)
    with pytest.raises(DonneeInvalide, match="trop gros : 200 Mo, au plus 50 Mo"):
        LECTEUR.lire(gros)


def test_source_qui_n_est_pas_un_fichier(tmp_path: Path) -> None:
    for source in (tmp_path, tmp_path / "absent.csv", Path("/dev/zero")):
        with pytest.raises(DonneeInvalide, match="introuvable, ou qui n'est pas"):
            LECTEUR.lire(source)
    with pytest.raises(DonneeInvalide, match="Path ou des octets"):
        LECTEUR.lire("creances.csv")  # type: ignore[arg-type]


def test_conventions_controlees() -> None:
    for options in ({"delimiteur": "::"}, {"decimale": "'"}, {"format_date": "us"}, {"creancier": "X"}):
        with pytest.raises(DonneeInvalide):
            LecteurCsv(**options)  # type: ignore[arg-type]


# --- événements -----------------------------------------------------------------------------------------------------------


def test_evenements_lus() -> None:
    lecture = lire(
        "type;le;montant;creance;reference;moyen;etape;canal;presentee_le;payer_avant_le;effet_le;a",
        "paiement;2026-07-01;1 000,00;F-1;V-1;cheque;;;;;;",
        "paiement;2026-07-02;5,00;;;;;;;;;",
        "avoir;2026-07-03;10,00;F-1;A-1;;;;;;2026-06-01;",
        "relance;2026-07-04;;F-1|F-2;;;courriel;courriel;;;;",
        "mise_en_demeure;2026-07-20;;F-1 F-2;M-1;;;;2026-07-22;2026-07-30;;",
        "transmission;2026-08-20;;FAC 1|;;;;;;;;avocat",
    )
    assert lecture.anomalies == ()
    assert lecture.evenements == (
        Paiement(le=date(2026, 7, 1), montant=Montant("1000"), creance="F-1", reference="V-1", moyen="cheque"),
        Paiement(le=date(2026, 7, 2), montant=Montant("5")),
        Avoir(le=date(2026, 7, 3), montant=Montant("10"), creance="F-1", reference="A-1", effet_le=date(2026, 6, 1)),
        Relance(le=date(2026, 7, 4), creances=("F-1", "F-2"), etape="courriel"),
        MiseEnDemeure(
            le=date(2026, 7, 20),
            creances=("F-1", "F-2"),
            reference="M-1",
            presentee_le=date(2026, 7, 22),
            payer_avant_le=date(2026, 7, 30),
        ),
        Transmission(le=date(2026, 8, 20), creances=("FAC 1",), a="avocat"),
    )


@pytest.mark.parametrize(
    ("cellules", "champ"),
    [
        ({"type": "payement", "le": "2026-07-01"}, "type"),
        ({"type": "paiement", "le": "2026-07-01"}, "montant"),
        ({"type": "avoir", "le": "2026-07-01", "montant": "5,00"}, "creance"),
        ({"type": "relance", "le": "2026-07-01", "montant": "5,00"}, "montant"),
        ({"type": "relance", "le": "hier"}, "le"),
        ({"type": "paiement", "le": "2026-07-01", "montant": "-5"}, "montant"),
        ({"type": "", "le": "2026-07-01"}, "type"),
    ],
)
def test_evenement_refuse(cellules: dict[str, str], champ: str) -> None:
    lecture = evenement(**cellules)
    assert lecture.evenements == ()
    assert (lecture.anomalies[0].gravite, lecture.anomalies[0].champ) == ("refus", champ)


def test_paiement_en_devise() -> None:
    (paiement,) = evenement(type="paiement", le="2026-07-01", montant="5,00", devise="USD").evenements
    assert isinstance(paiement, Paiement)
    assert paiement.montant == Montant("5", "USD")


def test_evenement_en_double() -> None:
    lecture = lire("type;le;montant;reference", "paiement;2026-07-01;5,00;V-1", "paiement;2026-07-02;5,00;V-1")
    assert len(lecture.evenements) == 1
    assert "déjà lue" in lecture.anomalies[0].message
    sans = lire("type;le;montant", "paiement;2026-07-01;5,00", "paiement;2026-07-01;5,00")
    assert len(sans.evenements) == 2


@pytest.mark.parametrize(
    ("cellules", "attendu"),
    [
        ({"type": "rejet", "paiement": "P-1"}, Rejet(le=JOUR, paiement="P-1")),
        (
            {"type": "remise", "montant": "5,00", "creance": "F-1", "poste": "penalites"},
            Remise(le=JOUR, montant="5.00", creance="F-1", poste="penalites"),
        ),
        (
            {"type": "frais_justifies", "montant": "60,00", "creance": "F-1", "motif": "sommation", "piece": "facture 12"},
            FraisJustifies(le=JOUR, montant="60.00", creance="F-1", motif="sommation", piece="facture 12"),
        ),
        (
            {"type": "contestation", "creance": "F-1", "montant": "5,00", "levee_le": "2026-08-01"},
            Contestation(le=JOUR, creance="F-1", montant="5.00", levee_le=date(2026, 8, 1)),
        ),
        (
            {"type": "promesse", "montant": "5,00", "pour_le": "2026-08-01"},
            Promesse(le=JOUR, montant="5.00", pour_le=date(2026, 8, 1)),
        ),
        (
            {
                "type": "echeancier",
                "versements": "2026-08-01 = 1 000,00 | 2026-09-01=5,50",
                "creance": "F-1|F-2",
                "decheance": "non",
            },
            Echeancier(
                le=JOUR,
                versements=((date(2026, 8, 1), "1000.00"), (date(2026, 9, 1), "5.50")),
                creances=("F-1", "F-2"),
                decheance=False,
            ),
        ),
        ({"type": "decheance_terme", "creance": "F-1"}, DecheanceTerme(le=JOUR, creance="F-1")),
        ({"type": "reconnaissance"}, Reconnaissance(le=JOUR)),
        ({"type": "renonciation", "creance": "F-1"}, Renonciation(le=JOUR, creance="F-1")),
        (
            {"type": "suspension", "cause": "mediation", "au": "2026-09-01"},
            Suspension(du=JOUR, au=date(2026, 9, 1), cause="mediation"),
        ),
        (
            {"type": "acte_interruptif", "cause": "assignation", "creance": "F-1", "fin_le": "2027-01-01", "non_avenu": "oui"},
            ActeInterruptif(le=JOUR, cause="assignation", creance="F-1", fin_le=date(2027, 1, 1), non_avenu=True),
        ),
        (
            {"type": "delai_de_grace", "au": "2027-01-01", "taux": "3,5"},
            DelaiDeGrace(du=JOUR, au=date(2027, 1, 1), taux="3.5"),
        ),
        (
            {"type": "procedure_collective", "genre": "redressement", "publiee_le": "2026-07-10"},
            ProcedureCollective(le=JOUR, genre="redressement", publiee_le=date(2026, 7, 10)),
        ),
        (
            {"type": "titre", "creance": "F-1", "executoire_le": "2026-07-15", "signifie_le": "2026-07-20"},
            Titre(le=JOUR, creance="F-1", executoire_le=date(2026, 7, 15), signifie_le=date(2026, 7, 20)),
        ),
        ({"type": "appel", "issue": "joint", "creance": "F-1 F-2"}, Appel(le=JOUR, issue="joint", creances=("F-1", "F-2"))),
        ({"type": "signal", "nature": "silence"}, Signal(le=JOUR, nature="silence")),
        (
            {"type": "blocage", "motif": "represente", "jusqu_au": "2026-12-31"},
            Blocage(le=JOUR, motif="represente", jusqu_au=date(2026, 12, 31)),
        ),
    ],
    ids=lambda x: x["type"] if isinstance(x, dict) else "",
)
def test_tous_les_evenements_se_lisent(cellules: dict[str, str], attendu: object) -> None:
    lecture = evenement(le="2026-07-01", **cellules)
    assert lecture.anomalies == ()
    assert lecture.evenements == (attendu,)


@pytest.mark.parametrize(
    ("cellules", "champ"),
    [
        ({"type": "rejet"}, "paiement"),
        ({"type": "rejet", "paiement": "P", "creance": "F-1"}, "creance"),
        ({"type": "titre", "creance": "F-1"}, "executoire_le"),
        ({"type": "acte_interruptif", "cause": "lettre"}, "cause"),
        ({"type": "acte_interruptif", "cause": "assignation", "non_avenu": "true"}, "non_avenu"),
        ({"type": "suspension", "cause": "mediation", "au": "2026-06-01"}, "au"),
        ({"type": "echeancier", "versements": "2026-08-01"}, "versements"),
        ({"type": "echeancier", "versements": "2026-08-01=5.00"}, "versements"),
        ({"type": "echeancier", "versements": "01/08/2026=5,00"}, "versements"),
        ({"type": "echeancier", "versements": "2026-09-01=5,00|2026-08-01=5,00"}, "versements"),
        ({"type": "delai_de_grace"}, "au"),
        ({"type": "signal", "nature": "colere"}, "nature"),
    ],
)
def test_un_evenement_incomplet_est_refuse(cellules: dict[str, str], champ: str) -> None:
    lecture = evenement(le="2026-07-01", **cellules)
    assert lecture.evenements == ()
    assert [a.champ for a in lecture.anomalies] == [champ]


def test_un_rejet_suit_son_paiement_parmi_plusieurs_dossiers() -> None:
    creances = LecteurCsv(creancier=Creancier(nom="B", qualite=Qualite.COMMERCANT)).lire(
        b"reference;principal;emise_le;debiteur_nom\nF-1;10,00;2026-06-01;A\nF-2;10,00;2026-06-01;C\n"
    )
    faits = LecteurCsv().lire(
        b"type;le;montant;creance;reference;paiement\nrejet;2026-07-02;;;;P-2\npaiement;2026-07-01;10,00;F-2;P-2;\n"
        b"rejet;2026-07-02;;;;P-9\n"
    )
    dossiers, anomalies = rassembler([(Path("c.csv"), creances), (Path("e.csv"), faits)])
    assert {d.debiteur.nom: len(d.evenements) for d in dossiers} == {"A": 0, "C": 2}
    assert [(a.gravite, a.valeur) for a in anomalies if "Rejet" in a.message] == [("refus", "P-9")]


def test_chaque_colonne_est_documentee() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "formats.md").read_text(encoding="utf-8")
    assert [c for c in (*COLONNES_CREANCES, *COLONNES_EVENEMENTS) if f"`{c}`" not in page] == []


# --- ce que l'export écrit, et qu'un tableur peut donc remplir --------------------------------------------------------------


def test_toutes_les_conditions_convenues() -> None:
    lue = creance(
        taux_penalites="BCE + 10",
        terme_jours="45",
        terme_fin_de_mois="apres",
        escompte="1 % à huit jours",
        clause_penale="10 %",
        capitalisation="oui",
        prescription_convenue="1 an 6 mois",
        contrat_le="2026-05-01",
    )
    assert lue.conditions == ConditionsPaiement(
        taux_penalites=TauxIndexe("bce", plus=10),
        terme=Terme(jours=45, fin_de_mois="apres"),
        escompte="1 % à huit jours",
        clause_penale=Taux("10"),
        capitalisation=True,
    )
    assert (lue.prescription_convenue, lue.contrat_le) == (Delai(annees=1, mois=6), date(2026, 5, 1))
    assert creance(clause_penale="1 500,00").conditions.clause_penale == Montant("1500")


@pytest.mark.parametrize(
    ("colonne", "texte"),
    [
        ("terme_jours", "45 j"),
        ("terme_fin_de_mois", "peut-être"),
        ("terme_decade", "vrai"),
        ("terme_depart", "naissance"),
        ("capitalisation", "1"),
        ("clause_penale", "10%%"),
        ("clause_penale", "dix"),
        ("taux_penalites", "BCE majorée de beaucoup"),
        ("prescription_convenue", "deux ans"),
        ("prescription_convenue", "2"),
        ("contrat_le", "mai"),
    ],
)
def test_une_condition_illisible_refuse_la_ligne(colonne: str, texte: str) -> None:
    lecture = une(**{colonne: texte})
    assert lecture.creances == ()
    assert lecture.anomalies[-1].champ == colonne


def test_une_apostrophe_de_tableur_est_retiree() -> None:
    assert creance(debiteur_telephone="'+33 4 72 00 11 22").debiteur.telephone == "+33 4 72 00 11 22"
    assert creance(debiteur_nom="'Étoile").debiteur.nom == "'Étoile"


@pytest.mark.parametrize(("fin", "dites"), [("1 234,50\n", 0), ("1 234,50", 1), ("1 2", 1), ("1", 1), ("1\r", 0)])
def test_un_fichier_coupe_dans_sa_derniere_cellule_se_dit(tmp_path: Path, fin: str, dites: int) -> None:
    """« 1 » est un montant juste, et le reste de « 1 234,50 » : rien d'autre que la fin du fichier ne le fait voir."""
    fichier = tmp_path / "f.csv"
    fichier.write_bytes(
        f"reference;emise_le;echeance;debiteur_nom;creancier_nom;principal\nF;2026-06-01;2026-07-01;A;B;{fin}".encode()
    )
    assert sum("peut-être coupé" in a.message for a in LecteurCsv().lire(fichier).anomalies) == dites
    fichier.write_bytes(b"reference;principal;emise_le;debiteur_nom;creancier_nom;echeance\nF;1,00;2026-06-01;A;B;2026-07-01")
    assert not [a for a in LecteurCsv().lire(fichier).anomalies if "peut-être coupé" in a.message]
