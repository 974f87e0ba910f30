"""Les tableaux d'une lettre : chacun se recompte à la main, et son total est la somme de ses lignes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from attrs import evolve

from recouvrement.courrier.document import Alignement, Donnee, Jour, Tableau, Texte
from recouvrement.courrier.faits import Faits
from recouvrement.courrier.modele import Lexique
from recouvrement.erreurs import ModeleInvalide
from recouvrement.modele.montant import Montant
from recouvrement.politique.bilan import POSTES, BilanCreance, Imputation, LigneDecompte

GAUCHE: Alignement = "gauche"
DROITE: Alignement = "droite"


def faire(nom: str, faits: Faits, modele: str) -> tuple[Tableau, ...]:
    """Tableaux de ce nom, du bilan ou du sujet de la lettre.

    Raises:
        ModeleInvalide: Nom inconnu.
    """
    if nom in faits.apport.tableaux:
        return faits.apport.tableaux[nom]
    if nom not in FABRIQUES:
        connus = (*FABRIQUES, *faits.apport.tableaux)
        raise ModeleInvalide(f"tableau inconnu ; connus : {', '.join(connus)}", modele=modele, champ=nom)
    return FABRIQUES[nom](faits)


def somme(montants: Iterable[Montant]) -> Montant:
    """Somme d'au moins un montant."""
    premier, *autres = montants
    return sum(autres, premier)


def _ligne(b: BilanCreance) -> tuple[Texte, ...]:
    return (Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), (b.jours_retard,), (b.principal.valeur,)


def _entetes(mots: Lexique, *cles: str) -> tuple[str, ...]:
    return tuple([mots[cle] for cle in cles])


def postes_vivants(bilans: Iterable[BilanCreance]) -> list[str]:
    """Les postes qui ne sont pas nuls partout."""
    tous = list(bilans)
    return [p for p in POSTES if any(getattr(b, p).valeur for b in tous)]


def _factures(faits: Faits) -> tuple[Tableau, ...]:
    """Facture, échéance, retard, reste dû ; pénalités ou intérêts, indemnité et total si la lettre les réclame."""
    mots, visees = faits.mots, faits.visees
    entetes = _entetes(mots, "facture", "echeance", "retard", "reste_du")
    lignes = [_ligne(b) for b in visees]
    total: tuple[Texte, ...] = ((mots["total"],), (), (), (somme([b.principal.valeur for b in visees]),))
    if faits.reclame_accessoires:
        postes = [*(p for p in postes_vivants(visees) if p != "principal"), "total"]
        entetes += _entetes(mots, *postes)
        lignes = [(*x, *((getattr(b, p).valeur,) for p in postes)) for x, b in zip(lignes, visees, strict=True)]
        total += tuple((somme([getattr(b, p).valeur for b in visees]),) for p in postes)
    titre: Texte = (mots["titre_factures"], Jour(faits.bilan.au))
    droites = [DROITE for _ in entetes[2:]]
    return (Tableau(titre, entetes, (GAUCHE, GAUCHE, *droites), tuple(lignes), total if len(lignes) > 1 else ()),)


def _factures_principal(faits: Faits) -> tuple[Tableau, ...]:
    """Les mêmes, sans ce que le retard y ajoute."""
    return _factures(evolve(faits, reclame_accessoires=False))


def _a_echoir(faits: Faits) -> tuple[Tableau, ...]:
    """Facture, échéance, montant : rien n'est en retard."""
    mots = faits.mots
    lignes = tuple(
        ((Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), (b.principal.valeur,)) for b in faits.visees
    )
    total: tuple[Texte, ...] = ((mots["total"],), (), (faits.poste("principal"),))
    entetes = _entetes(mots, "facture", "echeance", "montant")
    return (Tableau((mots["titre_a_echoir"],), entetes, (GAUCHE, GAUCHE, DROITE), lignes, total if len(lignes) > 1 else ()),)


def _pour_memoire(faits: Faits) -> tuple[Tableau, ...]:
    mots = faits.mots
    lignes = tuple(_ligne(b) for b in faits.memoire)
    entetes = _entetes(mots, "facture", "echeance", "retard", "reste_du")
    return (Tableau((mots["titre_pour_memoire"],), entetes, (GAUCHE, GAUCHE, DROITE, DROITE), lignes),)


