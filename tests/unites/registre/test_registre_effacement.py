"""Effacer une personne : plus un octet d'elle, la chaîne tient, les clés arrêtent encore un second envoi."""

import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest

from recouvrement.erreurs import DejaEnvoye, DonneeInvalide, RegistreCorrompu, RegistreOccupe
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.personnes import Adresse
from recouvrement.ports import Accuse, Avis, Destinataire, Document, Pli
from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.sqlite import RegistreSqlite
from recouvrement.temps import Delai

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MOTIF = "demande reçue, dossier soldé depuis six ans"


def pli(nom, *cles):
    """Chaque champ porte le nom : s'il reste un octet quelque part, on le voit."""
    return Pli(
        cles=cles or (f"moi/FACTURE-{nom}/med/1",),
        destinataire=Destinataire(
            nom=f"Mme {nom}",
            courriel=f"{nom}@exemple.fr",
            telephone=f"06{nom}",
            adresse=Adresse(voie=f"1 rue {nom}", code_postal="69001", commune=f"{nom}ville"),
        ),
        objet=f"Objet {nom}",
        documents=(Document(f"{nom}.txt", "text/plain", f"Bonjour {nom}. ".encode() * 400),),
        debiteur=f"nom:{nom.casefold()}|1 rue|69001",
        acte=MiseEnDemeure(le=date(2026, 11, 21), creances=(f"FACTURE-{nom}",)),
    )


def cle_de(nom):
    return f"nom:{nom.casefold()}|1 rue|69001"


def vivre(registre, nom):
    """Une vie entière d'envoi : refus, incertitude tranchée, prise, preuves, avis."""
    numero = f"<{nom}@moi>"
    preuve = Document(f"preuve {nom}.txt", "text/plain", f"preuve de {nom}".encode())
    registre.constater(registre.reserver(pli(nom)), Accuse(issue="refuse", le=INSTANT, detail=f"{nom} : boîte pleine"))
    registre.constater(registre.reserver(pli(nom)), Accuse(issue="inconnu", le=INSTANT, numero=numero, preuves=(preuve,)))
    registre.trancher(f"moi/FACTURE-{nom}/med/1", "pris", f"vu avec {nom}")
    registre.aviser(Avis(numero=numero, nature="distribue", le=date(2026, 11, 23), detail=f"signé {nom}", preuves=(preuve,)))


@pytest.fixture
def chemin(tmp_path):
    return tmp_path / "registre.sqlite"


@pytest.fixture(params=["memoire", "sqlite"])
def registre(request, chemin):
    if request.param == "memoire":
        yield RegistreMemoire(lambda: INSTANT)
    else:
        with RegistreSqlite(chemin, lambda: INSTANT) as ouvert:
            yield ouvert


def test_plus_un_octet_ne_reste_et_tout_se_verifie(chemin):
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        for nom in ("Quentinette", "Barnabette", "Quentinette2"):
            vivre(registre, nom)
        avant = registre.inscriptions()
        tete = registre.verifier().tete
        copie = chemin.with_name("copie.sqlite")
        registre.sauvegarder(copie)
        assert registre.effacer(cle_de("Barnabette"), MOTIF)
        assert registre.verifier(tete).intacte
        apres = registre.inscriptions()
        assert [(x.contenu, x.empreinte) for x in apres[:-1]] == [(x.contenu, x.empreinte) for x in avant], (
            "la chaîne est intacte"
        )
        assert apres[-1].genre == "effacement"
    with RegistreSqlite(copie, lambda: INSTANT) as sauvegarde:
        sauvegarde.effacer(cle_de("Barnabette"), MOTIF)
        assert sauvegarde.verifier(tete).intacte
    for fichier in chemin.parent.iterdir():
        octets = fichier.read_bytes().lower()
        assert b"barnabette" not in octets, fichier
        assert "barnabette".encode("utf-16-le") not in octets
        assert octets.count(b"quentinette") > 100
    assert {f.name for f in chemin.parent.iterdir()} == {"registre.sqlite", "copie.sqlite"}


