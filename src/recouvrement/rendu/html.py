"""Le courrier en HTML de courriel : tout est échappé, rien n'est appelé de l'extérieur, lisible en clair et en sombre.

Les styles sont portés par les balises, sans couleur de fond ni de texte : le lecteur garde les siennes.
"""

from collections.abc import Iterable
from html import escape

from attrs import frozen

from recouvrement.courrier.document import Alignement, Courrier, Jour, Paragraphe, Texte
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Qualite
from recouvrement.ports import Document
from recouvrement.rendu._composition import Alinea, Composition, Grille, composer, nom_fichier
from recouvrement.rendu._formats import Morceau, Phrase, dire, phrase

_FILET = "1px solid #8a8a8a"
_CORPS = (
    "margin:0 auto;max-width:42em;padding:1.2em;font-family:Georgia,'Times New Roman',serif;font-size:16px;line-height:1.5;"
    "text-align:left"
)
_PETIT = "font-size:.85em"
_CADRE = f"border:{_FILET};border-radius:4px;padding:.6em .9em;margin:1em 0"
_CACHE = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden"
_STYLES = {
    "signature": "margin:0",
    "partie": "margin:1em 0 5em",
    "pieces": f"margin:1em 0 0;{_PETIT}",
    "mention": f"margin:1em 0 0;{_PETIT}",
}
_LIE = ' style="white-space:nowrap"'
_APERCU = 90


@frozen
class RenduHtml:
    """Rend un ``text/html`` en UTF-8, pour un courriel."""

    def rendre(self, courrier: Courrier) -> Document:
        """Document déterministe : mêmes entrées, mêmes octets."""
        lettre = composer(courrier)
        corps = "\n".join(filter(None, _corps(lettre)))
        page = (
            f'<!DOCTYPE html>\n<html lang="{escape(lettre.langue)}" dir="ltr">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
            '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
            f"<title>{escape(lettre.titre)}</title>\n</head>\n"
            '<body style="margin:0;color-scheme:light dark">\n'
            f'<div style="{_CACHE}" aria-hidden="true">{escape(_apercu(courrier))}</div>\n'
            f'<div style="{_CORPS}">\n{corps}\n</div>\n</body>\n</html>\n'
        )
        return Document(nom_fichier(courrier, "html"), "text/html; charset=utf-8", page.encode())


def _corps(lettre: Composition) -> Iterable[str]:
    yield _entete(*map(escape, lettre.expediteur))
    yield _p("<br>".join(map(escape, lettre.destinataire)))
    yield _p(_ligne(lettre.lieu_date))
    yield _p(escape(lettre.mode_envoi))
    yield _p("<br>".join(f"{escape(k)} {_ligne(v)}" for k, v in lettre.references))
    yield f'<h1 style="font-size:1.1em;line-height:1.3;margin:1.2em 0 1em">{_ligne(lettre.objet)}</h1>'
    yield _p("<br>".join(map(_ligne, lettre.tete)), _CADRE)
    for bloc in lettre.blocs:
        yield _alinea(bloc) if isinstance(bloc, Alinea) else _table(bloc)
    for annexe in lettre.annexes:
        yield _table(annexe, "h2")
    yield _p(escape(lettre.pied), f"border-top:{_FILET};margin:2em 0 0;padding-top:.6em;{_PETIT}")


def _entete(nom: str = "", *reste: str) -> str:
    return _p("<br>".join((f"<strong>{nom}</strong>", *reste)) if nom else "", f"margin:0 0 1em;{_PETIT}")


def _p(dedans: str, style: str = "margin:0 0 1em") -> str:
    return f'<p style="{style}">{dedans}</p>' if dedans else ""


def _alinea(alinea: Alinea) -> str:
    dedans = _ligne(alinea.phrase)
    if alinea.role == "dispositif":
        dedans = f"<strong>{dedans}</strong>"
    return _p(dedans, _STYLES.get(alinea.role, "margin:0 0 1em"))


