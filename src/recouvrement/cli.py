"""La commande ``recouvrement`` : diagnostiquer, examiner, expliquer, lettres, barèmes. Elle ne fait qu'appeler la bibliothèque."""

import argparse
import codecs
import io
import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path

from recouvrement.affichage import date_fr
from recouvrement.droit.baremes import Bareme
from recouvrement.erreurs import DonneeInvalide, RecouvrementError
from recouvrement.lecture import LecteurCsv, LecteurFEC, diagnostiquer, lire_fichiers
from recouvrement.lecture.qualite import qualite
from recouvrement.lecture.rassembler import rassembler
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.personnes import Creancier
from recouvrement.politique.bilan import Bilan
from recouvrement.politique.politique import Politique
from recouvrement.ports import Anomalie, MoteurRendu, Registre
from recouvrement.temps import UN_JOUR

TOUT_LU, EN_PARTIE, IMPOSSIBLE = 0, 1, 2
ISSUES = {
    "pris": "écrite",
    "refuse": "refusée",
    "a_retenter": "à retenter",
    "inconnu": "sort inconnu",
    "deja_envoye": "déjà écrite",
}
ISSUES |= {"a_blanc": "à blanc", "a_faire": "à faire"}
CERTITUDES = {"etabli": "établi", "une_source": "une source", "a_verifier": "à vérifier"}
FORMATS = ("pdf", "html", "texte")


def main(arguments: Sequence[str] | None = None) -> int:
    """Code de retour : 0 tout est lu et traité ; 1 une partie a été refusée, le reste est traité ; 2 rien n'a pu se faire."""
    _accorder_la_sortie()
    options = _analyseur().parse_args(arguments)
    try:
        dossiers, anomalies = _lire(options)
        code: int = options.faire(options, dossiers, anomalies)
    except RecouvrementError as e:
        print(f"recouvrement : {e}", file=sys.stderr)
        return IMPOSSIBLE
    for anomalie in anomalies:
        print(f"{'Refusé' if anomalie.gravite == 'refus' else 'À vérifier'} : {anomalie}", file=sys.stderr)
    refus = any(a.gravite == "refus" for a in anomalies)
    return max(code, EN_PARTIE if refus else TOUT_LU)


def _accorder_la_sortie() -> None:
    """Une sortie étroite (cp1252, ascii) écrit au plus près ce qu'elle ne sait pas écrire, sans tomber."""
    codecs.register_error("typographie", _au_plus_pres)
    for sortie in (sys.stdout, sys.stderr):
        if isinstance(sortie, io.TextIOWrapper):
            sortie.reconfigure(errors="typographie")


def _au_plus_pres(erreur: UnicodeError) -> tuple[str, int]:
    assert isinstance(erreur, UnicodeEncodeError)  # noqa: S101 (une écriture, jamais une lecture)
    proches = {"\u202f": " ", "\u00a0": " ", "’": "'", "→": "->", "−": "-", "×": "x", "÷": "/", "€": "EUR", "…": "..."}
    fautifs = erreur.object[erreur.start : erreur.end]
    textes = (proches.get(c) or unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode() or "?" for c in fautifs)
    return "".join(textes), erreur.end


