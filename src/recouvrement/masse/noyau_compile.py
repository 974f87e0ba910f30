"""Le noyau compilé : ligne à ligne, en un passage, ce que le noyau NumPy fait colonne à colonne. Demande l'extra ``masse-compile`` (Numba).

Les réponses du droit, la règle d'intérêt et les bornes sont celles du noyau NumPy, à qui revient ce que la boucle ne décrit pas : un
intérêt qui pourrait déborder, un plafond que l'exécution ou le contrat discute.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core.cpu import CPUTargetOptions

from recouvrement.droit.baremes import interets_centimes
from recouvrement.masse.blocs import par_sorte
from recouvrement.masse.classes import Classe
from recouvrement.masse.colonnes import DERNIER, PREMIER, Lues, Paiements, Rangs, presente
from recouvrement.masse.interets import ANNEE
from recouvrement.masse.noyau import BUTOIR
from recouvrement.masse.reponses import DECALAGE, DEPARTS, MUET, POSTES, SANS, TAUX_COURANT, Compilees
from recouvrement.masse.sortie import Sortie
from recouvrement.masse.suites import AUX_OBJETS, BIENTOT, DOUTEUSE, NON_PUBLIE, PRESCRITE, PROCHE, SOUS_PLANCHER

F = TypeVar("F", bound=Callable[..., Any])
INCONNUE, MUETTE, DISCUTEE = -1, -2, -3  # à poser ; le droit se tait ; au noyau NumPy
PENALITES, PRINCIPAL, _ = range(len(POSTES))
EMISSION, _, EXIGIBILITE = range(len(DEPARTS))
PREMIERE, TOUS = np.uintp(0), ~np.uintp(0)  # ce qu'un masque garde d'un rang
VOISINES = 2_048  # lignes que le cache tient ensemble
# Ces boucles ne créent aucun tableau : sans NRT, Numba ne compte pas les références de ceux qu'elles lisent, la moitié de leur temps.
# Une version de Numba qui n'aurait plus cette option les ralentirait, rien de plus.
OPTIONS: dict[str, Any] = {"nogil": True} | ({"_nrt": False} if hasattr(CPUTargetOptions, "_nrt") else {})


def compilee(fonction: F) -> F:
    """La fonction, compilée à son premier appel, et gardée pour les courses suivantes là où un dossier s'écrit.

    Numba ne surveille que ce fichier-ci : une constante ou une règle changée ailleurs demande d'en effacer le ``__pycache__``.
    """
    try:
        return cast("F", numba.njit(cache=True, **OPTIONS)(fonction))
    except RuntimeError:  # nul dossier où écrire
        return cast("F", numba.njit(**OPTIONS)(fonction))


def partie(fonction: F) -> F:
    """La fonction, compilée dans celles qui l'appellent."""
    return cast("F", numba.njit(inline="always")(fonction))


interets = partie(interets_centimes)


@partie
def _lire(table: Any, rangee: Any, jour: Any) -> Any:
    """La réponse de ce jour, si elle est sue."""
    ou, reponses = table
    return reponses[ou[np.uintp(rangee), np.uintp(jour)]]


@partie
def _de(colonne: Any, i: Any) -> Any:
    """Ce que la colonne dit de cette ligne."""
    cases, masque = colonne
    return cases[i & masque]


@partie
def _sue(table: Any, rangee: Any, jour: Any) -> Any:
    """Vrai si la réponse de ce jour est connue."""
    ou, reponses = table
    return 0 < ou[np.uintp(rangee), np.uintp(jour)] < len(reponses)


@partie
def _courus(base: Any, taux: Any, regle: Any, avant: Any, jusqu_au: Any, entamee: Any, du: Any, fin: Any, taux_du: Any) -> Any:
    """Ce qui court du lendemain d'``avant`` à ``jusqu_au`` inclus, depuis la période ``entamee`` ; et celle où l'on en est."""
    if not regle.variable:
        return interets(base, taux, max(jusqu_au - avant, 0), ANNEE), entamee
    somme = 0
    while entamee < regle.dernier and du[np.uintp(entamee)] <= jusqu_au:
        p = np.uintp(entamee)
        somme += interets(base, taux_du[p], max(min(jusqu_au, fin[p]) - max(avant, du[p] - 1), 0), ANNEE)
        if fin[p] >= jusqu_au:
            break
        entamee += 1
    return somme, entamee


