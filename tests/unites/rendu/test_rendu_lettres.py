"""Les quatre rendus disent la même chose, n'exécutent rien, et rendent toujours les mêmes octets."""

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import courriers
import pytest
from attrs import evolve

from recouvrement.courrier.document import Courrier, Donnee, Jour, Paragraphe, Tableau, Virement
from recouvrement.erreurs import DependanceManquante, DonneeInvalide
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Adresse, Debiteur, Qualite
from recouvrement.rendu import pdf
from recouvrement.rendu._code import code
from recouvrement.rendu._composition import nom_fichier
from recouvrement.rendu.adresse import bloc_adresse
from recouvrement.rendu.docx import RenduDocx
from recouvrement.rendu.html import RenduHtml
from recouvrement.rendu.pdf import FENETRE_DL, MAILEVA, SANS_ADRESSE, RenduPdf
from recouvrement.rendu.texte import RenduTexte

MODELES = {"c02": courriers.relance(), "c05": courriers.mise_en_demeure()}
MONTANT = re.compile(r"\d{1,3}(?:\s\d{3})*,\d{2}\s€")
tous = pytest.mark.parametrize("courrier", MODELES.values(), ids=MODELES)
pypdf = pytest.importorskip("pypdf")
pytest.importorskip("typst")
docx = pytest.importorskip("docx")
pytest.importorskip("segno")

from docx.oxml.ns import qn  # noqa: E402


class _Visible(HTMLParser):
    """Le texte visible, les balises et les attributs."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.mots: list[str] = []
        self.balises: list[str] = []
        self.attributs: list[tuple[str, str | None]] = []
        self.cache = 0
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.balises.append(tag)
        self.attributs += attrs
        self.cache += tag == "title" or ("aria-hidden", "true") in attrs
        if tag not in {"bdi", "span", "strong"}:
            self.mots.append(" ")

    def handle_endtag(self, tag):
        self.cache -= tag == "title" or (tag == "div" and self.cache)
        if tag in {"th", "td", "caption"}:
            self.mots.append(" ")

    def handle_data(self, data):
        if not self.cache:
            self.mots.append(data)

    @property
    def texte(self) -> str:
        return "".join(self.mots)


def en_texte(courrier: Courrier) -> str:
    return RenduTexte().rendre(courrier).octets.decode()


def en_html(courrier: Courrier) -> str:
    return RenduHtml().rendre(courrier).octets.decode()


def pages(courrier: Courrier, moteur: RenduPdf | None = None) -> list[str]:
    octets = (moteur or RenduPdf()).rendre(courrier).octets
    return [page.extract_text() for page in pypdf.PdfReader(BytesIO(octets)).pages]


def parties(courrier: Courrier) -> dict[str, bytes]:
    """Les fichiers de l'archive."""
    with ZipFile(BytesIO(RenduDocx().rendre(courrier).octets)) as lu:
        return {nom: lu.read(nom) for nom in lu.namelist()}


def en_docx(courrier: Courrier) -> str:
    """Le texte d'un traitement de texte, paragraphe par paragraphe, adresse et pied compris."""
    document = docx.Document(BytesIO(RenduDocx().rendre(courrier).octets))
    corps = list(document.element.body.iter(qn("w:p")))
    corps += [p._p for p in document.sections[0].first_page_footer.paragraphs]
    return "\n".join("".join(t.text or "" for t in p.iter(qn("w:t"))) for p in corps)


def montants(texte: str) -> Counter[str]:
    return Counter("".join(c for c in m if not c.isspace()) for m in MONTANT.findall(texte))


@tous
def test_les_memes_montants_partout(courrier: Courrier) -> None:
    """I-33, I-37 : chaque montant du courrier, autant de fois, dans chaque format."""
    attendus = Counter("".join(str(f).split()) for texte in courrier.textes() for f in texte if isinstance(f, Montant))
    assert montants(en_texte(courrier)) == attendus
    assert montants(_Visible(en_html(courrier)).texte) == attendus
    assert montants("\n".join(pages(courrier))) == attendus
    assert montants(en_docx(courrier)) == attendus