def test_les_cles_arretent_encore_un_second_envoi(registre):
    vivre(registre, "Barnabette")
    registre.effacer(cle_de("Barnabette"), MOTIF)
    with pytest.raises(DejaEnvoye, match="déjà parti"):
        registre.reserver(pli("Barnabette"))
    assert registre.evenements(cle_de("Barnabette")) == ()
    assert registre.non_remis() == ()
    assert not registre.incertains()
    assert registre.reserver(pli("Barnabette", "moi/AUTRE/med/1"))
    assert registre.verifier().intacte


def test_effacer_deux_fois_c_est_une_fois(registre):
    vivre(registre, "Barnabette")
    assert registre.effacer(cle_de("Barnabette"), MOTIF)
    lignes = registre.inscriptions()
    assert not registre.effacer(cle_de("Barnabette"), MOTIF)
    assert not registre.effacer("id:inconnu", MOTIF)
    assert registre.inscriptions() == lignes


def test_un_debiteur_qui_revient_s_efface_a_nouveau(registre):
    vivre(registre, "Barnabette")
    registre.effacer(cle_de("Barnabette"), MOTIF)
    registre.constater(registre.reserver(pli("Barnabette", "neuve")), Accuse(issue="pris", le=INSTANT))
    assert len(registre.evenements(cle_de("Barnabette"))) == 1
    assert registre.effacer(cle_de("Barnabette"), MOTIF)
    assert registre.evenements(cle_de("Barnabette")) == ()
    assert registre.verifier().intacte


def test_ce_qui_vient_apres_ne_remplit_pas_l_efface(registre):
    """Un accusé tardif, un avis : le fait s'inscrit, et ferme la clé s'il le faut ; rien d'autre."""
    reservation = registre.reserver(pli("Barnabette"))
    registre._jeton.eteindre()
    registre.trancher(reservation.cles[0], "refuse", "rien parti")
    registre.effacer(cle_de("Barnabette"), MOTIF)
    registre.constater(reservation, Accuse(issue="pris", le=INSTANT, numero="RK1", detail="Barnabette"))
    assert registre.aviser(Avis(numero="RK1", nature="presente", le=date(2026, 11, 22), detail="Barnabette"))
    assert not registre.aviser(Avis(numero="RK1", nature="presente", le=date(2026, 11, 22)))
    assert all(ligne.prive is None for ligne in registre.inscriptions())
    with pytest.raises(DejaEnvoye):
        registre.reserver(pli("Barnabette"))
    with pytest.raises(DonneeInvalide, match="déjà constatée"):
        registre.constater(reservation, Accuse(issue="pris", le=INSTANT))
    assert registre.verifier().intacte


def test_refuse_tant_qu_un_envoi_est_en_cours_ou_incertain(registre):
    reservation = registre.reserver(pli("Barnabette"))
    with pytest.raises(RegistreOccupe, match="en cours"):
        registre.effacer(cle_de("Barnabette"), MOTIF)
    registre.constater(reservation, Accuse(issue="inconnu", le=INSTANT))
    with pytest.raises(RegistreOccupe, match="tranchez"):
        registre.effacer(cle_de("Barnabette"), MOTIF)
    assert len(registre.inscriptions()) == 2
    assert all(ligne.prive for ligne in registre.inscriptions())


def test_refuse_si_un_litige_est_ouvert(registre):
    vivre(registre, "Barnabette")
    with pytest.raises(DonneeInvalide, match=r"litige.*art\. 17"):
        registre.effacer(cle_de("Barnabette"), MOTIF, litige=True)
    assert registre.evenements(cle_de("Barnabette"))


