"""Ce qu'est un fichier, ce qui en a été compris, ce qui manque pour recouvrer."""

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from recouvrement.affichage import date_fr
from recouvrement.erreurs import RecouvrementError, Remede, affichable
from recouvrement.lecture._ecritures import Livres
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.lecture.fec import LecteurFEC, ResumeFec
from recouvrement.lecture.fichiers import (
    LECTEUR_CAMT,
    LECTEUR_CSV,
    LECTEUR_FACTURE,
    LECTEUR_FEC,
    LECTEUR_STATUTS,
    Genre,
    illisible,
    reconnaitre,
)
from recouvrement.lecture.table import lire_table
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.ports import Lecteur, Lecture

GENRES: dict[Genre, str] = {
    "table": "tableau en mémoire",
    "csv": "CSV de créances ou d'événements",
    "facture": "facture électronique (EN 16931)",
    "fec": "fichier des écritures comptables (FEC)",
    "camt": "relevé de compte (camt.053)",
    "statut": "statut de facture électronique (CDAR)",
    "mt940": "relevé de compte (MT940)",
    "inconnu": "format inconnu",
}
_CREANCIER = Remede("le créancier : un FEC ne le nomme pas", "le créancier, par --creancier et --siren : un FEC ne le nomme pas")
_VIDE = Lecture()
_SANS_NOM = Creancier(nom="créancier à donner", qualite=Qualite.CONSOMMATEUR)


@frozen(kw_only=True)
class Diagnostic:
    """Lecture à blanc d'un fichier.

    Attributes:
        genre: ``csv``, ``table``, ``facture``, ``fec``, ``camt``, ``statut``, ``mt940`` ou ``inconnu``.
        compris: Ce qui a été lu : intitulé, valeur.
        manque: Ce qu'il faudrait donner en plus.
        cause: L'erreur qui refuse le fichier en entier ; ``None`` s'il est lu.
    """

    fichier: str
    genre: Genre
    compris: tuple[tuple[str, str], ...] = ()
    manque: tuple[str, ...] = ()
    lecture: Lecture = _VIDE
    cause: RecouvrementError | None = field(default=None, eq=str)

    @property
    def erreur(self) -> str:
        """Pourquoi le fichier est refusé en entier ; vide s'il est lu."""
        return str(self.cause) if self.cause else ""

    @property
    def refuse(self) -> bool:
        """Vrai si le fichier, ou une partie, n'a rien donné."""
        return bool(self.erreur) or any(a.gravite == "refus" for a in self.lecture.anomalies)

    def __str__(self) -> str:
        compris = [f"  {nom} : {valeur}" for nom, valeur in self.compris]
        manque = [f"  manque : {m}" for m in self.manque]
        anomalies = [f"  {'refusé' if a.gravite == 'refus' else 'à vérifier'} : {a}" for a in self.lecture.anomalies]
        erreur = [f"  refusé : {self.erreur}"] if self.erreur else []
        return "\n".join([f"{self.fichier} : {GENRES[self.genre]}", *erreur, *compris, *manque, *anomalies])

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        return {
            "fichier": self.fichier,
            "genre": self.genre,
            "compris": dict(self.compris),
            "manque": list(self.manque),
            "anomalies": [str(a) for a in self.lecture.anomalies],
            "erreur": self.erreur,
        }

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        anomalies = [
            (a.marque("refusé", "grave") if x.gravite == "refus" else "à vérifier", str(x)) for x in self.lecture.anomalies
        ]
        return a.page(
            a.carte(self.fichier, GENRES[self.genre], [*self.compris, *[("manque", m) for m in self.manque]]),
            a.carte("Refusé", self.erreur, ton="grave") if self.erreur else "",
            a.table(("Gravité", "Anomalie"), anomalies, legende="Anomalies") if anomalies else "",
        )


