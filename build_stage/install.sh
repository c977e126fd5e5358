#!/usr/bin/env bash
# The pipeline's Build stage: install the packages for synth and the tests from the lock files, with their hashes.
set -euo pipefail
python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements-dev.lock
npm ci --no-audit --no-fund
