"""L'examen d'une table : ce qui entre, ce qui est refusé, ce qui revient, et ce que le noyau laisse au moteur d'objets."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve

from fabrique import RACINE
from recouvrement import (
    ActeInterruptif,
    Creance,
    Creancier,
    Debiteur,
    DonneeInvalide,
    Echeancier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    Qualite,
    Remise,
)
from recouvrement.droit import pour
from recouvrement.masse import (
    decrire,
    examiner_table,
    interets,
    schema,
    schema_des_bilans,
    schema_des_decomptes,
    schema_des_evenements,
    schema_des_rejets,
)
from recouvrement.masse.colonnes import NEES_DEPUIS, en_date

AU = date(2026, 9, 1)
EMISE, ECHEANCE = date(2026, 4, 1), date(2026, 5, 1)
TROP_LOIN = pa.array([[20_600, 10**7]], pa.list_(pa.int32())).cast(pa.list_(pa.date32()))  # aucune date de Python ne va jusque-là


def colonnes(n: int = 1, **autres: object) -> dict[str, object]:
    """La créance de référence, ``n`` fois : 10 000 € entre commerçants, échus le 1er mai 2026."""
    base: dict[str, object] = {
        "reference": [f"F-{i}" for i in range(n)],
        "principal_centimes": [1_000_000] * n,
        "emise_le": [EMISE] * n,
        "echeance": [ECHEANCE] * n,
        "creancier_qualite": ["commercant"] * n,
        "debiteur_qualite": ["commercant"] * n,
    }
    return base | autres


def examiner(n: int = 1, *, au: date = AU, evenements: object = None, **autres: object):
    return examiner_table(pa.table(colonnes(n, **autres)), au=au, evenements=evenements)


def la_ligne(rendu, rang: int = 0) -> dict[str, object]:
    assert rendu.rejets.to_pylist() == []
    return rendu.bilans.to_pylist()[rang]


def le_motif(rendu) -> str:
    (rejet,) = rendu.rejets.to_pylist()
    return rejet["motif"]


def objet(debiteur: Qualite = Qualite.COMMERCANT, *, principal: int = 1_000_000) -> Creance:
    return Creance(
        reference="F-0",
        principal=Montant.de_centimes(principal),
        emise_le=EMISE,
        echeance=ECHEANCE,
        creancier=Creancier(nom="créancier", qualite=Qualite.COMMERCANT),
        debiteur=Debiteur(nom="débiteur", qualite=debiteur),
    )


def test_la_creance_de_reference() -> None:
    ligne = la_ligne(examiner())
    assert (ligne["penalites_centimes"], ligne["indemnite_centimes"], ligne["total_centimes"]) == (41_376, 4_000, 1_045_376)
    assert (ligne["regime"], ligne["etape"], ligne["etape_le"], ligne["repris"]) == ("b2b", "courriel", date(2026, 5, 3), False)


# --- les portes ------------------------------------------------------------------------------------------------------


def test_ce_qui_entre_ressort_dans_le_meme_genre() -> None:
    table = pa.table(colonnes(3, echeance=[ECHEANCE, None, date(2027, 1, 1)]))
    attendu = examiner_table(table, au=AU).bilans.to_pylist()
    (lot,) = table.to_batches()
    rendu = examiner_table(lot, au=AU)
    assert isinstance(rendu.bilans, pa.RecordBatch)
    assert isinstance(rendu.rejets, pa.RecordBatch)
    assert rendu.bilans.to_pylist() == attendu
    lecteur = examiner_table(table.to_reader(), au=AU).bilans
    assert isinstance(lecteur, pa.RecordBatchReader)
    assert lecteur.read_all().to_pylist() == attendu
    en_polars = examiner_table(pl.DataFrame(table), au=AU).bilans
    assert isinstance(en_polars, pl.DataFrame)
    assert en_polars.to_dicts() == attendu
    en_pandas = examiner_table(table.to_pandas(), au=AU).bilans
    assert isinstance(en_pandas, pd.DataFrame)
    assert pa.Table.from_pandas(en_pandas, preserve_index=False).to_pylist() == attendu


def test_un_dictionnaire_de_tableaux() -> None:
    dates = np.array(["2026-04-01", "2026-04-01"], "datetime64[D]")
    donnees = colonnes(2, emise_le=dates, echeance=np.array(["2026-05-01", "NaT"], "datetime64[D]"))
    rendu = examiner_table(donnees | {"principal_centimes": np.array([1_000_000, 5])}, au=AU)
    assert isinstance(rendu.bilans, dict)
    assert rendu.bilans["total_centimes"].tolist() == [1_045_376, 4_005]
    assert rendu.bilans["regime"].tolist() == ["b2b", "b2b"]
    assert rendu.rejets["motif"].tolist() == []


def test_une_case_masquee_est_vide() -> None:
    jours = np.ma.MaskedArray(np.array([ECHEANCE, "2026-04-02"], "datetime64[D]"), [False, True])
    rendu = examiner_table(colonnes(2, emise_le=np.array([EMISE] * 2, "datetime64[D]"), echeance=jours), au=AU)
    assert rendu.bilans["echeance"].tolist() == [ECHEANCE, ECHEANCE]  # donnée, puis de la loi


def test_ce_que_l_hote_change_ensuite_ne_change_pas_le_bilan() -> None:
    """Le principal et l'échéance rendus sont ceux de la table reçue, sans copie : elle doit être à nous."""
    principal = np.array([1_000_000])
    donnees = colonnes(1) | {"principal_centimes": principal, "echeance": np.array([ECHEANCE], "datetime64[D]")}
    tableau = pd.DataFrame(donnees)
    serie = tableau["principal_centimes"].copy()
    rendus = [examiner_table(x, au=AU) for x in (donnees, tableau, donnees | {"principal_centimes": serie})]
    principal[0] = tableau.loc[0, "principal_centimes"] = serie.iloc[0] = 5
    for rendu in rendus:
        assert (rendu.bilans["principal_centimes"][0], rendu.bilans["total_centimes"][0]) == (1_000_000, 1_045_376)
        assert rendu.examiner(0).dossier.creances[0].principal.centimes == 1_000_000


