"""Comment s'écrit une valeur, dans chaque langue ? Seul endroit qui importe babel.

Le français est celui de ``str(Montant)``, ``str(Taux)`` et ``affichage.date_fr``, écrit une seule fois dans le cœur : babel y
arrondit au pair, oublie « 1er » et met une espace ordinaire devant « % ». Babel sert les autres langues, sur des motifs explicites
qui ont autant de décimales que la valeur : rien n'est jamais arrondi ici.
"""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

from attrs import frozen
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from recouvrement.affichage import date_fr
from recouvrement.courrier.document import Donnee, Fragment, Jour, Texte
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.devises import decimales
from recouvrement.modele.montant import FINE, INSECABLE, Montant, Taux

LANGUES = {"fr": "fr_FR", "en": "en_GB"}
_DATES_EN = {"tableau": "dd MMM yyyy", "longue": f"d{INSECABLE}MMMM y", "limite": f"EEEE d{INSECABLE}MMMM y"}
_SENS = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_COURT = 24  # au-delà, un nom ou une référence doit pouvoir passer à la ligne
_ADRESSE = 48  # d'une adresse électronique, presque toujours moins qu'une ligne


@frozen
class Morceau:
    """Bout de phrase prêt à être échappé.

    Attributes:
        genre: ``texte`` du modèle ; ``donnee`` venue d'un fait ; ``valeur`` écrite par la bibliothèque.
    """

    texte: str
    genre: Literal["texte", "donnee", "valeur"] = "texte"

    @property
    def insecable(self) -> bool:
        """Une date, un montant, une référence, un nom court ou une adresse électronique ne se coupent pas."""
        return self.genre == "valeur" or (
            self.genre == "donnee" and len(self.texte) <= (_ADRESSE if "@" in self.texte else _COURT)
        )


Phrase = tuple[Morceau, ...]


@cache
def _locale(langue: str) -> Locale:
    if langue not in LANGUES:
        remede = f"Langues écrites par la bibliothèque : {', '.join(LANGUES)}."
        raise DonneeInvalide("langue que les rendus n'écrivent pas", champ="langue", valeur=langue, remede=remede)
    return Locale.parse(LANGUES[langue])


def dire(fragment: Fragment, langue: str) -> str:
    """Un fragment, écrit dans ``langue``. Le texte de modèle est rendu tel quel : ``phrase`` y met la typographie.

    Raises:
        DonneeInvalide: Langue que les rendus n'écrivent pas.
    """
    locale = _locale(langue)
    if isinstance(fragment, str):
        return fragment
    if isinstance(fragment, Donnee):
        return propre(fragment.texte)
    return _dire_francais(fragment) if langue == "fr" else _dire_ailleurs(fragment, locale)


def _dire_francais(valeur: Jour | Montant | Taux | int) -> str:
    if isinstance(valeur, Jour):
        return date_fr(valeur.le, longue=valeur.forme != "tableau", semaine=valeur.forme == "limite")
    if isinstance(valeur, int):
        return f"{valeur:,}".replace(",", FINE).replace("-", "\N{MINUS SIGN}")
    return str(valeur)


def _dire_ailleurs(valeur: Jour | Montant | Taux | int, locale: Locale) -> str:
    if isinstance(valeur, Jour):
        return format_date(valeur.le, _DATES_EN[valeur.forme], locale=locale)
    if isinstance(valeur, Montant):
        ecrit = format_currency(
            valeur.decimal, valeur.devise, _motif_monnaie(valeur.devise, locale), locale=locale, currency_digits=False
        )
    elif isinstance(valeur, Taux):
        ecrit = format_decimal(valeur.pourcent, "#,##0.00##", locale=locale) + "%"
    else:
        ecrit = format_decimal(valeur, locale=locale)
    return ecrit.replace("-", "\N{MINUS SIGN}")


@cache
def _motif_monnaie(devise: str, locale: Locale) -> str:
    """Les décimales de la devise, ni plus ni moins : babel en ôterait à certaines, donc arrondirait."""
    chiffres = decimales(devise)
    ecart = INSECABLE if get_currency_symbol(devise, locale)[-1].isalpha() else ""
    return f"¤{ecart}#,##0" + (f".{'0' * chiffres}" if chiffres else "")


def nom_pays(code: str) -> str:
    """Nom français d'un pays, pour la dernière ligne d'une adresse.

    Raises:
        DonneeInvalide: Code sans nom connu.
    """
    nom = _locale("fr").territories.get(code)
    if nom is None:
        raise DonneeInvalide("pays sans nom connu", champ="pays", valeur=code, remede="Donnez un code ISO 3166.")
    return str(nom)


