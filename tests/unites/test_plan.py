"""Le plan et la simulation : ce qui se fera, ce qui l'arrête, deux politiques côte à côte."""

import json
import pickle
from datetime import date, timedelta

import pytest
from attrs import evolve

from fabrique import CONSOMMATEUR, SOCIETE, creance, dossier
from recouvrement import (
    ActeInterruptif,
    Appel,
    Blocage,
    Creance,
    DonneeInvalide,
    Dossier,
    Montant,
    Paiement,
    Plan,
    Politique,
    ProcedureCollective,
    Relance,
    Signal,
    Simulation,
)
from recouvrement.politique.scenario import prereglage

P = Politique()
COURTE = Politique(scenario=prereglage("amiable_court"))
LE_1ER_MAI, LE_31_JUILLET = date(2026, 5, 1), date(2026, 7, 31)
AUTRE = evolve(SOCIETE, nom="Verrerie du Nord SAS", siren="542051180")


def _etapes(plan: Plan) -> list[str]:
    return [a.etape.cle for a in plan]


def _verrerie(**autres: object) -> Dossier:
    return Dossier(creances=[creance("F-9", echeance=date(2026, 5, 10), debiteur=AUTRE, **autres)])


# Le plan


def test_un_plan_s_itere_et_se_compte() -> None:
    plan = P.calendrier(creance(), au=LE_1ER_MAI)
    assert list(plan) == list(plan.actions)
    assert len(plan) == len(plan.actions)
    assert _etapes(plan)[:5] == ["courriel", "appel", "lettre", "mise_en_demeure", "transmission"]
    assert plan.au == LE_1ER_MAI


def test_un_plan_finit_par_l_acte_qui_garde_l_action() -> None:
    """Si rien ne se passe, la prescription approche : le plan le dit, et s'arrête là."""
    plan, p = P.calendrier(creance(), au=LE_1ER_MAI), P.prescription(creance(), au=LE_1ER_MAI)
    derniere = plan.actions[-1]
    assert isinstance(derniere.acte, ActeInterruptif)
    assert derniere.acte.le == p.prudente - timedelta(days=60)
    assert derniere.limite == p.prudente
    assert [a for a in plan if isinstance(a.acte, ActeInterruptif)] == [derniere]


def test_un_plan_ne_change_pas_le_dossier() -> None:
    avant = dossier(creance(), faits=(Relance(le=date(2026, 5, 3), etape="courriel"),))
    empreinte = hash(avant)
    plan = P.calendrier(avant, au=date(2026, 5, 10))
    assert (hash(avant), plan.dossier) == (empreinte, avant)
    assert len(avant.evenements) == 1


def test_une_creance_ou_son_dossier() -> None:
    fait = Relance(le=date(2026, 5, 3), etape="courriel")
    seule = P.calendrier(creance(), [fait], au=date(2026, 5, 10))
    assert seule == P.calendrier(dossier(creance(), faits=(fait,)), au=date(2026, 5, 10))
    assert _etapes(seule)[0] == "appel"


def test_les_faits_posterieurs_n_existent_pas() -> None:
    futur = Paiement(le=date(2026, 5, 5), montant="20000.00", creance="F-1")
    assert _etapes(P.calendrier(creance(), [futur], au=LE_1ER_MAI)) == _etapes(P.calendrier(creance(), au=LE_1ER_MAI))
    assert P.calendrier(creance(), [futur], au=date(2026, 5, 5)).actions == ()


def test_un_plan_vide_le_dit() -> None:
    plan = P.calendrier(creance(), [Blocage(le=LE_1ER_MAI, motif="cedee")], au=LE_1ER_MAI)
    assert len(plan) == 0
    assert plan.expliquer().startswith("Aucune étape à venir.")
    assert "créance cédée" in plan.expliquer()
    assert plan.vers_lignes() == []


def test_un_plan_s_explique_ligne_par_ligne() -> None:
    plan = P.calendrier(creance(), au=LE_1ER_MAI)
    lignes = plan.expliquer().splitlines()
    assert lignes[0].startswith("3\u00a0mai 2026 : relance (courriel)")
    assert len(lignes) >= len(plan)