@tous
def test_les_memes_mots_en_texte_et_en_html(courrier: Courrier) -> None:
    assert Counter(en_texte(courrier).replace("─", " ").split()) == Counter(_Visible(en_html(courrier)).texte.split())


@tous
def test_les_memes_mots_en_docx(courrier: Courrier) -> None:
    """Mot pour mot : le cadre de l'essentiel a ses points médians en plus, le pied sa page, un courriel l'adresse de son débiteur."""
    texte, ecrit = Counter(en_texte(courrier).replace("─", " ").split()), Counter(en_docx(courrier).split())
    assert not texte - ecrit
    a_qui = courrier.destinataire
    adresse = " ".join(bloc_adresse(a_qui.nom, a_qui.adresse)).split() if courrier.canal == "courriel" and a_qui.adresse else ()
    assert set(ecrit - texte) <= {"·", "Page", "/", *adresse}


@tous
def test_les_memes_mots_en_pdf(courrier: Courrier) -> None:
    """Chaque mot du texte est dans le PDF (qui y ajoute la pagination, et à un courriel l'adresse de son débiteur)."""
    dans_pdf = "".join("".join(pages(courrier)).split())
    for mot in set(en_texte(courrier).replace("─", " ").split()):
        assert mot in dans_pdf, mot


@tous
def test_aucun_trou(courrier: Courrier) -> None:
    for rendu in (en_texte(courrier), _Visible(en_html(courrier)).texte, en_docx(courrier), *pages(courrier)):
        assert not re.search(r"None|nan\b|\{|\}|Decimal\(|object at|undefined", rendu)
    assert "  " not in en_html(courrier)
    prose = evolve(courrier, blocs=tuple(b for b in courrier.blocs if isinstance(b, Paragraphe)), annexes=())
    assert "  " not in en_texte(prose)


@pytest.mark.parametrize("nom", courriers.HOSTILES)
def test_un_nom_hostile_n_est_que_du_texte(nom: str) -> None:
    courrier, temoin = courriers.hostile(nom), courriers.hostile("Temoin")
    lu, attendu = _Visible(en_html(courrier)), _Visible(en_html(temoin))
    assert nom in lu.texte
    assert nom in " ".join(en_texte(courrier).split("\n"))
    assert lu.balises == attendu.balises
    assert {k for k, _ in lu.attributs} == {k for k, _ in attendu.attributs}
    assert {k for k, _ in lu.attributs} <= {"lang", "dir", "charset", "name", "content", "style", "aria-hidden", "scope"}
    assert not re.search(r"https?:|url\(|src=|href=", en_html(temoin))


@pytest.mark.parametrize("nom", courriers.HOSTILES)
def test_un_nom_hostile_ne_commande_rien_au_pdf(nom: str) -> None:
    lu = pages(courriers.hostile(nom), RenduPdf(SANS_ADRESSE))
    assert len(lu) == 1
    assert "root:" not in lu[0]
    if nom.isascii():
        assert "".join(nom.split()) in "".join(lu[0].split())


@pytest.mark.parametrize("nom", [*courriers.HOSTILES, "=SOMME(A1)", '{ HYPERLINK "x" }'])
def test_un_nom_hostile_ne_commande_rien_au_docx(nom: str) -> None:
    """I-35 : les mêmes balises et les mêmes attributs qu'un nom ordinaire ; ni champ, ni lien."""
    sans = evolve(courriers.DEBITEUR, adresse=None)  # l'adresse est bornée à 38 caractères
    lettres = [evolve(courriers.hostile(n), destinataire=sans) for n in ("Temoin", nom)]
    temoin, piege = map(parties, lettres)
    assert nom in en_docx(lettres[1])
    for partie in ("word/document.xml", "word/header1.xml", "word/footer1.xml"):
        assert balises(temoin[partie]) == balises(piege[partie])
    assert sum(x.count(b"<w:fldSimple ") for x in piege.values()) == 4  # page et pages, deux pieds
    assert not any(b"instrText" in x or b"<w:hyperlink" in x for x in piege.values())


