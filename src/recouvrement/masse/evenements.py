"""La seconde table : les paiements rejoignent les colonnes de leur ligne ; le reste attend le moteur d'objets, ligne à ligne."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from recouvrement.masse.echange import Recue, conformer, ouvrir
from recouvrement.masse.schemas import EVENEMENTS

DU_PAIEMENT = ("creance", "type", "le", "montant_centimes")
EN_LISTES = ("paiements_le", "paiements_centimes")
ORPHELIN = "cet événement nomme une créance qui n'est dans aucune ligne"
DOUBLE = "un événement nomme cette référence, que plusieurs lignes portent"


class Suites(NamedTuple):
    """Ce que la seconde table ajoute.

    Attributes:
        par_reference: Les événements que le moteur d'objets lira, par créance.
        orphelins: Références nommées qu'aucune ligne ne porte.
    """

    par_reference: Mapping[str | None, Sequence[Mapping[str, Any]]]
    orphelins: tuple[str | None, ...]


def joindre(recue: Recue, evenements: Any, doubles: Any = None) -> Suites:
    """Les paiements nus dans les colonnes de leur ligne, les autres événements par créance ; une référence ambiguë est une faute.

    Args:
        doubles: Références que portent aussi des lignes d'un autre lot.
    """
    if evenements is None:
        return Suites({}, ())
    arrow, _ = ouvrir(evenements, "evenements")
    lus = conformer(arrow, EVENEMENTS)
    references = recue.table.column("reference").combine_chunks()
    nommees = lus.table.column("creance").combine_chunks()
    lignes = pc.index_in(nommees, value_set=references, skip_nulls=True)
    connus = lignes.is_valid().to_numpy(zero_copy_only=False)
    orphelins = tuple(dict.fromkeys(nommees.filter(pa.array(~connus)).to_pylist()))
    _refuser_les_doubles(recue, references, nommees, doubles)

    nus = connus & _paiements_nus(lus)
    if nus.any():
        _ajouter(recue, lignes.filter(pa.array(nus)).to_numpy(), lus.table.filter(pa.array(nus)))
    autres = np.flatnonzero(connus & ~nus)
    suites: dict[str | None, list[Mapping[str, Any]]] = {}
    for rang, ligne in zip(autres.tolist(), lus.table.take(pa.array(autres)).to_pylist(), strict=True):
        faute = {"faute": lus.fautes[rang]} if rang in lus.fautes else {}
        suites.setdefault(ligne["creance"], []).append(ligne | faute)
    return Suites(suites, orphelins)


def _refuser_les_doubles(recue: Recue, references: Any, nommees: Any, doubles: Any) -> None:
    if doubles is None:
        if pc.count_distinct(references, mode="only_valid").as_py() == len(references) - references.null_count:
            return
        comptes = references.value_counts()
        doubles = comptes.field("values").filter(pc.greater(comptes.field("counts"), 1))
    ambigues = pc.and_(pc.is_in(references, value_set=doubles), pc.is_in(references, value_set=nommees))
    for rang in np.flatnonzero(pc.fill_null(ambigues, False).to_numpy(zero_copy_only=False)).tolist():
        recue.fautes.setdefault(rang, ("reference", DOUBLE))


def _paiements_nus(lus: Recue) -> Any:
    """Les paiements dont seuls le jour et le montant sont donnés."""
    nus = pc.fill_null(pc.equal(lus.table.column("type"), "paiement"), False)
    for c in EVENEMENTS:
        colonne = lus.table.column(c.nom)
        nus = pc.and_(nus, colonne.is_valid() if c.nom in DU_PAIEMENT else colonne.is_null())
    masque = nus.combine_chunks().to_numpy(zero_copy_only=False).copy()
    masque[list(lus.fautes)] = False
    return masque


def _ajouter(recue: Recue, lignes: Any, paiements: Any) -> None:
    """Ceux de la seconde table après ceux des colonnes, ligne par ligne."""
    n, anciennes = recue.table.num_rows, [recue.table.column(nom).combine_chunks() for nom in EN_LISTES]
    deja = pc.fill_null(pc.list_value_length(anciennes[0]), 0).to_numpy(zero_copy_only=False)
    rangs = np.concatenate([np.repeat(np.arange(n), deja), lignes])
    ordre = pa.array(np.argsort(rangs, kind="stable"))
    bornes = pa.array(np.concatenate([[0], np.cumsum(np.bincount(rangs, minlength=n))]).astype(np.int32))
    for nom, ancienne, nouvelle in zip(EN_LISTES, anciennes, ("le", "montant_centimes"), strict=True):
        valeurs = pa.concat_arrays([pc.list_flatten(ancienne), paiements.column(nouvelle).combine_chunks()]).take(ordre)
        liste = pa.ListArray.from_arrays(bornes, valeurs)
        recue.table = recue.table.set_column(recue.table.column_names.index(nom), nom, liste)
