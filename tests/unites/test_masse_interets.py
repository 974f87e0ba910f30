"""La somme des lignes en colonnes, contre la règle du droit appelée ligne à ligne ; et la lecture qui sait qu'une colonne n'a qu'un texte."""

from datetime import date
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from attrs import evolve

from recouvrement import Politique
from recouvrement.droit.baremes import interets_centimes
from recouvrement.masse import blocs, examen, examiner_table, sortie
from recouvrement.masse.classes import Classe, Droits, Paliers
from recouvrement.masse.colonnes import Cle, _repete, numero
from recouvrement.masse.interets import ANNEE, a_l_examen, entre

AU = date(2026, 11, 21)
CLE = Cle("facture", "commercant", "commercant", "general", "", False)


def classe(droits: Droits, periodes: int, jours: int) -> Classe:
    """Des périodes de tant de jours, la dernière encore ouverte au jour d'examen, à des taux sans suite."""
    trouvee = droits.classe(CLE)
    assert trouvee is not None
    fin = numero(AU) + jours // 2
    lignes = tuple((fin - (i + 1) * jours + 1, fin - i * jours, 1_000 + 7_919 * i % 400_000) for i in reversed(range(periodes)))
    du, au, taux = np.array(lignes, np.int64).T
    paliers = Paliers(du, au, taux, lignes, int(au[-1]), ())
    return evolve(trouvee, paliers=paliers, cle=CLE._replace(indexe=f"{periodes} × {jours}"))


def ligne_a_ligne(paliers: Paliers, base: int, avant: int, jusqu_au: int) -> int:
    somme = 0
    for du, au, taux in paliers.lignes:
        jours = min(au, jusqu_au) - max(avant, du - 1)
        somme += interets_centimes(base, taux, jours, ANNEE) if jours > 0 else 0
    return somme


@pytest.mark.parametrize(("periodes", "jours"), [(1, 400), (30, 182), (127, 31), (128, 31), (300, 10)])
def test_la_somme_est_celle_des_lignes(periodes: int, jours: int) -> None:
    """Avant la table, d'une période à l'autre, à ses bords, après l'examen ; au-delà de 127 périodes, le tri change d'octets."""
    hasard, droits = Random(periodes), Droits(Politique(), AU)
    c, au = classe(droits, periodes, jours), numero(AU)
    assert c.paliers is not None
    bords = [j + e for du, fin, _ in c.paliers.lignes for j in (du, fin) for e in (-1, 0, 1)]
    debut = [max(7_400, j) for j in bords] + [hasard.randrange(7_400, au + 60) for _ in range(500)]
    base = np.array([hasard.choice([1, 50, 10 ** hasard.randint(1, 10), hasard.randint(1, 10**8)]) for _ in debut], np.int64)
    avant, vers = np.array(debut, np.int64), np.empty(len(debut), np.int64)
    a_l_examen(droits, c, base, None, avant, vers)
    assert vers.tolist() == [ligne_a_ligne(c.paliers, b, j, au) for b, j in zip(base.tolist(), debut, strict=True)]
    jusqu_au = np.array([min(au, j + hasard.choice([-5, 0, 1, 40, 700])) for j in debut], np.int64)
    attendu = [ligne_a_ligne(c.paliers, *x) for x in zip(base.tolist(), debut, jusqu_au.tolist(), strict=True)]
    assert entre(droits, c, base, None, avant, jusqu_au).tolist() == attendu


def test_la_taille_des_blocs_ne_change_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    """Une table d'une seule sorte, puis de plusieurs, des lignes fautives et d'autres reprises : le même rendu, par blocs de 64 lignes."""
    n, hasard = 1_000, Random(1)
    echeances = [date(hasard.randint(2018, 2026), hasard.randint(1, 12), 28) for _ in range(n)]
    nue = {
        "reference": [f"F-{i}" for i in range(n)],
        "principal_centimes": [hasard.randint(1, 10**7) for _ in range(n)],
        "emise_le": [e.replace(day=1) for e in echeances],
        "echeance": echeances,
        "creancier_qualite": ["commercant"] * n,
        "debiteur_qualite": ["commercant"] * n,
    }
    variee = nue | {
        "echeance": [e if hasard.random() < 0.9 else None for e in echeances],
        "debiteur_qualite": [hasard.choice(["commercant", "consommateur", "personne_publique", "licorne"]) for _ in range(n)],
        "taux_dix_milliemes": [hasard.choice([None, None, 1, 121_500]) for _ in range(n)],
        "devise": [hasard.choice([None] * 50 + ["USD"]) for _ in range(n)],
        "paiements_le": [[e, e.replace(day=2)] if hasard.random() < 0.2 else None for e in echeances],
    }
    variee["paiements_centimes"] = [[5, 1_000] if jours else None for jours in variee["paiements_le"]]
    monkeypatch.setattr(examen, "noyau", blocs)
    for donnees in (nue, variee):
        table = pa.table(donnees)
        entier = examiner_table(table, au=AU)
        with monkeypatch.context() as m:
            m.setattr(blocs, "BLOC", 64)
            m.setattr(sortie, "BLOC", 64)
            par_blocs = examiner_table(table, au=AU)
        assert par_blocs.bilans.to_pylist() == entier.bilans.to_pylist()
        assert par_blocs.rejets.to_pylist() == entier.rejets.to_pylist()
        assert par_blocs.repris == entier.repris


def test_une_colonne_d_un_seul_texte_se_reconnait() -> None:
    for textes, un_seul in (
        (["été"] * 5, True),
        (["", ""], True),
        (["ab"], True),
        (["ab", "ab", "ba"], False),
        (["a", "ab", "b"], False),
        (["aa", "a", "aaa"], False),
    ):
        assert _repete(pa.array(textes)) is un_seul
    assert _repete(pa.array(["x", "ab", "ab", "y"]).slice(1, 2))
    assert not _repete(pa.array(["ab", "ab", "ac"]).slice(1))
