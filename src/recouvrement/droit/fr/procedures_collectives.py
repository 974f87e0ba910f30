"""Ce qu'un jugement d'ouverture arrête."""

from collections.abc import Iterable
from datetime import date

from recouvrement.droit.base import Course
from recouvrement.droit.fr.paliers import borner
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import ProcedureCollective
from recouvrement.resultat import Reserve, Source
from recouvrement.temps import UN_JOUR, Delai

UN_AN = Delai(annees=1)
JOUR_DU_JUGEMENT = Reserve(
    "jour_du_jugement_d_ouverture",
    "le jour du jugement d'ouverture n'est pas compté : aucun texte ne le dit, moins est réclamé",
    Source("Code de commerce", "L. 622-28"),
)

SANS_CAPITALISATION = Reserve(
    "sans_capitalisation_apres_ouverture",
    "paiement différé d'un an ou plus : l'intérêt continue après le jugement d'ouverture, mais n'en produit plus ; texte relevé dans une"
    " seule source",
    Source("Code de commerce", "L. 622-28"),
)


def arreter(course: Course, creance: Creance, evenements: Iterable[Evenement]) -> Course:
    """Le jugement d'ouverture arrête le cours des intérêts d'une créance née avant lui ; ce jour-là n'en porte plus.

    Le cours continue pour un paiement différé d'un an ou plus, sans que les intérêts échus en produisent.

    Source:
        C. com., art. L. 622-28.
    """
    jours = [e.le for e in evenements if isinstance(e, ProcedureCollective) and creance.nee_le <= e.le]
    differe = creance.echeance is not None and creance.echeance >= UN_AN.depuis(creance.emise_le)
    if not jours:
        return course
    dernier = min(jours) - UN_JOUR
    if differe:
        if course.capitalise_du is None:
            return course
        return course._replace(capitalise_au=dernier, reserves=(*course.reserves, SANS_CAPITALISATION))
    connu_au = date.max if dernier <= course.connu_au else course.connu_au
    paliers = tuple(borner(course.paliers, date.min, dernier))
    return course._replace(paliers=paliers, connu_au=connu_au, reserves=(*course.reserves, JOUR_DU_JUGEMENT))
