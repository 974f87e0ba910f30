"""Les colonnes rendues, à mesure qu'elles se remplissent."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow as pa

from recouvrement.masse.classes import Classe, Droits
from recouvrement.masse.colonnes import Colonnes, Lues, Paiements, Rangs, numero, presente
from recouvrement.masse.noyau import BLOC, Bloc, examiner
from recouvrement.masse.schemas import SORTIE, TEXTE, schema_des_bilans, schema_des_rejets
from recouvrement.masse.suites import codes_d_alerte

TELLES_QUELLES = ("reference", "debiteur", "devise", "emise_le")
CODES = ("regime", "prescription_regime", "etape")
DATES = ("echeance", "prescription", "prescription_prudente", "etape_le")
CENTIMES = tuple(c.nom for c in SORTIE if c.nom.endswith("_centimes"))
SOUVENT_NULS = ("interets_centimes", "frais_centimes", "trop_percu_centimes")
A_SOMMER = ("principal_centimes", "penalites_centimes", "indemnite_centimes")
ABSENT = -1
Etaler = Callable[[Any, Any, Sequence[Any]], tuple[Any, Any]]
"""Les bornes de chaque liste, et leurs éléments à la suite ; des numéros, de la longueur et des éléments de chacun (voir ``_combiner``)."""


def _reserver(n: int, genre: Any) -> Any:
    """Une colonne à remplir, dans la mémoire qu'Arrow garde d'une table à l'autre."""
    return np.frombuffer(pa.allocate_buffer(n * np.dtype(genre).itemsize), genre)


