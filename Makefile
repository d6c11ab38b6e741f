# Everything a newcomer needs: `make demo` and `make test`. Python 3.11 and make are enough.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLUGINS := $(patsubst plugins/%/pyproject.toml,plugins/%,$(wildcard plugins/*/pyproject.toml))
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
EDITABLE := --editable . $(foreach plugin,$(PLUGINS),--editable $(plugin))
export PROFILEGRAPH_HOME ?= $(CURDIR)/.profilegraph

.PHONY: demo serve test check format generate lock bench clean help

demo: $(VENV)/installed ## start Neo4j, load 23,570 real customers, answer segments, serve (ONCE=1: print and exit)
	$(BIN)/profilegraph demo $(if $(ONCE),--once)

serve: $(VENV)/installed ## serve what the demo loaded
	$(BIN)/profilegraph serve

test: $(VENV)/installed-dev check ## every check and test, against a genuine Neo4j
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --cov --cov-report=term

check: $(VENV)/installed-dev ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/installed-dev ## put the code into the common style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: $(VENV)/installed-dev ## write the files that are made from code: schemas, docs/segments.md
	$(BIN)/python -m scripts.generate

bench: $(VENV)/installed-bench ## measure beside others, write docs/benchmark.md (SIZE=, SEED=, CURVE=1 or CURVE=10000,50000)
	$(BIN)/python -m benchmarks --size $(or $(SIZE),200000) --seed $(or $(SEED),7) $(if $(CURVE),--curve $(filter-out 1,$(CURVE)))

lock: $(VENV)/installed-dev ## resolve the dependencies anew and write the lock files
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --output-file requirements.lock scripts/build.in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --constraint requirements.lock --group dev --output-file requirements-dev.lock scripts/build.in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --constraint requirements-dev.lock --group bench --output-file requirements-bench.lock

clean: ## remove what was installed (not the data)
	rm -rf $(VENV)

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name one, such as: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml $(PLUGINS:=/pyproject.toml) | $(VENV)/bin/python
	@echo "Installing the locked dependencies into $(VENV) (once, about a minute) …"
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation $(EDITABLE)
	touch $@

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	@echo "Installing the locked development dependencies …"
	$(PIP) install --require-hashes --requirement requirements-dev.lock
	touch $@

$(VENV)/installed-bench: requirements-bench.lock $(VENV)/installed
	@echo "Installing the locked packages of the benchmark (once, about a minute) …"
	$(PIP) install --require-hashes --requirement requirements-bench.lock
	touch $@
