"""Le noyau : une classe de lignes, par blocs qui tiennent dans le cache, en entiers de 64 bits.

Aucun dépassement n'est possible : une ligne n'entre que si ``2 · principal · taux · jours + d < 2⁶³``, ``d`` étant un million de fois
l'année, pour le taux le plus haut de sa table et tous ses jours de retard ; et si son principal, comme chacun de ses soixante-quatre
paiements au plus, tient sous 10¹⁵ centimes. Chaque ligne du décompte est sous cette borne ; leur somme, qui en est le quotient par
``2 d``, reste sous 2³⁴ centimes.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from attrs import define

from recouvrement.droit.baremes import interets_centimes
from recouvrement.droit.fr.echeances import AU_DELA
from recouvrement.droit.fr.prescription import VINGT_ANS
from recouvrement.masse.classes import SANS_REPONSE, Classe, Droits, ParJour
from recouvrement.masse.colonnes import DERNIER, PREMIER, Colonnes, Entiers, Masque, Rangs, numero
from recouvrement.politique.alertes import DELAIS_D_ALERTE
from recouvrement.politique.compte import DIVISEURS
from recouvrement.politique.conventions import Conventions
from recouvrement.politique.decompte import ordre
from recouvrement.politique.empechements import PRESCRIPTION_PROCHE
from recouvrement.politique.suite import INTERRUPTION

BLOC = 32_768
ETENDUE = DERNIER - PREMIER + 1
AUCUN = ETENDUE  # aucun écart entre deux jours du domaine n'y atteint
PLAFOND = 2**63 - 1
ANNEE = DIVISEURS[Conventions().annee]
DIVISEUR = 1_000_000 * ANNEE
BUTOIR = 365 * VINGT_ANS.annees  # en deçà, le butoir ne joue sûrement pas
PROCHE = PRESCRIPTION_PROCHE.days
ALERTE = DELAIS_D_ALERTE[-1][0]
_interets = cast("Callable[[Entiers, Entiers, Entiers, int], Entiers]", interets_centimes)

# Dans l'ordre où un bilan les dit ; les avertissements du droit s'intercalent avant la dernière.
PRESCRITE, DOUTEUSE, BIENTOT, NON_PUBLIE, SANS_DEMEURE, ECARTE, SOUS_PLANCHER, A_PAYER = (1 << i for i in range(8))
AVANT = (
    "prescrite",
    "prescription_douteuse",
    "prescription_proche",
    "taux_non_publie",
    "sans_demeure",
    "taux_convenu_ecarte",
    "taux_sous_plancher",
    "interets_a_payer",
)
TROP_PERCU = "trop_percu"


def codes_d_alerte(avertissements: Sequence[str]) -> tuple[str, ...]:
    """Le code de chaque bit, du premier au dernier."""
    return (*AVANT, *avertissements, TROP_PERCU)


class Bloc(NamedTuple):
    """Ce qui sort d'un bloc, ligne à ligne ; ``suffit`` : faux, la ligne va au moteur d'objets."""

    suffit: Masque
    echeance: Entiers
    jours_retard: Entiers
    principal: Entiers
    penalites: Entiers
    indemnite: Entiers
    total: Entiers
    trop_percu: Entiers
    prescription: Entiers
    prudente: Entiers
    etape: Entiers
    etape_le: Entiers
    alertes: Entiers


class Suite(NamedTuple):
    """Ce qui suit d'une prescription et d'une échéance, tant qu'il reste du principal ; ``prescription`` dit si c'est sans réponse."""

    jours_retard: Entiers
    prescription: Entiers
    prudente: Entiers
    etape: Entiers
    etape_le: Entiers
    alertes: Entiers


@define
class _Cours:
    """Le délai de prescription de chaque ligne : son premier départ, et le départ en cours."""

    classe: Classe
    premier: Entiers
    depart: Entiers

    def interrompre(self, rangs: Rangs, jours: Entiers) -> None:
        """Ce que font ces paiements : rien avant le départ, ni après l'expiration, ni le jour d'un autre."""
        fin = self.classe.prescrire(self.depart[rangs])[0]
        joue = (jours > self.depart[rangs]) & (jours <= fin)
        self.depart[rangs[joue]] = jours[joue]


class _Etat:
    """Les comptes d'un bloc, au fil des jours."""

    def __init__(self, droits: Droits, classe: Classe, c: Colonnes, echeance: Entiers, suffit: Masque) -> None:
        self.classe = classe
        self.echeance = echeance
        self.suffit = suffit
        n = len(echeance)
        self.postes = {"penalites": np.zeros(n, np.int64), "principal": c.principal.copy(), "indemnite": np.zeros(n, np.int64)}
        self.trop_percu = np.zeros(n, np.int64)
        self.curseur = echeance.copy()
        self.constate, self.en_retard, self.lignes, self.arret = (np.zeros(n, bool) for _ in range(4))
        self.due = classe.indemnite(echeance)[0]
        suffit &= self.due != SANS_REPONSE
        self.court = (echeance >= classe.depuis) & (classe.court != "rien")
        self.partout = bool(self.court.all())
        self.taux = self._taux(c)
        premiers, derniers = ordre(classe.regime, droits.politique.conventions)
        self.ordre = [p for p in premiers + derniers if p in self.postes]

    def _taux(self, c: Colonnes) -> Entiers | None:
        """Le taux de chaque ligne, s'il est le même tous les jours."""
        classe = self.classe
        if classe.court == "fixe":
            return c.taux
        if classe.court != "fige" or classe.paliers is None:
            return None
        depart = self.echeance + 1
        taux = classe.paliers.au_jour(depart)
        self.suffit &= ~self.court | (taux != SANS_REPONSE)
        for du, au in classe.paliers.doutes:
            self.suffit &= ~self.court | (depart < du) | (depart > au)
        return np.where(taux == SANS_REPONSE, 0, taux)

    def borner(self, principal: Entiers, au: int) -> None:
        """Retire du bloc ce qui pourrait dépasser 64 bits, ou touche un taux à réserve."""
        paliers, jours = self.classe.paliers, max(au - int(self.echeance.min()), 1)
        plus_haut = self.taux if self.taux is not None else paliers.taux.max() if paliers is not None else 1
        if principal.max() > _borne(max(int(np.max(plus_haut)), 1), jours):  # sinon, aucune ligne n'y touche
            self.suffit &= principal <= _borne(np.maximum(plus_haut, 1), np.maximum(au - self.echeance, 1))
        if self.taux is None and paliers is not None:
            for du, fin in paliers.doutes:
                if du <= au:
                    self.suffit &= ~self.court | (self.echeance >= fin)

    def constater(self, rangs: Rangs | slice, jours: Entiers | int) -> None:
        """Un retard naît quand il reste du principal à la fin du jour d'échéance ; l'indemnité naît avec lui."""
        nait = ~self.constate[rangs] & (self.echeance[rangs] < jours)
        self.constate[rangs] |= nait
        retard = nait & (self.postes["principal"][rangs] > 0)
        self.en_retard[rangs] |= retard
        self.postes["indemnite"][rangs] += retard * self.due[rangs]

    def avancer(self, rangs: Rangs | slice, jusqu_au: Entiers | int) -> None:
        """Ferme les lignes du décompte jusqu'à ces jours, inclus."""
        avant = self.curseur[rangs].copy()
        self.curseur[rangs] = np.maximum(avant, jusqu_au)
        paliers = self.classe.paliers
        if self.classe.court == "rien":
            return
        principal = self.postes["principal"][rangs]
        base = principal if self.partout else principal * self.court[rangs]
        porte = (base > 0) & (jusqu_au > avant)
        if self.taux is not None:
            self.postes["penalites"][rangs] += _interets(base, self.taux[rangs], np.maximum(jusqu_au - avant, 0), ANNEE)
            self.lignes[rangs] |= porte
        elif paliers is not None:
            self.postes["penalites"][rangs] += self._par_paliers(base, avant, jusqu_au)
            fin = np.minimum(jusqu_au, paliers.au[-1])
            self.lignes[rangs] |= porte & (fin > np.maximum(avant, paliers.du[0] - 1))
            if np.max(jusqu_au, initial=0) > paliers.connu_au:
                self.arret[rangs] |= porte & (jusqu_au > paliers.connu_au)

    def _par_paliers(self, base: Entiers, avant: Entiers, jusqu_au: Entiers | int) -> Entiers:
        """La somme des lignes, chacune arrondie."""
        paliers, somme = self.classe.paliers, np.zeros(len(base), np.int64)
        if paliers is None or not len(base):
            return somme
        premier, dernier = int(avant.min()), int(np.max(jusqu_au))
        for du, au, taux in zip(paliers.du.tolist(), paliers.au.tolist(), paliers.taux.tolist(), strict=True):
            if au > premier and du <= dernier:
                fin = np.maximum(np.minimum(jusqu_au, au), du - 1)
                somme += _interets(base, taux, fin - np.clip(avant, du - 1, fin), ANNEE)
        return somme

    def payer(self, rangs: Rangs, jours: Entiers, montants: Entiers) -> Masque:
        """Un paiement par ligne ; vrai s'il y a éteint quelque chose."""
        self.constater(rangs, jours)
        self.avancer(rangs, jours)
        reste = montants.copy()
        for poste in self.ordre:
            pris = np.minimum(reste, self.postes[poste][rangs])
            self.postes[poste][rangs] -= pris
            reste -= pris
        self.trop_percu[rangs] += reste
        touche: Masque = reste < montants
        return touche


