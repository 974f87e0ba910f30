"""FEC : livres équilibrés ou refusés ; factures ouvertes par client ; rien de perdu, rien de deviné."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabrique import CREANCIER, SOCIETE
from fabrique_livres import COLONNES, ecriture, euros, fec, ouverture, rang, reglement, vente
from recouvrement import Avoir, ConditionsPaiement, DonneeInvalide, Montant, Paiement, Politique, Qualite, Terme
from recouvrement.lecture import LecteurFEC, lire_fichiers, rassembler
from recouvrement.ports import Lecture

LECTEUR = LecteurFEC(creancier=CREANCIER, qualites={"PORT": Qualite.COMMERCANT, "LUMEN": Qualite.COMMERCANT})


def refus(lecture: Lecture) -> list[str]:
    return [a.message for a in lecture.anomalies if a.gravite == "refus"]


def alertes(lecture: Lecture) -> str:
    return " | ".join(str(a) for a in lecture.anomalies if a.gravite == "alerte")


# --- ce qui est ouvert -----------------------------------------------------------------------------------------------


def test_une_vente_non_lettree_est_une_creance() -> None:
    lecture = LECTEUR.lire(fec(vente("1", "20260601", 120000)))
    (creance,) = lecture.creances
    assert (creance.reference, creance.facture, creance.principal) == ("F-1", "F-1", Montant("1200.00"))
    assert (creance.emise_le, creance.echeance, creance.creancier) == (date(2026, 6, 1), None, CREANCIER)
    assert (creance.debiteur.nom, creance.debiteur.identifiant) == ("Menuiserie du Port SARL", "PORT")
    assert creance.debiteur.qualite is Qualite.COMMERCANT
    assert not refus(lecture)
    assert "calculées par la loi" in alertes(lecture)


def test_un_lettrage_solde_ferme_tout() -> None:
    lecture = LECTEUR.lire(fec(vente("1", "20260601", 100, EcritureLet="AA"), reglement("1", "20260620", 100, EcritureLet="AA")))
    assert (lecture.creances, lecture.evenements, lecture.encaissements) == ((), (), ())


def test_la_meme_lettre_de_deux_clients_ne_se_confond_pas() -> None:
    lecture = LECTEUR.lire(
        fec(vente("1", "20260601", 100, EcritureLet="AA"), reglement("1", "20260620", 100, aux="LUMEN", EcritureLet="AA"))
    )
    assert [c.reference for c in lecture.creances] == ["F-1"]
    assert refus(lecture) == ["crédit lettré avec une ligne écartée : rien n'en est déduit"]


def test_un_lettrage_partiel_designe_sa_facture() -> None:
    lecture = LECTEUR.lire(
        fec(
            vente("1", "20260601", 1000, EcritureLet="a"),
            vente("2", "20260602", 5000),
            reglement("1", "20260620", 400, EcritureLet="a"),
        )
    )
    (paiement,) = lecture.evenements
    assert isinstance(paiement, Paiement)
    assert (paiement.creance, paiement.montant, paiement.le) == ("F-1", Montant("4.00"), date(2026, 6, 20))
    assert paiement.affectation == "creancier"  # pas une reconnaissance certaine du débiteur
    assert {c.principal for c in lecture.creances} == {Montant("10.00"), Montant("50.00")}


def test_un_reglement_sans_lettre_va_a_la_seule_facture_ou_au_debiteur() -> None:
    seule = LECTEUR.lire(fec(vente("1", "20260601", 1000), reglement("1", "20260620", 400)))
    assert [e.creance for e in seule.evenements] == ["F-1"]
    deux = LECTEUR.lire(fec(vente("1", "20260601", 1000), vente("2", "20260602", 1000), reglement("1", "20260620", 400)))
    assert deux.evenements == ()
    (propose,) = deux.encaissements
    assert propose.debiteur is not None
    assert (propose.debiteur.identifiant, propose.paiement.creance) == ("PORT", None)


def test_un_reglement_qui_porte_la_piece_designe_sa_facture() -> None:
    lecture = LECTEUR.lire(
        fec(vente("1", "20260601", 1000), vente("2", "20260602", 1000), reglement("1", "20260620", 400, piece="F-2"))
    )
    assert [e.creance for e in lecture.evenements] == ["F-2"]


def test_un_avoir_nomme_sa_facture_ou_se_compense() -> None:
    avoir = ecriture("VE", "9", "20260610", -300, "706000", piece="F-1")
    (nomme,) = LECTEUR.lire(fec(vente("1", "20260601", 1000), vente("2", "20260602", 1000), avoir)).evenements
    assert isinstance(nomme, Avoir)
    assert (nomme.creance, nomme.montant) == ("F-1", Montant("3.00"))
    anonyme = LECTEUR.lire(fec(vente("1", "20260601", 1000), ecriture("VE", "9", "20260610", -300, "706000", piece="AV-9")))
    (paiement,) = anonyme.evenements
    assert isinstance(paiement, Paiement)
    assert paiement.moyen == "compensation"
    assert "avoir qui ne nomme pas sa facture" in alertes(anonyme)


def test_un_rejet_lettre_ou_non_rouvre_la_facture() -> None:
    solde = [vente("1", "20260601", 1000, EcritureLet="AA"), reglement("1", "20260620", 1000, EcritureLet="AA")]
    rejet = ecriture("BQ", "2", "20260625", 1000, "512000", piece="REJET")
    lecture = LECTEUR.lire(fec(*solde, rejet))
    assert [(c.reference, c.principal) for c in lecture.creances] == [("F-1", Montant("10.00"))]
    assert lecture.evenements == ()
    assert "rejet du règlement du 20/06/2026" in alertes(lecture)


def test_un_debit_de_banque_sans_son_reglement_n_est_pas_reclame() -> None:
    lecture = LECTEUR.lire(fec(vente("1", "20260601", 1000), ecriture("BQ", "2", "20260625", 700, "512000")))
    assert [c.reference for c in lecture.creances] == ["F-1"]
    assert refus(lecture) == ["débit venu de la banque, sans le règlement qu'il annule : rejet ou remboursement ?"]


def test_un_virement_en_douteux_ne_paie_rien() -> None:
    lecture = LECTEUR.lire(fec(vente("1", "20260601", 1000), ecriture("OD", "1", "20260630", -1000, "416000")))
    assert [c.reference for c in lecture.creances] == ["F-1"]
    assert lecture.evenements == ()


def test_un_debit_qui_n_est_pas_une_vente_n_est_pas_reclame() -> None:
    lecture = LECTEUR.lire(fec(ecriture("OD", "1", "20260630", 1, "758000")))
    assert lecture.creances == ()
    assert refus(lecture) == ["débit qui n'est ni une vente ni un à-nouveau"]


def test_une_piece_que_deux_factures_partagent_n_est_pas_un_numero() -> None:
    lecture = LECTEUR.lire(fec(vente("1", "20260601", 1000, piece="VE 0626"), vente("2", "20260602", 2000, piece="VE 0626")))
    assert [(c.reference, c.facture) for c in lecture.creances] == [("VE-20260601-1", None), ("VE-20260602-2", None)]


def test_les_echeances_d_une_facture_gardent_leur_nom_quand_l_une_est_soldee() -> None:
    def lignes(lettre: str) -> bytes:
        parts = [rang("VE", "1", "20260601", "411000", 500, aux="PORT", piece="F-1", EcritureLet=x) for x in (lettre, "")]
        return fec(
            [*parts, rang("VE", "1", "20260601", "706000", -1000)],
            reglement("1", "20260610", 500, EcritureLet=lettre) if lettre else (),
        )

    assert [(c.reference, c.facture) for c in LECTEUR.lire(lignes("")).creances] == [("F-1", "F-1"), ("F-1 (2)", "F-1")]
    assert [c.reference for c in LECTEUR.lire(lignes("AA")).creances] == ["F-1 (2)"]


def test_la_reference_peut_toujours_etre_l_ecriture() -> None:
    (creance,) = LecteurFEC(creancier=CREANCIER, reference="ecriture").lire(fec(vente("1", "20260601", 1000))).creances
    assert (creance.reference, creance.facture) == ("VE-20260601-1", "F-1")


def test_le_terme_convenu_fait_l_echeance() -> None:
    lecteur = LecteurFEC(creancier=CREANCIER, conditions=ConditionsPaiement(terme=Terme(jours=45)))
    lecture = lecteur.lire(fec(vente("1", "20260601", 1000)))
    assert Politique().echeance(lecture.creances[0]).valeur == date(2026, 7, 16)
    assert "calculées par la loi" not in alertes(lecture)


# --- qui doit --------------------------------------------------------------------------------------------------------


def test_une_qualite_inconnue_est_un_consommateur() -> None:
    lecture = LecteurFEC(creancier=CREANCIER).lire(fec(vente("1", "20260601", 1000)))
    assert lecture.creances[0].debiteur.qualite is Qualite.CONSOMMATEUR
    assert "traités comme des consommateurs" in alertes(lecture)


def test_un_debiteur_mieux_connu_remplace_celui_des_livres() -> None:
    lecture = LecteurFEC(creancier=CREANCIER, debiteurs={"PORT": SOCIETE}).lire(fec(vente("1", "20260601", 1000)))
    assert lecture.creances[0].debiteur == SOCIETE
    assert "consommateurs" not in alertes(lecture)


def test_une_qualite_mal_adressee_se_voit() -> None:
    lecture = LecteurFEC(creancier=CREANCIER, qualites={"PROT": Qualite.COMMERCANT}).lire(fec(vente("1", "20260601", 1000)))
    assert "PROT" in alertes(lecture)


@pytest.mark.parametrize(
    ("lignes", "dit"),
    [
        (vente("1", "20260601", 1000, aux=""), "compte collectif sans auxiliaire"),
        ([*vente("1", "20260601", 1000), *vente("2", "20260601", 1000, CompAuxLib="Autre SA")], "deux noms"),
        (vente("1", "20260601", 1000, Idevise="USD", Montantdevise="11,00"), "facture en USD"),
        (vente("1", "20260601", 1000, PieceDate=""), "date de pièce absente"),
        (vente("1", "20260601", 1000, CompAuxLib="A\x0bB"), None),
    ],
)
def test_ce_qui_est_douteux_n_est_pas_reclame(lignes: list, dit: str | None) -> None:
    lecture, resume = LECTEUR.resumer([fec(lignes)])
    assert resume.encours.juste
    if dit is not None:
        assert lecture.creances == ()
        assert all(dit in r for r in refus(lecture))


def test_un_compte_individuel_sans_auxiliaire_est_un_client() -> None:
    lignes = ecriture("VE", "1", "20260601", 1000, "706000", aux="", compte="411DUPONT", CompteLib="Dupont et fils")
    assert LECTEUR.lire(fec(lignes)).creances[0].debiteur.nom == "Dupont et fils"


# --- à-nouveaux et exercices -----------------------------------------------------------------------------------------


def test_un_a_nouveau_sans_date_de_facture_n_est_pas_une_creance() -> None:
    lecture, resume = LECTEUR.resumer([fec(ouverture("20260101", ("PORT", "RAN", 5000)))])
    assert lecture.creances == ()
    assert "prescription" in refus(lecture)[0]
    assert resume.encours.ecarte == Montant("50.00")


def test_un_a_nouveau_qui_garde_la_date_de_sa_piece_est_une_creance() -> None:
    (creance,) = LECTEUR.lire(fec(ouverture("20260101", ("PORT", "F-9", 5000), PieceDate="20251015"))).creances
    assert (creance.reference, creance.emise_le) == ("F-9", date(2025, 10, 15))


def test_l_exercice_precedent_date_les_a_nouveaux_et_ne_se_compte_pas_deux_fois() -> None:
    avant = fec(ouverture("20250101"), vente("7", "20251015", 5000), vente("8", "20251120", 7000))
    apres = fec(
        ouverture("20260101", ("PORT", "RAN", 5000), ("PORT", "RAN", 7000)),
        reglement("1", "20260120", 7000, EcritureLet="AA"),
        vente("1", "20260301", 900, EcritureLet=""),
    )
    lecture = LECTEUR.lire_exercices([avant, apres])
    assert [(c.reference, c.emise_le) for c in lecture.creances][:2] == [
        ("F-7", date(2025, 10, 15)),
        ("F-8", date(2025, 11, 20)),
    ]
    assert len(lecture.creances) == 3
    seul = LECTEUR.lire(apres)
    assert [c.reference for c in seul.creances] == ["F-1"]


def test_deux_exports_du_meme_exercice_sont_refuses() -> None:
    debut, tout = vente("1", "20260601", 1000), [*vente("1", "20260601", 1000), *vente("2", "20260901", 500)]
    with pytest.raises(DonneeInvalide, match="déjà lue dans un autre fichier"):
        LECTEUR.lire_exercices([fec(debut), fec(tout)])


def test_deux_a_nouveaux_jumeaux_ne_se_datent_pas() -> None:
    avant = fec(ouverture("20250101"), vente("7", "20251015", 5000))
    apres = fec(ouverture("20260101", ("PORT", "RAN", 5000), ("PORT", "RAN", 5000)))
    assert LECTEUR.lire_exercices([avant, apres]).creances == ()


def test_une_correction_au_journal_des_a_nouveaux_n_ouvre_pas_d_exercice() -> None:
    lecture = LECTEUR.lire(fec(ouverture("20260101"), vente("1", "20260201", 1000), ecriture("AN", "2", "20260315", 5, "471000")))
    assert [c.reference for c in lecture.creances] == ["F-1"]


def test_des_capitaux_au_journal_des_a_nouveaux_n_ouvrent_pas_un_exercice_en_cours_d_annee() -> None:
    apport = [rang("AN", "2", "20260315", "101000", -500), rang("AN", "2", "20260315", "512000", 500)]
    lecture = LECTEUR.lire(fec(ouverture("20260101"), vente("1", "20260201", 1000), apport))
    assert [c.reference for c in lecture.creances] == ["F-1"]


def test_deux_exercices_dans_un_fichier() -> None:
    lecture, resume = LECTEUR.resumer(
        [fec(ouverture("20250101"), vente("7", "20251015", 5000), ouverture("20260101", ("PORT", "F-7", 5000)))]
    )
    assert [(c.reference, c.principal) for c in lecture.creances] == [("F-7", Montant("50.00"))]
    assert resume.encours.solde == Montant("50.00")


def test_un_exercice_qui_manque_se_signale() -> None:
    avant, apres = fec(ouverture("20240101"), vente("7", "20241015", 5000)), fec(ouverture("20260101", ("PORT", "RAN", 900)))
    lecture = LECTEUR.lire_exercices([avant, apres])
    assert "ne redonne pas le solde" in alertes(lecture)
    assert lecture.creances == ()


def test_un_acompte_repris_a_nouveau_garde_son_jour() -> None:
    avant = fec(ouverture("20250101"), vente("7", "20251015", 5000), reglement("1", "20251120", 2000))
    apres = fec(ouverture("20260101", ("PORT", "F-7", 5000), ("PORT", "VIR", -2000)))
    (paiement,) = LECTEUR.lire_exercices([avant, apres]).evenements
    assert isinstance(paiement, Paiement)
    assert (paiement.le, paiement.moyen, paiement.creance) == (date(2025, 11, 20), "virement", "F-7")
    seul = LECTEUR.lire(fec(ouverture("20260101", ("PORT", "F-7", 5000), ("PORT", "VIR", -2000), PieceDate="20251015")))
    assert [(e.le, e.moyen) for e in seul.evenements if isinstance(e, Paiement)] == [(date(2025, 10, 15), "compensation")]


def test_plusieurs_fec_d_un_dossier_sont_les_exercices_d_une_societe(tmp_path: Path) -> None:
    (tmp_path / "732829320FEC20251231.txt").write_bytes(fec(ouverture("20250101"), vente("7", "20251015", 5000)))
    (tmp_path / "732829320FEC20261231.txt").write_bytes(fec(ouverture("20260101", ("PORT", "RAN", 5000))))
    dossiers, anomalies = rassembler(lire_fichiers([tmp_path], fec=LECTEUR))
    assert [c.reference for d in dossiers for c in d.creances] == ["F-7"]
    assert not [a for a in anomalies if a.gravite == "refus"]
    (tmp_path / "404833048FEC20261231.txt").write_bytes(fec(vente("1", "20260101", 1)))
    assert all("plusieurs sociétés" in str(x) for _, x in lire_fichiers([tmp_path], fec=LECTEUR))


# --- formes ----------------------------------------------------------------------------------------------------------

ATTENDU = LECTEUR.lire(fec(vente("1", "20260601", 6960, aux="LUMEN"))).creances


@pytest.mark.parametrize(
    "octets",
    [
        fec(vente("1", "20260601", 6960, aux="LUMEN"), separateur="|"),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), fin="\r"),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), fin="\n"),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), encodage="utf-8-sig"),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), encodage="utf-16"),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), colonnes=[*COLONNES, ""]),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), colonnes=[*COLONNES, "DateRglt", "ModeRglt", "NatOp", "IdClient"]),
        fec(vente("1", "20260601", 6960, aux="LUMEN"), colonnes=reversed(COLONNES)),
        fec(vente("1", "20260601", 6960, aux="LUMEN")).replace(b"Montantdevise", b"MontantDevise"),
        fec(vente("1", "20260601", 6960, aux="LUMEN")).replace(b"69,60", b"  0000000069,60 "),
        fec(vente("1", "20260601", 6960, aux="LUMEN")).replace(b"69,60", b"69,6").replace(b"0,00", b""),
        fec(vente("1", "20260601", 6960, aux="LUMEN")).replace(b"LUMEN", b" LUMEN  "),
        fec(vente("1", "20260601", 6960, aux="LUMEN")) + b"\r\n\t\t\t\r\n\x1a",
    ],
    ids=["barre", "cr", "lf", "bom", "utf16", "vide", "bnc", "ordre", "casse", "zeros", "court", "espaces", "fin"],
)
def test_toutes_les_formes_disent_la_meme_chose(octets: bytes) -> None:
    assert LECTEUR.lire(octets).creances == ATTENDU


@pytest.mark.parametrize(("debit", "credit"), [("D", "C"), ("+1", "-1"), ("1", "-1")])
def test_montant_et_sens(debit: str, credit: str) -> None:
    lignes = [
        {**r, "Montant": "69,60", "Sens": debit if r["CompteNum"].startswith("411") else credit}
        for r in vente("1", "20260601", 6960, aux="LUMEN")
    ]
    colonnes = [{"Debit": "Montant", "Credit": "Sens"}.get(c, c) for c in COLONNES]
    if debit == "1":
        with pytest.raises(DonneeInvalide, match="sens inconnu"):
            LECTEUR.lire(fec(lignes, colonnes=colonnes))
    else:
        assert LECTEUR.lire(fec(lignes, colonnes=colonnes)).creances == ATTENDU


def test_une_contre_passation_en_negatif_est_un_credit() -> None:
    extourne = [
        rang("VE", "2", "20260602", "411000", 0, aux="PORT", piece="F-1", Debit="-10,00"),
        rang("VE", "2", "20260602", "706000", 0, Credit="-10,00"),
    ]
    (avoir,) = LECTEUR.lire(fec(vente("1", "20260601", 1000), extourne)).evenements
    assert isinstance(avoir, Avoir)
    assert avoir.montant == Montant("10.00")


def test_l_encodage_de_la_loi_se_signale_et_windows_se_declare() -> None:
    octets = fec(vente("1", "20260601", 100, CompAuxLib="Café Élan"), encodage="iso8859-15")
    lecture = LECTEUR.lire(octets)
    assert lecture.creances[0].debiteur.nom == "Café Élan"
    assert "ISO 8859-15" in alertes(lecture)
    windows = fec(vente("1", "20260601", 100, CompAuxLib="L’Élan"), encodage="cp1252")
    with pytest.raises(DonneeInvalide, match="ne se devine pas"):
        LECTEUR.lire(windows)
    declare = LecteurFEC(creancier=CREANCIER, encodage="cp1252")
    assert declare.lire(windows).creances[0].debiteur.nom == "L’Élan"


def test_les_lignes_eparses_d_une_ecriture_se_rejoignent() -> None:
    (debit, credit), autre = vente("1", "20260601", 1000), vente("2", "20260602", 500)
    assert len(LECTEUR.lire(fec([debit], autre, [credit])).creances) == 2


def test_une_ecriture_a_plusieurs_dates_s_equilibre_en_entier() -> None:
    debit, credit = vente("1", "20260601", 1000)
    assert len(LECTEUR.lire(fec([debit, {**credit, "EcritureDate": "20260602"}])).creances) == 1


# --- refus en entier -------------------------------------------------------------------------------------------------


def test_une_ecriture_boiteuse_refuse_le_fichier_et_se_nomme() -> None:
    octets = fec(vente("1", "20260601", 1000), vente("42", "20260602", 500)[:1])
    with pytest.raises(DonneeInvalide) as e:
        LECTEUR.lire(octets)
    assert "l'écriture 42 du journal VE ne s'équilibre pas" in str(e.value)
    assert "ligne 4" in str(e.value)


def test_deux_erreurs_qui_se_compensent_sont_vues() -> None:
    with pytest.raises(DonneeInvalide, match=r"écriture 1 .* 1 autre aussi"):
        LECTEUR.lire(fec(vente("1", "20260601", 1000)[:1], vente("2", "20260602", 1000)[1:]))


@pytest.mark.parametrize(
    ("avant", "apres", "dit"),
    [
        (b"12,00", b"12.00", "Debit"),
        (b"12,00", b"1 2,00", "Debit"),
        (b"12,00", b"12,001", "Debit"),
        (b"12,00", b"1e3", "Debit"),
        (b"12,00", "１２,00".encode(), "Debit"),
        (b"20260601", b"2026060", "EcritureDate"),
        (b"20260601", b"20260631", "EcritureDate"),
        (b"20260601", b"01/06/2026", "EcritureDate"),
        (b"CompAuxNum", b"CompAux", "CompAuxNum"),
        (b"CompAuxLib", b"CompAuxNum", "CompAuxNum"),
        (b"Menuiserie", b"Menui\nserie", "cellules"),
        (b"\t", b";", "JournalCode"),
    ],
)
def test_une_cellule_illisible_refuse_le_fichier(avant: bytes, apres: bytes, dit: str) -> None:
    with pytest.raises(DonneeInvalide) as e:
        LECTEUR.lire(fec(vente("1", "20260601", 1200)).replace(avant, apres))
    assert dit in str(e.value)
    assert "ligne" in str(e.value)


@pytest.mark.parametrize("octets", [b"", b"\r\n", fec()], ids=["rien", "blanc", "entete"])
def test_un_fichier_vide(octets: bytes) -> None:
    with pytest.raises(DonneeInvalide, match=r"vide|aucune"):
        LECTEUR.lire(octets)


def test_le_creancier_est_exige() -> None:
    with pytest.raises(DonneeInvalide, match="ne nomme pas le créancier"):
        LecteurFEC().lire(fec(vente("1", "20260601", 1)))


@pytest.mark.parametrize("reglage", [{"qualites": {"PORT": "commercant"}}, {"debiteurs": [SOCIETE]}, {"reference": "numero"}])
def test_un_reglage_faux_est_refuse(reglage: dict) -> None:
    with pytest.raises(DonneeInvalide):
        LecteurFEC(creancier=CREANCIER, **reglage)


def test_un_autre_siren_se_signale(tmp_path: Path) -> None:
    (tmp_path / "404833048FEC20261231.txt").write_bytes(fec(vente("1", "20260601", 1)))
    assert "404833048" in alertes(LECTEUR.lire(tmp_path / "404833048FEC20261231.txt"))


# --- jusqu'aux bilans ------------------------------------------------------------------------------------------------


def test_des_livres_au_solde_d_un_client() -> None:
    octets = fec(
        vente("1", "20260601", 100000),
        vente("2", "20260610", 50000),
        vente("3", "20260611", 70000, aux="LUMEN"),
        reglement("1", "20260620", 30000),
    )
    dossiers, anomalies = rassembler([(Path("f"), LECTEUR.lire(octets))])
    assert not [a for a in anomalies if a.gravite == "refus"]
    du = {d.debiteur.identifiant: Politique().examiner(d, au=date(2026, 6, 25)).principal.valeur for d in dossiers}
    assert du == {"PORT": Montant("1200.00"), "LUMEN": Montant("700.00")}


CLIENTS = st.sampled_from(["PORT", "LUMEN"])
OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["706000", "512000", "416000", "758000", "419100", "445710"]),
        st.integers(-9999, 9999).filter(bool),
        CLIENTS,
        st.sampled_from(["", "AA", "AB"]),
        st.sampled_from(["F-1", "F-2", "sans"]),
        st.integers(1, 28),
    ),
    min_size=1,
    max_size=14,
)


@settings(deadline=None, max_examples=200)
@given(OPERATIONS)
def test_le_solde_se_retrouve_au_centime(operations: list[tuple[str, int, str, str, str, int]]) -> None:
    """I-42 : l'encours est le solde des lignes 411 non soldées ; créances, règlements et écarté le redonnent."""
    lignes = [
        ecriture("J", str(n), f"202606{jour:02d}", net, face, aux=aux, piece=piece, EcritureLet=lettre)
        for n, (face, net, aux, lettre, piece, jour) in enumerate(operations)
    ]
    lecture, resume = LECTEUR.resumer([fec(*lignes)])
    tout = sum(net for _, net, *_ in operations)
    assert resume.encours.juste
    assert resume.encours.solde.decimal == Decimal(tout) / 100
    assert sum((c.principal for c in lecture.creances), Montant("0")) == resume.encours.creances
    regles = [e.montant for e in lecture.evenements] + [e.paiement.montant for e in lecture.encaissements]
    assert sum(regles, Montant("0")) == resume.encours.reglements
    references = [c.reference for c in lecture.creances]
    assert len(set(references)) == len(references)
    rassembler([(Path("f"), lecture)])


@settings(deadline=None, max_examples=100)
@given(OPERATIONS, st.integers(0, 27), st.integers(-999, 999).filter(bool))
def test_un_centime_deplace_refuse_tout(operations: list, rang_touche: int, ecart: int) -> None:
    lignes = [
        r for n, (face, net, aux, *_) in enumerate(operations) for r in ecriture("J", str(n), "20260601", net, face, aux=aux)
    ]
    touchee = lignes[rang_touche % len(lignes)]
    touchee["Debit"] = euros(int(touchee["Debit"].replace(",", "")) + ecart)
    with pytest.raises(DonneeInvalide, match="ne s'équilibre pas") as e:
        LECTEUR.lire(fec(lignes))
    assert f"l'écriture {touchee['EcritureNum']} " in str(e.value)
