# Everything a developer needs, one command each. Each target makes the environment it needs.
# make demo | test | lint | types | bench | year | lock | translations | docs | test-kill | test-office | test-hostile | sheets-server | test-gspread | sim | sim-ablate | fuzz-mails | test-dovecot | sim-mails | sim-mails-ablate | test-kill-mails
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint types bench year lock translations docs test-kill test-office test-hostile sheets-server test-gspread sim sim-ablate fuzz-mails test-dovecot sim-mails sim-mails-ablate test-kill-mails clean

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

demo: $(READY)
	$(BIN)/daicho demo

test: $(READY)
	$(BIN)/python -m pytest -n auto --dist worksteal

lint: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports

types: $(READY)
	$(BIN)/mypy

bench: $(READY)
	$(BIN)/python benchmarks/bench.py

# A year of 300 orders a day, worked through week by week and archived every two weeks; about an hour.
year: $(READY)
	$(BIN)/python benchmarks/year.py --round-days 7 --archive-days 14

# The long runs: 200 kills of a real process while it saves; every feature opened by LibreOffice.
test-kill: $(READY)
	DAICHO_KILLS=200 $(BIN)/python -m pytest tests/books/test_kill.py

# Each kind of broken file alone, in both languages.
test-hostile: $(READY)
	$(BIN)/python -m pytest tests/hostile -o python_files='alone_*.py'

test-office: $(READY)
	$(BIN)/python -m pytest tests/office -o python_files='office_*.py'

# A spreadsheet service on this machine, for trying things without an account.
sheets-server: $(READY)
	$(BIN)/python -m tests.sheets_server --port 8765

# gspread's own tests, live against that service: make test-gspread GSPREAD=path/to/a/checkout
test-gspread: $(READY)
	$(BIN)/python -m tests.sheets_server.live $(GSPREAD)

# Histories of people, runners and faults against the real commit code, on all cores: make sim SEEDS=50000
SEEDS ?= 2000
sim: $(READY)
	$(BIN)/python -m tests.simulation --seeds 0-$$(($(SEEDS) - 1)) --compare

# Takes each mechanism of the commit protocol away; every time a promise must break.
sim-ablate: $(READY)
	$(BIN)/python -m tests.simulation --ablate

# Hostile names, subjects and addresses through template, message and parser: make fuzz-mails MAILS=1000000
MAILS ?= 100000
fuzz-mails: $(READY)
	$(BIN)/python tests/mail/fuzz_mails.py --count $(MAILS)

# Holds the mailbox of the tests against Dovecot (Debian: dovecot-imapd).
test-dovecot: $(READY)
	$(BIN)/python -m tests.mail_servers.compare

# Mails in histories of 500, beside two usual scripts: make sim-mails MAILS=50000 [LOOKUP=--no-lookup]
sim-mails: $(READY)
	$(BIN)/python -m tests.mail_simulation --mails $(MAILS) $(LOOKUP)

# Takes each mechanism of the courier away; every time a promise must break.
sim-mails-ablate: $(READY)
	$(BIN)/python -m tests.mail_simulation --ablate

# The real program is killed 500 times while it sends 500 mails.
test-kill-mails: $(READY)
	DAICHO_MAIL_KILLS=500 $(BIN)/python -m pytest tests/mail_kill

# Renews the locked versions; needs the network.
lock: $(READY)
	$(BIN)/pip-compile --upgrade --generate-hashes --strip-extras --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-header --allow-unsafe --extra dev --output-file requirements.lock pyproject.toml

# Collects every message of the code and compiles the Japanese texts.
translations: $(READY)
	$(BIN)/python tests/translations.py

# Renews the generated tables of the READMEs and the error gallery, docs/errors.md.
docs: $(READY)
	$(BIN)/python tests/documentation.py

clean:
	rm -rf $(VENV) build dist demo-shop .pytest_cache .mypy_cache .ruff_cache .hypothesis
