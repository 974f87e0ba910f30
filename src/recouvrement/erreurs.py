"""Ce qui peut mal tourner : un seul arbre, des messages français, des erreurs qui portent leurs données.

    RecouvrementError
    ├── DonneeInvalide (ValueError)         un fait donné par l'appelant est faux ou incohérent
    ├── DelaiAmbigu (ValueError)            le jour visé n'existe pas et aucune règle ne choisit
    ├── DroitIndisponible (LookupError)     pays, nature ou règle non décrits
    │   └── ParametreNonPublie              un barème est lu hors de ce qu'il connaît
    ├── ReglesConcurrentes (LookupError)    deux règles répondent à la fois
    ├── TableInvalide (ValueError)          une table de droit a un trou, un chevauchement, une source manquante
    ├── ModeleInvalide (ValueError)         une lettre manque d'un champ, en nomme un inconnu, ou viole la loi
    ├── EnvoiImpossible                     le pli n'est pas parti
    ├── DejaEnvoye                          le pli est déjà parti : il ne repart pas de lui-même
    ├── ContenuChange                       même clé, autre contenu
    ├── RegistreOccupe                      un autre envoi tient la même clé
    ├── RegistreCorrompu                    la chaîne des empreintes est rompue
    ├── DependanceManquante (ImportError)   un extra n'est pas installé
    └── GreffonInconnu (LookupError)        aucun objet de ce nom

Un verdict de droit (« prescrite », « non due ») n'est jamais une erreur : c'est une valeur, avec son motif.
"""

import errno
import re
from collections.abc import Sequence
from datetime import date

_SYSTEME = {
    errno.ENOENT: "introuvable",
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EEXIST: "un fichier porte déjà ce nom",
    errno.ENOTDIR: "un fichier est là où il faut un dossier",
    errno.EISDIR: "c'est un dossier",
    errno.ENOSPC: "disque plein",
    errno.EROFS: "disque en lecture seule",
    errno.ENAMETOOLONG: "nom trop long",
}
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ .-]?[A-Z0-9]){11,30}", re.ASCII | re.IGNORECASE)
_LIEU = re.compile(r"line (\d+), column (\d+)")


def cause(erreur: Exception) -> str:
    """Ce qui a arrêté Python, en français : le système, l'encodage, la place dans le texte ; à défaut, ses propres mots."""
    if isinstance(erreur, OSError) and erreur.errno in _SYSTEME:
        return _SYSTEME[erreur.errno]
    if isinstance(erreur, UnicodeDecodeError):
        return f"octet {erreur.start} étranger à l'encodage {erreur.encoding}"
    if lieu := _LIEU.search(str(erreur)):
        return f"ligne {lieu[1]}, colonne {lieu[2]}"
    return "texte inachevé" if "at end of document" in str(erreur) else str(erreur)


def affichable(texte: str, *, garder: str = "") -> str:
    """Texte venu d'ailleurs, sans rien qui commande un terminal, y fasse une ligne ou y inverse la lecture.

    Args:
        garder: Caractères de commande admis, comme le saut de ligne d'un message qui en a.
    """
    if texte.isprintable():
        return texte
    admis = f"\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}{garder}"
    return "".join(c if c.isprintable() or c in admis else "\N{REPLACEMENT CHARACTER}" for c in texte)


def _masquer(lu: re.Match[str]) -> str:
    """Un IBAN juste, donné là où il n'a que faire, ne se montre pas : « FR76 … 0189 » ; le reste tel quel."""
    texte = lu[0]
    for fin in range(len(texte), 14, -1):
        compact = re.sub(r"[ .-]", "", texte[:fin]).upper()
        if len(compact) > 14 and int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1:
            return f"{compact[:4]} … {compact[-4:]}{texte[fin:]}"
    return texte


def extrait(valeur: object, longueur: int = 60) -> str:
    """Montre une valeur reçue, bornée, sans IBAN entier : une erreur ne recopie pas un fichier."""
    texte = valeur if isinstance(valeur, str) else repr(valeur)
    texte = affichable(_IBAN.sub(_masquer, texte[: longueur + 40]))
    return texte if len(texte) <= longueur else texte[:longueur] + "…"


class Remede(str):
    """Ce qu'il faut faire, en Python ; et ``commande`` : ce qu'il faut faire à qui passe par la ligne de commande.

    Attributes:
        commande: Une option, une colonne, un fichier.
    """

    commande: str

    def __new__(cls, texte: str, commande: str = "") -> "Remede":
        """``texte`` se lit comme un texte ordinaire ; sans ``commande``, il vaut pour les deux."""
        remede = super().__new__(cls, texte)
        remede.commande = commande or texte
        return remede


def a_la_commande(remede: str) -> str:
    """Le remède, tel que la ligne de commande le dit."""
    return remede.commande if isinstance(remede, Remede) else remede


class RecouvrementError(Exception):
    """Racine de toutes les erreurs de la bibliothèque."""


