"""D'un registre de version 1 à la version 2 : rien de perdu, tout ou rien, et la copie d'avant à côté."""

import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
import registre_v1

from recouvrement.erreurs import ContenuChange, DejaEnvoye, DonneeInvalide, EnvoiImpossible, RegistreCorrompu
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.ports import Avis, Destinataire, Document, Pli
from recouvrement.registre import inscriptions as ins
from recouvrement.registre.sqlite import RegistreSqlite

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def ouvrir(chemin):
    return RegistreSqlite(chemin, lambda: INSTANT)


def pli(cle, debiteur):
    return Pli(
        cles=(cle,),
        destinataire=Destinataire(nom="X"),
        objet="o",
        documents=(Document("l.txt", "text/plain", b"x"),),
        debiteur=debiteur,
        acte=MiseEnDemeure(le=date(2026, 11, 21), creances=("F",)),
    )


@pytest.fixture
def chemin(tmp_path):
    return tmp_path / "registre.sqlite"


def lignes_v1(chemin):
    base = sqlite3.connect(chemin)
    try:
        return [base.execute(f"SELECT * FROM {table}").fetchall() for table in ("journal", "documents", "termes")]  # noqa: S608
    finally:
        base.close()


def test_tout_est_repris_et_se_verifie(chemin):
    chaine = registre_v1.ecrire(chemin)
    avant = lignes_v1(chemin)
    with ouvrir(chemin) as registre:
        lignes = registre.inscriptions()
        assert registre.verifier().intacte
        assert [x.genre for x in lignes] == [*(genre for genre, _ in registre_v1.gestes()[0]), "migration"]
        assert {x.le for x in lignes[:-1]} == {registre_v1.LE}
        (acte,) = registre.evenements("id:A")  # le second est refusé
        assert acte.payer_avant_le == date(2026, 3, 10)
        assert registre.evenements("id:B")[0].creances == ("k1", "k2")
        preuve = lignes[1].donnees["documents"][0]["empreinte"]
        assert registre.octets(preuve) == b"preuve A"
        assert not registre.incertains()
        for cle, debiteur in (("k0", "id:A"), ("k2", "id:B")):
            with pytest.raises(ContenuChange):
                registre.reserver(pli(cle, debiteur))
        assert registre.reserver(pli("k3", "id:A")).numero == 9
        assert registre.aviser(Avis(numero="RK1", nature="presente", le=date(2026, 3, 3)))
        assert registre.evenements("id:A")[0].presentee_le == date(2026, 3, 3)
    copie = chemin.with_name(f"registre.sqlite.v1-{chaine[-1][:12]}")
    assert lignes_v1(copie) == avant
    assert sorted(f.name for f in chemin.parent.iterdir()) == sorted([chemin.name, copie.name])


def test_les_ancres_d_avant_valent_encore(chemin):
    chaine = registre_v1.ecrire(chemin)
    with ouvrir(chemin) as registre:
        for ancre in (*chaine, ins.ORIGINE, registre.verifier().tete):
            assert registre.verifier(ancre).intacte
        assert "ancrée" in registre.verifier("a" * 64).defaut


def test_rouvrir_ne_convertit_pas_deux_fois(chemin):
    registre_v1.ecrire(chemin)
    with ouvrir(chemin) as registre:
        tete = registre.verifier().tete
    with ouvrir(chemin) as registre:
        assert registre.verifier().tete == tete


def test_un_registre_de_version_1_vide(chemin):
    registre_v1.ecrire(chemin, vide=True)
    with ouvrir(chemin) as registre:
        assert [x.genre for x in registre.inscriptions()] == ["migration"]
        registre.reserver(pli("k", "d"))
        assert registre.verifier().intacte


def test_aucun_nom_ne_reste_en_clair_dans_la_chaine(chemin):
    registre_v1.ecrire(chemin)
    with ouvrir(chemin) as registre:
        for ligne in registre.inscriptions():
            assert not any(mot in ligne.contenu for mot in ("Arlette", "Bernard", "id:A", "RK1", "k0", "k1"))


def test_la_copie_d_avant_s_oppose_a_un_effacement(chemin):
    registre_v1.ecrire(chemin)
    with ouvrir(chemin) as registre:
        with pytest.raises(DonneeInvalide, match="avant conversion"):
            registre.effacer("id:B", "demande reçue")
        next(chemin.parent.glob("*.v1-*")).unlink()
        assert registre.effacer("id:B", "demande reçue")
        assert registre.verifier().intacte
        octets = chemin.read_bytes()
        assert b"Bernard" not in octets
        assert b"lettre B" not in octets
        assert b"Arlette" in octets
        assert b"lettre A" in octets
        with pytest.raises(DejaEnvoye):
            registre.reserver(pli("k1", "id:B"))