def test_les_horodatages_de_pandas_sont_des_jours_s_ils_sont_a_minuit() -> None:
    instants = pd.to_datetime(["2026-05-01", "2026-05-01 08:30", None], format="mixed")
    rendu = examiner(3, echeance=pa.array(instants, pa.timestamp("ns")))
    assert [x["ligne"] for x in rendu.bilans.to_pylist()] == [0, 2]
    (rejet,) = rendu.rejets.to_pylist()
    assert (rejet["ligne"], rejet["champ"]) == (1, "echeance")
    assert "sans heure" in rejet["motif"]
    with pytest.raises(DonneeInvalide, match="date civile"):
        examiner(1, echeance=[datetime(2026, 5, 1, tzinfo=UTC)])


def test_un_principal_en_euros_decimaux() -> None:
    donnees = colonnes(2) | {"principal": pa.array([Decimal("10000.00"), Decimal("0.01")], pa.decimal128(12, 2))}
    del donnees["principal_centimes"]
    assert [x["principal_centimes"] for x in examiner_table(pa.table(donnees), au=AU).bilans.to_pylist()] == [1_000_000, 1]
    for faux in (pa.array([1.5, 2.0]), pa.array([Decimal("1.005"), Decimal(2)]), pa.array(["1", "2"])):
        with pytest.raises(DonneeInvalide, match="principal"):
            examiner_table(pa.table(donnees | {"principal": faux}), au=AU)
    with pytest.raises(DonneeInvalide, match="deux fois"):
        examiner_table(pa.table(donnees | {"principal_centimes": [1, 2]}), au=AU)


def test_le_type_d_une_colonne_se_dit() -> None:
    for champ, valeurs in (
        ("principal_centimes", [1.0]),
        ("principal_centimes", [True]),
        ("echeance", ["2026-05-01"]),
        ("echeance", [20_260_501]),
        ("paiements_centimes", [[1.0]]),
        ("paiements_le", [["hier"]]),
        ("capitalisation", ["oui"]),
    ):
        with pytest.raises(DonneeInvalide, match=champ):
            examiner(1, **{champ: valeurs})
    with pytest.raises(DonneeInvalide, match="colonne inconnue"):
        examiner(1, echance=[ECHEANCE])
    with pytest.raises(DonneeInvalide, match="debiteur_qualite : colonne obligatoire"):
        examiner_table({k: v for k, v in colonnes().items() if k != "debiteur_qualite"}, au=AU)
    with pytest.raises(DonneeInvalide, match="une table en colonnes"):
        examiner_table([1], au=AU)
    with pytest.raises(DonneeInvalide, match="colonnes illisibles"):
        examiner_table(colonnes(1, echeance=[ECHEANCE, ECHEANCE]), au=AU)
    with pytest.raises(DonneeInvalide, match="au"):
        examiner_table(pa.table(colonnes()), au=datetime(2026, 9, 1))  # type: ignore[arg-type]


