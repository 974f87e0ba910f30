"""L'examen d'une table : le noyau pour ce qu'il décrit, le moteur d'objets pour le reste, les rejets à part."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache, partial
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.masse import colonnes, noyau, objets
from recouvrement.masse.classes import Droits, droits
from recouvrement.masse.colonnes import Cle, Lues, Masque, Rangs, numero
from recouvrement.masse.echange import Recue, conformer, entre, ouvrir, seule
from recouvrement.masse.evenements import ORPHELIN, Suites, joindre
from recouvrement.masse.schemas import SORTIE, TEXTE, schema_des_bilans, schema_des_decomptes, schema_des_rejets
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.politique import Politique
from recouvrement.temps import jour_civil

T = TypeVar("T")
TELLES_QUELLES = ("reference", "debiteur", "devise", "emise_le")
CODES = ("regime", "prescription_regime", "etape")
DATES = ("echeance", "prescription", "prescription_prudente", "etape_le")
CENTIMES = tuple(c.nom for c in SORTIE if c.nom.endswith("_centimes"))
SOUVENT_NULS = ("interets_centimes", "trop_percu_centimes")
ABSENT = -1
PAR_LOTS = 4_096
APERCU = 10
REFERENCE_MAX = 200


@frozen(eq=False)
class BilanTable(Generic[T]):
    """Ce qui ressort d'une table, dans le genre où elle est entrée.

    Attributes:
        bilans: Une ligne par créance examinée (``schema_des_bilans``).
        rejets: Les lignes fautives, avec la raison (``schema_des_rejets``).
        repris: Combien de lignes le moteur d'objets a calculées.
    """

    bilans: T
    rejets: T
    repris: int
    au: date
    _relire: Callable[[int], Bilan] = field(repr=False)
    _rendre: Callable[[Any], T] = field(repr=False)

    def examiner(self, ligne: int) -> Bilan:
        """Le bilan entier d'une ligne reçue, par le moteur d'objets.

        Args:
            ligne: Son rang, depuis 0 : la colonne ``ligne``.

        Raises:
            DonneeInvalide: Aucune ligne de ce rang.
            RecouvrementError: La ligne a été rejetée.
        """
        return self._relire(ligne)

    def expliquer(self, ligne: int) -> str:
        """Les raisons de chaque chiffre d'une ligne reçue."""
        return self.examiner(ligne).expliquer()

    def decompte(self, lignes: Iterable[int]) -> T:
        """Les lignes du décompte de ces rangs, en une colonne de listes (``schema_des_decomptes``), par le moteur d'objets.

        Args:
            lignes: Leurs rangs, depuis 0.

        Raises:
            DonneeInvalide: Aucune ligne de ce rang.
            RecouvrementError: L'une d'elles a été rejetée.
        """
        bilans = [(ligne, self.examiner(ligne)) for ligne in lignes]
        rendues = [
            {"ligne": ligne, "reference": b.dossier.creances[0].reference, "decompte": objets.accroissements(b)}
            for ligne, b in bilans
        ]
        return self._rendre(pa.Table.from_pylist(rendues, schema=schema_des_decomptes()))

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        faits = [("calculées par le moteur d'objets", str(self.repris))]
        if isinstance(self.bilans, pa.RecordBatchReader):  # le montrer le viderait
            return a.page(a.carte(f"Bilans en colonnes, au {a.date_fr(self.au)}", "à lire en flux", faits))
        bilans, rejets = (ouvrir(t, "table")[0] for t in (self.bilans, self.rejets))
        faits.append(("rejetées", str(rejets.num_rows)))
        apercu = [
            (
                x["reference"],
                a.dire(x["echeance"]),
                str(x["jours_retard"]),
                a.dire(x["prescription_prudente"]),
                a.en_clair(x["etape"] or ""),
            )
            for x in bilans.slice(0, APERCU).to_pylist()
        ]
        fautes = [(x["reference"] or "—", x["champ"], x["motif"]) for x in rejets.slice(0, APERCU).to_pylist()]
        entetes = ("Créance", "Échéance", "Retard (jours)", "Agir avant le", "Prochaine étape")
        return a.page(
            a.carte(f"Bilans en colonnes, au {a.date_fr(self.au)}", a.compter(bilans.num_rows, "ligne"), faits),
            a.table(entetes, apercu, legende="Premières lignes", nombres=(2,)),
            a.table(("Créance", "Champ", "Motif"), fautes, legende="Premiers rejets") if fautes else "",
        )


