"""La note de pénalités : ce que le retard a ajouté aux factures, ligne à ligne, hors du champ de la TVA. Elle se recompte."""

from collections.abc import Iterator
from pathlib import Path

from attrs import evolve, frozen

from recouvrement.courrier.avertissements import avertir
from recouvrement.courrier.controles import controler
from recouvrement.courrier.document import Alignement, Bloc, Courrier, Donnee, Jour, Paragraphe, Tableau, Texte
from recouvrement.courrier.faits import Faits, expediteur
from recouvrement.courrier.modele import Champs, Conditions, Lexique, Morceau, charger, lexique
from recouvrement.courrier.redaction import references_du_mandat
from recouvrement.erreurs import DonneeInvalide, ModeleInvalide
from recouvrement.modele.montant import FINE, Montant
from recouvrement.politique.bilan import Bilan, BilanCreance, LigneDecompte
from recouvrement.politique.comptabilite import LIBELLES, accessoires, reclamables
from recouvrement.temps import UN_JOUR

ENTETES = ("operation", "du_", "au_", "jours", "base", "taux", "montant")
ALIGNEMENTS: tuple[Alignement, ...] = ("gauche", "gauche", "gauche", "droite", "droite", "droite", "droite")


def note_de_penalites(bilan: Bilan, *, numero: str = "", langue: str | None = None, modeles: Path | None = None) -> Courrier:
    """Courrier neutre, prêt pour tout rendu : les sommes mêmes que ``comptabilite.ecritures`` passe en comptabilité.

    Args:
        numero: Numéro de la note, dans votre suite ; vide : la référence du débiteur, ou la facture si elle est seule.
        langue: ``None`` : celle du débiteur.
        modeles: Dossier de modèles de l'utilisateur, ``<langue>/note_de_penalites.toml``.

    Raises:
        DonneeInvalide: Aucune pénalité, aucune indemnité à réclamer.
        ModeleInvalide: Modèle absent de cette langue, ou fautif ; la loi, ou un fait du dossier, interdit cette demande.
    """
    retenues = reclamables(bilan)
    if not retenues:
        raise DonneeInvalide("ni pénalité ni indemnité à réclamer", champ="bilan", remede="Aucune note n'est à écrire.")
    dossier, langue = bilan.dossier, langue or bilan.dossier.debiteur.langue
    reference = numero or _reference(bilan, retenues)
    modele = charger("note_de_penalites", langue, retenues[0].regime, modeles)
    champs, conditions = _champs(bilan, retenues, reference), _conditions(bilan, retenues)
    mots = lexique(langue, modeles, retenues[0].regime)
    blocs = _Redaction(retenues, champs, conditions, mots, modele.nom)
    faits = Faits(bilan=bilan, mots=mots, visees=retenues, a_payer=_reste(retenues) or None, reclame_accessoires=True)
    mandat = references_du_mandat(faits, faits.champs())
    courrier = Courrier(
        lettre=modele.nom,
        titre=modele.titre,
        langue=langue,
        canal="courrier",
        date=bilan.au,
        creancier=dossier.creancier,
        destinataire=dossier.debiteur,
        reference=reference,
        references=((mots["note"], (Donnee(reference),)), (mots["compte_arrete_au"], (Jour(bilan.au),)), *mandat),
        objet=modele.objet[0].ecrire(champs, modele.nom) if modele.objet else (),
        blocs=blocs.ecrire(modele.blocs),
        annexes=tuple(b for b in blocs.ecrire(modele.annexes) if isinstance(b, Tableau)),
    )
    controler(courrier, faits)
    return evolve(courrier, avertissements=avertir(courrier, faits))


def _reference(bilan: Bilan, retenues: tuple[BilanCreance, ...]) -> str:
    """Comme les lettres : la facture si elle est seule, sinon le client, sinon la première facture."""
    debiteur, premiere = bilan.dossier.debiteur, retenues[0].creance.numero
    return premiere if len(retenues) == 1 else debiteur.identifiant or debiteur.siren or premiere


def _somme(montants: list[Montant]) -> Montant:
    return sum(montants[1:], montants[0])


def _total(b: BilanCreance) -> Montant:
    return _somme(list(accessoires(b).values()))


def _reste(retenues: tuple[BilanCreance, ...]) -> Montant:
    return _somme([getattr(b, poste).valeur for b in retenues for poste in LIBELLES])


def _champs(bilan: Bilan, retenues: tuple[BilanCreance, ...], reference: str) -> Champs:
    total, reste, paye = _somme([_total(b) for b in retenues]), _reste(retenues), expediteur(bilan)
    iban = paye.iban
    return {
        "creancier": Donnee(bilan.dossier.creancier.nom),
        "date_arrete": Jour(bilan.au),
        "expediteur": Donnee(paye.nom),
        "iban": Donnee(FINE.join(iban[i : i + 4] for i in range(0, len(iban), 4))) if iban else None,
        "paye": total - reste,
        "reference": Donnee(reference),
        "reste": reste,
        "total": total,
    }