def balises(xml: bytes) -> list[bytes]:
    """Toutes, avec leurs attributs ; celui qui garde une espace en bord de texte ne dépend que de ce texte."""
    return re.findall(rb"<[^>]+>", xml.replace(b' xml:space="preserve"', b""))


def test_un_caractere_de_commande_est_montre_en_docx() -> None:
    assert "a\N{REPLACEMENT CHARACTER}b" in en_docx(courriers.relance(reference="a\x0bb"))


def test_docx_pour_un_traitement_de_texte() -> None:
    """De vrais styles, l'en-tête répété, les nombres à droite, l'adresse à la fenêtre, rien de la machine."""
    courrier = MODELES["c05"]
    document = docx.Document(BytesIO(RenduDocx().rendre(courrier).octets))
    styles = [p.style.name for p in document.paragraphs]
    assert (styles.count("Heading 1"), styles.count("Heading 2"), styles.count("Caption")) == (1, 1, 2)
    assert styles.count("Dispositif") == 1
    for table in document.tables:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        assert table.rows[-1].cells[-1].paragraphs[0].alignment == 2
        assert table.rows[-1].cells[0].paragraphs[0].runs[0].bold
    cadres = [p for p in document.paragraphs if p._p.pPr is not None and p._p.pPr.find(qn("w:framePr")) is not None]
    assert [p.text for p in cadres] == list(bloc_adresse(courriers.DEBITEUR.nom, courriers.DEBITEUR.adresse))
    propres = document.core_properties
    assert (propres.author, propres.title) == ("Atelier Lumière SAS", "Mise en demeure, dossier D-2026-031")
    assert propres.created.date() == propres.modified.date() == courrier.date
    assert not {"docProps/thumbnail.jpeg", "word/stylesWithEffects.xml"} & set(parties(courrier))
    assert "\u202f" in en_docx(courrier)
    assert document.styles.element.find(".//" + qn("w:lang")).get(qn("w:val")) == "fr-FR"


ORDRE = {  # ce que le schéma d'Office Open XML (ISO/IEC 29500, 17.3.1 et 17.4) veut dans cet ordre
    "pPr": ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "pBdr", "spacing", "ind", "jc"],
    "tblPr": ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblLook"],
}


@tous
def test_le_docx_suit_l_ordre_du_schema(courrier: Courrier) -> None:
    """Un traitement de texte refuse un fichier dont les propriétés sont en désordre."""
    document = docx.Document(BytesIO(RenduDocx().rendre(courrier).octets))
    for nom, ordre in ORDRE.items():
        for proprietes in document.element.body.iter(qn(f"w:{nom}")):
            lus = [ordre.index(enfant.tag.split("}")[1]) for enfant in proprietes]
            assert lus == sorted(lus)


def test_docx_sans_adresse_ou_acte() -> None:
    sans = evolve(MODELES["c02"], destinataire=evolve(courriers.DEBITEUR, adresse=None))
    assert b"framePr" not in parties(sans)["word/document.xml"]
    acte = evolve(MODELES["c02"], forme="acte", blocs=(Paragraphe("partie", ("Pour A :",)), Paragraphe("partie", ("Pour B :",))))
    lu = docx.Document(BytesIO(RenduDocx().rendre(acte).octets))
    assert [[c.text for c in r.cells] for r in lu.tables[0].rows] == [["Pour A\u00a0:", "Pour B\u00a0:"]]
    assert lu.paragraphs[0].style.name == "Heading 1"
    assert "Objet" not in lu.paragraphs[0].text


