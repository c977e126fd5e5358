#!/usr/bin/env bash
# The pipeline's Build stage: install what synth and tests need. A push mends it when it breaks.
set -euo pipefail
python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt
npm ci --no-audit --no-fund
