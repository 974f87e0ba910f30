"""Le courrier en DOCX, à retoucher dans un traitement de texte : de vrais styles, l'adresse à la fenêtre, les mêmes octets partout.

Un nom n'y est jamais qu'un texte : python-docx l'échappe, et les seuls champs sont ceux de la pagination.
"""

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from attrs import frozen

from recouvrement.courrier.document import Courrier, Virement
from recouvrement.erreurs import DependanceManquante
from recouvrement.ports import Document
from recouvrement.rendu._code import BORD, DITS, code, largeur
from recouvrement.rendu._composition import Alinea, Composition, Grille, composer, nom_fichier
from recouvrement.rendu._formats import Phrase, dire, lire, phrase, propre
from recouvrement.rendu.adresse import bloc_adresse

if TYPE_CHECKING:
    from docx.document import Document as Fichier

TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_REGION = {"fr": "fr-FR", "en": "en-GB"}
_MARGES = {"left_margin": 25, "right_margin": 20, "top_margin": 20, "bottom_margin": 21}  # mm
_TEXTE = 165  # mm, entre les marges
_FENETRE = (110, 55, 80, 24)  # mm : enveloppe DL à fenêtre, comme le PDF
_GAUCHE = 63  # mm : au-delà, l'en-tête paraîtrait par la fenêtre
_SOUS = 92  # mm du haut de la feuille : sous tout ce que la fenêtre découvre
_LIGNE = 4.5  # mm : une ligne d'en-tête
_SUPERFLUS = {"stylesWithEffects", "customXml", "thumbnail", "numbering"}
_GARDES = {
    *("Normal", "DefaultParagraphFont", "TableNormal", "NoList", "Header", "HeaderChar", "Footer", "FooterChar"),
    *("Heading1", "Heading1Char", "Heading2", "Heading2Char", "Caption"),
}
# Nom, corps (points), gras, espace après (points), d'un seul tenant avec la suite.
_STYLES = (
    ("Expéditeur", 10, False, 0, False),
    ("Adresse", 10, False, 0, False),
    ("Essentiel", 10.5, False, 10, False),
    ("Dispositif", 10.5, True, 6, False),
    ("Formule", 10.5, False, 6, True),
    ("Signature de lettre", 10.5, False, 0, False),
    ("Mention", 9, False, 6, False),
    ("Tableau", 9.5, False, 0, False),
)
_SUITE = ("w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr", "w:pPrChange")
_APRES = {
    "w:framePr": ("w:widowControl", "w:pBdr", *_SUITE),
    "w:pBdr": _SUITE,
    "w:tblBorders": ("w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook"),
}
_ROLES = {
    "dispositif": "Dispositif",
    "formule": "Formule",
    "signature": "Signature de lettre",
    "pieces": "Mention",
    "mention": "Mention",
}


@frozen
class RenduDocx:
    """Rend un ``.docx`` (Office Open XML).

    Args:
        code: Dessine le code de virement d'une lettre qui demande une somme en euros à l'IBAN du créancier.
    """

    code: bool = True

    def rendre(self, courrier: Courrier) -> Document:
        """Document déterministe : mêmes entrées, mêmes octets. Sans adresse, la lettre n'a pas de bloc d'adresse.

        Raises:
            DependanceManquante: L'extra ``docx`` n'est pas installé.
            DonneeInvalide: Adresse hors norme.
        """
        try:
            from docx import Document as Vierge
        except ImportError as e:
            raise DependanceManquante("Le rendu DOCX", "docx") from e
        lettre, fichier = composer(courrier), Vierge()
        _alleger(fichier)
        _preparer(fichier, lettre, courrier)
        _Ecriture(fichier, lettre, courrier, courrier.virement if self.code else None).ecrire()
        return Document(nom_fichier(courrier, "docx"), TYPE, _fixer(fichier))


