"""The command `python -m tools.glue_image`, with a recorder in the place of docker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import PROJECT, load_config
from build_stage import job_tests
from build_stage.docker_engine import ImageError
from tests.configs import make_config, make_job, needs_the_examples
from tools import glue_image, image_arguments

RECORDER = """\
#!{python}
import json, os, signal, sys, time
with open({log!r}, "a") as log:
    log.write(json.dumps(sys.argv[1:]) + "\\n")
exec({does!r}.get(sys.argv[1], ""))
"""


class Docker:
    """A `docker` on the PATH that writes down what it is called with; `does` gives it something to do, by command."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "calls"
        self.does()

    def does(self, **commands: str) -> None:
        text = RECORDER.format(python=sys.executable, log=str(self.log), does=commands)
        (self.folder / "docker").write_text(text)
        (self.folder / "docker").chmod(0o755)

    @property
    def calls(self) -> list[list[str]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    @property
    def runs(self) -> list[list[str]]:
        return [call for call in self.calls if call[0] == "run"]


@pytest.fixture
def docker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Docker:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    monkeypatch.chdir(tmp_path)
    for name in ("samples", "out"):
        monkeypatch.setattr(glue_image, name.upper(), tmp_path / name)
    return Docker(folder)


DEFAULT = ["--config", str(PROJECT / "default-config.yaml")]


def test_each_glue_version_of_the_config_is_run_once(
    docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = tuple(make_job(tmp_path, f"J{n}", glue_version=version) for n, version in enumerate(["5.1", "5.0", "5.1"]))
    monkeypatch.setattr(glue_image, "load_config", lambda path: make_config(jobs))
    assert glue_image.main(["test"]) == 0
    assert [call[-3].partition(":")[2] for call in docker.runs] == ["5", "5.1.0"]
    assert len({call[call.index("--name") + 1] for call in docker.runs}) == 2


def test_arguments_reach_pytest_in_the_image(docker: Docker) -> None:
    assert glue_image.main(["test", *DEFAULT, "-k", "join or show", "-x", "--co"]) == 0
    assert docker.runs[0][-1].endswith("--junitxml=/home/hadoop/reports/jobs-5.1.xml -k 'join or show' -x --co")


def test_a_python_shell_job_is_for_no_image(docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = make_config((make_job(tmp_path, type="pythonshell"),))
    monkeypatch.setattr(glue_image, "load_config", lambda path: config)
    with pytest.raises(
        SystemExit, match=r"^Show is a Python shell job, which no Glue image runs; `make run JOB=Show` d"
    ):
        glue_image.main(["run", "Show"])
    assert docker.calls == []


def test_the_image_may_write_its_reports(docker: Docker, tmp_path: Path) -> None:
    glue_image.main(["test", *DEFAULT, "--reports", str(tmp_path / "new" / "reports")])
    assert (tmp_path / "new" / "reports").stat().st_mode & 0o777 == 0o777
    assert f"type=bind,source={tmp_path}/new/reports,target=/home/hadoop/reports" in docker.runs[0]


def test_a_failing_test_run_fails_the_build(docker: Docker) -> None:
    docker.does(run="sys.exit(1)")
    with pytest.raises(SystemExit, match=r"^the job tests of Glue 5\.1 failed in the image \(exit code 1\)$"):
        glue_image.main(["test", *DEFAULT])


def test_a_container_that_cannot_start_is_told_from_a_job_that_fails(docker: Docker) -> None:
    docker.does(run="sys.exit(125)")
    with pytest.raises(SystemExit, match="docker could not start the container; its message is above"):
        glue_image.main(["shell", *DEFAULT])


@needs_the_examples
def test_a_job_runs_with_the_stages_arguments_on_sample_data(
    docker: Docker, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert glue_image.main(["run", *DEFAULT, "ProcessLegislators"]) == 0
    (call,) = docker.runs
    source = f"{tmp_path}/samples/awsglue-datasets/examples/us-legislators/all/persons.json"
    assert f"type=bind,source={source},target=/home/hadoop/input/input_path/persons.json,readonly" in call
    assert call[-1] == (
        'export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}/home/hadoop/workspace"; '
        "exec spark-submit /home/hadoop/workspace/process_legislators.py --JOB_NAME ProcessLegislators-dev"
        " --input_path file:///home/hadoop/input/input_path/persons.json"
    )
    assert Path(source).stat().st_mode & 0o004
    assert len(Path(source).read_text(encoding="utf-8").splitlines()) == 1961
    assert f"--input_path {source}" in capfd.readouterr().out


@needs_the_examples
def test_a_job_with_a_bookmark_reads_everything_and_says_so(
    docker: Docker, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    job = load_config(PROJECT / "default-config.yaml").stages[0].jobs[0]
    job = job.model_copy(update={"settings": job.settings.model_copy(update={"bookmark": True})})
    monkeypatch.setattr(glue_image, "load_config", lambda path: make_config((job,)))
    assert glue_image.main(["run", job.name]) == 0
    assert "--job-bookmark-option job-bookmark-disable" in docker.runs[0][-1]
    assert f"{job.name} has a bookmark, which only Glue itself keeps: in the image it" in capfd.readouterr().err
    assert glue_image.main(["run", job.name, "--job-bookmark-option", "job-bookmark-pause"]) == 0
    assert "--job-bookmark-option job-bookmark-pause" in docker.runs[1][-1]
    with pytest.raises(SystemExit, match=r"^--reset-bookmark is for a run without ENGINE=docker: "):
        glue_image.main(["run", job.name, "--reset-bookmark"])


def test_files_of_this_machine_are_lent_read_only_and_an_output_inside_a_folder(docker: Docker, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    job = make_job(tmp_path, arguments={"--input_path": "s3://a/b", "--output_path": "s3://c/d", "--minimum_age": "21"})
    values, mounts = image_arguments.container_arguments(
        {**job.arguments, "--input_path": "mine", "--output_path": "out/result"}
    )
    assert values == {
        "--input_path": "file:///home/hadoop/input/input_path",
        "--output_path": "file:///home/hadoop/output/output_path/result",
        "--minimum_age": "21",
    }
    assert [(mount.source, mount.target, mount.writable) for mount in mounts] == [
        (tmp_path / "mine", "input/input_path", False),
        (tmp_path / "out", "output/output_path", True),
    ]
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o777


@pytest.mark.skipif(sys.platform != "linux", reason="Docker Desktop hides the difference of users")
def test_an_output_that_the_images_user_may_not_write_is_refused(docker: Docker, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o755)
    with pytest.raises(ImageError, match=r"^--output_path: the image's user cannot write into .*/closed; "):
        image_arguments.container_arguments({"--output_path": "closed/result"})


def test_an_input_without_a_sample_is_told_before_the_container_starts(
    docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glue_image, "load_config", lambda path: make_config((make_job(tmp_path),)))
    with pytest.raises(SystemExit, match=r"^Show: --input_path s3://data/in/ has no sample; take one"):
        glue_image.main(["run", "Show"])
    assert docker.calls == []


@needs_the_examples
def test_a_dry_run_prints_the_command_lines_and_calls_nothing(
    docker: Docker, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for task, *job in (["test"], ["run", "JoinLegislators"], ["shell"]):
        assert glue_image.main([task, *DEFAULT, *job, "--dry-run"]) == 0
        assert capsys.readouterr().out.startswith(f"docker run --rm --init --name glue-5.1-{task}-")
    assert docker.calls == []
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]


@needs_the_examples
@pytest.mark.parametrize(
    ("task", "otherwise"),
    [
        (["test"], "`make test-jobs` runs the same tests on local Spark"),
        (["run", "JoinLegislators"], "`make run JOB=JoinLegislators` runs it on local Spark"),
        (["shell"], r"`.venv/bin/python -m local.spark` opens pyspark on local Spark"),
    ],
)
def test_without_docker_one_line_says_how_to_go_on(
    task: list[str], otherwise: str, docker: Docker, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker.does(version="sys.exit(1)")
    with pytest.raises(
        SystemExit, match=f"^docker is installed, but its daemon does not answer; start it, or {otherwise}"
    ):
        glue_image.main([task[0], *DEFAULT, *task[1:]])
    assert docker.calls == [["version"]]
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SystemExit, match=f"^docker is not installed; {otherwise}, without Docker$"):
        glue_image.main([task[0], *DEFAULT, *task[1:]])


@pytest.mark.parametrize(
    ("task", "otherwise"),
    [
        (["run", "Show"], "`make run JOB=Show` runs it on local Spark, without ENGINE=docker"),
        (["shell"], "`.venv/bin/python -m local.spark 6.0` opens pyspark on local Spark"),
    ],
)
def test_a_job_on_a_version_without_an_image_is_told_where_it_runs(
    task: list[str], otherwise: str, docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(glue_image, "load_config", lambda path: make_config((make_job(tmp_path, glue_version="6.0"),)))
    with pytest.raises(SystemExit) as raised:
        glue_image.main(task)
    assert raised.value.code == f"Glue 6.0 has no public image yet; {otherwise}"
    assert docker.calls == []


def test_the_shell_is_that_of_the_newest_version_with_an_image(
    docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = tuple(make_job(tmp_path, f"J{n}", glue_version=version) for n, version in enumerate(["5.0", "6.0", "5.1"]))
    monkeypatch.setattr(glue_image, "load_config", lambda path: make_config(jobs))
    assert glue_image.main(["shell"]) == 0
    assert docker.runs[0][-3] == "public.ecr.aws/glue/aws-glue-libs:5.1.0"


@needs_the_examples
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "JoinLegislator"], "has no job 'JoinLegislator' in dev; did you mean JoinLegislators?"),
        (["run", "JoinLegislators", "--input_path", "x"], "JoinLegislators has no argument --input_path; did you mean"),
        (["shell", "-x"], "cannot read the arguments '-x'; the shell takes none but --dry-run"),
        (["shell", "--aws-profile", "me"], "there is no ~/.aws with the profile 'me'; `aws configure` creates it"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], message: str, docker: Docker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SystemExit) as raised:
        glue_image.main([arguments[0], *DEFAULT, *arguments[1:]])
    assert message in str(raised.value.code)
    assert "\n" not in str(raised.value.code)
    assert docker.calls == []


@pytest.mark.parametrize(
    ("command", "ending"),
    [(["tools.glue_image", "shell"], signal.SIGINT), (["build_stage.job_tests"], signal.SIGTERM)],
    ids=["Ctrl-C", "the end of the Build stage"],
)
def test_an_interruption_removes_the_container_and_ends_in_one_line(
    command: list[str], ending: signal.Signals, docker: Docker, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    docker.does(
        run=f"open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)",
        rm=f"os.kill(int(open({str(pid)!r}).read()), signal.SIGTERM)",
    )
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    end = time.monotonic() + 20
    while not (pid.exists() and pid.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    process.send_signal(ending)  # to the command alone, not to docker
    assert process.communicate(timeout=10)[1] == "interrupted; the container is gone\n"
    assert process.returncode == 130
    name = docker.runs[0][docker.runs[0].index("--name") + 1]
    assert docker.calls[-1] == ["rm", "--force", name]


def test_the_build_stage_runs_the_same_tests_without_a_word_of_the_laptop(docker: Docker, tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    glue_image.main(["test", *DEFAULT, "--reports", str(reports), "-k", "join"])
    assert job_tests.main([*DEFAULT, "--reports", str(reports), "-k", "join"]) == 0
    laptop, build = docker.runs
    assert build == laptop
    docker.does(run="sys.exit(1)")
    with pytest.raises(SystemExit, match=r"^the job tests of Glue 5\.1 failed in the image \(exit code 1\)$"):
        job_tests.main([*DEFAULT, "--reports", str(reports)])
