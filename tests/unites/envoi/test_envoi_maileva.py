"""Le recommandé en ligne, contre un faux serveur bâti sur le contrat publié. Jamais contre le service."""

import copy
import json
import pickle
import re
import traceback
from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from faux_maileva import CLIENT, OPERATIONS, SECRET, FauxMaileva, contrat
from hypothesis import given, settings
from hypothesis import strategies as st

from recouvrement.envoi._maileva_suivi import ISSUES, NUMERISES, PRESENTATIONS, RETARDS
from recouvrement.envoi.maileva import LARGEUR, Maileva, cle_d_idempotence, lignes_d_adresse
from recouvrement.erreurs import DonneeInvalide, EnvoiImpossible, RecouvrementError
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.personnes import Adresse, Creancier, Qualite
from recouvrement.ports import Destinataire, Document, Pli

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ADRESSE = Adresse(voie="12 rue des Écoles", code_postal="69001", commune="Lyon")
MOI = Creancier(nom="Exemple SARL", qualite=Qualite.COMMERCANT, adresse=ADRESSE, courriel="compta@exemple.fr")
PDF = Document("Mise-en-demeure_F-1.pdf", "application/pdf", b"%PDF-1.7 lettre")
TEXTE = Document("l.txt", "text/plain; charset=utf-8", b"Bonjour")


def pli(documents=(TEXTE, PDF), adresse=ADRESSE, cles=("moi/F-1/mise_en_demeure/1",), nom="Client SA"):
    return Pli(
        cles=cles,
        destinataire=Destinataire(nom=nom, adresse=adresse),
        objet="Mise en demeure",
        documents=documents,
        debiteur="id:C1",
        acte=MiseEnDemeure(le=date(2026, 11, 21)),
    )


def canal(faux, **options):
    options = {"environnement": "bac_a_sable"} | options
    return Maileva(CLIENT, SECRET, MOI, lambda: INSTANT, transport=faux, **options)


@pytest.fixture
def faux():
    return FauxMaileva()


def test_un_recommande(faux):
    accuse = canal(faux).remettre(pli())
    (numero,) = faux.soumis
    assert (accuse.issue, accuse.numero, accuse.le) == ("pris", numero, INSTANT)
    envoi = faux.envois[numero]
    assert envoi["custom_id"] == cle_d_idempotence(pli())
    assert envoi["custom_data"] == pli().empreinte
    assert envoi["acknowledgement_of_receipt"] is True
    assert (envoi["sender_address_line_1"], envoi["sender_address_line_6"]) == ("Exemple SARL", "69001 Lyon")
    assert faux.documents[numero] == [(1, PDF.nom, PDF.octets)]  # le texte est la forme du courriel : il ne s'imprime pas
    (lui,) = faux.pieces[numero]["recipients"]
    assert {k: v for k, v in lui.items() if "line" in k or k == "country_code"} == {
        "address_line_1": "Client SA",
        "address_line_4": "12 rue des Écoles",
        "address_line_6": "69001 Lyon",
        "country_code": "FR",
    }
    assert faux.appels[-1].endswith("/submit")


def test_plusieurs_documents_dans_l_ordre(faux):
    facture = Document("é F/1\r\n.pdf", "application/pdf", b"%PDF-1.4\r\n--recouvrement-" + b"\x00\xff")
    canal(faux).remettre(pli(documents=(PDF, facture)))
    assert faux.documents[faux.soumis[0]] == [(1, PDF.nom, PDF.octets), (2, "-F-1-.pdf", facture.octets)]


def test_identification_par_utilisateur(faux):
    assert canal(faux, utilisateur="moi", mot_de_passe="p&=é").remettre(pli()).issue == "pris"


AVANT = ["POST token", "GET /sendings", "POST /sendings", "POST /documents", "POST /recipients"]


@pytest.mark.parametrize("appel", AVANT)
@pytest.mark.parametrize("faute", ["refusee", "delai", "coupee", "500", "503", "429", "401", "illisible"])
def test_une_panne_avant_la_soumission_ne_fait_rien_partir(faux, appel, faute):
    """Rien n'est parti, et la tentative suivante réussit : une seule lettre, aucun brouillon oublié."""
    if (appel, faute) == ("POST /documents", "illisible"):
        pytest.skip("la réponse à un document n'est pas lue : son code suffit")
    premier = canal(faux.fauter(appel, faute)).remettre(pli())
    assert premier.issue == "a_retenter"
    assert not faux.soumis
    assert canal(faux).remettre(pli()).issue == "pris"
    assert len(faux.soumis) == 1
    assert [e["status"] for e in faux.envois.values()] == ["PENDING"]


