"""Créances et événements en CSV : des colonnes documentées, des conventions déclarées, jamais devinées."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from attrs import define, field, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._commun import MEGA, Constat, lire_octets, montrer, nom_de
from recouvrement.lecture._faits_csv import (
    COLONNES_CREANCES,
    COLONNES_EVENEMENTS,
    Parties,
    lire_creance,
    lire_evenement,
    plus_proche,
)
from recouvrement.lecture._ligne import Ligne
from recouvrement.modele import _champs as c
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.personnes import Creancier
from recouvrement.ports import Lecture

LIMITE_CSV = 50 * MEGA
_DELIMITEURS = (";", ",", "\t", "|")
_NOMS_DELIMITEURS = {"\t": "tabulation"}


@frozen(kw_only=True)
class LecteurCsv:
    """Lit un fichier de créances ou un fichier d'événements, reconnus à leur en-tête.

    Le délimiteur, la marque décimale et la forme des dates sont déclarés : « 1.234 » n'a pas deux sens.

    Attributes:
        delimiteur: Point-virgule, virgule, tabulation ou barre verticale.
        decimale: Virgule ou point.
        format_date: ``iso`` (AAAA-MM-JJ) ou ``fr`` (JJ/MM/AAAA).
        creancier: Celui de toutes les lignes, quand le fichier n'a pas de colonnes ``creancier_…``.
    """

    delimiteur: str = field(default=";", validator=c.parmi(*_DELIMITEURS))
    decimale: str = field(default=",", validator=c.parmi(",", "."))
    format_date: Literal["iso", "fr"] = field(default="iso", validator=c.parmi("iso", "fr"))
    encodage: str = field(default="utf-8-sig", validator=c.texte(long=40))
    creancier: Creancier | None = field(default=None, validator=c.instance(Creancier, remede="Donnez un Creancier.", rien=True))

    def lire(self, source: Path | bytes) -> Lecture:
        """Créances ou événements du fichier ; chaque ligne fautive devient une anomalie, les autres sont lues.

        Raises:
            DonneeInvalide: Fichier illisible en entier : taille, encodage, en-tête, guillemets.
        """
        ou = nom_de(source)
        rangs = self._rangs(self._texte(lire_octets(source, LIMITE_CSV), ou), ou)
        numeros, entete = next(rangs, ("", []))
        if not numeros:
            raise DonneeInvalide("fichier vide", ou=ou, remede="Donnez une ligne d'en-tête et des lignes.")
        colonnes = [cellule.strip() for cellule in entete]
        self._controler_entete(colonnes, ou)
        suite = _Suite(Parties(self.creancier), evenementiel="type" in colonnes)
        carnet = Constat(ou)
        for numeros, cellules in rangs:
            constat = carnet.a(f"{ou}, {numeros}")
            try:
                suite.lire(self._ligne(colonnes, cellules), constat)
            except DonneeInvalide as e:
                constat.refuser(e)
        return Lecture(
            creances=tuple(suite.creances.values()), evenements=tuple(suite.evenements), anomalies=tuple(carnet.anomalies)
        )

    def _texte(self, octets: bytes, ou: str) -> str:
        remede = 'Enregistrez le fichier en UTF-8, ou déclarez LecteurCsv(encodage="cp1252").'
        try:
            texte = octets.decode(self.encodage)
        except LookupError:
            raise DonneeInvalide("encodage inconnu", ou=ou, champ="encodage", valeur=self.encodage, remede=remede) from None
        except ValueError as e:
            lieu = f" (octet {e.start})" if isinstance(e, UnicodeDecodeError) else ""
            raise DonneeInvalide(f"le fichier n'est pas en {self.encodage}{lieu}", ou=ou, remede=remede) from None
        if "\0" in texte:
            raise DonneeInvalide("caractère nul : ce n'est pas un CSV dans cet encodage", ou=ou, remede=remede)
        return texte

    def _rangs(self, texte: str, ou: str) -> Iterator[tuple[str, list[str]]]:
        """Lignes non vides, avec leur place dans le fichier."""
        lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=self.delimiteur, strict=True)
        while True:
            premiere = lecteur.line_num + 1
            try:
                cellules = next(lecteur, None)
            except csv.Error as e:
                remede = "Un guillemet est ouvert ou fermé au mauvais endroit, ou une cellule est démesurée."
                raise DonneeInvalide(f"CSV mal formé ({e})", ou=f"{ou}, ligne {premiere}", remede=remede) from None
            if cellules is None:
                return
            if any(cellule.strip() for cellule in cellules):
                fin = lecteur.line_num
                yield (f"ligne {premiere}" if fin <= premiere else f"lignes {premiere} à {fin}"), cellules

    def _controler_entete(self, colonnes: list[str], ou: str) -> None:
        """Une colonne inconnue est refusée : une échéance mal nommée ne doit pas se perdre."""
        place = f"{ou}, en-tête"
        self._controler_delimiteur(colonnes, place)
        evenements = "type" in colonnes
        connues = COLONNES_EVENEMENTS if evenements else COLONNES_CREANCES
        for rang, colonne in enumerate(colonnes):
            if colonne not in connues:
                remede = plus_proche(colonne, connues)
                raise DonneeInvalide("colonne inconnue", ou=place, champ=montrer(colonne) or f"colonne {rang + 1}", remede=remede)
            if colonne in colonnes[:rang]:
                raise DonneeInvalide("colonne en double", ou=place, champ=colonne, remede="Gardez-en une.")
        exigees = ["type", "le"] if evenements else ["reference", "principal", "emise_le", "debiteur_nom"]
        if not evenements:
            self._controler_creancier(colonnes, place)
            exigees += [] if self.creancier else ["creancier_nom"]
        for colonne in exigees:
            if colonne not in colonnes:
                remede = "Ajoutez-la" + (", ou donnez LecteurCsv(creancier=…)." if colonne == "creancier_nom" else ".")
                raise DonneeInvalide("colonne obligatoire absente", ou=place, champ=colonne, remede=remede)

    def _controler_creancier(self, colonnes: list[str], ou: str) -> None:
        double = next((x for x in colonnes if x.startswith("creancier_")), None)
        if self.creancier and double:
            remede = "Ôtez les colonnes creancier_… ou LecteurCsv(creancier=…)."
            raise DonneeInvalide("le créancier est donné deux fois", ou=ou, champ=double, remede=remede)

    def _controler_delimiteur(self, colonnes: list[str], ou: str) -> None:
        connues = {*COLONNES_CREANCES, *COLONNES_EVENEMENTS}
        for autre in _DELIMITEURS:
            if len(colonnes) == 1 and len(connues.intersection(x.strip(' "') for x in colonnes[0].split(autre))) > 1:
                nom = _NOMS_DELIMITEURS.get(autre, autre)
                raise DonneeInvalide(
                    f"l'en-tête est délimité par « {nom} », le délimiteur déclaré est « {self.delimiteur} »",
                    ou=ou,
                    remede=f"Déclarez LecteurCsv(delimiteur={autre!r}).",
                )

    def _ligne(self, colonnes: Sequence[str], cellules: Sequence[str]) -> Ligne:
        if len(cellules) != len(colonnes):
            remede = "Un délimiteur manque, est en trop, ou une cellule qui en contient un n'est pas entre guillemets."
            raise DonneeInvalide(f"{len(cellules)} cellules pour {len(colonnes)} colonnes", remede=remede)
        for colonne, cellule in zip(colonnes, cellules, strict=True):
            if "\n" in cellule or "\r" in cellule:
                remede = "Retirez-le, ou fermez le guillemet ouvert."
                raise DonneeInvalide("saut de ligne dans une cellule", champ=colonne, valeur=cellule, remede=remede)
        lues = {nom: cellule.strip() for nom, cellule in zip(colonnes, cellules, strict=True)}
        return Ligne({nom: v for nom, v in lues.items() if v}, self.decimale, self.format_date)


@define
class _Suite:
    """Faits déjà lus : une référence en double est refusée, la première est gardée."""

    parties: Parties
    evenementiel: bool = field(kw_only=True)
    creances: dict[tuple[str, str], Creance] = field(factory=dict)
    evenements: list[Evenement] = field(factory=list)
    _references: set[tuple[type, str]] = field(factory=set)

    def lire(self, ligne: Ligne, constat: Constat) -> None:
        if self.evenementiel:
            self._ajouter_evenement(lire_evenement(ligne))
        else:
            self._ajouter_creance(lire_creance(ligne, self.parties, constat))

    def _ajouter_creance(self, creance: Creance) -> None:
        cle = (creance.creancier.cle, creance.reference)
        if cle in self.creances:
            raise _double(creance.reference)
        self.creances[cle] = creance

    def _ajouter_evenement(self, evenement: Evenement) -> None:
        cle = (type(evenement), evenement.reference)
        if evenement.reference and cle in self._references:
            raise _double(evenement.reference)
        self._references.add(cle)
        self.evenements.append(evenement)


def _double(reference: str) -> DonneeInvalide:
    return DonneeInvalide("référence déjà lue plus haut", champ="reference", valeur=reference, remede="Ôtez la ligne en double.")
