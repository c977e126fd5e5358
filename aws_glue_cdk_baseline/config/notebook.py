"""Find the magics of a notebook that was exported as a script: Glue's jobs run plain Python, which has none."""

from __future__ import annotations

import re
from collections.abc import Iterator

# A line magic (%idle_timeout 60), a cell magic (%%configure), a shell command (!pip), and what nbconvert makes of them.
_MAGIC = re.compile(r"\s*(%%?[A-Za-z_]\w*|![A-Za-z./]\w*)")
_CONVERTED = re.compile(
    r"\s*get_ipython\(\)\.(?:run_line_magic|run_cell_magic|magic|system|getoutput)\(\s*['\"]%*([A-Za-z_]\w*)"
)
_ARGUMENTS = "defaultArguments"
_INSTEAD = {
    "worker_type": "set `workerType` of the job",
    "number_of_workers": "set `numberOfWorkers` of the job",
    "glue_version": "set `glueVersion` of the job",
    "additional_python_modules": f"set --additional-python-modules under `{_ARGUMENTS}` of the job",
    "extra_jars": f"set --extra-jars under `{_ARGUMENTS}` of the job",
    "extra_py_files": "put the module beside the script and import it",
    "connections": "set `connections` of the job",
    "timeout": "set `timeoutMinutes` of the job",
    "spark_conf": "set `sparkConf` of the job",
    "configure": f"set what it configures in the job's settings, or under `{_ARGUMENTS}`",
    "iam_role": "the template makes a role for each job",
    "region": "the account of the stage has `awsRegion`",
    "tags": "set `tags` of the job",
    "etl": "a job is of this type",
    "glue_ray": "Ray jobs are not supported",
    "streaming": "set `type: streaming` of the job",
    "sql": "write spark.sql(…)",
    "pip": f"set --additional-python-modules under `{_ARGUMENTS}` of the job",
}


def magics(source: str) -> list[tuple[int, str]]:
    """Return (line, message) for each magic in the source of a script that Python cannot parse."""
    return [(number, _message(match[1])) for number, match in _matches(source, _MAGIC, _CONVERTED)]


def converted_magics(source: str) -> list[tuple[int, str]]:
    """Return (line, message) for each magic that nbconvert made a call of: valid Python, which fails when it runs."""
    return [(number, _message(match[1])) for number, match in _matches(source, _CONVERTED)]


def _matches(source: str, *patterns: re.Pattern[str]) -> Iterator[tuple[int, re.Match[str]]]:
    for number, line in enumerate(source.splitlines(), start=1):
        if match := next((match for pattern in patterns if (match := pattern.match(line))), None):
            yield number, match


def _message(magic: str) -> str:
    magic = magic if magic[0] in "%!" else f"%{magic}"
    instead = _INSTEAD.get(magic.lstrip("%!"))
    return f"{magic} is a notebook magic, which a job cannot run; remove the line{f'; {instead}' if instead else ''}"
