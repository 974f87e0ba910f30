"""Ce que l'appelant doit savoir avant de se servir d'un bilan."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache

from attrs import evolve

from recouvrement.affichage import date_fr
from recouvrement.droit.baremes import interets_centimes
from recouvrement.droit.base import Droit
from recouvrement.droit.chronologie import Prescription
from recouvrement.erreurs import DroitIndisponible
from recouvrement.modele.actes import CAUSES_D_INTERRUPTION
from recouvrement.modele.conditions import TauxIndexe
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import Echeancier, Promesse, Remise, Titre
from recouvrement.modele.montant import Montant, Taux, somme
from recouvrement.politique import accord, empechements
from recouvrement.politique.bilan import NOMS_DES_POSTES, Alerte, Gravite
from recouvrement.politique.compte import Compte, Trait
from recouvrement.resultat import Source
from recouvrement.temps import UN_JOUR, Delai

REMISE_DE_DETTE = Source("Code civil", "1350")
DELAIS_D_ALERTE: tuple[tuple[Delai, Gravite], ...] = (
    (Delai(jours=empechements.PRESCRIPTION_PROCHE.days), "grave"),
    (Delai(mois=6), "attention"),
    (Delai(mois=12), "info"),
)


def alertes(
    compte: Compte,
    prescription: Prescription,
    droit: Droit,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    au: date,
) -> tuple[Alerte, ...]:
    """Alertes d'une créance, de la plus grave à la moindre."""
    creance, trouvees = compte.creance, []
    if compte.principal and prescription.prudente <= _seuils(au)[-1][0]:
        trouvees.append(_prescription(creance.reference, prescription, au))
    for e in faits:
        match e:
            case Titre():
                trouvees.extend(_interets_du_titre(compte, e, droit, au))
            case Promesse() | Echeancier() if compte.total:
                trouvees.extend(_parole(compte, e, faits, evenements, droit, au))
            case Remise() if e.poste == "penalites" and (article := compte.regime.renonciation) is not None:
                message = f"remise d'intérêts moratoires : y renoncer est réputé non écrit ({article}) ; elle est comptée, sans vous lier"
                trouvees.append(Alerte("renonciation_publique", "attention", message, creance.reference, article))
    if compte.arret is not None:
        trouvees.append(_taux_inconnu(creance.reference, compte.arret))
    for doute in dict.fromkeys([r for trait in compte.traits for r in trait.palier.reserves]):  # celles des taux des lignes
        trouvees.append(Alerte("taux_incertain", "attention", doute.texte, creance.reference, doute.source))
    if compte.course.poste == "interets" and compte.course.apres is None and compte.en_retard and compte.principal:
        trouvees.append(Alerte("sans_demeure", "attention", compte.course.motif, creance.reference, compte.course.source))
    if creance.conditions.taux_penalites is not None and not compte.regime.admet_un_taux_convenu:
        message = f"taux convenu ({creance.conditions.taux_penalites}) écarté : entre ces parties, seul le taux de la loi est compté, par prudence"
        trouvees.append(Alerte("taux_convenu_ecarte", "attention", message, creance.reference, compte.regime.source))
    elif creance.conditions.taux_penalites is not None:
        trouvees.extend(_plancher(compte, creance.conditions.taux_penalites, droit, au))
    if creance.creancier.adresse is not None and creance.creancier.adresse.pays not in droit.territoire:
        message = f"créancier établi hors de France ({creance.creancier.adresse.pays}) : le droit français est supposé applicable"
        trouvees.append(Alerte("creancier_etranger", "attention", message, creance.reference))
    if compte.regime.interets_sous and not compte.principal and compte.courus + compte.indemnite and compte.traits:
        jours, article = compte.regime.interets_sous
        # non la dernière ligne : des intérêts capitalisés courent encore après le principal
        paye_le = max([i.le for i in compte.imputations if i.principal.centimes])
        limite = date_fr(paye_le + timedelta(days=jours))
        message = f"principal payé : les intérêts et l'indemnité sont à payer au plus tard le {limite}"
        trouvees.append(Alerte("interets_a_payer", "info", message, creance.reference, article))
    for reserve in compte.echeance.reserves:
        if risque := droit.avertissements.get(reserve.cle):
            message = f"{reserve.texte} ; {risque.intitule}"
            trouvees.append(Alerte(reserve.cle, "attention", message, creance.reference, risque.source))
    for poste, centimes in compte.remises.items():
        if centimes:
            attend = somme(centimes, compte.devise)
            message = (
                f"remise plus forte que le poste « {NOMS_DES_POSTES[poste]} » : {attend} éteindront ce qui en naîtrait encore"
            )
            trouvees.append(Alerte("remise_en_attente", "info", message, creance.reference, REMISE_DE_DETTE))
    if compte.devise != "EUR" and compte.en_retard and compte.regime.indemnite:
        message = "créance qui n'est pas en euros : l'indemnité de 40 € est due en plus du total, et n'y est pas comptée"
        trouvees.append(Alerte("indemnite_autre_devise", "attention", message, creance.reference))
    return tuple(trouvees)


