"""Ce que le créancier a prévu : un scénario est une donnée, une suite d'étapes."""

import operator
import tomllib
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, Self

from attrs import field, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide, cause
from recouvrement.modele import _champs as c
from recouvrement.modele.montant import Montant


def _positif(valeur: object, champ: str, *, rien: bool, ou: str) -> None:
    if not (type(valeur) is int and valeur >= 0) and not (rien and valeur is None):
        raise DonneeInvalide("un nombre entier de jours, positif ou nul, est attendu", ou=ou, champ=champ, valeur=valeur)


_PREREGLES = Path(__file__).with_name("scenarios")
OPERATEURS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
NOMBRES = ("montant", "age")
TEXTES = ("qualite", "nature", "risque", "moyen_de_paiement", "signal")
DEPUIS = {"echeance": "de l'échéance", "precedente": "de l'étape d'avant", "presentation": "de la présentation"}
USUELS = {
    "nature:loyer_habitation": "bailleur",
    "qualite:consommateur": "consommateur",
    "qualite:non_professionnel": "consommateur",
    "qualite:personne_publique": "acheteur_public",
}
DECLENCHEURS = ("appel_infructueux", "refus_explicite", "promesse_echue", "echeancier_rompu", "signal")


@frozen
class Condition:
    """Ce qui doit être vrai pour qu'une étape se fasse : « montant >= 100 ». Une donnée, jamais du code.

    Attributes:
        champ: ``montant`` (principal restant), ``age`` (jours de retard), ``qualite`` et ``nature`` de la créance, ``risque``
            (``normal`` ou ``signale``), ``moyen_de_paiement`` (du dernier paiement), ``signal`` (l'un de ceux reçus).
        operateur: ``=``, ``!=``, et pour un nombre ``<``, ``<=``, ``>``, ``>=``.
    """

    champ: str = field(validator=c.parmi(*NOMBRES, *TEXTES))
    operateur: str = field(validator=c.parmi(*OPERATEURS))
    valeur: Decimal | int | str

    _repr_html_ = fiche("Condition")

    def __attrs_post_init__(self) -> None:
        if self.champ in NOMBRES:
            if not isinstance(self.valeur, Decimal | int | str) or isinstance(self.valeur, bool):
                raise DonneeInvalide("un nombre exact est attendu, pas un flottant", champ=self.champ, valeur=self.valeur)
            try:
                object.__setattr__(self, "valeur", Decimal(str(self.valeur)))
            except ArithmeticError:
                raise DonneeInvalide("un nombre est attendu", champ=self.champ, valeur=self.valeur) from None
            if not Decimal(self.valeur).is_finite():
                raise DonneeInvalide("un nombre est attendu", champ=self.champ, valeur=self.valeur)
        elif self.operateur not in ("=", "!="):
            raise DonneeInvalide("un texte se compare par = ou !=", champ=self.champ, valeur=self.operateur)
        elif not isinstance(self.valeur, str):
            raise DonneeInvalide("un texte est attendu", champ=self.champ, valeur=self.valeur)

    @classmethod
    def lire(cls, texte: str) -> Self:
        """Condition écrite « champ opérateur valeur ».

        Raises:
            DonneeInvalide: Autre forme.
        """
        parts = texte.split()
        if len(parts) != 3:
            remede = "Écrivez « montant >= 100 », des espaces autour de l'opérateur."
            raise DonneeInvalide("condition illisible", champ="si", valeur=texte, remede=remede)
        return cls(*parts)

    def tient(self, situation: Mapping[str, Any]) -> bool:
        """Vrai si la situation y répond ; de plusieurs signaux, un seul suffit."""
        vu = situation[self.champ]
        if isinstance(vu, frozenset):
            return (self.valeur in vu) is (self.operateur == "=")
        return OPERATEURS[self.operateur](vu, self.valeur)

    def __str__(self) -> str:
        return f"{self.champ} {self.operateur} {self.valeur}"


def _conditions(valeur: Iterable[Condition | str]) -> tuple[Condition, ...]:
    lues = c.en_suite(valeur)
    return tuple(Condition.lire(v) if isinstance(v, str) else v for v in lues) if isinstance(lues, tuple) else lues


def _canaux(valeur: Iterable[str]) -> tuple[str, ...]:
    lus = c.en_suite(valeur)
    return tuple(c.nfc(v) for v in lus) if isinstance(lus, tuple) else lus


