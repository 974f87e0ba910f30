"""L'expédition : examiner, écrire, réserver, remettre, constater. Une fois et une seule.

Rien ne part sans une intention déjà inscrite ; rien n'est noté « pris » sans une réponse du canal. Un dossier fautif ou un
greffon qui lève n'arrête pas les autres.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

from attrs import evolve, frozen

from recouvrement.affichage import date_fr
from recouvrement.courrier.document import Courrier, Donnee, Fragment, Jour
from recouvrement.courrier.redaction import rediger
from recouvrement.envoi.deux_temps import reserver
from recouvrement.envoi.fenetre import Fenetre
from recouvrement.erreurs import (
    ContenuChange,
    DejaEnvoye,
    DonneeInvalide,
    EnvoiImpossible,
    RecouvrementError,
    RegistreOccupe,
    extrait,
)
from recouvrement.modele.actes import ActeInterruptif, Demarche, MiseEnDemeure, Transmission
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.politique.bilan import ActionProposee, Alerte, Bilan
from recouvrement.ports import Accuse, Destinataire, Document, MoteurRendu, Notificateur, Pli, Registre, Reservation

IssueEnvoi = Literal["pris", "refuse", "a_retenter", "inconnu", "deja_envoye", "a_blanc", "a_faire", "erreur"]


class Examinateur(Protocol):
    """Ce que l'expédition demande à une politique."""

    def examiner(self, quoi: Dossier, /, *, au: date) -> Bilan:
        """Bilan du dossier ce jour-là."""


@frozen(kw_only=True)
class Envoi:
    """Ce qu'est devenue une action proposée.

    Attributes:
        dossier: Tel que relu juste avant l'envoi, actes du registre compris.
        action: ``None`` si le dossier n'a pas pu être examiné.
        issue: Celle de l'accusé, ou ``deja_envoye``, ``a_blanc``, ``a_faire`` (un humain doit agir : appel, transmission),
            ``erreur`` (rien n'est parti).
        detail: Pourquoi, en une phrase.
        avertissements: Ceux de la lettre (``Courrier.avertissements``) ; à blanc, de quoi la relire avant qu'elle parte.
        reservation: L'intention inscrite, pour constater de nouveau une réponse que le registre n'a pas pu prendre.
    """

    dossier: Dossier
    action: ActionProposee | None
    issue: IssueEnvoi
    detail: str = ""
    documents: tuple[Document, ...] = ()
    accuse: Accuse | None = None
    avertissements: tuple[Alerte, ...] = ()
    reservation: Reservation | None = None


Moteurs = MoteurRendu | Sequence[MoteurRendu]


def expedier(
    dossiers: Iterable[Dossier],
    *,
    au: date,
    politique: Examinateur,
    moteur: Moteurs | Mapping[str, Moteurs],
    notificateurs: Mapping[str, Notificateur],
    registre: Registre,
    horloge: Callable[[], datetime],
    relire: Callable[[Dossier], Dossier],
    a_blanc: bool = False,
    modeles: Path | Mapping[str, Path] | None = None,
    fenetre: Fenetre | None = None,
) -> Iterator[Envoi]:
    """Envoie ce qui est dû ce jour-là, une fois et une seule. Rien ne part tant que l'itérateur n'est pas parcouru.

    Args:
        au: Jour de l'examen.
        moteur: Un moteur de rendu, ou plusieurs : chacun donne un document du pli. Par canal s'ils en dépendent.
        notificateurs: Par canal (« courriel », « recommande »…).
        relire: Rend l'état du dossier chez l'hôte, mandataire compris ; appelé juste avant chaque envoi : un paiement arrivé entre-temps l'arrête.
        modeles: Dossier de lettres de l'utilisateur, ou un par ``Creancier.cle`` ; les siennes passent avant celles qui sont livrées.
        a_blanc: Montre les documents, sans rien réserver ni remettre. Le registre n'est que lu.
        fenetre: Heures hors desquelles rien ne part, par aucun canal ; à toute heure si elle n'est pas donnée.
    """
    guichet = Guichet(
        moteur=moteur, notificateurs=notificateurs, registre=registre, horloge=horloge, a_blanc=a_blanc, modeles=modeles,
        fenetre=fenetre,
    )  # fmt: skip
    for dossier in dossiers:
        actions = _actions(dossier, au, politique, registre, relire)
        while True:
            try:
                suivante = next(actions, None)
            except Exception as e:  # un dossier fautif n'arrête pas les autres
                yield Envoi(dossier=dossier, action=None, issue="erreur", detail=_dire(e))
                break
            if suivante is None:
                break
            yield guichet.traiter(*suivante)