@pytest.mark.parametrize(
    "motif", ["", "  ", "demande de mme BARNABETTE", "écrit depuis Barnabette@exemple.fr", "appel du 06barnabette"]
)
def test_le_motif_reste_en_clair_il_ne_nomme_personne(registre, motif):
    vivre(registre, "Barnabette")
    with pytest.raises(DonneeInvalide, match="motif"):
        registre.effacer(cle_de("Barnabette"), motif)
    assert registre.evenements(cle_de("Barnabette"))


def test_un_document_commun_a_deux_debiteurs_reste_a_l_autre(chemin):
    commun = Document("conditions.txt", "text/plain", b"conditions generales")
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        for nom in ("Barnabette", "Quentinette"):
            envoye = pli(nom)
            registre.constater(
                registre.reserver(
                    Pli(
                        cles=envoye.cles,
                        destinataire=envoye.destinataire,
                        objet="o",
                        documents=(commun, commun),
                        debiteur=envoye.debiteur,
                        acte=envoye.acte,
                    )
                ),
                Accuse(issue="pris", le=INSTANT),
            )
        registre.effacer(cle_de("Barnabette"), MOTIF)
        assert registre.octets(commun.empreinte) == commun.octets
        assert registre.verifier().intacte
        registre.effacer(cle_de("Quentinette"), MOTIF)
        with pytest.raises(DonneeInvalide):
            registre.octets(commun.empreinte)
        assert registre.verifier().intacte


def test_la_base_ne_laisse_oter_que_ce_qu_un_effacement_inscrit_permet(chemin):
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        vivre(registre, "Barnabette")
        registre.effacer(cle_de("Barnabette"), MOTIF)
        vivre(registre, "Quentinette")
        registre.constater(registre.reserver(pli("Barnabette", "neuve")), Accuse(issue="pris", le=INSTANT))
        for table in ("prives", "documents"):
            with pytest.raises(sqlite3.IntegrityError, match="ajout seul"):
                registre._base.execute(f"DELETE FROM {table}")  # noqa: S608
        neuve = registre.inscriptions()[-2].numero  # du débiteur effacé, mais inscrite après l'effacement
        with pytest.raises(sqlite3.IntegrityError, match="ajout seul"):
            registre._base.execute("DELETE FROM prives WHERE seq = ?", (neuve,))
        for geste in ("DELETE FROM journal WHERE seq = 1", "DELETE FROM pseudonymes WHERE seq = 1", "UPDATE prives SET seq = 1"):
            with pytest.raises(sqlite3.IntegrityError, match="ajout seul"):
                registre._base.execute(geste)


@pytest.mark.parametrize(
    ("geste", "defaut"),
    [
        ("DELETE FROM prives WHERE seq = 1", "sans effacement inscrit"),
        ("INSERT INTO prives VALUES (9, '{}')", "sceau faux"),
    ],
)
def test_un_effacement_a_la_main_est_vu(chemin, geste, defaut):
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        vivre(registre, "Quentinette")
        vivre(registre, "Barnabette")
        registre.effacer(cle_de("Barnabette"), MOTIF)
    base = sqlite3.connect(chemin)
    base.execute("DROP TRIGGER prives_sans_delete")
    base.execute(geste)
    base.commit()
    base.close()
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        assert defaut in registre.verifier().defaut


def test_un_contenu_remis_apres_l_effacement_est_vu(chemin):
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        vivre(registre, "Barnabette")
        contenu = registre.inscriptions()[0].prive
        registre.effacer(cle_de("Barnabette"), MOTIF)
    base = sqlite3.connect(chemin)
    base.execute("INSERT INTO prives VALUES (1, ?)", (contenu,))
    base.commit()
    base.close()
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        assert "encore là" in registre.verifier().defaut


