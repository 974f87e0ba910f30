"""Le contrat commun aux deux registres."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from recouvrement.erreurs import ContenuChange, DejaEnvoye, DonneeInvalide, RegistreCorrompu, RegistreOccupe
from recouvrement.modele.actes import MiseEnDemeure, Relance, Transmission
from recouvrement.modele.personnes import Adresse
from recouvrement.ports import Accuse, Destinataire, Document, Pli, Reservation
from recouvrement.registre import inscriptions as ins
from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.sqlite import RegistreSqlite

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
RELANCE = Relance(le=date(2026, 11, 21), creances=("F-1",), etape="relance_1")


def pli(*cles, contenu=b"Bonjour", acte=RELANCE, debiteur="siren:732829320"):
    return Pli(
        cles=cles or ("c/F-1/relance_1/1",),
        destinataire=Destinataire(
            nom="Dupont", courriel="d@exemple.fr", adresse=Adresse(voie="1 rue A", code_postal="69001", commune="Lyon")
        ),
        objet="Facture F-1",
        documents=(Document("lettre.txt", "text/plain", contenu),),
        debiteur=debiteur,
        acte=acte,
    )


def accuse(issue="pris", **champs):
    return Accuse(issue=issue, le=INSTANT, **champs)


@pytest.fixture(params=["memoire", "sqlite"])
def registre(request, tmp_path):
    if request.param == "memoire":
        yield RegistreMemoire(lambda: INSTANT)
    else:
        with RegistreSqlite(tmp_path / "registre.sqlite", lambda: INSTANT) as ouvert:
            yield ouvert


@pytest.mark.parametrize(("issue", "repart"), [("pris", False), ("inconnu", False), ("refuse", True), ("a_retenter", True)])
def test_une_cle_ne_repart_que_si_rien_n_est_parti(registre, issue, repart):
    registre.constater(registre.reserver(pli()), accuse(issue))
    if repart:
        assert registre.reserver(pli(contenu=b"autre")).numero == 3
        return
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli())
    with pytest.raises(ContenuChange, match="contenu a changé"):
        registre.reserver(pli(contenu=b"autre"))


def test_une_intention_en_cours_tient_la_cle(registre):
    registre.reserver(pli())
    with pytest.raises(RegistreOccupe, match="en cours"):
        registre.reserver(pli())
    with pytest.raises(RegistreOccupe, match="vit encore"):
        registre.trancher("c/F-1/relance_1/1", "refuse", "je m'impatiente")


def test_toutes_les_cles_ou_aucune(registre):
    registre.constater(registre.reserver(pli("a")), accuse())
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli("b", "a"))
    assert len(registre.inscriptions()) == 2
    assert registre.reserver(pli("b")).cles == ("b",)


def test_cles_vides_ou_en_double_refusees(registre):
    for cles in ((), ("a", "a")):
        with pytest.raises(DonneeInvalide):
            registre.reserver(evolve(pli(), cles=cles))


def test_constater_une_fois_et_seulement_ce_qui_est_reserve(registre):
    reservation = registre.reserver(pli())
    with pytest.raises(DonneeInvalide, match="inconnue"):
        registre.constater(Reservation(numero=9, cles=reservation.cles, empreinte=reservation.empreinte), accuse())
    registre.constater(reservation, accuse())
    with pytest.raises(DonneeInvalide, match="déjà constatée"):
        registre.constater(reservation, accuse("a_retenter"))
    with pytest.raises(DonneeInvalide, match="issue"):
        registre.constater(reservation, accuse("envoyé"))


def test_trancher_libere_ou_ferme_et_se_journalise(registre):
    registre.constater(registre.reserver(pli("a", "b")), accuse("inconnu"))
    assert [r.cles for r in registre.incertains()] == [("a", "b")]
    registre.trancher("b", "refuse", "le débiteur n'a rien reçu")
    assert not registre.incertains()
    decision = registre.inscriptions()[-1]
    assert (decision.genre, decision.donnees["motif"]) == ("decision", "le débiteur n'a rien reçu")
    registre.constater(registre.reserver(pli("a", "b")), accuse("inconnu"))
    registre.trancher("a", "pris", "reçu, dit-il")
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli("b"))
    with pytest.raises(DejaEnvoye, match="rien à trancher"):
        registre.trancher("a", "refuse", "pour voir")
    with pytest.raises(DonneeInvalide, match="inconnue"):
        registre.trancher("z", "refuse", "pour voir")
    with pytest.raises(DonneeInvalide, match="motif"):
        registre.trancher("a", "refuse", " ")


def test_trancher_une_cle_libre_est_refuse(registre):
    registre.constater(registre.reserver(pli("a")), accuse("refuse"))
    with pytest.raises(DonneeInvalide, match="libre"):
        registre.trancher("a", "pris", "pour voir")


def test_un_accuse_tardif_ne_libere_jamais_une_cle_prise(registre):
    """Un humain a tranché « parti » ; le canal, plus tard, dit qu'il retentera : rien ne repart."""
    premiere = registre.reserver(pli("a"))
    registre._jeton.eteindre()  # le porteur est mort
    registre.trancher("a", "pris", "vu dans la boîte du débiteur")
    registre.constater(premiere, accuse("a_retenter"))
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli("a"))


