"""D'où viennent les faits ? CSV, factures EN 16931, livres comptables, relevés de compte."""

from recouvrement.lecture.camt import LecteurCAMT
from recouvrement.lecture.csv import LecteurCsv
from recouvrement.lecture.diagnostic import Diagnostic, diagnostiquer
from recouvrement.lecture.facture import LecteurFacture
from recouvrement.lecture.fec import LecteurFEC
from recouvrement.lecture.fichiers import lire_fichiers
from recouvrement.lecture.rassembler import rassembler

__all__ = [
    "Diagnostic",
    "LecteurCAMT",
    "LecteurCsv",
    "LecteurFEC",
    "LecteurFacture",
    "diagnostiquer",
    "lire_fichiers",
    "rassembler",
]
