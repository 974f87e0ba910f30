"""Le noyau : des lignes d'une même classe, par blocs qui tiennent dans le cache, en entiers de 64 bits (voir ``interets``)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from recouvrement.droit.fr.echeances import AU_DELA
from recouvrement.droit.fr.prescription import VINGT_ANS
from recouvrement.masse.classes import Classe, Droits
from recouvrement.masse.colonnes import DERNIER, PREMIER, Colonnes, Entiers, Masque, Paiements, Rangs, distincts, numero, presente
from recouvrement.masse.interets import a_l_examen, entre, tiennent
from recouvrement.masse.jours import SANS_REPONSE
from recouvrement.masse.suites import (
    A_PAYER,
    AUX_OBJETS,
    AVANT,
    ECARTE,
    NON_PUBLIE,
    PROCHE,
    SANS_DEMEURE,
    SOUS_PLANCHER,
    Suite,
    retards,
    suites,
    suivre,
)
from recouvrement.politique.decompte import ordre

BLOC = 32_768
ETENDUE = DERNIER - PREMIER + 1
AUCUN = ETENDUE  # aucun écart entre deux jours du domaine n'y atteint
BUTOIR = 365 * VINGT_ANS.annees  # en deçà, le butoir ne joue sûrement pas


class Bloc(NamedTuple):
    """Où un bloc s'écrit, ligne à ligne.

    Attributes:
        faites: Vrai à l'entrée ; faux : la ligne va au moteur d'objets, et ses autres cases ne disent rien.
    """

    faites: Any
    echeance: Any
    jours_retard: Any
    principal_centimes: Any
    trop_percu_centimes: Any
    penalites_centimes: Any
    indemnite_centimes: Any
    prescription: Any
    prescription_prudente: Any
    etape: Any
    etape_le: Any
    alertes: Any

    def portion(self, rangs: slice) -> "Bloc":
        """Les mêmes colonnes, de ces lignes."""
        return Bloc._make(colonne[rangs] for colonne in self)


DU_PAIEMENT = ("principal_centimes", "trop_percu_centimes")
DE_L_ECHEANCE = ("echeance", "jours_retard")
TOUJOURS_ECRITES = tuple(nom for nom in Bloc._fields if nom not in ("faites", *DU_PAIEMENT, *DE_L_ECHEANCE))


class _Etat:
    """Les comptes d'un bloc de lignes payées, au fil des jours."""

    def __init__(self, droits: Droits, classe: Classe, c: Colonnes, echeance: Entiers, taux: Entiers | None) -> None:
        self.droits = droits
        self.classe = classe
        self.echeance = echeance
        self.taux = taux
        n = len(echeance)
        self.postes = {"penalites": np.zeros(n, np.int64), "principal": c.principal.copy(), "indemnite": np.zeros(n, np.int64)}
        self.trop_percu = np.zeros(n, np.int64)
        self.curseur = echeance.copy()
        self.constate, self.en_retard, self.lignes, self.arret = (np.zeros(n, bool) for _ in range(4))
        self.due = classe.indemnite(echeance)[0]
        premiers, derniers = ordre(classe.regime, droits.politique.conventions)
        self.ordre = [p for p in premiers + derniers if p in self.postes]

    def payer(self, rangs: Rangs, jours: Entiers, montants: Entiers) -> Masque:
        """Un paiement par ligne ; vrai s'il y a éteint quelque chose."""
        self._constater(rangs, jours)
        base, avant = self.postes["principal"][rangs], self.curseur[rangs]
        taux = None if self.taux is None else self.taux[rangs]
        self.postes["penalites"][rangs] += entre(self.droits, self.classe, base, taux, avant, jours)
        self._marquer(rangs, base, avant, jours)
        self.curseur[rangs] = np.maximum(avant, jours)
        reste = montants.copy()
        for poste in self.ordre:
            pris = np.minimum(reste, self.postes[poste][rangs])
            self.postes[poste][rangs] -= pris
            reste -= pris
        self.trop_percu[rangs] += reste
        touche: Masque = reste < montants
        return touche

    def clore(self) -> None:
        """Ferme les lignes du décompte au jour d'examen, inclus."""
        tous, au = slice(None), np.int64(numero(self.droits.au))
        self._constater(tous, au)
        base = self.postes["principal"]
        a_l_examen(self.droits, self.classe, base, self.taux, self.curseur, accrus := np.empty_like(base))
        self.postes["penalites"] += accrus
        self._marquer(tous, base, self.curseur, au)

    def rendre(self, vers: Bloc) -> None:
        """Écrit les comptes, et ce qu'il faut savoir d'eux."""
        principal, penalites, indemnite = (self.postes[poste] for poste in ("principal", "penalites", "indemnite"))
        vers.principal_centimes[:], vers.penalites_centimes[:], vers.indemnite_centimes[:] = principal, penalites, indemnite
        vers.trop_percu_centimes[:] = self.trop_percu
        dits = self.arret * NON_PUBLIE | (self.trop_percu > 0) * (1 << len(AVANT) + len(self.droits.avertissements))
        if self.classe.ecarte:
            dits |= ECARTE
        if self.classe.court == "rien" and self.classe.regime.poste == "interets":
            dits |= (self.en_retard & (principal > 0)) * SANS_DEMEURE
        if self.classe.regime.interets_sous:
            dits |= ((principal == 0) & (penalites + indemnite > 0) & self.lignes) * A_PAYER
        vers.alertes[:] = np.where(vers.alertes == AUX_OBJETS, AUX_OBJETS, dits)

    def _constater(self, rangs: Rangs | slice, jours: Any) -> None:
        """Un retard naît quand il reste du principal à la fin du jour d'échéance ; l'indemnité naît avec lui."""
        nait = ~self.constate[rangs] & (self.echeance[rangs] < jours)
        self.constate[rangs] |= nait
        retard = nait & (self.postes["principal"][rangs] > 0)
        self.en_retard[rangs] |= retard
        self.postes["indemnite"][rangs] += retard * self.due[rangs]

    def _marquer(self, rangs: Rangs | slice, base: Entiers, avant: Entiers, jusqu_au: Any) -> None:
        """Quelles lignes ont couru, et lesquelles se sont arrêtées faute de taux publié."""
        if self.classe.court == "rien":
            return
        porte = (base > 0) & (jusqu_au > avant)
        paliers = self.classe.paliers if self.classe.court == "paliers" else None
        if paliers is not None:
            self.arret[rangs] |= porte & (jusqu_au > paliers.connu_au)
            porte &= np.minimum(jusqu_au, paliers.au[-1]) > np.maximum(avant, paliers.du[0] - 1)
        self.lignes[rangs] |= porte


