"""La ligne de commande : ses sous-commandes, leurs options, leurs défauts."""

import argparse
import re
from datetime import UTC, date, datetime
from pathlib import Path

from recouvrement.cli.francais import Analyseur
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant
from recouvrement.politique.scenario import Scenario, prereglage

FORMATS = ("pdf", "html", "texte", "docx")
FICHIERS = "CSV, facture EN 16931, FEC, relevé camt.053, ou dossier"


def analyseur() -> argparse.ArgumentParser:
    """L'analyseur de la commande ; ``faire`` y nomme la pièce et la fonction à appeler."""
    lu: argparse.ArgumentParser = Analyseur(
        prog="recouvrement",
        description="Ce qui est dû, jusqu'à quand, que faire ensuite. Aucun avis juridique : aucun avocat n'a relu.",
    )
    commandes = lu.add_subparsers(title="commandes", required=True, metavar="COMMANDE")
    formes, sortie, communs, relances = _formes(), _sortie(), _communs(), _relances()
    examiner = commandes.add_parser(
        "examiner", parents=[communs, relances, sortie], help="solde, retard, pénalités, prescription et suite de chaque débiteur"
    )
    examiner.add_argument(
        "--vers",
        dest="en_colonnes",
        type=Path,
        metavar="BILANS.parquet",
        help="lit un Parquet, un Arrow ou un CSV en colonnes, lot par lot",
    )
    examiner.add_argument("--evenements", type=Path, metavar="FICHIER", help="avec --vers : la table des événements")
    examiner.set_defaults(faire="bilans:examiner")
    expliquer = commandes.add_parser(
        "expliquer", parents=[communs, relances], help="les raisons de chaque chiffre, jusqu'aux articles"
    )
    expliquer.add_argument("--creance", required=True, metavar="REF", help="référence de la créance")
    expliquer.set_defaults(faire="bilans:expliquer")
    for nom, aide in (
        ("prescription", "jusqu'à quand agir : chaque moment du délai, avec son article"),
        ("voies", "les voies après l'amiable : ouvertes ou fermées, et pourquoi"),
        ("balance", "la balance âgée, par débiteur et par devise"),
    ):
        commandes.add_parser(nom, parents=[communs, sortie], help=aide).set_defaults(faire=f"bilans:{nom}")
    plan = commandes.add_parser(
        "plan", parents=[communs, relances, sortie], help="les étapes à venir de chaque débiteur si rien ne se passe"
    )
    plan.set_defaults(faire="bilans:plan")
    _echeancier(commandes, communs, sortie)
    _lettres(commandes, communs, relances)
    _registre(commandes)
    delai = commandes.add_parser(
        "delai", parents=[_json()], help="le terme d'un délai de procédure, dans la version de la loi de son départ"
    )
    delai.add_argument("cle", metavar="DÉLAI", help="injonction_signification, declaration_de_creance…")
    delai.add_argument("--depart", required=True, type=jour, metavar="AAAA-MM-JJ", help="jour de l'acte : il ne compte pas")
    delai.add_argument(
        "--distance", default="aucune", choices=["aucune", "outre_mer", "etranger"], help="où demeure celui qui agit"
    )
    delai.set_defaults(faire="droit:delai", fichiers=())
    diagnostic = commandes.add_parser(
        "diagnostiquer", parents=[formes, _json()], help="ce qu'est un fichier, ce qui en est compris, ce qui manque"
    )
    diagnostic.add_argument("examines", nargs="+", type=Path, metavar="FICHIER", help=FICHIERS)
    diagnostic.set_defaults(faire="bilans:diagnostiquer", fichiers=())
    baremes = commandes.add_parser(
        "baremes", parents=[sortie], help="les tables de taux et de sommes : dernière valeur, source, ce qui est attendu"
    )
    baremes.set_defaults(faire="droit:baremes", fichiers=())
    greffons = commandes.add_parser("greffons", parents=[sortie], help="les greffons installés, et leur état")
    greffons.set_defaults(faire="greffons:greffons", fichiers=())
    demo = commandes.add_parser("demo", help="un impayé fictif : son bilan, ses raisons, sa lettre")
    demo.set_defaults(faire="demo:demo", fichiers=())
    return lu