@lru_cache(maxsize=64)
def _seuils(au: date) -> tuple[tuple[date, Gravite], ...]:
    return tuple([(delai.depuis(au), gravite) for delai, gravite in DELAIS_D_ALERTE])


def _prescription(reference: str, prescription: Prescription, au: date) -> Alerte:
    source = prescription.resultat.source
    if prescription.acquise:
        message = (
            f"prescrite depuis le {date_fr(prescription.valeur + timedelta(days=1))} : l'encaisser reste licite, la réclamer non"
        )
        if any(r.cle == "instance_en_cours" for r in prescription.resultat.reserves):
            message += " ; sauf si l'instance, ou la procédure, dure encore : donnez le jour de sa fin (C. civ., art. 2242)"
        return Alerte("prescrite", "grave", message, reference, source)
    if prescription.douteuse:
        message = (
            f"peut-être prescrite depuis le {date_fr(prescription.prudente)} : aucune menace d'agir sans l'avis d'un juriste"
        )
        return Alerte("prescription_douteuse", "grave", message, reference, source)
    gravite = next(g for seuil, g in _seuils(au) if prescription.prudente <= seuil)
    acte = CAUSES_D_INTERRUPTION[prescription.acte]
    message = f"prescription proche : à interrompre au plus tard le {date_fr(prescription.prudente)} ({acte})"
    return Alerte("prescription_proche", gravite, message, reference, source)


def _parole(
    compte: Compte,
    parole: Promesse | Echeancier,
    faits: Sequence[Evenement],
    evenements: Sequence[Evenement],
    droit: Droit,
    au: date,
) -> Iterator[Alerte]:
    """Ce qui devait être payé et ne l'a pas été ; un plan de consommateur peut être un crédit. Un plan plus récent remplace l'ancien."""
    creance = compte.creance
    if empechements.remplacee(parole, faits):
        return
    if isinstance(parole, Echeancier):
        yield from accord.alertes(parole, creance.debiteur, droit)
    etat = empechements.suivi(parole, evenements, au)
    if etat.retard_depuis:
        quoi = "promesse échue" if isinstance(parole, Promesse) else "échéancier manqué"
        cle = "promesse_echue" if isinstance(parole, Promesse) else "echeancier_manque"
        message = f"{quoi} : ce qui était dû au plus tard le {date_fr(etat.retard_depuis)} n'a pas été payé"
        if isinstance(parole, Echeancier) and etat.etat == "en_retard":
            message += f" ; versements manqués : {etat.exigible}, le reste garde son terme tant qu'il n'est pas perdu"
        yield Alerte(cle, "attention", message, creance.reference)


def _interets_du_titre(compte: Compte, titre: Titre, droit: Droit, au: date) -> Iterator[Alerte]:
    """Les intérêts échus depuis le titre se prescrivent à part, plus vite que lui."""
    try:
        ligne = droit.regime_prescription(evolve(compte.creance, nature="interets_apres_titre"))
    except DroitIndisponible:
        return
    debut = titre.executoire_le + UN_JOUR
    jours = bisect_left(range((au - titre.executoire_le).days), au, key=lambda i: ligne.duree.depuis(debut + timedelta(days=i)))
    limite = titre.executoire_le + timedelta(days=jours)
    anterieurs = sum(_part(t, date.min, titre.executoire_le) for t in compte.traits)
    vieux = sum(_part(t, debut, limite) for t in compte.traits)
    paye = sum(t.centimes for t in compte.traits) - compte.courus  # les paiements éteignent les plus anciens d'abord
    reste = min(vieux, anterieurs + vieux - paye)
    if reste > 0:
        montant = Montant.de_centimes(reste, compte.devise)
        message = (
            f"{montant} d'intérêts échus du {date_fr(debut)} au {date_fr(limite)}, plus de {ligne.duree} : prescrits si rien ne les a"
            " interrompus, ils sont pourtant dans le total"
        )
        yield Alerte("interets_apres_titre", "attention", message, compte.creance.reference, ligne.source)


def _part(t: Trait, du: date, au: date) -> int:
    """Centimes que la ligne a courus entre ces jours, inclus."""
    if du <= t.du and t.au <= au:
        return t.centimes
    jours = (min(au, t.au) - max(du, t.du)).days + 1
    return interets_centimes(t.base, t.palier.taux.dix_milliemes, jours, t.annee) if jours > 0 else 0


def _taux_inconnu(reference: str, arret: date) -> Alerte:
    message = f"le taux n'est pas publié au-delà du {date_fr(arret)} : les lignes s'arrêtent là, ou le prolongent si vous l'avez demandé"
    return Alerte("taux_non_publie", "grave", message, reference)


def _plancher(compte: Compte, convenu: Taux | TauxIndexe, droit: Droit, au: date) -> list[Alerte]:
    if not compte.traits or compte.course.poste == "interets":
        return []
    plancher = droit.plancher(droit, compte.creance, compte.traits[0].du, au)
    if plancher is None:
        return []
    message = f"taux convenu ({convenu}), sous le plancher légal de {plancher.valeur} : effet non tranché, voyez la convention « sous_le_plancher »"
    return [Alerte("taux_sous_plancher", "attention", message, compte.creance.reference, plancher.source)]
