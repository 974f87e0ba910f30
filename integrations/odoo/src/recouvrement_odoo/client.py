"""``POST /json/2/<modèle>/<méthode>``, jeton porteur : l'interface « External JSON-2 API » d'Odoo 19.

Source:
    Documentation d'Odoo 19, « External JSON-2 API » : un appel est une transaction ; les arguments sont nommés ; ``ids`` et
    ``context`` désignent les enregistrements ; une erreur a un statut HTTP et un corps JSON.
"""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NoReturn
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from recouvrement import RecouvrementError

PAGE = 500
_LOCAUX = ("localhost", "127.0.0.1", "::1")


class ErreurOdoo(RecouvrementError):
    """Odoo a refusé, ou n'a pas répondu.

    Attributes:
        statut: Code HTTP ; 0 : aucune réponse. Une écriture sans réponse a peut-être eu lieu.
    """

    def __init__(self, message: str, statut: int = 0) -> None:
        super().__init__(message)
        self.statut = statut


class _SansRedirection(HTTPRedirectHandler):
    """Une redirection emporterait la clé chez un autre hôte."""

    def redirect_request(self, *_: Any) -> None:
        """Aucune n'est suivie."""


class Odoo:
    """Une base Odoo et sa clé d'API. La clé ne paraît ni dans ``repr``, ni dans une erreur, ni dans un pickle.

    Args:
        url: ``https://…`` ; ``http`` n'est admis que pour la machine elle-même.
        base: En-tête ``X-Odoo-Database`` ; vide : le serveur n'en a qu'une.
        cle: Clé d'API d'un utilisateur qui ne peut lire que la comptabilité, de préférence.
        delai: Secondes d'attente.
    """

    def __init__(self, url: str, *, cle: str, base: str = "", delai: float = 30) -> None:
        adresse = urlsplit(url)
        if adresse.scheme != "https" and adresse.hostname not in _LOCAUX:
            raise ErreurOdoo(f"« {adresse.hostname} » sans https : la clé passerait en clair.")
        self._url, self._base, self._delai = url.rstrip("/"), base, delai
        self.__cle = cle
        self._ouvreur = build_opener(_SansRedirection)

    def __repr__(self) -> str:
        return f"Odoo({self._url!r}, base={self._base!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("un client Odoo tient une clé : il ne se sérialise pas")

    def appeler(self, modele: str, methode: str, ids: Sequence[int] = (), **arguments: Any) -> Any:
        """Ce que rend la méthode ; les nombres à virgule sont des ``Decimal``, lus tels qu'ils sont écrits.

        Raises:
            ErreurOdoo: Refus, hôte injoignable, réponse qui n'est pas du JSON.
        """
        corps = ({"ids": list(ids)} if ids else {}) | arguments
        entetes = {
            "Authorization": f"bearer {self.__cle}",
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "recouvrement-odoo",
        }
        if self._base:
            entetes["X-Odoo-Database"] = self._base
        url = f"{self._url}/json/2/{quote(modele)}/{quote(methode)}"
        requete = Request(url, json.dumps(corps).encode(), entetes, method="POST")  # noqa: S310 -- https, ou la machine elle-même
        try:
            with self._ouvreur.open(requete, timeout=self._delai) as reponse:
                return json.loads(reponse.read(), parse_float=Decimal)
        except HTTPError as e:
            raise ErreurOdoo(f"{modele}.{methode} : {e.code} {_motif(e.read())}", e.code) from None
        except (URLError, OSError) as e:
            raise ErreurOdoo(f"{modele}.{methode} : pas de réponse ({getattr(e, 'reason', e)})") from None
        except ValueError:
            raise ErreurOdoo(f"{modele}.{methode} : la réponse n'est pas du JSON") from None

    def tout(self, modele: str, domaine: list[Any], champs: Sequence[str]) -> Iterator[dict[str, Any]]:
        """``search_read``, page par page, dans l'ordre des identifiants."""
        debut = 0
        while True:
            page = self.appeler(modele, "search_read", domain=domaine, fields=list(champs), offset=debut, limit=PAGE, order="id")
            yield from page
            if len(page) < PAGE:
                return
            debut += PAGE


def _motif(corps: bytes) -> str:
    """Le message d'Odoo : un texte, ou un objet qui en porte un ; borné, sur une ligne."""
    try:
        lu = json.loads(corps)
    except ValueError:
        lu = corps.decode("utf-8", "replace")
    texte = lu.get("message", "") if isinstance(lu, dict) else str(lu)
    return " ".join(str(texte).split())[:300]
