"""Ce qui suit d'une échéance : le retard, l'indemnité, la prescription, l'étape suivante et les alertes, en tables par jour."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from recouvrement.masse.classes import Classe, Droits
from recouvrement.masse.colonnes import Entiers, numero
from recouvrement.masse.jours import SANS_REPONSE, ParJour
from recouvrement.politique.alertes import DELAIS_D_ALERTE
from recouvrement.politique.empechements import PRESCRIPTION_PROCHE
from recouvrement.politique.suite import INTERRUPTION

PROCHE = PRESCRIPTION_PROCHE.days
ALERTE = DELAIS_D_ALERTE[-1][0]
# Dans l'ordre où un bilan les dit ; les avertissements du droit s'intercalent avant la dernière.
PRESCRITE, DOUTEUSE, BIENTOT, NON_PUBLIE, SANS_DEMEURE, ECARTE, SOUS_PLANCHER, A_PAYER = (1 << i for i in range(8))
AVANT = (
    "prescrite",
    "prescription_douteuse",
    "prescription_proche",
    "taux_non_publie",
    "sans_demeure",
    "taux_convenu_ecarte",
    "taux_sous_plancher",
    "interets_a_payer",
)
TROP_PERCU = "trop_percu"
AUX_OBJETS = -1  # tous les bits : le droit n'a pas répondu


def codes_d_alerte(avertissements: Sequence[str]) -> tuple[str, ...]:
    """Le code de chaque bit, du premier au dernier."""
    return (*AVANT, *avertissements, TROP_PERCU)


class Retard(NamedTuple):
    """Ce qui suit d'une échéance, tant que rien n'est payé ; alertes en bits."""

    indemnite: Any
    alertes: Any


class Suite(NamedTuple):
    """Ce qui suit d'une prescription et d'une échéance, tant qu'il reste du principal ; alertes en bits."""

    prescription: Any
    prudente: Any
    etape: Any
    etape_le: Any
    alertes: Any


def retards(droits: Droits, classe: Classe) -> ParJour:
    """Le retard de chaque échéance."""
    return droits.garder("retard", classe.cle, lambda: ParJour(lambda jours: _retards(droits, classe, jours), np.int64, np.int32))


def _retards(droits: Droits, classe: Classe, jours: Entiers) -> Retard:
    au, paliers = numero(droits.au), classe.paliers
    due = classe.indemnite(jours)[0]
    tard = jours < au
    alertes = np.full(len(jours), ECARTE if classe.ecarte else 0)
    if classe.court == "paliers" and paliers is not None and au > paliers.connu_au:
        alertes |= tard * NON_PUBLIE
    if classe.court == "rien" and classe.regime.poste == "interets":
        alertes |= tard * SANS_DEMEURE
    tue = (due == SANS_REPONSE) | classe.doute(jours, au)
    return Retard(np.where(tard & ~tue, due, 0), np.where(tue, AUX_OBJETS, alertes))


def suites(droits: Droits, classe: Classe) -> ParJour:
    """La suite de chaque échéance d'où part aussi la prescription."""

    def question(jours: Entiers) -> Suite:
        return suivre(droits, classe, jours, *classe.prescrire(jours))

    return droits.garder(
        "suite", (classe.ligne.code, classe.scenario), lambda: ParJour(question, *[np.int32] * len(Suite._fields))
    )


def suivre(droits: Droits, classe: Classe, echeance: Entiers, valeur: Entiers, prudente: Entiers) -> Suite:
    """La prescription acquise ou proche commande ; sinon, le scénario."""
    au = numero(droits.au)
    etape, etape_le = classe.etape(echeance)
    tue = (valeur == SANS_REPONSE) | (prudente == SANS_REPONSE) | (etape_le == SANS_REPONSE)
    acquise, douteuse, presse = au > valeur, (prudente < au) & (au <= valeur), au >= prudente - PROCHE
    etape = np.where(acquise | douteuse, -1, np.where(presse, droits.noms.numero(INTERRUPTION.cle), etape))
    etape_le = np.where(etape < 0, 0, np.where(presse, prudente - PROCHE, etape_le))
    etats = np.where(acquise, PRESCRITE, np.where(douteuse, DOUTEUSE, BIENTOT))
    alertes = np.where(prudente <= numero(ALERTE.depuis(droits.au)), etats, 0)
    alertes = np.where(tue, AUX_OBJETS, alertes)
    return Suite._make([*(np.where(tue, 0, x) for x in (valeur, prudente, etape, etape_le)), alertes])
