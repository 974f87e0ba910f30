"""I-27 à I-32 dans un monde simulé : les jours passent, les passages manquent, le débiteur paie, promet, conteste, appelle, tombe.

Le monde tient son propre compte de ce qui est interdit, sans rien demander au moteur que la prescription et le solde.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from fabrique import CREANCIER, MARSEILLE
from proprietes.strategies import profil
from recouvrement import (
    ActeInterruptif,
    Appel,
    Blocage,
    Contestation,
    Creance,
    Debiteur,
    DelaiDeGrace,
    Dossier,
    Echeancier,
    Etape,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Promesse,
    Qualite,
    Relance,
    Scenario,
    Signal,
    Suspension,
    Transmission,
)
from recouvrement.droit import pour
from recouvrement.politique.bilan import ActionProposee, Bilan
from recouvrement.politique.scenario import prereglage

DEBUT = date(2026, 1, 5)
JOUR = timedelta(days=1)
GRACE = timedelta(days=3)
PROCHE = timedelta(days=60)
SOCIETE = Debiteur(
    nom="Ateliers du Sud",
    qualite=Qualite.COMMERCANT,
    identifiant="c-1",
    adresse=MARSEILLE,
    courriel="a@sud.example",
    telephone="1",
)
PARTICULIER = evolve(SOCIETE, qualite=Qualite.CONSOMMATEUR)
OUVRES = pour("fr").calendrier
DECLENCHES = {
    "appel infructueux",
    "refus explicite de payer",
    "promesse échue sans paiement",
    "échéancier rompu",
    "signe avant-coureur",
}
SERRE = Scenario(
    cle="serre",
    ecart_minimal=5,
    contacts_max=(2, 20),
    solde_minimal="50.00",
    etapes=[
        Etape(cle="avis", acte="relance", jours=1),
        Etape(cle="appel", acte="relance", jours=4, canaux=["telephone"], si=["risque = signale"]),
        Etape(cle="rappel", acte="relance", jours=10, declencheur="signal"),
        Etape(cle="ferme", acte="relance", jours=15, depuis="precedente", si=["montant >= 500"], declencheur="promesse_echue"),
        Etape(
            cle="demeure",
            acte="mise_en_demeure",
            jours=10,
            depuis="precedente",
            canaux=["recommande"],
            delai_accorde=8,
            declencheur="echeancier_rompu",
        ),
        Etape(cle="remise", acte="transmission", jours=8, depuis="presentation", canaux=["interne"]),
    ],
)
NOMS = ("progressif", "trois_lettres", "amiable_court", "consommateur", "grand_compte")
SCENARIOS = {nom: prereglage(nom) for nom in NOMS} | {
    "mensuel": evolve(prereglage("trois_lettres"), cle="mensuel", fin_de_mois=True),
    "serre": SERRE,
}
RETARDS = st.integers(-40, 60) | st.sampled_from([5 * 365 - 70, 5 * 365 - 20, 2 * 365 - 80, 2 * 365 - 30, 700])
FACTURES = st.lists(
    st.tuples(RETARDS, st.sampled_from([False, False, True]), st.sampled_from(["400.00", "30.00", "2500.00"])),
    min_size=1,
    max_size=3,
)
CHOIX = st.tuples(st.sampled_from(list(SCENARIOS)), st.sampled_from(["", "serre", "amiable_court"]))


def _facture(i: int, retard: int, particulier: bool, montant: str) -> Creance:
    echue = DEBUT - retard * JOUR
    return Creance(
        reference=f"F-{i}",
        principal=montant,
        emise_le=echue - 30 * JOUR,
        echeance=echue,
        creancier=CREANCIER,
        debiteur=PARTICULIER if particulier else SOCIETE,
    )


def _naitre(factures: list[tuple[int, bool, str]], choix: tuple[str, str]) -> tuple[Politique, Dossier]:
    """Une à trois factures du même débiteur, d'un ou deux régimes ; un scénario, parfois un second pour la première."""
    nom, autre = choix
    scenarios = {"F-0": SCENARIOS[autre]} if autre else {}
    dossier = Dossier(creances=[_facture(i, *f) for i, f in enumerate(factures)])
    return Politique(scenario=SCENARIOS[nom], scenarios=scenarios), dossier