def _alleger(fichier: "Fichier") -> None:
    """Ôte du gabarit de python-docx les styles et les parties qu'une lettre n'emploie pas : les dix-neuf vingtièmes de son poids."""
    for relations in (fichier.part.rels, fichier.part.package.rels):
        for cle in [r.rId for r in relations.values() if r.reltype.rsplit("/", 1)[-1] in _SUPERFLUS]:
            del relations[cle]
    styles = fichier.styles.element
    for style in [s for s in styles if s.tag != _q("w:docDefaults") and s.get(_q("w:styleId")) not in _GARDES]:
        styles.remove(style)


def _preparer(fichier: "Fichier", lettre: Composition, courrier: Courrier) -> None:
    """Styles, page, propriétés : rien de la machine ni de l'heure."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import Mm, Pt, RGBColor

    styles = fichier.styles
    normal = styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10.5)
    normal.paragraph_format.space_after, normal.paragraph_format.widow_control = Pt(6), True
    styles.element.find(".//" + _q("w:lang")).set(_q("w:val"), _REGION[lettre.langue])
    for nom, corps, gras, apres, lie in _STYLES:
        style = styles.add_style(nom, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = normal
        style.font.size, style.font.bold = Pt(corps), gras
        style.paragraph_format.space_after, style.paragraph_format.keep_with_next = Pt(apres), lie
    styles["Adresse"].font.name = "Courier New"
    styles["Dispositif"].paragraph_format.keep_together = True
    for nom, corps in (("Heading 1", 11.5), ("Heading 2", 11), ("Caption", 9.5)):
        style = styles[nom]
        style.font.name, style.font.size, style.font.bold, style.font.italic = "Times New Roman", Pt(corps), True, False
        style.font.color.rgb = RGBColor(0, 0, 0)
        _sans_theme(style)
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(8), Pt(6)
        style.paragraph_format.keep_with_next = True
    page = fichier.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    for nom, mm in _MARGES.items():
        setattr(page, nom, Mm(mm))
    propres, le = fichier.core_properties, datetime.combine(courrier.date, datetime.min.time())
    propres.author = propres.last_modified_by = propre(courrier.creancier.nom)
    propres.title, propres.language, propres.comments = lettre.titre, _REGION[lettre.langue], ""
    propres.created = propres.modified = le
    propres.revision = 1


@frozen
class _Ecriture:
    """La lettre, paragraphe après paragraphe."""

    fichier: "Fichier"
    lettre: Composition
    courrier: Courrier
    virement: Virement | None

    def ecrire(self) -> None:
        self._pages()
        if not self.lettre.acte:
            self._entete()
        titre = self.fichier.add_heading(level=1)
        _remplir(titre, self.lettre.objet)
        if self.lettre.acte:
            titre.alignment = 1
        if self.lettre.tete:
            cadre = self._ligne("Essentiel", " · ".join("".join(m.texte for m in part) for part in self.lettre.tete))
            _bordures(cadre._p.get_or_add_pPr(), "w:pBdr", ("top", "left", "bottom", "right"), espace=4)
        for partie, blocs in groupby(self.lettre.blocs, lambda b: isinstance(b, Alinea) and b.role == "partie"):
            if partie:
                self._parties([b for b in blocs if isinstance(b, Alinea)])
            else:
                for bloc in blocs:
                    self._bloc(bloc)
        for rang, annexe in enumerate(self.lettre.annexes):
            titre = self.fichier.add_heading(level=2)
            titre.paragraph_format.page_break_before = rang == 0
            _remplir(titre, annexe.titre)
            self._grille(annexe)

    def _ligne(self, style: str, texte: str = "") -> Any:
        return self.fichier.add_paragraph(texte, style)

    def _entete(self) -> None:
        """L'expéditeur et les références à gauche de la fenêtre, l'adresse dans son cadre, lieu et date dessous."""
        from docx.shared import Mm

        lettre, gauche = self.lettre, []
        adresse = self.courrier.destinataire.adresse
        for ligne in bloc_adresse(self.courrier.destinataire.nom, adresse) if adresse else ():
            _cadrer(self._ligne("Adresse", ligne)._p)
        gauche += [self._ligne("Expéditeur", texte) for texte in lettre.expediteur]
        gauche[0].runs[0].bold = True
        for nom, valeur in lettre.references:
            gauche.append(self._ligne("Expéditeur", f"{nom} "))
            _remplir(gauche[-1], valeur)
        if lettre.references:
            gauche[len(lettre.expediteur)].paragraph_format.space_before = Mm(_LIGNE)
        for paragraphe in gauche:
            paragraphe.paragraph_format.right_indent = Mm(_TEXTE - _GAUCHE)
            paragraphe.paragraph_format.line_spacing = Mm(_LIGNE)
        date = self._ligne("Normal")
        _remplir(date, lettre.lieu_date)
        date.paragraph_format.left_indent = Mm(_FENETRE[0] - _MARGES["left_margin"])
        hauteur = (len(gauche) + bool(lettre.references)) * _LIGNE
        date.paragraph_format.space_before = Mm(max(_SOUS - _MARGES["top_margin"] - hauteur, 5))
        if lettre.mode_envoi:
            self._ligne("Normal", lettre.mode_envoi).runs[0].bold = True

    def _bloc(self, bloc: Alinea | Grille) -> None:
        if isinstance(bloc, Grille):
            legende = self.fichier.add_paragraph(style="Caption")
            _remplir(legende, bloc.titre)
            self._grille(bloc)
            return
        paragraphe = self._ligne(_ROLES.get(bloc.role, "Normal"))
        _remplir(paragraphe, bloc.phrase)
        if bloc.role == "paiement" and self.virement:
            self._code(self.virement)

    def _grille(self, grille: Grille) -> None:
        """En-tête répété, rangées d'un seul tenant, nombres à droite, filets horizontaux seuls."""
        from docx.shared import Mm

        rangees = grille.rangees
        table = self.fichier.add_table(1 + len(rangees), len(grille.entetes))
        largeurs = [Mm(n) for n in _largeurs(grille)]
        for colonne, large in zip(table.columns, largeurs, strict=True):
            colonne.width = large
        textes = [tuple((entete,) for entete in grille.entetes), *(tuple([m.texte for m in c] for c in r) for r in rangees)]
        for rang, (ligne, rangee) in enumerate(zip(table.rows, textes, strict=True)):
            _element(ligne._tr.get_or_add_trPr(), "w:cantSplit" if rang else "w:tblHeader")
            gras = not rang or (bool(grille.total) and rang == len(rangees))
            liee = len(rangees) - 2 <= rang < len(rangees)  # le total n'est jamais seul en haut d'une page
            for cellule, texte, sens, large in zip(ligne.cells, rangee, grille.alignements, largeurs, strict=True):
                cellule.width = large
                _cellule(cellule.paragraphs[0], texte, sens, gras=gras, liee=liee)
        _bordures(table._tbl.tblPr, "w:tblBorders", ("top", "bottom", "insideH"))
        _remplir(self._ligne("Mention"), grille.legende)

    def _parties(self, parties: list[Alinea]) -> None:
        """Chacun signe sous son nom, côte à côte."""
        from docx.shared import Mm

        table = self.fichier.add_table(1, len(parties))
        table.rows[0].height = Mm(32)
        for cellule, partie in zip(table.rows[0].cells, parties, strict=True):
            _remplir(cellule.paragraphs[0], partie.phrase)

    def _code(self, virement: Virement) -> None:
        from docx.shared import Mm

        qr, image = code(virement, "docx"), BytesIO()
        qr.save(image, kind="png", scale=8, border=BORD, compresslevel=0)
        paragraphe = self._ligne("Mention")
        dessin = paragraphe.add_run().add_picture(image, width=Mm(largeur(qr)))
        dit, legende = DITS[self.lettre.langue]
        somme = dire(virement.montant, self.lettre.langue)
        dessin._inline.docPr.set("descr", dit.format(somme=somme, iban=virement.iban, motif=propre(virement.motif)))
        paragraphe.add_run().add_break()
        paragraphe.add_run(phrase((legende, virement.arrete), self.lettre.langue))

    def _pages(self) -> None:
        """Le rappel de la lettre en tête des pages suivantes ; au pied, l'identité du créancier et la page."""
        section = self.fichier.sections[0]
        section.different_first_page_header_footer = True
        section.header.paragraphs[0].text = self.lettre.suite
        for pied in (section.first_page_footer, section.footer):
            paragraphe = pied.paragraphs[0]
            paragraphe.style = self.fichier.styles["Mention"]
            paragraphe.add_run(" · ".join(filter(None, (self.lettre.pied or self.lettre.suite, "Page "))))
            _champ(paragraphe, "PAGE")
            paragraphe.add_run("/")
            _champ(paragraphe, "NUMPAGES")


