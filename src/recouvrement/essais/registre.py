"""Ce qu'un registre doit à l'expédition : une clé prise le reste, même si tout s'arrête entre deux lignes."""

import multiprocessing
import os
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from attrs import evolve

from recouvrement.erreurs import ContenuChange, DejaEnvoye, DonneeInvalide, RecouvrementError, RegistreOccupe
from recouvrement.essais.exigence import exiger, exiger_levee
from recouvrement.essais.plis import DEBITEUR, pli_d_essai
from recouvrement.modele.actes import MiseEnDemeure, Relance
from recouvrement.ports import Accuse, Avis, Issue, Registre

INSTANT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_MORT = 86


class ConformiteRegistre:
    """Suite de conformité d'un ``Registre``. La classe qui la complète est au premier niveau de son module : un autre processus la relit.

    Attributes:
        durable: Faux d'un registre qui ne survit pas à son processus : les essais de mort et de reprise sont alors sans objet.
    """

    durable: bool = True

    def ouvrir(self, dossier: Path, horloge: Callable[[], datetime]) -> Registre:
        """Le registre qui habite ce dossier ; l'ouvrir deux fois donne le même."""
        raise NotImplementedError

    def fermer(self, registre: Registre) -> None:
        """Ferme ce qui doit l'être : ``fermer()``, s'il y en a une."""
        if fermer := getattr(registre, "fermer", None):
            fermer()

    def _ouvert(self, dossier: Path) -> Registre:
        return self.ouvrir(dossier, _horloge)

    def test_pris_ou_inconnu_tient_la_cle_refuse_la_rend(self, tmp_path: Path) -> None:
        """Une clé ne repart que si l'on sait que rien n'est parti."""
        registre = self._ouvert(tmp_path)
        issues: dict[Issue, bool] = {"pris": False, "inconnu": False, "refuse": True, "a_retenter": True}
        for issue, libre in issues.items():
            pli = pli_d_essai(f"cle/{issue}")
            registre.constater(registre.reserver(pli), _accuse(issue, f"n-{issue}"))
            if libre:
                registre.reserver(pli)
                continue
            exiger_levee(DejaEnvoye, partial(registre.reserver, pli), f"après « {issue} », la clé est à nouveau libre")
            autre = pli_d_essai(f"cle/{issue}", contenu="tout autre chose")
            exiger_levee(
                ContenuChange, partial(registre.reserver, autre), f"après « {issue} », un autre contenu passe sous la clé"
            )
        self.fermer(registre)

    def test_une_intention_en_cours_tient_la_cle(self, tmp_path: Path) -> None:
        """Deux expéditions à la fois n'envoient pas deux fois."""
        registre = self._ouvert(tmp_path)
        registre.reserver(pli_d_essai("a"))
        exiger_levee(
            (RegistreOccupe, DejaEnvoye), partial(registre.reserver, pli_d_essai("a")), "la même clé est réservée deux fois"
        )
        self.fermer(registre)

    def test_toutes_les_cles_ou_aucune(self, tmp_path: Path) -> None:
        """Une clé déjà prise refuse le pli entier ; ses autres clés restent libres."""
        registre = self._ouvert(tmp_path)
        registre.constater(registre.reserver(pli_d_essai("a")), _accuse("pris", "1"))
        exiger_levee(
            (DejaEnvoye, ContenuChange), partial(registre.reserver, pli_d_essai("b", "a")), "une clé prise laisse passer le pli"
        )
        try:
            registre.reserver(pli_d_essai("b"))
        except RecouvrementError as e:
            raise AssertionError("une réservation refusée a gardé une de ses clés : elle prend tout, ou rien") from e
        self.fermer(registre)

    def test_les_actes_reviennent_a_leur_debiteur(self, tmp_path: Path) -> None:
        """Pris et incertains comptent comme faits ; refusés, non. Chacun à son débiteur, tel qu'il était."""
        registre = self._ouvert(tmp_path)
        faits = []
        for issue in ("pris", "inconnu", "refuse"):
            acte = Relance(
                le=date(2026, 11, 21), creances=("F-1", "é/2"), etape=f"etape_{issue}", canal="courrier", pour_memoire=("F-9",)
            )
            registre.constater(registre.reserver(pli_d_essai(f"cle/{issue}", acte=acte)), _accuse(issue, f"n-{issue}"))
            faits += [acte] if issue != "refuse" else []
        exiger(
            sorted(map(repr, registre.evenements(DEBITEUR))) == sorted(map(repr, faits)),
            "les actes ne reviennent pas tels qu'ils sont partis",
        )
        exiger(registre.evenements("siren:000000000") == (), "un débiteur reçoit les actes d'un autre")
        self.fermer(registre)

    def test_un_avis_complete_l_acte_une_seule_fois(self, tmp_path: Path) -> None:
        """La présentation d'une mise en demeure fait courir l'intérêt : elle revient dans l'acte."""
        registre = self._ouvert(tmp_path)
        acte = MiseEnDemeure(le=date(2026, 11, 21), creances=("F-1",))
        registre.constater(registre.reserver(pli_d_essai("a", acte=acte)), _accuse("pris", "RK1"))
        avis = Avis(numero="RK1", nature="presente", le=date(2026, 11, 24))
        exiger(registre.aviser(avis) is True, "l'avis d'un pli pris n'est pas inscrit")
        exiger(registre.aviser(avis) is False, "le même avis est inscrit deux fois")
        exiger(registre.aviser(evolve(avis, numero="inconnu")) is False, "un avis sans pli est inscrit")
        attendu = evolve(acte, presentee_le=date(2026, 11, 24))
        exiger(registre.evenements(DEBITEUR) == (attendu,), "le jour de présentation ne revient pas dans l'acte")
        self.fermer(registre)

    def test_la_chaine_se_verifie_et_avance(self, tmp_path: Path) -> None:
        """Chaque geste ajoute à la chaîne ; rien ne se retire."""
        registre = self._ouvert(tmp_path)
        vues = [registre.verifier()]
        for rang in range(3):
            registre.constater(registre.reserver(pli_d_essai(f"cle/{rang}")), _accuse("pris", str(rang)))
            vues.append(registre.verifier())
        exiger(all(v.intacte for v in vues), "la chaîne d'un registre qu'on n'a pas touché n'est pas intacte")
        comptes = [v.inscriptions for v in vues]
        exiger(comptes == sorted(set(comptes)), f"des gestes n'ont rien inscrit : {comptes}")
        exiger(len({v.tete for v in vues}) == len(vues), "l'empreinte de tête ne suit pas les inscriptions")
        self.fermer(registre)

    def test_un_accuse_ne_se_constate_qu_une_fois(self, tmp_path: Path) -> None:
        """Un second accusé ne récrit pas le premier."""
        registre = self._ouvert(tmp_path)
        reservation = registre.reserver(pli_d_essai("a"))
        registre.constater(reservation, _accuse("pris", "1"))
        exiger_levee(
            DonneeInvalide, partial(registre.constater, reservation, _accuse("a_retenter", "2")), "un accusé récrit le précédent"
        )
        exiger_levee(DejaEnvoye, partial(registre.reserver, pli_d_essai("a")), "un second accusé a libéré la clé")
        self.fermer(registre)

    def test_un_instant_sans_fuseau_est_refuse(self, tmp_path: Path) -> None:
        """Une preuve dont nul ne sait l'heure n'en est pas une."""
        registre = self.ouvrir(tmp_path, lambda: datetime(2026, 11, 21, 9))  # noqa: DTZ001 — c'est la faute essayée
        exiger_levee(DonneeInvalide, partial(registre.reserver, pli_d_essai("a")), "un instant sans fuseau est inscrit")
        self.fermer(registre)

    def test_de_plusieurs_fils_un_seul_reserve(self, tmp_path: Path) -> None:
        """Huit fils demandent la même clé : un seul l'obtient."""
        registre = self._ouvert(tmp_path)
        depart, obtenues, autres = threading.Barrier(8), [], []

        def demander() -> None:
            depart.wait()
            try:
                obtenues.append(registre.reserver(pli_d_essai("a")))
            except (RegistreOccupe, DejaEnvoye):
                pass
            except Exception as e:
                autres.append(e)

        fils = [threading.Thread(target=demander) for _ in range(8)]
        for fil in fils:
            fil.start()
        for fil in fils:
            fil.join()
        exiger(not autres, f"un fil a vu autre chose qu'un refus : {autres[:1]}")
        exiger(len(obtenues) == 1, f"{len(obtenues)} fils ont réservé la même clé")
        self.fermer(registre)

    def test_rouvert_il_n_a_rien_oublie(self, tmp_path: Path) -> None:
        """Fermé puis rouvert : mêmes clés, mêmes actes, même tête."""
        if not self.durable:
            return
        registre = self._ouvert(tmp_path)
        registre.constater(registre.reserver(pli_d_essai("a")), _accuse("pris", "1"))
        tete, actes = registre.verifier().tete, registre.evenements(DEBITEUR)
        self.fermer(registre)
        rouvert = self._ouvert(tmp_path)
        exiger(rouvert.verifier().tete == tete, "la chaîne n'est plus la même une fois rouverte")
        exiger(rouvert.evenements(DEBITEUR) == actes != (), "les actes sont perdus une fois rouvert")
        exiger_levee(DejaEnvoye, partial(rouvert.reserver, pli_d_essai("a")), "une clé prise est libre une fois rouvert")
        self.fermer(rouvert)

    def test_mort_entre_l_intention_et_l_accuse(self, tmp_path: Path) -> None:
        """Le processus meurt la main sur la clé : nul ne sait si le pli est parti, il ne repart donc pas de lui-même."""
        registre = self._apres_une_mort(tmp_path, "reserver")
        if registre:
            exiger_levee(
                DejaEnvoye,
                partial(registre.reserver, pli_d_essai("a")),
                "une intention perdue dans une panne laisse repartir le pli",
            )
            exiger(registre.verifier().intacte, "la chaîne est rompue après une mort")
            self.fermer(registre)

    def test_mort_apres_l_accuse(self, tmp_path: Path) -> None:
        """Ce que ``constater`` a rendu est écrit : le processus peut mourir aussitôt."""
        registre = self._apres_une_mort(tmp_path, "constater")
        if registre:
            exiger_levee(
                DejaEnvoye, partial(registre.reserver, pli_d_essai("a")), "un accusé perdu dans une panne laisse repartir le pli"
            )
            exiger(len(registre.evenements(DEBITEUR)) == 1, "l'acte pris est perdu dans une panne")
            self.fermer(registre)

    def _apres_une_mort(self, dossier: Path, geste: str) -> Registre | None:
        if not self.durable:
            return None
        processus = multiprocessing.get_context("spawn").Process(target=_mourir, args=(type(self), dossier, geste))
        processus.start()
        processus.join()
        exiger(processus.exitcode == _MORT, f"le processus d'essai a échoué avant de mourir (code {processus.exitcode})")
        return self._ouvert(dossier)


def _horloge() -> datetime:
    return INSTANT


def _accuse(issue: Issue, numero: str) -> Accuse:
    return Accuse(issue=issue, le=INSTANT, numero=numero)


def _mourir(suite: type[ConformiteRegistre], dossier: Path, geste: str) -> None:
    """Dans un autre processus : un geste, puis la mort, sans rien fermer ni vider."""
    registre = suite().ouvrir(dossier, _horloge)
    reservation = registre.reserver(pli_d_essai("a"))
    if geste == "constater":
        registre.constater(reservation, _accuse("pris", "1"))
    os._exit(_MORT)
