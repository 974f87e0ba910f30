"""Toutes les lettres livrées, chacune écrite une fois : les textes de référence de ``textes/`` en sortent, et les essais les lisent.

Les parties et les chiffres sont inventés.
"""

from collections.abc import Callable, Mapping
from datetime import date

from attrs import evolve

from fabrique import COMMUNE, CONSOMMATEUR, CREANCIER, IBAN, MARSEILLE, SOCIETE, creance, dossier, examiner
from recouvrement import (
    Adresse,
    Appel,
    Avoir,
    Bilan,
    Contestation,
    Debiteur,
    Dossier,
    Echeancier,
    Mandataire,
    MiseEnDemeure,
    Paiement,
    Politique,
    ProcedureCollective,
    Promesse,
    Qualite,
    ReconnaissanceDeDette,
    Relance,
    Transaction,
)
from recouvrement.courrier import Tiers, ecrire, rediger
from recouvrement.courrier.document import Courrier
from recouvrement.courrier.note import note_de_penalites
from recouvrement.politique.scenario import prereglage

AU = date(2026, 6, 15)
COURRIEL = Relance(le=date(2026, 5, 3), etape="courriel")
APPEL = Relance(le=date(2026, 5, 11), etape="appel", canal="telephone")
LETTRE = Relance(le=date(2026, 5, 18), etape="lettre", canal="courrier")
JOINT = Appel(le=date(2026, 5, 21), issue="joint")
PROMESSE = Promesse(le=date(2026, 5, 21), montant="4000.00", pour_le=date(2026, 6, 5))
DEMEURE = MiseEnDemeure(le=date(2026, 5, 28), presentee_le=date(2026, 6, 1), payer_avant_le=date(2026, 6, 11))
DEUX = (creance("F-1"), creance("F-2", "250.50", date(2026, 5, 2)))

RECOUVREUR = Mandataire(
    nom="Port Recouvrement SAS",
    mandat_le=date(2026, 6, 1),
    adresse=Adresse(voie="8 quai du Port", code_postal="69002", commune="Lyon"),
    siren="552100554",
    courriel="dossiers@port-recouvrement.example",
    telephone="04 72 11 22 33",
    iban=IBAN,
)
MANDATAIRE = Tiers(nom="Maître Anne Roux", adresse=evolve(MARSEILLE, complements=("Mandataire judiciaire",)), appel="Maître,")
GREFFE = Tiers(
    nom="Tribunal des activités économiques", adresse=evolve(MARSEILLE, complements=("Greffe des injonctions de payer",))
)
CONSEIL = Tiers(nom="Maître Paul Vidal", adresse=evolve(MARSEILLE, complements=("Commissaire de justice",)), appel="Maître,")
EN_MAIN = [
    "facture",
    "contrat",
    "preuve_d_execution",
    "conditions_generales",
    "decompte",
    "mise_en_demeure",
    "identite_du_creancier",
    "identite_du_debiteur",
]


def etape(cle: str, *faits: object, creances: tuple = DEUX, politique: Politique | None = None, au: date = AU, **parties: object):
    """L'action due et son bilan."""
    lot = tuple(evolve(c, **parties) for c in creances)
    bilan = examiner(dossier(*lot), *faits, au=au, politique=politique)
    action = next(a for a in bilan.actions if a.etape.cle == cle)
    return action, bilan


def relance(langue: str = "fr", **parties: object) -> Courrier:
    return rediger(*etape("courriel", **parties), langue=langue)


TROIS = Politique(scenario=prereglage("trois_lettres"))


LETTRE_1 = Relance(le=date(2026, 5, 9), etape="lettre_1")


def relance_ferme(langue: str = "fr", **parties: object) -> Courrier:
    return rediger(*etape("lettre_2", LETTRE_1, JOINT, PROMESSE, politique=TROIS, **parties), langue=langue)


def derniere_relance(langue: str = "fr", **parties: object) -> Courrier:
    return rediger(*etape("lettre", COURRIEL, APPEL, JOINT, PROMESSE, **parties), langue=langue)


