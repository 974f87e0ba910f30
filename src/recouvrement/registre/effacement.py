"""Qui peut être effacé, et quand ? Deux questions du règlement (UE) 2016/679, art. 5 et 17 ; le registre ôte, ici on permet."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from recouvrement.erreurs import DonneeInvalide, RegistreOccupe
from recouvrement.registre.fil import Fil
from recouvrement.registre.inscriptions import Inscription
from recouvrement.temps import Delai


def permettre(fils: Iterable[Fil], debiteur: str, motif: str, *, litige: bool) -> None:
    """Lève si l'effacement ferait perdre une preuve dont on a encore besoin, ou si son motif redirait ce qu'il efface.

    Raises:
        RegistreOccupe: Un envoi est en cours ou incertain.
        DonneeInvalide: Litige ouvert, motif vide ou qui nomme le débiteur.
    """
    if litige:
        remede = "Effacez quand le litige est clos (RGPD, art. 17, 3, e)."
        raise DonneeInvalide("un litige est ouvert : la preuve doit rester", champ="litige", remede=remede)
    if not motif.strip():
        raise DonneeInvalide("un motif est attendu", champ="motif", remede="Dites pourquoi, sans nommer personne.")
    for fil in fils:
        if fil.ouvert:
            etat = "incertain : tranchez-le d'abord" if fil.incertain else "en cours : attendez sa fin"
            raise RegistreOccupe(f"rien n'est effacé : l'envoi de l'inscription {fil.intention.numero} est {etat}.")
        redits = list(_redits(motif.casefold(), debiteur, fil.intention.donnees.get("destinataire", {})))
        if redits:
            remede = "Il restera en clair : dites pourquoi, sans nommer personne."
            raise DonneeInvalide("le motif nomme le débiteur", champ="motif", valeur=", ".join(redits), remede=remede)


def _redits(motif: str, debiteur: str, destinataire: Mapping[str, Any]) -> Iterator[str]:
    """Ce que le motif redit : un mot du nom d'au moins quatre lettres, l'identifiant, le courriel ou le téléphone entiers."""
    mots = set(re.findall(r"\w{4,}", motif))
    yield from sorted(mots & set(re.findall(r"\w{4,}", str(destinataire.get("nom", "")).casefold())))
    entiers = (debiteur.partition(":")[2] or debiteur, destinataire.get("courriel"), destinataire.get("telephone"))
    yield from (entier for entier in entiers if entier and len(entier) > 3 and entier.casefold() in motif)


def echus(inscriptions: Iterable[Inscription], au: date, delai: Delai) -> tuple[str, ...]:
    """Débiteurs dont la dernière inscription est plus vieille que ce délai ; les effacés n'y sont plus."""
    noms: dict[str, str] = {}
    derniers: dict[str, date] = {}
    for ligne in inscriptions:
        if ligne.termes:
            pseudonyme = ligne.termes[0]
            jour = datetime.fromisoformat(ligne.le).date()
            derniers[pseudonyme] = max(jour, derniers.get(pseudonyme, jour))
            if "debiteur" in ligne.donnees:
                noms[pseudonyme] = ligne.donnees["debiteur"]
    passes = sorted((derniers[p], nom) for p, nom in noms.items() if delai.depuis(derniers[p]) < au)
    return tuple(nom for _, nom in passes)