class Sortie:
    """Les bilans et les rejets d'une table.

    Attributes:
        debut: Rang de sa première ligne dans la table reçue.
        faites: Lignes dont le bilan est connu ; ``reprises`` : celles qu'a calculées le moteur d'objets.
        partagees: Colonnes qui sont aussi d'autres, ou celles de la table reçue, tant que rien ne s'y écrit.
    """

    def __init__(self, droits: Droits, n: int, debut: int = 0) -> None:
        self.droits = droits
        self.debut = debut
        self.faites = np.zeros(n, bool)
        self.reprises = np.zeros(n, bool)
        self.rejets: list[tuple[int, str | None, str, str]] = []
        self.entiers: dict[str, Any] = {nom: _reserver(n, np.int64) for nom in CENTIMES if nom not in SOUVENT_NULS}
        self.entiers |= {nom: _reserver(n, np.int32) for nom in (*DATES, *CODES, "jours_retard", "alertes")}
        self.entiers |= dict.fromkeys(SOUVENT_NULS, np.zeros(n, np.int64))
        self.partagees = set(SOUVENT_NULS)
        self.bloc: Bloc
        self._bits = codes_d_alerte(droits.avertissements)
        self._combinaisons: dict[tuple[str, ...], int] = {}

    @cached_property
    def _atelier(self) -> Bloc:
        """Où s'écrit un bloc de lignes éparses."""
        return Bloc._make(np.empty(BLOC, colonne.dtype) for colonne in self.bloc)

    @property
    def repris(self) -> int:
        """Lignes que le moteur d'objets a calculées."""
        return int(self.reprises.sum())

    def commencer(self, lues: Lues, classes: Sequence[Classe | None]) -> None:
        """Les codes de la classe de chaque ligne ; celles d'une classe que le noyau ne décrit pas ne sont pas faites."""
        self.faites[:] = lues.simples
        if lues.paiements is not None:
            self.entiers["trop_percu_centimes"] = np.zeros(len(self.faites), np.int64)
            self.partagees.remove("trop_percu_centimes")
        else:
            self._partager("principal_centimes", lues.colonnes.principal)
            if lues.colonnes.echeance.all():
                self._partager("echeance", lues.colonnes.echeance)
        self.bloc = Bloc(faites=self.faites, **{nom: self.entiers[nom] for nom in Bloc._fields if nom != "faites"})
        decrites = np.array([classe is not None for classe in classes])
        codes = {
            nom: np.array([ABSENT if x is None else self.droits.noms.numero(getattr(x, droit).code) for x in classes], np.int32)
            for nom, droit in (("regime", "regime"), ("prescription_regime", "ligne"))
        }
        for debut in range(0, len(self.faites), BLOC):
            lignes = slice(debut, debut + BLOC)
            sorte = 0 if lues.sorte is None else lues.sorte[lignes].astype(np.intp)
            self.faites[lignes] &= decrites.take(sorte)
            for nom, ceux in codes.items():
                self.entiers[nom][lignes] = ceux.take(sorte, mode="clip")

    def _partager(self, nom: str, lue: Any) -> None:
        """La colonne est, telle quelle, celle de la table."""
        if presente(lue):
            self.entiers[nom] = lue
            self.partagees.add(nom)

    def _a_ecrire(self, nom: str) -> Any:
        """La colonne, qui n'est plus que celle-ci."""
        if nom in self.partagees:
            self.entiers[nom] = self.entiers[nom].copy()
            self.partagees.remove(nom)
        return self.entiers[nom]

    def preparer(self, c: Colonnes, lignes: Rangs | slice) -> None:
        """Ce qui ne dépend d'aucune classe : l'échéance donnée, son retard, le principal d'avant tout paiement."""
        for nom, lue in (("echeance", c.echeance), ("principal_centimes", c.principal)):
            if nom not in self.partagees:
                self.entiers[nom][lignes] = lue
        self.entiers["jours_retard"][lignes] = np.maximum(numero(self.droits.au) - c.echeance, 0)

    def examiner(self, classe: Classe, c: Colonnes, paiements: Paiements | None, rangs: Rangs | slice) -> None:
        """Le noyau écrit ici des lignes voisines ; d'autres, à côté, et chacune rejoint sa place."""
        if isinstance(rangs, slice):
            examiner(self.droits, classe, c, paiements, self.bloc.portion(rangs))
            return
        a_cote = self._atelier.portion(slice(len(rangs)))
        a_cote.faites.fill(True)
        for nom in examiner(self.droits, classe, c, paiements, a_cote):
            self.entiers[nom][rangs] = getattr(a_cote, nom)
        self.faites[rangs.compress(~a_cote.faites)] = False

    def totaliser(self, lignes: Rangs | slice) -> None:
        """La somme de ce que le noyau a écrit."""
        principal, penalites, indemnite = (self.entiers[nom][lignes] for nom in A_SOMMER)
        total = principal + penalites
        total += indemnite
        self.entiers["total_centimes"][lignes] = total

    def poser(self, rang: int, resume: Mapping[str, Any]) -> None:
        """Une ligne du moteur d'objets."""
        for nom, valeur in resume.items():
            if nom in CODES:
                valeur = ABSENT if valeur is None else self.droits.noms.numero(valeur)
            elif nom in DATES:
                valeur = 0 if valeur is None else numero(valeur)
            elif nom == "alertes":
                valeur = self._combinaisons.setdefault(valeur, (1 << len(self._bits)) + len(self._combinaisons))
            if self.entiers[nom][rang] != valeur:
                self._a_ecrire(nom)[rang] = valeur
        self.faites[rang] = self.reprises[rang] = True

    def rejeter(self, rang: int, reference: str | None, champ: str, motif: str) -> None:
        """Une ligne qui ne s'examine pas."""
        self.rejets.append((self.debut + rang, reference, champ, motif))

    def bilans(self, recue: Any, etaler: Etaler) -> Any:
        """La table des bilans, dans l'ordre des lignes reçues."""
        rendu, n, toutes = schema_des_bilans(), len(self.faites), bool(self.faites.all())
        rangs = slice(None) if toutes else np.flatnonzero(self.faites)
        colonnes = {nom: v[rangs] for nom, v in self.entiers.items()}
        noms = pa.array(self.droits.noms.noms, TEXTE)
        rendues: dict[str, Any] = {
            "ligne": pa.array(np.arange(self.debut, self.debut + n)[rangs]),
            **{nom: recue.column(nom) if toutes else recue.column(nom).take(pa.array(rangs)) for nom in TELLES_QUELLES},
            "alertes": self._alertes(colonnes.pop("alertes"), etaler),
            "repris": pa.Array.from_buffers(pa.bool_(), int(self.faites.sum()), [None, _en_bits(self.reprises[rangs])]),
        }
        presentes = _en_bits(colonnes["etape"] != ABSENT)
        for nom, valeurs in colonnes.items():
            tampons = [presentes if nom in ("etape", "etape_le") else None, pa.py_buffer(valeurs)]
            if nom in CODES:
                codes = pa.Array.from_buffers(pa.int32(), len(valeurs), tampons)
                rendues[nom] = pa.DictionaryArray.from_arrays(codes, noms, safe=False)
            else:
                rendues[nom] = pa.Array.from_buffers(rendu.field(nom).type, len(valeurs), tampons)
        return pa.table([rendues[nom] for nom in rendu.names], schema=rendu)

    def _alertes(self, numeros: Any, etaler: Etaler) -> Any:
        """Les codes de chaque ligne, de leur combinaison."""
        textes, longueurs, codes = _combiner(self._bits, tuple(self._combinaisons))
        bornes, dits = etaler(numeros, longueurs, codes)
        return pa.ListArray.from_arrays(pa.array(bornes), textes.take(pa.array(dits)))

    def table_des_rejets(self) -> Any:
        """La table des rejets, dans l'ordre des lignes."""
        attendu = schema_des_rejets()
        return pa.table([[x[i] for x in sorted(self.rejets, key=itemgetter(0))] for i in range(len(attendu))], schema=attendu)


def _en_bits(masque: Any) -> Any:
    return pa.py_buffer(np.packbits(masque, bitorder="little"))


@lru_cache(maxsize=4)
def _combiner(bits: tuple[str, ...], autres: tuple[tuple[str, ...], ...]) -> tuple[Any, Any, list[Any]]:
    """Les codes que disent les bits de chaque nombre, puis ceux d'autres combinaisons.

    Returns:
        Les textes ; combien en dit chaque nombre ; et lesquels, complétés de -1, en tables d'autant de colonnes qu'il en faut.
    """
    listes = [*([code for i, code in enumerate(bits) if nombre >> i & 1] for nombre in range(1 << len(bits))), *autres]
    textes = list(dict.fromkeys(code for liste in (bits, *autres) for code in liste))
    rangs = {code: rang for rang, code in enumerate(textes)}
    longueurs = np.array([len(liste) for liste in listes], np.int32)
    codes = np.full((len(listes), longueurs.max()), -1, np.int8 if len(textes) < 2**7 else np.int16)
    for table, liste in zip(codes, listes, strict=True):
        table[: len(liste)] = [rangs[code] for code in liste]
    return pa.array(textes, TEXTE), longueurs, [np.ascontiguousarray(codes[:, :n]) for n in range(codes.shape[1] + 1)]