class DonneeInvalide(RecouvrementError, ValueError):
    """Un fait donné par l'appelant est faux ou incohérent.

    Attributes:
        ou: Fichier, ligne ou élément, quand il y en a.
        champ: Nom du champ.
        valeur: Valeur reçue, telle que reçue.
        remede: Ce qu'il faut faire.
    """

    def __init__(self, message: str, *, ou: str = "", champ: str = "", valeur: object = None, remede: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.ou = ou
        self.champ = champ
        self.valeur = valeur
        self.remede = remede

    def situe(self, ou: str, champ: str = "") -> "DonneeInvalide":
        """La même erreur, vue de l'endroit qui l'a lue : les attributs déjà connus sont gardés."""
        precise = f"{ou}, {self.ou}" if self.ou else ou
        return type(self)(self.message, ou=precise, champ=self.champ or champ, valeur=self.valeur, remede=self.remede)

    def __str__(self) -> str:
        message = affichable(self.message, garder="\n")  # celui d'un dépôt dit une faute par ligne
        tete = " : ".join(p for p in (affichable(self.ou), affichable(self.champ), message) if p)
        recu = f" (reçu : « {extrait(self.valeur)} »)" if self.valeur is not None else ""
        remede = f". {affichable(self.remede)}" if self.remede else ""
        return f"{tete}{recu}{remede}"


class DelaiAmbigu(RecouvrementError, ValueError):
    """Le quantième visé n'existe pas et la règle appelée refuse d'en choisir un autre."""


class DroitIndisponible(RecouvrementError, LookupError):
    """Pays, nature de créance ou règle que la bibliothèque ne décrit pas."""


class ParametreNonPublie(DroitIndisponible):
    """Un barème est lu avant sa première valeur ou après la dernière publiée."""

    def __init__(self, code: str, jour: date, connu_du: date, connu_au: date | None) -> None:
        super().__init__(code, jour, connu_du, connu_au)
        self.code = code
        self.jour = jour
        self.connu_du = connu_du
        self.connu_au = connu_au

    def __str__(self) -> str:
        if self.jour < self.connu_du:
            return (
                f"« {self.code} » n'est décrit qu'à partir du {self.connu_du:%d/%m/%Y} (demandé : {self.jour:%d/%m/%Y}). "
                'Ajoutez les valeurs antérieures : droit.avec(Path("valeurs.toml")).'
            )
        fin = f" après le {self.connu_au:%d/%m/%Y}" if self.connu_au else ""
        return (
            f"« {self.code} » n'est pas encore publié{fin} (demandé : {self.jour:%d/%m/%Y}). "
            'Mettez la bibliothèque à jour, ou ajoutez la valeur publiée : droit.avec(Path("valeurs.toml")).'
        )


class ReglesConcurrentes(RecouvrementError, LookupError):
    """Deux règles répondent à la même question : aucune n'est préférée en silence."""

    def __init__(self, question: str, regles: Sequence[str]) -> None:
        super().__init__(question, tuple(regles))
        self.question = question
        self.regles = tuple(regles)

    def __str__(self) -> str:
        return f"{self.question} : plusieurs règles répondent ({', '.join(self.regles)}). Précisez la nature ou les qualités."


class TableInvalide(RecouvrementError, ValueError):
    """Une table de droit est fausse dans sa forme : trou, chevauchement, unité ou source manquante."""

    def __init__(self, message: str, *, fichier: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fichier = fichier
        self.code = code

    def __str__(self) -> str:
        return " : ".join(p for p in (self.fichier, self.code, self.message) if p)


class ModeleInvalide(RecouvrementError, ValueError):
    """Une lettre manque d'un champ, en nomme un inconnu, ou dirait ce que la loi interdit."""

    def __init__(self, message: str, *, modele: str = "", champ: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.modele = modele
        self.champ = champ

    def __str__(self) -> str:
        return " : ".join(p for p in (f"lettre « {self.modele} »" if self.modele else "", self.champ, self.message) if p)


class EnvoiImpossible(RecouvrementError):
    """Le pli n'est pas parti, et on sait pourquoi."""


class DejaEnvoye(RecouvrementError):
    """Le pli est déjà parti, ou son sort est inconnu : il ne repart jamais de lui-même."""


class ContenuChange(RecouvrementError):
    """La clé est connue, le contenu n'est pas celui qui lui est lié."""


class RegistreOccupe(RecouvrementError):
    """Un autre envoi tient la clé, ou la base est verrouillée."""


class RegistreCorrompu(RecouvrementError):
    """Le registre n'est plus celui qui a été écrit : rien n'y est ajouté."""


class DependanceManquante(RecouvrementError, ImportError):
    """Une capacité facultative est demandée sans son extra.

    Attributes:
        extra: Nom de l'extra à installer.
    """

    def __init__(self, quoi: str, extra: str) -> None:
        super().__init__(quoi, extra)
        self.quoi = quoi
        self.extra = extra

    def __str__(self) -> str:
        return f'{self.quoi} demande un complément : pip install "recouvrement[{self.extra}]"'


class GreffonInconnu(RecouvrementError, LookupError):
    """Aucun objet de ce nom n'est installé."""

    def __init__(self, nom: str, installes: Sequence[str]) -> None:
        super().__init__(nom, tuple(installes))
        self.nom = nom
        self.installes = tuple(installes)

    def __str__(self) -> str:
        return f"« {self.nom} » est inconnu. Installés : {', '.join(self.installes) or 'aucun'}."
