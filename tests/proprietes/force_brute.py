"""Le second calcul : un jour après l'autre, en fractions, sans rien partager avec le moteur que les tables de taux, relues."""

import tomllib
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parents[2] / "src/recouvrement/droit/fr"


@cache
def _valeurs(fichier: str, nom: str) -> list[tuple[date, date, Fraction]]:
    brut = tomllib.loads((TABLES / fichier).read_text("utf-8"), parse_float=Fraction)[nom]
    return [(v["du"], v.get("au") or brut["verifie_le"], Fraction(v["valeur"])) for v in brut["valeurs"]]


@cache
def bce(jour: date) -> Fraction | None:
    ancre = date(jour.year, 1 if jour.month <= 6 else 7, 1)  # le taux de ce jour-là vaut tout le semestre
    return next((v for du, au, v in _valeurs("taux_bce.toml", "bce") if du <= ancre <= au), None)


@cache
def legal(jour: date) -> Fraction | None:
    return next((v for du, au, v in _valeurs("taux_legal.toml", "taux_legal_autres") if du <= jour <= au), None)


@cache
def _un_jour(base: int, taux: Fraction) -> Fraction:
    return base * taux / 36500


def au_centime(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)


def dette(principal: int, echeance: date, depart: date | None, taux, mouvements, au: date, indemnite: int = 0) -> dict[str, int]:
    """Ce qui reste dû à ``au`` inclus. ``mouvements`` : (jour, « avoir » ou « paiement », centimes), dans l'ordre ;
    ``depart`` : dernier jour sans intérêt (``None`` : rien ne court) ; ``taux(jour)`` : % par an, ``None`` s'il n'est pas publié."""
    du = {"accessoires": 0, "principal": principal, "indemnite": 0, "trop_percu": 0, "lignes": 0}
    exact, courant, jour = Fraction(0), None, min([echeance, au, *(m[0] for m in mouvements)])
    while jour <= au:
        if jour == echeance + timedelta(days=1) and du["principal"]:
            du["indemnite"] = indemnite
        t = taux(jour) if depart is not None and jour > depart and du["principal"] else None
        if courant is not None and t != courant:
            du["accessoires"], exact = du["accessoires"] + au_centime(exact), Fraction(0)
        du["lignes"] += t is not None and (t != courant)
        exact, courant = exact + (0 if t is None else _un_jour(du["principal"], t)), t
        if du_jour := [m for m in mouvements if m[0] == jour]:
            du["accessoires"], exact, courant = du["accessoires"] + au_centime(exact), Fraction(0), None
        for _, genre, reste in du_jour:
            for poste in ("principal",) if genre == "avoir" else ("accessoires", "principal", "indemnite"):
                pris = min(reste, du[poste])
                du[poste], reste = du[poste] - pris, reste - pris
            du["trop_percu"] += reste
        jour += timedelta(days=1)
    du["accessoires"] += au_centime(exact)
    return du
