"""Un paiement sans référence : unique, ambigu, ou rien ; jamais deviné, et la recherche dit ses bornes."""

import json
from datetime import date, timedelta

import pytest

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE, creance, dossier
from recouvrement import (
    Creancier,
    DonneeInvalide,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    Portefeuille,
    Qualite,
    Rapprochement,
    Relance,
)
from recouvrement.politique.rapprochement import AUCUN, BORNE, CANDIDATS, DEJA, ENSEMBLES, FACTURES, _cite, _mots, _nomme

P = Politique()
AU = date(2026, 9, 1)
AUTRE = Creancier(nom="Scierie des Monts SA", qualite=Qualite.COMMERCANT, siren="552100554")


def rapprocher(montant: object, *dossiers: Dossier, le: date = AU, reference: str = "", **options: object) -> Rapprochement:
    paiement = Paiement(le=le, montant=montant, reference=reference)
    return Portefeuille(dossiers, politique=P, au=AU).rapprocher(paiement, **options)


def factures(*montants: str, **autres: object) -> Dossier:
    """Des factures non échues, donc sans accessoires : F-001, F-002…"""
    autres = {"emise_le": date(2026, 8, 1)} | autres
    jours = [date(2026, 9, 10) + timedelta(days=n) for n in range(len(montants))]
    return dossier(*[creance(f"F-{n:03}", m, j, **autres) for n, (m, j) in enumerate(zip(montants, jours, strict=True), 1)])


def dit(r: Rapprochement) -> tuple[str, list[tuple[str, ...]]]:
    return r.issue, [c.creances for c in r.candidats]


# --- les trois issues ------------------------------------------------------------------------------------------------


def test_trois_factures_d_un_virement() -> None:
    """4 820 € = 1 200 + 2 400 + 1 220."""
    r = rapprocher("4820.00", factures("1200.00", "2400.00", "1220.00", "990.00"))
    assert dit(r) == ("unique", [("F-001", "F-002", "F-003")])
    assert r.complet
    assert [str(part.decimal) for _, part in r.candidats[0].parts] == ["1200.00", "2400.00", "1220.00"]


def test_ambigu() -> None:
    r = rapprocher("300.00", factures("100.00", "200.00", "300.00"))
    assert dit(r) == ("ambigue", [("F-003",), ("F-001", "F-002")])
    assert "à vous de choisir" in r.motif


def test_aucune_ni_au_dessus_ni_en_dessous() -> None:
    for montant in ("0.01", "299.99", "601.00", "99999999.00"):
        r = rapprocher(montant, factures("100.00", "200.00", "300.00"))
        assert (r.issue, r.motif, r.candidats) == ("aucune", AUCUN, ())


@pytest.mark.parametrize(
    ("montant", "assiette"),
    [
        ("10453.76", "total"),
        ("10000.00", "principal"),
        ("10413.76", "principal_et_interets"),
        ("10040.00", "principal_et_indemnite"),
    ],
)
def test_chaque_assiette(montant: str, assiette: str) -> None:
    r = rapprocher(montant, dossier(creance("F-1")))
    assert dit(r) == ("unique", [("F-1",)])
    assert (r.candidats[0].assiette, r.candidats[0].au) == (assiette, AU)
    assert any("123 jours" in raison for raison in r.candidats[0].raisons)


def test_rien_n_est_impute() -> None:
    d = dossier(creance("F-1"))
    p = Portefeuille([d], politique=P, au=AU)
    p.rapprocher(Paiement(le=AU, montant="10000.00"))
    assert p.dossiers == (d,)
    assert d.evenements == ()


# --- les jours -------------------------------------------------------------------------------------------------------


def test_les_penalites_sont_celles_du_jour_du_paiement() -> None:
    """Relevé lu le 1er septembre, paiement du 1er juillet : le total était de 10 242,12 €."""
    total = P.examiner(dossier(creance("F-1")), au=date(2026, 7, 1)).total.valeur
    r = rapprocher(total, dossier(creance("F-1")), le=date(2026, 7, 1))
    assert (r.issue, r.candidats[0].au) == ("unique", date(2026, 7, 1))
    assert rapprocher(total, dossier(creance("F-1"))).issue == "aucune"


