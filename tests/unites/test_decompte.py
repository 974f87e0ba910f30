"""Le décompte d'un dossier après l'extension : frais, clause pénale, rejets, conventions, motifs."""

import json
from datetime import date, timedelta

import pytest

from fabrique import COMMUNE, CONSOMMATEUR, creance, examiner
from recouvrement import (
    ConditionsPaiement,
    Contestation,
    Conventions,
    DelaiDeGrace,
    Dossier,
    FraisJustifies,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Rejet,
    Remise,
    Taux,
    TauxIndexe,
    Titre,
)

AU = date(2026, 9, 1)


def _frais(le: date, montant: str, reference: str = "F-1") -> FraisJustifies:
    return FraisJustifies(le=le, montant=montant, motif="cabinet", creance=reference, piece="facture n° 12")


def _politique(**conventions: str) -> Politique:
    return Politique(conventions=Conventions(**conventions))


def _deux_echeances() -> Dossier:
    seconde = creance("B", facture="F", emise_le=date(2026, 4, 1), echeance=date(2026, 6, 1))
    return Dossier(creances=[creance("A", facture="F"), seconde])


def test_les_frais_ne_deviennent_jamais_negatifs() -> None:
    faits = [
        _frais(date(2026, 5, 10), "60.00", "A"),
        Paiement(le=date(2026, 5, 12), montant="20.00", creance="A"),
        _frais(date(2026, 7, 1), "10.00", "A"),
    ]
    politique = _politique(indemnite_par="echeance", imputation="frais_d_abord")
    bilan = examiner(_deux_echeances(), *faits, au=AU, politique=politique)
    assert bilan.frais.valeur.centimes >= 0


def test_par_echeance_chacune_retient_ses_quarante_euros() -> None:
    bilan = examiner(
        _deux_echeances(), _frais(date(2026, 7, 1), "100.00", "A"), au=AU, politique=_politique(indemnite_par="echeance")
    )
    assert (bilan.indemnite.valeur, bilan.frais.valeur) == (Montant("80.00"), Montant("60.00"))


def test_frais_et_indemnite_font_les_frais_documentes() -> None:
    """À partir de 40 €, indemnité et complément font exactement les frais prouvés."""
    for centimes in (1, 3_999, 4_000, 4_001, 12_345):
        pieces = [_frais(date(2026, 6, 1), str(Montant.de_centimes(centimes).decimal))]
        bilan = examiner(creance(), *pieces, au=AU)
        assert (bilan.indemnite.valeur + bilan.frais.valeur).centimes == max(4_000, centimes)


@pytest.mark.parametrize("lecture", ["plancher", "suppletif"])
def test_l_alerte_du_plancher_dit_la_lecture_retenue(lecture: str) -> None:
    c = creance(conditions=ConditionsPaiement(taux_penalites=Taux("5")))
    bilan = examiner(c, au=AU, politique=_politique(sous_le_plancher=lecture))
    assert all("tel que convenu" not in a.message for a in bilan.alertes)


def test_les_raisons_des_frais_font_leur_somme() -> None:
    c = creance(principal="1500.00", debiteur=CONSOMMATEUR, nature="copropriete")
    demeure = MiseEnDemeure(le=date(2026, 6, 1), presentee_le=date(2026, 6, 3))
    bilan = examiner(c, _frais(date(2026, 5, 10), "25.00"), demeure, _frais(date(2026, 6, 10), "48.00"), au=AU)
    assert bilan.frais.valeur == Montant("48.00")
    assert sum((n.valeur for n in bilan.frais.sachant), Montant.zero()) == bilan.frais.valeur


def test_clause_penale_avant_l_echeance_ne_compte_qu_une_fois() -> None:
    c = creance(conditions=ConditionsPaiement(clause_penale=Taux("10")))
    demeures = [MiseEnDemeure(le=date(2026, 5, j), presentee_le=date(2026, 5, j)) for j in (1, 2, 3)]
    assert examiner(c, *demeures, au=date(2026, 5, 1)).clause_penale.valeur == Montant.zero()
    assert examiner(c, *demeures, au=AU).clause_penale.valeur == Montant("1000.00")


def test_clause_penale_de_la_creance_visee_seulement() -> None:
    conditions = ConditionsPaiement(clause_penale=Montant("150.00"))
    dossier = Dossier(creances=[creance("A", conditions=conditions), creance("B", conditions=conditions)])
    bilan = examiner(dossier, MiseEnDemeure(le=date(2026, 6, 1), presentee_le=date(2026, 6, 3), creances=["A"]), au=AU)
    assert {r: b.clause_penale.valeur.centimes for r, b in bilan.par_creance.items()} == {"A": 15_000, "B": 0}


