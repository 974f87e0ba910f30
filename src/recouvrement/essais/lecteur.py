"""Ce qu'un lecteur doit : tirer des faits, ou dire pourquoi non ; jamais tomber."""

from pathlib import Path
from time import perf_counter

from recouvrement.erreurs import RecouvrementError
from recouvrement.essais.exigence import exiger
from recouvrement.ports import Lecteur, Lecture

_COUPES, _SECONDES = 24, 10.0
_RIEN_DE_BON = (
    b"",
    b"\x00" * 64,
    b"\xff\xfe\xff\xfe",
    b"%PDF-1.7\n%%EOF",
    b"PK\x03\x04",
    b"<?xml version='1.0'?><a/>",
    b"[" * 4096,
    b";;;\n;;;\n",
)


class ConformiteLecteur:
    """Suite de conformité d'un ``Lecteur``."""

    def lecteur(self) -> Lecteur:
        """Le lecteur, tel qu'un appelant le construirait."""
        raise NotImplementedError

    def source(self) -> bytes:
        """Un fichier sain, dont quelque chose se tire."""
        raise NotImplementedError

    def test_un_fichier_sain_donne_des_faits(self) -> None:
        """Au moins une créance, un événement, un règlement ou un retour, et aucun refus."""
        lecture = self.lecteur().lire(self.source())
        exiger(isinstance(lecture, Lecture), f"lire() rend une Lecture, pas {type(lecture).__name__}")
        exiger(
            lecture.creances or lecture.evenements or lecture.encaissements or lecture.retours, "un fichier sain ne donne rien"
        )
        refus = [str(a) for a in lecture.anomalies if a.gravite == "refus"]
        exiger(not refus, f"un fichier sain est refusé : {refus[:1]}")

    def test_chemin_ou_octets_c_est_pareil_et_toujours_pareil(self, tmp_path: Path) -> None:
        """Le même fichier donne la même lecture, par son chemin ou par ses octets, d'un lecteur neuf ou non."""
        fichier = tmp_path / "source"
        fichier.write_bytes(self.source())
        lecteur = self.lecteur()
        lues = [
            lecteur.lire(self.source()),
            lecteur.lire(self.source()),
            self.lecteur().lire(self.source()),
            lecteur.lire(fichier),
        ]
        exiger(all(_faits(x) == _faits(lues[0]) for x in lues), "deux lectures du même fichier diffèrent")

    def test_un_fichier_quelconque_se_refuse_proprement(self) -> None:
        """Vide, d'un autre format, hostile : une erreur de la bibliothèque ou des anomalies, jamais autre chose."""
        for octets in _RIEN_DE_BON:
            self._lire_sans_tomber(octets)

    def test_un_fichier_coupe_ou_abime_ne_fait_pas_tomber(self) -> None:
        """Coupé n'importe où, ou un octet changé : idem."""
        source = self.source()
        for i in range(_COUPES):
            rang = i * len(source) // _COUPES
            self._lire_sans_tomber(source[:rang])
            self._lire_sans_tomber(source[:rang] + bytes([source[rang] ^ 0x55]) + source[rang + 1 :])

    def test_une_qualite_inconnue_n_est_jamais_devinee_vers_le_haut(self) -> None:
        """Un professionnel a dû le dire, ou avoir un SIREN : sinon, on réclamerait à un consommateur ce qu'il ne doit pas."""
        for creance in self.lecteur().lire(self.source()).creances:
            sur = creance.debiteur.siren is not None or not creance.debiteur.qualite.est_professionnelle or self.qualite_dite()
            exiger(sur, f"{creance.reference} : débiteur tenu pour professionnel sans que rien ne le dise")

    def qualite_dite(self) -> bool:
        """Vrai si le fichier ou l'appelant dit lui-même la qualité de chaque débiteur."""
        return False

    def _lire_sans_tomber(self, octets: bytes) -> None:
        debut = perf_counter()
        try:
            self.lecteur().lire(octets)
        except RecouvrementError:
            pass
        except Exception as e:
            raise AssertionError(f"{octets[:40]!r}… fait lever {type(e).__name__} : {e}") from e
        exiger(perf_counter() - debut < _SECONDES, f"{octets[:40]!r}… prend plus de {_SECONDES:.0f} secondes")


def _faits(lecture: Lecture) -> tuple[object, ...]:
    return lecture.creances, lecture.evenements, lecture.encaissements, lecture.retours, len(lecture.anomalies)
