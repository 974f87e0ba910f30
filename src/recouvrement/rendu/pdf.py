"""Le courrier en PDF, prêt pour l'enveloppe à fenêtre : balisé, archivable, les mêmes octets partout.

Les valeurs passent à typst comme données (JSON), jamais dans le source : aucun nom, si hostile soit-il, n'y est lu comme du code.
Les polices sont celles que typst embarque ; celles de la machine sont ignorées.
"""

import json
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import asdict, frozen

from recouvrement.affichage import date_fr, frise
from recouvrement.courrier.document import Courrier, Virement
from recouvrement.erreurs import DependanceManquante, DonneeInvalide
from recouvrement.ports import Document
from recouvrement.rendu._code import BORD, DITS, code, largeur
from recouvrement.rendu._composition import Alinea, Composition, Grille, composer, nom_fichier
from recouvrement.rendu._formats import Phrase, dire, lire, morceaux, propre
from recouvrement.rendu.adresse import bloc_adresse

# « a-3a » : archivable, et des pièces (factures, décompte en données) pourront y être jointes.
_NORMES = ["ua-1", "a-3a"]
_VERROU = Lock()  # un compilateur typst ne sert qu'un appel à la fois


@frozen(kw_only=True)
class ProfilAdresse:
    """Où va l'adresse du destinataire, en millimètres depuis le coin haut gauche de la feuille.

    Attributes:
        bloc: (x, y, largeur, hauteur) du bloc d'adresse, ou rien si le prestataire ajoute un porte-adresse.
        gauche: Jusqu'où va la colonne de l'expéditeur : au-delà, elle pourrait paraître par la fenêtre.
        sous: Où reprend la page, sous tout ce que la fenêtre peut découvrir quand la feuille glisse dans l'enveloppe.
        plis: Repères de pliage en trois, au bord gauche.
    """

    bloc: tuple[float, float, float, float] | None
    gauche: float = 88
    sous: float = 0
    plis: bool = False


FENETRE_DL = ProfilAdresse(bloc=(110, 55, 80, 24), sous=92, plis=True)
MAILEVA = ProfilAdresse(bloc=(115, 20, 70, 30), gauche=108, sous=57)
SANS_ADRESSE = ProfilAdresse(bloc=None, gauche=108)


@frozen
class RenduPdf:
    """Rend un ``application/pdf`` (PDF/UA-1 et PDF/A-3a, déclarés par typst).

    Args:
        profil: Place de l'adresse : ``FENETRE_DL``, ``MAILEVA``, ``SANS_ADRESSE``, ou la vôtre. Un acte n'a pas d'adresse, un
            courriel peut n'en pas avoir.
        code: Dessine le code de virement d'une lettre qui demande une somme en euros à l'IBAN du créancier.
    """

    profil: ProfilAdresse = FENETRE_DL
    code: bool = True

    def rendre(self, courrier: Courrier) -> Document:
        """Document déterministe : mêmes entrées, mêmes octets.

        Raises:
            DependanceManquante: L'extra ``pdf`` n'est pas installé.
            DonneeInvalide: Adresse absente ou hors norme, caractère qu'aucune police ne dessine.
        """
        octets = _compiler(json.dumps(self._donnees(courrier), ensure_ascii=False, sort_keys=True))
        return Document(nom_fichier(courrier, "pdf"), "application/pdf", octets)

    def _donnees(self, courrier: Courrier) -> dict[str, Any]:
        lettre = composer(courrier)
        sans_pli = courrier.canal == "courriel" and courrier.destinataire.adresse is None
        profil = SANS_ADRESSE if lettre.acte or sans_pli else self.profil
        le = courrier.date
        return {
            **_simples(lettre),
            "auteur": propre(courrier.creancier.nom),
            "date": {"year": le.year, "month": le.month, "day": le.day},
            "profil": asdict(profil),
            "destinataire": () if lettre.acte else _destinataire(courrier, profil),
            "tete": list(map(_bouts, lettre.tete)),
            "references": [[nom, _bouts(valeur)] for nom, valeur in lettre.references],
            "blocs": [_bloc(b) for b in lettre.blocs],
            "annexes": [_bloc(b) for b in lettre.annexes],
            "a_signer": courrier.canal != "courriel",
            "code": _code(courrier.virement, courrier.langue) if self.code and courrier.virement else None,
        }