VIREMENT = Virement("Atelier Lumière SAS", "FR7630006000011234567890189", Montant("1249.90"), "F-2026-014", Jour(courriers.LE))


def test_le_code_de_virement_est_celui_de_la_norme() -> None:
    """EPC069-12 : onze lignes, version 002, UTF-8, correction M ; le même dessin que celui de ces données."""
    import segno

    charge = b"BCD\n002\n1\nSCT\n\nAtelier Lumi\xc3\xa8re SAS\nFR7630006000011234567890189\nEUR1249.9\n\n\nF-2026-014"
    assert code(VIREMENT, "pdf").matrix == segno.make_qr(charge, error="m", boost_error=False).matrix
    assert code(evolve(VIREMENT, bic="FAUX"), "pdf").matrix == code(VIREMENT, "pdf").matrix
    avec_bic = segno.make_qr(charge.replace(b"SCT\n\n", b"SCT\nAGRIFRPP\n"), error="m", boost_error=False)
    assert code(evolve(VIREMENT, bic="AGRIFRPP"), "pdf").matrix == avec_bic.matrix
    enorme = evolve(VIREMENT, nom="N" * 70, motif="x" * 140, montant=Montant("999999999.99"), bic="AGRIFRPPXXX")
    assert code(enorme, "pdf").version <= 13


def test_le_code_dans_le_pdf_et_le_docx() -> None:
    """Dessiné une fois, avec son texte de remplacement et sa date ; rien sans virement, ni si l'on n'en veut pas."""
    avec, sans = evolve(MODELES["c02"], virement=VIREMENT), MODELES["c02"]
    legende = "Montantarrêtéau21novembre2026"
    fini = evolve(avec, blocs=(Paragraphe("paiement", ("Virement.",)), Paragraphe("formule", ("Merci.",))))
    assert legende in "".join("".join(pages(fini)).split())
    assert legende in "".join("".join(pages(avec)).split())
    for muettes in (pages(sans), pages(avec, RenduPdf(code=False))):
        assert legende not in "".join("".join(muettes).split())
    assert legende in "".join(en_docx(avec).split())
    dit = "Code de virement : 1\u202f249,90\u00a0€, IBAN FR7630006000011234567890189, motif F-2026-014"
    assert dit.encode() in parties(avec)["word/document.xml"]
    assert "word/media/image1.png" in parties(avec)
    assert "word/media/image1.png" not in parties(sans)
    racine = pypdf.PdfReader(BytesIO(RenduPdf().rendre(avec).octets)).trailer["/Root"]
    assert [n.get("/Alt") for n in _noeuds(racine["/StructTreeRoot"]["/K"]) if n.get("/S") == "/Figure"] == [dit]
    assert _Visible(en_html(avec)).texte == _Visible(en_html(sans)).texte  # un courriel ne montre pas d'image


def _noeuds(noeud):
    noeud = noeud.get_object() if hasattr(noeud, "get_object") else noeud
    if isinstance(noeud, list):
        for enfant in noeud:
            yield from _noeuds(enfant)
    elif isinstance(noeud, dict):
        yield noeud
        yield from _noeuds(noeud.get("/K", []))


def test_une_frise_dans_le_pdf() -> None:
    """Un nom hostile n'y est que du texte ; les autres formats s'en tiennent au tableau."""
    lignes = (((Jour(courriers.LE, "tableau"),),),)
    frise = ((date(2026, 11, 1), 'échéance <b> "x'), (courriers.LE, "ce jour"))
    courrier = evolve(MODELES["c02"], blocs=(Tableau(("T",), ("Le",), ("gauche",), lignes, frise=frise),))
    assert 'échéance<b>"x,01/11/2026' in "".join("".join(pages(courrier)).split())
    assert "ce jour" not in en_texte(courrier)


def test_un_caractere_sans_dessin_est_refuse() -> None:
    with pytest.raises(DonneeInvalide, match="张 伟"):
        RenduPdf(SANS_ADRESSE).rendre(courriers.hostile("张伟"))


