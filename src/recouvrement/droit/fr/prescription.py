"""Jusqu'à quand le créancier peut-il agir ? Le dernier jour utile et le jour prudent, toujours les deux.

Le délai se compte de quantième à quantième, le jour de l'événement exclu (C. civ., art. 2228 et 2229). Aucune prorogation au
lendemain d'un week-end : l'article 642 du CPC ne vaut que pour les délais de procédure (Com., 10 janv. 2006, n° 04-10.482 ;
2e civ., 7 avr. 2016, n° 15-12.960). Une interruption efface le temps couru et ouvre un délai de même durée (art. 2231) ; une
suspension l'arrête sans l'effacer (art. 2230).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple

from recouvrement.droit.base import Droit, RegimePrescription
from recouvrement.droit.chronologie import Prescription, Segment, Versement, dater, marquer
from recouvrement.droit.fr.causes import ANEANTIE, NON_AVENUE, Moment, moments
from recouvrement.droit.fr.echeances import du_contrat
from recouvrement.erreurs import DonneeInvalide, DroitIndisponible
from recouvrement.modele._fabrique import fabrique
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement
from recouvrement.modele.evenements import DecheanceTerme
from recouvrement.resultat import Noeud, Regle, Reserve, Source, conclure, fait
from recouvrement.temps import UN_JOUR, Delai, JoursOuvres

SIX_MOIS = Delai(mois=6)
VINGT_ANS = Delai(annees=20)
UN_AN, DIX_ANS = Delai(annees=1), Delai(annees=10)
PROTEGEE = (date(2020, 3, 12), date(2020, 6, 23))  # période de l'ordonnance n° 2020-306, bornes incluses
FIN_DE_PROTECTION = date(2020, 8, 23)

DEPART = Regle("fait", "Départ")
EXTINCTION = Source("Code civil", "2219")
LOI_NOUVELLE = Source("Code civil", "2222, al. 2")
DECHEANCE = Source("Cass. 1re civ., 11 févr. 2016, n° 14-22.938")
MEDIATION_PUBLIQUE = Source("Loi n° 68-1250 du 31 décembre 1968", "2-1")
APRES_COUP = Source("Cass. 1re civ., 19 mai 2021, n° 19-26.253")
TERME = Source("Code civil, art. 2233, 3° ; Cass. com., 14 juin 2023, n° 21-14.841")
BUTOIR = Source("Code civil", "2232")
FORCLUSION = Source("Code civil", "2220")
CONVENTION = Source("Code civil", "2254")
INSTANCE = Source("Code civil", "2242")
PRESCRIPTION_ACQUISE = Source("Code civil", "2250")
COVID = Reserve(
    "periode_protegee",
    "délai expiré entre le 12 mars et le 23 juin 2020 : l'acte fait jusqu'au 23 août 2020 est tenu pour fait à temps",
    Source("Ordonnance n° 2020-306 du 25 mars 2020", "2"),
)
SANS_EXECUTION = Reserve(
    "depart_sans_execution",
    "le jour d'où court ce délai n'est pas donné : la prescription est comptée de l'émission de la facture",
)
REGIME_ANTERIEUR = Reserve(
    "prescription_anterieure",
    "délai parti avant la loi qui fixe cette durée : la durée d'alors n'est pas décrite, celle-ci est retenue",
)
SUSPENSION_PUBLIQUE = Reserve(
    "suspension_publique",
    "envers une personne publique, une suspension compte six mois au plus : texte lu dans une seule source, écrit pour la médiation, et"
    " appliqué ici à toutes les causes",
    MEDIATION_PUBLIQUE,
)
MOTIF_ECHEANCE = "la dette à terme n'est pas exigible avant son terme ; le jour de l'échéance ne compte pas"
MOTIF_DECHEANCE = "déchéance du terme : la dette est exigible ce jour-là"
MOTIF_EXECUTION = "sans échéance donnée, l'achèvement de la prestation ou la livraison"
MOTIF_EMISSION = "faute du jour d'où court ce délai, l'émission de la facture"
MOTIF_LOI_NOUVELLE = "une loi a réduit la durée : la nouvelle court de son entrée en vigueur, sans dépasser l'ancienne"
PRUDENCE = "la veille, ramenée à un jour ouvré"
DEPUIS_L_EXECUTION, SANS_LES_DOUTES = "de l'exécution, antérieure à l'échéance", "sans les faits discutés"
MOTIF_CIVIL = "années civiles entières, du 1er janvier qui suit celle du service fait"
MOTIF_BUTOIR = "vingt ans de la naissance du droit : ni reconnaissance ni suspension ne les dépassent"
AVANT = "avant que le délai ne commence"
APRES = "après l'expiration : plus rien à interrompre ni à suspendre"
PENDANT = "pendant l'instance, ou le même jour : l'interruption dure déjà"
NON_ACQUISE = "la prescription n'était pas acquise : on ne renonce pas d'avance"
ETRANGERE = "cette cause ne vaut pas pour ce régime de prescription"
INSENSIBLE = "forclusion : ni la reconnaissance ni la suspension ne la déplacent"


def prescription(
    droit: Droit, creance: Creance, versements: tuple[Versement, ...], evenements: tuple[Evenement, ...], *, au: date
) -> Prescription:
    """Dernier jour utile et jour prudent, avec tout ce qui les a déplacés, ou n'a pas pu.

    Args:
        versements: Paiements qui ont touché la créance.
        evenements: Ceux de la créance ; ce qui est daté après ``au`` n'existe pas.

    Raises:
        DonneeInvalide: Durée convenue là où la loi l'interdit.
    Source:
        C. civ., art. 2224 à 2254 ; C. com., art. L. 110-4 ; C. conso., art. L. 218-2 ; loi n° 68-1250, art. 1 à 3.
    """
    ligne = droit.regime_prescription(creance)
    duree = _duree(creance, ligne)
    depart, piece, source, motif, reserves = _depart(creance, ligne, evenements, au)
    faits = moments(creance, ligne, versements, evenements, au) if versements or evenements else []
    titre = droit.prescriptions["titre_executoire"]
    plafond = VINGT_ANS.depuis(creance.nee_le) if faits and ligne.butoir else None

    cours = _Cours(ligne, duree, depart, plafond, titre)
    fin = cours.fin
    segments = [marquer(depart, fin, "depart", piece, source, motif, fin), *_loi_nouvelle(ligne, cours)]
    if faits:
        for m in faits:
            segments += cours.subir(m)
        segments.sort(key=_du)
        fin = cours.fin

    prudent = min(depart, creance.executee_le) if ligne.prudence and creance.executee_le else depart
    fin_prudente, pourquoi = fin, PRUDENCE
    doutes = bool(faits) and any(not m.cause.certaine and m.cause.effet != "sans_effet" for m in faits)
    if prudent != depart or doutes:
        second = _Cours(ligne, duree, prudent, plafond, titre)
        for m in faits:
            if m.cause.certaine:
                second.subir(m)
        if second.fin < fin_prudente:
            fin_prudente, pourquoi = second.fin, _pourquoi(plus_tot=prudent != depart, doutes=doutes)

    decisif = cours.ligne  # le titre, s'il y en a un
    duree_expliquee = decisif.duree_expliquee if cours.duree is decisif.duree else fait("Durée convenue", duree, str(CONVENTION))
    sachant: tuple[Noeud, ...] = (conclure(depart, DEPART, (), motif), duree_expliquee, *cours.raisons)
    if ajoutees := (*reserves, *cours.reserves, *((COVID,) if fin != cours.expire else ())):
        reserves = tuple(dict.fromkeys((*ligne.reserves, *ajoutees)))
    else:
        reserves = ligne.reserves
    resultat = conclure(fin, decisif.regle, sachant, "", reserves)
    return dater(
        fin, _prudent(droit.calendrier, fin_prudente), au, decisif.code, tuple(segments), resultat, decisif.acte, pourquoi
    )


def _loi_nouvelle(ligne: RegimePrescription, cours: "_Cours") -> tuple[Segment, ...]:
    """La loi qui a réduit la durée en cours de délai."""
    if len(cours.horloges) == 1 or ligne.depuis is None:
        return ()
    return (marquer(ligne.depuis, cours.fin, "depart", "loi nouvelle", LOI_NOUVELLE, MOTIF_LOI_NOUVELLE, cours.fin),)


def _pourquoi(*, plus_tot: bool, doutes: bool) -> str:
    """Ce qui raccourcit la lecture prudente."""
    return " ; ".join([DEPUIS_L_EXECUTION] * plus_tot + [SANS_LES_DOUTES] * doutes + [PRUDENCE])


def _prudent(calendrier: JoursOuvres, fin: date) -> date:
    """La veille, reculée à un jour ouvré ; d'une année dont les jours fériés ne sont pas calculés, à un jour de semaine."""
    veille = fin - UN_JOUR
    try:
        return calendrier.recule(veille)
    except DroitIndisponible:
        return veille - timedelta(days=max(0, veille.weekday() - 4))


