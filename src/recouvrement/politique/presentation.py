"""Le bilan montré : texte, JSON, lignes, Jupyter. Rien n'y est calculé."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from recouvrement.affichage import (
    MONTREES,
    TONS,
    Ton,
    arbre,
    carte,
    cartes,
    compter,
    date_fr,
    decimal_fr,
    dire,
    en_clair,
    frise,
    la_suite,
    marque,
    motif,
    nom_de,
    page,
    plier,
    table,
)
from recouvrement.droit.voies import Voie, dire_fourchette
from recouvrement.modele.actes import CAUSES_D_INTERRUPTION, ActeInterruptif
from recouvrement.modele.evenements import Paiement
from recouvrement.modele.montant import Montant
from recouvrement.politique.bilan import NOMS_DES_POSTES, POSTES, ActionProposee, Alerte, Bilan, BilanCreance, Empechement
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.resultat import Resultat, en_html, expliquer, pour_json, vers_dict

if TYPE_CHECKING:
    from recouvrement.politique.plan import Plan, Simulation
    from recouvrement.politique.portefeuille import Portefeuille

NOMS_DES_ACTES = {
    "Relance": "relance",
    "MiseEnDemeure": "mise en demeure",
    "Transmission": "remise du dossier",
    "ActeInterruptif": "acte interruptif",
}

NOMS_DES_CANAUX = {"recommande": "recommandé", "telephone": "téléphone", "commissaire_de_justice": "commissaire de justice"}


def nom_du_canal(canal: str) -> str:
    """« recommandé », « téléphone » ; un canal de l'hôte, sans ses soulignés."""
    return NOMS_DES_CANAUX.get(canal, canal.replace("_", " "))


def dire_action(action: ActionProposee) -> str:
    """« mise en demeure (recommandé), à faire depuis le 3 novembre 2026 : délai écoulé depuis l'étape précédente »."""
    nom = _nom(action)
    quand = f"à faire {'depuis ' if action.le < action.acte.le else ''}le {date_fr(action.le)}"
    limite = f", à payer au plus tard le {date_fr(action.payer_avant_le, semaine=True)}" if action.payer_avant_le else ""
    limite += f", au plus tard le {date_fr(action.limite, semaine=True)}" if action.limite else ""
    return f"{nom} ({nom_du_canal(action.canal)}), {quand}{limite} : {action.motif}"


def _nom(action: ActionProposee) -> str:
    if isinstance(action.acte, ActeInterruptif):
        return CAUSES_D_INTERRUPTION[action.acte.cause]
    return "appel" if action.etape.est_un_appel else NOMS_DES_ACTES[type(action.acte).__name__]


def expliquer_bilan(bilan: Bilan) -> str:
    """Total et raisons, prescription, suite, alertes, empêchements."""
    morceaux = [f"{bilan.dossier.debiteur.nom} doit à {bilan.dossier.creancier.nom}, au {date_fr(bilan.au)} :", ""]
    for b in bilan.creances:
        morceaux += [f"Facture {b.creance.numero}", expliquer(b.total), b.prescription.expliquer(), ""]
    if len(bilan.creances) > 1:
        morceaux += ["Ensemble", expliquer(bilan.total, 1), ""]
    morceaux += [f"À faire : {dire_action(a)}" for a in bilan.actions]
    if not bilan.actions and bilan.prochaine:
        morceaux.append(f"Ensuite : {dire_action(bilan.prochaine)}")
    morceaux += [
        f"Rien à faire pour {e.creance} : {e.motif}" + (f", jusqu'au {date_fr(e.jusqu_au)}" if e.jusqu_au else "")
        for e in bilan.empechements
    ]
    morceaux += [f"Alerte ({a.gravite}){f', {a.creance}' if a.creance else ''} : {a.message}" for a in bilan.alertes]
    return "\n".join(morceaux).rstrip()