def test_une_table_vide() -> None:
    rendu = examiner_table(schema().empty_table(), au=AU)
    assert (rendu.bilans.num_rows, rendu.rejets.num_rows, rendu.repris) == (0, 0, 0)
    assert rendu.bilans.schema == schema_des_bilans()
    assert rendu.rejets.schema == schema_des_rejets()


def test_les_schemas_disent_ce_qu_ils_attendent() -> None:
    assert "taux_dix_milliemes? : int64" in decrire()
    for table, attendu in (
        ("evenements", schema_des_evenements()),
        ("bilans", schema_des_bilans()),
        ("rejets", schema_des_rejets()),
    ):
        assert [x.partition(" : ")[0].rstrip("?") for x in decrire(table).splitlines()] == attendu.names
    assert examiner_table(pa.table(colonnes(), schema=None).select(list(colonnes())[::-1]), au=AU).bilans.num_rows == 1


def test_une_tranche_de_table_a_ses_propres_lignes() -> None:
    """Des colonnes d'un seul texte, sauf une ligne lointaine ; des références à blanc, à accent ou fautives ; des paiements."""
    n, rare = 3_000, 2_500
    qualites, references = ["commercant"] * n, [f"F-{i}" for i in range(n)]
    qualites[rare] = "consommateur"
    payes = [[date(2026, 6, 1), date(2026, 5, 20)] if i % 7 == 0 else None for i in range(n)]
    montants = [[10_000, i + 1] if jours else None for i, jours in enumerate(payes)]
    donnees = colonnes(n, debiteur_qualite=qualites, reference=references, paiements_le=payes, paiements_centimes=montants)
    table = pa.table(donnees)
    entiere = examiner_table(table, au=AU).bilans.to_pylist()
    assert [x["ligne"] for x in entiere if x["regime"] != "b2b"] == [rare]
    tranche = examiner_table(table.slice(1_400), au=AU).bilans.to_pylist()
    assert [x | {"ligne": x["ligne"] + 1_400} for x in tranche] == entiere[1_400:]
    for reference, fautive in (
        ("été", False),
        ("F 1", False),
        (" ", True),
        ("F\x7f", True),
        ("x" * 200, False),
        ("x" * 201, True),
    ):
        rendu = examiner_table(pa.table(donnees | {"reference": [*references[:-1], reference]}), au=AU)
        assert ([x["ligne"] for x in rendu.rejets.to_pylist()] == [n - 1]) is fautive
        assert rendu.repris == 0


def test_la_memoire_d_une_colonne_peut_deborder_de_ses_lignes() -> None:
    """Un tampon d'Arrow est d'au moins la taille de ses cases, sans qu'elle le divise."""

    def large(colonne: pa.Array) -> pa.Array:
        presents, nombres, *octets = colonne.buffers()
        return pa.Array.from_buffers(
            colonne.type, len(colonne), [presents, pa.py_buffer(nombres.to_pybytes() + b"\0"), *octets], offset=colonne.offset
        )

    table = pa.table(colonnes(3, emise_le=[EMISE, None, EMISE]))
    debordante = pa.table({nom: large(table.column(nom).chunk(0)) for nom in table.column_names})
    for premiere in (0, 1):
        rendu, attendu = (examiner_table(t.slice(premiere), au=AU) for t in (debordante, table))
        assert rendu.bilans.equals(attendu.bilans)
        assert rendu.rejets.equals(attendu.rejets)


