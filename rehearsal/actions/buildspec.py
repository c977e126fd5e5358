"""A buildspec (version 0.2): its phases as one bash script, its variables, and its output files.

https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html
"""

from __future__ import annotations

import json
import shlex
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rehearsal.aws.sessions import Session
from rehearsal.model import ActionFailed

VARIABLES = {"variables": "PLAINTEXT", "parameter-store": "PARAMETER_STORE", "secrets-manager": "SECRETS_MANAGER"}
PHASES = ("install", "pre_build", "build", "post_build")


@dataclass(frozen=True)
class Buildspec:
    """The content of a buildspec, and its meaning for CodeBuild."""

    content: Mapping[str, Any]

    def values(self, further: Iterable[Mapping[str, Any]], session: Session) -> dict[str, str]:
        """Return the environment variables: its own, then `further` ones of the project and the action, which win.

        The session reads the values that are in the Parameter Store or in Secrets Manager.
        """
        section, values = self.content.get("env") or {}, {}
        own = [
            {"name": name, "value": value, "type": kind}
            for key, kind in VARIABLES.items()
            for name, value in (section.get(key) or {}).items()
        ]
        for item in (*own, *further):
            name, value = item["name"], str(item["value"])
            match item.get("type", "PLAINTEXT"):
                case "PARAMETER_STORE":
                    parameter = session.client("ssm").get_parameter(Name=value, WithDecryption=True)
                    values[name] = parameter["Parameter"]["Value"]
                case "SECRETS_MANAGER":
                    secret, key, *_ = [value, ""] if value.startswith("arn:") else [*value.split(":"), ""]
                    text = session.client("secretsmanager").get_secret_value(SecretId=secret)["SecretString"]
                    values[name] = str(json.loads(text)[key]) if key else text
                case _:
                    values[name] = value
        return values

    def script(self, exports: str) -> str:
        """Return the bash script. One shell runs all commands; the exported variables go to the file `exports`."""
        return "\n".join(self._lines(exports)) + "\n"

    def _lines(self, exports: str) -> Iterator[str]:
        yield "_failed=0"
        yield '_run() { printf \'[Container] Running command %s\\n\' "$1"; eval "$1"; }'
        for phase in PHASES:
            content = self.content.get("phases", {}).get(phase) or {}
            # post_build runs even if build has failed. After a failed install or pre_build, no other phase runs.
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
        for name in (self.content.get("env") or {}).get("exported-variables") or []:
            yield f"printf '%s\\0%s\\0' {shlex.quote(name)} \"${{{name}}}\" >> {shlex.quote(exports)}"
        yield '[ "$_failed" = 0 ] || exit "${_exit:-1}"'

    def collect(self, name: str, source: Path, target: Path) -> None:
        """Copy the files of the artifact `name` from the build's folder `source` into `target`.

        Raise ActionFailed if the buildspec does not describe the artifact, or the build has not made its files.
        """
        section = self.content.get("artifacts") or {}
        secondary = section.get("secondary-artifacts") or {}
        wanted = secondary.get(name) if secondary else section
        if not wanted:
            raise ActionFailed(f"the buildspec does not describe the artifact {name}, which is an output of the action")
        base = source / str(wanted.get("base-directory") or ".")
        if not base.is_dir():
            raise ActionFailed(
                f"the buildspec's artifacts have the base-directory {base.name!r}, which the build did not make"
            )
        patterns = wanted.get("files") or []
        patterns = [patterns] if isinstance(patterns, str) else patterns
        # `**/*` is every file at any depth; pathlib's glob follows it as CodeBuild does.
        found = [path for pattern in patterns for path in sorted(base.glob(str(pattern)))]
        found = [path for path in found if path.is_file() or path.is_symlink()]
        if not found:
            raise ActionFailed(f"no file matches the buildspec's artifacts {patterns} in {base.name!r}")
        for path in found:
            place = target / (path.name if wanted.get("discard-paths") else path.relative_to(base))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place, follow_symlinks=False)


def read(text: str, source: Path) -> Buildspec:
    """Return the buildspec of a project. `text` is the buildspec itself, or the name of its file in `source`."""
    if "\n" in text or text.lstrip().startswith("{"):
        return parse(text)
    file = source / (text or "buildspec.yml")
    if not file.is_file():
        raise ActionFailed(f"the buildspec {file.name} is not in the input artifact of the build")
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> Buildspec:
    """Return the buildspec in a text, which is YAML or JSON."""
    try:
        content = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ActionFailed(f"the buildspec cannot be read: {' '.join(str(error).split())}") from error
    if not isinstance(content, dict) or str(content.get("version")) != "0.2":
        raise ActionFailed("the buildspec does not say `version: 0.2`, the only version that the rehearsal knows")
    return Buildspec(content)
