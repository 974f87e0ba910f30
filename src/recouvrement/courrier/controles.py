"""Ce qu'une lettre n'a pas le droit de dire, ni d'oublier. Les faits et le texte sont contrôlés, gabarits d'utilisateur compris."""

import re
from typing import NamedTuple

from recouvrement.courrier.document import Courrier, Donnee, Fragment, Jour, Paragraphe, Tableau, Texte
from recouvrement.courrier.faits import HABITATION, Faits
from recouvrement.courrier.reproductions import l111_8
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.erreurs import ModeleInvalide
from recouvrement.modele.accords import ReconnaissanceDeDette, Transaction
from recouvrement.modele.evenements import Echeancier, Paiement, ProcedureCollective
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Qualite
from recouvrement.politique.contentieux import DossierContentieux
from recouvrement.temps import Delai


class Interdit(NamedTuple):
    """Texte qu'aucune lettre ne porte, et l'article qui le dit.

    Attributes:
        au_debiteur: Ne vaut que dans une lettre au débiteur : une note à un avocat peut parler de saisie.
    """

    motif: str
    article: str
    message: str
    au_debiteur: bool = False


# Seul le texte des modèles, et ce que l'appelant y ajoute, est lu : un débiteur peut s'appeler « Saisie SARL ».
INTERDITS = (
    Interdit(
        r"\bsomm(ons|ation)\b|\bcommandement\b(?! de payer par un commissaire de justice)|service judiciaire"
        r"|\bsummons\b|\bwrit\b|court bailiff",
        "C. pén., art. 433-13",
        "ne pas imiter un acte de justice",
    ),
    Interdit(
        r"\bsaisies?\b|\bhuissier|\bexpuls|\bfichage|banque de france|\bseiz(e|ure)|\bbailiff|\bevict|credit (file|bureau|blacklist)",
        "C. conso., art. L. 121-6",
        "menace d'une mesure impossible sans titre",
        au_debiteur=True,
    ),
    Interdit(
        r"\bplainte\b|escroquerie|poursuites pénales|publi(er|ons) votre|criminal (complaint|charge)|\bfraud\b|name and shame",
        "C. pén., art. 312-10",
        "ne liez jamais paiement et plainte ou publicité",
    ),
    Interdit(
        r"interromp\w* la prescription|prescription est interrompue|interrupts? the limitation",
        "C. civ., art. 2240 à 2244",
        "une lettre n'interrompt pas la prescription",
    ),
    Interdit(
        r"renonc\w+ (à|d'avance à) (invoquer |opposer |se prévaloir de )?la prescription|waives? .{0,20}limitation",
        "C. civ., art. 2250",
        "on ne renonce pas à une prescription qui n'est pas acquise",
    ),
    Interdit(
        r"(?<!aucuns )\bfrais (accessoires|de (relance|rappel|dossier|mise en demeure|recommandé|gestion|contentieux|mandataire|l['’]acte))"
        r"|\b(reminder|administration|agency|collection) (fees?|costs?|charges?)",
        "CPCE, art. L. 111-8",
        "frais sans titre : à la charge du créancier",
    ),
    Interdit(r"mauvaise foi|négligence|inadmissible|bad faith|negligen", "usage", "pas de jugement sur la personne"),
)
DEBITEURS_DE_L_INDEMNITE = frozenset({Qualite.COMMERCANT, Qualite.PROFESSIONNEL, Qualite.PERSONNE_PUBLIQUE})
PROFESSIONNELS = re.compile(r"L\.\s?441-10|D\.\s?441-5|40(?:,00)?\s€|€40\b|indemnité forfaitaire", re.IGNORECASE)
COMMERCE = re.compile(r"L\.\s?441-10|D\.\s?441-5|injonction de payer|order for payment|payment order", re.IGNORECASE)
INJONCTION = re.compile(r"injonction de payer(?! européenne)|(?<!european )order for payment|payment order", re.IGNORECASE)
ABSOLUE = re.compile(r"quelconques?|de toute nature|toutes? (réclamations?|prétentions?) passées? et à venir", re.IGNORECASE)
DISPOSITIFS = {"fr": "mettons en demeure", "en": "formal notice"}
ACTIVITES = {"fr": "activité de recouvrement amiable", "en": "business of amicable debt collection"}
OUVRES = Calendrier()
PREAVIS = {True: 30, False: 8}  # un consommateur, un professionnel


