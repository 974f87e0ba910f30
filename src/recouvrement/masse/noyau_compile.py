"""Le noyau compilé : ligne à ligne, en un passage, ce que le noyau NumPy fait colonne à colonne. Demande l'extra ``masse-compile`` (Numba).

Les réponses du droit, la règle d'intérêt et les bornes sont celles du noyau NumPy, à qui revient ce que la boucle ne décrit pas : un
intérêt qui pourrait déborder, un plafond que l'exécution ou le contrat discute.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

from recouvrement.droit.baremes import interets_centimes
from recouvrement.droit.fr.echeances import AU_DELA
from recouvrement.masse.blocs import par_sorte
from recouvrement.masse.classes import JAMAIS, TOUJOURS, Classe, Droits
from recouvrement.masse.colonnes import DERNIER, PREMIER, Colonnes, Entiers, Lues, Paiements, Rangs, numero, presente
from recouvrement.masse.interets import ANNEE, borne, periodes
from recouvrement.masse.noyau import BUTOIR, echeances
from recouvrement.masse.sortie import Sortie
from recouvrement.masse.suites import (
    A_PAYER,
    ALERTE,
    AUX_OBJETS,
    AVANT,
    BIENTOT,
    DOUTEUSE,
    ECARTE,
    NON_PUBLIE,
    PRESCRITE,
    PROCHE,
    SANS_DEMEURE,
    SOUS_PLANCHER,
    Suite,
    retards,
    suites,
)
from recouvrement.politique.decompte import ordre
from recouvrement.politique.suite import INTERRUPTION

F = TypeVar("F", bound=Callable[..., Any])
TAUX_COURANT = 1_000_000  # cent pour cent : au-delà, un taux convenu revient au noyau NumPy
VARIABLE = -1
MUET = np.iinfo(np.int32).min  # le droit a levé une erreur : SANS_REPONSE, en 32 bits
INCONNUE, MUETTE, DISCUTEE = -1, -2, -3
POSTES = ("penalites", "principal", "indemnite")
PENALITES, PRINCIPAL, _ = range(len(POSTES))
DEPARTS = ("emission", "execution", "exigibilite")
EMISSION, _, EXIGIBILITE = range(len(DEPARTS))
CLASSES = 64  # qu'une politique et un jour d'examen gardent compilées
DECALAGE = 20_000  # un écart de tant de jours au plus, ainsi décalé, est le rang d'une case
SANS = DECALAGE + 1  # l'écart d'une date absente

REGLE = np.dtype(
    [(nom, np.int64) for nom in ("tient", "court_avant", "connu_au", "partis_depuis", "solde_minimal")]
    + [(nom, np.int32) for nom in ("premier", "dernier", "plafond", "toujours", "sans_demeure", "a_payer")]
    + [(nom, np.int8) for nom in ("depart", "prudence", "convenu", "court", "plancher", "interrompu", "butoir")]
    + [("ordre", np.int8, len(POSTES))],
    align=True,
)
"""Ce qu'une classe a de constant ; ses paliers sont du rang ``premier`` au rang ``dernier``, exclu."""
ECHEANCE = np.dtype(
    [(nom, np.int64) for nom in ("entamee", "indemnite", "plancher")]
    + [(nom, np.int32) for nom in ("taux", "suivante", "alertes", "etape", "etape_le")]
    + [(f"suite_{nom}", np.int32) for nom in Suite._fields],
    align=True,
)
"""Ce qui suit d'une échéance, et d'elle seule si la prescription en part aussi (``suite_…``).

``taux`` : le même tous les jours, sinon ``VARIABLE`` ; ``suivante`` : le rang de la période d'après.
"""
DEPART = np.dtype([("valeur", np.int32), ("prudente", np.int32)])
"""La prescription, selon son départ."""


def compilee(fonction: F) -> F:
    """La fonction, compilée à son premier appel, et gardée pour les courses suivantes là où un dossier s'écrit."""
    try:
        return cast("F", numba.njit(nogil=True, cache=True)(fonction))
    except RuntimeError:  # nul dossier où écrire
        return cast("F", numba.njit(nogil=True)(fonction))


def partie(fonction: F) -> F:
    """La fonction, compilée dans celles qui l'appellent."""
    return cast("F", numba.njit(inline="always")(fonction))


