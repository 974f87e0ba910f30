"""I-58 : d'une version à l'autre, un décompte ne change que si le journal des changements en cite la règle et la source.

``RAFRAICHIR=1 pytest tests/proprietes/test_instantane.py`` récrit l'instantané ; chaque ligne du diff se lit comme un changement de droit.
"""

import os
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product
from pathlib import Path

from attrs import evolve

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE, creance
from recouvrement import (
    ConditionsPaiement,
    Creance,
    Creancier,
    DelaiDeGrace,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Qualite,
    Reconnaissance,
    Suspension,
    TauxIndexe,
    Titre,
)
from recouvrement.modele.dossier import Evenement
from recouvrement.politique.bilan import BilanCreance

INSTANTANE = Path(__file__).parents[1] / "instantanes" / "decomptes.csv"
COLONNES = (
    "cas",
    "echeance",
    "au",
    "regime",
    "penalites",
    "interets",
    "indemnite",
    "total",
    "prescription",
    "valeur",
    "prudente",
)
PARTICULIER = Creancier(nom="M. Paul Renaud", qualite=Qualite.CONSOMMATEUR)
ASSOCIATION = evolve(SOCIETE, nom="Association du Port", qualite=Qualite.NON_PROFESSIONNEL, siren=None)
ECHEANCES = (date(2013, 1, 31), date(2019, 12, 31), date(2024, 2, 29), date(2026, 6, 30))
EXAMENS = (date(2024, 12, 31), date(2026, 11, 21))
PARTIES = {
    "société": {},
    "société, 3 × taux légal": {"conditions": ConditionsPaiement(taux_penalites=TauxIndexe("legal", fois=3))},
    "société, 9 % capitalisés": {"conditions": ConditionsPaiement(taux_penalites="9", capitalisation=True)},
    "commune": {"debiteur": COMMUNE},
    "entité adjudicatrice": {"debiteur": evolve(COMMUNE, acheteur="entite_adjudicatrice")},
    "consommateur": {"debiteur": CONSOMMATEUR},
    "association": {"debiteur": ASSOCIATION},
    "entre particuliers": {"creancier": PARTICULIER, "debiteur": CONSOMMATEUR},
    "loyer": {"creancier": PARTICULIER, "debiteur": CONSOMMATEUR, "nature": "loyer_habitation"},
    "charges de copropriété": {"creancier": evolve(CREANCIER, qualite=Qualite.NON_PROFESSIONNEL), "nature": "copropriete"},
}


def _histoires(echeance: date) -> Iterator[tuple[str, tuple[Evenement, ...]]]:
    def le(jours: int) -> date:
        return echeance + timedelta(days=jours)

    demeure = MiseEnDemeure(le=le(8), presentee_le=le(10))
    yield "rien", ()
    yield "demeure", (demeure,)
    yield "demeure, paiement", (demeure, Paiement(le=le(45), montant="400", creance="F-1"))
    yield "jugement, délai", (demeure, Titre(le=le(60), executoire_le=le(70), creance="F-1"), DelaiDeGrace(du=le(90), au=le(120)))
    yield "redressement", (demeure, ProcedureCollective(le=le(30), genre="redressement", publiee_le=le(40)))
    yield "reconnaissance, médiation", (Reconnaissance(le=le(50)), Suspension(du=le(80), au=le(200), cause="mediation"))


def _ligne(cas: str, facture: Creance, faits: tuple[Evenement, ...], au: date) -> str:
    bilan: BilanCreance = Politique().examiner(Dossier(creances=[facture], evenements=faits), au=au).creances[0]
    sommes = [_decimal(getattr(bilan, poste).valeur) for poste in ("penalites", "interets", "indemnite", "total")]
    p = bilan.prescription
    return ";".join([cas, str(facture.echeance), str(au), bilan.regime, *sommes, p.regime, str(p.valeur), str(p.prudente)])


def _decimal(montant: Montant) -> str:
    return str(montant.decimal)


def _instantane() -> str:
    lignes = [
        _ligne(f"{qui}, {histoire}", creance(principal="1234.56", echeance=echeance, **parties), faits, au)
        for (qui, parties), echeance, au in product(PARTIES.items(), ECHEANCES, EXAMENS)
        for histoire, faits in _histoires(echeance)
        if echeance < au
    ]
    return "\n".join([";".join(COLONNES), *lignes]) + "\n"


def test_i58_aucun_decompte_ne_change_en_silence() -> None:
    rendu = _instantane()
    if os.environ.get("RAFRAICHIR"):
        INSTANTANE.write_text(rendu, encoding="utf-8")
    attendu = INSTANTANE.read_text(encoding="utf-8")
    changees = sorted(set(rendu.splitlines()) ^ set(attendu.splitlines()))
    assert rendu == attendu, "au journal des changements, section « Droit », la règle et la source de :\n" + "\n".join(
        changees[:20]
    )
