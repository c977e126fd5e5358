"""Whatever the config file holds: a valid Config, or a ConfigError whose every line names a place. Never a traceback,
a hang, more than 200 MB, or an object that a YAML tag asks for.

`make fuzz-config` tries 20 000 files instead of 300, other ones each time; `make fuzz-config TRIES=100000` more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, load_config
from tests.configs import CONFIG, make_project
from tests.template.config.broken_configs import FILES

TRIES = int(os.environ.get("CONFIG_TRIES", "0"))
LINE = re.compile(r"(?:c\.yaml|job_scripts/\w+\.py):[1-9][0-9]*: [^\s].*")
MEMORY = 140  # MB; 200 is promised, 117 is what the largest takes


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"))


def test_any_file_is_a_config_or_lines_that_name_a_place(project: Path) -> None:
    outcomes: Counter[str] = Counter()

    @settings(
        max_examples=TRIES or 300,
        derandomize=not TRIES,  # CI tries the same files each time
        deadline=timedelta(seconds=2),
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(content=FILES)
    def read(content: bytes) -> None:
        outcomes[outcome(project, content)] += 1

    read()
    print(f"\n{outcomes.total()} files read: {outcomes['config']} configs, {outcomes['refused']} refused")
    assert all(outcomes[kind] >= 5 for kind in ("config", "refused"))


def outcome(project: Path, content: bytes) -> str:
    """`config` or `refused`; fails for anything else that reading `content` may end in."""
    file = project / "c.yaml"
    file.write_bytes(content)
    try:
        config = load_config(file, project=project)
    except ConfigError as error:
        lines = str(error).splitlines()  # splits at every character that a terminal may take for a line break
        assert lines
        assert len(lines) <= 101
        assert [line for line in lines if not LINE.fullmatch(line) or not line.isprintable()] == []
        return "refused"
    assert_valid(config)
    return "config"


def assert_valid(config: Config) -> None:
    """Whole, and made of plain values: no object that a tag asked for."""
    assert Config.model_validate(config.model_dump(by_alias=True, exclude_unset=True)) == config
    for stage in config.stages:
        assert re.fullmatch("[0-9]{12}", stage.account.aws_account_id)
        for job in stage.jobs:
            assert job.script.is_file()
            assert {type(value) for value in [*job.arguments.values(), *job.settings.default_arguments.values()]} <= {
                str
            }
            assert isinstance(job.settings.description, str | None)
            assert all(location.startswith("s3://") for location in job.input_locations + job.output_locations)


MAP = "{" + ", ".join(f"k{n}: 1" for n in range(20_000)) + "}"
ALIASES = [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 99)]
MERGES = [f"a{n}: &a{n} {{k{n}: {{<<: *a{n - 1}}}, <<: *a{n - 1}}}\n" for n in range(1, 99)]
JOBS = [f"    Job{n}:\n" for n in range(20_000)]
SAME = [f"    Show{n}: {{script: show.py, inputLocation: *v}}\n" for n in range(240)]
EXPENSIVE = {
    "nesting that is never closed": "a: " + "[" * 1_000_000,
    "nesting of thousands of levels": "a: " + "[" * 5_000 + "]" * 5_000,
    "many values far down": "a: " + "[" * 300 + "x," * 49_000 + "]" * 300,
    "as many values as a file may have": "a: [" + "a," * 159_000 + "]",
    "as many keys as a file may have": CONFIG + "".join(f"k{n}: {{a: 1}}\n" for n in range(39_000)),
    "half a million values": "a: [" + "a," * 520_000 + "]",
    "aliases that multiply": "a0: &a0 [x, x]\n" + "".join(ALIASES),
    "merges that multiply": "a0: &a0 {x: 1}\n" + "".join(MERGES),
    "a large section merged with many": f"b: &b {{}}\nc: &c {MAP}\na: {{<<: [*c{', *b' * 6_000}]}}\n",
    "a job with thousands of parameters": CONFIG.replace("    Show:\n", f"    Show:\n      <<: {MAP}\n", 1),
    "thousands of unknown keys": CONFIG + "".join(f"key{n}: 1\n" for n in range(20_000)),
    "thousands of jobs": CONFIG.replace("    Show:\n", "".join(JOBS) + "    Show:\n", 1),
    "thousands of tags below a long key": CONFIG + "? " + "k" * 500_000 + "\n: [" + "!t x," * 20_000 + "]\n",
    "a long word where a Region is due": CONFIG.replace("us-east-1", "us-east-1" * 100_000, 1),
    "a large value in every job": "v: &v " + "s" * 800_000 + "\ndev:\n  jobs:\n" + "".join(SAME),
    "a file of 300 MB": "",
}
LOADER = """
import os, resource, sys
from pathlib import Path
from aws_glue_cdk_baseline.config import ConfigError, load_config

project, *files = map(Path, sys.argv[1:])
for file in files:
    if os.fork():  # each file in a process of its own
        os.wait()
        continue
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    resource.setrlimit(resource.RLIMIT_DATA, (200 << 20, 200 << 20))
    try:
        load_config(file, project=project)
        said = "a config"
    except ConfigError as error:
        said = "refused"
    status = Path("/proc/self/status")  # getrusage would count what this process was forked from
    peak = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else "0"
    print(file.parent.name, said, int(peak) // 1024, sep=":", flush=True)
    os._exit(0)
"""


@pytest.fixture(scope="module")
def measured(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, int]]:
    """Return the outcome of reading each file of EXPENSIVE, and its peak of memory in MB; none if the process died."""
    files = []
    for name, text in EXPENSIVE.items():
        files.append(tmp_path_factory.mktemp("files", numbered=True) / name / "c.yaml")
        files[-1].parent.mkdir()
        files[-1].write_text(text)
        if name == "a file of 300 MB":
            os.truncate(files[-1], 300_000_000)
    command = [sys.executable, "-c", LOADER, str(project), *map(str, files)]
    result = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    lines = [line.split(":") for line in result.stdout.splitlines()]
    return {name: (said, int(peak)) for name, said, peak in lines}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_an_expensive_file_takes_neither_20_seconds_nor_200_mb(measured: dict[str, tuple[str, int]], name: str) -> None:
    said, memory = measured.get(name, ("dead or a traceback", 0))
    assert said == "refused"
    assert memory < MEMORY
