"""Le module, sur le vrai Tryton et SQLite : les contrôles que Tryton fait de tout module, puis nos cas."""

from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from recouvrement_tryton.faits import lire_dossiers
from recouvrement_tryton.registre import RegistreTryton
from trytond.modules.account.tests import get_fiscalyear
from trytond.modules.account_invoice.tests import set_invoice_sequences
from trytond.modules.company.tests import CompanyTestMixin, create_company, set_company
from trytond.modules.currency.tests import create_currency
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction

from recouvrement import Blocage, Politique, Qualite
from recouvrement import Relance as Acte
from recouvrement.essais import ConformiteRegistre

AU = date(2026, 9, 1)


class Cabinet:
    """Une société, ses comptes, et de quoi écrire des factures et des règlements."""

    def __init__(self, company):
        self.pool, self.company = Pool(), company
        exercice = get_fiscalyear(company, date(2026, 1, 1))
        exercice = set_invoice_sequences(exercice)
        exercice.save()
        annee = {"name": "2026", "start_date": exercice.start_date, "end_date": exercice.end_date, "fiscalyear": exercice.id}
        self.pool.get("account.period").create([annee])
        self.client = self.compte("Clients", receivable=True, assets=True)
        self.produit = self.compte("Ventes", revenue=True, statement="income")
        self.banque = self.compte("Banque", assets=True)
        Journal = self.pool.get("account.journal")
        (self.ventes,) = Journal.search([("code", "=", "REV")])
        (self.caisse,) = Journal.search([("code", "=", "CASH")])
        company.party.recouvrement_qualite = "commercant"
        company.party.save()

    def compte(self, nom, **nature):
        """Un compte et son type : le plan entier prendrait dix secondes à chaque essai."""
        genre = {"name": nom, "company": self.company.id, "statement": "balance", **nature}
        (type_,) = self.pool.get("account.account.type").create([genre])
        compte = {
            "name": nom,
            "company": self.company.id,
            "type": type_.id,
            "reconcile": True,
            "party_required": nom == "Clients",
        }
        return self.pool.get("account.account").create([compte])[0]

    def tiers(self, nom, **champs):
        (lu,) = self.pool.get("party.party").create([{"name": nom, "addresses": [], **champs}])
        return lu

    def ecrire(self, journal, le, tiers, montant, *, echeance=None, contre=None, valider=True, **ligne):
        """Au débit du client si le montant est positif ; rend la ligne du client."""
        Move, Period = self.pool.get("account.move"), self.pool.get("account.period")
        debit, credit = max(montant, Decimal(0)), max(-montant, Decimal(0))
        client = {"account": self.client.id, "party": tiers.id, "debit": debit, "credit": credit, "maturity_date": echeance}
        client |= ligne
        autre = {"account": (contre or self.produit).id, "debit": credit, "credit": debit}
        (ecriture,) = Move.create(
            [
                {
                    "journal": journal.id,
                    "period": Period.find(self.company, date=le).id,
                    "date": le,
                    "lines": [("create", [client, autre])],
                }
            ]
        )
        if valider:
            Move.post([ecriture])
        (ligne,) = [x for x in ecriture.lines if x.account == self.client]
        return ligne

    def facture(self, tiers, montant="10000.00", le=date(2026, 4, 1), echeance=date(2026, 5, 1), **options):
        return self.ecrire(self.ventes, le, tiers, Decimal(montant), echeance=echeance, **options)

    def vraie_facture(self, tiers, montant, le, jours=(30,)):
        """Une facture d'account_invoice, payable en autant de parts égales, validée."""
        termes = [
            {"type": "percent_on_total", "ratio": 1 / Decimal(len(jours)), "divisor": Decimal(len(jours))} for _ in jours[1:]
        ]
        termes = [*termes, {"type": "remainder"}]
        for terme, j in zip(termes, jours, strict=True):
            terme["relativedeltas"] = [("create", [{"days": j}])]
        (terme,) = self.pool.get("account.invoice.payment_term").create([{"name": "t", "lines": [("create", termes)]}])
        Invoice = self.pool.get("account.invoice")
        ligne = {"type": "line", "quantity": 1, "unit_price": Decimal(montant), "account": self.produit.id, "description": "x"}
        tete = {"type": "out", "party": tiers.id, "invoice_address": tiers.address_get("invoice").id, "company": self.company.id}
        tete |= {"currency": self.company.currency.id, "account": self.client.id, "journal": self.ventes.id, "invoice_date": le}
        (facture,) = Invoice.create(
            [tete | {"payment_term": terme.id, "lines": [("create", [ligne | {"currency": tete["currency"]}])]}]
        )
        with Transaction().set_context(_skip_warnings=True):  # une échéance passée, pour qui lit l'horloge
            Invoice.post([facture])
        return facture

    def reglement(self, tiers, montant, le, **ligne):
        return self.ecrire(self.caisse, le, tiers, -Decimal(montant), contre=self.banque, **ligne)

    def relancer(self, ligne, jours=(5, 20), etapes=("courriel", None)):
        """Une procédure d'account_dunning, une relance de cette ligne traitée le jour du premier niveau."""
        niveaux = [{"overdue": timedelta(j), "recouvrement_etape": e} for j, e in zip(jours, etapes, strict=True)]
        (procedure,) = self.pool.get("account.dunning.procedure").create([{"name": "Nous", "levels": [("create", niveaux)]}])
        ligne.party.dunning_procedure = procedure
        ligne.party.save()
        Dunning = self.pool.get("account.dunning")
        Dunning.generate_dunnings(date=ligne.maturity_date + timedelta(6))
        (relance,) = Dunning.search([("line", "=", ligne.id)])
        return relance

    def bilans(self, *tiers, au=AU):
        dossiers, anomalies = lire_dossiers(self.company, tiers, Politique(), au)
        return [b for _, b in Politique().examiner_lot(dossiers, au=au)], anomalies


