"""Le registre, hors de son support : ce qu'une clé permet, ce qui s'inscrit, ce qui s'en déduit.

Aucun état n'est gardé : il se relit des inscriptions. Un support (mémoire, SQLite) ne sait qu'ajouter et retrouver des lignes.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Literal

from attrs import frozen

from recouvrement.erreurs import ContenuChange, DejaEnvoye, DonneeInvalide, RecouvrementError, RegistreOccupe
from recouvrement.modele.dossier import Evenement
from recouvrement.ports import Accuse, Document, Issue, Pli, Reservation, Verification
from recouvrement.registre import inscriptions as ins
from recouvrement.registre.inscriptions import Inscription
from recouvrement.registre.proprietaire import Jeton, Sort, moi, sort_du_porteur

_ISSUES = ("pris", "refuse", "a_retenter", "inconnu")
_TRANCHER = "À vous de trancher, avec trancher(cle, issue, motif), après avoir vérifié auprès du canal ou du débiteur."


@frozen
class Fil:
    """Une intention et ce qui l'a suivie : accusés du canal, décision d'un humain."""

    intention: Inscription
    suites: tuple[Inscription, ...]

    @property
    def issue(self) -> Issue | None:
        """Dernière réponse ; ``None`` tant qu'il n'y en a pas. « Pris » ne s'efface jamais : rien ne repart après lui."""
        issues: list[Issue] = [s.donnees["issue"] for s in self.suites]
        return "pris" if "pris" in issues else issues[-1] if issues else None

    @property
    def porteur(self) -> Sort:
        """Sort de celui qui a pris l'intention."""
        return sort_du_porteur(self.intention.donnees["porteur"])

    @property
    def incertain(self) -> bool:
        """Vrai si nul ne sait si le pli est parti, et que personne ne peut plus le dire de lui-même."""
        return self.issue == "inconnu" or (self.issue is None and self.porteur == "mort")

    @property
    def reservation(self) -> Reservation:
        """La réservation que cette intention a rendue."""
        lues = self.intention.donnees
        return Reservation(numero=self.intention.numero, cles=tuple(lues["cles"]), empreinte=lues["empreinte"])


def _en_fils(lignes: Iterable[Inscription]) -> list[Fil]:
    groupes: dict[int, list[Inscription]] = {}
    for ligne in lignes:
        groupes.setdefault(ligne.saine().intention, []).append(ligne)
    return [Fil(groupe[0], tuple(groupe[1:])) for groupe in groupes.values()]


