"""Une voie est-elle ouverte ? Les questions que posent ses conditions, et ce que le dossier y répond."""

from collections.abc import Callable, Mapping
from datetime import date

from recouvrement.droit.base import Droit
from recouvrement.droit.fr.couts import en_vigueur
from recouvrement.droit.fr.table_voies import Condition, lire
from recouvrement.droit.fr.territoires import etat
from recouvrement.droit.voies import EtatCreance, Situation
from recouvrement.modele.actes import ActeInterruptif
from recouvrement.modele.dossier import Dossier, Evenement, atteint, declaree
from recouvrement.modele.evenements import Blocage, DelaiDeGrace, ProcedureCollective, Titre
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Qualite
from recouvrement.resultat import Regle, Reserve, Resultat, Source, fait

Question = Callable[[EtatCreance, Condition, Situation], bool]
PEUT_ETRE_PRESCRITE = Reserve(
    "peut_etre_prescrite",
    "peut-être prescrite : le jour prudent est passé, faites trancher avant d'agir",
    Source("Code civil", "2219"),
)
CONTESTATION_APPRECIEE = Reserve(
    "contestation_appreciee",
    "toute contestation motivée est tenue pour sérieuse, le juge en décide ; seule la part non contestée peut être demandée par provision",
)
SANS_ADRESSE = Reserve("debiteur_sans_adresse", "adresse du débiteur inconnue : il est supposé demeurer en France métropolitaine")


def juger(condition: Condition, droit: Droit, s: Situation) -> Resultat[bool]:
    """La condition, remplie ou non ; le motif nomme les créances qui manquent quand d'autres la remplissent."""
    if condition.du and s.au < condition.du:
        return Resultat(True, condition.regle, (), f"exigée seulement depuis le {condition.du:%d/%m/%Y}")
    if condition.question == "plafond":
        return _plafond(condition, droit, s)
    reserves = condition.reserves + doutes(condition, s)
    if condition.question in DU_DOSSIER:
        tenue, echouent = DU_DOSSIER[condition.question](condition, droit, s), []
    else:
        echouent = [e.creance.reference for e in s.creances if not DES_CREANCES[condition.question](e, condition, s)]
        tenue = not echouent
    if tenue:
        return Resultat(True, condition.regle, (), "", doutes(condition, s) if condition.ecarte else reserves)
    if condition.signale:
        return Resultat(
            True, condition.regle, (), "", (*reserves, Reserve(condition.regle.cle, condition.sinon, condition.regle.source))
        )
    qui = f" ({', '.join(echouent)})" if 0 < len(echouent) < len(s.creances) else ""
    return Resultat(False, condition.regle, (), condition.sinon + qui, reserves)


def _plafond(condition: Condition, droit: Droit, s: Situation) -> Resultat[bool]:
    """Une somme et un plafond, bornes incluses."""
    assiettes = {"principal": principal(s), "principal_et_interets": principal(s) + _interets(s), "total": s.total}
    somme, bareme = assiettes[condition.assiette], droit.baremes[condition.bareme]
    valeur, reserves = en_vigueur(bareme, s.au)
    if valeur is None:
        return Resultat(False, condition.regle, (), f"aucun plafond décrit avant le {bareme.connu_du:%d/%m/%Y}")
    plafond = Montant(valeur.valeur)
    sachant = (fait("Somme comparée", somme), Resultat(plafond, Regle(bareme.code, bareme.intitule, valeur.source)))
    motif = f"{condition.sinon} : {somme}, plafond {plafond}" if somme > plafond else ""
    return Resultat(somme <= plafond, condition.regle, sachant, motif, condition.reserves + reserves)


def doutes(condition: Condition, s: Situation) -> tuple[Reserve, ...]:
    """Ce qu'une condition remplie laisse pourtant discuter dans ce dossier."""
    match condition.question:
        case "non_prescrite":
            return (PEUT_ETRE_PRESCRITE,) if any(e.prescription.douteuse for e in s.creances) else ()
        case "incontestee" | "part_incontestee":
            return (CONTESTATION_APPRECIEE,) if any(e.contestee for e in s.creances) else ()
        case "debiteur_en_france" | "transfrontaliere":
            return () if s.dossier.debiteur.adresse else (SANS_ADRESSE,)
    return ()


def _parties(e: EtatCreance, c: Condition, _s: Situation) -> bool:
    return c.vise(e) != c.exclut


