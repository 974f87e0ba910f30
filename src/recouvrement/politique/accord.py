"""Un accord de paiement : le proposer, puis dire s'il est tenu. N'importe aucune autre pièce de la politique."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

from attrs import evolve, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele import _champs as c
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import Avoir, DecheanceTerme, Echeancier, Paiement, Promesse, Rejet, Remise
from recouvrement.modele.montant import Montant
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.temps import DERNIER_JOUR, UN_JOUR, Delai, JoursOuvres, jour_civil, jour_de_fait

if TYPE_CHECKING:
    from recouvrement.droit.base import Droit
    from recouvrement.modele.personnes import Debiteur
    from recouvrement.politique.bilan import Alerte, Bilan, BilanCreance, Imputation

GRACE_DE_PAROLE = 3  # jours laissés après le jour promis : un usage
ETATS = {"tenu": "tenu", "en_retard": "en retard", "rompu": "rompu", "acheve": "achevé"}
ETATS_D_UN_VERSEMENT = {
    "a_venir": "à venir",
    "fait": "fait",
    "fait_en_retard": "fait en retard",
    "en_retard": "en retard",
    "exigible": "exigible",
}


# --- proposer --------------------------------------------------------------------------------------------------------


def proposer(
    bilan: "Bilan",
    jours: JoursOuvres,
    *,
    mensualites: int | None = None,
    montant: Montant | Decimal | int | str | None = None,
    jusqu_au: date | None = None,
    premiere_le: date | None = None,
    interets: Literal["courent", "abandonnes"] = "courent",
    decheance: bool = True,
) -> Echeancier:
    """Ce qui est échu, en versements mensuels, à des jours ouvrés ; voir ``Politique.proposer_echeancier``."""
    if sum(x is not None for x in (mensualites, montant, jusqu_au)) != 1:
        remede = "Donnez mensualites, montant ou jusqu_au : l'un des trois."
        raise DonneeInvalide("un seul des trois fixe le rythme", champ="mensualites", remede=remede)
    visees = _visees(bilan)
    if interets == "abandonnes" and any(b.regime == "public" for b in visees):
        message = "renoncer aux intérêts moratoires d'un acheteur public est réputé non écrit (CCP, art. L. 2192-14)"
        raise DonneeInvalide(message, champ="interets", remede="Laissez-les courir.")
    total = sum([b.total.valeur for b in visees], Montant.zero(bilan.dossier.devise))
    premiere = Delai(mois=1).depuis(bilan.au) if premiere_le is None else jour_de_fait(premiere_le, "premiere_le")
    if premiere < bilan.au:
        raise DonneeInvalide("le premier versement précède le bilan", champ="premiere_le", valeur=premiere)
    if jusqu_au is not None:
        mensualites = _combien(premiere, jour_de_fait(jusqu_au, "jusqu_au"), jours)
    parts = _parts(total, mensualites) if montant is None else _par_montant(total, c.en_montant(montant, "montant"))
    if Delai(mois=len(parts) - 1).depuis(premiere) >= DERNIER_JOUR:
        remede = "Donnez moins de versements, ou de plus forts."
        champ = "mensualites" if montant is None else "montant"
        raise DonneeInvalide(f"plan trop long : il finirait après {DERNIER_JOUR.year}", champ=champ, remede=remede)
    dates = [jours.reporte(Delai(mois=i).depuis(premiere)) for i in range(len(parts))]
    versements = tuple(zip(dates, parts, strict=True))
    references = tuple([b.creance.reference for b in visees])
    return Echeancier(le=bilan.au, versements=versements, creances=references, interets=interets, decheance=decheance)


def echues(bilan: "Bilan") -> tuple["BilanCreance", ...]:
    """Ce qui reste dû et est échu : ce qui est à terme ne s'exige pas avant lui (C. civ., art. 1305-2)."""
    return tuple([b for b in bilan.creances if b.total.valeur and b.echeance.valeur <= bilan.au])


def _visees(bilan: "Bilan") -> tuple["BilanCreance", ...]:
    """Ce qui est échu. Un plan vaut reconnaissance : il ne s'obtient pas d'une dette prescrite (C. civ., art. 2240 et 2251)."""
    dues = echues(bilan)
    if not dues:
        raise DonneeInvalide("rien d'échu n'est dû : rien à échelonner", champ="bilan")
    prescrites = ", ".join([b.creance.reference for b in dues if b.prescription.acquise])
    if prescrites:
        remede = "Retirez-la du dossier : un plan ferait reconnaître au débiteur une dette éteinte."
        raise DonneeInvalide("créance prescrite", champ="bilan", valeur=prescrites, remede=remede)
    return dues


