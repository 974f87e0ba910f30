"""Ce que le droit et le scénario répondent, rangé pour la boucle compilée : par question, et par jour à mesure qu'elle le demande.

Les réponses sont celles de ``classes`` et de ``suites`` : aucune n'est calculée ici.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recouvrement.droit.fr.echeances import AU_DELA
from recouvrement.masse.classes import JAMAIS, TOUJOURS, Classe, Droits
from recouvrement.masse.colonnes import CENTIMES_MAX, DERNIER, PREMIER, Colonnes, Entiers, numero
from recouvrement.masse.interets import borne, periodes
from recouvrement.masse.noyau import echeances
from recouvrement.masse.suites import A_PAYER, ALERTE, AVANT, ECARTE, SANS_DEMEURE, Suite, retards, suites
from recouvrement.politique.decompte import ordre
from recouvrement.politique.suite import INTERRUPTION

TAUX_COURANT = 1_000_000  # cent pour cent : au-delà, un taux convenu revient au noyau NumPy
MUET, COMBLE = np.iinfo(np.int32).min, np.iinfo(np.int32).max  # MUET : le droit a levé une erreur, SANS_REPONSE en 32 bits
POSTES = ("penalites", "principal", "indemnite")
DEPARTS = ("emission", "execution", "exigibilite")
CLASSES = 64  # qu'une politique et un jour d'examen gardent compilées
DECALAGE = 20_000  # un écart de tant de jours au plus, ainsi décalé, est le rang d'une case
SANS = DECALAGE + 1  # l'écart d'une date absente

REGLE = np.dtype(
    [(nom, np.int64) for nom in ("tient", "court_avant", "connu_au", "partis_depuis", "solde_minimal")]
    + [(nom, np.int32) for nom in ("premier", "dernier", "plafond", "toujours", "sans_demeure", "a_payer")]
    + [(nom, np.int32) for nom in ("echeances", "suites", "departs", "etapes", "limites", "nets", "delais")]
    + [(nom, np.int8) for nom in ("depart", "prudence", "convenu", "variable", "court", "plancher", "interrompu", "butoir")]
    + [("ordre", np.int8, len(POSTES))],
    align=True,
)
"""Ce qu'une classe a de constant ; ses paliers sont du rang ``premier`` au rang ``dernier``, exclu ; ses réponses, aux rangées dites."""
ECHEANCE = np.dtype(
    [(nom, np.int32) for nom in ("course", "indemnite", "plancher")] + [(nom, np.int16) for nom in ("suivante", "alertes")]
)
"""Ce qui suit d'une échéance tant que rien n'est payé, par classe.

``course`` : ce que compte la période entamée, taux × jours ; d'un taux figé, le taux. ``suivante`` : le rang de la période d'après, dans
la table de la classe.
"""
SUITE = np.dtype([(nom, np.int16 if nom in ("etape", "alertes") else np.int32) for nom in Suite._fields])
"""Ce qui suit d'une échéance d'où part aussi la prescription."""
DEPART = np.dtype([("valeur", np.int32), ("prudente", np.int32)])
"""La prescription, selon son départ."""
ETAPE = np.dtype([("etape", np.int32), ("le", np.int32)])
"""Ce que le scénario prévoit, selon l'échéance."""


class Cases:
    """Des réponses par question et par jour, rangées à la suite à mesure qu'elles se demandent ; la case zéro n'en est pas une.

    Une réponse rangée ne change plus : qui tient les premières cases peut les lire pendant que d'autres se rangent après elles.
    """

    def __init__(self, genre: Any) -> None:
        self.ou = np.zeros((CLASSES, DERNIER + 1), np.uint32)
        self._toutes = np.zeros(1_024, genre)
        self._combien = 1
        self._rangees: dict[Any, int] = {}

    @property
    def rangees(self) -> tuple[Any, Any]:
        """Où chercher, et les réponses ; une case au-delà de la dernière est d'un autre fil."""
        return self.ou, self._toutes[: self._combien]

    def rangee(self, question: Any) -> int:
        """Celle de cette question, commune à plusieurs classes peut-être."""
        return self._rangees.setdefault(question, len(self._rangees))

    def apprendre(self, rangee: int, jours: Entiers, repondre: Callable[[Entiers], Any]) -> None:
        """Pose la question des jours dont la réponse n'est pas connue."""
        demandes = np.zeros(DERNIER + 1, bool)
        demandes[jours] = True
        manquent = np.flatnonzero(demandes & (self.ou[rangee] == 0))
        fin = self._combien + len(manquent)
        if fin > len(self._toutes):
            self._toutes = np.concatenate([self._toutes, np.zeros(fin, self._toutes.dtype)])
        if len(manquent):
            self._toutes[self._combien : fin] = repondre(manquent)
            rangs, self._combien = np.arange(self._combien, fin), fin
            self.ou[rangee, manquent] = rangs  # en dernier : une case dite prise ne se range pas deux fois


