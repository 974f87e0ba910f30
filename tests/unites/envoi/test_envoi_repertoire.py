from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from attrs import evolve

from recouvrement.envoi import repertoire as module
from recouvrement.envoi.memoire import Memoire
from recouvrement.envoi.repertoire import Repertoire, feuille_d_adresse, noms_de_fichiers
from recouvrement.erreurs import EnvoiImpossible
from recouvrement.modele.actes import Relance
from recouvrement.modele.personnes import Adresse
from recouvrement.ports import Destinataire, Document, Pli

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PDF = Document("lettre.PDF", "application/pdf", b"%PDF")


def pli(nom="Dupont", etape="relance_1", documents=(PDF,), debiteur="d", cle="k"):
    return Pli(
        cles=(cle,),
        destinataire=Destinataire(nom=nom),
        objet="o",
        documents=documents,
        debiteur=debiteur,
        acte=Relance(le=date(2026, 11, 21), etape=etape),
    )


@pytest.fixture
def canal(tmp_path):
    return Repertoire(tmp_path / "sortie", lambda: INSTANT)


def fichiers(canal):
    return sorted(canal._dossier.iterdir())


def test_ecrit_les_octets_exacts_sous_un_nom_sur(canal):
    accuse = canal.remettre(pli())
    (fichier,) = fichiers(canal)
    assert accuse.issue == "pris"
    assert accuse.numero == fichier.name
    assert fichier.name.startswith("Dupont_relance-1_")
    assert fichier.suffix == ".pdf"
    assert fichier.read_bytes() == b"%PDF"
    assert "sortie" in repr(canal)


def test_le_meme_pli_est_pris_sans_etre_recrit(canal):
    canal.remettre(pli())
    avant = fichiers(canal)[0].stat().st_mtime_ns
    assert "déjà présent" in canal.remettre(pli()).detail
    assert fichiers(canal)[0].stat().st_mtime_ns == avant


@pytest.mark.parametrize(
    "nom",
    ["../../etc/passwd", "CON", "é\N{COMBINING ACUTE ACCENT}", "F/1", "F\\1", ".", "", "a" * 500, "\x00", "日本", "-rf", "C:x"],
)
def test_noms_hostiles_restent_dans_le_dossier(canal, nom):
    canal.remettre(pli(nom=nom, etape="../x", documents=(Document(nom, "x", b"1"), Document(f"a.{nom}", "x", b"2"))))
    assert [f.parent for f in fichiers(canal)] == [canal._dossier] * 2
    assert all(f.name.isascii() and len(f.name) < 128 for f in fichiers(canal))
    assert list(canal._dossier.parent.iterdir()) == [canal._dossier]


def test_deux_debiteurs_de_meme_nom_ont_deux_fichiers():
    assert noms_de_fichiers(pli(debiteur="a")) != noms_de_fichiers(pli(debiteur="b"))
    assert noms_de_fichiers(pli(nom="F/1")) != noms_de_fichiers(pli(nom="F\\1"))
    assert noms_de_fichiers(pli(cle="x")) != noms_de_fichiers(pli(cle="y"))
    assert noms_de_fichiers(pli()) == noms_de_fichiers(pli())


def test_un_fichier_etranger_n_est_pas_remplace(canal):
    canal.remettre(pli())
    (fichier,) = fichiers(canal)
    fichier.write_bytes(b"autre")
    with pytest.raises(EnvoiImpossible, match="autre contenu"):
        canal.remettre(pli())
    assert fichier.read_bytes() == b"autre"


def test_un_lien_symbolique_n_est_pas_suivi(canal, tmp_path):
    canal.remettre(pli())
    (fichier,) = fichiers(canal)
    fichier.rename(tmp_path / "ailleurs")
    fichier.symlink_to(tmp_path / "ailleurs")
    with pytest.raises(EnvoiImpossible):
        canal.remettre(pli())


