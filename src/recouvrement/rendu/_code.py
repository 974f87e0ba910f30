"""Le code à lire d'un téléphone, qui préremplit le virement. Jamais seul : la lettre écrit les mêmes données à côté.

Source:
    EPC069-12, version 002 : correction M, version 13 au plus.
"""

from typing import TYPE_CHECKING

from recouvrement.courrier.document import Virement
from recouvrement.erreurs import DependanceManquante
from recouvrement.rendu._formats import propre

if TYPE_CHECKING:
    from segno import QRCode

MODULE = 0.57  # mm : vingt-huit, bord compris, pour la version 6, la plus courante
BORD = 4  # modules blancs autour, comme le veut la norme
# Ce que le code contient, pour qui ne le voit pas ; sa légende, pour qui le voit.
DITS = {
    "fr": ("Code de virement : {somme}, IBAN {iban}, motif {motif}", "Montant arrêté au "),
    "en": ("Transfer code: {somme}, IBAN {iban}, reference {motif}", "Amount as of "),
}


def code(virement: Virement, extra: str) -> "QRCode":
    """Le code EPC de ce virement.

    Raises:
        DependanceManquante: segno n'est pas installé ; ``extra`` dit ce qui l'installe.
    """
    try:
        from segno.helpers import make_epc_qr
    except ImportError as e:
        raise DependanceManquante("Le code de virement", extra) from e
    return make_epc_qr(
        propre(virement.nom),
        virement.iban,
        virement.montant.decimal,
        text=propre(virement.motif),
        bic=_bic(virement.bic),
        encoding="utf-8",
    )


def _bic(bic: str | None) -> str | None:
    """Facultatif dans l'Espace économique européen : un BIC mal formé est tu, le code reste bon."""
    return bic if bic and len(bic) in (8, 11) else None


def largeur(qr: "QRCode") -> float:
    """Côté de l'image, bord compris, en millimètres."""
    return float(qr.symbol_size(border=BORD)[0] * MODULE)
