"""Les vues d'un portefeuille sur des colonnes : les mêmes règles que ``Portefeuille``, sur la table des bilans.

Chacune reçoit les bilans (Arrow, polars, pandas ou dictionnaire de tableaux, ou ce qu'on relit d'un fichier) et rend une table du même
genre. Deux devises ne s'additionnent jamais. Une facture émise après ``au`` n'est d'aucun total.
"""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recouvrement.erreurs import DonneeInvalide
from recouvrement.masse.colonnes import Entiers, numero
from recouvrement.masse.echange import ouvrir
from recouvrement.masse.schemas import TEXTE
from recouvrement.politique.balance import noms_des_tranches
from recouvrement.politique.dso import ChiffreDAffaires, Dso, dso_des_sommes
from recouvrement.politique.priorites import LOIN, PLEIN_RETARD, PLEINE_ATTENTE, POIDS, Poids, niveaux_du_radar
from recouvrement.temps import jour_civil

T = TypeVar("T")
GROUPE = ("debiteur", "devise")
LUES = (
    *("ligne", "reference", *GROUPE, "emise_le", "echeance", "jours_retard", "prescription", "prescription_prudente"),
    *("principal_centimes", "total_centimes", "trop_percu_centimes", "etape", "etape_le"),
)
GRAND = 2**63 // 256  # au-delà, 200 fois un montant déborderait : entiers de Python
EXACT = pa.decimal128(19)


def balance_agee(bilans: T, *, au: date, tranches: Sequence[int] = (30, 60, 90)) -> T:
    """Le principal restant dû par ancienneté de retard, une ligne par débiteur et par devise, de la plus lourde à la plus légère.

    Args:
        tranches: Derniers jours de retard de chaque tranche, croissants.

    Raises:
        DonneeInvalide: Tranches en désordre, table d'un autre schéma, somme au-delà de 64 bits.
    """
    noms = noms_des_tranches(tranches)
    table, rendre = _emises(bilans, au)
    total = table.column("total_centimes")
    du = pc.greater(total, 0)
    retard = np.where(du.to_numpy(), numero(au) - _jours(table, "echeance"), 0)
    rang = np.where(retard > 0, np.searchsorted(np.asarray(tranches), retard) + 1, 0)
    principal = _entiers(table.column("principal_centimes"))
    prescrit = np.where(_jours(table, "prescription") < numero(au), _entiers(total), 0)
    sommes = {nom: np.where(rang == i, principal, 0) for i, nom in enumerate(noms)}
    sommes |= {"principal": principal, "accessoires": _entiers(total) - principal, "total": _entiers(total)}
    sommes |= {"dont_prescrit": prescrit, "trop_percu": _entiers(table.column("trop_percu_centimes"))}
    lignes = _sommer(pa.table({nom: table.column(nom) for nom in GROUPE} | sommes), GROUPE)
    lignes = lignes.filter(pc.or_(pc.greater(lignes.column("total"), 0), pc.greater(lignes.column("trop_percu"), 0)))
    ordre = [("devise", "ascending"), ("total", "descending"), ("debiteur", "ascending")]
    return rendre(lignes.sort_by(ordre))


def radar(bilans: T, *, au: date, horizons: Sequence[int] = (60, 180, 365)) -> T:
    """Les prescriptions de tout ce qui reste dû, de la plus proche à la plus lointaine.

    Args:
        horizons: Niveaux, en jours avant le jour prudent, croissants.
    """
    niveaux = niveaux_du_radar(horizons)
    table, rendre = _emises(bilans, au)
    table = table.filter(pc.greater(table.column("total_centimes"), 0))
    jours = _jours(table, "prescription_prudente") - numero(au)
    acquise, douteuse = _jours(table, "prescription") < numero(au), jours < 0
    rang = np.where(acquise, 0, np.where(douteuse, 1, 2 + np.searchsorted(np.asarray(horizons), jours)))
    rendues = {nom: table.column(nom) for nom in ("ligne", "reference", *GROUPE)}
    rendues |= {"prudente": table.column("prescription_prudente"), "valeur": table.column("prescription")}
    rendues |= {"jours": jours, "niveau": pa.array(niveaux).take(pa.array(rang)), "total": table.column("total_centimes")}
    ordre = [("prudente", "ascending"), ("valeur", "ascending"), ("ligne", "ascending")]
    return rendre(pa.table(rendues).sort_by(ordre))


