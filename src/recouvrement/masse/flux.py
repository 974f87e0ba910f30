"""D'un fichier à un fichier, lot par lot : la mémoire ne dépend pas du nombre de lignes.

Le fichier de sortie n'existe qu'entier : il s'écrit à côté, puis prend son nom.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
from attrs import frozen

from recouvrement.erreurs import DonneeInvalide, cause
from recouvrement.masse.colonnes import Entiers
from recouvrement.masse.echange import conformer
from recouvrement.masse.evenements import ORPHELIN
from recouvrement.masse.examen import examiner_lot
from recouvrement.masse.schemas import EVENEMENTS, TEXTE, schema, schema_des_bilans, schema_des_evenements, schema_des_rejets
from recouvrement.politique.politique import Politique
from recouvrement.temps import jour_civil

LOT = 131_072
EN_EUROS = pa.decimal128(18, 2)
Progres = Callable[[int, int | None], object]


@frozen(kw_only=True)
class Passage:
    """Ce qu'un fichier a donné.

    Attributes:
        lignes: Lues ; chacune est examinée ou rejetée.
        examinees: Celles qui ont un bilan.
        rejetees: Lignes fautives, et événements qui ne nomment aucune ligne.
        reprises: Lignes que le moteur d'objets a calculées.
        bilans: Fichier écrit, du schéma ``schema_des_bilans()``.
        rejets: Fichier écrit à côté, du schéma ``schema_des_rejets()`` ; vide s'il n'y en a pas.
    """

    lignes: int
    examinees: int
    rejetees: int
    reprises: int
    bilans: Path
    rejets: Path


def examiner_fichier(
    source: Path | str,
    vers: Path | str,
    *,
    politique: Politique | None = None,
    au: date,
    evenements: Path | str | None = None,
    lot: int = LOT,
    progres: Progres | None = None,
) -> Passage:
    """Examine un fichier Parquet, Arrow ou CSV (ou un dossier de tels fichiers) dans un fichier Parquet.

    Les rejets vont à côté, dans ``<vers>-rejets.parquet``. Les événements tiennent en mémoire ; les créances, non.

    Args:
        vers: Fichier ``.parquet``, remplacé s'il existe.
        evenements: Fichier de la seconde table.
        lot: Lignes examinées à la fois.
        progres: Reçoit, après chaque lot, les lignes faites et leur nombre, s'il est connu (Parquet).

    Raises:
        DonneeInvalide: Fichier absent, illisible ou d'un autre format ; colonne inconnue, absente ou d'un autre type ; sortie impossible.
    """
    jour_civil(au, "au")
    politique = Politique() if politique is None else politique
    source, vers = Path(source), Path(vers)
    rejets = vers.with_name(f"{vers.stem}-rejets.parquet")
    if vers.suffix != ".parquet":
        raise DonneeInvalide("un fichier .parquet est attendu", champ="vers", valeur=str(vers))
    fichiers = _fichiers(source)
    suivis = _fichiers(Path(evenements)) if evenements is not None else ()
    _distinguer(vers, (vers, rejets), fichiers + suivis, [d for d in (source, evenements) if d is not None and Path(d).is_dir()])
    with _lisible(source):
        total = _combien(fichiers)
    suites = _Suites.lire(suivis, fichiers) if evenements is not None else None
    faites = connues = reprises = rejetees = 0
    with _ecrit(vers) as bilans, _ecrit(rejets) as ecartes:
        sortie, rebut = pq.ParquetWriter(bilans, schema_des_bilans()), pq.ParquetWriter(ecartes, schema_des_rejets())
        with sortie, rebut:
            for table in _lots(fichiers, schema(), lot):
                siennes, doubles = (suites.de(table), suites.doubles) if suites is not None else (None, None)
                examinees, fautives, repris = examiner_lot(table, politique, au, siennes, doubles)
                sortie.write_table(_decaler(examinees, faites))
                rebut.write_table(_decaler(fautives, faites))
                faites += table.num_rows
                connues += examinees.num_rows
                reprises += repris
                rejetees += fautives.num_rows
                if progres is not None:
                    progres(faites, total)
            if suites is not None and suites.orphelins:
                rebut.write_table(suites.rejets())
                rejetees += len(suites.orphelins)
    return Passage(lignes=faites, examinees=connues, rejetees=rejetees, reprises=reprises, bilans=vers, rejets=rejets)


class _Suites:
    """La seconde table entière, et ce que le fichier des créances dit de ses références : absentes, ou portées par plusieurs lignes."""

    def __init__(self, table: Any, creances: Any, nommees: Any, nombres: Entiers) -> None:
        self._table, self._creances = table, creances
        self.orphelins = nommees.filter(pa.array(nombres == 0)).to_pylist()
        self.doubles = nommees.filter(pa.array(nombres > 1))

    @classmethod
    def lire(cls, evenements: Sequence[Path], fichiers: Sequence[Path]) -> "_Suites":
        """Un premier passage ne lit du fichier des créances que ses références."""
        attendu = schema_des_evenements()
        table = pa.concat_tables(list(_lots(evenements, attendu, LOT)) or [attendu.empty_table()])
        creances = conformer(table, EVENEMENTS).table.column("creance").combine_chunks()
        nommees = creances.unique().drop_null()
        nombres = np.zeros(len(nommees), np.int64)
        for lot in _lots(fichiers, schema(), LOT, ["reference"]):
            rangs = pc.index_in(lot.column("reference").cast(TEXTE), value_set=nommees).drop_null()
            nombres += np.bincount(rangs.combine_chunks().to_numpy(), minlength=len(nommees))
        return cls(table, creances, nommees, nombres)

    def de(self, lot: Any) -> Any:
        """Les événements des lignes de ce lot."""
        references = lot.column("reference").cast(TEXTE).combine_chunks()
        return self._table.filter(pc.is_in(self._creances, value_set=references))

    def rejets(self) -> Any:
        """Une ligne par référence qu'aucune créance ne porte."""
        lignes = [{"ligne": None, "reference": r, "champ": "creance", "motif": ORPHELIN} for r in self.orphelins]
        return pa.Table.from_pylist(lignes, schema=schema_des_rejets())


