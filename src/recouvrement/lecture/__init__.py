"""D'où viennent les faits ? CSV, tableaux, factures EN 16931 et leurs statuts, livres comptables, relevés de compte."""

from recouvrement.lecture.camt import LecteurCAMT
from recouvrement.lecture.constat import Constat
from recouvrement.lecture.correspondance import Correspondance
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.lecture.diagnostic import Diagnostic, diagnostiquer
from recouvrement.lecture.export import ecrire_creances, ecrire_evenements
from recouvrement.lecture.facture import LecteurFacture
from recouvrement.lecture.fec import LecteurFEC
from recouvrement.lecture.fichiers import lire_fichiers
from recouvrement.lecture.hotes import lire_partie
from recouvrement.lecture.rassembler import rassembler
from recouvrement.lecture.statuts import LecteurStatuts
from recouvrement.lecture.table import lire_table

__all__ = [
    "Constat",
    "Correspondance",
    "Diagnostic",
    "LecteurCAMT",
    "LecteurCsv",
    "LecteurFEC",
    "LecteurFacture",
    "LecteurStatuts",
    "diagnostiquer",
    "ecrire_creances",
    "ecrire_evenements",
    "lire_fichiers",
    "lire_partie",
    "lire_table",
    "rassembler",
]
