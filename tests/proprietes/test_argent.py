"""I-01 à I-17g : ce qu'aucun jeu de faits ne doit démentir, et l'accord au centime avec la force brute."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from fabrique import COMMUNE, CONSOMMATEUR, SOCIETE, creance, examiner
from proprietes import force_brute as fb
from proprietes.strategies import (
    DERNIER,
    avoirs,
    creances,
    dates,
    dossiers,
    examens,
    histoires,
    mouvements,
    paiements,
    profil,
    relances,
)
from recouvrement import (
    Avoir,
    Conventions,
    Creance,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    ParametreNonPublie,
    Politique,
    Taux,
)
from recouvrement.droit import pour
from recouvrement.droit.base import ValeurDatee, interets_centimes
from recouvrement.politique.bilan import POSTES
from recouvrement.resultat import Source

PUBLIC_DEPUIS = date(2013, 5, 1)
REFUSER = Politique(conventions=Conventions(taux_inconnu="refuser"))


# --- la force brute, nourrie des mêmes faits -------------------------------------------------------------------------


def _taux_de(c: Creance, depart: date | None):
    convenu = c.conditions.taux_penalites
    if c.debiteur is CONSOMMATEUR:
        return fb.legal
    if c.debiteur is COMMUNE:  # d'ordre public : aucune clause n'y change rien
        fige = fb.bce(c.echeance + timedelta(days=1))
        return lambda _jour: None if fige is None else fige + 8
    if convenu is not None:
        return lambda _jour: Fraction(convenu.dix_milliemes, 10_000)
    return lambda jour: None if fb.bce(jour) is None else fb.bce(jour) + 10


def _depart(c: Creance, faits: tuple, au: date) -> date | None:
    if c.debiteur is CONSOMMATEUR:
        vues = [e.presentee_le for e in faits if isinstance(e, MiseEnDemeure) and e.presentee_le <= au]
        return max(min(vues), c.echeance) if vues else None
    hors = c.debiteur is COMMUNE and c.echeance < PUBLIC_DEPUIS
    return None if hors else c.echeance


def _brute(c: Creance, faits: tuple, au: date) -> dict[str, int]:
    depart = _depart(c, faits, au)
    bouge = [
        (e.effet if isinstance(e, Avoir) else e.le, "avoir" if isinstance(e, Avoir) else "paiement", e.montant.centimes)
        for e in Dossier(creances=[c], evenements=faits).evenements
        if isinstance(e, Avoir | Paiement) and e.le <= au and getattr(e, "effet", e.le) <= au
    ]
    bouge.sort(key=lambda m: (m[0], m[1] == "paiement"))
    due = 0 if c.debiteur is CONSOMMATEUR or depart is None else 4000
    return fb.dette(c.principal.centimes, c.echeance, depart, _taux_de(c, depart), bouge, au, due)


def _obtenu(bilan) -> dict[str, int]:
    accessoires = bilan.penalites.valeur + bilan.interets.valeur
    dits = {"accessoires": accessoires, "principal": bilan.principal.valeur, "indemnite": bilan.indemnite.valeur}
    return {k: m.centimes for k, m in dits.items()} | {
        "trop_percu": bilan.trop_percu.centimes,
        "lignes": len(bilan.decompte.lignes),
    }


@profil(2000)
@given(histoires())
def test_i07_accord_avec_la_force_brute(histoire) -> None:
    c, faits, au = histoire
    bilan = examiner(c, *faits, au=au)
    assert _obtenu(bilan) == _brute(c, faits, au), bilan.expliquer()


@profil(150)
@given(st.integers(1, 10**12), st.integers(0, 400_000), st.integers(0, 6000), st.sampled_from([360, 365, 366]))
def test_arrondi_demi_superieur_exact(base: int, taux: int, jours: int, annee: int) -> None:
    exact = Fraction(base * taux * jours, 1_000_000 * annee)
    assert interets_centimes(base, taux, jours, annee) == fb.au_centime(exact)


@profil(100)
@given(creances(debiteur=SOCIETE), st.data())
def test_cinq_ans_en_fractions(c: Creance, data) -> None:
    """Cinq ans et plus : chaque ligne est la fraction exacte, arrondie une fois."""
    au = data.draw(dates(min(DERNIER, c.echeance + timedelta(days=1800)), DERNIER))
    for x in examiner(c, au=au).decompte.lignes:
        exact = Fraction(x.base.centimes) * Fraction(x.taux.pourcent) * ((x.au - x.du).days + 1) / 36500
        assert x.montant.centimes == fb.au_centime(exact)


# --- pénalités -------------------------------------------------------------------------------------------------------


@profil(150)
@given(creances(), st.integers(0, 90))
def test_i01_nul_avant(c: Creance, recul: int) -> None:
    bilan = examiner(c, au=c.echeance - timedelta(days=recul))
    assert bilan.decompte.lignes == ()
    assert bilan.total.valeur == bilan.principal.valeur == c.principal
    assert bilan.actions == ()


@profil(150)
@given(creances(debiteur=SOCIETE, echeance=dates(dernier=date(2026, 12, 30))))
def test_i02_premier_jour(c: Creance) -> None:
    (ligne,) = examiner(c, au=c.echeance + timedelta(days=1)).decompte.lignes
    assert (ligne.jours, ligne.du, ligne.au) == (1, *[c.echeance + timedelta(days=1)] * 2)


@profil(150)
@given(creances(), st.data())
def test_i03_monotone_en_jours(c: Creance, data) -> None:
    avant, apres = sorted([data.draw(examens(c)), data.draw(examens(c))])
    assert examiner(c, au=avant).total.valeur <= examiner(c, au=apres).total.valeur


@profil(150)
@given(creances(debiteur=SOCIETE), st.integers(0, 10**9), st.integers(0, 100_000), st.data())
def test_i04_monotone_en_principal_et_en_taux(c: Creance, plus: int, points: int, data) -> None:
    au = data.draw(examens(c))
    gros = creance(principal=c.principal + Montant.de_centimes(plus), echeance=c.echeance, conditions=c.conditions)
    assert examiner(c, au=au).penalites.valeur <= examiner(gros, au=au).penalites.valeur
    convenu = c.conditions.taux_penalites
    if convenu is not None:
        from attrs import evolve

        cher = evolve(c, conditions=evolve(c.conditions, taux_penalites=convenu + Taux.de_dix_milliemes(points)))
        assert examiner(c, au=au).penalites.valeur <= examiner(cher, au=au).penalites.valeur


@profil(150)
@given(creances(debiteur=SOCIETE), st.data())
def test_i05_additive(c: Creance, data) -> None:
    """Couper la durée ne change rien avant arrondi ; après, au plus un demi-centime par ligne arrondie."""
    milieu, fin = sorted([data.draw(examens(c)), data.draw(examens(c))])
    a, b = examiner(c, au=milieu), examiner(c, au=fin)

    def exact(bilan) -> Fraction:
        return sum(
            (Fraction(x.base.centimes) * Fraction(x.taux.pourcent) * x.jours / 36500 for x in bilan.decompte.lignes), Fraction(0)
        )

    reste = exact(b) - exact(a)
    arrondis = len(a.decompte.lignes) + len(b.decompte.lignes)
    assert abs(b.penalites.valeur.centimes - a.penalites.valeur.centimes - reste) <= Fraction(arrondis, 2)
    assert sum(x.jours for x in b.decompte.lignes) == max(0, (fin - c.echeance).days)


@profil(120)
@given(creances(debiteur=SOCIETE, montant=st.integers(1, 10**11)), st.integers(2, 9), st.data())
def test_i06_homogene(c: Creance, k: int, data) -> None:
    au = data.draw(examens(c))
    grand = creance(principal=c.principal * k, echeance=c.echeance, conditions=c.conditions)
    un, plusieurs = examiner(c, au=au), examiner(grand, au=au)
    ecart = abs(k * un.penalites.valeur.centimes - plusieurs.penalites.valeur.centimes)
    assert ecart <= Fraction((k + 1) * len(un.decompte.lignes), 2)


@profil(150)
@given(histoires())
def test_i08_i09_lignes_contigues_maximales_et_sommees(histoire) -> None:
    c, faits, au = histoire
    bilan = examiner(c, *faits, au=au)
    lignes = bilan.decompte.lignes
    bouge = {e.effet if isinstance(e, Avoir) else e.le for e in faits if isinstance(e, Avoir | Paiement)}
    for avant, apres in pairwise(lignes):
        assert apres.du == avant.au + timedelta(days=1)
        assert (avant.taux, avant.base) != (apres.taux, apres.base) or avant.au in bouge
    courus = sum((x.montant for x in lignes), Montant.zero())
    payes = sum((i.penalites + i.interets for i in bilan.decompte.imputations), Montant.zero())
    assert bilan.penalites.valeur + bilan.interets.valeur == courus - payes
    assert all(c.echeance < x.du <= x.au <= au for x in lignes)


@profil(100)
@given(creances(debiteur=SOCIETE, taux=st.none(), echeance=dates(date(2025, 1, 1), date(2026, 12, 30))), st.integers(1, 400))
def test_i10_table_fermee(c: Creance, apres: int) -> None:
    au = DERNIER + timedelta(days=apres)
    with pytest.raises(ParametreNonPublie) as refus:
        REFUSER.examiner(c, au=au)
    assert (refus.value.jour, refus.value.connu_au) == (DERNIER + timedelta(days=1), DERNIER)
    arrete = examiner(c, au=au)
    assert arrete.decompte.lignes[-1].au == DERNIER
    assert arrete.penalites.valeur == examiner(c, au=DERNIER).penalites.valeur


@profil(100)
@given(histoires())
def test_i11_independance_du_futur(histoire) -> None:
    c, faits, au = histoire
    bce = pour("fr").baremes["bce"]
    from attrs import evolve

    derniere = bce.valeurs[-1]
    suite = ValeurDatee(date(2027, 1, 1), None, derniere.valeur + 3, Source("essai"), "etabli")
    plus_long = evolve(
        bce, valeurs=(*bce.valeurs[:-1], evolve(derniere, au=date(2026, 12, 31)), suite), verifie_le=date(2027, 3, 1)
    )
    demain = Politique(droit=pour("fr").avec(plus_long))
    assert examiner(c, *faits, au=au, politique=demain).vers_dict() == examiner(c, *faits, au=au).vers_dict()


@profil(120)
@given(dossiers(), st.lists(relances, max_size=3))
def test_i13_une_indemnite_par_facture_en_retard(tirage, ecrits) -> None:
    dossier, au = tirage
    bilan = examiner(dossier, au=au)
    for b in bilan.creances:
        assert b.indemnite.valeur.centimes in range(4001)
        assert not b.indemnite.valeur or au > b.echeance.valeur
    assert examiner(dossier, *ecrits, au=au).indemnite.valeur == bilan.indemnite.valeur


@profil(120)
@given(histoires(debiteur=CONSOMMATEUR))
def test_i13_jamais_d_un_consommateur(histoire) -> None:
    c, faits, au = histoire
    bilan = examiner(c, *faits, au=au)
    assert (bilan.indemnite.valeur.centimes, bilan.penalites.valeur.centimes) == (0, 0)


@profil(100)
@given(dossiers(nombre=3), st.data())
def test_i13_les_echeances_d_une_facture_la_partagent(tirage, data) -> None:
    dossier, au = tirage
    from attrs import evolve

    groupe = evolve(dossier, creances=[evolve(c, facture="F") for c in dossier.creances], evenements=())
    en_retard = any(c.echeance < au for c in groupe.creances)
    assert examiner(groupe, au=au).indemnite.valeur == (Montant("40.00") if en_retard else Montant.zero())


# --- paiements -------------------------------------------------------------------------------------------------------


def _conserve(bilan, faits, au: date) -> None:
    """Ce qui est né moins ce qui est dû est exactement ce qui a été imputé ; le surplus est du trop-perçu."""
    recus = sum((e.montant for e in faits if isinstance(e, Avoir | Paiement) and e.le <= au), Montant.zero())
    imputes = sum((i.valeur for i in bilan.decompte.imputations), Montant.zero())
    assert imputes + bilan.trop_percu == recus
    principal = sum((c.principal for c in bilan.dossier.creances), Montant.zero())
    sur_principal = sum((i.principal for i in bilan.decompte.imputations), Montant.zero())
    assert bilan.principal.valeur == principal - sur_principal


@profil(150)
@given(histoires())
def test_i15_conservation(histoire) -> None:
    c, faits, au = histoire
    _conserve(examiner(c, *faits, au=au), faits, au)


@profil(150)
@given(dossiers())
def test_i15_i16_dossier(tirage) -> None:
    dossier, au = tirage
    bilan = examiner(dossier, au=au)
    _conserve(bilan, dossier.evenements, au)
    for b in bilan.creances:
        assert all(getattr(b, poste).valeur.centimes >= 0 for poste in POSTES)
        assert b.total.valeur == sum((getattr(b, poste).valeur for poste in POSTES), Montant.zero())
    for i in bilan.decompte.imputations:
        assert all(getattr(i, poste).centimes >= 0 for poste in POSTES)
    assert bilan.total.valeur == sum((b.total.valeur for b in bilan.creances), Montant.zero())


@profil(120)
@given(histoires(nombre=3), st.data())
def test_i17_un_paiement_n_augmente_jamais_la_dette(histoire, data) -> None:
    c, faits, au = histoire
    plus = data.draw(paiements(c, part=st.integers(0, 130)) | avoirs(c))
    sans, avec = examiner(c, *faits, au=au), examiner(c, *faits, plus, au=au)
    assert avec.total.valeur <= sans.total.valeur


_PETITES = Dossier(creances=[creance(f"F-{i}", "2.10", date(2025, 1, 31)) for i in range(6)])


def test_i17_un_centime_sans_designation_n_augmente_pas_la_dette() -> None:
    au = date(2025, 6, 30)
    avec = examiner(_PETITES, Paiement(le=date(2025, 2, 7), montant="0.01"), au=au)
    assert avec.total.valeur <= examiner(_PETITES, au=au).total.valeur


def test_seule_la_creance_atteinte_ferme_une_ligne() -> None:
    bilan = examiner(_PETITES, Paiement(le=date(2025, 2, 7), montant="0.01"), au=date(2025, 6, 30))
    atteintes = {i.creance for i in bilan.decompte.imputations}
    coupees = {x.creance for x in bilan.decompte.lignes if x.au == date(2025, 2, 7)}
    assert coupees == atteintes


@profil(150)
@given(dossiers(designes=True), st.data())
def test_i17_dossier_a_paiements_designes(tirage, data) -> None:
    dossier, au = tirage
    visee = data.draw(st.sampled_from(dossier.creances))
    plus = data.draw(paiements(visee, visee.reference, 900, st.integers(0, 130)))
    assert examiner(dossier, plus, au=au).total.valeur <= examiner(dossier, au=au).total.valeur


@profil(150)
@given(creances(), st.data())
def test_i17b_payer_plus_tot_ne_coute_jamais_plus(c: Creance, data) -> None:
    """À l'arrondi près : un demi-centime par ligne fermée, des deux côtés."""
    from attrs import evolve

    paye, au = data.draw(paiements(c)), data.draw(examens(c))
    assume(paye.le <= au)
    tot = evolve(paye, le=data.draw(dates(c.emise_le, max(paye.le, c.emise_le))))
    a, b = examiner(c, tot, au=au), examiner(c, paye, au=au)
    marge = Montant.de_centimes((len(a.decompte.lignes) + len(b.decompte.lignes) + 1) // 2)
    assert a.total.valeur <= b.total.valeur + marge


@profil(120)
@given(dossiers(), st.randoms(use_true_random=False))
def test_i17c_l_ordre_des_faits_ne_change_rien(tirage, hasard) -> None:
    dossier, au = tirage
    creances_, faits = list(dossier.creances), list(dossier.evenements)
    hasard.shuffle(creances_)
    hasard.shuffle(faits)
    autre = Dossier(creances=creances_, evenements=faits)
    assert autre == dossier
    assert hash(autre) == hash(dossier)
    assert examiner(autre, au=au) == examiner(dossier, au=au)


@profil(150)
@given(histoires(nombre=2), st.data())
def test_i17d_fractionner_un_paiement(histoire, data) -> None:
    c, faits, au = histoire
    le = data.draw(dates(c.emise_le, min(DERNIER, c.echeance + timedelta(days=900))))
    x, y = data.draw(st.integers(1, 10**9)), data.draw(st.integers(1, 10**9))

    def payer(somme: int, reference: str) -> Paiement:
        return Paiement(le=le, montant=Montant.de_centimes(somme), creance="F-1", reference=reference)

    en_deux = examiner(c, *faits, payer(x, "a"), payer(y, "b"), au=au)
    assert _obtenu(en_deux) == _obtenu(examiner(c, *faits, payer(x + y, "a"), au=au))


@profil(150)
@given(creances(), st.data())
def test_i17f_le_principal_apres_les_interets(c: Creance, data) -> None:
    paye = data.draw(paiements(c))
    bilan = examiner(c, paye, au=paye.le)
    for i in bilan.decompte.imputations:
        assert not i.principal or not (bilan.penalites.valeur or bilan.interets.valeur)
        assert not i.indemnite or not bilan.principal.valeur


@profil(150)
@given(histoires(), st.integers(0, 400))
def test_i17g_soldee_le_reste(histoire, apres: int) -> None:
    c, faits, au = histoire
    bilan = examiner(c, *faits, au=au)
    assert bilan.soldee == (not bilan.total.valeur)
    if bilan.soldee and all(e.le <= au for e in faits):
        plus_tard = examiner(c, *faits, au=min(DERNIER, au + timedelta(days=apres)))
        assert plus_tard.total.valeur == Montant.zero() or au <= c.echeance
        assert plus_tard.prochaine is None
        assert plus_tard.actions == ()


@profil(120)
@example(creance(principal="10000.00"), date(2026, 9, 1))
@given(creances(), st.none())
def test_le_decompte_seul_dit_la_meme_chose(c: Creance, au: date | None) -> None:
    jour = au or min(DERNIER, c.echeance + timedelta(days=200))
    assert Politique().decompte(c, au=jour) == examiner(c, au=jour).decompte


@profil(120)
@given(creances(debiteur=SOCIETE), st.data())
def test_replay_les_faits_a_venir_n_existent_pas(c: Creance, data) -> None:
    au = data.draw(examens(c, 600))
    faits = [f for f in data.draw(mouvements(c)) if f.le > au]
    sans, avec = examiner(c, au=au), examiner(c, *faits, au=au)
    assert avec.total == sans.total
    assert avec.decompte == sans.decompte
    assert avec.prescription == sans.prescription
