"""The script and the test of a new job: from the template, or for a script that somebody brings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config.job_values import JobType
from local.samples import sample_of
from tools.new_job.arguments import Argument
from tools.new_job.existing_script import ExistingScript
from tools.new_job.names import NewJobError

TEMPLATE = Path(__file__).resolve().parent / "template"
# Of the template, for each type of job.
SCRIPTS: dict[JobType, str] = {"spark": "job_script", "pythonshell": "shell_script", "streaming": "stream_script"}
LINE_LENGTH = 120  # of ruff, in pyproject.toml
COMPRESSED = {".gz", ".bz2", ".zst", ".snappy", ".lz4", ".deflate"}
CSV = '{"withHeader": True}'
# The ending of a file -> its format in Glue, and the options to read it.
FORMATS = {
    "json": ("json", ""),
    "jsonl": ("json", ""),
    "ndjson": ("json", ""),
    "csv": ("csv", CSV),
    "tsv": ("csv", '{"withHeader": True, "separator": "\\t"}'),
    "parquet": ("parquet", ""),
    "orc": ("orc", ""),
}
OTHERS = {"avro", "xml", "ion", "xlsx", "xls", "zip"}


@dataclass(frozen=True)
class Format:
    """A format of Glue, the options to read it, as code, and whether that is only a guess."""

    name: str
    options: str = ""
    guessed: bool = False


def format_of(location: str, samples: Path) -> Format:
    """Return the format of a location by the ending of its name, or by the files of its sample."""
    sample = sample_of(location, samples)
    files = [sample, *sorted(sample.rglob("*"))] if sample else []
    for name in [location, *(file.name for file in files if file.is_file() and not file.name.startswith(("_", ".")))]:
        suffixes = [suffix.lower() for suffix in Path(name).suffixes]
        while suffixes and suffixes[-1] in COMPRESSED:
            suffixes.pop()
        ending = suffixes[-1][1:] if suffixes else ""
        if ending in OTHERS:
            raise NewJobError(
                f"{name}: a new job reads json, csv, parquet or orc, not {ending}; bring a script of yours that reads"
                " it: make job FROM=path/to/script.py"
            )
        if ending in FORMATS:
            return Format(*FORMATS[ending])
    return Format("json", guessed=True)


def new_script(form: Format, kind: JobType = "spark") -> str:
    """Return the script of the template for this type of job, which reads this format."""
    text = (TEMPLATE / f"{SCRIPTS[kind]}.py").read_text(encoding="utf-8")
    if kind == "pythonshell":
        return text  # it reads lines of text
    head, equals, comment = text.replace('FORMAT = "json"', f'FORMAT = "{form.name}"').partition(
        "OPTIONS: dict[str, Any] = {}"
    )
    options = form.options or "{}"
    if kind == "streaming":  # read by Spark itself
        options = options.replace("withHeader", "header").replace("separator", "sep")
    return f"{head}{equals[:-2]}{options}{comment}"


def new_test(module: str, kind: JobType = "spark") -> str:
    """Return the test of the template for the script `module`, with its import in sorted order."""
    names = (*(() if kind == "pythonshell" else ("FORMAT", "OPTIONS")), "main", "transform")
    old = f"from {SCRIPTS[kind]} import {', '.join(names)}\n"
    new = old.replace(SCRIPTS[kind], module)
    if len(new) > LINE_LENGTH + 1:
        new = "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")\n"])
    above, _, below = (TEMPLATE / f"test_{SCRIPTS[kind]}.py").read_text(encoding="utf-8").partition(old)
    head, pytest, before = above.partition("import pytest\n")
    after, _, rest = f"\n{below}".partition("\n\n")
    imports = [*before.splitlines(keepends=True), new, *(f"{line}\n" for line in after.splitlines() if line)]
    return f"{head}{pytest}{''.join(sorted(imports, key=lambda line: line.split()[1]))}\n{rest}"


def existing_test(script: ExistingScript, arguments: Sequence[Argument], kind: JobType = "spark") -> str:
    """Return the test of a script that was brought: it runs on its samples, and rows come out of each output.

    Nothing runs that has a location in it, does not end, or reads paths as S3 alone does.
    """
    values = [item for item in arguments if item.value]
    outputs = [item for item in values if item.is_output and "://" in item.value]
    fixtures = ["run_script: Callable[..., dict[str, Any]]"]
    if any(item.is_input for item in values):
        fixtures.insert(0, "sample: Callable[..., str]")
    if outputs:
        fixtures.append("count_rows: Callable[[object], int]")
    if any("tmp_path" in _in_test(item) for item in values if not item.is_input and "://" in item.value):
        fixtures.append("tmp_path: Path")
    lines = [f'        "{item.option}": {_in_test(item)},' for item in values]
    call = "\n".join(["    run_script(", "        {", *(f"    {line}" for line in lines), "        }", "    )"])
    body = [call if lines else "    run_script()"]
    body += [f'    assert count_rows(tmp_path / "{item.option}") > 0' for item in outputs]
    skip = [
        f'@pytest.mark.skip(reason="line {line} of the script has the location {location}: make it an argument")'
        for line, location in list(script.locations())[:1]
    ]
    if kind == "pythonshell" and "boto3" in script.imports():
        skip = [
            '@pytest.mark.skip(reason="boto3 takes no paths of samples: test the functions; make run tries it all")'
        ]
    if kind == "streaming":
        skip = ['@pytest.mark.skip(reason="a stream has no end: test the function that transforms a batch")']
    return "\n".join(
        [
            '"""The job runs on its samples: add a test of what it computes, by value."""',
            "",
            "from collections.abc import Callable",
            *(["from pathlib import Path"] if "tmp_path: Path" in fixtures else []),
            "from typing import Any",
            "",
            *(["import pytest", ""] if skip else []),
            "",
            *skip,
            "def test_the_job_runs_on_its_samples(",
            *(f"    {fixture}," for fixture in fixtures),
            ") -> None:",
            *body,
            "",
        ]
    )


def _in_test(argument: Argument) -> str:
    """Return the value of an argument in the test, as code: the path of a sample, a new folder, or the value itself.

    A folder ends with `/`, as its location does: a script may append names to it.
    """
    slash = "/" if argument.value.endswith("/") else ""
    if argument.is_input:
        found = f"sample({_quoted(argument.parameter or argument.option)})"
        return f"{found} + {_quoted(slash)}" if slash else found
    if "://" in argument.value:
        return f'f"{{tmp_path}}/{argument.option}/"' if slash else f'tmp_path / "{argument.option}"'
    return _quoted(argument.value)


def _quoted(text: str) -> str:
    """Return a text as code, in the quotes that the formatter chooses."""
    return repr(text) if '"' in text else json.dumps(text, ensure_ascii=False)
