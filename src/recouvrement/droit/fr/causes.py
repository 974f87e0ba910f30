"""Ce qui interrompt la prescription, ce qui la suspend, ce qui n'y fait rien : des faits du dossier aux moments du délai."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from attrs import evolve, frozen

from recouvrement.droit.base import RegimePrescription
from recouvrement.droit.chronologie import Versement
from recouvrement.droit.tables import incertitude, lire_toml, source
from recouvrement.modele.actes import ActeInterruptif, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, vise
from recouvrement.modele.evenements import (
    Contestation,
    Echeancier,
    ProcedureCollective,
    Promesse,
    Reconnaissance,
    Renonciation,
    Suspension,
    Titre,
)
from recouvrement.resultat import Regle, Reserve, Source

ANEANTIE = "interruption non avenue : désistement, péremption, rejet définitif ou caducité"
NON_AVENUE = Source("Code civil", "2243")
INSTANCE_EN_COURS = Reserve(
    "instance_en_cours",
    "instance, ou procédure, dont la fin est inconnue ou à venir : tant qu'elle dure, l'interruption dure aussi ; le délai est compté de"
    " l'acte, par prudence",
    Source("Code civil", "2242"),
)
QUADRIENNALES = frozenset({"quadriennale", "quadriennale_prudente"})
ECRITS = dict.fromkeys(QUADRIENNALES, "ecrit_public") | {"eau_public": "ecrit_du_comptable"}


@frozen(kw_only=True)
class Cause:
    """Une ligne de la table des causes.

    Attributes:
        certaine: La lecture prudente la retient.
        butoir: Soumise aux vingt ans de l'article 2232.
        forclusion: Joue aussi contre une forclusion.
        instance: Dure jusqu'à la fin de l'instance, ou de la procédure (C. civ., art. 2242) ; sinon, l'acte ne vaut que son jour.
        procedure: La cause qui en retient la fin, si son effet dure peut-être autant qu'elle.
        plancher: Six mois restent au moins quand le temps court à nouveau.
        seulement: Régimes qu'elle touche ; vide : tous.
        quadriennale: La même, envers une personne publique : un autre texte en donne le motif.
        reserves: Ce qu'elle laisse discuté quand elle produit effet.
    """

    cle: str
    intitule: str
    effet: Literal["interruption", "suspension", "renonciation", "sans_effet"]
    motif: str
    source: Source
    certaine: bool = False
    butoir: bool = False
    forclusion: bool = False
    instance: bool = False
    procedure: str = ""
    plancher: bool = False
    seulement: frozenset[str] = frozenset()
    reserves: tuple[Reserve, ...] = ()
    quadriennale: "Cause | None" = None

    def pour(self, regime: str) -> "Cause":
        """Telle que la lit ce régime de prescription."""
        return self.quadriennale if self.quadriennale and regime in QUADRIENNALES else self

    @cached_property
    def regle(self) -> Regle:
        """La règle, pour l'arbre des raisons."""
        return Regle(f"cause_{self.cle}", self.intitule[:1].upper() + self.intitule[1:], self.source)


class Moment(NamedTuple):
    """Un fait, et ce qu'il ferait au délai.

    Attributes:
        depart: Jour d'où court le nouveau délai : celui du fait, ou la fin de l'instance.
        reprise: Jour où le temps court à nouveau ; d'une suspension qui dure encore, le jour de l'examen.
        en_cours: La suspension dure encore.
    """

    le: date
    cause: Cause
    depart: date
    reprise: date
    en_cours: bool = False
    aneanti: bool = False


@lru_cache(maxsize=32)
def _durable(cause: Cause) -> Cause:
    """La même, dont l'instance dure encore, ou dont la fin n'est pas connue."""
    variante = cause.quadriennale and _durable(cause.quadriennale)
    return evolve(cause, reserves=(*cause.reserves, INSTANCE_EN_COURS), quadriennale=variante)


@lru_cache(maxsize=1)
def causes() -> Mapping[str, Cause]:
    """La table des causes, par clé."""
    return {cle: _cause(cle, brut) for cle, brut in lire_toml(Path(__file__).with_suffix(".toml")).items()}