def controler(courrier: Courrier, faits: Faits, sujet: object = None) -> None:
    """Refuse la lettre, avec l'article, si elle dit ce que la loi interdit ou oublie ce qu'elle exige.

    Args:
        sujet: La valeur dont elle part, ou rien.

    Raises:
        ModeleInvalide: Premier contrôle qui échoue.
    """
    texte = " ".join(_litteral(t) for t in courrier.textes())
    bas = texte.lower()
    _procedure(courrier, faits)
    if not isinstance(sujet, Paiement | DossierContentieux):  # un remerciement tait ce qui ne se demande pas
        _prescription(courrier, faits)
    _date_limite(courrier, faits)
    for interdit in INTERDITS:
        if interdit.au_debiteur and faits.destinataire is not None:
            continue
        if trouve := re.search(interdit.motif, bas):
            _refuser(courrier, f"« {trouve[0]} » : {interdit.message} ({interdit.article})")
    _regime(courrier, faits, " ".join(_litteral(t, montants=False) for t in courrier.textes()))
    _suspendue(courrier, faits)
    _voie(courrier, faits, texte)
    if faits.met_en_demeure:
        _mise_en_demeure(courrier, faits)
    if faits.ouvre_le_mandat:
        _premiere_lettre(courrier, faits)
    elif faits.mandataire is not None:
        _suite_du_mandat(courrier, faits, sujet)
    _acte(courrier, faits, sujet, texte)
    _comptes(courrier, faits)


def _refuser(courrier: Courrier, message: str) -> None:
    raise ModeleInvalide(message, modele=courrier.lettre)


def _litteral(texte: Texte, *, montants: bool = True) -> str:
    """Le texte du modèle, et les montants sauf avis contraire ; les données venues des faits sont tues."""
    tus = (Donnee, Jour) if montants else (Donnee, Jour, Montant)
    return "".join("…" if isinstance(f, tus) else str(f) for f in texte)


def _ecrits(courrier: Courrier) -> set[Fragment]:
    return {f for t in courrier.textes() for f in t}


def _procedure(courrier: Courrier, faits: Faits) -> None:
    if (p := faits.procedure) and not faits.apport.souffre_la_procedure:
        message = f"procédure collective ouverte le {p.le:%d/%m/%Y} : déclarez la créance (C. com., art. L. 622-21 et L. 622-24)"
        _refuser(courrier, message)


def _prescription(courrier: Courrier, faits: Faits) -> None:
    for b in (*faits.visees, *faits.memoire):
        if b.prescription.acquise or b.prescription.douteuse:
            article = b.prescription.resultat.source or "C. civ., art. 2219"
            _refuser(courrier, f"la facture {b.creance.numero} est prescrite, ou peut l'être : aucune demande ({article})")


def _date_limite(courrier: Courrier, faits: Faits) -> None:
    limite = faits.limite
    if limite is None and not faits.exige_une_limite:
        return
    if limite is None or limite <= courrier.date or not OUVRES.ouvre(limite):
        _refuser(courrier, "donnez une date limite entière, à venir et ouvrée (C. civ., art. 1231)")
    if faits.exige_une_limite and not any(isinstance(f, Jour) and f.le == limite for f in _ecrits(courrier)):
        _refuser(courrier, "la date limite n'est écrite nulle part (C. civ., art. 1231)")


def _regime(courrier: Courrier, faits: Faits, texte: str) -> None:
    """Aucun texte d'un autre régime, aucune somme que le sien interdit, aucune part contestée."""
    if not any(b.creance.debiteur.qualite in DEBITEURS_DE_L_INDEMNITE for b in faits.visees) and PROFESSIONNELS.search(texte):
        _refuser(courrier, "l'indemnité de 40 € et l'article L. 441-10 ne visent que les professionnels (C. com., art. D. 441-5)")
    regimes = {b.regime for b in faits.visees}
    if regimes == {"public"} and COMMERCE.search(texte):
        _refuser(courrier, "un acheteur public relève de la commande publique, sans injonction de payer (CCP, art. L. 2192-13)")
    if regimes <= HABITATION and faits.poste("penalites", "clause_penale", "indemnite", "frais"):
        _refuser(courrier, "ni pénalité ni frais dans un loyer d'habitation (loi n° 89-462, art. 4, i et p)")
    contestees = [b.creance.numero for b in faits.visees if b.conteste]
    if faits.a_payer is not None and contestees:
        _refuser(courrier, f"retirez la part contestée : {', '.join(contestees)} (CPC, art. 1405)")


