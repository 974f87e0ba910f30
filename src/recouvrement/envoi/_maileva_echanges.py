"""Les échanges avec Maileva : jeton, JSON, multipart. Chaque échec dit s'il est définitif ; aucun n'est repris.

Source:
    Contrats OpenAPI publiés par Maileva : « Authentification » 2.0 et « Lettres Recommandées En Ligne » 2.5.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from recouvrement.envoi.transport import Reponse, Transport
from recouvrement.erreurs import extrait
from recouvrement.ports import Document, Issue

Environnement = Literal["bac_a_sable", "production"]
Objet = dict[str, Any]

ADRESSES: dict[str, tuple[str, str]] = {
    "bac_a_sable": (
        "https://connexion.sandbox.maileva.net/auth/realms/services/protocol/openid-connect/token",
        "https://api.sandbox.maileva.net/registered_mail/v2",
    ),
    "production": (
        "https://connexion.maileva.com/auth/realms/services/protocol/openid-connect/token",
        "https://api.maileva.com/registered_mail/v2",
    ),
}
PAGE = 500
_IDENTIFIANT = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_NON_DEFINITIFS = {401, 403, 404, 408, 409, 425, 429}  # droits, ressource ou débit : rien n'y condamne le pli lui-même


class Secrets(NamedTuple):
    """Identifiants de l'application, et de l'utilisateur s'il y en a un."""

    client: str
    secret: str
    utilisateur: str | None
    mot_de_passe: str | None


class Echec(Exception):
    """Un échange qui n'a pas abouti, avant la soumission : rien n'est parti."""

    def __init__(self, issue: Issue, detail: str) -> None:
        super().__init__(detail)
        self.issue = issue


class Guichet:
    """Une conversation : un jeton, le temps d'un pli ou d'un suivi."""

    def __init__(self, transport: Transport, environnement: Environnement, secrets: Callable[[], Secrets]) -> None:
        adresse_du_jeton, self._base = ADRESSES[environnement]
        self._transport = transport
        self._autorisation = f"Bearer {_jeton(transport, adresse_du_jeton, secrets)}"

    def echanger(self, methode: str, chemin: str, corps: bytes | None = None, genre: str = "application/json") -> Reponse:
        """Un échange brut.

        Raises:
            OSError: Pas de réponse entière.
        """
        return self._transport(methode, self._base + chemin, self._entetes(genre if corps is not None else ""), corps)

    def _entetes(self, genre: str) -> dict[str, str]:
        return {"Authorization": self._autorisation, "Accept": "*/*"} | ({"Content-Type": genre} if genre else {})

    def reussir(self, methode: str, chemin: str, corps: bytes | None = None, genre: str = "application/json") -> bytes:
        """Corps d'une réponse 2xx.

        Raises:
            Echec: Autre réponse, ou aucune.
        """
        try:
            code, _, lu = self.echanger(methode, chemin, corps, genre)
        except OSError as e:
            raise Echec("a_retenter", f"Maileva ne répond pas : {cause(e)}") from None
        if not 200 <= code < 300:
            raise Echec(verdict(code), motif(code, lu))
        return lu

    def demander(self, methode: str, chemin: str, envoye: Objet | None = None) -> Objet:
        """Objet JSON d'une réponse 2xx.

        Raises:
            Echec: Autre réponse, ou aucune.
        """
        return en_objet(self.reussir(methode, chemin, json.dumps(envoye).encode() if envoye is not None else None))

    def joindre(self, chemin: str, document: Document, rang: int) -> None:
        """Ajoute un document à un brouillon.

        Raises:
            Echec: Refusé, ou pas de réponse.
        """
        nom = re.sub(r"[^A-Za-z0-9._-]+", "-", document.nom)[:100]
        corps, frontiere = multipart(document, nom, {"priority": rang, "name": nom})
        self.reussir("POST", chemin, corps, f"multipart/form-data; boundary={frontiere}")

    def envois(self, cle: str) -> list[Objet]:
        """Envois qui portent cet identifiant client. Le contrat n'offre pas de filtre : toutes les pages sont lues.

        Raises:
            Echec: Une page n'a pas pu être lue.
        """
        trouves: list[Objet] = []
        vus: set[str] = set()
        while True:
            page = self.demander("GET", f"/sendings?start_index={len(vus) + 1}&count={PAGE}")
            neufs = {identifiant(x): x for x in liste(page, "sendings")}
            if neufs.keys() <= vus:
                return trouves
            trouves += [x for i, x in neufs.items() if i not in vus and x.get("custom_id") == cle]
            vus |= neufs.keys()


