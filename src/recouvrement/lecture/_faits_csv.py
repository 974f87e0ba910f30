"""D'une ligne de CSV à un fait : créance ou événement. Privé."""

import re
from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from attrs import NOTHING, define, evolve, field, fields, frozen

from recouvrement.droit.fr.territoires import DE_PLEIN_DROIT
from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._commun import DROIT_SUPPOSE, lire_date
from recouvrement.lecture._ligne import Ligne
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.qualite import normaliser_tva, qualite
from recouvrement.modele.actes import ActeInterruptif, MiseEnDemeure, Relance, Transmission
from recouvrement.modele.conditions import ConditionsPaiement, Terme
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import (
    Appel,
    Avoir,
    Blocage,
    Contestation,
    DecheanceTerme,
    DelaiDeGrace,
    Echeancier,
    FraisJustifies,
    Paiement,
    ProcedureCollective,
    Promesse,
    Reconnaissance,
    Rejet,
    Remise,
    Renonciation,
    Signal,
    Suspension,
    Titre,
)
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.temps import Delai

_PARTIE = (
    *("nom", "qualite", "siren", "tva", "identifiant", "voie", "code_postal", "commune", "pays"),
    *("courriel", "telephone", "complements"),
)
_ADRESSE = ("voie", "code_postal", "commune")

COLONNES_CREANCES = (
    *("reference", "principal", "emise_le", "echeance", "facture", "nature", "executee_le", "recue_le", "devise"),
    *(
        "contrat_le",
        "prescription_convenue",
        "taux_penalites",
        "escompte",
        "secteur",
        "clause_penale",
        "capitalisation",
        "periodique",
    ),
    *(f"terme_{c}" for c in ("jours", "mois", "fin_de_mois", "quantieme", "decade", "depart")),
    *(f"debiteur_{c}" for c in (*_PARTIE, "langue", "acheteur")),
    *(f"creancier_{c}" for c in (*_PARTIE, "iban", "bic", "mediateur")),
)
_CLASSES: dict[str, type[Any]] = {
    "paiement": Paiement,
    "rejet": Rejet,
    "avoir": Avoir,
    "remise": Remise,
    "frais_justifies": FraisJustifies,
    "contestation": Contestation,
    "promesse": Promesse,
    "echeancier": Echeancier,
    "decheance_terme": DecheanceTerme,
    "reconnaissance": Reconnaissance,
    "renonciation": Renonciation,
    "suspension": Suspension,
    "acte_interruptif": ActeInterruptif,
    "delai_de_grace": DelaiDeGrace,
    "procedure_collective": ProcedureCollective,
    "titre": Titre,
    "appel": Appel,
    "signal": Signal,
    "blocage": Blocage,
    "relance": Relance,
    "mise_en_demeure": MiseEnDemeure,
    "transmission": Transmission,
}
OUI_NON = {"oui": True, "non": False}
_DELAI = re.compile(r"(?:([0-9]{1,3}) ans?)?(?: ?([0-9]{1,4}) mois)?(?: ?([0-9]{1,5}) jours?)?", re.ASCII)
CHAMPS = {"du": "le", "creances": "creance"}  # la colonne, quand elle ne porte pas le nom du champ


@frozen
class _Genre:
    """Un type d'événement et ses colonnes : celles de ses champs, obligatoires s'ils n'ont pas de défaut."""

    classe: type[Any]
    champs: Mapping[str, str]
    exige: tuple[str, ...]

    @classmethod
    def de(cls, classe: type[Any]) -> "_Genre":
        """Une colonne par champ ; la devise accompagne le montant."""
        lus = fields(classe)
        champs = {CHAMPS.get(f.name, f.name): f.name for f in lus}
        if champs.keys() & {"montant", "versements"}:
            champs["devise"] = ""
        return cls(classe, champs, tuple(CHAMPS.get(f.name, f.name) for f in lus if f.default is NOTHING))


GENRES = {type_: _Genre.de(classe) for type_, classe in _CLASSES.items()}
COLONNES_EVENEMENTS = ("type", *dict.fromkeys(colonne for genre in GENRES.values() for colonne in genre.champs))


def plus_proche(nom: str, connus: tuple[str, ...]) -> str:
    """Remède d'un nom inconnu : le plus ressemblant, ou la liste."""
    proches = get_close_matches(nom, connus, n=1)
    return f"Vouliez-vous « {proches[0]} » ?" if proches else f"Noms connus : {', '.join(connus)}."


