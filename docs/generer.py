"""Écrit ``reference/regles-et-tables.md`` depuis le code : une page de chiffres ne se recopie pas à la main.

Se relance avec ``python docs/generer.py`` ; ``tests/test_docs.py`` refuse une page qui n'est plus celle du code.
"""

import ast
import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType

from attrs import evolve
from typographie import corriger

import recouvrement.droit.fr
import recouvrement.politique
from recouvrement.courrier import modele
from recouvrement.droit import pour
from recouvrement.droit.baremes import Bareme, ValeurDatee, reserves_de
from recouvrement.droit.base import Droit, Regime, RegimePrescription
from recouvrement.droit.fr.causes import QUADRIENNALES, Cause, causes
from recouvrement.droit.fr.delais import DelaiLegal, Redaction, delais
from recouvrement.droit.fr.jours_feries import TERRITOIRES, Calendrier
from recouvrement.droit.fr.plafonds import Plafond, plafonds
from recouvrement.droit.fr.table_voies import LigneVoie
from recouvrement.droit.fr.table_voies import lire as lire_voies
from recouvrement.modele.montant import Taux
from recouvrement.modele.personnes import Qualite
from recouvrement.politique import scenario
from recouvrement.politique.scenario import Etape, prereglage
from recouvrement.resultat import Regle, Reserve