def _est_un_ecrit(acte: object) -> bool:
    return isinstance(acte, MiseEnDemeure) or (isinstance(acte, Relance) and acte.canal != "telephone")


def _est_un_contact(acte: object) -> bool:
    return isinstance(acte, Relance | MiseEnDemeure | Appel)


def _vise(fait: object, reference: str) -> bool:
    visees = getattr(fait, "creances", ()) or ((fait.creance,) if getattr(fait, "creance", None) else ())
    return not visees or reference in visees


class Monde(RuleBasedStateMachine):
    """Une politique, un dossier, un jour."""

    @initialize(factures=FACTURES, choix=CHOIX, calme=st.booleans())
    def naitre(self, factures: list[tuple[int, bool, str]], choix: tuple[str, str], calme: bool) -> None:
        """Un monde sur deux est calme : rien n'y fait taire les rappels, et la cadence seule les retient."""
        self.calme = calme
        self.politique, self.dossier = _naitre(factures, choix)
        self.jour = DEBUT
        self.gravies: dict[str, list[str]] = {c.reference: [] for c in self.dossier.creances}

    # Le temps et la politique

    @rule(jours=st.integers(1, 6) | st.integers(1, 40))
    def attendre(self, jours: int) -> None:
        """Aucun passage ces jours-là."""
        self.jour += jours * JOUR

    @rule(jours=st.integers(0, 25))
    def passer(self, jours: int) -> None:
        """Un passage par jour, chaque action faite."""
        for _ in range(jours + 1):
            self._faire(self._examiner())
            self.jour += JOUR

    @invariant()
    def regarder(self) -> None:
        """Après chaque fait, ce qui serait proposé aujourd'hui, fait ou non."""
        if hasattr(self, "jour"):
            self._controler(self.politique.examiner(self.dossier, au=self.jour))

    def _examiner(self) -> Bilan:
        bilan = self.politique.examiner(self.dossier, au=self.jour)
        encore = self.politique.examiner(
            Dossier(creances=self.dossier.creances[::-1], evenements=self.dossier.evenements[::-1]), au=self.jour
        )
        assert bilan == encore
        assert hash(bilan.actions) == hash(encore.actions)
        self._controler(bilan)
        return bilan

    def _faire(self, bilan: Bilan) -> None:
        for a in bilan.actions:
            for reference in a.creances:
                assert a.etape.cle not in self.gravies[reference], "une étape deux fois"
                self.gravies[reference].append(a.etape.cle)
        self.dossier = self.dossier.avec(*(a.acte for a in bilan.actions))
        assert self.politique.examiner(self.dossier, au=self.jour).actions == (), "le même jour, plus rien après l'avoir fait"

    # Ce qui arrive

    def _ajouter(self, fait: object) -> None:
        self.dossier = self.dossier.avec(fait)

    def _remplacer(self, ancien: object, nouveau: object) -> None:
        self.dossier = evolve(self.dossier, evenements=[nouveau if e is ancien else e for e in self.dossier.evenements])

    def _une(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from(sorted(self.gravies)))

    def _une_ou_toutes(self, data: st.DataObject) -> str | None:
        return data.draw(st.sampled_from([None, *sorted(self.gravies)]))

    def _ouverts(self, genre: type, fin: str) -> list[object]:
        return [e for e in self.dossier.evenements if isinstance(e, genre) and getattr(e, fin) is None and e.le < self.jour]

    @rule(data=st.data(), part=st.sampled_from([10, 40, 60, 100, 140]))
    def payer(self, data: st.DataObject, part: int) -> None:
        reference = self._une(data)
        principal = next(c.principal for c in self.dossier.creances if c.reference == reference)
        self._ajouter(Paiement(le=self.jour, montant=Montant.de_centimes(principal.centimes * part // 100), creance=reference))

    @precondition(lambda self: not self.calme)
    @rule(data=st.data(), dans=st.integers(0, 30))
    def promettre(self, data: st.DataObject, dans: int) -> None:
        self._ajouter(
            Promesse(le=self.jour, montant="200.00", pour_le=self.jour + dans * JOUR, creance=self._une_ou_toutes(data))
        )

    @precondition(lambda self: not self.calme)
    @rule(premier=st.integers(0, 20), ecart=st.integers(5, 31))
    def convenir(self, premier: int, ecart: int) -> None:
        jours = [self.jour + (premier + k * ecart) * JOUR for k in range(3)]
        self._ajouter(Echeancier(le=self.jour, versements=[(j, "100.00") for j in jours]))

    @precondition(lambda self: not self.calme)
    @rule(data=st.data(), part=st.sampled_from([None, "10.00"]))
    def contester(self, data: st.DataObject, part: str | None) -> None:
        self._ajouter(Contestation(le=self.jour, creance=self._une(data), montant=part))

    @precondition(lambda self: self._ouverts(Contestation, "levee_le"))
    @rule()
    def lever(self) -> None:
        fait = self._ouverts(Contestation, "levee_le")[0]
        self._remplacer(fait, evolve(fait, levee_le=self.jour))

    @precondition(lambda self: not self.calme)
    @rule(data=st.data(), motif=st.sampled_from(["represente", "decede", "cedee", "attente"]), dans=st.integers(0, 30))
    def bloquer(self, data: st.DataObject, motif: str, dans: int) -> None:
        fin = self.jour + dans * JOUR if motif == "attente" else None
        self._ajouter(Blocage(le=self.jour, motif=motif, jusqu_au=fin, creance=self._une_ou_toutes(data)))

    @precondition(lambda self: self._ouverts(Blocage, "jusqu_au"))
    @rule()
    def debloquer(self) -> None:
        fait = self._ouverts(Blocage, "jusqu_au")[0]
        self._remplacer(fait, evolve(fait, jusqu_au=self.jour - JOUR))

    @rule(data=st.data(), issue=st.sampled_from(["joint", "message_laisse", "infructueux", "refus_explicite"]))
    def appeler(self, data: st.DataObject, issue: str) -> None:
        reference = self._une_ou_toutes(data)
        self._ajouter(Appel(le=self.jour, issue=issue, creances=(reference,) if reference else ()))

    @rule(nature=st.sampled_from(["silence", "report", "difficultes"]))
    def signaler(self, nature: str) -> None:
        self._ajouter(Signal(le=self.jour, nature=nature))

    @precondition(lambda self: not self.calme)
    @rule(data=st.data(), dans=st.none() | st.integers(0, 30))
    def negocier(self, data: st.DataObject, dans: int | None) -> None:
        fin = None if dans is None else self.jour + dans * JOUR
        self._ajouter(Suspension(du=self.jour, au=fin, cause="mediation", creance=self._une_ou_toutes(data)))

    @precondition(lambda self: self._ouverts(Suspension, "au"))
    @rule()
    def rompre(self) -> None:
        fait = self._ouverts(Suspension, "au")[0]
        self._remplacer(fait, evolve(fait, au=self.jour))

    @precondition(lambda self: not self.calme)
    @rule(dans=st.integers(0, 40))
    def gracier(self, dans: int) -> None:
        self._ajouter(DelaiDeGrace(du=self.jour, au=self.jour + dans * JOUR))

    @precondition(lambda self: not self.calme and not any(isinstance(e, ProcedureCollective) for e in self.dossier.evenements))
    @rule(au_hasard=st.integers(0, 2), genre=st.sampled_from(["sauvegarde", "redressement", "liquidation"]))
    def tomber(self, au_hasard: int, genre: str) -> None:
        """Une fois sur trois : elle arrête tout le reste."""
        if not au_hasard:
            self._ajouter(ProcedureCollective(le=self.jour, genre=genre, publiee_le=self.jour + 5 * JOUR))

    @precondition(lambda self: any(isinstance(e, MiseEnDemeure) and not e.presentee_le for e in self.dossier.evenements))
    @rule()
    def presenter(self) -> None:
        """La première présentation de la lettre est connue."""
        fait = next(e for e in self.dossier.evenements if isinstance(e, MiseEnDemeure) and not e.presentee_le)
        self._remplacer(fait, evolve(fait, presentee_le=max(fait.le, self.jour)))

    # Ce qui est toujours vrai

    def _silences(self, reference: str) -> Iterator[str]:
        """Pourquoi, au vu des faits seuls, aucun rappel de cette facture ne peut partir aujourd'hui."""
        jour, faits = self.jour, [e for e in self.dossier.evenements if _vise(e, reference)]
        for e in faits:
            match e:
                case Contestation() if e.levee_le is None or jour < e.levee_le:
                    yield "contestée"
                case Suspension() if e.au is None or jour < e.au:
                    yield "en médiation"
                case DelaiDeGrace() if jour <= e.au:
                    yield "au délai de grâce"
                case Promesse() if jour <= e.pour_le + GRACE and not self._verse(e.le):
                    yield "promise"
                case Echeancier() if self._plan_tenu(e):
                    yield "au plan"
                case ProcedureCollective() if self._emise(reference) <= e.le:
                    yield "en procédure collective"
                case ActeInterruptif(cause="assignation"):
                    yield "en instance"

    def _emise(self, reference: str) -> date:
        return next(c.emise_le for c in self.dossier.creances if c.reference == reference)

    def _verse(self, depuis: date) -> int:
        return sum(e.montant.centimes for e in self.dossier.evenements if isinstance(e, Paiement) and e.le >= depuis)

    def _plan_tenu(self, plan: Echeancier) -> bool:
        """Rien n'a manqué jusqu'ici, et il reste à verser ; en cas de doute, on n'affirme rien."""
        echus = sum(m.centimes for j, m in plan.versements if j + GRACE < self.jour)
        return not echus and not self._verse(plan.le)

    def _bloquee(self, reference: str) -> bool:
        blocages = [e for e in self.dossier.evenements if isinstance(e, Blocage) and _vise(e, reference)]
        return any(e.le <= self.jour and (e.jusqu_au is None or self.jour <= e.jusqu_au) for e in blocages)

    def _controler(self, bilan: Bilan) -> None:
        self._controler_les_interdits(bilan)
        self._controler_les_etapes(bilan)
        self._controler_les_contacts(bilan)
        engagees = [r for a in bilan.actions for r in a.creances]
        assert len(engagees) == len(set(engagees)), "deux actions le même jour pour une facture"
        citees = {*engagees, *(r for a in bilan.actions for r in a.pour_memoire)}
        assert set(self.gravies) <= citees | {e.creance for e in bilan.empechements}, "une facture se tait sans dire pourquoi"
        assert not bilan.actions or bilan.prochaine == bilan.actions[0]
        assert bilan.actions or bilan.prochaine is None or bilan.prochaine.acte.le > self.jour

    def _controler_les_interdits(self, bilan: Bilan) -> None:
        for a in bilan.actions:
            for reference in (*a.creances, *a.pour_memoire):
                b = bilan.par_creance[reference]
                assert b.principal.valeur, "rien n'est dû"
                assert not b.soldee, "soldée"
                assert self.jour <= b.prescription.prudente, "prescrite, peut-être"
                assert not self._bloquee(reference), "bloquée"
                if not isinstance(a.acte, ActeInterruptif):
                    assert b.jours_retard > 0, "pas encore échue"
                    assert not list(self._silences(reference)), f"{reference} : {list(self._silences(reference))}"
                    assert self.jour < b.prescription.prudente - PROCHE, "la prescription presse : un rappel ne l'interrompt pas"

    def _controler_les_etapes(self, bilan: Bilan) -> None:
        for a in bilan.actions:
            assert a.motif
            assert a.le <= a.acte.le == self.jour
            if isinstance(a.acte, ActeInterruptif):
                assert a.source
                assert a.limite is None or self.jour <= a.limite
                assert a.limite or a.acte.cause == "declaration_de_creance", (
                    "seule une ouverture non publiée n'a pas de dernier jour"
                )
                continue
            assert a.acte.etape == a.etape.cle
            assert not set(a.creances) & set(a.pour_memoire)
            for reference in a.creances:
                self._controler_la_marche(a, bilan, reference)
            if isinstance(a.acte, Transmission) and a.motif not in DECLENCHES:
                limites = [e.payer_avant_le for e in self.dossier.evenements if isinstance(e, MiseEnDemeure)]
                visees = [
                    e for e in self.dossier.evenements if isinstance(e, MiseEnDemeure) and set(e.creances) & set(a.creances)
                ]
                assert limites, "remise sans mise en demeure"
                assert all(e.payer_avant_le < self.jour for e in visees), "remise avant la fin du délai accordé"

    def _controler_la_marche(self, a: ActionProposee, bilan: Bilan, reference: str) -> None:
        """Jamais en arrière ; sans déclencheur, on ne saute qu'une étape dont la condition manque, ou qu'un appel a remplacée."""
        scenario = self.politique.scenario_de(bilan.par_creance[reference].creance)
        cles = [e.cle for e in scenario.etapes]
        rang = cles.index(a.etape.cle)
        faites = [cles.index(cle) for cle in self.gravies[reference] if cle in cles]
        assert all(r < rang for r in faites), "en arrière"
        appele = any(isinstance(e, Appel) and _vise(e, reference) for e in self.dossier.evenements)
        for sautee in scenario.etapes[max(faites, default=-1) + 1 : rang]:
            permis = a.motif in DECLENCHES or sautee.si or (appele and "telephone" in sautee.canaux)
            assert permis or (appele and any(e.est_un_appel for e in scenario.etapes[:rang])), f"saute {sautee.cle}"

    def _controler_les_contacts(self, bilan: Bilan) -> None:
        contacts = [a for a in bilan.actions if _est_un_contact(a.acte)]
        groupes = {(b.regime, self.politique.scenario_de(b.creance).cle) for b in bilan.creances}
        assert len([a for a in bilan.actions if not isinstance(a.acte, ActeInterruptif)]) <= len(groupes)
        passes = [e for e in self.dossier.evenements if _est_un_contact(e)]
        for a in contacts:
            scenario = next(self.politique.scenario_de(bilan.par_creance[r].creance) for r in a.creances)
            assert not any(e.le == self.jour and not isinstance(e, Appel) for e in passes), "un seul contact par jour"
            if _est_un_ecrit(a.acte):
                trop_tot = [e.le for e in passes if _est_un_ecrit(e) and self.jour - e.le < scenario.ecart_minimal * JOUR]
                assert not trop_tot, "écart minimal"
            if scenario.jours_ouvres:
                assert OUVRES.ouvre(self.jour), "jour de repos"
            if scenario.contacts_max:
                nombre, jours = scenario.contacts_max
                assert len({e.le for e in passes if self.jour - e.le < jours * JOUR}) < nombre, "trop de contacts"
            if scenario.fin_de_mois and isinstance(a.acte, Relance) and _est_un_ecrit(a.acte):
                assert self._ouvres_restants() <= 5, "le rappel attend la fin du mois"

    def _ouvres_restants(self) -> int:
        """Jours ouvrés du mois, de celui-ci au dernier."""
        jours = (self.jour + n * JOUR for n in range(31))
        return sum(OUVRES.ouvre(j) for j in jours if j.month == self.jour.month)


def test_le_monde() -> None:
    from hypothesis import settings

    run_state_machine_as_test(Monde, settings=settings(profil(140), stateful_step_count=22))


# L'essai à blanc est l'exécution


def _dire(actions: Iterable[ActionProposee]) -> list[str]:
    return [f"{a.acte.le} {a.etape.cle} {','.join(a.creances)} / {','.join(a.pour_memoire)}" for a in actions]


def _fait(genre: str, le: date, fin: date, une: str) -> object:
    match genre:
        case "paiement":
            return Paiement(le=le, montant="150.00", creance=une)
        case "promesse":
            return Promesse(le=le, montant="200.00", pour_le=fin, creance=une)
        case "echeancier":
            return Echeancier(le=le, versements=[(fin, "100.00"), (fin + 20 * JOUR, "100.00")])
        case "contestation":
            return Contestation(le=le, creance=une, levee_le=fin)
        case "blocage":
            return Blocage(le=le, motif="attente", jusqu_au=fin, creance=une)
        case "refus":
            return Appel(le=le, issue="refus_explicite", creances=[une])
        case "appel":
            return Appel(le=le, issue="infructueux", creances=[une])
        case "signal":
            return Signal(le=le, nature="silence")
        case "mediation":
            return Suspension(du=le, au=fin, cause="mediation", creance=une)
        case "grace":
            return DelaiDeGrace(du=le, au=fin)
    return ProcedureCollective(le=le, genre="redressement", publiee_le=fin)


GENRES = (
    "paiement",
    "promesse",
    "echeancier",
    "contestation",
    "blocage",
    "refus",
    "appel",
    "signal",
    "mediation",
    "grace",
    "ouverture",
)
HISTOIRES = st.lists(st.tuples(st.sampled_from(GENRES), st.integers(0, 90), st.integers(0, 25), st.integers(0, 2)), max_size=4)


def _raconter(histoire: list[tuple[str, int, int, int]], factures: int) -> list[object]:
    """Chaque fait à son jour, de sa durée, sur l'une des factures."""
    return [_fait(genre, DEBUT + n * JOUR, DEBUT + (n + duree) * JOUR, f"F-{i % factures}") for genre, n, duree, i in histoire]


def _jour_apres_jour(politique: Politique, dossier: Dossier, du: date, au: date) -> list[ActionProposee]:
    """Un passage par jour, tout ce qui est dû étant fait : l'exécution elle-même."""
    faites: list[ActionProposee] = []
    for n in range((au - du).days + 1):
        dues = politique.examiner(dossier, au=du + n * JOUR).actions
        dossier, faites = dossier.avec(*(a.acte for a in dues)), [*faites, *dues]
    return faites


@profil(45)
@given(FACTURES, CHOIX, HISTOIRES)
def test_simuler_est_executer(factures: list, choix: tuple, histoire: list) -> None:
    politique, dossier = _naitre(factures, choix)
    faits, fin = _raconter(histoire, len(factures)), DEBUT + 130 * JOUR
    simulation = politique.simuler([dossier], au=DEBUT, jusqu_au=fin, hypotheses=faits)
    faites = _jour_apres_jour(politique, dossier.avec(*faits), DEBUT, fin)
    assert _dire(a for _, a in simulation.journal) == _dire(faites)
    assert [a for _, a in simulation.journal] == faites


@profil(45)
@given(FACTURES, CHOIX, HISTOIRES, st.integers(0, 100))
def test_le_calendrier_est_ce_qui_se_fera(factures: list, choix: tuple, histoire: list, apres: int) -> None:
    """Les faits à venir n'existent pas encore ; le plan finit à l'acte qui saisit la justice."""
    politique, dossier = _naitre(factures, choix)
    faits = _raconter(histoire, len(factures))
    au, fin = DEBUT + apres * JOUR, DEBUT + (apres + 130) * JOUR
    plan = politique.calendrier(dossier.avec(*faits), au=au)
    execution = _jour_apres_jour(politique, dossier.avec(*(e for e in faits if e.le <= au)), au, fin)
    saisine = next((a.acte.le for a in execution if isinstance(a.acte, ActeInterruptif)), fin)
    assert _dire(a for a in plan if a.acte.le <= saisine) == _dire(a for a in execution if a.acte.le <= saisine)
    assert all(x.acte.le <= y.acte.le for x, y in pairwise(plan.actions))


@pytest.mark.parametrize("nom", NOMS)
def test_un_prereglage_ne_se_presse_jamais(nom: str) -> None:
    """Cent jours de retard : chaque étape à son tour, et la remise après le délai que la mise en demeure accorde."""
    politique = Politique(scenario=prereglage(nom))
    plan = politique.calendrier(_facture(0, 100, False, "400.00"), au=DEBUT)
    etapes = [a.etape.cle for a in plan if not isinstance(a.acte, ActeInterruptif)]
    assert etapes == [e.cle for e in politique.scenario.etapes if not e.si]
    demeure, remise = (next(a for a in plan if isinstance(a.acte, genre)) for genre in (MiseEnDemeure, Transmission))
    assert demeure.payer_avant_le is not None
    assert demeure.payer_avant_le < remise.acte.le
