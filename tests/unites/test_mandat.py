"""Un dossier confié : le mandataire, son jour, ce que le dossier en garde, et sa première lettre, une fois et une seule."""

import copy
import pickle
from datetime import UTC, date, datetime

import pytest
from attrs import evolve

from fabrique import CREANCIER, IBAN, LYON, creance, dossier, examiner
from recouvrement import DonneeInvalide, Dossier, Mandataire, Paiement, Politique, Portefeuille, Relance
from recouvrement.courrier.note import note_de_penalites
from recouvrement.envoi import Memoire, expedier
from recouvrement.politique import mandat
from recouvrement.politique.scenario import prereglage
from recouvrement.registre import RegistreMemoire
from recouvrement.rendu import RenduTexte

AU = date(2026, 6, 15)
PORT = Mandataire(
    nom="Port Recouvrement SAS",
    adresse=LYON,
    mandat_le=date(2026, 6, 1),
    courriel="dossiers@port.example",
    telephone="04 72 11 22 33",
    iban=IBAN,
)
PREMIERE = Relance(le=date(2026, 6, 4), etape="recouvrement_amiable", canal="courrier")
TROIS = Politique(scenario=prereglage("trois_lettres"))


def confie(*faits: object, mandataire: Mandataire | None = PORT) -> Dossier:
    return evolve(dossier(creance("F-1"), creance("F-2", "250.50")).avec(*faits), mandataire=mandataire)


# --- la valeur -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("nom", ""),
        ("adresse", None),
        ("mandat_le", None),
        ("mandat_le", datetime(2026, 6, 1, tzinfo=UTC)),
        ("activite", "poursuites"),
        ("iban", "FR7630006000011234567890188"),
        ("capital", "-1"),
    ],
)
def test_un_mandataire_faux_est_refuse(champ: str, valeur: object) -> None:
    with pytest.raises(DonneeInvalide) as refus:
        evolve(PORT, **{champ: valeur})
    assert refus.value.champ == champ


def test_l_iban_affecte_est_masque() -> None:
    assert IBAN not in repr(PORT)
    assert IBAN not in PORT._repr_html_()
    assert IBAN not in repr(confie())
    assert evolve(PORT, activite="Recouvrement amiable de créances").activite == "Recouvrement amiable de créances"


def test_le_dossier_refuse_autre_chose() -> None:
    with pytest.raises(DonneeInvalide) as refus:
        confie(mandataire=CREANCIER)
    assert refus.value.champ == "mandataire"


def test_le_dossier_garde_son_mandataire() -> None:
    d = confie(PREMIERE)
    assert pickle.loads(pickle.dumps(d)) == copy.deepcopy(d) == d  # noqa: S301
    assert hash(d) != hash(confie(PREMIERE, mandataire=None))
    assert d != confie(PREMIERE, mandataire=None)
    assert d.avec(Paiement(le=AU, montant="1.00")).mandataire == d.reduit({"F-1"}).mandataire == PORT
    assert {x.mandataire for x in Dossier.regrouper(d.creances, d.evenements, PORT)} == {PORT}
    assert "Port Recouvrement SAS" in d._repr_html_()


def test_le_mandat_commence_son_jour() -> None:
    d = confie()
    assert [d.mandataire_au(date(2026, *j)) for j in ((5, 31), (6, 1), (6, 2))] == [None, PORT, PORT]
    assert confie(mandataire=None).mandataire_au(AU) is None


# --- la suite --------------------------------------------------------------------------------------------------------


def test_le_portefeuille_examine_un_dossier_confie() -> None:
    bilans = Portefeuille([confie(), dossier(creance("F-9"))], politique=Politique(), au=AU).bilans
    assert {b.prochaine.etape.cle for b in bilans} == {"recouvrement_amiable", "courriel"}


def test_le_mandat_ne_change_aucune_somme() -> None:
    seul, avec = examiner(confie(mandataire=None), au=AU), examiner(confie(), au=AU)
    assert (seul.total, seul.decompte, seul.prescription) == (avec.total, avec.decompte, avec.prescription)


def test_une_lettre_d_avant_la_facture_ne_la_vise_pas() -> None:
    tardive = creance("F-3", echeance=date(2026, 6, 12), emise_le=date(2026, 6, 10))
    d = evolve(confie(PREMIERE), creances=(*confie().creances, tardive))
    bilan = examiner(d, au=AU)
    assert [(a.etape.cle, a.creances, a.pour_memoire) for a in bilan.actions] == [
        ("recouvrement_amiable", ("F-3",), ("F-1", "F-2"))
    ]


def test_une_lettre_d_avant_l_echeance_ne_la_reclamait_pas() -> None:
    a_echoir = creance("F-3", echeance=date(2026, 6, 12), emise_le=date(2026, 5, 10))
    bilan = examiner(Dossier(creances=(creance(), a_echoir), evenements=(PREMIERE,), mandataire=PORT), au=AU)
    assert [(a.etape.cle, a.creances) for a in bilan.actions] == [("recouvrement_amiable", ("F-3",))]


def test_la_note_de_penalites_donne_le_compte_affecte() -> None:
    affecte = evolve(PORT, iban="FR1420041010050500013M02606")
    dit = RenduTexte().rendre(note_de_penalites(examiner(confie(PREMIERE, mandataire=affecte), au=AU))).octets.decode()
    assert "M026" in dit.replace("\u202f", "")
    assert "titulaire Port Recouvrement SAS" in dit.replace("\n", " ")


def test_la_lettre_d_un_recouvreur_precedent_ne_compte_pas() -> None:
    d = confie(evolve(PREMIERE, le=date(2026, 5, 20)))
    bilan = examiner(d, au=AU)
    assert [a.etape for a in bilan.actions] == [mandat.PREMIERE_LETTRE]
    (alerte,) = (a for a in bilan.alertes if a.cle == "lettre_avant_mandat")
    assert "20 mai 2026" in alerte.message.replace("\u00a0", " ")
    assert alerte.source == mandat.CONVENTION
    assert not examiner(d, au=date(2026, 5, 31)).alertes


def test_la_simulation_attend_le_mandat() -> None:
    """Le jour du mandat décide, sans fait nouveau : la simulation ne le saute pas."""
    journal = TROIS.simuler([confie()], au=date(2026, 5, 1), jusqu_au=date(2026, 6, 10)).journal
    assert [(a.acte.le, a.etape.cle) for _, a in journal] == [
        (date(2026, 5, 9), "lettre_1"),
        (date(2026, 5, 24), "lettre_2"),
        (date(2026, 6, 1), "recouvrement_amiable"),
        (date(2026, 6, 10), "lettre_3"),
    ]


# --- l'envoi ---------------------------------------------------------------------------------------------------------


def envoyer(d: Dossier, au: date, registre: RegistreMemoire, canal: Memoire, relire=lambda x: x) -> list:
    return list(
        expedier(
            [d],
            au=au,
            politique=TROIS,
            moteur=RenduTexte(),
            notificateurs=dict.fromkeys(("courrier", "courriel", "recommande"), canal),
            registre=registre,
            horloge=horloge,
            relire=relire,
        )
    )


def horloge() -> datetime:
    return datetime(2026, 6, 15, 9, tzinfo=UTC)


def test_la_premiere_lettre_part_une_fois_puis_chaque_rappel_la_cite() -> None:
    registre, canal, d = RegistreMemoire(horloge), Memoire(horloge), confie()
    assert [(e.issue, e.action.etape.cle) for e in envoyer(d, AU, registre, canal)] == [("pris", "recouvrement_amiable")]
    assert not envoyer(d, AU, registre, canal)
    assert not envoyer(d, date(2026, 6, 23), registre, canal)
    (suivant,) = envoyer(d, date(2026, 6, 24), registre, canal)
    assert (suivant.issue, suivant.action.etape.cle) == ("pris", "lettre_1")
    premiere, rappel = (pli.documents[0].octets.decode().replace("\u00a0", " ") for pli in canal.plis)
    assert "exerce une activité de recouvrement amiable" in premiere.replace("\n", " ")
    assert "Lettre de recouvrement amiable : du 15 juin 2026, référence 404833048" in rappel


def test_une_relecture_ne_perd_pas_le_mandataire() -> None:
    canal = Memoire(horloge)
    (envoi,) = envoyer(confie(), AU, RegistreMemoire(horloge), canal, relire=lambda d: evolve(d, mandataire=None))
    assert envoi.issue == "erreur"
    assert "mandataire" in envoi.detail
    assert not canal.plis
