"""Exiger, et dire ce qui a manqué. Des ``AssertionError`` levées : l'option ``-O`` de Python n'y change rien."""

from collections.abc import Callable


def exiger(tenu: object, faute: str) -> None:
    """Échoue si ce n'est pas tenu, en disant la faute."""
    if not tenu:
        raise AssertionError(faute)


def exiger_levee(erreurs: type[Exception] | tuple[type[Exception], ...], geste: Callable[[], object], faute: str) -> None:
    """Échoue si le geste ne lève pas l'une de ces erreurs."""
    try:
        geste()
    except erreurs:
        return
    except Exception as e:
        raise AssertionError(f"{faute} (levé à la place : {type(e).__name__} : {e})") from e
    raise AssertionError(f"{faute} (rien n'est levé)")
