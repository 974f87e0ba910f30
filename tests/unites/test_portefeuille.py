"""Le portefeuille : ce qui vieillit, ce qui tarde, ce qui se prescrit, par où commencer."""

import json
import pickle
from datetime import date, timedelta
from decimal import Decimal

import pytest

from fabrique import COMMUNE, CONSOMMATEUR, SOCIETE, creance, dossier
from recouvrement import (
    Avoir,
    Contestation,
    Creancier,
    Debiteur,
    DonneeInvalide,
    Dossier,
    Echeancier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Poids,
    Politique,
    Portefeuille,
    Qualite,
    Rejet,
    Relance,
    Signal,
)
from recouvrement.politique.balance import MONTREES
from recouvrement.politique.dso import NON_EPUISE, SANS_VENTES

P = Politique()
AU = date(2026, 9, 1)
AUTRE = Creancier(nom="Scierie des Monts SA", qualite=Qualite.COMMERCANT, siren="552100554")


def portefeuille(*dossiers: Dossier, au: date = AU) -> Portefeuille:
    return Portefeuille(dossiers, politique=P, au=au)


def trois() -> list[Dossier]:
    return [
        dossier(
            creance("F-1"),
            creance("F-2", "1200.00", date(2026, 8, 20)),
            creance("F-3", "700.00", date(2026, 12, 1), emise_le=date(2026, 8, 25)),
        ),
        dossier(creance("C-1", "500.00", date(2024, 10, 15), debiteur=CONSOMMATEUR)),
        dossier(creance("U-1", Montant("99.00", "USD"), debiteur=COMMUNE)),
    ]


# --- les dossiers ----------------------------------------------------------------------------------------------------


def test_un_dossier_fautif_est_ecarte_et_dit() -> None:
    p = portefeuille(*trois(), dossier(creance("X-1", nature="inconnue", debiteur=COMMUNE)))
    (ecarte,) = p.ecartes
    assert (ecarte.debiteur, ecarte.creances, ecarte.erreur) == ("Commune de Port-Vallon", ("X-1",), "DroitIndisponible")
    assert "inconnue" in ecarte.message
    assert len(p.bilans) == 3
    assert repr(p) == "Portefeuille(4 dossiers, au=2026-09-01, 1 écartés)"
    assert "DroitIndisponible" in p._repr_html_()


def test_une_creance_sans_regime_n_ecarte_qu_elle() -> None:
    """Un transport n'ôte pas à son client les factures qui suivent un régime décrit."""
    faits = (
        Paiement(le=date(2026, 6, 1), montant="100.00", creance="T-1", reference="VIR-1"),
        Rejet(le=date(2026, 6, 3), paiement="VIR-1"),
        Relance(le=date(2026, 6, 10), creances=("F-1", "T-1")),
        Signal(le=date(2026, 6, 11), nature="silence"),
    )
    p = portefeuille(dossier(creance("F-1"), creance("T-1", nature="transport_marchandises"), faits=faits))
    (bilan,), (ecarte,) = p.bilans, p.ecartes
    assert (ecarte.creances, ecarte.erreur) == (("T-1",), "DroitIndisponible")
    assert "créance T-1" in ecarte.message
    assert bilan == P.examiner(creance("F-1"), (Relance(le=date(2026, 6, 10), creances=("F-1",)), faits[3]), au=AU)
    assert p.par("debiteur")[bilan.dossier.debiteur.cle].ecartes == (ecarte,)


def test_un_plan_qui_lie_une_creance_sans_regime_les_ecarte_toutes() -> None:
    """Sans elle, on ne sait pas si le plan est tenu : mieux vaut ne rien réclamer."""
    creances = (creance("F-1"), creance("T-1", nature="transport_marchandises"))
    for liees, ecartees in (((), 2), (("F-1", "T-1"), 2), (("F-1",), 1)):
        plan = Echeancier(le=date(2026, 6, 1), versements=[(date(2026, 12, 1), "10.00")], creances=liees)
        p = portefeuille(dossier(*creances, faits=(plan,)))
        assert (sum(len(e.creances) for e in p.ecartes), len(p.bilans)) == (ecartees, 2 - ecartees)


def test_rien_que_des_creances_sans_regime() -> None:
    p = portefeuille(dossier(creance("T-1", nature="transport_marchandises"), creance("X-1", nature="inconnue")))
    assert ([e.creances for e in p.ecartes], p.bilans) == ([("T-1",), ("X-1",)], ())


