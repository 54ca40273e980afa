# `make` lists the targets. Variables of one target stand in its line.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PY := .venv/bin/python
.PHONY: $(shell sed -n 's/^\([a-z-]*\):.*/\1/p' Makefile)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s %s\n", $$1, $$2 }' Makefile

run: .venv/made .venv-engine/made ## the whole hub on http://127.0.0.1:8000 (PORT= HOURS= LEASE_SECONDS= CALLBACK_RETRY= SILENT_SECONDS= LIMIT= WEBHOOK_PACE= HUB_LOCAL=)
	@$(PY) -m local.run

test: lint audit-dependencies .venv-engine/made browser node ## format, lint, types and every test, browser included, beside hubs of its own (ARGS= for pytest)
	@$(PY) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

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

audit-verify: .venv/made ## is the audit trail whole? names the first broken link, exit 1 (DAY=2026-11-22; HUB_STACK= for a deployed one)
	@$(PY) -m ops.audit verify --day '$(DAY)'

audit-show: .venv/made ## who did what to one session (SESSION=ho_…, or partner#<id>)
	@$(PY) -m ops.audit show '$(SESSION)'

counsellor: .venv/made ## sign a counsellor out everywhere, disable, enable (ARGS="disable <username>")
	@$(PY) -m ops.counsellors $(or $(ARGS),--help)

erase: .venv/made ## what erasing one session or number would take away (SESSION=ho_… or NUMBER=-; YES=1 erases it for good)
	@$(PY) -m ops.erase $(if $(SESSION),--session '$(SESSION)') $(if $(NUMBER),--number '$(NUMBER)') $(if $(YES),--yes)

counsellor-token: .venv/made ## an access token for curl (NAME=<username>)
	@$(PY) -m ops.counsellor '$(NAME)'

handoff: .venv/made ## send one signed handoff (PLATFORM=tiktok KIND=call [SESSION=chat])
	@$(PY) -m ops.handoff '$(or $(PLATFORM),tiktok)' '$(or $(KIND),call)' $(if $(SESSION),--session '$(SESSION)')

race: .venv/made .venv-engine/made ## 32 counsellors race for 10,000 claims against a running stack
	@RACE_CLAIMS=10000 $(PY) -m pytest tests/e2e/test_race.py -k thirty_two -s

bench: .venv/made .venv-engine/made node ## every measurement of docs/performance, side by side with peers: tables, plots, README's headline
	@$(PY) -m bench

capacity: .venv/made .venv-engine/made ## measure the capacity each operation consumes
	@$(PY) -m bench.capacity $(ARGS)

chats: .venv/made .venv-engine/made ## thirty open chats for three minutes: units, latency, the engine's ceiling (ARGS=--write)
	@$(PY) -m bench.chats $(ARGS)

deliveries: .venv/made .venv-engine/made ## webhooks to endpoints that fail and are dead, the deliverer killed: what arrives, how late; half an hour (ARGS=--write)
	@$(PY) -m bench.deliveries $(ARGS)

restore: .venv/made ## bring back what the session table has lost, from a restored copy (ARGS="--help"; docs/runbook.md)
	@$(PY) -m ops.restore $(or $(ARGS),--help)

rehearse-restore: .venv/made .venv-engine/made ## lose sessions and a whole table on the engine, and bring them back
	@$(PY) -m pytest -s tests/e2e/test_restore.py

crashpoints: .venv/made ## death before and after every outside call of every use case, and lost replies: what each leaves (ARGS="a youth" --write)
	@$(PY) -m tests.crashpoints $(ARGS)

simulate: .venv/made ## the hub in one process, outside calls failing by the seed: SEEDS=1000 STEPS=1000 FIRST=1; SEED= repeats one with its history
	@$(PY) -m tests.simulation --steps $(or $(STEPS),1000) $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000) --first $(or $(FIRST),1))

mutants: .venv/made ## break one rule of the hub after the other: each is caught by which promise, after how many seeds (at most SEEDS=150)
	@$(PY) -m tests.simulation --mutants --steps $(or $(STEPS),1000) --seeds $(or $(SEEDS),150) --first $(or $(FIRST),1)

kills: .venv/made .venv-engine/made ## kill -9 for functions and front during 2,000 handoffs with 50 counsellors: what is lost or doubled (ARGS="--handoffs 200 --seed 7")
	@$(PY) -m bench.kills $(ARGS)

fuzz: .venv/made .venv-engine/made ## made-up requests by the OpenAPI document for MINUTES=10, every check (SEED= repeats a run)
	@$(PY) -m tests.fuzz --minutes $(or $(MINUTES),10) $(if $(SEED),--seed $(SEED))

fuzz-json: .venv/made ## coverage-guided: the strict JSON loader for MINUTES=15 of the processor, against a second reading (SEED=)
	@$(PY) -m tests.fuzz.guided json --minutes $(or $(MINUTES),15) $(if $(SEED),--seed $(SEED))

fuzz-token: .venv/made ## coverage-guided: the check of partners' tokens for MINUTES=15 of the processor, against a second opinion (SEED=)
	@$(PY) -m tests.fuzz.guided token --minutes $(or $(MINUTES),15) $(if $(SEED),--seed $(SEED))

audit-dependencies: .venv/made ## known weaknesses of every pinned package, where the package index tells them
	@$(PY) -m local.audit

crawl: .venv/made .venv-engine/made browser ## every page as everybody sees it: links, headers, cookies, axe, the console
	@$(PY) -m tests.crawl

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
