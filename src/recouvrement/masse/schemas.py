"""Les colonnes reçues et rendues : leur nom, leur type Arrow, leur unité."""

from typing import Any, Literal, NamedTuple

import pyarrow as pa

JOUR, CENTIMES, TEXTE = pa.date32(), pa.int64(), pa.string()
CODE = pa.dictionary(pa.int32(), pa.string())


class Colonne(NamedTuple):
    """Une colonne du schéma."""

    nom: str
    type: Any
    nulle: bool
    sens: str


ENTREE = (
    Colonne("reference", TEXTE, False, "référence de la créance"),
    Colonne(
        "principal_centimes",
        CENTIMES,
        False,
        "montant d'origine TTC, en centimes ; ou « principal », decimal128 à deux décimales",
    ),
    Colonne("emise_le", JOUR, False, "émission de la facture"),
    Colonne("creancier_qualite", TEXTE, False, "« commercant », « professionnel »… : les valeurs de Qualite"),
    Colonne("debiteur_qualite", TEXTE, False, "les mêmes valeurs ; jamais devinée"),
    Colonne("echeance", JOUR, True, "absente : calculée par la loi"),
    Colonne("executee_le", JOUR, True, "livraison ou fin de la prestation"),
    Colonne("recue_le", JOUR, True, "réception de la demande de paiement, acheteur public"),
    Colonne("contrat_le", JOUR, True, "absente : l'émission"),
    Colonne("acheteur", TEXTE, True, "genre d'acheteur public ; absent : « general »"),
    Colonne("nature", TEXTE, True, "absente : « facture »"),
    Colonne("taux_dix_milliemes", pa.int64(), True, "taux convenu, en dix-millièmes de pour cent : 12,15 % est 121500"),
    Colonne("taux_indexe", TEXTE, True, "taux convenu : « BCE + 10 », « 3 × taux légal »"),
    Colonne("paiements_le", pa.list_(JOUR), True, "jours des paiements, affectés à cette créance par le débiteur"),
    Colonne("paiements_centimes", pa.list_(CENTIMES), True, "leurs montants, en centimes, dans le même ordre"),
    Colonne("avoirs_le", pa.list_(JOUR), True, "jours des avoirs"),
    Colonne("avoirs_centimes", pa.list_(CENTIMES), True, "leurs montants, en centimes"),
    Colonne("secteur", TEXTE, True, "secteur d'un plafond légal particulier"),
    Colonne("capitalisation", pa.bool_(), True, "capitalisation convenue"),
    Colonne("devise", TEXTE, True, "code ISO 4217 ; absente : « EUR »"),
    Colonne("debiteur", TEXTE, True, "clé du débiteur, rendue telle quelle ; elle groupe la balance âgée, rien d'autre"),
)
SORTIE = (
    Colonne("ligne", pa.int64(), False, "rang de la ligne reçue, depuis 0"),
    Colonne("reference", TEXTE, False, "référence de la créance"),
    Colonne("debiteur", TEXTE, True, "clé du débiteur, telle que reçue"),
    Colonne("devise", TEXTE, True, "devise, telle que reçue ; absente : l'euro"),
    Colonne("emise_le", JOUR, False, "émission, telle que reçue"),
    Colonne("regime", CODE, False, "code du régime"),
    Colonne("echeance", JOUR, False, "échéance donnée, ou calculée par la loi"),
    Colonne("jours_retard", pa.int32(), False, "jours de retard ; 0 si rien n'est dû"),
    Colonne("principal_centimes", CENTIMES, False, "principal restant dû"),
    Colonne("penalites_centimes", CENTIMES, False, "pénalités de retard restant dues"),
    Colonne("interets_centimes", CENTIMES, False, "intérêts au taux légal ou convenu restant dus"),
    Colonne("indemnite_centimes", CENTIMES, False, "indemnité forfaitaire restant due"),
    Colonne("frais_centimes", CENTIMES, False, "frais justifiés restant dus : ce qui excède l'indemnité"),
    Colonne("total_centimes", CENTIMES, False, "somme des cinq"),
    Colonne("trop_percu_centimes", CENTIMES, False, "payé au-delà de ce qui était dû"),
    Colonne("prescription", JOUR, False, "dernier jour utile"),
    Colonne("prescription_prudente", JOUR, False, "jour prudent"),
    Colonne("prescription_regime", CODE, False, "code du régime de prescription"),
    Colonne("etape", CODE, True, "prochaine étape ; absente : rien à faire"),
    Colonne("etape_le", JOUR, True, "jour où elle devient due, ou l'est devenue"),
    Colonne("alertes", pa.list_(TEXTE), False, "codes, dans l'ordre du bilan"),
    Colonne("repris", pa.bool_(), False, "vrai : calculée par le moteur d'objets"),
)
REJETS = (
    Colonne("ligne", pa.int64(), True, "rang de la ligne reçue, depuis 0 ; absent : l'événement ne nomme aucune ligne"),
    Colonne("reference", TEXTE, True, "référence de la créance"),
    Colonne("champ", TEXTE, False, "champ fautif, s'il y en a un"),
    Colonne("motif", TEXTE, False, "ce qui empêche l'examen, en français"),
)


