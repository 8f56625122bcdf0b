# Every target makes .venv by itself: a bare Debian machine with Python 3.11+, make and git is enough.
PYTHON ?= python3
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never

.PHONY: help demo test fuzz check bench lock clean
.DEFAULT_GOAL := help

help:  ## list what can be made
	@grep -hE '^[a-z]+:.*##' Makefile | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

.venv/ready: pyproject.toml uv.lock
	@if command -v uv >/dev/null 2>&1; then uv sync --quiet --extra dev; \
	else $(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'; fi
	@touch $@

demo: .venv/ready  ## run the bundled shop in accelerated time and explain one customer
	@$(BIN)/tactful demo

test: .venv/ready  ## pass the tests
	@$(BIN)/python -m pytest -q -n auto

ROUNDS ?= 10
fuzz: .venv/ready  ## try the tests that draw their cases with fresh ones, ten times over (ROUNDS=n)
	@for round in $$(seq $(ROUNDS)); do echo "round $$round"; \
	$(BIN)/python -m pytest -q -n auto -m hypothesis --hypothesis-profile=fuzz || exit 1; done

check: .venv/ready  ## lint, types, layers, and the example's own check and tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports --no-cache
	@$(BIN)/tactful check && $(BIN)/tactful test

bench: .venv/ready  ## print the measured speeds against their goals
	@$(BIN)/python -m bench

clean:  ## remove the environment and caches
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
