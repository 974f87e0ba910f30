"""Le message produit : un destinataire, des en-têtes comptés, un contenu qui n'est qu'à lui."""

import email
from datetime import UTC, date, datetime
from email import policy
from email.headerregistry import Address

import pytest
from attrs import evolve

from recouvrement.envoi import message as module
from recouvrement.envoi.message import composer
from recouvrement.erreurs import EnvoiImpossible
from recouvrement.modele.actes import Relance
from recouvrement.ports import Destinataire, Document, Pli

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
EXPEDITEUR = Address(display_name="Comptabilité Exemple", addr_spec="compta@exemple.fr")
CORPS = Document("lettre.txt", "text/plain; charset=utf-8", "Bonjour, il reste 10 453,76 € à régler.\n.\nAdieu\n".encode())
HTML = Document("lettre.html", "text/html", "<p>Bonjour é</p>".encode())
PDF = Document("Relance_F-1.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")


def pli(nom="Dupont", courriel="d@client.fr", objet="Facture F-1", documents=(CORPS, HTML, PDF)):
    return Pli(
        cles=("k",),
        destinataire=Destinataire(nom=nom, courriel=courriel),
        objet=objet,
        documents=documents,
        debiteur="d",
        acte=Relance(le=date(2026, 11, 21)),
    )


def lire(envoye, reponse_a=None):
    _, octets = composer(envoye, expediteur=EXPEDITEUR, reponse_a=reponse_a, le=INSTANT)
    assert octets.isascii()
    return email.message_from_bytes(octets, policy=policy.default)


def test_corps_variante_et_piece():
    lu = lire(pli(), reponse_a="marie@exemple.fr")
    assert lu.get_body(("plain",)).get_content().replace("\r\n", "\n").encode() == CORPS.octets
    assert lu.get_body(("html",)).get_content().strip() == "<p>Bonjour é</p>"
    (piece,) = lu.iter_attachments()
    assert (piece.get_filename(), piece.get_content_type(), piece.get_content()) == (PDF.nom, "application/pdf", PDF.octets)
    assert lu["Reply-To"] == "marie@exemple.fr"
    assert lu["From"].addresses[0].display_name == "Comptabilité Exemple"
    assert lu["Auto-Submitted"] == "auto-generated"
    assert lu["Date"].datetime == INSTANT


def test_memes_entrees_memes_octets():
    assert composer(pli(), expediteur=EXPEDITEUR, reponse_a=None, le=INSTANT) == composer(
        pli(), expediteur=EXPEDITEUR, reponse_a=None, le=INSTANT
    )


@pytest.mark.parametrize("domaine", ["exemple.fr", "relances.comptabilite.etablissements-dupont.fr", f"{'a' * 60}.{'b' * 60}.fr"])
def test_longs_en_tetes(domaine):
    """Le repliement des lignes longues ne perd ni une adresse, ni l'identifiant, ni un mot de l'objet."""
    expediteur = Address(display_name="Comptabilité des Établissements Dupont & Fils " * 2, addr_spec=f"relances@{domaine}")
    objet = "Facture n° F-1, échue le 1er décembre : reste 10 453,76 € à régler " * 4
    identifiant, octets = composer(pli(objet=objet), expediteur=expediteur, reponse_a=f"marie@{domaine}", le=INSTANT)
    lu = email.message_from_bytes(octets, policy=policy.default)
    assert lu["Subject"].split() == objet.split()
    assert lu["Message-ID"] == identifiant
    assert lu["Reply-To"].addresses[0].addr_spec == f"marie@{domaine}"


def test_texte_seul():
    lu = lire(pli(documents=(CORPS,)))
    assert lu.get_content_type() == "text/plain"
    assert lu.get_content().replace("\r\n", "\n").encode() == CORPS.octets


def test_identifiant_stable_et_lie_au_contenu():
    def identifiant(envoye, le=INSTANT):
        return composer(envoye, expediteur=EXPEDITEUR, reponse_a=None, le=le)[0]

    assert identifiant(pli()) == identifiant(pli(), datetime(2027, 1, 1, tzinfo=UTC))
    assert identifiant(pli()) != identifiant(pli(objet="autre"))
    assert identifiant(pli()).endswith("@exemple.fr>")


SAUTS = [
    "F-1\r\nBcc: v@evil.fr",
    "F-1\nBcc: x",
    "F-1\rBcc",
    "F\x0bBcc",
    "F\x85Bcc",
    "F\u2028Bcc",
    "F\u2029Bcc",
    "F\x00",
    "a\u202eb",
]


