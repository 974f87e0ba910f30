"""Ce qu'un canal apprend après coup : un avis s'ajoute, n'efface rien, et peut prouver qu'un envoi incertain était parti."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from recouvrement.erreurs import ContenuChange, DejaEnvoye, DonneeInvalide
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.ports import Accuse, Avis, Destinataire, Document, Pli
from recouvrement.registre.fil import en_fils
from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.sqlite import RegistreSqlite

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
JOUR = INSTANT.date()
DEMEURE = MiseEnDemeure(le=JOUR, creances=("F-1",), payer_avant_le=date(2026, 12, 1))


def pli(*cles, acte=DEMEURE, debiteur="id:C1"):
    return Pli(
        cles=cles or ("k",),
        destinataire=Destinataire(nom="Dupont"),
        objet="o",
        documents=(Document("l.txt", "text/plain", b"x"),),
        debiteur=debiteur,
        acte=acte,
    )


def avis(nature="presente", jours=2, numero="RK1", **champs):
    return Avis(numero=numero, nature=nature, le=JOUR + timedelta(days=jours), **champs)


@pytest.fixture(params=["memoire", "sqlite"])
def registre(request, tmp_path):
    if request.param == "memoire":
        yield RegistreMemoire(lambda: INSTANT)
    else:
        with RegistreSqlite(tmp_path / "registre.sqlite", lambda: INSTANT) as ouvert:
            yield ouvert


def envoyer(registre, *cles, issue="pris", numero="RK1", **champs):
    registre.constater(registre.reserver(pli(*cles, **champs)), Accuse(issue=issue, le=INSTANT, numero=numero))


def fil(registre):
    return en_fils(registre.inscriptions())[0]


@pytest.mark.parametrize("issue", ["pris", "inconnu"])
def test_un_avis_s_inscrit_une_fois(registre, issue):
    envoyer(registre, issue=issue)
    assert registre.aviser(avis(preuves=(Document("avis.pdf", "application/pdf", b"%PDF"),)))
    assert not registre.aviser(avis(detail="relu"))
    assert registre.aviser(avis(jours=3))
    assert registre.aviser(avis("distribue"))
    derniere = registre.inscriptions()[2]
    assert (derniere.genre, derniere.intention) == ("avis", 1)
    assert derniere.donnees["documents"][0]["nom"] == "avis.pdf"
    assert len(registre.inscriptions()) == 5
    assert registre.verifier().intacte


@pytest.mark.parametrize("issue", ["refuse", "a_retenter"])
def test_sans_pli_pris_l_avis_n_est_pas_inscrit(registre, issue):
    assert not registre.aviser(avis())
    envoyer(registre, issue=issue)
    assert not registre.aviser(avis())
    assert len(registre.inscriptions()) == 2


def test_un_accuse_sans_numero_ne_recoit_aucun_avis(registre):
    envoyer(registre, numero="")
    assert not registre.aviser(avis(numero=""))


def test_avis_illisible_refuse(registre):
    envoyer(registre)
    with pytest.raises(DonneeInvalide, match="nature"):
        registre.aviser(avis("lu"))
    with pytest.raises(DonneeInvalide, match="datetime"):
        registre.aviser(Avis(numero="RK1", nature="presente", le=INSTANT))
    assert len(registre.inscriptions()) == 2


def test_un_numero_porte_par_deux_plis_ne_se_devine_pas(registre):
    envoyer(registre, "a")
    envoyer(registre, "b")
    with pytest.raises(DonneeInvalide, match="plusieurs plis"):
        registre.aviser(avis())


def test_un_numero_repris_apres_un_refus_designe_le_pli_parti(registre):
    """Un courriel réessayé garde son identifiant de message."""
    envoyer(registre, issue="a_retenter")
    envoyer(registre, issue="inconnu")
    registre.trancher("k", "refuse", "rien reçu")
    envoyer(registre, issue="pris")
    registre.aviser(avis())
    assert registre.inscriptions()[-1].intention == 6


@pytest.mark.parametrize(
    ("nature", "issue"),
    [
        ("depose", "pris"),
        ("presente", "pris"),
        ("distribue", "pris"),
        ("refuse_par_lui", "pris"),
        ("non_reclame", "pris"),
        ("non_distribuable", "inconnu"),
        ("retarde", "inconnu"),
    ],
)
def test_un_envoi_incertain_n_est_pris_que_par_une_preuve(registre, nature, issue):
    envoyer(registre, issue="inconnu")
    registre.aviser(avis(nature))
    assert fil(registre).issue == issue
    assert fil(registre).preuve == ("avis" if issue == "pris" else "")
    assert bool(registre.incertains()) == (issue == "inconnu")
    with pytest.raises((DejaEnvoye, ContenuChange)):
        registre.reserver(pli())
    assert len(registre.evenements("id:C1")) == 1


def test_la_preuve_va_de_l_accuse_a_la_decision(registre):
    envoyer(registre, "a", issue="inconnu")
    registre.trancher("a", "pris", "vu")
    assert fil(registre).preuve == "decision"
    registre.aviser(avis("depose"))
    assert fil(registre).preuve == "avis"


def test_un_avis_dement_l_humain_qui_croyait_le_pli_non_parti(registre):
    envoyer(registre, issue="inconnu")
    registre.trancher("k", "refuse", "rien reçu, dit-il")
    assert registre.aviser(avis("distribue"))
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli())


@pytest.mark.parametrize(
    ("avis_recus", "attendue"),
    [
        ([], None),
        ([("depose", 0)], None),
        ([("non_distribuable", 3)], None),
        ([("distribue", 6), ("presente", 2)], 2),
        ([("presente", 2), ("refuse_par_lui", 2)], 2),
        ([("non_reclame", 17)], 17),
        ([("presente", -9)], 0),
    ],
)
def test_premiere_presentation_de_la_mise_en_demeure(registre, avis_recus, attendue):
    envoyer(registre)
    for nature, jours in avis_recus:
        assert registre.aviser(avis(nature, jours))
    (acte,) = registre.evenements("id:C1")
    assert acte.presentee_le == (None if attendue is None else JOUR + timedelta(days=attendue))
    assert acte.payer_avant_le == DEMEURE.payer_avant_le


@pytest.mark.parametrize(
    "acte",
    [Relance(le=JOUR, creances=("F-1",), canal="recommande"), MiseEnDemeure(le=JOUR, creances=("F-1",), presentee_le=JOUR)],
)
def test_les_autres_actes_ne_changent_pas(registre, acte):
    envoyer(registre, acte=acte)
    registre.aviser(avis())
    assert registre.evenements("id:C1") == (acte,)


def test_non_remis_tant_qu_aucune_remise_ne_suit(registre):
    envoyer(registre, "a")
    envoyer(registre, "b", numero="RK2")
    assert registre.non_remis() == ()
    registre.aviser(avis("non_distribuable", 4))
    registre.aviser(avis("retarde", 5))
    (manque,) = registre.non_remis()
    assert manque.cles == ("a",)
    assert registre.evenements("id:C1")[0].creances == ("F-1",), "l'envoi a eu lieu"
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli("a"))
    registre.aviser(avis("presente", 3))
    assert registre.non_remis() == (manque,), "une présentation d'avant n'y change rien"
    registre.aviser(avis("distribue", 6))
    assert registre.non_remis() == ()


def test_une_preuve_venue_apres_l_avis_est_gardee(registre):
    """L'avis de réception numérisé arrive souvent après la nouvelle de la remise."""
    registre.constater(registre.reserver(pli()), Accuse(issue="pris", le=INSTANT, numero="N1"))
    remis = avis("distribue", numero="N1")
    ar = Document("ar.pdf", "application/pdf", b"%PDF")
    assert registre.aviser(remis)
    assert registre.aviser(evolve(remis, preuves=(ar,)))
    assert not registre.aviser(evolve(remis, preuves=(ar,)))
    assert not registre.aviser(remis)
    (piece,) = [p for x in registre.chronologie(pli().debiteur).lignes for p in x.pieces if p[0] == "ar.pdf"]
    assert piece[1] == ar.empreinte
