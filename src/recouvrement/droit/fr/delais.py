"""Quand finit un délai de procédure ? Les durées sont dans ``delais.toml``, ligne à ligne ; ici, la façon de compter.

Un délai de prescription n'en est pas un : il n'est ni prorogé au lendemain d'un week-end, ni allongé par la distance.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from attrs import frozen

from recouvrement.droit.baremes import Verifie
from recouvrement.droit.base import Distance
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.droit.fr.territoires import OUTRE_MER
from recouvrement.droit.tables import DEGRES, lire_toml, source
from recouvrement.erreurs import DonneeInvalide, DroitIndisponible, RecouvrementError, TableInvalide
from recouvrement.modele.personnes import Adresse
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, fait
from recouvrement.temps import Delai, JoursOuvres, jour_civil

TABLE = Path(__file__).parent / "delais.toml"
Nature = Literal["delai", "attente"]
Calcul = Literal["cpc", "reglement_1182_71", "calendaire", "prudence"]

CPC = "Code de procédure civile"
MOTIFS: Mapping[Nature, str] = {
    "delai": "dernier jour pour agir",
    "attente": "attendre que ce jour soit passé",
}
TERME = Regle("terme_du_delai", "Terme, avant tout report")
TERME_CPC = Regle("terme_du_delai", "Terme, avant tout report", Source(CPC, "640 et 641"))
REPORTS: Mapping[Calcul, Regle] = {
    "cpc": Regle("report_du_delai", "Report au premier jour ouvrable", Source(CPC, "642, al. 2")),
    "reglement_1182_71": Regle(
        "report_du_delai_europeen", "Report au premier jour ouvrable", Source("Règlement (CEE, Euratom) n° 1182/71", "3, § 4")
    ),
    "prudence": Regle("report_de_prudence", "Report au premier jour ouvrable, par prudence"),
}
MOTIF_REPORT = "samedi, dimanche, jour férié ou chômé"
REPORT_PRUDENT = Reserve(
    "report_sans_texte",
    "ce n'est pas un délai pour accomplir un acte de procédure : aucun texte ne reporte son terme ; la date la plus tardive est retenue",
    Source(CPC, "640 et 642"),
)
ALLONGEMENT_D_ABORD = Reserve(
    "allongement_avant_report",
    "l'allongement est ajouté au délai initial, puis seul le terme final est reporté : les textes ne le disent pas",
    Source(CPC, "641 à 643"),
)


class Allongement(NamedTuple):
    """Ce qu'un délai gagne quand celui qui agit demeure loin de la juridiction."""

    outre_mer: Delai
    etranger: Delai
    regle: Regle


@frozen(kw_only=True)
class Redaction:
    """Un état de la loi : sa durée, son article, son premier jour.

    Attributes:
        du: Entrée en vigueur ; ``None`` : non relevée.
        relu: Faute de ``du``, et alors seulement, le jour de l'état du texte où elle a été lue.
    """

    duree: Delai
    regle: Regle
    verifie: Verifie
    du: date | None = None
    relu: date | None = None
    reserves: tuple[Reserve, ...] = ()

    @property
    def non_datee(self) -> Reserve:
        """Pour un départ antérieur à l'état relu du texte."""
        return Reserve(
            "redaction_non_datee",
            f"entrée en vigueur non relevée : rédaction lue dans un état du texte au {self.relu:%d/%m/%Y}, supposée déjà applicable",
            self.regle.source,
        )