def test_un_plan_en_json() -> None:
    rendu = P.calendrier(creance(), au=LE_1ER_MAI).vers_dict()
    assert json.loads(json.dumps(rendu)) == rendu
    assert rendu["au"] == "2026-05-01"
    assert rendu["etapes"][0] == {
        "le": "2026-05-03",
        "etape": "courriel",
        "canal": "courriel",
        "creances": "F-1",
        "pour_memoire": "",
        "payer_avant_le": "2026-05-11",
        "motif": "délai écoulé depuis l'échéance",
    }


def test_un_plan_se_copie() -> None:
    plan = P.calendrier(creance(), au=LE_1ER_MAI)
    assert pickle.loads(pickle.dumps(plan)) == plan  # noqa: S301
    assert hash(plan) == hash(P.calendrier(creance(), au=LE_1ER_MAI))


def test_un_plan_echappe_ce_qu_il_dessine() -> None:
    piege = evolve(SOCIETE, nom="<script>alert(1)</script>", siren=None)
    html = P.calendrier(creance("<b>F</b>", debiteur=piege), au=LE_1ER_MAI)._repr_html_()
    assert "<script" not in html
    assert "<b>F</b>" not in html
    assert "&lt;script&gt;" in html
    assert all(quoi in html for quoi in ("courriel", "30\u00a0mai 2026", "lettre"))


def test_au_est_une_date() -> None:
    with pytest.raises(DonneeInvalide):
        P.calendrier(creance(), au="2026-05-01")


# La simulation


def test_simuler_deux_debiteurs_dans_l_ordre_des_jours() -> None:
    simulation = P.simuler([dossier(), _verrerie()], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET)
    jours = [a.acte.le for _, a in simulation.journal]
    assert jours == sorted(jours)
    assert len(simulation.bilans) == 2
    assert {d.debiteur.nom for d, _ in simulation.journal} == {SOCIETE.nom, AUTRE.nom}
    assert all(LE_1ER_MAI <= j <= LE_31_JUILLET for j in jours)
    assert all(b.au == LE_31_JUILLET for b in simulation.bilans)
    assert simulation.reste == simulation.bilans[0].total.valeur + simulation.bilans[1].total.valeur


def test_simuler_un_seul_jour_et_rien() -> None:
    assert P.simuler([dossier()], au=LE_1ER_MAI, jusqu_au=LE_1ER_MAI).journal == ()
    vide = P.simuler([], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET)
    assert (vide.journal, vide.bilans, vide.reste) == ((), (), Montant(0))


def test_simuler_ne_depasse_pas_son_terme() -> None:
    jusqu_au = date(2026, 5, 11)
    assert [a.etape.cle for _, a in P.simuler([dossier()], au=LE_1ER_MAI, jusqu_au=jusqu_au).journal] == ["courriel", "appel"]
    la_veille = jusqu_au - timedelta(days=1)
    assert [a.etape.cle for _, a in P.simuler([dossier()], au=LE_1ER_MAI, jusqu_au=la_veille).journal] == ["courriel"]


def test_une_hypothese_n_existe_que_de_son_jour() -> None:
    paiement = Paiement(le=date(2026, 5, 12), montant="10040.00", creance="F-1")
    simulation = P.simuler([dossier(), _verrerie()], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET, hypotheses=[paiement])
    du_port = [a.etape.cle for d, a in simulation.journal if d.debiteur == SOCIETE]
    assert du_port == ["courriel", "appel"]
    assert len([d for d, _ in simulation.journal if d.debiteur == AUTRE]) == 5


def test_un_refus_suppose_avance_la_mise_en_demeure() -> None:
    refus = Appel(le=date(2026, 5, 22), issue="refus_explicite", creances=["F-1"])
    simulation = P.simuler([dossier()], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET, hypotheses=[refus])
    demeure = next(a for _, a in simulation.journal if a.etape.cle == "mise_en_demeure")
    assert (demeure.acte.le, demeure.motif) == (date(2026, 5, 22), "refus explicite de payer")


