"""Le courrier neutre : ce que dit une lettre, avant toute mise en forme.

Un texte est une suite de fragments : le texte du modèle, et des valeurs typées (montants, taux, dates, nombres) que chaque
rendu écrit à sa façon, dans la langue du courrier. Aucun rendu ne calcule : il ne fait qu'écrire.
"""

from collections.abc import Iterator
from datetime import date
from typing import Literal, Self

from attrs import field, frozen

from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Creancier, Debiteur
from recouvrement.politique.bilan import Alerte


@frozen
class Donnee:
    """Texte venu d'un fait (nom, numéro) : affiché tel quel, échappé, jamais retouché par la typographie."""

    texte: str


@frozen
class Jour:
    """Date et façon de l'écrire : ``tableau`` 01/12/2026, ``longue`` 1er décembre 2026, ``limite`` mardi 1er décembre 2026."""

    le: date
    forme: Literal["tableau", "longue", "limite"] = "longue"


Fragment = str | Donnee | Jour | Montant | Taux | int
Texte = tuple[Fragment, ...]
Alignement = Literal["gauche", "droite"]


@frozen
class Paragraphe:
    """Un paragraphe, un but.

    Attributes:
        role: ``appel``, ``corps``, ``dispositif`` (la phrase qui met en demeure : en gras, jamais coupée), ``paiement``,
            ``contestation``, ``suite``, ``formule``, ``signature``, ``partie`` (qui signe un acte, et la place de signer),
            ``pieces``, ``mention``.
    """

    role: str
    texte: Texte


@frozen
class Tableau:
    """Tableau à en-têtes ; ``total`` est la dernière ligne, en gras, ou vide.

    Attributes:
        titre: Ce que le tableau montre, en une ligne (aussi pour les lecteurs d'écran).
        alignements: Un par colonne.
        legende: Phrase sous le tableau (date d'arrêté, règle de calcul).
        frise: Jours à dessiner au-dessus, avec leur nom, là où le rendu dessine ; elle ne dit rien que le tableau n'écrive.
    """

    titre: Texte
    entetes: tuple[str, ...]
    alignements: tuple[Alignement, ...]
    lignes: tuple[tuple[Texte, ...], ...]
    total: tuple[Texte, ...] = ()
    legende: Texte = ()
    frise: tuple[tuple[date, str], ...] = ()


Bloc = Paragraphe | Tableau


@frozen
class Virement:
    """De quoi préremplir un virement : le code EPC d'une lettre qui demande une somme.

    Source:
        EPC069-12, version 002 : euros seulement, de 0,01 à 999 999 999,99 ; nom de 70 caractères, motif de 140 au plus.

    Attributes:
        arrete: Jour où le compte est arrêté : la somme n'est plus la même ensuite.
    """

    nom: str
    iban: str = field(repr=c.masquer_iban)
    montant: Montant
    motif: str
    arrete: Jour
    bic: str | None = None

    @classmethod
    def pour(cls, creancier: Creancier, montant: Montant, motif: str, arrete_le: date) -> Self | None:
        """Le virement de cette somme, ou rien si le code ne peut la porter."""
        possible = (
            montant.devise == "EUR" and 0 < montant.centimes <= PLAFOND_EPC and len(creancier.nom) <= 70 and len(motif) <= 140
        )
        if creancier.iban is None or not possible:
            return None
        return cls(creancier.nom, creancier.iban, montant, motif, Jour(arrete_le), creancier.bic)


PLAFOND_EPC = 999_999_999_99


@frozen(kw_only=True)
class Courrier:
    """Une lettre entière, neutre : parties, références, objet, corps, annexes.

    Attributes:
        lettre: Nom du modèle (« relance », « mise_en_demeure »).
        titre: Ce qu'elle est, en clair (« Mise en demeure »).
        forme: ``lettre``, ou ``acte`` : un écrit à signer ou à déposer, sans en-tête, sans adresse ni « Objet ».
        canal: Par où elle part : ``courriel``, ``courrier``, ``recommande``.
        creancier: Qui écrit : le créancier, ou celui qui recouvre pour lui.
        destinataire: À qui l'on écrit : le débiteur, ou un tiers (greffe, mandataire judiciaire, avocat).
        mode_envoi: Mention imprimée (« Lettre recommandée avec demande d'avis de réception »), ou vide.
        references: Couples (libellé, valeur) du bloc de références.
        tete: Ligne de l'essentiel, encadrée sous l'objet ; vide pour une première relance.
        annexes: Tableaux paginés à la suite (décompte détaillé).
        reference: Référence du dossier, rappelée en tête des pages suivantes.
        virement: La somme demandée, si un code peut la porter.
        avertissements: Ce qu'un humain lève avant l'envoi ; rien ne s'en imprime.
    """

    lettre: str
    langue: str
    canal: str
    date: date
    creancier: Creancier
    destinataire: Debiteur
    reference: str
    objet: Texte
    blocs: tuple[Bloc, ...]
    mode_envoi: str = ""
    references: tuple[tuple[str, Texte], ...] = ()
    tete: Texte = ()
    annexes: tuple[Tableau, ...] = field(default=())
    titre: str = ""
    forme: Literal["lettre", "acte"] = "lettre"
    virement: Virement | None = None
    avertissements: tuple[Alerte, ...] = ()

    def textes(self) -> Iterator[Texte]:
        """Tous les textes, dans l'ordre de lecture : pour les contrôles et les comptes."""
        yield self.objet
        yield self.tete
        for _, valeur in self.references:
            yield valeur
        for bloc in (*self.blocs, *self.annexes):
            if isinstance(bloc, Paragraphe):
                yield bloc.texte
            else:
                yield bloc.titre
                for ligne in (*bloc.lignes, bloc.total):
                    yield from ligne
                yield bloc.legende
