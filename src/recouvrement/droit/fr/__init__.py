"""Le droit français : ses tables et ses règles, un sujet par fichier."""

from pathlib import Path
from typing import TYPE_CHECKING

from recouvrement.droit.base import Distance, Droit
from recouvrement.droit.fr.echeances import AMENDE, AU_DELA, echeance
from recouvrement.droit.fr.indemnites import indemnite
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.droit.fr.mentions import mentions
from recouvrement.droit.fr.penalites import course, plancher
from recouvrement.droit.fr.prescription import prescription
from recouvrement.droit.fr.territoires import DE_PLEIN_DROIT
from recouvrement.droit.tables import lire_baremes, lire_prescriptions, lire_regimes

if TYPE_CHECKING:
    from datetime import date

    from recouvrement.droit.voies import Situation, Voie
    from recouvrement.modele.personnes import Adresse, Debiteur
    from recouvrement.resultat import Reserve, Resultat
    from recouvrement.temps import JoursOuvres

ICI = Path(__file__).parent
BAREMES = ("taux_bce.toml", "taux_legal.toml", "indemnites.toml", "seuils.toml")


def droit() -> Droit:
    """Construit le droit français depuis ses tables. Préférez ``recouvrement.droit.pour("fr")``, qui le garde en main."""
    baremes = {code: b for fichier in BAREMES for code, b in lire_baremes(ICI / fichier).items()}
    baremes["bce_semestre"] = baremes["bce"].par_semestre()
    return Droit(
        code="fr",
        baremes=baremes,
        regimes=lire_regimes(ICI / "regimes.toml"),
        prescriptions=lire_prescriptions(ICI / "prescription.toml"),
        territoire=DE_PLEIN_DROIT,
        calendrier=Calendrier(),
        echeance=echeance,
        course=course,
        indemnite=indemnite,
        plancher=plancher,
        prescription=prescription,
        avertissements={AU_DELA: AMENDE},
        mentions=mentions,
        delai=_delai,
        distance=_distance,
        voies=_voies,
        echelonnement=_echelonnement,
    )


def _delai(cle: str, *, depart: "date", distance: Distance = "aucune", calendrier: "JoursOuvres") -> "Resultat[date]":
    """Chargés au premier usage : l'examen n'en a pas besoin."""
    from recouvrement.droit.fr.delais import delai

    return delai(cle, depart=depart, distance=distance, calendrier=calendrier)


def _distance(adresse: "Adresse | None") -> Distance:
    """Chargée à la première procédure."""
    from recouvrement.droit.fr.delais import distance_de

    return distance_de(adresse)


def _echelonnement(debiteur: "Debiteur", accord_le: "date", dernier_le: "date", *, interets: bool) -> "Reserve | None":
    """Chargé au premier plan."""
    from recouvrement.droit.fr.echelonnement import credit_possible

    return credit_possible(debiteur, accord_le, dernier_le, interets=interets)


def _voies(droit: Droit, situation: "Situation") -> "tuple[Voie, ...]":
    """Chargées au premier usage : l'examen n'en a pas besoin."""
    from recouvrement.droit.fr.voies import voies

    return voies(droit, situation)
