"""Ce qu'un canal doit à ses appelants : « pris » veut dire pris."""

import copy
import pickle
from functools import partial
from typing import get_args

from recouvrement.erreurs import EnvoiImpossible
from recouvrement.essais.exigence import exiger, exiger_levee
from recouvrement.essais.plis import pli_d_essai
from recouvrement.ports import Accuse, Issue, Notificateur, Pli


class ConformiteNotificateur:
    """Suite de conformité d'un ``Notificateur``. Le canal d'en face est un faux que vous tenez : aucun pli ne part pour de bon.

    Attributes:
        secrets: Mots de passe et jetons donnés au notificateur : ils ne doivent paraître nulle part.
    """

    secrets: tuple[str, ...] = ()

    def notificateur(self) -> Notificateur:
        """Un notificateur neuf, dont le canal marche."""
        raise NotImplementedError

    def notificateur_en_panne(self) -> Notificateur:
        """Le même, dont le canal est coupé, refuse la connexion ou répond une erreur."""
        raise NotImplementedError

    def pris(self) -> int:
        """Nombre de plis que le canal a vraiment pris depuis le début de l'essai, tous notificateurs compris."""
        raise NotImplementedError

    def pli(self, rang: int = 1) -> Pli:
        """Le pli remis ; deux rangs donnent deux plis différents."""
        return pli_d_essai(f"essai/F-{rang}/relance/1", contenu=f"Bonjour,\n\nLa facture F-{rang} reste impayée.\n")

    def test_pris_veut_dire_pris(self) -> None:
        """Le canal a pris le pli, une seule fois."""
        accuse = self.notificateur().remettre(self.pli())
        _bien_forme(accuse)
        exiger(accuse.issue == "pris", f"le canal marche et l'accusé dit « {accuse.issue} » : {accuse.detail}")
        exiger(
            self.pris() == 1, f"une remise, {self.pris()} pli(s) pris : un notificateur ne retente ni ne double rien de lui-même"
        )

    def test_une_panne_n_est_jamais_pris(self) -> None:
        """En panne : rien n'est pris, et l'accusé ne le prétend pas ; une erreur vaut aussi réponse."""
        canal = self.notificateur_en_panne()
        try:
            accuse = canal.remettre(self.pli())
        except EnvoiImpossible:
            accuse = None
        except Exception as e:
            raise AssertionError(f"en panne, levez EnvoiImpossible ou rendez un accusé, pas {type(e).__name__} : {e}") from e
        if accuse:
            _bien_forme(accuse)
            exiger(accuse.issue != "pris", "le canal est en panne et l'accusé dit « pris » : l'étape passerait pour faite")
            exiger(accuse.detail, "l'accusé d'une panne dit pourquoi dans « detail »")
        exiger(self.pris() == 0, "le canal en panne a pris un pli")

    def test_deux_plis_ont_deux_numeros(self) -> None:
        """Un avis se rattache à son pli par le numéro de l'accusé."""
        canal = self.notificateur()
        accuses = [canal.remettre(self.pli(rang)) for rang in (1, 2)]
        numeros = [a.numero for a in accuses if a.numero]
        exiger(len(set(numeros)) == len(numeros), f"deux plis différents ont le même numéro « {numeros[:1]} »")
        exiger(self.pris() == 2, f"deux remises, {self.pris()} pli(s) pris")

    def test_le_pli_n_est_pas_change(self) -> None:
        """Le registre a gardé l'empreinte du pli : c'est lui qui part, octet pour octet."""
        pli = self.pli()
        avant = copy.deepcopy(pli)
        self.notificateur().remettre(pli)
        exiger(pli == avant and pli.empreinte == avant.empreinte, "le pli a été changé pendant la remise")

    def test_aucun_secret_ne_sort(self) -> None:
        """Ni dans ``repr``, ni dans un accusé, ni dans une erreur, ni par ``pickle``."""
        dits: list[object] = []
        for canal in (self.notificateur(), self.notificateur_en_panne()):
            dits += [repr(canal), str(canal)]
            try:
                accuse = canal.remettre(self.pli())
                dits += [accuse.numero, accuse.detail, *(p.octets for p in accuse.preuves)]
            except EnvoiImpossible as e:
                dits += [repr(e), str(e)]
            if self.secrets:
                exiger_levee(Exception, partial(pickle.dumps, canal), "un notificateur à secrets ne se sérialise pas")
        for secret in self.secrets:
            vus = [d for d in dits if (secret.encode() in d if isinstance(d, bytes) else secret in str(d))]
            exiger(not vus, "un secret paraît dans une représentation, un accusé ou une erreur")


def _bien_forme(accuse: object) -> None:
    exiger(isinstance(accuse, Accuse), f"remettre() rend un Accuse, pas {type(accuse).__name__}")
    if isinstance(accuse, Accuse):
        exiger(accuse.issue in get_args(Issue), f"issue inconnue : « {accuse.issue} »")
        exiger(accuse.le.utcoffset() is not None, "l'instant d'un accusé porte un fuseau")
