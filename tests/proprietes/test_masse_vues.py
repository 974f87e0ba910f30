"""Les vues d'un portefeuille sur des colonnes disent ce que dit ``Portefeuille`` sur des dossiers d'une créance."""

from datetime import date
from random import Random

import polars as pl
import pyarrow as pa
import pytest
from attrs import evolve

from recouvrement import Debiteur, DonneeInvalide, Dossier, Paiement, Politique, Portefeuille, RecouvrementError
from recouvrement.masse import balance_agee, dso, examiner_table, priorites, radar
from recouvrement.politique.priorites import Poids

from .test_masse import creance, en_table, paiements

AU = date(2026, 11, 21)
CHIFFRE = {date(2025 + mois // 12, mois % 12 + 1, 1): f"{mois}00000000000.00" for mois in range(11, 23)}


@pytest.fixture(scope="module")
def les_deux() -> tuple[Portefeuille, pa.Table]:
    """Le même portefeuille, en objets et en colonnes : 600 créances de neuf débiteurs."""
    hasard, lignes = Random(7), []
    for rang in range(600):
        c = creance(hasard, rang)
        nom = f"Débiteur {rang % 9}"
        c = evolve(c, debiteur=Debiteur(nom=nom, identifiant=nom, qualite=c.debiteur.qualite, acheteur=c.debiteur.acheteur))
        faits: tuple[Paiement, ...] = paiements(hasard, c)
        try:
            Politique().examiner(c, faits, au=AU)
        except RecouvrementError:
            continue
        lignes.append((c, faits))
    creances = [c for c, _ in lignes]
    table = en_table(creances, [f for _, f in lignes]).append_column("debiteur", [[c.debiteur.nom for c in creances]])
    rendu = examiner_table(table, au=AU)
    assert rendu.rejets.num_rows == 0
    dossiers = [Dossier(creances=(c,), evenements=f) for c, f in lignes]
    return Portefeuille(dossiers, politique=Politique(), au=AU), rendu.bilans


@pytest.mark.parametrize("tranches", [(30, 60, 90), (1,), (15, 400)])
def test_la_balance_agee(les_deux: tuple[Portefeuille, pa.Table], tranches: tuple[int, ...]) -> None:
    portefeuille, bilans = les_deux
    balance = portefeuille.balance_agee(tranches)
    veut = {
        x.nom: [m.centimes for m in (*x.tranches, x.principal, x.accessoires, x.total, x.dont_prescrit, x.trop_percu)]
        for x in balance.lignes
    }
    rendue = balance_agee(bilans, au=AU, tranches=tranches)
    assert rendue.column_names[:2] == ["debiteur", "devise"]
    assert rendue.column_names[2 : 2 + len(balance.tranches)] == list(balance.tranches)
    assert {d["debiteur"]: list(d.values())[2:] for d in rendue.to_pylist()} == veut
    assert rendue.column("total").to_pylist() == sorted(rendue.column("total").to_pylist(), reverse=True)


def test_le_radar(les_deux: tuple[Portefeuille, pa.Table]) -> None:
    portefeuille, bilans = les_deux
    veut = [(x.creance, x.prudente, x.valeur, x.jours, x.niveau, x.total.centimes) for x in portefeuille.radar().lignes]
    champs = ("reference", "prudente", "valeur", "jours", "niveau", "total")
    rendu = [tuple(d[nom] for nom in champs) for d in radar(bilans, au=AU).to_pylist()]
    assert sorted(rendu) == sorted(veut)
    assert [x[1:3] for x in rendu] == [x[1:3] for x in veut]
    assert {x[4] for x in rendu} >= {"prescrite", "sous 180 jours", "au-delà de 365 jours"}


@pytest.mark.parametrize("poids", [Poids(), Poids(montant=0, retard=1, prescription=7, attente=3)])
def test_les_priorites(les_deux: tuple[Portefeuille, pa.Table], poids: Poids) -> None:
    portefeuille, bilans = les_deux
    veut = [
        (x.creances[0], int(x.note * 10), *(c.note for c in x.criteres), x.total.centimes)
        for x in portefeuille.priorites(poids).lignes
    ]
    champs = ("reference", "note_dixiemes", "montant", "retard", "prescription", "attente", "total")
    rendu = [tuple(d[nom] for nom in champs) for d in priorites(bilans, au=AU, poids=poids).to_pylist()]
    assert sorted(rendu) == sorted(veut)
    assert [x[1] for x in rendu] == [x[1] for x in veut]


def test_le_dso_demande_les_ventes(les_deux: tuple[Portefeuille, pa.Table]) -> None:
    portefeuille, bilans = les_deux
    (veut,) = portefeuille.dso(chiffre_d_affaires=CHIFFRE)
    (rendu,) = dso(bilans, au=AU, chiffre_d_affaires=CHIFFRE)
    assert (rendu.simple, rendu.encours, rendu.ventes) == (veut.simple, veut.encours, veut.ventes)
    assert rendu.simple is not None


def test_une_facture_a_venir_n_est_d_aucun_total() -> None:
    colonnes = {
        "reference": ["F-1", "F-2"],
        "principal_centimes": [100, 900],
        "emise_le": [date(2026, 1, 1), date(2026, 12, 1)],
        "creancier_qualite": ["commercant"] * 2,
        "debiteur_qualite": ["commercant"] * 2,
    }
    bilans = examiner_table(pl.from_arrow(pa.table(colonnes)), au=AU).bilans
    balance = balance_agee(bilans, au=AU)
    assert isinstance(balance, pl.DataFrame)
    assert balance["principal"].to_list() == [100]
    assert balance["devise"].to_list() == ["EUR"]
    assert radar(bilans, au=AU)["reference"].to_list() == ["F-1"]
    assert priorites(bilans, au=AU)["reference"].to_list() == ["F-1"]


def test_deux_devises_ne_s_additionnent_pas() -> None:
    colonnes = {
        "reference": ["F-1", "F-2", "F-3"],
        "principal_centimes": [100, 900, 50],
        "emise_le": [date(2026, 1, 1)] * 3,
        "creancier_qualite": ["commercant"] * 3,
        "debiteur_qualite": ["commercant"] * 3,
        "devise": [None, "USD", "EUR"],
    }
    balance = balance_agee(examiner_table(pa.table(colonnes), au=AU).bilans, au=AU).to_pylist()
    assert [(x["devise"], x["principal"]) for x in balance] == [("EUR", 150), ("USD", 900)]


def test_une_autre_table_est_refusee() -> None:
    with pytest.raises(DonneeInvalide, match="ce n'est pas une table de bilans"):
        balance_agee(pa.table({"reference": ["F-1"]}), au=AU)
    bilans = examiner_table(
        pa.table(
            {
                "reference": pa.array([], pa.string()),
                "principal_centimes": pa.array([], pa.int64()),
                "emise_le": pa.array([], pa.date32()),
                "creancier_qualite": pa.array([], pa.string()),
                "debiteur_qualite": pa.array([], pa.string()),
            }
        ),
        au=AU,
    ).bilans
    assert balance_agee(bilans, au=AU).num_rows == radar(bilans, au=AU).num_rows == priorites(bilans, au=AU).num_rows == 0
    with pytest.raises(DonneeInvalide, match="tranches illisibles"):
        balance_agee(bilans, au=AU, tranches=(60, 30))


def test_une_somme_qui_deborde_est_refusee() -> None:
    colonnes = {
        "reference": ["F-1", "F-2"],
        "principal_centimes": [2**62, 2**62],
        "emise_le": [date(2026, 1, 1)] * 2,
        "echeance": [date(2027, 1, 1)] * 2,
        "creancier_qualite": ["commercant"] * 2,
        "debiteur_qualite": ["commercant"] * 2,
    }
    bilans = examiner_table(pa.table(colonnes), au=AU).bilans
    assert priorites(bilans, au=AU).column("montant").to_pylist() == [100, 100]
    with pytest.raises(DonneeInvalide, match="une somme dépasse 64 bits"):
        balance_agee(bilans, au=AU)
