from recouvrement.droit.base import (
    Bareme as Bareme,
    Droit as Droit,
    Regime as Regime,
    RegimePrescription as RegimePrescription,
    ValeurDatee as ValeurDatee,
)
from recouvrement.droit.chronologie import (
    Prescription as Prescription,
    Segment as Segment,
)
from recouvrement.droit.fr.jours_feries import (
    Calendrier as Calendrier,
)
from recouvrement.erreurs import (
    ContenuChange as ContenuChange,
    DejaEnvoye as DejaEnvoye,
    DelaiAmbigu as DelaiAmbigu,
    DependanceManquante as DependanceManquante,
    DonneeInvalide as DonneeInvalide,
    DroitIndisponible as DroitIndisponible,
    EnvoiImpossible as EnvoiImpossible,
    GreffonInconnu as GreffonInconnu,
    ModeleInvalide as ModeleInvalide,
    ParametreNonPublie as ParametreNonPublie,
    RecouvrementError as RecouvrementError,
    RegistreCorrompu as RegistreCorrompu,
    RegistreOccupe as RegistreOccupe,
    ReglesConcurrentes as ReglesConcurrentes,
    TableInvalide as TableInvalide,
)
from recouvrement.modele.actes import (
    Acte as Acte,
    MiseEnDemeure as MiseEnDemeure,
    Relance as Relance,
    Transmission as Transmission,
)
from recouvrement.modele.creance import (
    ConditionsPaiement as ConditionsPaiement,
    Creance as Creance,
)
from recouvrement.modele.dossier import (
    Dossier as Dossier,
    Evenement as Evenement,
)
from recouvrement.modele.evenements import (
    Avoir as Avoir,
    Paiement as Paiement,
)
from recouvrement.modele.montant import (
    Montant as Montant,
    Taux as Taux,
)
from recouvrement.modele.personnes import (
    Adresse as Adresse,
    Creancier as Creancier,
    Debiteur as Debiteur,
    Qualite as Qualite,
)
from recouvrement.politique.bilan import (
    ActionProposee as ActionProposee,
    Alerte as Alerte,
    Bilan as Bilan,
    BilanCreance as BilanCreance,
    Decompte as Decompte,
    Empechement as Empechement,
    Imputation as Imputation,
    LigneDecompte as LigneDecompte,
)
from recouvrement.politique.conventions import (
    Conventions as Conventions,
)
from recouvrement.politique.politique import (
    Politique as Politique,
)
from recouvrement.politique.scenario import (
    Etape as Etape,
    Scenario as Scenario,
)
from recouvrement.resultat import (
    Noeud as Noeud,
    Regle as Regle,
    Reserve as Reserve,
    Resultat as Resultat,
    Source as Source,
    fait as fait,
)
from recouvrement.temps import (
    Delai as Delai,
    Quantieme as Quantieme,
)
