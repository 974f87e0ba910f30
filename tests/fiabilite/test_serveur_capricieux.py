"""Un serveur SMTP qui coupe, se tait, se répète, refuse ou divague, à chaque étape : l'accusé ne dit jamais que ce qu'on sait."""

import socket
import threading
from datetime import UTC, date, datetime

import pytest

from recouvrement.envoi.smtp import Smtp
from recouvrement.modele.actes import Relance
from recouvrement.ports import Destinataire, Document, Pli

ETAPES = ("accueil", "EHLO", "MAIL", "RCPT", "DATA", "point", "QUIT")
CAPRICES = ("coupe", "tait", "repete", "421 plus tard", "451 plus tard", "550 non", "999 quoi", "bruit", "250-sans fin", "long")
PLI = Pli(
    cles=("k",),
    destinataire=Destinataire(nom="Dupont", courriel="d@client.example"),
    objet="Facture F-1",
    documents=(Document("l.txt", "text/plain", "Bonjour,\n.\nÀ régler\n".encode()),),
    debiteur="d",
    acte=Relance(le=date(2026, 11, 21)),
)
REPONSES = {"accueil": "220 essai", "DATA": "354 allez", "QUIT": "221 adieu"}


class Capricieux(threading.Thread):
    """Suit le protocole, sauf à une étape. ``pris`` : il a lu un message jusqu'au point, et l'a gardé."""

    def __init__(self, etape: str, caprice: str) -> None:
        super().__init__(daemon=True)
        self.etape, self.caprice, self.pris = etape, caprice, 0
        self.fini = threading.Event()
        self.ecoute = socket.create_server(("127.0.0.1", 0))
        self.port = self.ecoute.getsockname()[1]
        self.start()

    def run(self) -> None:
        try:
            with self.ecoute, self.ecoute.accept()[0] as prise, prise.makefile("rwb", buffering=0) as self.flux:
                self.suivre()
        except (OSError, EOFError):
            pass  # le client est parti, ou le caprice coupe

    def suivre(self) -> None:
        self.dire("accueil")
        while ligne := self.flux.readline():
            mot = ligne.split()[0].upper().decode("ascii", "replace")
            self.dire(mot)
            if mot == "DATA" and not (self.etape == "DATA" and self.caprice[0] in "4592b"):
                while (ligne := self.flux.readline()) not in (b".\r\n", b""):
                    pass
                if ligne:
                    refuse = self.etape == "point" and self.caprice[0] in "459"
                    self.pris += not refuse
                    self.dire("point")

    def dire(self, etape: str) -> None:
        juste = REPONSES.get(etape, "250 ok").encode() + b"\r\n"
        if etape != self.etape:
            self.flux.write(juste)
        elif self.caprice == "coupe":
            raise EOFError
        elif self.caprice == "tait":
            self.fini.wait(5)
            raise EOFError
        elif self.caprice == "repete":
            self.flux.write(juste * 2)
        elif self.caprice == "bruit":
            self.flux.write(b"\xff\x00 n'importe quoi\r\n")
        elif self.caprice == "long":
            self.flux.write(b"250 " + b"x" * 100_000 + b"\r\n")
        elif self.caprice == "250-sans fin":
            self.flux.write(b"250-encore\r\n")
            raise EOFError
        else:
            self.flux.write(self.caprice.encode() + b"\r\n")


@pytest.mark.parametrize("caprice", CAPRICES)
@pytest.mark.parametrize("etape", ETAPES)
def test_l_accuse_ne_dit_que_ce_qu_on_sait(etape: str, caprice: str) -> None:
    serveur = Capricieux(etape, caprice)
    canal = Smtp(
        "127.0.0.1", serveur.port, "a@exemple.fr", lambda: datetime(2026, 11, 21, 9, tzinfo=UTC), securite="aucune", delai=0.25
    )
    accuse = canal.remettre(PLI)
    serveur.fini.set()
    serveur.join(5)
    assert not serveur.is_alive()
    if serveur.pris:
        assert accuse.issue in ("pris", "inconnu"), accuse
    if accuse.issue == "pris":
        assert serveur.pris == 1, accuse
    if etape not in ("point", "QUIT") and caprice not in ("repete", "long", "250-sans fin"):
        assert accuse.issue in ("a_retenter", "refuse") or serveur.pris, accuse
    if etape == "QUIT":
        assert accuse.issue == "pris"
    if accuse.issue == "refuse":
        assert caprice == "550 non"
    assert bool(accuse.preuves) == (accuse.issue in ("pris", "inconnu"))