def mise_en_demeure(langue: str = "fr", scenario: str = "progressif", au: date = AU, **parties: object) -> Courrier:
    politique = Politique(scenario=prereglage(scenario))
    return rediger(
        *etape("mise_en_demeure", COURRIEL, APPEL, LETTRE, PROMESSE, au=au, politique=politique, **parties), langue=langue
    )


def mise_en_demeure_loyer(langue: str = "fr") -> Courrier:
    termes = tuple(
        creance(f"Loyer {mois}", "820.00", date(2026, rang, 5), nature="loyer_habitation", debiteur=CONSOMMATEUR)
        for rang, mois in ((4, "avril 2026"), (5, "mai 2026"))
    )
    recu = Paiement(le=date(2026, 5, 20), montant="320.00", creance="Loyer avril 2026")
    rappel = Relance(le=date(2026, 5, 3), etape="rappel")
    politique = Politique(scenario=prereglage("bailleur"))
    return rediger(*etape("mise_en_demeure", rappel, LETTRE, recu, creances=termes, politique=politique), langue=langue)


def memoire_en_reclamation(**changes: object) -> Courrier:
    demeure = evolve(DEMEURE, payer_avant_le=date(2026, 6, 29))
    bilan = examiner(dossier(*(evolve(c, debiteur=COMMUNE) for c in DEUX)), COURRIEL, LETTRE, demeure, au=date(2026, 7, 1))
    faits = {
        "marche": "2026-17",
        "article_ccag": "article 46 du CCAG-FCS",
        "differend": "votre silence",
        "differend_le": date(2026, 6, 30),
        "motifs": "Le service a été fait et reçu sans réserve le 28 mars 2026 ; le délai de paiement a expiré",
        "pieces": ["acte d'engagement", "bons de livraison", "factures F-1 et F-2", "mise en demeure et son avis de réception"],
        "signataire": "Anne Le Goff",
        "qualite": "présidente",
    } | changes
    return ecrire("memoire_en_reclamation", bilan, **faits)


def courtoisie(langue: str = "fr") -> Courrier:
    bilan = examiner(creance("F-3", "1800.00", date(2026, 6, 22)), au=AU)
    pose = {"fr": "la pose de trois luminaires", "en": "the fitting of three lights"}
    return ecrire("courtoisie", bilan, prestation=pose[langue], commande="BC-7781", langue=langue)


def remerciement(langue: str = "fr") -> Courrier:
    recu = Paiement(le=date(2026, 6, 12), montant="9000.00")
    bilan = examiner(dossier(*DEUX), recu, au=AU)
    return ecrire("remerciement", bilan, recu, payer_avant_le=date(2026, 6, 26), langue=langue)


def script_d_appel(langue: str = "fr") -> Courrier:
    bilan = examiner(dossier(*DEUX), COURRIEL, PROMESSE, au=AU)
    return ecrire("script_d_appel", bilan, appelant="Claire Durand", interlocuteur="M. Paul Martin", langue=langue)


def plan(bilan: Bilan) -> Echeancier:
    return Politique().proposer_echeancier(bilan, mensualites=4, interets="abandonnes")


def bilan_de(*faits: object, debiteur: object = SOCIETE) -> Bilan:
    return examiner(dossier(*(evolve(c, debiteur=debiteur) for c in DEUX)), *faits, au=AU)


def proposition_echeancier(langue: str = "fr") -> Courrier:
    bilan = bilan_de(COURRIEL)
    faits = {"valable_jusqu_au": date(2026, 6, 30), "demande_du": date(2026, 6, 10)}
    return ecrire("proposition_echeancier", bilan, plan(bilan), langue=langue, **faits)


def accord_echeancier(debiteur: object = SOCIETE, preavis: int = 8, langue: str = "fr") -> Courrier:
    bilan = bilan_de(COURRIEL, debiteur=debiteur)
    return ecrire("accord_echeancier", bilan, plan(bilan), preavis=preavis, langue=langue)


