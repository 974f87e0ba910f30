"""Livres, relevés et statuts d'essai, écrits ligne à ligne : un FEC et un camt.053 tiennent en quelques appels."""

from collections.abc import Iterable

COLONNES = (
    *("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib"),
    *("PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate"),
    *("Montantdevise", "Idevise"),
)
NOMS = {"PORT": "Menuiserie du Port SARL", "LUMEN": "Atelier Lumen SAS"}
Rang = dict[str, str]


def euros(centimes: int) -> str:
    signe, reste = ("-", -centimes) if centimes < 0 else ("", centimes)
    return f"{signe}{reste // 100},{reste % 100:02d}"


def rang(journal: str, num: str, le: str, compte: str, net: int, *, aux: str = "", piece: str = "", **autres: str) -> Rang:
    """Une ligne ; ``net`` en centimes, débit positif."""
    lib = "Clients" if compte.startswith("411") else "Compte"
    return {
        "JournalCode": journal,
        "JournalLib": {"AN": "A nouveaux"}.get(journal, "Journal"),
        "EcritureNum": num,
        "EcritureDate": le,
        "CompteNum": compte,
        "CompteLib": lib,
        "CompAuxNum": aux,
        "CompAuxLib": NOMS.get(aux, aux),
        "PieceRef": piece,
        "PieceDate": le,
        "EcritureLib": "essai",
        "Debit": euros(max(net, 0)),
        "Credit": euros(max(-net, 0)),
        "ValidDate": le,
    } | autres


def ecriture(
    journal: str,
    num: str,
    le: str,
    net: int,
    face: str,
    *,
    aux: str = "PORT",
    piece: str = "",
    compte: str = "411000",
    **autres: str,
) -> list[Rang]:
    """Le client d'un côté, ``face`` de l'autre."""
    return [
        rang(journal, num, le, compte, net, aux=aux, piece=piece, **autres),
        rang(journal, num, le, face, -net, piece=piece),
    ]


def vente(num: str, le: str, net: int, *, piece: str = "", aux: str = "PORT", **autres: str) -> list[Rang]:
    return ecriture("VE", num, le, net, "706000", aux=aux, piece=piece or f"F-{num}", **autres)


def reglement(num: str, le: str, net: int, *, aux: str = "PORT", piece: str = "VIR", **autres: str) -> list[Rang]:
    return ecriture("BQ", num, le, -net, "512000", aux=aux, piece=piece, **autres)


def ouverture(le: str, *clients: tuple[str, str, int], **autres: str) -> list[Rang]:
    """À-nouveaux : (auxiliaire, pièce, net) contre le capital."""
    lignes = [rang("AN", "1", le, "411000", net, aux=aux, piece=piece, **autres) for aux, piece, net in clients]
    return [*lignes, rang("AN", "1", le, "101000", -sum(net for _, _, net in clients))]


def fec(
    *ecritures: Iterable[Rang],
    separateur: str = "\t",
    fin: str = "\r\n",
    colonnes: Iterable[str] = COLONNES,
    encodage: str = "utf-8",
) -> bytes:
    noms = tuple(colonnes)
    lignes = [separateur.join(r.get(c, "") for c in noms) for e in ecritures for r in e]
    return (fin.join([separateur.join(noms), *lignes]) + fin).encode(encodage)


def solde(code: str, montant: str, devise: str = "EUR", sens: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{devise}'>{montant}</Amt>"
        f"<CdtDbtInd>{sens}</CdtDbtInd><Dt><Dt>2026-06-30</Dt></Dt></Bal>"
    )


def ntry(
    montant: str, *details: str, sens: str = "CRDT", le: str = "2026-06-10", valeur: str = "2026-06-10", plus: str = ""
) -> str:
    return (
        f"<Ntry><Amt Ccy='EUR'>{montant}</Amt><CdtDbtInd>{sens}</CdtDbtInd>{plus}<Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{le}</Dt></BookgDt><ValDt><Dt>{valeur}</Dt></ValDt><NtryDtls>{''.join(details)}</NtryDtls></Ntry>"
    )


def detail(
    montant: str = "",
    *,
    libelle: str = "",
    bout: str = "NOTPROVIDED",
    payeur: str = "",
    iban: str = "",
    banque: str = "",
    plus: str = "",
) -> str:
    somme = f"<Amt Ccy='EUR'>{montant}</Amt>" if montant else ""
    ref = f"<AcctSvcrRef>{banque}</AcctSvcrRef>" if banque else ""
    compte = f"<DbtrAcct><Id><IBAN>{iban}</IBAN></Id></DbtrAcct>" if iban else ""
    return (
        f"<TxDtls><Refs>{ref}<EndToEndId>{bout}</EndToEndId></Refs>{somme}"
        f"<RltdPties><Dbtr><Nm>{payeur}</Nm></Dbtr>{compte}</RltdPties><RmtInf><Ustrd>{libelle}</Ustrd></RmtInf>{plus}</TxDtls>"
    )


def camt(*contenu: str, version: str = "053.001.02", ident: str = "R-1") -> bytes:
    return (
        f"<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.{version}'><BkToCstmrStmt>"
        f"<GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>{ident}</Id><CreDtTm>2026-06-30T08:00:00</CreDtTm>"
        f"<Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{''.join(contenu)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def encaisse(montant: str, tva: str = "20.00", *, devise: str = "EUR") -> str:
    """Montant encaissé (MEN) d'un statut 212."""
    attribut = f' currencyID="{devise}"' if devise else ""
    return (
        "<ram:SpecifiedDocumentCharacteristic><ram:TypeCode>MEN</ram:TypeCode>"
        f"<ram:ValueAmount{attribut}>{montant}</ram:ValueAmount><ram:ValuePercent>{tva}</ram:ValuePercent>"
        "</ram:SpecifiedDocumentCharacteristic>"
    )


def cdar(facture: str, code: str, *details: str, motif: str = "", texte: str = "", le: str = "20260915") -> bytes:
    """Message de statut d'une facture électronique."""
    espace = "urn:un:unece:uncefact:data:standard"
    rsm = f"{espace}:CrossDomainAcknowledgementAndResponse:100"
    raison = f"<ram:ReasonCode>{motif}</ram:ReasonCode>" * bool(motif) + f"<ram:Reason>{texte}</ram:Reason>" * bool(texte)
    statut = f"<ram:SpecifiedDocumentStatus>{raison}<ram:SequenceNumeric>1</ram:SequenceNumeric>{''.join(details)}</ram:SpecifiedDocumentStatus>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="{rsm}"'
        f' xmlns:ram="{espace}:ReusableAggregateBusinessInformationEntity:100" xmlns:udt="{espace}:UnqualifiedDataType:100">'
        "<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter><ram:ID>urn.cpro.gouv.fr:1p0:CDV:invoice</ram:ID>"
        "</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>"
        "<rsm:AcknowledgementDocument><ram:TypeCode>23</ram:TypeCode><ram:IssueDateTime>"
        f'<udt:DateTimeString format="204">{le}101500</udt:DateTimeString></ram:IssueDateTime>'
        f"<ram:ReferenceReferencedDocument><ram:IssuerAssignedID>{facture}</ram:IssuerAssignedID>"
        f"<ram:TypeCode>380</ram:TypeCode><ram:ProcessConditionCode>{code}</ram:ProcessConditionCode>"
        f"{statut}</ram:ReferenceReferencedDocument></rsm:AcknowledgementDocument></rsm:CrossDomainAcknowledgementAndResponse>"
    ).encode()
