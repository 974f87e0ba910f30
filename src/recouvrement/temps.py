"""Quand ? Délais en années, mois et jours, et ce qu'un calendrier sait dire d'un jour. Seul importateur de dateutil."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import MAXYEAR, date, datetime, timedelta, tzinfo
from enum import Enum
from typing import Protocol

from attrs import field, frozen

from recouvrement.affichage import compter, fiche
from recouvrement.erreurs import DelaiAmbigu, DonneeInvalide

UN_JOUR = timedelta(days=1)
# Les jours qu'un fait peut porter : la dernière année du calendrier légal, et un siècle d'avant pour les plus vieilles dettes.
# Aucun délai de la loi n'en mène hors des dates de Python.
PREMIER_JOUR, DERNIER_JOUR = date(1900, 1, 1), date(2100, 12, 31)


def fuseau(nom: str = "Europe/Paris") -> tzinfo:
    """Fuseau horaire par son nom : la base du système, sinon celle que dateutil porte avec lui (Windows n'en a pas).

    Raises:
        DonneeInvalide: Nom inconnu.
    """
    from dateutil.tz import gettz

    trouve: tzinfo | None = gettz(nom) if nom else None
    if trouve is None:
        raise DonneeInvalide("fuseau horaire inconnu", champ="fuseau", valeur=nom, remede="« Europe/Paris », « Indian/Reunion »…")
    return trouve


def jour_civil(valeur: object, champ: str = "") -> date:
    """La valeur si elle est une date civile ; un ``datetime`` est refusé : il dépend d'un fuseau.

    Raises:
        DonneeInvalide: Autre chose qu'un ``date``.
    """
    if type(valeur) is date:
        return valeur
    if isinstance(valeur, datetime):
        raise DonneeInvalide(
            "une date civile est attendue, pas un datetime",
            champ=champ,
            valeur=valeur,
            remede="Donnez .date() dans le bon fuseau.",
        )
    if not isinstance(valeur, date):
        raise DonneeInvalide("une date est attendue", champ=champ, valeur=valeur, remede="Donnez un datetime.date.")
    return valeur


def jour_de_fait(valeur: object, champ: str = "") -> date:
    """La valeur si elle est le jour d'un fait : une date civile de 1900 à 2100. Le 31/12/9999 des logiciels n'en est pas un.

    Raises:
        DonneeInvalide: Autre chose qu'un ``date``, ou un jour hors de ces années.
    """
    jour = jour_civil(valeur, champ)
    if not PREMIER_JOUR <= jour <= DERNIER_JOUR:
        annees = f"de {PREMIER_JOUR.year} à {DERNIER_JOUR.year}"
        remede = "Sans date connue, laissez ce champ vide s'il est facultatif."
        raise DonneeInvalide(f"une date {annees} est attendue", champ=champ, valeur=jour.isoformat(), remede=remede)
    return jour


class Quantieme(Enum):
    """Que faire quand le quantième n'existe pas dans le mois d'arrivée (31 janvier + 1 mois)."""

    DERNIER_JOUR = "dernier_jour"
    REFUSER = "refuser"


@frozen(kw_only=True)
class Delai:
    """Délai en années, mois et jours, tous positifs ou nuls : les mois d'abord, les jours ensuite.

    Source:
        CPC, art. 641 ; usage de quantième à quantième.
    """

    annees: int = field(default=0)
    mois: int = field(default=0)
    jours: int = field(default=0)

    _repr_html_ = fiche("Délai")

    def __attrs_post_init__(self) -> None:
        for champ in ("annees", "mois", "jours"):
            valeur = getattr(self, champ)
            if type(valeur) is not int or valeur < 0:
                raise DonneeInvalide("un nombre entier, positif ou nul, est attendu", champ=champ, valeur=valeur)

    def depuis(self, jour: date, *, sinon: Quantieme = Quantieme.DERNIER_JOUR) -> date:
        """Dernier jour du délai compté de ``jour`` exclu : même quantième, sinon le dernier jour du mois.

        Raises:
            DelaiAmbigu: Le quantième n'existe pas et ``sinon`` le refuse.
            DonneeInvalide: Le résultat dépasse l'an 9999.
        """
        annee, mois = divmod(12 * (jour.year + self.annees) + jour.month - 1 + self.mois, 12)
        if annee > MAXYEAR:
            raise DonneeInvalide("le délai dépasse les dates connues", champ="delai", valeur=str(self))
        quantieme = min(jour.day, monthrange(annee, mois + 1)[1]) if jour.day > 28 else jour.day
        if quantieme != jour.day and sinon is Quantieme.REFUSER:
            raise DelaiAmbigu(f"le {jour:%d/%m/%Y} n'a pas de quantième {self} plus tard")
        arrivee = date(annee, mois + 1, quantieme)
        try:
            return arrivee + timedelta(days=self.jours) if self.jours else arrivee
        except OverflowError:
            raise DonneeInvalide("le délai dépasse les dates connues", champ="delai", valeur=str(self)) from None

    def __str__(self) -> str:
        annees = compter(self.annees, "an")
        parts = [
            annees * bool(self.annees),
            f"{self.mois} mois" * bool(self.mois),
            compter(self.jours, "jour") * bool(self.jours),
        ]
        return " et ".join(p for p in parts if p) or "0 jour"


class JoursOuvres(Protocol):
    """Ce qu'on demande à un calendrier. La France est dans ``droit/fr`` ; un hôte peut fournir le sien."""

    def feries(self, annee: int) -> Mapping[date, str]:
        """Jours fériés de l'année, avec leur nom."""

    def ouvre(self, jour: date) -> bool:
        """Jour ouvré : du lundi au vendredi, non férié."""

    def ouvrable(self, jour: date) -> bool:
        """Jour ouvrable : du lundi au samedi, non férié."""

    def reporte(self, jour: date) -> date:
        """``jour`` s'il est ouvré, sinon le premier jour ouvré qui suit."""

    def recule(self, jour: date) -> date:
        """``jour`` s'il est ouvré, sinon le dernier jour ouvré qui précède."""

    def plus_ouvres(self, jour: date, n: int) -> date:
        """Le n-ième jour ouvré après ``jour``."""


def paques(annee: int) -> date:
    """Dimanche de Pâques du calendrier grégorien."""
    from dateutil.easter import easter  # au premier usage : l'import de la façade reste léger

    return easter(annee)
