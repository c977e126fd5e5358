#!/usr/bin/env bash
# The pipeline's Build stage: synthesize, test the CDK app, test the jobs in the Glue image. Usage: build.sh CONFIG_FILE
set -euo pipefail
config=${1:?usage: build.sh CONFIG_FILE}
mkdir -p reports

# The job tests run beside the rest, since they need nothing of it. Their output comes last.
python -m build_stage.job_tests --config "$config" --reports reports > reports/jobs.log 2>&1 &
jobs=$!
trap 'wait "$jobs" || true' EXIT # if the rest fails first, wait: no container stays behind

echo "== Synthesize $config"
npx --no-install cdk synth --quiet --context "config=$config"
echo "== Test the CDK app"
python -m pytest -n 2 --dist loadfile tests/unit tests/security tests/snapshot --junitxml=reports/cdk.xml
echo "== Test the jobs in the Glue image"
code=0
wait "$jobs" || code=$?
cat reports/jobs.log
exit "$code"
