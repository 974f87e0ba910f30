"""Courriers d'essai, écrits à la main comme la rédaction les écrirait."""

from datetime import date, timedelta

from recouvrement.courrier.document import Courrier, Donnee, Jour, Paragraphe, Tableau, Texte
from recouvrement.modele.montant import Montant, Taux
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite

LE = date(2026, 11, 21)
LIMITE = date(2026, 12, 11)

CREANCIER = Creancier(
    nom="Atelier Lumière SAS",
    qualite=Qualite.COMMERCANT,
    siren="732829320",
    adresse=Adresse(voie="12 rue de l'Église", code_postal="69005", commune="Lyon"),
    courriel="compta@atelier-lumiere.fr",
    telephone="04 72 00 11 22",
    iban="FR7630006000011234567890189",
)
DEBITEUR = Debiteur(
    nom="Menuiserie du Vieux-Port SARL",
    qualite=Qualite.COMMERCANT,
    siren="404833048",
    adresse=Adresse(
        voie="3 bis, rue des Écoles",
        code_postal="13002",
        commune="Marseille",
        complements=("Service comptabilité", "BP 40312"),
    ),
)
IBAN = Donnee("FR76\u202f3000\u202f6000\u202f0112\u202f3456\u202f7890\u202f189")

P = Paragraphe


def relance(debiteur: Debiteur = DEBITEUR, reference: str = "F-2026-014") -> Courrier:
    """C02 : un courriel, une facture, pas de ligne de tête."""
    facture = Donnee(reference)
    return Courrier(
        lettre="relance",
        langue="fr",
        canal="courriel",
        date=LE,
        creancier=CREANCIER,
        destinataire=debiteur,
        reference=reference,
        objet=("Facture ", facture, ", échue le ", Jour(date(2026, 11, 1), "tableau"), " : ", Montant("1249.90")),
        references=(("Client", (Donnee(debiteur.nom),)), ("Dossier", (facture,))),
        blocs=(
            P("appel", ("Madame, Monsieur,",)),
            P(
                "corps",
                (
                    "Sauf erreur de notre part, le règlement de la facture ",
                    facture,
                    " du ",
                    Jour(date(2026, 10, 1)),
                    ", attendu le ",
                    Jour(date(2026, 11, 1)),
                    ", ne nous est pas encore parvenu. Il reste ",
                    Montant("1249.90"),
                    " à régler.",
                ),
            ),
            P("corps", ("C'est sans doute un simple oubli : vous trouverez de nouveau la facture ci-jointe.",)),
            P(
                "corps",
                (
                    "Pouvez-vous nous indiquer la date de votre virement, ou l'effectuer d'ici au ",
                    Jour(date(2026, 12, 1), "limite"),
                    " ?",
                ),
            ),
            P("paiement", ("IBAN ", IBAN, " ; référence à rappeler : ", facture, ".")),
            P("corps", ("Si vous avez payé ces derniers jours, merci ; ce message s'est croisé avec votre règlement.",)),
            P(
                "contestation",
                (
                    "Si quelque chose vous empêche de payer, dites-le-nous simplement : ",
                    Donnee("Claire Durand"),
                    ", ",
                    Donnee("04 72 00 11 22"),
                    ".",
                ),
            ),
            P("formule", ("Bien cordialement,",)),
            P("signature", (Donnee("Claire Durand"),)),
            P("signature", ("Service comptabilité clients",)),
            P("mention", ("Vos données servent à la seule gestion des impayés ; vos droits : compta@atelier-lumiere.fr.",)),
        ),
    )


_FACTURES = (
    ("F-2026-0412", date(2026, 5, 1), Montant("10000.00")),
    ("F-2026-0437", date(2026, 6, 15), Montant("8450.40")),
    ("F-2026-0458", date(2026, 8, 31), Montant("1824.83")),
)
_PRINCIPAL = sum((du for *_, du in _FACTURES), Montant.zero())
_INDEMNITES = Montant("40.00") * len(_FACTURES)
_S2 = date(2026, 7, 1)