def examiner_table(table: T, *, politique: Politique | None = None, au: date, evenements: Any = None) -> BilanTable[T]:
    """Les bilans d'une table de créances au jour ``au``, inclus : les mêmes que ceux du moteur d'objets.

    Chaque ligne est une créance seule dans son dossier. Une ligne que le noyau ne décrit pas (événement autre qu'un paiement,
    clause, devise, convention ou scénario particulier…) passe d'elle-même par le moteur d'objets. Une ligne fautive n'arrête pas
    les autres.

    Args:
        table: Table, RecordBatch ou RecordBatchReader d'Arrow, tableau polars ou pandas, ou dictionnaire de tableaux NumPy, du
            schéma de ``schema()``. Montants en centimes entiers, jours en dates.
        politique: Par défaut ``Politique()``.
        evenements: Seconde table, du schéma de ``schema_des_evenements()`` : chaque ligne nomme sa créance.

    Raises:
        DonneeInvalide: Colonne inconnue, absente ou d'un autre type ; ``au`` n'est pas une date.
    """
    jour_civil(au, "au")
    politique = Politique() if politique is None else politique
    arrow, rendre = ouvrir(table, "table")
    recue = conformer(arrow)
    suites = joindre(recue, evenements)
    sortie = _examiner(recue, suites, politique, au)
    relire = partial(_relire, politique, recue, suites, au)
    return BilanTable(rendre(sortie.bilans(recue.table)), rendre(sortie.table_des_rejets()), sortie.repris, au, relire, rendre)


def examiner_lot(lot: Any, politique: Politique, au: date, evenements: Any, doubles: Any) -> tuple[Any, Any, int]:
    """Bilans, rejets et lignes reprises d'une part d'un fichier ; ``doubles`` : les références que d'autres lots portent aussi."""
    recue = conformer(lot)
    sortie = _examiner(recue, joindre(recue, evenements, doubles), politique, au)
    return sortie.bilans(recue.table), sortie.table_des_rejets(), sortie.repris


def _examiner(recue: Recue, suites: Suites, politique: Politique, au: date) -> "Sortie":
    lues = colonnes.lire(recue.table, numero(au))
    sortie = Sortie(droits(politique, au), recue.table.num_rows)
    _ecarter(recue, lues.simples, suites, sortie)
    _par_colonnes(lues, sortie)
    _par_objets(politique, recue, suites, sortie, au)
    return sortie


def _relire(politique: Politique, recue: Recue, suites: Suites, au: date, ligne: int) -> Bilan:
    """Une ligne de la table reçue, par le moteur d'objets."""
    if type(ligne) is not int or not 0 <= ligne < recue.table.num_rows:
        raise DonneeInvalide("aucune ligne de ce rang", champ="ligne", valeur=ligne)
    (donnees,) = recue.table.slice(ligne, 1).to_pylist()
    return _un(politique, recue, ligne, donnees, suites, au)


def _reserver(n: int, genre: type[np.signedinteger[Any]]) -> Any:
    """Une colonne à remplir, dans la mémoire qu'Arrow garde d'une table à l'autre."""
    return np.frombuffer(pa.allocate_buffer(n * np.dtype(genre).itemsize), genre)


