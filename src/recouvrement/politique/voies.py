"""Par quelle voie agir ? Le droit dit celles qui sont ouvertes ; ici, dans quel ordre les regarder, et ce que l'appelant en espère.

L'ordre est celui d'une table de décision : un conseil, pas une règle. Rien n'est espéré sans hypothèse de l'appelant.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from attrs import evolve, field, frozen

from recouvrement.affichage import fiche
from recouvrement.droit.voies import EtatCreance, Fourchette, Situation, Voie
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement, atteint
from recouvrement.modele.evenements import Contestation, Echeancier, Promesse, Reconnaissance, Signal
from recouvrement.modele.montant import Montant, Taux, taux
from recouvrement.politique.accord import repartis, suivre
from recouvrement.politique.bilan import Bilan, BilanCreance
from recouvrement.politique.empechements import PRESCRIPTION_PROCHE
from recouvrement.politique.politique import Politique
from recouvrement.resultat import Noeud, Regle, Resultat, fait

EXACT = Context(prec=40, rounding=ROUND_HALF_UP)
# Chaque voie à son rang quand rien ne presse et que rien ne menace.
ORDRE = (
    "declaration_de_creance",
    "cheque",
    "commerciale_incontestee",
    "injonction_de_payer",
    "injonction_europeenne",
    "petites_creances",
    "petits_litiges_europeens",
    "refere_provision",
    "refere_provision_administratif",
    "mandatement_d_office",
    "assignation_au_fond",
    "saisie_conservatoire",
    "conciliation",
    "mediation",
    "affacturage",
    "assurance_credit",
    "cession",
)
INTERRUPTIVES = ("refere_provision", "assignation_au_fond", "saisie_conservatoire")
SUR_MENACE, SI_COOPERATIF = "saisie_conservatoire", "petites_creances"
MENACE = "preuve_de_la_menace"
COUT_SUPPOSE = Regle("cout_suppose", "Coût supposé par l'appelant")
NETTE = Regle("recouvrement_net_espere", "Recouvrement net espéré, selon vos hypothèses")
FORMULE = "somme × chance × (1 − perte par jour) ^ jours, moins le coût : ce sont vos hypothèses, non une statistique"


def _fourchettes(valeur: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> tuple[tuple[str, Fourchette], ...]:
    lues = []
    for cle, couple in _couples(valeur):
        bas, haut = (c.en_montant(m, "couts") for m in couple)
        lues.append((cle, (bas, haut)))
    return tuple(lues)


def _taux_par_voie(valeur: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> tuple[tuple[str, Taux], ...]:
    return tuple((cle, taux(t)) for cle, t in _couples(valeur))


def _jours_par_voie(valeur: Mapping[str, int] | Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    return tuple(_couples(valeur))


def _couples(valeur: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return sorted(valeur.items() if isinstance(valeur, Mapping) else valeur)


def _perte(valeur: Taux | Decimal | int | str) -> Taux:
    return taux(valeur)


@frozen(kw_only=True)
class Hypotheses:
    """Ce que l'appelant suppose. Aucune valeur par défaut : sans elles, aucun recouvrement n'est espéré.

    Attributes:
        chances: Chance de recouvrer, en pour cent, par clé de voie.
        jours: Durée supposée jusqu'au paiement, par clé de voie ; 0 si elle manque.
        perte_par_jour: Part de la chance perdue chaque jour, en pour cent : « 2 % par jour » est une hypothèse, jamais un fait établi.
        couts: Coût (au moins, au plus) par clé de voie, à la place de celui que la bibliothèque chiffre : devis, honoraires, termes d'un contrat.

    Raises:
        DonneeInvalide: Voie inconnue, chance ou perte hors de 0 à 100 %, coût ou durée négatifs.
    """

    chances: tuple[tuple[str, Taux], ...] = field(default=(), converter=_taux_par_voie)
    jours: tuple[tuple[str, int], ...] = field(default=(), converter=_jours_par_voie)
    perte_par_jour: Taux = field(default=Taux(0), converter=_perte)
    couts: tuple[tuple[str, Fourchette], ...] = field(default=(), converter=_fourchettes)

    _repr_html_ = fiche("Hypothèses")

    def __attrs_post_init__(self) -> None:
        for champ in ("chances", "jours", "couts"):
            for cle, _ in getattr(self, champ):
                if cle not in ORDRE:
                    raise DonneeInvalide(
                        "voie inconnue", champ=champ, valeur=cle, remede=f"Choisissez parmi : {', '.join(ORDRE)}."
                    )
        for t in (self.perte_par_jour, *(t for _, t in self.chances)):
            if not 0 <= t.pourcent <= 100:
                raise DonneeInvalide("un pour cent de 0 à 100 est attendu", champ="chances", valeur=t)
        if any(type(n) is not int or n < 0 for _, n in self.jours):
            raise DonneeInvalide("un nombre de jours positif est attendu", champ="jours")
        if any(bas.centimes < 0 or haut < bas for _, (bas, haut) in self.couts):
            raise DonneeInvalide("un coût va d'un minimum positif à un maximum", champ="couts")


def voies(
    politique: Politique,
    quoi: Creance | Dossier,
    evenements: Sequence[Evenement],
    au: date,
    pieces: Iterable[str],
    hypotheses: Hypotheses | None,
) -> tuple[Voie, ...]:
    """Les voies rangées : les praticables, celles qui ne le sont pas encore, les fermées ; les alternatives à la fin de chaque groupe."""
    return du_bilan(politique, politique.examiner(quoi, evenements, au=au), pieces, hypotheses)


def du_bilan(politique: Politique, bilan: Bilan, pieces: Iterable[str], hypotheses: Hypotheses | None = None) -> tuple[Voie, ...]:
    """Idem, d'un bilan déjà fait."""
    if isinstance(pieces, str):
        raise DonneeInvalide(
            "une liste de clés de pièces est attendue", champ="pieces", valeur=pieces, remede="Mettez-la entre crochets."
        )
    situation = _situation(bilan, frozenset(pieces))
    jugees = politique.droit.voies(politique.droit, situation)
    if hypotheses is not None:
        jugees = tuple(_supposer(v, situation, hypotheses) for v in jugees)
    return tuple(sorted(jugees, key=lambda v: _rang(v, situation)))


