"""Canal « dossier » : écrit les documents dans un répertoire, pour un envoi fait à la main ou par un autre outil.

Pour un pli postal, une feuille d'adresse s'y joint : à qui l'enveloppe, et ce qu'elle contient.

Un fichier est entier ou absent ; son nom dérive du débiteur, de l'étape et du contenu, jamais d'un texte pris tel quel.
"""

import hashlib
import os
import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from recouvrement.affichage import en_clair
from recouvrement.envoi._adresse import autour_de_la_voie
from recouvrement.erreurs import EnvoiImpossible, cause
from recouvrement.modele.actes import Transmission
from recouvrement.ports import Accuse, Document, Pli

_SUFFIXE = re.compile(r"\.[A-Za-z0-9]{1,5}", re.ASCII)


class Repertoire:
    """Écrit chaque document du pli dans ``dossier``, créé au besoin (son parent doit exister).

    Args:
        horloge: Rend l'instant présent, avec fuseau.
    """

    def __init__(self, dossier: Path | str, horloge: Callable[[], datetime]) -> None:
        self._dossier = Path(dossier).absolute()
        self._horloge = horloge

    def __repr__(self) -> str:
        return f"Repertoire({str(self._dossier)!r})"

    def remettre(self, pli: Pli) -> Accuse:
        """Écrit tous les documents ou aucun. Le même pli, déjà là, est pris sans être récrit.

        Raises:
            EnvoiImpossible: Dossier où l'on ne peut pas écrire, disque plein, fichier étranger du même nom.
        """
        if not pli.documents:
            raise EnvoiImpossible("le pli ne contient aucun document.")
        noms, feuille = noms_de_fichiers(pli), feuille_d_adresse(pli)
        try:
            ecrits = self._ecrire_tout((*noms, *(d.nom for d in feuille)), (*pli.documents, *feuille))
        except OSError as e:
            raise EnvoiImpossible(f"impossible d'écrire dans {self._dossier} : {cause(e)}. Rien n'y est resté.") from e
        detail = ", ".join(noms) if ecrits else f"déjà présent : {', '.join(noms)}"
        return Accuse(issue="pris", le=self._horloge(), numero=noms[0], detail=detail)

    def _ecrire_tout(self, noms: tuple[str, ...], documents: tuple[Document, ...]) -> list[Path]:
        self._dossier.mkdir(exist_ok=True)
        ecrits: list[Path] = []
        try:
            for nom, document in zip(noms, documents, strict=True):
                final = self._dossier / nom
                if not _deja_la(final, document.octets):
                    _ecrire(final, document.octets)
                    ecrits.append(final)
            _synchroniser(self._dossier)
        except BaseException:
            for final in ecrits:
                final.unlink(missing_ok=True)
            raise
        return ecrits


def noms_de_fichiers(pli: Pli) -> tuple[str, ...]:
    """Un nom par document : débiteur, étape, empreinte des clés et du contenu, rang. ASCII, sans chemin."""
    return tuple(f"{_racine(pli)}_{rang}{_suffixe(d.nom)}" for rang, d in enumerate(pli.documents, 1))


def feuille_d_adresse(pli: Pli) -> tuple[Document, ...]:
    """La feuille d'adresse, en texte : destinataire dans l'ordre postal, documents dans l'ordre du pli.

    Une lettre rendue en plusieurs formats n'y est qu'un document. Rien sans adresse postale, ni pour un courriel.
    """
    adresse = pli.destinataire.adresse
    if adresse is None or isinstance(pli.acte, Transmission) or pli.acte.canal == "courriel":
        return ()
    sur, sous = autour_de_la_voie(adresse)
    pays = [] if adresse.pays == "FR" else [f"Pays : {adresse.pays}"]
    lignes = [pli.destinataire.nom, *sur, adresse.voie, *sous, f"{adresse.code_postal} {adresse.commune}", *pays]
    contenu = [f"{rang}. {', ou '.join(formats)}" for rang, formats in enumerate(_par_document(pli), 1)]
    texte = "\n".join((*map(_ligne, lignes), "", f"À mettre sous pli ({_ligne(en_clair(pli.acte.etape))}) :", *contenu, ""))
    return (Document(f"{_racine(pli)}_adresse.txt", "text/plain; charset=utf-8", texte.encode()),)


def _par_document(pli: Pli) -> list[list[str]]:
    """Les noms de fichiers ; ceux d'un même document, qui ne diffèrent que par leur format, sont ensemble."""
    reunis: list[list[str]] = []
    precedent = ("", "")
    for nom, document in zip(noms_de_fichiers(pli), pli.documents, strict=True):
        souche, _, suffixe = document.nom.rpartition(".")
        if reunis and souche == precedent[0] and suffixe != precedent[1]:
            reunis[-1].append(nom)
        else:
            reunis.append([nom])
        precedent = (souche, suffixe)
    return reunis


def _racine(pli: Pli) -> str:
    cle = hashlib.sha256("\n".join((pli.debiteur, pli.empreinte, *pli.cles)).encode()).hexdigest()[:16]
    return f"{_mot(pli.destinataire.nom)}_{_mot(pli.acte.etape)}_{cle}"


def _ligne(texte: str) -> str:
    return " ".join(texte.split())


def _mot(texte: str) -> str:
    ascii_ = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", ascii_)[:40].strip("-") or "x"


def _suffixe(nom: str) -> str:
    _, point, fin = nom.rpartition(".")
    return point + fin.lower() if _SUFFIXE.fullmatch(point + fin) else ".bin"


def _deja_la(final: Path, octets: bytes) -> bool:
    if not final.is_symlink() and not final.exists():
        return False
    if final.is_symlink() or not final.is_file() or final.read_bytes() != octets:
        raise EnvoiImpossible(f"{final} existe déjà avec un autre contenu : il n'est pas remplacé. Déplacez-le.")
    return True


def _ecrire(final: Path, octets: bytes) -> None:
    """Écrit à côté, sur le disque, puis donne le nom définitif sans jamais remplacer un fichier."""
    brouillon = final.with_name(f".{final.name}.{uuid4().hex}.part")
    try:
        with brouillon.open("xb") as fichier:
            fichier.write(octets)
            fichier.flush()
            os.fsync(fichier.fileno())
        _nommer(brouillon, final)
    finally:
        brouillon.unlink(missing_ok=True)


def _nommer(brouillon: Path, final: Path) -> None:
    try:
        final.hardlink_to(brouillon)
    except FileExistsError:
        raise
    except OSError:  # pas de liens durs (FAT, certains partages)
        if final.exists():
            raise
        brouillon.rename(final)


def _synchroniser(dossier: Path) -> None:
    """Le nom aussi doit survivre à une coupure ; certains systèmes ne savent pas le demander."""
    with suppress(OSError):
        descripteur = os.open(dossier, os.O_RDONLY)
        try:
            os.fsync(descripteur)
        finally:
            os.close(descripteur)