# --- les rejets ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("faute", "motif"),
    [
        ({"reference": [None]}, "cellule vide"),
        ({"reference": [""]}, "cellule vide"),
        ({"reference": ["F\n1"]}, "saut de ligne"),
        ({"principal_centimes": [None]}, "principal_centimes : cellule vide"),
        ({"principal_centimes": [0]}, "strictement positif"),
        ({"principal_centimes": [-5]}, "strictement positif"),
        ({"emise_le": [None]}, "emise_le : cellule vide"),
        ({"echeance": [date(2026, 3, 1)]}, "précède l'émission"),
        ({"echeance": pa.array([10**7], pa.int32()).cast(pa.date32())}, "de l'an 1 à l'an 9999"),
        ({"debiteur_qualite": [None]}, "debiteur_qualite : cellule vide"),
        ({"debiteur_qualite": [""]}, "debiteur_qualite : cellule vide"),
        ({"debiteur_qualite": ["société"]}, "qualité inconnue"),
        ({"creancier_qualite": ["personne_publique"]}, "n'est pas encore décrite"),
        ({"acheteur": ["hopital"], "debiteur_qualite": ["personne_publique"]}, "acheteur"),
        ({"nature": ["tombola"]}, "n'est pas encore décrite"),
        ({"taux_dix_milliemes": [-1]}, "jamais négatif"),
        ({"taux_indexe": ["un peu"]}, "taux indexé illisible"),
        ({"taux_dix_milliemes": [1], "taux_indexe": ["BCE + 10"]}, "deux taux convenus"),
        ({"secteur": ["cirque"]}, "secteur inconnu"),
        ({"devise": ["EURO"]}, "devise"),
        ({"paiements_le": [[AU]], "paiements_centimes": [[]]}, "autant de jours que de montants"),
        ({"paiements_le": [[AU]], "paiements_centimes": [None]}, "autant de jours que de montants"),
        ({"paiements_le": [[AU]], "paiements_centimes": [[0]]}, "strictement positif"),
        ({"paiements_le": [[AU]], "paiements_centimes": [[None]]}, "cellule vide"),
        ({"paiements_le": [[None]], "paiements_centimes": [[5]]}, "une date est attendue"),
        ({"echeance": [date(9999, 12, 31)]}, "echeance : une date de 1900 à 2100"),
        ({"paiements_le": TROP_LOIN, "paiements_centimes": [[5, 5]]}, "paiements_le : une date civile"),
        ({"paiements_le": [[date(9999, 12, 31)]], "paiements_centimes": [[5]]}, "le : une date de 1900 à 2100"),
    ],
)
def test_une_ligne_fautive_dit_pourquoi_et_n_arrete_pas_les_autres(faute: Mapping[str, list], motif: str) -> None:
    saine = pa.table({k: pa.array(v) for k, v in colonnes().items()})
    fautive = pa.table({k: v if isinstance(v, pa.Array) else pa.array(v) for k, v in colonnes(1, **faute).items()})
    rendu = examiner_table(pa.concat_tables([fautive, saine], promote_options="permissive"), au=AU)
    (rejet,) = rendu.rejets.to_pylist()
    assert rejet["ligne"] == 0
    assert motif in rejet["motif"]
    assert [x["ligne"] for x in rendu.bilans.to_pylist()] == [1]
    with pytest.raises(Exception, match=motif):
        rendu.examiner(0)


# --- le moteur d'objets, de lui-même ---------------------------------------------------------------------------------


def test_le_noyau_ne_voit_que_ce_que_tout_regime_regit() -> None:
    """Née avant un régime et échue depuis, une ligne va aux objets, et ils disent les mêmes centimes."""
    assert en_date(NEES_DEPUIS) == max(r.depuis for r in pour("fr").regimes if r.depuis)
    tardif = evolve(pour("fr"), regimes=tuple(evolve(r, depuis=date(2026, 1, 1)) for r in pour("fr").regimes))
    assert examiner_table(pa.table(colonnes()), politique=Politique(droit=tardif), au=AU).repris == 1
    jours = {"emise_le": [date(2012, 12, 1), date(2013, 5, 1)], "echeance": [date(2013, 6, 1)] * 2}
    resultat = examiner(2, au=date(2014, 1, 1), **jours)
    assert [ligne["repris"] for ligne in resultat.bilans.to_pylist()] == [True, False]
    assert la_ligne(resultat)["penalites_centimes"] == 0 < la_ligne(resultat, 1)["penalites_centimes"]


