"""Proposer un échéancier, dire s'il est tenu ; la somme en lettres, la reconnaissance de dette, la transaction."""

import json
from datetime import date, timedelta

import pytest

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE, creance, dossier, examiner
from recouvrement import (
    Avoir,
    DecheanceTerme,
    DonneeInvalide,
    Echeancier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    ProcedureCollective,
    Promesse,
    ReconnaissanceDeDette,
    Rejet,
    Remise,
    SuiviEcheancier,
    Taux,
    Transaction,
)
from recouvrement.droit import pour
from recouvrement.modele.lettres import nombre_en_lettres, somme_en_lettres
from recouvrement.politique.accord import alertes, suivre

P = Politique()
AU = date(2026, 9, 1)  # le total de la créance d'essai est alors de 10 453,76 €
BILAN = examiner(creance(), au=AU)
PAYEE = Paiement(le=date(2026, 4, 20), montant="10000.00", creance="F-1")


def proposer(**rythme: object) -> Echeancier:
    return P.proposer_echeancier(BILAN, **rythme)


def montants(e: Echeancier) -> list[str]:
    return [str(m.decimal) for _, m in e.versements]


# --- proposer --------------------------------------------------------------------------------------------------------


def test_mensualites() -> None:
    e = proposer(mensualites=3)
    assert montants(e) == ["3484.60", "3484.58", "3484.58"]
    assert [j for j, _ in e.versements] == [date(2026, 10, 1), date(2026, 11, 2), date(2026, 12, 1)]  # 1er novembre : dimanche
    assert (e.le, e.creances, e.interets, e.decheance) == (AU, ("F-1",), "courent", True)


def test_montant() -> None:
    assert montants(proposer(montant="3000.00")) == ["1453.76", "3000.00", "3000.00", "3000.00"]
    assert montants(proposer(montant=Montant("10453.76"))) == ["10453.76"]
    assert montants(proposer(montant=20000)) == ["10453.76"]


def test_jusqu_au() -> None:
    e = proposer(jusqu_au=date(2027, 1, 1), premiere_le=date(2026, 9, 30))
    assert [j for j, _ in e.versements] == [date(2026, 9, 30), date(2026, 10, 30), date(2026, 11, 30), date(2026, 12, 30)]
    assert len(proposer(jusqu_au=date(2026, 10, 1)).versements) == 1


def test_le_report_ne_glisse_pas_d_un_mois_a_l_autre() -> None:
    """Compté de l'origine : le 31 revient le 31, les jours chômés sont reportés un à un."""
    e = proposer(mensualites=4, premiere_le=date(2026, 10, 31))
    assert [j for j, _ in e.versements] == [date(2026, 11, 2), date(2026, 11, 30), date(2026, 12, 31), date(2027, 2, 1)]


def test_le_premier_versement_peut_etre_du_jour() -> None:
    assert proposer(mensualites=2, premiere_le=AU).versements[0][0] == AU


def test_interets_et_decheance() -> None:
    e = proposer(mensualites=2, interets="abandonnes", decheance=False)
    assert (e.interets, e.decheance) == ("abandonnes", False)


@pytest.mark.parametrize(
    "rythme",
    [
        {},
        {"mensualites": 2, "montant": "10.00"},
        {"mensualites": 2, "jusqu_au": date(2027, 1, 1)},
        {"mensualites": 0},
        {"mensualites": True},
        {"mensualites": 2.0},
        {"mensualites": 1_045_377},
        {"montant": "0.00"},
        {"montant": Montant("10", "USD")},
        {"montant": 10.5},
        {"jusqu_au": date(2026, 9, 30)},
        {"jusqu_au": date(2020, 9, 30)},
        {"jusqu_au": "2027-01-01"},
        {"mensualites": 2, "premiere_le": date(2026, 8, 31)},
        {"mensualites": 2, "interets": "parfois"},
    ],
)
def test_refus(rythme: dict) -> None:
    with pytest.raises(DonneeInvalide):
        proposer(**rythme)


def test_ni_solde_ni_prescrit() -> None:
    with pytest.raises(DonneeInvalide, match="rien d'échu"):
        P.proposer_echeancier(examiner(creance(), PAYEE, au=AU), mensualites=2)
    vieux = examiner(dossier(creance(), creance("V-1", echeance=date(2020, 1, 15))), au=AU)
    with pytest.raises(DonneeInvalide, match="prescrite") as e:
        P.proposer_echeancier(vieux, mensualites=2)
    assert e.value.valeur == "V-1"


