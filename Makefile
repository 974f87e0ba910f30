# Deux commandes : make demo, make test. Rien d'autre à installer que git, make et Python ≥ 3.11.
PYTHON ?= python3
PIP := .venv/bin/python -m pip install --quiet --disable-pip-version-check

.PHONY: demo test verifier propre

demo: .venv/demo-prete
	.venv/bin/recouvrement examiner exemples/impayes --au 2026-11-21
	.venv/bin/recouvrement lettres exemples/impayes --au 2026-11-21 --vers sortie

test: .venv/test-pret
	.venv/bin/python -m pytest -n auto --dist loadfile

verifier:
	bash .ci/run

propre:
	rm -rf .venv sortie dist docs/_build

.venv/pip-pret:
	@$(PYTHON) -c 'import sys; sys.exit("Python ≥ 3.11 est nécessaire (trouvé : %s) ; essayez make PYTHON=python3.12" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	$(PIP) 'pip>=25.1'
	@touch $@

.venv/demo-prete: .venv/pip-pret pyproject.toml
	$(PIP) -e '.[tout]'
	@touch $@

.venv/test-pret: .venv/demo-prete pyproject.toml
	$(PIP) --group test
	@touch $@
