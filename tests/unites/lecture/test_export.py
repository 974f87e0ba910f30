"""Vers un tableur et retour (I-39, I-43) : ce qui est écrit se relit à l'identique, et aucune cellule ne s'exécute."""

import csv
import io
import unicodedata
from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from fabrique import CREANCIER, SOCIETE, creance
from proprietes.strategies import profil
from recouvrement import (
    ActeInterruptif,
    Adresse,
    Appel,
    Avoir,
    Blocage,
    ConditionsPaiement,
    Contestation,
    Creance,
    Creancier,
    Debiteur,
    DecheanceTerme,
    Delai,
    DelaiDeGrace,
    DonneeInvalide,
    Dossier,
    Echeancier,
    FraisJustifies,
    MiseEnDemeure,
    Montant,
    Paiement,
    ProcedureCollective,
    Promesse,
    Qualite,
    Reconnaissance,
    Rejet,
    Relance,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    Taux,
    TauxIndexe,
    Terme,
    Titre,
    Transmission,
)
from recouvrement.affichage import ACTIFS, endormir, ranimer
from recouvrement.lecture import LecteurCsv, ecrire_creances, ecrire_evenements, rassembler
from recouvrement.modele.dossier import Evenement

LECTEUR = LecteurCsv()


def propre(texte: str) -> bool:
    """Ce que le modèle admet dans un texte d'une ligne."""
    return texte.isprintable() and "|" not in texte and unicodedata.normalize("NFC", texte).strip() == texte != ""


hostiles = st.sampled_from(
    [
        *"=+-@",
        "=cmd|' /C calc'!A0".replace("|", ""),
        "'=1",
        "''=1",
        "'",
        "''",
        "@SUM(A1)",
        "+33 4 72 00 11 22",
        "－1",
        "＝A1",
        '"x";y',
        ";",
        "a'b",
    ]
)
textes = hostiles | st.text(min_size=1, max_size=30).filter(propre)
mots = st.text(alphabet="abcdefghij-_/", min_size=1, max_size=12)
dates = st.dates(date(1990, 1, 1), date(2100, 12, 31))
montants = st.integers(1, 10**15).map(Montant.de_centimes)
taux = st.integers(0, 9_999_999).map(Taux.de_dix_milliemes)
indexes = st.builds(
    lambda indice, fois, plus: TauxIndexe(indice, fois=fois, plus=plus),
    st.sampled_from(["bce", "legal"]),
    st.decimals("0.01", "99.99", places=2),
    st.integers(0, 999_999).map(Taux.de_dix_milliemes),
)
termes = st.builds(
    Terme,
    jours=st.integers(0, 120),
    mois=st.integers(0, 6),
    fin_de_mois=st.sampled_from(["non", "avant", "apres"]),
    quantieme=st.none() | st.integers(1, 31),
    depart=st.sampled_from(["emission", "livraison", "reception", "service_fait", "dedouanement"]),
) | st.builds(Terme, decade=st.just(True))
conditions = st.builds(
    ConditionsPaiement,
    taux_penalites=st.none() | taux | indexes,
    terme=st.none() | termes,
    escompte=st.none() | textes,
    secteur=st.none() | textes,
    clause_penale=st.none() | taux | montants,
    capitalisation=st.booleans(),
    periodique=st.booleans(),
)
adresses = st.builds(
    Adresse,
    voie=textes,
    code_postal=st.sampled_from(["69005", "01000", "20 A", "=1"]),
    commune=textes,
    complements=st.lists(textes, max_size=2).map(tuple),
    pays=st.sampled_from(["FR", "RE", "DE"]),
)
communs: dict[str, st.SearchStrategy[Any]] = {
    "nom": textes,
    "qualite": st.sampled_from(Qualite),
    "identifiant": st.none() | textes,
    "siren": st.sampled_from([None, "404833048", "732829320"]),
    "adresse": st.none() | adresses,
    "courriel": st.sampled_from([None, "a@b.example", "+a@b.example"]),
    "telephone": st.sampled_from([None, "+33 4 72 00 11 22", "04 91"]),
}
creanciers = st.builds(
    Creancier,
    **communs,
    iban=st.sampled_from([None, "FR7630006000011234567890189"]),
    bic=st.sampled_from([None, "AGRIFRPPXXX"]),
    mediateur=st.none() | textes,
)
debiteurs = st.builds(
    Debiteur,
    **communs,
    langue=st.sampled_from(["fr", "en", "de"]),
    acheteur=st.sampled_from(["general", "sante", "entreprise_publique", "entite_adjudicatrice"]),
)


