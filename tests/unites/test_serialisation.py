"""Les dépôts : aller-retour exact, octets canoniques, schéma publié, fautes toutes dites, vieilles versions relues.

``RAFRAICHIR=1 pytest tests/unites/test_serialisation.py`` récrit le schéma et les dépôts de la version en cours. Une version publiée
est figée : ses dépôts ne se récrivent plus, une autre commence.
"""

import copy
import json
import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import attrs
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

import recouvrement
from fabrique import CONSOMMATEUR, CREANCIER, IBAN, RACINE, SOCIETE, creance
from proprietes.strategies import profil
from recouvrement import (
    Bareme,
    Condition,
    ConditionsPaiement,
    Creance,
    Debiteur,
    DonneeInvalide,
    Dossier,
    Echeancier,
    Hypotheses,
    Montant,
    Paiement,
    Politique,
    ReconnaissanceDeDette,
    Source,
    Taux,
    TauxIndexe,
    Transaction,
    ValeurDatee,
    strategies,
)
from recouvrement.courrier.tiers import Tiers
from recouvrement.droit import pour
from recouvrement.envoi import Smtp
from recouvrement.politique.priorites import Poids
from recouvrement.serialisation import FAITS, RESULTATS, VERSION, DepotInvalide, charger, deposer, depot, schema
from recouvrement.serialisation.textes import ecrire_decimal

PUBLIE = RACINE / f"docs/_static/recouvrement-{VERSION}.schema.json"
DEPOTS = RACINE / "tests/depots"
AU = date(2026, 9, 1)
TOUT = jsonschema.Draft202012Validator(schema())

_versements = [(date(2026, 10, 1), Montant("60.00")), (date(2026, 11, 1), Montant("40.00"))]
_engagement = Echeancier(le=AU, versements=_versements)
_bareme = Bareme(
    code="taux_bce",
    intitule="Taux",
    unite="%/an",
    source=Source("BCE"),
    valeurs=(ValeurDatee(date(2027, 1, 1), date(2027, 6, 30), Decimal("2.40"), Source("BCE", publie_le=AU), "une_source"),),
)
AUTRES = {
    "Tiers": st.just(Tiers(nom="SCP Étude", appel="Maître,")),
    "ReconnaissanceDeDette": st.just(
        ReconnaissanceDeDette(
            le=AU,
            creancier=CREANCIER,
            debiteur=SOCIETE,
            montant="100.00",
            cause="factures",
            engagement=_engagement,
            interets=Taux("2"),
        )
    ),
    "Transaction": st.just(
        Transaction(
            le=AU,
            creancier=CREANCIER,
            debiteur=CONSOMMATEUR,
            objet="la qualité",
            demande="100.00",
            position="rien n'est dû",
            montant="80.00",
            payer_le=date(2026, 10, 1),
            renonciation="à agir",
            delai=8,
        )
    ),
    "Condition": st.sampled_from([Condition.lire("montant >= 100"), Condition.lire("risque = signale")]),
    "Etape": strategies.scenarios().map(lambda s: s.etapes[-1]),
    "Hypotheses": st.just(
        Hypotheses(
            chances={"injonction_de_payer": 60},
            jours={"injonction_de_payer": 90},
            couts={"conciliation": (Montant(0), Montant(50))},
        )
    ),
    "Poids": st.just(Poids(montant=10)),
    "Calendrier": st.just(recouvrement.Calendrier("reunion", (date(2026, 12, 24),))),
    "Bareme": st.just(_bareme),
    "Droit": st.sampled_from([pour("fr"), pour("fr").avec(_bareme)]),
    "Rejet": st.just(recouvrement.Rejet(le=AU, paiement="P-1")),
}
EVENEMENTS = creance()


