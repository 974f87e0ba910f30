"""Du dossier au fichier, avec la vraie politique et un vrai registre, et la mort à chaque pas."""

import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from faux_maileva import CLIENT, SECRET, FauxMaileva

from recouvrement.envoi.expedition import expedier
from recouvrement.envoi.maileva import Maileva
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.politique.politique import Politique
from recouvrement.politique.scenario import Etape, Scenario
from recouvrement.ports import Document
from recouvrement.registre.memoire import RegistreMemoire
from recouvrement.registre.sqlite import RegistreSqlite

SCRIPT = """
import os, sys
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from recouvrement.envoi import expedition
from recouvrement.envoi.expedition import expedier
from recouvrement.envoi.repertoire import Repertoire
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.politique.politique import Politique
from recouvrement.ports import Document
from recouvrement.registre.sqlite import RegistreSqlite

dossier, mort = Path(sys.argv[1]), sys.argv[2]
AU, horloge = date(2026, 10, 6), lambda: datetime(2026, 10, 6, 9, tzinfo=UTC)

def mourir(ou):
    if ou == mort:
        os._exit(9)

class Registre(RegistreSqlite):
    def reserver(self, pli):
        mourir("avant_reserver")
        reservation = super().reserver(pli)
        mourir("apres_reserver")
        return reservation
    def constater(self, reservation, accuse):
        mourir("avant_constater")
        super().constater(reservation, accuse)
        mourir("apres_constater")

class Monde(Repertoire):
    def remettre(self, pli):
        with open(dossier / "monde", "a") as monde:
            monde.write(" ".join(pli.cles) + "\\n")
        mourir("pendant")
        return super().remettre(pli)

class Moteur:
    def rendre(self, courrier):
        return Document("lettre.txt", "text/plain", b"Bonjour")

expedition.rediger = lambda action, bilan, modeles=None: SimpleNamespace(langue="fr", objet=("Facture",), avertissements=())

adresse = Adresse(voie="1 rue A", code_postal="69001", commune="Lyon")
moi = Creancier(nom="Exemple SARL", qualite=Qualite.COMMERCANT, siren="732829320", adresse=adresse, courriel="compta@exemple.fr",
                telephone="0102030405", iban="FR7630006000011234567890189")
lui = Debiteur(nom="Client SA", qualite=Qualite.COMMERCANT, identifiant="C1", adresse=adresse, courriel="c@client.fr")
creance = Creance(reference="F-1", principal="100.00", emise_le=date(2026, 9, 1), echeance=date(2026, 10, 1), creancier=moi, debiteur=lui)
with Registre(dossier / "registre.sqlite", horloge) as registre:
    for envoi in expedier([Dossier(creances=[creance])], au=AU, politique=Politique(), moteur=Moteur(), registre=registre,
                          notificateurs={"courriel": Monde(dossier / "sortie", horloge)}, horloge=horloge, relire=lambda d: d):
        print(envoi.issue, envoi.detail)
"""


def lancer(dossier, mort=""):
    return subprocess.run([sys.executable, "-c", SCRIPT, str(dossier), mort], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("mort", "partis", "issue"),
    [
        ("avant_reserver", 1, "pris"),
        ("apres_reserver", 0, None),
        ("pendant", 1, None),
        ("avant_constater", 1, None),
        ("apres_constater", 1, "pris"),
        ("", 1, "pris"),
    ],
)
def test_au_plus_une_fois_quel_que_soit_l_instant_de_la_mort(tmp_path, mort, partis, issue):
    """Mort avant l'intention ou après le constat : rien de perdu. Entre les deux : incertain, et cela ne repart pas seul."""
    premier = lancer(tmp_path, mort)
    assert premier.returncode == (9 if mort else 0), premier.stderr
    for _ in range(2):
        suivant = lancer(tmp_path)
        assert suivant.returncode == 0, suivant.stderr
        assert "erreur" not in suivant.stdout
    monde = tmp_path / "monde"
    assert (monde.read_text().count("\n") if monde.exists() else 0) == partis
    with RegistreSqlite(tmp_path / "registre.sqlite", lambda: None) as registre:
        assert registre.verifier().intacte
        assert len(registre.incertains()) == (issue is None)
        issues = [x.donnees["issue"] for x in registre.inscriptions() if x.genre == "accuse"]
        assert issues == ([issue] if issue else [])
        assert len(registre.evenements("id:C1")) == 1


# ---- le recommandé : du dossier à l'intérêt qui court


AU = date(2026, 9, 7)
ADRESSE = Adresse(voie="1 rue A", code_postal="69001", commune="Lyon")
MOI = Creancier(
    nom="Exemple SARL", qualite=Qualite.COMMERCANT, siren="732829320", adresse=ADRESSE, courriel="compta@exemple.fr",
    telephone="0102030405", iban="FR7630006000011234567890189", mediateur="Médiateur, 1 rue B, 75001 Paris, mediateur.example",
)  # fmt: skip
LUI = Debiteur(nom="Claude Martin", qualite=Qualite.CONSOMMATEUR, identifiant="C1", adresse=ADRESSE, courriel="c@client.fr")
EN_DEMEURE = Etape(
    cle="mise_en_demeure", acte="mise_en_demeure", jours=10, canaux=("recommande",), delai_accorde=15, lettre="mise_en_demeure"
)
POLITIQUE = Politique(scenario=Scenario(cle="court", etapes=(EN_DEMEURE,)))


