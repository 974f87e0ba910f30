"""Les portes : de ce que l'hôte tient à une table Arrow conforme, et retour dans le même genre."""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, field

from recouvrement.erreurs import DonneeInvalide
from recouvrement.masse.schemas import ENTREE, JOUR, TEXTE, Colonne

ENTRE_JOURS = ((date.min - date(1970, 1, 1)).days, (date.max - date(1970, 1, 1)).days)
PAS_UN_JOUR = "une date civile est attendue, sans heure, de l'an 1 à l'an 9999"
DEPAREILLES = "autant de jours que de montants sont attendus"
SOUS_UNITES = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}
_EN_EUROS = Colonne("principal", pa.decimal128(38, 2), False, "")


@define
class Recue:
    """La table reçue, conforme au schéma, et les fautes déjà vues, par rang de ligne : champ et motif."""

    table: Any
    fautes: dict[int, tuple[str, str]] = field(factory=dict)


def ouvrir(donnees: Any, champ: str) -> tuple[Any, Callable[[Any], Any]]:
    """La table Arrow de ces données, et de quoi rendre une table dans le même genre.

    Ce que l'hôte écrirait ensuite dans ses tableaux NumPy ou pandas n'y change rien : ils sont copiés.

    Args:
        donnees: Table, RecordBatch ou RecordBatchReader d'Arrow, tableau polars ou pandas, tout objet à capsule Arrow, dictionnaire de
            tableaux NumPy.

    Raises:
        DonneeInvalide: Autre chose.
    """
    if isinstance(donnees, pa.Table):
        return donnees, _tel_quel
    if isinstance(donnees, pa.RecordBatch):
        return pa.table(donnees), _en_lot
    if isinstance(donnees, pa.RecordBatchReader):
        return donnees.read_all(), lambda t: t.to_reader()
    try:
        if isinstance(donnees, Mapping):
            return pa.table({nom: c.copy() if hasattr(c, "copy") else c for nom, c in donnees.items()}), _en_tableaux
        piece = type(donnees).__module__.partition(".")[0]
        if piece == "pandas":
            pandas = sys.modules["pandas"]
            return pa.Table.from_pandas(donnees.copy(), preserve_index=False), lambda t: t.to_pandas(
                types_mapper=pandas.ArrowDtype
            )
        if hasattr(donnees, "__arrow_c_stream__"):
            return _sans_vues(pa.table(donnees)), type(donnees) if piece == "polars" else _tel_quel
    except (pa.ArrowException, TypeError, ValueError) as e:
        raise DonneeInvalide(f"colonnes illisibles ({e})", champ=champ, remede="Vérifiez les types et les longueurs.") from e
    remede = "Donnez une table Arrow, polars ou pandas, ou un dictionnaire de tableaux NumPy."
    raise DonneeInvalide("une table en colonnes est attendue", champ=champ, valeur=type(donnees).__name__, remede=remede)


def _sans_vues(table: Any) -> Any:
    """Un code de polars a pour dictionnaire des « string_view », qu'Arrow ne sait pas tous décoder : des textes."""
    for rang, champ in enumerate(table.schema):
        if pa.types.is_dictionary(champ.type) and str(champ.type.value_type) == "string_view":
            morceaux = [pa.DictionaryArray.from_arrays(m.indices, m.dictionary.cast(TEXTE)) for m in table.column(rang).chunks]
            table = table.set_column(rang, champ.name, pa.chunked_array(morceaux, pa.dictionary(champ.type.index_type, TEXTE)))
    return table


def _tel_quel(table: Any) -> Any:
    return table


def _en_lot(table: Any) -> Any:
    lots = table.combine_chunks().to_batches()
    return lots[0] if lots else pa.RecordBatch.from_pylist([], schema=table.schema)


def _en_tableaux(table: Any) -> dict[str, Any]:
    colonnes = {nom: table.column(nom) for nom in table.column_names}
    textes = {nom: c.cast(TEXTE) if pa.types.is_dictionary(c.type) else c for nom, c in colonnes.items()}
    return {nom: c.to_numpy() for nom, c in textes.items()}