@frozen(kw_only=True)
class DelaiLegal:
    """Une ligne de ``delais.toml``.

    Attributes:
        depart: Ce dont le délai se compte, en toutes lettres ; ce jour-là ne compte pas.
        nature: ``delai`` : un dernier jour pour agir ; ``attente`` : un jour à laisser passer.
        calcul: Ce qui reporte un terme qui tombe un jour chômé ; ``calendaire`` : rien.
        redactions: De la plus ancienne à la plus récente.
        allongement: ``None`` : aucun texte n'allonge ce délai.
        si_allonge: Réserves du seul délai allongé.
        pas_avant: Clé d'un délai compté du même départ, dont le terme doit aussi être passé.
    """

    cle: str
    intitule: str
    depart: str
    nature: Nature
    calcul: Calcul
    redactions: tuple[Redaction, ...]
    allongement: Allongement | None = None
    si_allonge: tuple[Reserve, ...] = ()
    pas_avant: str = ""

    def au(self, depart: date) -> Redaction:
        """La rédaction qui régit un délai parti ce jour-là.

        Raises:
            DroitIndisponible: Départ antérieur à la première rédaction décrite.
        """
        for redaction in reversed(self.redactions):
            if redaction.du is None or redaction.du <= depart:
                return redaction
        premier = self.redactions[0].du
        raise DroitIndisponible(
            f"« {self.cle} » n'est décrit que pour un départ à compter du {premier:%d/%m/%Y} (demandé : {depart:%d/%m/%Y})"
        )


def delai(cle: str, *, depart: date, distance: Distance = "aucune", calendrier: JoursOuvres) -> Resultat[date]:
    """Terme d'un délai de procédure, dans la rédaction de la loi du jour de départ.

    Source:
        CPC, art. 640 à 647-1 ; pour chaque délai, l'article de sa ligne.
    """
    for champ, valeur, connues in (("cle", cle, tuple(delais())), ("distance", distance, get_args(Distance))):
        if valeur not in connues:
            raise DonneeInvalide("nom inconnu", champ=champ, valeur=valeur, remede=f"Choisissez parmi : {', '.join(connues)}.")
    jour_civil(depart, "depart")
    if not callable(getattr(calendrier, "reporte", None)):
        raise DonneeInvalide("un calendrier est attendu", champ="calendrier", valeur=calendrier, remede="Donnez un Calendrier.")
    ligne = delais()[cle]
    terme = _terme(ligne, depart, distance, calendrier)
    if not ligne.pas_avant:
        return terme
    autre = _terme(delais()[ligne.pas_avant], depart, distance, calendrier)
    return Resultat(max(terme.valeur, autre.valeur), terme.regle, (*terme.sachant, autre), terme.motif, terme.reserves)


def _terme(ligne: DelaiLegal, depart: date, distance: Distance, calendrier: JoursOuvres) -> Resultat[date]:
    """Le départ, la durée, l'allongement, le terme, puis son report : chacun un nœud de l'arbre."""
    redaction = ligne.au(depart)
    duree, allonge, reserves = _allonger(ligne, redaction.duree, distance)
    terme = duree.depuis(depart)
    regle = TERME_CPC if ligne.calcul == "cpc" else TERME
    sachant = (fait(f"Départ, {ligne.depart}", depart), fait("Durée", redaction.duree), *allonge, Resultat(terme, regle))
    reserves += redaction.reserves
    if redaction.relu and depart < redaction.relu:
        reserves += (redaction.non_datee,)
    if ligne.calcul == "calendaire":
        return Resultat(terme, redaction.regle, sachant, MOTIFS[ligne.nature], reserves)
    if isinstance(calendrier, Calendrier):
        reserves += calendrier.reserves
    reporte = calendrier.reporte(terme)
    if reporte != terme:
        sachant += (Resultat(reporte, REPORTS[ligne.calcul], (), MOTIF_REPORT),)
        reserves += (REPORT_PRUDENT,) if ligne.calcul == "prudence" else ()
    return Resultat(reporte, redaction.regle, sachant, MOTIFS[ligne.nature], reserves)


def _allonger(ligne: DelaiLegal, duree: Delai, distance: Distance) -> tuple[Delai, tuple[Noeud, ...], tuple[Reserve, ...]]:
    """La durée augmentée de la distance, l'allongement à montrer, ses réserves.

    Source:
        CPC, art. 643 à 645 ; C. com., art. R. 622-24.
    """
    if distance == "aucune" or ligne.pas_avant:
        return duree, (), ()
    if ligne.allongement is None:
        raise DonneeInvalide(
            f"« {ligne.cle} » : aucun texte relevé n'allonge ce délai",
            champ="distance",
            valeur=distance,
            remede="Seuls les délais de comparution et de recours (CPC, art. 643 à 645) et la déclaration de créance le sont.",
        )
    plus: Delai = getattr(ligne.allongement, distance)
    allonge = Delai(mois=duree.mois + plus.mois, jours=duree.jours)
    return allonge, (Resultat(plus, ligne.allongement.regle),), (*ligne.si_allonge, ALLONGEMENT_D_ABORD)


