"""Canal « recommande » : la lettre recommandée en ligne de Maileva, imprimée, affranchie et remise par le facteur.

Trois choses tiennent l'unicité. L'identifiant client de l'envoi dérive des clés du pli : avant toute création, les envois qui le
portent sont relus. Rien ne part avant la soumission, dernier des appels. Une réponse perdue à cet appel est élucidée : l'envoi est
relu, et un brouillon n'est dit « à retenter » qu'une fois effacé, car un brouillon effacé ne peut plus partir.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Literal, NoReturn

from recouvrement.envoi._adresse import autour_de_la_voie
from recouvrement.envoi._maileva_echanges import (
    Echec,
    Environnement,
    Guichet,
    Objet,
    Secrets,
    cause,
    est_identifiant,
    identifiant,
    motif,
    verdict,
)
from recouvrement.envoi._maileva_suivi import suivre
from recouvrement.envoi.transport import NonConnecte, Transport, TransportHttps
from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible, RecouvrementError
from recouvrement.modele import _champs as c
from recouvrement.modele.personnes import Adresse, Creancier
from recouvrement.ports import Accuse, Avis, Document, Issue, Pli

LARGEUR = 38
DOCUMENTS_MAXIMUM = 30
OCTETS_MAXIMUM = 20_000_000  # « 20 Mo » : la lecture la plus étroite
MORTS = frozenset({"REJECTED", "PROCESSED_WITH_ERRORS"})
"""Statuts d'un envoi à un seul destinataire qui n'est pas parti."""
_DESSERVIS = frozenset("FR MC AD RE YT MQ GP MF BL GF PM".split())  # noqa: SIM905
_COURRIEL = {"text/plain", "text/html"}  # les formes d'un courriel : la même lettre, qui ne s'imprime pas


class Maileva:
    """Remet un pli en recommandé. Un objet par créancier. Les secrets ne sortent pas de l'objet : ni ``repr``, ni pickle.

    Éprouvé contre le contrat publié (version 2.5) et contre un faux serveur ; jamais contre le service.

    Args:
        client: Identifiant de l'application, donné par Maileva.
        expediteur: Le créancier, avec son adresse : celle de l'avis de réception.
        horloge: Rend l'instant présent, avec fuseau.
        environnement: ``bac_a_sable`` n'imprime rien ; ``production`` envoie et facture.
        utilisateur: Compte Maileva ; sans lui, l'application accède à ses propres envois.
        suivi: Courriel que Maileva prévient ; celui de l'expéditeur à défaut.
        feuille_adresse: Page porte-adresse : rien de la lettre ne paraît par la fenêtre. Rendez alors avec ``SANS_ADRESSE``.
        numeriser: L'avis de réception revient à Maileva, qui le numérise : ``avis`` le télécharge.
        archivage: Années.
        transport: Un autre échange HTTP, pour un mandataire ou pour un essai.

    Raises:
        DonneeInvalide: Secret vide, créancier sans adresse, adresse hors norme, durée d'archivage inconnue.
    """

    __slots__ = ("_environnement", "_expediteur", "_horloge", "_options", "_secrets", "_transport")

    def __init__(
        self,
        client: str,
        secret: str,
        expediteur: Creancier,
        horloge: Callable[[], datetime],
        *,
        environnement: Environnement,
        utilisateur: str | None = None,
        mot_de_passe: str | None = None,
        suivi: str | None = None,
        couleur: bool = False,
        recto_verso: bool = False,
        feuille_adresse: bool = True,
        numeriser: bool = True,
        archivage: Literal[3, 6, 10] = 3,
        transport: Transport | None = None,
    ) -> None:
        if environnement not in ("bac_a_sable", "production"):
            raise DonneeInvalide("environnement inconnu", champ="environnement", remede="bac_a_sable ou production.")
        if archivage not in (3, 6, 10):
            raise DonneeInvalide("durée d'archivage inconnue", champ="archivage", valeur=archivage, remede="3, 6 ou 10 ans.")
        courriel = c.courriel(suivi or expediteur.courriel)
        if courriel is None:
            raise DonneeInvalide("Maileva demande un courriel à prévenir", champ="suivi")
        self._secrets = _garder(Secrets(client, secret, utilisateur, mot_de_passe))
        self._expediteur, self._environnement, self._horloge = expediteur.nom, environnement, horloge
        self._transport = transport or TransportHttps()
        self._options: Objet = {
            "acknowledgement_of_receipt": True,
            "acknowledgement_of_receipt_scanning": numeriser,
            "color_printing": couleur,
            "duplex_printing": recto_verso,
            "optional_address_sheet": feuille_adresse,
            "notification_email": courriel,
            "archiving_duration": archivage,
            **{f"sender_{nom}": ligne for nom, ligne in lignes_d_adresse(expediteur.nom, expediteur.adresse).items()},
        }

    def __repr__(self) -> str:
        return f"Maileva({self._expediteur!r}, environnement={self._environnement!r})"

    def __reduce_ex__(self, _protocole: object) -> NoReturn:
        raise TypeError("un notificateur garde des secrets : il ne se copie ni ne se sérialise. Recréez-le.")

    def remettre(self, pli: Pli) -> Accuse:
        """Une tentative.

        Raises:
            EnvoiImpossible: Pas d'adresse desservie, rien à imprimer, lettre trop lourde : rien n'est parti.
        """
        return self.remettre_en_deux_temps(pli, lambda: None)

    def remettre_en_deux_temps(self, pli: Pli, avant_le_point: Callable[[], None]) -> Accuse:
        """Idem ; ``avant_le_point`` est appelé juste avant la soumission, seul appel qui fasse partir la lettre."""
        documents = _a_imprimer(pli)
        destinataire = _destinataire(pli)
        numero = ""
        try:
            guichet = self._ouvrir()
            deja = self._deja(guichet, pli)
            if deja is not None:
                return deja
            numero = identifiant(guichet.demander("POST", "/sendings", self._envoi(pli)))
            for rang, document in enumerate(documents, 1):
                guichet.joindre(f"/sendings/{numero}/documents", document, rang)
            guichet.demander("POST", f"/sendings/{numero}/recipients", destinataire)
        except Echec as e:
            if numero and e.issue == "refuse":  # un brouillon que rien ne complétera
                with suppress(Echec):
                    guichet.reussir("DELETE", f"/sendings/{numero}")
            return self._accuse(e.issue, str(e), numero)
        avant_le_point()
        return self._soumettre(guichet, numero)

    def avis(self, numero: str) -> Iterator[Avis]:
        """Ce que Maileva sait d'un envoi soumis : dépôt, présentation, remise ou retour, avec les preuves à garder.

        Les avis sans pièce viennent d'abord : inscrivez-les un à un, un téléchargement qui échoue n'en perd alors aucun.

        Args:
            numero: Celui de l'accusé.

        Raises:
            RecouvrementError: Maileva ne répond pas, ou rend autre chose que le contrat.
        """
        if not est_identifiant(numero):
            raise DonneeInvalide("ce n'est pas un numéro d'envoi de Maileva", champ="numero", valeur=numero)
        try:
            yield from suivre(self._ouvrir(), numero, MORTS)
        except Echec as e:
            raise RecouvrementError(f"suivi de l'envoi {numero} impossible : {e}") from None

    def _ouvrir(self) -> Guichet:
        return Guichet(self._transport, self._environnement, self._secrets)

    def _envoi(self, pli: Pli) -> Objet:
        cle = cle_d_idempotence(pli)
        return {"name": f"{pli.acte.etape} {cle}", "custom_id": cle, "custom_data": pli.empreinte, **self._options}

    def _deja(self, guichet: Guichet, pli: Pli) -> Accuse | None:
        """Ce qu'une tentative passée a laissé chez Maileva : une lettre déjà partie, ou des brouillons, qui sont effacés."""
        anciens = [x for x in guichet.envois(cle_d_idempotence(pli)) if x.get("status") not in MORTS]
        for ancien in anciens:
            if ancien.get("status") != "DRAFT":
                numero = identifiant(ancien)
                if ancien.get("custom_data") == pli.empreinte:
                    return self._accuse("pris", f"déjà soumis à Maileva ({ancien.get('status')}) : rien n'est renvoyé", numero)
                detail = "une lettre d'un autre contenu est déjà chez Maileva sous ces clés : rien n'est renvoyé, à trancher"
                return self._accuse("inconnu", detail, numero)
        for ancien in anciens:
            try:
                guichet.reussir("DELETE", f"/sendings/{identifiant(ancien)}")
            except Echec as e:
                raise Echec("a_retenter", f"le brouillon d'une tentative passée n'a pas pu être effacé : {e}") from None
        return None

    def _soumettre(self, guichet: Guichet, numero: str) -> Accuse:
        try:
            code, _, lu = guichet.echanger("POST", f"/sendings/{numero}/submit")
        except NonConnecte as e:
            return self._accuse("a_retenter", cause(e), numero)
        except OSError as e:
            return self._elucider(guichet, numero, f"pas de réponse à la soumission : {cause(e)}", "a_retenter")
        if 200 <= code < 300:
            return self._accuse("pris", "soumis à Maileva", numero)
        return self._elucider(guichet, numero, motif(code, lu), verdict(code))

    def _elucider(self, guichet: Guichet, numero: str, detail: str, sinon: Issue) -> Accuse:
        """Après une soumission sans « oui » : relire l'envoi ; s'il est encore un brouillon, l'effacer, et lui seul le prouve."""
        try:
            statut = guichet.demander("GET", f"/sendings/{numero}").get("status")
            if statut == "DRAFT":
                guichet.reussir("DELETE", f"/sendings/{numero}")
                return self._accuse(sinon, f"{detail} ; le brouillon est effacé, rien n'est parti", numero)
        except Echec as e:
            return self._accuse("inconnu", f"{detail} ; {e}. La lettre est peut-être partie.", numero)
        if statut in MORTS:
            return self._accuse("refuse", f"{detail} ; envoi rejeté par Maileva", numero)
        return self._accuse("pris", f"{detail} ; relu chez Maileva : {statut}", numero)

    def _accuse(self, issue: Issue, detail: str, numero: str) -> Accuse:
        return Accuse(issue=issue, le=self._horloge(), numero=numero, detail=detail)


