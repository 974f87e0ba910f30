"""Déposer et charger : des octets canoniques sous une enveloppe qui dit sa version et son genre."""

import json
from collections.abc import Callable
from typing import Any, TypeVar, overload

from recouvrement.erreurs import DonneeInvalide, extrait
from recouvrement.modele.montant import Montant, Taux
from recouvrement.serialisation.convertisseur import convertisseur
from recouvrement.serialisation.fautes import DepotInvalide, lister, nommer
from recouvrement.serialisation.genres import FAITS, RESULTATS

VERSION = 1
"""Version des dépôts écrits. Elle monte dès que l'écriture d'un fait change, un champ de plus compris."""

MISES_A_NIVEAU: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""De chaque version à la suivante : reçoit le document entier, le rend tel que la suivante l'aurait écrit. Rien n'en est jamais ôté."""

TAILLE_MAX = 64 * 1024 * 1024
T = TypeVar("T")


def deposer(valeur: object) -> bytes:
    """Un fait, ou un résultat, en JSON : UTF-8, clés triées, sans espace ni flottant. Deux valeurs égales ont les mêmes octets.

    L'IBAN y est en entier : un dépôt est une donnée personnelle.

    Raises:
        DonneeInvalide: Autre chose qu'un genre de ``FAITS`` ou de ``RESULTATS``.
    """
    genre = type(valeur)
    if FAITS.get(genre.__name__) is genre:
        ecrit = convertisseur().unstructure(valeur)
    elif RESULTATS.get(genre.__name__) is genre:
        ecrit = valeur.vers_dict()  # type: ignore[attr-defined]  # c'est ce qui fait un résultat
    else:
        remede = "Déposez un fait (Dossier, Creance, Politique…), un Bilan ou un autre résultat."
        raise DonneeInvalide("ce genre ne se dépose pas", valeur=genre.__name__, remede=remede)
    corps = ecrit if isinstance(ecrit, dict) else {"valeur": ecrit}
    document = {"recouvrement": VERSION, "type": genre.__name__, **corps}
    try:
        return json.dumps(document, sort_keys=True, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        raise DonneeInvalide("un texte contient un demi-codet UTF-16 : il ne s'écrit pas", champ=genre.__name__) from None


@overload
def charger(octets: bytes | str) -> Any: ...


@overload
def charger(octets: bytes | str, genre: type[T]) -> T: ...


def charger(octets: bytes | str, genre: type[Any] | None = None) -> Any:
    """Le fait déposé, de quelque version qu'il soit.

    Args:
        octets: 64 Mio au plus.
        genre: Celui qu'on attend ; ``None`` : celui que le dépôt annonce.

    Raises:
        DepotInvalide: JSON illisible, version inconnue, genre inattendu, fait faux : toutes les fautes d'un coup, avec leur chemin.
    """
    try:
        document = _mettre_a_niveau(_enveloppe(_lire_json(octets)))
        attendu = _genre(document, genre)
        corps = {cle: v for cle, v in document.items() if cle not in ("recouvrement", "type")}
        return convertisseur().structure(_nu(corps) if attendu in (Montant, Taux) else corps, attendu)
    except DepotInvalide:
        raise
    except RecursionError:
        raise DepotInvalide("JSON trop imbriqué", remede="Un dépôt n'a que quelques niveaux.") from None
    except Exception as e:
        raise DepotInvalide.de(lister(e)) from None


def _nu(corps: dict[str, Any]) -> object:
    if set(corps) != {"valeur"}:
        raise DonneeInvalide("un seul champ est attendu : « valeur »", champ="valeur")
    return corps["valeur"]


def _lire_json(octets: bytes | str) -> Any:
    if not isinstance(octets, bytes | str):
        raise DonneeInvalide("des octets ou un texte sont attendus", valeur=type(octets).__name__)
    if len(octets) > TAILLE_MAX:
        raise DonneeInvalide(f"plus de {TAILLE_MAX >> 20} Mio", remede="Déposez chaque dossier à part.")
    try:
        texte = octets if isinstance(octets, str) else octets.decode("utf-8")
        return json.loads(texte, object_pairs_hook=_sans_double, parse_constant=_constante)
    except json.JSONDecodeError as e:
        raise DonneeInvalide(f"JSON illisible, ligne {e.lineno}, colonne {e.colno}") from None
    except UnicodeDecodeError as e:
        raise DonneeInvalide(f"UTF-8 illisible à l'octet {e.start}", remede="Encodez le fichier en UTF-8.") from None
    except ValueError as e:
        if isinstance(e, DonneeInvalide):
            raise
        raise DonneeInvalide("nombre hors de toute mesure") from None


def _sans_double(paires: list[tuple[str, Any]]) -> dict[str, Any]:
    lu = dict(paires)
    if len(lu) != len(paires):
        vues: set[str] = set()
        double = next(cle for cle, _ in paires if cle in vues or vues.add(cle))  # type: ignore[func-returns-value]
        raise DonneeInvalide("clé en double", champ=extrait(double))
    return lu


def _constante(nom: str) -> Any:
    raise DonneeInvalide("ce n'est pas du JSON", valeur=nom)


def _enveloppe(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise DonneeInvalide("un objet est attendu", valeur=nommer(document))
    version = document.get("recouvrement")
    if type(version) is not int or version < 1:
        remede = 'Un dépôt commence par {"recouvrement": 1, "type": …} : prenez celui que deposer() écrit.'
        raise DonneeInvalide("version absente ou fausse", champ="recouvrement", valeur=nommer(version), remede=remede)
    if version > VERSION:
        remede = "Mettez la bibliothèque à jour."
        raise DonneeInvalide(
            f"écrit par une version plus récente que {VERSION}", champ="recouvrement", valeur=version, remede=remede
        )
    return document


def _mettre_a_niveau(document: dict[str, Any]) -> dict[str, Any]:
    for version in range(document["recouvrement"], VERSION):
        document = MISES_A_NIVEAU[version](document)
    return document


def _genre(document: dict[str, Any], voulu: type[Any] | None) -> type[Any]:
    nom = document.get("type")
    if not isinstance(nom, str) or nom not in FAITS:
        if isinstance(nom, str) and nom in RESULTATS:
            remede = "Chargez le dossier et la politique, puis examinez au même jour."
            raise DonneeInvalide(
                "un résultat ne se relit pas : il se recalcule de ses faits", champ="type", valeur=nom, remede=remede
            )
        vu = nom if isinstance(nom, str) else nommer(nom)
        raise DonneeInvalide("genre inconnu", champ="type", valeur=vu, remede=f"Choisissez parmi : {', '.join(FAITS)}.")
    if voulu is not None and FAITS[nom] is not voulu:
        raise DonneeInvalide(f"{voulu.__name__} est attendu", champ="type", valeur=nom)
    return FAITS[nom]