@partie
def _interrompre(regle: Any, depart: Any, le: Any, departs: Any) -> Any:
    """Le départ que laisse un paiement : son jour, sauf avant le départ ou après l'expiration ; le même si elle n'est pas sue."""
    if depart < le and _sue(departs, regle.departs, depart) and le <= _lire(departs, regle.departs, depart).valeur:
        return le
    return depart


@partie
def _payer(
    regle: Any, jour: Any, paliers: Any, departs: Any, paiements: Any, i: Any, au: Any, e: Any, taux: Any, comptes: Any
) -> Any:
    """Les paiements d'une ligne, dans l'ordre, puis le jour d'examen.

    Args:
        comptes: Le principal, et les deux départs de la prescription.
    """
    du, fin, taux_du, _ = paliers
    premiers, combien, jours, centimes = paiements
    principal, depart, prudent = comptes
    penalites, indemnite, trop_percu, curseur = 0, 0, 0, e
    constate, en_retard, lignes, arret = False, False, False, False
    entamee = regle.premier + max(jour.suivante - 1, 0)
    ensuite = premiers[i] + combien[i]
    for p in range(premiers[i], ensuite + 1):
        le = jours[np.uintp(p)] if p < ensuite else au
        if not constate and e < le:  # un retard naît quand il reste du principal à la fin du jour d'échéance
            constate = True
            if principal > 0:
                en_retard = True
                indemnite += jour.indemnite
        if principal > 0 and le > curseur:
            accrus, entamee = _courus(principal, taux, regle, curseur, le, entamee, du, fin, taux_du)
            penalites += accrus
            if regle.court:
                arret = arret or le > regle.connu_au
                if not regle.variable or (
                    regle.premier < regle.dernier and min(le, fin[regle.dernier - 1]) > max(curseur, du[regle.premier] - 1)
                ):
                    lignes = True
        if p == ensuite:
            break
        curseur = max(curseur, le)
        reste = centimes[np.uintp(p)]
        for poste in regle.ordre:
            if poste == PENALITES:
                pris = min(reste, penalites)
                penalites -= pris
            elif poste == PRINCIPAL:
                pris = min(reste, principal)
                principal -= pris
            else:
                pris = min(reste, indemnite)
                indemnite -= pris
            reste -= pris
        trop_percu += reste
        if reste < centimes[np.uintp(p)]:  # il a éteint quelque chose
            ensemble = depart == prudent
            depart = _interrompre(regle, depart, le, departs)
            prudent = depart if ensemble else _interrompre(regle, prudent, le, departs)
    return principal, penalites, indemnite, trop_percu, depart, prudent, en_retard, lignes, arret


@partie
def _dater(regle: Any, emise: Any, executee: Any, recue: Any, delais: Any) -> Any:
    """L'échéance que la loi fixe, faute d'une autre ; sinon ``INCONNUE``, ``MUETTE`` ou ``DISCUTEE``."""
    ecart = executee - emise if executee else SANS
    if recue or (executee and abs(ecart) > DECALAGE):
        return DISCUTEE
    if not _sue(delais, regle.delais, ecart + DECALAGE):
        return INCONNUE
    e = np.int64(emise) + _lire(delais, regle.delais, ecart + DECALAGE)
    return e if PREMIER <= e <= DERNIER else MUETTE


@partie
def _partir(regle: Any, emise: Any, executee: Any, donnee: Any, e: Any) -> Any:
    """D'où part la prescription, et d'où part sa lecture prudente."""
    depart = np.int64(emise)
    if regle.depart != EMISSION:
        depart = e if regle.depart == EXIGIBILITE and donnee else np.int64(executee or emise)
    return depart, min(depart, np.int64(executee)) if regle.prudence and executee else depart


@partie
def _alerter(regle: Any, arret: Any, a_courir: Any, a_payer: Any) -> Any:
    """Ce qu'il faut savoir des comptes d'une ligne payée."""
    alertes = regle.toujours
    alertes |= NON_PUBLIE if arret else 0
    alertes |= regle.sans_demeure if a_courir else 0
    alertes |= regle.a_payer if a_payer else 0
    return alertes


