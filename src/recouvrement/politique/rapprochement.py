"""Quelles factures ce paiement sans référence éteint-il ? Des sommes exactes, jamais une supposition, et rien n'est imputé.

Recherche bornée : parmi au plus ``ENSEMBLES`` factures, tous les ensembles ; au-delà, ceux d'au plus ``TAILLE`` factures, tout ce qui
est échu, et tout ; au-delà de ``FACTURES``, les plus anciennes seulement. Une borne atteinte est dite, et interdit « unique ».
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations, islice
from typing import Any, Literal, NamedTuple

from attrs import frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.modele.evenements import Paiement
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Creancier, Debiteur
from recouvrement.politique.bilan import POSTES, Bilan, BilanCreance
from recouvrement.politique.politique import Politique
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.resultat import pour_json

ENSEMBLES, TAILLE, FACTURES = 24, 3, 300
CANDIDATS = 10
"""Au plus autant de candidats sont rendus pour un même débiteur."""

ASSIETTES = {
    "total": POSTES,
    "principal": ("principal",),
    "principal_et_interets": ("principal", "penalites", "interets"),
    "principal_et_indemnite": ("principal", "indemnite"),
}
NOMS_DES_ASSIETTES = {
    "total": "total dû",
    "principal": "principal restant dû",
    "principal_et_interets": "principal, pénalités et intérêts",
    "principal_et_indemnite": "principal et indemnité",
}
ISSUES = {"unique": "unique", "ambigue": "ambiguë", "aucune": "aucune"}
UN_SEUL = "un seul ensemble de factures ouvertes fait exactement cette somme"
PLUSIEURS = "plusieurs ensembles de factures ouvertes font exactement cette somme : à vous de choisir"
AUCUN = "aucun ensemble de factures ouvertes ne fait exactement cette somme"
BORNE = "la recherche a atteint ses bornes, d'autres ensembles restent possibles"
DEJA = "un paiement de cette référence est déjà au dossier"
CONTREDIT = "le montant n'explique pas ce que le libellé nomme"
_FORMES = frozenset(
    "sarl sas sasu sa eurl snc sci scop selarl ei eirl earl gaec m mr mme mlle monsieur madame ste societe ets association".split()  # noqa: SIM905
)


@frozen(kw_only=True)
class Candidat:
    """Un ensemble de factures d'un même débiteur, dont la somme est exactement le paiement.

    Attributes:
        parts: Ce que le paiement éteindrait de chaque créance, par référence.
        numeros: Numéros imprimés de ces factures.
        assiette: Ce qui a été additionné : ``total``, ``principal``, ``principal_et_interets`` ou ``principal_et_indemnite``.
        au: Jour de ces montants : celui du paiement, ou celui du dernier écrit envoyé.
        raisons: Montant, libellé, dates.
    """

    creancier: Creancier
    debiteur: Debiteur
    parts: tuple[tuple[str, Montant], ...]
    numeros: tuple[str, ...]
    assiette: str
    au: date
    raisons: tuple[str, ...]

    _repr_html_ = fiche("Candidat")

    @property
    def creances(self) -> tuple[str, ...]:
        """Références, par échéance."""
        return tuple([reference for reference, _ in self.parts])


@frozen(kw_only=True)
class Rapprochement(EnTable):
    """Ce qu'un paiement peut éteindre. Jamais imputé d'office : un fait ne s'ajoute au dossier que par vous.

    Attributes:
        issue: ``unique``, ``ambigue`` ou ``aucune``.
        complet: Faux si la recherche a atteint une borne : ``unique`` est alors exclu.
        nommees: Numéros des factures ouvertes que le libellé nomme.
    """

    paiement: Paiement
    issue: Literal["unique", "ambigue", "aucune"]
    motif: str
    candidats: tuple[Candidat, ...]
    complet: bool
    nommees: tuple[str, ...] = ()

    def expliquer(self) -> str:
        """L'issue, son motif, puis chaque candidat avec ses raisons."""
        tete = f"Rapprochement de {self.paiement.montant} : {ISSUES[self.issue]} ; {self.motif}."
        return "\n".join(
            [tete]
            + [
                f"- {c.debiteur.nom}, {', '.join(c.creances)} ({NOMS_DES_ASSIETTES[c.assiette]}) : {' ; '.join(c.raisons)}"
                for c in self.candidats
            ]
        )

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par candidat et par créance ; montants en ``Decimal``."""
        return [
            {
                "candidat": rang,
                "debiteur": c.debiteur.nom,
                "reference": reference,
                "part": part.decimal,
                "devise": part.devise,
                "assiette": c.assiette,
                "au": c.au,
            }
            for rang, c in enumerate(self.candidats, 1)
            for reference, part in c.parts
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "candidat": "entier",
            "debiteur": "texte",
            "reference": "texte",
            "part": "somme",
            "devise": "texte",
            "assiette": "texte",
            "au": "jour",
        }

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        return {
            "montant": self.paiement.montant.vers_json(),
            "le": self.paiement.le.isoformat(),
            "issue": self.issue,
            "motif": self.motif,
            "complet": self.complet,
            "nommees": list(self.nommees),
            "candidats": [
                {
                    "creancier": c.creancier.nom,
                    "debiteur": c.debiteur.nom,
                    "parts": {reference: part.vers_json() for reference, part in c.parts},
                    "assiette": c.assiette,
                    "au": pour_json(c.au),
                    "raisons": list(c.raisons),
                }
                for c in self.candidats
            ],
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (
                c.debiteur.nom,
                " ; ".join([f"{reference} : {part}" for reference, part in c.parts]),
                NOMS_DES_ASSIETTES[c.assiette],
                " ; ".join(c.raisons),
            )
            for c in self.candidats
        ]
        faits = [("le", a.date_fr(self.paiement.le)), ("issue", ISSUES[self.issue]), ("motif", self.motif)]
        return a.page(
            a.carte("Rapprochement", str(self.paiement.montant), faits),
            a.table(("Débiteur", "Factures", "Assiette", "Raisons"), lignes, legende="Candidats") if lignes else "",
        )


class _Groupe(NamedTuple):
    """Les factures ouvertes d'un débiteur envers un créancier, par échéance, et leurs bilans."""

    bilans: list[Bilan]
    ouvertes: list[BilanCreance]


