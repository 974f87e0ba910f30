"""Ce qui court sur une somme en retard : pénalités entre professionnels et de la commande publique, intérêt légal ailleurs."""

from datetime import date

from recouvrement.droit.base import Course, Droit, Palier, Regime
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, vise
from recouvrement.modele.montant import Taux
from recouvrement.resultat import Regle, Resultat, Source, fait

FOIS = 3
PLANCHER = Regle(
    "plancher", "Plancher d'un taux convenu : trois fois le taux de l'intérêt légal", Source("Code de commerce", "L. 441-10, II")
)
TAUX_CONVENU = "taux convenu"
SANS_MISE_EN_DEMEURE = "aucune mise en demeure : l'intérêt légal ne court pas encore"
SANS_PRESENTATION = "mise en demeure sans date de première présentation : l'intérêt légal ne court pas encore"


def course(
    droit: Droit,
    creance: Creance,
    regime: Regime,
    echeance: date,
    evenements: tuple[Evenement, ...],
    *,
    au: date,
    envoi: bool,
    fige: bool,
) -> Course:
    """Les pénalités sont exigibles le lendemain de la date de règlement, sans rappel ; l'intérêt légal court de la demeure.

    Source:
        C. com., art. L. 441-10, II ; CCP, art. L. 2192-13 et R. 2192-31 ; C. civ., art. 1231-6 et 1344-1.
    """
    if regime.depuis and echeance < regime.depuis:
        return Course(regime.poste, None, (), regime.source, regime.avant_depuis)
    apres = echeance
    if regime.depart == "mise_en_demeure":
        demeure, motif = _demeure(creance, echeance, evenements, au, envoi=envoi)
        if demeure is None:
            return Course(regime.poste, None, (), regime.source, motif)
        apres = demeure
    if regime.admet_un_taux_convenu and creance.conditions.taux_penalites is not None:
        paliers: tuple[Palier, ...] = (Palier(date.min, date.max, creance.conditions.taux_penalites, TAUX_CONVENU, ()),)
    else:
        paliers = droit.paliers(regime)
        if regime.fige or fige:
            paliers = _figer(paliers, apres)
    return Course(regime.poste, apres, paliers, regime.source)


def _figer(paliers: tuple[Palier, ...], apres: date) -> tuple[Palier, ...]:
    """Le taux du semestre où l'intérêt a commencé vaut pour toute la durée (CCP, art. R. 2192-31)."""
    depart = date.fromordinal(apres.toordinal() + 1)
    return tuple(p._replace(au=date.max) for p in paliers if p.du <= depart <= p.au) or paliers[-1:]


def _demeure(
    creance: Creance, echeance: date, evenements: tuple[Evenement, ...], au: date, *, envoi: bool
) -> tuple[date | None, str]:
    """Jour de la première présentation (ou de l'envoi) de la première mise en demeure qui vise la créance."""
    vues = [e for e in evenements if isinstance(e, MiseEnDemeure) and vise(e, creance)]
    jours = [j for e in vues if (j := e.le if envoi else e.presentee_le) and j <= au]
    if jours:
        return max(min(jours), echeance), ""
    return None, SANS_PRESENTATION if vues else SANS_MISE_EN_DEMEURE


def plancher(droit: Droit, creance: Creance, du: date, au: date) -> Resultat[Taux] | None:
    """Premier plancher, trois fois le taux légal du semestre, que le taux convenu n'atteint pas entre ``du`` et ``au``.

    Le taux reste appliqué tel que convenu : l'effet civil d'un taux sous le plancher n'est pas tranché. Le plancher ne joue
    que pour un taux convenu : jamais il ne remplace le taux supplétif.

    Source:
        C. com., art. L. 441-10, II.
    """
    convenu, legal = creance.conditions.taux_penalites, droit.baremes["taux_legal_autres"]
    if convenu is None:
        return None
    if du > legal.connu_au:
        return None
    for _, _, v in legal.paliers(max(du, legal.connu_du), min(au, legal.connu_au)):
        if convenu < Taux(v.valeur) * FOIS:
            sachant = (fait("Taux de l'intérêt légal", Taux(v.valeur), str(v.source)), fait("Depuis le", v.du))
            return Resultat(Taux(v.valeur) * FOIS, PLANCHER, sachant)
    return None