def test_apres_refus_tranche_un_second_envoi_pris_tient_malgre_un_accuse_tardif(registre):
    premiere = registre.reserver(pli("a"))
    registre._jeton.eteindre()
    registre.trancher("a", "refuse", "rien reçu")
    registre.constater(registre.reserver(pli("a")), accuse("pris"))
    registre.constater(premiere, accuse("a_retenter"))
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli("a"))


def test_porteur_mort_la_cle_est_incertaine(registre):
    registre.reserver(pli())
    registre._jeton.eteindre()
    with pytest.raises(DejaEnvoye, match=r"on ne sait pas si le pli est parti.*trancher"):
        registre.reserver(pli())
    with pytest.raises(ContenuChange, match="trancher"):
        registre.reserver(pli(contenu=b"autre"))
    assert registre.evenements("siren:732829320") == (RELANCE,)


@pytest.mark.parametrize(
    "acte",
    [
        RELANCE,
        Relance(le=date(2026, 1, 2), creances=("A", "B"), pour_memoire=("C",), canal="courrier", reference="r"),
        MiseEnDemeure(
            le=date(2026, 1, 2), creances=("é/1",), payer_avant_le=date(2026, 1, 12), presentee_le=date(2026, 1, 4), reference="x"
        ),
        Transmission(le=date(2026, 1, 2), a="avocat"),
    ],
)
def test_les_actes_reviennent_entiers(registre, acte):
    registre.constater(registre.reserver(pli(acte=acte)), accuse())
    assert registre.evenements("siren:732829320") == (acte,)
    assert registre.evenements("autre") == ()


@pytest.mark.parametrize(("issue", "compte"), [("pris", 1), ("inconnu", 1), ("refuse", 0), ("a_retenter", 0)])
def test_un_acte_incertain_compte_comme_fait(registre, issue, compte):
    registre.constater(registre.reserver(pli()), accuse(issue))
    assert len(registre.evenements("siren:732829320")) == compte


def test_acte_d_une_autre_version_refuse():
    with pytest.raises(RegistreCorrompu, match="autre version"):
        ins.acte_de_donnees({"genre": "Sommation", "le": "2026-01-01"})
    with pytest.raises(RegistreCorrompu, match="autre version"):
        ins.acte_de_donnees({**ins.acte_en_donnees(RELANCE), "champ_futur": 1})


def test_l_intention_garde_destinataire_objet_et_empreintes(registre):
    envoye = pli()
    registre.reserver(envoye)
    lues = registre.inscriptions()[0].donnees
    assert lues["destinataire"]["courriel"] == "d@exemple.fr"
    assert lues["destinataire"]["adresse"]["commune"] == "Lyon"
    assert lues["objet"] == "Facture F-1"
    assert lues["empreinte"] == envoye.empreinte
    assert lues["documents"] == [
        {"nom": "lettre.txt", "type": "text/plain", "empreinte": envoye.documents[0].empreinte, "taille": 7}
    ]


