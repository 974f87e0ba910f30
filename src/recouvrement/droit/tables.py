"""Lire les tables de droit : TOML, décimaux exacts, dates natives, une source par enregistrement."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from recouvrement.droit.baremes import Bareme, ValeurDatee
from recouvrement.droit.base import Ancienne, Parties, Regime, RegimePrescription
from recouvrement.erreurs import RecouvrementError, TableInvalide, cause
from recouvrement.modele.montant import Taux
from recouvrement.modele.personnes import Qualite
from recouvrement.resultat import Reserve, Source
from recouvrement.temps import Delai

DEGRES = ("etabli", "une_source", "a_verifier")


def lire_toml(fichier: Path) -> dict[str, Any]:
    """Contenu brut ; les nombres décimaux restent exacts.

    Raises:
        TableInvalide: Fichier illisible ou mal formé.
    """
    try:
        return tomllib.loads(fichier.read_text(encoding="utf-8"), parse_float=Decimal)
    except (OSError, ValueError) as e:
        raise TableInvalide(f"illisible : {cause(e)}", fichier=fichier.name) from None


def source(brut: Mapping[str, Any]) -> Source:
    """Source d'une table ou d'une valeur : un texte, au moins."""
    return Source(brut["texte"], brut.get("article", ""), brut.get("id", ""), brut.get("publie_le"))


def lire_baremes(fichier: Path) -> dict[str, Bareme]:
    """Barèmes d'un fichier, par code.

    Raises:
        TableInvalide: Champ absent ou de mauvais type, trou, chevauchement.
    """
    return {code: _bareme(fichier.name, code, brut) for code, brut in lire_toml(fichier).items()}


def _bareme(fichier: str, code: str, brut: Mapping[str, Any]) -> Bareme:
    try:
        return Bareme(
            code=code,
            intitule=brut["intitule"],
            unite=brut["unite"],
            source=source(brut),
            valeurs=tuple(_valeur(v) for v in brut["valeurs"]),
            verifie_le=brut.get("verifie_le"),
        )
    except TableInvalide as e:
        raise TableInvalide(e.message, fichier=fichier, code=code) from None
    except (KeyError, TypeError, AttributeError) as e:
        raise TableInvalide(f"champ absent ou faux : {e}", fichier=fichier, code=code) from None


def _valeur(brut: Mapping[str, Any]) -> ValeurDatee:
    valeur, degre = brut["valeur"], brut.get("verifie", "etabli")
    if isinstance(valeur, bool) or not isinstance(valeur, Decimal | int):
        raise TableInvalide(f"valeur décimale attendue, pas {valeur!r}")
    if degre not in DEGRES:
        raise TableInvalide(f"« verifie » vaut {', '.join(DEGRES)}, pas {degre!r}")
    bornes = (brut["du"], brut.get("au"))
    if type(bornes[0]) is not date or (bornes[1] is not None and type(bornes[1]) is not date):
        raise TableInvalide("« du » et « au » sont des dates")
    return ValeurDatee(bornes[0], bornes[1], Decimal(valeur), source(brut["source"]), degre)


def _qualites(noms: list[str]) -> frozenset[Qualite]:
    return frozenset(Qualite) if noms == ["toutes"] else frozenset(Qualite(n) for n in noms)


def lire_regimes(fichier: Path) -> tuple[Regime, ...]:
    """Table des régimes de pénalités et d'intérêts."""
    try:
        lus = lire_toml(fichier)
        return tuple(_regime(brut, _redactions(brut, lus)) for brut in lus["regimes"])
    except (KeyError, TypeError, ValueError, RecouvrementError) as e:
        raise TableInvalide(str(e), fichier=fichier.name) from None


def _redactions(brut: Mapping[str, Any], lus: Mapping[str, Any]) -> tuple[tuple[date, Source], ...]:
    """Celles du régime, ou celles, nommées, de plusieurs."""
    siennes = lus["redactions"][brut["redactions"]] if "redactions" in brut else brut.get("versions", ())
    return tuple((v["du"], source(v)) for v in siennes)


