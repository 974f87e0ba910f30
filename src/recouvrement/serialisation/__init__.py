"""Comment les faits s'échangent-ils ? En JSON canonique, avec une version, relu pour toujours, et son schéma publié.

Les faits se déposent et se rechargent sans perte. Un résultat se dépose aussi, pour l'audit ; il ne se recharge pas : il se
recalcule de ses faits, et redonne les mêmes centimes.
"""

from recouvrement.erreurs import DependanceManquante

try:
    import cattrs as _cattrs  # noqa: F401
except ImportError as e:
    raise DependanceManquante("L'échange en JSON", "json") from e

from recouvrement.serialisation.depot import VERSION, charger, deposer
from recouvrement.serialisation.fautes import DepotInvalide
from recouvrement.serialisation.genres import FAITS, RESULTATS
from recouvrement.serialisation.schemas import schema

__all__ = ["FAITS", "RESULTATS", "VERSION", "DepotInvalide", "charger", "deposer", "schema"]