def _cause(cle: str, brut: Mapping[str, Any]) -> Cause:
    variante = brut.get("quadriennale")
    doute = (Reserve(brut.get("cle_du_doute", cle), brut["doute"], source(brut["source"])),) if "doute" in brut else ()
    return Cause(
        cle=cle,
        intitule=brut["intitule"],
        effet=brut["effet"],
        motif=brut["motif"],
        source=source(brut["source"]),
        certaine=brut.get("certaine", False),
        butoir=brut.get("butoir", False),
        forclusion=brut.get("forclusion", False),
        instance=brut.get("instance", False),
        procedure=brut.get("procedure", ""),
        plancher=brut.get("plancher", False),
        seulement=frozenset(brut.get("seulement", ())),
        reserves=doute + incertitude(f"cause_{cle}", brut["intitule"], brut["verifie"]),
        quadriennale=_cause(f"{cle}_quadriennale", {**brut, "quadriennale": None, **variante}) if variante else None,
    )


def moments(
    creance: Creance,
    ligne: RegimePrescription,
    versements: tuple[Versement, ...],
    evenements: tuple[Evenement, ...],
    au: date,
) -> list[Moment]:
    """Les faits connus au jour ``au``, dans l'ordre du temps.

    Le même jour : les suspensions, puis les actes de justice, de l'instance la plus longue à la plus courte, puis le reste.
    """
    table = causes()
    trouves = [_instantane(v.le, table["paiement" if v.certain else "paiement_sans_affectation"]) for v in versements]
    for e in evenements:
        if e.le <= au:
            trouves += _moments(creance, ligne, e, table, au, evenements)
    trouves.sort(key=lambda m: (m.le, m.cause.effet != "suspension", m.cause.butoir, -m.depart.toordinal(), m.cause.cle))
    return trouves


def _instantane(le: date, cause: Cause) -> Moment:
    return Moment(le, cause, le, le)


def _moments(
    creance: Creance,
    ligne: RegimePrescription,
    e: Evenement,
    table: Mapping[str, Cause],
    au: date,
    evenements: tuple[Evenement, ...],
) -> Iterator[Moment]:
    match e:
        case ActeInterruptif():
            cause, fin = table[e.cause], e.fin_le or (_cloture(evenements, e.le) if e.cause == "declaration_de_creance" else None)
            if fin is None or not e.le <= fin <= au:
                yield Moment(e.le, _durable(cause) if cause.instance else cause, e.le, e.le, aneanti=e.non_avenu)
                return
            yield Moment(e.le, cause, fin if cause.instance else e.le, e.le, aneanti=e.non_avenu)
            if cause.procedure:
                yield Moment(e.le, table[cause.procedure], fin, e.le, aneanti=e.non_avenu)
        case Suspension():
            reprise = au if e.au is None or e.au > au else e.au
            if ligne.suspension_max is not None:
                reprise = min(reprise, ligne.suspension_max.depuis(e.du))
            yield Moment(e.du, table[e.cause], e.du, reprise, en_cours=reprise == au and (e.au is None or e.au > au))
        case Reconnaissance() | Renonciation() | Echeancier() | Promesse() | Contestation():
            yield _instantane(e.le, table[type(e).__name__.lower()])
        case Titre() if e.executoire_le <= au:
            yield _instantane(e.executoire_le, table["titre"])
        case ProcedureCollective():
            yield _instantane(e.le, table["procedure_collective"])
        case MiseEnDemeure() | Relance() if vise(e, creance):
            yield _instantane(e.le, table[_ecrit(e, ligne)])
        case Transmission() if vise(e, creance):
            yield _instantane(e.le, table["transmission"])


def _cloture(evenements: tuple[Evenement, ...], declaree_le: date) -> date | None:
    """Clôture de la procédure où la créance a été déclarée, si le dossier la date."""
    ouvertes = [e for e in evenements if isinstance(e, ProcedureCollective) and e.le <= declaree_le]
    return max(ouvertes, key=lambda e: e.le).cloturee_le if ouvertes else None


def _ecrit(acte: MiseEnDemeure | Relance, ligne: RegimePrescription) -> str:
    """Ni un rappel ni une mise en demeure n'interrompent, sauf là où un texte se contente d'un écrit."""
    if isinstance(acte, Relance):
        return "ecrit_public" if ligne.civile and acte.canal != "telephone" else "relance"
    if ligne.code == "assurance" and acte.canal == "recommande":
        return "ecrit_d_assurance"
    return ECRITS.get(ligne.code, "mise_en_demeure")
