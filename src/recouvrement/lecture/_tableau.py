"""Des lignes et des colonnes, d'où qu'elles viennent : l'en-tête contrôlé une fois, puis chaque ligne. Privé."""

from collections.abc import Mapping, Sequence

from attrs import define, field, frozen

from recouvrement.affichage import compter
from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture._faits_csv import (
    COLONNES_CREANCES,
    COLONNES_EVENEMENTS,
    Parties,
    lire_creance,
    lire_evenement,
    plus_proche,
    references,
)
from recouvrement.lecture._ligne import Ligne
from recouvrement.lecture.constat import Constat, montrer
from recouvrement.lecture.correspondance import Correspondance
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.personnes import Creancier
from recouvrement.ports import Lecture

_SANS_CORRESPONDANCE = Correspondance()
_REFUS = 100_000


@frozen
class Entete:
    """Où est chaque colonne que nous lisons, et ce qui la remplit."""

    places: Mapping[str, int]
    correspondance: Correspondance
    evenementiel: bool

    @classmethod
    def lire(cls, noms: Sequence[str], creancier: Creancier | None, donnee: Correspondance | None, constat: Constat) -> "Entete":
        """En-tête contrôlé : une colonne inconnue est refusée, ou signalée s'il y a une correspondance.

        Raises:
            DonneeInvalide: Colonne inconnue, en double, obligatoire et absente ; créancier donné deux fois.
        """
        correspondance = donnee or _SANS_CORRESPONDANCE
        evenementiel = "type" in ({*correspondance.colonnes, *correspondance.defauts} if donnee else noms)
        connues = COLONNES_EVENEMENTS if evenementiel else COLONNES_CREANCES
        try:
            entete = cls(_places(noms, connues, correspondance), correspondance, evenementiel)
            entete._controler(noms, connues, strict=donnee is None)
            _exiger({*entete.places, *correspondance.defauts}, evenementiel, creancier)
        except DonneeInvalide as e:
            raise e.situe(constat.ou) from None
        if donnee is not None:
            entete._signaler(noms, constat)
        return entete

    def cellules(self, lues: Sequence[str]) -> dict[str, str]:
        """Cellules non vides de la ligne, sous nos noms."""
        cellules = dict(self.correspondance.defauts)
        for nom, rang in self.places.items():
            if lu := lues[rang]:
                cellules[nom] = self.correspondance.valeurs.get(nom, {}).get(lu, lu)
        return {nom: v for nom, v in cellules.items() if v}

    def _controler(self, noms: Sequence[str], connues: tuple[str, ...], *, strict: bool) -> None:
        lues = {noms[rang] for rang in self.places.values()}
        for rang, nom in enumerate(noms):
            if strict and nom not in connues:
                champ = montrer(nom) or f"colonne {rang + 1}"
                raise DonneeInvalide("colonne inconnue", champ=champ, remede=_renommer(nom, connues))
            if nom in lues and nom in noms[:rang]:
                raise DonneeInvalide("colonne en double", champ=nom, remede="Gardez-en une.")
        for nom in (*self.places, *self.correspondance.defauts):
            if nom not in connues:
                quoi = "d'événements" if self.evenementiel else "de créances"
                remede = "Ôtez-la de la correspondance ; un fichier d'événements a une colonne « type »."
                raise DonneeInvalide(f"colonne sans objet dans un fichier {quoi}", champ=nom, remede=remede)

    def _signaler(self, noms: Sequence[str], constat: Constat) -> None:
        lues = set(self.places.values())
        tues = [nom for rang, nom in enumerate(noms) if rang not in lues and nom not in self.correspondance.ignorees and nom]
        if tues:
            constat.alerter(
                "colonnes sans correspondance : elles ne sont pas lues",
                champ=", ".join(montrer(nom) for nom in tues),
                remede="Donnez-leur une correspondance, ou citez-les dans « ignorees ».",
            )


def _places(noms: Sequence[str], connues: tuple[str, ...], correspondance: Correspondance) -> dict[str, int]:
    prises = {*correspondance.colonnes.values(), *correspondance.ignorees}
    places = {nom: noms.index(nom) for nom in noms if nom in connues and nom not in prises}
    for notre, votre in correspondance.colonnes.items():
        if votre not in noms:
            remede = plus_proche(votre, tuple(nom for nom in noms if nom))
            raise DonneeInvalide(f"votre colonne « {votre} » est absente", champ=notre, remede=remede)
        places[notre] = noms.index(votre)
    return places