@pytest.mark.parametrize("appel", ["POST /sendings", "POST /documents", "POST /recipients"])
def test_un_refus_du_contenu_est_definitif_et_dit_pourquoi(faux, appel):
    accuse = canal(faux.fauter(appel, "400")).remettre(pli())
    assert accuse.issue == "refuse"
    assert "NAME_TOO_LONG Le nom est trop long" in accuse.detail
    assert not faux.soumis
    assert not faux.envois  # le brouillon ne reste pas


@pytest.mark.parametrize(
    ("soumission", "relecture", "effacement", "issue", "parties"),
    [
        ("coupee", "rien", "rien", "pris", 1),  # fait, réponse perdue, relu
        ("delai", "rien", "rien", "a_retenter", 0),  # pas fait, relu brouillon, effacé
        ("500", "rien", "rien", "a_retenter", 0),
        ("400", "rien", "rien", "refuse", 0),
        ("refusee", "rien", "rien", "a_retenter", 0),  # jamais connecté : rien à relire
        ("coupee", "delai", "rien", "inconnu", 1),
        ("coupee", "500", "rien", "inconnu", 1),
        ("coupee", "illisible", "rien", "inconnu", 1),
        ("delai", "404", "rien", "inconnu", 0),
        ("delai", "rien", "delai", "inconnu", 0),  # brouillon qu'on n'a pas pu effacer : la demande court peut-être encore
        ("delai", "rien", "500", "inconnu", 0),
    ],
)
def test_une_soumission_sans_reponse_est_elucidee_ou_inconnue(faux, soumission, relecture, effacement, issue, parties):
    faux.fauter("POST /submit", soumission).fauter("GET /sendings/[^/]+", relecture).fauter("DELETE /sendings/[^/]+", effacement)
    accuse = canal(faux).remettre(pli())
    assert accuse.issue == issue
    assert len(faux.soumis) == parties
    assert sum(a.endswith("/submit") for a in faux.appels) == 1  # jamais reprise d'elle-même
    if issue == "inconnu":
        assert "peut-être partie" in accuse.detail
        assert accuse.numero


def test_une_soumission_rejetee_est_un_refus(faux):
    def rejeter(numero, envoi, recu):
        envoi["status"] = "REJECTED"
        return 400, {"errors": [{"code": "CORRUPTED_DOCUMENT", "message": "corrompu"}]}

    faux._post_submit = rejeter
    accuse = canal(faux).remettre(pli())
    assert accuse.issue == "refuse"
    assert "CORRUPTED_DOCUMENT" in accuse.detail


def test_deja_soumis_n_est_pas_renvoye(faux):
    """Réponse et relecture perdues, puis un humain se trompe (« pas parti ») : la lettre est retrouvée, pas refaite."""
    faux.fauter("POST /submit", "coupee").fauter("GET /sendings/[^/]+", "delai")
    assert canal(faux).remettre(pli()).issue == "inconnu"
    (numero,) = faux.soumis
    second = canal(faux).remettre(pli())
    assert (second.issue, second.numero) == ("pris", numero)
    assert "rien n'est renvoyé" in second.detail
    assert faux.soumis == [numero]


def test_memes_cles_autre_contenu_est_a_trancher(faux):
    canal(faux).remettre(pli())
    change = canal(faux).remettre(pli(documents=(evolve(PDF, octets=b"%PDF-1.7 autre montant"),)))
    assert change.issue == "inconnu"
    assert "autre contenu" in change.detail
    assert len(faux.soumis) == 1


def test_un_envoi_rejete_peut_etre_refait(faux):
    canal(faux).remettre(pli())
    faux.envois[faux.soumis[0]]["status"] = "REJECTED"
    assert canal(faux).remettre(pli()).issue == "pris"
    assert len(faux.soumis) == 2


def test_un_brouillon_qui_ne_s_efface_pas_arrete_la_tentative(faux):
    canal(faux.fauter("POST /submit", "500").fauter("DELETE /sendings/[^/]+", "500")).remettre(pli())
    accuse = canal(faux.fauter("DELETE /sendings/[^/]+", "400")).remettre(pli())
    assert accuse.issue == "a_retenter"
    assert len(faux.envois) == 1


