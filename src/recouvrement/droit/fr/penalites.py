"""Ce qui court sur une somme en retard : pénalités entre professionnels et de la commande publique, intérêt légal ailleurs.

La course se compose : un taux de base, puis ce qu'un jugement, un délai de grâce ou une procédure collective y changent.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from operator import attrgetter

from recouvrement.droit.baremes import Bareme, reserves_de
from recouvrement.droit.base import Choix, Course, Droit, Palier, Regime, courir
from recouvrement.droit.fr.jugements import accorder_un_delai, majorer, titre_de
from recouvrement.droit.fr.paliers import borner, fondre
from recouvrement.droit.fr.procedures_collectives import arreter
from recouvrement.modele.actes import ActeInterruptif, MiseEnDemeure
from recouvrement.modele.conditions import TauxIndexe
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, vise
from recouvrement.modele.evenements import Titre
from recouvrement.modele.montant import Taux
from recouvrement.resultat import Regle, Reserve, Resultat, Source, fait
from recouvrement.temps import UN_JOUR

FOIS = 3
PLANCHER = Regle(
    "plancher", "Plancher d'un taux convenu : trois fois le taux de l'intérêt légal", Source("Code de commerce", "L. 441-10, II")
)
TAUX_CONVENU = "taux convenu"
SANS_MISE_EN_DEMEURE = "aucune mise en demeure : l'intérêt légal ne court pas encore"
DEMEURE_AVANT_TERME = (
    "mise en demeure faite avant l'échéance : ce qui est dû à terme ne peut être exigé avant lui (C. civ., art. 1305-2)"
)
SANS_PRESENTATION = "mise en demeure sans date de première présentation : l'intérêt légal ne court pas encore"
INDICES = {"bce": "bce_semestre", "legal": "taux_legal_autres"}
INTERET_DU_JUGEMENT = Source("Code civil", "1231-7")
A_CHEVAL = Reserve(
    "delai_a_cheval",
    "née avant l'entrée en vigueur du régime, échue depuis : son délai de paiement est tenu pour commencé avant, moins est réclamé",
    Source("Loi n° 2012-387 du 22 mars 2012, art. 121, V ; décret n° 2013-269 du 29 mars 2013"),
)
AVANT_LA_TABLE = Reserve(
    "avant_la_table",
    "les taux d'avant la première valeur de la table ne sont pas décrits : les jours d'avant elle ne portent rien, moins est réclamé",
)
ASSIGNATION = Reserve(
    "assignation_vaut_demeure",
    "sans mise en demeure antérieure, l'intérêt court de l'assignation : elle vaut en principe interpellation suffisante, si elle demande "
    "le paiement ; le juge en décide",
    Source("Code civil", "1344"),
)
PROLONGE = Reserve(
    "taux_prolonge",
    "taux non encore publié : le dernier connu est prolongé, à la demande de l'appelant",
    Source("Code de commerce", "L. 441-10, II"),
)


def course(
    droit: Droit, creance: Creance, regime: Regime, echeance: date, evenements: tuple[Evenement, ...], *, au: date, choix: Choix
) -> Course:
    """Les pénalités sont exigibles le lendemain de la date de règlement, sans rappel ; l'intérêt légal court de la demeure.

    Source:
        C. com., art. L. 441-10, II ; CCP, art. L. 2192-13 et R. 2192-31 ; C. civ., art. 1231-6 et 1344-1, et 1153 ancien.
    """
    titre = titre_de(creance, evenements) if evenements else None
    if not regime.joue(creance, echeance):
        base = _hors_regime(droit, creance, regime, echeance, titre)
    elif regime.depart == "mise_en_demeure":
        demeure, motif, doutes = _demeure(creance, echeance, evenements, titre, au, envoi=choix.envoi)
        aucune = Course(regime.poste, None, (), _texte(creance, regime), motif)
        base = _base(droit, creance, regime, demeure, choix) if demeure else aucune
        base = base._replace(reserves=(*base.reserves, *doutes)) if doutes else base
    else:
        base = _base(droit, creance, regime, echeance, choix)
    if base.apres is None or not evenements:
        return base
    for changer in (accorder_un_delai, majorer, arreter):
        base = changer(base, creance, evenements)
    return base


def _hors_regime(droit: Droit, creance: Creance, regime: Regime, echeance: date, titre: Titre | None) -> Course:
    """Avant le régime, rien ne court ; sauf, après jugement, l'intérêt légal."""
    reserves = a_cheval(creance, regime, echeance)
    if titre is None:
        return Course(regime.poste, None, (), regime.source, regime.avant_depuis, reserves=reserves)
    legal = droit.baremes["taux_legal_autres"]
    paliers, apres = droit.indexes(TauxIndexe("legal"), indexer, INDICES["legal"]), max(titre.le, echeance)
    capitalise_du = apres if creance.conditions.capitalisation else None
    return Course("interets", apres, paliers, INTERET_DU_JUGEMENT, "", legal.connu_au, capitalise_du, reserves, bareme=legal)


