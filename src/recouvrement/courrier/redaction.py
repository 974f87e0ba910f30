"""D'un bilan à un courrier : les faits, le modèle, les tableaux, les contrôles. Une étape se rédige ; une autre lettre s'écrit."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from attrs import evolve

from recouvrement.courrier import tableaux
from recouvrement.courrier.avertissements import avertir
from recouvrement.courrier.controles import controler
from recouvrement.courrier.document import Bloc, Courrier, Donnee, Fragment, Jour, Paragraphe, Texte, Virement
from recouvrement.courrier.faits import Faits
from recouvrement.courrier.modele import Champs, Conditions, Lexique, Modele, Morceau, charger, inconnu, lexique
from recouvrement.courrier.sujets import Sujet, apporter
from recouvrement.courrier.tiers import Tiers
from recouvrement.erreurs import DonneeInvalide, ModeleInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.evenements import Echeancier
from recouvrement.modele.montant import Montant, Taux
from recouvrement.politique.accord import exigible, repartis
from recouvrement.politique.bilan import ActionProposee, Bilan, BilanCreance
from recouvrement.politique.mandat import LETTRE
from recouvrement.temps import jour_civil

Fait = str | date | Montant | Taux | int | Sequence[str]
MOTIF = 140  # caractères du motif d'un virement
LONG = 1000  # caractères d'un fait ajouté par l'appelant


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
    if modele.sujet or modele.faits:
        raise ModeleInvalide("cette lettre demande plus que le bilan : courrier.ecrire(…)", modele=modele.nom)
    faits = _faits(action, bilan, visees, modele, lexique(langue, modeles, visees[0].regime))
    return _composer(modele, faits, langue, action.canal, action.acte.le)


def ecrire(
    lettre: str,
    bilan: Bilan,
    sujet: Sujet | None = None,
    *,
    creances: Sequence[str] = (),
    payer_avant_le: date | None = None,
    destinataire: Tiers | None = None,
    reference: str = "",
    canal: str | None = None,
    langue: str | None = None,
    modeles: Path | None = None,
    **faits: Fait,
) -> Courrier:
    """Courrier neutre d'une lettre qui n'est pas une étape du scénario : remerciement, accord, requête…

    Args:
        lettre: Nom du modèle : ``remerciement``, ``accord_echeancier``…
        bilan: Le dossier au jour de la lettre.
        sujet: La valeur dont elle part : un échéancier, un paiement, un dossier contentieux… ; le modèle dit laquelle.
        creances: Références dont elle parle ; vide : celles du sujet, sinon celles que le modèle vise.
        payer_avant_le: Dernier jour accordé, inclus et ouvré.
        destinataire: À qui elle s'adresse, si ce n'est au débiteur.
        reference: Celle à rappeler ; vide : la facture, ou le client.
        canal: ``None`` : celui du modèle.
        langue: ``None`` : celle du débiteur, ou le français pour une lettre à un tiers.
        modeles: Dossier de modèles de l'utilisateur.
        faits: Ce que le modèle demande de plus, par son nom : textes, dates, montants, taux, nombres, listes de textes.

    Raises:
        DonneeInvalide: Sujet étranger au bilan ou qui ne se recompte pas ; fait d'un mauvais type.
        ModeleInvalide: Aucun modèle ne convient, un fait manque ou est de trop, ou la loi interdit de l'écrire.
    """
    langue = langue or ("fr" if destinataire else bilan.dossier.debiteur.langue)
    mots = lexique(langue, modeles, bilan.creances[0].regime)
    apport = apporter(sujet, bilan, mots)
    nommees = tuple(creances) or apport.creances
    modele = charger(lettre, langue, (_nommees(bilan, nommees) or bilan.creances)[0].regime, modeles)
    if type(sujet).__name__ != (modele.sujet or "NoneType"):
        attendu = f"cette lettre part d'une valeur {modele.sujet}" if modele.sujet else "cette lettre ne part que du bilan"
        raise ModeleInvalide(attendu, modele=modele.nom, champ="sujet")
    visees = _nommees(bilan, nommees) or _visees(bilan, modele)
    dits = _dits(modele, faits, mots)
    complets = Faits(
        bilan=bilan,
        mots=mots,
        visees=visees,
        a_payer=_a_payer(modele, bilan, visees),
        reclame_accessoires=_accessoires(modele, visees),
        limite=payer_avant_le,
        exige_une_limite=modele.reclame != "rien" and modele.vise == "echues",
        met_en_demeure=modele.lettre == "mise_en_demeure",
        apport=apport,
        ouvre_le_mandat=modele.lettre == LETTRE,
        destinataire=destinataire,
        reference_donnee=reference,
        dits=dits,
    )
    return _composer(modele, complets, langue, canal or modele.canal, bilan.au, sujet)


def _faits(action: ActionProposee, bilan: Bilan, visees: tuple[BilanCreance, ...], modele: Modele, mots: Lexique) -> Faits:
    demeure = isinstance(action.acte, MiseEnDemeure)
    return Faits(
        bilan=bilan,
        mots=mots,
        visees=visees,
        memoire=tuple(bilan.par_creance[r] for r in action.pour_memoire),
        a_payer=_a_payer(modele, bilan, visees),
        reclame_accessoires=_accessoires(modele, visees),
        limite=action.payer_avant_le,
        jours_accordes=action.etape.delai_accorde,
        exige_une_limite=demeure or action.etape.delai_accorde is not None,
        met_en_demeure=demeure,
        ouvre_le_mandat=modele.lettre == LETTRE,
        dits=_dits(modele, {}, mots),
    )


def _composer(modele: Modele, faits: Faits, langue: str, canal: str, le: date, sujet: Sujet | None = None) -> Courrier:
    champs, conditions, nom = faits.champs(), faits.conditions(), modele.nom
    if modele.un_de and not any(conditions.get(c) for c in modele.un_de):
        raise ModeleInvalide(f"il faut au moins l'un de : {', '.join(modele.un_de)}", modele=nom)
    ecrits = [m for m in modele.blocs if m.retenu(conditions, nom)]
    joints = [m for m in modele.annexes if m.retenu(conditions, nom)]
    faits = evolve(faits, tableaux_ecrits=frozenset(m.tableau for m in (*ecrits, *joints)))
    dossier, mots = faits.bilan.dossier, faits.mots
    references = (
        (mots["nos_references"], (Donnee(faits.reference),)),
        *references_du_mandat(faits, champs),
        (mots["compte_arrete_au"], (Jour(faits.bilan.au),)),
    )
    courrier = Courrier(
        lettre=nom,
        titre=modele.titre,
        langue=langue,
        canal=canal,
        date=le,
        creancier=faits.expediteur,
        destinataire=faits.destinataire.en_destinataire() if faits.destinataire else dossier.debiteur,
        reference=faits.reference,
        forme=modele.forme,
        mode_envoi=mots["recommande"] if canal == "recommande" else "",
        references=references if modele.forme == "lettre" else (),
        objet=_premier(modele.objet, champs, conditions, nom),
        tete=_premier(modele.tete, champs, conditions, nom),
        blocs=tuple(b for m in ecrits for b in _blocs(m, faits, champs, nom)),
        annexes=tuple(t for m in joints for t in tableaux.faire(m.tableau, faits, nom)),
        virement=_virement(faits) if any(m.role == "paiement" for m in ecrits) else None,
    )
    controler(courrier, faits, sujet)
    return evolve(courrier, avertissements=avertir(courrier, faits))


def references_du_mandat(faits: Faits, champs: Champs) -> Iterator[tuple[str, Texte]]:
    """Pour qui un mandataire écrit, et sa première lettre, que toute autre démarche rappelle (CPCE, art. R. 124-4)."""
    if faits.mandataire is not None and not faits.ouvre_le_mandat:
        yield faits.mots["pour_le_compte_de"], (Donnee(faits.bilan.dossier.creancier.nom),)
    rappel = champs["premiere_lettre"]
    if isinstance(rappel, tuple) and faits.destinataire is None:
        yield faits.mots["premiere_lettre"], rappel


def _virement(faits: Faits) -> Virement | None:
    """La somme demandée, à la référence écrite ; un comptable public mandate, il ne vire pas d'un téléphone."""
    if faits.a_payer is None or {b.regime for b in faits.visees} == {"public"}:
        return None
    numeros = list(dict.fromkeys(b.creance.numero for b in faits.visees))
    complet = " ".join(dict.fromkeys((faits.reference, *numeros)))
    return Virement.pour(faits.expediteur, faits.a_payer, complet if len(complet) <= MOTIF else faits.reference, faits.bilan.au)


