"""Factures électroniques EN 16931 : CII, UBL, et le PDF Factur-X qui contient une CII."""

from pathlib import Path
from xml.etree.ElementTree import Element

from attrs import frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture import _cii, _ubl
from recouvrement.lecture._commun import REDEMANDER, lire_entete, lire_octets, nom_de
from recouvrement.lecture._en16931 import est_un_avoir, lire_piece
from recouvrement.lecture._piece import Piece
from recouvrement.lecture._xml import lire_arbre
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.facturx import LIMITE_PDF, LIMITE_XML, lire_pieces_jointes
from recouvrement.ports import Lecture

_RACINES = (_cii.RACINE, *_ubl.RACINES)
_NOMS_FACTUR_X = frozenset({"factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"})
_REMEDE = "Sont lus : CII, UBL (Invoice, CreditNote), et un PDF Factur-X qui en contient une."


def est_pdf(entete: bytes) -> bool:
    """Vrai si le fichier commence comme un PDF."""
    return entete.lstrip().startswith(b"%PDF-")


@frozen
class LecteurFacture:
    """Lit une facture ou un avoir. Le principal est le net à payer (BT-115), acomptes déduits."""

    def lire(self, source: Path | bytes) -> Lecture:
        """La créance ou l'avoir du fichier, ou l'anomalie qui dit pourquoi il n'y en a pas.

        Raises:
            DonneeInvalide: Le fichier n'est pas une facture lisible : taille, DTD, XML ou PDF faux, autre contenu.
            DependanceManquante: PDF sans l'extra ``facturx``.
        """
        ou = nom_de(source)
        entete = lire_entete(source)
        pdf = est_pdf(entete)
        if isinstance(source, Path) and source.suffix.lower() == ".pdf" and not (pdf or entete.lstrip().startswith(b"<")):
            raise DonneeInvalide("ce fichier n'est pas un PDF, malgré son nom", ou=ou, remede=REDEMANDER)
        octets = lire_octets(source, LIMITE_PDF if pdf else LIMITE_XML)
        racine = _facture_du_pdf(octets, ou) if pdf else lire_arbre(octets, ou)
        if racine.tag not in _RACINES:
            nom = racine.tag.rpartition("}")[2]
            raise DonneeInvalide("ce XML n'est pas une facture EN 16931", ou=ou, champ="racine", valeur=nom, remede=_REMEDE)
        return _lire_racine(racine, ou)


def _lire_racine(racine: Element, ou: str) -> Lecture:
    constat = Constat(ou)
    piece: Piece | None = None
    try:
        piece = _cii.lire_cii(racine) if racine.tag == _cii.RACINE else _ubl.lire_ubl(racine)
        constat.ou = f"{ou}, facture {piece.numero[:60]}" if piece.numero else ou
        lecture = lire_piece(piece, constat)
    except DonneeInvalide as e:
        constat.refuser(e, _reduites(piece))
        lecture = Lecture()
    return Lecture(creances=lecture.creances, evenements=lecture.evenements, anomalies=tuple(constat.anomalies))


def _reduites(piece: Piece | None) -> tuple[str, ...] | None:
    """Les factures que réduit un avoir refusé ; une pièce dont rien ne se lit en est peut-être un."""
    if piece is None:
        return ()
    return piece.anterieures if est_un_avoir(piece) else None


def _facture_du_pdf(octets: bytes, ou: str) -> Element:
    """La seule facture jointe au PDF ; deux factures se contredisent, et aucune n'est choisie."""
    racines = []
    for nom, contenu in lire_pieces_jointes(octets, ou):
        try:
            racine = lire_arbre(contenu, f"{ou}, pièce jointe {nom[:60]}")
        except DonneeInvalide:
            if nom.lower() in _NOMS_FACTUR_X:
                raise
            continue  # une annexe illisible n'est pas la facture
        if racine.tag in _RACINES:
            racines.append(racine)
    if len(racines) != 1:
        message = "plusieurs factures jointes au même PDF" if racines else "ce PDF ne contient aucune facture électronique"
        raise DonneeInvalide(message, ou=ou, remede="Donnez le XML seul." if racines else _REMEDE)
    return racines[0]
