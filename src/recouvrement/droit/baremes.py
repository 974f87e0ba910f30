"""Les barèmes : des valeurs de loi datées et sourcées, sans trou ; les lire hors de ce qu'ils connaissent lève une erreur.

Une valeur de loi est un enregistrement : dates, valeur, source, degré de certitude. Jamais d'extrapolation.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Literal

from attrs import evolve, frozen

from recouvrement.affichage import fiche
from recouvrement.erreurs import ParametreNonPublie, TableInvalide
from recouvrement.resultat import Reserve, Source

Verifie = Literal["etabli", "une_source", "a_verifier"]
UNITES = frozenset({"%/an", "EUR"})
VEILLE = timedelta(days=1)


def interets_centimes(base: int, taux_dix_milliemes: int, jours: int, annee: int = 365) -> int:
    """Intérêts d'une ligne, arrondis une fois au centime, demi supérieur.

    Args:
        base: Unités mineures, positives.
        taux_dix_milliemes: 12,15 % : 121 500.
        annee: 365, 366 ou 360 jours.
    """
    diviseur = 1_000_000 * annee
    return (2 * base * taux_dix_milliemes * jours + diviseur) // (2 * diviseur)


@frozen
class ValeurDatee:
    """Valeur de loi, bornes incluses ; ``au=None`` : en vigueur jusqu'à nouvel ordre."""

    du: date
    au: date | None
    valeur: Decimal
    source: Source
    verifie: Verifie = "etabli"

    _repr_html_ = fiche("Valeur datée")


@frozen(kw_only=True)
class Bareme:
    """Suite ordonnée, contiguë et sourcée de valeurs datées.

    Attributes:
        unite: ``%/an`` ou ``EUR``.
        verifie_le: Jour du dernier relevé : exigé si la dernière valeur n'a pas de fin ; rien n'est connu après lui.

    Raises:
        TableInvalide: Trou, chevauchement, désordre, unité inconnue, relevé manquant.
    """

    code: str
    intitule: str
    unite: str
    source: Source
    valeurs: tuple[ValeurDatee, ...]
    verifie_le: date | None = None

    def __attrs_post_init__(self) -> None:
        if not self.valeurs:
            raise TableInvalide("aucune valeur", code=self.code)
        if self.unite not in UNITES:
            raise TableInvalide(f"unité inconnue : {self.unite}", code=self.code)
        for avant, apres in zip(self.valeurs, self.valeurs[1:], strict=False):
            if avant.au is None or apres.du - avant.au != VEILLE:
                raise TableInvalide(f"trou ou chevauchement au {apres.du:%d/%m/%Y}", code=self.code)
        if self.valeurs[-1].au is None and self.verifie_le is None:
            raise TableInvalide("dernière valeur sans fin ni date de relevé (verifie_le)", code=self.code)
        if any(v.au is not None and v.au < v.du for v in self.valeurs):
            raise TableInvalide("une valeur finit avant de commencer", code=self.code)

    @property
    def connu_du(self) -> date:
        """Premier jour connu."""
        return self.valeurs[0].du

    @cached_property
    def connu_au(self) -> date:
        """Dernier jour connu, inclus."""
        fin = self.valeurs[-1].au
        if fin is None:
            assert self.verifie_le is not None  # noqa: S101 (vérifié à la construction)
            return self.verifie_le
        return fin

    @cached_property
    def _debuts(self) -> tuple[date, ...]:
        return tuple(v.du for v in self.valeurs)

    def au(self, jour: date) -> ValeurDatee:
        """Valeur en vigueur ce jour-là.

        Raises:
            ParametreNonPublie: Avant la première valeur, ou après ce qui est publié.
        """
        if not self.connu_du <= jour <= self.connu_au:
            raise ParametreNonPublie(self.code, jour, self.connu_du, self.connu_au)
        return self.valeurs[bisect_right(self._debuts, jour) - 1]

    def paliers(self, du: date, au: date) -> Iterator[tuple[date, date, ValeurDatee]]:
        """Périodes de ``du`` à ``au`` inclus, chacune avec sa valeur.

        Raises:
            ParametreNonPublie: Une borne est hors de ce qui est connu.
        """
        self.au(du), self.au(au)
        for v in self.valeurs[bisect_right(self._debuts, du) - 1 :]:
            if v.du > au:
                return
            yield max(v.du, du), au if v.au is None else min(v.au, au), v

    def avec(self, ajout: "Bareme") -> "Bareme":
        """Les valeurs de ``ajout`` remplacent celles de leurs jours ; les autres sont gardées, rognées s'il le faut.

        Raises:
            TableInvalide: Il reste un trou.
        """
        du, au = ajout.valeurs[0].du, ajout.valeurs[-1].au
        avant = [evolve(v, au=du - VEILLE) if v.au is None or v.au >= du else v for v in self.valeurs if v.du < du]
        apres = [evolve(v, du=max(v.du, au + VEILLE)) for v in self.valeurs if au and (v.au is None or v.au > au)]
        verifie_le = max((j for j in (self.verifie_le, ajout.verifie_le) if j), default=None)
        return evolve(self, valeurs=(*avant, *ajout.valeurs, *apres), verifie_le=verifie_le)

    def par_semestre(self) -> "Bareme":
        """La valeur du 1er janvier vaut pour le premier semestre, celle du 1er juillet pour le second.

        Source:
            Code de commerce, art. L. 441-10, II.
        """
        debuts = [date(a, m, 1) for a in range(self.connu_du.year, self.connu_au.year + 1) for m in (1, 7)]
        connus = [d for d in debuts if self.connu_du <= d <= self.connu_au]
        valeurs = tuple(evolve(self.au(d), du=d, au=_fin_de_semestre(d)) for d in connus)
        return evolve(self, code=f"{self.code}_semestre", intitule=f"{self.intitule}, par semestre", valeurs=valeurs)

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (
                a.date_fr(v.du),
                a.date_fr(v.au) if v.au else "en vigueur",
                f"{a.decimal_fr(v.valeur)} {self.unite}",
                a.en_clair(v.verifie),
                str(v.source),
            )
            for v in reversed(self.valeurs)
        ]
        faits = [("connu", f"du {a.date_fr(self.connu_du)} au {a.date_fr(self.connu_au)}"), ("texte", str(self.source))]
        return a.page(
            a.carte(f"Barème {self.code}", self.intitule, faits),
            a.table(
                ("Du", "Au", "Valeur", "Vérifié", "Source"),
                lignes[: a.MONTREES],
                legende="De la plus récente à la plus ancienne",
                nombres=(2,),
                note=a.la_suite(len(lignes)),
            ),
        )


def _fin_de_semestre(debut: date) -> date:
    return date(debut.year, 6, 30) if debut.month == 1 else date(debut.year, 12, 31)


def reserves_de(bareme: Bareme, valeur: ValeurDatee) -> tuple[Reserve, ...]:
    """Réserve attachée à ce qui repose sur un chiffre mal établi."""
    if valeur.verifie == "etabli":
        return ()
    combien = "relevé dans une seule source" if valeur.verifie == "une_source" else "à vérifier"
    return (Reserve(f"{bareme.code}_{valeur.verifie}", f"{bareme.intitule} : chiffre {combien}", valeur.source),)
