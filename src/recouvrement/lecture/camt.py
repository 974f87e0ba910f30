"""Relevés de compte CAMT.053 : des règlements proposés au rapprochement, des rejets à rattacher, rien d'imputé."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from xml.etree.ElementTree import Element

from attrs import define, field, frozen

from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture._commun import MEGA, lire_date, lire_octets, lire_somme, nom_de
from recouvrement.lecture._xml import lire_arbre, premier, textes
from recouvrement.lecture.constat import Constat, montrer
from recouvrement.modele import _champs as c
from recouvrement.modele.evenements import Paiement
from recouvrement.modele.montant import Montant
from recouvrement.ports import Encaissement, Lecture, Retour

LIMITE_CAMT = 50 * MEGA
_RACINE = re.compile(r"\{urn:iso:std:iso:20022:tech:xsd:camt\.(05[0-9])\.001\.[0-9]{2}\}Document", re.ASCII)
_SIGNES = {"CRDT": 1, "DBIT": -1}
_RELEVES = 5000
_VIDES = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "NONE"})
_IDENTIFIANTES = ("EndToEndId", "TxId", "InstrId", "ChqNb", "AcctSvcrRef")
_MOYENS = {"IDDT": "prelevement", "RDDT": "prelevement", "RCHQ": "cheque", "ICHQ": "cheque", "MCRD": "carte", "CCRD": "carte"}
# Opérations qui en défont une autre (ISO 20022, External Bank Transaction Codes).
_RETOURS = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "RCDD", "UPCQ", "CQRV", "UPCT"})
# ISO 20022, External Return Reason Codes ; libellés du guide SEPA de l'EPC, en français.
MOTIFS = {
    "AC01": "compte inexistant",
    "AC04": "compte clos",
    "AC06": "compte bloqué",
    "AC13": "compte d'un consommateur",
    "AG01": "opération interdite sur ce compte",
    "AM04": "provision insuffisante",
    "AM05": "opération en double",
    "BE05": "créancier inconnu du débiteur",
    "FOCR": "retour après une demande d'annulation",
    "MD01": "pas de mandat",
    "MD06": "remboursement demandé par le débiteur",
    "MD07": "débiteur décédé",
    "MS02": "refus du débiteur",
    "MS03": "motif non communiqué par la banque",
    "RC01": "identifiant de banque faux",
    "SL01": "service du débiteur (opposition, plafond)",
}


def _sans_espace_de_noms(racine: Element) -> None:
    """La version du message change l'espace de noms, jamais les noms."""
    for e in racine.iter():
        e.tag = e.tag.rpartition("}")[2]


@frozen
class LecteurCAMT:
    """Lit les écritures comptabilisées d'un relevé définitif (camt.053), si ses soldes s'accordent.

    Un crédit devient un ``Encaissement`` ; un débit qui défait un crédit, un ``Retour``. Un règlement est daté du jour de
    l'écriture ou de sa date de valeur, la première des deux.

    Source:
        ISO 20022, BankToCustomerStatement ; CJCE, 3 avril 2008, C-306/06 (le compte du créancier est crédité).
    """

    def lire(self, source: Path | bytes) -> Lecture:
        """Règlements et retours ; un relevé dont les soldes ne s'accordent pas est refusé, les autres du fichier sont lus.

        Raises:
            DonneeInvalide: Le fichier n'est pas un camt.053 lisible.
        """
        ou = nom_de(source)
        racine = lire_arbre(lire_octets(source, LIMITE_CAMT), ou)
        lu = _RACINE.fullmatch(racine.tag)
        if lu is None or lu[1] != "053":
            nom = f"camt.{lu[1]}" if lu else racine.tag.rpartition("}")[2]
            remede = "Demandez le relevé définitif (camt.053) : les avis (camt.052, camt.054) le redisent en partie."
            raise DonneeInvalide("ce XML n'est pas un relevé camt.053", ou=ou, champ="racine", valeur=nom, remede=remede)
        _sans_espace_de_noms(racine)
        releves = racine.findall("BkToCstmrStmt/Stmt")
        if not releves:
            raise DonneeInvalide("aucun relevé", ou=ou, champ="Stmt", remede="Redemandez le fichier à votre banque.")
        if len(releves) > _RELEVES:
            remede = "Demandez à votre banque un fichier par période."
            raise DonneeInvalide(f"plus de {_RELEVES} relevés", ou=ou, champ="Stmt", valeur=len(releves), remede=remede)
        carnet = Constat(ou)
        mouvements: list[Encaissement | Retour] = []
        for releve in releves:
            constat = carnet.a(f"{ou}, relevé {montrer(premier(releve, 'Id'))}")
            try:
                mouvements += _Releve(releve, constat).lire()
            except DonneeInvalide as e:
                constat.refuser(e)
        return Lecture(
            anomalies=tuple(carnet.anomalies),
            encaissements=tuple([m for m in mouvements if isinstance(m, Encaissement)]),
            retours=tuple([m for m in mouvements if isinstance(m, Retour)]),
        )


