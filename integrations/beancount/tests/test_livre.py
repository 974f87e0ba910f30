"""Le greffon, le lecteur et le rapport, sur le vrai Beancount."""

from datetime import date
from pathlib import Path

import pytest
from beancount import loader
from beancount.core import data
from recouvrement_beancount import LecteurBeancount
from recouvrement_beancount.__main__ import main
from recouvrement_beancount.lecteur import Faute

from recouvrement import Avoir, Bilan, Paiement, Politique, Qualite, Relance
from recouvrement.essais import ConformiteLecteur
from recouvrement.greffons import greffon
from recouvrement.lecture import rassembler

EXEMPLE = Path(__file__).parents[1] / "exemples" / "atelier.beancount"
AU = date(2026, 11, 21)
ENTETE = """
2026-01-01 custom "creancier" "Menuiserie du Port SARL"
  qualite: "commercant"
2026-01-01 open Assets:Bank
2026-01-01 open Income:Sales
2026-01-01 open Assets:Clients:Sud
  debiteur: "Ateliers du Sud SAS"
  qualite: "commercant"
"""
FACTURE = """
2026-04-01 * "Ateliers du Sud SAS" "Facture" ^F-1
  echeance: 2026-05-01
  Assets:Clients:Sud  10000 EUR
  Income:Sales
"""


def lire(texte):
    return LecteurBeancount().lire((ENTETE + texte).encode())


def bilans(texte, au):
    dossiers, anomalies = rassembler([(Path("livre"), lire(texte))])
    assert not [a for a in anomalies if a.gravite == "refus"]
    return [bilan for _, bilan in Politique().examiner_lot(dossiers, au=au)]


def charger(texte, au=""):
    config = f' "{au}"' if au else ""
    return loader.load_string(f'plugin "recouvrement_beancount"{config}\n' + ENTETE + texte)


def test_la_facture_de_reference_au_centime():
    (bilan,) = bilans(FACTURE, date(2026, 9, 1))
    assert str(bilan.total.valeur.decimal) == "10453.76"


def test_paiement_lie_paiement_sans_lien_et_avoir():
    lecture = lire(
        FACTURE
        + """
2026-05-10 * "Acompte" ^F-1
  reference: "VIR-1"
  Assets:Clients:Sud  -1000.5 EUR
  Assets:Bank
2026-05-11 * "Sans lien"
  Assets:Clients:Sud  -500 EUR
  Assets:Bank
2026-05-12 * "Retour" ^F-1
  type: "avoir"
  Assets:Clients:Sud  -100 EUR
  Income:Sales
"""
    )
    assert lecture.evenements == (
        Paiement(le=date(2026, 5, 10), montant="1000.50", creance="F-1", reference="VIR-1"),
        Avoir(le=date(2026, 5, 12), montant="100", creance="F-1"),
    )
    (encaissement,) = lecture.encaissements
    assert encaissement.paiement == Paiement(le=date(2026, 5, 11), montant="500.00")
    assert encaissement.debiteur == lecture.creances[0].debiteur


def test_une_etape_faite_n_est_pas_reproposee():
    sans, avec = (
        bilans(FACTURE + acte, date(2026, 5, 20))[0]
        for acte in ("", '2026-05-18 custom "relance" Assets:Clients:Sud\n  etape: "courriel"\n')
    )
    assert sans.actions[0].etape.cle == "courriel"
    assert not avec.actions
    assert avec.prochaine.etape.cle != "courriel"
    assert Relance(le=date(2026, 5, 18), creances=["F-1"], etape="courriel") in avec.dossier.evenements


def test_un_cheque_revenu_impaye_fait_revivre_la_dette():
    (bilan,) = bilans(
        FACTURE
        + """
2026-05-02 * "Chèque" ^F-1
  reference: "CHQ-1"
  Assets:Clients:Sud  -10000 EUR
  Assets:Bank
2026-05-09 * "Impayé" ^F-1
  type: "rejet"
  paiement: "CHQ-1"
  Assets:Clients:Sud  10000 EUR
  Assets:Bank
""",
        date(2026, 9, 1),
    )
    assert str(bilan.total.valeur.decimal) == "10453.76"


def test_la_qualite_n_est_jamais_devinee_vers_le_haut():
    lecture = LecteurBeancount().lire((ENTETE.replace('SAS"\n  qualite: "commercant"', 'SAS"') + FACTURE).encode())
    assert lecture.creances[0].debiteur.qualite is Qualite.CONSOMMATEUR
    (alerte,) = lecture.anomalies
    assert alerte.gravite == "alerte"
    assert alerte.champ == "debiteur_qualite"


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        (FACTURE.replace("^F-1", ""), "facture sans numéro"),
        (FACTURE.replace("2026-05-01", '"1er mai"'), "echeance : date attendue"),
        (FACTURE.replace("2026-05-01", "2026-03-01"), "précède l'émission"),
        (FACTURE + '2026-06-01 custom "relanse" Assets:Clients:Sud\n', "type inconnu"),
        (
            FACTURE + '2026-06-01 custom "relance" Assets:Clients:Sud\n  cannal: "courriel"\n',
            "colonne inconnue. Vouliez-vous « canal »",
        ),
        (FACTURE + FACTURE.replace("10000", "20000"), "avec un autre montant"),
        (FACTURE.replace("10000 EUR", "10000.005 EUR").replace("Income:Sales", "Income:Sales -10000.005 EUR"), "principal"),
    ],
)
def test_bean_check_refuse_un_fait_faux_et_dit_ou(texte, dit):
    directives, fautes, _ = charger(texte)
    assert directives
    (faute,) = [f for f in fautes if isinstance(f, Faute)]
    assert dit in faute.message
    assert len(fautes) == 1


