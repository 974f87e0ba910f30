import pytest
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.personnes import Adresse
from recouvrement.rendu.adresse import bloc_adresse, capitales


def _adresse(voie: str = "3, rue de l'École", complements: tuple[str, ...] = (), pays: str = "FR") -> Adresse:
    return Adresse(voie=voie, code_postal="69005", commune="Saint-Étienne-d'Œuvre", complements=complements, pays=pays)


def test_bloc_francais() -> None:
    assert bloc_adresse("Société Évêque & Fils", _adresse(complements=("Service achats", "BP 12"))) == (
        "Société Évêque & Fils",
        "Service achats",
        "3 RUE DE L ECOLE",
        "BP 12",
        "69005 SAINT ETIENNE D OEUVRE",
    )


def test_la_boite_postale_suit_la_voie() -> None:
    assert bloc_adresse("A", _adresse(complements=("BP 12", "Bâtiment C")))[1:4] == ("Bâtiment C", "3 RUE DE L ECOLE", "BP 12")


def test_pays_en_derniere_ligne() -> None:
    polonaise = Adresse(voie="ul. Łódzka 5/7", code_postal="00-950", commune="Warszawa", pays="PL")
    assert bloc_adresse("A", polonaise) == ("A", "UL LODZKA 5 7", "00-950 WARSZAWA", "POLOGNE")
    assert bloc_adresse("A", _adresse(pays="RE"))[-1].startswith("69005")


def test_trop_long_est_refuse_en_nommant_la_ligne() -> None:
    with pytest.raises(DonneeInvalide, match=r"ligne 1 \(nom\).*39 caractères"):
        bloc_adresse("x" * 39, _adresse())
    with pytest.raises(DonneeInvalide, match=r"ligne 3 \(voie\)"):
        bloc_adresse("x" * 38, _adresse(voie="y" * 39, complements=("z",)))
    with pytest.raises(DonneeInvalide, match="7 lignes d'adresse, pour 6"):
        bloc_adresse("x", _adresse(complements=("a", "b", "c", "d")))


@given(st.text(max_size=60))
def test_capitales(texte: str) -> None:
    dit = capitales(texte)
    assert capitales(dit) == dit
    assert "  " not in dit
    assert all(c.isalnum() or c == " " for c in dit)
