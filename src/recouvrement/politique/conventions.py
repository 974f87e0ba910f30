"""Les conventions de calcul : un nom par choix, le plus prudent par défaut."""

from functools import cache
from typing import TYPE_CHECKING, Literal

from attrs import field, fields, frozen

from recouvrement.modele._champs import parmi

if TYPE_CHECKING:
    from recouvrement.droit.base import Choix


def _en_texte(valeur: Literal["365", "reelle", "360"]) -> Literal["365", "reelle", "360"]:
    """``annee=365`` se comprend aussi."""
    return str(valeur)  # type: ignore[return-value]


@frozen(kw_only=True)
class Conventions:
    """Choix de calcul là où les textes ne tranchent pas, ou laissent le choix.

    Attributes:
        imputation: Ce qu'un paiement éteint d'abord (C. civ., art. 1343-1) ; l'indemnité vient en dernier, sauf ``frais_d_abord``.
            Le paiement d'un acheteur public éteint d'abord le principal, quelle que soit la convention (CCP, art. R. 2192-36).
        annee: Diviseur des jours : 365 toujours (usage), l'année ``reelle`` (366 les années bissextiles), 360 si convenu.
        jour_du_paiement: Le jour du paiement porte intérêt sur la somme entière (``compte``) ou sur ce qui reste (``exclu``).
        taux_dans_le_temps: Chaque jour porte le taux de son semestre, ou le taux du premier jour de retard vaut jusqu'au bout.
        sous_le_plancher: Un taux convenu sous trois fois le taux légal : appliqué tel que ``convenu``, relevé au ``plancher``, ou
            remplacé par le taux ``suppletif`` de la loi, semestre par semestre. Non tranché.
        au_dela_du_plafond: Une échéance au-delà du plafond légal : telle que ``convenu``, ou ramenée au ``plafond``.
        arrondi: Chaque ``ligne`` au centime, ou le ``total`` seul (l'écart est porté par les lignes, qui se recomptent toujours).
        indemnite_par: 40 € une fois par facture, ou pour chacune de ses échéances (CJUE, C-370/21 et C-78/22).
        depart_interets: L'intérêt civil court, et une clause pénale s'encourt, de la première présentation de la mise en demeure, ou de
            son envoi.
        taux_inconnu: Au-delà du dernier taux publié : arrêter les lignes, refuser, ou prolonger le dernier taux en le disant.
    """

    imputation: Literal["interets_d_abord", "principal_d_abord", "frais_d_abord"] = field(
        default="interets_d_abord", validator=parmi("interets_d_abord", "principal_d_abord", "frais_d_abord")
    )
    annee: Literal["365", "reelle", "360"] = field(default="365", converter=_en_texte, validator=parmi("365", "reelle", "360"))
    jour_du_paiement: Literal["compte", "exclu"] = field(default="compte", validator=parmi("compte", "exclu"))
    taux_dans_le_temps: Literal["par_semestre", "fige_a_l_echeance"] = field(
        default="par_semestre", validator=parmi("par_semestre", "fige_a_l_echeance")
    )
    sous_le_plancher: Literal["convenu", "plancher", "suppletif"] = field(
        default="convenu", validator=parmi("convenu", "plancher", "suppletif")
    )
    au_dela_du_plafond: Literal["convenu", "plafond"] = field(default="convenu", validator=parmi("convenu", "plafond"))
    arrondi: Literal["ligne", "total"] = field(default="ligne", validator=parmi("ligne", "total"))
    indemnite_par: Literal["facture", "echeance"] = field(default="facture", validator=parmi("facture", "echeance"))
    depart_interets: Literal["presentation", "envoi"] = field(default="presentation", validator=parmi("presentation", "envoi"))
    taux_inconnu: Literal["arreter", "refuser", "prolonger"] = field(
        default="arreter", validator=parmi("arreter", "refuser", "prolonger")
    )

    @property
    def choix(self) -> "Choix":
        """Ce qu'en lit une règle de droit."""
        return _choix(self.depart_interets, self.taux_dans_le_temps, self.taux_inconnu, self.sous_le_plancher)

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        autres = len(self.changees)
        tete = "celles par défaut" if not autres else f"{autres} changée{'s' * (autres > 1)}"
        return a.page(a.carte("Conventions", tete), self._tableau())

    @property
    def changees(self) -> tuple[str, ...]:
        """Noms de celles qui ne sont pas par défaut."""
        return tuple([f.name for f in fields(Conventions) if getattr(self, f.name) != f.default])

    def _tableau(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (
                a.en_clair(f.name),
                a.en_clair(getattr(self, f.name)),
                a.marque(f"choisie ; par défaut : {a.en_clair(str(f.default))}", "attention")
                if f.name in self.changees
                else "par défaut",
            )
            for f in fields(Conventions)
        ]
        return a.table(("Convention", "Choix", ""), lignes, legende="Conventions de calcul")


@cache  # trente-six au plus
def _choix(
    depart: str, dans_le_temps: str, inconnu: str, sous_le_plancher: Literal["convenu", "plancher", "suppletif"]
) -> "Choix":
    from recouvrement.droit.base import Choix

    return Choix(depart == "envoi", dans_le_temps == "fige_a_l_echeance", inconnu == "prolonger", sous_le_plancher)
