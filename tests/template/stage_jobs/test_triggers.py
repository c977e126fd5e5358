"""The triggers of a deployed stage: `make status` has their next starts, `make drift` what was changed by hand."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from aws_glue_cdk_baseline.config import Config, Job
from tests.configs import DEV, make_config, make_job
from tests.template.stage_jobs.conftest import Aws, deploy
from tools.stage_jobs import __main__ as command
from tools.stage_jobs.job_cost import JobCost
from tools.stage_jobs.month import month

Run = Callable[..., tuple[int, str, str]]
REGION = "ap-southeast-2"
DAILY, WEEKLY = "cron(0 3 * * ? *)", "cron(30 4 ? * MON *)"
GIVEN = ("--profile", "dev", "--stage", "chains")
NOW = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture(scope="module")
def jobs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Job, ...]:
    folder = tmp_path_factory.mktemp("scripts")

    def job(name: str, *after: str, schedule: str | None = None) -> Job:
        return make_job(folder, name, after=after, schedule=schedule, timeout_minutes=30)

    return (job("Load", schedule=DAILY), job("Clean", "Load"), job("Weekly", schedule=WEEKLY), job("Alone"))


@pytest.fixture(scope="module")
def chains(jobs: tuple[Job, ...]) -> Config:
    place = DEV.model_copy(update={"aws_region": REGION})
    config = make_config(jobs)
    stage = config.stage("prod").model_copy(update={"name": "chains", "account": place, "schedules": True})
    return config.model_copy(update={"stages": (stage,)})


@pytest.fixture
def deployed(aws: Aws, chains: Config, monkeypatch: pytest.MonkeyPatch, run: Run) -> Iterator[Aws]:
    deploy(aws, chains, "chains")
    monkeypatch.setattr(command, "load_config", lambda path: chains)
    yield aws
    api, name = aws.client("cloudformation", region=REGION), "DeployChains-GlueAppStack"
    api.delete_stack(StackName=name)
    api.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    assert aws.client("glue", region=REGION).get_triggers()["Triggers"] == []


def test_status_has_the_next_start_of_each_chain(run: Run, deployed: Aws) -> None:
    glue = deployed.client("glue", region=REGION)
    lines = run("status", *GIVEN)[1].splitlines()
    assert [line.partition(": ")[0] for line in lines[-2:]] == ["next start of Load", "next start of Weekly"]
    starts = [datetime.strptime(line.partition(": ")[2], "%Y-%m-%d %H:%M UTC") for line in lines[-2:]]
    assert [f"{start:%H:%M}" for start in starts] == ["03:00", "04:30"]
    assert starts[1].weekday() == 0
    now = datetime.now(UTC).replace(tzinfo=None)
    assert 0 < (starts[0] - now).total_seconds() <= 86400
    glue.stop_trigger(Name="Load-chains-schedule")
    glue.delete_trigger(Name="Weekly-chains-schedule")
    assert run("status", *GIVEN)[1].splitlines()[-2:] == [
        "next start of Load: none, Load-chains-schedule was stopped by hand",
        "next start of Weekly: none, Weekly-chains-schedule is not deployed",
    ]


def test_without_the_right_to_see_a_trigger_status_says_so(run: Run, deployed: Aws) -> None:
    """The reader may GetJob and GetJobRuns."""
    lines = run("status", "--profile", "reader", "--stage", "chains")[1].splitlines()
    assert lines[-1].startswith(
        "next start of Weekly: unknown: Weekly-chains-schedule: access denied:"
        " arn:aws:iam::222222222222:user/reader may not glue:GetTrigger"
    )


def test_drift_names_what_was_changed_of_a_trigger(run: Run, deployed: Aws) -> None:
    glue = deployed.client("glue", region=REGION)
    code, out, _ = run("drift", *GIVEN)
    assert (code, out.splitlines()[1].partition(" are as")[0]) == (
        0,
        "nothing was changed by hand: 4 jobs, 3 triggers, 5 roles, 2 log groups",
    )
    glue.stop_trigger(Name="Load-chains-schedule")
    update = {"Schedule": "cron(0 4 * * ? *)", "Actions": [{"JobName": "Load-chains"}, {"JobName": "Alone-chains"}]}
    glue.update_trigger(Name="Load-chains-schedule", TriggerUpdate=update)
    condition = {"LogicalOperator": "EQUALS", "JobName": "Load-chains", "State": "FAILED"}
    glue.update_trigger(Name="Clean-chains-after", TriggerUpdate={"Predicate": {"Conditions": [condition]}})
    glue.delete_trigger(Name="Weekly-chains-schedule")
    code, out, err = run("drift", *GIVEN)
    assert (code, err) == (1, "")
    *lines, last, _ = out.splitlines()[1:]
    assert lines == [
        "Load-chains-schedule: it was stopped by hand; aws glue start-trigger --name Load-chains-schedule --region"
        f" {REGION} --profile dev starts it",
        f"Load-chains-schedule: schedule is cron(0 4 * * ? *); it was deployed as {DAILY}",
        "Load-chains-schedule: it starts Alone-chains, Load-chains; it was deployed with Load-chains",
        "Weekly-chains-schedule: the trigger was deleted by hand",
        "Clean-chains-after: it waits for Load-chains FAILED; it was deployed with Load-chains",
    ]
    assert last.startswith("3 of 14 were changed by hand, of 4 jobs, 3 triggers, 5 roles, 2 log groups")


def test_a_month_by_schedules_has_every_job_of_a_chain(jobs: tuple[Job, ...], chains: Config) -> None:
    stage = chains.stage("chains")
    costs = {job.name: (0.5, 0.1) for job in jobs}
    assert month(stage, costs, NOW, looked=True) == [
        "A month by the schedules of chains: $32.58 at most, $6.517 usually",
        f"  Load and 1 more, {DAILY}, 30.4 runs a month: $30.42 at most, $6.083 usually",
        f"  Weekly, {WEEKLY}, 4.3 runs a month: $2.167 at most, $0.433 usually",
    ]
    unknown = {**costs, "Clean": (None, None)}
    assert month(stage, unknown, NOW, looked=False)[1] == (
        f"  Load and 1 more, {DAILY}, 30.4 runs a month: $15.21 (without 1 of unknown cost) at most"
    )


def test_a_month_without_schedules_is_no_line_and_of_schedules_that_are_off_one(chains: Config) -> None:
    stage = chains.stage("chains")
    off = stage.model_copy(update={"schedules": False})
    assert month(off, {}, NOW, looked=True) == ["A month by schedules costs nothing: the schedules of chains are off."]
    alone = stage.model_copy(update={"jobs": stage.jobs[-1:]})
    assert month(alone, {}, NOW, looked=True) == []


def test_cost_prints_the_month_of_a_whole_stage(
    run: Run, chains: Config, monkeypatch: pytest.MonkeyPatch, jobs: tuple[Job, ...]
) -> None:
    monkeypatch.setattr(command, "load_config", lambda path: chains)
    most = JobCost(jobs[0]).most
    assert most == pytest.approx(0.44)
    lines = run("cost", "--stage", "chains")[1].splitlines()
    assert "A month by the schedules of chains: $28.67 at most" in lines
    assert f"  Load and 1 more, {DAILY}, 30.4 runs a month: $26.77 at most" in lines
    assert "A month by" not in run("cost", "--stage", "chains", "Load")[1]
