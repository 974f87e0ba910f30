"""Jusqu'à quand le créancier peut-il agir ? Le dernier jour utile et le jour prudent, toujours les deux.

Aucune prorogation au lendemain d'un week-end : l'article 642 du CPC ne vaut que pour les délais de procédure
(Com., 10 janv. 2006, n° 04-10.482 ; 2e civ., 7 avr. 2016, n° 15-12.960).
"""

from datetime import date, timedelta

from recouvrement.droit.base import Droit, Regime, RegimePrescription
from recouvrement.droit.chronologie import Prescription, Reconnaissance, Segment
from recouvrement.droit.fr.jugements import titre_de
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, vise
from recouvrement.modele.evenements import Titre
from recouvrement.resultat import Noeud, Reserve, Resultat, Source, fait
from recouvrement.temps import Delai

RECONNAISSANCE = Source("Code civil", "2240")
APRES_COUP = Source("Cass. 1re civ., 19 mai 2021, n° 19-26.253")
LETTRE = Source("Cass. com., 18 mai 2022, n° 20-23.204")
TERME = Source("Code civil, art. 2233, 3° ; Cass. com., 14 juin 2023, n° 21-14.841")
ALLOTIE = Reserve(
    "paiement_sans_affectation",
    "paiement dont le débiteur n'a pas dit quelle dette il visait : il déplace le dernier jour utile, jamais le jour prudent",
    RECONNAISSANCE,
)
TITRE = "titre"
DIX_ANS = Delai(annees=10)
EXECUTION = Source("Code des procédures civiles d'exécution", "L. 111-4")
DEPART_DU_TITRE = Reserve(
    "depart_du_titre",
    "le texte ne dit pas de quel jour courent les dix ans du titre : ils sont comptés de celui où il est exécutoire ; les intérêts"
    " échus depuis se prescrivent à part, par cinq ans, ou deux contre un consommateur",
    EXECUTION,
)
SANS_EXECUTION = Reserve(
    "depart_sans_execution", "ni échéance ni date d'exécution : la prescription est comptée de l'émission de la facture"
)
MOTIF_ECHEANCE = "la dette à terme n'est pas exigible avant son terme ; le jour de l'échéance ne compte pas"
MOTIF_EXECUTION = "sans échéance donnée, l'achèvement de la prestation ou la livraison"
MOTIF_EMISSION = "ni échéance ni exécution connues : l'émission de la facture"
MOTIF_CIVIL = "années civiles entières, du 1er janvier qui suit celle du service fait"


def prescription(
    droit: Droit,
    creance: Creance,
    regime: Regime,
    reconnaissances: tuple[Reconnaissance, ...],
    evenements: tuple[Evenement, ...],
    *,
    au: date,
) -> Prescription:
    """Dernier jour utile et jour prudent, avec tout ce qui les a déplacés.

    Args:
        reconnaissances: Paiements qui ont touché la créance, par jour.
        evenements: Pour dire ce qui n'a rien interrompu.

    Source:
        C. civ., art. 2224 et 2228 à 2240 ; C. com., art. L. 110-4 ; C. conso., art. L. 218-2 ; loi n° 68-1250, art. 1 et 2.
    """
    ligne = droit.prescriptions[regime.prescription]
    depart, piece, motif, reserves = _depart(creance, ligne)
    fin = _fin(ligne, depart)
    segments = [Segment(depart, fin, "depart", piece, TERME if creance.echeance and not ligne.civile else ligne.source, motif)]
    prudent = min(depart, creance.executee_le) if ligne.prudence and creance.executee_le else depart
    fin_prudente = fin if prudent == depart else _fin(ligne, prudent)
    titre = titre_de(creance, evenements) if evenements else None
    for r in sorted((*reconnaissances, *_du_titre(titre)), key=lambda r: r.le):
        if r.le <= depart:
            segments.append(Segment(r.le, None, "sans_effet", r.evenement, RECONNAISSANCE, "avant que le délai ne commence"))
        elif r.le > fin:
            segments.append(Segment(r.le, None, "sans_effet", r.evenement, APRES_COUP, "après l'expiration : rien à interrompre"))
        else:
            jugee = titre is not None and r.le >= titre.le
            fin = DIX_ANS.depuis(r.le) if jugee else _fin(ligne, r.le)
            segments.append(_interruption(r, fin, jugee=jugee))
            if r.certaine and r.le <= fin_prudente:
                fin_prudente = fin
            elif not r.certaine and ALLOTIE not in reserves:
                reserves = (*reserves, ALLOTIE)
            if r.evenement == TITRE:
                reserves = (*reserves, DEPART_DU_TITRE)
    if evenements:
        segments += _lettres(creance, evenements)
        segments.sort(key=lambda s: s.du)
    sachant: tuple[Noeud, ...] = (fait("Départ", depart, motif), ligne.duree_expliquee)
    resultat = Resultat(fin, ligne.regle, sachant, "", ligne.reserves + reserves)
    return Prescription(fin, droit.calendrier.recule(fin_prudente - timedelta(days=1)), au, ligne.code, tuple(segments), resultat)


def _du_titre(titre: Titre | None) -> tuple[Reconnaissance, ...]:
    """Le titre ouvre dix ans, du jour où il est exécutoire."""
    return (Reconnaissance(titre.executoire_le, TITRE, True),) if titre else ()


def _interruption(r: Reconnaissance, fin: date, *, jugee: bool) -> Segment:
    if r.evenement == TITRE:
        return Segment(r.le, fin, "interruption", TITRE, EXECUTION, "titre exécutoire : son exécution se poursuit dix ans")
    motif = "paiement : reconnaissance de la dette" + (", qui fait repartir les dix ans du titre" if jugee else "")
    return Segment(r.le, fin, "interruption", r.evenement, RECONNAISSANCE, motif)


def _depart(creance: Creance, ligne: RegimePrescription) -> tuple[date, str, str, tuple[Reserve, ...]]:
    """Jour de départ, exclu du délai ; la pièce, le motif et les réserves qui l'accompagnent."""
    if ligne.depart == "exigibilite" and creance.echeance is not None:
        return creance.echeance, "échéance", MOTIF_ECHEANCE, ()
    civil = MOTIF_CIVIL if ligne.civile else ""
    if creance.executee_le is not None:
        return creance.executee_le, "exécution", civil or MOTIF_EXECUTION, ()
    return creance.emise_le, "émission", civil or MOTIF_EMISSION, (SANS_EXECUTION,)


def _fin(ligne: RegimePrescription, depart: date) -> date:
    """Dernier jour utile, de quantième à quantième ; ou le 31 décembre de la dernière année civile."""
    if ligne.civile:
        depart = date(depart.year, 12, 31)
    return ligne.duree.depuis(depart)


def _lettres(creance: Creance, evenements: tuple[Evenement, ...]) -> list[Segment]:
    motif = "une mise en demeure, même recommandée, n'interrompt pas la prescription"
    return [
        Segment(e.le, None, "sans_effet", "mise en demeure", LETTRE, motif)
        for e in evenements
        if isinstance(e, MiseEnDemeure) and vise(e, creance)
    ]
