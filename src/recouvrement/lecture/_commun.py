"""Ce que les lecteurs partagent : lire sans déborder, dater sans deviner. Privé."""

import re
from datetime import date
from pathlib import Path

from recouvrement.erreurs import DonneeInvalide, affichable, cause
from recouvrement.modele.devises import decimales
from recouvrement.modele.montant import Montant

MEGA = 1_000_000

REDEMANDER = "Redemandez un fichier correct à son émetteur."
DROIT_SUPPOSE = "créancier établi hors de France : le droit français a été supposé"

_DEMESURE = re.compile(r"-?[0-9]{16}", re.ASCII)
_MONTANT = re.compile(r"(-?[0-9]{1,15})(?:\.([0-9]{1,12}))?", re.ASCII)

FORMES_DATE = {
    "iso": (re.compile(r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})-(?P<j>[0-9]{2})", re.ASCII), "AAAA-MM-JJ"),
    "fr": (re.compile(r"(?P<j>[0-9]{2})/(?P<m>[0-9]{2})/(?P<a>[0-9]{4})", re.ASCII), "JJ/MM/AAAA"),
    "compact": (re.compile(r"(?P<a>[0-9]{4})(?P<m>[0-9]{2})(?P<j>[0-9]{2})", re.ASCII), "AAAAMMJJ"),
    "102": (re.compile(r"(?P<a>[0-9]{4})(?P<m>[0-9]{2})(?P<j>[0-9]{2})", re.ASCII), "AAAAMMJJ"),
    # xsd:date : le fuseau facultatif ne change pas le jour écrit.
    "xsd": (re.compile(r"(?P<a>[0-9]{4})-(?P<m>[0-9]{2})-(?P<j>[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?", re.ASCII), "AAAA-MM-JJ"),
}


def nom_de(source: Path | bytes) -> str:
    """Nom sous lequel la source paraît dans les messages."""
    if isinstance(source, Path):
        return affichable(source.name)
    if isinstance(source, bytes):
        return "données reçues"
    raise DonneeInvalide("un pathlib.Path ou des octets sont attendus", champ="source", valeur=type(source).__name__)


def lire_octets(source: Path | bytes, limite: int) -> bytes:
    """Tout le contenu, sa taille étant contrôlée avant la lecture.

    Raises:
        DonneeInvalide: Pas un fichier ordinaire, illisible, ou plus gros que ``limite`` octets.
    """
    taille = len(source) if isinstance(source, bytes) else _taille(source)
    if taille <= limite:
        lus = source if isinstance(source, bytes) else _debut(source, limite + 1)
        if len(lus) <= limite:  # le fichier a pu grossir depuis
            return lus
    raise DonneeInvalide(
        f"fichier trop gros : {max(taille, limite + 1) / MEGA:.0f} Mo, au plus {limite / MEGA:.0f} Mo",
        ou=nom_de(source),
        remede="Découpez-le, ou vérifiez qu'il s'agit du bon fichier.",
    )


def lire_entete(source: Path | bytes) -> bytes:
    """Les premiers octets, pour reconnaître le format."""
    nom_de(source)
    if isinstance(source, bytes):
        return source[:1024]
    _taille(source)
    return _debut(source, 1024)


def _taille(chemin: Path) -> int:
    """Un tube ou un périphérique est refusé : le lire ne finirait pas."""
    try:
        if chemin.is_file():
            return chemin.stat().st_size
    except (OSError, ValueError):
        pass
    raise DonneeInvalide(
        "fichier introuvable, ou qui n'est pas un fichier ordinaire", ou=affichable(chemin.name), remede="Vérifiez le chemin."
    )


def _debut(chemin: Path, octets: int) -> bytes:
    try:
        with chemin.open("rb") as flux:
            return flux.read(octets)
    except OSError as e:
        raise DonneeInvalide(
            f"fichier illisible ({cause(e)})", ou=affichable(chemin.name), remede="Vérifiez les droits d'accès."
        ) from None


def lire_date(texte: str, forme: str, champ: str) -> date:
    """Jour écrit exactement dans cette forme ; ``strptime`` et ``fromisoformat`` en acceptent trop."""
    motif, modele = FORMES_DATE[forme]
    lu = motif.fullmatch(texte)
    if lu is None:
        raise DonneeInvalide(f"date attendue sous la forme {modele}", champ=champ, valeur=texte, remede="Récrivez la date.")
    try:
        return date(int(lu["a"]), int(lu["m"]), int(lu["j"]))
    except ValueError:
        raise DonneeInvalide("ce jour n'existe pas", champ=champ, valeur=texte, remede="Vérifiez la date.") from None


def lire_somme(texte: str, devise: str, champ: str) -> Montant:
    """Décimal XML strict : ni exposant, ni signe plus ; des décimales au-delà de la devise si elles sont nulles."""
    lu, exactes = _MONTANT.fullmatch(texte), decimales(devise)
    if lu is None:
        raison = "plus de quinze chiffres avant le point" if _DEMESURE.match(texte) else "montant illisible"
        raise DonneeInvalide(raison, champ=champ, valeur=texte, remede=REDEMANDER)
    fraction = (lu[2] or "").rstrip("0")
    if len(fraction) > exactes:
        raise DonneeInvalide(f"au plus {exactes} décimales", champ=champ, valeur=texte, remede=REDEMANDER)
    return Montant(f"{lu[1]}.{fraction:0<{exactes}}" if exactes else lu[1], devise)
