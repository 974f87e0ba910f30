"""Le courrier en texte seul : complet, lisible en chasse fixe, et le même que l'HTML mot pour mot."""

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import groupby

from attrs import field, frozen

from recouvrement.courrier.document import Alignement, Courrier
from recouvrement.erreurs import DonneeInvalide
from recouvrement.ports import Document
from recouvrement.rendu._composition import Alinea, Composition, Grille, composer, nom_fichier
from recouvrement.rendu._formats import Phrase, lire

_LIE = "\x00"  # espace qu'aucun retour à la ligne ne prend
_ETROIT = 8  # une colonne de texte ne descend pas plus bas


def _assez_large(_objet: object, _attribut: object, valeur: int) -> None:
    if valeur < 40:
        raise DonneeInvalide("largeur trop faible pour une lettre", champ="largeur", valeur=valeur, remede="Donnez au moins 40.")


@frozen
class RenduTexte:
    """Rend un ``text/plain`` en UTF-8.

    Args:
        largeur: Colonnes par ligne. Un tableau plus large devient une suite de fiches.
    """

    largeur: int = field(default=76, validator=_assez_large)

    def rendre(self, courrier: Courrier) -> Document:
        """Document déterministe : mêmes entrées, mêmes octets."""
        texte = "\n\n".join(filter(None, self._parties(composer(courrier)))) + "\n"
        return Document(nom_fichier(courrier, "txt"), "text/plain; charset=utf-8", texte.encode())

    def _parties(self, lettre: Composition) -> Iterable[str]:
        yield "\n".join(lettre.expediteur)
        yield "\n".join(lettre.destinataire)
        yield self._plie(lettre.lieu_date)
        yield lettre.mode_envoi
        yield "\n".join(f"{nom} {lire(valeur)}" for nom, valeur in lettre.references)
        yield self._plie(lettre.objet)
        yield self._encadre(lettre.tete)
        for signe, blocs in groupby(lettre.blocs, lambda b: isinstance(b, Alinea) and b.role == "signature"):
            yield ("\n" if signe else "\n\n").join(map(self._bloc, blocs))
        yield from map(self._grille, lettre.annexes)
        yield f"{'─' * self.largeur}\n{self._plie_texte(lettre.pied)}" if lettre.pied else ""

    def _bloc(self, bloc: Alinea | Grille) -> str:
        return self._plie(bloc.phrase) if isinstance(bloc, Alinea) else self._grille(bloc)

    def _plie(self, phrase: Phrase) -> str:
        return self._plie_texte("".join(m.texte.replace(" ", _LIE) if m.insecable else m.texte for m in phrase))

    def _plie_texte(self, texte: str) -> str:
        return "\n".join(_plier(texte, self.largeur)).replace(_LIE, " ")

    def _encadre(self, parts: Sequence[Phrase]) -> str:
        filet = "─" * self.largeur
        return "\n".join((filet, *map(self._plie, parts), filet)) if parts else ""

    def _grille(self, grille: Grille) -> str:
        rangees = [tuple(map(lire, rangee)) for rangee in grille.rangees]
        largeurs = _largeurs(grille, rangees, self.largeur)
        corps = _fiches(grille.entetes, rangees) if largeurs is None else _colonnes(grille, rangees, largeurs)
        return "\n".join(filter(None, (self._plie(grille.titre), corps, self._plie(grille.legende))))


def _plier(texte: str, largeur: int) -> list[str]:
    if len(texte) <= largeur:
        return [texte.rstrip(" ")]
    return textwrap.wrap(texte, largeur, break_long_words=False, break_on_hyphens=False) or [""]


def _large(texte: str) -> int:
    """Colonnes occupées à l'écran : deux pour un idéogramme, aucune pour un signe combinant."""
    if texte.isascii():
        return len(texte)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in texte)


def _largeurs(grille: Grille, rangees: Sequence[Sequence[str]], place: int) -> list[int] | None:
    """Largeur de chaque colonne, ou rien si le tableau ne tient pas. Les nombres restent entiers, le texte se plie."""
    mots = [max(map(_large, entete.split(" "))) for entete in grille.entetes]
    colonnes = list(zip(*rangees, strict=True)) or [()] * len(mots)
    largeurs = [max([mot, *map(_large, colonne)]) for mot, colonne in zip(mots, colonnes, strict=True)]
    exces = sum(largeurs) + 2 * (len(largeurs) - 1) - place
    if exces > 0:
        i = max(range(len(largeurs)), key=lambda i: (grille.alignements[i] == "gauche", largeurs[i]))
        plus_long_mot = max([_ETROIT, mots[i], *(_large(mot) for cellule in colonnes[i] for mot in cellule.split(" "))])
        if grille.alignements[i] != "gauche" or largeurs[i] - exces < plus_long_mot:
            return None
        largeurs[i] -= exces
    return largeurs


def _colonnes(grille: Grille, rangees: Sequence[Sequence[str]], largeurs: Sequence[int]) -> str:
    filet = "─" * (sum(largeurs) + 2 * (len(largeurs) - 1))
    lignes = [_rangee(grille.entetes, largeurs, grille.alignements, bas=True), filet]
    lignes += [_rangee(r, largeurs, grille.alignements) for r in rangees]
    lignes[len(lignes) - bool(grille.total) :] = [filet, lignes[-1]] if grille.total else []
    return "\n".join(lignes)


def _rangee(cellules: Sequence[str], largeurs: Sequence[int], alignements: Sequence[Alignement], *, bas: bool = False) -> str:
    """Une rangée, sur autant de lignes que sa cellule la plus haute ; ``bas`` cale les en-têtes contre le filet."""
    plies = [_plier(c, largeur) for c, largeur in zip(cellules, largeurs, strict=True)]
    haut = max(map(len, plies))
    vide = [[""] * (haut - len(p)) for p in plies]
    hautes = [v + p if bas else p + v for p, v in zip(plies, vide, strict=True)]
    calees = ([_cale(t, largeur, a) for t in p] for p, largeur, a in zip(hautes, largeurs, alignements, strict=True))
    return "\n".join("  ".join(ligne).rstrip() for ligne in zip(*calees, strict=True))


def _cale(texte: str, largeur: int, alignement: Alignement) -> str:
    blanc = " " * (largeur - _large(texte))
    return blanc + texte if alignement == "droite" else texte + blanc


def _fiches(entetes: Sequence[str], rangees: Sequence[Sequence[str]]) -> str:
    """Repli d'un tableau trop large : une fiche par rangée, chaque valeur avec son en-tête."""
    fiches = ("\n".join(f"{e}\u00a0: {v}" for e, v in zip(entetes, rangee, strict=True) if v) for rangee in rangees)
    return "\n\n".join(fiches)