def test_rejet_sans_effet_avant_son_jour() -> None:
    paye = Paiement(le=date(2026, 6, 30), montant="4000.00", creance="F-1", reference="V")
    rejet = Rejet(le=date(2026, 7, 10), paiement="V")
    avant = date(2026, 7, 9)
    assert examiner(creance(), paye, rejet, au=avant).total == examiner(creance(), paye, au=avant).total
    assert examiner(creance(), paye, rejet, au=rejet.le).total == examiner(creance(), au=rejet.le).total


def test_un_paiement_represente_apres_rejet_compte_seul() -> None:
    faits = [
        Paiement(le=date(2026, 6, 30), montant="4000.00", creance="F-1", reference="V-1"),
        Rejet(le=date(2026, 7, 2), paiement="V-1"),
        Paiement(le=date(2026, 7, 10), montant="4000.00", creance="F-1", reference="V-2"),
    ]
    assert examiner(creance(), *faits, au=AU).decompte == examiner(creance(), faits[2], au=AU).decompte


def test_tout_le_dossier_se_dit_et_se_serialise() -> None:
    c = creance(
        conditions=ConditionsPaiement(taux_penalites=TauxIndexe.lire("BCE + 12"), clause_penale=Taux("10"), capitalisation=True)
    )
    faits = [
        MiseEnDemeure(le=date(2026, 5, 20)),
        _frais(date(2026, 6, 1), "100.00"),
        Paiement(le=date(2026, 6, 10), montant="1000.00", creance="F-1", reference="V-1"),
        Rejet(le=date(2026, 6, 12), paiement="V-1"),
        Remise(le=date(2026, 6, 15), montant="10.00", creance="F-1", poste="indemnite"),
        Contestation(le=date(2026, 6, 16), creance="F-1", montant="100.00"),
        DelaiDeGrace(du=date(2026, 7, 1), au=date(2026, 7, 31), taux="1"),
        Titre(le=date(2026, 8, 1), executoire_le=date(2026, 8, 1), creance="F-1", capitalisation_le=date(2026, 6, 1)),
        ProcedureCollective(le=date(2026, 8, 20), genre="redressement"),
    ]
    bilan = examiner(c, *faits, au=AU)
    assert json.loads(json.dumps(bilan.vers_dict()))
    texte = bilan.expliquer()
    for morceau in ("1231-5", "1343-5", "taux de la BCE", "L. 622-28"):
        assert morceau in texte, texte
    assert "datetime" not in texte


def test_une_procedure_ne_touche_pas_un_dossier_sans_creance_anterieure() -> None:
    c = creance(debiteur=COMMUNE)
    apres = examiner(c, ProcedureCollective(le=c.emise_le - timedelta(days=1), genre="sauvegarde"), au=AU)
    assert apres.total == examiner(c, au=AU).total


@pytest.mark.parametrize(
    ("paye", "annonce"),
    [
        # 867 jours du 16 janvier 2019 au 31 mai 2021, à 10 % sur 10 000 € : 2 375,34
        (None, "2 375,34"),
        # le 1er janvier 2020, 3 000 € paient tout l'intérêt échu, puis du principal : restent 516 jours sur 8 671,23 €, soit 1 225,85
        ("3000.00", "1 225,85"),
        ("9000.00", "377,63"),
    ],
)
def test_les_interets_prescrits_apres_un_titre_sont_dits_au_centime(paye: str | None, annonce: str) -> None:
    jugement = Titre(le=date(2019, 1, 15), executoire_le=date(2019, 1, 15), creance="F-1")
    faits = (Paiement(le=date(2020, 1, 1), montant=paye, creance="F-1"),) if paye else ()
    bilan = examiner(creance("F-1", "10000.00", date(2018, 5, 1)), jugement, *faits, au=date(2026, 6, 1))
    (message,) = [a.message.replace("\u202f", " ").replace("\xa0", " ") for a in bilan.alertes if a.cle == "interets_apres_titre"]
    assert message.startswith(f"{annonce} € d'intérêts échus du 16 janvier 2019 au 31 mai 2021")


@pytest.mark.parametrize("au", [date(2025, 9, 1), date(2026, 5, 1)])
def test_les_quarante_cinq_jours_d_un_acheteur_public_se_comptent_du_paiement_du_principal(au: date) -> None:
    """Les intérêts capitalisés courent encore après lui ; le terme, lui, ne recule pas (CCP, art. R. 2192-36)."""
    convenue = ConditionsPaiement(capitalisation=True)
    due = creance("F-1", "10000.00", date(2024, 2, 1), executee_le=date(2024, 1, 1), debiteur=COMMUNE, conditions=convenue)
    bilan = examiner(due, Paiement(le=date(2025, 6, 1), montant="10000.00", creance="F-1"), au=au)
    (message,) = [a.message.replace("\xa0", " ") for a in bilan.alertes if a.cle == "interets_a_payer"]
    assert message.endswith("au plus tard le 16 juillet 2025")