def _borne(taux: Any, jours: Any) -> Any:
    """Le plus grand principal dont l'intérêt tient sur 64 bits."""
    return (PLAFOND - DIVISEUR) // (2 * taux * jours)


def examiner(droits: Droits, classe: Classe, c: Colonnes, paie_le: Entiers, paie: Entiers) -> Bloc:
    """Un bloc de lignes d'une même classe."""
    au = numero(droits.au)
    echeance, portes, suffit = _echeances(droits, classe, c)
    etat = _Etat(droits, classe, c, echeance, suffit)
    etat.borner(c.principal, au)
    cours = _departs(classe, c)
    if c.nombre.any():
        _payer(etat, cours, c, paie_le, paie)
        _buter(classe, c, cours[0], suffit)
    etat.constater(slice(None), au)
    etat.avancer(slice(None), au)
    return _conclure(droits, etat, c, portes, _suite(droits, classe, echeance, cours))


def _echeances(droits: Droits, classe: Classe, c: Colonnes) -> tuple[Entiers, Entiers, Masque]:
    """L'échéance donnée, sinon celle de la loi ; et l'avertissement qu'elle porte au-delà du plafond."""
    n = len(c.echeance)
    echeance, portes, suffit = c.echeance, np.zeros(n, np.int64), np.ones(n, bool)
    if (absentes := np.flatnonzero(echeance == 0)).size:
        calculee = c.emise[absentes] + _delais(classe, *(colonne[absentes] for colonne in (c.emise, c.executee, c.recue)))
        suffit[absentes] = dedans = (calculee >= PREMIER) & (calculee <= DERNIER)
        echeance = echeance.copy()
        echeance[absentes] = np.where(dedans, calculee, c.emise[absentes])
    if classe.net is not None and droits.avertissements:
        loin = np.flatnonzero(classe.net(np.maximum(echeance - c.emise, 0) + PREMIER)[0] != 1)
        simple = (c.executee[loin] <= c.emise[loin]) & (c.contrat[loin] == 0)
        rangs = loin[simple]
        limite = classe.limite(c.emise[rangs])[0]
        suffit[rangs] &= limite != SANS_REPONSE
        portes[rangs] = np.where(echeance[rangs] > limite, 1 << droits.avertissements.index(AU_DELA), 0)
        rangs = loin[~simple]
        cinq = [colonne[rangs].tolist() for colonne in (c.emise, c.echeance, c.executee, c.recue, c.contrat)]
        vus = np.array([classe.porte(*jours) for jours in zip(*cinq, strict=True)], np.int64)
        suffit[rangs] &= vus != SANS_REPONSE
        portes[rangs] = np.maximum(vus, 0)
    return echeance, portes, suffit


