"""Convertisseurs et contrôles communs aux champs des faits. Privé."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Set
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from attrs import NOTHING, Attribute, fields

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant, montant
from recouvrement.temps import DERNIER_JOUR, PREMIER_JOUR, jour_de_fait

# En texte : compilé au premier usage, l'import reste léger.
_COURRIEL = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}"


_INVERSIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
Validateur = Callable[[Any, "Attribute[Any]", Any], None]
T = TypeVar("T")


def nfc(valeur: str) -> str:
    """Texte en forme NFC, sans espaces aux bords."""
    if not isinstance(valeur, str):
        return valeur  # type: ignore[unreachable]  # le validateur dira ce qui ne va pas
    return (valeur if valeur.isascii() else unicodedata.normalize("NFC", valeur)).strip()


def nfc_ou_rien(valeur: str | None) -> str | None:
    """Idem, facultatif ; le texte vide vaut « rien »."""
    return valeur if valeur is None else (nfc(valeur) or None)


def jour(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
    """Jour d'un fait, obligatoire."""
    if type(valeur) is not date or not PREMIER_JOUR <= valeur <= DERNIER_JOUR:
        jour_de_fait(valeur, attribut.name)


def jour_ou_rien(objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
    """Jour d'un fait, facultatif."""
    if valeur is not None:
        jour(objet, attribut, valeur)


def controler_texte(propre: object, champ: str, *, vide: bool = False, long: int = 200) -> None:
    """Texte d'une ligne : ni caractère de commande, ni saut de ligne, ni inversion du sens de lecture.

    Raises:
        DonneeInvalide: Autre chose.
    """
    if not isinstance(propre, str):
        raise DonneeInvalide("un texte est attendu", champ=champ, valeur=propre)
    if not propre and not vide:
        raise DonneeInvalide("texte vide", champ=champ, remede="Donnez une valeur, ou rien (None) si le champ est facultatif.")
    if len(propre) > long:
        raise DonneeInvalide(f"plus de {long} caractères", champ=champ, valeur=propre, remede="Abrégez.")
    if not propre.isprintable() and any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} or c in _INVERSIONS for c in propre):
        raise DonneeInvalide("saut de ligne ou caractère de commande interdit", champ=champ, valeur=propre, remede="Retirez-le.")


