"""La commande : examiner, expliquer, lettres ; ses codes de retour et ce qu'elle refuse d'écrire."""

import contextlib
import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from fabrique import RACINE
from fabrique_livres import cdar, fec, vente
from recouvrement.cli import main

ENTETE = (
    "reference;principal;emise_le;echeance;debiteur_nom;debiteur_qualite;debiteur_voie;debiteur_code_postal;debiteur_commune;"
    "debiteur_courriel;creancier_nom;creancier_qualite;creancier_siren;creancier_iban\n"
)
FIN = "3 rue des Écoles;13002;Marseille;achats@exemple.example;Atelier Lumière SAS;commercant;732829320;FR7630006000011234567890189\n"
BONNE = f"F-1;10 000,00;2026-04-01;2026-05-01;Menuiserie SARL;commercant;{FIN}"
AUTRE = f"F-2;250,50;2026-04-01;2026-05-01;Mme Durand;consommateur;{FIN}"
FAUSSE = f"F-3;dix;2026-04-01;2026-05-01;M. Faux;consommateur;{FIN}"


@pytest.fixture
def creances(tmp_path: Path) -> Path:
    fichier = tmp_path / "creances.csv"
    fichier.write_text(ENTETE + BONNE + AUTRE, encoding="utf-8")
    return fichier


def lancer(capsys, *arguments: object) -> tuple[int, str, str]:
    code = main([str(a) for a in arguments])
    sortie = capsys.readouterr()
    return code, sortie.out, sortie.err


def _arbre(dossier: Path) -> dict[str, bytes]:
    return {str(f.relative_to(dossier)): f.read_bytes() for f in sorted(dossier.rglob("*")) if f.is_file()}


def test_examiner_en_tableau(capsys, creances: Path) -> None:
    code, dit, erreurs = lancer(capsys, "examiner", creances, "--au", "2026-09-01")
    assert (code, erreurs) == (0, "")
    for attendu in (
        "Menuiserie SARL (commerçant), au 1er\N{NO-BREAK SPACE}septembre 2026",
        "F-1",
        "01/05/2026",
        "123 j",
        "30/04/2031",
        "→ relance",
    ):
        assert attendu in dit, attendu
    assert "10\N{NARROW NO-BREAK SPACE}453,76\N{NO-BREAK SPACE}€" in dit
    assert "30006" not in dit


def test_examiner_en_json(capsys, creances: Path) -> None:
    code, dit, _ = lancer(capsys, "examiner", creances, "--au", "2026-09-01", "--json")
    lu = json.loads(dit)
    assert (code, lu["au"], lu["anomalies"]) == (0, "2026-09-01", [])
    assert {b["debiteur"]: b["total"] for b in lu["bilans"]} == {"Menuiserie SARL": "10453.76 EUR", "Mme Durand": "250.50 EUR"}
    assert "30006000" not in dit


def test_expliquer(capsys, creances: Path) -> None:
    code, dit, _ = lancer(capsys, "expliquer", creances, "--au", "2026-09-01", "--creance", "F-1")
    assert code == 0
    assert "L. 441-10, II" in dit
    assert "Mme Durand" not in dit


def test_expliquer_une_reference_inconnue(capsys, creances: Path) -> None:
    code, dit, erreurs = lancer(capsys, "expliquer", creances, "--au", "2026-09-01", "--creance", "F-9")
    assert (code, dit) == (2, "")
    assert "F-9" in erreurs
    assert "F-1, F-2" in erreurs


def test_une_ligne_fausse_les_autres_traitees(capsys, tmp_path: Path) -> None:
    fichier = tmp_path / "c.csv"
    fichier.write_text(ENTETE + BONNE + FAUSSE, encoding="utf-8")
    code, dit, erreurs = lancer(capsys, "examiner", fichier, "--au", "2026-09-01")
    assert code == 1
    assert "Menuiserie" in dit
    assert "Refusé" in erreurs
    assert "principal" in erreurs


def test_le_sans_date_d_un_logiciel_est_refuse_les_autres_traites(capsys, tmp_path: Path) -> None:
    fichier = tmp_path / "c.csv"
    fichier.write_text(ENTETE + BONNE + AUTRE.replace("2026-05-01", "9999-12-31"), encoding="utf-8")
    code, dit, erreurs = lancer(capsys, "examiner", fichier, "--au", "2026-09-01")
    assert (code, "Menuiserie" in dit) == (1, True)
    assert "c.csv, ligne 3 : echeance : une date de 1900 à 2100" in erreurs


@pytest.mark.parametrize("octets", [b"\xff\xfe\x00", b"", b"<xml", b"a;b\n1;2\n"], ids=["encodage", "vide", "xml", "colonnes"])
def test_un_fichier_illisible_parmi_de_bons(capsys, creances: Path, octets: bytes) -> None:
    mauvais = creances.with_name("mauvais.csv")
    mauvais.write_bytes(octets)
    code, dit, erreurs = lancer(capsys, "examiner", mauvais, creances, "--au", "2026-09-01")
    assert code == 1
    assert "Menuiserie" in dit
    assert "mauvais.csv" in erreurs
    assert "Traceback" not in erreurs


def test_un_fichier_absent(capsys, creances: Path) -> None:
    code, dit, erreurs = lancer(capsys, "examiner", creances.with_name("absent.csv"), creances, "--au", "2026-09-01")
    assert code == 1
    assert "Menuiserie" in dit
    assert "absent.csv" in erreurs


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["examiner"],
        ["examiner", "x.csv", "--au", "01/09/2026"],
        ["examiner", "x.csv", "--au", "2026-9-1"],
        ["examiner", "x.csv", "--au", "2026-02-30"],
        ["lettres", "x.csv", "--au", "2026-09-01"],
        ["lettres", "x.csv", "--au", "2026-09-01", "--vers", "y", "--formats", "odt"],
        ["inconnue"],
    ],
    ids=" ".join,
)
def test_arguments_refuses(capsys, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as sortie:
        main(arguments)
    assert sortie.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "dit"),
    [
        ("", "recouvrement : il manque : COMMANDE. Voyez « recouvrement -h »."),
        ("examiner", "recouvrement examiner : il manque : FICHIER. Voyez « recouvrement examiner -h »."),
        ("inconnue", "COMMANDE : « inconnue » est inconnu ; choisissez parmi : "),
        ("examiner x --json --csv", "--csv ne va pas avec --json. "),
        ("examiner x --au", "--au attend une valeur. "),
        ("examiner x --json=3", "--json n'attend pas de valeur (lu : « 3 »). "),
        ("examiner x --de=;", "option ambiguë : --de"),
        ("examiner x --dates us", "--dates : « us » est inconnu ; choisissez parmi : "),
        ("examiner x --au 1/9/2026", "--au : « 1/9/2026 » n'est pas une date AAAA-MM-JJ. "),
        ("echeancier x", "il manque l'une de ces options : --mensualites --montant --jusqu-au. "),
        ("echeancier x --mensualites deux", "--mensualites : un nombre entier est attendu (lu : « deux »). "),
        ("demo x", "en trop, ou inconnu : x. "),
        ("plan x --scenario foo", "progressif, trois_lettres. Voyez"),
    ],
)
def test_un_refus_se_lit_en_francais(capsys, arguments: str, dit: str) -> None:
    with pytest.raises(SystemExit) as sortie:
        main(arguments.split())
    erreurs = capsys.readouterr().err
    assert (sortie.value.code, dit in erreurs) == (2, True), erreurs
    assert not re.search(r"\b(argument|error|invalid|required|expected|choose|not allowed)\b", erreurs)