def _delais(classe: Classe, emise: Entiers, executee: Entiers, recue: Entiers) -> Entiers:
    """Les jours que la loi accorde : une question par couple d'écarts à l'émission."""
    ecarts = [np.where(jours == 0, AUCUN, jours - emise) for jours in (executee, recue)]
    couples, lesquels = np.unique(ecarts[0] * (2 * ETENDUE) + ecarts[1], return_inverse=True)
    premiers = np.zeros(len(couples), np.intp)
    premiers[lesquels] = np.arange(len(lesquels))
    delais = [
        classe.delai(*(None if e == AUCUN else e for e in couple))
        for couple in zip(*[e[premiers].tolist() for e in ecarts], strict=True)
    ]
    return np.array(delais, np.int64)[lesquels]


def _departs(classe: Classe, c: Colonnes) -> tuple[_Cours, _Cours | None]:
    """D'où part la prescription, et d'où part sa lecture prudente si elle en a une à elle."""
    execution = np.where(c.executee == 0, c.emise, c.executee)
    if classe.ligne.depart == "emission":
        depart = c.emise.copy()
    elif classe.ligne.depart == "execution":
        depart = execution
    else:
        depart = np.where(c.echeance == 0, execution, c.echeance)
    prudent = None
    if classe.ligne.prudence and c.executee.any():
        plus_tot = np.where(c.executee == 0, depart, np.minimum(depart, c.executee))
        prudent = _Cours(classe, plus_tot, plus_tot.copy())
    return _Cours(classe, depart, depart.copy()), prudent


