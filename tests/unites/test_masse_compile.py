"""Le noyau compilé, là où Numba est installé : les lignes du noyau NumPy, quels que soient les fils et l'ordre des appels.

Contre les objets, voir ``tests/proprietes/test_masse.py``, qui confronte les deux noyaux sur vingt mille lignes.
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from attrs import evolve

from recouvrement import Montant, Politique
from recouvrement.masse import blocs, classes, examen, examiner_table, reponses
from recouvrement.masse.colonnes import Cle
from recouvrement.politique.scenario import Scenario, prereglage

noyau_compile = pytest.importorskip("recouvrement.masse.noyau_compile")

AU = date(2026, 11, 21)


def table(n: int, graine: int) -> pa.Table:
    """Plusieurs droits, des échéances à calculer, des paiements, des montants et des taux que la boucle rend au noyau NumPy."""
    hasard = Random(graine)
    emises = [date(hasard.randint(2013, 2026), hasard.randint(1, 10), hasard.randint(1, 28)) for _ in range(n)]
    payees = [hasard.random() < 0.3 for _ in range(n)]
    return pa.table(
        {
            "reference": [f"F-{i}" for i in range(n)],
            "principal_centimes": [hasard.choice([1, 99, 10**5, hasard.randint(1, 10**7), 10**12]) for _ in range(n)],
            "emise_le": emises,
            "echeance": [hasard.choice([None, e.replace(day=28), e.replace(month=12, day=31)]) for e in emises],
            "executee_le": pa.array([hasard.choice([None, e.replace(day=1), e.replace(day=28)]) for e in emises], pa.date32()),
            "creancier_qualite": [hasard.choice(["commercant", "professionnel"]) for _ in range(n)],
            "debiteur_qualite": [hasard.choice(["commercant", "consommateur", "personne_publique"]) for _ in range(n)],
            "taux_dix_milliemes": pa.array(
                [hasard.choice([None, None, 1, 121_500, 1_000_001, 10**7]) for _ in range(n)], pa.int64()
            ),
            "paiements_le": [
                [e.replace(day=28), e.replace(month=12, day=30)] if p else None for e, p in zip(emises, payees, strict=True)
            ],
            "paiements_centimes": [[hasard.randint(1, 10**5), 40_00] if p else None for p in payees],
        }
    )


@pytest.mark.parametrize(("fils", "compilees"), [(1, 64), (3, 64), (1, 2)])
def test_les_deux_noyaux_disent_la_meme_chose(fils: int, compilees: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dès le premier appel, questions à poser comprises, en un fil ou en trois ; les lignes rendues au noyau NumPy en sont."""
    monkeypatch.setattr(reponses, "CLASSES", compilees)
    petits = Scenario(cle="petits", etapes=prereglage("progressif").etapes, solde_minimal="1000.00")
    rendues = []
    monkeypatch.setattr(examen, "PART", 200)
    monkeypatch.setattr(pa, "cpu_count", lambda: fils)
    monkeypatch.setattr(noyau_compile, "_rendre", lambda *a, suite=noyau_compile._rendre: (rendues.append(a), suite(*a)))
    for graine, politique in enumerate((Politique(), Politique(scenario=petits))):
        classes._droits.cache_clear()
        payees = table(5_000, graine)  # plus qu'il ne s'en range ensemble
        for donnees in (payees.drop_columns(["paiements_le", "paiements_centimes"]), payees):  # des jours connus, puis d'autres
            monkeypatch.setattr(examen, "noyau", noyau_compile)
            compiles = examiner_table(donnees, politique=politique, au=AU)
            monkeypatch.setattr(examen, "noyau", blocs)
            par_blocs = examiner_table(donnees, politique=politique, au=AU)
            assert compiles.bilans.equals(par_blocs.bilans)
            assert compiles.rejets.equals(par_blocs.rejets)
            assert compiles.repris == par_blocs.repris < 1_000
    assert rendues


def test_deux_appels_a_la_fois_ne_se_genent_pas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Des tables de droits différents, examinées en même temps pour la première fois : les mêmes bilans qu'une à une."""
    tables = [table(400, graine) for graine in range(8)]
    monkeypatch.setattr(examen, "noyau", noyau_compile)
    classes._droits.cache_clear()
    with ThreadPoolExecutor(4) as bassin:
        ensemble = list(bassin.map(lambda t: examiner_table(t, au=AU).bilans.to_pylist(), tables))
    classes._droits.cache_clear()
    assert ensemble == [examiner_table(t, au=AU).bilans.to_pylist() for t in tables]


