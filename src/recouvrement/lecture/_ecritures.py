"""Lignes d'un FEC, et le contrôle qu'elles s'équilibrent : rien n'est tiré de livres qui ne s'additionnent pas. Privé."""

import re
import unicodedata
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from attrs import frozen

from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture._commun import MEGA, lire_date, lire_octets, nom_de
from recouvrement.modele.montant import Montant

LIMITE_FEC = 200 * MEGA
PREMIERE_COLONNE = "journalcode"
_EXIGEES = (
    *("JournalCode", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib"),
    *("PieceRef", "PieceDate", "EcritureLet"),
)
_LUES = ("JournalLib", "Debit", "Credit", "Montant", "Sens", "Idevise", *_EXIGEES)
_BOMS = ((BOM_UTF8, "utf-8-sig"), (BOM_UTF16_LE, "utf-16"), (BOM_UTF16_BE, "utf-16"))
_MONTANT = re.compile(r"([+-]?)([0-9]{1,18})(?:,([0-9]{0,12}))?", re.ASCII)
_SENS = {"D": 1, "+1": 1, "C": -1, "-1": -1}
_A_NOUVEAUX = frozenset({"AN", "ANO", "RAN"})
_LIGNE = re.compile(r"\r\n|\r|\n")


class Ligne(NamedTuple):
    """Une ligne d'écriture. ``net`` : centimes, débit moins crédit."""

    fichier: str
    numero: int
    journal: str
    ecriture: str
    le: date
    compte: str
    compte_lib: str
    aux: str
    aux_lib: str
    piece: str
    piece_le: date | None
    net: int
    lettre: str
    devise: str
    a_nouveau: bool

    @property
    def ou(self) -> str:
        """Sa place, pour les messages."""
        return f"{self.fichier}, ligne {self.numero}, écriture {self.journal} {self.ecriture}".rstrip()

    @property
    def montant(self) -> Montant:
        """Valeur absolue, en euros."""
        return Montant.de_centimes(abs(self.net))


@frozen
class Livres:
    """Ce qu'un fichier contient, contrôlé.

    Attributes:
        ecritures: Chaque écriture, équilibrée ; ses lignes peuvent être éparses dans le fichier.
        encodage: Celui qui a été lu, et s'il a fallu le supposer.
    """

    lignes: tuple[Ligne, ...]
    ecritures: tuple[tuple[Ligne, ...], ...]
    encodage: str
    suppose: bool
    separateur: str
    total: Montant


def est_fec(entete: bytes) -> bool:
    """Vrai si la première colonne est celle d'un FEC."""
    debut = entete.replace(b"\0", b"")[:40].decode("latin-1").lstrip("ï»¿þÿ \t\"'").lower()
    return debut.startswith(PREMIERE_COLONNE)


def siren_du_nom(fichier: str) -> str:
    """SIREN d'un fichier nommé comme la loi le veut (SIREN FEC AAAAMMJJ), sinon rien."""
    lu = re.match(r"([0-9]{9})FEC[0-9]{8}", fichier, re.ASCII | re.IGNORECASE)
    return lu[1] if lu else ""


def lire_livres(source: Path | bytes, encodage: str | None) -> Livres:
    """Les lignes d'un FEC.

    Raises:
        DonneeInvalide: Encodage, en-tête, cellule illisible, ou écriture qui ne s'équilibre pas : rien n'est lu à moitié.
    Source:
        LPF, art. A. 47 A-1 : colonnes, séparateur (tabulation ou barre), dates AAAAMMJJ, virgule décimale, encodages.
    """
    ou = nom_de(source)
    octets = lire_octets(source, LIMITE_FEC)
    nom, suppose = _encodage(octets, encodage, ou)
    texte = _decoder(octets, nom, ou)
    rangs = ((n, brut) for n, brut in enumerate(_LIGNE.split(texte), 1) if brut.strip("\t| \x1a"))
    numero, entete = next(rangs, (0, ""))
    if not numero:
        raise DonneeInvalide("fichier vide", ou=ou, remede="Redonnez l'export de votre logiciel de comptabilité.")
    separateur = "\t" if entete.count("\t") >= entete.count("|") else "|"
    lire = _lecteur_de_ligne(_colonnes(entete, separateur, f"{ou}, ligne {numero}"), separateur, ou)
    lignes = tuple([lire(n, brut) for n, brut in rangs])
    if not lignes:
        raise DonneeInvalide("aucune écriture", ou=ou, remede="L'export est vide : vérifiez l'exercice choisi.")
    return Livres(
        lignes=lignes,
        ecritures=tuple(_equilibrer(lignes)),
        encodage=nom,
        suppose=suppose,
        separateur="tabulation" if separateur == "\t" else "barre verticale",
        total=Montant.de_centimes(sum([x.net for x in lignes if x.net > 0])),
    )


# --- l'encodage et les colonnes --------------------------------------------------------------------------------------


def _encodage(octets: bytes, declare: str | None, ou: str) -> tuple[str, bool]:
    """La marque d'ordre, sinon ce qui est déclaré, sinon UTF-8 s'il est juste, sinon celui de la loi (ISO 8859-15)."""
    for marque, nom in _BOMS:
        if octets.startswith(marque):
            return nom, False
    if declare:
        return declare, False
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as e:
        if re.search(rb"[\x80-\x9f]", octets):
            remede = Remede(
                'Déclarez LecteurFEC(encodage="cp1252") (Windows) ou "cp850" (DOS), selon votre logiciel.',
                "Déclarez --encodage cp1252 (Windows) ou --encodage cp850 (DOS), selon votre logiciel.",
            )
            message = f"ni UTF-8 ni ISO 8859-15 (octet {e.start}) : l'encodage ne se devine pas"
            raise DonneeInvalide(message, ou=ou, champ="encodage", remede=remede) from None
        return "iso8859-15", True
    return "utf-8", False


def _decoder(octets: bytes, encodage: str, ou: str) -> str:
    remede = Remede(
        'Déclarez LecteurFEC(encodage="cp1252"), ou un autre encodage de Python.',
        "Déclarez --encodage cp1252, ou un autre encodage de Python.",
    )
    try:
        texte = octets.decode(encodage)
    except LookupError:
        raise DonneeInvalide("encodage inconnu", ou=ou, champ="encodage", valeur=encodage, remede=remede) from None
    except ValueError:
        raise DonneeInvalide(f"le fichier n'est pas en {encodage}", ou=ou, champ="encodage", remede=remede) from None
    if "\0" in texte:
        raise DonneeInvalide("caractère nul : ce n'est pas un FEC dans cet encodage", ou=ou, remede=remede)
    return texte


def _colonnes(entete: str, separateur: str, ou: str) -> dict[str, int]:
    """Place de chaque colonne lue ; l'ordre, la casse et les colonnes en plus sont libres."""
    noms = [cellule.strip().casefold() for cellule in entete.split(separateur)]
    remede = "Un FEC sépare ses colonnes par une tabulation ou « | », et les nomme comme l'art. A. 47 A-1 du LPF."
    places = {}
    for colonne in _LUES:
        if noms.count(colonne.casefold()) > 1:
            raise DonneeInvalide("colonne en double", ou=ou, champ=colonne, remede="Ôtez-en une.")
        if colonne.casefold() in noms:
            places[colonne] = noms.index(colonne.casefold())
    sommes = ("Montant", "Sens") if "Montant" in places and "Debit" not in places else ("Debit", "Credit")
    for colonne in (*_EXIGEES, *sommes):
        if colonne not in places:
            raise DonneeInvalide("colonne obligatoire absente", ou=ou, champ=colonne, remede=remede)
    return places


def _lecteur_de_ligne(places: dict[str, int], separateur: str, fichier: str) -> Callable[[int, str], Ligne]:
    largeur = max(places.values()) + 1
    par_sens = "Debit" not in places
    rang_devise = places.get("Idevise")
    rang_lib = places.get("JournalLib")
    rangs = [places[c] for c in ("JournalCode", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum")]
    rangs += [places[c] for c in ("CompAuxLib", "PieceRef", "PieceDate", "EcritureLet")]
    a, b = (places["Montant"], places["Sens"]) if par_sens else (places["Debit"], places["Credit"])
    exigees = max(r for c, r in places.items() if c in {*_EXIGEES, "Debit", "Credit", "Montant", "Sens"}) + 1

    def lire(numero: int, brut: str) -> Ligne:
        cellules = brut.split(separateur)
        if len(cellules) < exigees:
            remede = "La ligne est coupée, ou un libellé contient un saut de ligne."
            message = f"{len(cellules)} cellules, {exigees} au moins sont attendues"
            raise DonneeInvalide(message, ou=f"{fichier}, ligne {numero}", remede=remede)
        cellules += [""] * (largeur - len(cellules))
        try:
            journal, ecriture, le, compte, lib, aux, aux_lib, piece, piece_le, lettre = [cellules[r].strip() for r in rangs]
            net = (
                _net_du_sens(cellules[a], cellules[b])
                if par_sens
                else _centimes(cellules[a], "Debit") - _centimes(cellules[b], "Credit")
            )
            return Ligne(
                fichier,
                numero,
                journal,
                ecriture,
                _jour(le, "EcritureDate"),
                compte,
                lib,
                aux,
                " ".join(aux_lib.split()),
                " ".join(piece.split()),
                _jour(piece_le, "PieceDate") if piece_le else None,
                net,
                lettre,
                "" if rang_devise is None else cellules[rang_devise].strip().upper(),
                _a_nouveau(journal, "" if rang_lib is None else cellules[rang_lib]),
            )
        except DonneeInvalide as e:
            raise e.situe(f"{fichier}, ligne {numero}") from None

    return lire


@lru_cache(maxsize=4096)
def _jour(texte: str, champ: str) -> date:
    return lire_date(texte, "102", champ)


@lru_cache(maxsize=65536)
def _centimes(cellule: str, champ: str) -> int:
    """« 0000000069,60 » fait 6960 ; ni point décimal, ni séparateur de milliers, ni fraction de centime."""
    texte = cellule.strip()
    if not texte:
        return 0
    lu = _MONTANT.fullmatch(texte)
    fraction = (lu[3] or "").rstrip("0") if lu else ""
    if lu is None or len(fraction) > 2:
        remede = "Un FEC écrit « 1234,56 » : une virgule, deux décimales au plus, aucun séparateur de milliers."
        raise DonneeInvalide("montant illisible", champ=champ, valeur=texte, remede=remede)
    return int(f"{lu[1]}{lu[2]}{fraction:0<2}")


def _net_du_sens(montant: str, sens: str) -> int:
    signe = _SENS.get(sens.strip().upper())
    if signe is None:
        raise DonneeInvalide("sens inconnu", champ="Sens", valeur=sens, remede="Écrivez D ou C, ou bien +1 ou -1.")
    return signe * _centimes(montant, "Montant")


@lru_cache(maxsize=1024)
def _a_nouveau(code: str, libelle: str) -> bool:
    """Journal de reprise des soldes, à son code ou à son nom."""
    nu = "".join(c for c in unicodedata.normalize("NFKD", libelle.casefold()) if not unicodedata.combining(c))
    return code.upper() in _A_NOUVEAUX or "nouveau" in nu or "ouverture" in nu


# --- les sommes de contrôle ------------------------------------------------------------------------------------------


def _equilibrer(lignes: Sequence[Ligne]) -> Iterator[tuple[Ligne, ...]]:
    """Les écritures : un numéro d'un journal, à une date ; à plusieurs dates si c'est ensemble qu'elles s'équilibrent.

    Raises:
        DonneeInvalide: Une écriture ne s'équilibre pas.
    """
    par_numero: dict[tuple[str, str], dict[date, list[Ligne]]] = {}
    for x in lignes:
        par_numero.setdefault((x.journal, x.ecriture), {}).setdefault(x.le, []).append(x)
    fautes: list[list[Ligne]] = []
    for par_jour in par_numero.values():
        boiteuses = [x for groupe in par_jour.values() if _somme(groupe) for x in groupe]
        yield from (tuple(groupe) for groupe in par_jour.values() if not _somme(groupe))
        if _somme(boiteuses):
            fautes.append(boiteuses)
        elif boiteuses:
            yield tuple(boiteuses)
    if fautes:
        raise _desequilibre(fautes)


def _somme(lignes: Iterable[Ligne]) -> int:
    return sum([x.net for x in lignes])


def _desequilibre(fautes: list[list[Ligne]]) -> DonneeInvalide:
    lignes = fautes[0]
    debit = Montant.de_centimes(sum([x.net for x in lignes if x.net > 0]))
    credit = Montant.de_centimes(-sum([x.net for x in lignes if x.net < 0]))
    autres = f" ; {len(fautes) - 1} autre{'s' * (len(fautes) > 2)} aussi" if len(fautes) > 1 else ""
    numeros = sorted(x.numero for x in lignes)
    du, au = numeros[0], numeros[-1]
    return DonneeInvalide(
        f"l'écriture {lignes[0].ecriture} du journal {lignes[0].journal} ne s'équilibre pas : débit {debit}, crédit {credit}{autres}",
        ou=f"{lignes[0].fichier}, ligne{f's {du} à {au}' if au > du else f' {du}'}",
        champ="Debit, Credit",
        valeur=debit - credit,
        remede="Le fichier est coupé ou retouché : refaites l'export ; rien n'en a été lu.",
    )
