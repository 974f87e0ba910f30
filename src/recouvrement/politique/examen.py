"""L'examen : des faits et une date entrent, un bilan expliqué sort. Aucune horloge, aucun état."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache, partial
from operator import attrgetter
from typing import Any

from recouvrement.droit.chronologie import Prescription, Versement
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.modele.evenements import Contestation, FraisJustifies, Paiement, Rejet
from recouvrement.modele.montant import Montant
from recouvrement.politique.alertes import alertes
from recouvrement.politique.bilan import Alerte, Bilan, BilanCreance, Decompte, Imputation, arreter, arreter_creance
from recouvrement.politique.compte import Compte
from recouvrement.politique.decompte import ARRETE, IMPUTATION_PUBLIQUE, RANG_INDEMNITE, Parcours
from recouvrement.politique.politique import Politique
from recouvrement.politique.suite import suite
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, conclure, fait
from recouvrement.temps import jour_civil

PRINCIPAL = Regle("principal", "Principal restant dû")
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
CLAUSE_NON_ENCOURUE = "encourue seulement après une mise en demeure restée sans effet (C. civ., art. 1231-5)"
FRAIS_DU_CREANCIER = (
    "les frais engagés sans titre exécutoire restent à la charge du créancier ; ceux de l'exécution d'un titre ne se comptent pas ici"
    " (CPCE, art. L. 111-8)"
)
COMPLEMENT = "ce qui excède l'indemnité forfaitaire de la facture"
DEPUIS_LA_DEMEURE = "frais nécessaires exposés depuis la mise en demeure (loi n° 65-557, art. 10-1)"
REDUCTIBLE = Reserve(
    "clause_reductible", "le juge peut réduire une clause pénale manifestement excessive", Source("Code civil", "1231-5")
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
        compte.echeance,
        max(0, (au - compte.exigible_le).days) if dus else 0,
        _conteste(compte, faits, au) if faits else rien,
        *postes,
        conclure(Montant.de_centimes(dus, devise), TOTAL, postes),
        Montant.de_centimes(compte.trop_percu, devise) if compte.trop_percu else rien,
        _decompte([compte], compte.imputations),
        prescription,
        alertes(compte, prescription, politique.droit, faits, parcours.evenements, au),
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
    dues = [b.prescription for b in bilans if b.total.valeur.centimes] or [b.prescription for b in bilans]
    actions, prochaine, empechements = suite(
        bilans,
        parcours.faits,
        parcours.evenements,
        [politique.scenario_de(b.creance) for b in bilans] if politique.scenarios else [politique.scenario] * len(bilans),
        politique.droit,
        au=parcours.au,
    )
    trop_percu = parcours.trop_percu + sum([b.trop_percu.centimes for b in bilans])
    return arreter(
        dossier,
        parcours.au,
        bilans,
        *_postes(bilans),
        Montant.de_centimes(trop_percu, parcours.devise) if trop_percu else bilans[0].trop_percu,
        bilans[0].decompte if len(bilans) == 1 else _decompte(parcours.comptes, parcours.imputations),
        min(dues, key=_au_plus_tot),
        actions,
        prochaine,
        empechements,
        tuple([a for b in bilans for a in b.alertes]) + _trop_percu(trop_percu, parcours.devise),
    )


def _dossier(quoi: Creance | Dossier, evenements: Sequence[Evenement], au: date) -> Dossier:
    jour_civil(au, "au")
    if isinstance(quoi, Creance):
        return Dossier(creances=(quoi,), evenements=tuple(evenements))
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
    sachant: tuple[Noeud, ...] = (fait("Montant d'origine TTC", origine), compte.echeance)
    if imputations:
        paye = Montant.de_centimes(origine.centimes - compte.principal, origine.devise)
        reserves = (IMPUTATION_PUBLIQUE,) if compte.regime.imputation else ()
        sachant = (*sachant, conclure(paye, PAYE, imputations, "", reserves))
    reste = origine if compte.principal == origine.centimes else Montant.de_centimes(compte.principal, origine.devise)
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
        paye = Montant.de_centimes(courus - restant, devise)
        sachant = (conclure(Montant.de_centimes(courus, devise), COURUS, sachant), conclure(paye, PAYE, imputations))
    motif = (
        ""
        if compte.lignes
        else course.motif or (ARRETE.texte if compte.arret else SUSPENDU if compte.en_retard else PAS_EN_RETARD)
    )
    arretee = compte.arret is not None and not (compte.lignes and compte.lignes[-1].au > compte.arret)
    reserves = (*course.reserves, ARRETE) if arretee else course.reserves
    valeur = Montant.de_centimes(restant, devise)
    return {"valeur": valeur, "regle": regle, "sachant": sachant, "motif": motif, "reserves": reserves}


def _indemnite(compte: Compte, imputations: tuple[Noeud, ...]) -> Resultat[Montant]:
    due = compte.indemnite_due
    if due is None:
        return _rien("indemnite", compte.regime.sans_indemnite or PAS_EN_RETARD, compte.devise)
    if compte.indemnite == due.valeur.centimes:
        return due
    reste = Montant.de_centimes(compte.indemnite, due.valeur.devise)
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
    base = fait("Principal restant dû à l'échéance", Montant.de_centimes(compte.principal_echu, devise))
    sachant: tuple[Noeud, ...] = (base, fait("Clause", clause))
    if compte.clause_penale != compte.clause_due:
        sachant = (*sachant, conclure(Montant.de_centimes(compte.clause_due - compte.clause_penale, devise), PAYE, imputations))
    return conclure(Montant.de_centimes(compte.clause_penale, devise), CLAUSE_PENALE, sachant, "", (REDUCTIBLE,))


def _frais(compte: Compte, parcours: Parcours, imputations: tuple[Noeud, ...]) -> Resultat[Montant]:
    """Seul ce qui excède l'indemnité de la facture s'ajoute."""
    devise = compte.devise
    pieces = [e for e in parcours.faits[compte.creance.reference] if isinstance(e, FraisJustifies)]
    if not pieces:
        return _rien("frais", SANS_FRAIS, devise)
    if compte.regime.depuis and compte.exigible_le < compte.regime.depuis:
        return _rien("frais", compte.regime.avant_depuis, devise)
    if compte.regime.frais == "aucun":
        return _rien("frais", FRAIS_DU_CREANCIER, devise)
    if compte.regime.frais == "demeure":
        pieces = [e for e in pieces if parcours.en_demeure(compte, e.le)]
    sachant: tuple[Noeud, ...] = tuple([fait(f"{e.motif}, le {e.le:%d/%m/%Y}", e.montant, e.piece) for e in pieces])
    if compte.frais != compte.frais_dus:
        sachant = (*sachant, conclure(Montant.de_centimes(compte.frais_dus - compte.frais, devise), PAYE, imputations))
    regle, motif = (FRAIS, COMPLEMENT) if compte.regime.frais == "complement" else (FRAIS_DE_COPROPRIETE, DEPUIS_LA_DEMEURE)
    return conclure(Montant.de_centimes(compte.frais, devise), regle, sachant, motif)


def _conteste(compte: Compte, faits: Sequence[Evenement], au: date) -> Montant:
    """Part du principal restant que le débiteur conteste encore."""
    vives = [e for e in faits if isinstance(e, Contestation) and (e.levee_le is None or e.levee_le > au)]
    parts = [compte.principal if e.montant is None else e.montant.centimes for e in vives]
    return Montant.de_centimes(min(compte.principal, sum(parts)), compte.devise)


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


def _postes(bilans: tuple[BilanCreance, ...]) -> tuple[Resultat[Montant], ...]:
    """Chaque poste du dossier est la somme de ses créances ; le total, celle des six postes."""
    if len(bilans) == 1:
        seule: tuple[Resultat[Montant], ...] = _sept(bilans[0])
        return seule
    devise = bilans[0].creance.devise
    postes = tuple([_somme([getattr(b, nom) for b in bilans], regle, devise) for nom, regle in REGLES.items()])
    return (*postes, _somme(postes, TOTAL, devise))


def _somme(parts: Sequence[Resultat[Montant]], regle: Regle, devise: str) -> Resultat[Montant]:
    return conclure(Montant.de_centimes(sum([r.valeur.centimes for r in parts]), devise), regle, tuple(parts))


def _trop_percu(total: int, devise: str) -> tuple[Alerte, ...]:
    if not total:
        return ()
    message = f"trop-perçu de {Montant.de_centimes(total, devise)} : à rendre, ou à imputer sur une autre dette avec l'accord du débiteur"
    return (Alerte("trop_percu", "attention", message),)
