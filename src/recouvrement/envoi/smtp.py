"""Canal « courriel » : un message, un destinataire, une tentative, une réponse qui ne dit que ce qu'on sait.

La coupure décide : avant le point final, rien n'est parti ; après, sans réponse, nul ne sait ; après un 250, c'est pris.
"""

import re
import smtplib
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.utils import parseaddr
from typing import Literal, NoReturn

from attrs import evolve

from recouvrement.envoi.message import adresse_de, composer
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.ports import Accuse, Document, Issue, Pli

Securite = Literal["starttls", "tls", "aucune"]


class Smtp:
    """Remet un pli par un serveur SMTP. Les secrets ne sortent pas de l'objet : ni ``repr``, ni pickle, ni accusé.

    Args:
        expediteur: « compta@exemple.fr » ou « Comptabilité Exemple <compta@exemple.fr> ».
        horloge: Rend l'instant présent, avec fuseau.
        securite: ``aucune`` est refusée avec un mot de passe.
        delai: Secondes d'attente à chaque échange. Court, il fait plus d'envois incertains : un serveur qui filtre répond tard.
        reponse_a: Adresse relevée par un humain.

    Raises:
        DonneeInvalide: Adresse illisible, mot de passe sans chiffrement ou hors ASCII, port impossible.
    """

    __slots__ = ("_acces", "_delai", "_expediteur", "_horloge", "_hote", "_port", "_reponse_a", "_securite", "_tls")

    def __init__(
        self,
        hote: str,
        port: int,
        expediteur: str,
        horloge: Callable[[], datetime],
        identifiant: str | None = None,
        mot_de_passe: str | None = None,
        securite: Securite = "starttls",
        delai: float = 30,
        reponse_a: str | None = None,
    ) -> None:
        c.controler_texte(hote, "hote")
        if isinstance(port, bool) or not isinstance(port, int) or not 0 < port < 65536:
            raise DonneeInvalide("port entre 1 et 65535 attendu", champ="port", valeur=port)
        if securite not in ("starttls", "tls", "aucune"):
            raise DonneeInvalide("sécurité inconnue", champ="securite", valeur=securite, remede="starttls, tls ou aucune.")
        self._hote, self._port, self._securite, self._delai, self._horloge = hote, port, securite, delai, horloge
        self._expediteur = _expediteur(expediteur)
        self._reponse_a = c.courriel(reponse_a)
        self._acces = _acces(identifiant, mot_de_passe, securite)
        self._tls = None if securite == "aucune" else ssl.create_default_context()

    def __repr__(self) -> str:
        return f"Smtp({self._hote!r}, {self._port}, {self._expediteur.addr_spec!r}, securite={self._securite!r})"

    def __reduce_ex__(self, _protocole: object) -> NoReturn:
        raise TypeError("un notificateur garde des secrets : il ne se copie ni ne se sérialise. Recréez-le.")

    def remettre(self, pli: Pli) -> Accuse:
        """Une tentative.

        Raises:
            EnvoiImpossible: Pas d'adresse, pas de corps, ou tentative d'injection : rien n'est parti.
        """
        return self.remettre_en_deux_temps(pli, lambda: None)

    def remettre_en_deux_temps(self, pli: Pli, avant_le_point: Callable[[], None]) -> Accuse:
        """Idem ; ``avant_le_point`` est appelé quand tout est transmis, sauf le point final, seul à faire partir le message."""
        adresse = adresse_de(pli)
        numero, octets = composer(pli, expediteur=self._expediteur, reponse_a=self._reponse_a, le=self._horloge())
        accuse = evolve(self._tenter(adresse, octets, avant_le_point), numero=numero)
        if accuse.issue in ("pris", "inconnu"):
            accuse = evolve(accuse, preuves=(Document("message.eml", "message/rfc822", octets),))
        return accuse

    def _tenter(self, adresse: str, octets: bytes, avant_le_point: Callable[[], None]) -> Accuse:
        try:
            serveur = self._ouvrir()
        except (OSError, smtplib.SMTPException, ValueError) as e:
            return self._accuse("a_retenter", f"connexion à {self._hote}:{self._port} impossible : {_cause(e)}")
        try:
            return self._remettre_a(serveur, adresse, octets, avant_le_point)
        finally:
            # Un échec à QUIT ne défait rien : la réponse est déjà connue.
            with suppress(OSError, smtplib.SMTPException, ValueError):
                serveur.quit()
            serveur.close()

    def _ouvrir(self) -> smtplib.SMTP:
        serveur = (
            smtplib.SMTP_SSL(self._hote, self._port, timeout=self._delai, context=self._tls)
            if self._securite == "tls"
            else smtplib.SMTP(self._hote, self._port, timeout=self._delai)
        )
        try:
            if self._securite == "starttls":
                serveur.starttls(context=self._tls)
            serveur.ehlo_or_helo_if_needed()
            if self._acces is not None:
                serveur.login(*self._acces())
        except BaseException:
            serveur.close()
            raise
        return serveur

    def _remettre_a(self, serveur: smtplib.SMTP, adresse: str, octets: bytes, avant_le_point: Callable[[], None]) -> Accuse:
        try:
            for commande in (f"MAIL FROM:<{self._expediteur.addr_spec}>", f"RCPT TO:<{adresse}>", "DATA"):
                code, texte = serveur.docmd(commande)
                if code != 354 if commande == "DATA" else code not in (250, 251):
                    return self._refus(code, texte)
            serveur.send(_lignes(octets))
            _jalonner(serveur, avant_le_point)
            serveur.send(b".\r\n")
        except (OSError, smtplib.SMTPException) as e:
            return self._accuse("a_retenter", f"coupure avant la fin du message : {_cause(e)}")
        try:
            code, texte = serveur.getreply()
        except (OSError, smtplib.SMTPException) as e:
            return self._accuse(
                "inconnu", f"coupure après le point final, sans réponse : {_cause(e)}. Le message est peut-être parti."
            )
        return self._accuse("pris", _reponse(code, texte)) if 200 <= code < 300 else self._refus(code, texte, "inconnu")

    def _refus(self, code: int, texte: bytes, sinon: Issue = "a_retenter") -> Accuse:
        """4xx : plus tard ; 5xx : définitif ; une réponse qui n'en est pas une ne prouve rien."""
        issue: Issue = "a_retenter" if 400 <= code < 500 else "refuse" if 500 <= code < 600 else sinon
        return self._accuse(issue, _reponse(code, texte))

    def _accuse(self, issue: Issue, detail: str) -> Accuse:
        return Accuse(issue=issue, le=self._horloge(), detail=detail)


