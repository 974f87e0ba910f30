"""Ce que coûte un portefeuille en colonnes, rapporté au même calcul écrit à la main et au moteur d'objets, dans une même course.

    python benchmarks/masse.py [lignes]
    python benchmarks/masse.py preuve [lignes]     # toutes les sorties, ligne à ligne, contre le moteur d'objets (long)

Le portefeuille est tiré au sort : montants log-normaux, factures de 2019 à 2026, 80 % entre professionnels, 15 % de consommateurs, 5 %
d'acheteurs publics, 30 % d'un taux convenu (dont un tiers indexé), 15 % d'au moins un paiement. « À la main » : NumPy, ou Polars s'il
est installé, pour les seules pénalités et l'indemnité entre professionnels au taux de la loi ; Polars encore, pour toutes les colonnes des
bilans, la prescription, l'étape et les alertes étant lues dans un calendrier tout fait, par échéance ; puis à travail égal : les bilans et
les rejets, chaque donnée étant contrôlée. Les façons sont appelées tour à tour ; chaque rapport est celui des médianes.

Buts, entre professionnels : le temps de NumPy à la main, la moitié de celui de Polars à travail égal ; sur le portefeuille entier, un noyau
compilé trois fois plus rapide que celui de NumPy, 64 octets de travail par ligne en plus des tables, et temps(10 n) / temps(n) sous 11,
jusqu'à dix millions de lignes. Mesuré le 22 novembre 2026, sur deux fils d'une machine partagée, à un million, puis à dix millions de lignes :
×0,58 à ×0,79, puis ×0,32 de NumPy ; ×0,42 à ×0,48, puis ×0,33 de Polars à travail égal, ×0,57 à ×0,73, puis ×0,54 sans rejets ni contrôles,
×1,0 à ×1,3, puis ×0,90 pour son total seul ; noyau compilé ×3,1 à ×3,4 au calme, ×2,0 à ×2,6 quand des voisins prennent le cache ; 43 à
55 octets ; 3,8 à 6,6, puis 10,5 ; de 4 à 9 % du débit d'une copie.
"""

import sys
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recouvrement import Creance, Montant, Paiement, Politique, Qualite
from recouvrement.droit import pour
from recouvrement.masse import blocs, classes, colonnes, echange, examiner_table, objets
from recouvrement.masse.sortie import Sortie

try:
    from recouvrement.masse import noyau_compile
except ImportError:
    noyau_compile = None

AU = date(2026, 11, 21)
FR = pour("fr")
PALIERS = FR.paliers(next(r for r in FR.regimes if r.code == "b2b"))
EPOQUE = np.datetime64("1970-01-01")
DE_L_ECHEANCE = ("prescription", "prescription_prudente", "etape", "etape_le", "alertes")


