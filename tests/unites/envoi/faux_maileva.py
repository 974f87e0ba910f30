"""Un faux Maileva : le contrat publié (version 2.5), réduit à ce que le client emploie, avec des fautes à la demande.

Chaque requête est contrôlée contre la table ci-dessous ; quand le contrat d'origine est là (``MAILEVA_CONTRATS``), chaque requête
et chaque réponse le sont aussi contre lui.
"""

import base64
import json
import os
import re
from email import message_from_bytes, policy
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from recouvrement.envoi.transport import NonConnecte

CONTRATS = Path(os.environ.get("MAILEVA_CONTRATS", "/work/shared/contrats"))
JETON = "/auth/realms/services/protocol/openid-connect/token"
BASE = "/registered_mail/v2"
CLIENT, SECRET = "application", "secret-7c1e90"
ENVOI = "/sendings/{sending_id}"
LUI = f"{ENVOI}/recipients/{{recipient_id}}"

# (méthode, chemin) : corps attendu, codes que le contrat donne, type de la réponse.
OPERATIONS = {
    ("POST", "/sendings"): ("json", {201, 400, 401}),
    ("GET", "/sendings"): ("", {200, 400, 401}),
    ("GET", ENVOI): ("", {200, 400, 401, 404}),
    ("DELETE", ENVOI): ("", {204, 400, 401, 404}),
    ("POST", f"{ENVOI}/documents"): ("multipart", {201, 400, 401, 404}),
    ("POST", f"{ENVOI}/recipients"): ("json", {201, 400, 401, 404}),
    ("GET", f"{ENVOI}/recipients"): ("", {200, 400, 401, 404}),
    ("POST", f"{ENVOI}/submit"): ("", {200, 400, 401, 404}),
    ("GET", f"{LUI}/delivery_statuses"): ("", {200, 400, 401, 404}),
    ("GET", f"{ENVOI}/download_deposit_proof"): ("", {200, 400, 401, 404}),
    ("GET", f"{LUI}/download_acknowledgement_of_receipt"): ("", {200, 400, 401, 404}),
}
PAYS = {"FR", "MC", "AD", "RE", "YT", "MQ", "GP", "MF", "BL", "GF", "PM"}
ENVOYES = {  # champ -> (type, longueur ou valeurs permises)
    "name": (str, 256), "custom_id": (str, 38), "custom_data": (str, 255), "notification_email": (str, 254),
    "acknowledgement_of_receipt": (bool, None), "acknowledgement_of_receipt_scanning": (bool, None),
    "color_printing": (bool, None), "duplex_printing": (bool, None), "optional_address_sheet": (bool, None),
    "archiving_duration": (int, {3, 6, 10}), "sender_country_code": (str, PAYS),
    **{f"sender_address_line_{n}": (str, 38) for n in range(1, 7)},
}  # fmt: skip
DESTINATAIRES = {
    "custom_id": (str, 32),
    "custom_data": (str, 255),
    "country_code": (str, PAYS),
    **{f"address_line_{n}": (str, 38) for n in range(1, 7)},
}


