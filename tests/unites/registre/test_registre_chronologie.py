"""La chronologie d'un débiteur : une ligne par inscription, en CSV sans formule, en courrier que tout rendu écrit."""

import csv
import io
from datetime import date, datetime, timedelta, timezone

import pytest

from recouvrement.courrier.document import Donnee
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.ports import Accuse, Avis, Destinataire, Document, Pli
from recouvrement.registre.memoire import RegistreMemoire

LE = datetime(2026, 11, 21, 9, 0, tzinfo=timezone(timedelta(hours=1)))
CREANCIER = Creancier(nom="Menuiserie SARL", qualite=Qualite.COMMERCANT)
DEBITEUR = Debiteur(nom="Dupont", qualite=Qualite.COMMERCANT, identifiant="C1")
LETTRE = Document("lettre.pdf", "application/pdf", b"%PDF lettre")
PREUVE = Document("depot.pdf", "application/pdf", b"%PDF depot")


def pli(cle, acte, objet="Facture F-1", nom="Dupont"):
    adresse = Adresse(voie="1 rue A", code_postal="69001", commune="Lyon")
    return Pli(
        cles=(cle,),
        destinataire=Destinataire(nom=nom, courriel="d@exemple.fr", adresse=adresse),
        objet=objet,
        documents=(LETTRE,),
        debiteur="id:C1",
        acte=acte,
    )


@pytest.fixture
def registre():
    return RegistreMemoire(lambda: LE)


@pytest.fixture
def rempli(registre):
    relance = Relance(le=date(2026, 11, 2), creances=("F-1",))
    registre.constater(registre.reserver(pli("a", relance)), Accuse(issue="inconnu", le=LE, numero="<m@x>", detail="coupure"))
    registre.trancher("a", "pris", "vu au journal du serveur")
    demeure = MiseEnDemeure(le=date(2026, 11, 21), creances=("F-1", "F-2"))
    reponse = Accuse(issue="pris", le=LE, numero="RK1", preuves=(PREUVE,))
    registre.constater(registre.reserver(pli("b", demeure, "Mise en demeure")), reponse)
    registre.aviser(Avis(numero="RK1", nature="presente", le=date(2026, 11, 24)))
    autre = Relance(le=date(2026, 11, 25), creances=("F-9",))
    registre.reserver(pli("c", autre))
    return registre


def test_une_ligne_par_inscription(rempli):
    lignes = rempli.chronologie("id:C1").lignes
    assert [(x.numero, x.fait, x.envoi, x.sort) for x in lignes] == [
        (1, "envoi", 1, "pris, par décision"),
        (2, "réponse du canal", 1, "incertain"),
        (3, "décision", 1, "pris"),
        (4, "envoi", 4, "pris"),
        (5, "réponse du canal", 4, "pris"),
        (6, "avis", 4, "présenté"),
        (7, "envoi", 7, "en cours"),
    ]
    demeure = lignes[3]
    assert (demeure.acte, demeure.canal, demeure.objet) == ("mise en demeure", "recommande", "Mise en demeure")
    assert demeure.destinataire == "Dupont, 1 rue A, 69001 Lyon"
    assert lignes[0].destinataire == "Dupont, d@exemple.fr"
    assert demeure.pieces == (("lettre.pdf", LETTRE.empreinte),)
    assert lignes[4].pieces == (("depot.pdf", PREUVE.empreinte),)
    assert (lignes[4].suivi, lignes[5].fait_le) == ("RK1", "2026-11-24")
    assert demeure.le == LE


def test_d_une_seule_creance(rempli):
    recit = rempli.chronologie("id:C1", creance="F-2")
    assert [x.numero for x in recit.lignes] == [4, 5, 6]
    assert recit.inscriptions == 7
    assert recit.tete == rempli.verifier().tete
    assert rempli.chronologie("id:C2").lignes == ()
    assert RegistreMemoire(lambda: LE).chronologie("id:C1").inscriptions == 0