def _ligne(phrase: Phrase) -> str:
    return "".join(map(_morceau, phrase))


def _morceau(morceau: Morceau) -> str:
    """La suite des balises ne dépend jamais du contenu ; ``bdi`` garde un nom arabe ou hébreu de retourner la phrase."""
    dit = escape(morceau.texte)
    if morceau.genre == "texte":
        return dit
    balise = "bdi" if morceau.genre == "donnee" else "span"
    return f"<{balise}{_LIE if morceau.insecable else ''}>{dit}</{balise}>"


def _table(grille: Grille, titre: str = "span") -> str:
    entetes = "".join(
        f'<th scope="col" style="{_case(a)};vertical-align:bottom;border-bottom:2px solid #8a8a8a">{escape(e)}</th>'
        for e, a in zip(grille.entetes, grille.alignements, strict=True)
    )
    lignes = "\n".join(_rangee(ligne, grille.alignements) for ligne in grille.lignes)
    total = f"\n<tfoot>{_rangee(grille.total, grille.alignements, 'font-weight:bold')}</tfoot>" if grille.total else ""
    legende = _p(_ligne(grille.legende), f"margin:.4em 0 0;{_PETIT}")
    return (
        '<div style="margin:0 0 1em;overflow-x:auto">\n'
        '<table style="border-collapse:collapse;width:100%;font-size:.92em;font-variant-numeric:tabular-nums">\n'
        '<caption style="text-align:left;padding:.3em 0;font-weight:bold">'
        f'<{titre} style="font-size:1em;margin:1.5em 0 0">{_ligne(grille.titre)}</{titre}></caption>\n'
        f"<thead><tr>{entetes}</tr></thead>\n<tbody>\n{lignes}\n</tbody>{total}\n</table>{legende}\n</div>"
    )


def _rangee(cellules: tuple[Phrase, ...], alignements: tuple[Alignement, ...], graisse: str = "font-weight:normal") -> str:
    """La première cellule nomme la rangée."""
    premiere, *autres = (f"{_case(a)};{graisse}" for a in alignements)
    suite = "".join(f'<td style="{s}">{_ligne(c)}</td>' for c, s in zip(cellules[1:], autres, strict=True))
    return f'<tr><th scope="row" style="{premiere}">{_ligne(cellules[0])}</th>{suite}</tr>'


def _case(alignement: Alignement) -> str:
    cote = "right;white-space:nowrap" if alignement == "droite" else "left"
    return f"padding:.3em .5em;border-bottom:{_FILET};text-align:{cote}"


def _apercu(courrier: Courrier) -> str:
    """Ce que montre la liste des messages : la demande et sa date. Un particulier n'y voit jamais de montant."""
    textes = [
        courrier.tete,
        *(b.texte for b in courrier.blocs if isinstance(b, Paragraphe) and _demande(b.texte)),
        courrier.objet,
    ]
    discret = courrier.destinataire.qualite in {Qualite.CONSOMMATEUR, Qualite.NON_PROFESSIONNEL}
    choix = next((t for t in textes if t and not (discret and any(isinstance(f, Montant) for f in t))), ())
    limites = [dire(f, courrier.langue) for f in choix if isinstance(f, Jour)]
    return _abreger(phrase(choix, courrier.langue), limites[-1] if limites else "")


def _abreger(dit: str, date: str) -> str:
    """Coupe entre deux mots, en gardant la date."""
    if len(dit) <= _APERCU:
        return dit
    fin = dit.rfind(date) + len(date)
    if fin < _APERCU:
        return dit[: _APERCU - 1].rsplit(" ", 1)[0] + "…"
    return "…" + dit[fin - _APERCU + 1 : fin].split(" ", 1)[-1]


def _demande(texte: Texte) -> bool:
    return any(isinstance(f, Jour) and f.forme == "limite" for f in texte)
