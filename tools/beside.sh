#!/usr/bin/env bash
# Run one command beside another: beside.sh "COMMAND" OTHER [ARGUMENT …]. What the first says comes last, and fails too.
set -uo pipefail
said=$(mktemp)
bash -c "$1" > "$said" 2>&1 &
first=$!
trap 'kill "$first" 2> /dev/null; wait "$first"; rm -f "$said"' EXIT
trap 'exit 130' INT TERM
"${@:2}"
code=$?
wait "$first" || code=$?
cat "$said"
exit "$code"
