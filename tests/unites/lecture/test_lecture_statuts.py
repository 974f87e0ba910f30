"""Le cycle de vie de la facture électronique : refusée ou rejetée, la créance n'est pas ouverte ; encaissée, elle est payée."""

from datetime import date
from pathlib import Path

import pytest

from fabrique import creance, examiner
from fabrique_livres import cdar, encaisse
from recouvrement import Blocage, DonneeInvalide, Montant, Paiement
from recouvrement.lecture import LecteurStatuts, lire_fichiers, rassembler
from recouvrement.ports import Lecture

LE = date(2026, 9, 15)
FICHIER = Path("statut.xml")


def lire(code: str, *details: str, **autres: str) -> Lecture:
    return LecteurStatuts().lire(cdar("F-1", code, *details, **autres))


@pytest.mark.parametrize(("code", "mot"), [("210", "refusée"), ("213", "rejetée"), ("501", "irrecevable")])
def test_refusee_ou_rejetee_n_ouvre_pas_de_creance(code: str, mot: str) -> None:
    lecture = lire(code, motif="DOUBLON", texte="déjà reçue")
    (blocage,) = lecture.evenements
    assert blocage == Blocage(
        le=LE,
        motif=f"facture {mot} ({code}) : DOUBLON, déjà reçue : elle n'ouvre pas encore de créance",
        creance="F-1",
        reference=f"{code} F-1",
    )
    bilan = examiner(creance(), blocage, au=date(2026, 11, 21))
    assert bilan.actions == ()
    assert [e.motif for e in bilan.empechements] != []


def test_encaissee_est_un_paiement_somme_des_taux_de_tva() -> None:
    lecture = lire("212", encaisse("100.00", "20.00"), encaisse("21.10", "5.50"))
    (paiement,) = lecture.evenements
    assert paiement == Paiement(le=LE, montant="121.10", creance="F-1", reference="212 F-1 20260915", moyen="inconnu")
    (alerte,) = lecture.anomalies
    assert "gardez celui du relevé" in alerte.remede


def test_encaissee_ferme_la_creance() -> None:
    (paiement,) = lire("212", encaisse("10000.00"), le="20260430").evenements
    assert examiner(creance(), paiement, au=date(2026, 9, 1)).soldee


@pytest.mark.parametrize(
    "details", [(), (encaisse("100.00", devise=""),), (encaisse(""),), (encaisse("90.00"), encaisse("10.00", devise=""))]
)
def test_encaissee_sans_montant_bloque_sans_rien_imputer(details: tuple[str, ...]) -> None:
    lecture = lire("212", *details)
    (blocage,) = lecture.evenements
    assert isinstance(blocage, Blocage)
    assert "ne dit pas" in lecture.anomalies[0].message


def test_une_correction_d_encaissement_est_refusee() -> None:
    lecture = lire("212", encaisse("-100.00"))
    assert lecture.evenements == ()
    assert lecture.anomalies[0].gravite == "refus"


@pytest.mark.parametrize("code", ["200", "201", "202", "203", "204", "205", "209", "211", "220"])
def test_aucun_autre_statut_n_arrete_rien(code: str) -> None:
    assert lire(code) == Lecture()


@pytest.mark.parametrize("code", ["206", "207", "208"])
def test_un_litige_ou_une_suspension_se_signale(code: str) -> None:
    lecture = lire(code, motif="QTE_ERR")
    assert lecture.evenements == ()
    (alerte,) = lecture.anomalies
    assert (alerte.gravite, alerte.valeur) == ("alerte", "QTE_ERR")
    assert "rien n'est arrêté" in alerte.message


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        (">210<", "><", "statut inconnu"),
        (">210<", ">999<", "statut inconnu"),
        (">F-1<", "><", "numéro de facture absent"),
        (">20260915101500<", ">2026-09-15<", "date illisible"),
        (">20260915101500<", ">20260931101500<", "ce jour n'existe pas"),
        (">20260915101500<", "><", "date absente"),
    ],
)
def test_ce_qui_est_douteux_est_refuse(avant: str, apres: str, dit: str) -> None:
    octets = cdar("F-1", "210").decode()
    assert avant in octets
    lecture = LecteurStatuts().lire(octets.replace(avant, apres).encode())
    assert lecture.evenements == ()
    (refus,) = lecture.anomalies
    assert (refus.gravite, refus.message[: len(dit)]) == ("refus", dit)


