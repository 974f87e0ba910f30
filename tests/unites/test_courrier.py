"""La rédaction : quatre lettres, des champs stricts, et ce que la loi interdit d'écrire ou d'oublier."""

import re
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, creance, dossier, examiner
from recouvrement import Avoir, ConditionsPaiement, MiseEnDemeure, ModeleInvalide, Montant, Paiement, Relance
from recouvrement.courrier.controles import INTERDITS, controler
from recouvrement.courrier.document import Courrier, Donnee, Jour, Paragraphe, Tableau
from recouvrement.courrier.modele import LIVRES
from recouvrement.courrier.redaction import rediger

COURRIEL = Relance(le=date(2026, 5, 3), etape="courriel")
APPEL = Relance(le=date(2026, 5, 11), etape="appel", canal="telephone")
LETTRE = Relance(le=date(2026, 5, 18), etape="lettre", canal="courrier")
ETAPES = {"courriel": (), "lettre": (COURRIEL, APPEL), "mise_en_demeure": (COURRIEL, APPEL, LETTRE)}
AU = date(2026, 6, 15)


def preparer(etape: str, *faits: object, creances: tuple = (), **parties: object):
    bilan = examiner(dossier(*(creances or (creance(**parties),))), *ETAPES[etape], *faits, au=AU)
    (action,) = bilan.actions
    assert action.etape.cle == etape
    return action, bilan


def ecrire(etape: str, *faits: object, modeles: Path | None = None, **parties: object) -> Courrier:
    action, bilan = preparer(etape, *faits, **parties)
    return rediger(action, bilan, modeles=modeles)


def texte(courrier: Courrier) -> str:
    def un(f: object) -> str:
        return f.texte if isinstance(f, Donnee) else f"{f.le:%d/%m/%Y}" if isinstance(f, Jour) else str(f)

    return "\n".join("".join(map(un, t)) for t in courrier.textes())


def tableaux(courrier: Courrier) -> list[Tableau]:
    return [b for b in (*courrier.blocs, *courrier.annexes) if isinstance(b, Tableau)]


# --- les lettres -----------------------------------------------------------------------------------------------------


def test_c02_premiere_relance() -> None:
    c = ecrire("courriel")
    dit = texte(c)
    assert (c.lettre, c.canal, c.mode_envoi) == ("relance", "courriel", "")
    assert str(Montant("10000.00")) in dit
    for absent in ("40", "pénalité", "L. 441-10", "mise en demeure", "tribunal"):
        assert absent not in dit.replace("404833048", ""), absent


def test_c04_derniere_relance() -> None:
    c = ecrire("lettre")
    dit = texte(c)
    assert c.lettre == "derniere_relance"
    assert "D. 441-5" in dit
    assert "03/05/2026" in dit
    assert "11/05/2026" not in dit  # un appel n'est pas un écrit
    assert "tribunal" not in dit


def test_c05_mise_en_demeure() -> None:
    c = ecrire("mise_en_demeure")
    dit = texte(c)
    assert (c.lettre, c.canal) == ("mise_en_demeure", "recommande")
    assert "recommandée" in c.mode_envoi
    for attendu in ("MISE EN DEMEURE", "article 1344", "26/06/2026", "12,15", "tribunal de commerce", "D. 441-5"):
        assert attendu in dit, attendu


def test_c05_taux_convenu_et_non_commercant() -> None:
    dit = texte(ecrire("mise_en_demeure", conditions=ConditionsPaiement(taux_penalites="15")))
    assert "taux convenu" in dit
    assert "Banque centrale" not in dit


def test_c06_consommateur_ni_40_ni_penalites() -> None:
    c = ecrire("mise_en_demeure", debiteur=CONSOMMATEUR)
    dit = texte(c)
    assert c.lettre == "mise_en_demeure_consommateur"
    for absent in ("40 €", "40,00", "L. 441-10", "D. 441-5", "énalité"):
        assert absent not in dit, absent
    for attendu in ("médiateur", "Médiation du commerce", "aucuns frais", "point conseil budget"):
        assert attendu in dit, attendu
    assert Montant("10000.00") in {f for t in c.textes() for f in t}