def _action(action: ActionProposee | None) -> dict[str, Any] | None:
    if action is None:
        return None
    return {
        "acte": NOMS_DES_ACTES[type(action.acte).__name__],
        "etape": action.etape.cle,
        "le": action.le.isoformat(),
        "canal": action.canal,
        "creances": list(action.creances),
        "pour_memoire": list(action.pour_memoire),
        "payer_avant_le": pour_json(action.payer_avant_le),
        "limite": pour_json(action.limite),
        "motif": action.motif,
    }


def _creance(b: BilanCreance) -> dict[str, Any]:
    return {
        "reference": b.creance.reference,
        "facture": b.creance.numero,
        "regime": b.regime,
        "echeance": vers_dict(b.echeance),
        "jours_retard": b.jours_retard,
        "total": vers_dict(b.total),
        "trop_percu": b.trop_percu.vers_json(),
        "prescription": b.prescription.vers_dict(),
    }


def bilan_en_dict(bilan: Bilan) -> dict[str, Any]:
    """Types de JSON seulement ; montants « 10453.76 EUR », dates ISO."""
    postes: dict[str, Resultat[Any]] = {poste: getattr(bilan, poste) for poste in (*POSTES, "total")}
    return {
        "creancier": bilan.dossier.creancier.nom,
        "debiteur": bilan.dossier.debiteur.nom,
        "au": bilan.au.isoformat(),
        **{nom: r.valeur.vers_json() for nom, r in postes.items()},
        "trop_percu": bilan.trop_percu.vers_json(),
        "prescription": {"valeur": bilan.prescription.valeur.isoformat(), "prudente": bilan.prescription.prudente.isoformat()},
        "creances": [_creance(b) for b in bilan.creances],
        "actions": [_action(a) for a in bilan.actions],
        "prochaine": _action(bilan.prochaine),
        "empechements": [
            {"creance": e.creance, "motif": e.motif, "source": str(e.source or ""), "jusqu_au": pour_json(e.jusqu_au)}
            for e in bilan.empechements
        ],
        "alertes": [{"cle": a.cle, "gravite": a.gravite, "message": a.message, "creance": a.creance} for a in bilan.alertes],
        "reserves": [{"cle": r.cle, "texte": r.texte, "source": str(r.source or "")} for r in bilan.reserves],
    }


COLONNES_DU_BILAN: Mapping[str, Genre] = {
    **dict.fromkeys(("reference", "facture", "creancier", "debiteur"), "texte"),
    "echeance": "jour",
    "jours_retard": "entier",
    **dict.fromkeys((*POSTES, "total"), "somme"),
    "devise": "texte",
    **dict.fromkeys(("prescription", "prescription_prudente"), "jour"),
}


def bilan_en_lignes(bilan: Bilan) -> list[dict[str, Any]]:
    """Un dictionnaire plat par créance."""
    return [
        {
            "reference": b.creance.reference,
            "facture": b.creance.numero,
            "creancier": b.creance.creancier.nom,
            "debiteur": b.creance.debiteur.nom,
            "echeance": b.echeance.valeur,
            "jours_retard": b.jours_retard,
            **{poste: getattr(b, poste).valeur.decimal for poste in (*POSTES, "total")},
            "devise": b.creance.devise,
            "prescription": b.prescription.valeur,
            "prescription_prudente": b.prescription.prudente,
        }
        for b in bilan.creances
    ]


# --- en page ---------------------------------------------------------------------------------------------------------


