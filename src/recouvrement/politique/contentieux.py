"""Le dossier à remettre : la chronologie, le décompte, le bordereau des pièces, et ce qui manque. Des valeurs, sans mise en page."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from attrs import frozen

from recouvrement.affichage import date_fr
from recouvrement.droit.voies import ETATS, Piece, Voie
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.actes import CAUSES_D_INTERRUPTION, ActeInterruptif, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier, Evenement, creances_visees
from recouvrement.modele.evenements import (
    Appel,
    Avoir,
    Blocage,
    Contestation,
    DecheanceTerme,
    DelaiDeGrace,
    Echeancier,
    FraisJustifies,
    Paiement,
    ProcedureCollective,
    Promesse,
    Reconnaissance,
    Rejet,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    Titre,
)
from recouvrement.modele.montant import Montant
from recouvrement.politique.bilan import Bilan, BilanCreance, Decompte
from recouvrement.politique.politique import Politique
from recouvrement.politique.voies import du_bilan
from recouvrement.resultat import Reserve, Resultat, pour_json

NOMS = {
    Avoir: "avoir",
    Remise: "remise consentie",
    Paiement: "paiement reçu",
    Rejet: "paiement revenu impayé",
    FraisJustifies: "frais",
    Contestation: "contestation du débiteur",
    Promesse: "promesse de payer",
    Echeancier: "échéancier convenu",
    DecheanceTerme: "déchéance du terme",
    Reconnaissance: "reconnaissance de la dette",
    Renonciation: "renonciation à la prescription",
    DelaiDeGrace: "délai de grâce accordé par le juge",
    ProcedureCollective: "ouverture d'une procédure collective",
    Titre: "décision",
    Appel: "appel au débiteur",
    Signal: "signe avant-coureur",
    Blocage: "démarches arrêtées",
    Relance: "rappel",
    MiseEnDemeure: "mise en demeure",
    Transmission: "remise du dossier",
}
# Une pièce par facture, par lettre ou par écrit ; les autres n'en font qu'une.
PAR_EVENEMENT: dict[str, type] = {
    "relances": Relance,
    "mise_en_demeure": MiseEnDemeure,
    "reconnaissance": Reconnaissance,
    "titre": Titre,
}


class FaitDate(NamedTuple):
    """Une ligne de la chronologie.

    Attributes:
        creances: Références visées ; vide : toutes.
    """

    le: date
    texte: str
    creances: tuple[str, ...] = ()


class PieceNumerotee(NamedTuple):
    """Une ligne du bordereau ; ``le`` : la date qu'elle porte, si elle est connue."""

    numero: int
    cle: str
    intitule: str
    le: date | None
    etat: str

    def __str__(self) -> str:
        quand = f", {date_fr(self.le)}" if self.le else ""
        return f"{self.numero}. {self.intitule}{quand} ({ETATS[self.etat]})"


