"""Quand la somme est-elle due ? L'échéance donnée, sinon celle de la loi, avec une réserve."""

from datetime import date

from recouvrement.droit.base import Regime
from recouvrement.modele.creance import Creance
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, fait
from recouvrement.temps import Delai

ECHEANCE_DONNEE = Regle("echeance_donnee", "Échéance", None)
ECHEANCE_LEGALE = Regle("echeance_legale", "Échéance selon la loi", Source("Code de commerce", "L. 441-10, I"))
ECHEANCE_PUBLIQUE = Regle(
    "echeance_publique", "Échéance selon la loi", Source("Code de la commande publique", "L. 2192-10, R. 2192-10 à R. 2192-14")
)
EXIGIBLE = Regle("exigible", "Exigibilité sans terme", Source("Code civil", "1305 et suivants (a contrario)"))

SANS_EXECUTION = Reserve(
    "echeance_sans_execution",
    "ni échéance ni date de livraison ou d'exécution : trente jours comptés de l'émission, à confirmer",
    Source("Code de commerce", "L. 441-10, I"),
)
SANS_RECEPTION = Reserve(
    "echeance_sans_reception",
    "ni échéance ni date de réception de la demande de paiement : elle est prise deux jours après l'émission",
    Source("Code de la commande publique", "R. 2192-14"),
)
DEDUITE = Reserve("echeance_deduite", "aucune échéance donnée : elle est déduite de la loi")
SANS_TERME = Reserve("sans_terme", "aucune échéance donnée : la somme est tenue pour exigible dès l'émission")


def echeance(creance: Creance, regime: Regime, *, plafonner: bool = False) -> Resultat[date]:  # noqa: ARG001
    """Échéance donnée, sinon celle de la loi.

    Trente jours après la livraison ou l'exécution entre professionnels ; 30, 50 ou 60 jours après la réception de la demande
    (ou l'exécution, si elle est postérieure) pour un acheteur public ; sans terme pour les autres.

    Source:
        C. com., art. L. 441-10, I ; CCP, art. L. 2192-10 et R. 2192-10 à R. 2192-14.
    """
    if creance.echeance is not None:
        return Resultat(creance.echeance, ECHEANCE_DONNEE)
    jours = regime.delai_legal(creance.debiteur.acheteur)
    if regime.code == "public":
        return _publique(creance, jours)
    if not jours:
        return Resultat(creance.emise_le, EXIGIBLE, (fait("Émise le", creance.emise_le),), "", (SANS_TERME,))
    depart = creance.executee_le or creance.emise_le
    nom = "Livrée ou exécutée le" if creance.executee_le else "Émise le"
    reserve = DEDUITE if creance.executee_le else SANS_EXECUTION
    return Resultat(
        Delai(jours=jours).depuis(depart), ECHEANCE_LEGALE, (fait(nom, depart), fait("Délai en jours", jours)), "", (reserve,)
    )


def _publique(creance: Creance, jours: int) -> Resultat[date]:
    """Réception de la demande de paiement ; l'exécution, si elle lui est postérieure."""
    recue = creance.recue_le or Delai(jours=2).depuis(creance.emise_le)
    depart = max(recue, creance.executee_le or recue)
    sachant: tuple[Noeud, ...] = (fait("Demande de paiement reçue le", recue), fait("Délai en jours", jours))
    reserve = DEDUITE if creance.recue_le else SANS_RECEPTION
    return Resultat(Delai(jours=jours).depuis(depart), ECHEANCE_PUBLIQUE, sachant, "", (reserve,))
