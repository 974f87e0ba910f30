"""Qui doit, à qui, et qui recouvre pour autrui : Adresse, Creancier, Debiteur, Mandataire, Qualite."""

from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

from attrs import field, frozen
from attrs.validators import optional

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant


class Qualite(Enum):
    """Qualité juridique d'une partie pour cette créance. Jamais devinée vers le haut : inconnue, c'est un consommateur."""

    COMMERCANT = "commercant"
    PROFESSIONNEL = "professionnel"
    NON_PROFESSIONNEL = "non_professionnel"
    CONSOMMATEUR = "consommateur"
    PERSONNE_PUBLIQUE = "personne_publique"

    __hash__ = object.__hash__  # chaque qualité est unique : son identité suffit, et coûte dix fois moins

    @property
    def est_professionnelle(self) -> bool:
        """Commerçant ou professionnel : la personne agit pour son activité."""
        return self in _PROFESSIONNELLES


ACTIVITE = "recouvrement amiable"
_PROFESSIONNELLES = frozenset({Qualite.COMMERCANT, Qualite.PROFESSIONNEL})
_REMEDE_QUALITE = "Donnez Qualite.COMMERCANT, PROFESSIONNEL, NON_PROFESSIONNEL, CONSOMMATEUR ou PERSONNE_PUBLIQUE."


@frozen(kw_only=True)
class Adresse:
    """Adresse postale, telle que le fait la donne ; le bloc d'adresse de la lettre la met aux normes."""

    voie: str = field(converter=c.nfc, validator=c.texte())
    code_postal: str = field(converter=c.nfc, validator=c.texte(long=12))
    commune: str = field(converter=c.nfc, validator=c.texte())
    complements: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    pays: str = field(default="FR")

    _repr_html_ = fiche("Adresse")

    @pays.validator
    def _pays(self, _attribut: object, valeur: object) -> None:
        if not (isinstance(valeur, str) and len(valeur) == 2 and valeur.isascii() and valeur.isupper()):
            raise DonneeInvalide(
                "code de pays à deux capitales attendu",
                champ="pays",
                valeur=valeur,
                remede="Donnez un code ISO 3166, comme « FR ».",
            )


def _capital(valeur: Montant | Decimal | int | str | None) -> Montant | None:
    return None if valeur is None else c.en_montant(valeur, "capital")


@frozen(kw_only=True)
class Creancier:
    """Celui à qui la somme est due. L'IBAN est masqué dans ``repr``.

    Attributes:
        forme: Forme de la société, écrite au pied des lettres : « SAS », « société à responsabilité limitée », « EI ».
        capital: Capital social.
        rcs: Ville du greffe où il est immatriculé : « Lyon ».

    Source:
        C. com., art. R. 123-237 (SIREN, « RCS » et ville du greffe, siège) et R. 123-238 (forme, capital) : la correspondance
        d'une personne immatriculée les porte.
    """

    nom: str = field(converter=c.nfc, validator=c.texte())
    qualite: Qualite = field(validator=c.instance(Qualite, remede=_REMEDE_QUALITE))
    identifiant: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    siren: str | None = field(default=None, converter=c.siren)
    adresse: Adresse | None = field(
        default=None, validator=c.instance(Adresse, remede="Donnez une Adresse(voie=…, code_postal=…, commune=…).", rien=True)
    )
    courriel: str | None = field(default=None, converter=c.courriel)
    telephone: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=30))
    iban: str | None = field(default=None, converter=c.iban, repr=c.masquer_iban)
    bic: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=11))
    mediateur: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=400))
    forme: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=100))
    capital: Montant | None = field(default=None, converter=_capital, validator=optional(c.positif))
    rcs: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=60))

    _repr_html_ = fiche("Créancier")

    @property
    def cle(self) -> str:
        """Identité stable : identifiant, sinon SIREN, sinon nom et adresse."""
        return _cle(self.identifiant, self.siren, self.nom, self.adresse)