def acte_de_reconnaissance(bilan: Bilan) -> ReconnaissanceDeDette:
    return ReconnaissanceDeDette(
        le=AU,
        creancier=CREANCIER,
        debiteur=CONSOMMATEUR,
        montant=bilan.total.valeur,
        cause="factures F-1 et F-2, travaux d'éclairage",
        engagement=plan(bilan),
    )


def reconnaissance_de_dette() -> Courrier:
    bilan = bilan_de(debiteur=CONSOMMATEUR)
    identite = "soussignée Camille Ferrand, née le 3 mars 1988 à Nantes, demeurant 3 rue des Écoles, 13002 Marseille"
    return ecrire("reconnaissance_de_dette", bilan, acte_de_reconnaissance(bilan), identite=identite)


def reponse_contestation(langue: str = "fr", debiteur: object = SOCIETE) -> Courrier:
    contestation = Contestation(le=date(2026, 6, 2), creance="F-1", montant="1500.00")
    avoir = Avoir(le=date(2026, 6, 12), montant="900.00", creance="F-1", reference="AV-12")
    bilan = bilan_de(COURRIEL, contestation, avoir, debiteur=debiteur)
    dits = {
        "fr": {
            "motif": "deux des douze luminaires livrés ne s'allument pas",
            "verifications": "le bon de livraison et le rapport de notre technicien",
            "pieces": ["le bon de livraison", "le rapport du 8 juin"],
            "constat": "dix luminaires fonctionnent",
        },
        "en": {
            "motif": "two of the twelve lights delivered do not work",
            "verifications": "the delivery note and our engineer's report",
            "pieces": ["delivery note", "report of 8 June"],
            "constat": "ten lights work",
        },
    }[langue]
    limite = date(2026, 6, 26)
    return ecrire("reponse_contestation", bilan, contestation, payer_avant_le=limite, langue=langue, **dits)


def acte_de_transaction(bilan: Bilan) -> Transaction:
    return Transaction(
        le=AU,
        creancier=CREANCIER,
        debiteur=SOCIETE,
        objet="la conformité des luminaires livrés et le paiement des factures F-1 et F-2",
        demande=bilan.total.valeur,
        position="deux luminaires sur douze ne fonctionnent pas",
        montant="9000.00",
        payer_le=date(2026, 7, 15),
        renonciation="toute réduction du prix pour ces deux luminaires",
        delai=8,
    )


def transaction() -> Courrier:
    bilan = bilan_de()
    return ecrire("transaction", bilan, acte_de_transaction(bilan))


PREMIERE = Relance(le=date(2026, 6, 4), etape="recouvrement_amiable", canal="courrier", reference="R-2026-7")


def confie(*faits: object, mandataire: Mandataire = RECOUVREUR, politique: Politique | None = None) -> Bilan:
    """Le bilan des deux factures, confiées à un recouvreur."""
    return examiner(evolve(dossier(*DEUX), mandataire=mandataire), *faits, au=AU, politique=politique)


def recouvrement_amiable(mandataire: Mandataire = RECOUVREUR, **changes: object) -> Courrier:
    faits = {
        "reference": "R-2026-7",
        "payer_avant_le": date(2026, 6, 26),
        "fondement": "fourniture de luminaires, commande BC-7781",
        "donnees": "dossiers@port-recouvrement.example",
    } | changes
    return ecrire("recouvrement_amiable", confie(COURRIEL, LETTRE, mandataire=mandataire), **faits)


def etape_du_mandataire(*faits: object, langue: str = "fr", politique: Politique | None = None) -> Courrier:
    """Ce qu'une politique propose d'un dossier confié, écrit du seul bilan."""
    bilan = confie(*faits, politique=politique)
    return rediger(bilan.actions[0], bilan, langue=langue)


def relance_du_mandataire(langue: str = "fr") -> Courrier:
    return etape_du_mandataire(LETTRE_1, PREMIERE, langue=langue, politique=TROIS)


def mise_en_demeure_du_mandataire(langue: str = "fr") -> Courrier:
    return etape_du_mandataire(COURRIEL, APPEL, LETTRE, PREMIERE, langue=langue)


def appel_du_mandataire(langue: str = "fr") -> Courrier:
    return ecrire("script_d_appel", confie(COURRIEL, PREMIERE), appelant="Claire Durand", langue=langue)


