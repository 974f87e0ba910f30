"""De quel exercice, de quel client, de quelle facture vient une ligne 411 ? Privé."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date

from recouvrement.lecture._ecritures import Ligne, Livres
from recouvrement.lecture.constat import Constat
from recouvrement.modele.montant import Montant

CLIENTS = "411"


def client(x: Ligne) -> str:
    """Numéro du compte auxiliaire, sinon celui du compte s'il est individuel ; vide pour un compte collectif."""
    collectif = x.compte.rstrip("0") == CLIENTS or nu(x.compte_lib).startswith("client")
    return x.aux or ("" if collectif else x.compte)


def nu(texte: str) -> str:
    """Sans casse, accents ni espaces en trop."""
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    return " ".join("".join(c for c in decompose if not unicodedata.combining(c)).split())


def ouverture(livres: Sequence[Livres], constat: Constat) -> date | None:
    """Premier jour du dernier exercice : des capitaux (classe 1) repris à nouveau, et le solde des clients redonné.

    Au premier jour d'un fichier, une reprise qui ne redonne pas le solde d'avant est une alerte : un exercice manque, ou n'est pas clos.
    """
    lignes = [x for y in livres for x in y.lignes]
    premiers = {min(x.le for x in y.lignes) for y in livres}
    debut: date | None = None
    for jour in sorted({x.le for x in lignes if x.a_nouveau and x.compte.startswith("1")}):
        clients = [x for x in lignes if x.compte.startswith(CLIENTS) and (debut is None or x.le >= debut)]
        ecart = sum([x.net for x in clients if x.a_nouveau and x.le == jour]) - sum([x.net for x in clients if x.le < jour])
        suit = any(x.le < jour for x in lignes)
        if suit and ecart and jour in premiers:
            message = f"l'à-nouveau du {jour:%d/%m/%Y} ne redonne pas le solde des clients de l'exercice d'avant"
            constat.alerter(message, valeur=Montant.de_centimes(ecart), remede="Vérifiez qu'aucun exercice ne manque.")
        if not suit or not ecart or jour in premiers:
            debut = jour
    return debut


def est_reprise(x: Ligne, debut: date | None) -> bool:
    """Vrai pour un à-nouveau du dernier exercice."""
    return x.a_nouveau and (debut is None or x.le == debut)


def dater(reprises: list[Ligne], avant: list[Ligne], debut: date | None) -> dict[int, Ligne | None]:
    """La facture que chaque à-nouveau reprend : de même pièce ou seule de ce montant, avant lui ; sinon, lui-même s'il la date."""
    connues = [x for x in avant if not x.a_nouveau or (x.piece_le and x.piece_le < x.le)]
    par_montant: dict[tuple[str, int], list[Ligne]] = {}
    for x in connues:
        par_montant.setdefault((client(x), x.net), []).append(x)
    jumelles = Counter((client(x), x.net) for x in reprises)
    origines: dict[int, Ligne | None] = {}
    for x in reprises:
        possibles = par_montant.get((client(x), x.net), [])
        memes = [y for y in possibles if y.piece == x.piece]
        seule = possibles[0] if len(possibles) == 1 == jumelles[client(x), x.net] else None
        datee = x if x.piece_le and x.piece_le < (debut or x.le) else None
        origines[id(x)] = memes[0] if len(memes) == 1 else datee or seule
    return origines
