"""Portefeuille, rapprochement, échéanciers : ce qui doit rester vrai quels que soient les dossiers."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import chain, combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, SOCIETE, examiner
from proprietes.strategies import dates, dossiers, histoires, profil
from recouvrement import (
    Avoir,
    Creance,
    Creancier,
    DonneeInvalide,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    Portefeuille,
    Qualite,
    Rejet,
)
from recouvrement.modele.evenements import DecheanceTerme, Echeancier
from recouvrement.politique.accord import suivre
from recouvrement.politique.rapprochement import ASSIETTES, CANDIDATS

P = Politique()
DEBUT, FIN = date(2025, 1, 1), date(2026, 12, 31)
AUTRE = Creancier(nom="Scierie des Monts SA", qualite=Qualite.COMMERCANT, siren="552100554")
PARTIES = [(c, d) for c in (CREANCIER, AUTRE) for d in (SOCIETE, COMMUNE, CONSOMMATEUR)]
VUES = ("balance_agee", "dso", "radar", "priorites", "penalites_non_reclamees")


@st.composite
def lots(draw, nombre: int = 5):
    """Des dossiers de plusieurs parties et de deux devises, avec paiements et avoirs ; et un jour."""
    lot = []
    for i in range(draw(st.integers(0, nombre))):
        creancier, debiteur = draw(st.sampled_from(PARTIES))
        devise = draw(st.sampled_from(["EUR", "EUR", "USD"]))
        creances, faits = [], []
        for k in range(draw(st.integers(1, 3))):
            echeance = draw(dates(DEBUT, FIN))
            c = Creance(
                reference=f"F-{i}-{k}",
                principal=Montant.de_centimes(draw(st.integers(1, 10**7)), devise),
                emise_le=echeance - timedelta(days=draw(st.integers(0, 60))),
                echeance=echeance,
                creancier=creancier,
                debiteur=debiteur,
                nature=draw(st.sampled_from(["facture"] * 9 + ["inconnue"])),
            )
            creances.append(c)
            montant = Montant.de_centimes(draw(st.integers(1, 10**7)), devise)
            le = draw(dates(DEBUT, FIN))
            faits += draw(
                st.sampled_from(
                    [
                        [],
                        [Paiement(le=le, montant=montant)],
                        [Paiement(le=le, montant=montant, creance=c.reference)],
                        [Avoir(le=le, montant=montant, creance=c.reference)],
                        [MiseEnDemeure(le=le, creances=[c.reference])],
                    ]
                )
            )
        lot.append(Dossier(creances=creances, evenements=faits))
    return lot, draw(dates(DEBUT, FIN))


def portefeuille(lot: list[Dossier], au: date) -> Portefeuille:
    return Portefeuille(lot, politique=P, au=au)


def ouvertes(p: Portefeuille) -> list:
    return [b for bilan in p.bilans for b in bilan.creances if b.creance.emise_le <= p.au]


def par_devise(creances: list, valeur) -> dict[str, int]:
    sommes: Counter = Counter()
    for b in creances:
        sommes[b.creance.devise] += valeur(b).centimes
    return {devise: somme for devise, somme in sommes.items() if somme}


# --- le portefeuille -------------------------------------------------------------------------------------------------


@profil(120)
@given(lots(), st.randoms(use_true_random=False))
def test_l_ordre_des_dossiers_ne_change_rien(tirage, hasard) -> None:
    lot, au = tirage
    melange = list(lot)
    hasard.shuffle(melange)
    un, deux = portefeuille(lot, au), portefeuille(melange, au)
    assert un == deux
    assert un.ecartes == deux.ecartes
    assert all(getattr(un, vue)() == getattr(deux, vue)() for vue in VUES)


@profil(150)
@given(lots(), st.lists(st.integers(1, 400), min_size=1, max_size=4, unique=True).map(sorted))
def test_les_tranches_refont_le_total_par_devise(tirage, tranches) -> None:
    p = portefeuille(*tirage)
    for par in ("debiteur", "creancier"):
        b = p.balance_agee(tranches, par=par)
        assert {t.devise: t.principal.centimes for t in b.totaux if t.principal} == par_devise(
            ouvertes(p), lambda x: x.principal.valeur
        )
        assert {t.devise: t.total.centimes for t in b.totaux if t.total} == par_devise(ouvertes(p), lambda x: x.total.valeur)
        for x in (*b.lignes, *b.totaux):
            assert sum(m.centimes for m in x.tranches) == x.principal.centimes == sum(q.principal.centimes for q in x.postes)
            assert x.total.centimes == x.principal.centimes + x.accessoires.centimes
        for total in b.totaux:
            siennes = [x for x in b.lignes if x.devise == total.devise]
            assert total.trop_percu.centimes == sum(x.trop_percu.centimes for x in siennes)
            assert len(total.postes) == sum(len(x.postes) for x in siennes)


@profil(100)
@given(lots())
def test_les_extraits_refont_le_tout(tirage) -> None:
    p = portefeuille(*tirage)
    for quoi in ("debiteur", "creancier"):
        extraits = p.par(quoi).values()
        assert Counter(d for e in extraits for d in e.dossiers) == Counter(p.dossiers)
        assert sum(len(e.radar().lignes) for e in extraits) == len(p.radar().lignes)
        refaits = [portefeuille(list(e.dossiers), p.au) for e in extraits]
        assert [e.balance_agee() for e in extraits] == [r.balance_agee() for r in refaits]


@profil(120)
@given(lots())
def test_radar_priorites_et_non_reclamees_n_oublient_rien(tirage) -> None:
    p = portefeuille(*tirage)
    dues = [b for b in ouvertes(p) if b.total.valeur]
    r = p.radar()
    assert len(r.lignes) == len(dues)
    assert par_devise(dues, lambda b: b.total.valeur) == _sommes(t.total for t in r.totaux)
    assert [x.jours for x in r.lignes] == sorted(x.jours for x in r.lignes)
    rangs = [r.niveaux.index(x.niveau) for x in r.lignes]
    assert all(x.valeur < p.au for x, rang in zip(r.lignes, rangs, strict=True) if rang == 0)
    assert all(x.prudente < p.au <= x.valeur for x, rang in zip(r.lignes, rangs, strict=True) if rang == 1)
    n = p.penalites_non_reclamees()
    assert _sommes(n.totaux) == _sommes(x.total for x in n.lignes)
    for x in p.priorites().lignes:
        exact = Decimal(sum(k.note * k.poids for k in x.criteres)) / 100
        assert abs(x.note - exact) <= Decimal("0.05")
        assert 0 <= x.note <= 100


def _sommes(montants) -> dict[str, int]:
    sommes: Counter = Counter()
    for m in montants:
        sommes[m.devise] += m.centimes
    return {devise: somme for devise, somme in sommes.items() if somme}


# --- DSO -------------------------------------------------------------------------------------------------------------


def impaye(centimes: int, le: date) -> Portefeuille:
    c = Creance(reference="F", principal=Montant.de_centimes(centimes), emise_le=le, creancier=CREANCIER, debiteur=SOCIETE)
    return portefeuille([Dossier(creances=[c])], le)


def calendrier(au: date, ventes: list[int], facteur: int = 1) -> list[tuple[date, Montant]]:
    mois = []
    for v in ventes:
        mois.append((au, Montant.de_centimes(v * facteur)))
        au = au.replace(day=1) - timedelta(days=1)
    return mois


def a_la_main(encours: int, au: date, ventes: list[int]) -> float | None:
    """L'épuisement écrit d'un trait, en flottants."""
    jours, reste = 0.0, float(encours)
    for v in ventes:
        if reste <= 0:
            break
        jours += au.day if reste >= v else au.day * reste / v
        reste -= v
        au = au.replace(day=1) - timedelta(days=1)
    return None if reste > 0 else jours


VENTES = st.lists(st.integers(0, 10**6), min_size=1, max_size=8)


@profil(200)
@given(st.integers(1, 4 * 10**6), dates(DEBUT, FIN), VENTES, st.integers(2, 9))
def test_dso_contre_le_calcul_a_la_main(encours: int, au: date, ventes: list[int], facteur: int) -> None:
    (d,) = impaye(encours, au).dso(mois=len(ventes), chiffre_d_affaires=calendrier(au, ventes))
    attendu = a_la_main(encours, au, ventes)
    if attendu is None:
        assert d.epuisement is None
    else:
        assert abs(float(d.epuisement) - attendu) <= 0.0501
        assert d.epuisement <= d.jours
    assert d.jours == sum(m.jours for m in d.mois)
    if sum(ventes):
        assert abs(float(d.simple) - encours * d.jours / sum(ventes)) <= 0.0501
    else:
        assert d.simple is None
    (dix,) = impaye(encours * facteur, au).dso(mois=len(ventes), chiffre_d_affaires=calendrier(au, ventes, facteur))
    assert (dix.simple, dix.epuisement) == (d.simple, d.epuisement)


@profil(100)
@given(st.integers(1, 10**6), st.integers(0, 10**6), dates(DEBUT, FIN), VENTES)
def test_dso_croit_avec_l_encours(encours: int, plus: int, au: date, ventes: list[int]) -> None:
    un, deux = (
        impaye(e, au).dso(mois=len(ventes), chiffre_d_affaires=calendrier(au, ventes))[0] for e in (encours, encours + plus)
    )
    assert un.simple is None or un.simple <= deux.simple
    assert deux.epuisement is None or un.epuisement <= deux.epuisement


@profil(80)
@given(lots())
def test_dso_des_seules_creances_s_epuise_toujours(tirage) -> None:
    for d in portefeuille(*tirage).dso():
        assert d.epuisement is not None
        assert all(m.encours.centimes >= 0 and m.ventes.centimes >= 0 for m in d.mois)


# --- échéanciers -----------------------------------------------------------------------------------------------------


RYTHMES = st.one_of(
    st.integers(1, 60).map(lambda n: {"mensualites": n}),
    st.integers(1, 10**7).map(lambda c: {"montant": Montant.de_centimes(c)}),
    st.integers(20, 2000).map(lambda j: {"jours": j}),
)


@profil(300)
@given(histoires(), RYTHMES, st.none() | st.integers(0, 90))
def test_les_versements_refont_le_total_a_des_jours_ouvres_croissants(histoire, rythme: dict, apres: int | None) -> None:
    c, faits, au = histoire
    bilan, total = examiner(c, *faits, au=au), examiner(c, *faits, au=au).total.valeur
    options = {"jusqu_au": au + timedelta(days=rythme["jours"])} if "jours" in rythme else dict(rythme)
    if apres is not None:
        options["premiere_le"] = au + timedelta(days=apres)
    if "montant" in options and total.centimes // options["montant"].centimes > 300:
        options["montant"] = Montant.de_centimes(total.centimes // 300)
    try:
        e = P.proposer_echeancier(bilan, **options)
    except DonneeInvalide:
        a_terme = bilan.creances[0].echeance.valeur > au
        refusable = not total or a_terme or bilan.prescription.acquise
        assert refusable or "jusqu_au" in options or options["mensualites"] > total.centimes
        return
    jours, parts = [j for j, _ in e.versements], [m.centimes for _, m in e.versements]
    assert sum(parts) == total.centimes
    assert all(a < b for a, b in pairwise(jours))
    assert all(P.droit.calendrier.ouvre(j) and j >= au for j in jours)
    assert len(set(parts[1:])) <= 1
    match options:
        case {"mensualites": n}:
            assert len(parts) == n
            assert 0 <= parts[0] - parts[-1] < n
        case {"montant": m}:
            assert 0 < parts[0] <= m.centimes
            assert set(parts[1:]) <= {m.centimes}
        case {"jusqu_au": fin}:
            assert jours[-1] <= fin
            assert 0 <= parts[0] - parts[-1] < len(parts)


PLAN_LE = date(2026, 3, 2)


@st.composite
def plans(draw):
    nombre = draw(st.integers(1, 5))
    ecarts = draw(st.lists(st.integers(0, 40), min_size=nombre, max_size=nombre))
    jours, jour = [], PLAN_LE
    for e in ecarts:
        jour += timedelta(days=e)
        jours.append(jour)
    parts = [Montant.de_centimes(draw(st.integers(1, 300))) for _ in jours]
    plan = Echeancier(le=PLAN_LE, versements=list(zip(jours, parts, strict=True)), decheance=draw(st.booleans()))
    faits: list = []
    for i in range(draw(st.integers(0, 5))):
        le = PLAN_LE + timedelta(days=draw(st.integers(-5, 150)))
        faits.append(Paiement(le=le, montant=Montant.de_centimes(draw(st.integers(1, 400))), reference=f"P-{i}"))
        if draw(st.integers(0, 4)) == 0:
            faits.append(Rejet(le=le + timedelta(days=draw(st.integers(0, 20))), paiement=f"P-{i}"))
    if draw(st.integers(0, 3)) == 0:
        le = PLAN_LE + timedelta(days=draw(st.integers(0, 100)))
        faits.append(MiseEnDemeure(le=le, payer_avant_le=le + timedelta(days=8)))
    return plan, faits, PLAN_LE + timedelta(days=draw(st.integers(0, 180)))


@profil(300)
@given(plans(), st.randoms(use_true_random=False))
def test_le_suivi_se_recompte_et_se_rejoue(tirage, hasard) -> None:
    plan, faits, au = tirage
    s = suivre(plan, faits, au=au)
    rejetes = {f.paiement for f in faits if isinstance(f, Rejet) and f.le <= au}
    recu = sum(
        f.montant.centimes for f in faits if isinstance(f, Paiement) and plan.le <= f.le <= au and f.reference not in rejetes
    )
    total = sum(m.centimes for _, m in plan.versements)
    assert s.paye.centimes == min(recu, total)
    assert s.paye.centimes + s.reste.centimes == total
    reste = recu
    for v, (le, du) in zip(s.versements, plan.versements, strict=True):
        couvert = min(max(reste, 0), du.centimes)
        assert (v.le, v.du, v.paye.centimes) == (le, du, couvert)
        assert v.paye + v.reste == v.du
        assert (v.fait_le is not None) == (couvert == du.centimes) == (v.etat in ("fait", "fait_en_retard"))
        if v.reste:
            assert (v.etat == "en_retard") == (le < au)
        reste -= du.centimes
    assert s.exigible.centimes == sum(v.reste.centimes for v in s.versements if v.etat in ("en_retard", "exigible"))
    assert (s.etat == "acheve") == (not s.reste)
    melange = list(faits)
    hasard.shuffle(melange)
    assert suivre(plan, melange, au=au) == suivre(plan, [f for f in faits if f.le <= au], au=au) == s
    rompu = suivre(plan, [*faits, DecheanceTerme(le=au, creance="F-1")], au=au)
    assert rompu.exigible == s.reste


# --- rapprochement ---------------------------------------------------------------------------------------------------


@st.composite
def petits(draw):
    """Peu de factures, de montants voisins : les sommes se rencontrent souvent."""
    au = date(2026, 9, 1)
    lot = []
    for debiteur in draw(st.lists(st.sampled_from([SOCIETE, COMMUNE]), min_size=1, max_size=2, unique=True)):
        creances = [
            Creance(
                reference=f"F-{k}",
                principal=Montant.de_centimes(draw(st.integers(1, 6)) * 100),
                emise_le=date(2026, 5, 1),
                echeance=au + timedelta(days=draw(st.integers(-60, 30))),
                creancier=CREANCIER,
                debiteur=debiteur,
            )
            for k in range(draw(st.integers(1, 6)))
        ]
        lot.append(Dossier(creances=creances))
    return lot, au


def force_brute(p: Portefeuille, cible: int) -> set[tuple[str, frozenset[str]]]:
    """Tous les ensembles de factures d'un même débiteur, toutes les assiettes."""
    trouves = set()
    for bilan in p.bilans:
        rangs = range(len(bilan.creances))
        for choix in chain.from_iterable(combinations(rangs, k) for k in range(1, len(rangs) + 1)):
            choisies = [bilan.creances[i] for i in choix]
            for postes in ASSIETTES.values():
                parts = [sum(getattr(b, poste).valeur.centimes for poste in postes) for b in choisies]
                if sum(parts) == cible and all(parts):
                    trouves.add((bilan.dossier.debiteur.cle, frozenset(b.creance.reference for b in choisies)))
    return trouves


