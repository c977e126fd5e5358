import re
import subprocess
from pathlib import Path

import pytest

from build_stage import docker_command, sample_fixture
from build_stage.docker_command import IMAGES, PLUGIN, Container, Image, Mount
from build_stage.docker_engine import ImageError

CONTAINER = Container("5.0", "glue-1", Path("/p/job_scripts"))


def mounts(command: list[str]) -> list[str]:
    return [command[index + 1] for index, part in enumerate(command) if part == "--mount"]


def test_the_tests_run_in_the_image_on_job_scripts_and_samples_alone_and_without_credentials() -> None:
    container = Container("5.0", "glue-1", Path("/p/job_scripts"), samples=Path("/p/samples"))
    assert container.test_command(Path("/p/reports"), ["-k", "join or show"]) == [
        *("docker", "run", "--rm", "--init", "--name", "glue-1"),
        *("--env", "PYTHONDONTWRITEBYTECODE=1"),
        *("--env", "JOB_INPUTS=/home/hadoop/reports/job-inputs.json", "--env", "JOB_SAMPLES=/home/hadoop/samples"),
        *("--env", "AWS_REGION=us-east-1"),
        *("--mount", "type=bind,source=/p/job_scripts,target=/home/hadoop/workspace,readonly"),
        *("--mount", "type=bind,source=/p/reports,target=/home/hadoop/reports"),
        *("--mount", f"type=bind,source={PLUGIN},target=/home/hadoop/plugins/sample_fixture.py,readonly"),
        *("--mount", "type=bind,source=/p/samples,target=/home/hadoop/samples,readonly"),
        *("--workdir", "/home/hadoop/workspace"),
        "public.ecr.aws/glue/aws-glue-libs:5",
        "-c",
        'export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}/home/hadoop/plugins"; exec python3 -m pytest'
        " -p no:cacheprovider -p sample_fixture --junitxml=/home/hadoop/reports/jobs-5.0.xml -k 'join or show'",
    ]


def test_a_project_without_samples_mounts_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(docker_command, "SAMPLES", tmp_path / "samples")
    without = docker_command.new_container("test", "5.0").test_command(Path("/r"))
    (tmp_path / "samples").mkdir()
    assert set(mounts(docker_command.new_container("test", "5.0").test_command(Path("/r")))) - set(mounts(without)) == {
        f"type=bind,source={tmp_path}/samples,target=/home/hadoop/samples,readonly"
    }


def test_the_variables_are_those_that_the_plugin_reads() -> None:
    assert (sample_fixture.INPUTS, sample_fixture.SAMPLES) == ("JOB_INPUTS", "JOB_SAMPLES")
    assert Path(sample_fixture.__file__) == PLUGIN


@pytest.mark.parametrize(("before", "after"), [("", "/home/hadoop/plugins"), ("/glue", "/glue:/home/hadoop/plugins")])
def test_the_images_path_is_kept_and_the_plugins_come_last(before: str, after: str) -> None:
    command = CONTAINER.test_command(Path("/r"))[-1].partition("exec")[0] + 'echo "$PYTHONPATH"'
    shell = subprocess.run(["bash", "-c", command], env={"PYTHONPATH": before}, capture_output=True, text=True)
    assert shell.stdout == f"{after}\n"


def test_a_job_is_submitted_to_spark_with_its_arguments_quoted() -> None:
    arguments = {"--JOB_NAME": "Show-dev", "--title": "it's 5 $HOME"}
    command = CONTAINER.run_command("deep/show.py", arguments, [Mount(Path("/d/a.json"), "input/a.json")])
    assert mounts(command)[1:] == ["type=bind,source=/d/a.json,target=/home/hadoop/input/a.json,readonly"]
    assert command[-2:] == [
        "-c",
        'export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}/home/hadoop/workspace"; '
        "exec spark-submit /home/hadoop/workspace/deep/show.py --JOB_NAME Show-dev --title 'it'\"'\"'s 5 $HOME'",
    ]


def test_packages_are_installed_first_from_a_lock_with_hashes() -> None:
    container = Container("5.0", "glue-1", Path("/p/job_scripts"), packages=Path("/p/reports/packages-5.0.lock"))
    pip = "python3 -m pip install --user --quiet --disable-pip-version-check --no-deps --require-hashes"
    pip += " --only-binary=:all: -r /home/hadoop/packages.lock && "
    test, job = container.test_command(Path("/p/reports")), container.run_command("show.py", {}, [])
    lock = "type=bind,source=/p/reports/packages-5.0.lock,target=/home/hadoop/packages.lock,readonly"
    assert [mounts(command)[-1] for command in (test, job)] == [lock, lock]
    assert test[-1] == f"{pip}{CONTAINER.test_command(Path('/p/reports'))[-1]}"
    assert job[-1] == f"{pip}{CONTAINER.run_command('show.py', {}, [])[-1]}"


def test_the_shell_has_a_terminal_only_where_there_is_one() -> None:
    assert CONTAINER.shell_command(terminal=False)[4:7] == ["--name", "glue-1", "--interactive"]
    assert CONTAINER.shell_command(terminal=True)[6:8] == ["--interactive", "--tty"]
    assert CONTAINER.shell_command(terminal=True)[-2:] == ["-c", "exec pyspark"]


@pytest.mark.parametrize(("version", "image"), [("5.0", "5"), ("5.1", "5.1.0")])
def test_each_glue_version_has_its_image(version: str, image: str) -> None:
    command = Container(version, "n", Path("/p"), aws_profile="me").test_command(Path("/r"))
    assert f"public.ecr.aws/glue/aws-glue-libs:{image}" in command
    assert all(",target=/home/hadoop/" in mount for mount in mounts(command))
    assert command[command.index("--workdir") + 1] == "/home/hadoop/workspace"


def test_a_version_without_an_image_has_no_container() -> None:
    with pytest.raises(ImageError, match=r"^Glue 6\.0 has no public image yet; its jobs run on local Spark, without "):
        docker_command.new_container("test", "6.0")


def test_an_image_is_run_by_its_digest_where_the_table_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = f"sha256:{'0123456789abcdef' * 4}"
    monkeypatch.setitem(docker_command.IMAGES, "5.0", Image("5", digest))
    assert f"public.ecr.aws/glue/aws-glue-libs:5@{digest}" in CONTAINER.shell_command(terminal=False)


def test_a_digest_in_the_table_is_one_that_docker_takes() -> None:
    assert [image for image in IMAGES.values() if not re.fullmatch("(sha256:[0-9a-f]{64})?", image.digest)] == []


def test_credentials_are_lent_read_only_and_only_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setenv("AWS_PROFILE", "prod")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    asked = Container("5.0", "n", Path("/p"), aws_profile="dev")
    for task in (asked.test_command(Path("/r")), asked.run_command("a.py", {}, []), asked.shell_command(False)):
        assert mounts(task)[-1] == "type=bind,source=/h/.aws,target=/home/hadoop/.aws,readonly"
        assert "AWS_PROFILE=dev" in task
        assert not [word for word in task if word.startswith("AWS_REGION=")]  # the profile has one
    for task in (
        CONTAINER.test_command(Path("/r")),
        CONTAINER.run_command("a.py", {}, []),
        CONTAINER.shell_command(False),
    ):
        said = " ".join(task).lower().replace("public.ecr.aws/glue/aws-glue-libs", "")
        assert said.count("aws") == said.count("--env aws_region=us-east-1") == 1


def test_nothing_is_installed_into_the_image_and_a_path_comes_after_its_own() -> None:
    test, run = CONTAINER.test_command(Path("/r")), CONTAINER.run_command("a.py", {}, [])
    for command in (test, run):
        text = " ".join(command).replace(str(PLUGIN), "")
        assert "pip" not in text
        assert "/local" not in text
    path = 'export PYTHONPATH="${PYTHONPATH:+$PYTHONPATH:}/home/hadoop/'
    assert [command[-1].partition(";")[0] for command in (test, run)] == [f'{path}plugins"', f'{path}workspace"']


def test_a_folder_with_a_comma_in_its_name_is_one_mount() -> None:
    command = CONTAINER.run_command("a.py", {}, [Mount(Path("/my, data"), "input/a")])
    assert mounts(command)[1] == 'type=bind,"source=/my, data",target=/home/hadoop/input/a,readonly'