def test_un_message_peut_nommer_plusieurs_factures() -> None:
    double = cdar("F-1", "210").decode()
    debut, fin = double.index("<ram:ReferenceReferencedDocument>"), double.index("</rsm:AcknowledgementDocument>")
    double = double[:fin] + double[debut:fin].replace("F-1", "F-2") + double[fin:]
    assert [e.creance for e in LecteurStatuts().lire(double.encode()).evenements] == ["F-1", "F-2"]


def test_un_autre_xml_est_refuse() -> None:
    with pytest.raises(DonneeInvalide, match="n'est pas un statut"):
        LecteurStatuts().lire(b"<a/>")
    with pytest.raises(DonneeInvalide, match="aucune facture nommée"):
        LecteurStatuts().lire(cdar("F-1", "210").replace(b"ReferenceReferencedDocument", b"Autre"))


def test_le_statut_suit_le_numero_de_facture_de_la_creance(tmp_path: Path) -> None:
    (tmp_path / "statut.xml").write_bytes(cdar("FA-9", "213"))
    lectures = lire_fichiers([tmp_path])
    livres = (Path("livres"), Lecture(creances=(creance("cle-hote", facture="FA-9"), creance("F-2"))))
    (dossier,), anomalies = rassembler([livres, *lectures])
    assert anomalies == ()
    assert [e.creance for e in dossier.evenements] == ["cle-hote"]


def test_une_facture_a_plusieurs_echeances_est_bloquee_en_entier_mais_pas_payee_au_hasard() -> None:
    echeances = (creance("FA-9 (1/2)", facture="FA-9"), creance("FA-9 (2/2)", facture="FA-9"))
    livres = (Path("livres"), Lecture(creances=echeances))
    (dossier,), _ = rassembler([livres, (FICHIER, LecteurStatuts().lire(cdar("FA-9", "213")))])
    assert [e.creance for e in dossier.evenements] == ["FA-9 (1/2)", "FA-9 (2/2)"]
    (dossier,), anomalies = rassembler([livres, (FICHIER, LecteurStatuts().lire(cdar("FA-9", "212", encaisse("1.00"))))])
    assert dossier.evenements == ()
    assert "la facture a 2 échéances" in anomalies[-1].message


def test_le_numero_d_un_autre_creancier_n_est_pas_pris() -> None:
    autre = creance("F-9").debiteur
    livres = (
        Path("livres"),
        Lecture(creances=(creance("a", facture="FA-9"), creance("b", facture="FA-9", debiteur=evolue(autre)))),
    )
    dossiers, anomalies = rassembler([livres, (FICHIER, LecteurStatuts().lire(cdar("FA-9", "213")))])
    assert all(d.evenements == () for d in dossiers)
    assert anomalies[-1].gravite == "refus"


def evolue(debiteur):
    from attrs import evolve

    return evolve(debiteur, identifiant="autre")


def test_deux_messages_du_meme_jour_sont_deux_paiements() -> None:
    def message(ident: str) -> Paiement:
        document = f"<rsm:ExchangedDocument><ram:ID>{ident}</ram:ID></rsm:ExchangedDocument><rsm:AcknowledgementDocument>"
        octets = cdar("F-1", "212", encaisse("10.00")).decode().replace("<rsm:AcknowledgementDocument>", document)
        (paiement,) = LecteurStatuts().lire(octets.encode()).evenements
        return paiement

    assert message("M-1") == message("M-1") != message("M-2")


def test_montant_dans_sa_devise() -> None:
    (paiement,) = lire("212", encaisse("100", devise="XPF")).evenements
    assert paiement.montant == Montant("100", "XPF")