def cle_d_idempotence(pli: Pli) -> str:
    """38 chiffres hexadécimaux tirés des clés du pli, jamais de son contenu : un montant qui change ne fait pas une autre lettre."""
    return hashlib.sha256("\n".join(sorted(pli.cles)).encode()).hexdigest()[:38]


def lignes_d_adresse(nom: str, adresse: Adresse | None) -> dict[str, str]:
    """Les six lignes du contrat, et le pays ; la casse est celle de l'adresse, comme dans ses exemples.

    Raises:
        DonneeInvalide: Adresse absente, pays non desservi, plus de deux compléments au-dessus de la voie, ligne trop longue.
    """
    if adresse is None:
        raise DonneeInvalide("adresse postale absente", champ="adresse", valeur=nom)
    if adresse.pays not in _DESSERVIS:
        raise DonneeInvalide("pays que la lettre recommandée en ligne ne dessert pas", champ="adresse.pays", valeur=adresse.pays)
    sur, sous = autour_de_la_voie(adresse)
    if len(sur) > 2 or len(sous) > 1:
        raise DonneeInvalide("trop de compléments d'adresse", champ="adresse.complements", valeur=" / ".join(adresse.complements))
    code = adresse.code_postal.replace(" ", "")
    if adresse.pays != "AD" and not re.fullmatch(r"[0-9]{5}", code, re.ASCII):
        raise DonneeInvalide("code postal de cinq chiffres attendu", champ="adresse.code_postal", valeur=adresse.code_postal)
    valeurs = (nom, *("", "", *sur)[-2:], adresse.voie, *(sous or [""]), f"{code} {adresse.commune}")
    lignes = {f"address_line_{rang}": " ".join(v.split()) for rang, v in enumerate(valeurs, 1) if v}
    for ligne in lignes.values():
        if len(ligne) > LARGEUR:
            raise DonneeInvalide(f"plus de {LARGEUR} caractères", champ="adresse", valeur=ligne, remede="Abrégez cette ligne.")
    return lignes | {"country_code": adresse.pays}


