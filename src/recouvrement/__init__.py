"""Recouvrement de créances en droit français : ce qui est dû, jusqu'à quand, que faire ensuite, et pourquoi.

La façade : les noms du domaine, chargés au premier usage (PEP 562). L'importer ne lit aucun fichier et ne construit aucune
classe ; ``__init__.pyi`` dit la même chose aux vérificateurs de types. Rien ici n'est un avis juridique ; aucun avocat n'a relu.
"""

from importlib import import_module

_PIECES = {
    "erreurs": (
        "ContenuChange",
        "DejaEnvoye",
        "DelaiAmbigu",
        "DependanceManquante",
        "DonneeInvalide",
        "DroitIndisponible",
        "EnvoiImpossible",
        "GreffonInconnu",
        "ModeleInvalide",
        "ParametreNonPublie",
        "RecouvrementError",
        "RegistreCorrompu",
        "RegistreOccupe",
        "ReglesConcurrentes",
        "TableInvalide",
    ),
    "modele.actes": (
        "Acte",
        "ActeInterruptif",
        "MiseEnDemeure",
        "Relance",
        "Transmission",
    ),
    "modele.conditions": (
        "ConditionsPaiement",
        "TauxIndexe",
        "Terme",
    ),
    "modele.creance": ("Creance",),
    "modele.dossier": (
        "Dossier",
        "Evenement",
    ),
    "modele.evenements": (
        "Appel",
        "Avoir",
        "Blocage",
        "Contestation",
        "DecheanceTerme",
        "DelaiDeGrace",
        "Echeancier",
        "FraisJustifies",
        "Paiement",
        "ProcedureCollective",
        "Promesse",
        "Reconnaissance",
        "Rejet",
        "Remise",
        "Renonciation",
        "Signal",
        "Suspension",
        "Titre",
    ),
    "modele.montant": (
        "Montant",
        "Taux",
    ),
    "modele.personnes": (
        "Adresse",
        "Creancier",
        "Debiteur",
        "Mandataire",
        "Qualite",
    ),
    "resultat": (
        "Noeud",
        "Regle",
        "Reserve",
        "Resultat",
        "Source",
        "fait",
    ),
    "temps": (
        "Delai",
        "Quantieme",
    ),
    "droit.base": (
        "Droit",
        "Regime",
        "RegimePrescription",
    ),
    "droit.baremes": (
        "Bareme",
        "ValeurDatee",
    ),
    "droit.fr.jours_feries": ("Calendrier",),
    "modele.accords": (
        "ReconnaissanceDeDette",
        "Transaction",
    ),
    "politique.accord": (
        "SuiviEcheancier",
        "VersementSuivi",
    ),
    "politique.balance": (
        "BalanceAgee",
        "LigneAgee",
        "PenalitesNonReclamees",
    ),
    "politique.dso": ("Dso",),
    "politique.portefeuille": (
        "Ecarte",
        "Portefeuille",
    ),
    "politique.priorites": (
        "Poids",
        "Priorite",
        "Priorites",
        "Radar",
    ),
    "politique.rapprochement": (
        "Candidat",
        "Rapprochement",
    ),
    "politique.bilan": (
        "ActionProposee",
        "Alerte",
        "Bilan",
        "BilanCreance",
        "Decompte",
        "Empechement",
        "Imputation",
        "LigneDecompte",
    ),
    "droit.chronologie": (
        "Prescription",
        "Segment",
    ),
    "droit.voies": (
        "DelaiDeVoie",
        "Piece",
        "Voie",
    ),
    "politique.contentieux": ("DossierContentieux",),
    "politique.conventions": ("Conventions",),
    "politique.politique": ("Politique",),
    "politique.plan": (
        "Plan",
        "Simulation",
    ),
    "politique.scenario": (
        "Condition",
        "Etape",
        "Scenario",
    ),
    "politique.voies": ("Hypotheses",),
}
_OU = {nom: piece for piece, noms in _PIECES.items() for nom in noms}

__all__ = sorted(_OU)


def __getattr__(nom: str) -> object:
    piece = _OU.get(nom)
    if piece is None:
        raise AttributeError(f"recouvrement n'a pas de « {nom} »")
    objet = getattr(import_module(f"recouvrement.{piece}"), nom)
    globals()[nom] = objet
    return objet


def __dir__() -> list[str]:
    return __all__
