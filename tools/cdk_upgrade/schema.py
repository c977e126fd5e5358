"""Check whether cdk-assets, which publishes the files of a deployment, reads what a version of the CDK writes."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tools.cdk_upgrade.versions import Installed
from tools.job_arguments import RunError

MISMATCH = re.compile(r"Maximum schema version supported is (\d+)")


def schema_of(assembly: Path) -> str:
    """Return the version of the schema in which an assembly is written, such as 54."""
    manifest = json.loads((assembly / "manifest.json").read_text(encoding="utf-8"))
    return str(manifest["version"]).partition(".")[0]


def readable_by(installed: Installed, assembly: Path) -> tuple[bool, str]:
    """Return whether the cdk-assets of `installed` reads the assembly, and that in words. It publishes nothing."""
    name = f"cdk-assets {installed.versions['cdk-assets']}"
    command = [str(installed.npm / ".bin" / "cdk-assets"), "--path", str(next(assembly.glob("*.assets.json"))), "ls"]
    try:
        done = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        raise RunError("cdk-assets is not installed; `make synth` installs it") from None
    if not done.returncode:
        return True, f"{name} reads it"
    said = f"{done.stdout}\n{done.stderr}"
    if most := MISMATCH.search(said):
        return False, f"{name} reads up to {most[1]}"
    line = next((line for line in said.splitlines() if line.strip()), f"exit code {done.returncode}")
    return False, f"{name} fails: {line.strip()}"


def first_line(assembly: Path, now: Installed, then: Installed) -> tuple[bool, str]:
    """Return whether a cdk-assets can publish an assembly that `then` has written, and the line that says so."""
    answers = [readable_by(now, assembly)]
    if then.versions["cdk-assets"] != now.versions["cdk-assets"]:
        answers.append(readable_by(then, assembly))
    words = [f"{said} ({which})" for (_, said), which in zip(answers, ("pinned", "newer"), strict=False)]
    head = f"aws-cdk-lib {then.versions['aws-cdk-lib']} writes schema {schema_of(assembly)} of the cloud assembly"
    fits = any(reads for reads, _ in answers)
    end = ""
    if not fits:
        end = ": it cannot be deployed"
    elif not answers[0][0]:
        end = f": take cdk-assets {then.versions['cdk-assets']} with it"
    return fits, f"{head}; {', '.join(words)}{end}"
