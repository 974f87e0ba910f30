"""Ce qu'un humain lève avant d'envoyer une lettre que rien n'interdit : un doute sur un chiffre, un délai court, une mention qui manque."""

import re
from collections.abc import Iterator
from itertools import chain

from recouvrement.affichage import compter, date_fr
from recouvrement.courrier.document import Courrier
from recouvrement.courrier.faits import Faits
from recouvrement.droit import pour
from recouvrement.droit.base import Regime
from recouvrement.droit.fr.jours_feries import Calendrier
from recouvrement.modele.creance import Creance
from recouvrement.modele.personnes import Qualite
from recouvrement.politique.bilan import Alerte
from recouvrement.politique.suite import presentation_presumee
from recouvrement.resultat import Source

DES_CHIFFRES = frozenset(
    {"taux_non_publie", "taux_incertain", "taux_sous_plancher", "interets_apres_titre", "indemnite_autre_devise"}
)
DU_DOSSIER = frozenset({"prescription_proche", "credit_possible", "creancier_etranger"})
DELAI_D_USAGE = {True: 15, False: 8}  # un consommateur, un autre : jours après la présentation
MENTIONS = Source("Code de commerce", "R. 123-237")
NUMERO = re.compile(r"(?:[A-Z]\.\s)?[\d-]+")  # le premier article qu'une source cite
EN_AFFAIRES = frozenset({Qualite.COMMERCANT, Qualite.PROFESSIONNEL})


def avertir(courrier: Courrier, faits: Faits) -> tuple[Alerte, ...]:
    """Les avertissements d'une lettre, ceux du bilan d'abord ; elle peut partir, mais pas sans avoir été lue."""
    retenues = DU_DOSSIER | (DES_CHIFFRES if faits.reclame_accessoires else frozenset())
    visees = {b.creance.reference for b in faits.visees}
    du_bilan = [a for a in faits.bilan.alertes if a.cle in retenues and (not a.creance or a.creance in visees)]
    siens = (_delai(courrier, faits), _redaction(courrier, faits), _renonciation(courrier, faits), _mentions(courrier))
    return (*du_bilan, *chain.from_iterable(siens))


def _delai(courrier: Courrier, faits: Faits) -> Iterator[Alerte]:
    if not faits.met_en_demeure or faits.limite is None:
        return
    presentee = presentation_presumee(courrier.date, Calendrier()) if courrier.canal == "recommande" else courrier.date
    reste = (faits.limite - presentee).days
    usage = DELAI_D_USAGE[courrier.destinataire.qualite is Qualite.CONSOMMATEUR]
    if reste < usage:
        message = f"délai court : {compter(reste, 'jour')} après la présentation, présumée le {date_fr(presentee)} ; l'usage en laisse {usage}"
        yield Alerte("delai_court", "attention", message, source=Source("Code civil", "1231"))


def _redaction(courrier: Courrier, faits: Faits) -> Iterator[Alerte]:
    """Une lettre cite les textes en vigueur ; un contrat plus ancien garde les siens, que le décompte cite."""
    ecrit = " ".join("".join(map(str, texte)) for texte in courrier.textes())
    for c, regime in _regimes(faits):
        sienne, presente = regime.source_au(c.contrat_le or c.emise_le), regime.source_au(courrier.date)
        cite = _numero(presente)
        if cite != _numero(sienne) and cite in ecrit:
            message = f"facture {c.numero} : son contrat est régi par {sienne} ; la lettre cite {presente} : à corriger"
            yield Alerte("redaction_ancienne", "attention", message, c.reference, sienne)


def _regimes(faits: Faits) -> Iterator[tuple[Creance, Regime]]:
    """Les créances dont parle la lettre, et leur régime."""
    connus = {r.code: r for r in pour("fr").regimes}
    return ((b.creance, connus[b.regime]) for b in faits.visees if b.regime in connus)


def _numero(source: Source) -> str:
    trouve = NUMERO.match(source.article)
    return trouve[0] if trouve else source.texte


def _renonciation(courrier: Courrier, faits: Faits) -> Iterator[Alerte]:
    """Ce qu'une transaction abandonne s'écrit librement : seul un humain voit si ce sont des intérêts moratoires."""
    articles = [regime.renonciation for _, regime in _regimes(faits) if regime.renonciation is not None]
    if courrier.lettre == "transaction" and articles:
        message = (
            "renoncer aux intérêts moratoires d'un acheteur public est réputé non écrit, même par transaction (CAA Douai, 27 février "
            "2020, n° 18DA02505) : n'abandonnez que du principal"
        )
        yield Alerte("renonciation_publique", "attention", message, source=articles[0])


def _mentions(courrier: Courrier) -> Iterator[Alerte]:
    creancier = courrier.creancier
    if creancier.qualite in EN_AFFAIRES and creancier.siren is None:
        message = "le SIREN de l'expéditeur manque au pied de la lettre ; donnez aussi sa forme, son capital et son RCS s'il en a"
        yield Alerte("mentions_incompletes", "attention", message, source=MENTIONS)
