"""Comment le temps se dessine-t-il ? Une frise en SVG."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

from recouvrement.affichage.html import Html, Ton, echapper
from recouvrement.affichage.mots import date_fr

_MOIS_COURTS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
_LARGEUR, _BORD, _RANGEE, _LIGNE = 760, 12, 34, 17


def frise(
    titre: str,
    rangees: Sequence[tuple[str, Sequence[tuple[date, date, Ton]]]],
    reperes: Sequence[tuple[date, str, Ton]] = (),
) -> Html:
    """Frise chronologique en SVG : une rangée de périodes (du, au, ton) par nom, puis les repères (jour, nom, ton) sous l'axe."""
    jours = [j for _, periodes in rangees for du, au, _ in periodes for j in (du, au)] + [j for j, _, _ in reperes]
    if not jours:
        return Html()
    debut, fin = min(jours), max(jours)
    etendue = max((fin - debut).days, 1)

    def x(jour: date) -> int:
        return _BORD + round((jour - debut).days * (_LARGEUR - 2 * _BORD) / etendue)

    axe = _RANGEE * len(rangees) + 10
    formes = [_rangee(nom, periodes, x, _RANGEE * i) for i, (nom, periodes) in enumerate(rangees)]
    formes += [f'<path d="M{_BORD} {axe}H{_LARGEUR - _BORD}" stroke="currentColor" opacity=".5"/>']
    formes += [_graduation(x(jour), axe, nom) for jour, nom in _graduations(debut, fin)]
    dessins, hauteur = _reperes(reperes, x, axe)
    lu = [f"{nom}, {_de_a(du, au)}" for nom, periodes in rangees for du, au, _ in periodes]
    lu += [f"{nom}, le {date_fr(jour)}" for jour, nom, _ in reperes]
    return Html(
        f'<svg viewBox="0 0 {_LARGEUR} {hauteur}" width="{_LARGEUR}" height="{hauteur}" role="img" fill="currentColor" font-size="12">'
        f"<title>{echapper(titre)}</title><desc>{echapper(' ; '.join(lu))}</desc>{dessins}{''.join(formes)}</svg>"
    )


def _de_a(du: date, au: date) -> str:
    return f"du {date_fr(du)} au {date_fr(au)}"


def _rangee(nom: str, periodes: Sequence[tuple[date, date, Ton]], x: Callable[[date], int], y: int) -> str:
    gauche = min([x(du) for du, _, _ in periodes], default=_BORD)
    formes = [_texte(gauche, y + 12, nom, centre=False)]
    for du, au, ton in periodes:
        forme = f'<rect class="{ton or "p"}" x="{x(du)}" y="{y + 18}" width="{max(x(au) - x(du), 3)}" height="9" rx="2">'
        formes.append(f"{forme}<title>{echapper(f'{nom}, {_de_a(du, au)}')}</title></rect>")
    return "".join(formes)


def _largeur(texte: str) -> int:
    """Largeur probable, en pixels : sans elle, deux noms proches se recouvriraient."""
    return 7 * len(texte)


