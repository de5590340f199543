# Everything a fresh machine needs is Python 3.11+ and make: each target first sets up .venv, once a lock.
# pip is left as it is configured: PIP_* variables and pip.conf of the user hold.

VENV  := .venv
BIN   := $(VENV)/bin
LOCK  := requirements-dev.lock
# The stamp is named after what it installed, so another branch with the same lock is not installed again.
STAMP := $(VENV)/.installed-$(shell cat pyproject.toml $(LOCK) | cksum | tr ' ' '-')
CODE  := $(patsubst %/,%,$(dir $(wildcard engine/__init__.py editor/__init__.py)))
# The peers of the benchmark lie in a folder of their own, which benchmarks/peers alone looks into.
PEERS := $(VENV)/bench
PEERS_STAMP := $(PEERS)/.installed-$(shell cksum <requirements-bench.lock | tr ' ' '-')

# The browser code of the web editor; whatever it is made of is newer or older than its manifest.
FRONTEND := editor/frontend
BUILT := editor/static/dist/manifest.json
PARTS := $(FRONTEND)/node_modules/.installed-$(shell cksum <$(FRONTEND)/package-lock.json | tr ' ' '-')
SOURCES := $(wildcard $(addprefix $(FRONTEND)/,package.json package-lock.json build.mjs src/* src/*/*))

ARGS  ?=
SIZE  ?= 100000

export PIP_DISABLE_PIP_VERSION_CHECK ?= 1
MAKEFLAGS += --no-print-directory

.DEFAULT_GOAL := help
.PHONY: help demo test lint format pytest dogfood docs editor lsp bench torture lock setup clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*  ## /\1|/p' Makefile | while IFS='|' read -r target text; \
	  do printf '  make %-8s %s\n' "$$target" "$$text"; done

demo: $(STAMP) $(BUILT)  ## a night on the sample customers, nothing leaves the machine (ARGS="--lang en")
	@$(BIN)/wakeline demo $(ARGS)

test: lint pytest dogfood  ## lint, tests, then check and test of the shipped workspace

lint: $(STAMP)  ## ruff, mypy --strict, import contracts
	$(BIN)/ruff check --quiet --output-format concise .
	$(BIN)/ruff format --quiet --check .
	$(BIN)/mypy --no-error-summary $(CODE) hatch_build.py
	$(BIN)/lint-imports --no-logo

format: $(STAMP)  ## lay the code out, and fix what ruff can fix by itself
	$(BIN)/ruff check --quiet --fix-only .
	$(BIN)/ruff format --quiet .

# About half of the time that all tests take.
SECOND := tests/engine $(wildcard $(addprefix tests/,test_check*.py test_crash*.py test_events*.py)) \
  $(addprefix tests/,test_nights.py test_plan_is_run.py test_run_cases.py) \
  tests/editor/test_every_page.py

# Without ARGS in two halves at a time, each with a database server of its own; the second is told when both are over.
pytest: $(STAMP) $(BUILT)  ## tests only (ARGS="-k name")
ifneq ($(ARGS),)
	$(BIN)/python -m pytest $(ARGS)
else
	@told=$$(mktemp); $(BIN)/python -m pytest $(SECOND) >$$told 2>&1 & engine=$$!; \
	$(BIN)/python -m pytest tests $(addprefix --ignore=,$(SECOND)); rest=$$?; \
	wait $$engine; engine=$$?; cat $$told; rm -f $$told; \
	test $$rest -eq 0 && test $$engine -eq 0
endif

dogfood: $(STAMP)
	$(BIN)/wakeline check
	$(BIN)/wakeline test

docs: $(STAMP)  ## write schemas/, docs/reference.* and what READMEs and tutorials show anew
	@$(BIN)/python -m engine.catalogue
	@$(BIN)/python tests/readme.py
	@$(BIN)/python tests/requirements.py
	@$(BIN)/python tests/tutorial.py

editor:  ## the browser code of the web editor (node 20 or newer, npm)
	@$(BUILD_EDITOR)

