"""Une vraie boîte aux lettres sur la boucle locale, et ce qu'elle a vraiment pris ; de quoi lui comparer un registre."""

import email
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from email import policy
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from fiabilite.monde import issues
from recouvrement.registre import RegistreSqlite

EXPEDITEUR = Path(__file__).with_name("expediteur.py")


class Boite:
    """Chaque message pris : l'adresse d'enveloppe, le numéro, le texte."""

    def __init__(self) -> None:
        self.prises: list[tuple[str, str, str]] = []
        self.a_la_prise: Callable[[], object] = lambda: None
        self._verrou = threading.Lock()
        with socket.socket() as prise:
            prise.bind(("127.0.0.1", 0))
            port = prise.getsockname()[1]
        self._controleur = Controller(self, hostname="127.0.0.1", port=port)

    def __enter__(self) -> "Boite":
        self._controleur.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controleur.stop()

    @property
    def port(self) -> int:
        return self._controleur.port

    async def handle_DATA(self, _serveur: Any, _session: Any, enveloppe: Any) -> str:
        lu = email.message_from_bytes(enveloppe.content, policy=policy.default)
        (adresse,) = enveloppe.rcpt_tos
        with self._verrou:
            self.prises.append((adresse, str(lu["Message-ID"]), lu.get_body(("plain",)).get_content()))
        self.a_la_prise()
        return "250 pris"

    @property
    def par_adresse(self) -> Counter[str]:
        return Counter(adresse for adresse, _, _ in self.prises)


def lancer(
    registre: Path, port: int, combien: int, *options: str, avant: tuple[str, ...] = (), **autres: Any
) -> subprocess.Popen[str]:
    """Un lancement, dans son propre processus."""
    commande = [*avant, sys.executable, str(EXPEDITEUR), str(registre), str(port), str(combien), *options]
    milieu = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(commande, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=milieu, **autres)


def adresse(cle: str) -> str:
    """L'adresse du débiteur à qui cette clé doit partir : « …/F-7-0/… », c7@client.example."""
    return f"c{cle.split('/')[1].split('-')[1]}@client.example"


def comparer(registre: RegistreSqlite, boite: Boite) -> list[str]:
    """Ce qui cloche : double, lettre partie sans trace, fausse preuve, texte différent, chaîne rompue. Vide si tout tient."""
    ecarts = [f"double : {a}" for a, fois in boite.par_adresse.items() if fois > 1]
    verdict = registre.verifier()
    ecarts += [f"chaîne : {verdict.defaut}"] * (not verdict.intacte)
    lues, lignes = issues(registre), registre.inscriptions()
    dites = {adresse(cle): (dits[-1], lignes[dits[-1][0] - 1].donnees) for cle, dits in lues.items()}
    for qui, _, texte in boite.prises:
        if qui not in dites or dites[qui][0][1] not in ("pris", "inconnu", ""):
            ecarts.append(f"parti sans trace : {qui}")
            continue
        garde = registre.octets(dites[qui][1]["documents"][0]["empreinte"]).decode()
        ecarts += [f"texte différent : {qui}"] * (garde.splitlines() != texte.splitlines())
    for qui, ((_, dit, _), _) in dites.items():
        ecarts += [f"fausse preuve : {qui}"] * (dit == "pris" and not boite.par_adresse[qui])
    return ecarts


def trancher_tout(registre: RegistreSqlite, boite: Boite) -> int:
    """L'humain regarde dans la boîte, et dit vrai."""
    douteux = registre.incertains()
    for r in douteux:
        registre.trancher(r.cles[0], "pris" if boite.par_adresse[adresse(r.cles[0])] else "refuse", "vu dans la boîte")
    return len(douteux)
