"""En colonnes comme en objets : sur vingt mille lignes tirées au sort, toutes les sorties sont égales, au centime et au jour.

Le hasard penche vers les bornes : fins de semestre, 29 février, premier et dernier jour de chaque table, veille et lendemain de
l'examen, montants minuscules et immenses, paiements du même jour ou de trop.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from unittest.mock import patch

import pyarrow as pa
import pytest
from attrs import evolve

from recouvrement import (
    Calendrier,
    ConditionsPaiement,
    Conventions,
    Creance,
    Creancier,
    Debiteur,
    Montant,
    Paiement,
    Politique,
    Qualite,
    RecouvrementError,
    Source,
    Taux,
    TauxIndexe,
    ValeurDatee,
)
from recouvrement.droit import pour
from recouvrement.masse import blocs, examen, examiner_table
from recouvrement.politique.scenario import Scenario, prereglage, usuels

UN_JOUR = timedelta(days=1)
FR = pour("fr")
BORNES = sorted(
    {j + ecart * UN_JOUR for b in FR.baremes.values() for j in (b.connu_du, b.connu_au) for ecart in (-1, 0, 1)}
    | {j + e * UN_JOUR for r in FR.regimes if r.depuis for j in (r.depuis,) for e in (-1, 0, 1)}
    | {j + e * UN_JOUR for p in FR.prescriptions.values() if p.depuis for j in (p.depuis,) for e in (-1, 0, 1)}
    | {date(a, m, j) for a in range(2012, 2028) for m, j in ((1, 1), (6, 30), (7, 1), (12, 31), (2, 28))}
    | {date(a, 2, 29) for a in range(2008, 2028, 4)}
    | {date(2015, 3, 12), date(2018, 6, 23), date(2020, 3, 11), date(2020, 6, 24), date(2020, 8, 23)}
)
NATURES = ["facture"] * 40 + ["loyer_habitation"] * 2 + ["copropriete"] * 2 + ["transport_marchandises", "inconnue"]
INDEXES = ["BCE + 10", "3 × taux légal", "1,5 × taux légal + 2", "0,25 × BCE"]
CREANCIERS = [Qualite.COMMERCANT, Qualite.PROFESSIONNEL] * 8 + list(Qualite)
DEBITEURS = [Qualite.COMMERCANT] * 3 + list(Qualite)
ACHETEURS = ("general", "sante", "entreprise_publique", "entite_adjudicatrice")


def jour(hasard: Random, premier: date = date(2011, 6, 1), dernier: date = date(2027, 6, 30)) -> date:
    if hasard.random() < 0.3:
        return hasard.choice([j for j in BORNES if premier <= j <= dernier] or [premier])
    return premier + hasard.randrange((dernier - premier).days + 1) * UN_JOUR


def creance(hasard: Random, rang: int) -> Creance:
    echeance = jour(hasard)
    emise = echeance - hasard.choice([0, 15, 30, 30, 45, 60, 61, 90, 400]) * UN_JOUR
    centimes = hasard.choice(
        [1, 2, 50, 99, 10_000, *(hasard.randint(1, 10**n) for n in (5, 6, 7, 8, 9, 10)), 10 ** hasard.randint(11, 17)]
    )
    tire = hasard.random()
    taux = (
        None
        if tire < 0.6
        else TauxIndexe.lire(hasard.choice(INDEXES))
        if tire < 0.75
        else Taux.de_dix_milliemes(hasard.choice([0, 1, 30_000, 82_500, 121_500, hasard.randint(0, 400_000)]))
    )
    parfois = lambda p, j: j if hasard.random() < p else None  # noqa: E731
    return Creance(
        reference=f"F-{rang}",
        principal=Montant.de_centimes(centimes),
        emise_le=emise,
        echeance=parfois(0.85, echeance),
        executee_le=parfois(0.4, emise + hasard.randint(-60, 60) * UN_JOUR),
        recue_le=parfois(0.3, emise + hasard.randint(0, 20) * UN_JOUR),
        contrat_le=parfois(0.1, emise - hasard.randint(0, 900) * UN_JOUR),
        creancier=Creancier(nom="créancier", qualite=hasard.choice(CREANCIERS)),
        debiteur=Debiteur(nom="débiteur", qualite=hasard.choice(DEBITEURS), acheteur=hasard.choice(ACHETEURS)),
        nature=hasard.choice(NATURES),
        conditions=ConditionsPaiement(taux_penalites=taux),
    )


def paiements(hasard: Random, c: Creance) -> tuple[Paiement, ...]:
    """Aucun le plus souvent ; sinon partiels, le même jour, avant l'échéance, ou de trop."""
    if hasard.random() < 0.6:
        return ()
    echeance, lus = c.echeance or c.emise_le, []
    for _ in range(hasard.randint(1, 4)):
        le = hasard.choice([echeance + hasard.randint(-40, 2500) * UN_JOUR, echeance, echeance + UN_JOUR, *(p.le for p in lus)])
        part = hasard.choice([1, c.principal.centimes, c.principal.centimes * hasard.randint(1, 130) // 100])
        lus.append(Paiement(le=le, montant=Montant.de_centimes(max(1, part)), creance=c.reference))
    return tuple(lus)


def en_table(creances: list[Creance], faits: list[tuple[Paiement, ...]]) -> pa.Table:
    taux = [c.conditions.taux_penalites for c in creances]
    return pa.table(
        {
            "reference": [c.reference for c in creances],
            "principal_centimes": [c.principal.centimes for c in creances],
            **{
                nom: [getattr(c, nom) for c in creances]
                for nom in ("emise_le", "echeance", "executee_le", "recue_le", "contrat_le")
            },
            "creancier_qualite": [c.creancier.qualite.value for c in creances],
            "debiteur_qualite": [c.debiteur.qualite.value for c in creances],
            "acheteur": [c.debiteur.acheteur for c in creances],
            "nature": [c.nature for c in creances],
            "taux_dix_milliemes": [t.dix_milliemes if isinstance(t, Taux) else None for t in taux],
            "taux_indexe": [_indexe(t) if isinstance(t, TauxIndexe) else None for t in taux],
            "paiements_le": [[p.le for p in x] for x in faits],
            "paiements_centimes": [[p.montant.centimes for p in x] for x in faits],
        }
    )


def _indexe(taux: TauxIndexe) -> str:
    return next(t for t in INDEXES if TauxIndexe.lire(t) == taux)


def attendu(politique: Politique, c: Creance, faits: tuple[Paiement, ...], au: date) -> dict[str, object] | str:
    """Ce que dit le moteur d'objets, dans la forme des colonnes."""
    try:
        bilan = politique.examiner(c, faits, au=au)
    except RecouvrementError as e:
        return str(e)
    (b,), prochaine = bilan.creances, bilan.prochaine
    postes = ("principal", "penalites", "interets", "indemnite", "frais", "total")
    return {
        "reference": c.reference,
        "debiteur": None,
        "devise": None if c.devise == "EUR" else c.devise,
        "emise_le": c.emise_le,
        "regime": b.regime,
        "echeance": b.echeance.valeur,
        "jours_retard": b.jours_retard,
        **{f"{p}_centimes": getattr(b, p).valeur.centimes for p in postes},
        "trop_percu_centimes": bilan.trop_percu.centimes,
        "prescription": b.prescription.valeur,
        "prescription_prudente": b.prescription.prudente,
        "prescription_regime": b.prescription.regime,
        "etape": prochaine.etape.cle if prochaine else None,
        "etape_le": prochaine.le if prochaine else None,
        "alertes": [a.cle for a in bilan.alertes],
    }


def confronter(politique: Politique, graine: int, n: int, au: date) -> Counter[str]:
    """Chaque ligne, des deux façons ; combien le noyau en a traité, combien sont reprises ou rejetées."""
    hasard = Random(graine)
    creances = [creance(hasard, i) for i in range(n)]
    faits = [paiements(hasard, c) for c in creances]
    table = en_table(creances, faits)
    rendu = examiner_table(table, politique=politique, au=au)
    with patch.object(examen, "noyau", blocs):  # le noyau compilé, là où Numba est installé, et celui de NumPy
        par_blocs = examiner_table(table, politique=politique, au=au)
    assert par_blocs.bilans.equals(rendu.bilans)
    assert par_blocs.rejets.equals(rendu.rejets)
    obtenus = {x.pop("ligne"): x for x in rendu.bilans.to_pylist()}
    rejets = {x["ligne"]: x["motif"] for x in rendu.rejets.to_pylist()}
    compte: Counter[str] = Counter()
    for i, (c, f) in enumerate(zip(creances, faits, strict=True)):
        veut = attendu(politique, c, f, au)
        if isinstance(veut, str):
            assert rejets.pop(i) == veut
            compte["rejets"] += 1
        else:
            a = obtenus.pop(i)
            compte["repris" if a.pop("repris") else "noyau"] += 1
            assert a == veut, (c, f)
    assert (obtenus, rejets) == ({}, {})
    assert rendu.repris == compte["repris"]
    return compte


# Vingt mille lignes en tout : des examens anciens, au milieu, au bord et au-delà des tables.
EXAMENS = [
    (date(2026, 11, 21), 10_000),
    (date(2016, 2, 29), 2_500),
    (date(2026, 12, 31), 2_500),
    (date(2027, 1, 1), 2_500),
    (date(2020, 6, 23), 2_500),
]


@pytest.mark.parametrize(("au", "n"), EXAMENS, ids=str)
def test_les_colonnes_disent_ce_que_disent_les_objets(au: date, n: int) -> None:
    compte = confronter(Politique(), au.toordinal(), n, au)
    assert compte["noyau"] > 0.6 * n
    assert compte["rejets"] > 0


@pytest.mark.parametrize("imputation", ["principal_d_abord", "frais_d_abord"])
def test_l_imputation_est_libre(imputation: str) -> None:
    compte = confronter(Politique(conventions=Conventions(imputation=imputation)), 7, 800, date(2026, 11, 21))
    assert compte["noyau"] > 400


def test_chaque_scenario_sans_condition_est_du_noyau() -> None:
    for i, nom in enumerate(("consommateur", "acheteur_public", "bailleur", "trois_lettres", "amiable_court")):
        assert confronter(Politique(scenario=prereglage(nom)), i, 400, date(2026, 11, 21))["noyau"] > 200


def test_un_scenario_par_nature_ou_par_qualite_est_du_noyau() -> None:
    petits = evolve(prereglage("trois_lettres"), cle="petits", solde_minimal="100.00")
    for i, scenarios in enumerate((usuels(), usuels() | {"qualite:commercant": petits})):
        assert confronter(Politique(scenarios=scenarios), 19 + i, 600, date(2026, 11, 21))["noyau"] > 300


def test_ce_que_le_noyau_ne_decrit_pas_va_aux_objets() -> None:
    etapes = prereglage("progressif").etapes
    petits = Scenario(cle="petits", etapes=etapes, solde_minimal="100.00", fin_de_mois=True)
    assert confronter(Politique(scenario=petits), 11, 600, date(2026, 11, 21))["noyau"] > 300
    for politique in (
        Politique(scenario=prereglage("grand_compte")),
        Politique(conventions=Conventions(annee="reelle")),
        Politique(conventions=Conventions(taux_inconnu="prolonger")),
        Politique(scenarios={"F-1": petits}),
    ):
        assert confronter(politique, 13, 150, date(2027, 3, 1))["noyau"] == 0


def test_un_taux_ajoute_vaut_pour_les_deux() -> None:
    """Un semestre de plus, établi ou douteux : les mêmes chiffres ; le douteux laisse ses lignes aux objets, qui en disent la réserve."""
    for verifie in ("etabli", "une_source"):
        neuf = ValeurDatee(date(2027, 1, 1), date(2027, 6, 30), Decimal("3.65"), Source("essai"), verifie)
        bce = evolve(FR.baremes["bce"], valeurs=(evolve(neuf, au=None),), verifie_le=date(2027, 6, 30))
        legal = evolve(FR.baremes["taux_legal_autres"], valeurs=(neuf,), verifie_le=None)
        compte = confronter(Politique(droit=FR.avec(bce, legal)), 17, 600, date(2027, 5, 1))
        assert (compte["noyau"] > 350, compte["repris"] > 200) == (verifie == "etabli", verifie != "etabli")
    # le taux légal est connu, l'indice ne l'est pas : ce que disent les objets, erreur comprise
    assert confronter(Politique(droit=FR.avec(legal)), 18, 300, date(2027, 5, 1))["rejets"] > 0


def test_un_autre_calendrier_n_est_pas_celui_d_avant() -> None:
    """Deux droits égaux par leurs tables : chacun garde son calendrier."""
    au = date(2026, 11, 21)
    for territoire in ("metropole", "alsace_moselle", "reunion"):
        droit = evolve(FR, calendrier=Calendrier(territoire))
        assert confronter(Politique(droit=droit, scenario=prereglage("consommateur")), 19, 300, au)["noyau"] > 150