def bilan_en_html(bilan: Bilan) -> str:
    """Ce qui est dû, que faire, jusqu'à quand ; puis facture par facture, dans le temps, et pourquoi."""
    dues = [(NOMS_DES_POSTES[p], str(getattr(bilan, p).valeur)) for p in POSTES if getattr(bilan, p).valeur]
    trop = [("trop-perçu", str(bilan.trop_percu))] if bilan.trop_percu else []
    return page(
        cartes(
            carte(f"{bilan.dossier.debiteur.nom}, au {date_fr(bilan.au)}", str(bilan.total.valeur), [*dues, *trop]),
            _carte_de_la_suite(bilan),
            bilan.prescription._carte(),
        ),
        _avis(bilan.alertes, bilan.empechements),
        _factures(bilan),
        frise("Le dossier dans le temps", _retards(bilan.creances, bilan.au), _moments(bilan)),
        plier("Décompte", bilan.decompte._tableau()),
        plier("Les raisons, jusqu'aux articles", "".join([arbre(en_html(b.total)) for b in bilan.creances])),
    )


def _carte_de_la_suite(bilan: Bilan) -> str:
    suite = bilan.prochaine
    if suite is None:
        return carte("Ensuite", "rien à faire")
    faits = [
        ("canal", nom_du_canal(suite.canal)),
        ("depuis le" if suite.le < bilan.au else "le", date_fr(suite.le)),
        ("pourquoi", suite.motif),
    ]
    faits += [("à payer au plus tard le", date_fr(j)) for j in (suite.payer_avant_le,) if j]
    faits += [("au plus tard le", date_fr(j)) for j in (suite.limite,) if j]
    return carte("À faire" if bilan.actions else "Ensuite", _nom(suite), faits, ton="attention" if bilan.actions else "")


def _avis(alertes: Sequence[Alerte], empechements: Sequence[Empechement] = ()) -> str:
    lignes = [(marque(x.gravite, TONS[x.gravite]), x.creance or "toutes", motif(x.message, x.source)) for x in alertes]
    lignes += [
        (marque("retenue"), e.creance, motif(e.motif + (f", jusqu'au {date_fr(e.jusqu_au)}" if e.jusqu_au else ""), e.source))
        for e in empechements
    ]
    return table(("Avis", "Créance", "Message"), lignes, legende="À savoir") if lignes else ""


def _factures(bilan: Bilan) -> str:
    """Une ligne par facture ; un poste que rien n'a fait naître n'a pas de colonne."""
    postes = [p for p in POSTES if p == "principal" or any(getattr(b, p).valeur for b in bilan.creances)]
    colonnes = [*postes, "total"]
    lignes = [
        (
            b.creance.numero,
            date_fr(b.echeance.valeur, longue=False),
            str(b.jours_retard),
            *[str(getattr(b, p).valeur) for p in colonnes],
            date_fr(b.prescription.prudente, longue=False),
        )
        for b in bilan.creances
    ]
    noms = [NOMS_DES_POSTES[p].capitalize() for p in postes]
    return table(
        ("Facture", "Échéance", "Retard (jours)", *noms, "Total", "Agir avant le"),
        lignes[:MONTREES],
        legende="Facture par facture",
        nombres=range(2, 3 + len(colonnes)),
        total=("Total", "", "", *[str(getattr(bilan, p).valeur) for p in colonnes], "") if len(lignes) > 1 else (),
        note=la_suite(len(lignes)),
    )


_FRISEES = 8
_REPERES = 10


def _retards(creances: Sequence[BilanCreance], jusqu_au: date) -> list[tuple[str, list[tuple[date, date, Ton]]]]:
    """Le retard de chaque facture, les plus anciennes d'abord."""
    retards = sorted([b for b in creances if b.echeance.valeur < jusqu_au], key=lambda b: b.echeance.valeur)
    rangees: list[tuple[str, list[tuple[date, date, Ton]]]] = [
        (f"{b.creance.numero}, échue le {date_fr(b.echeance.valeur, longue=False)}", [(b.echeance.valeur, jusqu_au, "")])
        for b in retards[:_FRISEES]
    ]
    return rangees


