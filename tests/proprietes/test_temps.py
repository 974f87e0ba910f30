"""I-18, I-22 à I-24 et I-26 : délais, calendrier, délais de procédure, prescription, contre dateutil et contre ``holidays``."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, SOCIETE, creance
from proprietes.strategies import creances, dates, examens, paiements, profil
from recouvrement import Calendrier, Delai, DelaiAmbigu, DonneeInvalide, Paiement, Politique, Quantieme
from recouvrement.droit.fr.delais import delais
from recouvrement.droit.fr.jours_feries import TERRITOIRES
from recouvrement.resultat import toutes_reserves

P = Politique()
jours = dates(date(1990, 1, 1), date(2060, 12, 31))
mois = st.integers(0, 240)


def _plus_mois(jour: date, n: int) -> date:
    """Second calcul : même quantième, sinon le dernier jour du mois."""
    annee, rang = divmod(jour.year * 12 + jour.month - 1 + n, 12)
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))


# --- délais ----------------------------------------------------------------------------------------------------------


@profil(300)
@given(jours, st.integers(0, 30), mois, st.integers(0, 400))
def test_i24_mois_puis_jours(jour: date, annees: int, n: int, j: int) -> None:
    attendu = _plus_mois(jour, 12 * annees + n) + timedelta(days=j)
    assert Delai(annees=annees, mois=n, jours=j).depuis(jour) == attendu


@profil(300)
@given(jours, mois, mois)
def test_i24_enchainer_n_est_pas_compter_de_l_origine(jour: date, n: int, m: int) -> None:
    enchaine = Delai(mois=m).depuis(Delai(mois=n).depuis(jour))
    assert abs((enchaine - Delai(mois=n + m).depuis(jour)).days) <= 3


@profil(300)
@given(jours, jours, mois)
def test_i22_monotone(a: date, b: date, n: int) -> None:
    a, b = min(a, b), max(a, b)
    assert Delai(mois=n).depuis(a) <= Delai(mois=n).depuis(b)


@profil(150)
@given(jours, mois)
def test_quantieme_refuse_ou_rend_le_meme(jour: date, n: int) -> None:
    attendu = _plus_mois(jour, n)
    if attendu.day == jour.day:
        assert Delai(mois=n).depuis(jour, sinon=Quantieme.REFUSER) == attendu
    else:
        with pytest.raises(DelaiAmbigu):
            Delai(mois=n).depuis(jour, sinon=Quantieme.REFUSER)


# --- calendrier ------------------------------------------------------------------------------------------------------


@profil(150)
@given(st.sampled_from(TERRITOIRES), jours)
def test_i23_reporter_et_reculer(territoire: str, jour: date) -> None:
    c = Calendrier(territoire)
    apres, avant = c.reporte(jour), c.recule(jour)
    assert avant <= jour <= apres
    assert c.ouvre(apres)
    assert c.ouvre(avant)
    entre = [avant + timedelta(days=i) for i in range(1, (apres - avant).days)]
    assert not any(c.ouvre(j) for j in entre)
    assert (c.reporte(apres), c.recule(avant)) == (apres, avant)
    assert not c.ouvre(jour) or c.ouvrable(jour)


@profil(150)
@given(jours, st.integers(0, 30))
def test_plus_ouvres_compte_les_jours_ouvres(jour: date, n: int) -> None:
    c = Calendrier()
    fin = c.plus_ouvres(jour, n)
    assert sum(c.ouvre(jour + timedelta(days=i)) for i in range(1, (fin - jour).days + 1)) == n
    assert n == 0 or c.ouvre(fin)


@profil(120)
@given(jours, st.lists(jours, max_size=4))
def test_un_jour_chome_n_est_jamais_ouvre(jour: date, chomes: list[date]) -> None:
    c = Calendrier(jours_chomes=[*chomes, jour])
    assert not c.ouvre(jour)
    assert not c.ouvrable(jour)


@profil(150)
@given(jours, st.integers(0, 30))
def test_plus_ouvrables_ajoute_les_samedis(jour: date, n: int) -> None:
    c = Calendrier()
    fin = c.plus_ouvrables(jour, n)
    assert sum(c.ouvrable(jour + timedelta(days=i)) for i in range(1, (fin - jour).days + 1)) == n
    assert fin <= c.plus_ouvres(jour, n)


@lru_cache
def _holidays(annee: int, territoire: str | None) -> frozenset[date]:
    return frozenset(holidays.France(subdiv=territoire, years=annee))


def _pentecote(annee: int) -> date:
    return next(j for j, nom in Calendrier().feries(annee).items() if nom == "Lundi de Pentecôte")


@pytest.mark.parametrize("annee", range(1982, 2051))
def test_i26_les_onze_jours_feries(annee: int) -> None:
    """``holidays`` tait le lundi de Pentecôte de 2005 à 2007 : la loi du 30 juin 2004 l'avait rendu ouvré en pratique (journée
    de solidarité), sans l'ôter de l'article L. 3133-1 (alors L. 222-1)."""
    nos, leurs = set(Calendrier().feries(annee)), set(_holidays(annee, None))
    assert nos - leurs <= ({_pentecote(annee)} if 2005 <= annee <= 2007 else set())
    assert leurs <= nos
    assert len(nos) == 11 - (_ascension(annee) in [date(annee, 5, 1), date(annee, 5, 8)])


def _ascension(annee: int) -> date:
    return _pentecote(annee) - timedelta(days=11)


CODES = {
    "alsace_moselle": "57",
    "guadeloupe": "971",
    "martinique": "972",
    "guyane": "973",
    "reunion": "974",
    "mayotte": "976",
    "saint_barthelemy": "BL",
    "saint_martin": "MF",
    "nouvelle_caledonie": "NC",
    "polynesie": "PF",
    "wallis_et_futuna": "WF",
}


def _d_usage(territoire: str, annee: int) -> set[date]:
    """Ce que ``holidays`` a de plus, et pourquoi nous ne l'avons pas.

    Vendredi saint et mi-carême de Guadeloupe, 21 juillet des Antilles : des usages, que l'article L. 3422-2 ne nomme pas. À
    Saint-Martin, il suit l'usage (28 mai) et nous le texte (27 mai).
    """
    paques = _pentecote(annee) - timedelta(days=50)
    jours = set()
    if territoire == "guadeloupe":
        jours |= {paques - timedelta(days=2), paques - timedelta(days=24)}
    if territoire in {"guadeloupe", "martinique", "saint_martin"}:
        jours |= {date(annee, 7, 21)}
    return jours | ({date(annee, 5, 28)} if territoire == "saint_martin" else set())


@pytest.mark.parametrize("territoire", sorted(CODES))
def test_i26_les_jours_propres_a_un_territoire(territoire: str) -> None:
    for annee in range(1982, 2051):
        nationaux = set(Calendrier().feries(annee))
        nos = set(Calendrier(territoire).feries(annee)) - nationaux
        leurs = _holidays(annee, CODES[territoire]) - nationaux
        notre_texte = {date(annee, 5, 27)} if territoire == "saint_martin" else set()
        assert nos - leurs <= notre_texte, annee
        assert leurs - nos <= _d_usage(territoire, annee), annee


def test_i26_l_alsace_est_la_moselle() -> None:
    for annee in range(1982, 2051):
        assert _holidays(annee, "6AE") == _holidays(annee, "57")


# --- délais de procédure ---------------------------------------------------------------------------------------------

departs = dates(date(2027, 3, 2), date(2090, 12, 31))
cles = st.sampled_from(sorted(delais()))


@profil(300)
@given(cles, departs, st.sampled_from(TERRITOIRES))
def test_i23_un_delai_finit_un_jour_ouvre_et_le_premier(cle: str, depart: date, territoire: str) -> None:
    """Le second calcul part de l'origine : les mois, puis les jours, puis un jour à la fois jusqu'à un jour ouvré."""
    c, ligne = Calendrier(territoire), delais()[cle]
    terme = P.delai(cle, depart=depart, calendrier=c)
    duree = ligne.redactions[-1].duree
    attendu = _plus_mois(depart, duree.mois) + timedelta(days=duree.jours)
    while ligne.calcul != "calendaire" and (attendu.weekday() > 4 or attendu in c.feries(attendu.year)):
        attendu += timedelta(days=1)
    assert terme.valeur == attendu
    assert set(c.reserves) <= set(toutes_reserves(terme)) or ligne.calcul == "calendaire"


@profil(200)
@given(cles, departs, departs)
def test_i22_un_delai_parti_plus_tard_ne_finit_pas_plus_tot(cle: str, a: date, b: date) -> None:
    a, b = min(a, b), max(a, b)
    assert P.delai(cle, depart=a).valeur <= P.delai(cle, depart=b).valeur


@profil(200)
@given(cles, departs, st.sampled_from(["outre_mer", "etranger"]))
def test_la_distance_n_avance_rien_et_rien_n_est_allonge_en_silence(cle: str, depart: date, distance: str) -> None:
    sans = P.delai(cle, depart=depart)
    ligne = delais()[cle]
    if ligne.allongement is None and not ligne.pas_avant:
        with pytest.raises(DonneeInvalide, match="allonge"):
            P.delai(cle, depart=depart, distance=distance)
        return
    avec = P.delai(cle, depart=depart, distance=distance)
    assert avec.valeur >= sans.valeur
    assert "allongement_avant_report" in {r.cle for r in toutes_reserves(avec)}
    assert ligne.pas_avant or avec.valeur > sans.valeur


@profil(200)
@given(departs, st.sampled_from(["aucune", "outre_mer", "etranger"]))
def test_on_n_execute_jamais_avant_la_fin_de_l_opposition(depart: date, distance: str) -> None:
    fins = [P.delai(f"injonction_{quoi}", depart=depart, distance=distance).valeur for quoi in ("opposition", "execution")]
    assert fins == sorted(fins)


# --- prescription ----------------------------------------------------------------------------------------------------


@profil(120)
@given(creances(), st.data())
def test_i18_un_paiement_n_avance_jamais_la_prescription(c, data) -> None:
    au = data.draw(examens(c, 3000))
    paye = data.draw(paiements(c, etendue=2500))
    sans, avec = P.prescription(c, au=au), P.prescription(c, [paye], au=au)
    assert avec.valeur >= sans.valeur
    assert avec.prudente >= sans.prudente
    if paye.le > sans.valeur or paye.le > au or paye.le <= c.echeance:
        assert avec.valeur == sans.valeur
    elif c.debiteur is not COMMUNE:
        assert avec.valeur == Delai(annees=2 if c.debiteur is CONSOMMATEUR else 5).depuis(paye.le)


@profil(150)
@given(creances(), st.data())
def test_i20_l_ordre_des_paiements_ne_change_rien(c, data) -> None:
    faits = data.draw(st.lists(paiements(c, etendue=2500), max_size=4))
    au = data.draw(examens(c, 3000))
    assert P.prescription(c, faits, au=au) == P.prescription(c, faits[::-1], au=au)


@profil(150)
@given(creances(), st.data())
def test_la_prudente_precede_et_tombe_un_jour_ouvre(c, data) -> None:
    au = data.draw(examens(c, 3000))
    p = P.prescription(c, data.draw(st.lists(paiements(c, etendue=2500), max_size=3)), au=au)
    assert p.prudente < p.valeur
    assert Calendrier().ouvre(p.prudente)
    assert not (p.acquise and p.douteuse)
    assert p.chronologie[0].effet == "depart" or p.chronologie[0].effet == "sans_effet"


@profil(150)
@given(dates(), dates(), st.sampled_from([SOCIETE, CONSOMMATEUR, COMMUNE]))
def test_i22_prescription_monotone_en_depart(a: date, b: date, debiteur) -> None:
    a, b = min(a, b), max(a, b)
    fins = [P.prescription(creance(echeance=j, debiteur=debiteur), au=b).valeur for j in (a, b)]
    assert fins == sorted(fins)


@profil(150)
@given(creances(), st.data())
def test_le_paiement_sans_designation_ne_touche_pas_la_prudente(c, data) -> None:
    paye = data.draw(paiements(c, reference=None))
    au = data.draw(examens(c))
    assert P.prescription(c, [paye], au=au).prudente == P.prescription(c, au=au).prudente


@pytest.mark.parametrize("au", [date(1990, 1, 1), date(2013, 1, 1), date(2060, 12, 31)])
def test_la_prescription_ne_demande_aucun_taux(au: date) -> None:
    assert P.prescription(creance(), au=au).valeur == date(2031, 5, 1)
    assert P.echeance(creance()).valeur == date(2026, 5, 1)


def test_la_prescription_seule_est_celle_du_bilan() -> None:
    c = creance(principal="1000.00", echeance=date(2025, 1, 31))
    faits = [
        Paiement(le=date(2025, 3, 1), montant="300.00", creance="F-1"),
        Paiement(le=date(2026, 3, 1), montant="50.00", creance="F-1"),
    ]
    au = date(2026, 4, 1)
    assert P.prescription(c, faits, au=au).valeur == P.examiner(c, faits, au=au).prescription.valeur


def test_la_prescription_repond_pour_toute_date() -> None:
    assert P.prescription(creance(echeance=date(1975, 1, 31)), au=date(2026, 1, 1)).acquise


def test_la_prescription_civile_au_bout_des_dates() -> None:
    with pytest.raises(DonneeInvalide):
        P.prescription(creance(echeance=date(9998, 1, 31), debiteur=COMMUNE), au=date(2026, 1, 1))
