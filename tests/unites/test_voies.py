"""Les voies : ce que les cas de droit ne disent pas. Tarifs au centime, hypothèses, décret entré par l'appelant, tables fautives."""

import copy
import json
import pickle
import tomllib
from datetime import date
from decimal import Decimal, localcontext
from html import escape
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve

from fabrique import COMMUNE, CONSOMMATEUR, ECHEANCE, creance, dossier
from recouvrement import (
    Bareme,
    Blocage,
    DonneeInvalide,
    Hypotheses,
    MiseEnDemeure,
    Montant,
    Politique,
    Signal,
    Source,
    TableInvalide,
    Taux,
    ValeurDatee,
    Voie,
)
from recouvrement.droit import pour
from recouvrement.droit.fr import conditions_voies, pieces_voies, table_voies
from recouvrement.droit.fr.couts import acte, contribution_economique, emolument, tables, ttc
from recouvrement.politique.voies import ORDRE

AU = date(2026, 9, 1)
TARIF_2024 = date(2025, 6, 1)


def voies(quoi: object = None, **options: object) -> dict[str, Voie]:
    rendues = Politique().voies(creance() if quoi is None else quoi, **{"au": AU, **options})
    return {v.cle: v for v in rendues}


# --- tarifs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tarif", "somme", "le", "attendu"),
    [
        ("a444_31", "4000", TARIF_2024, "81.39"),  # Service-Public, F10404
        ("a444_32", "4000", TARIF_2024, "257.45"),  # Service-Public, F10404
        ("a444_31", "44", TARIF_2024, "4.30"),
        ("a444_31", "44.01", TARIF_2024, "4.30"),
        ("a444_31", "44", date(2020, 12, 31), "4.29"),
        ("a444_31", "44", date(2021, 1, 1), "4.25"),
        ("a444_31", "125", TARIF_2024, "12.21"),
        ("a444_31", "1000000", TARIF_2024, "550.00"),
        ("a444_32", "188", TARIF_2024, "21.50"),
        ("a444_32", "188", date(2024, 2, 29), "21.28"),
        ("a444_32", "188.01", TARIF_2024, "21.43"),
        ("a444_32", "1000000", TARIF_2024, "5540.00"),
        ("a444_15", "76", date(2022, 1, 1), "4.29"),
        ("a444_15", "304", date(2022, 1, 1), "17.02"),
        ("a444_15", "1000000", date(2022, 1, 1), "268.13"),
    ],
)
def test_emoluments_publies_et_bornes(tarif: str, somme: str, le: date, attendu: str) -> None:
    montant = Montant(Decimal(somme).quantize(Decimal("0.01")))
    assert str(emolument(tarif, montant, le=le).valeur.decimal) == attendu


def test_une_somme_de_tranches_arrondies_n_est_pas_arrondie_a_nouveau() -> None:
    """L'exemple officiel montre ses quatre lignes."""
    lignes = [n.valeur.decimal for n in emolument("a444_32", Montant(4000), le=TARIF_2024).sachant[1:]]
    assert lignes == [Decimal("14.66"), Decimal("52.14"), Decimal("93.88"), Decimal("96.77")]


def test_hors_de_ce_qui_est_publie_la_version_la_plus_proche_le_dit() -> None:
    assert not emolument("a444_31", Montant(100), le=date(2026, 2, 28)).reserves
    assert [r.cle for r in emolument("a444_31", Montant(100), le=date(2026, 3, 1)).reserves] == ["emolument_a444_31_perime"]
    assert [r.cle for r in emolument("a444_31", Montant(100), le=date(2016, 2, 29)).reserves] == ["emolument_a444_31_anterieur"]
    assert not emolument("a444_32", Montant(52400), le=TARIF_2024).reserves
    assert [r.cle for r in emolument("a444_32", Montant("52400.01"), le=TARIF_2024).reserves] == ["emolument_a444_32_au_dela"]


