# Everything a newcomer needs: `make demo` and `make test`. Python 3.11 and make are enough.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A file stays with one worker, which has a database of its own; the long files come first.
TESTS := $(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder
# It slows all of Python, also in processes that tests start: `make test` does without it.
COVERAGE := --cov --cov-report=term
SET_UP := @$(PYTHON) scripts/set_up.py
export PROFILEGRAPH_HOME ?= $(CURDIR)/.profilegraph

.PHONY: installed installed-dev installed-bench demo serve test test-all test-fast coverage check format generate lock bench security-report clean help

demo: installed ## start Neo4j, load 23,570 real customers, answer segments, serve (ONCE=1: print and exit)
	$(BIN)/profilegraph demo $(if $(ONCE),--once)

serve: installed ## serve what the demo loaded
	$(BIN)/profilegraph serve

test: installed-dev check ## every check, every behaviour once, against a genuine Neo4j
	$(TESTS)

test-all: installed-dev check ## the same tests with longer random searches and more load, and what `coverage` asks
	$(TESTS) --hypothesis-profile thorough $(COVERAGE)

coverage: installed-dev ## the tests again, to see how much of the code they run; fails below 93 %
	$(TESTS) $(COVERAGE)

test-fast: installed-dev ## what needs no database, for the loop of work
	$(TESTS) -m "not database and not slow" tests/unit tests/spec tests/meta

check: installed-dev ## style, types and layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: installed-dev ## put the code into the common style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

generate: installed-dev ## write the files that are made from code: schemas, docs/segments.md
	$(BIN)/python -m scripts.generate

bench: installed-bench ## measure beside others, write docs/benchmark.md (SIZE=, SEED=, CURVE=1 or CURVE=10000,50000)
	$(BIN)/python -m benchmarks --size $(or $(SIZE),200000) --seed $(or $(SEED),7) $(if $(CURVE),--curve $(filter-out 1,$(CURVE)))

security-report: installed-bench ## attack, flood, load and kill, write docs/security.md (ONLY="floods load", SECONDS=5)
	$(BIN)/python -m benchmarks.security $(addprefix --only ,$(ONLY)) --seconds $(or $(SECONDS),5)

lock: installed-dev ## resolve the dependencies anew and write the lock files
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --output-file requirements.lock scripts/build.in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --constraint requirements.lock --group dev --output-file requirements-dev.lock scripts/build.in pyproject.toml
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 \
	  --constraint requirements-dev.lock --group bench --output-file requirements-bench.lock

clean: ## remove what was installed (not the data)
	rm -rf $(VENV)

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1: /p' $(MAKEFILE_LIST)

installed:
	$(SET_UP) base

installed-dev:
	$(SET_UP) base dev

installed-bench:
	$(SET_UP) base bench
