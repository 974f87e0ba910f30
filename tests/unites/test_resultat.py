"""L'arbre des raisons : texte, JSON, HTML ; et le bilan qui le porte."""

import json
from datetime import date
from decimal import Decimal

import pytest

from fabrique import CONSOMMATEUR, SOCIETE, creance, dossier, examiner
from recouvrement import Debiteur, Montant, Paiement, Qualite, Regle, Reserve, Resultat, Source, Taux, fait
from recouvrement.resultat import dire, pour_json, toutes_reserves

REGLE = Regle("r", "Règle", Source("Code", "1"))
RESERVE = Reserve("k", "discuté", Source("Cass."))
ARBRE = Resultat(
    Montant("3.00"),
    REGLE,
    (fait("Fait", Taux("1.5"), "pièce"), Resultat(date(2026, 5, 1), REGLE, (fait("Bas", True),), "motif")),
    "",
    (RESERVE,),
)
AU = date(2026, 9, 1)
SOLDE = Paiement(le=date(2026, 5, 1), montant="10000.00", creance="F-1")
HOSTILE = "<img src=x onerror=\"alert(1)\"> & 'x'"


def test_un_resultat_et_un_bilan_se_disent_en_une_ligne() -> None:
    bilan = examiner(dossier(creance()), au=AU)
    lignes = [
        str(bilan),
        f"{bilan.total}",
        str(bilan.creances[0].echeance),
        str(examiner(dossier(creance(), faits=(SOLDE,)), au=AU)),
    ]
    assert [x.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ") for x in lignes] == [
        "Menuiserie du Port SARL doit 10 453,76 € à Atelier Lumière SAS, au 1er septembre 2026",
        "10 453,76 €",
        "1er mai 2026",
        "Menuiserie du Port SARL ne doit rien à Atelier Lumière SAS, au 1er septembre 2026",
    ]


def test_expliquer_dessine_l_arbre() -> None:
    lignes = ARBRE.expliquer().replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert lignes == [
        "Règle : 3,00 € [Code, art. 1]",
        "├─ réserve : discuté [Cass.]",
        "├─ Fait : 1,50 % — pièce",
        "└─ Règle : 1er mai 2026 — motif [Code, art. 1]",
        "   └─ Bas : oui",
    ]
    assert len(ARBRE.expliquer(0).splitlines()) == 1
    assert len(ARBRE.expliquer(1).splitlines()) == 4


def test_vers_dict_est_du_json() -> None:
    lu = json.loads(json.dumps(ARBRE.vers_dict()))
    assert lu["valeur"] == "3.00 EUR"
    assert lu["source"] == {"texte": "Code", "article": "1"}
    assert [e["valeur"] for e in lu["sachant"]] == ["1.50", "2026-05-01"]
    assert lu["reserves"] == [{"cle": "k", "texte": "discuté"}]
    assert "motif" not in lu


@pytest.mark.parametrize(
    ("valeur", "dit", "json_"),
    [
        (None, "—", None),
        (False, "non", False),
        (3, "3", 3),
        ((), "aucun", []),
        ((1, date(2026, 1, 1)), "1, 1er\N{NO-BREAK SPACE}janvier 2026", [1, "2026-01-01"]),
        (Qualite.PERSONNE_PUBLIQUE, "personne publique", "personne_publique"),
        (Decimal("1.5"), "1.5", "1.5"),
    ],
)
def test_une_valeur_se_dit_et_se_serialise(valeur: object, dit: str, json_: object) -> None:
    assert dire(valeur) == dit
    assert pour_json(valeur) == json_


def test_toutes_les_reserves_une_fois() -> None:
    assert toutes_reserves(Resultat(1, REGLE, (ARBRE, ARBRE))) == (RESERVE,)


def test_le_bilan_entier_est_du_json() -> None:
    bilan = examiner(creance(), Paiement(le=date(2026, 6, 3), montant="100.00"), au=AU)
    lu = json.loads(json.dumps(bilan.vers_dict(), allow_nan=False))
    assert lu["total"] == bilan.total.valeur.vers_json()
    assert lu["creances"][0]["prescription"]["valeur"] == "2031-06-03"
    assert lu["actions"][0]["etape"] == "courriel"
    postes = ("principal", "penalites", "interets", "clause_penale", "indemnite", "frais")
    assert sum(Decimal(lu[p].split()[0]) for p in postes) == Decimal(lu["total"].split()[0])


def _feuilles(noeud: dict) -> list[dict]:
    return [f for e in noeud.get("sachant", ()) for f in _feuilles(e)] or [noeud]


def test_aucun_chiffre_sans_raison() -> None:
    """I-32 : chaque poste nul dit pourquoi, chaque poste non nul repose sur une règle ou un fait."""
    for debiteur in (SOCIETE, CONSOMMATEUR):
        bilan = examiner(creance(debiteur=debiteur), au=AU)
        for poste in bilan.total.sachant:
            assert poste.motif or poste.sachant or poste.source, poste.intitule
            assert poste.valeur or poste.motif, poste.intitule
    assert all(f["intitule"] for f in _feuilles(bilan.total.vers_dict()))


def test_le_motif_d_un_taux_non_publie_n_est_pas_aucun_retard() -> None:
    bilan = examiner(creance(echeance=date(2027, 1, 10)), au=date(2027, 2, 1))
    assert bilan.creances[0].jours_retard == 22
    assert bilan.penalites.motif != "aucun retard"


def test_les_textes_hostiles_sont_echappes() -> None:
    c = creance("F<b>1</b>", debiteur=Debiteur(nom=HOSTILE, qualite=Qualite.COMMERCANT))
    bilan = examiner(c, Paiement(le=date(2026, 6, 3), montant="100.00", reference="<i>"), au=AU)
    for html in (bilan._repr_html_(), bilan.total._repr_html_(), bilan.decompte._repr_html_(), bilan.prescription._repr_html_()):
        assert "<img" not in html
        assert "<b>" not in html
        assert "<i>" not in html
        assert html.startswith('<div class="rcv"')
    assert "&lt;img" in bilan._repr_html_()


def test_vers_lignes() -> None:
    bilan = examiner(dossier(creance("A"), creance("B")), Paiement(le=date(2026, 6, 3), montant="100.00", creance="A"), au=AU)
    lignes = bilan.vers_lignes()
    assert [x["reference"] for x in lignes] == ["A", "B"]
    assert sum(x["total"] for x in lignes) == bilan.total.valeur.decimal
    decompte = bilan.decompte.vers_lignes()
    assert [x["au"] for x in decompte] == sorted(x["au"] for x in decompte)
    assert {x["nature"] for x in decompte} == {"penalites", "paiement"}


def test_expliquer_le_bilan_dit_tout() -> None:
    texte = examiner(dossier(creance("A"), creance("B")), au=AU).expliquer()
    for extrait in (
        "Facture A",
        "Facture B",
        "Ensemble",
        "L. 441-10, II",
        "× 60 jours × 12,15",
        "Prescription : non acquise",
        "À faire : relance",
    ):
        assert extrait in texte, extrait
