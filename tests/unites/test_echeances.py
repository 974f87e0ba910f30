"""Terme convenu, échéance et plafonds légaux : les exemples publiés, les bords du calendrier, la table."""

import tomllib
from datetime import date, timedelta
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, LYON, RACINE, SOCIETE, creance
from recouvrement import ConditionsPaiement, Creance, Debiteur, DonneeInvalide, Politique, Qualite, TableInvalide
from recouvrement.droit import pour
from recouvrement.droit.base import Regime
from recouvrement.droit.fr.echeances import AMENDE, AU_DELA, AU_DELA_PUBLIC, echeance
from recouvrement.droit.fr.plafonds import lire_plafonds, plafond, plafonds, secteurs
from recouvrement.droit.fr.termes import compter
from recouvrement.droit.tables import source
from recouvrement.modele.conditions import Terme
from recouvrement.resultat import Resultat

DROIT = pour("fr")
PUBLIEES = settings(max_examples=200, derandomize=True, deadline=None, database=None)
JOURS = st.dates(date(2013, 1, 1), date(2030, 12, 31)) | st.sampled_from(
    [date(2024, 2, 29), date(2024, 1, 31), date(2025, 1, 30), date(2026, 12, 31)]
)
TERMES = st.builds(
    Terme,
    jours=st.integers(0, 150),
    mois=st.integers(0, 6),
    fin_de_mois=st.sampled_from(["non", "avant", "apres"]),
    quantieme=st.none() | st.integers(1, 31),
    depart=st.sampled_from(["emission", "livraison", "reception", "service_fait", "dedouanement"]),
) | st.builds(Terme, jours=st.integers(0, 150), quantieme=st.none() | st.integers(1, 31), decade=st.just(True))


def d(texte: str) -> date:
    return date.fromisoformat(texte)


def nets(jours: int, **autres: object) -> Terme:
    return Terme(jours=jours, **autres)


def due(emise: str, terme: Terme | None = None, **champs: object) -> Creance:
    """Créance sans échéance donnée, entre sociétés, aux conditions dites."""
    conditions = {k: champs.pop(k) for k in ("secteur", "periodique") if k in champs}
    champs = {"echeance": None, "emise_le": d(emise)} | champs
    return creance(conditions=ConditionsPaiement(terme=terme, **conditions), **champs)


def regime(c: Creance) -> Regime:
    return DROIT.regime(c)


def calculer(c: Creance, **options: bool) -> Resultat[date]:
    return echeance(c, regime(c), **options)


def limite(c: Creance, vise: date | None = None) -> Resultat[date] | None:
    return plafond(c, regime(c), vise or calculer(c).valeur)


def cles(r: Resultat[date]) -> list[str]:
    return [x.cle for x in r.reserves]


# --- compter : les exemples publiés ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("depart", "terme", "fin"),
    [
        ("2025-04-10", nets(45, fin_de_mois="apres"), "2025-05-31"),  # exemples_argent.csv, 32
        ("2025-03-10", nets(45, fin_de_mois="avant"), "2025-05-15"),  # 34
        ("2011-10-07", nets(45), "2011-11-21"),  # 36
        ("2017-11-08", nets(30), "2017-12-08"),  # 38
        ("2011-10-22", nets(45, fin_de_mois="avant"), "2011-12-15"),  # 40, deuxième méthode
        ("2025-03-10", nets(30, fin_de_mois="avant"), "2025-04-30"),  # 44
        ("2025-01-15", nets(30, fin_de_mois="avant"), "2025-03-02"),  # 44
        ("2025-02-05", nets(30, fin_de_mois="avant"), "2025-03-30"),  # 44
        ("2003-03-01", nets(60, fin_de_mois="apres", quantieme=17), "2003-05-17"),  # 46
        ("2021-09-16", nets(45, fin_de_mois="avant"), "2021-11-14"),  # pairs/cas.md, D02 : un jour de septembre
        ("2016-01-14", nets(30, fin_de_mois="apres", quantieme=10), "2016-03-10"),  # pairs/cas.md, D04
        ("2016-01-14", nets(30, fin_de_mois="avant", quantieme=10), "2016-03-10"),  # D04, l'autre lecture : le même jour
        ("2026-03-02", nets(15), "2026-03-17"),  # pairs/cas.md, D06
    ],
)
def test_exemple_publie(depart: str, terme: Terme, fin: str) -> None:
    assert compter(terme, d(depart)) == d(fin)


