# ruff: noqa: S608 — les requêtes sont composées de noms de colonnes écrits ici
"""Le registre sur disque : durée, concurrence, pannes, altérations."""

import errno
import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from datetime import UTC, date, datetime

import pytest

from recouvrement.erreurs import DejaEnvoye, DonneeInvalide, EnvoiImpossible, RegistreCorrompu, RegistreOccupe
from recouvrement.modele.actes import Relance
from recouvrement.ports import Accuse, Destinataire, Document, Pli
from recouvrement.registre import fichier as module
from recouvrement.registre.proprietaire import Jeton, moi, sort_du_porteur
from recouvrement.registre.sqlite import RegistreSqlite

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

GESTES = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from recouvrement.erreurs import RecouvrementError
from recouvrement.modele.actes import Relance
from recouvrement.ports import Accuse, Destinataire, Document, Pli
from recouvrement.registre.sqlite import RegistreSqlite
INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
def pli(cle):
    return Pli(cles=(cle,), destinataire=Destinataire(nom="D"), objet="o", documents=(Document("l.txt", "text/plain", b"x"),),
               debiteur="d", acte=Relance(le=date(2026, 11, 21), creances=("F-1",)))
registre = RegistreSqlite(Path(sys.argv[1]), lambda: INSTANT)
"""


def pli(*cles, contenu=b"x"):
    return Pli(
        cles=cles or ("k",),
        destinataire=Destinataire(nom="D"),
        objet="o",
        documents=(Document("l.txt", "text/plain", contenu),),
        debiteur="d",
        acte=Relance(le=date(2026, 11, 21), creances=("F-1",)),
    )


def accuse(issue="pris", **champs):
    return Accuse(issue=issue, le=INSTANT, **champs)


def ouvrir(chemin):
    return RegistreSqlite(chemin, lambda: INSTANT)


def lancer(chemin, suite):
    return subprocess.Popen([sys.executable, "-c", GESTES + suite, str(chemin)], stdout=subprocess.PIPE, text=True)


@pytest.fixture
def chemin(tmp_path):
    return tmp_path / "registre.sqlite"


@pytest.fixture
def rempli(chemin):
    with ouvrir(chemin) as registre:
        for n in range(3):
            preuve = Document("avis.txt", "text/plain", b"recu %d" % n)
            registre.constater(registre.reserver(pli(f"k{n}", contenu=b"lettre %d" % n)), accuse(preuves=(preuve,)))
    return chemin


def test_l_etat_survit_a_la_fermeture(chemin):
    with ouvrir(chemin) as registre:
        registre.constater(registre.reserver(pli()), accuse())
    with ouvrir(chemin) as registre:
        assert registre.verifier().inscriptions == 2
        assert len(registre.evenements("d")) == 1
        with pytest.raises(DejaEnvoye):
            registre.reserver(pli())
        empreinte = registre.inscriptions()[0].donnees["documents"][0]["empreinte"]
        assert registre.octets(empreinte) == b"x"
        with pytest.raises(DonneeInvalide):
            registre.octets("0")
        assert "registre.sqlite" in repr(registre)


def test_durabilite_lue_sur_la_connexion(chemin):
    with ouvrir(chemin) as registre:
        assert registre._base.execute("PRAGMA synchronous").fetchone() == (3,)
        assert registre._base.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert [f.name for f in chemin.parent.iterdir()] == ["registre.sqlite"]


def test_fermer_sans_constater_laisse_incertain(chemin):
    with ouvrir(chemin) as registre:
        registre.reserver(pli())
    with ouvrir(chemin) as registre:
        with pytest.raises(DejaEnvoye, match="trancher"):
            registre.reserver(pli())
        registre.trancher("k", "refuse", "boîte vide")
        registre.reserver(pli())


def test_deux_registres_du_meme_processus(chemin):
    with ouvrir(chemin) as un, ouvrir(chemin) as deux:
        un.reserver(pli())
        with pytest.raises(RegistreOccupe):
            deux.reserver(pli())


def test_un_registre_lu_vide_voit_la_cle_qu_un_autre_prend_ensuite(chemin):
    """Le sel naît avec la première inscription : celui qu'un lecteur aurait tiré avant elle ne vaut rien."""
    with ouvrir(chemin) as un, ouvrir(chemin) as deux:
        assert un.evenements("d") == ()
        deux.constater(deux.reserver(pli()), accuse())
        with pytest.raises(DejaEnvoye):
            un.reserver(pli())
        assert len(un.evenements("d")) == 1


