"""Met les espaces insécables de la prose française des pages, hors code, liens et texte anglais.

``python docs/typographie.py PAGE…`` récrit les pages données ; ``tests/test_docs.py`` refuse une page qui en changerait.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

INSECABLE, FINE = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
MOIS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
REGLES = (
    (r" +(?=[:;!?»](?![\w:-]))", INSECABLE),
    (r"« ", f"«{INSECABLE}"),
    (r" (?=[%€](?!\w))", INSECABLE),
    (r"(?<=\d) (?=\d{3}(?!\d))", FINE),
    (r"(\bart\.|\b[LRDJ]\.|\bn°) (?=[\dLRDI])", rf"\1{INSECABLE}"),
    (rf"\b(1er|\d{{1,2}}) (?=(?:{MOIS})\b)", rf"\1{INSECABLE}"),
)
CODE = re.compile(r"(`+[^`\n]*`+|\]\([^)\n]*\)|<[^>\n]+>|\{[a-z:]+\})")


def corriger(page: str) -> str:
    """La page, ses espaces mises ; la corriger deux fois ne change plus rien."""
    return "\n".join(_lignes(page.split("\n")))


def _lignes(lignes: list[str]) -> Iterator[str]:
    cloture, anglais = "", False
    for ligne in lignes:
        anglais = "<!-- en -->" in ligne or (anglais and "<!-- /en -->" not in ligne)
        marque = re.match(r"\s*(```+|:::+)", ligne)
        if cloture or marque or anglais or re.fullmatch(r"[|: -]+", ligne):
            yield ligne
        else:
            yield "".join(part if i % 2 else _prose(part) for i, part in enumerate(CODE.split(ligne)))
        if cloture:
            cloture = "" if ligne.strip() == cloture else cloture
        elif marque:
            cloture = marque[1]


def _prose(texte: str) -> str:
    for motif, espace in REGLES:
        texte = re.sub(motif, espace, texte)
    return texte


if __name__ == "__main__":
    if ailleurs := [nom for nom in sys.argv[1:] if not nom.endswith(".md")]:
        sys.exit(f"du Markdown est attendu, rien n'est récrit : {', '.join(ailleurs)}")
    for nom in sys.argv[1:]:
        Path(nom).write_text(corriger(Path(nom).read_text(encoding="utf-8")), encoding="utf-8")
