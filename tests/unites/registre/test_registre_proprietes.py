"""Machine à états : un monde simulé (canaux à fautes, morts, humains, effacements) face au registre. Rien deux fois, rien de perdu."""

from datetime import UTC, date, datetime, timedelta

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from recouvrement.erreurs import RecouvrementError, RegistreOccupe
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.ports import Accuse, Avis, Destinataire, Document, Pli
from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.proprietaire import Jeton

CLES = st.sampled_from(["ab", "cd"]).flatmap(lambda k: st.lists(st.sampled_from(k), min_size=1, unique=True).map(tuple))
ISSUES = st.sampled_from(["pris", "refuse", "a_retenter", "inconnu"])
NATURES = st.sampled_from(
    ["depose", "presente", "distribue", "refuse_par_lui", "non_reclame", "non_distribuable", "retarde"],
)
JOUR = date(2026, 10, 25)


def debiteur(cles):
    return "id:un" if cles[0] in "ab" else "id:deux"


def pli(cles, contenu=b""):
    return Pli(
        cles=cles,
        destinataire=Destinataire(nom=f"Mme {debiteur(cles)}"),
        objet="o",
        documents=(Document("l", "text/plain", contenu),),
        debiteur=debiteur(cles),
        acte=MiseEnDemeure(le=JOUR, creances=cles),
    )


