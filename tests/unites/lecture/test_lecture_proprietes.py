"""Quels que soient les octets, un lecteur rend une Lecture ou lève une RecouvrementError : rien d'autre ne fuit."""

import contextlib
import logging
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fabrique import CREANCIER, IBAN
from fabrique_livres import camt, cdar, detail, encaisse, fec, ntry, ouverture, reglement, solde, vente
from recouvrement import Montant, RecouvrementError
from recouvrement.lecture import (
    Correspondance,
    LecteurCAMT,
    LecteurCsv,
    LecteurFacture,
    LecteurFEC,
    LecteurStatuts,
    diagnostiquer,
    ecrire_creances,
    lire_table,
    rassembler,
)
from recouvrement.lecture._faits_csv import COLONNES_CREANCES, COLONNES_EVENEMENTS
from recouvrement.ports import Lecteur, Lecture

IMPAYES = Path(__file__).parents[3] / "exemples" / "impayes"
MODELES = [p.read_bytes() for p in sorted(IMPAYES.iterdir()) if p.suffix in {".csv", ".xml", ".pdf"}]
MODELES += [
    fec(ouverture("20260101", ("PORT", "RAN", 500)), vente("1", "20260601", 1000), reglement("1", "20260620", 400)),
    camt(solde("OPBD", "0.00"), solde("CLBD", "10.00"), ntry("10.00", detail(libelle="F-1", iban=IBAN))),
    cdar("F-1", "212", encaisse("10.00"), motif="AUTRE"),
    b'[format]\ndecimale = ","\n[colonnes]\nreference = "N"\n[defauts]\nnature = "facture"\n',
]
LECTEURS: list[Lecteur] = [
    LecteurCsv(),
    LecteurCsv(encodage="latin-1", format_date="fr"),
    LecteurCsv(creancier=CREANCIER, correspondance=Correspondance(defauts={"debiteur_nom": "A"})),
    LecteurFacture(),
    LecteurFEC(creancier=CREANCIER),
    LecteurCAMT(),
    LecteurStatuts(),
]
CALME = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])

logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def tenir(octets: bytes) -> None:
    with contextlib.suppress(RecouvrementError):
        LecteurCsv.avec_correspondance(octets)
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


valeurs = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=12)
    | st.decimals()
    | st.floats()
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=4)
    | st.lists(st.integers(), max_size=2)
)


@CALME
@given(
    st.dictionaries(
        st.sampled_from([*COLONNES_CREANCES, *COLONNES_EVENEMENTS, "autre"]), st.lists(valeurs, max_size=2), max_size=8
    )
)
def test_un_tableau_quelconque(table: dict[str, list[object]]) -> None:
    complete = {"reference": ["a"], "principal": [1], "emise_le": ["2026-06-01"], "debiteur_nom": ["A"], "creancier_nom": ["B"]}
    for donnees in (table, complete | {nom: v[:1] or [None] for nom, v in table.items()}):
        try:
            lecture = lire_table(donnees)
        except RecouvrementError as e:
            str(e)
            continue
        assert all(x.principal.centimes > 0 for x in lecture.creances)
        assert LecteurCsv().lire(ecrire_creances(lecture.creances)).creances == lecture.creances


# --- I-41 et I-42 : tout ou rien, rien de neuf, les sommes tiennent --------------------------------------------------------


def dossiers(*octets: bytes) -> tuple[object, ...]:
    lecteur = LecteurCsv(creancier=CREANCIER)
    return rassembler([(Path(str(rang)), lecteur.lire(x)) for rang, x in enumerate(octets)])[0]


factures = st.lists(st.tuples(st.integers(1, 30), st.integers(1, 10**6)), min_size=1, max_size=6, unique_by=lambda x: x[0])


def en_csv(lignes: list[tuple[int, int]]) -> bytes:
    rangs = [f"F-{n};{c // 100},{c % 100:02d};2026-06-01;2026-07-01;Client {n % 3};commercant" for n, c in lignes]
    return "\n".join(["reference;principal;emise_le;echeance;debiteur_nom;debiteur_qualite", *rangs]).encode()


@CALME
@given(factures)
def test_relire_n_ajoute_rien(lignes: list[tuple[int, int]]) -> None:
    assert dossiers(en_csv(lignes), en_csv(lignes)) == dossiers(en_csv(lignes))


@CALME
@given(factures, st.data())
def test_un_fichier_coupe_en_deux_donne_les_memes_dossiers(lignes: list[tuple[int, int]], data: st.DataObject) -> None:
    coupe = data.draw(st.integers(0, len(lignes)))
    assert dossiers(en_csv(lignes[:coupe]), en_csv(lignes[coupe:])) == dossiers(en_csv(lignes))


@CALME
@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(-5, 5))
def test_une_facture_n_est_lue_que_si_ses_totaux_s_accordent(hors_taxe: int, verse: int, ecart: int) -> None:
    """HT + TVA = TTC, TTC - versé = dû : un centime à côté, et rien n'en est tiré."""
    total = hors_taxe + hors_taxe // 5
    texte = (IMPAYES / "facture-ubl.xml").read_text(encoding="utf-8")
    for avant, centimes in (("5250.00", hors_taxe), ("1050.00", hors_taxe // 5), ("6300.00", total)):
        texte = texte.replace(f'EUR">{avant}', f'EUR">{centimes // 100}.{centimes % 100:02d}')
    du = total - verse + ecart
    avant = f'<cbc:PayableAmount currencyID="EUR">{total // 100}.{total % 100:02d}'
    signe = "-" * (du < 0)
    apres = f'<cbc:PrepaidAmount currencyID="EUR">{verse // 100}.{verse % 100:02d}</cbc:PrepaidAmount>'
    texte = texte.replace(avant, f'{apres}<cbc:PayableAmount currencyID="EUR">{signe}{abs(du) // 100}.{abs(du) % 100:02d}')
    lecture = LecteurFacture().lire(texte.encode())
    attendu = [Montant.de_centimes(du)] if ecart == 0 and du > 0 else []
    assert [x.principal for x in lecture.creances] == attendu
    assert bool(attendu) != any(a.gravite == "refus" for a in lecture.anomalies)


@CALME
@given(st.lists(st.tuples(st.integers(1, 10**6), st.booleans()), max_size=5), st.integers(-2, 2))
def test_un_releve_n_est_lu_que_si_ses_soldes_s_accordent(mouvements: list[tuple[int, bool]], ecart: int) -> None:
    somme = sum(c if credit else -c for c, credit in mouvements) + ecart
    lignes = [ntry(f"{c // 100}.{c % 100:02d}", sens="CRDT" if credit else "DBIT") for c, credit in mouvements]
    cloture = solde("CLBD", f"{abs(somme) // 100}.{abs(somme) % 100:02d}", sens="CRDT" if somme >= 0 else "DBIT")
    lecture = LecteurCAMT().lire(camt(solde("OPBD", "0.00"), cloture, *lignes))
    assert [x.paiement.montant.centimes for x in lecture.encaissements] == (
        [c for c, credit in mouvements if credit] if not ecart else []
    )


@pytest.mark.parametrize("octets", MODELES)
def test_diagnostiquer_ne_leve_jamais(octets: bytes) -> None:
    vu = diagnostiquer(octets)
    assert str(vu)
    assert vu.compris or vu.erreur or vu.lecture == Lecture()
