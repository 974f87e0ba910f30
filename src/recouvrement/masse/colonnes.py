"""Les colonnes du noyau : des entiers NumPy. Un jour y est un nombre de jours depuis le 1er janvier 1970, zéro s'il est absent."""

import math
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Entiers = NDArray[np.int64]
Rangs = NDArray[np.intp]
Masque = NDArray[np.bool_]
ORIGINE = date(1970, 1, 1).toordinal()
# Ce que le noyau traite ; hors de là, une ligne va au moteur d'objets.
PREMIER, DERNIER = date(1990, 1, 1).toordinal() - ORIGINE, date(2090, 12, 31).toordinal() - ORIGINE
CENTIMES_MAX = 10**15
DIX_MILLIEMES_MAX = 10**7  # mille pour cent
PAIEMENTS_MAX = 64
COMBINAISONS = 2**20
SANS_TAUX = -1
CLES = ("nature", "creancier_qualite", "debiteur_qualite", "acheteur", "taux_indexe")
DEFAUTS = {"nature": "facture", "acheteur": "general"}
JOURS = ("emise_le", "echeance", "executee_le", "recue_le", "contrat_le")
AUTRES = ("avoirs_le", "avoirs_centimes", "secteur", "capitalisation", "devise")


def numero(jour: date) -> int:
    """Le jour, compté depuis le 1er janvier 1970."""
    return jour.toordinal() - ORIGINE


def en_date(jour: int) -> date:
    """Le jour de ce numéro."""
    return date.fromordinal(int(jour) + ORIGINE)


class Cle(NamedTuple):
    """Ce qui désigne le droit d'une ligne."""

    nature: str
    creancier: str
    debiteur: str
    acheteur: str
    indexe: str
    fixe: bool


class Colonnes(NamedTuple):
    """Une portion de table, ou la table.

    Attributes:
        taux: Dix-millièmes ; ``SANS_TAUX`` si aucun n'est convenu.
        debut: Rang du premier paiement de la ligne ; ``nombre`` : combien sont connus à ``au``.
    """

    principal: Entiers
    emise: Entiers
    echeance: Entiers
    executee: Entiers
    recue: Entiers
    contrat: Entiers
    taux: Entiers
    debut: Entiers
    nombre: Entiers

    def portion(self, rangs: Rangs) -> "Colonnes":
        """Les lignes de ces rangs, en ``int64``."""
        return Colonnes._make(colonne[rangs].astype(np.int64) for colonne in self)


class Lues(NamedTuple):
    """La table en entiers.

    Attributes:
        classes: Clé de chaque classe ; ``classe`` : le rang de la sienne, par ligne.
        simples: Lignes que le noyau peut traiter, si leur classe le permet.
        paie_le: Jours des paiements, dans l'ordre du temps pour chaque ligne ; ``paie`` : leurs montants.
    """

    colonnes: Colonnes
    classes: list[Cle]
    classe: NDArray[np.signedinteger[Any]]
    simples: Masque
    paie_le: Entiers
    paie: Entiers


def lire(table: Any, au: int) -> Lues:
    """Les colonnes de la table conforme."""
    simples = np.ones(table.num_rows, bool)
    for nom in AUTRES:
        if table.column(nom).null_count < table.num_rows:
            simples &= _nuls(table.column(nom))
    jours = [_jours(table.column(nom), simples) for nom in JOURS]
    principal = _entiers(table.column("principal_centimes"), 0)
    taux = _entiers(table.column("taux_dix_milliemes"), SANS_TAUX)
    emise, echeance = jours[0], jours[1]
    simples &= (emise != 0) & (principal > 0) & (principal <= CENTIMES_MAX) & ((echeance == 0) | (echeance >= emise))
    simples &= (
        (taux >= SANS_TAUX) & (taux <= DIX_MILLIEMES_MAX) & (_nuls(table.column("taux_dix_milliemes")) == (taux == SANS_TAUX))
    )
    debut, nombre, paie_le, paie = _paiements(table, simples, au)
    classes, classe = _classer(table, taux >= 0)
    colonnes = Colonnes._make([principal, *jours, taux, debut, nombre])
    return Lues(colonnes, classes, classe, simples, paie_le, paie)


