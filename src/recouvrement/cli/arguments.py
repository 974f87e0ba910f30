"""La ligne de commande : ses sous-commandes, leurs options, leurs défauts."""

import argparse
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeAlias

from recouvrement.cli.francais import Analyseur
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant
from recouvrement.politique.scenario import Scenario, prereglage, prereglages

Commandes: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
FORMATS = ("pdf", "html", "texte", "docx")
FICHIERS = "CSV, facture EN 16931, FEC, relevé camt.053, ou dossier"


def analyseur() -> argparse.ArgumentParser:
    """L'analyseur de la commande ; ``faire`` y nomme la pièce et la fonction à appeler."""
    lu: argparse.ArgumentParser = Analyseur(
        prog="recouvrement",
        description="Ce qui est dû, jusqu'à quand, que faire ensuite. Aucun avis juridique : aucun avocat n'a relu.",
        epilog="Pour commencer : recouvrement demo, puis recouvrement examiner FICHIER. Pour tout savoir d'une commande :"
        " recouvrement COMMANDE -h.",
    )
    lu.add_argument("--version", action=_Version, nargs=0, help="dit la version, et s'arrête")
    commandes = lu.add_subparsers(title="commandes", required=True, metavar="COMMANDE")
    formes, sortie, communs, relances = _formes(), _sortie(), _communs(), _relances()
    examiner = _commande(
        commandes, "examiner", "solde, retard, pénalités, prescription et suite de chaque débiteur", communs, relances, sortie
    )
    examiner.add_argument(
        "--vers",
        dest="en_colonnes",
        type=Path,
        metavar="BILANS.parquet",
        help="examine un seul Parquet, Arrow ou CSV en colonnes, lot par lot, dans ce fichier",
    )
    examiner.add_argument("--evenements", type=Path, metavar="FICHIER", help="avec --vers : la table des événements")
    examiner.set_defaults(faire="bilans:examiner")
    expliquer = _commande(commandes, "expliquer", "les raisons de chaque chiffre, jusqu'aux articles", communs, relances)
    expliquer.add_argument("--creance", required=True, metavar="REF", help="référence de la créance, ou numéro de la facture")
    expliquer.set_defaults(faire="bilans:expliquer")
    for nom, aide in (
        ("prescription", "jusqu'à quand agir : chaque moment du délai, avec son article"),
        ("voies", "les voies après l'amiable : ouvertes ou fermées, et pourquoi"),
        ("balance", "la balance âgée, par débiteur et par devise"),
    ):
        _commande(commandes, nom, aide, communs, sortie).set_defaults(faire=f"bilans:{nom}")
    plan = _commande(commandes, "plan", "les étapes à venir de chaque débiteur si rien ne se passe", communs, relances, sortie)
    plan.set_defaults(faire="bilans:plan")
    _echeancier(commandes, communs, sortie)
    _lettres(commandes, communs, relances)
    _registre(commandes)
    delai = _commande(commandes, "delai", "le terme d'un délai de procédure, dans la version de la loi de son départ", _json())
    delai.add_argument(
        "cle", metavar="DÉLAI", help="injonction_signification, declaration_de_creance… ; un nom inconnu les fait tous dire"
    )
    delai.add_argument("--depart", required=True, type=jour, metavar="AAAA-MM-JJ", help="jour de l'acte : il ne compte pas")
    delai.add_argument(
        "--distance", default="aucune", choices=["aucune", "outre_mer", "etranger"], help="où demeure celui qui agit"
    )
    delai.set_defaults(faire="droit:delai", fichiers=())
    diagnostic = _commande(
        commandes, "diagnostiquer", "ce qu'est un fichier, ce qui en est compris, ce qui manque", formes, _json()
    )
    diagnostic.add_argument("examines", nargs="+", type=Path, metavar="FICHIER", help=FICHIERS)
    diagnostic.set_defaults(faire="bilans:diagnostiquer", fichiers=())
    baremes = _commande(
        commandes, "baremes", "les tables de taux et de sommes : dernière valeur, source, ce qui est attendu", sortie
    )
    baremes.set_defaults(faire="droit:baremes", fichiers=())
    greffons = _commande(commandes, "greffons", "les greffons installés, et leur état", sortie)
    greffons.set_defaults(faire="greffons:greffons", fichiers=())
    demo = _commande(commandes, "demo", "un impayé fictif : son bilan, ses raisons, sa lettre")
    demo.set_defaults(faire="demo:demo", fichiers=())
    return lu


class _Version(argparse.Action):
    """Dit la version, sans rien charger tant qu'on ne la demande pas."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        print(f"recouvrement {version('recouvrement')}")
        parser.exit()


def _commande(commandes: Commandes, nom: str, aide: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Une sous-commande : une ligne dans l'aide de toutes, une phrase dans la sienne."""
    return commandes.add_parser(nom, parents=parents, help=aide, description=f"{aide[0].upper()}{aide[1:]}.")


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
    lecture = argparse.ArgumentParser(add_help=False)
    formes = lecture.add_argument_group("comment lire les CSV et les FEC")
    formes.add_argument(
        "--delimiteur",
        default=";",
        metavar="SIGNE",
        type=lambda texte: texte.replace("\\t", "\t"),
        help="séparateur des CSV (par défaut « ; » ; « \\t » : la tabulation)",
    )
    formes.add_argument(
        "--decimale",
        default=",",
        choices=[",", "."],
        metavar="SIGNE",
        help="marque décimale des CSV : « , » (par défaut) ou « . »",
    )
    formes.add_argument(
        "--encodage",
        metavar="NOM",
        help="encodage des CSV (par défaut utf-8 ; cp1252 pour un vieil Excel) et des FEC (par défaut utf-8, sinon la loi)",
    )
    formes.add_argument(
        "--dates",
        default="iso",
        choices=["iso", "fr", "compact"],
        help="dates des CSV : AAAA-MM-JJ (par défaut), JJ/MM/AAAA, AAAAMMJJ",
    )
    formes.add_argument(
        "--correspondance",
        type=Path,
        metavar="TOML",
        help="de vos colonnes de CSV aux nôtres ; remplace les quatre qui précèdent",
    )
    formes.add_argument(
        "--creancier", metavar="NOM", help="celui que le fichier ne nomme pas : d'un FEC, ou d'un CSV sans colonnes creancier_…"
    )
    formes.add_argument("--siren", help="son SIREN ; sans lui, il est traité comme un particulier")
    return lecture


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
        help=f"calendrier des relances, pour tous : {', '.join(prereglages())}, ou un fichier .toml (par défaut, selon qui doit et quoi)",
    )
    return relances