@pytest.mark.parametrize("commande", ["", "examiner", "lettres", "registre", "registre trancher"])
def test_l_aide_est_en_francais(capsys, commande: str) -> None:
    with pytest.raises(SystemExit):
        main([*commande.split(), "--help"])
    aide = capsys.readouterr().out
    assert aide.startswith(f"usage : {' '.join(['recouvrement', *commande.split()])} [-h]")
    assert "dit ceci, et s'arrête" in aide
    phrase = aide.split("\n\n")[1]  # ce qu'elle fait
    assert (phrase[0].isupper(), phrase[-1]) == (True, ".")
    if commande in ("examiner", "lettres"):  # ce qu'on choisit d'abord, la forme des fichiers ensuite
        assert aide.index("\n  --au ") < aide.index("\n  --scenario ") < aide.index("\n  --delimiteur ")
    assert not re.search(r"show this|positional|optional arguments|[^ ]:$", aide, re.MULTILINE)


def test_une_creance_sans_regime_d_interets_n_ote_pas_les_autres(capsys, tmp_path: Path) -> None:
    fichier, vers = tmp_path / "c.csv", tmp_path / "lettres"
    sans = f"T-1;500,00;2026-04-01;2026-05-01;Menuiserie SARL;commercant;{FIN}"
    lignes = [ENTETE, BONNE, sans]
    fichier.write_text(
        "".join(x.rstrip("\n") + f";{n}\n" for x, n in zip(lignes, ("nature", "", "transport_marchandises"), strict=True))
    )
    commun = (fichier, "--au", "2026-09-01")
    for commande in (
        ("examiner",),
        ("plan",),
        ("voies",),
        ("balance",),
        ("echeancier", "--mensualites", 3),
        ("expliquer", "--creance", "F-1"),
        ("lettres", "--vers", vers, "--formats", "texte"),
    ):
        code, dit, erreurs = lancer(capsys, commande[0], *commun, *commande[1:])
        assert (code, "Menuiserie SARL" in dit or "F-1" in dit) == (1, True), commande
        assert "Refusé : c.csv, Menuiserie SARL : T-1 : " in erreurs, commande
    (lettre,) = vers.glob("*.txt")
    assert "T-1" not in lettre.read_text(encoding="utf-8")
    code, dit, _ = lancer(capsys, "expliquer", *commun, "--creance", "T-1")
    assert (code, dit) == (1, "")
    code, dit, erreurs = lancer(capsys, "prescription", *commun, "--json")
    assert (code, erreurs) == (0, "")
    assert {x["reference"]: x["regime"] for x in json.loads(dit)} == {"F-1": "commercial", "T-1": "transport_marchandises"}


@pytest.mark.parametrize(
    ("commande", "au", "autre", "raison"),
    [
        ("voies", "2026-09-01", ("F-2;250,50;2026-04-01;2026-05-01", ";USD"), "les seuils et les tarifs des voies sont en euros"),
        ("plan", "2099-12-01", ("F-2;250,50;2099-10-01;2099-11-01", ";EUR"), "une date de 1900 à 2100 est attendue"),
    ],
)
def test_un_dossier_refuse_n_arrete_pas_les_autres(
    capsys, tmp_path: Path, commande: str, au: str, autre: tuple[str, str], raison: str
) -> None:
    fichier, (debut, devise) = tmp_path / "c.csv", autre
    refuse = f"{debut};Refus SARL;commercant;{FIN}"
    lignes = zip((ENTETE, BONNE, refuse), (";devise", ";EUR", devise), strict=True)
    fichier.write_text("".join(x.rstrip("\n") + n + "\n" for x, n in lignes), encoding="utf-8")
    code, dit, erreurs = lancer(capsys, commande, fichier, "--au", au)
    assert (code, "Menuiserie SARL" in dit, "Refus SARL" in dit) == (1, True, False)
    assert "Refusé : c.csv, Refus SARL : F-2 : " in erreurs
    assert raison in erreurs


def test_une_prescription_non_decrite_est_refusee(capsys, tmp_path: Path) -> None:
    fichier = tmp_path / "c.csv"
    lignes = [ENTETE, BONNE, AUTRE]
    fichier.write_text("".join(x.rstrip("\n") + f";{n}\n" for x, n in zip(lignes, ("nature", "", "tombola"), strict=True)))
    code, dit, erreurs = lancer(capsys, "prescription", fichier, "--au", "2026-09-01")
    assert (code, "facture F-1" in dit, "F-2" in dit, "Mme Durand : F-2 : " in erreurs) == (1, True, False, True)


# --- lettres ---------------------------------------------------------------------------------------------------------


def _lettres(capsys, creances: Path, vers: Path, *options: str, au: str = "2026-09-01") -> tuple[int, str, str]:
    return lancer(capsys, "lettres", creances, "--au", au, "--vers", vers, "--formats", "texte,html", *options)


def test_deux_passages_n_envoient_qu_une_fois(capsys, creances: Path, tmp_path: Path) -> None:
    vers = tmp_path / "lettres"
    code, dit, _ = _lettres(capsys, creances, vers)
    assert code == 0
    assert {"Menuiserie SARL", "Mme Durand"} == {x.split(" : ")[0] for x in dit.splitlines()}
    avant = {n: o for n, o in _arbre(vers).items() if "registre" not in n}
    assert sum(n.endswith(".txt") for n in avant) == 2
    assert any(
        "10 000,00".replace(" ", "\N{NARROW NO-BREAK SPACE}") in o.decode() for n, o in avant.items() if n.endswith(".txt")
    )
    assert _lettres(capsys, creances, vers)[1].startswith("Aucune étape n'est due au 1er\N{NO-BREAK SPACE}septembre 2026")
    _lettres(capsys, creances, vers, au="2026-09-02")
    assert {n: o for n, o in _arbre(vers).items() if "registre" not in n} == avant


def test_a_blanc_n_ecrit_rien(capsys, creances: Path, tmp_path: Path) -> None:
    vers = tmp_path / "lettres"
    code, dit, _ = _lettres(capsys, creances, vers, "--a-blanc")
    assert code == 0
    assert "Menuiserie SARL" in dit
    assert not vers.exists()


