"""D'un fichier à un fichier : les mêmes lignes que d'un coup, une mémoire qui ne grandit pas, et rien à moitié écrit."""

import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.feather
import pyarrow.parquet as pq
import pytest

from fabrique import RACINE
from recouvrement import DonneeInvalide, Politique
from recouvrement.masse import examiner_fichier, examiner_table, schema_des_bilans, schema_des_evenements, schema_des_rejets

AU = date(2026, 11, 21)
N = 1_000


def creances(n: int = N) -> pa.Table:
    """Des créances ordinaires ; une ligne sur cent est fautive, une sur cent passe par les objets."""
    rangs = range(n)
    return pa.table(
        {
            "reference": [f"F-{i}" for i in rangs],
            "principal_centimes": [10_000 + i for i in rangs],
            "emise_le": [date(2024 + i % 2, 1 + i % 12, 1) for i in rangs],
            "echeance": [date(2020, 1, 1) if i % 100 == 7 else date(2026, 1 + i % 9, 15) for i in rangs],
            "creancier_qualite": ["commercant"] * n,
            "debiteur_qualite": [("commercant", "consommateur", "personne_publique")[i % 3] for i in rangs],
            "secteur": ["transport" if i % 100 == 50 else None for i in rangs],
            "debiteur": [f"D-{i % 9}" for i in rangs],
        }
    )


def evenements() -> pa.Table:
    return pa.table(
        {
            "creance": ["F-3", "F-3", "F-998", "F-absente", "F-500"],
            "type": ["paiement", "paiement", "paiement", "paiement", "mise_en_demeure"],
            "le": [date(2026, 6, 1)] * 5,
            "montant_centimes": [1_000, 2_000, 500, 1, None],
        }
    )


@pytest.mark.parametrize("lot", [N, 333, 64])
def test_lot_par_lot_comme_d_un_coup(tmp_path: Path, lot: int) -> None:
    table, suites = creances(), evenements()
    pq.write_table(table, tmp_path / "c.parquet", row_group_size=250)
    pq.write_table(suites, tmp_path / "e.parquet")
    veut = examiner_table(table, au=AU, evenements=suites)
    faites: list[tuple[int, int]] = []
    passage = examiner_fichier(
        tmp_path / "c.parquet",
        tmp_path / "b.parquet",
        au=AU,
        politique=Politique(),
        evenements=tmp_path / "e.parquet",
        lot=lot,
        progres=lambda fait, total: faites.append((fait, total)),
    )
    bilans, rejets = pq.read_table(passage.bilans), pq.read_table(passage.rejets)
    assert bilans.to_pylist() == veut.bilans.to_pylist()
    assert rejets.to_pylist() == veut.rejets.to_pylist()
    assert (passage.lignes, passage.rejetees, passage.reprises) == (N, veut.rejets.num_rows, veut.repris)
    assert passage.rejetees == 11
    assert passage.reprises == 11
    assert faites[-1] == (N, N)
    assert faites == sorted(faites)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["b-rejets.parquet", "b.parquet", "c.parquet", "e.parquet"]
    assert bilans.schema.remove_metadata().names == schema_des_bilans().names
    assert rejets.schema.names == schema_des_rejets().names


def test_une_reference_de_deux_lots_et_d_un_evenement_est_rejetee(tmp_path: Path) -> None:
    table = pa.concat_tables([creances(10), creances(10)])
    pq.write_table(table, tmp_path / "c.parquet")
    pq.write_table(evenements(), tmp_path / "e.parquet")
    veut = examiner_table(table, au=AU, evenements=evenements())
    passage = examiner_fichier(tmp_path / "c.parquet", tmp_path / "b.parquet", au=AU, evenements=tmp_path / "e.parquet", lot=4)
    assert pq.read_table(passage.rejets).to_pylist() == veut.rejets.to_pylist()
    assert {x["ligne"] for x in veut.rejets.to_pylist() if "plusieurs lignes" in x["motif"]} == {3, 13}
    assert pq.read_table(passage.bilans).to_pylist() == veut.bilans.to_pylist()


def test_csv_arrow_et_dossier_de_fichiers(tmp_path: Path) -> None:
    table = creances(50)
    veut = examiner_table(table, au=AU).bilans.to_pylist()
    pyarrow.csv.write_csv(table, tmp_path / "c.csv")
    pyarrow.feather.write_feather(table, str(tmp_path / "c.arrow"))
    (tmp_path / "dossier").mkdir()
    pq.write_table(table.slice(0, 20), tmp_path / "dossier" / "1.parquet")
    pq.write_table(table.slice(20), tmp_path / "dossier" / "2.parquet")
    for source in ("c.csv", "c.arrow", "dossier"):
        passage = examiner_fichier(tmp_path / source, tmp_path / "b.parquet", au=AU)
        assert pq.read_table(passage.bilans).to_pylist() == veut, source


def test_l_exemple_de_la_documentation(tmp_path: Path) -> None:
    source = RACINE / "exemples" / "portefeuille.csv"
    veut = examiner_table(pyarrow.csv.read_csv(source), au=AU)
    passage = examiner_fichier(source, tmp_path / "b.parquet", au=AU)
    assert pq.read_table(passage.bilans).to_pylist() == veut.bilans.to_pylist()
    assert pq.read_table(passage.rejets).column("ligne").to_pylist() == veut.rejets.column("ligne").to_pylist()