def test_tout_ou_rien(canal, monkeypatch):
    """Le disque se remplit au second document : le premier ne reste pas, ni aucun brouillon."""
    vrai, appels = module.os.fsync, []

    def plein(descripteur):
        appels.append(1)
        if len(appels) == 2:
            raise OSError(28, "disque plein on device")
        vrai(descripteur)

    monkeypatch.setattr(module.os, "fsync", plein)
    with pytest.raises(EnvoiImpossible, match="disque plein"):
        canal.remettre(pli(documents=(Document("a.txt", "text/plain", b"a"), Document("b.txt", "text/plain", b"b"))))
    assert fichiers(canal) == []


def test_sans_liens_durs(canal, monkeypatch):
    def impossible(self, cible):
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", impossible)
    canal.remettre(pli())
    assert [f.read_bytes() for f in fichiers(canal)] == [b"%PDF"]


def test_course_perdue(canal, monkeypatch):
    """Un autre a pris le nom entre le contrôle et l'écriture : rien n'est remplacé."""
    canal.remettre(pli())
    (fichier,) = fichiers(canal)
    monkeypatch.setattr(module, "_deja_la", lambda *_: False)
    with pytest.raises(EnvoiImpossible):
        canal.remettre(pli())
    assert fichiers(canal) == [fichier]


def test_dossier_impossible(tmp_path):
    (tmp_path / "fichier").write_text("x")
    for chemin in (tmp_path / "absent" / "sortie", tmp_path / "fichier"):
        with pytest.raises(EnvoiImpossible, match="impossible d'écrire"):
            Repertoire(chemin, lambda: INSTANT).remettre(pli())


def test_une_feuille_d_adresse_dit_a_qui_et_quoi(canal):
    adresse = Adresse(
        voie="12 rue\u00a0A", code_postal="1000", commune="Bruxelles", pays="BE", complements=("BP 12", "Bâtiment B")
    )
    poste = evolve(pli(documents=(PDF, Document("f.pdf", "application/pdf", b"%PDF f"))))
    courriel = evolve(poste, destinataire=Destinataire(nom="Dupont", adresse=adresse))
    assert feuille_d_adresse(courriel) == ()
    poste = evolve(courriel, acte=Relance(le=date(2026, 11, 21), etape="relance_1", canal="courrier"))
    accuse = canal.remettre(poste)
    lettre, facture = noms_de_fichiers(poste)
    assert accuse.numero == lettre
    (feuille,) = [f for f in fichiers(canal) if f.name.endswith("_adresse.txt")]
    assert len(fichiers(canal)) == 3
    assert feuille.read_text(encoding="utf-8").splitlines() == [
        "Dupont", "Bâtiment B", "12 rue A", "BP 12", "1000 Bruxelles", "Pays : BE",
        "", "À mettre sous pli (relance 1) :", f"1. {lettre}", f"2. {facture}",
    ]  # fmt: skip
    assert "déjà présent" in canal.remettre(poste).detail


def test_une_lettre_en_plusieurs_formats_n_est_qu_un_document():
    noms = ("lettre.pdf", "lettre.html", "facture.pdf", "facture.pdf")
    adresse = Adresse(voie="12 rue A", code_postal="69001", commune="Lyon")
    poste = evolve(
        pli(documents=tuple(Document(nom, "application/octet-stream", b"x") for nom in noms)),
        destinataire=Destinataire(nom="Dupont", adresse=adresse),
        acte=Relance(le=date(2026, 11, 21), etape="relance_1", canal="courrier"),
    )
    en_pdf, en_html, *factures = noms_de_fichiers(poste)
    (feuille,) = feuille_d_adresse(poste)
    contenu = feuille.octets.decode().split(":\n")[1].splitlines()
    assert contenu == [f"1. {en_pdf}, ou {en_html}", f"2. {factures[0]}", f"3. {factures[1]}"]


def test_pli_sans_document(canal):
    with pytest.raises(EnvoiImpossible, match="aucun document"):
        canal.remettre(evolve(pli(), documents=()))


def test_memoire_repond_ce_qu_on_lui_a_dit():
    canal = Memoire(lambda: INSTANT, ["a_retenter", "inconnu"])
    assert [canal.remettre(pli()).issue for _ in range(3)] == ["a_retenter", "inconnu", "pris"]
    assert len(canal.plis) == 3