@frozen(kw_only=True)
class Etape:
    """Une étape du scénario.

    Attributes:
        acte: Ce qu'elle fait : ``relance``, ``mise_en_demeure`` ou ``transmission``. ``acte_interruptif`` n'est d'aucun scénario :
            la prescription proche l'appelle.
        jours: Délai depuis ``depuis`` ; ouvrés si ``ouvres`` ; négatif, avant l'échéance.
        fenetre: Jours de marge après ``jours`` pour le faire sans être en retard sur le plan.
        depuis: ``echeance``, ``precedente`` (l'acte de l'étape d'avant) ou ``presentation`` (de la mise en demeure).
        canaux: Par ordre de préférence.
        ton: De 1 (cordial) à 5 (procédural).
        delai_accorde: Jours laissés au débiteur pour payer.
        declencheur: Ce qui avance l'étape sitôt survenu, quitte à en sauter : ``appel_infructueux``, ``refus_explicite``,
            ``promesse_echue``, ``echeancier_rompu``, ``signal``. Sans lui, elle vient à son jour.
        si: Conditions, toutes requises ; une étape qui ne les remplit pas est passée.
        lettre: Modèle du courrier ; vide : rien à écrire (un appel, une remise de dossier).
        par: Qui s'en charge, chez le créancier.
    """

    cle: str = field(converter=c.nfc, validator=c.texte(long=60))
    acte: Literal["relance", "mise_en_demeure", "transmission", "acte_interruptif"] = field(
        validator=c.parmi("relance", "mise_en_demeure", "transmission", "acte_interruptif")
    )
    jours: int
    fenetre: int = 0
    depuis: Literal["echeance", "precedente", "presentation"] = field(
        default="echeance", validator=c.parmi("echeance", "precedente", "presentation")
    )
    ouvres: bool = field(default=False, validator=c.vrai_ou_faux)
    canaux: tuple[str, ...] = field(default=("courriel",), converter=_canaux, validator=c.suite_de(str))
    ton: int = 1
    delai_accorde: int | None = None
    declencheur: str | None = field(default=None)
    si: tuple[Condition, ...] = field(default=(), converter=_conditions, validator=c.suite_de(Condition))
    lettre: str = field(default="", converter=c.nfc, validator=c.texte(vide=True, long=60))
    par: str = field(default="", converter=c.nfc, validator=c.texte(vide=True, long=60))

    _repr_html_ = fiche("Étape")

    def __attrs_post_init__(self) -> None:
        ou = f"étape {self.cle}"
        avant = type(self.jours) is int and self.jours < 0 and self.depuis == "echeance" and not self.ouvres
        for champ in ("fenetre", "ton", "delai_accorde") if avant else ("jours", "fenetre", "ton", "delai_accorde"):
            _positif(getattr(self, champ), champ, rien=champ == "delai_accorde", ou=ou)
        if not self.canaux:
            raise DonneeInvalide("au moins un canal est attendu", ou=ou, champ="canaux")
        for canal in self.canaux:
            c.controler_texte(canal, "canaux", long=40)  # la borne de Relance.canal : refusé ici plutôt qu'à l'examen
        if self.declencheur is not None and self.declencheur not in DECLENCHEURS:
            remede = f"Choisissez parmi : {', '.join(DECLENCHEURS)}."
            raise DonneeInvalide("déclencheur inconnu", ou=ou, champ="declencheur", valeur=self.declencheur, remede=remede)

    @property
    def est_un_appel(self) -> bool:
        """Un appel ne compte pas dans l'écart minimal entre deux contacts."""
        return self.canaux == ("telephone",)

    @property
    def avant_terme(self) -> bool:
        """Elle se fait avant l'échéance, ou ce jour-là."""
        return self.depuis == "echeance" and self.jours <= 0


def _montant_ou_rien(valeur: Montant | Decimal | int | str | None) -> Montant | None:
    return None if valeur is None else c.en_montant(valeur, "solde_minimal")


def _couple(valeur: Iterable[int] | None) -> tuple[int, int] | None:
    return None if valeur is None else c.en_suite(valeur)  # le validateur compte


