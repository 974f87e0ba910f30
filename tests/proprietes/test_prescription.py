"""I-18 à I-22 : l'horloge de la prescription, contre une simulation d'un jour après l'autre et contre les articles."""

from datetime import date, timedelta

import pytest
from attrs import evolve, frozen
from hypothesis import assume, given
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE
from proprietes import force_brute_prescription as fb
from proprietes.strategies import profil
from recouvrement import (
    ActeInterruptif,
    Calendrier,
    Contestation,
    Creance,
    Creancier,
    Debiteur,
    DecheanceTerme,
    Echeancier,
    MiseEnDemeure,
    Paiement,
    Politique,
    ProcedureCollective,
    Promesse,
    Qualite,
    Reconnaissance,
    Rejet,
    Relance,
    Renonciation,
    Suspension,
    Titre,
    Transmission,
)

P = Politique()
JUSTICE = (
    "assignation",
    "refere",
    "requete",
    "injonction_de_payer_signifiee",
    "saisie",
    "mesure_conservatoire",
    "declaration_de_creance",
)
D_UN_JOUR = ("saisie", "mesure_conservatoire")  # C. civ., art. 2244 : leur fin n'est pas sûre de compter
AVEC_PLANCHER = ("mediation", "conciliation", "procedure_participative", "petites_creances", "mesure_instruction")
ARTISAN = evolve(CREANCIER, qualite=Qualite.PROFESSIONNEL)
LIBERAL = evolve(SOCIETE, qualite=Qualite.PROFESSIONNEL)


@frozen
class Cadre:
    """Une ligne de la table, et qui l'appelle. ``propre`` : les écrits qui n'interrompent qu'ici ; ``attente`` : jours de présentation."""

    nature: str
    debiteur: Debiteur
    ligne: fb.Ligne
    creancier: Creancier = CREANCIER
    execution: bool = False
    prudence: bool = False
    attente: int = 0
    propre: str = ""


CADRES = (
    Cadre("facture", SOCIETE, fb.Ligne(60, ancienne=(fb.LOI_DE_2008, 120))),
    Cadre("facture", LIBERAL, fb.Ligne(60, ancienne=(fb.LOI_DE_2008, 360)), creancier=ARTISAN),
    Cadre("facture", CONSOMMATEUR, fb.Ligne(24), prudence=True),
    Cadre("facture", COMMUNE, fb.Ligne(48, civile=True, butoir=False), execution=True, propre="demande_ecrite_publique"),
    Cadre("loyer_habitation", CONSOMMATEUR, fb.Ligne(36, ancienne=(date(2014, 3, 27), 60))),
    Cadre("copropriete", CONSOMMATEUR, fb.Ligne(60, ancienne=(date(2018, 11, 25), 120))),
    Cadre("transport_marchandises", SOCIETE, fb.Ligne(12), execution=True),
    Cadre("credit_conso", CONSOMMATEUR, fb.Ligne(24, forclusion=True, butoir=False)),
    Cadre("assurance", SOCIETE, fb.Ligne(24), propre="recommande_assurance"),
    Cadre("lettre_change_endosseurs", SOCIETE, fb.Ligne(6), execution=True),
    Cadre("cheque_porteur", SOCIETE, fb.Ligne(6), attente=8),
    Cadre("titre_executoire", SOCIETE, fb.Ligne(120, butoir=False, ancienne=(fb.LOI_DE_2008, 360)), execution=True),
)
SANS_PARTICULARITE = [k for k in CADRES if not (k.ligne.forclusion or k.ligne.civile or k.ligne.ancienne)]


# --- des histoires au sort -------------------------------------------------------------------------------------------


def _delai(cadre: Cadre) -> int:
    return 31 * cadre.ligne.mois


@st.composite
def departs(draw, cadre: Cadre, premier: date = date(1998, 1, 1), dernier: date = date(2024, 12, 31)):
    """Partout, et là où ça change : une loi qui réduit, le printemps 2020, les fins de mois et les 29 février."""
    ordinaires = st.dates(premier, dernier)
    speciaux = [date(2016, 2, 29), date(2020, 2, 29), date(2012, 8, 31), date(2019, 12, 31)]
    protege = st.dates(date(2020, 3, 10), date(2020, 6, 26)).map(lambda j: fb.plus_mois(j, -cadre.ligne.mois))
    choix = ordinaires | st.sampled_from(speciaux) | protege
    if cadre.ligne.ancienne:
        loi = cadre.ligne.ancienne[0]
        choix |= st.dates(fb.plus_mois(loi, -132), loi + timedelta(days=2))
    return draw(choix)