@pytest.mark.parametrize(
    "hypothese",
    [
        Paiement(le=LE_1ER_MAI, montant="1.00", creance="F-404"),
        Paiement(le=LE_1ER_MAI, montant="1.00"),
        Signal(le=LE_1ER_MAI, nature="silence"),
        ProcedureCollective(le=LE_1ER_MAI, genre="liquidation"),
    ],
)
def test_une_hypothese_sans_dossier_certain_est_refusee(hypothese: object) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        P.simuler([dossier(), _verrerie()], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET, hypotheses=[hypothese])
    assert refus.value.champ == "hypotheses"


def test_la_meme_creance_dans_deux_dossiers_rend_l_hypothese_incertaine() -> None:
    with pytest.raises(DonneeInvalide):
        P.simuler(
            [dossier(), Dossier(creances=[creance(debiteur=AUTRE)])],
            au=LE_1ER_MAI,
            jusqu_au=LE_31_JUILLET,
            hypotheses=[Paiement(le=LE_1ER_MAI, montant="1.00", creance="F-1")],
        )


@pytest.mark.parametrize(("au", "jusqu_au"), [(LE_31_JUILLET, LE_1ER_MAI), ("2026-05-01", LE_31_JUILLET), (LE_1ER_MAI, None)])
def test_periode_refusee(au: object, jusqu_au: object) -> None:
    with pytest.raises(DonneeInvalide):
        P.simuler([dossier()], au=au, jusqu_au=jusqu_au)


def test_deux_devises_n_ont_pas_de_total() -> None:
    dollars = Creance(
        reference="F-9",
        principal=Montant("100.00", "USD"),
        emise_le=date(2026, 4, 1),
        echeance=LE_1ER_MAI,
        creancier=creance().creancier,
        debiteur=AUTRE,
    )
    simulation = P.simuler([dossier(), Dossier(creances=[dollars])], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET)
    with pytest.raises(DonneeInvalide):
        _ = simulation.reste


def test_comparer_deux_politiques() -> None:
    une, autre = (p.simuler([dossier()], au=LE_1ER_MAI, jusqu_au=date(2026, 6, 30)) for p in (P, COURTE))
    lignes = une.comparer(autre)
    assert [x["le"] for x in lignes] == sorted({a.acte.le for s in (une, autre) for _, a in s.journal})
    assert lignes[0] == {"le": date(2026, 5, 2), "debiteur": SOCIETE.nom, "celle_ci": "", "autre": "rappel"}
    assert lignes[1] == {"le": date(2026, 5, 3), "debiteur": SOCIETE.nom, "celle_ci": "courriel", "autre": ""}
    inverse = [{**x, "celle_ci": x["autre"], "autre": x["celle_ci"]} for x in autre.comparer(une)]
    assert inverse == lignes


def test_comparer_a_soi_meme_ne_montre_aucun_ecart() -> None:
    simulation = P.simuler([dossier(), _verrerie()], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET)
    assert all(x["celle_ci"] == x["autre"] for x in simulation.comparer(simulation))


def test_comparer_tient_deux_debiteurs_de_meme_nom_pour_deux() -> None:
    homonyme = evolve(AUTRE, nom=SOCIETE.nom)
    dossiers = [dossier(), Dossier(creances=[creance("F-9", debiteur=homonyme)])]
    simulation = P.simuler(dossiers, au=LE_1ER_MAI, jusqu_au=date(2026, 5, 4))
    assert len(simulation.comparer(simulation)) == 2


def test_la_simulation_se_lit_en_lignes_et_s_echappe() -> None:
    piege = evolve(CONSOMMATEUR, nom="<img src=x onerror=alert(1)>")
    simulation = P.simuler([Dossier(creances=[creance(debiteur=piege)])], au=LE_1ER_MAI, jusqu_au=LE_31_JUILLET)
    assert simulation.vers_lignes()[0]["debiteur"] == piege.nom
    assert len(simulation.vers_lignes()) == len(simulation.journal) == 4
    html = simulation._repr_html_()
    assert "<img src=x" not in html
    assert "&lt;img src=x" in html
    assert isinstance(simulation, Simulation)
