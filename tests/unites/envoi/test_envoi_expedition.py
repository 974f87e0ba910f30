"""L'expédition, avec de petits objets : ce qui part, ce qui ne part pas, et ce qu'on en dit."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from types import SimpleNamespace

import pytest
from attrs import evolve

from recouvrement.courrier.document import Donnee, Jour
from recouvrement.envoi.expedition import cle_d_envoi, expedier
from recouvrement.envoi.fenetre import Fenetre
from recouvrement.envoi.memoire import Memoire
from recouvrement.erreurs import EnvoiImpossible, ModeleInvalide
from recouvrement.modele.actes import MiseEnDemeure, Relance, Transmission
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.evenements import Paiement
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.politique.bilan import ActionProposee
from recouvrement.politique.politique import Politique
from recouvrement.politique.scenario import Etape
from recouvrement.ports import Accuse, Document
from recouvrement.registre.memoire import RegistreMemoire

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
AU = date(2026, 11, 21)
CREANCIER = Creancier(nom="Exemple", qualite=Qualite.COMMERCANT, identifiant="moi")


def dossier(nom="Dupont", *references, evenements=()):
    debiteur = Debiteur(nom=nom, qualite=Qualite.COMMERCANT, identifiant=nom, courriel=f"{nom.lower()}@client.fr")
    creances = [
        Creance(
            reference=r, principal="100.00", emise_le=date(2026, 9, 1), echeance=date(2026, 10, 1), creancier=CREANCIER, debiteur=debiteur
        )
        for r in references or (f"F-{nom}",)
    ]  # fmt: skip
    return Dossier(creances=creances, evenements=evenements)


class Examen:
    """Propose chaque étape pas encore faite d'une liste ; ne propose rien si tout est payé."""

    def __init__(self, *actes, canal="courriel", lettre="relance"):
        self.actes = actes or (Relance(le=AU, etape="relance_1"),)
        self.canal, self.lettre, self.vus = canal, lettre, []

    def examiner(self, quoi, *, au):
        self.vus.append(quoi)
        if quoi.debiteur.nom == "Fautif":
            raise ZeroDivisionError("oups")
        paye = any(isinstance(e, Paiement) for e in quoi.evenements)
        faites = {e.etape for e in quoi.evenements if hasattr(e, "etape")}
        return SimpleNamespace(
            dossier=quoi,
            actions=tuple(
                ActionProposee(
                    acte=a,
                    le=AU,
                    canal=self.canal,
                    etape=Etape(cle=a.etape, acte="relance", jours=1, lettre=self.lettre),
                    motif="",
                )
                for a in self.actes
                if a.etape not in faites and not paye
            ),
        )


class Moteur:
    def __init__(self, type_mime="text/plain"):
        self.type_mime = type_mime

    def rendre(self, courrier):
        return Document("lettre", self.type_mime, courrier.corps.encode())


@pytest.fixture(autouse=True)
def redaction(monkeypatch):
    """Une rédaction factice : la lettre dit le nom et l'étape."""

    def rediger(action, bilan, modeles=None):
        nom = bilan.dossier.debiteur.nom
        if nom == "Illisible":
            raise ModeleInvalide("champ absent", modele="relance")
        objet = ("Facture ", Donnee("F-1"), ", échue le ", Jour(AU), " : ", Montant("12.00"))
        corps = f"{nom} {action.acte.etape}" + (f" {modeles.name}" if modeles else "")
        return SimpleNamespace(langue=bilan.dossier.debiteur.langue, objet=objet, corps=corps, avertissements=())

    monkeypatch.setattr("recouvrement.envoi.expedition.rediger", rediger)


@pytest.fixture
def registre():
    return RegistreMemoire(lambda: INSTANT)


@pytest.fixture
def courriel():
    return Memoire(lambda: INSTANT)


def jouer(registre, notificateur, *dossiers, **options):
    options = {
        "au": AU,
        "politique": Examen(),
        "moteur": Moteur(),
        "notificateurs": {"courriel": notificateur},
        "relire": lambda d: d,
        "horloge": lambda: INSTANT,
    } | options
    return list(expedier(dossiers or (dossier(),), registre=registre, **options))


