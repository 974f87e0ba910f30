"""Combien de jours de ventes sont encore dehors ? Deux méthodes d'usage, qu'aucun texte ne fixe.

Simple : encours TTC ÷ chiffre d'affaires TTC de la période × jours de la période. Par épuisement (« count-back ») : l'encours est
diminué des ventes de chaque mois, du plus récent au plus ancien ; un mois épuisé compte tous ses jours, le dernier au prorata.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from attrs import frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import INSECABLE, Montant, ecrire_decimal
from recouvrement.politique.balance import emises
from recouvrement.politique.bilan import Bilan, BilanCreance
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.temps import jour_civil

ChiffreDAffaires = Mapping[date, Montant | Decimal | int | str] | Iterable[tuple[date, Montant | Decimal | int | str]]
ORIGINES = {"donne": "donné", "creances": "créances du portefeuille"}
SANS_VENTES = "aucune vente dans la période : le rapport n'a pas de sens"
NON_EPUISE = "l'encours dépasse les ventes de tous les mois connus : donnez le chiffre d'affaires des mois plus anciens"
DES_CREANCES = (
    "ventes tirées des créances du portefeuille : s'il n'a que des impayés, elles manquent et le délai paraît trop long ;"
    " donnez le chiffre d'affaires"
)


@frozen(kw_only=True)
class MoisDeVentes:
    """Un mois, et ce qu'il prend à l'encours.

    Attributes:
        mois: Son premier jour.
        jours: Ceux du mois, ou jusqu'au jour de l'examen pour le dernier.
        ventes: TTC, nettes des avoirs.
        encours: Ce qui reste à épuiser en y entrant ; nul : le mois ne compte plus.
        comptes: Jours que l'épuisement y prend, au dixième.
    """

    mois: date
    jours: int
    ventes: Montant
    origine: Literal["donne", "creances"]
    encours: Montant
    comptes: Decimal


@frozen(kw_only=True)
class Dso(EnTable):
    """Délai moyen de paiement des clients, en jours au dixième, dans une devise.

    Attributes:
        encours: Principal restant dû, échu ou non, prescrit ou non.
        ventes: De la période, celle de la méthode simple.
        jours: De la période.
        simple: ``None`` sans vente dans la période.
        epuisement: ``None`` si l'encours dépasse toutes les ventes connues.
        mois: Du plus récent au plus ancien : ceux de la période, et ceux qu'il a fallu pour épuiser l'encours.
        avertissements: Ce qui manque, ou fausse le chiffre.
    """

    devise: str
    au: date
    encours: Montant
    ventes: Montant
    jours: int
    simple: Decimal | None
    epuisement: Decimal | None
    mois: tuple[MoisDeVentes, ...]
    avertissements: tuple[str, ...]

    def expliquer(self) -> str:
        """Les deux calculs, à refaire à la main."""
        from recouvrement.affichage import compter, date_fr

        lignes = [
            f"DSO au {date_fr(self.au)}, en {self.devise}",
            f"Simple : {_jours(self.simple)} = encours {self.encours} ÷ ventes {self.ventes} × {self.jours} jours",
            f"Par épuisement : {_jours(self.epuisement)}",
        ]
        for m in self.mois:
            if m.encours:
                detail = f"{_jours(m.comptes)} : encours {m.encours}, ventes {m.ventes} ({ORIGINES[m.origine]}), {compter(m.jours, 'jour')}"
                lignes.append(f"- {m.mois:%m/%Y}, {detail}")
        return "\n".join(lignes + [f"Avertissement : {x}" for x in self.avertissements])

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par mois ; montants en ``Decimal``."""
        return [
            {
                "mois": m.mois,
                "jours": m.jours,
                "ventes": m.ventes.decimal,
                "origine": m.origine,
                "encours": m.encours.decimal,
                "comptes": m.comptes,
                "devise": self.devise,
            }
            for m in self.mois
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "mois": "jour",
            "jours": "entier",
            "ventes": "somme",
            "origine": "texte",
            "encours": "somme",
            "comptes": "note",
            "devise": "texte",
        }

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        from recouvrement.politique.balance import en_json

        nombres = {nom: None if (v := getattr(self, nom)) is None else str(v) for nom in ("simple", "epuisement")}
        sommes = {nom: getattr(self, nom).vers_json() for nom in ("encours", "ventes")}
        return {
            "devise": self.devise,
            "au": self.au.isoformat(),
            **nombres,
            **sommes,
            "jours": self.jours,
            "mois": en_json(self.vers_lignes()),
            "avertissements": list(self.avertissements),
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (f"{m.mois:%m/%Y}", str(m.jours), str(m.ventes), ORIGINES[m.origine], str(m.encours), _jours(m.comptes))
            for m in self.mois
        ]
        faits = [("par épuisement", _jours(self.epuisement)), ("encours", str(self.encours)), ("ventes", str(self.ventes))]
        entetes = ("Mois", "Jours", "Ventes TTC", "Origine", "Encours à épuiser", "Jours comptés")
        return a.page(
            a.carte(
                f"DSO au {a.date_fr(self.au)}", _jours(self.simple), [*faits, *[("attention", x) for x in self.avertissements]]
            ),
            a.table(entetes, lignes, nombres=(1, 2, 4, 5), legende="Mois par mois, du plus récent au plus ancien"),
        )