def test_une_creance_ne_compte_pas_deux_fois() -> None:
    with pytest.raises(DonneeInvalide, match="double"):
        portefeuille(dossier(creance("F-1")), dossier(creance("F-1"), creance("F-2")))
    assert len(portefeuille(dossier(creance("F-1")), dossier(creance("F-1", debiteur=COMMUNE))).bilans) == 2


@pytest.mark.parametrize(("dossiers", "au"), [(["pas un dossier"], AU), ([dossier()], "2026-09-01")])
def test_refus(dossiers: list, au: object) -> None:
    with pytest.raises(DonneeInvalide):
        Portefeuille(dossiers, politique=P, au=au)


def test_l_ordre_ne_change_rien_et_tout_se_serialise() -> None:
    un, deux = portefeuille(*trois()), portefeuille(*reversed(trois()))
    assert un == deux
    assert hash(un) == hash(deux)
    copie = pickle.loads(pickle.dumps(un))  # noqa: S301
    vues = ("balance_agee", "dso", "radar", "priorites", "penalites_non_reclamees")
    for vue in vues:
        assert getattr(un, vue)() == getattr(deux, vue)() == getattr(copie, vue)()


@pytest.mark.parametrize("vue", ["balance_agee", "radar", "priorites", "penalites_non_reclamees"])
def test_chaque_vue_se_montre(vue: str) -> None:
    p = portefeuille(*trois())
    montree = getattr(p, vue)()
    assert json.loads(json.dumps(montree.vers_dict()))["au"] == "2026-09-01"
    assert {type(v) for ligne in montree.vers_lignes() for v in ligne.values()} <= {str, Decimal, int, bool, date}
    assert "<script" not in montree._repr_html_()
    assert "Menuiserie du Port SARL" in montree._repr_html_()


def test_un_nom_hostile_est_echappe_et_une_longue_liste_coupee() -> None:
    lot = [dossier(creance(f"F-{i}", debiteur=Debiteur(nom=f"<b>{i}", qualite=Qualite.COMMERCANT))) for i in range(MONTREES + 3)]
    p = portefeuille(*lot)
    for vue in (p.balance_agee(), p.radar(), p.priorites(), p.penalites_non_reclamees()):
        page = vue._repr_html_()
        assert "<b>" not in page
        assert ">3 autres lignes" in page
        assert len(vue.vers_lignes()) == MONTREES + 3
    assert "autres lignes" not in portefeuille(*lot[:MONTREES]).radar()._repr_html_()


def test_par_debiteur_et_par_creancier() -> None:
    lot = [*trois(), dossier(creance("S-1", creancier=AUTRE))]
    p = portefeuille(*lot)
    par_debiteur, par_creancier = p.par("debiteur"), p.par("creancier")
    assert len(par_debiteur) == 3
    assert {len(x.dossiers) for x in par_creancier.values()} == {1, 3}
    assert par_creancier[AUTRE.cle] == portefeuille(lot[-1])
    assert par_creancier[AUTRE.cle].bilans == portefeuille(lot[-1]).bilans
    assert [len(x.dossiers) for cle, x in par_debiteur.items() if cle == SOCIETE.cle] == [2]
    with pytest.raises(DonneeInvalide, match="regroupement"):
        p.par("devise")


# --- balance âgée ----------------------------------------------------------------------------------------------------


def test_balance_agee() -> None:
    b = portefeuille(*trois()).balance_agee()
    assert b.tranches == ("non échu", "1 à 30 jours", "31 à 60 jours", "61 à 90 jours", "plus de 90 jours")
    societe = b.lignes[0]
    assert [str(m.decimal) for m in societe.tranches] == ["700.00", "1200.00", "0.00", "0.00", "10000.00"]
    assert societe.principal == Montant("11900.00")
    assert societe.accessoires == Montant("498.65")  # 453,76 € de F-1, 44,89 € de F-2
    assert societe.total == Montant("12398.65")
    assert [(p.creance, p.jours, p.tranche) for p in societe.postes] == [("F-1", 123, 4), ("F-2", 12, 1), ("F-3", -91, 0)]
    assert [(t.devise, str(t.principal.decimal)) for t in b.totaux] == [("EUR", "12400.00"), ("USD", "99.00")]


@pytest.mark.parametrize(("jour", "tranche"), [(0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)])
def test_les_bornes_des_tranches(jour: int, tranche: int) -> None:
    c = creance(echeance=AU - timedelta(days=jour))
    (poste,) = portefeuille(dossier(c)).balance_agee().lignes[0].postes
    assert poste.tranche == tranche