@st.composite
def creances_de(draw, cadre: Cadre, depart=None, recul: int = 7000):
    echeance = draw(departs(cadre) if depart is None else depart)
    recul = 90 if cadre.execution or cadre.attente else recul  # l'émission y peut être le départ
    emise = echeance - timedelta(days=draw(st.integers(0, 90) | st.integers(0, recul)))
    executee = draw(st.none() | st.integers(-90, 90).map(lambda k: echeance + timedelta(days=k)))
    return Creance(
        reference="F-1",
        principal="1000.00",
        nature=cadre.nature,
        emise_le=emise,
        echeance=None if executee and draw(st.integers(0, 9)) == 0 else echeance,
        executee_le=executee,
        creancier=cadre.creancier,
        debiteur=cadre.debiteur,
    )


def _depart(cadre: Cadre, c: Creance, faits, au: date) -> date:
    if cadre.attente:
        return c.emise_le + timedelta(days=cadre.attente)
    if cadre.execution:
        return c.executee_le or c.emise_le
    pertes = [f.le for f in faits if isinstance(f, DecheanceTerme) and f.le <= au] if c.echeance else []
    return min([c.echeance or c.executee_le or c.emise_le, *pertes])


NOMME = st.sampled_from(["F-1", None])
ETENDUES = st.none() | st.integers(0, 40) | st.integers(0, 1200)


@st.composite
def evenements(draw, le: date, rang: int, forclusion: bool = False):
    """Un événement daté ; ``rang`` le rend distinct de ses voisins."""
    fin = draw(ETENDUES)
    fin = None if fin is None else le + timedelta(days=fin)
    match draw(st.integers(0, 15)):
        case 0 | 1:
            qui = draw(st.sampled_from(["debiteur", "debiteur", "creancier"]))
            return Paiement(le=le, montant="1.00", creance=draw(NOMME), affectation=qui, reference=f"p{rang}")
        case 2 | 3:
            return Reconnaissance(le=le, creance=draw(NOMME))
        case 4 | 5 | 6:
            cause = draw(st.sampled_from([*JUSTICE, "demande_ecrite_publique", "recommande_assurance"]))
            return ActeInterruptif(le=le, cause=cause, creance=draw(NOMME), fin_le=fin, non_avenu=draw(st.integers(0, 7)) == 0)
        case 7 | 8 | 9:
            return Suspension(du=le, au=fin, cause=draw(st.sampled_from([*AVEC_PLANCHER, "impossibilite_agir"])))
        case 10:
            return Reconnaissance(le=le) if forclusion else Renonciation(le=le, creance=draw(NOMME))
        case 11:
            return Titre(le=le, executoire_le=le, creance="F-1")
        case 12:
            return Echeancier(le=le, versements=((le, "1.00"),), creances=draw(st.sampled_from([(), ("F-1",)])))
        case 13:
            return Promesse(le=le, montant="1.00", pour_le=le, creance=draw(NOMME))
        case 14:
            return MiseEnDemeure(le=le, creances=["F-1"], canal=draw(st.sampled_from(["recommande", "courriel"])))
        case _:
            vains = [
                Relance(le=le, creances=["F-1"]),
                Relance(le=le, creances=["F-1"], canal="telephone"),
                Transmission(le=le, creances=["F-1"]),
                Contestation(le=le, creance="F-1"),
                ProcedureCollective(le=le, genre="redressement"),
            ]
            return draw(st.sampled_from(vains))