def de(nom):
    """Une stratégie pour chaque genre de fait."""
    genre = FAITS[nom]
    if nom in AUTRES:
        return AUTRES[nom]
    if genre in strategies._CHAMPS:
        champs = {n: (s(EVENEMENTS, AU) if callable(s) else s) for n, s in strategies._CHAMPS[genre].items()}
        return st.builds(genre, **({"le": st.just(AU)} if "du" not in champs else {}), **champs)
    publique = {
        "Montant": strategies.montants() | strategies.montants(devise="JPY"),
        "Taux": strategies.taux(),
        "TauxIndexe": strategies.taux_indexes(),
        "Delai": strategies.delais(),
        "Terme": strategies.termes(),
        "ConditionsPaiement": strategies.conditions(),
        "Adresse": strategies.adresses(),
        "Creancier": strategies.creanciers(),
        "Debiteur": strategies.debiteurs(),
        "Mandataire": strategies.mandataires(),
        "Creance": strategies.creances(),
        "Dossier": strategies.dossiers(mandataire=st.none() | strategies.mandataires()),
        "Conventions": strategies.conventions(),
        "Scenario": strategies.scenarios(),
        "Politique": strategies.politiques(),
    }
    return publique[nom]


# --- Aller-retour ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nom", FAITS)
def test_aller_retour_de_chaque_genre(nom):
    """I-39, I-55 : la valeur revient égale, de même empreinte, les octets aussi, et le schéma l'admet."""
    du_genre = jsonschema.Draft202012Validator(schema(FAITS[nom]))

    @profil(60 if nom in ("Dossier", "Politique", "Scenario") else 25)
    @given(de(nom))
    def essayer(fait):
        octets = deposer(fait)
        relu = charger(octets, FAITS[nom])
        assert relu == fait == copy.deepcopy(fait) == pickle.loads(pickle.dumps(fait))  # noqa: S301
        assert hash(relu) == hash(fait)
        assert deposer(relu) == octets
        document = json.loads(octets)
        du_genre.validate(document)
        assert _sans_flottant(document)

    essayer()


def _sans_flottant(valeur):
    if isinstance(valeur, dict | list):
        return all(map(_sans_flottant, valeur.values() if isinstance(valeur, dict) else valeur))
    return not isinstance(valeur, float)


@profil(40)
@given(strategies.dossiers(), st.randoms(use_true_random=False))
def test_l_ordre_des_faits_ne_change_pas_un_octet(dossier, hasard):
    creances, evenements = list(dossier.creances), list(dossier.evenements)
    hasard.shuffle(creances)
    hasard.shuffle(evenements)
    assert deposer(Dossier(creances=creances, evenements=evenements)) == deposer(dossier)


