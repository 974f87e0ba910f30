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
from recouvrement.erreurs import ModeleInvalide, cause

LIVRES = Path(__file__).with_name("modeles")
ROLES = frozenset(
    {"appel", "corps", "dispositif", "paiement", "contestation", "suite", "formule", "signature", "partie", "pieces", "mention"}
)
CLES = frozenset(
    {
        "titre",
        "forme",
        "lettre",
        "reclame",
        "vise",
        "regimes",
        "sujet",
        "canal",
        "faits",
        "facultatifs",
        "un_de",
        "objet",
        "tete",
        "blocs",
        "annexes",
    }
)
CHOIX = {"reclame": ("principal", "total", "rien"), "vise": ("echues", "a_echoir", "toutes"), "forme": ("lettre", "acte")}
SUFFIXES = {
    "public": "_public",
    "loyer_habitation": "_loyer",
    "loyer_habitation_particulier": "_loyer",
    "copropriete": "_copropriete",
}
PAR_DEFAUT = {"vise": "echues", "forme": "lettre"}
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
        """Vrai si toutes les conditions tiennent ; « sans_x » est le contraire de « x ».

        Raises:
            ModeleInvalide: Condition inconnue.
        """
        tenues = [_tient(nom, conditions, modele) for nom in self.si]
        return all(tenues)

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
                raise ModeleInvalide(inconnu("champ", nom, champs), modele=modele, champ=nom)
            valeur = champs[nom]
            if valeur is None:
                raise ModeleInvalide("ce fait manque au dossier, et la lettre ne peut s'en passer", modele=modele, champ=nom)
            fragments.extend(valeur if isinstance(valeur, tuple) else (valeur,))
        return tuple(fragments)


@frozen(kw_only=True)
class Modele:
    """Modèle d'une lettre.

    Attributes:
        titre: Son nom en français, ou dans sa langue : titre du document et tête des pages suivantes.
        forme: ``lettre``, ou ``acte`` : sans en-tête ni adresse.
        reclame: ``principal``, ``total`` ou ``rien`` : ce que la lettre demande de payer.
        vise: Les créances dont elle parle, sauf si son sujet ou l'appelant les nomme : ``echues``, ``a_echoir`` ou ``toutes``.
        regimes: Régimes de droit auxquels elle peut s'adresser ; vide : tous.
        sujet: Nom du type de la valeur dont elle part (``Echeancier``) ; vide : le bilan suffit.
        canal: Par où elle part, sauf avis contraire de l'appelant.
        faits: Ce que l'appelant doit dire de plus, par son nom ; chacun est un champ.
        facultatifs: Ce qu'il peut dire de plus ; chacun est un champ, et une condition du même nom.
        un_de: Conditions dont une, au moins, est exigée.
    """

    nom: str
    titre: str
    forme: Literal["lettre", "acte"]
    lettre: str
    reclame: Literal["principal", "total", "rien"]
    vise: Literal["echues", "a_echoir", "toutes"]
    regimes: tuple[str, ...]
    sujet: str
    canal: str
    faits: tuple[str, ...]
    facultatifs: tuple[str, ...]
    un_de: tuple[str, ...]
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


def _tient(nom: str, conditions: Conditions, modele: str) -> bool:
    if nom in conditions:
        return conditions[nom]
    contraire = nom.removeprefix("sans_")
    if nom == contraire or contraire not in conditions:
        raise ModeleInvalide(inconnu("condition", nom, conditions), modele=modele, champ=nom)
    return not conditions[contraire]


class Lexique(dict[str, str]):
    """Les mots que la bibliothèque écrit elle-même dans une langue."""

    def __missing__(self, cle: str) -> str:
        raise ModeleInvalide("mot absent de cette langue", modele="lexique", champ=cle)


def lexique(langue: str, dossier: Path | None = None, regime: str = "") -> Lexique:
    """``<langue>/lexique.toml`` : celui de l'utilisateur complète et corrige celui qui est livré.

    Args:
        regime: Celui des créances : le mot qui porte son suffixe l'emporte. Un acheteur public doit des intérêts moratoires (CCP,
            art. L. 2192-13) ; un locataire, un terme ; un copropriétaire, un appel de fonds.

    Raises:
        ModeleInvalide: TOML illisible.
    """
    mots = Lexique()
    for racine in (LIVRES, dossier) if dossier else (LIVRES,):
        fichier = racine / langue / "lexique.toml"
        if fichier.is_file():
            mots.update(_mots(fichier))
    if suffixe := SUFFIXES.get(regime):
        mots.update({cle.removesuffix(suffixe): mot for cle, mot in mots.items() if cle.endswith(suffixe)})
    return mots


@lru_cache(maxsize=16)
def _mots(fichier: Path) -> Mapping[str, str]:
    try:
        return {cle: str(mot) for cle, mot in tomllib.loads(fichier.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError) as e:
        raise ModeleInvalide(f"illisible : {cause(e)}", modele=fichier.stem) from None


def inconnu(genre: str, nom: str, connus: Mapping[str, object]) -> str:
    """« champ inconnu ; vouliez-vous « taux » ? »."""
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
        raise ModeleInvalide(f"illisible : {cause(e)}", modele=fichier.stem) from None
    if inconnues := set(brut) - CLES:
        raise ModeleInvalide(f"clé inconnue : {', '.join(sorted(inconnues))}", modele=fichier.stem)
    for cle, valeurs in CHOIX.items():
        if brut.setdefault(cle, PAR_DEFAUT.get(cle)) not in valeurs:
            raise ModeleInvalide(f"« {cle} » : l'un de {', '.join(valeurs)}", modele=fichier.stem, champ=cle)
    return Modele(
        nom=fichier.stem,
        titre=brut.get("titre", fichier.stem.replace("_", " ").capitalize()),
        forme=brut["forme"],
        lettre=brut.get("lettre", fichier.stem),
        reclame=brut["reclame"],
        vise=brut["vise"],
        sujet=brut.get("sujet", ""),
        canal=brut.get("canal", "courrier"),
        regimes=tuple(brut.get("regimes", ())),
        faits=tuple(brut.get("faits", ())),
        facultatifs=tuple(brut.get("facultatifs", ())),
        un_de=tuple(brut.get("un_de", ())),
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
