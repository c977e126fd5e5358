#!/usr/bin/env bash
# Run two commands at the same time: beside.sh "COMMAND" OTHER [ARGUMENT …]. The output of COMMAND is printed last. The
# exit code is an error if one of them fails.
set -uo pipefail
output=$(mktemp)
bash -c "$1" > "$output" 2>&1 &
first=$!
trap 'kill "$first" 2> /dev/null; wait "$first"; rm -f "$output"' EXIT
trap 'exit 130' INT TERM
"${@:2}"
code=$?
wait "$first" || code=$?
cat "$output"
exit "$code"