class Journal(ABC):
    """Registre des envois : réserver, constater, trancher, relire. Les classes filles ne font que garder les lignes."""

    def __init__(self, horloge: Callable[[], datetime]) -> None:
        self._horloge = horloge
        self._jeton = Jeton()

    @abstractmethod
    def _transaction(self, *, ecriture: bool) -> AbstractContextManager[None]:
        """Tout ou rien ; une seule écriture à la fois, tous processus compris."""

    @abstractmethod
    def _derniere(self) -> Inscription | None: ...

    @abstractmethod
    def _ecrire(self, inscription: Inscription) -> None: ...

    @abstractmethod
    def _deposer(self, document: Document) -> None: ...

    @abstractmethod
    def _sous(self, terme: str) -> Iterable[Inscription]:
        """Lignes rangées sous ce terme, par numéro."""

    @abstractmethod
    def _toutes(self) -> Iterable[Inscription]: ...

    @abstractmethod
    def _documents(self) -> Iterable[tuple[object, object]]: ...

    @abstractmethod
    def _index(self) -> Iterable[tuple[object, object]]: ...

    def reserver(self, pli: Pli) -> Reservation:
        """Inscrit l'intention d'envoyer, toutes clés ensemble ou aucune, avec les octets exacts des documents.

        Raises:
            DejaEnvoye: Une clé est prise, ou son sort est incertain : un humain doit trancher.
            ContenuChange: Idem, et le contenu n'est plus le même.
            RegistreOccupe: Un envoi en cours tient une clé, ou la base est verrouillée.
            EnvoiImpossible: L'intention ne peut pas être écrite : rien ne doit partir.
        """
        if not pli.cles or len(set(pli.cles)) != len(pli.cles):
            raise DonneeInvalide("au moins une clé, chacune une fois", champ="cles", valeur=", ".join(pli.cles))
        donnees = {
            "cles": list(pli.cles),
            "debiteur": pli.debiteur,
            "destinataire": ins.destinataire_en_donnees(pli.destinataire),
            "objet": pli.objet,
            "empreinte": pli.empreinte,
            "acte": ins.acte_en_donnees(pli.acte),
            "documents": ins.documents_en_donnees(pli.documents),
            "porteur": moi(self._jeton),
        }
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            for cle in pli.cles:
                for fil in self._fils(cle):
                    _refuser(cle, fil, pli.empreinte)
            numero = self._ajouter(le, "intention", donnees, pli.documents)
        return Reservation(numero=numero, cles=pli.cles, empreinte=pli.empreinte)

    def constater(self, reservation: Reservation, accuse: Accuse) -> None:
        """Inscrit la réponse du canal et garde ses preuves. Une réponse qui vient après une décision est inscrite aussi.

        Raises:
            DonneeInvalide: Réservation inconnue, ou déjà constatée.
        """
        if accuse.issue not in _ISSUES:
            raise DonneeInvalide("issue inconnue", champ="issue", valeur=accuse.issue, remede=f"Une de : {', '.join(_ISSUES)}.")
        donnees = {
            "issue": accuse.issue,
            "le": self._instant(accuse.le),
            "numero": accuse.numero,
            "detail": accuse.detail,
            "documents": ins.documents_en_donnees(accuse.preuves),
        }
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            fil = next((f for cle in reservation.cles[:1] for f in self._fils(cle) if f.reservation == reservation), None)
            if fil is None or any(s.genre == "accuse" for s in fil.suites):
                refus = "réservation inconnue de ce registre" if fil is None else "réservation déjà constatée"
                raise DonneeInvalide(refus, champ="reservation", valeur=reservation.numero)
            self._ajouter(le, "accuse", donnees | _du_fil(fil), accuse.preuves)

    def trancher(self, cle: str, issue: Literal["pris", "refuse"], motif: str) -> None:
        """Décision d'un humain sur un envoi incertain ; elle vaut pour tout le pli, et s'inscrit avec son motif.

        Args:
            issue: ``pris`` : le pli est parti, il ne repartira pas. ``refuse`` : il n'est pas parti, la clé est libre.

        Raises:
            DonneeInvalide: Clé inconnue ou déjà libre, motif vide.
            DejaEnvoye: La clé est prise : il n'y a rien à trancher.
            RegistreOccupe: Le processus qui tient la clé vit encore.
        """
        if issue not in ("pris", "refuse") or not motif.strip():
            raise DonneeInvalide("une issue (« pris » ou « refuse ») et un motif sont attendus", champ="trancher", valeur=issue)
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            fil = self._a_trancher(cle)
            self._ajouter(le, "decision", {"issue": issue, "motif": motif} | _du_fil(fil))

    def evenements(self, debiteur: str) -> tuple[Evenement, ...]:
        """Actes pris, incertains ou en cours envers ce débiteur : dans le doute, l'étape compte comme faite."""
        with self._transaction(ecriture=False):
            fils = _en_fils(self._sous(f"debiteur:{debiteur}"))
        faits = (fil for fil in fils if fil.issue in ("pris", "inconnu", None))
        return tuple(ins.acte_de_donnees(fil.intention.donnees["acte"]) for fil in faits)

    def incertains(self) -> tuple[Reservation, ...]:
        """Envois dont nul ne sait s'ils sont partis : ceux qu'un humain doit trancher."""
        return tuple(fil.reservation for fil in _en_fils(self.inscriptions()) if fil.incertain)

    def inscriptions(self) -> tuple[Inscription, ...]:
        """Tout le journal, dans l'ordre."""
        with self._transaction(ecriture=False):
            return tuple(self._toutes())

    def verifier(self, ancre: str = "") -> Verification:
        """Relit toute la chaîne, les documents et l'index.

        Args:
            ancre: Tête gardée ailleurs (``Verification.tete``) : elle seule fait voir qu'on a ôté la fin ou tout récrit.

        Raises:
            RegistreCorrompu: Le support lui-même ne se lit plus.
        """
        with self._transaction(ecriture=False):
            return ins.controler(self._toutes(), self._documents(), self._index(), ancre)

    def _fils(self, cle: str) -> list[Fil]:
        return _en_fils(self._sous(f"cle:{cle}"))

    def _a_trancher(self, cle: str) -> Fil:
        fils = self._fils(cle)
        if not fils:
            raise DonneeInvalide("clé inconnue de ce registre", champ="cle", valeur=cle)
        ouverts = [fil for fil in fils if fil.issue in ("inconnu", None)]
        if not ouverts:
            if any(fil.issue == "pris" for fil in fils):
                raise DejaEnvoye(f"« {cle} » est prise : il n'y a rien à trancher.")
            raise DonneeInvalide("clé libre : il n'y a rien à trancher", champ="cle", valeur=cle)
        fil = ouverts[0]
        if fil.issue is None and fil.porteur == "vivant":
            raise RegistreOccupe(
                f"« {cle} » : l'envoi est en cours, son processus vit encore. Attendez sa fin avant de trancher."
            )
        return fil

    def _ajouter(self, le: str, genre: str, donnees: dict[str, Any], documents: Iterable[Document] = ()) -> int:
        derniere = self._derniere()
        inscription = ins.suivante(derniere and derniere.saine(), le, genre, donnees)
        for document in documents:
            self._deposer(document)
        self._ecrire(inscription)
        return inscription.numero

    @staticmethod
    def _instant(instant: datetime) -> str:
        if instant.tzinfo is None or instant.utcoffset() is None:
            raise DonneeInvalide(
                "instant sans fuseau", champ="horloge", valeur=instant, remede="Donnez par exemple lambda: datetime.now(UTC)."
            )
        return instant.isoformat()


def _du_fil(fil: Fil) -> dict[str, Any]:
    lues = fil.intention.donnees
    return {"intention": fil.intention.numero, "cles": lues["cles"], "debiteur": lues["debiteur"]}


def _refuser(cle: str, fil: Fil, empreinte: str) -> None:
    """Lève si ce qui a déjà été tenté sous cette clé interdit un nouvel envoi."""
    if fil.issue in ("refuse", "a_retenter"):
        return
    incertain = fil.incertain
    if fil.issue is None and not incertain:
        suite = _TRANCHER if fil.porteur == "inverifiable" else "Attendez sa fin."
        raise RegistreOccupe(f"« {cle} » : un envoi est en cours (inscription {fil.intention.numero}). {suite}")
    etat = "on ne sait pas si le pli est parti" if incertain else "déjà parti"
    change = fil.intention.donnees["empreinte"] != empreinte
    autre = " ; depuis, le contenu a changé" if change else ""
    erreur: type[RecouvrementError] = ContenuChange if change else DejaEnvoye
    raise erreur(
        f"« {cle} » : {etat} (inscription {fil.intention.numero}){autre}. {_TRANCHER if incertain else 'Rien ne repart.'}"
    )
