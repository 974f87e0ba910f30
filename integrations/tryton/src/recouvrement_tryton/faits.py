"""Des écritures de Tryton aux faits : lignes clients ouvertes, règlements vus, tiers, actes faits."""

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from attrs import evolve
from trytond.pool import Pool

from recouvrement import (
    Adresse,
    Blocage,
    Creance,
    Creancier,
    Debiteur,
    DonneeInvalide,
    Dossier,
    MiseEnDemeure,
    Montant,
    Paiement,
    Politique,
    Qualite,
    Relance,
    Transmission,
)
from recouvrement.lecture import rassembler
from recouvrement.lecture.qualite import qualite
from recouvrement.ports import Anomalie, Encaissement, Lecture

_ACTES = {"relance": Relance, "mise_en_demeure": MiseEnDemeure, "transmission": Transmission}
_ACCESSOIRES = ("courriel", "telephone", "siren")  # faux, ils sont laissés vides et signalés ; le reste est refusé


def lire_dossiers(
    company: Any, parties: Iterable[Any], politique: Politique, au: date
) -> tuple[tuple[Dossier, ...], tuple[Anomalie, ...]]:
    """Dossiers des tiers, tels que les livres de la société les montrent, et ce qui n'a pas pu y entrer."""
    return rassembler([(Path("tryton"), _Livres(company, politique, au).lire(parties))])


