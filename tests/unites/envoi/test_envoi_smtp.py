"""Le canal SMTP face à un vrai serveur (aiosmtpd) et à un serveur qui coupe où on veut."""

import copy
import email
import json
import logging
import pickle
import shutil
import socket
import ssl
import subprocess
import threading
import traceback
from datetime import UTC, date, datetime
from email import policy

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from attrs import evolve

from recouvrement.envoi.smtp import Smtp, _lignes
from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible
from recouvrement.modele.actes import Relance
from recouvrement.ports import Destinataire, Document, Pli

# aiosmtpd 1.4.6 emploie des fonctions d'asyncio vieillies ; nos propres avertissements restent des erreurs ailleurs.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Requiring AUTH:UserWarning")

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
SECRET = "jeton-4f9c2a71e8"


def pli(nom="Dupont", courriel="d@client.fr", texte="Bonjour é\n.\n..\nFin\n", n=0):
    return Pli(
        cles=(f"k{n}",),
        destinataire=Destinataire(nom=nom, courriel=courriel),
        objet=f"Facture F-{n}",
        documents=(Document("l.txt", "text/plain", texte.encode()), Document(f"l{n}.pdf", "application/pdf", b"piece %d" % n)),
        debiteur="d",
        acte=Relance(le=date(2026, 11, 21)),
    )


def port_libre():
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


def canal(port, **options):
    options = {"securite": "aucune", "delai": 5} | options
    return Smtp("localhost", port, "Comptabilité <compta@exemple.fr>", lambda: INSTANT, **options)


class Boite:
    """Ce que le serveur a pris : enveloppes entières."""

    def __init__(self, rcpt="250 OK", data="250 pris 42"):
        self.rcpt, self.data, self.prises = rcpt, data, []

    async def handle_RCPT(self, serveur, session, enveloppe, adresse, options):
        if self.rcpt.startswith("250"):
            enveloppe.rcpt_tos.append(adresse)
        return self.rcpt

    async def handle_DATA(self, serveur, session, enveloppe):
        if self.data.startswith("250"):
            self.prises.append((enveloppe.mail_from, tuple(enveloppe.rcpt_tos), enveloppe.content))
        return self.data


@pytest.fixture
def ouvrir():
    controleurs = []

    def demarrer(boite, **options):
        controleur = Controller(boite, hostname="127.0.0.1", port=port_libre(), **options)
        controleur.start()
        controleurs.append(controleur)
        return controleur.port

    yield demarrer
    for controleur in controleurs:
        controleur.stop()


def test_250_pris(ouvrir):
    boite = Boite()
    accuse = canal(ouvrir(boite)).remettre(pli())
    assert (accuse.issue, accuse.detail, accuse.le) == ("pris", "250 pris 42", INSTANT)
    ((de, a, octets),) = boite.prises
    assert (de, a) == ("compta@exemple.fr", ("d@client.fr",))
    lu = email.message_from_bytes(octets, policy=policy.default)
    assert lu["Message-ID"] == accuse.numero
    assert lu.get_body(("plain",)).get_content().splitlines() == ["Bonjour é", ".", "..", "Fin"]
    (preuve,) = accuse.preuves
    assert preuve.type_mime == "message/rfc822"
    assert octets.strip() == preuve.octets.strip()


@pytest.mark.parametrize(
    ("reponses", "issue"),
    [
        ({"rcpt": "451 plus tard"}, "a_retenter"),
        ({"rcpt": "550 5.1.1 inconnu ici"}, "refuse"),
        ({"data": "451 liste grise"}, "a_retenter"),
        ({"data": "554 contenu refusé"}, "refuse"),
    ],
)
def test_refus_avec_le_motif_du_serveur(ouvrir, reponses, issue):
    boite = Boite(**reponses)
    accuse = canal(ouvrir(boite)).remettre(pli())
    assert accuse.issue == issue
    assert accuse.detail == next(iter(reponses.values()))
    assert accuse.numero
    assert not boite.prises
    assert not accuse.preuves


def test_un_nom_a_virgule_ne_detourne_pas_l_enveloppe(ouvrir):
    boite = Boite()
    canal(ouvrir(boite)).remettre(pli(nom="Dupont, v@evil.fr"))
    assert boite.prises[0][1] == ("d@client.fr",)