@pytest.mark.parametrize("manque", ["mediateur", "telephone"])
def test_c06_demande_un_mediateur_et_un_telephone(manque: str) -> None:
    with pytest.raises(ModeleInvalide) as refus:
        ecrire("mise_en_demeure", debiteur=CONSOMMATEUR, creancier=evolve(CREANCIER, **{manque: None}))
    assert refus.value.champ == manque


@pytest.mark.parametrize("etape", ["courriel", "lettre"])
def test_consommateur_aucune_lettre_ne_parle_de_40_euros(etape: str) -> None:
    dit = texte(ecrire(etape, debiteur=CONSOMMATEUR))
    assert "40 €" not in dit
    assert "441" not in dit


def test_acheteur_public_cite_la_commande_publique() -> None:
    dit = texte(ecrire("lettre", debiteur=COMMUNE))
    assert "L. 2192-13" in dit
    assert "L. 441-10" not in dit


def test_acheteur_public_a_sa_mise_en_demeure() -> None:
    ecrire("mise_en_demeure", debiteur=COMMUNE)


def test_sans_iban_pas_de_ligne_de_virement() -> None:
    assert "IBAN" not in texte(ecrire("courriel", creancier=evolve(CREANCIER, iban=None)))
    assert "FR76" in texte(ecrire("courriel"))


def test_un_appel_n_a_pas_de_lettre() -> None:
    bilan = examiner(creance(), COURRIEL, au=AU)
    with pytest.raises(ModeleInvalide, match="pas de lettre"):
        rediger(bilan.actions[0], bilan)


# --- les comptes -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("etape", list(ETAPES))
@pytest.mark.parametrize(
    "faits",
    [
        (),
        (Paiement(le=date(2026, 6, 3), montant="4000.00", creance="F-1"),),
        (
            Avoir(le=date(2026, 5, 20), montant="500.00", creance="F-1"),
            Paiement(le=date(2026, 6, 3), montant="1.00", creance="F-1"),
        ),
    ],
    ids=["rien", "paiement", "avoir et paiement"],
)
def test_les_totaux_se_recomptent(etape: str, faits: tuple) -> None:
    """I-33 : chaque total est la somme de sa colonne, et la somme demandée est celle du bilan."""
    action, bilan = preparer(etape, *faits, creances=(creance("F-1"), creance("F-2", "250.50")))
    courrier = rediger(action, bilan)
    for t in tableaux(courrier):
        for i, cellule in enumerate(t.total):
            for m in (f for f in cellule if isinstance(f, Montant)):
                assert m == sum((f for ligne in t.lignes for f in ligne[i] if isinstance(f, Montant)), Montant.zero())
    demande = bilan.principal if etape == "courriel" else bilan.total
    assert demande.valeur in {f for t in courrier.textes() for f in t}


def test_seules_les_factures_visees_sont_reclamees() -> None:
    factures = dossier(creance("F-1"), creance("F-2", "777.77", date(2026, 6, 10)))
    bilan = examiner(factures, evolve(LETTRE, creances=("F-1",)), au=AU)
    (action,) = bilan.actions
    assert (action.acte.creances, action.acte.pour_memoire) == (("F-1",), ("F-2",))
    ecrits = {f for t in rediger(action, bilan).textes() for f in t}
    assert bilan.par_creance["F-1"].total.valeur in ecrits
    assert bilan.total.valeur not in ecrits


# --- les modèles d'un utilisateur ------------------------------------------------------------------------------------


def _modele(dossier_: Path, contenu: str, nom: str = "relance") -> Path:
    (dossier_ / "fr").mkdir(exist_ok=True)
    (dossier_ / "fr" / f"{nom}.toml").write_text(contenu, encoding="utf-8")
    return dossier_


def _change(tmp_path: Path, nom: str, ancien: str, nouveau: str) -> Path:
    livre = (LIVRES / "fr" / f"{nom}.toml").read_text(encoding="utf-8")
    assert ancien in livre
    return _modele(tmp_path, livre.replace(ancien, nouveau), nom)


def test_le_modele_de_l_utilisateur_passe_avant(tmp_path: Path) -> None:
    modeles = _change(tmp_path, "relance", "Bien cordialement,", "À bientôt,")
    assert "À bientôt," in texte(ecrire("courriel", modeles=modeles))
    assert ecrire("lettre", modeles=modeles).lettre == "derniere_relance"  # les autres restent celles livrées


