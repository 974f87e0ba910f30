"""Ce que le créancier a fait, ou devrait faire : une union close de valeurs."""

from datetime import date

from attrs import field, frozen

from recouvrement.modele import _champs as c


@frozen(kw_only=True)
class Relance:
    """Rappel, par courriel, courrier ou téléphone. N'interrompt rien, ne met personne en demeure.

    Attributes:
        creances: Références visées ; vide : toutes celles du dossier.
        etape: Clé de l'étape du scénario ainsi faite.
        pour_memoire: Références rappelées sans gravir d'étape.
    """

    le: date = field(validator=c.jour)
    creances: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    etape: str = field(default="relance", converter=c.nfc, validator=c.texte(long=60))
    canal: str = field(default="courriel", converter=c.nfc, validator=c.texte(long=40))
    pour_memoire: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))


@frozen(kw_only=True)
class MiseEnDemeure:
    """Interpellation suffisante (C. civ., art. 1344). N'interrompt pas la prescription (Com., 18 mai 2022, n° 20-23.204).

    Attributes:
        payer_avant_le: Dernier jour accordé, inclus.
        presentee_le: Première présentation de la lettre ; ``None`` : inconnue.
    """

    le: date = field(validator=c.jour)
    creances: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    etape: str = field(default="mise_en_demeure", converter=c.nfc, validator=c.texte(long=60))
    canal: str = field(default="recommande", converter=c.nfc, validator=c.texte(long=40))
    payer_avant_le: date | None = field(default=None, validator=c.jour_ou_rien)
    presentee_le: date | None = field(default=None, validator=c.jour_ou_rien)
    pour_memoire: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))


@frozen(kw_only=True)
class Transmission:
    """Remise du dossier à un professionnel.

    Attributes:
        a: ``commissaire_de_justice``, ``avocat``, ``societe_de_recouvrement``…
    """

    le: date = field(validator=c.jour)
    creances: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    etape: str = field(default="transmission", converter=c.nfc, validator=c.texte(long=60))
    a: str = field(default="commissaire_de_justice", converter=c.nfc, validator=c.texte(long=60))
    pour_memoire: tuple[str, ...] = field(default=(), converter=c.en_suite, validator=c.suite_de(str))
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))


Acte = Relance | MiseEnDemeure | Transmission