def _moments(bilan: Bilan) -> list[tuple[date, str, Ton]]:
    """Les derniers faits, l'examen, et ce qui vient."""
    faits: list[tuple[date, str, Ton]] = [
        (e.le, nom_de(e).lower(), "bon" if isinstance(e, Paiement) else "") for e in bilan.dossier.evenements if e.le <= bilan.au
    ]
    suite = [a for a in (bilan.prochaine,) if a and a.acte.le > bilan.au]
    return [*faits[-_REPERES:], (bilan.au, "examen", ""), *[(a.acte.le, _nom(a), "attention") for a in suite]]


def creance_en_html(b: BilanCreance) -> str:
    """Une créance au jour de l'examen : sa somme, son décompte, sa prescription, ses raisons."""
    postes = [(NOMS_DES_POSTES[p], str(getattr(b, p).valeur)) for p in POSTES if getattr(b, p).valeur]
    faits = [("échéance", date_fr(b.echeance.valeur)), ("retard", f"{b.jours_retard} jours")]
    return page(
        cartes(carte(f"Facture {b.creance.numero}", str(b.total.valeur), [*postes, *faits]), b.prescription._carte()),
        _avis(b.alertes),
        b.decompte._tableau(),
        arbre(en_html(b.total)),
    )


UN_AN = 366  # au-delà, une étape lointaine écraserait les autres sur la frise


def plan_en_html(plan: "Plan") -> str:
    """Les étapes à venir sur une frise, puis une à une."""
    lignes = [
        (
            date_fr(x.acte.le, semaine=True),
            en_clair(x.etape.cle),
            nom_du_canal(x.canal),
            ", ".join(x.creances),
            date_fr(x.payer_avant_le) if x.payer_avant_le else "",
            x.motif,
        )
        for x in plan.actions
    ]
    reperes: list[tuple[date, str, Ton]] = [(plan.au, "examen", "")]
    proches = [x for x in plan.actions if (x.acte.le - plan.au).days <= UN_AN] or plan.actions
    reperes += [(x.acte.le, en_clair(x.etape.cle), "grave" if x.limite else "attention") for x in proches]
    fin = max(jour for jour, _, _ in reperes)
    entetes = ("Le", "Étape", "Canal", "Créances", "À payer au plus tard le", "Pourquoi")
    return page(
        carte(f"Plan, {plan.dossier.debiteur.nom}", f"{compter(len(lignes), 'étape')} à venir"),
        frise("Les étapes à venir", _retards(plan.fin.creances, fin), reperes),
        table(entetes, lignes, legende="Si rien ne se passe") if lignes else "",
        _avis((), plan.fin.empechements),
    )


def simulation_en_html(simulation: "Simulation") -> str:
    """Le journal, et ce qui reste dû à la fin."""
    journal = simulation.journal
    lignes = [
        (date_fr(x.acte.le), d.debiteur.nom, en_clair(x.etape.cle), nom_du_canal(x.canal), ", ".join(x.creances), x.motif)
        for d, x in journal[:MONTREES]
    ]
    restes = [(f"reste dû en {devise}", str(m)) for devise, m in _par_devise([b.total.valeur for b in simulation.bilans]).items()]
    return page(
        carte(f"Du {date_fr(simulation.au)} au {date_fr(simulation.jusqu_au)}", compter(len(journal), "action"), restes),
        table(
            ("Le", "Débiteur", "Étape", "Canal", "Créances", "Pourquoi"),
            lignes,
            legende="Journal",
            note=la_suite(len(journal)),
        ),
    )


def _par_devise(montants: Iterable[Montant]) -> dict[str, Montant]:
    totaux: dict[str, Montant] = {}
    for m in montants:
        totaux[m.devise] = totaux.get(m.devise, Montant.zero(m.devise)) + m
    return dict(sorted(totaux.items()))


_PREMIERS = 8