def _payer(etat: _Etat, cours: tuple[_Cours, _Cours | None], c: Colonnes, paie_le: Entiers, paie: Entiers) -> None:
    """Les paiements connus, dans l'ordre : le premier de chaque ligne, puis le deuxième…"""
    classe = etat.classe
    etat.suffit &= (c.nombre == 0) | classe.interrompu
    if classe.ligne.depuis is not None:  # une loi a changé la durée : les délais partis avant elle vont au moteur d'objets
        etat.suffit &= (c.nombre == 0) | (cours[0].premier >= numero(classe.ligne.depuis))
    for tour in range(int(c.nombre.max())):
        rangs = np.flatnonzero(c.nombre > tour)
        quels = c.debut[rangs] + tour
        jours = paie_le[quels]
        touche = etat.payer(rangs, jours, paie[quels])
        for delai in cours:
            if delai is not None:
                delai.interrompre(rangs[touche], jours[touche])


def _buter(classe: Classe, c: Colonnes, cours: _Cours, suffit: Masque) -> None:
    """Retire du bloc les lignes payées que le butoir pourrait arrêter."""
    if classe.ligne.butoir:
        nee = np.where(c.executee == 0, c.emise, np.minimum(c.emise, c.executee))
        suffit &= (c.nombre == 0) | (classe.prescrire(cours.depart)[0] - nee < BUTOIR)