def test_on_ne_propose_pas_d_abandonner_les_interets_moratoires() -> None:
    public = examiner(creance(debiteur=COMMUNE), au=AU)
    assert P.proposer_echeancier(public, mensualites=2).interets == "courent"
    with pytest.raises(DonneeInvalide, match=r"L\. 2192-14"):
        P.proposer_echeancier(public, mensualites=2, interets="abandonnes")


def test_ce_qui_est_solde_n_est_pas_vise() -> None:
    paye = Paiement(le=date(2026, 4, 20), montant="500.00", creance="F-2")
    bilan = examiner(dossier(creance(), creance("F-2", "500.00")), paye, au=AU)
    assert P.proposer_echeancier(bilan, mensualites=2).creances == ("F-1",)


def test_ce_qui_n_est_pas_echu_n_est_pas_vise() -> None:
    """Un plan qui finirait avant l'échéance d'une facture la ferait payer avant son terme (C. civ., art. 1305-2)."""
    a_terme = creance("F-2", "500.00", echeance=date(2026, 12, 1))
    plan = P.proposer_echeancier(examiner(dossier(creance(), a_terme), au=AU), mensualites=3)
    assert plan.creances == ("F-1",)
    assert montants(plan) == ["3484.60", "3484.58", "3484.58"]
    le_jour = P.proposer_echeancier(examiner(dossier(creance(), a_terme), au=date(2026, 12, 1)), mensualites=3)
    assert le_jour.creances == ("F-1", "F-2")
    with pytest.raises(DonneeInvalide, match="rien d'échu"):
        P.proposer_echeancier(examiner(a_terme, au=AU), mensualites=3)


def _dits(*faits: object, au: date) -> dict[str, str]:
    return {a.cle: a.message for a in examiner(creance(), *faits, au=au).alertes}


def test_l_alerte_dit_le_jour_promis_sans_les_jours_de_grace() -> None:
    promesse = Promesse(le=date(2026, 5, 10), montant="500.00", pour_le=date(2026, 5, 27))
    assert "promesse_echue" not in _dits(promesse, au=date(2026, 5, 30))
    assert "le 27\N{NO-BREAK SPACE}mai 2026" in _dits(promesse, au=date(2026, 5, 31))["promesse_echue"]
    plan = Echeancier(le=date(2026, 5, 10), versements=[(date(2026, 6, 1), "250.00"), (date(2026, 12, 4), "250.00")])
    assert "le 1er\N{NO-BREAK SPACE}juin 2026" in _dits(plan, au=date(2026, 6, 15))["echeancier_manque"]
    assert (
        f"versements manqués : {Montant('250.00')}, le reste garde son terme"
        in _dits(plan, au=date(2026, 6, 15))["echeancier_manque"]
    )


def test_un_plan_plus_recent_remplace_l_ancien() -> None:
    ancien = Echeancier(le=date(2026, 5, 10), versements=[(date(2026, 6, 1), "5000.00"), (date(2026, 7, 1), "5000.00")])
    nouveau = Echeancier(le=date(2026, 6, 10), versements=[(date(2026, 8, 3), "5000.00"), (date(2026, 9, 1), "5000.00")])
    assert "echeancier_manque" in _dits(ancien, au=date(2026, 6, 15))
    assert "echeancier_manque" not in _dits(ancien, nouveau, au=date(2026, 6, 15))
    bilan = examiner(creance(), ancien, nouveau, au=date(2026, 6, 15))
    assert (bilan.actions, bilan.empechements[0].jusqu_au) == ((), date(2026, 8, 6))
    assert "le 3\N{NO-BREAK SPACE}août 2026" in _dits(ancien, nouveau, au=date(2026, 8, 10))["echeancier_manque"]


def test_un_plan_vaut_evenement_du_dossier() -> None:
    d = dossier().avec(proposer(mensualites=3))
    assert P.examiner(d, au=AU).dossier == d


# --- un plan de consommateur -----------------------------------------------------------------------------------------

ENTREE = date(2026, 11, 20)


def plan(le: date, jours: int, interets: str = "abandonnes") -> Echeancier:
    return Echeancier(le=le, versements=[(le + timedelta(days=jours), Montant("10.00"))], interets=interets)


