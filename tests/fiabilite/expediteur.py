"""Un lancement d'expédition, dans son propre processus : ``python expediteur.py REGISTRE PORT COMBIEN [amnesique]``."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fabrique import ECHEANCE
from fiabilite.monde import POLITIQUE, Amnesique, Sorts, dossier
from recouvrement.envoi.expedition import expedier
from recouvrement.envoi.smtp import Smtp
from recouvrement.registre import RegistreSqlite
from recouvrement.rendu.texte import RenduTexte


def horloge() -> datetime:
    return datetime.now(UTC)


def principal(chemin: str, port: str, combien: str, *options: str) -> None:
    """Envoie la première lettre de chaque dossier, et dit chaque issue."""
    smtp = Smtp("127.0.0.1", int(port), "Comptabilité <compta@exemple.fr>", horloge, securite="aucune", delai=20)
    print("ouvre", flush=True)
    with RegistreSqlite(chemin, horloge) as vrai:
        registre = Amnesique(vrai, Sorts(None)) if "amnesique" in options else vrai
        dossiers = [dossier(i, creances=1) for i in range(int(combien))]
        for envoi in expedier(
            dossiers, au=ECHEANCE + timedelta(days=9), politique=POLITIQUE, moteur=RenduTexte(), registre=registre, horloge=horloge,
            notificateurs={"courriel": smtp}, relire=lambda d: d,
        ):  # fmt: skip
            print(envoi.issue, envoi.dossier.debiteur.identifiant, envoi.detail, flush=True)


if __name__ == "__main__":
    principal(*sys.argv[1:])