def test_conteste_prescrit_et_trop_percu_sont_a_part() -> None:
    vieux = creance("V-1", "300.00", date(2020, 1, 15))
    trop = Paiement(le=date(2026, 6, 1), montant="2500.00", creance="F-2")
    litige = Contestation(le=date(2026, 6, 1), creance="F-1", montant="4000.00")
    d = dossier(creance("F-1"), creance("F-2", "1000.00"), vieux, faits=(trop, litige))
    b = portefeuille(d).balance_agee()
    (ligne,) = b.lignes
    bilan = P.examiner(d, au=AU)
    assert ligne.dont_conteste == Montant("4000.00")
    assert ligne.dont_prescrit == bilan.par_creance["V-1"].total.valeur
    assert ligne.trop_percu == bilan.trop_percu != Montant.zero()
    assert ligne.total == bilan.total.valeur
    assert b.totaux[0].trop_percu == ligne.trop_percu


def test_une_facture_a_venir_n_est_d_aucun_total() -> None:
    p = portefeuille(dossier(creance("F-1"), creance("F-9", "500.00", date(2026, 12, 1), emise_le=date(2026, 11, 1))))
    assert p.balance_agee().totaux[0].principal == Montant("10000.00")
    assert [x.creance for x in p.radar().lignes] == ["F-1"]
    assert p.dso()[0].encours == Montant("10000.00")


def test_balance_par_creancier() -> None:
    b = portefeuille(*trois(), dossier(creance("S-1", "50.00", creancier=AUTRE))).balance_agee((45,), par="creancier")
    assert b.tranches == ("non échu", "1 à 45 jours", "plus de 45 jours")
    assert [(x.nom, x.devise) for x in b.lignes] == [
        ("Atelier Lumière SAS", "EUR"),
        ("Scierie des Monts SA", "EUR"),
        ("Atelier Lumière SAS", "USD"),
    ]


def test_une_tranche_d_un_seul_jour() -> None:
    assert portefeuille(dossier()).balance_agee((1,)).tranches == ("non échu", "1 jour", "plus de 1 jour")


@pytest.mark.parametrize("tranches", [(), (60, 30), (30, 30), (0, 30), ("30",), (True,)])
def test_tranches_refusees(tranches: tuple) -> None:
    with pytest.raises(DonneeInvalide, match="tranches"):
        portefeuille().balance_agee(tranches)


def test_un_portefeuille_vide() -> None:
    p = portefeuille()
    assert p.balance_agee().lignes == p.dso() == p.radar().lignes == p.priorites().lignes == ()


# --- DSO -------------------------------------------------------------------------------------------------------------


def encours(montant: str, le: date) -> Portefeuille:
    """Un seul impayé, émis ce jour-là."""
    return portefeuille(dossier(creance("F-1", montant, le + timedelta(days=30), emise_le=le)), au=le)


def test_dso_simple_d_un_exemple_publie() -> None:
    """30 000 € d'encours, 60 000 € de ventes sur 90 jours : 45 jours (Divalto, « Calcul automatique du DSO »)."""
    mois = [(date(2023, 1, 1), "20000.00"), (date(2023, 2, 1), "20000.00"), (date(2023, 3, 1), "20000.00")]
    (d,) = encours("30000.00", date(2023, 3, 31)).dso(mois=3, chiffre_d_affaires=mois)
    assert (d.jours, d.simple) == (90, Decimal("45.0"))
    assert not d.avertissements


def test_dso_par_epuisement_d_un_exemple_publie() -> None:
    """2 500 € fin novembre ; 1 200, 800 et 700 € de ventes : 30 + 31 + 500 ÷ 700 × 30 = 82,4 jours (Divalto)."""
    mois = {date(2026, 11, 1): "1200.00", date(2026, 10, 5): "800.00", date(2026, 9, 30): "700.00"}
    (d,) = encours("2500.00", date(2026, 11, 30)).dso(mois=3, chiffre_d_affaires=mois)
    assert d.epuisement == Decimal("82.4")
    assert [m.comptes for m in d.mois] == [Decimal("30.0"), Decimal("31.0"), Decimal("21.4")]
    assert "11/2026, 30,0" in d.expliquer()
    assert json.loads(json.dumps(d.vers_dict()))["epuisement"] == "82.4"
    assert "82,4" in d._repr_html_()


