"""A buildspec (version 0.2) as one bash script that runs its phases as CodeBuild does.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from rehearsal.errors import ActionFailed

Buildspec = Mapping[str, Any]
PHASES = ("install", "pre_build", "build", "post_build")


def parse(text: str) -> Buildspec:
    """The buildspec that a text holds; JSON is YAML too."""
    try:
        spec = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ActionFailed(f"the buildspec cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(spec, dict) or str(spec.get("version")) != "0.2":
        raise ActionFailed("the buildspec has no `version: 0.2`, the one that the rehearsal knows")
    return spec


def script(spec: Buildspec, exports: str) -> str:
    """The bash script: one shell for all commands; the exported variables are written to the file `exports`."""
    return "\n".join(_lines(spec, exports)) + "\n"


def _lines(spec: Buildspec, exports: str) -> Iterator[str]:
    yield "_failed=0"
    yield '_run() { printf \'[Container] Running command %s\\n\' "$1"; eval "$1"; }'
    for phase in PHASES:
        content = spec.get("phases", {}).get(phase) or {}
        # Only a failed build leads on, to post_build; a failed install or pre_build ends it.
        yield f"if [ $_failed = 0 ]{' || [ $_failed = build ]' if phase == 'post_build' else ''}; then"
        yield "while :; do :"
        for command in content.get("commands") or []:
            yield f"_run {shlex.quote(str(command))}"
            yield f"_code=$?; if [ $_code != 0 ]; then _failed={phase}; _exit=$_code; " + (
                f"printf '[Container] Phase {phase} failed: exit status %s of: %s\\n' $_code "
                f"{shlex.quote(str(command).splitlines()[0] if str(command) else '')}; break; fi"
            )
        yield "break; done"
        for command in content.get("finally") or []:
            yield f"_run {shlex.quote(str(command))}"
        yield "fi"
    for name in (spec.get("env") or {}).get("exported-variables") or []:
        yield f"printf '%s\\0%s\\0' {shlex.quote(name)} \"${{{name}}}\" >> {shlex.quote(exports)}"
    yield '[ "$_failed" = 0 ] || exit "${_exit:-1}"'