class FauxMaileva:
    """Tient la prise ``Transport``. ``fautes`` : « MÉTHODE fin-du-chemin » (« * » : toutes) -> suite de fautes, une par appel.

    Fautes : ``refusee`` (pas de connexion), ``delai`` (rien n'a été fait), ``coupee`` (fait, réponse perdue), ``500``, ``503``,
    ``429``, ``400``, ``illisible`` (fait, réponse qui n'est pas du JSON), ``rien`` (pas de faute à cet appel).
    """

    def __init__(self, page=50, **fautes):
        self.envois, self.appels, self.soumis, self.page = {}, [], [], page
        self.fautes = {nom: list(suite) for nom, suite in fautes.items()}
        self.documents, self.pieces = {}, {}
        self.jeton = "eyJ.jeton-a-ne-pas-montrer.x"

    def fauter(self, appel, *suite):
        self.fautes[appel] = list(suite)
        return self

    def __call__(self, methode, url, entetes, corps):
        adresse = urlsplit(url)
        self.appels.append(f"{methode} {adresse.path.removeprefix(BASE)}")
        faute = next((f.pop(0) for nom, f in self.fautes.items() if f and self._vise(nom, methode, adresse.path)), "rien")
        if faute == "refusee":
            raise NonConnecte("connexion à api.sandbox.maileva.net impossible : ConnectionRefusedError")
        if faute == "delai":
            raise TimeoutError("timed out")
        if faute in ("400", "401", "404", "429", "500", "503"):
            dite = {"errors": [{"code": "NAME_TOO_LONG", "message": "Le nom est trop long"}]}
            dite = dite if faute == "400" else {"code": "X", "message": "panne"}
            return int(faute), {"content-type": "application/json"}, json.dumps(dite).encode()
        code, lu = self._repondre(methode, adresse, entetes, corps)
        if faute == "coupee":
            raise ConnectionResetError("Connection reset by peer")
        if faute == "illisible":
            lu = b"<html>Bad gateway"
        return code, {"content-type": "application/json"}, lu

    @staticmethod
    def _vise(nom, methode, chemin):
        voulue, _, fin = nom.partition(" ")
        return voulue in ("*", methode) and re.search(rf"{fin}$", chemin) is not None

    def _repondre(self, methode, adresse, entetes, corps):
        if adresse.path == JETON:
            assert adresse.hostname == "connexion.sandbox.maileva.net"
            return self._donner_un_jeton(methode, entetes, corps)
        assert (adresse.scheme, adresse.hostname) == ("https", "api.sandbox.maileva.net")
        chemin = adresse.path.removeprefix(BASE)
        operation, noms = _operation(methode, chemin)
        if entetes.get("Authorization") != f"Bearer {self.jeton}":
            return 401, json.dumps({"code": "UNAUTHORIZED", "message": "non"}).encode()
        genre, codes = OPERATIONS[operation]
        recu = _lire(genre, entetes, corps)
        code, rendu = self._agir(operation, noms, recu, parse_qs(adresse.query))
        assert code in codes, (operation, code)
        octets = rendu if isinstance(rendu, bytes) else json.dumps(rendu).encode() if rendu is not None else b""
        controler(operation, recu if genre == "json" else None, code, rendu)
        return code, octets

    def _donner_un_jeton(self, methode, entetes, corps):
        lus = parse_qs(corps.decode())
        attendu = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert methode == "POST"
        assert entetes["Content-Type"] == "application/x-www-form-urlencoded"
        if entetes["Authorization"] != attendu:
            return 401, json.dumps({"errors": [{"code": "CLIENT_ERROR", "message": f"bad {SECRET}"}]}).encode()
        assert lus["grant_type"] == (["password"] if "username" in lus else ["client_credentials"])
        return 200, json.dumps({"access_token": self.jeton, "expires_in": 1440000}).encode()

    def _agir(self, operation, noms, recu, demande):
        methode, chemin = operation
        if operation == ("POST", "/sendings"):
            _champs(recu, ENVOYES, {"name", "notification_email"})
            numero = f"110e8400-e29b-11d4-a716-{len(self.envois):012d}"
            self.envois[numero] = {"id": numero, "status": "DRAFT", "creation_date": "2026-11-21T09:00:00.000Z", **recu}
            self.documents[numero], self.pieces[numero] = [], {"recipients": [], "delivery_statuses": []}
            return 201, self.envois[numero]
        if operation == ("GET", "/sendings"):
            debut, nombre = int(demande["start_index"][0]), min(int(demande["count"][0]), self.page)
            assert 1 <= int(demande["count"][0]) <= 500
            tous = list(self.envois.values())
            return 200, {"sendings": tous[debut - 1 : debut - 1 + nombre], "paging": {"total_results": len(tous)}}
        numero = noms[0]
        envoi = self.envois.get(numero)
        if envoi is None:
            return 404, {"code": "SENDING_NOT_FOUND", "message": "Ressource SENDING introuvable"}
        if methode != "GET" and envoi["status"] != "DRAFT":
            return 400, {"errors": [{"code": "SENDING_STATUS_IS_NOT_DRAFT", "message": "pas un brouillon"}]}
        return getattr(self, f"_{methode.lower()}_{chemin.rpartition('/')[2].strip('{}')}")(numero, envoi, recu)

    def _get_sending_id(self, _numero, envoi, _recu):
        return 200, envoi

    def _delete_sending_id(self, numero, _envoi, _recu):
        del self.envois[numero]
        return 204, None

    def _post_documents(self, numero, _envoi, recu):
        metadata, document = recu
        assert set(metadata) == {"priority", "name"}
        self.documents[numero].append((metadata["priority"], metadata["name"], document))
        return 201, {"id": f"doc-{metadata['priority']}", "type": "application/pdf", "size": len(document), **metadata}

    def _post_recipients(self, numero, _envoi, recu):
        _champs(recu, DESTINATAIRES, {"address_line_6", "country_code"})
        assert recu.get("address_line_1") or recu.get("address_line_2")
        if recu["country_code"] == "FR" and not re.fullmatch(r"\d{5} .+", recu["address_line_6"]):
            return 400, {"errors": [{"code": "ADDRESS_LINE_6_WRONG_FORMAT", "message": "address_line_6 doit avoir le format"}]}
        lui = {"id": f"d905a65e-{len(self.pieces)}", "status": "DRAFT", **recu}
        self.pieces[numero]["recipients"].append(lui)
        return 201, lui

    def _get_recipients(self, numero, _envoi, _recu):
        lus = self.pieces[numero]["recipients"]
        return 200, {"recipients": lus, "paging": {"total_results": len(lus)}}

    def _post_submit(self, numero, envoi, _recu):
        if not self.documents[numero] or not self.pieces[numero]["recipients"]:
            return 400, {"errors": [{"code": "DOCUMENT_NOT_FOUND", "message": "rien à envoyer"}]}
        envoi.update(status="PENDING", submission_date="2026-11-21T09:00:05.000Z")
        self.soumis.append(numero)
        return 200, None

    def _get_delivery_statuses(self, numero, _envoi, _recu):
        return 200, {"delivery_statuses": self.pieces[numero]["delivery_statuses"], "paging": {}}

    def _get_download_deposit_proof(self, *_):
        return 200, b"PK\x03\x04preuve"

    def _get_download_acknowledgement_of_receipt(self, *_):
        return 200, b"%PDF-1.4 avis"

    def suivre(self, numero, *statuts, depot="", **lui):
        """Ce que La Poste et Maileva disent ensuite : (code, instant)."""
        self.envois[numero]["status"] = "PROCESSED"
        if depot:
            self.envois[numero] |= {
                "deposit_proof_date": depot,
                "deposit_proof_url": f"/sendings/{numero}/download_deposit_proof",
            }
        self.pieces[numero]["recipients"][0] |= {"status": "PROCESSED", **lui}
        self.pieces[numero]["delivery_statuses"] = [{"status": c, "label": f"libellé {c}", "date": d} for c, d in statuts]