def test_dso_le_mois_entame_compte_ses_jours() -> None:
    (d,) = encours("1000.00", date(2026, 9, 10)).dso(mois=1, chiffre_d_affaires={date(2026, 9, 1): "4000.00"})
    assert (d.jours, d.simple, d.epuisement) == (10, Decimal("2.5"), Decimal("2.5"))


def test_dso_des_creances_nettes_des_avoirs_et_averti() -> None:
    avoir = Avoir(le=date(2026, 8, 20), montant="400.00", creance="F-1")
    paye = Paiement(le=date(2026, 8, 20), montant="800.00", creance="F-2")
    d = dossier(
        creance("F-1", "1000.00", date(2026, 9, 1), emise_le=date(2026, 8, 1)),
        creance("F-2", "800.00", date(2026, 8, 15), emise_le=date(2026, 7, 1)),
        faits=(avoir, paye),
    )
    (x,) = portefeuille(d, au=date(2026, 8, 31)).dso(mois=2)
    assert [str(m.ventes.decimal) for m in x.mois] == ["600.00", "800.00"]
    assert x.encours == P.examiner(d, au=date(2026, 8, 31)).principal.valeur
    assert "impayés" in x.avertissements[0]


def test_dso_le_donne_l_emporte_et_peut_ne_pas_suffire() -> None:
    p = encours("1000.00", date(2026, 9, 10))
    (d,) = p.dso(mois=1, chiffre_d_affaires={date(2026, 9, 1): "600.00"})
    assert d.epuisement is None
    assert d.avertissements == (NON_EPUISE,)
    (d,) = p.dso(mois=1, chiffre_d_affaires={date(2026, 9, 1): "0.00", date(2026, 8, 1): "9000.00"})
    assert (d.simple, d.avertissements) == (None, (SANS_VENTES,))
    assert d.epuisement == Decimal("13.4")  # 10 jours sans vente, puis 1 000 ÷ 9 000 × 31
    assert "indéterminé" in d.expliquer()


def test_dso_par_devise_jamais_melangees() -> None:
    p = portefeuille(*trois())
    assert [d.devise for d in p.dso(chiffre_d_affaires=[(AU, Montant("10", "CHF"))])] == ["CHF", "EUR", "USD"]


@pytest.mark.parametrize(
    ("donnes", "mois"),
    [
        ({date(2026, 10, 1): "1.00"}, 12),
        ({date(2026, 8, 1): "-1.00"}, 12),
        ([(date(2026, 8, 1), "1.00"), (date(2026, 8, 31), "1.00")], 12),
        ({"2026-08": "1.00"}, 12),
        ({date(2026, 8, 1): 1.5}, 12),
        ({}, 0),
        ({}, True),
        ({}, 121),
    ],
)
def test_dso_refus(donnes: object, mois: object) -> None:
    with pytest.raises(DonneeInvalide):
        portefeuille(dossier()).dso(mois=mois, chiffre_d_affaires=donnes)


# --- pénalités jamais réclamées --------------------------------------------------------------------------------------


def test_non_reclamees() -> None:
    payee = Paiement(le=date(2026, 7, 15), montant="500.00", creance="F-2")
    demeure = MiseEnDemeure(le=date(2026, 8, 1), creances=("F-3",))
    vieux = creance("V-1", "300.00", date(2020, 1, 15))
    d = dossier(creance("F-1"), creance("F-2", "500.00"), creance("F-3"), vieux, faits=(payee, demeure))
    n = portefeuille(d).penalites_non_reclamees()
    bilan = P.examiner(d, au=AU).par_creance
    assert [x.creance for x in n.lignes] == ["F-1", "F-2"]
    for x in n.lignes:
        b = bilan[x.creance]
        assert x.total == b.total.valeur - b.principal.valeur == sum(m for _, m in x.postes)
    assert n.totaux == (sum(x.total for x in n.lignes),)
    assert n.perdues == (bilan["V-1"].total.valeur - bilan["V-1"].principal.valeur,)


@pytest.mark.parametrize(("le", "lignes"), [(AU, 0), (AU + timedelta(days=1), 1)])
def test_une_mise_en_demeure_du_jour_reclame(le: date, lignes: int) -> None:
    assert len(portefeuille(dossier(faits=(MiseEnDemeure(le=le),))).penalites_non_reclamees().lignes) == lignes