def un_dossier():
    creance = Creance(
        reference="F-1", principal="1000.00", emise_le=date(2026, 7, 1), echeance=date(2026, 8, 1), creancier=MOI, debiteur=LUI
    )
    return Dossier(creances=[creance])


class Imprimeur:
    def rendre(self, courrier):
        return Document("lettre.pdf", "application/pdf", b"%PDF-1.7 " + courrier.lettre.encode())


def horloge():
    return datetime(2026, 9, 7, 9, tzinfo=UTC)


def envoyer(registre, maileva, au=AU, relire=lambda d: d):
    return list(
        expedier(
            [un_dossier()], au=au, politique=POLITIQUE, moteur=Imprimeur(), notificateurs={"recommande": maileva},
            registre=registre, horloge=horloge, relire=relire,
        )
    )  # fmt: skip


@pytest.fixture
def faux():
    return FauxMaileva()


@pytest.fixture
def maileva(faux):
    return Maileva(CLIENT, SECRET, MOI, horloge, environnement="bac_a_sable", transport=faux)


@pytest.fixture(params=[RegistreMemoire, RegistreSqlite])
def registre(request, tmp_path):
    if request.param is RegistreMemoire:
        yield RegistreMemoire(horloge)
    else:
        with RegistreSqlite(tmp_path / "registre.sqlite", horloge) as ouvert:
            yield ouvert


def test_le_recommande_presente_fait_courir_l_interet(registre, maileva, faux):
    """Déposé, présenté, remis : chaque date s'inscrit, et l'intérêt légal court du lendemain de la présentation."""
    (envoi,) = envoyer(registre, maileva)
    assert envoi.issue == "pris"
    avant = un_dossier().avec(*registre.evenements(LUI.cle))
    assert not POLITIQUE.examiner(avant, au=date(2026, 10, 1)).interets.valeur.centimes  # envoyée, pas encore présentée

    faux.suivre(
        envoi.accuse.numero, ("P01", "2026-09-10T08:00:00.000Z"), ("D01", "2026-09-14T08:00:00.000Z"),
        ("N01", "2026-09-18T08:00:00.000Z"), depot="2026-09-08T16:00:00.000Z", acknowledgement_of_receipt_url="/x",
    )  # fmt: skip
    assert [registre.aviser(avis) for avis in maileva.avis(envoi.accuse.numero)] == [True] * 4
    assert [registre.aviser(avis) for avis in maileva.avis(envoi.accuse.numero)] == [False] * 4  # relire n'ajoute rien
    (acte,) = registre.evenements(LUI.cle)
    assert acte == evolve(envoi.action.acte, creances=("F-1",), presentee_le=date(2026, 9, 10))

    bilan = POLITIQUE.examiner(un_dossier().avec(acte), au=date(2026, 10, 1))
    (ligne,) = bilan.decompte.lignes
    assert (ligne.du, ligne.jours) == (date(2026, 9, 11), 21)
    assert bilan.interets.valeur.centimes == round(100_000 * ligne.taux.pourcent * 21 / 36_500) > 0
    assert envoyer(registre, maileva, au=date(2026, 10, 1)) == []
    assert len(faux.soumis) == 1
    assert registre.verifier().intacte


def test_l_hote_qui_connait_l_acte_sans_sa_presentation_la_recoit(registre, maileva, faux):
    (envoi,) = envoyer(registre, maileva)
    faux.suivre(envoi.accuse.numero, ("P01", "2026-09-10T08:00:00.000Z"))
    registre.aviser(next(maileva.avis(envoi.accuse.numero)))
    connu = MiseEnDemeure(le=AU, etape="mise_en_demeure", creances=("F-1",), reference="hote")
    vus = []

    class Examinateur:
        def examiner(self, quoi, *, au):
            vus.append(quoi)
            return POLITIQUE.examiner(quoi, au=au)

    list(
        expedier(
            [un_dossier().avec(connu)], au=date(2026, 10, 1), politique=Examinateur(), moteur=Imprimeur(), notificateurs={},
            registre=registre, horloge=horloge, relire=lambda d: d,
        )
    )  # fmt: skip
    assert vus[0].evenements == (evolve(connu, presentee_le=date(2026, 9, 10)),)


def test_une_reponse_perdue_n_imprime_qu_une_lettre(registre, maileva, faux):
    """La soumission prise, sa réponse et la relecture perdues : incertain, et un avis de dépôt suffit à le trancher."""
    faux.fauter("POST /submit", "coupee").fauter("GET /sendings/[^/]+", "delai")
    (envoi,) = envoyer(registre, maileva)
    assert envoi.issue == "inconnu"
    assert envoyer(registre, maileva) == []
    faux.suivre(envoi.accuse.numero, depot="2026-09-08T16:00:00.000Z")
    (depose,) = maileva.avis(envoi.accuse.numero)
    assert registre.aviser(depose)
    assert registre.incertains() == ()
    assert len(faux.soumis) == 1
