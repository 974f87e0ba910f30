"""Des fichiers de toute sorte : reconnaître chacun à son contenu, et le donner à son lecteur."""

from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from recouvrement.erreurs import DonneeInvalide, RecouvrementError, Remede
from recouvrement.lecture._commun import lire_entete
from recouvrement.lecture._ecritures import est_fec, siren_du_nom
from recouvrement.lecture.camt import LecteurCAMT
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.lecture.facture import LecteurFacture, est_pdf
from recouvrement.lecture.fec import LecteurFEC
from recouvrement.lecture.statuts import MESSAGE, LecteurStatuts
from recouvrement.ports import Lecteur, Lecture

Genre = Literal["csv", "table", "facture", "fec", "camt", "statut", "mt940", "inconnu"]
Progres = Callable[[Path, int, int], None]
LUS = "Sont lus : .csv, .txt, .xml, .pdf."
_CSV, _FACTURES = frozenset({".csv", ".txt"}), frozenset({".xml", ".pdf"})
_MARQUES_XML = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<")  # UTF-8, UTF-16
LECTEUR_CSV, LECTEUR_FACTURE, LECTEUR_FEC, LECTEUR_CAMT = LecteurCsv(), LecteurFacture(), LecteurFEC(), LecteurCAMT()
LECTEUR_STATUTS = LecteurStatuts()


def reconnaitre(source: Path | bytes) -> Genre:
    """Ce qu'est un fichier, d'après ses premiers octets, sinon son extension.

    Raises:
        DonneeInvalide: Fichier introuvable ou illisible.
    """
    entete = lire_entete(source)
    extension = source.suffix.lower() if isinstance(source, Path) else ".csv"
    if est_pdf(entete):
        return "facture"
    if entete.removeprefix(BOM_UTF8).lstrip().startswith(_MARQUES_XML):
        balises = entete.replace(b"\0", b"")
        return "camt" if b"xsd:camt." in balises else "statut" if MESSAGE.encode() in balises else "facture"
    if est_fec(entete):
        return "fec"
    if b":20:" in entete[:200] and b":25:" in entete:
        return "mt940"
    if extension in _FACTURES:
        return "facture"
    return "csv" if extension in _CSV else "inconnu"


def lire_fichiers(
    chemins: Iterable[Path],
    *,
    csv: Lecteur = LECTEUR_CSV,
    facture: Lecteur = LECTEUR_FACTURE,
    fec: LecteurFEC = LECTEUR_FEC,
    camt: Lecteur = LECTEUR_CAMT,
    statuts: Lecteur = LECTEUR_STATUTS,
    progres: Progres | None = None,
) -> tuple[tuple[Path, Lecture | RecouvrementError], ...]:
    """Chaque fichier et ce qu'il a donné ; un fichier illisible rend son erreur et n'arrête pas les autres.

    Le lecteur est choisi d'après le contenu, sinon d'après l'extension. D'un dossier sont pris, dans l'ordre des noms, ses
    fichiers .csv, .txt, .xml et .pdf, sans descendre dans les sous-dossiers. Plusieurs FEC sont les exercices d'une même
    société, lus ensemble : leur lecture est celle du dernier, les autres n'en ont pas de propre.

    Args:
        progres: Appelé après chaque fichier : le fichier, combien sont lus, combien il y en a.
    """
    tous = [chemin for donne in chemins for chemin in deplier(donne)]
    exercices = [chemin for chemin in tous if _est_fec(chemin)]
    lecteurs: dict[Genre, Lecteur] = {"csv": csv, "facture": facture, "camt": camt, "statut": statuts}
    lus: dict[Path, Lecture | RecouvrementError] = _exercices(exercices, fec)
    rendus = []
    for rang, chemin in enumerate(tous, 1):
        rendus.append((chemin, lus[chemin] if chemin in lus else _lire(chemin, lecteurs)))
        if progres:
            progres(chemin, rang, len(tous))
    return tuple(rendus)


def deplier(chemin: Path) -> Iterator[Path]:
    """Le fichier ; d'un dossier, ceux qu'on sait lire, dans l'ordre des noms."""
    if chemin.is_dir():
        yield from sorted(f for f in chemin.iterdir() if f.suffix.lower() in _CSV | _FACTURES and f.is_file())
    else:
        yield chemin


def _est_fec(chemin: Path) -> bool:
    try:
        return reconnaitre(chemin) == "fec"
    except RecouvrementError:
        return False  # sa lecture dira pourquoi


def _exercices(chemins: Sequence[Path], fec: LecteurFEC) -> dict[Path, Lecture | RecouvrementError]:
    if not chemins:
        return {}
    sirens = {siren for chemin in chemins if (siren := siren_du_nom(chemin.name))}
    try:
        if len(sirens) > 1:
            remede = "Lisez-les à part, chacun avec son créancier."
            raise DonneeInvalide("FEC de plusieurs sociétés", ou=chemins[0].name, valeur=", ".join(sorted(sirens)), remede=remede)
        lecture = fec.lire_exercices(dict.fromkeys(chemins))
    except RecouvrementError as e:
        return dict.fromkeys(chemins, e)
    return {chemin: lecture if chemin == chemins[-1] else Lecture() for chemin in chemins}


def _lire(chemin: Path, lecteurs: dict[Genre, Lecteur]) -> Lecture | RecouvrementError:
    try:
        lecteur = lecteurs.get(genre := reconnaitre(chemin))
        if lecteur is None:
            raise illisible(genre, chemin.name)
        return lecteur.lire(chemin)
    except RecouvrementError as e:
        return e


def illisible(genre: Genre, ou: str) -> DonneeInvalide:
    """Pourquoi ce fichier, reconnu ou non, n'a pas de lecteur."""
    if genre == "mt940":
        return DonneeInvalide("relevé MT940 : reconnu, mais pas lu", ou=ou, remede="Demandez à votre banque un camt.053.")
    remede = Remede(f"{LUS} Un Parquet ou un Arrow : masse.examiner_fichier.", f"{LUS} Un Parquet ou un Arrow : examiner --vers.")
    return DonneeInvalide("format inconnu", ou=ou, remede=remede)