def _situation(bilan: Bilan, pieces: frozenset[str]) -> Situation:
    faits = [e for e in bilan.dossier.evenements if e.le <= bilan.au]
    recus = repartis(tuple(faits), bilan.decompte.imputations)
    plans = [e for e in faits if isinstance(e, Echeancier) and suivre(e, recus, au=bilan.au).etat in ("tenu", "en_retard")]
    vives = [e for e in faits if isinstance(e, Contestation) and (e.levee_le is None or e.levee_le > bilan.au)]
    dues = tuple(_etat(b, plans, vives) for b in bilan.creances if b.total.valeur)
    return Situation(dossier=bilan.dossier, au=bilan.au, creances=dues, total=bilan.total.valeur, pieces=pieces)


def _etat(b: BilanCreance, plans: Sequence[Echeancier], contestations: Sequence[Contestation]) -> EtatCreance:
    return EtatCreance(
        creance=b.creance,
        echeance=b.echeance.valeur,
        principal=b.principal.valeur,
        interets=b.penalites.valeur + b.interets.valeur,
        total=b.total.valeur,
        conteste=b.conteste,
        contestee=any(atteint(e, b.creance.reference) for e in contestations),
        prescription=b.prescription,
        terme_accorde=any(atteint(plan, b.creance.reference) for plan in plans),
    )


def _rang(voie: Voie, s: Situation) -> tuple[int, bool, int, int]:
    """Praticable d'abord ; puis ce que la situation presse ; puis l'ordre ordinaire."""
    etat = 0 if voie.praticable else 1 if voie.ouverte else 2
    return etat, voie.famille == "alternative", _priorite(voie, s), ORDRE.index(voie.cle)


def _priorite(voie: Voie, s: Situation) -> int:
    """La prescription qui approche passe avant la menace, la menace avant la bonne volonté du débiteur."""
    prudente = min((e.prescription.prudente for e in s.creances), default=date.max)
    presse = prudente - s.au <= PRESCRIPTION_PROCHE
    if presse and voie.cle in INTERRUPTIVES:
        return 0
    menace = MENACE in s.pieces or any(isinstance(f, Signal) and f.nature == "difficultes" for f in s.faits)
    if voie.cle == SUR_MENACE and menace:
        return 1
    cooperatif = any(isinstance(f, Reconnaissance | Promesse | Echeancier) for f in s.faits)
    if voie.cle == SI_COOPERATIF and cooperatif and not presse:
        return 2
    return 3


def _supposer(voie: Voie, s: Situation, h: Hypotheses) -> Voie:
    """Le coût et le recouvrement net, selon les hypothèses ; une voie sans chance supposée n'a pas de recouvrement net."""
    couts, chances = dict(h.couts), dict(h.chances)
    if voie.cle in couts:
        voie = evolve(voie, cout=Resultat(couts[voie.cle], COUT_SUPPOSE))
    if voie.cle not in chances or not voie.praticable:
        return voie
    jours = dict(h.jours).get(voie.cle, 0)
    brute = _esperance(s.total, chances[voie.cle], h.perte_par_jour, jours)
    bas, haut = voie.cout.valeur
    sachant: tuple[Noeud, ...] = (
        fait("Somme réclamée", s.total),
        fait("Chance supposée", chances[voie.cle]),
        fait("Perte supposée par jour", h.perte_par_jour),
        fait("Jours supposés", jours),
        voie.cout,
    )
    return evolve(voie, nette=Resultat((brute - haut, brute - bas), NETTE, sachant, FORMULE))


def _esperance(somme: Montant, chance: Taux, perte: Taux, jours: int) -> Montant:
    """Arrondie une fois au centime."""
    reste = EXACT.power(EXACT.divide(Decimal(100) - perte.pourcent, Decimal(100)), Decimal(jours))
    part = EXACT.divide(EXACT.multiply(chance.pourcent, reste), Decimal(100))
    centimes = EXACT.multiply(Decimal(somme.centimes), part).to_integral_value(ROUND_HALF_UP)
    return Montant.de_centimes(int(centimes), somme.devise)
