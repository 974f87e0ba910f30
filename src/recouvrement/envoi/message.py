"""Le message de courriel d'un pli : construit neuf, puis relu avant de partir.

Filtrer les sauts de ligne ne suffit pas : un mot encodé (« =?utf-8?q?F=0ABcc… ») peut en cacher un, et certaines versions de
Python l'écrivent en clair (CVE-2024-6923, CVE-2026-1299). On neutralise donc, et on relit les octets produits.
"""

import re
from datetime import datetime
from email import message_from_bytes, policy
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible
from recouvrement.modele import _champs as c
from recouvrement.ports import Document, Pli

_POLITIQUE = policy.SMTP.clone(cte_type="7bit")
_TYPE = re.compile(r"([a-z]+)/([a-z0-9.+-]+)(?:;.*)?", re.ASCII | re.IGNORECASE)
_OBLIGATOIRES = {"from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type"}
_FACULTATIFS = {"reply-to", "content-transfer-encoding"}
_PARTIE = {"content-type", "content-transfer-encoding", "content-disposition", "mime-version"}


def adresse_de(pli: Pli) -> str:
    """L'unique adresse d'enveloppe.

    Raises:
        EnvoiImpossible: Adresse absente ou illisible.
    """
    if not pli.destinataire.courriel:
        raise EnvoiImpossible(f"{pli.destinataire.nom} n'a pas d'adresse de courriel.")
    try:
        adresse = c.courriel(pli.destinataire.courriel)
    except DonneeInvalide as e:
        raise EnvoiImpossible(f"adresse du destinataire refusée : {e}") from e
    if adresse is None:
        raise EnvoiImpossible(f"{pli.destinataire.nom} n'a pas d'adresse de courriel.")
    return adresse


def composer(pli: Pli, *, expediteur: Address, reponse_a: str | None, le: datetime) -> tuple[str, bytes]:
    """Identifiant et octets du message. L'identifiant dérive du contenu : une reprise porte le même.

    Raises:
        EnvoiImpossible: Pas de corps en texte, caractère interdit, ou en-tête inattendu à la relecture.
    """
    adresse = adresse_de(pli)
    identifiant = f"<{pli.empreinte[:40]}@{expediteur.domain}>"
    message = EmailMessage(policy=_POLITIQUE)
    message["From"] = expediteur
    message["To"] = Address(display_name=_propre(pli.destinataire.nom, "nom du destinataire"), addr_spec=adresse)
    if reponse_a is not None:
        message["Reply-To"] = Address(addr_spec=reponse_a)
    message["Subject"] = _propre(pli.objet, "objet")
    message["Date"] = le
    message["Message-ID"] = identifiant
    message["Auto-Submitted"] = "auto-generated"
    _remplir(message, pli.documents)
    # Une frontière tirée au sort changerait les octets d'une reprise ; celle-ci dérive du contenu, qui ne peut pas la contenir.
    for rang, partie in enumerate(p for p in message.walk() if p.is_multipart()):
        partie.set_boundary(f"=_{pli.empreinte[:32]}_{rang}")
    octets = message.as_bytes()
    _relire(octets, attendus={"to": adresse, "from": expediteur.addr_spec}, reponse=reponse_a is not None)
    return identifiant, octets


def _propre(texte: str, champ: str) -> str:
    """Texte sûr dans un en-tête : ni caractère de commande, ni mot encodé déguisé."""
    try:
        c.controler_texte(texte, champ, long=400)
    except DonneeInvalide as e:
        raise EnvoiImpossible(f"courriel refusé : {e}") from e
    return texte.replace("=?", "= ?")


def _remplir(message: EmailMessage, documents: tuple[Document, ...]) -> None:
    """Le texte est le corps, le HTML sa variante, le reste des pièces jointes."""
    reste = list(documents)
    corps = _retirer(reste, "text/plain")
    if corps is None:
        raise EnvoiImpossible(
            "un courriel demande un document en texte (text/plain) pour son corps : ajoutez ce moteur de rendu."
        )
    message.set_content(_texte(corps), charset="utf-8", cte="quoted-printable")
    variante = _retirer(reste, "text/html")
    if variante is not None:
        message.add_alternative(_texte(variante), subtype="html", charset="utf-8", cte="quoted-printable")
    for piece in reste:
        lu = _TYPE.fullmatch(piece.type_mime)
        genre, sous_genre = (
            lu.groups() if lu and lu[1].lower() not in {"multipart", "message"} else ("application", "octet-stream")
        )
        nom = _propre(piece.nom, "nom de pièce jointe")
        message.add_attachment(piece.octets, maintype=genre, subtype=sous_genre, cte="base64", filename=nom)


def _retirer(documents: list[Document], genre: str) -> Document | None:
    for document in documents:
        if document.type_mime.partition(";")[0].strip().lower() == genre:
            documents.remove(document)
            return document
    return None


def _texte(document: Document) -> str:
    try:
        return document.octets.decode("utf-8")
    except UnicodeDecodeError as e:
        raise EnvoiImpossible(f"{document.nom} n'est pas en UTF-8.") from e


def _relire(octets: bytes, *, attendus: dict[str, str], reponse: bool) -> None:
    """Relit les octets produits : les en-têtes attendus, une fois chacun, et les deux adresses ; sinon rien ne part."""
    relu = message_from_bytes(octets, policy=policy.default)
    noms = [nom.lower() for nom in relu]
    permis = _OBLIGATOIRES | _FACULTATIFS if reponse else _OBLIGATOIRES | (_FACULTATIFS - {"reply-to"})
    exact = len(noms) == len(set(noms)) and set(noms) <= permis and set(noms) >= _OBLIGATOIRES
    parties = all({nom.lower() for nom in partie} <= _PARTIE for partie in relu.walk() if partie is not relu)
    try:
        adresses = all([a.addr_spec for a in relu[nom].addresses] == [voulue] for nom, voulue in attendus.items())
    except (AttributeError, MessageError):
        adresses = False
    if not (exact and parties and adresses):
        raise EnvoiImpossible("courriel refusé : ses en-têtes ne sont pas ceux attendus (tentative d'injection ?).")