def test_toutes_les_pages_sont_lues():
    faux = FauxMaileva(page=3)
    canal(faux).remettre(pli())
    for n in range(20):
        faux.envois[f"autre-{n}"] = {"id": f"autre-{n}", "status": "PROCESSED", "custom_id": "x"}
    faux.envois = dict(reversed(faux.envois.items()))
    assert "déjà soumis" in canal(faux).remettre(pli()).detail


def test_la_cle_ne_depend_ni_du_contenu_ni_de_l_ordre():
    a, b = "m/A/s/1", "m/B/s/1"
    assert cle_d_idempotence(pli(cles=(a, b))) == cle_d_idempotence(pli(cles=(b, a), documents=()))
    assert cle_d_idempotence(pli(cles=(a, b))) != cle_d_idempotence(pli(cles=(a,)))
    assert re.fullmatch(r"[0-9a-f]{38}", cle_d_idempotence(pli()))


def test_le_jalon_precede_la_soumission_et_l_arrete_s_il_echoue(faux):
    vus = []
    canal(faux).remettre_en_deux_temps(pli(), lambda: vus.append(list(faux.appels)))
    assert not any("submit" in a for a in vus[0])

    def plein():
        raise EnvoiImpossible("disque plein")

    with pytest.raises(EnvoiImpossible):
        canal(faux).remettre_en_deux_temps(pli(cles=("autre",)), plein)
    assert len(faux.soumis) == 1


@pytest.mark.parametrize(
    ("mauvais", "mot"),
    [
        (pli(documents=(TEXTE,)), "PDF"),
        (pli(documents=()), "PDF"),
        (pli(documents=(PDF, Document("a.png", "image/png", b"x"))), "a.png"),
        (pli(documents=(evolve(PDF, octets=b"MZ"),)), "n'est pas un PDF"),
        (pli(documents=(PDF,) * 31), "allégez"),
        (pli(documents=(evolve(PDF, octets=b"%PDF-" + bytes(20_000_000)),)), "allégez"),
        (pli(adresse=None), "adresse"),
        (pli(adresse=evolve(ADRESSE, pays="BE")), "dessert"),
        (pli(adresse=evolve(ADRESSE, code_postal="6900")), "cinq chiffres"),
        (pli(adresse=evolve(ADRESSE, complements=("a", "b", "c"))), "compléments"),
        (pli(nom="N" * (LARGEUR + 1)), "38"),
    ],
)
def test_ce_qui_ne_peut_pas_partir_ne_touche_pas_le_reseau(faux, mauvais, mot):
    with pytest.raises(EnvoiImpossible, match=mot):
        canal(faux).remettre(mauvais)
    assert not faux.appels


def test_les_six_lignes():
    adresse = Adresse(
        voie="12  rue A", code_postal="75 001", commune="Paris", complements=("Appartement 3", "BP 12", "Bâtiment B")
    )
    assert lignes_d_adresse("Client", adresse) == {
        "address_line_1": "Client",
        "address_line_2": "Appartement 3",
        "address_line_3": "Bâtiment B",
        "address_line_4": "12 rue A",
        "address_line_5": "BP 12",
        "address_line_6": "75001 Paris",
        "country_code": "FR",
    }
    assert (
        lignes_d_adresse("C", evolve(adresse, code_postal="AD500", pays="AD", complements=()))["address_line_6"] == "AD500 Paris"
    )


@pytest.mark.parametrize(
    "options",
    [
        {"environnement": "recette"},
        {"archivage": 5},
        {"utilisateur": "moi"},
        {"mot_de_passe": SECRET},
        {"suivi": "pas une adresse"},
    ],
)
def test_reglages_refuses(options):
    with pytest.raises(DonneeInvalide) as refus:
        canal(None, **options)
    assert SECRET not in str(refus.value)
    for client, secret, moi in (("", SECRET, MOI), (CLIENT, "", MOI), (CLIENT, SECRET, evolve(MOI, adresse=None)),
                                (CLIENT, SECRET, evolve(MOI, courriel=None))):  # fmt: skip
        with pytest.raises(DonneeInvalide):
            Maileva(client, secret, moi, lambda: INSTANT, environnement="production")


