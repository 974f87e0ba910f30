"""Un scénario est une donnée : ce qui se lit, ce qui se refuse, et ce qu'un scénario à soi change."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fabrique import creance, examiner
from recouvrement import Condition, Debiteur, DonneeInvalide, Etape, Politique, Qualite, Relance, Scenario
from recouvrement.politique import scenario
from recouvrement.politique.scenario import prereglage, usuels

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


@pytest.mark.parametrize(
    ("contenu", "dit"),
    [
        ("cle = ]", r"scénario illisible \(ligne 1, colonne 7\)"),
        ('cle = "x"', "la première étape se compte de l'échéance"),
        ("[[etapes]]\n", "etapes : champ manquant .*acte, cle, jours"),
        ('cle = "x"\nautre = 1\n', "champ inconnu .*autre"),
    ],
)
def test_un_fichier_refuse_dit_pourquoi_en_francais(tmp_path: Path, contenu: str, dit: str) -> None:
    fichier = tmp_path / "x.toml"
    fichier.write_text(contenu, encoding="utf-8")
    with pytest.raises(DonneeInvalide, match=dit):
        Scenario.lire(fichier)


def test_fichier_absent(tmp_path: Path) -> None:
    with pytest.raises(DonneeInvalide, match="introuvable"):
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


PREREGLAGES = ("acheteur_public", "amiable_court", "bailleur", "consommateur", "grand_compte", "progressif", "trois_lettres")


def _demeure(**champs: object) -> Etape:
    return Etape(**{"cle": "md", "acte": "mise_en_demeure", "jours": 20, "delai_accorde": 8, "canaux": ["recommande"]} | champs)


@pytest.mark.parametrize("nom", PREREGLAGES)
def test_chaque_prereglage_se_tient(nom: str) -> None:
    """Sa source est dite, la mise en demeure précède la remise, le ton ne redescend pas."""
    s = prereglage(nom)
    actes = [e.acte for e in s.etapes]
    assert s.cle == nom
    assert "usage" in s.source
    assert actes[-2:] == ["mise_en_demeure", "transmission"]
    assert actes.count("mise_en_demeure") == 1
    assert [e.ton for e in s.etapes] == sorted(e.ton for e in s.etapes)
    assert next(e for e in s.etapes if e.acte == "mise_en_demeure").declencheur == "refus_explicite"


@pytest.mark.parametrize("nom", PREREGLAGES)
def test_un_prereglage_relu_est_le_meme(nom: str) -> None:
    assert Scenario.lire(Path(scenario.__file__).with_name("scenarios") / f"{nom}.toml") == prereglage(nom)


@pytest.mark.parametrize(
    ("texte", "situation", "tenue"),
    [
        ("montant >= 100", {"montant": Decimal("100.00")}, True),
        ("montant > 100", {"montant": Decimal("100.00")}, False),
        ("montant < 100.50", {"montant": Decimal("100.49")}, True),
        ("montant <= 100", {"montant": Decimal("100.01")}, False),
        ("montant = 100", {"montant": Decimal("100.00")}, True),
        ("age >= 9", {"age": 10}, True),
        ("age < 10", {"age": 9}, True),
        ("qualite = consommateur", {"qualite": "consommateur"}, True),
        ("qualite != consommateur", {"qualite": "consommateur"}, False),
        ("signal = silence", {"signal": frozenset({"report", "silence"})}, True),
        ("signal = silence", {"signal": frozenset()}, False),
        ("signal != silence", {"signal": frozenset({"report", "silence"})}, False),
        ("signal != silence", {"signal": frozenset({"report"})}, True),
    ],
)
def test_condition(texte: str, situation: dict, tenue: bool) -> None:
    condition = Condition.lire(texte)
    assert condition.tient(situation) is tenue
    assert str(condition) == texte
    assert Condition.lire(str(condition)) == condition


@pytest.mark.parametrize(
    "texte",
    [
        "",
        "montant",
        "montant>=100",
        "montant >= 100 euros",
        "montant >= beaucoup",
        "montant >= NaN",
        "montant >= Infinity",
        "montant ~ 100",
        "montant == 100",
        "solde >= 100",
        "__class__ = 1",
        "qualite >= commercant",
        "signal < silence",
        "nature > facture",
        "risque <= normal",
    ],
)
def test_condition_refusee(texte: str) -> None:
    with pytest.raises(DonneeInvalide):
        Condition.lire(texte)


def test_une_condition_ecrite_des_deux_facons() -> None:
    """« 9 » est plus petit que « 10 » : un nombre se compare comme un nombre, jamais comme un texte."""
    assert Condition("age", "<", "10") == Condition("age", "<", 10) == Condition.lire("age < 10")
    assert Etape(cle="un", acte="relance", jours=2, si=["age < 10"]).si == (Condition("age", "<", 10),)


@pytest.mark.parametrize(
    "etapes",
    [
        [],
        [Etape(cle="r", acte="transmission", jours=3, depuis="precedente")],
        [Etape(cle="r", acte="transmission", jours=3, depuis="presentation")],
        [Etape(cle="un", acte="relance", jours=5), Etape(cle="r", acte="transmission", jours=3, depuis="presentation")],
        [Etape(cle="un", acte="relance", jours=9), Etape(cle="deux", acte="relance", jours=5)],
        [Etape(cle="un", acte="relance", jours=9), Etape(cle="un", acte="relance", jours=12)],
        [_demeure(delai_accorde=None)],
        [_demeure(delai_accorde=0)],
        [Etape(cle="saisir", acte="acte_interruptif", jours=5)],
    ],
)
def test_scenario_impossible(etapes: list[Etape]) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        Scenario(cle="x", etapes=etapes)
    assert "x" in str(refus.value)


def test_remonter_le_temps_par_dessus_une_etape_relative_est_refuse() -> None:
    """J+30, puis cinq jours après, puis J+10 : la troisième viendrait avant la première."""
    with pytest.raises(DonneeInvalide):
        Scenario(
            cle="x",
            etapes=[
                Etape(cle="un", acte="relance", jours=30),
                Etape(cle="deux", acte="relance", jours=5, depuis="precedente"),
                Etape(cle="trois", acte="relance", jours=10),
            ],
        )


@pytest.mark.parametrize(
    "champs",
    [
        {"cle": ""},
        {"cle": "x" * 61},
        {"acte": "saisie"},
        {"depuis": "toujours"},
        {"canaux": []},
        {"jours": True},
        {"jours": 1.5},
        {"jours": -1, "ouvres": True},
        {"fenetre": -1},
        {"ton": -1},
        {"delai_accorde": "8"},
        {"declencheur": "lundi"},
        {"declencheur": ""},
        {"si": [">="]},
        {"si": [3]},
        {"lettre": None},
    ],
)
def test_etape_refusee(champs: dict) -> None:
    with pytest.raises(DonneeInvalide):
        Etape(**{"cle": "un", "acte": "relance", "jours": 2} | champs)


@pytest.mark.parametrize(
    "champs",
    [
        {"cle": ""},
        {"ecart_minimal": "7"},
        {"ecart_minimal": None},
        {"contacts_max": (0, 7)},
        {"contacts_max": (1, 0)},
        {"contacts_max": (1,)},
        {"contacts_max": (1, 2, 3)},
        {"contacts_max": (1.0, 7)},
        {"contacts_max": (True, 7)},
        {"contacts_max": 3},
        {"solde_minimal": 1.5},
        {"solde_minimal": "beaucoup"},
        {"solde_minimal": "-1.00"},
        {"jours_ouvres": 1},
        {"fin_de_mois": "oui"},
        {"etapes": ["un"]},
    ],
)
def test_scenario_refuse(champs: dict) -> None:
    with pytest.raises(DonneeInvalide):
        Scenario(**{"cle": "x", "etapes": COURT.etapes} | champs)


def test_un_canal_seul_n_est_pas_une_suite_de_lettres() -> None:
    with pytest.raises(DonneeInvalide):
        Etape(cle="un", acte="relance", jours=2, canaux="courriel")


def test_seul_le_telephone_est_un_appel() -> None:
    assert Etape(cle="un", acte="relance", jours=2, canaux=["telephone"]).est_un_appel
    assert not Etape(cle="un", acte="relance", jours=2, canaux=["telephone", "courriel"]).est_un_appel
    assert Etape(cle="un", acte="relance", jours=2, canaux=[" telephone "]).est_un_appel


def test_les_scenarios_se_donnent_dans_n_importe_quel_ordre() -> None:
    a, b = Politique(scenarios={"F-1": COURT, "F-2": COURT}), Politique(scenarios=[("F-2", COURT), ("F-1", COURT)])
    assert a == b
    assert hash(a) == hash(b)
    assert a.scenario_de(creance("F-1")) == COURT
    assert a.scenario_de(creance("F-3")) == prereglage("progressif")


@pytest.mark.parametrize(
    ("nature", "qualite", "attendu"),
    [
        ("facture", Qualite.COMMERCANT, "progressif"),
        ("facture", Qualite.PROFESSIONNEL, "progressif"),
        ("facture", Qualite.CONSOMMATEUR, "consommateur"),
        ("facture", Qualite.NON_PROFESSIONNEL, "consommateur"),
        ("facture", Qualite.PERSONNE_PUBLIQUE, "acheteur_public"),
        ("loyer_habitation", Qualite.CONSOMMATEUR, "bailleur"),
    ],
)
def test_le_scenario_usuel_suit_la_nature_puis_la_qualite(nature: str, qualite: Qualite, attendu: str) -> None:
    visee = creance("F-1", nature=nature, debiteur=Debiteur(nom="Dupont", qualite=qualite, identifiant="C-1"))
    assert Politique(scenarios=usuels()).scenario_de(visee).cle == attendu
    assert Politique().scenario_de(visee).cle == "progressif"
    for cle in ("F-1", "id:C-1", visee.creancier.cle):  # ce que l'hôte a choisi passe avant
        assert Politique(scenarios=usuels() | {cle: COURT}).scenario_de(visee) == COURT


@pytest.mark.parametrize(
    ("champs", "dit"),
    [
        ({"ouvres": "non"}, "ouvres"),
        ({"canaux": ("x" * 41,)}, "canaux"),
        ({"canaux": (" ",)}, "canaux"),
    ],
)
def test_une_etape_mal_typee_est_refusee(champs: dict[str, object], dit: str) -> None:
    with pytest.raises(DonneeInvalide, match=dit):
        Etape(cle="a", acte="relance", jours=1, **champs)


@pytest.mark.parametrize("arguments", [("risque", "=", 3), ("montant", ">=", 10.5), ("age", ">", True)])
def test_une_condition_mal_typee_est_refusee(arguments: tuple[str, str, object]) -> None:
    with pytest.raises(DonneeInvalide, match=r"attendu"):
        Condition(*arguments)


@pytest.mark.parametrize(
    ("donnes", "dit"),
    [
        ({"scenario": "progressif"}, "scenario : Scenario attendu"),
        ({"scenarios": {"F-1": "progressif"}}, "scenarios : Scenario attendu"),
        ({"scenarios": "progressif"}, "scenarios : un dictionnaire est attendu"),
        ({"conventions": "usage"}, "conventions : Conventions attendu"),
        ({"droit": "fr"}, "droit : Droit attendu"),
    ],
)
def test_une_politique_refuse_un_nom_la_ou_il_faut_l_objet(donnes, dit: str) -> None:
    with pytest.raises(DonneeInvalide, match=dit):
        Politique(**donnes)