def test_l_ecriture_est_lisible_triee_et_exacte():
    dossier = Dossier(creances=[creance(principal="10453.76")], evenements=[Paiement(le=AU, montant="1.50", creance="F-1")])
    octets = deposer(dossier)
    lu = json.loads(octets)
    assert (lu["recouvrement"], lu["type"]) == (1, "Dossier")
    assert lu["creances"][0]["principal"] == "10453.76 EUR"
    assert lu["evenements"][0] == {
        "affectation": "debiteur",
        "creance": "F-1",
        "le": "2026-09-01",
        "montant": "1.50 EUR",
        "moyen": "virement",
        "reference": "",
        "type": "Paiement",
    }
    assert octets == json.dumps(lu, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert lu["creances"][0]["creancier"]["iban"] == IBAN


@pytest.mark.parametrize(
    ("nombre", "ecrit"),
    [
        ("100", "100"),
        ("1E+2", "100"),
        ("100.00", "100"),
        ("-0", "0"),
        ("0.050", "0.05"),
        ("-12.5", "-12.5"),
        ("1e-30", "1E-30"),
        ("7e50", "7E50"),
        ("1e999999", "1E999999"),
    ],
)
def test_un_nombre_n_a_qu_une_ecriture(nombre, ecrit):
    assert ecrire_decimal(Decimal(nombre)) == ecrit
    assert Decimal(ecrit) == Decimal(nombre)
    condition = Condition("montant", ">=", Decimal(nombre))
    assert charger(deposer(condition)) == condition


@pytest.mark.parametrize("valeur", [object(), 3, "texte", None, {"type": "Dossier"}, date(2026, 1, 1), Dossier])
def test_autre_chose_ne_se_depose_pas(valeur):
    with pytest.raises(DonneeInvalide, match="ne se dépose pas"):
        deposer(valeur)


def test_un_notificateur_et_ses_secrets_ne_se_deposent_pas():
    """I-54."""
    canal = Smtp("localhost", 587, "a@b.fr", lambda: None, identifiant="moi", mot_de_passe="jeton-4f9c2a71e8")
    with pytest.raises(DonneeInvalide, match="ne se dépose pas") as e:
        deposer(canal)
    assert "jeton" not in f"{e.value!r} {e.value}"


def test_un_demi_codet_ne_s_ecrit_ni_ne_se_lit():
    with pytest.raises(DonneeInvalide, match="source"):
        attrs.evolve(Politique().scenario, source="\ud800")
    with pytest.raises(DepotInvalide, match="UTF-16"):
        charger(deposer(Politique().scenario).decode().replace('"source":"', '"source":"\\ud800'))


def test_chaque_type_public_s_echange_ou_se_dit_sans_echange():
    """Les parts d'un résultat ne s'échangent pas seules ; le reste, si."""
    parts = {
        *(
            "ActionProposee",
            "Alerte",
            "BilanCreance",
            "Candidat",
            "Decompte",
            "DelaiDeVoie",
            "Ecarte",
            "Empechement",
            "Imputation",
        ),
        *("LigneAgee", "LigneDecompte", "Piece", "Portefeuille", "Priorite", "Regime", "RegimePrescription", "Regle", "Reserve"),
        *("Segment", "Simulation", "Source", "ValeurDatee", "VersementSuivi"),
    }
    publics = {
        n
        for n in recouvrement.__all__
        if attrs.has(getattr(recouvrement, n, object)) and isinstance(getattr(recouvrement, n), type)
    }
    assert publics - set(FAITS) - set(RESULTATS) <= parts
    assert set(FAITS).isdisjoint(RESULTATS)


# --- Fautes ----------------------------------------------------------------------------------------------------------


def _fausse(changer, fait=None):
    document = json.loads(deposer(fait or Dossier(creances=[creance()], evenements=[Paiement(le=AU, montant="1.00")])))
    changer(document)
    with pytest.raises(DepotInvalide) as e:
        charger(json.dumps(document))
    return e.value


def test_toutes_les_fautes_d_un_coup_avec_leur_chemin():
    def changer(d):
        c = d["creances"][0]
        c["principal"] = 12.5
        c["creancier"] |= {"iban": "FR7630006000011234567890188", "siren": "1", "courriel": "x"}
        c["echeances"] = c.pop("echeance")
        del c["reference"]
        c["debiteur"] |= {"nom": "", "qualite": "client"}
        d["evenements"][0]["type"] = "Payement"
        d["evenements"].append({"type": "Avoir", "le": "2026-02-30", "montant": "-3.00 EUR", "creance": "F-1"})

    vues = {(f.ou, f.champ) for f in _fausse(changer).fautes}
    assert vues == {
        ("creances[0]", "principal"),
        ("creances[0].creancier", "iban"),
        ("creances[0].creancier", "siren"),
        ("creances[0].creancier", "courriel"),
        ("creances[0]", "echeances"),
        ("creances[0]", "reference"),
        ("creances[0].debiteur", "nom"),
        ("creances[0].debiteur", "qualite"),
        ("evenements[0]", "type"),
        ("evenements[1]", "le"),
        ("evenements[1]", "montant"),
    }


def test_l_erreur_se_lit_et_se_corrige():
    e = _fausse(lambda d: d["creances"][0].update(echeances="2026-05-01", nature=3))
    assert str(e).splitlines() == [
        "2 fautes",
        "- creances[0] : nature : un texte est attendu (reçu : « 3 »)",
        "- creances[0] : echeances : champ inconnu. Vouliez-vous dire « echeance » ?",
    ]


def test_une_seule_faute_est_l_erreur_elle_meme():
    e = _fausse(lambda d: d["creances"][0].update(principal="12,50"))
    assert (e.ou, e.champ, e.valeur, len(e.fautes)) == ("creances[0]", "principal", "12,50", 1)
    assert "10453.76 EUR" in e.remede
    copie = pickle.loads(pickle.dumps(e))  # noqa: S301
    assert (str(copie), copie.ou, len(copie.fautes)) == (str(e), e.ou, 1)


def test_ce_que_les_faits_se_doivent_entre_eux_est_controle_aussi():
    assert "inconnue du dossier" in str(_fausse(lambda d: d["evenements"][0].update(creance="F-9")))
    assert "précède l'émission" in str(_fausse(lambda d: d["creances"][0].update(echeance="2020-01-01")))


def test_l_iban_entier_n_est_dans_aucune_erreur():
    faux = IBAN[:-1] + "8"
    for changer in (
        lambda d: d["creances"][0]["creancier"].update(iban=faux),
        lambda d: d["creances"][0]["creancier"].update(iban=[faux]),
        lambda d: d["creances"][0]["creancier"].update(iban={"iban": faux}),
        lambda d: d["creances"][0].update(creancier=faux),
    ):
        e = _fausse(changer)
        assert faux not in f"{e!r} {e} {e.valeur}"


@pytest.mark.parametrize(
    ("octets", "message"),
    [
        (b"", "JSON illisible, ligne 1"),
        (b'{"recouvrement": 1,\n "type": }', "ligne 2"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[]", "un objet est attendu"),
        (b"null", "un objet est attendu"),
        (b"{}", "version absente"),
        (b'{"recouvrement": true}', "version absente"),
        (b'{"recouvrement": "1"}', "version absente"),
        (b'{"recouvrement": 0}', "version absente"),
        (b'{"recouvrement": 2, "type": "Dossier"}', "Mettez la bibliothèque à jour"),
        (b'{"recouvrement": 1}', "genre inconnu"),
        (b'{"recouvrement": 1, "type": ["Dossier"]}', "genre inconnu"),
        (b'{"recouvrement": 1, "type": "Bilan"}', "se recalcule"),
        (b'{"recouvrement": 1, "type": "Montant"}', "valeur"),
        (b'{"recouvrement": 1, "type": "Montant", "valeur": "1.00 EUR", "x": 1}', "valeur"),
        (b'{"recouvrement": 1, "type": "Montant", "valeur": "1.00"}', "un montant est attendu"),
        (b'{"recouvrement": 1, "type": "Montant", "valeur": "1.00 ZZZ"}', "devise"),
        (b'{"recouvrement": 1, "recouvrement": 1}', "clé en double"),
        (b'{"recouvrement": NaN}', "pas du JSON"),
        (b'{"recouvrement": ' + b"9" * 5000 + b"}", "hors de toute mesure"),
        (b'{"recouvrement": 1, "type": "Delai", "jours": 1e400}', "un nombre entier"),
        (b'{"recouvrement": 1, "type": "Delai", "jours": true}', "un nombre entier"),
        (b'{"recouvrement": 1, "type": "Calendrier", "jours_chomes": "2026-01-01"}', "une liste"),
        (b'{"recouvrement": 1, "type": "Calendrier", "jours_chomes": ["20260101"]}', "une date"),
        (b'{"recouvrement": 1, "type": "Droit", "code": "zz"}', "pas d.crit"),
        (b"[" * 200_000, "imbriqu"),
        (b'{"a":' * 200_000, "imbriqu"),
        (b'{"recouvrement": 1, "type": "Dossier", "creances": ' + b"[" * 900 + b"]" * 900 + b"}", "un objet est attendu"),
    ],
    ids=lambda v: v[:40] if isinstance(v, bytes) else "",
)
def test_refus(octets, message):
    with pytest.raises(DepotInvalide, match=message):
        charger(octets)


def test_trop_gros_est_refuse_avant_d_etre_lu(monkeypatch):
    monkeypatch.setattr(depot, "TAILLE_MAX", 100)
    with pytest.raises(DepotInvalide, match="Mio"):
        charger(b" " * 101)


def test_le_genre_attendu_est_exige():
    with pytest.raises(DepotInvalide, match="Dossier est attendu"):
        charger(deposer(creance()), Dossier)
    assert charger(deposer(creance()).decode(), Creance) == creance()


json_quelconque = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["2026-01-01", "1.00 EUR"]),
    lambda f: st.lists(f, max_size=3) | st.dictionaries(st.text(max_size=6), f, max_size=3),
    max_leaves=8,
)
_GROS = Dossier(
    creances=[
        creance(
            conditions=ConditionsPaiement(taux_penalites=TauxIndexe.lire("BCE + 10"), clause_penale=Montant("5.00")),
            executee_le=date(2026, 3, 1),
        )
    ],
    evenements=[_engagement, Paiement(le=AU, montant="1.00"), recouvrement.MiseEnDemeure(le=AU, creances=("F-1",))],
)


