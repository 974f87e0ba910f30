"""D'une pièce EN 16931 aux faits : une créance, un avoir, ou la raison pour laquelle il n'y en a pas. Privé."""

import re
from datetime import date
from functools import partial
from typing import Any

from attrs import frozen

from recouvrement.droit.fr.territoires import DE_PLEIN_DROIT
from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture._commun import DROIT_SUPPOSE, REDEMANDER, lire_date, lire_somme
from recouvrement.lecture._notes import lire_notes
from recouvrement.lecture._piece import Partie, Piece
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.qualite import normaliser_tva, qualite
from recouvrement.modele import _champs as c
from recouvrement.modele.creance import Creance
from recouvrement.modele.devises import decimales
from recouvrement.modele.evenements import Avoir
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur
from recouvrement.ports import Lecture

# UNTDID 1001, sous-ensemble d'EN 16931 et de la norme AFNOR XP Z12-012 (réforme française).
FACTURES = frozenset("80 82 84 326 380 383 384 386 388 389 393 394 395 471 472 473 500 501 575 623 751 780 875 876 877".split())  # noqa: SIM905
AVOIRS = frozenset("81 83 261 262 296 308 381 396 420 458 502 503 532".split())  # noqa: SIM905
_PROFIL_FRANCAIS = "extended-ctc-fr"
_RECTIFICATIVES = frozenset({"384", "471", "472", "473"})
_AFFACTUREES = frozenset({"393", "472", "473", "501"})

_SIREN = re.compile(r"[0-9]{9}(?:[0-9]{5})?", re.ASCII)
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", re.ASCII)


@frozen
class _Totaux:
    """BT-112 (total TTC) et BT-115 (net à payer), accordés entre eux."""

    total: Montant
    du: Montant


def lire_piece(piece: Piece, constat: Constat) -> Lecture:
    """Faits de la pièce.

    Raises:
        DonneeInvalide: Rien ne peut en être tiré, et pourquoi.
    """
    _exiger(piece.numero, "BT-1 (numéro)")
    if piece.type not in FACTURES | AVOIRS:
        remede = f"Types lus : factures {', '.join(sorted(FACTURES, key=int))} ; avoirs {', '.join(sorted(AVOIRS, key=int))}."
        raise DonneeInvalide("type de pièce inconnu", champ="BT-3 (type)", valeur=piece.type, remede=remede)
    totaux = _totaux(piece, constat)
    emise_le = lire_date(_exiger(piece.emise_le, "BT-2 (date d'émission)"), piece.forme_date, "BT-2 (date d'émission)")
    if piece.type in AVOIRS or totaux.total.centimes < 0:
        return Lecture(evenements=(_avoir(piece, totaux.total, emise_le),))
    if totaux.du.centimes <= 0:
        raise DonneeInvalide(
            "rien à payer", champ="BT-115 (net à payer)", valeur=piece.sommes.du, remede="La facture est réglée."
        )
    creances = _creances(piece, totaux.du, emise_le, constat)
    _signaler(piece, constat)
    return Lecture(creances=creances)


def est_un_avoir(piece: Piece) -> bool:
    """Vrai si la pièce réduit ce qui est dû : par son type, ou d'un total négatif."""
    return piece.type in AVOIRS or piece.sommes.total.startswith("-")


def _exiger(texte: str, champ: str) -> str:
    if not texte:
        raise DonneeInvalide("terme obligatoire absent", champ=champ, remede=REDEMANDER)
    return texte


def _totaux(piece: Piece, constat: Constat) -> _Totaux:
    """Total et net à payer, si la facture s'additionne ; le profil français étendu tolère un centime par élément entre HT et TTC.

    Source:
        EN 16931-1, règles BR-CO-15 (HT + TVA = TTC) et BR-CO-16 (TTC - versé + arrondi = net à payer) ; EXTENDED-CTC-FR 1.4,
        règle BR-FREXT-CO-15.
    """
    _exiger(piece.devise, "BT-5 (devise)")
    try:
        zero = Montant.zero(piece.devise)
        decimales(piece.devise)
    except DonneeInvalide as e:
        raise DonneeInvalide(e.message, champ="BT-5 (devise)", valeur=e.valeur, remede=e.remede) from None
    s, d = piece.sommes, piece.devise
    total = lire_somme(_exiger(s.total, "BT-112 (total TTC)"), d, "BT-112 (total TTC)")
    du = lire_somme(_exiger(s.du, "BT-115 (net à payer)"), d, "BT-115 (net à payer)")
    verse = lire_somme(s.verse, d, "BT-113 (déjà versé)") if s.verse else zero
    arrondi = lire_somme(s.arrondi, d, "BT-114 (arrondi)") if s.arrondi else zero
    _accorder(du, total - verse + arrondi, "BT-115 (net à payer)", "total TTC - déjà versé + arrondi")
    if s.hors_taxe and s.taxe:
        somme = lire_somme(s.hors_taxe, d, "BT-109 (total HT)") + lire_somme(s.taxe, d, "BT-110 (TVA)")
        tolerance = piece.elements if _PROFIL_FRANCAIS in piece.profil.casefold() else 0
        if 0 < abs(total.centimes - somme.centimes) <= tolerance:
            message = f"total HT + TVA = {somme} : l'écart est toléré par le profil EXTENDED-CTC-FR"
            constat.alerter(message, champ="BT-112 (total TTC)", valeur=total)
        else:
            _accorder(total, somme, "BT-112 (total TTC)", "total HT + TVA")
    return _Totaux(total, du)


