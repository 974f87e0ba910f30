"""Jusqu'où un délai de paiement peut aller : les plafonds légaux, ligne à ligne dans ``echeances.toml``."""

from datetime import date
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from attrs import evolve, field, frozen

from recouvrement.droit.baremes import Verifie
from recouvrement.droit.base import Regime
from recouvrement.droit.fr.termes import compter, depart_de
from recouvrement.droit.fr.territoires import REPUBLIQUE
from recouvrement.droit.tables import DEGRES, lire_toml, source
from recouvrement.erreurs import RecouvrementError, TableInvalide
from recouvrement.modele.conditions import Terme
from recouvrement.modele.creance import Creance
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, fait
from recouvrement.temps import Delai

TABLE = Path(__file__).parent / "echeances.toml"
GENERAL = "general"
CCP = "Code de la commande publique"

PLAFOND_PUBLIC = Regle(
    "plafond_public", "Plafond légal, délai de paiement d'un acheteur public", Source(CCP, "L. 2192-10, R. 2192-10 et R. 2192-11")
)
STIPULATION = Reserve(
    "fin_de_mois_a_stipuler",
    "le plafond en jours fin de mois suppose qu'il soit stipulé au contrat, sans abus manifeste ; des deux façons admises de le"
    " compter, la plus longue est retenue",
    Source("Code de commerce", "L. 441-10, I"),
)
FACTUREE_AVANT = Reserve(
    "facturee_avant_execution",
    "facture émise avant la livraison ou l'exécution : le plafond n'est pas pris avant le délai légal compté de celle-ci"
    " (Com., 10 novembre 2015, n° 14-15.968)",
    Source("Code de commerce", "L. 441-10, I"),
)
DEDOUANEMENT = Reserve(
    "plafond_du_dedouanement",
    "plafond compté du dédouanement : suppose une marchandise importée outre-mer ; mise à disposition en métropole, il part au plus"
    " tard du vingt et unième jour qui suit",
    Source("Code de commerce", "L. 441-13"),
)
INTERNATIONALE = Reserve(
    "vente_internationale",
    "une partie est établie hors de France : le plafond ne s'applique pas à une vente soumise à la convention de Vienne (avis CEPC"
    " n° 16-12, relevé dans une seule source) ; l'échéance n'est pas réduite",
)
VERSION = Reserve(
    "plafond_d_une_autre_version",
    "le plafond a changé entre le contrat et l'émission : celui du contrat est retenu, la mise en conformité des contrats en cours"
    " n'est pas suivie",
)
RECEPTION_SUPPOSEE = Reserve(
    "plafond_sans_reception",
    "date de réception de la demande de paiement inconnue : le plafond la suppose deux jours après l'émission",
    Source(CCP, "R. 2192-14"),
)


ECHEANCE_PUBLIQUE = Regle("echeance_publique", "Échéance selon la loi", Source(CCP, "L. 2192-10, R. 2192-10 à R. 2192-14"))
SANS_RECEPTION = Reserve(
    "echeance_sans_reception",
    "ni échéance ni date de réception de la demande de paiement : elle est prise deux jours après l'émission",
    Source(CCP, "R. 2192-14"),
)
DEDUITE = Reserve("echeance_deduite", "aucune échéance donnée : elle est déduite de la loi")


def delai_public(creance: Creance, jours: int) -> Resultat[date]:
    """Réception de la demande de paiement ; l'exécution, si elle lui est postérieure.

    Source:
        CCP, art. L. 2192-10, R. 2192-12 à R. 2192-14.
    """
    recue = creance.recue_le or Delai(jours=2).depuis(creance.emise_le)
    depart = max(recue, creance.executee_le or recue)
    sachant: tuple[Noeud, ...] = (fait("Demande de paiement reçue le", recue), fait("Délai en jours", jours))
    reserve = DEDUITE if creance.recue_le else SANS_RECEPTION
    return Resultat(Delai(jours=jours).depuis(depart), ECHEANCE_PUBLIQUE, sachant, "", (reserve,))


