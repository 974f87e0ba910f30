"""Que faire ensuite ? L'étape due se déduit des actes déjà faits ; rien n'est gardé en mémoire.

Une exécution tardive ne saute aucune étape. Un seul écrit par débiteur, à l'étape la plus haute due : il engage les factures qui
l'ont atteinte et rappelle les autres pour mémoire.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen

from recouvrement.droit.chronologie import Prescription
from recouvrement.modele.actes import Acte, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, vise
from recouvrement.modele.evenements import DelaiDeGrace, ProcedureCollective, Titre
from recouvrement.modele.personnes import Debiteur
from recouvrement.politique.bilan import ActionProposee, BilanCreance, Empechement
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.resultat import Source
from recouvrement.temps import UN_JOUR, JoursOuvres

PRESENTATION_PRESUMEE = 3  # jours ouvrés entre l'envoi d'un recommandé et sa première présentation : un usage
EXTINCTION = Source("Code civil", "2219")
SOLDEE = "soldée : plus rien n'est dû"
PRINCIPAL_PAYE = "principal payé : les accessoires qui restent se réclament sur décision, pas d'office"
CONTESTEE = "contestée, en tout ou partie : répondez d'abord, les rappels sont suspendus"
PROCEDURE = "procédure collective ouverte : plus aucune demande de paiement, déclarez la créance"
TITRE = "titre obtenu : la suite est son exécution, non un rappel"
GRACE = "délai de grâce accordé par le juge"
PRESCRITE = "prescrite : plus aucune demande"
PEUT_ETRE_PRESCRITE = "peut-être prescrite : faites trancher avant toute demande"
NON_ECHUE = "pas encore échue"
ETAPE_A_VENIR = "l'étape suivante n'est pas encore venue"
ECART = "écart minimal entre deux contacts avec le même débiteur"
ACHEVE = "toutes les étapes du scénario sont faites"
ACTES = (Relance, MiseEnDemeure, Transmission)
JAMAIS_CONTACTE = (date.min, date.min)
RAPPELEE = "rappelée pour mémoire dans l'écrit dû pour une autre facture"
COORDONNEES = {"courriel": "courriel", "courrier": "adresse", "recommande": "adresse", "telephone": "telephone"}
MOTIF_ECHEANCE = "délai écoulé depuis l'échéance"
MOTIF_PRECEDENTE = "délai écoulé depuis l'étape précédente"


@frozen
class _Pas:
    """L'étape suivante d'une créance, le jour où elle devient due, et ce qui la retient jusque-là."""

    bilan: BilanCreance
    rang: int
    etape: Etape
    le: date
    attente: str


def suite(
    bilans: Sequence[BilanCreance],
    faits: Mapping[str, Sequence[Evenement]],
    evenements: Sequence[Evenement],
    scenario: Scenario,
    jours: JoursOuvres,
    *,
    au: date,
) -> tuple[tuple[ActionProposee, ...], ActionProposee | None, tuple[Empechement, ...]]:
    """Actions dues à ``au``, prochaine action, et ce qui empêche les autres.

    Args:
        faits: Événements de chaque créance, par référence ; ``evenements`` : ceux du dossier, pour l'écart entre contacts.
    """
    actes = [e for e in evenements if isinstance(e, ACTES)]
    libre_le = _libre_le(actes, scenario) if actes else JAMAIS_CONTACTE
    suites = []
    for b in bilans:
        siens = faits[b.creance.reference]
        suites.append(_arret(b, siens, au) or _suite(b, siens, scenario, jours, libre_le, au))
    pas = [s for s in suites if isinstance(s, _Pas)]
    dus = [s for s in pas if s.le <= au]
    if dus:
        actions = _par_regime(dus, pas, jours, au)
        engagees = {r for a in actions for r in a.acte.creances}
        return actions, actions[0], tuple([_empechement(s, au) for s in suites if _reference(s) not in engagees])
    prochaine = None
    if pas:
        premier = min(pas, key=lambda s: (s.le, -s.rang))
        prochaine = _action([premier], (), jours, premier.le)
    return (), prochaine, tuple([_empechement(s, au) for s in suites])


def _reference(suite: _Pas | Empechement) -> str:
    return suite.creance if isinstance(suite, Empechement) else suite.bilan.creance.reference


def _empechement(suite: _Pas | Empechement, au: date) -> Empechement:
    """Ce qui retient une créance ; due, elle attend que l'étape plus haute d'une autre soit faite."""
    if isinstance(suite, Empechement):
        return suite
    motif, jusqu_au = (suite.attente, suite.le) if suite.le > au else (RAPPELEE, None)
    return Empechement(_reference(suite), motif, None, jusqu_au)


def _libre_le(actes: Sequence[Acte], scenario: Scenario) -> tuple[date, date]:
    """Premiers jours où un écrit, puis un appel, peuvent partir : un appel ne compte pas dans l'écart, mais un seul contact par jour."""
    jours = [a.le for a in actes]
    ecrits = [a.le for a in actes if not (isinstance(a, Relance) and a.canal == "telephone")]
    lendemain = max(jours) + UN_JOUR
    return max(lendemain, max(ecrits) + timedelta(days=scenario.ecart_minimal)) if ecrits else lendemain, lendemain