class _Horloge(NamedTuple):
    """Une durée qui court d'un jour, exclu, jusqu'à un autre, inclus."""

    depart: date
    fin: date


_courir = fabrique(_Horloge)
_du = attrgetter("du")


def _premiere(horloges: tuple[_Horloge, ...]) -> date:
    """La fin de la première échue."""
    return horloges[0].fin if len(horloges) == 1 else min([h.fin for h in horloges])


class _Cours:
    """Le délai, tel qu'il en est après les faits subis jusqu'ici.

    Attributes:
        premier: Départ du premier délai : ce qui le précède n'interrompt rien.
        depart: Départ du délai en cours.
        horloges: Une ; ou deux quand une loi a réduit la durée en cours de délai, l'ancienne et la nouvelle : la première échue compte.
        expire: Dernier jour du délai, hors période protégée.
        repris: Dernier jour de reprise des suspensions subies : elles ne se comptent qu'une fois.
        plancher: Dernier jour de reprise dont six mois doivent rester.
        plafond: Jour du butoir, ``None`` s'il ne joue pas ; ``libre`` : le délai en cours y échappe.
        libres: Délai libre qu'une reconnaissance a suivi : le butoir n'arrête que le sien, l'autre court encore.
    """

    plancher = date.min
    libres: tuple[_Horloge, ...] = ()
    raisons: tuple[Noeud, ...] = ()
    reserves: tuple[Reserve, ...] = ()

    def __init__(
        self, ligne: RegimePrescription, duree: Delai, depart: date, plafond: date | None, titre: RegimePrescription
    ) -> None:
        """Le premier délai."""
        self.ligne, self.duree, self.titre = ligne, duree, titre
        self.premier = self.depart = self.repris = depart
        self.plafond, self.libre = plafond, plafond is None
        self.horloges = self._partir(depart)
        self.expire = _premiere(self.horloges)

    @property
    def fin(self) -> date:
        """Dernier jour utile : un délai expiré dans la période protégée est prolongé, sans que ses faits ultérieurs l'en comptent."""
        protegee = PROTEGEE[0] <= self.expire <= PROTEGEE[1] and self.duree is self.ligne.duree  # pas une durée convenue
        return FIN_DE_PROTECTION if protegee else self.expire

    def subir(self, m: Moment) -> tuple[Segment, ...]:
        """Ce que ce fait change au délai, ou pourquoi il n'y change rien."""
        cause = m.cause.pour(self.ligne.code)
        m = m._replace(cause=cause) if cause is not m.cause else m
        if cause.effet == "sans_effet":
            return (_sans_effet(m, cause.source, cause.motif),)
        if m.aneanti:
            return (_sans_effet(m, NON_AVENUE, ANEANTIE),)
        if cause.seulement and self.ligne.code not in cause.seulement:
            return (_sans_effet(m, cause.source, ETRANGERE),)
        # une interruption est un acte tenu pour fait à temps dans la période protégée ; une suspension, non
        perdue = cause.cle != "titre" and m.le > (self.expire if cause.effet == "suspension" else self.fin)
        if cause.effet == "suspension" and (perdue or self.ligne.forclusion):
            self._retenir(m)  # sans effet sur ce délai, elle en retiendra un qui s'ouvrirait d'ici là
        if self.ligne.forclusion and not cause.forclusion:
            return (_sans_effet(m, FORCLUSION, INSENSIBLE),)
        if cause.effet == "renonciation":
            return self._renoncer(m)
        if cause.cle == "titre" and self.ligne is not self.titre:  # ses dix ans remplacent le délai de la créance
            self.ligne, self.duree, self.expire = self.titre, self.titre.duree, date.min
        elif perdue:
            return (_sans_effet(m, APRES_COUP if cause.cle.startswith("paiement") else EXTINCTION, APRES),)
        if m.le > self.expire and cause.cle != "titre":
            self.reserves += (COVID,)
        return self._suspendre(m) if cause.effet == "suspension" else self._interrompre(m)

    def _renoncer(self, m: Moment) -> tuple[Segment, ...]:
        if m.le <= self.fin:
            return (_sans_effet(m, PRESCRIPTION_ACQUISE, NON_ACQUISE),)
        self.depart, self.libre = m.le, True
        self.horloges = self._prolongees(self._partir(m.le))
        return self._porter(m, "interruption")

    def _suspendre(self, m: Moment) -> tuple[Segment, ...]:
        if m.reprise < self.depart or (m.reprise == self.depart and not m.en_cours):
            return (_sans_effet(m, m.cause.source, AVANT),)
        repris = self.repris
        self._retenir(m)
        self.horloges = self._arreter(self.horloges, m, repris)
        if self.libres and m.le <= _premiere(self.libres):
            self.libres = self._arreter(self.libres, m, repris)
        return self._porter(m, "suspension")

    def _retenir(self, m: Moment) -> None:
        self.repris = max(self.repris, m.reprise)
        if m.cause.plancher:
            self.plancher = max(self.plancher, m.reprise)

    def _six_mois(self, reprise: date) -> date:
        """Six mois de cette reprise, plus les jours qu'une autre suspension arrête encore."""
        return SIX_MOIS.depuis(reprise) + (self.repris - reprise)

    def _arreter(self, horloges: tuple[_Horloge, ...], m: Moment, repris: date) -> tuple[_Horloge, ...]:
        """Les jours de cette suspension qu'aucune autre n'a comptés, et le plancher de six mois."""
        plancher = self._six_mois(m.reprise) if m.cause.plancher else date.min
        return tuple(
            _courir(depart, max(fin + max(m.reprise - max(m.le, repris, depart), timedelta(0)), plancher))
            for depart, fin in horloges
        )

    def _interrompre(self, m: Moment) -> tuple[Segment, ...]:
        jugee = m.cause.cle == "titre"
        if m.le <= self.premier and not jugee:
            return (_sans_effet(m, m.cause.source, AVANT),)
        if m.depart <= self.depart and not jugee:
            return (_sans_effet(m, INSTANCE, PENDANT),)
        self.depart, etait_libre, precedentes = m.depart, self.libre, self.horloges
        self.libre = self.plafond is None or not m.cause.butoir or self.ligne is self.titre
        self.libres = () if self.libre else precedentes if etait_libre else self.libres
        self.horloges = self._prolongees(self._partir(max(self.depart, self.premier)))  # un titre peut précéder l'échéance
        return self._porter(m, "interruption")

    def _prolongees(self, horloges: tuple[_Horloge, ...]) -> tuple[_Horloge, ...]:
        """Un délai ouvert pendant une suspension n'en compte que le reste ; il ne finit jamais avant celui qu'il remplace."""
        if self.ligne.forclusion:
            return horloges
        plancher = self._six_mois(self.plancher) if self.plancher > self.depart else date.min
        return tuple(_courir(d, max(self.expire, plancher, fin + max(self.repris - d, timedelta(0)))) for d, fin in horloges)

    def _porter(self, m: Moment, effet: Literal["interruption", "suspension"]) -> tuple[Segment, ...]:
        """La nouvelle fin : jamais avant l'ancienne, ni au-delà du butoir."""
        neuf = _premiere(self.horloges)
        butoir = self.plafond if not self.libre and self.plafond is not None and neuf > self.plafond else None
        self.expire = max(self.expire, min(neuf, butoir) if butoir else neuf)
        if self.libres:
            self.expire = max(self.expire, _premiere(self.libres))
        cause = m.cause
        self.raisons += (conclure(m.le, cause.regle, (), cause.motif),)
        self.reserves += cause.reserves
        au = (None if m.en_cours else m.reprise) if effet == "suspension" else self.fin
        source = cause.source
        if effet == "suspension" and self.ligne.suspension_max:
            source = MEDIATION_PUBLIQUE
            self.reserves += (SUSPENSION_PUBLIQUE,)
        segment = marquer(m.le, au, effet, cause.intitule, source, cause.motif, self.fin)
        if butoir is None:
            return (segment,)
        return (segment, marquer(m.le, butoir, "butoir", cause.intitule, BUTOIR, MOTIF_BUTOIR, self.fin))

    def _partir(self, depart: date) -> tuple[_Horloge, ...]:
        """Le délai parti ce jour-là : de quantième à quantième, ou jusqu'au 31 décembre de la dernière année civile.

        Une loi qui réduit la durée fait courir la nouvelle de son entrée en vigueur, à 0 h, sans dépasser l'ancienne (C. civ., art. 2222).
        """
        ligne = self.ligne
        if ligne.civile:
            depart = date(depart.year, 12, 31)
        seule = (_courir(depart, self.duree.depuis(depart)),)
        if ligne.depuis is None or depart >= ligne.depuis or self.duree is not ligne.duree:
            return seule
        if ligne.ancienne is None:
            self.reserves += (REGIME_ANTERIEUR,)
            return seule
        self.reserves += ligne.ancienne.reserves
        ancienne = _courir(depart, ligne.ancienne.duree.depuis(depart))
        return (ancienne, _courir(ligne.depuis, self.duree.depuis(ligne.depuis) - UN_JOUR))