@pytest.mark.parametrize("profil", [FENETRE_DL, MAILEVA, SANS_ADRESSE], ids=["dl", "maileva", "sans"])
def test_pages(profil: pdf.ProfilAdresse) -> None:
    """Une page pour une relance, deux au plus pour une mise en demeure ; le décompte commence une page."""
    assert len(pages(MODELES["c02"], RenduPdf(profil))) == 1
    lettre, *suite = pages(MODELES["c05"], RenduPdf(profil))
    annexe = next(i for i, page in enumerate(suite, 2) if "Annexe" in page)
    assert annexe <= 3
    assert "Page 1/3" in lettre.replace("\xa0", " ")
    assert all("Dossier D-2026-031" in page for page in suite)
    assert MODELES["c05"].destinataire.nom in lettre
    assert ("MARSEILLE" in lettre) == (profil is not SANS_ADRESSE)


def test_un_acte_commence_en_haut_de_sa_page() -> None:
    """Sans en-tête ni adresse, rien ne tient la place de l'une ni de l'autre."""
    acte = evolve(MODELES["c02"], forme="acte")
    hauteurs = []
    page = pypdf.PdfReader(BytesIO(RenduPdf().rendre(acte).octets)).pages[0]
    page.extract_text(visitor_text=lambda t, cm, tm, *_: hauteurs.append(tm[5] * cm[3] + cm[5]) if t.strip() else None)
    assert max(hauteurs) > 770  # points, d'une feuille de 842


@pytest.mark.parametrize("lignes", range(44, 56, 2))
def test_le_total_n_est_jamais_seul_en_haut_d_une_page(lignes: int) -> None:
    *_, derniere = pages(courriers.mise_en_demeure(lignes=lignes))
    assert "Total" in derniere
    assert derniere.count("F-2026-04") >= 2
    assert "Facture" in derniere


def test_la_signature_n_est_jamais_seule() -> None:
    """Quel que soit le nombre de paragraphes, la formule et le paragraphe d'avant sont avec elle."""
    c05 = MODELES["c05"]
    for n in range(14):
        blocs = (*c05.blocs[:4], *(Paragraphe("corps", (f"Paragraphe {i}.",)) for i in range(n)), *c05.blocs[-5:])
        page = next(p for p in pages(evolve(c05, blocs=blocs, annexes=())) if "Anne Le Goff" in p)
        assert "Veuillez" in page
        assert "À défaut" in page


def _noms_de_structure(noeud, noms: Counter[str]) -> Counter[str]:
    noeud = noeud.get_object() if hasattr(noeud, "get_object") else noeud
    if isinstance(noeud, list):
        for enfant in noeud:
            _noms_de_structure(enfant, noms)
    elif isinstance(noeud, dict):
        noms[str(noeud.get("/S"))] += 1
        _noms_de_structure(noeud.get("/K", []), noms)
    return noms


def test_pdf_balise_et_archivable() -> None:
    lecteur = pypdf.PdfReader(BytesIO(RenduPdf().rendre(MODELES["c05"]).octets))
    racine = lecteur.trailer["/Root"]
    assert racine["/MarkInfo"]["/Marked"]
    assert racine["/Lang"] == "fr-FR"
    assert racine["/ViewerPreferences"]["/DisplayDocTitle"]
    assert lecteur.metadata.title == "Mise en demeure, dossier D-2026-031"
    xmp = racine["/Metadata"].get_data().decode()
    assert re.search(r"pdfaid:part\W+3\b", xmp)
    assert "pdfuaid:part" in xmp
    noms = _noms_de_structure(racine["/StructTreeRoot"]["/K"], Counter())
    assert (noms["/H1"], noms["/H2"], noms["/Table"], noms["/Caption"]) == (1, 1, 3, 2)
    assert noms["/TH"] == 6 + 2 + 7


