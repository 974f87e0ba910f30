"""Et si rien ne se passe ? Les étapes à venir, rejouées par l'examen lui-même : l'essai à blanc est l'exécution."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from attrs import evolve, fields, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.actes import ActeInterruptif, Demarche
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement, aiguillage, creances_visees
from recouvrement.modele.evenements import Appel, Avoir, Echeancier, FraisJustifies, Paiement, Rejet, Remise, Signal
from recouvrement.modele.montant import Montant
from recouvrement.politique.accord import GRACE_DE_PAROLE
from recouvrement.politique.bilan import ActionProposee, Bilan
from recouvrement.politique.empechements import PRESCRIPTION_PROCHE
from recouvrement.politique.politique import Politique
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.resultat import pour_json
from recouvrement.temps import UN_JOUR, jour_civil

SANS_SUITE = (Demarche, Paiement, Rejet, Avoir, Remise, FraisJustifies, Appel, Signal)  # tout leur effet est le jour même


@frozen
class Plan(EnTable):
    """Chaque étape à venir si rien ne se passe, dans l'ordre ; s'itère sur ses actions.

    La dernière est l'acte qui préserve la prescription, au jour où il faudra le faire.

    Attributes:
        actions: Chacune à son jour : celles déjà dues portent le jour de l'examen.
        fin: Bilan au jour de la dernière, une fois faite ; sans étape, celui du jour de l'examen.
    """

    dossier: Dossier
    au: date
    actions: tuple[ActionProposee, ...]
    fin: Bilan

    def __iter__(self) -> Iterator[ActionProposee]:
        return iter(self.actions)

    def __len__(self) -> int:
        return len(self.actions)

    def expliquer(self) -> str:
        """Une ligne par étape, puis ce qui arrête le plan."""
        from recouvrement.affichage import date_fr

        lignes = [f"{date_fr(a.acte.le)} : {a}" for a in self.actions] or ["Aucune étape à venir."]
        return "\n".join([*lignes, *[f"Ensuite, {e.creance} : {e.motif}." for e in self.fin.empechements]])

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par étape."""
        return [
            {
                "le": a.acte.le,
                "etape": a.etape.cle,
                "canal": a.canal,
                "creances": ", ".join(a.creances),
                "pour_memoire": ", ".join(a.pour_memoire),
                "payer_avant_le": a.payer_avant_le,
                "motif": a.motif,
            }
            for a in self.actions
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "le": "jour",
            "etape": "texte",
            "canal": "texte",
            "creances": "texte",
            "pour_memoire": "texte",
            "payer_avant_le": "jour",
            "motif": "texte",
        }

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        return {
            "au": self.au.isoformat(),
            "etapes": [{cle: pour_json(valeur) for cle, valeur in ligne.items()} for ligne in self.vers_lignes()],
        }

    def _repr_html_(self) -> str:
        from recouvrement.politique.presentation import plan_en_html

        return plan_en_html(self)


def planifier(politique: Politique, quoi: Creance | Dossier, evenements: Sequence[Evenement], au: date) -> Plan:
    """Chaque étape est tenue pour faite à son jour ; le plan finit avec le scénario, ou avec l'acte qui saisit la justice."""
    jour_civil(au, "au")
    dossier = Dossier(creances=(quoi,), evenements=tuple(evenements)) if isinstance(quoi, Creance) else quoi
    connu = evolve(dossier, evenements=tuple(e for e in dossier.evenements if e.le <= au))
    actions, fin = _derouler(politique, connu, au, None)
    return Plan(dossier, au, tuple(actions), fin)


