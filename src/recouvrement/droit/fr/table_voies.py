"""La table des voies : ``voies.toml`` lue, contrôlée, ses renvois suivis."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from attrs import frozen

from recouvrement.droit.baremes import Verifie
from recouvrement.droit.fr.causes import causes
from recouvrement.droit.fr.delais import delais
from recouvrement.droit.tables import DEGRES, incertitude, lire_toml, source
from recouvrement.droit.voies import EtatCreance
from recouvrement.erreurs import RecouvrementError, TableInvalide
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Qualite
from recouvrement.resultat import Regle, Reserve, Source

TABLE = Path(__file__).parent / "voies.toml"
TOUTES = frozenset(Qualite)
# Ce qu'une condition peut demander, et ce dont une pièce peut se déduire : conditions_voies.py et pieces_voies.py y répondent.
QUESTIONS = frozenset(
    {
        "due",
        "non_cedee",
        "non_liquidee",
        "non_omise",
        "non_prescrite",
        "exigible",
        "sans_delai_de_grace",
        "sans_echeancier",
        "sans_procedure",
        "procedure_ouverte",
        "non_declaree",
        "declaration_dans_le_delai",
        "sans_titre",
        "incontestee",
        "part_incontestee",
        "parties",
        "plafond",
        "debiteur_en_france",
        "juge_du_consommateur",
        "transfrontaliere",
        "piece",
    }
)
DEDUCTIONS = frozenset(
    {
        "bibliotheque",
        "creance",
        "contrat",
        "conditions",
        "execution",
        "reception",
        "relance",
        "mise_en_demeure",
        "presentation",
        "reconnaissance",
        "titre",
        "amiable",
        "publication",
        "demande_publique",
    }
)


@frozen(kw_only=True)
class Condition:
    """Une condition d'ouverture.

    Attributes:
        question: Clé de ``QUESTIONS``.
        sinon: Ce qu'il faut dire quand elle manque.
        du: Jour depuis lequel elle existe ; ``None`` : toujours.
        exclut: Ces parties ferment la voie, au lieu de l'ouvrir.
        signale: Elle ne ferme rien : « sinon » devient une réserve.
    """

    question: str
    regle: Regle
    sinon: str
    reserves: tuple[Reserve, ...]
    du: date | None = None
    creanciers: frozenset[Qualite] = TOUTES
    debiteurs: frozenset[Qualite] = TOUTES
    natures: frozenset[str] = frozenset()
    acheteurs: frozenset[str] = frozenset()
    exclut: bool = False
    signale: bool = False
    bareme: str = ""
    assiette: str = ""
    pieces: frozenset[str] = frozenset()

    @property
    def ecarte(self) -> bool:
        """Vrai si la remplir veut seulement dire que rien n'est arrivé : son degré de certitude ne compte alors pas."""
        return self.exclut or self.question.startswith(("sans_", "non_", "incontestee"))

    def vise(self, etat: EtatCreance) -> bool:
        """Vrai si les parties et la nature de la créance sont celles de la ligne."""
        c = etat.creance
        return (
            c.creancier.qualite in self.creanciers
            and c.debiteur.qualite in self.debiteurs
            and (not self.natures or c.nature in self.natures)
            and (not self.acheteurs or c.debiteur.acheteur in self.acheteurs)
        )


@frozen(kw_only=True)
class Juridiction:
    """Qui juge ces créances : la première ligne qui convient.

    Attributes:
        ou: La juridiction qui peut aussi l'être, quand les qualités ne la désignent pas.
    """

    cle: str
    source: Source
    parties: Condition
    reserves: tuple[Reserve, ...]
    ou: str = ""


@frozen(kw_only=True)
class Exigence:
    """Ce qui oblige, ou non, à un avocat ou à un préalable.

    Attributes:
        juridictions: Vide : toutes.
        valeur: Sans seuil, la réponse.
        au_dela: Barème au-dessus duquel l'obligation naît ; ``jusqu_a`` : jusqu'auquel elle existe, inclus.
        sauf_piece: Pièce qui dispense, ``sauf`` dit pourquoi.
        projet: Somme jusqu'à laquelle, depuis un jour, une réforme annoncée l'étendrait.
    """

    juridictions: frozenset[str]
    source: Source
    reserves: tuple[Reserve, ...]
    valeur: bool = False
    motif: str = ""
    au_dela: str = ""
    jusqu_a: str = ""
    sauf_piece: str = ""
    sauf: str = ""
    projet: tuple[date, Montant, Reserve] | None = None


@frozen(kw_only=True)
class LigneVoie:
    """Une ligne de la table des voies ; ``brut`` : ses mots et ses renvois, contrôlés à la lecture."""

    cle: str
    intitule: str
    famille: str
    conditions: tuple[Condition, ...]
    source: Source
    reserves: tuple[Reserve, ...]
    brut: Mapping[str, Any]


@frozen(kw_only=True)
class Table:
    """Le contenu de ``voies.toml``."""

    voies: Mapping[str, LigneVoie]
    juridictions: tuple[Juridiction, ...]
    exigences: Mapping[str, tuple[Exigence, ...]]
    pieces: Mapping[str, tuple[str, str]]
    reglements: frozenset[str]


@cache
def lire() -> Table:
    """La table des voies."""
    return lire_voies(TABLE)


