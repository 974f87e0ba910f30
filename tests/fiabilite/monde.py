"""Un monde à fautes : une poste qui se souvient de ce qu'elle a vraiment pris, un registre dont chaque geste peut faillir."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from attrs import evolve

from fabrique import CREANCIER, ECHEANCE, SOCIETE
from recouvrement import Creance, Debiteur, Dossier, Politique
from recouvrement.envoi.expedition import Envoi, expedier
from recouvrement.erreurs import EnvoiImpossible
from recouvrement.politique.scenario import prereglage
from recouvrement.ports import Accuse, Pli, Reservation
from recouvrement.registre import RegistreSqlite
from recouvrement.rendu.texte import RenduTexte

POLITIQUE = Politique(scenario=prereglage("trois_lettres"))
ETAPES = ("lettre_1", "lettre_2", "lettre_3", "mise_en_demeure")


class Mort(BaseException):
    """Le processus meurt ici : rien de ce qui suit ne s'exécute, et aucun ``except Exception`` ne l'arrête."""


def debiteur(i: int) -> Debiteur:
    return evolve(SOCIETE, siren=None, identifiant=f"c{i}", courriel=f"c{i}@client.example", nom=f"Quidam Numéro{i}")


def dossier(i: int, creances: int = 2) -> Dossier:
    emise = ECHEANCE - timedelta(days=30)
    return Dossier(
        creances=[
            Creance(
                reference=f"F-{i}-{k}", principal="10000.00", emise_le=emise, echeance=ECHEANCE, creancier=CREANCIER, debiteur=debiteur(i)
            )
            for k in range(creances)
        ]
    )  # fmt: skip


class Sorts:
    """Les sorts à venir : tirés d'une graine, ou tous heureux."""

    def __init__(self, graine: int | None) -> None:
        self._hasard = None if graine is None else Random(graine)

    def tirer(self, fautes: Iterable[str], une_fois_sur: int = 12) -> str:
        """Une de ces fautes, parfois ; le plus souvent aucune."""
        if self._hasard is None or self._hasard.randrange(une_fois_sur):
            return ""
        return self._hasard.choice(list(fautes))


class Poste:
    """Canal d'un seul temps. ``prises`` : ce qui est vraiment parti ; ``oui`` : les numéros répondus positivement."""

    FAUTES = (
        *("refuse", "leve_refuse", "a_retenter", "muette_prise", "muette_perdue", "leve_prise", "leve_perdue", "rien"),
        *("mort_prise", "mort_prise", "mort_prise", "mort_perdue"),
    )

    def __init__(self) -> None:
        self.sorts = Sorts(None)
        self.prises: list[Pli] = []
        self.oui: set[str] = set()
        self.coupures = 0
        self.avant: Callable[[Pli], None] = lambda _pli: None
        self.apres: Callable[[], None] = lambda: None

    @property
    def cles(self) -> Counter[str]:
        """Combien de fois chaque clé est partie."""
        return Counter(cle for pli in self.prises for cle in pli.cles)

    def remettre(self, pli: Pli) -> Accuse:
        return self._remettre(pli, lambda: None)

    def _remettre(self, pli: Pli, avant_le_point: Callable[[], None]) -> Accuse:
        sort = self.sorts.tirer(self.FAUTES, 3)
        self.avant(pli)
        if sort == "leve_refuse":
            raise EnvoiImpossible("adresse refusée")
        if sort in ("refuse", "a_retenter"):
            return self._accuse(sort)
        avant_le_point()
        if sort.endswith("perdue"):
            return self._perdre(sort)
        self.prises.append(pli)
        numero = f"poste-{len(self.prises)}"
        self.apres()
        return self._repondre(sort, numero)

    def _perdre(self, sort: str) -> Accuse:
        if sort == "mort_perdue":
            raise Mort(sort)
        self.coupures += 1
        if sort == "leve_perdue":
            raise RuntimeError(sort)
        return self._accuse("inconnu")

    def _repondre(self, sort: str, numero: str) -> Any:
        if sort == "mort_prise":
            raise Mort(sort)
        if sort:
            self.coupures += 1
        if sort == "leve_prise":
            raise ConnectionResetError(sort)
        if sort == "rien":
            return None
        if sort == "muette_prise":
            return self._accuse("inconnu")
        self.oui.add(numero)
        return self._accuse("pris", numero)

    def _accuse(self, issue: Any, numero: str = "") -> Accuse:
        return Accuse(issue=issue, le=datetime(2026, 10, 25, 0, 30, tzinfo=UTC), numero=numero)


