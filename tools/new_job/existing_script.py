"""Read a script that somebody brings: the options that it reads, and what in it a Glue job of this project cannot have.

The script is parsed, and not run.
"""

from __future__ import annotations

import ast
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config.notebook import converted_magics, magics
from aws_glue_cdk_baseline.config.script_options import SUPPLIED_BY_GLUE, read_script_options
from tools.new_job.names import GLUE_MODULES, NewJobError

S3 = ("s3://", "s3a://", "s3n://")


@dataclass(frozen=True)
class ExistingScript:
    """A script in `file`. Its options are required or optional, each with its line.

    `known` is false where the options are no literal list: then only a run shows them.
    """

    file: Path
    content: bytes
    tree: ast.Module
    required: dict[str, int]
    optional: dict[str, int]
    known: bool

    @property
    def options(self) -> dict[str, int]:
        """All options in the order of their lines."""
        return dict(sorted({**self.optional, **self.required}.items(), key=lambda item: item[1]))

    @property
    def description(self) -> str:
        """The first line of the script's docstring, or an empty text."""
        lines = (ast.get_docstring(self.tree) or "").splitlines()
        return lines[0].strip().rstrip(".")[:200] if lines else ""

    def locations(self) -> Iterator[tuple[int, str]]:
        """Yield each location in S3 that is in the script itself, with its line."""
        texts = {id(node.value) for node in ast.walk(self.tree) if isinstance(node, ast.Expr)}  # docstrings
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
                value = node.value.strip()
                if value.lower().startswith(S3) and not value.endswith("://"):
                    yield node.lineno, value

    def imports(self) -> dict[str, int]:
        """Return the packages and modules that the script imports by name, each with its line."""
        found: dict[str, int] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                found.setdefault(name.partition(".")[0], node.lineno)
        return found


def read_existing(file: Path) -> ExistingScript:
    """Read the script. Raise NewJobError if it is not one, with the line of what is wrong."""
    if file.suffix == ".ipynb":
        raise NewJobError(f"{file} is a notebook; download it as a script (.py) in Glue Studio, and bring that")
    if not file.is_file():
        raise NewJobError(f"FROM={file}: no such file; name a Python script, as in make job FROM=path/to/script.py")
    if file.suffix != ".py":
        raise NewJobError(f"{file} is not a Python script; name a file that ends with .py")
    content = file.read_bytes()
    text = content.decode(errors="replace")
    try:
        options = read_script_options(file)
        tree = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        _refuse_magics(file, magics(text))
        line = getattr(error, "lineno", None) or 1
        raise NewJobError(
            f"{file}:{line}: not valid Python: {getattr(error, 'msg', error)}; Glue runs Python 3.11, so mend it first"
        ) from None
    _refuse_magics(file, converted_magics(text))
    calls = any(
        isinstance(node, ast.Name | ast.Attribute) and _name(node) == "getResolvedOptions" for node in ast.walk(tree)
    )
    required = {name: line for name, line in (options.required if options else {}).items() if _is_own(name)}
    optional = {name: line for name, line in (options.optional if options else {}).items() if _is_own(name)}
    known = options.complete if options else not calls
    return ExistingScript(file, content, tree, required, optional, known)


def check_shared_code(script: ExistingScript, job_scripts: Path) -> None:
    """Raise NewJobError if the script imports modules that lie beside it, and not beside the job scripts."""
    here = {script.file.stem, *(file.stem for file in job_scripts.glob("*.py"))}
    here |= {file.parent.name for file in job_scripts.glob("*/*.py")}
    shared = {}
    for name in script.imports():
        places = [place for place in (script.file.parent / f"{name}.py", script.file.parent / name) if place.exists()]
        if places and name not in here and name not in sys.stdlib_module_names and name not in GLUE_MODULES:
            shared[name] = places[0]
    if shared:
        names = ", ".join(f"{name} (line {script.imports()[name]})" for name in shared)
        raise NewJobError(
            f"{script.file} imports {names}, which is not beside the job scripts; copy it first:"
            f" cp -r {shlex.join(map(str, shared.values()))} {'/'.join(job_scripts.parts[-2:])}/"
        )


def _refuse_magics(file: Path, found: list[tuple[int, str]]) -> None:
    for line, message in found:
        raise NewJobError(f"{file}:{line}: {message}")


def _is_own(option: str) -> bool:
    return option not in SUPPLIED_BY_GLUE


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr
