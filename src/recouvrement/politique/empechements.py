"""Qu'est-ce qui interdit, arrête ou suspend les rappels ? Une règle par motif, de la plus forte à la plus légère."""

from collections.abc import Sequence
from datetime import date, timedelta

from recouvrement.droit.chronologie import Prescription
from recouvrement.modele.actes import ActeInterruptif, Demarche
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, declaree, vise
from recouvrement.modele.evenements import (
    Blocage,
    Contestation,
    DelaiDeGrace,
    Echeancier,
    ProcedureCollective,
    Promesse,
    Suspension,
    Titre,
)
from recouvrement.politique.accord import GRACE_DE_PAROLE, SuiviEcheancier, suivre
from recouvrement.politique.bilan import BilanCreance, Empechement
from recouvrement.politique.scenario import Scenario
from recouvrement.resultat import Source
from recouvrement.temps import UN_JOUR

EXTINCTION = Source("Code civil", "2219")
PRESCRIPTION_PROCHE = timedelta(days=60)  # avant le jour prudent : dès lors, seul un acte interruptif
SOLDEE = "soldée : plus rien n'est dû"
PRINCIPAL_PAYE = "principal payé : les accessoires qui restent se réclament sur décision, pas d'office"
CONTESTEE = "contestée, en tout ou partie : répondez d'abord, les rappels sont suspendus"
DECLAREE = "procédure collective ouverte, créance déclarée : plus aucune demande de paiement"
FORCLOSE = "procédure collective : délai de déclaration expiré, demandez le relevé de forclusion au plus tard le {}"
EXCLUE = "procédure collective : délais de déclaration et de relevé de forclusion expirés, la créance est exclue des répartitions"
NON_DECLAREE = (
    "procédure collective close, créance non déclarée : inopposable tant que le plan s'exécute et une fois exécuté ; "
    "faites vérifier ce qui peut encore être demandé"
)
LIQUIDEE = "liquidation judiciaire close : les poursuites ne reprennent pas, sauf dans les cas de la loi"
TITRE = "titre obtenu : la suite est son exécution, non un rappel"
GRACE = "délai de grâce accordé par le juge"
PRESCRITE = "prescrite : plus aucune demande"
PEUT_ETRE_PRESCRITE = "peut-être prescrite : faites trancher avant toute demande"
INSTANCE = "procédure judiciaire en cours : plus de rappel, elle suit son cours"
JUDICIAIRES = ("assignation", "refere", "requete", "injonction_de_payer_signifiee")
NEGOCIATION = "médiation, conciliation ou mesure en cours : les rappels attendent son issue"
PROMESSE = "promesse de payer : silence jusqu'à son jour et trois jours de plus"
PLAN = "échéancier tenu : aucun rappel tant que les versements sont faits"
PLAN_ACHEVE = "échéancier achevé : reste ce qui a couru depuis l'accord ou n'y était pas ; à réclamer ou à remettre sur décision, pas d'office"
PETIT_SOLDE = "solde inférieur au minimum du scénario"
BLOCAGES = {
    "represente": "débiteur représenté par un avocat : toute démarche passe par lui",
    "decede": "débiteur décédé : adressez-vous au notaire chargé de la succession",
    "cedee": "créance cédée : le nouveau créancier la recouvre",
}

# Ce qui n'empêche pas de déclarer au mandataire judiciaire ce qui reste dû : le délai court quand même (C. com., art. L. 622-24).
DECLARABLES = frozenset({PRINCIPAL_PAYE, BLOCAGES["represente"]})


def definitif(bilan: BilanCreance) -> Empechement | None:
    """Ce qui interdit toute demande, et tout acte : rien n'est plus dû, ou plus rien ne peut être demandé."""
    reference, prescription = bilan.creance.reference, bilan.prescription
    if not bilan.total.valeur.centimes:
        return Empechement(reference, SOLDEE)
    if not bilan.principal.valeur.centimes:
        return Empechement(reference, PRINCIPAL_PAYE)
    if prescription.acquise:
        return Empechement(reference, PRESCRITE, _article(prescription))
    if prescription.douteuse:
        return Empechement(reference, PEUT_ETRE_PRESCRITE, _article(prescription))
    return None


def blocage(creance: Creance, faits: Sequence[Evenement], au: date) -> Empechement | None:
    """Débiteur représenté, décédé, créance cédée, ou décision du créancier, jusqu'à son terme inclus."""
    for e in faits:
        if isinstance(e, Blocage) and (e.jusqu_au is None or au <= e.jusqu_au):
            return Empechement(creance.reference, BLOCAGES.get(e.motif, e.motif), None, e.jusqu_au)
    return None


def procedure_subie(creance: Creance, faits: Sequence[Evenement], au: date) -> ProcedureCollective | None:
    """La procédure qui interdit les poursuites, l'ouverte d'abord. Une clôture ne les rend qu'à qui a déclaré, jamais celle d'une liquidation."""
    procedures = [e for e in faits if isinstance(e, ProcedureCollective) and creance.nee_le <= e.le]
    ouvertes = [p for p in procedures if p.cloturee_le is None or au < p.cloturee_le]
    subies = ouvertes or [p for p in procedures if p.genre == "liquidation" or not declaree(p, faits)]
    return subies[0] if subies else None


