# Two commands matter: `make run` and `make test`. Both install what they need.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
PYTHON := .venv/bin/python

.PHONY: help run test texts token parts lighthouse kills check bench lock package smoke clean node chromium

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/.installed node ## the whole cloud on this machine, with ten demo people; [PORT=8000]; Ctrl-C stops it
	@exec $(PYTHON) -m local.run $(if $(PORT),--port $(PORT))

test: .venv/.installed node chromium ## every test on all cores, or [T=cards] those of a capability or a path
	@$(PYTHON) -m pytest $(or $(foreach each,$(T),$(call chosen,$(each))),$(ON_ALL_CORES))

# Every worker starts a cloud of its own.
ON_ALL_CORES := --numprocesses auto --maxprocesses 4 --no-loadscope-reorder
# A capability has a folder, or else a file, in each tree of tests.
of_capability = $(or $(wildcard tests/$1 tests/*/$1),$(wildcard tests/test_$1.py tests/*/test_$1.py tests/*/*/test_$1.py))
chosen = $(if $(findstring /,$1),'$1',$(or $(of_capability),$(error No tests are in a folder or file named $1)))

texts: .venv/.installed ## the catalogues of translations, brought up to date with the source
	@$(PYTHON) -m release.catalogues

token: .venv/.installed ## WHO="Ada Lovelace": a token for the API of the iZwop that runs here
	@$(PYTHON) -m local.access_token "$(WHO)"

parts: .venv/.installed ## the page of all parts of the pages, in all their states; [PORT=7070]
	@exec $(PYTHON) -m local.parts $(if $(PORT),--port $(PORT))

lighthouse: .venv/.installed node chromium ## how fast a phone shows a card, the home page and the page that shares
	@$(PYTHON) -m tests.browser.lighthouse

kills: .venv/.installed node ## kill workers a hundred times at each step of long work and of orders
	@KILLS=100 $(PYTHON) -m pytest -q tests/kills

check: .venv/.installed ## format, lint, types, structure, infrastructure
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m mypy
	@$(PYTHON) -m pytest -q tests/test_structure.py tests/test_directions.py
	@.ci/bicep
	@$(PYTHON) -m pytest -q tests/infra
	@$(PYTHON) tests/infra/checkov_prod.py

bench: .venv/.installed node ## ratios against bare functions and other libraries
	@$(PYTHON) -m bench

lock: .venv/.installed ## compile the requirements from their .in files
	@$(PYTHON) -m pip install --quiet uv==0.13.9
	@for name in requirements requirements-dev .ci/checkov; do \
	  $(PYTHON) -m uv pip compile --quiet --universal --python-version 3.13 --generate-hashes \
	    --no-emit-index-url --custom-compile-command "make lock" $$name.in -o $$name.txt; \
	done

package: .venv/.installed ## dist/released-package.zip, the same bytes each time, and what is in it
	@$(PYTHON) -m release.package

smoke: .venv/.installed ## URL=https://… [CARD=handle]: walk the public path of a running iZwop
	@$(PYTHON) -m release.smoke "$(URL)" $(if $(CARD),--card "$(CARD)")

clean: ## forget the local data and the caches of the tools
	@rm -rf .local dist .mypy_cache .ruff_cache .pytest_cache .hypothesis bench.json

# A shim of pyenv may stand on PATH without a version behind it, so each candidate must really run.
.venv/bin/python:
	@for candidate in python3.13 python3 python \
	    $$(pyenv versions --bare 2>/dev/null | grep '^3\.13' | sed "s|^|$$(pyenv root 2>/dev/null)/versions/|; s|$$|/bin/python|"); do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' 2>/dev/null; then \
	    echo "Making .venv with $$($$candidate --version) ..."; \
	    exec $$candidate -m venv --clear .venv; \
	  fi; \
	done; \
	echo "iZwop needs Python 3.13: install it from python.org, your package manager or with \"pyenv install 3.13\", then run make again." >&2; \
	exit 1

.venv/.installed: .venv/bin/python requirements.txt requirements-dev.txt
	@echo "Installing the Python packages (once, about a minute) ..."
	@$(PYTHON) -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt | awk ' \
	  /^ *Collecting / { if (++found % 25 == 0) { print "  " found " packages found"; fflush() } } \
	  /^Installing collected/ { print "  unpacking " found " packages"; fflush() }'
	@touch $@

node: .venv/.installed
	@$(PYTHON) -c 'from local import node_runtime; node_runtime.install()'

chromium:
	@.ci/chromium
