"""camt.053 : des soldes qui s'accordent, des règlements proposés, des retours rattachés sans rien deviner."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabrique import IBAN, creance, dossier
from fabrique_livres import camt, detail, ntry, solde
from recouvrement import DonneeInvalide, Montant, Paiement, Politique, Rejet
from recouvrement.lecture import LecteurCAMT, lire_fichiers, rassembler
from recouvrement.politique.portefeuille import Portefeuille
from recouvrement.ports import Encaissement, Lecture, Retour

LECTEUR = LecteurCAMT()
SOLDES = (solde("OPBD", "100.00"), solde("CLBD", "110.00"))
RETOUR = "<RtrInf><Rsn><Cd>AM04</Cd></Rsn></RtrInf>"


def refus(lecture: Lecture) -> str:
    return " | ".join(str(a) for a in lecture.anomalies if a.gravite == "refus")


def test_un_credit_est_un_reglement_propose() -> None:
    vu = detail(libelle="FACT F-1", bout="E2E-7", payeur="MENUISERIE DU PORT", iban=IBAN, banque="B-1")
    lecture = LECTEUR.lire(camt(*SOLDES, ntry("10.00", vu)))
    (propose,) = lecture.encaissements
    assert propose.paiement == Paiement(le=date(2026, 6, 10), montant="10.00", reference="B-1")
    assert (propose.payeur, propose.iban, propose.debiteur) == ("MENUISERIE DU PORT", IBAN, None)
    assert propose.references == ("E2E-7", "B-1")
    assert propose.libelle == "FACT F-1 MENUISERIE DU PORT E2E-7"
    assert lecture.evenements == lecture.anomalies == ()


def test_l_iban_du_payeur_ne_se_montre_pas() -> None:
    (propose,) = LECTEUR.lire(camt(*SOLDES, ntry("10.00", detail(libelle=f"de {IBAN}", iban=IBAN)))).encaissements
    assert IBAN not in repr(propose)
    faux = LECTEUR.lire(camt(*SOLDES, ntry("10.00", detail(iban="FR7630006000011234567890188"))))
    assert "FR76 … 0188" in str(faux.anomalies[0])
    assert faux.encaissements[0].iban is None


def test_le_premier_des_deux_jours_est_celui_du_paiement() -> None:
    (propose,) = LECTEUR.lire(camt(*SOLDES, ntry("10.00", le="2026-06-12", valeur="2026-06-09"))).encaissements
    assert propose.paiement.le == date(2026, 6, 9)


@pytest.mark.parametrize("version", [f"053.001.{n:02d}" for n in range(2, 14)])
def test_toutes_les_versions(version: str) -> None:
    statut = "<Sts>BOOK</Sts>" if version < "053.001.07" else "<Sts><Cd>BOOK</Cd></Sts>"
    nom = "<Nm>A</Nm>" if version < "053.001.07" else "<Pty><Nm>A</Nm></Pty>"
    jour = "<DtTm>2026-06-10T23:30:00+02:00</DtTm>"
    octets = camt(*SOLDES, ntry("10.00", detail(payeur="@")), version=version)
    texte = octets.decode().replace("<Sts>BOOK</Sts>", statut).replace("<Nm>@</Nm>", nom)
    (propose,) = LECTEUR.lire(texte.replace("<Dt>2026-06-10</Dt>", jour).encode()).encaissements
    assert (propose.payeur, propose.paiement.le) == ("A", date(2026, 6, 10))


# --- les sommes ------------------------------------------------------------------------------------------------------


def test_un_releve_qui_ne_s_additionne_pas_est_refuse() -> None:
    lecture = LECTEUR.lire(camt(*SOLDES, ntry("10.01")))
    assert lecture.encaissements == ()
    assert "écart" in refus(lecture)


@pytest.mark.parametrize(
    ("soldes", "dit"),
    [
        ((solde("OPBD", "100.00"),), "incomplets"),
        ((), "incomplets"),
        ((solde("OPBD", "100.00"), solde("CLBD", "1.00", "SEK")), "plusieurs devises"),
    ],
)
def test_sans_soldes_comparables_une_alerte(soldes: tuple[str, ...], dit: str) -> None:
    lecture = LECTEUR.lire(camt(*soldes, ntry("10.00")))
    assert len(lecture.encaissements) == 1
    assert dit in lecture.anomalies[0].message


def test_un_decouvert_se_compte_en_negatif() -> None:
    soldes = (solde("PRCD", "5.00", sens="DBIT"), solde("CLBD", "2.00"))
    assert LECTEUR.lire(camt(*soldes, ntry("7.00"))).anomalies == ()


def test_les_details_font_l_ecriture_ou_rien_n_en_est_lu() -> None:
    bons = LECTEUR.lire(camt(*SOLDES, ntry("10.00", detail("4.00"), detail("6.00"), plus="<AcctSvcrRef>B</AcctSvcrRef>")))
    assert [(e.paiement.montant, e.paiement.reference) for e in bons.encaissements] == [
        (Montant("4.00"), "B#1"),
        (Montant("6.00"), "B#2"),
    ]
    for faux in ((detail("4.00"), detail("5.00")), (detail("4.00"), detail()), (detail("9.00"),)):
        lecture = LECTEUR.lire(camt(*SOLDES, ntry("10.00", *faux)))
        assert lecture.encaissements == ()
        assert "ne font pas l'écriture" in refus(lecture)


def test_une_ecriture_fautive_n_arrete_pas_les_autres() -> None:
    soldes = (solde("OPBD", "0.00"), solde("CLBD", "20.00"))
    lecture = LECTEUR.lire(camt(*soldes, ntry("10.00", detail("9.00")), ntry("10.00")))
    assert len(lecture.encaissements) == 1
    assert "écriture 1" in refus(lecture)


def test_une_ecriture_en_attente_est_ignoree() -> None:
    attente = ntry("50.00").replace("BOOK", "PDNG")
    lecture = LECTEUR.lire(camt(*SOLDES, ntry("10.00"), attente))
    assert [e.paiement.montant for e in lecture.encaissements] == [Montant("10.00")]
    assert "non comptabilisées" in lecture.anomalies[0].message


def test_deux_releves_dont_un_faux() -> None:
    bon, faux = camt(*SOLDES, ntry("10.00")).decode(), camt(*SOLDES, ntry("11.00"), ident="R-2").decode()
    releve = faux[faux.index("<Stmt>") : faux.index("</BkToCstmrStmt>")]
    lecture = LECTEUR.lire(bon.replace("</BkToCstmrStmt>", releve + "</BkToCstmrStmt>").encode())
    assert len(lecture.encaissements) == 1
    assert "R-2" in refus(lecture)


# --- références, retours ---------------------------------------------------------------------------------------------


def test_sans_reference_de_banque_chaque_reglement_a_la_sienne_toujours_la_meme() -> None:
    octets = camt(solde("OPBD", "0.00"), solde("CLBD", "20.00"), ntry("10.00"), ntry("10.00"))
    deux = [e.paiement.reference for e in LECTEUR.lire(octets).encaissements]
    assert len(set(deux)) == 2
    assert deux == [e.paiement.reference for e in LECTEUR.lire(octets).encaissements]
    assert not any("3000600001" in r for r in deux)


def _avec_retour(fin: str) -> Lecture:
    soldes = (solde("OPBD", "100.00"), solde("CLBD", "100.00"))
    entree = ntry("10.00", detail(bout="E-1", banque="B-1"))
    return LECTEUR.lire(camt(*soldes, entree, ntry("10.00", fin, sens="DBIT", le="2026-06-15", valeur="2026-06-15")))


def test_un_retour_se_rattache_a_son_paiement() -> None:
    lecture = _avec_retour(detail(bout="E-1", banque="B-2", plus=RETOUR))
    (retour,) = lecture.retours
    assert (retour.le, retour.montant, retour.motif) == (date(2026, 6, 15), Montant("10.00"), "AM04 : provision insuffisante")
    assert retour.rejet(lecture.encaissements) == Rejet(le=date(2026, 6, 15), paiement="B-1", reference="B-2")
    assert retour.rejet([Paiement(le=date(2026, 6, 1), montant="10.00", reference="E-1")]) is not None


def test_un_retour_ne_se_devine_pas() -> None:
    (retour,) = _avec_retour(detail(bout="E-9", plus=RETOUR)).retours
    p = Paiement(le=date(2026, 6, 1), montant="10.00", reference="E-9")
    semblables = [Encaissement(paiement=Paiement(le=p.le, montant="10.00", reference=r), references=("E-9",)) for r in "ab"]
    assert retour.rejet([]) is None
    assert retour.rejet(semblables) is None
    assert retour.rejet([Paiement(le=p.le, montant="10.01", reference="E-9")]) is None
    assert retour.rejet([Paiement(le=date(2026, 6, 16), montant="10.00", reference="E-9")]) is None
    assert retour.rejet([Paiement(le=p.le, montant="10.00")]) is None
    assert retour.rejet([p, semblables[0]]) is None


@pytest.mark.parametrize(
    "plus",
    [
        "<RvslInd>true</RvslInd>",
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>IDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd>",
    ],
)
def test_un_retour_se_reconnait_aussi_a_l_ecriture(plus: str) -> None:
    soldes = (solde("OPBD", "100.00"), solde("CLBD", "90.00"))
    assert len(LECTEUR.lire(camt(*soldes, ntry("10.00", detail(), sens="DBIT", plus=plus))).retours) == 1


def test_notre_virement_revenu_n_est_pas_un_reglement() -> None:
    lecture = LECTEUR.lire(camt(*SOLDES, ntry("10.00", detail(plus=RETOUR))))
    assert (lecture.encaissements, lecture.retours) == ((), ())
    assert "votre propre paiement" in lecture.anomalies[0].message


def test_une_sortie_ordinaire_ne_propose_rien() -> None:
    lecture = LECTEUR.lire(camt(solde("OPBD", "10.00"), solde("CLBD", "0.00"), ntry("10.00", detail(), sens="DBIT")))
    assert lecture == Lecture()


# --- jusqu'au rapprochement ------------------------------------------------------------------------------------------


def test_propose_puis_rapproche_puis_rejete(tmp_path: Path) -> None:
    soldes = (solde("OPBD", "0.00"), solde("CLBD", "0.00"))
    recu = ntry("10000.00", detail(libelle="REGLEMENT F-1", bout="E-1", banque="B-1"))
    revenu = ntry("10000.00", detail(bout="E-1", banque="B-2", plus=RETOUR), sens="DBIT", le="2026-06-20", valeur="2026-06-20")
    (tmp_path / "releve.xml").write_bytes(camt(*soldes, recu, revenu))
    lues = lire_fichiers([tmp_path])
    dossiers, anomalies = rassembler(lues)
    assert dossiers == ()
    assert [a.message for a in anomalies] == [
        "règlements à rapprocher : rien n'est imputé",
        "paiements revenus impayés : aucun n'est annulé",
    ]
    lecture = lues[0][1]
    assert isinstance(lecture, Lecture)
    (propose,), (retour,) = lecture.encaissements, lecture.retours
    porte = Portefeuille([dossier(creance("F-1"))], politique=Politique(), au=date(2026, 6, 30))
    trouve = porte.rapprocher(propose.paiement, libelle=propose.libelle)
    assert [c.creances for c in trouve.candidats] == [("F-1",)]
    rejet = retour.rejet(lecture.encaissements)
    assert isinstance(rejet, Rejet)
    paye = dossier(creance("F-1"), faits=(propose.paiement,))
    assert Politique().examiner(paye, au=date(2026, 6, 30)).principal.valeur < Montant("1000.00")
    assert Politique().examiner(paye.avec(rejet), au=date(2026, 6, 30)).principal.valeur == Montant("10000.00")


# --- refus en entier -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("octets", "dit"),
    [
        (camt(version="054.001.02"), "camt.054"),
        (camt(version="052.001.02"), "camt.052"),
        (b"<a/>", "racine"),
        (b"<!DOCTYPE a [<!ENTITY e 'x'>]>" + camt().partition(b"?>")[2], "DTD"),
        (camt().replace(b"Stmt>", b"Stm>").replace(b"BkToCstmrStm>", b"BkToCstmrStmt>"), "aucun relevé"),
        (b"<?xml version='1.0'?><Document>", "illisible"),
    ],
)
def test_ce_qui_n_est_pas_un_releve_definitif(octets: bytes, dit: str) -> None:
    with pytest.raises(DonneeInvalide, match=dit):
        LECTEUR.lire(octets)


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("10.00", "10,00"),
        ("10.00", "-10.00"),
        ("10.00", "1e1"),
        ("10.00", "10.001"),
        (">CRDT<", ">CREDIT<"),
        ("Ccy='EUR'", "Ccy='ZZZ'"),
        ("Ccy='EUR'", ""),
    ],
)
def test_une_valeur_illisible_refuse_le_releve(avant: str, apres: str) -> None:
    lecture = LECTEUR.lire(camt(ntry("10.00")).decode().replace(avant, apres).encode())
    assert lecture.encaissements == ()
    assert refus(lecture)


def test_un_commentaire_ne_coupe_pas_un_montant() -> None:
    soldes = (solde("OPBD", "0.00"), solde("CLBD", "1200.00"))
    (propose,) = LECTEUR.lire(camt(*soldes, ntry("12<!-- -->00.00"))).encaissements
    assert propose.paiement.montant == Montant("1200.00")


@settings(deadline=None, max_examples=100)
@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.tuples(st.integers(1, 10**9), st.booleans(), st.booleans()), max_size=12),
    st.integers(-1, 1),
)
def test_les_soldes_s_accordent_ou_rien_n_est_lu(depart: int, lignes: list[tuple[int, bool, bool]], ecart: int) -> None:
    """I-42 : ouverture + écritures = clôture ; les règlements proposés sont exactement les crédits."""

    def texte(centimes: int) -> str:
        return f"{abs(centimes) // 100}.{abs(centimes) % 100:02d}"

    def sens(centimes: int) -> str:
        return "DBIT" if centimes < 0 else "CRDT"

    nets = [m if credit else -m for m, credit, _ in lignes]
    fin = depart + sum(nets) + ecart
    ecritures = [
        ntry(texte(n), detail(plus=RETOUR if retour and n < 0 else ""), sens=sens(n))
        for n, (_, _, retour) in zip(nets, lignes, strict=True)
    ]
    soldes = [solde(code, texte(m), sens=sens(m)) for code, m in (("OPBD", depart), ("CLBD", fin))]
    lecture = LECTEUR.lire(camt(*soldes, *ecritures))
    if ecart:
        assert (lecture.encaissements, lecture.retours) == ((), ())
        assert "ne s'additionne pas" in refus(lecture)
    else:
        assert [e.paiement.montant.centimes for e in lecture.encaissements] == [n for n in nets if n > 0]
        voulus = [-n for n, (_, _, retour) in zip(nets, lignes, strict=True) if n < 0 and retour]
        assert [r.montant.centimes for r in lecture.retours] == voulus
        assert all(isinstance(r, Retour) for r in lecture.retours)
