"""Par quelles voies obtenir paiement ? Chaque voie est une ligne de ``voies.toml`` ; ici, ce qui en est dit pour un dossier."""

from collections.abc import Iterable
from datetime import date

from attrs import evolve

from recouvrement.droit.base import Droit
from recouvrement.droit.fr.causes import causes
from recouvrement.droit.fr.conditions_voies import SANS_ADRESSE, doutes, juger, principal
from recouvrement.droit.fr.couts import HONORAIRES, contribution_possible, cout, en_vigueur
from recouvrement.droit.fr.pieces_voies import ouvrir_delais, piece
from recouvrement.droit.fr.table_voies import Exigence, Juridiction, LigneVoie, Table, lire
from recouvrement.droit.tables import incertitude, source
from recouvrement.droit.voies import Fourchette, Situation, Voie
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant
from recouvrement.resultat import Noeud, Regle, Reserve, Resultat, Source, fait

COMPETENCE = "Juridiction ou autorité compétente"
AVOCAT = "Avocat obligatoire"
PREALABLE = "Démarche préalable obligatoire"
DUREE = Regle("duree_d_une_voie", "Durée usuelle")
PLUSIEURS_JUGES = Reserve(
    "plusieurs_juridictions",
    "les créances du dossier relèvent de juridictions différentes : séparez-les, la première est retenue",
)
CONTRIBUTION_ECONOMIQUE = Reserve(
    "contribution_justice_economique",
    "un créancier d'au moins 250 salariés peut devoir à douze tribunaux une contribution selon ses ressources, non comptée ici :"
    " recouvrement.droit.fr.couts.contribution_economique la chiffre",
    Source("Décret n° 2024-1225 du 30 décembre 2024"),
)


def voies(droit: Droit, situation: Situation) -> tuple[Voie, ...]:
    """Toutes les voies décrites, ouvertes ou fermées, dans l'ordre de la table.

    Raises:
        DonneeInvalide: Dossier qui n'est pas en euros, ou pièce inconnue.
    """
    table = lire()
    if situation.dossier.devise != "EUR":
        raise DonneeInvalide(
            "les seuils et les tarifs des voies sont en euros",
            champ="devise",
            valeur=situation.dossier.devise,
            remede="Donnez la contre-valeur en euros de chaque créance.",
        )
    if inconnues := situation.pieces - set(table.pieces):
        connues = ", ".join(table.pieces)
        raise DonneeInvalide("pièce inconnue", champ="pieces", valeur=min(inconnues), remede=f"Choisissez parmi : {connues}.")
    retenue, juge = _juridiction(table, situation)
    return tuple(_voie(ligne, table, droit, situation, retenue, juge) for ligne in table.voies.values())


def _voie(ligne: LigneVoie, table: Table, droit: Droit, s: Situation, retenue: Juridiction, juge: Resultat[str]) -> Voie:
    brut, juridiction = ligne.brut, retenue.cle
    conditions = tuple(juger(c, droit, s) for c in ligne.conditions)
    manquent = [f"pas avant le {brut['du']:%d/%m/%Y}"] if "du" in brut and s.au < brut["du"] else []
    manquent += [c.motif for c in conditions if not c.valeur]
    disponible = not brut.get("disponible_si") or _en_vigueur(droit, brut["disponible_si"], s.au)
    nuances = dict.fromkeys(r.texte for c in ligne.conditions for r in doutes(c, s) if r is not SANS_ADRESSE)
    motif = " ; ".join(manquent or (brut["pourquoi"], *nuances))
    prealable = _exiger(table.exigences[brut["prealable"]], PREALABLE, droit, s, retenue)
    avocat = _exiger(table.exigences[brut["avocat"]], AVOCAT, droit, s, retenue)
    preuves = (*brut["pieces"], *(brut.get("prealable_prouve_par", ()) if prealable.valeur else ()))
    pieces = tuple(piece(cle, table, s) for cle in preuves)
    return Voie(
        cle=ligne.cle,
        intitule=ligne.intitule,
        famille=ligne.famille,
        ouverte=not manquent,
        disponible=disponible,
        motif=motif if disponible else f"{motif} ; pas encore praticable : {brut['indisponible']}",
        conditions=conditions,
        competence=_competence(ligne, table, s, retenue, juge),
        avocat=avocat,
        prealable=prealable,
        cout=_cout(ligne, droit, s, juridiction, avocat.valeur),
        duree=_duree(ligne, juridiction),
        prescription=_effet(ligne),
        pieces=pieces,
        manquantes=tuple(p for p in pieces if p.etat == "manquante"),
        delais=tuple(ouvrir_delais(ligne, droit, s, juridiction)),
        source=ligne.source,
    )


def _en_vigueur(droit: Droit, code: str, au: date) -> bool:
    return code in droit.baremes and en_vigueur(droit.baremes[code], au)[0] is not None


# --- devant qui, avec qui, après quoi -----------------------------------------------------------------------------------


def _juridiction(table: Table, s: Situation) -> tuple[Juridiction, Resultat[str]]:
    """La juridiction dont relèvent les créances, et pourquoi."""
    trouvees = [next(j for j in table.juridictions if j.parties.vise(e)) for e in s.creances]
    retenue = trouvees[0] if trouvees else table.juridictions[-1]
    reserves = retenue.reserves + (PLUSIEURS_JUGES,) * (len({j.cle for j in trouvees}) > 1)
    return retenue, Resultat(
        retenue.cle, Regle(f"juridiction_{retenue.cle}", "Ordre de juridiction", retenue.source), (), "", reserves
    )


