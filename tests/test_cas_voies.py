"""Les cas des voies : des faits, un jour, et ce qui est ouvert ou fermé, un fichier TOML par sujet.

``ouvertes`` : praticables ce jour-là (vide : aucune) ; ``indisponibles`` : ouvertes mais pas encore praticables ; ``fermees`` : un extrait
du motif. Les autres clés se lisent par voie ; une clé absente n'est pas contrôlée.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recouvrement import Politique, Voie
from recouvrement.droit.fr.table_voies import lire
from test_cas import _dossier

CAS = Path(__file__).parent / "cas" / "voies"
CLES = {"titre", "source", "url", "au", "creancier", "debiteur", "creances", "evenements", "pieces", "attendu"}
PAR_VOIE = {
    "avocat",
    "prealable",
    "cout",
    "competence",
    "prescription",
    "reserves",
    "sans_reserves",
    "manquantes",
    "deduites",
    "delais",
}
GENERALES = {"ouvertes", "indisponibles", "fermees", "toutes_fermees", "premiere", "total"}


def tous() -> Iterator[Any]:
    for fichier in sorted(CAS.glob("*.toml")):
        for cas in tomllib.loads(fichier.read_text(encoding="utf-8"))["cas"]:
            yield pytest.param(cas, id=f"{fichier.stem} : {cas['titre']}")


def _lire(question: str, voie: Voie) -> Any:
    match question:
        case "avocat" | "prealable":
            return getattr(voie, question).valeur
        case "cout":
            return [str(m.decimal) for m in voie.cout.valeur]
        case "delais":
            return {d.cle: d.terme.valeur for d in voie.delais if d.terme}
    raise AssertionError(question)


def _juste(question: str, attendu: Any, voie: Voie) -> bool:
    match question:
        case "competence" | "prescription":
            return attendu in getattr(voie, question).valeur
        case "reserves":
            return set(attendu) <= {r.cle for r in voie.reserves}
        case "sans_reserves":
            return not set(attendu) & {r.cle for r in voie.reserves}
        case "manquantes" | "deduites":
            return set(attendu) <= {p.cle for p in voie.pieces if p.etat == question.removesuffix("s")}
        case "delais":
            return attendu.items() <= _lire(question, voie).items()
    return bool(_lire(question, voie) == attendu)


@pytest.mark.parametrize("cas", list(tous()))
def test_cas(cas: dict[str, Any]) -> None:
    assert set(cas) <= CLES, f"clé de cas inconnue : {set(cas) - CLES}"
    attendu = cas["attendu"]
    assert set(attendu) <= GENERALES | PAR_VOIE, f"clé d'attendu inconnue : {set(attendu) - GENERALES - PAR_VOIE}"
    dossier = _dossier(cas)
    rendues = Politique().voies(dossier, au=cas["au"], pieces=cas.get("pieces", ()))
    par_cle = {v.cle: v for v in rendues}
    for cle in attendu.get("ouvertes", ()):
        assert par_cle[cle].praticable, par_cle[cle].expliquer()
    if attendu.get("ouvertes") == []:
        assert not [v.cle for v in rendues if v.ouverte]
    for cle in attendu.get("indisponibles", ()):
        assert par_cle[cle].etat == "pas encore praticable", par_cle[cle].expliquer()
    extraits = dict.fromkeys(par_cle, attendu["toutes_fermees"]) if "toutes_fermees" in attendu else attendu.get("fermees", {})
    for cle, extrait in extraits.items():
        assert not par_cle[cle].ouverte, par_cle[cle].expliquer()
        assert extrait in par_cle[cle].motif.replace("\u00a0", " ").replace("\u202f", " "), par_cle[cle].motif
    if "premiere" in attendu:
        assert rendues[0].cle == attendu["premiere"]
    if "total" in attendu:
        assert str(Politique().examiner(dossier, au=cas["au"]).total.valeur.decimal) == attendu["total"]
    for question in PAR_VOIE & set(attendu):
        for cle, valeur in attendu[question].items():
            assert _juste(question, valeur, par_cle[cle]), f"{question} de {cle} : attendu {valeur}\n\n{par_cle[cle].expliquer()}"


def test_titres_uniques() -> None:
    titres = [cas.id for cas in tous()]
    assert len(titres) == len(set(titres))


def test_chaque_voie_est_vue_ouverte_et_fermee() -> None:
    """Une ligne ajoutée à la table sans ses deux cas se voit."""
    cas = [p.values[0]["attendu"] for p in tous()]
    ouvertes = {cle for a in cas for cle in (*a.get("ouvertes", ()), *a.get("indisponibles", ()))}
    fermees = {cle for a in cas for cle in a.get("fermees", ())}
    toujours = {"mediation", "cession"}  # fermées par « toutes_fermees »
    assert ouvertes == set(lire().voies)
    assert fermees == set(lire().voies) - toujours
