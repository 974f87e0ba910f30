"""Ce que le droit et le scénario répondent à toute une classe de lignes.

Les mêmes tables et les mêmes questions que le moteur d'objets, posées une fois par classe, ou une fois par jour quand la réponse ne
dépend que du jour. Aucun chiffre de droit n'est écrit ici.
"""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache
from itertools import accumulate
from threading import Lock
from typing import Any, Literal, TypeVar

import numpy as np
from attrs import evolve, frozen

from recouvrement.droit.base import Choix, Palier, Regime, RegimePrescription
from recouvrement.droit.chronologie import Versement
from recouvrement.droit.fr.echeances import AU_DELA
from recouvrement.droit.fr.penalites import FOIS, INDICES
from recouvrement.droit.fr.plafonds import plafond, sans_question
from recouvrement.erreurs import RecouvrementError
from recouvrement.masse.colonnes import DERNIER, DIX_MILLIEMES_MAX, PREMIER, Cle, Entiers, Masque, en_date, numero
from recouvrement.modele.conditions import ConditionsPaiement, TauxIndexe
from recouvrement.modele.creance import Creance
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.politique.bilan import BilanCreance
from recouvrement.politique.conventions import Conventions
from recouvrement.politique.politique import Politique
from recouvrement.politique.suite import suite

T = TypeVar("T")
SANS_REPONSE = -(2**62)
"""Le droit a levé une erreur pour ce jour : la ligne va au moteur d'objets, qui dira laquelle."""
TOUJOURS, JAMAIS = numero(date.min), numero(date.max)
REPERE, APRES_REPERE = date(2016, 11, 15), date(2017, 2, 23)  # pour éprouver une règle : d'une année civile à l'autre
TEMOIN = "temoin"


class Noms:
    """Des codes en texte, numérotés à mesure."""

    def __init__(self) -> None:
        self.noms: list[str] = []
        self._numeros: dict[str, int] = {}
        self._verrou = Lock()

    def numero(self, nom: str) -> int:
        """Le numéro de ce nom."""
        with self._verrou:
            if nom not in self._numeros:
                self._numeros[nom] = len(self.noms)
                self.noms.append(nom)
            return self._numeros[nom]


def _sans_erreur(question: Callable[..., T]) -> Callable[..., T | int]:
    """La même question ; une erreur de droit y vaut ``SANS_REPONSE``."""

    def repondre(*donnees: Any) -> T | int:
        try:
            return question(*donnees)
        except (RecouvrementError, OverflowError):
            return SANS_REPONSE

    return repondre


class ParJour:
    """Une réponse qui ne dépend que d'un jour, demandée une fois par jour rencontré.

    Args:
        question: Pour chacun de ces jours, rend ``largeur`` entiers, par rangées.
    """

    def __init__(self, question: Callable[[Entiers], Any], largeur: int = 1) -> None:
        self._question = question
        self._reponses = np.zeros((largeur, DERNIER + 1), np.int64)
        self._connus = np.zeros(DERNIER + 1, bool)

    def __call__(self, jours: Entiers) -> Any:
        """Les réponses, une rangée par entier demandé."""
        connus = self._connus[jours]
        if not connus.all():
            manquent = np.unique(jours[~connus])
            self._reponses[:, manquent] = self._question(manquent)
            self._connus[manquent] = True
        return self._reponses.take(jours, axis=1, mode="clip")


def par_date(question: Callable[[date], Sequence[int]], largeur: int = 1) -> ParJour:
    """Une question de droit, posée date par date ; une erreur y vaut ``SANS_REPONSE``."""
    posee = _sans_erreur(question)

    def reponses(jours: Entiers) -> Any:
        rendues = np.empty((largeur, len(jours)), np.int64)
        for i, jour in enumerate(jours.tolist()):
            rendues[:, i] = posee(en_date(jour))
        return rendues

    return ParJour(reponses, largeur)


@frozen
class Paliers:
    """Des paliers de taux, en entiers ; bornes incluses.

    Attributes:
        connu_au: Dernier jour publié.
        doutes: Bornes des paliers qui portent une réserve : la ligne qui les touche va au moteur d'objets.
    """

    du: Entiers
    au: Entiers
    taux: Entiers
    connu_au: int
    doutes: tuple[tuple[int, int], ...]

    @classmethod
    def de(cls, paliers: Sequence[Palier], connu_au: date) -> "Paliers":
        """Les mêmes, en colonnes."""
        lignes = [(numero(p.du), numero(p.au), p.taux.dix_milliemes) for p in paliers]
        doutes = tuple((numero(p.du), numero(p.au)) for p in paliers if p.reserves)
        du, au, taux = np.array(lignes, np.int64).T
        return cls(du, au, taux, numero(connu_au), doutes)

    def au_jour(self, jours: Entiers) -> Entiers:
        """Le taux de chaque jour ; ``SANS_REPONSE`` hors de la table."""
        rangs = np.clip(np.searchsorted(self.du, jours, "right") - 1, 0, None)
        taux: Entiers = np.where((jours >= self.du[0]) & (jours <= self.au[-1]), self.taux[rangs], SANS_REPONSE)
        return taux


