"""Le dossier contentieux : chronologie, décompte, bordereau, ce qui manque."""

import json
from datetime import date

import pytest

from fabrique import CONSOMMATEUR, creance, dossier, examiner
from recouvrement import (
    ActeInterruptif,
    DonneeInvalide,
    DossierContentieux,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    Reconnaissance,
    Relance,
    Suspension,
)
from recouvrement.modele.dossier import _GENRES
from recouvrement.politique.contentieux import NOMS

AU = date(2026, 9, 1)
TOUTES = [
    "facture",
    "contrat",
    "preuve_d_execution",
    "conditions_generales",
    "mise_en_demeure",
    "identite_du_creancier",
    "identite_du_debiteur",
]


def _dossier() -> object:
    faits = (
        Relance(le=date(2026, 5, 10)),
        MiseEnDemeure(le=date(2026, 6, 1), presentee_le=date(2026, 6, 3)),
        Paiement(le=date(2026, 7, 1), montant="1000.00", creance="F-1"),
        Relance(le=date(2026, 9, 2)),
    )
    return dossier(creance("F-1", executee_le=date(2026, 3, 30)), creance("F-2", "500.00"), faits=faits)


def contentieux(voie: str = "injonction_de_payer", **options: object) -> DossierContentieux:
    return Politique().dossier_contentieux(_dossier(), voie, **{"au": AU, **options})


def test_la_chronologie_est_dans_l_ordre_et_s_arrete_a_l_examen() -> None:
    faits = contentieux().chronologie
    assert [f.le for f in faits] == sorted(f.le for f in faits)
    assert all(f.le <= AU for f in faits)
    textes = [(f.le, f.texte) for f in faits]
    assert (date(2026, 3, 30), "livraison ou fin de la prestation") in textes
    assert (date(2026, 5, 1), "échéance de la facture F-1") in textes
    assert (date(2026, 6, 1), "mise en demeure, présentée le 3 juin 2026") in [(le, t.replace("\u00a0", " ")) for le, t in textes]
    assert (date(2026, 7, 1), f"paiement reçu, {Montant(1000)}") in textes


def test_le_bordereau_numerote_une_ligne_par_facture_et_par_lettre() -> None:
    rendu = contentieux(pieces=["contrat"])
    assert [p.numero for p in rendu.bordereau] == list(range(1, len(rendu.bordereau) + 1))
    assert [(p.cle, p.le) for p in rendu.bordereau] == [
        ("facture", date(2026, 4, 1)),
        ("facture", date(2026, 4, 1)),
        ("contrat", None),
        ("decompte", AU),
        ("mise_en_demeure", date(2026, 6, 1)),
    ]
    assert not {p.cle for p in rendu.bordereau} & {p.cle for p in rendu.manquantes}
    assert "preuve_d_execution" in {p.cle for p in rendu.manquantes}  # une seule des deux créances est datée


def test_la_somme_et_le_decompte_sont_ceux_du_bilan() -> None:
    rendu, bilan = contentieux(), Politique().examiner(_dossier(), au=AU)
    assert rendu.total == bilan.total
    assert rendu.decompte == bilan.decompte
    assert rendu.decompte.solde_progressif()[-1]["solde"] == rendu.total.valeur.decimal


def test_pret_seulement_quand_rien_ne_manque_et_que_tout_est_en_main() -> None:
    assert not contentieux().pret
    assert not contentieux(pieces=TOUTES[1:]).pret  # la facture est déduite, pas montrée
    complet = contentieux(pieces=TOUTES)
    assert complet.manquantes == ()
    assert complet.pret


def test_une_voie_fermee_n_est_jamais_prete() -> None:
    rendu = contentieux("declaration_de_creance", pieces=["facture", "contrat", "preuve_d_execution", "publication_bodacc"])
    assert rendu.manquantes == ()
    assert not rendu.pret
    assert "fermée" in rendu.expliquer()


def test_la_voie_se_donne_par_sa_cle_ou_par_sa_valeur() -> None:
    voie = next(v for v in Politique().voies(_dossier(), au=AU) if v.cle == "assignation_au_fond")
    assert contentieux(voie) == contentieux("assignation_au_fond")
    with pytest.raises(DonneeInvalide, match="voie inconnue"):
        contentieux("duel")


def test_le_dossier_se_dit_en_texte_en_json_et_en_page() -> None:
    rendu = contentieux()
    texte = rendu.expliquer()
    assert all(titre in texte for titre in ("Chronologie", "Bordereau des pièces", "Manque :", "1. Facture F-1"))
    lu = json.loads(json.dumps(rendu.vers_dict()))
    assert lu["pret"] is False
    assert len(lu["bordereau"]) == len(rendu.bordereau)
    assert "Injonction de payer" in rendu._repr_html_()


def test_une_creance_seule() -> None:
    seule = Politique().dossier_contentieux(creance(), "assignation_au_fond", [Reconnaissance(le=date(2026, 6, 2))], au=AU)
    assert (date(2026, 6, 2), "reconnaissance de la dette") in [(f.le, f.texte) for f in seule.chronologie]


def test_actes_et_suspensions_se_disent_par_leur_cause() -> None:
    faits = (
        ActeInterruptif(le=date(2026, 7, 2), cause="assignation"),
        Suspension(du=date(2026, 6, 2), au=None, cause="mediation"),
    )
    rendu = Politique().dossier_contentieux(dossier(creance(), faits=faits), "refere_provision", au=AU)
    assert {"assignation", "mediation"} <= {f.texte for f in rendu.chronologie}


def test_tout_evenement_a_son_nom() -> None:
    assert set(NOMS) | {ActeInterruptif, Suspension} == set(_GENRES)


@pytest.mark.parametrize(("fin_le", "sous_condition"), [(None, True), (date(2027, 1, 1), True), (date(2023, 7, 1), False)])
def test_une_instance_qui_dure_peut_etre_n_est_pas_dite_prescrite_sans_condition(
    fin_le: date | None, sous_condition: bool
) -> None:
    assignee = ActeInterruptif(le=date(2023, 6, 1), cause="assignation", fin_le=fin_le)
    bilan = examiner(
        dossier(creance(emise_le=date(2023, 1, 1), echeance=date(2023, 2, 1), debiteur=CONSOMMATEUR), faits=(assignee,)), au=AU
    )
    (alerte,) = [a for a in bilan.alertes if a.cle == "prescrite"]
    assert ("sauf si l'instance, ou la procédure, dure encore" in alerte.message) is sous_condition
