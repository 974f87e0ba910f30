"""Le second calcul : un jour après l'autre, en fractions, sans rien partager avec le moteur que les tables de taux, relues."""

import tomllib
from calendar import monthrange
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


def _jour_du_mois(annee: int, mois: int, jour: int) -> date:
    return date(annee, mois, min(jour, monthrange(annee, mois)[1]))


def deux_mois(depuis: date) -> date:
    rang = depuis.year * 12 + depuis.month + 1
    return _jour_du_mois(rang // 12, rang % 12 + 1, depuis.day)


def anniversaire(origine: date | None, jour: date) -> bool:
    return origine is not None and jour.year > origine.year and jour == _jour_du_mois(jour.year, origine.month, origine.day)


def apres_decisions(taux, *, legal: bool, executoire: date | None, graces: list, ouverture: date | None):
    """Le taux d'un jour, après le juge. ``legal`` : c'est l'intérêt légal ; ``graces`` : (du, au, taux réduit ou rien), la dernière prime."""
    bascule = deux_mois(executoire) if executoire and legal else date.max

    def du_jour(jour: date) -> Fraction | None:
        if ouverture is not None and jour >= ouverture:
            return None
        for du, au, reduit in reversed(graces):
            if du <= jour <= au:
                return reduit if reduit is not None else taux(jour) if legal else None
        simple = taux(jour)
        return simple + 5 if simple is not None and jour > bascule else simple

    return du_jour


def dette(
    principal: int, echeance: date, depart: date | None, taux, mouvements, au: date, indemnite: int = 0,
    *, annees_du: date | None = None, annees_au: date = date.max, exclu: bool = False,
    ordre: tuple[str, ...] = ("accessoires", "principal", "indemnite"),
) -> dict[str, int]:  # fmt: skip
    """Ce qui reste dû à ``au`` inclus. ``mouvements`` : (jour, « paiement » ou poste réduit, centimes), dans l'ordre ;
    ``depart`` : dernier jour sans intérêt (``None`` : rien ne court) ; ``taux(jour)`` : % par an, ``None`` : rien ce jour-là ;
    ``annees_du`` : d'où se comptent les années de la capitalisation, ``annees_au`` : la dernière qui compte ;
    ``exclu`` : le jour d'un mouvement compte après lui ; ``ordre`` : ce qu'un paiement éteint."""
    du = {"accessoires": 0, "principal": principal, "indemnite": 0, "trop_percu": 0, "lignes": 0}
    exact, courant, capital, jour = Fraction(0), None, 0, min([echeance, au, *(m[0] for m in mouvements)])
    remis: dict[str, int] = {}  # ce qu'une remise n'a pas encore trouvé à éteindre
    attente: list[list[int]] = []  # lignes pas encore capitalisées : jours, centimes nés, restants
    jours = 0

    def payer_les_plus_anciens(centimes: int) -> None:
        for ligne in attente:
            pris = min(centimes, ligne[2])
            ligne[2], centimes = ligne[2] - pris, centimes - pris

    def une_annee_est_due() -> bool:
        payees = [rang for rang, (_, nes, reste) in enumerate(attente) if nes and not reste]
        vives = attente[payees[-1] + 1 :] if payees else attente
        an = jour - _jour_du_mois(jour.year - 1, annees_du.month, annees_du.day)
        return sum(n * reste // nes if nes else n for n, nes, reste in vives) >= an.days

    def naitre(poste: str, centimes: int) -> None:
        pris = min(centimes, remis.get(poste, 0))
        du[poste], remis[poste] = du[poste] + centimes - pris, remis.get(poste, 0) - pris
        if poste == "accessoires":
            payer_les_plus_anciens(pris)

    def fermer() -> None:
        nonlocal exact, courant, jours
        if courant is not None:
            attente.append([jours, au_centime(exact), au_centime(exact)])
        naitre("accessoires", au_centime(exact))
        exact, courant, jours = Fraction(0), None, 0

    def bouger() -> None:
        nonlocal capital
        for _, genre, reste in [m for m in mouvements if m[0] == jour]:
            fermer()
            for poste in ordre if genre == "paiement" else (genre.split()[0],):
                pris = min(reste, du.get(poste, 0))
                du[poste], reste = du.get(poste, 0) - pris, reste - pris
                if poste == "accessoires":
                    payer_les_plus_anciens(pris)
            if genre in ("paiement", "principal"):
                du["trop_percu"] += reste
            else:
                remis[genre] = remis.get(genre, 0) + reste
            capital = min(capital, du["accessoires"])

    while jour <= au:
        if jour == echeance + timedelta(days=1) and du["principal"]:
            naitre("indemnite", indemnite)
        if exclu:
            bouger()
        base = du["principal"] + capital
        t = taux(jour) if depart is not None and jour > depart and base else None
        if courant is not None and t != courant:
            fermer()
        du["lignes"] += t is not None and t != courant
        exact, courant, jours = exact + (0 if t is None else _un_jour(base, t)), t, jours + (t is not None)
        if jour <= annees_au and anniversaire(annees_du, jour):
            fermer()
            if une_annee_est_due():
                capital = du["accessoires"]
                attente.clear()
        if not exclu:
            bouger()
        jour += timedelta(days=1)
    fermer()
    return {poste: n for poste, n in du.items() if poste != "rien"}
