"""Quand la somme est-elle due ? L'échéance donnée, sinon le terme convenu, sinon la loi ; et jusqu'où le délai pouvait aller.

Aucun texte ne reporte une échéance de paiement qui tombe un samedi, un dimanche ou un jour férié (CPC, art. 642, ne vaut que pour
la procédure) : aucune ne l'est ici.
"""

from datetime import date
from functools import lru_cache

from attrs import evolve

from recouvrement.droit.base import Regime
from recouvrement.droit.fr.plafonds import DEDUITE, INTERNATIONALE, PLAFOND_PUBLIC, delai_public, plafond, sans_question, secteurs
from recouvrement.droit.fr.termes import compter, depart_de
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.conditions import Terme
from recouvrement.modele.creance import Creance
from recouvrement.resultat import Regle, Reserve, Resultat, Source, conclure, fait
from recouvrement.temps import Delai

ECHEANCE_DONNEE = Regle("echeance_donnee", "Échéance", None)
ECHEANCE_DU_CONTRAT = Regle("echeance_du_contrat", "Échéance selon le contrat", Source("Code civil", "1103 et 1305"))
ECHEANCE_LEGALE = Regle("echeance_legale", "Échéance selon la loi", Source("Code de commerce", "L. 441-10, I"))
EXIGIBLE = Regle("exigible", "Exigibilité sans terme", Source("Code civil", "1305 et suivants (a contrario)"))
AMENDE = Regle(
    "amende_delais_de_paiement",
    "dépasser le plafond des délais de paiement expose à une amende administrative de 75 000 € au plus pour une personne"
    " physique et de 2 millions d'euros pour une personne morale, doublée en cas de réitération dans les deux ans",
    Source("Code de commerce", "L. 441-16"),
)
"""Pour une alerte au créancier entre professionnels ; jamais dans une lettre."""

SANS_EXECUTION = Reserve(
    "echeance_sans_execution",
    "ni échéance ni date de livraison ou d'exécution : trente jours comptés de l'émission, à confirmer",
    Source("Code de commerce", "L. 441-10, I"),
)
SANS_TERME = Reserve("sans_terme", "aucune échéance donnée : la somme est tenue pour exigible dès l'émission")
AVANT_EMISSION = Reserve(
    "terme_avant_emission", "le terme convenu tombe avant l'émission de la facture : l'échéance est ramenée au jour de l'émission"
)
PLAFONNEE = Reserve(
    "echeance_plafonnee",
    "échéance ramenée au plafond légal, comme demandé : aucune décision connue ne dit qu'une clause plus longue se réduit ainsi",
)
AU_DELA = "echeance_au_dela_du_plafond"
"""Clé de la réserve portée par une échéance gardée au-delà du plafond, entre professionnels."""
AU_DELA_PUBLIC = "echeance_au_dela_du_delai_public"
"""La même pour un acheteur public, que l'amende de l'article L. 441-16 ne vise pas."""
RAMENEE = "l'échéance dépasse le plafond légal : elle y est ramenée"


def echeance(creance: Creance, regime: Regime, *, plafonner: bool = False) -> Resultat[date]:
    """Échéance donnée, sinon celle du terme convenu, sinon celle de la loi.

    Selon la loi : trente jours après la livraison ou l'exécution entre professionnels ; 30, 50 ou 60 jours après la réception de la
    demande (ou l'exécution, si elle est postérieure) pour un acheteur public ; sans terme pour les autres. Une échéance au-delà du
    plafond légal est gardée, avec une réserve. Jamais reportée au jour ouvré : aucun texte ne le prévoit.

    Args:
        plafonner: Ramène au plafond légal ce qui le dépasse.

    Source:
        C. civ., art. 1103 et 1305 ; C. com., art. L. 441-10 à L. 441-13 ; CCP, art. L. 2192-10 et R. 2192-10 à R. 2192-14.

    Raises:
        DonneeInvalide: Secteur inconnu, ou résultat au-delà de l'an 9999.
    """
    conditions = creance.conditions
    if conditions.secteur is not None and conditions.secteur not in secteurs():
        remede = f"Connus : {', '.join(sorted(secteurs()))}."
        ou = f"créance {creance.reference}"
        raise DonneeInvalide("secteur inconnu", ou=ou, champ="secteur", valeur=conditions.secteur, remede=remede)
    if creance.echeance is not None:
        due = conclure(creance.echeance, ECHEANCE_DONNEE)
    elif conditions.terme is not None:
        due = du_contrat(creance, conditions.terme)
    else:
        due = _legale(creance, regime)
    return _sous_le_plafond(due, creance, regime, plafonner)