def test_non_reclamees_principal_paye() -> None:
    """Tout le principal est payé, en retard : plus aucun rappel ne réclamera ce qui reste."""
    conventions = dossier(creance("F-1", "500.00"), faits=(Paiement(le=date(2026, 7, 15), montant="520.00", creance="F-1"),))
    (x,) = portefeuille(conventions).penalites_non_reclamees().lignes
    assert x.principal_paye
    assert "sur décision" in x.retenue


# --- radar -----------------------------------------------------------------------------------------------------------


def test_radar() -> None:
    vieux, limite = creance("V-1", "300.00", date(2020, 1, 15)), creance("L-1", "50.00", date(2021, 9, 1))
    r = portefeuille(*trois(), dossier(vieux, limite, creance("N-1", "10.00", date(2026, 8, 1)))).radar()
    assert [(x.creance, x.niveau) for x in r.lignes][:3] == [
        ("V-1", "prescrite"),
        ("L-1", "peut-être prescrite"),
        ("C-1", "sous 60 jours"),
    ]
    p = P.prescription(vieux, au=AU)
    assert (r.lignes[0].valeur, r.lignes[0].prudente) == (p.valeur, p.prudente)
    assert r.lignes[2].jours == (r.lignes[2].prudente - AU).days == 43
    assert [(t.niveau, t.total.devise, t.nombre) for t in r.totaux][-2:] == [
        ("au-delà de 365 jours", "EUR", 4),
        ("au-delà de 365 jours", "USD", 1),
    ]
    with pytest.raises(DonneeInvalide):
        portefeuille().radar((60, 60))
    assert portefeuille(dossier()).radar((1,)).niveaux[2:] == ("sous 1 jour", "au-delà de 1 jour")


def test_le_solde_n_est_pas_au_radar() -> None:
    payee = Paiement(le=date(2026, 4, 20), montant="10000.00", creance="F-1")
    assert portefeuille(dossier(faits=(payee,))).radar().lignes == ()


# --- priorités -------------------------------------------------------------------------------------------------------


def test_priorites_se_recomptent() -> None:
    p = portefeuille(*trois()).priorites()
    assert p.poids.somme == 100
    for x in p.lignes:
        exact = Decimal(sum(k.note * k.poids for k in x.criteres)) / p.poids.somme
        assert abs(x.note - exact) <= Decimal("0.05")
        assert all(0 <= k.note <= 100 and k.motif for k in x.criteres)
        assert x.debiteur in x.expliquer()
    assert [x.note for x in p.lignes] == sorted([x.note for x in p.lignes], reverse=True)


def test_les_poids_decident() -> None:
    seul = {"montant": 0, "retard": 0, "prescription": 0, "attente": 0}

    def premier(critere: str) -> str:
        return portefeuille(*trois()[:2]).priorites(Poids(**seul | {critere: 7})).lignes[0].debiteur

    assert premier("montant") == SOCIETE.nom
    assert premier("prescription") == CONSOMMATEUR.nom
    assert premier("retard") == CONSOMMATEUR.nom
    with pytest.raises(DonneeInvalide):
        Poids(**seul)
    for faux in (-1, True, 1.5, "1"):
        with pytest.raises(DonneeInvalide):
            Poids(montant=faux)


def test_ni_prescrit_ni_solde_et_la_part_contestee_ne_pese_pas() -> None:
    vieux = dossier(creance("V-1", "300.00", date(2020, 1, 15), debiteur=COMMUNE))
    litige = Contestation(le=date(2026, 6, 1), creance="F-1", montant="4000.00")
    (x,) = portefeuille(vieux, dossier(faits=(litige,))).priorites().lignes
    assert x.debiteur == SOCIETE.nom
    assert x.total.centimes - x.vif.centimes == 400_000
    assert x.action == ""
    assert "contestée" in x.retenues[0]


def test_une_action_due_depuis_le_jour_meme_compte_un_jour() -> None:
    due_le = P.examiner(dossier(), au=date(2026, 5, 1)).prochaine.le
    (x,) = portefeuille(dossier(), au=due_le).priorites().lignes
    assert x.criteres[-1].motif == "1 jour sur 30"
    assert x.criteres[-1].note == 3
    assert x.action in portefeuille(dossier(), au=due_le).priorites()._repr_html_().replace("&#x27;", "'")


def test_une_action_faite_ne_presse_plus() -> None:
    faite = Relance(le=AU, etape=P.scenario.etapes[0].cle)
    avant, apres = (portefeuille(dossier(faits=faits)).priorites().lignes[0] for faits in ((), (faite,)))
    assert avant.note > apres.note
    assert {k.cle: k.note for k in apres.criteres}["attente"] == 0