def lire_voies(fichier: Path) -> Table:
    """Table des voies.

    Raises:
        TableInvalide: Champ absent, faux ou inconnu, renvoi à ce qui n'existe pas.
    """
    try:
        brut = lire_toml(fichier)
        conditions = {cle: _condition(cle, dict(x)) for cle, x in brut["conditions"].items()}
        pieces = {cle: _piece(cle, x) for cle, x in brut["pieces"].items()}
        exigences = {cle: tuple(_exigence(cle, dict(x)) for x in regles) for cle, regles in brut["exigences"].items()}
        table = Table(
            voies={cle: _ligne(cle, x, conditions) for cle, x in brut["voies"].items()},
            juridictions=tuple(_ligne_juridiction(dict(x)) for x in brut["juridictions"]),
            exigences=exigences,
            pieces=pieces,
            reglements=frozenset(brut["pays_des_reglements"]),
        )
        for ligne in table.voies.values():
            _verifier_renvois(ligne, table)
        if inconnues := {j.ou for j in table.juridictions} - {"", *(j.cle for j in table.juridictions)}:
            raise TableInvalide(f"juridiction inconnue : {min(inconnues)}")
    except TableInvalide as e:
        raise TableInvalide(e.message, fichier=fichier.name, code=e.code) from None
    except (KeyError, TypeError, ValueError, RecouvrementError) as e:
        raise TableInvalide(f"champ absent ou faux : {e}", fichier=fichier.name) from None
    return table


def _degre(brut: Mapping[str, Any], code: str) -> Verifie:
    degre: Verifie = brut["verifie"]
    if degre not in DEGRES:
        raise TableInvalide("« verifie » faux", code=code)
    return degre


def _qualites(noms: Iterable[str]) -> frozenset[Qualite]:
    return frozenset(Qualite(n) for n in noms) or TOUTES


def _condition(cle: str, brut: dict[str, Any]) -> Condition:
    if brut["question"] not in QUESTIONS:
        raise TableInvalide(f"question inconnue : {brut['question']}", code=cle)
    regle = Regle(f"voie_{cle}", brut.pop("intitule"), source(brut.pop("source")))
    reserves = incertitude(f"voie_{cle}", regle.intitule, _degre(brut, cle))
    if "reserve" in brut:
        reserves += (Reserve(f"voie_{cle}_suppose", brut.pop("reserve"), regle.source),)
    del brut["verifie"]
    listes: dict[str, Any] = {nom: frozenset(brut.pop(nom)) for nom in ("natures", "acheteurs", "pieces") if nom in brut}
    qualites: dict[str, Any] = {nom: _qualites(brut.pop(nom, ())) for nom in ("creanciers", "debiteurs")}
    return Condition(regle=regle, reserves=reserves, **listes, **qualites, **brut)


def _ligne_juridiction(brut: dict[str, Any]) -> Juridiction:
    cle, ou, autre = brut.pop("cle"), source(brut.pop("source")), brut.pop("ou", "")
    intitule = f"Compétence ({cle})"
    reserves = incertitude(f"juridiction_{cle}", intitule, _degre(brut, cle))
    if "reserve" in brut:
        reserves += (Reserve(f"juridiction_{cle}_suppose", brut.pop("reserve"), ou),)
    del brut["verifie"]
    qualites: dict[str, Any] = {nom: _qualites(brut.pop(nom, ())) for nom in ("creanciers", "debiteurs")}
    natures = frozenset(brut.pop("natures", ()))
    parties = Condition(
        question="parties", regle=Regle(cle, intitule, ou), sinon="", reserves=(), natures=natures, **qualites, **brut
    )
    return Juridiction(cle=cle, source=ou, parties=parties, reserves=reserves, ou=autre)


def _exigence(cle: str, brut: dict[str, Any]) -> Exigence:
    ou = source(brut.pop("source"))
    doute = brut.pop("reserve", "")
    reserves = (Reserve(cle, doute, ou),) if doute else incertitude(cle, cle.replace("_", " "), _degre(brut, cle))
    del brut["verifie"]
    projet = brut.pop("projet", None)
    annonce = (projet["du"], Montant(projet["jusqu_a"]), Reserve(projet["cle"], projet["texte"], ou)) if projet else None
    juridictions = frozenset(brut.pop("juridictions", ()))
    return Exigence(juridictions=juridictions, source=ou, reserves=reserves, projet=annonce, **brut)


def _piece(cle: str, brut: Mapping[str, Any]) -> tuple[str, str]:
    deduite_de = brut.get("deduite_de", "")
    if deduite_de and deduite_de not in DEDUCTIONS:
        raise TableInvalide(f"déduction inconnue : {deduite_de}", code=cle)
    return brut["intitule"], deduite_de


def _ligne(cle: str, brut: Mapping[str, Any], conditions: Mapping[str, Condition]) -> LigneVoie:
    return LigneVoie(
        cle=cle,
        intitule=brut["intitule"],
        famille=brut["famille"],
        conditions=tuple(conditions[c] for c in brut["conditions"]),
        source=source(brut["source"]),
        reserves=incertitude(f"voie_{cle}", brut["intitule"], _degre(brut, cle)),
        brut=brut,
    )


def _verifier_renvois(ligne: LigneVoie, table: Table) -> None:
    """Chaque clé qu'une ligne nomme existe ; chaque mot qu'elle doit dire est écrit."""
    brut = ligne.brut
    for cle in (*brut["pieces"], *brut.get("sans_juge", {}).get("pieces", ())):
        table.pieces[cle]
    for cle in ("avocat", "prealable"):
        table.exigences[brut[cle]]
    for delai in brut.get("delais", ()):
        delais()[delai["cle"]]
    if "cause" in brut["prescription"]:
        causes()[brut["prescription"]["cause"]]
    for cle in ("pourquoi", "competence", "duree", "couts"):
        brut[cle]
