"""Quels que soient les octets, un lecteur rend une Lecture ou lève une RecouvrementError : rien d'autre ne fuit."""

import logging
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabrique import CREANCIER, IBAN
from fabrique_livres import camt, detail, fec, ntry, ouverture, reglement, solde, vente
from recouvrement import Montant, RecouvrementError
from recouvrement.lecture import LecteurCAMT, LecteurCsv, LecteurFacture, LecteurFEC
from recouvrement.ports import Lecteur, Lecture

IMPAYES = Path(__file__).parents[3] / "exemples" / "impayes"
MODELES = [p.read_bytes() for p in sorted(IMPAYES.iterdir()) if p.suffix in {".csv", ".xml", ".pdf"}]
MODELES += [
    fec(ouverture("20260101", ("PORT", "RAN", 500)), vente("1", "20260601", 1000), reglement("1", "20260620", 400)),
    camt(solde("OPBD", "0.00"), solde("CLBD", "10.00"), ntry("10.00", detail(libelle="F-1", iban=IBAN))),
]
LECTEURS: list[Lecteur] = [
    LecteurCsv(),
    LecteurCsv(encodage="latin-1", format_date="fr"),
    LecteurFacture(),
    LecteurFEC(creancier=CREANCIER),
    LecteurCAMT(),
]
CALME = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def tenir(octets: bytes) -> None:
    for lecteur in LECTEURS:
        try:
            lecture = lecteur.lire(octets)
        except RecouvrementError as e:
            str(e)  # le message s'écrit aussi
            continue
        assert isinstance(lecture, Lecture)
        assert all(str(a) for a in lecture.anomalies)
        assert all(x.principal.centimes > 0 for x in lecture.creances)
        assert all(x.paiement.montant.centimes > 0 for x in lecture.encaissements)


@CALME
@given(st.binary(max_size=400))
def test_octets_quelconques(octets: bytes) -> None:
    tenir(octets)


@CALME
@given(
    st.text(max_size=300),
    st.sampled_from(["", "type;le;montant;creance\n", "reference;principal;emise_le;debiteur_nom;creancier_nom\n"]),
)
def test_textes_quelconques(texte: str, entete: str) -> None:
    tenir((entete + texte).encode("utf-8", "surrogatepass"))


@CALME
@given(st.data())
def test_fichiers_abimes(data: st.DataObject) -> None:
    """Une tranche d'un vrai fichier est ôtée, doublée ou remplacée."""
    octets = data.draw(st.sampled_from(MODELES))
    debut = data.draw(st.integers(0, len(octets)))
    fin = data.draw(st.integers(debut, min(len(octets), debut + 200)))
    greffe = data.draw(
        st.one_of(st.binary(max_size=30), st.just(octets[debut:fin] * 2), st.sampled_from([b"<!DOCTYPE a>", b'"', b"\0", b"&a;"]))
    )
    tenir(octets[:debut] + greffe + octets[fin:])


@CALME
@given(
    st.sampled_from(MODELES),
    st.sampled_from(
        ["reference", "principal", "1", "2", "EUR", "FR", "Amount", "format", "schemeID", "Amt", "BOOK", "411000", "2026", ",00"]
    ),
    st.text(max_size=20),
)
def test_valeurs_remplacees(octets: bytes, mot: str, autre: str) -> None:
    tenir(octets.replace(mot.encode(), autre.encode("utf-8", "surrogatepass")))


@CALME
@given(st.integers(1, 10**14), st.sampled_from([" ", "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}", ""]))
def test_un_montant_ecrit_se_relit(centimes: int, milliers: str) -> None:
    unites, fraction = divmod(centimes, 100)
    texte = f"{unites:,}".replace(",", milliers) + f",{fraction:02d}"
    ligne = f"reference;principal;emise_le;debiteur_nom;creancier_nom\nF;{texte};2026-06-01;A;B\n"
    assert LecteurCsv().lire(ligne.encode()).creances[0].principal == Montant.de_centimes(centimes)


@CALME
@given(st.text(alphabet="0123456789 .,-+eE_'\N{NO-BREAK SPACE}", max_size=12))
def test_un_montant_ambigu_n_est_jamais_lu(texte: str) -> None:
    """Ce qui est lu s'écrit sans autre marque que la virgule et des groupes de trois."""
    ligne = f"reference;principal;emise_le;debiteur_nom;creancier_nom\nF;{texte};2026-06-01;A;B\n"
    for creance in LecteurCsv().lire(ligne.encode()).creances:
        assert re.fullmatch(r"[0-9]+(,[0-9]{2})?", re.sub(r"[ \u00a0](?=[0-9]{3})", "", texte.strip()))
        assert creance.principal.centimes == int(re.sub(r"\D", "", texte)) * (1 if "," in texte else 100)


@pytest.mark.parametrize("octets", MODELES)
def test_lire_deux_fois_donne_la_meme_chose(octets: bytes) -> None:
    for lecteur in LECTEURS:
        try:
            premiere = lecteur.lire(octets)
        except RecouvrementError:
            continue
        assert lecteur.lire(octets) == premiere