def _texte(x: int, y: int, texte: str, *, centre: bool, classe: str = "") -> str:
    """Un texte qui ne sort pas du dessin."""
    large = _largeur(texte)
    gauche = max(0, min(x - (large // 2 if centre else 0), _LARGEUR - large))
    if gauche == 0 or not centre:
        place = f'x="{gauche}"'
    elif gauche + large >= _LARGEUR:
        place = f'x="{_LARGEUR}" text-anchor="end"'
    else:
        place = f'x="{x}" text-anchor="middle"'
    return f'<text {place} y="{y}"{classe}>{echapper(texte)}</text>'


def _graduations(debut: date, fin: date) -> list[tuple[date, str]]:
    """Des premiers du mois, ou de l'an, dix au plus."""
    mois = 12 * (fin.year - debut.year) + fin.month - debut.month
    pas = next((p for p in (1, 2, 3, 6, 12, 24, 60, 120, 600) if mois <= 10 * p), 1200)
    rangs = range(-(-(12 * debut.year + debut.month - 1) // pas) * pas, 12 * fin.year + fin.month, pas)
    jours = [date(r // 12, r % 12 + 1, 1) for r in rangs if r // 12 >= 1]
    dans = [j for j in jours if debut <= j <= fin]
    an = {j.year: j for j in reversed(dans)}
    return [
        (j, str(j.year) if pas >= 12 else f"{_MOIS_COURTS[j.month - 1]} {j.year if an[j.year] is j else ''}".strip())
        for j in dans
    ]


def _graduation(x: int, axe: int, nom: str) -> str:
    trait = f'<path d="M{x} {axe}v5" stroke="currentColor" opacity=".5"/>'
    return trait + _texte(x, axe + 17, nom, centre=True, classe=' opacity=".7" font-size="11"')


class _Nom(NamedTuple):
    """Le nom d'un repère posé : sa ligne, ses bords, la hampe qui le tient."""

    rang: int
    du: int
    au: int
    hampe: int

    def gene(self, autre: "_Nom") -> bool:
        """Vrai si l'un recouvre l'autre, ou si la hampe du plus bas barre le plus haut."""
        if self.rang == autre.rang:
            return self.du < autre.au and autre.du < self.au
        haut, bas = (self, autre) if self.rang < autre.rang else (autre, self)
        return haut.du < bas.hampe < haut.au


def _reperes(reperes: Sequence[tuple[date, str, Ton]], x: Callable[[date], int], axe: int) -> tuple[str, int]:
    """Chaque nom en drapeau sur sa hampe."""
    nommes = [(x(jour), f"{nom}, {date_fr(jour, longue=False)}", ton) for jour, nom, ton in sorted(reperes, key=lambda r: r[0])]
    places = _placer([(hampe, _largeur(texte) + 8) for hampe, texte, _ in nommes])
    dessins = []
    for (hampe, texte, ton), place in zip(nommes, places, strict=True):
        a_gauche, y = place.du < hampe, axe + 40 + _LIGNE * place.rang
        ancre = ' text-anchor="end"' if a_gauche else ""
        dessins.append(
            f'<g class="r {ton}"><path d="M{hampe} 2V{axe}" stroke="currentColor" stroke-dasharray="3 3" opacity=".6"/>'
            f'<path d="M{hampe} {axe}V{y}" stroke="currentColor" opacity=".4"/><circle cx="{hampe}" cy="{axe}" r="4"/>'
            f'<text x="{hampe + (-5 if a_gauche else 5)}" y="{y}"{ancre}>{echapper(texte)}</text></g>'
        )
    return "".join(dessins), axe + 30 + _LIGNE * (1 + max([n.rang for n in places], default=-1))


def _placer(drapeaux: Sequence[tuple[int, int]]) -> list[_Nom]:
    """Une place par (hampe, largeur), servies de gauche à droite ou de droite à gauche : l'ordre où les noms se gênent le moins."""

    def servir(rangs: Sequence[int], sens: int) -> dict[int, _Nom]:
        poses: dict[int, _Nom] = {}
        for i in rangs:
            poses[i] = _place(*drapeaux[i], sens, tuple(poses.values()))
        return poses

    def gene(poses: dict[int, _Nom]) -> tuple[int, int]:
        noms = list(poses.values())
        return sum([a.gene(b) for i, a in enumerate(noms) for b in noms[:i]]), sum([n.rang for n in noms])

    ordre = range(len(drapeaux))
    meilleur = min(servir(ordre[::-1], 1), servir(ordre, -1), key=gene)
    return [meilleur[i] for i in ordre]


def _place(hampe: int, large: int, sens: int, poses: Sequence[_Nom]) -> _Nom:
    """Du côté voulu (1 : à droite), sinon de l'autre ; à défaut de place sans gêne, tout en bas, dans le dessin."""
    cotes = [(hampe, hampe + large), (hampe - large, hampe)][::sens]
    dedans = [c for c in cotes if c[0] >= 0 and c[1] <= _LARGEUR] or cotes
    for rang in range(len(poses) + 1):
        for du, au in dedans:
            nom = _Nom(rang, du, au, hampe)
            if not any(map(nom.gene, poses)):
                return nom
    return _Nom(1 + max([n.rang for n in poses]), *dedans[0], hampe)
