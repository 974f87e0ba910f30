"""La documentation dit ce que fait le code. Les blocs eux-mêmes sont exécutés par ``conftest.py``, à la racine."""

import re
import runpy
import sys
from pathlib import Path

import pytest
from attrs import fields

import recouvrement
from recouvrement import Conventions
from recouvrement.courrier.modele import ROLES

RACINE = Path(__file__).parent.parent
DOCS = RACINE / "docs"
PAGES = sorted(p for p in [RACINE / "README.md", *DOCS.rglob("*.md")] if "_build" not in p.parts)
NOMS = [str(p.relative_to(RACINE)) for p in PAGES]


def _docs(nom):
    """Un programme de docs/, qui n'est pas un paquet."""
    sys.path.insert(0, str(DOCS))
    try:
        return runpy.run_path(str(DOCS / nom))
    finally:
        sys.path.remove(str(DOCS))


def test_la_page_des_tables_est_celle_du_code():
    generer = _docs("generer.py")
    assert generer["PAGE"].read_text(encoding="utf-8") == generer["page"](), "relancez : python docs/generer.py"


def test_chaque_regle_et_chaque_reserve_est_dans_la_page_des_tables():
    """Toutes celles que le code nomme en clair : une constante, ou ce qu'une fonction compose."""
    page = (DOCS / "reference" / "regles-et-tables.md").read_text(encoding="utf-8")
    pieces = [Path(recouvrement.__file__).parent / piece for piece in ("droit/fr", "politique")]
    source = "".join(f.read_text(encoding="utf-8") for piece in pieces for f in piece.glob("*.py"))
    cles = set(re.findall(r'\b(?:Regle|Reserve)\(\s*"(\w+)"', source))
    assert len(cles) > 30
    assert sorted(c for c in cles if f"| `{c}` |" not in page) == []


def test_les_natures_que_nomme_l_accueil_ont_une_prescription():
    from recouvrement.droit import pour

    accueil = (RACINE / "README.md").read_text(encoding="utf-8")
    (dite,) = re.findall(r"La prescription de plusieurs se calcule(.*?)listées", accueil, re.DOTALL)
    nommees = set(re.findall(r"`([a-z_]+)`", dite))
    assert len(nommees) > 5
    assert nommees <= {nature for p in pour("fr").prescriptions.values() for nature in p.natures}


def test_chaque_regime_a_sa_page():
    from recouvrement.droit import pour

    pages = ("entre-professionnels", "civil-et-consommateurs", "acheteurs-publics")
    texte = "".join((DOCS / "explications" / f"{p}.md").read_text(encoding="utf-8") for p in pages)
    assert sorted(r.code for r in pour("fr").regimes if f"`{r.code}`" not in texte) == []


def test_chaque_convention_et_chacune_de_ses_valeurs_est_decrite():
    page = (DOCS / "explications" / "conventions.md").read_text(encoding="utf-8")
    defauts = Conventions()
    for option in fields(Conventions):
        ligne = next(x for x in page.splitlines() if x.startswith(f"| `{option.name}` |"))
        valeurs = re.findall(r"'(\w+)'", str(option.type))
        assert valeurs
        assert [v for v in valeurs if f"`{v}`" not in ligne] == []
        assert ligne.split("|")[2].strip().startswith(f"`{getattr(defauts, option.name)}`")


def test_chaque_champ_de_lettre_est_decrit():
    from recouvrement.courrier import faits

    page = (DOCS / "guides" / "ecrire-sa-lettre.md").read_text(encoding="utf-8")
    source = Path(faits.__file__).read_text(encoding="utf-8")
    noms = set(re.findall(r'(?m)^            "(\w+)": ', source)) | ROLES
    assert len(noms) > 40
    assert sorted(n for n in noms if f"`{n}`" not in page) == []


def test_chaque_nom_de_la_facade_est_dans_la_reference():
    """Par lui-même, ou par ``:members:`` de sa pièce."""
    page = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    entieres = set(re.findall(r"automodule:: (\S+)\n   :members:\n", page))
    absents = [
        n
        for n in recouvrement.__all__
        if not re.search(rf"\b{n}\b", page) and getattr(getattr(recouvrement, n), "__module__", "") not in entieres
    ]
    assert absents in ([], ["Acte", "Evenement"])  # des alias d'union


@pytest.mark.parametrize("page", PAGES, ids=NOMS)
def test_les_liens_menent_quelque_part(page):
    texte = re.sub(r"(?ms)^```.*?^```$", "", page.read_text(encoding="utf-8"))
    cibles = [c for c in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", texte) if "://" not in c]
    assert [c for c in cibles if not (page.parent / c).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=NOMS)
def test_la_typographie_est_francaise(page):
    texte = page.read_text(encoding="utf-8")
    assert _docs("typographie.py")["corriger"](texte) == texte, f"relancez : python docs/typographie.py {page}"
