"""Le noyau compilé : ligne à ligne, en un passage, ce que le noyau NumPy fait colonne à colonne. Demande l'extra ``masse-compile`` (Numba).

Les réponses du droit, la règle d'intérêt et les bornes sont celles du noyau NumPy, à qui revient ce que la boucle ne décrit pas : un
intérêt qui pourrait déborder, un plafond que l'exécution ou le contrat discute.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numba
import numpy as np

from recouvrement.droit.baremes import interets_centimes
from recouvrement.masse.blocs import par_sorte
from recouvrement.masse.classes import Classe
from recouvrement.masse.colonnes import DERNIER, PREMIER, Lues, Paiements, Rangs, numero, presente
from recouvrement.masse.interets import ANNEE
from recouvrement.masse.noyau import BUTOIR
from recouvrement.masse.reponses import DECALAGE, DEPARTS, MUET, POSTES, SANS, TAUX_COURANT, VARIABLE, Compilees
from recouvrement.masse.sortie import Sortie
from recouvrement.masse.suites import AUX_OBJETS, BIENTOT, DOUTEUSE, NON_PUBLIE, PRESCRITE, PROCHE, SOUS_PLANCHER

F = TypeVar("F", bound=Callable[..., Any])
INCONNUE, MUETTE, DISCUTEE = -1, -2, -3  # à poser ; le droit se tait ; au noyau NumPy
PENALITES, PRINCIPAL, _ = range(len(POSTES))
EMISSION, _, EXIGIBILITE = range(len(DEPARTS))


def compilee(fonction: F) -> F:
    """La fonction, compilée à son premier appel, et gardée pour les courses suivantes là où un dossier s'écrit.

    Numba ne surveille que ce fichier-ci : une constante ou une règle changée ailleurs demande d'en effacer le ``__pycache__``.
    """
    try:
        return cast("F", numba.njit(nogil=True, cache=True)(fonction))
    except RuntimeError:  # nul dossier où écrire
        return cast("F", numba.njit(nogil=True)(fonction))


def partie(fonction: F) -> F:
    """La fonction, compilée dans celles qui l'appellent."""
    return cast("F", numba.njit(inline="always")(fonction))


interets = partie(interets_centimes)


@partie
def _courus(base: Any, taux: Any, avant: Any, jusqu_au: Any, entamee: Any, dernier: Any, du: Any, fin: Any, taux_du: Any) -> Any:
    """Ce qui court du lendemain d'``avant`` à ``jusqu_au`` inclus, de la période ``entamee`` à la ``dernier``, exclue."""
    if taux != VARIABLE:
        return interets(base, taux, max(jusqu_au - avant, 0), ANNEE)
    somme = 0
    for k in range(entamee, dernier):
        if du[np.uintp(k)] > jusqu_au:
            break
        somme += interets(
            base, taux_du[np.uintp(k)], max(min(jusqu_au, fin[np.uintp(k)]) - max(avant, du[np.uintp(k)] - 1), 0), ANNEE
        )
    return somme


@partie
def _prescrire(k: Any, depart: Any, prudent: Any, departs: Any) -> Any:
    """Le dernier jour utile et le jour prudent, d'un départ et de sa lecture prudente."""
    ou, prescriptions = departs
    prescription = prescriptions[ou[k, np.uintp(depart)]]
    if prudent == depart:
        return prescription.valeur, prescription.prudente
    return prescription.valeur, min(prescription.prudente, prescriptions[ou[k, np.uintp(prudent)]].prudente)


@partie
def _sus(k: Any, depart: Any, prudent: Any, departs: Any) -> Any:
    """Vrai si la prescription de ces deux départs est connue."""
    ou, prescriptions = departs
    n = len(prescriptions)
    return 0 < ou[k, np.uintp(depart)] < n and 0 < ou[k, np.uintp(prudent)] < n


@partie
def _interrompre(k: Any, depart: Any, le: Any, departs: Any) -> Any:
    """Le départ que laisse un paiement : son jour, sauf avant le départ ou après l'expiration ; le même si elle n'est pas sue."""
    if depart < le and _sus(k, depart, depart, departs) and le <= _prescrire(k, depart, depart, departs)[0]:
        return le
    return depart


