"""Les cas de droit : des faits et un attendu qu'un juriste relit, un fichier TOML par sujet.

Chaque cas dit sa source. ``desaccord`` dit pourquoi notre chiffre n'est pas celui qui a été publié. Les clés absentes de
``attendu`` ne sont pas contrôlées. Un cas qui échoue montre toutes les raisons du bilan. ``question = "prescription"`` n'interroge que
la prescription de la première créance, sans régime d'argent. ``scenario`` nomme un préréglage, ou en décrit un ; ``scenarios`` en donne
par clé. ``passages`` : jours où la politique a passé avant ``au``, tout ce qu'elle disait de faire étant fait ; ``attendu.faites`` dit
quoi. ``mandataire`` : celui à qui le dossier est confié. ``attendu.plan`` : les étapes du scénario à venir si rien ne se passe.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fabrique import CONSOMMATEUR, CREANCIER, LYON, SOCIETE
from recouvrement import (
    ActeInterruptif,
    Adresse,
    Appel,
    Avoir,
    Blocage,
    ConditionsPaiement,
    Contestation,
    Conventions,
    Creance,
    Creancier,
    Debiteur,
    DecheanceTerme,
    Delai,
    DelaiDeGrace,
    Dossier,
    Echeancier,
    FraisJustifies,
    Mandataire,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Promesse,
    Qualite,
    Reconnaissance,
    RecouvrementError,
    Rejet,
    Relance,
    Remise,
    Renonciation,
    Scenario,
    Signal,
    Suspension,
    Taux,
    TauxIndexe,
    Terme,
    Titre,
    Transmission,
)
from recouvrement.politique.scenario import prereglage

CAS = Path(__file__).parent / "cas"
FAITS = {
    "paiement": Paiement,
    "rejet": Rejet,
    "avoir": Avoir,
    "remise": Remise,
    "frais": FraisJustifies,
    "contestation": Contestation,
    "delai_de_grace": DelaiDeGrace,
    "procedure_collective": ProcedureCollective,
    "titre": Titre,
    "relance": Relance,
    "mise_en_demeure": MiseEnDemeure,
    "transmission": Transmission,
    "reconnaissance": Reconnaissance,
    "promesse": Promesse,
    "echeancier": Echeancier,
    "decheance_du_terme": DecheanceTerme,
    "renonciation": Renonciation,
    "suspension": Suspension,
    "acte_interruptif": ActeInterruptif,
    "appel": Appel,
    "signal": Signal,
    "blocage": Blocage,
}
POSTES = ("principal", "penalites", "interets", "clause_penale", "indemnite", "frais")
MONTANTS = (*POSTES, "total")
CONDITIONS = ("taux_penalites", "terme", "escompte", "secteur", "clause_penale", "capitalisation", "periodique")
CLES = {
    "titre",
    "question",
    "source",
    "url",
    "au",
    "conventions",
    "scenario",
    "scenarios",
    "passages",
    "creancier",
    "debiteur",
    "creances",
    "evenements",
    "mandataire",
    "attendu",
    "desaccord",
}
PUBLIEES = {*MONTANTS, "trop_percu", "echeance", "regime", "jours_retard", "lignes", "prescription", "actions", "prochaine"} | {
    *(
        "empechements",
        "alertes",
        "sans_alertes",
        "reserves",
        "erreur",
        "par_creance",
        "soldee",
        "imputations",
        "conteste",
        "motifs",
    ),
    *("sans_reserves", "reserves_des_lignes", "plan", "faites"),
}


def tous() -> Iterator[Any]:
    for fichier in sorted(CAS.glob("*.toml")):
        for cas in tomllib.loads(fichier.read_text(encoding="utf-8"))["cas"]:
            yield pytest.param(cas, id=f"{fichier.stem} : {cas['titre']}")


def _creancier(brut: dict[str, Any]) -> Creancier:
    qualite = Qualite(brut.get("qualite", "commercant"))
    return Creancier(**{"nom": CREANCIER.nom, **_adresser(brut), "qualite": qualite})


def _adresser(partie: dict[str, Any]) -> dict[str, Any]:
    return partie | {"adresse": Adresse(**partie["adresse"])} if "adresse" in partie else partie


def _debiteur(brut: dict[str, Any]) -> Debiteur:
    qualite = Qualite(brut.get("qualite", "commercant"))
    nom = CONSOMMATEUR.nom if qualite is Qualite.CONSOMMATEUR else SOCIETE.nom
    return Debiteur(
        **{"nom": nom, "courriel": "dupont@exemple.example", "telephone": "04 91 00 00 00", **_adresser(brut), "qualite": qualite}
    )


def _creance(brut: dict[str, Any], creancier: Creancier, debiteur: Debiteur) -> Creance:
    champs = dict(brut)
    principal = Montant(champs.pop("principal"), champs.pop("devise", "EUR"))
    if "prescription_convenue" in champs:
        champs["prescription_convenue"] = Delai(**champs["prescription_convenue"])
    convenu = {k: _convenu(k, champs.pop(k)) for k in CONDITIONS if k in champs}
    conditions = ConditionsPaiement(**convenu)
    return Creance(principal=principal, conditions=conditions, creancier=creancier, debiteur=debiteur, **champs)


def _convenu(cle: str, brut: Any) -> Any:
    """« 14,76 » ou « BCE + 10 » pour un taux ; « 10 % » ou « 150.00 » pour une clause pénale."""
    if cle == "taux_penalites":
        return brut if re.fullmatch(r"[0-9.]+", brut) else TauxIndexe.lire(brut)
    if cle == "clause_penale":
        return Taux(brut.removesuffix("%").strip()) if brut.endswith("%") else Montant(brut)
    return Terme(**brut) if cle == "terme" else brut


def _lire_faits(cas: dict[str, Any]) -> tuple[list[Creance], list[Any]]:
    creancier, debiteur = _creancier(cas.get("creancier", {})), _debiteur(cas.get("debiteur", {}))
    faits = [FAITS[e["type"]](**{k: v for k, v in e.items() if k != "type"}) for e in cas.get("evenements", ())]
    return [_creance(c, creancier, debiteur) for c in cas["creances"]], faits


def _dossier(cas: dict[str, Any]) -> Dossier:
    creances, faits = _lire_faits(cas)
    mandataire = (
        Mandataire(**{"nom": "Port Recouvrement SAS", "adresse": LYON, **cas["mandataire"]}) if "mandataire" in cas else None
    )
    return Dossier(creances=creances, evenements=faits, mandataire=mandataire)


def _scenario(brut: str | dict[str, Any]) -> Scenario:
    return prereglage(brut) if isinstance(brut, str) else Scenario._de({"cle": "essai", **brut})


def _politique(cas: dict[str, Any]) -> Politique:
    choisi = {"scenario": _scenario(cas["scenario"])} if "scenario" in cas else {}
    scenarios = {cle: _scenario(s) for cle, s in cas.get("scenarios", {}).items()}
    return Politique(conventions=Conventions(**cas.get("conventions", {})), scenarios=scenarios, **choisi)


def _passer(politique: Politique, dossier: Dossier, passages: list[date]) -> tuple[Dossier, list[Any]]:
    """À chaque passage, tout ce qui est dû est fait."""
    faites: list[Any] = []
    for jour in passages:
        dues = politique.examiner(dossier, au=jour).actions
        dossier, faites = dossier.avec(*(a.acte for a in dues)), [*faites, *dues]
    return dossier, faites


def _etapes(plan: Iterable[Any]) -> list[Any]:
    """Les étapes du scénario : l'acte interruptif qui clôt le plan, des années plus tard, n'en est pas une."""
    return [a for a in plan if not isinstance(a.acte, ActeInterruptif)]


def _prescrire(cas: dict[str, Any]) -> Any:
    creances, faits = _lire_faits(cas)
    return Politique().prescription(creances[0], faits, au=cas["au"])


def _lire_action(action: Any) -> dict[str, Any]:
    commun = {"etape": action.etape.cle, "le": action.le, "canal": action.canal, "payer_avant_le": action.payer_avant_le}
    acte = {"acte": type(action.acte).__name__, "cause": getattr(action.acte, "cause", None), "fait_le": action.acte.le}
    visees = {"creances": list(action.creances), "pour_memoire": list(action.pour_memoire)}
    return (
        commun
        | acte
        | visees
        | {
            "limite": action.limite,
            "motif": action.motif,
            "ton": action.etape.ton,
            "source": action.source and str(action.source),
        }
    )


def _lire(poste: str, bilan: Any) -> Any:
    """Ce que le bilan dit de cette clé, dans la forme du TOML."""
    if poste in MONTANTS:
        return str(getattr(bilan, poste).valeur.decimal)
    match poste:
        case "trop_percu":
            return str(bilan.trop_percu.decimal)
        case "lignes":
            return [
                {"du": x.du, "au": x.au, "jours": x.jours, "base": str(x.base.decimal), "taux": str(x.taux.pourcent)}
                | {"montant": str(x.montant.decimal), "annee": x.annee, "nature": x.nature}
                | {"source": str(x.source)}
                for x in bilan.decompte.lignes
            ]
        case "imputations":
            return [
                {"le": i.le, "creance": i.creance, "evenement": i.evenement}
                | {p: str(m.decimal) for p in POSTES if (m := getattr(i, p))}
                for i in bilan.decompte.imputations
            ]
        case "echeance":
            return bilan.echeance.valeur
        case "prescription":
            p = bilan.prescription
            return {"valeur": p.valeur, "prudente": p.prudente, "acquise": p.acquise, "douteuse": p.douteuse, "regime": p.regime}
        case "actions":
            return [_lire_action(a) for a in bilan.actions]
        case "prochaine":
            return _lire_action(bilan.prochaine) if bilan.prochaine else {}
        case "empechements":
            return [e.motif for e in bilan.empechements]
        case "alertes" | "sans_alertes":
            return [a.cle for a in bilan.alertes]
        case "reserves" | "sans_reserves":
            return [r.cle for r in bilan.reserves]
        case "reserves_des_lignes":
            return [[r.cle for r in x.reserves] for x in bilan.decompte.lignes]
        case "conteste":
            return str(bilan.conteste.decimal)
    return getattr(bilan, poste)


def _accorde(attendu: Any, obtenu: Any) -> bool:
    """Un dictionnaire attendu peut en dire moins ; une liste a la même longueur."""
    if isinstance(attendu, dict):
        return all(_accorde(v, obtenu.get(k)) for k, v in attendu.items()) and bool(attendu or not obtenu)
    if isinstance(attendu, list):
        return len(attendu) == len(obtenu) and all(_accorde(a, o) for a, o in zip(attendu, obtenu, strict=True))
    return bool(attendu == obtenu)


def _controler(attendu: dict[str, Any], vu: Any, bilan: Any, ou: str = "") -> None:
    assert set(attendu) <= PUBLIEES, f"clé d'attendu inconnue : {set(attendu) - PUBLIEES}"
    for poste, valeur in attendu.items():
        if poste == "par_creance":
            for reference, precis in valeur.items():
                _controler(precis, bilan.par_creance[reference], bilan, f"{reference}, ")
            continue
        if poste == "motifs":
            for nom, extrait in valeur.items():
                motif = getattr(vu, nom).motif
                assert extrait in motif, f"{ou}motif de {nom} : « {extrait} » absent de « {motif} »"
            continue
        cible = bilan.creances[0] if poste in {"echeance", "regime", "jours_retard", "conteste"} and vu is bilan else vu
        obtenu = _lire(poste, cible)
        juste = not set(valeur) & set(obtenu) if poste in {"sans_alertes", "sans_reserves"} else _accorde(valeur, obtenu)
        if poste in {"alertes", "reserves"}:
            juste = set(valeur) <= set(obtenu)
        assert juste, f"{ou}{poste} : attendu {valeur}, obtenu {obtenu}\n\n{bilan.expliquer()}"


def _controler_prescription(attendu: dict[str, Any], p: Any) -> None:
    connues = {"valeur", "prudente", "acquise", "douteuse", "suspendue", "regime", "reserves", "sans_reserves", "effets"}
    assert set(attendu) <= connues, f"clé d'attendu inconnue : {set(attendu) - connues}"
    reserves = {r.cle for r in p.resultat.reserves}
    segments = [{"effet": s.effet, "du": s.du, "au": s.au} for s in p.chronologie]
    for cle, valeur in attendu.items():
        match cle:
            case "reserves":
                obtenu, juste = reserves, set(valeur) <= reserves
            case "sans_reserves":
                obtenu, juste = reserves, not set(valeur) & reserves
            case "effets":
                obtenu = segments
                juste = _accorde([{"effet": v} if isinstance(v, str) else v for v in valeur], segments)
            case _:
                obtenu = getattr(p, cle)
                juste = obtenu == valeur
        assert juste, f"{cle} : attendu {valeur}, obtenu {obtenu}\n\n{p.expliquer()}"


@pytest.mark.parametrize("cas", list(tous()))
def test_cas(cas: dict[str, Any]) -> None:
    assert set(cas) <= CLES, f"clé inconnue : {set(cas) - CLES}"
    assert cas["source"].strip(), "un cas sans source n'est pas un cas"
    attendu = cas["attendu"]
    if cas.get("question") == "prescription":
        if "erreur" in attendu:
            with pytest.raises(RecouvrementError) as refus:
                _prescrire(cas)
            assert type(refus.value).__name__ == attendu["erreur"]
            return
        _controler_prescription(attendu, _prescrire(cas))
        return
    dossier = _dossier(cas)
    politique = _politique(cas)
    if "erreur" in attendu:
        with pytest.raises(RecouvrementError) as refus:
            politique.examiner(dossier, au=cas["au"])
        assert type(refus.value).__name__ == attendu["erreur"]
        return
    dossier, faites = _passer(politique, dossier, cas.get("passages", []))
    bilan = politique.examiner(dossier, au=cas["au"])
    suites = {"faites": lambda: faites, "plan": lambda: _etapes(politique.calendrier(dossier, au=cas["au"]))}
    for cle in suites.keys() & attendu:
        obtenu = [_lire_action(a) for a in suites[cle]()]
        assert _accorde(attendu[cle], obtenu), f"{cle} : attendu {attendu[cle]}, obtenu {obtenu}\n\n{bilan.expliquer()}"
    _controler({k: v for k, v in attendu.items() if k not in suites}, bilan, bilan)


def test_titres_uniques() -> None:
    titres = [p.values[0]["titre"] for p in tous()]
    assert len(titres) == len(set(titres))


def test_chaque_regime_a_son_cas() -> None:
    """Au moins un cas par ligne de la table des régimes : une ligne sans cas n'est pas éprouvée."""
    from recouvrement.droit import pour

    vus = set()
    for parametre in tous():
        try:
            dossier = _dossier(parametre.values[0])
            vus |= {b.regime for b in Politique().examiner(dossier, au=date(2026, 1, 1)).creances}
        except RecouvrementError:
            continue
    assert {r.code for r in pour("fr").regimes} <= vus


def test_chaque_prescription_a_son_cas() -> None:
    """Au moins un cas par ligne de la table des prescriptions, qui en dit la durée."""
    from recouvrement.droit import pour

    questions = [p.values[0] for p in tous() if p.values[0].get("question") == "prescription"]
    vus = {c["attendu"]["regime"] for c in questions if "regime" in c["attendu"] and "valeur" in c["attendu"]}
    assert set(pour("fr").prescriptions) <= vus
