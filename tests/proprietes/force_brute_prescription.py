"""Le second calcul de la prescription : une horloge qu'on suit un jour après l'autre, sans rien partager avec le moteur.

Chaque période est une horloge : un départ, un dernier jour, et le droit ou non de passer les vingt ans. Une interruption en met une
de plus en marche ; le dernier jour utile est celui de la plus tardive. Un jour arrêté les recule toutes d'un jour.
"""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

UN_JOUR = timedelta(days=1)
LOI_DE_2008 = date(2008, 6, 19)
COVID = (date(2020, 3, 12), date(2020, 6, 23), date(2020, 8, 23))


@dataclass(frozen=True)
class Ligne:
    """Une ligne de la table : ``ancienne`` est le jour d'une loi qui réduit, et la durée d'avant, en mois."""

    mois: int
    civile: bool = False
    forclusion: bool = False
    butoir: bool = True
    ancienne: tuple[date, int] | None = None


TITRE = Ligne(120, ancienne=(LOI_DE_2008, 360))


@dataclass(frozen=True)
class Fait:
    """``genre`` : reconnaissance, justice, titre, renonciation, suspension, ou ``ecrit`` (demande ou recommandé qui n'interrompt que
    la prescription de la créance, jamais celle du titre) ; ``fin`` : fin de l'instance, ou reprise du temps."""

    genre: str
    le: date
    fin: date | None = None
    plancher: bool = False
    douteux: bool = False


@dataclass(frozen=True)
class Histoire:
    ligne: Ligne
    depart: date
    prudent: date
    nee_le: date
    au: date
    faits: tuple[Fait, ...] = field(default=())


@dataclass
class Horloge:
    """``branches`` : d'où chacune compte ses jours arrêtés, et son dernier jour ; la première qui finit l'emporte."""

    branches: list[list[date]]
    libre: bool

    @property
    def fin(self) -> date:
        return min(fin for _, fin in self.branches)


def plus_mois(jour: date, mois: int) -> date:
    annee, rang = jour.year + (jour.month - 1 + mois) // 12, (jour.month - 1 + mois) % 12 + 1
    return date(annee, rang, min(jour.day, monthrange(annee, rang)[1]))


def _partir(ligne: Ligne, jour: date) -> list[list[date]]:
    """Le départ, exclu, et le dernier jour si rien n'arrive ; sous une loi qui réduit, le délai ancien et le nouveau."""
    if ligne.civile:
        jour = date(jour.year, 12, 31)
    if ligne.ancienne and jour < ligne.ancienne[0]:
        loi, avant = ligne.ancienne
        return [[jour, plus_mois(jour, avant)], [loi, plus_mois(loi, ligne.mois) - UN_JOUR]]
    return [[jour, plus_mois(jour, ligne.mois)]]


def delai_nu(ligne: Ligne, jour: date) -> date:
    """Le dernier jour d'un délai parti de ``jour``, si rien n'arrive."""
    return Horloge(_partir(ligne, jour), libre=True).fin


