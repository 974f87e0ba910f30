"""Les greffons, par de fausses distributions posées sur le chemin : rien n'est à installer."""

import itertools
import pickle
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime
from importlib import import_module

import pytest

from fabrique import RACINE, creance
from recouvrement import Dossier, Politique, greffons
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.envoi import Memoire, expedier
from recouvrement.erreurs import DependanceManquante, DonneeInvalide, GreffonInconnu
from recouvrement.greffons import GROUPES, GreffonEnPanne, greffon, installes
from recouvrement.registre import RegistreMemoire
from recouvrement.rendu import RenduTexte

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_rangs = itertools.count()


@pytest.fixture
def poser(tmp_path, monkeypatch):
    """Installe un faux paquet : ses points d'entrée, et son module."""

    def installer(paquet, entrees, code=""):
        module = f"faux_{next(_rangs)}"
        lieu = tmp_path / paquet
        infos = lieu / f"{paquet}-1.2.dist-info"
        infos.mkdir(parents=True)
        (lieu / f"{module}.py").write_text(code, encoding="utf-8")
        (infos / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {paquet}\nVersion: 1.2\n", encoding="utf-8")
        lignes = [f"[recouvrement.{g}]\n{nom} = {cible.format(m=module)}\n" for g, nom, cible in entrees]
        (infos / "entry_points.txt").write_text("\n".join(lignes), encoding="utf-8")
        monkeypatch.syspath_prepend(str(lieu))

    return installer


def test_un_nom_devient_une_classe_que_l_appelant_construit(poser):
    poser("a", [("rendus", "perroquet", "{m}:Perroquet")], "class Perroquet:\n    def __init__(self, mot): self.mot = mot\n")
    assert greffon("rendus", "perroquet")("bonjour").mot == "bonjour"


def test_un_nom_inconnu_dit_ceux_qui_sont_installes(poser):
    poser("a", [("rendus", "perroquet", "{m}:P"), ("lecteurs", "autre", "{m}:P")], "P = dict\n")
    with pytest.raises(GreffonInconnu) as e:
        greffon("rendus", "peroquet")
    assert (e.value.nom, "perroquet" in e.value.installes, "autre" in e.value.installes) == ("peroquet", True, False)


def test_un_groupe_inconnu_est_refuse():
    with pytest.raises(DonneeInvalide, match="rendus, notificateurs"):
        greffon("rendu", "pdf")


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("raise ValueError('cassé')", "ValueError : cassé"),
        ("import ce_module_n_existe_pas", "ModuleNotFoundError"),
        ("def", "SyntaxError"),
        ("raise SystemExit(3)", "SystemExit"),
        ("", "AttributeError"),
        ("X = 3", "ni une classe ni une fabrique"),
    ],
)
def test_un_greffon_en_panne_est_nomme_et_n_arrete_pas_les_autres(poser, code, cause):
    poser("bon", [("rendus", "sain", "{m}:Sain")], "class Sain: pass\n")
    poser("mauvais", [("rendus", "casse", "{m}:X")], code)
    with pytest.raises(GreffonEnPanne, match=cause) as e:
        greffon("rendus", "casse")
    assert (e.value.nom, e.value.paquet) == ("casse", "mauvais")
    etats = {g.nom: g for g in installes("rendus")}
    assert (etats["casse"].etat, etats["sain"].etat) == ("en_panne", "pret")
    assert cause in etats["casse"].detail
    assert greffon("rendus", "sain")


def test_un_extra_absent_se_dit(poser):
    code = "from recouvrement.erreurs import DependanceManquante\nraise DependanceManquante('Ceci', 'pdf')\n"
    poser("a", [("rendus", "demuni", "{m}:X")], code)
    with pytest.raises(DependanceManquante, match=r"recouvrement\[pdf\]"):
        greffon("rendus", "demuni")
    (vu,) = [g for g in installes("rendus") if g.nom == "demuni"]
    assert (vu.etat, vu.version, "pip install" in vu.detail) == ("incomplet", "1.2", True)