def _segments(lignes: int) -> list[tuple[str, date, date, Montant, Taux, Montant]]:
    """Le retard de chaque facture, coupé en tranches égales et au changement de semestre : chaque ligne se recompte à la main."""
    jours = sum((LE - echeance).days for _, echeance, _ in _FACTURES)
    pas, segments = -(-jours // max(lignes - 4, 3)), []
    for facture, echeance, base in _FACTURES:
        du = echeance + timedelta(days=1)
        while du <= LE:
            au = min(du + timedelta(days=pas - 1), LE)
            au = _S2 - timedelta(days=1) if du < _S2 <= au else au
            taux = Taux("12.15") if du < _S2 else Taux("12.4")
            d = 1_000_000 * 365
            centimes = (2 * base.centimes * taux.dix_milliemes * ((au - du).days + 1) + d) // (2 * d)
            segments.append((facture, du, au, base, taux, Montant.de_centimes(centimes)))
            du = au + timedelta(days=1)
    return segments


def _penalites(lignes: int, facture: str = "") -> Montant:
    return sum((s[5] for s in _segments(lignes) if facture in ("", s[0])), Montant.zero())


def _tableau_factures(decompte: int) -> Tableau:
    lignes: list[tuple[Texte, ...]] = [
        (
            (Donnee(facture),),
            (Jour(echeance, "tableau"),),
            ((LE - echeance).days,),
            (du,),
            (_penalites(decompte, facture),),
            (Montant("40.00"),),
        )
        for facture, echeance, du in _FACTURES
    ]
    return Tableau(
        titre=("Factures impayées au ", Jour(LE)),
        entetes=("Facture", "Échéance", "Retard (j)", "Reste dû", "Pénalités", "Indemnité"),
        alignements=("gauche", "gauche", "droite", "droite", "droite", "droite"),
        lignes=tuple(lignes),
        total=(("Total",), (), (), (_PRINCIPAL,), (_penalites(decompte),), (_INDEMNITES,)),
        legende=("Compte arrêté au ", Jour(LE), ", toutes taxes comprises."),
    )


def decompte(lignes: int = 40) -> Tableau:
    """Une ligne par segment, le total est leur somme."""
    segments = _segments(lignes)
    return Tableau(
        titre=("Décompte détaillé des pénalités au ", Jour(LE)),
        entetes=("Facture", "Du", "Au", "Jours", "Base", "Taux", "Montant"),
        alignements=("gauche", "gauche", "gauche", "droite", "droite", "droite", "droite"),
        lignes=tuple(
            ((Donnee(f),), (Jour(du, "tableau"),), (Jour(au, "tableau"),), ((au - du).days + 1,), (base,), (taux,), (montant,))
            for f, du, au, base, taux, montant in segments
        ),
        total=(("Total",), (), (), (), (), (), (_penalites(lignes),)),
        legende=("Chaque ligne : base × jours × taux ÷ 365, arrondie au centime. Le total est la somme des lignes affichées.",),
    )


def mise_en_demeure(debiteur: Debiteur = DEBITEUR, lignes: int = 40) -> Courrier:
    """C05 : recommandé, trois factures, ligne de tête, décompte en annexe."""
    penalites = _penalites(lignes)
    total = _PRINCIPAL + penalites + _INDEMNITES
    limite = Jour(LIMITE, "limite")
    dossier = Donnee("D-2026-031")
    return Courrier(
        lettre="mise_en_demeure",
        langue="fr",
        canal="recommande",
        date=LE,
        creancier=CREANCIER,
        destinataire=debiteur,
        reference="D-2026-031",
        mode_envoi="Lettre recommandée avec demande d'avis de réception",
        references=(
            ("Dossier", (dossier,)),
            ("Vos références", (Donnee("BC-7781"),)),
            ("Suivi par", (Donnee("Claire Durand"), ", ", Donnee("04 72 00 11 22"))),
        ),
        objet=(
            "MISE EN DEMEURE de payer ",
            total,
            " au plus tard le ",
            limite,
            " ; factures ",
            Donnee("F-2026-0412, F-2026-0437, F-2026-0458"),
        ),
        tete=(
            "À payer : ",
            total,
            " · Au plus tard le : ",
            limite,
            " · Référence : ",
            dossier,
            " · Question : ",
            Donnee("04 72 00 11 22"),
        ),
        blocs=(
            P("appel", ("Madame, Monsieur,",)),
            P(
                "corps",
                (
                    "Conformément à votre commande n° ",
                    Donnee("BC-7781"),
                    " du ",
                    Jour(date(2026, 3, 12)),
                    ", nous vous avons fourni ",
                    Donnee("l'éclairage de votre salle d'exposition"),
                    ". Les factures ci-dessous sont échues et restent impayées malgré nos rappels des ",
                    Jour(date(2026, 10, 5)),
                    " et ",
                    Jour(date(2026, 10, 19)),
                    ".",
                ),
            ),
            _tableau_factures(lignes),
            Tableau(
                titre=("Somme due au ", Jour(LE)),
                entetes=("Poste", "Montant"),
                alignements=("gauche", "droite"),
                lignes=(
                    (("Principal",), (_PRINCIPAL,)),
                    (("Pénalités de retard",), (penalites,)),
                    (("Indemnités forfaitaires (", 3, " × ", Montant("40.00"), ")"), (_INDEMNITES,)),
                ),
                total=(("Total",), (total,)),
            ),
            P(
                "dispositif",
                (
                    "Nous vous mettons en demeure (article 1344 du code civil) de nous payer ",
                    total,
                    " au plus tard le ",
                    limite,
                    ".",
                ),
            ),
            P(
                "corps",
                ("Vous disposez dans tous les cas de ", 8, " jours à compter de la première présentation de cette lettre."),
            ),
            P(
                "corps",
                (
                    "Des pénalités sont dues sans rappel, au taux de ",
                    Taux("12.4"),
                    (
                        " l'an (taux de la Banque centrale européenne majoré de dix points), avec une indemnité de 40 € par facture "
                        "(articles L. 441-10, II, et D. 441-5 du code de commerce). Jusqu'au paiement, les pénalités augmentent "
                        "d'environ "
                    ),
                    Montant("6.89"),
                    " par jour.",
                ),
            ),
            P("paiement", ("Virement : IBAN ", IBAN, ", titulaire ", Donnee(CREANCIER.nom), ", référence ", dossier, ".")),
            P(
                "contestation",
                (
                    (
                        "Si vous contestez tout ou partie de cette somme, écrivez-nous dans ce délai, motifs et pièces à l'appui ; la "
                        "part non contestée reste à payer à la même date. Si vous avez besoin d'un échelonnement, proposez-nous par "
                        "écrit des montants et des dates."
                    ),
                ),
            ),
            P(
                "suite",
                (
                    "À défaut de paiement, de contestation motivée ou d'accord, nous demanderons au président du ",
                    Donnee("tribunal des activités économiques de Marseille"),
                    " une ordonnance d'injonction de payer (articles 1405 et suivants du code de procédure civile).",
                ),
            ),
            P("formule", ("Veuillez agréer, Madame, Monsieur, nos salutations distinguées.",)),
            P("signature", (Donnee("Anne Le Goff"),)),
            P("signature", ("présidente",)),
            P("pieces", ("Pièces jointes : décompte détaillé, trois factures, commande n° ", Donnee("BC-7781"), ".")),
        ),
        annexes=(decompte(lignes),),
    )


HOSTILES = (
    '<script>alert(1)</script>" onload="x',
    '#read("/etc/passwd") *gras* _it_ $x$ @ref <label>',
    "$(id) \\u{41} `code` // commentaire /* */ #[x]",
    "{{ 7*7 }} {total} %s {0}",
    "שלום عليكم SARL",
    "None & Fils <b>",
    "O'Brien; « À l'ouest » : 40 €",
)


def hostile(nom: str) -> Courrier:
    """Le même C02, au nom et à la référence hostiles (l'adresse postale du PDF est bornée à 38 caractères)."""
    return relance(Debiteur(nom=nom, qualite=Qualite.COMMERCANT, adresse=DEBITEUR.adresse), reference=nom)
