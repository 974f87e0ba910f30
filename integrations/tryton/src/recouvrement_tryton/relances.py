"""À côté d'``account_dunning`` : sur chaque relance, ce qui est dû, jusqu'à quand agir, la suite ; et les lettres, en pièces jointes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.report import Report
from trytond.transaction import Transaction
from trytond.wizard import Button, StateTransition, StateView, Wizard

from recouvrement import Bilan, Politique, Qualite
from recouvrement.envoi import expedier
from recouvrement.ports import Accuse, Pli
from recouvrement.rendu import RenduHtml, RenduTexte
from recouvrement_tryton.faits import lire_dossiers
from recouvrement_tryton.registre import RegistreTryton, avec_le_registre

_NOMS = {
    Qualite.COMMERCANT: "Commerçant",
    Qualite.PROFESSIONNEL: "Professionnel",
    Qualite.NON_PROFESSIONNEL: "Non-professionnel (association…)",
    Qualite.CONSOMMATEUR: "Consommateur",
    Qualite.PERSONNE_PUBLIQUE: "Personne publique",
}


class Tiers(metaclass=PoolMeta):
    """La qualité juridique, dite par l'hôte."""

    __name__ = "party.party"
    recouvrement_qualite = fields.Selection(
        [(None, ""), *((q.value, nom) for q, nom in _NOMS.items())],
        "Qualité juridique",
        sort=False,
        help="Vide : déduite du numéro de TVA et du SIREN, jamais vers le haut ; à défaut, consommateur.",
    )


class Niveau(metaclass=PoolMeta):
    """Un niveau d'``account_dunning`` peut nommer l'étape du scénario qu'il accomplit."""

    __name__ = "account.dunning.level"
    recouvrement_etape = fields.Char("Étape accomplie", help="Clé de l'étape du scénario : courriel, lettre, mise_en_demeure…")


class Relance(metaclass=PoolMeta):
    """Ce que la bibliothèque dit de la ligne relancée."""

    __name__ = "account.dunning"
    recouvrement_total = fields.Function(
        Monetary("Dû, accessoires compris", currency="second_currency", digits="second_currency"), "get_recouvrement"
    )
    recouvrement_agir_avant = fields.Function(
        fields.Date("Agir avant", help="Jour prudent de la prescription."), "get_recouvrement"
    )
    recouvrement_suite = fields.Function(fields.Text("Suite"), "get_recouvrement")

    @classmethod
    def recouvrement_politique(cls) -> Politique:
        """À redéfinir pour un autre scénario ou d'autres conventions."""
        return Politique()

    @classmethod
    def recouvrement_bilans(cls, relances: Iterable[Any], au: date) -> dict[Any, Bilan | Exception]:
        """Bilan ou erreur du dossier de chaque relance ; absente : sa ligne n'est pas lue (non validée, lettrée)."""
        par_ligne: dict[str, Any] = {}
        relances = list(relances)
        for company, tiers in cls.recouvrement_tiers(relances).items():
            dossiers, _ = lire_dossiers(company, tiers, cls.recouvrement_politique(), au)
            completes = [avec_le_registre(d) for d in dossiers]
            for dossier, bilan in cls.recouvrement_politique().examiner_lot(completes, au=au):
                par_ligne |= dict.fromkeys((c.reference for c in dossier.creances), bilan)
        return {r: par_ligne[str(r.line.id)] for r in relances if str(r.line.id) in par_ligne}

    @classmethod
    def recouvrement_tiers(cls, relances: Iterable[Any]) -> dict[Any, set[Any]]:
        """Tiers relancés, par société."""
        tiers: dict[Any, set[Any]] = defaultdict(set)
        for relance in relances:
            if relance.party:
                tiers[relance.company].add(relance.party)
        return tiers

    @classmethod
    def get_recouvrement(cls, relances: list[Any], names: list[str]) -> dict[str, dict[int, Any]]:
        """Les trois champs, en un examen par tiers."""
        valeurs: dict[str, dict[int, Any]] = {nom: dict.fromkeys(r.id for r in relances) for nom in names}
        for relance, bilan in cls.recouvrement_bilans(relances, _aujourd_hui()).items():
            dits = _dire(bilan, str(relance.line.id))
            for nom in names:
                valeurs[nom][relance.id] = dits[nom]
        return valeurs


def _dire(bilan: Bilan | Exception, reference: str) -> dict[str, Any]:
    if not isinstance(bilan, Bilan):
        return {"recouvrement_total": None, "recouvrement_agir_avant": None, "recouvrement_suite": str(bilan)}
    creance = bilan.par_creance[reference]
    empechements = "\n".join(e.motif for e in bilan.empechements if e.creance == reference)
    prochaine = bilan.prochaine
    vise = prochaine and (not prochaine.creances or reference in prochaine.creances)
    return {
        "recouvrement_total": creance.total.valeur.decimal,
        "recouvrement_agir_avant": creance.prescription.prudente,
        "recouvrement_suite": str(prochaine) if vise else empechements,
    }