def rapprocher(
    paiement: Paiement,
    bilans: Iterable[Bilan],
    politique: Politique,
    *,
    au: date,
    libelle: str = "",
    debiteur: Debiteur | str | None = None,
) -> Rapprochement:
    """Les factures ouvertes dont la somme exacte est le paiement ; voir ``Portefeuille.rapprocher``."""
    if paiement.creance is not None:
        raise DonneeInvalide("ce paiement désigne déjà sa créance", champ="creance", valeur=paiement.creance)
    if paiement.le > au:
        remede = "Construisez le portefeuille au jour du paiement, ou après."
        raise DonneeInvalide("paiement postérieur au portefeuille", champ="le", valeur=paiement.le, remede=remede)
    texte = _mots(f"{libelle} {paiement.reference}")
    groupes = _groupes(paiement, bilans, debiteur.cle if isinstance(debiteur, Debiteur) else debiteur)
    if debiteur is None and texte:
        groupes = [g for g in groupes if _nomme(g.bilans[0].dossier.debiteur.nom, texte)] or groupes
    if paiement.reference and any(_deja(paiement, b) for g in groupes for b in g.bilans):
        return Rapprochement(paiement=paiement, issue="aucune", motif=DEJA, candidats=(), complet=True)
    nommees = tuple(sorted({b.creance.numero for g in groupes for b in g.ouvertes if _cite(b.creance.numero, texte)}))
    trouves, complet = [], True
    for groupe in groupes:
        candidats, vus = _candidats(paiement, groupe, politique, texte)
        trouves += candidats
        complet = complet and vus
    return _conclure(paiement, trouves, complet, nommees)


