"""Un export d'un autre logiciel : ses colonnes, ses valeurs, ses conventions, dites une fois dans un fichier TOML."""

from datetime import date

import pytest

from fabrique import CREANCIER
from recouvrement import DonneeInvalide, Montant, Paiement, Qualite
from recouvrement.lecture import Correspondance, LecteurCsv
from recouvrement.ports import Lecture

TOML = """
ignorees = ["Commentaire"]

[format]
delimiteur = ","
decimale = "."
dates = "fr"
encodage = "cp1252"

[colonnes]
reference = "N° facture"
facture = "N° facture"
principal = "Montant TTC"
emise_le = "Date"
echeance = "Échéance"
debiteur_nom = "Client"
debiteur_qualite = "Genre"

[defauts]
debiteur_pays = "FR"
nature = "facture"

[valeurs.debiteur_qualite]
"Pro" = "commercant"
"Part." = "consommateur"
"""
EXPORT = """N° facture,Date,Client,Genre,Montant TTC,Échéance,Commentaire
F-1,20/06/2026,Société Générale de Bois,Pro,1200.50,20/07/2026,"à revoir
demain"
F-2,21/06/2026,Camille Ferrand,Part.,80.00,,
"""
LECTEUR = LecteurCsv.avec_correspondance(TOML.encode(), creancier=CREANCIER)


def lire(export: str, lecteur: LecteurCsv = LECTEUR) -> Lecture:
    return lecteur.lire(export.encode(lecteur.encodage))


def test_les_colonnes_les_valeurs_et_les_conventions() -> None:
    lecture = lire(EXPORT)
    une, deux = lecture.creances
    assert (une.reference, une.facture, une.principal, une.echeance) == ("F-1", "F-1", Montant("1200.50"), date(2026, 7, 20))
    assert [x.debiteur.qualite for x in (une, deux)] == [Qualite.COMMERCANT, Qualite.CONSOMMATEUR]
    (alerte,) = lecture.anomalies
    assert alerte.champ == "echeance (votre colonne « Échéance »)"


def test_une_erreur_dit_la_ligne_notre_colonne_et_la_votre() -> None:
    (refus,) = lire(EXPORT.replace("1200.50", "1200.5")).anomalies[:1]
    assert (refus.ou, refus.champ) == ("données reçues, lignes 2 à 3", "principal (votre colonne « Montant TTC »)")
    (refus,) = lire(EXPORT.replace(",Pro,", ",Prof,")).anomalies[:1]
    assert refus.champ == "debiteur_qualite (votre colonne « Genre »)"
    assert refus.valeur == "Prof"


def test_une_colonne_sans_correspondance_se_signale_une_fois() -> None:
    lecture = lire(EXPORT.replace("Commentaire", "Note interne"))
    assert len(lecture.creances) == 2
    assert lecture.anomalies[0].champ == "Note interne"
    assert lecture.anomalies[0].ou == "données reçues, en-tête"


def test_une_colonne_promise_mais_absente_est_refusee_avec_la_plus_proche() -> None:
    with pytest.raises(DonneeInvalide, match="« Échéance » est absente") as e:
        lire(EXPORT.replace("Échéance", "Echéance"))
    assert e.value.remede == "Vouliez-vous « Echéance » ?"


def test_une_colonne_qui_porte_notre_nom_est_lue_sauf_si_elle_sert_ailleurs() -> None:
    lecteur = LecteurCsv(
        creancier=CREANCIER, correspondance=Correspondance(colonnes={"reference": "numero", "facture": "reference"})
    )
    octets = "numero;reference;principal;emise_le;debiteur_nom;type\n1;F-1;10,00;2026-06-01;Client;380\n"
    lecture = lire(octets, lecteur)
    assert [(x.reference, x.facture, x.debiteur.nom) for x in lecture.creances] == [("1", "F-1", "Client")]
    assert lecture.anomalies[0].champ == "type"  # sans correspondance, le « type » d'un export de factures n'est pas le nôtre


def test_un_export_de_reglements_par_defaut() -> None:
    toml = '[colonnes]\nmontant = "Somme"\nle = "Jour"\ncreance = "Facture"\n[defauts]\ntype = "paiement"\n'
    lecture = lire("Facture;Jour;Somme\nF-1;2026-07-01;12,00\n", LecteurCsv.avec_correspondance(toml.encode()))
    assert lecture.evenements == (Paiement(le=date(2026, 7, 1), montant="12.00", creance="F-1"),)


def test_une_valeur_par_defaut_remplit_les_cellules_vides_seulement() -> None:
    correspondance = Correspondance(defauts={"debiteur_qualite": "professionnel"})
    lecteur = LecteurCsv(creancier=CREANCIER, correspondance=correspondance)
    entete = "reference;principal;emise_le;echeance;debiteur_nom;debiteur_qualite\n"
    lecture = lire(entete + "1;10;2026-06-01;2026-07-01;A;\n2;10;2026-06-01;2026-07-01;B;consommateur\n", lecteur)
    assert [x.debiteur.qualite for x in lecture.creances] == [Qualite.PROFESSIONNEL, Qualite.CONSOMMATEUR]


@pytest.mark.parametrize(
    ("toml", "dit"),
    [
        ("colonnes = [", "TOML illisible"),
        ("[colone]", "nom inconnu"),
        ('[format]\nseparateur = ";"', "nom inconnu"),
        ('[format]\ndelimiteur = "#"', "valeur inconnue"),
        ("[format]\ndecimale = 1", "des textes sont attendus"),
        ('[colonnes]\nprinciapl = "Montant"', "colonne que nous ne lisons pas"),
        ("[colonnes]\nprincipal = 3", "des textes sont attendus"),
        ("[defauts]\nnature = true", "des textes sont attendus"),
        ('ignorees = "a"', "une liste de noms"),
        ("ignorees = [1]", "des noms de colonnes"),
        ('valeurs = "a"', "une table est attendue"),
        ('[valeurs]\nnature = "a"', "des textes sont attendus"),
        ('[valeurs.natur]\na = "b"', "colonne que nous ne lisons pas"),
        ("\ud800", "TOML illisible"),
    ],
)
def test_un_fichier_de_correspondance_faux_le_dit(toml: str, dit: str) -> None:
    with pytest.raises(DonneeInvalide, match=dit) as e:
        LecteurCsv.avec_correspondance(toml.encode("utf-8", "surrogatepass"))
    assert e.value.ou == "données reçues"


def test_une_colonne_d_evenement_dans_une_correspondance_de_creances() -> None:
    lecteur = LecteurCsv(creancier=CREANCIER, correspondance=Correspondance(colonnes={"montant": "Montant"}))
    with pytest.raises(DonneeInvalide, match="colonne sans objet"):
        lire("reference;Montant\n", lecteur)


def test_une_colonne_lue_deux_fois_dans_l_en_tete() -> None:
    with pytest.raises(DonneeInvalide, match="en double"):
        lire(
            EXPORT.replace("Genre", "Client"),
            LecteurCsv.avec_correspondance(TOML.replace("Genre", "Client").encode(), creancier=CREANCIER),
        )
