"""Que faire ensuite ? L'étape due se déduit des actes déjà faits ; rien n'est gardé en mémoire.

Une exécution tardive ne saute aucune étape : seuls un déclencheur du scénario ou la prescription proche le font. Un seul écrit par
débiteur, à l'étape la plus haute due : il engage les factures qui l'ont atteinte et rappelle les autres pour mémoire.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from attrs import frozen

from recouvrement.droit.base import Droit
from recouvrement.modele.actes import ActeInterruptif, Demarche, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, vise
from recouvrement.modele.evenements import Appel, Echeancier, Paiement, ProcedureCollective, Promesse, Signal
from recouvrement.modele.personnes import Debiteur
from recouvrement.politique import empechements
from recouvrement.politique.bilan import ActionProposee, BilanCreance, Empechement
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.resultat import Source
from recouvrement.temps import UN_JOUR, JoursOuvres

PRESENTATION_PRESUMEE = 3  # jours ouvrés entre l'envoi d'un recommandé et sa première présentation : un usage
PRESCRIPTION_PROCHE = timedelta(days=60)
FIN_DE_MOIS = 5  # derniers jours ouvrés
NON_ECHUE = "pas encore échue"
ETAPE_A_VENIR = "l'étape suivante n'est pas encore venue"
ECART = "écart minimal entre deux contacts avec le même débiteur"
FREQUENCE = "nombre de contacts atteint : l'insistance est interdite (C. pén., art. 222-33-2-2 ; C. conso., art. L. 121-6)"
JOUR_DE_REPOS = "aucun contact un samedi, un dimanche ou un jour férié"
ATTEND_LA_FIN_DU_MOIS = "le rappel attend la fin du mois"
ACHEVE = "toutes les étapes du scénario sont faites"
ACTES = (Relance, MiseEnDemeure, Transmission)
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


@frozen
class _Pas:
    """L'étape suivante d'une créance, le jour où elle devient due, et ce qui la retient jusque-là."""

    bilan: BilanCreance
    scenario: str
    rang: int
    etape: Etape
    le: date
    attente: str
    motif: str


def suite(
    bilans: Sequence[BilanCreance],
    faits: Mapping[str, Sequence[Evenement]],
    evenements: Sequence[Evenement],
    scenarios: Sequence[Scenario],
    droit: Droit,
    *,
    au: date,
) -> tuple[tuple[ActionProposee, ...], ActionProposee | None, tuple[Empechement, ...]]:
    """Actions dues à ``au``, prochaine action, et ce qui empêche les autres.

    Args:
        faits: Événements de chaque créance, par référence ; ``evenements`` : ceux du dossier, pour l'écart entre contacts.
        scenarios: Celui de chaque bilan, dans le même ordre.
    """
    jours = droit.calendrier
    contacts = _Contacts.de(evenements) if evenements else _AUCUN_CONTACT
    suites = [
        _suite(b, faits[b.creance.reference], evenements, s, contacts, droit, au) for b, s in zip(bilans, scenarios, strict=True)
    ]
    actes = [s for s in suites if isinstance(s, ActionProposee)]
    pas = [s for s in suites if isinstance(s, _Pas)]
    dus = [s for s in pas if s.le <= au]
    if dus or actes:
        actions = tuple(sorted((*actes, *_par_regime(dus, pas, jours, au)), key=lambda a: a.le))
        engagees = {r for a in actions for r in a.creances}
        restent = [s for s in suites if not isinstance(s, ActionProposee) and _reference(s) not in engagees]
        return actions, actions[0], tuple([_empechement(s, au) for s in restent])
    prochaine = None
    if pas:
        premier = min(pas, key=lambda s: (s.le, -s.rang))
        prochaine = _action([premier], (), jours, premier.le)
    return (), prochaine, tuple([_empechement(s, au) for s in suites if not isinstance(s, ActionProposee)])


def _reference(suite: _Pas | Empechement) -> str:
    return suite.creance if isinstance(suite, Empechement) else suite.bilan.creance.reference


def _empechement(suite: _Pas | Empechement, au: date) -> Empechement:
    """Ce qui retient une créance ; due, elle attend que l'étape plus haute d'une autre soit faite."""
    if isinstance(suite, Empechement):
        return suite
    motif, jusqu_au = (suite.attente, suite.le) if suite.le > au else (RAPPELEE, None)
    return Empechement(_reference(suite), motif, None, jusqu_au)


@frozen
class _Contacts:
    """Jours où le débiteur a été joint, par écrit ou non : un appel ne compte pas dans l'écart, mais un seul contact par jour."""

    tous: tuple[date, ...] = ()
    dernier: date = date.min
    dernier_ecrit: date = date.min

    @classmethod
    def de(cls, evenements: Sequence[Evenement]) -> "_Contacts":
        """Les contacts du dossier."""
        actes = [e for e in evenements if isinstance(e, ACTES)]
        appels = [e.le for e in evenements if isinstance(e, Appel)]
        if not actes and not appels:
            return _AUCUN_CONTACT
        jours = [a.le for a in actes]
        ecrits = [a.le for a in actes if not (isinstance(a, Relance) and a.canal == "telephone")]
        return cls(tuple(sorted({*jours, *appels})), max(jours, default=date.min), max(ecrits, default=date.min))

    def libre(self, etape: Etape, scenario: Scenario) -> tuple[date, str]:
        """Premier jour où l'étape peut se faire, et ce qui la retient jusque-là."""
        if not self.tous:
            return date.min, ECART
        libre = self.dernier + UN_JOUR if self.dernier > date.min else date.min
        if not (etape.est_un_appel or etape.acte == "transmission") and self.dernier_ecrit > date.min:
            libre = max(libre, self.dernier_ecrit + timedelta(days=scenario.ecart_minimal))
        if scenario.contacts_max is not None and etape.acte != "transmission":
            nombre, duree = scenario.contacts_max
            if len(self.tous) >= nombre and (fin := self.tous[-nombre] + timedelta(days=duree)) > libre:
                return fin, FREQUENCE
        return libre, ECART


