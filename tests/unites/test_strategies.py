"""Les stratégies publiques : tout ce qu'elles tirent est bien formé, s'examine, et rien d'important ne manque."""

import subprocess
import sys
from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban as verifier_iban
from stdnum.fr import siren as verifier_siren

from fabrique import creance
from proprietes.strategies import profil
from recouvrement import Evenement, Montant, Paiement, Qualite, Rejet, strategies


@profil(80)
@given(strategies.dossiers(), strategies.politiques(), strategies.dates())
def test_tout_dossier_tire_s_examine_sous_toute_politique(dossier, politique, au):
    bilan = politique.examiner(dossier, au=au)
    assert bilan.total.valeur.centimes >= 0


def test_tous_les_evenements_reviennent():
    vus = set()

    @profil(100)
    @given(st.lists(strategies.evenements(creance()), min_size=8, max_size=12))
    def tirer(evenements):
        vus.update(map(type, evenements))

    tirer()
    assert vus | {Rejet} == set(Evenement.__args__)


def test_un_rejet_vient_avec_son_paiement():
    vus = []

    @profil(80)
    @given(strategies.dossiers(creances_max=1))
    def tirer(dossier):
        rejets = [e for e in dossier.evenements if isinstance(e, Rejet)]
        assert {r.paiement for r in rejets} <= {e.reference for e in dossier.evenements if isinstance(e, Paiement)}
        vus.extend(rejets)

    tirer()
    assert vus


@profil(100)
@given(strategies.sirens(), strategies.ibans())
def test_les_cles_sont_justes(siren, iban):
    assert verifier_siren.is_valid(siren)
    assert verifier_iban.is_valid(iban)


@profil(100)
@given(strategies.montants(500, "CHF"), strategies.dates(date(2024, 2, 1), date(2024, 3, 1)))
def test_les_bornes_sont_tenues(montant, jour):
    assert Montant.de_centimes(1, "CHF") <= montant <= Montant("5.00", "CHF")
    assert date(2024, 2, 1) <= jour <= date(2024, 3, 1)


def test_les_jours_difficiles_reviennent_souvent():
    vus = []

    @profil(300)
    @given(strategies.dates())
    def tirer(jour):
        vus.append(jour)

    tirer()
    assert any((j.month, j.day) == (2, 29) for j in vus)
    assert sum((j.month, j.day) in ((6, 30), (7, 1), (12, 31), (1, 1)) for j in vus) > 20


@profil(60)
@given(strategies.debiteurs(Qualite.CONSOMMATEUR), strategies.creanciers())
def test_les_qualites_se_choisissent(debiteur, creancier):
    assert debiteur.qualite is Qualite.CONSOMMATEUR
    assert creancier.qualite is not Qualite.PERSONNE_PUBLIQUE


@profil(40)
@given(st.data())
def test_un_dossier_se_resserre(data):
    echeance = strategies.dates(date(2025, 1, 1), date(2025, 1, 31))
    dossier = data.draw(strategies.dossiers(echeance=echeance, creances_max=1, evenements_max=0))
    assert (len(dossier.creances), dossier.evenements) == (1, ())
    assert dossier.creances[0].echeance.month == 1


def test_hypothesis_connait_les_types_par_le_point_d_entree(tmp_path):
    """Dans un autre processus, où un faux paquet porte notre point d'entrée « hypothesis »."""
    infos = tmp_path / "faux-1.dist-info"
    infos.mkdir()
    (infos / "METADATA").write_text("Metadata-Version: 2.1\nName: faux\nVersion: 1\n")
    (infos / "entry_points.txt").write_text("[hypothesis]\nrecouvrement = recouvrement.strategies:enregistrer\n")
    code = (
        f"import sys; sys.path.append({str(tmp_path)!r})\n"
        "from hypothesis import strategies as st\n"
        "from recouvrement import Dossier, Politique, Creance\n"
        "import warnings; warnings.simplefilter('ignore')\n"
        "for genre in (Dossier, Politique, Creance): print(isinstance(st.from_type(genre).example(), genre))\n"
        "print(max(len(st.from_type(Dossier).example().evenements) for _ in range(8)) > 0)\n"
    )
    rendu = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert rendu.stdout.split() == ["True"] * 4


def test_sans_hypothesis_l_erreur_dit_quoi_installer():
    code = "import sys; sys.modules['hypothesis'] = None\nfrom recouvrement import strategies"
    rendu = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "recouvrement[essais]"' in rendu.stderr
