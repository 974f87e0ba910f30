"""Le registre : le vérifier, l'exporter, le sauvegarder, trancher ce qui est incertain, effacer un débiteur."""

import argparse
from pathlib import Path

from recouvrement.affichage import compter
from recouvrement.cli.entree import Lus, horloge
from recouvrement.cli.sortie import EN_PARTIE, TOUT_LU
from recouvrement.erreurs import DonneeInvalide, cause
from recouvrement.ports import Anomalie
from recouvrement.registre import RegistreSqlite

MONTREES = 20


def verifier(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Relit toute la chaîne."""
    with _ouvrir(options.registre) as registre:
        verdict = registre.verifier(options.ancre)
    etat = "intacte" if verdict.intacte else f"altérée : {verdict.defaut}"
    print(f"{compter(verdict.inscriptions, 'inscription')}, chaîne {etat}")
    print(f"tête : {verdict.tete}")
    return TOUT_LU if verdict.intacte else EN_PARTIE


def exporter(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """La chronologie des échanges avec un débiteur."""
    with _ouvrir(options.registre) as registre:
        chronologie = registre.chronologie(options.debiteur, creance=options.creance)
        if not chronologie.lignes:
            raise DonneeInvalide("aucun échange inscrit", champ="CLÉ", valeur=options.debiteur, remede=_cles(registre))
    try:
        with options.vers.open("xb") as sortie:
            sortie.write(chronologie.vers_csv())
    except OSError as e:
        raise DonneeInvalide(f"fichier impossible à créer ({cause(e)})", champ="--vers", valeur=str(options.vers)) from None
    print(f"{compter(len(chronologie.lignes), 'inscription')} dans {options.vers}")
    return TOUT_LU


def sauvegarder(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Copie et relit la copie."""
    with _ouvrir(options.registre) as registre:
        verdict = registre.sauvegarder(options.vers)
    print(f"{options.vers} : {compter(verdict.inscriptions, 'inscription')}, tête {verdict.tete}")
    return TOUT_LU


def incertains(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Ce qui attend un humain."""
    with _ouvrir(options.registre) as registre:
        douteux, revenus = registre.incertains(), registre.non_remis()
    for quoi, reservations in (("incertain", douteux), ("non remis", revenus)):
        for r in reservations:
            print(f"{quoi} : inscription {r.numero}, {', '.join(r.cles)}")
    if not douteux and not revenus:
        print("Rien à trancher.")
    return EN_PARTIE if douteux else TOUT_LU


def trancher(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Une décision d'humain, inscrite."""
    with _ouvrir(options.registre) as registre:
        registre.trancher(options.cle, options.issue, options.motif)
    print(f"{options.cle} : {'pris' if options.issue == 'pris' else 'refusé'}")
    return TOUT_LU


def effacer(options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Efface ce qui nomme un débiteur."""
    with _ouvrir(options.registre) as registre:
        fait = registre.effacer(options.debiteur, options.motif)
        connues = _cles(registre)
    print("Effacé." if fait else f"Rien à effacer : ce débiteur n'est pas dans ce registre, ou l'est déjà. {connues}")
    return TOUT_LU


def _cles(registre: RegistreSqlite) -> str:
    """Sous quelles clés ce registre connaît ses débiteurs : « siren:… », « id:… », « nom:… »."""
    lues = [x.donnees for x in registre.inscriptions() if "debiteur" in x.donnees]
    connues = {x["debiteur"]: x["destinataire"]["nom"] for x in lues}
    dites = [f"« {cle} » ({nom})" for cle, nom in list(connues.items())[:MONTREES]]
    suite = f" et {len(connues) - MONTREES} autres" if len(connues) > MONTREES else ""
    return f"Clés de ce registre : {', '.join(dites) or 'aucune'}{suite}."


def _ouvrir(fichier: Path) -> RegistreSqlite:
    """Ouvrir un registre le créerait : celui qu'on nomme ici existe."""
    if not fichier.is_file():
        raise DonneeInvalide("aucun registre à ce nom", champ="registre", valeur=str(fichier))
    return RegistreSqlite(fichier, horloge)