def _actions(
    dossier: Dossier, au: date, politique: Examinateur, registre: Registre, relire: Callable[[Dossier], Dossier]
) -> Iterator[tuple[ActionProposee, Bilan, Dossier]]:
    """Les actions dues, chacune avec l'état relu juste avant elle : ce qui a changé pendant la précédente peut l'arrêter.

    Les actes de cette exécution ne comptent pas comme un changement : ils étaient prévus ensemble.
    """
    inscrits = registre.evenements(dossier.debiteur.cle)
    vu = _meme(dossier, relire(dossier))
    relu = completer(vu, inscrits)
    bilan = politique.examiner(relu, au=au)
    faites: set[str] = set()
    for rang, prevue in enumerate(bilan.actions):
        if rang:
            neuf = _sans(_meme(dossier, relire(dossier)), faites, vu)
            if neuf != vu:
                vu = neuf
                relu = completer(vu, inscrits)
                bilan = politique.examiner(relu, au=au)
        action = next((a for a in bilan.actions if _rang(a) == _rang(prevue)), None)
        faites.add(prevue.etape.cle)
        if action is not None:
            yield action, bilan, relu


def _rang(action: ActionProposee) -> tuple[type, str, str]:
    return type(action.acte), action.etape.cle, action.canal


def _sans(relu: Dossier, faites: set[str], vu: Dossier) -> Dossier:
    """Le dossier sans les démarches que l'hôte vient d'y porter."""
    restent = [e for e in relu.evenements if not isinstance(e, Demarche) or e.etape not in faites or e in vu.evenements]
    return evolve(relu, evenements=restent) if len(restent) < len(relu.evenements) else relu


@frozen(kw_only=True)
class Guichet:
    """Ce qui ne change pas d'une action à l'autre."""

    moteur: Moteurs | Mapping[str, Moteurs]
    notificateurs: Mapping[str, Notificateur]
    registre: Registre
    horloge: Callable[[], datetime]
    a_blanc: bool
    modeles: Path | Mapping[str, Path] | None
    fenetre: Fenetre | None

    def traiter(self, action: ActionProposee, bilan: Bilan, dossier: Dossier) -> Envoi:
        """Une action, un envoi ; aucune exception ordinaire n'en sort."""
        acte = action.acte
        a_faire = _sans_lettre(action)
        if a_faire or isinstance(acte, ActeInterruptif):
            return Envoi(dossier=dossier, action=action, issue="a_faire", detail=a_faire)
        manque = self._canal_manquant(action.canal)
        if manque and not self.a_blanc:
            return Envoi(dossier=dossier, action=action, issue="erreur", detail=manque)
        try:
            courrier = rediger(action, bilan, modeles=_modeles(self.modeles, bilan))
            pli = _plier(courrier, acte, bilan, _moteurs(self.moteur, action.canal))
        except Exception as e:  # une lettre impossible n'arrête pas les autres
            return Envoi(dossier=dossier, action=action, issue="erreur", detail=_dire(e))
        dits = courrier.avertissements
        envoi = Envoi(
            dossier=dossier, action=action, issue="a_blanc", detail=manque, documents=pli.documents, avertissements=dits
        )
        return envoi if self.a_blanc else self._envoyer(envoi, pli, self.notificateurs[action.canal])

    def _canal_manquant(self, canal: str) -> str:
        if canal in self.notificateurs:
            return ""
        disponibles = ", ".join(sorted(self.notificateurs)) or "aucun"
        return f"aucun notificateur pour le canal « {canal} ». Canaux disponibles : {disponibles}."

    def _envoyer(self, envoi: Envoi, pli: Pli, notificateur: Notificateur) -> Envoi:
        try:
            le = self.horloge()
            ferme = self.fenetre.fermee(le) if self.fenetre else ""
            if ferme:
                return evolve(envoi, issue="a_retenter", detail=ferme)
            reservation, remettre = reserver(self.registre, notificateur, pli)
        except (DejaEnvoye, ContenuChange) as e:
            return evolve(envoi, issue="deja_envoye", detail=str(e))
        except RegistreOccupe as e:
            return evolve(envoi, issue="a_retenter", detail=str(e))
        except Exception as e:  # l'intention n'est pas inscrite : rien ne part
            return evolve(envoi, issue="erreur", detail=_dire(e))
        return self._constater(envoi, reservation, _remettre(remettre, le))

    def _constater(self, envoi: Envoi, reservation: Reservation, accuse: Accuse) -> Envoi:
        try:
            self.registre.constater(reservation, accuse)
        except Exception as e:
            detail = (
                f"réponse du canal : {accuse.issue} ({accuse.detail}) ; elle n'a pas pu être inscrite ({_dire(e)})."
                f" L'inscription {reservation.numero} reste incertaine : à trancher."
            )
            return evolve(envoi, issue="inconnu", detail=detail, accuse=accuse, reservation=reservation)
        return evolve(envoi, issue=accuse.issue, detail=accuse.detail, accuse=accuse, reservation=reservation)


