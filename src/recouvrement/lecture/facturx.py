"""Les pièces XML jointes à un PDF Factur-X ou ZUGFeRD. Seul importateur de pypdf."""

import io

from recouvrement.erreurs import DependanceManquante, DonneeInvalide
from recouvrement.lecture._commun import MEGA

LIMITE_PDF = 50 * MEGA
LIMITE_XML = 20 * MEGA
_NOMBRE = 10  # au-delà, ce n'est plus une facture et sa pièce


def lire_pieces_jointes(octets: bytes, ou: str) -> tuple[tuple[str, bytes], ...]:
    """Nom et contenu de chaque pièce jointe en ``.xml``. Le nom ne sert qu'aux messages : jamais de chemin.

    Raises:
        DonneeInvalide: PDF illisible, chiffré, ou pièce démesurée une fois décompressée.
        DependanceManquante: L'extra ``facturx`` n'est pas installé.
    """
    try:
        from pypdf import PdfReader
    except ImportError:
        raise DependanceManquante("La lecture d'un PDF Factur-X", "facturx") from None
    try:
        jointes = [p for p in PdfReader(io.BytesIO(octets)).attachment_list if str(p.name).lower().endswith(".xml")]
        if len(jointes) <= _NOMBRE:
            lues = tuple((str(p.name), bytes(p.content)) for p in jointes)
    except Exception as e:  # pypdf laisse fuir KeyError, TypeError, AssertionError… d'un PDF hostile
        remede = "Ouvrez-le et réenregistrez-le, ou redemandez-le."
        raise DonneeInvalide(f"PDF illisible ({type(e).__name__})", ou=ou, remede=remede) from None
    if len(jointes) > _NOMBRE:
        raise DonneeInvalide(
            f"plus de {_NOMBRE} pièces XML jointes au PDF", ou=ou, valeur=len(jointes), remede="Donnez le XML seul."
        )
    for nom, contenu in lues:
        if len(contenu) > LIMITE_XML:
            message = f"pièce jointe trop grosse : au plus {LIMITE_XML // MEGA} Mo"
            raise DonneeInvalide(message, ou=ou, champ=nom[:60], remede="Vérifiez le fichier.")
    return lues
