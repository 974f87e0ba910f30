"""Lire sans s'arrêter : ce qui est refusé, ce qui est douteux, et où."""

import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from attrs import define, field

from recouvrement.erreurs import DonneeInvalide, extrait
from recouvrement.modele._champs import masquer_iban
from recouvrement.ports import Anomalie

T = TypeVar("T")

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}(?:[\s.-]?[A-Z0-9]){11,30}", re.ASCII | re.IGNORECASE)


def montrer(valeur: object) -> str:
    """Valeur lue, bornée ; tout ce qui ressemble à un IBAN y est masqué."""
    if valeur is None:
        return ""
    lisible = re.sub("[\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]", " ", str(valeur))
    return extrait(_IBAN.sub(lambda lu: masquer_iban(re.sub(r"[\s.-]", "", lu[0])), lisible))


@define
class Constat:
    """Carnet d'un lecteur à un endroit de ce qu'il lit : ce qui est refusé, ce qui est douteux.

    Attributes:
        ou: L'endroit, tel que les messages le nomment.
        anomalies: Tout ce qui a été noté, dans l'ordre ; commun aux carnets tirés de celui-ci.
        noms: Comment l'appelant appelle chaque champ, quand ce n'est pas comme nous.
    """

    ou: str
    anomalies: list[Anomalie] = field(factory=list)
    noms: Mapping[str, str] = field(factory=dict)

    def a(self, ou: str) -> "Constat":
        """Le même carnet, à un autre endroit."""
        return Constat(ou, self.anomalies, self.noms)

    def alerter(self, message: str, *, champ: str = "", valeur: object = None, remede: str = "") -> None:
        """Lu, avec un doute à lever."""
        self.anomalies.append(
            Anomalie(gravite="alerte", ou=self.ou, message=message, champ=self._nom(champ), valeur=montrer(valeur), remede=remede)
        )

    def refuser(self, e: DonneeInvalide, creances: tuple[str, ...] | None = None) -> None:
        """Rien n'est tiré de cet élément.

        Args:
            creances: Voir ``Anomalie.creances``.
        """
        ou = f"{self.ou}, {e.ou}" if e.ou and e.ou != self.ou else self.ou
        self.anomalies.append(
            Anomalie(
                gravite="refus",
                ou=ou,
                message=e.message,
                champ=self._nom(e.champ),
                valeur=montrer(e.valeur),
                remede=e.remede,
                creances=creances,
            )
        )

    def _nom(self, champ: str) -> str:
        """« principal (votre colonne « Montant TTC ») »."""
        return f"{champ} (votre colonne « {self.noms[champ]} »)" if champ in self.noms else champ

    def tolerer(self, faire: Callable[[], T], champ: str) -> T | None:
        """Ce que rend ``faire`` ; une valeur accessoire fausse ne perd pas la créance : elle est laissée vide et signalée."""
        try:
            return faire()
        except DonneeInvalide as e:
            self.alerter(f"{e.message} : laissé vide", champ=champ, valeur=e.valeur, remede=e.remede)
            return None