def test_a_blanc_apres_un_envoi_ne_change_rien(capsys, creances: Path, tmp_path: Path) -> None:
    vers = tmp_path / "lettres"
    _lettres(capsys, creances, vers)
    lettres = {n: o for n, o in _arbre(vers).items() if "registre" not in n}
    _lettres(capsys, creances, vers, "--a-blanc", au="2026-10-01")
    assert {n: o for n, o in _arbre(vers).items() if "registre" not in n} == lettres


FAITS = "type;le;montant;creance\n"


@pytest.mark.parametrize(
    ("faits", "ou", "retenus"),
    [
        (FAITS + "paiement;2026-08-01;mille;F-1\n", "faits.csv, ligne 2", {"Menuiserie SARL"}),
        (FAITS + "avoir;2026-08-01;;F-2\n", "faits.csv, ligne 2", {"Mme Durand"}),
        (FAITS + "relance;2026-08-01;3,00;F-1 F-2\n", "faits.csv, ligne 2", {"Menuiserie SARL", "Mme Durand"}),
        (FAITS + "paiement;2026-08-01;mille;\n", "faits.csv, ligne 2", {"Menuiserie SARL", "Mme Durand"}),
        (FAITS + "paiement;2026-08-01;10,00;F-7\n", "", set()),
        (FAITS + "paiement;2026-08-01;10,00;f 01\n", "faits.csv, ligne 2", {"Menuiserie SARL"}),
        (FAITS + "paiement;2026-08-01;10,00\n", "faits.csv, ligne 2", {"Menuiserie SARL", "Mme Durand"}),
        ("genre;le\npaiement;2026-08-01\n", "faits.csv, en-tête", {"Menuiserie SARL", "Mme Durand"}),
        (FAITS + "rejet;2026-08-01;;\n", "faits.csv, ligne 2", {"Menuiserie SARL", "Mme Durand"}),
    ],
    ids=["paiement", "avoir", "deux-creances", "aucune-nommee", "inconnue", "presque", "cellules", "fichier", "rejet"],
)
def test_un_evenement_refuse_retient_les_lettres(
    capsys, creances: Path, tmp_path: Path, faits: str, ou: str, retenus: set[str]
) -> None:
    """Un paiement mal écrit ferait réclamer une somme déjà payée."""
    fichier, vers = tmp_path / "faits.csv", tmp_path / "lettres"
    fichier.write_text(faits, encoding="utf-8")
    code, dit, erreurs = lancer(capsys, "lettres", creances, fichier, "--au", "2026-09-01", "--vers", vers, "--formats", "texte")
    partis = {"Menuiserie SARL", "Mme Durand"} - retenus
    assert (code, {x.split(" : ")[0] for x in dit.splitlines()}) == (1, partis)
    dits = [x for x in erreurs.splitlines() if x.startswith("Retenu")]
    assert {x.split(" : ")[1] for x in dits} == retenus
    assert all(ou in x for x in dits)
    assert sum(n.endswith(".txt") for n in _arbre(vers)) == len(partis)
    code, dit, _ = lancer(capsys, "examiner", creances, fichier, "--au", "2026-09-01")
    assert (code, dit.count("! un événement refusé a pu changer la somme")) == (1, len(retenus))
    fichier.unlink()
    assert lancer(capsys, "lettres", creances, "--au", "2026-09-01", "--vers", vers, "--formats", "texte")[0] == 0
    assert sum(n.endswith(".txt") for n in _arbre(vers)) == 2


def test_un_evenement_refuse_qui_ne_retient_rien_se_dit_apres_les_lettres(capsys, creances: Path, tmp_path: Path) -> None:
    """Le paiement d'une facture close n'arrête rien ; celui d'une facture mal nommée non plus, et cela se voit."""
    fichier, vers = tmp_path / "faits.csv", tmp_path / "lettres"
    fichier.write_text(FAITS + "paiement;2026-08-01;10,00;F-7\navoir;2026-08-01;;F-2\navoir;2026-08-01;;F-8\n", encoding="utf-8")
    arguments = (creances, fichier, "--au", "2026-09-01", "--vers", vers, "--formats", "texte")
    for commande in (("lettres",), ("lettres", "--a-blanc"), ("expedier", "--config", _config(tmp_path, SMTP))):
        code, _, erreurs = lancer(capsys, *commande, *arguments)
        (dit,) = [x for x in erreurs.splitlines() if x.startswith("Attention")]
        assert (code, "2 événements refusés" in dit, "part quand même" in dit) == (1, True, True)
        assert "(faits.csv, ligne 4 ; faits.csv, ligne 2)" in dit
    fichier.write_text(FAITS + "avoir;2026-08-01;;F-2\n", encoding="utf-8")
    assert "Attention" not in lancer(capsys, "lettres", *arguments)[2]


def test_une_facture_refusee_ne_retient_que_les_siennes(capsys, tmp_path: Path) -> None:
    fichier, vers = tmp_path / "c.csv", tmp_path / "lettres"
    fichier.write_text(ENTETE + BONNE + FAUSSE, encoding="utf-8")
    code, dit, erreurs = _lettres(capsys, fichier, vers)
    assert (code, "Menuiserie SARL" in dit, "Retenu" in erreurs) == (1, True, False)


def test_un_dossier_ou_l_on_ne_peut_ecrire(capsys, creances: Path, tmp_path: Path) -> None:
    obstacle = tmp_path / "fichier"
    obstacle.write_text("", encoding="utf-8")
    code, _, erreurs = _lettres(capsys, creances, obstacle / "lettres")
    assert code == 2
    assert "--vers : dossier de sortie impossible : un fichier est là où il faut un dossier" in erreurs
    assert "Traceback" not in erreurs


def test_le_module_se_lance(creances: Path) -> None:
    commande = [sys.executable, "-m", "recouvrement", "examiner", str(creances), "--au", "2026-09-01", "--json"]
    milieu = os.environ | {"PYTHONIOENCODING": "utf-8"}
    rendu = subprocess.run(commande, capture_output=True, text=True, env=milieu, encoding="utf-8", check=True)
    assert json.loads(rendu.stdout)["bilans"]


@pytest.mark.parametrize("codage", ["ascii", "cp1252"])
def test_une_sortie_etroite_ne_casse_pas(creances: Path, codage: str) -> None:
    commande = [sys.executable, "-m", "recouvrement", "examiner", str(creances), "--au", "2026-09-01"]
    milieu = os.environ | {"PYTHONIOENCODING": codage, "PYTHONUTF8": "0"}
    rendu = subprocess.run(commande, capture_output=True, env=milieu, check=False)
    assert b"Traceback" not in rendu.stderr
    assert rendu.returncode == 0


@pytest.mark.parametrize(
    ("commande", "dit"),
    [
        ("prescription", "Dernier jour utile"),
        ("plan", "Ensuite, "),
        ("voies", "Injonction de payer (ouverte)"),
        ("balance", "plus de 90 jours"),
    ],
)
def test_les_autres_vues(capsys, creances: Path, commande: str, dit: str) -> None:
    assert main([commande, str(creances), "--au", "2026-11-21"]) == 0
    assert dit in capsys.readouterr().out