lsp:  ## what the tests of completion in editors need (node, npm)
	@npm ci --prefix tests/lsp --no-audit --no-fund --loglevel=error

bench: $(STAMP) $(PEERS_STAMP) $(BUILT)  ## how fast a night is (SIZE=100000 customers), a check (ARGS="--check 10000"), the editor (ARGS=--editor)
	@$(BIN)/python -m benchmarks --size $(SIZE) $(ARGS)

torture: $(STAMP)  ## kill, lose, stop and restart for an hour, as one table (ARGS="--seed 7 crash")
	@$(BIN)/python -m tests.torture $(ARGS)

setup: $(STAMP)  ## only set up .venv

# --- environment ------------------------------------------------------------------------------------------------

# Any .venv will do, made here or elsewhere; one that already holds the locked versions needs no network.
$(STAMP):
	@test -x $(BIN)/python || sh -c '$(FIND_PYTHON)'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@echo "Setting up $(VENV) from $(LOCK) ..."
	@$(BIN)/python -m pip install --quiet --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.installed-*
	@touch $@

# Where node is missing, or its packages cannot be had, one line says so and everything else works.
$(BUILT): $(SOURCES)
	@if ! $(HAS_NODE); then \
	  echo "The web editor is not built: it needs Node 20 or newer with npm; then: make editor" >&2; \
	elif ! { $(BUILD_EDITOR); } >$(VENV)/editor.log 2>&1; then \
	  echo "The web editor cannot be built ($(VENV)/editor.log says why); everything else works." >&2; \
	fi

define HAS_NODE
{ node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' && npm --version; } >/dev/null 2>&1
endef

define BUILD_EDITOR
{ test -f $(PARTS) || npm ci --prefix $(FRONTEND) --loglevel=error && touch $(PARTS); } && \
node $(FRONTEND)/build.mjs
endef

# Without a network the benchmark runs without its peers.
$(PEERS_STAMP): | $(STAMP)
	@echo "Setting up $(PEERS) from requirements-bench.lock ..."
	@rm -rf $(PEERS)
	@{ $(BIN)/python -m pip install --quiet --require-hashes --target $(PEERS) -r requirements-bench.lock \
	    2>$(PEERS).log && touch $@; } || { rm -rf $(PEERS); \
	  echo "The peers cannot be installed ($(PEERS).log says why): the benchmark leaves them out." >&2; }

# $(PYTHON) if it is given, else the first interpreter that is new enough.
define FIND_PYTHON
for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
  if $$python -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then \
    exec $$python -m venv $(VENV); fi; \
done; \
echo "Wakeline needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python" >&2; exit 1
endef

# --- locks ------------------------------------------------------------------------------------------------------

# Keeps what is locked as far as pyproject.toml allows; ARGS=--upgrade takes the newest. The resolver has an
# environment of its own, because its needs (pip, setuptools) are not ours.
COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/lock/bin/pip-compile --quiet --generate-hashes --strip-extras \
  --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options $(ARGS)
OURS = --extra calendar --extra metrics --extra postgres pyproject.toml

lock: $(VENV)/lock/bin/pip-compile  ## write the lock files anew (ARGS=--upgrade)
	@echo "Resolving, this takes a minute ..."
	@$(COMPILE) $(OURS) --output-file requirements.lock
	@$(COMPILE) $(OURS) --extra test --constraint requirements.lock --output-file $(LOCK)
	@$(COMPILE) requirements-bench.in --constraint $(LOCK) --output-file requirements-bench.lock

$(VENV)/lock/bin/pip-compile:
	@test -x $(BIN)/python || sh -c '$(FIND_PYTHON)'
	@$(BIN)/python -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip install --quiet 'pip-tools>=7.6,<8'

clean:  ## remove what tools left behind; .venv and every .wakeline stay
	@rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .benchmarks
	@find $(CODE) $(wildcard tests benchmarks workflows) -name __pycache__ -type d -prune -exec rm -rf {} +
