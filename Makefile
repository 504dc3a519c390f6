# Two commands for a newcomer: `make demo` and `make test`. Both make their own virtual environment.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
UV := $(BIN)/uv
ARGS ?=

.PHONY: help demo test check lint types quick clean lock bench-quota bench-scale bench-fake bench-receive bench-sustained bench-drain bench-mocks bench-stories performance profile scenarios identical planted hostile torture soak load load-stall load-burst load-noise ledger

help:
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

# Made again when the lock or the project file changes, and only then.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; '$(PYTHON)' is older. Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "Cannot make the virtual environment in $(CURDIR)/$(VENV): see the line above (on Debian: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'uv>=0.13,<0.14'
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --require-hashes requirements.lock
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --editable .
	@touch $(STAMP)

demo: $(STAMP)  ## both fakes and the connector play a whole day and compare everything (ARGS=--exit ends by itself)
	@$(BIN)/connector demo $(ARGS)

test: $(STAMP)  ## every test; the browser test is skipped, and says so, where no Chromium is found
	@$(BIN)/python -m pytest -n 2 $(ARGS)

quick: $(STAMP)  ## the tests that need neither server nor database
	@$(BIN)/python -m pytest -q tests/unit $(ARGS)

check: lint types  ## ruff and mypy strict

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(STAMP)
	@$(BIN)/mypy

ledger: $(STAMP)  ## replay what is documented and recorded of every ERP service; writes docs/EVIDENCE.md
	@$(BIN)/python -m scenarios run --calls .calls.json >/dev/null
	@$(BIN)/fake-erp ledger --driven .calls.json --page docs/EVIDENCE.md $(ARGS)

bench-quota: $(STAMP)  ## virtual time: 10,000 products at 60 calls a minute, orders, a burst of messages; what each costs
	@$(BIN)/python -m scenarios.runner.bench_quota $(ARGS)

bench-scale: $(STAMP)  ## CPU for each of 100,000 products against 1,000; memory; two workers on PostgreSQL against one
	@$(BIN)/python -m scenarios.runner.bench_scale $(ARGS)

bench-fake: $(STAMP)  ## the fake ERP against a bare aiohttp handler; start of fixture and command; memory
	@$(BIN)/python -m scenarios.runner.bench_fake $(ARGS)

bench-receive: $(STAMP)  ## the ERP's door: durable on SQLite and PostgreSQL against the same door storing nothing
	@$(BIN)/python -m scenarios.runner.bench_receive $(ARGS)

bench-sustained: $(STAMP)  ## the highest rate with p99 under 100 ms: storing nothing, on SQLite, on PostgreSQL
	@$(BIN)/python -m scenarios.runner.bench_sustained $(ARGS)

bench-drain: $(STAMP)  ## a backlog of stock messages worked off on both databases (ARGS='--live 100 --stores 1,10,100')
	@$(BIN)/python -m scenarios.runner.bench_drain $(ARGS)

bench-mocks: $(STAMP)  ## the fake Webstore beside Prism and Mockoon with its own OpenAPI document, where Node is found
	@$(BIN)/python -m scenarios.runner.bench_mocks $(ARGS)

bench-stories: $(STAMP)  ## how many stories are played in a minute
	@$(BIN)/python -m scenarios.runner.bench_stories $(ARGS)

performance: $(STAMP)  ## measure what docs/PERFORMANCE.md says, and write it (ARGS='--only receive,drain --quick', --page)
	@$(BIN)/python -m scenarios.performance $(ARGS)

profile: $(STAMP)  ## py-spy on the receiving and the working off of stock messages: files in profiles/, hottest functions
	@$(BIN)/python -m scenarios.runner.profile $(ARGS)

scenarios: $(STAMP)  ## play the stories in virtual time (ARGS='--real-time' or a path)
	@$(BIN)/python -m scenarios run $(ARGS)

identical: $(STAMP)  ## ten stories 100 times with the same seed: each time the same, byte for byte (ARGS='--together 200')
	@$(BIN)/python -m scenarios identical --rounds 100 $(ARGS)

planted: $(STAMP)  ## twelve bugs in copies of the connector, each to be caught by the rule that it breaks (ARGS=NAME)
	@$(BIN)/python -m scenarios planted $(ARGS)

hostile: $(STAMP)  ## 100,000 generated hostile requests at each fake, with a look at its state after each round
	@$(BIN)/python -m scenarios.hostile $(ARGS)

torture: $(STAMP)  ## 10,000 orders and stock messages through faults and SIGKILLs on both databases (ARGS='--orders 500')
	@$(BIN)/python -m scenarios.runner.torture $(ARGS)

soak: $(STAMP)  ## 24 hours of 50 shops on a fast clock, 50 minutes: memory, handles, tables and backlog watched (ARGS='--real-hour')
	@$(BIN)/python -m scenarios.soak $(ARGS)

load: $(STAMP)  ## stock webhooks by intended time at both fakes and the connector, every message accounted for
	@$(BIN)/python -m load $(ARGS)

load-stall: $(STAMP)  ## the connector stopped for 2 s in 20 s at 200 a second, under stock Locust and under ours
	@$(BIN)/python -m load --accounts 2 --catalogue 50 --shape constant:200 --noise 0 --seconds 20 --orders 0 --situations 0 \
		--freeze 8:2 --budget latency_p99_ms=5000 --folder load-report/stall $(ARGS)

load-burst: $(STAMP)  ## 20,000 messages over 10,000 products at 60 calls a minute, on a clock 40 times as fast
	@$(BIN)/python -m load --accounts 1 --catalogue 10000 --plan evoluir --rate 40 --shape burst:20000@200 --noise 0 --skew 0 \
		--orders 0 --situations 0 --drain-within 40000 --budget freshness_p99_s=off --budget drain_s=off \
		--folder load-report/burst $(ARGS)

load-noise: $(STAMP)  ## what a noisy account does to the freshness of the others
	@$(BIN)/python -m load.noise --folder load-report/noise $(ARGS)

lock: $(STAMP)  ## resolve the dependencies anew into requirements.lock
	@$(UV) pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--extra dev --extra fast --extra load --quiet pyproject.toml -o requirements.lock

clean:  ## remove what the commands above made
	@rm -rf $(VENV) demo-data .pytest_cache .mypy_cache .ruff_cache
