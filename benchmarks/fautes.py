# ruff: noqa: S607 — mount, umount et strace, où que ce système les range
"""L'envoi et le registre sous les fautes : kill -9, processus à la fois, disque plein, chaque appel système en échec.

    python benchmarks/fautes.py [secondes]

Un vrai serveur SMTP compte ce qu'il a pris ; le registre lui est comparé après chaque faute. Cible : 0 double, 0 perte (partie sans
trace, ou jamais partie une fois les fautes finies), 0 fausse preuve, et pas plus d'incertains que de fautes. Les appels système se
faussent avec ``strace``, le disque plein avec un ``tmpfs`` : sans eux, ces parties se disent sautées.
"""

import contextlib
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
warnings.simplefilter("ignore", DeprecationWarning)

from fiabilite import expediteur  # noqa: E402
from fiabilite.boite import Boite, comparer, lancer, trancher_tout  # noqa: E402
from recouvrement.registre import RegistreSqlite  # noqa: E402

LETTRES = 40
ERREURS = {
    "openat": ("EMFILE", "ENOSPC", "EIO"),
    "pwrite64": ("ENOSPC", "EIO"),
    "pread64": ("EIO",),
    "fdatasync": ("EIO",),
    "fsync": ("EIO",),
    "unlink": ("EIO", "EACCES"),
    "fcntl": ("ENOLCK", "EIO"),
    "connect": ("ECONNREFUSED",),
    "sendto": ("EPIPE", "ECONNRESET"),
    "recvfrom": ("ECONNRESET",),
}
TUES = ("openat", "pwrite64", "fdatasync", "unlink", "connect", "sendto", "recvfrom")


class Compte(Counter[str]):
    """Ce qui est arrivé, en nombres."""

    def juger(self, chemin: Path, boite: Boite, lettres: int) -> None:
        """Compare, fait trancher l'humain, reprend sans faute, compare encore."""
        if chemin.exists():
            with _ouvrir(chemin) as registre:
                self._ecarts(comparer(registre, boite))
                self["incertains"] += trancher_tout(registre, boite)
        with contextlib.redirect_stdout(io.StringIO()):
            expediteur.principal(str(chemin), str(boite.port), str(lettres))
        with _ouvrir(chemin) as registre:
            self._ecarts(comparer(registre, boite))
            self["incertains restés"] += len(registre.incertains())
        self["lettres"] += len(boite.prises)
        self["doubles"] += sum(fois - 1 for fois in boite.par_adresse.values())
        self["pertes"] += lettres - len(boite.par_adresse)

    def _ecarts(self, ecarts: list[str]) -> None:
        self["écarts"] += len(ecarts)
        for ecart in ecarts:
            print("  ÉCART", ecart)

    def dire(self, titre: str, duree: float) -> None:
        noms = ("doubles", "pertes", "écarts", "incertains", "incertains restés")
        autres = ", ".join(f"{nom} {n}" for nom, n in self.items() if nom not in noms)
        print(f"{titre} ({duree:.0f} s) : {autres} ; {', '.join(f'{nom} {self[nom]}' for nom in noms)}")


def _ouvrir(chemin: Path) -> RegistreSqlite:
    return RegistreSqlite(chemin, lambda: datetime.now(UTC))


@contextlib.contextmanager
def _lieu() -> Iterator[tuple[Path, Boite]]:
    with tempfile.TemporaryDirectory() as dossier, Boite() as boite:
        yield Path(dossier) / "registre.sqlite", boite


def tuer(secondes: float, hasard: Random) -> Compte:
    """Des kill -9 à des instants au hasard, jusqu'à ce que les quarante lettres soient parties ; et encore."""
    compte, fin = Compte(), time.monotonic() + secondes
    while time.monotonic() < fin:
        with _lieu() as (chemin, boite):
            morts = 0
            while len(boite.prises) < LETTRES and morts < 60:
                fils = lancer(chemin, boite.port, LETTRES)
                fils.stdout.readline()
                time.sleep(hasard.uniform(0, 0.6))
                fils.kill()
                fils.communicate()
                if fils.returncode != -signal.SIGKILL:
                    break
                morts += 1
                with _ouvrir(chemin) as registre:
                    compte._ecarts(comparer(registre, boite))
                    if len(registre.incertains()) > morts:
                        print("  ÉCART plus d'incertains que de morts")
                        compte["écarts"] += 1
            compte["kill"] += morts
            compte.juger(chemin, boite, LETTRES)
    return compte