@frozen(eq=False)
class Classe:
    """Le droit des lignes de mêmes qualités, de même nature et de même genre de taux.

    Attributes:
        court: ``rien`` sans mise en demeure ; le taux de la ligne (``fixe``), celui du premier jour (``fige``), ou les ``paliers``.
        depuis: Échéances à compter desquelles le régime joue.
        ecarte: Un taux est convenu, et le régime ne l'admet pas.
        prescrire: Dernier jour utile et jour prudent, par jour de départ.
        interrompu: Un paiement du débiteur ouvre un délai neuf, comme un départ de ce jour-là ; sinon, rien n'en est su ici.
        delai: Jours que la loi accorde sans échéance, selon l'écart de l'exécution et de la réception à l'émission (``None`` : absente).
        net: Par écart de l'échéance à l'émission : aucun plafond n'est en question ; ``None`` : il ne l'est jamais.
        limite: Dernier jour que la loi admet, par jour d'émission, pour une prestation qui ne lui est pas postérieure.
    """

    regime: Regime
    ligne: RegimePrescription
    court: Literal["rien", "fixe", "fige", "paliers"]
    paliers: Paliers | None
    depuis: int
    ecarte: bool
    prescrire: ParJour
    interrompu: bool
    indemnite: ParJour
    sous_plancher: Callable[[Entiers, Entiers], Masque] | None
    delai: Callable[..., int]
    net: ParJour | None
    limite: ParJour
    porte: Callable[..., int]


