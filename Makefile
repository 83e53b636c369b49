# `make` alone lists the targets. Everything is installed into .venv, from requirements.lock.

PYTHON ?= python3
WORKERS ?= auto

VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
# These come as sources: they are built by what the first lock has brought.
AS_LOCKED := --require-hashes --no-deps --no-build-isolation -r tests/timesketch.lock
PYTEST := $(PY) -m pytest --numprocesses=$(WORKERS)

NIGHT := 2026-03-19
MORNING := 2026-03-20
SAMPLE := sample_data/slack-cried-wolf

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help report test test-fast check golden bench gitea clean

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

report: $(INSTALLED) ## judge the sample night of 2026-03-19; show the report, keep it in report/
	@mkdir -p report
	@status=0; \
	$(PY) -m forensics report --config $(SAMPLE)/forensics.toml --no-ledger \
	    --since $(NIGHT) --until $(MORNING) --now $(MORNING)T00:00:00+09:00 \
	    --output report/$(NIGHT).md --output report/$(NIGHT).html --output report/$(NIGHT).json || status=$$?; \
	echo; \
	case $$status in \
	    0) echo "exit 0: nothing that a person must act on" ;; \
	    1) echo "exit 1: blockers found, the report is complete" ;; \
	    *) echo "exit $$status: the report could not be made as it should; see the messages above"; exit $$status ;; \
	esac; \
	for file in report/$(NIGHT).md report/$(NIGHT).json; do \
	    printf '  %-22s %s lines\n' $$file "$$(wc -l < $$file | tr -d ' ')"; \
	done; \
	printf '  %-22s %s kB, needs no network: open it in a browser\n' report/$(NIGHT).html \
	    "$$(($$(wc -c < report/$(NIGHT).html) / 1000))"; \
	echo "The story behind it: $(SAMPLE)/README.md"; \
	echo "Next: $(VENV)/bin/forensics report --help, then a forensics.toml for your own jobs (README.md, \"Config\")"

test: $(INSTALLED) ## run all tests, in parallel and in random order; the first time they build a Gitea
	@$(PYTEST)

test-fast: $(INSTALLED) ## run the tests that need neither minutes nor the network, Gitea or a browser
	@$(PYTEST) -m "not slow and not packaging and not gitea and not browser and not dask"

check: $(INSTALLED) ## lint, formatting, types
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy

golden: $(INSTALLED) ## rewrite the expected reports of the samples; review the diff
	@$(PY) -m tests.golden.rewrite

bench: $(INSTALLED) ## accuracy and speed on made-up fleets with known truth
	@$(PY) -m benchmarks.run
	@$(PY) -m benchmarks.recorder
	@$(PY) -m benchmarks.survey
	@$(PY) -m benchmarks.causes
	@$(PY) -m benchmarks.changes 25
	@$(PY) -m benchmarks.page

gitea: $(INSTALLED) ## start a real Gitea to play with, built first if need be; Ctrl-C stops it
	@$(PY) -m tests.gitea

clean: ## remove everything that make made, .venv too
	@rm -rf $(VENV) build dist report benchmarks/out .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@rm -f .coverage .coverage.*
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock tests/timesketch.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	    echo "Python 3.11 or newer is needed, and $(PYTHON) is not: name one with make PYTHON=python3.12"; exit 1; }
	@if command -v uv >/dev/null; then \
	    echo "Installing into $(VENV) with uv"; \
	    uv venv --quiet --allow-existing --python $(PYTHON) $(VENV) && \
	    uv pip install --quiet --python $(PY) --require-hashes -r requirements.lock && \
	    uv pip install --quiet --python $(PY) $(AS_LOCKED) && \
	    uv pip install --quiet --python $(PY) --no-deps --no-build-isolation -e .; \
	else \
	    $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	        echo "$(PYTHON) cannot make environments. As root: apt-get install -y python3-venv"; exit 1; }; \
	    echo "Installing into $(VENV) with pip; the first time this takes a minute or two"; \
	    $(PYTHON) -m venv $(VENV) && \
	    $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
	    $(PY) -m pip install --quiet --disable-pip-version-check $(AS_LOCKED) && \
	    $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .; \
	fi
	@$(PY) -m compileall -q forensics
	@touch $@