def test_ce_qu_une_ligne_demande_de_plus_va_aux_objets() -> None:
    for autres in ({"devise": ["USD"]}, {"capitalisation": [True]}, {"secteur": ["transport"]}):
        assert la_ligne(examiner(1, **autres))["repris"]
    avoir = examiner(1, avoirs_le=[[date(2026, 6, 1)]], avoirs_centimes=[[400_000]])
    assert (la_ligne(avoir)["principal_centimes"], avoir.repris) == (600_000, 1)


def test_la_borne_de_64_bits_est_sure() -> None:
    """Juste sous la borne, le noyau ; juste au-dessus, les entiers de Python ; les mêmes centimes des deux côtés."""
    jours, plus_haut = (AU - ECHEANCE).days, 400_000
    borne = (interets.PLAFOND - interets.DIVISEUR) // (2 * plus_haut * jours)
    for principal, repris in ((borne, False), (borne + 1, True)):
        ligne = la_ligne(examiner(1, principal_centimes=[principal], taux_dix_milliemes=[plus_haut]))
        assert ligne["repris"] is repris
        assert ligne["penalites_centimes"] == (2 * principal * plus_haut * jours + 365_000_000) // 730_000_000
    for fois in ("99999", "999999999999", "9999999999999999"):
        assert la_ligne(examiner(1, principal_centimes=[1], taux_indexe=[f"{fois} × taux légal"]))["repris"]
    assert "au-delà de 64 bits" in le_motif(
        examiner(1, principal_centimes=[2**63 - 1], echeance=[date(2020, 1, 1)], emise_le=[date(2020, 1, 1)])
    )


def test_expliquer_revient_aux_raisons() -> None:
    rendu = examiner(2, paiements_le=[None, [date(2026, 6, 1)]], paiements_centimes=[None, [100_000]])
    assert rendu.examiner(1).total.valeur.centimes == la_ligne(rendu, 1)["total_centimes"]
    assert "L. 441-10" in rendu.expliquer(0)
    assert "paiement du 01/06/2026" in rendu.expliquer(1)
    with pytest.raises(DonneeInvalide, match="aucune ligne de ce rang"):
        rendu.expliquer(2)


# --- la seconde table ------------------------------------------------------------------------------------------------


def test_les_paiements_de_la_seconde_table_restent_en_colonnes() -> None:
    evenements = pl.DataFrame(
        {
            "creance": ["F-1", "F-0", "F-1"],
            "type": ["paiement"] * 3,
            "le": [date(2026, 7, 1), date(2026, 6, 1), date(2026, 5, 20)],
            "montant_centimes": [10_000, 20_000, 30_000],
        }
    )
    rendu = examiner(2, evenements=evenements, paiements_le=[[date(2026, 6, 15)], None], paiements_centimes=[[7], None])
    paye = {
        0: [(date(2026, 6, 1), 20_000), (date(2026, 6, 15), 7)],
        1: [(date(2026, 5, 20), 30_000), (date(2026, 7, 1), 10_000)],
    }
    for rang, versements in paye.items():
        faits = [Paiement(le=le, montant=Montant.de_centimes(m), creance="F-0") for le, m in versements]
        bilan = Politique().examiner(objet(), faits, au=AU)
        assert la_ligne(rendu, rang)["total_centimes"] == bilan.total.valeur.centimes
    assert rendu.repris == 0


def test_un_evenement_mene_sa_ligne_aux_objets() -> None:
    evenements = pa.table(
        {
            "creance": ["F-0", "F-1"],
            "type": ["mise_en_demeure", "acte_interruptif"],
            "le": [date(2026, 5, 10), date(2026, 6, 1)],
            "presentee_le": [date(2026, 5, 12), None],
            "cause": [None, "assignation"],
        }
    )
    rendu = examiner(3, evenements=evenements, debiteur_qualite=["consommateur"] * 3)
    demeure = MiseEnDemeure(le=date(2026, 5, 10), presentee_le=date(2026, 5, 12))
    acte = ActeInterruptif(le=date(2026, 6, 1), cause="assignation", creance="F-0")
    for rang, fait in ((0, demeure), (1, acte)):
        bilan = Politique().examiner(objet(Qualite.CONSOMMATEUR), [fait], au=AU)
        assert la_ligne(rendu, rang)["interets_centimes"] == bilan.interets.valeur.centimes
        assert la_ligne(rendu, rang)["prescription"] == bilan.prescription.valeur
    assert la_ligne(rendu)["interets_centimes"] > 0
    assert [x["repris"] for x in rendu.bilans.to_pylist()] == [True, True, False]


