"""Prescription : le jour où l'action s'éteint, et tout ce qui l'a déplacé."""

from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from attrs import frozen

from recouvrement.affichage import fiche
from recouvrement.modele._fabrique import fabrique
from recouvrement.resultat import Resultat, Source

if TYPE_CHECKING:
    from recouvrement.affichage import Ton


class Versement(NamedTuple):
    """Paiement qui a touché la créance.

    Attributes:
        certain: Faux si le créancier ou la loi a choisi la dette qu'il touche : ce n'est pas une reconnaissance certaine.
    """

    le: date
    certain: bool


NOMS_DES_EFFETS = {"depart": "départ", "sans_effet": "sans effet"}


@frozen
class Segment:
    """Un moment de la prescription.

    Attributes:
        au: Dernier jour utile qui en résulte ; d'une suspension, le jour où le temps court à nouveau, ``None`` si elle dure encore ;
            ``None`` : sans effet sur le délai.
        fin: Dernier jour utile une fois ce moment passé ; ``None`` : inchangé.
    """

    du: date
    au: date | None
    effet: Literal["depart", "interruption", "suspension", "butoir", "sans_effet"]
    evenement: str
    source: Source | None
    motif: str
    fin: date | None = None

    _repr_html_ = fiche("Moment de la prescription")

    @property
    def nom(self) -> str:
        """L'effet, en français."""
        return NOMS_DES_EFFETS.get(self.effet, self.effet)


marquer = fabrique(Segment)


