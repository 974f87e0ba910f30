"""De plusieurs lectures à des dossiers : les doublons sont dits, un fait sans dossier est refusé, le reste est traité."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from attrs import evolve

from recouvrement.erreurs import DonneeInvalide, RecouvrementError, Remede
from recouvrement.lecture.constat import Constat
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement, aiguillage, creances_visees
from recouvrement.modele.evenements import Blocage, Paiement, Rejet
from recouvrement.ports import Anomalie, Lecture

_RAPPROCHER = Remede("Voyez Portefeuille.rapprocher.", "Donnez ceux que vous reconnaissez par un CSV : type « paiement ».")
_ANNULER = Remede("Voyez Retour.rejet.", "Donnez ceux que vous reconnaissez par un CSV : type « rejet ».")
_CONFONDUS = str.maketrans("oil", "011")


class _Fait(NamedTuple):
    """Un événement, où il a été lu, et les parties (créancier, débiteur) auxquelles les livres l'attribuent ; vide : rien de tel."""

    ou: str
    evenement: Evenement
    parties: frozenset[tuple[str, str]] = frozenset()


def rassembler(
    lectures: Iterable[tuple[Path | str, Lecture | RecouvrementError]],
) -> tuple[tuple[Dossier, ...], tuple[Anomalie, ...]]:
    """Dossiers par créancier, débiteur et devise, et tout ce qui n'a pas pu y entrer, fichiers illisibles compris.

    Un événement refusé atteint les créances lues qu'il nomme, ou dont il écrit presque le nom ; s'il n'en nomme aucune, il a pu les
    atteindre toutes. Un fichier illisible aussi : ce sont peut-être des paiements. Celui qui ne nomme que des créances non lues n'en
    atteint aucune : un export porte souvent les paiements de factures closes. ``Anomalie.atteint`` dit les dossiers à ne pas relancer
    avant de l'avoir corrigé.
    Une facture lue deux fois n'est comptée qu'une fois ; lue avec deux montants, la seconde lecture est refusée. Un règlement dont
    le débiteur est connu (FEC) entre à son dossier, sans y désigner de créance ; celui d'un relevé reste une proposition.

    Args:
        lectures: Chaque lecture et d'où elle vient : un fichier, ou le nom d'un logiciel.
    """
    lues: list[tuple[str, Lecture]] = []
    anomalies: list[Anomalie] = []
    for source, lecture in lectures:
        nom = source.name if isinstance(source, Path) else source
        if isinstance(lecture, Lecture):
            lues.append((nom, lecture))
            anomalies.extend(lecture.anomalies)
        else:
            ou = "" if isinstance(lecture, DonneeInvalide) else nom  # une donnée invalide dit déjà où
            anomalies.append(Anomalie(gravite="refus", ou=ou, message=str(lecture), creances=()))
    creances = _sans_doublon(((nom, c) for nom, lecture in lues for c in lecture.creances), anomalies)
    dossiers = Dossier.regrouper(creances) if creances else ()
    guichet = _Guichet(dossiers)
    par_numero: dict[str, list[Creance]] = {}
    for x in creances:
        for numero in {x.reference, x.numero}:
            par_numero.setdefault(numero, []).append(x)
    faits = [fait._replace(evenement=vise) for fait in _faits(lues) for vise in _par_facture(fait.evenement, par_numero)]
    for fait in sorted(faits, key=lambda fait: isinstance(fait.evenement, Rejet)):
        candidats = guichet.ranger(fait)
        if candidats != 1:
            echeances = len(par_numero.get(getattr(fait.evenement, "creance", None) or "", []))
            anomalies.append(_sans_dossier(fait, candidats, echeances))
    for nom, lecture in lues:
        anomalies += _propositions(nom, lecture)
    completes = tuple([_completer(d, siens, anomalies) for d, siens in zip(dossiers, guichet.suivis, strict=True)])
    return completes, _visant(anomalies, par_numero)


def _visant(anomalies: Sequence[Anomalie], par_numero: Mapping[str, object]) -> tuple[Anomalie, ...]:
    """Un événement refusé vise aussi les créances lues dont il écrit presque le nom."""
    if all(numero in par_numero for x in anomalies for numero in x.creances or ()):
        return tuple(anomalies)
    semblables: dict[tuple[str, ...], list[str]] = {}
    for numero in par_numero:
        semblables.setdefault(_forme(numero), []).append(numero)
    visant = []
    for x in anomalies:
        proches = [lu for nom in x.creances or () if nom not in par_numero for lu in semblables.get(_forme(nom), ())]
        if proches:
            voulu = f"Vouliez-vous {' ou '.join(f'« {lu} »' for lu in proches)} ?" if x.champ == "creance" else x.remede
            x = evolve(x, creances=(*(x.creances or ()), *proches), remede=voulu)
        visant.append(x)
    return tuple(visant)


def _forme(numero: str) -> tuple[str, ...]:
    """Une référence sans casse, ni espaces, ni ponctuation, ni zéros de tête ; un I ou un L y vaut 1, un O y vaut zéro."""
    plat = unicodedata.normalize("NFKC", numero).casefold().translate(_CONFONDUS)
    return tuple([suite.lstrip("0") for suite in re.findall(r"\d+|[^\W\d_]+", plat)])


def _faits(lues: Iterable[tuple[str, Lecture]]) -> Iterator[_Fait]:
    """Chaque fait ; un règlement des livres va à ses parties."""
    for nom, lecture in lues:
        creanciers = {x.creancier.cle for x in lecture.creances}
        yield from map(_Fait, lecture.lieux or [nom] * len(lecture.evenements), lecture.evenements)
        for e in lecture.encaissements:
            if e.debiteur:
                yield _Fait(nom, e.paiement, frozenset((creancier, e.debiteur.cle) for creancier in creanciers))


