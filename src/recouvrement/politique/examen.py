"""L'examen : des faits et une date entrent, un bilan expliqué sort. Aucune horloge, aucun état."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

from recouvrement.droit.chronologie import Prescription, Versement
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement, constituer
from recouvrement.modele.evenements import Contestation, FraisJustifies, Paiement, Rejet
from recouvrement.modele.montant import Montant, somme
from recouvrement.politique import mandat
from recouvrement.politique.alertes import alertes
from recouvrement.politique.bilan import Alerte, Bilan, BilanCreance, Decompte, Imputation, arreter, arreter_creance
from recouvrement.politique.compte import Compte
from recouvrement.politique.decompte import ARRETE, IMPUTATION_PUBLIQUE, RANG_INDEMNITE, Parcours, imputation
from recouvrement.politique.politique import Politique
from recouvrement.politique.suite import suite
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, conclure, fait
from recouvrement.temps import jour_civil

PRINCIPAL = Regle("principal", "Principal restant dû")
ORIGINE = Regle("fait", "Montant d'origine TTC")
PENALITES = Regle("penalites", "Pénalités de retard")
INTERETS = Regle("interets", "Intérêts au taux légal")
INTERETS_CONVENUS = Regle("interets_convenus", "Intérêts au taux convenu")
CLAUSE_PENALE = Regle("clause_penale", "Clause pénale", Source("Code civil", "1231-5"))
INDEMNITE = Regle("indemnite", "Indemnités forfaitaires pour frais de recouvrement")
FRAIS = Regle("frais", "Frais de recouvrement justifiés", Source("Code de commerce", "L. 441-10, II"))
FRAIS_DE_COPROPRIETE = Regle("frais_de_copropriete", FRAIS.intitule, Source("Loi n° 65-557 du 10 juillet 1965", "10-1"))
TOTAL = Regle("total", "Total dû")
COURUS = Regle("courus", "Courus")
PAYE = Regle("paye", "Payé ou crédité")
NON_CUMUL = "les pénalités tiennent lieu d'intérêts moratoires : les deux ne courent jamais le même jour (Com., 24 avr. 2024, n° 22-24.275)"
PAS_EN_RETARD = "aucun retard"
SUSPENDU = "aucun jour n'en porte encore : délai de grâce, procédure collective, ou taux nul"
SANS_CLAUSE = "aucune clause pénale"
SANS_FRAIS = "aucun frais justifié"
FRAIS_D_AVANT = "frais exposés avant l'échéance : le retard ne les a pas causés"
CLAUSE_NON_ENCOURUE = (
    "encourue seulement après une mise en demeure présentée et restée sans effet dans son délai (C. civ., art. 1231-5)"
)
FRAIS_DU_CREANCIER = (
    "les frais engagés sans titre exécutoire restent à la charge du créancier ; ceux de l'exécution d'un titre ne se comptent pas ici"
    " (CPCE, art. L. 111-8)"
)
COMPLEMENT = "ce qui excède l'indemnité forfaitaire de la facture"
DEPUIS_LA_DEMEURE = "frais nécessaires exposés depuis la mise en demeure (loi n° 65-557, art. 10-1)"
REDUCTIBLE = Reserve(
    "clause_reductible", "le juge peut réduire une clause pénale manifestement excessive", Source("Code civil", "1231-5")
)
EXECUTION_PARTIELLE = Reserve(
    "clause_execution_partielle",
    "une part a été payée entre l'échéance et la mise en demeure : la clause est comptée sur le principal resté dû à l'échéance ; "
    "le juge peut la diminuer à proportion, et votre contrat peut ne viser que ce qui reste",
    Source("Code civil", "1231-5, al. 3"),
)


@lru_cache(maxsize=64)
def _rien(poste: str, motif: str, devise: str) -> Resultat[Montant]:
    return Resultat(Montant.zero(devise), REGLES[poste], (), motif)


def examiner(politique: Politique, quoi: Creance | Dossier, evenements: Sequence[Evenement], au: date) -> Bilan:
    """Bilan du dossier au jour ``au``, inclus."""
    dossier = _dossier(quoi, evenements, au)
    parcours = Parcours(dossier.creances, dossier.evenements, politique.droit, politique.conventions, au)
    bilans = tuple([_bilan(politique, compte, parcours) for compte in parcours.comptes])
    return _assembler(politique, dossier, parcours, bilans)


def decompter(politique: Politique, quoi: Creance | Dossier, evenements: Sequence[Evenement], au: date) -> Decompte:
    """Lignes et imputations seules."""
    if isinstance(quoi, Creance) and not evenements:
        parcours = Parcours((quoi,), (), politique.droit, politique.conventions, jour_civil(au, "au"))
    else:
        dossier = _dossier(quoi, evenements, au)
        parcours = Parcours(dossier.creances, dossier.evenements, politique.droit, politique.conventions, au)
    return _decompte(parcours.comptes, parcours.imputations)


def prescrire(politique: Politique, creance: Creance, evenements: Sequence[Evenement], au: date) -> Prescription:
    """Prescription d'une créance seule : ni taux, ni régime de pénalités ; tout paiement du dossier l'atteint."""
    faits = tuple([e for e in _dossier(creance, evenements, au).evenements if e.le <= au])
    rejetes = {e.paiement for e in faits if isinstance(e, Rejet)}
    paiements = [e for e in faits if isinstance(e, Paiement) and not (e.reference and e.reference in rejetes)]
    versements = tuple([Versement(e.le, _certaine(e)) for e in paiements])
    return politique.droit.prescription(politique.droit, creance, versements, faits, au=au)


def _bilan(politique: Politique, compte: Compte, parcours: Parcours) -> BilanCreance:
    creance, devise, au = compte.creance, parcours.devise, parcours.au
    imputations, faits = tuple(compte.imputations), parcours.faits[creance.reference]
    dus, rien = compte.total, Montant.zero(devise)
    prescription = _prescription_de(politique, compte, parcours)
    postes = (
        _principal(compte, imputations),
        *_accessoires(compte, imputations),
        _clause_penale(compte, imputations),
        _indemnite(compte, imputations),
        _frais(compte, parcours, imputations),
    )
    return arreter_creance(
        creance,
        compte.regime.code,
        imputation(compte.regime, politique.conventions),
        compte.echeance,
        max(0, (au - compte.exigible_le).days) if dus else 0,
        _conteste(compte, faits, au) if faits else rien,
        *postes,
        conclure(somme(dus, devise), TOTAL, postes),
        somme(compte.trop_percu, devise) if compte.trop_percu else rien,
        _decompte([compte], compte.imputations),
        prescription,
        alertes(compte, prescription, politique.droit, faits, parcours.repartis, au),
    )


def _prescription_de(politique: Politique, compte: Compte, parcours: Parcours) -> Prescription:
    """Les paiements qui ont atteint la créance valent reconnaissance ; certaine si le débiteur l'a désignée."""
    droit, faits = politique.droit, parcours.faits[compte.creance.reference]
    versements: tuple[Versement, ...] = ()
    if compte.imputations:
        jours = {i.le for i in compte.imputations if i.evenement == "paiement"}
        paiements = [e for e in faits if isinstance(e, Paiement) and e.le in jours]
        versements = tuple([Versement(e.le, _certaine(e)) for e in paiements])
    return droit.prescription(droit, compte.creance, versements, faits, au=parcours.au)