def _places(document, ici=()):
    yield ici
    for cle, v in document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ():
        yield from _places(v, (*ici, cle))


@profil(400)
@given(st.data(), json_quelconque)
def test_ce_que_le_schema_refuse_charger_le_refuse_et_rien_d_autre_ne_sort(data, valeur):
    """Une place quelconque d'un dépôt sain, changée pour n'importe quoi, ou ôtée."""
    document = json.loads(deposer(_GROS))
    places = [p for p in _places(document) if p]
    *chemin, dernier = data.draw(st.sampled_from(places))
    objet = document
    for cle in chemin:
        objet = objet[cle]
    if data.draw(st.booleans()):
        objet[dernier] = valeur
    else:
        del objet[dernier]
    try:
        relu = charger(json.dumps(document))
    except DonneeInvalide:
        return
    TOUT.validate(document)
    assert charger(deposer(relu)) == relu


@profil(200)
@given(st.binary(max_size=60) | json_quelconque.map(lambda v: json.dumps(v).encode()))
def test_des_octets_quelconques_ne_font_rien_sortir_d_autre(octets):
    with pytest.raises(DepotInvalide):
        charger(octets)


# --- Schéma ----------------------------------------------------------------------------------------------------------


def _publier():
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def test_le_schema_publie_est_celui_du_code():
    if os.environ.get("RAFRAICHIR"):
        PUBLIE.write_text(_publier(), encoding="utf-8")
    assert PUBLIE.read_text(encoding="utf-8") == _publier(), "relancez avec RAFRAICHIR=1"


