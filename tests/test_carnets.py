"""Les carnets d'exemple s'exécutent du début à la fin, et montrent ce qu'ils annoncent."""

import sys
from pathlib import Path

import jupytext
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient

from fabrique import RACINE

CARNETS = sorted((RACINE / "exemples" / "carnets").glob("*.py"))


class NoyauDIci(KernelSpecManager):
    """Le noyau de cet interpréteur, sans rien d'installé : celui de l'environnement qui essaie."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name=kernel_name, language="python")


def executer(chemin: Path) -> nbformat.NotebookNode:
    """Le carnet, avec ses sorties ; une cellule qui lève arrête tout."""
    carnet = jupytext.read(chemin)
    ici = {"metadata": {"path": str(chemin.parent)}}
    client = NotebookClient(carnet, timeout=120, kernel_name="python3", resources=ici)
    client.kernel_manager_class = "jupyter_client.manager.AsyncKernelManager"
    km = client.create_kernel_manager()
    km.kernel_spec_manager = NoyauDIci()
    return client.execute()


def test_les_carnets_annonces_sont_la() -> None:
    assert [c.stem for c in CARNETS] == ["comparer-deux-politiques", "un-portefeuille", "une-facture", "une-prescription"]


@pytest.mark.filterwarnings("default")  # le noyau et ses fils parlent à part
@pytest.mark.parametrize("chemin", CARNETS, ids=lambda c: c.stem)
def test_un_carnet_s_execute(chemin: Path) -> None:
    carnet = executer(chemin)
    sorties = [s for c in carnet.cells if c.cell_type == "code" for s in c.outputs]
    assert not [s for s in sorties if s.output_type == "error" or s.get("name") == "stderr"]
    pages = [s.data["text/html"] for s in sorties if "text/html" in s.get("data", {})]
    assert len(pages) >= 3
    assert any(p.startswith('<div class="rcv"') for p in pages)
    derniere = [c for c in carnet.cells if c.cell_type == "code"][-1]
    assert derniere.outputs, "la dernière cellule montre quelque chose"