@frozen
class Prescription:
    """Jusqu'à quand agir, vu du jour ``au``.

    Attributes:
        valeur: Dernier jour utile, inclus : le lendemain, l'action est éteinte.
        prudente: Lecture la plus courte qui se défende, avancée d'un jour et ramenée à un jour ouvré : agir avant ce soir-là.
        regime: Code du régime de prescription.
        chronologie: Départ, interruptions, suspensions, butoir et faits sans effet, dans l'ordre.
        acte: Cause de l'acte qui l'interromprait à coup sûr.
        pourquoi_prudente: Ce qui sépare le jour prudent du dernier jour utile.
    """

    valeur: date
    prudente: date
    au: date
    regime: str
    chronologie: tuple[Segment, ...]
    resultat: Resultat[date]
    acte: str = "assignation"
    pourquoi_prudente: str = ""

    @property
    def acquise(self) -> bool:
        """Vrai si l'action est éteinte au jour de l'examen."""
        return self.au > self.valeur

    @property
    def douteuse(self) -> bool:
        """Vrai entre le jour prudent et le dernier jour utile : plus aucune menace d'agir sans réserve."""
        return self.prudente < self.au <= self.valeur

    @property
    def suspendue(self) -> bool:
        """Vrai si le temps est arrêté au jour de l'examen : ``valeur`` suppose qu'il reprenne ce jour-là."""
        return any(s.effet == "suspension" and s.au is None for s in self.chronologie)

    @property
    def etat(self) -> str:
        """« acquise », « peut-être acquise » ou « non acquise »."""
        return "acquise" if self.acquise else "peut-être acquise" if self.douteuse else "non acquise"

    def expliquer(self) -> str:
        """Les deux dates, puis chaque moment avec son article et son motif."""
        from recouvrement.affichage import date_fr

        tete = (
            f"Prescription : {self.etat} au {date_fr(self.au)}."
            f" Dernier jour utile : {date_fr(self.valeur)} ; prudent : {date_fr(self.prudente)} ({self.pourquoi_prudente})."
        )
        duree = f"- durée : {self.resultat.sachant[1].valeur} ({self.resultat.sachant[1].motif}) [{self.resultat.source}]"
        moments = [
            f"- {date_fr(s.du)}, {s.nom} ({s.evenement})"
            + (f" : {s.motif}" if s.motif else "")
            + _duree(s)
            + (f" ; dernier jour utile : {date_fr(s.fin)}" if s.fin else "")
            + (f" [{s.source}]" if s.source else "")
            for s in self.chronologie
        ]
        reserves = [f"Réserve : {r.texte}" for r in self.resultat.reserves]
        return "\n".join([tete, duree, *moments, *reserves])

    def vers_dict(self) -> dict[str, object]:
        """Champs pour JSON."""
        return {
            "valeur": self.valeur.isoformat(),
            "au": self.au.isoformat(),
            "etat": self.etat,
            "acte": self.acte,
            "pourquoi_prudente": self.pourquoi_prudente,
            "prudente": self.prudente.isoformat(),
            "acquise": self.acquise,
            "douteuse": self.douteuse,
            "suspendue": self.suspendue,
            "regime": self.regime,
            "chronologie": [
                {
                    "du": s.du.isoformat(),
                    "au": s.au.isoformat() if s.au else None,
                    "fin": s.fin.isoformat() if s.fin else None,
                    "effet": s.effet,
                    "evenement": s.evenement,
                    "motif": s.motif,
                    "source": str(s.source or ""),
                }
                for s in self.chronologie
            ],
            "reserves": [r.texte for r in self.resultat.reserves],
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (a.date_fr(s.du), s.nom, s.evenement, a.date_fr(s.fin) if s.fin else "inchangé", a.motif(s.motif, s.source))
            for s in self.chronologie
        ]
        entetes = ("Le", "Effet", "Événement", "Dernier jour utile", "Motif")
        reserves = self.resultat.reserves
        return a.page(
            self._carte(),
            a.frise("Prescription", self._rangees(), self._reperes()),
            a.table(entetes, lignes, legende="Ce qui a compté, et ce qui n'a rien changé"),
            a.table(("Réserve", "Texte"), [(r.texte, str(r.source or "")) for r in reserves], legende="Réserves")
            if reserves
            else "",
        )

    def _carte(self) -> str:
        from recouvrement import affichage as a

        ton: a.Ton = "grave" if self.acquise else "attention" if self.douteuse else ""
        faits = [
            ("dernier jour utile", a.date_fr(self.valeur)),
            ("jour prudent", a.date_fr(self.prudente)),
            ("vu du", a.date_fr(self.au)),
            ("régime", a.en_clair(self.regime)),
        ]
        return a.carte("Prescription", self.etat, faits, ton=ton)

    def _rangees(self) -> "list[tuple[str, list[tuple[date, date, Ton]]]]":
        """Chaque délai, plein tant qu'il court, pâle une fois effacé ; chaque suspension en pointillé."""
        comptes = [s for s in self.chronologie if s.fin]
        departs = [s.du for s in comptes if s.effet in ("depart", "interruption")]
        rangees: list[tuple[str, list[tuple[date, date, Ton]]]] = []
        for s in comptes:
            nom = f"{s.nom} : {s.evenement}" if s.evenement else s.nom
            if s.effet == "suspension":
                rangees.append((nom, [(s.du, s.au or max(s.du, self.au), "arret")]))
            elif s.effet in ("depart", "interruption"):
                fin = max(s.fin or s.du, s.du)
                coupe = min([j for j in departs if s.du < j < fin], default=None)
                rangees.append((nom, [(s.du, coupe, ""), (coupe, fin, "doux")] if coupe else [(s.du, max(fin, self.valeur), "")]))
        return rangees

    def _reperes(self) -> "list[tuple[date, str, Ton]]":
        return [
            (self.au, "examen", ""),
            (self.prudente, "jour prudent", "attention"),
            (self.valeur, "dernier jour utile", "grave"),
        ]


dater = fabrique(Prescription)


def _duree(segment: Segment) -> str:
    """Combien de temps dure une suspension."""
    if segment.effet != "suspension":
        return ""
    if segment.au is None:
        return " ; elle dure encore"
    from recouvrement.affichage import date_fr

    return f" ; le temps court à nouveau le {date_fr(segment.au)}"