@pytest.mark.parametrize(
    ("ancien", "nouveau", "champ", "extrait"),
    [
        ("{date_limite}", "{date_limit}", "date_limit", "date_limite"),
        ("{a_payer}", "{apayer}", "apayer", "a_payer"),
        ('si = ["versements"]', 'si = ["versement"]', "versement", "versements"),
        ("{date_limite}", "{date_limite!r}", "date_limite", "champ inconnu"),
        ("{date_limite}", "{date_limite.year}", "date_limite.year", "champ inconnu"),
        ('role = "formule"', 'role = "formul"', "role", "formul"),
        ('reclame = "principal"', 'reclame = "tout"', "reclame", "principal"),
        ('lettre = "relance"', 'letre = "relance"', "", "letre"),
        ('tableau = "factures"', 'tableau = "facture"', "", ""),
        ('role = "appel"', 'role = "appel"\ntitre = "x"', "blocs", "titre"),
        ("[[blocs]]", "[[blocs]", "", "illisible"),
    ],
)
def test_un_modele_fautif_est_refuse(tmp_path: Path, ancien: str, nouveau: str, champ: str, extrait: str) -> None:
    modeles = _change(tmp_path, "relance", ancien, nouveau)
    paires = (creance("F-1"), creance("F-2"))
    action, bilan = preparer("courriel", creances=paires)
    with pytest.raises(ModeleInvalide) as refus:
        rediger(action, bilan, modeles=modeles)
    assert refus.value.modele == "relance"
    assert champ in ("", refus.value.champ)
    assert extrait in str(refus.value)


def test_langue_sans_modele() -> None:
    action, bilan = preparer("courriel")
    with pytest.raises(ModeleInvalide, match="« de »"):
        rediger(action, bilan, langue="de")


# --- ce que la loi interdit ------------------------------------------------------------------------------------------

PHRASES = {
    "C. pén., art. 433-13": "Commandement de payer.",
    "C. conso., art. L. 121-6": "Nous ferons pratiquer une saisie sur vos comptes.",
    "C. pén., art. 312-10": "Payez, sinon nous déposerons plainte.",
    "C. civ., art. 2240 à 2244": "Cette lettre interrompt la prescription.",
    "C. civ., art. 2250": "Vous renoncez à la prescription.",
    "CPCE, art. L. 111-8": "S'y ajoutent 15 € de frais de dossier.",
    "usage": "Votre mauvaise foi est évidente.",
}


@pytest.mark.parametrize("article", [i.article for i in INTERDITS])
@pytest.mark.parametrize(
    ("etape", "nom"), [("courriel", "relance"), ("lettre", "derniere_relance"), ("mise_en_demeure", "mise_en_demeure")]
)
def test_ce_que_la_loi_interdit_d_ecrire(tmp_path: Path, article: str, etape: str, nom: str) -> None:
    modeles = _change(tmp_path, nom, "Madame, Monsieur,", f"Madame, Monsieur, {PHRASES[article]}")
    with pytest.raises(ModeleInvalide) as refus:
        ecrire(etape, modeles=modeles)
    assert article in str(refus.value)


def test_un_nom_hostile_ne_declenche_rien() -> None:
    from recouvrement import Debiteur, Qualite

    nomme = Debiteur(nom="Huissier & Saisie SARL {a_payer}", qualite=Qualite.COMMERCANT)
    assert ecrire("courriel", debiteur=nomme).destinataire is nomme


@pytest.mark.parametrize(
    "phrase", ["Une indemnité de 40 € s'y ajoute.", "Selon l'article L. 441-10 du code.", "L'indemnité forfaitaire est due."]
)
def test_jamais_40_euros_a_un_consommateur(tmp_path: Path, phrase: str) -> None:
    modeles = _change(tmp_path, "relance", "Madame, Monsieur,", phrase)
    with pytest.raises(ModeleInvalide, match=r"D\. 441-5"):
        ecrire("courriel", debiteur=CONSOMMATEUR, modeles=modeles)
    assert ecrire("courriel", modeles=modeles).lettre == "relance"


