"""Le noyau : une classe de lignes, par blocs qui tiennent dans le cache, en entiers de 64 bits.

Aucun dépassement n'est possible : une ligne n'entre que si ``2 · principal · taux · jours + d < 2⁶³``, ``d`` étant un million de fois
l'année, pour le taux le plus haut de sa table et tous ses jours de retard ; et si son principal, comme chacun de ses soixante-quatre
paiements au plus, tient sous 10¹⁵ centimes. Chaque ligne du décompte est sous cette borne ; leur somme, qui en est le quotient par
``2 d``, reste sous 2³⁴ centimes.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

import numpy as np
from attrs import define

from recouvrement.droit.baremes import interets_centimes
from recouvrement.droit.fr.echeances import AU_DELA
from recouvrement.droit.fr.prescription import VINGT_ANS
from recouvrement.masse.classes import SANS_REPONSE, Classe, Droits
from recouvrement.masse.colonnes import DERNIER, PREMIER, Colonnes, Entiers, Masque, Rangs, numero
from recouvrement.politique.alertes import DELAIS_D_ALERTE
from recouvrement.politique.compte import DIVISEURS
from recouvrement.politique.conventions import Conventions
from recouvrement.politique.decompte import EN_DERNIER, RANGS
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
    trop_percu: Entiers
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
        self.taux = self._taux(c)
        rangs = RANGS[droits.politique.conventions.imputation]
        self.ordre = [p for p in (*rangs, *(d for d in EN_DERNIER if d not in rangs)) if p in self.postes]

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
        paliers, jours = self.classe.paliers, np.maximum(au - self.echeance, 1)
        plus_haut = self.taux if self.taux is not None else paliers.taux.max() if paliers is not None else 1
        self.suffit &= principal <= (PLAFOND - DIVISEUR) // (2 * np.maximum(plus_haut, 1) * jours)
        if self.taux is None and paliers is not None:
            for du, fin in paliers.doutes:
                self.suffit &= ~self.court | (self.echeance >= fin) | (au < du)

    def constater(self, rangs: Rangs | slice, jours: Entiers | int) -> None:
        """Un retard naît quand il reste du principal à la fin du jour d'échéance ; l'indemnité naît avec lui."""
        nait = ~self.constate[rangs] & (self.echeance[rangs] < jours)
        self.constate[rangs] |= nait
        retard = nait & (self.postes["principal"][rangs] > 0)
        self.en_retard[rangs] |= retard
        self.postes["indemnite"][rangs] += np.where(retard, self.due[rangs], 0)

    def avancer(self, rangs: Rangs | slice, jusqu_au: Entiers | int) -> None:
        """Ferme les lignes du décompte jusqu'à ces jours, inclus."""
        avant = self.curseur[rangs].copy()
        self.curseur[rangs] = np.maximum(avant, jusqu_au)
        paliers = self.classe.paliers
        if self.classe.court == "rien":
            return
        base = np.where(self.court[rangs], self.postes["principal"][rangs], 0)
        porte = (base > 0) & (jusqu_au > avant)
        if self.taux is not None:
            self.postes["penalites"][rangs] += _interets(base, self.taux[rangs], np.maximum(jusqu_au - avant, 0), ANNEE)
            self.lignes[rangs] |= porte
        elif paliers is not None:
            self.postes["penalites"][rangs] += self._par_paliers(base, avant, jusqu_au)
            fin = np.minimum(jusqu_au, paliers.au[-1])
            self.lignes[rangs] |= porte & (fin > np.maximum(avant, paliers.du[0] - 1))
            self.arret[rangs] |= porte & (jusqu_au > paliers.connu_au)

    def _par_paliers(self, base: Entiers, avant: Entiers, jusqu_au: Entiers | int) -> Entiers:
        """La somme des lignes, chacune arrondie."""
        paliers, somme = self.classe.paliers, np.zeros(len(base), np.int64)
        if paliers is None or not len(base):
            return somme
        premier, dernier = int(avant.min()), int(np.max(jusqu_au))
        for du, au, taux in zip(paliers.du.tolist(), paliers.au.tolist(), paliers.taux.tolist(), strict=True):
            if au > premier and du <= dernier:
                jours = np.minimum(jusqu_au, au) - np.maximum(avant, du - 1)
                somme += _interets(base, taux, np.maximum(jours, 0), ANNEE)
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


def examiner(droits: Droits, classe: Classe, c: Colonnes, paie_le: Entiers, paie: Entiers) -> Bloc:
    """Un bloc de lignes d'une même classe."""
    au = numero(droits.au)
    echeance, portes, suffit = _echeances(droits, classe, c)
    etat = _Etat(droits, classe, c, echeance, suffit)
    etat.borner(c.principal, au)
    cours = _departs(classe, c)
    if c.nombre.any():
        _payer(etat, cours, c, paie_le, paie)
    etat.constater(slice(None), au)
    etat.avancer(slice(None), au)
    valeur, prudente = _prescription(classe, c, cours, suffit)
    return _conclure(droits, etat, c, portes, valeur, prudente)


