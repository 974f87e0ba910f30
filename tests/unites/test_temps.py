"""Délais et calendrier : les exemples publiés et les refus."""

from datetime import UTC, date, datetime

import pytest

from recouvrement import Calendrier, Delai, DonneeInvalide, DroitIndisponible
from recouvrement.droit.fr import jours_feries
from recouvrement.temps import fuseau, jour_civil, paques


@pytest.mark.parametrize(
    ("depart", "delai", "fin"),
    [
        (date(2011, 10, 7), Delai(jours=45), date(2011, 11, 21)),  # exemples_argent.csv, 36
        (date(2017, 11, 8), Delai(jours=30), date(2017, 12, 8)),  # exemples_argent.csv, 38
        (date(2026, 3, 2), Delai(jours=15), date(2026, 3, 17)),  # pairs/cas.md, D06
        (date(2026, 2, 14), Delai(mois=3), date(2026, 5, 14)),  # pairs/cas.md, D08
        (date(2024, 2, 29), Delai(annees=1), date(2025, 2, 28)),  # prescription.md, P6
        (date(2026, 1, 31), Delai(mois=1), date(2026, 2, 28)),
        (date(2026, 1, 31), Delai(mois=1, jours=1), date(2026, 3, 1)),  # les mois d'abord
        (date(1997, 1, 1), Delai(annees=10), date(2007, 1, 1)),
        (date(2026, 5, 1), Delai(), date(2026, 5, 1)),
    ],
    ids=str,
)
def test_delai(depart: date, delai: Delai, fin: date) -> None:
    assert delai.depuis(depart) == fin


def test_delai_au_dela_des_dates_connues() -> None:
    with pytest.raises(DonneeInvalide, match="dates connues"):
        Delai(annees=9000).depuis(date(2026, 1, 1))


def test_delai_se_dit() -> None:
    assert [str(d) for d in (Delai(annees=1), Delai(annees=2, mois=6), Delai(jours=1), Delai())] == [
        "1 an",
        "2 ans et 6 mois",
        "1 jour",
        "0 jour",
    ]


@pytest.mark.parametrize(("annee", "jour"), [(2024, (3, 31)), (2025, (4, 20)), (2026, (4, 5)), (2027, (3, 28))])
def test_paques(annee: int, jour: tuple[int, int]) -> None:
    """pairs/cas.md, D10."""
    assert paques(annee) == date(annee, *jour)


def test_report_de_l_ascension() -> None:
    """pairs/cas.md, D08 ; exemples_temps.csv, E06 : le samedi 22 mars 2008, veille de Pâques, va au mardi 25."""
    assert Calendrier().reporte(date(2026, 5, 14)) == date(2026, 5, 15)
    assert Calendrier().reporte(date(2008, 3, 22)) == date(2008, 3, 25)
    assert Calendrier("alsace_moselle").recule(date(2026, 4, 3)) == date(2026, 4, 2)


def test_ouvrable_et_ouvre() -> None:
    samedi, dimanche, ferie = date(2026, 5, 2), date(2026, 5, 3), date(2026, 5, 1)
    c = Calendrier()
    assert (c.ouvrable(samedi), c.ouvre(samedi), c.ouvrable(dimanche), c.ouvrable(ferie)) == (True, False, False, False)


def test_calendrier_refuse() -> None:
    with pytest.raises(DonneeInvalide, match="territoire"):
        Calendrier("corse")
    with pytest.raises(DonneeInvalide, match="date"):
        Calendrier(jours_chomes=["2026-05-02"])
    with pytest.raises(DroitIndisponible, match="pas été relevés"):
        Calendrier("saint_pierre_et_miquelon")
    with pytest.raises(DonneeInvalide):
        Calendrier().plus_ouvres(date(2026, 5, 1), -1)


@pytest.mark.parametrize("jour", [date(1981, 12, 30), date(1981, 12, 27), date(2101, 1, 1), date(2101, 1, 3)], ids=str)
def test_hors_des_annees_calculees_tout_est_refuse(jour: date) -> None:
    """Un dimanche comme un jeudi : le calendrier ne répond pas à demi."""
    c = Calendrier(jours_chomes=[jour])
    questions = (c.ouvre, c.ouvrable, c.reporte, c.recule, lambda j: c.feries(j.year), lambda j: c.plus_ouvres(j, 3))
    for question in questions:
        with pytest.raises(DroitIndisponible, match="1982 à 2100"):
            question(jour)


def test_les_annees_du_bord_sont_calculees() -> None:
    assert Calendrier().feries(1982)[date(1982, 5, 8)] == "Victoire de 1945"
    assert Calendrier().reporte(date(2100, 12, 25)) == date(2100, 12, 27)


def test_les_territoires_sont_ceux_de_la_table() -> None:
    assert set(jours_feries.TERRITOIRES) == set(jours_feries._table())
    for territoire in jours_feries.TERRITOIRES:
        assert Calendrier(territoire).feries(2026)


def test_seuls_les_jours_locaux_portent_une_reserve() -> None:
    assert Calendrier(jours_chomes=[date(2026, 5, 15)]).reserves == ()
    assert [r.cle for r in Calendrier("guyane").reserves] == ["jours_locaux"]
    for douteux in ("nouvelle_caledonie", "polynesie", "wallis_et_futuna"):
        assert [r.cle for r in Calendrier(douteux).reserves] == ["jours_locaux", f"feries_{douteux}_une_source"]
    assert "28 mai" in Calendrier("saint_martin").reserves[1].texte


@pytest.mark.parametrize("territoire", ["guadeloupe", "martinique", "guyane", "reunion", "mayotte"])
def test_le_jour_d_abolition_date_de_la_loi_de_1983(territoire: str) -> None:
    """Décret du 23 novembre 1983 : seul le 20 décembre de La Réunion était encore à venir cette année-là."""
    propres = [set(Calendrier(territoire).feries(a)) - set(Calendrier().feries(a)) for a in (1982, 1983, 1984)]
    assert [len(p) for p in propres] == [0, territoire == "reunion", 1]


def test_les_feries_portent_leur_nom_et_ne_se_modifient_pas() -> None:
    feries = Calendrier().feries(2026)
    assert feries[date(2026, 5, 14)] == "Ascension"
    assert list(feries) == sorted(feries)
    with pytest.raises(TypeError):
        feries[date(2026, 5, 2)] = "pont"


@pytest.mark.parametrize("valeur", [datetime(2026, 1, 1), "2026-01-01", None, 20260101])
def test_jour_civil_refuse(valeur: object) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        jour_civil(valeur, "le")
    assert refus.value.champ == "le"


def test_fuseau() -> None:
    minuit = datetime(2026, 7, 1, 23, 0, tzinfo=UTC)
    assert minuit.astimezone(fuseau()).hour == 1
    assert minuit.astimezone(fuseau("Indian/Reunion")).hour == 3
    for faux in ("Europe/Pari", ""):
        with pytest.raises(DonneeInvalide, match="fuseau horaire inconnu"):
            fuseau(faux)
