# Every target first sets up what it needs: a virtual environment (.venv) and the CDK CLI (node_modules).
#   CONFIG=other.yaml   another config          ARGS="…"   arguments of the command behind the target
#   STAGE=prod          the stage of a run      PROFILE=   the AWS profile of a command that reaches AWS
#   ENGINE=docker       AWS's Glue image in place of local Spark
#   PYTHON=/path        a Python 3.11; without it, one is found, or fetched into .python
PYTHON ?=
CONFIG ?= default-config.yaml
ENGINE ?= spark
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/node_modules/.bin:$(CURDIR)/$(BIN):$(PATH)
# Container images often set it: each command would compile the CDK's modules again, which takes longer than a synth.
unexport PYTHONDONTWRITEBYTECODE
# GNU make 3.81, of macOS, finds a command on this PATH only through a shell that is not its default one.
SHELL := /bin/bash
.DEFAULT_GOAL := help

# A variable that only the command line may set, since other programs use its name in the environment.
given = $(if $(findstring command,$(origin $(1))),$($(1)))
engine = $(if $(filter-out 1,$(words $(ENGINE)))$(filter-out spark docker,$(ENGINE)),$(error ENGINE is spark or docker, not $(ENGINE)),$(ENGINE))
in_docker = $(filter docker,$(engine))
image = python -m tools.glue_image $(1) $(config) $(call option,PROFILE,--aws-profile)
option = $(if $(call given,$(1)),$(2)="$(call given,$(1))")
config = --config "$(CONFIG)"
stage = $(call option,STAGE,--stage)
profile = $(call option,PROFILE,--profile)
aws = $(profile) $(if $(call given,YES),--yes)
sample = python -m tools.samples $(1) $(config) $(stage) $(profile) $(call option,FROM,--from) \
  $(call option,ROWS,--rows) $(call option,MASK,--mask) $(call option,PARAMETER,--parameter) $(call option,MB,--mb) "$(call given,JOB)"
# The deployed jobs of a stage.
deployed = python -m tools.stage_jobs $(1) $(config) $(profile) $(stage)
# A whole copy of what the config deploys, or one stage of it.
copies = python -m tools.$(1) $(config) $(aws) $(stage) $(call option,CONFIRM,--confirm)
JOB_TESTS := aws_glue_cdk_baseline/job_scripts/tests
# Third-party packages of the jobs: their tests then run alone, since the other tests need this project's own packages.
packages = $(wildcard requirements-jobs.lock)
# Checks that print nothing when all is well.
IMPORTS := said=$$(lint-imports --no-logo 2>&1) || { echo "$$said"; false; }
TYPES := python -m mypy --no-error-summary
# --no-compile halves the time: most modules are never imported, and Python compiles the others when they are.
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --no-compile --require-hashes --only-binary=:all:

.PHONY: help
help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 26

.PHONY: test
test: $(VENV)/.ready node_modules/.ready  ## run every check and every quick test
	@ruff format --check . && ruff check . && $(IMPORTS)
	@bash tools/beside.sh "$(TYPES)" python -m pytest -n 2 --dist loadfile $(if $(packages),--ignore=$(JOB_TESTS)) $(ARGS)
	@$(if $(packages),python -m pytest $(JOB_TESTS) $(ARGS) || [ $$? = 5 ])

.PHONY: check
check: $(VENV)/.ready  ## correct format and lint where possible, then check imports and types
	@ruff format . && ruff check --fix . && $(IMPORTS) && $(TYPES)

.PHONY: fuzz-config
fuzz-config: $(VENV)/.ready  ## break the config in 20 000 random ways (TRIES=100000)
	@CONFIG_TRIES=$(or $(TRIES),20000) python -m pytest tests/template/config/test_config_under_fire.py -q -s

.PHONY: test-jobs
test-jobs: $(VENV)/.ready  ## run the job tests alone (ARGS="-k join"), on local Spark or with ENGINE=docker
	@$(if $(in_docker),$(call image,test),JOB_CONFIG="$(CONFIG)" python -m pytest $(JOB_TESTS)) $(ARGS)