def test_une_fois_et_une_seule(registre, courriel):
    (premier,) = jouer(registre, courriel)
    assert (premier.issue, premier.accuse.numero) == ("pris", "memoire-1")
    (pli,) = courriel.plis
    assert pli.cles == ("id%3Amoi/F-Dupont/relance_1/1",)
    assert pli.destinataire.courriel == "dupont@client.fr"
    assert pli.objet == f"Facture F-1, échue le 21\N{NO-BREAK SPACE}novembre 2026 : {Montant('12.00')}"
    assert pli.acte.creances == ("F-Dupont",)
    assert premier.documents == pli.documents
    assert jouer(registre, courriel) == []  # l'acte du registre suffit : l'étape n'est plus proposée
    assert len(courriel.plis) == 1


def test_objet_dans_une_autre_langue(registre, courriel):
    anglais = dossier()
    debiteur = evolve(anglais.debiteur, langue="en")
    jouer(registre, courriel, Dossier(creances=[evolve(c, debiteur=debiteur) for c in anglais.creances]))
    assert "2026-11-21" in courriel.plis[0].objet


def test_sans_les_actes_du_registre_la_cle_arrete_encore(registre, courriel, monkeypatch):
    jouer(registre, courriel)
    monkeypatch.setattr(registre, "evenements", lambda _debiteur: ())
    (envoi,) = jouer(registre, courriel)
    assert envoi.issue == "deja_envoye"
    assert "déjà parti" in envoi.detail
    assert len(courriel.plis) == 1


def test_une_facture_de_plus_ne_renvoie_pas_l_etape_et_n_est_pas_crue_faite(registre, courriel):
    jouer(registre, courriel, dossier("Dupont", "A"))
    examen = Examen()
    jouer(registre, courriel, dossier("Dupont", "A", "B"), politique=examen)
    (acte,) = examen.vus[0].evenements
    assert acte.creances == ("A",)


def test_pour_memoire_ne_prend_pas_de_cle(registre, courriel):
    acte = Relance(le=AU, etape="relance_1", pour_memoire=("B",))
    jouer(registre, courriel, dossier("Dupont", "A", "B"), politique=Examen(acte))
    assert courriel.plis[0].cles == (cle_d_envoi("id:moi", "A", "relance_1"),)


def test_cle_echappee():
    assert cle_d_envoi("a/b", "F/1", "é") == "a%2Fb/F%2F1/%C3%A9/1"
    assert cle_d_envoi("a", "b/c", "d") != cle_d_envoi("a/b", "c", "d")


def test_un_paiement_arrive_entre_temps_arrete_la_lettre(registre, courriel):
    paye = Paiement(le=AU, montant="100.00", creance="F-Dupont")
    assert jouer(registre, courriel, relire=lambda d: d.avec(paye)) == []
    assert courriel.plis == []


def test_relire_le_dossier_d_un_autre_est_refuse(registre, courriel):
    (envoi,) = jouer(registre, courriel, relire=lambda _d: dossier("Martin"))
    assert envoi.issue == "erreur"
    assert "autre" in envoi.detail
    assert courriel.plis == []


def test_un_dossier_fautif_n_arrete_pas_les_autres(registre, courriel):
    envois = jouer(registre, courriel, dossier("Fautif"), dossier("Illisible"), dossier("Dupont"))
    assert [e.issue for e in envois] == ["erreur", "erreur", "pris"]
    assert "ZeroDivisionError : oups" in envois[0].detail
    assert envois[0].action is None
    assert "champ absent" in envois[1].detail
    assert [p.destinataire.nom for p in courriel.plis] == ["Dupont"]
    assert len(registre.inscriptions()) == 2


class Levee:
    def __init__(self, *resultats):
        self.resultats = iter(resultats)

    def remettre(self, pli):
        resultat = next(self.resultats)
        if isinstance(resultat, BaseException):
            raise resultat
        return resultat


