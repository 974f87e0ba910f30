"""Comment cela part-il ? Des canaux, et l'expédition, une fois et une seule."""

from recouvrement.envoi.expedition import Envoi, completer, expedier
from recouvrement.envoi.fenetre import Fenetre
from recouvrement.envoi.maileva import Maileva
from recouvrement.envoi.memoire import Memoire
from recouvrement.envoi.rebonds import lire_rebond
from recouvrement.envoi.repertoire import Repertoire
from recouvrement.envoi.sms import Sms
from recouvrement.envoi.smtp import Smtp

__all__ = ["Envoi", "Fenetre", "Maileva", "Memoire", "Repertoire", "Sms", "Smtp", "completer", "expedier", "lire_rebond"]
