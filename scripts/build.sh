#!/usr/bin/env bash
# Forward for pipelines deployed by an older template, until their first push after the upgrade has updated them.
exec bash build_stage/build.sh "$@"
