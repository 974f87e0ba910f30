"""Les faits d'une lettre : les créances visées, la somme demandée, les champs et les conditions qu'un modèle peut nommer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import TypeVar

from attrs import define, field, fields, frozen

from recouvrement.courrier.document import Donnee, Fragment, Jour, Tableau, Texte
from recouvrement.courrier.modele import Champs, Conditions, Lexique
from recouvrement.courrier.reproductions import l111_8
from recouvrement.courrier.tiers import Tiers
from recouvrement.droit.fr.conditions_voies import transfrontalier
from recouvrement.droit.fr.territoires import etat
from recouvrement.erreurs import ModeleInvalide
from recouvrement.modele.actes import Demarche, MiseEnDemeure, Relance
from recouvrement.modele.creance import Creance
from recouvrement.modele.dossier import Evenement, atteint, vise
from recouvrement.modele.evenements import Appel, Echeancier, ProcedureCollective, Promesse
from recouvrement.modele.lettres import somme_en_lettres
from recouvrement.modele.montant import FINE, INSECABLE, Montant
from recouvrement.modele.personnes import Creancier, Debiteur, Mandataire, Qualite
from recouvrement.politique.accord import SuiviEcheancier, repartis
from recouvrement.politique.bilan import Bilan, BilanCreance, Empechement
from recouvrement.politique.empechements import blocage, procedure_subie, remplacee, suivi, suspendue
from recouvrement.politique.mandat import premiere_lettre
from recouvrement.temps import UN_JOUR

E = TypeVar("E", MiseEnDemeure, Promesse, Echeancier, Appel)


@frozen(kw_only=True)
class Apport:
    """Ce que le sujet d'une lettre (un échéancier, un paiement…) lui apporte de plus que le bilan.

    Attributes:
        creances: Références dont il parle ; vide : il ne le dit pas.
        souffre_la_procedure: La lettre reste permise contre un débiteur en procédure collective.
    """

    champs: Champs = field(factory=dict)
    conditions: Conditions = field(factory=dict)
    tableaux: Mapping[str, tuple[Tableau, ...]] = field(factory=dict)
    creances: tuple[str, ...] = ()
    souffre_la_procedure: bool = False


@define(kw_only=True, frozen=True, slots=False)
class Faits:
    """Ce que la lettre a le droit de dire.

    Attributes:
        visees: Créances dont elle parle.
        memoire: Celles qu'elle rappelle sans les réclamer.
        a_payer: Somme demandée ; ``None`` : elle ne demande rien.
        limite: Dernier jour accordé, inclus.
        exige_une_limite: La lettre ne peut se passer d'une date limite.
        met_en_demeure: La lettre est une mise en demeure.
        ouvre_le_mandat: La lettre est la première d'un mandataire, celle de l'article R. 124-4 du CPCE.
        destinataire: À qui elle s'adresse, si ce n'est au débiteur.
        dits: Les faits que l'appelant ajoute.
        tableaux_ecrits: Noms des tableaux que la lettre montre.
    """

    bilan: Bilan
    mots: Lexique
    visees: tuple[BilanCreance, ...]
    memoire: tuple[BilanCreance, ...] = ()
    a_payer: Montant | None = None
    reclame_accessoires: bool = False
    limite: date | None = None
    jours_accordes: int | None = None
    exige_une_limite: bool = False
    met_en_demeure: bool = False
    ouvre_le_mandat: bool = False
    apport: Apport = Apport()
    destinataire: Tiers | None = None
    reference_donnee: str = ""
    dits: Champs = field(factory=dict)
    tableaux_ecrits: frozenset[str] = frozenset()

    @property
    def reference(self) -> str:
        """Référence à rappeler : celle qui est donnée, sinon la seule facture, sinon le client, sinon la première facture."""
        return self.reference_donnee or _reference([b.creance for b in self.visees])

    @cached_property
    def mandataire(self) -> Mandataire | None:
        """Qui recouvre pour le créancier, au jour du bilan."""
        return self.bilan.dossier.mandataire_au(self.bilan.au)

    @cached_property
    def expediteur(self) -> Creancier:
        """Qui écrit, et que le débiteur paie."""
        return expediteur(self.bilan)

    @cached_property
    def premieres_lettres(self) -> tuple[Demarche | None, ...]:
        """Celle que le mandataire a envoyée pour chaque créance dont on parle, ou rien ; vide sans mandataire."""
        if self.mandataire is None:
            return ()
        faits = [e for e in self.bilan.dossier.evenements if e.le <= self.bilan.au]
        return tuple(premiere_lettre(self.mandataire, b, faits) for b in (*self.visees, *self.memoire))

    @property
    def a_rappeler(self) -> tuple[tuple[date, str], ...]:
        """Jour et référence de ces lettres : celle que porte le fait, sinon celle que la lettre a dû porter."""
        creances, lettres = self.bilan.dossier.creances, dict.fromkeys(x for x in self.premieres_lettres if x is not None)
        return tuple((x.le, x.reference or _reference([y for y in creances if vise(x, y)])) for x in lettres)

    @property
    def rappels(self) -> tuple[date, ...]:
        """Jours des écrits antérieurs de l'expéditeur qui visaient ces créances, tirés des faits du dossier."""
        depuis = self.mandataire.mandat_le if self.mandataire else date.min
        actes = [e for e in self.bilan.dossier.evenements if isinstance(e, Relance | MiseEnDemeure)]
        actes = [e for e in actes if depuis <= e.le <= self.bilan.au]
        ecrits = [e for e in actes if e.canal != "telephone" and any(vise(e, b.creance) for b in self.visees)]
        return tuple(sorted({e.le for e in ecrits}))

    @cached_property
    def mise_en_demeure(self) -> MiseEnDemeure | None:
        """La dernière mise en demeure qui visait ces créances."""
        return max(self._vus(MiseEnDemeure), key=lambda e: e.le, default=None)

    @cached_property
    def promesse(self) -> Promesse | None:
        """La dernière promesse qui n'a pas été tenue, les jours de grâce passés."""
        return max((e for e in self._vus(Promesse) if self._manque(e)), key=lambda e: e.le, default=None)

    @cached_property
    def plan(self) -> Echeancier | None:
        """Le dernier échéancier qui n'est pas tenu."""
        return max((e for e in self._vus(Echeancier) if self._manque(e)), key=lambda e: e.le, default=None)

    @cached_property
    def appel(self) -> Appel | None:
        """Le dernier appel où le débiteur a répondu."""
        joints = (e for e in self._vus(Appel) if e.issue in ("joint", "refus_explicite"))
        return max(joints, key=lambda e: e.le, default=None)

    @cached_property
    def procedure(self) -> ProcedureCollective | None:
        """La procédure collective qui interdit de demander paiement de ces créances."""
        faits = ((b.creance, _siens(b, self.bilan)) for b in self.visees)
        return next((p for creance, siens in faits if (p := procedure_subie(creance, siens, self.bilan.au))), None)

    @cached_property
    def retenue(self) -> Empechement | None:
        """Ce qui suspend toute demande de ces créances, quand bien même le créancier la déciderait."""
        return next((e for b in self.visees if (e := retenir(b, self.bilan))), None)

    @property
    def injonction_ouverte(self) -> bool:
        """Vrai si le débiteur est privé et demeure en France, ou là où sa procédure s'applique (CPC, art. 1406)."""
        debiteur = self.bilan.dossier.debiteur
        return debiteur.qualite is not Qualite.PERSONNE_PUBLIQUE and etat(debiteur.adresse) == "FR"

    @property
    def injonction_europeenne_ouverte(self) -> bool:
        """Vrai d'un débiteur d'un autre État du règlement que son créancier, et hors de France (règl. (CE) n° 1896/2006, art. 2 et 3)."""
        dossier = self.bilan.dossier
        prive = dossier.debiteur.qualite is not Qualite.PERSONNE_PUBLIQUE
        return prive and not self.injonction_ouverte and transfrontalier(dossier)

    def _vus(self, genre: type[E]) -> list[E]:
        connus = [e for e in self.bilan.dossier.evenements if isinstance(e, genre) and e.le <= self.bilan.au]
        return [e for e in connus if any(atteint(e, b.creance.reference) for b in self.visees)]

    def _manque(self, parole: Promesse | Echeancier) -> bool:
        return not remplacee(parole, self._vus(Echeancier)) and self._suivi(parole).retard_depuis is not None

    def _suivi(self, parole: Promesse | Echeancier) -> SuiviEcheancier:
        evenements = repartis(self.bilan.dossier.evenements, self.bilan.decompte.imputations)
        return suivi(parole, evenements, self.bilan.au)

    def poste(self, *noms: str) -> Montant:
        """Somme de ces postes sur les créances visées."""
        return sum((getattr(b, nom).valeur for b in self.visees for nom in noms), Montant.zero(self.bilan.dossier.devise))

    def champs(self) -> Champs:
        """Tous les champs qu'un modèle peut nommer ; ``None`` : inconnu dans ce dossier.

        Raises:
            ModeleInvalide: Un fait de l'appelant prend le nom d'un champ.
        """
        dossier, premiere, mots = self.bilan.dossier, self.visees[0], self.mots
        creancier, mandataire = self.expediteur, self.mandataire
        lignes, mediateur = premiere.decompte.lignes, dossier.creancier.mediateur
        montants = self.poste("principal"), self.poste("penalites"), self.poste("interets"), self.poste("indemnite")
        principal, penalites, interets, indemnites = (m or None for m in montants)
        numeros = enumerer([Donnee(n) for n in dict.fromkeys(b.creance.numero for b in self.visees)], mots)
        alineas = l111_8(self.bilan.au)
        total, limite, plan, promesse = self.poste("total"), self.limite, self.plan, self.promesse
        manque = self._suivi(promesse).exigible if promesse else None
        propres: Champs = {
            "a_payer": self.a_payer,
            "appel": self.destinataire.appel if self.destinataire else None,
            "activite": Donnee(mandataire.activite) if mandataire else None,
            "appel_le": Jour(self.appel.le) if self.appel else None,
            "creancier": Donnee(dossier.creancier.nom),
            "creancier_complet": complet(dossier.creancier),
            "courriel": _donnee(creancier.courriel),
            "date": Jour(self.bilan.au),
            "lendemain": Jour(self.bilan.au + UN_JOUR),
            "date_arrete": Jour(self.bilan.au),
            "date_facture": Jour(premiere.creance.emise_le),
            "date_limite": Jour(limite, "limite") if limite else None,
            "date_limite_courte": Jour(limite) if limite else None,
            "debiteur": Donnee(dossier.debiteur.nom),
            "debiteur_complet": complet(dossier.debiteur),
            "destinataire": Donnee(self.destinataire.nom) if self.destinataire else None,
            "echeance": Jour(premiere.echeance.valeur),
            "expediteur": Donnee(creancier.nom),
            "fait_a": _fait_a(creancier, self.bilan.au, mots),
            "iban": _donnee(_par_quatre(creancier.iban)),
            "indemnites": indemnites,
            "interets": interets,
            "joindre": _joindre(creancier.telephone, creancier.courriel, mots),
            "jours_accordes": self.jours_accordes,
            "mandataire": Donnee(mandataire.nom) if mandataire else None,
            "mandataire_complet": complet(creancier) if mandataire else None,
            "mediateur": _donnee(mediateur),
            "mise_en_demeure_le": Jour(self.mise_en_demeure.le) if self.mise_en_demeure else None,
            "mise_en_demeure_presentee_le": _presentee(self.mise_en_demeure),
            "nos_rappels": _nos_rappels(self.rappels, mots),
            "justificatifs": (mots["justificatif" if len(numeros) == 1 else "justificatifs"], *numeros),
            "numeros": numeros,
            "ordre_des_versements": (mots[f"ordre_{premiere.imputation}"],),
            "par_ecrit": (mots["par_ecrit"], Donnee(creancier.courriel)) if creancier.courriel else ("",),
            "penalites": penalites,
            "plan_du": Jour(plan.le) if plan else None,
            "plan_manque": self._suivi(plan).exigible if plan else None,
            "premiere_lettre": _du(self.a_rappeler, mots),
            "principal": principal,
            "promesse_issue": _issue(promesse, manque, mots),
            "promesse_le": Jour(promesse.le) if promesse else None,
            "promesse_manque": manque,
            "promesse_montant": promesse.montant if promesse else None,
            "promesse_pour": Jour(promesse.pour_le) if promesse else None,
            "rappels_le": enumerer([Jour(j) for j in self.rappels], mots, mots["le"]) or None,
            "reference": Donnee(self.reference),
            "taux": lignes[-1].taux if lignes else None,
            "telephone": _donnee(creancier.telephone),
            "total": total or None,
            "total_en_lettres": Donnee(somme_en_lettres(total)) if total else None,
            "l111_8_alinea_2": Donnee(alineas[0]),
            "l111_8_alinea_3": Donnee(alineas[1]),
            **self.apport.champs,
        }
        if pris := sorted(propres.keys() & self.dits.keys()):
            raise ModeleInvalide("ce nom est déjà celui d'un champ du bilan", modele="faits", champ=pris[0])
        return {**propres, **self.dits}

    def conditions(self) -> Conditions:
        """Toutes les conditions qu'un modèle peut nommer."""
        taux = {b.decompte.lignes[-1].taux for b in self.visees if b.decompte.lignes}
        convenus = {b.creance.conditions.taux_penalites is not None for b in self.visees}
        unique = len(taux) == 1 and len(convenus) == 1
        une = len({b.creance.numero for b in self.visees}) == 1
        indemnite = self.reclame_accessoires and any(b.indemnite.valeur for b in self.visees)
        commercants = all(b.creance.debiteur.qualite is b.creance.creancier.qualite is Qualite.COMMERCANT for b in self.visees)
        regimes = {b.regime for b in self.visees}
        professionnels = regimes <= REGIMES_DU_COMMERCE
        publics = self.visees[0].regime == "public"
        consommateur = self.visees[0].creance.debiteur.qualite is Qualite.CONSOMMATEUR
        demeure = self.mise_en_demeure
        terme = self.plan if self.plan and self._suivi(self.plan).etat == "en_retard" else None
        return {
            "une_facture": une,
            "plusieurs_factures": not une,
            "facturee": regimes.isdisjoint(SANS_FACTURE),
            "consommateur": consommateur,
            "hors_consommateur": not consommateur,
            "entre_professionnels": professionnels,
            "hors_professionnels": not professionnels,
            "public": publics,
            "habitation": regimes <= HABITATION,
            "pour_memoire": bool(self.memoire),
            "versements": any(b.decompte.imputations for b in self.visees),
            "accessoires": self.reclame_accessoires,
            "penalites": bool(self.poste("penalites")),
            "interets": bool(self.poste("interets")),
            "interets_du_retard": any(b.decompte.lignes for b in self.visees),
            "indemnites": bool(self.poste("indemnite")),
            "frais": bool(self.poste("frais")),
            "indemnite_commerce": indemnite and not publics,
            "indemnite_publique": indemnite and publics,
            "rappels": bool(self.rappels),
            "sans_rappel": not self.rappels,
            "appel_joint": self.appel is not None,
            "promesse_manquee": self.promesse is not None,
            "plan_manque": self.plan is not None,
            "plan_en_cours": terme is not None,
            "terme_menace": terme is not None and terme.decheance,
            "terme_garde": terme is not None and not terme.decheance,
            "mise_en_demeure": demeure is not None,
            "mise_en_demeure_presentee": _presentee(demeure) is not None,
            "limite": self.limite is not None,
            "iban": self.expediteur.iban is not None,
            "mandataire": self.mandataire is not None,
            "taux_suppletif": unique and convenus == {False},
            "taux_convenu": unique and convenus == {True},
            "taux_divers": not unique,
            "injonction_ouverte": self.injonction_ouverte,
            "injonction_europeenne_ouverte": self.injonction_europeenne_ouverte,
            "deux_commercants": commercants,
            "non_commercant": not commercants,
            **self.apport.conditions,
            **{nom: valeur is not None for nom, valeur in self.dits.items()},
        }