def _versements(faits: Faits) -> tuple[Tableau, ...]:
    """Ce qui a déjà été payé ou crédité, et sur quoi."""
    mots = faits.mots
    lignes = tuple(_versement(i, b, mots) for b in faits.visees for i in b.decompte.imputations)
    entetes = _entetes(mots, "facture", "le_", "nature", "montant")
    return (Tableau((mots["titre_versements"],), entetes, (GAUCHE, GAUCHE, GAUCHE, DROITE), lignes),)


def _versement(i: Imputation, b: BilanCreance, mots: Lexique) -> tuple[Texte, ...]:
    return (Donnee(b.creance.numero),), (Jour(i.le, "tableau"),), (mots[f"evenement_{i.evenement}"],), (i.valeur,)


def _sommes(faits: Faits) -> tuple[Tableau, ...]:
    """Un poste par ligne : principal, pénalités, intérêts, clause pénale, indemnité, frais."""
    mots = faits.mots
    lignes = tuple(((mots[p],), (faits.poste(p),)) for p in postes_vivants(faits.visees))
    titre: Texte = (mots["titre_sommes"], Jour(faits.bilan.au))
    total: tuple[Texte, ...] = ((mots["total"],), (faits.poste("total"),))
    return (Tableau(titre, _entetes(mots, "poste", "montant"), (GAUCHE, DROITE), lignes, total),)


def _termes(faits: Faits) -> tuple[Tableau, ...]:
    """Un terme de loyer par ligne : appelé, reçu, reste."""
    mots, visees = faits.mots, faits.visees
    chiffres = [(b.creance.principal, b.creance.principal - b.principal.valeur, b.principal.valeur) for b in visees]
    lignes: list[tuple[Texte, ...]] = [
        ((Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), *((m,) if m else () for m in trois))
        for b, trois in zip(visees, chiffres, strict=True)
    ]
    entetes = _entetes(mots, "terme", "echeance", "appele", "recu", "reste_du")
    total: tuple[Texte, ...] = ((mots["total"],), (), *((somme(colonne),) for colonne in zip(*chiffres, strict=True)))
    titre: Texte = (mots["titre_termes"], Jour(faits.bilan.au))
    sens = (GAUCHE, GAUCHE, DROITE, DROITE, DROITE)
    return (Tableau(titre, entetes, sens, tuple(lignes), total if len(lignes) > 1 else ()),)


def _decomptes(faits: Faits) -> tuple[Tableau, ...]:
    """Un décompte par facture, du montant d'origine au reste dû, jour après jour."""
    return tuple(decompte(b, faits.mots) for b in faits.visees)


def decompte(b: BilanCreance, mots: Lexique) -> Tableau:
    """Montant d'origine, lignes, imputations, indemnité et autres sommes dues d'un coup, par jour : la somme est le reste dû."""
    mouvements = [(o.le, 0, _simple(mots[f"ouverture_{o.nature}"], o.le, o.montant)) for o in b.decompte.ouvertures]
    mouvements += [(x.au, 1, _accru(x, mots)) for x in b.decompte.lignes]
    mouvements += [(i.le, 2, _simple(mots[f"evenement_{i.evenement}"], i.le, -i.valeur)) for i in b.decompte.imputations]
    lignes = [texte for _, _, texte in sorted(mouvements, key=lambda m: m[:2])]
    regle = [mots["regle_de_calcul"].format(annee=x.annee) for x in b.decompte.lignes[:1]]
    return Tableau(
        (mots["titre_decompte"], Donnee(b.creance.numero)),
        _entetes(mots, "operation", "du_", "au_", "jours", "base", "taux", "montant"),
        (GAUCHE, GAUCHE, GAUCHE, DROITE, DROITE, DROITE, DROITE),
        tuple(lignes),
        ((mots["reste_du"],), (), (), (), (), (), (b.total.valeur,)),
        tuple(regle),
    )


def _simple(nom: str, jour: date, montant: Montant) -> tuple[Texte, ...]:
    return (nom,), (Jour(jour, "tableau"),), (), (), (), (), (montant,)


def _accru(x: LigneDecompte, mots: Lexique) -> tuple[Texte, ...]:
    du, au = Jour(x.du, "tableau"), Jour(x.au, "tableau")
    return (mots[x.nature],), (du,), (au,), (x.jours,), (x.base,), (x.taux,), (x.montant,)


FABRIQUES: Mapping[str, Callable[[Faits], tuple[Tableau, ...]]] = {
    "factures": _factures,
    "factures_principal": _factures_principal,
    "a_echoir": _a_echoir,
    "pour_memoire": _pour_memoire,
    "versements": _versements,
    "sommes": _sommes,
    "termes": _termes,
    "decompte": _decomptes,
}
