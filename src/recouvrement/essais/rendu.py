"""Ce qu'un rendu doit : les mêmes octets pour le même courrier, et dedans tout ce que le courrier dit."""

import decimal
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache

from attrs import evolve

from recouvrement.courrier.document import Courrier
from recouvrement.courrier.redaction import rediger
from recouvrement.essais.exigence import exiger
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Dossier
from recouvrement.modele.evenements import Paiement
from recouvrement.modele.montant import Montant
from recouvrement.modele.personnes import Adresse, Creancier, Debiteur, Qualite
from recouvrement.politique.politique import Politique
from recouvrement.ports import Document, MoteurRendu

_CREANCIER = Creancier(
    nom="Atelier Lumière SAS",
    qualite=Qualite.COMMERCANT,
    siren="732829320",
    adresse=Adresse(voie="12 rue de l'Église", code_postal="69005", commune="Lyon"),
    courriel="compta@atelier-lumiere.example",
    telephone="04 72 00 11 22",
    mediateur="Médiation du commerce, 5 rue du Conseil, 35000 Rennes",
    iban="FR7630006000011234567890189",
)
_MARSEILLE = Adresse(voie="3 rue des Écoles", code_postal="13002", commune="Marseille")
_SOCIETE = Debiteur(nom="Menuiserie du Port SARL", qualite=Qualite.COMMERCANT, siren="404833048", adresse=_MARSEILLE)
_PARTICULIER = Debiteur(nom="Mme Camille Ferrand", qualite=Qualite.CONSOMMATEUR, adresse=_MARSEILLE)
_DIFFICILES = ("L'Été & Fils <b>SARL</b>", '"><script>alert(1)</script>', "{{ nom }} #let x = 1 \\o/", "Œuvre Ça–là n° 1 ﬁn")
_RESTES = re.compile(r"\{\{|\}\}|\{%|\bNone\b|\bnan\b|\bundefined\b|Decimal\(|object at 0x|Montant\(")


@cache
def courriers_d_essai() -> tuple[Courrier, ...]:
    """Une lettre par étape du scénario livré, contre une société et contre un consommateur, en français."""
    return tuple(_courriers(_SOCIETE)) + tuple(_courriers(_PARTICULIER))


def _courriers(debiteur: Debiteur) -> Iterator[Courrier]:
    """Le scénario déroulé jour après jour, comme une expédition le ferait."""
    politique = Politique()
    creances = [
        Creance(
            reference=reference,
            principal=Montant(principal),
            emise_le=date(2026, 5, 1),
            echeance=date(2026, 5, 31),
            creancier=_CREANCIER,
            debiteur=debiteur,
        )
        for reference, principal in (("F-1", "12345.67"), ("F-2", "890.00"))
    ]
    dossier = Dossier(creances=creances, evenements=[Paiement(le=date(2026, 6, 2), montant=Montant("345.67"), creance="F-1")])
    for action in politique.calendrier(dossier, au=date(2026, 6, 2)):
        if isinstance(action.acte, Relance | MiseEnDemeure) and action.etape.lettre:
            yield rediger(action, politique.examiner(dossier, au=action.acte.le))
        dossier = dossier.avec(action.acte)


class ConformiteRendu:
    """Suite de conformité d'un ``MoteurRendu``."""

    def moteur(self) -> MoteurRendu:
        """Un moteur neuf."""
        raise NotImplementedError

    def texte(self, document: Document) -> str:
        """Le texte qu'un lecteur verrait dans le document. À récrire pour un format qui n'est pas du texte."""
        return document.octets.decode()

    def test_le_document_est_bien_forme(self) -> None:
        """Un nom de fichier sûr, un type MIME, des octets."""
        for courrier in courriers_d_essai():
            document = self.moteur().rendre(courrier)
            exiger(isinstance(document, Document), f"rendre() rend un Document, pas {type(document).__name__}")
            exiger(isinstance(document.octets, bytes) and document.octets, "le document est vide")
            exiger(re.fullmatch(r"[A-Za-z0-9._-]{1,120}", document.nom, re.ASCII), f"nom de fichier peu sûr : {document.nom!r}")
            exiger(re.match(r"[a-z]+/[a-z0-9.+-]+", document.type_mime), f"type MIME attendu : {document.type_mime!r}")

    def test_memes_entrees_memes_octets(self) -> None:
        """D'un moteur neuf ou non, une seconde plus tard, quel que soit le contexte décimal : la preuve tient à ses octets."""
        courrier = courriers_d_essai()[-1]
        moteur = self.moteur()
        premier = moteur.rendre(courrier)
        time.sleep(1.1)  # une date de fabrication écrite à la seconde se verrait
        with decimal.localcontext(decimal.Context(prec=3, rounding=decimal.ROUND_UP)):
            suivants = [moteur.rendre(courrier), self.moteur().rendre(courrier)]
        exiger(all(d == premier for d in suivants), "le même courrier rend deux documents différents")

    def test_plusieurs_fils_memes_octets(self) -> None:
        """Un moteur se partage entre fils."""
        moteur, courriers = self.moteur(), courriers_d_essai() * 2
        seuls = [moteur.rendre(c) for c in courriers]
        with ThreadPoolExecutor(4) as fils:
            exiger(list(fils.map(moteur.rendre, courriers)) == seuls, "à plusieurs fils, le rendu n'est plus le même")

    def test_deux_courriers_deux_documents(self) -> None:
        """Aucun courrier n'en reprend un autre."""
        documents = [self.moteur().rendre(c).octets for c in courriers_d_essai()]
        exiger(len(set(documents)) == len(documents), "deux courriers différents rendent le même document")

    def test_tout_ce_que_dit_le_courrier_se_lit(self) -> None:
        """Qui écrit, et chaque montant du courrier. Le destinataire, lui, peut n'être que sur l'enveloppe."""
        for courrier in courriers_d_essai():
            lu = _sans_espace(self.texte(self.moteur().rendre(courrier)))
            for attendu in (courrier.creancier.nom, *map(str, _montants(courrier))):
                exiger(_sans_espace(attendu) in lu, f"« {attendu} » ne se lit pas dans {courrier.lettre}")

    def test_un_nom_difficile_se_lit_tel_quel(self) -> None:
        """Accents, balises, accolades : un nom est une donnée, jamais du code."""
        courrier = courriers_d_essai()[0]
        for nom in _DIFFICILES:
            qui, a_qui = evolve(courrier.creancier, nom=nom), evolve(courrier.destinataire, nom=nom)
            document = self.moteur().rendre(evolve(courrier, creancier=qui, destinataire=a_qui))
            exiger(_sans_espace(nom) in _sans_espace(self.texte(document)), f"le nom « {nom} » ne se lit pas tel quel")
            balise = b"<script>" in document.octets and "html" in document.type_mime
            exiger(not balise, "un nom devient une balise")

    def test_rien_de_technique_ne_reste(self) -> None:
        """Ni accolade, ni ``None``, ni ``repr`` d'objet."""
        for courrier in courriers_d_essai():
            reste = _RESTES.search(self.texte(self.moteur().rendre(courrier)))
            exiger(not reste, f"il reste « {reste and reste[0]} » dans {courrier.lettre}")


def _montants(courrier: Courrier) -> Iterator[Montant]:
    for texte in courrier.textes():
        yield from (fragment for fragment in texte if isinstance(fragment, Montant))


def _sans_espace(texte: str) -> str:
    """Un rendu coupe ses lignes où il veut, et choisit ses espaces insécables."""
    return re.sub(r"\s", "", texte)