def test_le_sel_d_une_transaction_defaite_ne_sert_plus(chemin):
    with ouvrir(chemin) as un, ouvrir(chemin) as deux:
        vraie, un._base = un._base, Panne(un._base, "COMMIT")
        with pytest.raises(EnvoiImpossible):
            un.reserver(pli())
        un._base = vraie
        deux.constater(deux.reserver(pli()), accuse())
        with pytest.raises(DejaEnvoye):
            un.reserver(pli())


def test_mort_entre_intention_et_constat(chemin):
    mort = lancer(chemin, "registre.reserver(pli('k')); os._exit(9)")
    assert mort.wait() == 9
    mort.stdout.close()
    with ouvrir(chemin) as registre:
        assert registre.verifier().inscriptions == 1
        assert len(registre.incertains()) == 1
        with pytest.raises(DejaEnvoye, match="trancher"):
            registre.reserver(pli())


def test_un_autre_processus_vivant_tient_sa_cle(chemin):
    autre = lancer(chemin, "registre.reserver(pli('k')); print('pris', flush=True); sys.stdin.read()")
    try:
        assert autre.stdout.readline() == "pris\n"
        with ouvrir(chemin) as registre:
            with pytest.raises(RegistreOccupe):
                registre.reserver(pli())
            with pytest.raises(RegistreOccupe):
                registre.trancher("k", "refuse", "trop long")
            assert not registre.incertains()
    finally:
        autre.kill()
        autre.wait()
        autre.stdout.close()


def test_un_registre_qu_un_autre_processus_cree_au_meme_instant_n_est_pas_dit_manquant(chemin, monkeypatch):
    ailleurs = chemin.with_name("ailleurs.sqlite")
    with ouvrir(ailleurs) as registre:
        registre.reserver(pli())

    def pendant_qu_il_se_cree(_):
        if not chemin.exists():
            ailleurs.rename(chemin)
        return ["registre.sqlite-journal"]

    monkeypatch.setattr(module, "compagnons", pendant_qu_il_se_cree)
    with ouvrir(chemin) as registre:
        assert list(registre.inscriptions())


def test_de_deux_creations_la_premiere_vaut(chemin, monkeypatch):
    """Entre la base bâtie et son nom, un autre processus a donné ce nom à la sienne, et y a inscrit."""
    lier = os.link

    def pendant_que_l_autre_finit(partielle, nom):
        monkeypatch.setattr(module.os, "link", lier)
        with ouvrir(chemin) as autre:
            autre.reserver(pli())
        lier(partielle, nom)

    monkeypatch.setattr(module.os, "link", pendant_que_l_autre_finit)
    with ouvrir(chemin) as registre:
        assert len(list(registre.inscriptions())) == 1
    assert [x.name for x in chemin.parent.iterdir()] == [chemin.name]


def test_sans_liens_le_fichier_prend_son_nom_quand_meme(chemin, monkeypatch):
    def sans_liens(*_):
        raise OSError(errno.EPERM, "pas de liens ici")

    monkeypatch.setattr(module.os, "link", sans_liens)
    with ouvrir(chemin) as registre:
        registre.reserver(pli())
    with ouvrir(chemin) as registre:
        assert len(list(registre.inscriptions())) == 1


def test_un_registre_vide_n_est_pas_pris_pour_un_neuf(chemin):
    """Tout y repartirait : ce qui a été envoyé n'y est plus inscrit."""
    with ouvrir(chemin) as registre:
        registre.reserver(pli())
    os.truncate(chemin, 0)
    with pytest.raises(DonneeInvalide, match="fichier vide"):
        ouvrir(chemin)
    assert chemin.stat().st_size == 0


def test_une_base_sans_table_n_est_pas_un_registre(chemin):
    with closing(sqlite3.connect(chemin)) as base:
        base.execute("PRAGMA user_version = 0")
        base.execute("VACUUM")
    assert chemin.stat().st_size
    with pytest.raises(RegistreCorrompu, match="base vide"):
        ouvrir(chemin)


def test_un_lien_peut_preceder_son_registre(chemin):
    reel = chemin.with_name("reel.sqlite")
    chemin.symlink_to(reel)
    with ouvrir(chemin) as registre:
        registre.reserver(pli())
    assert (reel.is_file(), chemin.is_symlink()) == (True, True)


