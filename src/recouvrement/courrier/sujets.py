"""Ce dont part une lettre qui n'est pas une étape : un échéancier, un paiement, un accord… Chacun y apporte ses champs."""

from collections.abc import Callable
from datetime import date

from recouvrement.courrier.controles import OUVRES
from recouvrement.courrier.document import Alignement, Donnee, Fragment, Jour, Tableau, Texte
from recouvrement.courrier.faits import Apport, enumerer, se_demande
from recouvrement.courrier.modele import Lexique
from recouvrement.courrier.tableaux import DROITE, GAUCHE, decompte, postes_vivants, somme
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.accords import ReconnaissanceDeDette, Transaction
from recouvrement.modele.evenements import Avoir, Contestation, Echeancier, Paiement, ProcedureCollective
from recouvrement.modele.lettres import nombre_en_lettres
from recouvrement.modele.montant import Montant
from recouvrement.politique.accord import echues
from recouvrement.politique.bilan import POSTES, Bilan, BilanCreance
from recouvrement.politique.contentieux import DossierContentieux
from recouvrement.politique.decompte import connus
from recouvrement.temps import UN_JOUR

FRISE = 12  # faits, au plus
Sujet = Echeancier | Paiement | Contestation | ReconnaissanceDeDette | Transaction | ProcedureCollective | DossierContentieux


def apporter(sujet: object, bilan: Bilan, mots: Lexique) -> Apport:
    """Champs, conditions et tableaux de ce sujet.

    Raises:
        DonneeInvalide: Le sujet ne s'accorde pas avec le bilan, ou n'est pas de ceux dont une lettre peut partir.
    """
    if sujet is None:
        return Apport()
    faire = APPORTS.get(type(sujet).__name__)
    if faire is None:
        remede = f"Donnez : {', '.join(APPORTS)}."
        raise DonneeInvalide("aucune lettre ne part de cette valeur", champ="sujet", valeur=type(sujet).__name__, remede=remede)
    return faire(sujet, bilan, mots)


def _refuser(message: str, valeur: object = None, remede: str = "") -> DonneeInvalide:
    return DonneeInvalide(message, champ="sujet", valeur=valeur, remede=remede)


# --- accords ---------------------------------------------------------------------------------------------------------


def _versements(plan: Echeancier, mots: Lexique) -> tuple[Tableau, ...]:
    lignes = tuple(((rang,), (Jour(le),), (m,)) for rang, (le, m) in enumerate(plan.versements, 1))
    total: tuple[Texte, ...] = ((mots["total"],), (), (somme(m for _, m in plan.versements),))
    sens = (GAUCHE, GAUCHE, DROITE)
    return (Tableau((mots["titre_versements_convenus"],), (mots["numero"], mots["date"], mots["montant"]), sens, lignes, total),)


def _verifier(plan: Echeancier, du: Montant) -> None:
    """Ce qui est dû, ni plus ni moins ; des jours ouvrés."""
    total = somme(m for _, m in plan.versements)
    if total != du:
        raise _refuser(f"l'échéancier ne se recompte pas : il fait {total}, le bilan {du}", plan.le, "Proposez-le de ce bilan.")
    chomes = [le for le, _ in plan.versements if not OUVRES.ouvre(le)]
    if chomes:
        raise _refuser(
            "un versement tombe un samedi, un dimanche ou un jour férié", chomes[0], "Reportez-le au jour ouvré suivant."
        )


def _echeancier(plan: Echeancier, bilan: Bilan, mots: Lexique) -> Apport:
    references = plan.creances or tuple([b.creance.reference for b in echues(bilan)])
    a_terme = next((r for r in references if bilan.par_creance[r].echeance.valeur > bilan.au), None)
    if a_terme:
        remede = "Laissez-la hors du plan : ce qui est à terme ne s'exige pas avant lui (C. civ., art. 1305-2)."
        raise _refuser("cette créance n'est pas encore échue", a_terme, remede)
    _verifier(plan, somme(bilan.par_creance[r].total.valeur for r in references))
    (premier, montant), (dernier, _) = plan.versements[0], plan.versements[-1]
    return Apport(
        champs={
            "nombre": len(plan.versements),
            "premier_le": Jour(premier, "limite"),
            "premier_montant": montant,
            "dernier_le": Jour(dernier),
        },
        conditions={
            "interets_abandonnes": plan.interets == "abandonnes",
            "interets_courent": plan.interets == "courent",
            "decheance": plan.decheance,
        },
        tableaux={"versements_convenus": _versements(plan, mots)},
        creances=references,
    )


