#!/bin/sh
# Print the path of a Python 3.11 that can make a virtual environment: tools/find_python.sh [PYTHON]. Without PYTHON it is
# the first of these: one on the PATH, one that was fetched before, one that tools/fetch_python.py fetches now.
cd "${0%/*}/.." || exit 1
is_311() { "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; }

if [ -n "${1:-}" ]; then
  is_311 "$1" && echo "$1" && exit
  echo "PYTHON=$1 is not a Python 3.11 with venv and ensurepip; name another one, or leave PYTHON out" >&2
  exit 1
fi
for python in python3.11 python3 python .python/cpython-3.11*/bin/python3.11; do
  is_311 "$python" && echo "$python" && exit
done
for python in python3 python3.14 python3.13 python3.12 python3.10 python3.9 python3.11 python; do
  "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null && exec "$python" tools/fetch_python.py .python
done
echo "Python 3.11, as in Glue 5, is not installed, and there is no Python from 3.9 on to fetch it with; install one of them," \
  "or name Python 3.11: make PYTHON=/path/to/python3.11" >&2
exit 1
