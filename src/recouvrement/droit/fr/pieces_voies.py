"""Que faut-il produire, et quels délais s'ouvrent ? La bibliothèque ne voit aucun papier : elle lit des faits."""

from collections.abc import Callable, Iterator, Mapping

from recouvrement.droit.base import Droit
from recouvrement.droit.fr.conditions_voies import jour_de, terme
from recouvrement.droit.fr.delais import delais
from recouvrement.droit.fr.table_voies import LigneVoie, Table
from recouvrement.droit.voies import DelaiDeVoie, Piece, Situation
from recouvrement.modele.actes import ActeInterruptif, MiseEnDemeure, Relance
from recouvrement.modele.conditions import ConditionsPaiement
from recouvrement.modele.evenements import Echeancier, Promesse, Reconnaissance, Suspension, Titre
from recouvrement.resultat import Regle, Resultat

JOUR_PRUDENT = Regle("jour_prudent", "Dernier jour prudent pour agir")


def piece(cle: str, table: Table, s: Situation) -> Piece:
    """Nommée par l'appelant, déduite d'un fait, ou manquante : la bibliothèque ne voit aucun papier."""
    intitule, deduite_de = table.pieces[cle]
    if cle in s.pieces or deduite_de == "bibliotheque":
        return Piece(cle, intitule, "en_main")
    return Piece(cle, intitule, "deduite" if deduite_de and DEDUCTIONS[deduite_de](s) else "manquante")


def _un_fait(*genres: type) -> Callable[[Situation], bool]:
    return lambda s: any(isinstance(f, genres) for f in s.faits)


def _amiable_finie(s: Situation) -> bool:
    amiables = {"mediation", "conciliation", "procedure_participative"}
    return any(isinstance(f, Suspension) and f.cause in amiables and f.au is not None and f.au <= s.au for f in s.faits)


def _presentee(s: Situation) -> bool:
    return any(isinstance(f, MiseEnDemeure) and f.presentee_le and f.presentee_le <= s.au for f in s.faits)


def _demande_publique(s: Situation) -> bool:
    return any(isinstance(f, ActeInterruptif) and f.cause == "demande_ecrite_publique" for f in s.faits)


DEDUCTIONS: Mapping[str, Callable[[Situation], bool]] = {
    "creance": lambda s: bool(s.creances),
    "contrat": lambda s: all(e.creance.contrat_le for e in s.creances),
    "conditions": lambda s: all(e.creance.conditions != ConditionsPaiement() for e in s.creances),
    "execution": lambda s: all(e.creance.executee_le and e.creance.executee_le <= s.au for e in s.creances),
    "reception": lambda s: all(e.creance.recue_le and e.creance.recue_le <= s.au for e in s.creances),
    "relance": _un_fait(Relance),
    "mise_en_demeure": _un_fait(MiseEnDemeure),
    "presentation": _presentee,
    "reconnaissance": _un_fait(Reconnaissance, Echeancier, Promesse),
    "titre": _un_fait(Titre),
    "amiable": _amiable_finie,
    "publication": lambda s: jour_de("publication", s) is not None,
    "demande_publique": _demande_publique,
}


def ouvrir_delais(ligne: LigneVoie, droit: Droit, s: Situation, juridiction: str) -> Iterator[DelaiDeVoie]:
    """Le jour prudent pour agir, puis les délais de la voie ; datés dès que leur départ est un fait du dossier."""
    if s.creances:
        p = min((e.prescription for e in s.creances), key=lambda p: (p.prudente, p.valeur))
        yield DelaiDeVoie(
            "prescription", JOUR_PRUDENT.intitule, "départ de la prescription", Resultat(p.prudente, JOUR_PRUDENT, (p.resultat,))
        )
    for brut in ligne.brut.get("delais", ()):
        if juridiction not in brut.get("juridictions", (juridiction,)):
            continue
        decrit = delais()[brut["cle"]]
        depart = jour_de(brut["depuis"], s) if "depuis" in brut else None
        fin = terme(decrit.cle, depart, droit, s) if depart else None
        yield DelaiDeVoie(decrit.cle, decrit.intitule, decrit.depart, fin)