def test_vers_lignes(rempli):
    lignes = rempli.chronologie("id:C1").vers_lignes()
    assert len(lignes) == 7
    assert lignes[3]["creances"] == ("F-1", "F-2")
    assert lignes[3]["le"] == LE


def relu(octets):
    assert octets.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def test_csv(rempli):
    lignes = relu(rempli.chronologie("id:C1").vers_csv())
    assert [x["numero"] for x in lignes] == list("1234567")
    assert lignes[3]["le"] == "2026-11-21T09:00:00+01:00"
    assert lignes[3]["creances"] == "F-1 | F-2"
    assert lignes[3]["pieces"] == f"lettre.pdf {LETTRE.empreinte}"


@pytest.mark.parametrize(
    "hostile",
    [
        '=HYPERLINK("http://x")',
        "+1",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r\n=1",
        " =1",
        "＝1",
        'a";"=1',
        "fin\r\n;nouvelle ligne",
    ],
)
def test_aucun_texte_n_est_une_formule(registre, hostile):
    registre.reserver(pli("a", Relance(le=date(2026, 11, 2), creances=("F-1",)), objet=hostile, nom=hostile))
    (ligne,) = relu(registre.chronologie("id:C1").vers_csv())
    for cellule in ligne.values():
        assert not cellule.lstrip(" ").startswith(tuple("=+-@\t\r\n＝＋－＠"))
    assert ligne["numero"] == "1"


def test_courrier_neutre(rempli):
    from recouvrement.rendu.texte import RenduTexte

    recit = rempli.chronologie("id:C1")
    courrier = recit.courrier(creancier=CREANCIER, debiteur=DEBITEUR, le=date(2026, 11, 26))
    texte = RenduTexte(largeur=200).rendre(courrier).octets.decode()
    for mot in ("Menuiserie SARL contre Dupont", "par recommandé", "le 24/11/2026", "présenté", recit.tete, PREUVE.empreinte):
        assert mot in texte
    seul = rempli.chronologie("id:C1", creance="F-2").courrier(creancier=CREANCIER, debiteur=DEBITEUR, le=date(2026, 11, 26))
    assert seul.reference == "F-2"


def test_courrier_d_une_chronologie_vide(registre):
    courrier = registre.chronologie("id:C1").courrier(creancier=CREANCIER, debiteur=DEBITEUR, le=date(2026, 11, 26))
    assert [b.lignes for b in courrier.blocs] == [()]


@pytest.mark.pdf
def test_pdf(rempli):
    pytest.importorskip("typst")
    from recouvrement.rendu.pdf import RenduPdf

    courrier = rempli.chronologie("id:C1").courrier(creancier=CREANCIER, debiteur=DEBITEUR, le=date(2026, 11, 26))
    assert RenduPdf().rendre(courrier).octets.startswith(b"%PDF")


def test_l_heure_imprimee_est_en_temps_universel(rempli):
    """À l'heure d'hiver, deux heures locales se confondent : jamais ici."""
    courrier = rempli.chronologie("id:C1").courrier(creancier=CREANCIER, debiteur=DEBITEUR, le=date(2026, 11, 26))
    assert courrier.blocs[0].entetes[2] == "Inscrit le (UTC)"
    assert courrier.blocs[0].lignes[5][1:3] == ((Donnee("4"),), (Donnee("21/11/2026 08:00"),))


def test_un_envoi_que_l_humain_dit_non_parti(registre):
    registre.constater(registre.reserver(pli("a", Relance(le=date(2026, 11, 2)))), Accuse(issue="inconnu", le=LE))
    registre.trancher("a", "refuse", "rien reçu")
    registre.constater(registre.reserver(pli("a", Relance(le=date(2026, 11, 2)))), Accuse(issue="refuse", le=LE))
    assert [x.sort for x in registre.chronologie("id:C1").lignes] == [
        "non parti, par décision",
        "incertain",
        "non parti",
        "refusé",
        "refusé",
    ]