def _parts(total: Montant, nombre: int | None) -> list[Montant]:
    """Parts égales ; les centimes qui restent vont à la première."""
    if type(nombre) is not int or nombre < 1 or nombre > total.centimes:
        raise DonneeInvalide("un nombre entier de versements, au moins un, est attendu", champ="mensualites", valeur=nombre)
    part, reste = divmod(total.centimes, nombre)
    return [Montant.de_centimes(centimes, total.devise) for centimes in (part + reste, *[part] * (nombre - 1))]


def _par_montant(total: Montant, montant: Montant) -> list[Montant]:
    """Des versements de ce montant ; ce qui n'en fait pas un entier va au premier."""
    if montant.devise != total.devise or montant.centimes <= 0:
        raise DonneeInvalide("un montant positif, dans la devise du bilan, est attendu", champ="montant", valeur=montant)
    autres = (total.centimes - 1) // montant.centimes
    premier = Montant.de_centimes(total.centimes - autres * montant.centimes, total.devise)
    return [premier, *[montant] * autres]


def _combien(premiere: date, jusqu_au: date, jours: JoursOuvres) -> int:
    """Autant de versements mensuels qu'il en tient jusqu'à ce jour, inclus."""
    mois = 12 * (jusqu_au.year - premiere.year) + jusqu_au.month - premiere.month
    possibles = [i for i in range(max(0, mois) + 1) if jours.reporte(Delai(mois=i).depuis(premiere)) <= jusqu_au]
    if not possibles:
        raise DonneeInvalide("aucun versement ne tient jusqu'à ce jour", champ="jusqu_au", valeur=jusqu_au)
    return len(possibles)


def alertes(echeancier: Echeancier, debiteur: "Debiteur", droit: "Droit") -> "tuple[Alerte, ...]":
    """Ce qu'il faut savoir avant de le proposer : entre les mains d'un consommateur, un plan peut devenir un crédit."""
    from recouvrement.politique.bilan import Alerte

    dernier = echeancier.versements[-1][0]
    reserve = droit.echelonnement(debiteur, echeancier.le, dernier, interets=echeancier.interets == "courent")
    return () if reserve is None else (Alerte(reserve.cle, "attention", reserve.texte, "", reserve.source),)


# --- suivre ----------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class VersementSuivi:
    """Un versement du plan, et ce qui en a été payé.

    Attributes:
        fait_le: Jour où il a été couvert en entier ; ``None`` : il ne l'est pas.
        etat: ``a_venir``, ``fait``, ``fait_en_retard``, ``en_retard``, ou ``exigible`` avant son jour, quand le terme est perdu.
    """

    le: date
    du: Montant
    paye: Montant
    reste: Montant
    fait_le: date | None
    etat: Literal["a_venir", "fait", "fait_en_retard", "en_retard", "exigible"]

    _repr_html_ = fiche("Versement", du="dû")


