"""Quand peut-on joindre le débiteur ? L'écart entre deux écrits, la fréquence, les jours de repos, la fin du mois."""

from collections.abc import Sequence
from datetime import date, timedelta

from attrs import frozen

from recouvrement.modele.actes import Demarche, Relance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import Appel
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.temps import UN_JOUR, JoursOuvres

FIN_DE_MOIS = 5  # derniers jours ouvrés
ECART = "écart minimal entre deux contacts avec le même débiteur"
FREQUENCE = "nombre de contacts atteint : l'insistance est interdite (C. pén., art. 222-33-2-2 ; C. conso., art. L. 121-6)"
JOUR_DE_REPOS = "aucun contact un samedi, un dimanche ou un jour férié"
ATTEND_LA_FIN_DU_MOIS = "le rappel attend la fin du mois"


@frozen
class Contacts:
    """Jours où le débiteur a été joint, par écrit ou non : un appel ne compte pas dans l'écart, mais un seul contact par jour."""

    tous: tuple[date, ...] = ()
    dernier: date = date.min
    dernier_ecrit: date = date.min

    @classmethod
    def de(cls, evenements: Sequence[Evenement]) -> "Contacts":
        """Les contacts du dossier."""
        actes = [e for e in evenements if isinstance(e, Demarche)]
        appels = [e.le for e in evenements if isinstance(e, Appel)]
        if not actes and not appels:
            return AUCUN_CONTACT
        jours = [a.le for a in actes]
        ecrits = [a.le for a in actes if not (isinstance(a, Relance) and a.canal == "telephone")]
        return cls(tuple(sorted({*jours, *appels})), max(jours, default=date.min), max(ecrits, default=date.min))

    def libre(self, etape: Etape, scenario: Scenario) -> tuple[date, str]:
        """Premier jour où l'étape peut se faire, et ce qui la retient jusque-là."""
        libre = self.dernier + UN_JOUR if self.dernier > date.min else date.min
        if not (etape.est_un_appel or etape.acte == "transmission") and self.dernier_ecrit > date.min:
            libre = max(libre, self.dernier_ecrit + timedelta(days=scenario.ecart_minimal))
        if scenario.contacts_max is not None and etape.acte != "transmission":
            nombre, duree = scenario.contacts_max
            if len(self.tous) >= nombre and (fin := self.tous[-nombre] + timedelta(days=duree)) > libre:
                return fin, FREQUENCE
        return libre, ECART


AUCUN_CONTACT = Contacts()


def premier_jour(
    le: date, etape: Etape, scenario: Scenario, contacts: Contacts, jours: JoursOuvres, au: date
) -> tuple[date, str]:
    """Premier jour où une étape prévue le ``le`` peut se faire, et ce qui la retient jusque-là ; rien, si rien ne la retient."""
    attente = ""
    if contacts is not AUCUN_CONTACT:
        libre, retenue = contacts.libre(etape, scenario)
        if libre > le:
            le, attente = libre, retenue
    if (
        scenario.fin_de_mois
        and etape.acte == "relance"
        and not etape.est_un_appel
        and (tard := _fin_de_mois(max(le, au), jours)) > max(le, au)
    ):
        le, attente = tard, ATTEND_LA_FIN_DU_MOIS
    if (scenario.jours_ouvres or etape.est_un_appel) and (ouvre := jours.reporte(max(le, au))) > max(le, au):
        le, attente = ouvre, JOUR_DE_REPOS
    return le, attente


def _fin_de_mois(jour: date, jours: JoursOuvres) -> date:
    """Le premier des derniers jours ouvrés de son mois, s'il est à venir."""
    fin = date(jour.year + jour.month // 12, jour.month % 12 + 1, 1)
    for _ in range(FIN_DE_MOIS):
        fin = jours.recule(fin - UN_JOUR)
    return max(jour, fin)