@profil(300)
@given(petits(), st.integers(1, 20), st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_le_rapprochement_contre_la_force_brute(tirage, euros: int, choix: int, hasard) -> None:
    lot, au = tirage
    p = portefeuille(lot, au)
    tous = [b for bilan in p.bilans for b in bilan.creances]
    vise = tous[choix % len(tous)].total.valeur.centimes
    for cible in (euros * 100, vise, sum(b.total.valeur.centimes for b in p.bilans[0].creances)):
        paiement = Paiement(le=au, montant=Montant.de_centimes(cible))
        r = p.rapprocher(paiement)
        attendus = force_brute(p, cible)
        rendus = {(c.debiteur.cle, frozenset(c.creances)) for c in r.candidats}
        assert rendus <= attendus
        assert len(rendus) == len(r.candidats)
        if r.complet:
            assert rendus == attendus
            assert r.issue == ("aucune" if not attendus else "unique" if len(attendus) == 1 else "ambigue")
        else:
            assert len(attendus) > CANDIDATS
            assert r.issue == "ambigue"
        for c in r.candidats:
            assert sum(part.centimes for _, part in c.parts) == cible
            assert len(set(c.creances)) == len(c.creances)
        melange = list(lot)
        hasard.shuffle(melange)
        assert portefeuille(melange, au).rapprocher(paiement) == r


@profil(100)
@given(petits(), st.integers(1, 20), st.integers(0, 5))
def test_un_libelle_ne_fait_que_restreindre(tirage, euros: int, rang: int) -> None:
    """Nommer une facture n'ajoute aucun ensemble, et ne rend jamais unique un ensemble qui ne la contient pas."""
    lot, au = tirage
    renommes = [Dossier(creances=[_numerote(c, i) for c in d.creances]) for i, d in enumerate(lot)]
    p, paiement = portefeuille(renommes, au), Paiement(le=au, montant=Montant.de_centimes(euros * 100))
    numero = f"FAC-0-{rang}"
    sans, avec = p.rapprocher(paiement), p.rapprocher(paiement, libelle=f"VIR {numero}")
    if sans.complet and avec.complet:
        assert {c.creances for c in avec.candidats} <= {c.creances for c in sans.candidats}
        assert bool(avec.candidats) == bool(sans.candidats)
    if avec.issue == "unique" and avec.nommees:
        assert numero in avec.candidats[0].numeros


def _numerote(c: Creance, i: int) -> Creance:
    return Creance(
        reference=f"{i}-{c.reference}",
        facture=f"FAC-{i}-{c.reference[2:]}",
        principal=c.principal,
        emise_le=c.emise_le,
        echeance=c.echeance,
        creancier=c.creancier,
        debiteur=c.debiteur,
    )


@profil(60)
@given(dossiers())
def test_un_dossier_seul_fait_un_portefeuille_qui_dit_comme_lui(tirage) -> None:
    dossier, au = tirage
    p = portefeuille([dossier], au)
    assert p.bilans == (P.examiner(dossier, au=au),)
