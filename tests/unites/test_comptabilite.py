"""Écritures et note de pénalités : équilibrées, égales entre elles, et le solde du client est le total du bilan."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, creance, dossier, examiner
from proprietes.strategies import dossiers, histoires, profil
from recouvrement import (
    Avoir,
    ConditionsPaiement,
    Conventions,
    Creance,
    DonneeInvalide,
    Dossier,
    MiseEnDemeure,
    ModeleInvalide,
    Montant,
    Paiement,
    Politique,
    Taux,
)
from recouvrement.courrier.document import Courrier, Donnee, Jour, Tableau
from recouvrement.courrier.note import note_de_penalites
from recouvrement.modele.evenements import FraisJustifies, Remise
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.comptabilite import PlanDeComptes, accessoires, ecritures, reclamables
from recouvrement.rendu.html import RenduHtml
from recouvrement.rendu.texte import RenduTexte

AU = date(2026, 9, 1)
TOUT = (
    Paiement(le=date(2026, 7, 15), montant="3000.00", creance="F-1"),
    MiseEnDemeure(le=date(2026, 6, 1), presentee_le=date(2026, 6, 3)),
    FraisJustifies(le=date(2026, 8, 1), montant="150.00", motif="recherche d'adresse", creance="F-1", piece="P-7"),
    Remise(le=date(2026, 8, 15), montant="50.00", creance="F-1", poste="penalites"),
)


def lourde(**autres: object) -> Creance:
    return creance(conditions=ConditionsPaiement(clause_penale=Taux("5")), **autres)


def verifier(bilan: Bilan) -> None:
    """Partie double, note égale aux écritures, et client égal au bilan."""
    lignes = ecritures(bilan)
    assert sum(e.debit.centimes for e in lignes) == sum(e.credit.centimes for e in lignes)
    assert all(bool(e.debit) != bool(e.credit) for e in lignes)
    assert all(e.le == bilan.au for e in lignes)
    for b in reclamables(bilan):
        client = [e.debit.centimes for e in lignes if e.compte == "411" and e.piece == b.creance.numero]
        remis = sum(i.valeur.centimes - i.principal.centimes for i in b.decompte.imputations if i.evenement == "remise")
        eteint = sum(i.valeur.centimes for i in b.decompte.imputations)
        assert b.creance.principal.centimes + sum(client) - (eteint - remis) == b.total.valeur.centimes
    if lignes:
        note_se_recompte(note_de_penalites(bilan), sum(e.debit.centimes for e in lignes))


def note_se_recompte(note: Courrier, attendu: int) -> None:
    tableaux = [t for t in (*note.blocs, *note.annexes) if isinstance(t, Tableau)]
    for t in tableaux:
        for i, cellule in enumerate(t.total):
            for ecrit in (f for f in cellule if isinstance(f, Montant)):
                assert ecrit.centimes == sum(f.centimes for ligne in t.lignes for f in ligne[i] if isinstance(f, Montant))
    assert sum(t.total[-1][0].centimes for t in note.annexes) == attendu
    assert sum(ligne[-1][0].centimes for ligne in tableaux[0].lignes) == attendu


def texte(note: Courrier) -> str:
    def un(f: object) -> str:
        return f.texte if isinstance(f, Donnee) else f"{f.le:%d/%m/%Y}" if isinstance(f, Jour) else str(f)

    return "\n".join("".join(map(un, t)) for t in note.textes())


# --- écritures -------------------------------------------------------------------------------------------------------


def test_une_facture_en_retard() -> None:
    lignes = ecritures(examiner(creance(), au=AU))
    assert [(e.compte, str(e.debit.decimal), str(e.credit.decimal)) for e in lignes] == [
        ("411", "453.76", "0.00"),
        ("7631", "0.00", "413.76"),
        ("7631", "0.00", "40.00"),
    ]
    assert {e.piece for e in lignes} == {"F-1"}
    assert lignes[1].libelle == "Pénalités de retard, facture F-1, au 01/09/2026"


def test_tous_les_postes() -> None:
    bilan = examiner(lourde(), *TOUT, au=AU)
    assert set(accessoires(bilan.creances[0])) == {"penalites", "clause_penale", "indemnite", "frais"}
    assert [e.compte for e in ecritures(bilan)] == ["411", "7631", "7581", "7631", "758"]
    verifier(bilan)


def test_les_comptes_sont_des_parametres() -> None:
    plan = PlanDeComptes(clients="411DUPONT", penalites="7581", indemnites="75811")
    assert [e.compte for e in ecritures(examiner(creance(), au=AU), comptes=plan)] == ["411DUPONT", "7581", "75811"]
    with pytest.raises(DonneeInvalide):
        PlanDeComptes(clients="")


def test_brutes_meme_payees() -> None:
    """Tout est payé : les produits restent à passer, le client est soldé."""
    solde = Paiement(le=AU, montant="10453.76", creance="F-1")
    bilan = examiner(creance(), solde, au=date(2026, 10, 1))
    assert bilan.soldee
    assert str(ecritures(bilan)[0].debit.decimal) == "453.76"
    verifier(bilan)


def test_sans_retard_rien() -> None:
    assert ecritures(examiner(creance(), au=date(2026, 5, 1))) == ()


def test_une_creance_prescrite_ne_donne_aucun_produit() -> None:
    bilan = examiner(creance(echeance=date(2018, 5, 1)), au=AU)
    assert bilan.penalites.valeur
    assert ecritures(bilan) == ()


@profil(150)
@given(histoires())
def test_equilibre_et_note_d_une_creance(histoire: tuple) -> None:
    c, faits, au = histoire
    verifier(examiner(c, *faits, au=au))


@profil(100)
@given(dossiers())
def test_equilibre_et_note_d_un_dossier(tire: tuple) -> None:
    d, au = tire
    verifier(examiner(d, au=au))


@profil(60)
@given(
    st.sampled_from(["interets_d_abord", "principal_d_abord", "frais_d_abord"]),
    st.sampled_from(["ligne", "total"]),
    st.sampled_from(["penalites", "indemnite", "principal", "clause_penale"]),
    st.integers(1, 1_200_000),
)
def test_equilibre_sous_toutes_les_conventions(imputation: str, arrondi: str, poste: str, centimes: int) -> None:
    politique = Politique(conventions=Conventions(imputation=imputation, arrondi=arrondi, annee="reelle"))
    faits = (*TOUT[:3], Remise(le=AU, montant=Montant("30.00"), creance="F-1", poste=poste))
    paye = Paiement(le=date(2026, 8, 20), montant=Montant.de_centimes(centimes))
    verifier(
        examiner(lourde(), *faits, paye, Avoir(le=AU, montant="10.00", creance="F-1"), au=date(2026, 11, 1), politique=politique)
    )


# --- note ------------------------------------------------------------------------------------------------------------


def test_note_entre_professionnels() -> None:
    bilan = examiner(dossier(creance(), creance("F-2", "500.00")), TOUT[0], au=AU)
    note = note_de_penalites(bilan, numero="NP-2026-01")
    dit = texte(note)
    assert (note.lettre, note.reference, len(note.annexes)) == ("note_de_penalites", "NP-2026-01", 2)
    for attendu in ("Hors du champ de la TVA (article 256", "L. 441-10, II", "Vos règlements ont déjà éteint", "NP-2026-01"):
        assert attendu in dit, attendu
    assert "L. 2192-13" not in dit


def test_note_a_un_acheteur_public() -> None:
    dit = texte(note_de_penalites(examiner(creance(debiteur=COMMUNE), au=AU)))
    assert "D. 2192-35" in dit
    assert "441-10" not in dit


def test_note_a_un_consommateur() -> None:
    """Des intérêts depuis la mise en demeure, rien de plus."""
    dit = texte(note_de_penalites(examiner(creance(debiteur=CONSOMMATEUR), TOUT[1], au=AU)))
    assert "1231-6" in dit
    assert "40" not in dit.replace("404833048", "")
    assert "441-10" not in dit


def test_note_entierement_payee() -> None:
    bilan = examiner(creance(), Paiement(le=AU, montant="10453.76", creance="F-1"), au=AU)
    dit = texte(note_de_penalites(bilan))
    assert "IBAN" not in dit
    assert "il en reste 0,00" in dit.replace("\N{NO-BREAK SPACE}", " ")


def test_rien_a_noter() -> None:
    with pytest.raises(DonneeInvalide, match="à réclamer"):
        note_de_penalites(examiner(creance(), au=date(2026, 5, 1)))


def test_les_remises_se_lisent() -> None:
    note = note_de_penalites(examiner(lourde(), *TOUT, au=AU))
    assert [str(ligne[-1][0].decimal) for ligne in note.annexes[0].lignes if ligne[0] == ("Remise",)] == ["-50.00"]


@pytest.mark.parametrize("moteur", [RenduTexte(), RenduHtml()], ids=["texte", "html"])
def test_elle_se_rend(moteur: object) -> None:
    document = moteur.rendre(note_de_penalites(examiner(lourde(), *TOUT, au=AU)))
    assert "Hors du champ de la TVA" in document.octets.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert document.nom.startswith("Note-de-penalites_F-1_2026-09-01")


@pytest.mark.pdf
def test_elle_se_rend_en_pdf() -> None:
    pytest.importorskip("typst")
    from recouvrement.rendu.pdf import RenduPdf

    assert RenduPdf().rendre(note_de_penalites(examiner(lourde(), *TOUT, au=AU))).octets.startswith(b"%PDF")


def test_son_propre_modele(tmp_path) -> None:
    (tmp_path / "fr").mkdir()
    modele = tmp_path / "fr" / "note_de_penalites.toml"
    modele.write_text('reclame = "total"\n[[objet]]\ntexte = "Intérêts : {total}"\n', encoding="utf-8")
    bilan = examiner(creance(), au=AU)
    assert texte(note_de_penalites(bilan, modeles=tmp_path)).startswith("Intérêts : 453,76")
    modele.write_text('reclame = "total"\n[[blocs]]\ntableau = "inconnu"\n', encoding="utf-8")
    from recouvrement.courrier.modele import lire

    lire.cache_clear()
    with pytest.raises(ModeleInvalide, match="recapitulation, detail"):
        note_de_penalites(bilan, modeles=tmp_path)


def test_un_dossier_en_dollars() -> None:
    verifier(examiner(Dossier(creances=[creance(principal=Montant("1000.00", "USD"))]), au=AU))
