"""I-40 : le travail et la mémoire d'un lecteur sont à la mesure de ce qu'il lit, quel que soit ce qu'on lui donne.

Rien n'est chronométré : on compte les lignes de Python exécutées et les octets alloués, pour une taille et pour son quadruple.
"""

import contextlib
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from fabrique import CREANCIER
from fabrique_livres import camt, cdar, encaisse, fec, ntry, reglement, vente
from recouvrement import Dossier, Rejet
from recouvrement.erreurs import RecouvrementError
from recouvrement.lecture import (
    Correspondance,
    LecteurCAMT,
    LecteurCsv,
    LecteurFacture,
    LecteurFEC,
    LecteurStatuts,
    rassembler,
)
from recouvrement.lecture import _tableau as tableau
from recouvrement.lecture import camt as module_camt
from recouvrement.serialisation import DepotInvalide, charger

PETIT = 60
MEMOIRE = 50  # octets alloués au plus par octet lu, au-delà de 64 Mio (I-40)
ENTETE = "reference;principal;emise_le;echeance;debiteur_nom;debiteur_qualite;creancier_nom;creancier_qualite\n"
UBL = (Path(__file__).parents[2] / "exemples" / "impayes" / "facture-ubl.xml").read_bytes()


def csv(ligne: Callable[[int], str], entete: str = ENTETE) -> Callable[[int], bytes]:
    return lambda n: (entete + "".join(map(ligne, range(n)))).encode()


def facture(i: int, debiteur: str = "A") -> str:
    return f"F{i};10,00;2026-06-01;2026-07-01;{debiteur};commercant;B;commercant\n"


def lettres(n: int) -> bytes:
    return fec(*(vente(str(i), "20260601", 1000) + reglement(f"R{i}", "20260620", 900, EcritureLet=f"L{i}") for i in range(n)))


def rejets(n: int) -> bytes:
    """Le même montant, payé et revenu chaque fois."""
    payes = [reglement(f"R{i}", f"2026{1 + i % 12:02d}20", 1000) for i in range(n)]
    revenus = [
        [dict(x, Debit=x["Credit"], Credit=x["Debit"]) for x in reglement(f"J{i}", f"2026{1 + i % 12:02d}21", 1000)]
        for i in range(n)
    ]
    return fec(*payes, *revenus)


def references(n: int) -> bytes:
    return cdar("F-1", "212", encaisse("10.00")).replace(
        b"</ram:ReferenceReferencedDocument>",
        b"</ram:ReferenceReferencedDocument>" + b"<ram:ReferenceReferencedDocument><ram:IssuerAssignedID>F</ram:IssuerAssignedID>"
        b"<ram:ProcessConditionCode>212</ram:ProcessConditionCode></ram:ReferenceReferencedDocument>" * n,
    )


Faire = Callable[[bytes], object]
FORMES: dict[str, tuple[Faire, Callable[[int], bytes]]] = {
    "csv, bonnes lignes": (LecteurCsv().lire, csv(facture)),
    "csv, un débiteur par ligne": (LecteurCsv().lire, csv(lambda i: facture(i, f"A{i}"))),
    "csv, lignes vides": (LecteurCsv().lire, csv(lambda _: "\n" * 20)),
    "csv, colonnes innombrables": (LecteurCsv().lire, lambda n: b"x;" * (20 * n)),
    "csv, colonnes vides innombrables": (
        LecteurCsv(correspondance=Correspondance(), creancier=CREANCIER).lire,
        lambda n: b"reference;principal;emise_le;debiteur_nom" + b";" * (20 * n) + b"\nF;1,00;2026-01-01;A" + b";" * (20 * n),
    ),
    "csv, paiements": (LecteurCsv().lire, csv(lambda i: f"paiement;2026-07-01;1,00;F{i}\n", "type;le;montant;creance\n")),
    "fec, ventes": (LecteurFEC(creancier=CREANCIER).lire, lambda n: fec(*(vente(str(i), "20260601", 1000) for i in range(n)))),
    "fec, une seule écriture": (
        LecteurFEC(creancier=CREANCIER).lire,
        lambda n: fec(*(vente("1", "20260601", 1000) for _ in range(n))),
    ),
    "fec, lettrages orphelins": (LecteurFEC(creancier=CREANCIER).lire, lettres),
    "fec, règlements rejetés": (LecteurFEC(creancier=CREANCIER).lire, rejets),
    "camt, écritures": (LecteurCAMT().lire, lambda n: camt(*(ntry("10.00") for _ in range(n)))),
    "camt, éléments vides": (LecteurCAMT().lire, lambda n: camt("<Ntry/>" * 5 * n)),
    "statuts, factures": (LecteurStatuts().lire, references),
    "facture, éléments": (
        LecteurFacture().lire,
        lambda n: UBL.replace(b"<cbc:ID>", b"<cbc:Note>a</cbc:Note>" * n + b"<cbc:ID>", 1),
    ),
    "xml, emboîtement": (LecteurFacture().lire, lambda n: b"<a>" * (100 * n)),
    "json, objets vides": (charger, lambda n: b'{"recouvrement":1,"type":"Dossier","creances":[' + b"{}," * (20 * n) + b"{}]}"),
    "json, événements vides": (
        charger,
        lambda n: b'{"recouvrement":1,"type":"Dossier","creances":[],"evenements":[' + b"{}," * (20 * n) + b"{}]}",
    ),
    "json, emboîtement": (charger, lambda n: b"[" * (100 * n)),
    "toml, clé pointée": (LecteurCsv.avec_correspondance, lambda n: b"a." * (20 * n) + b"b = 1"),
}


