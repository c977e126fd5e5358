"""Show what newer versions of the CDK change in the templates: `python -m tools.cdk_upgrade`, `make cdk-upgrade-check`.

Versions to compare with are arguments: `aws-cdk-lib==2.275.0`. Without any, the newest of each package is taken.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, ConfigError, load_config
from tools.amounts import counted
from tools.assembly import stacks
from tools.cdk_upgrade.differences import Difference, differences
from tools.cdk_upgrade.schema import first_line
from tools.cdk_upgrade.versions import STAYS, Installed, install, pinned, wanted
from tools.job_arguments import RunError, check_output
from tools.stage_diff.synthesized import templates
from tools.synth import synthesize

FINE, LOOK, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the differences as Markdown.

    Return 1 if a resource is lost, or the app cannot be synthesized or deployed with these versions; 2 on an error.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.cdk_upgrade", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"), help="default: default-config.yaml")
    parser.add_argument("--output", type=Path, help="a file that gets the text too")
    parser.add_argument("versions", nargs="*", metavar="PACKAGE==VERSION", help="default: the newest")
    options = parser.parse_args(arguments)
    try:
        check_output(options.output)
        load_config(options.config)
        with tempfile.TemporaryDirectory(prefix="cdk-upgrade-") as folder:
            code, text = upgrade(options.config, options.versions, Path(folder))
        if options.output:
            options.output.write_text(text, encoding="utf-8")
    except (ConfigError, RunError, OSError) as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("cdk-upgrade-check was interrupted; nothing of it is left", file=sys.stderr)
        return 130
    print(text, end="", flush=True)
    return code


def upgrade(config: Path, given: Sequence[str], folder: Path) -> tuple[int, str]:
    """Synthesize with both versions in a temporary folder. Return the exit code and the text."""
    now = pinned(PROJECT)
    versions = wanted(given, now.versions)
    say("installing into a temporary folder")
    then = install(versions, now, folder / "installed")
    if then.versions == now.versions:
        return FINE, "The versions of this project are the newest: nothing changes.\n"
    say("synthesizing with the versions of this project")
    synthesize(PROJECT, config, folder / "before")
    say(f"synthesizing with {', '.join(changed(now, then))}")
    try:
        synthesize(PROJECT, config, folder / "after", then.variables)
    except RunError as error:
        said = [line for line in str(error).splitlines() if "Subprocess exited" not in line]
        head = [f"# Upgrade of the CDK: the app does not synthesize: {said[-1].strip()}\n\n{table(now, then)}\n"]
        return LOOK, "\n".join([*head, *(f"    {line}" for line in said)]) + "\n"
    deployable, line = first_line(folder / "after", now, then)
    before, after = (list(templates(place, stacks(place))) for place in (folder / "before", folder / "after"))
    found = differences(before, after)
    text = "\n".join([line, "", *_lines(found), "", table(now, then)]) + "\n"
    return (FINE if deployable and not any(item.is_lost for item in found) else LOOK), text


def changed(now: Installed, then: Installed) -> list[str]:
    """Return the packages whose versions differ, each with the new one."""
    return [f"{name} {version}" for name, version in then.versions.items() if version != now.versions[name]]


def table(now: Installed, then: Installed) -> str:
    """Return the versions of both as a table in Markdown."""
    rows = [
        f"| {name} | {version} | {then.versions[name] if then.versions[name] != version else _same(name)} |"
        for name, version in now.versions.items()
    ]
    return "\n".join(["| package | now | then |", "|---|---|---|", *rows])


def _same(name: str) -> str:
    return "the same: requirements.txt says why" if name in STAYS else "the same"


def _lines(found: Sequence[Difference]) -> Iterator[str]:
    lost = [item for item in found if item.is_lost]
    others = [item for item in found if not item.is_lost]
    if not found:
        yield "# Upgrade of the CDK: nothing changes in any template"
        return
    said = f"{counted(len(lost), 'resource')} replaced or removed" if lost else "no resource is replaced or removed"
    yield f"# Upgrade of the CDK: {said}, {counted(len(others), 'other change')}"
    for title, items in (("Replaced or removed", lost), ("Other changes", others)):
        if items:
            yield f"\n## {title}\n"
        for item in items:
            yield f"- {item.text}"
            yield from (f"  - {line}" for line in item.lines)


def say(line: str) -> None:
    print(f"cdk-upgrade-check: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