def retenir(b: BilanCreance, bilan: Bilan) -> Empechement | None:
    """Le fait qui suspend toute demande de cette créance : débiteur représenté, instance, délai de grâce, plan tenu…"""
    siens = _siens(b, bilan)
    return blocage(b.creance, siens, bilan.au) or suspendue(b.creance.reference, siens, bilan.dossier.evenements, bilan.au)


def se_demande(b: BilanCreance, bilan: Bilan) -> bool:
    """Vrai de ce qui est échu, et que rien n'interdit de demander : ni prescription, ni contestation, ni procédure, ni suspension."""
    if not b.jours_retard or b.conteste or b.prescription.acquise or b.prescription.douteuse:
        return False
    return procedure_subie(b.creance, _siens(b, bilan), bilan.au) is None and retenir(b, bilan) is None


def _siens(b: BilanCreance, bilan: Bilan) -> list[Evenement]:
    return [e for e in bilan.dossier.evenements if e.le <= bilan.au and atteint(e, b.creance.reference)]


HABITATION = frozenset({"loyer_habitation", "loyer_habitation_particulier"})
SANS_FACTURE = HABITATION | {"copropriete"}
REGIMES_DU_COMMERCE = frozenset({"b2b", "entite_adjudicatrice"})


def complet(partie: Creancier | Debiteur) -> Texte:
    """« Atelier Lumière SAS, 12 rue de l'Église, 69005 Lyon, SIREN 732 829 320 » : ce que l'on connaît."""
    adresse, siren = partie.adresse, partie.siren
    lieu = (*adresse.complements, adresse.voie, f"{adresse.code_postal}{INSECABLE}{adresse.commune}") if adresse else ()
    numero = (f"SIREN{INSECABLE}{siren[:3]}{FINE}{siren[3:6]}{FINE}{siren[6:]}",) if siren else ()
    return (Donnee(", ".join((partie.nom, *lieu, *numero))),)


