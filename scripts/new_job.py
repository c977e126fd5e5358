"""Write a new job: its script, its test and its blocks in the config: `python -m scripts.new_job CountTerms`.

All of it or nothing: what was written is taken back where the config would not load, or on Ctrl-C.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, ConfigError, load_config
from aws_glue_cdk_baseline.config_checks.yaml_file import Data, YamlFile, read_yaml
from scripts.config_text import NotExtendable, Section, add_blocks
from scripts.job_name import module_name

TEMPLATE = Path(__file__).resolve().parent / "job_template"
Blocks = dict[Section, tuple[str, ...]]
SECTIONS: tuple[Section, ...] = (("jobs",), ("dev", "jobs"), ("prod", "jobs"))
SETTINGS = ("description: memberships per legislative term, an example",)
PARAMETERS = (
    "inputLocation: s3://awsglue-datasets/examples/us-legislators/all/memberships.json",
    "# outputLocation: s3://your-bucket/your-prefix/  # optional: the result as Parquet",
)
LINE_LENGTH = 120  # of ruff, in pyproject.toml


class NewJobError(Exception):
    """The job cannot be added; the message is one line, or one for each fault of the config."""


def add_job(name: str, config: Path, project: Path = PROJECT) -> list[str]:
    """Add the job and return what was written, a line each. Raises NewJobError and ConfigError; nothing is kept then."""
    try:
        module = module_name(name)
    except ValueError as error:
        raise NewJobError(str(error)) from None
    job_scripts = project / "aws_glue_cdk_baseline" / "job_scripts"
    script, test = job_scripts / f"{module}.py", job_scripts / "tests" / f"test_{module}.py"
    before = read_yaml(config, str(config))
    _check_is_new(name, before, project, [script, test])
    blocks: Blocks = {section: SETTINGS if section == ("jobs",) else PARAMETERS for section in SECTIONS}
    if "jobs" not in _section(before.data, ()):
        del blocks["jobs",]
    content = config.read_bytes()
    snapshots = project / "tests" / "snapshot"
    with all_or_nothing([script, test, config, *snapshots.glob("__snapshots__/**/*.json")]):
        _extend_config(config, name, blocks, before)
        script.write_text((TEMPLATE / "job_script.py").read_text(encoding="utf-8"), encoding="utf-8")
        test.write_text(test_text(module), encoding="utf-8")
        _check_config(config, project, content)
        if config.resolve() == project / "default-config.yaml" and snapshots.is_dir():
            _refresh_snapshots(project)
    lines = read_yaml(config, str(config)).lines
    places = ", ".join(str(lines[(*section, name)]) for section in blocks)
    return [str(script.relative_to(project)), str(test.relative_to(project)), f"{config}, line {places}"]


def test_text(module: str) -> str:
    """The test of the script `module`: the template with its one import of the script in the place it sorts to."""
    old = "from job_script import main, read_json, transform\n"
    new = old.replace("job_script", module)
    if len(new) > LINE_LENGTH + 1:
        new = f"from {module} import (\n    main,\n    read_json,\n    transform,\n)\n"
    above, _, below = (TEMPLATE / "test_job_script.py").read_text(encoding="utf-8").partition(old)
    head, _, imports = above.rpartition("import pytest\n")
    sorted_imports = sorted([*imports.splitlines(keepends=True), new], key=lambda line: line.split()[1])
    return f"{head}import pytest\n{''.join(sorted_imports)}{below}"


@contextmanager
def all_or_nothing(files: Iterable[Path]) -> Iterator[None]:
    """Put the files back as they were, or away, where the block is left by an exception, Ctrl-C included."""
    contents = {file: file.read_bytes() if file.is_file() else None for file in files}
    try:
        yield
    except BaseException:
        for file, content in contents.items():
            if content is None:
                file.unlink(missing_ok=True)
            elif file.read_bytes() != content:
                file.write_bytes(content)
        raise


def _check_is_new(name: str, config: YamlFile, project: Path, files: list[Path]) -> None:
    for section in SECTIONS:
        path = (*section, name)
        if name in _section(config.data, section):
            raise NewJobError(f"{config.name}:{config.line(path)}: {'.'.join(path)} exists; choose another name")
    for file in files:
        if file.exists():
            raise NewJobError(f"{file.relative_to(project)} exists; choose another name for the job")


def _extend_config(config: Path, name: str, blocks: Blocks, before: YamlFile) -> None:
    """Add the blocks, and see that the file says what it said before, and these blocks, however it is formatted."""
    content = config.read_bytes()
    mark = b"\xef\xbb\xbf" if content.startswith(b"\xef\xbb\xbf") else b""
    try:
        text = add_blocks(content.decode("utf-8-sig"), name, blocks)
    except NotExtendable as error:
        raise NewJobError(f"{config}:{error.line}: {error}") from None
    config.write_bytes(mark + text.encode())
    expected = before.data
    for section, lines in blocks.items():
        values = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
        expected = _with_value(expected, (*section, name), values)
    try:
        as_expected = read_yaml(config, str(config)).data == expected
    except ConfigError:
        as_expected = False
    if not as_expected:
        raise NewJobError(f"{config} is written in a way that this command does not extend; add {name} by hand")


def _check_config(config: Path, project: Path, content: bytes) -> None:
    """Load the extended config. What was wrong before is told with the lines of the file as the user has it."""
    try:
        load_config(config, project)
    except ConfigError as error:
        extended = config.read_bytes()
        config.write_bytes(content)
        try:
            load_config(config, project)
        except ConfigError as error_before:
            remaining = {(problem.where, problem.message) for problem in error.problems}
            known = [problem for problem in error_before.problems if (problem.where, problem.message) in remaining]
            error = ConfigError(known or error.problems)
        finally:
            config.write_bytes(extended)
        raise error from None


def _refresh_snapshots(project: Path) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/snapshot", "--snapshot-update"]
    result = subprocess.run(command, cwd=project, capture_output=True, text=True)
    if result.returncode:
        said = (result.stdout + result.stderr).strip().splitlines() or ["nothing said"]
        raise NewJobError(f"the snapshots cannot be refreshed, see `make snapshot`: {said[-1]}")


def _section(data: Data, path: Section) -> dict[str, Data]:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


def _with_value(data: Data, path: Section, value: Data) -> Data:
    if not path:
        return value
    section = data if isinstance(data, dict) else {}
    return {**section, path[0]: _with_value(section.get(path[0]), path[1:], value)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m scripts.new_job", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--config", type=Path, default=Path("default-config.yaml"))
    parser.add_argument("name", metavar="NAME", help="such as CountTerms")
    options = parser.parse_args(arguments)
    try:
        script, test, places = add_job(options.name, options.config)
    except (ConfigError, NewJobError) as error:
        sys.exit(str(error))
    except OSError as error:
        sys.exit(f"{error.filename}: cannot be written: {error.strerror}; nothing is changed")
    except KeyboardInterrupt:
        print("interrupted; nothing is changed", file=sys.stderr)
        return 130
    config = "" if options.config == Path("default-config.yaml") else f" CONFIG={options.config}"
    print(f"{script}\n{test}\n{places}: an example, counting memberships per legislative term")
    print(f"Next: make run JOB={options.name}{config}, then put your own transformation, test and parameters there.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
