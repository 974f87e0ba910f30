"""Fabrique facture-facturx.pdf : une page blanche et une facture CII jointe, comme le fait Factur-X.

C'est un exemple de lecture, pas un PDF/A-3 conforme. Se relance avec ``python exemples/impayes/fabriquer.py``.
"""

import io
from pathlib import Path

from pypdf import PdfWriter

ICI = Path(__file__).parent
# La facture du mois suivant, pour le même client.
AUTRES = {
    b"FA-2026-054": b"FA-2026-069",
    b"20260914": b"20261019",
    b"20260911": b"20261016",
    b"20261014": b"20261118",
    b"1080.00": b"0.00",
    b"2520.00": b"3600.00",
}


def facture_pdf() -> bytes:
    """Mêmes entrées, mêmes octets : ni date ni identifiant de hasard."""
    xml = (ICI / "facture-cii.xml").read_bytes()
    for avant, apres in AUTRES.items():
        xml = xml.replace(avant, apres)
    pdf = PdfWriter()
    pdf.add_blank_page(width=595, height=842)
    pdf.add_attachment("factur-x.xml", xml)
    sortie = io.BytesIO()
    pdf.write(sortie)
    return sortie.getvalue()


if __name__ == "__main__":
    (ICI / "facture-facturx.pdf").write_bytes(facture_pdf())
