"""Que faire ensuite ? L'étape due se déduit des actes déjà faits ; rien n'est gardé en mémoire.

Une exécution tardive ne saute aucune étape. Un seul écrit par débiteur, à l'étape la plus haute due : il engage les factures qui
l'ont atteinte et rappelle les autres pour mémoire.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from attrs import frozen

from recouvrement.droit.chronologie import Prescription
from recouvrement.modele.actes import Acte, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.personnes import Debiteur
from recouvrement.politique.bilan import ActionProposee, BilanCreance, Empechement
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.resultat import Source
from recouvrement.temps import UN_JOUR, JoursOuvres

PRESENTATION_PRESUMEE = 3  # jours ouvrés entre l'envoi d'un recommandé et sa première présentation : un usage
EXTINCTION = Source("Code civil", "2219")
SOLDEE = "soldée : plus rien n'est dû"
PRINCIPAL_PAYE = "principal payé : les accessoires qui restent se réclament sur décision, pas d'office"
PRESCRITE = "prescrite : plus aucune demande"
PEUT_ETRE_PRESCRITE = "peut-être prescrite : faites trancher avant toute demande"
NON_ECHUE = "pas encore échue"
ETAPE_A_VENIR = "l'étape suivante n'est pas encore venue"
ECART = "écart minimal entre deux contacts avec le même débiteur"
ACHEVE = "toutes les étapes du scénario sont faites"
MOTIF_ECHEANCE = "délai écoulé depuis l'échéance"
MOTIF_PRECEDENTE = "délai écoulé depuis l'étape précédente"


@frozen
class _Suite:
    """L'étape suivante d'une créance, et le jour où elle devient due ; ou pourquoi il n'y en a pas."""

    bilan: BilanCreance
    rang: int
    etape: Etape | None
    le: date | None
    obstacle: Empechement | None = None


def suite(
    bilans: Sequence[BilanCreance], evenements: Sequence[Evenement], scenario: Scenario, jours: JoursOuvres, *, au: date
) -> tuple[tuple[ActionProposee, ...], ActionProposee | None, tuple[Empechement, ...]]:
    """Actions dues à ``au``, prochaine action, et ce qui empêche les autres."""
    actes = [e for e in evenements if isinstance(e, Relance | MiseEnDemeure | Transmission)]
    libre_le = _libre_le(actes, scenario)
    suites = [_suite(b, actes, scenario, jours, libre_le, au) for b in bilans]
    dues = [s for s in suites if s.etape and s.le and s.le <= au]
    actions = tuple(_par_debiteur(dues, suites, jours, au))
    a_venir = sorted((s for s in suites if s.etape and s.le and s.le > au), key=lambda s: (s.le, -s.rang))
    prochaine = actions[0] if actions else _action(a_venir[:1], (), jours, a_venir[0].le or au) if a_venir else None
    engagees = {r for a in actions for r in a.acte.creances}
    obstacles = tuple(s.obstacle for s in suites if s.obstacle and s.bilan.creance.reference not in engagees)
    return actions, prochaine, obstacles


def _libre_le(actes: Sequence[Acte], scenario: Scenario) -> tuple[date, date]:
    """Premiers jours où un écrit, puis un appel, peuvent partir : un appel ne compte pas dans l'écart, mais un seul contact par jour."""
    jours = [a.le for a in actes]
    ecrits = [a.le for a in actes if not (isinstance(a, Relance) and a.canal == "telephone")]
    lendemain = max(jours) + UN_JOUR if jours else date.min
    return max(lendemain, max(ecrits) + timedelta(days=scenario.ecart_minimal)) if ecrits else lendemain, lendemain


def _suite(
    bilan: BilanCreance, actes: Sequence[Acte], scenario: Scenario, jours: JoursOuvres, libre_le: tuple[date, date], au: date
) -> _Suite:
    reference = bilan.creance.reference
    if refus := _refus(bilan):
        return _Suite(bilan, -1, None, None, refus)
    rang, precedent = _deja_fait(reference, actes, scenario)
    if rang == len(scenario.etapes):
        return _Suite(bilan, rang, None, None, Empechement(reference, ACHEVE))
    etape = scenario.etapes[rang]
    le = _jour_du(etape, rang, precedent, bilan, scenario, jours)
    motif = NON_ECHUE if not rang and au <= bilan.echeance.valeur else ETAPE_A_VENIR
    libre = libre_le[etape.est_un_appel or etape.acte == "transmission"]
    if libre > le:
        le, motif = libre, ECART
    return _Suite(bilan, rang, etape, le, Empechement(reference, motif, None, le) if le > au else None)


def _refus(bilan: BilanCreance) -> Empechement | None:
    """Ce qui interdit toute demande, quelle que soit l'étape."""
    reference, prescription = bilan.creance.reference, bilan.prescription
    if bilan.soldee:
        return Empechement(reference, SOLDEE)
    if not bilan.principal.valeur:
        return Empechement(reference, PRINCIPAL_PAYE)
    if prescription.acquise:
        return Empechement(reference, PRESCRITE, _article(prescription))
    if prescription.douteuse:
        return Empechement(reference, PEUT_ETRE_PRESCRITE, _article(prescription))
    return None


