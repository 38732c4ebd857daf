# clawkit: two commands do all the set-up on a fresh machine, `make up` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
CLAWKIT := $(VENV)/bin/clawkit
ARGS ?=

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## make .venv with clawkit in it
	@scripts/ensure-python

install-dev: ## make .venv with clawkit and everything its tests need
	@scripts/ensure-python dev

engine: ## use the Docker engine that is there, or install and start one (Debian, Ubuntu, as root)
	@scripts/ensure-engine

up: install engine ## bring OpenClaw up here; more settings: make up ARGS="--domain example.com --proxy nginx"
	@$(CLAWKIT) up $(ARGS)

down: install ## stop and remove the containers; data is kept
	@$(CLAWKIT) down

images: install engine ## build all images on this machine
	@$(CLAWKIT) images build

test: install-dev engine ## unit tests, the proxies' real binaries, and real stacks in real containers
	@$(VENV)/bin/pytest

unit: install-dev ## the tests that need no Docker, in seconds
	@$(VENV)/bin/pytest -m "not docker" tests/unit

check: install-dev ## look: lint, types, import rules, shell scripts, Dockerfiles
	@$(VENV)/bin/ruff check kit tests compose
	@$(VENV)/bin/ruff format --check kit tests compose
	@$(VENV)/bin/mypy kit/clawkit tests/unit tests/conftest.py
	@MYPYPATH=kit:tests/stacks:tests $(VENV)/bin/mypy tests/stacks/*.py tests/bench/*.py
	@MYPYPATH=kit:tests $(VENV)/bin/mypy -p proxies
	@MYPYPATH=compose/acme $(VENV)/bin/mypy compose/acme/*.py compose/verify/*.py
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/shellcheck -x scripts/* compose/gateway/*.sh proxies/*/run.sh .ci/run
	@$(VENV)/bin/hadolint --failure-threshold warning compose/images/*.Dockerfile

fix: install-dev ## change: format and mend what lint can mend
	@$(VENV)/bin/ruff check --fix kit tests compose
	@$(VENV)/bin/ruff format kit tests compose

golden: install-dev ## rewrite the golden renders; git diff reviews them
	@CLAWKIT_GOLDEN=rewrite $(VENV)/bin/pytest -q tests/unit/test_golden.py

bench: install-dev engine ## measure up, no-op up, render and help against plain docker compose
	@$(VENV)/bin/python tests/bench/run.py

.PHONY: help install install-dev engine up down images test unit check fix golden bench
