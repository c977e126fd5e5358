#!/usr/bin/env bash
# The pipeline's Build stage: synthesize, test the CDK app, test the jobs in the Glue image. Usage: build.sh CONFIG_FILE
set -euo pipefail
config=${1:?usage: build.sh CONFIG_FILE}
mkdir -p reports

echo "== Synthesize $config"
npx --no-install cdk synth --quiet --context "config=$config"
echo "== Test the CDK app"
python -m pytest tests/unit tests/snapshot --junitxml=reports/cdk.xml
echo "== Test the jobs in the Glue image"
python -m scripts.glue_image test --config "$config" --reports reports
