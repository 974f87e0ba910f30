"""La lettre écrite, avant toute mise en page : les trois rendus en partent, donc disent la même chose.

Ici chaque valeur devient du texte, dans la langue du courrier ; il ne reste à un rendu qu'à échapper et à disposer.
"""

import hashlib
import re
import unicodedata
from datetime import date

from attrs import evolve, frozen

from recouvrement.courrier.document import Alignement, Courrier, Donnee, Jour, Paragraphe, Tableau, Texte
from recouvrement.erreurs import DonneeInvalide
from recouvrement.modele.montant import FINE, INSECABLE
from recouvrement.modele.personnes import Adresse, Creancier
from recouvrement.rendu._formats import Morceau, Phrase, morceaux, nom_pays, phrase, propre, typographier
from recouvrement.rendu.adresse import bloc_adresse

LIBELLES = {
    "fr": {
        "objet": "Objet :",
        "dossier": "Dossier",
        "annexe": "Annexe :",
        "lieu": "{}, le ",
        "tel": "Tél.",
        "du": "du",
        "capital": "au capital de",
    },
    "en": {
        "objet": "Subject:",
        "dossier": "File",
        "annexe": "Appendix:",
        "lieu": "{}, ",
        "tel": "Tel.",
        "du": "of",
        "capital": "with share capital of",
    },
}


@frozen
class Alinea:
    """Paragraphe écrit, avec son rôle."""

    role: str
    phrase: Phrase


@frozen(kw_only=True)
class Grille:
    """Tableau écrit."""

    titre: Phrase
    entetes: tuple[str, ...]
    alignements: tuple[Alignement, ...]
    lignes: tuple[tuple[Phrase, ...], ...]
    total: tuple[Phrase, ...]
    legende: Phrase
    frise: tuple[tuple[date, str], ...] = ()

    @property
    def rangees(self) -> tuple[tuple[Phrase, ...], ...]:
        """Les lignes, et le total s'il y en a un."""
        return (*self.lignes, self.total) if self.total else self.lignes


@frozen(kw_only=True)
class Composition:
    """Lettre écrite.

    Attributes:
        titre: Titre neutre du fichier : ni nom ni montant.
        expediteur: Lignes de l'en-tête : nom, adresse, moyens de joindre.
        destinataire: Son nom, et son adresse si la lettre est mise sous pli.
        tete: La ligne de l'essentiel, coupée à ses points médians.
        pied: Identité du créancier, en une ligne.
        suite: Rappel de la lettre, en tête des pages suivantes.
        acte: L'écrit est un acte : ni en-tête, ni lieu et date, ni « Objet », ni pied.
    """

    langue: str
    titre: str
    acte: bool
    expediteur: tuple[str, ...]
    destinataire: tuple[str, ...]
    lieu_date: Phrase
    mode_envoi: str
    references: tuple[tuple[str, Phrase], ...]
    objet: Phrase
    tete: tuple[Phrase, ...]
    blocs: tuple[Alinea | Grille, ...]
    annexes: tuple[Grille, ...]
    pied: str
    suite: str


def composer(courrier: Courrier) -> Composition:
    """Écrit tout le courrier dans sa langue.

    Raises:
        DonneeInvalide: Langue que les rendus n'écrivent pas.
    """
    langue, acte = courrier.langue, courrier.forme == "acte"
    lieu_date = morceaux(() if acte else _lieu_date(courrier), langue)
    mots = LIBELLES[langue]
    genre = courrier.titre or courrier.lettre.replace("_", " ").capitalize()
    dossier = f"{mots['dossier']} {propre(courrier.reference)}"
    return Composition(
        langue=langue,
        titre=f"{genre}, {dossier[0].lower()}{dossier[1:]}",
        acte=acte,
        expediteur=() if acte else _expediteur(courrier.creancier, mots["tel"]),
        destinataire=() if acte else _destinataire(courrier),
        lieu_date=lieu_date,
        mode_envoi=typographier(courrier.mode_envoi, langue),
        references=tuple((_libelle(nom, langue), morceaux(v, langue)) for nom, v in courrier.references),
        objet=morceaux(courrier.objet if acte else (f"{mots['objet']} ", *courrier.objet), langue),
        tete=_parts(morceaux(courrier.tete, langue)),
        blocs=tuple(_bloc(b, langue) for b in courrier.blocs),
        annexes=tuple(_grille(_annexe(t, mots["annexe"]), langue) for t in courrier.annexes),
        pied="" if acte else _pied(courrier.creancier, langue),
        suite=f"{dossier} · {genre} {mots['du']} {phrase((Jour(courrier.date),), langue)}",
    )


def _bloc(bloc: Paragraphe | Tableau, langue: str) -> Alinea | Grille:
    return Alinea(bloc.role, morceaux(bloc.texte, langue)) if isinstance(bloc, Paragraphe) else _grille(bloc, langue)


