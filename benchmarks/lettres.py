"""Ce que coûte une lettre dans chaque format, rapporté au moteur nu de ce format qui écrit les mêmes mots.

    python benchmarks/lettres.py [LETTRES]

La lettre est une mise en demeure de deux factures, décompte joint. Chaque lettre a sa référence et sa somme : rien ne se réemploie. Le
moteur nu reçoit le texte déjà écrit : une jointure de chaînes, le même texte échappé, les mêmes paragraphes et cases donnés à typst
ou à python-docx sans style. Les façons passent l'une après l'autre, trois fois
(une, pour typst, qui se souvient) ; la meilleure durée compte.
"""

import json
import sys
from collections.abc import Callable
from datetime import date
from html import escape
from io import BytesIO
from time import perf_counter

from attrs import evolve
from docx import Document as Vierge
from typst import Compiler

from recouvrement import Adresse, Creance, Creancier, Debiteur, Dossier, Politique, Qualite, Relance
from recouvrement.courrier import rediger
from recouvrement.courrier.document import Courrier, Paragraphe
from recouvrement.ports import MoteurRendu
from recouvrement.rendu import RenduDocx, RenduHtml, RenduPdf, RenduTexte
from recouvrement.rendu._composition import Alinea, composer
from recouvrement.rendu._formats import lire

AU = date(2026, 9, 1)
LIEU = Adresse(voie="4 quai des Halles", code_postal="56100", commune="Lorient")
PORT = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT, adresse=LIEU, iban="FR7630006000011234567890189")
NU = """#set page(paper: "a4", margin: 25mm)
#let l = json(bytes(sys.inputs.l))
#for p in l.paragraphes [#par(p)]
#for t in l.tables { table(columns: t.first().len(), ..t.flatten()) }
"""


def dossiers(nombre: int) -> list[Dossier]:
    """Deux factures échues, deux rappels faits, par client."""
    rappels = [Relance(le=date(2026, 7, 1), etape="courriel"), Relance(le=date(2026, 8, 1), etape="lettre", canal="courrier")]
    lot = []
    for i in range(nombre):
        client = Debiteur(nom=f"Ateliers {i} SAS", qualite=Qualite.COMMERCANT, identifiant=f"C{i}", adresse=LIEU)
        creances = [
            Creance(
                reference=f"F-{i}-{k}",
                principal=f"{1000 + i * 7 + k}.00",
                emise_le=date(2026, 5, 1),
                echeance=date(2026, 6, 1 + k),
                creancier=PORT,
                debiteur=client,
            )
            for k in range(2)
        ]
        lot.append(Dossier(creances=creances, evenements=rappels))
    return lot


def ecrits(courrier: Courrier) -> tuple[list[str], list[list[list[str]]]]:
    """Les paragraphes et les tableaux de la lettre, déjà en texte."""
    lettre = composer(courrier)
    blocs = (*lettre.blocs, *lettre.annexes)
    simples = [*lettre.expediteur, lire(lettre.objet), *(lire(b.phrase) for b in blocs if isinstance(b, Alinea)), lettre.pied]
    tables = [[list(b.entetes), *([lire(c) for c in r] for r in b.rangees)] for b in blocs if not isinstance(b, Alinea)]
    return simples, tables


def html_nu(paragraphes: list[str], tables: list[list[list[str]]]) -> bytes:
    cases = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in r) + "</tr>" for t in tables for r in t)
    return ("".join(f"<p>{escape(p)}</p>" for p in paragraphes) + f"<table>{cases}</table>").encode()


def texte_nu(paragraphes: list[str], tables: list[list[list[str]]]) -> bytes:
    return "\n\n".join((*paragraphes, *("  ".join(r) for t in tables for r in t))).encode()


def pdf_nu() -> Callable[[list[str], list[list[list[str]]]], bytes]:
    compilateur = Compiler(ignore_system_fonts=True)

    def rendre(paragraphes: list[str], tables: list[list[list[str]]]) -> bytes:
        donnees = json.dumps({"paragraphes": paragraphes, "tables": tables})
        return bytes(compilateur.compile(NU.encode(), format="pdf", sys_inputs={"l": donnees}))

    return rendre


def docx_nu(paragraphes: list[str], tables: list[list[list[str]]]) -> bytes:
    fichier, sortie = Vierge(), BytesIO()
    for paragraphe in paragraphes:
        fichier.add_paragraph(paragraphe)
    for t in tables:
        table = fichier.add_table(len(t), len(t[0]))
        for rangee, ligne in zip(t, table.rows, strict=True):
            for texte, case in zip(rangee, ligne.cells, strict=True):
                case.text = texte
    fichier.save(sortie)
    return sortie.getvalue()


def chronometrer(fonctions: list[Callable[[], object]], fois: int = 3) -> list[float]:
    """La meilleure durée de chacune, en secondes, appelées tour à tour."""
    meilleures = [float("inf")] * len(fonctions)
    for _ in range(fois):
        for i, fonction in enumerate(fonctions):
            debut = perf_counter()
            fonction()
            meilleures[i] = min(meilleures[i], perf_counter() - debut)
    return meilleures


def main() -> None:
    nombre = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    politique = Politique()
    dus = [(b.actions[0], b) for b in (politique.examiner(d, au=AU) for d in dossiers(nombre))]
    lettres = [rediger(action, bilan) for action, bilan in dus]
    assert all(any(isinstance(b, Paragraphe) and b.role == "dispositif" for b in c.blocs) for c in lettres)
    nus = [ecrits(c) for c in lettres]
    formats = {
        "texte": (RenduTexte(), texte_nu),
        "HTML": (RenduHtml(), html_nu),
        "PDF": (RenduPdf(), pdf_nu()),
        "PDF sans code": (RenduPdf(code=False), pdf_nu()),
        "DOCX": (RenduDocx(), docx_nu),
        "DOCX sans code": (RenduDocx(code=False), docx_nu),
    }
    (redaction,) = chronometrer([lambda: [rediger(a, b) for a, b in dus]])
    print(f"{nombre} mises en demeure, {len(lettres[0].annexes)} annexes : rédaction {nombre / redaction:6.0f} lettres/s")
    for nom, (moteur, nu) in formats.items():
        mesurer(nom, moteur, nu, lettres, nus)


def mesurer(nom: str, moteur: MoteurRendu, nu: Callable[..., bytes], lettres: list[Courrier], nus: list) -> None:
    """Le format et son moteur nu, à la suite ; des références neuves, car typst se souvient de ce qu'il a déjà composé."""
    lot = [evolve(c, reference=f"{c.reference} {nom}") for c in lettres]
    fois = 1 if "PDF" in nom else 3
    rendu, brut = chronometrer([lambda: [moteur.rendre(c) for c in lot], lambda: [nu(*x) for x in nus]], fois)
    nombre = len(lettres)
    print(f"{nom:>14} : {nombre / rendu:7.0f} lettres/s ; moteur nu {nombre / brut:7.0f} ; ×{rendu / brut:.1f}")


if __name__ == "__main__":
    main()
