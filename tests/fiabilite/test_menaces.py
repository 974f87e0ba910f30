"""Des menaces qu'aucun autre essai ne tient : l'horloge et le contexte de la machine, le temps borné, le code qu'on n'exécute pas."""

import ast
import decimal
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import recouvrement
from fabrique import CREANCIER, ECHEANCE
from fabrique_livres import fec, vente
from fiabilite.monde import POLITIQUE, Poste, dossier, envoyer
from recouvrement import Montant, Qualite
from recouvrement.envoi.expedition import expedier
from recouvrement.erreurs import DonneeInvalide
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.lecture.fec import LecteurFEC
from recouvrement.ports import Pli
from recouvrement.registre import RegistreMemoire, RegistreSqlite
from recouvrement.registre import fichier as module
from recouvrement.rendu.html import RenduHtml
from recouvrement.rendu.texte import RenduTexte
from recouvrement.serialisation import charger

RACINE = Path(recouvrement.__file__).parent
AU = ECHEANCE + timedelta(days=9)
HORLOGE = {"today", "now", "utcnow", "localtime", "gmtime", "time_ns", "monotonic", "fromtimestamp"}
INTERDITS = {"pickle", "marshal", "shelve", "yaml", "jsonpickle", "subprocess", "ctypes"}


@cache
def _appels() -> frozenset[tuple[str, str]]:
    return frozenset(_lire_les_appels())


def _lire_les_appels() -> Iterator[tuple[str, str]]:
    """Fichier, et « objet.nom » ou « nom » de chaque appel et de chaque module importé de la bibliothèque."""
    for fichier in RACINE.rglob("*.py"):
        ou = fichier.relative_to(RACINE).as_posix()
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.Call):
                yield ou, ast.unparse(noeud.func)
            elif isinstance(noeud, ast.Import):
                yield from ((ou, f"import {alias.name}") for alias in noeud.names)
            elif isinstance(noeud, ast.ImportFrom):
                yield ou, f"import {noeud.module}"


def test_seule_la_commande_lit_l_horloge() -> None:
    """Ligne 17 : l'instant vient toujours de l'appelant ; la ligne de commande, qui en est un, le lit en un seul endroit."""
    lus = {(ou, appel) for ou, appel in _appels() if appel.rpartition(".")[2] in HORLOGE or appel == "time.time"}
    assert lus == {("cli/entree.py", "datetime.now")}


def test_rien_n_est_execute_ni_depickle() -> None:
    """Lignes 67 et 77 : ni ``eval``, ni ``exec``, ni pickle relu, ni sous-processus ; la boîte à essais ne fait qu'écrire un pickle.

    Un seul ``exec``, à l'import : il écrit, des seuls noms des champs de nos classes, un constructeur comme attrs écrit les siens.
    """
    appels = [x for x in _appels() if x != ("modele/_fabrique.py", "exec")]
    assert not [
        x
        for x in appels
        if x[1] in ("eval", "exec", "compile", "__import__") or (x[1].endswith((".loads", ".load")) and "pickle" in x[1])
    ]
    importes = {(ou, nom) for ou, nom in appels if nom.removeprefix("import ").split(".")[0] in INTERDITS}
    assert {ou.split("/")[0] for ou, _ in importes} <= {"essais"}


def _contexte() -> tuple[object, ...]:
    c = decimal.getcontext()
    return (c.prec, c.rounding, c.Emin, c.Emax, c.capitals, c.clamp, dict(c.traps), dict(c.flags))


