"""Qu'est-ce qui vieillit, et qu'est-ce qui n'a jamais été réclamé ? Des totaux par devise, et la composition de chacun."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from attrs import frozen

from recouvrement.affichage import MONTREES, Ton, fiche, la_suite
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.dossier import Dossier, vise
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Creancier, Debiteur
from recouvrement.politique.bilan import Bilan, BilanCreance
from recouvrement.politique.comptabilite import LIBELLES
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.resultat import pour_json

Par = Literal["debiteur", "creancier"]
NOMS_DES_PARTIES = {"debiteur": "Débiteur", "creancier": "Créancier"}


def emises(bilan: Bilan) -> list[BilanCreance]:
    """Ce qui était émis au jour du bilan : une facture à venir n'est d'aucun total."""
    return [b for b in bilan.creances if b.creance.emise_le <= bilan.au]


def partie(dossier: Dossier, par: Par) -> Creancier | Debiteur:
    """Le débiteur ou le créancier du dossier.

    Raises:
        DonneeInvalide: Autre regroupement.
    """
    if par not in NOMS_DES_PARTIES:
        raise DonneeInvalide("regroupement inconnu", champ="par", valeur=par, remede="Choisissez « debiteur » ou « creancier ».")
    return dossier.debiteur if par == "debiteur" else dossier.creancier


def en_json(lignes: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Lignes d'un tableau en types de JSON : les nombres décimaux y sont des textes exacts."""
    return [{nom: str(v) if isinstance(v, Decimal) else pour_json(v) for nom, v in ligne.items()} for ligne in lignes]


def jours(n: int) -> str:
    """« 1 jour », « 12 jours »."""
    return f"{n} jour{'s' * (abs(n) > 1)}"


# --- la balance âgée -------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class PosteAge:
    """Une créance ouverte, rangée dans sa tranche.

    Attributes:
        jours: De retard ; nul ou négatif : pas encore échue.
        tranche: Rang dans ``BalanceAgee.tranches``.
        accessoires: Pénalités, intérêts, clause pénale, indemnité et frais restant dus.
    """

    creancier: str
    debiteur: str
    creance: str
    numero: str
    jours: int
    tranche: int
    principal: Montant
    accessoires: Montant
    conteste: Montant
    prescrite: bool

    _repr_html_ = fiche("Créance de la balance")


@frozen(kw_only=True)
class LigneAgee:
    """Un débiteur ou un créancier, dans une devise.

    Attributes:
        tranches: Principal restant dû, tranche par tranche ; leur somme est ``principal``.
        total: Principal et accessoires.
        dont_conteste: Part du principal que le débiteur conteste encore.
        dont_prescrit: Part du total dont l'action est éteinte.
        trop_percu: Payé en trop : rien ne l'absorbe d'office, il n'est déduit de rien.
        postes: Les créances dont la ligne est faite.
    """

    cle: str
    nom: str
    devise: str
    tranches: tuple[Montant, ...]
    principal: Montant
    accessoires: Montant
    total: Montant
    dont_conteste: Montant
    dont_prescrit: Montant
    trop_percu: Montant
    postes: tuple[PosteAge, ...]

    _repr_html_ = fiche("Ligne de balance âgée")