def test_cent_envois_d_affilee_chacun_sa_piece(ouvrir):
    boite = Boite()
    smtp = canal(ouvrir(boite))
    for n in range(100):
        assert smtp.remettre(pli(courriel=f"nom{n}@client.fr", n=n)).issue == "pris"
    for n, (_, a, octets) in enumerate(boite.prises):
        assert a == (f"nom{n}@client.fr",)
        (piece,) = email.message_from_bytes(octets, policy=policy.default).iter_attachments()
        assert piece.get_content() == b"piece %d" % n


class Coupeur(threading.Thread):
    """Serveur qui suit le protocole et coupe, ou se tait, à un moment choisi."""

    def __init__(self, ou, dernier="250 ok"):
        super().__init__(daemon=True)
        self.ou, self.dernier, self.corps = ou, dernier, b""
        self.ecoute = socket.create_server(("127.0.0.1", 0))
        self.port = self.ecoute.getsockname()[1]
        self.start()

    def run(self):
        with self.ecoute, self.ecoute.accept()[0] as prise, prise.makefile("rwb", buffering=0) as flux:
            if self.ou == "accueil":
                return
            self.dire(flux, "220 essai")
            while ligne := flux.readline():
                commande = ligne.split()[0].upper().decode()
                if self.ou == commande:
                    return
                if commande == "DATA" and not self.message(flux):
                    return
                if commande != "DATA":
                    self.dire(flux, "250 ok")

    def message(self, flux):
        self.dire(flux, "354 allez")
        if self.ou == "354":
            return False
        while (ligne := flux.readline()) not in (b".\r\n", b""):
            self.corps += ligne
            if self.ou == "milieu":
                return False
        if self.ou == "silence":
            flux.read(1)  # jusqu'à ce que le client renonce
        if self.ou in ("point", "silence"):
            return False
        self.dire(flux, self.dernier)
        return self.ou != "250"

    @staticmethod
    def dire(flux, texte):
        flux.write(texte.encode() + b"\r\n")


@pytest.mark.parametrize(
    ("ou", "issue"),
    [
        ("accueil", "a_retenter"),
        ("EHLO", "a_retenter"),
        ("MAIL", "a_retenter"),
        ("RCPT", "a_retenter"),
        ("DATA", "a_retenter"),
        ("point", "inconnu"),
        ("250", "pris"),
        ("QUIT", "pris"),
    ],
)
def test_la_coupure_decide(ou, issue):
    serveur = Coupeur(ou)
    accuse = canal(serveur.port).remettre(pli())
    serveur.join(5)
    assert accuse.issue == issue, accuse.detail
    assert bool(accuse.preuves) == (issue in ("pris", "inconnu"))


def test_coupure_au_milieu_d_un_gros_message():
    """Le noyau n'a pas pris le point final : le serveur n'a pas pu le lire."""
    serveur = Coupeur("milieu")
    gros = Document("g.pdf", "application/pdf", b"\0" * 10_000_000)
    accuse = canal(serveur.port).remettre(evolve(pli(), documents=(*pli().documents, gros)))
    assert accuse.issue == "a_retenter", accuse.detail


@pytest.mark.parametrize(("reponse", "issue"), [("n'importe quoi", "inconnu"), ("354 encore", "inconnu"), ("251 ok", "pris")])
def test_reponse_etrange_apres_le_point(reponse, issue):
    assert canal(Coupeur("", reponse).port).remettre(pli()).issue == issue


def test_silence_apres_le_point_est_incertain():
    serveur = Coupeur("silence")
    accuse = canal(serveur.port, delai=0.3).remettre(pli())
    serveur.join(5)
    assert accuse.issue == "inconnu"
    assert "après le point final" in accuse.detail


def test_le_jalon_precede_le_point_et_l_arrete_s_il_echoue(ouvrir):
    boite = Boite()
    smtp, vus = canal(ouvrir(boite)), []
    assert smtp.remettre_en_deux_temps(pli(), lambda: vus.append(len(boite.prises))).issue == "pris"
    assert vus == [0]

    def plein():
        raise EnvoiImpossible("disque plein")

    with pytest.raises(EnvoiImpossible, match="disque plein"):
        smtp.remettre_en_deux_temps(pli(n=1), plein)
    assert smtp.remettre(pli(n=2)).issue == "pris"
    assert len(boite.prises) == 2  # le message sans point n'a pas été pris


def test_connexion_refusee_et_hote_inconnu():
    assert canal(port_libre()).remettre(pli()).issue == "a_retenter"
    smtp = Smtp("hote.invalid", 25, "a@exemple.fr", lambda: INSTANT, securite="aucune", delai=2)
    assert smtp.remettre(pli()).issue == "a_retenter"


