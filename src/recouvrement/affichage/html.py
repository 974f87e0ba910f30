"""De quoi une page est-elle faite ? Des fragments échappés : cartes, tableaux, barres, arbres."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

_REMPLACES = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}"
)
_ECHAPPES = _REMPLACES | {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;", ord("'"): "&#x27;"}
MONTREES: Final = 50
"""Lignes qu'une page montre au plus ; ``vers_lignes`` les donne toutes."""

Ton = Literal["", "doux", "arret", "bon", "attention", "grave"]
TONS: Final[Mapping[str, Ton]] = {
    "info": "doux",
    "attention": "attention",
    "grave": "grave",
    "refus": "grave",
    "alerte": "attention",
}

# `.rcv.rcv` l'emporte sur les feuilles de l'hôte sans rien toucher hors du cadre.
_STYLE = """<style>
.rcv{--t:color-mix(in srgb,currentColor 22%,transparent);--f:color-mix(in srgb,currentColor 5%,transparent);
--a:color-mix(in srgb,#2f6fd6 78%,currentColor);--bon:color-mix(in srgb,#2b9a58 76%,currentColor);
--attention:color-mix(in srgb,#d98200 74%,currentColor);--grave:color-mix(in srgb,#e03e44 78%,currentColor);
font-family:var(--jp-content-font-family,system-ui,sans-serif);font-size:14px;line-height:1.45;color:var(--jp-content-font-color1,inherit)}
.rcv.rcv .k{display:flex;flex-wrap:wrap;gap:.6em;margin:.4em 0}
.rcv.rcv .c{border:1px solid var(--t);border-radius:6px;padding:.55em .9em;min-width:15em;max-width:44em;width:fit-content;background:var(--f)}
.rcv.rcv .g{font-size:1.4em;font-weight:600;line-height:1.3;font-variant-numeric:tabular-nums}
.rcv.rcv .d{opacity:.78;unicode-bidi:isolate}
.rcv.rcv dl{display:grid;grid-template-columns:auto 1fr;gap:.05em .8em;margin:.3em 0 0;padding:0}
.rcv.rcv dt,.rcv.rcv dd{margin:0;padding:0;font-weight:400;width:auto;float:none}.rcv.rcv dt{opacity:.78}
.rcv.rcv .s{overflow-x:auto;margin:.5em 0}
.rcv.rcv table{border-collapse:collapse;margin:0;font-size:1em;color:inherit;table-layout:auto;width:auto}
.rcv.rcv caption{caption-side:top;text-align:left;font-weight:600;padding:.3em 0;color:inherit}
.rcv.rcv tr{background:none;border:0}
.rcv.rcv th,.rcv.rcv td{padding:.25em .65em;text-align:left;vertical-align:top;background:none;border:0;border-bottom:1px solid var(--t);
font-weight:400;font-size:1em;line-height:inherit;color:inherit;white-space:normal;max-width:34em}
.rcv.rcv thead th,.rcv.rcv thead th.n{white-space:normal;font-weight:600;border-bottom:2px solid var(--t);vertical-align:bottom}
.rcv.rcv tfoot th,.rcv.rcv tfoot td{font-weight:600;border-bottom:0;border-top:2px solid var(--t)}
.rcv.rcv th.n,.rcv.rcv td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.rcv.rcv tbody th.u,.rcv.rcv td.u{white-space:nowrap}.rcv.rcv td.l{min-width:16em}
.rcv.rcv .b{min-width:12em}.rcv.rcv .b span{display:block;height:.85em;margin-top:.3em;border-radius:2px;background:var(--a)}
.rcv.rcv .m{display:inline-block;padding:0 .5em;border-radius:9px;border:1px solid currentColor;white-space:nowrap;font-size:.92em}
.rcv.rcv .bon{color:var(--bon)}.rcv.rcv .attention{color:var(--attention)}.rcv.rcv .grave{color:var(--grave)}
.rcv.rcv .b .bon{background:var(--bon)}.rcv.rcv .b .attention{background:var(--attention)}.rcv.rcv .b .grave{background:var(--grave)}
.rcv.rcv details{margin:0 0 0 1.1em}.rcv.rcv summary{cursor:pointer;margin:.1em 0}.rcv.rcv .f{margin:.1em 0 .1em 2.1em}
.rcv.rcv svg{display:block;max-width:100%;height:auto;margin:.5em 0;overflow:visible}
.rcv.rcv svg text{fill:currentColor;stroke:none;font-family:inherit}
.rcv.rcv rect.p{fill:var(--a)}.rcv.rcv rect.doux{fill:var(--a);opacity:.28}
.rcv.rcv rect.arret{fill:none;stroke:var(--attention);stroke-width:1.5;stroke-dasharray:4 3}
.rcv.rcv rect.bon{fill:var(--bon)}.rcv.rcv rect.attention{fill:var(--attention)}.rcv.rcv rect.grave{fill:var(--grave)}
.rcv.rcv g.r.bon{color:var(--bon)}.rcv.rcv g.r.attention{color:var(--attention)}.rcv.rcv g.r.grave{color:var(--grave)}
</style>"""


class Html(str):
    """Fragment déjà échappé : il se pose tel quel."""

    __slots__ = ()


