# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Une facture
#
# L'Atelier Lumen doit 4 820 € à la Menuiserie du Port depuis le 20 juillet 2026 ; il en a payé 1 200 en septembre. Combien doit-il
# aujourd'hui, pourquoi, et que faire ?
#
# Les données sont celles de `exemples/impayes` : un export de logiciel, inventé. Ce n'est pas un avis juridique.

# %%
from datetime import date
from pathlib import Path

from recouvrement import Politique
from recouvrement.lecture import lire_fichiers, rassembler

DONNEES = next(d / "exemples" for d in (Path.cwd(), *Path.cwd().parents) if (d / "exemples").is_dir())
AU = date(2026, 11, 21)

dossiers, anomalies = rassembler(lire_fichiers([DONNEES / "impayes"]))
lumen = next(d for d in dossiers if d.debiteur.nom == "Atelier Lumen SAS")
lumen

# %% [markdown]
# ## Ce qui est dû
#
# Un dossier et une date entrent, un bilan sort. Affiché, il dit le total, la suite, la prescription ; dépliez le décompte et les raisons.

# %%
politique = Politique()
bilan = politique.examiner(lumen, au=AU)
bilan

# %% [markdown]
# ## Pourquoi
#
# Chaque chiffre porte ses raisons, jusqu'aux articles et aux faits. Les pénalités de la première facture, ligne à ligne :

# %%
bilan.par_creance["FA-2026-031"].penalites

# %% [markdown]
# Le décompte se recompte à la main : chaque ligne est arrondie une fois, et le dernier solde est le total dû.

# %%
bilan.decompte

# %%
assert bilan.decompte.solde_progressif()[-1]["solde"] == bilan.total.valeur.decimal

# %% [markdown]
# ## Dans un tableur
#
# `to_pandas()` et `to_polars()` gardent les montants exacts (décimaux Arrow, jamais des flottants) et les jours en dates.

# %%
tableau = bilan.decompte.to_pandas()
tableau.groupby("nature")["montant"].sum()

# %% [markdown]
# ## Et ensuite
#
# Si rien ne se passe, voici ce que le scénario ferait, et quand :

# %%
politique.calendrier(lumen, au=AU)

# %% [markdown]
# ## La lettre
#
# L'action due, une mise en demeure, se rédige ; le même texte part en HTML, en texte ou en PDF. Elle se lit ici telle qu'elle partirait.

# %%
from html import escape

from IPython.display import HTML

from recouvrement.courrier import rediger
from recouvrement.rendu import RenduHtml

lettre = RenduHtml().rendre(rediger(bilan.actions[0], bilan)).octets.decode()
cadre = "width:100%;height:60em;border:0;background:#fff"
HTML(f'<div><iframe title="La lettre" style="{cadre}" srcdoc="{escape(lettre)}"></iframe></div>')