def _echeancier(commandes: Commandes, *parents: argparse.ArgumentParser) -> None:
    lu = _commande(commandes, "echeancier", "propose un plan de paiement de tout ce qui est dû", *parents)
    lu.add_argument("--debiteur", metavar="NOM", help="nom ou clé ; inutile s'il est seul")
    rythme = lu.add_mutually_exclusive_group(required=True)
    rythme.add_argument("--mensualites", type=int, metavar="N", help="nombre de versements")
    rythme.add_argument("--montant", type=_euros, metavar="EUROS", help="montant de chacun : 1000,50 ou 1000.50")
    rythme.add_argument("--jusqu-au", type=jour, metavar="AAAA-MM-JJ", help="dernier jour possible")
    lu.add_argument("--premiere", type=jour, metavar="AAAA-MM-JJ", help="premier versement (par défaut un mois après)")
    lu.set_defaults(faire="bilans:echeancier")


def _lettres(commandes: Commandes, *parents: argparse.ArgumentParser) -> None:
    lettres = _commande(commandes, "lettres", "écrit les lettres dues, une par débiteur, une fois et une seule", *parents)
    lettres.add_argument("--a-blanc", action="store_true", help="dit ce qui partirait, n'écrit rien")
    lettres.set_defaults(faire="envois:lettres")
    expedier = _commande(commandes, "expedier", "envoie ce qui est dû : à blanc, sauf --pour-de-vrai", *parents)
    expedier.add_argument(
        "--config",
        required=True,
        type=Path,
        metavar="TOML",
        help="table [smtp] : hote, port, expediteur, identifiant… ; le mot de passe est dans RECOUVREMENT_SMTP_MOT_DE_PASSE",
    )
    expedier.add_argument("--pour-de-vrai", action="store_true", help="envoie ; sans cette option, rien ne part")
    expedier.set_defaults(faire="envois:expedier")
    for lu in (lettres, expedier):
        lu.add_argument("--vers", required=True, type=Path, metavar="DOSSIER", help="dossier des lettres et du registre")
        lu.add_argument(
            "--formats",
            default="pdf,html,texte",
            type=_formats,
            help=f"parmi {', '.join(FORMATS)}, séparés par des virgules (par défaut les trois premiers)",
        )


def _registre(commandes: Commandes) -> None:
    """Un registre à la fois ; ce qui l'écrit demande un motif."""
    registre = _commande(commandes, "registre", "vérifie, exporte, sauvegarde un registre ; tranche un envoi incertain")
    gestes = registre.add_subparsers(title="gestes", required=True, metavar="GESTE")
    fichier = argparse.ArgumentParser(add_help=False)
    fichier.add_argument(
        "registre", type=Path, metavar="REGISTRE.sqlite", help="celui du dossier où « lettres » ou « expedier » écrit"
    )
    verifier = _commande(gestes, "verifier", "relit toute la chaîne, et donne sa tête", fichier)
    verifier.add_argument("--ancre", default="", metavar="TÊTE", help="tête gardée ailleurs : elle fait voir une fin ôtée")
    exporter = _commande(gestes, "exporter", "la chronologie des échanges avec un débiteur, en CSV", fichier)
    exporter.add_argument("debiteur", metavar="CLÉ", help="clé du débiteur ; une clé inconnue les fait toutes dire")
    exporter.add_argument("--creance", metavar="REF", help="les échanges d'une seule créance")
    exporter.add_argument("--vers", required=True, type=Path, metavar="FICHIER.csv", help="fichier à créer")
    sauvegarder = _commande(gestes, "sauvegarder", "copie le registre pendant qu'il sert, et relit la copie", fichier)
    sauvegarder.add_argument("--vers", required=True, type=Path, metavar="COPIE.sqlite", help="fichier à créer")
    _commande(gestes, "incertains", "les envois dont nul ne sait s'ils sont partis, et ceux qui sont revenus", fichier)
    trancher = _commande(gestes, "trancher", "dit ce qu'un envoi incertain est devenu, après vérification", fichier)
    trancher.add_argument("cle", metavar="CLÉ", help="une des clés de l'envoi : voir « incertains »")
    trancher.add_argument("issue", choices=["pris", "refuse"], help="pris : il ne repartira pas ; refuse : il n'est pas parti")
    trancher.add_argument("--motif", required=True, help="comment vous le savez ; il s'inscrit")
    effacer = _commande(gestes, "effacer", "efface ce qui nomme un débiteur ; la chaîne reste vérifiable", fichier)
    effacer.add_argument("debiteur", metavar="CLÉ", help="clé du débiteur ; une clé inconnue les fait toutes dire")
    effacer.add_argument("--motif", required=True, help="pourquoi ; il s'inscrit, et ne doit pas nommer le débiteur")
    for nom, geste in gestes.choices.items():
        geste.set_defaults(faire=f"registre:{nom}", fichiers=())
