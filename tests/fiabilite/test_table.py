"""La table des menaces dit vrai : ses 77 lignes y sont une fois, et chaque essai qu'elle cite existe."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "explications" / "fautes-et-epreuves.md"
TEXTE = PAGE.read_text(encoding="utf-8")
LIGNES = [[case.strip() for case in x.strip("| ").split(" | ")] for x in TEXTE.splitlines() if re.match(r"\| [0-9]", x)]
CITES = re.compile(r"`([a-z0-9_/]+\.(?:py|toml))(?:::(\w+))?`", re.ASCII)


def test_chaque_menace_y_est_une_fois() -> None:
    assert [int(numero) for numero, *_ in LIGNES] == list(range(1, 78))


@pytest.mark.parametrize("ligne", LIGNES, ids=lambda ligne: ligne[0])
def test_chaque_epreuve_citee_existe(ligne: list[str]) -> None:
    """Sans essai, la ligne dit pourquoi."""
    epreuves = CITES.findall(ligne[3])
    assert len(ligne) == 4
    assert epreuves or ligne[3].startswith("Sans épreuve")
    for fichier, nom in epreuves:
        assert (TESTS / fichier).is_file(), fichier
        assert not nom or nom in _noms(TESTS / fichier), f"{fichier}::{nom}"


def test_les_chemins_du_texte_existent() -> None:
    for fichier, _ in CITES.findall(TEXTE):
        assert (TESTS / fichier).is_file() or (TESTS.parent / fichier).is_file(), fichier


def _noms(fichier: Path) -> set[str]:
    noms = set()
    for noeud in ast.parse(fichier.read_text(encoding="utf-8")).body:
        if isinstance(noeud, ast.FunctionDef | ast.ClassDef):
            noms.add(noeud.name)
        elif isinstance(noeud, ast.Assign):
            noms |= {cible.id for cible in noeud.targets if isinstance(cible, ast.Name)}
    return noms
