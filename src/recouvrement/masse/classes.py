"""Ce que le droit et le scénario répondent à toute une classe de lignes.

Les mêmes tables et les mêmes questions que le moteur d'objets, posées une fois par classe, ou une fois par jour quand la réponse ne
dépend que du jour. Aucun chiffre de droit n'est écrit ici.
"""

from collections.abc import Callable, Hashable, Sequence
from datetime import date, timedelta
from functools import cached_property, lru_cache, partial
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
from recouvrement.masse.colonnes import DERNIER, DIX_MILLIEMES_MAX, NEES_DEPUIS, PREMIER, Cle, Entiers, Masque, en_date, numero
from recouvrement.masse.jours import SANS_REPONSE, ParJour, par_date, sans_erreur
from recouvrement.modele.conditions import ConditionsPaiement, TauxIndexe
from recouvrement.modele.creance import Creance
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.politique.bilan import BilanCreance
from recouvrement.politique.conventions import Conventions
from recouvrement.politique.politique import Politique
from recouvrement.politique.scenario import Scenario
from recouvrement.politique.suite import INTERRUPTION, suite

TOUJOURS, JAMAIS = numero(date.min), numero(date.max)
REPERE, APRES_REPERE = date(2016, 11, 15), date(2017, 2, 23)  # pour éprouver une règle : d'une année civile à l'autre
TEMOIN = "temoin"
T = TypeVar("T")


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


@frozen
class Paliers:
    """Des paliers de taux, en entiers ; bornes incluses.

    Attributes:
        lignes: Premier jour, dernier jour et taux de chacun.
        connu_au: Dernier jour publié.
        doutes: Bornes des paliers qui portent une réserve : la ligne qui les touche va au moteur d'objets.
    """

    du: Entiers
    au: Entiers
    taux: Entiers
    lignes: tuple[tuple[int, int, int], ...]
    connu_au: int
    doutes: tuple[tuple[int, int], ...]

    @classmethod
    def de(cls, paliers: Sequence[Palier], connu_au: date) -> "Paliers":
        """Les mêmes, en colonnes."""
        lignes = tuple((numero(p.du), numero(p.au), p.taux.dix_milliemes) for p in paliers)
        doutes = tuple((numero(p.du), numero(p.au)) for p in paliers if p.reserves)
        du, au, taux = np.array(lignes, np.int64).T
        return cls(du, au, taux, lignes, numero(connu_au), doutes)

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
        ecarte: Un taux est convenu, et le régime ne l'admet pas.
        prescrire: Dernier jour utile et jour prudent, par jour de départ.
        interrompu: Un paiement du débiteur ouvre un délai neuf, comme un départ de ce jour-là ; sinon, rien n'en est su ici.
        plancher: Par échéance, le taux sous lequel un taux convenu touche au plancher de la loi ; ``None`` : elle n'en fixe pas.
        delai: Jours que la loi accorde sans échéance, selon l'écart de l'exécution et de la réception à l'émission (``None`` : absente).
        net: Par écart de l'échéance à l'émission : aucun plafond n'est en question ; ``None`` : il ne l'est jamais.
        limite: Dernier jour que la loi admet, par jour d'émission, pour une prestation qui ne lui est pas postérieure.
        etape: Numéro de la prochaine étape de son scénario et son jour, par échéance ; -1 s'il n'y en a pas.
    """

    cle: Cle
    regime: Regime
    ligne: RegimePrescription
    court: Literal["rien", "fixe", "fige", "paliers"]
    paliers: Paliers | None
    ecarte: bool
    prescrire: ParJour
    interrompu: bool
    indemnite: ParJour
    plancher: ParJour | None
    delai: Callable[..., int]
    net: ParJour | None
    limite: ParJour
    porte: Callable[..., int]
    scenario: Scenario
    etape: ParJour

    @property
    def solde_minimal(self) -> int:
        """Centimes sous lesquels son scénario ne rappelle pas."""
        minimal = self.scenario.solde_minimal
        return minimal.centimes if minimal is not None else 0

    def taux(self, echeance: Entiers, convenu: Entiers) -> Entiers | None:
        """Le taux de chaque ligne, s'il est le même tous les jours."""
        if self.court == "fixe":
            return convenu
        if self.court != "fige" or self.paliers is None:
            return None
        taux = self.paliers.au_jour(echeance + 1)
        return np.where(taux == SANS_REPONSE, 0, taux)

    def courent(self, echeance: Entiers, au: int) -> Masque:
        """Vrai si, sans paiement, une ligne du décompte court avant ``au``, inclus."""
        if self.court == "rien":
            return np.zeros(len(echeance), bool)
        if self.court == "paliers" and self.paliers is not None:
            au = min(au, int(self.paliers.au[-1])) if au >= self.paliers.du[0] else TOUJOURS
        return echeance < au

    def doute(self, echeance: Entiers, au: int) -> Masque:
        """Vrai si le taux de la ligne porte une réserve, ou n'est pas connu de son premier jour."""
        doute = np.zeros(len(echeance), bool)
        if self.court not in ("fige", "paliers") or self.paliers is None:
            return doute
        if self.court == "fige":
            doute |= self.paliers.au_jour(echeance + 1) == SANS_REPONSE
        for du, fin in self.paliers.doutes:
            doute |= (echeance < fin) & ((du <= au) if self.court == "paliers" else (echeance >= du - 1))
        return doute


