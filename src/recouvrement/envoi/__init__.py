"""Comment cela part-il ? Des canaux, et l'expédition, une fois et une seule."""

from recouvrement.envoi.expedition import Envoi, expedier
from recouvrement.envoi.memoire import Memoire
from recouvrement.envoi.repertoire import Repertoire
from recouvrement.envoi.smtp import Smtp

__all__ = ["Envoi", "Memoire", "Repertoire", "Smtp", "expedier"]