@pytest.mark.parametrize(
    ("somme", "attendu"), [("128.00", "12.90"), ("128.01", "25.79"), ("1280.00", "25.79"), ("1280.01", "51.58")]
)
def test_coefficient_d_un_acte(somme: str, attendu: str) -> None:
    assert acte("signification", Montant(somme), le=TARIF_2024).valeur == Montant(attendu)


def test_tva() -> None:
    assert ttc(emolument("a444_32", Montant(100), le=TARIF_2024)).valeur == Montant("25.80")  # Service-Public, F10404


@pytest.mark.parametrize(
    ("demande", "ressources", "attendu"),
    [
        ("100000.00", {"chiffre_d_affaires": 50_000_000, "benefice": 3_000_001}, "0.00"),
        ("100000.00", {"chiffre_d_affaires": "50000000.01", "benefice": 3_000_000}, "0.00"),
        ("100000.00", {"chiffre_d_affaires": "50000000.01", "benefice": "3000000.01"}, "3000.00"),
        ("100000.00", {"chiffre_d_affaires": 1_500_000_000, "benefice": 3_000_001}, "3000.00"),
        ("100000.00", {"chiffre_d_affaires": "1500000000.01", "benefice": 1}, "5000.00"),
        ("50000.00", {"chiffre_d_affaires": 2_000_000_000, "benefice": 1}, "0.00"),
        ("50000.01", {"chiffre_d_affaires": 2_000_000_000, "benefice": 1}, "2500.00"),
        ("9000000.00", {"chiffre_d_affaires": 2_000_000_000, "benefice": 1}, "100000.00"),
        ("9000000.00", {"chiffre_d_affaires": 60_000_000, "benefice": 4_000_000}, "50000.00"),
        ("100000.00", {"revenu_par_part": 250_000}, "0.00"),
        ("100000.00", {"revenu_par_part": "250000.01"}, "1000.00"),
        ("100000.00", {"revenu_par_part": 500_000}, "1000.00"),
        ("100000.00", {"revenu_par_part": 1_000_000}, "2000.00"),
        ("9000000.00", {"revenu_par_part": "1000000.01"}, "50000.00"),
    ],
)
def test_contribution_economique(demande: str, ressources: dict[str, object], attendu: str) -> None:
    dues = {nom: Montant(valeur) for nom, valeur in ressources.items()}
    du = contribution_economique(Montant(demande), le=AU, salaries=250, **dues).valeur
    assert du == Montant(attendu)
    assert not contribution_economique(Montant(demande), le=AU, salaries=249, **dues).valeur
    assert not contribution_economique(Montant(demande), le=date(2024, 12, 31), salaries=250, **dues).valeur


def test_contribution_economique_sans_ressources() -> None:
    with pytest.raises(DonneeInvalide, match="ressources"):
        contribution_economique(Montant(60000), le=AU, salaries=250)


def test_tarif_inconnu_ou_autre_devise() -> None:
    with pytest.raises(DonneeInvalide, match="tarif inconnu"):
        emolument("a444_99", Montant(100), le=AU)
    with pytest.raises(DonneeInvalide, match="euros"):
        emolument("a444_31", Montant(100, "USD"), le=AU)


@pytest.mark.parametrize("groupe", ["emoluments", "actes"])
def test_les_versions_d_un_tarif_se_suivent(groupe: str) -> None:
    for tarif in tables()[groupe].values():
        versions = tarif["versions"]
        assert all(v["du"] <= v["au"] for v in versions)
        assert all((b["du"] - a["au"]).days == 1 for a, b in pairwise(versions))


# --- les voies --------------------------------------------------------------------------------------------------------


def test_chaque_voie_a_son_rang_et_chaque_question_sa_reponse() -> None:
    assert set(ORDRE) == set(table_voies.lire().voies)
    assert {*conditions_voies.DES_CREANCES, *conditions_voies.DU_DOSSIER, "plafond"} == table_voies.QUESTIONS
    assert {*pieces_voies.DEDUCTIONS, "bibliotheque"} == table_voies.DEDUCTIONS
    assert {c.question for ligne in table_voies.lire().voies.values() for c in ligne.conditions} == table_voies.QUESTIONS


