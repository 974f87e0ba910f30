"""D'une action et d'un bilan à un courrier : les faits, les tableaux, le modèle, les contrôles."""

from pathlib import Path

from recouvrement.courrier import tableaux
from recouvrement.courrier.controles import controler
from recouvrement.courrier.document import Bloc, Courrier, Donnee, Jour, Paragraphe, Texte
from recouvrement.courrier.faits import Faits
from recouvrement.courrier.modele import Champs, Conditions, Modele, Morceau, charger
from recouvrement.erreurs import ModeleInvalide
from recouvrement.politique.bilan import ActionProposee, Bilan, BilanCreance

RECOMMANDE = "Lettre recommandée avec demande d'avis de réception"


def rediger(action: ActionProposee, bilan: Bilan, *, langue: str | None = None, modeles: Path | None = None) -> Courrier:
    """Courrier neutre de cette action, prêt pour tout rendu.

    Args:
        langue: ``None`` : celle du débiteur.
        modeles: Dossier de modèles de l'utilisateur, ``<langue>/<lettre>.toml`` ; les siens passent avant ceux livrés.

    Raises:
        ModeleInvalide: L'étape n'a pas de lettre, aucun modèle ne convient, un fait manque, ou la loi interdit de l'écrire.
    """
    if not action.etape.lettre:
        raise ModeleInvalide("cette étape n'a pas de lettre à écrire", modele=action.etape.cle)
    langue = langue or bilan.dossier.debiteur.langue
    visees = tuple(bilan.par_creance[r] for r in action.creances)
    modele = charger(action.etape.lettre, langue, visees[0].regime, modeles)
    faits = _faits(action, bilan, visees, modele)
    champs, conditions = faits.champs(), faits.conditions()
    dossier = bilan.dossier
    courrier = Courrier(
        lettre=modele.nom,
        langue=langue,
        canal=action.canal,
        date=action.acte.le,
        creancier=dossier.creancier,
        debiteur=dossier.debiteur,
        reference=faits.reference,
        mode_envoi=RECOMMANDE if action.canal == "recommande" else "",
        references=(("Nos références", (Donnee(faits.reference),)), ("Compte arrêté au", (Jour(bilan.au),))),
        objet=_premier(modele.objet, champs, conditions, modele.nom),
        tete=_premier(modele.tete, champs, conditions, modele.nom),
        blocs=tuple(b for m in modele.blocs if m.retenu(conditions, modele.nom) for b in _blocs(m, faits, champs, modele.nom)),
        annexes=tuple(
            t for m in modele.annexes if m.retenu(conditions, modele.nom) for t in tableaux.faire(m.tableau, faits, modele.nom)
        ),
    )
    controler(courrier, faits)
    return courrier


def _faits(action: ActionProposee, bilan: Bilan, visees: tuple[BilanCreance, ...], modele: Modele) -> Faits:
    principal = modele.reclame == "principal"
    postes = [b.principal.valeur if principal else b.total.valeur for b in visees]
    memoire = tuple(bilan.par_creance[r] for r in action.pour_memoire)
    accessoires = not principal and any(b.total.valeur != b.principal.valeur for b in visees)
    return Faits(action, bilan, visees, memoire, sum(postes[1:], postes[0]), accessoires)


def _premier(morceaux: tuple[Morceau, ...], champs: Champs, conditions: Conditions, modele: str) -> Texte:
    """Le premier texte dont les conditions tiennent."""
    return next((m.ecrire(champs, modele) for m in morceaux if m.retenu(conditions, modele)), ())


def _blocs(morceau: Morceau, faits: Faits, champs: Champs, modele: str) -> tuple[Bloc, ...]:
    if morceau.tableau:
        return tableaux.faire(morceau.tableau, faits, modele)
    return (Paragraphe(morceau.role, morceau.ecrire(champs, modele)),)