@pytest.mark.parametrize(
    ("depart", "jours", "publie", "avant", "apres"),
    [
        # scribd, 40 : « 30/12 », or décembre a 31 jours
        ("2011-10-22", 45, "2011-12-30", "2011-12-15", "2011-12-31"),
        # devenir-traducteur, 42 : part de la fin du mois suivant (29/02 + 30 jours), aucune des deux méthodes
        ("2024-01-15", 30, "2024-03-30", "2024-03-01", "2024-02-29"),
        # finyear (argent.md, § d) : « un mois et demi » au lieu de 45 jours
        ("2025-01-10", 45, "2025-03-15", "2025-03-17", "2025-02-28"),
    ],
)
def test_desaccord_publie(depart: str, jours: int, publie: str, avant: str, apres: str) -> None:
    lus = [compter(nets(jours, fin_de_mois=f), d(depart)) for f in ("avant", "apres")]
    assert lus == [d(avant), d(apres)]
    assert d(publie) not in lus


@pytest.mark.parametrize(
    ("depart", "terme", "fin"),
    [
        ("2025-01-15", nets(45, fin_de_mois="apres"), "2025-03-31"),  # argent.md, § i : 1er mars en année commune
        ("2024-01-15", nets(45, fin_de_mois="apres"), "2024-02-29"),  # 29 février en année bissextile
        ("2024-01-31", Terme(mois=1), "2024-02-29"),
        ("2025-01-31", Terme(mois=1), "2025-02-28"),
        ("2025-01-31", Terme(mois=1, jours=1), "2025-03-01"),  # les mois d'abord
        ("2025-01-31", Terme(mois=3), "2025-04-30"),  # compté de l'origine, jamais de proche en proche
        ("2025-12-31", nets(0, fin_de_mois="avant"), "2025-12-31"),
        ("2025-12-15", nets(30, fin_de_mois="apres"), "2026-01-31"),
        ("2024-02-10", nets(0, fin_de_mois="apres"), "2024-02-29"),
        ("2025-02-05", Terme(quantieme=31), "2025-02-28"),  # pas de 31 en février
        ("2024-02-05", Terme(quantieme=30), "2024-02-29"),
        ("2025-02-28", Terme(quantieme=31), "2025-03-31"),  # strictement après
        ("2025-03-10", Terme(quantieme=10), "2025-04-10"),
        ("2025-03-09", Terme(quantieme=10), "2025-03-10"),
        ("2025-12-20", Terme(quantieme=5), "2026-01-05"),
        ("2025-04-30", nets(0, fin_de_mois="avant", quantieme=31), "2025-05-31"),
        ("2025-03-01", nets(30, decade=True), "2025-04-09"),
        ("2025-03-10", nets(30, decade=True), "2025-04-09"),
        ("2025-03-11", nets(30, decade=True), "2025-04-19"),
        ("2025-03-20", nets(30, decade=True), "2025-04-19"),
        ("2025-03-21", nets(30, decade=True), "2025-04-30"),
        ("2024-02-21", nets(0, decade=True), "2024-02-29"),
        ("2026-05-03", nets(0), "2026-05-03"),  # un dimanche : aucun report
    ],
)
def test_bords_du_calendrier(depart: str, terme: Terme, fin: str) -> None:
    assert compter(terme, d(depart)) == d(fin)


@pytest.mark.parametrize("terme", [nets(30), Terme(quantieme=10), Terme(mois=1)], ids=str)
def test_au_dela_des_dates_connues(terme: Terme) -> None:
    with pytest.raises(DonneeInvalide, match="dates connues"):
        compter(terme, date(9999, 12, 31))


# --- l'échéance ------------------------------------------------------------------------------------------------------


def test_l_echeance_donnee_l_emporte() -> None:
    c = due("2026-04-01", nets(30), echeance=d("2026-05-20"))
    assert (calculer(c).valeur, calculer(c).regle.cle, cles(calculer(c))) == (d("2026-05-20"), "echeance_donnee", [])


