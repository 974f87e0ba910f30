"""I-27 à I-32 : la suite à donner, rejouée jour après jour."""

from datetime import date, timedelta
from itertools import pairwise

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from fabrique import SOCIETE, creance, examiner
from proprietes.strategies import creances, dates, dossiers, histoires, profil
from recouvrement import Dossier, Mandataire, Paiement, Politique, Relance, Transmission
from recouvrement.droit import pour
from recouvrement.strategies import mandataires

P = Politique()
ETAPES = [e.cle for e in P.scenario.etapes]
DEBUT, FIN = date(2026, 1, 1), date(2026, 12, 31)


def _ecrit(acte) -> bool:
    return not (isinstance(acte, Relance) and acte.canal == "telephone") and not isinstance(acte, Transmission)


def _rejouer(dossier: Dossier, passages: list[date]) -> Dossier:
    """À chaque passage, tout ce qui est dû est fait."""
    for jour in passages:
        dossier = dossier.avec(*(a.acte for a in P.examiner(dossier, au=jour).actions))
    return dossier


passages = st.lists(dates(DEBUT, FIN), min_size=1, max_size=40, unique=True).map(sorted)


@st.composite
def simples(draw, nombre: int = 4):
    """Créances d'un même débiteur, échues au premier semestre, parfois payées."""
    toutes = [draw(creances(f"F-{i}", SOCIETE, dates(DEBUT, date(2026, 6, 30)))) for i in range(draw(st.integers(1, nombre)))]
    payees = draw(st.lists(st.sampled_from(toutes), max_size=2, unique=True))
    faits = [Paiement(le=draw(dates(DEBUT, FIN)), montant=c.principal + c.principal, creance=c.reference) for c in payees]
    return Dossier(creances=toutes, evenements=faits)


@profil(120)
@given(histoires())
def test_i27_pure(histoire) -> None:
    c, faits, au = histoire
    un, deux = examiner(c, *faits, au=au), examiner(c, *faits, au=au)
    assert un == deux
    assert un.vers_dict() == deux.vers_dict()
    assert un.expliquer() == deux.expliquer()


@profil(150)
@given(simples(), passages)
def test_i28_i29_le_meme_jour_deux_fois_rien_de_plus(dossier: Dossier, jours: list[date]) -> None:
    fait = _rejouer(dossier, jours)
    assert P.examiner(fait, au=jours[-1]).actions == ()


@profil(150)
@given(simples(), passages)
def test_i30_jamais_en_arriere_jamais_de_saut(dossier: Dossier, jours: list[date]) -> None:
    fait = _rejouer(dossier, jours)
    for c in dossier.creances:
        gravies = [e.etape for e in fait.evenements if not isinstance(e, Paiement) and c.reference in e.creances]
        assert gravies == ETAPES[: len(gravies)]


@profil(100)
@given(simples(), passages, mandataires(dates(DEBUT, FIN)))
def test_aucune_demarche_du_mandataire_avant_sa_premiere_lettre(
    dossier: Dossier, jours: list[date], mandataire: Mandataire
) -> None:
    """CPCE, art. R. 124-4 : sa lettre d'abord, créance par créance ; rejouée le même jour, elle n'est pas reproposée."""
    confie = evolve(dossier, mandataire=mandataire)
    fait = _rejouer(confie, jours)
    assert P.examiner(fait, au=jours[-1]).actions == ()
    for c in dossier.creances:
        siennes = [e for e in fait.evenements if not isinstance(e, Paiement) and c.reference in e.creances]
        depuis = [e.etape for e in siennes if e.le >= mandataire.mandat_le]
        assert depuis[:1] in ([], ["recouvrement_amiable"])
        assert depuis.count("recouvrement_amiable") == len(depuis[:1])
        assert "recouvrement_amiable" not in [e.etape for e in siennes if e.le < mandataire.mandat_le]
    assert P.examiner(fait, au=FIN).total == P.examiner(evolve(fait, mandataire=None), au=FIN).total


@profil(150)
@given(simples(), passages)
def test_i30_ecart_minimal_et_un_contact_par_jour(dossier: Dossier, jours: list[date]) -> None:
    actes = [e for e in _rejouer(dossier, jours).evenements if not isinstance(e, Paiement)]
    assert len({a.le for a in actes}) == len(actes)
    ecrits = [a.le for a in actes if _ecrit(a)]
    assert all((b - a).days >= P.scenario.ecart_minimal for a, b in pairwise(ecrits))


