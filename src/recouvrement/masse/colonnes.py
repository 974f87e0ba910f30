"""Les colonnes du noyau : des entiers NumPy. Un jour y est un nombre de jours depuis le 1er janvier 1970, zéro s'il est absent."""

import math
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recouvrement.masse.echange import entre, seule

Entiers = NDArray[np.int64]
Rangs = NDArray[np.intp]
Masque = NDArray[np.bool_]
ORIGINE = date(1970, 1, 1).toordinal()
# Ce que le noyau traite ; hors de là, une ligne va au moteur d'objets.
PREMIER, DERNIER = date(1990, 1, 1).toordinal() - ORIGINE, date(2090, 12, 31).toordinal() - ORIGINE
NEES_DEPUIS = date(2013, 5, 1).toordinal() - ORIGINE  # dès lors, tous les régimes datés jouent
CENTIMES_MAX = 10**15
DIX_MILLIEMES_MAX = 10**7  # mille pour cent
PAIEMENTS_MAX = 64
COMBINAISONS = 2**20
SANS_TAUX = -1
CLES = ("nature", "creancier_qualite", "debiteur_qualite", "acheteur", "taux_indexe")  # dans l'ordre de Cle
DEFAUTS = {"nature": "facture", "acheteur": "general"}
JOURS = ("emise_le", "echeance", "executee_le", "recue_le", "contrat_le")
MUETTES = {"avoirs_le": None, "avoirs_centimes": None, "secteur": None, "capitalisation": False, "devise": "EUR"}
"""Ce que le noyau ne sait pas lire, et la valeur qui, écrite, n'en dit pas plus qu'une absence."""


def numero(jour: date) -> int:
    """Le jour, compté depuis le 1er janvier 1970."""
    return jour.toordinal() - ORIGINE


def en_date(jour: int) -> date:
    """Le jour de ce numéro."""
    return date.fromordinal(int(jour) + ORIGINE)


def presente(colonne: Any) -> bool:
    """Faux si la colonne n'est qu'une case, partout la même."""
    return bool(colonne.strides[0])


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
    """

    principal: Entiers
    emise: Entiers
    echeance: Entiers
    executee: Entiers
    recue: Entiers
    contrat: Entiers
    taux: Entiers

    def portion(self, rangs: Rangs | slice) -> "Colonnes":
        """Les lignes de ces rangs, en ``int64`` ; d'une colonne absente, la même case."""

        def lignes(colonne: Any) -> Any:
            if isinstance(rangs, slice):
                return colonne[rangs].astype(np.int64, copy=False) if presente(colonne) else colonne[rangs]
            if not presente(colonne):
                return np.broadcast_to(colonne[0], len(rangs))
            return colonne.take(rangs, mode="clip").astype(np.int64, copy=False)

        return Colonnes._make(map(lignes, self))


class Paiements(NamedTuple):
    """Les paiements de la table.

    Attributes:
        debut: Rang du premier de chaque ligne ; ``nombre`` : combien sont connus à ``au``.
        le: Leurs jours, dans l'ordre du temps pour chaque ligne ; ``centimes`` : leurs montants.
    """

    debut: Entiers
    nombre: Entiers
    le: Entiers
    centimes: Entiers

    def portion(self, rangs: Rangs | slice) -> "Paiements":
        """Ceux des lignes de ces rangs."""
        return self._replace(debut=self.debut[rangs], nombre=self.nombre[rangs])


class Sorte(NamedTuple):
    """Des lignes qui se traitent ensemble : du même droit, toutes payées en partie, ou aucune."""

    cle: Cle
    payees: bool


class Lues(NamedTuple):
    """La table en entiers.

    Attributes:
        sortes: Celles que la table contient ; ``sorte`` : le rang de la sienne, par ligne ; rien s'il n'y en a qu'une.
        simples: Lignes que le noyau peut traiter, si leur classe le permet.
    """

    colonnes: Colonnes
    paiements: Paiements | None
    sortes: list[Sorte]
    sorte: NDArray[np.signedinteger[Any]] | None
    simples: Masque