class Droits:
    """Une politique et un jour d'examen, prêts pour les colonnes.

    Attributes:
        ouvert: Faux si cette politique sort de ce que le noyau décrit : tout va au moteur d'objets.
    """

    def __init__(self, politique: Politique, au: date) -> None:
        self.politique = politique
        self.au = au
        self.noms = Noms()
        scenarios = (politique.scenario, *dict(politique.scenarios).values())
        etapes = (etape.cle for scenario in scenarios for etape in scenario.etapes)
        regimes = (r.code for r in politique.droit.regimes)
        for cle in (INTERRUPTION.cle, *etapes, *regimes, *politique.droit.prescriptions):
            self.noms.numero(cle)  # d'avance : l'ordre des lignes, ni celui des fils, n'y change rien
        self.avertissements = tuple(politique.droit.avertissements)
        self._classes: dict[Cle, Classe | None] = {}
        self._gardees: dict[tuple[str, Hashable], Any] = {}
        self._interruptions: dict[str, bool] = {}
        self.ouvert = (
            politique.droit.code == "fr"
            and set(self.avertissements) <= {AU_DELA}
            and PREMIER <= numero(au) <= DERNIER
            and all(cle.startswith(("nature:", "qualite:")) for cle, _ in politique.scenarios)
            and not any(e.si for scenario in scenarios for e in scenario.etapes)
            and all(s.solde_minimal is None or s.solde_minimal.devise == "EUR" for s in scenarios)
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
        if classe.regime.depuis is not None and numero(classe.regime.depuis) > NEES_DEPUIS:
            return None
        if classe.paliers is not None and classe.paliers.taux.max() > DIX_MILLIEMES_MAX:
            return None
        legal = numero(self.politique.droit.baremes[INDICES["legal"]].connu_au)
        muet = classe.plancher and classe.paliers and classe.paliers.connu_au < min(legal, numero(self.au))
        # l'indice se tait là où le plancher est connu : aux objets de dire ce qu'ils en font
        return None if muet or (classe.court != "rien" and classe.regime.poste != "penalites") else classe

    def _classe(self, cle: Cle) -> Classe:
        droit = self.politique.droit
        modele = _temoin(cle)
        regime, ligne = droit.regime(modele), droit.regime_prescription(modele)
        stipule = modele.conditions.taux_penalites is not None
        convenu = stipule and regime.admet_un_taux_convenu
        court, paliers = self._course(modele, regime, fixe=convenu and cle.fixe)
        scenario = self.politique.scenario_de(modele)
        au_plus_tot = evolve(modele, emise_le=en_date(PREMIER), echeance=None)
        return Classe(
            cle=cle,
            regime=regime,
            ligne=ligne,
            court=court,
            paliers=paliers,
            ecarte=stipule and not convenu,
            prescrire=self._prescrire(modele, ligne),
            interrompu=self._interrompu(modele, ligne),
            indemnite=self.garder(
                "indemnite",
                regime.code,
                lambda: par_date(lambda jour: [droit.indemnite(droit, modele, regime, jour, ()).valeur.centimes]),
            ),
            plancher=self._plancher(paliers) if convenu and regime.poste == "penalites" else None,
            delai=lru_cache(maxsize=65_536)(sans_erreur(lambda *ecarts: self._delai(modele, regime, *ecarts))),
            net=None if regime.code == "public" else ParJour(partial(_net, au_plus_tot, regime), np.int8),
            limite=self.garder("limite", regime.code, lambda: par_date(lambda jour: [_limite(modele, regime, jour)])),
            porte=lru_cache(maxsize=65_536)(sans_erreur(lambda *jours: self._porte(modele, regime, *jours))),
            scenario=scenario,
            etape=self.garder("etape", scenario, lambda: par_date(partial(self._etape, scenario), 2)),
        )

    def garder(self, quoi: str, code: Hashable, neuve: Callable[[], T]) -> T:
        """Une question commune à toutes les classes de ce code : d'un même régime, par exemple."""
        gardee: T | None = self._gardees.get((quoi, code))
        return gardee if gardee is not None else self._gardees.setdefault((quoi, code), neuve())

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
            avant, apres = np.transpose(self._prescrire(modele, ligne)(np.array([numero(REPERE), numero(APRES_REPERE)]))).tolist()
            self._interruptions[ligne.code] = [numero(p.valeur), numero(p.prudente)] == apres != avant
        return self._interruptions[ligne.code]

    def _plancher(self, paliers: Paliers | None) -> ParJour:
        """Par échéance, le taux convenu sous lequel le plancher manque, un jour au moins, jusqu'à ``au``.

        D'un taux fixe, rien n'est connu ici que le plancher ; d'un taux indexé, tout : la borne est alors au-delà de tout taux, ou en deçà.
        """
        legal = self.politique.droit.baremes[INDICES["legal"]]
        connues = [v for v in legal.valeurs if v.du <= self.au]
        if not connues:
            return ParJour(lambda jours: [np.full(len(jours), SANS_REPONSE)], np.int64)
        planchers = [(Taux(v.valeur) * FOIS).dix_milliemes for v in connues]
        debuts, connu_au = np.array([numero(v.du) for v in connues], np.int64), numero(legal.connu_au)
        taux_de = [SANS_REPONSE] * len(connues) if paliers is None else paliers.au_jour(debuts).tolist()
        # ce qui manque au taux, au premier jour de chaque période à venir
        manques = [p if t == SANS_REPONSE else p - t for p, t in zip(planchers, taux_de, strict=True)]
        ensuite = np.array([*accumulate(reversed([*manques[1:], SANS_REPONSE]), max)][::-1], np.int64)
        au_jour = np.array(planchers, np.int64)

        def plancher(echeances: Entiers) -> list[Entiers]:
            jours = echeances + 1
            rangs = np.clip(np.searchsorted(debuts, jours, "right") - 1, 0, None)
            borne = np.maximum(au_jour[rangs], ensuite[rangs])
            if paliers is not None:
                manque = (paliers.au_jour(jours) < au_jour[rangs]) | (ensuite[rangs] > 0)
                borne = np.where(manque, -SANS_REPONSE, SANS_REPONSE)
            return [np.where(jours <= connu_au, borne, SANS_REPONSE)]

        return ParJour(plancher, np.int64)

    def _etape(self, scenario: Scenario, jour: date) -> Sequence[int]:
        """La prochaine étape d'une créance sans acte, loin de sa prescription."""
        bilan = self._bilan_temoin
        bilan = evolve(bilan, echeance=evolve(bilan.echeance, valeur=jour), jours_retard=max(0, (self.au - jour).days))
        _, prochaine, _ = suite(
            [bilan], {TEMOIN: ()}, (), [evolve(scenario, solde_minimal=None)], self.politique.droit, au=self.au
        )
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


def _net(modele: Creance, regime: Regime, ecarts: Entiers) -> list[list[bool]]:
    """Vrai si aucun plafond n'est en question, à tant de jours de l'émission."""
    return [[sans_question(modele.emise_le + timedelta(days=ecart), modele, regime) for ecart in ecarts.tolist()]]


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