@st.composite
def creances(draw: st.DrawFn, reference: str) -> Creance:
    emise = draw(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
    devise = draw(st.sampled_from(["EUR", "EUR", "USD", "XPF", "TND"]))
    dues = draw(conditions)
    if isinstance(dues.clause_penale, Montant):
        dues = evolve(dues, clause_penale=Montant.de_centimes(dues.clause_penale.centimes, devise))
    return Creance(
        reference=reference,
        principal=Montant.de_centimes(draw(st.integers(1, 10**14)), devise),
        emise_le=emise,
        echeance=draw(st.none() | st.dates(emise, date(2100, 12, 31))),
        facture=draw(st.none() | textes),
        nature=draw(st.sampled_from(["facture", "loyer_habitation"])),
        executee_le=draw(st.none() | dates),
        recue_le=draw(st.none() | dates),
        contrat_le=draw(st.none() | dates),
        conditions=dues,
        prescription_convenue=draw(st.none() | st.builds(Delai, annees=st.integers(1, 9), mois=st.integers(0, 11))),
        creancier=draw(creanciers),
        debiteur=draw(debiteurs),
    )


references = st.lists(textes, unique=True, min_size=1, max_size=3)
portefeuilles = references.flatmap(lambda noms: st.tuples(*[creances(nom) for nom in noms]))

nomme, seul = textes, st.none() | textes
cle = st.just("")
plusieurs = st.lists(textes, max_size=3).map(tuple)
genres: dict[type, st.SearchStrategy[Evenement]] = {
    Paiement: st.builds(
        Paiement, le=dates, montant=montants, creance=seul, moyen=mots, affectation=st.sampled_from(["debiteur", "creancier"])
    ),
    Rejet: st.builds(Rejet, le=dates, paiement=textes),
    Avoir: st.builds(Avoir, le=dates, montant=montants, creance=nomme, effet_le=st.none() | dates),
    Remise: st.builds(Remise, le=dates, montant=montants, creance=nomme, poste=st.sampled_from(["principal", "penalites"])),
    FraisJustifies: st.builds(FraisJustifies, le=dates, montant=montants, motif=textes, creance=nomme, piece=textes),
    Contestation: st.builds(
        Contestation,
        le=st.just(date(2026, 1, 1)),
        creance=nomme,
        montant=st.none() | montants,
        levee_le=st.none() | st.just(date(2026, 2, 1)),
    ),
    Promesse: st.builds(
        Promesse, le=st.just(date(2026, 1, 1)), montant=montants, pour_le=st.just(date(2026, 2, 1)), creance=seul
    ),
    Echeancier: st.builds(
        Echeancier,
        le=st.just(date(1989, 1, 1)),
        versements=st.lists(st.tuples(dates, montants), min_size=1, max_size=4).map(
            lambda v: tuple(sorted(v, key=lambda x: x[0]))
        ),
        creances=plusieurs,
        interets=st.sampled_from(["courent", "abandonnes"]),
        decheance=st.booleans(),
    ),
    DecheanceTerme: st.builds(DecheanceTerme, le=dates, creance=nomme),
    Reconnaissance: st.builds(Reconnaissance, le=dates, creance=seul),
    Renonciation: st.builds(Renonciation, le=dates, creance=seul),
    Suspension: st.builds(
        Suspension,
        du=st.just(date(2026, 1, 1)),
        au=st.none() | st.just(date(2026, 2, 1)),
        cause=st.just("mediation"),
        creance=seul,
    ),
    DelaiDeGrace: st.builds(
        DelaiDeGrace, du=st.just(date(2026, 1, 1)), au=st.just(date(2027, 1, 1)), creance=seul, taux=st.none() | taux
    ),
    ProcedureCollective: st.builds(
        ProcedureCollective,
        le=st.just(date(2026, 1, 1)),
        genre=st.just("sauvegarde"),
        publiee_le=st.none() | st.just(date(2026, 1, 12)),
        cloturee_le=st.none() | st.just(date(2027, 1, 1)),
    ),
    Titre: st.builds(
        Titre, le=st.just(date(2026, 1, 1)), executoire_le=st.just(date(2026, 2, 1)), creance=nomme, signifie_le=st.none() | dates
    ),
    Appel: st.builds(Appel, le=dates, issue=st.just("joint"), creances=plusieurs),
    Signal: st.builds(Signal, le=dates, nature=st.just("silence")),
    Blocage: st.builds(
        Blocage, le=st.just(date(2026, 1, 1)), motif=textes, jusqu_au=st.none() | st.just(date(2026, 2, 1)), creance=seul
    ),
    ActeInterruptif: st.builds(
        ActeInterruptif,
        le=st.just(date(2026, 1, 1)),
        cause=st.just("saisie"),
        creance=seul,
        fin_le=st.none() | st.just(date(2026, 2, 1)),
        non_avenu=st.booleans(),
    ),
    Relance: st.builds(Relance, le=dates, creances=plusieurs, etape=mots, canal=mots, pour_memoire=plusieurs),
    MiseEnDemeure: st.builds(
        MiseEnDemeure,
        le=st.just(date(2026, 1, 1)),
        creances=plusieurs,
        etape=mots,
        payer_avant_le=st.none() | st.just(date(2026, 1, 12)),
        presentee_le=st.none() | st.just(date(2026, 1, 5)),
        pour_memoire=plusieurs,
    ),
    Transmission: st.builds(Transmission, le=dates, creances=plusieurs, a=mots, pour_memoire=plusieurs),
}


def cellules(octets: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(octets.decode("utf-8-sig"), newline=""), delimiter=";"))