def _q(nom: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(nom))


def _element(parent: Any, nom: str, *, avant: tuple[str, ...] = (), **attributs: object) -> Any:
    """Un élément à la fin de ``parent``, ou avant le premier de ceux que le schéma veut après lui."""
    from docx.oxml import OxmlElement

    noeud = OxmlElement(nom)
    for cle, valeur in attributs.items():
        noeud.set(_q(f"w:{cle}"), str(valeur))
    if avant:
        parent.insert_element_before(noeud, *avant)
    else:
        parent.append(noeud)
    return noeud


def _cadrer(paragraphe: Any) -> None:
    """Place un paragraphe dans le cadre de la fenêtre ; ceux qui se suivent partagent le même."""
    x, y, large, haut = (round(mm * 1440 / 25.4) for mm in _FENETRE)
    proprietes = paragraphe.get_or_add_pPr()
    place = {"w": large, "h": haut, "hRule": "atLeast", "wrap": "around", "vAnchor": "page", "hAnchor": "page", "x": x, "y": y}
    _element(proprietes, "w:framePr", avant=_APRES["w:framePr"], **place)


def _bordures(proprietes: Any, nom: str, cotes: Iterable[str], *, espace: int = 0) -> None:
    bords = _element(proprietes, nom, avant=_APRES[nom])
    for cote in cotes:
        _element(bords, f"w:{cote}", val="single", sz=4, space=espace, color="808080")


