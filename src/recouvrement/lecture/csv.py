"""Créances et événements en CSV : des colonnes documentées, des conventions déclarées, jamais devinées."""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, Self

from attrs import field, frozen

from recouvrement.affichage import ranimer
from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture._commun import MEGA, lire_octets, nom_de
from recouvrement.lecture._faits_csv import Parties
from recouvrement.lecture._ligne import Ligne
from recouvrement.lecture._tableau import Entete, Suite
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.correspondance import CONNUES, Correspondance, lire_correspondance
from recouvrement.modele import _champs as c
from recouvrement.modele.personnes import Creancier
from recouvrement.ports import Lecture

LIMITE_CSV = 50 * MEGA
_DATE = re.compile(r"(?:.*_)?(?:le|du|au)|echeance", re.ASCII)
_DELIMITEURS = (";", ",", "\t", "|")
_NOMS_DELIMITEURS = {"\t": "tabulation"}


@frozen(kw_only=True)
class LecteurCsv:
    """Lit un fichier de créances ou un fichier d'événements, reconnus à leur en-tête.

    Le délimiteur, la marque décimale et la forme des dates sont déclarés : « 1.234 » n'a pas deux sens.

    Attributes:
        delimiteur: Point-virgule, virgule, tabulation ou barre verticale.
        decimale: Virgule ou point.
        format_date: ``iso`` (AAAA-MM-JJ), ``fr`` (JJ/MM/AAAA) ou ``compact`` (AAAAMMJJ).
        creancier: Celui de toutes les lignes, quand le fichier n'a pas de colonnes ``creancier_…``.
        correspondance: De vos colonnes aux nôtres ; sans elle, une colonne inconnue est refusée.
    """

    delimiteur: str = field(default=";", validator=c.parmi(*_DELIMITEURS))
    decimale: str = field(default=",", validator=c.parmi(",", "."))
    format_date: Literal["iso", "fr", "compact"] = field(default="iso", validator=c.parmi("iso", "fr", "compact"))
    encodage: str = field(default="utf-8-sig", validator=c.texte(long=40))
    creancier: Creancier | None = field(default=None, validator=c.instance(Creancier, remede="Donnez un Creancier.", rien=True))
    correspondance: Correspondance | None = field(default=None, validator=c.instance(Correspondance, rien=True))

    @classmethod
    def avec_correspondance(cls, source: Path | bytes, *, creancier: Creancier | None = None) -> Self:
        """Le lecteur que décrit un fichier TOML : conventions, colonnes, valeurs par défaut, valeurs traduites.

        Raises:
            DonneeInvalide: Fichier illisible, nom ou convention inconnus.
        """
        conventions, correspondance = lire_correspondance(source)
        try:
            return cls(**conventions, correspondance=correspondance, creancier=creancier)  # type: ignore[arg-type]
        except DonneeInvalide as e:
            raise e.situe(nom_de(source)) from None

    def lire(self, source: Path | bytes) -> Lecture:
        """Créances ou événements du fichier ; chaque ligne fautive devient une anomalie, les autres sont lues.

        Raises:
            DonneeInvalide: Fichier illisible en entier : taille, encodage, en-tête, guillemets.
        """
        ou = nom_de(source)
        texte = self._texte(lire_octets(source, LIMITE_CSV), ou)
        rangs = self._rangs(texte, ou)
        numeros, cellules = next(rangs, ("", []))
        if not numeros:
            raise DonneeInvalide("fichier vide", ou=ou, remede="Donnez une ligne d'en-tête et des lignes.")
        colonnes = [cellule.strip() for cellule in cellules]
        carnet = Constat(ou, noms=self.correspondance.noms if self.correspondance else {})
        self._controler_delimiteur(colonnes, f"{ou}, en-tête")
        entete = Entete.lire(colonnes, self.creancier, self.correspondance, carnet.a(f"{ou}, en-tête"))
        suite = Suite(entete, Parties(self.creancier))
        for numeros, cellules in rangs:
            constat = carnet.a(f"{ou}, {numeros}")
            try:
                ligne = self._ligne(entete, colonnes, cellules)
            except DonneeInvalide as e:
                suite.refuser(e, constat)
            else:
                suite.lire(ligne, constat)
        if isinstance(source, Path) and not texte.endswith(("\n", "\r")):
            _signaler_la_coupe(entete, carnet)
        return suite.lecture(carnet)

    def _texte(self, octets: bytes, ou: str) -> str:
        if "16" not in self.encodage and octets.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            remede = self._declarer("encodage", "utf-16", "Enregistrez-le en « CSV UTF-8 », ou ")
            raise DonneeInvalide("le fichier est en UTF-16 (« Texte Unicode » d'un tableur)", ou=ou, remede=remede)
        remede = self._declarer("encodage", "cp1252", "Enregistrez le fichier en UTF-8, ou ")
        try:
            texte = octets.decode(self.encodage)
        except LookupError:
            raise DonneeInvalide("encodage inconnu", ou=ou, champ="encodage", valeur=self.encodage, remede=remede) from None
        except ValueError as e:
            lieu = f" (octet {e.start})" if isinstance(e, UnicodeDecodeError) else ""
            nom = "UTF-8" if self.encodage == "utf-8-sig" else self.encodage
            raise DonneeInvalide(f"le fichier n'est pas en {nom}{lieu}", ou=ou, remede=remede) from None
        if "\0" in texte:
            raise DonneeInvalide("caractère nul : ce n'est pas un CSV dans cet encodage", ou=ou, remede=remede)
        return texte

    def _declarer(self, reglage: str, valeur: str, sinon: str = "") -> Remede:
        """Comment régler le lecteur : en Python, par une option, ou dans la correspondance, qui remplace les options."""
        verbe, ecrite = "déclarez" if sinon else "Déclarez", repr(valeur)[1:-1]
        dans_le_toml = f'{reglage} = "{ecrite}" au [format] de la correspondance'
        commande = f"--{reglage} '{ecrite}'" if self.correspondance is None else dans_le_toml
        return Remede(f"{sinon}{verbe} LecteurCsv({reglage}={valeur!r}).", f"{sinon}{verbe} {commande}.")

    def _rangs(self, texte: str, ou: str) -> Iterator[tuple[str, list[str]]]:
        """Lignes non vides, avec leur place dans le fichier."""
        lecteur = csv.reader(io.StringIO(texte, newline=""), delimiter=self.delimiteur, strict=True)
        while True:
            premiere = lecteur.line_num + 1
            try:
                cellules = next(lecteur, None)
            except csv.Error:
                remede = "Un guillemet est ouvert ou fermé au mauvais endroit, ou une cellule est démesurée."
                raise DonneeInvalide("CSV mal formé", ou=f"{ou}, ligne {premiere}", remede=remede) from None
            if cellules is None:
                return
            if any(cellule.strip() for cellule in cellules):
                fin = lecteur.line_num
                yield (f"ligne {premiere}" if fin <= premiere else f"lignes {premiere} à {fin}"), cellules

    def _controler_delimiteur(self, colonnes: list[str], ou: str) -> None:
        connues = {*CONNUES, *(self.correspondance.colonnes.values() if self.correspondance else ())}
        for autre in _DELIMITEURS:
            if len(colonnes) == 1 and len(connues.intersection(x.strip(' "') for x in colonnes[0].split(autre))) > 1:
                nom = _NOMS_DELIMITEURS.get(autre, autre)
                raise DonneeInvalide(
                    f"l'en-tête est délimité par « {nom} », le délimiteur déclaré est « {self.delimiteur} »",
                    ou=ou,
                    remede=self._declarer("delimiteur", autre),
                )

    def _ligne(self, entete: Entete, colonnes: Sequence[str], cellules: Sequence[str]) -> Ligne:
        if len(cellules) != len(colonnes):
            remede = "Un délimiteur manque, est en trop, ou une cellule qui en contient un n'est pas entre guillemets."
            raise DonneeInvalide(f"{len(cellules)} cellules pour {len(colonnes)} colonnes", remede=remede)
        for colonne, rang in entete.places.items():
            if "\n" in cellules[rang] or "\r" in cellules[rang]:
                remede = "Retirez-le, ou fermez le guillemet ouvert."
                raise DonneeInvalide("saut de ligne dans une cellule", champ=colonne, valeur=cellules[rang], remede=remede)
        return Ligne(entete.cellules([ranimer(cellule.strip()) for cellule in cellules]), self.decimale, self.format_date)


def _signaler_la_coupe(entete: Entete, carnet: Constat) -> None:
    """Un fichier coupé dans sa dernière cellule se lit encore, mais faux (« 1 234,50 » devient 1 €) ; une date coupée se refuse."""
    derniere = max(entete.places, key=entete.places.__getitem__)
    if not _DATE.fullmatch(derniere):
        message = "aucun saut de ligne à la fin : le fichier est peut-être coupé"
        carnet.alerter(message, champ=derniere, remede="Vérifiez la dernière cellule.")
