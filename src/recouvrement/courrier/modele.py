"""Une lettre est une donnée : des paragraphes avec un rôle, des conditions par leur nom, un texte à {champs}. Aucun code dedans."""

import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from string import Formatter
from typing import Any, Literal

from attrs import frozen

from recouvrement.courrier.document import Fragment, Texte
from recouvrement.erreurs import ModeleInvalide

LIVRES = Path(__file__).with_name("modeles")
ROLES = frozenset(
    {"appel", "corps", "dispositif", "paiement", "contestation", "suite", "formule", "signature", "pieces", "mention"}
)
Champs = Mapping[str, Fragment | Texte | None]
Conditions = Mapping[str, bool]


@frozen
class Morceau:
    """Paragraphe, tableau ou ligne d'objet du modèle, sous conditions."""

    si: tuple[str, ...]
    texte: str = ""
    role: str = ""
    tableau: str = ""

    def retenu(self, conditions: Conditions, modele: str) -> bool:
        """Vrai si toutes les conditions tiennent.

        Raises:
            ModeleInvalide: Condition inconnue.
        """
        for nom in self.si:
            if nom not in conditions:
                raise ModeleInvalide(_inconnu("condition", nom, conditions), modele=modele, champ=nom)
        return all(conditions[nom] for nom in self.si)

    def ecrire(self, champs: Champs, modele: str) -> Texte:
        """Le texte, ses champs remplacés par leurs valeurs typées.

        Raises:
            ModeleInvalide: Champ inconnu, ou connu mais vide dans ce dossier.
        """
        fragments: list[Fragment] = []
        for litteral, nom, forme, conversion in Formatter().parse(self.texte):
            if litteral:
                fragments.append(litteral)
            if nom is None:
                continue
            if nom not in champs or forme or conversion:
                raise ModeleInvalide(_inconnu("champ", nom, champs), modele=modele, champ=nom)
            valeur = champs[nom]
            if valeur is None:
                raise ModeleInvalide("ce fait manque au dossier, et la lettre ne peut s'en passer", modele=modele, champ=nom)
            fragments.extend(valeur if isinstance(valeur, tuple) else (valeur,))
        return tuple(fragments)


@frozen(kw_only=True)
class Modele:
    """Modèle d'une lettre.

    Attributes:
        reclame: ``principal`` ou ``total`` : ce que la lettre demande de payer.
        regimes: Régimes de droit auxquels elle peut s'adresser ; vide : tous.
    """

    nom: str
    lettre: str
    reclame: Literal["principal", "total"]
    regimes: tuple[str, ...]
    objet: tuple[Morceau, ...]
    tete: tuple[Morceau, ...]
    blocs: tuple[Morceau, ...]
    annexes: tuple[Morceau, ...]

    def convient(self, regime: str, *, par_son_nom: bool) -> bool:
        """Vrai si la lettre s'adresse à ce régime : elle le dit, ou ne dit rien et son nom suffit."""
        return regime in self.regimes or (not self.regimes and (par_son_nom or self.generale))

    @property
    def generale(self) -> bool:
        """Vrai pour la lettre sans suffixe de régime."""
        return "_" not in self.nom.removeprefix(self.lettre)


def _inconnu(genre: str, nom: str, connus: Mapping[str, object]) -> str:
    proches = get_close_matches(nom, list(connus), 1)
    return f"{genre} inconnu" + ("e" if genre == "condition" else "") + (f" ; vouliez-vous « {proches[0]} » ?" if proches else "")


def charger(lettre: str, langue: str, regime: str, dossier: Path | None = None) -> Modele:
    """Modèle de l'utilisateur s'il en a un, sinon celui qui est livré ; le plus propre au régime d'abord.

    Raises:
        ModeleInvalide: Aucun modèle ne convient à cette lettre, cette langue et ce régime.
    """
    for racine in (dossier, LIVRES) if dossier else (LIVRES,):
        propre = racine / langue / f"{lettre}_{regime}.toml"
        autres = sorted((racine / langue).glob(f"{lettre}_*.toml"))
        for fichier in (propre, racine / langue / f"{lettre}.toml", *autres):
            if fichier.is_file() and (modele := lire(fichier)).convient(regime, par_son_nom=fichier == propre):
                return modele
    raise ModeleInvalide(
        f"aucun modèle en « {langue} » pour le régime « {regime} » ; écrivez le vôtre et donnez son dossier", modele=lettre
    )


@lru_cache(maxsize=64)
def lire(fichier: Path) -> Modele:
    """Lit un modèle.

    Raises:
        ModeleInvalide: TOML illisible, clé ou rôle inconnu, texte absent.
    """
    try:
        brut = tomllib.loads(fichier.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        raise ModeleInvalide(f"illisible : {e}", modele=fichier.stem) from None
    if inconnues := set(brut) - {"lettre", "reclame", "regimes", "objet", "tete", "blocs", "annexes"}:
        raise ModeleInvalide(f"clé inconnue : {', '.join(sorted(inconnues))}", modele=fichier.stem)
    if brut.get("reclame") not in ("principal", "total"):
        raise ModeleInvalide("« reclame » vaut « principal » ou « total »", modele=fichier.stem, champ="reclame")
    return Modele(
        nom=fichier.stem,
        lettre=brut.get("lettre", fichier.stem),
        reclame=brut["reclame"],
        regimes=tuple(brut.get("regimes", ())),
        **{
            cle: tuple(_morceau(m, cle, fichier.stem) for m in brut.get(cle, ())) for cle in ("objet", "tete", "blocs", "annexes")
        },
    )


def _morceau(brut: Mapping[str, Any], cle: str, modele: str) -> Morceau:
    if inconnues := set(brut) - {"si", "texte", "role", "tableau"}:
        raise ModeleInvalide(f"clé inconnue : {', '.join(sorted(inconnues))}", modele=modele, champ=cle)
    morceau = Morceau(tuple(brut.get("si", ())), brut.get("texte", ""), brut.get("role", ""), brut.get("tableau", ""))
    if bool(morceau.texte) == bool(morceau.tableau):
        raise ModeleInvalide("un texte ou un tableau, l'un des deux", modele=modele, champ=cle)
    if cle == "blocs" and morceau.texte and morceau.role not in ROLES:
        raise ModeleInvalide(f"rôle inconnu : « {morceau.role} »", modele=modele, champ="role")
    return morceau