def _destinataire(pli: Pli) -> Objet:
    try:
        lignes = lignes_d_adresse(pli.destinataire.nom, pli.destinataire.adresse)
    except DonneeInvalide as e:
        raise EnvoiImpossible(f"destinataire du recommandé : {e}") from e
    return {"custom_id": cle_d_idempotence(pli)[:32], **lignes}


def _a_imprimer(pli: Pli) -> tuple[Document, ...]:
    genres = [d.type_mime.partition(";")[0].strip().lower() for d in pli.documents]
    documents = tuple(d for d, genre in zip(pli.documents, genres, strict=True) if genre not in _COURRIEL)
    for document in documents:
        if document.type_mime != "application/pdf" or not document.octets.startswith(b"%PDF-"):
            raise EnvoiImpossible(f"{document.nom} n'est pas un PDF : il ne peut pas partir en recommandé.")
    if not documents:
        raise EnvoiImpossible("un recommandé demande un document PDF : ajoutez ce moteur de rendu (extra « pdf »).")
    if len(documents) > DOCUMENTS_MAXIMUM or sum(len(d.octets) for d in documents) > OCTETS_MAXIMUM:
        raise EnvoiImpossible(f"plus de {DOCUMENTS_MAXIMUM} documents ou de 20 Mo : allégez le pli.")
    return documents


def _garder(secrets: Secrets) -> Callable[[], Secrets]:
    """Les secrets, dans une fermeture : rien de l'objet ne les montre."""
    if not (secrets.client and secrets.secret) or ":" in secrets.client:
        raise DonneeInvalide("identifiant et secret de l'application attendus", champ="client")
    if (secrets.utilisateur is None) != (secrets.mot_de_passe is None):
        raise DonneeInvalide("utilisateur et mot de passe vont ensemble", champ="utilisateur")
    return lambda: secrets
