"""Celui à qui l'on écrit au sujet du débiteur."""

from attrs import field, frozen

from recouvrement.modele import _champs as c
from recouvrement.modele.personnes import Adresse, Debiteur, Qualite


@frozen(kw_only=True)
class Tiers:
    """Greffe, mandataire judiciaire, commissaire de justice, avocat. Qui recouvre pour le créancier est un ``Mandataire``.

    Attributes:
        appel: Comment la lettre s'adresse à lui : « Maître, », « Madame la présidente, ».
    """

    nom: str = field(converter=c.nfc, validator=c.texte())
    adresse: Adresse | None = field(default=None, validator=c.instance(Adresse, rien=True))
    appel: str = field(default="Madame, Monsieur,", converter=c.nfc, validator=c.texte(long=80))
    siren: str | None = field(default=None, converter=c.siren)
    courriel: str | None = field(default=None, converter=c.courriel)
    telephone: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=30))

    def en_destinataire(self) -> Debiteur:
        """Le même, en destinataire."""
        return Debiteur(
            nom=self.nom,
            qualite=Qualite.PROFESSIONNEL,
            siren=self.siren,
            adresse=self.adresse,
            courriel=self.courriel,
            telephone=self.telephone,
        )
