"""Le transport, face à un vrai serveur TLS qui coupe, redirige, ou n'est pas celui qu'on croit."""

import shutil
import ssl
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from recouvrement.envoi import transport as module
from recouvrement.envoi.transport import NonConnecte, TransportHttps
from recouvrement.erreurs import DonneeInvalide


class Serveur(BaseHTTPRequestHandler):
    recues = []

    def do_POST(self):
        corps = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.recues.append((self.path, self.headers["X-Cle"], corps))
        if self.path == "/redirige":
            self.send_response(302)
            self.send_header("Location", "https://ailleurs.example/")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/coupe":
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"debut")
        elif self.path == "/muet":
            self.close_connection = True
        elif self.path == "/lent":
            threading.Event().wait(2)
        else:
            self.send_response(500 if self.path.startswith("/panne") else 200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"salut")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def serveur(tmp_path_factory):
    if shutil.which("openssl") is None:
        pytest.skip("openssl absent")
    cle, certificat = (tmp_path_factory.mktemp("tls") / nom for nom in ("cle.pem", "certificat.pem"))
    commande = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout"
    )
    subprocess.run([*commande.split(), cle, "-out", certificat], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificat, cle)
    http = HTTPServer(("127.0.0.1", 0), Serveur)
    http.handle_error = lambda *_: None
    http.socket = tls.wrap_socket(http.socket, server_side=True)
    fil = threading.Thread(target=http.serve_forever, daemon=True)
    fil.start()
    yield http.server_port, ssl.create_default_context(cafile=certificat)
    http.shutdown()
    http.server_close()
    fil.join()


def envoyer(serveur, chemin, delai=5, tls=None):
    port, confiance = serveur
    return TransportHttps(delai, tls or confiance)("POST", f"https://localhost:{port}{chemin}", {"X-Cle": "1"}, b"corps")


def test_un_echange(serveur):
    code, entetes, lu = envoyer(serveur, "/a?b=c")
    assert (code, entetes["content-length"], lu) == (200, "5", b"salut")
    assert Serveur.recues[-1] == ("/a?b=c", "1", b"corps")
    assert envoyer(serveur, "/panne")[0] == 500  # un code d'erreur est une réponse


def test_une_redirection_n_est_pas_suivie(serveur):
    assert envoyer(serveur, "/redirige")[0] == 302


@pytest.mark.parametrize(("chemin", "delai"), [("/coupe", 5), ("/muet", 5), ("/lent", 0.2)])
def test_pas_de_reponse_entiere(serveur, chemin, delai):
    avant = len(Serveur.recues)
    with pytest.raises((ConnectionError, TimeoutError)) as panne:
        envoyer(serveur, chemin, delai)
    assert not isinstance(panne.value, NonConnecte)
    assert len(Serveur.recues) == avant + 1  # entendue une fois, jamais reprise


def test_une_reponse_trop_longue(serveur, monkeypatch):
    monkeypatch.setattr(module, "REPONSE_MAXIMALE", 4)
    with pytest.raises(OSError, match="plus de 4 octets"):
        envoyer(serveur, "/a")


def test_un_certificat_inconnu_ou_un_port_ferme_n_envoient_rien(serveur):
    avant = len(Serveur.recues)
    with pytest.raises(NonConnecte):
        envoyer(serveur, "/a", tls=ssl.create_default_context())
    with pytest.raises(NonConnecte):
        TransportHttps(1)("POST", "https://localhost:1/", {}, b"")
    assert len(Serveur.recues) == avant


@pytest.mark.parametrize("url", ["http://localhost/", "file:///etc/passwd", "https:///x"])
def test_https_seulement(url):
    with pytest.raises(DonneeInvalide):
        TransportHttps()("GET", url, {}, None)
