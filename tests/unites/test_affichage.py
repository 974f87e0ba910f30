"""Toute valeur publique se montre : en français, échappée, en XML bien formé, sans script ni ressource externe."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from attrs import fields, has

import recouvrement
from fabrique import COMMUNE, CREANCIER, IBAN, SOCIETE, creance
from recouvrement import (
    ActeInterruptif,
    Appel,
    Avoir,
    Blocage,
    Condition,
    ConditionsPaiement,
    Contestation,
    Conventions,
    Creancier,
    Debiteur,
    DecheanceTerme,
    Delai,
    DelaiDeGrace,
    Dossier,
    Echeancier,
    FraisJustifies,
    Hypotheses,
    Mandataire,
    MiseEnDemeure,
    Montant,
    Paiement,
    Poids,
    Politique,
    Portefeuille,
    ProcedureCollective,
    Promesse,
    Qualite,
    Reconnaissance,
    ReconnaissanceDeDette,
    Rejet,
    Relance,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    TauxIndexe,
    Terme,
    Titre,
    Transaction,
    Transmission,
    fait,
)
from recouvrement.affichage import (
    MONTREES,
    arbre,
    barres,
    carte,
    compter,
    date_fr,
    decimal_fr,
    dire,
    echapper,
    en_clair,
    fiche,
    frise,
    marque,
    nom_de,
    page,
    plier,
    table,
)
from recouvrement.masse import examiner_table
from recouvrement.politique.accord import suivre
from recouvrement.politique.presentation import Voies

HOSTILES = ["<script>alert(1)</script>", '" onmouseover="x', "'><img src=x>", "&amp;", "]]>", "</svg><b>", "\u202egauche"]
POISON = "<script src=https://mal.example>&'\"]]>"
LE = date(2026, 5, 1)


class _Balises(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.vues: list[str] = []
        self.texte = ""

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.vues.append(" ".join([tag, *(nom for nom, _ in attrs)]))

    def handle_data(self, data: str) -> None:
        self.texte += data


def _lire(html: str) -> _Balises:
    lecteur = _Balises()
    lecteur.feed(html)
    lecteur.close()
    return lecteur


# --- les primitives --------------------------------------------------------------------------------------------------

DESSINS = {
    "carte": lambda t: carte(t, t, [(t, t)], ton="grave"),
    "table": lambda t: table([t], [[t]], nombres=(0,), total=[t], legende=t, note=t),
    "barres": lambda t: barres(t, (t, t), [(t, t, 40, "bon")]),
    "arbre": lambda t: arbre((t, t, [(t, "", [])])),
    "frise": lambda t: frise(t, [(t, [(LE, date(2026, 6, 1), "")])], [(LE, t, "grave")]),
    "marque": lambda t: marque(t, "grave"),
    "plier": lambda t: plier(t, ""),
    "page": lambda t: page(carte(t, t)),
}


@pytest.mark.parametrize("nom", list(DESSINS))
@pytest.mark.parametrize("texte", HOSTILES)
def test_une_chaine_hostile_ne_change_pas_les_balises(nom: str, texte: str) -> None:
    """I-35 : mêmes balises et mêmes attributs que pour un texte sage, et le texte se relit tel quel."""
    long = texte.ljust(30)  # une cellule se dessine selon sa longueur
    hostile, sage = _lire(DESSINS[nom](long)), _lire(DESSINS[nom]("sage".ljust(30)))
    assert hostile.vues == sage.vues
    assert texte in hostile.texte


def test_ce_que_xml_ne_porte_pas_devient_un_losange() -> None:
    assert echapper("a\x00b\x1fc\ud800d\n") == "a\ufffdb\ufffdc\ufffdd\n"


def test_un_fragment_deja_echappe_ne_l_est_pas_deux_fois() -> None:
    assert "<td" in table(["a"], [[echapper("<b>"), marque("x & y")]], legende="")
    assert "x &amp; y" in table(["a", "b"], [["z", marque("x & y")]], legende="")


def test_dates() -> None:
    assert date_fr(LE) == "1er\N{NO-BREAK SPACE}mai 2026"
    assert date_fr(LE, semaine=True) == "vendredi 1er\N{NO-BREAK SPACE}mai 2026"
    assert date_fr(date(2026, 12, 31)) == "31\N{NO-BREAK SPACE}décembre 2026"
    assert date_fr(date(987, 7, 3), longue=False) == "03/07/0987"


def test_les_mots() -> None:
    assert en_clair("executee_le") == "exécutée le"
    assert en_clair("jusqu_au") == "jusqu'au"
    assert en_clair("injonction_de_payer_signifiee") == "injonction de payer signifiée"
    assert dire(Qualite.COMMERCANT) == "commerçant"
    assert decimal_fr(Decimal("12.5")) == "12,5"
    assert dire((True, None)) == "oui, —"


def test_table_accessible() -> None:
    """Une légende, des en-têtes de colonne et de ligne ; les nombres à droite."""
    html = table(["a", "b"], [["1", "2"]], nombres=(1,), legende="Titre", total=("Total", "2"))
    assert "<caption>Titre</caption>" in html
    assert '<th scope="col" class="u">a</th>' in html
    assert '<th scope="row" class="u">1</th><td class="n">2</td>' in html
    assert '<tfoot><tr><th scope="row" class="u">Total</th>' in html


def test_frise_accessible_et_vide() -> None:
    html = frise("Titre", [("F-1", [(LE, LE, "")])], [(LE, "examen", "")])
    assert "<title>Titre</title><desc>F-1, du 1er\N{NO-BREAK SPACE}mai 2026" in html
    assert 'role="img"' in html
    assert frise("Titre", []) == ""


def test_les_noms_d_une_frise_ne_se_recouvrent_pas() -> None:
    """Dix repères le même mois : chacun sa place, et aucun ne sort du dessin."""
    html = frise("Titre", [], [(date(2026, 5, j), f"repère {j}", "") for j in range(1, 30, 3)])
    places = []
    for x, y, ancre, texte in re.findall(r'<text x="(\d+)" y="(\d+)"( text-anchor="end")?>(repère[^<]*)', html):
        large = 6 * len(texte)
        places.append((int(y), int(x) - large, int(x)) if ancre else (int(y), int(x), int(x) + large))
    assert len(places) == 10
    for i, (y, du, au) in enumerate(places):
        assert 0 <= du < au <= 760
        assert not any(y == y2 and du < au2 and du2 < au for y2, du2, au2 in places[:i])


@pytest.mark.parametrize("annees", [0, 1, 3, 12, 40, 900])
def test_les_graduations_d_une_frise(annees: int) -> None:
    html = frise("Titre", [("F", [(date(1000, 3, 5), date(1000 + annees, 8, 9), "")])])
    graduations = re.findall(r'font-size="11">([^<]*)', html)
    assert len(graduations) in range(1, 12)
    assert any(re.search(r"\d{4}", g) for g in graduations)


# --- toute valeur publique -------------------------------------------------------------------------------------------


@cache
def _valeurs(nom: str) -> dict[type, Any]:
    """Une valeur de chaque genre public ; ``nom`` est partout où un texte libre peut entrer."""
    creancier = Creancier(nom=nom, qualite=Qualite.COMMERCANT, adresse=CREANCIER.adresse, iban=IBAN, mediateur=nom)
    debiteur = Debiteur(nom=nom, qualite=Qualite.COMMERCANT, adresse=SOCIETE.adresse)
    conditions = ConditionsPaiement(taux_penalites=TauxIndexe("bce", plus=10), terme=Terme(jours=30), escompte=nom)
    parties = {"creancier": creancier, "debiteur": debiteur}
    f1 = creance("F1" + nom, **parties, conditions=conditions, facture=nom)
    f2 = creance("F2" + nom, "340.00", date(2022, 6, 1), **parties)
    r = f1.reference
    faits = (
        Paiement(le=date(2026, 5, 20), montant="100.00", creance=r, reference=nom, moyen=nom),
        Rejet(le=date(2026, 5, 25), paiement=nom, reference=nom),
        Avoir(le=date(2026, 5, 26), montant="10.00", creance=r, reference=nom),
        Remise(le=date(2026, 5, 26), montant="10.00", creance=r, reference=nom),
        FraisJustifies(le=date(2026, 5, 27), montant="90.00", motif=nom, creance=r, piece=nom),
        Contestation(le=date(2026, 5, 28), creance=r, montant="50.00", levee_le=date(2026, 6, 1), reference=nom),
        Promesse(le=date(2026, 5, 29), montant="50.00", pour_le=date(2026, 6, 10), creance=r),
        Relance(le=date(2026, 6, 1), creances=(r,), etape=nom, canal=nom, reference=nom),
        MiseEnDemeure(le=date(2026, 6, 8), creances=(r,), etape=nom, presentee_le=date(2026, 6, 10)),
        Reconnaissance(le=date(2026, 6, 11), creance=r, reference=nom),
        Suspension(du=date(2026, 6, 12), au=date(2026, 6, 20), cause="mediation", creance=r, reference=nom),
        ActeInterruptif(le=date(2026, 6, 21), cause="assignation", creance=r, reference=nom),
        DelaiDeGrace(du=date(2026, 6, 22), au=date(2026, 6, 28), creance=r, reference=nom),
        Appel(le=date(2026, 7, 1), issue="joint", creances=(r,), reference=nom),
        Signal(le=date(2026, 7, 2), nature="silence", reference=nom),
    )
    mandataire = Mandataire(
        nom=nom, adresse=CREANCIER.adresse, mandat_le=date(2026, 6, 1), activite=f"recouvrement amiable {nom}", iban=IBAN
    )
    dossier = Dossier(creances=(f1, f2), evenements=faits, mandataire=mandataire)
    autres = (
        Blocage(le=LE, motif=nom, creance=r),
        DecheanceTerme(le=LE, creance=r),
        ProcedureCollective(le=LE, genre="liquidation", reference=nom),
        Renonciation(le=LE, creance=r),
        Titre(le=LE, executoire_le=LE, creance=r, reference=nom),
        Transmission(le=LE, a=nom, creances=(r,)),
    )
    au = date(2026, 9, 1)
    p = Politique(conventions=Conventions(annee="reelle"))
    bilan = p.examiner(dossier, au=au)
    ouvert = Dossier(
        creances=(creance("G1" + nom, **parties, facture=nom), creance("G2" + nom, "340.00", date(2026, 8, 25), **parties))
    )
    vif = p.examiner(ouvert, au=au)
    plan = p.calendrier(ouvert, au=au)
    voies = p.voies(ouvert, au=au, hypotheses=Hypotheses(chances={"injonction_de_payer": 80}))
    echeancier = p.proposer_echeancier(vif, mensualites=3)
    public = Dossier(creances=(creance("P" + nom, creancier=CREANCIER, debiteur=COMMUNE, nature="facture" + "x"),))
    portefeuille = Portefeuille((ouvert, dossier, public), politique=p, au=au)
    balance, radar, priorites = portefeuille.balance_agee(), portefeuille.radar(), portefeuille.priorites()
    rapprochement = portefeuille.rapprocher(Paiement(le=au, montant="10000.00"), libelle=nom)
    suivi = suivre(echeancier, [Paiement(le=date(2026, 10, 1), montant="50.00")], au=date(2026, 11, 15))
    dette = ReconnaissanceDeDette(
        le=LE, **parties, montant="90.00", cause=nom, engagement=Echeancier(le=LE, versements=[(date(2026, 7, 1), "90.00")])
    )
    accord = Transaction(
        le=LE, **parties, objet=nom, demande="900.00", position=nom, montant="500.00", payer_le=au, renonciation=nom, delai=8
    )
    regime = p.droit.regimes[0]
    prescription = next(iter(p.droit.prescriptions.values()))
    bareme = p.droit.baremes["bce"]
    vues = [
        *faits,
        *autres,
        *(
            f1,
            creancier,
            debiteur,
            mandataire,
            creancier.adresse,
            conditions,
            conditions.terme,
            conditions.taux_penalites,
            dossier,
        ),
        *(bilan, bilan.creances[0], bilan.decompte, bilan.decompte.lignes[0], bilan.decompte.imputations[0], bilan.prescription),
        *(bilan.prescription.chronologie[0], bilan.total, bilan.reserves[0], bilan.total.regle, regime.source),
        *(vif.prochaine, vif.prochaine.etape, plan, p.simuler([ouvert], au=au, jusqu_au=date(2026, 12, 1)), voies, voies[0]),
        *(p.scenario, p, p.conventions, p.droit, p.droit.calendrier, regime, prescription, bareme, bareme.valeurs[0]),
        *(portefeuille, portefeuille.ecartes[0], balance, balance.lignes[0], radar, priorites, priorites.lignes[0], Poids()),
        *(portefeuille.dso()[0], portefeuille.penalites_non_reclamees(), rapprochement, rapprochement.candidats[0]),
        *(echeancier, suivi, suivi.versements[0], dette, accord, p.dossier_contentieux(ouvert, voies[0], au=au)),
        *(
            Montant("10453.76"),
            regime.plus,
            Delai(annees=5),
            Condition("montant", ">=", "100"),
            Hypotheses(chances={"mediation": 5}),
        ),
        *(voies[0].pieces[0], next(d for v in voies for d in v.delais), (*bilan.alertes, *vif.alertes)[0]),
        *(next(e for b in (bilan, vif, *portefeuille.bilans) for e in b.empechements), fait(nom, nom, nom)),
    ]
    return {type(v): v for v in vues if v is not None}


SAGE = "Menuiserie du Port"
PUBLIQUES = [
    t for n in recouvrement.__all__ if isinstance(t := getattr(recouvrement, n), type) and has(t) and not issubclass(t, Exception)
]


def test_chaque_valeur_publique_est_essayee() -> None:
    assert {t.__name__ for t in PUBLIQUES} <= {t.__name__ for t in _valeurs(SAGE)}
    assert set(_valeurs(SAGE)) == set(_valeurs(POISON))


@pytest.mark.parametrize("genre", [*PUBLIQUES, Voies], ids=lambda t: t.__name__)
def test_toute_valeur_se_montre(genre: type) -> None:
    for valeur in (_valeurs(SAGE)[genre], _valeurs(POISON)[genre]):
        html = valeur._repr_html_()
        racine = ElementTree.fromstring(html)  # noqa: S314
        assert racine.get("lang") == "fr"
        texte = "".join(racine.itertext()).partition("</style>")[0]
        assert re.search(r"[a-zàéè]{2}", texte)
        balises = {n.tag for n in racine.iter()}
        assert not balises & {"script", "img", "link", "iframe", "object", "a"}
        attributs = {(k, v) for n in racine.iter() for k, v in n.attrib.items()}
        assert not [k for k, v in attributs if k.startswith("on") or k in {"href", "src"} or "http" in v or "url(" in v]
        style = "".join(n.text or "" for n in racine.iter("style"))
        assert not re.search(r"url\(|@import|http", style)
        for tableau in racine.iter("table"):
            assert tableau.find("caption") is not None
            assert all(th.get("scope") for th in tableau.iter("th"))
        for dessin in racine.iter("svg"):
            assert dessin.find("title").text
            assert dessin.find("desc").text


@pytest.mark.parametrize("genre", [*PUBLIQUES, Voies], ids=lambda t: t.__name__)
def test_un_nom_hostile_se_lit_et_ne_fait_rien(genre: type) -> None:
    """La page n'a pas un octet de script, et le nom s'y relit tel quel."""
    html = _valeurs(POISON)[genre]._repr_html_()
    assert "<script" not in html.lower()
    montre = "".join(ElementTree.fromstring(html).itertext())  # noqa: S314
    if genre in {Dossier, Creancier, Debiteur, Mandataire, Paiement, Blocage, Portefeuille}:
        assert POISON in montre


def _mots(genre: type) -> Iterator[str]:
    libelles = getattr(genre._repr_html_, "libelles", {})
    for f in fields(genre):
        if not f.name.startswith("_"):
            yield from libelles.get(f.name, en_clair(f.name)).split()


SANS_ACCENT = """
accessoires acheteur acheteurs acte action actions adresse affectation ajouts alertes ancienne arrondi article assiette attente au avant
avenu avertissements avocat base BIC bilans bordereau butoir calendrier canal canaux candidats capital capitalisation cause champ chances
chronologie civile clause code commune complet conditions contacts contrat contrats conventions convenu convenue courriel course d'ouvre
dans de delà demande depuis devise disponible distance dit dont dossier dossiers droit du dû effet encours engagement erreur escompte
exigible facture fait famille fiche fin fois forclusion forme frais genre IBAN identifiant imputation imputations inconnu indice issue jour
journal jours jusqu'au langue le lettre lignes limite mandat mandataire manquantes max mentions message minimal mois montant motif moyen
nature natures nette niveaux nom non note objet ordre originaux origine ouverte ouvertures ouvres paiement par parties parts payer pays
perdues perte plafond plancher plus poids politique position postal poste postes pour pourquoi prescription prescriptions prescrit principal
prochaine prudence prudente public raisons RCS renonciation reste retard retenues rompu sachant sans secteur si signalé simple SIREN solde
source sous suspension taux temps terme territoire texte ton total totaux tranches valeur valeurs ventes versements versions vif voie voies
""".split()  # noqa: SIM905


@pytest.mark.parametrize("genre", PUBLIQUES, ids=lambda t: t.__name__)
def test_les_champs_se_disent_en_francais(genre: type) -> None:
    """Un champ nouveau dont le nom porte un accent entre dans les mots de l'affichage ; les autres, dans cette liste."""
    inconnus = [m for m in _mots(genre) if m.isascii() and m not in SANS_ACCENT]
    assert not inconnus