@pytest.mark.parametrize(
    ("depart", "champ"),
    [
        ("emission", None),
        ("livraison", "executee_le"),
        ("service_fait", "executee_le"),
        ("reception", "recue_le"),
        ("dedouanement", "executee_le"),
    ],
)
def test_depart_du_terme(depart: str, champ: str | None) -> None:
    terme = nets(30, depart=depart)
    sans = calculer(due("2026-04-01", terme))
    assert sans.valeur == d("2026-05-01")
    assert cles(sans)[:1] == ([f"delai_sans_{depart}"] if champ else [])
    if champ:
        avec = calculer(due("2026-04-01", terme, **{champ: d("2026-04-11")}))
        assert (avec.valeur, avec.regle.intitule) == (d("2026-05-11"), "Échéance selon le contrat")
        assert f"delai_sans_{depart}" not in cles(avec)
        assert avec.sachant[0].valeur == d("2026-04-11")


def test_la_reserve_nomme_la_date_qui_manque() -> None:
    assert "réception de la facture" in calculer(due("2026-04-01", nets(30, depart="reception"))).reserves[0].texte


def test_terme_echu_avant_l_emission() -> None:
    c = due("2026-04-01", nets(10, depart="livraison"), executee_le=d("2026-02-01"))
    assert (calculer(c).valeur, cles(calculer(c))) == (d("2026-04-01"), ["terme_avant_emission"])


def test_terme_contre_un_consommateur() -> None:
    c = due("2026-04-01", nets(120), debiteur=CONSOMMATEUR)
    assert (calculer(c).valeur, cles(calculer(c))) == (d("2026-07-30"), [])
    assert limite(c) is None


def test_l_explication_dit_le_terme() -> None:
    texte = calculer(due("2026-04-10", nets(45, fin_de_mois="apres"))).expliquer()
    assert "Échéance selon le contrat : 31\N{NO-BREAK SPACE}mai 2026" in texte
    assert "45 jours fin de mois, de : emission" in texte


@pytest.mark.parametrize("qui", [SOCIETE, COMMUNE, CONSOMMATEUR])
@pytest.mark.parametrize("donnee", [None, "2026-04-10"])
def test_secteur_inconnu(qui: Debiteur, donnee: str | None) -> None:
    c = due("2026-04-01", secteur="jouets", debiteur=qui, echeance=d(donnee) if donnee else None)
    with pytest.raises(DonneeInvalide, match=r"betail.*jouet.*vins"):
        calculer(c)


# --- les plafonds ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("secteur", "terme", "executee", "dernier"),
    [
        (None, None, None, "2026-06-14"),  # la plus longue des deux lectures : 30/04 + 45 jours
        (None, nets(30), None, "2026-06-09"),
        (None, nets(45, fin_de_mois="avant"), None, "2026-06-14"),
        (None, nets(45, fin_de_mois="apres"), None, "2026-06-09"),  # 31/05 : les 60 jours nets vont plus loin
        ("perissables", None, "2026-04-08", "2026-05-08"),
        ("fruits_legumes_integration", None, "2026-04-08", "2026-05-08"),
        ("raisins", None, "2026-04-08", "2026-05-08"),
        ("betail", None, "2026-04-08", "2026-04-28"),
        ("spiritueux", None, "2026-04-08", "2026-05-30"),
        ("vins", None, None, "2026-06-09"),
        ("transport", None, None, "2026-05-10"),
        ("espaces_verts", nets(55, fin_de_mois="avant"), None, "2026-06-24"),
        ("espaces_verts", nets(55, fin_de_mois="apres"), None, "2026-06-30"),
        ("espaces_verts", nets(60), None, "2026-06-09"),  # sans fin de mois stipulée : le droit commun
        ("materiel_agricole", nets(110, fin_de_mois="avant"), None, "2026-08-18"),
        ("materiel_agricole", nets(110, fin_de_mois="apres"), None, "2026-07-31"),
        ("sport", nets(90), None, "2026-07-09"),
        ("sport", nets(45, fin_de_mois="avant"), None, "2026-07-14"),
        ("cuir", nets(54, fin_de_mois="avant"), None, "2026-06-23"),
        ("horlogerie", nets(74), None, "2026-06-23"),
        ("horlogerie", nets(59, fin_de_mois="avant"), None, "2026-06-28"),
        ("horlogerie", nets(59, fin_de_mois="apres"), None, "2026-06-30"),
        ("jouet", nets(95), None, "2026-07-14"),
        ("export", nets(90), None, "2026-07-09"),
        ("outre_mer", nets(60, depart="dedouanement"), "2026-04-20", "2026-06-19"),
        (None, nets(60, depart="dedouanement"), "2026-04-20", "2026-06-19"),  # L. 441-13 par le terme seul
        ("perissables", nets(30, depart="dedouanement"), "2026-04-20", "2026-05-20"),
        ("transport", nets(30, depart="dedouanement"), "2026-04-05", "2026-05-10"),  # L. 441-13 ne vise pas le 5°
    ],
)
def test_plafond(secteur: str | None, terme: Terme | None, executee: str | None, dernier: str) -> None:
    """Facture du 10 avril 2026 ; argent.md, § d."""
    c = due("2026-04-10", terme, secteur=secteur, executee_le=d(executee) if executee else None)
    assert limite(c).valeur == d(dernier)