def _accorder(dit: Montant, calcule: Montant, champ: str, formule: str) -> None:
    if dit != calcule:
        message = f"la facture ne s'additionne pas : {formule} = {calcule}, écart {dit - calcule}"
        raise DonneeInvalide(message, champ=champ, valeur=dit, remede=REDEMANDER)


def _avoir(piece: Piece, total: Montant, le: date) -> Avoir:
    """Réduction de la facture visée ; sans elle, un avoir n'est rien qu'on puisse imputer."""
    if piece.type in AVOIRS and total.centimes <= 0:
        raise DonneeInvalide("avoir d'un montant négatif ou nul : son sens est douteux", champ="BT-112 (total TTC)", valeur=total)
    visees = tuple(dict.fromkeys(piece.anterieures))
    if len(visees) != 1:
        quoi = "il vise plusieurs factures" if visees else "il ne nomme pas la facture qu'il réduit"
        raise DonneeInvalide(
            f"un avoir n'est pas une créance, et {quoi}",
            champ="BT-25 (facture antérieure)",
            valeur=", ".join(visees) or None,
            remede=Remede(
                "Donnez un Avoir(le=…, montant=…, creance=…) pour chaque facture visée.",
                "Donnez un événement « avoir » pour chaque facture visée, par un CSV.",
            ),
        )
    montant = total if total.centimes > 0 else -total
    return Avoir(le=le, montant=montant, creance=visees[0], reference=piece.numero)


def _creances(piece: Piece, du: Montant, emise_le: date, constat: Constat) -> tuple[Creance, ...]:
    """La créance de la facture, ou une par échéance."""
    livree_le = lire_date(piece.livree_le, piece.forme_date, "BT-72 (livraison)") if piece.livree_le else None
    parts = _parts(piece, du)
    if parts[0][0] is None:
        constat.alerter("échéance absente : calculée par la loi", champ="BT-9 (échéance)")
    creancier = _creancier(piece, constat)
    debiteur = Debiteur(**_communs(piece.acheteur, "acheteur", constat))
    conditions = lire_notes(piece.notes, debiteur.qualite, constat)
    return tuple(
        Creance(
            reference=piece.numero if len(parts) == 1 else f"{piece.numero} ({rang}/{len(parts)})",
            facture=piece.numero,
            principal=montant,
            emise_le=emise_le,
            echeance=echeance,
            executee_le=livree_le,
            creancier=creancier,
            debiteur=debiteur,
            conditions=conditions,
        )
        for rang, (echeance, montant) in enumerate(parts, 1)
    )


def _parts(piece: Piece, du: Montant) -> list[tuple[date | None, Montant]]:
    """Chaque échéance et son montant : leur somme est le net à payer, ou la facture est refusée.

    Raises:
        DonneeInvalide: Une échéance sans son montant, un montant sans son échéance, une somme qui n'est pas le net à payer.
    """
    champ = "BT-9 (échéance)"
    jours = sorted({lire_date(e, piece.forme_date, champ) for e in piece.echeances})
    chiffres = [(jour, montant) for jour, montant in piece.versements if montant]
    if not chiffres and len(jours) < 2:
        return [(jours[0] if jours else None, du)]
    dates: dict[date, Montant] = {}
    for jour, montant in piece.versements:
        if not (jour and montant):
            quoi = "une échéance sans son montant" if jour else "un montant sans son échéance"
            raise _echelonnee(quoi, jour or montant)
        le, somme = lire_date(jour, piece.forme_date, champ), lire_somme(montant, du.devise, "montant de l'échéance")
        if somme.centimes <= 0:
            raise _echelonnee("un montant nul ou négatif", montant)
        dates[le] = dates.get(le, Montant.zero(du.devise)) + somme
    if etrangers := [j for j in jours if j not in dates]:
        raise _echelonnee("une échéance sans son montant", ", ".join(f"{j:%d/%m/%Y}" for j in etrangers))
    total = sum(dates.values(), Montant.zero(du.devise))
    if total != du:
        raise _echelonnee(f"les échéances font {total}, le net à payer est {du}", "")
    return [(jour, dates[jour]) for jour in sorted(dates)]


