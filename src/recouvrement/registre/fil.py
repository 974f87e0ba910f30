"""Qu'est devenu un pli ? Une intention, et ce qui l'a suivie. Rien n'est gardé : tout se relit des inscriptions."""

from collections.abc import Iterable
from datetime import date
from typing import Literal

from attrs import evolve, frozen

from recouvrement.modele.actes import Demarche, MiseEnDemeure
from recouvrement.ports import Issue, Reservation
from recouvrement.registre import inscriptions as ins
from recouvrement.registre.inscriptions import Inscription
from recouvrement.registre.proprietaire import Sort, sort_du_porteur

PRESENTE = frozenset({"presente", "distribue", "refuse_par_lui", "non_reclame"})
"""Natures d'avis qui supposent que le pli a été présenté au destinataire."""
PARTI = PRESENTE | {"depose"}
"""Natures d'avis qui prouvent que le canal avait pris le pli. Un rebond ou un retard n'en prouve pas assez."""


@frozen
class Fil:
    """Une intention et ce qui l'a suivie : accusé du canal, décision d'un humain, avis."""

    intention: Inscription
    suites: tuple[Inscription, ...]

    @property
    def avis(self) -> tuple[Inscription, ...]:
        """Avis reçus, du plus ancien fait au plus récent."""
        return tuple(sorted((s for s in self.suites if s.genre == "avis"), key=lambda s: (s.donnees["jour"], s.numero)))

    @property
    def issue(self) -> Issue | None:
        """Dernière réponse ; ``None`` tant qu'il n'y en a pas. « Pris » ne s'efface jamais : rien ne repart après lui.

        Un processus mort avant le jalon que son intention annonçait n'a rien fait partir : ``a_retenter``.
        """
        issues = [issue for issue in map(_issue, self.suites) if issue]
        if issues:
            return "pris" if "pris" in issues else issues[-1]
        jalonne = not self.intention.donnees.get("deux_temps") or any(s.genre == "jalon" for s in self.suites)
        return None if jalonne or self.porteur != "mort" else "a_retenter"

    @property
    def preuve(self) -> Literal["", "accuse", "avis", "decision"]:
        """Ce qui dit que le pli est pris, du plus fort au plus faible : le canal, un avis venu après, la décision d'un humain."""
        dits = {s.genre for s in self.suites if _issue(s) == "pris"}
        return "accuse" if "accuse" in dits else "avis" if "avis" in dits else "decision" if dits else ""

    @property
    def porteur(self) -> Sort:
        """Sort de celui qui a pris l'intention."""
        return sort_du_porteur(self.intention.donnees["porteur"])

    @property
    def incertain(self) -> bool:
        """Vrai si nul ne sait si le pli est parti, et que personne ne peut plus le dire de lui-même."""
        return self.issue == "inconnu" or (self.issue is None and self.porteur == "mort")

    @property
    def ouvert(self) -> bool:
        """Vrai si le sort du pli n'est pas connu : en cours, ou incertain."""
        return self.issue in ("inconnu", None)

    @property
    def non_remis(self) -> bool:
        """Vrai si le dernier avis qui compte dit que le pli n'a pas pu être remis. L'envoi, lui, a bien eu lieu."""
        natures = [a.donnees["nature"] for a in self.avis if a.donnees["nature"] in PRESENTE | {"non_distribuable"}]
        return natures[-1:] == ["non_distribuable"]

    @property
    def reservation(self) -> Reservation:
        """La réservation que cette intention a rendue ; sans clés ni empreinte si le débiteur a été effacé."""
        lues = self.intention.donnees
        return Reservation(numero=self.intention.numero, cles=tuple(lues.get("cles", ())), empreinte=lues.get("empreinte", ""))

    def acte(self) -> Demarche:
        """L'acte, complété de ce que les avis en disent : une mise en demeure reçoit le jour de sa première présentation.

        Un avis de lettre non réclamée est daté de son retour, après la présentation : sans autre avis, ce jour plus tardif est
        retenu. Aucun n'est cru s'il précède l'acte.
        """
        acte = ins.acte_de_donnees(self.intention.donnees["acte"])
        if not isinstance(acte, MiseEnDemeure) or acte.presentee_le is not None:
            return acte
        jours = [date.fromisoformat(a.donnees["jour"]) for a in self.avis if a.donnees["nature"] in PRESENTE]
        return evolve(acte, presentee_le=max(acte.le, min(jours))) if jours else acte


def _issue(suite: Inscription) -> Issue | None:
    """Ce qu'une suite dit du sort du pli ; un avis ne peut dire que « pris », ou rien ; un jalon, rien."""
    if suite.genre == "jalon":
        return None
    if suite.genre == "avis":
        return "pris" if suite.donnees["nature"] in PARTI else None
    issue: Issue = suite.donnees["issue"]
    return issue


def en_fils(lignes: Iterable[Inscription]) -> list[Fil]:
    """Les intentions de ces lignes, chacune avec ses suites. Les lignes doivent comprendre celles des intentions.

    Raises:
        RegistreCorrompu: Une ligne a été changée.
    """
    groupes: dict[int, list[Inscription]] = {}
    for ligne in lignes:
        intention = ligne.saine().intention
        if intention is not None:
            groupes.setdefault(intention, []).append(ligne)
    return [Fil(groupe[0], tuple(groupe[1:])) for groupe in groupes.values()]