@pytest.mark.parametrize(
    ("source", "vers", "dit"),
    [
        ("absent.parquet", "b.parquet", "fichier introuvable"),
        ("c.txt", "b.parquet", "format inconnu"),
        ("faux.parquet", "b.parquet", "fichier illisible"),
        ("c.parquet", "b.csv", ".parquet est attendu"),
        ("c.parquet", "c.parquet", "la sortie est un fichier lu"),
        ("c.parquet", "absent/b.parquet", "sortie impossible"),
        ("flottant.parquet", "b.parquet", "un flottant n'est pas exact"),
        ("faux.csv", "b.parquet", "fichier illisible"),
    ],
)
def test_ce_qui_ne_se_peut_pas_ne_laisse_rien(tmp_path: Path, source: str, vers: str, dit: str) -> None:
    pq.write_table(creances(5), tmp_path / "c.parquet")
    (tmp_path / "c.txt").write_text("x")
    (tmp_path / "faux.parquet").write_bytes(b"PAR1 pas vraiment")
    (tmp_path / "faux.csv").write_text("reference,principal_centimes\nF-1,dix\n")
    table = creances(5).set_column(1, "principal_centimes", [[1.5] * 5])
    pq.write_table(table, tmp_path / "flottant.parquet")
    (tmp_path / "b.parquet").write_bytes(b"d'hier")
    avant = {x.name: x.read_bytes() for x in tmp_path.iterdir()}
    with pytest.raises(DonneeInvalide, match=dit):
        examiner_fichier(tmp_path / source, tmp_path / vers, au=AU)
    assert {x.name: x.read_bytes() for x in tmp_path.iterdir()} == avant


def test_la_sortie_n_ecrase_ni_n_alourdit_ce_qui_est_lu(tmp_path: Path) -> None:
    lus = tmp_path / "lus"
    lus.mkdir()
    paiement = {"creance": "F-0", "type": "paiement", "le": date(2026, 6, 1), "montant_centimes": 100}
    evenements = pa.Table.from_pylist([paiement], schema=schema_des_evenements())
    pq.write_table(creances(5), lus / "c.parquet")
    pq.write_table(evenements, tmp_path / "e.parquet")
    pq.write_table(evenements, tmp_path / "b-rejets.parquet")
    avant = {x: x.read_bytes() for x in tmp_path.rglob("*.parquet")}
    for vers, suivis, dit in (
        (tmp_path / "e.parquet", tmp_path / "e.parquet", "un fichier lu"),
        (tmp_path / "b.parquet", tmp_path / "b-rejets.parquet", "un fichier lu"),
        (lus / "b.parquet", None, "dans le dossier lu"),
    ):
        with pytest.raises(DonneeInvalide, match=dit):
            examiner_fichier(lus, vers, au=AU, evenements=suivis)
    assert {x: x.read_bytes() for x in tmp_path.rglob("*.parquet")} == avant


def test_un_lot_fautif_au_milieu_ne_laisse_rien(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "reference,principal_centimes,emise_le,creancier_qualite,debiteur_qualite\n"
        + "F-1,100,2026-01-01,commercant,commercant\n" * 60_000
        + "F-2,cent,2026-01-01,commercant,commercant\n"
    )
    with pytest.raises(DonneeInvalide, match="fichier illisible"):
        examiner_fichier(tmp_path / "c.csv", tmp_path / "b.parquet", au=AU, lot=1_000)
    assert [x.name for x in tmp_path.iterdir()] == ["c.csv"]


MESURE = """
import sys
from datetime import date
from recouvrement.masse import examiner_fichier
import pyarrow
tenus = []
examiner_fichier(sys.argv[1], sys.argv[2], au=date(2026, 11, 21), lot=65_536, progres=lambda *_: tenus.append(pyarrow.total_allocated_bytes()))
print(max(tenus[:6]), max(tenus[-6:]))
"""


def test_la_memoire_ne_suit_pas_le_nombre_de_lignes(tmp_path: Path) -> None:
    """De deux millions de lignes qui ne se compriment pas, la fin n'en garde pas plus que le début, ni jamais le fichier entier."""
    table = creances(65_536).drop_columns(["secteur"])
    table = table.filter(pc.greater_equal(table.column("echeance"), table.column("emise_le")))
    hasard = np.random.default_rng(1)
    principal = pa.array(hasard.integers(1, 10**9, table.num_rows))
    table = table.set_column(table.column_names.index("principal_centimes"), "principal_centimes", principal)
    source = tmp_path / "c.parquet"
    with pq.ParquetWriter(source, table.schema) as ecrivain:
        for _ in range(31):
            ecrivain.write_table(table)
    commande = [sys.executable, "-c", MESURE, str(source), str(tmp_path / "b.parquet")]
    debut, fin = map(int, subprocess.run(commande, capture_output=True, text=True, check=True).stdout.split())
    assert fin < 1.2 * debut < source.stat().st_size, (debut, fin)
