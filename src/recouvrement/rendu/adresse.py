"""Le bloc d'adresse postale : six lignes de 38 caractères, du nom au pays.

Source:
    NF Z10-011 et recommandations de La Poste : capitales sans accent ni ponctuation à partir de la voie.
"""

import re
import unicodedata

from recouvrement.droit.fr.territoires import REPUBLIQUE
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.personnes import Adresse
from recouvrement.rendu._formats import nom_pays, propre

LARGEUR = 38
LIGNES = 6

_SOUS_LA_VOIE = re.compile(r"(?:BP|CS|TSA|LD|LIEU DIT)(?: |$)")  # ligne 5 ; les autres compléments précèdent la voie
_LETTRES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"})
_REMEDE = f"Abrégez-la selon la table de La Poste, à {LARGEUR} caractères au plus : rien n'est jamais tronqué en silence."


def capitales(texte: str) -> str:
    """Capitales sans accent ni ponctuation : « 3 RUE DE L EGLISE »."""
    hautes = unicodedata.normalize("NFKD", texte.translate(_LETTRES)).upper()
    nu = unicodedata.normalize("NFKD", hautes)
    lettres = "".join(c if c.isalnum() else " " for c in nu if not unicodedata.combining(c))
    return " ".join(lettres.split())


def bloc_adresse(nom: str, adresse: Adresse) -> tuple[str, ...]:
    """Lignes du bloc d'adresse, dans l'ordre postal.

    Raises:
        DonneeInvalide: Une ligne dépasse 38 caractères, ou il y a plus de six lignes avant le pays.
    """
    sous = tuple(capitales(c) for c in adresse.complements if _SOUS_LA_VOIE.match(capitales(c)))
    sur = tuple(propre(c) for c in adresse.complements if not _SOUS_LA_VOIE.match(capitales(c)))
    lignes = [("nom", propre(nom)), *(("complément", c) for c in sur), ("voie", capitales(adresse.voie))]
    lignes += [*(("complément", c) for c in sous), ("code postal et commune", _localite(adresse))]
    if len(lignes) > LIGNES:
        raise DonneeInvalide(
            f"{len(lignes)} lignes d'adresse, pour {LIGNES} au plus",
            champ="adresse.complements",
            valeur=" / ".join(adresse.complements),
            remede="Réunissez ou retirez des compléments.",
        )
    if adresse.pays not in REPUBLIQUE:  # La Poste dessert l'outre-mer sans ligne de pays
        lignes.append(("pays", capitales(nom_pays(adresse.pays))))
    return tuple(_controlee(rang, quoi, ligne) for rang, (quoi, ligne) in enumerate(lignes, 1))


def _localite(adresse: Adresse) -> str:
    """Un code postal étranger garde son tiret (« 00-950 »)."""
    code = capitales(adresse.code_postal) if adresse.pays in REPUBLIQUE else propre(adresse.code_postal).upper()
    return f"{code} {capitales(adresse.commune)}"


def _controlee(rang: int, quoi: str, ligne: str) -> str:
    if len(ligne) > LARGEUR:
        raise DonneeInvalide(
            f"{len(ligne)} caractères, pour {LARGEUR} au plus",
            champ=f"adresse, ligne {rang} ({quoi})",
            valeur=ligne,
            remede=_REMEDE,
        )
    return ligne
