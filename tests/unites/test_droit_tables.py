"""Chaque table de droit : ordonnée, contiguë, sourcée, d'unité et de degré connus ; fermée à ses deux bouts."""

import csv
import pickle
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from attrs import evolve

from fabrique import COMMUNE, PARTAGE, RACINE, creance
from recouvrement import (
    ActeInterruptif,
    Bareme,
    Calendrier,
    ConditionsPaiement,
    Conventions,
    Creancier,
    Debiteur,
    Delai,
    DroitIndisponible,
    Paiement,
    ParametreNonPublie,
    Politique,
    Promesse,
    Qualite,
    Reconnaissance,
    ReglesConcurrentes,
    Source,
    TableInvalide,
    TauxIndexe,
    ValeurDatee,
)
from recouvrement.droit import pour
from recouvrement.droit.baremes import UNITES, reserves_de
from recouvrement.droit.fr.causes import causes
from recouvrement.droit.fr.delais import delais
from recouvrement.droit.fr.plafonds import plafonds
from recouvrement.droit.tables import DEGRES, lire_baremes, lire_prescriptions, lire_regimes
from recouvrement.modele.dossier import Evenement

TABLES = RACINE / "src/recouvrement/droit/fr"
DROIT = pour("fr")
BAREMES = sorted(DROIT.baremes)
HIER, DEMAIN = timedelta(days=-1), timedelta(days=1)


@pytest.mark.parametrize("code", BAREMES)
def test_bareme_ordonne_contigu_source(code: str) -> None:
    bareme = DROIT.baremes[code]
    assert bareme.unite in UNITES
    assert bareme.source.texte
    assert bareme.intitule
    for avant, apres in pairwise(bareme.valeurs):
        assert apres.du == avant.au + DEMAIN
    for v in bareme.valeurs:
        assert v.source.texte.strip()
        assert v.verifie in DEGRES
        assert v.au is None or v.du <= v.au
        assert isinstance(v.valeur, Decimal)
        assert 0 <= v.valeur < (50 if bareme.unite == "%/an" else 100_000)


@pytest.mark.parametrize("code", BAREMES)
def test_hors_de_ce_qui_est_connu(code: str) -> None:
    bareme = DROIT.baremes[code]
    for jour in (bareme.connu_du + HIER, bareme.connu_au + DEMAIN, date(1900, 1, 1), date(2999, 1, 1)):
        with pytest.raises(ParametreNonPublie) as refus:
            bareme.au(jour)
        e = refus.value
        assert (e.code, e.jour, e.connu_du, e.connu_au) == (code, jour, bareme.connu_du, bareme.connu_au)
        assert f"{jour:%d/%m/%Y}" in str(e)
        assert pickle.loads(pickle.dumps(e)).args == e.args  # noqa: S301
        with pytest.raises(ParametreNonPublie):
            list(bareme.paliers(bareme.connu_du, jour) if jour > bareme.connu_du else bareme.paliers(jour, bareme.connu_au))


@pytest.mark.parametrize("code", BAREMES)
def test_les_paliers_couvrent_tout_une_fois(code: str) -> None:
    bareme = DROIT.baremes[code]
    paliers = list(bareme.paliers(bareme.connu_du, bareme.connu_au))
    assert (paliers[0][0], paliers[-1][1]) == (bareme.connu_du, bareme.connu_au)
    assert all(b[0] == a[1] + DEMAIN for a, b in pairwise(paliers))
    assert all(bareme.au(du) is bareme.au(au) is v for du, au, v in paliers)


def test_chaque_fichier_est_lu_par_la_bibliotheque() -> None:
    lus = {b for f in ("taux_bce.toml", "taux_legal.toml", "indemnites.toml", "seuils.toml") for b in lire_baremes(TABLES / f)}
    assert lus | {"bce_semestre"} == set(DROIT.baremes)
    assert {f.name for f in TABLES.glob("*.toml")} == {
        *(
            "taux_bce.toml",
            "taux_legal.toml",
            "indemnites.toml",
            "regimes.toml",
            "prescription.toml",
            "jours_feries.toml",
            "delais.toml",
            "voies.toml",
            "couts.toml",
            "seuils.toml",
            "echelonnement.toml",
            "causes.toml",
            "echeances.toml",
        )
    }