def quittance_du_mandataire(langue: str = "fr") -> Courrier:
    recu = Paiement(le=date(2026, 6, 12), montant="9000.00")
    return ecrire("remerciement", confie(PREMIERE, recu), recu, langue=langue)


def declaration_de_creance(**changes: object) -> Courrier:
    jugement = ProcedureCollective(le=date(2026, 6, 10), genre="redressement", publiee_le=date(2026, 6, 14))
    bilan = examiner(dossier(*DEUX, creance("F-3", "1800.00", date(2026, 6, 22))), COURRIEL, jugement, au=AU)
    faits = {
        "destinataire": MANDATAIRE,
        "tribunal": "tribunal des activités économiques de Marseille",
        "origine": "fourniture de luminaires, commandes BC-7781 et BC-7802, factures F-1, F-2 et F-3",
        "signataire": "Anne Le Goff",
        "qualite": "présidente",
    } | changes
    return ecrire("declaration_de_creance", bilan, jugement, **faits)


def contentieux(voie: str = "injonction_de_payer", pieces: list[str] = EN_MAIN, *faits: object):
    """Le bilan et le dossier contentieux d'une facture mise en demeure."""
    tous = (COURRIEL, APPEL, LETTRE, DEMEURE, *faits)
    quoi: Dossier = dossier(*DEUX).avec(*tous)
    politique = Politique()
    return politique.examiner(quoi, au=AU), politique.dossier_contentieux(quoi, voie, au=AU, pieces=pieces)


def requete_injonction_de_payer(**changes: object) -> Courrier:
    faits = {
        "destinataire": GREFFE,
        "juridiction": "Madame ou Monsieur le président du tribunal des activités économiques de Marseille",
        "requerant": "Atelier Lumière SAS, société par actions simplifiée, SIREN 732 829 320, 12 rue de l'Église, 69005 Lyon,"
        " représentée par sa présidente, Mme Anne Le Goff",
        "identite_debiteur": "Menuiserie du Port SARL, société à responsabilité limitée, SIREN 404 833 048, 3 rue des Écoles,"
        " 13002 Marseille, représentée par son gérant",
        "origine": "Par commande BC-7781 du 3 mars 2026, le requérant a fourni douze luminaires, livrés le 28 mars 2026",
        "signataire": "Anne Le Goff",
        "qualite": "présidente",
        "renvoi": "le tribunal des activités économiques de Marseille",
    } | changes
    return ecrire("requete_injonction_de_payer", *contentieux(), **faits)


def bordereau_de_pieces() -> Courrier:
    return ecrire("bordereau_de_pieces", *contentieux())


def chronologie() -> Courrier:
    return ecrire("chronologie", *contentieux())


def note_de_transmission(**changes: object) -> Courrier:
    faits = {
        "destinataire": CONSEIL,
        "mission": "le dépôt d'une requête en injonction de payer",
        "solvabilite": "comptes de 2025 déposés, capitaux propres positifs",
    } | changes
    return ecrire("note_de_transmission", *contentieux(pieces=EN_MAIN[:1]), **faits)


def mise_en_demeure_civile(langue: str = "fr") -> Courrier:
    association = Debiteur(nom="Association des Deux-Rives", qualite=Qualite.NON_PROFESSIONNEL, adresse=MARSEILLE)
    return mise_en_demeure(langue, debiteur=association)


def note(langue: str = "fr") -> Courrier:
    recu = Paiement(le=date(2026, 6, 12), montant="100.00")
    return note_de_penalites(bilan_de(recu), numero="NP-7", langue=langue)