def test_le_schema_est_lui_meme_valable_et_entier():
    jsonschema.Draft202012Validator.check_schema(schema())
    for nom in (*FAITS, *RESULTATS):
        jsonschema.Draft202012Validator.check_schema(schema({**FAITS, **RESULTATS}[nom]))
        assert f"Depot{nom}" in schema()["$defs"]


def test_le_schema_dit_les_choix_les_defauts_et_le_sens():
    lu = schema(Creance)
    assert lu["additionalProperties"] is False
    assert {"recouvrement", "type", "reference", "principal", "emise_le", "creancier", "debiteur"} == set(lu["required"])
    assert "montant d'origine" in lu["properties"]["principal"]["description"]
    assert "cheque" not in lu["properties"]["nature"].get("enum", ())
    assert lu["properties"]["nature"]["default"] == "facture"
    assert "mediation" in schema(recouvrement.Suspension)["properties"]["cause"]["enum"]
    assert schema(Debiteur)["properties"]["qualite"]["enum"][0] == "commercant"


def test_le_schema_d_autre_chose_est_refuse():
    with pytest.raises(DonneeInvalide, match="ne se dépose pas"):
        schema(int)


# --- Résultats -------------------------------------------------------------------------------------------------------


@profil(40)
@given(strategies.dossiers(), strategies.dates())
def test_un_bilan_se_depose_selon_son_schema(dossier, au):
    bilan = Politique().examiner(dossier, au=au)
    document = json.loads(deposer(bilan))
    jsonschema.Draft202012Validator(schema(recouvrement.Bilan)).validate(document)
    assert _sans_flottant(document)
    assert set(document) == set(schema(recouvrement.Bilan)["properties"])