@pytest.mark.parametrize(("nom", "module"), [("pdf", "typst"), ("docx", "docx")])
def test_un_rendu_qui_n_importe_son_extra_qu_a_l_usage_n_est_pas_dit_pret_sans_lui(monkeypatch, nom, module):
    assert {g.nom: g.etat for g in installes("rendus")}[nom] == "pret"
    monkeypatch.setattr(greffons, "find_spec", lambda demande: None if demande == module else object())
    etats = {g.nom: (g.etat, g.detail) for g in installes("rendus")}
    assert etats[nom] == ("incomplet", f'Le greffon « {nom} » demande un complément : pip install "recouvrement[{nom}]"')
    assert {etat for autre, (etat, _) in etats.items() if autre != nom} == {"pret"}
    with pytest.raises(DependanceManquante, match=rf"recouvrement\[{nom}\]"):
        greffon("rendus", nom)


def test_les_rendus_qui_n_importent_leur_extra_qu_a_l_usage_existent():
    assert {g.cible for g in installes()} >= set(greffons.A_L_USAGE)


@pytest.mark.parametrize("ordre", [("premier", "second"), ("second", "premier")])
def test_de_deux_paquets_de_meme_nom_aucun_n_est_prefere(poser, ordre):
    """I-57 : l'ordre d'installation ne change rien."""
    for paquet in ordre:
        poser(paquet, [("registres", "tableur", "{m}:f")], f"def f(): return '{paquet}'\n")
    with pytest.raises(DonneeInvalide, match="premier:tableur, second:tableur"):
        greffon("registres", "tableur")
    assert greffon("registres", "second:tableur")() == "second"
    vus = [g for g in installes("registres") if g.nom == "tableur"]
    assert [(g.paquet, g.etat, g.detail) for g in vus] == [
        ("premier", "ambigu", "aussi donné par : second"),
        ("second", "ambigu", "aussi donné par : premier"),
    ]


def test_l_erreur_se_transmet_entre_processus():
    e = GreffonEnPanne("pdf", "paquet", "cassé")
    assert str(pickle.loads(pickle.dumps(e))) == str(e)  # noqa: S301


def test_rien_n_est_charge_avant_qu_on_le_demande():
    code = "import sys, recouvrement.greffons; print([m for m in sys.modules if m.startswith('recouvrement.')])"
    sortie = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert sorted(eval(sortie)) == ["recouvrement.erreurs", "recouvrement.greffons"]  # noqa: S307


def _les_notres():
    lus = tomllib.loads((RACINE / "pyproject.toml").read_text(encoding="utf-8"))["project"].get("entry-points", {})
    return [
        (g.removeprefix("recouvrement."), n, c) for g, e in lus.items() if g.startswith("recouvrement.") for n, c in e.items()
    ]


@pytest.mark.parametrize(("groupe", "nom", "cible"), _les_notres())
def test_chacun_des_notres_se_charge(groupe, nom, cible):
    module, _, objet = cible.partition(":")
    assert groupe in GROUPES
    assert nom.isascii()
    assert callable(getattr(import_module(module), objet))


class Capricieux:
    """Lève pour la première facture."""

    def __init__(self):
        self.bon = Memoire(lambda: INSTANT)

    def remettre(self, pli):
        if "F-1" in pli.cles[0]:
            raise RuntimeError("greffon cassé")
        return self.bon.remettre(pli)


@pytest.mark.parametrize("ordre", [("courriel", "courrier"), ("courrier", "courriel")])
def test_un_notificateur_qui_leve_n_arrete_pas_les_autres_envois_et_n_est_jamais_pris(ordre):
    """I-57 : ni l'ordre d'enregistrement, ni une panne, ne changent ce que les autres font."""
    pieces = {"courriel": Capricieux(), "courrier": Memoire(lambda: INSTANT)}
    envois = expedier(
        [Dossier(creances=[creance(f"F-{i}", "100.00")]) for i in (1, 2)],
        au=date(2026, 5, 4),
        politique=Politique(),
        moteur=RenduTexte(),
        notificateurs={canal: pieces[canal] for canal in ordre},
        registre=RegistreMemoire(lambda: INSTANT),
        horloge=lambda: INSTANT,
        relire=lambda d: d,
    )
    assert [(e.issue, e.action.canal) for e in envois] == [("inconnu", "courriel"), ("pris", "courriel")]
    assert pieces["courrier"].plis == []


def test_un_calendrier_par_son_nom(poser):
    poser(
        "a",
        [("calendriers", "strasbourg", "{m}:strasbourg")],
        "from recouvrement import Calendrier\ndef strasbourg(): return Calendrier('alsace_moselle')\n",
    )
    assert greffon("calendriers", "strasbourg")() == Calendrier("alsace_moselle")
