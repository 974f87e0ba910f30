"""Écrit ``reference/regles-et-tables.md`` depuis le code : une page de chiffres ne se recopie pas à la main.

Se relance avec ``python docs/generer.py`` ; ``tests/test_docs.py`` refuse une page qui n'est plus celle du code.
"""

import ast
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType

from typographie import corriger

import recouvrement.droit.fr
import recouvrement.politique
from recouvrement.droit import pour
from recouvrement.droit.baremes import Bareme, ValeurDatee, reserves_de
from recouvrement.droit.base import Droit, Regime, RegimePrescription
from recouvrement.droit.fr.plafonds import Plafond, plafonds
from recouvrement.modele.montant import Taux
from recouvrement.politique.scenario import Etape, prereglage
from recouvrement.resultat import Regle, Reserve

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
PLAFONDS = (
    "Le plus long délai que la loi admet, selon le secteur des conditions de paiement et la date du contrat."
    " Ceux des acheteurs publics sont dans leur régime. Voir [L'échéance](../explications/echeances.md)."
)
FRAIS = {"complement": "ce qui excède l'indemnité", "demeure": "ceux faits depuis la mise en demeure", "aucun": "aucun"}
POSTES = {"penalites": "pénalités", "interets": "intérêts"}


def page() -> str:
    """La page entière."""
    droit = pour("fr")
    sections = [
        "# Règles et tables",
        AVIS,
        f"Toutes les tables de taux répondent jusqu'au **{_jour(droit.a_jour_au)}** (`Droit.a_jour_au`).",
    ]
    sections += [*_taux(droit), *_regimes(droit), *_plafonds(), *_prescriptions(droit), *_scenario(), *_raisons(droit)]
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


def _plafonds() -> Sequence[str]:
    entetes = ("Plafond", "Délai le plus long", "Secteur", "Régimes", "Contrats", "Texte", "Établissement")
    return ["## Les plafonds des délais de paiement", PLAFONDS, _table(entetes, map(_plafond, plafonds()))]


def _prescriptions(droit: Droit) -> Sequence[str]:
    entetes = ("Régime", "Intitulé", "Durée", "Départ", "Jour prudent", "Texte", "Établissement", "Réserve")
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


def _raisons(droit: Droit) -> Sequence[str]:
    regles, reserves = _trouvees(droit)
    return [
        "## Les règles",
        "Chaque `Resultat` nomme la règle dont il sort (`Resultat.regle`). Sans texte : un fait, ou une somme. « … » : selon le cas.",
        _table(("Clé", "Intitulé", "Texte"), regles),
        "## Les réserves",
        "Ce qui n'est pas tranché, et la lecture retenue (`Resultat.reserves`, `Bilan.reserves`). « … » : selon le cas.",
        _table(("Clé", "Lecture retenue", "Texte"), reserves),
    ]


def _trouvees(droit: Droit) -> Sequence[Sequence[Sequence[str]]]:
    """Les règles et les réserves, triées : les constantes des modules, celles des tables, celles qu'une fonction compose."""
    modules = [m for paquet in (recouvrement.droit.fr, recouvrement.politique) for m in _modules(paquet)]
    vus = {o for m in modules for o in _objets(vars(m))}
    lignes: tuple[Plafond | RegimePrescription, ...] = (*droit.prescriptions.values(), *plafonds())
    vus |= {ligne.regle for ligne in lignes} | {r for ligne in lignes for r in ligne.reserves}
    regles = {(f"`{o.cle}`", o.intitule, str(o.source or "")) for o in vus if isinstance(o, Regle)}
    regles |= {(f"`{r.poste}_{r.code}`", f"Ce qui court : {r.intitule}", " ; ".join(_versions(r))) for r in droit.regimes}
    reserves = {(f"`{o.cle}`", o.texte, str(o.source or "")) for o in vus if isinstance(o, Reserve)}
    reserves |= {
        (f"`{r.cle}`", r.texte, str(b.source)) for b in droit.baremes.values() for v in b.valeurs for r in reserves_de(b, v)
    }
    for genre, trouves in (("Regle", regles), ("Reserve", reserves)):
        connus = {ligne[0] for ligne in trouves}
        trouves |= {ligne for m in modules for ligne in _composees(m, genre) if ligne[0] not in connus}
    return [sorted(trouves, key=lambda x: (x[0].strip("`"), *x)) for trouves in (regles, reserves)]