def _conditions(bilan: Bilan, retenues: tuple[BilanCreance, ...]) -> Conditions:
    civils = {b.creance.reference for b in retenues if b.interets.sachant or "interets" in accessoires(b)}
    publics = {b.creance.reference for b in retenues if b.regime == "public"}
    return {
        "a_payer": bool(_reste(retenues)),
        "civil": bool(civils),
        "commerce": any(b.creance.reference not in civils | publics for b in retenues),
        "deja_paye": _reste(retenues) != _somme([_total(b) for b in retenues]),
        "indemnite": any("indemnite" in accessoires(b) for b in retenues),
        "iban": expediteur(bilan).iban is not None,
        "public": bool(publics - civils),
    }


@frozen
class _Redaction:
    """Les faits de la note, face aux morceaux du modèle."""

    retenues: tuple[BilanCreance, ...]
    champs: Champs
    conditions: Conditions
    mots: Lexique
    modele: str

    def ecrire(self, morceaux: tuple[Morceau, ...]) -> tuple[Bloc, ...]:
        return tuple(b for m in morceaux if m.retenu(self.conditions, self.modele) for b in self._blocs(m))

    def _blocs(self, morceau: Morceau) -> tuple[Bloc, ...]:
        if not morceau.tableau:
            return (Paragraphe(morceau.role, morceau.ecrire(self.champs, self.modele)),)
        if morceau.tableau == "recapitulation":
            return (_recapitulation(self.retenues, self.mots),)
        if morceau.tableau == "detail":
            return tuple(_detail(b, self.mots) for b in self.retenues)
        raise ModeleInvalide("tableau inconnu ; connus : recapitulation, detail", modele=self.modele, champ=morceau.tableau)


def _recapitulation(retenues: tuple[BilanCreance, ...], mots: Lexique) -> Tableau:
    """Une ligne par facture, une colonne par poste qui n'est pas nul partout."""
    zero = Montant.zero(retenues[0].creance.devise)
    postes = [p for p in LIBELLES if any(p in accessoires(b) for b in retenues)]
    chiffres = [[*(accessoires(b).get(p, zero) for p in postes), _total(b)] for b in retenues]
    lignes: list[tuple[Texte, ...]] = [
        ((Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), *((m,) for m in ligne))
        for b, ligne in zip(retenues, chiffres, strict=True)
    ]
    total: tuple[Texte, ...] = ((mots["total"],), (), *((_somme(list(colonne)),) for colonne in zip(*chiffres, strict=True)))
    entetes = (mots["facture"], mots["echeance"], *(mots[p] for p in postes), mots["total_hors_tva"])
    droites: list[Alignement] = ["droite" for _ in entetes[2:]]
    return Tableau(
        (mots["titre_note"],), entetes, ("gauche", "gauche", *droites), tuple(lignes), total if len(lignes) > 1 else ()
    )


def _detail(b: BilanCreance, mots: Lexique) -> Tableau:
    """Chaque ligne qui a couru, la clause pénale, l'indemnité, les frais, moins les remises : la somme est celle de la note."""
    annees = sorted({x.annee for x in b.decompte.lignes})
    regle = mots["regle_de_la_note"].format(annees=f"{mots['ou']} ".join(map(str, annees)))
    return Tableau(
        (mots["titre_detail"], Donnee(b.creance.numero)),
        tuple([mots[cle] for cle in ENTETES]),
        ALIGNEMENTS,
        (*(_accru(x, mots) for x in b.decompte.lignes), *_forfaits(b, mots), *_remises(b, mots)),
        ((mots["total"],), (), (), (), (), (), (_total(b),)),
        (regle,) if annees else (),
    )


def _forfaits(b: BilanCreance, mots: Lexique) -> Iterator[tuple[Texte, ...]]:
    """Ce qui ne court pas jour après jour, tel que né : les remises sont écrites à part."""
    for poste in ("clause_penale", "indemnite", "frais"):
        montant = sum((getattr(i, poste) for i in b.decompte.imputations), getattr(b, poste).valeur)
        if montant:
            ne_le: Texte = (Jour(b.echeance.valeur + UN_JOUR, "tableau"),) if poste == "indemnite" else ()
            yield (mots[f"ouverture_{poste}"],), ne_le, (), (), (), (), (montant,)


def _remises(b: BilanCreance, mots: Lexique) -> Iterator[tuple[Texte, ...]]:
    for i in b.decompte.imputations:
        if i.evenement == "remise" and (remis := i.valeur - i.principal):
            yield (mots["evenement_remise"],), (Jour(i.le, "tableau"),), (), (), (), (), (-remis,)


def _accru(x: LigneDecompte, mots: Lexique) -> tuple[Texte, ...]:
    nom = mots[x.nature]
    return (nom,), (Jour(x.du, "tableau"),), (Jour(x.au, "tableau"),), (x.jours,), (x.base,), (x.taux,), (x.montant,)