def test_l_iban_reste_masque() -> None:
    assert "FR76 … 0189" in CREANCIER._repr_html_()
    assert (
        IBAN not in Dossier(creances=(creance(),))._repr_html_() + CREANCIER._repr_html_() + _valeurs(SAGE)[Dossier]._repr_html_()
    )


def test_un_long_dossier_est_abrege() -> None:
    long = Dossier(creances=[creance(f"F-{i}") for i in range(MONTREES + 5)])
    html = long._repr_html_()
    assert f"F-{MONTREES - 1}<" in html
    assert "5 autres lignes" in html
    assert f"et {len(long.creances) - MONTREES} autres" in fiche("Dossier")(long)


def test_une_fiche_se_nomme() -> None:
    assert nom_de(Paiement(le=LE, montant="1.00")) == "Paiement"
    assert nom_de(3) == "int"


def test_la_prescription_effacee_palit() -> None:
    """L'interruption coupe le délai d'avant : plein jusqu'à elle, pâle ensuite ; la suspension est en pointillé."""
    c = creance("P", "900.00", date(2021, 3, 1))
    faits = (Reconnaissance(le=date(2022, 5, 4)), Suspension(du=date(2023, 1, 10), au=date(2023, 6, 10), cause="mediation"))
    p = Politique().prescription(c, faits, au=date(2026, 9, 1))
    tons = [[ton for _, _, ton in periodes] for _, periodes in p._rangees()]
    assert tons == [["", "doux"], [""], ["arret"]]
    assert p._rangees()[1][1][0][1] == p.valeur