def conformer(table: Any, attendues: Sequence[Colonne] = ENTREE) -> Recue:
    """La table, ses colonnes aux types du schéma ; celles qui manquent y sont vides.

    Raises:
        DonneeInvalide: Colonne inconnue, en double, obligatoire et absente, ou d'un type qui ne s'y ramène pas exactement.
    """
    noms, connues = table.column_names, [c.nom for c in attendues]
    admises = (*connues, "principal") if "principal_centimes" in connues else connues
    for nom in noms:
        if nom not in admises or noms.count(nom) > 1:
            message = "colonne en double" if noms.count(nom) > 1 else "colonne inconnue"
            raise DonneeInvalide(message, champ=nom, remede=f"Connues : {', '.join(connues)}. Ôtez ou renommez les autres.")
    recue, lues = Recue(table), []
    zeros = pa.py_buffer(np.zeros(table.num_rows + 1, np.int64))
    for c in attendues:
        en_euros = c.nom == "principal_centimes" and "principal" in noms
        if en_euros and c.nom in noms:
            raise DonneeInvalide("le principal est donné deux fois", champ="principal", remede="Gardez une des deux colonnes.")
        if not en_euros and c.nom not in noms:
            if not c.nulle:
                raise DonneeInvalide("colonne obligatoire absente", champ=c.nom, remede=f"Ajoutez-la ({c.type}) : {c.sens}.")
            lues.append(_absente(c.type, table.num_rows, zeros))
        else:
            colonne = _en_centimes(table.column("principal")) if en_euros else _lire(table.column(c.nom), c, recue)
            lues.append(seule(colonne))
    recue.table = pa.table(lues, names=connues)
    for nom in ("paiements", "avoirs"):
        if f"{nom}_le" in connues:
            _apparier(recue, nom)
    return recue


def _absente(type_: Any, n: int, zeros: Any) -> Any:
    """Une colonne de vides ; toutes partagent ces zéros, que rien n'écrit."""
    if pa.types.is_list(type_):
        return pa.Array.from_buffers(type_, n, [zeros, zeros], n, children=[pa.nulls(0, type_.value_type)])
    return pa.Array.from_buffers(type_, n, [zeros, zeros, zeros][: type_.num_buffers], n)


def seule(colonne: Any) -> Any:
    """La colonne d'un seul morceau, sans copie si elle l'est déjà."""
    if not isinstance(colonne, pa.ChunkedArray):
        return colonne
    return colonne.chunk(0) if colonne.num_chunks == 1 else colonne.combine_chunks()


def _apparier(recue: Recue, nom: str) -> None:
    """Autant de jours que de montants, ou la ligne est fautive et ses listes sont vidées."""
    colonnes = {f"{nom}_{quoi}": recue.table.column(f"{nom}_{quoi}") for quoi in ("le", "centimes")}
    if all(c.null_count == len(c) for c in colonnes.values()):
        return
    longueurs = [pc.fill_null(pc.list_value_length(c), 0) for c in colonnes.values()]
    fautives = pc.not_equal(*longueurs)
    if not pc.any(fautives).as_py():
        return
    for rang, faute in enumerate(fautives.to_pylist()):
        if faute:
            recue.fautes.setdefault(rang, (f"{nom}_le", DEPAREILLES))
    for champ, colonne in colonnes.items():
        videe = pc.if_else(fautives, pa.scalar(None, colonne.type), colonne)
        recue.table = recue.table.set_column(recue.table.column_names.index(champ), champ, videe)


def _lire(colonne: Any, c: Colonne, recue: Recue) -> Any:
    if c.type == JOUR and pa.types.is_date64(colonne.type):
        colonne = colonne.cast(pa.timestamp("ms"))
    if c.type == JOUR and pa.types.is_timestamp(colonne.type):
        return _sans_heure(colonne, c, recue)
    if not _admis(colonne.type, c.type):
        flottant = "un flottant n'est pas exact ; " if pa.types.is_floating(colonne.type) else ""
        remede = "Convertissez la colonne ; de pandas, des entiers à trous sont en Int64, ou en types Arrow."
        raise DonneeInvalide(f"{flottant}{c.type} est attendu", champ=c.nom, valeur=str(colonne.type), remede=remede)
    lue = _convertir(colonne, c)
    if c.type == TEXTE and c.nulle and pc.min(pc.binary_length(lue)).as_py() == 0:
        return pc.if_else(pc.equal(lue, ""), None, lue)
    if c.type == JOUR and not entre(jours := lue.cast(pa.int32()), *ENTRE_JOURS):
        return _ecarter(lue, _hors(jours), c, recue)
    if c.type == pa.list_(JOUR) and not entre(jours := pc.list_flatten(lue).cast(pa.int32()), *ENTRE_JOURS):
        fautives = np.zeros(len(lue), bool)
        fautives[pc.list_parent_indices(lue).filter(_hors(jours)).to_numpy()] = True
        return _ecarter(lue, pa.array(fautives), c, recue)
    return lue