@pytest.mark.parametrize(
    ("leve", "issue"),
    [
        (EnvoiImpossible("pas d'adresse"), "refuse"),
        (RuntimeError("bogue"), "inconnu"),
        (ModeleInvalide("x"), "inconnu"),
        (None, "inconnu"),
    ],
)
def test_un_greffon_qui_leve_n_est_jamais_note_pris(registre, leve, issue):
    envois = jouer(registre, Levee(leve, EnvoiImpossible("x")), dossier("Dupont"), dossier("Martin"))
    assert [e.issue for e in envois] == [issue, "refuse"]
    assert [x.donnees["issue"] for x in registre.inscriptions() if x.genre == "accuse"] == [issue, "refuse"]
    assert len(registre.incertains()) == (issue == "inconnu")


def test_interrompu_pendant_la_remise_reste_incertain(registre):
    with pytest.raises(KeyboardInterrupt):
        jouer(registre, Levee(KeyboardInterrupt()))
    registre._jeton.eteindre()
    assert len(registre.incertains()) == 1


def test_canal_absent_rien_n_est_reserve(registre, courriel):
    (envoi,) = jouer(registre, courriel, politique=Examen(canal="recommande"))
    assert envoi.issue == "erreur"
    assert "« recommande »" in envoi.detail
    assert "courriel" in envoi.detail
    assert registre.inscriptions() == ()


@pytest.mark.parametrize(
    ("examen", "mot"),
    [
        (Examen(canal="telephone"), "appel"),
        (Examen(Transmission(le=AU, a="avocat"), canal="interne"), "avocat"),
        (Examen(lettre=""), "pas de lettre"),
    ],
)
def test_ce_qu_un_humain_doit_faire(registre, courriel, examen, mot):
    (envoi,) = jouer(registre, courriel, politique=examen)
    assert envoi.issue == "a_faire"
    assert mot in envoi.detail
    assert courriel.plis == []


def test_a_blanc_ne_touche_a_rien(registre, courriel):
    (envoi,) = jouer(registre, courriel, a_blanc=True, moteur=[Moteur(), Moteur("text/html")])
    assert envoi.issue == "a_blanc"
    assert [d.type_mime for d in envoi.documents] == ["text/plain", "text/html"]
    assert registre.inscriptions() == ()
    assert courriel.plis == []
    (sans_canal,) = jouer(registre, courriel, a_blanc=True, notificateurs={})
    assert "aucun notificateur" in sans_canal.detail


def test_a_retenter_repart_a_l_execution_suivante(registre):
    courriel = Memoire(lambda: INSTANT, ["a_retenter"])
    assert [e.issue for e in jouer(registre, courriel)] == ["a_retenter"]
    assert [e.issue for e in jouer(registre, courriel)] == ["pris"]
    assert jouer(registre, courriel) == []


def test_inconnu_ne_repart_qu_apres_decision(registre):
    courriel = Memoire(lambda: INSTANT, ["inconnu"])
    jouer(registre, courriel)
    assert jouer(registre, courriel) == []
    registre.trancher(registre.incertains()[0].cles[0], "refuse", "boîte vide")
    assert [e.issue for e in jouer(registre, courriel)] == ["pris"]


def test_constat_impossible_dit_incertain(registre, courriel, monkeypatch):
    def plein(*_):
        raise EnvoiImpossible("disque plein")

    monkeypatch.setattr(registre, "constater", plein)
    (envoi,) = jouer(registre, courriel)
    assert envoi.issue == "inconnu"
    assert envoi.accuse.issue == "pris"
    assert "disque plein" in envoi.detail
    assert "incertaine" in envoi.detail


def test_intention_impossible_rien_ne_part(registre, courriel, monkeypatch):
    def plein(_pli):
        raise OSError("disque plein")

    monkeypatch.setattr(registre, "reserver", plein)
    (envoi,) = jouer(registre, courriel)
    assert envoi.issue == "erreur"
    assert courriel.plis == []


def test_cle_tenue_par_un_autre(registre, courriel, monkeypatch):
    (_,) = jouer(registre, courriel, a_blanc=True)
    lents = []

    class Lent:
        def remettre(self, pli):
            """Pendant la remise, un second lancement essaie le même envoi."""
            monkeypatch.setattr(registre, "evenements", lambda _d: ())
            lents.extend(jouer(registre, courriel))
            return courriel.remettre(pli)

    (envoi,) = jouer(registre, Lent())
    assert envoi.issue == "pris"
    assert [e.issue for e in lents] == ["a_retenter"]
    assert len(courriel.plis) == 1


