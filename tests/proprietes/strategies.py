"""Histoires tirées au sort entre nos parties d'essai, par-dessus ``recouvrement.strategies``."""

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE
from recouvrement import (
    Avoir,
    ConditionsPaiement,
    Creance,
    DelaiDeGrace,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    ProcedureCollective,
    Rejet,
    Relance,
    Remise,
    Taux,
    TauxIndexe,
    Titre,
)
from recouvrement import strategies as publiques
from recouvrement.strategies import DERNIER, PREMIER, avoirs, bornes, dates, mises_en_demeure, montants, paiements, taux


def profil(exemples: int) -> settings:
    """Toujours les mêmes exemples, sans horloge ni base."""
    lents = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(
        max_examples=exemples, derandomize=True, deadline=None, database=None, print_blob=True, suppress_health_check=lents
    )


taux_convenus = st.none() | taux()
debiteurs = st.sampled_from([SOCIETE, SOCIETE, COMMUNE, CONSOMMATEUR])


def creances(reference="F-1", debiteur=None, echeance=None, taux=taux_convenus, montant=None):
    """Une créance de notre créancier d'essai, à échéance donnée, de taux de la loi ou convenu."""
    return publiques.creances(
        reference,
        creancier=st.just(CREANCIER),
        debiteur=debiteurs if debiteur is None else st.just(debiteur),
        echeance=dates() if echeance is None else echeance,
        montant=montants() if montant is None else montant.map(Montant.de_centimes),
        selon=st.builds(ConditionsPaiement, taux_penalites=taux),
        details=False,
    )


@st.composite
def examens(draw, creance: Creance, etendue: int = 1000):
    """Un jour d'examen, de l'émission à la fin de la table."""
    fin = min(DERNIER, creance.echeance + timedelta(days=etendue))
    return draw(dates(min(creance.emise_le, fin), fin))


def mouvements(creance: Creance, nombre: int = 4) -> st.SearchStrategy[list]:
    return st.lists(paiements(creance) | avoirs(creance), max_size=nombre)


@st.composite
def histoires(draw, debiteur=None, nombre: int = 4):
    """(créance, faits, jour d'examen)."""
    creance = draw(creances(debiteur=debiteur))
    faits = draw(mouvements(creance, nombre))
    if creance.debiteur is CONSOMMATEUR:
        faits += draw(st.lists(mises_en_demeure(creance), max_size=2))
    return creance, tuple(faits), draw(examens(creance))


indexes = st.sampled_from([TauxIndexe.lire(t) for t in ("BCE + 10", "3 × taux légal", "1,5 × taux légal + 2", "0,25 × BCE")])


_N, _OUI, _QUART = st.integers(0, 10**6), st.booleans(), st.integers(0, 3)
_BORNES = sorted(bornes(date(2012, 1, 1), DERNIER))
_PART, _MILLIEME = st.integers(1, 120), st.sampled_from([100, 1000])
_POSTES = st.sampled_from(["principal", "penalites", "interets", "indemnite"])
_GENRES = st.sampled_from(["sauvegarde", "redressement", "liquidation"])
_REDUIT = st.none() | st.integers(0, 9_999).map(Taux.de_dix_milliemes)
_PRINCIPAL, _TAUX = st.integers(100, 10**9), taux_convenus | indexes
_PARTIES = st.sampled_from([SOCIETE, COMMUNE, CONSOMMATEUR])