def _analyseur() -> argparse.ArgumentParser:
    analyseur = argparse.ArgumentParser(
        prog="recouvrement",
        description="Ce qui est dû, jusqu'à quand, que faire ensuite. Aucun avis juridique : aucun avocat n'a relu.",
    )
    commandes = analyseur.add_subparsers(required=True, metavar="commande")
    formes = argparse.ArgumentParser(add_help=False)
    formes.add_argument("--delimiteur", default=";", help="séparateur des CSV (par défaut « ; »)")
    formes.add_argument("--decimale", default=",", choices=[",", "."], help="marque décimale des CSV (par défaut « , »)")
    formes.add_argument(
        "--encodage",
        help="encodage des CSV (par défaut utf-8 ; cp1252 pour un vieil Excel) et des FEC (par défaut utf-8, sinon la loi)",
    )
    formes.add_argument("--dates", default="iso", choices=["iso", "fr"], help="dates des CSV : AAAA-MM-JJ ou JJ/MM/AAAA")
    formes.add_argument("--creancier", metavar="NOM", help="celui qui tient les livres : un FEC ne le nomme pas")
    formes.add_argument("--siren", help="son SIREN ; sans lui, il est traité comme un particulier")
    communs = argparse.ArgumentParser(add_help=False, parents=[formes])
    communs.add_argument(
        "fichiers", nargs="+", type=Path, metavar="FICHIER", help="CSV, facture EN 16931, FEC, relevé camt.053, ou dossier"
    )
    communs.add_argument("--au", required=True, type=_jour, metavar="AAAA-MM-JJ", help="jour de l'examen, inclus")
    examiner = commandes.add_parser(
        "examiner", parents=[communs], help="solde, retard, pénalités, prescription et suite de chaque débiteur"
    )
    examiner.add_argument("--json", action="store_true", help="écrit du JSON")
    examiner.set_defaults(faire=_examiner)
    expliquer = commandes.add_parser("expliquer", parents=[communs], help="les raisons de chaque chiffre, jusqu'aux articles")
    expliquer.add_argument("--creance", required=True, metavar="REF", help="référence de la créance")
    expliquer.set_defaults(faire=_expliquer)
    for nom, aide, faire in (
        ("prescription", "jusqu'à quand agir : chaque moment du délai, avec son article", _prescription),
        ("plan", "les étapes à venir de chaque débiteur si rien ne se passe", _plan),
        ("voies", "les voies après l'amiable : ouvertes ou fermées, et pourquoi", _voies),
        ("balance", "la balance âgée, par débiteur et par devise", _balance),
    ):
        commandes.add_parser(nom, parents=[communs], help=aide).set_defaults(faire=faire)
    delai = commandes.add_parser("delai", help="le terme d'un délai de procédure, dans la version de la loi de son départ")
    delai.add_argument("cle", metavar="DÉLAI", help="injonction_signification, declaration_de_creance…")
    delai.add_argument("--depart", required=True, type=_jour, metavar="AAAA-MM-JJ", help="jour de l'acte : il ne compte pas")
    delai.add_argument(
        "--distance", default="aucune", choices=["aucune", "outre_mer", "etranger"], help="où demeure celui qui agit"
    )
    delai.set_defaults(faire=_delai, fichiers=())
    lettres = commandes.add_parser(
        "lettres", parents=[communs], help="écrit les lettres dues, une par débiteur, une fois et une seule"
    )
    lettres.add_argument("--vers", required=True, type=Path, metavar="DOSSIER", help="dossier des lettres et du registre")
    lettres.add_argument(
        "--formats", default=",".join(FORMATS), type=_formats, help="parmi pdf, html, texte (par défaut les trois)"
    )
    lettres.add_argument("--a-blanc", action="store_true", help="dit ce qui partirait, n'écrit rien")
    lettres.set_defaults(faire=_lettres)
    diagnostic = commandes.add_parser(
        "diagnostiquer", parents=[formes], help="ce qu'est un fichier, ce qui en est compris, ce qui manque"
    )
    diagnostic.add_argument("examines", nargs="+", type=Path, metavar="FICHIER", help="CSV, facture EN 16931, FEC, relevé")
    diagnostic.add_argument("--json", action="store_true", help="écrit du JSON")
    diagnostic.set_defaults(faire=_diagnostiquer, fichiers=())
    baremes = commandes.add_parser(
        "baremes", help="les tables de taux et de sommes : dernière valeur, source, ce qui est attendu"
    )
    baremes.add_argument("--json", action="store_true", help="écrit du JSON")
    baremes.set_defaults(faire=_baremes, fichiers=())
    return analyseur