@frozen(kw_only=True)
class Debiteur:
    """Celui qui doit.

    Attributes:
        acheteur: Pour une personne publique seulement : fixe le délai légal de paiement (30, 50 ou 60 jours) ; une
            entité adjudicatrice qui n'est pas pouvoir adjudicateur relève du code de commerce (CCP, art. L. 2192-11).
    """

    nom: str = field(converter=c.nfc, validator=c.texte())
    qualite: Qualite = field(validator=c.instance(Qualite, remede=_REMEDE_QUALITE))
    identifiant: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    siren: str | None = field(default=None, converter=c.siren)
    adresse: Adresse | None = field(
        default=None, validator=c.instance(Adresse, remede="Donnez une Adresse(voie=…, code_postal=…, commune=…).", rien=True)
    )
    courriel: str | None = field(default=None, converter=c.courriel)
    telephone: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=30))
    langue: str = field(default="fr", converter=c.nfc, validator=c.texte(long=8))
    acheteur: Literal["general", "sante", "entreprise_publique", "entite_adjudicatrice"] = field(
        default="general", validator=c.parmi("general", "sante", "entreprise_publique", "entite_adjudicatrice")
    )

    _repr_html_ = fiche("Débiteur")

    @property
    def cle(self) -> str:
        """Identité stable : identifiant, sinon SIREN, sinon nom et adresse. Jamais le nom seul quand un identifiant est connu."""
        return _cle(self.identifiant, self.siren, self.nom, self.adresse)


@frozen(kw_only=True)
class Mandataire:
    """Celui qui recouvre à l'amiable pour le créancier, par une convention écrite. L'IBAN est masqué dans ``repr``.

    Un avocat ou un commissaire de justice, qui recouvre dans le cadre de sa profession, n'en est pas un.

    Attributes:
        mandat_le: Jour de la convention écrite ; avant lui, le mandataire ne fait aucune démarche.
        activite: Telle que sa première lettre la dit ; « recouvrement amiable » y figure.
        iban: Du compte exclusivement affecté aux fonds encaissés : c'est lui que le débiteur paie.
        forme: Comme ``capital`` et ``rcs``, écrite au pied des lettres : voir ``Creancier``.

    Source:
        CPCE, art. R. 124-1 (qui recouvre pour autrui), R. 124-2 (compte affecté), R. 124-3 (convention écrite), R. 124-4
        (première lettre).
    """

    nom: str = field(converter=c.nfc, validator=c.texte())
    adresse: Adresse = field(validator=c.instance(Adresse, remede="Donnez une Adresse(voie=…, code_postal=…, commune=…)."))
    mandat_le: date = field(validator=c.jour)
    activite: str = field(default=ACTIVITE, converter=c.nfc, validator=c.texte())
    siren: str | None = field(default=None, converter=c.siren)
    courriel: str | None = field(default=None, converter=c.courriel)
    telephone: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=30))
    iban: str | None = field(default=None, converter=c.iban, repr=c.masquer_iban)
    bic: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=11))
    forme: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=100))
    capital: Montant | None = field(default=None, converter=_capital, validator=optional(c.positif))
    rcs: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=60))

    _repr_html_ = fiche("Mandataire")

    def __attrs_post_init__(self) -> None:
        if ACTIVITE not in self.activite.casefold():
            message = "l'activité de recouvrement amiable doit être dite (CPCE, art. R. 124-4, 1°)"
            remede = f"Écrivez « {ACTIVITE} », et ce que vous voulez ajouter."
            raise DonneeInvalide(message, champ="activite", valeur=self.activite, remede=remede)


def _cle(identifiant: str | None, siren: str | None, nom: str, adresse: Adresse | None) -> str:
    if identifiant:
        return f"id:{identifiant}"
    if siren:
        return f"siren:{siren}"
    lieu = f"{adresse.voie}|{adresse.code_postal}|{adresse.commune}|{adresse.pays}" if adresse else ""
    return " ".join(f"nom:{nom}|{lieu}".casefold().split())
