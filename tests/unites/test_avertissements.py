"""Ce qu'une lettre permise fait relire à un humain avant de partir."""

from datetime import UTC, date, datetime

from attrs import evolve

from fabrique import COMMUNE, CREANCIER, SOCIETE, creance, dossier, examiner
from recouvrement import MiseEnDemeure, Politique, Taux, Transaction
from recouvrement.courrier import ecrire, rediger
from recouvrement.envoi import Memoire, expedier
from recouvrement.modele.conditions import ConditionsPaiement
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