def du_contrat(creance: Creance, terme: Terme) -> Resultat[date]:
    """Le terme convenu, compté de son départ ; jamais avant l'émission.

    Source:
        C. civ., art. 1103 et 1305.
    """
    origine, reserves = depart_de(creance, terme.depart)
    jour = compter(terme, origine.valeur)
    if jour < creance.emise_le:
        jour, reserves = creance.emise_le, (*reserves, AVANT_EMISSION)
    return Resultat(jour, ECHEANCE_DU_CONTRAT, (origine, fait("Délai convenu", terme)), "", reserves)


def _legale(creance: Creance, regime: Regime) -> Resultat[date]:
    """Ce que la loi accorde à défaut d'échéance.

    Source:
        C. com., art. L. 441-10, I ; CCP, art. L. 2192-10.
    """
    jours = regime.delai_legal(creance.debiteur.acheteur)
    if regime.code == "public":
        return delai_public(creance, jours)
    if not jours:
        return Resultat(creance.emise_le, EXIGIBLE, (fait("Émise le", creance.emise_le),), "", (SANS_TERME,))
    depart = creance.executee_le or creance.emise_le
    nom = "Livrée ou exécutée le" if creance.executee_le else "Émise le"
    reserve = DEDUITE if creance.executee_le else SANS_EXECUTION
    due = max(Delai(jours=jours).depuis(depart), creance.emise_le)  # jamais avant la facture : moins est réclamé
    return Resultat(due, ECHEANCE_LEGALE, (fait(nom, depart), fait("Délai en jours", jours)), "", (reserve,))


def _sous_le_plafond(due: Resultat[date], creance: Creance, regime: Regime, plafonner: bool) -> Resultat[date]:
    """L'échéance confrontée au plafond : admise, gardée avec une réserve, ou ramenée.

    Source:
        C. com., art. L. 441-10, I et L. 441-16 ; CCP, art. L. 2192-10.
    """
    limite = None if sans_question(due.valeur, creance, regime) else plafond(creance, regime, due.valeur)
    if limite is None:
        return due
    reserves = (*due.reserves, *(r for r in limite.reserves if r not in due.reserves))
    if due.valeur <= limite.valeur:
        return due if reserves == due.reserves else evolve(due, reserves=reserves)
    nue = evolve(limite, reserves=())
    if plafonner and INTERNATIONALE not in reserves:
        sachant = (evolve(due, reserves=()), nue)
        return Resultat(limite.valeur, _ramenee(limite.source), sachant, RAMENEE, (*reserves, PLAFONNEE))
    return evolve(due, sachant=(*due.sachant, nue), reserves=(*reserves, _depassement(limite.regle)))


@lru_cache(maxsize=64)
def _ramenee(texte: Source | None) -> Regle:
    return Regle("echeance_ramenee", "Échéance ramenée au plafond légal", texte)


@lru_cache(maxsize=64)
def _depassement(regle: Regle) -> Reserve:
    texte = f"l'échéance dépasse le plafond légal ({regle.intitule.partition(', ')[2]}) : elle est gardée, ce qui réclame moins"
    cle = AU_DELA_PUBLIC if regle is PLAFOND_PUBLIC else AU_DELA
    return Reserve(cle, f"{texte} ; la réduire au plafond n'est tranché par aucune décision connue", regle.source)