def _suite(
    bilan: BilanCreance, faits: Sequence[Evenement], scenario: Scenario, jours: JoursOuvres, libre_le: tuple[date, date], au: date
) -> _Pas | Empechement:
    if refus := _refus(bilan):
        return refus
    rang, precedent = _deja_fait(bilan.creance, faits, scenario) if faits else (0, None)
    while rang < len(scenario.etapes) and _sans_telephone(scenario.etapes[rang], bilan.creance.debiteur):
        etape = scenario.etapes[rang]
        precedent = Relance(le=_jour_du(etape, rang, precedent, bilan, scenario, jours), etape=etape.cle, canal="telephone")
        rang += 1
    if rang == len(scenario.etapes):
        return Empechement(bilan.creance.reference, ACHEVE)
    etape = scenario.etapes[rang]
    le = _jour_du(etape, rang, precedent, bilan, scenario, jours)
    libre = libre_le[etape.est_un_appel or etape.acte == "transmission"]
    if libre > le:
        return _Pas(bilan, rang, etape, libre, ECART)
    return _Pas(bilan, rang, etape, le, NON_ECHUE if not rang and au <= bilan.echeance.valeur else ETAPE_A_VENIR)


def _refus(bilan: BilanCreance) -> Empechement | None:
    """Ce qui interdit toute demande, quelle que soit l'étape."""
    reference, prescription = bilan.creance.reference, bilan.prescription
    if bilan.soldee:
        return Empechement(reference, SOLDEE)
    if not bilan.principal.valeur:
        return Empechement(reference, PRINCIPAL_PAYE)
    if bilan.conteste:
        return Empechement(reference, CONTESTEE)
    if prescription.acquise:
        return Empechement(reference, PRESCRITE, _article(prescription))
    if prescription.douteuse:
        return Empechement(reference, PEUT_ETRE_PRESCRITE, _article(prescription))
    return None


def _arret(bilan: BilanCreance, faits: Sequence[Evenement], au: date) -> Empechement | None:
    """Ce qu'un juge a arrêté : les poursuites, ou le temps d'un délai."""
    creance = bilan.creance
    for e in faits:
        if isinstance(e, Titre):
            return Empechement(creance.reference, TITRE, Source("Code des procédures civiles d'exécution", "L. 111-2"))
        if isinstance(e, ProcedureCollective) and creance.nee_le <= e.le and not _reprise(e, au):
            return Empechement(creance.reference, PROCEDURE, Source("Code de commerce", "L. 622-21 et L. 622-24"))
        if isinstance(e, DelaiDeGrace) and e.du <= au <= e.au:
            return Empechement(creance.reference, GRACE, Source("Code civil", "1343-5"), e.au)
    return None


def _reprise(procedure: ProcedureCollective, au: date) -> bool:
    """La clôture rend les poursuites, sauf celle d'une liquidation (C. com., art. L. 643-11)."""
    return procedure.genre != "liquidation" and procedure.cloturee_le is not None and procedure.cloturee_le <= au