def _renommer(nom: str, connues: tuple[str, ...]) -> Remede:
    """Le nom connu le plus proche, et de quoi garder les vôtres."""
    proche = plus_proche(nom, connues)
    return Remede(
        f"{proche} Pour garder vos noms, donnez une correspondance.",
        f"{proche} Pour garder vos noms, donnez --correspondance TOML.",
    )


_SANS_CREANCIER = Remede("Ajoutez-la, ou donnez creancier=….", "Ajoutez-la, ou donnez --creancier NOM.")


def _exiger(presentes: set[str], evenementiel: bool, creancier: Creancier | None) -> None:
    exigees = ["type", "le"] if evenementiel else ["reference", "principal", "emise_le", "debiteur_nom"]
    if not evenementiel:
        double = next((nom for nom in sorted(presentes) if nom.startswith("creancier_")), None)
        if creancier and double:
            remede = Remede(
                "Ôtez les colonnes creancier_…, ou l'argument creancier=….", "Ôtez les colonnes creancier_…, ou --creancier."
            )
            raise DonneeInvalide("le créancier est donné deux fois", champ=double, remede=remede)
        exigees += [] if creancier else ["creancier_nom"]
    for nom in exigees:
        if nom not in presentes:
            ajouter = _SANS_CREANCIER if nom == "creancier_nom" else "Ajoutez-la."
            raise DonneeInvalide("colonne obligatoire absente", champ=nom, remede=ajouter)


@define
class Suite:
    """Faits déjà lus : une référence en double est refusée, la première est gardée."""

    entete: Entete
    parties: Parties
    creances: dict[tuple[str, str], Creance] = field(factory=dict)
    evenements: list[Evenement] = field(factory=list)
    lieux: list[str] = field(factory=list)
    refus: int = 0
    _references: set[tuple[type, str]] = field(factory=set)

    def lire(self, ligne: Ligne, constat: Constat) -> None:
        """Ajoute le fait de cette ligne, ou consigne pourquoi il n'y en a pas."""
        try:
            if self.entete.evenementiel:
                self._ajouter_evenement(lire_evenement(ligne), constat.ou)
            else:
                self._ajouter_creance(lire_creance(ligne, self.parties, constat))
        except DonneeInvalide as e:
            self.refuser(e, constat, ligne.texte("creance") or "")

    def refuser(self, e: DonneeInvalide, constat: Constat, nommees: str = "") -> None:
        """Consigne le refus ; celui d'un événement dit les créances qu'il nommait, si elles ont pu se lire.

        Raises:
            DonneeInvalide: Plus de cent mille lignes refusées : ce n'est pas un fichier de créances.
        """
        creances = tuple(dict.fromkeys([nommees, *references(nommees)])) if nommees else ()
        constat.refuser(e, creances if self.entete.evenementiel else None)
        self.refus += 1
        if self.refus > _REFUS:
            remede = "Vérifiez le délimiteur, les conventions déclarées et le fichier ; rien n'en a été lu."
            raise DonneeInvalide(f"plus de {compter(_REFUS, 'ligne')} refusées", ou=constat.ou, remede=remede)

    def lecture(self, carnet: Constat) -> Lecture:
        """Tout ce qui a été lu."""
        return Lecture(
            creances=tuple(self.creances.values()),
            evenements=tuple(self.evenements),
            anomalies=tuple(carnet.anomalies),
            lieux=tuple(self.lieux),
        )

    def _ajouter_creance(self, creance: Creance) -> None:
        cle = (creance.creancier.cle, creance.reference)
        if cle in self.creances:
            raise _double(creance.reference)
        self.creances[cle] = creance

    def _ajouter_evenement(self, evenement: Evenement, ou: str) -> None:
        cle = (type(evenement), evenement.reference)
        if evenement.reference and cle in self._references:
            raise _double(evenement.reference)
        self._references.add(cle)
        self.evenements.append(evenement)
        self.lieux.append(ou)


def _double(reference: str) -> DonneeInvalide:
    return DonneeInvalide("référence déjà lue plus haut", champ="reference", valeur=reference, remede="Ôtez la ligne en double.")