def _reconnaissance(acte: ReconnaissanceDeDette, bilan: Bilan, mots: Lexique) -> Apport:
    visees = acte.engagement.creances or tuple([b.creance.reference for b in bilan.creances if b.total.valeur])
    if (acte.creancier.cle, acte.debiteur.cle) != (bilan.dossier.creancier.cle, bilan.dossier.debiteur.cle):
        raise _refuser("la reconnaissance est celle d'autres parties", acte.debiteur.nom)
    _verifier(acte.engagement, somme(bilan.par_creance[r].total.valeur for r in visees))
    return Apport(
        champs={
            "somme": acte.montant,
            "somme_en_lettres": Donnee(acte.en_lettres),
            "cause": Donnee(acte.cause),
            "nombre": len(acte.engagement.versements),
            "premier_le": Jour(acte.engagement.versements[0][0]),
            "dernier_le": Jour(acte.engagement.versements[-1][0]),
            "taux_convenu": acte.interets,
        },
        conditions={
            "en_une_fois": len(acte.engagement.versements) == 1,
            "en_plusieurs_fois": len(acte.engagement.versements) > 1,
            "produit_interet": acte.interets is not None,
            "entre_commercants": not acte.requise,
        },
        tableaux={"versements_convenus": _versements(acte.engagement, mots)},
        creances=visees,
    )


def _transaction(acte: Transaction, bilan: Bilan, _mots: Lexique) -> Apport:
    if (acte.creancier.cle, acte.debiteur.cle) != (bilan.dossier.creancier.cle, bilan.dossier.debiteur.cle):
        raise _refuser("la transaction est celle d'autres parties", acte.debiteur.nom)
    return Apport(
        champs={
            "objet": acte.objet,
            "demande": acte.demande,
            "position": acte.position,
            "somme": acte.montant,
            "somme_en_lettres": Donnee(acte.en_lettres),
            "concession": acte.concession,
            "renonciation": acte.renonciation,
            "payer_le": Jour(acte.payer_le, "limite"),
            "delai": acte.delai,
            "originaux": nombre_en_lettres(acte.originaux),
        },
    )


# --- paiement, contestation ------------------------------------------------------------------------------------------


def _paiement(paiement: Paiement, bilan: Bilan, mots: Lexique) -> Apport:
    """Ce que le règlement a éteint, poste par poste ; deux règlements du même jour ne se démêlent pas, et le tableau manque.

    Du reste, rien n'est dit que ce qui se demande : échu, ni prescrit, ni contesté, ni suspendu.
    """
    if paiement not in bilan.dossier.evenements or paiement.le > bilan.au:
        raise _refuser("ce paiement n'est pas au dossier", paiement.le, "Examinez le dossier avec ce paiement.")
    if paiement not in connus(bilan.dossier.evenements, bilan.au):
        raise _refuser("ce paiement a été rejeté : il n'a rien éteint", paiement.le)
    eteints = [
        i
        for i in bilan.decompte.imputations
        if i.le == paiement.le and i.evenement == "paiement" and paiement.creance in (None, i.creance)
    ]
    impute = sum((i.valeur.centimes for i in eteints), 0)
    exces = paiement.montant.centimes - impute
    postes = [p for p in POSTES if any(getattr(i, p) for i in eteints)]
    tables: tuple[Tableau, ...] = ()
    if eteints and exces >= 0:
        lignes: list[tuple[Texte, ...]] = [
            ((Donnee(bilan.par_creance[i.creance].creance.numero),), *((getattr(i, p),) for p in postes), (i.valeur,))
            for i in eteints
        ]
        if exces:
            lignes.append(((mots["trop_percu"],), *(() for _ in postes), (Montant.de_centimes(exces, bilan.dossier.devise),)))
        total: tuple[Texte, ...] = ((mots["total"],), *(() for _ in postes), (paiement.montant,))
        sens: tuple[Alignement, ...] = (GAUCHE, *(DROITE for _ in (*postes, "total")))
        entetes = (mots["facture"], *(mots[p] for p in postes), mots["total"])
        tables = (Tableau((mots["titre_imputation"],), entetes, sens, tuple(lignes), total if len(lignes) > 1 else ()),)
    demandees = [b for b in bilan.creances if se_demande(b, bilan)]
    reste = sum((b.total.valeur for b in demandees), Montant.zero(bilan.dossier.devise))
    touchees = [*(i.creance for i in eteints), *(b.creance.reference for b in demandees)]
    return Apport(
        champs={"recu": paiement.montant, "recu_le": Jour(paiement.le), "reste": reste or None},
        conditions={
            "solde": not bilan.total.valeur,
            "reste": bool(reste),
            "imputation": bool(tables),
            "trop_percu": bool(tables) and exces > 0,
        },
        tableaux={"imputation": tables, "decompte": tuple(decompte(b, mots) for b in demandees)},
        creances=tuple(dict.fromkeys(touchees)) or tuple(bilan.par_creance),
        souffre_la_procedure=True,
    )