def _par_facture(evenement: Evenement, par_numero: Mapping[str, list[Creance]]) -> tuple[Evenement, ...]:
    """Un fait qui nomme une facture, et non une créance, vise sa créance ; un blocage, toutes ses échéances."""
    nomme = getattr(evenement, "creance", None)
    memes = par_numero.get(nomme or "", [])
    if not memes or any(x.reference == nomme for x in memes) or len({(x.creancier.cle, x.debiteur.cle) for x in memes}) > 1:
        return (evenement,)
    if len(memes) == 1:
        return (evolve(evenement, creance=memes[0].reference),)  # type: ignore[arg-type]  # il a ce champ : il l'a nommé
    if not isinstance(evenement, Blocage):
        return (evenement,)
    cle = evenement.reference
    return tuple(evolve(evenement, creance=x.reference, reference=cle and f"{cle} {x.reference}") for x in memes)


class _Guichet:
    """À quel dossier va chaque fait : un rejet suit son paiement ; un règlement des livres, ses parties ; le reste, les créances qu'il nomme."""

    def __init__(self, dossiers: Sequence[Dossier]) -> None:
        self.suivis: list[list[_Fait]] = [[] for _ in dossiers]
        self._aiguiller = aiguillage(dossiers)
        self._parties = {(d.creancier.cle, d.debiteur.cle, d.devise): rang for rang, d in enumerate(dossiers)}
        self._paiements: dict[str, set[int]] = {}

    def ranger(self, fait: _Fait) -> int:
        """Range le fait s'il n'y a qu'un dossier possible ; rend combien il y en a."""
        rangs = self._possibles(fait)
        if len(rangs) == 1:
            (rang,) = rangs
            self.suivis[rang].append(fait)
            if isinstance(fait.evenement, Paiement):
                self._paiements.setdefault(fait.evenement.reference, set()).add(rang)
        return len(rangs)

    def _possibles(self, fait: _Fait) -> Collection[int]:
        evenement = fait.evenement
        if isinstance(evenement, Rejet):
            return self._paiements.get(evenement.paiement, ())
        if isinstance(evenement, Paiement) and fait.parties:
            cles = [(*parties, evenement.montant.devise) for parties in fait.parties]
            return {self._parties[cle] for cle in cles if cle in self._parties}
        return self._aiguiller(creances_visees(evenement))


def _propositions(nom: str, lecture: Lecture) -> Iterator[Anomalie]:
    """Ce qu'un relevé propose : rien n'en est imputé, et cela se dit."""
    regles = sum(e.debiteur is None for e in lecture.encaissements)
    for nombre, message, remede in (
        (regles, "règlements à rapprocher : rien n'est imputé", _RAPPROCHER),
        (len(lecture.retours), "paiements revenus impayés : aucun n'est annulé", _ANNULER),
    ):
        if nombre:
            yield Anomalie(gravite="alerte", ou=nom, message=message, valeur=str(nombre), remede=remede)


def _sans_doublon(lues: Iterable[tuple[str, Creance]], anomalies: list[Anomalie]) -> list[Creance]:
    """Un numéro n'est donné qu'une fois par un créancier : deux lectures du même numéro sont la même facture."""
    gardees: dict[tuple[str, str], tuple[str, Creance]] = {}
    for nom, creance in lues:
        avant, premiere = gardees.setdefault((creance.creancier.cle, creance.reference), (nom, creance))
        if premiere is not creance:
            anomalies.append(_doublon(nom, creance, avant, premiere))
    return [creance for _, creance in gardees.values()]


def _doublon(nom: str, creance: Creance, avant: str, premiere: Creance) -> Anomalie:
    meme = premiere.principal == creance.principal
    return Anomalie(
        gravite="alerte" if meme else "refus",
        ou=nom,
        message=f"déjà lue dans {avant}" + ("" if meme else f" avec un autre montant ({premiere.principal})"),
        champ="reference",
        valeur=f"{creance.reference}, {creance.principal}",
        remede="La première lecture est gardée.",
    )


def _sans_dossier(fait: _Fait, candidats: int, echeances: int) -> Anomalie:
    evenement = fait.evenement
    quoi = f"{type(evenement).__name__} du {evenement.le:%d/%m/%Y}"
    cible = "aucun paiement lu" if isinstance(evenement, Rejet) else "aucune créance lue"
    message = f"{quoi} : plusieurs dossiers possibles" if candidats else f"{quoi} : {cible} ne porte cette référence"
    if echeances > 1 and not candidats:
        message = f"{quoi} : la facture a {echeances} échéances, il n'en nomme aucune"
    return Anomalie(
        gravite="refus",
        ou=fait.ou,
        message=message,
        champ="creance",
        valeur=evenement.paiement if isinstance(evenement, Rejet) else ", ".join(creances_visees(evenement)),
        remede="Nommez une créance lue avec ce fichier.",
        creances=None if isinstance(evenement, Rejet) else creances_visees(evenement),  # sans son paiement, un rejet n'ôte rien
    )


def _completer(dossier: Dossier, faits: Sequence[_Fait], anomalies: list[Anomalie]) -> Dossier:
    """Le dossier avec ses faits ; si l'ensemble ne tient pas, fait par fait, pour nommer le fautif."""
    try:
        return evolve(dossier, evenements=[fait.evenement for fait in faits])
    except DonneeInvalide:
        constat = Constat("", anomalies)
        for fait in faits:
            try:
                dossier = dossier.avec(fait.evenement)
            except DonneeInvalide as e:
                constat.a(fait.ou).refuser(e, creances_visees(fait.evenement) or tuple([x.reference for x in dossier.creances]))
        return dossier
