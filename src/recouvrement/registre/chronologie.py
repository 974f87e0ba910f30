"""La chronologie des échanges : ce que le registre dit d'un débiteur, en lignes, en CSV et en courrier neutre (PDF, HTML, texte).

Faits du registre seulement, au passé, sans adjectif : la pièce se donne à un conseil ou à un juge.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any

from attrs import asdict, fields, frozen

from recouvrement.affichage import compter, endormir
from recouvrement.courrier.document import Courrier, Donnee, Jour, Tableau, Texte
from recouvrement.modele.personnes import Creancier, Debiteur
from recouvrement.registre.fil import Fil, en_fils
from recouvrement.registre.inscriptions import ORIGINE, Inscription

_ACTES = {"Relance": "relance", "MiseEnDemeure": "mise en demeure", "Transmission": "transmission"}
_CANAUX = {"recommande": "recommandé", "telephone": "téléphone"}
_ISSUES = {"pris": "pris", "refuse": "refusé", "a_retenter": "non parti, à retenter", "inconnu": "incertain", None: "en cours"}
_DECISIONS = {"pris": "pris", "refuse": "non parti"}
_NATURES = {
    "depose": "déposé",
    "presente": "présenté",
    "distribue": "distribué",
    "refuse_par_lui": "refusé par le destinataire",
    "non_reclame": "non réclamé",
    "non_distribuable": "non distribuable",
    "retarde": "retardé",
}


@frozen(kw_only=True)
class LigneChronologie:
    """Une inscription, lue.

    Attributes:
        numero: De l'inscription.
        le: Instant de l'écriture, avec le décalage de l'horloge qui l'a donné.
        fait: ``envoi``, ``réponse du canal``, ``avis``, ``décision``, ``effacement``.
        fait_le: Jour de l'acte ou de l'avis, instant de la réponse, en ISO ; vide pour le reste.
        envoi: Numéro de l'inscription de l'envoi ; ``None`` pour un effacement.
        canal: Tel que l'acte le dit ; vide s'il n'en dit rien.
        suivi: Numéro d'envoi ou identifiant du message, donné par le canal.
        sort: Pour un envoi, ce qu'il est devenu ; pour une suite, ce qu'elle dit.
        pieces: Couples (nom, SHA-256) des documents gardés.
    """

    numero: int
    le: datetime
    fait: str
    fait_le: str = ""
    envoi: int | None = None
    acte: str = ""
    canal: str = ""
    creances: tuple[str, ...] = ()
    destinataire: str = ""
    objet: str = ""
    suivi: str = ""
    sort: str = ""
    detail: str = ""
    pieces: tuple[tuple[str, str], ...] = ()


@frozen(kw_only=True)
class Chronologie:
    """Échanges avec un débiteur, dans l'ordre où ils ont été inscrits.

    Attributes:
        creance: Référence à laquelle la chronologie est réduite ; ``None`` : toutes.
        tete: Empreinte de la dernière inscription du registre à la lecture.
        inscriptions: Nombre d'inscriptions du registre à la lecture, tous débiteurs compris.
    """

    debiteur: str
    creance: str | None
    lignes: tuple[LigneChronologie, ...]
    tete: str
    inscriptions: int

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par inscription, prêt pour un tableau."""
        return [asdict(ligne, recurse=False) for ligne in self.lignes]

    def vers_csv(self) -> bytes:
        """CSV pour un tableur : point-virgule, UTF-8 avec BOM ; aucun texte n'y est lu comme une formule."""
        sortie = io.StringIO()
        ecrivain = csv.writer(sortie, delimiter=";", lineterminator="\r\n")
        ecrivain.writerow(champ.name for champ in fields(LigneChronologie))
        for ligne in self.vers_lignes():
            ecrivain.writerow(map(_cellule, ligne.values()))
        return sortie.getvalue().encode("utf-8-sig", "replace")

    def courrier(self, *, creancier: Creancier, debiteur: Debiteur, le: date) -> Courrier:
        """Document neutre, que tout ``MoteurRendu`` met en forme. Une pièce à produire : elle ne part pas au débiteur.

        Args:
            le: Jour de l'édition.
        """
        etendue: Texte = (" ; créance ", Donnee(self.creance)) if self.creance else ()
        return Courrier(
            lettre="chronologie_du_registre",
            titre="Chronologie des échanges",
            forme="acte",
            langue="fr",
            canal="courriel",
            date=le,
            creancier=creancier,
            destinataire=debiteur,
            reference=self.creance or debiteur.identifiant or debiteur.siren or debiteur.nom,
            objet=("Chronologie des échanges ; ", Donnee(creancier.nom), " contre ", Donnee(debiteur.nom), *etendue),
            blocs=tuple(self._tableaux(le)),
        )

    def _tableaux(self, le: date) -> Iterator[Tableau]:
        nombre = len(self.lignes)
        yield Tableau(
            titre=(compter(nombre, "inscription"), *self._bornes()),
            entetes=("N°", "Envoi", "Inscrit le (UTC)", "Fait", "Objet ou détail", "Sort"),
            alignements=("droite", "droite", "gauche", "gauche", "gauche", "gauche"),
            lignes=tuple(tuple((Donnee(texte),) for texte in _rangee(ligne)) for ligne in self.lignes),
            legende=(
                "Éditée le ",
                Jour(le),
                f" depuis le registre (inscriptions au total : {self.inscriptions}), empreinte ",
                Donnee(self.tete),
                ". Un envoi n'est dit pris que si le canal, un avis ou une décision inscrite le dit.",
            ),
        )
        pieces = [(str(x.numero), nom, empreinte) for x in self.lignes for nom, empreinte in x.pieces]
        if pieces:
            yield Tableau(
                titre=("Pièces gardées, et leur empreinte SHA-256",),
                entetes=("N°", "Document", "SHA-256"),
                alignements=("droite", "gauche", "gauche"),
                lignes=tuple(tuple((Donnee(texte),) for texte in piece) for piece in pieces),
            )

    def _bornes(self) -> Texte:
        if not self.lignes:
            return ()
        jours = sorted(ligne.le.astimezone(UTC).date() for ligne in self.lignes)
        return (", du ", Jour(jours[0]), " au ", Jour(jours[-1]))