def _destinataire(courrier: Courrier, profil: ProfilAdresse) -> tuple[str, ...]:
    if profil.bloc is None:
        return (propre(courrier.destinataire.nom),)
    if courrier.destinataire.adresse is None:
        raise DonneeInvalide(
            "adresse postale absente",
            champ="destinataire.adresse",
            remede="Donnez-la (debiteur_voie, debiteur_code_postal, debiteur_commune d'un CSV), ou rendez la lettre en un autre format.",
        )
    return bloc_adresse(courrier.destinataire.nom, courrier.destinataire.adresse)


def _code(virement: Virement, langue: str) -> dict[str, Any]:
    qr = code(virement, "pdf")
    dit, legende = DITS[langue]
    somme, iban = dire(virement.montant, langue), virement.iban
    return {
        "svg": qr.svg_inline(border=BORD, omitsize=True, light="#fff"),
        "large": largeur(qr),
        "alt": dit.format(somme=somme, iban=iban, motif=propre(virement.motif)),
        "legende": _bouts(morceaux((legende, virement.arrete), langue)),
    }


def _simples(lettre: Composition) -> dict[str, Any]:
    bruts = {nom: getattr(lettre, nom) for nom in ("langue", "titre", "acte", "expediteur", "mode_envoi", "pied", "suite")}
    return bruts | {nom: _bouts(getattr(lettre, nom)) for nom in ("lieu_date", "objet")}


def _bouts(phrase: Phrase) -> list[list[Any]]:
    """Chaque morceau, et s'il doit rester d'un seul tenant."""
    return [[m.texte, m.insecable] for m in phrase]


def _bloc(bloc: Alinea | Grille) -> dict[str, Any]:
    if isinstance(bloc, Alinea):
        return {"role": bloc.role, "texte": _bouts(bloc.phrase)}
    return {
        "role": "tableau",
        "titre": _bouts(bloc.titre),
        "entetes": bloc.entetes,
        "alignements": bloc.alignements,
        "lignes": [list(map(_bouts, ligne)) for ligne in bloc.lignes],
        "total": list(map(_bouts, bloc.total)),
        "legende": _bouts(bloc.legende),
        "frise": _frise(lire(bloc.titre), bloc.frise),
    }


def _frise(titre: str, jours: tuple[tuple[date, str], ...]) -> dict[str, str] | None:
    if not jours:
        return None
    dessin = frise(titre, (), [(le, propre(nom), "") for le, nom in jours])
    return {
        "svg": dessin.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1),
        "alt": " ; ".join(f"{date_fr(le)}, {propre(nom)}" for le, nom in jours),
    }


@cache
def _atelier() -> tuple[Any, bytes]:
    """Compilateur et mise en page, chargés une fois : les polices se relisent en vingt fois le temps d'une lettre."""
    try:
        from typst import Compiler
    except ImportError as e:
        raise DependanceManquante("Le rendu PDF", "pdf") from e
    source = resources.files(__package__).joinpath("lettre.typ").read_bytes()
    return Compiler(root=str(Path(__file__).parent), ignore_system_fonts=True), source


def _compiler(donnees: str) -> bytes:
    compilateur, source = _atelier()
    with _VERROU:
        try:
            octets = compilateur.compile(source, format="pdf", sys_inputs={"lettre": donnees}, pdf_standards=_NORMES, timestamp=0)
        except RuntimeError as e:
            manquants = _sans_dessin(getattr(e, "diagnostic", ""))
            if not manquants:
                raise
            raise DonneeInvalide(
                "caractères qu'aucune police embarquée ne dessine",
                champ="courrier",
                valeur=" ".join(manquants),
                remede="Donnez une forme en lettres latines, grecques ou cyrilliques.",
            ) from e
    return bytes(octets)


def _sans_dessin(diagnostic: str) -> Iterable[str]:
    """Les caractères que typst dit ne pas pouvoir dessiner ; aucun si l'erreur est autre."""
    avant, apres = 'the text `"', '"` could not be displayed'
    trouves = (ligne.split(avant)[1].split(apres)[0] for ligne in diagnostic.splitlines() if avant in ligne and apres in ligne)
    return list(dict.fromkeys(trouves))
