"""Tell which changes make CloudFormation replace a resource, by the schemas of the resource types.

`create_only.json` has, for the types of SERVICES, the properties that only a new resource can have: always, and
under conditions. `python -m tools.stage_diff.replacement` makes it from the schemas in cfn-lint, which the build in the
pipeline does not install.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "create_only.json"
SERVICES = (
    *("Athena", "Chatbot", "CloudFormation", "CloudWatch", "CodeBuild", "CodeCommit", "CodePipeline", "DynamoDB"),
    *("Events", "Glue", "IAM", "KMS", "LakeFormation", "Lambda", "Logs", "Pipes", "S3", "S3Tables", "SNS", "SQS"),
    *("SSM", "Scheduler", "SecretsManager", "StepFunctions"),
)
ALWAYS, SOMETIMES = "always", "sometimes"


class Replaced(Enum):
    """The answer whether a resource is replaced: deleted after a new one was made."""

    NO = "is changed in place"
    YES = "is replaced"
    MAYBE = "may be replaced"
    UNKNOWN = "is changed; whether it is replaced is not known here"


@cache
def known() -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def replaced(kind: str, paths: Iterable[str]) -> Replaced:
    """Return what a change of the properties `paths` (`TableInput.Name`) does to a resource of this type."""
    changed = list(paths)
    if not changed:
        return Replaced.NO
    if kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource":
        return Replaced.YES if "ServiceToken" in changed else Replaced.NO
    if kind not in known():
        return Replaced.UNKNOWN
    if any(_within(path, of) for path in changed for of in known()[kind].get(ALWAYS, [])):
        return Replaced.YES
    if any(_within(path, of) for path in changed for of in known()[kind].get(SOMETIMES, [])):
        return Replaced.MAYBE
    return Replaced.NO


def create_only(kind: str) -> list[str]:
    """Return the properties of a type that only a new resource can have, without those under conditions."""
    return known().get(kind, {}).get(ALWAYS, [])


def _within(path: str, property_path: str) -> bool:
    """Return true if a changed path is a property, below it or above it. `*` of a schema is an item of a list."""
    given = path.replace("[", ".[").split(".")
    named = ["[" if part == "*" else part for part in property_path.split("/")]
    return all(a == b or (b == "[" and a.startswith("[")) for a, b in zip(given, named, strict=False))


def read_schemas(folder: Path) -> Mapping[str, Mapping[str, list[str]]]:
    """Return the content of create_only.json, from the schemas of cfn-lint in `folder`."""
    types: dict[str, str] = json.loads((folder / "providers" / "us-east-1.json").read_text(encoding="utf-8"))
    found = {}
    for kind, name in sorted(types.items()):
        if kind.split("::")[1] in SERVICES:
            schema = json.loads((folder / "resources" / f"{name}.json").read_text(encoding="utf-8"))
            keys = {ALWAYS: "createOnlyProperties", SOMETIMES: "conditionalCreateOnlyProperties"}
            lists = {
                word: sorted(item.removeprefix("/properties/") for item in schema.get(key, []))
                for word, key in keys.items()
            }
            found[kind] = {word: items for word, items in lists.items() if items}
    return found


def main() -> None:
    import cfnlint  # only here: the build in the pipeline has no cfn-lint

    lines = [f"  {json.dumps(kind)}: {json.dumps(item)}" for kind, item in read_schemas(schemas_of(cfnlint)).items()]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def schemas_of(package: object) -> Path:
    return Path(str(getattr(package, "__file__", ""))).parent / "data" / "schemas"


if __name__ == "__main__":
    main()
