"""Des comptes clients aux faits : ce qui n'est pas lettré, par client, avec sa contrepartie pour seule explication. Privé."""

from collections import Counter, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice

from attrs import define, field, frozen

from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture._ecritures import Ligne, Livres
from recouvrement.lecture._exercices import CLIENTS, client, dater, est_reprise, nu, ouverture
from recouvrement.lecture.constat import Constat
from recouvrement.modele.conditions import ConditionsPaiement
from recouvrement.modele.creance import Creance
from recouvrement.modele.evenements import Avoir, Paiement
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.ports import Encaissement

# Ce que dit la contrepartie, le premier compte l'emportant (plan comptable général).
_CONTREPARTIES = (
    ("banque", ("5",)),
    ("vente", ("70", "74", "751", "752", "753", "754", "4191", "4457", "4458", "487")),
    ("douteux", ("416",)),
)
_SANS_DATE = Remede(
    "Donnez aussi le FEC de l'exercice précédent (lire_exercices), ou cette créance en Python.",
    "Donnez aussi le FEC de l'exercice précédent, ou cette créance par un CSV.",
)
_SANS_CLIENT = Remede(
    "Donnez-le : LecteurFEC(debiteurs={compte: Debiteur(…)}).",
    "Corrigez ce compte dans vos livres, ou donnez ses factures par un CSV.",
)
_AUTRE_DEVISE = Remede("Donnez la créance en Python, dans sa devise.", "Donnez la créance par un CSV, colonne « devise ».")
_REFUS_DEBIT = {
    "reprise": ("à-nouveau dont la date de facture est inconnue : sa prescription ne peut être dite", _SANS_DATE),
    "banque": (
        "débit venu de la banque, sans le règlement qu'il annule : rejet ou remboursement ?",
        Remede("Lettrez-le, ou donnez un Rejet.", "Lettrez-le, ou donnez un événement « rejet » par un CSV."),
    ),
    "douteux": (
        "virement d'un compte à l'autre, sans facture",
        Remede("Donnez la créance en Python, à sa date.", "Donnez la créance par un CSV, à sa date."),
    ),
    "autre": (
        "débit qui n'est ni une vente ni un à-nouveau",
        Remede("Donnez la créance en Python si elle est due.", "Donnez la créance par un CSV si elle est due."),
    ),
}

_CREDITS = {"vente": "avoir qui ne nomme pas sa facture", "reprise": "crédit repris à nouveau"}


@frozen(kw_only=True)
class Reglages:
    """Ce que l'appelant sait et que les livres taisent."""

    creancier: Creancier
    conditions: ConditionsPaiement
    qualites: Mapping[str, Qualite]
    debiteurs: Mapping[str, Debiteur]
    par_ecriture: bool


@frozen(kw_only=True)
class Encours:
    """Ce que sont devenues les lignes non lettrées des clients : ``solde`` = créances - règlements + écarté.

    Attributes:
        reglements: Règlements, avoirs et compensations.
        ecarte: Ce qui n'a donné aucun fait, débits moins crédits ; chaque ligne a son anomalie.
    """

    solde: Montant
    creances: Montant
    reglements: Montant
    ecarte: Montant

    @property
    def juste(self) -> bool:
        """Vrai si rien n'a été perdu ni compté deux fois."""
        return self.solde == self.creances - self.reglements + self.ecarte


@frozen(eq=False)
class _Ligne:
    """Une ligne de client, sa nature, et la ligne d'origine qu'elle reprend."""

    x: Ligne
    nature: str
    origine: Ligne | None

    @property
    def facture(self) -> Ligne | None:
        """La ligne qui date la facture, si on la connaît."""
        return self.origine if self.nature == "reprise" else self.x

    @property
    def le(self) -> date:
        """Jour de l'opération : celui de l'origine, s'il est connu."""
        if self.origine is self.x:
            return self.x.piece_le or self.x.le
        return (self.origine or self.x).le


@define
class Faits:
    """Ce qui a été tiré des livres."""

    constat: Constat
    creances: list[Creance] = field(factory=list)
    evenements: list[Paiement | Avoir] = field(factory=list)
    encaissements: list[Encaissement] = field(factory=list)
    sommes: Counter[str] = field(factory=Counter)
    clients: int = 0

    def encours(self) -> Encours:
        """Les sommes de contrôle."""
        noms = ("solde", "creances", "reglements", "ecarte")
        return Encours(**{nom: Montant.de_centimes(self.sommes[nom]) for nom in noms})

    def refuser(self, x: Ligne, message: str, remede: str = "", creances: tuple[str, ...] | None = None) -> None:
        """Rien n'est tiré de cette ligne ; un crédit dit les ``creances`` qu'il a pu réduire."""
        self.sommes["ecarte"] += x.net
        refus = DonneeInvalide(message, champ=x.aux or x.compte, valeur=x.montant, remede=remede)
        self.constat.a(x.ou).refuser(refus, creances)


def lire_clients(livres: Sequence[Livres], reglages: Reglages, constat: Constat) -> Faits:
    """Les faits du dernier exercice ; les exercices d'avant datent ses à-nouveaux."""
    faits = Faits(constat)
    lignes = [x for y in livres for x in y.lignes]
    debut = ouverture(livres, constat)
    natures = {id(x): nature for y in livres for e in y.ecritures for x, nature in _natures(e)}
    clients = [x for x in lignes if x.compte.startswith(CLIENTS)]
    avant = [x for x in clients if debut is not None and x.le < debut]
    reprises = dater([x for x in clients if est_reprise(x, debut)], avant, debut)
    lues = [_lue(x, reprises, natures) for x in clients if debut is None or x.le >= debut]
    propres = _pieces_propres(lues, [x for x in avant if not x.a_nouveau])
    par_client: dict[str, list[_Ligne]] = {}
    for lue in lues:
        par_client.setdefault(client(lue.x), []).append(lue)
    noms = _Noms(frozenset() if reglages.par_ecriture else propres)
    noms.ranger([x for x in clients if not est_reprise(x, debut) or reprises[id(x)] is x])
    for cle, siennes in par_client.items():
        _Client(cle, siennes, reglages, faits, propres, noms).lire()
    return faits


def _lue(x: Ligne, reprises: Mapping[int, Ligne | None], natures: Mapping[int, str]) -> _Ligne:
    if id(x) not in reprises:
        return _Ligne(x, natures[id(x)], None)
    origine = reprises[id(x)]
    if origine is None or origine is x or x.net > 0:
        return _Ligne(x, "reprise", origine)
    return _Ligne(x, natures[id(origine)], origine)


def _natures(ecriture: Iterable[Ligne]) -> Iterator[tuple[Ligne, str]]:
    """Chaque ligne de client, et ce que disent d'elle les comptes mouvementés en face."""
    autres = [y for y in ecriture if not y.compte.startswith(CLIENTS)]
    clients = [y for y in ecriture if y.compte.startswith(CLIENTS)]
    debits, credits = (_nature({y.compte for y in autres if y.net * sens > 0}) for sens in (1, -1))
    yield from ((x, credits if x.net > 0 else debits if x.net else "autre") for x in clients)


def _nature(en_face: Collection[str]) -> str:
    """``banque``, ``vente``, ``douteux`` ou ``autre``."""
    for nature, comptes in _CONTREPARTIES:
        if any(compte.startswith(comptes) for compte in en_face):
            return nature
    return "autre"


def _pieces_propres(lues: Iterable[_Ligne], avant: Iterable[Ligne]) -> frozenset[str]:
    """Pièces qui ne désignent qu'une facture : celles-là seules en sont le numéro."""
    porteuses: dict[str, set[tuple[object, ...]]] = {}
    ventes = [y.facture for y in lues if y.nature in ("vente", "reprise") and y.x.net > 0]
    for x in (*[y for y in ventes if y], *[y for y in avant if y.net > 0]):
        porteuses.setdefault(x.piece, set()).add((client(x), x.journal, x.ecriture, x.le))
    return frozenset(piece for piece, ecritures in porteuses.items() if piece and len(ecritures) == 1)


