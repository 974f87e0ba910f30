"""Quels faits essayer ? Des stratégies Hypothesis pour les types publics : valeurs exactes, bornes forcées, textes difficiles.

Pour nos essais et pour ceux des greffons. Tout dossier tiré est bien formé et s'examine en droit français. L'extra ``essais``
suffit à ``st.from_type(Dossier)`` : les types sont déclarés à Hypothesis à son chargement.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, get_args, get_type_hints

from attrs import evolve, fields

from recouvrement.erreurs import DependanceManquante

try:
    from hypothesis import strategies as st
except ImportError as e:
    raise DependanceManquante("La fabrique de dossiers d'essai", "essais") from e

from recouvrement.modele.actes import CAUSES_D_INTERRUPTION, ActeInterruptif, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.conditions import ConditionsPaiement, TauxIndexe, Terme
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement
from recouvrement.modele.evenements import (
    CAUSES_DE_SUSPENSION,
    ISSUES_D_APPEL,
    NATURES_DE_SIGNAL,
    POSTES,
    Appel,
    Avoir,
    Blocage,
    Contestation,
    DecheanceTerme,
    DelaiDeGrace,
    Echeancier,
    FraisJustifies,
    Paiement,
    ProcedureCollective,
    Promesse,
    Reconnaissance,
    Rejet,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    Titre,
)
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Mandataire, Qualite
from recouvrement.politique.conventions import Conventions
from recouvrement.politique.politique import Politique
from recouvrement.politique.scenario import DECLENCHEURS, Condition, Etape, Scenario
from recouvrement.temps import Delai

PREMIER, DERNIER = date(2013, 1, 1), date(2026, 12, 31)
PLAFOND = 10**12
DIFFICILES = (
    "L'Été & Fils <SARL>",
    "{{ nom }} {montant}",
    "=1+1",
    "Œuvre Ça–là № 1",
    "شركة النور",
    "株式会社 山田",
    "None",
    "\N{NARROW NO-BREAK SPACE}x\N{NO-BREAK SPACE}y",
)
Jours = st.SearchStrategy[date]


def bornes(premier: date, dernier: date) -> list[date]:
    """Fins de mois, fins de semestre, bissextiles : là où un calcul de dates se trompe."""
    jours = ((1, 1), (1, 31), (2, 28), (2, 29), (3, 31), (4, 30), (6, 30), (7, 1), (12, 30), (12, 31))
    annees = range(premier.year, dernier.year + 1)
    toutes = [date(a, m, j) for a in annees for m, j in jours if (m, j) != (2, 29) or monthrange(a, 2)[1] == 29]
    return [j for j in toutes if premier <= j <= dernier] or [premier]


def dates(premier: date = PREMIER, dernier: date = DERNIER) -> Jours:
    """Jours, bornes incluses ; les fins de mois et de semestre reviennent souvent."""
    return st.dates(premier, dernier) | st.sampled_from(bornes(premier, dernier))


def centimes(maximum: int = PLAFOND) -> st.SearchStrategy[int]:
    """Unités mineures, de 1 à ``maximum``."""
    forces = [n for n in (1, 2, 50, 99, 100, 4_000, maximum) if n <= maximum]
    return st.integers(1, min(100_000, maximum)) | st.integers(1, maximum) | st.sampled_from(forces)


def montants(maximum: int = PLAFOND, devise: str = "EUR") -> st.SearchStrategy[Montant]:
    """Montants strictement positifs, de ``maximum`` unités mineures au plus."""
    return centimes(maximum).map(lambda n: Montant.de_centimes(n, devise))


def taux(maximum: int = 400_000) -> st.SearchStrategy[Taux]:
    """Taux de 0 à ``maximum`` dix-millièmes de pour cent."""
    return st.integers(0, maximum).map(Taux.de_dix_milliemes)


def taux_indexes() -> st.SearchStrategy[TauxIndexe]:
    """« BCE + 10 », « 1,5 × taux légal + 2 »."""
    fois = st.sampled_from(["1", "1.5", "3", "0.25"])
    return st.builds(TauxIndexe, st.sampled_from(["bce", "legal"]), fois=fois, plus=taux(200_000))


def textes(long: int = 40) -> st.SearchStrategy[str]:
    """Texte d'une ligne, comme les faits l'admettent : accents, autres écritures, balises."""
    lettres = st.characters(exclude_categories=("C", "Zl", "Zp"))
    libres = st.text(lettres, min_size=1, max_size=long // 2).map(str.strip).filter(bool)  # NFC peut l'allonger
    return libres | st.sampled_from([t for t in DIFFICILES if len(t) <= long])


def _luhn(huit: int) -> str:
    chiffres = [int(c) for c in f"{huit:08}"]
    somme = sum(n if i % 2 == 0 else 2 * n - 9 * (n > 4) for i, n in enumerate(chiffres))
    return f"{huit:08}{-somme % 10}"


def sirens() -> st.SearchStrategy[str]:
    """SIREN dont la clé est juste ; aucun n'est celui de quelqu'un, sinon par hasard."""
    return st.integers(1, 99_999_999).map(_luhn)


def ibans() -> st.SearchStrategy[str]:
    """IBAN français dont la clé est juste."""
    return st.integers(1, 10**23 - 1).map(lambda n: f"FR{98 - int(f'{n:023}152700') % 97:02}{n:023}")


def courriels() -> st.SearchStrategy[str]:
    """Adresses du domaine réservé ``example``."""
    return st.from_regex(r"[a-z][a-z0-9-]{0,12}@[a-z]{1,12}\.example", fullmatch=True)


def adresses() -> st.SearchStrategy[Adresse]:
    """En France, avec jusqu'à deux compléments."""
    codes = st.integers(1000, 97_690).map("{:05}".format)
    complements = st.lists(textes(), max_size=2)
    return st.builds(Adresse, voie=textes(), code_postal=codes, commune=textes(), complements=complements)