def lire(table: Any, au: int) -> Lues:
    """Les colonnes de la table conforme."""
    simples = np.ones(table.num_rows, bool)
    for nom, muette in MUETTES.items():
        if table.column(nom).null_count < table.num_rows:
            simples &= _muets(table.column(nom), muette)
    jours = [_jours(table.column(nom), simples, PREMIER if nom == "echeance" else NEES_DEPUIS) for nom in JOURS]
    emise, echeance = jours[0], jours[1]
    suivent = echeance >= emise
    if not (suivent.all() and emise.all()):
        simples &= (emise != 0) & (suivent | (echeance == 0))
    principal = _entiers(table.column("principal_centimes"), 0)
    if np.min(principal, initial=1) < 1 or np.max(principal, initial=1) > CENTIMES_MAX:
        simples &= (principal > 0) & (principal <= CENTIMES_MAX)
    taux = _entiers(table.column("taux_dix_milliemes"), SANS_TAUX)
    _exclure(simples, table.column("taux_dix_milliemes"), taux, 0, DIX_MILLIEMES_MAX)
    paiements = _paiements(table, simples, au)
    sortes, sorte = _trier(table, taux, paiements)
    return Lues(Colonnes._make([principal, *jours, taux]), paiements, sortes, sorte, simples)


def _muets(colonne: Any, muette: object) -> Masque:
    """Les lignes où la colonne ne dit rien : ni valeur, ni élément, ou celle qu'elle aurait en se taisant."""
    if pa.types.is_list(colonne.type):
        dit = pc.greater(pc.list_value_length(colonne), 0)
    else:
        dit = colonne.is_valid() if muette is None else pc.not_equal(colonne, muette)
    muets: Masque = ~seule(dit.fill_null(False)).to_numpy(zero_copy_only=False)
    return muets


def _nuls(colonne: Any) -> Masque:
    nuls: Masque = seule(colonne.is_null()).to_numpy(zero_copy_only=False)
    return nuls


def _entiers(colonne: Any, absent: int) -> Entiers:
    """Une colonne absente n'occupe qu'une case."""
    if colonne.null_count == len(colonne):
        return np.broadcast_to(np.int64(absent), len(colonne))
    lue = seule(colonne)
    presents, nombres = lue.buffers()
    genre = np.dtype(lue.type.to_pandas_dtype())
    entiers: Entiers = np.frombuffer(nombres, genre, len(lue), lue.offset * genre.itemsize)
    if not lue.null_count:
        return entiers
    bits = np.unpackbits(np.frombuffer(presents, np.uint8), count=lue.offset + len(lue), bitorder="little")
    return np.where(bits[lue.offset :].view(bool), entiers, entiers.dtype.type(absent))


def _jours(colonne: Any, simples: Masque, premier: int) -> Any:
    """Les jours, zéro s'ils manquent ; un jour hors du domaine retire sa ligne du noyau."""
    nombres = colonne.cast(pa.int32())
    jours = _entiers(nombres, 0)
    _exclure(simples, nombres, jours, premier, DERNIER)
    return jours


def _exclure(simples: Masque, colonne: Any, nombres: Any, premier: int, dernier: int) -> None:
    """Retire du noyau les lignes dont la valeur, présente, n'est pas entre ces bornes ; d'une absente, ``nombres`` en sort."""
    if not presente(nombres) or (not colonne.null_count and entre(colonne, premier, dernier)):
        return
    hors = (nombres < premier) | (nombres > dernier)
    if np.count_nonzero(hors) > colonne.null_count:
        simples &= ~hors | _nuls(colonne)


