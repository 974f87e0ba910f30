"""Le greffon de Beancount : il contrôle les faits à chaque chargement, et peut dire au livre ce qui est dû."""

from datetime import date
from pathlib import Path
from typing import Any

from beancount.core import data

from recouvrement import Bilan, Dossier, Politique
from recouvrement.affichage import date_fr
from recouvrement.lecture import rassembler
from recouvrement_beancount.lecteur import Faute, Lu, lire_directives


def recouvrement(
    directives: list[data.Directive], options: dict[str, Any], au: str = ""
) -> tuple[list[data.Directive], list[Faute]]:
    """Contrôle les factures, les règlements et les actes ; aucune directive n'est changée, des notes s'ajoutent.

    Args:
        au: « 2026-11-21 » dans la directive ``plugin`` : une note par client, ce jour-là, dit ce qui est dû et que faire.
            Vide : seuls les faits sont contrôlés. L'horloge n'est jamais lue.
    """
    lu = lire_directives(directives)
    dossiers, anomalies = rassembler([(Path(options.get("filename", "livre")), lu.lecture)])
    ici = data.new_metadata(options.get("filename", "livre"), 0)
    fautes = [Faute(c.directive.meta, str(c.anomalie), c.directive) for c in lu.constats if c.anomalie.gravite == "refus"]
    ensemble = set(anomalies) - {c.anomalie for c in lu.constats}
    fautes += [Faute(ici, str(a), None) for a in anomalies if a in ensemble and a.gravite == "refus"]
    notes = [
        _note(c.directive.date, c.compte, str(c.anomalie)) for c in lu.constats if c.compte and c.anomalie.gravite == "alerte"
    ]
    try:
        notes += _dire(lu, dossiers, date.fromisoformat(au)) if au else []
    except ValueError:
        fautes.append(Faute(ici, f"« {au} » : AAAA-MM-JJ attendu", None))
    return sorted([*directives, *notes], key=data.entry_sortkey), fautes


def _dire(lu: Lu, dossiers: tuple[Dossier, ...], au: date) -> list[data.Note]:
    """Une note par client qui doit encore, ou à qui l'on doit."""
    comptes = {debiteur.cle: compte for compte, debiteur in lu.comptes.items()}
    examines = Politique().examiner_lot(dossiers, au=au)
    return [
        _note(au, comptes[d.debiteur.cle], resumer(b) if isinstance(b, Bilan) else str(b))
        for d, b in examines
        if not isinstance(b, Bilan) or ouvert(b)
    ]


def ouvert(bilan: Bilan) -> bool:
    """Vrai s'il reste quelque chose à dire : une somme due, ou un trop-perçu."""
    return bool(bilan.trop_percu) or not bilan.soldee


def resumer(bilan: Bilan) -> str:
    """« 1 529,00 € dus, dont 1 200,00 € de principal. Ensuite : … »."""
    if bilan.soldee:
        return "rien n'est dû" + (f" ; trop-perçu : {bilan.trop_percu}" if bilan.trop_percu else "")
    du = f"{bilan.total.valeur} dus, dont {bilan.principal.valeur} de principal ; prescription : {date_fr(bilan.prescription.prudente)}"
    return f"{du}. Ensuite : {bilan.prochaine}" if bilan.prochaine else f"{du}. Rien à faire pour l'instant"


def _note(le: date, compte: str, texte: str) -> data.Note:
    return data.Note(data.new_metadata("<recouvrement>", 0), le, compte, texte, None, None)