def _jours(valeur: Decimal | None) -> str:
    return "indéterminé" if valeur is None else f"{str(valeur).replace('.', ',')}{INSECABLE}jour{'s' * (valeur >= 2)}"


def _dixieme(exact: Fraction) -> Decimal:
    """Au dixième le plus proche, la moitié vers le haut."""
    return Decimal(ecrire_decimal((exact * 10 + Fraction(1, 2)).__floor__(), 1))


def dso(bilans: Iterable[Bilan], au: date, mois: int, donnes: ChiffreDAffaires) -> tuple[Dso, ...]:
    """Voir ``Portefeuille.dso``."""
    encours: dict[str, int] = {}
    ventes: dict[str, dict[date, int]] = {}
    for bilan in bilans:
        for b in emises(bilan):
            devise, du = b.creance.devise, b.creance.emise_le.replace(day=1)
            encours[devise] = encours.get(devise, 0) + b.principal.valeur.centimes
            siennes = ventes.setdefault(devise, {})
            siennes[du] = siennes.get(du, 0) + _net(b)
    return dso_des_sommes(encours, ventes, au, mois, donnes)


def dso_des_sommes(
    encours: Mapping[str, int], ventes: Mapping[str, Mapping[date, int]], au: date, mois: int, donnes: ChiffreDAffaires
) -> tuple[Dso, ...]:
    """Un DSO par devise, de sommes déjà faites : encours et ventes de chaque mois, en centimes."""
    if type(mois) is not int or not 1 <= mois <= 120:
        raise DonneeInvalide("un nombre de mois, de 1 à 120, est attendu", champ="mois", valeur=mois)
    lus = _lire(donnes, au)
    return tuple([_dso(d, au, encours.get(d, 0), ventes.get(d, {}), lus.get(d, {}), mois) for d in sorted({*encours, *lus})])


def _net(b: BilanCreance) -> int:
    """Ce que la facture a vendu : son montant, moins les avoirs connus."""
    avoirs = [i.valeur.centimes for i in b.decompte.imputations if i.evenement == "avoir"]
    return b.creance.principal.centimes - sum(avoirs)


def _lire(donnes: ChiffreDAffaires, au: date) -> dict[str, dict[date, int]]:
    """Chiffre d'affaires donné, par devise et par mois."""
    lus: dict[str, dict[date, int]] = {}
    for jour, valeur in donnes.items() if isinstance(donnes, Mapping) else donnes:
        du, m = jour_civil(jour, "chiffre_d_affaires").replace(day=1), c.en_montant(valeur, "chiffre_d_affaires")
        if m.centimes < 0 or du > au or du in lus.get(m.devise, {}):
            refus = "négatif" if m.centimes < 0 else "d'un mois à venir" if du > au else "donné deux fois pour un mois"
            raise DonneeInvalide(f"chiffre d'affaires {refus}", champ="chiffre_d_affaires", valeur=f"{du:%m/%Y} : {m}")
        lus.setdefault(m.devise, {})[du] = m.centimes
    return lus


def _precedent(mois: date) -> date:
    return date(mois.year - 1, 12, 1) if mois.month == 1 else mois.replace(month=mois.month - 1)


def _dso(devise: str, au: date, encours: int, ventes: Mapping[date, int], donnes: Mapping[date, int], periode: int) -> Dso:
    connu = min([*ventes, *donnes], default=au)
    reste, total, jours, comptes, mois = encours, 0, 0, Fraction(0), list[MoisDeVentes]()
    du = au.replace(day=1)
    while len(mois) < periode or (reste and du >= connu):
        n = au.day if not mois else monthrange(du.year, du.month)[1]
        vendu = donnes.get(du, ventes.get(du, 0))
        pris = Fraction(n) if reste >= vendu else Fraction(n * reste, vendu)
        pris = pris if reste and du >= connu else Fraction(0)
        mois.append(
            MoisDeVentes(
                mois=du,
                jours=n,
                ventes=Montant.de_centimes(vendu, devise),
                origine="donne" if du in donnes else "creances",
                encours=Montant.de_centimes(reste, devise),
                comptes=_dixieme(pris),
            )
        )
        if len(mois) <= periode:
            total, jours = total + vendu, jours + n
        reste, comptes, du = max(0, reste - vendu), comptes + pris, _precedent(du)
    des_creances = any(m.origine == "creances" and m.ventes for m in mois)
    avis = [DES_CREANCES] * des_creances + [SANS_VENTES] * (not total) + [NON_EPUISE] * bool(reste)
    return Dso(
        devise=devise,
        au=au,
        encours=Montant.de_centimes(encours, devise),
        ventes=Montant.de_centimes(total, devise),
        jours=jours,
        simple=_dixieme(Fraction(encours * jours, total)) if total else None,
        epuisement=None if reste else _dixieme(comptes),
        mois=tuple(mois),
        avertissements=tuple(avis),
    )