def _a_payer(modele: Modele, bilan: Bilan, visees: tuple[BilanCreance, ...]) -> Montant | None:
    """Le principal, ou le total, moins ce qu'un plan en cours laisse à terme ; rien si la lettre ne demande rien."""
    if modele.reclame == "rien":
        return None
    sommes = [getattr(b, modele.reclame).valeur for b in visees]
    if not any(isinstance(e, Echeancier) for e in bilan.dossier.evenements):
        return tableaux.somme(sommes)
    return exigible(visees, repartis(bilan.dossier.evenements, bilan.decompte.imputations), sommes, au=bilan.au)


def _accessoires(modele: Modele, visees: tuple[BilanCreance, ...]) -> bool:
    return modele.reclame != "principal" and any(b.total.valeur != b.principal.valeur for b in visees)


def _nommees(bilan: Bilan, references: Sequence[str]) -> tuple[BilanCreance, ...]:
    inconnue = next((r for r in references if r not in bilan.par_creance), None)
    if inconnue is not None:
        raise DonneeInvalide("créance inconnue de ce bilan", champ="creances", valeur=inconnue)
    return tuple([bilan.par_creance[r] for r in references])


def _visees(bilan: Bilan, modele: Modele) -> tuple[BilanCreance, ...]:
    """Celles que le modèle vise, parmi ce qui reste dû."""
    dues = [b for b in bilan.creances if b.total.valeur]
    if modele.vise == "toutes":
        return tuple(dues) or bilan.creances
    retenues = tuple([b for b in dues if (b.jours_retard > 0) == (modele.vise == "echues")])
    if not retenues:
        quoi = "échue" if modele.vise == "echues" else "à échoir"
        raise DonneeInvalide(f"aucune créance {quoi} dont parler", champ="bilan")
    return retenues


