"""Ce que coûte une voie : les tarifs sont dans ``couts.toml`` ; ici, la façon de les compter, au centime.

Un émolument proportionnel se compte par tranches, chacune arrondie au centime ; un acte à prix fixe, par coefficient.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recouvrement.droit.baremes import reserves_de
from recouvrement.droit.tables import incertitude, lire_toml, source
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant, Taux
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, fait

if TYPE_CHECKING:
    from recouvrement.droit.baremes import Bareme, ValeurDatee
    from recouvrement.droit.base import Droit
    from recouvrement.droit.voies import Fourchette

COUT = Regle("cout_d_une_voie", "Coût chiffré, TTC (au moins, au plus)")
TVA = Regle("tva", "TVA", Source("Service-Public, fiche F10404"))
HONORAIRES = Reserve("honoraires_non_chiffres", "les honoraires d'avocat sont libres : ils ne sont pas comptés")


@cache
def tables() -> Mapping[str, Any]:
    """Le contenu de ``couts.toml``."""
    return lire_toml(Path(__file__).with_suffix(".toml"))


def emolument(cle: str, somme: Montant, *, le: date) -> Resultat[Montant]:
    """Émolument proportionnel du commissaire de justice sur une somme encaissée, hors taxe.

    Args:
        cle: ``a444_31`` (débiteur, avec un titre), ``a444_32`` (créancier), ``a444_15`` (engagement des poursuites).
        le: Jour de la prestation : choisit la version du tarif.

    Raises:
        DonneeInvalide: Tarif inconnu, ou somme qui n'est pas en euros.
    Source:
        C. com., art. A. 444-15, A. 444-31 et A. 444-32.
    """
    brut = tables()["emoluments"].get(cle)
    if brut is None or somme.devise != "EUR":
        connus = ", ".join(tables()["emoluments"])
        raise DonneeInvalide(
            "tarif inconnu, ou somme qui n'est pas en euros", champ="cle", valeur=cle, remede=f"Choisissez parmi : {connus}."
        )
    regle = Regle(f"emolument_{cle}", brut["intitule"], source(brut["source"]))
    version, reserves = _version(brut, regle, le)
    base = fait("Somme", somme)
    if somme.centimes <= version["fixe_jusqu_a"] * 100:
        return Resultat(_euros(version["fixe"]), regle, (base,), "montant fixe", reserves)
    parts = tuple(_tranches(version["tranches"], somme))
    total, plafond = sum((p.valeur for p in parts), Montant.zero()), _euros(version["plafond"])
    if "doute" in version and somme.centimes > version["doute_au_dela"] * 100:
        reserves += (Reserve(f"emolument_{cle}_au_dela", version["doute"], regle.source),)
    motif = "plafonné" if total > plafond else ""
    return Resultat(min(total, plafond), regle, (base, *parts), motif, reserves)


def acte(cle: str, creance: Montant, *, le: date) -> Resultat[Montant]:
    """Prix d'un acte du commissaire de justice, hors taxe et hors déplacement, au coefficient de la créance.

    Source:
        C. com., art. A. 444-11 à A. 444-14 et A. 444-46.
    """
    brut = tables()["actes"][cle]
    regle = Regle(f"acte_{cle}", brut["intitule"], source(brut["source"]))
    version, reserves = _version(brut, regle, le)
    coefficients = tables()["coefficients"]
    demis = _selon(coefficients["demis"], creance)[1]
    coefficient = Resultat(Decimal(demis) / 2, Regle("coefficient", "Coefficient", source(coefficients["source"])))
    prix = _euros(version["prix"])
    return Resultat(
        Montant.de_centimes((prix.centimes * demis + 1) // 2), regle, (fait("Prix de base", prix), coefficient), "", reserves
    )


def contribution_economique(
    demande: Montant,
    *,
    le: date,
    salaries: int,
    chiffre_d_affaires: Montant | None = None,
    benefice: Montant | None = None,
    revenu_par_part: Montant | None = None,
) -> Resultat[Montant]:
    """Ce que le demandeur doit à l'un des douze tribunaux des activités économiques, à l'introduction de l'instance.

    Args:
        demande: Valeur totale des prétentions de l'acte introductif.
        salaries: Effectif du demandeur.
        chiffre_d_affaires: Moyenne des trois dernières années, comme ``benefice``, d'une personne morale.
        revenu_par_part: Revenu fiscal de référence par part d'une personne physique.

    Raises:
        DonneeInvalide: Ni chiffre d'affaires et bénéfice, ni revenu.
    Source:
        Décret n° 2024-1225 du 30 décembre 2024.
    """
    brut = tables()["contribution_economique"]
    regle = Regle("contribution_economique", brut["intitule"], source(brut["source"]))
    if not contribution_possible(demande, le) or salaries < brut["salaries"]:
        return Resultat(Montant.zero(), regle, (), "hors de l'expérimentation, demande trop faible ou effectif trop petit")
    if chiffre_d_affaires is not None and benefice is not None:
        lignes = [t[3:] for t in brut["morales"] if _dans(chiffre_d_affaires, t) and benefice > Montant(t[2])]
    elif revenu_par_part is not None:
        lignes = [t[2:] for t in brut["physiques"] if _dans(revenu_par_part, t)]
    else:
        remede = "Donnez chiffre_d_affaires et benefice, ou revenu_par_part."
        raise DonneeInvalide("les ressources du demandeur manquent", champ="chiffre_d_affaires", remede=remede)
    if not lignes:
        return Resultat(Montant.zero(), regle, (), "ressources sous les seuils")
    (pourcent, plafond) = lignes[0]
    due = Montant.de_centimes((demande.centimes * pourcent + 50) // 100)
    sachant = (fait("Demande", demande), fait("Taux", Taux(pourcent)), fait("Plafond", Montant(plafond)))
    return Resultat(min(due, Montant(plafond)), regle, sachant)


def contribution_possible(demande: Montant, le: date) -> bool:
    """Vrai si l'expérimentation court ce jour-là et que la demande en dépasse le seuil."""
    brut = tables()["contribution_economique"]
    return bool(brut["du"] <= le <= brut["au"]) and demande > Montant(brut["demande_au_dela_de"])