@pytest.mark.parametrize(
    ("secteur", "executee", "dernier"),
    [
        (None, None, "2026-05-25"),
        ("perissables", "2026-04-08", "2026-05-10"),
        ("raisins", "2026-04-11", "2026-05-20"),
        ("fruits_legumes_integration", "2026-04-08", "2026-05-30"),
        ("betail", "2026-04-08", "2026-04-28"),  # pas de ligne propre : celle du secteur
        ("outre_mer", "2026-04-20", "2026-06-04"),
    ],
)
def test_plafond_d_une_facture_periodique(secteur: str | None, executee: str | None, dernier: str) -> None:
    c = due("2026-04-10", secteur=secteur, periodique=True, executee_le=d(executee) if executee else None)
    assert limite(c).valeur == d(dernier)


@pytest.mark.parametrize(
    ("secteur", "emise", "contrat", "dernier"),
    [
        ("jouet", "2026-09-30", None, "2027-01-03"),
        ("jouet", "2026-10-01", None, "2026-12-15"),
        ("perissables", "2021-10-31", None, "2021-11-30"),  # avant le 1er novembre 2021 : fin de décade
        ("perissables", "2021-10-21", None, "2021-11-30"),
        ("perissables", "2021-11-01", None, "2021-12-01"),
        ("vins", "2021-10-01", None, "2021-12-15"),  # 45 jours fin de mois encore admis
        ("vins", "2021-11-01", None, "2021-12-31"),
        ("export", "2016-12-01", None, "2017-02-14"),  # avant L. 441-12 : droit commun
        ("cuir", "2015-12-01", None, "2016-02-14"),
        (None, "2026-04-10", "2008-12-31", None),  # contrat antérieur à la LME
    ],
)
def test_version_et_saison(secteur: str | None, emise: str, contrat: str | None, dernier: str | None) -> None:
    c = due(emise, secteur=secteur, executee_le=d(emise), contrat_le=d(contrat) if contrat else None)
    lu = limite(c)
    assert (lu and lu.valeur) == (d(dernier) if dernier else None)


def test_le_contrat_choisit_la_version_et_une_reserve_le_dit() -> None:
    c = due(
        "2026-04-11", nets(35, depart="livraison"), secteur="perissables", executee_le=d("2026-04-11"), contrat_le=d("2020-01-01")
    )
    assert limite(c).valeur == d("2026-05-20")
    assert cles(calculer(c)) == ["plafond_d_une_autre_version"]


@pytest.mark.parametrize(
    ("acheteur", "jours"), [("general", 30), ("sante", 50), ("entreprise_publique", 60), ("entite_adjudicatrice", 60)]
)
def test_plafond_d_un_acheteur_public(acheteur: str, jours: int) -> None:
    """CCP, art. R. 2192-10 et R. 2192-11 ; L. 2192-11 renvoie l'entité adjudicatrice au code de commerce."""
    qui = Debiteur(nom="Régie", qualite=Qualite.PERSONNE_PUBLIQUE, acheteur=acheteur)
    c = due("2026-04-10", nets(90), debiteur=qui, recue_le=d("2026-04-10"))
    assert limite(c).valeur == d("2026-04-10") + timedelta(days=jours)
    assert cles(calculer(c)) == [AU_DELA if acheteur == "entite_adjudicatrice" else AU_DELA_PUBLIC]
    assert calculer(c, plafonner=True).valeur == limite(c).valeur


