"""Réserver puis remettre, avec un jalon entre les deux quand le registre et le canal savent le poser.

Sans jalon, un processus mort entre l'intention et le constat laisse un envoi incertain. Avec lui, une intention sans jalon n'est
pas partie : il ne reste d'incertain que le temps d'un point final et de sa réponse.
"""

from collections.abc import Callable
from functools import partial

from recouvrement.erreurs import EnvoiImpossible, extrait
from recouvrement.ports import Accuse, EnDeuxTemps, Jalonneur, Notificateur, Pli, Registre, Reservation


def reserver(registre: Registre, canal: Notificateur, pli: Pli) -> tuple[Reservation, Callable[[], Accuse]]:
    """La réservation, et de quoi remettre.

    Raises:
        RecouvrementError: Celles du registre : rien ne doit partir.
    """
    if isinstance(registre, Jalonneur) and isinstance(canal, EnDeuxTemps):
        reservation = registre.reserver_en_deux_temps(pli)
        return reservation, partial(canal.remettre_en_deux_temps, pli, partial(_jalonner, registre, reservation))
    return registre.reserver(pli), partial(canal.remettre, pli)


def _jalonner(registre: Jalonneur, reservation: Reservation) -> None:
    try:
        registre.jalonner(reservation)
    except Exception as e:
        raise EnvoiImpossible(f"le jalon n'a pas pu être inscrit ({extrait(str(e), 200)}) : rien n'est parti.") from e
