"""Écrit ``reference/regles-et-tables.md`` depuis le code : une page de chiffres ne se recopie pas à la main.

Se relance avec ``python docs/generer.py`` ; ``tests/test_docs.py`` refuse une page qui n'est plus celle du code.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from typographie import corriger

from recouvrement.droit import pour
from recouvrement.droit.base import Bareme, Droit, Regime, RegimePrescription, ValeurDatee
from recouvrement.modele.montant import Taux
from recouvrement.politique.scenario import Etape, prereglage

PAGE = Path(__file__).parent / "reference" / "regles-et-tables.md"
SEMESTRES = 8
DEGRES = {"etabli": "établi", "une_source": "une seule source", "a_verifier": "à vérifier"}
DEPARTS = {"echeance": "l'échéance", "mise_en_demeure": "la mise en demeure", "precedente": "l'étape précédente"}
DEPARTS_PRESCRIPTION = {
    "exigibilite": "l'échéance, sinon l'exécution, sinon l'émission",
    "execution": "l'exécution, sinon l'émission",
}
AVIS = (
    "Cette page est écrite par `docs/generer.py` depuis les tables du code : ne la modifiez pas à la main. Elle dit ce que"
    " la bibliothèque applique, pas ce que vaut votre dossier : **ce n'est pas un avis juridique, et aucun avocat n'a relu.**"
)
CHOIX = (
    "Une créance relève de la ligne que désignent sa nature, la qualité de ses parties et, pour une personne publique, le genre"
    " d'acheteur. Aucune ligne : `DroitIndisponible`. Deux lignes : `ReglesConcurrentes`."
)
POSTES = {"penalites": "pénalités", "interets": "intérêts"}


def page() -> str:
    """La page entière."""
    droit = pour("fr")
    sections = [
        "# Règles et tables",
        AVIS,
        f"Toutes les tables de taux répondent jusqu'au **{_jour(droit.a_jour_au)}** (`Droit.a_jour_au`).",
    ]
    sections += [*_taux(droit), *_regimes(droit), *_prescriptions(droit), *_scenario()]
    return corriger("\n\n".join(sections) + "\n")


def _taux(droit: Droit) -> Sequence[str]:
    entetes = ("Barème", "Texte", "Première valeur", "Dernière valeur", "Connu jusqu'au", "Établissement")
    sources = [_valeur(code, b, v) for code, b in droit.baremes.items() for v in b.valeurs[-3:]]
    return [
        "## Les taux des derniers semestres",
        "Taux annuels. Le plancher ne vaut que pour un taux convenu ; il ne remplace jamais le taux supplétif.",
        _semestres(droit),
        "## Les barèmes",
        "Bornes incluses. « Connu jusqu'au » : dernier jour publié, ou jour du dernier relevé quand la valeur n'a pas de fin.",
        _table(entetes, [_bareme(code, b) for code, b in droit.baremes.items()]),
        "### Sources des dernières valeurs",
        _table(("Code", "Du", "Au", "Valeur", "Source"), sources),
    ]


def _regimes(droit: Droit) -> Sequence[str]:
    return ["## Les régimes", CHOIX, *(part for r in droit.regimes for part in (f"### `{r.code}` : {r.intitule}", _regime(r)))]


def _prescriptions(droit: Droit) -> Sequence[str]:
    entetes = ("Régime", "Durée", "Départ", "Jour prudent", "Texte", "Réserve")
    return ["## Les prescriptions", _table(entetes, map(_prescription, droit.prescriptions.values()))]


def _scenario() -> Sequence[str]:
    scenario = prereglage("progressif")
    entetes = ("Étape", "Acte", "Quand", "Canaux", "Délai accordé", "Lettre")
    ecart = f"Écart minimal entre deux écrits : {scenario.ecart_minimal} jours. Aucun texte n'impose de calendrier."
    return [
        "## Le scénario `progressif`",
        f"{scenario.source[0].upper()}{scenario.source[1:]}.",
        ecart,
        _table(entetes, map(_etape, scenario.etapes)),
    ]


def _table(entetes: Sequence[str], lignes: Iterable[Sequence[str]]) -> str:
    rangs = [entetes, ["---"] * len(entetes), *lignes]
    return "\n".join("| " + " | ".join(c.replace("|", r"\|") or "—" for c in rang) + " |" for rang in rangs)


def _jour(jour: date) -> str:
    return f"{jour:%d/%m/%Y}"


def _dit(valeur: Decimal, unite: str) -> str:
    return str(Taux(valeur)) if unite == "%/an" else f"{valeur} €"


def _semestres(droit: Droit) -> str:
    bce = droit.baremes["bce_semestre"]
    regimes = {r.code: r for r in droit.regimes}
    lignes = []
    for v in reversed(bce.valeurs[-SEMESTRES:]):
        autres, particuliers = (droit.baremes[f"taux_legal_{qui}"].au(v.du).valeur for qui in ("autres", "particuliers"))
        nom = f"{v.du.year}, S{1 if v.du.month == 1 else 2}"
        taux = [
            v.valeur,
            *(v.valeur + regimes[code].plus.pourcent for code in ("b2b", "public")),
            autres,
            particuliers,
            autres * 3,
        ]
        lignes.append((nom, *(str(Taux(t)) for t in taux)))
    entetes = ("Semestre", "BCE", "Entre professionnels", "Acheteur public, retard né ce semestre")
    return _table(
        (*entetes, "Légal, créancier professionnel", "Légal, créancier particulier", "Plancher d'un taux convenu"), lignes
    )


def _bareme(code: str, b: Bareme) -> Sequence[str]:
    premiere, derniere = b.valeurs[0], b.valeurs[-1]
    comptes = {d: sum(v.verifie == d for v in b.valeurs) for d in DEGRES}
    degres = ", ".join(f"{DEGRES[d]} : {n}" for d, n in comptes.items() if n)
    bornes = [f"{_dit(v.valeur, b.unite)} (du {_jour(v.du)})" for v in (premiere, derniere)]
    return (f"`{code}` {b.intitule}", str(b.source), *bornes, _jour(b.connu_au), degres)


def _valeur(code: str, b: Bareme, v: ValeurDatee) -> Sequence[str]:
    source = str(v.source) + (f" (publié le {_jour(v.source.publie_le)})" if v.source.publie_le else "")
    return (f"`{code}`", _jour(v.du), _jour(v.au) if v.au else "", _dit(v.valeur, b.unite), source)


def _codes(noms: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in sorted(noms))


def _regime(r: Regime) -> str:
    plus = f" + {r.plus.pourcent.normalize():f} points" if r.plus.dix_milliemes else ""
    court = f"{POSTES[r.poste]} : `{r.bareme}`{plus}{', figé au départ' if r.fige else ''}, depuis {DEPARTS[r.depart]}"
    lignes = [
        ("Texte", str(r.source)),
        ("Créancier", _codes(q.value for q in r.creanciers)),
        ("Débiteur", _codes(q.value for q in r.debiteurs)),
        ("Acheteur", _codes(r.acheteurs)),
        ("Nature", _codes(r.natures)),
        ("Ce qui court", court),
        ("Depuis", f"échéances à compter du {_jour(r.depuis)}" if r.depuis else ""),
        ("Indemnité", f"`{r.indemnite}`" if r.indemnite else "aucune"),
        ("Sans échéance donnée", " ; ".join(_delai(qui, n) for qui, n in r.delais_legaux)),
        ("Prescription", f"`{r.prescription}`"),
        ("Ce qui n'est pas dû", " ; ".join(dict.fromkeys(t for t in (r.avant_depuis, r.sans_penalites, r.sans_indemnite) if t))),
    ]
    return _table(("Régime", f"`{r.code}`"), [ligne for ligne in lignes if ligne[1]])


def _delai(acheteur: str, jours: int) -> str:
    quoi = f"{jours} jours" if jours else "exigible dès l'émission"
    return quoi if acheteur == "general" else f"{quoi} (`{acheteur}`)"


def _prescription(p: RegimePrescription) -> Sequence[str]:
    duree = f"{p.duree}{', en années civiles' if p.civile else ''}"
    prudence = "le plus proche de l'échéance et de l'exécution" if p.prudence else "le même départ"
    reserves = " ; ".join(r.texte for r in p.reserves)
    return (
        f"`{p.code}`",
        p.intitule,
        duree,
        DEPARTS_PRESCRIPTION[p.depart],
        prudence,
        str(p.source),
        DEGRES[p.verifie],
        reserves,
    )


def _etape(e: Etape) -> Sequence[str]:
    quand = f"{e.jours} jours{' ouvrés' if e.ouvres else ''} après {DEPARTS[e.depuis]}"
    delai = f"{e.delai_accorde} jours" if e.delai_accorde else ""
    return (f"`{e.cle}`", f"`{e.acte}`", quand, ", ".join(e.canaux), delai, f"`{e.lettre}`" if e.lettre else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
