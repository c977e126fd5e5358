"""Write a new job, its script, its test and its blocks in the config: `python -m tools.new_job CountTerms`.

Every file is restored if the config with the job has an error, and on Ctrl-C.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, ConfigError
from aws_glue_cdk_baseline.config.yaml_file import read_yaml
from tools.new_job.config_blocks import blocks_for, check_config, check_is_new, extend_config
from tools.new_job.names import NewJobError, check_importable, module_name

TEMPLATE = Path(__file__).resolve().parent / "template"
LINE_LENGTH = 120  # of ruff, in pyproject.toml


def add_job(name: str, config: Path, project: Path = PROJECT) -> list[str]:
    """Add the job and return the files that were written. Raise NewJobError or ConfigError, and then change nothing."""
    module = module_name(name)
    job_scripts = project / "aws_glue_cdk_baseline" / "job_scripts"
    script, test = job_scripts / f"{module}.py", job_scripts / "tests" / f"test_{module}.py"
    before = read_yaml(config, str(config))
    check_is_new(name, before)
    for file in (script, test):
        if file.exists():
            raise NewJobError(f"{file.relative_to(project)} exists; choose another name for the job")
    check_importable(name, module)
    blocks = blocks_for(before)
    content = config.read_bytes()
    snapshots = project / "tests" / "snapshot"
    with all_or_nothing([script, test, config, *snapshots.glob("__snapshots__/**/*.json")]):
        extend_config(config, name, blocks, before)
        script.write_text((TEMPLATE / "job_script.py").read_text(encoding="utf-8"), encoding="utf-8")
        test.write_text(test_text(module), encoding="utf-8")
        check_config(config, project, content)
        if config.resolve() == project / "default-config.yaml" and snapshots.is_dir():
            _update_snapshots(project)
    lines = read_yaml(config, str(config)).lines
    places = " and ".join(f"{config}:{lines[(*section, name)]}" for section in blocks)
    return [str(script.relative_to(project)), str(test.relative_to(project)), places]


def test_text(module: str) -> str:
    """Return the test of the script `module`: the template, with the import of the script in sorted order."""
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


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.new_job", description=(__doc__ or "").splitlines()[0])
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
    print(f"Wrote {script}\n      {test}\n      {places}")
    print("It counts memberships by legislative term: replace the transformation, its test and its parameters.")
    print(f"Next: make run JOB={options.name}{config}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
