"""The emulator's triggers: which runs fire them, and which do not. The jobs end at once, as their arguments say."""

import sys
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import Emulator, emulator
from rehearsal.fire_trigger import fire_trigger, main
from tests.integ.glue_jobs import GlueJobs
from tests.integ.job_runner import JobRunner

CHAIN = ("Load", "Refunds", "Clean", "Report")


class Glue:
    """A stage of its own in the emulator: jobs called `<job>-<test>`, and triggers."""

    def __init__(self, running: Emulator, region: str) -> None:
        keys = {"aws_access_key_id": "222222222222", "aws_secret_access_key": "emulated"}
        self.api = boto3.Session(**keys, region_name=region).client("glue", endpoint_url=running.url)
        for name in CHAIN:
            self.end(name, "SUCCEEDED")
        self.trigger("schedule", "SCHEDULED", "Load", "Refunds", Schedule="cron(0 3 * * ? *)")
        self.trigger("clean", "CONDITIONAL", "Clean", Predicate=self.succeeded("AND", "Load", "Refunds"))
        self.trigger("report", "CONDITIONAL", "Report", Predicate=self.succeeded("AND", "Clean"))

    def end(self, name: str, state: str, seconds: float = 0) -> None:
        """Make the job, whose runs end with this state."""
        command = {"Name": "glueetl", "ScriptLocation": "s3://scripts/x.py"}
        arguments = {"--seconds": str(seconds), "--end": state}
        job = {"Role": "r", "Command": command, "DefaultArguments": arguments, "GlueVersion": "5.1"}
        if name in self.api.get_paginator("get_jobs").paginate().search("Jobs[].Name"):
            self.api.update_job(JobName=name, JobUpdate=job)
        else:
            self.api.create_job(Name=name, **job)

    def trigger(self, name: str, kind: str, *starts: str, **values: Any) -> None:
        active = {} if kind == "ON_DEMAND" else {"StartOnCreation": True}
        actions = [{"JobName": job} for job in starts]
        self.api.create_trigger(Name=name, Type=kind, Actions=actions, **active, **values)

    @staticmethod
    def succeeded(logical: str, *jobs: str) -> dict[str, Any]:
        operator = {"LogicalOperator": "EQUALS", "State": "SUCCEEDED"}
        return {"Logical": logical, "Conditions": [{**operator, "JobName": job} for job in jobs]}

    def runs(self) -> dict[str, list[tuple[str, str | None]]]:
        """Return the state and the trigger of the runs of each job, once no run goes on."""
        before: dict[str, list[tuple[str, str | None]]] | None = None
        while True:
            found = {
                name: [(run["JobRunState"], run.get("TriggerName")) for run in runs]
                for name in CHAIN
                if (runs := self.api.get_job_runs(JobName=name)["JobRuns"])
            }
            states = {state for runs in found.values() for state, _ in runs}
            if found == before and not states & {"STARTING", "RUNNING"}:
                return found
            before = found
            time.sleep(0.2)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("aws"), module="tests.template.scale.emulated_jobs") as found:
        yield found


REGIONS = iter(
    [
        "us-east-1",
        "us-east-2",
        "us-west-1",
        "us-west-2",
        "eu-west-1",
        "eu-west-2",
        "eu-west-3",
        "eu-north-1",
        "sa-east-1",
    ]
)


@pytest.fixture
def glue(running: Emulator) -> Glue:
    return Glue(running, next(REGIONS))


def test_a_scheduled_trigger_starts_the_first_jobs_and_the_others_follow(glue: Glue) -> None:
    fire_trigger(glue.api, "schedule")
    assert glue.runs() == {
        "Load": [("SUCCEEDED", "schedule")],
        "Refunds": [("SUCCEEDED", "schedule")],
        "Clean": [("SUCCEEDED", "clean")],
        "Report": [("SUCCEEDED", "report")],
    }
    fire_trigger(glue.api, "schedule")
    assert [len(runs) for runs in glue.runs().values()] == [2, 2, 2, 2]


