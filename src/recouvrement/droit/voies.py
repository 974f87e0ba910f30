"""Les voies de recouvrement : ce qu'il faut savoir d'un dossier pour les juger, et ce qui en est dit."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple

from attrs import frozen

from recouvrement.affichage import dire, fiche
from recouvrement.droit.chronologie import Prescription
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.modele.montant import Montant
from recouvrement.resultat import Reserve, Resultat, Source, expliquer, toutes_reserves, vers_dict

ETATS = {"en_main": "en main", "deduite": "à retrouver", "manquante": "manquante"}
Fourchette = tuple[Montant, Montant]


class EtatCreance(NamedTuple):
    """Ce qui reste dû d'une créance au jour de l'examen.

    Attributes:
        interets: Pénalités et intérêts.
        conteste: Part contestée du principal qui reste.
        contestee: Une contestation n'est pas levée, quand bien même le principal serait payé.
        terme_accorde: Un échéancier court, et son terme n'est pas perdu.
    """

    creance: Creance
    echeance: date
    principal: Montant
    interets: Montant
    total: Montant
    conteste: Montant
    prescription: Prescription
    contestee: bool = False
    terme_accorde: bool = False


@frozen(kw_only=True)
class Situation:
    """Un dossier au jour ``au``, vu de celui qui veut agir.

    Attributes:
        creances: Celles dont il reste quelque chose à payer.
        total: Tout ce qui est réclamé.
        pieces: Clés des pièces que l'appelant dit avoir en main.
    """

    dossier: Dossier
    au: date
    creances: tuple[EtatCreance, ...]
    total: Montant
    pieces: frozenset[str] = frozenset()

    @cached_property
    def faits(self) -> tuple[Evenement, ...]:
        """Les événements connus ce jour-là."""
        return tuple([e for e in self.dossier.evenements if e.le <= self.au])


@frozen
class Piece:
    """Une pièce à produire.

    Attributes:
        etat: ``en_main`` : l'appelant l'a nommée, ou la bibliothèque l'établit ; ``deduite`` : un fait du dossier la suppose, elle est
            à retrouver ; ``manquante`` : rien n'en parle.
    """

    cle: str
    intitule: str
    etat: Literal["en_main", "deduite", "manquante"]

    _repr_html_ = fiche("Pièce")

    def __str__(self) -> str:
        return f"{self.intitule} ({ETATS[self.etat]})"


@frozen
class DelaiDeVoie:
    """Un délai que la voie ouvre.

    Attributes:
        cle: Celle de ``Politique.delai`` ; ``prescription`` pour le jour prudent.
        depart: Ce dont il se compte, en toutes lettres.
        terme: ``None`` tant que ce départ n'est pas un fait du dossier.
    """

    cle: str
    intitule: str
    depart: str
    terme: Resultat[date] | None = None

    _repr_html_ = fiche("Délai d'une voie")

    def __str__(self) -> str:
        return f"{self.intitule} : {dire(self.terme.valeur)}" if self.terme else f"{self.intitule} (à compter de : {self.depart})"


@frozen(kw_only=True)
class Voie:
    """Une façon d'obtenir paiement, un titre, ou une garantie.

    Attributes:
        famille: ``amiable``, ``titre``, ``garantie``, ``collective`` ou ``alternative``.
        ouverte: Les conditions de la loi sont réunies ; ``disponible`` : elle peut être suivie aujourd'hui.
        motif: Pourquoi ; si elle est fermée, toutes les conditions qui manquent.
        conditions: Chaque condition, avec son article.
        avocat: Vrai s'il est obligatoire.
        prealable: Vrai si une tentative amiable, ou une demande préalable, doit précéder.
        cout: Ce qui est chiffré, TTC, du moins au plus ; les réserves disent ce qui ne l'est pas.
        duree: Durée usuelle, en clair.
        prescription: Effet sur la prescription, en clair.
        manquantes: Celles des ``pieces`` dont rien ne parle.
        delais: Le jour prudent de la prescription, puis les délais que la voie ouvre.
        nette: Recouvrement net espéré, selon les seules hypothèses de l'appelant ; ``None`` sans elles.
    """

    cle: str
    intitule: str
    famille: str
    ouverte: bool
    disponible: bool
    motif: str
    conditions: tuple[Resultat[bool], ...]
    competence: Resultat[str]
    avocat: Resultat[bool]
    prealable: Resultat[bool]
    cout: Resultat[Fourchette]
    duree: Resultat[str]
    prescription: Resultat[str]
    pieces: tuple[Piece, ...]
    manquantes: tuple[Piece, ...]
    delais: tuple[DelaiDeVoie, ...]
    source: Source
    nette: Resultat[Fourchette] | None = None

    @property
    def praticable(self) -> bool:
        """Vrai si elle est ouverte et disponible."""
        return self.ouverte and self.disponible

    @property
    def etat(self) -> str:
        """« ouverte », « fermée » ou « pas encore praticable »."""
        return "fermée" if not self.ouverte else "ouverte" if self.disponible else "pas encore praticable"

    @property
    def reserves(self) -> tuple[Reserve, ...]:
        """Tout ce qui reste discuté, sans répétition."""
        return tuple(dict.fromkeys(r for noeud in self._noeuds() for r in toutes_reserves(noeud)))

    def _noeuds(self) -> Iterator[Resultat[Any]]:
        yield from self.conditions
        yield from (self.competence, self.avocat, self.prealable, self.cout, self.duree, self.prescription)
        yield from (d.terme for d in self.delais if d.terme)
        if self.nette:
            yield self.nette

    def expliquer(self) -> str:
        """La voie, ses conditions et ses chiffres, jusqu'aux articles."""
        tete = f"{self.intitule} : {self.etat} — {self.motif} [{self.source}]"
        pieces = [f"Pièce : {p}" for p in self.pieces]
        delais = [f"Délai : {d}" for d in self.delais if not d.terme]
        return "\n".join([tete, *(expliquer(n) for n in self._noeuds()), *pieces, *delais])

    def vers_dict(self) -> dict[str, Any]:
        """La voie entière en types de JSON."""
        simples = ("cle", "intitule", "famille", "ouverte", "disponible", "motif")
        arbres = ("competence", "avocat", "prealable", "cout", "duree", "prescription")
        return {
            **{nom: getattr(self, nom) for nom in simples},
            "conditions": [vers_dict(c) for c in self.conditions],
            **{nom: vers_dict(getattr(self, nom)) for nom in arbres},
            "pieces": [{"cle": p.cle, "intitule": p.intitule, "etat": p.etat} for p in self.pieces],
            "delais": [
                {"cle": d.cle, "intitule": d.intitule, "depart": d.depart, "terme": vers_dict(d.terme) if d.terme else None}
                for d in self.delais
            ],
            "source": self.source.vers_dict(),
            "nette": vers_dict(self.nette) if self.nette else None,
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        return a.page(self._carte())

    def _carte(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            ("pourquoi", self.motif),
            ("devant", self.competence.valeur),
            ("avocat", dire(self.avocat.valeur)),
            ("préalable", dire(self.prealable.valeur)),
            ("coût chiffré", dire_fourchette(self.cout.valeur)),
            ("durée", self.duree.valeur),
            ("prescription", self.prescription.valeur),
            ("pièces manquantes", " ; ".join(p.intitule for p in self.manquantes) or "aucune"),
            ("texte", str(self.source)),
        ]
        ton: a.Ton = "" if not self.ouverte else "bon" if self.disponible else "attention"
        return a.carte(self.intitule, self.etat, lignes, ton=ton)


def dire_fourchette(fourchette: Fourchette) -> str:
    """« de 95,47 € à 111,40 € », ou le seul montant si les deux sont égaux."""
    bas, haut = fourchette
    return str(bas) if bas == haut else f"de {bas} à {haut}"