def texte(*, vide: bool = False, long: int = 200) -> Validateur:
    """Texte d'une ligne."""

    def valider(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
        controler_texte(valeur, attribut.name, vide=vide, long=long)

    return valider


def texte_ou_rien(*, long: int = 200) -> Validateur:
    """Texte d'une ligne, facultatif."""

    def valider(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
        if valeur is not None:
            controler_texte(valeur, attribut.name, long=long)

    return valider


def en_montant(valeur: "Montant | Decimal | int | str", champ: str) -> Montant:
    """Montant lu ; l'erreur nomme le champ."""
    try:
        return montant(valeur)
    except DonneeInvalide as e:
        raise DonneeInvalide(e.message, champ=champ, valeur=e.valeur, remede=e.remede) from None


def positif(_objet: object, attribut: "Attribute[Any]", valeur: Montant) -> None:
    """Montant strictement positif."""
    if valeur.centimes <= 0:
        raise DonneeInvalide(
            "un montant strictement positif est attendu",
            champ=attribut.name,
            valeur=valeur,
            remede="Un avoir ou un paiement est un événement.",
        )


def en_suite(valeur: Iterable[Any]) -> tuple[Any, ...]:
    """Liste rendue en tuple ; ce qui n'est pas une liste est laissé au validateur."""
    if type(valeur) is tuple:
        return valeur
    return tuple(valeur) if isinstance(valeur, Iterable) and not isinstance(valeur, str | bytes) else valeur  # type: ignore[return-value]


def liste(valeur: Iterable[T], champ: str) -> tuple[T, ...]:
    """La même, en tuple.

    Raises:
        DonneeInvalide: Ce n'est pas une liste.
    """
    if type(suite := en_suite(valeur)) is tuple:
        return suite
    raise DonneeInvalide("une liste est attendue", champ=champ, valeur=valeur, remede="Mettez la valeur entre crochets.")


def suite_de(*genres: type) -> Validateur:
    """Tuple d'objets de ces genres."""
    de_textes = str in genres

    def valider(_objet: object, attribut: "Attribute[Any]", valeur: Any) -> None:
        for element in liste(valeur, attribut.name):
            if not isinstance(element, genres):
                noms = ", ".join(g.__name__ for g in genres)
                raise DonneeInvalide(f"chaque élément doit être : {noms}", champ=attribut.name, valeur=type(element).__name__)
            if de_textes:
                controler_texte(element, attribut.name)

    return valider


def parmi(*valeurs: str) -> Validateur:
    """Un nom d'une liste close."""

    def valider(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
        if valeur not in valeurs:
            raise DonneeInvalide(
                "valeur inconnue", champ=attribut.name, valeur=valeur, remede=f"Choisissez parmi : {', '.join(valeurs)}."
            )

    return valider


def entier(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
    """Nombre entier ; un booléen n'en est pas un."""
    if type(valeur) is not int:
        raise DonneeInvalide("un nombre entier est attendu", champ=attribut.name, valeur=valeur)


def entier_ou_rien(objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
    """Nombre entier, facultatif."""
    if valeur is not None:
        entier(objet, attribut, valeur)


def vrai_ou_faux(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
    """Un booléen, pas un texte."""
    if type(valeur) is not bool:
        raise DonneeInvalide("True ou False est attendu", champ=attribut.name, valeur=valeur)


def instance(genre: type, *, remede: str = "", rien: bool = False) -> Validateur:
    """Un objet du bon genre, ou rien si ``rien``."""

    def valider(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
        if not (isinstance(valeur, genre) or (rien and valeur is None)):
            raise DonneeInvalide(f"{genre.__name__} attendu", champ=attribut.name, valeur=type(valeur).__name__, remede=remede)

    return valider


def _texte_propre(valeur: str | None, champ: str) -> str | None:
    lu = nfc_ou_rien(valeur)
    if lu is not None:
        controler_texte(lu, champ, long=254)
    return lu


def _luhn(chiffres: str) -> int:
    paires = (int(c) * (1 + i % 2) for i, c in enumerate(reversed(chiffres)))
    return sum(n - 9 * (n > 9) for n in paires) % 10


def siren(valeur: str | None) -> str | None:
    """SIREN : neuf chiffres, clé de Luhn ; les espaces sont ôtés. Un SIRET est accepté et réduit à son SIREN.

    Source:
        Code de commerce, art. R. 123-221 ; clé de Luhn, sauf les établissements de La Poste (somme des chiffres multiple de 5).
    """
    lu = _texte_propre(valeur, "siren")
    if lu is None:
        return None
    chiffres = re.sub(r"[\s.]", "", lu)
    if not re.fullmatch(r"[0-9]{9}(?:[0-9]{5})?", chiffres, re.ASCII) or not int(chiffres[:9]):
        raise DonneeInvalide(
            "neuf chiffres attendus (SIREN) ou quatorze (SIRET)", champ="siren", valeur=lu, remede="Vérifiez le numéro."
        )
    la_poste = chiffres.startswith("356000000") and sum(map(int, chiffres)) % 5 == 0
    if _luhn(chiffres[:9]) or (len(chiffres) == 14 and _luhn(chiffres) and not la_poste):
        raise DonneeInvalide(
            "clé de contrôle fausse", champ="siren", valeur=lu, remede="Vérifiez le numéro sur l'avis de situation."
        )
    return chiffres[:9]


def iban(valeur: str | None) -> str | None:
    """IBAN : clé modulo 97, sans espaces, en capitales. Le message d'erreur ne le montre jamais en entier.

    Source:
        ISO 13616.
    """
    try:
        lu = _texte_propre(valeur, "iban")
    except DonneeInvalide as e:
        raise DonneeInvalide(e.message, champ="iban", remede=e.remede) from None  # sans la valeur : un IBAN ne se montre pas
    if lu is None:
        return None
    compact = re.sub(r"\s", "", lu).upper()
    forme = re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact, re.ASCII)
    if (
        not forme
        or int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 != 1
        or (compact[:2] == "FR" and len(compact) != 27)
    ):
        raise DonneeInvalide(
            "IBAN faux", champ="iban", valeur=masquer_iban(compact), remede="Recopiez-le depuis le relevé d'identité bancaire."
        )
    return compact


def masquer_iban(compact: str | None) -> str:
    """« FR76 … 0189 » : assez pour reconnaître, pas assez pour servir."""
    return "None" if compact is None else f"{compact[:4]} … {compact[-4:]}" if len(compact) > 12 else "…"


def courriel(valeur: str | None) -> str | None:
    """Adresse de courriel simple : une seule, sans nom affiché ni commentaire."""
    lu = _texte_propre(valeur, "courriel")
    if lu is not None and (not re.fullmatch(_COURRIEL, lu, re.ASCII) or ".." in lu or lu.startswith(".") or ".@" in lu):
        raise DonneeInvalide(
            "adresse de courriel illisible", champ="courriel", valeur=lu, remede="Donnez « nom@domaine.fr », sans nom affiché."
        )
    return lu


def exacts(lus: Mapping[str, Any], connus: Set[str], obligatoires: Set[str], champ: str, remede: str = "") -> None:
    """D'un fichier : aucun champ inconnu, aucun qui manque.

    Raises:
        DonneeInvalide: L'un ou l'autre ; les champs en cause, jamais leurs valeurs.
    """
    for faute, noms in (("champ inconnu", lus.keys() - connus), ("champ manquant", obligatoires - lus.keys())):
        if noms:
            raise DonneeInvalide(f"{faute} : {', '.join(sorted(noms))}", champ=champ, remede=remede)


def batir(classe: type[Any], lus: Mapping[str, Any], champ: str = "") -> Any:
    """La valeur que ces champs décrivent.

    Raises:
        DonneeInvalide: Champ inconnu, absent ou faux.
    """
    attributs = fields(classe)
    connus = [a.name for a in attributs]
    exacts(lus, set(connus), {a.name for a in attributs if a.default is NOTHING}, champ, f"Champs : {', '.join(connus)}.")
    return classe(**lus)
