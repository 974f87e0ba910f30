"""Les rebonds : des rapports comme les serveurs les écrivent, et des octets hostiles."""

import time
from datetime import UTC, date, datetime, timezone
from email.headerregistry import Address

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from recouvrement.envoi.message import composer
from recouvrement.envoi.rebonds import OCTETS_MAXIMUM, lire_rebond
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.actes import Relance
from recouvrement.ports import Avis, Destinataire, Document, Pli

PLI = Pli(
    cles=("k",),
    destinataire=Destinataire(nom="Dupont", courriel="d@client.fr"),
    objet="Facture F-1",
    documents=(Document("l.txt", "text/plain", "Bonjour é".encode()), Document("l.pdf", "application/pdf", b"%PDF")),
    debiteur="d",
    acte=Relance(le=date(2026, 11, 21)),
)
NUMERO, ORIGINAL = composer(
    PLI, expediteur=Address(addr_spec="compta@exemple.fr"), reponse_a=None, le=datetime(2026, 11, 21, 9, tzinfo=UTC)
)
ENTETES = ORIGINAL.partition(b"\r\n\r\n")[0]
DESTINATAIRE = "Final-Recipient: rfc822; d@client.fr\nAction: {}\nStatus: {}\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\n"


def rapport(*blocs, retour=b"Content-Type: text/rfc822-headers\n\n" + ENTETES, tete="", date_="Sat, 21 Nov 2026 23:30:00 +0000"):
    """Un rapport à la façon de Postfix."""
    corps = "Reporting-MTA: dns; mx.exemple.fr\nArrival-Date: Sat, 21 Nov 2026 10:00:00 +0100\n\n" + "\n".join(blocs)
    dates = f"Date: {date_}\n" if date_ else ""
    debut = (
        f"From: MAILER-DAEMON@mx.exemple.fr\nTo: compta@exemple.fr\nSubject: Undelivered Mail\n{dates}{tete}MIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="lim"\n\n'
        "--lim\nContent-Type: text/plain\n\nDésolé.\n"
        f"--lim\nContent-Type: message/delivery-status\n\n{corps}\n--lim\n"
    )
    return debut.encode() + retour + b"\n--lim--\n"


def bloc(action="failed", statut="5.1.1"):
    return DESTINATAIRE.format(action, statut)


@pytest.mark.parametrize(
    ("action", "statut", "nature"),
    [
        ("failed", "5.1.1", "non_distribuable"),
        ("Failed", "5.0.0 (permanent failure)", "non_distribuable"),
        ("failed", "4.4.7", "non_distribuable"),  # le serveur a renoncé : c'est définitif
        ("delayed", "4.4.1", "retarde"),
        ("delayed", "5.1.1", "retarde"),
        ("delivered", "2.1.5", "depose"),
        ("relayed", "2.0.0", "depose"),
        ("", "5.7.1", "non_distribuable"),
        ("inconnue", "4.2.2", "retarde"),
    ],
)
def test_nature(action, statut, nature):
    avis = lire_rebond(rapport(bloc(action, statut)))
    assert (avis.numero, avis.nature, avis.le) == (NUMERO, nature, date(2026, 11, 22))  # 23 h 30 UTC : le 22 à Paris
    assert statut in avis.detail
    assert "550 5.1.1 unknown user" in avis.detail
    assert avis.preuves[0].octets == rapport(bloc(action, statut))


def test_de_plusieurs_destinataires_le_moins_favorable():
    assert lire_rebond(rapport(bloc("delivered", "2.1.5"), bloc("failed"), bloc("delayed", "4.1.1"))).nature == "non_distribuable"


@pytest.mark.parametrize(
    "retour",
    [
        b"Content-Type: message/rfc822\n\n" + ORIGINAL,
        b"Content-Type: message/rfc822-headers\n\n" + ENTETES,
        b"Content-Type: text/rfc822-headers\nContent-Transfer-Encoding: quoted-printable\n\n" + ENTETES.replace(b"=", b"=3D"),
    ],
)
def test_le_message_d_origine_sous_ses_formes(retour):
    assert lire_rebond(rapport(bloc(), retour=retour)).numero == NUMERO


@pytest.mark.parametrize("tete", ["In-Reply-To: {}\n", "References: <autre@x.fr>\n {}\n"])
def test_a_defaut_le_message_auquel_le_rapport_repond(tete):
    lu = lire_rebond(rapport(bloc(), retour=b"Content-Type: text/plain\n\nrien", tete=tete.format(NUMERO)))
    assert lu.numero == NUMERO