def test_sans_adresse():
    with pytest.raises(EnvoiImpossible, match="adresse"):
        canal(1).remettre(pli(courriel=None))


def test_contrebande_smtp():
    """Aucune ligne du corps ne clôt le message avant la fin."""
    for corps in (b"a\n.\nb", b"a\r.\rb", b"a\r\n.\r\nMAIL FROM:<x>", b".", b"a\n.\r\nb\r\n"):
        rendu = _lignes(corps) + b".\r\n"
        assert rendu.endswith(b"\r\n.\r\n")
        assert rendu.count(b"\r\n.\r\n") == 1
        assert not rendu.startswith(b".\r\n")
        assert b"\n" not in rendu.replace(b"\r\n", b"")
        assert b"\r" not in rendu.replace(b"\r\n", b"")


@pytest.fixture(scope="module")
def certificat(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl absent")
    dossier = tmp_path_factory.mktemp("tls")
    cle, cert = dossier / "cle.pem", dossier / "cert.pem"
    commande = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    commande += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(cle), "-out", str(cert)]
    subprocess.run(commande, check=True, capture_output=True)
    return cle, cert


def contexte(certificat):
    serveur = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serveur.load_cert_chain(certificat[1], certificat[0])
    return serveur


def identifier(_serveur, _session, _enveloppe, _methode, donnees):
    return AuthResult(success=donnees.password.decode() == SECRET, handled=False)


@pytest.mark.parametrize("securite", ["starttls", "tls"])
def test_identification_chiffree(ouvrir, certificat, monkeypatch, securite):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificat[1]))
    boite = Boite()
    tls = (
        {"ssl_context": contexte(certificat), "auth_require_tls": False}
        if securite == "tls"
        else {"tls_context": contexte(certificat)}
    )
    port = ouvrir(boite, authenticator=identifier, auth_required=True, **tls)
    bon = canal(port, securite=securite, identifiant="moi", mot_de_passe=SECRET)
    assert bon.remettre(pli()).issue == "pris"
    faux = canal(port, securite=securite, identifiant="moi", mot_de_passe="faux-" + SECRET).remettre(pli())
    assert faux.issue == "a_retenter"
    assert "identification refusée" in faux.detail
    assert SECRET not in repr(faux)
    assert len(boite.prises) == 1


def test_certificat_inconnu_rien_ne_part(ouvrir, certificat):
    boite = Boite()
    accuse = canal(ouvrir(boite, tls_context=contexte(certificat)), securite="starttls").remettre(pli())
    assert accuse.issue == "a_retenter"
    assert not boite.prises


def test_starttls_absent_rien_ne_part(ouvrir):
    boite = Boite()
    accuse = canal(ouvrir(boite), securite="starttls", identifiant="moi", mot_de_passe=SECRET).remettre(pli())
    assert accuse.issue == "a_retenter"
    assert "chiffrement" in accuse.detail
    assert not boite.prises


def test_le_secret_ne_sort_pas(caplog, capsys):
    caplog.set_level(logging.DEBUG)
    smtp = canal(port_libre(), securite="starttls", identifiant="moi", mot_de_passe=SECRET)
    vus = [repr(smtp), str(smtp), f"{smtp}", repr(smtp.remettre(pli()))]
    for geste in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, vars):
        with pytest.raises(TypeError) as leve:
            geste(smtp)
        vus.append(str(leve.value))
    for options in (
        {"securite": "aucune"},
        {"securite": "clair"},
        {"mot_de_passe": SECRET + "é"},
        {"identifiant": None},
        {"reponse_a": "x"},
    ):
        with pytest.raises(DonneeInvalide) as refus:
            canal(25, **({"identifiant": "moi", "mot_de_passe": SECRET, "securite": "tls"} | options))
        vus += [str(refus.value), repr(refus.value), *map(str, vars(refus.value).values())]
        vus += traceback.TracebackException.from_exception(refus.value, capture_locals=False).format()
    vus += [caplog.text, *capsys.readouterr()]
    assert not [v for v in vus if SECRET in v]


@pytest.mark.parametrize(
    "arguments",
    [
        ("h", 0, "a@b.fr"),
        ("h", True, "a@b.fr"),
        ("h\r\n", 25, "a@b.fr"),
        ("h", 25, "pas une adresse"),
        ("h", 25, "a@b.fr\r\nBcc: x"),
    ],
)
def test_reglages_refuses(arguments):
    with pytest.raises(DonneeInvalide):
        Smtp(*arguments, horloge=lambda: INSTANT)