def _assembler(politique: Politique, dossier: Dossier, parcours: Parcours, bilans: tuple[BilanCreance, ...]) -> Bilan:
    actions, prochaine, empechements = suite(
        bilans,
        parcours.faits,
        parcours.repartis,
        [politique.scenario_de(b.creance) for b in bilans] if politique.scenarios else [politique.scenario] * len(bilans),
        politique.droit,
        au=parcours.au,
        mandataire=dossier.mandataire_au(parcours.au),
    )
    postes, trop_percu, decompte, prescription, a_savoir = _ensemble(parcours, bilans)
    if parcours.trop_percu:
        trop_percu += somme(parcours.trop_percu, parcours.devise)
    if dossier.mandataire is not None:
        a_savoir = (*a_savoir, *mandat.alertes(dossier, parcours.au))
    if trop_percu.centimes:
        a_savoir = (*a_savoir, _a_rendre(trop_percu))
    return arreter(
        dossier, parcours.au, bilans, *postes, trop_percu, decompte, prescription, actions, prochaine, empechements, a_savoir
    )


def _ensemble(
    parcours: Parcours, bilans: tuple[BilanCreance, ...]
) -> tuple[tuple[Resultat[Montant], ...], Montant, Decompte, Prescription, tuple[Alerte, ...]]:
    """Postes, trop-perçu, décompte, prescription et alertes du dossier : d'une créance seule, les siens."""
    if len(bilans) == 1:
        seul = bilans[0]
        return _sept(seul), seul.trop_percu, seul.decompte, seul.prescription, seul.alertes
    dues = [b for b in bilans if b.total.valeur.centimes] or bilans
    return (
        _postes(bilans, parcours.devise),
        somme(sum([b.trop_percu.centimes for b in bilans]), parcours.devise),
        _decompte(parcours.comptes, parcours.imputations),
        min([b.prescription for b in dues], key=_au_plus_tot),
        tuple([a for b in bilans for a in b.alertes]),
    )


