"""I-14 et I-55 : montants, taux, délais et identifiants — exacts, ou refusés ; insensibles au contexte de la machine."""

import copy
import json
import os
import pickle
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as std_iban
from stdnum import luhn
from stdnum.fr import siren as std_siren
from stdnum.fr import siret as std_siret

from fabrique import IBAN, RACINE, creance, examiner
from proprietes.strategies import histoires, profil
from recouvrement import Creancier, Debiteur, Delai, DonneeInvalide, Montant, Qualite, Taux

cents = st.integers(-(10**15), 10**15)
devises = st.sampled_from(["EUR", "USD", "JPY", "TND"])
DECIMALES = {"EUR": 2, "USD": 2, "JPY": 0, "TND": 3}

# --- Montant ---------------------------------------------------------------------------------------------------------


@profil(500)
@given(cents, devises)
def test_un_montant_est_exact_et_revient_de_ses_formes(n: int, devise: str) -> None:
    m = Montant.de_centimes(n, devise)
    assert Fraction(m.decimal) == Fraction(n, 10 ** DECIMALES[devise])
    assert Montant(m.decimal, devise) == m == Montant(str(m.decimal), devise)
    texte, code = m.vers_json().split()
    assert Montant(texte, code) == m
    assert eval(repr(m), {"Montant": Montant}) == m  # noqa: S307
    assert copy.deepcopy(m) == m == pickle.loads(pickle.dumps(m))  # noqa: S301
    assert hash(copy.deepcopy(m)) == hash(m)


@profil(300)
@given(cents, cents, st.integers(-1000, 1000))
def test_l_arithmetique_est_celle_des_entiers(a: int, b: int, k: int) -> None:
    x, y = Montant.de_centimes(a), Montant.de_centimes(b)
    assert (x + y).centimes == a + b
    assert (x - y).centimes == a - b
    assert (x * k).centimes == (k * x).centimes == a * k
    assert (-x).centimes == -a
    assert ((x < y), (x <= y), (x == y), (x > y)) == (a < b, a <= b, a == b, a > b)
    assert bool(x) == bool(a)
    assert sum([x, y, x]).centimes == 2 * a + b


@profil(200)
@given(cents, cents)
def test_les_devises_ne_se_melent_pas(a: int, b: int) -> None:
    x, y = Montant.de_centimes(a), Montant.de_centimes(b, "USD")
    assert x != y
    for operation in (lambda: x + y, lambda: x - y, lambda: x < y, lambda: x >= y, lambda: sum([x, y])):
        with pytest.raises(DonneeInvalide, match="EUR"):
            operation()


@pytest.mark.parametrize(
    "valeur",
    [
        *(1.5, 0.0, float("nan"), True, False, None, [], b"10.00", 10**18, -(10**18)),
        *(Decimal("NaN"), Decimal("Infinity"), Decimal("-sNaN"), Decimal("0.001"), Decimal("1E-3"), Decimal("1E+30")),
        *(Decimal("1E-999999"), Decimal(10) ** 400, "1e5", "NaN", "inf", "", " 1", "1,50", "1.5", "1.500", "1 000.00"),
        *("\uff11\uff12.00", "\u0663.00", "1_000", "0x10", "1.00\n", "--1", "1.", ".50", "9" * 19, "1.230"),
    ],
    ids=repr,
)
def test_montant_refuse(valeur: object) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        Montant(valeur)
    assert refus.value.champ == "montant"
    assert refus.value.remede
    assert len(str(refus.value)) < 400


@pytest.mark.parametrize(
    "valeur", ["10", "10.00", 10, Decimal(10), Decimal("10.0"), Decimal("10.000"), "+10.00", Decimal("1E+1")], ids=repr
)
def test_montant_accepte(valeur: object) -> None:
    assert Montant(valeur) == Montant("10.00")


def test_un_montant_n_egale_jamais_un_nombre_nu() -> None:
    assert Montant("10") not in (10, Decimal(10), "10.00", 1000)
    for operation in (
        lambda: Montant("10") + 1,
        lambda: Montant("10") * 1.5,
        lambda: Montant("10") * True,
        lambda: Montant("10") / 2,
    ):
        with pytest.raises(TypeError):
            operation()
    assert Montant("-0.00") == Montant("0")
    assert "−" not in str(Montant("-0.00"))


@pytest.mark.parametrize("devise", ["", "eur", "ZZZ", "EURO", None, 978], ids=repr)
def test_devise_inconnue(devise: object) -> None:
    with pytest.raises(DonneeInvalide):
        Montant("1", devise)


@pytest.mark.parametrize(("n", "devise"), [(10.5, "EUR"), (True, "EUR"), ("10", "EUR"), (10, "ZZZ")])
def test_de_centimes_refuse_aussi(n: object, devise: str) -> None:
    with pytest.raises(DonneeInvalide):
        Montant.de_centimes(n, devise)