def _echeances(droits: Droits, classe: Classe, c: Colonnes) -> tuple[Entiers, Entiers, Masque]:
    """L'échéance donnée, sinon celle de la loi ; et l'avertissement qu'elle porte au-delà du plafond."""
    echeance, portes = c.echeance.copy(), np.zeros(len(c.echeance), np.int64)
    if (absentes := np.flatnonzero(echeance == 0)).size:
        echeance[absentes] = c.emise[absentes] + _delais(classe, c.portion(absentes))
    suffit = (echeance >= PREMIER) & (echeance <= DERNIER)
    echeance = np.where(suffit, echeance, c.emise)
    if classe.net is not None and droits.avertissements:
        loin = classe.net(np.maximum(echeance - c.emise, 0) + PREMIER)[0] != 1
        simple = (c.executee <= c.emise) & (c.contrat == 0)
        rangs = np.flatnonzero(loin & simple)
        limite = classe.limite(c.emise[rangs])[0]
        suffit[rangs] &= limite != SANS_REPONSE
        portes[rangs] = np.where(echeance[rangs] > limite, 1 << droits.avertissements.index(AU_DELA), 0)
        rangs = np.flatnonzero(loin & ~simple)
        cinq = [colonne[rangs].tolist() for colonne in (c.emise, c.echeance, c.executee, c.recue, c.contrat)]
        vus = np.array([classe.porte(*jours) for jours in zip(*cinq, strict=True)], np.int64)
        suffit[rangs] &= vus != SANS_REPONSE
        portes[rangs] = np.maximum(vus, 0)
    return echeance, portes, suffit


def _delais(classe: Classe, c: Colonnes) -> Entiers:
    """Les jours que la loi accorde : une question par couple d'écarts à l'émission."""
    ecarts = [np.where(jours == 0, AUCUN, jours - c.emise) for jours in (c.executee, c.recue)]
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


def _prescription(classe: Classe, c: Colonnes, cours: tuple[_Cours, _Cours | None], suffit: Masque) -> tuple[Entiers, Entiers]:
    """Dernier jour utile et jour prudent."""
    principal, prudent = cours
    valeur, prudente = classe.prescrire(principal.depart)
    if prudent is not None:
        prudente = np.minimum(prudente, classe.prescrire(prudent.depart)[1])
    suffit &= (valeur != SANS_REPONSE) & (prudente != SANS_REPONSE)
    if classe.ligne.butoir:
        nee = np.where(c.executee == 0, c.emise, np.minimum(c.emise, c.executee))
        suffit &= (c.nombre == 0) | (valeur - nee < BUTOIR)
    return valeur, prudente


def _conclure(droits: Droits, etat: _Etat, c: Colonnes, portes: Entiers, valeur: Entiers, prudente: Entiers) -> Bloc:
    """Ce qui est dû, que faire ensuite, et ce qu'il faut savoir."""
    au, classe, echeance, suffit = numero(droits.au), etat.classe, etat.echeance, etat.suffit
    principal, penalites, indemnite = etat.postes["principal"], etat.postes["penalites"], etat.postes["indemnite"]
    total = principal + penalites + indemnite
    reste, acquise, douteuse = principal > 0, au > valeur, (prudente < au) & (au <= valeur)

    etape, etape_le = droits.etape(echeance)
    suffit &= etape_le != SANS_REPONSE
    presse = au >= prudente - PROCHE
    muette = ~reste | acquise | douteuse | (~presse & (principal < droits.solde_minimal))
    etape = np.where(muette, -1, np.where(presse, droits.noms.numero(INTERRUPTION.cle), etape))
    etape_le = np.where(etape < 0, 0, np.where(presse, prudente - PROCHE, etape_le))

    bits = portes << len(AVANT)
    limite = reste & (prudente <= numero(ALERTE.depuis(droits.au)))
    etats = np.where(acquise, PRESCRITE, np.where(douteuse, DOUTEUSE, BIENTOT))
    bits |= np.where(limite, etats, 0) | np.where(etat.arret, NON_PUBLIE, 0)
    if classe.court == "rien" and classe.regime.poste == "interets":
        bits |= np.where(etat.en_retard, SANS_DEMEURE, 0)
    if classe.ecarte:
        bits |= ECARTE
    if classe.sous_plancher is not None and (rangs := np.flatnonzero(etat.lignes & suffit)).size:
        sous = classe.sous_plancher(echeance[rangs] + 1, c.taux[rangs])
        bits[rangs] |= np.where(sous, SOUS_PLANCHER, 0)
    if classe.regime.interets_sous:
        bits |= np.where(~reste & (penalites + indemnite > 0) & etat.lignes, A_PAYER, 0)
    bits |= np.where(etat.trop_percu > 0, 1 << (len(AVANT) + len(droits.avertissements)), 0)

    jours_retard = np.where(total > 0, np.maximum(au - echeance, 0), 0)
    return Bloc(
        suffit,
        echeance,
        jours_retard,
        principal,
        penalites,
        indemnite,
        etat.trop_percu,
        valeur,
        prudente,
        etape,
        etape_le,
        bits,
    )
