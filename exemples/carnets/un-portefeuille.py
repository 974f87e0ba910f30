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
# # Un portefeuille
#
# Tous les impayés d'une entreprise le même jour : ce qui vieillit, ce qui se prescrit, par où commencer. Puis la comptabilité elle-même,
# son FEC et son relevé bancaire.

# %%
from datetime import date
from pathlib import Path

from recouvrement import ConditionsPaiement, Creancier, Politique, Portefeuille, Qualite, Terme
from recouvrement.lecture import LecteurCAMT, LecteurFEC, diagnostiquer, lire_fichiers, rassembler

DONNEES = next(d / "exemples" for d in (Path.cwd(), *Path.cwd().parents) if (d / "exemples").is_dir())
AU = date(2026, 11, 21)

dossiers, anomalies = rassembler(lire_fichiers([DONNEES / "impayes"]))
portefeuille = Portefeuille(dossiers, politique=Politique(), au=AU)
portefeuille

# %% [markdown]
# Ce que la lecture n'a pas pu décider est dit : une qualité n'est jamais devinée vers le haut.

# %%
for anomalie in anomalies:
    print(anomalie.gravite, ":", anomalie)

# %% [markdown]
# ## Ce qui vieillit

# %%
portefeuille.balance_agee()

# %% [markdown]
# ## Ce qui se prescrit
#
# Le jour prudent est la lecture la plus courte qui se défende : agir avant ce soir-là.

# %%
portefeuille.radar()

# %% [markdown]
# ## Par où commencer
#
# Chaque note se recompte : les poids sont un choix de gestion, le vôtre.

# %%
portefeuille.priorites()

# %% [markdown]
# ## En colonnes
#
# Toute vue est une table Arrow : DuckDB, polars et pandas la lisent sans copie.

# %%
import duckdb

duckdb.sql("""
    select debiteur, count(*) as factures, sum(total) as total, min(prescription_prudente) as agir_avant
    from portefeuille group by debiteur order by total desc
""").pl()

# %% [markdown]
# ## Depuis la comptabilité
#
# Le FEC dit les factures non lettrées ; vous dites ce que les livres taisent.

# %%
menuiserie = Creancier(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT, siren="999100019")
fec = LecteurFEC(
    creancier=menuiserie,
    conditions=ConditionsPaiement(terme=Terme(jours=30)),
    qualites={"CLUMEN": Qualite.COMMERCANT, "CDOCKS": Qualite.COMMERCANT},
)
livres = DONNEES / "livres" / "999100019FEC20261231.txt"
diagnostiquer(livres, fec=fec)

# %% [markdown]
# Un virement arrive : quelles factures éteint-il ? La bibliothèque propose, vous disposez.

# %%
dossiers, _ = rassembler([(livres, fec.lire(livres))])
compte = Portefeuille(dossiers, politique=Politique(), au=date(2026, 8, 31))
releve = LecteurCAMT().lire(DONNEES / "livres" / "releve-2026-08.xml")
premier = releve.encaissements[0]
compte.rapprocher(premier.paiement, libelle=premier.libelle)