@profil(500)
@given(cents, st.sampled_from(["EUR", "CHF"]))
def test_le_texte_francais_est_celui_de_babel(n: int, devise: str) -> None:
    """Seul le signe diffère : le nôtre est le vrai « − » (U+2212)."""
    m = Montant.de_centimes(n, devise)
    assert str(m) == format_currency(m.decimal, devise, locale="fr_FR").replace("-", "−")


# --- Taux, Delai -----------------------------------------------------------------------------------------------------


@profil(300)
@given(st.integers(0, 10**9))
def test_un_taux_est_exact(n: int) -> None:
    t = Taux.de_dix_milliemes(n)
    assert Fraction(t.pourcent) == Fraction(n, 10_000)
    assert Taux(t.pourcent) == Taux(t.vers_json()) == t == pickle.loads(pickle.dumps(t))  # noqa: S301
    assert eval(repr(t), {"Taux": Taux}) == t  # noqa: S307
    assert str(t).endswith("\N{NO-BREAK SPACE}%")


@pytest.mark.parametrize(
    "valeur", [0.1, True, None, "12,15", "12.12345", "-1", -1, Decimal("NaN"), Decimal("0.00001"), "1e1", "12 %"], ids=repr
)
def test_taux_refuse(valeur: object) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        Taux(valeur)
    assert refus.value.champ == "taux"


def test_taux_ecrit() -> None:
    assert (str(Taux("12.4")), repr(Taux("12.4")), Taux("12.15").dix_milliemes) == (
        "12,40\N{NO-BREAK SPACE}%",
        "Taux('12.40')",
        121_500,
    )


@pytest.mark.parametrize("champs", [{"jours": -1}, {"mois": -1}, {"annees": -1}])
def test_delai_jamais_negatif(champs: dict) -> None:
    with pytest.raises(DonneeInvalide):
        Delai(**champs)


@pytest.mark.parametrize("champs", [{"jours": 1.5}, {"jours": True}, {"mois": 1.5}, {"annees": "1"}, {"jours": None}], ids=repr)
def test_delai_refuse_ce_qui_n_est_pas_un_entier(champs: dict) -> None:
    with pytest.raises(DonneeInvalide):
        Delai(**champs)


# --- immuables -------------------------------------------------------------------------------------------------------


@profil(100)
@given(histoires())
def test_i55_immuable_hache_copie_et_pickle(histoire) -> None:
    c, faits, au = histoire
    bilan = examiner(c, *faits, au=au)
    for objet in (c, bilan.dossier, *faits, bilan.total, bilan.decompte, bilan.prescription, bilan):
        double = pickle.loads(pickle.dumps(objet))  # noqa: S301
        assert double == objet == copy.deepcopy(objet)
    for objet in (c, bilan.dossier, *faits):
        assert hash(copy.deepcopy(objet)) == hash(objet)
        with pytest.raises(AttributeError):
            objet.reference = "autre"


# --- le contexte de la machine ---------------------------------------------------------------------------------------

_PROGRAMME = """
import decimal, json, sys
from datetime import date
arrondi, precision = sys.argv[1:3]
decimal.setcontext(decimal.Context(prec=int(precision), rounding=arrondi, traps=[]))
sys.path.insert(0, {tests!r})
from fabrique import creance, examiner
from recouvrement import Avoir, Paiement
faits = [Paiement(le=date(2026, 6, 3), montant="1234.56", creance="F-1"), Avoir(le=date(2026, 7, 2), montant="99.99", creance="F-1")]
b = examiner(creance(), *faits, au=date(2026, 11, 21))
print(json.dumps([b.vers_dict(), b.expliquer(), repr(b.total.valeur), str(b.total.valeur)], sort_keys=True))
"""