def _reference(creances: Sequence[Creance]) -> str:
    """La facture si elle est seule, sinon le client, sinon la première facture."""
    debiteur, seule = creances[0].debiteur, creances[0].numero
    return seule if len(creances) == 1 else debiteur.identifiant or debiteur.siren or seule


def expediteur(bilan: Bilan) -> Creancier:
    """Le créancier, ou celui qui a mandat de recouvrer pour lui au jour du bilan."""
    mandataire = bilan.dossier.mandataire_au(bilan.au)
    if mandataire is None:
        return bilan.dossier.creancier
    propres = {f.name: getattr(mandataire, f.name) for f in fields(Mandataire) if f.name not in ("activite", "mandat_le")}
    return Creancier(qualite=Qualite.PROFESSIONNEL, **propres)


def _du(lettres: Sequence[tuple[date, str]], mots: Lexique) -> Texte | None:
    """« du 15 juin 2026, référence R-2026-7 », chacune."""
    suite: list[Fragment] = []
    for i, (le, reference) in enumerate(lettres):
        suite += [(mots["et"] if i else "") + mots["du"], Jour(le), mots["sous_la_reference"], Donnee(reference)]
    return tuple(suite) or None


def _donnee(valeur: str | None) -> Donnee | None:
    return Donnee(valeur) if valeur else None


