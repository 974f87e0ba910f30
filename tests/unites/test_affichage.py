"""Les primitives HTML : tout ce qui vient d'ailleurs est échappé, rien ne vient d'ailleurs."""

from datetime import date
from html.parser import HTMLParser

import pytest

from recouvrement.affichage import arbre, carte, date_fr, frise, page, table

HOSTILES = ["<script>alert(1)</script>", '" onmouseover="x', "'><img src=x>", "&amp;", "]]>", "</svg><b>", "\u202egauche"]


class _Balises(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.vues: list[str] = []
        self.texte = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.vues.append(" ".join([tag, *(nom for nom, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        self.texte += data


def _lire(html: str) -> _Balises:
    lecteur = _Balises()
    lecteur.feed(html)
    lecteur.close()
    return lecteur


LE = date(2026, 5, 1)
DESSINS = {
    "carte": lambda t: carte(t, t, [(t, t)]),
    "table": lambda t: table([t], [[t]], nombres=(0,), total=[t], legende=t),
    "arbre": lambda t: arbre((t, t, [(t, "", [])])),
    "frise": lambda t: frise([(LE, date(2026, 6, 1), t)], [(LE, t)]),
    "page": lambda t: page(carte(t, t)),
}


@pytest.mark.parametrize("nom", list(DESSINS))
@pytest.mark.parametrize("texte", HOSTILES)
def test_une_chaine_hostile_ne_change_pas_les_balises(nom: str, texte: str) -> None:
    """I-35 : mêmes balises et mêmes attributs que pour un texte sage, et le texte se relit tel quel."""
    hostile, sage = _lire(DESSINS[nom](texte)), _lire(DESSINS[nom]("sage"))
    assert hostile.vues == sage.vues
    assert texte in hostile.texte


def test_aucune_ressource_externe() -> None:
    html = page(*(d("x") for d in DESSINS.values()))
    for dehors in ("http://", "https://", "url(", "@import", "<script", "<link"):
        assert dehors not in html


def test_dates() -> None:
    assert date_fr(LE) == "1er\N{NO-BREAK SPACE}mai 2026"
    assert date_fr(LE, semaine=True) == "vendredi 1er\N{NO-BREAK SPACE}mai 2026"
    assert date_fr(date(2026, 12, 31)) == "31\N{NO-BREAK SPACE}décembre 2026"
    assert date_fr(date(987, 7, 3), longue=False) == "03/07/0987"


def test_table_aligne_les_nombres() -> None:
    html = table(["a", "b"], [["1", "2"]], nombres=(1,))
    assert "<td>1</td><td class=n>2</td>" in html
    assert "<caption>" not in html


def test_frise_d_un_seul_jour() -> None:
    assert "<svg" in frise([(LE, LE, "x")], [])