def test_un_processus_reste_en_version_1_ne_peut_plus_rien_inscrire(chemin):
    """Ouvert avant la conversion, il chercherait sa clé où elle n'est plus, et enverrait deux fois : ses requêtes échouent."""
    registre_v1.ecrire(chemin)
    ancien = sqlite3.connect(chemin, isolation_level=None)
    ancien.execute("SELECT 1 FROM termes").fetchone()
    ouvrir(chemin).fermer()
    with pytest.raises(sqlite3.OperationalError, match="no such table"):
        ancien.execute("SELECT j.seq FROM termes t JOIN journal j ON j.seq = t.seq WHERE t.terme = 'cle:k0'")
    ancien.close()


@pytest.mark.parametrize(
    "geste",
    [
        "UPDATE journal SET contenu = replace(contenu, 'pris', 'refuse') WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 3",
        "DELETE FROM documents WHERE rowid = 1",
        "UPDATE documents SET octets = x'00' WHERE rowid = 1",
    ],
)
def test_une_chaine_rompue_n_est_pas_convertie(chemin, geste):
    registre_v1.ecrire(chemin)
    base = sqlite3.connect(chemin)
    for table in ("journal", "documents"):
        for quoi in ("update", "delete"):
            base.execute(f"DROP TRIGGER {table}_sans_{quoi}")
    base.execute(geste)
    base.commit()
    base.close()
    avant = lignes_v1(chemin)
    with pytest.raises(RegistreCorrompu, match=r"converti"):
        ouvrir(chemin)
    assert lignes_v1(chemin) == avant


def test_la_copie_impossible_arrete_tout(chemin, monkeypatch):
    registre_v1.ecrire(chemin)
    avant = lignes_v1(chemin)
    monkeypatch.setattr("recouvrement.registre.fichier.tempfile.mkstemp", lambda **_: (_ for _ in ()).throw(OSError("plein")))
    with pytest.raises(DonneeInvalide, match="sauvegarde"):
        ouvrir(chemin)
    assert lignes_v1(chemin) == avant


MORT = """
import os, sys
from datetime import UTC, datetime
from recouvrement.registre import fichier, sqlite
reste = [int(sys.argv[2])]
vraie = fichier.ouvrir
def compter(_requete):
    reste[0] -= 1
    if reste[0] == 0:
        os._exit(9)
def ouvrir(chemin):
    base = vraie(chemin)
    base.set_trace_callback(compter)
    return base
sqlite.ouvrir = ouvrir
sqlite.RegistreSqlite(sys.argv[1], lambda: datetime(2026, 11, 21, tzinfo=UTC)).fermer()
"""


def test_une_mort_au_milieu_laisse_la_version_1(tmp_path):
    """Tué à chaque instruction SQL : la version 1 entière, ou la version 2 entière. Rouvrir finit le travail."""
    versions, rang = [], 1
    while True:
        chemin = tmp_path / f"r{rang}.sqlite"
        registre_v1.ecrire(chemin)
        avant = lignes_v1(chemin)
        code = subprocess.run([sys.executable, "-c", MORT, str(chemin), str(rang)], check=False).returncode
        if code == 0:
            break
        assert code == 9
        base = sqlite3.connect(chemin)
        (version,) = base.execute("PRAGMA user_version").fetchone()
        base.close()
        versions.append(version)
        if version == 1:
            assert lignes_v1(chemin) == avant
        with ouvrir(chemin) as registre:
            assert registre.verifier().intacte
            assert registre.verifier().inscriptions == 8
        rang += 4
    assert len(versions) > 8
    assert 1 in versions


def test_disque_plein_pendant_la_conversion(chemin, monkeypatch):
    registre_v1.ecrire(chemin)
    avant = lignes_v1(chemin)

    def plein(*_):
        erreur = sqlite3.OperationalError("database or disk is full")
        erreur.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise erreur

    monkeypatch.setattr(RegistreSqlite, "_ecrire", plein)
    with pytest.raises(EnvoiImpossible, match="disque plein"):
        ouvrir(chemin)
    assert lignes_v1(chemin) == avant
