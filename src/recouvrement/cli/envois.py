"""Écrire et envoyer ce qui est dû, une fois et une seule."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from recouvrement.affichage import date_fr
from recouvrement.cli.bilans import bilans_de
from recouvrement.cli.entree import Lus, horloge, lire_toml, politique_de
from recouvrement.cli.sortie import EN_PARTIE, TOUT_LU
from recouvrement.erreurs import DonneeInvalide, cause
from recouvrement.modele._champs import exacts
from recouvrement.ports import Anomalie, MoteurRendu, Notificateur, Registre

ISSUES = {
    "pris": "écrite",
    "refuse": "refusée",
    "a_retenter": "à retenter",
    "inconnu": "sort inconnu",
    "deja_envoye": "déjà écrite",
    "a_blanc": "à blanc",
    "a_faire": "à faire",
}
EN_PAPIER = ("courrier", "recommande")
SMTP = ("hote", "port", "expediteur", "identifiant", "securite", "delai", "reponse_a")
MOT_DE_PASSE = "RECOUVREMENT_SMTP_MOT_DE_PASSE"


def lettres(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Les lettres dues, dans un dossier."""
    from recouvrement.envoi.repertoire import Repertoire

    canaux = dict.fromkeys(("courriel", *EN_PAPIER), Repertoire(options.vers, horloge))
    code = _envoyer(options, _libres(options, dossiers, anomalies), canaux, ISSUES, a_blanc=options.a_blanc)
    _dire_sans_effet(dossiers, anomalies)
    return code


def expedier(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> int:
    """Le courriel par SMTP, le papier dans un dossier ; à blanc par défaut."""
    from recouvrement.envoi.repertoire import Repertoire

    canaux = {"courriel": _smtp(options.config), **dict.fromkeys(EN_PAPIER, Repertoire(options.vers, horloge))}
    issues = ISSUES | {"pris": "partie", "deja_envoye": "déjà partie"}
    code = _envoyer(options, _libres(options, dossiers, anomalies), canaux, issues, a_blanc=not options.pour_de_vrai)
    _dire_sans_effet(dossiers, anomalies)
    if not options.pour_de_vrai:
        print("Rien n'est parti : ajoutez --pour-de-vrai.")
    return code


def _libres(options: argparse.Namespace, dossiers: Lus, anomalies: list[Anomalie]) -> Lus:
    """Les dossiers dont la somme est sûre, sans leurs créances écartées ; aucune lettre ne part des autres, et leur débiteur est nommé."""
    libres = []
    for dossier in dossiers:
        doute = next((a for a in anomalies if a.atteint(dossier)), None)
        if doute is None:
            libres.append(dossier)
        else:
            ou = doute.ou or doute.message
            print(f"Retenu : {dossier.debiteur.nom} : un événement refusé a pu changer la somme ({ou})", file=sys.stderr)
    return tuple([bilan.dossier for bilan in bilans_de(options, tuple(libres), anomalies)])


def _dire_sans_effet(dossiers: Lus, anomalies: Sequence[Anomalie]) -> None:
    """Les événements refusés qui n'ont rien retenu : la créance qu'ils nomment n'est pas lue, leur débiteur a pu être relancé."""
    lieux = [a.ou for a in anomalies if a.creances and not any(a.atteint(dossier) for dossier in dossiers)]
    if lieux and dossiers:
        s = "s" * (len(lieux) > 1)
        print(
            f"Attention : {len(lieux)} événement{s} refusé{s} sans effet sur les lettres, la créance nommée n'étant pas lue : une lettre"
            f" du même débiteur part quand même ({' ; '.join(lieux)}). Vérifiez qu'elle ne réclame pas une somme déjà payée.",
            file=sys.stderr,
        )


def _envoyer(
    options: argparse.Namespace, dossiers: Lus, canaux: Mapping[str, Notificateur], issues: Mapping[str, str], *, a_blanc: bool
) -> int:
    from recouvrement.envoi.expedition import expedier as tout_expedier

    moteurs = _moteurs(options.formats)
    with ExitStack() as pile:
        envois = tout_expedier(
            dossiers,
            au=options.au,
            politique=politique_de(options),
            moteur=moteurs,
            notificateurs=canaux,
            registre=_registre(options.vers, pile, a_blanc=a_blanc),
            horloge=horloge,
            relire=lambda dossier: dossier,
            a_blanc=a_blanc,
        )
        rates, vus = 0, False
        for envoi in envois:
            vus = True
            rates += envoi.issue in ("erreur", "refuse", "a_retenter", "inconnu")
            quoi = envoi.detail or ", ".join(d.nom for d in envoi.documents)
            print(" : ".join(p for p in (envoi.dossier.debiteur.nom, issues.get(envoi.issue, envoi.issue), quoi) if p))
            for alerte in envoi.avertissements:
                print(f"  ! {alerte.message}")
        if dossiers and not vus:
            print(f"Aucune étape n'est due au {date_fr(options.au)} ; celles que le registre porte déjà ne se refont pas.")
    return EN_PARTIE if rates else TOUT_LU


def _smtp(config: Path) -> Notificateur:
    """Le serveur que décrit le fichier ; le mot de passe vient de l'environnement, jamais d'un fichier ni d'un argument."""
    from recouvrement.envoi.smtp import Smtp

    lus = lire_toml(config, "--config").get("smtp", {})
    remede = f"Table [smtp] : {', '.join(SMTP)} ; le mot de passe est dans {MOT_DE_PASSE}."
    exacts(lus, set(SMTP), {"hote", "port", "expediteur"}, "--config", remede)
    return Smtp(horloge=horloge, mot_de_passe=os.environ.get(MOT_DE_PASSE), **lus)


def _moteurs(formats: Sequence[str]) -> list[MoteurRendu]:
    from recouvrement.rendu.docx import RenduDocx
    from recouvrement.rendu.html import RenduHtml
    from recouvrement.rendu.pdf import RenduPdf
    from recouvrement.rendu.texte import RenduTexte

    fabriques: dict[str, type[MoteurRendu]] = {"pdf": RenduPdf, "html": RenduHtml, "texte": RenduTexte, "docx": RenduDocx}
    return [fabriques[nom]() for nom in formats]


def _registre(dossier: Path, pile: ExitStack, *, a_blanc: bool) -> Registre:
    """Le registre du dossier ; à blanc, rien n'est créé : faute de registre, aucun envoi n'est connu."""
    from recouvrement.registre.memoire import RegistreMemoire
    from recouvrement.registre.sqlite import RegistreSqlite

    fichier = dossier / "registre.sqlite"
    if a_blanc and not fichier.exists():
        return RegistreMemoire(horloge)
    try:
        dossier.mkdir(parents=True, exist_ok=True)
    except OSError as e:
        remede = "Choisissez un dossier où vous pouvez écrire."
        raise DonneeInvalide(
            f"dossier de sortie impossible : {cause(e)}", champ="--vers", valeur=str(dossier), remede=remede
        ) from None
    return pile.enter_context(RegistreSqlite(fichier, horloge))