@frozen(kw_only=True)
class BalanceAgee(EnTable):
    """Le principal restant dû, par ancienneté de retard.

    Attributes:
        tranches: Nom de chacune : « non échu », « 1 à 30 jours »…
        totaux: Un par devise : la somme des lignes de cette devise.
    """

    au: date
    par: Par
    tranches: tuple[str, ...]
    lignes: tuple[LigneAgee, ...]
    totaux: tuple[LigneAgee, ...]

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par ligne ; montants en ``Decimal``."""
        sommes = ("principal", "accessoires", "total", "dont_conteste", "dont_prescrit", "trop_percu")
        return [
            {"cle": x.cle, self.par: x.nom, "devise": x.devise}
            | {nom: m.decimal for nom, m in zip(self.tranches, x.tranches, strict=True)}
            | {nom: getattr(x, nom).decimal for nom in sommes}
            for x in self.lignes
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        sommes = (*self.tranches, "principal", "accessoires", "total", "dont_conteste", "dont_prescrit", "trop_percu")
        return {"cle": "texte", self.par: "texte", "devise": "texte", **dict.fromkeys(sommes, "somme")}

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        totaux = {x.devise: [m.vers_json() for m in (*x.tranches, x.principal, x.accessoires, x.total)] for x in self.totaux}
        return {"au": self.au.isoformat(), "par": self.par, "lignes": en_json(self.vers_lignes()), "totaux": totaux}

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        entetes = (NOMS_DES_PARTIES[self.par], *self.tranches, "Principal", "Accessoires", "Total")
        tableaux = []
        for total in self.totaux:
            siennes = [x for x in self.lignes if x.devise == total.devise]
            tableaux.append(
                a.table(
                    entetes,
                    [_cellules(x) for x in siennes[:MONTREES]],
                    nombres=range(1, len(entetes)),
                    total=("Total", *_cellules(total)[1:]),
                    legende=f"Par {NOMS_DES_PARTIES[self.par].lower()}, en {total.devise}",
                    note=la_suite(len(siennes)),
                )
            )
        return a.page(a.carte("Balance âgée", f"au {a.date_fr(self.au)}"), self._barres(), *tableaux)

    def _barres(self) -> str:
        """Le principal de chaque tranche, à l'échelle de la plus lourde ; d'autant plus vif qu'il est ancien."""
        from recouvrement import affichage as a

        morceaux = []
        for total in self.totaux:
            plein = max([abs(m.centimes) for m in total.tranches], default=0) or 1
            lignes = [
                (nom, str(m), 100 * max(m.centimes, 0) // plein, _ton(rang, len(self.tranches)))
                for rang, (nom, m) in enumerate(zip(self.tranches, total.tranches, strict=True))
            ]
            morceaux.append(a.barres(f"Principal par ancienneté de retard, en {total.devise}", ("Retard", "Principal"), lignes))
        return "".join(morceaux)


def _ton(rang: int, combien: int) -> Ton:
    return "bon" if rang == 0 else "grave" if rang == combien - 1 else "attention" if rang == combien - 2 else ""


def _cellules(x: LigneAgee) -> tuple[str, ...]:
    return (x.nom, *[str(m) if m else "—" for m in (*x.tranches, x.principal, x.accessoires)], str(x.total))


def noms_des_tranches(bornes: Sequence[int]) -> tuple[str, ...]:
    """« non échu », « 1 à 30 jours », …, « plus de 90 jours ».

    Raises:
        DonneeInvalide: Bornes qui ne sont pas des entiers positifs et croissants.
    """
    if not bornes or any(type(b) is not int or b < 1 for b in bornes) or list(bornes) != sorted(set(bornes)):
        remede = "Donnez des jours de retard croissants, comme (30, 60, 90)."
        raise DonneeInvalide("tranches illisibles", champ="tranches", valeur=tuple(bornes), remede=remede)
    debuts = (1, *[b + 1 for b in bornes[:-1]])
    milieu = [f"{du} à {jours(au)}" if du < au else jours(au) for du, au in zip(debuts, bornes, strict=True)]
    return ("non échu", *milieu, f"plus de {jours(bornes[-1])}")


def balance_agee(bilans: Iterable[Bilan], au: date, bornes: Sequence[int], par: Par) -> BalanceAgee:
    """Voir ``Portefeuille.balance_agee``."""
    noms = noms_des_tranches(bornes)
    postes: dict[tuple[str, str], list[PosteAge]] = {}
    verses: dict[tuple[str, str], int] = {}
    identites: dict[str, str] = {}
    for bilan in bilans:
        qui = partie(bilan.dossier, par)
        cle = (bilan.dossier.devise, qui.cle)
        siens = [_poste(bilan, b, bornes) for b in emises(bilan) if b.total.valeur]
        if siens or bilan.trop_percu:
            identites[qui.cle] = min(identites.get(qui.cle, qui.nom), qui.nom)
            postes.setdefault(cle, []).extend(siens)
            verses[cle] = verses.get(cle, 0) + bilan.trop_percu.centimes
    lignes = [_ligne(cle, identites[cle], devise, p, verses[devise, cle], len(noms)) for (devise, cle), p in postes.items()]
    lignes.sort(key=lambda x: (x.devise, -x.total.centimes, x.cle))
    totaux = []
    for devise in sorted({x.devise for x in lignes}):
        tous = [p for x in lignes if x.devise == devise for p in x.postes]
        verse = sum(x.trop_percu.centimes for x in lignes if x.devise == devise)
        totaux.append(_ligne("", "Total", devise, tous, verse, len(noms)))
    return BalanceAgee(au=au, par=par, tranches=noms, lignes=tuple(lignes), totaux=tuple(totaux))


def _poste(bilan: Bilan, b: BilanCreance, bornes: Sequence[int]) -> PosteAge:
    jours = (bilan.au - b.echeance.valeur).days
    return PosteAge(
        creancier=bilan.dossier.creancier.nom,
        debiteur=bilan.dossier.debiteur.nom,
        creance=b.creance.reference,
        numero=b.creance.numero,
        jours=jours,
        tranche=bisect_left(bornes, jours) + 1 if jours > 0 else 0,
        principal=b.principal.valeur,
        accessoires=b.total.valeur - b.principal.valeur,
        conteste=b.conteste,
        prescrite=b.prescription.acquise,
    )


def _ligne(cle: str, nom: str, devise: str, postes: list[PosteAge], trop_percu: int, combien: int) -> LigneAgee:
    tranches, accessoires, conteste, prescrit = [0] * combien, 0, 0, 0
    for p in postes:
        tranches[p.tranche] += p.principal.centimes
        accessoires += p.accessoires.centimes
        conteste += p.conteste.centimes
        prescrit += (p.principal.centimes + p.accessoires.centimes) * p.prescrite
    principal = sum(tranches)

    def de(centimes: int) -> Montant:
        return Montant.de_centimes(centimes, devise) if centimes else Montant.zero(devise)

    return LigneAgee(
        cle=cle,
        nom=nom,
        devise=devise,
        tranches=tuple(map(de, tranches)),
        principal=de(principal),
        accessoires=de(accessoires),
        total=de(principal + accessoires),
        dont_conteste=de(conteste),
        dont_prescrit=de(prescrit),
        trop_percu=de(trop_percu),
        postes=tuple(sorted(postes, key=lambda p: (-p.jours, p.debiteur, p.creancier, p.creance))),
    )


# --- les pénalités jamais réclamées ----------------------------------------------------------------------------------


@frozen(kw_only=True)
class LigneNonReclamee:
    """Ce que le retard d'une facture a fait naître, qui reste dû, et qu'aucune mise en demeure n'a réclamé.

    Attributes:
        postes: Pénalités, intérêts, clause pénale, indemnité, frais : ceux qui ne sont pas nuls.
        principal_paye: Vrai si seul l'accessoire reste : plus aucun rappel ne le réclamera.
        retenue: Pourquoi la politique ne demande rien aujourd'hui pour cette facture ; vide : rien ne la retient.
    """

    creancier: str
    debiteur: str
    creance: str
    numero: str
    devise: str
    postes: tuple[tuple[str, Montant], ...]
    total: Montant
    principal_paye: bool
    retenue: str


@frozen(kw_only=True)
class PenalitesNonReclamees(EnTable):
    """Ce que les retards ont fait naître sans que personne le demande.

    Attributes:
        lignes: De la plus forte à la moindre, par devise. Une créance prescrite, ou qui peut l'être, n'y est pas.
        totaux: Un par devise.
        perdues: Ce qu'une prescription, acquise ou douteuse, retient de réclamer ; un total par devise.
    """

    au: date
    lignes: tuple[LigneNonReclamee, ...]
    totaux: tuple[Montant, ...]
    perdues: tuple[Montant, ...]

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par facture ; montants en ``Decimal``."""
        return [
            {"creancier": x.creancier, "debiteur": x.debiteur, "reference": x.creance, "facture": x.numero, "devise": x.devise}
            | {poste: dict(x.postes).get(poste, Montant.zero(x.devise)).decimal for poste in LIBELLES}
            | {"total": x.total.decimal, "principal_paye": x.principal_paye, "retenue": x.retenue}
            for x in self.lignes
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        textes = ("creancier", "debiteur", "reference", "facture", "devise")
        sommes: dict[str, Genre] = dict.fromkeys((*LIBELLES, "total"), "somme")
        return {**dict.fromkeys(textes, "texte"), **sommes, "principal_paye": "oui_non", "retenue": "texte"}

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        sommes = {nom: [m.vers_json() for m in getattr(self, nom)] for nom in ("totaux", "perdues")}
        return {"au": self.au.isoformat(), "lignes": en_json(self.vers_lignes()), **sommes}

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (x.debiteur, x.numero, ", ".join(f"{LIBELLES[p].lower()} {m}" for p, m in x.postes), str(x.total), x.retenue)
            for x in self.lignes[:MONTREES]
        ]
        somme = " ; ".join(map(str, self.totaux)) or "rien"
        perdues = [("prescrites, ou peut-être", str(m)) for m in self.perdues]
        entetes = ("Débiteur", "Facture", "Composition", "Total", "Ce qui retient")
        return a.page(
            a.carte(f"Jamais réclamé, au {a.date_fr(self.au)}", somme, perdues),
            a.table(entetes, lignes, nombres=(3,), legende="De la plus forte à la moindre", note=la_suite(len(self.lignes))),
        )


def penalites_non_reclamees(bilans: Iterable[Bilan], au: date) -> PenalitesNonReclamees:
    """Voir ``Portefeuille.penalites_non_reclamees``."""
    lignes, perdues = [], dict[str, int]()
    for bilan in bilans:
        demeures = [e for e in bilan.dossier.evenements if isinstance(e, MiseEnDemeure) and e.le <= au]
        retenues = {e.creance: e.motif for e in bilan.empechements}
        for b in emises(bilan):
            restants = tuple([(poste, m) for poste in LIBELLES if (m := getattr(b, poste).valeur)])
            if not restants or any(vise(e, b.creance) for e in demeures):
                continue
            ligne = _non_reclamee(bilan, b, restants, retenues.get(b.creance.reference, ""))
            if b.prescription.acquise or b.prescription.douteuse:
                perdues[ligne.devise] = perdues.get(ligne.devise, 0) + ligne.total.centimes
            else:
                lignes.append(ligne)
    lignes.sort(key=lambda x: (x.devise, -x.total.centimes, x.debiteur, x.creancier, x.creance))
    sommes: dict[str, int] = {}
    for x in lignes:
        sommes[x.devise] = sommes.get(x.devise, 0) + x.total.centimes
    return PenalitesNonReclamees(au=au, lignes=tuple(lignes), totaux=_par_devise(sommes), perdues=_par_devise(perdues))


def _par_devise(sommes: Mapping[str, int]) -> tuple[Montant, ...]:
    return tuple([Montant.de_centimes(sommes[devise], devise) for devise in sorted(sommes)])


def _non_reclamee(bilan: Bilan, b: BilanCreance, postes: tuple[tuple[str, Montant], ...], retenue: str) -> LigneNonReclamee:
    return LigneNonReclamee(
        creancier=bilan.dossier.creancier.nom,
        debiteur=bilan.dossier.debiteur.nom,
        creance=b.creance.reference,
        numero=b.creance.numero,
        devise=b.creance.devise,
        postes=postes,
        total=sum([m for _, m in postes], Montant.zero(b.creance.devise)),
        principal_paye=not b.principal.valeur,
        retenue=retenue,
    )
