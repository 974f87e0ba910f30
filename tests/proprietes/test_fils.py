"""I-56 : huit fils sur la même politique donnent ce qu'un seul donne, moteur froid compris."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proprietes.strategies import profil
from recouvrement import Politique, strategies

AU = date(2026, 9, 1)


@profil(12)
@given(st.lists(strategies.dossiers(), min_size=8, max_size=12), strategies.politiques(), strategies.dates())
def test_huit_fils_sur_une_politique_donnent_les_memes_bilans(dossiers, politique, au):
    seuls = [politique.examiner(d, au=au).vers_dict() for d in dossiers]
    with ThreadPoolExecutor(8) as fils:
        ensemble = list(fils.map(lambda d: politique.examiner(d, au=au).vers_dict(), dossiers * 4))
    assert ensemble == seuls * 4


FROID = """
import sys, threading
sys.setswitchinterval(1e-6)
from datetime import date
from recouvrement import Creance, Creancier, Debiteur, Politique, Qualite
depart, rendus = threading.Barrier(8), []
def examiner():
    depart.wait()
    creance = Creance(
        reference="F-1", principal="10000.00", emise_le=date(2026, 4, 1), echeance=date(2026, 5, 1),
        creancier=Creancier(nom="Port", qualite=Qualite.COMMERCANT), debiteur=Debiteur(nom="Sud", qualite=Qualite.COMMERCANT),
    )
    rendus.append(Politique().examiner(creance, au=date(2026, 9, 1)).total.valeur.vers_json())
fils = [threading.Thread(target=examiner) for _ in range(8)]
[f.start() for f in fils]
[f.join() for f in fils]
print(*rendus)
"""


def test_huit_fils_sur_un_moteur_froid():
    """Tables lues, modules chargés, caches remplis par huit fils à la fois, dès la première ligne."""
    rendu = subprocess.run([sys.executable, "-c", FROID], capture_output=True, text=True, check=True)
    assert (rendu.stdout.split(), rendu.stderr) == (["10453.76", "EUR"] * 8, "")


@pytest.fixture
def fils_presses():
    """Les fils se coupent la parole sans cesse."""
    avant = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(avant)


@pytest.mark.usefixtures("fils_presses")
def test_les_raisons_differees_se_lisent_de_huit_fils():
    """Un résultat différé n'est bâti qu'à sa première lecture : huit fils le lisent à la fois."""
    politique = Politique()

    @profil(8)
    @given(strategies.dossiers())
    def essayer(dossier):
        attendu = politique.examiner(dossier, au=AU).expliquer()
        for _ in range(5):
            bilan = politique.examiner(dossier, au=AU)
            with ThreadPoolExecutor(8) as fils:
                assert set(fils.map(lambda _: bilan.expliquer(), range(8))) == {attendu}  # noqa: B023 — lu aussitôt

    essayer()