@pytest.mark.parametrize(
    "fait",
    [
        '2026-06-01 * "Virement"\n  moyen: "troc à venir"\n  affectation: "personne"\n  Assets:Bank  100 EUR\n  Assets:Clients:Sud\n',
        '2026-06-01 custom "relance" Assets:Clients:Sud\n  cannal: "courriel"\n',
        '2026-06-01 custom "promesse" Assets:Clients:Sud\n  montant: "cent"\n  pour_le: 2026-07-01\n',
    ],
    ids=["paiement", "colonne", "cellule"],
)
def test_un_fait_refuse_n_atteint_que_son_client(fait):
    autre = FACTURE.replace("Clients:Sud", "Clients:Nord").replace("^F-1", "^F-2")
    ouvert = '2026-01-01 open Assets:Clients:Nord\n  debiteur: "Ateliers du Nord SAS"\n  qualite: "commercant"\n'
    dossiers, anomalies = rassembler([(Path("livre"), lire(ouvert + FACTURE + autre + fait))])
    atteints = {d.debiteur.nom for d in dossiers for a in anomalies if a.atteint(d)}
    assert atteints == {"Ateliers du Sud SAS"}


def test_une_facture_a_confirmer_attend():
    lecture = lire(FACTURE.replace(' * "', ' ! "'))
    assert not lecture.creances
    assert "«\u202f!\u202f»" in str(lecture.anomalies[0]) or "« ! »" in str(lecture.anomalies[0])


def test_le_greffon_ajoute_des_notes_et_ne_change_rien_d_autre():
    nu, fautes, _ = loader.load_string(ENTETE + FACTURE)
    directives, fautes, _ = charger(FACTURE, "2026-09-01")
    assert not fautes
    notes = [d for d in directives if isinstance(d, data.Note)]
    assert [(n.date, n.account) for n in notes] == [(date(2026, 9, 1), "Assets:Clients:Sud")]
    assert "453,76" in notes[0].comment
    assert [type(d) for d in directives if d not in notes] == [type(d) for d in nu]


def test_une_date_fausse_dans_la_directive_est_une_faute():
    _, fautes, _ = charger(FACTURE, "hier")
    assert [f.message for f in fautes] == ["« hier » : AAAA-MM-JJ attendu"]


def test_l_exemple_passe_bean_check():
    directives, fautes, _ = loader.load_file(str(EXEMPLE))
    assert not fautes
    assert sum(isinstance(d, data.Note) for d in directives) == 3


def test_l_exemple_par_debiteur():
    dossiers, anomalies = rassembler([(EXEMPLE, LecteurBeancount().lire(EXEMPLE))])
    assert not anomalies
    lus = {d.debiteur.nom: b for d, b in Politique().examiner_lot(dossiers, au=AU)}
    assert all(isinstance(b, Bilan) for b in lus.values())
    assert lus["Commune de Port-Vallon"].creances[0].creance.debiteur.qualite is Qualite.PERSONNE_PUBLIQUE
    assert str(lus["Mme Camille Ferrand"].total.valeur.decimal) == "640.00"  # le chèque est revenu impayé
    assert lus["Mme Camille Ferrand"].indemnite.valeur.centimes == 0


def test_le_rapport(capsys):
    assert main([str(EXEMPLE), "--au", "2026-11-21"]) == 0
    ecrit = capsys.readouterr()
    assert "Atelier Lumen SAS : 1 467,70 € dus" in ecrit.out.replace("\u202f", " ").replace("\xa0", " ")
    assert not ecrit.err
    assert main([str(EXEMPLE), "--au", "2026-11-21", "--expliquer", "F-2026-011"]) == 0
    assert "art. L. 441-10, II" in capsys.readouterr().out


def test_le_rapport_d_un_livre_absent(capsys):
    assert main(["absent.beancount", "--au", "2026-11-21"]) == 2
    assert "absent.beancount" in capsys.readouterr().err


class TestConformite(ConformiteLecteur):
    """La suite que la bibliothèque donne à tout lecteur."""

    def lecteur(self):
        return greffon("lecteurs", "beancount")()

    def source(self):
        return EXEMPLE.read_bytes()

    def qualite_dite(self):
        return True


def test_le_livre_de_la_page():
    page = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    livre = page.split("```beancount\n")[1].split("```")[0]
    directives, fautes, _ = loader.load_string(livre.replace('_beancount"  ', '_beancount" "2026-11-21"  ', 1))
    assert not fautes
    (note,) = [d for d in directives if isinstance(d, data.Note)]
    assert "dont 1 140,00 € de principal" in note.comment.replace("\u202f", " ").replace("\xa0", " ")