def test_acheteur_public_sans_date_de_reception() -> None:
    assert cles(calculer(due("2026-04-10", nets(32), debiteur=COMMUNE))) == []
    assert cles(calculer(due("2026-04-10", nets(33), debiteur=COMMUNE))) == ["plafond_sans_reception", AU_DELA_PUBLIC]


def test_l_entite_adjudicatrice_ignore_les_autres_secteurs() -> None:
    """CCP, art. L. 2192-11 : L. 441-10, L. 441-11, II, 5° et L. 441-13 seulement."""
    qui = Debiteur(nom="Réseau", qualite=Qualite.PERSONNE_PUBLIQUE, acheteur="entite_adjudicatrice")
    lus = {s: limite(due("2026-04-10", nets(30), secteur=s, debiteur=qui)).valeur for s in ("perissables", "transport")}
    assert lus == {"perissables": d("2026-06-09"), "transport": d("2026-05-10")}


# --- ce qui dépasse --------------------------------------------------------------------------------------------------


def test_au_dela_du_plafond_gardee_avec_une_reserve() -> None:
    r = calculer(due("2026-04-10", nets(90)))
    assert (r.valeur, cles(r)) == (d("2026-07-09"), [AU_DELA])
    assert "60 jours de l'émission de la facture" in r.reserves[0].texte
    assert str(r.reserves[0].source) == "Code de commerce, art. L. 441-10, I"
    assert r.sachant[-1].valeur == d("2026-06-09")
    assert "Plafond légal, 60 jours de l'émission de la facture" in r.expliquer()


def test_ramenee_au_plafond() -> None:
    r = calculer(due("2026-04-10", nets(90)), plafonner=True)
    assert (r.valeur, r.regle.cle, cles(r)) == (d("2026-06-09"), "echeance_ramenee", ["echeance_plafonnee"])
    assert "dépasse le plafond légal" in r.motif
    assert [n.valeur for n in r.sachant] == [d("2026-07-09"), d("2026-06-09")]
    assert calculer(due("2026-04-10", nets(60)), plafonner=True).regle.cle == "echeance_du_contrat"


@pytest.mark.parametrize(
    ("donnee", "attendues", "plafonnee"),
    [
        ("2026-06-09", [], "2026-06-09"),  # 60 jours nets
        ("2026-06-10", ["fin_de_mois_a_stipuler"], "2026-06-10"),
        ("2026-06-14", ["fin_de_mois_a_stipuler"], "2026-06-14"),  # fin de mois, puis 45 jours
        ("2026-06-15", ["fin_de_mois_a_stipuler", AU_DELA], "2026-06-14"),
    ],
)
def test_echeance_donnee_entre_les_deux_plafonds(donnee: str, attendues: list[str], plafonnee: str) -> None:
    c = due("2026-04-10", echeance=d(donnee))
    assert cles(calculer(c)) == attendues
    assert calculer(c, plafonner=True).valeur == d(plafonnee)


def test_les_deux_lectures_de_45_jours_fin_de_mois_sont_admises() -> None:
    for emise in ("2026-01-01", "2026-01-31", "2024-02-29", "2026-12-15"):
        for f in ("avant", "apres"):
            assert cles(calculer(due(emise, nets(45, fin_de_mois=f)))) == []
            assert cles(calculer(due(emise, nets(80, fin_de_mois=f)))) == [AU_DELA]


def test_45_jours_fin_de_mois_le_15() -> None:
    """Le quantième qui suit mène au-delà des deux plafonds."""
    r = calculer(due("2026-04-10", nets(45, fin_de_mois="apres", quantieme=15)))
    assert (r.valeur, cles(r)) == (d("2026-06-15"), [AU_DELA])


def test_la_loi_du_secteur_est_plus_courte_que_la_loi_supplétive() -> None:
    """Bétail : vingt jours de la livraison, quand la loi en donne trente à défaut d'accord."""
    c = due("2026-04-10", secteur="betail", executee_le=d("2026-04-10"))
    assert (calculer(c).valeur, cles(calculer(c))) == (d("2026-05-10"), ["echeance_deduite", AU_DELA])
    assert calculer(c, plafonner=True).valeur == d("2026-04-30")


