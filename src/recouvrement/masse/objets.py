"""Une ligne, par le moteur d'objets : ses faits, son bilan, et ce que les colonnes en gardent."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from attrs import NOTHING, fields

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.actes import ActeInterruptif, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.conditions import ConditionsPaiement, TauxIndexe
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import (
    Avoir,
    Blocage,
    Contestation,
    DecheanceTerme,
    DelaiDeGrace,
    Echeancier,
    FraisJustifies,
    Paiement,
    ProcedureCollective,
    Promesse,
    Reconnaissance,
    Rejet,
    Remise,
    Renonciation,
    Suspension,
    Titre,
)
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.politique.bilan import Bilan

Ligne = Mapping[str, Any]
TYPES: Mapping[str, type[Any]] = {
    "paiement": Paiement,
    "rejet": Rejet,
    "avoir": Avoir,
    "remise": Remise,
    "frais_justifies": FraisJustifies,
    "contestation": Contestation,
    "promesse": Promesse,
    "echeancier": Echeancier,
    "decheance_terme": DecheanceTerme,
    "reconnaissance": Reconnaissance,
    "renonciation": Renonciation,
    "suspension": Suspension,
    "delai_de_grace": DelaiDeGrace,
    "procedure_collective": ProcedureCollective,
    "titre": Titre,
    "blocage": Blocage,
    "acte_interruptif": ActeInterruptif,
    "relance": Relance,
    "mise_en_demeure": MiseEnDemeure,
    "transmission": Transmission,
}
INT64 = 2**63
_AUTREMENT = ("type", "creance", "montant_centimes", "versements_le", "versements_centimes")


def creance(ligne: Ligne) -> Creance:
    """La créance d'une ligne de la table conforme.

    Raises:
        DonneeInvalide: Cellule vide ou fausse.
    """
    devise = ligne["devise"] or "EUR"
    principal = Montant.de_centimes(_exige(ligne, "principal_centimes"), devise)
    creancier = Creancier(nom="créancier", qualite=_qualite(ligne, "creancier_qualite"))
    debiteur = Debiteur(nom="débiteur", qualite=_qualite(ligne, "debiteur_qualite"), acheteur=ligne["acheteur"] or "general")
    return Creance(
        reference=_exige(ligne, "reference"),
        principal=principal,
        emise_le=_exige(ligne, "emise_le"),
        creancier=creancier,
        debiteur=debiteur,
        echeance=ligne["echeance"],
        nature=ligne["nature"] or "facture",
        executee_le=ligne["executee_le"],
        recue_le=ligne["recue_le"],
        contrat_le=ligne["contrat_le"],
        conditions=ConditionsPaiement(
            taux_penalites=_taux(ligne), secteur=ligne["secteur"], capitalisation=bool(ligne["capitalisation"])
        ),
    )


def faits(ligne: Ligne, suite: Sequence[Ligne]) -> tuple[Evenement, ...]:
    """Paiements et avoirs de la ligne, puis ses lignes de la table des événements.

    Raises:
        DonneeInvalide: Cellule vide ou fausse.
    """
    reference, devise = ligne["reference"], ligne["devise"] or "EUR"
    lus: list[Evenement] = []
    for genre, nom in ((Paiement, "paiements"), (Avoir, "avoirs")):
        jours, montants = ligne[f"{nom}_le"] or (), ligne[f"{nom}_centimes"] or ()
        for le, centimes in zip(jours, montants, strict=True):
            lus.append(genre(le=le, montant=_montant(centimes, devise, f"{nom}_centimes"), creance=reference))
    return (*lus, *(evenement(e, devise) for e in suite))


def evenement(ligne: Ligne, devise: str) -> Evenement:
    """L'événement d'une ligne de la seconde table.

    Raises:
        DonneeInvalide: Type inconnu, cellule fausse, ou sans objet pour ce type.
    """
    if "faute" in ligne:
        champ, motif = ligne["faute"]
        raise DonneeInvalide(motif, champ=champ)
    genre = TYPES.get(ligne["type"] or "")
    if genre is None:
        raise DonneeInvalide("type inconnu", champ="type", valeur=ligne["type"], remede=f"Connus : {', '.join(TYPES)}.")
    champs = {a.name: a.default is NOTHING for a in fields(genre)}
    donnees = {nom: v for nom, v in ligne.items() if v is not None and nom not in _AUTREMENT}
    if "du" in champs:
        donnees["du"] = donnees.pop("le", None)
    if ligne["montant_centimes"] is not None:
        donnees["montant"] = Montant.de_centimes(ligne["montant_centimes"], devise)
    if ligne["versements_le"] is not None or ligne["versements_centimes"] is not None:
        donnees["versements"] = _versements(ligne, devise)
    if "creance" in champs:
        donnees["creance"] = ligne["creance"]
    elif "creances" in champs:
        donnees["creances"] = (ligne["creance"],)
    for nom in donnees:
        if nom not in champs:
            raise DonneeInvalide(f"sans objet pour « {ligne['type']} »", champ=nom, valeur=donnees[nom])
    for nom, exige in champs.items():
        if exige and donnees.get(nom) is None:
            raise DonneeInvalide(f"cellule vide, pour « {ligne['type']} »", champ=nom)
    fait: Evenement = genre(**donnees)
    return fait


def _versements(ligne: Ligne, devise: str) -> tuple[tuple[date | None, Montant], ...]:
    jours, montants = ligne["versements_le"] or (), ligne["versements_centimes"] or ()
    if len(jours) != len(montants):
        raise DonneeInvalide("autant de jours que de montants sont attendus", champ="versements_centimes")
    return tuple([(le, _montant(centimes, devise, "versements_centimes")) for le, centimes in zip(jours, montants, strict=True)])


def _exige(ligne: Ligne, champ: str) -> Any:
    if ligne[champ] in (None, ""):
        raise DonneeInvalide("cellule vide", champ=champ, remede="Cette colonne est obligatoire : remplissez-la.")
    return ligne[champ]


def _montant(centimes: int | None, devise: str, champ: str) -> Montant:
    if centimes is None:
        raise DonneeInvalide("cellule vide", champ=champ)
    return Montant.de_centimes(centimes, devise)


def _qualite(ligne: Ligne, champ: str) -> Qualite:
    valeur = _exige(ligne, champ)
    try:
        return Qualite(valeur)
    except ValueError:
        remede = f"Connues : {', '.join(q.value for q in Qualite)}."
        raise DonneeInvalide("qualité inconnue", champ=champ, valeur=valeur, remede=remede) from None


def _taux(ligne: Ligne) -> Taux | TauxIndexe | None:
    fixe, indexe = ligne["taux_dix_milliemes"], ligne["taux_indexe"]
    if fixe is not None and indexe is not None:
        raise DonneeInvalide("deux taux convenus", champ="taux_indexe", valeur=indexe, remede="Gardez-en un.")
    if fixe is not None and fixe < 0:
        raise DonneeInvalide("un taux n'est jamais négatif", champ="taux_dix_milliemes", valeur=fixe)
    if indexe is not None:
        return TauxIndexe.lire(indexe)
    return None if fixe is None else Taux.de_dix_milliemes(fixe)


def resumer(bilan: Bilan) -> dict[str, Any]:
    """Les sorties d'un bilan d'une seule créance ; dates en dates, codes en textes.

    Raises:
        DonneeInvalide: Un montant dépasse 64 bits.
    """
    (b,) = bilan.creances
    prochaine = bilan.prochaine
    montants = {
        "principal_centimes": b.principal.valeur.centimes,
        "penalites_centimes": b.penalites.valeur.centimes,
        "interets_centimes": b.interets.valeur.centimes,
        "indemnite_centimes": b.indemnite.valeur.centimes,
        "frais_centimes": b.frais.valeur.centimes,
        "total_centimes": b.total.valeur.centimes,
        "trop_percu_centimes": bilan.trop_percu.centimes,
    }
    if trop_grand := next((nom for nom, v in montants.items() if v >= INT64), None):
        raise DonneeInvalide(
            "montant au-delà de 64 bits", champ=trop_grand, remede="Examinez cette créance par Politique.examiner."
        )
    jour: date | None = prochaine.le if prochaine else None
    return montants | {
        "regime": b.regime,
        "echeance": b.echeance.valeur,
        "jours_retard": b.jours_retard,
        "prescription": b.prescription.valeur,
        "prescription_prudente": b.prescription.prudente,
        "prescription_regime": b.prescription.regime,
        "etape": prochaine.etape.cle if prochaine else None,
        "etape_le": jour,
        "alertes": tuple(a.cle for a in bilan.alertes),
    }


def accroissements(bilan: Bilan) -> list[dict[str, Any]]:
    """Les lignes de son décompte ; montants en centimes."""
    return [
        {
            "nature": x.nature,
            "du": x.du,
            "au": x.au,
            "jours": x.jours,
            "base_centimes": x.base.centimes,
            "taux_dix_milliemes": x.taux.dix_milliemes,
            "annee": x.annee,
            "montant_centimes": x.montant.centimes,
        }
        for x in bilan.decompte.lignes
    ]