def jour(texte: str) -> date:
    """Une date AAAA-MM-JJ, et rien d'autre."""
    try:
        lu = datetime.strptime(texte, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        lu = None
    if lu is None or lu.isoformat() != texte:
        raise argparse.ArgumentTypeError(f"« {texte} » n'est pas une date AAAA-MM-JJ")
    return lu


def _euros(texte: str) -> str:
    """Un montant, à virgule ou à point, milliers séparés d'une espace ou non ; rendu à point."""
    lu = re.sub("[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", "", texte).replace(",", ".")
    try:
        Montant(lu)
    except DonneeInvalide:
        raise argparse.ArgumentTypeError(f"« {texte} » n'est pas un montant : écrivez 1000,50 ou 1000.50") from None
    return lu


def _formats(texte: str) -> tuple[str, ...]:
    formats = tuple(dict.fromkeys(texte.split(",")))
    if inconnus := set(formats) - set(FORMATS):
        raise argparse.ArgumentTypeError(
            f"format inconnu : {', '.join(sorted(inconnus))} ; choisissez parmi {', '.join(FORMATS)}"
        )
    return formats


def _scenario(texte: str) -> Scenario:
    """Un préréglage par son nom, ou le scénario d'un fichier TOML."""
    try:
        return Scenario.lire(Path(texte)) if texte.endswith(".toml") else prereglage(texte)
    except DonneeInvalide as e:
        raise argparse.ArgumentTypeError(f"{e.message} : « {texte} ». {e.remede}") from None


def _json() -> argparse.ArgumentParser:
    seul = argparse.ArgumentParser(add_help=False)
    seul.add_argument("--json", action="store_true", help="écrit du JSON")
    return seul


def _sortie() -> argparse.ArgumentParser:
    sortie = argparse.ArgumentParser(add_help=False)
    au_choix = sortie.add_mutually_exclusive_group()
    au_choix.add_argument("--json", action="store_true", help="écrit du JSON")
    au_choix.add_argument("--csv", action="store_true", help="écrit du CSV : virgule, point décimal, dates ISO")
    return sortie


def _formes() -> argparse.ArgumentParser:
    formes = argparse.ArgumentParser(add_help=False)
    formes.add_argument(
        "--delimiteur",
        default=";",
        type=lambda texte: texte.replace("\\t", "\t"),
        help="séparateur des CSV (par défaut « ; » ; « \\t » : la tabulation)",
    )
    formes.add_argument("--decimale", default=",", choices=[",", "."], help="marque décimale des CSV (par défaut « , »)")
    formes.add_argument(
        "--encodage",
        help="encodage des CSV (par défaut utf-8 ; cp1252 pour un vieil Excel) et des FEC (par défaut utf-8, sinon la loi)",
    )
    formes.add_argument(
        "--dates", default="iso", choices=["iso", "fr", "compact"], help="dates des CSV : AAAA-MM-JJ, JJ/MM/AAAA, AAAAMMJJ"
    )
    formes.add_argument(
        "--correspondance", type=Path, metavar="TOML", help="de vos colonnes de CSV aux nôtres ; remplace ces options"
    )
    formes.add_argument("--creancier", metavar="NOM", help="celui qui tient les livres : un FEC ne le nomme pas")
    formes.add_argument("--siren", help="son SIREN ; sans lui, il est traité comme un particulier")
    return formes


def _communs() -> argparse.ArgumentParser:
    communs = argparse.ArgumentParser(add_help=False, parents=[_formes()])
    communs.add_argument("fichiers", nargs="+", type=Path, metavar="FICHIER", help=FICHIERS)
    communs.add_argument(
        "--mandataire", type=Path, metavar="TOML", help="celui qui recouvre tous ces dossiers pour leur créancier"
    )
    communs.add_argument("--au", type=jour, metavar="AAAA-MM-JJ", help="jour de l'examen, inclus (par défaut aujourd'hui)")
    return communs


def _relances() -> argparse.ArgumentParser:
    relances = argparse.ArgumentParser(add_help=False)
    relances.add_argument(
        "--scenario",
        type=_scenario,
        metavar="NOM",
        help="calendrier des relances de tous : un préréglage, ou un fichier .toml (par défaut, selon qui doit et quoi)",
    )
    return relances


def _echeancier(commandes: "argparse._SubParsersAction[argparse.ArgumentParser]", *parents: argparse.ArgumentParser) -> None:
    lu = commandes.add_parser("echeancier", parents=parents, help="propose un plan de paiement de tout ce qui est dû")
    lu.add_argument("--debiteur", metavar="NOM", help="nom ou clé ; inutile s'il est seul")
    rythme = lu.add_mutually_exclusive_group(required=True)
    rythme.add_argument("--mensualites", type=int, metavar="N", help="nombre de versements")
    rythme.add_argument("--montant", type=_euros, metavar="EUROS", help="montant de chacun : 1000,50 ou 1000.50")
    rythme.add_argument("--jusqu-au", type=jour, metavar="AAAA-MM-JJ", help="dernier jour possible")
    lu.add_argument("--premiere", type=jour, metavar="AAAA-MM-JJ", help="premier versement (par défaut un mois après)")
    lu.set_defaults(faire="bilans:echeancier")


def _lettres(commandes: "argparse._SubParsersAction[argparse.ArgumentParser]", *parents: argparse.ArgumentParser) -> None:
    lettres = commandes.add_parser(
        "lettres", parents=parents, help="écrit les lettres dues, une par débiteur, une fois et une seule"
    )
    lettres.add_argument("--a-blanc", action="store_true", help="dit ce qui partirait, n'écrit rien")
    lettres.set_defaults(faire="envois:lettres")
    expedier = commandes.add_parser("expedier", parents=parents, help="envoie ce qui est dû : à blanc, sauf --pour-de-vrai")
    expedier.add_argument(
        "--config", required=True, type=Path, metavar="TOML", help="table [smtp] : hote, port, expediteur, identifiant…"
    )
    expedier.add_argument("--pour-de-vrai", action="store_true", help="envoie ; sans cette option, rien ne part")
    expedier.set_defaults(faire="envois:expedier")
    for lu in (lettres, expedier):
        lu.add_argument("--vers", required=True, type=Path, metavar="DOSSIER", help="dossier des lettres et du registre")
        lu.add_argument("--formats", default="pdf,html,texte", type=_formats, help=f"parmi {', '.join(FORMATS)}")


def _registre(commandes: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Un registre à la fois ; ce qui l'écrit demande un motif."""
    registre = commandes.add_parser("registre", help="vérifie, exporte, sauvegarde un registre ; tranche un envoi incertain")
    gestes = registre.add_subparsers(title="gestes", required=True, metavar="GESTE")
    fichier = argparse.ArgumentParser(add_help=False)
    fichier.add_argument("registre", type=Path, metavar="REGISTRE.sqlite")
    verifier = gestes.add_parser("verifier", parents=[fichier], help="relit toute la chaîne, et donne sa tête")
    verifier.add_argument("--ancre", default="", metavar="TÊTE", help="tête gardée ailleurs : elle fait voir une fin ôtée")
    exporter = gestes.add_parser("exporter", parents=[fichier], help="la chronologie des échanges avec un débiteur, en CSV")
    exporter.add_argument("debiteur", metavar="CLÉ", help="clé du débiteur")
    exporter.add_argument("--creance", metavar="REF", help="les échanges d'une seule créance")
    exporter.add_argument("--vers", required=True, type=Path, metavar="FICHIER.csv")
    sauvegarder = gestes.add_parser(
        "sauvegarder", parents=[fichier], help="copie le registre pendant qu'il sert, et relit la copie"
    )
    sauvegarder.add_argument("--vers", required=True, type=Path, metavar="COPIE.sqlite")
    gestes.add_parser(
        "incertains", parents=[fichier], help="les envois dont nul ne sait s'ils sont partis, et ceux qui sont revenus"
    )
    trancher = gestes.add_parser(
        "trancher", parents=[fichier], help="dit ce qu'un envoi incertain est devenu, après vérification"
    )
    trancher.add_argument("cle", metavar="CLÉ", help="une des clés de l'envoi : voir « incertains »")
    trancher.add_argument("issue", choices=["pris", "refuse"], help="pris : il ne repartira pas ; refuse : il n'est pas parti")
    trancher.add_argument("--motif", required=True, help="comment vous le savez ; il s'inscrit")
    effacer = gestes.add_parser("effacer", parents=[fichier], help="efface ce qui nomme un débiteur ; la chaîne reste vérifiable")
    effacer.add_argument("debiteur", metavar="CLÉ", help="clé du débiteur")
    effacer.add_argument("--motif", required=True, help="pourquoi ; il s'inscrit, et ne doit pas nommer le débiteur")
    for nom, geste in gestes.choices.items():
        geste.set_defaults(faire=f"registre:{nom}", fichiers=())