def priorites(bilans: T, *, au: date, poids: Poids = POIDS) -> T:
    """Les lignes où il reste quelque chose à demander, de la plus pressante à la moins pressante ; notes de 0 à 1 000 (dixièmes)."""
    table, rendre = _emises(bilans, au)
    vive = pc.and_(pc.greater(table.column("total_centimes"), 0), pc.greater_equal(table.column("prescription"), pa.scalar(au)))
    table = table.filter(vive)
    total = _entiers(table.column("total_centimes"))
    du, reste = numero(au), _jours(table, "prescription_prudente") - numero(au)
    etape = table.column("etape_le").cast(pa.int32()).fill_null(du + 1).to_numpy()
    notes = {
        "montant": _part(total, _plus_gros(table)),
        "retard": _part(_entiers(table.column("jours_retard")), PLEIN_RETARD),
        "prescription": _part(LOIN - reste, LOIN),
        "attente": _part(du + 1 - etape, PLEINE_ATTENTE),
    }
    points = sum(note * getattr(poids, nom) for nom, note in notes.items())
    note = (20 * points + poids.somme) // (2 * poids.somme)
    rendues = {nom: table.column(nom) for nom in ("ligne", "reference", *GROUPE)} | {"note_dixiemes": note} | notes
    rendues |= {"total": table.column("total_centimes"), "etape": table.column("etape")}
    ordre = [("note_dixiemes", "descending"), ("devise", "ascending"), ("total", "descending"), ("ligne", "ascending")]
    return rendre(pa.table(rendues).sort_by(ordre))


def dso(bilans: Any, *, au: date, chiffre_d_affaires: ChiffreDAffaires, mois: int = 12) -> tuple[Dso, ...]:
    """Combien de jours de ventes sont encore dehors, un par devise ; les ventes se donnent : des impayés ne les disent pas.

    Args:
        chiffre_d_affaires: Par mois (un de ses jours), TTC.
    """
    table, _ = _emises(bilans, au)
    lignes = _sommer(table.select(["devise", "principal_centimes"]), ("devise",)).to_pylist()
    encours = {ligne["devise"]: ligne["principal_centimes"] for ligne in lignes}
    return dso_des_sommes(encours, {}, au, mois, chiffre_d_affaires)


def _emises(bilans: T, au: date) -> tuple[Any, Callable[[Any], T]]:
    """Les lignes émises au jour ``au`` ; la devise tue est l'euro."""
    jour_civil(au, "au")
    table, rendre = ouvrir(bilans, "bilans")
    for nom in LUES:
        if nom not in table.column_names:
            remede = "Donnez la table « bilans » d'examiner_table, ou d'un fichier d'examiner_fichier."
            raise DonneeInvalide("ce n'est pas une table de bilans", champ=nom, remede=remede)
    table = table.select(LUES)
    for rang, champ in enumerate(table.schema):
        if not (pa.types.is_integer(champ.type) or pa.types.is_date(champ.type)):
            colonne = table.column(rang).cast(TEXTE)
            table = table.set_column(rang, champ.name, pc.fill_null(colonne, "EUR") if champ.name == "devise" else colonne)
    return table.filter(pc.less_equal(table.column("emise_le"), pa.scalar(au))), rendre


def _sommer(table: Any, groupe: Sequence[str]) -> Any:
    """La somme de chaque autre colonne, par groupe : en décimal, une somme d'entiers de 64 bits déborderait en silence."""
    sommees = [nom for nom in table.column_names if nom not in groupe]
    exacte = pa.table(
        [table.column(n) if n in groupe else table.column(n).cast(EXACT) for n in table.column_names], table.column_names
    )
    faites = exacte.group_by(list(groupe)).aggregate([(nom, "sum") for nom in sommees])
    try:
        rendues = {nom: faites.column(f"{nom}_sum").cast(EXACT).cast(pa.int64()) for nom in sommees}
    except pa.ArrowInvalid as e:
        remede = "Découpez le portefeuille, ou passez par Portefeuille."
        raise DonneeInvalide("une somme dépasse 64 bits", champ="bilans", remede=remede) from e
    return pa.table({nom: faites.column(nom) for nom in groupe} | rendues)


def _entiers(colonne: Any) -> Entiers:
    return cast("Entiers", colonne.to_numpy())


def _jours(table: Any, nom: str) -> Entiers:
    return _entiers(table.column(nom).cast(pa.int32()).cast(pa.int64()))


def _plus_gros(table: Any) -> Entiers:
    """Le plus gros total de la devise de chaque ligne."""
    devise = table.column("devise").combine_chunks().dictionary_encode()
    codes, total = devise.indices.to_numpy(), _entiers(table.column("total_centimes"))
    gros = np.zeros(max(len(devise.dictionary), 1), np.int64)
    np.maximum.at(gros, codes, total)
    return cast("Entiers", gros[codes])


def _part(valeur: Entiers, plein: Entiers | int) -> Entiers:
    """De 0 à 100, à l'entier le plus proche ; 100 à ``plein`` et au-delà."""
    borne: Any = np.clip(valeur, 0, plein)
    if np.max(plein, initial=0) > GRAND:
        borne, plein = borne.astype(object), np.asarray(plein, object)
    return cast("Entiers", ((200 * borne + plein) // (2 * np.maximum(plein, 1))).astype(np.int64))