def test_a_jour_au() -> None:
    assert DROIT.a_jour_au == min(b.connu_au for b in DROIT.baremes.values() if b.unite == "%/an") >= date(2026, 11, 21)
    assert "21/11/2026" in repr(DROIT) or DROIT.a_jour_au > date(2026, 11, 21)


def test_le_semestre_prend_le_taux_de_son_premier_jour() -> None:
    """Le 17 juin et le 16 septembre 2026 la BCE a relevé son taux : seuls le 1er janvier et le 1er juillet comptent."""
    semestre = DROIT.baremes["bce_semestre"]
    lus = [semestre.au(j).valeur for j in (date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31))]
    assert lus == [Decimal("2.15"), Decimal("2.40"), Decimal("2.40")]


# --- les relevés partagés --------------------------------------------------------------------------------------------

partage = pytest.mark.skipif(not PARTAGE.is_dir(), reason="les relevés de ../shared ne sont pas livrés avec le paquet")


def _releve(nom: str) -> list[dict[str, str]]:
    with (PARTAGE / "droit" / nom).open(encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


@partage
def test_bce_comme_le_releve() -> None:
    attendu = [(date.fromisoformat(r["debut"]), Decimal(r["taux"])) for r in _releve("taux_bce.csv")]
    assert [(v.du, v.valeur) for v in DROIT.baremes["bce"].valeurs] == attendu


@partage
@pytest.mark.parametrize(("code", "colonne"), [("taux_legal_particuliers", "particuliers"), ("taux_legal_autres", "autres")])
def test_taux_legal_comme_le_releve(code: str, colonne: str) -> None:
    releve = _releve("taux_legal.csv")
    attendu = [(date.fromisoformat(r["debut"]), date.fromisoformat(r["fin"]), Decimal(r[colonne])) for r in releve]
    assert [(v.du, v.au, v.valeur) for v in DROIT.baremes[code].valeurs] == attendu


NOMS = {"conso_pro": "consommateur", "creance_publique_quadriennale": "quadriennale", "energie_rattrapage": "energie"}
SANS_LIGNE = {"caution_accessoire", "butoir", "amenagement_conventionnel"}
LUS = {"VERIFIED": "etabli", "SINGLE": "une_source", "UNSURE": "a_verifier"}


@partage
def test_prescriptions_comme_le_releve() -> None:
    """La durée et le degré de certitude de chaque ligne ; l'énergie porte les deux ans, les quatorze mois sont sa réserve."""
    releve = {NOMS.get(r["id"], r["id"]): r for r in _releve("prescriptions.csv") if r["id"] not in SANS_LIGNE}
    attendu = {
        code: (Delai(mois=int(r["duree"])) if r["unite"] == "mois" else Delai(annees=int(r["duree"])), LUS[r["verifie"]])
        for code, r in releve.items()
    } | {"energie": (Delai(annees=2), "etabli")}
    obtenu = {code: (x.duree, x.verifie) for code, x in DROIT.prescriptions.items() if code in attendu}
    assert obtenu == attendu


def test_ce_qui_est_mal_etabli_porte_une_reserve() -> None:
    """Une règle lue dans une seule source, ou à vérifier, le dit dans chaque résultat qu'elle fonde."""
    prescriptions = [(x.code, x.verifie, x.reserves) for x in DROIT.prescriptions.values()]
    delais_legaux = [(x.cle, r.verifie, r.reserves) for x in delais().values() for r in x.redactions]
    plafonds_legaux = [(x.code, x.verifie, x.reserves) for x in plafonds()]
    valeurs = [(b.code, v.verifie, reserves_de(b, v)) for b in DROIT.baremes.values() for v in b.valeurs]
    brutes = tomllib.loads((TABLES / "causes.toml").read_text(encoding="utf-8"))
    interruptions = [(cle, brutes[cle]["verifie"], x.reserves) for cle, x in causes().items()]
    publiques = [
        (x.quadriennale.cle, brutes[cle]["quadriennale"]["verifie"], x.quadriennale.reserves)
        for cle, x in causes().items()
        if x.quadriennale
    ]
    lues = [*prescriptions, *delais_legaux, *plafonds_legaux, *valeurs, *interruptions, *publiques]
    douteuses = [(code, reserves) for code, verifie, reserves in lues if verifie != "etabli"]
    assert len(douteuses) > 50
    assert [code for code, reserves in douteuses if not reserves] == []


# --- régimes et prescriptions ----------------------------------------------------------------------------------------


def test_les_regimes_nomment_des_tables_qui_existent() -> None:
    for r in DROIT.regimes:
        assert r.bareme in DROIT.baremes
        assert r.indemnite is None or r.indemnite in DROIT.baremes
        assert (r.indemnite is None) == bool(r.sans_indemnite)
        assert dict(r.delais_legaux)["general"] >= 0
        assert r.source.texte
        assert r.source.article
        assert (r.depuis is None) == (not r.avant_depuis)
    assert all(p.source.texte and p.verifie in DEGRES for p in DROIT.prescriptions.values())


@pytest.mark.parametrize("qui", list(Qualite))
@pytest.mark.parametrize("contre", list(Qualite))
def test_une_ligne_repond_ou_aucune(qui: Qualite, contre: Qualite) -> None:
    for acheteur in ("general", "sante", "entreprise_publique", "entite_adjudicatrice"):
        c = creance(creancier=Creancier(nom="A", qualite=qui), debiteur=Debiteur(nom="B", qualite=contre, acheteur=acheteur))
        decrit = qui is not Qualite.PERSONNE_PUBLIQUE
        if decrit:
            assert DROIT.regime(c).regit(c)
        else:
            with pytest.raises(DroitIndisponible):
                DROIT.regime(c)


@pytest.mark.parametrize("qui", [Qualite.CONSOMMATEUR, Qualite.NON_PROFESSIONNEL])
def test_particulier_contre_personne_publique(qui: Qualite) -> None:
    c = creance(creancier=Creancier(nom="A", qualite=qui), debiteur=COMMUNE)
    assert DROIT.regime_prescription(c).duree.annees == 4


NATURES = sorted({nature for p in DROIT.prescriptions.values() for nature in p.natures})


@pytest.mark.parametrize("nature", NATURES)
def test_une_prescription_repond_ou_aucune(nature: str) -> None:
    """Quelles que soient les qualités, jamais deux lignes."""
    vues = set()
    for qui in Qualite:
        for contre in Qualite:
            for acheteur in ("general", "sante", "entreprise_publique", "entite_adjudicatrice"):
                debiteur = Debiteur(nom="B", qualite=contre, acheteur=acheteur)
                c = creance(nature=nature, creancier=Creancier(nom="A", qualite=qui), debiteur=debiteur)
                lignes = [p.code for p in DROIT.prescriptions.values() if p.regit(c)]
                assert len(lignes) <= 1
                vues.update(lignes)
    assert vues


def test_deux_prescriptions_qui_repondent_sont_une_erreur() -> None:
    lignes = dict(DROIT.prescriptions)
    double = evolve(DROIT, prescriptions={**lignes, "bis": evolve(lignes["commercial"], code="commercial_bis")})
    with pytest.raises(ReglesConcurrentes, match="commercial_bis"):
        double.regime_prescription(creance())


def test_deux_lignes_qui_repondent_sont_une_erreur() -> None:
    double = evolve(DROIT, regimes=(*DROIT.regimes, evolve(DROIT.regimes[0], code="b2b_bis")))
    with pytest.raises(ReglesConcurrentes, match="b2b_bis"):
        double.regime(creance())


# --- Droit -----------------------------------------------------------------------------------------------------------


def _bce_2027(points: str = "0.00") -> Bareme:
    bce = DROIT.baremes["bce"]
    suite = ValeurDatee(date(2027, 1, 1), None, Decimal("2.65") + Decimal(points), Source("BCE"), "a_verifier")
    fermee = evolve(bce.valeurs[-1], au=date(2026, 12, 31))
    return evolve(bce, valeurs=(*bce.valeurs[:-1], fermee, suite), verifie_le=date(2027, 2, 1))


def test_egal_hache_et_serialise_par_son_code_et_ses_ajouts() -> None:
    demain = DROIT.avec(_bce_2027())
    assert pickle.loads(pickle.dumps(DROIT)) == DROIT == pour("fr")  # noqa: S301
    assert pickle.loads(pickle.dumps(demain)) == demain != DROIT  # noqa: S301
    assert hash(DROIT.avec(_bce_2027())) == hash(demain)
    assert DROIT.avec(_bce_2027("1.00")) != demain
    assert pickle.loads(pickle.dumps(Politique(droit=demain))) == Politique(droit=demain)  # noqa: S301


def test_un_calendrier_remplace_compte_et_se_garde() -> None:
    alsace = evolve(DROIT, calendrier=Calendrier("alsace_moselle"))
    assert alsace != DROIT
    assert pickle.loads(pickle.dumps(alsace)) == alsace  # noqa: S301
    assert pickle.loads(pickle.dumps(alsace)).calendrier.territoire == "alsace_moselle"  # noqa: S301


def test_avec_ajoute_un_semestre_et_la_reserve_suit() -> None:
    demain = Politique(droit=DROIT.avec(_bce_2027()))
    bilan = demain.examiner(creance(), au=date(2027, 1, 31))
    assert bilan.decompte.lignes[-1].taux.pourcent == Decimal("12.65")
    assert bilan.decompte.lignes[-1].jours == 31
    assert [r.cle for r in bilan.reserves] == ["bce_semestre_a_verifier"]


def test_le_refus_nomme_le_bareme_qui_manque() -> None:
    """Un taux de 3 × taux légal attend le taux légal, non celui de la BCE ; et le refus dit depuis quand il est décrit."""
    refuser = Politique(conventions=Conventions(taux_inconnu="refuser"))
    indexee = creance(conditions=ConditionsPaiement(taux_penalites=TauxIndexe("legal", fois=3)))
    for facture, code in ((indexee, "taux_legal_autres"), (creance(), "bce_semestre")):
        bareme = DROIT.baremes[code]
        with pytest.raises(ParametreNonPublie) as refus:
            refuser.examiner(facture, au=bareme.connu_au + timedelta(days=30))
        vu = refus.value
        assert (vu.code, vu.connu_du, vu.connu_au) == (code, bareme.connu_du, bareme.connu_au)


def test_le_taux_suppletif_attend_aussi_la_bce() -> None:
    """Sous le plancher, le taux légal publié ne suffit pas : tant que celui de la BCE manque, les lignes s'arrêtent et une alerte le dit."""
    legal = DROIT.baremes["taux_legal_autres"]
    dernier = legal.connu_au
    neuve = ValeurDatee(dernier + DEMAIN, dernier + timedelta(days=181), Decimal("2.80"), Source("Arrêté d'essai"))
    politique = Politique(
        droit=DROIT.avec(evolve(legal, valeurs=(neuve,))), conventions=Conventions(sous_le_plancher="suppletif")
    )
    sous = creance(conditions=ConditionsPaiement(taux_penalites="5"))
    bilan = politique.examiner(sous, au=dernier + timedelta(days=30))
    assert bilan.decompte.lignes[-1].au == DROIT.baremes["bce_semestre"].connu_au
    assert "taux_non_publie" in {a.cle for a in bilan.alertes}


def test_avec_un_fichier(tmp_path: Path) -> None:
    fichier = tmp_path / "taux_bce.toml"
    fichier.write_text((TABLES / "taux_bce.toml").read_text("utf-8"), encoding="utf-8")
    assert DROIT.avec(fichier).baremes["bce"] == DROIT.baremes["bce"]


@pytest.mark.parametrize("code", ["de", "FR", "", "fr.x", "../", "francais", "os"])
def test_pays_non_decrit(code: str) -> None:
    with pytest.raises(DroitIndisponible):
        pour(code)


# --- fichiers fautifs ------------------------------------------------------------------------------------------------

_BON = """
[t]
intitule = "T"
unite = "%/an"
texte = "Texte"
verifie_le = 2026-01-01
[[t.valeurs]]
du = 2020-01-01
au = 2020-12-31
valeur = 1.5
source = { texte = "S" }
verifie = "etabli"
[[t.valeurs]]
du = 2021-01-01
valeur = 2
source = { texte = "S" }
"""


def test_fichier_juste(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(_BON, encoding="utf-8")
    bareme = lire_baremes(tmp_path / "t.toml")["t"]
    assert (bareme.au(date(2020, 12, 31)).valeur, bareme.au(date(2026, 1, 1)).valeur) == (Decimal("1.5"), Decimal(2))


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ("du = 2021-01-01", "du = 2021-01-02"),
        ("du = 2021-01-01", "du = 2020-12-31"),
        ("au = 2020-12-31\n", ""),
        ("verifie_le = 2026-01-01\n", ""),
        ('"%/an"', '"pourcent"'),
        ("valeur = 1.5", "valeur = true"),
        ("valeur = 1.5", 'valeur = "1.5"'),
        ('source = { texte = "S" }\nverifie = "etabli"', 'verifie = "etabli"'),
        ('"etabli"', '"sur"'),
        ("du = 2020-01-01", "du = 2020-01-01T00:00:00"),
        ("du = 2020-01-01", 'du = "2020-01-01"'),
        ('texte = "Texte"\n', ""),
        ("[t]", "[t"),
        ("[[t.valeurs]]", "[[t.autres]]"),
        ("au = 2020-12-31", "au = 2019-12-31"),
    ],
)
def test_fichier_fautif(tmp_path: Path, avant: str, apres: str) -> None:
    assert avant in _BON
    (tmp_path / "t.toml").write_text(_BON.replace(avant, apres), encoding="utf-8")
    with pytest.raises(TableInvalide) as refus:
        lire_baremes(tmp_path / "t.toml")
    assert refus.value.fichier == "t.toml"