def test_l_ordre_est_celui_des_numeros_meme_si_l_horloge_recule():
    instants = iter(INSTANT - timedelta(hours=n) for n in range(100))
    registre = RegistreMemoire(lambda: next(instants))
    for cle in "abc":
        registre.constater(registre.reserver(pli(cle)), accuse())
    lignes = registre.inscriptions()
    assert [x.numero for x in lignes] == [1, 2, 3, 4, 5, 6]
    assert lignes[-1].le < lignes[0].le
    assert registre.verifier().intacte


def test_une_horloge_sans_fuseau_est_refusee(registre):
    registre._horloge = lambda: datetime(2026, 1, 1)
    with pytest.raises(DonneeInvalide, match="fuseau"):
        registre.reserver(pli())
    assert not registre.inscriptions()


def test_verifier_et_ancre(registre):
    vide = registre.verifier()
    assert (vide.inscriptions, vide.tete, vide.intacte) == (0, ins.ORIGINE, True)
    registre.constater(registre.reserver(pli()), accuse(preuves=(Document("avis.pdf", "application/pdf", b"%PDF"),)))
    tete = registre.verifier().tete
    registre.reserver(pli("autre"))
    assert registre.verifier(tete).intacte
    assert registre.verifier(vide.tete).intacte
    assert "ancrée" in registre.verifier("f" * 64).defaut


def test_memoire_et_sqlite_ecrivent_la_meme_chaine(tmp_path, monkeypatch):
    """Une seule logique : aux mêmes gestes, mêmes lignes."""
    monkeypatch.setattr("recouvrement.registre.journal.moi", lambda _jeton: {})
    monkeypatch.setattr("recouvrement.registre.inscriptions.sel", lambda: "sel")
    tetes = set()
    with RegistreSqlite(tmp_path / "r.sqlite", lambda: INSTANT) as disque:
        for registre in (disque, RegistreMemoire(lambda: INSTANT)):
            registre.constater(registre.reserver(pli()), accuse("refuse", detail="é \N{SNOWMAN}"))
            tetes.add(registre.verifier().tete)
    assert len(tetes) == 1


# --- le jalon : ce qui sépare « rien n'est parti » de « peut-être » ------------------------------------------------------


def mourir(registre):
    """Le processus qui tenait les réservations n'est plus."""
    registre._jeton.eteindre()


def test_mort_avant_le_jalon_rien_n_est_parti(registre):
    premiere = registre.reserver_en_deux_temps(pli())
    with pytest.raises(RegistreOccupe):
        registre.reserver_en_deux_temps(pli())
    mourir(registre)
    assert registre.incertains() == ()
    assert registre.evenements(pli().debiteur) == ()
    assert registre.reserver_en_deux_temps(pli(contenu=b"autre")).numero > premiere.numero


def test_mort_apres_le_jalon_un_humain_tranche(registre):
    reservation = registre.reserver_en_deux_temps(pli())
    registre.jalonner(reservation)
    mourir(registre)
    assert registre.incertains() == (reservation,)
    with pytest.raises(DejaEnvoye):
        registre.reserver_en_deux_temps(pli())
    assert registre.verifier().intacte


def test_mort_sans_jalon_promis_reste_incertaine(registre):
    reservation = registre.reserver(pli())
    mourir(registre)
    assert registre.incertains() == (reservation,)


def test_un_revenant_ne_jalonne_plus_ce_qu_un_autre_a_repris(registre):
    """Cru mort à tort, il ne peut plus rien envoyer : le second envoi est le seul."""
    premiere = registre.reserver_en_deux_temps(pli())
    mourir(registre)
    seconde = registre.reserver_en_deux_temps(pli())
    with pytest.raises(DonneeInvalide, match="reprise"):
        registre.jalonner(premiere)
    registre.constater(seconde, accuse())
    with pytest.raises(DonneeInvalide, match="constatée"):
        registre.jalonner(seconde)


def test_un_jalon_n_est_pas_un_echange(registre):
    reservation = registre.reserver_en_deux_temps(pli())
    registre.jalonner(reservation)
    registre.constater(reservation, accuse())
    assert [x.fait for x in registre.chronologie(pli().debiteur).lignes] == ["envoi", "réponse du canal"]
