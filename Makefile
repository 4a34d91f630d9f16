# Hundred Days. `make help` lists what you can do here.
VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
LOCK := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help install run test coverage check bench soak mutants words derived migration lock clean

help: ## Show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hundred Days needs Python 3.11 or newer; try: make run PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(BIN)/python
	@echo "Installing what Hundred Days needs (once, hash-checked) ..."
	@$(LOCK) --no-deps --require-hashes -r requirements/run.txt
	@PYTHONWARNINGS=ignore $(LOCK) --no-deps --no-build-isolation -e .
	@said=$$($(BIN)/python -m pip check) || { echo "$$said"; exit 1; }
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@echo "Installing what the checks and tests need (once, hash-checked) ..."
	@$(LOCK) --no-deps --require-hashes -r requirements/dev.txt
	@said=$$($(BIN)/python -m pip check) || { echo "$$said"; exit 1; }
	@touch $@

install: $(VENV)/.run ## Make the environment in .venv, and nothing else

run: $(VENV)/.run ## Start the practice workspace on http://127.0.0.1:8080
	@$(BIN)/hundred-days practice

test: $(VENV)/.dev ## Run every test, on SQLite and PostgreSQL
	@$(BIN)/python -m tests

coverage: $(VENV)/.dev ## Measure how much of everything the tests cover
	@$(BIN)/python -m tests coverage

check: $(VENV)/.dev ## Formatting, lint, types and the import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(VENV)/.dev ## Print the benchmarks as ratios, and beside their goals
	@$(BIN)/python -m tests.benchmarks

soak: $(VENV)/.dev ## Run the sizes we promise, part by part (PART=kills-sqlite: one), and write docs/measured.md
	@$(BIN)/python -m tests.soak $(PART)

mutants: $(VENV)/.dev ## Whether the tests notice changes in what decides what is shown (MODULE=shares: one)
	@$(BIN)/python -m tests.mutants $(MODULE)

words: $(VENV)/.dev ## Bring the Welsh catalogue up to date with the sentences in the code
	@$(BIN)/python -m tests.catalogue

derived: $(VENV)/.dev ## Bring up to date what is derived from the features: manifest.json, the names on the wire, the tables of retention, the catalogue
	@$(BIN)/python -m adapters.slack.manifest
	@$(BIN)/python -m tests.names
	@$(BIN)/python -m tests.documents
	@$(BIN)/python -m tests.catalogue

migration: $(VENV)/.dev ## Write the next migration from the tables (M="what changes"), and try it on both databases
	@$(BIN)/python -m tests.migration "$(M)"

lock: ## Pin every dependency again, with hashes (needs uv)
	@echo "setuptools>=80" | uv pip compile pyproject.toml - --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --no-strip-extras -q -o requirements/run.txt
	@echo "setuptools>=80" | uv pip compile pyproject.toml - --extra dev -c requirements/run.txt --universal --python-version 3.11 --generate-hashes --no-header --no-emit-index-url --no-annotate --no-strip-extras -q -o requirements/dev.txt

clean: ## Remove the virtual environment and the practice workspace
	@rm -rf $(VENV) .practice