def test_le_jour_de_la_derniere_tentative_et_le_fuseau():
    essai = bloc() + "Last-Attempt-Date: Fri, 20 Nov 2026 12:00:00 +0100\n"
    assert lire_rebond(rapport(essai)).le == date(2026, 11, 20)
    antilles = timezone(datetime(2026, 1, 1, 4) - datetime(2026, 1, 1, 8))
    assert lire_rebond(rapport(bloc()), fuseau=antilles).le == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("octets", "mot"),
    [
        (b"", "multipart/report"),
        (b"Subject: absent du bureau\n\nJe reviens lundi.", "multipart/report"),
        (ORIGINAL, "multipart/report"),
        (rapport("Action: \n"), "sort du message"),
        (rapport("Final-Recipient: rfc822; d@client.fr\n"), "sort du message"),
        (rapport(bloc("inconnue", "9.9.9")), "sort du message"),
        (rapport(bloc(), date_=""), "daté"),
        (rapport(bloc(), date_="hier"), "daté"),
        (rapport(bloc(), retour=b"Content-Type: text/rfc822-headers\n\nMessage-ID: <spam@ailleurs.example>"), "des nôtres"),
        (rapport(bloc(), retour=b"", tete=f"References: {NUMERO} {NUMERO.replace('0', '1')}\n"), "des nôtres"),
        (rapport(bloc()).replace(b"delivery-status\n\n", b"disposition-notification\n\n"), "sort du message"),
    ],
)
def test_ce_qui_n_est_pas_un_rapport_sur_l_un_de_nos_messages(octets, mot):
    with pytest.raises(DonneeInvalide, match=mot):
        lire_rebond(octets)


@pytest.mark.parametrize("entree", [bytes(OCTETS_MAXIMUM + 1), "texte", None])
def test_taille_et_type(entree):
    with pytest.raises(DonneeInvalide, match="octets au plus"):
        lire_rebond(entree)


@pytest.mark.parametrize(
    "hostile",
    [
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(3000)),
        b"Content-Type: message/rfc822\n\n" * 5000,
        rapport(bloc(), retour=b"Content-Type: message/rfc822\n\n" * 3000),
        b'Content-Type: multipart/report; boundary="' + b"a" * 100_000 + b'"\n\n' + b"--a\n" * 100_000,
        rapport(*[bloc()] * 20_000),
        rapport(bloc()).replace(b"Message-ID: ", b"Message-ID: " + b"<" * 500_000),
        b"Content-Type: multipart/report; boundary=x\n\n" + b"--x\n\n" * 200_000,
        rapport(bloc()).replace(b"Final-Recipient", b"X: =?utf-8?q?" + b"=0A" * 100_000 + b"?=\nFinal-Recipient"),
    ],
)
def test_hostile_et_borne_dans_le_temps(hostile):
    debut = time.process_time()
    _lire(hostile)
    assert time.process_time() - debut < 5


def _lire(octets):
    try:
        avis = lire_rebond(octets)
    except DonneeInvalide:
        return None
    assert isinstance(avis, Avis)
    assert len(avis.detail) <= 301
    assert avis.detail.isprintable()
    return avis


@given(st.binary(max_size=2000))
def test_toute_suite_d_octets(octets):
    _lire(octets)


@given(st.data())
def test_un_rapport_abime(data):
    """Des octets changés, ôtés ou glissés n'importe où : un avis, ou un refus nommé."""
    octets = bytearray(rapport(bloc(), retour=b"Content-Type: message/rfc822\n\n" + ORIGINAL))
    for _ in range(data.draw(st.integers(1, 8))):
        rang = data.draw(st.integers(0, len(octets)))
        octets[rang : rang + data.draw(st.integers(0, 30))] = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b"\n\n", b"--lim\n", b"--lim--", b"=?x?q?=0A?=", b"\xff", b"\x00", b": "]),
            )
        )
    _lire(bytes(octets))


def test_un_message_rendu_avec_ses_pieces_peut_etre_lourd():
    lourd = ORIGINAL + b"A" * (5 * 1024 * 1024)
    assert lire_rebond(rapport(bloc(), retour=b"Content-Type: message/rfc822\n\n" + lourd)).numero == NUMERO


def test_deux_plis_deux_numeros():
    autre, _ = composer(evolve(PLI, objet="Facture F-2"), expediteur=Address(addr_spec="compta@exemple.fr"), reponse_a=None,
                        le=datetime(2026, 11, 21, 9, tzinfo=UTC))  # fmt: skip
    assert autre != NUMERO