def _remettre(remettre: Callable[[], Accuse], le: datetime) -> Accuse:
    """Un greffon qui lève a peut-être déjà remis le pli : il n'y a que ``EnvoiImpossible`` pour dire le contraire.

    Sa réponse est datée de ``le``, l'instant de la tentative, s'il n'en donne pas un avec fuseau : le registre la refuserait.
    """
    try:
        accuse: object = remettre()
    except EnvoiImpossible as e:
        return Accuse(issue="refuse", le=le, detail=str(e))
    except Exception as e:
        return Accuse(issue="inconnu", le=le, detail=_dire(e))
    if not isinstance(accuse, Accuse):
        return Accuse(issue="inconnu", le=le, detail=f"le canal a répondu {type(accuse).__name__}, pas un Accuse")
    return accuse if isinstance(accuse.le, datetime) and accuse.le.utcoffset() is not None else evolve(accuse, le=le)


def _modeles(modeles: Path | Mapping[str, Path] | None, bilan: Bilan) -> Path | None:
    return modeles.get(bilan.dossier.creancier.cle) if isinstance(modeles, Mapping) else modeles


def _sans_lettre(action: ActionProposee) -> str:
    """Ce qu'un humain doit faire lui-même. La lettre part au débiteur : une transmission ne lui est pas destinée."""
    if isinstance(action.acte, ActeInterruptif):
        return (
            "acte à faire faire avant le jour prudent de la prescription : aucune lettre n'y suffit. Inscrivez-le une fois fait."
        )
    if isinstance(action.acte, Transmission):
        return f"dossier à transmettre ({action.acte.a}) : aucune lettre au débiteur. Inscrivez la transmission une fois faite."
    if action.canal == "telephone":
        return "appel à passer : inscrivez la relance une fois l'appel fait."
    if not action.etape.lettre:
        return f"l'étape « {action.etape.cle} » n'a pas de lettre : faites-la, puis inscrivez-la."
    return ""


def _moteurs(moteur: Moteurs | Mapping[str, Moteurs], canal: str) -> tuple[MoteurRendu, ...]:
    if isinstance(moteur, Mapping):
        if canal not in moteur:
            raise EnvoiImpossible(f"aucun moteur de rendu pour le canal « {canal} ».")
        moteur = moteur[canal]
    return tuple(moteur) if isinstance(moteur, Sequence) else (moteur,)


def _meme(dossier: Dossier, relu: Dossier) -> Dossier:
    if (relu.creancier.cle, relu.debiteur.cle) != (dossier.creancier.cle, dossier.debiteur.cle):
        raise DonneeInvalide("la relecture rend le dossier d'un autre", champ="relire", valeur=relu.debiteur.cle)
    if relu.mandataire != dossier.mandataire:
        message = "la relecture change le mandataire : la lettre partirait au nom d'un autre"
        raise DonneeInvalide(message, champ="relire", valeur=relu.mandataire and relu.mandataire.nom)
    return relu


def completer(dossier: Dossier, inscrits: Iterable[Evenement]) -> Dossier:
    """Ajoute les actes du registre que l'hôte ne connaît pas encore : une étape faite n'est pas reproposée.

    Args:
        inscrits: ``registre.evenements(dossier.debiteur.cle)`` ; ce qui vise une créance sortie du dossier est laissé.
    """
    for evenement in inscrits:
        if isinstance(evenement, Demarche):
            dossier = _presenter(dossier, evenement)
            neuf = _neuf(evenement, dossier)
            dossier = dossier.avec(neuf) if neuf else dossier
        elif evenement not in dossier.evenements:
            dossier = dossier.avec(evenement)
    return dossier