@pytest.mark.parametrize("texte", SAUTS)
def test_caracteres_de_commande_refuses(texte):
    piece = Document(texte, "application/pdf", b"x")
    for hostile in (pli(objet=texte), pli(nom=texte), pli(documents=(CORPS, piece))):
        with pytest.raises(EnvoiImpossible):
            lire(hostile)


MOTS = [
    "=?utf-8?q?F=0ABcc=3A_x?=",
    "=?utf-8?b?RgpCY2M6IHhAZXZpbA==?=",
    "a =?us-ascii?q?=0D=0ABcc:_v@evil?= b",
    "=?utf-8?q?v=40evil?=",
]


@pytest.mark.parametrize("texte", MOTS)
def test_mots_encodes_neutralises(texte):
    lu = lire(pli(objet=texte, nom=texte, documents=(CORPS, Document(texte, "application/pdf", b"x"))))
    assert "Bcc" not in lu
    assert lu["Subject"] == texte.replace("=?", "= ?")
    assert [a.addr_spec for a in lu["To"].addresses] == ["d@client.fr"]


NOMS = [
    "Dupont, v@evil",
    'Du"pont" <v@evil.fr>',
    "<v@evil.fr>",
    "v@evil.fr,",
    "Société Générale des Établissements Dupont & Fils, Père (Lyon) ; v@evil.fr " * 2,
    "é" * 150,
    "a\\",
    "\\\"",
    "日本株式会社, 東京 <v@evil>",
    ":;()[]<>@,.\"\\",
    "Dupont\N{NO-BREAK SPACE}: groupe;",
]  # fmt: skip


@pytest.mark.parametrize("nom", NOMS)
def test_le_nom_ne_detourne_pas_l_adresse(nom):
    lu = lire(pli(nom=nom))
    assert [a.addr_spec for a in lu["To"].addresses] == ["d@client.fr"]


@pytest.mark.parametrize("courriel", [None, "", "a@b.fr, v@evil.fr", "a b@c.fr", "<a@b.fr>", "a@b.fr\r\nBcc: x", "é@b.fr", "a@b"])
def test_adresse_absente_ou_illisible(courriel):
    with pytest.raises(EnvoiImpossible, match="adresse"):
        lire(pli(courriel=courriel))


def test_type_mime_hostile_devient_octets():
    for hostile in ("multipart/mixed", "message/rfc822", "text/x\r\nBcc: v", "n'importe quoi", ""):
        (piece,) = lire(pli(documents=(CORPS, evolve(PDF, type_mime=hostile)))).iter_attachments()
        assert piece.get_content_type() == "application/octet-stream"
        assert piece.get_content() == PDF.octets


def test_corps_absent_ou_mal_encode():
    with pytest.raises(EnvoiImpossible, match="text/plain"):
        lire(pli(documents=(HTML, PDF)))
    with pytest.raises(EnvoiImpossible, match="UTF-8"):
        lire(pli(documents=(Document("l.txt", "text/plain", b"\xe9"),)))


@pytest.mark.parametrize(
    "ajout",
    [b"Bcc: v@evil.fr\r\n", b"To: v@evil.fr\r\n", b"X-Autre: 1\r\n", b"Reply-To: v@evil.fr\r\n", b"Resent-To: v@evil.fr\r\n"],
)
def test_la_relecture_voit_un_en_tete_de_trop(ajout, monkeypatch):
    """Comme si cette version de Python écrivait le saut de ligne caché."""
    vraie = module.EmailMessage.as_bytes
    monkeypatch.setattr(module.EmailMessage, "as_bytes", lambda self: ajout + vraie(self))
    with pytest.raises(EnvoiImpossible, match="injection"):
        lire(pli())


def test_la_relecture_voit_une_adresse_changee(monkeypatch):
    vraie = module.EmailMessage.as_bytes
    monkeypatch.setattr(module.EmailMessage, "as_bytes", lambda self: vraie(self).replace(b"d@client.fr", b"v@evil.fr"))
    with pytest.raises(EnvoiImpossible, match="injection"):
        lire(pli())


def test_cent_messages_chacun_sa_piece():
    for n in range(100):
        piece = Document(f"lettre_{n}.pdf", "application/pdf", b"debiteur %d" % n)
        (lue,) = lire(pli(nom=f"Nom {n}", documents=(CORPS, piece))).iter_attachments()
        assert (lue.get_filename(), lue.get_content()) == (piece.nom, piece.octets)