def _etapes(capsys, *arguments: object) -> dict[str, str]:
    """La première étape que le plan propose à chaque débiteur."""
    code, dit, _ = lancer(capsys, "plan", *arguments, "--csv")
    assert code == 0
    lignes = [ligne.split(",") for ligne in dit.splitlines()]
    rangs = {nom: i for i, nom in enumerate(lignes[0])}
    return {x[rangs["debiteur"]]: x[rangs["le"]] for x in reversed(lignes[1:])}


def test_le_scenario_suit_qui_doit(capsys, tmp_path: Path) -> None:
    """Un consommateur, un locataire et un acheteur public n'ont pas le calendrier d'un commerçant ; --scenario l'impose à tous."""
    fichier = tmp_path / "c.csv"
    nature = lambda ligne, nom: ligne.rstrip("\n") + f";{nom}\n"  # noqa: E731
    fichier.write_text(
        nature(ENTETE, "nature")
        + nature(BONNE, "facture")
        + nature(AUTRE, "facture")
        + nature(AUTRE.replace("F-2", "L-1").replace("Mme Durand", "M. Loyer"), "loyer_habitation")
        + nature(AUTRE.replace("F-2", "P-1").replace("Mme Durand;consommateur", "Ville;personne_publique"), "facture"),
        encoding="utf-8",
    )
    usuel = {"Menuiserie SARL": "2026-05-03", "Mme Durand": "2026-05-06", "M. Loyer": "2026-05-06", "Ville": "2026-05-06"}
    assert _etapes(capsys, fichier, "--au", "2026-05-02") == usuel
    assert set(_etapes(capsys, fichier, "--au", "2026-05-02", "--scenario", "trois_lettres").values()) == {"2026-05-09"}
    mien = tmp_path / "mien.toml"
    mien.write_text('cle = "mien"\n[[etapes]]\ncle = "un"\nacte = "relance"\njours = 30\nlettre = "relance"\n', encoding="utf-8")
    assert set(_etapes(capsys, fichier, "--au", "2026-05-02", "--scenario", mien).values()) == {"2026-05-31"}
    for options, nombre in (((), 1), (("--scenario", "progressif"), 4)):
        _, dit, _ = lancer(
            capsys,
            "lettres",
            fichier,
            "--au",
            "2026-05-04",
            *options,
            "--vers",
            tmp_path / "l",
            "--formats",
            "texte",
            "--a-blanc",
        )
        assert dit.count(" : à blanc") == nombre


@pytest.mark.parametrize("nom", ["inconnu", "absent.toml", "../progressif"])
def test_un_scenario_inconnu_est_refuse(capsys, creances: Path, nom: str) -> None:
    with pytest.raises(SystemExit) as sortie:
        main(["plan", str(creances), "--au", "2026-09-01", "--scenario", nom])
    dit = capsys.readouterr().err
    assert (sortie.value.code, nom in dit, "progressif" in dit) == (2, True, True)


def test_diagnostiquer_un_dossier(capsys, creances: Path, tmp_path: Path) -> None:
    (tmp_path / "autre.csv").write_text(ENTETE + AUTRE, encoding="utf-8")
    (tmp_path / "note.md").write_text("à part", encoding="utf-8")
    code, dit, _ = lancer(capsys, "diagnostiquer", tmp_path, creances, "--json")
    assert (code, [x["fichier"] for x in json.loads(dit)]) == (0, ["autre.csv", "creances.csv", "creances.csv"])
    (tmp_path / "vide").mkdir()
    code, _, erreurs = lancer(capsys, "diagnostiquer", tmp_path / "vide")
    assert (code, "sans aucun fichier" in erreurs) == (2, True)


def test_delai(capsys) -> None:
    assert main(["delai", "injonction_signification", "--depart", "2026-09-01"]) == 0
    assert "décembre 2026 — dernier jour pour agir" in capsys.readouterr().out
    assert main(["delai", "inconnu", "--depart", "2026-09-01"]) == 2
    assert "injonction_signification" in capsys.readouterr().err


def test_baremes_en_tableau(capsys) -> None:
    from recouvrement.affichage import date_fr
    from recouvrement.droit import pour

    code, dit, erreurs = lancer(capsys, "baremes")
    assert (code, erreurs) == (0, "")
    lus = {ligne.split()[0]: ligne.split() for ligne in dit.splitlines()[1 : len(pour("fr").baremes) + 1]}
    legal = pour("fr").baremes["taux_legal_autres"]
    assert lus[legal.code][:4] == ["taux_legal_autres", "%/an", "01/01/1990", str(legal.valeurs[-1].valeur).replace(".", ",")]
    assert lus[legal.code][5:] == [date_fr(legal.connu_au, longue=False), "établi", f"01/01/{legal.connu_au.year + 1}"]
    assert lus["indemnite_forfaitaire"][-1] == "—"
    assert f"Dernière valeur : {legal.valeurs[-1].source}" in dit
    assert f"jusqu'au {date_fr(pour('fr').a_jour_au)}" in dit


def test_ce_qui_est_attendu() -> None:
    """Le lendemain de ce qui est publié ; d'un taux sans fin connue, le semestre qui suit son relevé."""
    from datetime import date

    from attrs import evolve

    from recouvrement.cli.droit import _attendu
    from recouvrement.droit import pour

    legal, bce = pour("fr").baremes["taux_legal_autres"], pour("fr").baremes["bce"]
    premier = evolve(legal, valeurs=tuple(v for v in legal.valeurs if v.du <= date(2025, 1, 1)))
    assert _attendu(premier) == "2025-07-01"
    assert _attendu(evolve(bce, verifie_le=date(2027, 3, 1))) == "2027-07-01"
    assert _attendu(evolve(bce, verifie_le=date(2026, 12, 31))) == "2027-01-01"


def test_baremes_en_json(capsys) -> None:
    from recouvrement.droit import pour

    code, dit, _ = lancer(capsys, "baremes", "--json")
    lu = json.loads(dit)
    fiches = {f["code"]: f for f in lu["baremes"]}
    assert (code, lu["a_jour_au"]) == (0, pour("fr").a_jour_au.isoformat())
    assert set(fiches) == set(pour("fr").baremes)
    assert fiches["bce"]["valeur"] == str(pour("fr").baremes["bce"].valeurs[-1].valeur)
    assert all(f["source"] and f["texte"] and f["certitude"] for f in fiches.values())


def test_baremes_ne_prend_aucun_fichier(capsys) -> None:
    with pytest.raises(SystemExit) as sortie:
        main(["baremes", "x.csv"])
    assert sortie.value.code == 2
    assert "x.csv" in capsys.readouterr().err


# --- ce que la commande ajoute à la bibliothèque : le jour, les formats, l'envoi, le registre -----------------------------


def test_sans_au_le_jour_est_celui_de_la_machine_et_c_est_dit(capsys, creances: Path, monkeypatch) -> None:
    from datetime import date

    from recouvrement.cli import entree

    monkeypatch.setattr(entree, "aujourdhui", lambda: date(2026, 9, 1))
    code, dit, erreurs = lancer(capsys, "examiner", creances)
    assert code == 0
    assert "au 1er\N{NO-BREAK SPACE}septembre 2026" in dit
    assert "01/09/2026" in erreurs


