# Everything a developer runs. `make` alone lists it.

PYTHON ?= python3
UV ?= .venv/bin/uv

export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Errors alone: pip warns about much that is no trouble.
PIP_INSTALL = .venv/bin/python -m pip install -qq --no-input

# No recipe may act on a target or credentials that happen to be set in the caller's shell.
unexport $(filter RECONCILER_%,$(.VARIABLES))

# Shows a command as a user would type it, and runs it from .venv.
define run
@printf '\n$$ %s\n' '$(1)'
@.venv/bin/$(1)
endef

.DELETE_ON_ERROR:
.PHONY: help demo test test-slow lint format lock schemas bench bench-check picture clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: .venv/.runtime  ## plan, apply and plan again, against a sandbox in a file
	$(call run,reconciler sandbox reset --yes)
	$(call run,reconciler plan)
	$(call run,reconciler apply --yes)
	$(call run,reconciler plan)

test: lint  ## lint, then all tests but the slow ones, with coverage
	$(call run,pytest -n auto -m "not slow" --cov --junitxml=.reports/test.xml)

test-slow: .venv/.dev  ## the long proofs
	$(call run,pytest -n auto -m slow --junitxml=.reports/test-slow.xml)

lint: .venv/.dev  ## every check that needs no test
	$(call run,ruff format --check .)
	$(call run,ruff check .)
	$(call run,mypy $(wildcard reconciler tests bench))
	$(call run,lint-imports --no-logo)
	$(call run,deptry reconciler)
	$(call run,codespell)
	$(call run,zizmor --offline --pedantic .github/workflows)
	$(call run,check-jsonschema --builtin-schema vendor.github-workflows $(wildcard .github/workflows/*.yml))

format: .venv/.dev  ## format, and mend what ruff can mend
	$(call run,ruff check --fix .)
	$(call run,ruff format .)

COMPILE = $(UV) pip compile pyproject.toml --quiet --no-config --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command 'make lock'

lock: .venv/.dev  ## pin what pyproject.toml asks for (LOCK_ARGS=--upgrade: the newest of all)
	@$(COMPILE) $(LOCK_ARGS) --group build --extra sandbox --extra dev --output-file requirements-dev.lock
	@$(COMPILE) $(LOCK_ARGS) --group build --extra sandbox --constraint requirements-dev.lock \
		--output-file requirements.lock

schemas: .venv/.dev  ## write docs/plan.schema.json anew, from the model
	@.venv/bin/python -c 'import json; from reconciler.planmodel import schema; \
		print(json.dumps(schema(), indent=2))' >docs/plan.schema.json

bench: .venv/.dev  ## measure, and print the table
	$(call run,python bench/run.py)

bench-check: .venv/.dev  ## measure, and fail where a limit is passed
	$(call run,python bench/run.py --check)

picture: .venv/.dev  ## take the pictures of the documents anew
	$(call run,python tests/browser/picture.py)
	$(call run,python tests/browser/comment_picture.py)

clean:  ## remove whatever these targets made
	rm -rf .venv .reports .reconciler .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	rm -rf tests/browser/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps tell a finished .venv from an interrupted one: .runtime is away while anything is being
# installed, and a .venv without it is made anew.
.venv/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo 'This needs Python 3.11 or later with its venv module (Debian: python3-venv),' >&2; \
		echo 'but PYTHON=$(PYTHON) is not that. Name another: make PYTHON=python3.12 …' >&2; exit 1; }
	@if test ! -f $@; then echo 'Making .venv ...' >&2; rm -rf .venv; $(PYTHON) -m venv .venv; fi
	@rm -f $@
	@$(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements-dev.lock tests/browser/package-lock.json .venv/.runtime
	@echo 'Installing the development tools ...' >&2
	@rm -f .venv/.runtime
	@$(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@if command -v npm >/dev/null; then \
		npm ci --prefix tests/browser --ignore-scripts --loglevel=error >/dev/null; else \
		echo 'There is no npm here: the tests for accessibility will be skipped.' >&2; fi
	@touch .venv/.runtime $@