def _expediteur(texte: str) -> Address:
    c.controler_texte(texte, "expediteur", long=320)
    nom, adresse = parseaddr(texte)
    adresse_sure = c.courriel(adresse)
    if adresse_sure is None:
        raise DonneeInvalide("adresse illisible", champ="expediteur", valeur=texte, remede="Donnez « Nom <nom@domaine.fr> ».")
    return Address(display_name=nom.replace("=?", "= ?"), addr_spec=adresse_sure)


def _acces(identifiant: str | None, mot_de_passe: str | None, securite: Securite) -> Callable[[], tuple[str, str]] | None:
    """Les secrets, dans une fermeture : rien de l'objet ne les montre."""
    if identifiant is None and mot_de_passe is None:
        return None
    if identifiant is None or mot_de_passe is None:
        raise DonneeInvalide("identifiant et mot de passe vont ensemble", champ="identifiant")
    if securite == "aucune":
        raise DonneeInvalide(
            "un mot de passe ne part pas en clair", champ="securite", valeur=securite, remede="Choisissez starttls ou tls."
        )
    if not (identifiant.isascii() and mot_de_passe.isascii()):
        raise DonneeInvalide("identifiant et mot de passe en ASCII attendus", champ="mot_de_passe")
    return lambda: (identifiant, mot_de_passe)


def _jalonner(serveur: smtplib.SMTP, avant_le_point: Callable[[], None]) -> None:
    """Sans jalon, pas de point : la ligne est coupée, et le serveur oublie un message inachevé."""
    try:
        avant_le_point()
    except BaseException:
        serveur.close()
        raise


def _lignes(octets: bytes) -> bytes:
    """Lignes en CRLF, point de tête doublé : aucune ligne du corps ne clôt le message à notre place."""
    lignes = re.sub(rb"\r\n|\r|\n", b"\r\n", octets)
    lignes = re.sub(rb"(?m)^\.", b"..", lignes)
    return lignes + (b"" if lignes.endswith(b"\r\n") else b"\r\n")


def _reponse(code: int, texte: bytes) -> str:
    lisible = texte.decode("utf-8", "replace").replace("\n", " ")[:500]
    return f"{code} {''.join(x if x.isprintable() else ' ' for x in lisible)}".strip()


def _cause(erreur: Exception) -> str:
    """Ce qui s'est passé, sans le texte d'un serveur qui répéterait l'identification."""
    if isinstance(erreur, smtplib.SMTPAuthenticationError):
        return f"identification refusée (code {erreur.smtp_code})"
    if isinstance(erreur, smtplib.SMTPResponseException):
        return f"le serveur a répondu {erreur.smtp_code}"
    if isinstance(erreur, smtplib.SMTPNotSupportedError):
        return "le serveur n'offre pas le chiffrement ou l'identification demandés"
    if isinstance(erreur, TimeoutError):
        return "délai dépassé"
    if isinstance(erreur, smtplib.SMTPException):
        return "le serveur a fermé la connexion"
    return f"{type(erreur).__name__} ({erreur})"
