"""Une ligne de CSV : des cellules, lues selon les conventions déclarées par l'appelant. Privé."""

import re
from collections.abc import Mapping
from datetime import date

from attrs import frozen

from recouvrement.erreurs import DonneeInvalide, Remede, a_la_commande
from recouvrement.lecture._commun import lire_date
from recouvrement.modele.conditions import TauxIndexe
from recouvrement.modele.devises import decimales
from recouvrement.modele.montant import Montant, Taux

_MILLIERS = "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]"
_RAISONS = (
    (re.compile(r"[-\N{MINUS SIGN}]"), "un montant n'est jamais négatif : un avoir ou un paiement est un événement"),
    (re.compile(r"(?<![0-9.,])[0-9.,]+e[+-]?[0-9]+", re.IGNORECASE), "la notation avec exposant n'est pas admise"),
    (re.compile(rf"^(?:[0-9]{_MILLIERS}?){{16}}"), "plus de quinze chiffres avant la marque décimale"),
    (re.compile(r"nan|inf", re.IGNORECASE), "ce n'est pas un nombre"),
)


@frozen
class Ligne:
    """Cellules non vides d'une ligne, par colonne.

    Attributes:
        conseil: Ce que peut faire, d'un montant illisible, celui qui ne peut récrire la cellule.
    """

    cellules: Mapping[str, str]
    decimale: str
    forme_date: str
    conseil: str = Remede(
        "déclarez LecteurCsv(decimale=…)", "déclarez --decimale … (s'il y a une correspondance, dans son [format])"
    )

    def texte(self, colonne: str) -> str | None:
        """Cellule, ou rien si elle est vide."""
        return self.cellules.get(colonne)

    def obligatoire(self, colonne: str) -> str:
        """Cellule qui ne peut pas être vide."""
        if colonne not in self.cellules:
            raise DonneeInvalide("cellule vide", champ=colonne, remede="Cette colonne est obligatoire : remplissez-la.")
        return self.cellules[colonne]

    def sous(self, prefixe: str) -> dict[str, str]:
        """Cellules dont la colonne commence par ce préfixe, préfixe ôté."""
        return {c.removeprefix(prefixe): v for c, v in self.cellules.items() if c.startswith(prefixe)}

    def jour(self, colonne: str) -> date | None:
        """Date, dans la forme déclarée."""
        return lire_date(self.cellules[colonne], self.forme_date, colonne) if colonne in self.cellules else None

    def jour_obligatoire(self, colonne: str) -> date:
        """Date qui ne peut pas manquer."""
        return lire_date(self.obligatoire(colonne), self.forme_date, colonne)

    def montant(self, colonne: str) -> Montant:
        """Montant dans la devise de la ligne : chiffres ASCII, milliers par groupes de trois, marque décimale déclarée."""
        texte, devise = self.obligatoire(colonne), self.cellules.get("devise", "EUR")
        exactes = decimales(devise)
        fraction = rf"(?:{re.escape(self.decimale)}([0-9]{{{exactes}}}))?" if exactes else "()"
        lu = re.fullmatch(
            rf"([0-9]{{1,15}}|[0-9]{{1,3}}(?:({_MILLIERS})[0-9]{{3}})(?:\2[0-9]{{3}}){{0,4}}){fraction}", texte, re.ASCII
        )
        if lu is None:
            raise DonneeInvalide(self._raison(texte), champ=colonne, valeur=texte, remede=self._remede(exactes))
        unites, fraction = re.sub(_MILLIERS, "", lu[1]), lu[3]
        return Montant(f"{unites}.{fraction}" if fraction else unites, devise)

    def taux(self, colonne: str) -> Taux | None:
        """Taux annuel en pour cent, avec la marque décimale déclarée."""
        texte = self.cellules.get(colonne)
        if texte is None:
            return None
        if not re.fullmatch(rf"[0-9]{{1,4}}(?:{re.escape(self.decimale)}[0-9]{{1,4}})?", texte, re.ASCII):
            remede = f"Écrivez « 12{self.decimale}15 » pour 12,15 % l'an, sans signe %."
            raise DonneeInvalide("taux illisible", champ=colonne, valeur=texte, remede=remede)
        return Taux(texte.replace(self.decimale, "."))

    def taux_ou_indexe(self, colonne: str) -> Taux | TauxIndexe | None:
        """Taux annuel, ou « BCE + 10 », « 3 × taux légal »."""
        texte = self.cellules.get(colonne)
        if texte is None or not re.search("bce|l[ée]gal", texte, re.IGNORECASE):
            return self.taux(colonne)
        try:
            return TauxIndexe.lire(texte)
        except DonneeInvalide as e:
            raise DonneeInvalide(e.message, champ=colonne, valeur=texte, remede=e.remede) from None

    def entier(self, colonne: str) -> int:
        """Petit nombre entier."""
        texte = self.obligatoire(colonne)
        if not re.fullmatch("[0-9]{1,4}", texte, re.ASCII):
            raise DonneeInvalide("un nombre entier est attendu", champ=colonne, valeur=texte, remede="Écrivez « 30 ».")
        return int(texte)

    def _raison(self, texte: str) -> str:
        for motif, raison in _RAISONS:
            if motif.search(texte):
                return raison
        autre = "." if self.decimale == "," else ","
        if autre in texte:
            return f"« {autre} » n'est pas la marque décimale déclarée (« {self.decimale} »), et ne sépare pas les milliers"
        return "montant illisible"

    def _remede(self, exactes: int) -> Remede:
        modele = f"1234{self.decimale}{'56789'[:exactes]}" if exactes else "1234"
        return Remede(*[f"Écrivez « {modele} », ou {conseil}." for conseil in (self.conseil, a_la_commande(self.conseil))])
