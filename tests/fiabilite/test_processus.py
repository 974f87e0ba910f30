"""De vrais processus, de vrais signaux, un vrai serveur SMTP : kill -9 au hasard, huit à la fois, un arrêté qui se réveille."""

import signal
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from fiabilite.boite import Boite, comparer, lancer, trancher_tout
from recouvrement.registre import RegistreSqlite

# aiosmtpd 1.4.6 emploie des fonctions d'asyncio vieillies.
pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.skipif(sys.platform == "win32", reason="signaux POSIX"),
]
COMBIEN = 30


@pytest.fixture
def boite() -> Iterator[Boite]:
    with Boite() as ouverte:
        yield ouverte


@pytest.fixture
def chemin(tmp_path: Path) -> Path:
    return tmp_path / "registre.sqlite"


def ouvrir(chemin: Path) -> RegistreSqlite:
    return RegistreSqlite(chemin, lambda: datetime.now(UTC))


def test_kill_9_au_hasard(chemin: Path, boite: Boite) -> None:
    """Six morts à des instants tirés au sort ; après chacune, le registre dit vrai de ce que la boîte a pris."""
    hasard, tues = Random(9), 0
    for _ in range(6):
        fils = lancer(chemin, boite.port, COMBIEN)
        fils.stdout.readline()  # l'interpréteur est prêt
        time.sleep(hasard.uniform(0.0, 0.25))
        fils.kill()
        fils.communicate()
        tues += fils.returncode == -signal.SIGKILL
        if chemin.exists():
            with ouvrir(chemin) as registre:
                assert comparer(registre, boite) == []
                assert len(registre.incertains()) <= tues
    assert tues
    with ouvrir(chemin) as registre:
        trancher_tout(registre, boite)
    fin = lancer(chemin, boite.port, COMBIEN)
    dit, erreurs = fin.communicate()
    assert fin.returncode == 0, erreurs
    assert set(boite.par_adresse.values()) == {1}
    assert len(boite.prises) == COMBIEN, dit
    with ouvrir(chemin) as registre:
        assert comparer(registre, boite) == []
        assert registre.incertains() == ()


def test_huit_processus_a_la_fois(chemin: Path, boite: Boite) -> None:
    """Trente lettres, huit lancements qui ne se connaissent pas : la clé seule les départage."""
    fils = [lancer(chemin, boite.port, COMBIEN, "amnesique") for _ in range(8)]
    for un in fils:
        dit, erreurs = un.communicate()
        assert un.returncode == 0, erreurs
        assert not [ligne for ligne in dit.splitlines() if ligne.startswith(("inconnu", "refuse"))]
    assert set(boite.par_adresse.values()) == {1}
    assert len(boite.prises) == COMBIEN
    with ouvrir(chemin) as registre:
        assert comparer(registre, boite) == []
        lignes = registre.inscriptions()
        assert [x.numero for x in lignes] == list(range(1, len(lignes) + 1))
        assert sorted(x.genre for x in lignes) == sorted(["intention", "jalon", "accuse"] * COMBIEN)


def test_un_processus_arrete_garde_son_envoi(chemin: Path, boite: Boite) -> None:
    """SIGSTOP entre la prise et la réponse : un autre lancement n'exproprie pas un vivant ; réveillé, il finit, sans doute ni double."""
    lent = lancer(chemin, boite.port, 5, "amnesique")
    arretes = []

    def arreter() -> None:
        if not arretes:
            arretes.append(lent.pid)
            lent.send_signal(signal.SIGSTOP)

    boite.a_la_prise = arreter
    lent.stdout.readline()
    while not arretes:
        time.sleep(0.01)
    autre = lancer(chemin, boite.port, 5, "amnesique")
    dit, erreurs = autre.communicate()
    lent.send_signal(signal.SIGCONT)
    lent.communicate()
    assert (lent.returncode, autre.returncode) == (0, 0), erreurs
    assert [ligne.split()[0] for ligne in dit.splitlines()[1:]] == ["a_retenter", *["pris"] * 4]
    assert boite.par_adresse == {f"c{i}@client.example": 1 for i in range(5)}
    with ouvrir(chemin) as registre:
        assert comparer(registre, boite) == []
        assert registre.incertains() == ()
