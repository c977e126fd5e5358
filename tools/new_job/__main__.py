"""Write a new job, its script, its test and its blocks in the config: `python -m tools.new_job --input S3 CleanOrders`.

With `--from FILE` the script is one that exists, and words after `--` give its arguments their values. Every file is
restored if the config with the job has an error, and on Ctrl-C.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from aws_glue_cdk_baseline.config import PROJECT, ConfigError
from aws_glue_cdk_baseline.config.errors import did_you_mean
from aws_glue_cdk_baseline.config.job_values import JobType
from aws_glue_cdk_baseline.config.yaml_file import read_yaml
from tools.job_arguments import config_variable
from tools.new_job.config_blocks import blocks_for, check_config, check_is_new, extend_config
from tools.new_job.names import NewJobError, check_importable, module_name
from tools.new_job.plan import Job, Request, planned


@dataclass(frozen=True)
class Added:
    """A job that was added: the files that were written, and what is left to do."""

    job: Job
    written: tuple[str, ...]


def add_job(request: Request, config: Path, project: Path = PROJECT) -> Added:
    """Add the job. Raise NewJobError or ConfigError, and then change nothing."""
    try:
        module = module_name(request.job_name)
    except NewJobError as error:
        if request.source and not request.name:
            raise NewJobError(f"{request.source}: {error}; name the job with NAME=") from None
        raise
    before = read_yaml(config, str(config))
    check_is_new(request.job_name, before)
    job = planned(request, module, project)
    if not job.is_in_place:
        check_importable(job.name, module)
    for file in () if job.is_in_place else (job.script, job.test):
        if file.exists():
            raise NewJobError(f"{file.relative_to(project)} exists; choose another name for the job")
    blocks = blocks_for(before, job.parameters, job.settings)
    content = config.read_bytes()
    snapshots = project / "tests" / "snapshot"
    texts = {
        file: text for file, text in ((job.script, job.script_text), (job.test, job.test_text)) if not file.exists()
    }
    with all_or_nothing([*texts, config, *snapshots.glob("__snapshots__/**/*.json")]):
        extend_config(config, job.name, blocks, before)
        for file, text in texts.items():
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(text)
        check_config(config, project, content)
        if config.resolve() == project / "default-config.yaml" and snapshots.is_dir():
            _update_snapshots(project)
    lines = read_yaml(config, str(config)).lines
    places = " and ".join(f"{config}:{lines[(*section, job.name)]}" for section in blocks)
    return Added(job, (*(str(file.relative_to(project)) for file in texts), places))


@contextmanager
def all_or_nothing(files: Iterable[Path]) -> Iterator[None]:
    """Restore the files, or remove the new ones, if the block ends with an exception, Ctrl-C included."""
    contents = {file: file.read_bytes() if file.is_file() else None for file in files}
    try:
        yield
    except BaseException:
        for file, content in contents.items():
            if content is None:
                file.unlink(missing_ok=True)
            elif not file.is_file() or file.read_bytes() != content:
                file.write_bytes(content)
        raise


def _update_snapshots(project: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/snapshot", "--snapshot-update"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True)
    if result.returncode:
        lines = (result.stdout + result.stderr).strip().splitlines() or ["no output"]
        raise NewJobError(f"the snapshots cannot be updated, see `make snapshot`: {lines[-1]}")


def report(added: Added, config: Path) -> str:
    """Return what was written, what is missing, and the next commands."""
    job = added.job
    more = config_variable(config)
    first, *rest = added.written
    lines = [f"Wrote {first}", *(f"      {file}" for file in rest), *job.notes, "Next:"]
    commands = {
        **{
            f"make sample JOB={job.name} PROFILE=name{more}": "fetch the samples that are missing"
            for _ in job.missing[:1]
        },
        **({"make check": "format the script, and check it"} if job.is_brought else {}),
        f"make run JOB={job.name}{more}": "run it on its samples",
        f'make test-jobs ARGS="-k {job.module}"': "run its test",
        f"make rehearse{more}": "after a commit: the whole pipeline, on this machine",
    }
    width = max(map(len, commands)) + 2
    return "\n".join([*lines, *(f"  {command:<{width}}# {what}" for command, what in commands.items())])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.new_job", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    parser.add_argument("--input", default="", metavar="S3", help="the location that the job reads")
    parser.add_argument("--output", default="", metavar="S3", help="the location that the job writes to")
    parser.add_argument("--from", dest="source", default="", metavar="FILE", help="a script that exists")
    parser.add_argument("--type", default="spark", metavar="TYPE", help="spark, pythonshell or streaming")
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="such as CleanOrders")
    words = list(sys.argv[1:] if arguments is None else arguments)
    end = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:end])
    source = Path(options.source).expanduser() if options.source else None  # not every shell expands FROM=~/…
    if options.type not in get_args(JobType):
        hint = did_you_mean(options.type, get_args(JobType)) or f"; allowed: {', '.join(get_args(JobType))}"
        sys.exit(f"TYPE={options.type} is not a type of job{hint}")
    request = Request(options.name, source, options.input, options.output, tuple(words[end + 1 :]), options.type)
    try:
        added = add_job(request, options.config)
    except (ConfigError, NewJobError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename}: cannot be written: {error.strerror}; nothing is changed")
    except KeyboardInterrupt:
        print("interrupted; nothing is changed", file=sys.stderr)
        return 130
    print(report(added, options.config))
    return 0


if __name__ == "__main__":
    sys.exit(main())