def _echelonnee(raison: str, valeur: str) -> DonneeInvalide:
    remede = Remede(
        "Donnez une Creance par échéance, de même « facture ».",
        "Donnez par un CSV une ligne par échéance, de même « facture ».",
    )
    return DonneeInvalide(f"plusieurs échéances : {raison}", champ="BT-9 (échéance)", valeur=valeur or None, remede=remede)


def _signaler(piece: Piece, constat: Constat) -> None:
    """Ce qui peut faire réclamer deux fois, ou par le mauvais créancier."""
    if piece.type in _RECTIFICATIVES:
        visees = ", ".join(piece.anterieures)
        constat.alerter("facture rectificative : ne réclamez plus celle qu'elle remplace", champ="BT-3 (type)", valeur=visees)
    if piece.type in _AFFACTUREES or (piece.beneficiaire and piece.beneficiaire.casefold() != piece.vendeur.nom.casefold()):
        constat.alerter(
            "le paiement est dû à un autre que le vendeur : la créance est peut-être cédée",
            champ="BT-59 (bénéficiaire)",
            valeur=piece.beneficiaire,
            remede="Vérifiez qui peut la réclamer.",
        )


def _creancier(piece: Piece, constat: Constat) -> Creancier:
    if piece.vendeur.pays and piece.vendeur.pays not in DE_PLEIN_DROIT:
        constat.alerter(DROIT_SUPPOSE, champ="vendeur, pays", valeur=piece.vendeur.pays)
    communs = _communs(piece.vendeur, "vendeur", constat)
    return Creancier(**communs, iban=_iban(piece, constat), bic=_bic(piece.bic, constat))


def _iban(piece: Piece, constat: Constat) -> str | None:
    lus = [constat.tolerer(partial(c.iban, brut), "BT-84 (IBAN)") for brut in dict.fromkeys(piece.ibans)]
    bons = [iban for iban in lus if iban]
    if len(bons) > 1:
        constat.alerter("plusieurs IBAN : le premier est gardé", champ="BT-84 (IBAN)")
    return bons[0] if bons else None


def _bic(brut: str, constat: Constat) -> str | None:
    if brut and not _BIC.fullmatch(brut):
        constat.alerter("BIC illisible : laissé vide", champ="BT-86 (BIC)", valeur=brut)
        return None
    return brut or None


def _communs(partie: Partie, role: str, constat: Constat) -> dict[str, Any]:
    """Champs communs au vendeur et à l'acheteur. L'identifiant reste vide quand le SIREN est connu : il est déjà la clé."""
    siren, tva = _siren(partie, role, constat), normaliser_tva(partie.tva)
    if partie.tva and tva is None:
        constat.alerter("numéro de TVA illisible : laissé vide", champ=f"{role}, TVA", valeur=partie.tva)
    supposee, doute = qualite(tva, siren or _immatriculation(partie), creancier=role == "vendeur")
    if doute:
        constat.alerter(doute, champ=f"{role}, qualité")
    return {
        "nom": _exiger(partie.nom, f"{role}, nom"),
        "qualite": supposee,
        "siren": siren,
        "identifiant": None if siren else tva or _identifiant(partie),
        "adresse": _adresse(partie, role, constat),
        "courriel": constat.tolerer(lambda: c.courriel(partie.courriel), f"{role}, courriel"),
        "telephone": constat.tolerer(lambda: _telephone(partie.telephone), f"{role}, téléphone"),
    }


def _immatriculation(partie: Partie) -> str | None:
    """Numéro de la forme d'un SIREN, même à la clé fausse : il n'identifie personne, mais la partie se dit immatriculée."""
    return next((n for n in partie.immatriculations if _SIREN.fullmatch(n.replace(" ", ""))), None)


def _identifiant(partie: Partie) -> str | None:
    """BT-46 ; un nom recopié là n'identifie personne."""
    propre = partie.identifiant.casefold() != partie.nom.casefold()
    return (partie.identifiant or None) if propre else None


def _siren(partie: Partie, role: str, constat: Constat) -> str | None:
    """Deux SIREN justes et différents se contredisent : aucun n'est gardé."""
    champ = f"{role}, SIREN"
    lus = {constat.tolerer(partial(c.siren, brut), champ) for brut in dict.fromkeys(partie.immatriculations)} - {None}
    if len(lus) > 1:
        constat.alerter("deux SIREN se contredisent : laissé vide", champ=champ, valeur=", ".join(sorted(map(str, lus))))
        return None
    return next(iter(lus), None)


def _adresse(partie: Partie, role: str, constat: Constat) -> Adresse | None:
    if not (partie.lignes or partie.code_postal or partie.commune):
        return None
    voie, *complements = partie.lignes or ("",)
    lieu: dict[str, Any] = {"complements": complements, "code_postal": partie.code_postal, "commune": partie.commune}
    return constat.tolerer(lambda: Adresse(voie=voie, pays=partie.pays or "FR", **lieu), f"{role}, adresse")


def _telephone(brut: str) -> str | None:
    c.controler_texte(brut, "telephone", vide=True, long=30)
    return brut or None