@pytest.mark.parametrize("ecrit", [Relance(le=date(2026, 8, 10)), MiseEnDemeure(le=date(2026, 8, 10))])
def test_le_total_que_demandait_le_dernier_ecrit(ecrit: object) -> None:
    d = dossier(creance("F-1"), faits=(ecrit,))
    demande = P.examiner(d, au=date(2026, 8, 10)).total.valeur
    r = rapprocher(demande, d)
    assert (r.issue, r.candidats[0].assiette, r.candidats[0].au) == ("unique", "total", date(2026, 8, 10))
    assert "au 10 août 2026" in r.candidats[0].raisons[0].replace("\N{NO-BREAK SPACE}", " ")


def test_un_appel_n_ecrit_rien() -> None:
    d = dossier(creance("F-1"), faits=(Relance(le=date(2026, 8, 10), canal="telephone"),))
    assert rapprocher(P.examiner(d, au=date(2026, 8, 10)).total.valeur, d).issue == "aucune"


def test_ce_qui_a_ete_paye_depuis_n_est_pas_candidat() -> None:
    """Au jour du paiement, F-1 devait encore 10 000 € ; une part en a été payée depuis par un autre."""
    depuis = Paiement(le=date(2026, 8, 20), montant="9000.00", creance="F-1")
    assert rapprocher("10000.00", dossier(creance("F-1"), faits=(depuis,)), le=date(2026, 8, 1)).issue == "aucune"


def test_une_facture_emise_apres_le_paiement_n_est_pas_candidate() -> None:
    c = creance("F-1", "500.00", date(2026, 9, 20), emise_le=date(2026, 8, 25))
    assert rapprocher("500.00", dossier(c), le=date(2026, 8, 24)).issue == "aucune"
    assert rapprocher("500.00", dossier(c), le=date(2026, 8, 25)).issue == "unique"


# --- débiteurs, créanciers, devises ----------------------------------------------------------------------------------


def test_deux_debiteurs_ne_s_additionnent_pas() -> None:
    deux = factures("100.00"), factures("200.00", debiteur=COMMUNE)
    assert rapprocher("300.00", *deux).issue == "aucune"
    memes = factures("100.00"), factures("100.00", debiteur=COMMUNE)
    assert rapprocher("100.00", *memes).issue == "ambigue"
    assert dit(rapprocher("100.00", *memes, debiteur=COMMUNE))[0] == "unique"
    assert rapprocher("100.00", *memes, debiteur=COMMUNE.cle).candidats[0].debiteur == COMMUNE


def test_le_libelle_nomme_le_debiteur() -> None:
    memes = factures("100.00"), factures("100.00", debiteur=COMMUNE)
    r = rapprocher("100.00", *memes, libelle="VIR SEPA MENUISERIE DU PORT")
    assert (r.issue, r.candidats[0].debiteur) == ("unique", SOCIETE)
    assert "le libellé nomme le débiteur" in r.candidats[0].raisons


def test_deux_creanciers_ne_s_additionnent_pas() -> None:
    assert rapprocher("300.00", factures("100.00"), factures("200.00", creancier=AUTRE)).issue == "aucune"


def test_deux_dossiers_des_memes_parties_se_cherchent_ensemble() -> None:
    un, deux = dossier(creance("A-1", "100.00", date(2026, 9, 20))), dossier(creance("A-2", "200.00", date(2026, 9, 21)))
    assert dit(rapprocher("300.00", un, deux)) == ("unique", [("A-1", "A-2")])


def test_une_autre_devise_n_est_pas_candidate() -> None:
    assert rapprocher("100.00", dossier(creance("F-1", Montant("100.00", "USD"), date(2026, 9, 20)))).issue == "aucune"


# --- le libellé ------------------------------------------------------------------------------------------------------


def test_la_facture_nommee_leve_l_ambiguite() -> None:
    r = rapprocher("300.00", factures("100.00", "200.00", "300.00"), libelle="VIR FACT. F-002 MERCI")
    assert dit(r) == ("unique", [("F-001", "F-002")])
    assert r.nommees == ("F-002",)
    assert "le libellé nomme F-002" in r.candidats[0].raisons


def test_la_reference_du_paiement_est_un_libelle() -> None:
    assert rapprocher("300.00", factures("100.00", "200.00", "300.00"), reference="vir f003").issue == "unique"


