"""Comment dessine-t-on une valeur ? Des primitives HTML échappées, lisibles en clair et en sombre, sans ressource externe.

Cette pièce ne connaît aucun type du domaine : chaque type se dessine lui-même avec elle.
"""

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import Any

_MOIS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]
_JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
_STYLE = (
    "<style>.rcv{font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;color:inherit}"
    ".rcv table{border-collapse:collapse;margin:.4em 0}.rcv th,.rcv td{padding:.2em .7em;text-align:left;"
    "border-bottom:1px solid color-mix(in srgb,currentColor 22%,transparent);background:none}"
    ".rcv .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}.rcv .t td{font-weight:600}"
    ".rcv .c{border:1px solid color-mix(in srgb,currentColor 30%,transparent);border-radius:6px;padding:.5em .9em;margin:.4em 0;"
    "display:inline-block;min-width:16em;vertical-align:top}.rcv .g{font-size:1.35em;font-weight:600}.rcv .d{opacity:.72}"
    ".rcv details{margin-left:1.1em}.rcv summary{cursor:pointer}.rcv .f{margin-left:2.1em}</style>"
)


def date_fr(jour: date, *, longue: bool = True, semaine: bool = False) -> str:
    """« 1er mai 2026 », « vendredi 1er mai 2026 », ou « 01/05/2026 » quand ``longue`` est faux."""
    if not longue:
        return f"{jour.day:02}/{jour.month:02}/{jour.year:04}"
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    nom = f"{_JOURS[jour.weekday()]} " if semaine else ""
    return f"{nom}{quantieme}\N{NO-BREAK SPACE}{_MOIS[jour.month - 1]} {jour.year}"


def page(*morceaux: str) -> str:
    """Enveloppe des fragments déjà échappés."""
    return f'<div class="rcv">{_STYLE}{"".join(morceaux)}</div>'


def carte(titre: str, valeur: str, paires: Sequence[tuple[str, str]] = ()) -> str:
    """Un titre, un chiffre, quelques faits."""
    lignes = "".join(f"<div><span class=d>{escape(k)} :</span> {escape(v)}</div>" for k, v in paires)
    return f"<div class=c><div class=d>{escape(titre)}</div><div class=g>{escape(valeur)}</div>{lignes}</div>"


def table(
    entetes: Sequence[str],
    lignes: Sequence[Sequence[str]],
    *,
    nombres: Sequence[int] = (),
    total: Sequence[str] = (),
    legende: str = "",
) -> str:
    """Tableau échappé ; les colonnes de ``nombres`` sont alignées à droite."""

    def rangee(balise: str, cellules: Sequence[str], classe: str = "") -> str:
        dedans = "".join(f"<{balise}{' class=n' if i in nombres else ''}>{escape(v)}</{balise}>" for i, v in enumerate(cellules))
        return f"<tr{f' class={classe}' if classe else ''}>{dedans}</tr>"

    corps = "".join(rangee("td", ligne) for ligne in lignes) + (rangee("td", total, "t") if total else "")
    titre = f"<caption>{escape(legende)}</caption>" if legende else ""
    return f"<table>{titre}<thead>{rangee('th', entetes)}</thead><tbody>{corps}</tbody></table>"


def arbre(noeud: tuple[str, str, list[Any]]) -> str:
    """Arbre pliable : (titre, détail, enfants)."""
    titre, detail, enfants = noeud
    tete = escape(titre) + (f" <span class=d>{escape(detail)}</span>" if detail else "")
    if not enfants:
        return f"<div class=f>{tete}</div>"
    return f"<details open><summary>{tete}</summary>{''.join(map(arbre, enfants))}</details>"


def frise(segments: Sequence[tuple[date, date, str]], reperes: Sequence[tuple[date, str]], *, largeur: int = 640) -> str:
    """Frise chronologique en SVG : segments (du, au, nom) et repères (jour, nom)."""
    jours = [j for du, au, _ in segments for j in (du, au)] + [j for j, _ in reperes]
    if not jours:
        return ""
    debut, etendue = min(jours), max((max(jours) - min(jours)).days, 1)

    def x(jour: date) -> int:
        return 10 + round((jour - debut).days * (largeur - 20) / etendue)

    formes = []
    for i, (du, au, nom) in enumerate(segments):
        y = 8 + 20 * i
        texte = f"{nom} : {date_fr(du, longue=False)} → {date_fr(au, longue=False)}"
        formes.append(
            f'<rect x="{x(du)}" y="{y}" width="{max(x(au) - x(du), 2)}" height="7" rx="3" fill="currentColor" opacity=".35"/>'
        )
        formes.append(
            f'<text x="{min(x(du), largeur - 300)}" y="{y + 17}" font-size="10" fill="currentColor">{escape(texte)}</text>'
        )
    bas = 12 + 20 * len(segments)
    for i, (jour, nom) in enumerate(reperes):
        y = bas + 14 * i
        ancre = "end" if x(jour) > largeur / 2 else "start"
        texte = escape(f"{nom} : {date_fr(jour, longue=False)}")
        formes.append(f'<line x1="{x(jour)}" x2="{x(jour)}" y1="4" y2="{y + 4}" stroke="currentColor" stroke-dasharray="3 2"/>')
        formes.append(f'<text x="{x(jour)}" y="{y + 14}" font-size="11" text-anchor="{ancre}" fill="currentColor">{texte}</text>')
    hauteur = bas + 14 * len(reperes) + 8
    taille = f'viewBox="0 0 {largeur} {hauteur}" width="{largeur}" height="{hauteur}"'
    return f'<svg {taille} role="img" aria-label="Frise">{"".join(formes)}</svg>'