.PHONY: run
run: $(VENV)/.ready  ## run a job, or without JOB a stage: JOB=JoinLegislators STAGE=prod UPSTREAM=1 PROFILE=dev ENGINE=docker
	@$(if $(in_docker),$(call image,run),python -m tools.run_job $(config) $(aws) $(if $(call given,UPSTREAM),--upstream) $(addprefix --seconds=,$(call given,SECONDS))) $(stage) $(or $(JOB),"") $(ARGS)

.PHONY: upgrade-check
upgrade-check: $(VENV)/.ready  ## say what another Glue version breaks and saves: JOB=X TO=6.0, or without JOB a stage
	@python -m tools.upgrade_check $(config) $(addprefix --to=,$(call given,TO)) \
	  $(profile) $(if $(call given,UPSTREAM),--upstream) $(stage) $(or $(JOB),"") $(ARGS)

.PHONY: cdk-upgrade-check
cdk-upgrade-check: $(VENV)/.ready node_modules/.ready  ## show what newer versions of the CDK change in the templates (ARGS="aws-cdk-lib==2.275.0")
	@python -m tools.cdk_upgrade $(config) $(call option,OUTPUT,--output) $(ARGS)

.PHONY: shell
shell: $(VENV)/.ready  ## open pyspark in the Glue image (ARGS=--dry-run prints the docker command)
	@$(call image,shell) $(ARGS)

.PHONY: job
job: $(VENV)/.ready  ## add a job: NAME=CleanOrders INPUT=s3://bucket/orders/, or FROM=script.py ARGS="--name value" (TYPE=pythonshell)
	@python -m tools.new_job $(config) $(call option,FROM,--from) $(call option,INPUT,--input) \
	  $(call option,OUTPUT,--output) $(call option,TYPE,--type) "$(call given,NAME)" $(if $(call given,ARGS),-- $(ARGS))

.PHONY: sample
sample: $(VENV)/.ready  ## take samples of a job's inputs: JOB=X PROFILE=dev (or FROM=folder) ROWS=1000 MASK=email
	@$(call sample,fetch)

.PHONY: new-sample
new-sample: $(VENV)/.ready  ## make up rows for a job's inputs, by the schema in its script: JOB=X ROWS=100
	@$(call sample,invent)

.PHONY: rehearse
rehearse: $(VENV)/.ready node_modules/.ready  ## run the whole pipeline on this machine (ARGS=--approve, KEEP=1)
	@$(if $(engine),python -m rehearsal $(config)) $(ARGS)

.PHONY: test-rehearsal
test-rehearsal: $(VENV)/.ready node_modules/.ready  ## run the slow tests: whole pipelines, 300 jobs, every role (minutes)
	@python -m pytest -m slow $(ARGS)

.PHONY: start
start: $(VENV)/.ready  ## start a deployed job and wait: JOB=X STAGE=dev PROFILE=dev ARGS="--name value" (YES=1 DOWNSTREAM=1)
	@$(call deployed,start) $(if $(call given,YES),--yes) $(if $(call given,DOWNSTREAM),--downstream) "$(call given,JOB)" $(ARGS)

.PHONY: logs
logs: $(VENV)/.ready  ## print and follow the log of a deployed job's last run: JOB=X PROFILE=dev (RUN=jr_… ALL=1)
	@$(call deployed,logs) $(call option,RUN,--run) $(if $(call given,ALL),--all) "$(call given,JOB)" $(ARGS)

.PHONY: status
status: $(VENV)/.ready  ## show the last run of each deployed job: STAGE=prod PROFILE=prod (JOB=X for one)
	@$(call deployed,status) "$(call given,JOB)" $(ARGS)

.PHONY: cost
cost: $(VENV)/.ready  ## say what runs and a push cost, and what would save: STAGE=dev (PROFILE=dev: from the last runs)
	@$(call deployed,cost) $(call option,PIPELINE_PROFILE,--pipeline-profile) "$(call given,JOB)" $(ARGS)

.PHONY: drift
drift: $(VENV)/.ready  ## say what was changed by hand in a stage since its deployment: STAGE=prod PROFILE=prod
	@$(call deployed,drift) "$(call given,JOB)" $(ARGS)