def _suspendue(courrier: Courrier, faits: Faits) -> None:
    """Rien n'est demandé tant qu'un fait du dossier le suspend."""
    if faits.a_payer is not None and (e := faits.retenue):
        fin = f" jusqu'au {e.jusqu_au:%d/%m/%Y}" if e.jusqu_au else ""
        article = f" ({e.source})" if e.source else ""
        _refuser(courrier, f"rappel suspendu, {e.creance} : {e.motif}{fin}{article}")


def _voie(courrier: Courrier, faits: Faits, texte: str) -> None:
    """Une voie fermée au dossier n'est pas annoncée au débiteur."""
    if faits.destinataire is None and not faits.injonction_ouverte and (trouve := INJONCTION.search(texte)):
        message = "voie fermée à un débiteur public, ou qui demeure hors de France"
        _refuser(courrier, f"« {trouve[0]} » : {message} (CPC, art. 1406 ; C. conso., art. L. 121-6)")


def _mise_en_demeure(courrier: Courrier, faits: Faits) -> None:
    """Les mots dans l'objet, et une phrase dispositive, une seule, avec le montant et la date."""
    dispositifs = [b for b in courrier.blocs if isinstance(b, Paragraphe) and b.role == "dispositif"]
    nommee = "mise en demeure" in _litteral(courrier.objet).casefold()
    mots = DISPOSITIFS.get(courrier.langue, "mise en demeure")
    if not nommee or len(dispositifs) != 1 or mots not in _litteral(dispositifs[0].texte):
        _refuser(courrier, "cette lettre ne met personne en demeure : objet et phrase dispositive unique (C. civ., art. 1344)")
    phrase = dispositifs[0].texte
    if faits.a_payer not in phrase or not any(isinstance(f, Jour) and f.le == faits.limite for f in phrase):
        _refuser(courrier, "la phrase dispositive dit un montant et une date (C. civ., art. 1344)")


def _premiere_lettre(courrier: Courrier, faits: Faits) -> None:
    """Les cinq mentions de la première lettre d'un mandataire (CPCE, art. R. 124-4)."""
    texte, ecrits = " ".join(_litteral(t) for t in courrier.textes()), _ecrits(courrier)
    noms = " ".join(f.texte for f in ecrits if isinstance(f, Donnee))
    dossier, mandataire = faits.bilan.dossier, faits.mandataire
    adresses = [p.adresse.voie if p and p.adresse else "" for p in (mandataire, dossier.creancier)]
    exiges = {
        "1° nom, adresse, activité de recouvrement amiable": mandataire is not None
        and mandataire.nom in noms
        and bool(adresses[0])
        and adresses[0] in noms
        and (Donnee(mandataire.activite) in ecrits or ACTIVITES.get(courrier.langue, ACTIVITES["fr"]) in texte),
        "2° nom et adresse du créancier": dossier.creancier.nom in noms and bool(adresses[1]) and adresses[1] in noms,
        "3° principal, intérêts et accessoires distingués": "sommes" in faits.tableaux_ecrits,
        "4° indication d'avoir à payer et modalités": faits.a_payer in ecrits and "IBAN" in texte,
        "5° alinéas 2 et 3 de l'article L. 111-8": {Donnee(t) for t in l111_8(courrier.date)} <= ecrits,
    }
    for mention, presente in exiges.items():
        if not presente:
            _refuser(courrier, f"mention absente, {mention} (CPCE, art. R. 124-4 et R. 124-7)")


def _suite_du_mandat(courrier: Courrier, faits: Faits, sujet: object) -> None:
    """Une autre démarche auprès du débiteur suit la première lettre, et en rappelle la date et la référence (CPCE, art. R. 124-4)."""
    if faits.destinataire or not (courrier.forme == "lettre" or courrier.canal == "telephone"):
        return  # un tiers, un acte à signer
    if isinstance(sujet, Paiement | ProcedureCollective):
        return  # une quittance, une déclaration
    if None in faits.premieres_lettres:
        _refuser(courrier, "le mandataire n'a pas envoyé sa première lettre : toute démarche la suit (CPCE, art. R. 124-4)")
    ecrits = _ecrits(courrier)
    jours = {f.le for f in ecrits if isinstance(f, Jour)}
    for le, reference in faits.a_rappeler:
        if le not in jours or Donnee(reference) not in ecrits:
            _refuser(courrier, f"rappelez la lettre du {le:%d/%m/%Y}, référence {reference} (CPCE, art. R. 124-4)")