def dernier_jour(h: Histoire) -> date:
    """Le dernier jour où agir, vu de ``h.au``."""
    du_jour, reprises, arretes = defaultdict(list), set(), set()
    for fait in h.faits:
        if fait.le > h.au:
            continue
        if fait.genre != "suspension":
            du_jour[fait.le].append(fait)
            continue
        reprise = min(fait.fin or h.au, h.au, plus_mois(fait.le, 6) if h.ligne.civile else date.max)
        reprises |= {reprise} if fait.plancher else set()
        arretes |= {fait.le + k * UN_JOUR for k in range((reprise - fait.le).days)}

    ligne, plafond, executoire = h.ligne, plus_mois(h.nee_le, 240), False
    horloges = [Horloge(_partir(ligne, h.depart), libre=not ligne.butoir)]
    courant = h.depart
    for jour in sorted(j for j in {*du_jour, *reprises, *arretes} if h.depart <= j <= h.au):  # les autres jours, rien n'arrive
        _survivre(horloges, jour)
        if jour in reprises and jour <= _fin(horloges) and not ligne.forclusion:
            six_mois = plus_mois(jour, 6)
            for horloge, branche in _vivantes(horloges, jour):
                branche[1] = max(branche[1], six_mois if horloge.libre else min(six_mois, plafond))
        avant = courant
        for depuis, fait in _dans_l_ordre(du_jour[jour], jour, h.au):
            a_temps = jour <= _fin(horloges)
            if fait.genre == "titre":
                ligne, executoire = TITRE, True
            elif fait.genre == "renonciation":
                if a_temps:
                    continue
            elif not (
                h.depart < jour and a_temps and avant < depuis and courant <= depuis and _admet(ligne, executoire, fait.genre)
            ):
                continue
            libre = fait.genre not in {"reconnaissance", "ecrit"} or executoire or not ligne.butoir
            branches = [[debut, fin if libre else min(fin, plafond)] for debut, fin in _partir(ligne, depuis)]
            horloges.append(Horloge(branches, libre))
            courant = depuis if fait.genre == "titre" else max(courant, depuis)  # l'instance d'avant le titre n'est plus rien
        if jour in arretes and jour <= _fin(horloges) and not ligne.forclusion:
            for horloge, branche in _vivantes(horloges, jour):
                if horloge.libre or branche[1] < plafond:
                    branche[1] += UN_JOUR
    _survivre(horloges, date.max)
    return _fin(horloges)


def _dans_l_ordre(faits: list[Fait], jour: date, au: date) -> list[tuple[date, Fait]]:
    """Les faits d'un jour, avec le départ qu'ils donnent : ce qui interrompt, le plus long d'abord ; la renonciation ; le titre."""
    datees = [(f.fin if f.fin and f.fin <= au else jour, f) for f in faits]
    rangs = {"renonciation": 1, "titre": 2}
    return sorted(datees, key=lambda d: (rangs.get(d[1].genre, 0), -d[0].toordinal()))


def _admet(ligne: Ligne, executoire: bool, genre: str) -> bool:
    return genre == "justice" or (genre == "reconnaissance" and not ligne.forclusion) or (genre == "ecrit" and not executoire)


def _fin(horloges: list[Horloge]) -> date:
    return max(h.fin for h in horloges)


def _vivantes(horloges: list[Horloge], jour: date) -> list[tuple[Horloge, list[date]]]:
    return [(h, branche) for h in horloges for branche in h.branches if branche[0] <= jour <= branche[1]]


def _survivre(horloges: list[Horloge], jour: date) -> None:
    """Ordonnance n° 2020-306 : ce qui finit dans la période protégée vaut jusqu'au 23 août 2020, que rien n'arrête plus."""
    derniere = max(horloges, key=lambda h: h.fin)
    if derniere.fin < jour and COVID[0] <= derniere.fin <= COVID[1]:
        derniere.branches = [[date.max, COVID[2]]]


def deux_dates(h: Histoire) -> tuple[date, date]:
    """Le dernier jour utile, et le jour prudent."""
    valeur = dernier_jour(h)
    certains = tuple(f for f in h.faits if not f.douteux)
    jour = min(valeur, dernier_jour(replace(h, faits=certains, depart=h.prudent))) - UN_JOUR
    while jour.weekday() > 4 or jour in _feries(jour.year):
        jour -= UN_JOUR
    return valeur, jour


@cache
def _feries(annee: int) -> frozenset[date]:
    """Les onze jours fériés légaux (C. trav., art. L. 3133-1) ; Pâques par l'algorithme de Meeus."""
    a, (b, c) = annee % 19, divmod(annee, 100)
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    lune = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * lune) // 451
    mois, quantieme = divmod(h + lune - 7 * m + 114, 31)
    paques = date(annee, mois, quantieme + 1)
    fixes = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    return frozenset({date(annee, *f) for f in fixes} | {paques + timedelta(days=k) for k in (1, 39, 50)})