@pytest.mark.parametrize(
    ("debiteur", "e", "alerte"),
    [
        (CONSOMMATEUR, plan(ENTREE, 51), True),
        (CONSOMMATEUR, plan(ENTREE, 50), False),
        (CONSOMMATEUR, plan(ENTREE, 10, "courent"), True),
        (CONSOMMATEUR, plan(ENTREE - timedelta(days=1), 90, "courent"), False),
        (SOCIETE, plan(ENTREE, 90, "courent"), False),
        (COMMUNE, plan(ENTREE, 90, "courent"), False),
    ],
)
def test_un_plan_de_consommateur_peut_devenir_un_credit(debiteur: object, e: Echeancier, alerte: bool) -> None:
    dites = alertes(e, debiteur, pour("fr"))
    assert bool(dites) is alerte
    for a in dites:
        assert (a.cle, a.gravite) == ("credit_possible", "attention")
        assert "n'est pas tranché" in a.message
        assert "2025-880" in str(a.source)


# --- suivre ----------------------------------------------------------------------------------------------------------

DEUX = Echeancier(le=AU, versements=[(date(2026, 10, 1), "100.00"), (date(2026, 11, 2), "50.00")], creances=["F-1"])


def suivi(*faits: object, au: date, plan: Echeancier = DEUX, grace: int = 0) -> SuiviEcheancier:
    return suivre(plan, faits, au=au, grace=grace)


def paye(jour: date, montant: str, creance: str | None = "F-1", reference: str = "") -> Paiement:
    return Paiement(le=jour, montant=montant, creance=creance, reference=reference)


def etats(s: SuiviEcheancier) -> list[str]:
    return [v.etat for v in s.versements]


def test_avant_le_premier_jour() -> None:
    s = suivi(au=date(2026, 9, 15))
    assert (s.etat, etats(s)) == ("tenu", ["a_venir", "a_venir"])
    assert s.prochaine == s.versements[0]
    assert (s.paye, s.reste, s.exigible) == (Montant.zero(), Montant("150.00"), Montant.zero())


@pytest.mark.parametrize(
    ("au", "grace", "etat"),
    [
        (date(2026, 10, 1), 0, "tenu"),
        (date(2026, 10, 2), 0, "en_retard"),
        (date(2026, 10, 4), 3, "tenu"),
        (date(2026, 10, 5), 3, "en_retard"),
    ],
)
def test_le_jour_meme_n_est_pas_un_retard(au: date, grace: int, etat: str) -> None:
    assert suivi(au=au, grace=grace).etat == etat


def test_partiel_en_retard_puis_rattrape() -> None:
    partiel = suivi(paye(date(2026, 10, 1), "60.00"), au=date(2026, 10, 5))
    assert (partiel.etat, etats(partiel), partiel.exigible) == ("en_retard", ["en_retard", "a_venir"], Montant("40.00"))
    assert partiel.retard_depuis == date(2026, 10, 1)
    assert partiel.expliquer().count("(payé : ") == 1
    assert "(payé : 60,00" in partiel.expliquer()
    rattrape = suivi(paye(date(2026, 10, 1), "60.00"), paye(date(2026, 10, 6), "40.00"), au=date(2026, 10, 6))
    assert (rattrape.etat, etats(rattrape)) == ("tenu", ["fait_en_retard", "a_venir"])
    assert rattrape.versements[0].fait_le == date(2026, 10, 6)
    assert rattrape.prochaine == rattrape.versements[1]


def test_en_avance_puis_acheve() -> None:
    s = suivi(paye(date(2026, 9, 10), "120.00"), au=date(2026, 9, 10))
    assert [(v.etat, str(v.reste.decimal)) for v in s.versements] == [("fait", "0.00"), ("a_venir", "30.00")]
    fini = suivi(paye(date(2026, 9, 10), "120.00"), paye(date(2026, 9, 12), "80.00"), au=date(2026, 12, 1))
    assert (fini.etat, fini.reste, fini.paye, fini.prochaine) == ("acheve", Montant.zero(), Montant("150.00"), None)


def test_ce_qui_compte_et_ce_qui_ne_compte_pas() -> None:
    faits = (
        paye(AU - timedelta(days=1), "1.00"),  # d'avant l'accord
        paye(AU, "2.00"),  # du jour même
        paye(date(2026, 9, 2), "4.00", None),  # sans désignation
        paye(date(2026, 9, 2), "8.00", "F-2"),  # une autre facture
        paye(date(2026, 9, 3), "16.00", reference="P-1"),
        Rejet(le=date(2026, 9, 20), paiement="P-1"),
        Avoir(le=date(2026, 9, 4), montant="32.00", creance="F-1"),
        Remise(le=date(2026, 9, 4), montant="1.50", creance="F-1"),
        paye(date(2026, 9, 30), "64.00"),  # d'après l'examen
    )
    assert suivi(*faits, au=date(2026, 9, 19)).paye == Montant("55.50")
    rejete = suivi(*faits, au=date(2026, 9, 20))
    assert rejete.paye == Montant("39.50")
    assert len(rejete.sachant) == 4


