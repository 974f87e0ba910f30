"""Les impayés d'Odoo par son interface JSON-2 : lire des faits, réécrire une note et une échéance."""

from recouvrement_odoo.client import ErreurOdoo, Odoo
from recouvrement_odoo.faits import lire
from recouvrement_odoo.retour import noter, planifier

__all__ = ["ErreurOdoo", "Odoo", "lire", "noter", "planifier"]
