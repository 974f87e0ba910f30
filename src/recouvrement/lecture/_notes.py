"""Notes obligatoires de la facture française (BT-21, BT-22) : pénalités, indemnité, escompte. Lues à la lettre, ou laissées. Privé."""

import re
from collections.abc import Iterator

from recouvrement.erreurs import DonneeInvalide, Remede
from recouvrement.lecture.constat import Constat
from recouvrement.modele.conditions import ConditionsPaiement, TauxIndexe
from recouvrement.modele.montant import Taux
from recouvrement.modele.personnes import Qualite

# EN 16931, BT-21 (UNTDID 4451), selon la règle BR-FR-05 de la norme AFNOR XP Z12-012.
PENALITES, INDEMNITE, ESCOMPTE = "PMD", "PMT", "AAB"
_TAUX_A_DONNER = Remede(
    "Donnez-le dans ConditionsPaiement(taux_penalites=…).", "Donnez cette facture par un CSV, colonne « taux_penalites »."
)
_S_IL_EST_CONVENU = Remede(
    "Donnez-le dans ConditionsPaiement s'il est convenu.",
    "S'il est convenu, donnez cette facture par un CSV, colonne « taux_penalites ».",
)
_CHAMPS = {PENALITES: "note PMD (pénalités)", INDEMNITE: "note PMT (indemnité)", ESCOMPTE: "note AAB (escompte)"}

_NOMBRE = r"[0-9]{1,3}(?:[.,][0-9]{1,4})?"
_BCE = r"(?:la )?(?:banque centrale européenne|bce)"
_SUPPLETIF = (
    rf"taux (?:appliqué par|de refinancement de|directeur de|de) {_BCE}"
    r"(?: à son opération (?:principale )?de refinancement (?:principale )?la plus récente)?,? majoré de {points} points(?: de pourcentage)?"
)
_LEGAL = r"(?P<fois>trois|3|[0-9]{1,2}(?:[.,][0-9]{1,2})?) fois le taux (?:d'intérêt |de l'intérêt )?légal(?: en vigueur)?"
_FIXE = rf"(?:taux convenu de (?P<convenu>{_NOMBRE}) ?% l'an|taux (?:annuel )?de (?P<annuel>{_NOMBRE}) ?% (?:l'an|par an))"
_INDEXE = r"taux convenu \((?P<indexe>[^()]{3,60})\)"
_INDICE = _SUPPLETIF.replace("{points}", "(?P<points>huit|dix|[0-9]{1,2})")
_TAUX = re.compile(f"(?:{_INDICE}|{_LEGAL}|{_FIXE}|{_INDEXE})")

# Ce qui peut accompagner un taux sans le changer : nos propres phrases (mentions de facture) et les références de la loi.
_SANS_EFFET = re.compile(
    r"soit [0-9]{1,3},[0-9]{2,4} ?% l'an au (?:1er|[0-9]{1,2}) [a-zéû]+ [0-9]{4}"
    r"|, sans pouvoir être inférieur à trois fois le taux de l'intérêt légal"
    rf"| ; s'il n'atteint pas, un semestre, trois fois le taux de l'intérêt légal : au {_SUPPLETIF.replace('{points}', 'dix')}"
    r"|tel qu'en vigueur au premier jour du semestre où le retard commence"
    r"|articles? (?:[lrd]\. ?)?[lrd]?\.? ?[0-9]{3,4}-[0-9]+(?:,? (?:ii|i))?(?:,? et (?:[lrd]\. ?)?[0-9]{3,4}-[0-9]+)?"
)
_DOUTEUX = re.compile(r"[0-9]|%|\b(?:taux|fois|mois|mensuel|jour|points?|minimum|maximum|ou)\b(?! calendaire)")
_QUARANTE = re.compile(r"(?<![0-9,.])(?<![0-9] )40(?:[.,]00)? ?(?:€|euros?\b|eur\b)")
_SOMME = re.compile(r"[0-9] ?(?:€|euros?\b|eur\b)")
_SANS_ESCOMPTE = re.compile(
    r"(?:aucun escompte|pas d'escompte|absence d'escompte)(?: (?:n'est )?(?:accordé|consenti))?"
    r"(?: (?:pour|en cas de) paiement (?:anticipé|comptant))?\.?|escompte : (?:néant|aucun)\.?"
    r"|les r[éè]glements reçus avant la date d'échéance ne donneront pas lieu à escompte\.?"
)
_ESCOMPTE = re.compile(r"escompte : (.+?)\.?", re.IGNORECASE)


