"""Arbre XML sûr, et la lecture de ses feuilles. Privé."""

from collections.abc import Callable, Iterator
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from recouvrement.erreurs import DonneeInvalide, cause
from recouvrement.lecture._commun import REDEMANDER

ESPACES = {
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
_PROFONDEUR = 100  # une facture, un relevé en comptent une quinzaine


class _Batisseur(TreeBuilder):
    """Refuse toute DTD dès son ouverture : sans DTD, ni entité, ni fichier externe, ni milliard de rires."""

    def __init__(self) -> None:
        super().__init__()
        self._profondeur = 0

    def doctype(self, nom: str, _public: str | None, _systeme: str | None) -> None:
        raise DonneeInvalide("DTD interdite", champ="DOCTYPE", valeur=nom, remede="Aucune facture, aucun relevé n'en a besoin.")

    def start(self, balise: str, attributs: dict[str, str], /) -> Element:
        self._profondeur += 1
        if self._profondeur > _PROFONDEUR:
            raise DonneeInvalide(
                f"plus de {_PROFONDEUR} éléments emboîtés", champ=balise, remede="Ce n'est ni une facture ni un relevé."
            )
        return super().start(balise, attributs)

    def end(self, balise: str, /) -> Element:
        self._profondeur -= 1
        return super().end(balise)


def lire_arbre(octets: bytes, ou: str) -> Element:
    """Racine du document.

    Raises:
        DonneeInvalide: XML mal formé, encodage inconnu, DTD, emboîtement démesuré.
    """
    lecteur = XMLParser(target=_Batisseur())  # noqa: S314 -- voir _Batisseur.doctype
    try:
        lecteur.feed(octets)
        racine = lecteur.close()
    except DonneeInvalide as e:
        raise e.situe(ou) from None
    except (ParseError, LookupError, ValueError, RecursionError) as e:
        raise DonneeInvalide(f"XML illisible ({cause(e)})", ou=ou, remede="Redemandez le fichier à son émetteur.") from None
    assert isinstance(racine, Element)  # noqa: S101 -- ce que rend TreeBuilder.close
    return racine


def textes(element: Element | None, chemin: str, *, garder: Callable[[Element], bool] = lambda _: True) -> tuple[str, ...]:
    """Textes non vides des feuilles de ce chemin."""
    trouves = [] if element is None else element.findall(chemin, ESPACES if ":" in chemin else None)
    return tuple(lu for e in trouves if garder(e) and (lu := _feuille(e)))


def premier(element: Element | None, *chemins: str) -> str:
    """Premier texte trouvé, chemin après chemin ; pour ce qui est accessoire."""
    return next((lu for chemin in chemins for lu in textes(element, chemin)), "")


def unique(element: Element | None, chemin: str, *, garder: Callable[[Element], bool] = lambda _: True) -> str:
    """Le texte de ce chemin, vide s'il manque ; deux valeurs différentes se contredisent et sont refusées."""
    lus = sorted(set(textes(element, chemin, garder=garder)))
    if len(lus) > 1:
        raise DonneeInvalide("deux valeurs se contredisent", champ=chemin, valeur=" et ".join(lus), remede=REDEMANDER)
    return lus[0] if lus else ""


def somme(element: Element | None, chemin: str, devise: str) -> str:
    """Montant de ce chemin ; une autre devise que celle de la facture est refusée."""
    for e in [] if element is None else element.findall(chemin, ESPACES):
        if e.get("currencyID", devise) != devise:
            dite = e.get("currencyID")
            raise DonneeInvalide(
                f"montant dans une autre devise que la facture ({devise})", champ=chemin, valeur=dite, remede=REDEMANDER
            )
    return unique(element, chemin)


def marque(nom: str, *valeurs: str) -> Callable[[Element], bool]:
    """Filtre : l'attribut vaut l'une de ces valeurs ; ``""`` accepte son absence."""
    return lambda e: e.get(nom, "") in valeurs


def _feuille(element: Element) -> str:
    """Tout le texte, commentaires sautés : « 12<!-- -->00.00 » fait 1200.00, jamais 12."""
    if len(element):
        nom = element.tag.rpartition("}")[2]
        raise DonneeInvalide("une valeur simple est attendue, un élément s'y trouve", champ=nom, remede=REDEMANDER)
    return " ".join("".join(element.itertext()).split())


def enfants(element: Element, chemin: str) -> Iterator[Element]:
    """Éléments de ce chemin."""
    yield from element.findall(chemin, ESPACES)