@frozen(kw_only=True)
class DossierContentieux:
    """Tout ce qu'une voie demande de réunir, au jour ``au``.

    Attributes:
        total: Somme réclamée, avec ses raisons.
        bordereau: Les pièces numérotées, en main ou à retrouver.
        manquantes: Celles dont rien ne parle : à réunir avant de saisir quiconque.
    """

    voie: Voie
    dossier: Dossier
    au: date
    total: Resultat[Montant]
    chronologie: tuple[FaitDate, ...]
    decompte: Decompte
    bordereau: tuple[PieceNumerotee, ...]
    manquantes: tuple[Piece, ...]
    reserves: tuple[Reserve, ...]

    @property
    def pret(self) -> bool:
        """Vrai si la voie est praticable et toutes les pièces sont en main."""
        return self.voie.praticable and not self.manquantes and all(p.etat == "en_main" for p in self.bordereau)

    def expliquer(self) -> str:
        """Le dossier en texte : voie, chronologie, somme, bordereau, ce qui manque."""
        return "\n".join(
            [
                f"{self.voie.intitule} : {self.voie.etat} — {self.voie.motif}",
                f"Devant : {self.voie.competence.valeur}",
                f"{self.dossier.creancier.nom} contre {self.dossier.debiteur.nom}, {self.total.valeur} au {date_fr(self.au)}",
                "",
                "Chronologie",
                *(f"- {date_fr(f.le)} : {f.texte}" for f in self.chronologie),
                "",
                "Bordereau des pièces",
                *map(str, self.bordereau),
                *(f"Manque : {p.intitule}" for p in self.manquantes),
            ]
        )

    def vers_dict(self) -> dict[str, Any]:
        """Le dossier entier en types de JSON."""
        return {
            "voie": self.voie.vers_dict(),
            "au": self.au.isoformat(),
            "total": self.total.vers_dict(),
            "chronologie": [{"le": f.le.isoformat(), "texte": f.texte, "creances": list(f.creances)} for f in self.chronologie],
            "decompte": [{k: pour_json(v) for k, v in ligne.items()} for ligne in self.decompte.solde_progressif()],
            "bordereau": [{**p._asdict(), "le": pour_json(p.le)} for p in self.bordereau],
            "manquantes": [{"cle": p.cle, "intitule": p.intitule} for p in self.manquantes],
            "pret": self.pret,
            "reserves": [r.texte for r in self.reserves],
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        faits = [("devant", self.voie.competence.valeur), ("somme", str(self.total.valeur)), ("au", date_fr(self.au))]
        pieces = [(str(p.numero), p.intitule, date_fr(p.le) if p.le else "", ETATS[p.etat]) for p in self.bordereau]
        pieces += [("—", p.intitule, "", a.marque(ETATS[p.etat], "attention")) for p in self.manquantes]
        return a.page(
            a.carte(self.voie.intitule, self.voie.etat, faits, ton="bon" if self.pret else ""),
            a.table(("Le", "Fait"), [(date_fr(f.le), f.texte) for f in self.chronologie], legende="Chronologie"),
            a.table(("N°", "Pièce", "Date", "État"), pieces, legende="Bordereau des pièces"),
        )


def dossier_contentieux(
    politique: Politique,
    quoi: Creance | Dossier,
    voie: str | Voie,
    evenements: Sequence[Evenement],
    au: date,
    pieces: Iterable[str],
) -> DossierContentieux:
    """Le dossier de cette voie ; voir ``Politique.dossier_contentieux``."""
    bilan = politique.examiner(quoi, evenements, au=au)
    toutes = {v.cle: v for v in du_bilan(politique, bilan, pieces)}
    cle = voie.cle if isinstance(voie, Voie) else voie
    if cle not in toutes:
        raise DonneeInvalide("voie inconnue", champ="voie", valeur=cle, remede=f"Choisissez parmi : {', '.join(toutes)}.")
    choisie = toutes[cle]
    dues = [b for b in bilan.creances if b.total.valeur] or list(bilan.creances)
    return DossierContentieux(
        voie=choisie,
        dossier=bilan.dossier,
        au=au,
        total=bilan.total,
        chronologie=tuple(sorted(_chronologie(bilan, dues), key=lambda f: f.le)),
        decompte=bilan.decompte,
        bordereau=tuple(_bordereau(choisie.pieces, bilan, dues)),
        manquantes=choisie.manquantes,
        reserves=tuple(dict.fromkeys((*bilan.reserves, *choisie.reserves))),
    )


def _chronologie(bilan: Bilan, dues: Sequence[BilanCreance]) -> Iterator[FaitDate]:
    """Contrat, exécution, facture, échéance, puis chaque événement connu."""
    for b in dues:
        c, qui = b.creance, (b.creance.reference,)
        etapes = (
            (c.contrat_le, "contrat"),
            (c.executee_le, "livraison ou fin de la prestation"),
            (c.emise_le, f"facture {c.numero}, {c.principal}"),
            (c.recue_le, f"réception de la facture {c.numero}"),
            (b.echeance.valeur, f"échéance de la facture {c.numero}"),
        )
        yield from (FaitDate(le, texte, qui) for le, texte in etapes if le and le <= bilan.au)
    for e in bilan.dossier.evenements:
        if e.le <= bilan.au:
            yield FaitDate(e.le, _dire(e, bilan.au), creances_visees(e))


def _dire(e: Evenement, au: date) -> str:
    """Un événement en une ligne, sans rien qui soit postérieur au jour de l'examen."""
    if isinstance(e, ActeInterruptif):
        return CAUSES_D_INTERRUPTION[e.cause]
    if isinstance(e, Suspension):
        return e.cause.replace("_", " ")
    texte = NOMS[type(e)]
    if isinstance(e, MiseEnDemeure) and e.presentee_le and e.presentee_le <= au:
        return f"{texte}, présentée le {date_fr(e.presentee_le)}"
    somme = getattr(e, "montant", None)
    return f"{texte}, {somme}" if isinstance(somme, Montant) else texte


def _bordereau(pieces: Iterable[Piece], bilan: Bilan, dues: Sequence[BilanCreance]) -> Iterator[PieceNumerotee]:
    """Une ligne par facture et par lettre ; les pièces manquantes n'ont pas de numéro."""
    lignes = [(p, intitule, le) for p in pieces if p.etat != "manquante" for intitule, le in _exemplaires(p, bilan, dues)]
    for numero, (piece, intitule, le) in enumerate(lignes, 1):
        yield PieceNumerotee(numero, piece.cle, intitule, le, piece.etat)


def _exemplaires(piece: Piece, bilan: Bilan, dues: Sequence[BilanCreance]) -> Iterator[tuple[str, date | None]]:
    if piece.cle == "facture":
        emises = {b.creance.numero: b.creance.emise_le for b in dues}
        yield from ((f"Facture {numero}", le) for numero, le in emises.items())
        return
    if piece.cle == "decompte":
        yield piece.intitule, bilan.au
        return
    genre = PAR_EVENEMENT.get(piece.cle)
    jours = [e.le for e in bilan.dossier.evenements if genre and isinstance(e, genre) and e.le <= bilan.au]
    yield from ((piece.intitule, le) for le in jours or (None,))
