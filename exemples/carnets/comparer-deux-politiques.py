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
# # Comparer deux politiques
#
# Faut-il relancer plus tôt ? Le même portefeuille, rejoué jour après jour sous deux scénarios : qui reçoit quoi, et quand. Rien n'est
# envoyé.

# %%
from datetime import date
from pathlib import Path

import pandas as pd

from recouvrement import Conventions, Etape, Hypotheses, Politique, Scenario
from recouvrement.lecture import lire_fichiers, rassembler

DONNEES = next(d / "exemples" for d in (Path.cwd(), *Path.cwd().parents) if (d / "exemples").is_dir())
AU = date(2026, 11, 21)

dossiers, _ = rassembler(lire_fichiers([DONNEES / "impayes"]))
progressive = Politique()
progressive

# %% [markdown]
# ## Une politique plus ferme
#
# Un scénario est une donnée : une suite d'étapes.

# %%
ferme = Politique(
    scenario=Scenario(
        cle="ferme",
        etapes=[
            Etape(cle="rappel", acte="relance", jours=1, lettre="relance"),
            Etape(
                cle="mise_en_demeure",
                acte="mise_en_demeure",
                jours=8,
                depuis="precedente",
                canaux=["recommande"],
                delai_accorde=8,
                ton=4,
                lettre="mise_en_demeure",
            ),
            Etape(cle="transmission", acte="transmission", jours=10, depuis="presentation", canaux=["interne"], ton=5),
        ],
    )
)
ferme.scenario

# %% [markdown]
# ## Côte à côte

# %%
fin = date(2027, 1, 31)
douce = progressive.simuler(dossiers, au=AU, jusqu_au=fin)
dure = ferme.simuler(dossiers, au=AU, jusqu_au=fin)
pd.DataFrame(douce.comparer(dure)).rename(columns={"celle_ci": "progressive", "autre": "ferme"})

# %%
dure

# %% [markdown]
# ## Deux lectures du droit
#
# Là où les textes laissent le choix, une convention porte un nom. Un paiement partiel éteint-il d'abord les intérêts, ou le principal ?

# %%
principal_d_abord = Politique(conventions=Conventions(imputation="principal_d_abord"))
lumen = next(d for d in dossiers if d.debiteur.nom == "Atelier Lumen SAS")
ecart = progressive.examiner(lumen, au=AU).total.valeur - principal_d_abord.examiner(lumen, au=AU).total.valeur
print("réclamé en moins :", ecart)
principal_d_abord.conventions

# %% [markdown]
# ## Et après l'amiable
#
# Les voies, comparées. Le net espéré suit vos hypothèses : ce n'est pas une statistique.

# %%
suppositions = Hypotheses(
    chances={"injonction_de_payer": 75, "refere_provision": 80},
    jours={"injonction_de_payer": 90, "refere_provision": 120},
    perte_par_jour="0.10",
)
progressive.voies(lumen, au=AU, pieces=["facture", "contrat"], hypotheses=suppositions)