def _contestation(c: Contestation, bilan: Bilan, mots: Lexique) -> Apport:
    """Ce qui restait dû avant la réponse, ce qu'elle annule, ce qui en revient au débiteur, ce qui est maintenu ou reconnu."""
    if c not in bilan.dossier.evenements or c.le > bilan.au:
        raise _refuser("cette contestation n'est pas au dossier", c.le, "Examinez le dossier avec cette contestation.")
    b = bilan.par_creance[c.creance]
    avoirs = [x for x in bilan.dossier.evenements if isinstance(x, Avoir) and x.creance == c.creance and c.le <= x.le <= bilan.au]
    annule = sum((x.montant for x in avoirs), Montant.zero(bilan.dossier.devise))
    rendu = min(annule, b.trop_percu)
    avant = b.principal.valeur + annule - rendu
    conteste = min(c.montant or avant, avant)
    maintenu = conteste - min(annule, conteste)
    reconnu = b.principal.valeur - maintenu
    colonnes = [
        ("reste_avant", avant),
        ("annule", -annule),
        ("trop_percu", rendu),
        ("conteste", maintenu),
        ("non_conteste", reconnu),
    ]
    ecrites = [(mots[cle], montant) for cle, montant in colonnes if montant]
    ligne: tuple[Texte, ...] = ((Donnee(b.creance.numero),), *((m,) for _, m in ecrites))
    titre: Texte = (mots["titre_contestation"], Jour(bilan.au))
    entetes, sens = (mots["facture"], *(nom for nom, _ in ecrites)), (GAUCHE, *(DROITE for _ in ecrites))
    numeros = [Donnee(x.reference) for x in avoirs if x.reference]
    return Apport(
        champs={
            "contestation_le": Jour(c.le),
            "annule": annule or None,
            "rendu": rendu or None,
            "avoir": enumerer(numeros, mots) or None,
            "maintenu": maintenu or None,
            "reconnu": reconnu or None,
        },
        conditions={
            "part_reconnue": bool(reconnu),
            "part_maintenue": bool(maintenu),
            "avoir_accorde": bool(annule),
            "trop_percu": bool(rendu),
            "avoir_numerote": bool(numeros),
        },
        tableaux={"contestation": (Tableau(titre, entetes, sens, (ligne,)),)},
        creances=(c.creance,),
    )


# --- procédures ------------------------------------------------------------------------------------------------------


