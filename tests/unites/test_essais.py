"""Nos prises passent les suites de conformité ; une prise fautive y échoue, sur le bon essai."""

import html
import io
import itertools
import re
import socket
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from attrs import evolve

from fabrique import CREANCIER
from recouvrement import Qualite
from recouvrement.envoi import Memoire, Repertoire, Smtp
from recouvrement.envoi.sms import Sms
from recouvrement.erreurs import EnvoiImpossible
from recouvrement.essais import (
    ConformiteLecteur,
    ConformiteNotificateur,
    ConformiteRegistre,
    ConformiteRendu,
    HorlogeFigee,
    courriers_d_essai,
    pli_d_essai,
)
from recouvrement.lecture import LecteurCAMT, LecteurCsv, LecteurFacture, LecteurFEC
from recouvrement.ports import Accuse, Avis, Lecture
from recouvrement.registre import RegistreMemoire, RegistreSqlite
from recouvrement.rendu import RenduHtml, RenduPdf, RenduTexte

RACINE = Path(__file__).parents[2]
INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

# --- Les nôtres ------------------------------------------------------------------------------------------------------


class TestRenduTexte(ConformiteRendu):
    def moteur(self):
        return RenduTexte()


class TestRenduHtml(ConformiteRendu):
    def moteur(self):
        return RenduHtml()

    def texte(self, document):
        corps = re.sub(r"(?s)<style.*?</style>|<title>.*?</title>", "", document.octets.decode())
        return html.unescape(re.sub(r"<[^>]*>", "", corps))


@pytest.mark.pdf
class TestRenduPdf(ConformiteRendu):
    def moteur(self):
        pytest.importorskip("typst")
        return RenduPdf()

    def texte(self, document):
        pypdf = pytest.importorskip("pypdf")
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(document.octets)).pages)


class TestRenduDocx(ConformiteRendu):
    def moteur(self):
        pytest.importorskip("docx")
        from recouvrement.rendu.docx import RenduDocx

        return RenduDocx()

    def texte(self, document):
        """Tout le texte, parties d'en-tête et de pied comprises."""
        with zipfile.ZipFile(io.BytesIO(document.octets)) as zip_:
            parties = [
                zip_.read(n).decode() for n in zip_.namelist() if re.fullmatch(r"word/(document|header\d*|footer\d*)\.xml", n)
            ]
        return html.unescape(" ".join(re.sub(r"<[^>]*>", "", p) for p in parties))


class TestMemoire(ConformiteNotificateur):
    def setup_method(self):
        self.faits = []

    def notificateur(self):
        self.faits.append(Memoire(HorlogeFigee()))
        return self.faits[-1]

    def notificateur_en_panne(self):
        return Coupe()

    def pris(self):
        return sum(len(m.plis) for m in self.faits)


class Coupe:
    def remettre(self, pli):
        raise EnvoiImpossible("canal coupé")


class TestRepertoire(ConformiteNotificateur):
    @pytest.fixture(autouse=True)
    def _dossier(self, tmp_path):
        self.dossier = tmp_path

    def notificateur(self):
        return Repertoire(self.dossier / "sortie", HorlogeFigee())

    def notificateur_en_panne(self):
        return Repertoire(self.dossier / "absent" / "sortie", HorlogeFigee())

    def pris(self):
        return len(list((self.dossier / "sortie").glob("*"))) if (self.dossier / "sortie").exists() else 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore:Requiring AUTH:UserWarning")
class TestSmtp(ConformiteNotificateur):
    @pytest.fixture(autouse=True)
    def _serveur(self):
        self.messages = []
        with socket.socket() as prise:
            prise.bind(("127.0.0.1", 0))
            self.port = prise.getsockname()[1]
        controleur = Controller(self, hostname="127.0.0.1", port=self.port)
        controleur.start()
        yield
        controleur.stop()

    async def handle_DATA(self, serveur, session, enveloppe):
        if b"=?utf-8?q?refus" in enveloppe.content:
            return "554 refus"
        self.messages.append(enveloppe.content)
        return "250 pris"

    def notificateur(self):
        return Smtp("127.0.0.1", self.port, "compta@exemple.fr", HorlogeFigee(), securite="aucune", delai=5)

    def notificateur_en_panne(self):
        return Smtp("127.0.0.1", 9, "compta@exemple.fr", HorlogeFigee(), securite="aucune", delai=1)

    def pris(self):
        return len(self.messages)