class Droits:
    """Une politique et un jour d'examen, prêts pour les colonnes.

    Attributes:
        ouvert: Faux si cette politique sort de ce que le noyau décrit : tout va au moteur d'objets.
        etape: Numéro de la prochaine étape et son jour, par échéance ; -1 s'il n'y en a pas.
        solde_minimal: Centimes sous lesquels le scénario ne rappelle pas.
    """

    def __init__(self, politique: Politique, au: date) -> None:
        self.politique = politique
        self.au = au
        self.noms = Noms()
        self.avertissements = tuple(politique.droit.avertissements)
        self.etape = par_date(self._etape, 2)
        self.solde_minimal = 0
        self._classes: dict[Cle, Classe | None] = {}
        self._gardees: dict[tuple[str, str], ParJour] = {}
        self._interruptions: dict[str, bool] = {}
        minimal = politique.scenario.solde_minimal
        if minimal is not None:
            self.solde_minimal = minimal.centimes
        self.ouvert = (
            politique.droit.code == "fr"
            and set(self.avertissements) <= {AU_DELA}
            and PREMIER <= numero(au) <= DERNIER
            and not politique.scenarios
            and not any(e.si for e in politique.scenario.etapes)
            and (minimal is None or minimal.devise == "EUR")
            and _par_defaut(politique.conventions)
        )

    def classe(self, cle: Cle) -> Classe | None:
        """Le droit de cette classe, ou rien si le noyau ne la décrit pas."""
        if cle not in self._classes:
            self._classes[cle] = self._decrite(cle)
        return self._classes[cle]

    def _decrite(self, cle: Cle) -> Classe | None:
        if not self.ouvert or (cle.fixe and cle.indexe):
            return None
        try:
            classe = self._classe(cle)
        except (RecouvrementError, ValueError, OverflowError):
            return None
        if classe.paliers is not None and classe.paliers.taux.max() > DIX_MILLIEMES_MAX:
            return None
        legal = numero(self.politique.droit.baremes[INDICES["legal"]].connu_au)
        muet = classe.sous_plancher and classe.paliers and classe.paliers.connu_au < min(legal, numero(self.au))
        # l'indice se tait là où le plancher est connu : aux objets de dire ce qu'ils en font
        return None if muet or (classe.court != "rien" and classe.regime.poste != "penalites") else classe

    def _classe(self, cle: Cle) -> Classe:
        droit = self.politique.droit
        modele = _temoin(cle)
        regime, ligne = droit.regime(modele), droit.regime_prescription(modele)
        stipule = modele.conditions.taux_penalites is not None
        convenu = stipule and regime.admet_un_taux_convenu
        court, paliers = self._course(modele, regime, fixe=convenu and cle.fixe)
        au_plus_tot = evolve(modele, emise_le=en_date(PREMIER), echeance=None)
        return Classe(
            regime=regime,
            ligne=ligne,
            court=court,
            paliers=paliers,
            depuis=numero(regime.depuis) if regime.depuis else TOUJOURS,
            ecarte=stipule and not convenu,
            prescrire=self._prescrire(modele, ligne),
            interrompu=self._interrompu(modele, ligne),
            indemnite=self.garder(
                "indemnite",
                regime.code,
                lambda: par_date(lambda jour: [droit.indemnite(droit, modele, regime, jour, ()).valeur.centimes]),
            ),
            sous_plancher=self._sous_plancher(paliers) if convenu and regime.poste == "penalites" else None,
            delai=lru_cache(maxsize=65_536)(_sans_erreur(lambda *ecarts: self._delai(modele, regime, *ecarts))),
            net=None if regime.code == "public" else par_date(lambda jour: [sans_question(jour, au_plus_tot, regime)]),
            limite=self.garder("limite", regime.code, lambda: par_date(lambda jour: [_limite(modele, regime, jour)])),
            porte=lru_cache(maxsize=65_536)(_sans_erreur(lambda *jours: self._porte(modele, regime, *jours))),
        )

    def garder(self, quoi: str, code: str, neuve: Callable[[], ParJour]) -> ParJour:
        """Une question commune à toutes les classes d'un même régime."""
        if (quoi, code) not in self._gardees:
            self._gardees[quoi, code] = neuve()
        return self._gardees[quoi, code]

    def _course(
        self, modele: Creance, regime: Regime, *, fixe: bool
    ) -> tuple[Literal["rien", "fixe", "fige", "paliers"], Paliers | None]:
        """Ce qui court sans qu'aucun acte n'ait été fait."""
        droit = self.politique.droit
        if regime.depart == "mise_en_demeure":
            return "rien", None
        if fixe:
            return "fixe", None
        if regime.fige:
            return "fige", Paliers.de(droit.paliers(regime), droit.baremes[regime.bareme].connu_au)
        jour = max(REPERE, regime.depuis or REPERE)
        course = droit.course(droit, modele, regime, jour, (), au=self.au, choix=Choix())
        return "paliers", Paliers.de(course.paliers, course.connu_au)

    def _delai(self, modele: Creance, regime: Regime, executee: int | None, recue: int | None) -> int:
        """Jours de l'émission à l'échéance de la loi : ses délais se comptent en jours, les mêmes à toute date."""
        jours = [REPERE + timedelta(days=ecart) if ecart is not None else None for ecart in (executee, recue)]
        creance = evolve(modele, echeance=None, executee_le=jours[0], recue_le=jours[1])
        return (self.politique.droit.echeance(creance, regime).valeur - REPERE).days

    def _porte(self, modele: Creance, regime: Regime, *jours: int) -> int:
        """Les avertissements que porte cette échéance, en bits : émission, échéance, exécution, réception, contrat."""
        emise, echeance, executee, recue, contrat = [en_date(j) if j else None for j in jours]
        creance = evolve(
            modele, emise_le=emise or REPERE, echeance=echeance, executee_le=executee, recue_le=recue, contrat_le=contrat
        )
        portes = {r.cle for r in self.politique.droit.echeance(creance, regime).reserves}
        return sum(1 << i for i, cle in enumerate(self.avertissements) if cle in portes)

    def _prescrire(self, modele: Creance, ligne: RegimePrescription) -> ParJour:
        droit = self.politique.droit

        def question(jour: date) -> Sequence[int]:
            p = droit.prescription(droit, _depart_le(modele, ligne, jour), (), (), au=self.au)
            return numero(p.valeur), numero(p.prudente)

        return self.garder("prescription", ligne.code, lambda: par_date(question, 2))

    def _interrompu(self, modele: Creance, ligne: RegimePrescription) -> bool:
        """La règle, éprouvée : un paiement ouvre-t-il exactement le délai qu'ouvrirait un départ de son jour ?"""
        if ligne.code not in self._interruptions:
            droit, creance = self.politique.droit, _depart_le(modele, ligne, REPERE)
            p = droit.prescription(droit, creance, (Versement(APRES_REPERE, True),), (), au=APRES_REPERE)
            avant, apres = self._prescrire(modele, ligne)(np.array([numero(REPERE), numero(APRES_REPERE)], np.int64)).T.tolist()
            self._interruptions[ligne.code] = [numero(p.valeur), numero(p.prudente)] == apres != avant
        return self._interruptions[ligne.code]

    def _sous_plancher(self, paliers: Paliers | None) -> Callable[[Entiers, Entiers], Masque]:
        """Le taux convenu est-il sous le plancher, un jour au moins, de ce jour-là à ``au`` ?"""
        legal = self.politique.droit.baremes[INDICES["legal"]]
        connues = [v for v in legal.valeurs if v.du <= self.au]
        if not connues:
            return lambda jours, _: np.zeros(len(jours), bool)
        planchers = [(Taux(v.valeur) * FOIS).dix_milliemes for v in connues]
        debuts, connu_au = np.array([numero(v.du) for v in connues], np.int64), numero(legal.connu_au)
        taux_de = [SANS_REPONSE] * len(connues) if paliers is None else paliers.au_jour(debuts).tolist()
        # ce qui manque au taux, au premier jour de chaque période à venir : du taux fixe, rien n'est connu ici que le plancher
        manques = [p if t == SANS_REPONSE else p - t for p, t in zip(planchers, taux_de, strict=True)]
        ensuite = np.array([*accumulate(reversed([*manques[1:], SANS_REPONSE]), max)][::-1], np.int64)
        au_jour = np.array(planchers, np.int64)

        def sous(jours: Entiers, taux: Entiers) -> Masque:
            rangs = np.clip(np.searchsorted(debuts, jours, "right") - 1, 0, None)
            present = taux if paliers is None else paliers.au_jour(jours)
            plus_tard = taux if paliers is None else 0
            masque: Masque = (jours <= connu_au) & ((present < au_jour[rangs]) | (plus_tard < ensuite[rangs]))
            return masque

        return sous

    def _etape(self, jour: date) -> Sequence[int]:
        """La prochaine étape d'une créance sans acte, loin de sa prescription."""
        bilan = self._bilan_temoin
        bilan = evolve(bilan, echeance=evolve(bilan.echeance, valeur=jour), jours_retard=max(0, (self.au - jour).days))
        scenario = evolve(self.politique.scenario, solde_minimal=None)
        _, prochaine, _ = suite([bilan], {TEMOIN: ()}, (), [scenario], self.politique.droit, au=self.au)
        return (self.noms.numero(prochaine.etape.cle), numero(prochaine.le)) if prochaine else (-1, 0)

    @cached_property
    def _bilan_temoin(self) -> BilanCreance:
        """Une créance dont la prescription est aussi loin que possible : seule son échéance décide de l'étape."""
        creance = _temoin(Cle("facture", "professionnel", "professionnel", "general", "", False))
        bilan = self.politique.examiner(creance, au=REPERE).creances[0]
        return evolve(bilan, prescription=evolve(bilan.prescription, valeur=date.max, prudente=date.max, au=self.au))