PAGE = Path(__file__).parent / "reference" / "regles-et-tables.md"
SEMESTRES = 8
DEGRES = {"etabli": "établi", "une_source": "une seule source", "a_verifier": "à vérifier"}
DEPARTS = {
    "echeance": "l'échéance",
    "mise_en_demeure": "la mise en demeure",
    "precedente": "l'étape précédente",
    "presentation": "sa présentation",
}
DEPARTS_PRESCRIPTION = {
    "exigibilite": "`echeance`, sinon `executee_le`, sinon `emise_le`",
    "execution": "`executee_le`, sinon `emise_le`",
    "emission": "`emise_le`",
}
RECLAME = {"principal": "le principal", "total": "le total", "rien": "rien"}
EFFETS = {"interruption": "interrompt", "suspension": "suspend", "renonciation": "ouvre un délai nouveau", "sans_effet": "aucun"}
PRESCRIPTIONS = (
    "Une créance relève de la ligne que désignent sa `nature`, la qualité de ses parties et, pour une personne publique débitrice,"
    " le genre d'acheteur. « Passage » : la loi qui fixe la durée, et celle d'avant quand elle l'a réduite (C. civ., art. 2222, al. 2)."
    " Voir [La prescription](../explications/prescription.md)."
)
CAUSES = (
    "Ce que chaque fait du dossier change à la prescription. « Jour prudent » : la lecture prudente retient ce fait, ou l'écarte."
    " « Butoir » : les vingt ans de l'article 2232 le bornent. « Forclusion » : il joue aussi contre une forclusion."
)
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
DELAIS = (
    "Par clé de `Politique.delai`. Le jour du départ ne compte pas. Une **attente** n'est pas un délai pour agir : ce jour-là doit être"
    " passé. « Lu dans un état de » : l'entrée en vigueur n'a pas été relevée, un départ antérieur porte une réserve. Voir"
    " [Compter un délai de procédure](../guides/compter-un-delai-de-procedure.md)."
)
VOIES = (
    "Par clé de `Voie`. Une voie est ouverte si toutes ses conditions sont remplies ; elle dit celles qui manquent. Voir"
    " [Et après l'amiable ?](../guides/et-apres-l-amiable.md)."
)
NATURES = {"delai": "délai", "attente": "attente"}
CALCULS = {
    "cpc": "au premier jour ouvrable (CPC, art. 642)",
    "reglement_1182_71": "au premier jour ouvrable (règlement n° 1182/71)",
    "calendaire": "aucun",
    "prudence": "au premier jour ouvrable, par prudence",
}
FERIES = (
    "Les onze jours nationaux valent partout (C. trav., art. L. 3133-1), de 1982 à 2100. Un jour local ne joue que si son calendrier est"
    ' choisi : `Calendrier("alsace_moselle")`.'
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
    sections += [
        *_taux(droit),
        *_regimes(droit),
        *_plafonds(),
        *_prescriptions(droit),
        *_delais(),
        *_voies(),
        *_feries(),
        *_scenarios(),
        *_lettres(),
        *_raisons(droit),
    ]
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
    regimes = (
        "Régime",
        "Nature",
        "Qui contre qui",
        "Durée",
        "Départ",
        "Passage",
        "Règles propres",
        "Texte",
        "Établissement",
        "Réserve",
    )
    faits = ("Cause", "Fait", "Effet", "Jour prudent", "Butoir", "Forclusion", "Régimes", "Texte", "Motif", "Réserve")
    return [
        "## Les prescriptions",
        PRESCRIPTIONS,
        _table(regimes, map(_prescription, droit.prescriptions.values())),
        "## Ce qui interrompt ou suspend la prescription",
        CAUSES,
        _table(faits, map(_cause, _causes())),
    ]


def _delais() -> Sequence[str]:
    entetes = ("Délai", "Intitulé", "Nature", "Compté de", "Durée", "Distance", "Report", "Texte", "Établissement")
    lignes = [_delai_legal(d, r) for d in delais().values() for r in d.redactions]
    return ["## Les délais de procédure", DELAIS, _table(entetes, lignes)]


def _feries() -> Sequence[str]:
    lignes = []
    for territoire in TERRITOIRES[1:]:
        c = Calendrier(territoire)
        propres = {nom: j for j, nom in c.feries(2026).items() if j not in Calendrier().feries(2026)}
        dits = ", ".join(f"{nom} ({j:%d/%m/%Y})" for nom, j in propres.items())
        lignes.append((f"`{territoire}`", dits, " ; ".join(r.texte for r in c.reserves[1:])))
    return ["## Les jours fériés locaux", FERIES, _table(("Territoire", "Jours de 2026", "Réserve"), lignes)]


def _voies() -> Sequence[str]:
    table = lire_voies()
    voies, conditions = ("Voie", "Intitulé", "Conditions", "Texte", "Établissement"), ("Condition", "Depuis", "Sinon", "Texte")
    toutes = {c.regle.cle: c for ligne in table.voies.values() for c in ligne.conditions}
    return [
        "## Les voies après l'amiable",
        VOIES,
        _table(voies, map(_voie, table.voies.values())),
        _table(
            conditions,
            [(f"`{cle}`", _jour(c.du) if c.du else "", c.sinon, str(c.regle.source)) for cle, c in toutes.items()],
        ),
        "Les pièces que `pieces` peut nommer :",
        _table(("Pièce", "Intitulé"), [(f"`{cle}`", intitule) for cle, (intitule, _) in table.pieces.items()]),
    ]


def _voie(ligne: LigneVoie) -> Sequence[str]:
    conditions = ", ".join(f"`{c.regle.cle}`" for c in ligne.conditions)
    return (f"`{ligne.cle}`", ligne.intitule, conditions, str(ligne.source), DEGRES[ligne.brut["verifie"]])


def _scenarios() -> Iterator[str]:
    yield "## Les scénarios livrés"
    yield 'Des usages : aucun texte n\'impose de calendrier. `prereglage("progressif")` est celui de `Politique()`.'
    entetes = ("Étape", "Acte", "Quand", "Canaux", "Délai accordé", "Lettre")
    for fichier in sorted(Path(scenario.__file__).with_name("scenarios").glob("*.toml")):
        lu = prereglage(fichier.stem)
        yield f"### `{lu.cle}`"
        yield f"{lu.source[0].upper()}{lu.source[1:]}. Écart minimal entre deux écrits : {lu.ecart_minimal} jours."
        yield _table(entetes, map(_etape, lu.etapes))


def _lettres() -> Iterator[str]:
    yield "## Les lettres"
    yield (
        "Un modèle est un fichier `courrier/modeles/<langue>/<nom>.toml` ; un dossier à vous passe avant "
        "([Écrire sa lettre](../guides/ecrire-sa-lettre.md))."
    )
    dossier = Path(modele.__file__).with_name("modeles")
    anglais = {f.stem for f in (dossier / "en").glob("*.toml")}
    lus = {f.stem: modele.lire(f) for f in sorted((dossier / "fr").glob("*.toml")) if f.stem != "lexique"}
    lignes = [
        (f"`{nom}`", m.titre, RECLAME[m.reclame], _codes(m.regimes), "oui" if nom in anglais else "—") for nom, m in lus.items()
    ]
    yield _table(("Modèle", "Titre", "Réclame", "Régimes", "En anglais"), lignes)


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


def _causes() -> list[Cause]:
    """Chaque cause, puis la même envers une personne publique."""
    toutes = []
    for cause in causes().values():
        toutes.append(cause)
        if cause.quadriennale:
            toutes.append(evolve(cause.quadriennale, seulement=QUADRIENNALES))
    return toutes


def _trouvees(droit: Droit) -> Sequence[Sequence[Sequence[str]]]:
    """Les règles et les réserves, triées : les constantes des modules, celles des tables, celles qu'une fonction compose."""
    modules = [m for paquet in (recouvrement.droit.fr, recouvrement.politique) for m in _modules(paquet)]
    vus = {o for m in modules for o in _objets(vars(m))}
    redactions = [r for d in delais().values() for r in d.redactions]
    lignes: tuple[Plafond | RegimePrescription | Redaction, ...] = (*droit.prescriptions.values(), *plafonds(), *redactions)
    vus |= {o.regle for o in (*lignes, *_causes())} | {r for o in (*lignes, *_causes()) for r in o.reserves}
    vus |= {r for p in droit.prescriptions.values() if p.ancienne for r in p.ancienne.reserves}
    vus |= {r for d in delais().values() for r in d.si_allonge} | {
        d.allongement.regle for d in delais().values() if d.allongement
    }
    vus |= {r for t in TERRITOIRES for r in Calendrier(t).reserves}
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
    return [
        f"avant le {_jour(r.versions[1][0])}, {texte}" if du == date.min else f"depuis le {_jour(du)}, {texte}"
        for du, texte in r.versions
    ] or [str(r.source)]


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
        ("Ce qui n'est pas dû", " ; ".join(dict.fromkeys(t for t in refus if t))),
    ]
    return _table(("Régime", f"`{r.code}`"), [ligne for ligne in lignes if ligne[1]])


