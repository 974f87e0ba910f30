"""Canal « sms » : un texte court, à un mobile, aux heures où l'on écrit. La passerelle est celle de l'hôte."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from recouvrement.envoi.fenetre import Fenetre
from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible
from recouvrement.ports import Accuse, Document, Pli

SEGMENTS_MAXIMUM = 10
# 3GPP TS 23.038 : alphabet par défaut, et ceux que l'échappement compte double.
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_DOUBLES = frozenset("^{}\\[~]|€\f")
_SIMPLES = str.maketrans({"\u00a0": " ", "\u202f": " ", "’": "'", "–": "-", "…": "..."})


class Passerelle(Protocol):
    """Ce que l'hôte branche : l'envoi d'un SMS chez son opérateur."""

    def __call__(self, numero: str, texte: str, reference: str) -> str:
        """Envoie, et rend le numéro d'accusé de l'opérateur.

        Args:
            numero: E.164 (« +33612345678 »).
            reference: Propre au pli, la même à chaque tentative : clé d'idempotence, si l'opérateur en a une.

        Raises:
            EnvoiImpossible: Refusé, rien n'est parti. Toute autre exception laisse l'envoi incertain.
        """


class Sms:
    """Remet le document en texte d'un pli, et lui seul. Aucun montant n'y est ajouté : le texte est celui du document.

    Args:
        horloge: Rend l'instant présent, avec fuseau.
        fenetre: Heures d'envoi ; hors d'elles, ``a_retenter``.
        segments: Longueur permise, dix au plus ; au-delà, le texte est refusé, jamais coupé.
    """

    def __init__(
        self, passerelle: Passerelle, horloge: Callable[[], datetime], fenetre: Fenetre | None = None, segments: int = 3
    ) -> None:
        if not 1 <= segments <= SEGMENTS_MAXIMUM:
            raise DonneeInvalide(f"entre 1 et {SEGMENTS_MAXIMUM} segments", champ="segments", valeur=segments)
        self._passerelle, self._horloge, self._segments = passerelle, horloge, segments
        self._fenetre = fenetre or Fenetre()

    def remettre(self, pli: Pli) -> Accuse:
        """Une tentative.

        Raises:
            EnvoiImpossible: Pas de mobile, pas de texte, ou texte trop long : rien n'est parti.
        """
        numero, texte = mobile(pli.destinataire.telephone), texte_court(pli.documents, self._segments)
        instant = self._horloge()
        ferme = self._fenetre.fermee(instant)
        if ferme:
            return Accuse(issue="a_retenter", le=instant, detail=ferme)
        recu = self._passerelle(numero, texte, pli.empreinte[:32])
        return Accuse(issue="pris", le=self._horloge(), numero=recu, detail=f"{segments(texte)} segment(s)")


def mobile(telephone: str | None) -> str:
    """Numéro E.164, espaces et points ôtés. En France, un mobile : un fixe ferait lire le message à qui décroche.

    Raises:
        EnvoiImpossible: Autre chose.
    """
    compact = re.sub(r"[\s.-]", "", telephone or "")
    if not re.fullmatch(r"\+[1-9][0-9]{7,14}", compact, re.ASCII):
        raise EnvoiImpossible("le destinataire n'a pas de téléphone à la forme internationale (« +33 6 12 34 56 78 »).")
    if compact.startswith("+33") and not re.fullmatch(r"\+33[67][0-9]{8}", compact, re.ASCII):
        raise EnvoiImpossible("ce numéro français n'est pas celui d'un mobile.")
    return compact


def texte_court(documents: tuple[Document, ...], permis: int) -> str:
    """Texte du seul document ``text/plain``, espaces simples.

    Raises:
        EnvoiImpossible: Pas de texte, plusieurs, illisible, ou plus long que permis.
    """
    textes = [d for d in documents if d.type_mime.partition(";")[0].strip().lower() == "text/plain"]
    if len(textes) != 1:
        raise EnvoiImpossible("un SMS demande un document en texte (text/plain), et un seul.")
    try:
        texte = unicodedata.normalize("NFC", textes[0].octets.decode("utf-8")).translate(_SIMPLES).strip()
    except UnicodeDecodeError as e:
        raise EnvoiImpossible(f"{textes[0].nom} n'est pas en UTF-8.") from e
    if not texte or any(unicodedata.category(x) == "Cc" and x != "\n" for x in texte):
        raise EnvoiImpossible("texte vide, ou avec des caractères de commande.")
    if segments(texte) > permis:
        raise EnvoiImpossible(f"texte de {segments(texte)} segments pour {permis} au plus : un SMS n'est pas une lettre.")
    return texte


def segments(texte: str) -> int:
    """Nombre de SMS que l'opérateur comptera.

    Source:
        3GPP TS 23.038 et 23.040 : 160 caractères de l'alphabet par défaut, 153 par part ; sinon UCS-2, 70 et 67.
    """
    if set(texte) <= _GSM | _DOUBLES:
        longueur, seul, part = len(texte) + sum(x in _DOUBLES for x in texte), 160, 153
    else:
        longueur, seul, part = len(texte.encode("utf-16-be")) // 2, 70, 67
    return 1 if longueur <= seul else -(-longueur // part)