def test_les_praticables_d_abord_les_alternatives_apres_elles_les_fermees_a_la_fin() -> None:
    rendues = Politique().voies(creance(), au=AU)
    etats = [("ouverte", "pas encore praticable", "fermée").index(v.etat) for v in rendues]
    assert etats == sorted(etats)
    ouvertes = [v.famille == "alternative" for v in rendues if v.praticable]
    assert ouvertes == sorted(ouvertes)
    assert any(ouvertes)


def test_toute_voie_dit_ses_raisons() -> None:
    for voie in voies().values():
        assert voie.motif
        assert voie.source.texte
        assert voie.competence.source
        assert voie.avocat.motif
        assert voie.duree.valeur
        assert voie.prescription.source
        assert voie.motif in voie.expliquer()
        assert escape(voie.intitule) in voie._repr_html_()
        json.dumps(voie.vers_dict())


def test_une_voie_se_copie_et_se_compare() -> None:
    a, b = voies()["injonction_de_payer"], voies()["injonction_de_payer"]
    assert a == b
    assert pickle.loads(pickle.dumps(a)) == a  # noqa: S301
    assert copy.deepcopy(a) == a


def test_une_piece_nommee_est_en_main_une_piece_deduite_est_a_retrouver() -> None:
    facture = creance(executee_le=date(2026, 4, 1))
    mise = MiseEnDemeure(le=date(2026, 6, 1), presentee_le=date(2026, 6, 3))
    vue = voies(dossier(facture, faits=(mise,)), pieces=["contrat"])["refere_provision"]
    etats = {p.cle: p.etat for p in vue.pieces}
    assert etats["contrat"] == "en_main"
    assert etats["decompte"] == "en_main"
    assert etats["preuve_d_execution"] == etats["mise_en_demeure"] == etats["preuve_de_presentation"] == "deduite"
    assert etats["identite_du_debiteur"] == "manquante"
    assert set(vue.manquantes) == {p for p in vue.pieces if p.etat == "manquante"}


def test_une_presentation_posterieure_a_l_examen_ne_prouve_rien() -> None:
    mise = MiseEnDemeure(le=date(2026, 8, 31), presentee_le=date(2026, 9, 2))
    vue = voies(dossier(creance(), faits=(mise,)))["refere_provision"]
    assert "preuve_de_presentation" in {p.cle for p in vue.manquantes}


def test_piece_inconnue_ou_texte_nu() -> None:
    with pytest.raises(DonneeInvalide, match="pièce inconnue"):
        voies(pieces=["bulletin_de_paie"])
    with pytest.raises(DonneeInvalide, match="liste de clés"):
        voies(pieces="contrat")


def test_hors_de_l_euro() -> None:
    with pytest.raises(DonneeInvalide, match="en euros"):
        voies(creance(principal=Montant(1000, "USD")))


def test_une_creance_cedee_n_est_plus_a_poursuivre() -> None:
    cedee = dossier(creance(), faits=(Blocage(le=date(2026, 8, 1), motif="cedee"),))
    assert not any(v.ouverte for v in voies(cedee).values())
    assert "cessionnaire" in voies(cedee)["injonction_de_payer"].motif
    levee = dossier(creance(), faits=(Blocage(le=date(2026, 8, 1), motif="cedee", jusqu_au=date(2026, 8, 31)),))
    assert voies(levee)["injonction_de_payer"].ouverte


def test_des_difficultes_signalees_mettent_la_saisie_en_tete() -> None:
    signale = dossier(creance(), faits=(Signal(le=date(2026, 8, 1), nature="difficultes"),))
    assert Politique().voies(signale, au=AU)[0].cle == "saisie_conservatoire"


def test_creances_de_deux_juridictions() -> None:
    deux = dossier(creance("F-1", debiteur=CONSOMMATEUR), creance("L-1", debiteur=CONSOMMATEUR, nature="loyer_habitation"))
    assert "plusieurs_juridictions" in {r.cle for r in voies(deux)["assignation_au_fond"].reserves}


