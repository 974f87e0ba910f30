"""Par où commencer ? Ce qui se prescrit d'abord, et un classement dont chaque poids se voit."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import Attribute, field, fields, frozen

from recouvrement.affichage import MONTREES, Ton, fiche, la_suite
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import Montant, ecrire_decimal
from recouvrement.politique.balance import emises, en_json, jours
from recouvrement.politique.bilan import Bilan, BilanCreance
from recouvrement.politique.tableau import EnTable, Genre
from recouvrement.resultat import pour_json

ACQUISE, DOUTEUSE = "prescrite", "peut-être prescrite"


# --- le radar des prescriptions --------------------------------------------------------------------------------------


@frozen(kw_only=True)
class LigneRadar:
    """Une créance ouverte, et le temps qui lui reste.

    Attributes:
        prudente: Agir avant ce soir-là ; ``valeur`` : dernier jour utile.
        jours: Jusqu'au jour prudent ; négatif une fois passé.
        niveau: L'un de ``Radar.niveaux``.
        total: Tout ce qui en reste dû.
    """

    creancier: str
    debiteur: str
    creance: str
    numero: str
    regime: str
    prudente: date
    valeur: date
    jours: int
    niveau: str
    total: Montant


@frozen(kw_only=True)
class TotalRadar:
    """Ce qui est à un niveau, dans une devise."""

    niveau: str
    devise: str
    nombre: int
    total: Montant


@frozen(kw_only=True)
class Radar(EnTable):
    """Les prescriptions, de la plus proche à la plus lointaine.

    Attributes:
        niveaux: « prescrite », « peut-être prescrite », puis les horizons donnés, en jours avant le jour prudent.
        totaux: Par niveau et par devise ; un niveau vide n'y est pas.
    """

    au: date
    niveaux: tuple[str, ...]
    lignes: tuple[LigneRadar, ...]
    totaux: tuple[TotalRadar, ...]

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par créance ; montants en ``Decimal``."""
        return [
            {
                "creancier": x.creancier,
                "debiteur": x.debiteur,
                "reference": x.creance,
                "facture": x.numero,
                "regime": x.regime,
                "prudente": x.prudente,
                "valeur": x.valeur,
                "jours": x.jours,
                "niveau": x.niveau,
                "total": x.total.decimal,
                "devise": x.total.devise,
            }
            for x in self.lignes
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        return {
            "creancier": "texte",
            "debiteur": "texte",
            "reference": "texte",
            "facture": "texte",
            "regime": "texte",
            "prudente": "jour",
            "valeur": "jour",
            "jours": "entier",
            "niveau": "texte",
            "total": "somme",
            "devise": "texte",
        }

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        totaux = [{"niveau": t.niveau, "nombre": t.nombre, "total": t.total.vers_json()} for t in self.totaux]
        return {"au": self.au.isoformat(), "lignes": en_json(self.vers_lignes()), "totaux": totaux}

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        lignes = [
            (
                x.debiteur,
                x.numero,
                a.date_fr(x.prudente),
                a.date_fr(x.valeur),
                str(x.jours),
                a.marque(x.niveau, _ton(self.niveaux.index(x.niveau))),
                str(x.total),
            )
            for x in self.lignes[:MONTREES]
        ]
        totaux = [(f"{t.niveau} ({t.nombre})", str(t.total)) for t in self.totaux]
        entetes = ("Débiteur", "Facture", "Jour prudent", "Dernier jour utile", "Jours", "Niveau", "Total")
        return a.page(
            a.carte("Prescriptions", f"au {a.date_fr(self.au)}", totaux),
            a.table(
                entetes, lignes, nombres=(4, 6), legende="De la plus proche à la plus lointaine", note=la_suite(len(self.lignes))
            ),
        )


def _ton(rang: int) -> Ton:
    """Prescrit, ou peut-être : grave ; au premier horizon : attention."""
    return "grave" if rang < 2 else "attention" if rang == 2 else ""


def niveaux_du_radar(horizons: Sequence[int]) -> tuple[str, ...]:
    """« prescrite », « peut-être prescrite », « sous 60 jours », …, « au-delà de 365 jours ».

    Raises:
        DonneeInvalide: Horizons qui ne sont pas des entiers positifs et croissants.
    """
    if not horizons or any(type(h) is not int or h < 1 for h in horizons) or list(horizons) != sorted(set(horizons)):
        raise DonneeInvalide("des jours croissants sont attendus", champ="horizons", valeur=tuple(horizons))
    return (ACQUISE, DOUTEUSE, *[f"sous {jours(h)}" for h in horizons], f"au-delà de {jours(horizons[-1])}")


def radar(bilans: Iterable[Bilan], au: date, horizons: Sequence[int]) -> Radar:
    """Voir ``Portefeuille.radar``."""
    niveaux = niveaux_du_radar(horizons)
    ouvertes = [b for bilan in bilans for b in emises(bilan) if b.total.valeur]
    lignes = [_ligne(b, au, horizons, niveaux) for b in ouvertes]
    lignes.sort(key=lambda x: (x.prudente, x.valeur, x.debiteur, x.creancier, x.creance))
    sommes: dict[tuple[int, str], list[int]] = {}
    for x in lignes:
        sommes.setdefault((niveaux.index(x.niveau), x.total.devise), []).append(x.total.centimes)
    totaux = tuple(
        [
            TotalRadar(niveau=niveaux[i], devise=devise, nombre=len(s), total=Montant.de_centimes(sum(s), devise))
            for (i, devise), s in sorted(sommes.items())
        ]
    )
    return Radar(au=au, niveaux=niveaux, lignes=tuple(lignes), totaux=totaux)


def _ligne(b: BilanCreance, au: date, horizons: Sequence[int], niveaux: Sequence[str]) -> LigneRadar:
    p, reste = b.prescription, (b.prescription.prudente - au).days
    rang = 0 if p.acquise else 1 if p.douteuse else 2 + bisect_left(horizons, reste)
    return LigneRadar(
        creancier=b.creance.creancier.nom,
        debiteur=b.creance.debiteur.nom,
        creance=b.creance.reference,
        numero=b.creance.numero,
        regime=p.regime,
        prudente=p.prudente,
        valeur=p.valeur,
        jours=reste,
        niveau=niveaux[rang],
        total=b.total.valeur,
    )


# --- les priorités ---------------------------------------------------------------------------------------------------


def _poids(_objet: object, attribut: "Attribute[Any]", valeur: object) -> None:
    if type(valeur) is not int or valeur < 0:
        raise DonneeInvalide("un poids entier, positif ou nul, est attendu", champ=attribut.name, valeur=valeur)


@frozen(kw_only=True)
class Poids:
    """Ce que pèse chaque critère dans le classement : un choix de gestion, pas une règle de droit.

    Attributes:
        montant: Part vive du dossier (ni contestée, ni prescrite), rapportée au plus gros de la même devise.
        retard: Jours de retard de la plus ancienne facture, pleins à ``PLEIN_RETARD``.
        prescription: Proximité du jour prudent, nulle à ``LOIN`` jours et plus.
        attente: Jours depuis lesquels une action est due, celui de l'examen compris, pleins à ``PLEINE_ATTENTE``.

    Raises:
        DonneeInvalide: Poids négatif, ou tous nuls.
    """

    montant: int = field(default=40, validator=_poids)
    retard: int = field(default=20, validator=_poids)
    prescription: int = field(default=25, validator=_poids)
    attente: int = field(default=15, validator=_poids)

    _repr_html_ = fiche("Poids des critères")

    def __attrs_post_init__(self) -> None:
        if not self.somme:
            raise DonneeInvalide("au moins un poids doit compter", champ="poids")

    @property
    def somme(self) -> int:
        """Total des poids : ils n'ont pas à faire cent."""
        return sum([getattr(self, f.name) for f in fields(Poids)])


PLEIN_RETARD, LOIN, PLEINE_ATTENTE = 180, 365, 30
POIDS = Poids()


@frozen
class Critere:
    """Une note de 0 à 100, son poids, et pourquoi."""

    cle: str
    note: int
    poids: int
    motif: str

    _repr_html_ = fiche("Critère")


@frozen(kw_only=True)
class Priorite:
    """Un dossier et sa note.

    Attributes:
        note: De 0 à 100, au dixième : la moyenne des critères, chacun avec son poids.
        total: Tout ce que le dossier doit ; ``vif`` : ce qui n'est ni contesté ni prescrit.
        action: Ce que la politique propose de faire aujourd'hui, ou rien.
        retenues: Ce qui empêche d'agir, sans répétition.
    """

    creancier: str
    debiteur: str
    creances: tuple[str, ...]
    note: Decimal
    criteres: tuple[Critere, ...]
    total: Montant
    vif: Montant
    action: str
    retenues: tuple[str, ...]

    _repr_html_ = fiche("Priorité")

    def expliquer(self) -> str:
        """La note, et ce que chaque critère y met."""
        lignes = [f"- {x.cle} : {x.note}/100, poids {x.poids} ({x.motif})" for x in self.criteres]
        return "\n".join([f"{self.debiteur} : {str(self.note).replace('.', ',')}/100", *lignes])


@frozen(kw_only=True)
class Priorites(EnTable):
    """Les dossiers par note décroissante ; ceux dont tout est prescrit ou soldé n'y sont pas."""

    au: date
    poids: Poids
    lignes: tuple[Priorite, ...]

    def vers_lignes(self) -> list[dict[str, Any]]:
        """Un dictionnaire par dossier ; montants en ``Decimal``."""
        return [
            {"creancier": x.creancier, "debiteur": x.debiteur, "note": x.note}
            | {critere.cle: critere.note for critere in x.criteres}
            | {"vif": x.vif.decimal, "total": x.total.decimal, "devise": x.total.devise, "action": x.action}
            for x in self.lignes
        ]

    def _colonnes(self) -> Mapping[str, Genre]:
        criteres: dict[str, Genre] = dict.fromkeys([f.name for f in fields(Poids)], "entier")
        sommes: dict[str, Genre] = {"vif": "somme", "total": "somme"}
        return {
            "creancier": "texte",
            "debiteur": "texte",
            "note": "note",
            **criteres,
            **sommes,
            "devise": "texte",
            "action": "texte",
        }

    def vers_dict(self) -> dict[str, Any]:
        """Champs pour JSON."""
        poids = {f.name: getattr(self.poids, f.name) for f in fields(Poids)}
        motifs = [{x.cle: x.motif for x in ligne.criteres} for ligne in self.lignes]
        lignes = [d | {"motifs": m} for d, m in zip(en_json(self.vers_lignes()), motifs, strict=True)]
        return {"au": pour_json(self.au), "poids": poids, "lignes": lignes}

    def _repr_html_(self) -> str:
        from recouvrement import affichage as a

        poids = [(f.name, str(getattr(self.poids, f.name))) for f in fields(Poids)]
        montrees = self.lignes[:MONTREES]
        lignes = [
            (
                x.debiteur,
                a.decimal_fr(x.note),
                *[str(critere.note) for critere in x.criteres],
                str(x.vif),
                x.action or " ; ".join(x.retenues),
            )
            for x in montrees
        ]
        calculs = [
            (x.debiteur, a.dire(critere.cle), f"{critere.note}/100", str(critere.poids), critere.motif)
            for x in montrees
            for critere in x.criteres
        ]
        entetes = ("Débiteur", "Note", *[nom.capitalize() for nom, _ in poids], "Vif", "À faire")
        return a.page(
            a.carte("Priorités", f"au {a.date_fr(self.au)}", [(f"poids, {nom}", p) for nom, p in poids]),
            a.table(entetes, lignes, nombres=range(1, 7), legende="Par où commencer", note=la_suite(len(self.lignes))),
            a.plier(
                "D'où vient chaque note",
                a.table(
                    ("Débiteur", "Critère", "Note", "Poids", "Pourquoi"), calculs, nombres=(2, 3), legende="Critère par critère"
                ),
            ),
        )


def priorites(bilans: Iterable[Bilan], au: date, poids: Poids) -> Priorites:
    """Voir ``Portefeuille.priorites``."""
    dossiers = [(bilan, vives) for bilan in bilans if (vives := [b for b in emises(bilan) if _vive(b)])]
    vifs = [_vif(vives) for _, vives in dossiers]
    plus_gros: dict[str, int] = {}
    for (bilan, _), vif in zip(dossiers, vifs, strict=True):
        devise = bilan.dossier.devise
        plus_gros[devise] = max(vif, plus_gros.get(devise, 0))
    lignes = [
        _priorite(bilan, vives, vif, plus_gros[bilan.dossier.devise], au, poids)
        for (bilan, vives), vif in zip(dossiers, vifs, strict=True)
    ]
    lignes.sort(key=lambda x: (-x.note, x.total.devise, -x.vif.centimes, x.debiteur, x.creancier, x.creances))
    return Priorites(au=au, poids=poids, lignes=tuple(lignes))


def _vive(b: BilanCreance) -> bool:
    return bool(b.total.valeur) and not b.prescription.acquise


def _vif(vives: Sequence[BilanCreance]) -> int:
    return sum([b.total.valeur.centimes - b.conteste.centimes for b in vives])


def _part(valeur: int, plein: int) -> int:
    """De 0 à 100, à l'entier le plus proche ; 100 à ``plein`` et au-delà."""
    return (200 * min(max(valeur, 0), plein) + plein) // (2 * plein) if plein else 0


def _priorite(bilan: Bilan, vives: Sequence[BilanCreance], vif: int, plus_gros: int, au: date, poids: Poids) -> Priorite:
    devise = bilan.dossier.devise
    retard = max(b.jours_retard for b in vives)
    prudent = min(b.prescription.prudente for b in vives)
    reste = (prudent - au).days
    attente = (au - min(a.le for a in bilan.actions)).days + 1 if bilan.actions else 0
    sommes = Montant.de_centimes(vif, devise), Montant.de_centimes(plus_gros, devise)
    criteres = (
        Critere("montant", _part(vif, plus_gros), poids.montant, f"{sommes[0]} sur {sommes[1]}"),
        Critere("retard", _part(retard, PLEIN_RETARD), poids.retard, f"{jours(retard)} sur {PLEIN_RETARD}"),
        Critere("prescription", _part(LOIN - reste, LOIN), poids.prescription, f"{jours(reste)} avant le {prudent:%d/%m/%Y}"),
        Critere("attente", _part(attente, PLEINE_ATTENTE), poids.attente, f"{jours(attente)} sur {PLEINE_ATTENTE}"),
    )
    points, somme = sum([x.note * x.poids for x in criteres]), poids.somme
    return Priorite(
        creancier=bilan.dossier.creancier.nom,
        debiteur=bilan.dossier.debiteur.nom,
        creances=tuple([b.creance.reference for b in vives]),
        note=Decimal(ecrire_decimal((20 * points + somme) // (2 * somme), 1)),
        criteres=criteres,
        total=Montant.de_centimes(sum([b.total.valeur.centimes for b in vives]), devise),
        vif=sommes[0],
        action=str(bilan.actions[0]) if bilan.actions else "",
        retenues=tuple(dict.fromkeys([e.motif for e in bilan.empechements])),
    )
