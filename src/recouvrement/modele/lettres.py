"""Un nombre, une somme en toutes lettres : l'orthographe des actes, sans les traits d'union de 1990."""

from typing import NamedTuple

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.devises import decimales
from recouvrement.modele.montant import Montant

_UNITES = """
    zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-huit dix-neuf
    """.split()  # noqa: SIM905
_DIZAINES = ("", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt")
_ECHELLES = ((10**15, "billiard"), (10**12, "billion"), (10**9, "milliard"), (10**6, "million"))


class _Nom(NamedTuple):
    un: str
    plusieurs: str
    unite: str = ""
    unites: str = ""
    feminin: bool = False


_MONNAIES = {
    "EUR": _Nom("euro", "euros", "centime", "centimes"),
    "CHF": _Nom("franc suisse", "francs suisses", "centime", "centimes"),
    "USD": _Nom("dollar des États-Unis", "dollars des États-Unis", "cent", "cents"),
    "GBP": _Nom("livre sterling", "livres sterling", "penny", "pence", feminin=True),
    "XPF": _Nom("franc CFP", "francs CFP"),
}


def nombre_en_lettres(n: int) -> str:
    """« soixante et onze », « deux cent mille », « quatre-vingts ».

    Raises:
        DonneeInvalide: Nombre négatif, ou d'un trillion et plus.
    """
    if type(n) is not int or not 0 <= n < 10**18:
        raise DonneeInvalide("un entier positif, sous le trillion, est attendu", champ="nombre", valeur=n)
    morceaux = []
    for valeur, nom in _ECHELLES:
        combien, n = divmod(n, valeur)
        if combien:
            morceaux.append(f"{_sous_mille(combien)} {nom}{'s' * (combien > 1)}")
    milliers, reste = divmod(n, 1000)
    if milliers:
        morceaux.append("mille" if milliers == 1 else f"{_sous_mille(milliers, accord=False)} mille")
    if reste or not (morceaux or milliers):
        morceaux.append(_sous_mille(reste))
    return " ".join(morceaux)


def somme_en_lettres(montant: Montant) -> str:
    """« dix mille quatre cent cinquante-trois euros et soixante-seize centimes », « un million d'euros ».

    Raises:
        DonneeInvalide: Somme négative ou nulle, ou monnaie sans nom français relevé ici.
    """
    nom = _MONNAIES.get(montant.devise)
    if nom is None:
        raise DonneeInvalide(
            "monnaie sans nom en lettres", champ="devise", valeur=montant.devise, remede="Écrivez la somme vous-même."
        )
    if montant.centimes <= 0:
        raise DonneeInvalide("une somme strictement positive est attendue", champ="montant", valeur=montant)
    entiers, fraction = divmod(montant.centimes, 10 ** decimales(montant.devise))
    parts = [_compter(entiers, nom.un, nom.plusieurs, feminin=nom.feminin)] if entiers else []
    parts += [_compter(fraction, nom.unite, nom.unites)] if fraction else []
    return " et ".join(parts)


def _compter(n: int, un: str, plusieurs: str, *, feminin: bool = False) -> str:
    lettres = nombre_en_lettres(n)
    if feminin and lettres.endswith("un"):
        lettres += "e"
    nom = un if n < 2 else plusieurs
    if n and n % 10**6 == 0:
        return f"{lettres} d'{nom}" if nom[0] in "aeiou" else f"{lettres} de {nom}"
    return f"{lettres} {nom}"


def _sous_mille(n: int, *, accord: bool = True) -> str:
    """``accord`` : « cents » et « vingts » prennent leur s s'ils finissent le nombre, sauf devant « mille »."""
    centaines, reste = divmod(n, 100)
    if not centaines:
        return _sous_cent(reste, accord=accord)
    tete = "cent" if centaines == 1 else f"{_UNITES[centaines]} cent{'s' * (accord and not reste)}"
    return f"{tete} {_sous_cent(reste, accord=accord)}" if reste else tete


def _sous_cent(n: int, *, accord: bool) -> str:
    if n < 20:
        return _UNITES[n]
    dizaine, unite = divmod(n, 10)
    nom = _DIZAINES[dizaine]
    if dizaine in (7, 9):
        unite += 10
    if not unite:
        return f"{nom}s" if dizaine == 8 and accord else nom
    lien = " et " if unite in (1, 11) and dizaine < 8 else "-"
    return f"{nom}{lien}{_UNITES[unite]}"
