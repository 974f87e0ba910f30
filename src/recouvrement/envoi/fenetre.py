"""Quand peut-on écrire ? Les heures où un message arrive sans déranger."""

from datetime import datetime, time, tzinfo

from attrs import field, frozen

from recouvrement.affichage import date_fr
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.erreurs import DonneeInvalide
from recouvrement.temps import JoursOuvres, fuseau


@frozen(kw_only=True)
class Fenetre:
    """Heures d'envoi, chez le destinataire : de 8 h à 20 h, jours ouvrables (du lundi au samedi, hors fériés).

    Aucun texte ne fixe d'horaire au recouvrement amiable : c'est l'usage, et la prudence (C. pén., art. 222-16 ; C. conso.,
    art. L. 121-7).

    Attributes:
        fin: Exclue.
    """

    debut: time = time(8)
    fin: time = time(20)
    calendrier: JoursOuvres = field(factory=Calendrier)
    fuseau: tzinfo = field(factory=fuseau)

    def __attrs_post_init__(self) -> None:
        if self.debut >= self.fin:
            raise DonneeInvalide("la fenêtre finit avant de commencer", champ="fin", valeur=self.fin)

    def fermee(self, instant: datetime) -> str:
        """Pourquoi l'on n'écrit pas à cet instant ; vide si la fenêtre est ouverte.

        Raises:
            DonneeInvalide: Instant sans fuseau.
        """
        if instant.utcoffset() is None:
            raise DonneeInvalide("instant sans fuseau", champ="horloge", valeur=instant, remede="lambda: datetime.now(UTC).")
        local = instant.astimezone(self.fuseau)
        if not self.calendrier.ouvrable(local.date()):
            return f"le {date_fr(local.date(), semaine=True)} n'est pas un jour ouvrable : à remettre plus tard."
        if not self.debut <= local.time() < self.fin:
            return f"il est {local:%H:%M} chez le destinataire, hors de {self.debut:%H:%M} - {self.fin:%H:%M} : à remettre plus tard."
        return ""