def lire_notes(notes: tuple[tuple[str, str], ...], qualite: Qualite, constat: Constat) -> ConditionsPaiement:
    """Les conditions que les notes disent sans ambiguïté ; une note qui n'est pas comprise est une alerte, jamais un taux.

    Le taux écrit sur la facture d'un consommateur n'est pas retenu : rien ne dit qu'il l'a accepté.

    Source:
        C. com., art. L. 441-9, I ; AFNOR XP Z12-012, règle BR-FR-05 : PMD (pénalités), PMT (indemnité), AAB (escompte).
    """
    for texte, brut in _de(notes, INDEMNITE, constat):
        if len(_SOMME.findall(texte)) != 1 or not _QUARANTE.search(texte):
            constat.alerter(
                "l'indemnité écrite n'est pas les 40 € de la loi : elle n'est pas lue", champ=_CHAMPS[INDEMNITE], valeur=brut
            )
    escomptes = [_escompte(t, brut, constat) for t, brut in _de(notes, ESCOMPTE, constat)]
    legal = "8" if qualite is Qualite.PERSONNE_PUBLIQUE else "10"
    taux = [t for texte, brut in _de(notes, PENALITES, constat) for t in _taux(texte, brut, legal, constat)]
    retenu = taux[0] if taux else None
    if retenu is not None and qualite in (Qualite.CONSOMMATEUR, Qualite.NON_PROFESSIONNEL):
        message = "taux écrit sur la facture d'un débiteur qui n'est pas professionnel : il n'est pas retenu"
        constat.alerter(message, champ=_CHAMPS[PENALITES], valeur=retenu, remede=_S_IL_EST_CONVENU)
        retenu = None
    return ConditionsPaiement(taux_penalites=retenu, escompte=next((e for e in escomptes if e), None))


def _de(notes: tuple[tuple[str, str], ...], code: str, constat: Constat) -> list[tuple[str, str]]:
    """La note de ce code, en minuscules et telle quelle ; deux notes différentes se contredisent : aucune n'est lue."""
    bruts = list(
        dict.fromkeys(" ".join(texte.replace("’", "'").split()) for sujet, texte in notes if sujet == code and texte.strip())
    )
    if len(bruts) > 1:
        constat.alerter("deux notes se contredisent : aucune n'est lue", champ=_CHAMPS[code], valeur=" / ".join(bruts))
        return []
    return [(brut.lower(), brut) for brut in bruts]


def _taux(texte: str, brut: str, legal: str, constat: Constat) -> Iterator[Taux | TauxIndexe]:
    """Le seul taux de la phrase, rien d'autre n'y étant chiffré ; celui de la loi ne convient de rien."""
    reste = _SANS_EFFET.sub(" ", texte)
    lus = list(_TAUX.finditer(reste))
    if len(lus) == 1 and not _DOUTEUX.search(reste[: lus[0].start()] + " " + reste[lus[0].end() :]):
        try:
            yield from _lire(lus[0], legal)
        except DonneeInvalide:
            pass
        else:
            return
    constat.alerter(
        "taux de pénalités que nous ne savons pas lire : celui de la loi est appliqué",
        champ=_CHAMPS[PENALITES],
        valeur=brut,
        remede=_TAUX_A_DONNER,
    )


def _lire(lu: re.Match[str], legal: str) -> Iterator[Taux | TauxIndexe]:
    fixe = lu["convenu"] or lu["annuel"]
    if lu["points"]:
        points = {"huit": "8", "dix": "10"}.get(lu["points"], lu["points"])
        if points != legal:
            yield TauxIndexe("bce", plus=Taux(points))
    elif fixe:
        yield Taux(fixe.replace(",", "."))
    elif lu["indexe"]:
        yield TauxIndexe.lire(lu["indexe"])
    elif lu["fois"]:
        yield TauxIndexe.lire(f"{lu['fois'].replace('trois', '3')} × taux légal")


def _escompte(texte: str, brut: str, constat: Constat) -> str | None:
    if _SANS_ESCOMPTE.fullmatch(texte):
        return None
    dit = _ESCOMPTE.fullmatch(brut)
    if dit is None:
        constat.alerter("escompte que nous ne savons pas lire : laissé vide", champ=_CHAMPS[ESCOMPTE], valeur=brut)
        return None
    return constat.tolerer(lambda: ConditionsPaiement(escompte=dit[1]).escompte, _CHAMPS[ESCOMPTE])