def _seule(colonne: Any) -> Any:
    """Un seul morceau."""
    return colonne.combine_chunks() if isinstance(colonne, pa.ChunkedArray) else colonne


def _nuls(colonne: Any) -> Masque:
    nuls: Masque = _seule(colonne.is_null()).to_numpy(zero_copy_only=False)
    return nuls


def _entiers(colonne: Any, absent: int) -> Entiers:
    entiers: Entiers = _seule(colonne.fill_null(absent)).to_numpy(zero_copy_only=False)
    return entiers


def _jours(colonne: Any, simples: Masque) -> Any:
    """Les jours, zéro s'ils manquent ; un jour hors du domaine retire sa ligne du noyau."""
    jours = _entiers(_seule(colonne).cast(pa.int32()), 0)
    simples &= ((jours >= PREMIER) & (jours <= DERNIER)) | _nuls(colonne)
    return jours


def _paiements(table: Any, simples: Masque, au: int) -> tuple[Entiers, Entiers, Entiers, Entiers]:
    """Où commencent les paiements de chaque ligne, combien sont connus à ``au``, leurs jours et leurs montants."""
    quand, combien, n = _seule(table.column("paiements_le")), _seule(table.column("paiements_centimes")), table.num_rows
    vides = np.zeros(n, np.int32)
    if quand.null_count == n:
        return vides, vides, np.zeros(0, np.int64), np.zeros(0, np.int64)
    longueurs, aplats = _entiers(pc.list_value_length(quand), 0), [pc.list_flatten(c) for c in (quand, combien)]
    ligne = np.repeat(np.arange(n), longueurs)
    jours, montants = _entiers(aplats[0].cast(pa.int32()), 0).astype(np.int64), _entiers(aplats[1], 0)
    faux = (jours < PREMIER) | (jours > DERNIER) | (montants <= 0) | (montants > CENTIMES_MAX)
    simples[ligne[faux]] = False
    simples &= longueurs <= PAIEMENTS_MAX
    if ((np.diff(jours) < 0) & (np.diff(ligne) == 0)).any():
        ordre = np.lexsort((jours, ligne))
        jours, montants = jours[ordre], montants[ordre]
    debut = np.cumsum(longueurs) - longueurs
    return debut, np.bincount(ligne[jours <= au], minlength=n), jours, montants


def _classer(table: Any, fixe: Masque) -> tuple[list[Cle], NDArray[np.signedinteger[Any]]]:
    """Les lignes de même droit portent le même numéro."""
    numeros, valeurs = fixe.astype(np.int64), []
    for nom in CLES:
        colonne, defaut = table.column(nom), DEFAUTS.get(nom, "")
        if colonne.null_count == len(colonne):
            valeurs.append([defaut])
            continue
        codes = _seule(colonne.fill_null(defaut)).dictionary_encode()
        valeurs.append(codes.dictionary.to_pylist())
        if len(valeurs[-1]) > 1:
            numeros = numeros * len(valeurs[-1]) + codes.indices.to_numpy()
    possibles = 2 * math.prod(len(v) for v in valeurs)
    if possibles > COMBINAISONS:
        uniques, classe = np.unique(numeros, return_inverse=True)
    else:  # peu de combinaisons : les marquer coûte moins que trier
        vues = np.zeros(possibles, bool)
        vues[numeros] = True
        uniques, classe = np.flatnonzero(vues), (np.cumsum(vues) - 1)[numeros]
    return [_cle(int(u), valeurs) for u in uniques], classe.astype(np.int16 if len(uniques) < 2**15 else np.int32)


def _cle(numero_de_classe: int, valeurs: list[list[str]]) -> Cle:
    textes = []
    for possibles in reversed(valeurs):
        numero_de_classe, rang = divmod(numero_de_classe, len(possibles))
        textes.append(possibles[rang])
    indexe, acheteur, debiteur, creancier, nature = textes
    return Cle(nature, creancier, debiteur, acheteur, indexe, bool(numero_de_classe))