@frozen(kw_only=True)
class SuiviEcheancier(EnTable):
    """Où en est un plan au jour ``au``.

    Attributes:
        etat: ``tenu``, ``en_retard``, ``rompu`` (le terme est perdu) ou ``acheve``.
        exigible: Ce qui devrait déjà être payé : les versements en retard, ou tout le reste d'un plan rompu.
        retard_depuis: Jour du plus ancien versement en retard.
        rompu_le: Jour où le terme a été perdu.
        prochaine: Le premier versement à venir qui n'est pas fait.
        sachant: Les paiements, avoirs et remises comptés, dans l'ordre.
    """

    echeancier: Echeancier
    au: date
    etat: Literal["tenu", "en_retard", "rompu", "acheve"]
    versements: tuple[VersementSuivi, ...]
    paye: Montant
    reste: Montant
    exigible: Montant
    retard_depuis: date | None
    rompu_le: date | None
    prochaine: VersementSuivi | None
    sachant: tuple[Paiement | Avoir | Remise, ...]

    def expliquer(self) -> str:
        """L'état, puis chaque versement."""
        from recouvrement.affichage import date_fr

        tete = f"Échéancier du {date_fr(self.echeancier.le)} : {ETATS[self.etat]} au {date_fr(self.au)}"
        tete += f", terme perdu le {date_fr(self.rompu_le)}" if self.rompu_le else ""
        return "\n".join(
            [
                f"{tete}. Payé : {self.paye} ; reste : {self.reste} ; exigible : {self.exigible}.",
                *[
                    f"- {date_fr(v.le)} : {v.du}, {ETATS_D_UN_VERSEMENT[v.etat]}"
                    + (f" (payé : {v.paye}, reste : {v.reste})" if v.paye and v.reste else "")
                    for v in self.versements
                ],
            ]
        )

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        from recouvrement.resultat import pour_json

        champs = ("au", "etat", "paye", "reste", "exigible", "retard_depuis", "rompu_le")
        return {nom: pour_json(getattr(self, nom)) for nom in champs} | {
            "versements": [{nom: pour_json(valeur) for nom, valeur in ligne.items()} for ligne in self.vers_lignes()]
        }

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par versement ; montants en ``Decimal``."""
        return [
            {
                "le": v.le,
                "du": v.du.decimal,
                "paye": v.paye.decimal,
                "reste": v.reste.decimal,
                "fait_le": v.fait_le,
                "etat": v.etat,
                "devise": v.du.devise,
            }
            for v in self.versements
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "le": "jour",
            "du": "somme",
            "paye": "somme",
            "reste": "somme",
            "fait_le": "jour",
            "etat": "texte",
            "devise": "texte",
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        faits = [("payé", str(self.paye)), ("reste", str(self.reste)), ("exigible", str(self.exigible))]
        lignes = [
            (a.date_fr(v.le, longue=False), str(v.du), str(v.paye), str(v.reste), ETATS_D_UN_VERSEMENT[v.etat])
            for v in self.versements
        ]
        ton: a.Ton = "grave" if self.etat == "rompu" else "attention" if self.etat == "en_retard" else "bon"
        return a.page(
            a.carte(f"Échéancier du {a.date_fr(self.echeancier.le)}, au {a.date_fr(self.au)}", ETATS[self.etat], faits, ton=ton),
            a.table(("Le", "Dû", "Payé", "Reste", "État"), lignes, legende="Versements", nombres=(1, 2, 3)),
        )


def suivre(echeancier: Echeancier, evenements: Sequence[Evenement], *, au: date, grace: int = 0) -> SuiviEcheancier:
    """L'état du plan au jour ``au``, inclus : une fonction pure des faits, sans droit ni scénario.

    Paiements, avoirs et remises faits depuis le jour de l'accord, inclus, couvrent les versements dans l'ordre. Le terme est perdu
    par une ``DecheanceTerme``, ou, si le plan le prévoit, par une mise en demeure faite après un versement manqué et restée sans
    effet jusqu'au jour qu'elle accorde : sans ce jour, elle ne fait rien perdre. Un paiement sans nom compte en entier : donnez
    ``repartis(evenements, bilan.decompte.imputations)`` pour un plan qui ne vise pas toutes les créances.

    Args:
        evenements: Ceux du dossier ; ce qui ne touche pas les créances du plan est laissé.
        grace: Jours laissés après chaque versement avant de le dire en retard.

    Source:
        Cass. 1re civ., 22 juin 2017, n° 16-18.418.
    """
    jour_civil(au, "au")
    recus = _recus(echeancier, evenements, au)
    jours, cumuls = [e.le for e in recus], list(accumulate(e.montant.centimes for e in recus))
    dus = list(accumulate(m.centimes for _, m in echeancier.versements))
    faits = [_fait_le(du, jours, cumuls) for du in dus]
    rompu_le = min(_pertes(echeancier, faits, evenements, au, grace), default=None)
    recu, devise = min(cumuls[-1] if cumuls else 0, dus[-1]), echeancier.versements[0][1].devise
    versements = tuple(
        [
            _versement(v, recu - du + v[1].centimes, fait_le, au=au, grace=grace, rompu=rompu_le is not None)
            for v, du, fait_le in zip(echeancier.versements, dus, faits, strict=True)
        ]
    )
    retards = [v for v in versements if v.etat == "en_retard"]
    manquants = [v for v in versements if v.etat in ("en_retard", "exigible")]
    reste = dus[-1] - recu
    return SuiviEcheancier(
        echeancier=echeancier,
        au=au,
        etat="acheve" if not reste else "rompu" if rompu_le else "en_retard" if retards else "tenu",
        versements=versements,
        paye=Montant.de_centimes(recu, devise),
        reste=Montant.de_centimes(reste, devise),
        exigible=sum([v.reste for v in manquants], Montant.zero(devise)),
        retard_depuis=retards[0].le if retards else None,
        rompu_le=rompu_le,
        prochaine=next((v for v in versements if v.etat == "a_venir"), None),
        sachant=recus,
    )


def repartis(evenements: tuple[Evenement, ...], imputations: "Sequence[Imputation]") -> tuple[Evenement, ...]:
    """Les événements, chaque paiement sans nom rendu aux créances que l'imputation lui a fait atteindre (C. civ., art. 1342-10).

    Sans cela, un plan d'une créance compterait un paiement qui en a éteint une autre.
    """
    sans_nom = {e.le: e for e in evenements if isinstance(e, Paiement) and e.creance is None}
    if not sans_nom or not any(isinstance(e, Echeancier | Promesse) for e in evenements):
        return evenements
    autres = [e for e in evenements if not (isinstance(e, Paiement) and e.le in sans_nom)]
    parts = [
        evolve(sans_nom[i.le], montant=i.valeur, creance=i.creance, reference="")
        for i in imputations
        if i.evenement == "paiement" and i.le in sans_nom
    ]
    return tuple(sorted((*autres, *parts), key=attrgetter("le")))


def exigible(
    bilans: "Sequence[BilanCreance]", evenements: Sequence[Evenement], sommes: Sequence[Montant], *, au: date
) -> Montant:
    """Ce qui peut être demandé de ces sommes : d'un plan dont le terme n'est pas perdu, ses versements manqués seuls.

    Args:
        evenements: Ceux du dossier, chaque paiement rendu à ses créances (``repartis``).
        sommes: Ce qui est dû de chaque créance, dans l'ordre de ``bilans``.

    Source:
        C. civ., art. 1305-2.
    """
    libre = Montant.zero(sommes[0].devise)
    retenus: dict[Echeancier, Montant] = {}
    for b, du in zip(bilans, sommes, strict=True):
        plan = en_cours(b.creance.reference, evenements, au=au)
        if plan is None:
            libre += du
        else:
            retenus[plan] = retenus.get(plan, Montant.zero(du.devise)) + du
    suivis = [(suivre(plan, evenements, au=au, grace=GRACE_DE_PAROLE), du) for plan, du in retenus.items()]
    return sum([min(s.exigible, du) for s, du in suivis], libre)


def en_cours(reference: str, evenements: Sequence[Evenement], *, au: date) -> Echeancier | None:
    """Le dernier plan convenu pour cette créance, s'il n'est ni achevé ni rompu."""
    plans = [e for e in evenements if isinstance(e, Echeancier) and e.le <= au and _touche(e, reference)]
    dernier = max(plans, key=attrgetter("le"), default=None)
    if dernier is None or suivre(dernier, evenements, au=au, grace=GRACE_DE_PAROLE).etat in ("acheve", "rompu"):
        return None
    return dernier


def _recus(plan: Echeancier, evenements: Sequence[Evenement], au: date) -> tuple[Paiement | Avoir | Remise, ...]:
    """Ce qui a éteint la dette du plan depuis l'accord ; un paiement rejeté n'a jamais été fait."""
    rejetes = {e.paiement for e in evenements if isinstance(e, Rejet) and e.le <= au}
    vus = [
        e
        for e in evenements
        if isinstance(e, Paiement | Avoir | Remise)
        and plan.le <= e.le <= au
        and _touche(plan, e.creance)
        and not (isinstance(e, Paiement) and e.reference and e.reference in rejetes)
    ]
    return tuple(sorted(vus, key=lambda e: (e.le, type(e).__name__, e.reference, e.montant.centimes)))


def _touche(plan: Echeancier, creance: str | None) -> bool:
    return not plan.creances or creance is None or creance in plan.creances


def _fait_le(du: int, jours: Sequence[date], cumuls: Sequence[int]) -> date | None:
    """Jour où ce qui a été reçu atteint ``du``."""
    rang = bisect_left(cumuls, du)
    return jours[rang] if rang < len(jours) else None


def _versement(
    prevu: tuple[date, Montant], recu: int, fait_le: date | None, *, au: date, grace: int, rompu: bool
) -> VersementSuivi:
    """``recu`` : ce qui reste des sommes reçues une fois couverts les versements d'avant."""
    le, montant = prevu
    limite = le + timedelta(days=grace)
    etat: Literal["a_venir", "fait", "fait_en_retard", "en_retard", "exigible"]
    if fait_le is not None:
        etat = "fait" if fait_le <= limite else "fait_en_retard"
    elif limite < au:
        etat = "en_retard"
    else:
        etat = "exigible" if rompu else "a_venir"
    paye = Montant.de_centimes(max(0, min(montant.centimes, recu)), montant.devise)
    return VersementSuivi(le=le, du=montant, paye=paye, reste=montant - paye, fait_le=fait_le, etat=etat)


def _pertes(
    plan: Echeancier, faits: Sequence[date | None], evenements: Sequence[Evenement], au: date, grace: int
) -> Iterator[date]:
    """Jours où le terme est perdu ; ``faits`` : le jour où chaque versement l'a été."""
    for e in evenements:
        if isinstance(e, DecheanceTerme) and plan.le <= e.le <= au and _touche(plan, e.creance):
            yield e.le
        elif plan.decheance and isinstance(e, MiseEnDemeure) and e.payer_avant_le and e.payer_avant_le < au:
            demandes = [fait for (le, _), fait in zip(plan.versements, faits, strict=True) if le + timedelta(days=grace) < e.le]
            vise = not e.creances or any(_touche(plan, r) for r in e.creances)
            if vise and any(fait is None or fait > e.payer_avant_le for fait in demandes):
                yield e.payer_avant_le + UN_JOUR