def test_les_secrets_ne_se_voient_nulle_part(faux, caplog, capsys):
    maileva = canal(faux, utilisateur="moi", mot_de_passe=SECRET + "2")
    vus = [repr(maileva), str(maileva), repr([getattr(maileva, nom) for nom in Maileva.__slots__])]
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError) as refus:
            copier(maileva)
        vus.append(str(refus.value))
    with pytest.raises(TypeError):
        json.dumps(maileva)
    fautes = [("POST token", f) for f in ("refusee", "401", "illisible")] + [("GET /sendings", "500"), ("POST /submit", "coupee")]
    for appel, faute in fautes:
        vus.append(repr(maileva.remettre(pli(cles=(appel + faute,)))) if faux.fauter(appel, faute) else "")
        with pytest.raises(RecouvrementError) as panne:
            list(maileva.avis("absent"))
        vus += traceback.TracebackException.from_exception(panne.value, capture_locals=True).format()
    autre = Maileva(CLIENT, "faux-" + SECRET, MOI, lambda: INSTANT, environnement="bac_a_sable", transport=faux)
    vus.append(repr(autre.remettre(pli())))
    vus += [caplog.text, *capsys.readouterr()]
    assert not [v for v in vus if SECRET in v or faux.jeton in v]


@pytest.mark.parametrize("reponse", [b"[]", b"{}", b"{", b'{"sendings": 1}', b'{"sendings": [1]}', b'{"sendings": [{"id": "../x"}]}',
                                     b"\xff", b"[" * 100_000])  # fmt: skip
def test_une_reponse_hors_du_contrat_ne_fait_rien_partir(faux, reponse):
    def transport(methode, url, entetes, corps):
        return (200, {}, reponse) if "/sendings?" in url else faux(methode, url, entetes, corps)

    assert canal(transport).remettre(pli()).issue == "a_retenter"
    assert canal(lambda *_: (200, {}, reponse)).remettre(pli()).issue == "a_retenter"
    assert not faux.soumis


@settings(deadline=None)
@given(st.lists(st.sampled_from(["rien", "rien", "refusee", "delai", "coupee", "400", "404", "500", "illisible"]), max_size=40))
def test_quelles_que_soient_les_fautes_une_lettre_au_plus_et_rien_de_faux(fautes):
    """Des tentatives à la suite, comme si un humain disait chaque fois « pas partie » : jamais deux lettres, jamais un faux « rien »."""
    faux = FauxMaileva().fauter("* ", *fautes)
    for _ in range(len(fautes) + 1):
        avant = len(faux.soumis)
        accuse = canal(faux).remettre(pli())
        assert len(faux.soumis) <= 1
        if accuse.issue in ("a_retenter", "refuse"):
            assert len(faux.soumis) == avant
        if accuse.issue == "pris":
            assert faux.soumis == [accuse.numero]
            return
    raise AssertionError("sans faute, la lettre part")


# ---- le suivi


def soumettre(faux, adresse=ADRESSE):
    return canal(faux).remettre(pli(adresse=adresse)).numero


def suivi(faux, numero):
    return [(a.nature, a.le.isoformat(), len(a.preuves)) for a in canal(faux).avis(numero)]


def test_rien_a_dire_avant_le_depot(faux):
    assert suivi(faux, soumettre(faux)) == []


def test_depot_presentation_remise_et_avis_de_reception(faux):
    numero = soumettre(faux)
    faux.suivre(
        numero,
        ("A01", "2026-11-23T18:00:00.000Z"),
        ("P02", "2026-11-25T10:00:00.000Z"),
        ("P01", "2026-11-24T23:30:00.000Z"),  # le 25 à Paris
        ("D01", "2026-11-27T09:00:00.000Z"),
        ("N01", "2026-12-02T09:00:00.000Z"),
        depot="2026-11-23T16:00:00.000Z",
        registered_number="1E00232062142",
        acknowledgement_of_receipt_url="/x",
    )
    assert suivi(faux, numero) == [
        ("presente", "2026-11-25", 0),
        ("distribue", "2026-11-27", 0),
        ("depose", "2026-11-23", 1),
        ("distribue", "2026-12-02", 1),
    ]
    *_, depose, recu = canal(faux).avis(numero)
    assert (depose.numero, depose.preuves[0].nom, depose.detail) == (numero, "preuve-de-depot.zip", "recommandé 1E00232062142")
    assert recu.preuves[0].type_mime == "application/pdf"
    assert recu.detail == "N01 libellé N01, jour de la numérisation, recommandé 1E00232062142"
    assert faux.soumis == [numero]  # lire ne fait rien partir


