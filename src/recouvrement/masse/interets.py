"""La somme des lignes d'un décompte, chacune arrondie par la règle du droit, pour des milliers de créances à la fois.

Jusqu'au jour d'examen, une créance traverse une période entamée, puis des périodes entières. Rangées par première période entière, celles
qu'une période entière concerne se suivent : sa ligne y est un produit et un quotient par des constantes.

Aucun dépassement n'est possible : une ligne n'entre que si ``2 · principal · taux · jours + d < 2⁶³``, ``d`` étant un million de fois
l'année, pour le taux le plus haut de sa table et tous ses jours de retard ; et si son principal, comme chacun de ses soixante-quatre
paiements au plus, tient sous 10¹⁵ centimes. Chaque ligne du décompte est sous cette borne ; leur somme, qui en est le quotient par
``2 d``, reste sous 2³⁴ centimes.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from recouvrement.droit.baremes import interets_centimes
from recouvrement.masse.classes import Classe, Droits, Paliers
from recouvrement.masse.colonnes import Entiers, Masque, numero
from recouvrement.masse.jours import ParJour
from recouvrement.politique.compte import DIVISEURS
from recouvrement.politique.conventions import Conventions

ANNEE = DIVISEURS[Conventions().annee]
DIVISEUR = 1_000_000 * ANNEE
PLAFOND = 2**63 - 1
interets = cast("Callable[..., Entiers]", interets_centimes)
"""La règle, appliquée à des colonnes ; seul le produit des trois premiers nombres y compte : les constantes d'abord."""


def tiennent(
    classe: Classe, principal: Entiers, taux: Entiers | None, echeance: Entiers, premiere: int, au: int, faites: Masque
) -> None:
    """Retire les lignes dont un intérêt pourrait dépasser 64 bits ; aucune, si la plus grosse tient au taux le plus haut."""
    plus_haut = taux if taux is not None else classe.paliers.taux if classe.paliers is not None else np.ones(1, np.int64)
    if principal.max() > borne(max(int(plus_haut.max()), 1), max(au - premiere, 1)):
        haut = plus_haut if taux is not None else plus_haut.max()
        faites &= principal <= borne(np.maximum(haut, 1), np.maximum(au - echeance, 1))


def borne(taux: Any, jours: Any) -> Any:
    """Le plus grand principal dont l'intérêt tient sur 64 bits."""
    return (PLAFOND - DIVISEUR) // (2 * taux * jours)


def entre(droits: Droits, classe: Classe, base: Entiers, taux: Entiers | None, avant: Entiers, jusqu_au: Entiers) -> Entiers:
    """Ce qui court sur chaque base du lendemain d'``avant`` à ``jusqu_au`` inclus, période après période, tant qu'il en reste.

    Args:
        taux: Celui de chaque ligne, s'il est le même tous les jours.
    """
    if taux is not None:
        return interets(base, taux, np.maximum(jusqu_au - avant, 0), ANNEE)
    somme = np.zeros(len(base), np.int64)
    if classe.court != "paliers" or classe.paliers is None:
        return somme
    paliers, lignes = classe.paliers, np.arange(len(base))
    periode = np.maximum(periodes(droits, classe, paliers)(avant)[1].astype(np.intp) - 1, 0)
    while len(lignes):
        fin = paliers.au[periode]
        jours = np.minimum(jusqu_au, fin) - np.maximum(avant, paliers.du[periode] - 1)
        somme[lignes] += interets(paliers.taux[periode], np.maximum(jours, 0), base, ANNEE)
        suivent = np.flatnonzero((jusqu_au > fin) & (periode + 1 < len(paliers.du)))
        lignes, base, avant, jusqu_au, periode = (x.take(suivent) for x in (lignes, base, avant, jusqu_au, periode + 1))
    return somme


def a_l_examen(droits: Droits, classe: Classe, base: Entiers, taux: Entiers | None, avant: Entiers, vers: Entiers) -> None:
    """Écrit ce qui court du lendemain d'``avant`` au jour d'examen inclus."""
    au, paliers = numero(droits.au), classe.paliers
    if taux is not None:
        vers[:] = interets(base, taux, np.maximum(au - avant, 0), ANNEE)
        return
    if classe.court != "paliers" or paliers is None:
        vers.fill(0)
        return
    entamee, suivante = periodes(droits, classe, paliers)(avant)
    ordre = np.argsort(suivante, kind="stable")
    rangee, somme = base.take(ordre, mode="clip"), np.zeros(len(base), np.int64)
    rangs = np.arange(len(paliers.lignes), dtype=suivante.dtype)
    combien = np.searchsorted(suivante.take(ordre, mode="clip"), rangs, "right")
    for n, (du, fin, taux_du_palier) in zip(combien.tolist(), paliers.lignes, strict=True):
        if n and du <= au:
            somme[:n] += interets(taux_du_palier, min(fin, au) - du + 1, rangee[:n], ANNEE)
    vers[ordre] = somme
    vers += interets(1, entamee, base, ANNEE)


def periodes(droits: Droits, classe: Classe, paliers: Paliers) -> ParJour:
    """Par jour : ce que son lendemain entame, et le rang de la période suivante."""
    au, genre = numero(droits.au), np.int8 if len(paliers.lignes) < 2**7 else np.int16  # d'octets, le tri n'a qu'un passage
    return droits.garder("periodes", classe.cle, lambda: ParJour(lambda jours: _entamee(paliers, jours, au), np.int64, genre))


def _entamee(paliers: Paliers, jours: Entiers, au: int) -> tuple[Entiers, Entiers]:
    """De la période où tombe le lendemain de chaque jour : taux × jours qui en restent ; et le rang de la période suivante."""
    rangs = np.searchsorted(paliers.du, jours + 1, "right")
    dans = np.maximum(rangs - 1, 0)
    restent = np.where(rangs > 0, np.minimum(paliers.au[dans], au) - jours, 0)
    return paliers.taux[dans] * np.maximum(restent, 0), rangs
