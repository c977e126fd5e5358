#!/usr/bin/env bash
# The pipeline's Build stage: install what synth and tests need, with the hashes of the lock files. A push mends it when it breaks.
set -euo pipefail
python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary=:all: -r requirements-dev.lock
npm ci --no-audit --no-fund
