"""Le client contre un faux serveur. Jamais éprouvé contre un vrai Odoo."""

import pickle
from datetime import date
from decimal import Decimal

import pytest
from faux_odoo import CLE, Base, serveur
from recouvrement_odoo import ErreurOdoo, Odoo, client, lire, noter, planifier
from recouvrement_odoo.__main__ import main

from recouvrement import Avoir, Paiement, Politique, Qualite

AU = date(2026, 9, 1)
SUD = {"vat": "FR27732829320", "company_registry": "732829320"}


@pytest.fixture
def base():
    return Base()


@pytest.fixture
def odoo(base):
    with serveur(base) as url:
        yield Odoo(url, base="essai", cle=CLE)


def bilan(odoo, au=AU):
    dossiers, anomalies = lire(odoo, 1)
    assert not [a for a in anomalies if a.gravite == "refus"]
    ((_, rendu),) = Politique().examiner_lot(dossiers, au=au)
    return rendu


def test_la_facture_de_reference_au_centime(base, odoo):
    base.ligne(base.tiers("Ateliers du Sud SAS", **SUD), 10000.0, "2026-04-01", echeance="2026-05-01")
    assert bilan(odoo).total.valeur.decimal == Decimal("10453.76")
    (chemin, entetes) = base.vus[0]
    assert chemin == "/json/2/account.move.line/search_read"
    assert entetes["X-Odoo-Database"] == "essai"


def test_paiement_partiel_avoir_et_reglement_libre(base, odoo):
    tiers = base.tiers("Sud", **SUD)
    facture = base.ligne(tiers, 1200.1, "2026-06-01", echeance="2026-07-01", reste=800.1)
    base.rapprocher(facture, base.ligne(tiers, -300.0, "2026-07-10", facture=False, reste=0), 300.0)
    base.rapprocher(facture, base.ligne(tiers, -100.0, "2026-07-12", numero="A-1", reste=0), 100.0)
    base.ligne(tiers, -50.0, "2026-07-15", facture=False)
    lu = bilan(odoo)
    assert lu.dossier.evenements == (
        Paiement(le=date(2026, 7, 10), montant="300.00", creance=str(facture), reference="rapprochement 1"),
        Avoir(le=date(2026, 7, 12), montant="100.00", creance=str(facture), reference="rapprochement 2"),
        Paiement(le=date(2026, 7, 15), montant="50.00", reference="ligne 4"),
    )


def test_deux_echeances_d_une_facture_une_indemnite(base, odoo):
    tiers = base.tiers("Sud", **SUD)
    for echeance in ("2026-05-01", "2026-06-01"):
        base.ligne(tiers, 500.0, "2026-04-01", echeance=echeance, numero="F-7")
    assert bilan(odoo).indemnite.valeur.centimes == 4000


def test_qualite_jamais_vers_le_haut(base, odoo):
    base.ligne(base.tiers("M. Lambert", is_company=True), 90.0, "2026-04-01", echeance="2026-05-01")
    dossiers, anomalies = lire(odoo, 1)
    assert dossiers[0].debiteur.qualite is Qualite.CONSOMMATEUR
    assert [a.champ for a in anomalies] == ["qualite"]
    dossiers, anomalies = lire(odoo, 1, qualites={2: Qualite.COMMERCANT})
    assert (dossiers[0].debiteur.qualite, anomalies) == (Qualite.COMMERCANT, ())


def test_un_courriel_faux_ne_perd_pas_la_creance(base, odoo):
    base.ligne(base.tiers("Sud", **SUD, email="a@b.fr; c@d.fr"), 90.0, "2026-04-01", echeance="2026-05-01")
    dossiers, (anomalie,) = lire(odoo, 1)
    assert dossiers[0].debiteur.courriel is None
    assert (anomalie.gravite, anomalie.champ) == ("alerte", "courriel")


def test_un_montant_qui_n_est_pas_en_centimes_est_refuse(base, odoo):
    base.ligne(base.tiers("Sud", **SUD), 0.1 + 0.2, "2026-04-01", echeance="2026-05-01")
    dossiers, (anomalie,) = lire(odoo, 1)
    assert not dossiers
    assert anomalie.gravite == "refus"