def test_une_creation_manquee_ne_laisse_rien(chemin, monkeypatch):
    monkeypatch.setattr(module, "_nommer", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        ouvrir(chemin)
    assert list(chemin.parent.iterdir()) == []


def test_huit_lancements_une_seule_prise_par_cle(chemin):
    suite = """
for n in range(10):
    try:
        reservation = registre.reserver(pli(f"k{n}"))
    except RecouvrementError:
        continue
    print(n, flush=True)
    registre.constater(reservation, Accuse(issue="pris", le=INSTANT))
"""
    processus = [lancer(chemin, suite) for _ in range(8)]
    sorties = [p.communicate()[0] for p in processus]
    assert [p.returncode for p in processus] == [0] * 8
    prises = sorted(int(n) for sortie in sorties for n in sortie.split())
    assert prises == list(range(10))
    with ouvrir(chemin) as registre:
        assert registre.verifier().inscriptions == 20
        assert registre.verifier().intacte


def test_huit_fils_une_seule_prise(chemin):
    prises = []

    def tenter():
        with suppress(RegistreOccupe):
            prises.append(registre.reserver(pli()))

    with ouvrir(chemin) as registre:
        fils = [threading.Thread(target=tenter) for _ in range(8)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
    assert len(prises) == 1


def test_base_verrouillee(chemin, monkeypatch):
    monkeypatch.setattr(module, "_ATTENTE", 0.05)
    with ouvrir(chemin) as registre:
        autre = sqlite3.connect(chemin, isolation_level=None)
        autre.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RegistreOccupe, match="verrouillé"):
            registre.reserver(pli())
        autre.close()
        registre.reserver(pli())


class Panne:
    """Connexion dont la n-ième écriture échoue comme sur un disque plein."""

    def __init__(self, vraie, geste):
        self._vraie, self._geste = vraie, geste

    def __getattr__(self, nom):
        return getattr(self._vraie, nom)

    def execute(self, requete, *arguments):
        if requete.startswith(self._geste):
            erreur = sqlite3.OperationalError("database or disk is full")
            erreur.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise erreur
        return self._vraie.execute(requete, *arguments)


@pytest.mark.parametrize("geste", ["BEGIN", "INSERT INTO journal", "INSERT OR IGNORE", "COMMIT"])
def test_disque_plein_rien_n_est_inscrit(chemin, geste):
    with ouvrir(chemin) as registre:
        vraie = registre._base
        registre._base = Panne(vraie, geste)
        with pytest.raises(EnvoiImpossible, match="rien ne doit partir"):
            registre.reserver(pli())
        registre._base = vraie
        assert registre.verifier().inscriptions == 0
        reservation = registre.reserver(pli())
        registre._base = Panne(vraie, "COMMIT")
        with pytest.raises(EnvoiImpossible):
            registre.constater(reservation, accuse())
        registre._base = vraie
        assert registre.verifier().inscriptions == 1
        assert registre.verifier().intacte


def test_vrai_disque_plein(chemin):
    with ouvrir(chemin) as registre:
        registre._base.execute(f"PRAGMA max_page_count = {registre._base.execute('PRAGMA page_count').fetchone()[0] + 1}")
        with pytest.raises(EnvoiImpossible, match="disque plein"):
            registre.reserver(pli(contenu=b"x" * 100_000))
        assert registre.verifier().inscriptions == 0


def test_registre_ferme(chemin):
    registre = ouvrir(chemin)
    registre.fermer()
    registre.fermer()
    with pytest.raises(EnvoiImpossible):
        registre.reserver(pli())


def test_ouvert_avant_un_fork(chemin):
    with ouvrir(chemin) as registre:
        registre._pid -= 1
        with pytest.raises(EnvoiImpossible, match="fork"):
            registre.reserver(pli())


def test_dossier_absent(tmp_path):
    with pytest.raises(DonneeInvalide, match="dossier existe"):
        ouvrir(tmp_path / "absent" / "r.sqlite")
    with pytest.raises(DonneeInvalide):
        ouvrir(tmp_path)


@pytest.mark.parametrize(
    ("geste", "message"),
    [
        ("PRAGMA user_version = 99", "version 99"),
        ("PRAGMA application_id = 7", "autre base"),
    ],
)
def test_base_future_ou_etrangere_rien_n_y_est_ecrit(rempli, geste, message):
    autre = sqlite3.connect(rempli)
    autre.execute(geste)
    autre.commit()
    autre.close()
    avant = rempli.read_bytes()
    with pytest.raises(RegistreCorrompu, match=message):
        ouvrir(rempli)
    assert rempli.read_bytes() == avant


def test_base_d_une_autre_application(chemin):
    autre = sqlite3.connect(chemin)
    autre.execute("CREATE TABLE clients (nom)")
    autre.commit()
    autre.close()
    avant = chemin.read_bytes()
    with pytest.raises(RegistreCorrompu, match="pas un registre"):
        ouvrir(chemin)
    assert chemin.read_bytes() == avant


def test_fichier_qui_n_est_pas_une_base(chemin):
    chemin.write_bytes(b"Bonjour, ceci n'est pas une base de donnees. " * 50)
    avant = chemin.read_bytes()
    with pytest.raises(RegistreCorrompu):
        ouvrir(chemin)
    assert chemin.read_bytes() == avant


def test_pages_brouillees(rempli):
    octets = bytearray(rempli.read_bytes())
    octets[4096:] = bytes(b ^ 0x5A for b in octets[4096:])
    rempli.write_bytes(octets)
    with pytest.raises(RegistreCorrompu):
        ouvrir(rempli)
    assert rempli.read_bytes() == octets


def test_l_ajout_seul_est_tenu_par_la_base(rempli):
    with ouvrir(rempli) as registre:
        for table in ("journal", "prives", "documents", "pseudonymes"):
            for geste in (f"DELETE FROM {table}", f"UPDATE {table} SET seq = 99"):
                with pytest.raises(sqlite3.IntegrityError, match="ajout seul"):
                    registre._base.execute(geste)


def alterer(chemin, *gestes):
    base = sqlite3.connect(chemin)
    for table in ("journal", "prives", "documents", "pseudonymes"):
        for geste in ("update", "delete"):
            base.execute(f"DROP TRIGGER IF EXISTS {table}_sans_{geste}")
    for geste in gestes:
        base.execute(*geste) if isinstance(geste, tuple) else base.execute(geste)
    base.commit()
    base.close()


def defaut(chemin, ancre=""):
    with ouvrir(chemin) as registre:
        return registre.verifier(ancre).defaut


def test_sans_declencheurs_rien_d_autre_n_a_change(rempli):
    alterer(rempli)
    assert defaut(rempli) == ""


COLONNES = ["journal.le", "journal.genre", "journal.contenu", "journal.precedente", "journal.empreinte"]
COLONNES += ["prives.contenu", "documents.empreinte", "documents.octets", "pseudonymes.terme"]


@pytest.mark.parametrize("colonne", COLONNES)
def test_chaque_octet_de_chaque_colonne_est_tenu(rempli, colonne):
    """Un octet changé, n'importe où : vu. Les colonnes longues sont éprouvées par pas."""
    table, nom = colonne.split(".")
    intact = rempli.read_bytes()
    base = sqlite3.connect(rempli)
    cellules = base.execute(f"SELECT rowid, CAST({nom} AS BLOB) FROM {table}").fetchall()
    base.close()
    for ligne, octets in cellules[:: max(1, len(cellules) // 2)]:
        for rang in range(0, len(octets), max(1, len(octets) // 12)):
            for masque in (0x01, 0x80):
                change = bytes([*octets[:rang], octets[rang] ^ masque, *octets[rang + 1 :]])
                genre = "BLOB" if nom == "octets" else "TEXT"
                alterer(rempli, (f"UPDATE {table} SET {nom} = CAST(? AS {genre}) WHERE rowid = ?", (change, ligne)))
                assert defaut(rempli), (colonne, ligne, rang, masque)
                rempli.write_bytes(intact)


@pytest.mark.parametrize(
    "gestes",
    [
        ["DELETE FROM journal WHERE seq = 3"],
        ["DELETE FROM journal WHERE seq = 1"],
        ["UPDATE journal SET seq = 99 WHERE seq = 6"],
        ["UPDATE journal SET seq = 99 WHERE seq = 2", "UPDATE journal SET seq = 2 WHERE seq = 3", "UPDATE journal SET seq = 3 WHERE seq = 99"],
        ["INSERT INTO journal SELECT 7, le, genre, contenu, empreinte, 'f' FROM journal WHERE seq = 6"],
        ["UPDATE journal SET contenu = CAST(contenu AS BLOB) WHERE seq = 2"],
        ["DELETE FROM documents WHERE rowid = 2"],
        ["INSERT INTO documents VALUES (1, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad', CAST('abc' AS BLOB))"],
        ["UPDATE documents SET seq = 3 WHERE seq = 1"],
        ["DELETE FROM prives WHERE seq = 3"],
        ["UPDATE prives SET seq = 99 WHERE seq = 1"],
        ["INSERT INTO prives SELECT 7, contenu FROM prives WHERE seq = 1", "DELETE FROM prives WHERE seq = 1"],
        ["DELETE FROM pseudonymes WHERE rowid = 2"],
        ["INSERT INTO pseudonymes VALUES ('f', 1)"],
        ["UPDATE pseudonymes SET seq = 6 WHERE rowid = 2"],
    ],
)  # fmt: skip
def test_retrait_insertion_permutation(rempli, gestes):
    alterer(rempli, *gestes)
    assert defaut(rempli)


def test_la_fin_otee_n_est_vue_qu_avec_une_ancre(rempli):
    with ouvrir(rempli) as registre:
        tete = registre.verifier().tete
        documents = [d["empreinte"] for d in registre.inscriptions()[-1].donnees["documents"]]
    alterer(
        rempli,
        "DELETE FROM journal WHERE seq = 6",
        "DELETE FROM pseudonymes WHERE seq = 6",
        "DELETE FROM prives WHERE seq = 6",
        ("DELETE FROM documents WHERE empreinte = ?", tuple(documents)),
    )
    assert defaut(rempli) == ""
    assert "ancrée" in defaut(rempli, tete)


def test_une_chaine_refaite_au_contenu_illisible_est_vue(rempli):
    from recouvrement.registre import inscriptions as ins

    with ouvrir(rempli) as registre:
        derniere = registre.inscriptions()[-1]
    empreinte = ins.empreinte(derniere.precedente, 6, derniere.le, derniere.genre, "[")
    alterer(rempli, ("UPDATE journal SET contenu = '[', empreinte = ? WHERE seq = 6", (empreinte,)))
    assert "illisible" in defaut(rempli)


def test_aucun_etat_ne_se_lit_d_une_ligne_alteree(rempli):
    alterer(rempli, "UPDATE journal SET contenu = replace(contenu, 'pris', 'refuse') WHERE seq = 2")
    with ouvrir(rempli) as registre:
        with pytest.raises(RegistreCorrompu, match="inscription 2"):
            registre.reserver(pli("k0"))
        with pytest.raises(RegistreCorrompu):
            registre.evenements("d")


def test_rien_ne_suit_une_derniere_ligne_alteree(rempli):
    alterer(rempli, "UPDATE journal SET le = 'x' WHERE seq = 6")
    with ouvrir(rempli) as registre, pytest.raises(RegistreCorrompu, match="inscription 6"):
        registre.reserver(pli("neuve"))


def test_sort_du_porteur():
    jeton = Jeton()
    porteur = moi(jeton)
    assert sort_du_porteur(porteur) == "vivant"
    assert sort_du_porteur(porteur | {"machine": "ailleurs"}) == "inverifiable"
    assert sort_du_porteur(porteur | {"demarrage": "autre"}) == "mort"
    assert sort_du_porteur(porteur | {"pid": 2**22 + 1}) == "mort"
    assert sort_du_porteur(porteur | {"depart": "1"}) == "mort"
    assert sort_du_porteur(porteur | {"pid": 1, "depart": ""}) == "inverifiable"
    assert sort_du_porteur(porteur | {"pid": 2**22 + 1, "depart": ""}) == "mort"
    jeton.eteindre()
    assert sort_du_porteur(porteur) == "mort"


def test_porteur_d_une_autre_machine_un_humain_peut_trancher(chemin, monkeypatch):
    ailleurs = moi(Jeton()) | {"machine": "ailleurs"}
    with ouvrir(chemin) as registre:
        monkeypatch.setattr("recouvrement.registre.journal.moi", lambda _jeton: ailleurs)
        registre.reserver(pli())
        with pytest.raises(RegistreOccupe, match="trancher"):
            registre.reserver(pli())
        registre.trancher("k", "refuse", "la machine a brûlé")
        registre.reserver(pli())
