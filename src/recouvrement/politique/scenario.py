"""Ce que le créancier a prévu : un scénario est une donnée, une suite d'étapes."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from attrs import field, fields, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c


def _positif(valeur: object, champ: str, *, rien: bool, ou: str) -> None:
    if not (type(valeur) is int and valeur >= 0) and not (rien and valeur is None):
        raise DonneeInvalide("un nombre entier de jours, positif ou nul, est attendu", ou=ou, champ=champ, valeur=valeur)


@frozen(kw_only=True)
class Etape:
    """Une étape du scénario.

    Attributes:
        acte: Ce qu'elle fait : ``relance``, ``mise_en_demeure`` ou ``transmission``.
        jours: Délai depuis ``depuis`` ; ouvrés si ``ouvres``.
        fenetre: Jours de marge après ``jours`` pour le faire sans être en retard sur le plan.
        depuis: ``echeance``, ``precedente`` (l'acte de l'étape d'avant) ou ``presentation`` (de la mise en demeure).
        canaux: Par ordre de préférence.
        ton: De 1 (cordial) à 5 (procédural).
        delai_accorde: Jours laissés au débiteur pour payer.
        lettre: Modèle du courrier ; vide : rien à écrire (un appel, une remise de dossier).
    """

    cle: str = field(converter=c.nfc, validator=c.texte(long=60))
    acte: Literal["relance", "mise_en_demeure", "transmission"] = field(
        validator=c.parmi("relance", "mise_en_demeure", "transmission")
    )
    jours: int
    fenetre: int = 0
    depuis: Literal["echeance", "precedente", "presentation"] = field(
        default="echeance", validator=c.parmi("echeance", "precedente", "presentation")
    )
    ouvres: bool = False
    canaux: tuple[str, ...] = field(default=("courriel",), converter=c.en_suite, validator=c.suite_de(str))
    ton: int = 1
    delai_accorde: int | None = None
    lettre: str = field(default="", converter=c.nfc, validator=c.texte(vide=True, long=60))

    def __attrs_post_init__(self) -> None:
        for champ in ("jours", "fenetre", "ton", "delai_accorde"):
            _positif(getattr(self, champ), champ, rien=champ == "delai_accorde", ou=f"étape {self.cle}")
        if not self.canaux:
            raise DonneeInvalide("au moins un canal est attendu", ou=f"étape {self.cle}", champ="canaux")

    @property
    def est_un_appel(self) -> bool:
        """Un appel ne compte pas dans l'écart minimal entre deux contacts."""
        return self.canaux == ("telephone",)


@frozen(kw_only=True)
class Scenario:
    """Suite d'étapes, des plus douces aux plus fermes.

    Attributes:
        ecart_minimal: Jours entre deux écrits au même débiteur ; exactement ce nombre suffit.
        source: D'où vient ce calendrier : un usage, jamais une loi.

    Raises:
        DonneeInvalide: Scénario vide, clés en double, première étape sans point de départ.
    """

    cle: str = field(converter=c.nfc, validator=c.texte(long=60))
    etapes: tuple[Etape, ...] = field(converter=c.en_suite, validator=c.suite_de(Etape))
    ecart_minimal: int = 7
    source: str = ""

    def __attrs_post_init__(self) -> None:
        _positif(self.ecart_minimal, "ecart_minimal", rien=False, ou=f"scénario {self.cle}")
        if not self.etapes or self.etapes[0].depuis != "echeance":
            raise DonneeInvalide("la première étape se compte de l'échéance", ou=f"scénario {self.cle}", champ="etapes")
        cles = [e.cle for e in self.etapes]
        if len(set(cles)) != len(cles):
            raise DonneeInvalide("deux étapes ont la même clé", ou=f"scénario {self.cle}", champ="etapes", valeur=", ".join(cles))

    @classmethod
    def lire(cls, fichier: Path) -> Self:
        """Scénario décrit dans un fichier TOML, de la forme des préréglages.

        Raises:
            DonneeInvalide: Fichier illisible, champ inconnu ou absent.
        """
        try:
            brut = tomllib.loads(fichier.read_text(encoding="utf-8"))
            return cls._de(brut)
        except (OSError, ValueError, TypeError) as e:
            if isinstance(e, DonneeInvalide):
                raise e.situe(str(fichier)) from None
            raise DonneeInvalide(
                f"scénario illisible : {e}", ou=str(fichier), remede="Prenez modèle sur progressif.toml."
            ) from None

    @classmethod
    def _de(cls, brut: dict[str, Any]) -> Self:
        connus = {a.name for a in fields(Etape)}
        for etape in brut.get("etapes", ()):
            if inconnus := set(etape) - connus:
                raise DonneeInvalide("champ inconnu", champ="etapes", valeur=", ".join(sorted(inconnus)))
        etapes = [Etape(**e) for e in brut.pop("etapes", ())]
        return cls(etapes=etapes, **brut)


@lru_cache(maxsize=8)
def prereglage(nom: str) -> Scenario:
    """Scénario livré avec la bibliothèque.

    Raises:
        DonneeInvalide: Aucun préréglage de ce nom.
    """
    dossier = Path(__file__).with_name("scenarios")
    connus = sorted(f.stem for f in dossier.glob("*.toml"))
    if nom not in connus:
        raise DonneeInvalide(
            "préréglage inconnu", champ="scenario", valeur=nom, remede=f"Choisissez parmi : {', '.join(connus)}."
        )
    return Scenario.lire(dossier / f"{nom}.toml")