class TestSms(ConformiteNotificateur):
    """À une heure où l'on écrit."""

    def setup_method(self):
        self.partis = []

    def _sms(self, passerelle):
        return Sms(passerelle, HorlogeFigee(datetime(2026, 11, 23, 10, 0, tzinfo=UTC)))

    def notificateur(self):
        return self._sms(lambda numero, texte, reference: self.partis.append(texte) or f"op-{len(self.partis)}")

    def notificateur_en_panne(self):
        def passerelle(numero, texte, reference):
            raise EnvoiImpossible("passerelle fermée")

        return self._sms(passerelle)

    def pris(self):
        return len(self.partis)


class TestRegistreMemoire(ConformiteRegistre):
    durable = False

    def ouvrir(self, dossier, horloge):
        return RegistreMemoire(horloge)


class TestRegistreSqlite(ConformiteRegistre):
    def ouvrir(self, dossier, horloge):
        return RegistreSqlite(dossier / "registre.sqlite", horloge)


class TestLecteurCsv(ConformiteLecteur):
    def lecteur(self):
        return LecteurCsv()

    def source(self):
        return (RACINE / "exemples/impayes/creances.csv").read_bytes()

    def qualite_dite(self):
        return True


class TestLecteurFEC(ConformiteLecteur):
    def lecteur(self):
        return LecteurFEC(creancier=CREANCIER)

    def source(self):
        return (RACINE / "exemples/livres/999100019FEC20261231.txt").read_bytes()


class TestLecteurCAMT(ConformiteLecteur):
    def lecteur(self):
        return LecteurCAMT()

    def source(self):
        return (RACINE / "exemples/livres/releve-2026-08.xml").read_bytes()


class TestLecteurFactureCii(ConformiteLecteur):
    def lecteur(self):
        return LecteurFacture()

    def source(self):
        return (RACINE / "exemples/impayes/facture-cii.xml").read_bytes()


class TestLecteurFactureUbl(TestLecteurFactureCii):
    def source(self):
        return (RACINE / "exemples/impayes/facture-ubl.xml").read_bytes()


# --- Celles qui trichent ---------------------------------------------------------------------------------------------


def dit(suite, essai, *arguments):
    """L'essai échoue ; rend ce qu'il dit."""
    ouverte = suite()
    with pytest.raises(AssertionError) as e:
        getattr(ouverte, essai)(*arguments)
    return str(e.value)


class Infidele(ConformiteRendu):
    """Rend ce que sa fabrique dit d'un texte juste."""

    def fausser(self, texte):
        raise NotImplementedError

    def moteur(self):
        return self

    def rendre(self, courrier):
        juste = RenduTexte().rendre(courrier)
        return evolve(juste, octets=self.fausser(juste.octets.decode()).encode())


class Date(Infidele):
    def fausser(self, texte):
        return f"{texte}\nImprimé le {datetime.now(UTC):%d/%m/%Y à %H:%M:%S}"


class Compte(Infidele):
    rang = 0

    def fausser(self, texte):
        self.rang += 1
        return f"{texte}\nCopie {self.rang}"


class Arrondi(Infidele):
    def fausser(self, texte):
        return texte.replace(",22", "")


class Technique(Infidele):
    def fausser(self, texte):
        return f"{texte}\nTVA : None"


class Chemin(Infidele):
    def rendre(self, courrier):
        return evolve(RenduTexte().rendre(courrier), nom="../lettre.txt")


class Balise(Infidele):
    def rendre(self, courrier):
        return evolve(RenduTexte().rendre(courrier), type_mime="text/html")


class Constant(Infidele):
    def fausser(self, texte):
        return "Bonjour"