def _regime(brut: Mapping[str, Any], versions: tuple[tuple[date, Source], ...]) -> Regime:
    return Regime(
        code=brut["code"],
        intitule=brut["intitule"],
        creanciers=_qualites(brut["creanciers"]),
        debiteurs=_qualites(brut["debiteurs"]),
        natures=frozenset(brut["natures"]),
        acheteurs=frozenset(brut.get("acheteurs", ())),
        poste=brut["poste"],
        bareme=brut["bareme"],
        plus=Taux(brut["plus"]),
        fige=brut["fige"],
        depart=brut["depart"],
        delais_legaux=tuple(sorted(brut["delai_legal"].items())),
        indemnite=brut.get("indemnite"),
        source=source(brut["source"]),
        depuis=brut.get("depuis"),
        contrats_depuis=brut.get("contrats_depuis"),
        avant_depuis=brut.get("avant_depuis", ""),
        sans_penalites=brut.get("sans_penalites", ""),
        sans_indemnite=brut.get("sans_indemnite", ""),
        ordre_public=brut.get("ordre_public", False),
        taux_convenu=brut.get("taux_convenu", False),
        imputation=brut.get("imputation"),
        interets_sous=(brut["interets_sous"]["jours"], source(brut["interets_sous"])) if "interets_sous" in brut else None,
        renonciation=source(brut["renonciation"]) if "renonciation" in brut else None,
        versions=versions,
        sans_clause_penale=brut.get("sans_clause_penale", ""),
        frais=brut.get("frais", "aucun"),
    )


def lire_prescriptions(fichier: Path) -> dict[str, RegimePrescription]:
    """Table des prescriptions, par code."""
    try:
        return {code: _prescription(code, brut) for code, brut in lire_toml(fichier).items()}
    except (KeyError, TypeError, RecouvrementError) as e:
        raise TableInvalide(str(e), fichier=fichier.name) from None


def _prescription(code: str, brut: Mapping[str, Any]) -> RegimePrescription:
    ancienne = brut.get("ancienne")
    return RegimePrescription(
        code=code,
        intitule=brut["intitule"],
        duree=Delai(annees=brut.get("annees", 0), mois=brut.get("mois", 0)),
        natures=frozenset(brut["natures"]),
        parties=tuple(Parties(_qualites(p["creanciers"]), _qualites(p["debiteurs"])) for p in brut.get("parties", ())),
        acheteurs=frozenset(brut.get("acheteurs", ())),
        civile=brut.get("civile", False),
        depart=brut["depart"],
        depart_dit=brut.get("depart_dit", ""),
        attente=brut.get("attente", 0),
        prudence=brut.get("prudence", False),
        depuis=brut.get("depuis"),
        ancienne=Ancienne(Delai(annees=ancienne["annees"]), _doute(f"passage_{code}", ancienne)) if ancienne else None,
        amenageable=brut.get("amenageable", False),
        forclusion=brut.get("forclusion", False),
        butoir=brut.get("butoir", True),
        suspension_max=Delai(mois=brut["suspension_max"]) if "suspension_max" in brut else None,
        acte=brut.get("acte", "assignation"),
        source=source(brut["source"]),
        verifie=brut["verifie"],
        reserves=tuple(Reserve(r["cle"], r["texte"]) for r in brut.get("reserves", ()))
        + incertitude(f"prescription_{code}", brut["intitule"], brut["verifie"]),
    )


def _doute(cle: str, brut: Mapping[str, Any]) -> tuple[Reserve, ...]:
    return (Reserve(cle, brut["doute"]),) if "doute" in brut else ()


def incertitude(cle: str, intitule: str, degre: str) -> tuple[Reserve, ...]:
    """La réserve d'une ligne de table qui n'est pas établie par deux sources."""
    dit = {"une_source": "règle lue dans une seule source", "a_verifier": "règle qu'aucune source n'établit, à vérifier"}.get(
        degre
    )
    return (Reserve(cle, f"{dit} ({intitule[:1].lower()}{intitule[1:]})"),) if dit else ()