def test_html_accessible() -> None:
    html = en_html(MODELES["c05"])
    assert '<html lang="fr"' in html
    assert html.count('scope="col"') == 6 + 2 + 7
    assert html.count("<caption") == 3
    assert "<strong>Nous vous mettons en demeure" in html
    assert "Au plus tard le" in re.search(r'aria-hidden="true">([^<]*)<', html)[1]


def test_l_apercu_d_un_consommateur_ne_montre_pas_de_montant() -> None:
    particulier = evolve(courriers.DEBITEUR, qualite=Qualite.CONSOMMATEUR)
    apercu = re.search(r'aria-hidden="true">([^<]*)<', en_html(courriers.relance(particulier)))[1]
    assert "1er\xa0décembre 2026" in apercu
    assert "€" not in apercu
    assert len(apercu) <= 90


def test_texte_plie_et_tableaux_en_repli() -> None:
    assert max(map(len, en_texte(MODELES["c05"]).splitlines())) <= 76
    etroit = RenduTexte(largeur=48).rendre(MODELES["c05"]).octets.decode()
    assert "Pénalités\xa0: 688,87\xa0€" in etroit
    assert montants(etroit) == montants(en_texte(MODELES["c05"]))
    with pytest.raises(DonneeInvalide, match="largeur"):
        RenduTexte(largeur=10)


def test_un_tableau_trop_large_plie_son_texte() -> None:
    tableau = Tableau(("T",), ("Objet", "Montant"), ("gauche", "droite"), (((Donnee("mot " * 30),), (Montant("1"),)),))
    texte = en_texte(evolve(MODELES["c02"], blocs=(tableau,)))
    assert max(map(len, texte.splitlines())) <= 76
    assert montants(texte)["1,00€"] == 1


def test_lettre_anglaise() -> None:
    courrier = evolve(MODELES["c02"], langue="en", blocs=(Paragraphe("corps", ("Please pay ", Montant("20275.23"), ".")),))
    for rendu in (en_texte(courrier), _Visible(en_html(courrier)).texte, pages(courrier)[0]):
        assert "€20,275.23." in rendu
        assert "Subject:" in rendu
    assert '<html lang="en"' in en_html(courrier)


def test_courrier_minimal() -> None:
    """Sans adresse, sans téléphone, sans bloc : rien ne manque au point de casser."""
    nu = evolve(courriers.CREANCIER, adresse=None, telephone=None, courriel=None, siren=None)
    courrier = evolve(MODELES["c02"], creancier=nu, blocs=(), references=())
    assert en_texte(courrier).startswith(f"Atelier Lumière SAS\n\n{courrier.destinataire.nom}\n\n21\xa0novembre 2026\n")
    assert len(pages(courrier)) == 1
    assert "None" not in en_html(courrier)


def test_adresse_absente_ou_trop_longue() -> None:
    sans = Debiteur(nom="X", qualite=Qualite.COMMERCANT)
    par_la_poste = evolve(courriers.relance(sans), canal="courrier")
    with pytest.raises(DonneeInvalide, match="adresse postale absente"):
        RenduPdf().rendre(par_la_poste)
    assert pages(par_la_poste, RenduPdf(SANS_ADRESSE))
    assert RenduPdf().rendre(courriers.relance(sans)) == RenduPdf(SANS_ADRESSE).rendre(courriers.relance(sans))
    long = evolve(sans, adresse=Adresse(voie="9 avenue " + "x" * 40, code_postal="1", commune="V"))
    with pytest.raises(DonneeInvalide, match=r"ligne 2 \(voie\)"):
        RenduPdf().rendre(courriers.relance(long))


def test_extra_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    pdf._atelier.cache_clear()
    try:
        with pytest.raises(DependanceManquante, match=r"recouvrement\[pdf\]"):
            RenduPdf().rendre(MODELES["c02"])
    finally:
        pdf._atelier.cache_clear()


