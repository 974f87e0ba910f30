"""Des fichiers aux dossiers ; un fichier fautif donne une anomalie, les autres sont traités."""

import argparse
import sys
import tomllib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from attrs import evolve

from recouvrement.cli.sortie import avancement, en_clair, en_options
from recouvrement.erreurs import DonneeInvalide, affichable, cause
from recouvrement.lecture import LecteurCsv, LecteurFEC, lire_fichiers
from recouvrement.lecture.fichiers import LUS
from recouvrement.lecture.qualite import qualite
from recouvrement.lecture.rassembler import rassembler
from recouvrement.modele._champs import batir
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.personnes import Adresse, Creancier, Mandataire
from recouvrement.politique.politique import Politique
from recouvrement.politique.scenario import Scenario, usuels
from recouvrement.ports import Anomalie, Lecture

Lus = tuple[Dossier, ...]


def horloge() -> datetime:
    """L'instant présent, avec le fuseau de la machine."""
    return datetime.now(UTC).astimezone()


def aujourdhui() -> date:
    """Le jour présent, là où est la machine."""
    return horloge().date()


def rien_a_lire() -> DonneeInvalide:
    """L'erreur d'un dossier vide, ou dont nul fichier ne se lit."""
    return DonneeInvalide("dossier sans aucun fichier à lire", champ="FICHIER", remede=LUS)


def lire(options: argparse.Namespace) -> tuple[Lus, list[Anomalie]]:
    """Tous les fichiers de la commande, et ce qui n'a pas pu s'y lire ; ``options.origines`` retient d'où vient chaque créance."""
    if "au" in options and options.au is None:
        options.au = aujourdhui()
        print(f"Au {options.au:%d/%m/%Y} : le jour présent, faute de --au.", file=sys.stderr)
    mandataire = _mandataire(options.mandataire) if getattr(options, "mandataire", None) else None
    if not options.fichiers or getattr(options, "en_colonnes", None):
        return (), []
    csv, fec = lecteurs(options)
    with avancement("Lecture") as dire:
        lus = lire_fichiers(options.fichiers, csv=csv, fec=fec, progres=lambda _fichier, rang, total: dire(rang, total))
    if not lus:
        raise rien_a_lire()
    options.origines = {
        (x.creancier.nom, x.reference): affichable(chemin.name)
        for chemin, lecture in reversed(lus)  # d'une facture lue deux fois, la première est gardée
        if isinstance(lecture, Lecture)
        for x in lecture.creances
    }
    dossiers, anomalies = rassembler([(x, lu if isinstance(lu, Lecture) else en_options(lu)) for x, lu in lus])
    confies = tuple([evolve(d, mandataire=mandataire) for d in dossiers]) if mandataire else dossiers
    return confies, list(map(en_clair, anomalies))


def lire_toml(fichier: Path, option: str) -> dict[str, Any]:
    """Ce que dit le fichier donné à cette option.

    Raises:
        DonneeInvalide: Illisible.
    """
    try:
        return tomllib.loads(fichier.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise DonneeInvalide(f"fichier illisible ({cause(e)})", champ=option, valeur=str(fichier)) from None


def _mandataire(fichier: Path) -> Mandataire:
    """Celui que décrit le fichier : ses champs, et la table ``[adresse]``."""
    lus = lire_toml(fichier, "--mandataire")
    try:
        if isinstance(adresse := lus.get("adresse"), dict):
            lus["adresse"] = batir(Adresse, adresse, "--mandataire")
        mandataire: Mandataire = batir(Mandataire, lus, "--mandataire")
    except DonneeInvalide as e:
        raise e.situe(str(fichier)) from None
    return mandataire


def politique_de(options: argparse.Namespace) -> Politique:
    """Le scénario demandé pour tous ; sinon l'usuel, selon la nature de la créance et la qualité du débiteur."""
    demande: Scenario | None = getattr(options, "scenario", None)
    return Politique(scenario=demande) if demande else Politique(scenarios=usuels())


def lecteurs(options: argparse.Namespace) -> tuple[LecteurCsv, LecteurFEC]:
    """Les lecteurs que les options règlent."""
    creancier = None
    if options.creancier:
        supposee, _ = qualite(None, options.siren, creancier=True)
        creancier = Creancier(nom=options.creancier, qualite=supposee, siren=options.siren)
    csv = (
        LecteurCsv.avec_correspondance(options.correspondance, creancier=creancier)
        if options.correspondance
        else LecteurCsv(
            delimiteur=options.delimiteur,
            decimale=options.decimale,
            format_date=options.dates,
            encodage=options.encodage or "utf-8-sig",
            creancier=creancier,
        )
    )
    return csv, LecteurFEC(creancier=creancier, encodage=options.encodage)