def _grille(tableau: Tableau, langue: str) -> Grille:
    return Grille(
        titre=morceaux(tableau.titre, langue),
        entetes=tuple(typographier(e, langue) for e in tableau.entetes),
        alignements=tableau.alignements,
        lignes=tuple(tuple(morceaux(cellule, langue) for cellule in ligne) for ligne in tableau.lignes),
        total=tuple(morceaux(cellule, langue) for cellule in tableau.total),
        legende=morceaux(tableau.legende, langue),
        frise=tableau.frise,
    )


def _annexe(tableau: Tableau, mot: str) -> Tableau:
    return evolve(tableau, titre=(f"{mot} ", *tableau.titre))


def _parts(phrase: Phrase) -> tuple[Phrase, ...]:
    """Coupe aux points médians du texte de modèle, jamais à ceux d'une donnée."""
    parts: list[list[Morceau]] = [[]]
    for morceau in phrase:
        premier, *autres = morceau.texte.split(" · ") if morceau.genre == "texte" else [morceau.texte]
        parts[-1].append(evolve(morceau, texte=premier))
        parts += [[evolve(morceau, texte=autre)] for autre in autres]
    propres = (tuple(m for m in part if m.texte) for part in parts)
    return tuple(part for part in propres if part)


def _libelle(nom: str, langue: str) -> str:
    return typographier(f"{nom} :" if langue == "fr" else f"{nom}:", langue)


def _lieu_date(courrier: Courrier) -> Texte:
    """« Lyon, le 21 novembre 2026 » ; sans adresse du créancier, la date seule."""
    adresse = courrier.creancier.adresse
    avant, apres = LIBELLES.get(courrier.langue, LIBELLES["fr"])["lieu"].split("{}")
    lieu: Texte = (avant, Donnee(adresse.commune), apres) if adresse else ()
    return (*lieu, Jour(courrier.date))


def _adresse(adresse: Adresse | None) -> tuple[str, ...]:
    if adresse is None:
        return ()
    pays = () if adresse.pays == "FR" else (nom_pays(adresse.pays),)
    return (*map(propre, (*adresse.complements, adresse.voie, f"{adresse.code_postal} {adresse.commune}")), *pays)


def _expediteur(creancier: Creancier, tel: str) -> tuple[str, ...]:
    telephone = f"{tel} {propre(creancier.telephone)}" if creancier.telephone else ""
    return tuple(filter(None, (propre(creancier.nom), *_adresse(creancier.adresse), telephone, creancier.courriel or "")))


def _destinataire(courrier: Courrier) -> tuple[str, ...]:
    """Le bloc de l'enveloppe ; hors norme, il n'en a pas, mais la lettre dit encore à qui elle s'adresse."""
    a_qui = courrier.destinataire
    if courrier.canal == "courriel" or a_qui.adresse is None:
        return (propre(a_qui.nom),)
    try:
        return bloc_adresse(a_qui.nom, a_qui.adresse)
    except DonneeInvalide:
        return (propre(a_qui.nom), *_adresse(a_qui.adresse))


def _pied(creancier: Creancier, langue: str) -> str:
    """« Atelier Lumière SAS au capital de 10 000,00 € · SIREN 732 829 320 · RCS Lyon · 12 rue de l'Église, 69005 Lyon »."""
    siren = creancier.siren or ""
    numero = f"SIREN {siren[:3]}{FINE}{siren[3:6]}{FINE}{siren[6:]}" if siren else ""
    registre = f"RCS{INSECABLE}{propre(creancier.rcs)}" if creancier.rcs else ""
    return " · ".join(filter(None, (*_forme(creancier, langue), numero, registre, ", ".join(_adresse(creancier.adresse)))))


def _forme(creancier: Creancier, langue: str) -> tuple[str, ...]:
    """Le nom, puis la forme s'il ne la dit pas déjà, et le capital : ce que l'on en connaît."""
    nom, forme = propre(creancier.nom), propre(creancier.forme or "")
    au_capital = phrase((f"{LIBELLES[langue]['capital']} ", creancier.capital), langue) if creancier.capital else ""
    if forme and nom.casefold().endswith(f" {forme}".casefold()):
        return (f"{nom} {au_capital}".strip(),)
    return nom, f"{forme} {au_capital}".strip()


def nom_fichier(courrier: Courrier, extension: str) -> str:
    r"""« Relance_F-2026-014_2026-11-21.pdf » : ASCII, sans séparateur de chemin, borné.

    Une référence que l'écriture sûre change reçoit une empreinte courte : « F/1 » et « F\\1 » ne se confondent pas.
    """
    reference = _sur(courrier.reference, 40)
    if reference != courrier.reference:
        empreinte = hashlib.sha256(courrier.reference.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        reference = f"{reference}-{empreinte}".lstrip("-")
    lettre = _sur(courrier.lettre, 40).capitalize() or "Lettre"
    return f"{lettre}_{reference}_{courrier.date.isoformat()}.{extension}"


def _sur(texte: str, longueur: int) -> str:
    nu = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", nu)[:longueur].strip("-")