interets = partie(interets_centimes)


class Cases:
    """Des réponses par classe et par jour, rangées à la suite à mesure qu'elles se demandent ; la case zéro n'en est pas une.

    Une réponse rangée ne change plus : qui tient les premières cases peut les lire pendant que d'autres se rangent après elles.
    """

    def __init__(self, genre: Any) -> None:
        self.ou = np.zeros((CLASSES + 1, DERNIER + 1), np.uint32)
        self._toutes = np.zeros(1_024, genre)
        self._combien = 1

    @property
    def rangees(self) -> tuple[Any, Any]:
        """Où chercher, et les réponses ; une case au-delà de la dernière est d'un autre fil."""
        return self.ou, self._toutes[: self._combien]

    def apprendre(self, k: int, jours: Entiers, repondre: Callable[[Entiers], Any]) -> None:
        """Pose la question des jours dont la réponse n'est pas connue."""
        demandes = np.zeros(DERNIER + 1, bool)
        demandes[jours] = True
        manquent = np.flatnonzero(demandes & (self.ou[k] == 0))
        fin = self._combien + len(manquent)
        if fin > len(self._toutes):
            self._toutes = np.concatenate([self._toutes, np.zeros(fin, self._toutes.dtype)])
        if len(manquent):
            self._toutes[self._combien : fin] = repondre(manquent)
            self.ou[k, manquent] = np.arange(self._combien, fin)
            self._combien = fin


