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
CENTIMES_MAX = 10**15
DIX_MILLIEMES_MAX = 10**7  # mille pour cent
PAIEMENTS_MAX = 64
COMBINAISONS = 2**20
APERCU = 1_024
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

    def portion(self, rangs: Rangs | slice) -> "Colonnes":
        """Les lignes de ces rangs, en ``int64`` ; d'une colonne absente, la même case."""
        n = len(self.principal[rangs]) if isinstance(rangs, slice) else len(rangs)
        return Colonnes._make(c[rangs].astype(np.int64, copy=False) if c.strides[0] else np.broadcast_to(c[:1], n) for c in self)


class Lues(NamedTuple):
    """La table en entiers.

    Attributes:
        classes: Clé de chaque classe ; ``classe`` : le rang de la sienne, par ligne ; rien s'il n'y en a qu'une.
        simples: Lignes que le noyau peut traiter, si leur classe le permet.
        paie_le: Jours des paiements, dans l'ordre du temps pour chaque ligne ; ``paie`` : leurs montants.
    """

    colonnes: Colonnes
    classes: list[Cle]
    classe: NDArray[np.signedinteger[Any]] | None
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
    simples &= (emise != 0) & (principal > 0) & (principal <= CENTIMES_MAX) & ((echeance >= emise) | (echeance == 0))
    if not entre(table.column("taux_dix_milliemes"), 0, DIX_MILLIEMES_MAX):
        simples &= (taux >= 0) & (taux <= DIX_MILLIEMES_MAX) | _nuls(table.column("taux_dix_milliemes"))
    debut, nombre, paie_le, paie = _paiements(table, simples, au)
    classes, classe = _classer(table, taux)
    colonnes = Colonnes._make([principal, *jours, taux, debut, nombre])
    return Lues(colonnes, classes, classe, simples, paie_le, paie)


def _nuls(colonne: Any) -> Masque:
    nuls: Masque = seule(colonne.is_null()).to_numpy(zero_copy_only=False)
    return nuls


def _entiers(colonne: Any, absent: int) -> Entiers:
    """Une colonne absente n'occupe qu'une case."""
    if colonne.null_count == len(colonne):
        return np.broadcast_to(np.int64(absent), len(colonne))
    entiers: Entiers = seule(colonne.fill_null(absent)).to_numpy(zero_copy_only=False)
    return entiers


def _jours(colonne: Any, simples: Masque) -> Any:
    """Les jours, zéro s'ils manquent ; un jour hors du domaine retire sa ligne du noyau."""
    nombres = colonne.cast(pa.int32())
    jours = _entiers(nombres, 0)
    if not entre(nombres, PREMIER, DERNIER):
        simples &= ((jours >= PREMIER) & (jours <= DERNIER)) | _nuls(colonne)
    return jours


def _paiements(table: Any, simples: Masque, au: int) -> tuple[Entiers, Entiers, Entiers, Entiers]:
    """Où commencent les paiements de chaque ligne, combien sont connus à ``au``, leurs jours et leurs montants."""
    quand, combien, n = seule(table.column("paiements_le")), seule(table.column("paiements_centimes")), table.num_rows
    if quand.null_count == n:
        vides = np.broadcast_to(np.int64(0), n)
        return vides, vides, np.zeros(0, np.int64), np.zeros(0, np.int64)
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
    return debut, np.bincount(ligne[jours <= au], minlength=n), jours, montants


def _classer(table: Any, taux: Entiers) -> tuple[list[Cle], NDArray[np.signedinteger[Any]] | None]:
    """Les lignes de même droit portent le même numéro."""
    numeros: Any = (taux >= 0).astype(np.int64) if taux.strides[0] else 0
    valeurs = []
    for nom in CLES:
        textes, codes = _coder(table.column(nom), DEFAUTS.get(nom, ""))
        valeurs.append(textes)
        numeros = numeros * len(textes) + codes if len(textes) > 1 else numeros
    if isinstance(numeros, int):
        return [_cle(numeros, valeurs)], None
    possibles = 2 * math.prod(len(v) for v in valeurs)
    if possibles > COMBINAISONS:
        uniques, classe = np.unique(numeros, return_inverse=True)
    else:  # peu de combinaisons : les marquer coûte moins que trier
        vues = np.zeros(possibles, bool)
        vues[numeros] = True
        uniques, classe = np.flatnonzero(vues), (np.cumsum(vues) - 1).astype(np.int16 if possibles < 2**15 else np.int32)[numeros]
    return [_cle(int(u), valeurs) for u in uniques], classe


def _coder(colonne: Any, defaut: str) -> tuple[list[str], Any]:
    """Les textes distincts, et le rang de celui de chaque ligne ; d'un seul texte, on s'en assure sans coder."""
    debut = seule(colonne.slice(0, APERCU).fill_null(defaut)).unique()
    if colonne.null_count == len(colonne) or (
        len(debut) == 1 and not colonne.null_count and pc.all(pc.equal(colonne, debut[0])).as_py()
    ):
        return [debut[0].as_py() if len(debut) else defaut], 0
    codes = seule(colonne).dictionary_encode("encode")
    return [texte or defaut for texte in codes.dictionary.to_pylist()], codes.indices.to_numpy()


def _cle(numero_de_classe: int, valeurs: list[list[str]]) -> Cle:
    textes = []
    for possibles in reversed(valeurs):
        numero_de_classe, rang = divmod(numero_de_classe, len(possibles))
        textes.append(possibles[rang])
    indexe, acheteur, debiteur, creancier, nature = textes
    return Cle(nature, creancier, debiteur, acheteur, indexe, bool(numero_de_classe))
