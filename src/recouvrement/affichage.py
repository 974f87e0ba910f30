"""Comment dessine-t-on une valeur ? Des primitives HTML échappées, lisibles en clair et en sombre, sans script ni ressource externe.

Cette pièce ne connaît aucun type du domaine : chaque type se dessine lui-même avec elle. Ce qu'elle rend est aussi du XML bien
formé ; les couleurs dérivent de celle du texte, et de celles de Jupyter quand il les donne.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, NamedTuple

from attrs import fields, has

_MOIS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]
_MOIS_COURTS = ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."]
_JOURS = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"]
_REMPLACES = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF), "\N{REPLACEMENT CHARACTER}"
)
ACTIFS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # ce par quoi commence une cellule qu'un tableur exécuterait
_ENDORMI = re.compile(f"'+ *[{re.escape(ACTIFS)}]")
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


# --- les mots --------------------------------------------------------------------------------------------------------


def endormir(texte: str) -> str:
    """Le texte d'une cellule, précédé d'une apostrophe si un tableur l'exécutait (OWASP, « CSV Injection »)."""
    return f"'{texte}" if texte.lstrip(" ").startswith(tuple(ACTIFS)) or _ENDORMI.match(texte) else texte


def ranimer(texte: str) -> str:
    """L'inverse d'``endormir``."""
    return texte[1:] if _ENDORMI.match(texte) else texte


def date_fr(jour: date, *, longue: bool = True, semaine: bool = False) -> str:
    """« 1er mai 2026 », « vendredi 1er mai 2026 », ou « 01/05/2026 » quand ``longue`` est faux."""
    if not longue:
        return f"{jour.day:02}/{jour.month:02}/{jour.year:04}"
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    nom = f"{_JOURS[jour.weekday()]} " if semaine else ""
    return f"{nom}{quantieme}\N{NO-BREAK SPACE}{_MOIS[jour.month - 1]} {jour.year}"


def dire(valeur: object) -> str:
    """Une valeur en français courant."""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, date):
        return date_fr(valeur)
    if isinstance(valeur, Enum):
        return en_clair(str(valeur.value))
    if isinstance(valeur, tuple):
        return ", ".join(map(dire, valeur)) or "aucun"
    return "—" if valeur is None else str(valeur)


def decimal_fr(valeur: Decimal) -> str:
    """« 12,5 »."""
    return str(valeur).replace(".", ",")


_ACCENTUES = """
abandonnés accordé aménageable année années après barème barèmes chèque chômés clé clôturée commerçant compétence compléments contesté coût
coûts créance créances créancier créanciers critères cédée débiteur débiteurs décade déchéance déclaration déclencheur décompte décédé
dédouanement délai délais départ difficultés durée écart échéance échéancier échelonnement écrite émise émission empêchements entité épuisement
établi étape étapes état événement événements exécutée exécutoire fenêtre figé gravité impossibilité indemnité intérêts intitulé levée
légal légaux médiateur médiation mémoire métropole nommées numéros opérateur particulière payé pièce pièces pénale pénalités périodique
précédente préalable présentation présentée publié publiée qualité quantième réception reçue recommandé réelle référence référé régime
régimes règle représenté requête réserves résultat scénario scénarios santé signifié signifiée société téléphone unité vérifié
"""
_SANS_ACCENT = str.maketrans("àâäéèêëîïôöùûüç", "aaaeeeeiioouuuc")
_MOTS = {mot.translate(_SANS_ACCENT): mot for mot in _ACCENTUES.split()} | {
    "siren": "SIREN",
    "iban": "IBAN",
    "bic": "BIC",
    "rcs": "RCS",
    "id": "identifiant",
    "a": "à",
}
_TOURNURES = {
    "jusqu_au": "jusqu'au",
    "jours_retard": "jours de retard",
    "trop_percu": "trop-perçu",
    "au_dela_du_plafond": "au-delà du plafond",
}


def en_clair(code: str) -> str:
    """Un identifiant ASCII en français : « executee_le » → « exécutée le », « mise_en_demeure » → « mise en demeure »."""
    return _TOURNURES.get(code) or " ".join([_MOTS.get(mot, mot) for mot in code.split("_")])


# --- les primitives --------------------------------------------------------------------------------------------------