@pytest.mark.parametrize(
    ("suite", "essai", "faute"),
    [
        (Date, "test_memes_entrees_memes_octets", "deux documents différents"),
        (Compte, "test_memes_entrees_memes_octets", "deux documents différents"),
        (Compte, "test_plusieurs_fils_memes_octets", "plusieurs fils"),
        (Arrondi, "test_tout_ce_que_dit_le_courrier_se_lit", "12"),
        (Technique, "test_rien_de_technique_ne_reste", "None"),
        (Chemin, "test_le_document_est_bien_forme", "peu sûr"),
        (Balise, "test_un_nom_difficile_se_lit_tel_quel", "balise"),
        (Constant, "test_deux_courriers_deux_documents", "même document"),
    ],
)
def test_un_rendu_fautif_echoue(suite, essai, faute):
    assert faute in dit(suite, essai)


class Faussaire(TestMemoire):
    """Un notificateur de mémoire, faussé ; son faux canal compte."""

    def __init__(self):
        self.faits = []

    def notificateur(self):
        sien = super().notificateur()
        return Fausse(sien, self)

    notificateur_en_panne = notificateur
    en_panne = True


class Fausse:
    def __init__(self, vrai, suite):
        self.vrai, self.suite = vrai, suite

    def __repr__(self):
        return f"Fausse({self.suite.secrets})"

    def remettre(self, pli):
        return self.suite.fausser(self.vrai, pli)


def pris(**champs):
    return Accuse(**{"issue": "pris", "le": INSTANT, "numero": "1"} | champs)


class PrisQuandMeme(Faussaire):
    def fausser(self, vrai, pli):
        try:
            raise OSError("coupé")
        except OSError:
            return pris()


class Retente(Faussaire):
    def fausser(self, vrai, pli):
        vrai.remettre(pli)
        return vrai.remettre(pli)


class MemeNumero(Faussaire):
    def fausser(self, vrai, pli):
        vrai.remettre(pli)
        return pris()


class SansFuseau(Faussaire):
    def fausser(self, vrai, pli):
        vrai.remettre(pli)
        return pris(le=datetime(2026, 11, 21))


class Explose(Faussaire):
    def fausser(self, vrai, pli):
        raise KeyError("hôte")


class Bavard(Faussaire):
    secrets = ("jeton-4f9c",)

    def fausser(self, vrai, pli):
        return pris(issue="refuse", detail="refusé avec jeton-4f9c")


@pytest.mark.parametrize(
    ("suite", "essai", "faute"),
    [
        (PrisQuandMeme, "test_une_panne_n_est_jamais_pris", "l'accusé dit « pris »"),
        (PrisQuandMeme, "test_pris_veut_dire_pris", "0 pli"),
        (Retente, "test_pris_veut_dire_pris", "2 pli"),
        (MemeNumero, "test_deux_plis_ont_deux_numeros", "même numéro"),
        (SansFuseau, "test_pris_veut_dire_pris", "fuseau"),
        (Explose, "test_une_panne_n_est_jamais_pris", "KeyError"),
        (Bavard, "test_aucun_secret_ne_sort", "s"),
    ],
)
def test_un_notificateur_fautif_echoue(suite, essai, faute):
    assert faute in dit(suite, essai)


class Etourdi(RegistreMemoire):
    """Garde les clés, mais dans la seule mémoire du processus."""


class TestEtourdi(ConformiteRegistre):
    __test__ = False

    def ouvrir(self, dossier, horloge):
        return Etourdi(horloge)


class Amnesique(RegistreMemoire):
    """N'inscrit pas les accusés."""

    def constater(self, reservation, accuse):
        super().constater(reservation, evolve(accuse, issue="a_retenter"))


_RANGS = itertools.count()


class Laxiste(RegistreMemoire):
    """Laisse passer une clé déjà prise."""

    def reserver(self, pli):
        return super().reserver(evolve(pli, cles=tuple(f"{cle}#{next(_RANGS)}" for cle in pli.cles)))


class Sourd(RegistreMemoire):
    def aviser(self, avis: Avis) -> bool:
        return True


class Tampon(RegistreSqlite):
    """N'écrit qu'en se fermant : une mort perd tout."""

    def __init__(self, chemin, horloge):
        super().__init__(chemin, horloge)
        self._memoire = RegistreMemoire(horloge)

    def reserver(self, pli):
        return self._memoire.reserver(pli)

    def constater(self, reservation, accuse):
        self._memoire.constater(reservation, accuse)


