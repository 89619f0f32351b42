# make run        set up and summarize the sample corpus
# make test       set up and run every test, without a network
# make lint       style and types
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
INPUT ?= seeds/

.PHONY: run test lint format coverage faults benchmark wheel clean models

run: $(VENV)/ready
	$(BIN)/summarize run $(INPUT)

test: $(VENV)/ready-dev models
	$(BIN)/pytest -m "not fault"

coverage: $(VENV)/ready-dev models
	$(BIN)/coverage run -m pytest -m "not fault"
	$(BIN)/coverage combine -q
	$(BIN)/coverage report --skip-covered --fail-under=90

faults: $(VENV)/ready-dev
	$(BIN)/pytest -m fault tests/faults

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/ready-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

benchmark: $(VENV)/ready-dev models
	$(BIN)/python scripts/benchmark.py

models: $(VENV)/ready
	$(BIN)/summarize models pull starter-marian-id-en smollm2-135m-instruct

wheel: $(VENV)/ready-dev
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .

$(VENV)/ready: requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/ready-dev: $(VENV)/ready requirements-dev.txt
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage*