def _hors(jours: Any) -> Any:
    """Vrai de chaque jour d'avant l'an 1 ou d'après l'an 9999."""
    return pc.or_(pc.less(jours, ENTRE_JOURS[0]), pc.greater(jours, ENTRE_JOURS[1]))


def entre(nombres: Any, premier: int, dernier: int) -> bool:
    """Vrai si tous, hors les absents, sont entre ces bornes incluses."""
    bornes = pc.min_max(nombres).as_py()
    return bornes["min"] is None or (bornes["min"] >= premier and bornes["max"] <= dernier)


def _admis(recu: Any, attendu: Any) -> bool:
    """Vrai si ce type se ramène à l'autre sans rien interpréter : ni texte lu, ni nombre pris pour un jour."""
    t = pa.types
    if t.is_null(recu) or recu == attendu:
        return True
    if t.is_list(attendu):
        return (t.is_list(recu) or t.is_large_list(recu) or t.is_fixed_size_list(recu)) and _admis(
            recu.value_type, attendu.value_type
        )
    if attendu == TEXTE:
        return _est_texte(recu.value_type) if t.is_dictionary(recu) else _est_texte(recu)
    return bool(t.is_integer(attendu) and t.is_integer(recu))


def _est_texte(recu: Any) -> bool:
    return bool(pa.types.is_string(recu) or pa.types.is_large_string(recu) or str(recu) == "string_view")


def _sans_heure(colonne: Any, c: Colonne, recue: Recue) -> Any:
    """Des horodatages sans fuseau, à minuit : des jours ; les autres sont des fautes."""
    if colonne.type.tz is not None:
        remede = "Convertissez en date dans le bon fuseau."
        raise DonneeInvalide("une date civile est attendue", champ=c.nom, valeur=str(colonne.type), remede=remede)
    instants, jour = colonne.cast(pa.int64()), pa.scalar(SOUS_UNITES[colonne.type.unit], pa.int64())
    entiers = pc.divide(instants, jour)
    fautives = pc.not_equal(pc.multiply(entiers, jour), instants)
    fautives = pc.or_(fautives, _hors(entiers))
    return _ecarter(pc.if_else(fautives, None, entiers).cast(pa.int32()).cast(JOUR), fautives, c, recue)


def _ecarter(lue: Any, fautives: Any, c: Colonne, recue: Recue) -> Any:
    """Vide les cellules fautives, et retient leurs lignes."""
    if not pc.any(fautives).as_py():
        return lue
    for rang, faute in enumerate(fautives.to_pylist()):
        if faute:
            recue.fautes.setdefault(rang, (c.nom, PAS_UN_JOUR))
    return pc.if_else(fautives, None, lue)


def _convertir(colonne: Any, c: Colonne) -> Any:
    try:
        return colonne.cast(c.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as e:
        message = f"type {colonne.type} : {c.type} est attendu ({e})"
        raise DonneeInvalide(message, champ=c.nom, remede="Convertissez la colonne avant l'examen.") from e


def _en_centimes(colonne: Any) -> Any:
    """Des euros décimaux aux centimes, exactement."""
    if not (pa.types.is_decimal(colonne.type) or pa.types.is_integer(colonne.type) or pa.types.is_null(colonne.type)):
        remede = "Donnez des décimaux exacts (decimal128), ou « principal_centimes » en entiers."
        raise DonneeInvalide(
            "un flottant ou un texte n'est pas un montant", champ="principal", valeur=str(colonne.type), remede=remede
        )
    euros = _convertir(_convertir(colonne, _EN_EUROS), _EN_EUROS._replace(type=pa.decimal128(20, 2)))
    cent = pa.scalar(100, pa.decimal128(3, 0))
    return _convertir(pc.multiply(euros, cent), _EN_EUROS._replace(type=pa.int64()))
