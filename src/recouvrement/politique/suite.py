"""Que faire ensuite ? L'étape due se déduit des actes déjà faits ; rien n'est gardé en mémoire.

Une exécution tardive ne saute aucune étape : seuls un déclencheur du scénario ou la prescription proche le font. Un seul écrit par
débiteur, à l'étape la plus haute due : il engage les factures qui l'ont atteinte et rappelle les autres pour mémoire. La première
lettre d'un mandataire passe avant toute étape.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import NamedTuple

from recouvrement.affichage import date_fr
from recouvrement.droit.base import Droit
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.actes import (
    ActeInterruptif,
    Demarche,
    MiseEnDemeure,
    Relance,
    mettre_en_demeure,
    relancer,
    transmettre,
)
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, declaree, vise
from recouvrement.modele.evenements import Appel, Echeancier, Paiement, ProcedureCollective, Promesse, Signal
from recouvrement.modele.personnes import Debiteur, Mandataire
from recouvrement.politique import empechements, mandat
from recouvrement.politique.bilan import ActionProposee, BilanCreance, Empechement, proposer
from recouvrement.politique.cadence import AUCUN_CONTACT, Contacts, premier_jour
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.resultat import Source
from recouvrement.temps import UN_JOUR, JoursOuvres

_PRESENTATION = 3  # jours ouvrés entre l'envoi d'un recommandé et sa première présentation : un usage
NON_ECHUE = "pas encore échue"
ETAPE_A_VENIR = "l'étape suivante n'est pas encore venue"
ACHEVE = "toutes les étapes du scénario sont faites"
RAPPELEE = "rappelée pour mémoire dans l'écrit dû pour une autre facture"
COORDONNEES = {"courriel": "courriel", "courrier": "adresse", "recommande": "adresse", "telephone": "telephone"}
MOTIF_ECHEANCE = "délai écoulé depuis l'échéance"
MOTIF_PRECEDENTE = "délai écoulé depuis l'étape précédente"
MOTIF_PRESCRIPTION = "prescription proche : seul un acte interruptif la préserve"
MOTIF_DECLARATION = "procédure collective ouverte : la créance se déclare dans le délai, à peine d'inopposabilité"
MOTIFS_DE_DECLENCHEMENT = {
    "appel_infructueux": "appel infructueux",
    "refus_explicite": "refus explicite de payer",
    "promesse_echue": "promesse échue sans paiement",
    "echeancier_rompu": "échéancier rompu",
    "signal": "signe avant-coureur",
}
PAR_UN_OFFICIER = "commissaire_de_justice"
INTERRUPTION = Etape(cle="interruption", acte="acte_interruptif", jours=0, canaux=(PAR_UN_OFFICIER,), ton=5)
DECLARATION = Etape(cle="declaration_de_creance", acte="acte_interruptif", jours=0, canaux=("recommande",), ton=5)
PAR_LETTRE = ("demande_ecrite_publique", "recommande_assurance", "declaration_de_creance")


_le, _rang = attrgetter("le"), attrgetter("rang")


class _Pas(NamedTuple):
    """L'étape suivante d'une créance, le jour où elle devient due, et ce qui la retient jusque-là."""

    creance: str
    bilan: BilanCreance
    scenario: str
    rang: int
    etape: Etape
    le: date
    attente: str
    motif: str
    source: Source | None = None


_preparer = fabrique(_Pas)


def suite(
    bilans: Sequence[BilanCreance],
    faits: Mapping[str, Sequence[Evenement]],
    evenements: Sequence[Evenement],
    scenarios: Sequence[Scenario],
    droit: Droit,
    *,
    au: date,
    mandataire: Mandataire | None = None,
) -> tuple[tuple[ActionProposee, ...], ActionProposee | None, tuple[Empechement, ...]]:
    """Actions dues à ``au``, prochaine action, et ce qui empêche les autres.

    Args:
        faits: Événements de chaque créance, par référence ; ``evenements`` : ceux du dossier, pour l'écart entre contacts.
        scenarios: Celui de chaque bilan, dans le même ordre.
        mandataire: Celui qui a mandat à ``au``.
    """
    jours = droit.calendrier
    contacts = Contacts.de(evenements) if evenements else AUCUN_CONTACT
    d_un_plan = empechements.apres_un_plan(bilans, evenements, au) if evenements else ()
    actions: list[ActionProposee] = []
    restent: list[_Pas | Empechement] = []
    pas: list[_Pas] = []
    for bilan, scenario in zip(bilans, scenarios, strict=True):
        s = _suite(bilan, faits[bilan.creance.reference], evenements, scenario, contacts, droit, au, mandataire)
        if isinstance(s, ActionProposee):
            actions.append(s)
            continue
        if isinstance(s, _Pas) and s.creance in d_un_plan:
            s = Empechement(s.creance, empechements.PLAN_ACHEVE)
        restent.append(s)
        if isinstance(s, _Pas):
            pas.append(s)
    if dus := [s for s in pas if s.le <= au]:
        actions += _par_regime(dus, pas, jours, au)
    if actions:
        actions.sort(key=_le)
        engagees = {r for a in actions for r in a.creances}
        return tuple(actions), actions[0], tuple([_empechement(s, au) for s in restent if s.creance not in engagees])
    prochaine = None
    if pas:
        premier = min(pas, key=lambda s: (s.le, -s.rang))
        prochaine = _action([premier], (), jours, premier.le)
    return (), prochaine, tuple([_empechement(s, au) for s in restent])


def _empechement(suite: _Pas | Empechement, au: date) -> Empechement:
    """Ce qui retient une créance ; due, elle attend que l'étape plus haute d'une autre soit faite."""
    if isinstance(suite, Empechement):
        return suite
    motif, jusqu_au = (suite.attente, suite.le) if suite.le > au else (RAPPELEE, None)
    return Empechement(suite.creance, motif, None, jusqu_au)


def _suite(
    bilan: BilanCreance,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    scenario: Scenario,
    contacts: Contacts,
    droit: Droit,
    au: date,
    mandataire: Mandataire | None,
) -> _Pas | Empechement | ActionProposee:
    """Ce qui interdit, puis ce qui presse, puis ce qui suspend, puis la première lettre d'un mandataire, puis l'étape du scénario."""
    creance = bilan.creance
    interdits = [x for x in (empechements.definitif(bilan), empechements.blocage(creance, faits, au)) if x]
    procedure = empechements.procedure_subie(creance, faits, au) if faits else None
    if procedure and empechements.DECLARABLES.issuperset([x.motif for x in interdits]):
        return _declarer(creance, procedure, faits, droit, au)
    if interdits:
        return interdits[0]
    if au >= bilan.prescription.prudente - empechements.PRESCRIPTION_PROCHE:
        return _interrompre(bilan, au)
    if (faits or bilan.conteste or scenario.solde_minimal is not None) and (
        retient := empechements.temporaire(bilan, faits, evenements, scenario, au)
    ):
        return retient
    pas_avant = date.min
    if mandataire is not None:
        lettre = mandat.premiere_lettre(mandataire, bilan, faits)
        if lettre is None:
            return _premier_contact(bilan, mandataire, scenario, contacts, droit.calendrier, au)
        pas_avant = (_limite(mandat.etape_de(scenario), lettre.le, lettre.canal, droit.calendrier) or lettre.le) + UN_JOUR
    return _etape(bilan, faits, evenements, scenario, contacts, droit.calendrier, au, pas_avant)


def _interrompre(bilan: BilanCreance, au: date) -> ActionProposee:
    """L'acte qui interrompt à coup sûr, avant le jour prudent."""
    p = bilan.prescription
    acte = ActeInterruptif(le=au, cause=p.acte, creance=bilan.creance.reference)
    canal = "recommande" if p.acte in PAR_LETTRE else PAR_UN_OFFICIER
    return ActionProposee(
        acte=acte,
        le=min(p.prudente - empechements.PRESCRIPTION_PROCHE, au),
        canal=canal,
        etape=INTERRUPTION,
        motif=MOTIF_PRESCRIPTION,
        source=p.resultat.source,
        limite=p.prudente,
    )


def _declarer(
    creance: Creance, procedure: ProcedureCollective, faits: Sequence[Evenement], droit: Droit, au: date
) -> Empechement | ActionProposee:
    """Déclarer la créance dans le délai de la publication ; ensuite, plus rien à demander au débiteur."""
    article, non_declaree = Source("Code de commerce", "L. 622-21 et L. 622-24"), Source("Code de commerce", "L. 622-26")
    if procedure.cloturee_le is not None and procedure.cloturee_le <= au:
        if procedure.genre == "liquidation":
            return Empechement(creance.reference, empechements.LIQUIDEE, Source("Code de commerce", "L. 643-11"))
        return Empechement(creance.reference, empechements.NON_DECLAREE, non_declaree)
    if declaree(procedure, faits):
        return Empechement(creance.reference, empechements.DECLAREE, article)
    limite, publiee_le = None, procedure.publiee_le
    if publiee_le is not None and publiee_le <= au:
        distance = droit.distance(creance.creancier.adresse)
        limite = droit.delai("declaration_de_creance", depart=publiee_le, distance=distance, calendrier=droit.calendrier).valeur
        if au > limite:
            releve = droit.delai("releve_de_forclusion", depart=publiee_le, calendrier=droit.calendrier).valeur
            motif = empechements.FORCLOSE.format(date_fr(releve)) if au <= releve else empechements.EXCLUE
            return Empechement(creance.reference, motif, non_declaree)
    return ActionProposee(
        acte=ActeInterruptif(le=au, cause="declaration_de_creance", creance=creance.reference),
        le=procedure.le,
        canal="recommande",
        etape=DECLARATION,
        motif=MOTIF_DECLARATION,
        source=article,
        limite=limite,
    )


def _premier_contact(
    bilan: BilanCreance, mandataire: Mandataire, scenario: Scenario, contacts: Contacts, jours: JoursOuvres, au: date
) -> _Pas:
    """La première lettre du mandataire, avant toute étape : ni avant son mandat, ni avant le lendemain de l'échéance."""
    etape, echeance = mandat.etape_de(scenario), bilan.echeance.valeur
    prevu = max(_plus(echeance, etape.jours, etape, jours), echeance + UN_JOUR, mandataire.mandat_le)
    le, retenue = premier_jour(prevu, etape, scenario, contacts, jours, au)
    attente = retenue or (NON_ECHUE if au <= echeance else ETAPE_A_VENIR)
    rang = len(scenario.etapes)
    return _preparer(bilan.creance.reference, bilan, scenario.cle, rang, etape, le, attente, mandat.MOTIF, mandat.ARTICLE)


def _etape(
    bilan: BilanCreance,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    scenario: Scenario,
    contacts: Contacts,
    jours: JoursOuvres,
    au: date,
    pas_avant: date,
) -> _Pas | Empechement:
    """L'étape suivante du scénario, et le jour où elle devient due ; ``pas_avant`` : le délai qu'une lettre a laissé est passé."""
    etapes = scenario.etapes
    rang, precedent = _deja_fait(bilan, faits, scenario) if faits else (0, None)
    motif, avance, le = "", 0, au
    if faits and rang < len(etapes) and (saut := _declenchee(etapes[rang:], bilan, precedent, faits, evenements, au)):
        avance, le, motif = saut
        rang, le = rang + avance, max(le, bilan.echeance.valeur + UN_JOUR)
    while rang < len(etapes) and _passee(etapes[rang], bilan, evenements):
        etape = etapes[rang]
        precedent = Relance(le=_jour_du(etape, rang, precedent, bilan, scenario, jours), etape=etape.cle, canal="telephone")
        rang, motif = rang + 1, ""
    if rang == len(etapes):
        return Empechement(bilan.creance.reference, ACHEVE)
    etape = etapes[rang]
    prevu = _jour_du(etape, rang, precedent, bilan, scenario, jours)
    if not motif or (not avance and prevu <= le):
        le, motif = prevu, MOTIF_ECHEANCE if etape.depuis == "echeance" else MOTIF_PRECEDENTE
    le, retenue = premier_jour(max(le, pas_avant), etape, scenario, contacts, jours, au)
    attente = retenue or (NON_ECHUE if au <= bilan.echeance.valeur else ETAPE_A_VENIR if au >= pas_avant else mandat.DELAI)
    return _preparer(bilan.creance.reference, bilan, scenario.cle, rang, etape, le, attente, motif)