@pytest.mark.parametrize("commande", ["examiner", "prescription", "plan", "voies", "balance"])
def test_en_csv_et_en_json_pour_un_programme(capsys, creances: Path, commande: str) -> None:
    import csv

    code, dit, _ = lancer(capsys, commande, creances, "--au", "2026-09-01", "--csv")
    lignes = list(csv.DictReader(dit.splitlines()))
    assert code == 0
    assert {x["debiteur"] for x in lignes} == {"Menuiserie SARL", "Mme Durand"}
    assert all("\N{NO-BREAK SPACE}" not in v for x in lignes for v in x.values() if v.replace(".", "").isdigit())
    code, dit, _ = lancer(capsys, commande, creances, "--au", "2026-09-01", "--json")
    assert (code, bool(json.loads(dit))) == (0, True)
    with pytest.raises(SystemExit):
        lancer(capsys, commande, creances, "--json", "--csv")


# --- ce que la commande dit : en options, en français, jamais en Python ---------------------------------------------------


@pytest.mark.parametrize(
    ("nom", "octets", "dit"),
    [
        ("c.csv", (ENTETE + BONNE).replace(",", ".").replace(";", ",").encode(), "Déclarez --delimiteur ','."),
        ("c.csv", (ENTETE + BONNE).encode("utf-16"), "en UTF-16 (« Texte Unicode » d'un tableur)"),
        ("c.csv", (ENTETE + BONNE).encode("utf-16"), "« CSV UTF-8 », ou déclarez --encodage 'utf-16'"),
        ("c.csv", (ENTETE + BONNE.replace("SARL", "à part")).encode("cp1252"), "ou déclarez --encodage 'cp1252'"),
        ("c.csv", (ENTETE + BONNE.replace("10 000,00", "1.5")).encode(), "ou déclarez --decimale …"),
        ("c.csv", (ENTETE + BONNE.replace("10 000,00", "9" * 40)).encode(), "plus de quinze chiffres"),
        ("c.pdf", b"bonjour", "c.pdf : ce fichier n'est pas un PDF, malgré son nom"),
    ],
    ids=["delimiteur", "utf-16", "utf-16 remède", "encodage", "decimale", "démesuré", "pdf"],
)
def test_un_remede_nomme_l_option(capsys, tmp_path: Path, nom: str, octets: bytes, dit: str) -> None:
    (tmp_path / nom).write_bytes(octets)
    code, _, erreurs = lancer(capsys, "examiner", tmp_path / nom, "--au", "2026-09-01")
    assert (code, dit in erreurs, "Lecteur" in erreurs) == (2, True, False), erreurs
    assert dit in lancer(capsys, "diagnostiquer", tmp_path / nom)[1]


def test_un_dossier_sans_fichier_a_lire_n_est_pas_un_portefeuille_vide(capsys, tmp_path: Path) -> None:
    code, sortie, erreurs = lancer(capsys, "examiner", tmp_path, "--au", "2026-09-01")
    assert (code, sortie, "aucun fichier à lire" in erreurs, ".csv" in erreurs) == (2, "", True, True)


LIVRES = RACINE / "exemples" / "livres"
PYTHON = re.compile(r"Lecteur[A-Z]|[A-Za-z_]+=…|[A-Z][a-z]+[A-Z][a-z]+\(|Qualite\.|\bPython\b|Portefeuille|Retour\.")


@pytest.mark.parametrize(
    ("fichiers", "dits"),
    [
        ((LIVRES,), ["Ajoutez --creancier NOM --siren SIREN."]),
        (
            (LIVRES, "--creancier", "Atelier Lumière SAS", "--siren", "999100019"),
            ["par un CSV, colonne « debiteur_qualite »", "par un CSV, colonne « echeance »", "par un CSV : type « rejet »"],
        ),
    ],
    ids=["sans créancier", "avec"],
)
def test_aucun_remede_n_est_du_python(capsys, fichiers: tuple[object, ...], dits: list[str]) -> None:
    """Ni sur la sortie d'erreur, ni dans le JSON, ni au diagnostic : une option, une colonne, un fichier."""
    _, _, erreurs = lancer(capsys, "examiner", *fichiers, "--au", "2026-11-21")
    _, bilans, _ = lancer(capsys, "examiner", *fichiers, "--au", "2026-11-21", "--json")
    _, diagnostic, _ = lancer(capsys, "diagnostiquer", *fichiers)
    for sortie in (erreurs, "\n".join(json.loads(bilans)["anomalies"]), diagnostic):
        assert PYTHON.findall(sortie) == []
    assert [dit for dit in dits if dit not in erreurs] == []


def test_le_creancier_de_la_commande_est_celui_d_un_csv_qui_ne_le_nomme_pas(capsys, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        "reference;principal;emise_le;debiteur_nom\nF-1;100,00;2026-05-01;Dupont SARL\n", encoding="utf-8"
    )
    _, _, sans = lancer(capsys, "examiner", tmp_path / "c.csv", "--au", "2026-09-01")
    assert "Ajoutez-la, ou donnez --creancier NOM." in sans
    options = ("--creancier", "Atelier Lumière SAS", "--siren", "999100019")
    code, lu, _ = lancer(capsys, "examiner", tmp_path / "c.csv", "--au", "2026-09-01", "--json", *options)
    (bilan,) = json.loads(lu)["bilans"]
    assert (code, bilan["creancier"]) == (0, "Atelier Lumière SAS")