_AUCUN_CONTACT = _Contacts()


def _suite(
    bilan: BilanCreance,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    scenario: Scenario,
    contacts: _Contacts,
    droit: Droit,
    au: date,
) -> _Pas | Empechement | ActionProposee:
    """Ce qui interdit, puis ce qui presse, puis ce qui suspend, puis l'étape du scénario."""
    creance = bilan.creance
    if interdit := empechements.definitif(bilan):
        return interdit
    if faits:
        if bloque := empechements.blocage(creance, faits, au):
            return bloque
        if procedure := empechements.procedure_ouverte(creance, faits, au):
            return _declarer(creance, procedure, faits, droit, au)
    if au >= bilan.prescription.prudente - PRESCRIPTION_PROCHE:
        return _interrompre(bilan, au)
    if (faits or bilan.conteste or scenario.solde_minimal is not None) and (
        retient := empechements.temporaire(bilan, faits, evenements, scenario, au)
    ):
        return retient
    return _etape(bilan, faits, evenements, scenario, contacts, droit.calendrier, au)


def _interrompre(bilan: BilanCreance, au: date) -> ActionProposee:
    """L'acte qui interrompt à coup sûr, avant le jour prudent."""
    p = bilan.prescription
    acte = ActeInterruptif(le=au, cause=p.acte, creance=bilan.creance.reference)
    canal = "recommande" if p.acte in PAR_LETTRE else PAR_UN_OFFICIER
    return ActionProposee(
        acte=acte,
        le=min(p.prudente - PRESCRIPTION_PROCHE, au),
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
    article = Source("Code de commerce", "L. 622-21 et L. 622-24")
    if any(isinstance(e, ActeInterruptif) and e.cause == "declaration_de_creance" for e in faits):
        return Empechement(creance.reference, empechements.DECLAREE, article)
    limite = None
    if procedure.publiee_le is not None and procedure.publiee_le <= au:
        limite = droit.delai("declaration_de_creance", depart=procedure.publiee_le, calendrier=droit.calendrier).valeur
        if au > limite:
            return Empechement(creance.reference, empechements.FORCLOSE, Source("Code de commerce", "L. 622-26"))
    return ActionProposee(
        acte=ActeInterruptif(le=au, cause="declaration_de_creance", creance=creance.reference),
        le=procedure.le,
        canal="recommande",
        etape=DECLARATION,
        motif=MOTIF_DECLARATION,
        source=article,
        limite=limite,
    )


def _etape(
    bilan: BilanCreance,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    scenario: Scenario,
    contacts: _Contacts,
    jours: JoursOuvres,
    au: date,
) -> _Pas | Empechement:
    """L'étape suivante du scénario, et le jour où elle devient due."""
    debiteur, etapes = bilan.creance.debiteur, scenario.etapes
    rang, precedent = _deja_fait(bilan.creance, faits, scenario) if faits else (0, None)
    motif, avance, le = "", 0, au
    if faits and rang < len(etapes) and (saut := _declenchee(etapes[rang:], precedent, faits, evenements, au)):
        avance, le, motif = saut
        rang, le = rang + avance, max(le, bilan.echeance.valeur + UN_JOUR)
    while rang < len(etapes) and _passee(etapes[rang], bilan, debiteur, evenements):
        etape = etapes[rang]
        precedent = Relance(le=_jour_du(etape, rang, precedent, bilan, scenario, jours), etape=etape.cle, canal="telephone")
        rang, motif = rang + 1, ""
    if rang == len(etapes):
        return Empechement(bilan.creance.reference, ACHEVE)
    etape = etapes[rang]
    prevu = _jour_du(etape, rang, precedent, bilan, scenario, jours)
    if not motif or (not avance and prevu <= le):
        le, motif = prevu, MOTIF_ECHEANCE if etape.depuis == "echeance" else MOTIF_PRECEDENTE
    libre, retenue = contacts.libre(etape, scenario)
    attente = NON_ECHUE if not rang and au <= bilan.echeance.valeur else ETAPE_A_VENIR
    if libre > le:
        le, attente = libre, retenue
    if scenario.fin_de_mois and etape.acte == "relance" and not etape.est_un_appel and (tard := _fin_de_mois(le, jours)) > le:
        le, attente = tard, ATTEND_LA_FIN_DU_MOIS
    if scenario.jours_ouvres and (ouvre := jours.reporte(max(le, au))) > max(le, au):
        le, attente = ouvre, JOUR_DE_REPOS
    return _Pas(bilan, scenario.cle, rang, etape, le, attente, motif)


def _declenchee(
    restantes: Sequence[Etape],
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
        if jour is not None and jour >= depuis:
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
            case Promesse() | Echeancier() if (manque := empechements.manque_depuis(e, evenements, au)) is not None:
                yield ("promesse_echue" if isinstance(e, Promesse) else "echeancier_rompu"), manque


def _passee(etape: Etape, bilan: BilanCreance, debiteur: Debiteur, evenements: Sequence[Evenement]) -> bool:
    """Une étape qui ne se fera jamais est tenue pour faite à son jour : un appel sans téléphone, une condition qui manque."""
    if etape.est_un_appel and debiteur.telephone is None:
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


def _fin_de_mois(jour: date, jours: JoursOuvres) -> date:
    """Le premier des derniers jours ouvrés de son mois, s'il est à venir."""
    fin = date(jour.year + jour.month // 12, jour.month % 12 + 1, 1)
    for _ in range(FIN_DE_MOIS):
        fin = jours.recule(fin - UN_JOUR)
    return max(jour, fin)


def _deja_fait(creance: Creance, faits: Sequence[Evenement], scenario: Scenario) -> tuple[int, Demarche | None]:
    """Rang de l'étape à faire, et le dernier acte de celle d'avant : jamais en arrière, même si une étape a été sautée.

    Un appel passé vaut l'étape d'appel qui vient.
    """
    rangs = {etape.cle: i for i, etape in enumerate(scenario.etapes)}
    actes = [(rangs[a.etape], a.le, a) for a in faits if isinstance(a, ACTES) and a.etape in rangs and vise(a, creance)]
    rang, dernier = -1, None
    if actes:
        rang, _, dernier = max(actes, key=lambda f: f[:2])
    for e in faits:
        suivante = scenario.etapes[rang + 1] if rang + 1 < len(scenario.etapes) else None
        if isinstance(e, Appel) and suivante and suivante.est_un_appel and (dernier is None or e.le >= dernier.le):
            rang, dernier = rang + 1, Relance(le=e.le, etape=suivante.cle, canal="telephone")
    return rang + 1, dernier


def _jour_du(
    etape: Etape, rang: int, precedent: Demarche | None, bilan: BilanCreance, scenario: Scenario, jours: JoursOuvres
) -> date:
    """Le plus tardif de l'échéance plus le délai, et de l'acte précédent plus l'écart entre les deux étapes.

    Après une mise en demeure, jamais avant la fin du délai qu'elle accorde.
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
        prevu = _plus(depart, etape.jours, etape, jours)
    accorde = precedent.payer_avant_le if isinstance(precedent, MiseEnDemeure) else None
    return max(prevu, accorde + UN_JOUR) if accorde else prevu


def _presentation(acte: Demarche, jours: JoursOuvres) -> date:
    """Première présentation de la mise en demeure, présumée tant qu'elle n'est pas connue."""
    connue = acte.presentee_le if isinstance(acte, MiseEnDemeure) else None
    return connue or jours.plus_ouvres(acte.le, PRESENTATION_PRESUMEE)


def _plus(depart: date, n: int, etape: Etape, jours: JoursOuvres) -> date:
    return jours.plus_ouvres(depart, n) if etape.ouvres else depart + timedelta(days=n)


def _par_regime(dus: Sequence[_Pas], pas: Sequence[_Pas], jours: JoursOuvres, au: date) -> Iterator[ActionProposee]:
    """Un écrit par régime de droit et par scénario : une lettre ne parle pas à la fois à un consommateur et à un professionnel."""
    groupes: dict[tuple[str, str], list[_Pas]] = {}
    for s in dus:
        groupes.setdefault((s.bilan.regime, s.scenario), []).append(s)
    for (regime, _), groupe in groupes.items():
        plus_haut = max(s.rang for s in groupe)
        visees = [s for s in groupe if s.rang == plus_haut]
        autres = (
            [s for s in pas if s not in visees and s.bilan.regime == regime and s.bilan.jours_retard]
            if len(pas) > len(visees)
            else ()
        )
        yield _action(visees, autres, jours, au)


def _action(visees: Sequence[_Pas], autres: Sequence[_Pas], jours: JoursOuvres, le: date) -> ActionProposee:
    premier = min(visees, key=lambda s: s.le)
    etape = premier.etape
    canal = _canal(etape, premier.bilan.creance.debiteur)
    limite = _limite(etape, le, canal, jours)
    references = tuple([s.bilan.creance.reference for s in visees])
    acte = _acte(etape, le, references, tuple([s.bilan.creance.reference for s in autres]), canal, limite)
    return ActionProposee(acte=acte, le=premier.le, canal=canal, etape=etape, motif=premier.motif, payer_avant_le=limite)


def _acte(
    etape: Etape, le: date, creances: tuple[str, ...], memoire: tuple[str, ...], canal: str, limite: date | None
) -> Demarche:
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
