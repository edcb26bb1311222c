# Two commands: `make preview [ENV=dev|prod]` shows the platform, `make test` tests it. Both set up a locked .venv first.
ENV ?= dev
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.synced
UV_VERSION := 0.13.9
UV := $(shell command -v uv 2>/dev/null || echo $(VENV)/bin/uv)
export PULUMI_ERROR_OUTPUT_STRING := true

.PHONY: preview test mutate tools debian-tools lint types schema setup clean
preview: $(STAMP)
	@$(VENV)/bin/gpuplatform preview $(ENV)

test: lint types tools
	$(VENV)/bin/pytest

# How many of 100 small faults the tests find; not in CI, for it takes a quarter of an hour: make mutate [MUTANTS=100] [SEED=1]
MUTANTS ?= 100
SEED ?= 1
mutate: $(STAMP)
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --frozen --inexact --quiet --group mutation --python $(PYTHON)
	$(VENV)/bin/python -m tests.mutation --mutants $(MUTANTS) --seed $(SEED)

tools: $(STAMP)
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --frozen --inexact --quiet --group tools --python $(PYTHON)

lint: $(STAMP)
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(VENV)/bin/check-jsonschema --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(VENV)/bin/check-jsonschema --schemafile docs/settings.schema.json Pulumi.dev.yaml Pulumi.prod.yaml
	$(VENV)/bin/zizmor --offline --quiet .github

types: $(STAMP)
	$(VENV)/bin/basedpyright

setup: $(STAMP)

# Prometheus's and Alertmanager's own programs, which judge and deliver our alerts in tests; only where they are absent.
debian-tools:
	@command -v promtool >/dev/null && command -v amtool >/dev/null || { \
	  SUDO=$$(test "$$(id -u)" = 0 || echo sudo); \
	  $$SUDO apt-get update -qq && DEBIAN_FRONTEND=noninteractive $$SUDO apt-get install -qq -y --no-install-recommends \
	    prometheus prometheus-alertmanager >/dev/null; }

schema: $(STAMP)
	$(VENV)/bin/python -m stacks.settings.reference
	$(VENV)/bin/python -m gpuplatform.preview.judgement.checks_page

$(STAMP): pyproject.toml uv.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$(PYTHON) is older than 3.11: install Python 3.11 or newer, or name one: make PYTHON=python3.12"; exit 1; }
	@echo "Making $(VENV) from uv.lock; the first time takes half a minute." >&2
	@command -v $(UV) >/dev/null || { $(PYTHON) -m venv $(VENV) && $(VENV)/bin/pip install --quiet uv==$(UV_VERSION); }
	@UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --frozen --inexact --quiet --python $(PYTHON) --compile-bytecode
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis
