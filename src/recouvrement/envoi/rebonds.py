"""Le rebond d'un courriel : un rapport de remise (RFC 3464) relu en avis. Toute suite d'octets rend un avis ou une ``DonneeInvalide``.

Un rapport n'est pas signé : qui a reçu le message peut en forger un. Il n'efface donc rien ; il ajoute un fait, à vérifier.
"""

import re
from collections.abc import Iterator
from datetime import date, tzinfo
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

from recouvrement import temps
from recouvrement.erreurs import DonneeInvalide, extrait
from recouvrement.ports import Avis, Document, NatureAvis

OCTETS_MAXIMUM = 20 * 1024 * 1024
_TETE = 128 * 1024  # le rapport précède le message rendu, dont seuls les en-têtes comptent
_PARTIES = 50
_NOTRE_NUMERO = re.compile(r"<[0-9a-f]{40}@[A-Za-z0-9.-]{1,253}>", re.ASCII)  # celui que ``composer`` donne
_STATUT = re.compile(r"[ \t]*([245])\.[0-9]{1,3}\.[0-9]{1,3}\b", re.ASCII)
_ACTIONS: dict[str, NatureAvis] = {
    "failed": "non_distribuable",
    "delayed": "retarde",
    "delivered": "depose",  # dans une boîte : ni lu, ni remis contre signature
    "relayed": "depose",
    "expanded": "depose",
}
_CLASSES: dict[str, NatureAvis] = {"5": "non_distribuable", "4": "retarde", "2": "depose"}
_RANGS: tuple[NatureAvis, ...] = ("non_distribuable", "retarde", "depose")  # de plusieurs destinataires, le moins favorable
_REMEDE = "Ce message n'est pas un rapport de remise de l'un de vos envois : lisez-le vous-même."


def lire_rebond(octets: bytes, *, fuseau: tzinfo | None = None) -> Avis:
    """Avis que porte un rapport de remise.

    ``failed`` vaut ``non_distribuable``, même quand le serveur a seulement renoncé (4.4.7) ; ``delayed`` vaut ``retarde``, et à
    défaut d'action le statut décide. Une remise réussie ne vaut que ``depose`` : elle ne dit pas que le message a été lu.

    Args:
        octets: Le message reçu, tel quel.
        fuseau: Là où demeure le destinataire ; Paris à défaut.

    Raises:
        DonneeInvalide: Autre chose qu'un rapport de remise d'un message que nous avons numéroté.

    Source:
        RFC 3464 (rapport de remise), RFC 3463 (statuts), RFC 6522 (multipart/report).
    """
    if not isinstance(octets, bytes) or len(octets) > OCTETS_MAXIMUM:
        raise DonneeInvalide(f"un message de {OCTETS_MAXIMUM} octets au plus est attendu", champ="rebond")
    tete = octets[:_TETE]
    if tete.count(b"\n--") > _PARTIES * 10:  # chaque ligne de cette forme coûte une partie à l'analyse
        raise DonneeInvalide("trop de parties", champ="rebond", remede=_REMEDE)
    try:
        message = message_from_bytes(tete)
        numero, (nature, detail), le = _numero(message), _sort(message), _jour(message, fuseau or temps.fuseau())
    except DonneeInvalide:
        raise
    except Exception as e:  # un message hostile fait lever le module email de bien des façons
        raise DonneeInvalide(f"message illisible ({type(e).__name__})", champ="rebond", remede=_REMEDE) from None
    return Avis(numero=numero, nature=nature, le=le, detail=detail, preuves=(Document("rebond.eml", "message/rfc822", octets),))


def _parties(message: Message) -> list[Message]:
    contenu = message.get_payload()
    if message.get_content_type() != "multipart/report" or not isinstance(contenu, list):
        raise DonneeInvalide("ce n'est pas un rapport (multipart/report)", champ="rebond", remede=_REMEDE)
    return [p for p in contenu[:_PARTIES] if isinstance(p, Message)]


def _sort(message: Message) -> tuple[NatureAvis, str]:
    """Nature et détail, des champs par destinataire."""
    trouves = [_du_destinataire(bloc) for bloc in _blocs(message) if bloc.get("Action") or bloc.get("Status")]
    lus = [x for x in trouves if x is not None]
    if not lus:
        raise DonneeInvalide("le rapport ne dit pas le sort du message", champ="rebond", remede=_REMEDE)
    return min(lus, key=lambda x: _RANGS.index(x[0]))


def _blocs(message: Message) -> Iterator[Message]:
    for partie in _parties(message):
        contenu = partie.get_payload()
        if partie.get_content_type() in ("message/delivery-status", "message/global-delivery-status") and isinstance(
            contenu, list
        ):
            yield from (b for b in contenu[:_PARTIES] if isinstance(b, Message))


def _du_destinataire(bloc: Message) -> tuple[NatureAvis, str] | None:
    action, statut = _champ(bloc, "Action").lower(), _champ(bloc, "Status")
    lu = _STATUT.match(statut)
    nature = _ACTIONS.get(action) or (_CLASSES[lu[1]] if lu else None)
    detail = " ; ".join(filter(None, (action, statut, _champ(bloc, "Diagnostic-Code"))))
    return (nature, extrait(detail, 300)) if nature else None


def _numero(message: Message) -> str:
    """Numéro du message d'origine : celui qu'il portait, joint au rapport, sinon celui auquel le rapport répond."""
    for texte in _citations(message):
        trouves = set(_NOTRE_NUMERO.findall(texte))
        if len(trouves) == 1:
            return str(trouves.pop())
    raise DonneeInvalide("aucun numéro de message qui soit des nôtres", champ="rebond", remede=_REMEDE)


def _citations(message: Message) -> Iterator[str]:
    for partie in _parties(message):
        contenu, genre = partie.get_payload(), partie.get_content_type()
        if genre in ("message/rfc822", "message/global") and isinstance(contenu, list) and isinstance(contenu[0], Message):
            yield _champ(contenu[0], "Message-ID")
        elif genre in ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers"):
            yield _champ(message_from_bytes(_octets(partie)), "Message-ID")
    yield _champ(message, "In-Reply-To")
    yield _champ(message, "References")


def _octets(partie: Message) -> bytes:
    """Contenu décodé ; le module email range sous un type « message/… » un message déjà lu."""
    contenu = partie.get_payload()
    if isinstance(contenu, list):
        return b"".join(p.as_bytes() for p in contenu[:1] if isinstance(p, Message))
    lu = partie.get_payload(decode=True)
    return lu if isinstance(lu, bytes) else b""


def _jour(message: Message, fuseau: tzinfo) -> date:
    """Jour de la dernière tentative, sinon celui du rapport."""
    champs = [_champ(b, "Last-Attempt-Date") for b in _blocs(message)]
    for texte in (*champs, _champ(message, "Date")):
        try:
            lu = parsedate_to_datetime(texte)
            return (lu.astimezone(fuseau) if lu.tzinfo else lu).date()
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    raise DonneeInvalide("le rapport n'est pas daté", champ="rebond", remede=_REMEDE)


def _champ(bloc: Message, nom: str) -> str:
    """Valeur d'un champ, sur une ligne et bornée ; d'un champ répété, la première."""
    return " ".join(str(bloc.get(nom, ""))[:2000].split())