def test_un_plan_et_une_remise_vont_aux_objets() -> None:
    """Le plan tenu fait taire les rappels ; la remise réduit son poste : les mêmes sorties que le moteur d'objets."""
    jours, plan = [date(2026, 6, 15), date(2026, 9, 15)], date(2026, 5, 20)
    evenements = pa.table(
        {
            "creance": ["F-0", "F-0", "F-1"],
            "type": ["echeancier", "paiement", "remise"],
            "le": [plan, jours[0], plan],
            "montant_centimes": [None, 500_000, 100_000],
            "versements_le": pa.array([jours, None, None], pa.list_(pa.date32())),
            "versements_centimes": [[500_000, 500_000], None, None],
            "interets": ["abandonnes", None, None],
            "poste": [None, None, "principal"],
        }
    )
    rendu = examiner(3, evenements=evenements)
    versements = [(jour, Montant("5000.00")) for jour in jours]
    faits = (
        [
            Echeancier(le=plan, versements=versements, creances=["F-0"], interets="abandonnes"),
            Paiement(le=jours[0], montant="5000.00", creance="F-0"),
        ],
        [Remise(le=plan, montant="1000.00", creance="F-1")],
    )
    for rang, siens in enumerate(faits):
        bilan = Politique().examiner(evolve(objet(), reference=f"F-{rang}"), siens, au=AU)
        assert la_ligne(rendu, rang)["total_centimes"] == bilan.total.valeur.centimes
        assert la_ligne(rendu, rang)["etape"] == (bilan.prochaine.etape.cle if bilan.prochaine else None)
        assert la_ligne(rendu, rang)["prescription"] == bilan.prescription.valeur
    assert [x["repris"] for x in rendu.bilans.to_pylist()] == [True, True, False]


def test_les_frais_justifies_ont_leur_colonne() -> None:
    """Ce qui excède les 40 € ; le total est la somme de ses colonnes, sur chaque ligne."""
    frais = {"type": ["frais_justifies"], "le": [date(2026, 6, 10)], "montant_centimes": [10_000]}
    preuve = {"motif": ["cabinet"], "piece": ["facture n° 12"]}
    rendu = examiner(2, evenements=pa.table({"creance": ["F-0"]} | frais | preuve))
    assert [x["frais_centimes"] for x in rendu.bilans.to_pylist()] == [6_000, 0]
    postes = [f"{poste}_centimes" for poste in ("principal", "penalites", "interets", "indemnite", "frais")]
    for x in rendu.bilans.to_pylist():
        assert sum(x[poste] for poste in postes) == x["total_centimes"]
    assert (
        le_motif(examiner(evenements=pa.table({"creance": ["F-0"]} | frais))) == "motif : cellule vide, pour « frais_justifies »"
    )


@pytest.mark.parametrize(
    "autres", [{"devise": ["EUR"]}, {"capitalisation": [False]}, {"avoirs_le": [[]], "avoirs_centimes": [[]]}]
)
def test_une_valeur_qui_ne_dit_rien_reste_au_noyau(autres: Mapping[str, list]) -> None:
    tue, dite = examiner(1), examiner(1, **autres)
    assert dite.repris == 0
    assert la_ligne(dite) | {"devise": None} == la_ligne(tue) | {"devise": None}


