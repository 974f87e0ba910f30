"""La documentation s'exécute : chaque bloc de README.md et de docs/ est un essai, dans un dossier jetable.

- ``python`` : exécuté ; les blocs d'une même page partagent leurs noms.
- ``text`` : ce que le bloc précédent a écrit, comparé à ce qu'il écrit vraiment ; une ligne « … » vaut n'importe quelles lignes.
- ``console`` : chaque ligne « $ recouvrement … » est exécutée ; les lignes qui la suivent sont comparées de même.
- ``toml`` dont la première ligne est « # nom.toml » : écrit sous ce nom, pour les blocs qui suivent.
"""

import io
import os
import re
import shlex
import shutil
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser

RACINE = Path(__file__).parent
_PYTHON = PythonEvaluator()


def _executer(exemple: Example) -> None:
    sortie = io.StringIO()
    with redirect_stdout(sortie):
        _PYTHON(exemple)
    exemple.namespace["__sortie__"] = sortie.getvalue()


def _comparer(exemple: Example) -> str | None:
    if "__sortie__" not in exemple.namespace:
        return "ce bloc « text » ne suit aucun bloc exécuté"
    return _difference(str(exemple.parsed), exemple.namespace["__sortie__"], exemple.path)


def _commander(exemple: Example) -> str | None:
    """Les commandes du bloc, dans le même processus : ``recouvrement`` seulement."""
    from recouvrement.cli import main

    for commande, attendu in re.findall(r"(?m)^\$ (.+)\n?((?:(?!\$ ).*\n?)*)", str(exemple.parsed)):
        programme, *arguments = shlex.split(commande)
        if programme != "recouvrement":
            return f"un bloc « console » n'exécute que « recouvrement », pas « {programme} »"
        sortie, plaintes = io.StringIO(), io.StringIO()
        with redirect_stdout(sortie), redirect_stderr(plaintes):
            code = main(arguments)
        if code:
            return f"« {commande} » a rendu {code} : {plaintes.getvalue()}"
        if attendu.strip() and (ecart := _difference(attendu, sortie.getvalue(), exemple.path)):
            return ecart
    return None


def _difference(attendu: str, obtenu: str, page: str) -> str | None:
    """Rien si les textes se valent, aux espaces insécables et de fin de ligne près ; « … » vaut n'importe quelles lignes.

    ``RAFRAICHIR=1 pytest README.md docs`` récrit dans la page ce que le programme écrit, sauf là où « … » abrège.
    """
    passages = re.split(r"(?m)^…$", _uni(attendu))
    motif = r"(?:.*\n)*?".join(re.escape(p.lstrip("\n")) for p in passages)
    if re.fullmatch(motif, _uni(obtenu)):
        return None
    if os.environ.get("RAFRAICHIR") and len(passages) == 1 and attendu.strip():
        fichier = RACINE / page
        motif = re.compile(rf"(?m)^{re.escape(attendu.strip(chr(10)))}$")  # des lignes entières : jamais un mot de la prose
        fichier.write_text(
            motif.sub(lambda _: obtenu.strip("\n"), fichier.read_text(encoding="utf-8"), count=1), encoding="utf-8"
        )
        return None
    return f"la page dit :\n{attendu}\net le programme :\n{obtenu}"


def _uni(texte: str) -> str:
    return "".join(f"{ligne.rstrip()}\n" for ligne in re.sub(r"[\u00a0\u202f]", " ", texte).strip("\n").split("\n"))


def _poser(exemple: Example) -> None:
    lu = re.match(r"# ([\w./-]+\.toml)\n", str(exemple.parsed))
    if lu:
        fichier = Path(lu[1])
        fichier.parent.mkdir(parents=True, exist_ok=True)
        fichier.write_text(str(exemple.parsed), encoding="utf-8")


def _entrer(noms: dict[str, Any]) -> None:
    noms["__avant__"], noms["__ici__"] = Path.cwd(), Path(tempfile.mkdtemp(prefix="recouvrement-docs-"))
    shutil.copytree(RACINE / "exemples", noms["__ici__"] / "exemples", ignore=shutil.ignore_patterns("kernel-ipc-*"))
    os.chdir(noms["__ici__"])


def _sortir(noms: dict[str, Any]) -> None:
    os.chdir(noms["__avant__"])
    shutil.rmtree(noms["__ici__"])


pytest_collect_file = Sybil(
    path=str(RACINE),
    patterns=["README.md", "docs/*.md", "docs/*/*.md", "docs/*/*/*.md"],
    parsers=[
        CodeBlockParser("python", _executer),
        CodeBlockParser("text", _comparer),
        CodeBlockParser("console", _commander),
        CodeBlockParser("toml", _poser),
    ],
    setup=_entrer,
    teardown=_sortir,
).pytest()