def test_facture_emise_avant_la_livraison() -> None:
    """Com., 10 novembre 2015, n° 14-15.968 : trente jours de la livraison au moins."""
    c = due("2026-01-10", nets(100), executee_le=d("2026-03-20"))
    assert cles(calculer(c)) == ["facturee_avant_execution", AU_DELA]
    assert calculer(c, plafonner=True).valeur == d("2026-04-19")
    assert cles(calculer(due("2026-01-10", executee_le=d("2026-03-20")))) == ["echeance_deduite", "facturee_avant_execution"]


def test_facture_emise_avant_la_livraison_mais_payable_dans_les_soixante_jours() -> None:
    assert cles(calculer(due("2026-01-10", nets(60), executee_le=d("2026-03-20")))) == []


def test_derogation_a_ses_reserves() -> None:
    r = calculer(due("2026-04-10", nets(95), secteur="jouet"))
    assert cles(r) == ["plafond_jouet_suppose", "plafond_jouet_a_verifier"]
    assert cles(calculer(due("2026-04-10", nets(60), secteur="jouet"))) == []


def test_livraison_inconnue() -> None:
    r = calculer(due("2026-04-10", nets(30), secteur="perissables"))
    assert (r.valeur, cles(r)) == (d("2026-05-10"), ["delai_sans_livraison"])


def test_vente_internationale_jamais_reduite() -> None:
    ailleurs = evolve(SOCIETE, adresse=evolve(LYON, pays="DE"))
    outre_mer = evolve(SOCIETE, adresse=evolve(LYON, pays="RE"))
    c = due("2026-04-10", nets(90), debiteur=ailleurs)
    assert calculer(c, plafonner=True) == calculer(c)
    assert cles(calculer(c)) == ["vente_internationale", AU_DELA]
    assert calculer(due("2026-04-10", nets(90), debiteur=outre_mer), plafonner=True).valeur == d("2026-06-09")


def test_l_amende_est_sourcee() -> None:
    assert "75 000 €" in AMENDE.intitule
    assert "2 millions" in AMENDE.intitule
    assert str(AMENDE.source) == "Code de commerce, art. L. 441-16"


# --- propriétés ------------------------------------------------------------------------------------------------------


@PUBLIEES
@given(JOURS, TERMES)
def test_jamais_avant_le_depart(jour: date, terme: Terme) -> None:
    assert compter(terme, jour) >= jour


@PUBLIEES
@given(JOURS, TERMES, st.integers(1, 60))
def test_plus_de_jours_jamais_plus_tot(jour: date, terme: Terme, plus: int) -> None:
    assert compter(evolve(terme, jours=terme.jours + plus), jour) >= compter(terme, jour)
    assert compter(terme, jour + timedelta(days=plus)) >= compter(evolve(terme, mois=0), jour)


@PUBLIEES
@given(
    JOURS,
    st.none() | TERMES,
    st.sampled_from(sorted(secteurs())),
    st.booleans(),
    st.none() | st.integers(-120, 120),
    st.booleans(),
)
def test_le_plafond_suit_l_emission_et_borne(
    jour: date, terme: Terme | None, secteur: str, periodique: bool, ecart: int | None, publique: bool
) -> None:
    executee = None if ecart is None else jour + timedelta(days=ecart)
    qui = COMMUNE if publique else SOCIETE
    c = due(jour.isoformat(), terme, secteur=secteur, periodique=periodique, executee_le=executee, debiteur=qui)
    convenue, ramenee = calculer(c), calculer(c, plafonner=True)
    dernier = limite(c, convenue.valeur)
    assert dernier.valeur >= jour
    assert ramenee.valeur == min(convenue.valeur, dernier.valeur)
    depasse = AU_DELA_PUBLIC if publique else AU_DELA
    assert (depasse in cles(convenue)) == (convenue.valeur > dernier.valeur)
    assert depasse not in cles(ramenee)
    assert len(set(convenue.reserves)) == len(convenue.reserves)
    assert dernier.source
    assert convenue.expliquer()


@PUBLIEES
@given(JOURS, st.integers(0, 200))
def test_le_raccourci_ne_change_rien(jour: date, ecart: int) -> None:
    """Sans secteur ni terme, le chemin court rend ce que rend le plafond."""
    c = due(jour.isoformat(), echeance=jour + timedelta(days=ecart))
    dernier = limite(c, c.echeance)
    assert (AU_DELA in cles(calculer(c))) == (c.echeance > dernier.valeur)
    assert cles(calculer(c))[:1] == (cles(dernier)[:1] or [AU_DELA] * (c.echeance > dernier.valeur))