def diagnostiquer(
    source: Any,
    *,
    csv: Lecteur = LECTEUR_CSV,
    facture: Lecteur = LECTEUR_FACTURE,
    fec: LecteurFEC = LECTEUR_FEC,
    camt: Lecteur = LECTEUR_CAMT,
    statuts: Lecteur = LECTEUR_STATUTS,
) -> Diagnostic:
    """Ce qu'est le fichier, ce qui en a été compris, ce qui manque. Ne lève pas : l'erreur est dans le diagnostic.

    Args:
        source: Un chemin, des octets, ou un tableau que ``lire_table`` lit, avec le créancier et la correspondance de ``csv``.
    """
    lecteurs: dict[Genre, Lecteur] = {"csv": csv, "facture": facture, "camt": camt, "statut": statuts}
    genre: Genre = "inconnu"
    fichier = affichable(source.name) if isinstance(source, Path) else "données reçues" if isinstance(source, bytes) else "table"
    try:
        genre = reconnaitre(source) if isinstance(source, Path | bytes) else "table"
        if genre == "table":
            regles = csv if isinstance(csv, LecteurCsv) else LECTEUR_CSV
            lecture = lire_table(source, creancier=regles.creancier, correspondance=regles.correspondance)
            compris, manque = [], []
        elif genre == "fec":
            lecture, resume = (fec if fec.creancier else evolve(fec, creancier=_SANS_NOM)).resumer([source])
            compris, manque = _du_fec(resume), [] if fec.creancier else [_CREANCIER]
        elif genre in lecteurs:
            lecture, compris, manque = lecteurs[genre].lire(source), [], []
        else:
            raise illisible(genre, fichier)
    except RecouvrementError as e:
        return Diagnostic(fichier=fichier, genre=genre, cause=e)
    return Diagnostic(
        fichier=fichier,
        genre=genre,
        compris=(*compris, *_de_la_lecture(lecture)),
        manque=(*manque, *_manques(lecture)),
        lecture=lecture,
    )


def _du_fec(resume: ResumeFec) -> list[tuple[str, str]]:
    encours = resume.encours
    return [
        *[ligne for livres in resume.livres for ligne in _des_livres(livres)],
        ("clients qui ont des lignes ouvertes", str(resume.clients)),
        (
            "solde des lignes ouvertes",
            f"{encours.solde} = créances {encours.creances} - règlements {encours.reglements} + écarté {encours.ecarte}",
        ),
    ]


def _des_livres(livres: Livres) -> list[tuple[str, str]]:
    jours = [x.le for x in livres.lignes]
    return [
        ("forme", f"{livres.encodage}, séparateur : {livres.separateur}"),
        ("période", f"du {date_fr(min(jours))} au {date_fr(max(jours))}"),
        (
            "contrôle",
            f"{len(livres.ecritures)} écritures équilibrées, {len(livres.lignes)} lignes, débit = crédit = {livres.total}",
        ),
    ]


def _de_la_lecture(lecture: Lecture) -> Iterator[tuple[str, str]]:
    if lecture.creances:
        yield "créances", _compte(len(lecture.creances), (x.principal for x in lecture.creances))
        yield "débiteurs", str(len({x.debiteur.cle for x in lecture.creances}))
        emises = [x.emise_le for x in lecture.creances]
        yield "émises", f"du {date_fr(min(emises))} au {date_fr(max(emises))}"
    for nom, combien in sorted(Counter(type(e).__name__ for e in lecture.evenements).items()):
        yield f"événements « {nom} »", str(combien)
    if lecture.encaissements:
        nombre = len(lecture.encaissements)
        yield "règlements à rapprocher", _compte(nombre, (x.paiement.montant for x in lecture.encaissements))
    if lecture.retours:
        yield "paiements revenus impayés", _compte(len(lecture.retours), (x.montant for x in lecture.retours))


def _compte(nombre: int, montants: Iterable[Montant]) -> str:
    """« 3, soit 1 200,00 € » ; un total par devise."""
    totaux: dict[str, Montant] = {}
    for m in montants:
        totaux[m.devise] = totaux.get(m.devise, Montant.zero(m.devise)) + m
    return f"{nombre}, soit {' et '.join(str(totaux[d]) for d in sorted(totaux))}"


def _manques(lecture: Lecture) -> Iterator[str]:
    debiteurs: dict[str, Debiteur] = {x.debiteur.cle: x.debiteur for x in lecture.creances}
    for combien, quoi in (
        (sum(x.adresse is None for x in debiteurs.values()), "l'adresse postale : aucune lettre par la poste"),
        (sum(x.courriel is None for x in debiteurs.values()), "le courriel : aucune relance par courriel"),
    ):
        if combien:
            yield f"{quoi} (débiteurs : {combien} sur {len(debiteurs)})"
    sans_echeance = sum(x.echeance is None and x.conditions.terme is None for x in lecture.creances)
    if sans_echeance:
        yield f"l'échéance, ou le terme convenu : calculée par la loi (créances : {sans_echeance})"
    if any(x.creancier.iban is None for x in lecture.creances):
        yield "l'IBAN du créancier : les lettres ne diront pas où payer"
    if lecture.evenements and not lecture.creances:
        yield "les créances que ces événements nomment : lisez-les avec ce fichier"
    if lecture.encaissements and not lecture.creances:
        yield Remede(
            "les créances : rapprochez avec Portefeuille.rapprocher(encaissement.paiement, libelle=encaissement.libelle)",
            "les créances : lisez-les avec ce relevé, et donnez par un CSV les paiements que vous reconnaissez",
        )