@pytest.mark.parametrize(
    ("options", "milieu"),
    [
        (["ROUND_CEILING", "3"], {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "0", "LC_ALL": "C"}),
        (["ROUND_DOWN", "50"], {"TZ": "Pacific/Midway", "PYTHONHASHSEED": "1", "LC_ALL": "fr_FR.UTF-8", "PYTHONOPTIMIZE": "2"}),
        (["ROUND_UP", "1"], {"TZ": "UTC", "PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "LANG": "ar_EG.UTF-8"}),
    ],
    ids=["plafond", "bas", "haut"],
)
def test_i14_ni_contexte_ni_fuseau_ni_langue_ni_graine(options: list[str], milieu: dict[str, str]) -> None:
    programme = _PROGRAMME.format(tests=str(RACINE / "tests"))

    def lancer(arguments: list[str], en_plus: dict[str, str]) -> object:
        rendu = subprocess.run(
            [sys.executable, "-c", programme, *arguments],
            env=os.environ | {"PYTHONPATH": str(RACINE / "src"), "PYTHONUTF8": "1"} | en_plus,
            capture_output=True,
            check=True,
            text=True,
        )
        return json.loads(rendu.stdout)

    assert lancer(options, milieu) == lancer(["ROUND_HALF_EVEN", "28"], {"PYTHONHASHSEED": "7"})


# --- SIREN, IBAN -----------------------------------------------------------------------------------------------------


def _siren_lu(texte: str) -> str | None:
    try:
        return Debiteur(nom="X", qualite=Qualite.COMMERCANT, siren=texte).siren
    except DonneeInvalide:
        return None


@profil(500)
@given(st.integers(1, 10**9 - 1))
def test_siren_comme_stdnum(n: int) -> None:
    texte = f"{n:09}"
    juste = texte[:8] + luhn.calc_check_digit(texte[:8])
    assert _siren_lu(juste) == std_siren.validate(juste) if int(juste) else True
    assert (_siren_lu(texte) is not None) == std_siren.is_valid(texte)


@profil(500)
@given(st.integers(1, 10**8 - 1), st.integers(0, 99_999))
def test_siret_comme_stdnum(n: int, etablissement: int) -> None:
    siren = f"{n:08}" + luhn.calc_check_digit(f"{n:08}")
    texte = f"{siren}{etablissement:05}"
    assert (_siren_lu(texte) == siren) == std_siret.is_valid(texte)
    juste = texte[:13] + luhn.calc_check_digit(texte[:13])
    assert _siren_lu(f"{juste[:3]} {juste[3:6]} {juste[6:9]} {juste[9:]}") == siren


def test_siret_de_la_poste() -> None:
    assert std_siret.is_valid("35600000049837")
    assert _siren_lu("356 000 000 49837") == "356000000"


def _iban_lu(texte: object) -> str | None:
    try:
        return Creancier(nom="X", qualite=Qualite.COMMERCANT, iban=texte).iban
    except DonneeInvalide:
        return None


@profil(300)
@given(st.integers(0, 10**21), st.integers(0, 99))
def test_iban_francais_comme_stdnum(compte: int, cle: int) -> None:
    bban = f"{compte:021}"[:21] + f"{cle:02}"
    juste = f"FR{std_iban.calc_check_digits(f'FR00{bban}')}{bban}"
    assert _iban_lu(juste) == std_iban.validate(juste) == juste
    faux = f"FR{(int(juste[2:4]) + 1) % 97 + 2:02}{bban}"
    assert (_iban_lu(faux) is not None) == std_iban.is_valid(faux)


@pytest.mark.parametrize(
    "texte", ["DE89370400440532013000", "BE68539007547034", "GB29NWBK60161331926819", "FR76 3000 6000 0112 3456 7890 189"]
)
def test_iban_juste(texte: str) -> None:
    assert _iban_lu(texte) == std_iban.compact(texte)


@pytest.mark.parametrize("texte", ["FR7630006000011234567890188", "XX00", "", "FR76", "30006000011234567890189"])
def test_iban_faux(texte: str) -> None:
    assert _iban_lu(texte) is None


FAUX = "FR7630006000011234567890188"


def _fuites(texte: str, secret: str = IBAN) -> list[str]:
    """Morceaux de six caractères du milieu de l'IBAN qui se lisent dans ce texte."""
    compact = texte.replace(" ", "")
    return [secret[i : i + 6] for i in range(4, 17) if secret[i : i + 6] in compact]


def test_l_iban_ne_se_lit_ni_dans_repr_ni_dans_les_raisons() -> None:
    c = creance()
    bilan = examiner(c, au=c.echeance)
    for texte in (
        repr(c),
        repr(c.creancier),
        repr(bilan),
        bilan.expliquer(),
        json.dumps(bilan.vers_dict()),
        bilan._repr_html_(),
        c._repr_html_(),
    ):
        assert not _fuites(texte)


@pytest.mark.parametrize("texte", [FAUX, FAUX + "9", FAUX.lower(), "FR76 3000 6000 0112 3456 7890 188"])
def test_l_erreur_ne_montre_pas_l_iban(texte: str) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        Creancier(nom="X", qualite=Qualite.COMMERCANT, iban=texte)
    assert not _fuites(str(refus.value))
    assert not _fuites(repr(refus.value.valeur))


@pytest.mark.parametrize(
    "texte", [IBAN[:4] + "\t" + IBAN[4:], IBAN + "\x00", IBAN * 10, int(IBAN[2:])], ids=["tabulation", "nul", "long", "entier"]
)
def test_l_erreur_de_texte_ne_montre_pas_l_iban(texte: object) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        Creancier(nom="X", qualite=Qualite.COMMERCANT, iban=texte)
    assert not _fuites(f"{refus.value} {refus.value.valeur!r}")