def _largeurs(grille: Grille) -> list[float]:
    """À proportion du plus long contenu de chaque colonne, en millimètres."""
    colonnes = zip(grille.entetes, *([lire(c) for c in rangee] for rangee in grille.rangees), strict=True)
    longueurs = [max(map(len, colonne)) + 3 for colonne in colonnes]
    return [n * _TEXTE / sum(longueurs) for n in longueurs]


def _sans_theme(style: Any) -> None:
    """Un titre du gabarit prend sa police du thème, qui passerait avant la nôtre."""
    polices = style.element.rPr.rFonts
    for cle in list(polices.attrib):
        if "Theme" in cle:
            del polices.attrib[cle]


def _champ(paragraphe: Any, instruction: str) -> None:
    _element(_element(paragraphe._p, "w:fldSimple", instr=instruction), "w:r")


def _remplir(paragraphe: Any, texte: Phrase) -> None:
    for morceau in texte:
        paragraphe.add_run(morceau.texte)


def _cellule(paragraphe: Any, textes: Iterable[str], sens: str, *, gras: bool, liee: bool) -> None:
    paragraphe.style = "Tableau"
    paragraphe.alignment = 2 if sens == "droite" else 0
    if liee:
        paragraphe.paragraph_format.keep_with_next = True
    for texte in textes:
        paragraphe.add_run(texte).bold = gras


def _fixer(fichier: "Fichier") -> bytes:
    """Les mêmes parties, sans heure ni compression : celle-ci n'est pas la même d'une machine à l'autre."""
    brut, sortie = BytesIO(), BytesIO()
    fichier.save(brut)
    with ZipFile(brut) as lu, ZipFile(sortie, "w", ZIP_STORED) as ecrit:
        for nom in lu.namelist():
            ecrit.writestr(ZipInfo(nom, (1980, 1, 1, 0, 0, 0)), lu.read(nom))
    return sortie.getvalue()