def _presenter(dossier: Dossier, inscrit: Demarche) -> Dossier:
    """Donne à la même mise en demeure, que l'hôte connaît déjà, le jour de présentation que seul le registre a appris."""
    if not isinstance(inscrit, MiseEnDemeure) or inscrit.presentee_le is None:
        return dossier
    visees = set(inscrit.creances or (x.reference for x in dossier.creances))

    def dater(e: Evenement) -> Evenement:
        meme = isinstance(e, MiseEnDemeure) and (e.le, e.etape, e.presentee_le) == (inscrit.le, inscrit.etape, None)
        if meme and isinstance(e, MiseEnDemeure) and e.creances and set(e.creances) <= visees:
            return evolve(e, presentee_le=inscrit.presentee_le)
        return e

    return evolve(dossier, evenements=tuple(map(dater, dossier.evenements)))


def _neuf(acte: Demarche, dossier: Dossier) -> Demarche | None:
    """L'acte, réduit aux créances du dossier pour lesquelles l'hôte ne connaît pas déjà cette étape."""
    presentes = {x.reference for x in dossier.creances}
    semblables = [e for e in dossier.evenements if isinstance(e, Demarche) and e.etape == acte.etape]
    connues = {r for e in semblables for r in (e.creances or presentes - set(e.pour_memoire))}
    visees = acte.creances or tuple(x.reference for x in dossier.creances if x.reference not in acte.pour_memoire)
    restent = tuple(r for r in visees if r in presentes - connues)
    if not restent:
        return None
    prise = any(type(e) is type(acte) and e.reference == acte.reference for e in dossier.evenements)
    memoire = tuple(r for r in acte.pour_memoire if r in presentes)
    return _visant(acte, restent, pour_memoire=memoire, reference="" if prise else acte.reference)


def _visant(acte: Demarche, creances: tuple[str, ...], **changements: Any) -> Demarche:
    return evolve(acte, **changements | {"creances": creances})


def _plier(courrier: Courrier, acte: Demarche, bilan: Bilan, moteurs: Iterable[MoteurRendu]) -> Pli:
    """Le pli à remettre. L'acte y nomme ses créances : une facture venue plus tard n'y est pas comprise."""
    dossier, debiteur = bilan.dossier, bilan.dossier.debiteur
    references = acte.creances or tuple(x.reference for x in dossier.creances if x.reference not in acte.pour_memoire)
    return Pli(
        cles=tuple(cle_d_envoi(dossier.creancier.cle, reference, acte.etape) for reference in references),
        destinataire=Destinataire(
            nom=debiteur.nom, courriel=debiteur.courriel, telephone=debiteur.telephone, adresse=debiteur.adresse
        ),
        objet=_objet(courrier),
        documents=tuple(moteur.rendre(courrier) for moteur in moteurs),
        debiteur=debiteur.cle,
        acte=_visant(acte, references),
    )


def cle_d_envoi(creancier: str, creance: str, etape: str, occurrence: str = "1") -> str:
    """« créancier/créance/étape/occurrence », chaque part échappée : ni date d'exécution, ni liste de factures."""
    return "/".join(quote(part, safe="") for part in (creancier, creance, etape, occurrence))


def _objet(courrier: Courrier) -> str:
    """L'objet du courrier, en texte d'une ligne."""
    return "".join(_en_texte(fragment, courrier.langue) for fragment in courrier.objet).strip()


def _en_texte(fragment: Fragment, langue: str) -> str:
    """Hors du français, la date est en ISO : « 01/10/2026 » s'y lirait à l'envers."""
    if isinstance(fragment, Donnee):
        return fragment.texte
    if isinstance(fragment, Jour):
        francais = date_fr(fragment.le, longue=fragment.forme != "tableau", semaine=fragment.forme == "limite")
        return francais if langue == "fr" else fragment.le.isoformat()
    return str(fragment)


def _dire(erreur: Exception) -> str:
    """Nos erreurs parlent déjà ; celles d'ailleurs sont nommées, et bornées : elles s'inscrivent au registre."""
    return str(erreur) if isinstance(erreur, RecouvrementError) else extrait(f"{type(erreur).__name__} : {erreur}", 300)
