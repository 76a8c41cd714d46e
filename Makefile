# Everything a newcomer runs. Nothing has to be installed besides Python 3.11 or newer and make.
# Each target sets itself up: the first one that is run makes .venv, later ones reuse it.

PY := .venv/bin/python
INSTALLED := .venv/.requirements-installed
# For checks that load the settings but must not need a database, a key or a running service.
CHECKING := ENVIRONMENT=demo DEMO=1 SECRET_KEY=only-for-checks

.PHONY: help demo demo-reset test check bench pictures spreadsheet

help:
	@echo "make demo        the portal with a sample charity, a mailbox and a simulated Zoom (Ctrl-C stops it)"
	@echo "make demo-reset  throw the demo's data away"
	@echo "make test        all tests, those in a browser too"
	@echo "make check       style, types, migrations, import line, templates, .env.example"
	@echo "make bench       speed of mails, staff pages, webhooks; presses to plan a term (ONLY=outbox, pages, presses, webhooks)"
	@echo "make pictures    take the pictures of the README from a running demo"
	@echo "make spreadsheet write families.xlsx, two hundred made-up families to try the import with"

$(INSTALLED): requirements.txt requirements-dev.txt .ci/python-environment
	@.ci/python-environment
	@touch $@

# The demo ends with the make that runs it, however that one ends.
demo: $(INSTALLED)
	@DEMO_STARTED_BY=$$PPID exec $(PY) manage.py demo

demo-reset: $(INSTALLED)
	@$(PY) manage.py demo --reset

test: $(INSTALLED)
	@.ci/chromium || true
	$(PY) -m pytest -n 2

check: $(INSTALLED)
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(CHECKING) $(PY) -m mypy .
	$(CHECKING) $(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	.venv/bin/lint-imports
	$(PY) -m djlint templates demo/templates --lint --quiet
	$(PY) .ci/env_example.py

bench: $(INSTALLED)
	$(PY) -m bench $(ONLY)

# Two hundred made-up families with the mess of real life, to try the import with.
spreadsheet: $(INSTALLED)
	@$(PY) -m tests.messy_families families.xlsx

pictures: $(INSTALLED)
	$(PY) -m demo.pictures
