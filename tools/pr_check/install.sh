#!/usr/bin/env bash
# The build of a pull request in CodeCommit: install what the Build stage does, and the Spark of a laptop for the job tests.
set -euo pipefail
bash build_stage/install.sh
python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: --no-binary=pyspark \
    --no-build-isolation -r requirements-local.lock
