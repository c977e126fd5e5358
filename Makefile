# Every target sets up what it needs: a virtual environment (.venv) and the CDK CLI (node_modules). Only Python 3.11
# has to be there. CONFIG=other.yaml names another config, ARGS="…" is passed on. ENGINE=docker runs a job, or the job
# tests, in AWS's Glue image; PROFILE=name lends it an AWS profile, if given with the command and not by the environment.
PYTHON ?= $(shell for p in python3.11 python3 python; do $$p -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && echo $$p && break; done)
CONFIG ?= default-config.yaml
ENGINE ?= spark
in_docker = $(if $(filter-out spark docker,$(ENGINE)),$(error ENGINE is spark or docker, not $(ENGINE)))$(filter docker,$(ENGINE))
given = $(if $(findstring command,$(origin $(1))),$($(1)))
image = python -m tools.glue_image $(1) --config $(CONFIG) $(addprefix --aws-profile=,$(call given,PROFILE))
stage = $(addprefix --stage=,$(call given,STAGE))
VENV := .venv
TYPES := mypy && mypy --config-file mypy-jobs.ini
BIN := $(VENV)/bin
# Most of what is installed is never imported: Python compiles what is when it first is, in half the time.
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-compile --require-hashes --only-binary=:all:
export PATH := $(CURDIR)/$(BIN):$(PATH)
.DEFAULT_GOAL := help
.PHONY: help lock rehearse test test-rehearsal fuzz-config test-jobs check run shell job synth snapshot schema benchmark-synth benchmark-join clean

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 26

test: $(VENV)/.ready node_modules/.ready  ## everything: format, lint, types, all tests
	@ruff format --check . && ruff check .
	@bash tools/beside.sh "$(TYPES)" python -m pytest -n 2 --dist loadfile $(ARGS)

check: $(VENV)/.ready  ## format and lint, mending what can be mended, and types
	@ruff format . && ruff check --fix . && $(TYPES)

fuzz-config: $(VENV)/.ready  ## break the config in 20 000 ways, other ones each time (TRIES=100000)
	@CONFIG_TRIES=$(or $(TRIES),20000) python -m pytest tests/template/config/test_config_under_fire.py -q -s

test-jobs: $(VENV)/.ready  ## the job tests alone (ARGS="-k join"), on local Spark or with ENGINE=docker in the Glue image
	@$(if $(in_docker),$(call image,test),python -m pytest aws_glue_cdk_baseline/job_scripts/tests) $(ARGS)

run: $(VENV)/.ready  ## run a job: JOB=JoinLegislators ARGS="--input_path file.json", ENGINE=docker as above
	@$(if $(in_docker),$(call image,run),python -m tools.run_job --config $(CONFIG)) $(stage) $(JOB) $(ARGS)

shell: $(VENV)/.ready  ## pyspark in the Glue image (ARGS=--dry-run shows the docker command line)
	@$(call image,shell) $(ARGS)

job: $(VENV)/.ready  ## a new job: NAME=CountTerms writes its script, its test and its blocks in the config
	@python -m tools.new_job --config $(CONFIG) "$(call given,NAME)"

rehearse: $(VENV)/.ready node_modules/.ready  ## the whole pipeline on this machine (ARGS=--approve, KEEP=1)
	@python -m rehearsal --config $(CONFIG) $(ARGS)

test-rehearsal: $(VENV)/.ready node_modules/.ready  ## what is broken on purpose, 300 jobs at once, what each role may do (minutes)
	@python -m pytest -m slow $(ARGS)

synth: $(VENV)/.ready node_modules/.ready  ## check the config and synthesize the pipeline into cdk.out
	@cdk synth --quiet --context config=$(CONFIG)
	@python -m tools.list_stages cdk.out

snapshot: $(VENV)/.ready  ## refresh the snapshots of the templates, to commit with your change
	@python -m aws_glue_cdk_baseline.config default-config.yaml && python -m pytest tests/snapshot --snapshot-update

schema: $(VENV)/.ready  ## refresh config.schema.json after a change of the config model
	@python -m aws_glue_cdk_baseline.config > config.schema.json

benchmark-synth: $(VENV)/.ready node_modules/.ready  ## time the synth of 2 and of 100 jobs (ARGS=--baseline)
	@python -m tools.benchmark_synth $(ARGS)

benchmark-join: $(VENV)/.ready  ## time the join beside the tutorial's way, to 10 million rows (ARGS="--scales 100")
	@python -m tools.benchmark_join $(ARGS)

lock: $(VENV)/.ready  ## refresh the lock files after a change of a requirements file or of package.json (ARGS=--upgrade)
	@python -m tools.lock $(ARGS)

clean:  ## remove all that the other targets made
	rm -rf $(VENV) node_modules cdk.out reports .pytest_cache .mypy_cache .ruff_cache

export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

# The second lock holds the first; pyspark, which has no wheel, is built with the setuptools that the first has checked.
$(VENV)/.ready: requirements-dev.lock requirements-local.lock
	@test -n "$(PYTHON)" || { echo "Python 3.11 is needed, as in Glue 5, and was not found; install it or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) (once; about a minute)"
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) -r requirements-dev.lock
	@$(PIP) --no-binary=pyspark --no-build-isolation -r requirements-local.lock
	@touch $@

node_modules/.ready: package.json package-lock.json | $(VENV)/.ready
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@
