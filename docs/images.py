"""Refait les images de la documentation : un bilan dans un carnet, une frise, une lettre. Demande ``chromium``.

Lancez ``python docs/images.py`` quand l'affichage change ; les données sont celles d'``exemples/``.
"""

import shutil
import subprocess
import sys
import tempfile
from datetime import date
from html import escape
from pathlib import Path

from recouvrement import Politique, Reconnaissance, Suspension
from recouvrement.courrier import rediger
from recouvrement.lecture import lire_fichiers, rassembler
from recouvrement.rendu import RenduHtml

RACINE = Path(__file__).parents[1]
IMAGES = RACINE / "docs" / "_static"
AU = date(2026, 11, 21)
THEMES = {"clair": ("#ffffff", "#1a1a1a", "#f4f4f4"), "sombre": ("#111111", "#ebebeb", "#222222")}


def carnet(code: str, html: str, theme: str) -> str:
    """Une cellule et sa sortie."""
    fond, encre, cellule = THEMES[theme]
    return (
        f'<!doctype html><meta charset="utf-8"><body style="margin:14px;background:{fond};color:{encre}">'
        f'<pre style="background:{cellule};padding:8px;margin:0 0 8px;font-size:13px">{escape(code)}</pre>{html}'
    )


def photographier(html: str, nom: str, largeur: int, hauteur: int) -> None:
    """La page en PNG, d'un navigateur sans tête."""
    navigateur = shutil.which("chromium") or shutil.which("google-chrome")
    if navigateur is None:
        sys.exit("chromium est absent")
    with tempfile.TemporaryDirectory() as dossier:
        page = Path(dossier) / "page.html"
        page.write_text(html, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={largeur},{hauteur}"]
        commande = [navigateur, *options, f"--screenshot={IMAGES / nom}", page.as_uri()]
        subprocess.run(commande, check=True, capture_output=True)  # noqa: S603


def en_svg(html: str) -> str:
    """La frise d'une page, en fichier autonome sur fond blanc."""
    style = (
        html.partition("<style>")[2]
        .partition("</style>")[0]
        .replace("color:var(--jp-content-font-color1,inherit)", "color:#1a1a1a")
    )
    avant, dessin = html.partition("<svg ")[2].partition("</svg>")[0].split(">", 1)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="rcv" {avant}><style>{style}</style>'
        f'<rect width="100%" height="100%" style="fill:#fff"/>{dessin}</svg>\n'
    )


def main() -> None:
    """Les quatre images."""
    dossiers, _ = rassembler(lire_fichiers([RACINE / "exemples" / "impayes"]))
    lumen = next(d for d in dossiers if d.debiteur.nom == "Atelier Lumen SAS")
    politique = Politique()
    bilan = politique.examiner(lumen, au=AU)
    for theme in THEMES:
        code = "Politique().examiner(dossier, au=date(2026, 11, 21))"
        photographier(carnet(code, bilan._repr_html_(), theme), f"carnet-{theme}.png", 1140, 700)
    (creance,) = [c for d in dossiers for c in d.creances if c.reference == "FA-2023-014"]
    faits = (
        Reconnaissance(le=date(2025, 3, 3)),
        Suspension(du=date(2025, 9, 1), au=date(2026, 2, 1), cause="mediation"),
    )
    frise = en_svg(politique.prescription(creance, faits, au=AU)._repr_html_())
    (IMAGES / "frise-prescription.svg").write_text(frise, encoding="utf-8")
    lettre = RenduHtml().rendre(rediger(bilan.actions[0], bilan)).octets.decode()
    photographier(lettre, "lettre.png", 760, 900)


if __name__ == "__main__":
    main()