def _exigible(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    return e.echeance < s.au


def _non_prescrite(e: EtatCreance, _c: Condition, _s: Situation) -> bool:
    return not e.prescription.acquise


def _incontestee(e: EtatCreance, _c: Condition, _s: Situation) -> bool:
    return not e.contestee


def _part_incontestee(e: EtatCreance, _c: Condition, _s: Situation) -> bool:
    return not e.contestee or e.conteste < e.principal


def _sans_titre(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    return not any(isinstance(f, Titre) and atteint(f, e.creance.reference) for f in s.faits)


def procedure(e: EtatCreance, s: Situation) -> ProcedureCollective | None:
    """Celle qui est ouverte, et postérieure à la créance.

    Source:
        C. com., art. L. 622-21 et L. 622-24.
    """
    ouvertes = (p for p in s.faits if isinstance(p, ProcedureCollective) and e.creance.nee_le <= p.le)
    return next((p for p in ouvertes if p.cloturee_le is None or p.cloturee_le > s.au), None)


def _sans_procedure(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    return procedure(e, s) is None


def _non_liquidee(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    closes = (
        p.cloturee_le
        for p in s.faits
        if isinstance(p, ProcedureCollective) and p.genre == "liquidation" and e.creance.nee_le <= p.le
    )
    return not any(cloture and cloture <= s.au for cloture in closes)


def _procedure_ouverte(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    return procedure(e, s) is not None


def _faits(e: EtatCreance, s: Situation) -> list[Evenement]:
    return [f for f in s.faits if atteint(f, e.creance.reference)]


def _non_declaree(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    ouverte = procedure(e, s)
    return ouverte is None or not declaree(ouverte, _faits(e, s))


def _non_omise(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    """Faux d'une créance jamais déclarée à une sauvegarde ou un redressement clos."""
    faits = _faits(e, s)
    procedures = [
        p for p in faits if isinstance(p, ProcedureCollective) and p.genre != "liquidation" and e.creance.nee_le <= p.le
    ]
    return all(declaree(p, faits) for p in procedures if p.cloturee_le and p.cloturee_le <= s.au)


def _sans_delai_de_grace(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    return not any(isinstance(f, DelaiDeGrace) and f.du <= s.au <= f.au for f in _faits(e, s))


def _sans_echeancier(e: EtatCreance, _c: Condition, _s: Situation) -> bool:
    return not e.terme_accorde


def _non_cedee(e: EtatCreance, _c: Condition, s: Situation) -> bool:
    return not any(
        isinstance(f, Blocage)
        and f.motif == "cedee"
        and atteint(f, e.creance.reference)
        and (f.jusqu_au is None or s.au <= f.jusqu_au)
        for f in s.faits
    )


DES_CREANCES: Mapping[str, Question] = {
    "parties": _parties,
    "exigible": _exigible,
    "non_prescrite": _non_prescrite,
    "incontestee": _incontestee,
    "part_incontestee": _part_incontestee,
    "sans_titre": _sans_titre,
    "sans_procedure": _sans_procedure,
    "procedure_ouverte": _procedure_ouverte,
    "non_declaree": _non_declaree,
    "non_omise": _non_omise,
    "sans_echeancier": _sans_echeancier,
    "sans_delai_de_grace": _sans_delai_de_grace,
    "non_cedee": _non_cedee,
    "non_liquidee": _non_liquidee,
}


def _due(_c: Condition, _droit: Droit, s: Situation) -> bool:
    return bool(s.total)


def _a_la_piece(c: Condition, _droit: Droit, s: Situation) -> bool:
    return bool(c.pieces & s.pieces)


def _debiteur_en_france(_c: Condition, _droit: Droit, s: Situation) -> bool:
    return etat(s.dossier.debiteur.adresse) == "FR"


def _juge_du_consommateur(c: Condition, droit: Droit, s: Situation) -> bool:
    return s.dossier.debiteur.qualite is not Qualite.CONSOMMATEUR or _debiteur_en_france(c, droit, s)


def transfrontalier(dossier: Dossier) -> bool:
    """Deux États différents, tous deux liés par le règlement.

    Source:
        Règl. (CE) n° 1896/2006, art. 2 et 3 ; Règl. (CE) n° 861/2007, art. 3.
    """
    etats = {etat(dossier.creancier.adresse), etat(dossier.debiteur.adresse)}
    return len(etats) == 2 and etats <= lire().reglements


def _transfrontaliere(_c: Condition, _droit: Droit, s: Situation) -> bool:
    return transfrontalier(s.dossier)


def _declaration_dans_le_delai(_c: Condition, droit: Droit, s: Situation) -> bool:
    """Vrai aussi tant que la publication n'est pas connue.

    Source:
        C. com., art. R. 622-24 : deux mois de la publication, quatre pour qui demeure loin.
    """
    publiee = jour_de("publication", s)
    return publiee is None or s.au <= terme("declaration_de_creance", publiee, droit, s).valeur


DU_DOSSIER: Mapping[str, Callable[[Condition, Droit, Situation], bool]] = {
    "due": _due,
    "piece": _a_la_piece,
    "debiteur_en_france": _debiteur_en_france,
    "juge_du_consommateur": _juge_du_consommateur,
    "transfrontaliere": _transfrontaliere,
    "declaration_dans_le_delai": _declaration_dans_le_delai,
}


def principal(s: Situation) -> Montant:
    """Principal restant de tout ce qui est dû."""
    return sum((e.principal for e in s.creances), Montant.zero())


def _interets(s: Situation) -> Montant:
    return sum((e.interets for e in s.creances), Montant.zero())


def jour_de(quoi: str, s: Situation) -> date | None:
    """Le jour de la publication du jugement d'ouverture, ou du dernier acte de cette cause."""
    if quoi == "publication":
        publiees = [p.publiee_le for e in s.creances if (p := procedure(e, s)) and p.publiee_le and p.publiee_le <= s.au]
        return max(publiees, default=None)
    return max((f.le for f in s.faits if isinstance(f, ActeInterruptif) and f.cause == quoi), default=None)


def terme(cle: str, depart: date, droit: Droit, s: Situation) -> Resultat[date]:
    """Le terme, allongé pour un créancier qui déclare de loin."""
    distance = droit.distance(s.dossier.creancier.adresse) if cle == "declaration_de_creance" else "aucune"
    return droit.delai(cle, depart=depart, distance=distance, calendrier=droit.calendrier)