def _declenchee(
    restantes: Sequence[Etape],
    bilan: BilanCreance,
    precedent: Demarche | None,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    au: date,
) -> tuple[int, date, str] | None:
    """L'étape la plus haute qu'un fait survenu depuis le dernier acte avance, son jour et son motif."""
    if not any(e.declencheur for e in restantes):
        return None
    depuis = precedent.le if precedent else date.min
    survenus = dict(_survenus(faits, evenements, au))
    for rang, etape in reversed(list(enumerate(restantes))):
        jour = survenus.get(etape.declencheur or "")
        if jour is not None and jour >= depuis and not _passee(etape, bilan, evenements):
            return rang, jour, MOTIFS_DE_DECLENCHEMENT[etape.declencheur or ""]
    return None


def _survenus(faits: Sequence[Evenement], evenements: Sequence[Evenement], au: date) -> Iterator[tuple[str, date]]:
    """Déclencheurs survenus, du plus ancien au plus récent de chaque sorte."""
    for e in faits:
        match e:
            case Appel(issue="infructueux"):
                yield "appel_infructueux", e.le
            case Appel(issue="refus_explicite"):
                yield "refus_explicite", e.le
            case Signal():
                yield "signal", e.le
            case Promesse() | Echeancier() if not empechements.remplacee(e, faits):
                if (manque := empechements.manque_depuis(e, evenements, au)) is not None:
                    yield ("promesse_echue" if isinstance(e, Promesse) else "echeancier_rompu"), manque


def _passee(etape: Etape, bilan: BilanCreance, evenements: Sequence[Evenement]) -> bool:
    """Une étape qui ne se fera jamais est tenue pour faite à son jour : un appel sans téléphone, une condition qui manque."""
    if etape.est_un_appel and bilan.creance.debiteur.telephone is None:
        return True
    if not etape.si:
        return False
    situation = _situation(bilan, evenements)
    return not all(condition.tient(situation) for condition in etape.si)


def _situation(bilan: BilanCreance, evenements: Sequence[Evenement]) -> dict[str, object]:
    """Ce que les conditions d'une étape regardent."""
    signaux = frozenset(e.nature for e in evenements if isinstance(e, Signal))
    moyens = [e.moyen for e in evenements if isinstance(e, Paiement)]
    return {
        "montant": bilan.principal.valeur.decimal,
        "age": bilan.jours_retard,
        "qualite": bilan.creance.debiteur.qualite.value,
        "nature": bilan.creance.nature,
        "risque": "signale" if signaux else "normal",
        "moyen_de_paiement": moyens[-1] if moyens else "",
        "signal": signaux,
    }


def _deja_fait(bilan: BilanCreance, faits: Sequence[Evenement], scenario: Scenario) -> tuple[int, Demarche | None]:
    """Rang de l'étape à faire, et le dernier acte de celle d'avant : jamais en arrière, même si une étape a été sautée.

    Un appel passé vaut l'étape d'appel qui vient. Avant l'échéance, seule compte une étape d'avant l'échéance : ce qui est dû à
    terme ne peut être exigé plus tôt (C. civ., art. 1305-2).
    """
    rangs = {etape.cle: i for i, etape in enumerate(scenario.etapes)}
    echeance, creance = bilan.echeance.valeur, bilan.creance
    actes = [
        (rangs[a.etape], a.le, a)
        for a in faits
        if isinstance(a, Demarche)
        and a.etape in rangs
        and vise(a, creance)
        and (a.le > echeance or scenario.etapes[rangs[a.etape]].avant_terme)
    ]
    rang, dernier = -1, None
    if actes:
        rang, _, dernier = max(actes, key=lambda f: f[:2])
    for e in faits:
        suivante = scenario.etapes[rang + 1] if rang + 1 < len(scenario.etapes) else None
        if (
            isinstance(e, Appel)
            and suivante
            and suivante.est_un_appel
            and e.le > echeance
            and (dernier is None or e.le >= dernier.le)
        ):
            rang, dernier = rang + 1, Relance(le=e.le, etape=suivante.cle, canal="telephone")
    return rang + 1, dernier