def test_une_decheance_rend_tout_exigible() -> None:
    s = suivi(DecheanceTerme(le=date(2026, 9, 20), creance="F-1"), au=date(2026, 9, 20))
    assert (s.etat, etats(s), s.exigible, s.rompu_le) == ("rompu", ["exigible"] * 2, Montant("150.00"), date(2026, 9, 20))
    assert "terme perdu" in s.expliquer()
    assert suivi(DecheanceTerme(le=date(2026, 9, 20), creance="F-2"), au=date(2026, 9, 20)).etat == "tenu"


def demeure(**autres: object) -> MiseEnDemeure:
    return MiseEnDemeure(**{"le": date(2026, 10, 5), "payer_avant_le": date(2026, 10, 13), "creances": ["F-1"]} | autres)


@pytest.mark.parametrize(
    ("faits", "rompu_le"),
    [
        ((demeure(),), date(2026, 10, 14)),
        ((demeure(creances=[]),), date(2026, 10, 14)),
        ((demeure(creances=["F-2"]),), None),
        ((demeure(payer_avant_le=None),), None),  # sans délai, elle ne fait rien perdre
        ((demeure(le=date(2026, 10, 1)),), None),  # rien n'avait encore manqué
        ((demeure(), paye(date(2026, 10, 13), "100.00")), None),  # payé dans le délai
        ((demeure(), paye(date(2026, 10, 13), "99.99")), date(2026, 10, 14)),
        ((demeure(), paye(date(2026, 10, 14), "100.00")), date(2026, 10, 14)),  # trop tard
    ],
)
def test_le_terme_se_perd_par_une_mise_en_demeure_sans_effet(faits: tuple, rompu_le: date | None) -> None:
    s = suivi(*faits, au=date(2026, 10, 20))
    assert s.rompu_le == rompu_le
    assert (s.etat == "rompu") is (rompu_le is not None)
    assert suivi(*faits, au=date(2026, 10, 13)).rompu_le is None
    sans_clause = Echeancier(le=AU, versements=DEUX.versements, creances=["F-1"], decheance=False)
    assert suivi(*faits, au=date(2026, 10, 20), plan=sans_clause).rompu_le is None


def test_les_jours_de_grace_retardent_aussi_la_demeure() -> None:
    """Le 5 octobre, avec quatre jours de grâce, le versement du 1er n'a pas encore manqué."""
    assert suivi(demeure(), au=date(2026, 10, 20), grace=3).rompu_le == date(2026, 10, 14)
    assert suivi(demeure(), au=date(2026, 10, 20), grace=4).rompu_le is None


def test_le_suivi_se_montre() -> None:
    s = suivi(paye(date(2026, 10, 1), "60.00"), au=date(2026, 10, 5))
    assert json.loads(json.dumps(s.vers_dict()))["versements"][0]["reste"] == "40.00"
    assert [x["etat"] for x in s.vers_lignes()] == ["en_retard", "a_venir"]
    assert "en retard" in s._repr_html_()
    with pytest.raises(DonneeInvalide):
        suivi(au="2026-10-05")


# --- en lettres ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "lettres"),
    [
        (0, "zéro"),
        (21, "vingt et un"),
        (70, "soixante-dix"),
        (71, "soixante et onze"),
        (80, "quatre-vingts"),
        (81, "quatre-vingt-un"),
        (91, "quatre-vingt-onze"),
        (100, "cent"),
        (101, "cent un"),
        (200, "deux cents"),
        (201, "deux cent un"),
        (1000, "mille"),
        (1001, "mille un"),
        (80_000, "quatre-vingt mille"),
        (200_000, "deux cent mille"),
        (1_000_000, "un million"),
        (80_000_000, "quatre-vingts millions"),
        (2_000_200, "deux millions deux cents"),
        (1_234_567_890, "un milliard deux cent trente-quatre millions cinq cent soixante-sept mille huit cent quatre-vingt-dix"),
    ],
)
def test_nombre_en_lettres(n: int, lettres: str) -> None:
    assert nombre_en_lettres(n) == lettres