def test_une_recriture_empechee_se_relance(chemin, monkeypatch):
    monkeypatch.setattr("recouvrement.registre.fichier._ATTENTE", 0.05)
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        vivre(registre, "Barnabette")

        class Panne:
            def __init__(self, vraie):
                self.vraie = vraie

            def __getattr__(self, nom):
                return getattr(self.vraie, nom)

            def execute(self, requete, *arguments):
                if requete == "VACUUM":
                    raise sqlite3.OperationalError("database is locked")
                return self.vraie.execute(requete, *arguments)

        vraie, registre._base = registre._base, Panne(registre._base)
        with pytest.raises(RegistreOccupe, match="relancez l'effacement"):
            registre.effacer(cle_de("Barnabette"), MOTIF)
        registre._base = vraie
        assert not registre.effacer(cle_de("Barnabette"), MOTIF)
        assert b"barnabette" not in chemin.read_bytes().lower()


def test_un_disque_plein_pendant_l_effacement_n_efface_rien(chemin):
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        vivre(registre, "Barnabette")
        registre._oublier = lambda _numero: (_ for _ in ()).throw(sqlite3.OperationalError("disk I/O error"))
        with pytest.raises(Exception, match="Rien n'a été inscrit"):
            registre.effacer(cle_de("Barnabette"), MOTIF)
        assert len(registre.evenements(cle_de("Barnabette"))) == 1
        assert registre.verifier().intacte


def test_a_effacer_liste_les_dossiers_dormants():
    instants = {"maintenant": datetime(2020, 2, 29, 9, 0, tzinfo=UTC)}
    registre = RegistreMemoire(lambda: instants["maintenant"])
    for nom in ("Quentinette", "Barnabette"):
        registre.constater(registre.reserver(pli(nom)), Accuse(issue="pris", le=INSTANT, numero=nom))
        instants["maintenant"] += timedelta(days=10)
    cinq_ans = Delai(annees=5)
    assert registre.a_effacer(date(2025, 2, 28), cinq_ans) == ()
    assert registre.a_effacer(date(2025, 3, 1), cinq_ans) == (cle_de("Quentinette"),)
    assert registre.a_effacer(date(2026, 1, 1), cinq_ans) == (cle_de("Quentinette"), cle_de("Barnabette"))
    registre.aviser(Avis(numero="Quentinette", nature="distribue", le=date(2020, 3, 1)))
    assert registre.a_effacer(date(2026, 1, 1), cinq_ans) == (cle_de("Barnabette"), cle_de("Quentinette"))
    registre.effacer(cle_de("Barnabette"), MOTIF)
    assert registre.a_effacer(date(2026, 1, 1), cinq_ans) == (cle_de("Quentinette"),)


def test_l_efface_ne_se_lit_plus_mais_se_relie_par_son_pseudonyme(registre):
    vivre(registre, "Barnabette")
    vivre(registre, "Quentinette")
    registre.effacer(cle_de("Barnabette"), MOTIF)
    recit = registre.chronologie(cle_de("Barnabette"))
    assert [ligne.fait for ligne in recit.lignes][-2:] == ["avis", "effacement"]
    assert len(recit.lignes) == 7
    assert {(x.objet, x.destinataire, x.suivi, x.pieces, x.creances) for x in recit.lignes} == {("", "", "", (), ())}
    assert [x.sort for x in recit.lignes if x.fait == "envoi"] == ["refusé", "pris, selon un avis"]
    assert len({ligne.termes[0] for ligne in registre.inscriptions()}) == 2


def test_un_contenu_altere_n_est_jamais_lu(chemin):
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        vivre(registre, "Barnabette")
    base = sqlite3.connect(chemin)
    base.execute("DROP TRIGGER prives_sans_update")
    base.execute("UPDATE prives SET contenu = replace(contenu, 'Mme', 'M.') WHERE seq = 1")
    base.commit()
    base.close()
    with RegistreSqlite(chemin, lambda: INSTANT) as registre:
        with pytest.raises(RegistreCorrompu, match="inscription 1"):
            registre.evenements(cle_de("Barnabette"))
        assert "sceau" in registre.verifier().defaut
