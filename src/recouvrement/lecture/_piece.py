"""Une facture EN 16931 telle qu'elle est écrite, avant tout jugement : la forme commune de CII et d'UBL. Privé."""

from attrs import frozen


@frozen(kw_only=True)
class Partie:
    """Vendeur (BG-4) ou acheteur (BG-7), en textes ; vide : absent.

    Attributes:
        immatriculations: Ce qui peut être un SIREN ou un SIRET, du plus au moins sûr.
        identifiant: Identifiant chez l'autre partie (BT-29, BT-46).
    """

    nom: str
    immatriculations: tuple[str, ...]
    tva: str
    identifiant: str
    lignes: tuple[str, ...]
    code_postal: str
    commune: str
    pays: str
    courriel: str
    telephone: str


@frozen(kw_only=True)
class Sommes:
    """Totaux (BG-22), en textes ; vide : absent."""

    hors_taxe: str
    taxe: str
    total: str
    verse: str
    arrondi: str
    du: str


@frozen(kw_only=True)
class Piece:
    """Facture ou avoir, en textes.

    Attributes:
        profil: Identifiant de la spécification (BT-24).
        forme_date: Clé de ``FORMES_DATE``.
        echeances: Toutes celles qui sont écrites.
        versements: Jour et montant de chaque paiement échelonné ; montant vide : la pièce ne le dit pas.
        elements: Lignes, remises et frais : la tolérance du profil français se compte par élément.
        notes: Code du sujet (BT-21) et texte (BT-22).
        anterieures: Factures que la pièce vise (BT-25).
    """

    numero: str
    type: str
    profil: str
    devise: str
    forme_date: str
    emise_le: str
    echeances: tuple[str, ...]
    versements: tuple[tuple[str, str], ...]
    elements: int
    notes: tuple[tuple[str, str], ...]
    livree_le: str
    sommes: Sommes
    vendeur: Partie
    acheteur: Partie
    beneficiaire: str
    ibans: tuple[str, ...]
    bic: str
    anterieures: tuple[str, ...]
