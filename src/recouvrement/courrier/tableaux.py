"""Les tableaux d'une lettre : chacun se recompte à la main, et son total est la somme de ses lignes."""

from datetime import date

from recouvrement.courrier.document import Alignement, Donnee, Jour, Tableau, Texte
from recouvrement.courrier.faits import Faits
from recouvrement.erreurs import ModeleInvalide
from recouvrement.modele.montant import Montant
from recouvrement.politique.bilan import NOMS_DES_POSTES, POSTES, BilanCreance, Imputation, LigneDecompte

OUVERTURES = {
    "principal": "montant TTC",
    "indemnite": "indemnité forfaitaire",
    "clause_penale": "clause pénale",
    "frais": "frais justifiés",
}
REGLE_DE_CALCUL = "Chaque ligne : base × jours × taux ÷ {annee}, arrondie au centime."


def faire(nom: str, faits: Faits, modele: str) -> tuple[Tableau, ...]:
    """Tableaux de ce nom.

    Raises:
        ModeleInvalide: Nom inconnu.
    """
    fabriques = {"factures": _factures, "pour_memoire": _pour_memoire, "versements": _versements, "decompte": _decomptes}
    if nom not in fabriques:
        raise ModeleInvalide(f"tableau inconnu ; connus : {', '.join(fabriques)}", modele=modele, champ=nom)
    return fabriques[nom](faits)


def _somme(montants: list[Montant]) -> Montant:
    return sum(montants[1:], montants[0])


def _ligne(b: BilanCreance) -> tuple[Texte, ...]:
    return (Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), (b.jours_retard,), (b.principal.valeur,)


def _factures(faits: Faits) -> tuple[Tableau, ...]:
    """Facture, échéance, retard, reste dû ; pénalités ou intérêts, indemnité et total si la lettre les réclame."""
    entetes: tuple[str, ...] = ("Facture", "Échéance", "Retard (j)", "Reste dû")
    lignes = [_ligne(b) for b in faits.visees]
    total: tuple[Texte, ...] = (("Total",), (), (), (_somme([b.principal.valeur for b in faits.visees]),))
    if faits.reclame_accessoires:
        postes = [p for p in (*POSTES[1:], "total") if any(getattr(b, p).valeur for b in faits.visees)]
        entetes += tuple((NOMS_DES_POSTES | {"total": "total"})[p].capitalize() for p in postes)
        lignes = [(*x, *((getattr(b, p).valeur,) for p in postes)) for x, b in zip(lignes, faits.visees, strict=True)]
        total += tuple((_somme([getattr(b, p).valeur for b in faits.visees]),) for p in postes)
    titre: Texte = ("Sommes dues au ", Jour(faits.bilan.au))
    droites: list[Alignement] = ["droite" for _ in entetes[2:]]
    return (Tableau(titre, entetes, ("gauche", "gauche", *droites), tuple(lignes), total if len(lignes) > 1 else ()),)


def _pour_memoire(faits: Faits) -> tuple[Tableau, ...]:
    lignes = tuple(_ligne(b) for b in faits.memoire)
    titre: Texte = ("Pour mémoire, également en retard et non comprises dans la somme ci-dessus",)
    return (Tableau(titre, ("Facture", "Échéance", "Retard (j)", "Reste dû"), ("gauche", "gauche", "droite", "droite"), lignes),)


def _versements(faits: Faits) -> tuple[Tableau, ...]:
    """Ce qui a déjà été payé ou crédité, et sur quoi."""
    lignes = tuple(_versement(i, b) for b in faits.visees for i in b.decompte.imputations)
    titre: Texte = ("Paiements et avoirs déjà déduits",)
    return (Tableau(titre, ("Facture", "Le", "Nature", "Montant"), ("gauche", "gauche", "gauche", "droite"), lignes),)


def _versement(imputation: Imputation, b: BilanCreance) -> tuple[Texte, ...]:
    return (Donnee(b.creance.numero),), (Jour(imputation.le, "tableau"),), (imputation.evenement,), (imputation.valeur,)


def _decomptes(faits: Faits) -> tuple[Tableau, ...]:
    """Un décompte par facture, du montant d'origine au reste dû, jour après jour."""
    return tuple(_decompte(b) for b in faits.visees)


def _decompte(b: BilanCreance) -> Tableau:
    """Montant d'origine, lignes, imputations, indemnité et autres sommes dues d'un coup, par jour : la somme est le reste dû."""
    mouvements = [(o.le, 0, _simple(OUVERTURES[o.nature], o.le, o.montant)) for o in b.decompte.ouvertures]
    mouvements += [(x.au, 1, _accru(x)) for x in b.decompte.lignes]
    mouvements += [(i.le, 2, _simple(i.evenement, i.le, -i.valeur)) for i in b.decompte.imputations]
    lignes = [texte for _, _, texte in sorted(mouvements, key=lambda m: m[:2])]
    annee = b.decompte.lignes[0].annee if b.decompte.lignes else 365
    return Tableau(
        ("Décompte de la facture ", Donnee(b.creance.numero)),
        ("Opération", "Du", "Au", "Jours", "Base", "Taux", "Montant"),
        ("gauche", "gauche", "gauche", "droite", "droite", "droite", "droite"),
        tuple(lignes),
        (("Reste dû",), (), (), (), (), (), (b.total.valeur,)),
        (REGLE_DE_CALCUL.format(annee=annee),),
    )


def _simple(nom: str, jour: date, montant: Montant) -> tuple[Texte, ...]:
    return (nom[0].upper() + nom[1:],), (Jour(jour, "tableau"),), (), (), (), (), (montant,)


def _accru(x: LigneDecompte) -> tuple[Texte, ...]:
    nom = "Pénalités" if x.nature == "penalites" else "Intérêts"
    return (nom,), (Jour(x.du, "tableau"),), (Jour(x.au, "tableau"),), (x.jours,), (x.base,), (x.taux,), (x.montant,)