def _delai(acheteur: str, jours: int) -> str:
    quoi = f"{jours} jours" if jours else "exigible dès l'émission"
    return quoi if acheteur == "general" else f"{quoi} (`{acheteur}`)"


def _plafond(p: Plafond) -> Sequence[str]:
    contrats = " ".join(f"{quoi} {_jour(j)}" for quoi, j in (("du", p.du), ("au", p.au)) if j)
    return (f"`{p.code}`", p.nom, f"`{p.secteur}`", _codes(p.regimes), contrats, str(p.source), DEGRES[p.verifie])


def _delai_legal(d: DelaiLegal, r: Redaction) -> Sequence[str]:
    depuis = f" (depuis le {_jour(r.du)})" if r.du else f" (lu dans un état de {r.relu:%Y})"
    a = d.allongement
    distance = f"+ {a.outre_mer} outre-mer, + {a.etranger} à l'étranger ({a.regle.source})" if a else ""
    if d.pas_avant:
        distance = f"jamais avant `{d.pas_avant}`"
    textes = (f"`{d.cle}`", d.intitule, NATURES[d.nature], d.depart, f"{r.duree}{depuis}")
    return (*textes, distance, CALCULS[d.calcul], str(r.regle.source), DEGRES[r.verifie])


def _prescription(p: RegimePrescription) -> Sequence[str]:
    reserves = dict.fromkeys(r.texte for r in (*p.reserves, *(p.ancienne.reserves if p.ancienne else ())))
    return (
        f"`{p.code}` {p.intitule}",
        _codes(p.natures),
        " ; ".join(f"{_qui(c.creanciers)} contre {_qui(c.debiteurs)}" for c in p.parties) or "tous",
        f"{p.duree}{', en années civiles' if p.civile else ''}",
        _depart(p),
        _passage(p),
        " ; ".join(_propres(p)),
        str(p.source),
        DEGRES[p.verifie],
        " ; ".join(reserves),
    )


def _qui(qualites: Set[Qualite]) -> str:
    return (
        "toute personne privée" if qualites == set(Qualite) - {Qualite.PERSONNE_PUBLIQUE} else _codes(q.value for q in qualites)
    )


def _depart(p: RegimePrescription) -> str:
    dit = f"{p.depart_dit} : " if p.depart_dit else ""
    return f"{dit}{DEPARTS_PRESCRIPTION[p.depart]}{f', plus {p.attente} jours' if p.attente else ''}"


def _passage(p: RegimePrescription) -> str:
    if p.depuis is None:
        return ""
    return f"depuis le {_jour(p.depuis)}" + (f" ; {p.ancienne.duree} avant" if p.ancienne else "")


def _propres(p: RegimePrescription) -> Iterator[str]:
    if p.acheteurs:
        yield f"acheteurs {_codes(p.acheteurs)}"
    if p.prudence:
        yield "jour prudent : du plus proche de l'échéance et de l'exécution"
    if p.forclusion:
        yield "forclusion : ni suspension, ni reconnaissance (C. civ., art. 2220)"
    if p.amenageable:
        yield "durée modifiable par contrat (C. civ., art. 2254)"
    if p.suspension_max:
        yield f"suspension de {p.suspension_max} au plus"
    if not p.butoir:
        yield "hors du butoir de vingt ans"
    if p.acte != "assignation":
        yield f"acte sûr : `{p.acte}`"


def _cause(c: Cause) -> Sequence[str]:
    agit = c.effet != "sans_effet"
    return (
        f"`{c.cle}`",
        c.intitule,
        EFFETS[c.effet] + (", six mois au moins restent" if c.plancher else ""),
        ("retient" if c.certaine else "écarte") if agit else "",
        _oui(c.butoir or c.effet == "suspension") if agit else "",
        _oui(c.forclusion) if agit else "",
        _codes(c.seulement),
        str(c.source),
        c.motif,
        " ; ".join(r.texte for r in c.reserves),
    )


def _oui(valeur: bool) -> str:
    return "oui" if valeur else "non"


def _etape(e: Etape) -> Sequence[str]:
    s = "s" * (abs(e.jours) > 1)
    quand = f"{abs(e.jours)} jour{s}{f' ouvré{s}' if e.ouvres else ''} {'avant' if e.jours < 0 else 'après'} {DEPARTS[e.depuis]}"
    quand += f", ou dès : {e.declencheur.replace('_', ' ')}" if e.declencheur else ""
    quand += f", si {' et '.join(map(str, e.si))}" if e.si else ""
    delai = f"{e.delai_accorde} jours" if e.delai_accorde else ""
    return (f"`{e.cle}`", f"`{e.acte}`", quand, ", ".join(e.canaux), delai, f"`{e.lettre}`" if e.lettre else "")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