def _dans(somme: Montant, tranche: Sequence[int]) -> bool:
    return Montant(tranche[0]) < somme and (not tranche[1] or somme <= Montant(tranche[1]))


def ttc(hors_taxe: Resultat[Montant]) -> Resultat[Montant]:
    """Le même montant, TVA comprise, arrondi une fois au centime."""
    taux = tables()["tva"]
    centimes = (hors_taxe.valeur.centimes * (100 + taux) + 50) // 100
    sachant = (hors_taxe, fait("TVA", Taux(taux)))
    return Resultat(
        Montant.de_centimes(centimes), Regle(hors_taxe.regle.cle, f"{hors_taxe.intitule}, TTC", hors_taxe.source), sachant
    )


def cout(
    postes: Iterable[str],
    droit: "Droit",
    *,
    juridiction: str,
    total: Montant,
    principal: Montant,
    au: date,
    reserves: tuple[Reserve, ...],
) -> Resultat["Fourchette"]:
    """Ce qui est chiffré d'une voie, TTC, du moins au plus.

    Args:
        postes: Clés des postes de ``couts.toml``.
        total: Somme réclamée, dont dépendent coefficients et tranches ; ``principal`` : base d'une commission.
        reserves: Ce qui n'est pas chiffré.
    """
    dus = [p for cle in postes if (p := _poste(cle, droit, juridiction, total, principal, au))]
    bas = sum((p.valeur[0] for p in dus), Montant.zero())
    haut = sum((p.valeur[1] for p in dus), Montant.zero())
    return Resultat((bas, haut), COUT, tuple(dus), "" if dus else "aucun poste chiffré", reserves)


def _poste(
    cle: str, droit: "Droit", juridiction: str, total: Montant, principal: Montant, au: date
) -> Resultat["Fourchette"] | None:
    """Un poste, ou rien s'il n'est pas dû devant ce juge ou à cette date."""
    brut = tables()["postes"][cle]
    if juridiction not in brut.get("juridictions", (juridiction,)):
        return None
    if "acte" in brut or "emolument" in brut:
        tarif = acte(brut["acte"], total, le=au) if "acte" in brut else emolument(brut["emolument"], total, le=au)
        due = ttc(tarif)
        bas = Montant.zero() if brut.get("eventuel") else due.valeur
        return Resultat((bas, due.valeur), Regle(f"poste_{cle}", brut["intitule"], due.source), (due,))
    if "bareme" in brut:
        bareme = droit.baremes.get(brut["bareme"])
        valeur, reserves = en_vigueur(bareme, au) if bareme else (None, ())
        if valeur is None or bareme is None:
            return None
        somme = Montant(valeur.valeur)
        return Resultat((somme, somme), Regle(f"poste_{cle}", brut["intitule"], bareme.source), (), "", reserves)
    return _publie(cle, brut, total, principal, au)