def _operation(methode, chemin):
    for operation in OPERATIONS:
        motif = re.sub(r"\{\w+\}", "([A-Za-z0-9-]{1,40})", operation[1])
        if operation[0] == methode and (lu := re.fullmatch(motif, chemin)):
            return operation, lu.groups()
    raise AssertionError(f"hors du contrat : {methode} {chemin}")


def _lire(genre, entetes, corps):
    if not genre:
        assert not corps
        return None
    if genre == "json":
        assert entetes["Content-Type"] == "application/json"
        return json.loads(corps)
    tete = f"Content-Type: {entetes['Content-Type']}\r\n\r\n".encode()
    parties = {
        p.get_param("name", header="content-disposition"): p
        for p in message_from_bytes(tete + corps, policy=policy.HTTP).iter_parts()
    }
    assert set(parties) == {"document", "metadata"}
    assert parties["document"].get_filename()
    assert parties["metadata"].get_content_type() == "application/json"
    return json.loads(parties["metadata"].get_payload(decode=True)), parties["document"].get_payload(decode=True)


def _champs(recu, permis, obligatoires):
    assert obligatoires <= set(recu) <= set(permis)
    for nom, valeur in recu.items():
        genre, borne = permis[nom]
        assert type(valeur) is genre, nom
        assert borne is None or (valeur in borne if isinstance(borne, set) else 0 < len(valeur) <= borne), (nom, valeur)


@cache
def contrat():
    """Le contrat d'origine, s'il est là et que les outils pour le lire le sont aussi."""
    fichier = CONTRATS / "maileva_lrel_v2.yaml"
    try:
        import jsonschema
        import yaml
    except ImportError:
        return None
    return (yaml.safe_load(fichier.read_text(encoding="utf-8")), jsonschema) if fichier.is_file() else None


def controler(operation, recu, code, rendu):
    if contrat() is None:
        return
    lu, jsonschema = contrat()
    methode, chemin = operation
    decrit = lu["paths"][chemin][methode.lower()]
    entre = decrit.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    sort = decrit["responses"][str(code)].get("content", {})
    for schema, valeur in ((entre, recu), (sort.get("application/json", {}).get("schema"), rendu)):
        if schema and valeur is not None:
            jsonschema.validate(valeur, {**schema, "components": lu["components"]})
    assert isinstance(rendu, bytes) == ("application/zip" in sort)
