"""Du dossier au fichier, avec la vraie politique et un vrai registre, et la mort à chaque pas."""

import subprocess
import sys

import pytest

from recouvrement.registre.sqlite import RegistreSqlite

SCRIPT = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from recouvrement.envoi import expedition
from recouvrement.envoi.expedition import expedier
from recouvrement.envoi.repertoire import Repertoire
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.politique.politique import Politique
from recouvrement.ports import Document
from recouvrement.registre.sqlite import RegistreSqlite

dossier, mort = Path(sys.argv[1]), sys.argv[2]
AU, horloge = date(2026, 10, 6), lambda: datetime(2026, 10, 6, 9, tzinfo=UTC)

def mourir(ou):
    if ou == mort:
        os._exit(9)

class Registre(RegistreSqlite):
    def reserver(self, pli):
        mourir("avant_reserver")
        reservation = super().reserver(pli)
        mourir("apres_reserver")
        return reservation
    def constater(self, reservation, accuse):
        mourir("avant_constater")
        super().constater(reservation, accuse)
        mourir("apres_constater")

class Monde(Repertoire):
    def remettre(self, pli):
        with open(dossier / "monde", "a") as monde:
            monde.write(" ".join(pli.cles) + "\\n")
        mourir("pendant")
        return super().remettre(pli)

class Moteur:
    def rendre(self, courrier):
        return Document("lettre.txt", "text/plain", b"Bonjour")

expedition.rediger = lambda action, bilan, modeles=None: SimpleNamespace(langue="fr", objet=("Facture",))

adresse = Adresse(voie="1 rue A", code_postal="69001", commune="Lyon")
moi = Creancier(nom="Exemple SARL", qualite=Qualite.COMMERCANT, siren="732829320", adresse=adresse, courriel="compta@exemple.fr",
                telephone="0102030405", iban="FR7630006000011234567890189")
lui = Debiteur(nom="Client SA", qualite=Qualite.COMMERCANT, identifiant="C1", adresse=adresse, courriel="c@client.fr")
creance = Creance(reference="F-1", principal="100.00", emise_le=date(2026, 9, 1), echeance=date(2026, 10, 1), creancier=moi, debiteur=lui)
with Registre(dossier / "registre.sqlite", horloge) as registre:
    for envoi in expedier([Dossier(creances=[creance])], au=AU, politique=Politique(), moteur=Moteur(), registre=registre,
                          notificateurs={"courriel": Monde(dossier / "sortie", horloge)}, horloge=horloge, relire=lambda d: d):
        print(envoi.issue, envoi.detail)
"""


def lancer(dossier, mort=""):
    return subprocess.run([sys.executable, "-c", SCRIPT, str(dossier), mort], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("mort", "partis", "issue"),
    [
        ("avant_reserver", 1, "pris"),
        ("apres_reserver", 0, None),
        ("pendant", 1, None),
        ("avant_constater", 1, None),
        ("apres_constater", 1, "pris"),
        ("", 1, "pris"),
    ],
)
def test_au_plus_une_fois_quel_que_soit_l_instant_de_la_mort(tmp_path, mort, partis, issue):
    """Mort avant l'intention ou après le constat : rien de perdu. Entre les deux : incertain, et cela ne repart pas seul."""
    premier = lancer(tmp_path, mort)
    assert premier.returncode == (9 if mort else 0), premier.stderr
    for _ in range(2):
        suivant = lancer(tmp_path)
        assert suivant.returncode == 0, suivant.stderr
        assert "erreur" not in suivant.stdout
    monde = tmp_path / "monde"
    assert (monde.read_text().count("\n") if monde.exists() else 0) == partis
    with RegistreSqlite(tmp_path / "registre.sqlite", lambda: None) as registre:
        assert registre.verifier().intacte
        assert len(registre.incertains()) == (issue is None)
        issues = [x.donnees["issue"] for x in registre.inscriptions() if x.genre == "accuse"]
        assert issues == ([issue] if issue else [])
        assert len(registre.evenements("id:C1")) == 1
