"""De vos colonnes aux nôtres : un fichier TOML, lu une fois, pour tous les exports du même logiciel."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide, cause
from recouvrement.lecture._commun import MEGA, lire_octets, nom_de
from recouvrement.lecture._faits_csv import COLONNES_CREANCES, COLONNES_EVENEMENTS, plus_proche

CONNUES = tuple(dict.fromkeys((*COLONNES_CREANCES, *COLONNES_EVENEMENTS)))
_POINTS = 100
_SECTIONS = ("format", "colonnes", "defauts", "valeurs", "ignorees")
_FORMAT = {"delimiteur": "delimiteur", "decimale": "decimale", "dates": "format_date", "encodage": "encodage"}


@frozen(kw_only=True)
class Correspondance:
    """Comment un export nomme ce que nous lisons.

    Attributes:
        colonnes: Notre colonne : la vôtre. Une colonne à vous peut en nourrir deux ; une qui porte notre nom est lue comme telle.
        defauts: Notre colonne : ce que vaut une cellule vide, ou la colonne absente.
        valeurs: Notre colonne : vos valeurs, et la nôtre pour chacune (« Pro » : « commercant »).
        ignorees: Vos colonnes à ne pas lire ; une autre colonne sans correspondance n'est pas lue non plus, et se signale.

    Raises:
        DonneeInvalide: Une colonne que nous ne lisons pas.
    """

    colonnes: Mapping[str, str] = field(factory=dict, hash=False)
    defauts: Mapping[str, str] = field(factory=dict, hash=False)
    valeurs: Mapping[str, Mapping[str, str]] = field(factory=dict, hash=False)
    ignorees: tuple[str, ...] = field(default=(), converter=tuple)

    def __attrs_post_init__(self) -> None:
        for champ in ("colonnes", "defauts", "valeurs"):
            lus = getattr(self, champ)
            _textes(champ, lus if champ != "valeurs" else {})
            for nom in lus:
                if nom not in CONNUES:
                    raise DonneeInvalide(
                        "colonne que nous ne lisons pas", champ=champ, valeur=nom, remede=plus_proche(nom, CONNUES)
                    )
        for nom, table in self.valeurs.items():
            _textes(f"valeurs.{nom}", table)
        if any(not isinstance(nom, str) for nom in self.ignorees):
            raise DonneeInvalide("des noms de colonnes sont attendus", champ="ignorees", valeur=self.ignorees)

    @property
    def noms(self) -> dict[str, str]:
        """Vos noms, là où ils diffèrent des nôtres : les messages les citent."""
        return {notre: votre for notre, votre in self.colonnes.items() if notre != votre}


def _textes(champ: str, table: Any) -> None:
    if not isinstance(table, Mapping) or any(not isinstance(v, str) for v in table.values()):
        raise DonneeInvalide("des textes sont attendus", champ=champ, remede="Écrivez : nom = « texte », entre guillemets.")


def lire_correspondance(source: Path | bytes) -> tuple[dict[str, str], Correspondance]:
    """Les conventions du fichier (arguments de ``LecteurCsv``) et la correspondance de ses colonnes.

    Raises:
        DonneeInvalide: TOML illisible, section, clé ou colonne inconnue.
    """
    ou = nom_de(source)
    try:
        texte = lire_octets(source, MEGA).decode("utf-8-sig")
        if any(ligne.count(".") > _POINTS for ligne in texte.splitlines()):  # tomllib garde chaque préfixe d'une clé pointée
            raise DonneeInvalide(f"plus de {_POINTS} points sur une ligne", ou=ou, remede="Passez à la ligne entre deux valeurs.")
        lu = tomllib.loads(texte)
    except DonneeInvalide:
        raise
    except (ValueError, RecursionError) as e:
        raise DonneeInvalide(
            f"TOML illisible ({cause(e)})", ou=ou, remede="Voyez l'exemple de la page « Formats lus »."
        ) from None
    try:
        _connus("sections", lu, _SECTIONS)
        formats = lu.get("format", {})
        _textes("format", formats)
        _connus("format", formats, tuple(_FORMAT))
        if not isinstance(ignorees := lu.get("ignorees", []), list):
            raise DonneeInvalide(
                "une liste de noms est attendue", champ="ignorees", remede='Écrivez : ignorees = ["Commentaire"].'
            )
        if not isinstance(valeurs := lu.get("valeurs", {}), dict):
            raise DonneeInvalide("une table est attendue", champ="valeurs", remede="Écrivez : [valeurs.debiteur_qualite].")
        correspondance = Correspondance(
            colonnes=lu.get("colonnes", {}), defauts=lu.get("defauts", {}), valeurs=valeurs, ignorees=ignorees
        )
    except DonneeInvalide as e:
        raise e.situe(ou) from None
    return {_FORMAT[nom]: valeur for nom, valeur in formats.items()}, correspondance


def _connus(champ: str, lus: Mapping[str, Any], connus: tuple[str, ...]) -> None:
    for nom in lus:
        if nom not in connus:
            raise DonneeInvalide("nom inconnu", champ=champ, valeur=nom, remede=plus_proche(nom, connus))
