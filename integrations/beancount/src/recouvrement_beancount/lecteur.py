"""Du grand livre aux faits. Les métadonnées portent les noms des colonnes du CSV, et sont lues comme elles.

Un compte client est un compte dont la directive ``open`` porte ``debiteur: "…"`` : rien n'est deviné d'un nom de compte.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from attrs import evolve, frozen
from beancount import loader
from beancount.core import data

from recouvrement import Creance, Debiteur, DonneeInvalide, Evenement, Paiement
from recouvrement.lecture import lire_table
from recouvrement.ports import Anomalie, Encaissement, Lecture

_DU_DEBITEUR = (
    *("qualite", "siren", "tva", "identifiant", "voie", "code_postal", "commune", "pays"),
    *("courriel", "telephone", "acheteur"),
)
_DE_LA_FACTURE = ("echeance", "nature", "executee_le", "recue_le", "taux_penalites")
_DU_MOUVEMENT = ("reference", "effet_le", "moyen", "affectation", "poste", "paiement")


class Faute(NamedTuple):
    """Une erreur, comme Beancount les attend d'un greffon."""

    source: dict[str, Any]
    message: str
    entry: data.Directive | None


class Constat(NamedTuple):
    """Une anomalie, la directive qui la porte, et le compte client s'il y en a un."""

    anomalie: Anomalie
    directive: data.Directive
    compte: str = ""


class Mouvement(NamedTuple):
    """Une ligne d'écriture sur un compte client ; les métadonnées de la ligne l'emportent sur celles de l'écriture."""

    compte: str
    ecriture: data.Transaction
    somme: Decimal
    devise: str
    metas: dict[str, Any]

    @property
    def est_facture(self) -> bool:
        """Un débit qui ne dit pas autre chose."""
        return self.somme > 0 and "type" not in self.metas

    def montant(self, champ: str) -> dict[str, Any]:
        """Le montant, sans signe, et sa devise."""
        return {champ: abs(self.somme), "devise": self.devise}


class Lu(NamedTuple):
    """Ce qu'un livre a donné."""

    lecture: Lecture
    constats: tuple[Constat, ...]
    comptes: dict[str, Debiteur]


@frozen
class LecteurBeancount:
    """Tient le protocole ``Lecteur`` : un fichier ``.beancount``, ou son contenu.

    Beancount exécute les greffons qu'un livre nomme et lit les fichiers qu'il inclut : n'ouvrez que les vôtres.
    """

    def lire(self, source: Path | bytes) -> Lecture:
        """Créances, événements et règlements du livre.

        Raises:
            DonneeInvalide: Fichier introuvable, ou sans aucune directive lisible.
        """
        if isinstance(source, Path):
            nom, (directives, erreurs, _) = source.name, loader.load_file(str(source))
        else:
            nom, (directives, erreurs, _) = "données reçues", loader.load_string(source.decode("utf-8", "replace"))
        if not directives:
            raise DonneeInvalide("aucune directive lisible", ou=nom, remede="Vérifiez le chemin, puis bean-check.")
        lecture = lire_directives(directives).lecture
        livre = [Anomalie(gravite="alerte", ou=_ou(e.source), message=e.message) for e in erreurs if not isinstance(e, Faute)]
        return evolve(lecture, anomalies=(*livre, *lecture.anomalies))


def lire_directives(directives: Iterable[data.Directive]) -> Lu:
    """Les faits des directives, déjà chargées par Beancount."""
    livre = _Livre(list(directives))
    mouvements = list(livre.mouvements())
    for mouvement in mouvements:
        if mouvement.est_facture:
            livre.facturer(mouvement)
    for mouvement in mouvements:
        if not mouvement.est_facture:
            livre.mouvoir(mouvement)
    for acte in livre.actes:
        livre.agir(acte)
    constats = tuple({c.anomalie: c for c in livre.constats}.values())
    lecture = Lecture(
        creances=tuple(c for creances in livre.creances.values() for c in creances),
        evenements=tuple(livre.evenements),
        encaissements=tuple(livre.encaissements),
        anomalies=tuple(c.anomalie for c in constats),
    )
    return Lu(lecture, constats, {compte: lues[0].debiteur for compte, lues in livre.creances.items() if lues})


