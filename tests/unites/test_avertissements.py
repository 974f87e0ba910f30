"""Ce qu'une lettre permise fait relire à un humain avant de partir."""

from datetime import UTC, date, datetime, timedelta

import pytest
from attrs import evolve

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE, creance, dossier, examiner
from recouvrement import Debiteur, MiseEnDemeure, Politique, Taux, Transaction
from recouvrement.courrier import ecrire, rediger
from recouvrement.envoi import Memoire, expedier
from recouvrement.modele.conditions import ConditionsPaiement
from recouvrement.politique.scenario import usuels
from recouvrement.registre import RegistreMemoire
from recouvrement.rendu import RenduTexte

AU = date(2026, 9, 1)


def avertis(*creances: object, au: date = AU, **action: object) -> list[str]:
    bilan = examiner(dossier(*creances), au=au)
    (a,) = bilan.actions
    return [x.cle for x in rediger(evolve(a, **action) if action else a, bilan).avertissements]


def test_une_lettre_ordinaire_n_avertit_de_rien() -> None:
    assert avertis(creance()) == []


def test_un_siren_absent() -> None:
    assert avertis(creance(creancier=evolve(CREANCIER, siren=None))) == ["mentions_incompletes"]


def test_un_taux_sous_le_plancher_ne_vaut_que_pour_une_lettre_qui_reclame_le_total() -> None:
    basse = creance(conditions=ConditionsPaiement(taux_penalites=Taux("1")))
    bilan = examiner(dossier(basse), au=AU)
    assert "taux_sous_plancher" in [a.cle for a in bilan.alertes]
    assert avertis(basse) == []  # un premier rappel ne demande que le principal
    faite = MiseEnDemeure(le=date(2026, 6, 1), creances=("F-1",), etape="courriel", payer_avant_le=date(2026, 6, 15))
    suite = examiner(dossier(basse, faits=(evolve(faite, etape="lettre"),)), au=AU)
    (mise,) = [a for a in suite.actions if a.etape.cle == "mise_en_demeure"]
    assert [x.cle for x in rediger(mise, suite).avertissements] == ["taux_sous_plancher"]


def test_un_delai_plus_court_que_l_usage() -> None:
    faite = MiseEnDemeure(le=date(2026, 6, 1), creances=("F-1",), etape="lettre")
    bilan = examiner(dossier(creance(), faits=(faite,)), au=AU)
    (mise,) = bilan.actions
    assert rediger(mise, bilan).avertissements == ()
    courte = evolve(mise, payer_avant_le=date(2026, 9, 7))
    (alerte,) = rediger(courte, bilan).avertissements
    assert alerte.cle == "delai_court"
    assert "4\N{NO-BREAK SPACE}septembre 2026" in alerte.message


@pytest.mark.parametrize(
    ("debiteur", "contrat_le", "sienne"),
    [
        (SOCIETE, date(2019, 4, 25), "Code de commerce, art. L. 441-6 (loi n° 2008-776, puis loi n° 2012-387)"),
        (SOCIETE, date(2019, 4, 26), None),
        (CONSOMMATEUR, date(2016, 9, 30), "Code civil, art. 1153 ancien"),
        (CONSOMMATEUR, date(2016, 10, 1), None),
        (COMMUNE, date(2019, 3, 31), "Décret n° 2013-269 du 29 mars 2013"),
        (COMMUNE, date(2019, 4, 1), None),
    ],
)
def test_un_contrat_ancien_garde_ses_articles(debiteur: Debiteur, contrat_le: date, sienne: str | None) -> None:
    due = creance(debiteur=debiteur, contrat_le=contrat_le)
    politique, dues = Politique(scenarios=usuels()), dossier(due)
    for jour in (date(2026, 5, 1) + timedelta(days=n) for n in range(200)):
        bilan = politique.examiner(dues, au=jour)
        mises = [a for a in bilan.actions if isinstance(a.acte, MiseEnDemeure)]
        if mises:
            break
        dues = dues.avec(*(a.acte for a in bilan.actions))
    (action,) = mises
    trouves = [a for a in rediger(action, bilan).avertissements if a.cle == "redaction_ancienne"]
    assert [str(a.source) for a in trouves] == ([sienne] if sienne else [])


def test_une_lettre_qui_ne_cite_rien_n_avertit_pas_d_un_contrat_ancien() -> None:
    assert avertis(creance(contrat_le=date(2015, 1, 1))) == []


def test_une_transaction_avec_un_acheteur_public_ne_renonce_pas_aux_interets_moratoires() -> None:
    for debiteur, averti in ((SOCIETE, []), (COMMUNE, ["renonciation_publique"])):
        bilan = examiner(dossier(creance(debiteur=debiteur)), au=AU)
        accord = Transaction(
            le=AU,
            creancier=CREANCIER,
            debiteur=debiteur,
            objet="la conformité de la livraison de la facture F-1",
            demande=bilan.total.valeur,
            position="la livraison est incomplète",
            montant="1.00",
            payer_le=date(2026, 10, 1),
            renonciation="sa réclamation du 3 juin 2026",
            delai=15,
        )
        assert [x.cle for x in ecrire("transaction", bilan, accord).avertissements] == averti


def test_l_envoi_les_rapporte_a_blanc() -> None:
    instant = datetime(2026, 9, 1, 9, tzinfo=UTC)
    envois = expedier(
        [dossier(creance(creancier=evolve(CREANCIER, siren=None), debiteur=SOCIETE))],
        au=AU,
        politique=Politique(),
        moteur=RenduTexte(),
        notificateurs={"courriel": Memoire(lambda: instant)},
        registre=RegistreMemoire(lambda: instant),
        horloge=lambda: instant,
        relire=lambda d: d,
        a_blanc=True,
    )
    (envoi,) = envois
    assert (envoi.issue, [a.cle for a in envoi.avertissements]) == ("a_blanc", ["mentions_incompletes"])