def inertes(octets: bytes) -> None:
    """Aucune cellule ne commence par ce qu'un tableur exécute."""
    for ligne in cellules(octets):
        for nom, cellule in ligne.items():
            assert not cellule.lstrip().startswith(tuple(ACTIFS)), (nom, cellule)


def test_chaque_evenement_a_sa_strategie() -> None:
    assert set(genres) == set(get_args(Evenement))


@profil(150)
@given(portefeuilles)
def test_des_creances_font_l_aller_retour(lues: tuple[Creance, ...]) -> None:
    octets = ecrire_creances(lues)
    assert LECTEUR.lire(octets).creances == lues
    inertes(octets)
    assert ecrire_creances(LECTEUR.lire(octets).creances) == octets


@profil(300)
@given(st.lists(st.one_of(*genres.values()), max_size=4))
def test_des_evenements_font_l_aller_retour(lus: list[Evenement]) -> None:
    octets = ecrire_evenements(lus)
    assert LECTEUR.lire(octets).evenements == tuple(lus)
    inertes(octets)


@profil(500)
@given(st.text(max_size=8) | hostiles.map(lambda t: "'" * len(t) + t))
def test_endormir_et_ranimer(texte: str) -> None:
    assert ranimer(endormir(texte)) == texte
    assert not endormir(texte).startswith(tuple(ACTIFS))


def test_un_dossier_revient_entier() -> None:
    faits = (Relance(le=date(2026, 6, 1), creances=("F-1", "F 2|".rstrip("|"))), Signal(le=date(2026, 6, 2), nature="silence"))
    dossier = Dossier(creances=(creance(), creance("F 2", "10.00")), evenements=faits)
    lectures = [
        (Path(nom), LECTEUR.lire(octets))
        for nom, octets in (("c", ecrire_creances(dossier.creances)), ("e", ecrire_evenements(dossier.evenements)))
    ]
    assert rassembler(lectures) == ((dossier,), ())


@pytest.mark.parametrize(
    "fautive",
    [
        creance(
            debiteur=evolve(
                SOCIETE, adresse=Adresse(voie="1 rue A", code_postal="69005", commune="Lyon", complements=("Bât. A|B",))
            )
        ),
        creance(
            creancier=evolve(CREANCIER, adresse=Adresse(voie="1 rue A", code_postal="69005", commune="Lyon", complements=(" ",)))
        ),
    ],
)
def test_ce_qui_se_perdrait_est_refuse(fautive: Creance) -> None:
    with pytest.raises(DonneeInvalide, match="sans perte") as e:
        ecrire_creances([creance("F-0"), fautive])
    assert e.value.valeur == "F-1"


def test_une_reference_en_double_est_refusee() -> None:
    with pytest.raises(DonneeInvalide, match="sans perte"):
        ecrire_creances([creance(), creance()])
    with pytest.raises(DonneeInvalide, match="sans perte") as e:
        ecrire_evenements([Relance(le=date(2026, 6, 1), creances=("A|B",))])
    assert e.value.valeur == "Relance du 01/06/2026"


def test_rien_se_relit_aussi() -> None:
    assert LECTEUR.lire(ecrire_creances([])).creances == ()
    assert LECTEUR.lire(ecrire_evenements([])).evenements == ()
