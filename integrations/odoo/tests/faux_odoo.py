"""Un faux serveur, bâti sur le contrat documenté de JSON-2. Ce n'est pas Odoo : il ne prouve que la forme des échanges."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CLE = "cle-d-essai-0123456789"
SIGNATURES = {
    "search_read": {"domain", "fields", "offset", "limit", "order"},
    "search": {"domain", "offset", "limit", "order"},
    "read": {"fields"},
    "write": {"vals"},
    "message_post": {"subject", "body", "message_type"},
    "activity_schedule": {"act_type_xmlid", "date_deadline", "summary", "note"},
}
TIERS = {
    "vat": False,
    "company_registry": False,
    "street": False,
    "street2": False,
    "zip": False,
    "city": False,
    "country_code": "FR",
}
TIERS |= {"email": False, "phone": False, "lang": "fr_FR"}


class Base:
    """Des enregistrements, par modèle, comme ``search_read`` les rend."""

    def __init__(self):
        self.tables = {m: [] for m in ("account.move.line", "account.partial.reconcile", "res.company", "res.partner")}
        self.tables |= {"mail.message": [], "mail.activity": [], "account.move": []}
        self.vus = []
        self.ajouter(
            "res.partner",
            name="Menuiserie du Port SARL",
            company_registry="999100019",
            vat="FR69999100019",
            street="12 quai",
            zip="44000",
            city="Nantes",
        )
        self.ajouter("res.company", name="Menuiserie", partner_id=[1, "Menuiserie du Port SARL"])

    def ajouter(self, modele, **champs):
        numero = len(self.tables[modele]) + 1
        self.tables[modele].append({"id": numero} | (TIERS if modele == "res.partner" else {}) | champs)
        return numero

    def tiers(self, nom, **champs):
        return [self.ajouter("res.partner", name=nom, **champs), nom]

    def ligne(self, tiers, montant, date, *, echeance=False, numero="F-1", facture=True, reste=None, **champs):
        genre = "entry" if not facture else "out_invoice" if montant > 0 else "out_refund"
        lue = {
            "move_id": [self.ajouter("account.move", name=numero), numero],
            "move_type": genre,
            "partner_id": tiers,
            "date": date,
            "invoice_date": date if facture else False,
            "date_maturity": echeance,
            "balance": montant,
            "amount_currency": montant,
            "amount_residual_currency": montant if reste is None else reste,
            "currency_id": [1, "EUR"],
            "matched_credit_ids": [],
            "account_id.account_type": "asset_receivable",
            "parent_state": "posted",
            "reconciled": reste == 0,
            "company_id": 1,
        }
        return self.ajouter("account.move.line", **lue | champs)

    def rapprocher(self, debit, credit, montant):
        r = self.ajouter(
            "account.partial.reconcile", debit_move_id=[debit, ""], credit_move_id=[credit, ""], debit_amount_currency=montant
        )
        self.tables["account.move.line"][debit - 1]["matched_credit_ids"].append(r)

    def repondre(self, modele, methode, corps):
        """(statut, corps) : arguments nommés seulement, ``ids`` et ``context`` à part."""
        if modele not in self.tables:
            return 404, {
                "name": "werkzeug.exceptions.NotFound",
                "message": f"the model '{modele}' does not exist",
                "arguments": [],
            }
        ids, arguments = corps.pop("ids", []), {c: v for c, v in corps.items() if c != "context"}
        if methode not in SIGNATURES or arguments.keys() - SIGNATURES[methode]:
            return 422, "missing or unexpected argument"
        return 200, getattr(self, methode)(modele, ids, **arguments)

    def search_read(self, modele, _ids, domain, fields, offset=0, limit=None, order="id"):
        assert order == "id"
        trouves = [x for x in self.tables[modele] if all(_tient(x, c) for c in domain)]
        return [{"id": x["id"], **{c: x[c] for c in fields}} for x in trouves[offset:][:limit]]

    def search(self, modele, ids, domain, limit=None):
        return [x["id"] for x in self.search_read(modele, ids, domain, [], limit=limit)]

    def read(self, modele, ids, fields):
        return [{"id": x["id"], **{c: x[c] for c in fields}} for x in self.tables[modele] if x["id"] in ids]

    def write(self, modele, ids, vals):
        for x in self.tables[modele]:
            if x["id"] in ids:
                x.update(vals)
        return True

    def message_post(self, modele, ids, **champs):
        return [self.ajouter("mail.message", model=modele, res_id=i, **champs) for i in ids]

    def activity_schedule(self, modele, ids, **champs):
        return [self.ajouter("mail.activity", res_model=modele, res_id=i, **champs) for i in ids]


def _tient(ligne, condition):
    champ, operateur, valeur = condition
    if operateur == "=like":
        return ligne[champ].startswith(valeur.rstrip("%"))
    return ligne[champ] in valeur if operateur == "in" else ligne[champ] == valeur


@contextmanager
def serveur(base, *, panne=None):
    """L'URL du faux serveur ; ``panne`` : (statut, corps, en-têtes) rendus à tout appel."""

    class Guichet(BaseHTTPRequestHandler):
        def do_POST(self):
            corps = self.rfile.read(int(self.headers["Content-Length"]))
            base.vus.append((self.path, dict(self.headers)))
            if panne:
                return self.rendre(*panne)
            if self.headers["Authorization"] != f"bearer {CLE}":
                return self.rendre(401, json.dumps({"name": "Unauthorized", "message": "Invalid apikey"}))
            assert self.headers["Content-Type"].startswith("application/json")
            _, json_, version, modele, methode = self.path.split("/")
            assert (json_, version) == ("json", "2")
            statut, reponse = base.repondre(modele, methode, json.loads(corps))
            return self.rendre(statut, json.dumps(reponse))

        def rendre(self, statut, corps, entetes=()):
            octets = corps.encode()
            self.send_response(statut)
            for nom, valeur in (("Content-Type", "application/json"), ("Content-Length", str(len(octets))), *entetes):
                self.send_header(nom, valeur)
            self.end_headers()
            self.wfile.write(octets)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Guichet) as http:
        threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{http.server_port}"
        finally:
            http.shutdown()