def examiner(droits: Droits, classe: Classe, c: Colonnes, paiements: Paiements | None, vers: Bloc) -> Sequence[str]:
    """Un bloc de lignes d'une même classe : toutes payées en partie, ou aucune.

    Returns:
        Les colonnes écrites : ni l'échéance donnée, ni un principal dont rien n'est payé.
    """
    au = numero(droits.au)
    echeance = echeances(classe, c, vers.faites)
    premiere, calculee = int(echeance.min()), echeance is not c.echeance
    if calculee or paiements is not None:
        vers.echeance[:] = echeance
        np.maximum(au - echeance, 0, out=vers.jours_retard, casting="same_kind")
    taux, departs = classe.taux(echeance, c.taux), _departs(classe, c)
    tiennent(classe, c.principal, taux, echeance, premiere, au, vers.faites)
    retards(droits, classe).remplir(echeance, (vers.indemnite_centimes, vers.alertes))
    if paiements is None:
        a_l_examen(droits, classe, c.principal, taux, echeance, vers.penalites_centimes)
    else:
        departs = [jours if jours is None else jours.copy() for jours in departs]
        etat = _Etat(droits, classe, c, echeance, taux)
        _payer(etat, departs, c, paiements, vers.faites)
        etat.rendre(vers)
    if classe.plancher is not None:
        lignes = classe.courent(echeance, au) if paiements is None else etat.lignes
        vers.alertes[:] |= (lignes & (c.taux < classe.plancher(echeance)[0])) * np.int32(SOUS_PLANCHER)
    principal = c.principal if paiements is None else vers.principal_centimes
    alertes = _suite(droits, classe, echeance, departs, principal, vers)
    if paiements is not None:
        _eteindre(vers, alertes)
    _plafonner(droits, classe, c, echeance, vers)
    vers.alertes[:] |= alertes
    if vers.alertes.min() < 0:
        vers.faites[:] &= vers.alertes >= 0
    if paiements is not None:
        return (*TOUJOURS_ECRITES, *DE_L_ECHEANCE, *DU_PAIEMENT)
    return (*TOUJOURS_ECRITES, *DE_L_ECHEANCE) if calculee else TOUJOURS_ECRITES