class Compilees:
    """Les classes d'une politique et d'un jour d'examen, telles que la boucle les lit ; celle de rang zéro n'en est pas une."""

    def __init__(self, droits: Droits) -> None:
        self.droits = droits
        self.verrou = Lock()
        self.rangs: dict[Any, int] = {}
        self.regles = np.zeros(1, REGLE)
        self.paliers = np.zeros((4, 0), np.int64)
        self.cases = tuple(map(Cases, (ECHEANCE, DEPART, np.int32, np.int8, np.int32)))
        self.echeances, self.departs, self.limites, self.nets, self.delais = self.cases
        self.constantes = (
            numero(droits.au),
            numero(ALERTE.depuis(droits.au)),
            droits.noms.numero(INTERRUPTION.cle),
            1 << len(AVANT) + len(droits.avertissements),
        )
        self.tables: tuple[Any, ...] = ()

    def publier(self) -> None:
        """Rend ensemble ce que la boucle lit : des tableaux que plus rien n'écrit."""
        self.tables = (self.constantes, self.regles, tuple(self.paliers), *(cases.rangees for cases in self.cases))

    def rang(self, classe: Classe) -> int:
        """Le rang de cette classe, connue ou nouvelle ; zéro s'il y en a trop : le noyau NumPy s'en charge."""
        if classe.cle not in self.rangs and len(self.regles) > CLASSES:
            return 0
        if classe.cle not in self.rangs:
            self.rangs[classe.cle] = len(self.regles)
            lignes = classe.paliers.lignes if classe.court == "paliers" and classe.paliers is not None else ()
            au, premier = numero(self.droits.au), self.paliers.shape[1]
            paliers = [(du, fin, taux, taux * max(min(fin, au) - du + 1, 0)) for du, fin, taux in lignes if du <= au]
            self.paliers = np.hstack([self.paliers, np.array(paliers, np.int64).reshape(-1, 4).T])
            self.regles = np.concatenate([self.regles, self._regle(classe, premier)])
        return self.rangs[classe.cle]

    def _regle(self, classe: Classe, premier: int) -> NDArray[Any]:
        regle, au, paliers = np.zeros(1, REGLE), numero(self.droits.au), classe.paliers
        un = regle[0]
        variable = classe.court == "paliers" and paliers is not None
        haut = TAUX_COURANT if paliers is None else int(paliers.taux.max())
        un["tient"] = borne(max(haut, 1), max(au - PREMIER, 1))
        un["solde_minimal"] = classe.solde_minimal
        un["court_avant"], un["connu_au"] = TOUJOURS if classe.court == "rien" else au, JAMAIS
        if variable and paliers is not None:
            un["court_avant"] = min(au, int(paliers.au[-1])) if au >= paliers.du[0] else TOUJOURS
            un["connu_au"] = paliers.connu_au
        un["partis_depuis"] = TOUJOURS if classe.ligne.depuis is None else numero(classe.ligne.depuis)
        un["premier"], un["dernier"] = premier, self.paliers.shape[1]
        if classe.net is not None and self.droits.avertissements:
            un["plafond"] = 1 << len(AVANT) + self.droits.avertissements.index(AU_DELA)
        un["toujours"] = ECARTE if classe.ecarte else 0
        un["sans_demeure"] = SANS_DEMEURE if classe.court == "rien" and classe.regime.poste == "interets" else 0
        un["a_payer"] = A_PAYER if classe.regime.interets_sous else 0
        un["depart"] = DEPARTS.index(classe.ligne.depart)
        un["prudence"], un["convenu"], un["court"] = bool(classe.ligne.prudence), classe.court == "fixe", classe.court != "rien"
        un["plancher"], un["interrompu"], un["butoir"] = classe.plancher is not None, classe.interrompu, bool(classe.ligne.butoir)
        premiers, derniers = ordre(classe.regime, self.droits.politique.conventions)
        un["ordre"] = [POSTES.index(p) for p in premiers + derniers if p in POSTES]
        return regle

    def apprendre(self, classe: Classe, c: Colonnes, payees: Entiers) -> None:
        """Pose les questions de ces lignes, et de ces jours de paiement."""
        k, emise, executee = self.rang(classe), c.emise, c.executee
        echeance, ecarts = echeances(classe, c, np.ones(len(emise), bool)), np.where(executee == 0, SANS, executee - emise)
        a_dater = ecarts[(c.echeance == 0) & (c.recue == 0) & ((executee == 0) | (np.abs(ecarts) <= DECALAGE))]
        self.delais.apprendre(k, a_dater + DECALAGE, lambda codes: _delais(classe, codes - DECALAGE))
        self.echeances.apprendre(k, echeance, lambda jours: self._echeances(classe, jours))
        departs = [emise] if classe.ligne.depart == "emission" else [echeance, np.where(executee == 0, emise, executee)]
        connus = np.concatenate([*departs, executee[executee != 0], payees])
        self.departs.apprendre(k, connus, lambda jours: _departs(classe, jours))
        if self.regles[k]["plafond"] and (net := classe.net) is not None:
            ecarts = np.maximum(echeance - emise, 0)
            self.nets.apprendre(k, ecarts, lambda jours: np.asarray(net(jours)[0]))
            emises = emise[net(ecarts)[0] == 0]
            self.limites.apprendre(k, emises, lambda jours: np.maximum(classe.limite(jours)[0], MUET).astype(np.int32))

    def _echeances(self, classe: Classe, jours: Entiers) -> NDArray[Any]:
        reponses, k = np.zeros(len(jours), ECHEANCE), self.rang(classe)
        reponses["indemnite"], reponses["alertes"] = retards(self.droits, classe)(jours)
        for nom, toute_faite in zip(Suite._fields, suites(self.droits, classe)(jours), strict=True):
            reponses[f"suite_{nom}"] = toute_faite
        reponses["etape"], etape_le = classe.etape(jours)
        reponses["etape_le"] = np.maximum(etape_le, MUET)
        if classe.plancher is not None:
            reponses["plancher"] = classe.plancher(jours)[0]
        if classe.court == "paliers" and classe.paliers is not None:
            reponses["entamee"], suivante = periodes(self.droits, classe, classe.paliers)(jours)
            reponses["suivante"] = suivante.astype(np.int64) + self.regles[k]["premier"]
            reponses["taux"] = VARIABLE
        elif classe.court == "fige":
            reponses["taux"] = classe.taux(jours, jours)
        return reponses


def _delais(classe: Classe, ecarts: Entiers) -> NDArray[np.int32]:
    """Les jours que la loi accorde, de l'émission, à une facture sans échéance ni réception."""
    delais = [classe.delai(None if ecart == SANS else ecart, None) for ecart in ecarts.tolist()]
    return np.maximum(np.array(delais, np.int64), MUET).astype(np.int32)


def _departs(classe: Classe, jours: Entiers) -> NDArray[Any]:
    reponses = np.zeros(len(jours), DEPART)
    reponses["valeur"], reponses["prudente"] = (np.maximum(x, MUET) for x in classe.prescrire(jours))
    return reponses