def ensemble(secondes: float, _hasard: Random) -> Compte:
    """Huit lancements à la fois, qui ne connaissent aucun acte : la clé seule les départage."""
    compte, fin = Compte(), time.monotonic() + secondes
    while time.monotonic() < fin:
        with _lieu() as (chemin, boite):
            fils = [lancer(chemin, boite.port, LETTRES, "amnesique") for _ in range(8)]
            compte["erreurs de processus"] += sum(bool(un.communicate() and un.returncode) for un in fils)
            compte["processus"] += 8
            compte.juger(chemin, boite, LETTRES)
    return compte


def remplir(_secondes: float, _hasard: Random) -> Compte:
    """Un vrai disque plein : un tmpfs de taille croissante, jusqu'à ce que tout y tienne."""
    compte = Compte()
    for kio in range(64, 480, 48):
        with _lieu() as (chemin, boite), tempfile.TemporaryDirectory() as disque:
            if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kio}k", "tmpfs", disque], capture_output=True).returncode:
                print("  disque plein : sauté, aucun tmpfs ne peut être monté ici")
                return compte
            try:
                dit, _ = lancer(Path(disque) / "registre.sqlite", boite.port, LETTRES).communicate()
                if (Path(disque) / "registre.sqlite").exists():
                    shutil.copy(Path(disque) / "registre.sqlite", chemin)
            finally:
                subprocess.run(["umount", disque], check=True)
            compte["disques"] += 1
            compte["refus d'écrire"] += len(re.findall(r"^erreur", dit, re.MULTILINE))
            compte.juger(chemin, boite, LETTRES)
    return compte


def fausser(secondes: float, hasard: Random) -> Compte:
    """Chaque appel système, l'un après l'autre, échoue ou tue ; s'ils ne tiennent pas tous dans le temps, un tirage d'entre eux."""
    compte = Compte()
    if not shutil.which("strace"):
        print("  appels système : sauté, strace absent")
        return compte
    combien = {appel: _combien(appel) for appel in ERREURS}
    plans = [(appel, f"error={erreur}") for appel, erreurs in ERREURS.items() for erreur in erreurs]
    plans += [(appel, "signal=SIGKILL") for appel in TUES]
    essais = [(appel, faute, n) for appel, faute in plans for n in range(1, 1 + combien[appel])]
    hasard.shuffle(essais)
    compte["fautes possibles"] = len(essais)
    fin = time.monotonic() + secondes
    for appel, faute, n in essais:
        if time.monotonic() > fin:
            break
        with _lieu() as (chemin, boite):
            trace = _tracer(chemin, boite, appel, f"inject={appel}:{faute}:when={n}")
            compte["fautes"] += "(INJECTED)" in trace or "killed by SIGKILL" in trace
            compte.juger(chemin, boite, 1)
    return compte


def _combien(appel: str) -> int:
    with _lieu() as (chemin, boite):
        return _tracer(chemin, boite, appel, f"trace={appel}").count(f"{appel}(")


def _tracer(chemin: Path, boite: Boite, appel: str, quoi: str) -> str:
    """Envoie une lettre sous strace. Les fichiers sont bornés à ceux du registre : Python en ouvre mille autres."""
    journal = chemin.with_name("trace")
    reseau = appel in ("connect", "sendto", "recvfrom")
    chemins = [] if reseau else [x for nom in (chemin, f"{chemin}-journal", chemin.parent) for x in ("-P", str(nom))]
    avant = ("strace", "-f", "-qq", "-o", str(journal), "-e", f"trace={appel}", "-e", quoi, *chemins)
    fils = lancer(chemin, boite.port, 1, avant=avant)
    try:
        fils.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        fils.kill()
        fils.communicate()
    return journal.read_text(errors="replace") if journal.exists() else ""


def principal(secondes: float) -> int:
    """Tout, à part égale du temps ; 1 si une lettre est doublée ou perdue."""
    fautifs = 0
    for titre, partie, part in (
        ("kill -9 au hasard", tuer, 0.35),
        ("huit processus à la fois", ensemble, 0.15),
        ("disque plein", remplir, 0.0),
        ("chaque appel système", fausser, 0.5),
    ):
        depart = time.monotonic()
        compte = partie(secondes * part, Random(2026))
        compte.dire(titre, time.monotonic() - depart)
        fautifs += compte["doubles"] + compte["pertes"] + compte["écarts"] + compte["incertains restés"]
    return bool(fautifs)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    sys.exit(principal(float(sys.argv[1]) if len(sys.argv) > 1 else 300))