def _fichiers(chemin: Path) -> tuple[Path, ...]:
    """Le fichier, ou ceux du dossier, par nom."""
    if not chemin.exists():
        raise DonneeInvalide("fichier introuvable", champ="source", valeur=str(chemin))
    trouves = (chemin,) if chemin.is_file() else tuple(sorted(f for f in chemin.iterdir() if f.suffix in FORMATS))
    if not trouves or any(f.suffix not in FORMATS for f in trouves):
        remede = f"Donnez un fichier {', '.join(FORMATS)}, ou un dossier de tels fichiers."
        raise DonneeInvalide("format inconnu", champ="source", valeur=str(chemin), remede=remede)
    return trouves


def _distinguer(vers: Path, ecrits: Iterable[Path], lus: Iterable[Path], dossiers: Iterable[Path | str]) -> None:
    """La sortie n'est ni un fichier lu, ni dans un dossier que la prochaine fois lirait."""
    chemins = {f.resolve() for f in ecrits}
    if chemins & {f.resolve() for f in lus}:
        raise DonneeInvalide("la sortie est un fichier lu", champ="vers", valeur=str(vers), remede="Choisissez un autre fichier.")
    if {f.parent for f in chemins} & {Path(d).resolve() for d in dossiers}:
        remede = "Choisissez un autre dossier : le prochain examen lirait cette sortie."
        raise DonneeInvalide("la sortie est dans le dossier lu", champ="vers", valeur=str(vers), remede=remede)


def _lots(fichiers: Iterable[Path], attendu: Any, lot: int, colonnes: list[str] | None = None) -> Iterator[Any]:
    """Des tables d'au plus ``lot`` lignes, dans l'ordre des fichiers ; un seul lot en mémoire."""
    for fichier in fichiers:
        with _lisible(fichier):
            for portion in FORMATS[fichier.suffix](fichier, attendu, lot, colonnes):
                for debut in range(0, portion.num_rows, lot):
                    yield pa.table(portion.slice(debut, lot))


def _parquet(fichier: Path, _attendu: Any, lot: int, colonnes: list[str] | None) -> Iterator[Any]:
    with pq.ParquetFile(fichier, pre_buffer=False) as lu:  # sinon, tout ce qui est lu reste en mémoire
        yield from lu.iter_batches(batch_size=lot, columns=colonnes)


def _arrow(fichier: Path, _attendu: Any, _lot: int, colonnes: list[str] | None) -> Iterator[Any]:
    with pa.memory_map(str(fichier)) as projete, pa.ipc.open_file(projete) as lu:
        for i in range(lu.num_record_batches):
            portion = lu.get_batch(i)
            yield portion.select(colonnes) if colonnes else portion


def _csv(fichier: Path, attendu: Any, _lot: int, colonnes: list[str] | None) -> Iterator[Any]:
    """Aux types du schéma ; une cellule vide est une absence."""
    types = {champ.name: champ.type for champ in attendu if not pa.types.is_list(champ.type)} | {"principal": EN_EUROS}
    options = pa.csv.ConvertOptions(column_types=types, strings_can_be_null=True, include_columns=colonnes)
    with pa.csv.open_csv(fichier, convert_options=options) as lu:
        yield from lu


FORMATS = {".parquet": _parquet, ".arrow": _arrow, ".feather": _arrow, ".csv": _csv}


def _combien(fichiers: Iterable[Path]) -> int | None:
    """Le nombre de lignes, si chaque fichier le dit sans être lu."""
    if any(f.suffix != ".parquet" for f in fichiers):
        return None
    return sum(int(pq.read_metadata(f).num_rows) for f in fichiers)


def _decaler(table: Any, faites: int) -> Any:
    """Le rang de chaque ligne dans le fichier, non dans son lot."""
    return table.set_column(0, table.schema.field(0), pc.add(table.column("ligne"), faites)) if faites else table


@contextmanager
def _lisible(chemin: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as e:
        en_csv = "Attendus d'un CSV : UTF-8, virgules, point décimal, dates AAAA-MM-JJ, et les noms des colonnes."
        remede = en_csv if chemin.suffix == ".csv" else "Vérifiez le format, les types et les droits."
        raise DonneeInvalide(f"fichier illisible ({cause(e)})", champ="source", valeur=str(chemin), remede=remede) from e


@contextmanager
def _ecrit(vers: Path) -> Iterator[Path]:
    """Un fichier voisin, qui ne prend le nom voulu que s'il est entier."""
    partiel = vers.with_name(f".{vers.name}.{os.getpid()}.partiel")
    try:
        yield partiel
        partiel.replace(vers)
    except OSError as e:
        raise DonneeInvalide(f"sortie impossible : {cause(e)}", champ="vers", valeur=str(vers)) from e
    finally:
        partiel.unlink(missing_ok=True)