.PHONY: diff
diff: $(VENV)/.ready node_modules/.ready  ## show what a deployment would change in a stage: STAGE=prod PROFILE=prod
	@python -m tools.stage_diff $(config) $(profile) $(stage) $(ARGS)

.PHONY: pr-check
pr-check: $(VENV)/.ready node_modules/.ready  ## check a branch as a Git host's CI does, as Markdown: BASE=origin/main OUTPUT=file.md
	@python -m tools.pr_check $(config) $(call option,BASE,--base) $(call option,OUTPUT,--output) \
	  $(addprefix --engine=,$(call given,ENGINE)) $(ARGS)

.PHONY: sandbox
sandbox: $(VENV)/.ready node_modules/.ready  ## deploy a stage of your own copy without a pipeline: CONFIG=mine.yaml STAGE=dev PROFILE=me
	@$(call copies,sandbox)

.PHONY: sandbox-destroy
sandbox-destroy: $(VENV)/.ready  ## delete a sandbox, after showing what goes: CONFIG=mine.yaml STAGE=dev PROFILE=me
	@$(call copies,teardown sandbox)

.PHONY: destroy
destroy: $(VENV)/.ready  ## delete all that was deployed, after showing what goes: PROFILE=pipeline (CONFIRM=prod ALL=1 SKIP=test, STAGE=dev alone)
	@$(call copies,teardown destroy) $(if $(call given,ALL),--all) $(call option,SKIP,--skip)

.PHONY: preflight
preflight: $(VENV)/.ready node_modules/.ready  ## say whether a deployment will work, before it is tried: PROFILE=dev, or PROFILES="pipeline dev" (STAGE=dev)
	@python -m tools.preflight $(config) $(stage) $(profile) $(addprefix --profile=,$(call given,PROFILES))

.PHONY: synth
synth: $(VENV)/.ready node_modules/.ready  ## check the config and synthesize the pipeline into cdk.out
	@cdk synth --quiet --context config="$(CONFIG)"
	@python -m tools.list_stages cdk.out

.PHONY: snapshot
snapshot: $(VENV)/.ready  ## update the snapshots of the templates: commit them with your change
	@python -m aws_glue_cdk_baseline.config default-config.yaml && python -m pytest tests/snapshot --snapshot-update

.PHONY: schema
schema: $(VENV)/.ready  ## update config.schema.json after a change of the config model
	@python -m aws_glue_cdk_baseline.config > config.schema.json

.PHONY: benchmark-synth
benchmark-synth: $(VENV)/.ready node_modules/.ready  ## measure the synth of 2 and of 100 jobs (ARGS=--baseline)
	@python -m tools.benchmark_synth $(ARGS)

.PHONY: benchmark-join
benchmark-join: $(VENV)/.ready  ## measure the join and the tutorial's, up to 10 million rows (ARGS="--scales 100")
	@python -m tools.benchmark_join $(ARGS)

.PHONY: benchmark-run
benchmark-run: $(VENV)/.ready  ## measure a job run beside a bare Spark session (ARGS="--runs 5")
	@python -m tools.benchmark_run $(ARGS)

.PHONY: lock
lock: $(VENV)/.ready  ## update the lock files after a change of a requirements file or package.json (ARGS=--upgrade)
	@python -m tools.lock $(config) $(ARGS)

.PHONY: clean
clean:  ## remove everything that the other targets made
	rm -rf $(VENV) .python .local .jobs .spark node_modules cdk.out reports .hypothesis .pytest_cache .mypy_cache .ruff_cache .import_linter_cache

# The second lock file includes the first. pyspark has no wheel: it is built with the setuptools of the first.
$(VENV)/.ready: requirements-dev.lock requirements-local.lock
	@python=$$(sh tools/find_python.sh $(if $(PYTHON),"$(PYTHON)")) && \
	  echo "Setting up $(VENV) (once; about a minute)" && "$$python" -m venv $(VENV)
	@$(PIP) -r requirements-dev.lock
	@$(PIP) --no-binary=pyspark --no-build-isolation -r requirements-local.lock
	@touch $@

node_modules/.ready: package.json package-lock.json | $(VENV)/.ready
	@npm ci --no-audit --no-fund --no-update-notifier --loglevel=error
	@touch $@