def test_un_bilan_se_recalcule_de_ses_faits_relus():
    dossier, politique = _GROS, Politique()
    relu = charger(deposer(politique)).examiner(charger(deposer(dossier)), au=AU)
    assert deposer(relu) == deposer(politique.examiner(dossier, au=AU))


@pytest.mark.parametrize("ote", ["total", "creances", "au", "reserves"])
def test_le_schema_d_un_bilan_exige_ses_champs(ote):
    document = json.loads(deposer(Politique().examiner(_GROS, au=AU)))
    valide = jsonschema.Draft202012Validator(schema(recouvrement.Bilan))
    valide.validate(document)
    del document[ote]
    assert not valide.is_valid(document)


def test_les_autres_resultats_se_deposent():
    bilan = Politique().examiner(_GROS, au=AU)
    for resultat in (bilan.total, bilan.prescription, Politique().calendrier(_GROS, au=AU), *Politique().voies(_GROS, au=AU)[:2]):
        document = json.loads(deposer(resultat))
        assert document["type"] == type(resultat).__name__
        assert _sans_flottant(document)
        TOUT.validate(document)


# --- Versions --------------------------------------------------------------------------------------------------------


def _figer(nom):
    """Un dépôt de ce genre, riche et toujours le même."""
    if nom == "Dossier":
        return deposer(_GROS)
    return deposer(_exemple(nom))


def _exemple(nom):
    vus = []

    @profil(30)
    @given(de(nom))
    def voir(fait):
        vus.append(fait)

    voir()
    return max(vus, key=lambda fait: (len(deposer(fait)), deposer(fait)))


def _figes():
    return sorted(DEPOTS.glob("v*/*.json"))


@pytest.mark.parametrize("fichier", _figes(), ids=lambda f: f"{f.parent.name}-{f.stem}")
def test_un_vieux_depot_se_relit_pour_toujours(fichier):
    octets = fichier.read_bytes().rstrip(b"\n")
    fait = charger(octets, FAITS[fichier.stem])
    if fichier.parent.name == f"v{VERSION}":
        assert deposer(fait) == octets, "l'écriture a changé : montez VERSION et ajoutez une mise à niveau"
    assert charger(deposer(fait)) == fait


def test_chaque_genre_a_son_depot_fige():
    if os.environ.get("RAFRAICHIR"):
        for nom in FAITS:
            (DEPOTS / f"v{VERSION}" / f"{nom}.json").write_bytes(_figer(nom) + b"\n")
    assert {f.stem for f in _figes() if f.parent.name == f"v{VERSION}"} == set(FAITS)


def test_une_mise_a_niveau_se_fait_de_version_en_version(monkeypatch):
    vieux = json.loads(deposer(creance()))
    vieux["ref"] = vieux.pop("reference")

    def de_1_a_2(document):
        return {("numero" if cle == "ref" else cle): v for cle, v in document.items()}

    def de_2_a_3(document):
        return {("reference" if cle == "numero" else cle): v for cle, v in document.items()}

    monkeypatch.setattr(depot, "VERSION", 3)
    monkeypatch.setattr(depot, "MISES_A_NIVEAU", {1: de_1_a_2, 2: de_2_a_3})
    assert charger(json.dumps(vieux)) == creance()
    assert json.loads(deposer(creance()))["recouvrement"] == 3


def test_a_chaque_version_passee_sa_mise_a_niveau():
    assert set(depot.MISES_A_NIVEAU) == set(range(1, VERSION))


# --- Le reste --------------------------------------------------------------------------------------------------------


def test_huit_fils_lisent_et_ecrivent_pareil():
    octets = deposer(_GROS)
    with ThreadPoolExecutor(8) as fils:
        assert set(fils.map(lambda _: deposer(charger(octets)), range(64))) == {octets}


def test_la_valeur_deposee_n_est_pas_changee():
    avant = copy.deepcopy(_GROS)
    deposer(_GROS)
    assert avant == _GROS


def test_sans_cattrs_l_erreur_dit_quoi_installer():
    code = "import sys; sys.modules['cattrs'] = None\nimport recouvrement.serialisation"
    rendu = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "recouvrement[json]"' in rendu.stderr