@frozen(kw_only=True)
class Plafond:
    """Une ligne de ``echeances.toml`` : le plus long délai que la loi admet dans un secteur.

    Attributes:
        terme: Le délai lui-même, dans sa première lecture.
        au_choix: « Fin de mois » : les deux façons de compter sont admises, si le contrat l'a stipulé.
        derogation: S'ajoute au droit commun ; sinon le remplace.
        dedouanable: Compté du dédouanement outre-mer quand le terme l'est (C. com., art. L. 441-13).
        puis: Jours ajoutés à la fin.
        mois: Mois d'émission où la ligne vaut ; vide : tous.
        du: Premier jour, daté du contrat ; ``None`` : non relevé.
    """

    code: str
    nom: str
    secteur: str
    regimes: frozenset[str]
    terme: Terme
    au_choix: bool
    source: Source
    verifie: Verifie
    periodique: bool = False
    derogation: bool = False
    dedouanable: bool = False
    puis: int = 0
    mois: frozenset[int] = frozenset()
    du: date | None = None
    au: date | None = None
    reserve: str = field(default="")

    @cached_property
    def regle(self) -> Regle:
        """La règle du dernier jour admis."""
        return Regle(f"plafond_{self.code}", f"Plafond légal, {self.nom}", self.source)

    @cached_property
    def reserves(self) -> tuple[Reserve, ...]:
        """Ce que suppose la ligne, et le degré de certitude de son relevé."""
        suppose = self.reserve and Reserve(f"plafond_{self.code}_suppose", f"{self.nom} : {self.reserve}", self.source)
        combien = "relevé dans une seule source" if self.verifie == "une_source" else "à vérifier"
        doute = self.verifie != "etabli" and Reserve(
            f"plafond_{self.code}_{self.verifie}", f"{self.nom} : {combien}", self.source
        )
        return tuple(r for r in (suppose, doute) if isinstance(r, Reserve))

    def vaut(self, le: date, mois: int) -> bool:
        """Vrai pour un contrat de ce jour et une facture de ce mois."""
        return (self.du is None or self.du <= le) and (self.au is None or le <= self.au) and (not self.mois or mois in self.mois)

    def lectures(self, terme: Terme | None) -> tuple[Terme, ...]:
        """Les façons de compter ce plafond : celle du contrat s'il en a une, les deux s'il se tait, aucune s'il compte en jours nets."""
        if not self.au_choix:
            return (self.terme,)
        if terme is None:
            return self.les_deux
        return tuple(lecture for lecture in self.les_deux if lecture.fin_de_mois == terme.fin_de_mois)

    @cached_property
    def les_deux(self) -> tuple[Terme, ...]:
        """Fin de mois puis les jours ; les jours puis fin de mois."""
        return evolve(self.terme, fin_de_mois="avant"), evolve(self.terme, fin_de_mois="apres")


class _Limite(NamedTuple):
    jour: date
    ligne: Plafond
    origine: Resultat[date]
    reserves: tuple[Reserve, ...]


def plafond(creance: Creance, regime: Regime, echeance: date) -> Resultat[date] | None:
    """Le dernier jour que la loi admet pour payer ; ``None`` où elle n'en fixe pas.

    Le plus tardif des plafonds ouverts à cette créance. « 45 jours fin de mois » n'est ouvert qu'à un terme qui le stipule ; sans terme,
    il l'est dans sa lecture la plus longue, avec une réserve dès que ``echeance`` en a besoin. Jamais avant l'émission.

    Args:
        echeance: Celle que l'on confronte : les réserves ne sont portées que si elle a besoin du plafond qu'elles visent.

    Source:
        C. com., art. L. 441-10, I, L. 441-11, II, L. 441-12 et L. 441-13 ; CCP, art. L. 2192-10 et L. 2192-11.
    """
    if regime.code == "public":
        return _plafond_public(creance, regime, echeance)
    lignes, version = _lignes(creance, regime)
    limites = [limite for ligne in lignes if (limite := _limite(ligne, creance, regime))]
    if not limites:
        return None
    jour, ligne, origine, siennes = max(limites, key=lambda limite: limite.jour)
    if any(echeance <= limite.jour and not limite.reserves for limite in limites):
        siennes = ()
    elif _internationale(creance):
        siennes += (INTERNATIONALE,)
    return Resultat(jour, ligne.regle, (origine, fait("Délai le plus long", ligne.nom)), "", (*version, *siennes))


def _plafond_public(creance: Creance, regime: Regime, echeance: date) -> Resultat[date]:
    """30, 50 ou 60 jours : le marché peut prévoir moins, jamais plus.

    Source:
        CCP, art. L. 2192-10, R. 2192-10 et R. 2192-11.
    """
    legale = delai_public(creance, regime.delai_legal(creance.debiteur.acheteur))
    reserves = () if creance.recue_le or echeance <= legale.valeur else (RECEPTION_SUPPOSEE,)
    return Resultat(max(legale.valeur, creance.emise_le), PLAFOND_PUBLIC, legale.sachant, "", reserves)


def _limite(ligne: Plafond, creance: Creance, regime: Regime) -> _Limite | None:
    """Le dernier jour selon cette ligne ; rien si le contrat ne l'a pas ouverte.

    Source:
        C. com., art. L. 441-10, I et L. 441-13 ; Com., 10 novembre 2015, n° 14-15.968.
    """
    terme = creance.conditions.terme
    lectures = ligne.lectures(terme)
    if not lectures:
        return None
    deplace = ligne.dedouanable and terme is not None and terme.depart == "dedouanement"
    depart = "dedouanement" if deplace else ligne.terme.depart
    origine, reserves = depart_de(creance, depart)
    jour = Delai(jours=ligne.puis).depuis(max(compter(lecture, origine.valeur) for lecture in lectures))
    reserves += ligne.reserves + (STIPULATION,) * (len(lectures) > 1) + (DEDOUANEMENT,) * (depart == "dedouanement")
    if depart == "emission" and creance.executee_le and creance.executee_le > creance.emise_le:
        legal = Delai(jours=regime.delai_legal(creance.debiteur.acheteur)).depuis(creance.executee_le)
        jour, reserves = (legal, (*reserves, FACTUREE_AVANT)) if legal > jour else (jour, reserves)
    return _Limite(max(jour, creance.emise_le), ligne, origine, reserves)


