"""Celui qui écrit pour le créancier, ou à qui l'on écrit au sujet du débiteur."""

from attrs import field, frozen

from recouvrement.modele import _champs as c
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite


@frozen(kw_only=True)
class Tiers:
    """Mandataire, greffe, mandataire judiciaire, commissaire de justice, avocat.

    Attributes:
        appel: Comment la lettre s'adresse à lui : « Maître, », « Madame la présidente, ».
        iban: D'un recouvreur pour autrui : le compte affecté aux fonds encaissés (CPCE, art. R. 124-2).
    """

    nom: str = field(converter=c.nfc, validator=c.texte())
    adresse: Adresse | None = field(default=None, validator=c.instance(Adresse, rien=True))
    appel: str = field(default="Madame, Monsieur,", converter=c.nfc, validator=c.texte(long=80))
    siren: str | None = field(default=None, converter=c.siren)
    courriel: str | None = field(default=None, converter=c.courriel)
    telephone: str | None = field(default=None, converter=c.nfc_ou_rien, validator=c.texte_ou_rien(long=30))
    iban: str | None = field(default=None, converter=c.iban, repr=c.masquer_iban)

    def en_tete(self) -> Creancier:
        """Le même, en expéditeur."""
        return Creancier(
            nom=self.nom,
            qualite=Qualite.PROFESSIONNEL,
            siren=self.siren,
            adresse=self.adresse,
            courriel=self.courriel,
            telephone=self.telephone,
            iban=self.iban,
        )

    def en_destinataire(self) -> Debiteur:
        """Le même, en destinataire : son nom et son adresse."""
        return Debiteur(nom=self.nom, qualite=Qualite.PROFESSIONNEL, adresse=self.adresse)