def _conclure(paiement: Paiement, trouves: list[Candidat], complet: bool, nommees: tuple[str, ...]) -> Rapprochement:
    """Les factures que le libellé nomme doivent toutes être du candidat : sinon, rien n'est unique."""
    retenus = [c for c in trouves if set(nommees).issubset(c.numeros)]
    contredit = not retenus
    candidats = trouves if contredit else retenus
    issue: Literal["unique", "ambigue", "aucune"] = "ambigue"
    if not candidats:
        issue, motif = "aucune", AUCUN
    elif len(candidats) > 1:
        motif = PLUSIEURS
    else:
        issue, motif = ("unique" if complet and not contredit else "ambigue"), UN_SEUL
    suites = [motif, *([f"{CONTREDIT} : {', '.join(nommees)}"] if contredit and nommees else []), *([] if complet else [BORNE])]
    candidats.sort(key=lambda c: (len(c.parts), c.debiteur.cle, c.creancier.cle, c.parts))
    return Rapprochement(
        paiement=paiement, issue=issue, motif=" ; ".join(suites), candidats=tuple(candidats), complet=complet, nommees=nommees
    )


def _groupes(paiement: Paiement, bilans: Iterable[Bilan], debiteur: str | None) -> list[_Groupe]:
    """Par débiteur et créancier, ce qui est ouvert dans la devise du paiement et n'a pas été émis après lui."""
    par_parties: dict[tuple[str, str], _Groupe] = {}
    for bilan in bilans:
        dossier = bilan.dossier
        if dossier.devise != paiement.montant.devise or (debiteur is not None and dossier.debiteur.cle != debiteur):
            continue
        ouvertes = [b for b in bilan.creances if b.total.valeur and b.creance.emise_le <= paiement.le]
        if ouvertes:
            groupe = par_parties.setdefault((dossier.debiteur.cle, dossier.creancier.cle), _Groupe([], []))
            groupe.bilans.append(bilan)
            groupe.ouvertes.extend(ouvertes)
    for groupe in par_parties.values():
        groupe.ouvertes.sort(key=lambda b: (b.echeance.valeur, b.creance.reference))
    return [par_parties[cle] for cle in sorted(par_parties)]


def _deja(paiement: Paiement, bilan: Bilan) -> bool:
    return any(isinstance(e, Paiement) and e.reference == paiement.reference for e in bilan.dossier.evenements)


def _candidats(paiement: Paiement, groupe: _Groupe, politique: Politique, texte: str) -> tuple[list[Candidat], bool]:
    """Les ensembles de ce débiteur, sans répétition, et s'ils ont tous été vus."""
    trouves: dict[tuple[str, ...], Candidat] = {}
    complet, cible, lus = True, paiement.montant.centimes, set[tuple[date, tuple[int, ...]]]()
    nommees = frozenset([b.creance.reference for b in groupe.ouvertes if _cite(b.creance.numero, texte)])
    for assiette, jour, ouvertes in _lectures(paiement, groupe, politique):
        montants = tuple([sum([getattr(b, poste).valeur.centimes for poste in ASSIETTES[assiette]]) for b in ouvertes])
        if sum(montants) < cible or (jour, montants) in lus:
            continue
        lus.add((jour, montants))
        echues = frozenset([i for i, b in enumerate(ouvertes) if b.echeance.valeur < paiement.le])
        forcees = frozenset([i for i, b in enumerate(ouvertes) if b.creance.reference in nommees])
        if len({ouvertes[i].creance.numero for i in forcees}) < len(forcees):
            forcees = frozenset()  # un numéro que plusieurs échéances partagent ne dit pas laquelle
        ensembles, vus = _ensembles(montants, cible, forcees, echues)
        if forcees and not ensembles:
            ensembles, vus = _ensembles(montants, cible, frozenset(), echues)
        complet = complet and vus
        for rangs in ensembles:
            choisies = [ouvertes[i] for i in rangs]
            cle = tuple([b.creance.reference for b in choisies])
            if cle not in trouves:
                parts = [Montant.de_centimes(montants[i], paiement.montant.devise) for i in rangs]
                trouves[cle] = _candidat(paiement, choisies, parts, assiette, jour, texte)
    return list(trouves.values()), complet


