"""Passer les pénalités en comptabilité : les écritures d'un bilan, comme données. Hors du champ de la TVA."""

from collections.abc import Iterator
from datetime import date

from attrs import field, frozen

from recouvrement.affichage import date_fr
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant
from recouvrement.politique.bilan import Bilan, BilanCreance
from recouvrement.resultat import Source

HORS_TVA = Source("Code général des impôts", "256")
LIBELLES = {
    "penalites": "Pénalités de retard",
    "interets": "Intérêts au taux légal",
    "clause_penale": "Clause pénale",
    "indemnite": "Indemnité forfaitaire",
    "frais": "Frais de recouvrement justifiés",
}
"""Les accessoires, dans l'ordre où ils s'écrivent."""


@frozen(kw_only=True)
class PlanDeComptes:
    """Les comptes mouvementés ; à faire valider par votre expert-comptable.

    Dans le plan comptable général de 2025 (règlement ANC n° 2022-06), deux comptes se soutiennent pour des pénalités reçues :
    7631, revenus des créances commerciales, et 7581, dédits et pénalités perçus sur achats et ventes (l'ancien 7711). Les sources
    lues ne s'accordent pas ; 7631 est le défaut, pour les pénalités comme pour l'indemnité de 40 €, qui en suit la nature.

    Attributes:
        clients: Débité de tout ce que le débiteur doit de plus.
        penalites: Pénalités de retard et intérêts au taux légal.
        frais: Frais qui excèdent l'indemnité ; un compte 79 ne convient plus, le plan de 2025 a supprimé les transferts de charges.

    Raises:
        DonneeInvalide: Compte vide, ou de plus de vingt signes.
    """

    clients: str = field(default="411", validator=c.texte(long=20))
    penalites: str = field(default="7631", validator=c.texte(long=20))
    indemnites: str = field(default="7631", validator=c.texte(long=20))
    clause_penale: str = field(default="7581", validator=c.texte(long=20))
    frais: str = field(default="758", validator=c.texte(long=20))

    def de(self, poste: str) -> str:
        """Compte de produit de ce poste d'un bilan."""
        comptes = {"indemnite": self.indemnites, "clause_penale": self.clause_penale, "frais": self.frais}
        return comptes.get(poste, self.penalites)


@frozen
class Ecriture:
    """Ligne de journal : un débit ou un crédit, l'autre est nul. ``piece`` : le numéro de la facture."""

    le: date
    compte: str
    libelle: str
    debit: Montant
    credit: Montant
    piece: str


_COMPTES = PlanDeComptes()


def accessoires(b: BilanCreance) -> dict[str, Montant]:
    """Ce que le retard a ajouté à cette créance, poste par poste, payé ou non ; moins ce qui en a été remis. Sans les postes nuls."""
    eteints = [i for i in b.decompte.imputations if i.evenement != "remise"]
    bruts = {p: sum((getattr(i, p) for i in eteints), getattr(b, p).valeur) for p in LIBELLES}
    return {poste: montant for poste, montant in bruts.items() if montant}


def reclamables(bilan: Bilan) -> tuple[BilanCreance, ...]:
    """Les créances qui portent des accessoires, sauf celles qui sont prescrites ou peuvent l'être : leur produit n'est pas acquis."""
    vives = [b for b in bilan.creances if not (b.prescription.acquise or b.prescription.douteuse)]
    return tuple(b for b in vives if accessoires(b))


def ecritures(bilan: Bilan, *, comptes: PlanDeComptes = _COMPTES) -> tuple[Ecriture, ...]:
    """Les pénalités et indemnités nées au jour du bilan, en partie double : par créance, le client débité, les produits crédités.

    Elles sont brutes : ce que des paiements en ont déjà éteint est au crédit du compte client, par la banque. Ainsi le solde du
    client, facture et règlements passés, est le total du bilan, moins un trop-perçu. Contre-passez celles d'un arrêté précédent
    avant de passer celles-ci.

    Source:
        CGI, art. 256 (hors du champ de la TVA) et 237 sexies (imposition à l'encaissement).
    """
    return tuple(e for b in reclamables(bilan) for e in _ecritures(b, bilan, comptes))


def _ecritures(b: BilanCreance, bilan: Bilan, comptes: PlanDeComptes) -> Iterator[Ecriture]:
    postes, zero, numero = accessoires(b), Montant.zero(b.creance.devise), b.creance.numero
    fin = f", facture {numero}, au {date_fr(bilan.au, longue=False)}"
    total = sum(postes.values(), zero)
    yield Ecriture(bilan.au, comptes.clients, f"Pénalités et indemnités{fin}", total, zero, numero)
    for poste, montant in postes.items():
        yield Ecriture(bilan.au, comptes.de(poste), f"{LIBELLES[poste]}{fin}", zero, montant, numero)