def test_un_paiement_refuse_retient_les_creances_qu_il_touche(base, odoo):
    tiers, autre = base.tiers("Sud", **SUD), base.tiers("Nord", is_company=True)
    payee, voisine = (base.ligne(tiers, 1200.0, "2026-06-01", echeance="2026-07-01", numero=f"F-{i}") for i in (1, 2))
    base.ligne(autre, 80.0, "2026-06-01", echeance="2026-07-01", numero="F-3")
    base.rapprocher(payee, base.ligne(tiers, -300.0, "2026-07-10", facture=False, reste=0), 0.1 + 0.2)
    base.ligne(tiers, -(0.1 + 0.2), "2026-07-15", facture=False)
    dossiers, anomalies = lire(odoo, 1)
    refus = [a.creances for a in anomalies if a.gravite == "refus"]
    assert refus == [(str(payee),), (str(payee), str(voisine))]
    assert (len(dossiers), [d.evenements for d in dossiers]) == (2, [(), ()])


def test_les_pages_se_suivent(base, odoo, monkeypatch):
    monkeypatch.setattr(client, "PAGE", 2)
    tiers = base.tiers("Sud", **SUD)
    for i in range(5):
        base.ligne(tiers, 100.0, "2026-04-01", echeance="2026-05-01", numero=f"F-{i}")
    assert len(bilan(odoo).creances) == 5


def test_la_note_et_l_activite_s_ecrivent_une_fois(base, odoo):
    base.ligne(base.tiers("Sud", **SUD), 10000.0, "2026-04-01", echeance="2026-05-01")
    lu = bilan(odoo)
    assert noter(odoo, lu) == [1]
    assert noter(odoo, lu) == []
    (note,) = base.tables["mail.message"]
    assert "453,76" in note["body"]
    assert planifier(odoo, lu) == [1]
    assert planifier(odoo, bilan(odoo, date(2026, 9, 2))) == [1]
    (activite,) = base.tables["mail.activity"]
    assert activite["date_deadline"] == "2026-09-02"
    assert activite["summary"] == "Recouvrement : courriel"


def test_la_cle_ne_se_montre_pas(base):
    with serveur(base) as url:
        odoo = Odoo(url, cle="mauvaise-cle")
        assert "mauvaise" not in repr(odoo)
        with pytest.raises(ErreurOdoo, match="401 Invalid apikey") as refus:
            lire(odoo, 1)
        assert refus.value.statut == 401
        assert "mauvaise" not in str(refus.value)
        with pytest.raises(TypeError):
            pickle.dumps(odoo)


def test_pas_de_cle_en_clair():
    with pytest.raises(ErreurOdoo, match="sans https"):
        Odoo("http://exemple.odoo.com", cle=CLE)


def test_une_redirection_n_est_pas_suivie(base):
    ailleurs = Base()
    with serveur(ailleurs) as cible, serveur(base, panne=(302, "", [("Location", cible)])) as url:
        with pytest.raises(ErreurOdoo, match="302"):
            lire(Odoo(url, cle=CLE), 1)
        assert not ailleurs.vus


@pytest.mark.parametrize(
    ("panne", "dit"),
    [
        ((200, "<html>"), "n'est pas du JSON"),
        ((500, '"Boum"'), "500 Boum"),
        ((403, '{"message": "non\\nmerci"}'), "403 non merci"),
    ],
)
def test_ce_qu_odoo_repond_de_travers(base, panne, dit):
    with serveur(base, panne=panne) as url, pytest.raises(ErreurOdoo, match=dit):
        lire(Odoo(url, cle=CLE), 1)


def test_un_hote_absent():
    with pytest.raises(ErreurOdoo, match="pas de réponse") as absent:
        Odoo("http://127.0.0.1:9", cle=CLE, delai=2).appeler("res.partner", "read")
    assert absent.value.statut == 0


def test_la_commande(base, monkeypatch, capsys):
    base.ligne(base.tiers("Sud", **SUD), 10000.0, "2026-04-01", echeance="2026-05-01")
    monkeypatch.setenv("ODOO_CLE", CLE)
    with serveur(base) as url:
        assert main(["--url", url, "--au", "2026-09-01"]) == 0
        assert not base.tables["mail.message"]
        assert main(["--url", url, "--au", "2026-09-01", "--ecrire"]) == 0
        assert len(base.tables["mail.message"]) == len(base.tables["mail.activity"]) == 1
    assert "453,76" in capsys.readouterr().out


def test_une_adresse_incomplete_est_dite(base, odoo):
    base.ligne(base.tiers("Sud", **SUD, street="3 rue Basse", city="Nice"), 90.0, "2026-04-01", echeance="2026-05-01")
    dossiers, (anomalie,) = lire(odoo, 1)
    assert dossiers[0].debiteur.adresse is None
    assert (anomalie.ou, anomalie.champ) == ("Sud", "adresse.code_postal")