def page(*morceaux: str) -> str:
    """Enveloppe des fragments déjà échappés."""
    return f'<div class="rcv" lang="fr">{_STYLE}{"".join(morceaux)}</div>'


def marque(texte: str, ton: Ton = "") -> Html:
    """Un mot cerclé, que sa couleur redit sans le remplacer."""
    return Html(f'<span class="m {ton}">{echapper(texte)}</span>')


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


def compter(combien: int, nom: str) -> str:
    """« 1 dossier », « 12 dossiers »."""
    return f"{combien} {nom}{'s' * (combien > 1)}"


# --- la frise --------------------------------------------------------------------------------------------------------

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


# --- la fiche d'une valeur quelconque --------------------------------------------------------------------------------

_CODES = """
a acheteur acte affectation canal canaux cause depart depuis effet etat famille fin_de_mois genre interets issue langue moyen nature poste
qualite regime territoire verifie
""".split()  # noqa: SIM905
_SANS_TEXTE: Any = object.__str__
_NOMMENT = ("nom", "intitule", "numero", "texte", "cle", "code", "reference", "voie")


def fiche(nom: str, **libelles: str) -> Callable[[Any], str]:
    """Le ``_repr_html_`` d'une valeur attrs sans dessin à elle : son nom, ses champs renseignés, ce qu'elle contient plié dessous.

    Args:
        libelles: Nom français d'un champ, là où ``en_clair`` ne suffit pas ; vide : le champ ne se montre pas.
    """

    def _repr_html_(self: Any) -> str:
        return page(_fiche(self, nom, libelles, 3))

    _repr_html_.nom = nom  # type: ignore[attr-defined]
    _repr_html_.libelles = libelles  # type: ignore[attr-defined]
    return _repr_html_


def nom_de(valeur: object) -> str:
    """Le nom français du genre d'une valeur."""
    return getattr(getattr(type(valeur), "_repr_html_", None), "nom", type(valeur).__name__)


def _fiche(valeur: Any, nom: str, libelles: Mapping[str, str], profondeur: int) -> Html:
    paires: list[tuple[str, str]] = []
    dessous: list[str] = []
    for f in fields(type(valeur)):
        v, libelle = getattr(valeur, f.name), libelles.get(f.name, en_clair(f.name))
        if f.name.startswith("_") or f.repr is False or not libelle or v is None or v in ((), ""):
            continue
        if callable(f.repr):
            paires.append((libelle, f.repr(v)))
        elif profondeur and _compose(v):
            dessous.append(plier(f"{libelle} : {_resume(v)}", _dedans(v, profondeur - 1)))
        else:
            paires.append((libelle, en_clair(v) if f.name in _CODES and isinstance(v, str) else _resume(v)))
    return Html(carte(nom, "" if type(valeur).__str__ is _SANS_TEXTE else str(valeur), paires) + "".join(dessous))


def _compose(valeur: object) -> bool:
    """Vrai d'une valeur qui se déplie : sans texte à elle, ou suite de telles valeurs."""
    if isinstance(valeur, tuple):
        return any(_compose(v) for v in valeur)
    return has(type(valeur)) and type(valeur).__str__ is _SANS_TEXTE


def _resume(valeur: Any) -> str:
    if isinstance(valeur, tuple):
        if not _compose(valeur):
            return " ; ".join([" : ".join(map(dire, v)) if isinstance(v, tuple) else dire(v) for v in valeur])
        return str(len(valeur))
    return (
        next((dire(v) for n in _NOMMENT if (v := getattr(valeur, n, None))), nom_de(valeur))
        if _compose(valeur)
        else decimal_fr(valeur)
        if isinstance(valeur, Decimal)
        else dire(valeur)
    )


def _dedans(valeur: Any, profondeur: int) -> str:
    if isinstance(valeur, tuple):
        reste = len(valeur) - MONTREES
        return "".join([_dedans(v, profondeur) for v in valeur[:MONTREES]]) + (
            f'<div class="f">et {reste} autres</div>' if reste > 0 else ""
        )
    if not _compose(valeur):
        return f'<div class="f">{echapper(dire(valeur))}</div>'
    return _fiche(valeur, nom_de(valeur), getattr(getattr(type(valeur), "_repr_html_", None), "libelles", {}), profondeur)