def test_a_job_that_does_not_succeed_starts_none_after_it_and_the_next_time_all_do(glue: Glue) -> None:
    glue.end("Refunds", "FAILED")
    fire_trigger(glue.api, "schedule")
    assert glue.runs() == {"Load": [("SUCCEEDED", "schedule")], "Refunds": [("FAILED", "schedule")]}
    glue.end("Refunds", "SUCCEEDED")
    fire_trigger(glue.api, "schedule")
    found = glue.runs()
    assert (len(found["Load"]), found["Clean"], found["Report"]) == (
        2,
        [("SUCCEEDED", "clean")],
        [("SUCCEEDED", "report")],
    )


def test_runs_that_were_started_by_hand_start_none_after_them(glue: Glue) -> None:
    for name in ("Load", "Refunds"):
        glue.api.start_job_run(JobName=name)
    assert glue.runs() == {"Load": [("SUCCEEDED", None)], "Refunds": [("SUCCEEDED", None)]}


def test_the_integration_test_runs_each_job_of_a_stage_with_schedules_once(glue: Glue, running: Emulator) -> None:
    keys = {"aws_access_key_id": "222222222222", "aws_secret_access_key": "emulated"}
    session = boto3.Session(**keys, region_name=glue.api.meta.region_name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", running.url)
        jobs = GlueJobs(session)
    names = ["Load", "Refunds", "Clean"]
    runs = JobRunner(jobs, start_interval=0, after={"Clean": ("Load", "Refunds")}).run(names)
    assert [run.passed for run in runs] == [True] * 3
    assert glue.runs() == {name: [("SUCCEEDED", None)] for name in names}


def test_an_on_demand_trigger_starts_a_chain_when_it_is_started(glue: Glue) -> None:
    glue.trigger("now", "ON_DEMAND", "Clean")
    assert glue.runs() == {}
    glue.api.start_trigger(Name="now")
    assert glue.runs() == {"Clean": [("SUCCEEDED", "now")], "Report": [("SUCCEEDED", "report")]}
    assert glue.api.get_trigger(Name="now")["Trigger"]["State"] == "CREATED"


def test_a_condition_of_any_fires_once(glue: Glue) -> None:
    glue.api.update_trigger(Name="clean", TriggerUpdate={"Predicate": glue.succeeded("ANY", "Load", "Refunds")})
    glue.end("Refunds", "SUCCEEDED", seconds=0.5)
    fire_trigger(glue.api, "schedule")
    assert glue.runs()["Clean"] == [("SUCCEEDED", "clean")]


def test_a_trigger_that_was_stopped_fires_no_more(glue: Glue) -> None:
    glue.api.stop_trigger(Name="clean")
    fire_trigger(glue.api, "schedule")
    assert sorted(glue.runs()) == ["Load", "Refunds"]
    glue.api.stop_trigger(Name="schedule")
    with pytest.raises(ClientError, match="schedule is SCHEDULED and DEACTIVATED: no clock fires it"):
        fire_trigger(glue.api, "schedule")
    glue.api.start_trigger(Name="schedule")
    assert [len(runs) for runs in glue.runs().values()] == [1, 1]


def test_only_a_scheduled_trigger_has_a_clock(glue: Glue) -> None:
    with pytest.raises(ClientError, match="report is CONDITIONAL and ACTIVATED: no clock fires it"):
        fire_trigger(glue.api, "report")
    with pytest.raises(ClientError, match="Trigger nobody not found"):
        fire_trigger(glue.api, "nobody")


def test_a_person_fires_a_trigger_by_a_command(
    glue: Glue, running: Emulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fire_trigger", "schedule"])
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with pytest.raises(SystemExit, match="AWS_ENDPOINT_URL is not set"):
        main()
    for name, value in running.environment("222222222222", glue.api.meta.region_name).items():
        monkeypatch.setenv(name, value)
    main()
    assert capsys.readouterr().out == "schedule has fired: its jobs run\n"
    assert len(glue.runs()) == 4
    monkeypatch.setattr(sys, "argv", ["fire_trigger", "nobody"])
    with pytest.raises(SystemExit, match="Trigger nobody not found"):
        main()