@pytest.mark.parametrize(
    ("montant", "lettres"),
    [
        (Montant("10453.76"), "dix mille quatre cent cinquante-trois euros et soixante-seize centimes"),
        (Montant("1.01"), "un euro et un centime"),
        (Montant("0.80"), "quatre-vingts centimes"),
        (Montant("1000000"), "un million d'euros"),
        (Montant("1000001"), "un million un euros"),
        (Montant("21", "GBP"), "vingt et une livres sterling"),
        (Montant("3000000", "XPF"), "trois millions de francs CFP"),
        (Montant("2.50", "USD"), "deux dollars des États-Unis et cinquante cents"),
    ],
)
def test_somme_en_lettres(montant: Montant, lettres: str) -> None:
    assert somme_en_lettres(montant) == lettres


def test_ce_qui_ne_s_ecrit_pas_en_lettres() -> None:
    for n in (-1, 10**18, True, 1.0, "1"):
        with pytest.raises(DonneeInvalide):
            nombre_en_lettres(n)
    for m in (Montant("0"), Montant("-1"), Montant("1", "JPY")):
        with pytest.raises(DonneeInvalide):
            somme_en_lettres(m)


# --- reconnaissance de dette, transaction ----------------------------------------------------------------------------


def reconnaissance(**autres: object) -> ReconnaissanceDeDette:
    champs = {"le": AU, "creancier": CREANCIER, "debiteur": CONSOMMATEUR, "montant": "150.00", "cause": "facture F-1"}
    return ReconnaissanceDeDette(**champs | {"engagement": DEUX} | autres)


def test_reconnaissance_de_dette() -> None:
    r = reconnaissance(interets=Taux("5"))
    assert r.mention.replace("\N{NO-BREAK SPACE}", " ") == "Bon pour la somme de cent cinquante euros (150,00 €)"
    assert r.requise
    assert json.loads(json.dumps(r.vers_dict()))["versements"][1] == {"le": "2026-11-02", "montant": "50.00 EUR"}
    assert "cent cinquante euros" in r._repr_html_()
    assert not reconnaissance(debiteur=SOCIETE).requise


@pytest.mark.parametrize(
    "faux",
    [
        {"cause": ""},
        {"montant": "149.99"},
        {"montant": "0.00"},
        {"engagement": None},
        {"montant": Montant("150.00", "USD")},
        {"interets": "5"},
    ],
)
def test_sans_cause_ni_engagement_pas_de_reconnaissance(faux: dict) -> None:
    with pytest.raises(DonneeInvalide):
        reconnaissance(**faux)


def transaction(**autres: object) -> Transaction:
    champs = {"le": AU, "creancier": CREANCIER, "debiteur": SOCIETE, "objet": "la facture F-1", "demande": "10453.76"}
    suite = {"position": "la livraison était incomplète", "montant": "8000.00", "payer_le": date(2026, 10, 1), "delai": 8}
    return Transaction(**champs | suite | {"renonciation": "sa réclamation du 3 juin 2026"} | autres)


def test_transaction() -> None:
    t = transaction()
    assert t.concession == Montant("2453.76")
    assert t.en_lettres == "huit mille euros"
    assert json.loads(json.dumps(t.vers_dict()))["concession"] == "2453.76 EUR"
    assert "réclamation" in t._repr_html_()


@pytest.mark.parametrize(
    "faux",
    [
        {"montant": "10453.76"},
        {"montant": "10453.77"},
        {"montant": Montant("10", "USD")},
        {"renonciation": ""},
        {"objet": " "},
        {"payer_le": AU - timedelta(days=1)},
        {"delai": 0},
        {"originaux": 0},
    ],
)
def test_pas_de_transaction_d_un_seul_cote(faux: dict) -> None:
    with pytest.raises(DonneeInvalide):
        transaction(**faux)


def test_un_versement_manque_ne_se_dit_pas_demandable_pendant_une_procedure_collective() -> None:
    plan = Echeancier(le=date(2026, 5, 20), versements=[(date(2026, 6, 10), "250.00"), (date(2026, 7, 10), "250.00")])
    ouverture = ProcedureCollective(le=date(2026, 6, 12), genre="redressement", publiee_le=date(2026, 6, 15))
    bilan = examiner(creance("F-1", "500.00", date(2026, 5, 1)), plan, ouverture, au=date(2026, 6, 20))
    (message,) = [a.message for a in bilan.alertes if a.cle == "echeancier_manque"]
    assert "demand" not in message  # C. com., art. L. 622-21 : la créance se déclare