def _rien_ou(strategie: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategie


_PARTIE: dict[str, Any] = {
    "nom": textes(),
    "identifiant": _rien_ou(textes(20)),
    "siren": _rien_ou(sirens()),
    "adresse": _rien_ou(adresses()),
    "courriel": _rien_ou(courriels()),
    "telephone": st.sampled_from([None, "04 72 00 11 22", "+33 6 12 34 56 78"]),
}


def creanciers(*qualites: Qualite) -> st.SearchStrategy[Creancier]:
    """Par défaut de toute qualité que le droit français décrit : pas une personne publique."""
    choix = qualites or tuple(q for q in Qualite if q is not Qualite.PERSONNE_PUBLIQUE)
    societe = {"forme": _rien_ou(textes()), "capital": _rien_ou(montants()), "rcs": _rien_ou(textes())}
    banque = {"iban": _rien_ou(ibans()), "bic": st.sampled_from([None, "AGRIFRPP"])}
    return st.builds(Creancier, qualite=st.sampled_from(choix), mediateur=_rien_ou(textes()), **banque, **societe, **_PARTIE)


def debiteurs(*qualites: Qualite) -> st.SearchStrategy[Debiteur]:
    """Par défaut de toute qualité."""
    acheteurs = st.sampled_from(["general", "sante", "entreprise_publique"])
    choix = st.sampled_from(qualites or tuple(Qualite))
    return st.builds(Debiteur, qualite=choix, acheteur=acheteurs, langue=st.sampled_from(["fr", "en"]), **_PARTIE)


def mandataires(mandat: Jours | None = None) -> st.SearchStrategy[Mandataire]:
    """Celui qui recouvre pour autrui, à son compte affecté.

    Args:
        mandat: D'où vient le jour de sa convention.
    """
    commun = {k: v for k, v in _PARTIE.items() if k not in ("identifiant", "adresse")}
    activites = st.sampled_from(["recouvrement amiable", "recouvrement amiable de créances"])
    propre = {
        "adresse": adresses(),
        "mandat_le": dates() if mandat is None else mandat,
        "activite": activites,
        "iban": _rien_ou(ibans()),
    }
    return st.builds(Mandataire, **commun, **propre)


def termes() -> st.SearchStrategy[Terme]:
    """« 45 jours fin de mois », « 30 jours le 10 », « 60 jours »."""
    jours, departs = st.integers(0, 90), st.sampled_from(["emission", "livraison", "reception", "service_fait"])
    return st.builds(
        Terme,
        jours=jours,
        fin_de_mois=st.sampled_from(["non", "avant", "apres"]),
        depart=departs,
        quantieme=_rien_ou(st.integers(1, 31)),
    ) | st.builds(Terme, jours=jours, mois=st.integers(0, 3), decade=st.booleans(), depart=departs)


def conditions() -> st.SearchStrategy[ConditionsPaiement]:
    """Taux de la loi, fixe ou indexé ; parfois un terme, une clause pénale, une capitalisation convenue."""
    return st.builds(
        ConditionsPaiement,
        taux_penalites=st.none() | taux() | taux_indexes(),
        terme=_rien_ou(termes()),
        escompte=_rien_ou(textes()),
        clause_penale=st.none() | taux() | montants(100_000),
        capitalisation=st.booleans(),
        periodique=st.booleans(),
    )


def delais() -> st.SearchStrategy[Delai]:
    """Jusqu'à dix ans."""
    return st.builds(Delai, annees=st.integers(0, 9), mois=st.integers(0, 11), jours=st.integers(0, 31))


_JOURS, _MONTANTS, _CONDITIONS = dates(), montants(), conditions()
_CREANCIERS, _DEBITEURS = creanciers(), debiteurs()
_SANS_MANDATAIRE: st.SearchStrategy[Mandataire | None] = st.none()


@st.composite
def creances(
    draw: st.DrawFn,
    reference: str = "F-1",
    *,
    creancier: st.SearchStrategy[Creancier] = _CREANCIERS,
    debiteur: st.SearchStrategy[Debiteur] = _DEBITEURS,
    echeance: Jours = _JOURS,
    montant: st.SearchStrategy[Montant] = _MONTANTS,
    selon: st.SearchStrategy[ConditionsPaiement] = _CONDITIONS,
    details: bool = True,
) -> Creance:
    """Une créance à échéance donnée, émise au plus quatre-vingt-dix jours avant.

    Args:
        selon: D'où viennent ses conditions de paiement.
        details: Faux pour taire le numéro imprimé et les jours facultatifs : contrat, exécution, réception.
    """
    jour = draw(echeance)
    emise = jour - timedelta(days=draw(st.integers(0, 90)))
    facultatifs: dict[str, Any] = draw(_detailler(emise)) if details else {}
    return Creance(
        reference=reference,
        principal=draw(montant),
        emise_le=emise,
        echeance=jour,
        creancier=draw(creancier),
        debiteur=draw(debiteur),
        conditions=draw(selon),
        **facultatifs,
    )


def _detailler(emise: date) -> st.SearchStrategy[dict[str, Any]]:
    autour = st.none() | st.integers(-60, 30).map(lambda n: emise + timedelta(days=n))
    avant = st.none() | st.integers(0, 400).map(lambda n: emise - timedelta(days=n))
    numero = st.sampled_from([None, "2026-F-12"])
    return st.fixed_dictionaries({"facture": numero, "executee_le": autour, "recue_le": autour, "contrat_le": avant})


_PART, _REDUCTION = st.integers(1, 130), st.integers(1, 110)


@st.composite
def paiements(
    draw: st.DrawFn,
    creance: Creance,
    reference: str | None = "F-1",
    etendue: int = 1000,
    part: st.SearchStrategy[int] = _PART,
) -> Paiement:
    """Un paiement d'un pour cent à cent trente pour cent du principal, près de l'échéance ou loin.

    Args:
        reference: Créance désignée.
        etendue: Jours après l'échéance, au plus.
        part: Pour cent du principal.
    """
    le = draw(dates(creance.emise_le, _fin(creance, etendue)))
    montant = max(1, creance.principal.centimes * draw(part) // 100)
    return Paiement(le=le, montant=Montant.de_centimes(montant, creance.devise), creance=reference)


@st.composite
def avoirs(draw: st.DrawFn, creance: Creance, reference: str = "F-1", etendue: int = 1000) -> Avoir:
    """Un avoir d'un pour cent à cent dix pour cent du principal ; parfois d'effet plus ancien."""
    le = draw(dates(creance.emise_le, _fin(creance, etendue)))
    effet = draw(st.none() | dates(creance.emise_le, le))
    montant = max(1, creance.principal.centimes * draw(_REDUCTION) // 100)
    return Avoir(le=le, effet_le=effet, montant=Montant.de_centimes(montant, creance.devise), creance=reference)


@st.composite
def mises_en_demeure(draw: st.DrawFn, creance: Creance, etendue: int = 700) -> MiseEnDemeure:
    """Une mise en demeure présentée dans les vingt jours."""
    le = draw(dates(creance.emise_le, _fin(creance, etendue)))
    return MiseEnDemeure(le=le, presentee_le=min(DERNIER, le + timedelta(days=draw(st.integers(0, 20)))))


def _fin(creance: Creance, etendue: int) -> date:
    return max(creance.emise_le, min(DERNIER, (creance.echeance or creance.emise_le) + timedelta(days=etendue)))


@st.composite
def evenements(draw: st.DrawFn, creance: Creance, etendue: int = 1000) -> Evenement:
    """Tout ce qui peut arriver à cette créance ; un rejet, qui suppose un paiement, ne vient que dans ``dossiers``."""
    genre = draw(_GENRES)
    le = draw(st.dates(creance.emise_le, _fin(creance, etendue)))
    champs: dict[str, Any] = {} if genre in (Suspension, DelaiDeGrace) else {"le": le}
    for nom, strategie in _CHAMPS[genre].items():
        champs[nom] = draw(strategie(creance, le) if callable(strategie) else strategie)
    fait: Evenement = genre(**champs)
    return fait


def _elle(creance: Creance, _le: date) -> st.SearchStrategy[str]:
    return st.just(creance.reference)


def _elle_ou_toutes(creance: Creance, _le: date) -> st.SearchStrategy[str | None]:
    return st.sampled_from([creance.reference, None])


def _elle_ou_rien(creance: Creance, _le: date) -> st.SearchStrategy[tuple[str, ...]]:
    return st.sampled_from([(), (creance.reference,)])


def _somme(creance: Creance, _le: date) -> st.SearchStrategy[Montant]:
    return montants(creance.principal.centimes, creance.devise)


def _somme_ou_tout(creance: Creance, le: date) -> st.SearchStrategy[Montant | None]:
    return st.none() | _somme(creance, le)


def _ce_jour(_creance: Creance, le: date) -> Jours:
    return st.just(le)


def _apres(_creance: Creance, le: date) -> Jours:
    return st.integers(0, 400).map(lambda n: le + timedelta(days=n))


def _apres_ou_rien(creance: Creance, le: date) -> st.SearchStrategy[date | None]:
    return st.none() | _apres(creance, le)


def _avant_ou_rien(creance: Creance, le: date) -> st.SearchStrategy[date | None]:
    return st.none() | st.dates(creance.emise_le, le)


def _versements(creance: Creance, le: date) -> st.SearchStrategy[list[tuple[date, Montant]]]:
    un = st.tuples(_apres(creance, le), _somme(creance, le))
    return st.lists(un, min_size=1, max_size=4).map(lambda v: sorted(v, key=lambda x: x[0]))


_VISEE: dict[str, Any] = {"creance": _elle_ou_toutes}
_SUR_ELLE: dict[str, Any] = {"creance": _elle}
_VISEES: dict[str, Any] = {"creances": _elle_ou_rien}
_ETAPE = _VISEES | {"etape": st.sampled_from(["courriel", "appel", "lettre"])}
_CHAMPS: dict[Callable[..., Any], dict[str, Any]] = {
    Paiement: _VISEE | {"montant": _somme, "affectation": st.sampled_from(["debiteur", "creancier"])},
    Avoir: _SUR_ELLE | {"montant": _somme, "effet_le": _avant_ou_rien},
    Remise: _SUR_ELLE | {"montant": _somme, "poste": st.sampled_from(POSTES)},
    FraisJustifies: _SUR_ELLE | {"montant": _somme, "motif": textes(), "piece": textes()},
    Contestation: _SUR_ELLE | {"montant": _somme_ou_tout, "levee_le": _apres_ou_rien},
    Promesse: _VISEE | {"montant": _somme, "pour_le": _apres},
    Echeancier: _VISEES
    | {"versements": _versements, "interets": st.sampled_from(["courent", "abandonnes"]), "decheance": st.booleans()},
    DecheanceTerme: _SUR_ELLE,
    Reconnaissance: _VISEE,
    Renonciation: _VISEE,
    Suspension: _VISEE | {"du": _ce_jour, "au": _apres_ou_rien, "cause": st.sampled_from(CAUSES_DE_SUSPENSION)},
    DelaiDeGrace: _VISEE | {"du": _ce_jour, "au": _apres, "taux": st.none() | taux(9_999)},
    ProcedureCollective: {"genre": st.sampled_from(["sauvegarde", "redressement", "liquidation"])},
    Titre: _SUR_ELLE | {"executoire_le": _apres, "capitalisation_le": _avant_ou_rien},
    Appel: _VISEES | {"issue": st.sampled_from(ISSUES_D_APPEL)},
    Signal: {"nature": st.sampled_from(NATURES_DE_SIGNAL)},
    Blocage: _VISEE | {"motif": st.sampled_from(["represente", "decede", "cedee"]) | textes(), "jusqu_au": _apres_ou_rien},
    ActeInterruptif: _VISEE
    | {"cause": st.sampled_from(list(CAUSES_D_INTERRUPTION)), "fin_le": _apres_ou_rien, "non_avenu": st.booleans()},
    Relance: _ETAPE,
    MiseEnDemeure: _ETAPE | {"payer_avant_le": _apres_ou_rien, "presentee_le": _apres_ou_rien},
    Transmission: _ETAPE | {"a": st.sampled_from(["commissaire_de_justice", "avocat"])},
}
_GENRES: st.SearchStrategy[Callable[..., Any]] = st.sampled_from(list(_CHAMPS))


@st.composite
def dossiers(
    draw: st.DrawFn,
    *,
    creancier: st.SearchStrategy[Creancier] = _CREANCIERS,
    debiteur: st.SearchStrategy[Debiteur] = _DEBITEURS,
    mandataire: st.SearchStrategy[Mandataire | None] = _SANS_MANDATAIRE,
    echeance: Jours = _JOURS,
    creances_max: int = 3,
    evenements_max: int = 5,
) -> Dossier:
    """Jusqu'à trois créances d'un même débiteur et cinq événements ; parfois un paiement revient impayé.

    Args:
        mandataire: Par défaut, le créancier recouvre lui-même.
    """
    parties: dict[str, Any] = {
        "creancier": st.just(draw(creancier)),
        "debiteur": st.just(draw(debiteur)),
    }
    combien = draw(st.integers(1, creances_max))
    toutes = [draw(creances(f"F-{i}", echeance=echeance, **parties)) for i in range(1, combien + 1)]
    faits: list[Evenement] = []
    for i in range(draw(st.integers(0, evenements_max))):
        fait = evolve(draw(evenements(draw(st.sampled_from(toutes)))), reference=f"E-{i}")
        faits.append(fait)
        if isinstance(fait, Paiement) and draw(st.booleans()):
            faits.append(Rejet(le=fait.le + timedelta(days=draw(st.integers(0, 60))), paiement=fait.reference))
    return Dossier(creances=toutes, evenements=faits, mandataire=draw(mandataire))


def conventions() -> st.SearchStrategy[Conventions]:
    """Toutes les lectures, l'une ou l'autre."""
    choix = {f.name: st.sampled_from(_valeurs(f.name)) for f in fields(Conventions)}
    return st.builds(Conventions, **choix)


def _valeurs(champ: str) -> tuple[str, ...]:
    from recouvrement.droit.base import Choix

    lues: tuple[str, ...] = get_args(get_type_hints(Conventions, localns={"Choix": Choix})[champ])
    return lues


def _conditions_d_etape() -> st.SearchStrategy[Condition]:
    nombres = st.builds(
        Condition, st.sampled_from(["montant", "age"]), st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), st.integers(0, 10**6)
    )
    mots = st.builds(Condition, st.sampled_from(["qualite", "risque", "signal"]), st.sampled_from(["=", "!="]), textes(20))
    return nombres | mots


@st.composite
def scenarios(draw: st.DrawFn, etapes_max: int = 5) -> Scenario:
    """Des étapes de plus en plus fermes : relances, puis une mise en demeure, puis la remise du dossier."""
    jours = sorted(draw(st.lists(st.integers(0, 120), min_size=1, max_size=etapes_max)))
    actes = ["relance"] * len(jours) + ["mise_en_demeure", "transmission"]
    actes = actes[draw(st.integers(0, 2)) :][: len(jours)]
    etapes = [
        Etape(
            cle=f"etape_{i}",
            acte=acte,  # type: ignore[arg-type]
            jours=j,
            fenetre=draw(st.integers(0, 15)),
            delai_accorde=draw(st.integers(1, 30)),
            ton=draw(st.integers(1, 5)),
            ouvres=draw(st.booleans()),
            canaux=draw(st.sampled_from([("courriel",), ("courrier", "courriel"), ("telephone",), ("recommande",)])),
            declencheur=draw(st.none() | st.sampled_from(DECLENCHEURS)),
            si=draw(st.lists(_conditions_d_etape(), max_size=2)),
        )
        for i, (j, acte) in enumerate(zip(jours, actes, strict=True))
    ]
    return Scenario(
        cle="essai",
        etapes=etapes,
        ecart_minimal=draw(st.integers(0, 15)),
        source=draw(textes()),
        solde_minimal=draw(_rien_ou(montants(10_000))),
        jours_ouvres=draw(st.booleans()),
        fin_de_mois=draw(st.booleans()),
        contacts_max=draw(_rien_ou(st.tuples(st.integers(1, 5), st.integers(1, 60)))),
    )


def politiques() -> st.SearchStrategy[Politique]:
    """En droit français, de scénario et de conventions quelconques."""
    return st.builds(Politique, scenario=scenarios(), conventions=conventions())


def enregistrer() -> None:
    """Déclare les types à Hypothesis : ``st.from_type(Dossier)``. Appelée par Hypothesis lui-même à son chargement."""
    for genre, strategie in (
        (Montant, montants()),
        (Taux, taux()),
        (TauxIndexe, taux_indexes()),
        (Delai, delais()),
        (Terme, termes()),
        (ConditionsPaiement, conditions()),
        (Adresse, adresses()),
        (Creancier, creanciers()),
        (Debiteur, debiteurs()),
        (Mandataire, mandataires()),
        (Creance, creances()),
        (Dossier, dossiers()),
        (Conventions, conventions()),
        (Scenario, scenarios()),
        (Politique, politiques()),
    ):
        st.register_type_strategy(genre, strategie)
