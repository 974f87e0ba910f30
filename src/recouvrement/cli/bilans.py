"""Examiner, expliquer, prévoir, proposer : ce que dit la politique de chaque dossier."""

import argparse
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from attrs import evolve

from recouvrement.affichage import compter, date_fr, dire
from recouvrement.cli.entree import Lus, lecteurs, politique_de, rien_a_lire
from recouvrement.cli.sortie import EN_PARTIE, TOUT_LU, avancement, en_clair, en_options, pour_un_programme, tableau
from recouvrement.droit.chronologie import Prescription
from recouvrement.erreurs import DonneeInvalide, RecouvrementError, a_la_commande
from recouvrement.lecture import Diagnostic
from recouvrement.lecture import diagnostiquer as diagnostic_de
from recouvrement.lecture.fichiers import deplier
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.politique import Politique
from recouvrement.politique.portefeuille import Ecarte, Portefeuille, ecarter, examiner_au_mieux
from recouvrement.ports import Anomalie

T = TypeVar("T")
COLONNES = ("principal", "penalites", "interets", "indemnite", "total")


def diagnostiquer(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Ce qu'est chaque fichier."""
    csv, fec = lecteurs(options)
    fichiers = [fichier for donne in options.examines for fichier in deplier(donne)]
    if not fichiers:
        raise rien_a_lire()
    diagnostics = [_en_clair(diagnostic_de(fichier, csv=csv, fec=fec)) for fichier in fichiers]
    if options.json:
        print(json.dumps([d.vers_dict() for d in diagnostics], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(map(str, diagnostics)))
    return EN_PARTIE if any(d.refuse for d in diagnostics) else TOUT_LU


def _en_clair(d: Diagnostic) -> Diagnostic:
    lecture = evolve(d.lecture, anomalies=tuple(map(en_clair, d.lecture.anomalies)))
    return evolve(d, cause=en_options(d.cause), manque=tuple(map(a_la_commande, d.manque)), lecture=lecture)


def examiner(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Le bilan de chaque débiteur ; avec ``--vers``, ceux d'un fichier en colonnes."""
    if options.en_colonnes:
        return _en_colonnes(options)
    if options.evenements:
        remede = "Donnez ce fichier parmi les autres, ou ajoutez --vers."
        raise DonneeInvalide("sans --vers, cette option n'a pas d'objet", champ="--evenements", remede=remede)
    bilans = bilans_de(options, dossiers, anomalies)
    lignes = [{"debiteur": b.dossier.debiteur.nom} | ligne for b in bilans for ligne in b.vers_lignes()]
    rendu = {"au": options.au.isoformat(), "bilans": [b.vers_dict() for b in bilans], "anomalies": [str(a) for a in anomalies]}
    if not pour_un_programme(options, lignes, rendu):
        nommer = _nommer([b.dossier for b in bilans])
        print("\n\n".join(_tableau(b, nommer(b.dossier), anomalies) for b in bilans) or "Aucune créance.")
    return TOUT_LU


def _en_colonnes(options: argparse.Namespace) -> int:
    from recouvrement.masse import examiner_fichier

    if options.mandataire:
        raise DonneeInvalide(
            "les colonnes ne disent pas la suite d'un dossier confié", champ="--mandataire", remede="Ôtez --vers."
        )
    if len(options.fichiers) > 1:
        raise DonneeInvalide("un seul fichier de créances est attendu", champ="--vers", remede="Donnez un dossier de fichiers.")
    with avancement("Examen") as dire:
        passage = examiner_fichier(
            options.fichiers[0],
            options.en_colonnes,
            politique=politique_de(options),
            au=options.au,
            evenements=options.evenements,
            progres=dire,
        )
    rendu = {
        "lignes": passage.lignes,
        "examinees": passage.examinees,
        "rejetees": passage.rejetees,
        "reprises": passage.reprises,
        "bilans": str(passage.bilans),
        "rejets": str(passage.rejets),
    }
    if not pour_un_programme(options, [rendu], rendu):
        print(f"{compter(passage.examinees, 'bilan')} dans {passage.bilans}, dont {passage.reprises} par le moteur d'objets.")
        print(f"{compter(passage.rejetees, 'rejet')} dans {passage.rejets}.")
    return EN_PARTIE if passage.rejetees else TOUT_LU


def expliquer(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Les raisons de chaque chiffre du dossier d'une créance."""
    vises = tuple([d for d in dossiers if any(options.creance in (c.reference, c.numero) for c in d.creances)])
    if not vises:
        connues = ", ".join(c.reference for d in dossiers for c in d.creances) or "aucune"
        raise DonneeInvalide("référence inconnue", champ="--creance", valeur=options.creance, remede=f"Lues : {connues}.")
    for bilan in bilans_de(options, vises, anomalies):
        if any(options.creance in (b.creance.reference, b.creance.numero) for b in bilan.creances):
            print(bilan.expliquer())
    return TOUT_LU


def prescription(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Jusqu'à quand agir, créance par créance."""
    lues = [(d.debiteur.nom, x, p) for d in dossiers for x, p in _prescriptions(options, d, anomalies)]
    lignes = [
        {
            "debiteur": nom,
            "reference": x.reference,
            "facture": x.numero,
            "regime": p.regime,
            "valeur": p.valeur,
            "prudente": p.prudente,
            "acquise": "oui" if p.acquise else "non",
            "douteuse": "oui" if p.douteuse else "non",
        }
        for nom, x, p in lues
    ]
    arbres = [{"debiteur": nom, "reference": x.reference, "facture": x.numero, **p.vers_dict()} for nom, x, p in lues]
    if not pour_un_programme(options, lignes, arbres):
        print("\n".join(f"{nom}, facture {x.numero}\n{p.expliquer()}\n" for nom, x, p in lues))
    return TOUT_LU


def _prescriptions(
    options: argparse.Namespace, dossier: Dossier, anomalies: list[Anomalie]
) -> Iterator[tuple[Creance, Prescription]]:
    """Celles du bilan ; d'une créance sans régime d'intérêts, celle que la loi fixe quand même."""
    bilan, ecartees = examiner_au_mieux(Politique(), dossier, au=options.au)
    if bilan:
        yield from ((b.creance, b.prescription) for b in bilan.creances)
    for ecarte in ecartees:
        for x in [x for x in dossier.creances if x.reference in ecarte.creances]:
            try:
                faits = dossier.reduit((x.reference,)).evenements
                yield x, Politique().prescription(x, faits, au=options.au)
            except RecouvrementError as e:
                anomalies.append(_refus(options, evolve(ecarte, creances=(x.reference,), message=str(e))))


def plan(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Les étapes à venir."""
    prevus = _de_chacun(options, dossiers, anomalies, lambda d: politique_de(options).calendrier(d, au=options.au))
    plans = [(b.dossier.debiteur.nom, p) for b, p in prevus]
    lignes = [{"debiteur": nom} | ligne for nom, p in plans for ligne in p.vers_lignes()]
    if not pour_un_programme(options, lignes, [{"debiteur": nom} | p.vers_dict() for nom, p in plans]):
        print("\n".join(f"{nom}\n{p.expliquer()}\n" for nom, p in plans))
    return TOUT_LU


def voies(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Ce qui peut suivre l'amiable."""
    lues = _de_chacun(options, dossiers, anomalies, lambda d: Politique().voies(d, au=options.au))
    lignes = [
        {"debiteur": b.dossier.debiteur.nom, "voie": v.cle, "intitule": v.intitule, "etat": v.etat, "motif": v.motif}
        for b, siennes in lues
        for v in siennes
    ]
    arbres = [{"debiteur": b.dossier.debiteur.nom, "voies": [v.vers_dict() for v in siennes]} for b, siennes in lues]
    if pour_un_programme(options, lignes, arbres):
        return TOUT_LU
    for b, siennes in lues:
        print(f"{b.dossier.debiteur.nom}, {b.total.valeur}")
        for voie in siennes:
            print(f"- {voie.intitule} ({voie.etat}) : {voie.motif}")
        print()
    return TOUT_LU


def balance(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """La balance âgée."""
    portefeuille = Portefeuille(dossiers, politique=Politique(), au=options.au)
    anomalies += [_refus(options, e) for e in portefeuille.ecartes]
    agee = portefeuille.balance_agee()
    if pour_un_programme(options, agee.vers_lignes(), agee.vers_dict()):
        return TOUT_LU
    entetes = ("Débiteur", *agee.tranches, "Principal", "Accessoires", "Total", "Dont contesté", "Dont prescrit")
    lignes = [
        (x.nom, *map(str, (*x.tranches, x.principal, x.accessoires, x.total, x.dont_conteste, x.dont_prescrit)))
        for x in (*agee.lignes, *agee.totaux)
    ]
    print(tableau((entetes, *lignes), gauche=1) if agee.lignes else "Aucune créance.")
    return TOUT_LU


def echeancier(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Un plan de tout ce que doit un débiteur."""
    (bilan,) = bilans_de(options, (_du_debiteur(options.debiteur, dossiers),), anomalies) or (None,)
    if bilan is None:
        return EN_PARTIE
    rythme = {"mensualites": options.mensualites, "montant": options.montant, "jusqu_au": options.jusqu_au}
    propose = Politique().proposer_echeancier(bilan, **rythme, premiere_le=options.premiere)
    lignes = [{"le": le, "montant": montant.decimal, "devise": montant.devise} for le, montant in propose.versements]
    if not pour_un_programme(options, lignes):
        print(
            f"{bilan.dossier.debiteur.nom} : {bilan.total.valeur} au {date_fr(options.au)}, en {compter(len(lignes), 'versement')}"
        )
        print(tableau([(date_fr(le, longue=False), str(montant)) for le, montant in propose.versements], gauche=1))
    return TOUT_LU


def _du_debiteur(qui: str | None, dossiers: Lus) -> Dossier:
    vises = [d for d in dossiers if qui is None or qui in (d.debiteur.nom, d.debiteur.cle)]
    if len(vises) != 1:
        remede = f"Lus : {', '.join(dict.fromkeys(d.debiteur.nom for d in dossiers)) or 'aucun'}."
        raise DonneeInvalide("un seul débiteur est attendu", champ="--debiteur", valeur=qui, remede=remede)
    return vises[0]


def bilans_de(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> list[Bilan]:
    """Le bilan de chaque dossier ; les créances que la bibliothèque refuse deviennent des anomalies."""
    politique = politique_de(options)
    examens = [examiner_au_mieux(politique, dossier, au=options.au) for dossier in dossiers]
    anomalies += [_refus(options, ecarte) for _, ecartes in examens for ecarte in ecartes]
    return [bilan for bilan, _ in examens if bilan]


def _de_chacun(
    options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie], demander: Callable[[Dossier], T]
) -> list[tuple[Bilan, T]]:
    """Le bilan de chaque dossier, et ce qu'il répond ; celui que la question refuse devient une anomalie."""
    repondus = []
    for bilan in bilans_de(options, dossiers, anomalies):
        try:
            repondus.append((bilan, demander(bilan.dossier)))
        except RecouvrementError as e:
            anomalies.append(_refus(options, ecarter(bilan.dossier, e)))
    return repondus


def _refus(options: argparse.Namespace, ecarte: Ecarte) -> Anomalie:
    """Le fichier, le débiteur, les créances, la raison."""
    fichiers = [options.origines.get((ecarte.creancier, reference), "") for reference in ecarte.creances]
    ou = ", ".join(x for x in dict.fromkeys([*fichiers, ecarte.debiteur]) if x)
    return Anomalie(gravite="refus", ou=ou, champ=", ".join(ecarte.creances), message=ecarte.message)


def _nommer(dossiers: Sequence[Dossier]) -> Callable[[Dossier], str]:
    """Comment nommer un dossier : par son débiteur, et par son créancier s'il y en a plusieurs."""
    plusieurs = len({d.creancier.cle for d in dossiers}) > 1
    return lambda d: f"{d.debiteur.nom} envers {d.creancier.nom}" if plusieurs else d.debiteur.nom


def _tableau(bilan: Bilan, nom: str, anomalies: Sequence[Anomalie]) -> str:
    """Un débiteur : une ligne par facture, le total, la suite, les alertes, les événements refusés."""
    entetes = ("Facture", "Échéance", "Retard", "Principal", "Pénalités", "Intérêts", "Indemnité", "Total", "Agir jusqu'au")
    lignes = [
        (
            b.creance.numero,
            date_fr(b.echeance.valeur, longue=False),
            f"{b.jours_retard} j",
            *(str(getattr(b, p).valeur) for p in COLONNES),
            date_fr(b.prescription.prudente, longue=False),
        )
        for b in bilan.creances
    ]
    total = [("Total", "", "", *(str(getattr(bilan, p).valeur) for p in COLONNES), "")] if len(lignes) > 1 else []
    tete = f"{nom} ({dire(bilan.dossier.debiteur.qualite)}), au {date_fr(bilan.au)}"
    suite = f"→ {bilan.prochaine}" if bilan.prochaine else f"→ rien à faire : {_pourquoi(bilan)}"
    alertes = [f"! {a.creance + ' : ' if a.creance else ''}{a.message}" for a in bilan.alertes]
    doutes = [f"! un événement refusé a pu changer la somme : {a.ou or a.message}" for a in anomalies if a.atteint(bilan.dossier)]
    return "\n".join([tete, tableau((entetes, *lignes, *total)), suite, *alertes, *doutes])


def _pourquoi(bilan: Bilan) -> str:
    return " ; ".join(dict.fromkeys(e.motif for e in bilan.empechements)) or "rien"