@pytest.mark.parametrize("libelle", ["F-001", "F-001 F-002", "F-003 F-001"])
def test_un_libelle_que_le_montant_contredit_n_est_jamais_unique(libelle: str) -> None:
    r = rapprocher("300.00", factures("100.00", "250.00", "300.00"), libelle=libelle)
    assert dit(r) == ("ambigue", [("F-003",)])
    assert "n'explique pas" in r.motif


def test_la_facture_nommee_se_trouve_parmi_beaucoup_de_semblables() -> None:
    r = rapprocher("100.00", factures(*["100.00"] * 20), libelle="F-015")
    assert (dit(r), r.complet) == (("unique", [("F-015",)]), True)
    assert "n'explique pas" not in r.motif
    assert "le libellé nomme le débiteur" not in r.candidats[0].raisons


def test_une_facture_nommee_ne_compte_pas_deux_fois() -> None:
    assert dit(rapprocher("200.00", factures("100.00", "250.00"), libelle="F-001")) == ("aucune", [])


def test_une_facture_dont_le_principal_est_paye_n_accompagne_pas_les_autres() -> None:
    """Il n'en reste que des accessoires : elle n'est d'aucun ensemble de principaux."""
    paye = Paiement(le=date(2026, 8, 20), montant="10400.00", creance="F-1")
    d = dossier(creance("F-1"), creance("F-2", "700.00", date(2026, 8, 31)), faits=(paye,))
    bilan = P.examiner(d, au=AU).par_creance["F-1"]
    assert (bilan.principal.valeur, bool(bilan.total.valeur)) == (Montant.zero(), True)
    assert dit(rapprocher("700.00", d)) == ("unique", [("F-2",)])


@pytest.mark.parametrize(("le", "raison"), [(date(2026, 8, 20), "payé sans retard"), (date(2026, 8, 21), "payé 1 jour après")])
def test_payer_le_jour_de_l_echeance_n_est_pas_un_retard(le: date, raison: str) -> None:
    r = rapprocher("700.00", dossier(creance("F-1", "700.00", date(2026, 8, 20))), le=le)
    assert raison in r.candidats[0].raisons[-1]


def test_le_libelle_d_un_paiement_partiel() -> None:
    r = rapprocher("40.00", factures("100.00", "250.00"), libelle="acompte F-001")
    assert (r.issue, r.nommees) == ("aucune", ("F-001",))
    assert "F-001" in r.motif


def test_un_numero_partage_par_trois_echeances() -> None:
    """Le libellé nomme la facture, pas l'échéance : deux restent possibles."""
    trois = [creance(f"E-{n}", "100.00", date(2026, 9, 10 + n), facture="FA-2026-77") for n in (1, 2, 3)]
    r = rapprocher("100.00", dossier(*trois, creance("E-9", "100.00", date(2026, 9, 20))), libelle="FA-2026-77")
    assert (r.issue, [c.creances for c in r.candidats]) == ("ambigue", [("E-1",), ("E-2",), ("E-3",)])


@pytest.mark.parametrize(
    ("numero", "libelle", "vrai"),
    [
        ("F-2026/012", "vir F 2026 012", True),
        ("F-2026/012", "VIRF2026012", False),
        ("F-2026/012", "vir f2026012.", True),
        ("F-2026/012", "vir F 2026 0123", False),
        ("12", "vir 12", False),
        ("A-12", "vir a12", True),
        ("ABC", "vir abc", False),
        ("É-123", "vir e 123", True),
        ("F-1", "", False),
    ],
)
def test_ce_que_nommer_veut_dire(numero: str, libelle: str, vrai: bool) -> None:
    assert _cite(numero, _mots(libelle)) is vrai


@pytest.mark.parametrize(
    ("nom", "libelle", "vrai"),
    [
        ("Menuiserie du Port SARL", "VIR MENUISERIE DU PORT", True),
        ("Menuiserie du Port SARL", "VIR PORT MENUISERIE", False),
        ("Mme Camille Ferrand", "vir inst FERRAND CAMILLE", True),
        ("SAS", "vir sas", False),
        ("BEL SA", "vir bel", False),
    ],
)
def test_ce_que_nommer_un_debiteur_veut_dire(nom: str, libelle: str, vrai: bool) -> None:
    assert _nomme(nom, _mots(libelle)) is vrai


# --- les bornes ------------------------------------------------------------------------------------------------------


