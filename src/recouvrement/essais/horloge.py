"""Une horloge qu'on règle soi-même."""

from datetime import UTC, datetime, timedelta


class HorlogeFigee:
    """S'appelle comme une horloge, et rend toujours le même instant jusqu'à ce qu'on l'avance.

    Args:
        instant: Avec fuseau.
    """

    def __init__(self, instant: datetime = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        """L'instant réglé."""
        return self.instant

    def avancer(self, **duree: float) -> None:
        """Avance de ``timedelta(**duree)`` ; négative, elle recule, comme une vraie horloge le fait parfois."""
        self.instant += timedelta(**duree)