@profil(120)
@given(simples(), dates(DEBUT, FIN), passages)
def test_une_lettre_par_debiteur_a_l_etape_la_plus_haute(dossier: Dossier, au: date, jours: list[date]) -> None:
    fait = _rejouer(dossier, [j for j in jours if j < au])
    actions = P.examiner(fait, au=au).actions
    assert len(actions) <= 1
    for a in actions:
        assert not set(a.acte.creances) & set(a.acte.pour_memoire)
        assert a.le <= a.acte.le == au
        assert a.acte.etape == a.etape.cle


@profil(150)
@given(dossiers())
def test_i31_soldee_ou_prescrite_rien_n_est_demande(tirage) -> None:
    dossier, au = tirage
    bilan = P.examiner(dossier, au=au)
    visees = {r for a in bilan.actions for r in (*a.acte.creances, *a.acte.pour_memoire)}
    for b in bilan.creances:
        if b.soldee or not b.principal.valeur or b.prescription.acquise or b.prescription.douteuse or not b.jours_retard:
            assert b.creance.reference not in visees


@profil(100)
@given(dates(date(2013, 1, 1), date(2019, 12, 31)), st.integers(0, 400))
def test_i31_prescrite_ni_action_ni_prochaine(echeance: date, apres: int) -> None:
    c = creance(echeance=echeance)
    fin = P.prescription(c, au=echeance).prudente
    bilan = examiner(c, au=fin + timedelta(days=1 + apres))
    assert (bilan.actions, bilan.prochaine) == ((), None)
    assert {"prescrite", "prescription_douteuse"} & {a.cle for a in bilan.alertes}
    assert bilan.empechements


@profil(120)
@given(simples(), dates(DEBUT, FIN))
def test_i32_ce_qui_n_est_pas_a_faire_dit_pourquoi(dossier: Dossier, au: date) -> None:
    bilan = P.examiner(dossier, au=au)
    visees = {r for a in bilan.actions for r in a.acte.creances}
    muettes = {b.creance.reference for b in bilan.creances} - visees - {e.creance for e in bilan.empechements}
    memoire = {r for a in bilan.actions for r in a.acte.pour_memoire}
    assert muettes <= memoire
    assert all(a.motif for a in bilan.actions)
    assert bilan.prochaine == (bilan.actions[0] if bilan.actions else bilan.prochaine)


@profil(100)
@given(simples(), passages)
def test_une_panne_ne_fait_pas_de_rafale(dossier: Dossier, jours: list[date]) -> None:
    """Après une panne, un passage ne propose qu'un contact, et le lendemain n'en propose pas un second écrit."""
    fait = _rejouer(dossier, jours)
    demain = P.examiner(fait, au=jours[-1] + timedelta(days=1)).actions
    hier = [e for e in fait.evenements if not isinstance(e, Paiement) and e.le == jours[-1]]
    if any(_ecrit(e) for e in hier):
        assert not any(_ecrit(a.acte) for a in demain)


@profil(100)
@given(simples(), dates(DEBUT, FIN))
def test_la_prochaine_est_bien_due_ce_jour_la(dossier: Dossier, au: date) -> None:
    bilan = P.examiner(dossier, au=au)
    if bilan.prochaine and not bilan.actions and all(e.le <= au for e in dossier.evenements):
        assert bilan.prochaine.le > au
        veille, jour = (P.examiner(dossier, au=bilan.prochaine.le - timedelta(days=d)).actions for d in (1, 0))
        assert not veille
        assert bilan.prochaine.etape in [a.etape for a in jour]


@profil(100)
@given(dossiers())
def test_un_lot_dit_ce_que_dit_chacun(tirage) -> None:
    dossier, au = tirage
    assert list(P.examiner_lot([dossier, dossier], au=au)) == [(dossier, P.examiner(dossier, au=au))] * 2


def test_un_dossier_fautif_n_arrete_pas_les_autres() -> None:
    bon, mauvais = Dossier(creances=[creance()]), Dossier(creances=[creance(nature="cheque")])
    rendus = dict(P.examiner_lot([mauvais, bon], au=FIN))
    assert type(rendus[mauvais]).__name__ == "DroitIndisponible"
    assert rendus[bon].total.valeur.centimes > 0
    assert pour("fr") == P.droit