def raconter(lignes: Iterable[Inscription], *, debiteur: str, creance: str | None, derniere: Inscription | None) -> Chronologie:
    """Lit ces inscriptions d'un même débiteur, celles d'une seule créance si elle est donnée. Un jalon n'est pas un échange."""
    lignes = tuple(lignes)
    fils = {fil.intention.numero: fil for fil in en_fils(lignes)}
    vues = ((ligne, fils.get(ligne.intention or 0)) for ligne in lignes if ligne.genre != "jalon")
    return Chronologie(
        debiteur=debiteur,
        creance=creance,
        lignes=tuple(_lire(x, fil) for x, fil in vues if creance is None or (fil and creance in _creances(fil))),
        tete=derniere.empreinte if derniere else ORIGINE,
        inscriptions=derniere.numero if derniere else 0,
    )


def _creances(fil: Fil) -> tuple[str, ...]:
    return tuple(fil.intention.donnees.get("acte", {}).get("creances", ()))


def _lire(ligne: Inscription, fil: Fil | None) -> LigneChronologie:
    lues, le = ligne.donnees, datetime.fromisoformat(ligne.le)
    if fil is None:
        return LigneChronologie(numero=ligne.numero, le=le, fait="effacement", detail=lues["motif"])
    commun: dict[str, Any] = {
        "numero": ligne.numero,
        "le": le,
        "envoi": fil.intention.numero,
        "detail": "contenu effacé" if ligne.effacee else lues.get("motif", lues.get("detail", "")),
        "suivi": lues.get("numero", ""),
        "pieces": tuple((d["nom"], d["empreinte"]) for d in lues.get("documents", ())),
    }
    if ligne is fil.intention:
        return _envoi(fil, commun)
    if ligne.genre == "avis":
        return LigneChronologie(fait="avis", fait_le=lues["jour"], sort=_NATURES[lues["nature"]], **commun)
    if ligne.genre == "accuse":
        return LigneChronologie(fait="réponse du canal", fait_le=lues["recu"], sort=_ISSUES[lues["issue"]], **commun)
    return LigneChronologie(fait="décision", sort=_DECISIONS[lues["issue"]], **commun)


def _envoi(fil: Fil, commun: dict[str, Any]) -> LigneChronologie:
    lues = fil.intention.donnees
    acte = lues.get("acte", {})
    return LigneChronologie(
        fait="envoi",
        fait_le=acte.get("le", ""),
        acte=_ACTES[lues["envoi"]],
        canal=acte.get("canal", ""),
        creances=_creances(fil),
        destinataire=_adresser(lues.get("destinataire", {}), acte.get("canal", "")),
        objet=lues.get("objet", ""),
        sort=_sort(fil),
        **commun,
    )


def _sort(fil: Fil) -> str:
    """Ce que l'envoi est devenu, et qui le dit si ce n'est pas le canal."""
    if fil.preuve == "avis":
        return "pris, selon un avis"
    derniere = next((s for s in reversed(fil.suites) if s.genre in ("accuse", "decision")), None)
    if fil.preuve == "decision" or (fil.issue == "refuse" and derniere and derniere.genre == "decision"):
        return f"{_DECISIONS[fil.issue or '']}, par décision"
    return _ISSUES[fil.issue]


def _adresser(destinataire: dict[str, Any], canal: str) -> str:
    """Nom, et l'adresse que le canal emploie."""
    adresse = destinataire.get("adresse")
    postale = f"{adresse['voie']}, {adresse['code_postal']} {adresse['commune']}" if adresse else None
    coordonnee = destinataire.get({"courriel": "courriel", "telephone": "telephone"}.get(canal, "")) or postale
    return ", ".join(filter(None, (destinataire.get("nom"), coordonnee)))


def _rangee(ligne: LigneChronologie) -> tuple[str, ...]:
    """Ce qui s'imprime d'une ligne."""
    est_un_envoi = ligne.fait == "envoi"
    canal = f"par {_CANAUX.get(ligne.canal, ligne.canal)}" if ligne.canal else ""
    jour = f"le {date.fromisoformat(ligne.fait_le):%d/%m/%Y}" if ligne.fait == "avis" else ""
    return (
        str(ligne.numero),
        "" if est_un_envoi or ligne.envoi is None else str(ligne.envoi),
        f"{ligne.le.astimezone(UTC):%d/%m/%Y %H:%M}",
        ligne.acte if est_un_envoi else ligne.fait,
        " ; ".join(filter(None, (ligne.objet, ligne.destinataire, canal, jour, ligne.suivi, ligne.detail))),
        ligne.sort,
    )


def _cellule(valeur: object) -> object:
    """Valeur de tableur : les textes qu'il lirait comme une formule sont précédés d'une apostrophe ; les nombres restent."""
    if isinstance(valeur, tuple):
        valeur = " | ".join(" ".join(x) if isinstance(x, tuple) else x for x in valeur)
    if isinstance(valeur, datetime):
        return valeur.isoformat()
    return endormir(valeur) if isinstance(valeur, str) else valeur