def _jeton(transport: Transport, adresse: str, secrets: Callable[[], Secrets]) -> str:
    """Jeton d'accès. Aucune variable, ici, ne tient un secret : une trace avec les variables n'en montrerait pas."""
    try:
        code, _, lu = transport("POST", adresse, _identification(secrets()), _demande_de_jeton(secrets()))
    except OSError as e:
        raise Echec("a_retenter", f"le serveur d'identification ne répond pas : {cause(e)}") from None
    if code != 200:  # sans le texte du serveur, qui pourrait répéter l'identification
        raise Echec("a_retenter", f"identification refusée par Maileva (code {code})")
    return _jeton_lu(en_objet(lu).get("access_token"))


def _jeton_lu(lu: object) -> str:
    if not isinstance(lu, str) or not re.fullmatch(r"[\x21-\x7e]{1,16384}", lu):
        raise Echec("a_retenter", "le serveur d'identification n'a pas rendu de jeton")
    return lu


def _identification(secrets: Secrets) -> dict[str, str]:
    basique = base64.b64encode(f"{secrets.client}:{secrets.secret}".encode()).decode()
    return {"Authorization": f"Basic {basique}", "Content-Type": "application/x-www-form-urlencoded"}


def _demande_de_jeton(secrets: Secrets) -> bytes:
    if secrets.utilisateur is None:
        return urlencode({"grant_type": "client_credentials"}).encode()
    return urlencode({"grant_type": "password", "username": secrets.utilisateur, "password": secrets.mot_de_passe or ""}).encode()


def verdict(code: int) -> Issue:
    """4xx de contenu : définitif ; droits, débit et 5xx : plus tard."""
    return "refuse" if 400 <= code < 500 and code not in _NON_DEFINITIFS else "a_retenter"


def motif(code: int, lu: bytes) -> str:
    """Le message du prestataire, borné."""
    try:
        objet = en_objet(lu)
    except Echec:
        return f"Maileva a répondu {code}"
    erreurs = objet.get("errors", [objet])
    dits = (
        [f"{e.get('code', '')} {e.get('message', '')}".strip() for e in erreurs if isinstance(e, dict)]
        if isinstance(erreurs, list)
        else []
    )
    return extrait(f"Maileva a répondu {code} : {' ; '.join(filter(None, dits)) or 'sans motif'}", 500)


def en_objet(lu: bytes) -> Objet:
    """Objet JSON lu.

    Raises:
        Echec: Autre chose.
    """
    try:
        objet: object = json.loads(lu.decode("utf-8"))
    except (ValueError, RecursionError) as e:
        raise Echec("a_retenter", "réponse illisible de Maileva") from e
    if not isinstance(objet, dict):
        raise Echec("a_retenter", "réponse illisible de Maileva")
    return objet


def liste(objet: Objet, nom: str) -> list[Objet]:
    """Liste d'objets sous ce nom.

    Raises:
        Echec: Elle n'y est pas.
    """
    lus = objet.get(nom)
    if not isinstance(lus, list) or not all(isinstance(x, dict) for x in lus):
        raise Echec("a_retenter", f"réponse illisible de Maileva : « {nom} » manque")
    return lus


def identifiant(objet: Objet) -> str:
    """Identifiant d'une ressource, sûr dans un chemin.

    Raises:
        Echec: Absent, ou d'une autre forme.
    """
    lu = objet.get("id")
    if not isinstance(lu, str) or not est_identifiant(lu):
        raise Echec("a_retenter", "réponse illisible de Maileva : identifiant absent")
    return lu


def est_identifiant(texte: str) -> bool:
    """Vrai pour la forme qu'un chemin peut porter."""
    return _IDENTIFIANT.fullmatch(texte) is not None


def multipart(document: Document, nom: str, metadata: Mapping[str, object]) -> tuple[bytes, str]:
    """Corps « multipart/form-data » et sa frontière, qui dérive du contenu et ne s'y trouve pas."""
    frontiere = f"recouvrement-{document.empreinte[:40]}"
    while frontiere.encode() in document.octets:
        frontiere += "-"
    parties = (
        ("metadata", "", "application/json", json.dumps(metadata).encode()),
        ("document", f'; filename="{nom}"', document.type_mime.partition(";")[0].strip(), document.octets),
    )
    corps = b"".join(
        f'--{frontiere}\r\nContent-Disposition: form-data; name="{champ}"{suite}\r\nContent-Type: {genre}\r\n\r\n'.encode()
        + octets
        + b"\r\n"
        for champ, suite, genre, octets in parties
    )
    return corps + f"--{frontiere}--\r\n".encode(), frontiere


def cause(erreur: OSError) -> str:
    """Ce qui s'est passé, borné."""
    return "délai dépassé" if isinstance(erreur, TimeoutError) else extrait(f"{type(erreur).__name__} ({erreur})", 200)