def echeances(classe: Classe, c: Colonnes, faites: Masque) -> Entiers:
    """L'échéance donnée, sinon celle de la loi."""
    if c.echeance.min():
        return c.echeance
    absentes = np.flatnonzero(c.echeance == 0)
    calculee = c.emise[absentes] + _delais(classe, *(colonne[absentes] for colonne in (c.emise, c.executee, c.recue)))
    faites[absentes] = dedans = (calculee >= PREMIER) & (calculee <= DERNIER)
    echeance = c.echeance.copy()
    echeance[absentes] = np.where(dedans, calculee, c.emise[absentes])
    return echeance


def _plafonner(droits: Droits, classe: Classe, c: Colonnes, echeance: Entiers, vers: Bloc) -> None:
    """L'avertissement que porte une échéance au-delà du plafond de la loi."""
    if classe.net is None or not droits.avertissements:
        return
    question = classe.net(echeance - c.emise)[0] == 0
    if not question.any():
        return
    if presente(c.executee) or presente(c.contrat):
        rangs = np.flatnonzero(question & ((c.executee > c.emise) | (c.contrat != 0)))
        cinq = [colonne[rangs].tolist() for colonne in (c.emise, c.echeance, c.executee, c.recue, c.contrat)]
        portes = np.array([classe.porte(*jours) for jours in zip(*cinq, strict=True)], np.int64)
        question[rangs] = False
        vers.faites[rangs] &= portes != SANS_REPONSE
        vers.alertes[rangs] |= np.maximum(portes, 0) << len(AVANT)
    limite = classe.limite(c.emise)[0]
    vers.alertes[:] |= (question & (echeance > limite)) * np.int32(1 << len(AVANT) + droits.avertissements.index(AU_DELA))
    if limite.min() == SANS_REPONSE:
        vers.faites[:] &= ~question | (limite != SANS_REPONSE)


def _delais(classe: Classe, emise: Entiers, executee: Entiers, recue: Entiers) -> Entiers:
    """Les jours que la loi accorde : une question par couple d'écarts à l'émission."""
    ecarts = [np.where(jours == 0, AUCUN, jours - emise) for jours in (executee, recue)]
    bas = [int(e.min()) for e in ecarts]
    etendues = [int(e.max(where=e < AUCUN, initial=b)) - b + 2 for e, b in zip(ecarts, bas, strict=True)]
    # le dernier code est celui d'une date absente
    codes = [np.where(e == AUCUN, n - 1, e - b) for e, b, n in zip(ecarts, bas, etendues, strict=True)]
    couples, lesquels = distincts(codes[0] * etendues[1] + codes[1], etendues[0] * etendues[1])
    paires = np.transpose(np.divmod(couples, etendues[1])).tolist()
    delais = [
        classe.delai(*(None if x == n - 1 else x + b for x, b, n in zip(paire, bas, etendues, strict=True))) for paire in paires
    ]
    rendus: Entiers = np.array(delais, np.int64)[lesquels]
    return rendus


