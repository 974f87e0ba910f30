"""Un scénario est une donnée : ce qui se lit, ce qui se refuse, et ce qu'un scénario à soi change."""

from datetime import date
from pathlib import Path

import pytest

from fabrique import creance, examiner
from recouvrement import DonneeInvalide, Etape, Politique, Relance, Scenario
from recouvrement.politique.scenario import prereglage

COURT = Scenario(
    cle="court",
    etapes=[
        Etape(cle="un", acte="relance", jours=5, canaux=["courriel"], lettre="relance"),
        Etape(cle="deux", acte="mise_en_demeure", jours=20, canaux=["recommande"], delai_accorde=8, lettre="mise_en_demeure"),
    ],
)


def test_progressif() -> None:
    s = prereglage("progressif")
    assert [e.cle for e in s.etapes] == ["courriel", "appel", "lettre", "mise_en_demeure", "transmission"]
    assert s.ecart_minimal == 7
    assert s.source
    assert Politique().scenario == s


@pytest.mark.parametrize("nom", ["", "absent", "../progressif", "progressif.toml"])
def test_prereglage_inconnu(nom: str) -> None:
    with pytest.raises(DonneeInvalide, match="progressif"):
        prereglage(nom)


def test_lire_un_fichier(tmp_path: Path) -> None:
    fichier = tmp_path / "mien.toml"
    fichier.write_text('cle = "mien"\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 3\n', encoding="utf-8")
    assert Scenario.lire(fichier).etapes == (Etape(cle="un", acte="relance", jours=3),)


@pytest.mark.parametrize(
    "contenu",
    [
        "",
        "cle =",
        'cle = "x"',
        'cle = "x"\netapes = []',
        'cle = "x"\nautre = 1\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 3',
        'cle = "x"\n[[etapes]]\ncle = "un"\nacte = "saisie"\njours = 3',
        'cle = "x"\n[[etapes]]\ncle = "un"\nacte = "relance"',
        'cle = "x"\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 3\njour = 4',
        'cle = "x"\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 3\ndepuis = "precedente"',
        'cle = "x"\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 3\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 9',
    ],
)
def test_fichier_refuse(tmp_path: Path, contenu: str) -> None:
    fichier = tmp_path / "x.toml"
    fichier.write_text(contenu, encoding="utf-8")
    with pytest.raises(DonneeInvalide) as refus:
        Scenario.lire(fichier)
    assert "x.toml" in str(refus.value)


def test_fichier_absent(tmp_path: Path) -> None:
    with pytest.raises(DonneeInvalide):
        Scenario.lire(tmp_path / "absent.toml")


@pytest.mark.parametrize(
    "fabriquer",
    [
        lambda: Etape(cle="un", acte="relance", jours=-5, depuis="precedente"),
        lambda: Etape(cle="un", acte="relance", jours="2"),
        lambda: Etape(cle="un", acte="relance", jours=2, delai_accorde=-1),
        lambda: Scenario(cle="x", etapes=COURT.etapes, ecart_minimal=-1),
    ],
)
def test_nombres_refuses(fabriquer) -> None:
    with pytest.raises(DonneeInvalide):
        fabriquer()


def test_un_scenario_a_soi() -> None:
    """Le second acte se compte de l'acte vraiment fait : vingt moins cinq jours après (pairs/cas.md, A28)."""
    mienne = Politique(scenario=COURT)
    assert [a.etape.cle for a in examiner(creance(), au=date(2026, 5, 6), politique=mienne).actions] == ["un"]
    tardif = Relance(le=date(2026, 5, 14), etape="un")
    assert examiner(creance(), tardif, au=date(2026, 5, 15), politique=mienne).prochaine.le == date(2026, 5, 29)
    assert Politique(scenario=COURT) == mienne != Politique()