def _article(prescription: Prescription) -> Source:
    return prescription.resultat.source or EXTINCTION


def _deja_fait(creance: Creance, faits: Sequence[Evenement], scenario: Scenario) -> tuple[int, Acte | None]:
    """Rang de l'étape à faire, et le dernier acte de celle d'avant : jamais en arrière, même si une étape a été sautée."""
    rangs = {etape.cle: i for i, etape in enumerate(scenario.etapes)}
    actes = [(rangs[a.etape], a.le, a) for a in faits if isinstance(a, ACTES) and a.etape in rangs and vise(a, creance)]
    if not actes:
        return 0, None
    rang, _, acte = max(actes, key=lambda f: f[:2])
    return rang + 1, acte


def _sans_telephone(etape: Etape, debiteur: Debiteur) -> bool:
    """Un appel à qui n'a pas de téléphone ne se fera jamais : l'étape est tenue pour faite à son jour."""
    return etape.est_un_appel and debiteur.telephone is None


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


def _par_regime(dus: Sequence[_Pas], pas: Sequence[_Pas], jours: JoursOuvres, au: date) -> tuple[ActionProposee, ...]:
    """Un écrit par régime de droit : une lettre ne parle pas à la fois à un consommateur et à un professionnel."""
    groupes: dict[str, list[_Pas]] = {}
    for s in dus:
        groupes.setdefault(s.bilan.regime, []).append(s)
    actions = []
    for regime, groupe in groupes.items():
        plus_haut = max(s.rang for s in groupe)
        visees = [s for s in groupe if s.rang == plus_haut]
        autres = (
            [s for s in pas if s not in visees and s.bilan.regime == regime and s.bilan.jours_retard]
            if len(pas) > len(visees)
            else ()
        )
        actions.append(_action(visees, autres, jours, au))
    actions.sort(key=lambda a: a.le)
    return tuple(actions)


def _action(visees: Sequence[_Pas], autres: Sequence[_Pas], jours: JoursOuvres, le: date) -> ActionProposee:
    etape = visees[0].etape
    canal = _canal(etape, visees[0].bilan.creance.debiteur)
    motif = MOTIF_ECHEANCE if etape.depuis == "echeance" else MOTIF_PRECEDENTE
    limite = _limite(etape, le, canal, jours)
    references = tuple([s.bilan.creance.reference for s in visees])
    acte = _acte(etape, le, references, tuple([s.bilan.creance.reference for s in autres]), canal, limite)
    du = min([s.le for s in visees])
    return ActionProposee(acte=acte, le=du, canal=canal, etape=etape, motif=motif, payer_avant_le=limite)


def _acte(etape: Etape, le: date, creances: tuple[str, ...], memoire: tuple[str, ...], canal: str, limite: date | None) -> Acte:
    if etape.acte == "mise_en_demeure":
        return MiseEnDemeure(le=le, creances=creances, etape=etape.cle, canal=canal, payer_avant_le=limite, pour_memoire=memoire)
    if etape.acte == "transmission":
        return Transmission(le=le, creances=creances, etape=etape.cle, pour_memoire=memoire)
    return Relance(le=le, creances=creances, etape=etape.cle, canal=canal, pour_memoire=memoire)


def _canal(etape: Etape, debiteur: Debiteur) -> str:
    """Le premier canal que les coordonnées permettent ; à défaut, le premier du scénario."""
    for canal in etape.canaux:
        coordonnee = COORDONNEES.get(canal)
        if coordonnee is None or getattr(debiteur, coordonnee):
            return canal
    return etape.canaux[0]


def _limite(etape: Etape, le: date, canal: str, jours: JoursOuvres) -> date | None:
    """Dernier jour laissé au débiteur : ouvré, et compté de la présentation présumée pour un recommandé."""
    if etape.delai_accorde is None:
        return None
    depart = jours.plus_ouvres(le, PRESENTATION_PRESUMEE) if canal == "recommande" else le
    return jours.reporte(depart + timedelta(days=etape.delai_accorde))