def test_nom_de_fichier() -> None:
    assert nom_fichier(MODELES["c02"], "pdf") == "Relance_F-2026-014_2026-11-21.pdf"
    noms = {
        nom_fichier(evolve(MODELES["c02"], reference=r), "pdf")
        for r in ("F/1", "F\\1", "F 1", "F-1", "../../F1", "é", "日", "x" * 300)
    }
    assert len(noms) == 8
    for nom in noms:
        assert re.fullmatch(r"[A-Za-z0-9_-]{1,100}\.pdf", nom)


@pytest.mark.parametrize("module", ["docx", "segno.helpers"])
def test_extra_docx_absent(monkeypatch: pytest.MonkeyPatch, module: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DependanceManquante, match=r"recouvrement\[docx\]"):
        RenduDocx().rendre(evolve(MODELES["c02"], virement=VIREMENT))


_EMPREINTES = """
import sys; sys.path.insert(0, sys.argv[1])
import courriers, locale
from recouvrement.rendu.adresse import bloc_adresse
from recouvrement.rendu.docx import RenduDocx
from recouvrement.rendu.html import RenduHtml
from recouvrement.rendu.pdf import RenduPdf
from recouvrement.rendu.texte import RenduTexte
for c in (courriers.relance(), courriers.mise_en_demeure()):
    for m in (RenduTexte(), RenduHtml(), RenduPdf(), RenduDocx()):
        print(m.rendre(c).empreinte)
"""


def test_memes_octets_ailleurs(tmp_path: Path) -> None:
    """I-36 : autre processus, autre graine de hachage, autre fuseau, autre langue, autre dossier."""
    ici = [m.rendre(c).empreinte for c in MODELES.values() for m in (RenduTexte(), RenduHtml(), RenduPdf(), RenduDocx())]
    env = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "tr_TR.UTF-8"}
    lettres = str(Path(courriers.__file__).parent)
    args = [sys.executable, "-c", _EMPREINTES, lettres]
    ailleurs = subprocess.run(args, env=env, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert ailleurs.stdout.split() == ici


def _a_la_fenetre(courrier: Courrier) -> list[str]:
    """Ce que la fenêtre d'une enveloppe DL peut découvrir quand la feuille y glisse : x 90 à 200 mm, y 34 à 90 mm."""
    vus: list[str] = []

    def voir(texte, cm, tm, _police, _taille):
        x = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4]) / 72 * 25.4
        y = 297 - (tm[4] * cm[1] + tm[5] * cm[3] + cm[5]) / 72 * 25.4
        if texte.strip() and 90 <= x <= 200 and 34 <= y <= 90:
            vus.append(texte.strip())

    pypdf.PdfReader(BytesIO(RenduPdf().rendre(courrier).octets)).pages[0].extract_text(visitor_text=voir)
    return vus


def test_rien_d_autre_que_l_adresse_a_la_fenetre() -> None:
    """Ni objet, ni montant : même avec un expéditeur et des références démesurés."""
    assert _a_la_fenetre(MODELES["c05"]) == list(bloc_adresse(courriers.DEBITEUR.nom, courriers.DEBITEUR.adresse))
    gros = evolve(courriers.CREANCIER, nom="Nom " + "très " * 30 + "long", courriel="x" * 60 + "@" + "y" * 60 + ".fr")
    references = tuple((f"Référence {i}", (Donnee("R" * 30),)) for i in range(12))
    trop = evolve(MODELES["c05"], creancier=gros, references=references)
    assert _a_la_fenetre(trop) == _a_la_fenetre(MODELES["c05"])


def test_une_date_ne_depend_pas_de_celle_du_jour() -> None:
    hier = evolve(MODELES["c02"], date=date(2001, 2, 3))
    lecteur = pypdf.PdfReader(BytesIO(RenduPdf().rendre(hier).octets))
    assert lecteur.metadata.creation_date.date() == date(2001, 2, 3)
