"""Fichier des écritures comptables : les factures ouvertes de chaque client, et ce qui les a réduites."""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Literal

from attrs import field, frozen

from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture._clients import Encours, Faits, Reglages, lire_clients
from recouvrement.lecture._commun import nom_de
from recouvrement.lecture._ecritures import Livres, lire_livres, siren_du_nom
from recouvrement.lecture._exercices import CLIENTS, client
from recouvrement.lecture.constat import Constat
from recouvrement.modele import _champs as c
from recouvrement.modele.conditions import ConditionsPaiement
from recouvrement.modele.personnes import Creancier, Debiteur, Qualite
from recouvrement.ports import Lecture

_SANS_CONDITIONS = ConditionsPaiement()


@frozen(kw_only=True)
class ResumeFec:
    """Ce qu'un ou plusieurs FEC contiennent.

    Attributes:
        clients: Clients qui ont au moins une ligne non lettrée.
        encours: Sommes de contrôle des comptes clients.
    """

    livres: tuple[Livres, ...]
    clients: int
    encours: Encours


@frozen(kw_only=True)
class LecteurFEC:
    """Lit un FEC, s'il s'équilibre : sinon il est refusé en entier, avec l'écriture fautive.

    Une créance est une vente (ou son à-nouveau) d'un compte 411 qui n'est pas lettrée, ou l'est sans être soldée.

    Attributes:
        creancier: Celui qui tient les livres : un FEC ne le nomme pas.
        conditions: Celles de toutes les factures ; sans ``terme``, l'échéance est celle de la loi.
        qualites: Qualité de chaque client, par numéro de compte auxiliaire ; absente, c'est un consommateur.
        debiteurs: Clients que vous connaissez mieux que les livres (adresse, SIREN), par numéro de compte auxiliaire.
        reference: ``piece`` : le numéro de pièce, quand il ne désigne qu'une facture ; ``ecriture`` : toujours l'écriture.
        encodage: Sans marque d'ordre ni déclaration : UTF-8, sinon ISO 8859-15, celui de la loi.
    """

    creancier: Creancier | None = field(default=None, validator=c.instance(Creancier, remede="Donnez un Creancier.", rien=True))
    conditions: ConditionsPaiement = field(default=_SANS_CONDITIONS, validator=c.instance(ConditionsPaiement))
    qualites: Mapping[str, Qualite] = field(factory=dict, hash=False)
    debiteurs: Mapping[str, Debiteur] = field(factory=dict, hash=False)
    reference: Literal["piece", "ecriture"] = field(default="piece", validator=c.parmi("piece", "ecriture"))
    encodage: str | None = field(default=None, validator=c.texte_ou_rien(long=40))

    def __attrs_post_init__(self) -> None:
        for champ, genre in (("qualites", Qualite), ("debiteurs", Debiteur)):
            donne = getattr(self, champ)
            if not isinstance(donne, Mapping) or any(not isinstance(v, genre) for v in donne.values()):
                remede = f"Donnez un dictionnaire : numéro de compte auxiliaire, {genre.__name__}."
                raise DonneeInvalide(f"un {genre.__name__} par compte est attendu", champ=champ, remede=remede)

    def lire(self, source: Path | bytes) -> Lecture:
        """Créances, règlements et avoirs non soldés ; chaque ligne écartée est une anomalie.

        Raises:
            DonneeInvalide: Fichier illisible, écriture qui ne s'équilibre pas, créancier inconnu.
        """
        return self.lire_exercices([source])

    def lire_exercices(self, sources: Iterable[Path | bytes]) -> Lecture:
        """Plusieurs exercices d'une même société : le dernier fait foi, les autres datent ses à-nouveaux.

        Raises:
            DonneeInvalide: Comme ``lire`` ; un seul fichier fautif les refuse tous.
        """
        return self.resumer(sources)[0]

    def resumer(self, sources: Iterable[Path | bytes]) -> tuple[Lecture, ResumeFec]:
        """Comme ``lire_exercices``, avec les sommes de contrôle.

        Raises:
            DonneeInvalide: Comme ``lire``.
        """
        lues = tuple(sources)
        ou = ", ".join(dict.fromkeys(nom_de(s) for s in lues))
        if self.creancier is None:
            remede = Remede("Donnez LecteurFEC(creancier=Creancier(…)).", "Ajoutez --creancier NOM --siren SIREN.")
            raise DonneeInvalide("un FEC ne nomme pas le créancier", ou=ou, champ="creancier", remede=remede)
        livres = tuple([lire_livres(s, self.encodage) for s in lues])
        _sans_chevauchement(livres)
        reglages = Reglages(
            creancier=self.creancier,
            conditions=self.conditions,
            qualites=self.qualites,
            debiteurs=self.debiteurs,
            par_ecriture=self.reference == "ecriture",
        )
        constat = Constat(ou)
        faits = lire_clients(livres, reglages, constat)
        self._signaler(livres, faits, constat)
        lecture = Lecture(
            creances=tuple(faits.creances),
            evenements=tuple(faits.evenements),
            anomalies=tuple(constat.anomalies),
            encaissements=tuple(faits.encaissements),
        )
        return lecture, ResumeFec(livres=livres, clients=faits.clients, encours=faits.encours())

    def _signaler(self, livres: tuple[Livres, ...], faits: Faits, constat: Constat) -> None:
        """Ce que le fichier entier laisse dans le doute, dit une fois."""
        siren = self.creancier.siren if self.creancier else None
        autres = {siren_du_nom(x.lignes[0].fichier) for x in livres} - {"", siren}
        if siren and autres:
            constat.alerter("le nom du fichier porte un autre SIREN que le créancier", champ="siren", valeur=", ".join(autres))
        if any(x.suppose for x in livres):
            faux = "Si des accents sont faux, déclarez"
            remede = Remede(f"{faux} LecteurFEC(encodage=…) : « cp1252 », « cp850 ».", f"{faux} --encodage cp1252, ou cp850.")
            constat.alerter("pas en UTF-8 : lu en ISO 8859-15, l'encodage de la loi", champ="encodage", remede=remede)
        if faits.creances and self.conditions.terme is None:
            remede = Remede(
                "Donnez LecteurFEC(conditions=ConditionsPaiement(terme=…)) si un délai est convenu.",
                "Si un délai est convenu, donnez ces factures par un CSV, colonne « echeance ».",
            )
            constat.alerter("un FEC ne dit pas les échéances : calculées par la loi", champ="echeance", remede=remede)
        inconnus = {x.debiteur.cle for x in faits.creances if x.debiteur.identifiant not in {*self.qualites, *self.debiteurs}}
        if inconnus - {x.cle for x in self.debiteurs.values()}:
            message = "qualité inconnue : traités comme des consommateurs"
            remede = Remede(
                "Donnez LecteurFEC(qualites={compte auxiliaire: Qualite.…}).",
                "Donnez leurs factures par un CSV, colonne « debiteur_qualite ».",
            )
            constat.alerter(message, champ="debiteur_qualite", valeur=f"{len(inconnus)} clients", remede=remede)
        absents = {*self.qualites, *self.debiteurs} - {
            client(x) for y in livres for x in y.lignes if x.compte.startswith(CLIENTS)
        }
        if absents:
            constat.alerter("comptes auxiliaires inconnus du fichier", champ="qualites", valeur=", ".join(sorted(absents)))


def _sans_chevauchement(livres: tuple[Livres, ...]) -> None:
    """Deux exports du même exercice compteraient chaque facture deux fois."""
    vues: set[tuple[str, str, date]] = set()
    for y in livres:
        siennes = {(x.journal, x.ecriture, x.le) for x in y.lignes}
        if communes := vues & siennes:
            journal, ecriture, _ = min(communes)
            remede = "Gardez un seul export par exercice."
            raise DonneeInvalide(
                "écriture déjà lue dans un autre fichier",
                ou=y.lignes[0].fichier,
                champ="EcritureNum",
                valeur=f"{journal} {ecriture}",
                remede=remede,
            )
        vues |= siennes