def _publie(cle: str, brut: Mapping[str, Any], total: Montant, principal: Montant, au: date) -> Resultat["Fourchette"]:
    """Une fourchette publiée, telle quelle, selon la créance, ou en part du principal."""
    regle = Regle(f"poste_{cle}", brut["intitule"], source(brut["source"]))
    reserves = incertitude(f"poste_{cle}", brut["intitule"], brut["verifie"])
    if "doute" in brut:
        reserves = (Reserve(f"poste_{cle}", brut["doute"], regle.source),)
    if "fin" in brut and au > brut["fin"]:
        reserves += (_perime(regle, brut["fin"]),)
    if "part" in brut:
        bas, haut = (Montant.de_centimes((principal.centimes * p + 50) // 100) for p in brut["part"])
        return Resultat((bas, haut), regle, (fait("Principal", principal),), "", reserves)
    minimum, maximum = _selon(brut["par_creance"], total)[1:] if "par_creance" in brut else (brut["min"], brut["max"])
    return Resultat((_euros(minimum), _euros(maximum)), regle, (), "", reserves)


def en_vigueur(bareme: "Bareme", jour: date) -> "tuple[ValeurDatee | None, tuple[Reserve, ...]]":
    """La valeur de ce jour ; au-delà du dernier relevé, la dernière, avec une réserve ; rien avant la première."""
    if jour < bareme.connu_du:
        return None, ()
    if jour <= bareme.connu_au:
        valeur = bareme.au(jour)
        return valeur, reserves_de(bareme, valeur)
    derniere = bareme.valeurs[-1]
    texte = f"{bareme.intitule} : valeur relevée au {bareme.connu_au:%d/%m/%Y}, à relire"
    return derniere, (*reserves_de(bareme, derniere), Reserve(f"{bareme.code}_a_relire", texte, bareme.source))


def _version(brut: Mapping[str, Any], regle: Regle, le: date) -> tuple[Mapping[str, Any], tuple[Reserve, ...]]:
    """La version du tarif ce jour-là ; hors de ce qui est connu, la plus proche, avec une réserve."""
    versions = brut["versions"]
    version = next((v for v in reversed(versions) if v["du"] <= le), versions[0])
    if le < version["du"]:
        return version, (
            Reserve(
                f"{regle.cle}_anterieur",
                f"tarif d'avant le {version['du']:%d/%m/%Y} non relevé : celui-là est donné",
                regle.source,
            ),
        )
    return version, (_perime(regle, version["au"]),) if le > version["au"] else ()


def _perime(regle: Regle, fin: date) -> Reserve:
    return Reserve(f"{regle.cle}_perime", f"tarif connu jusqu'au {fin:%d/%m/%Y} ; le suivant n'a pas été trouvé", regle.source)


def _tranches(tranches: Iterable[tuple[int, Decimal]], somme: Montant) -> Iterable[Resultat[Montant]]:
    """La part de la somme dans chaque tranche, à son taux, arrondie au centime."""
    bas = 0
    for jusqu_a, pourcent in tranches:
        haut = min(somme.centimes, jusqu_a * 100) if jusqu_a else somme.centimes
        taux, part = Taux(pourcent), Montant.de_centimes(haut - bas)
        centimes = (2 * part.centimes * taux.dix_milliemes + 1_000_000) // 2_000_000
        sachant: tuple[Noeud, ...] = (fait("Part de la somme", part), fait("Taux", taux))
        yield Resultat(Montant.de_centimes(centimes), Regle("tranche", "Tranche"), sachant)
        bas = haut
        if haut == somme.centimes:
            return


def _selon(lignes: Iterable[Any], somme: Montant) -> Any:
    """La première ligne dont le haut, inclus, n'est pas dépassé ; 0 : sans limite."""
    return next(ligne for ligne in lignes if not ligne[0] or somme.centimes <= ligne[0] * 100)


def _euros(valeur: Decimal | int) -> Montant:
    return Montant(valeur)