def _par_quatre(iban: str | None) -> str | None:
    return FINE.join(iban[i : i + 4] for i in range(0, len(iban), 4)) if iban else None


def _fait_a(partie: Creancier, le: date, mots: Lexique) -> Texte:
    """« Fait à Lyon, le 15 juin 2026 »."""
    if partie.adresse is None:
        return mots["fait_le"], Jour(le)
    return mots["fait_a"], Donnee(partie.adresse.commune), mots["fait_a_le"], Jour(le)


def _presentee(acte: MiseEnDemeure | None) -> Jour | None:
    return Jour(acte.presentee_le) if acte and acte.presentee_le else None


def _issue(promesse: Promesse | None, manque: Montant | None, mots: Lexique) -> Texte | None:
    """« nous ne l'avons pas reçu », ou « il en manque 200,00 € »."""
    if promesse is None or manque is None:
        return None
    return (mots["promesse_non_recue"],) if manque == promesse.montant else (mots["promesse_en_partie"], manque)


def _joindre(telephone: str | None, courriel: str | None, mots: Lexique) -> Texte:
    """« , au 02… ou à comptabilite@… » : ce que l'on connaît, ou rien."""
    voies: list[Texte] = [(mots["au_telephone"], Donnee(telephone))] if telephone else []
    voies += [(mots["a_l_adresse"], Donnee(courriel))] if courriel else []
    if not voies:
        return ("",)
    return (",", *voies[0], *((mots["ou"], *voies[1]) if len(voies) > 1 else ()))


def _nos_rappels(jours: tuple[date, ...], mots: Lexique) -> Texte | None:
    """« notre rappel du 4 mai 2026 », « nos rappels du 4 mai 2026 et du 15 mai 2026 »."""
    if not jours:
        return None
    tete = mots["notre_rappel" if len(jours) == 1 else "nos_rappels"]
    return (tete, *enumerer([Jour(j) for j in jours], mots, mots["du"]))


def enumerer(fragments: Iterable[Fragment], mots: Lexique, article: str = "") -> Texte:
    """« a, b et c », ou « le a, le b et le c »."""
    tous, texte = list(fragments), []
    for i, fragment in enumerate(tous):
        lien = "" if not i else mots["et"] if i == len(tous) - 1 else mots["virgule"]
        texte += [lien + article, fragment] if lien + article else [fragment]
    return tuple(texte)
