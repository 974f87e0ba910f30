"""Un pli d'essai, que tout canal sait remettre."""

from datetime import date

from recouvrement.modele.actes import Demarche, Relance
from recouvrement.modele.personnes import Adresse
from recouvrement.ports import Destinataire, Document, Pli

JOUR = date(2026, 11, 21)
DEBITEUR = "siren:404833048"


def pli_d_essai(
    *cles: str,
    contenu: str = "Bonjour,\n\nLa facture F-1 reste impayée.\n",
    acte: Demarche | None = None,
    debiteur: str = DEBITEUR,
) -> Pli:
    """Un pli d'un document, pour un débiteur qui a courriel, mobile et adresse.

    Args:
        cles: Par défaut une seule.
    """
    return Pli(
        cles=cles or ("essai/F-1/relance/1",),
        destinataire=Destinataire(
            nom="Menuiserie du Port",
            courriel="achats@menuiserie.example",
            telephone="+33612345678",
            adresse=Adresse(voie="3 rue des Écoles", code_postal="13002", commune="Marseille"),
        ),
        objet="Facture F-1",
        documents=(Document("lettre.txt", "text/plain; charset=utf-8", contenu.encode()),),
        debiteur=debiteur,
        acte=acte or Relance(le=JOUR, creances=("F-1",), etape="relance"),
    )
