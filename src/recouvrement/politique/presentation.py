"""Le bilan montré : texte, JSON, lignes, Jupyter. Rien n'y est calculé."""

from typing import Any

from recouvrement.affichage import arbre, carte, date_fr, frise, page, table
from recouvrement.modele.actes import CAUSES_D_INTERRUPTION, ActeInterruptif
from recouvrement.politique.bilan import NOMS_DES_POSTES, POSTES, ActionProposee, Bilan, BilanCreance
from recouvrement.resultat import Resultat, en_html, expliquer, pour_json, vers_dict

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


def bilan_en_lignes(bilan: Bilan) -> list[dict[str, Any]]:
    """Un dictionnaire plat par créance."""
    return [
        {
            "reference": b.creance.reference,
            "facture": b.creance.numero,
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


def bilan_en_html(bilan: Bilan) -> str:
    """Cartes, tableau par facture, suite, alertes et arbre des raisons."""
    suite = bilan.prochaine
    nom, _, quoi = dire_action(suite).partition(", ") if suite else ("rien", "", "")
    cartes = carte(
        f"{bilan.dossier.debiteur.nom}, au {date_fr(bilan.au)}",
        str(bilan.total.valeur),
        [(NOMS_DES_POSTES[p], str(getattr(bilan, p).valeur)) for p in POSTES if getattr(bilan, p).valeur],
    ) + carte(
        "Ensuite",
        nom,
        [
            *([("quoi", quoi)] if quoi else []),
            ("prescription", f"{date_fr(bilan.prescription.valeur)} (prudent : {date_fr(bilan.prescription.prudente)})"),
        ],
    )
    lignes = [
        (
            b.creance.numero,
            date_fr(b.echeance.valeur, longue=False),
            str(b.jours_retard),
            *tuple(str(getattr(b, p).valeur) for p in ("principal", "penalites", "interets", "indemnite", "total")),
        )
        for b in bilan.creances
    ]
    total = (
        "Total",
        "",
        "",
        *tuple(str(getattr(bilan, p).valeur) for p in ("principal", "penalites", "interets", "indemnite", "total")),
    )
    entetes = ("Facture", "Échéance", "Retard (j)", "Principal", "Pénalités", "Intérêts", "Indemnité", "Total")
    tableau = table(entetes, lignes, nombres=range(2, 8), total=total)
    avis = [(a.gravite, a.creance, a.message) for a in bilan.alertes] + [
        ("pas d'action", e.creance, e.motif) for e in bilan.empechements
    ]
    reperes = [(bilan.au, "examen"), (bilan.prescription.prudente, "prescription, jour prudent")]
    retards = [(b.echeance.valeur, bilan.au, b.creance.numero) for b in bilan.creances if b.jours_retard]
    return page(
        cartes,
        tableau,
        frise(retards, reperes) if retards else "",
        table(("Avis", "Facture", "Message"), avis) if avis else "",
        arbre(en_html(bilan.total)),
    )