def _versions(r: Regime) -> Sequence[str]:
    """Les rédactions du texte, par jour d'entrée en vigueur."""
    return [f"depuis le {_jour(du)}, {texte}" for du, texte in r.versions] or [str(r.source)]


def _modules(paquet: ModuleType) -> Iterator[ModuleType]:
    yield paquet
    for trouve in pkgutil.iter_modules(paquet.__path__, f"{paquet.__name__}."):
        yield import_module(trouve.name)


def _objets(valeur: object) -> Iterator[Regle | Reserve]:
    """Les règles et réserves d'une constante, d'une suite ou d'une table."""
    if isinstance(valeur, Regle | Reserve):
        yield valeur
    elif isinstance(valeur, Mapping):
        for sous in list(valeur.values()):
            yield from _objets(sous)
    elif isinstance(valeur, tuple | list):
        for sous in valeur:
            yield from _objets(sous)


def _composees(module: ModuleType, genre: str) -> Iterator[tuple[str, str, str]]:
    """Celles dont une fonction compose le texte : lues dans la source, ce qui varie devient « … »."""
    for noeud in ast.walk(ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Call) and isinstance(noeud.func, ast.Name) and noeud.func.id == genre:
            cle, texte = (_dit_dans(a) for a in noeud.args[:2])
            if "…" not in cle:
                yield f"`{cle}`", texte, ""


def _dit_dans(noeud: ast.expr) -> str:
    if isinstance(noeud, ast.JoinedStr):
        return "".join(_dit_dans(v) for v in noeud.values)
    return noeud.value if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str) else "…"


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
    refus = (r.avant_depuis, r.sans_penalites, r.sans_indemnite, r.sans_clause_penale)
    lignes = [
        ("Texte", " ; ".join(_versions(r))),
        ("Créancier", _codes(q.value for q in r.creanciers)),
        ("Débiteur", _codes(q.value for q in r.debiteurs)),
        ("Acheteur", _codes(r.acheteurs)),
        ("Nature", _codes(r.natures)),
        ("Ce qui court", court),
        ("Depuis", f"échéances à compter du {_jour(r.depuis)}" if r.depuis else ""),
        ("Indemnité", f"`{r.indemnite}`" if r.indemnite else "aucune"),
        ("Sans échéance donnée", " ; ".join(_delai(qui, n) for qui, n in r.delais_legaux)),
        ("Taux convenu", "appliqué" if r.admet_un_taux_convenu else "écarté"),
        ("Frais justifiés", FRAIS[r.frais]),
        ("Intérêts à payer", f"{r.interets_sous[0]} jours après le principal ({r.interets_sous[1]})" if r.interets_sous else ""),
        ("Prescription", f"`{r.prescription}`"),
        ("Ce qui n'est pas dû", " ; ".join(dict.fromkeys(t for t in refus if t))),
    ]
    return _table(("Régime", f"`{r.code}`"), [ligne for ligne in lignes if ligne[1]])


def _delai(acheteur: str, jours: int) -> str:
    quoi = f"{jours} jours" if jours else "exigible dès l'émission"
    return quoi if acheteur == "general" else f"{quoi} (`{acheteur}`)"


def _plafond(p: Plafond) -> Sequence[str]:
    contrats = " ".join(f"{quoi} {_jour(j)}" for quoi, j in (("du", p.du), ("au", p.au)) if j)
    return (f"`{p.code}`", p.nom, f"`{p.secteur}`", _codes(p.regimes), contrats, str(p.source), DEGRES[p.verifie])


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
