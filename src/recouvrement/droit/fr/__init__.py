"""Le droit français : ses tables et ses règles, un sujet par fichier."""

from pathlib import Path

from recouvrement.droit.base import Droit
from recouvrement.droit.fr.echeances import AMENDE, AU_DELA, echeance
from recouvrement.droit.fr.indemnites import indemnite
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.droit.fr.mentions import mentions
from recouvrement.droit.fr.penalites import course, plancher
from recouvrement.droit.fr.prescription import prescription
from recouvrement.droit.tables import lire_baremes, lire_prescriptions, lire_regimes

ICI = Path(__file__).parent
BAREMES = ("taux_bce.toml", "taux_legal.toml", "indemnites.toml")


def droit() -> Droit:
    """Construit le droit français depuis ses tables. Préférez ``recouvrement.droit.pour("fr")``, qui le garde en main."""
    baremes = {code: b for fichier in BAREMES for code, b in lire_baremes(ICI / fichier).items()}
    baremes["bce_semestre"] = baremes["bce"].par_semestre()
    return Droit(
        code="fr",
        baremes=baremes,
        regimes=lire_regimes(ICI / "regimes.toml"),
        prescriptions=lire_prescriptions(ICI / "prescription.toml"),
        calendrier=Calendrier(),
        echeance=echeance,
        course=course,
        indemnite=indemnite,
        plancher=plancher,
        prescription=prescription,
        avertissements={AU_DELA: AMENDE},
        mentions=mentions,
    )