def propre(texte: str) -> str:
    """Rend visibles (�) les caractères de commande et d'inversion du sens de lecture : ils ne commandent plus rien."""
    return "".join("\N{REPLACEMENT CHARACTER}" if c in _SENS or unicodedata.category(c) in _COMMANDES else c for c in texte)


_COMMANDES = frozenset({"Cc", "Zl", "Zp", "Cs", "Co", "Cn"})

_PLACE = "\x00"  # tient la place d'une valeur : la typographie voit les bords sans voir la valeur
_BLANC = f"[ {INSECABLE}{FINE}]"
_MOT = r"[\w\x00)\]»%€°’]"
_MOIS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"


def _regles(*couples: tuple[str, str]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(motif), remplace) for motif, remplace in couples)


# L'ordre compte : l'espace existante est changée d'abord ; là où elle manque, elle n'est mise que si le signe finit un mot,
# pour ne toucher ni aux adresses de site ni aux heures.
_FRANCAIS = _regles(
    (r" {2,}", " "),
    ("'", "’"),
    (rf"«{_BLANC}*", f"«{INSECABLE}"),
    (rf"{_BLANC}*»", f"{INSECABLE}»"),
    (rf"{_BLANC}+([;!?]+)", rf"{FINE}\1"),
    (rf"(?<={_MOT})([;!?]+)(?=\s|»|$)", rf"{FINE}\1"),
    (rf"{_BLANC}+:", f"{INSECABLE}:"),
    (rf"(?<={_MOT}):(?=\s|$)", f"{INSECABLE}:"),
    (r"(?<=\d) (?=\d{3}(?:[ \u202f]\d{3})*(?:,\d+)?[ \u00a0]?[€%])", FINE),
    (rf"(?<=[\d\x00]){_BLANC}?(?=[€%])", INSECABLE),
    (r"(?<!\w)([nN]°s?|§|art\.|p\.) (?=[\w\x00])", rf"\1{INSECABLE}"),
    (r"(?<!\w)([LRDA]\.) (?=\d)", rf"\1{INSECABLE}"),
    (r"(?<!\w)([Aa]rticles?) (?=[LRDA]?[\d.])", rf"\1{INSECABLE}"),
    (r"(?<!\w)(MM?\.|Mmes?|Mes?|Dr) (?=[A-ZÀ-Ý\x00])", rf"\1{INSECABLE}"),
    (rf"(?<!\w)(1er|\d{{1,2}}) (?={_MOIS})", rf"\1{INSECABLE}"),
    (r"(?<=\d) h(?!\w)", f"{INSECABLE}h"),
    (r"(?<=\dh|\u00a0h) (?=\d\d(?!\d))", INSECABLE),
    (r"(?<= )– ([^–]+) –", rf"–{INSECABLE}\1{INSECABLE}–"),
)
_ANGLAIS = _regles(
    (r" {2,}", " "), (r"(?<=[\w\x00])'", "’"), (r"(?<!\w)(Nos?\.|Article|[LRDA]\.) (?=[\w\x00])", rf"\1{INSECABLE}")
)


@lru_cache(maxsize=4096)
def typographier(texte: str, langue: str) -> str:
    """Espaces insécables et apostrophes d'un texte de modèle ; sans effet la seconde fois.

    Un modèle se redit de lettre en lettre, valeurs mises à part : son texte n'est travaillé qu'une fois.
    """
    for motif, remplace in _FRANCAIS if langue == "fr" else _ANGLAIS:
        texte = motif.sub(remplace, texte)
    return texte


def morceaux(texte: Texte, langue: str) -> Phrase:
    """Une phrase en morceaux : la typographie vaut à la jonction du texte et des valeurs, sans jamais entrer dans une valeur."""
    dits = [(f, dire(f, langue)) for f in texte]
    dits = [(f, d) for f, d in dits if d]
    trame = "".join(d.replace(_PLACE, "") if isinstance(f, str) else _PLACE for f, d in dits)
    litteraux = typographier(trame, langue).split(_PLACE)
    valeurs = [Morceau(d, "donnee" if isinstance(f, Donnee) else "valeur") for f, d in dits if not isinstance(f, str)]
    suite = [Morceau(litteraux[0])]
    for valeur, litteral in zip(valeurs, litteraux[1:], strict=True):
        suite += [valeur, Morceau(litteral)]
    return tuple(m for m in suite if m.texte)


def lire(phrase: Phrase) -> str:
    """Le texte nu d'une phrase déjà mise en morceaux."""
    return "".join(m.texte for m in phrase)


def phrase(texte: Texte, langue: str) -> str:
    """Une phrase entière, écrite et typographiée."""
    return lire(morceaux(texte, langue))