@st.composite
def histoires(draw, cadres=CADRES, nombre: int = 6, depart=None):
    """(cadre, créance, événements, au) : une chaîne de faits, souvent au bord du dernier jour."""
    cadre = draw(st.sampled_from(cadres))
    c = draw(creances_de(cadre, depart))
    debut = _depart(cadre, c, (), date.max)
    ici, faits = debut, []
    for rang in range(draw(st.integers(0, nombre))):
        bord = fb.plus_mois(ici, cadre.ligne.mois)
        libre = st.integers(-40, _delai(cadre) + 30).map(lambda k, ici=ici: ici + timedelta(days=k))
        jour = draw(libre | libre | st.sampled_from([bord, bord - fb.UN_JOUR, bord + fb.UN_JOUR, ici, ici + fb.UN_JOUR]))
        fait = draw(evenements(jour, rang, cadre.ligne.forclusion))
        if isinstance(fait, Titre) and jour <= debut:
            continue  # un titre d'avant l'exigibilité n'est pas une histoire de cette créance
        faits.append(fait)
        if isinstance(fait, Paiement) and draw(st.integers(0, 5)) == 0:
            faits.append(Rejet(le=jour + timedelta(days=draw(st.integers(0, 20))), paiement=fait.reference))
        ici = jour if draw(st.booleans()) else ici
    if not cadre.execution and not cadre.attente and c.echeance and draw(st.integers(0, 7)) == 0:
        faits.append(DecheanceTerme(le=c.echeance + timedelta(days=draw(st.integers(-400, 40))), creance="F-1"))
    dernier = max([debut, *(f.le for f in faits)])
    au = draw(st.dates(debut - timedelta(days=30), dernier + timedelta(days=1200)) | st.just(dernier))
    return cadre, c, tuple(faits), au


def en_clair(cadre: Cadre, c: Creance, faits, au: date) -> fb.Histoire:
    """L'histoire pour la force brute : ce que chaque fait est en droit, et ce qui en est douteux."""
    revenus = {f.paiement for f in faits if isinstance(f, Rejet) and f.le <= au}
    depart = _depart(cadre, c, faits, au)
    prudent = min(depart, c.executee_le) if cadre.prudence and c.executee_le else depart
    lus = [x for f in faits if (x := _lire(cadre, f, revenus))]
    saisies = [f for f in faits if isinstance(f, ActeInterruptif) and f.cause == "saisie" and f.fin_le and not f.non_avenu]
    lus += [fb.Fait("justice", f.le, f.fin_le, douteux=True) for f in saisies]
    return fb.Histoire(cadre.ligne, depart, prudent, min(c.emise_le, c.executee_le or c.emise_le), au, tuple(lus))


def _lire(cadre: Cadre, fait, revenus: set[str]) -> fb.Fait | None:
    match fait:
        case Paiement() if fait.reference in revenus:
            return None
        case Paiement():
            return fb.Fait("reconnaissance", fait.le, douteux=fait.creance is None or fait.affectation == "creancier")
        case Reconnaissance():
            return fb.Fait("reconnaissance", fait.le)
        case Echeancier() | Promesse():
            return fb.Fait("reconnaissance", fait.le, douteux=True)
        case ActeInterruptif(non_avenu=True):
            return None
        case ActeInterruptif() if fait.cause in JUSTICE:
            return fb.Fait("justice", fait.le, fait.fin_le if fait.cause not in D_UN_JOUR else None)
        case ActeInterruptif() if fait.cause == cadre.propre:
            return fb.Fait("ecrit", fait.le)
        case MiseEnDemeure() | Relance() if cadre.ligne.civile and fait.canal != "telephone":
            return fb.Fait("ecrit", fait.le, douteux=True)
        case MiseEnDemeure(canal="recommande") if cadre.propre == "recommande_assurance":
            return fb.Fait("ecrit", fait.le, douteux=True)
        case Suspension():
            libre = fait.cause == "impossibilite_agir"
            return fb.Fait("suspension", fait.du, fait.au, plancher=not libre, douteux=libre)
        case Renonciation():
            return fb.Fait("renonciation", fait.le)
        case Titre():
            return fb.Fait("titre", fait.executoire_le)
    return None


def dire(c: Creance, faits, au: date) -> str:
    """L'histoire telle qu'on la relit quand les deux calculs ne s'accordent pas."""
    fil = "\n".join(repr(f) for f in sorted(faits, key=lambda f: f.le))
    dates = f"emise {c.emise_le} echeance {c.echeance} executee {c.executee_le} au {au}"
    return f"{c.nature} {c.debiteur.qualite.value} {dates}\n{fil}\n{P.prescription(c, faits, au=au).expliquer()}"


@profil(2000)
@given(histoires())
def test_i18_a_i22_accord_avec_l_horloge(histoire) -> None:
    cadre, c, faits, au = histoire
    p = P.prescription(c, faits, au=au)
    assert (p.valeur, p.prudente) == fb.deux_dates(en_clair(cadre, c, faits, au)), dire(c, faits, au)


# --- les articles, un à un -------------------------------------------------------------------------------------------


