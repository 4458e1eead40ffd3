# `make help` lists the targets. Variables: PYTHON (that makes the environment), VENV (where it is),
# TESTS (arguments of pytest: make test TESTS=tests/contract).
PYTHON ?= python3
VENV ?= .venv
TESTS ?= -n 2 --dist loadgroup
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo test check lint format coverage docs site bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.run: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -e .
	touch $@

$(VENV)/.dev: $(VENV)/.run
	$(PIP) -e ".[dev]"
	touch $@

data/sample.mp4: | $(VENV)/.run
	$(BIN)/python -m framework.sample

demo: $(VENV)/.run data/sample.mp4 ## set up, render the sample video, run the pipeline on it
	$(BIN)/python -m framework input=data/sample.mp4 output=outputs/demo

test: $(VENV)/.dev ## run the tests, or those named by TESTS=
	$(BIN)/python -m pytest $(TESTS)

check: lint site test ## what CI runs: lint, documentation site, tests

lint: $(VENV)/.dev ## lint, format, layers, types, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python docs/generate.py --check

format: $(VENV)/.dev ## fix what ruff can fix
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

coverage: $(VENV)/.dev ## branch coverage of the core and the plugins
	$(BIN)/python -m pytest --cov --cov-report=term $(TESTS)

docs: $(VENV)/.dev ## write the generated pages: docs/stages.md, the table of the README
	$(BIN)/python docs/generate.py

site: $(VENV)/.dev ## build the documentation site into site/, a warning is an error
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict
	@echo "open site/index.html; its search needs a server: python -m http.server -d site"

bench: $(VENV)/.dev ## measurements, as ratios within one run
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

clean: ## remove everything that was built
	rm -rf $(VENV) build dist outputs multirun site *.egg-info .coverage .coverage.*