@pytest.mark.parametrize(
    ("ancien", "nouveau"),
    [
        ("MISE EN DEMEURE", "RAPPEL"),
        ("Nous vous mettons en demeure", "Nous vous prions"),
        ('role = "dispositif"', 'role = "corps"'),
        ("de nous payer {a_payer} au plus tard le {date_limite}", "de nous payer au plus tard le {date_limite}"),
        ("de nous payer {a_payer} au plus tard le {date_limite}", "de nous payer {a_payer}"),
    ],
)
def test_une_mise_en_demeure_met_en_demeure(tmp_path: Path, ancien: str, nouveau: str) -> None:
    with pytest.raises(ModeleInvalide, match="1344"):
        ecrire("mise_en_demeure", modeles=_change(tmp_path, "mise_en_demeure", ancien, nouveau))


def test_la_date_limite_est_ecrite(tmp_path: Path) -> None:
    livre = (LIVRES / "fr/relance.toml").read_text(encoding="utf-8")
    with pytest.raises(ModeleInvalide, match="1231"):
        ecrire("courriel", modeles=_modele(tmp_path, livre.replace(", ou l'effectuer d'ici au {date_limite}", "")))


@pytest.mark.parametrize("limite", [None, date(2026, 6, 15), date(2026, 6, 20), date(2020, 1, 1)])
def test_la_date_limite_est_a_venir_et_ouvree(limite: date | None) -> None:
    action, bilan = preparer("courriel")
    with pytest.raises(ModeleInvalide):
        rediger(evolve(action, payer_avant_le=limite), bilan)


def test_la_somme_demandee_est_ecrite(tmp_path: Path) -> None:
    livre = (LIVRES / "fr/relance.toml").read_text(encoding="utf-8")
    with pytest.raises(ModeleInvalide, match="somme demandée"):
        ecrire("courriel", modeles=_modele(tmp_path, livre.replace("{a_payer}", "une somme")))


def test_un_total_faux_est_refuse() -> None:
    from recouvrement.courrier.modele import charger, lexique
    from recouvrement.courrier.redaction import _faits

    action, bilan = preparer("mise_en_demeure", creances=(creance("F-1"), creance("F-2")))
    courrier = rediger(action, bilan)
    visees = tuple(bilan.par_creance[r] for r in action.acte.creances)
    faits = _faits(action, bilan, visees, charger("mise_en_demeure", "fr", "b2b"), lexique("fr"))
    controler(courrier, faits)
    faux = tuple(
        evolve(b, total=(*b.total[:-1], (Montant("1.00"),))) if isinstance(b, Tableau) and b.total else b for b in courrier.blocs
    )
    with pytest.raises(ModeleInvalide, match="ne se retrouve pas"):
        controler(evolve(courrier, blocs=faux), faits)
    deux = (*courrier.blocs, *(b for b in courrier.blocs if isinstance(b, Paragraphe) and b.role == "dispositif"))
    with pytest.raises(ModeleInvalide, match="unique"):
        controler(evolve(courrier, blocs=deux), faits)


def test_aucune_lettre_pour_une_creance_prescrite() -> None:
    """Même demandée à la main, avec l'action d'hier."""
    vieille = creance(echeance=date(2018, 3, 31))
    action, _ = preparer("courriel")
    action = evolve(action, acte=evolve(action.acte, le=date(2026, 6, 15)))
    bilan = examiner(vieille, au=AU)
    assert bilan.prescription.acquise
    with pytest.raises(ModeleInvalide, match="prescrite"):
        rediger(action, bilan)


def test_lettres_livrees_sans_trou() -> None:
    """I-34."""
    for etape in ETAPES:
        for debiteur in (None, CONSOMMATEUR):
            dit = texte(ecrire(etape, **({"debiteur": debiteur} if debiteur else {})))
            assert not re.search(r"[{}]|\bNone\b|\bnan\b|Decimal\(|object at|lorem", dit), etape


def test_une_mise_en_demeure_deja_faite_est_un_rappel() -> None:
    fait = MiseEnDemeure(le=date(2026, 6, 1))
    bilan = examiner(creance(), COURRIEL, fait, au=date(2026, 6, 16))
    assert bilan.actions[0].etape.cle == "transmission"
