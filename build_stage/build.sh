#!/usr/bin/env bash
# The pipeline's Build stage: synthesize, test the CDK app, test the jobs. Usage: build.sh CONFIG_FILE
#
# The three run at the same time, since none needs another. Their output is printed one after the other, in this order.
# The build ends at the first one of this order that fails.
set -euo pipefail
config=${1:?usage: build.sh CONFIG_FILE}
mkdir -p reports

python -m build_stage.job_tests --config "$config" --reports reports > reports/jobs.log 2>&1 &
jobs=$!
# The job tests take longest: the tests of the app leave the processor to them.
nice -n 15 python -m pytest tests/unit tests/snapshot tests/security --junitxml=reports/cdk.xml > reports/cdk.log 2>&1 &
tests=$!
# If a part fails, end the others and wait for them, so that no container stays.
trap 'kill "$tests" "$jobs" 2> /dev/null || true; wait' EXIT

finish() { # finish PROCESS LOG: wait for a part, print its output, and fail if it has failed
  local code=0
  wait "$1" || code=$?
  cat "$2"
  return "$code"
}
echo "== Synthesize $config"
# The CDK's own validation is left out: cfn-lint checks the same templates in tests/unit, at the same time.
CDK_VALIDATION=false npx --no-install cdk synth --quiet --context "config=$config"
echo "== Test the CDK app"
finish "$tests" reports/cdk.log
echo "== Test the jobs"
finish "$jobs" reports/jobs.log