def _dossier(quoi: Creance | Dossier, evenements: Sequence[Evenement], au: date) -> Dossier:
    jour_civil(au, "au")
    if isinstance(quoi, Creance):
        return Dossier(creances=(quoi,), evenements=evenements) if evenements else constituer(creances=(quoi,))
    if evenements:
        raise DonneeInvalide(
            "les événements d'un dossier sont dans le dossier", champ="evenements", remede="Utilisez dossier.avec(…)."
        )
    if not isinstance(quoi, Dossier):
        raise DonneeInvalide("une Creance ou un Dossier est attendu", champ="quoi", valeur=type(quoi).__name__)
    return quoi


def _certaine(paiement: Paiement) -> bool:
    return paiement.creance is not None and paiement.affectation == "debiteur"


def _principal(compte: Compte, imputations: tuple[Noeud, ...]) -> Resultat[Montant]:
    origine = compte.creance.principal
    sachant: tuple[Noeud, ...] = (conclure(origine, ORIGINE), compte.echeance)
    if imputations:
        paye = somme(origine.centimes - compte.principal, origine.devise)
        reserves = (IMPUTATION_PUBLIQUE,) if compte.regime.imputation else ()
        sachant = (*sachant, conclure(paye, PAYE, imputations, "", reserves))
    reste = origine if compte.principal == origine.centimes else somme(compte.principal, origine.devise)
    return conclure(reste, PRINCIPAL, sachant)


def _accessoires(compte: Compte, imputations: tuple[Noeud, ...]) -> tuple[Resultat[Montant], Resultat[Montant]]:
    """Pénalités et intérêts : l'un court, l'autre dit pourquoi il ne court pas."""
    qui_court: Resultat[Montant] = Resultat.plus_tard(partial(_courus, compte, imputations))
    devise = compte.devise
    if compte.course.poste == "penalites":
        return qui_court, _rien("interets", NON_CUMUL, devise)
    return _rien("penalites", compte.regime.sans_penalites or compte.regime.avant_depuis, devise), qui_court


def _courus(compte: Compte, imputations: tuple[Noeud, ...]) -> dict[str, Any]:
    """Ce qui court, ligne à ligne ; à défaut de lignes, pourquoi."""
    course, devise = compte.course, compte.devise
    restant = compte.penalites if course.poste == "penalites" else compte.interets
    regle = _regle(course.poste, compte.regime.code, course.source, course.legale)
    sachant: tuple[Noeud, ...] = compte.lignes
    if imputations and sachant:
        courus = sum(ligne.montant.centimes for ligne in compte.lignes)
        paye = somme(courus - restant, devise)
        sachant = (conclure(somme(courus, devise), COURUS, sachant), conclure(paye, PAYE, imputations))
    motif = (
        ""
        if compte.lignes
        else course.motif or (ARRETE.texte if compte.arret else SUSPENDU if compte.en_retard else PAS_EN_RETARD)
    )
    arretee = compte.arret is not None and not (compte.lignes and compte.lignes[-1].au > compte.arret)
    reserves = (*course.reserves, ARRETE) if arretee else course.reserves
    valeur = somme(restant, devise)
    return {"valeur": valeur, "regle": regle, "sachant": sachant, "motif": motif, "reserves": reserves}


def _indemnite(compte: Compte, imputations: tuple[Noeud, ...]) -> Resultat[Montant]:
    due = compte.indemnite_due
    if due is None:
        return _rien("indemnite", compte.regime.sans_indemnite or PAS_EN_RETARD, compte.devise)
    if compte.indemnite == due.valeur.centimes:
        return due
    reste = somme(compte.indemnite, due.valeur.devise)
    return conclure(reste, due.regle, (due, conclure(due.valeur - reste, PAYE, imputations)), "", (RANG_INDEMNITE,))


@lru_cache(maxsize=128)
def _regle(poste: str, regime: str, source: Source | None, legale: bool) -> Regle:
    modele = PENALITES if poste == "penalites" else INTERETS if legale else INTERETS_CONVENUS
    return Regle(f"{modele.cle}_{regime}", modele.intitule, source)