def _article(prescription: Prescription) -> Source:
    return prescription.resultat.source or EXTINCTION


def _deja_fait(reference: str, actes: Sequence[Acte], scenario: Scenario) -> tuple[int, Acte | None]:
    """Rang de l'étape à faire, et le dernier acte de celle d'avant : jamais en arrière, même si une étape a été sautée."""
    rangs = {etape.cle: i for i, etape in enumerate(scenario.etapes)}
    faits = [(rangs[a.etape], a.le, a) for a in actes if a.etape in rangs and (not a.creances or reference in a.creances)]
    if not faits:
        return 0, None
    rang, _, acte = max(faits, key=lambda f: f[:2])
    return rang + 1, acte


def _jour_du(
    etape: Etape, rang: int, precedent: Acte | None, bilan: BilanCreance, scenario: Scenario, jours: JoursOuvres
) -> date:
    """Le plus tardif de l'échéance plus le délai, et de l'acte précédent plus l'écart entre les deux étapes."""
    echeance = bilan.echeance.valeur
    if etape.depuis == "echeance" or precedent is None:
        prevu = _plus(echeance, etape.jours, etape, jours)
        if precedent is None:
            return prevu
        avant = scenario.etapes[rang - 1]
        ecart = etape.jours - avant.jours if avant.depuis == "echeance" else 0
        return max(prevu, precedent.le + timedelta(days=max(ecart, 0)))
    depart = precedent.le
    if etape.depuis == "presentation" and isinstance(precedent, MiseEnDemeure):
        depart = precedent.presentee_le or precedent.le
    return _plus(depart, etape.jours, etape, jours)


def _plus(depart: date, n: int, etape: Etape, jours: JoursOuvres) -> date:
    return jours.plus_ouvres(depart, n) if etape.ouvres else depart + timedelta(days=n)


def _par_debiteur(dues: Sequence[_Suite], suites: Sequence[_Suite], jours: JoursOuvres, au: date) -> list[ActionProposee]:
    """Un écrit par régime de droit : une lettre ne parle pas à la fois à un consommateur et à un professionnel."""
    actions = []
    for regime in sorted({s.bilan.regime for s in dues}):
        du_regime = [s for s in dues if s.bilan.regime == regime]
        plus_haut = max(s.rang for s in du_regime)
        visees = [s for s in du_regime if s.rang == plus_haut]
        autres = [s for s in suites if s not in visees and s.etape and s.bilan.regime == regime and s.bilan.jours_retard]
        actions.append(_action(visees, autres, jours, au))
    return sorted(actions, key=lambda a: a.le)


def _action(visees: Sequence[_Suite], autres: Sequence[_Suite], jours: JoursOuvres, le: date) -> ActionProposee:
    etape = visees[0].etape
    assert etape is not None  # noqa: S101 (une suite sans étape n'est jamais visée)
    du = min(s.le for s in visees if s.le)
    canal = _canal(etape, visees[0].bilan.creance.debiteur)
    motif = MOTIF_ECHEANCE if etape.depuis == "echeance" else MOTIF_PRECEDENTE
    limite = _limite(etape, le, canal, jours)
    references = tuple(s.bilan.creance.reference for s in visees)
    memoire = tuple(s.bilan.creance.reference for s in autres)
    acte = _acte(etape, le, references, memoire, canal, limite)
    return ActionProposee(acte=acte, le=du, canal=canal, etape=etape, motif=motif, payer_avant_le=limite)


def _acte(etape: Etape, le: date, creances: tuple[str, ...], memoire: tuple[str, ...], canal: str, limite: date | None) -> Acte:
    if etape.acte == "mise_en_demeure":
        return MiseEnDemeure(le=le, creances=creances, etape=etape.cle, canal=canal, payer_avant_le=limite, pour_memoire=memoire)
    if etape.acte == "transmission":
        return Transmission(le=le, creances=creances, etape=etape.cle, pour_memoire=memoire)
    return Relance(le=le, creances=creances, etape=etape.cle, canal=canal, pour_memoire=memoire)


def _canal(etape: Etape, debiteur: Debiteur) -> str:
    """Le premier canal que les coordonnées permettent ; à défaut, le premier du scénario."""
    possible = {
        "courriel": debiteur.courriel,
        "courrier": debiteur.adresse,
        "recommande": debiteur.adresse,
        "telephone": debiteur.telephone,
    }
    return next((canal for canal in etape.canaux if possible.get(canal, True)), etape.canaux[0])


def _limite(etape: Etape, le: date, canal: str, jours: JoursOuvres) -> date | None:
    """Dernier jour laissé au débiteur : ouvré, et compté de la présentation présumée pour un recommandé."""
    if etape.delai_accorde is None:
        return None
    depart = jours.plus_ouvres(le, PRESENTATION_PRESUMEE) if canal == "recommande" else le
    return jours.reporte(depart + timedelta(days=etape.delai_accorde))
