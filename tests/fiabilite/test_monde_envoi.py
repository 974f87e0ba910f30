"""I-44 à I-52 de bout en bout : vraie politique, vraies lettres, vrai fichier ; tout peut mourir, à chaque geste.

Le monde tient son propre compte de ce qui est parti. Il ne demande au registre que ce qu'un humain lui demanderait.
"""

import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from fiabilite.monde import (
    ETAPES,
    Amnesique,
    Mort,
    Poste,
    PosteDeuxTemps,
    RegistreFautif,
    Sorts,
    debiteur,
    dossier,
    envoyer,
    fichiers,
    issues,
)
from recouvrement import Contestation, Dossier, Paiement
from recouvrement.erreurs import DejaEnvoye, DonneeInvalide, RegistreOccupe
from recouvrement.ports import Avis, Pli
from recouvrement.registre import RegistreSqlite

DEBUT = date(2026, 5, 5)
GRAINES = st.integers(0, 2**32)
QUI = st.integers(0, 2)
# Rien n'a à survivre ici : les vraies morts et le vrai disque sont dans test_processus.py et test_disque.py.
MEMOIRE = next((x for x in ("/dev/shm",) if Path(x).is_dir()), None)  # noqa: S108


class Monde(RuleBasedStateMachine):
    @initialize(deux_temps=st.booleans())
    def naitre(self, deux_temps: bool) -> None:
        self.temporaire = tempfile.TemporaryDirectory(dir=MEMOIRE)
        self.lieu = Path(self.temporaire.name)
        self.maintenant = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        self.jour = DEBUT
        self.poste = PosteDeuxTemps() if deux_temps else Poste()
        self.deux_temps = deux_temps
        self.poste.avant = self._permis
        self.hote = {f"c{i}": dossier(i) for i in range(3)}
        self.vieux = list(self.hote.values())  # ce que l'hôte a mis au plan, peut-être périmé
        self.fermees: set[str] = set()  # créances payées ou contestées, chez l'hôte
        self.effaces: set[str] = set()
        self.douteuses = 0  # morts qui peuvent laisser un doute, constats perdus
        self.lignes: tuple = ()
        self.ancres: list[str] = []
        self.registre = self._ouvrir()

    def teardown(self) -> None:
        if hasattr(self, "registre"):
            try:
                self._guerir()
            finally:
                self.registre.fermer()
                self.temporaire.cleanup()

    def _ouvrir(self) -> RegistreSqlite:
        return RegistreSqlite(self.lieu / "registre.sqlite", lambda: self.maintenant)

    def _relire(self, vu: Dossier) -> Dossier:
        return self.hote[vu.debiteur.identifiant]

    # Ce qui arrive

    @rule(graine=GRAINES, frais=st.booleans(), pendant=st.sampled_from(["", "paiement", "voisin", "contestation"]))
    def passer(self, graine: int, frais: bool, pendant: str) -> None:
        """Deux expéditions ; chaque geste du registre et du canal peut échouer, mentir par omission ou tuer."""
        sorts = Sorts(graine)
        self._passer(sorts, frais, pendant)
        self.jour += timedelta(days=9)
        self._passer(sorts, frais, "")

    def _passer(self, sorts: Sorts, frais: bool, pendant: str) -> None:
        fautif = RegistreFautif(self.registre, sorts)
        self.poste.sorts = sorts
        gestes = {"paiement": self._payer_une, "contestation": self._contester_une, "voisin": self._voisin}
        self.poste.apres = gestes.get(pendant, lambda: None)
        mort = ""
        try:
            envoyer(fautif, self.poste, list(self.hote.values()) if frais else self.vieux, au=self.jour, relire=self._relire)
        except Mort as m:
            mort = str(m)
        self.poste.sorts, self.poste.apres = Sorts(None), lambda: None
        self.douteuses += fautif.constats_perdus + self._doute(mort)
        if mort:
            self.mourir()

    def _doute(self, mort: str) -> bool:
        """Cette mort-là peut-elle laisser un incertain ? En deux temps, pas avant le jalon."""
        sans = {
            "",
            "reserver_avant",
            "reserver_en_deux_temps_avant",
            "reserver_en_deux_temps_apres",
            "jalonner_avant",
            "constater_apres",
        }
        return mort not in sans and not mort.startswith("evenements")

    @rule()
    def mourir(self) -> None:
        """Le processus meurt et renaît ; ce qu'il tenait sans l'avoir constaté n'est plus tenu."""
        self.registre.fermer()
        self.registre = self._ouvrir()

    def _voisin(self) -> None:
        """Pendant une remise, un autre lancement qui ne connaît aucun acte essaie tout : seule la clé l'arrête."""
        self.poste.apres = lambda: None
        avec, self.poste.sorts = self.poste.sorts, Sorts(None)
        with self._ouvrir() as autre:
            envoyer(Amnesique(autre, Sorts(None)), self.poste, self.hote.values(), au=self.jour, relire=self._relire)
        self.poste.sorts = avec

    @rule(jours=st.integers(1, 20))
    def attendre(self, jours: int) -> None:
        self.jour += timedelta(days=jours)

    @rule(minutes=st.integers(-120, 90))
    def horloge(self, minutes: int) -> None:
        """L'horloge avance ou recule, autour d'un changement d'heure."""
        self.maintenant += timedelta(minutes=minutes)

    @rule()
    def planifier(self) -> None:
        self.vieux = list(self.hote.values())

    def _fermer_une(self, fait: type, **champs: object) -> None:
        ouvertes = [r for d in self.hote.values() for r in (c.reference for c in d.creances) if r not in self.fermees]
        if ouvertes:
            reference = ouvertes[len(self.poste.prises) % len(ouvertes)]
            qui = f"c{reference.split('-')[1]}"
            self.hote[qui] = self.hote[qui].avec(fait(le=self.jour, creance=reference, **champs))
            self.fermees.add(reference)

    def _payer_une(self) -> None:
        self._fermer_une(Paiement, montant="12000.00")

    def _contester_une(self) -> None:
        self._fermer_une(Contestation)

    @precondition(lambda self: len(self.fermees) < 3)
    @rule(paye=st.booleans())
    def fermer_une(self, paye: bool) -> None:
        """Entre le plan et l'envoi, une facture est payée ou contestée."""
        self._payer_une() if paye else self._contester_une()

    @precondition(lambda self: any(r.cles for r in self.registre.incertains()))
    @rule(rang=st.integers(0, 5))
    def trancher(self, rang: int) -> None:
        """L'humain vérifie à la poste, et dit vrai."""
        douteux = [r for r in self.registre.incertains() if r.cles]
        self._trancher(douteux[rang % len(douteux)].cles[0])

    def _trancher(self, cle: str) -> None:
        avant = len(self.registre.inscriptions())
        self.registre.trancher(cle, "pris" if self.poste.cles[cle] else "refuse", "vérifié à la poste")
        assert self.registre.inscriptions()[-1].genre == "decision"
        assert len(self.registre.inscriptions()) == avant + 1

    @precondition(lambda self: self.poste.oui)
    @rule(rang=st.integers(0, 20), nature=st.sampled_from(["depose", "distribue", "non_distribuable", "retarde"]))
    def aviser(self, rang: int, nature: str) -> None:
        """La poste parle de ce qu'elle a pris : jamais deux fois la même chose."""
        numero = sorted(self.poste.oui)[rang % len(self.poste.oui)]
        avis = Avis(numero=numero, nature=nature, le=self.jour)
        self.registre.aviser(avis)
        assert not self.registre.aviser(avis)

    @rule(qui=QUI)
    def effacer(self, qui: int) -> None:
        cle = debiteur(qui).cle
        try:
            efface = self.registre.effacer(cle, "délai passé")
        except RegistreOccupe:
            return
        if efface:
            self.effaces.add(f"c{qui}")
        nom = f"Numéro{qui}".encode()
        assert not any(nom in octets for octets in fichiers(self.lieu)), "un octet de l'effacé reste"
        assert not self.registre.effacer(cle, "délai passé")

    # Ce qui est toujours vrai

    def _permis(self, pli: Pli) -> None:
        """I-39, I-49 : au débiteur des créances citées, à son adresse, et rien de payé ni de contesté."""
        (qui,) = {f"c{r.split('-')[1]}" for r in pli.acte.creances}
        assert pli.destinataire.courriel == f"{qui}@client.example"
        assert pli.debiteur == self.hote[qui].debiteur.cle
        assert not set(pli.acte.creances) & self.fermees, "réclamée alors qu'elle est payée ou contestée"
        autres = {f"Numéro{i}" for i in range(3)} - {f"Numéro{qui[1:]}"}
        assert not [n for n in autres for d in pli.documents if n.encode() in d.octets], "la lettre d'un autre"

    @invariant()
    def au_plus_une_fois(self) -> None:
        """I-44."""
        if hasattr(self, "registre"):
            assert not [cle for cle, fois in self.poste.cles.items() if fois > 1]

    @invariant()
    def preuves(self) -> None:
        """I-46, I-47 : ce qui est parti est au registre, avec les mêmes octets ; ce qui y est dit pris l'a été."""
        if not hasattr(self, "registre"):
            return
        lues = issues(self.registre)
        for pli in self.poste.prises:
            if f"c{pli.acte.creances[0].split('-')[1]}" in self.effaces:
                continue
            for cle in pli.cles:
                *_, (numero, dit, _) = lues[cle]
                assert dit in ("pris", "inconnu", ""), cle
                intention = self.registre.inscriptions()[numero - 1].donnees
                assert [d["empreinte"] for d in intention["documents"]] == [d.empreinte for d in pli.documents]
                assert [self.registre.octets(d.empreinte) for d in pli.documents] == [d.octets for d in pli.documents]
        accuses = [x.donnees for x in self.registre.inscriptions() if x.genre == "accuse" and x.donnees["issue"] == "pris"]
        assert {a["numero"] for a in accuses if "numero" in a} <= self.poste.oui
        assert len(accuses) <= len(self.poste.oui)

    @invariant()
    def incertaines_bornees(self) -> None:
        """I-48 : jamais plus de doutes que de morts et de coupures ; en deux temps, une mort avant le jalon n'en fait pas."""
        if hasattr(self, "registre"):
            assert len(self.registre.incertains()) <= self.douteuses + self.poste.coupures

    @invariant()
    def ajout_seul_et_sequence(self) -> None:
        """I-50 à I-52 : des lignes qui ne font que s'ajouter, sans trou, chaînées, quelle que soit l'horloge."""
        if not hasattr(self, "registre"):
            return
        lignes = self.registre.inscriptions()
        assert [x.numero for x in lignes] == list(range(1, len(lignes) + 1))
        chaine = tuple(evolve(x, prive=None) for x in lignes)
        assert chaine[: len(self.lignes)] == self.lignes
        self.lignes = chaine
        verdict = self.registre.verifier(self.ancres[0] if self.ancres else "")
        assert verdict.intacte, verdict.defaut
        if lignes and not self.ancres:
            self.ancres.append(verdict.tete)

    def _guerir(self) -> None:
        """I-45 : les fautes cessent, l'humain tranche, et tout finit envoyé, une fois, ou arrêté pour une raison dite."""
        self.mourir()
        for douteux in self.registre.incertains():
            self._trancher(douteux.cles[0])
        assert self.registre.incertains() == ()
        for _ in range(8):
            envois = envoyer(self.registre, self.poste, self.hote.values(), au=self.jour, relire=self._relire)
            assert {e.issue for e in envois} <= {"pris", "a_faire", "deja_envoye"}, envois
            self.jour += timedelta(days=16)
        self.au_plus_une_fois()
        self.preuves()
        ouvertes = [cle for cle, dits in issues(self.registre).items() if any(dit in ("", "inconnu") for _, dit, _ in dits)]
        assert not [cle for cle in ouvertes if self._restee_ouverte(cle)]
        for d in self.hote.values():
            for c in d.creances:
                if c.reference not in self.fermees and d.debiteur.identifiant not in self.effaces:
                    self._abouties(c.reference)

    def _abouties(self, reference: str) -> None:
        """Chaque étape est partie ; ou un humain l'a dite non partie quand une suivante l'était : on ne revient pas en arrière."""
        lues = {cle.split("/")[2]: dits for cle, dits in issues(self.registre).items() if cle.split("/")[1] == reference}
        faites = {cle.split("/")[2] for cle in self.poste.cles if cle.split("/")[1] == reference}
        assert ETAPES[-1] in faites, reference
        for etape in set(ETAPES) - faites:
            assert ("refuse", "decision") in {(dit, qui) for _, dit, qui in lues[etape]}, (reference, etape)

    def _restee_ouverte(self, cle: str) -> bool:
        """Une intention sans suite ne compte plus si elle n'est pas partie et que la clé est libre ou prise depuis."""
        try:
            self.registre.trancher(cle, "refuse", "essai")
        except (DejaEnvoye, DonneeInvalide):
            return False
        return True


@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
def test_le_monde() -> None:
    reglages = settings(
        max_examples=20, stateful_step_count=20, deadline=None, derandomize=True, database=None, print_blob=True,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(Monde, settings=reglages)