def test_une_periode_trop_longue_pour_sa_case_revient_au_noyau_numpy() -> None:
    """Taux × jours d'une période entière tient sur 32 bits, ou la classe n'admet aucun principal."""
    droits = classes.Droits(Politique(), AU)
    classe = droits.classe(Cle("facture", "commercant", "commercant", "general", "BCE + 10", fixe=False))
    assert classe is not None
    (du, fin, _), *_ = classe.paliers.lignes
    compilees = reponses.Compilees(droits)
    comble = reponses.COMBLE // (fin - du + 1)
    for plus in (0, 1):
        cle, taux = classe.cle._replace(indexe=f"BCE + {plus}"), comble + plus
        rang = compilees.rang(
            evolve(classe, cle=cle, paliers=evolve(classe.paliers, lignes=((du, fin, taux),), taux=np.array([taux])))
        )
        assert (compilees.regles[rang]["tient"] == 0) == plus


def test_un_solde_minimal_au_dela_de_64_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    immense = Scenario(cle="immense", etapes=prereglage("progressif").etapes, solde_minimal=Montant.de_centimes(10**15) * 10**5)
    rendus = []
    for noyau in (noyau_compile, blocs):
        monkeypatch.setattr(examen, "noyau", noyau)
        rendus.append(examiner_table(table(200, 3), politique=Politique(scenario=immense), au=AU).bilans)
    assert rendus[0].equals(rendus[1])


def test_une_classe_qui_ne_se_decrit_pas_n_a_pas_de_rang(monkeypatch: pytest.MonkeyPatch) -> None:
    """La boucle ne vérifie aucun rang : celui d'une règle qui manque lirait hors des règles."""
    droits = classes.Droits(Politique(), AU)
    classe = droits.classe(Cle("facture", "commercant", "commercant", "general", "", fixe=False))
    compilees = reponses.Compilees(droits)
    with monkeypatch.context() as sans_depart:
        sans_depart.setattr(reponses, "DEPARTS", ())
        with pytest.raises(ValueError, match="index"):
            compilees.rang(classe)
    assert 0 < compilees.rang(classe) < len(compilees.regles)


@pytest.mark.parametrize("jour", [date(1950, 1, 1), date(2095, 1, 1)], ids=str)
def test_un_paiement_hors_du_domaine_n_arrete_pas_les_autres(jour: date, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sa ligne va aux objets ; la question d'un tel jour ne se pose pas."""
    payee = pa.table(
        {
            **table(1, 1).select(["reference", "principal_centimes"]).to_pydict(),
            "emise_le": [date(2024, 1, 1)],
            "creancier_qualite": ["commercant"],
            "debiteur_qualite": ["commercant"],
            "paiements_le": [[date(2024, 6, 1)]],
            "paiements_centimes": [[1]],
        }
    )
    hors = payee.set_column(5, "paiements_le", pa.array([[jour]]))
    monkeypatch.setattr(examen, "noyau", noyau_compile)
    classes._droits.cache_clear()
    assert examiner_table(pa.concat_tables([payee, hors]), au=AU).bilans["repris"].to_pylist() == [False, True]


def test_une_question_que_nul_n_apprend_ne_se_repose_pas_sans_fin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examen, "noyau", noyau_compile)
    monkeypatch.setattr(reponses.Compilees, "apprendre", lambda *_: None)
    classes._droits.cache_clear()
    with pytest.raises(AssertionError, match="n'apprend pas"):
        examiner_table(table(3, 1), au=AU)
    classes._droits.cache_clear()


def test_une_table_vide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examen, "noyau", noyau_compile)
    assert examiner_table(table(1, 1).slice(0, 0), au=AU).bilans.num_rows == 0


def test_sans_numba_le_noyau_numpy_sert() -> None:
    code = "import sys; sys.modules['numba'] = None\nfrom recouvrement.masse import examen\nprint(examen.noyau.__name__)"
    rendu = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert rendu.stdout.strip() == "recouvrement.masse.blocs"


def test_une_numba_sans_l_option_privee_compile_encore() -> None:
    """Un processus neuf : l'option a disparu, le module se charge et ne la demande pas."""
    code = (
        "from numba.core.cpu import CPUTargetOptions\n"
        "for classe in CPUTargetOptions.__mro__:\n"
        "    if '_nrt' in vars(classe): delattr(classe, '_nrt')\n"
        "from recouvrement.masse import noyau_compile\n"
        "print(noyau_compile.OPTIONS)"
    )
    rendu = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert rendu.stdout.strip() == "{'nogil': True}"
