"""Les tiers d'un logiciel hôte (ERP, CRM) : une coordonnée fausse ne perd pas la créance, une qualité n'est pas devinée."""

from collections.abc import Mapping
from typing import Any, TypeVar

from recouvrement.droit.fr.territoires import DE_PLEIN_DROIT
from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._commun import DROIT_SUPPOSE
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.qualite import qualite as supposer
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite

Partie = TypeVar("Partie", Creancier, Debiteur)

_ACCESSOIRES = frozenset({"siren", "courriel", "telephone", "iban", "bic"})
_EXIGES = ("voie", "code_postal", "commune")


def lire_partie(
    classe: type[Partie],
    constat: Constat,
    *,
    nom: str,
    qualite: Qualite | None = None,
    tva: str | None = None,
    siren: str | None = None,
    adresse: Mapping[str, Any] | None = None,
    **champs: Any,
) -> Partie | None:
    """Un créancier ou un débiteur, de ce qu'un logiciel en sait ; ce qui est laissé vide, douteux ou refusé est noté.

    Args:
        classe: ``Creancier`` ou ``Debiteur``.
        constat: Le carnet où noter, au nom de ce tiers.
        qualite: Quand l'hôte la connaît ; sinon elle est supposée d'après ``tva`` et ``siren``, au plus prudent, et signalée.
        tva: Numéro de TVA intracommunautaire.
        siren: SIREN, ou SIRET.
        adresse: Champs d'``Adresse`` ; sans voie, code postal et commune, elle est laissée vide.
        champs: Les autres champs de ``classe`` ; une chaîne vide vaut une absence.

    Returns:
        ``None`` si la partie ne peut exister : le refus est au carnet, avec ses raisons.
    """
    chiffres = "".join(filter(str.isdigit, siren or ""))
    numero = chiffres[:9] if len(chiffres) == 14 else siren or None
    supposee, doute = supposer(tva or None, numero, creancier=classe is Creancier)
    if qualite is None and doute:
        constat.alerter(doute, champ="qualite")
    lus = {nom_: valeur for nom_, valeur in champs.items() if valeur not in (None, "")}
    lus |= {"nom": nom, "siren": numero, "qualite": qualite or supposee, "adresse": _adresse(adresse or {}, constat)}
    partie = _construire(classe, lus, constat)
    if isinstance(partie, Creancier) and partie.adresse and partie.adresse.pays not in DE_PLEIN_DROIT:
        constat.alerter(DROIT_SUPPOSE, champ="adresse.pays", valeur=partie.adresse.pays)
    return partie


def _construire(classe: type[Partie], champs: dict[str, Any], constat: Constat) -> Partie | None:
    """La partie, quitte à perdre une coordonnée."""
    try:
        return classe(**champs)
    except DonneeInvalide as e:
        if e.champ in _ACCESSOIRES and champs.get(e.champ):
            constat.alerter(f"{e.message} : laissé vide", champ=e.champ, valeur=e.valeur, remede=e.remede)
            return _construire(classe, champs | {e.champ: None}, constat)
        constat.refuser(e)
        return None


def _adresse(champs: Mapping[str, Any], constat: Constat) -> Adresse | None:
    lus = {nom: valeur for nom, valeur in champs.items() if valeur}
    if manquent := [nom for nom in _EXIGES if nom not in lus]:
        if lus.keys() & {*_EXIGES}:
            message = "adresse incomplète : laissée vide, aucune lettre ne pourra partir par la poste"
            constat.alerter(message, champ=f"adresse.{manquent[0]}")
        return None
    return constat.tolerer(lambda: Adresse(**lus), "adresse")
