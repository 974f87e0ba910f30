"""Machine à états : un monde simulé (canaux à fautes, morts, humains) face au registre. Au plus une fois, rien de perdu."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recouvrement.erreurs import RecouvrementError
from recouvrement.modele.actes import Relance
from recouvrement.ports import Accuse, Destinataire, Document, Pli
from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.proprietaire import Jeton

CLES = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True).map(tuple)
ISSUES = st.sampled_from(["pris", "refuse", "a_retenter", "inconnu"])


class Monde(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.maintenant = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        self.registre = RegistreMemoire(lambda: self.maintenant)
        self.partis = {}  # ce que le monde a vraiment pris, par clé
        self.en_cours = []
        self.lignes = ()

    @rule(minutes=st.integers(-90, 90))
    def temps(self, minutes):
        self.maintenant += timedelta(minutes=minutes)

    @rule(cles=CLES, contenu=st.binary(max_size=2))
    def reserver(self, cles, contenu):
        pli = Pli(
            cles=cles,
            destinataire=Destinataire(nom="D"),
            objet="o",
            documents=(Document("l", "text/plain", contenu),),
            debiteur="d",
            acte=Relance(le=date(2026, 10, 25), creances=cles),
        )
        try:
            self.en_cours.append((self.registre.reserver(pli), pli))
        except RecouvrementError:
            return
        assert not any(self.partis.get(cle) for cle in cles), "réservé alors que c'est parti"

    @precondition(lambda self: self.en_cours)
    @rule(issue=ISSUES, parti=st.booleans(), mort=st.sampled_from(["non", "avant", "apres"]))
    def envoyer(self, issue, parti, mort):
        """Le canal ne ment pas (pris : parti ; refusé, à retenter : pas parti) ; le processus peut mourir avant ou après lui."""
        reservation, _ = self.en_cours.pop()
        vraiment = parti if issue == "inconnu" else issue == "pris"
        if mort != "avant" and vraiment:
            for cle in reservation.cles:
                self.partis[cle] = self.partis.get(cle, 0) + 1
        if mort == "non":
            self.registre.constater(reservation, Accuse(issue=issue, le=self.maintenant))
        else:
            self.mourir()

    def mourir(self):
        """Tout ce que ce processus tenait devient incertain ; un autre rouvre le registre."""
        self.registre._jeton.eteindre()
        self.registre._jeton = Jeton()
        self.en_cours.clear()

    @precondition(lambda self: self.registre.incertains())
    @rule(data=st.data())
    def trancher(self, data):
        """L'humain vérifie : il dit vrai."""
        incertain = data.draw(st.sampled_from(self.registre.incertains()))
        parti = bool(self.partis.get(incertain.cles[0]))
        self.registre.trancher(incertain.cles[0], "pris" if parti else "refuse", "vérifié")

    @invariant()
    def au_plus_une_fois(self):
        assert all(fois <= 1 for fois in self.partis.values())

    @invariant()
    def preuve_complete(self):
        """Tout ce qui est parti est au registre comme fait (pris, incertain ou en cours)."""
        faites = {cle for acte in self.registre.evenements("d") for cle in acte.creances}
        assert set(self.partis) <= faites

    @invariant()
    def pas_d_etat_perdu(self):
        """Toute intention est constatée, tranchée, en cours dans ce processus, ou proposée à un humain."""
        suivies = {x.intention for x in self.registre.inscriptions() if x.genre != "intention"}
        ouvertes = {x.numero for x in self.registre.inscriptions() if x.genre == "intention"} - suivies
        attendues = {r.numero for r, _ in self.en_cours} | {r.numero for r in self.registre.incertains()}
        assert ouvertes <= attendues

    @invariant()
    def ajout_seul_et_chaine(self):
        lignes = self.registre.inscriptions()
        assert lignes[: len(self.lignes)] == self.lignes
        assert [x.numero for x in lignes] == list(range(1, len(lignes) + 1))
        self.lignes = lignes
        assert self.registre.verifier().intacte


TestMonde = Monde.TestCase
TestMonde.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