def _candidat(
    paiement: Paiement, choisies: Sequence[BilanCreance], parts: Sequence[Montant], assiette: str, jour: date, texte: str
) -> Candidat:
    premiere = choisies[0].creance
    return Candidat(
        creancier=premiere.creancier,
        debiteur=premiere.debiteur,
        parts=tuple([(b.creance.reference, part) for b, part in zip(choisies, parts, strict=True)]),
        numeros=tuple([b.creance.numero for b in choisies]),
        assiette=assiette,
        au=jour,
        raisons=tuple(_raisons(paiement, choisies, parts, assiette, jour, texte)),
    )


def _lectures(paiement: Paiement, groupe: _Groupe, politique: Politique) -> Iterator[tuple[str, date, Sequence[BilanCreance]]]:
    """Ce que le débiteur a pu additionner : au jour du paiement, chaque assiette ; au jour du dernier écrit, le total demandé."""
    if min([b.principal.valeur or b.total.valeur for b in groupe.ouvertes]).centimes > paiement.montant.centimes:
        return  # la moindre facture dépasse le paiement
    ouvertes = _au_jour(groupe, politique, paiement.le)
    for assiette in ASSIETTES:
        yield assiette, paiement.le, ouvertes
    ecrits = [e.le for b in groupe.bilans for e in b.dossier.evenements if _ecrit(e) and e.le < paiement.le]
    if ecrits:
        yield "total", max(ecrits), _au_jour(groupe, politique, max(ecrits))


def _ecrit(e: object) -> bool:
    return isinstance(e, MiseEnDemeure) or (isinstance(e, Relance) and e.canal != "telephone")


def _au_jour(groupe: _Groupe, politique: Politique, jour: date) -> Sequence[BilanCreance]:
    """Les factures ouvertes, telles qu'elles étaient ce jour-là, si rien n'en a été payé depuis."""
    if all(b.au == jour for b in groupe.bilans):
        return groupe.ouvertes
    alors = {
        (b.creance.reference): b
        for bilan in groupe.bilans
        for b in politique.examiner(bilan.dossier, au=jour).creances
        if b.creance.emise_le <= jour
    }
    paires = [(alors.get(b.creance.reference), b) for b in groupe.ouvertes]
    return [a for a, b in paires if a is not None and a.principal.valeur == b.principal.valeur]


def _raisons(
    paiement: Paiement, choisies: Sequence[BilanCreance], parts: Sequence[Montant], assiette: str, jour: date, texte: str
) -> Iterator[str]:
    from recouvrement.affichage import date_fr

    somme = " + ".join([f"{b.creance.numero} ({part})" for b, part in zip(choisies, parts, strict=True)])
    quand = f", au {date_fr(jour)}" if jour != paiement.le else ""
    yield f"{paiement.montant} = {somme}, {NOMS_DES_ASSIETTES[assiette]}{quand}"
    nommees = [b.creance.numero for b in choisies if _cite(b.creance.numero, texte)]
    if nommees:
        yield f"le libellé nomme {', '.join(dict.fromkeys(nommees))}"
    if texte and _nomme(choisies[0].creance.debiteur.nom, texte):
        yield "le libellé nomme le débiteur"
    premiere, derniere = choisies[0].echeance.valeur, choisies[-1].echeance.valeur
    if premiere != derniere:
        yield f"échéances du {date_fr(premiere, longue=False)} au {date_fr(derniere, longue=False)}"
    elif paiement.le > premiere:
        retard = (paiement.le - premiere).days
        yield f"payé {retard} jour{'s' * (retard > 1)} après l'échéance"
    else:
        yield "payé sans retard"


# --- la recherche ----------------------------------------------------------------------------------------------------


