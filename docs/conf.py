"""Configuration de Sphinx. ``sphinx-build -n -W docs docs/_build/html`` doit passer sans un avertissement."""

from importlib.metadata import version as _version

project = "recouvrement"
author = "Les fondateurs de recouvrement"
copyright = "2026, les fondateurs de recouvrement"
version = release = _version("recouvrement")
language = "fr"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_title = "recouvrement"
html_theme_options = {"navigation_with_keys": True}

myst_heading_anchors = 3
myst_enable_extensions = ["deflist"]
smartquotes = False  # la typographie est déjà faite

napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
napoleon_custom_sections = ["Source"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100
# Rien n'est appelé du réseau : les types de la bibliothèque standard ne sont pas liés. Les nôtres doivent l'être tous.
nitpick_ignore_regex = [
    (r"py:(class|exc)", r"(builtins|collections|datetime|decimal|enum|pathlib|ssl|typing)\..*|date"),
    (
        r"py:class",
        r"(recouvrement\.(resultat|masse\.(examen|vues)|serialisation\.depot|lecture\.(constat|hotes))\.)?(T(_co)?|Partie)|Voies|Evenement|Acte|Distance",
    ),  # variables et alias de type
    (r"py:class", r"recouvrement\.(droit\.fr\.delais\.Allongement|lecture\._(ecritures\.Livres|clients\.Encours))"),  # privés
]

_DEUX_POINTS = "\ue000"


def _cacher(_app, genre, _nom, _objet, _options, lignes):
    """Napoleon lit « ceci : cela » d'une propriété comme « type : texte » ; nos phrases françaises n'en sont pas."""
    if genre in ("property", "attribute"):
        lignes[:] = [ligne.replace(":", _DEUX_POINTS) for ligne in lignes]


def _rendre(_app, _genre, _nom, _objet, _options, lignes):
    lignes[:] = [ligne.replace(_DEUX_POINTS, ":") for ligne in lignes]


def setup(app):
    """Autour de Napoleon, qui est à la priorité 500."""
    app.connect("autodoc-process-docstring", _cacher, priority=400)
    app.connect("autodoc-process-docstring", _rendre, priority=600)
