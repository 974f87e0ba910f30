"""Parties et créances d'essai : un nom par rôle, une seule chose à dire par test."""

from datetime import date, timedelta
from pathlib import Path

from recouvrement import Adresse, Creance, Creancier, Debiteur, Dossier, Politique, Qualite
from recouvrement.politique.bilan import Bilan

RACINE = Path(__file__).parents[1]
PARTAGE = RACINE.parent / "shared"
LYON = Adresse(voie="12 rue de l'Église", code_postal="69005", commune="Lyon")
MARSEILLE = Adresse(voie="3 rue des Écoles", code_postal="13002", commune="Marseille")
IBAN = "FR7630006000011234567890189"

CREANCIER = Creancier(
    nom="Atelier Lumière SAS",
    qualite=Qualite.COMMERCANT,
    siren="732829320",
    adresse=LYON,
    courriel="compta@atelier-lumiere.example",
    telephone="04 72 00 11 22",
    iban=IBAN,
    mediateur="Médiation du commerce, 5 rue du Conseil, 35000 Rennes",
)
SOCIETE = Debiteur(
    nom="Menuiserie du Port SARL",
    qualite=Qualite.COMMERCANT,
    siren="404833048",
    adresse=MARSEILLE,
    courriel="achats@menuiserie.example",
    telephone="04 91 00 00 00",
)
CONSOMMATEUR = Debiteur(
    nom="Mme Camille Ferrand", qualite=Qualite.CONSOMMATEUR, adresse=MARSEILLE, courriel="camille@courriel.example"
)
COMMUNE = Debiteur(nom="Commune de Port-Vallon", qualite=Qualite.PERSONNE_PUBLIQUE, adresse=MARSEILLE)
ECHEANCE = date(2026, 5, 1)


def creance(
    reference: str = "F-1", principal: object = "10000.00", echeance: date | None = ECHEANCE, **autres: object
) -> Creance:
    """Créance émise trente jours avant son échéance, d'une société à une société."""
    emise = autres.pop("emise_le", (echeance or ECHEANCE) - timedelta(days=30))
    parties = {"creancier": CREANCIER, "debiteur": SOCIETE} | autres
    return Creance(reference=reference, principal=principal, emise_le=emise, echeance=echeance, **parties)


def dossier(*creances: Creance, faits: tuple = ()) -> Dossier:
    return Dossier(creances=creances or (creance(),), evenements=faits)


def examiner(quoi: object, *faits: object, au: date, politique: Politique | None = None) -> Bilan:
    """Bilan d'une créance ou d'un dossier ; les faits s'ajoutent au dossier."""
    if isinstance(quoi, Dossier):
        return (politique or Politique()).examiner(quoi.avec(*faits), au=au)
    return (politique or Politique()).examiner(quoi, faits, au=au)