def _clause_penale(compte: Compte, imputations: tuple[Noeud, ...]) -> Resultat[Montant]:
    """Due une fois le débiteur en demeure ; le juge peut la réduire."""
    clause, devise = compte.creance.conditions.clause_penale, compte.devise
    if clause is None:
        return _rien("clause_penale", SANS_CLAUSE, devise)
    if compte.regime.sans_clause_penale:
        return _rien("clause_penale", compte.regime.sans_clause_penale, devise)
    if not compte.clause_due:
        return _rien("clause_penale", CLAUSE_NON_ENCOURUE, devise)
    base = fait("Principal restant dû à l'échéance, avoirs déduits", somme(compte.principal_echu, devise))
    sachant: tuple[Noeud, ...] = (base, fait("Clause", clause))
    if compte.clause_penale != compte.clause_due:
        sachant = (*sachant, conclure(somme(compte.clause_due - compte.clause_penale, devise), PAYE, imputations))
    reserves = (REDUCTIBLE, EXECUTION_PARTIELLE) if compte.execute_en_partie else (REDUCTIBLE,)
    return conclure(somme(compte.clause_penale, devise), CLAUSE_PENALE, sachant, "", reserves)


def _frais(compte: Compte, parcours: Parcours, imputations: tuple[Noeud, ...]) -> Resultat[Montant]:
    """Seul ce qui excède l'indemnité de la facture s'ajoute."""
    devise = compte.devise
    faits = parcours.faits[compte.creance.reference]
    if not faits or not (pieces := [e for e in faits if isinstance(e, FraisJustifies)]):
        return _rien("frais", SANS_FRAIS, devise)
    if not compte.regime.joue(compte.creance, compte.exigible_le):
        return _rien("frais", compte.regime.avant_depuis, devise)
    if compte.regime.frais == "aucun":
        return _rien("frais", FRAIS_DU_CREANCIER, devise)
    pieces = [e for e in pieces if parcours.admet(compte, e)]
    if not pieces and compte.regime.frais == "complement":
        return _rien("frais", FRAIS_D_AVANT, devise)
    sachant: tuple[Noeud, ...] = tuple([fait(f"{e.motif}, le {e.le:%d/%m/%Y}", e.montant, e.piece) for e in pieces])
    if compte.frais != compte.frais_dus:
        sachant = (*sachant, conclure(somme(compte.frais_dus - compte.frais, devise), PAYE, imputations))
    regle, motif = (FRAIS, COMPLEMENT) if compte.regime.frais == "complement" else (FRAIS_DE_COPROPRIETE, DEPUIS_LA_DEMEURE)
    return conclure(somme(compte.frais, devise), regle, sachant, motif)


def _conteste(compte: Compte, faits: Sequence[Evenement], au: date) -> Montant:
    """Part du principal restant que le débiteur conteste encore."""
    vives = [e for e in faits if isinstance(e, Contestation) and (e.levee_le is None or e.levee_le > au)]
    parts = [compte.principal if e.montant is None else e.montant.centimes for e in vives]
    return somme(min(compte.principal, sum(parts)), compte.devise)


def _decompte(comptes: Sequence[Compte], imputations: Sequence[Imputation]) -> Decompte:
    """Les chiffres sont connus ; les lignes s'écrivent quand on les lit."""
    return Decompte.plus_tard(
        lambda: {
            "lignes": tuple([x for c in comptes for x in c.lignes]),
            "imputations": tuple(imputations),
            "ouvertures": tuple([o for c in comptes for o in c.ouvertures]),
        }
    )


REGLES = {
    "principal": PRINCIPAL,
    "penalites": PENALITES,
    "interets": INTERETS,
    "clause_penale": CLAUSE_PENALE,
    "indemnite": INDEMNITE,
    "frais": FRAIS,
}
_sept, _au_plus_tot = attrgetter(*REGLES, "total"), attrgetter("prudente", "valeur")


def _postes(bilans: tuple[BilanCreance, ...], devise: str) -> tuple[Resultat[Montant], ...]:
    """Chaque poste du dossier est la somme de ses créances ; le total, celle des six postes."""
    postes = tuple([_somme([getattr(b, nom) for b in bilans], regle, devise) for nom, regle in REGLES.items()])
    return (*postes, _somme(postes, TOTAL, devise))


def _somme(parts: Sequence[Resultat[Montant]], regle: Regle, devise: str) -> Resultat[Montant]:
    return conclure(somme(sum([r.valeur.centimes for r in parts]), devise), regle, tuple(parts))


def _a_rendre(trop_percu: Montant) -> Alerte:
    message = f"trop-perçu de {trop_percu} : à rendre, ou à imputer sur une autre dette avec l'accord du débiteur"
    return Alerte("trop_percu", "attention", message)