ACCROISSEMENT = pa.struct(
    [
        *(("nature", TEXTE), ("du", JOUR), ("au", JOUR), ("jours", pa.int32()), ("base_centimes", CENTIMES)),
        *(("taux_dix_milliemes", pa.int64()), ("annee", pa.int32()), ("montant_centimes", CENTIMES)),
    ]
)
DECOMPTES = (
    Colonne("ligne", pa.int64(), False, "rang de la ligne reçue, depuis 0"),
    Colonne("reference", TEXTE, False, "référence de la créance"),
    Colonne("decompte", pa.list_(ACCROISSEMENT), False, "lignes d'accroissement : base × jours × taux ÷ année, au centime"),
)


EVENEMENTS = (
    Colonne("creance", TEXTE, False, "référence de la créance"),
    Colonne("type", TEXTE, False, "« paiement », « mise_en_demeure », « acte_interruptif »…"),
    Colonne("le", JOUR, False, "jour d'effet ; d'une suspension ou d'un délai de grâce, son premier jour"),
    Colonne("montant_centimes", CENTIMES, True, "montant, en centimes"),
    Colonne("reference", TEXTE, True, "clé de l'hôte"),
    Colonne("effet_le", JOUR, True, "d'un avoir"),
    Colonne("au", JOUR, True, "fin d'une suspension ou d'un délai de grâce"),
    Colonne("cause", TEXTE, True, "d'un acte interruptif ou d'une suspension"),
    Colonne("fin_le", JOUR, True, "fin de l'instance"),
    Colonne("presentee_le", JOUR, True, "première présentation d'une mise en demeure"),
    Colonne("payer_avant_le", JOUR, True, "dernier jour qu'elle accorde"),
    Colonne("etape", TEXTE, True, "étape du scénario que fait l'acte"),
    Colonne("canal", TEXTE, True, "canal de l'acte"),
    Colonne("levee_le", JOUR, True, "d'une contestation"),
    Colonne("pour_le", JOUR, True, "jour promis"),
    Colonne("genre", TEXTE, True, "« sauvegarde », « redressement » ou « liquidation »"),
    Colonne("publiee_le", JOUR, True, "publication du jugement d'ouverture"),
    Colonne("cloturee_le", JOUR, True, "clôture de la procédure"),
    Colonne("executoire_le", JOUR, True, "jour où le titre est devenu exécutoire"),
    Colonne("motif", TEXTE, True, "d'un blocage, ou de frais justifiés"),
    Colonne("piece", TEXTE, True, "preuve de frais justifiés"),
    Colonne("jusqu_au", JOUR, True, "dernier jour d'un blocage"),
    Colonne("paiement", TEXTE, True, "référence du paiement rejeté"),
    Colonne("affectation", TEXTE, True, "d'un paiement : « debiteur » ou « creancier »"),
    Colonne("poste", TEXTE, True, "que réduit une remise ; absent : le principal"),
    Colonne("versements_le", pa.list_(JOUR), True, "jours des versements d'un échéancier"),
    Colonne("versements_centimes", pa.list_(CENTIMES), True, "leurs montants, en centimes, dans le même ordre"),
    Colonne("interets", TEXTE, True, "d'un échéancier : « courent » ou « abandonnes »"),
    Colonne("decheance", pa.bool_(), True, "d'un échéancier : un versement manqué rend le tout exigible"),
)


def _schema(colonnes: tuple[Colonne, ...]) -> Any:
    return pa.schema([pa.field(c.nom, c.type, nullable=c.nulle) for c in colonnes])


def schema() -> Any:
    """Le ``pyarrow.Schema`` attendu. Les colonnes facultatives peuvent manquer ; l'ordre est libre."""
    return _schema(ENTREE)


def schema_des_evenements() -> Any:
    """Le ``pyarrow.Schema`` de la seconde table, ``evenements=``."""
    return _schema(EVENEMENTS)


def schema_des_bilans() -> Any:
    """Le ``pyarrow.Schema`` rendu, une ligne par créance examinée."""
    return _schema(SORTIE)


def schema_des_rejets() -> Any:
    """Le ``pyarrow.Schema`` des lignes fautives."""
    return _schema(REJETS)


def schema_des_decomptes() -> Any:
    """Le ``pyarrow.Schema`` rendu par ``BilanTable.decompte``."""
    return _schema(DECOMPTES)


TABLES = {"creances": ENTREE, "evenements": EVENEMENTS, "bilans": SORTIE, "rejets": REJETS, "decomptes": DECOMPTES}


def decrire(table: Literal["creances", "evenements", "bilans", "rejets", "decomptes"] = "creances") -> str:
    """Les colonnes d'une table, une par ligne : nom, type, « ? » si elle peut être vide, sens."""
    return "\n".join(f"{c.nom}{'?' * c.nulle} : {c.type} ; {c.sens}" for c in TABLES[table])
