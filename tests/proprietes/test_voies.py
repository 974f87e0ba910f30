"""Les voies, pour toutes parties, tout montant et tout jour : jamais une voie ouverte sans toutes ses conditions."""

from datetime import date, timedelta

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE, creance
from recouvrement import (
    Contestation,
    Dossier,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Qualite,
    Reconnaissance,
    Titre,
)
from recouvrement.droit.fr.table_voies import lire

POLITIQUE = Politique()
JOURS = st.dates(date(2014, 1, 1), date(2035, 12, 31))
CREANCIERS = st.sampled_from([evolve(CREANCIER, qualite=q) for q in Qualite if q is not Qualite.PERSONNE_PUBLIQUE])
DEBITEURS = st.sampled_from([SOCIETE, CONSOMMATEUR, COMMUNE, evolve(SOCIETE, qualite=Qualite.PROFESSIONNEL)])
MONTANTS = st.one_of(st.integers(499_900, 500_100), st.integers(999_900, 1_000_100), st.integers(1, 10**8)).map(
    Montant.de_centimes
)


@st.composite
def situations(tirer: st.DrawFn) -> tuple[Dossier, date]:
    echeance, au = tirer(JOURS), tirer(JOURS)
    une = creance(principal=tirer(MONTANTS), echeance=echeance, creancier=tirer(CREANCIERS), debiteur=tirer(DEBITEURS))
    jour = echeance + timedelta(days=tirer(st.integers(1, 400)))
    possibles = (
        Contestation(le=jour, creance="F-1", montant=tirer(st.one_of(st.none(), MONTANTS))),
        Titre(le=jour, executoire_le=jour, creance="F-1"),
        ProcedureCollective(le=jour, genre=tirer(st.sampled_from(["redressement", "liquidation"])), publiee_le=jour),
        Reconnaissance(le=jour),
        Paiement(le=jour, montant=tirer(MONTANTS)),
    )
    faits = tirer(st.lists(st.sampled_from(possibles), unique_by=type, max_size=3))
    return Dossier(creances=[une], evenements=faits), au


@given(situations())
def test_une_voie_n_est_ouverte_que_si_toutes_ses_conditions_le_sont(vu: tuple[Dossier, date]) -> None:
    dossier, au = vu
    bilan, voies = POLITIQUE.examiner(dossier, au=au), POLITIQUE.voies(dossier, au=au)
    assert sorted(v.cle for v in voies) == sorted(lire().voies)
    for v in voies:
        en_vigueur = lire().voies[v.cle].brut.get("du", date.min) <= au
        assert v.ouverte == (en_vigueur and all(c.valeur for c in v.conditions))
        assert v.praticable <= v.ouverte
        assert Montant(0) <= v.cout.valeur[0] <= v.cout.valeur[1]
        assert set(v.manquantes) <= set(v.pieces)
        assert v.motif
    if bilan.soldee or bilan.prescription.acquise:
        assert not any(v.ouverte for v in voies)


@given(situations())
def test_la_contestation_entiere_ou_le_titre_ne_laissent_que_le_fond(vu: tuple[Dossier, date]) -> None:
    """Rien d'autre qu'une assignation ne mène à un titre contre qui conteste tout."""
    dossier, au = vu
    conteste = dossier.avec(Contestation(le=dossier.creances[0].emise_le, creance="F-1", reference="tout"))
    ouvertes = {v.cle for v in POLITIQUE.voies(conteste, au=au) if v.ouverte and v.famille == "titre"}
    assert ouvertes <= {"assignation_au_fond", "petits_litiges_europeens"}