def test_un_creancier_donne_deux_fois_est_refuse(capsys, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(ENTETE + BONNE, encoding="utf-8")
    code, _, erreurs = lancer(capsys, "examiner", tmp_path / "c.csv", "--au", "2026-09-01", "--creancier", "Un autre")
    assert (code, "donné deux fois" in erreurs, "ou --creancier" in erreurs) == (2, True, True), erreurs


def test_avec_une_correspondance_c_est_elle_qui_regle(capsys, tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_bytes((ENTETE + BONNE).encode("utf-16"))
    (tmp_path / "c.toml").write_text('[format]\ndecimale = ","\n', encoding="utf-8")
    options = ("--correspondance", tmp_path / "c.toml", "--au", "2026-09-01")
    _, _, erreurs = lancer(capsys, "examiner", tmp_path / "c.csv", *options)
    assert 'déclarez encodage = "utf-16" au [format] de la correspondance' in erreurs


@pytest.mark.parametrize("options", [("--encodage", "utf-16"), ("--encodage", "utf-16", "--delimiteur", "\\t")], ids=" ".join)
def test_le_remede_est_bon(capsys, tmp_path: Path, options: tuple[str, ...]) -> None:
    texte = (ENTETE + BONNE).replace(";", "\t") if "--delimiteur" in options else ENTETE + BONNE
    (tmp_path / "c.csv").write_bytes(texte.encode("utf-16"))
    code, dit, _ = lancer(capsys, "examiner", tmp_path / "c.csv", "--au", "2026-09-01", *options)
    assert (code, "F-1" in dit) == (0, True)


def _plan(capsys, creances: Path, *options: object) -> tuple[int, str, str]:
    return lancer(capsys, "echeancier", creances, "--au", "2026-09-01", "--debiteur", "Mme Durand", *options)


@pytest.mark.parametrize("montant", ["125,25", "125.25"])
def test_un_montant_s_ecrit_a_virgule_ou_a_point(capsys, creances: Path, montant: str) -> None:
    code, dit, _ = _plan(capsys, creances, "--montant", montant, "--csv")
    assert (code, dit.splitlines()[1:]) == (0, ["2026-10-01,125.25,EUR", "2026-11-02,125.25,EUR"])


@pytest.mark.parametrize("montant", ["mille", "1.000,50", "1,5", "9" * 40])
def test_un_montant_illisible_dit_comment_l_ecrire(capsys, creances: Path, montant: str) -> None:
    with pytest.raises(SystemExit):
        _plan(capsys, creances, "--montant", montant)
    erreurs = capsys.readouterr().err
    assert "écrivez 1000,50 ou 1000.50" in erreurs
    assert "Decimal" not in erreurs


def test_un_seul_versement_au_singulier(capsys, creances: Path) -> None:
    assert "en 1 versement\n" in _plan(capsys, creances, "--mensualites", 1)[1]


@pytest.mark.parametrize(
    ("rythme", "dit"),
    [
        (("--mensualites", 1000), "mensualites : plan trop long : il finirait après 2100"),
        (("--montant", "0,01"), "montant : plan trop long : il finirait après 2100"),
        (("--jusqu-au", "2500-01-01"), "de 1900 à 2100"),
    ],
)
def test_un_plan_trop_long(capsys, creances: Path, rythme: tuple[str, object], dit: str) -> None:
    code, _, erreurs = _plan(capsys, creances, *rythme)
    assert (code, dit in erreurs, "fériés" in erreurs) == (2, True, False)


def test_une_date_refusee_se_lit_en_francais(capsys, creances: Path) -> None:
    code, _, erreurs = _plan(capsys, creances, "--mensualites", 2, "--premiere", "2026-08-01")
    assert (code, "« 01/08/2026 »" in erreurs, "datetime" in erreurs) == (2, True, False)


def test_deux_creanciers_d_un_meme_debiteur_se_distinguent(capsys, tmp_path: Path) -> None:
    autre = BONNE.replace("F-1", "F-9").replace("Atelier Lumière SAS;commercant;732829320", "Scierie SA;commercant;552100554")
    (tmp_path / "c.csv").write_text(ENTETE + BONNE + autre, encoding="utf-8")
    _, dit, _ = lancer(capsys, "examiner", tmp_path / "c.csv", "--au", "2026-09-01")
    assert "Menuiserie SARL envers Atelier Lumière SAS (commerçant)" in dit
    assert "Menuiserie SARL envers Scierie SA (commerçant)" in dit


def test_une_sortie_fermee_ne_laisse_pas_de_trace(creances: Path) -> None:
    commande = [sys.executable, "-m", "recouvrement", "expliquer", str(creances), "--au", "2026-09-01", "--creance", "F-1"]
    lecture, ecriture = os.pipe()
    os.close(lecture)
    rendu = subprocess.run(commande, stdout=ecriture, stderr=subprocess.PIPE, check=False)
    os.close(ecriture)
    assert (rendu.returncode, rendu.stderr) == (1, b"")


def test_une_cle_inconnue_du_registre_dit_les_siennes(capsys, creances: Path, tmp_path: Path) -> None:
    vers = tmp_path / "sortie"
    lancer(capsys, "lettres", creances, "--au", "2026-09-01", "--vers", vers, "--formats", "texte")
    base, chronologie = vers / "registre.sqlite", tmp_path / "x.csv"
    code, _, erreurs = lancer(capsys, "registre", "exporter", base, "Mme Durand", "--vers", chronologie)
    assert (code, chronologie.exists()) == (2, False)
    assert "« nom:mme durand|3 rue des écoles|13002|marseille|fr » (Mme Durand)" in erreurs
    _, dit, _ = lancer(capsys, "registre", "effacer", base, "Mme Durand", "--motif", "demande")
    assert "Rien à effacer" in dit
    assert "(Mme Durand)" in dit


def test_le_csv_porte_les_montants_exacts(capsys, creances: Path) -> None:
    import csv

    _, dit, _ = lancer(capsys, "examiner", creances, "--au", "2026-09-01", "--csv")
    assert {x["reference"]: x["total"] for x in csv.DictReader(dit.splitlines())} == {"F-1": "10453.76", "F-2": "250.50"}


def test_echeancier(capsys, creances: Path) -> None:
    code, dit, erreurs = lancer(capsys, "echeancier", creances, "--au", "2026-09-01", "--mensualites", 3)
    assert (code, dit) == (2, "")
    assert "Lus : Menuiserie SARL, Mme Durand" in erreurs
    code, dit, _ = lancer(
        capsys, "echeancier", creances, "--au", "2026-09-01", "--mensualites", 3, "--debiteur", "Menuiserie SARL", "--csv"
    )
    assert code == 0
    assert dit.splitlines() == ["le,montant,devise", "2026-10-01,3484.60,EUR", "2026-11-02,3484.58,EUR", "2026-12-01,3484.58,EUR"]


def test_en_colonnes_d_un_fichier_a_un_fichier(capsys, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from fabrique import RACINE

    source, vers = RACINE / "exemples" / "portefeuille.csv", tmp_path / "bilans.parquet"
    code, dit, _ = lancer(capsys, "examiner", source, "--au", "2026-11-21", "--vers", vers)
    assert (code, pq.read_table(vers).num_rows) == (1, 10)  # deux lignes y sont fautives
    assert f"10 bilans dans {vers}" in dit
    assert "2 rejets" in dit
    code, _, erreurs = lancer(capsys, "examiner", source, source, "--au", "2026-11-21", "--vers", vers)
    assert (code, "un seul fichier" in erreurs) == (2, True)


def test_la_version(capsys) -> None:
    with pytest.raises(SystemExit) as fin:
        main(["--version"])
    assert (fin.value.code, capsys.readouterr().out) == (0, f"recouvrement {version('recouvrement')}\n")


def test_un_parquet_sans_vers_dit_comment_le_lire(capsys, tmp_path: Path) -> None:
    (tmp_path / "creances.parquet").write_bytes(b"PAR1")
    code, _, erreurs = lancer(capsys, "examiner", tmp_path / "creances.parquet", "--au", "2026-09-01")
    assert (code, "Un Parquet ou un Arrow : examiner --vers." in erreurs) == (2, True)


def test_des_colonnes_d_un_autre_nom_se_gardent_par_une_correspondance(capsys, tmp_path: Path) -> None:
    (tmp_path / "export.csv").write_text("Facture;Client\nF-1;Durand\n", encoding="utf-8")
    code, _, erreurs = lancer(capsys, "examiner", tmp_path / "export.csv", "--au", "2026-09-01")
    assert (code, "Pour garder vos noms, donnez --correspondance TOML." in erreurs) == (2, True)


def test_un_csv_a_points_virgules_en_colonnes_dit_la_forme_attendue(capsys, creances: Path, tmp_path: Path) -> None:
    code, _, erreurs = lancer(capsys, "examiner", creances, "--au", "2026-09-01", "--vers", tmp_path / "b.parquet")
    assert (code, "Attendus d'un CSV : UTF-8, virgules, point décimal, dates AAAA-MM-JJ" in erreurs) == (2, True)


def test_des_evenements_en_colonnes_ne_s_oublient_pas(capsys, creances: Path, tmp_path: Path) -> None:
    code, dit, erreurs = lancer(capsys, "examiner", creances, "--au", "2026-09-01", "--evenements", tmp_path / "paiements.csv")
    assert (code, dit) == (2, "")
    assert "--evenements : sans --vers" in erreurs


SMTP = '[smtp]\nhote = "127.0.0.1"\nport = 1\nexpediteur = "compta@exemple.example"\nsecurite = "aucune"\n'


def _config(dossier: Path, texte: str) -> Path:
    fichier = dossier / "envoi.toml"
    fichier.write_text(texte, encoding="utf-8")
    return fichier


def test_expedier_est_a_blanc_par_defaut(capsys, creances: Path, tmp_path: Path) -> None:
    config = _config(tmp_path, SMTP)
    vers = tmp_path / "sortie"
    arguments = ("expedier", creances, "--au", "2026-09-01", "--config", config, "--vers", vers, "--formats", "texte")
    code, dit, _ = lancer(capsys, *arguments)
    assert (code, vers.exists()) == (0, False)
    assert "à blanc" in dit
    assert "Rien n'est parti" in dit
    faits = tmp_path / "faits.csv"
    faits.write_text(FAITS + "paiement;2026-08-01;mille;F-1\n", encoding="utf-8")
    code, dit, erreurs = lancer(capsys, "expedier", faits, *arguments[1:])
    assert (code, "Menuiserie" in dit, "Retenu : Menuiserie SARL" in erreurs) == (1, False, True)
    code, dit, _ = lancer(capsys, *arguments, "--pour-de-vrai")
    assert (code, "à retenter" in dit) == (1, True)  # aucun serveur à ce port
    assert "Rien n'est parti" not in dit


@pytest.mark.parametrize(
    ("texte", "dit"),
    [
        ("[smtp]\n", "champ manquant : expediteur, hote, port"),
        ('[smtp]\nhote = "h"\nport = 1\nexpediteur = "a@b.example"\nmot_de_passe = "secret-42"\n', "inconnu : mot_de_passe"),
        ("[smtp", "fichier illisible (texte inachevé)"),
        ("[smtp]\nhote = \n", "fichier illisible (ligne 2, colonne 8)"),
    ],
)
def test_une_configuration_fautive_est_refusee_sans_montrer_de_secret(
    capsys, creances: Path, tmp_path: Path, texte: str, dit: str
) -> None:
    config = _config(tmp_path, texte)
    code, _, erreurs = lancer(capsys, "expedier", creances, "--au", "2026-09-01", "--config", config, "--vers", tmp_path / "s")
    assert code == 2
    assert dit in erreurs
    assert "secret-42" not in erreurs


def test_le_registre_se_verifie_s_exporte_se_sauvegarde_et_s_efface(capsys, creances: Path, tmp_path: Path) -> None:
    vers = tmp_path / "sortie"
    lancer(capsys, "lettres", creances, "--au", "2026-09-01", "--vers", vers, "--formats", "texte")
    base = vers / "registre.sqlite"
    code, dit, _ = lancer(capsys, "registre", "verifier", base)
    assert (code, dit.splitlines()[0]) == (0, "4 inscriptions, chaîne intacte")
    tete = dit.split()[-1]
    assert lancer(capsys, "registre", "verifier", base, "--ancre", tete)[0] == 0
    assert lancer(capsys, "registre", "verifier", base, "--ancre", "f" * 64)[0] == 1
    assert lancer(capsys, "registre", "incertains", base)[:2] == (0, "Rien à trancher.\n")
    cle = "nom:mme durand|3 rue des écoles|13002|marseille|fr"
    chronologie = tmp_path / "chronologie.csv"
    code, dit, _ = lancer(capsys, "registre", "exporter", base, cle, "--vers", chronologie)
    assert (code, "Mme Durand" in chronologie.read_text("utf-8-sig")) == (0, True)
    code, _, erreurs = lancer(capsys, "registre", "exporter", base, cle, "--vers", chronologie)
    assert (code, "impossible à créer" in erreurs) == (2, True)
    copie = tmp_path / "copie.sqlite"
    code, dit, _ = lancer(capsys, "registre", "sauvegarder", base, "--vers", copie)
    assert (code, tete in dit) == (0, True)
    code, dit, _ = lancer(capsys, "registre", "effacer", base, cle, "--motif", "demande du 1er septembre")
    assert (code, dit) == (0, "Effacé.\n")
    assert b"Mme Durand" in copie.read_bytes()
    assert b"Mme Durand" not in base.read_bytes()
    assert lancer(capsys, "registre", "verifier", base, "--ancre", tete)[0] == 0
    code, _, erreurs = lancer(capsys, "registre", "verifier", tmp_path / "absent.sqlite")
    assert (code, "aucun registre" in erreurs, (tmp_path / "absent.sqlite").exists()) == (2, True, False)
    code, _, erreurs = lancer(capsys, "registre", "verifier", creances)
    assert (code, "n'est pas une base SQLite, donc pas un registre" in erreurs) == (2, True)


def test_trancher_un_envoi_incertain(capsys, creances: Path, tmp_path: Path) -> None:
    from datetime import UTC, date, datetime

    from recouvrement import Relance
    from recouvrement.ports import Accuse, Destinataire, Document, Pli
    from recouvrement.registre import RegistreSqlite

    horloge = lambda: datetime(2026, 9, 1, tzinfo=UTC)  # noqa: E731
    pli = Pli(
        cles=("c/F-1/relance/1",),
        destinataire=Destinataire(nom="M"),
        objet="o",
        documents=(Document("a.txt", "text/plain", b"a"),),
        debiteur="d",
        acte=Relance(le=date(2026, 9, 1), creances=("F-1",)),
    )
    with RegistreSqlite(tmp_path / "r.sqlite", horloge) as registre:
        registre.constater(registre.reserver(pli), Accuse(issue="inconnu", le=horloge()))
    code, dit, _ = lancer(capsys, "registre", "incertains", tmp_path / "r.sqlite")
    assert (code, "c/F-1/relance/1" in dit) == (1, True)
    code, *_ = lancer(
        capsys, "registre", "trancher", tmp_path / "r.sqlite", "c/F-1/relance/1", "pris", "--motif", "vu au journal"
    )
    assert (code, lancer(capsys, "registre", "incertains", tmp_path / "r.sqlite")[0]) == (0, 0)


def test_la_demonstration_n_ecrit_rien(capsys, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, dit, _ = lancer(capsys, "demo")
    assert (code, list(tmp_path.iterdir())) == (0, [])
    assert "10\N{NARROW NO-BREAK SPACE}453,76" in dit
    assert "L. 441-10" in dit
    assert dit.count("À faire : ") == 1


def test_les_greffons_installes(capsys) -> None:
    import csv

    code, dit, _ = lancer(capsys, "greffons", "--csv")
    assert code == 0
    assert {"pdf", "sqlite", "smtp", "fec"} <= {x["nom"] for x in csv.DictReader(dit.splitlines())}
    assert "prêt" in lancer(capsys, "greffons")[1]


MANDATAIRE = """
nom = "Port Recouvrement SAS"
mandat_le = 2026-08-01
courriel = "dossiers@port.example"
telephone = "04 72 11 22 33"
iban = "FR76 3000 6000 0112 3456 7890 189"
[adresse]
voie = "8 quai du Port"
code_postal = "69002"
commune = "Lyon"
"""


def test_un_mandataire_ecrit_sa_premiere_lettre(capsys, creances: Path, tmp_path: Path) -> None:
    """Une fois par débiteur, à son nom ; sans l'adresse du créancier, elle est refusée avec l'article."""
    fichier, vers = tmp_path / "mandataire.toml", tmp_path / "sortie"
    fichier.write_text(MANDATAIRE, encoding="utf-8")
    options = (creances, "--au", "2026-09-01", "--mandataire", fichier)
    _, dit, _ = lancer(capsys, "examiner", *options)
    assert dit.count("premier contact du mandataire") == 2
    code, dit, _ = lancer(capsys, "lettres", *options, "--vers", vers, "--formats", "texte")
    assert (code, dit.count("R. 124-4")) == (1, 2)
    complets = tmp_path / "complets.csv"
    lieu = "creancier_voie;creancier_code_postal;creancier_commune"
    lignes = creances.read_text(encoding="utf-8").splitlines()
    suites = [lieu, *["12 rue de l'Église;69005;Lyon"] * 2]
    complets.write_text("".join(f"{x};{y}\n" for x, y in zip(lignes, suites, strict=True)), encoding="utf-8")
    code, dit, _ = lancer(capsys, "lettres", complets, *options[1:], "--vers", vers, "--formats", "texte")
    assert (code, dit.count("écrite")) == (0, 2)
    textes = [f.read_text(encoding="utf-8") for f in vers.rglob("*.txt")]
    ecrites = [x for x in textes if x.startswith("Port Recouvrement SAS\n")]
    assert len(ecrites) == 2
    assert all("exerce une activité de recouvrement amiable" in x.replace("\n", " ") for x in ecrites)


@pytest.mark.parametrize(
    ("ancien", "nouveau", "dit"),
    [
        ('nom = "Port', 'non = "Port', "inconnu : non"),
        ("mandat_le = 2026-08-01", "", "champ manquant : mandat_le"),
        ("[adresse]", "[siege]", "inconnu : siege"),
        ("commune", "ville", "inconnu : ville"),
        ("7890 189", "7890 188", "IBAN faux"),
        ("mandat_le =", "mandat_le", "fichier illisible"),
    ],
)
def test_un_mandataire_fautif_est_refuse(capsys, creances: Path, tmp_path: Path, ancien: str, nouveau: str, dit: str) -> None:
    fichier = tmp_path / "mandataire.toml"
    fichier.write_text(MANDATAIRE.replace(ancien, nouveau), encoding="utf-8")
    code, _, erreurs = lancer(capsys, "examiner", creances, "--au", "2026-09-01", "--mandataire", fichier)
    assert (code, dit in erreurs, "7890" in erreurs) == (2, True, False), erreurs


def test_un_mandataire_n_est_pas_des_colonnes(capsys, creances: Path, tmp_path: Path) -> None:
    fichier = tmp_path / "mandataire.toml"
    fichier.write_text(MANDATAIRE, encoding="utf-8")
    options = ("--au", "2026-09-01", "--mandataire", fichier, "--vers", tmp_path / "b.parquet")
    code, _, erreurs = lancer(capsys, "examiner", creances, *options)
    assert (code, "--mandataire" in erreurs) == (2, True)


@pytest.mark.parametrize(
    ("nom", "contenu"),
    [
        ("nom\x1b[2J\nRefusé : faux.csv", b"reference;principal;emise_le\nF;x;y\n"),
        ("fec.txt", fec([dict(x, JournalCode="V\x1b[2J") for x in vente("1\u202e", "20260601", 1000)][:1])),
        (
            "noms.txt",
            fec(vente("1", "20260601", 1000, CompAuxLib="A\x9b2J"), vente("2", "20260601", 1000, CompAuxLib="B\x1b[2J")),
        ),
        ("statut.xml", cdar("F\x9b2J\u202e", "999")),
    ],
    ids=["nom de fichier", "écriture", "nom de client", "numéro de facture"],
)
@pytest.mark.skipif(sys.platform == "win32", reason="ces noms de fichiers n'y existent pas")
def test_un_fichier_ne_commande_pas_le_terminal(capsys, tmp_path: Path, nom: str, contenu: bytes) -> None:
    fichier = tmp_path / nom
    fichier.write_bytes(contenu)
    for commande in (
        ["examiner", fichier, "--au", "2026-09-01"],
        ["examiner", fichier, "--au", "2026-09-01", "--json"],
        ["diagnostiquer", fichier],
    ):
        code, dit, erreurs = lancer(capsys, *commande)
        assert code
        assert all(ligne.isprintable() for ligne in re.sub("[\u00a0\u202f]", " ", dit + erreurs).split("\n"))
        assert "\nRefusé : faux" not in dit + erreurs


def test_un_argument_ne_commande_pas_le_terminal(capsys) -> None:
    for arguments in (["examiner", "absent\x1b[2J", "--au", "2026-09-01"], ["examiner", "x", "--au", "\x1b[2J"], ["\x1b[2J"]):
        with contextlib.suppress(SystemExit):
            main(arguments)
        sortie = capsys.readouterr()
        assert "\x1b" not in sortie.out + sortie.err


@pytest.mark.parametrize("geste", ["verifier", "incertains"])
def test_un_registre_vide_de_tout_octet_n_est_pas_dit_intact(capsys, tmp_path: Path, geste: str) -> None:
    """SQLite prend un fichier vidé pour une base neuve : « chaîne intacte » ferait croire que rien n'est parti."""
    fichier = tmp_path / "registre.sqlite"
    fichier.touch()
    code, dit, erreurs = lancer(capsys, "registre", geste, fichier)
    assert (code, dit) == (2, "")
    assert "fichier vide" in erreurs
    assert fichier.stat().st_size == 0