@define
class _Releve:
    element: Element
    constat: Constat
    _references: Counter[str] = field(factory=Counter)
    _empreinte: str = ""

    def __attrs_post_init__(self) -> None:
        chemins = (("Acct/Id/IBAN", "Acct/Id/Othr/Id"), ("Id",), ("CreDtTm",))
        graine = "|".join(premier(self.element, *lus) for lus in chemins)
        self._empreinte = hashlib.sha256(graine.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def lire(self) -> list[Encaissement | Retour]:
        """Les mouvements, une fois les soldes contrôlés."""
        ecritures = self.element.findall("Ntry")
        comptabilisees = [e for e in ecritures if premier(e, "Sts/Cd", "Sts") == "BOOK"]
        if len(comptabilisees) < len(ecritures):
            reste = f"{len(ecritures) - len(comptabilisees)} écritures"
            self.constat.alerter("écritures non comptabilisées : ignorées", champ="Sts", valeur=reste)
        if copie := premier(self.element, "CpyDplctInd"):
            self.constat.alerter("relevé marqué comme une copie", champ="CpyDplctInd", valeur=copie)
        signes = [(_signe(e), _montant(e, "Amt")) for e in comptabilisees]
        self._controler([m if s > 0 else -m for s, m in signes])
        mouvements: list[Encaissement | Retour] = []
        lieu = self.constat.ou
        for rang, (e, (signe, montant)) in enumerate(zip(comptabilisees, signes, strict=True), 1):
            constat = self.constat.a(f"{lieu}, écriture {rang}")
            try:
                mouvements += list(self._ecriture(e, signe, montant, rang, constat))  # toute l'écriture, ou rien
            except DonneeInvalide as x:
                constat.refuser(x)
        return mouvements

    def _controler(self, montants: list[Montant]) -> None:
        """Ouverture + écritures = clôture ; faute de l'un des soldes, une alerte le dit."""
        ouverture, cloture = self._solde("OPBD", "PRCD"), self._solde("CLBD")
        devises = {m.devise for m in (ouverture, cloture, *montants) if m}
        if ouverture is None or cloture is None or len(devises) > 1:
            quoi = "dans plusieurs devises" if len(devises) > 1 else "incomplets"
            self.constat.alerter(
                f"soldes {quoi} : les écritures n'ont pu être contrôlées", champ="Bal", valeur=", ".join(sorted(devises))
            )
            return
        somme = sum(montants, ouverture)
        if somme != cloture:
            message = (
                f"le relevé ne s'additionne pas : ouverture + écritures = {somme}, clôture {cloture}, écart {cloture - somme}"
            )
            remede = "Redemandez le relevé à votre banque ; rien n'en a été lu."
            raise DonneeInvalide(message, champ="Bal", remede=remede)

    def _solde(self, *codes: str) -> Montant | None:
        for code in codes:
            trouves = [b for b in self.element.findall("Bal") if premier(b, "Tp/CdOrPrtry/Cd") == code]
            if len(trouves) > 1:
                raise DonneeInvalide("deux soldes se contredisent", champ=code, remede="Redemandez le relevé à votre banque.")
            for solde in trouves:
                montant = _montant(solde, "Amt")
                return montant if _signe(solde) > 0 else -montant
        return None

    def _ecriture(self, e: Element, signe: int, total: Montant, rang: int, constat: Constat) -> Iterator[Encaissement | Retour]:
        details = e.findall("NtryDtls/TxDtls") or [e]
        if len(details) == 1 and premier(e, "NtryDtls/Btch/NbOfTxs") not in ("", "1"):
            constat.alerter("remise de plusieurs opérations sans détail : un seul règlement", champ="NbOfTxs", valeur=total)
        parts = _repartir(e, details, signe, total)
        le = _jour(e)
        for numero, (detail, part) in enumerate(zip(details, parts, strict=True), 1):
            if part.centimes:
                reference = self._reference(e, detail, rang, numero if len(details) > 1 else 0)
                yield from _mouvement(e, detail, part, le, reference, constat)

    def _reference(self, e: Element, detail: Element, rang: int, numero: int) -> str:
        """Celle de la banque, sinon une empreinte du relevé et du rang : la même à chaque lecture."""
        de_la_banque = premier(detail, "Refs/AcctSvcrRef") or premier(e, "AcctSvcrRef")
        if de_la_banque.upper() in _VIDES:
            de_la_banque = f"releve-{self._empreinte}-{rang}"
        reference = de_la_banque + (f"#{numero}" if numero else "")
        self._references[reference] += 1
        vus = self._references[reference]
        return reference if vus == 1 else f"{reference} ({vus})"


def _mouvement(
    e: Element, detail: Element, part: Montant, le: date, reference: str, constat: Constat
) -> Iterator[Encaissement | Retour]:
    """Un règlement, un retour, une alerte, ou rien : une sortie d'argent n'est pas l'affaire du recouvrement."""
    payeur = premier(detail, "RltdPties/Dbtr/Nm", "RltdPties/Dbtr/Pty/Nm", "RltdPties/UltmtDbtr/Nm")
    lus = [premier(detail, f"Refs/{nom}") for nom in _IDENTIFIANTES]
    references = tuple(dict.fromkeys(r for r in lus if r.upper() not in _VIDES))
    libelle = _libelle(e, detail, payeur)
    if _est_retour(e, detail):
        if part.centimes < 0:
            yield Retour(
                le=le,
                montant=-part,
                motif=_motif(detail),
                libelle=libelle,
                payeur=payeur,
                reference=reference,
                references=references,
            )
        else:
            constat.alerter("retour au crédit : votre propre paiement revenu, pas un règlement", champ="RtrInf", valeur=part)
    elif part.centimes > 0:
        iban = premier(detail, "RltdPties/DbtrAcct/Id/IBAN")
        famille = premier(detail, "BkTxCd/Domn/Fmly/Cd") or premier(e, "BkTxCd/Domn/Fmly/Cd")
        yield Encaissement(
            paiement=Paiement(le=le, montant=part, reference=reference, moyen=_MOYENS.get(famille, "virement")),
            libelle=libelle,
            payeur=payeur,
            iban=constat.tolerer(lambda: c.iban(iban), "IBAN du payeur"),
            references=references,
        )


def _est_retour(e: Element, detail: Element) -> bool:
    codes = {*textes(detail, "BkTxCd/Domn/Fmly/SubFmlyCd"), *textes(e, "BkTxCd/Domn/Fmly/SubFmlyCd")}
    annule = premier(e, "RvslInd") in {"true", "1"}
    return annule or detail.find("RtrInf") is not None or bool(codes & _RETOURS)


def _motif(detail: Element) -> str:
    code = premier(detail, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    return " : ".join(p for p in (code, MOTIFS.get(code) or premier(detail, "RtrInf/AddtlInf")) if p)


def _libelle(e: Element, detail: Element, payeur: str) -> str:
    """Tout ce que le payeur et les banques ont écrit, sans redite."""
    chemins = ("Ustrd", "Strd/RfrdDocInf/Nb", "Strd/CdtrRefInf/Ref", "Strd/AddtlRmtInf")
    morceaux = [t for chemin in chemins for t in textes(detail, f"RmtInf/{chemin}")]
    morceaux += [
        payeur,
        premier(detail, "Refs/EndToEndId"),
        premier(detail, "AddtlTxInf"),
        premier(e, "AddtlNtryInf"),
    ]
    return " ".join(dict.fromkeys(m for m in morceaux if m.upper() not in _VIDES))


# --- montants, sens, dates -------------------------------------------------------------------------------------------


def _signe(e: Element) -> int:
    lu = premier(e, "CdtDbtInd")
    if lu not in _SIGNES:
        raise DonneeInvalide("sens inconnu", champ="CdtDbtInd", valeur=lu, remede="CRDT ou DBIT est attendu.")
    return _SIGNES[lu]


def _montant(e: Element, chemin: str) -> Montant:
    trouve = e.find(chemin)
    texte = premier(e, chemin)
    if trouve is None or not texte:
        raise DonneeInvalide("montant absent", champ=chemin, remede="Redemandez le relevé à votre banque.")
    montant = lire_somme(texte, trouve.get("Ccy", ""), chemin)
    if montant.centimes < 0:
        raise DonneeInvalide("montant négatif : le sens est à part", champ=chemin, valeur=montant)
    return montant


def _repartir(e: Element, details: Iterable[Element], signe: int, total: Montant) -> list[Montant]:
    """La part de chaque détail, signée ; leur somme est celle de l'écriture, ou rien n'en est lu.

    Le montant d'un détail unique, donné dans une autre devise, est celui d'origine : l'écriture seule compte.
    """
    signee = total if signe > 0 else -total
    parts = []
    for detail in details:
        lu = None if detail is e else _montant_du_detail(detail, total.devise)
        sens = _signe(detail) if detail.find("CdtDbtInd") is not None else signe
        parts.append(None if lu is None else lu if sens > 0 else -lu)
    if len(parts) == 1 and (parts[0] is None or not parts[0].centimes):
        return [signee]
    connues = [p for p in parts if p is not None]
    if len(connues) < len(parts) or sum(connues, Montant.zero(total.devise)) != signee:
        somme = sum(connues, Montant.zero(total.devise))
        message = f"les détails ne font pas l'écriture : {somme} pour {signee}"
        raise DonneeInvalide(message, champ="TxDtls", remede="Rapprochez cette écriture à la main, ou redemandez le relevé.")
    return connues


def _montant_du_detail(detail: Element, devise: str) -> Montant | None:
    for chemin in ("Amt", "AmtDtls/TxAmt/Amt"):
        trouve = detail.find(chemin)
        if trouve is not None and trouve.get("Ccy") == devise:
            return _montant(detail, chemin)
    return None


def _jour(e: Element) -> date:
    """L'écriture ou la date de valeur, la première des deux : le débiteur n'en paie pas l'écart."""
    lus = [premier(e, f"{nom}/Dt", f"{nom}/DtTm") for nom in ("BookgDt", "ValDt")]
    jours = [lire_date(lu.partition("T")[0], "xsd", "BookgDt, ValDt") for lu in lus if lu]
    if not jours:
        raise DonneeInvalide("date absente", champ="BookgDt", remede="Redemandez le relevé à votre banque.")
    return min(jours)
