"""Le registre, hors de son support : ce qu'une clé permet, ce qui s'inscrit, ce qui s'en déduit.

Aucun état n'est gardé : il se relit des inscriptions. Un support (mémoire, SQLite) ne sait qu'ajouter et retrouver des lignes, et
ôter les parts privées qu'un effacement inscrit permet d'ôter.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import date, datetime
from typing import Any, Literal, get_args

from recouvrement.erreurs import ContenuChange, DejaEnvoye, DonneeInvalide, RecouvrementError, RegistreOccupe
from recouvrement.modele.dossier import Evenement
from recouvrement.ports import Accuse, Avis, Document, Issue, NatureAvis, Pli, Reservation, Verification
from recouvrement.registre import effacement as eff
from recouvrement.registre import inscriptions as ins
from recouvrement.registre.chronologie import Chronologie, raconter
from recouvrement.registre.controle import Piece, controler
from recouvrement.registre.fil import Fil, en_fils
from recouvrement.registre.inscriptions import Inscription
from recouvrement.registre.proprietaire import Jeton, moi
from recouvrement.temps import Delai, jour_de_fait

_TRANCHER = "À vous de trancher, avec trancher(cle, issue, motif), après avoir vérifié auprès du canal ou du débiteur."


class Journal(ABC):
    """Registre des envois : réserver, constater, aviser, trancher, relire, effacer. Les classes filles ne font que garder."""

    def __init__(self, horloge: Callable[[], datetime]) -> None:
        self._horloge = horloge
        self._jeton = Jeton()
        self._sel = ""
        self._sel_neuf = ins.sel()

    @abstractmethod
    def _transaction(self, *, ecriture: bool) -> AbstractContextManager[None]:
        """Tout ou rien ; une seule écriture à la fois, tous processus compris."""

    @abstractmethod
    def _ligne(self, numero: int) -> Inscription | None:
        """Ligne de ce numéro ; 0 : la dernière."""

    @abstractmethod
    def _ecrire(self, inscription: Inscription) -> None: ...

    @abstractmethod
    def _deposer(self, numero: int, document: Document) -> None: ...

    @abstractmethod
    def _oublier(self, numero: int) -> None:
        """Ôte la part privée et les documents de la ligne."""

    @abstractmethod
    def _sous(self, terme: str) -> Iterable[Inscription]:
        """Lignes rangées sous ce terme, par numéro."""

    @abstractmethod
    def _toutes(self) -> Iterable[Inscription]: ...

    @abstractmethod
    def _pieces(self) -> Iterable[Piece]: ...

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
        return self._reserver(pli, {})

    def reserver_en_deux_temps(self, pli: Pli) -> Reservation:
        """Comme ``reserver`` ; l'intention dit qu'un jalon précédera l'envoi : sans lui, un processus mort n'a rien fait partir."""
        return self._reserver(pli, {"deux_temps": True})

    def jalonner(self, reservation: Reservation) -> None:
        """Inscrit que l'envoi va partir : juste avant le point final d'un courriel, ou la soumission d'un recommandé.

        Raises:
            DonneeInvalide: Réservation inconnue, déjà constatée ou tranchée, ou reprise par un autre envoi qui l'a crue morte.
        """
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            fil = self._tenu(reservation)
            fils = [f for cle in reservation.cles for f in self._fils(f"cle:{cle}")]
            if fil.suites or any(f.intention.numero > reservation.numero for f in fils):
                raise DonneeInvalide("réservation reprise ou tranchée", champ="reservation", valeur=reservation.numero)
            self._suivre(fil, le, "jalon", {}, {})

    def _reserver(self, pli: Pli, promesse: dict[str, Any]) -> Reservation:
        if not pli.cles or len(set(pli.cles)) != len(pli.cles):
            raise DonneeInvalide("au moins une clé, chacune une fois", champ="cles", valeur=", ".join(pli.cles))
        clair = {"envoi": type(pli.acte).__name__, "porteur": moi(self._jeton)} | promesse
        prive = {
            "cles": list(pli.cles),
            "debiteur": pli.debiteur,
            "destinataire": ins.destinataire_en_donnees(pli.destinataire),
            "objet": pli.objet,
            "empreinte": pli.empreinte,
            "acte": ins.acte_en_donnees(pli.acte),
            "documents": ins.documents_en_donnees(pli.documents),
        }
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            for cle in pli.cles:
                for fil in self._fils(f"cle:{cle}"):
                    _refuser(cle, fil, pli.empreinte)
            termes = [self._terme(f"debiteur:{pli.debiteur}"), *(self._terme(f"cle:{cle}") for cle in pli.cles)]
            numero = self._ajouter(le, "intention", clair, prive, termes, pli.documents)
        return Reservation(numero=numero, cles=pli.cles, empreinte=pli.empreinte)

    def constater(self, reservation: Reservation, accuse: Accuse) -> None:
        """Inscrit la réponse du canal et garde ses preuves. Une réponse qui vient après une décision est inscrite aussi.

        Raises:
            DonneeInvalide: Réservation inconnue, ou déjà constatée.
        """
        if accuse.issue not in get_args(Issue):
            remede = f"Une de : {', '.join(get_args(Issue))}."
            raise DonneeInvalide("issue inconnue", champ="issue", valeur=accuse.issue, remede=remede)
        clair = {"issue": accuse.issue, "recu": self._instant(accuse.le)}
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            self._suivre(self._tenu(reservation), le, "accuse", clair, _dit(accuse), accuse.preuves)

    def aviser(self, avis: Avis) -> bool:
        """Inscrit ce que le canal apprend d'un pli pris, ou de sort inconnu ; les preuves sont gardées.

        Un avis de dépôt, de présentation, de remise, de refus ou de non-réclamation prouve que le pli était parti : un envoi
        incertain en devient « pris ». Aucun avis n'efface un envoi ni ne rouvre une clé.

        Returns:
            Faux si aucun de ces plis ne porte ce numéro, ou si l'avis (même nature, même jour, mêmes preuves) est déjà inscrit.

        Raises:
            DonneeInvalide: Nature inconnue, jour qui n'est pas une date, ou numéro que portent des plis différents.
        """
        if avis.nature not in get_args(NatureAvis):
            remede = f"Une de : {', '.join(get_args(NatureAvis))}."
            raise DonneeInvalide("nature d'avis inconnue", champ="nature", valeur=avis.nature, remede=remede)
        clair = {"nature": avis.nature, "jour": jour_de_fait(avis.le, "le").isoformat()}
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            fil = self._avise(avis.numero)
            if fil is None:
                return False
            deja = [a for a in fil.avis if a.donnees.items() >= clair.items()]
            gardees = {empreinte for a in deja for empreinte in a.documents}
            if deja and (fil.intention.effacee or gardees >= {p.empreinte for p in avis.preuves}):
                return False
            self._suivre(fil, le, "avis", clair, _dit(avis), avis.preuves)
        return True

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
            self._suivre(self._a_trancher(cle), le, "decision", {"issue": issue}, {"motif": motif})

    def effacer(self, debiteur: str, motif: str, *, litige: bool = False) -> bool:
        """Ôte tout ce qui nomme ce débiteur : noms, adresses, objets, références, lettres, preuves. L'effacement est inscrit.

        La chaîne se vérifie encore, et les clés arrêtent encore un second envoi : il n'en reste que des mots hachés.

        Args:
            debiteur: ``Debiteur.cle``.
            motif: Reste en clair : il ne nomme personne.
            litige: Vrai si un litige est ouvert chez l'hôte : la preuve doit rester, l'effacement est refusé.

        Returns:
            Faux s'il n'y avait rien à effacer.

        Raises:
            RegistreOccupe: Un envoi est en cours ou incertain.
            DonneeInvalide: Litige ouvert, motif vide ou qui nomme le débiteur.
        """
        le = self._instant(self._horloge())
        with self._transaction(ecriture=True):
            terme = self._terme(f"debiteur:{debiteur}")
            lignes = list(self._sous(terme))
            privees = [ligne for ligne in lignes if ligne.prive is not None]
            if privees:
                eff.permettre(en_fils(lignes), debiteur, motif, litige=litige)
                self._ajouter(le, "effacement", {"motif": motif.strip()}, None, [terme])
            for ligne in privees:
                self._oublier(ligne.numero)
        return bool(privees)

    def a_effacer(self, au: date, delai: Delai) -> tuple[str, ...]:
        """Débiteurs dont la dernière inscription a plus que ce délai ce jour-là, du plus ancien au plus récent.

        Le délai est le vôtre : la bibliothèque n'en suppose aucun.
        """
        return eff.echus(self.inscriptions(), au, delai)

    def evenements(self, debiteur: str) -> tuple[Evenement, ...]:
        """Actes pris, incertains ou en cours envers ce débiteur : dans le doute, l'étape compte comme faite.

        Une mise en demeure y porte le jour de sa première présentation, quand un avis l'a appris.
        """
        faits = (fil for fil in self._fils_du_debiteur(debiteur) if fil.ouvert or fil.issue == "pris")
        return tuple(fil.acte() for fil in faits if not fil.intention.effacee)

    def chronologie(self, debiteur: str, *, creance: str | None = None) -> Chronologie:
        """Échanges avec ce débiteur, ou pour une seule créance, tels qu'ils sont inscrits.

        Args:
            debiteur: ``Debiteur.cle``.
            creance: Référence ; seuls les envois qui la visent.
        """
        with self._transaction(ecriture=False):
            lignes = tuple(self._sous(self._terme(f"debiteur:{debiteur}")))
            derniere = self._ligne(0)
        return raconter(lignes, debiteur=debiteur, creance=creance, derniere=derniere)

    def incertains(self) -> tuple[Reservation, ...]:
        """Envois dont nul ne sait s'ils sont partis : ceux qu'un humain doit trancher.

        En est aussi un envoi en cours ailleurs, dont cette machine ne peut pas savoir si le processus vit : vérifiez-le avant de trancher.
        """
        fils = en_fils(self.inscriptions())
        return tuple(fil.reservation for fil in fils if fil.incertain or (fil.issue is None and fil.porteur == "inverifiable"))

    def non_remis(self) -> tuple[Reservation, ...]:
        """Envois dont un avis dit que le pli n'a pas pu être remis (NPAI, rebond définitif), sans remise depuis."""
        return tuple(fil.reservation for fil in en_fils(self.inscriptions()) if fil.non_remis and not fil.intention.effacee)

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
            return controler(self._toutes(), self._pieces(), self._index(), ancre)

    def _terme(self, mot: str) -> str:
        """Le mot haché sous le sel du registre, que porte sa première inscription et qui ne se retient que lu d'elle."""
        if not self._sel:
            premiere = self._ligne(1)
            if premiere is None:
                return ins.terme(self._sel_neuf, mot)
            self._sel = premiere.saine().donnees["registre"]
        return ins.terme(self._sel, mot)

    def _fils(self, mot: str) -> list[Fil]:
        return en_fils(self._sous(self._terme(mot)))

    def _fils_du_debiteur(self, debiteur: str) -> list[Fil]:
        with self._transaction(ecriture=False):
            return self._fils(f"debiteur:{debiteur}")

    def _fil(self, numero: int) -> Fil:
        intention = self._ligne(numero)
        assert intention is not None  # noqa: S101 — une suite n'est écrite qu'après son intention
        return next(fil for fil in en_fils(self._sous(intention.termes[1])) if fil.intention.numero == numero)

    def _tenu(self, reservation: Reservation) -> Fil:
        fils = (f for cle in reservation.cles[:1] for f in self._fils(f"cle:{cle}") if _tenu_par(f, reservation))
        fil = next(fils, None)
        if fil is None or any(s.genre == "accuse" for s in fil.suites):
            refus = "réservation inconnue de ce registre" if fil is None else "réservation déjà constatée"
            raise DonneeInvalide(refus, champ="reservation", valeur=reservation.numero)
        return fil

    def _avise(self, numero: str) -> Fil | None:
        """Le pli que ce numéro désigne : pris ou inconnu selon le canal, même si un humain l'a depuis cru non parti."""
        if not numero:
            return None
        dits = (x.saine() for x in self._sous(self._terme(f"numero:{numero}")) if x.genre == "accuse")
        fils = [self._fil(x.donnees["intention"]) for x in dits if x.donnees["issue"] in ("pris", "inconnu")]
        fils = [fil for fil in fils if fil.issue != "refuse"] or fils
        if len({fil.intention.termes for fil in fils}) > 1:
            raise DonneeInvalide(
                "plusieurs plis différents portent ce numéro : l'avis n'est pas inscrit", champ="numero", valeur=numero
            )
        return fils[-1] if fils else None

    def _a_trancher(self, cle: str) -> Fil:
        fils = self._fils(f"cle:{cle}")
        if not fils:
            raise DonneeInvalide("clé inconnue de ce registre", champ="cle", valeur=cle)
        ouverts = [fil for fil in fils if fil.ouvert]
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

    def _suivre(
        self, fil: Fil, le: str, genre: str, clair: dict[str, Any], prive: dict[str, Any], preuves: Iterable[Document] = ()
    ) -> None:
        """Une suite d'un fil. D'un débiteur effacé, seul le clair s'inscrit : l'effacé ne se remplit plus."""
        numero = prive.get("numero")
        termes = [*fil.intention.termes, *([self._terme(f"numero:{numero}")] if numero else [])]
        clair = clair | {"intention": fil.intention.numero}
        if fil.intention.effacee:
            self._ajouter(le, genre, clair, None, termes)
        else:
            self._ajouter(le, genre, clair, prive, termes, preuves)

    def _ajouter(
        self,
        le: str,
        genre: str,
        clair: dict[str, Any],
        prive: dict[str, Any] | None,
        termes: list[str],
        documents: Iterable[Document] = (),
    ) -> int:
        derniere = self._ligne(0)
        clair = clair | {"termes": termes} | ({} if derniere else {"registre": self._sel_neuf})
        inscription = ins.suivante(derniere and derniere.saine(), le, genre, clair, prive)
        self._ecrire(inscription)
        for document in documents:
            self._deposer(inscription.numero, document)
        return inscription.numero

    @staticmethod
    def _instant(instant: datetime) -> str:
        if instant.tzinfo is None or instant.utcoffset() is None:
            raise DonneeInvalide(
                "instant sans fuseau", champ="horloge", valeur=instant, remede="Donnez par exemple lambda: datetime.now(UTC)."
            )
        return instant.isoformat()