@define
class _Noms:
    """Références, stables d'un export à l'autre : la pièce qui n'est qu'à elle, sinon l'écriture ; le rang, soldées comprises."""

    propres: frozenset[str]
    _rangs: dict[int, int] = field(factory=dict)

    def ranger(self, lignes: Iterable[Ligne]) -> None:
        """Compte les lignes de même nom, dans l'ordre du fichier."""
        compte: Counter[tuple[bool, str]] = Counter()
        for x in lignes:
            cle = (x.net > 0, self._base(x))
            compte[cle] += 1
            self._rangs[id(x)] = compte[cle]

    def __call__(self, x: Ligne) -> str:
        """« F-12 », « VE-20230313-11 », « VE-20230313-11 (2) »."""
        rang = self._rangs.get(id(x), 1)
        return self._base(x) + (f" ({rang})" if rang > 1 else "")

    def _base(self, x: Ligne) -> str:
        return x.piece if x.net > 0 and x.piece in self.propres else f"{x.journal}-{x.le:%Y%m%d}-{x.ecriture}"


def _du_jour(y: _Ligne) -> date:
    return y.x.le


# --- un client -------------------------------------------------------------------------------------------------------


@define
class _Client:
    cle: str
    lignes: list[_Ligne]
    reglages: Reglages
    faits: Faits
    propres: frozenset[str]
    noms: _Noms
    ouvertes: list[_Ligne] = field(factory=list)
    soldees: list[_Ligne] = field(factory=list)
    creances: list[str] = field(factory=list)
    lues: tuple[str, ...] = ()
    par_lettre: dict[str, list[str]] = field(factory=dict)
    par_piece: dict[str, list[str]] = field(factory=dict)

    def lire(self) -> None:
        """Les faits de ce client."""
        self._separer()
        self.faits.sommes["solde"] += sum([y.x.net for y in self.ouvertes])
        if not any(y.x.net for y in self.ouvertes):
            return
        debiteur = self._debiteur()
        if debiteur is None:
            return
        self.faits.clients += 1
        self._rejeter()
        for y in [y for y in self.ouvertes if y.x.net > 0]:
            self._debit(y, debiteur)
        self.lues = tuple(self.creances)
        for y in [y for y in self.ouvertes if y.x.net < 0]:
            self._credit(y, debiteur)

    def _separer(self) -> None:
        """Un lettrage qui s'équilibre est soldé ; le reste est ouvert."""
        lettres: Counter[str] = Counter()
        for y in self.lignes:
            lettres[y.x.lettre] += y.x.net
        for y in self.lignes:
            (self.soldees if y.x.lettre and not lettres[y.x.lettre] else self.ouvertes).append(y)

    def _debiteur(self) -> Debiteur | None:
        """Celui que nomment les livres ; sans nom, ou sous deux noms, rien ne lui est attribué."""
        if self.cle in self.reglages.debiteurs:
            return self.reglages.debiteurs[self.cle]
        noms = {nu(n): n for n in (y.x.aux_lib if y.x.aux else y.x.compte_lib for y in self.lignes) if n.strip()}
        refus = ""
        if not self.cle:
            refus = "compte collectif sans auxiliaire : le client est inconnu"
        elif len(noms) > 1:
            refus = f"un même compte porte deux noms : {' et '.join(sorted(noms.values()))}"
        if not refus:
            qualite = self.reglages.qualites.get(self.cle, Qualite.CONSOMMATEUR)
            try:
                return Debiteur(nom=next(iter(noms.values()), self.cle), qualite=qualite, identifiant=self.cle)
            except DonneeInvalide as e:
                refus = f"nom illisible ({e.message})"
        for y in [y for y in self.ouvertes if y.x.net]:
            self.faits.refuser(y.x, refus, _SANS_CLIENT)
        return None

    def _rejeter(self) -> None:
        """Un débit venu de la banque annule le seul règlement de ce montant qui le précède, et rouvre ce qu'il soldait."""
        reglements: dict[int, deque[_Ligne]] = {}
        for y in sorted([y for y in (*self.ouvertes, *self.soldees) if y.nature == "banque" and y.x.net < 0], key=_du_jour):
            reglements.setdefault(-y.x.net, deque()).append(y)
        par_lettre: dict[str, list[_Ligne]] = {}
        for y in self.soldees:
            par_lettre.setdefault(y.x.lettre, []).append(y)
        annulees: set[int] = set()
        rouvertes: list[_Ligne] = []
        for rejet in [y for y in self.ouvertes if y.x.net > 0 and y.nature == "banque"]:
            possibles = reglements.get(rejet.x.net, deque())
            precedents = [y for y in islice(possibles, 2) if y.x.le <= rejet.x.le]
            if len(precedents) != 1:
                continue
            annule = possibles.popleft()
            annulees |= {id(rejet), id(annule)}
            rouvertes += par_lettre.pop(annule.x.lettre, [])
            message = f"rejet du règlement du {annule.x.le:%d/%m/%Y} : ni l'un ni l'autre n'est compté"
            self.faits.constat.a(rejet.x.ou).alerter(message, champ=self.cle, valeur=rejet.x.montant)
        self.ouvertes = [y for y in (*self.ouvertes, *rouvertes) if id(y) not in annulees]

    def _debit(self, y: _Ligne, debiteur: Debiteur) -> None:
        facture = y.facture if y.nature in ("vente", "reprise") else None
        message, remede = _REFUS_DEBIT.get(y.nature, ("", ""))
        if facture is not None and facture.piece_le is None:
            facture, message, remede = None, "date de pièce absente", _SANS_DATE
        if facture is not None and y.x.devise not in ("", "EUR"):
            facture, message = None, f"facture en {y.x.devise} : les livres n'en donnent que la contre-valeur en euros"
            remede = _AUTRE_DEVISE
        if facture is None or facture.piece_le is None:
            return self.faits.refuser(y.x, message, remede)
        try:
            creance = Creance(
                reference=self.noms(facture),
                principal=y.x.montant,
                emise_le=facture.piece_le,
                facture=facture.piece if facture.piece in self.propres else None,
                creancier=self.reglages.creancier,
                debiteur=debiteur,
                conditions=self.reglages.conditions,
            )
        except DonneeInvalide as e:
            return self.faits.refuser(y.x, e.message, e.remede)
        self.creances.append(creance.reference)
        self.par_lettre.setdefault(y.x.lettre, []).append(creance.reference)
        self.par_piece.setdefault(creance.facture or "", []).append(creance.reference)
        self.faits.creances.append(creance)
        self.faits.sommes["creances"] += y.x.net
        return None

    def _credit(self, y: _Ligne, debiteur: Debiteur) -> None:
        visees, nommee = self._visees(y.x)
        if y.nature == "douteux":
            return self.faits.refuser(y.x, "virement en clients douteux : la facture reste due")
        if not visees:
            quoi = "crédit lettré avec une ligne écartée" if y.x.lettre else "crédit sans facture ouverte"
            message, remede = f"{quoi} : rien n'en est déduit", "Vérifiez le lettrage de ce client."
            return self.faits.refuser(y.x, message, remede, self.lues or None)
        self.faits.sommes["reglements"] -= y.x.net
        if y.nature == "vente" and nommee:
            le = min(y.le, y.x.piece_le or y.le)
            return self.faits.evenements.append(Avoir(le=le, montant=y.x.montant, creance=nommee, reference=self.noms(y.x)))
        if y.nature != "banque":
            quoi = _CREDITS.get(y.nature, "crédit de nature inconnue")
            self.faits.constat.a(y.x.ou).alerter(f"{quoi} : déduit comme une compensation", champ=self.cle, valeur=y.x.montant)
        paiement = Paiement(
            le=y.le,
            montant=y.x.montant,
            creance=visees[0] if len(visees) == 1 else None,
            reference=self.noms(y.x),
            moyen="virement" if y.nature == "banque" else "compensation",
            affectation="creancier",
        )
        if paiement.creance:
            return self.faits.evenements.append(paiement)
        encaissement = Encaissement(paiement=paiement, libelle=y.x.piece, payeur=debiteur.nom, debiteur=debiteur)
        return self.faits.encaissements.append(encaissement)

    def _visees(self, x: Ligne) -> tuple[list[str], str]:
        """Factures que ce crédit peut éteindre, et celle que le lettrage ou la pièce nomme, s'il n'y en a qu'une."""
        if x.lettre:
            lettrees = self.par_lettre.get(x.lettre, [])
            return lettrees, lettrees[0] if len(lettrees) == 1 else ""
        de_la_piece = self.par_piece.get(x.piece, []) if x.piece else []
        if len(de_la_piece) == 1:
            return de_la_piece, de_la_piece[0]
        return self.creances, ""
