"""Copier un registre pendant qu'il sert : une sauvegarde est entière et vérifiée, ou n'existe pas."""

import sqlite3
import threading
from datetime import UTC, date, datetime

import pytest

from recouvrement.erreurs import DejaEnvoye, DonneeInvalide, RegistreCorrompu
from recouvrement.modele.actes import Relance
from recouvrement.ports import Accuse, Destinataire, Document, Pli
from recouvrement.registre.sqlite import RegistreSqlite

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def pli(cle):
    return Pli(
        cles=(cle,),
        destinataire=Destinataire(nom="D"),
        objet="o",
        documents=(Document("l.txt", "text/plain", cle.encode() * 500),),
        debiteur="d",
        acte=Relance(le=date(2026, 11, 21), creances=("F-1",)),
    )


def ouvrir(chemin):
    return RegistreSqlite(chemin, lambda: INSTANT)


def envoyer(registre, *cles):
    for cle in cles:
        registre.constater(registre.reserver(pli(cle)), Accuse(issue="pris", le=INSTANT))


@pytest.fixture
def chemin(tmp_path):
    return tmp_path / "registre.sqlite"


def test_la_copie_est_un_registre(chemin):
    vers = chemin.with_name("copie.sqlite")
    with ouvrir(chemin) as registre:
        envoyer(registre, "a", "b")
        verdict = registre.sauvegarder(str(vers))
        assert verdict == registre.verifier()
        envoyer(registre, "c")
    with ouvrir(vers) as copie:
        assert copie.verifier() == verdict
        with pytest.raises(DejaEnvoye):
            copie.reserver(pli("a"))
        assert copie.reserver(pli("c")).numero == 5
    assert sorted(f.name for f in chemin.parent.iterdir()) == ["copie.sqlite", "registre.sqlite"]


@pytest.mark.parametrize("reste", ["copie.sqlite", "copie.sqlite-journal", "copie.sqlite-wal"])
def test_rien_n_est_remplace(chemin, reste):
    """Un vieux journal à côté d'une copie neuve y serait rejoué."""
    chemin.with_name(reste).write_bytes(b"ancien")
    with ouvrir(chemin) as registre, pytest.raises(DonneeInvalide, match="existe déjà"):
        registre.sauvegarder(chemin.with_name("copie.sqlite"))
    assert chemin.with_name(reste).read_bytes() == b"ancien"


def test_dossier_absent(chemin):
    with ouvrir(chemin) as registre, pytest.raises(DonneeInvalide, match="ne peut pas être écrite"):
        registre.sauvegarder(chemin.parent / "absent" / "copie.sqlite")


def test_un_registre_rompu_n_est_pas_sauvegarde(chemin):
    with ouvrir(chemin) as registre:
        envoyer(registre, "a")
        registre._base.execute("DROP TRIGGER journal_sans_update")
        registre._base.execute("UPDATE journal SET le = 'x' WHERE seq = 1")
        with pytest.raises(RegistreCorrompu, match="empreinte fausse"):
            registre.sauvegarder(chemin.with_name("copie.sqlite"))
    assert [f.name for f in chemin.parent.iterdir()] == ["registre.sqlite"]


def test_une_copie_qui_ne_se_relit_pas_n_est_pas_gardee(chemin, monkeypatch):
    with ouvrir(chemin) as registre:
        envoyer(registre, "a")
        vraie = RegistreSqlite.verifier

        def faussee(self, ancre=""):
            return vraie(self, "f" * 64 if self is not registre else "")

        monkeypatch.setattr(RegistreSqlite, "verifier", faussee)
        with pytest.raises(RegistreCorrompu, match="ancrée"):
            registre.sauvegarder(chemin.with_name("copie.sqlite"))
    assert [f.name for f in chemin.parent.iterdir()] == ["registre.sqlite"]


def test_pendant_qu_un_autre_ecrit(chemin):
    """La copie est celle d'un instant : toujours intacte, jamais en retard sur la tête d'avant elle."""
    with ouvrir(chemin) as registre, ouvrir(chemin) as autre:
        envoyer(registre, "premier")
        ecrit = threading.Thread(target=envoyer, args=(autre, *(f"k{n}" for n in range(40))))
        ecrit.start()
        for n in range(4):
            avant = registre.verifier()
            verdict = registre.sauvegarder(chemin.with_name(f"copie{n}.sqlite"))
            assert verdict.intacte
            assert verdict.inscriptions >= avant.inscriptions
        ecrit.join()


def test_un_journal_reste_d_une_mort_est_rejoue(chemin):
    """Copie brute d'un fichier en pleine écriture, son ``-journal`` à côté : rouvrir défait la moitié écrite."""
    with ouvrir(chemin) as registre:
        envoyer(registre, "a")
        registre._base.execute("PRAGMA cache_size = 1")
        registre._base.execute("BEGIN IMMEDIATE")
        registre._base.execute("INSERT INTO documents VALUES (9, 'x', zeroblob(400000))")  # déborde le cache : pages écrites
        mort = chemin.with_name("mort.sqlite")
        mort.write_bytes(chemin.read_bytes())
        mort.with_name("mort.sqlite-journal").write_bytes(chemin.with_name("registre.sqlite-journal").read_bytes())
        registre._base.execute("ROLLBACK")
    with ouvrir(mort) as registre:
        assert registre.sauvegarder(chemin.with_name("copie.sqlite")).inscriptions == 2
    assert not mort.with_name("mort.sqlite-journal").exists()


@pytest.mark.parametrize("suffixe", ["-journal", "-wal"])
def test_un_journal_sans_son_fichier_ne_fait_pas_un_registre_neuf(chemin, suffixe):
    """Ouvrir un registre neuf à cette place ferait oublier toutes les clés prises."""
    reste = chemin.with_name(chemin.name + suffixe)
    reste.write_bytes(b"x")
    with pytest.raises(DonneeInvalide, match=suffixe):
        ouvrir(chemin)
    assert reste.read_bytes() == b"x"
    assert not chemin.exists()


def test_la_copie_ne_porte_pas_les_droits_de_tous(chemin):
    with ouvrir(chemin) as registre:
        registre.sauvegarder(chemin.with_name("copie.sqlite"))
    assert chemin.with_name("copie.sqlite").stat().st_mode & 0o077 == 0


def test_un_ecrivain_n_empeche_pas_de_copier(chemin):
    with ouvrir(chemin) as registre:
        envoyer(registre, "a")
        autre = sqlite3.connect(chemin, isolation_level=None)
        autre.execute("BEGIN IMMEDIATE")
        assert registre.sauvegarder(chemin.with_name("copie.sqlite")).intacte
        autre.close()
