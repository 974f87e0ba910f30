"""L'examen d'une table : le noyau pour ce qu'il décrit, le moteur d'objets pour le reste, les rejets à part."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from typing import Any, Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.masse import colonnes, objets
from recouvrement.masse.classes import Droits, droits
from recouvrement.masse.colonnes import Masque, numero
from recouvrement.masse.echange import Recue, conformer, entre, ouvrir, seule
from recouvrement.masse.evenements import ORPHELIN, Suites, joindre
from recouvrement.masse.schemas import TEXTE, schema_des_decomptes, schema_des_rejets
from recouvrement.masse.sortie import Sortie
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.politique import Politique
from recouvrement.temps import jour_civil

try:
    from recouvrement.masse import noyau_compile as noyau
except ImportError:
    from recouvrement.masse import blocs as noyau  # type: ignore[no-redef]

T = TypeVar("T")
PAR_LOTS = 4_096
PART = 2**16  # lignes en deçà desquelles un fil de plus coûte plus qu'il ne rend
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
    les autres. Une grande table est examinée en autant de fils qu'Arrow en emploie (``pyarrow.set_cpu_count``).

    Args:
        table: Table, RecordBatch ou RecordBatchReader d'Arrow, tableau polars ou pandas, ou dictionnaire de tableaux NumPy, du
            schéma de ``schema()``. Montants en centimes entiers, jours en dates. D'Arrow et de polars, elle est tenue pour immuable, et
            rien n'en est copié.
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
    bilans, rejets, repris = _examiner(recue, suites, politique, au)
    relire = partial(_relire, politique, recue, suites, au)
    return BilanTable(rendre(bilans), rendre(rejets), repris, au, relire, rendre)


def examiner_lot(lot: Any, politique: Politique, au: date, evenements: Any, doubles: Any) -> tuple[Any, Any, int]:
    """Bilans, rejets et lignes reprises d'une part d'un fichier ; ``doubles`` : les références que d'autres lots portent aussi."""
    recue = conformer(lot)
    return _examiner(recue, joindre(recue, evenements, doubles), politique, au)


def _examiner(recue: Recue, suites: Suites, politique: Politique, au: date) -> tuple[Any, Any, int]:
    """Bilans, rejets et lignes reprises : par parts de lignes voisines, en autant de fils qu'Arrow en emploie, dans l'ordre."""
    n = recue.table.num_rows
    fils = max(min(pa.cpu_count(), n // PART), 1)
    bornes = [n * fil // fils for fil in range(fils + 1)]
    examiner = partial(_part, recue, suites, droits(politique, au))
    with ThreadPoolExecutor(fils) as bassin:
        parts = list((bassin.map if fils > 1 else map)(examiner, bornes[:-1], bornes[1:]))
    bilans, rejets, repris = zip(*parts, strict=True)
    return pa.concat_tables(bilans), pa.concat_tables([*rejets, _rejets_des(suites.orphelins)]), sum(repris)


def _part(recue: Recue, suites: Suites, d: Droits, debut: int, fin: int) -> tuple[Any, Any, int]:
    part = Recue(
        recue.table.slice(debut, fin - debut), {rang - debut: f for rang, f in recue.fautes.items() if debut <= rang < fin}
    )
    lues = colonnes.lire(part.table, numero(d.au))
    sortie = Sortie(d, fin - debut, debut)
    _ecarter(part, lues.simples, suites)
    noyau.par_colonnes(lues, sortie)
    _par_objets(d.politique, part, suites, sortie, d.au)
    return sortie.bilans(part.table, noyau.etaler), sortie.table_des_rejets(), sortie.repris


def _rejets_des(orphelins: Sequence[str | None]) -> Any:
    """Les événements qui ne nomment aucune ligne."""
    lignes = [{"ligne": None, "reference": x, "champ": "creance", "motif": ORPHELIN} for x in orphelins]
    return pa.Table.from_pylist(lignes, schema=schema_des_rejets())


def _relire(politique: Politique, recue: Recue, suites: Suites, au: date, ligne: int) -> Bilan:
    """Une ligne de la table reçue, par le moteur d'objets."""
    if type(ligne) is not int or not 0 <= ligne < recue.table.num_rows:
        raise DonneeInvalide("aucune ligne de ce rang", champ="ligne", valeur=ligne)
    (donnees,) = recue.table.slice(ligne, 1).to_pylist()
    return _un(politique, recue, ligne, donnees, suites, au)


def _ecarter(recue: Recue, simples: Masque, suites: Suites) -> None:
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


def _nettes(references: Any) -> bool:
    """Vrai si aucune n'est vide ni longue, et si leurs octets sont tous d'ASCII imprimable, sans blanc : le cas courant, vu d'un coup."""
    if not len(references) or references.null_count or not entre(pc.binary_length(references), 1, REFERENCE_MAX):
        return False
    bornes = np.frombuffer(references.buffers()[1], np.int32, len(references) + 1, references.offset * 4)
    octets = np.frombuffer(references.buffers()[2], np.uint8)[bornes[0] : bornes[-1]]
    return bool(octets.min() > ord(" ") and octets.max() < 127)


def _par_objets(politique: Politique, recue: Recue, suites: Suites, sortie: Sortie, au: date) -> None:
    """Le reste, ligne à ligne."""
    restent = np.flatnonzero(~sortie.faites)
    for debut in range(0, len(restent), PAR_LOTS):
        lot = restent[debut : debut + PAR_LOTS]
        for rang, ligne in zip(lot.tolist(), recue.table.take(pa.array(lot)).to_pylist(), strict=True):
            try:
                sortie.poser(rang, objets.resumer(_un(politique, recue, rang, ligne, suites, au)))
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