def _procedure(p: ProcedureCollective, bilan: Bilan, mots: Lexique) -> Apport:
    """La créance née avant le jugement, échue puis à échoir ; ce qui est né du retard d'après n'est pas déclaré.

    Échue, elle se déclare en entier : le principal payé laisse dus les pénalités et l'indemnité de son retard.
    """
    if p not in bilan.dossier.evenements or p.le > bilan.au:
        raise _refuser("cette procédure n'est pas au dossier", p.le, "Examinez le dossier avec cette procédure.")
    anterieures = [b for b in bilan.creances if b.creance.nee_le <= p.le]
    echues = [b for b in anterieures if b.echeance.valeur < p.le and b.total.valeur]
    a_echoir = [b for b in anterieures if b.echeance.valeur >= p.le and b.principal.valeur]
    nees = (*echues, *a_echoir)
    if not nees:
        raise _refuser("aucune créance née avant le jugement : rien à déclarer (C. com., art. L. 622-24)", p.le)
    if any(x.au >= p.le for b in nees for x in b.decompte.lignes):
        message = "des intérêts courent après le jugement (C. com., art. L. 622-28) : déclarez-en les modalités vous-même"
        raise _refuser(message, p.le)
    tables = {
        "declaration": _echues(echues, mots),
        "declaration_a_echoir": _a_echoir(a_echoir, mots),
        "calcul": tuple(decompte(b, mots) for b in echues),
    }
    zero = Montant.zero(bilan.dossier.devise)
    montant_echu = sum((b.total.valeur for b in echues), zero)
    montant_a_echoir = sum((b.principal.valeur for b in a_echoir), zero)
    return Apport(
        champs={
            "procedure": mots[p.genre],
            "jugement_le": Jour(p.le),
            "publiee_le": Jour(p.publiee_le) if p.publiee_le else None,
            "veille": Jour(p.le - UN_JOUR),
            "montant_echu": montant_echu or None,
            "montant_a_echoir": montant_a_echoir or None,
            "montant_declare": montant_echu + montant_a_echoir,
        },
        conditions={"echue": bool(echues), "a_echoir": bool(a_echoir), "publiee": p.publiee_le is not None},
        tableaux=tables,
        creances=tuple([b.creance.reference for b in nees]),
        souffre_la_procedure=True,
    )


def _echues(bilans: list[BilanCreance], mots: Lexique) -> tuple[Tableau, ...]:
    if not bilans:
        return ()
    postes = [*postes_vivants(bilans), "total"]
    lignes: list[tuple[Texte, ...]] = [
        ((Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), *((getattr(b, p).valeur,) for p in postes))
        for b in bilans
    ]
    total: tuple[Texte, ...] = ((mots["total"],), (), *((somme(getattr(b, p).valeur for b in bilans),) for p in postes))
    entetes = (mots["facture"], mots["echeance"], *(mots[p] for p in postes))
    sens: tuple[Alignement, ...] = (GAUCHE, GAUCHE, *(DROITE for _ in postes))
    return (Tableau((mots["titre_declaration"],), entetes, sens, tuple(lignes), total),)


def _a_echoir(bilans: list[BilanCreance], mots: Lexique) -> tuple[Tableau, ...]:
    if not bilans:
        return ()
    lignes = tuple(((Donnee(b.creance.numero),), (Jour(b.echeance.valeur, "tableau"),), (b.principal.valeur,)) for b in bilans)
    total: tuple[Texte, ...] = ((mots["total"],), (), (somme(b.principal.valeur for b in bilans),))
    entetes = (mots["facture"], mots["echeance"], mots["principal"])
    return (Tableau((mots["titre_declaration_a_echoir"],), entetes, (GAUCHE, GAUCHE, DROITE), lignes, total),)