class Compilees:
    """Les classes d'une politique et d'un jour d'examen, telles que la boucle les lit ; celle de rang zéro n'en est pas une."""

    def __init__(self, droits: Droits) -> None:
        self.droits = droits
        self.verrou = Lock()
        self.rangs: dict[Any, int] = {}
        self.regles = np.zeros(1, REGLE)
        self.paliers = np.zeros((4, 0), np.int64)
        self.cases = tuple(map(Cases, (ECHEANCE, SUITE, DEPART, ETAPE, np.int32, np.int8, np.int32)))
        self.echeances, self.suites, self.departs, self.etapes, self.limites, self.nets, self.delais = self.cases
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
            lignes = classe.paliers.lignes if classe.court == "paliers" and classe.paliers is not None else ()
            au, premier = numero(self.droits.au), self.paliers.shape[1]
            paliers = [(du, fin, taux, taux * max(min(fin, au) - du + 1, 0)) for du, fin, taux in lignes if du <= au]
            self.paliers = np.hstack([self.paliers, np.array(paliers, np.int64).reshape(-1, 4).T])
            self.regles = np.concatenate([self.regles, self._regle(classe, premier)])
            self.rangs[classe.cle] = len(self.regles) - 1  # en dernier : la boucle ne vérifie aucun rang
        return self.rangs[classe.cle]

    def _regle(self, classe: Classe, premier: int) -> NDArray[Any]:
        regle, au, paliers = np.zeros(1, REGLE), numero(self.droits.au), classe.paliers
        un = regle[0]
        variable = classe.court == "paliers" and paliers is not None
        haut = TAUX_COURANT if paliers is None else int(paliers.taux.max())
        la_plus_longue = self.paliers[3, premier:].max(initial=0)  # des périodes : taux × jours
        un["tient"] = borne(max(haut, 1), max(au - PREMIER, 1)) if la_plus_longue <= COMBLE else 0
        un["solde_minimal"] = min(classe.solde_minimal, CENTIMES_MAX + 1)  # plus haut qu'aucun principal, il dit la même chose
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
        un["variable"] = variable
        un["echeances"], un["nets"], un["delais"] = (x.rangee(classe.cle) for x in (self.echeances, self.nets, self.delais))
        un["suites"] = self.suites.rangee((classe.prescrire, classe.etape))
        un["departs"], un["etapes"] = self.departs.rangee(classe.prescrire), self.etapes.rangee(classe.etape)
        un["limites"] = self.limites.rangee(classe.limite)
        un["plancher"], un["interrompu"], un["butoir"] = classe.plancher is not None, classe.interrompu, bool(classe.ligne.butoir)
        premiers, derniers = ordre(classe.regime, self.droits.politique.conventions)
        un["ordre"] = [POSTES.index(p) for p in premiers + derniers if p in POSTES]
        return regle

    def apprendre(self, classe: Classe, c: Colonnes, payees: Entiers) -> None:
        """Pose les questions de ces lignes, et de ces jours de paiement : toutes celles que la boucle peut poser."""
        regle, emise, executee = self.regles[self.rang(classe)], c.emise, c.executee
        echeance, ecarts = echeances(classe, c, np.ones(len(emise), bool)), np.where(executee == 0, SANS, executee - emise)
        a_dater = ecarts[(c.echeance == 0) & (c.recue == 0) & ((executee == 0) | (np.abs(ecarts) <= DECALAGE))]
        self.delais.apprendre(regle["delais"], a_dater + DECALAGE, lambda codes: _delais(classe, codes - DECALAGE))
        self.echeances.apprendre(regle["echeances"], echeance, lambda jours: self._echeances(classe, jours))
        self.suites.apprendre(regle["suites"], echeance, lambda jours: _ranger(SUITE, suites(self.droits, classe)(jours)))
        self.etapes.apprendre(regle["etapes"], echeance, lambda jours: _ranger(ETAPE, classe.etape(jours)))
        departs = [emise] if classe.ligne.depart == "emission" else [echeance, np.where(executee == 0, emise, executee)]
        connus = np.concatenate([*departs, executee[executee != 0], payees])
        self.departs.apprendre(regle["departs"], connus, lambda jours: _ranger(DEPART, classe.prescrire(jours)))
        if regle["plafond"] and (net := classe.net) is not None:
            ecarts = np.maximum(echeance - emise, 0)
            self.nets.apprendre(regle["nets"], ecarts, lambda jours: np.asarray(net(jours)[0]))
            emises = emise[net(ecarts)[0] == 0]
            self.limites.apprendre(regle["limites"], emises, lambda jours: np.maximum(classe.limite(jours)[0], MUET))

    def _echeances(self, classe: Classe, jours: Entiers) -> NDArray[Any]:
        indemnite, alertes = retards(self.droits, classe)(jours)
        reponses = np.zeros(len(jours), ECHEANCE)
        reponses["indemnite"], reponses["alertes"] = indemnite, alertes
        if classe.plancher is not None:
            reponses["plancher"] = np.clip(classe.plancher(jours)[0], MUET, COMBLE)
        if classe.court == "paliers" and classe.paliers is not None:
            reponses["course"], reponses["suivante"] = periodes(self.droits, classe, classe.paliers)(jours)
        elif classe.court == "fige":
            reponses["course"] = classe.taux(jours, jours)
        return reponses


def _ranger(genre: Any, colonnes: Sequence[Any]) -> NDArray[Any]:
    """Des colonnes, ligne à ligne ; un jour que le droit tait y est ``MUET``."""
    reponses = np.zeros(len(colonnes[0]), genre)
    for nom, colonne in zip(genre.names, colonnes, strict=True):
        reponses[nom] = np.maximum(colonne, MUET)
    return reponses


def _delais(classe: Classe, ecarts: Entiers) -> NDArray[np.int32]:
    """Les jours que la loi accorde, de l'émission, à une facture sans échéance ni réception."""
    delais = [classe.delai(None if ecart == SANS else ecart, None) for ecart in ecarts.tolist()]
    return np.maximum(np.array(delais, np.int64), MUET).astype(np.int32)
