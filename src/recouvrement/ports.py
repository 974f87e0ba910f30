"""Les prises de l'anneau extérieur : rendre, remettre, inscrire, lire. Des protocoles, et les valeurs qui y passent.

Un greffon est un objet qui tient le protocole : il se passe en argument, il n'hérite de rien.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from attrs import field, frozen

from recouvrement.courrier.document import Courrier
from recouvrement.erreurs import affichable
from recouvrement.modele._champs import masquer_iban
from recouvrement.modele.actes import Demarche
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.modele.evenements import Paiement, Rejet
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Adresse, Debiteur

Issue = Literal["pris", "refuse", "a_retenter", "inconnu"]
NatureAvis = Literal["depose", "presente", "distribue", "refuse_par_lui", "non_reclame", "non_distribuable", "retarde"]


@frozen
class Document:
    """Fichier produit : nom sûr, type MIME, octets."""

    nom: str
    type_mime: str
    octets: bytes = field(repr=lambda o: f"<{len(o)} octets>")

    @cached_property
    def empreinte(self) -> str:
        """SHA-256 des octets, en hexadécimal."""
        return hashlib.sha256(self.octets).hexdigest()


@frozen(kw_only=True)
class Destinataire:
    """À qui le pli est remis : une seule personne."""

    nom: str
    courriel: str | None = None
    telephone: str | None = None
    adresse: Adresse | None = None


@frozen(kw_only=True)
class Pli:
    """Ce qui part, une fois et une seule.

    Attributes:
        cles: Une par créance : créancier / créance / étape / occurrence. Ni jour d'exécution ni liste de factures : ni une
            exécution plus tard ni une facture de plus ne peuvent renvoyer une étape.
        debiteur: ``Debiteur.cle``.
        acte: Le fait que l'envoi constituera s'il est pris.
    """

    cles: tuple[str, ...]
    destinataire: Destinataire
    objet: str
    documents: tuple[Document, ...]
    debiteur: str
    acte: Demarche

    @cached_property
    def empreinte(self) -> str:
        """SHA-256 de l'objet, du destinataire et des documents : deux plis de même empreinte sont le même envoi."""
        parts = [self.objet, repr(self.destinataire), *(f"{d.nom} {d.type_mime} {d.empreinte}" for d in self.documents)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@frozen(kw_only=True)
class Accuse:
    """Ce que le canal a répondu.

    Attributes:
        issue: ``pris`` ; ``refuse`` (définitif) ; ``a_retenter`` (rien n'est parti) ; ``inconnu`` (peut-être
            parti : à un humain de trancher).
        le: Avec fuseau.
        numero: Numéro d'envoi ou identifiant du message.
        preuves: Dépôt, avis de réception.
    """

    issue: Issue
    le: datetime
    numero: str = ""
    detail: str = ""
    preuves: tuple[Document, ...] = ()


@frozen(kw_only=True)
class Avis:
    """Ce qu'un canal apprend après coup d'un pli qu'il avait pris : rien ne s'efface, un fait s'ajoute.

    Attributes:
        numero: Celui de l'accusé : il relie l'avis au pli.
        nature: ``depose`` : déposé chez l'opérateur ; ``presente`` : première présentation, ou mise à disposition d'un recommandé
            électronique ; ``distribue`` : remis contre signature, ou accepté ; ``refuse_par_lui`` : refusé par le destinataire ;
            ``non_reclame`` ; ``non_distribuable`` : adresse ou boîte inconnue (NPAI, rebond définitif) ; ``retarde`` : rien de
            définitif.
        le: Jour du fait, là où demeure le destinataire.
        preuves: Avis de réception, preuve de dépôt, rapport de remise : les prestataires ne les gardent qu'un temps.
    """

    numero: str
    nature: NatureAvis
    le: date
    detail: str = ""
    preuves: tuple[Document, ...] = ()


@frozen(kw_only=True)
class Reservation:
    """Intention durable d'envoyer un pli : le registre la garde avant que rien ne parte."""

    numero: int
    cles: tuple[str, ...]
    empreinte: str


@frozen(kw_only=True)
class Verification:
    """Verdict sur la chaîne d'un registre.

    Attributes:
        tete: Empreinte de la dernière inscription : à conserver ailleurs pour voir une troncature.
        defaut: Première inscription fautive et pourquoi ; vide si tout tient.
    """

    inscriptions: int
    tete: str
    defaut: str = ""

    @property
    def intacte(self) -> bool:
        """Vrai si aucune inscription n'a été changée, retirée ni insérée."""
        return not self.defaut


@frozen(kw_only=True)
class Anomalie:
    """Ce qu'un lecteur a remarqué ou refusé, sans s'arrêter.

    Attributes:
        gravite: ``refus`` : rien n'a été tiré de cet élément ; ``alerte`` : lu, avec un doute à lever.
        ou: Fichier, ligne ou élément.
        creances: D'un événement refusé, les créances ou factures qu'il nomme, et celles lues dont il écrit presque le nom ; vide : il a
            pu les atteindre toutes. ``None`` : ce n'est pas un événement.
    """

    gravite: Literal["refus", "alerte"]
    ou: str
    message: str
    champ: str = ""
    valeur: str = ""
    remede: str = ""
    creances: tuple[str, ...] | None = None

    def atteint(self, dossier: Dossier) -> bool:
        """Vrai si l'événement refusé a pu changer ce que doit ce dossier : ne réclamez rien avant de l'avoir corrigé."""
        if not self.creances:
            return self.creances is not None
        numeros = {numero for x in dossier.creances for numero in (x.reference, x.numero)}
        return not numeros.isdisjoint(self.creances)

    def __str__(self) -> str:
        tete = " : ".join(p for p in (affichable(self.ou), affichable(self.champ), self.message) if p)
        dite = tete + (f" (lu : « {self.valeur} »)" if self.valeur else "") + (f". {self.remede}" if self.remede else "")
        return affichable(dite, garder="\n")


@frozen(kw_only=True)
class Encaissement:
    """Règlement lu sans la créance qu'il éteint : une proposition à rapprocher, jamais imputée par le lecteur.

    Attributes:
        paiement: Sans créance désignée.
        libelle: Texte du relevé et nom du payeur, pour ``Portefeuille.rapprocher``.
        iban: Compte du payeur, masqué dans ``repr``.
        debiteur: Connu des livres du créancier (FEC) ; ``None`` : lu d'un relevé, qui ne connaît pas vos clients.
        references: Identifiants que les banques lui donnent ; son rejet en redit un.
    """

    paiement: Paiement
    libelle: str = field(default="", repr=False)  # un libellé recopie parfois un IBAN
    payeur: str = ""
    iban: str | None = field(default=None, repr=masquer_iban)
    debiteur: Debiteur | None = None
    references: tuple[str, ...] = ()


@frozen(kw_only=True)
class Retour:
    """Paiement revenu impayé, tel que la banque le dit.

    Attributes:
        motif: Code ISO 20022 (« AM04 ») et son sens ; vide si la banque le tait.
        references: Identifiants du paiement d'origine que la banque redit.
    """

    le: date
    montant: Montant
    motif: str = ""
    libelle: str = field(default="", repr=False)
    payeur: str = ""
    reference: str = ""
    references: tuple[str, ...] = ()

    def rejet(self, paiements: Iterable[Paiement | Encaissement]) -> Rejet | None:
        """Rejet du seul de ces paiements qui a le même montant et un même identifiant ; aucun ou plusieurs : rien n'est deviné."""
        lus = [(x.paiement, x.references) if isinstance(x, Encaissement) else (x, ()) for x in paiements]
        vises = {
            p.reference
            for p, redites in lus
            if p.reference and p.montant == self.montant and p.le <= self.le and {p.reference, *redites} & set(self.references)
        }
        return Rejet(le=self.le, paiement=vises.pop(), reference=self.reference) if len(vises) == 1 else None


@frozen(kw_only=True)
class Lecture:
    """Ce qu'un fichier a donné.

    Attributes:
        encaissements: Règlements dont la créance n'est pas connue ; ``rassembler`` porte au dossier ceux dont le débiteur l'est.
        retours: Paiements revenus impayés, à rattacher au paiement d'origine.
        lieux: Où chaque événement a été lu, dans leur ordre ; vide si le lecteur ne le dit pas.
    """

    creances: tuple[Creance, ...] = ()
    evenements: tuple[Evenement, ...] = ()
    anomalies: tuple[Anomalie, ...] = ()
    encaissements: tuple[Encaissement, ...] = ()
    retours: tuple[Retour, ...] = ()
    lieux: tuple[str, ...] = field(default=(), eq=False, repr=False)


class MoteurRendu(Protocol):
    """Met un courrier en forme."""

    def rendre(self, courrier: Courrier) -> Document:
        """Document déterministe : mêmes entrées, mêmes octets."""


class Notificateur(Protocol):
    """Remet un pli par un canal."""

    def remettre(self, pli: Pli) -> Accuse:
        """Une tentative, une réponse. Ne relance rien de lui-même ; lève ``EnvoiImpossible`` si rien n'a pu partir."""


class Lecteur(Protocol):
    """Tire des faits d'un fichier."""

    def lire(self, source: Path | bytes) -> Lecture:
        """Ne lève que pour un fichier illisible en entier ; le reste est une anomalie."""


class Registre(Protocol):
    """Journal des envois : ajout seul, chaîné par empreintes."""

    def reserver(self, pli: Pli) -> Reservation:
        """Inscrit l'intention, toutes clés ensemble ou aucune.

        Raises:
            DejaEnvoye: Une clé est déjà prise, ou son sort est inconnu.
            ContenuChange: Idem, et le contenu n'est plus le même.
            RegistreOccupe: Un autre envoi tient la clé.
        """

    def constater(self, reservation: Reservation, accuse: Accuse) -> None:
        """Inscrit la réponse du canal."""

    def aviser(self, avis: Avis) -> bool:
        """Inscrit ce que le canal apprend après coup ; faux si aucun pli pris ne porte ce numéro, ou si l'avis est déjà inscrit."""

    def evenements(self, debiteur: str) -> tuple[Evenement, ...]:
        """Actes pris (ou de sort inconnu) envers ce débiteur : les faits du prochain examen."""

    def verifier(self) -> Verification:
        """Relit toute la chaîne."""


@runtime_checkable
class EnDeuxTemps(Protocol):
    """Un canal qui sait l'instant après lequel nul ne sait plus : juste avant le point final, ou la soumission."""

    def remettre_en_deux_temps(self, pli: Pli, avant_le_point: Callable[[], None]) -> Accuse:
        """Une tentative ; si ``avant_le_point`` lève, rien ne part et l'exception traverse."""


@runtime_checkable
class Jalonneur(Protocol):
    """Un registre qui sait inscrire cet instant."""

    def reserver_en_deux_temps(self, pli: Pli) -> Reservation:
        """Comme ``reserver`` ; l'intention dit qu'un jalon précédera l'envoi."""

    def jalonner(self, reservation: Reservation) -> None:
        """Inscrit, sur le disque, que l'envoi va partir."""


Notificateurs = Mapping[str, Notificateur]