def _ensembles(
    montants: Sequence[int], cible: int, forces: frozenset[int], echues: frozenset[int]
) -> tuple[list[tuple[int, ...]], bool]:
    """Ensembles de rangs dont la somme est la cible et qui contiennent ``forces`` ; vrai s'ils ont tous été vus."""
    reste = cible - sum([montants[i] for i in forces])
    if reste <= 0:
        return ([tuple(sorted(forces))] if forces and not reste else []), True
    tous = [i for i, m in enumerate(montants) if 0 < m <= reste and i not in forces]
    libres = tous[:FACTURES]
    if len(libres) <= ENSEMBLES:
        vus, complet = _par_moities(libres, montants, reste), True
    else:
        vus, complet = _petits(libres, montants, reste), sum(sorted([montants[i] for i in libres])[: TAILLE + 1]) > reste
    trouves = {tuple(sorted((*forces, *rangs))): None for rangs in islice(vus, CANDIDATS + 1)}
    for entier in (range(len(montants)), sorted(echues)):
        rangs = tuple([i for i in entier if montants[i]])
        if rangs and forces.issubset(rangs) and sum([montants[i] for i in rangs]) == cible:
            trouves[rangs] = None
    if len(trouves) > CANDIDATS:
        return list(trouves)[:CANDIDATS], False
    return list(trouves), complet and len(libres) == len(tous)


def _par_moities(rangs: Sequence[int], montants: Sequence[int], cible: int) -> Iterator[tuple[int, ...]]:
    """Tous les ensembles : les sommes d'une moitié sont rangées, celles de l'autre y cherchent leur complément."""
    milieu = len(rangs) // 2
    complements: dict[int, list[tuple[int, ...]]] = {}
    for choix, somme in _sommes(rangs[:milieu], montants, cible):
        complements.setdefault(somme, []).append(choix)
    for choix, somme in _sommes(rangs[milieu:], montants, cible):
        for autre in complements.get(cible - somme, ()):
            yield autre + choix


def _sommes(rangs: Sequence[int], montants: Sequence[int], cible: int) -> list[tuple[tuple[int, ...], int]]:
    """Chaque sous-ensemble et sa somme, sans ceux qui dépassent déjà."""
    sommes: list[tuple[tuple[int, ...], int]] = [((), 0)]
    for i in rangs:
        m = montants[i]
        sommes += [((*choix, i), somme + m) for choix, somme in sommes if somme + m <= cible]
    return sommes


def _petits(rangs: Sequence[int], montants: Sequence[int], cible: int) -> Iterator[tuple[int, ...]]:
    """Les ensembles d'au plus ``TAILLE`` factures : le dernier membre se trouve par son montant."""
    par_montant: dict[int, list[int]] = {}
    for i in rangs:
        par_montant.setdefault(montants[i], []).append(i)
    for taille in range(TAILLE):
        for debut in combinations(rangs, taille):
            reste = cible - sum([montants[i] for i in debut])
            for dernier in par_montant.get(reste, ()):
                if not debut or dernier > debut[-1]:
                    yield (*debut, dernier)


# --- le libellé ------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def _mots(texte: str) -> str:
    """Mots sans accents ni signes, entre deux espaces : « " vir f 12 " » ; vide s'il n'y en a pas."""
    nu = "".join(x for x in unicodedata.normalize("NFKD", texte.casefold()) if not unicodedata.combining(x))
    mots = re.sub(r"[^a-z0-9]+", " ", nu).strip()
    return f" {mots} " if mots else ""


def _cite(numero: str, texte: str) -> bool:
    """Vrai si le libellé porte ce numéro, avec ou sans ses signes ; un numéro de moins de trois signes ne prouve rien."""
    if not texte:
        return False
    mots = _mots(numero)
    compact = mots.replace(" ", "")
    if len(compact) < 3 or not any(x.isdigit() for x in compact):
        return False
    return mots in texte or f" {compact} " in texte


def _nomme(nom: str, texte: str) -> bool:
    """Vrai si le libellé porte tous les mots du nom, sa forme juridique exceptée."""
    mots = [m for m in _mots(nom).split() if m not in _FORMES]
    return sum(map(len, mots)) > 3 and all(f" {m} " in texte for m in mots)
