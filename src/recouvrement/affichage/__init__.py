"""Comment dessine-t-on une valeur ? Des primitives HTML échappées, lisibles en clair et en sombre, sans script ni ressource externe.

Cette pièce ne connaît aucun type du domaine : chaque type se dessine lui-même avec elle. Ce qu'elle rend est aussi du XML bien
formé ; les couleurs dérivent de celle du texte, et de celles de Jupyter quand il les donne.
"""

from recouvrement.affichage.fiche import fiche, nom_de
from recouvrement.affichage.frise import frise
from recouvrement.affichage.html import (
    MONTREES,
    TONS,
    Html,
    Ton,
    arbre,
    barres,
    carte,
    cartes,
    echapper,
    la_suite,
    marque,
    motif,
    page,
    plier,
    table,
)
from recouvrement.affichage.mots import ACTIFS, compter, date_fr, decimal_fr, dire, en_clair, endormir, ranimer

__all__ = [
    "ACTIFS",
    "MONTREES",
    "TONS",
    "Html",
    "Ton",
    "arbre",
    "barres",
    "carte",
    "cartes",
    "compter",
    "date_fr",
    "decimal_fr",
    "dire",
    "echapper",
    "en_clair",
    "endormir",
    "fiche",
    "frise",
    "la_suite",
    "marque",
    "motif",
    "nom_de",
    "page",
    "plier",
    "ranimer",
    "table",
]
