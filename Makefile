# `make` lists the targets. Variables of one target stand in its line.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
.PHONY: help run test check format package partner why counsellor-token handoff race capacity chats deliveries fuzz firstload screenshots browser node clean lint

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

run: .venv/made .venv-engine/made ## the whole hub on http://127.0.0.1:8000 (PORT= HOURS= LEASE_SECONDS= CALLBACK_RETRY= SILENT_SECONDS= LIMIT= WEBHOOK_PACE= HUB_LOCAL=)
	@$(PY) -m local.run

test: lint .venv-engine/made browser node ## format, lint, types and every test, browser included, beside a hub of its own (ARGS= for pytest)
	@$(PY) -m pytest $(ARGS)

check: lint ## format, lint, types and unit tests, in under a minute
	@$(PY) -m pytest tests/unit

lint: .venv/made
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy

format: .venv/made ## put the sources in order
	@.venv/bin/ruff check --quiet --fix . || true
	@.venv/bin/ruff format .

package: .venv/made ## template and zip for AWS in .build/package, checked by cfn-lint
	@$(PY) -m local.package
	@.venv/bin/cfn-lint .build/package/sam.json

partner: .venv/made ## the registry of partners (ARGS="list", "--help"; docs/operator.md; make partner why REQUEST=<request_id>)
	@$(PY) -m ops.partner $(or $(ARGS),$(if $(filter why,$(MAKECMDGOALS)),why '$(REQUEST)',--help))

why: .venv/made
	@$(if $(filter partner,$(MAKECMDGOALS)),true,$(PY) -m ops.partner why '$(REQUEST)')

counsellor-token: .venv/made ## an access token for curl (NAME=<username>)
	@$(PY) -m ops.counsellor '$(NAME)'

handoff: .venv/made ## send one signed handoff (PLATFORM=tiktok KIND=call [SESSION=chat])
	@$(PY) -m ops.handoff '$(or $(PLATFORM),tiktok)' '$(or $(KIND),call)' $(if $(SESSION),--session '$(SESSION)')

race: .venv/made .venv-engine/made ## 32 counsellors race for 10,000 claims against a running stack
	@RACE_CLAIMS=10000 $(PY) -m pytest tests/e2e/test_race.py -k thirty_two -s

capacity: .venv/made .venv-engine/made ## measure the capacity each operation consumes
	@$(PY) -m bench.capacity $(ARGS)

chats: .venv/made .venv-engine/made ## thirty open chats for three minutes: units, latency, the engine's ceiling (ARGS=--write)
	@$(PY) -m bench.chats $(ARGS)

deliveries: .venv/made .venv-engine/made ## webhooks to endpoints that fail and are dead, the deliverer killed: what arrives, how late; half an hour (ARGS=--write)
	@$(PY) -m bench.deliveries $(ARGS)

fuzz: .venv/made .venv-engine/made ## made-up requests by the OpenAPI document for MINUTES=10, every check (SEED= repeats a run)
	@$(PY) -m tests.fuzz --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

firstload: .venv/made .venv-engine/made browser ## what a youth's phone loads first: bytes, requests, origins (ARGS=--write)
	@$(PY) -m bench.firstload $(ARGS)

screenshots: .venv/made .venv-engine/made browser ## pictures of the pages, for the README
	@$(PY) -m bench.screenshots

browser: .venv/made
	@$(PY) -m local.chromium

node: .venv/made
	@$(PY) -m local.node

clean: ## remove what was made, but not the local state
	rm -rf .venv .venv-engine .build .mypy_cache .pytest_cache .ruff_cache .hypothesis test-results .chalice/deployments

.venv/made: requirements.txt requirements-dev.txt
	@sh local/venv.sh .venv requirements-dev.txt

.venv-engine/made: requirements-engine.txt
	@sh local/venv.sh .venv-engine requirements-engine.txt
