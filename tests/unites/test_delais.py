"""Un délai de procédure dit d'où il part, ce qui l'allonge, ce qui le reporte ; une table fausse est refusée."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from fabrique import PARTAGE, RACINE
from recouvrement import Calendrier, Delai, DonneeInvalide, DroitIndisponible, Politique, TableInvalide
from recouvrement.droit.fr.delais import delais, lire_delais
from recouvrement.resultat import toutes_reserves

P = Politique()
TABLE = RACINE / "src/recouvrement/droit/fr/delais.toml"


def test_le_resultat_s_explique() -> None:
    terme = P.delai("injonction_opposition", depart=date(2026, 10, 5), distance="outre_mer")
    assert [n.valeur for n in terme.sachant] == [
        date(2026, 10, 5),
        Delai(mois=1),
        Delai(mois=1),
        date(2026, 12, 5),
        date(2026, 12, 7),
    ]
    assert [str(n.source or "") for n in terme.sachant][2:] == [
        "Code de procédure civile, art. 643 à 645",
        "Code de procédure civile, art. 640 et 641",
        "Code de procédure civile, art. 642, al. 2",
    ]
    assert (terme.regle.cle, str(terme.source)) == ("delai_injonction_opposition", "Code de procédure civile, art. 1416")
    assert "Départ, signification" in terme.expliquer()


def test_la_source_est_celle_de_la_redaction() -> None:
    sources = [str(P.delai("injonction_signification", depart=j).source) for j in (date(2026, 8, 31), date(2026, 9, 1))]
    assert ["2026-96" in s for s in sources] == [False, True]


def test_un_delai_europeen_ne_cite_pas_le_code_de_procedure_civile() -> None:
    terme = P.delai("injonction_europeenne_opposition", depart=date(2026, 11, 25))
    assert [str(n.source) for n in terme.sachant if n.source] == ["Règlement (CEE, Euratom) n° 1182/71, art. 3, § 4"]


def test_l_attente_prend_le_plus_tardif_et_montre_l_autre() -> None:
    terme = P.delai("injonction_execution", depart=date(2026, 10, 5), distance="etranger")
    autre = terme.sachant[-1]
    assert autre == P.delai("injonction_opposition", depart=date(2026, 10, 5), distance="etranger")
    assert terme.valeur == autre.valeur
    assert terme.motif == "attendre que ce jour soit passé"


def test_la_revendication_enchaine_ses_deux_mois() -> None:
    acquiesce = P.delai("revendication_acquiescement", depart=date(2026, 11, 5)).valeur
    assert not Calendrier().ouvre(acquiesce)
    assert P.delai("revendication_juge", depart=acquiesce).valeur == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("cle", "autres", "champ"),
    [
        ("opposition", {}, "cle"),
        (["injonction_opposition"], {}, "cle"),
        ("injonction_opposition", {"depart": datetime(2026, 9, 1)}, "depart"),
        ("injonction_opposition", {"depart": "2026-09-01"}, "depart"),
        ("injonction_opposition", {"distance": "metropole"}, "distance"),
        ("injonction_opposition", {"distance": ""}, "distance"),
        ("conservatoire_execution", {"distance": "etranger"}, "distance"),
        ("injonction_opposition", {"calendrier": "alsace_moselle"}, "calendrier"),
        ("injonction_opposition", {"calendrier": ""}, "calendrier"),
    ],
    ids=str,
)
def test_refus(cle: str, autres: dict[str, object], champ: str) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        P.delai(cle, **{"depart": date(2026, 9, 1), **autres})
    assert refus.value.champ == champ
    assert refus.value.remede


def test_un_delai_inconnu_nomme_ceux_qui_existent() -> None:
    with pytest.raises(DonneeInvalide, match="declaration_de_creance"):
        P.delai("declaration", depart=date(2026, 9, 1))


@pytest.mark.parametrize("cle", ["injonction_signification", "commerciale_reponse", "injonction_europeenne_opposition"])
def test_avant_la_loi_decrite(cle: str) -> None:
    premier = delais()[cle].redactions[0].du
    assert P.delai(cle, depart=premier)
    with pytest.raises(DroitIndisponible, match=f"{premier:%d/%m/%Y}"):
        P.delai(cle, depart=date(premier.year - 1, 12, 31))


def test_une_redaction_non_datee_le_dit_avant_l_etat_relu() -> None:
    relu = delais()["refere_recours"].redactions[0].relu
    dites = [[r.cle for r in toutes_reserves(P.delai("refere_recours", depart=j))] for j in (relu, date(relu.year - 1, 12, 31))]
    assert dites == [[], ["redaction_non_datee"]]


def test_chaque_ligne_est_sourcee() -> None:
    for ligne in delais().values():
        assert ligne.depart[0].islower()
        for redaction in ligne.redactions:
            assert redaction.regle.source.texte
            assert redaction.regle.source.article
            assert redaction.verifie == "etabli" or any(redaction.verifie in r.cle for r in redaction.reserves)


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ('nature = "delai"', 'nature = "forclusion"'),
        ('calcul = "cpc"', 'calcul = "franc"'),
        ('allongement = "cpc"', 'allongement = "mer"'),
        ('pas_avant = "injonction_opposition"', 'pas_avant = "injonction_execution"'),
        ('pas_avant = "injonction_opposition"', 'pas_avant = "rien"'),
        ("du = 2022-03-01", "du = 2026-09-02"),
        ("du = 2022-03-01", "du = 2026-09-01"),
        ("du = 2026-09-01", "relu = 2026-09-01"),
        ("du = 2022-03-01\n", ""),
        ("relu = 2015-01-01", "relu = 2015-01-01\ndu = 2015-01-01"),
        ("mois = 6", "mois = 0"),
        ("mois = 6", "mois = 6.5"),
        ("mois = 6", "annees = 6"),
        ('verifie = "etabli"', 'verifie = "certain"'),
        ('reserves = ["delai_europeen"]', 'reserves = ["inconnue"]'),
        ('source = { texte = "Code de procédure civile", article = "1411" }\n', ""),
        ("[allongements.cpc]", "[allongements.autre]"),
        ("\n[reserves]\n", "\n[reserve]\n"),
    ],
)
def test_table_fautive(tmp_path: Path, avant: str, apres: str) -> None:
    bonne = TABLE.read_text(encoding="utf-8")
    assert avant in bonne
    (tmp_path / "delais.toml").write_text(bonne.replace(avant, apres, 1), encoding="utf-8")
    with pytest.raises(TableInvalide) as refus:
        lire_delais(tmp_path / "delais.toml")
    assert refus.value.fichier == "delais.toml"


# --- les relevés partagés --------------------------------------------------------------------------------------------

DEGRES = {"VERIFIED": "etabli", "SINGLE": "une_source", "UNSURE": "a_verifier"}
RELEVES = {
    "injonction_de_payer.signification_ancien": ("injonction_signification", 0),
    "injonction_de_payer.signification_nouveau": ("injonction_signification", 1),
    "injonction_de_payer.opposition": ("injonction_opposition", 0),
    "injonction_de_payer.attente_execution_nouveau": ("injonction_execution", 1),
    "injonction_de_payer.consignation_tc": ("injonction_consignation", 0),
    "injonction_de_payer.avocat_sur_opposition_tj": ("injonction_avocat", 0),
    "petites_creances.duree": ("petites_creances_reponse", 0),
    "l126.paiement_ou_contestation": ("commerciale_reponse", 0),
    "l126.pv_apres": ("commerciale_proces_verbal", 0),
    "l126.signification_pv": ("commerciale_signification", 0),
    "conservatoire.execution_autorisation": ("conservatoire_execution", 0),
    "conservatoire.introduire_titre": ("conservatoire_titre", 0),
    "conservatoire.notification_tiers": ("conservatoire_tiers", 0),
    "conservatoire.denonciation": ("conservatoire_denonciation", 0),
    "cheque.certificat_apres": ("cheque_certificat", 0),
    "cheque.commandement": ("cheque_titre", 0),
    "insolvabilite.declaration": ("declaration_de_creance", 0),
    "insolvabilite.releve_forclusion": ("releve_de_forclusion", 0),
    "insolvabilite.revendication_reserve_propriete": ("revendication", 0),
    "insolvabilite.revendication_reponse": ("revendication_acquiescement", 0),
    "insolvabilite.creance_resiliation": ("declaration_apres_resiliation", 0),
    "public.mandatement_office": ("mandatement_d_office", 0),
    "public.mandatement_office_5pct": ("mandatement_d_office_eleve", 0),
    "public.paiement_jugement": ("paiement_d_un_jugement_public", 0),
    "europe.opposition_injonction": ("injonction_europeenne_opposition", 0),
    "refere.appel": ("refere_recours", 0),
    "mise_en_demeure.delai_usuel_b2b": ("mise_en_demeure_professionnel", 0),
    "mise_en_demeure.delai_usuel_b2c": ("mise_en_demeure_consommateur", 0),
    "mise_en_demeure.lre_acceptation": ("recommande_electronique", 0),
    "mise_en_demeure.lrar_instance_bureau": ("recommande_instance", 0),
}


@pytest.mark.skipif(not PARTAGE.is_dir(), reason="les relevés de ../shared ne sont pas livrés avec le paquet")
@pytest.mark.parametrize("releve", RELEVES)
def test_comme_le_releve(releve: str) -> None:
    groupe, nom = releve.split(".")
    lu = json.loads((PARTAGE / "droit/parametres_procedures.json").read_text(encoding="utf-8"))[groupe][nom]
    cle, rang = RELEVES[releve]
    redaction = delais()[cle].redactions[rang]
    assert redaction.duree == Delai(**{lu["unite"]: lu["valeur"]})
    assert redaction.verifie == DEGRES[lu["verifie"]]
    assert redaction.du is None or redaction.du.isoformat() == lu["en_vigueur"]


@pytest.mark.skipif(not PARTAGE.is_dir(), reason="les relevés de ../shared ne sont pas livrés avec le paquet")
def test_les_allongements_comme_le_releve() -> None:
    lu = json.loads((PARTAGE / "droit/parametres_procedures.json").read_text(encoding="utf-8"))
    cpc, declaration = (delais()[cle].allongement for cle in ("injonction_opposition", "declaration_de_creance"))
    calcul, plus = lu["computation"], Delai(mois=lu["insolvabilite"]["augmentation_hors_territoire"]["valeur"])
    assert [cpc.outre_mer.mois, cpc.etranger.mois] == [calcul[f"distance_{ou}"]["valeur"] for ou in ("outre_mer", "etranger")]
    assert (declaration.outre_mer, declaration.etranger) == (plus, plus)