@pytest.mark.parametrize(
    ("statuts", "nature"),
    [
        (("P05",), "refuse_par_lui"),
        (("P03", "D01"), "non_reclame"),  # rendu à l'expéditeur : ce « distribué » n'est pas pour lui
        (("A26", "N02", "P03"), "non_reclame"),  # la cause précise l'emporte sur la vague
        (("A23",), "non_distribuable"),
        (("N07",), "non_distribuable"),
        (("N03",), "non_reclame"),
        (("A05",), "retarde"),
        (("D01",), "distribue"),
    ],
)
def test_la_nature_de_chaque_issue(faux, statuts, nature):
    numero = soumettre(faux)
    faux.suivre(numero, *((s, "2026-11-27T09:00:00.000Z") for s in statuts))
    assert suivi(faux, numero) == [(nature, "2026-11-27", 0)]


def test_un_pli_numerise_sans_cause_garde_celle_de_la_poste(faux):
    numero = soumettre(faux)
    faux.suivre(numero, ("P03", "2026-12-10T09:00:00Z"), ("N02", "2026-12-15T09:00:00Z"), acknowledgement_of_receipt_url="/x")
    assert suivi(faux, numero) == [("non_reclame", "2026-12-10", 0), ("non_reclame", "2026-12-15", 1)]


@pytest.mark.parametrize(
    ("code", "pays", "jour"),
    [
        ("75001", "FR", "2026-11-25"),
        ("97200", "MQ", "2026-11-24"),
        ("97200", "FR", "2026-11-24"),
        ("97400", "RE", "2026-11-25"),
        ("98000", "MC", "2026-11-25"),
    ],
)
def test_le_jour_est_celui_du_destinataire(faux, code, pays, jour):
    numero = soumettre(faux, evolve(ADRESSE, code_postal=code, pays=pays))
    faux.suivre(numero, ("P01", "2026-11-24T23:30:00.000Z"))
    assert suivi(faux, numero) == [("presente", jour, 0)]


def test_rejete_apres_soumission(faux):
    numero = soumettre(faux)
    faux.envois[numero] |= {"status": "PROCESSED_WITH_ERRORS", "status_detail": "adresse inconnue"}
    (avis,) = canal(faux).avis(numero)
    assert (avis.nature, avis.le) == ("non_distribuable", date(2026, 11, 21))
    assert "jamais parti : adresse inconnue" in avis.detail


def test_un_telechargement_qui_echoue_ne_perd_pas_les_faits(faux):
    numero = soumettre(faux)
    faux.suivre(numero, ("P01", "2026-11-24T10:00:00Z"), depot="2026-11-23T10:00:00Z")
    faux.fauter("GET download_deposit_proof", "500")
    avis = canal(faux).avis(numero)
    assert next(avis).nature == "presente"
    with pytest.raises(RecouvrementError, match="500"):
        next(avis)


@pytest.mark.parametrize("numero", ["", "../sendings", "a b", "x" * 41])
def test_un_numero_d_ailleurs_est_refuse(faux, numero):
    with pytest.raises(DonneeInvalide):
        list(canal(faux).avis(numero))
    assert not faux.appels


@pytest.mark.parametrize("instant", ["hier", "", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-23:00"])
def test_une_date_illisible_est_une_erreur_nommee(faux, instant):
    numero = soumettre(faux)
    faux.suivre(numero, ("P01", "2026-11-24T10:00:00Z"))
    faux.pieces[numero]["delivery_statuses"][0]["date"] = instant
    with pytest.raises(RecouvrementError, match="date illisible"):
        list(canal(faux).avis(numero))


def test_une_piece_d_un_autre_genre_n_est_pas_une_preuve(faux):
    numero = soumettre(faux)
    faux.suivre(numero, depot="2026-11-23T10:00:00Z")
    faux._get_download_deposit_proof = lambda *_: (200, b"<html>")
    with pytest.raises(RecouvrementError, match="ni PDF ni zip"):
        list(canal(faux).avis(numero))


@pytest.mark.skipif(contrat() is None, reason="le contrat d'origine n'est pas sur cette machine")
def test_le_faux_suit_le_contrat():
    """La table réduite dit la même chose que le contrat : chemins, codes, et tous les statuts de distribution."""
    lu, _ = contrat()
    for (methode, chemin), (_, codes) in OPERATIONS.items():
        assert {int(code) for code in lu["paths"][chemin][methode.lower()]["responses"]} == codes
    statuts = lu["components"]["schemas"]["delivery_statuses_response"]["properties"]["delivery_statuses"]["description"]
    connus = {*ISSUES, *NUMERISES, *PRESENTATIONS, *RETARDS}
    tous = set(re.findall(r"<td>([APDN]\d\d)</td>", statuts))
    assert connus <= tous
    assert tous - connus == {"A01", "A03", "A04", "A06", "A07", "A08", "A09", "A10", "A20", "N09"}  # acheminement seul
