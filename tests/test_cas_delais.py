"""Les cas de délais : un départ, une clé, un terme qu'un juriste relit, dans ``cas/delais/*.toml``."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from recouvrement import Calendrier, Delai, Politique, RecouvrementError
from recouvrement.droit.fr.delais import delais
from recouvrement.resultat import Resultat, toutes_reserves

CAS = Path(__file__).parent / "cas" / "delais"
CLES = {"titre", "source", "url", "delai", "compter", "depart", "distance", "territoire", "jours_chomes", "attendu"}
ATTENDUES = {"terme", "avant_report", "jours", "motif", "reserves", "sans_reserves", "erreur", "dit"}
POLITIQUE = Politique()


def tous() -> Iterator[Any]:
    for fichier in sorted(CAS.glob("*.toml")):
        for cas in tomllib.loads(fichier.read_text(encoding="utf-8"))["cas"]:
            yield pytest.param(cas, id=f"{fichier.stem} : {cas['titre']}")


def _calendrier(cas: dict[str, Any]) -> Calendrier | None:
    if "territoire" not in cas and "jours_chomes" not in cas:
        return None
    return Calendrier(cas.get("territoire", "metropole"), cas.get("jours_chomes", ()))


def _terme(cas: dict[str, Any]) -> Resultat[date]:
    distance = {"distance": cas["distance"]} if "distance" in cas else {}
    return POLITIQUE.delai(cas["delai"], depart=cas["depart"], calendrier=_calendrier(cas), **distance)


def _compte(cas: dict[str, Any]) -> date:
    ((genre, n),) = cas["compter"].items()
    calendrier = _calendrier(cas) or Calendrier()
    if genre == "calendaires":
        return Delai(jours=n).depuis(cas["depart"])
    return {"ouvres": calendrier.plus_ouvres, "ouvrables": calendrier.plus_ouvrables}[genre](cas["depart"], n)


def _controler(attendu: dict[str, Any], obtenu: Resultat[date], depart: date) -> None:
    raisons = obtenu.expliquer()
    reserves = {r.cle for r in toutes_reserves(obtenu)}
    assert obtenu.valeur == attendu["terme"], raisons
    if "avant_report" in attendu:
        assert next(n.valeur for n in obtenu.sachant if n.intitule == "Terme, avant tout report") == attendu["avant_report"], (
            raisons
        )
    assert (obtenu.valeur - depart).days == attendu.get("jours", (obtenu.valeur - depart).days)
    assert attendu.get("motif", "") in obtenu.motif
    assert set(attendu.get("reserves", ())) <= reserves, raisons
    assert not set(attendu.get("sans_reserves", ())) & reserves, raisons


@pytest.mark.parametrize("cas", list(tous()))
def test_cas_de_delai(cas: dict[str, Any]) -> None:
    attendu = cas["attendu"]
    assert set(cas) <= CLES
    assert set(attendu) <= ATTENDUES
    assert cas["source"].strip(), "un cas sans source n'est pas un cas"
    if "erreur" in attendu:
        with pytest.raises(RecouvrementError) as refus:
            _terme(cas)
        assert type(refus.value).__name__ == attendu["erreur"]
        assert attendu.get("dit", "") in str(refus.value)
    elif "compter" in cas:
        assert _compte(cas) == attendu["terme"]
    else:
        _controler(attendu, _terme(cas), cas["depart"])


def test_chaque_redaction_a_son_cas() -> None:
    """Au moins un cas par rédaction de la table : une ligne sans cas n'est pas éprouvée."""
    vues = set()
    for parametre in tous():
        cas = parametre.values[0]
        if "delai" in cas and "erreur" not in cas["attendu"]:
            vues.add((cas["delai"], delais()[cas["delai"]].au(cas["depart"]).du))
    assert {(d.cle, r.du) for d in delais().values() for r in d.redactions} == vues


def test_titres_uniques() -> None:
    titres = [p.values[0]["titre"] for p in tous()]
    assert len(titres) == len(set(titres))
