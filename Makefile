# Backprop, line by line: `make` lists what can be made.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
SHELL := /bin/sh

PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed
SITE := _build/html
BUILT := $(SITE)/.built
SOURCES := _config.yml _toc.yml $(wildcard chapters/* site/*.* site/assets/* site/templates/* src/linebyline/* src/linebyline/*/* src/linebyline/*/*/*)
PORT ?= 8000

# A floating-point warning in a chapter is a mistake in a formula: it stops the chapter.
export PYTHONWARNINGS := error::RuntimeWarning
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help
help: ## list the targets
	@echo "Backprop, line by line"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | awk -F'|' '{printf "%-26s %s\n", $$1, $$2}'

# --- set-up --------------------------------------------------------------------------------

.PHONY: install
install: $(INSTALLED) ## create .venv and install everything into it

$(INSTALLED): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "No Python found as '$(PYTHON)'. Install Python 3.11 or newer, or name yours: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Python 3.11 or newer is needed. Name yours: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) ..."
	@PYTHONWARNINGS= $(PYTHON) -m venv .venv || { echo "Python cannot make virtual environments here. On Debian or Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Installing what the book needs (about 340 MB, one to three minutes) ..."
	@PYTHONWARNINGS= $(BIN)/python -m pip install --progress-bar off -q -r requirements.txt || { echo "The packages could not be installed. Is there a network, and does it reach the Python package index? Nothing is lost: run the same command again."; exit 1; }
	@PYTHONWARNINGS= $(BIN)/python -m pip install --progress-bar off -q --no-deps -e . || { echo "The helper package could not be installed: see the lines above."; exit 1; }
	@touch $@

# --- the book ------------------------------------------------------------------------------

.PHONY: book
book: $(BUILT) ## execute every chapter and build the site, strictly
	@echo "The book is built. Open it: $(SITE)/index.html, or run: make serve"

$(BUILT): $(INSTALLED) $(SOURCES)
	@echo "Executing every chapter and building the site (three to six minutes) ..."
	$(BIN)/jupyter-book build -W -n --keep-going --all .
	@$(BIN)/python site/check_pages.py $(SITE)
	@touch $@

.PHONY: serve
serve: book ## serve the built site on this machine
	$(BIN)/python -m http.server --directory $(SITE) --bind 127.0.0.1 $(PORT)

.PHONY: lab
lab: $(INSTALLED) ## open the chapters in JupyterLab
	$(BIN)/jupyter lab --notebook-dir=. chapters/00_welcome.ipynb

# --- tests ---------------------------------------------------------------------------------

.PHONY: test
test: $(INSTALLED) ## run every notebook, the package's tests and the book's own rules
	$(BIN)/python -m pytest -n auto --dist loadfile

# Without a browser this fails; with REQUIRE_BROWSER=0 it says so and goes on.
test-site measure-site: export REQUIRE_BROWSER ?= 1

.PHONY: test-site
test-site: book ## open every page of the built site in a real browser
	@$(BIN)/python tests/site/site_browser.py
	$(BIN)/python -m pytest tests/site -n auto --dist worksteal || { echo "Once more, alone: what failed while several browsers ran side by side ..."; $(BIN)/python -m pytest tests/site --last-failed --last-failed-no-failures none; }

.PHONY: measure-site
measure-site: book ## measure the built site in a real browser and print the table
	@$(BIN)/python tests/site/site_browser.py
	$(BIN)/python tests/site/measure.py

# --- targets of their own: longer than a test run ------------------------------------------

.PHONY: mutants
mutants: $(INSTALLED) ## change one token of every right derivation; the checker must notice
	$(BIN)/python tests/mutants.py
	$(BIN)/python tests/mutate_equations.py

.PHONY: mutate
mutate: $(INSTALLED) ## change the package itself, a place at a time; its tests must notice (an hour)
	@PYTHONWARNINGS= $(BIN)/python -m pip install --progress-bar off -q -e ".[mutation]"
	$(BIN)/python tests/mutate_package.py

.PHONY: fuzz
fuzz: $(INSTALLED) ## feed the checker a million random and spliced texts
	$(BIN)/python tests/fuzz_checker.py

.PHONY: ablate
ablate: $(INSTALLED) ## take out every condition of the checker, one at a time: does it do anything? (an hour or two)
	$(BIN)/python tests/ablate_checker.py

.PHONY: bench
bench: $(INSTALLED) ## time the checker and measure its memory
	$(BIN)/python tests/benchmark_checker.py

.PHONY: clean
clean: ## remove the built site and what tests left
	rm -rf _build .pytest_cache .hypothesis .ruff_cache

.PHONY: lock
lock: $(INSTALLED) ## renew requirements.txt within the ranges of pyproject.toml
	PYTHONWARNINGS= $(BIN)/python -m pip install -q uv
	PYTHONWARNINGS= $(BIN)/uv pip compile --universal --python-version 3.11 --upgrade --extra book --extra test --extra site-test --extra lab pyproject.toml -o requirements.txt
