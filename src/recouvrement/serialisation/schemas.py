"""Le schéma des dépôts (JSON Schema 2020-12), tiré des classes elles-mêmes : leurs champs, leurs choix, leurs docstrings."""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from inspect import cleandoc, getclosurevars
from typing import Any, get_args

from attrs import NOTHING, Attribute, fields

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant, Taux
from recouvrement.politique.bilan import POSTES, Gravite
from recouvrement.serialisation.convertisseur import (
    FORMES,
    convertisseur,
    est_enum,
    est_litteral,
    est_suite,
    est_union,
    genres_de,
)
from recouvrement.serialisation.depot import VERSION
from recouvrement.serialisation.genres import EVENEMENTS, FAITS, RESULTATS
from recouvrement.serialisation.textes import ECRITURES, NOMS

DIALECTE = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]
_TEXTE: Schema = {"type": "string"}
_SIMPLES: dict[Any, Schema] = {str: _TEXTE, bool: {"type": "boolean"}, int: {"type": "integer"}}


def schema(genre: type | None = None) -> Schema:
    """Schéma d'un dépôt de ce genre ; ``None`` : de tout dépôt.

    Il dit la forme ; ``charger`` contrôle en plus ce que les faits se doivent entre eux.

    Raises:
        DonneeInvalide: Autre chose qu'un genre de ``FAITS`` ou de ``RESULTATS``.
    """
    defs: dict[str, Schema] = {}
    if genre is None:
        documents = [_document(g, defs) for g in (*FAITS.values(), *RESULTATS.values())]
        for document in documents:
            defs[f"Depot{document['properties']['type']['const']}"] = document
        corps: Schema = {"anyOf": [{"$ref": f"#/$defs/Depot{nom}"} for nom in (*FAITS, *RESULTATS)]}
    elif genre in (*FAITS.values(), *RESULTATS.values()):
        corps = _document(genre, defs)
    else:
        raise DonneeInvalide("ce genre ne se dépose pas", valeur=getattr(genre, "__name__", genre))
    titre = f"Dépôt de recouvrement, version {VERSION}"
    entete = {"$schema": DIALECTE, "$id": f"urn:recouvrement:depot:{VERSION}", "title": titre}
    return entete | corps | {"$defs": dict(sorted(defs.items()))}


def _document(genre: type, defs: dict[str, Schema]) -> Schema:
    enveloppe: Schema = {"recouvrement": {"const": VERSION}, "type": {"const": genre.__name__}}
    if genre in RESULTATS.values():
        return _resultat(genre, enveloppe, defs)
    if genre in NOMS:
        return _objet(enveloppe | {"valeur": _forme(genre, defs)}, (*enveloppe, "valeur"))
    return _classe(FORMES.get(genre, genre), defs, enveloppe) | {"description": _resume(genre)}


def _objet(proprietes: Mapping[str, Schema], obligatoires: Iterable[str], **autres: Any) -> Schema:
    return {
        "type": "object",
        "properties": dict(proprietes),
        "required": list(obligatoires),
        "additionalProperties": False,
    } | autres


def _classe(genre: type, defs: dict[str, Schema], tete: Mapping[str, Schema]) -> Schema:
    dits = _champs_decrits(genre)
    proprietes, obligatoires = dict(tete), list(tete)
    for attribut in fields(genre):
        propre = dict(_champ(attribut, defs))
        if attribut.name in dits:
            propre["description"] = dits[attribut.name]
        if attribut.default is NOTHING:
            obligatoires.append(attribut.name)
        proprietes[attribut.name] = propre
    return _objet(proprietes, obligatoires, description=_resume(genre))


def _champ(attribut: "Attribute[Any]", defs: dict[str, Schema]) -> Schema:
    """La forme de son type, ses choix si son contrôle n'admet qu'une liste close, son défaut s'il est simple."""
    controle = attribut.validator
    choix = getclosurevars(controle).nonlocals.get("valeurs") if callable(controle) and hasattr(controle, "__code__") else None
    forme = {"enum": list(choix)} if choix else _forme(attribut.type, defs)
    if isinstance(attribut.default, str | int | Montant | Taux | Decimal):
        forme = forme | {"default": convertisseur().unstructure(attribut.default)}
    return forme


def _forme(genre: Any, defs: dict[str, Schema]) -> Schema:
    if genre in _SIMPLES:
        return _SIMPLES[genre]
    if est_litteral(genre):
        return {"enum": list(get_args(genre))}
    if est_suite(genre):
        return _liste(get_args(genre), defs)
    if est_union(genre):
        return _union(genre, defs)
    if est_enum(genre):
        return {"enum": [m.value for m in genre]}
    return _reference(genre, defs)


def _liste(genres: tuple[Any, ...], defs: dict[str, Schema]) -> Schema:
    if genres[-1] is Ellipsis:
        return {"type": "array", "items": _forme(genres[0], defs)}
    formes = [_forme(g, defs) for g in genres]
    return {"type": "array", "prefixItems": formes, "items": False, "minItems": len(formes)}


def _union(genre: Any, defs: dict[str, Schema]) -> Schema:
    membres = genres_de(genre)
    formes = [_evenement(g, defs) if g in EVENEMENTS.values() else _forme(g, defs) for g in membres]
    if type(None) in get_args(genre):
        formes.append({"type": "null"})
    return {"anyOf": formes}


