"""Ma prise tient-elle son contrat ? Des suites de conformité pour les greffons, et une horloge qu'on arrête.

Une suite est une classe à compléter, que pytest exécute telle quelle :

    class TestMonRendu(ConformiteRendu):
        def moteur(self):
            return MonRendu()

Nos propres prises passent les mêmes. Une suite qui passe n'est pas une preuve : elle cherche les fautes qui coûtent cher.
"""

from recouvrement.essais.horloge import HorlogeFigee
from recouvrement.essais.lecteur import ConformiteLecteur
from recouvrement.essais.notificateur import ConformiteNotificateur
from recouvrement.essais.plis import pli_d_essai
from recouvrement.essais.registre import ConformiteRegistre
from recouvrement.essais.rendu import ConformiteRendu, courriers_d_essai

__all__ = [
    "ConformiteLecteur",
    "ConformiteNotificateur",
    "ConformiteRegistre",
    "ConformiteRendu",
    "HorlogeFigee",
    "courriers_d_essai",
    "pli_d_essai",
]