class Monde(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.maintenant = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        self.registre = RegistreMemoire(lambda: self.maintenant)
        self.partis = {}  # ce que le monde a vraiment pris, par clé
        self.constates = []  # réservations dont le canal a rendu un numéro
        self.presentes = {}  # premier jour de présentation, par clé
        self.effaces = set()  # clés parties, puis effacées
        self.en_cours = []
        self.lignes = ()

    @rule(minutes=st.integers(-90, 90))
    def temps(self, minutes):
        self.maintenant += timedelta(minutes=minutes)

    @rule(cles=CLES, contenu=st.binary(max_size=2))
    def reserver(self, cles, contenu):
        try:
            self.en_cours.append(self.registre.reserver(pli(cles, contenu)))
        except RecouvrementError:
            return
        assert not any(self.partis.get(cle) for cle in cles), "réservé alors que c'est parti"

    @precondition(lambda self: self.en_cours)
    @rule(issue=ISSUES, parti=st.booleans(), mort=st.sampled_from(["non", "avant", "apres"]))
    def envoyer(self, issue, parti, mort):
        """Le canal ne ment pas (pris : parti ; refusé, à retenter : pas parti) ; le processus peut mourir avant ou après lui."""
        reservation = self.en_cours.pop()
        vraiment = parti if issue == "inconnu" else issue == "pris"
        if mort != "avant" and vraiment:
            for cle in reservation.cles:
                self.partis[cle] = self.partis.get(cle, 0) + 1
        if mort == "non":
            self.registre.constater(reservation, Accuse(issue=issue, le=self.maintenant, numero=f"n{reservation.numero}"))
            if vraiment:
                self.constates.append(reservation)
        else:
            self.mourir()

    def mourir(self):
        """Tout ce que ce processus tenait devient incertain ; un autre rouvre le registre."""
        self.registre._jeton.eteindre()
        self.registre._jeton = Jeton()
        self.en_cours.clear()

    @precondition(lambda self: self.constates)
    @rule(data=st.data(), nature=NATURES, jours=st.integers(0, 3))
    def aviser(self, data, nature, jours):
        """Le transporteur ne ment pas : il ne parle que de ce qu'il a pris. Redit, l'avis ne s'inscrit pas deux fois."""
        reservation = data.draw(st.sampled_from(self.constates))
        avis = Avis(numero=f"n{reservation.numero}", nature=nature, le=JOUR + timedelta(days=jours))
        self.registre.aviser(avis)
        assert not self.registre.aviser(avis)
        if nature in {"presente", "distribue", "refuse_par_lui", "non_reclame"}:
            for cle in reservation.cles:
                self.presentes[cle] = min(avis.le, self.presentes.get(cle, avis.le))

    @precondition(lambda self: any(r.cles for r in self.registre.incertains()))
    @rule(data=st.data())
    def trancher(self, data):
        """L'humain vérifie : il dit vrai."""
        incertain = data.draw(st.sampled_from([r for r in self.registre.incertains() if r.cles]))
        parti = bool(self.partis.get(incertain.cles[0]))
        self.registre.trancher(incertain.cles[0], "pris" if parti else "refuse", "vérifié")

    @rule(qui=st.sampled_from(["id:un", "id:deux"]))
    def effacer(self, qui):
        avant = self.registre.inscriptions()
        try:
            efface = self.registre.effacer(qui, "délai passé")
        except RegistreOccupe:
            assert self.registre.inscriptions() == avant
            return
        self.effaces |= {cle for cle in self.partis if debiteur(cle) == qui}
        assert not any(f"Mme {qui}" in str(x) for x in self.registre.inscriptions())
        assert efface == any(f"Mme {qui}" in str(x) for x in avant)
        assert not self.registre.effacer(qui, "délai passé")

    @invariant()
    def au_plus_une_fois(self):
        assert all(fois <= 1 for fois in self.partis.values())

    @invariant()
    def preuve_complete(self):
        """Tout ce qui est parti est au registre comme fait (pris, incertain ou en cours), sauf ce qui a été effacé."""
        actes = [acte for qui in ("id:un", "id:deux") for acte in self.registre.evenements(qui)]
        assert set(self.partis) - self.effaces <= {cle for acte in actes for cle in acte.creances}
        for acte in actes:
            if self.presentes.keys() & set(acte.creances) and not self.effaces & set(acte.creances):
                assert acte.presentee_le in {self.presentes.get(cle) for cle in acte.creances}

    @invariant()
    def pas_d_etat_perdu(self):
        """Toute intention est constatée, tranchée, en cours dans ce processus, ou proposée à un humain."""
        suivies = {x.intention for x in self.registre.inscriptions() if x.genre in ("accuse", "decision")}
        ouvertes = {x.numero for x in self.registre.inscriptions() if x.genre == "intention"} - suivies
        attendues = {r.numero for r in self.en_cours} | {r.numero for r in self.registre.incertains()}
        assert ouvertes <= attendues

    @invariant()
    def ajout_seul_et_chaine(self):
        lignes = self.registre.inscriptions()
        chaine = tuple(evolve(x, prive=None) for x in lignes)
        assert chaine[: len(self.lignes)] == self.lignes
        assert [x.numero for x in lignes] == list(range(1, len(lignes) + 1))
        self.lignes = chaine
        assert self.registre.verifier().intacte

    @invariant()
    def rejouer_le_journal_redonne_l_etat(self):
        copie = RegistreMemoire(lambda: self.maintenant)
        for ligne in self.registre.inscriptions():
            copie._ecrire(ligne)
        assert copie.incertains() == self.registre.incertains()
        assert copie.non_remis() == self.registre.non_remis()
        for qui in ("id:un", "id:deux"):
            assert copie.chronologie(qui) == self.registre.chronologie(qui)


TestMonde = Monde.TestCase
TestMonde.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def vecu():
    """Un registre qui a connu chaque genre d'inscription."""
    registre = RegistreMemoire(lambda: datetime(2026, 10, 25, tzinfo=UTC))
    for cles in (("a",), ("c", "d")):
        reservation = registre.reserver(pli(cles))
        registre.constater(reservation, Accuse(issue="inconnu", le=datetime(2026, 10, 25, tzinfo=UTC), numero=cles[0]))
        registre.trancher(cles[0], "pris", "vu")
        registre.aviser(Avis(numero=cles[0], nature="distribue", le=JOUR))
    registre.effacer("id:deux", "délai passé")
    return registre


@given(data=st.data())
@settings(deadline=None)
def test_un_caractere_change_n_importe_ou_est_vu(data):
    registre = vecu()
    rang = data.draw(st.integers(0, len(registre._lignes) - 1))
    ligne = registre._lignes[rang]
    champs = [nom for nom in ("le", "genre", "contenu", "precedente", "empreinte", "prive") if getattr(ligne, nom) is not None]
    champ = data.draw(st.sampled_from(champs))
    texte = getattr(ligne, champ)
    place = data.draw(st.integers(0, len(texte) - 1))
    autre = data.draw(st.characters(codec="utf-8").filter(lambda c: c != texte[place]))
    registre._lignes[rang] = evolve(ligne, **{champ: texte[:place] + autre + texte[place + 1 :]})
    assert registre.verifier().defaut


@given(data=st.data())
@settings(deadline=None)
def test_une_ligne_otee_glissee_ou_permutee_est_vue(data):
    registre = vecu()
    tete = registre.verifier().tete
    lignes = list(registre._lignes)
    i = data.draw(st.integers(0, len(lignes) - 1))
    geste = data.draw(st.sampled_from(["oter", "doubler", "permuter"]))
    if geste == "oter":
        del lignes[i]
    elif geste == "doubler":
        lignes.insert(i, lignes[i])
    else:
        j = data.draw(st.integers(0, len(lignes) - 1).filter(lambda j: j != i))
        lignes[i], lignes[j] = lignes[j], lignes[i]
    registre._lignes = lignes
    assert registre.verifier(tete).defaut