def echapper(texte: str) -> Html:
    """Texte sans danger dans une page ; ce que XML ne sait pas porter devient un losange."""
    return texte if isinstance(texte, Html) else Html(texte.translate(_ECHAPPES))


def page(*morceaux: str) -> str:
    """Enveloppe des fragments déjà échappés."""
    return f'<div class="rcv" lang="fr">{_STYLE}{"".join(morceaux)}</div>'


def marque(texte: str, ton: Ton = "") -> Html:
    """Un mot cerclé, que sa couleur redit sans le remplacer."""
    return Html(f'<span class="m {ton}">{echapper(texte)}</span>')


def motif(texte: str, source: object) -> Html:
    """Une raison et, sous elle, son article."""
    return Html(f'{echapper(texte)}<div class="d">{echapper(str(source))}</div>') if source else echapper(texte)


def carte(titre: str, valeur: str = "", paires: Sequence[tuple[str, str]] = (), *, ton: Ton = "") -> Html:
    """Un titre, un chiffre, quelques faits."""
    faits = "".join([f"<dt>{echapper(k)}</dt><dd>{echapper(v)}</dd>" for k, v in paires])
    grand = f'<div class="g {ton}">{echapper(valeur)}</div>' if valeur else ""
    return Html(f'<div class="c"><div class="d">{echapper(titre)}</div>{grand}{f"<dl>{faits}</dl>" if faits else ""}</div>')


def cartes(*une_a_une: str) -> Html:
    """Des cartes côte à côte."""
    return Html(f'<div class="k">{"".join(une_a_une)}</div>')


_COURT, _LONG = 24, 70  # une date, un nom bref ne se coupe pas ; une phrase garde de la largeur


def table(
    entetes: Sequence[str],
    lignes: Sequence[Sequence[str]],
    *,
    legende: str,
    nombres: Sequence[int] = (),
    total: Sequence[str] = (),
    note: str = "",
) -> Html:
    """Tableau échappé, dont la première cellule nomme la ligne ; les colonnes de ``nombres`` sont alignées à droite."""

    def rangee(cellules: Sequence[str], *, entete: bool = False) -> str:
        dedans = []
        for i, v in enumerate(cellules):
            porte = ' scope="col"' if entete else ' scope="row"' if i == 0 else ""
            balise = "th" if porte else "td"
            classe = (
                ' class="n"' if i in nombres else ' class="u"' if len(v) <= _COURT else ' class="l"' if len(v) > _LONG else ""
            )
            dedans.append(f"<{balise}{porte}{classe}>{echapper(v)}</{balise}>")
        return f"<tr>{''.join(dedans)}</tr>"

    corps = "".join(map(rangee, lignes))
    pied = f"<tfoot>{rangee(total)}</tfoot>" if total else ""
    suite = f'<div class="d">{echapper(note)}</div>' if note else ""
    dessus = f"<caption>{echapper(legende)}</caption><thead>{rangee(entetes, entete=True)}</thead>"
    return Html(f'<div class="s"><table>{dessus}<tbody>{corps}</tbody>{pied}</table>{suite}</div>')


def barres(legende: str, entetes: tuple[str, str], lignes: Sequence[tuple[str, str, int, Ton]]) -> Html:
    """Tableau à barres : nom, valeur écrite, longueur de 0 à 100, ton."""
    hautes = "".join(
        [f'<th scope="col"{c}>{echapper(e)}</th>' for e, c in zip((*entetes, ""), ("", ' class="n"', ""), strict=True)]
    )
    corps = "".join(
        [
            f'<tr><th scope="row">{echapper(nom)}</th><td class="n">{echapper(valeur)}</td>'
            f'<td class="b" aria-hidden="true"><span class="{ton}" style="width:{part}%"></span></td></tr>'
            for nom, valeur, part, ton in lignes
        ]
    )
    tete = f"<caption>{echapper(legende)}</caption><thead><tr>{hautes}</tr></thead>"
    return Html(f'<div class="s"><table>{tete}<tbody>{corps}</tbody></table></div>')


def arbre(noeud: tuple[str, str, list[Any]], *, ouverts: int = 2) -> Html:
    """Arbre pliable : (titre, détail, enfants) ; ``ouverts`` : niveaux dépliés."""
    titre, detail, enfants = noeud
    tete = echapper(titre) + (f' <span class="d">{echapper(detail)}</span>' if detail else "")
    if not enfants:
        return Html(f'<div class="f">{tete}</div>')
    dedans = "".join([arbre(e, ouverts=ouverts - 1) for e in enfants])
    ouvert = ' open=""' if ouverts > 0 else ""
    return Html(f"<details{ouvert}><summary>{tete}</summary>{dedans}</details>")


def plier(titre: str, dedans: str) -> Html:
    """Un fragment replié sous son titre."""
    return Html(f"<details><summary>{echapper(titre)}</summary>{dedans}</details>")


def la_suite(combien: int) -> str:
    """Ce qu'une page ne montre pas."""
    reste = combien - MONTREES
    return f"{reste} autre{'s' * (reste > 1)} ligne{'s' * (reste > 1)} : vers_lignes() les donne" if reste > 0 else ""