def test_les_actes_connus_de_l_hote_ne_sont_pas_doubles(registre, courriel):
    jouer(registre, courriel, dossier("Dupont", "A", "B"), politique=Examen(MiseEnDemeure(le=AU, reference="lr-1")))
    connu = MiseEnDemeure(le=AU, creances=("A",), presentee_le=AU, reference="lr-1")
    examen = Examen()
    jouer(registre, courriel, dossier("Dupont", "A", "B", evenements=[connu]), politique=examen)
    ajoutes = [e for e in examen.vus[0].evenements if e != connu]
    assert ajoutes == [MiseEnDemeure(le=AU, creances=("B",))]
    jouer(registre, courriel, dossier("Dupont", "C"), politique=examen)
    assert examen.vus[1].evenements == ()  # aucune de ses créances n'est dans ce dossier
    tout = evolve(connu, creances=())
    jouer(registre, courriel, dossier("Dupont", "A", "B", evenements=[tout]), politique=examen)
    assert [e for e in examen.vus[2].evenements if isinstance(e, MiseEnDemeure)] == [tout]


def test_cent_debiteurs_chacun_sa_lettre(registre, courriel):
    envois = jouer(registre, courriel, *(dossier(f"Nom{n}") for n in range(100)))
    assert {e.issue for e in envois} == {"pris"}
    for n, pli in enumerate(courriel.plis):
        assert [d.octets for d in pli.documents] == [b"Nom%d relance_1" % n]
        assert pli.destinataire.courriel == f"nom{n}@client.fr"


def test_avec_la_vraie_politique(registre, courriel):
    envois = jouer(registre, courriel, politique=Politique())
    assert [(e.issue, e.action.etape.cle) for e in envois] == [("pris", "courriel")]
    assert jouer(registre, courriel, politique=Politique()) == []


# ---- l'état est relu avant chaque envoi, non une fois par dossier


DEUX = (Relance(le=AU, etape="relance_1"), Relance(le=AU, etape="relance_2"))


def test_un_paiement_arrive_pendant_le_premier_envoi_arrete_le_second(registre, courriel):
    paye = Paiement(le=AU, montant="100.00", creance="F-Dupont")

    def relire(d):
        return d.avec(paye) if courriel.plis else d

    envois = jouer(registre, courriel, politique=Examen(*DEUX), relire=relire)
    assert [e.action.etape.cle for e in envois] == ["relance_1"]
    assert len(courriel.plis) == 1


def test_sans_changement_les_deux_partent_et_l_examen_n_est_fait_qu_une_fois(registre, courriel):
    examen, relus = Examen(*DEUX), []

    def relire(d):
        relus.append(len(courriel.plis))
        return d

    assert [e.issue for e in jouer(registre, courriel, politique=examen, relire=relire)] == ["pris", "pris"]
    assert relus == [0, 1]  # juste avant chacun
    assert len(examen.vus) == 1


def test_l_hote_qui_inscrit_deja_l_acte_n_arrete_pas_le_second(registre, courriel):
    def relire(d):
        return d.avec(Relance(le=AU, etape="relance_1", reference="hote")) if courriel.plis else d

    examen = Examen(*DEUX)
    assert [e.issue for e in jouer(registre, courriel, politique=examen, relire=relire)] == ["pris", "pris"]
    assert len(examen.vus) == 1


def test_un_changement_sans_effet_envoie_la_lettre_neuve(registre, courriel):
    def relire(d):
        return d.avec(Paiement(le=AU, montant="1.00", creance="F-Dupont")) if courriel.plis else d

    class SansPaiement(Examen):
        def examiner(self, quoi, *, au):
            return super().examiner(evolve(quoi, evenements=[e for e in quoi.evenements if not isinstance(e, Paiement)]), au=au)

    envois = jouer(registre, courriel, politique=SansPaiement(*DEUX), relire=relire)
    assert [e.issue for e in envois] == ["pris", "pris"]
    assert len(envois[1].dossier.evenements) == 1