@define
class Parties:
    """Créanciers et débiteurs déjà lus : construits une fois, signalés une fois.

    Attributes:
        creancier: Celui que l'appelant a donné, quand le fichier n'en nomme pas.
    """

    creancier: Creancier | None
    _lues: dict[frozenset[tuple[str, str]], Creancier | Debiteur] = field(factory=dict)

    def creancier_de(self, ligne: Ligne, constat: Constat) -> Creancier:
        """Créancier de la ligne."""
        lu = self.creancier or self._lire(ligne, "creancier", Creancier, constat)
        assert isinstance(lu, Creancier)  # noqa: S101 -- le rôle est dans la clé
        return lu

    def debiteur_de(self, ligne: Ligne, constat: Constat) -> Debiteur:
        """Débiteur de la ligne."""
        lu = self._lire(ligne, "debiteur", Debiteur, constat)
        assert isinstance(lu, Debiteur)  # noqa: S101 -- le rôle est dans la clé
        return lu

    def _lire(self, ligne: Ligne, role: str, classe: type[Creancier | Debiteur], constat: Constat) -> Creancier | Debiteur:
        ligne.obligatoire(f"{role}_nom")
        cellules = ligne.sous(f"{role}_")
        cle = frozenset({("role", role), *cellules.items()})
        if cle not in self._lues:
            try:
                champs, doutes = _champs_partie(cellules, creancier=role == "creancier")
                self._lues[cle] = classe(**champs)
            except DonneeInvalide as e:
                raise DonneeInvalide(e.message, champ=f"{role}_{e.champ}", valeur=e.valeur, remede=e.remede) from None
            for champ, doute in doutes:
                constat.alerter(doute, champ=f"{role}_{champ}")
            if role == "creancier" and cellules.get("pays", "FR") not in DE_PLEIN_DROIT:
                constat.alerter(DROIT_SUPPOSE, champ="creancier_pays", valeur=cellules["pays"])
        return self._lues[cle]


def _champs_partie(cellules: Mapping[str, str], *, creancier: bool) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Champs d'une partie, et les doutes à signaler."""
    doutes: list[tuple[str, str]] = []
    champs: dict[str, Any] = {c: v for c, v in cellules.items() if c not in {"tva", "pays", "complements", *_ADRESSE}}
    tva = normaliser_tva(cellules.get("tva"))
    if "tva" in cellules and tva is None:
        remede = "Corrigez-le, ou videz la cellule."
        raise DonneeInvalide("numéro de TVA illisible", champ="tva", valeur=cellules["tva"], remede=remede)
    if "siren" not in champs and tva:
        champs.setdefault("identifiant", tva)
    champs["qualite"], doute = _qualite(cellules, tva, creancier)
    if doute:
        doutes.append(("qualite", doute))
    champs["adresse"] = _adresse(cellules, doutes)
    return champs, doutes


def _qualite(cellules: Mapping[str, str], tva: str | None, creancier: bool) -> tuple[Qualite, str | None]:
    dite = cellules.get("qualite")
    if dite is None:
        return qualite(tva, cellules.get("siren"), creancier=creancier)
    try:
        return Qualite(dite), None
    except ValueError:
        connues = tuple(q.value for q in Qualite)
        raise DonneeInvalide("qualité inconnue", champ="qualite", valeur=dite, remede=plus_proche(dite, connues)) from None


def _adresse(cellules: Mapping[str, str], doutes: list[tuple[str, str]]) -> Adresse | None:
    lus: dict[str, Any] = {c: cellules[c] for c in _ADRESSE if c in cellules}
    if len(lus) == len(_ADRESSE):
        complements = references(cellules.get("complements", "") + "|")
        return Adresse(**lus, complements=complements, pays=cellules.get("pays", "FR"))
    if lus:
        manque = next(c for c in _ADRESSE if c not in lus)
        doutes.append((manque, "adresse incomplète : laissée vide, aucune lettre ne pourra partir par la poste"))
    return None


def lire_creance(ligne: Ligne, parties: Parties, constat: Constat) -> Creance:
    """Créance d'une ligne."""
    facultatifs = {c: ligne.texte(c) for c in ("facture", "nature") if ligne.texte(c)}
    jours = {c: ligne.jour(c) for c in ("echeance", "executee_le", "recue_le", "contrat_le")}
    faits: dict[str, Any] = {
        "reference": ligne.obligatoire("reference"),
        "principal": ligne.montant("principal"),
        "emise_le": ligne.jour_obligatoire("emise_le"),
        "conditions": _conditions(ligne),
        "prescription_convenue": _delai(ligne),
        **facultatifs,
        **jours,
    }
    creancier, debiteur = parties.creancier_de(ligne, constat), parties.debiteur_de(ligne, constat)
    creance = Creance(**faits, creancier=creancier, debiteur=debiteur)
    if creance.echeance is None and creance.conditions.terme is None:
        constat.alerter("échéance absente : calculée par la loi", champ="echeance")
    return creance