class Suite(ConformiteRegistre):
    """La suite que la bibliothèque donne à tout registre, moins les morts et les fils : ici, une transaction, un processus."""

    durable = False

    def ouvrir(self, _dossier, horloge):
        return RegistreTryton(horloge)


@contextmanager
def cabinet():
    for verrouillee in ("account.journal.period", "recouvrement.inscription"):  # sans quoi l'essai entier recommence en route
        Pool().get(verrouillee).lock()
    company = create_company(currency=create_currency("EUR"))
    with set_company(company), Transaction().set_context(recouvrement_au=AU):
        yield Cabinet(company)


class RecouvrementTestCase(CompanyTestMixin, ModuleTestCase):
    """Ce que Tryton contrôle (vues, droits, champs, dépendances), et nos cas."""

    module = "recouvrement"

    @with_transaction()
    def test_facture_de_reference(self):
        with cabinet() as c:
            tiers = c.tiers("Ateliers du Sud SAS", recouvrement_qualite="commercant")
            c.facture(tiers)
            (bilan,), anomalies = c.bilans(tiers)
            self.assertEqual(bilan.total.valeur.decimal, Decimal("10453.76"))
            self.assertEqual(anomalies, ())

    @with_transaction()
    def test_ecriture_en_brouillon_ou_lettree(self):
        with cabinet() as c:
            tiers = c.tiers("Sud", recouvrement_qualite="commercant")
            c.facture(tiers, valider=False)
            payee = c.facture(tiers, "50.00")
            c.pool.get("account.move.line").reconcile([payee, c.reglement(tiers, "50.00", date(2026, 5, 2))])
            self.assertEqual(c.bilans(tiers), ([], ()))

    @with_transaction()
    def test_reglement_vu_sans_facture_nommee(self):
        with cabinet() as c:
            tiers = c.tiers("Sud", recouvrement_qualite="commercant")
            c.facture(tiers)
            c.reglement(tiers, "10000.00", date(2026, 5, 1))
            (bilan,), _ = c.bilans(tiers)
            self.assertTrue(bilan.soldee)

    @with_transaction()
    def test_reglement_porte_sur_une_facture(self):
        with cabinet() as c:
            adresse = {"street": "Bâtiment B\n12 rue du Phare", "postal_code": "29200", "city": "Brest"}
            tiers = c.tiers("Sud", recouvrement_qualite="commercant", addresses=[("create", [adresse])])
            ancienne = c.facture(tiers, "500.00", le=date(2026, 1, 5), echeance=date(2026, 2, 5))
            facture = c.vraie_facture(tiers, "1000.00", date(2026, 4, 1))
            reglement = c.reglement(tiers, "400.00", date(2026, 5, 1))
            c.pool.get("account.invoice").add_payment_lines({facture: [reglement]})
            c.vraie_facture(tiers, "-100.00", date(2026, 5, 2))
            (bilan,), anomalies = c.bilans(tiers)
            self.assertEqual(anomalies, ())
            self.assertEqual(bilan.dossier.debiteur.adresse.complements, ("Bâtiment B",))
            (due,) = [x for x in bilan.creances if x.creance.facture == facture.number]
            self.assertEqual((due.creance.emise_le, due.creance.echeance), (date(2026, 4, 1), date(2026, 5, 1)))
            self.assertEqual(due.principal.valeur.decimal, Decimal("600.00"))
            paye, compense = bilan.dossier.evenements
            self.assertEqual((paye.creance, paye.moyen), (due.creance.reference, "virement"))
            self.assertEqual((compense.creance, compense.moyen), (None, "compensation"))
            self.assertLess(bilan.par_creance[str(ancienne.id)].principal.valeur.decimal, Decimal("500.00"))

    @with_transaction()
    def test_reglement_refuse_retient_les_creances_du_tiers(self):
        with cabinet() as c:
            yen = create_currency("JPY")  # tenu ici à deux décimales : il n'en a aucune
            tiers = c.tiers("Sud", recouvrement_qualite="commercant")
            facture = c.facture(tiers)
            devise = {"second_currency": yen.id, "amount_second_currency": Decimal("-60.25")}
            c.reglement(tiers, "0.37", date(2026, 5, 2), **devise)
            (bilan,), (anomalie,) = c.bilans(tiers)
            self.assertEqual((anomalie.gravite, anomalie.creances), ("refus", (str(facture.id),)))
            self.assertEqual(bilan.dossier.evenements, ())

    @with_transaction()
    def test_deux_echeances_une_indemnite(self):
        with cabinet() as c:
            tiers = c.tiers("Sud", recouvrement_qualite="commercant", addresses=[("create", [{}])])
            facture = c.vraie_facture(tiers, "1000.00", date(2026, 4, 1), jours=(30, 60))
            c.pool.get("account.invoice").add_payment_lines({facture: [c.reglement(tiers, "100.00", date(2026, 4, 2))]})
            (bilan,), _ = c.bilans(tiers)
            self.assertEqual(len(bilan.creances), 2)
            self.assertEqual(bilan.indemnite.valeur.decimal, Decimal("40.00"))
            self.assertIsNone(bilan.dossier.evenements[0].creance)

    @with_transaction()
    def test_qualite_jamais_vers_le_haut(self):
        with cabinet() as c:
            for identifiant, attendue in (
                (None, Qualite.CONSOMMATEUR),
                (("fr_siren", "732829320"), Qualite.PROFESSIONNEL),
                (("fr_siren", "299900043"), Qualite.PERSONNE_PUBLIQUE),
            ):
                numeros = [("create", [{"type": identifiant[0], "code": identifiant[1]}])] if identifiant else []
                tiers = c.tiers("Inconnu", identifiers=numeros)
                c.facture(tiers)
                (bilan,), anomalies = c.bilans(tiers)
                self.assertIs(bilan.dossier.debiteur.qualite, attendue)
                self.assertEqual(bool(anomalies), attendue is not Qualite.PERSONNE_PUBLIQUE)

    @with_transaction()
    def test_tiers_mal_tenu(self):
        with cabinet() as c:
            mecanisme = [("create", [{"type": "email", "value": "a@b.fr, c@d.fr"}])]
            tiers = c.tiers("Sud", recouvrement_qualite="commercant", contact_mechanisms=mecanisme)
            c.facture(tiers)
            (bilan,), (anomalie,) = c.bilans(tiers)
            self.assertIsNone(bilan.dossier.debiteur.courriel)
            self.assertEqual((anomalie.champ, anomalie.gravite), ("courriel", "alerte"))

    @with_transaction()
    def test_relance_d_account_dunning(self):
        with cabinet() as c:
            tiers = c.tiers("Sud", recouvrement_qualite="commercant")
            ligne = c.facture(tiers)
            relance = c.relancer(ligne)
            (bilan,), _ = c.bilans(tiers)
            self.assertEqual(bilan.actions[0].etape.cle, "courriel")
            self.assertEqual(relance.recouvrement_total, Decimal("10453.76"))
            self.assertEqual(relance.recouvrement_agir_avant, bilan.prescription.prudente)
            self.assertIn("courriel", relance.recouvrement_suite)

            c.pool.get("account.dunning").process([relance])
            relance.date = date(2026, 5, 7)
            relance.save()
            (bilan,), _ = c.bilans(tiers)
            attendu = Acte(le=date(2026, 5, 7), creances=[str(ligne.id)], etape="courriel", reference=f"relance {relance.id}")
            self.assertEqual(bilan.dossier.evenements, (attendu,))
            self.assertNotEqual(bilan.prochaine.etape.cle, "courriel")

            relance.blocked = True
            relance.save()
            (bilan,), _ = c.bilans(tiers)
            self.assertTrue(any(isinstance(e, Blocage) for e in bilan.dossier.evenements))
            self.assertFalse(bilan.actions)

    @with_transaction()
    def test_lettres_une_fois_et_une_seule(self):
        with cabinet() as c:
            tiers = c.tiers(
                "Sud",
                recouvrement_qualite="commercant",
                contact_mechanisms=[("create", [{"type": "email", "value": "compta@sud.example"}])],
            )
            relance = c.relancer(c.facture(tiers))
            Attachment = c.pool.get("ir.attachment")
            self.assertIn("a_blanc", self.lettres(relance, a_blanc=True))
            self.assertFalse(Attachment.search([]))
            self.assertIn("courriel (courriel) : pris", self.lettres(relance))
            jointes = Attachment.search([("resource", "=", f"party.party,{tiers.id}")])
            self.assertEqual(len(jointes), 2)
            self.assertIn(b"10", b"".join(bytes(j.data) for j in jointes))
            self.assertEqual(self.lettres(relance), "Rien à faire.")
            self.assertNotIn("courriel,", c.pool.get("account.dunning")(relance.id).recouvrement_suite)
            registre = RegistreTryton(None)
            self.assertTrue(registre.verifier().intacte)
            self.assertEqual(registre.verifier().inscriptions, 2)
            Inscription = c.pool.get("recouvrement.inscription")
            premiere = Inscription.search([])[0]
            Inscription.write([premiere], {"ligne": premiere.ligne.replace("2026", "2025")})
            self.assertFalse(registre.verifier().intacte)

    @with_transaction()
    def test_conformite_du_registre(self):
        essais = [n for n in dir(Suite) if n.startswith("test_") and "mort" not in n and "fils" not in n and "rouvert" not in n]
        self.assertGreater(len(essais), 6)
        RegistreTryton(None)  # prend le verrou : la transaction recommence, avec lui
        for essai in essais:
            with self.subTest(essai=essai):
                for nom in ("inscription", "terme", "piece"):
                    table = Pool().get(f"recouvrement.{nom}")
                    table.delete(table.search([]))
                getattr(Suite(), essai)(None)

    @staticmethod
    def lettres(relance, **options):
        Lettres = Pool().get("recouvrement.lettres", type="wizard")
        with Transaction().set_context(active_model="account.dunning", active_ids=[relance.id], active_id=relance.id):
            session, _, _ = Lettres.create()
            lettres = Lettres(session)
            lettres.start.au, lettres.start.a_blanc = AU, options.get("a_blanc", False)
            lettres.transition_ecrire()
            return lettres.fin.compte_rendu

    @with_transaction()
    def test_explication(self):
        with cabinet() as c:
            tiers = c.tiers("Sud", recouvrement_qualite="commercant")
            relance = c.relancer(c.facture(tiers))
            Explication = Pool().get("recouvrement.explication", type="report")
            extension, texte, _, _ = Explication.execute([relance.id], {"model": "account.dunning"})
            self.assertEqual(extension, "txt")
            self.assertIn("L. 441-10", texte)


del ModuleTestCase