def _suite(droits: Droits, classe: Classe, echeance: Entiers, cours: tuple[_Cours, _Cours | None]) -> Suite:
    """De l'échéance seule quand la prescription en part : une question par jour ; sinon, ligne à ligne."""
    principal, prudent = cours

    def par_ligne(rangs: Rangs | slice) -> Suite:
        valeur, prudente = classe.prescrire(principal.depart[rangs])
        if prudent is not None:
            prudente = np.minimum(prudente, classe.prescrire(prudent.depart[rangs])[1])
        return _suivre(droits, echeance[rangs], valeur, prudente)

    def neuve() -> ParJour:
        return ParJour(lambda jours: _suivre(droits, jours, *classe.prescrire(jours)), len(Suite._fields))

    par_jour = droits.garder("suite", classe.ligne.code, neuve)
    autres = principal.depart != echeance
    if prudent is not None:
        autres |= prudent.depart != echeance
    if not autres.any():
        return Suite._make(par_jour(echeance))
    if autres.all():
        return par_ligne(slice(None))
    lignes, jours = np.flatnonzero(autres), np.flatnonzero(~autres)
    suite = Suite._make(np.empty((len(Suite._fields), len(echeance)), np.int64))
    for colonne, a_part, du_jour in zip(suite, par_ligne(lignes), par_jour(echeance[jours]), strict=True):
        colonne[lignes], colonne[jours] = a_part, du_jour
    return suite


def _suivre(droits: Droits, echeance: Entiers, valeur: Entiers, prudente: Entiers) -> Suite:
    """La prescription acquise ou proche commande ; sinon, le scénario."""
    au = numero(droits.au)
    etape, etape_le = droits.etape(echeance)
    suffit = (valeur != SANS_REPONSE) & (prudente != SANS_REPONSE) & (etape_le != SANS_REPONSE)
    acquise, douteuse, presse = au > valeur, (prudente < au) & (au <= valeur), au >= prudente - PROCHE
    etape = np.where(acquise | douteuse, -1, np.where(presse, droits.noms.numero(INTERRUPTION.cle), etape))
    etape_le = np.where(etape < 0, 0, np.where(presse, prudente - PROCHE, etape_le))
    etats = np.where(acquise, PRESCRITE, np.where(douteuse, DOUTEUSE, BIENTOT))
    alertes = np.where(prudente <= numero(ALERTE.depuis(droits.au)), etats, 0)
    return Suite(np.maximum(au - echeance, 0), np.where(suffit, valeur, SANS_REPONSE), prudente, etape, etape_le, alertes)


def _conclure(droits: Droits, etat: _Etat, c: Colonnes, portes: Entiers, suite: Suite) -> Bloc:
    """Ce qui est dû, que faire ensuite, et ce qu'il faut savoir."""
    classe, suffit = etat.classe, etat.suffit
    principal, penalites, indemnite = etat.postes["principal"], etat.postes["penalites"], etat.postes["indemnite"]
    total = principal + penalites + indemnite
    suffit &= suite.prescription != SANS_REPONSE
    jours_retard, valeur, prudente, etape, etape_le, bits = suite

    if droits.solde_minimal:
        tues = np.flatnonzero((principal < droits.solde_minimal) & (numero(droits.au) < prudente - PROCHE))
        etape[tues], etape_le[tues] = -1, 0
    if (eteintes := np.flatnonzero(principal == 0)).size:
        etape[eteintes], etape_le[eteintes], bits[eteintes] = -1, 0, 0
        jours_retard[eteintes] *= total[eteintes] > 0

    bits |= portes << len(AVANT)
    bits[etat.arret] |= NON_PUBLIE
    if classe.court == "rien" and classe.regime.poste == "interets":
        bits |= etat.en_retard * SANS_DEMEURE
    if classe.ecarte:
        bits |= ECARTE
    if classe.sous_plancher is not None and (rangs := np.flatnonzero(etat.lignes & suffit)).size:
        sous = classe.sous_plancher(etat.echeance[rangs] + 1, c.taux[rangs])
        bits[rangs] |= sous * SOUS_PLANCHER
    if classe.regime.interets_sous:
        bits[(principal == 0) & (penalites + indemnite > 0) & etat.lignes] |= A_PAYER
    bits[etat.trop_percu > 0] |= 1 << (len(AVANT) + len(droits.avertissements))
    return Bloc(
        suffit,
        etat.echeance,
        jours_retard,
        principal,
        penalites,
        indemnite,
        total,
        etat.trop_percu,
        valeur,
        prudente,
        etape,
        etape_le,
        bits,
    )