@partie
def _payer(
    regle: Any, jour: Any, k: Any, paliers: Any, departs: Any, paiements: Any, i: Any, au: Any, e: Any, taux: Any, comptes: Any
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
    ensuite = premiers[i] + combien[i]
    for p in range(premiers[i], ensuite + 1):
        le = jours[np.uintp(p)] if p < ensuite else au
        if not constate and e < le:  # un retard naît quand il reste du principal à la fin du jour d'échéance
            constate = True
            if principal > 0:
                en_retard = True
                indemnite += jour.indemnite
        entamee = max(jour.suivante - 1, regle.premier)
        penalites += _courus(principal, taux, curseur, le, entamee, regle.dernier, du, fin, taux_du)
        if regle.court and principal > 0 and le > curseur:
            arret = arret or le > regle.connu_au
            if taux != VARIABLE or (
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
            depart, prudent = _interrompre(k, depart, le, departs), _interrompre(k, prudent, le, departs)
    return principal, penalites, indemnite, trop_percu, depart, prudent, en_retard, lignes, arret


@partie
def _dater(k: Any, emise: Any, executee: Any, recue: Any, delais: Any) -> Any:
    """L'échéance que la loi fixe, faute d'une autre ; sinon ``INCONNUE``, ``MUETTE`` ou ``DISCUTEE``."""
    ou, jours = delais
    ecart = executee - emise if executee else SANS
    if recue or (executee and abs(ecart) > DECALAGE):
        return DISCUTEE
    case = ou[k, np.uintp(ecart + DECALAGE)]
    if not 0 < case < len(jours):
        return INCONNUE
    e = np.int64(emise) + jours[case]
    return e if PREMIER <= e <= DERNIER else MUETTE


@partie
def _a_l_examen(regle: Any, jour: Any, principal: Any, taux: Any, e: Any, au: Any, courus: Any) -> Any:
    """Ce qui court du lendemain de l'échéance au jour d'examen : la période entamée, puis les périodes entières."""
    if taux != VARIABLE:
        return interets(principal, taux, max(au - e, 0), ANNEE)
    somme = interets(1, jour.entamee, principal, ANNEE)
    for p in range(jour.suivante, regle.dernier):
        somme += interets(1, courus[np.uintp(p)], principal, ANNEE)
    return somme


@partie
def _plafonner(regle: Any, k: Any, emise: Any, e: Any, discute: bool, nets: Any, limites: Any) -> Any:
    """Le bit d'une échéance au-delà du plafond de la loi, ou zéro ; sinon ``INCONNUE``, ``MUETTE`` ou ``DISCUTEE``."""
    ou_net, reponses_nettes = nets
    ou_limite, jours_limites = limites
    if not regle.plafond:
        return 0
    case = ou_net[k, np.uintp(max(e - emise, 0))]
    if not 0 < case < len(reponses_nettes):
        return INCONNUE
    if reponses_nettes[case]:
        return 0
    if discute:
        return DISCUTEE
    case = ou_limite[k, np.uintp(emise)]
    if not 0 < case < len(jours_limites):
        return INCONNUE
    if jours_limites[case] == MUET:
        return MUETTE
    return regle.plafond if e > jours_limites[case] else 0


@partie
def _suivre(constantes: Any, petit: Any, valeur: Any, prudente: Any, etape: Any, etape_le: Any) -> Any:
    """L'étape, son jour et l'alerte : la prescription acquise ou proche commande ; sinon, le scénario (voir ``suites.suivre``)."""
    au, alerte_au, interruption, _ = constantes
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


@compilee
def _lignes(debut: int, fin: int, lues: Any, rangs: Any, tables: Any, ecrites: Any) -> int:
    """Écrit les lignes, jusqu'à la première dont une réponse manque ; rend son rang, ou ``fin``."""
    # tout est lu ici : Numba compterait une référence à chaque attribut pris dans la boucle
    principaux, emises, donnees, executees, recues, contrats, convenus, sortes, paiements = lues
    constantes, regles, paliers, echeances, departs, limites, nets, delais = tables
    bloc, total, au_noyau = ecrites
    faites, datees, retards, restes, trop_percus, penalites_dues, indemnites, valeurs, prudentes, etapes, etapes_le, bits = bloc
    au, _, _, dit_trop_percu = constantes
    combien = paiements[1]
    ou_echeance, reponses = echeances
    for rang in range(debut, fin):
        i = np.uintp(rang)  # sans signe, un rang se lit sans être vérifié
        if not faites[i]:
            continue
        k = rangs[sortes[i]]
        if not k:
            au_noyau[i] = True
            continue
        regle, principal, emise, executee, donnee = regles[k], principaux[i], emises[i], executees[i], donnees[i]
        e = np.int64(donnee) if donnee else _dater(k, emise, executee, recues[i], delais)
        if e == INCONNUE:
            return rang
        if e == DISCUTEE:
            au_noyau[i] = True
            continue
        if e == MUETTE:
            faites[i] = False
            continue
        case = ou_echeance[k, np.uintp(e)]
        if not 0 < case < len(reponses):
            return rang
        jour = reponses[case]
        taux = convenus[i] if regle.convenu else jour.taux
        au_dela = _plafonner(regle, k, emise, e, executee > emise or contrats[i] != 0, nets, limites)
        if au_dela == INCONNUE:
            return rang
        if au_dela == DISCUTEE or principal > regle.tient or taux > TAUX_COURANT:
            au_noyau[i] = True
            continue
        execution = executee or emise
        depart = np.int64(emise)
        if regle.depart != EMISSION:
            depart = e if regle.depart == EXIGIBILITE and donnee else np.int64(execution)
        prudent = min(depart, np.int64(executee)) if regle.prudence and executee else depart
        alertes, payee, trop_percu = jour.alertes, len(combien) > 0 and combien[i] > 0, 0
        d_ailleurs = payee or depart != e or prudent != e
        if d_ailleurs and not _sus(k, depart, prudent, departs):
            return rang
        if payee:
            admise = regle.interrompu and depart >= regle.partis_depuis
            principal, penalites, indemnite, trop_percu, depart, prudent, en_retard, lignes, arret = _payer(
                regle, jour, k, paliers, departs, paiements, i, au, e, taux, (principal, depart, prudent)
            )
            if not _sus(k, depart, prudent, departs):
                return rang
            if regle.butoir and _prescrire(k, depart, depart, departs)[0] - min(emise, execution) >= BUTOIR:
                admise = False
            faites[i] = admise
            if alertes != AUX_OBJETS:
                alertes = regle.toujours
                alertes |= NON_PUBLIE if arret else 0
                alertes |= regle.sans_demeure if en_retard else 0
                alertes |= dit_trop_percu if trop_percu else 0
                alertes |= regle.a_payer if lignes and principal == 0 and penalites + indemnite > 0 else 0
        else:
            indemnite, lignes = jour.indemnite, e < regle.court_avant
            penalites = _a_l_examen(regle, jour, principal, taux, e, au, paliers[3])
        if regle.plancher and lignes and convenus[i] < jour.plancher:
            alertes |= SOUS_PLANCHER
        retard = max(au - e, 0)
        if d_ailleurs:
            valeur, prudente = _prescrire(k, depart, prudent, departs)
            petit = principal < regle.solde_minimal
            etape, etape_le, etat = _suivre(constantes, petit, valeur, prudente, jour.etape, jour.etape_le)
            if valeur == MUET or prudente == MUET or jour.etape_le == MUET:
                etat = AUX_OBJETS
            elif payee and principal == 0:
                etape, etape_le, etat = -1, 0, 0
                retard *= penalites + indemnite > 0
        else:
            valeur, prudente, etat = jour.suite_prescription, jour.suite_prudente, jour.suite_alertes
            etape, etape_le = jour.suite_etape, jour.suite_etape_le
            if principal < regle.solde_minimal and au < prudente - PROCHE:
                etape, etape_le = -1, 0
        if alertes == AUX_OBJETS or etat == AUX_OBJETS or au_dela == MUETTE:
            faites[i] = False
        datees[i], retards[i], bits[i] = e, retard, alertes | etat | au_dela
        restes[i], penalites_dues[i], indemnites[i], total[i] = principal, penalites, indemnite, principal + penalites + indemnite
        if trop_percu:
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
    lignes, ecrites = _figees(lues), (sortie.bloc, sortie.entiers["total_centimes"], np.zeros(n, bool))
    fait = 0
    while (fait := _lignes(fait, n, lignes, rangs, compilees.tables, ecrites)) < n:
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
    c, n = lues.colonnes, len(lues.simples)
    zeros, longs = np.zeros(n, np.int32), np.zeros(n, np.int64)  # des colonnes absentes
    sorte = zeros if lues.sorte is None else lues.sorte
    jours = [x if presente(x) else zeros for x in (c.emise, c.echeance, c.executee, c.recue, c.contrat)]
    principal, taux = (_figee(x if presente(x) else longs, np.int64) for x in (c.principal, c.taux))
    paiements = tuple(_figee(x, np.int64) for x in lues.paiements or [longs[:0]] * 4)
    return principal, *(_figee(x, np.int32) for x in jours), taux, _figee(sorte, np.uint32), paiements


def _figee(colonne: Any, genre: Any) -> Any:
    figee = np.ascontiguousarray(colonne, genre).view()
    figee.flags.writeable = False
    return figee


def _apprendre(compilees: Compilees, lues: Lues, classes: Sequence[Classe | None], sortie: Sortie, debut: int) -> None:
    """Les questions que posent ces lignes et les suivantes."""
    restent = sortie.faites.copy()
    restent[:debut] = False
    for classe, payees, rangs in par_sorte(lues, classes, restent):
        if compilees.rang(classe):
            jours = np.zeros(0, np.int64) if payees is None else payees.le
            compilees.apprendre(classe, lues.colonnes.portion(rangs), jours)


def _rendre(classe: Classe, lues: Lues, payees: Paiements | None, rangs: Rangs, sortie: Sortie) -> None:
    """Des lignes au noyau NumPy."""
    vers, c = sortie.bloc, lues.colonnes.portion(rangs)
    vers.echeance[rangs], vers.principal_centimes[rangs] = c.echeance, c.principal
    vers.jours_retard[rangs] = np.maximum(numero(sortie.droits.au) - c.echeance, 0)
    sortie.examiner(classe, c, payees and payees.portion(rangs), rangs)
    sortie.entiers["total_centimes"][rangs] = (
        vers.principal_centimes[rangs] + vers.penalites_centimes[rangs] + vers.indemnite_centimes[rangs]
    )