# --- la table --------------------------------------------------------------------------------------------------------


@cache
def delais() -> Mapping[str, DelaiLegal]:
    """Les délais décrits, dans l'ordre de la table."""
    return lire_delais(TABLE)


def lire_delais(fichier: Path) -> Mapping[str, DelaiLegal]:
    """Table des délais de procédure.

    Raises:
        TableInvalide: Champ absent, faux ou inconnu, rédactions en désordre, renvoi à une clé qui n'existe pas.
    """
    try:
        brut = lire_toml(fichier)
        allongements = {code: _allongement(dict(a)) for code, a in brut["allongements"].items()}
        lus = {cle: _delai(cle, dict(x), allongements, brut["reserves"]) for cle, x in brut["delais"].items()}
        renvois = [lus[x.pas_avant] for x in lus.values() if x.pas_avant]
    except TableInvalide as e:
        raise TableInvalide(e.message, fichier=fichier.name, code=e.code) from None
    except (KeyError, TypeError, ValueError, RecouvrementError) as e:
        raise TableInvalide(f"champ absent ou faux : {e}", fichier=fichier.name) from None
    if any(x.pas_avant for x in renvois):
        raise TableInvalide("« pas_avant » en chaîne", fichier=fichier.name)
    return lus


def _allongement(brut: dict[str, Any]) -> Allongement:
    regle = Regle("allongement", "Allongement à raison de la distance", source(brut["source"]))
    return Allongement(Delai(mois=brut["outre_mer"]), Delai(mois=brut["etranger"]), regle)


def _delai(cle: str, brut: dict[str, Any], allongements: Mapping[str, Allongement], reserves: Mapping[str, str]) -> DelaiLegal:
    redactions = tuple(_redaction(cle, brut["intitule"], dict(r), reserves) for r in brut.pop("redactions"))
    si_allonge = tuple(Reserve(c, reserves[c]) for c in brut.pop("si_allonge", ()))
    allongement = allongements[brut.pop("allongement")] if "allongement" in brut else None
    ligne = DelaiLegal(cle=cle, redactions=redactions, allongement=allongement, si_allonge=si_allonge, **brut)
    if ligne.nature not in get_args(Nature) or ligne.calcul not in get_args(Calcul):
        raise TableInvalide("« nature » ou « calcul » inconnus", code=cle)
    jours = [r.du for r in redactions if r.du]
    if jours != sorted(set(jours)) or len(jours) < len(redactions) - 1 or any(r.du is None for r in redactions[1:]):
        raise TableInvalide("rédactions en désordre ou sans date", code=cle)
    return ligne


def _redaction(cle: str, intitule: str, brut: dict[str, Any], reserves: Mapping[str, str]) -> Redaction:
    duree = Delai(mois=brut.pop("mois", 0), jours=brut.pop("jours", 0))
    texte, verifie = source(brut.pop("source")), brut["verifie"]
    siennes = tuple(Reserve(c, reserves[c]) for c in brut.pop("reserves", ()))
    if verifie not in DEGRES or duree == Delai() or ("du" in brut) == ("relu" in brut):
        raise TableInvalide("« verifie », durée ou date de la rédaction fausses", code=cle)
    if verifie != "etabli":
        combien = "relevé dans une seule source" if verifie == "une_source" else "à vérifier"
        siennes += (Reserve(f"delai_{cle}_{verifie}", f"{intitule} : {combien}", texte),)
    return Redaction(duree=duree, regle=Regle(f"delai_{cle}", intitule, texte), reserves=siennes, **brut)


def distance_de(adresse: Adresse | None) -> Distance:
    """Où demeure celui qui agit, vu de la métropole ; sans adresse, ou en France, aucun allongement : la lecture la plus courte.

    Source:
        CPC, art. 643 ; C. com., art. R. 622-24.
    """
    if adresse is None or adresse.pays == "FR":
        return "aucune"
    return "outre_mer" if adresse.pays in OUTRE_MER else "etranger"