def _lignes(creance: Creance, regime: Regime) -> tuple[tuple[Plafond, ...], tuple[Reserve, ...]]:
    """Les plafonds ouverts à cette créance, dans la version du contrat ; une réserve si l'émission en donnait d'autres."""
    c = creance.conditions
    mois, contrat = creance.emise_le.month, creance.contrat_le or creance.emise_le
    lignes = _ouvertes(regime.code, c.secteur or GENERAL, c.periodique, contrat, mois)
    if contrat != creance.emise_le and lignes != _ouvertes(
        regime.code, c.secteur or GENERAL, c.periodique, creance.emise_le, mois
    ):
        return lignes, (VERSION,)
    return lignes, ()


@lru_cache(maxsize=4096)
def _ouvertes(regime: str, secteur: str, periodique: bool, le: date, mois: int) -> tuple[Plafond, ...]:
    """Celles du secteur, et celles du droit commun si le secteur n'en a pas ou n'y fait que déroger."""
    siennes = [p for p in plafonds() if p.secteur == secteur and regime in p.regimes and p.vaut(le, mois)]
    retenues = tuple(p for p in siennes if p.periodique == (periodique and any(s.periodique for s in siennes)))
    if secteur != GENERAL and all(p.derogation for p in retenues):
        retenues += _ouvertes(regime, GENERAL, periodique, le, mois)
    return retenues


def _internationale(creance: Creance) -> bool:
    adresses = (creance.creancier.adresse, creance.debiteur.adresse)
    return any(a is not None and a.pays not in REPUBLIQUE for a in adresses)


# --- la table --------------------------------------------------------------------------------------------------------


@cache
def plafonds() -> tuple[Plafond, ...]:
    """Les plafonds légaux, dans l'ordre de la table."""
    return lire_plafonds(TABLE)


@cache
def secteurs() -> frozenset[str]:
    """Les secteurs qu'une condition de paiement peut nommer."""
    return frozenset(p.secteur for p in plafonds())


@cache
def _jours_nets() -> int:
    """Soixante : le plafond du droit commun qui ne suppose rien du contrat."""
    return min(p.terme.jours for p in plafonds() if p.secteur == GENERAL and not p.periodique and not p.au_choix)


def lire_plafonds(fichier: Path) -> tuple[Plafond, ...]:
    """Table des plafonds.

    Raises:
        TableInvalide: Champ absent, faux ou inconnu, code répété, bornes inversées.
    """
    try:
        lus = tuple(_plafond(dict(brut)) for brut in lire_toml(fichier)["plafonds"])
    except TableInvalide as e:
        raise TableInvalide(e.message, fichier=fichier.name, code=e.code) from None
    except (KeyError, TypeError, ValueError, RecouvrementError) as e:
        raise TableInvalide(f"champ absent ou faux : {e}", fichier=fichier.name) from None
    if len({p.code for p in lus}) < len(lus):
        raise TableInvalide("code répété", fichier=fichier.name)
    return lus


def _plafond(brut: dict[str, Any]) -> Plafond:
    lu: Literal["non", "avant", "apres", "au_choix"] = brut.pop("fin_de_mois", "non")
    au_choix = lu == "au_choix"
    terme = Terme(
        jours=brut.pop("jours"),
        fin_de_mois="avant" if lu == "au_choix" else lu,  # l'autre lecture : Plafond.les_deux
        decade=brut.pop("decade", False),
        depart=brut.pop("depart"),
    )
    regimes, mois = frozenset(brut.pop("regimes", ("b2b",))), frozenset(brut.pop("mois", ()))
    sources = source(brut.pop("source"))
    ligne = Plafond(terme=terme, au_choix=au_choix, source=sources, regimes=regimes, mois=mois, **brut)
    if ligne.verifie not in DEGRES or (ligne.du and ligne.au and ligne.au < ligne.du):
        raise TableInvalide("« verifie » ou bornes fausses", code=ligne.code)
    return ligne


def sans_question(jour: date, creance: Creance, regime: Regime) -> bool:
    """Le cas le plus courant, sans lire la table : au plus soixante jours nets de l'émission, dans le droit commun."""
    c = creance.conditions
    if c.secteur is not None or c.periodique or regime.code == "public":
        return False
    if c.terme is not None and c.terme.depart == "dedouanement":
        return False
    return (jour - creance.emise_le).days <= _jours_nets()