def test_sans_adresse_le_debiteur_est_suppose_en_france_et_c_est_dit() -> None:
    sans = creance(debiteur=evolve(CONSOMMATEUR, adresse=None))
    vue = voies(sans)["injonction_de_payer"]
    assert vue.ouverte
    assert "debiteur_sans_adresse" in {r.cle for r in vue.reserves}


def test_un_seuil_s_ajoute_sans_livraison(tmp_path: Path) -> None:
    """Le projet de décret, s'il paraît : 10 000 € depuis un jour donné."""
    fichier = tmp_path / "seuils.toml"
    fichier.write_text(
        '[seuil_prealable]\nintitule = "Seuil"\nunite = "EUR"\ntexte = "CPC"\narticle = "750-1"\nverifie_le = 2026-12-31\n'
        '[[seuil_prealable.valeurs]]\ndu = 2026-09-01\nvaleur = 10000\nsource = { texte = "Décret" }\nverifie = "etabli"\n',
        encoding="utf-8",
    )
    politique = Politique(droit=pour("fr").avec(fichier))
    civile = creance(principal="9000.00", debiteur=CONSOMMATEUR)
    for au, exige in ((date(2026, 8, 31), False), (date(2026, 9, 1), True)):
        vues = {v.cle: v for v in politique.voies(civile, au=au)}
        assert vues["assignation_au_fond"].prealable.valeur is exige


def test_la_procedure_commerciale_devient_praticable_quand_son_tarif_est_entre() -> None:
    entre = Bareme(
        code="tarif_commerciale_incontestee",
        intitule="Tarif de la procédure commerciale incontestée",
        unite="EUR",
        source=Source("Décret"),
        valeurs=(ValeurDatee(date(2026, 10, 1), None, Decimal(60), Source("Décret")),),
        verifie_le=date(2026, 12, 31),
    )
    politique = Politique(droit=pour("fr").avec(entre))
    avant, apres = (
        {v.cle: v for v in politique.voies(creance(), au=au)}["commerciale_incontestee"]
        for au in (date(2026, 9, 30), date(2026, 10, 1))
    )
    assert (avant.disponible, apres.disponible) == (False, True)
    assert "pas encore praticable" in avant.motif
    assert apres.cout.valeur == (Montant(60), Montant(60))
    assert politique.voies(creance(), au=date(2026, 10, 1))[0] == apres


def test_apres_le_dernier_releve_le_seuil_vaut_encore_et_le_dit() -> None:
    vue = voies(creance(principal="1000.00", debiteur=CONSOMMATEUR), au=date(2027, 1, 15))["assignation_au_fond"]
    assert vue.prealable.valeur
    assert "seuil_prealable_a_relire" in {r.cle for r in vue.prealable.reserves}


def test_avant_la_premiere_regle_decrite() -> None:
    ancienne = creance(principal="1000.00", echeance=date(2019, 1, 10))
    vue = voies(ancienne, au=date(2019, 6, 1))["assignation_au_fond"]
    assert {r.cle for r in vue.avocat.reserves} == {"seuil_avocat_tc_anterieur"}
    assert "aucun plafond décrit" in voies(ancienne, au=date(2019, 6, 1))["petites_creances"].motif


def test_une_creance_et_ses_evenements() -> None:
    mise = MiseEnDemeure(le=date(2026, 6, 1))
    seule = Politique().voies(creance(), [mise], au=AU)
    assert seule == Politique().voies(dossier(creance(), faits=(mise,)), au=AU)


# --- hypothèses -------------------------------------------------------------------------------------------------------


def test_sans_hypothese_aucun_recouvrement_net() -> None:
    assert all(v.nette is None for v in voies().values())
    assert all(v.nette is None for v in voies(hypotheses=Hypotheses()).values())


