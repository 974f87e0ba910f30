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
# # Une prescription
#
# Mme Camille Ferrand, un particulier, doit 640 € depuis le 11 mai 2023. Jusqu'à quand agir, et qu'est-ce qui déplace ce jour ?

# %%
from datetime import date
from pathlib import Path

from recouvrement import ActeInterruptif, Contestation, Politique, Reconnaissance, Suspension
from recouvrement.lecture import lire_fichiers, rassembler

DONNEES = next(d / "exemples" for d in (Path.cwd(), *Path.cwd().parents) if (d / "exemples").is_dir())
AU = date(2026, 11, 21)

dossiers, _ = rassembler(lire_fichiers([DONNEES / "impayes" / "creances.csv"]))
creance = next(c for d in dossiers for c in d.creances if c.reference == "FA-2023-014")
creance

# %% [markdown]
# ## Sans rien
#
# Contre un consommateur, deux ans : la date est passée.

# %%
politique = Politique()
politique.prescription(creance, au=AU)

# %% [markdown]
# ## Une reconnaissance efface le temps couru
#
# Un courriel où elle reconnaît devoir, le 3 mars 2025, ouvre un délai neuf ; une médiation, ensuite, l'arrête sans l'effacer ; une
# contestation n'y change rien.

# %%
faits = (
    Reconnaissance(le=date(2025, 3, 3)),
    Suspension(du=date(2025, 9, 1), au=date(2026, 2, 1), cause="mediation"),
    Contestation(le=date(2026, 4, 10), creance=creance.reference),
)
prescription = politique.prescription(creance, faits, au=AU)
prescription

# %% [markdown]
# Les deux dates : le dernier jour utile, et le jour prudent, avant lequel rien de discutable ne menace l'action.

# %%
print(prescription.expliquer())

# %% [markdown]
# ## Trop tard
#
# La même reconnaissance après l'expiration n'interrompt plus rien.

# %%
politique.prescription(creance, (Reconnaissance(le=date(2025, 6, 3)),), au=AU)

# %% [markdown]
# ## Un acte de justice
#
# L'assignation interrompt jusqu'à la fin de l'instance : le délai neuf ne court que de ce jour.

# %%
instance = ActeInterruptif(le=date(2025, 4, 15), cause="assignation", fin_le=date(2026, 1, 20))
politique.prescription(creance, (instance,), au=AU)