@partie
def _courus(
    base: Any, taux: Any, avant: Any, jusqu_au: Any, entamee: Any, dernier: Any, du: Entiers, fin: Entiers, taux_du: Entiers
) -> Any:
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
def _sus(ou: Any, k: Any, prescriptions: Any, depart: Any, prudent: Any) -> Any:
    """Vrai si la prescription de ces deux départs est connue."""
    n = len(prescriptions)
    return 0 < ou[k, np.uintp(depart)] < n and 0 < ou[k, np.uintp(prudent)] < n


@partie
def _payer(
    regle: Any,
    jour: Any,
    paliers: Any,
    prescriptions: Any,
    ou: Any,
    k: Any,
    paiements: Any,
    i: Any,
    au: Any,
    e: Any,
    taux: Any,
    comptes: Any,
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
        if reste < centimes[np.uintp(p)]:  # il a éteint quelque chose : un délai neuf, sauf avant le départ ou après l'expiration
            if depart < le and _sus(ou, k, prescriptions, depart, depart) and le <= prescriptions[ou[k, np.uintp(depart)]].valeur:
                depart = le
            if (
                prudent < le
                and _sus(ou, k, prescriptions, prudent, prudent)
                and le <= prescriptions[ou[k, np.uintp(prudent)]].valeur
            ):
                prudent = le
    return principal, penalites, indemnite, trop_percu, depart, prudent, en_retard, lignes, arret


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
    constantes, regles, paliers, echeances, departs, limites, nets, (ou_delai, delais) = tables
    bloc, total, au_noyau = ecrites
    faites, datees, retards, restes, trop_percus, penalites_dues, indemnites, valeurs, prudentes, etapes, etapes_le, bits = bloc
    au, _, _, dit_trop_percu = constantes
    combien, courus = paiements[1], paliers[3]
    ou_echeance, reponses = echeances
    ou_depart, prescriptions = departs
    for rang in range(debut, fin):
        i = np.uintp(rang)  # sans signe, un rang se lit sans être vérifié
        if not faites[i]:
            continue
        k = rangs[sortes[i]]
        if not k:
            au_noyau[i] = True
            continue
        regle, principal, emise, executee, donnee = regles[k], principaux[i], emises[i], executees[i], donnees[i]
        e = np.int64(donnee)
        if not donnee:
            ecart = executee - emise if executee else SANS
            if recues[i] or (executee and abs(ecart) > DECALAGE):
                au_noyau[i] = True
                continue
            case = ou_delai[k, np.uintp(ecart + DECALAGE)]
            if not 0 < case < len(delais):
                return rang
            e = np.int64(emise) + delais[case]
            if not PREMIER <= e <= DERNIER:
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
        if d_ailleurs and not _sus(ou_depart, k, prescriptions, depart, prudent):
            return rang
        if payee:
            admise = regle.interrompu and depart >= regle.partis_depuis
            principal, penalites, indemnite, trop_percu, depart, prudent, en_retard, lignes, arret = _payer(
                regle, jour, paliers, prescriptions, ou_depart, k, paiements, i, au, e, taux, (principal, depart, prudent)
            )
            if not _sus(ou_depart, k, prescriptions, depart, prudent):
                return rang
            if regle.butoir and prescriptions[ou_depart[k, np.uintp(depart)]].valeur - min(emise, execution) >= BUTOIR:
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
            if taux != VARIABLE:
                penalites = interets(principal, taux, max(au - e, 0), ANNEE)
            else:
                penalites = interets(1, jour.entamee, principal, ANNEE)
                for p in range(jour.suivante, regle.dernier):
                    penalites += interets(1, courus[np.uintp(p)], principal, ANNEE)
        if regle.plancher and lignes and convenus[i] < jour.plancher:
            alertes |= SOUS_PLANCHER
        retard = max(au - e, 0)
        if d_ailleurs:
            valeur, prudente = (
                prescriptions[ou_depart[k, np.uintp(depart)]].valeur,
                prescriptions[ou_depart[k, np.uintp(depart)]].prudente,
            )
            if prudent != depart:
                prudente = min(prudente, prescriptions[ou_depart[k, np.uintp(prudent)]].prudente)
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