def test_le_recouvrement_net_se_recompte_a_la_main() -> None:
    """10 453,76 € à 80 %, 2 % perdus par jour pendant dix jours, coût de 100 à 200 €."""
    h = Hypotheses(
        chances={"injonction_de_payer": Taux(80)},
        jours={"injonction_de_payer": 10},
        perte_par_jour=2,
        couts={"injonction_de_payer": ("100.00", "200.00")},
    )
    vues = voies(hypotheses=h)
    brut = (Decimal("10453.76") * Decimal("0.8") * Decimal("0.98") ** 10).quantize(Decimal("0.01"))
    assert vues["injonction_de_payer"].cout.valeur == (Montant(100), Montant(200))
    assert vues["injonction_de_payer"].nette is not None
    assert vues["injonction_de_payer"].nette.valeur == (Montant(brut - 200), Montant(brut - 100))
    assert "hypothèses" in vues["injonction_de_payer"].expliquer()
    assert vues["refere_provision"].nette is None


def test_aucun_net_pour_une_voie_fermee() -> None:
    h = Hypotheses(chances={"declaration_de_creance": 50})
    assert voies(hypotheses=h)["declaration_de_creance"].nette is None


def test_le_contexte_decimal_de_l_hote_n_y_touche_pas() -> None:
    h = Hypotheses(chances={"injonction_de_payer": "33.33"}, jours={"injonction_de_payer": 45}, perte_par_jour="1.5")
    attendu = voies(hypotheses=h)["injonction_de_payer"].nette
    with localcontext() as contexte:
        contexte.prec = 3
        assert voies(hypotheses=h)["injonction_de_payer"].nette == attendu


@pytest.mark.parametrize(
    "fautives",
    [
        {"chances": {"loterie": 50}},
        {"chances": {"injonction_de_payer": 101}},
        {"perte_par_jour": 101},
        {"jours": {"injonction_de_payer": -1}},
        {"jours": {"injonction_de_payer": True}},
        {"couts": {"injonction_de_payer": ("200.00", "100.00")}},
        {"couts": {"injonction_de_payer": ("-1.00", "100.00")}},
    ],
)
def test_hypotheses_refusees(fautives: dict[str, object]) -> None:
    with pytest.raises(DonneeInvalide):
        Hypotheses(**fautives)


# --- la table ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ('question = "due"', 'question = "plaire"'),
        ('verifie = "etabli"', 'verifie = "sûr"'),
        ('deduite_de = "creance"', 'deduite_de = "intuition"'),
        ('prealable = "sans_prealable"', 'prealable = "sans_rien"'),
        ('pieces = ["facture", "contrat", "mise_en_demeure"]', 'pieces = ["facture", "papyrus"]'),
        ('{ cause = "conciliation" }', '{ cause = "oubli" }'),
        ('{ cle = "petites_creances_reponse" }', '{ cle = "un_jour" }'),
        ("exclut = true", "exclus = true"),
        ('debiteurs = ["personne_publique"]', 'debiteurs = ["martien"]'),
    ],
)
def test_une_table_fautive_est_refusee(tmp_path: Path, avant: str, apres: str) -> None:
    contenu = table_voies.TABLE.read_text(encoding="utf-8")
    assert avant in contenu
    fautive = tmp_path / "voies.toml"
    fautive.write_text(contenu.replace(avant, apres, 1), encoding="utf-8")
    with pytest.raises(TableInvalide):
        table_voies.lire_voies(fautive)


def test_les_postes_de_cout_nommes_existent() -> None:
    postes = set(tables()["postes"])
    brut = tomllib.loads(table_voies.TABLE.read_text(encoding="utf-8"))
    assert {p for v in brut["voies"].values() for p in v["couts"]} == postes


def test_un_debiteur_public_n_a_ni_greffe_ni_contribution() -> None:
    vue = voies(creance(debiteur=COMMUNE, echeance=ECHEANCE))["refere_provision_administratif"]
    assert vue.cout.valeur == (Montant(0), Montant(0))
    assert vue.avocat.valeur