def _temoin(cle: Cle) -> Creance:
    """Une créance de cette classe, sur laquelle interroger le droit."""
    taux = TauxIndexe.lire(cle.indexe) if cle.indexe else Taux(0) if cle.fixe else None
    return Creance(
        reference=TEMOIN,
        principal=Montant.de_centimes(1),
        emise_le=REPERE,
        echeance=REPERE,
        creancier=Creancier(nom=TEMOIN, qualite=Qualite(cle.creancier)),
        debiteur=Debiteur(nom=TEMOIN, qualite=Qualite(cle.debiteur), acheteur=cle.acheteur),  # type: ignore[arg-type]
        nature=cle.nature,
        conditions=ConditionsPaiement(taux_penalites=taux),
    )


def droits(politique: Politique, au: date) -> Droits:
    """Gardés en main : une table vue par lots ne repose pas deux fois la même question."""
    return _droits(politique, au, id(politique.droit))


@lru_cache(maxsize=4)
def _droits(politique: Politique, au: date, _identite: int) -> Droits:
    """Deux droits égaux peuvent n'avoir pas le même calendrier : c'est l'objet qui compte."""
    return Droits(politique, au)


def _limite(modele: Creance, regime: Regime, emise: date) -> int:
    """Le plafond légal d'une créance émise ce jour-là ; ``JAMAIS`` là où la loi n'en fixe pas."""
    limite = plafond(evolve(modele, emise_le=emise, echeance=None), regime, emise)
    return JAMAIS if limite is None else numero(limite.valeur)


def _depart_le(modele: Creance, ligne: RegimePrescription, jour: date) -> Creance:
    """La même, dont la prescription part de ce jour (ou de l'attente que la ligne y ajoute)."""
    echeance = jour if ligne.depart == "exigibilite" else None
    executee = jour if ligne.depart == "execution" else None
    return evolve(modele, emise_le=jour, echeance=echeance, executee_le=executee)


def _par_defaut(conventions: Conventions) -> bool:
    """Vrai si les conventions qui changent un chiffre ici sont celles par défaut ; l'imputation est libre."""
    defaut = Conventions()
    sans_effet = evolve(
        conventions,
        imputation=defaut.imputation,
        indemnite_par=defaut.indemnite_par,
        depart_interets=defaut.depart_interets,
    )
    return sans_effet == defaut
