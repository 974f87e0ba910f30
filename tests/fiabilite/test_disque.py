"""Le disque manque, à chaque octet ; le fichier est déplacé, remplacé, son dossier ôté : sans intention écrite, rien ne part."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fabrique import ECHEANCE
from fiabilite.monde import Poste, PosteDeuxTemps, dossier, envoyer, issues
from recouvrement.erreurs import RecouvrementError
from recouvrement.registre import RegistreSqlite

AU = ECHEANCE + timedelta(days=9)


def ouvrir(chemin: Path) -> RegistreSqlite:
    return RegistreSqlite(chemin, lambda: datetime(2026, 5, 10, 9, tzinfo=UTC))


@pytest.fixture
def chemin(tmp_path: Path) -> Path:
    (tmp_path / "ici").mkdir()
    return tmp_path / "ici" / "registre.sqlite"


def essayer(registre: RegistreSqlite, poste: Poste, combien: int = 3) -> list:
    return envoyer(registre, poste, [dossier(i, creances=1) for i in range(combien)], au=AU, relire=lambda d: d)


@contextmanager
def borner(octets: int) -> Iterator[None]:
    """Aucun fichier ne dépasse cette taille (``RLIMIT_FSIZE``) : l'écriture échoue comme sur un disque plein."""
    import resource

    souple, dure = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, dure))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (souple, dure))


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE est POSIX")
@pytest.mark.parametrize("genre", [Poste, PosteDeuxTemps])
def test_disque_plein_a_chaque_taille(chemin: Path, genre: type[Poste]) -> None:
    """De la première page qui manque à la dernière : intention manquée, rien ne part ; réponse manquée, incertain ; jamais de double."""
    with ouvrir(chemin) as registre:
        essayer(registre, genre(), 1)
    depart, intact = chemin.stat().st_size, chemin.read_bytes()
    vus = set()
    for pages in range(13):
        chemin.write_bytes(intact)
        poste = genre()
        with ouvrir(chemin) as registre, borner(depart + 4096 * pages):
            envois = essayer(registre, poste, 4)
        with ouvrir(chemin) as registre:
            assert registre.verifier().intacte
            lues = {cle: dits[-1][1] for cle, dits in issues(registre).items()}
            assert set(poste.cles) <= set(lues), "parti sans intention inscrite"
            assert {cle for cle, dit in lues.items() if dit == "pris"} <= set(poste.cles) | _cles_de(0), "fausse preuve"
            for envoi in envois:
                cle = next(iter(_cles_de(int(envoi.dossier.debiteur.identifiant[1:]))))
                vus.add(envoi.issue)
                assert cle not in poste.cles or envoi.issue in ("pris", "inconnu"), envoi
                assert (lues.get(cle) == "pris") == (envoi.issue == "pris"), envoi
            for douteux in registre.incertains():
                registre.trancher(douteux.cles[0], "pris" if poste.cles[douteux.cles[0]] else "refuse", "vérifié")
            essayer(registre, poste, 4)
            assert set(poste.cles.values()) == {1}
            assert set(poste.cles) == set().union(*(_cles_de(i) for i in range(1, 4)))
    assert vus >= {"erreur", "inconnu", "pris"}, vus  # chaque sort a été rencontré


def _cles_de(i: int) -> set[str]:
    return {f"siren%3A732829320/F-{i}-0/lettre_1/1"}


def _deplacer(chemin: Path) -> None:
    chemin.rename(chemin.with_name("ailleurs.sqlite"))


def _effacer(chemin: Path) -> None:
    chemin.unlink()


def _remplacer(chemin: Path) -> None:
    shutil.copy(chemin, chemin.with_name("sauvegarde"))
    chemin.with_name("sauvegarde").rename(chemin)


def _oter_le_dossier(chemin: Path) -> None:
    chemin.parent.rename(chemin.parent.with_name("ailleurs"))


@pytest.mark.skipif(sys.platform == "win32", reason="un fichier ouvert ne s'y déplace pas")
@pytest.mark.parametrize("geste", [_deplacer, _effacer, _remplacer, _oter_le_dossier])
def test_le_fichier_disparait_pendant_l_expedition(chemin: Path, geste: object) -> None:
    """Une intention écrite dans un fichier que plus personne ne rouvrira ne prouve rien : rien ne part."""
    poste = Poste()
    with ouvrir(chemin) as registre:
        assert [e.issue for e in essayer(registre, poste, 1)] == ["pris"]
        geste(chemin)
        assert {e.issue for e in essayer(registre, poste, 3)} == {"erreur"}
    assert len(poste.prises) == 1


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="les droits n'arrêtent pas l'administrateur")
def test_droits_perdus(chemin: Path) -> None:
    poste = Poste()
    with ouvrir(chemin) as registre:
        essayer(registre, poste, 1)
        chemin.parent.chmod(0o500)
        try:
            assert {e.issue for e in essayer(registre, poste, 3)} == {"erreur"}
        finally:
            chemin.parent.chmod(0o700)
    assert len(poste.prises) == 1


def test_un_dossier_a_la_place_du_registre(chemin: Path) -> None:
    chemin.mkdir()
    with pytest.raises(RecouvrementError):
        ouvrir(chemin)