def a_cheval(creance: Creance, regime: Regime, echeance: date) -> tuple[Reserve, ...]:
    """Le régime vise les délais de paiement commencés sous lui ; de l'émission ou de l'exécution d'avant, le doute profite au débiteur."""
    return (A_CHEVAL,) if regime.depuis and creance.nee_le < regime.depuis <= echeance else ()


def _base(droit: Droit, creance: Creance, regime: Regime, apres: date, choix: Choix) -> Course:
    """Le taux qui court avant qu'un juge n'y change rien, prolongé si l'appelant le veut."""
    paliers, bareme = _taux(droit, creance, regime, choix)
    connu_au = bareme.connu_au if bareme else date.max
    if regime.fige or choix.fige:
        paliers, connu_au = _figer(paliers, apres, connu_au)
    if choix.prolonger and connu_au < date.max:
        dernier = paliers[-1]
        paliers += (dernier._replace(du=connu_au + UN_JOUR, au=date.max, reserves=(*dernier.reserves, PROLONGE)),)
    source = _texte(creance, regime)
    capitalise_du = apres if creance.conditions.capitalisation else None
    legale = creance.conditions.taux_penalites is None or not regime.admet_un_taux_convenu
    reserves = (AVANT_LA_TABLE,) if paliers[0].du > apres + UN_JOUR else ()
    return courir(regime.poste, apres, paliers, source, "", connu_au, capitalise_du, reserves, legale, bareme)


def _texte(creance: Creance, regime: Regime) -> Source:
    """La rédaction qui régit le contrat."""
    return regime.source_au(creance.contrat_le or creance.emise_le)


def _taux(droit: Droit, creance: Creance, regime: Regime, choix: Choix) -> tuple[tuple[Palier, ...], Bareme | None]:
    """Taux convenu si le régime l'admet, sinon celui de la loi ; et, des barèmes lus, celui qui s'arrête le premier."""
    convenu = creance.conditions.taux_penalites
    if convenu is None or not regime.admet_un_taux_convenu:
        return droit.paliers(regime), droit.baremes[regime.bareme]
    bareme: Bareme | None = None
    if isinstance(convenu, TauxIndexe):
        code = INDICES[convenu.indice]
        paliers, bareme = droit.indexes(convenu, indexer, code), droit.baremes[code]
    else:
        paliers = (Palier(date.min, date.max, convenu, TAUX_CONVENU, ()),)
    if choix.sous_le_plancher == "convenu" or regime.poste == "interets":  # le plancher ne vise que les pénalités
        return paliers, bareme
    legal, suppletif = droit.baremes["taux_legal_autres"], choix.sous_le_plancher == "suppletif"
    releves = _relever(paliers, legal, droit.paliers(regime) if suppletif else None)
    lus = (bareme, legal, droit.baremes[regime.bareme] if suppletif else None)
    return tuple(fondre(releves)), min((b for b in lus if b), key=attrgetter("connu_au"))


def indexer(bareme: Bareme, indexe: TauxIndexe) -> Iterator[Palier]:
    """Le taux indexé, sur chaque période de l'indice."""
    return fondre(
        Palier(du, au, indexe.applique(Taux(v.valeur)), f"{indexe}, indice à {Taux(v.valeur)}", reserves_de(bareme, v))
        for du, au, v in bareme.paliers(bareme.connu_du, bareme.connu_au)
    )


