"""Des écritures de Tryton aux faits : lignes clients ouvertes, règlements vus, tiers, actes faits."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeVar

from trytond.pool import Pool

from recouvrement import (
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
from recouvrement.lecture import Constat, lire_partie, rassembler
from recouvrement.ports import Anomalie, Encaissement, Lecture

Partie = TypeVar("Partie", Creancier, Debiteur)

_ACTES = {"relance": Relance, "mise_en_demeure": MiseEnDemeure, "transmission": Transmission}


def lire_dossiers(
    company: Any, parties: Iterable[Any], politique: Politique, au: date
) -> tuple[tuple[Dossier, ...], tuple[Anomalie, ...]]:
    """Dossiers des tiers, tels que les livres de la société les montrent, et ce qui n'a pas pu y entrer."""
    return rassembler([("tryton", _Livres(company, politique, au).lire(parties))])


class _Livres:
    """Une lecture des livres d'une société."""

    def __init__(self, company: Any, politique: Politique, au: date) -> None:
        self.company, self.au = company, au
        self.etapes = {e.cle: e for e in politique.scenario.etapes}
        self.constat = Constat("tryton")

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
        payes = [(p, debiteurs[x.party]) for x in lignes if x.credit > x.debit and (p := self._paiement(x, debits, connues))]
        return Lecture(
            creances=tuple(creances),
            evenements=(*(p for p, _ in payes if p.creance), *self._dits_par_les_relances(connues)),
            encaissements=tuple(Encaissement(paiement=p, debiteur=d) for p, d in payes if d and not p.creance),
            anomalies=tuple(self.constat.anomalies),
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
                self.constat.a(ligne.rec_name).refuser(e)

    def _paiement(self, ligne: Any, debits: Iterable[Any], connues: set[str]) -> Paiement | None:
        """Un règlement porté sur une facture d'une seule échéance la désigne ; sinon la loi l'impute, dans le dossier du tiers.

        Un avoir non lettré ne dit pas quelle facture il réduit : il se compense, du jour où il est émis.
        """
        facture = _facture(ligne)
        visees = (
            {str(x.id) for x in debits if _facture(x) in ligne.invoice_payments} & connues if ligne.invoice_payments else set()
        )
        try:
            return Paiement(
                le=ligne.date,
                montant=_montant(ligne),
                creance=min(visees) if len(visees) == 1 else None,
                reference=f"ligne {ligne.id}",
                moyen="compensation" if facture and facture.total_amount < 0 else "virement",
            )
        except DonneeInvalide as e:
            siennes = visees or {str(x.id) for x in debits if x.party == ligne.party}
            self.constat.a(ligne.rec_name).refuser(e, tuple(sorted(siennes)))
            return None

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

    def _partie(self, classe: type[Partie], tiers: Any) -> Partie | None:
        numeros = {x.type: x.code_compact for x in tiers.identifiers}
        dite = tiers.recouvrement_qualite
        langue = {"langue": tiers.lang.code if tiers.lang else None} if classe is Debiteur else {}
        return lire_partie(
            classe,
            self.constat.a(tiers.rec_name),
            nom=tiers.name or tiers.rec_name,
            qualite=Qualite(dite) if dite else None,
            tva=numeros.get("eu_vat") or numeros.get("fr_tva"),
            siren=numeros.get("fr_siren") or numeros.get("fr_siret"),
            adresse=_adresse(tiers.address_get("invoice")),
            identifiant=f"tiers {tiers.id}",
            courriel=tiers.email,
            telephone=tiers.phone,
            **langue,
        )


def _adresse(lue: Any) -> dict[str, Any]:
    *complements, voie = (lue.street or "").splitlines() or [""] if lue else [""]
    champs = {"voie": voie, "complements": complements}
    if lue:
        champs |= {"code_postal": lue.postal_code, "commune": lue.city, "pays": lue.country.code if lue.country else None}
    return champs


def _facture(ligne: Any) -> Any:
    origine = ligne.move.origin
    return origine if getattr(origine, "__name__", "") == "account.invoice" else None


def _montant(ligne: Any) -> Montant:
    """Dans la devise de la facture, quand ce n'est pas celle de la société."""
    if ligne.second_currency:
        return Montant(abs(ligne.amount_second_currency), ligne.second_currency.code)
    return Montant(abs(ligne.debit - ligne.credit), ligne.account.company.currency.code)
