"""La façade : tout nom s'importe, les deux fichiers disent la même chose, et l'importer ne coûte rien."""

import ast
import subprocess
import sys

import pytest

import recouvrement
from fabrique import RACINE

SOURCES = RACINE / "src/recouvrement"


@pytest.mark.parametrize("nom", recouvrement.__all__)
def test_chaque_nom_s_importe_et_se_nomme(nom: str) -> None:
    objet = getattr(recouvrement, nom)
    assert getattr(objet, "__name__", nom) == nom
    assert getattr(objet, "__doc__", "x")


def test_all_est_trie_et_complet() -> None:
    assert list(recouvrement.__all__) == sorted(set(recouvrement.__all__))
    assert dir(recouvrement) == list(recouvrement.__all__)


def test_nom_inconnu() -> None:
    with pytest.raises(AttributeError, match="Facture"):
        recouvrement.Facture  # noqa: B018


def test_le_pyi_dit_la_meme_chose() -> None:
    arbre = ast.parse((SOURCES / "__init__.pyi").read_text(encoding="utf-8"))
    annonces = {
        (n.asname or n.name): noeud.module.removeprefix("recouvrement.")
        for noeud in arbre.body
        if isinstance(noeud, ast.ImportFrom)
        for n in noeud.names
    }
    assert annonces == recouvrement._OU
    listes = [n for n in arbre.body if isinstance(n, ast.Assign | ast.AnnAssign)]
    for liste in listes:
        if liste.value is not None:
            assert ast.literal_eval(liste.value) == list(recouvrement.__all__)


def _modules(programme: str) -> set[str]:
    code = f"import sys; {programme}; print(*sorted(sys.modules))"
    sortie = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(sortie.stdout.split())


def test_importer_la_facade_ne_charge_aucune_piece() -> None:
    charges = {m for m in _modules("import recouvrement") if m.startswith("recouvrement")}
    assert charges == {"recouvrement"}


@pytest.mark.parametrize("lourd", ["babel", "typst", "lxml", "sqlite3", "pypdf", "smtplib", "http", "numpy", "pyarrow"])
def test_creance_et_politique_restent_legeres(lourd: str) -> None:
    assert lourd not in _modules("from recouvrement import Creance, Politique; Politique()")


def test_la_sortie_d_erreur_reste_vide() -> None:
    """Aucun avertissement, même en mode développement."""
    code = "import recouvrement\nfor n in recouvrement.__all__: getattr(recouvrement, n)"
    rendu = subprocess.run([sys.executable, "-X", "dev", "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (rendu.stdout, rendu.stderr) == ("", "")
