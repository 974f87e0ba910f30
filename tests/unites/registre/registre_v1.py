"""Un registre de version 1, écrit comme l'écrivait la version 1 : SQL et chaîne figés, aucune fonction de la bibliothèque."""

import hashlib
import json
import sqlite3

_TABLES = {
    "journal": "seq INTEGER PRIMARY KEY, le TEXT NOT NULL, genre TEXT NOT NULL, contenu TEXT NOT NULL, precedente TEXT NOT NULL,"
    " empreinte TEXT NOT NULL UNIQUE",
    "documents": "empreinte TEXT PRIMARY KEY NOT NULL, octets BLOB NOT NULL",
    "termes": "terme TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (terme, seq)",
}
LE = "2026-03-01T09:00:00+00:00"
PORTEUR = {"machine": "ancienne", "demarrage": "d", "pid": 4, "depart": "5", "jeton": "j"}


def _json(donnees):
    return json.dumps(donnees, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def _document(nom, octets):
    return {"nom": nom, "type": "text/plain", "empreinte": hashlib.sha256(octets).hexdigest(), "taille": len(octets)}


def gestes():
    """Ce qui a été inscrit : k0 pris avec sa preuve, k1 et k2 d'un même pli inconnu puis tranchés, k3 refusé."""
    lignes, octets = [], {}

    def garder(nom, contenu):
        document = _document(nom, contenu)
        octets[document["empreinte"]] = contenu
        return [document]

    def envoi(cles, debiteur, nom, lettre):
        acte = {"genre": "MiseEnDemeure", "le": "2026-03-01", "creances": list(cles), "etape": "med", "canal": "recommande"}
        acte |= {"payer_avant_le": "2026-03-10", "presentee_le": None, "pour_memoire": [], "reference": ""}
        destinataire = {"nom": nom, "courriel": None, "telephone": None, "adresse": None}
        donnees = {"cles": list(cles), "debiteur": debiteur, "destinataire": destinataire, "objet": f"Objet {nom}", "acte": acte}
        lignes.append(("intention", donnees | {"empreinte": "e" * 64, "documents": garder("l.txt", lettre), "porteur": PORTEUR}))
        return {"intention": len(lignes), "cles": list(cles), "debiteur": debiteur}

    premier = envoi(["k0"], "id:A", "Arlette", b"lettre A")
    accuse = {"issue": "pris", "le": LE, "numero": "RK1", "detail": "", "documents": garder("depot.txt", b"preuve A")}
    lignes.append(("accuse", accuse | premier))
    second = envoi(["k1", "k2"], "id:B", "Bernard", b"lettre B")
    inconnu = {"issue": "inconnu", "le": LE, "numero": "", "detail": "coupure", "documents": []}
    lignes.append(("accuse", inconnu | second))
    lignes.append(("decision", {"issue": "pris", "motif": "vu par Bernard"} | second))
    troisieme = envoi(["k3"], "id:A", "Arlette", b"lettre A")
    lignes.append(("accuse", {"issue": "refuse", "le": LE, "numero": "", "detail": "boîte pleine", "documents": []} | troisieme))
    return lignes, octets


def ecrire(chemin, *, vide=False):
    """Écrit le fichier et rend les empreintes de sa chaîne, dans l'ordre."""
    base = sqlite3.connect(chemin, isolation_level=None)
    base.execute("BEGIN")
    for table, colonnes in _TABLES.items():
        base.execute(f"CREATE TABLE {table} ({colonnes})")
        for geste in ("UPDATE", "DELETE"):
            base.execute(
                f"CREATE TRIGGER {table}_sans_{geste.lower()} BEFORE {geste} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, 'registre en ajout seul'); END"
            )
    base.execute(f"PRAGMA application_id = {0x52435652}")
    base.execute("PRAGMA user_version = 1")
    lignes, octets = ([], {}) if vide else gestes()
    chaine = ["0" * 64]
    for seq, (genre, donnees) in enumerate(lignes, 1):
        contenu = _json(donnees)
        empreinte = hashlib.sha256(_json([chaine[-1], seq, LE, genre, contenu]).encode()).hexdigest()
        base.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)", (seq, LE, genre, contenu, chaine[-1], empreinte))
        termes = [f"debiteur:{donnees['debiteur']}", *(f"cle:{cle}" for cle in donnees["cles"])]
        base.executemany("INSERT INTO termes VALUES (?, ?)", [(terme, seq) for terme in termes])
        chaine.append(empreinte)
    base.executemany("INSERT INTO documents VALUES (?, ?)", octets.items())
    base.execute("COMMIT")
    base.close()
    return chaine[1:]
