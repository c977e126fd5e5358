#!/usr/bin/env bash
# The pipeline's Build stage: install what synth and the tests need, from the lock files, which hold the hashes.
set -euo pipefail
python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements-dev.lock
npm ci --no-audit --no-fund