def _sans_effet(m: Moment, source: Source, motif: str) -> Segment:
    return marquer(m.le, None, "sans_effet", m.cause.intitule, source, motif)


def _duree(creance: Creance, ligne: RegimePrescription) -> Delai:
    """La durée de la loi, ou celle que les parties ont convenue, d'un à dix ans, là où la loi le permet.

    Source:
        C. civ., art. 2254 ; C. conso., art. L. 218-1 ; C. assur., art. L. 114-3.
    """
    convenue = creance.prescription_convenue
    if convenue is None:
        return ligne.duree
    if not ligne.amenageable:
        remede = (
            "Retirez prescription_convenue : la durée est celle de la loi (C. civ., art. 2254, al. 3 ; C. conso., art. L. 218-1)."
        )
        message = f"durée de prescription non modifiable par contrat : {ligne.intitule}"
        raise DonneeInvalide(message, champ="prescription_convenue", valeur=convenue, ou=creance.reference, remede=remede)
    jour = creance.emise_le
    if not UN_AN.depuis(jour) <= convenue.depuis(jour) <= DIX_ANS.depuis(jour):
        message = "une durée d'un à dix ans est attendue (C. civ., art. 2254)"
        raise DonneeInvalide(message, champ="prescription_convenue", valeur=convenue, ou=creance.reference)
    return convenue