def operations(faire: Callable[[], object]) -> int:
    """Lignes de Python exécutées, tours des listes en compréhension compris."""
    compte = 0

    def suivre(_cadre: FrameType, genre: str, _arg: object) -> Any:
        nonlocal compte
        compte += genre == "line"
        return suivre

    avant = sys.gettrace()
    sys.settrace(suivre)
    try:
        with contextlib.suppress(RecouvrementError):
            faire()
    finally:
        sys.settrace(avant)
    return compte


def pic(faire: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        with contextlib.suppress(RecouvrementError):
            faire()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("forme", FORMES)
def test_le_travail_est_a_la_mesure_de_la_taille(forme: str) -> None:
    """Quatre fois plus de lignes, quatre fois plus de travail ; au carré, ce serait seize."""
    lire, ecrire = FORMES[forme]
    petit, grand = ecrire(PETIT), ecrire(4 * PETIT)
    operations(lambda: lire(petit))  # les caches se remplissent
    assert operations(lambda: lire(grand)) <= 5 * operations(lambda: lire(petit)) + 2_000


@pytest.mark.parametrize("forme", FORMES)
def test_la_memoire_est_a_la_mesure_de_la_taille(forme: str) -> None:
    lire, ecrire = FORMES[forme]
    petit, grand = ecrire(5 * PETIT), ecrire(20 * PETIT)
    pic(lambda: lire(petit))
    assert pic(lambda: lire(grand)) - pic(lambda: lire(petit)) <= MEMOIRE * (len(grand) - len(petit)) + 300_000


def test_mille_refus_d_un_client_disent_une_seule_liste() -> None:
    """Chacun nomme toutes les créances du client : la même liste, non mille copies."""
    refus = [a.creances for a in LecteurFEC(creancier=CREANCIER).lire(lettres(50)).anomalies if a.gravite == "refus"]
    assert len(refus) == 50
    assert len(refus[0]) == 50
    assert len({id(creances) for creances in refus}) == 1


def test_des_lignes_toutes_fausses_refusent_le_fichier(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une ligne de deux octets donnerait une anomalie de trois cents : au-delà d'une borne, le fichier entier est refusé."""
    monkeypatch.setattr(tableau, "_REFUS", 10)
    assert len(LecteurCsv().lire(csv(lambda _: "a\n")(10)).anomalies) == 10
    with pytest.raises(RecouvrementError, match=r"ligne 12 : plus de 10\slignes refusées"):
        LecteurCsv().lire(csv(lambda _: "a\n")(11))


def test_des_releves_innombrables_sont_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_camt, "_RELEVES", 10)
    with pytest.raises(RecouvrementError, match="plus de 10 relevés"):
        LecteurCAMT().lire(camt().replace(b"</BkToCstmrStmt>", b"<Stmt/>" * 10 + b"</BkToCstmrStmt>"))


def test_une_liste_toute_fausse_ne_se_lit_pas_jusqu_au_bout() -> None:
    """Cent éléments faux suffisent ; que la suite n'est pas lue se dit, à son rang."""
    with pytest.raises(DepotInvalide) as vue:
        charger(b'{"recouvrement":1,"type":"Dossier","creances":[' + b"1," * 300 + b"1]}")
    assert len(vue.value.fautes) == 101
    assert str(vue.value.fautes[-1]).startswith("creances[100] : 100 éléments faux avant celui-ci")


def _paiements(n: int) -> tuple[Any, Any]:
    ranges = (
        csv(lambda i: facture(i, f"A{i}"))(n),
        csv(lambda i: f"paiement;2026-07-01;1,00;F{i};P{i}\n", "type;le;montant;creance;reference\n")(n),
    )
    return LecteurCsv().lire(ranges[0]), LecteurCsv().lire(ranges[1])


@pytest.mark.parametrize("ranger", ["rassembler", "regrouper"])
def test_ranger_les_faits_est_a_la_mesure_de_leur_nombre(ranger: str) -> None:
    """Autant de débiteurs que de paiements et de rejets : chacun se cherche par sa référence, jamais dossier par dossier."""

    def faire(n: int) -> Callable[[], object]:
        creances, faits = _paiements(n)
        rejetes = [Rejet(le=e.le, paiement=e.reference) for e in faits.evenements]
        if ranger == "regrouper":
            return lambda: Dossier.regrouper(creances.creances, [*faits.evenements, *rejetes])
        return lambda: rassembler([("a", creances), ("b", faits)])

    operations(faire(PETIT))
    assert operations(faire(4 * PETIT)) <= 5 * operations(faire(PETIT)) + 2_000