class TestTampon(ConformiteRegistre):
    __test__ = False

    def ouvrir(self, dossier, horloge):
        return Tampon(dossier / "r.sqlite", horloge)


def suite_de(registre):
    return type("Suite", (ConformiteRegistre,), {"ouvrir": lambda _soi, _dossier, horloge: registre(horloge), "durable": False})


@pytest.mark.parametrize(
    ("suite", "essai", "faute"),
    [
        (suite_de(Amnesique), "test_pris_ou_inconnu_tient_la_cle_refuse_la_rend", "après « pris », la clé est à nouveau libre"),
        (suite_de(Amnesique), "test_les_actes_reviennent_a_leur_debiteur", "ne reviennent pas"),
        (suite_de(Laxiste), "test_une_intention_en_cours_tient_la_cle", "réservée deux fois"),
        (suite_de(Laxiste), "test_toutes_les_cles_ou_aucune", "laisse passer"),
        (suite_de(Laxiste), "test_de_plusieurs_fils_un_seul_reserve", "8 fils"),
        (suite_de(Sourd), "test_un_avis_complete_l_acte_une_seule_fois", "inscrit deux fois"),
        (TestEtourdi, "test_rouvert_il_n_a_rien_oublie", "n'est plus la même"),
        (TestEtourdi, "test_mort_entre_l_intention_et_l_accuse", "laisse repartir"),
        (TestTampon, "test_mort_entre_l_intention_et_l_accuse", "laisse repartir"),
        (TestTampon, "test_mort_apres_l_accuse", "laisse repartir"),
    ],
)
def test_un_registre_fautif_echoue(suite, essai, faute, tmp_path):
    assert faute in dit(suite, essai, tmp_path)


class LecteurFautif(TestLecteurFactureCii):
    __test__ = False

    def lire(self, source):
        raise NotImplementedError

    def lecteur(self):
        return self


class Fragile(LecteurFautif):
    def lire(self, source):
        octets = source if isinstance(source, bytes) else source.read_bytes()
        if len(octets) < 3000:
            raise IndexError("trop court")
        return LecteurFacture().lire(octets)


class Muet(LecteurFautif):
    def lire(self, source):
        return Lecture()


class Flatteur(LecteurFautif):
    def lire(self, source):
        lecture = LecteurFacture().lire(source)
        (c,) = lecture.creances
        anonyme = evolve(c.debiteur, siren=None, qualite=Qualite.PROFESSIONNEL)
        return evolve(lecture, creances=(evolve(c, debiteur=anonyme),))


class Changeant(LecteurFautif):
    rang = 0

    def lire(self, source):
        self.rang += 1
        lecture = LecteurFacture().lire(source)
        (c,) = lecture.creances
        return evolve(lecture, creances=(evolve(c, reference=f"{c.reference}-{self.rang}"),))


@pytest.mark.parametrize(
    ("suite", "essai", "faute"),
    [
        (Fragile, "test_un_fichier_quelconque_se_refuse_proprement", "IndexError"),
        (Fragile, "test_un_fichier_coupe_ou_abime_ne_fait_pas_tomber", "IndexError"),
        (Muet, "test_un_fichier_sain_donne_des_faits", "ne donne rien"),
        (Flatteur, "test_une_qualite_inconnue_n_est_jamais_devinee_vers_le_haut", "professionnel"),
        (Changeant, "test_chemin_ou_octets_c_est_pareil_et_toujours_pareil", "diffèrent"),
    ],
)
def test_un_lecteur_fautif_echoue(suite, essai, faute, tmp_path):
    assert faute in dit(suite, essai, *([tmp_path] if "chemin" in essai else []))


def test_l_horloge_figee_ne_bouge_que_si_on_la_pousse():
    horloge = HorlogeFigee(INSTANT)
    assert horloge() == horloge() == INSTANT
    horloge.avancer(days=1)
    assert (horloge() - INSTANT).days == 1


def test_les_courriers_d_essai_couvrent_les_deux_debiteurs():
    assert {(c.lettre, c.destinataire.qualite) for c in courriers_d_essai()} >= {
        ("mise_en_demeure", Qualite.COMMERCANT),
        ("mise_en_demeure_consommateur", Qualite.CONSOMMATEUR),
    }
    assert pli_d_essai("a").cles == ("a",)
