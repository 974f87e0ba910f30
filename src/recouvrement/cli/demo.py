"""Un impayé fictif, du bilan à la lettre, sans fichier ni écriture."""

import argparse
from datetime import date

from recouvrement.cli.entree import Lus
from recouvrement.cli.sortie import TOUT_LU
from recouvrement.courrier.redaction import rediger
from recouvrement.modele.creance import Creance
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.politique.politique import Politique
from recouvrement.ports import Anomalie
from recouvrement.rendu.texte import RenduTexte


def demo(_options: argparse.Namespace, _dossiers: Lus, _anomalies: list[Anomalie]) -> int:
    """Le bilan expliqué, puis le rappel que la politique propose."""
    port = Creancier(
        nom="Menuiserie du Port SARL",
        qualite=Qualite.COMMERCANT,
        adresse=Adresse(voie="4 quai des Belges", code_postal="13001", commune="Marseille"),
        courriel="compta@menuiserie.example",
    )
    sud = Debiteur(
        nom="Ateliers du Sud SAS",
        qualite=Qualite.COMMERCANT,
        adresse=Adresse(voie="12 rue du Four", code_postal="69005", commune="Lyon"),
        courriel="achats@ateliers.example",
    )
    creance = Creance(
        reference="F-2026-014",
        principal="10000.00",
        emise_le=date(2026, 4, 1),
        echeance=date(2026, 5, 1),
        creancier=port,
        debiteur=sud,
    )
    bilan = Politique().examiner(creance, au=date(2026, 9, 1))
    print(bilan.expliquer())
    print()
    print(RenduTexte().rendre(rediger(bilan.actions[0], bilan)).octets.decode())
    return TOUT_LU