def _conditions(ligne: Ligne) -> ConditionsPaiement:
    clause = ligne.texte("clause_penale")
    en_taux = clause is not None and clause.endswith("%")
    taux_seul = evolve(ligne, cellules={"clause_penale": clause[:-1].strip()}) if clause and en_taux else None
    return ConditionsPaiement(
        taux_penalites=ligne.taux_ou_indexe("taux_penalites"),
        terme=_terme(ligne),
        escompte=ligne.texte("escompte"),
        secteur=ligne.texte("secteur"),
        clause_penale=taux_seul.taux("clause_penale") if taux_seul else ligne.montant("clause_penale") if clause else None,
        capitalisation=_oui_non(ligne, "capitalisation"),
        periodique=_oui_non(ligne, "periodique"),
    )


def _terme(ligne: Ligne) -> Terme | None:
    cellules = ligne.sous("terme_")
    if not cellules:
        return None
    champs: dict[str, Any] = {c: ligne.entier(f"terme_{c}") for c in ("jours", "mois", "quantieme") if c in cellules}
    champs |= {c: cellules[c] for c in ("fin_de_mois", "depart") if c in cellules}
    champs["decade"] = _oui_non(ligne, "terme_decade")
    try:
        return Terme(**champs)
    except DonneeInvalide as e:
        champ = f"terme_{e.champ}" if e.champ in champs else "terme_jours"
        raise DonneeInvalide(e.message, champ=champ, valeur=e.valeur, remede=e.remede) from None


def _oui_non(ligne: Ligne, colonne: str) -> bool:
    texte = ligne.texte(colonne) or "non"
    if texte not in OUI_NON:
        raise DonneeInvalide("oui ou non est attendu", champ=colonne, valeur=texte, remede="Écrivez « oui » ou « non ».")
    return OUI_NON[texte]


def _delai(ligne: Ligne) -> Delai | None:
    """« 2 ans », « 18 mois », « 1 an 6 mois »."""
    texte = ligne.texte("prescription_convenue")
    if texte is None:
        return None
    lu = _DELAI.fullmatch(texte)
    if lu is None:
        remede = "Écrivez « 2 ans », « 18 mois » ou « 1 an 6 mois »."
        raise DonneeInvalide("durée illisible", champ="prescription_convenue", valeur=texte, remede=remede)
    annees, mois, jours = (int(n or 0) for n in lu.groups())
    return Delai(annees=annees, mois=mois, jours=jours)


def lire_evenement(ligne: Ligne) -> Evenement:
    """Événement d'une ligne : une cellule remplie qui ne le concerne pas est refusée, plutôt que perdue."""
    type_ = ligne.obligatoire("type")
    genre = GENRES.get(type_)
    if genre is None:
        raise DonneeInvalide("type inconnu", champ="type", valeur=type_, remede=plus_proche(type_, tuple(GENRES)))
    for colonne in ligne.cellules:
        if colonne != "type" and colonne not in genre.champs:
            message = f"colonne sans objet pour un événement « {type_} »"
            raise DonneeInvalide(message, champ=colonne, valeur=ligne.texte(colonne), remede="Videz la cellule.")
    for colonne in genre.exige:
        ligne.obligatoire(colonne)
    donnees = {champ: _donnee(ligne, c, champ) for c, champ in genre.champs.items() if champ and ligne.texte(c)}
    evenement: Evenement = genre.classe(**donnees)
    return evenement


def _donnee(ligne: Ligne, colonne: str, champ: str) -> Any:
    texte = ligne.obligatoire(colonne)
    if champ == "montant":
        return ligne.montant(colonne)
    if champ == "versements":
        return _versements(ligne, texte)
    if champ == "taux":
        return ligne.taux(colonne)
    if champ in ("du", "au", "le", "jusqu_au") or champ.endswith("_le"):
        return ligne.jour(colonne)
    if champ in ("non_avenu", "decheance"):
        return _oui_non(ligne, colonne)
    return references(texte) if champ in ("creances", "pour_memoire") else texte


def _versements(ligne: Ligne, texte: str) -> tuple[tuple[date, Montant], ...]:
    """« 2026-07-01 = 100,00 | 2026-08-01 = 100,00 », selon les conventions déclarées."""
    lus = []
    for part in texte.split("|"):
        jour, egal, montant = (x.strip() for x in part.partition("="))
        if not (jour and egal and montant):
            remede = "Écrivez « jour = montant », et « | » entre deux versements."
            raise DonneeInvalide("versement illisible", champ="versements", valeur=part, remede=remede)
        seul = evolve(ligne, cellules={**ligne.cellules, "versements": montant})
        lus.append((lire_date(jour, ligne.forme_date, "versements"), seul.montant("versements")))
    return tuple(lus)


def references(texte: str) -> tuple[str, ...]:
    """Références séparées par « | », sinon par des espaces."""
    parts = texte.split("|") if "|" in texte else re.split(r"\s+", texte)
    return tuple(p.strip() for p in parts if p.strip())