def temporaire(
    bilan: BilanCreance, faits: Sequence[Evenement], evenements: Sequence[Evenement], scenario: Scenario, au: date
) -> Empechement | None:
    """Ce qui suspend les rappels, sans empêcher d'interrompre la prescription.

    Args:
        evenements: Ceux du dossier : un plan ou une promesse se tient par tous ses paiements.
    """
    reference = bilan.creance.reference
    if bilan.conteste:
        return Empechement(reference, CONTESTEE, None, _levee(faits, au))
    minimum, reste = scenario.solde_minimal, bilan.principal.valeur
    if minimum is not None and minimum.devise == reste.devise and reste < minimum:
        return Empechement(reference, PETIT_SOLDE)
    return suspendue(reference, faits, evenements, au)


def suspendue(reference: str, faits: Sequence[Evenement], evenements: Sequence[Evenement], au: date) -> Empechement | None:
    """Ce qu'un fait du dossier suspend : délai de grâce, même après un titre (C. civ., art. 1343-5), instance, négociation, parole tenue."""
    graces = [e.au for e in faits if isinstance(e, DelaiDeGrace) and e.du <= au <= e.au]
    if graces:
        return Empechement(reference, GRACE, Source("Code civil", "1343-5"), max(graces))
    for e in faits:
        match e:
            case Titre():
                return Empechement(reference, TITRE, Source("Code des procédures civiles d'exécution", "L. 111-2"))
            case ActeInterruptif() if e.cause in JUDICIAIRES and not e.non_avenu and (e.fin_le is None or au < e.fin_le):
                return Empechement(reference, INSTANCE, Source("Code civil", "2242"), _veille(e.fin_le))
            case Suspension() if e.cause != "impossibilite_agir" and (e.au is None or au < e.au):
                return Empechement(reference, NEGOCIATION, Source("Code civil", "2238 et 2239"), _veille(e.au))
            case Promesse() | Echeancier() if not remplacee(e, faits) and (fin := silence(e, evenements, au)) is not None:
                return Empechement(reference, PLAN if isinstance(e, Echeancier) else PROMESSE, None, fin)
    return None


def apres_un_plan(bilans: Sequence[BilanCreance], evenements: Sequence[Evenement], au: date) -> set[str]:
    """Créances d'un plan payé jusqu'au bout dont il ne reste que des accessoires : leur principal entier a été versé.

    L'imputation éteint d'abord les intérêts (C. civ., art. 1343-1) : ceux qui ont couru pendant le plan laissent un solde à qui l'a
    tenu. Un écrit envoyé depuis le dernier versement est la décision de le réclamer : le scénario reprend.
    """
    retenues: set[str] = set()
    for plan in evenements:
        if not isinstance(plan, Echeancier):
            continue
        etat = suivi(plan, evenements, au)
        if etat.etat != "acheve" or etat.rompu_le:
            continue
        nommees = plan.creances or [b.creance.reference for b in bilans if b.creance.emise_le <= plan.le]
        visees = [b for b in bilans if b.creance.reference in nommees]
        eteints = [(i.valeur if i.evenement == "paiement" else i.principal) for b in visees for i in b.decompte.imputations]
        recu = sum([x.centimes for x in eteints])  # un accessoire remis n'est pas du principal versé
        if recu >= sum([b.creance.principal.centimes for b in visees]):
            fini_le = max([v.fait_le for v in etat.versements if v.fait_le])
            ecrits = [e for e in evenements if isinstance(e, Demarche) and e.le > fini_le]
            retenues.update([b.creance.reference for b in visees if not any(vise(e, b.creance) for e in ecrits)])
    return retenues


def suivi(parole: Echeancier | Promesse, evenements: Sequence[Evenement], au: date) -> SuiviEcheancier:
    """Où en est un plan, ou une promesse : un plan d'un seul versement."""
    if isinstance(parole, Promesse):
        creances = (parole.creance,) if parole.creance else ()
        versements = ((parole.pour_le, parole.montant),)
        parole = Echeancier(le=parole.le, versements=versements, creances=creances, decheance=False)
    return suivre(parole, evenements, au=au, grace=GRACE_DE_PAROLE)


def remplacee(parole: Echeancier | Promesse, faits: Sequence[Evenement]) -> bool:
    """Vrai si un échéancier convenu depuis fixe d'autres dates aux mêmes créances."""
    return any(isinstance(e, Echeancier) and e.le > parole.le for e in faits)


def manque_depuis(parole: Echeancier | Promesse, evenements: Sequence[Evenement], au: date) -> date | None:
    """Jour où la parole a manqué, les jours de grâce passés ; ``None`` : elle est tenue."""
    retard = suivi(parole, evenements, au).retard_depuis
    return retard + timedelta(days=GRACE_DE_PAROLE + 1) if retard else None


def silence(parole: Echeancier | Promesse, evenements: Sequence[Evenement], au: date) -> date | None:
    """Dernier jour de silence d'une parole tenue jusqu'ici ; ``None`` : elle a manqué, ou elle est accomplie."""
    etat = suivi(parole, evenements, au)
    attendu = next((v for v in etat.versements if v.etat == "a_venir"), None)
    return attendu.le + timedelta(days=GRACE_DE_PAROLE) if attendu and etat.etat == "tenu" else None


def _veille(jour: date | None) -> date | None:
    """Dernier jour d'un silence qui prend fin ce jour-là."""
    return jour and jour - UN_JOUR


def _levee(faits: Sequence[Evenement], au: date) -> date | None:
    """Dernier jour contesté, si toutes les contestations vives ont leur fin."""
    fins = [e.levee_le for e in faits if isinstance(e, Contestation) and (e.levee_le is None or e.levee_le > au)]
    return _veille(max((fin for fin in fins if fin), default=None)) if None not in fins else None


def _article(prescription: Prescription) -> Source:
    return prescription.resultat.source or EXTINCTION
