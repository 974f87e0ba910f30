"""Les faits d'une lettre : les créances visées, la somme demandée, les champs et les conditions qu'un modèle peut nommer."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from recouvrement.courrier.document import Donnee, Fragment, Jour, Texte
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.modele.dossier import vise
from recouvrement.modele.montant import FINE, Montant
from recouvrement.modele.personnes import Qualite
from recouvrement.politique.bilan import ActionProposee, Bilan, BilanCreance


@frozen
class Faits:
    """Ce que la lettre a le droit de dire : les créances visées, celles rappelées, la somme demandée."""

    action: ActionProposee
    bilan: Bilan
    visees: tuple[BilanCreance, ...]
    memoire: tuple[BilanCreance, ...]
    a_payer: Montant
    reclame_accessoires: bool

    @property
    def reference(self) -> str:
        """Référence à rappeler : le numéro de la facture, sinon celui du client, sinon la première facture."""
        debiteur = self.bilan.dossier.debiteur
        seule = self.visees[0].creance.numero
        return seule if len(self.visees) == 1 else debiteur.identifiant or debiteur.siren or seule

    @property
    def rappels(self) -> tuple[date, ...]:
        """Jours des écrits antérieurs qui visaient ces créances, tirés des faits du dossier."""
        actes = [e for e in self.bilan.dossier.evenements if isinstance(e, Relance | MiseEnDemeure) and e.le <= self.bilan.au]
        ecrits = [e for e in actes if e.canal != "telephone" and any(vise(e, b.creance) for b in self.visees)]
        return tuple(sorted({e.le for e in ecrits}))

    def champs(self) -> Mapping[str, Fragment | Texte | None]:
        """Tous les champs qu'un modèle peut nommer ; ``None`` : inconnu dans ce dossier."""
        creancier, premiere = self.bilan.dossier.creancier, self.visees[0]
        limite, lignes = self.action.payer_avant_le, premiere.decompte.lignes
        return {
            "a_payer": self.a_payer,
            "creancier": Donnee(creancier.nom),
            "courriel": _donnee(creancier.courriel),
            "telephone": _donnee(creancier.telephone),
            "joindre": _joindre(creancier.telephone, creancier.courriel),
            "mediateur": _donnee(creancier.mediateur),
            "iban": _donnee(_par_quatre(creancier.iban)),
            "date_arrete": Jour(self.bilan.au),
            "date_facture": Jour(premiere.creance.emise_le),
            "date_limite": Jour(limite, "limite") if limite else None,
            "date_limite_courte": Jour(limite) if limite else None,
            "nos_rappels": _nos_rappels(self.rappels),
            "rappels_le": _enumerer([Jour(j) for j in self.rappels], "le ") or None,
            "echeance": Jour(premiere.echeance.valeur),
            "jours_accordes": self.action.etape.delai_accorde,
            "numeros": _enumerer([Donnee(n) for n in dict.fromkeys(b.creance.numero for b in self.visees)]),
            "reference": Donnee(self.reference),
            "taux": lignes[-1].taux if lignes else None,
        }

    def conditions(self) -> Mapping[str, bool]:
        """Toutes les conditions qu'un modèle peut nommer."""
        creancier = self.bilan.dossier.creancier
        taux = {b.decompte.lignes[-1].taux for b in self.visees if b.decompte.lignes}
        convenus = {b.creance.conditions.taux_penalites is not None for b in self.visees}
        unique = len(taux) == 1 and len(convenus) == 1
        une = len({b.creance.numero for b in self.visees}) == 1
        indemnite = self.reclame_accessoires and any(b.indemnite.valeur for b in self.visees)
        commercants = all(b.creance.debiteur.qualite is b.creance.creancier.qualite is Qualite.COMMERCANT for b in self.visees)
        publics = self.visees[0].regime == "public"
        return {
            "une_facture": une,
            "plusieurs_factures": not une,
            "hors_consommateur": self.visees[0].creance.debiteur.qualite is not Qualite.CONSOMMATEUR,
            "pour_memoire": bool(self.memoire),
            "versements": any(b.decompte.imputations for b in self.visees),
            "accessoires": self.reclame_accessoires,
            "indemnite_commerce": indemnite and not publics,
            "indemnite_publique": indemnite and publics,
            "rappels": bool(self.rappels),
            "sans_rappel": not self.rappels,
            "iban": creancier.iban is not None,
            "taux_suppletif": unique and convenus == {False},
            "taux_convenu": unique and convenus == {True},
            "taux_divers": not unique,
            "deux_commercants": commercants,
            "non_commercant": not commercants,
        }


def _donnee(valeur: str | None) -> Donnee | None:
    return Donnee(valeur) if valeur else None


def _par_quatre(iban: str | None) -> str | None:
    return FINE.join(iban[i : i + 4] for i in range(0, len(iban), 4)) if iban else None


def _joindre(telephone: str | None, courriel: str | None) -> Texte:
    """« , au 02… ou à comptabilite@… » : ce que l'on connaît, ou rien."""
    voies: list[Texte] = [(" au ", Donnee(telephone))] if telephone else []
    voies += [(" à l'adresse ", Donnee(courriel))] if courriel else []
    if not voies:
        return ("",)
    return (",", *voies[0], *((" ou", *voies[1]) if len(voies) > 1 else ()))


def _nos_rappels(jours: tuple[date, ...]) -> Texte | None:
    """« notre rappel du 4 mai 2026 », « nos rappels du 4 mai 2026 et du 15 mai 2026 »."""
    if not jours:
        return None
    return ("notre rappel " if len(jours) == 1 else "nos rappels ", *_enumerer([Jour(j) for j in jours], "du "))


def _enumerer(fragments: list[Fragment], article: str = "") -> Texte:
    """« a, b et c », ou « le a, le b et le c »."""
    texte: list[Fragment] = []
    for i, fragment in enumerate(fragments):
        lien = "" if not i else " et " if i == len(fragments) - 1 else ", "
        texte += [lien + article, fragment] if lien + article else [fragment]
    return tuple(texte)