def _contentieux(d: DossierContentieux, bilan: Bilan, mots: Lexique) -> Apport:
    """Le bordereau numéroté, la chronologie, et les numéros des pièces à citer."""
    if (d.dossier, d.au, d.total.valeur) != (bilan.dossier, bilan.au, bilan.total.valeur):
        raise _refuser(
            "le dossier contentieux n'est pas celui de ce bilan", d.au, "Faites les deux au même jour, du même dossier."
        )
    lignes = tuple(((p.numero,), (p.intitule,), ((Jour(p.le),) if p.le else ())) for p in d.bordereau)
    bordereau = Tableau((mots["titre_pieces"],), (mots["numero"], mots["piece_"], mots["date"]), (GAUCHE, GAUCHE, GAUCHE), lignes)
    faits = tuple(((Jour(f.le, "tableau"),), (f.texte,), (Donnee(", ".join(f.creances)),)) for f in d.chronologie)
    entetes = (mots["le_"], mots["fait"], mots["facture"])
    chronologie = Tableau((mots["titre_chronologie"],), entetes, (GAUCHE, GAUCHE, GAUCHE), faits, frise=_frise(d, mots))
    factures, demeure = _citer(d, "facture", mots), _citer(d, "mise_en_demeure", mots)
    dues = tuple([b.creance.reference for b in bilan.creances if b.total.valeur])
    contestations = [e for e in d.dossier.evenements if isinstance(e, Contestation) and e.le <= d.au and e.creance in dues]
    levees = [e for e in contestations if e.levee_le and e.levee_le <= d.au]
    return Apport(
        champs={
            "voie": d.voie.intitule,
            "devant": d.voie.competence.valeur,
            "nombre_de_pieces": len(d.bordereau),
            "nombre_de_faits": len(d.chronologie),
            "premier_fait_le": Jour(d.chronologie[0].le) if d.chronologie else None,
            "piece_decompte": _citer(d, "decompte", mots),
            "pieces_factures": factures,
            "piece_mise_en_demeure": demeure,
            "pieces_manquantes": (mots["liste"].join(p.intitule[0].lower() + p.intitule[1:] for p in d.manquantes),)
            if d.manquantes
            else None,
            "prudente_le": _prudente(d),
            "contestations_levees": _levees(levees, mots),
        },
        conditions={
            "pieces_manquantes": bool(d.manquantes),
            "pieces_completes": not d.manquantes,
            "date_prudente": _prudente(d) is not None,
            "contestee": len(levees) < len(contestations),
            "contestation_levee": bool(contestations) and len(levees) == len(contestations),
            "incontestee": not contestations,
        },
        tableaux={"bordereau": (bordereau,), "chronologie": (chronologie,)},
        creances=dues,
        souffre_la_procedure=True,
    )


def _frise(d: DossierContentieux, mots: Lexique) -> tuple[tuple[date, str], ...]:
    """Les faits de la chronologie, jusqu'au jour du dossier ; trop nombreux, ils ne se lisent plus sur une ligne."""
    jours = [(f.le, f.texte.partition(", ")[0]) for f in d.chronologie]
    return (*jours, (d.au, mots["ce_jour"])) if 1 < len(jours) <= FRISE else ()


def _citer(d: DossierContentieux, cle: str, mots: Lexique) -> Texte | None:
    """« pièces n° 1 et 2 » ; ``None`` : aucune."""
    numeros: list[Fragment] = [p.numero for p in d.bordereau if p.cle == cle]
    return (mots["pieces" if len(numeros) > 1 else "piece"], *enumerer(numeros, mots)) if numeros else None


def _levees(contestations: list[Contestation], mots: Lexique) -> Texte | None:
    """« le 20 mai 2026 (contestation levée le 3 juin 2026) », l'une après l'autre ; ``None`` : aucune."""
    textes = [(mots["le"], Jour(e.le), mots["levee_le"], Jour(e.levee_le), ")") for e in contestations if e.levee_le]
    liaisons = ["", *(mots["virgule"] for _ in textes[1:-1]), mots["et"]]
    return tuple([f for liaison, texte in zip(liaisons, textes, strict=False) for f in (liaison, *texte) if f]) or None


def _prudente(d: DossierContentieux) -> Jour | None:
    termes: list[date] = [x.terme.valeur for x in d.voie.delais if x.cle == "prescription" and x.terme]
    return Jour(min(termes)) if termes else None


APPORTS: dict[str, Callable[..., Apport]] = {
    "Echeancier": _echeancier,
    "ReconnaissanceDeDette": _reconnaissance,
    "Transaction": _transaction,
    "Paiement": _paiement,
    "Contestation": _contestation,
    "ProcedureCollective": _procedure,
    "DossierContentieux": _contentieux,
}