def _jour_du(
    etape: Etape, rang: int, precedent: Demarche | None, bilan: BilanCreance, scenario: Scenario, jours: JoursOuvres
) -> date:
    """Le plus tardif de l'échéance plus le délai, et de l'acte précédent plus l'écart entre les deux étapes.

    Jamais avant la fin du délai qu'accorde une mise en demeure, ni avant le lendemain de l'échéance si l'étape en suit une autre.
    """
    echeance = bilan.echeance.valeur
    if precedent is None:
        return _plus(echeance, etape.jours, etape, jours)
    if etape.depuis == "echeance":
        avant = scenario.etapes[rang - 1]
        ecart = etape.jours - avant.jours if avant.depuis == "echeance" else 0
        prevu = max(_plus(echeance, etape.jours, etape, jours), precedent.le + timedelta(days=max(ecart, 0)))
    else:
        depart = _presentation(precedent, jours) if etape.depuis == "presentation" else precedent.le
        prevu = max(_plus(depart, etape.jours, etape, jours), echeance + UN_JOUR)
    accorde = precedent.payer_avant_le if isinstance(precedent, MiseEnDemeure) else None
    return max(prevu, accorde + UN_JOUR) if accorde else prevu


def _presentation(acte: Demarche, jours: JoursOuvres) -> date:
    """Première présentation de la mise en demeure, présumée tant qu'elle n'est pas connue."""
    connue = acte.presentee_le if isinstance(acte, MiseEnDemeure) else None
    return connue or presentation_presumee(acte.le, jours)


def presentation_presumee(envoye_le: date, jours: JoursOuvres) -> date:
    """Le jour où un recommandé est présenté, tant que nul ne le sait."""
    return jours.plus_ouvres(envoye_le, _PRESENTATION)


def _plus(depart: date, n: int, etape: Etape, jours: JoursOuvres) -> date:
    return jours.plus_ouvres(depart, n) if etape.ouvres else depart + n * UN_JOUR


def _par_regime(dus: Sequence[_Pas], pas: Sequence[_Pas], jours: JoursOuvres, au: date) -> list[ActionProposee]:
    """Un écrit par régime de droit et par scénario : une lettre ne parle pas à la fois à un consommateur et à un professionnel."""
    if len(pas) == 1:
        return [_action(pas, (), jours, au)]
    actions = []
    groupes: dict[tuple[str, str], list[_Pas]] = {}
    for s in dus:
        groupes.setdefault((s.bilan.regime, s.scenario), []).append(s)
    for (regime, scenario), groupe in groupes.items():
        plus_haut = max(map(_rang, groupe))
        visees = [s for s in groupe if s.rang == plus_haut]
        autres = [
            s for s in pas if s not in visees and (s.bilan.regime, s.scenario) == (regime, scenario) and s.bilan.jours_retard
        ]
        actions.append(_action(visees, autres, jours, au))
    return actions


def _action(visees: Sequence[_Pas], autres: Sequence[_Pas], jours: JoursOuvres, le: date) -> ActionProposee:
    premier = visees[0] if len(visees) == 1 else min(visees, key=_le)
    etape = premier.etape
    canal = _canal(etape, premier.bilan.creance.debiteur)
    limite = _limite(etape, le, canal, jours)
    memoire = tuple([s.creance for s in autres]) if autres else ()
    acte = _acte(etape, le, tuple([s.creance for s in visees]), memoire, canal, limite)
    return proposer(
        acte=acte, le=premier.le, canal=canal, etape=etape, motif=premier.motif, source=premier.source, payer_avant_le=limite
    )


def _acte(
    etape: Etape, le: date, creances: tuple[str, ...], memoire: tuple[str, ...], canal: str, limite: date | None
) -> Demarche:
    if etape.acte == "mise_en_demeure":
        return mettre_en_demeure(
            le=le, creances=creances, etape=etape.cle, canal=canal, payer_avant_le=limite, pour_memoire=memoire
        )
    if etape.acte == "transmission":
        return transmettre(le=le, creances=creances, etape=etape.cle, pour_memoire=memoire)
    return relancer(le=le, creances=creances, etape=etape.cle, canal=canal, pour_memoire=memoire)


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
    depart = presentation_presumee(le, jours) if canal == "recommande" else le
    return jours.reporte(depart + etape.delai_accorde * UN_JOUR)