def test_un_plan_lointain_n_ecrase_pas_la_frise() -> None:
    plan = Politique().calendrier(creance(), au=LE)
    dernier = plan.actions[-1].acte.le
    assert dernier.year > 2030
    assert date_fr(dernier, longue=False) not in plan._repr_html_().partition("<svg")[2].partition("</svg>")[0]


def test_les_voies_comparees_restent_un_tuple() -> None:
    voies = Politique().voies(creance(), au=date(2026, 9, 1))
    assert isinstance(voies, Voies)
    assert voies == tuple(voies)
    assert hash(voies) == hash(tuple(voies))
    assert "voies fermées" in voies._repr_html_()
    assert voies.expliquer().startswith(voies[0].intitule)


def test_une_table_examinee_se_montre_sans_se_vider() -> None:
    """Un aperçu et les rejets ; un flux, lui, n'est pas lu pour être montré."""
    lignes = {
        "reference": ["<b>1", "F-2"],
        "principal_centimes": [1_000_000, -5],
        "emise_le": [date(2026, 4, 1)] * 2,
        "echeance": [LE] * 2,
        "creancier_qualite": ["commercant"] * 2,
        "debiteur_qualite": ["commercant"] * 2,
    }
    table_ = pa.table(lignes)
    html = examiner_table(table_, au=date(2026, 9, 1))._repr_html_()
    texte = "".join(ElementTree.fromstring(html).itertext())  # noqa: S314
    assert "1 ligne" in texte
    assert "<b>1" in texte
    assert "Premiers rejets" in texte
    flux = examiner_table(table_.to_reader(), au=date(2026, 9, 1))
    assert "à lire en flux" in flux._repr_html_()
    assert flux.bilans.read_all().num_rows == 1


@pytest.mark.parametrize(
    ("combien", "dit"),
    [(0, "0 ligne"), (1, "1 ligne"), (9_999, "9999 lignes"), (10_000, "10 000 lignes"), (1_234_567, "1 234 567 lignes")],
)
def test_on_compte_par_milliers_a_partir_de_cinq_chiffres(combien: int, dit: str) -> None:
    assert compter(combien, "ligne").replace("\N{NARROW NO-BREAK SPACE}", " ") == dit