def _competence(ligne: LigneVoie, table: Table, s: Situation, retenue: Juridiction, juge: Resultat[str]) -> Resultat[str]:
    dits, regle = ligne.brut["competence"], Regle(f"competence_{ligne.cle}", COMPETENCE, ligne.source)
    if (dispense := ligne.brut.get("sans_juge")) and any(piece(p, table, s).etat != "manquante" for p in dispense["pieces"]):
        doute = incertitude(f"sans_juge_{ligne.cle}", dispense["dit"], dispense["verifie"])
        return Resultat(dispense["dit"], Regle(regle.cle, COMPETENCE, source(dispense["source"])), (), "", doute)
    lieu = s.dossier.debiteur.adresse
    sachant: tuple[Noeud, ...] = (fait("Commune du débiteur", lieu.commune),) if lieu else ()
    if "ressort" in ligne.brut:
        regle = Regle(regle.cle, COMPETENCE, source(ligne.brut["ressort"]))
    if "toutes" in dits:
        return Resultat(dits["toutes"], regle, sachant, "", ligne.reserves)
    juge_dit = dits.get(retenue.cle, dits["tj"])
    if (autre := dits.get(retenue.ou, juge_dit)) != juge_dit:
        juge_dit = f"{autre} ; ou {juge_dit}, selon la qualité des parties"
    return Resultat(juge_dit, regle, (juge, *sachant), "", ligne.reserves)


def _exiger(regles: Iterable[Exigence], intitule: str, droit: Droit, s: Situation, retenue: Juridiction) -> Resultat[bool]:
    """Oblige-t-on ? Par un oui ou un non, ou par le montant total de la demande."""
    r = next(r for r in regles if not r.juridictions or retenue.cle in r.juridictions)
    if r.juridictions and retenue.ou:
        r = evolve(r, reserves=(*r.reserves, *retenue.reserves))
    regle = Regle("avocat" if intitule == AVOCAT else "prealable", intitule, r.source)
    if r.sauf_piece and r.sauf_piece in s.pieces:
        return Resultat(False, regle, (), r.sauf, r.reserves)
    if not (r.au_dela or r.jusqu_a):
        return Resultat(r.valeur, regle, (), r.motif, r.reserves)
    bareme = droit.baremes[r.au_dela or r.jusqu_a]
    valeur, reserves = en_vigueur(bareme, s.au)
    if valeur is None:
        reserve = Reserve(f"{bareme.code}_anterieur", f"règle décrite seulement depuis le {bareme.connu_du:%d/%m/%Y}", r.source)
        return Resultat(False, regle, (), "aucune règle décrite à cette date", (*r.reserves, reserve))
    seuil = Montant(valeur.valeur)
    oblige = s.total > seuil if r.au_dela else s.total <= seuil
    if r.projet and not oblige and s.au >= r.projet[0] and s.total <= r.projet[1]:
        reserves += (r.projet[2],)
    sachant = (fait("Demande totale", s.total), Resultat(seuil, Regle(bareme.code, bareme.intitule, valeur.source)))
    motif = "demande au-delà du seuil" if s.total > seuil else "demande jusqu'au seuil, inclus"
    return Resultat(oblige, regle, sachant, motif, r.reserves + reserves)


def _cout(ligne: LigneVoie, droit: Droit, s: Situation, juridiction: str, avocat: bool) -> Resultat[Fourchette]:
    reserves: tuple[Reserve, ...] = ()
    if "non_chiffre" in ligne.brut:
        reserves += (Reserve(f"cout_{ligne.cle}_incomplet", ligne.brut["non_chiffre"], ligne.source),)
    if avocat:
        reserves += (HONORAIRES,)
    if "contribution" in ligne.brut["couts"] and juridiction == "tc" and contribution_possible(s.total, s.au):
        reserves += (CONTRIBUTION_ECONOMIQUE,)
    return cout(
        ligne.brut["couts"], droit, juridiction=juridiction, total=s.total, principal=principal(s), au=s.au, reserves=reserves
    )


def _duree(ligne: LigneVoie, juridiction: str) -> Resultat[str]:
    brut = ligne.brut["duree"]
    dite = brut.get(juridiction) or brut.get("dit") or brut["tj"]
    return Resultat(dite, DUREE, (), "", incertitude(f"duree_{ligne.cle}", f"{ligne.intitule}, durée", brut["verifie"]))


def _effet(ligne: LigneVoie) -> Resultat[str]:
    """Ce que la voie fait à la prescription : les mots de la table des causes, ou les siens."""
    brut = ligne.brut["prescription"]
    cle = f"effet_{ligne.cle}"
    if "cause" in brut:
        cause = causes()[brut["cause"]]
        return Resultat(cause.motif, Regle(cle, f"Prescription, {cause.effet}", cause.source), (), "", cause.reserves)
    doute = incertitude(cle, "Effet sur la prescription", brut["verifie"])
    return Resultat(brut["dit"], Regle(cle, "Prescription", source(brut["source"])), (), "", doute)
