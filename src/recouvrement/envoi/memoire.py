"""Canal factice : garde les plis au lieu de les remettre. Pour les essais."""

from collections.abc import Callable, Iterable
from datetime import datetime

from recouvrement.ports import Accuse, Issue, Pli


class Memoire:
    """Garde chaque pli remis dans ``plis`` et répond ce qu'on lui a dit de répondre.

    Args:
        horloge: Rend l'instant présent, avec fuseau.
        issues: Réponses successives ; épuisées, le pli est ``pris``.
    """

    def __init__(self, horloge: Callable[[], datetime], issues: Iterable[Issue] = ()) -> None:
        self.plis: list[Pli] = []
        self._horloge = horloge
        self._issues = iter(tuple(issues))

    def remettre(self, pli: Pli) -> Accuse:
        """Garde le pli, rend la réponse suivante."""
        self.plis.append(pli)
        issue: Issue = next(self._issues, "pris")
        return Accuse(issue=issue, le=self._horloge(), numero=f"memoire-{len(self.plis)}")