@frozen
class Simulation(EnTable):
    """Ce que la politique ferait de ces dossiers, jour après jour, sous des hypothèses.

    Attributes:
        journal: Chaque action à son jour, avec le débiteur.
        bilans: Bilan de chaque dossier au dernier jour, dans l'ordre donné.
    """

    politique: Politique
    au: date
    jusqu_au: date
    journal: tuple[tuple[Dossier, ActionProposee], ...]
    bilans: tuple[Bilan, ...]

    @property
    def reste(self) -> Montant:
        """Total dû au dernier jour ; une seule devise.

        Raises:
            DonneeInvalide: Dossiers de devises différentes.
        """
        totaux = [b.total.valeur for b in self.bilans]
        return sum(totaux[1:], totaux[0]) if totaux else Montant(0)

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par action du journal."""
        return [
            {
                "le": a.acte.le,
                "debiteur": dossier.debiteur.nom,
                "etape": a.etape.cle,
                "canal": a.canal,
                "creances": ", ".join(a.creances),
                "motif": a.motif,
            }
            for dossier, a in self.journal
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "le": "jour",
            "debiteur": "texte",
            "etape": "texte",
            "canal": "texte",
            "creances": "texte",
            "motif": "texte",
        }

    def comparer(self, autre: Simulation) -> list[dict[str, Any]]:
        """Les deux journaux côte à côte : une ligne par débiteur et par jour où l'une ou l'autre agit."""
        lignes: dict[tuple[date, str], dict[str, Any]] = {}
        for nom, simulation in (("celle_ci", self), ("autre", autre)):
            for dossier, a in simulation.journal:
                cle = (a.acte.le, dossier.debiteur.cle)
                ligne = lignes.setdefault(cle, {"le": a.acte.le, "debiteur": dossier.debiteur.nom, "celle_ci": "", "autre": ""})
                ligne[nom] = ", ".join(filter(None, (ligne[nom], a.etape.cle)))
        return [lignes[cle] for cle in sorted(lignes)]

    def _repr_html_(self) -> str:
        from recouvrement.politique.presentation import simulation_en_html

        return simulation_en_html(self)


def simuler(
    politique: Politique, dossiers: Iterable[Dossier], *, au: date, jusqu_au: date, hypotheses: Iterable[Evenement] = ()
) -> Simulation:
    """Rejoue l'examen chaque jour où quelque chose peut arriver ; chaque action due est tenue pour faite.

    Args:
        hypotheses: Faits supposés ; chacun rejoint le dossier qui connaît sa créance, et n'existe qu'à partir de son jour.

    Raises:
        DonneeInvalide: Période à l'envers ; hypothèse qu'aucun dossier, ou que plusieurs, ne reconnaissent.
    """
    if jour_civil(jusqu_au, "jusqu_au") < jour_civil(au, "au"):
        raise DonneeInvalide("la simulation finit avant de commencer", champ="jusqu_au", valeur=jusqu_au)
    journal, bilans = [], []
    for dossier in _supposer(tuple(dossiers), tuple(hypotheses)):
        actions, bilan = _derouler(politique, dossier, au, jusqu_au)
        journal += [(dossier, a) for a in actions]
        bilans.append(bilan)
    journal.sort(key=lambda x: (x[1].acte.le, x[0].debiteur.cle))
    return Simulation(politique, au, jusqu_au, tuple(journal), tuple(bilans))


def _supposer(dossiers: tuple[Dossier, ...], hypotheses: tuple[Evenement, ...]) -> Iterator[Dossier]:
    suivis: dict[int, list[Evenement]] = {}
    aiguiller = aiguillage(dossiers)
    for e in hypotheses:
        rangs = aiguiller(creances_visees(e))
        if len(rangs) != 1:
            remede = "Nommez une créance d'un seul des dossiers."
            raise DonneeInvalide("hypothèse sans dossier certain", champ="hypotheses", valeur=type(e).__name__, remede=remede)
        suivis.setdefault(min(rangs), []).append(e)
    for i, dossier in enumerate(dossiers):
        yield dossier.avec(*suivis[i]) if i in suivis else dossier


def _derouler(politique: Politique, dossier: Dossier, au: date, jusqu_au: date | None) -> tuple[list[ActionProposee], Bilan]:
    """Les actions faites l'une après l'autre, chacune à son jour ; sans terme, jusqu'à ce que plus rien ne vienne."""
    actions: list[ActionProposee] = []
    jour, fin = au, None
    while True:
        bilan = politique.examiner(dossier, au=jour)
        if bilan.actions:
            actions += bilan.actions
            dossier, fin = dossier.avec(*(a.acte for a in bilan.actions)), None
            if jusqu_au is not None or not any(isinstance(a.acte, ActeInterruptif) for a in bilan.actions):
                continue
            return actions, politique.examiner(dossier, au=jour)
        fin = fin or bilan
        suivants = [*_jours_des_faits(dossier.evenements), *_jours_decisifs(politique, bilan)]
        suivants = [j for j in suivants if jour < j and (jusqu_au is None or j <= jusqu_au)]
        if suivants:
            jour = min(suivants)
        elif jusqu_au is None:
            return actions, fin
        elif jour == jusqu_au:
            return actions, bilan
        else:
            jour = jusqu_au


def _jours_des_faits(evenements: Iterable[Evenement]) -> Iterator[date]:
    """Chaque jour qu'un fait connu date, son lendemain, et la fin des jours de grâce."""
    for e in evenements:
        if isinstance(e, SANS_SUITE):
            yield e.le
            continue
        valeurs = [getattr(e, a.name) for a in fields(type(e))]
        if isinstance(e, Echeancier):
            valeurs += [jour for jour, _ in e.versements]
        for valeur in valeurs:
            if isinstance(valeur, date):
                yield from (valeur, valeur + UN_JOUR, valeur + timedelta(days=GRACE_DE_PAROLE + 1))


def _jours_decisifs(politique: Politique, bilan: Bilan) -> Iterator[date]:
    """Jours où la décision peut changer sans fait nouveau : l'examen ne les saute pas."""
    if bilan.prochaine is not None:
        yield bilan.prochaine.acte.le
    if bilan.dossier.mandataire is not None:
        yield bilan.dossier.mandataire.mandat_le
    for e in bilan.empechements:
        if e.jusqu_au is not None:
            yield e.jusqu_au + UN_JOUR
    for b in bilan.creances:
        yield b.echeance.valeur + UN_JOUR
        yield b.prescription.prudente - PRESCRIPTION_PROCHE
        yield b.prescription.prudente + UN_JOUR
        yield b.prescription.valeur + UN_JOUR
        for etape in politique.scenario_de(b.creance).etapes:
            for condition in etape.si:
                if condition.champ == "age" and isinstance(condition.valeur, Decimal):
                    jour = b.echeance.valeur + timedelta(days=int(condition.valeur))
                    yield from (jour, jour + UN_JOUR)