def _depart(
    creance: Creance, ligne: RegimePrescription, evenements: Sequence[Evenement], au: date
) -> tuple[date, str, Source, str, tuple[Reserve, ...]]:
    """Jour de départ, exclu du délai ; la pièce, l'article, le motif et les réserves qui l'accompagnent."""
    if ligne.depart == "emission":
        return creance.emise_le + timedelta(days=ligne.attente), ligne.depart_dit, ligne.source, "", ()
    if ligne.depart == "exigibilite" and (due := _exigible_le(creance, ligne)) is not None:
        if evenements:
            pertes = [e.le for e in evenements if isinstance(e, DecheanceTerme) and e.le <= min(au, due)]
            if pertes:
                return min(pertes), "déchéance du terme", DECHEANCE, MOTIF_DECHEANCE, ()
        if ligne.depart_dit:
            return due, ligne.depart_dit, ligne.source, MOTIF_ECHEANCE, ()
        return due, "échéance", TERME, MOTIF_ECHEANCE, ()
    if creance.executee_le is not None:
        motif = MOTIF_CIVIL if ligne.civile else "" if ligne.depart_dit else MOTIF_EXECUTION
        return creance.executee_le, ligne.depart_dit or "exécution", ligne.source, motif, ()
    return creance.emise_le, "émission", ligne.source, MOTIF_EMISSION, (SANS_EXECUTION,)


def _exigible_le(creance: Creance, ligne: RegimePrescription) -> date | None:
    """L'échéance donnée ; sinon le terme convenu, s'il se compte sans rien supposer ; ``None`` : ni l'une ni l'autre.

    Source:
        C. civ., art. 2233, 3° ; Com., 5 déc. 2018 (« net 14 jours » : l'exigibilité, non l'émission).
    """
    terme = creance.conditions.terme
    if creance.echeance is not None or terme is None or ligne.depart_dit:
        return creance.echeance
    due = du_contrat(creance, terme)
    return None if due.reserves else due.valeur