@partie
def _a_l_examen(regle: Any, jour: Any, principal: Any, taux: Any, e: Any, au: Any, courus: Any) -> Any:
    """Ce qui court du lendemain de l'échéance au jour d'examen : la période entamée, puis les périodes entières."""
    if not regle.variable:
        return interets(principal, taux, max(au - e, 0), ANNEE)
    somme = interets(1, jour.course, principal, ANNEE)
    for p in range(regle.premier + jour.suivante, regle.dernier):
        somme += interets(1, courus[np.uintp(p)], principal, ANNEE)
    return somme


@partie
def _plafonner(regle: Any, emise: Any, e: Any, discute: bool, nets: Any, limites: Any) -> Any:
    """Le bit d'une échéance au-delà du plafond de la loi, ou zéro ; sinon ``INCONNUE``, ``MUETTE`` ou ``DISCUTEE``."""
    if not regle.plafond:
        return 0
    ecart = max(e - emise, 0)
    if not _sue(nets, regle.nets, ecart):
        return INCONNUE
    if _lire(nets, regle.nets, ecart):
        return 0
    if discute:
        return DISCUTEE
    if not _sue(limites, regle.limites, emise):
        return INCONNUE
    limite = _lire(limites, regle.limites, emise)
    if limite == MUET:
        return MUETTE
    return regle.plafond if e > limite else 0


@partie
def _suivre(constantes: Any, petit: Any, valeur: Any, prudente: Any, etape: Any, etape_le: Any) -> Any:
    """L'étape, son jour et l'alerte : la prescription acquise ou proche commande ; sinon, le scénario (voir ``suites.suivre``)."""
    au, alerte_au, interruption, _ = constantes
    if valeur == MUET or prudente == MUET or etape_le == MUET:
        return -1, 0, AUX_OBJETS
    if au > valeur:
        return -1, 0, PRESCRITE
    if au > prudente:
        return -1, 0, DOUTEUSE
    alerte = BIENTOT if prudente <= alerte_au else 0
    if au >= prudente - PROCHE:
        return interruption, prudente - PROCHE, alerte
    if etape < 0 or petit:
        return -1, 0, alerte
    return etape, etape_le, alerte


@partie
def _ranger(debut: Any, fin: Any, sortes: Any, ordre: Any, places: Any) -> None:
    """L'ordre où traiter des lignes voisines : sorte par sorte, pour que les questions d'une ligne soient celles de la précédente."""
    places[:] = 0
    for i in range(debut, fin):
        places[np.uintp(_de(sortes, np.uintp(i))) + 1] += 1
    for suivante in range(1, len(places)):
        places[suivante] += places[suivante - 1]
    for i in range(debut, fin):
        sorte = np.uintp(_de(sortes, np.uintp(i)))
        ordre[places[sorte]] = i
        places[sorte] += 1


