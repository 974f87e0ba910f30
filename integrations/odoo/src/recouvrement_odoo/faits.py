"""D'Odoo aux faits : lignes clients ouvertes, ce qui les a réduites, tiers."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, TypeVar

from recouvrement import Avoir, Creance, Creancier, Debiteur, DonneeInvalide, Dossier, Montant, Paiement, Qualite
from recouvrement.lecture import Constat, lire_partie, rassembler
from recouvrement.ports import Anomalie, Encaissement, Lecture
from recouvrement_odoo.client import Odoo

Partie = TypeVar("Partie", Creancier, Debiteur)

_LIGNE = (
    *("move_id", "move_type", "partner_id", "date", "date_maturity", "invoice_date", "balance", "amount_currency", "currency_id"),
    *("amount_residual_currency", "matched_credit_ids"),
)
_TIERS = ("name", "vat", "company_registry", "street", "street2", "zip", "city", "country_code", "email", "phone", "lang")
_RAPPROCHEMENT = ("debit_move_id", "credit_move_id", "debit_amount_currency")


def lire(
    odoo: Odoo, societe: int, *, qualites: Mapping[int, Qualite] | None = None
) -> tuple[tuple[Dossier, ...], tuple[Anomalie, ...]]:
    """Dossiers des clients qui ont une ligne ouverte, et ce qui n'a pas pu y entrer.

    Args:
        societe: Identifiant de ``res.company`` : le créancier.
        qualites: Qualité de chaque ``res.partner``, quand vous la connaissez ; ``is_company`` n'en est pas une.
    """
    return rassembler([("odoo", _Livres(odoo, societe, qualites or {}).lire())])


class _Livres:
    """Une lecture des livres d'une société."""

    def __init__(self, odoo: Odoo, societe: int, qualites: Mapping[int, Qualite]) -> None:
        self.odoo, self.societe, self.qualites = odoo, societe, qualites
        self.constat = Constat("odoo")

    def lire(self) -> Lecture:
        """Seules les écritures validées et non soldées comptent ; les rapprochements partiels disent qui a payé quoi."""
        domaine = [
            ["account_id.account_type", "=", "asset_receivable"],
            ["parent_state", "=", "posted"],
            ["reconciled", "=", False],
            ["company_id", "=", self.societe],
        ]
        lignes = list(self.odoo.tout("account.move.line", domaine, _LIGNE))
        debits = {x["id"]: x for x in lignes if x["balance"] > 0}
        (societe,) = self.odoo.appeler("res.company", "read", [self.societe], fields=["partner_id"])
        creancier = self._partie(Creancier, self._tiers({societe["partner_id"][0]})[societe["partner_id"][0]])
        tiers = self._tiers({x["partner_id"][0] for x in lignes if x["partner_id"]})
        debiteurs = {numero: self._partie(Debiteur, lu) for numero, lu in tiers.items()}
        creances = {c.reference: c for c in self._creances(debits.values(), creancier, debiteurs)} if creancier else {}
        return Lecture(
            creances=tuple(creances.values()),
            evenements=tuple(e for e in self._reductions(debits) if e.creance in creances),
            encaissements=tuple(self._libres([x for x in lignes if x["balance"] < 0], debits.values(), debiteurs)),
            anomalies=tuple(self.constat.anomalies),
        )

    def _creances(self, debits: Any, creancier: Creancier, debiteurs: Mapping[int, Debiteur | None]) -> Iterator[Creance]:
        """Une créance par ligne d'échéance ; celles d'une facture partagent son numéro."""
        for ligne in debits:
            debiteur = debiteurs[ligne["partner_id"][0]] if ligne["partner_id"] else None
            try:
                if debiteur:
                    yield Creance(
                        reference=str(ligne["id"]),
                        facture=ligne["move_id"][1],
                        principal=_montant(ligne, "amount_currency"),
                        emise_le=_jour(ligne["invoice_date"] or ligne["date"]),
                        echeance=_jour(ligne["date_maturity"]),
                        creancier=creancier,
                        debiteur=debiteur,
                    )
            except DonneeInvalide as e:
                self.constat.a(ligne["move_id"][1]).refuser(e)

    def _reductions(self, debits: Mapping[int, dict[str, Any]]) -> Iterator[Paiement | Avoir]:
        """Chaque rapprochement partiel : un paiement ou un avoir, du jour de son écriture, sur la ligne qu'il nomme."""
        rapprochements = sorted({r for x in debits.values() for r in x["matched_credit_ids"]})
        if not rapprochements:
            return
        lus = list(self.odoo.tout("account.partial.reconcile", [["id", "in", rapprochements]], _RAPPROCHEMENT))
        credits_ = sorted({r["credit_move_id"][0] for r in lus})
        ecritures = {x["id"]: x for x in self.odoo.tout("account.move.line", [["id", "in", credits_]], ("date", "move_type"))}
        for r in lus:
            ligne, credit = debits[r["debit_move_id"][0]], ecritures[r["credit_move_id"][0]]
            fait, reference = Avoir if credit["move_type"] == "out_refund" else Paiement, f"rapprochement {r['id']}"
            try:
                montant = Montant(abs(r["debit_amount_currency"]), ligne["currency_id"][1])
                yield fait(le=_jour(credit["date"]), montant=montant, creance=str(ligne["id"]), reference=reference)
            except DonneeInvalide as e:
                self.constat.a(reference).refuser(e, (str(ligne["id"]),))

    def _libres(self, credits_: Any, debits: Any, debiteurs: Mapping[int, Debiteur | None]) -> Iterator[Encaissement]:
        """Ce qu'un règlement ou un avoir a de non rapproché : la loi l'impute, dans le dossier du client."""
        for ligne in credits_:
            debiteur = debiteurs[ligne["partner_id"][0]] if ligne["partner_id"] else None
            if debiteur:
                moyen, reference = "compensation" if ligne["move_type"] == "out_refund" else "virement", f"ligne {ligne['id']}"
                try:
                    montant = _montant(ligne, "amount_residual_currency")
                    paiement = Paiement(le=_jour(ligne["date"]), montant=montant, moyen=moyen, reference=reference)
                    yield Encaissement(paiement=paiement, debiteur=debiteur)
                except DonneeInvalide as e:
                    siennes = tuple(str(x["id"]) for x in debits if x["partner_id"] == ligne["partner_id"])
                    self.constat.a(reference).refuser(e, siennes)

    def _tiers(self, numeros: set[int]) -> dict[int, dict[str, Any]]:
        return {x["id"]: x for x in self.odoo.tout("res.partner", [["id", "in", sorted(numeros)]], _TIERS)}

    def _partie(self, classe: type[Partie], tiers: dict[str, Any]) -> Partie | None:
        langue = {"langue": (tiers["lang"] or "").partition("_")[0]} if classe is Debiteur else {}
        return lire_partie(
            classe,
            self.constat.a(tiers["name"]),
            nom=tiers["name"],
            qualite=self.qualites.get(tiers["id"]),
            tva=tiers["vat"],
            siren=_immatriculation(tiers["company_registry"]),
            adresse={
                "voie": tiers["street"],
                "complements": tuple(filter(None, [tiers["street2"]])),
                "code_postal": tiers["zip"],
                "commune": tiers["city"],
                "pays": tiers["country_code"],
            },
            identifiant=f"res.partner {tiers['id']}",
            courriel=tiers["email"],
            telephone=tiers["phone"],
            **langue,
        )


def _montant(ligne: dict[str, Any], champ: str) -> Montant:
    """Odoo rend ``currency_id`` comme [7, "EUR"]."""
    return Montant(abs(ligne[champ]), ligne["currency_id"][1])


def _jour(texte: Any) -> Any:
    """Odoo écrit ``false`` pour une date absente."""
    return date.fromisoformat(texte) if texte else None


def _immatriculation(registre: Any) -> str | None:
    """``company_registry`` est un champ libre : seuls un SIREN ou un SIRET y sont lus."""
    chiffres = "".join(filter(str.isdigit, registre or ""))
    return chiffres if len(chiffres) in (9, 14) else None