# --- la table --------------------------------------------------------------------------------------------------------

TABLE = RACINE / "src/recouvrement/droit/fr/echeances.toml"


def test_chaque_ligne_est_sourcee_et_dite() -> None:
    assert {
        "general",
        "perissables",
        "betail",
        "spiritueux",
        "vins",
        "transport",
        "espaces_verts",
        "materiel_agricole",
    } <= secteurs()
    assert {"sport", "cuir", "horlogerie", "jouet", "export", "outre_mer", "raisins"} <= secteurs()
    for p in plafonds():
        assert p.source.texte
        assert p.source.article
        assert p.nom.startswith(str(p.puis or p.terme.jours))
        assert p.regimes <= {"b2b", "entite_adjudicatrice"}
        assert p.mois <= set(range(1, 13))
        assert not (p.au_choix and p.terme.fin_de_mois == "non")


def test_les_versions_d_un_secteur_se_suivent() -> None:
    """Ce qui finit le 31 octobre 2021 a une suite le 1er novembre."""
    for p in plafonds():
        if p.au:
            assert any(s.secteur == p.secteur and s.du == p.au + timedelta(days=1) for s in plafonds()), p.code


def test_la_table_ecrit_tout_ce_qu_elle_lit() -> None:
    brut = tomllib.loads(TABLE.read_text("utf-8"))["plafonds"]
    assert [source(b["source"]) for b in brut] == [p.source for p in plafonds()]
    assert [b.get("du") for b in brut] == [p.du for p in plafonds()]


_BON = """
[[plafonds]]
code = "a"
nom = "60 jours"
secteur = "general"
jours = 60
depart = "emission"
source = { texte = "T", article = "1" }
verifie = "etabli"
"""


def test_table_juste(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(_BON, encoding="utf-8")
    assert lire_plafonds(tmp_path / "t.toml")[0].terme == nets(60)


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("jours = 60\n", ""),
        ("jours = 60", "jours = -1"),
        ('"emission"', '"facture"'),
        ('"etabli"', '"sur"'),
        ('secteur = "general"\n', ""),
        ("jours = 60", "jours = 60\ninconnu = 1"),
        ("jours = 60", "jours = 60\ndu = 2020-01-02\nau = 2020-01-01"),
        ("jours = 60", 'jours = 60\nfin_de_mois = "milieu"'),
        ("[[plafonds]]", "[[autres]]"),
        ("[[plafonds]]", "[[plafonds]"),
        ('source = { texte = "T", article = "1" }\n', ""),
    ],
)
def test_table_fautive(tmp_path: Path, avant: str, apres: str) -> None:
    assert avant in _BON
    (tmp_path / "t.toml").write_text(_BON.replace(avant, apres), encoding="utf-8")
    with pytest.raises(TableInvalide) as refus:
        lire_plafonds(tmp_path / "t.toml")
    assert refus.value.fichier == "t.toml"


def test_code_repete(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(_BON * 2, encoding="utf-8")
    with pytest.raises(TableInvalide, match="répété"):
        lire_plafonds(tmp_path / "t.toml")


def test_creancier_etranger() -> None:
    ailleurs = evolve(CREANCIER, adresse=evolve(LYON, pays="BE"))
    assert "vente_internationale" in cles(calculer(due("2026-04-10", nets(90), creancier=ailleurs)))


@pytest.mark.parametrize(("pays", "alerte"), [("FR", False), ("GP", False), ("RE", False), ("NC", True), ("BE", True)])
def test_un_creancier_d_outre_mer_n_est_pas_etranger(pays: str, alerte: bool) -> None:
    """Guadeloupe et Réunion : la loi s'applique de plein droit (Constitution, art. 73) ; Nouvelle-Calédonie : non."""
    creance = due("2026-04-10", nets(30), creancier=evolve(CREANCIER, adresse=evolve(LYON, pays=pays)))
    bilan = Politique().examiner(creance, au=date(2026, 9, 1))
    assert ("creancier_etranger" in {a.cle for a in bilan.alertes}) is alerte