@compilee
def _lignes(debut: int, fin: int, lues: Any, rangs: Any, tables: Any, ecrites: Any, ordres: Any) -> int:
    """Écrit les lignes, sorte par sorte parmi des voisines, jusqu'à la première dont une réponse manque ; rend combien sont passées."""
    principaux, emises, donnees, executees, recues, contrats, convenus, sortes, paiements = lues
    constantes, regles, paliers, echeances, suites, departs, prevues, limites, nets, delais = tables
    bloc, total, au_noyau = ecrites
    faites, datees, retards, restes, trop_percus, penalites_dues, indemnites, valeurs, prudentes, etapes, etapes_le, bits = bloc
    au, _, _, dit_trop_percu = constantes
    combien = paiements[1]
    ordre, places = ordres
    for rang in range(debut, fin):
        i = np.uintp(rang)  # sans signe, un rang se lit sans être vérifié
        if len(rangs) > 1:
            voisine = rang % VOISINES
            if voisine == 0 or rang == debut:
                _ranger(rang - voisine, min(rang - voisine + VOISINES, fin), sortes, ordre, places)
            i = np.uintp(ordre[np.uintp(voisine)])
        if not faites[i]:
            continue
        k = rangs[_de(sortes, i)]
        if not k:
            au_noyau[i] = True
            continue
        regle, principal, emise = regles[k], _de(principaux, i), _de(emises, i)
        executee, donnee, convenu = _de(executees, i), _de(donnees, i), _de(convenus, i)
        e = np.int64(donnee) if donnee else _dater(regle, emise, executee, _de(recues, i), delais)
        if e == INCONNUE:
            return rang
        if e == DISCUTEE:
            au_noyau[i] = True
            continue
        if e == MUETTE:
            faites[i] = False
            continue
        if not _sue(echeances, regle.echeances, e):
            return rang
        jour = _lire(echeances, regle.echeances, e)
        taux = convenu if regle.convenu else jour.course
        au_dela = _plafonner(regle, emise, e, executee > emise or _de(contrats, i) != 0, nets, limites)
        if au_dela == INCONNUE:
            return rang
        if au_dela == MUETTE:
            faites[i] = False
            continue
        if au_dela == DISCUTEE or principal > regle.tient or convenu > TAUX_COURANT:
            au_noyau[i] = True
            continue
        depart, prudent = _partir(regle, emise, executee, donnee, e)
        alertes, payee, trop_percu = np.int32(jour.alertes), len(combien) > 0 and combien[i] > 0, 0
        d_ailleurs = payee or depart != e or prudent != e
        if payee:
            admise = regle.interrompu and depart >= regle.partis_depuis
            principal, penalites, indemnite, trop_percu, depart, prudent, en_retard, lignes, arret = _payer(
                regle, jour, paliers, departs, paiements, i, au, e, taux, (principal, depart, prudent)
            )
            if not _sue(departs, regle.departs, depart):
                return rang
            if regle.butoir and _lire(departs, regle.departs, depart).valeur - min(emise, executee or emise) >= BUTOIR:
                admise = False
            faites[i] = admise
            if alertes != AUX_OBJETS:
                a_payer = lignes and principal == 0 and penalites + indemnite > 0
                alertes = _alerter(regle, arret, en_retard and principal > 0, a_payer) | (dit_trop_percu if trop_percu else 0)
        else:
            indemnite, lignes = jour.indemnite, e < regle.court_avant
            penalites = _a_l_examen(regle, jour, principal, taux, e, au, paliers[3])
        if regle.plancher and lignes and convenu < jour.plancher:
            alertes |= SOUS_PLANCHER
        retard = max(au - e, 0)
        if d_ailleurs:
            if not (
                _sue(departs, regle.departs, depart) and _sue(departs, regle.departs, prudent) and _sue(prevues, regle.etapes, e)
            ):
                return rang
            part, prevue = _lire(departs, regle.departs, depart), _lire(prevues, regle.etapes, e)
            valeur, prudente = part.valeur, min(part.prudente, _lire(departs, regle.departs, prudent).prudente)
            etape, etape_le, etat = _suivre(
                constantes, principal < regle.solde_minimal, valeur, prudente, prevue.etape, prevue.le
            )
            if etat != AUX_OBJETS and payee and principal == 0:
                etape, etape_le, etat = -1, 0, 0
                retard *= penalites + indemnite > 0
        else:
            if not _sue(suites, regle.suites, e):
                return rang
            suite = _lire(suites, regle.suites, e)
            valeur, prudente, etat = suite.prescription, suite.prudente, np.int32(suite.alertes)
            etape, etape_le = np.int32(suite.etape), suite.etape_le
            if principal < regle.solde_minimal and au < prudente - PROCHE:
                etape, etape_le = -1, 0
        if alertes == AUX_OBJETS or etat == AUX_OBJETS:
            faites[i] = False
        if len(datees):
            datees[i] = e
        if len(restes):
            restes[i] = principal
        retards[i], bits[i] = retard, alertes | etat | au_dela
        penalites_dues[i], indemnites[i], total[i] = penalites, indemnite, principal + penalites + indemnite
        if len(trop_percus):
            trop_percus[i] = trop_percu
        valeurs[i], prudentes[i], etapes[i], etapes_le[i] = valeur, prudente, etape, etape_le
    return fin