def _paiements(table: Any, simples: Masque, au: int) -> Paiements | None:
    """Les paiements de la table, s'il en est ; ceux qu'un objet refuserait retirent leur ligne du noyau."""
    quand, combien, n = seule(table.column("paiements_le")), seule(table.column("paiements_centimes")), table.num_rows
    if quand.null_count == n:
        return None
    longueurs, aplats = _entiers(pc.list_value_length(quand), 0), [pc.list_flatten(c) for c in (quand, combien)]
    ligne = np.repeat(np.arange(n), longueurs)
    jours, montants = _entiers(aplats[0].cast(pa.int32()), 0).astype(np.int64), _entiers(aplats[1], 0)
    faux = (jours < PREMIER) | (jours > DERNIER) | (montants <= 0) | (montants > CENTIMES_MAX)
    simples[ligne[faux]] = False
    simples &= longueurs <= PAIEMENTS_MAX
    if ((np.diff(jours) < 0) & (np.diff(ligne) == 0)).any():
        ordre = np.argsort((ligne << 32) + jours, kind="stable")
        jours, montants = jours[ordre], montants[ordre]
    debut = np.cumsum(longueurs) - longueurs
    return Paiements(debut, np.bincount(ligne[jours <= au], minlength=n), jours, montants)


def _trier(table: Any, taux: Entiers, paiements: Paiements | None) -> tuple[list[Sorte], NDArray[Any] | None]:
    """Les lignes de même sorte portent le même numéro."""
    traits = [_coder(table.column(nom), DEFAUTS.get(nom, "")) for nom in CLES]
    traits.append(([False, True], taux >= 0) if presente(taux) else ([False], 0))
    traits.append(([False], 0) if paiements is None else ([False, True], paiements.nombre > 0))
    possibles = math.prod(len(valeurs) for valeurs, _ in traits)
    numeros: Any = 0
    for valeurs, codes in traits:
        if len(valeurs) > 1:
            numeros = numeros * len(valeurs) + np.asarray(codes, np.int32 if possibles < 2**31 else np.int64)
    if isinstance(numeros, int):
        return [_sorte(0, traits)], None
    uniques, sorte = distincts(numeros, possibles)
    return [_sorte(u, traits) for u in uniques.tolist()], sorte


def distincts(numeros: Any, possibles: int) -> tuple[Any, Any]:
    """Les numéros présents, tous sous ``possibles``, et le rang du sien pour chaque ligne."""
    if possibles > COMBINAISONS:
        return np.unique(numeros, return_inverse=True)
    vus = np.zeros(possibles, bool)  # s'il y en a peu, les marquer coûte moins que trier
    vus[numeros] = True
    return np.flatnonzero(vus), (np.cumsum(vus) - 1).astype(np.min_scalar_type(possibles)).take(numeros)


def _coder(colonne: Any, defaut: str) -> tuple[list[Any], Any]:
    """Les textes distincts, et le rang de celui de chaque ligne ; d'un seul texte, on s'en assure sans coder."""
    if colonne.null_count == len(colonne):
        return [defaut], 0
    textes = seule(colonne)
    if not textes.null_count and _repete(textes):
        return [textes[0].as_py()], 0
    codes = textes.dictionary_encode("encode")
    return [texte or defaut for texte in codes.dictionary.to_pylist()], codes.indices.to_numpy()


def _repete(textes: Any) -> bool:
    """Vrai si tous sont le premier : de même longueur, et leurs octets sont ceux d'avant."""
    n, pas = len(textes), pc.binary_length(textes[0]).as_py()
    if not entre(pc.binary_length(textes), pas, pas):
        return False
    (debut,) = np.frombuffer(textes.buffers()[1], np.int32, 1, textes.offset * 4).tolist()
    octets = textes.buffers()[2]
    return not pas or octets.slice(debut + pas, (n - 1) * pas).equals(octets.slice(debut, (n - 1) * pas))


def _sorte(numero: int, traits: list[tuple[list[Any], Any]]) -> Sorte:
    """Celle de ce numéro."""
    choisis = []
    for valeurs, _ in reversed(traits):
        numero, rang = divmod(numero, len(valeurs))
        choisis.append(valeurs[rang])
    payees, fixe, *textes = choisis
    return Sorte(Cle._make([*reversed(textes), fixe]), payees)