def _sans_fin(faits):
    return [evolve(f, fin_le=None) if isinstance(f, ActeInterruptif) else f for f in faits]


@profil(250)
@given(histoires(), st.data())
def test_i18_une_interruption_n_avance_jamais_la_date(histoire, data) -> None:
    """Valable, elle donne au moins un délai entier ; tardive, elle ne change rien (C. civ., art. 2231)."""
    cadre, c, faits, _ = histoire
    depart = _depart(cadre, c, faits, date.max)
    d = depart + timedelta(days=data.draw(st.integers(1, 2 * _delai(cadre))))
    passes = [f for f in _sans_fin(faits) if f.le <= d]
    acte = ActeInterruptif(le=d, cause=data.draw(st.sampled_from(JUSTICE)))
    avant, apres = P.prescription(c, passes, au=d), P.prescription(c, [*passes, acte], au=d)
    if fb.COVID[2] in (avant.valeur, apres.valeur) or date(2020, 8, 21) in (avant.prudente, apres.prudente):
        return  # la période protégée tient un délai expiré pour plus long qu'un délai vivant : c'est la loi
    assert apres.valeur >= avant.valeur
    assert apres.prudente >= avant.prudente
    if d > avant.valeur:
        assert apres.valeur == avant.valeur
    else:
        assert apres.valeur >= fb.delai_nu(cadre.ligne, d)


@profil(250)
@given(histoires(), st.data())
def test_i18_aucun_fait_interruptif_n_avance_la_date(histoire, data) -> None:
    cadre, c, faits, au = histoire
    assume(not any(isinstance(e, Renonciation) for e in faits))  # un délai tenu en vie n'a plus rien à quoi l'on renonce
    le = au - timedelta(days=data.draw(st.integers(0, 2000)))
    actes = [Reconnaissance(le=le), ActeInterruptif(le=le, cause="assignation"), Renonciation(le=le)]
    actes += [Titre(le=le, executoire_le=le, creance="F-1")] * (le > _depart(cadre, c, faits, au))
    acte = data.draw(st.sampled_from(actes))
    sans, avec = P.prescription(c, faits, au=au), P.prescription(c, [*faits, acte], au=au)
    assume(sans.valeur != fb.COVID[2])
    assert avec.valeur >= sans.valeur, dire(c, [*faits, acte], au)


@profil(200)
@given(st.sampled_from(SANS_PARTICULARITE), st.data())
def test_i19_une_suspension_ajoute_ses_jours(cadre: Cadre, data) -> None:
    c = data.draw(creances_de(cadre, st.dates(date(2021, 1, 1), date(2024, 12, 31)), recul=90))
    depart = _depart(cadre, c, (), date.max)
    nue = fb.plus_mois(depart, cadre.ligne.mois)
    du = depart + timedelta(days=data.draw(st.integers(0, (nue - depart).days)))
    cause = data.draw(st.sampled_from([*AVEC_PLANCHER, "impossibilite_agir"]))
    arret = Suspension(du=du, au=du + timedelta(days=data.draw(st.integers(0, 800))), cause=cause)
    p = P.prescription(c, [arret], au=date(2040, 1, 1))
    assume(nue + timedelta(days=800) < fb.plus_mois(c.nee_le, 240))
    plancher = fb.plus_mois(arret.au, 6) if cause in AVEC_PLANCHER else date.min
    assert p.valeur == max(nue + (arret.au - du), plancher)


@profil(200)
@given(st.sampled_from(SANS_PARTICULARITE), st.data())
def test_i19_les_jours_qui_se_chevauchent_comptent_une_fois(cadre: Cadre, data) -> None:
    c = data.draw(creances_de(cadre, st.dates(date(2021, 1, 1), date(2024, 12, 31)), recul=90))
    depart = _depart(cadre, c, (), date.max)
    nue = fb.plus_mois(depart, cadre.ligne.mois)
    assume(nue + timedelta(days=1600) < fb.plus_mois(c.nee_le, 240))
    arrets = [
        Suspension(du=(du := depart + timedelta(days=d)), au=du + timedelta(days=n), cause="impossibilite_agir")
        for d, n in data.draw(st.lists(st.tuples(st.integers(0, (nue - depart).days), st.integers(0, 400)), max_size=4))
    ]
    union = {a.du + timedelta(days=k) for a in arrets for k in range((a.au - a.du).days)}
    assert P.prescription(c, arrets, au=date(2040, 1, 1)).valeur == nue + timedelta(days=len(union))