def par_colonnes(lues: Lues, sortie: Sortie) -> None:
    """Ce que fait ``blocs.par_colonnes``, par la boucle compilée."""
    droits, n = sortie.droits, len(lues.simples)
    classes = [droits.classe(sorte.cle) for sorte in lues.sortes]
    sortie.commencer(lues, classes)
    compilees: Compilees = droits.garder("compilees", "", lambda: Compilees(droits))
    with compilees.verrou:
        rangs = np.array([0 if classe is None else compilees.rang(classe) for classe in classes], np.uintp)
        compilees.publier()
    a_ecrire = sortie.bloc._replace(
        **{nom: np.empty(0, getattr(sortie.bloc, nom).dtype) for nom in sortie.partagees & set(sortie.bloc._fields)}
    )
    lignes, ecrites = _figees(lues), (a_ecrire, sortie.entiers["total_centimes"], np.zeros(n, bool))
    ordres = np.empty(VOISINES, np.uint32), np.empty(len(rangs) + 1, np.uint32)
    fait, bute = 0, -1
    while (fait := _lignes(fait, n, lignes, rangs, compilees.tables, ecrites, ordres)) < n:
        if fait == bute:
            raise AssertionError("la boucle pose une question que Compilees.apprendre n'apprend pas")
        bute = fait
        with compilees.verrou:
            _apprendre(compilees, lues, classes, sortie, fait)
            compilees.publier()
    for classe, payees, siens in par_sorte(lues, classes, ecrites[-1]):
        _rendre(classe, lues, payees, siens, sortie)


def etaler(numeros: Any, longueurs: Any, codes: Sequence[Any]) -> tuple[Any, Any]:
    """Ce que fait ``blocs.etaler``."""
    bornes, dits = np.zeros(len(numeros) + 1, np.int32), np.empty(len(numeros) * codes[-1].shape[1] + 1, codes[-1].dtype)
    return bornes, dits[: _etaler(numeros, longueurs, codes[-1], bornes, dits)]


@compilee
def _etaler(numeros: Any, longueurs: Any, codes: Any, bornes: Any, dits: Any) -> int:
    fin = 0
    for i in range(len(numeros)):
        numero = np.uintp(numeros[i])
        dits[fin] = codes[numero, 0]  # d'une liste vide, le suivant l'écrase : un test de moins
        for rang in range(1, longueurs[numero]):
            dits[fin + rang] = codes[numero, rang]
        fin += longueurs[numero]
        bornes[i + 1] = fin
    return fin


def _figees(lues: Lues) -> tuple[Any, ...]:
    """Ce que la boucle lit, toujours des mêmes genres de tableaux : elle ne se compile qu'une fois."""
    c, aucune = lues.colonnes, np.zeros(1, np.uint32)
    jours = (_figee(x, np.int32) for x in (c.emise, c.echeance, c.executee, c.recue, c.contrat))
    sorte = np.broadcast_to(aucune, len(lues.simples)) if lues.sorte is None else lues.sorte
    paiements = tuple(_figee(x, np.int64)[0] for x in lues.paiements or [aucune[:0]] * 4)
    return _figee(c.principal, np.int64), *jours, _figee(c.taux, np.int64), _figee(sorte, np.uint32), paiements


def _figee(colonne: Any, genre: Any) -> tuple[Any, Any]:
    """La colonne, et ce qui du rang d'une ligne donne celui de sa case : la première, d'une colonne absente."""
    pleine = len(colonne) == 0 or presente(colonne)
    figee = np.ascontiguousarray(colonne if pleine else colonne[:1], genre).view()
    figee.flags.writeable = False
    return figee, TOUS if pleine else PREMIERE


def _apprendre(compilees: Compilees, lues: Lues, classes: Sequence[Classe | None], sortie: Sortie, debut: int) -> None:
    """Les questions que posent ces lignes et les suivantes."""
    restent = sortie.faites.copy()
    restent[: debut - debut % VOISINES] = False
    payes = np.zeros(0, np.int64) if lues.paiements is None else lues.paiements.le
    payes = payes[(payes >= PREMIER) & (payes <= DERNIER)]  # d'autres sont de lignes que la boucle ne lit pas
    for classe, payees, rangs in par_sorte(lues, classes, restent):
        if compilees.rang(classe):
            compilees.apprendre(classe, lues.colonnes.portion(rangs), payes if payees else payes[:0])


def _rendre(classe: Classe, lues: Lues, payees: Paiements | None, rangs: Rangs, sortie: Sortie) -> None:
    """Des lignes au noyau NumPy."""
    c = lues.colonnes.portion(rangs)
    sortie.preparer(c, rangs)
    sortie.examiner(classe, c, payees and payees.portion(rangs), rangs)
    sortie.totaliser(rangs)