def test_beaucoup_de_solutions_le_dit() -> None:
    r = rapprocher("1000.00", factures(*["100.00"] * 20))
    assert (r.issue, len(r.candidats), r.complet) == ("ambigue", CANDIDATS, False)
    assert BORNE in r.motif


def test_autant_de_candidats_que_la_borne_est_encore_complet() -> None:
    r = rapprocher("100.00", factures(*["100.00"] * CANDIDATS))
    assert (r.issue, len(r.candidats), r.complet) == ("ambigue", CANDIDATS, True)


def test_au_dela_des_ensembles_les_petits_seulement() -> None:
    """La somme de trois se trouve, et quatre la dépasseraient toujours ; celle de quatre n'est pas cherchée, et c'est dit."""
    d = factures(*[str(Montant.de_centimes(10_000 + n * n).decimal) for n in range(ENSEMBLES + 4)])
    r = rapprocher("300.21", d)
    assert (dit(r), r.complet) == (("unique", [("F-002", "F-003", "F-005")]), True)
    r = rapprocher("400.14", d)
    assert (dit(r), r.complet) == (("aucune", []), False)
    assert BORNE in r.motif


def test_tout_le_compte_est_toujours_essaye() -> None:
    montants = [f"{n}.{n:02}" for n in range(1, ENSEMBLES + 20)]
    d = factures(*montants)
    r = rapprocher(sum((c.principal for c in d.creances), Montant.zero()), d)
    assert (len(r.candidats[0].parts), r.issue, r.complet) == (ENSEMBLES + 19, "ambigue", False)


def test_tout_ce_qui_est_echu_est_toujours_essaye() -> None:
    echues = [creance(f"F-{n:03}", f"{n}.{n:02}", date(2026, 8, 1)) for n in range(1, ENSEMBLES + 10)]
    d = dossier(*echues, creance("G-1", "9.99", date(2026, 12, 1), emise_le=date(2026, 8, 1)))
    r = rapprocher(sum((c.principal for c in echues), Montant.zero()), d)
    assert [len(c.parts) for c in r.candidats] == [ENSEMBLES + 9]


def test_plus_de_factures_que_la_borne() -> None:
    r = rapprocher("1.00", factures(*["1.00"] * (FACTURES + 1)))
    assert (r.issue, r.complet, len(r.candidats)) == ("ambigue", False, CANDIDATS)


def test_le_meme_jour_en_un_temps_borne() -> None:
    """Le pire cas : la borne des ensembles pleine, aucun qui convienne."""
    montants = [f"{7 * n + 101}.00" for n in range(ENSEMBLES)]
    r = rapprocher("1999.99", factures(*montants))
    assert (r.issue, r.complet) == ("aucune", True)


# --- les refus, et ce qui se montre ----------------------------------------------------------------------------------


def test_refus() -> None:
    p = Portefeuille([dossier(creance("F-1"))], politique=P, au=AU)
    with pytest.raises(DonneeInvalide, match="désigne déjà"):
        p.rapprocher(Paiement(le=AU, montant="1.00", creance="F-1"))
    with pytest.raises(DonneeInvalide, match="postérieur"):
        p.rapprocher(Paiement(le=AU + timedelta(days=1), montant="1.00"))


def test_un_paiement_deja_au_dossier() -> None:
    deja = Paiement(le=date(2026, 8, 1), montant="100.00", reference="P-1")
    r = rapprocher("100.00", dossier(creance("F-1"), creance("F-2", "100.00"), faits=(deja,)), reference="P-1")
    assert (r.issue, r.motif) == ("aucune", DEJA)


def test_il_se_montre() -> None:
    r = rapprocher("300.00", factures("100.00", "200.00", "300.00"))
    assert json.loads(json.dumps(r.vers_dict()))["candidats"][1]["parts"] == {"F-001": "100.00 EUR", "F-002": "200.00 EUR"}
    assert [(x["candidat"], x["reference"]) for x in r.vers_lignes()] == [(1, "F-003"), (2, "F-001"), (2, "F-002")]
    assert r.expliquer().startswith("Rapprochement de 300,00")
    assert "ambiguë" in r._repr_html_()
    assert CREANCIER.iban not in repr(r)
    assert rapprocher("100.00", factures("100.00", debiteur=CONSOMMATEUR)).candidats[0].debiteur == CONSOMMATEUR