def _evenement(genre: type, defs: dict[str, Schema]) -> Schema:
    """Dans un dossier, un événement porte son nom."""
    nom = genre.__name__
    if nom not in defs:
        defs[nom] = _classe(genre, defs, {"type": {"const": nom}})
    return {"$ref": f"#/$defs/{nom}"}


def _reference(genre: type, defs: dict[str, Schema]) -> Schema:
    nom = genre.__name__
    if nom not in defs:
        if genre in EVENEMENTS.values():
            nom = f"{nom}Nu"  # hors d'un dossier (l'engagement d'une reconnaissance), il n'a pas à se nommer
        defs[nom] = {}
        defs[nom] = _simple(genre) if genre in ECRITURES else _classe(FORMES.get(genre, genre), defs, {})
    return {"$ref": f"#/$defs/{nom}"}


def _simple(genre: type) -> Schema:
    ecriture = ECRITURES[genre]
    dit = f"{NOMS[genre]} : « {ecriture.exemple} »" + (" (pour cent par an)" if genre is Taux else "")
    return {"type": "string", "pattern": ecriture.motif, "description": dit} | ({"format": "date"} if genre is date else {})


def _resume(genre: type) -> str:
    return (genre.__doc__ or "").partition("\n")[0]


def _champs_decrits(genre: type) -> dict[str, str]:
    """Ce que la docstring dit de chaque champ, sous « Attributes: » ou « Args: »."""
    section = re.search(r"(?ms)^(?:Attributes|Args):\n(.*?)(?=^\S|\Z)", cleandoc(genre.__doc__ or ""))
    lues = re.findall(r"(?ms)^ {4}(\w+): (.*?)(?=^ {4}\w|\Z)", section[1]) if section else []
    return {nom: " ".join(texte.replace("``", "").split()) for nom, texte in lues}


# Les résultats : ce que leur ``vers_dict`` écrit. Ils peuvent gagner des champs sans changer de version.


def _resultat(genre: type, enveloppe: Schema, defs: dict[str, Schema]) -> Schema:
    proprietes: Schema = {}
    if genre.__name__ == "Bilan":
        proprietes = _bilan(defs)
    elif genre.__name__ == "Resultat":
        proprietes = _raison(defs)["properties"]
    obligatoires = [*enveloppe, *(("intitule", "valeur") if genre.__name__ == "Resultat" else proprietes)]
    return _objet(enveloppe | proprietes, obligatoires, description=_resume(genre), additionalProperties=True)


def _ouvert(**proprietes: Schema) -> Schema:
    return _objet(proprietes, proprietes, additionalProperties=True)


def _raison(defs: dict[str, Schema]) -> Schema:
    """Une valeur et ses raisons, jusqu'aux articles et aux faits."""
    reserve = _ouvert(cle=_TEXTE, texte=_TEXTE)
    source = _objet(dict.fromkeys(("texte", "article", "id", "publie_le"), _TEXTE), ["texte"])
    raison = _objet(
        {
            "intitule": _TEXTE,
            "valeur": {},
            "source": source,
            "motif": _TEXTE,
            "reserves": {"type": "array", "items": reserve},
            "sachant": {"type": "array", "items": {"$ref": "#/$defs/Raison"}},
        },
        ("intitule", "valeur"),
        additionalProperties=True,
        description="Une valeur et ses raisons, jusqu'aux articles et aux faits.",
    )
    defs["Raison"] = raison
    return raison


def _bilan(defs: dict[str, Schema]) -> Schema:
    _raison(defs)
    montant, jour, raison = _forme(Montant, defs), _forme(date, defs), {"$ref": "#/$defs/Raison"}
    jour_ou_rien, textes = {"anyOf": [jour, {"type": "null"}]}, {"type": "array", "items": _TEXTE}
    defs["Action"] = _ouvert(
        acte=_TEXTE,
        etape=_TEXTE,
        le=jour,
        canal=_TEXTE,
        creances=textes,
        pour_memoire=textes,
        payer_avant_le=jour_ou_rien,
        limite=jour_ou_rien,
        motif=_TEXTE,
    )
    defs["BilanCreance"] = _ouvert(
        reference=_TEXTE,
        facture=_TEXTE,
        regime=_TEXTE,
        echeance=raison,
        jours_retard=_SIMPLES[int],
        total=raison,
        trop_percu=montant,
        prescription={"type": "object"},
    )
    action = {"$ref": "#/$defs/Action"}
    empechement = _ouvert(creance=_TEXTE, motif=_TEXTE, source=_TEXTE, jusqu_au=jour_ou_rien)
    alerte = _ouvert(cle=_TEXTE, gravite={"enum": list(get_args(Gravite))}, message=_TEXTE, creance=_TEXTE)
    reserve = _ouvert(cle=_TEXTE, texte=_TEXTE, source=_TEXTE)
    return {
        "creancier": _TEXTE,
        "debiteur": _TEXTE,
        "au": jour,
        **dict.fromkeys((*POSTES, "total", "trop_percu"), montant),
        "prescription": _ouvert(valeur=jour, prudente=jour),
        "creances": {"type": "array", "items": {"$ref": "#/$defs/BilanCreance"}},
        "actions": {"type": "array", "items": action},
        "prochaine": {"anyOf": [action, {"type": "null"}]},
        "empechements": {"type": "array", "items": empechement},
        "alertes": {"type": "array", "items": alerte},
        "reserves": {"type": "array", "items": reserve},
    }