@profil(200)
@given(histoires(), st.randoms(use_true_random=False))
def test_i20_l_ordre_des_faits_ne_change_rien(histoire, hasard) -> None:
    _, c, faits, au = histoire
    meles = list(faits)
    hasard.shuffle(meles)
    assert P.prescription(c, meles, au=au) == P.prescription(c, faits, au=au)


@profil(250)
@given(histoires(cadres=[k for k in CADRES if k.ligne.butoir], nombre=10))
def test_i21_le_butoir(histoire) -> None:
    """Sans juge, sans titre ni renonciation, vingt ans de la naissance au plus (C. civ., art. 2232), sauf le délai nu."""
    _, c, faits, au = histoire
    amiables = [f for f in faits if not isinstance(f, ActeInterruptif | Titre | Renonciation)]
    nue = P.prescription(c, [f for f in amiables if isinstance(f, DecheanceTerme)], au=au).valeur
    plafond = fb.plus_mois(c.nee_le, 240)
    plafond = fb.COVID[2] if fb.COVID[0] <= plafond <= fb.COVID[1] else plafond
    assert P.prescription(c, amiables, au=au).valeur <= max(plafond, nue), dire(c, amiables, au)


NEE = date(1995, 1, 10)
ANCIENNE = Creance(
    reference="F-1", principal="1000.00", emise_le=NEE, echeance=date(2011, 1, 10), creancier=CREANCIER, debiteur=SOCIETE
)


@pytest.mark.parametrize(
    ("faits", "attendu"),
    [
        ((), date(2016, 1, 10)),  # le report par le terme (2233) n'est pas soumis au butoir
        ((Reconnaissance(le=date(2013, 1, 10)),), date(2016, 1, 10)),  # 2240 : plafonnée, jamais plus tôt
        ((Suspension(du=date(2013, 1, 10), au=date(2013, 7, 10), cause="mediation"),), date(2016, 1, 10)),
        ((ActeInterruptif(le=date(2013, 1, 10), cause="assignation"),), date(2018, 1, 10)),  # 2241, al. 1
        ((ActeInterruptif(le=date(2013, 1, 10), cause="saisie"),), date(2018, 1, 10)),  # 2244
        ((Titre(le=date(2013, 1, 10), executoire_le=date(2013, 1, 10), creance="F-1"),), date(2023, 1, 10)),  # L. 111-4, al. 2
    ],
)
def test_i21_les_exceptions_du_butoir(faits: tuple, attendu: date) -> None:
    assert P.prescription(ANCIENNE, faits, au=date(2015, 6, 1)).valeur == attendu


@profil(200)
@given(st.sampled_from(CADRES), st.data())
def test_i22_monotone_en_depart(cadre: Cadre, data) -> None:
    jours = sorted([data.draw(departs(cadre)), data.draw(departs(cadre))])
    dettes = [
        Creance(
            reference="F-1",
            principal="1.00",
            nature=cadre.nature,
            emise_le=j,
            echeance=j,
            executee_le=j,
            creancier=cadre.creancier,
            debiteur=cadre.debiteur,
        )
        for j in jours
    ]
    fins = [P.prescription(c, au=date(2030, 1, 1)) for c in dettes]
    assume(not any(fb.COVID[0] <= f.valeur <= fb.COVID[2] for f in fins))  # la période protégée n'est pas monotone : c'est la loi
    assert fins[0].valeur <= fins[1].valeur
    assert fins[0].prudente <= fins[1].prudente


@profil(250)
@given(histoires())
def test_la_prudente_precede_toujours(histoire) -> None:
    _, c, faits, au = histoire
    p = P.prescription(c, faits, au=au)
    assert p.prudente < p.valeur
    assert Calendrier().ouvre(p.prudente)
    assert (p.acquise, p.douteuse) == (au > p.valeur, p.prudente < au <= p.valeur)


@profil(200)
@given(histoires(), st.integers(1, 2000), st.data())
def test_un_fait_a_venir_n_existe_pas(histoire, jours: int, data) -> None:
    cadre, c, faits, au = histoire
    futur = data.draw(evenements(au + timedelta(days=jours), 99, cadre.ligne.forclusion))
    assert P.prescription(c, [*faits, futur], au=au) == P.prescription(c, faits, au=au)