def _acte(courrier: Courrier, faits: Faits, sujet: object, texte: str) -> None:
    """Ce que chaque acte doit dire pour valoir."""
    consommateur = faits.visees[0].creance.debiteur.qualite is Qualite.CONSOMMATEUR
    preavis = (
        faits.dits.get("preavis") if isinstance(sujet, Echeancier) else sujet.delai if isinstance(sujet, Transaction) else None
    )
    if isinstance(preavis, int) and preavis < PREAVIS[consommateur]:
        message = f"préavis de {preavis} jours, pour {PREAVIS[consommateur]} au moins (C. conso., art. L. 212-1)"
        _refuser(courrier, message)
    if isinstance(sujet, Echeancier) and sujet.interets == "abandonnes" and any(b.regime == "public" for b in faits.visees):
        _refuser(courrier, "renoncer aux intérêts moratoires est réputé non écrit : laissez-les courir (CCP, art. L. 2192-14)")
    validite = faits.dits.get("valable_jusqu_au")
    if isinstance(validite, Jour) and (validite.le <= courrier.date or not OUVRES.ouvre(validite.le)):
        _refuser(courrier, "donnez une date de réponse entière, à venir et ouvrée (C. civ., art. 1116)")
    differend = faits.dits.get("differend_le")
    if isinstance(differend, Jour) and (fin := Delai(mois=2).depuis(differend.le)) < courrier.date:
        _refuser(courrier, f"forclusion depuis le {fin:%d/%m/%Y} : deux mois depuis le différend (CCAG-FCS 2021, art. 46.2)")
    if isinstance(sujet, Transaction) and (trouve := ABSOLUE.search(texte)):
        _refuser(courrier, f"« {trouve[0]} » : une renonciation se limite à son objet (C. civ., art. 2048)")
    if isinstance(sujet, ReconnaissanceDeDette):
        if "engage" not in texte:
            _refuser(courrier, "sans engagement de payer, pas de reconnaissance (C. civ., art. 1376)")
        if not any(isinstance(b, Paragraphe) and "……" in _litteral(b.texte) for b in courrier.blocs):
            _refuser(courrier, "le débiteur écrit lui-même la somme : laissez-lui la place (C. civ., art. 1376)")
    if isinstance(sujet, ProcedureCollective) and "certifiée sincère" not in texte:
        _refuser(courrier, "mention obligatoire absente : « certifiée sincère » (C. com., art. L. 622-25)")
    if isinstance(sujet, DossierContentieux) and _litteral(courrier.objet).casefold().startswith("requête"):
        _requete(courrier, faits, sujet)


def _requete(courrier: Courrier, faits: Faits, dossier: DossierContentieux) -> None:
    """Une voie praticable, une créance incontestée, un décompte, un bordereau dont toutes les pièces sont là."""
    if not dossier.voie.praticable:
        _refuser(courrier, f"voie indisponible : {dossier.voie.motif} ({dossier.voie.source})")
    a_retrouver = [p.intitule for p in dossier.bordereau if p.etat != "en_main"]
    if a_retrouver:
        _refuser(courrier, f"pièce citée et introuvable : {a_retrouver[0]} (CPC, art. 1407)")
    for nom in ("bordereau", "decompte"):
        if nom not in faits.tableaux_ecrits:
            _refuser(courrier, f"requête incomplète : {nom} absent (CPC, art. 1407)")


def _comptes(courrier: Courrier, faits: Faits) -> None:
    """Chaque total est la somme de ses lignes ; la somme demandée est celle du bilan ; aucun zéro réclamé."""
    tables = [b for b in (*courrier.blocs, *courrier.annexes) if isinstance(b, Tableau)]
    for tableau in tables:
        for i, cellule in enumerate(tableau.total):
            ecrit = [f for f in cellule if isinstance(f, Montant)]
            lus = [f.centimes for ligne in tableau.lignes for f in ligne[i] if isinstance(f, Montant)]
            if ecrit and ecrit[0].centimes != sum(lus):
                _refuser(courrier, f"le total « {ecrit[0]} » ne se retrouve pas dans ses lignes")
    if faits.a_payer is not None and (not faits.a_payer or faits.a_payer not in _ecrits(courrier)):
        _refuser(courrier, "la somme demandée est nulle, ou n'est écrite nulle part")