Faire = Callable[[], Courrier]
FRANCAISES: Mapping[str, Faire] = {
    "C01_courtoisie": courtoisie,
    "C02_relance": relance,
    "C03_relance_ferme": relance_ferme,
    "C03_relance_ferme_consommateur": lambda: relance_ferme(debiteur=CONSOMMATEUR),
    "C04_derniere_relance": derniere_relance,
    "C05_mise_en_demeure": mise_en_demeure,
    "C06_mise_en_demeure_consommateur": lambda: mise_en_demeure(scenario="consommateur", debiteur=CONSOMMATEUR),
    "C06_mise_en_demeure_civile": mise_en_demeure_civile,
    "C07_mise_en_demeure_public": lambda: mise_en_demeure(scenario="acheteur_public", au=date(2026, 6, 22), debiteur=COMMUNE),
    "C07_memoire_en_reclamation": memoire_en_reclamation,
    "C08_mise_en_demeure_loyer": mise_en_demeure_loyer,
    "C09_script_d_appel": script_d_appel,
    "C10_remerciement": remerciement,
    "C11_proposition_echeancier": proposition_echeancier,
    "C12_accord_echeancier": accord_echeancier,
    "C12_accord_echeancier_consommateur": lambda: accord_echeancier(CONSOMMATEUR, 30),
    "C13_reconnaissance_de_dette": reconnaissance_de_dette,
    "C14_reponse_contestation": reponse_contestation,
    "C14_reponse_contestation_consommateur": lambda: reponse_contestation(debiteur=CONSOMMATEUR),
    "C15_transaction": transaction,
    "C16_recouvrement_amiable": recouvrement_amiable,
    "C16_recouvrement_amiable_etape": lambda: etape_du_mandataire(COURRIEL),
    "C03_relance_ferme_mandataire": relance_du_mandataire,
    "C05_mise_en_demeure_mandataire": mise_en_demeure_du_mandataire,
    "C09_script_d_appel_mandataire": appel_du_mandataire,
    "C10_remerciement_mandataire": quittance_du_mandataire,
    "C17_declaration_de_creance": declaration_de_creance,
    "C18_requete_injonction_de_payer": requete_injonction_de_payer,
    "C19_bordereau_de_pieces": bordereau_de_pieces,
    "C20_note_de_transmission": note_de_transmission,
    "C21_chronologie": chronologie,
    "note_de_penalites": note,
}
ANGLAISES: Mapping[str, Faire] = {
    "C01_courtoisie": lambda: courtoisie("en"),
    "C02_relance": lambda: relance("en"),
    "C03_relance_ferme": lambda: relance_ferme("en"),
    "C04_derniere_relance": lambda: derniere_relance("en"),
    "C05_mise_en_demeure": lambda: mise_en_demeure("en"),
    "C06_mise_en_demeure_consommateur": lambda: mise_en_demeure("en", "consommateur", debiteur=CONSOMMATEUR),
    "C06_mise_en_demeure_civile": lambda: mise_en_demeure_civile("en"),
    "C07_mise_en_demeure_public": lambda: mise_en_demeure("en", "acheteur_public", date(2026, 6, 22), debiteur=COMMUNE),
    "C08_mise_en_demeure_loyer": lambda: mise_en_demeure_loyer("en"),
    "C09_script_d_appel": lambda: script_d_appel("en"),
    "C10_remerciement": lambda: remerciement("en"),
    "C11_proposition_echeancier": lambda: proposition_echeancier("en"),
    "C12_accord_echeancier": lambda: accord_echeancier(langue="en"),
    "C12_accord_echeancier_consommateur": lambda: accord_echeancier(CONSOMMATEUR, 30, "en"),
    "C14_reponse_contestation": lambda: reponse_contestation("en"),
    "C14_reponse_contestation_consommateur": lambda: reponse_contestation("en", CONSOMMATEUR),
    "C16_recouvrement_amiable": lambda: recouvrement_amiable(langue="en", fondement="supply of lights, order BC-7781"),
    "C16_recouvrement_amiable_etape": lambda: etape_du_mandataire(COURRIEL, langue="en"),
    "C03_relance_ferme_mandataire": lambda: relance_du_mandataire("en"),
    "C05_mise_en_demeure_mandataire": lambda: mise_en_demeure_du_mandataire("en"),
    "C09_script_d_appel_mandataire": lambda: appel_du_mandataire("en"),
    "C10_remerciement_mandataire": lambda: quittance_du_mandataire("en"),
    "note_de_penalites": lambda: note("en"),
}
