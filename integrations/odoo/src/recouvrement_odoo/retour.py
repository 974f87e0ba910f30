"""Ce qui rentre dans Odoo : une note sur la facture, une activité à la date de la prochaine étape. Deux fois : une seule fois."""

from recouvrement import Bilan
from recouvrement.affichage import date_fr
from recouvrement_odoo.client import Odoo

_FACTURE = "account.move"
_MARQUE = "Recouvrement"


def noter(odoo: Odoo, bilan: Bilan) -> list[int]:
    """Une note interne par facture encore due, au jour du bilan ; rend les factures notées. Rien ne part au client."""
    notees = []
    for facture, textes in _par_facture(odoo, bilan).items():
        sujet = f"{_MARQUE} au {bilan.au.isoformat()}"
        deja = [["model", "=", _FACTURE], ["res_id", "=", facture], ["subject", "=", sujet]]
        if not odoo.appeler("mail.message", "search", domain=deja, limit=1):
            odoo.appeler(_FACTURE, "message_post", [facture], subject=sujet, body="\n".join(textes), message_type="comment")
            notees.append(facture)
    return notees


def planifier(odoo: Odoo, bilan: Bilan) -> list[int]:
    """Une activité « à faire » par facture que la prochaine action vise, à sa date ; déplacée si elle existe déjà."""
    action = bilan.prochaine
    if action is None:
        return []
    jour, resume = action.acte.le.isoformat(), f"{_MARQUE} : {action.etape.cle}"
    visees = _par_facture(odoo, bilan, action.creances)
    for facture in visees:
        deja = [["res_model", "=", _FACTURE], ["res_id", "=", facture], ["summary", "=like", f"{_MARQUE} : %"]]
        faits = {"date_deadline": jour, "summary": resume, "note": str(action)}
        activites = odoo.appeler("mail.activity", "search", domain=deja, limit=1)
        if activites:
            odoo.appeler("mail.activity", "write", activites, vals=faits)
        else:
            odoo.appeler(_FACTURE, "activity_schedule", [facture], act_type_xmlid="mail.mail_activity_data_todo", **faits)
    return list(visees)


def _par_facture(odoo: Odoo, bilan: Bilan, creances: tuple[str, ...] = ()) -> dict[int, list[str]]:
    """Ce qui est dû de chaque facture (``account.move``), échéance par échéance."""
    dues = {
        x.creance.reference: x for x in bilan.creances if not x.soldee and x.creance.reference in (creances or bilan.par_creance)
    }
    lignes = odoo.tout("account.move.line", [["id", "in", sorted(map(int, dues))]], ("move_id",)) if dues else ()
    textes: dict[int, list[str]] = {}
    for ligne in lignes:
        x = dues[str(ligne["id"])]
        du = f"{x.total.valeur} dus au {date_fr(bilan.au)}, dont {x.principal.valeur} de principal"
        texte = f"{du} ; prescription : {date_fr(x.prescription.prudente)}."
        textes.setdefault(ligne["move_id"][0], []).append(texte)
    return textes