def _jour(draw, premier: date, etendue: int = 1000) -> date:
    """Un jour d'ici ``etendue`` jours, une fois sur quatre une borne : un seul tirage, d'une stratégie qui ne change pas."""
    n, fin = draw(_N), min(DERNIER, premier + timedelta(days=etendue))
    bornes = _BORNES[bisect_left(_BORNES, premier) : bisect_right(_BORNES, fin)]
    if n % 4 == 0 and bornes:
        return bornes[n // 4 % len(bornes)]
    return premier + timedelta(days=n // 4 % ((fin - premier).days + 1)) if fin > premier else premier


def _du_principal(draw, creance: Creance, diviseur: int = 100) -> Montant:
    return Montant.de_centimes(max(1, creance.principal.centimes * draw(_PART) // diviseur))


@st.composite
def graces(draw, creance: Creance, reduit=_REDUIT):
    """Jusqu'à deux ans ; le taux réduit, s'il y en a un, n'atteint pas un pour cent."""
    du = _jour(draw, creance.emise_le)
    au = du + timedelta(days=draw(_N) % 731)
    return DelaiDeGrace(du=du, au=au, creance=creance.reference if draw(_OUI) else None, taux=draw(reduit))


@st.composite
def ouvertures(draw, creance: Creance):
    return ProcedureCollective(le=_jour(draw, creance.emise_le), genre=draw(_GENRES))


def _titre(draw, creance: Creance) -> Titre:
    le = _jour(draw, creance.echeance, 700)
    executoire = le + timedelta(days=draw(_N) % 61)
    demande = _jour(draw, creance.emise_le, (le - creance.emise_le).days) if draw(_OUI) else None
    return Titre(le=le, executoire_le=executoire, creance=creance.reference, capitalisation_le=demande)


def _reduction(draw, creance: Creance) -> Avoir | Remise:
    le = _jour(draw, creance.emise_le)
    if draw(_OUI):
        effet = _jour(draw, creance.emise_le, (le - creance.emise_le).days) if draw(_OUI) else None
        return Avoir(le=le, effet_le=effet, montant=_du_principal(draw, creance), creance=creance.reference)
    montant = _du_principal(draw, creance, draw(_MILLIEME))
    return Remise(le=le, montant=montant, creance=creance.reference, poste=draw(_POSTES))


@st.composite
def creances_longues(draw, debiteur=None):
    """Taux fixe, indexé ou de la loi ; capitalisation convenue ou non ; parfois un paiement différé d'un an."""
    echeance = _jour(draw, PREMIER, 5000)
    n = draw(_N)
    return Creance(
        reference="F-1",
        principal=Montant.de_centimes(draw(_PRINCIPAL)),
        emise_le=echeance - timedelta(days=366 if n % 5 == 0 else n // 5 % 91),
        echeance=echeance,
        creancier=CREANCIER,
        debiteur=debiteur or draw(_PARTIES),
        conditions=ConditionsPaiement(taux_penalites=draw(_TAUX), capitalisation=draw(_OUI)),
    )


@st.composite
def histoires_jugees(draw, debiteur=None):
    """(créance, faits, jour d'examen) : paiements dont certains reviennent impayés, remises, juge et procédure collective."""
    c = draw(creances_longues(debiteur))
    faits: list = [_reduction(draw, c) for _ in range(draw(_QUART) % 3)]
    for i in range(draw(_QUART)):
        le = _jour(draw, c.emise_le)
        faits.append(Paiement(le=le, montant=_du_principal(draw, c), creance="F-1", reference=f"P-{i}"))
        if draw(_QUART) == 0:
            faits.append(Rejet(le=le + timedelta(days=draw(_N) % 61), paiement=f"P-{i}"))
    if c.debiteur is CONSOMMATEUR and draw(_OUI):
        le = _jour(draw, c.emise_le, 700)
        faits.append(MiseEnDemeure(le=le, presentee_le=le + timedelta(days=draw(_N) % 21)))
    faits += [draw(graces(c)) for _ in range(draw(_QUART) % 3)]
    faits += [_titre(draw, c)] if draw(_OUI) else []
    faits += [draw(ouvertures(c))] if draw(_QUART) == 0 else []
    return c, tuple(faits), _jour(draw, c.emise_le, 1500)


@st.composite
def dossiers(draw, debiteur=SOCIETE, nombre: int = 4, designes: bool = False):
    """Plusieurs créances d'un même débiteur ; ``designes`` : chaque paiement nomme la sienne."""
    combien = draw(st.integers(1, nombre))
    toutes = [draw(creances(f"F-{i}", debiteur, dates(date(2023, 1, 1), date(2026, 6, 30)))) for i in range(combien)]
    faits: list = []
    for _ in range(draw(st.integers(0, 4))):
        visee = draw(st.sampled_from(toutes))
        reference = visee.reference if designes or draw(st.booleans()) else None
        faits.append(draw(paiements(visee, reference, 900) | avoirs(visee, visee.reference, 900)))
    return Dossier(creances=toutes, evenements=faits), draw(dates(date(2023, 1, 1), DERNIER))


relances = st.builds(Relance, le=dates(date(2023, 1, 1), DERNIER), etape=st.sampled_from(["courriel", "appel", "lettre"]))