@frozen(kw_only=True)
class Scenario:
    """Suite d'étapes, des plus douces aux plus fermes.

    Attributes:
        ecart_minimal: Jours entre deux écrits au même débiteur ; exactement ce nombre suffit.
        source: D'où vient ce calendrier : un usage, jamais une loi.
        solde_minimal: Principal restant au-dessous duquel on ne relance pas.
        jours_ouvres: Vrai si aucun contact n'a lieu un samedi, un dimanche ou un jour férié. Un appel n'y a jamais lieu.
        fin_de_mois: Vrai si les rappels écrits attendent les cinq derniers jours ouvrés du mois.
        contacts_max: (nombre, jours) : au plus ce nombre de contacts, appels compris, en autant de jours. L'insistance est punie
            (C. pén., art. 222-33-2-2 ; C. conso., art. L. 121-6).

    Raises:
        DonneeInvalide: Scénario vide, ou impossible : clés en double, première étape sans point de départ, étape qui remonte le temps,
            mise en demeure sans délai, présentation sans mise en demeure.
    """

    cle: str = field(converter=c.nfc, validator=c.texte(long=60))
    etapes: tuple[Etape, ...] = field(converter=c.en_suite, validator=c.suite_de(Etape))
    ecart_minimal: int = 7
    source: str = field(default="", validator=c.texte(vide=True, long=1000))
    solde_minimal: Montant | None = field(default=None, converter=_montant_ou_rien)
    jours_ouvres: bool = field(default=False, validator=c.vrai_ou_faux)
    fin_de_mois: bool = field(default=False, validator=c.vrai_ou_faux)
    contacts_max: tuple[int, int] | None = field(default=None, converter=_couple)

    def __attrs_post_init__(self) -> None:
        ou = f"scénario {self.cle}"
        _positif(self.ecart_minimal, "ecart_minimal", rien=False, ou=ou)
        if self.contacts_max is not None:
            nombres = self.contacts_max
            if not (isinstance(nombres, tuple) and len(nombres) == 2 and all(type(n) is int and n > 0 for n in nombres)):
                remede = "Donnez (nombre de contacts, nombre de jours)."
                raise DonneeInvalide(
                    "deux entiers positifs sont attendus", ou=ou, champ="contacts_max", valeur=nombres, remede=remede
                )
        if not self.etapes or self.etapes[0].depuis != "echeance":
            raise DonneeInvalide("la première étape se compte de l'échéance", ou=ou, champ="etapes")
        cles = [e.cle for e in self.etapes]
        if len(set(cles)) != len(cles):
            raise DonneeInvalide("deux étapes ont la même clé", ou=ou, champ="etapes", valeur=", ".join(cles))
        if self.solde_minimal is not None and self.solde_minimal.centimes < 0:
            raise DonneeInvalide("un montant positif est attendu", ou=ou, champ="solde_minimal", valeur=self.solde_minimal)
        echu = None  # dernière étape comptée de l'échéance
        for avant, etape in zip((None, *self.etapes), self.etapes, strict=False):
            if defaut := _defaut(avant, etape, echu):
                raise DonneeInvalide(defaut, ou=ou, champ="etapes", valeur=etape.cle)
            echu = etape if etape.depuis == "echeance" else echu

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
                f"scénario illisible ({cause(e)})", ou=str(fichier), remede="Prenez modèle sur progressif.toml."
            ) from None

    @classmethod
    def _de(cls, brut: dict[str, Any]) -> Self:
        etapes = [c.batir(Etape, e, "etapes") for e in brut.get("etapes", ())]
        scenario: Self = c.batir(cls, {**brut, "etapes": etapes})
        return scenario

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        faits = [("écart minimal", f"{self.ecart_minimal} jours"), ("usage", self.source)]
        if self.solde_minimal:
            faits.append(("solde minimal", str(self.solde_minimal)))
        if self.contacts_max:
            faits.append(("contacts au plus", f"{self.contacts_max[0]} en {self.contacts_max[1]} jours"))
        faits += [
            (nom, "oui")
            for nom, vrai in (("jours ouvrés seulement", self.jours_ouvres), ("fin de mois", self.fin_de_mois))
            if vrai
        ]
        return a.page(
            a.carte(f"Scénario {self.cle}", a.compter(len(self.etapes), "étape"), [f for f in faits if f[1]]), self._tableau()
        )

    def _tableau(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (
                a.en_clair(e.cle),
                a.en_clair(e.acte),
                f"{'J+' if e.jours >= 0 else 'J−'}{abs(e.jours)}{' ouvrés' * e.ouvres}, {DEPUIS[e.depuis]}",
                ", ".join(map(a.en_clair, e.canaux)),
                str(e.ton),
                f"{e.delai_accorde} jours" if e.delai_accorde else "",
                " et ".join(map(str, e.si)),
                a.en_clair(e.declencheur or ""),
            )
            for e in self.etapes
        ]
        entetes = ("Étape", "Acte", "Quand", "Canaux", "Ton", "Délai accordé", "Si", "Avancée par")
        return a.table(entetes, lignes, legende="Étapes", nombres=(4,))


def _defaut(avant: Etape | None, etape: Etape, echu: Etape | None) -> str:
    """Ce qui rend l'étape impossible après celle d'avant, ou rien."""
    if etape.acte == "acte_interruptif":
        return "un acte interruptif ne se programme pas : la prescription proche l'appelle d'elle-même"
    if etape.acte == "mise_en_demeure" and not etape.delai_accorde:
        return "une mise en demeure accorde un délai pour payer (C. civ., art. 1231)"
    if etape.depuis == "presentation" and (avant is None or avant.acte != "mise_en_demeure"):
        return "seule l'étape qui suit une mise en demeure se compte de sa présentation"
    if echu and etape.depuis == "echeance" and etape.jours < echu.jours:
        return "l'étape viendrait avant celle qui la précède"
    return ""


@lru_cache(maxsize=8)
def prereglage(nom: str) -> Scenario:
    """Scénario livré avec la bibliothèque.

    Raises:
        DonneeInvalide: Aucun préréglage de ce nom.
    """
    if nom not in prereglages():
        remede = f"Choisissez parmi : {', '.join(prereglages())}."
        raise DonneeInvalide("préréglage inconnu", champ="scenario", valeur=nom, remede=remede)
    return Scenario.lire(_PREREGLES / f"{nom}.toml")


def prereglages() -> tuple[str, ...]:
    """Les noms des scénarios livrés."""
    return tuple(sorted([f.stem for f in _PREREGLES.glob("*.toml")]))


def usuels() -> dict[str, Scenario]:
    """Les préréglages selon qui doit et quoi, pour ``Politique(scenarios=usuels())`` ; entre professionnels, celui de la politique."""
    return {cle: prereglage(nom) for cle, nom in USUELS.items()}
