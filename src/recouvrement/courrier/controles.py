"""Ce qu'une lettre n'a pas le droit de dire, ni d'oublier. Les faits et le texte sont contrôlés, gabarits d'utilisateur compris."""

import re
from typing import NamedTuple

from recouvrement.courrier.document import Courrier, Donnee, Jour, Paragraphe, Tableau, Texte
from recouvrement.courrier.faits import Faits
from recouvrement.erreurs import ModeleInvalide
from recouvrement.modele.actes import MiseEnDemeure
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Qualite


class Interdit(NamedTuple):
    """Texte qu'aucune lettre ne porte, et l'article qui le dit."""

    motif: str
    article: str
    message: str


# Seul le texte des modèles est lu : un débiteur peut s'appeler « Saisie SARL ».
INTERDITS = (
    Interdit(
        r"\bsomm(ons|ation)\b|\bcommandement\b|service judiciaire", "C. pén., art. 433-13", "ne pas imiter un acte de justice"
    ),
    Interdit(
        r"\bsaisies?\b|\bhuissier|\bexpuls|\bfichage|Banque de France",
        "C. conso., art. L. 121-6",
        "menace d'une mesure impossible sans titre",
    ),
    Interdit(
        r"\bplainte\b|escroquerie|poursuites pénales|publi(er|ons) votre",
        "C. pén., art. 312-10",
        "ne liez jamais paiement et plainte ou publicité",
    ),
    Interdit(
        r"interromp\w* la prescription|prescription est interrompue",
        "C. civ., art. 2240 à 2244",
        "une lettre n'interrompt pas la prescription",
    ),
    Interdit(
        r"(?<!aucuns )\bfrais de (relance|rappel|dossier|mise en demeure|recommandé|gestion)",
        "CPCE, art. L. 111-8",
        "frais sans titre : à la charge du créancier",
    ),
    Interdit(r"mauvaise foi|négligence|inadmissible", "usage", "pas de jugement sur la personne"),
)
DEBITEURS_DE_L_INDEMNITE = frozenset({Qualite.COMMERCANT, Qualite.PROFESSIONNEL, Qualite.PERSONNE_PUBLIQUE})
PROFESSIONNELS = re.compile(r"L\. ?441-10|D\. ?441-5|40(?:,00)?\s€|indemnité forfaitaire", re.IGNORECASE)


def controler(courrier: Courrier, faits: Faits) -> None:
    """Refuse la lettre, avec l'article, si elle dit ce que la loi interdit ou oublie ce qu'elle exige.

    Raises:
        ModeleInvalide: Premier contrôle qui échoue.
    """
    _prescription(courrier, faits)
    _date_limite(courrier, faits)
    texte = " ".join(_litteral(t) for t in courrier.textes())
    for motif, article, message in INTERDITS:
        if trouve := re.search(motif, texte, re.IGNORECASE):
            _refuser(courrier, f"« {trouve[0]} » : {message} ({article})")
    if not any(b.creance.debiteur.qualite in DEBITEURS_DE_L_INDEMNITE for b in faits.visees) and PROFESSIONNELS.search(texte):
        _refuser(courrier, "l'indemnité de 40 € et l'article L. 441-10 ne visent que les professionnels (C. com., art. D. 441-5)")
    if isinstance(faits.action.acte, MiseEnDemeure):
        _mise_en_demeure(courrier)
    _comptes(courrier, faits)


def _refuser(courrier: Courrier, message: str) -> None:
    raise ModeleInvalide(message, modele=courrier.lettre)


def _litteral(texte: Texte) -> str:
    """Le texte du modèle et les montants ; les données venues des faits sont tues."""
    return "".join("…" if isinstance(f, Donnee | Jour) else str(f) for f in texte)


def _prescription(courrier: Courrier, faits: Faits) -> None:
    for b in (*faits.visees, *faits.memoire):
        if b.prescription.acquise or b.prescription.douteuse:
            article = b.prescription.resultat.source or "C. civ., art. 2219"
            _refuser(courrier, f"la facture {b.creance.numero} est prescrite, ou peut l'être : aucune demande ({article})")


def _date_limite(courrier: Courrier, faits: Faits) -> None:
    limite = faits.action.payer_avant_le
    if faits.action.etape.delai_accorde is None:
        return
    if limite is None or limite <= courrier.date or limite.weekday() > 4:
        _refuser(courrier, "donnez une date limite entière, à venir et ouvrée (C. civ., art. 1231)")
    if not any(isinstance(f, Jour) and f.le == limite for t in courrier.textes() for f in t):
        _refuser(courrier, "la date limite n'est écrite nulle part (C. civ., art. 1231)")


def _mise_en_demeure(courrier: Courrier) -> None:
    """Les mots dans l'objet, et une phrase dispositive, une seule, avec un montant et une date."""
    dispositifs = [b for b in courrier.blocs if isinstance(b, Paragraphe) and b.role == "dispositif"]
    nommee = "mise en demeure" in _litteral(courrier.objet).casefold()
    if not nommee or len(dispositifs) != 1 or "mettons en demeure" not in _litteral(dispositifs[0].texte):
        _refuser(courrier, "cette lettre ne met personne en demeure : objet et phrase dispositive unique (C. civ., art. 1344)")
    if {type(f) for f in dispositifs[0].texte}.isdisjoint({Montant}) or {type(f) for f in dispositifs[0].texte}.isdisjoint(
        {Jour}
    ):
        _refuser(courrier, "la phrase dispositive dit un montant et une date (C. civ., art. 1344)")


def _comptes(courrier: Courrier, faits: Faits) -> None:
    """Chaque total est la somme de ses lignes ; la somme demandée est celle du bilan ; aucun zéro réclamé."""
    tables = [b for b in (*courrier.blocs, *courrier.annexes) if isinstance(b, Tableau)]
    for tableau in tables:
        for i, cellule in enumerate(tableau.total):
            ecrit = [f for f in cellule if isinstance(f, Montant)]
            lus = [f.centimes for ligne in tableau.lignes for f in ligne[i] if isinstance(f, Montant)]
            if ecrit and ecrit[0].centimes != sum(lus):
                _refuser(courrier, f"le total « {ecrit[0]} » ne se retrouve pas dans ses lignes")
    if not faits.a_payer or not any(f == faits.a_payer for t in courrier.textes() for f in t):
        _refuser(courrier, "la somme demandée est nulle, ou n'est écrite nulle part")
