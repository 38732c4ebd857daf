# clawkit: two commands do all the set-up on a fresh machine, `make up` and `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
CLAWKIT := $(VENV)/bin/clawkit
ARGS ?=
# most of a stack's test is waiting; the files in their order, so that the quick ones at the end fill the gaps
SIDE_BY_SIDE ?= -n 2 --dist loadfile --no-loadscope-reorder

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
	@$(CLAWKIT) images build
	@$(VENV)/bin/pytest $(SIDE_BY_SIDE)

unit: install-dev ## the tests that need no Docker, in seconds
	@$(VENV)/bin/pytest -m "not docker" tests/unit

check: install-dev ## look: lint, types, import rules, shell scripts, Dockerfiles
	@$(VENV)/bin/ruff check --no-cache kit tests compose
	@$(VENV)/bin/ruff format --check kit tests compose
	@MYPYPATH=tests $(VENV)/bin/mypy kit/clawkit tests/unit tests/conftest.py
	@MYPYPATH=kit:tests/stacks:tests:tests/unit $(VENV)/bin/mypy tests/stacks/*.py tests/bench/*.py
	@MYPYPATH=kit:tests $(VENV)/bin/mypy -p proxies
	@MYPYPATH=kit:tests:tests/stacks:tests/unit $(VENV)/bin/mypy -p faults
	@MYPYPATH=compose/acme $(VENV)/bin/mypy compose/acme/*.py compose/verify/*.py
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/shellcheck -x scripts/ensure-* compose/gateway/*.sh proxies/*/*.sh .ci/run
	@$(VENV)/bin/hadolint --failure-threshold warning compose/images/*.Dockerfile

fix: install-dev ## change: format and mend what lint can mend
	@$(VENV)/bin/ruff check --no-cache --fix kit tests compose
	@$(VENV)/bin/ruff format kit tests compose

golden: install-dev ## rewrite the golden renders; git diff reviews them
	@CLAWKIT_GOLDEN=rewrite $(VENV)/bin/pytest -q tests/unit/test_golden.py

reference: install-dev ## rewrite docs/settings.md from the settings themselves
	@$(VENV)/bin/python -c "from clawkit.settings.reference import page; print(page(), end='')" > docs/settings.md

screens: install-dev ## rewrite docs/screens.md: what a person sees, from real pseudo-terminals
	@$(VENV)/bin/python tests/screens.py

zipapp: install-dev ## one file with clawkit and all it needs: dist/clawkit.pyz
	@mkdir -p dist
	@$(VENV)/bin/shiv --quiet --console-script clawkit --compressed --reproducible --output-file dist/clawkit.pyz .
	@ls -l dist/clawkit.pyz

bench: install-dev engine ## measure everything beside what one would have instead; writes docs/benchmarks.md
	@scripts/ensure-load
	@PYTHONPATH=tests:tests/unit:tests/stacks $(VENV)/bin/python tests/bench/run.py $(ARGS)

loss: install-dev engine ## measure what restarts and crashes cost behind each proxy; writes docs/zero-loss.md
	@PYTHONPATH=tests/stacks:tests $(VENV)/bin/python tests/bench/loss.py $(ARGS)

swarm: install-dev engine ## measure a Swarm of three nodes beside Compose on one; writes docs/swarm.md
	@PYTHONPATH=tests/stacks:tests:tests/bench $(VENV)/bin/python tests/bench/swarm.py $(ARGS)

faults: install-dev engine ## break real stacks one way at a time and see the doctor name it; writes docs/fault-table.md
	@$(VENV)/bin/pytest -q -m "faults or not faults" tests/faults --fault-table docs/fault-table.md $(ARGS)

long: install-dev engine ## the tests that are too long for every day: each also on the other proxy, at every point
	@$(VENV)/bin/pytest -v -m long $(ARGS)

killed: install-dev engine ## kill up, switch, restore and upgrade after each line that they say; again, and all is whole
	@$(VENV)/bin/pytest -v -m "long or not long" tests/stacks/test_killed.py $(ARGS)

.PHONY: help install install-dev engine up down images test long unit check fix golden reference screens zipapp bench loss swarm faults killed