def portefeuille_en_html(portefeuille: "Portefeuille") -> str:
    """Ce qui est dû, ce qui vieillit, par où commencer, ce qui se prescrit, ce qui n'a pu être examiné."""
    balance, priorites, radar = portefeuille.balance_agee(), portefeuille.priorites(), portefeuille.radar()
    totaux = [(f"total en {x.devise}", str(x.total)) for x in balance.totaux]
    ecartes = [(x.debiteur, ", ".join(x.creances), x.erreur, x.message) for x in portefeuille.ecartes]
    pressants = [
        (x.debiteur, decimal_fr(x.note), str(x.total), x.action or " ; ".join(x.retenues)) for x in priorites.lignes[:_PREMIERS]
    ]
    bientot = [(f"{t.niveau} ({t.nombre})", str(t.total)) for t in radar.totaux]
    return page(
        cartes(
            carte(f"Portefeuille, au {date_fr(portefeuille.au)}", compter(len(portefeuille.dossiers), "dossier"), totaux),
            carte("Prescriptions", "", bientot) if bientot else "",
        ),
        balance._barres(),
        table(("Débiteur", "Note", "Total", "À faire"), pressants, legende="Par où commencer", nombres=(1, 2))
        if pressants
        else "",
        table(("Débiteur", "Créances", "Erreur", "Message"), ecartes[:MONTREES], legende="Créances écartées") if ecartes else "",
    )


class Voies(tuple[Voie, ...], EnTable):
    """Les voies rangées, comparées d'un coup d'œil : les praticables d'abord. Un tuple de ``Voie``."""

    __slots__ = ()

    def expliquer(self) -> str:
        """Chaque voie avec ses raisons."""
        return "\n\n".join([v.expliquer() for v in self])

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par voie ; coûts en ``Decimal``."""
        return [
            {
                "cle": v.cle,
                "intitule": v.intitule,
                "famille": v.famille,
                "etat": v.etat,
                "motif": v.motif,
                "competence": v.competence.valeur,
                "avocat": v.avocat.valeur,
                "prealable": v.prealable.valeur,
                "cout_min": v.cout.valeur[0].decimal,
                "cout_max": v.cout.valeur[1].decimal,
                "duree": v.duree.valeur,
                "manquantes": ", ".join([p.cle for p in v.manquantes]),
                "nette_min": v.nette.valeur[0].decimal if v.nette else None,
                "nette_max": v.nette.valeur[1].decimal if v.nette else None,
            }
            for v in self
        ]

    def _colonnes(self) -> dict[str, Genre]:
        textes = ("cle", "intitule", "famille", "etat", "motif", "competence")
        return {
            **dict.fromkeys(textes, "texte"),
            **dict.fromkeys(("avocat", "prealable"), "oui_non"),
            **dict.fromkeys(("cout_min", "cout_max"), "somme"),
            **dict.fromkeys(("duree", "manquantes"), "texte"),
            **dict.fromkeys(("nette_min", "nette_max"), "somme"),
        }

    def _repr_html_(self) -> str:
        esperees = any(v.nette for v in self)
        lignes = [
            (
                v.intitule,
                marque(v.etat, "bon" if v.disponible else "attention"),
                v.competence.valeur,
                dire(v.avocat.valeur),
                dire_fourchette(v.cout.valeur),
                str(len(v.manquantes)),
                *([dire_fourchette(v.nette.valeur) if v.nette else "—"] if esperees else []),
            )
            for v in self
            if v.ouverte
        ]
        entetes = ("Voie", "État", "Devant", "Avocat", "Coût chiffré", "Pièces manquantes", *["Net espéré"] * esperees)
        fermees = [(v.intitule, v.motif, str(v.source)) for v in self if not v.ouverte]
        return page(
            table(entetes, lignes, legende="Voies ouvertes, dans l'ordre où les regarder", nombres=(5,)),
            *[plier(v.intitule, v._carte()) for v in self if v.ouverte],
            plier(f"{len(fermees)} voies fermées", table(("Voie", "Pourquoi", "Texte"), fermees, legende="Voies fermées")),
        )