def _dit(reponse: Accuse | Avis) -> dict[str, Any]:
    return {"numero": reponse.numero, "detail": reponse.detail, "documents": ins.documents_en_donnees(reponse.preuves)}


def _tenu_par(fil: Fil, reservation: Reservation) -> bool:
    """La réservation est celle du fil ; d'un fil effacé, il ne reste que le numéro, sous la même clé."""
    return fil.reservation == reservation or (fil.intention.effacee and fil.intention.numero == reservation.numero)


def _refuser(cle: str, fil: Fil, empreinte: str) -> None:
    """Lève si ce qui a déjà été tenté sous cette clé interdit un nouvel envoi."""
    if fil.issue in ("refuse", "a_retenter"):
        return
    incertain = fil.incertain
    if fil.issue is None and not incertain:
        suite = _TRANCHER if fil.porteur == "inverifiable" else "Attendez sa fin."
        raise RegistreOccupe(f"« {cle} » : un envoi est en cours (inscription {fil.intention.numero}). {suite}")
    etat = "on ne sait pas si le pli est parti" if incertain else "déjà parti"
    change = fil.reservation.empreinte not in ("", empreinte)
    autre = " ; depuis, le contenu a changé" if change else ""
    erreur: type[RecouvrementError] = ContenuChange if change else DejaEnvoye
    raise erreur(
        f"« {cle} » : {etat} (inscription {fil.intention.numero}){autre}. {_TRANCHER if incertain else 'Rien ne repart.'}"
    )
