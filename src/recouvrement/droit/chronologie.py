"""Prescription : le jour où l'action s'éteint, et tout ce qui l'a déplacé."""

from datetime import date
from typing import Literal, NamedTuple

from attrs import frozen

from recouvrement.resultat import Resultat, Source


class Reconnaissance(NamedTuple):
    """Fait du débiteur qui vaut peut-être reconnaissance de la dette.

    Attributes:
        certaine: Faux si le créancier ou la loi a choisi la dette que le paiement touche.
    """

    le: date
    evenement: str
    certaine: bool


NOMS_DES_EFFETS = {"depart": "départ", "sans_effet": "sans effet"}


@frozen
class Segment:
    """Un moment de la prescription.

    Attributes:
        au: Dernier jour utile qui en résulte ; ``None`` : sans effet sur le délai.
    """

    du: date
    au: date | None
    effet: Literal["depart", "interruption", "suspension", "butoir", "sans_effet"]
    evenement: str
    source: Source | None
    motif: str

    @property
    def nom(self) -> str:
        """L'effet, en français."""
        return NOMS_DES_EFFETS.get(self.effet, self.effet)


@frozen
class Prescription:
    """Jusqu'à quand agir, vu du jour ``au``.

    Attributes:
        valeur: Dernier jour utile, inclus : le lendemain, l'action est éteinte.
        prudente: Lecture la plus courte qui se défende, avancée d'un jour et ramenée à un jour ouvré : agir avant ce soir-là.
        regime: Code du régime de prescription.
        chronologie: Départ, interruptions, faits sans effet, dans l'ordre.
    """

    valeur: date
    prudente: date
    au: date
    regime: str
    chronologie: tuple[Segment, ...]
    resultat: Resultat[date]

    @property
    def acquise(self) -> bool:
        """Vrai si l'action est éteinte au jour de l'examen."""
        return self.au > self.valeur

    @property
    def douteuse(self) -> bool:
        """Vrai entre le jour prudent et le dernier jour utile : plus aucune menace d'agir sans réserve."""
        return self.prudente < self.au <= self.valeur

    def expliquer(self) -> str:
        """Les deux dates, puis chaque moment avec son article et son motif."""
        from recouvrement.affichage import date_fr

        etat = "acquise" if self.acquise else "peut-être acquise" if self.douteuse else "non acquise"
        tete = f"Prescription : {etat} au {date_fr(self.au)}. Dernier jour utile : {date_fr(self.valeur)} ; prudent : {date_fr(self.prudente)}."
        moments = [
            f"- {date_fr(s.du)}, {s.nom} ({s.evenement}) : {s.motif}"
            + (f" ; court jusqu'au {date_fr(s.au)}" if s.au else "")
            + (f" [{s.source}]" if s.source else "")
            for s in self.chronologie
        ]
        reserves = [f"Réserve : {r.texte}" for r in self.resultat.reserves]
        return "\n".join([tete, *moments, *reserves])

    def vers_dict(self) -> dict[str, object]:
        """Champs pour JSON."""
        return {
            "valeur": self.valeur.isoformat(),
            "prudente": self.prudente.isoformat(),
            "acquise": self.acquise,
            "regime": self.regime,
            "chronologie": [
                {
                    "du": s.du.isoformat(),
                    "au": s.au.isoformat() if s.au else None,
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

        periodes = [(s.du, s.au, s.nom) for s in self.chronologie if s.au]
        reperes = [(self.au, "examen"), (self.prudente, "jour prudent"), (self.valeur, "dernier jour utile")]
        lignes = [(a.date_fr(s.du), s.nom, s.motif, str(s.source or "")) for s in self.chronologie]
        etat = "acquise" if self.acquise else "peut-être acquise" if self.douteuse else "non acquise"
        return a.page(
            a.carte(
                "Prescription", etat, [("dernier jour utile", a.date_fr(self.valeur)), ("jour prudent", a.date_fr(self.prudente))]
            ),
            a.frise(periodes, reperes),
            a.table(("Le", "Effet", "Motif", "Article"), lignes),
        )