class _Livre:
    """Comptes clients, créancier, et les faits déjà lus."""

    def __init__(self, directives: list[data.Directive]) -> None:
        self.directives = directives
        self.clients = {d.account: d for d in directives if isinstance(d, data.Open) and "debiteur" in d.meta}
        actes = [d for d in directives if isinstance(d, data.Custom)]
        self.creancier = next((d for d in actes if d.type == "creancier" and d.values), None)
        self.actes = [d for d in actes if d.values and d.values[0].value in self.clients]
        self.creances: dict[str, list[Creance]] = {}
        self.evenements: list[Evenement] = []
        self.encaissements: list[Encaissement] = []
        self.constats: list[Constat] = []

    def mouvements(self) -> Iterator[Mouvement]:
        for d in (x for x in self.directives if isinstance(x, data.Transaction)):
            for p in d.postings:
                if p.account in self.clients and p.units and p.units.number:
                    metas = _propres(d.meta) | _propres(p.meta or {})
                    yield Mouvement(p.account, d, p.units.number, p.units.currency, metas)

    def facturer(self, m: Mouvement) -> None:
        """Un débit d'un client est une facture ; marquée « ! », elle n'est pas encore certaine : elle attend."""
        if m.ecriture.flag == "!":
            self._noter("alerte", "facture marquée « ! » : laissée de côté", m.ecriture, m.compte)
            return
        liens = m.ecriture.links or ()
        reference = m.metas.get("facture") or (min(liens) if len(liens) == 1 else "")
        if not reference:
            self._noter("refus", "facture sans numéro : donnez-lui un lien ^…, ou une métadonnée facture", m.ecriture, m.compte)
            return
        ligne = {"reference": reference, "emise_le": m.ecriture.date, **m.montant("principal"), **self._parties(m.compte)}
        lue = self._lire(ligne | {c: m.metas[c] for c in _DE_LA_FACTURE if c in m.metas}, m.ecriture, m.compte)
        self.creances.setdefault(m.compte, []).extend(lue.creances)

    def mouvoir(self, m: Mouvement) -> None:
        """Un crédit est un paiement, sauf ``type: "avoir"`` ou autre ; un débit qui porte ``type: "rejet"``, un rejet."""
        creances = self.creances.get(m.compte, [])
        genre = m.metas.get("type", "paiement")
        ligne = {"type": genre, "le": m.ecriture.date} | {c: m.metas[c] for c in _DU_MOUVEMENT if c in m.metas}
        if genre != "rejet":
            liens = {x.reference for x in creances}.intersection(m.ecriture.links or ())
            visees = {m.metas["facture"]} if "facture" in m.metas else liens
            ligne |= m.montant("montant") | ({"creance": min(visees)} if len(visees) == 1 else {})
        for fait in self._lire(ligne, m.ecriture, m.compte).evenements:
            if not isinstance(fait, Paiement) or fait.creance:
                self.evenements.append(fait)
            elif creances:  # le débiteur n'a rien nommé : la loi impute, dans son dossier
                self.encaissements.append(Encaissement(paiement=fait, debiteur=creances[0].debiteur))
            else:
                self._noter("alerte", "règlement d'un client sans facture : laissé de côté", m.ecriture, m.compte)

    def agir(self, directive: data.Custom) -> None:
        """``custom "relance" Compte`` : le type est celui de l'événement, les métadonnées en sont les colonnes."""
        compte = directive.values[0].value
        ligne = {"type": directive.type, "le": directive.date, **_propres(directive.meta)}
        nees = [x.reference for x in self.creances.get(compte, ()) if x.emise_le <= directive.date]
        if directive.type in ("relance", "mise_en_demeure", "transmission") and "creance" not in ligne:
            ligne["creance"] = " | ".join(nees)
        elif directive.type == "suspension":
            ligne["du"] = ligne.pop("le")
        self.evenements += self._lire(ligne, directive, compte).evenements

    def _parties(self, compte: str) -> dict[str, Any]:
        metas = self.clients[compte].meta
        client = {"nom": metas["debiteur"], "identifiant": compte} | {c: metas[c] for c in _DU_DEBITEUR if c in metas}
        du = _propres(self.creancier.meta) | {"nom": self.creancier.values[0].value} if self.creancier else {}
        return {f"debiteur_{c}": v for c, v in client.items()} | {f"creancier_{c}": v for c, v in du.items()}

    def _lire(self, ligne: dict[str, Any], directive: data.Directive, compte: str) -> Lecture:
        """Une ligne d'un tableau ; ce qui cloche est dit à l'endroit du livre qui le porte."""
        if "type" not in ligne and self.creancier is None:
            self._noter("refus", 'créancier absent : ajoutez une directive custom "creancier" "Votre nom"', directive, compte)
            return Lecture()
        try:
            lue = lire_table({colonne: [valeur] for colonne, valeur in ligne.items()})
        except DonneeInvalide as e:
            refus = Anomalie(gravite="refus", ou="", message=e.message, champ=e.champ, remede=e.remede)
            lue = Lecture(anomalies=(evolve(refus, creances=() if "type" in ligne else None),))
        siennes = tuple([x.reference for x in self.creances.get(compte, ())]) or None
        for anomalie in lue.anomalies:
            porteur = self.clients[compte] if anomalie.champ.startswith("debiteur_") else directive
            porteur = self.creancier if anomalie.champ.startswith("creancier_") and self.creancier else porteur
            atteintes = siennes if anomalie.creances == () else anomalie.creances  # un fait qui n'en nomme aucune : ce client
            self.constats.append(Constat(evolve(anomalie, ou=_ou(porteur.meta), creances=atteintes), porteur, compte))
        return lue

    def _noter(self, gravite: Any, message: str, directive: data.Directive, compte: str) -> None:
        self.constats.append(Constat(Anomalie(gravite=gravite, ou=_ou(directive.meta), message=message), directive, compte))


def _propres(metas: dict[str, Any]) -> dict[str, Any]:
    """Les métadonnées que l'auteur du livre a écrites."""
    return {c: v for c, v in metas.items() if v is not None and c not in ("filename", "lineno") and not c.startswith("__")}


def _ou(metas: dict[str, Any]) -> str:
    return f"{Path(str(metas.get('filename', ''))).name}:{metas.get('lineno', 0)}"
