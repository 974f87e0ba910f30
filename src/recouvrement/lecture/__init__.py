"""D'où viennent les faits ? CSV et factures EN 16931."""

from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator
from pathlib import Path

from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.lecture._commun import lire_entete
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.lecture.facture import LecteurFacture, est_pdf
from recouvrement.lecture.rassembler import rassembler
from recouvrement.ports import Lecteur, Lecture

__all__ = ["LecteurCsv", "LecteurFacture", "lire_fichiers", "rassembler"]

_CSV, _FACTURES = frozenset({".csv", ".txt"}), frozenset({".xml", ".pdf"})
_MARQUES_XML = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<")  # UTF-8, UTF-16
_LECTEUR_CSV, _LECTEUR_FACTURE = LecteurCsv(), LecteurFacture()


def lire_fichiers(
    chemins: Iterable[Path], *, csv: Lecteur = _LECTEUR_CSV, facture: Lecteur = _LECTEUR_FACTURE
) -> tuple[tuple[Path, Lecture | RecouvrementError], ...]:
    """Chaque fichier et ce qu'il a donné ; un fichier illisible rend son erreur et n'arrête pas les autres.

    Le lecteur est choisi d'après le contenu (PDF, XML), sinon d'après l'extension. D'un dossier sont pris, dans l'ordre des
    noms, ses fichiers .csv, .txt, .xml et .pdf, sans descendre dans les sous-dossiers.
    """
    return tuple((chemin, _lire(chemin, csv, facture)) for donne in chemins for chemin in _fichiers(donne))


def _fichiers(chemin: Path) -> Iterator[Path]:
    if chemin.is_dir():
        yield from sorted(f for f in chemin.iterdir() if f.suffix.lower() in _CSV | _FACTURES and f.is_file())
    else:
        yield chemin


def _lire(chemin: Path, csv: Lecteur, facture: Lecteur) -> Lecture | RecouvrementError:
    try:
        entete = lire_entete(chemin)
        xml = entete.removeprefix(BOM_UTF8).lstrip().startswith(_MARQUES_XML)
        if xml or est_pdf(entete) or chemin.suffix.lower() in _FACTURES:
            return facture.lire(chemin)
        if chemin.suffix.lower() in _CSV:
            return csv.lire(chemin)
        raise DonneeInvalide("format inconnu", ou=chemin.name, remede="Sont lus : .csv, .txt, .xml, .pdf.")
    except RecouvrementError as e:
        return e