def _dits(modele: Modele, faits: Mapping[str, Fait], mots: Lexique) -> Champs:
    """Les faits que l'appelant ajoute, tous et rien que ceux que le modèle connaît."""
    connus = (*modele.faits, *modele.facultatifs)
    for nom in faits:
        if nom not in connus:
            raise ModeleInvalide(inconnu("fait", nom, dict.fromkeys(connus)), modele=modele.nom, champ=nom)
    manquants = [nom for nom in modele.faits if nom not in faits]
    if manquants:
        raise ModeleInvalide("ce fait manque : donnez-le par son nom", modele=modele.nom, champ=manquants[0])
    return {nom: _dit(nom, faits[nom], mots) if nom in faits else None for nom in connus}


def _dit(nom: str, valeur: Fait, mots: Lexique) -> Fragment:
    """Un texte de l'appelant est lu par les contrôles, comme celui du modèle."""
    if isinstance(valeur, str):
        return _texte(nom, valeur)
    if isinstance(valeur, date):
        return Jour(jour_civil(valeur, nom))
    if isinstance(valeur, Montant | Taux) or type(valeur) is int:
        return valeur
    if isinstance(valeur, Sequence) and valeur:
        return mots["liste"].join(_texte(nom, v) for v in valeur)
    raise DonneeInvalide("texte, date, montant, taux, nombre ou liste de textes attendu", champ=nom, valeur=valeur)


def _texte(nom: str, valeur: str) -> str:
    propre = c.nfc(valeur)
    c.controler_texte(propre, nom, long=LONG)
    return propre


def _premier(morceaux: tuple[Morceau, ...], champs: Champs, conditions: Conditions, modele: str) -> Texte:
    """Le premier texte dont les conditions tiennent."""
    return next((m.ecrire(champs, modele) for m in morceaux if m.retenu(conditions, modele)), ())


def _blocs(morceau: Morceau, faits: Faits, champs: Champs, modele: str) -> tuple[Bloc, ...]:
    if morceau.tableau:
        return tableaux.faire(morceau.tableau, faits, modele)
    return (Paragraphe(morceau.role, morceau.ecrire(champs, modele)),)