def test_fichier_absent(tmp_path: Path) -> None:
    for lire in (lire_baremes, lire_regimes, lire_prescriptions):
        with pytest.raises(TableInvalide):
            lire(tmp_path / "absent.toml")


@pytest.mark.parametrize("fichier", sorted(TABLES.glob("*.toml")), ids=lambda f: f.name)
def test_toute_table_dit_ce_qu_elle_est(fichier: Path) -> None:
    """Un commentaire en tête, une source par enregistrement, jours fériés compris."""
    texte = fichier.read_text(encoding="utf-8")
    assert texte.startswith("# ")

    def enregistrements(objet: object):
        if isinstance(objet, dict):
            if (
                {"du", "valeur"} <= set(objet)
                or {"code", "creanciers"} <= set(objet)
                or {"nom", "relu", "effet", "question", "versions"} & set(objet)
                or ("verifie" in objet and {"intitule", "jours"} & set(objet))
            ):
                yield objet
            for v in objet.values():
                yield from enregistrements(v)
        elif isinstance(objet, list):
            for v in objet:
                yield from enregistrements(v)

    lus = list(enregistrements(tomllib.loads(texte)))
    assert lus
    assert all(e["source"]["texte"] for e in lus)


@pytest.mark.parametrize(
    "fait",
    [
        Paiement(le=date(2024, 5, 1), montant="10", creance="F-1"),
        Paiement(le=date(2024, 5, 1), montant="10"),
        Reconnaissance(le=date(2024, 5, 1)),
        ActeInterruptif(le=date(2024, 5, 1), cause="assignation", creance="F-1"),
        ActeInterruptif(le=date(2024, 5, 1), cause="refere", creance="F-1"),
        ActeInterruptif(le=date(2024, 5, 1), cause="requete", creance="F-1"),
        Promesse(le=date(2024, 5, 1), pour_le=date(2024, 6, 1), montant="10"),
    ],
    ids=lambda f: type(f).__name__,
)
def test_une_personne_publique_releve_de_la_loi_de_1968(fait: Evenement) -> None:
    """La prescription quadriennale a ses propres causes (loi n° 68-1250, art. 2) ; entre professionnels, le code civil."""
    publique = creance(echeance=date(2022, 3, 31), debiteur=COMMUNE)
    (segment,) = [s for s in Politique().prescription(publique, [fait], au=date(2026, 1, 1)).chronologie if s.du == fait.le]
    assert "68-1250" in str(segment.source)
    assert "caution" not in segment.motif
    (autre,) = [
        s
        for s in Politique().prescription(creance(echeance=date(2022, 3, 31)), [fait], au=date(2026, 1, 1)).chronologie
        if s.du == fait.le
    ]
    assert "Code civil" in str(autre.source)