def portefeuille(n: int, graine: int = 1, *, nu: bool = False) -> pa.Table:
    """``n`` créances ; ``nu`` : entre professionnels, au taux de la loi, sans paiement."""
    h = np.random.default_rng(graine)
    emise = np.datetime64("2019-01-01") + h.integers(0, 2880, n)
    echeance = emise + h.choice([0, 15, 30, 30, 30, 45, 60, 60, 75], n)
    principal = np.maximum(100, (np.exp(h.normal(7.0, 1.3, n)) * 100).astype(np.int64))
    colonnes: dict[str, Any] = {
        "reference": pc.binary_join_element_wise("F", pc.utf8_lpad(pa.array(np.arange(n)).cast(pa.string()), 7, "0"), "-"),
        "principal_centimes": principal,
        "emise_le": pa.array(emise.astype("datetime64[D]")),
        "echeance": pa.array(echeance.astype("datetime64[D]"), mask=np.zeros(n, bool) if nu else h.random(n) < 0.1),
        "creancier_qualite": pa.array(["commercant"] * n),
    }
    if nu:
        return pa.table(colonnes | {"debiteur_qualite": pa.array(["commercant"] * n)})
    qualites = pa.array(["commercant", "professionnel", "consommateur", "personne_publique"])
    tire, convenu = h.choice(4, n, p=[0.6, 0.2, 0.15, 0.05]), h.random(n)
    taux = h.choice([82_500, 100_000, 121_500, 150_000], n)
    sans_indice = (convenu < 0.2) | (convenu >= 0.3)
    indexe = pa.array(["3 × taux légal", "BCE + 10"]).take(pa.array(h.integers(0, 2, n), mask=sans_indice))
    combien = np.where(h.random(n) < 0.15, h.integers(1, 4, n), 0)
    ligne = np.repeat(np.arange(n), combien)
    le = echeance[ligne] + h.integers(-20, 400, len(ligne))
    part = np.maximum(1, principal[ligne] * h.integers(5, 110, len(ligne)) // 100)
    bornes = pa.array(np.concatenate([[0], np.cumsum(combien)]).astype(np.int32))
    return pa.table(
        colonnes
        | {
            "debiteur_qualite": qualites.take(pa.array(tire)),
            "executee_le": pa.array((emise - h.integers(0, 20, n)).astype("datetime64[D]"), mask=h.random(n) < 0.5),
            "taux_dix_milliemes": pa.array(taux, mask=convenu >= 0.2),
            "taux_indexe": indexe,
            "paiements_le": pa.ListArray.from_arrays(bornes, pa.array(le.astype("datetime64[D]"))),
            "paiements_centimes": pa.ListArray.from_arrays(bornes, pa.array(part)),
        }
    )


def numpy_a_la_main(table: pa.Table) -> np.ndarray:
    """Le total de chaque ligne : principal, pénalités, indemnité."""
    principal = table.column("principal_centimes").to_numpy()
    retard = table.column("echeance").to_numpy().astype("datetime64[D]").astype(np.int64)
    au = int((np.datetime64(AU) - EPOQUE).astype(int))
    total = principal.copy()
    for p in PALIERS:
        du, fin = int((np.datetime64(p.du) - EPOQUE).astype(int)), min(au, int((np.datetime64(p.au) - EPOQUE).astype(int)))
        if fin > retard.min() and du <= au:
            jours = np.maximum(fin - np.maximum(retard, du - 1), 0)
            total += (2 * principal * p.taux.dix_milliemes * jours + 365_000_000) // 730_000_000
    return total + np.where(retard < au, 4_000, 0)


def polars_a_la_main() -> dict[str, Callable[[pa.Table], Any]]:
    """En expressions : le total seul ; toutes les colonnes des bilans ; les bilans et les rejets, les données étant contrôlées.

    Ce qui ne dépend que de l'échéance y est lu dans un calendrier tout fait.
    """
    try:
        import polars as pl
    except ImportError:
        print("polars n'est pas installé : pas de comparaison avec lui")
        return {}
    au = (AU - date(1970, 1, 1)).days
    echeance, principal = pl.col("echeance").cast(pl.Int32).cast(pl.Int64), pl.col("principal_centimes")
    indemnite = pl.when(echeance < au).then(4_000).otherwise(0).cast(pl.Int64)
    penalites = pl.lit(0, pl.Int64)
    for p in PALIERS:
        du, fin = (p.du - date(1970, 1, 1)).days, min(au, (p.au - date(1970, 1, 1)).days)
        if p.au.year >= 2019 and du <= au:
            jours = pl.max_horizontal(pl.lit(fin) - pl.max_horizontal(echeance, pl.lit(du - 1)), pl.lit(0)).cast(pl.Int64)
            penalites = penalites + (2 * principal * p.taux.dix_milliemes * jours + 365_000_000) // 730_000_000
    total = (principal + penalites + indemnite).alias("total_centimes")

    un_par_jour = examiner_table(portefeuille(100_000, nu=True), au=AU).bilans.select(["echeance", *DE_L_ECHEANCE])
    connus = pl.from_arrow(un_par_jour).unique("echeance")
    premier = connus["echeance"].min()
    jours_civils = pl.date_range(premier, connus["echeance"].max(), eager=True).alias("echeance")
    calendrier = jours_civils.to_frame().join(connus, on="echeance", how="left")
    rang = pl.col("echeance").cast(pl.Int32) - (premier - date(1970, 1, 1)).days
    toutes = [
        pl.int_range(pl.len()).alias("ligne"),
        pl.col("reference", "emise_le", "echeance", "principal_centimes"),
        pl.max_horizontal(pl.lit(au) - echeance, pl.lit(0)).cast(pl.Int32).alias("jours_retard"),
        penalites.alias("penalites_centimes"),
        indemnite.alias("indemnite_centimes"),
        total,
        *(pl.lit(0, pl.Int64).alias(nom) for nom in ("interets_centimes", "trop_percu_centimes")),
        *(pl.lit(nom).cast(pl.Categorical).alias(f"regime_{nom}") for nom in ("b2b", "commercial")),
        *(pl.lit(calendrier[nom]).gather(rang).alias(nom) for nom in DE_L_ECHEANCE),
    ]
    reference, du_siecle = pl.col("reference"), (date(1990, 1, 1), date(2090, 12, 31))
    controles = {
        "reference": reference.str.len_chars().is_between(1, 200) & (reference.str.strip_chars() != ""),
        "caracteres": ~reference.str.contains(r"\p{C}"),
        "principal_centimes": principal.is_between(1, 10**15),
        **{nom: pl.col(nom).is_between(*du_siecle) for nom in ("emise_le", "echeance")},
        "dates": pl.col("emise_le") <= pl.col("echeance"),
        **{nom: pl.col(nom).is_in([q.value for q in Qualite]) for nom in ("creancier_qualite", "debiteur_qualite")},
    }
    fautif = pl.coalesce(pl.when(bon).then(None).otherwise(pl.lit(nom)) for nom, bon in controles.items())

    def bilans_et_rejets(table: pa.Table) -> pl.DataFrame:
        lue = pl.from_arrow(table).lazy().with_columns(pl.all_horizontal(controles.values()).alias("bon"))
        bilans = lue.filter("bon").select(toutes)
        rejets = lue.filter(~pl.col("bon")).select(reference, fautif.alias("champ"))
        return pl.collect_all([bilans, rejets])[0]

    return {
        "Polars à la main, le total seul": lambda t: pl.from_arrow(t).lazy().select(total).collect(),
        "Polars à la main, les colonnes des bilans": lambda t: pl.from_arrow(t).lazy().select(toutes).collect(),
        "Polars à la main, bilans et rejets, données contrôlées": bilans_et_rejets,
    }


def une_creance(ligne: dict[str, Any]) -> tuple[Creance, tuple[Paiement, ...]]:
    """La ligne en objets ; le temps de les bâtir n'est pas compté."""
    c = objets.creance(
        dict.fromkeys(("recue_le", "contrat_le", "acheteur", "nature", "secteur", "capitalisation", "devise")) | ligne
    )
    faits = zip(ligne["paiements_le"] or (), ligne["paiements_centimes"] or (), strict=True)
    return c, tuple(Paiement(le=le, montant=Montant.de_centimes(m), creance=c.reference) for le, m in faits)


def mesurer(*fonctions: Callable[[], object], tours: int = 7) -> list[float]:
    """Médiane des durées, en secondes, les fonctions appelées tour à tour."""
    durees: list[list[float]] = [[] for _ in fonctions]
    for _ in range(tours):
        for fonction, duree in zip(fonctions, durees, strict=True):
            debut = perf_counter()
            fonction()
            duree.append(perf_counter() - debut)
    return [median(d) for d in durees]


def copie() -> float:
    """Octets lus et écrits en une seconde par la copie d'un grand tableau, en autant de fils qu'Arrow en emploie."""
    fils = pa.cpu_count()
    parts = [(np.ones(2**24), np.ones(2**24)) for _ in range(fils)]
    with ThreadPoolExecutor(fils) as bassin:
        (duree,) = mesurer(lambda: list(bassin.map(lambda part: np.copyto(*part), parts)))
    return 2 * sum(part[0].nbytes for part in parts) / duree


def memoire(fonction: Callable[[], object]) -> tuple[int, int]:
    """Octets pris au plus haut, puis gardés, chez NumPy et chez Arrow ; leurs deux sommets sont additionnés."""
    defaut = pa.default_memory_pool()
    arrow = pa.proxy_memory_pool(defaut)
    pa.set_memory_pool(arrow)
    tracemalloc.start()
    rendu = fonction()
    gardes, pic = tracemalloc.get_traced_memory()
    mesures = pic + arrow.max_memory(), gardes + arrow.bytes_allocated()
    tracemalloc.stop()
    pa.set_memory_pool(defaut)
    del rendu
    return mesures


def noyaux(nom: str, table: pa.Table) -> None:
    """Les noyaux seuls, la table étant lue."""
    lues, d = colonnes.lire(echange.conformer(table).table, colonnes.numero(AU)), classes.droits(Politique(), AU)
    compares = [m for m in (blocs, noyau_compile) if m is not None]
    durees = mesurer(*(lambda m=m: m.par_colonnes(lues, Sortie(d, table.num_rows)) for m in compares))
    for m, duree in zip(compares, durees, strict=True):
        rapport = f" ; ×{durees[0] / duree:.1f}" if m is not blocs else ""
        print(f"  {nom}, {m.__name__.split('.')[-1]} : {duree / table.num_rows * 1e6:.3f} µs par ligne{rapport}")


def main(n: int) -> None:
    nu = portefeuille(n, nu=True)
    attendu = numpy_a_la_main(nu)
    assert (examiner_table(nu, au=AU).bilans.column("total_centimes").to_numpy() == attendu).all()
    rivaux = {"NumPy à la main, le total seul": numpy_a_la_main, **polars_a_la_main()}
    for nom, rival in rivaux.items():
        if "Polars" in nom:
            assert (rival(nu)["total_centimes"].to_numpy() == attendu).all()
    masse, *mains = mesurer(lambda: examiner_table(nu, au=AU), *[lambda f=f: f(nu) for f in rivaux.values()])
    print(f"{n} lignes entre professionnels, sans paiement : {masse / n * 1e6:.3f} µs par ligne, toutes les sorties")
    for nom, duree in zip(rivaux, mains, strict=True):
        print(f"  {nom} : {duree / n * 1e6:.3f} µs par ligne ; rapport ×{masse / duree:.2f}")
    noyaux("noyau seul, sans paiement", nu)

    entier, dixieme = portefeuille(n), portefeuille(n // 10)
    classes._droits.cache_clear()
    debut = perf_counter()
    examiner_table(entier, au=AU)
    premier = perf_counter() - debut
    echantillon = [une_creance(x) for x in portefeuille(1_000, 2).to_pylist()]
    politique = Politique()
    grand, petit, unes = mesurer(
        lambda: examiner_table(entier, au=AU),
        lambda: examiner_table(dixieme, au=AU),
        lambda: [politique.examiner(c, f, au=AU) for c, f in echantillon],
        tours=5,
    )
    rendu = examiner_table(entier, au=AU)
    touches, debit = entier.nbytes + rendu.bilans.nbytes, copie()
    noyaux("noyau seul, portefeuille entier", entier)
    print(f"{n} lignes d'un portefeuille entier : {grand / n * 1e6:.3f} µs par ligne ; {rendu.repris} reprises par les objets")
    part = touches / grand / debit
    print(f"  {touches / n:.0f} octets lus et rendus par ligne ; {part:.0%} de ce qu'une copie passe ({debit / 1e9:.1f} Go/s)")
    print(f"  premier appel, toutes les questions de droit étant à poser : {premier / n * 1e6:.3f} µs par ligne")
    print(f"  moteur d'objets : {unes / 1_000 * 1e6:.1f} µs par ligne ; ×{(unes / 1_000) / (grand / n):.0f} de gagné")
    print(f"  temps(10 n) / temps(n) : {grand / petit:.2f}")
    pic, gardes = memoire(lambda: examiner_table(entier, au=AU))
    print(f"  mémoire en plus, par ligne : {pic / n:.0f} octets au plus haut, dont {gardes / n:.0f} de tables rendues et reçues")


def preuve(n: int, lot: int = 50_000) -> None:
    """Chaque ligne des deux façons."""
    politique, ecarts = Politique(), 0
    for graine, _ in enumerate(range(0, n, lot), start=100):
        table = portefeuille(lot, graine)
        lignes = table.to_pylist()
        rendu = examiner_table(table, au=AU)
        assert rendu.rejets.num_rows == 0
        for ligne, obtenu in zip(lignes, rendu.bilans.to_pylist(), strict=True):
            c, faits = une_creance(ligne)
            veut = objets.resumer(politique.examiner(c, faits, au=AU))
            ecarts += {k: tuple(obtenu[k]) if k == "alertes" else obtenu[k] for k in veut} != veut
        print(f"graine {graine} : {lot} lignes, {rendu.repris} reprises, {ecarts} écarts depuis le début", flush=True)
    assert not ecarts


if __name__ == "__main__":
    if sys.argv[1:2] == ["preuve"]:
        preuve(int(sys.argv[2]) if sys.argv[2:] else 1_000_000)
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