@pytest.mark.parametrize(
    ("evenement", "motif"),
    [
        ({"type": ["licorne"], "le": [AU]}, "type inconnu"),
        ({"type": ["avoir"], "le": [AU]}, "montant : cellule vide"),
        ({"type": ["paiement"], "le": [None], "montant_centimes": [5]}, "le : cellule vide"),
        ({"type": ["blocage"], "le": [AU], "motif": ["decede"], "cause": ["saisie"]}, "cause : sans objet"),
        ({"type": ["suspension"], "le": [AU], "cause": ["sieste"]}, "cause"),
        ({"type": ["echeancier"], "le": [AU]}, "versements : cellule vide"),
        ({"type": ["echeancier"], "le": [AU], "versements_le": [[AU]]}, "versements_centimes : autant de jours que de montants"),
        ({"type": ["paiement"], "le": [AU], "montant_centimes": [5], "versements_le": [[]]}, "versements : sans objet"),
        ({"type": ["remise"], "le": [AU], "montant_centimes": [5], "poste": ["café"]}, "poste"),
        ({"type": ["paiement"], "le": pa.array([10**7], pa.int32()).cast(pa.date32()), "montant_centimes": [5]}, "an 9999"),
        ({"type": ["echeancier"], "le": [AU], "versements_le": TROP_LOIN, "versements_centimes": [[5, 5]]}, "an 9999"),
    ],
)
def test_un_evenement_faux_rejette_sa_creance(evenement: dict[str, object], motif: str) -> None:
    rendu = examiner(2, evenements=pa.table({"creance": ["F-0"], **evenement}))
    assert motif in le_motif(rendu)
    assert [x["ligne"] for x in rendu.bilans.to_pylist()] == [1]


def test_un_evenement_orphelin_ou_ambigu_est_rejete() -> None:
    paiement = {"type": ["paiement"], "le": [AU], "montant_centimes": [5]}
    orphelin = examiner(1, evenements=pa.table({"creance": ["F-9"], **paiement}))
    assert orphelin.rejets.to_pylist() == [
        {
            "ligne": None,
            "reference": "F-9",
            "champ": "creance",
            "motif": "cet événement nomme une créance qui n'est dans aucune ligne",
        }
    ]
    assert orphelin.bilans.num_rows == 1
    ambigu = examiner(3, reference=["A", "A", "B"], evenements=pa.table({"creance": ["A"], **paiement}))
    assert [x["ligne"] for x in ambigu.rejets.to_pylist()] == [0, 1]
    assert [x["reference"] for x in ambigu.bilans.to_pylist()] == ["B"]


# --- l'extra ---------------------------------------------------------------------------------------------------------


def test_sans_l_extra_l_erreur_le_nomme() -> None:
    code = (
        "import sys; sys.modules['pyarrow'] = None\n"
        "from recouvrement import DependanceManquante\n"
        "try:\n    from recouvrement.masse import examiner_table\n"
        "except DependanceManquante as e: print(e.extra, e)"
    )
    rendu = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=RACINE)
    assert rendu.stdout.startswith("masse ")
    assert 'pip install "recouvrement[masse]"' in rendu.stdout


def test_la_facade_et_la_politique_ne_chargent_pas_numpy() -> None:
    code = "import sys, recouvrement; recouvrement.Politique(); print('numpy' in sys.modules, 'pyarrow' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split() == ["False"] * 2
    )


def test_un_code_de_polars_est_un_texte() -> None:
    table = pl.DataFrame(colonnes(2)).with_columns(pl.col("debiteur_qualite", "creancier_qualite").cast(pl.Categorical))
    assert examiner_table(table, au=AU).bilans["penalites_centimes"].to_list() == [41_376, 41_376]


def test_les_lignes_du_decompte_a_la_demande() -> None:
    rendu = examiner(3)
    table = rendu.decompte([2, 0])
    assert table.schema == schema_des_decomptes()
    lues = table.to_pylist()
    assert [(x["ligne"], x["reference"]) for x in lues] == [(2, "F-2"), (0, "F-0")]
    premiere, seconde = lues[0]["decompte"]
    assert (premiere["jours"], premiere["taux_dix_milliemes"], premiere["montant_centimes"]) == (60, 121_500, 19_973)
    assert (seconde["du"], seconde["au"], seconde["montant_centimes"]) == (date(2026, 7, 1), AU, 21_403)
    assert sum(x["montant_centimes"] for x in lues[0]["decompte"]) == la_ligne(rendu, 2)["penalites_centimes"]
    with pytest.raises(DonneeInvalide, match="aucune ligne de ce rang"):
        rendu.decompte([3])
    assert examiner_table(pl.DataFrame(colonnes(1)), au=AU).decompte([0])["decompte"].list.len().to_list() == [2]