def test_le_contexte_decimal_de_l_hote_est_rendu_intact() -> None:
    """Ligne 7 : ni la précision, ni l'arrondi, ni les pièges, ni même les drapeaux, dans ce fil et dans un autre."""
    ecarts: list[object] = []

    def vivre() -> None:
        decimal.setcontext(decimal.Context(prec=5, rounding=decimal.ROUND_DOWN, traps=[decimal.InvalidOperation]))
        avant = _contexte()
        registre, poste = RegistreMemoire(lambda: datetime(2026, 5, 10, tzinfo=UTC)), Poste()
        envoyer(registre, poste, [dossier(0)], au=AU, relire=lambda d: d)
        (envoi,) = expedier(
            [dossier(1)], au=AU, politique=POLITIQUE, moteur=[RenduTexte(), RenduHtml()], notificateurs={}, registre=registre,
            horloge=lambda: datetime(2026, 5, 10, tzinfo=UTC), relire=lambda d: d, a_blanc=True,
        )  # fmt: skip
        assert envoi.documents
        json.dumps(POLITIQUE.examiner(dossier(0), au=AU).vers_dict())
        if _contexte() != avant:
            ecarts.append((avant, _contexte()))

    for essai in (vivre, threading.Thread(target=vivre)):
        if isinstance(essai, threading.Thread):
            essai.start()
            essai.join()
        else:
            with decimal.localcontext():
                essai()
    assert ecarts == []


@pytest.mark.parametrize("geant", ["1E+1000000", "1e-1000000", "9" * 120_000, "0." + "0" * 120_000 + "1"], ids=lambda g: g[:12])
def test_un_nombre_geant_est_refuse_sans_attendre(geant: str) -> None:
    """Ligne 3 : ``int(Decimal("1E+1000000"))`` prend des minutes ; le texte est borné avant d'être un nombre."""
    debut = time.process_time()
    with pytest.raises(DonneeInvalide):
        Montant(geant)
    with pytest.raises(DonneeInvalide):
        charger(json.dumps({"recouvrement": 1, "type": "Montant", "valeur": f"{geant} EUR"}).encode())
    with pytest.raises(DonneeInvalide):
        Montant(Decimal(geant))
    assert time.process_time() - debut < 1


def test_une_cellule_geante_est_refusee_sans_attendre() -> None:
    """Ligne 3, à la porte du CSV."""
    octets = f"reference;principal;emise_le;debiteur_nom\nF-1;{'9' * 8_000};2026-06-01;A\n".encode()
    debut = time.process_time()
    assert LecteurCsv(creancier=CREANCIER).lire(octets).creances == ()
    assert time.process_time() - debut < 0.2


def test_aucune_transaction_pendant_la_remise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ligne 37 : pendant qu'un serveur lent fait attendre, un autre lit et écrit au registre sans attendre une milliseconde."""
    monkeypatch.setattr(module, "_ATTENTE", 0.0)
    chemin, vus = tmp_path / "r.sqlite", []

    def horloge() -> datetime:
        return datetime(2026, 5, 10, 9, tzinfo=UTC)

    def pendant(pli: Pli) -> None:
        with RegistreSqlite(chemin, horloge) as autre:
            vus.append(len(autre.inscriptions()))
            envoyer(autre, Poste(), [dossier(1)], au=AU, relire=lambda d: d)

    poste = Poste()
    poste.avant = pendant
    with RegistreSqlite(chemin, horloge) as registre:
        (envoi,) = envoyer(registre, poste, [dossier(0)], au=AU, relire=lambda d: d)
        assert envoi.issue == "pris"
        assert vus == [1]
        assert [x.genre for x in registre.inscriptions()] == ["intention", "intention", "accuse", "accuse"]


def test_un_guillemet_n_avale_pas_l_ecriture_suivante() -> None:
    """Ligne 74 : le FEC n'a pas de guillemets ; celui d'un libellé (« planche 2" ») n'en ouvre pas."""
    lignes = [
        *vente("1", "20260601", 1000, EcritureLib='Planche 2"', CompAuxLib='"Port'),
        *vente("2", "20260602", 2000, aux="LUMEN"),
    ]
    lecture = LecteurFEC(creancier=CREANCIER, qualites={"PORT": Qualite.COMMERCANT, "LUMEN": Qualite.COMMERCANT}).lire(
        fec(lignes)
    )
    assert [(x.reference, x.principal, x.debiteur.nom) for x in lecture.creances] == [
        ("F-1", Montant("10.00"), '"Port'),
        ("F-2", Montant("20.00"), "Atelier Lumen SAS"),
    ]