def _jour(texte: str) -> date:
    try:
        lu = datetime.strptime(texte, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        lu = None
    if lu is None or lu.isoformat() != texte:
        raise argparse.ArgumentTypeError(f"« {texte} » n'est pas une date AAAA-MM-JJ")
    return lu


def _formats(texte: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(texte.split(",")))
    if inconnus := set(formats) - set(FORMATS):
        raise argparse.ArgumentTypeError(
            f"format inconnu : {', '.join(sorted(inconnus))} ; choisissez parmi {', '.join(FORMATS)}"
        )
    return formats


def _lire(options: argparse.Namespace) -> tuple[tuple[Dossier, ...], list[Anomalie]]:
    """Tous les fichiers ; chacun de ceux qui sont fautifs donne une anomalie, les autres sont traités."""
    if not options.fichiers:
        return (), []
    csv, fec = _lecteurs(options)
    dossiers, anomalies = rassembler(lire_fichiers(options.fichiers, csv=csv, fec=fec))
    return dossiers, list(anomalies)


def _lecteurs(options: argparse.Namespace) -> tuple[LecteurCsv, LecteurFEC]:
    csv = LecteurCsv(
        delimiteur=options.delimiteur,
        decimale=options.decimale,
        format_date=options.dates,
        encodage=options.encodage or "utf-8-sig",
    )
    creancier = None
    if options.creancier:
        supposee, _ = qualite(None, options.siren, creancier=True)
        creancier = Creancier(nom=options.creancier, qualite=supposee, siren=options.siren)
    return csv, LecteurFEC(creancier=creancier, encodage=options.encodage)


def _diagnostiquer(options: argparse.Namespace, _dossiers: tuple[Dossier, ...], _anomalies: list[Anomalie]) -> int:
    csv, fec = _lecteurs(options)
    diagnostics = [diagnostiquer(fichier, csv=csv, fec=fec) for fichier in options.examines]
    if options.json:
        print(json.dumps([d.vers_dict() for d in diagnostics], ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(map(str, diagnostics)))
    return EN_PARTIE if any(d.refuse for d in diagnostics) else TOUT_LU


def _bilans(options: argparse.Namespace, dossiers: tuple[Dossier, ...], anomalies: list[Anomalie]) -> list[Bilan]:
    """Le bilan de chaque dossier ; ceux que la bibliothèque refuse deviennent des anomalies."""
    bilans: list[Bilan] = []
    for dossier, bilan in Politique().examiner_lot(dossiers, au=options.au):
        if isinstance(bilan, Bilan):
            bilans.append(bilan)
        else:
            anomalies.append(Anomalie(gravite="refus", ou=dossier.debiteur.nom, message=str(bilan)))
    return bilans


def _examiner(options: argparse.Namespace, dossiers: tuple[Dossier, ...], anomalies: list[Anomalie]) -> int:
    bilans = _bilans(options, dossiers, anomalies)
    if options.json:
        rendu = {
            "au": options.au.isoformat(),
            "bilans": [b.vers_dict() for b in bilans],
            "anomalies": [str(a) for a in anomalies],
        }
        print(json.dumps(rendu, ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(_tableau(b) for b in bilans) or "Aucune créance.")
    return TOUT_LU


def _tableau(bilan: Bilan) -> str:
    """Un débiteur : une ligne par facture, le total, la suite, les alertes."""
    entetes = ("Facture", "Échéance", "Retard", "Principal", "Pénalités", "Intérêts", "Indemnité", "Total", "Agir jusqu'au")
    colonnes = ("principal", "penalites", "interets", "indemnite", "total")
    lignes = [
        (
            b.creance.numero,
            date_fr(b.echeance.valeur, longue=False),
            f"{b.jours_retard} j",
            *(str(getattr(b, p).valeur) for p in colonnes),
            date_fr(b.prescription.prudente, longue=False),
        )
        for b in bilan.creances
    ]
    total = ("Total", "", "", *(str(getattr(bilan, p).valeur) for p in colonnes), "")
    entete, *alignees, somme = _aligner((entetes, *lignes, total))
    tete = f"{bilan.dossier.debiteur.nom} ({bilan.dossier.debiteur.qualite.value.replace('_', ' ')}), au {date_fr(bilan.au)}"
    suite = f"→ {bilan.prochaine}" if bilan.prochaine else f"→ rien à faire : {_pourquoi(bilan)}"
    alertes = [f"! {a.creance + ' : ' if a.creance else ''}{a.message}" for a in bilan.alertes]
    return "\n".join([tete, entete, *alignees, *([somme] if len(lignes) > 1 else []), suite, *alertes])


def _aligner(lignes: Sequence[Sequence[str]], *, gauche: int = 2) -> list[str]:
    """Les colonnes de même largeur ; les ``gauche`` premières à gauche, les chiffres à droite."""
    largeurs = [max(map(len, colonne)) for colonne in zip(*lignes, strict=True)]
    return [
        "  ".join(v.ljust(n) if i < gauche else v.rjust(n) for i, (v, n) in enumerate(zip(ligne, largeurs, strict=True))).rstrip()
        for ligne in lignes
    ]


def _baremes(options: argparse.Namespace, _dossiers: tuple[Dossier, ...], _anomalies: list[Anomalie]) -> int:
    droit = Politique().droit
    fiches = [_fiche(b) for b in droit.baremes.values()]
    if options.json:
        print(json.dumps({"a_jour_au": droit.a_jour_au.isoformat(), "baremes": fiches}, ensure_ascii=False, indent=2))
        return TOUT_LU
    entetes = ("Barème", "Unité", "Connu du", "Dernière valeur", "Du", "Connu au", "Certitude", "Attendu pour le")
    cles = ("code", "unite", "connu_du", "valeur", "du", "connu_au", "certitude", "attendu")
    print("\n".join(_aligner([entetes, *(tuple(map(_en_clair, (f[c] for c in cles))) for f in fiches)])))
    for f in fiches:
        print(f"{f['code']} : {f['intitule']} ({f['texte']}). Dernière valeur : {f['source']}.")
    print(f"Toutes les tables de taux répondent jusqu'au {date_fr(droit.a_jour_au)}.")
    return TOUT_LU


def _fiche(bareme: Bareme) -> dict[str, str]:
    """Un barème et sa dernière valeur, en types de JSON ; dates ISO, valeurs exactes."""
    derniere = bareme.valeurs[-1]
    publie = derniere.source.publie_le
    return {
        "code": bareme.code,
        "intitule": bareme.intitule,
        "unite": bareme.unite,
        "texte": str(bareme.source),
        "connu_du": bareme.connu_du.isoformat(),
        "connu_au": bareme.connu_au.isoformat(),
        "valeur": str(derniere.valeur),
        "du": derniere.du.isoformat(),
        "au": derniere.au.isoformat() if derniere.au else "",
        "source": str(derniere.source),
        "publie_le": publie.isoformat() if publie else "",
        "certitude": derniere.verifie,
        "attendu": _attendu(bareme),
    }


def _attendu(bareme: Bareme) -> str:
    """Le premier jour qui demande une valeur non encore publiée ; vide pour une somme en vigueur jusqu'à nouvel ordre.

    Un taux sans fin connue est à relever de nouveau pour le semestre qui suit son dernier relevé.
    """
    connu = bareme.connu_au
    if bareme.valeurs[-1].au is not None:
        return (connu + UN_JOUR).isoformat()
    if bareme.unite != "%/an":
        return ""
    return (date(connu.year, 7, 1) if connu.month <= 6 else date(connu.year + 1, 1, 1)).isoformat()


def _en_clair(valeur: str) -> str:
    """Une date ISO en jour, mois, année ; une valeur exacte à la virgule ; un degré de certitude avec ses accents."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", valeur):
        return date_fr(date.fromisoformat(valeur), longue=False)
    clair = CERTITUDES.get(valeur, valeur)
    return clair.replace(".", ",") or "—"


def _pourquoi(bilan: Bilan) -> str:
    return " ; ".join(dict.fromkeys(e.motif for e in bilan.empechements)) or "rien"


def _expliquer(options: argparse.Namespace, dossiers: tuple[Dossier, ...], _anomalies: list[Anomalie]) -> int:
    vises = [d for d in dossiers if any(options.creance in (c.reference, c.numero) for c in d.creances)]
    if not vises:
        connues = ", ".join(c.reference for d in dossiers for c in d.creances) or "aucune"
        raise DonneeInvalide("référence inconnue", champ="--creance", valeur=options.creance, remede=f"Lues : {connues}.")
    for dossier in vises:
        print(Politique().examiner(dossier, au=options.au).expliquer())
    return TOUT_LU


def _prescription(options: argparse.Namespace, dossiers: tuple[Dossier, ...], anomalies: list[Anomalie]) -> int:
    for bilan in _bilans(options, dossiers, anomalies):
        for b in bilan.creances:
            print(f"{bilan.dossier.debiteur.nom}, facture {b.creance.numero}\n{b.prescription.expliquer()}\n")
    return TOUT_LU


def _plan(options: argparse.Namespace, dossiers: tuple[Dossier, ...], anomalies: list[Anomalie]) -> int:
    for bilan in _bilans(options, dossiers, anomalies):
        print(f"{bilan.dossier.debiteur.nom}\n{Politique().calendrier(bilan.dossier, au=options.au).expliquer()}\n")
    return TOUT_LU


def _voies(options: argparse.Namespace, dossiers: tuple[Dossier, ...], anomalies: list[Anomalie]) -> int:
    for bilan in _bilans(options, dossiers, anomalies):
        print(f"{bilan.dossier.debiteur.nom}, {bilan.total.valeur}")
        for voie in Politique().voies(bilan.dossier, au=options.au):
            etat = "fermée" if not voie.ouverte else "ouverte" if voie.disponible else "à venir"
            print(f"- {voie.intitule} ({etat}) : {voie.motif}")
        print()
    return TOUT_LU


def _balance(options: argparse.Namespace, dossiers: tuple[Dossier, ...], anomalies: list[Anomalie]) -> int:
    from recouvrement.politique.portefeuille import Portefeuille

    portefeuille = Portefeuille(dossiers, politique=Politique(), au=options.au)
    anomalies += [Anomalie(gravite="refus", ou=e.debiteur, message=e.message) for e in portefeuille.ecartes]
    balance = portefeuille.balance_agee()
    entetes = ("Débiteur", *balance.tranches, "Principal", "Accessoires", "Total", "Dont contesté", "Dont prescrit")
    lignes = [
        (x.nom, *map(str, (*x.tranches, x.principal, x.accessoires, x.total, x.dont_conteste, x.dont_prescrit)))
        for x in (*balance.lignes, *balance.totaux)
    ]
    print("\n".join(_aligner((entetes, *lignes), gauche=1)) if balance.lignes else "Aucune créance.")
    return TOUT_LU


def _delai(options: argparse.Namespace, _dossiers: tuple[Dossier, ...], _anomalies: list[Anomalie]) -> int:
    print(Politique().delai(options.cle, depart=options.depart, distance=options.distance).expliquer())
    return TOUT_LU


def _moteurs(formats: Sequence[str]) -> list[MoteurRendu]:
    from recouvrement.rendu.html import RenduHtml
    from recouvrement.rendu.pdf import RenduPdf
    from recouvrement.rendu.texte import RenduTexte

    fabriques: dict[str, type[MoteurRendu]] = {"pdf": RenduPdf, "html": RenduHtml, "texte": RenduTexte}
    return [fabriques[nom]() for nom in formats]


def _lettres(options: argparse.Namespace, dossiers: tuple[Dossier, ...], _anomalies: list[Anomalie]) -> int:
    from recouvrement.envoi.expedition import expedier
    from recouvrement.envoi.repertoire import Repertoire

    moteurs = _moteurs(options.formats)
    with ExitStack() as pile:
        registre = _registre(options.vers, pile, a_blanc=options.a_blanc)
        envois = expedier(
            dossiers,
            au=options.au,
            politique=Politique(),
            moteur=moteurs,
            notificateurs=dict.fromkeys(("courriel", "courrier", "recommande"), Repertoire(options.vers, _horloge)),
            registre=registre,
            horloge=_horloge,
            relire=lambda dossier: dossier,
            a_blanc=options.a_blanc,
        )
        rates = 0
        for envoi in envois:
            rates += envoi.issue in ("erreur", "refuse", "inconnu")
            quoi = envoi.detail or ", ".join(d.nom for d in envoi.documents)
            print(" : ".join(p for p in (envoi.dossier.debiteur.nom, ISSUES.get(envoi.issue, envoi.issue), quoi) if p))
    return EN_PARTIE if rates else TOUT_LU


def _horloge() -> datetime:
    return datetime.now(UTC).astimezone()


def _registre(dossier: Path, pile: ExitStack, *, a_blanc: bool) -> Registre:
    """Le registre du dossier ; à blanc, rien n'est créé : faute de registre, aucun envoi n'est connu."""
    from recouvrement.registre.memoire import RegistreMemoire
    from recouvrement.registre.sqlite import RegistreSqlite

    fichier = dossier / "registre.sqlite"
    if a_blanc and not fichier.exists():
        return RegistreMemoire(_horloge)
    try:
        dossier.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        remede = "Choisissez un dossier où vous pouvez écrire."
        raise DonneeInvalide(
            f"dossier de sortie impossible : {e.strerror}", champ="--vers", valeur=str(dossier), remede=remede
        ) from None
    return pile.enter_context(RegistreSqlite(fichier, _horloge))
