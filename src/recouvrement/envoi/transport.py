"""Ce qu'un canal demande au réseau : une requête, une réponse entière, ou un aveu. Rien n'y est suivi ni repris."""

import http.client
import ssl
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from recouvrement.erreurs import DonneeInvalide

Reponse = tuple[int, Mapping[str, str], bytes]

REPONSE_MAXIMALE = 32 * 1024 * 1024


class NonConnecte(ConnectionError):
    """La connexion n'a pas pu s'ouvrir : la requête n'est pas partie."""


class Transport(Protocol):
    """Un échange HTTP."""

    def __call__(self, methode: str, url: str, entetes: Mapping[str, str], corps: bytes | None) -> Reponse:
        """Code, en-têtes et corps de la réponse, quel que soit le code. Ne suit aucune redirection, ne reprend rien.

        Raises:
            NonConnecte: La requête n'est pas partie.
            OSError: Pas de réponse entière : nul ne sait si la requête a été entendue.
        """


class TransportHttps:
    """L'échange par la bibliothèque standard : TLS vérifié, ni redirection, ni mandataire (proxy).

    Args:
        delai: Secondes d'attente à chaque échange. Court, il fait plus d'envois incertains.
        tls: Contexte TLS à vous, pour une autorité privée.
    """

    def __init__(self, delai: float = 30, tls: ssl.SSLContext | None = None) -> None:
        self._delai = delai
        self._tls = tls or ssl.create_default_context()

    def __call__(self, methode: str, url: str, entetes: Mapping[str, str], corps: bytes | None) -> Reponse:
        """Voir ``Transport``."""
        lue = urlsplit(url)
        if lue.scheme != "https" or not lue.hostname:
            raise DonneeInvalide("adresse https attendue", champ="url", valeur=url)
        connexion = http.client.HTTPSConnection(lue.hostname, lue.port, timeout=self._delai, context=self._tls)
        try:
            try:
                connexion.connect()
            except OSError as e:
                raise NonConnecte(f"connexion à {lue.hostname} impossible : {type(e).__name__} ({e})") from e
            connexion.request(methode, f"{lue.path}?{lue.query}" if lue.query else lue.path, corps, dict(entetes))
            with connexion.getresponse() as reponse:
                lu = reponse.read(REPONSE_MAXIMALE + 1)
                manque = reponse.length  # annoncé par le serveur, et pas donné
        except http.client.HTTPException as e:
            raise ConnectionError(f"réponse incomplète de {lue.hostname} : {type(e).__name__}") from e
        finally:
            connexion.close()
        if len(lu) > REPONSE_MAXIMALE or manque:
            raise ConnectionError(f"réponse coupée, ou de plus de {REPONSE_MAXIMALE} octets, de {lue.hostname}")
        return reponse.status, {nom.lower(): valeur for nom, valeur in reponse.getheaders()}, lu