class Explication(Report):
    """Les raisons de chaque chiffre, jusqu'aux articles, en texte."""

    __name__ = "recouvrement.explication"

    @classmethod
    def _execute(cls, records: list[Any], header: Any, data: Any, action: Any) -> tuple[str, str]:  # noqa: ARG003 -- la signature est celle de Tryton
        Dunning = Pool().get("account.dunning")  # noqa: N806 -- usage de Tryton : une classe du pool
        bilans = Dunning.recouvrement_bilans(Dunning.browse([r.id for r in records]), _aujourd_hui())
        uniques = {id(b): b for b in bilans.values()}.values()
        return "txt", "\n\n".join(b.expliquer() if isinstance(b, Bilan) else str(b) for b in uniques)


class LettresDebut(ModelView):
    """Le jour de l'examen, toujours donné."""

    __name__ = "recouvrement.lettres.debut"
    au = fields.Date("Au", required=True)
    a_blanc = fields.Boolean("À blanc", help="Montre ce qui partirait ; n'écrit rien.")

    @staticmethod
    def default_au() -> date:
        """Aujourd'hui."""
        return _aujourd_hui()


class LettresFin(ModelView):
    """Ce qu'est devenue chaque action."""

    __name__ = "recouvrement.lettres.fin"
    compte_rendu = fields.Text("Compte rendu", readonly=True)


class Lettres(Wizard):
    """Écrit les lettres dues des tiers choisis : une pièce jointe au tiers, une fois et une seule."""

    __name__ = "recouvrement.lettres"
    start = StateView(
        "recouvrement.lettres.debut",
        "recouvrement.lettres_debut_form",
        [Button("Annuler", "end", "tryton-cancel"), Button("Écrire", "ecrire", "tryton-ok", default=True)],
    )
    ecrire = StateTransition()
    fin = StateView(
        "recouvrement.lettres.fin", "recouvrement.lettres_fin_form", [Button("Fermer", "end", "tryton-ok", default=True)]
    )

    def transition_ecrire(self) -> str:
        """Examine, écrit, inscrit : tout ou rien, dans la transaction de Tryton."""
        registre, joindre = RegistreTryton(_maintenant), PieceJointe()
        politique = self.model.recouvrement_politique()
        lignes = []
        for company, tiers in self.model.recouvrement_tiers(self.records).items():
            dossiers, anomalies = lire_dossiers(company, tiers, politique, self.start.au)
            lignes += [f"{'Refusé' if a.gravite == 'refus' else 'À vérifier'} : {a}" for a in anomalies]
            envois = expedier(
                dossiers,
                au=self.start.au,
                politique=politique,
                moteur=[RenduTexte(), RenduHtml()],
                notificateurs=dict.fromkeys(("courriel", "courrier", "recommande"), joindre),
                registre=registre,
                horloge=_maintenant,
                relire=lambda dossier: dossier,  # lu dans cette même transaction, à l'instant
                a_blanc=bool(self.start.a_blanc),
            )
            for envoi in envois:
                quoi = f"{envoi.action.etape.cle} ({envoi.action.canal})" if envoi.action else "examen"
                lignes.append(f"{envoi.dossier.debiteur.nom}, {quoi} : {envoi.issue}{envoi.detail and f', {envoi.detail}'}")
        self.fin.compte_rendu = "\n".join(lignes) or "Rien à faire."
        return "fin"

    def default_fin(self, _champs: list[str]) -> dict[str, str]:
        """Le compte rendu."""
        return {"compte_rendu": self.fin.compte_rendu}


class PieceJointe:
    """Canal « pièce jointe » : l'hôte, ou quelqu'un, la remettra. Dans la transaction de Tryton : elle et le registre, ou rien."""

    def remettre(self, pli: Pli) -> Accuse:
        """Une pièce jointe par document, au tiers."""
        Attachment = Pool().get("ir.attachment")  # noqa: N806
        tiers = f"party.party,{pli.debiteur.removeprefix('id:tiers ')}"
        jointes = Attachment.create(
            [{"name": d.nom, "data": d.octets, "resource": tiers, "description": pli.objet} for d in pli.documents]
        )
        return Accuse(issue="pris", le=_maintenant(), numero=f"ir.attachment,{jointes[0].id}")


def _aujourd_hui() -> date:
    return Transaction().context.get("recouvrement_au") or Pool().get("ir.date").today()


def _maintenant() -> datetime:
    return datetime.now(UTC)