def _relever(paliers: tuple[Palier, ...], legal: Bareme, suppletifs: tuple[Palier, ...] | None) -> Iterator[Palier]:
    """Chaque période où le taux convenu n'atteint pas le plancher porte le plancher, ou le taux supplétif."""
    for du, au, v in legal.paliers(legal.connu_du, legal.connu_au):
        plancher = Taux(v.valeur) * FOIS
        for p in borner(paliers, du, au):
            if p.taux >= plancher:
                yield p
            elif suppletifs is None:
                yield p._replace(taux=plancher, origine=f"plancher de trois fois le taux légal de {Taux(v.valeur)}")
            else:
                yield from borner(suppletifs, p.du, p.au)


def _figer(paliers: tuple[Palier, ...], apres: date, connu_au: date) -> tuple[tuple[Palier, ...], date]:
    """Le taux du semestre où l'intérêt a commencé vaut pour toute la durée (CCP, art. R. 2192-31)."""
    depart = apres + UN_JOUR
    figes = tuple(p._replace(au=date.max) for p in paliers if p.du <= depart <= p.au)
    return (figes, date.max) if figes else (paliers, connu_au)


def _demeure(
    creance: Creance, echeance: date, evenements: Iterable[Evenement], titre: Titre | None, au: date, *, envoi: bool
) -> tuple[date | None, str, tuple[Reserve, ...]]:
    """Première présentation (ou envoi) d'une mise en demeure faite depuis l'échéance, assignation ou jugement : le premier des trois.

    Source:
        C. civ., art. 1344 (sommation, ou acte portant interpellation suffisante) et 1344-1.
    """
    vues = [e for e in evenements if isinstance(e, MiseEnDemeure) and vise(e, creance)]
    jours = [j for e in vues if echeance <= e.le and (j := e.le if envoi else e.presentee_le) and j <= au]
    if titre is not None:
        jours.append(titre.le)
    assignee_le = min([e.le for e in evenements if _interpelle(e) and echeance <= e.le], default=date.max)
    if jours and min(jours) <= assignee_le:
        return max(min(jours), echeance), "", ()
    if assignee_le < date.max:
        return assignee_le, "", (ASSIGNATION,)
    if vues and all(e.le < echeance for e in vues):
        return None, DEMEURE_AVANT_TERME, ()
    return None, SANS_PRESENTATION if vues else SANS_MISE_EN_DEMEURE, ()


def _interpelle(acte: Evenement) -> bool:
    """Vrai d'une assignation, au fond ou en référé, que rien n'a anéantie."""
    return isinstance(acte, ActeInterruptif) and acte.cause in ("assignation", "refere") and not acte.non_avenu


def plancher(droit: Droit, creance: Creance, du: date, au: date) -> Resultat[Taux] | None:
    """Premier plancher, trois fois le taux légal du semestre, que le taux convenu n'atteint pas entre ``du`` et ``au``.

    Le taux reste appliqué tel que convenu : l'effet civil d'un taux sous le plancher n'est pas tranché. Le plancher ne joue
    que pour un taux convenu : jamais il ne remplace le taux supplétif.

    Source:
        C. com., art. L. 441-10, II.
    """
    convenu, legal = creance.conditions.taux_penalites, droit.baremes["taux_legal_autres"]
    if convenu is None or du > legal.connu_au:
        return None
    connu_au = legal.connu_au
    if isinstance(convenu, TauxIndexe):
        connu_au = min(connu_au, droit.baremes[INDICES[convenu.indice]].connu_au)
    for jour, _, v in legal.paliers(max(du, legal.connu_du), min(au, connu_au)) if du <= connu_au else ():
        taux = (
            convenu.applique(Taux(droit.baremes[INDICES[convenu.indice]].au(jour).valeur))
            if isinstance(convenu, TauxIndexe)
            else convenu
        )
        if taux < Taux(v.valeur) * FOIS:
            sachant = (
                fait("Taux convenu", taux),
                fait("Taux de l'intérêt légal", Taux(v.valeur), str(v.source)),
                fait("Depuis le", v.du),
            )
            return Resultat(Taux(v.valeur) * FOIS, PLANCHER, sachant)
    return None