class Sortie:
    """Les colonnes rendues, à mesure qu'elles se remplissent."""

    def __init__(self, droits: Droits, n: int) -> None:
        self.droits = droits
        self.faites = np.zeros(n, bool)
        self.reprises = np.zeros(n, bool)
        self.rejets: list[tuple[int | None, str | None, str, str]] = []
        self.entiers: dict[str, Any] = {nom: _reserver(n, np.int64) for nom in CENTIMES}
        self.entiers |= {nom: _reserver(n, np.int32) for nom in (*DATES, *CODES, "jours_retard", "alertes")}
        self.entiers |= {nom: np.zeros(n, np.int64) for nom in SOUVENT_NULS}
        self._bits = noyau.codes_d_alerte(droits.avertissements)
        self._combinaisons: dict[tuple[str, ...], int] = {}

    @property
    def repris(self) -> int:
        """Lignes que le moteur d'objets a calculées."""
        return int(self.reprises.sum())

    def poser(self, rangs: Rangs | slice, regime: str, prescription: str, bloc: noyau.Bloc) -> None:
        """Les lignes d'un bloc que le noyau a su traiter."""
        s, noms = bloc.suffit, self.droits.noms
        toutes = bool(s.all())
        if not toutes:
            rangs = np.arange(len(self.faites))[rangs][s]
        for nom, valeurs in (
            ("echeance", bloc.echeance),
            ("jours_retard", bloc.jours_retard),
            ("principal_centimes", bloc.principal),
            ("penalites_centimes", bloc.penalites),
            ("indemnite_centimes", bloc.indemnite),
            ("total_centimes", bloc.total),
            ("prescription", bloc.prescription),
            ("prescription_prudente", bloc.prudente),
            ("etape", bloc.etape),
            ("etape_le", bloc.etape_le),
            ("alertes", bloc.alertes),
        ):
            colonne = self.entiers[nom]
            colonne[rangs] = (valeurs if toutes else valeurs[s]).astype(colonne.dtype, copy=False)
        if bloc.trop_percu.any():  # des zéros jamais écrits n'occupent pas de mémoire
            self.entiers["trop_percu_centimes"][rangs] = bloc.trop_percu if toutes else bloc.trop_percu[s]
        self.entiers["regime"][rangs] = noms.numero(regime)
        self.entiers["prescription_regime"][rangs] = noms.numero(prescription)
        self.faites[rangs] = True

    def poser_une(self, rang: int, resume: Mapping[str, Any]) -> None:
        """Une ligne du moteur d'objets."""
        for nom, valeur in resume.items():
            if nom in CODES:
                valeur = ABSENT if valeur is None else self.droits.noms.numero(valeur)
            elif nom in DATES:
                valeur = 0 if valeur is None else numero(valeur)
            elif nom == "alertes":
                valeur = self._combinaisons.setdefault(valeur, (1 << len(self._bits)) + len(self._combinaisons))
            self.entiers[nom][rang] = valeur
        self.faites[rang] = self.reprises[rang] = True

    def rejeter(self, rang: int | None, reference: str | None, champ: str, motif: str) -> None:
        """Une ligne, ou un événement, qui ne s'examine pas."""
        self.rejets.append((rang, reference, champ, motif))

    def bilans(self, recue: Any) -> Any:
        """La table des bilans, dans l'ordre des lignes reçues."""
        rendu, rangs = schema_des_bilans(), np.flatnonzero(self.faites)
        toutes = len(rangs) == len(self.faites)
        colonnes = {nom: v if toutes else v[rangs] for nom, v in self.entiers.items()}
        noms = pa.array(self.droits.noms.noms, TEXTE)
        rendues: dict[str, Any] = {
            "ligne": pa.array(rangs.astype(np.int64)),
            **{nom: recue.column(nom) if toutes else recue.column(nom).take(pa.array(rangs)) for nom in TELLES_QUELLES},
            "alertes": self._alertes(colonnes["alertes"]),
            "repris": pa.array(self.reprises if toutes else self.reprises[rangs]),
        }
        presentes = pa.py_buffer(np.packbits(colonnes["etape"] != ABSENT, bitorder="little"))
        for nom, valeurs in colonnes.items():
            tampons = [presentes if nom in ("etape", "etape_le") else None, pa.py_buffer(valeurs)]
            if nom in CODES:
                codes = pa.Array.from_buffers(pa.int32(), len(valeurs), tampons)
                rendues[nom] = pa.DictionaryArray.from_arrays(codes, noms)
            elif nom != "alertes":
                rendues[nom] = pa.Array.from_buffers(rendu.field(nom).type, len(valeurs), tampons)
        return pa.table([rendues[nom] for nom in rendu.names], schema=rendu)

    def _alertes(self, numeros: Any) -> Any:
        """Les codes de chaque ligne, de leur combinaison."""
        listes = [*_combiner(self._bits), *self._combinaisons]
        longueurs = np.array([len(codes) for codes in listes], np.int32)
        dites = pa.array(listes, pa.list_(TEXTE)).take(pa.array(numeros[numeros > 0])).flatten()  # zéro : aucune alerte
        bornes = np.zeros(len(numeros) + 1, np.int32)
        np.cumsum(longueurs.take(numeros, mode="clip"), out=bornes[1:])
        return pa.ListArray.from_arrays(pa.array(bornes), dites)

    def table_des_rejets(self) -> Any:
        """La table des rejets, dans l'ordre des lignes ; les événements orphelins à la fin."""
        lignes = sorted(self.rejets, key=lambda r: (r[0] is None, r[0] or 0))
        attendu = schema_des_rejets()
        return pa.table([[x[i] for x in lignes] for i in range(len(attendu))], schema=attendu)


