from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from recouvrement.envoi.fenetre import Fenetre
from recouvrement.envoi.sms import Sms, segments
from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible
from recouvrement.modele.actes import Relance
from recouvrement.ports import Destinataire, Document, Pli

SAMEDI = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
COURT = "Exemple : merci de nous rappeler au 01 02 03 04 05, dossier F-1."


def pli(texte=COURT, telephone="+33 6 12 34 56 78", documents=None):
    documents = documents or (Document("l.txt", "text/plain; charset=utf-8", texte.encode()),)
    return Pli(
        cles=("k",),
        destinataire=Destinataire(nom="Dupont", telephone=telephone),
        objet="o",
        documents=documents,
        debiteur="d",
        acte=Relance(le=date(2026, 11, 21)),
    )


class Operateur:
    def __init__(self):
        self.envoyes = []

    def __call__(self, numero, texte, reference):
        self.envoyes.append((numero, texte, reference))
        return f"op-{len(self.envoyes)}"


@pytest.fixture
def operateur():
    return Operateur()


def test_un_sms(operateur):
    accuse = Sms(operateur, lambda: SAMEDI).remettre(pli())
    assert (accuse.issue, accuse.numero, accuse.detail) == ("pris", "op-1", "1 segment(s)")
    assert operateur.envoyes == [("+33612345678", COURT, pli().empreinte[:32])]


def test_espaces_simples_et_pieces_laissees(operateur):
    documents = (
        Document("a", "text/plain", "12\u202f000\u00a0€ l’an…".encode()),
        Document("b", "text/html", b"<p>"),
        Document("c", "application/pdf", b"%PDF"),
    )
    Sms(operateur, lambda: SAMEDI).remettre(pli(documents=documents))
    assert operateur.envoyes[0][1] == "12 000 € l'an..."


@pytest.mark.parametrize(
    "telephone",
    [None, "", "0612345678", "+33102030405", "+33899123456", "+336123", "+0612345678", "+33612345678;+33711111111", "+３３612345678",
     "+33612345678\n+33711111111", "+1234567890123456", "tel:+33612345678"],
)  # fmt: skip
def test_seulement_un_mobile(operateur, telephone):
    with pytest.raises(EnvoiImpossible):
        Sms(operateur, lambda: SAMEDI).remettre(pli(telephone=telephone))
    assert operateur.envoyes == []


@pytest.mark.parametrize(
    "mauvais",
    [
        pli("a" * 460),
        pli("  \n"),
        pli("a\x00b"),
        pli(documents=(Document("a", "application/pdf", b"%PDF"),)),
        pli(documents=(Document("a", "text/plain", b"\xff"),)),
        pli(documents=(Document("a", "text/plain", b"a"), Document("b", "text/plain", b"b"))),
    ],
)
def test_texte_refuse_jamais_coupe(operateur, mauvais):
    with pytest.raises(EnvoiImpossible):
        Sms(operateur, lambda: SAMEDI).remettre(mauvais)
    assert operateur.envoyes == []


@pytest.mark.parametrize(
    ("texte", "n"),
    [("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("€" * 80, 1), ("€" * 81, 2),
     ("ê" * 70, 1), ("ê" * 71, 2), ("😀" * 35, 1), ("😀" * 36, 2)],
)  # fmt: skip
def test_segments(texte, n):
    assert segments(texte) == n


def test_dix_segments_au_plus(operateur):
    Sms(operateur, lambda: SAMEDI, segments=10).remettre(pli("a" * 1530))
    for nombre in (0, 11):
        with pytest.raises(DonneeInvalide):
            Sms(operateur, lambda: SAMEDI, segments=nombre)


@pytest.mark.parametrize(
    ("instant", "mot"),
    [
        (datetime(2026, 11, 22, 10, tzinfo=UTC), "dimanche"),
        (datetime(2026, 11, 11, 10, tzinfo=UTC), "11"),
        (datetime(2026, 11, 21, 6, 59, tzinfo=UTC), "07:59"),
        (datetime(2026, 11, 21, 19, 0, tzinfo=UTC), "20:00"),
    ],
)
def test_ni_dimanche_ni_ferie_ni_nuit(operateur, instant, mot):
    accuse = Sms(operateur, lambda: instant).remettre(pli())
    assert accuse.issue == "a_retenter"
    assert mot in accuse.detail
    assert operateur.envoyes == []


def test_la_fenetre_se_regle():
    ouverte = Fenetre(debut=time(6), fin=time(7, 30), fuseau=ZoneInfo("America/Martinique"))
    assert not ouverte.fermee(datetime(2026, 11, 21, 10, 0, tzinfo=UTC))
    assert ouverte.fermee(datetime(2026, 11, 21, 11, 30, tzinfo=UTC))
    with pytest.raises(DonneeInvalide):
        Fenetre(debut=time(9), fin=time(9))
    with pytest.raises(DonneeInvalide, match="fuseau"):
        Fenetre().fermee(datetime(2026, 11, 21, 9))


def test_une_panne_de_l_operateur_traverse(operateur):
    """C'est l'expédition qui la dit incertaine ; un refus nommé, lui, est un refus."""

    def tomber(*_):
        raise TimeoutError("?")

    with pytest.raises(TimeoutError):
        Sms(tomber, lambda: SAMEDI).remettre(pli())