class _Livres:
    """Une lecture des livres d'une société."""

    def __init__(self, company: Any, politique: Politique, au: date) -> None:
        self.company, self.au = company, au
        self.etapes = {e.cle: e for e in politique.scenario.etapes}
        self.anomalies: list[Anomalie] = []

    def lire(self, parties: Iterable[Any]) -> Lecture:
        """Seules les écritures validées et non lettrées comptent."""
        lignes = (
            Pool()
            .get("account.move.line")
            .search(
                [
                    ("account.type.receivable", "=", True),
                    ("account.company", "=", self.company.id),
                    ("party", "in", [p.id for p in parties]),
                    ("reconciliation", "=", None),
                    ("move.state", "=", "posted"),
                ]
            )
        )
        debits = [x for x in lignes if x.debit > x.credit]
        creancier = self._partie(Creancier, self.company.party)
        debiteurs = {p: self._partie(Debiteur, p) for p in {x.party for x in lignes}}
        creances = list(self._creances(debits, creancier, debiteurs)) if creancier else []
        connues = {x.reference for x in creances}
        payes = [(self._paiement(x, debits, connues), debiteurs[x.party]) for x in lignes if x.credit > x.debit]
        return Lecture(
            creances=tuple(creances),
            evenements=(*(p for p, _ in payes if p.creance), *self._dits_par_les_relances(connues)),
            encaissements=tuple(Encaissement(paiement=p, debiteur=d) for p, d in payes if d and not p.creance),
            anomalies=tuple(self.anomalies),
        )

    def _creances(self, debits: Iterable[Any], creancier: Creancier, debiteurs: dict[Any, Any]) -> Iterator[Creance]:
        """Une créance par ligne d'échéance ; celles d'une facture partagent son numéro."""
        for ligne in debits:
            facture = _facture(ligne)
            try:
                if debiteurs[ligne.party]:
                    yield Creance(
                        reference=str(ligne.id),
                        facture=facture.number if facture else f"écriture {ligne.move.number}",  # deux suites de numéros
                        principal=_montant(ligne),
                        emise_le=(facture and facture.invoice_date) or ligne.move.date,
                        echeance=ligne.maturity_date,
                        creancier=creancier,
                        debiteur=debiteurs[ligne.party],
                    )
            except DonneeInvalide as e:
                self._noter("refus", ligne.rec_name, e)

    def _paiement(self, ligne: Any, debits: Iterable[Any], connues: set[str]) -> Paiement:
        """Un règlement porté sur une facture d'une seule échéance la désigne ; sinon la loi l'impute, dans le dossier du tiers.

        Un avoir non lettré ne dit pas quelle facture il réduit : il se compense, du jour où il est émis.
        """
        facture = _facture(ligne)
        visees = (
            {str(x.id) for x in debits if _facture(x) in ligne.invoice_payments} & connues if ligne.invoice_payments else set()
        )
        return Paiement(
            le=ligne.date,
            montant=_montant(ligne),
            creance=min(visees) if len(visees) == 1 else None,
            reference=f"ligne {ligne.id}",
            moyen="compensation" if facture and facture.total_amount < 0 else "virement",
        )

    def _dits_par_les_relances(self, connues: set[str]) -> Iterator[Any]:
        """Un niveau passé qui nomme une étape l'a faite ; une relance bloquée arrête la suite pour sa ligne."""
        relances = Pool().get("account.dunning").search([("line", "in", [int(x) for x in connues])])
        for relance in relances:
            etape = self.etapes.get(relance.level.recouvrement_etape or "")
            if etape and relance.date and relance.state != "draft":
                acte = _ACTES[etape.acte]
                yield acte(le=relance.date, etape=etape.cle, creances=[str(relance.line.id)], reference=f"relance {relance.id}")
            if relance.blocked:
                yield Blocage(le=relance.date or self.au, motif="manuel", creance=str(relance.line.id))

    def _partie(self, classe: type, tiers: Any) -> Any:
        numeros = {x.type: x.code_compact for x in tiers.identifiers}
        tva = numeros.get("eu_vat") or numeros.get("fr_tva")
        siren = numeros.get("fr_siren") or (numeros.get("fr_siret") or "")[:9] or None
        supposee, doute = qualite(tva, siren, creancier=classe is Creancier)
        dite = tiers.recouvrement_qualite
        if doute and not dite:
            self.anomalies.append(Anomalie(gravite="alerte", ou=tiers.rec_name, champ="qualite", message=doute))
        champs = {
            "nom": tiers.name or tiers.rec_name,
            "qualite": Qualite(dite) if dite else supposee,
            "identifiant": f"tiers {tiers.id}",
            "siren": siren,
            "adresse": self._adresse(tiers),
            "courriel": tiers.email or None,
            "telephone": tiers.phone or None,
        }
        if classe is Debiteur and tiers.lang:
            champs["langue"] = tiers.lang.code
        return self._construire(classe, champs, tiers.rec_name)

    def _construire(self, classe: type, champs: dict[str, Any], ou: str) -> Any:
        """La valeur ; un champ accessoire faux ne perd pas la créance."""
        try:
            return classe(**champs)
        except DonneeInvalide as e:
            if e.champ in _ACCESSOIRES and champs.get(e.champ):
                self._noter("alerte", ou, e)
                return self._construire(classe, champs | {e.champ: None}, ou)
            self._noter("refus", ou, e)
            return None

    def _adresse(self, tiers: Any) -> Adresse | None:
        lue = tiers.address_get("invoice")
        rues = (lue.street or "").splitlines() if lue else []
        if not (rues and lue.postal_code and lue.city):
            return None
        pays = lue.country.code if lue.country else "FR"
        champs = {"voie": rues[-1], "complements": rues[:-1], "code_postal": lue.postal_code, "commune": lue.city, "pays": pays}
        return self._construire(Adresse, champs, tiers.rec_name)

    def _noter(self, gravite: Any, ou: str, e: DonneeInvalide) -> None:
        anomalie = Anomalie(gravite=gravite, ou=ou, message=e.message, champ=e.champ, valeur=str(e.valeur or ""), remede=e.remede)
        self.anomalies.append(anomalie if gravite == "refus" else evolve(anomalie, message=f"{e.message} : laissé vide"))


def _facture(ligne: Any) -> Any:
    origine = ligne.move.origin
    return origine if getattr(origine, "__name__", "") == "account.invoice" else None


def _montant(ligne: Any) -> Montant:
    """Dans la devise de la facture, quand ce n'est pas celle de la société."""
    if ligne.second_currency:
        return Montant(abs(ligne.amount_second_currency), ligne.second_currency.code)
    return Montant(abs(ligne.debit - ligne.credit), ligne.account.company.currency.code)