@lru_cache(maxsize=4)
def _combiner(codes: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Les codes que disent les bits de chaque nombre."""
    return [tuple(code for i, code in enumerate(codes) if bits >> i & 1) for bits in range(1 << len(codes))]


def _ecarter(recue: Recue, simples: Masque, suites: Suites, sortie: Sortie) -> None:
    """Les lignes fautives et celles qui ont une suite ne sont pas du noyau."""
    references = seule(recue.table.column("reference"))
    simples[list(recue.fautes)] = False
    if not _nettes(references):
        longueur = pc.utf8_length(pc.utf8_trim_whitespace(references))
        bonne = pc.and_(pc.greater(longueur, 0), pc.less_equal(longueur, REFERENCE_MAX))
        propre = pc.and_(pc.utf8_is_printable(references), bonne)
        simples &= pc.fill_null(propre, False).to_numpy(zero_copy_only=False)
    if suites.par_reference:
        nommees = pa.array(suites.par_reference, TEXTE)
        simples &= ~pc.is_in(references, value_set=nommees).to_numpy(zero_copy_only=False)
    for reference in suites.orphelins:
        sortie.rejeter(None, reference, "creance", ORPHELIN)


def _nettes(references: Any) -> bool:
    """Vrai si aucune n'est vide ni longue, et si leurs octets sont tous d'ASCII imprimable, sans blanc : le cas courant, vu d'un coup."""
    if not len(references) or references.null_count or not entre(pc.binary_length(references), 1, REFERENCE_MAX):
        return False
    bornes = np.frombuffer(references.buffers()[1], np.int32)[references.offset :]
    octets = np.frombuffer(references.buffers()[2], np.uint8)[bornes[0] : bornes[len(references)]]
    return bool(octets.min() > ord(" ") and octets.max() < 127)


def _par_colonnes(lues: Lues, sortie: Sortie) -> None:
    """Le noyau, classe par classe, bloc par bloc."""
    for cle, siens in _par_classe(lues):
        n = siens.stop if isinstance(siens, slice) else len(siens)
        classe = sortie.droits.classe(cle) if n else None
        if classe is None:
            continue
        for debut in range(0, n, noyau.BLOC):
            fin = min(debut + noyau.BLOC, n)
            bloc = slice(debut, fin) if isinstance(siens, slice) else siens[debut:fin]
            fait = noyau.examiner(sortie.droits, classe, lues.colonnes.portion(bloc), lues.paie_le, lues.paie)
            sortie.poser(bloc, classe.regime.code, classe.ligne.code, fait)


def _par_classe(lues: Lues) -> Iterator[tuple[Cle, Rangs | slice]]:
    """Les lignes de chaque classe ; une classe qui tient toute la table ne demande ni tri ni copie."""
    if lues.classe is None:
        yield lues.classes[0], slice(0, len(lues.simples)) if lues.simples.all() else np.flatnonzero(lues.simples)
        return
    rangs = np.flatnonzero(lues.simples)
    rangs = rangs[np.argsort(lues.classe[rangs], kind="stable")]
    bornes = np.searchsorted(lues.classe[rangs], np.arange(len(lues.classes) + 1))
    for i, cle in enumerate(lues.classes):
        yield cle, rangs[bornes[i] : bornes[i + 1]]


def _par_objets(politique: Politique, recue: Recue, suites: Suites, sortie: Sortie, au: date) -> None:
    """Le reste, ligne à ligne."""
    restent = np.flatnonzero(~sortie.faites)
    for debut in range(0, len(restent), PAR_LOTS):
        lot = restent[debut : debut + PAR_LOTS]
        for rang, ligne in zip(lot.tolist(), recue.table.take(pa.array(lot)).to_pylist(), strict=True):
            try:
                sortie.poser_une(rang, objets.resumer(_un(politique, recue, rang, ligne, suites, au)))
            except DonneeInvalide as e:
                sortie.rejeter(rang, ligne["reference"], e.champ, str(e))
            except RecouvrementError as e:
                sortie.rejeter(rang, ligne["reference"], "", str(e))


def _un(politique: Politique, recue: Recue, rang: int, ligne: objets.Ligne, suites: Suites, au: date) -> Bilan:
    """Le bilan d'une ligne."""
    if rang in recue.fautes:
        champ, motif = recue.fautes[rang]
        raise DonneeInvalide(motif, champ=champ)
    suite = suites.par_reference.get(ligne["reference"], ())
    return politique.examiner(objets.creance(ligne), objets.faits(ligne, suite), au=au)