def _departs(classe: Classe, c: Colonnes) -> list[Any]:
    """D'où part la prescription, et d'où part sa lecture prudente si elle en a une à elle."""
    executee = presente(c.executee)
    execution = np.where(c.executee == 0, c.emise, c.executee) if executee else c.emise
    if classe.ligne.depart == "emission":
        depart = c.emise
    elif classe.ligne.depart == "execution":
        depart = execution
    else:
        depart = c.echeance if c.echeance.all() else np.where(c.echeance == 0, execution, c.echeance)
    if not (classe.ligne.prudence and executee):
        return [depart, None]
    return [depart, np.where(c.executee == 0, depart, np.minimum(depart, c.executee))]


def _payer(etat: _Etat, departs: list[Any], c: Colonnes, paiements: Paiements, faites: Masque) -> None:
    """Les paiements connus, dans l'ordre : le premier de chaque ligne, puis le deuxième… ; puis le jour d'examen."""
    classe, ligne = etat.classe, etat.classe.ligne
    faites &= classe.interrompu
    if ligne.depuis is not None:  # une loi a changé la durée : les délais partis avant elle vont au moteur d'objets
        faites &= departs[0] >= numero(ligne.depuis)
    for tour in range(int(paiements.nombre.max())):
        rangs = np.flatnonzero(paiements.nombre > tour)
        quels = paiements.debut[rangs] + tour
        jours = paiements.le[quels]
        touche = etat.payer(rangs, jours, paiements.centimes[quels])
        rangs, jours = rangs.compress(touche), jours.compress(touche)
        for depart in departs:
            if depart is not None:
                _interrompre(classe, depart, rangs, jours)
    if ligne.butoir:  # les lignes que le butoir pourrait arrêter vont au moteur d'objets
        nee = np.where(c.executee == 0, c.emise, np.minimum(c.emise, c.executee))
        faites &= classe.prescrire(departs[0])[0] - nee < BUTOIR
    etat.clore()


def _interrompre(classe: Classe, departs: Entiers, rangs: Rangs, jours: Entiers) -> None:
    """Ce que font ces paiements au délai : rien avant le départ, ni après l'expiration, ni le jour d'un autre."""
    fin = classe.prescrire(departs[rangs])[0]
    joue = (jours > departs[rangs]) & (jours <= fin)
    departs[rangs.compress(joue)] = jours.compress(joue)


def _suite(droits: Droits, classe: Classe, echeance: Entiers, departs: list[Any], principal: Entiers, vers: Bloc) -> Any:
    """De l'échéance seule quand la prescription en part ; sinon, ligne à ligne. Rend les alertes."""
    depart, prudent = departs
    alertes = np.empty(len(echeance), np.int32)
    suite = Suite(vers.prescription, vers.prescription_prudente, vers.etape, vers.etape_le, alertes)
    autres = [jours != echeance for jours in departs if jours is not None and jours is not echeance]
    a_part = np.flatnonzero(np.logical_or.reduce(autres)) if autres else np.zeros(0, np.intp)
    if len(a_part) < len(echeance):
        suites(droits, classe).remplir(echeance, suite)
    if len(a_part):
        valeur, prudente = classe.prescrire(depart[a_part])
        if prudent is not None:
            prudente = np.minimum(prudente, classe.prescrire(prudent[a_part])[1])
        for colonne, valeurs in zip(suite, suivre(droits, classe, echeance[a_part], valeur, prudente), strict=True):
            colonne[a_part] = valeurs
    if classe.solde_minimal:
        loin = numero(droits.au) < vers.prescription_prudente - PROCHE
        petites = np.flatnonzero(loin & (principal < classe.solde_minimal))
        vers.etape[petites], vers.etape_le[petites] = -1, 0
    return alertes


def _eteindre(vers: Bloc, alertes: Any) -> None:
    """Le principal payé, rien ne suit ; la réponse du droit manquerait encore."""
    eteintes = np.flatnonzero((vers.principal_centimes == 0) & (alertes != AUX_OBJETS))
    vers.etape[eteintes], vers.etape_le[eteintes], alertes[eteintes] = -1, 0, 0
    reste = vers.penalites_centimes[eteintes] + vers.indemnite_centimes[eteintes]
    vers.jours_retard[eteintes] *= reste > 0