def test_une_relecture_qui_echoue_arrete_le_dossier_et_lui_seul(registre, courriel):
    def relire(d):
        if d.debiteur.nom == "Dupont" and courriel.plis:
            raise OSError("base fermée")
        return d

    envois = jouer(registre, courriel, dossier("Dupont"), dossier("Martin"), politique=Examen(*DEUX), relire=relire)
    assert [(e.dossier.debiteur.nom, e.issue) for e in envois] == [
        ("Dupont", "pris"),
        ("Dupont", "erreur"),
        ("Martin", "pris"),
        ("Martin", "pris"),
    ]


def test_hors_de_la_fenetre_rien_n_est_reserve(registre, courriel):
    nuit = Fenetre(debut=time(20), fin=time(21))
    (envoi,) = jouer(registre, courriel, fenetre=nuit)
    assert envoi.issue == "a_retenter"
    assert "10:00" in envoi.detail
    assert registre.inscriptions() == ()
    (sans_fuseau,) = jouer(registre, courriel, fenetre=nuit, horloge=lambda: INSTANT.replace(tzinfo=None))
    assert sans_fuseau.issue == "erreur"
    assert [e.issue for e in jouer(registre, courriel, fenetre=Fenetre())] == ["pris"]


def test_un_moteur_par_canal(registre, courriel):
    moteurs = {"courriel": [Moteur(), Moteur("text/html")], "sms": Moteur()}
    (envoi,) = jouer(registre, courriel, moteur=moteurs)
    assert [d.type_mime for d in envoi.documents] == ["text/plain", "text/html"]
    (sans,) = jouer(RegistreMemoire(lambda: INSTANT), courriel, moteur={"sms": Moteur()})
    assert sans.issue == "erreur"
    assert "« courriel »" in sans.detail


# ---- en deux temps : le jalon


class Jalonne:
    """Un registre qui pose des jalons, et ce qui s'y est passé."""

    def __init__(self, registre, panne=None):
        self.registre, self.panne, self.suite = registre, panne, []

    def __getattr__(self, nom):
        return getattr(self.registre, nom)

    def reserver_en_deux_temps(self, pli):
        self.suite.append("intention")
        return self.registre.reserver(pli)

    def jalonner(self, reservation):
        self.suite.append("jalon")
        if self.panne:
            raise self.panne


class PointFinal:
    def __init__(self, registre):
        self.registre = registre

    def remettre(self, pli):
        raise AssertionError("le registre sait jalonner : la remise se fait en deux temps")

    def remettre_en_deux_temps(self, pli, avant_le_point):
        self.registre.suite.append("corps")
        avant_le_point()
        self.registre.suite.append("point")
        return Accuse(issue="pris", le=INSTANT)


def test_le_jalon_est_pose_entre_le_corps_et_le_point(registre):
    jalonne = Jalonne(registre)
    (envoi,) = jouer(jalonne, PointFinal(jalonne))
    assert envoi.issue == "pris"
    assert jalonne.suite == ["intention", "corps", "jalon", "point"]


def test_un_jalon_impossible_arrete_l_envoi(registre):
    jalonne = Jalonne(registre, OSError("disque plein"))
    (envoi,) = jouer(jalonne, PointFinal(jalonne))
    assert envoi.issue == "refuse"
    assert "rien n'est parti" in envoi.detail
    assert jalonne.suite[-1] == "jalon"


def test_un_canal_d_un_seul_temps_reste_reserve_comme_avant(registre, courriel):
    jalonne = Jalonne(registre)
    assert [e.issue for e in jouer(jalonne, courriel)] == ["pris"]
    assert jalonne.suite == []


@pytest.mark.parametrize(
    ("modeles", "corps"),
    [
        (Path("miens"), "Dupont relance_1 miens"),
        ({CREANCIER.cle: Path("siens")}, "Dupont relance_1 siens"),
        ({"autre": Path("x")}, "Dupont relance_1"),
    ],
)
def test_un_dossier_de_lettres_pour_tous_ou_par_creancier(registre, courriel, modeles, corps):
    (envoi,) = jouer(registre, courriel, modeles=modeles)
    assert envoi.documents[0].octets.decode() == corps
