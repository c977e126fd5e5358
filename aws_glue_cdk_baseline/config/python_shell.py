"""Python shell jobs: a script in Python 3.9, without Spark, on a part of one machine.

Source: https://docs.aws.amazon.com/glue/latest/dg/add-job-python.html
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from aws_glue_cdk_baseline.config.imports import read_imports

PYTHON = (3, 9)  # as PYTHONS of glue_versions.py has it
HAS = "Python shell has Python 3.9"
# The module of Spark's jobs that a Python shell job has: getResolvedOptions.
AWSGLUE = frozenset({"awsglue", "awsglue.utils"})
OF_SPARK = frozenset({"pyspark", "py4j", "awsglue", "awsgluedq"})
NEWER_MODULES = {"tomllib": "3.11"}
# Glue's own arguments that only a Spark job has.
SPARK_ARGUMENTS = frozenset(
    [
        *("--conf", "--datalake-formats", "--enable-glue-datacatalog", "--extra-jars", "--user-jars-first"),
        *("--extra-files", "--enable-job-insights", "--enable-s3-parquet-optimized-committer"),
        *("--python-virtual-env", "--python-virtual-env-storage-prefix", "--use-postgres-driver"),
    ]
)


def problems(file: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, message) for what a file of a Python shell job has that its Python does not take.

    A file that no Python can parse has none here: it is told elsewhere.
    """
    source = file.read_bytes()
    try:
        tree = ast.parse(source, filename=file.name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    try:
        ast.parse(source, filename=file.name, feature_version=PYTHON)
    except SyntaxError as error:
        said = (error.msg or "").removesuffix(" and greater")
        newer = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Match | ast.TryStar)]
        yield min(newer, default=error.lineno or 1), f"{said[:1].lower()}{said[1:]}, and {HAS}; write it differently"
        return
    yield from _unions(tree)
    for item in read_imports(file).imports:
        names = [item.module, *(f"{item.module}.{name}" for name in item.names)]
        if item.optional or item.reader:
            continue
        if item.top in OF_SPARK and not (item.top == "awsglue" and _only_options(item.module, names)):
            yield item.line, f"imports {item.module}, and Python shell has no Spark; remove it, or write `type: spark`"
        elif since := NEWER_MODULES.get(item.top):
            yield item.line, f"imports {item.top}, which is new in Python {since}, and {HAS}"


def _only_options(module: str, names: Iterable[str]) -> bool:
    return module == "awsglue.utils" or (module == "awsglue" and set(names) <= AWSGLUE)


def _unions(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield a problem for the first annotation like `int | None`, which Python 3.9 cannot evaluate."""
    if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body):
        return
    for node in ast.walk(tree):
        annotations = [
            getattr(node, name, None)
            for name in ("annotation", "returns")
            if isinstance(node, ast.arg | ast.AnnAssign | ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        for annotation in filter(None, annotations):
            if any(isinstance(part, ast.BinOp) and isinstance(part.op, ast.BitOr) for part in ast.walk(annotation)):
                message = "has an annotation with |, which needs Python 3.10"
                yield (
                    annotation.lineno,
                    f"{message}, and {HAS}; write `from __future__ import annotations` at the top",
                )
                return
