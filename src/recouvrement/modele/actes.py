"""Ce que le créancier a fait, ou devrait faire : une union close de valeurs."""

from datetime import date

from attrs import field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele._fabrique import fabrique


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

    _repr_html_ = fiche("Relance")


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

    _repr_html_ = fiche("Mise en demeure")

    def __attrs_post_init__(self) -> None:
        if self.payer_avant_le is not None and self.payer_avant_le < self.le:
            raise DonneeInvalide("délai fini avant l'envoi", champ="payer_avant_le", valeur=self.payer_avant_le)
        if self.presentee_le is not None and self.presentee_le < self.le:
            raise DonneeInvalide("présentée avant d'être envoyée", champ="presentee_le", valeur=self.presentee_le)


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

    _repr_html_ = fiche("Remise du dossier")


CAUSES_D_INTERRUPTION = {
    "assignation": "assignation",
    "refere": "assignation en référé",
    "requete": "requête au greffe",
    "injonction_de_payer_signifiee": "signification d'une injonction de payer",
    "saisie": "acte d'exécution forcée",
    "mesure_conservatoire": "mesure conservatoire",
    "declaration_de_creance": "déclaration de créance",
    "demande_ecrite_publique": "demande écrite à la personne publique",
    "recommande_assurance": "recommandé avec avis de réception de l'assureur",
}


@frozen(kw_only=True)
class ActeInterruptif:
    """Acte dont la loi dit qu'il interrompt la prescription (C. civ., art. 2241 à 2246).

    Attributes:
        le: Signification de l'acte (d'une injonction de payer : de l'ordonnance, jamais le dépôt de la requête).
        creance: ``None`` : toutes celles du dossier.
        fin_le: Extinction de l'instance, clôture de la procédure (art. 2242) ; ``None`` : inconnue, le nouveau délai court de ``le``. Celle
            d'une saisie ne déplace que le dernier jour utile ; d'une mesure conservatoire ou d'un écrit, elle ne change rien (art. 2244).
        non_avenu: Vrai si l'interruption est anéantie : désistement, péremption, rejet définitif, caducité (art. 2243).
    """

    le: date = field(validator=c.jour)
    cause: str = field(validator=c.parmi(*CAUSES_D_INTERRUPTION))
    creance: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien())
    fin_le: date | None = field(default=None, validator=c.jour_ou_rien)
    non_avenu: bool = field(default=False, validator=c.vrai_ou_faux)
    reference: str = field(default="", converter=c.nfc, validator=c.texte(vide=True))

    _repr_html_ = fiche("Acte interruptif")

    def __attrs_post_init__(self) -> None:
        if self.fin_le is not None and self.fin_le < self.le:
            raise DonneeInvalide("l'instance finit avant de commencer", champ="fin_le", valeur=self.fin_le)


# Ce qu'un scénario propose : ses clés, ses canaux et les références du dossier ont été contrôlés à leur porte.
relancer, mettre_en_demeure, transmettre = fabrique(Relance), fabrique(MiseEnDemeure), fabrique(Transmission)

Demarche = Relance | MiseEnDemeure | Transmission  # étape d'un scénario, que le créancier fait lui-même
Acte = Demarche | ActeInterruptif