class PosteDeuxTemps(Poste):
    """Canal qui sait l'instant après lequel nul ne sait plus."""

    def remettre_en_deux_temps(self, pli: Pli, avant_le_point: Callable[[], None]) -> Accuse:
        return self._remettre(pli, avant_le_point)


class RegistreFautif:
    """Chaque geste peut échouer ou tuer, avant ou après avoir été inscrit."""

    FAUTES = ("erreur_avant", "erreur_apres", "mort_avant", "mort_apres")

    def __init__(self, vrai: RegistreSqlite, sorts: Sorts) -> None:
        self.vrai, self.sorts, self.constats_perdus = vrai, sorts, 0
        self.morts: list[str] = []

    def _geste(self, nom: str, *arguments: Any) -> Any:
        faute = self.sorts.tirer(self.FAUTES)
        self._faillir(faute, nom, "_avant")
        rendu = getattr(self.vrai, nom)(*arguments)
        self._faillir(faute, nom, "_apres")
        return rendu

    def _faillir(self, faute: str, nom: str, quand: str) -> None:
        if faute == f"mort{quand}":
            self.morts.append(nom + quand)
            raise Mort(nom + quand)
        if faute == f"erreur{quand}":
            self.constats_perdus += nom == "constater"
            raise EnvoiImpossible("disque plein")

    def reserver(self, pli: Pli) -> Reservation:
        return self._geste("reserver", pli)

    def reserver_en_deux_temps(self, pli: Pli) -> Reservation:
        return self._geste("reserver_en_deux_temps", pli)

    def jalonner(self, reservation: Reservation) -> None:
        self._geste("jalonner", reservation)

    def constater(self, reservation: Reservation, accuse: Accuse) -> None:
        self._geste("constater", reservation, accuse)

    def evenements(self, qui: str) -> tuple:
        return self._geste("evenements", qui)

    def verifier(self) -> Any:
        return self.vrai.verifier()


class Amnesique(RegistreFautif):
    """Un autre lancement, qui ne voit aucun acte du registre : la clé seule l'arrête."""

    def evenements(self, qui: str) -> tuple:
        return ()


def envoyer(
    registre: Any, poste: Poste, dossiers: Iterable[Dossier], *, au: date, relire: Callable[[Dossier], Dossier]
) -> list[Envoi]:
    return list(
        expedier(
            dossiers, au=au, politique=POLITIQUE, moteur=RenduTexte(), registre=registre, horloge=lambda: datetime(2026, 10, 25, tzinfo=UTC),
            notificateurs={"courriel": poste, "courrier": poste, "recommande": poste}, relire=relire,
        )
    )  # fmt: skip


def issues(registre: RegistreSqlite) -> dict[str, list[tuple[int, str, str]]]:
    """Par clé : (inscription, ce qui s'en dit, qui le dit), relu des lignes seules ; une clé d'effacé n'y est plus."""
    suites: dict[int, list[tuple[str, str]]] = {}
    intentions = []
    for ligne in registre.inscriptions():
        if ligne.genre == "intention":
            intentions.append(ligne)
        elif ligne.genre in ("accuse", "decision", "avis"):
            dit = ligne.donnees.get("issue") or {"depose": "pris", "distribue": "pris"}.get(ligne.donnees["nature"], "")
            suites.setdefault(ligne.donnees["intention"], []).append((dit, ligne.genre))
    lus: dict[str, list[tuple[int, str, str]]] = {}
    for ligne in intentions:
        dits = [x for x in suites.get(ligne.numero, []) if x[0]]
        dit = next((x for x in dits if x[0] == "pris"), dits[-1] if dits else ("", ""))
        for cle in ligne.donnees.get("cles", ()):
            lus.setdefault(cle, []).append((ligne.numero, *dit))
    return lus


def fichiers(dossier_: Path) -> Iterator[bytes]:
    """Les octets de tout ce qui est là."""
    for fichier in dossier_.rglob("*"):
        if fichier.is_file():
            yield fichier.read_bytes()
