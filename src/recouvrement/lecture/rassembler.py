"""De plusieurs lectures à des dossiers : les doublons sont dits, un fait sans dossier est refusé, le reste est traité."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from attrs import evolve

from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement, creances_visees
from recouvrement.modele.evenements import Blocage, Paiement, Rejet
from recouvrement.ports import Anomalie, Lecture


def rassembler(
    lectures: Iterable[tuple[Path | str, Lecture | RecouvrementError]],
) -> tuple[tuple[Dossier, ...], tuple[Anomalie, ...]]:
    """Dossiers par créancier, débiteur et devise, et tout ce qui n'a pas pu y entrer, fichiers illisibles compris.

    Une facture lue deux fois n'est comptée qu'une fois ; lue avec deux montants, la seconde lecture est refusée. Un règlement dont
    le débiteur est connu (FEC) entre à son dossier, sans y désigner de créance ; celui d'un relevé reste une proposition.

    Args:
        lectures: Chaque lecture et d'où elle vient : un fichier, ou le nom d'un logiciel.
    """
    lues: list[tuple[str, Lecture]] = []
    anomalies: list[Anomalie] = []
    for source, lecture in lectures:
        if isinstance(lecture, Lecture):
            lues.append((source.name if isinstance(source, Path) else source, lecture))
            anomalies.extend(lecture.anomalies)
        else:
            anomalies.append(Anomalie(gravite="refus", ou="", message=str(lecture)))
    creances = _sans_doublon(((nom, c) for nom, lecture in lues for c in lecture.creances), anomalies)
    dossiers = Dossier.regrouper(creances) if creances else ()
    suivis: list[list[Evenement]] = [[] for _ in dossiers]
    par_numero: dict[str, list[Creance]] = {}
    for x in creances:
        for numero in {x.reference, x.numero}:
            par_numero.setdefault(numero, []).append(x)
    faits = [(nom, vise, parties) for nom, e, parties in _faits(lues) for vise in _par_facture(e, par_numero)]
    for nom, evenement, parties in sorted(faits, key=lambda fait: isinstance(fait[1], Rejet)):
        rangs = [i for i, d in enumerate(dossiers) if _va_a(d, suivis[i], evenement, parties)]
        if len(rangs) == 1:
            suivis[rangs[0]].append(evenement)
        else:
            echeances = len(par_numero.get(getattr(evenement, "creance", None) or "", []))
            anomalies.append(_sans_dossier(nom, evenement, len(rangs), echeances))
    for nom, lecture in lues:
        anomalies += _propositions(nom, lecture)
    return tuple(_completer(d, evenements, anomalies) for d, evenements in zip(dossiers, suivis, strict=True)), tuple(anomalies)


def _faits(lues: Iterable[tuple[str, Lecture]]) -> Iterator[tuple[str, Evenement, frozenset[tuple[str, str]]]]:
    """Chaque fait, et les parties (créancier, débiteur) auxquelles les livres l'attribuent ; vide : rien de tel."""
    for nom, lecture in lues:
        creanciers = {x.creancier.cle for x in lecture.creances}
        yield from ((nom, e, frozenset()) for e in lecture.evenements)
        for e in lecture.encaissements:
            if e.debiteur:
                yield nom, e.paiement, frozenset((creancier, e.debiteur.cle) for creancier in creanciers)


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


def _va_a(dossier: Dossier, suivis: Iterable[Evenement], evenement: Evenement, parties: frozenset[tuple[str, str]]) -> bool:
    """Un rejet suit son paiement ; un règlement des livres, ses parties ; le reste, les créances qu'il nomme."""
    if isinstance(evenement, Rejet):
        return any(isinstance(e, Paiement) and e.reference == evenement.paiement for e in suivis)
    if isinstance(evenement, Paiement) and parties:
        return (dossier.creancier.cle, dossier.debiteur.cle) in parties and evenement.montant.devise == dossier.devise
    return dossier.concerne(evenement)


def _propositions(nom: str, lecture: Lecture) -> Iterator[Anomalie]:
    """Ce qu'un relevé propose : rien n'en est imputé, et cela se dit."""
    regles = sum(e.debiteur is None for e in lecture.encaissements)
    for nombre, message, remede in (
        (regles, "règlements à rapprocher : rien n'est imputé", "Voyez Portefeuille.rapprocher."),
        (len(lecture.retours), "paiements revenus impayés : aucun n'est annulé", "Voyez Retour.rejet."),
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


def _sans_dossier(nom: str, evenement: Evenement, candidats: int, echeances: int) -> Anomalie:
    quoi = f"{type(evenement).__name__} du {evenement.le:%d/%m/%Y}"
    cible = "aucun paiement lu" if isinstance(evenement, Rejet) else "aucune créance lue"
    message = f"{quoi} : plusieurs dossiers possibles" if candidats else f"{quoi} : {cible} ne porte cette référence"
    if echeances > 1 and not candidats:
        message = f"{quoi} : la facture a {echeances} échéances, il n'en nomme aucune"
    return Anomalie(
        gravite="refus",
        ou=nom,
        message=message,
        champ="creance",
        valeur=evenement.paiement if isinstance(evenement, Rejet) else ", ".join(creances_visees(evenement)),
        remede="Nommez une créance lue avec ce fichier.",
    )


def _completer(dossier: Dossier, evenements: list[Evenement], anomalies: list[Anomalie]) -> Dossier:
    """Le dossier avec ses faits ; si l'ensemble ne tient pas, fait par fait, pour nommer le fautif."""
    try:
        return evolve(dossier, evenements=evenements)
    except DonneeInvalide:
        for evenement in evenements:
            try:
                dossier = dossier.avec(evenement)
            except DonneeInvalide as e:
                anomalies.append(
                    Anomalie(
                        gravite="refus", ou=e.ou, message=e.message, champ=e.champ, valeur=str(e.valeur or ""), remede=e.remede
                    )
                )
        return dossier
