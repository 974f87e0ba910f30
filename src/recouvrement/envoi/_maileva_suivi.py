"""Du suivi de Maileva aux avis : ce que chaque code veut dire, et le jour où c'est arrivé chez le destinataire.

Source:
    Contrat « Lettres Recommandées En Ligne » 2.5, table des statuts de distribution. Les natures sont les nôtres, au plus prudent :
    un code qui ne dit pas clairement qu'un avis de passage a été laissé ne vaut pas présentation.
"""

from collections.abc import Iterable, Iterator, Set
from datetime import date, datetime, tzinfo

from recouvrement import temps
from recouvrement.envoi._maileva_echanges import Echec, Guichet, Objet, identifiant, liste
from recouvrement.erreurs import extrait
from recouvrement.ports import Avis, Document, NatureAvis

PRESENTATIONS = ("A02", "P01", "P02")
_LA_POSTE: tuple[tuple[NatureAvis, str], ...] = (  # de la plus précise à la plus vague
    ("refuse_par_lui", "P05 P04 P06 A16 A18"),
    ("non_reclame", "P03 A14 A17"),
    ("non_distribuable", "A21 A22 A23"),
    ("distribue", "D01"),
    ("non_distribuable", "A19 A24 A25 A26"),
)
_MAILEVA: tuple[tuple[NatureAvis, str], ...] = (  # au jour de la numérisation, postérieur au fait
    ("distribue", "N01"),
    ("non_reclame", "N03"),
    ("refuse_par_lui", "N05"),
    ("non_distribuable", "N04 N06 N07 N08 N02 N10"),
)
ISSUES = {code: nature for nature, codes in _LA_POSTE for code in codes.split()}
NUMERISES = {code: nature for nature, codes in _MAILEVA for code in codes.split()}
RETARDS = ("A05", "A11", "A12", "A13", "A15", "A27")
_VAGUES = ("N02", "N10")
_OUTRE_MER = {
    "971": "America/Guadeloupe",
    "972": "America/Martinique",
    "973": "America/Cayenne",
    "974": "Indian/Reunion",
    "975": "America/Miquelon",
    "976": "Indian/Mayotte",
    "977": "America/Guadeloupe",
    "978": "America/Guadeloupe",
}


def suivre(guichet: Guichet, numero: str, morts: Set[str]) -> Iterator[Avis]:
    """Avis d'un envoi, ceux qui ont une pièce en dernier.

    Raises:
        Echec: Réponse absente ou hors du contrat.
    """
    envoi = guichet.demander("GET", f"/sendings/{numero}")
    destinataires = liste(guichet.demander("GET", f"/sendings/{numero}/recipients?start_index=1&count=2"), "recipients")
    if len(destinataires) != 1:
        raise Echec("a_retenter", f"{len(destinataires)} destinataires au lieu d'un")
    lui = destinataires[0]
    fuseau = temps.fuseau(_OUTRE_MER.get(str(lui.get("address_line_6", ""))[:3], "Europe/Paris"))
    if envoi.get("status") in morts or lui.get("status") == "REJECTED":
        motif = f"rejeté par Maileva, jamais parti : {lui.get('status_detail') or envoi.get('status_detail') or 'sans motif'}"
        le = envoi.get("processed_date") or envoi.get("submission_date") or envoi.get("creation_date")
        yield Avis(numero=numero, nature="non_distribuable", le=_jour(le, fuseau), detail=extrait(motif, 300))
        return
    chemin = f"/sendings/{numero}/recipients/{identifiant(lui)}"
    statuts = liste(guichet.demander("GET", f"{chemin}/delivery_statuses?start_index=1&count=500"), "delivery_statuses")
    recommande = f"recommandé {lui['registered_number']}" if lui.get("registered_number") else ""
    yield from _distribution(numero, statuts, fuseau, recommande)
    if envoi.get("deposit_proof_date") and envoi.get("deposit_proof_url"):
        preuve = _piece("preuve-de-depot", guichet.reussir("GET", f"/sendings/{numero}/download_deposit_proof"))
        le_depot = _jour(envoi["deposit_proof_date"], fuseau)
        yield Avis(numero=numero, nature="depose", le=le_depot, detail=recommande, preuves=(preuve,))
    numerise = _premier(statuts, NUMERISES)
    if numerise and lui.get("acknowledgement_of_receipt_url"):
        preuve = _piece("avis-de-reception", guichet.reussir("GET", f"{chemin}/download_acknowledgement_of_receipt"))
        nature, le = _nature(numerise, _premier(statuts, ISSUES)), _jour(numerise.get("date"), fuseau)
        yield Avis(numero=numero, nature=nature, le=le, detail=_dit(numerise, recommande), preuves=(preuve,))


def _distribution(numero: str, statuts: list[Objet], fuseau: tzinfo, recommande: str) -> Iterator[Avis]:
    presentes = [s for s in statuts if s.get("status") in PRESENTATIONS]
    presente = min(presentes, key=lambda s: _jour(s.get("date"), fuseau), default=None)
    issue = _premier(statuts, ISSUES) or _premier(statuts, NUMERISES)
    retard = None if presente or issue else _premier(statuts, RETARDS)
    faits: tuple[tuple[Objet | None, NatureAvis], ...] = (
        (presente, "presente"),
        (issue, _nature(issue) if issue else "retarde"),
        (retard, "retarde"),
    )
    for statut, nature in faits:
        if statut is not None:
            yield Avis(numero=numero, nature=nature, le=_jour(statut.get("date"), fuseau), detail=_dit(statut, recommande))


def _premier(statuts: list[Objet], codes: Iterable[str]) -> Objet | None:
    """Premier des codes, dans leur ordre, qui soit au suivi."""
    return next((s for code in codes for s in statuts if s.get("status") == code), None)


def _nature(statut: Objet, la_poste: Objet | None = None) -> NatureAvis:
    """Un pli revenu que Maileva numérise sans dire pourquoi garde la cause que La Poste a donnée."""
    code = str(statut["status"])
    return ISSUES[la_poste["status"]] if la_poste and code in _VAGUES else (ISSUES | NUMERISES)[code]


def _dit(statut: Objet, recommande: str) -> str:
    numerise = "jour de la numérisation" if statut["status"] in NUMERISES else ""
    fait = f"{statut['status']} {statut.get('label', '')}".strip()
    return extrait(", ".join(filter(None, (fait, numerise, recommande))), 300)


def _jour(instant: object, fuseau: tzinfo) -> date:
    """Jour civil chez le destinataire ; un instant sans fuseau est déjà local."""
    try:
        lu = datetime.fromisoformat(instant if isinstance(instant, str) else "")
        return (lu.astimezone(fuseau) if lu.tzinfo else lu).date()
    except (ValueError, OverflowError) as e:
        raise Echec("a_retenter", f"date illisible : {extrait(instant)}") from e


def _piece(nom: str, octets: bytes) -> Document:
    """Le contrat annonce une archive zip, ses phrases un PDF : les premiers octets décident."""
    if octets.startswith(b"%PDF-"):
        return Document(f"{nom}.pdf", "application/pdf", octets)
    if octets.startswith(b"PK\x03\x04"):
        return Document(f"{nom}.zip", "application/zip", octets)
    raise Echec("a_retenter", f"pièce « {nom} » ni PDF ni zip")
