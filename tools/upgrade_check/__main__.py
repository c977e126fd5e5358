"""Say what becomes of a job on another Glue version: `python -m tools.upgrade_check --to 6.0 JoinLegislators`.

Without JOB all jobs of the stage are checked. The job is read, and run on both versions with the same samples; what
the runs wrote and printed is compared. Nothing is changed: neither out/ and samples/, nor the config.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, Job, StageConfig, load_config, print_warnings
from aws_glue_cdk_baseline.config.chains import in_order, upstream
from aws_glue_cdk_baseline.config.glue_versions import RUNTIMES
from aws_glue_cdk_baseline.config.packages import read_requirements
from aws_glue_cdk_baseline.config.yaml_file import YamlFile, read_yaml
from local.job_environment import python_path
from local.job_packages import PackagesError
from local.s3.store import FileStore
from local.samples import OUT, SAMPLES
from local.sparks import spark_of
from tools.job_arguments import RunError, find_job, find_stage, parse_job_run, replaced_arguments
from tools.run_job import aws_account, inputs
from tools.upgrade_check import report
from tools.upgrade_check.check import ALREADY, Check, Result
from tools.upgrade_check.findings import Change
from tools.upgrade_check.runs import local_outputs
from tools.upgrade_check.saving import LastRun, last_run
from tools.upgrade_check.script_reading import read_code
from tools.upgrade_check.settings_reading import for_version, read_settings, turns_ansi_off
from tools.upgrade_check.table import table

OPTIONS = ["--config", "--stage", "--profile", "--upstream", "--to"]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tools.upgrade_check", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    options, given = parse_job_run(parser, OPTIONS, sys.argv[1:] if arguments is None else arguments)
    try:
        _check_version(options.to)
        config = load_config(options.config)
        print_warnings(config)
        stage = find_stage(config, options.stage)
        job = find_job(config, stage.name, options.job) if options.job else None
        results, last_runs = _check_all(config, stage, job, given, options)
    except (ConfigError, PackagesError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print(f"the check of {options.job or 'the jobs'} was interrupted; nothing was changed", file=sys.stderr)
        return 130
    print("\n".join(["", *table(results, stage, last_runs)]), flush=True)
    return 0 if all(result.good for result in results) else 1


def _check_version(version: str) -> None:
    allowed = ", ".join(RUNTIMES)
    if not version:
        raise RunError(f"name the Glue version to compare with: TO={list(RUNTIMES)[-1]}; allowed: {allowed}")
    if version not in RUNTIMES:
        raise RunError(f"TO={version} is not a Glue version; allowed: {allowed}")


def _check_all(
    config: Config, stage: StageConfig, job: Job | None, given: list[str], options: Namespace
) -> tuple[list[Result], dict[str, LastRun | None] | None]:
    jobs = (job,) if job else in_order(stage.jobs)
    first = upstream(job, stage.jobs) if job and options.upstream else ()
    if endless := [one.name for one in jobs if one.settings.is_streaming]:
        said = f"{', '.join(endless)}: a streaming job has no end, and is not compared"
        if len(endless) == len(jobs):
            raise RunError(said)
        print(said)
        jobs = tuple(one for one in jobs if not one.settings.is_streaming)
    if shells := [one.name for one in jobs if one.settings.is_shell]:
        said = f"{', '.join(shells)}: a Python shell job has no Glue version, and an upgrade does not change it"
        if len(shells) == len(jobs):
            raise RunError(said)
        print(said)
    if all(one.settings.glue_version == options.to for one in jobs if not one.settings.is_shell):
        names = [one.name for one in jobs if not one.settings.is_shell]
        raise RunError(
            f"TO={options.to}: {', '.join(names)} {'is' if len(names) == 1 else 'are'} on Glue {options.to} already"
        )
    if given and not job:
        raise RunError(f"{' '.join(given)!r} is for one job; name it: JOB={jobs[0].name}")
    values = {one.name: replaced_arguments(one, given if one is job else []) for one in (*first, *jobs)}
    for one in jobs:
        for name in local_outputs(one, values[one.name]):
            said = f"{name} {values[one.name][name]} is on this machine, where both runs would write it"
            raise RunError(f"{said}; leave it out, or name a location such as s3://bucket/key/")
    files = FileStore(SAMPLES, OUT)
    inputs.check_inputs([(one, values[one.name]) for one in (*first, *jobs)], files, str(options.config), stage.jobs)
    session = None
    if options.profile:
        session, account = aws_account.open_session(options.profile, stage)
        print(account)
    for one in (*first, *jobs):
        for version in (one.settings.glue_version, *([] if one.settings.is_shell else [options.to])):
            spark_of(version)  # sets it up, and installs the packages, before any job runs
            python_path(for_version(one, version))
    last_runs = {one.name: last_run(session, one, stage.names.job(one.name)) for one in jobs} if session else None
    with tempfile.TemporaryDirectory(prefix="upgrade-check-") as folder:
        check = Check(stage, Path(folder), lambda line: print(line, flush=True))
        chain = _Chain(read_yaml(options.config, config.file), check, values, files, options.to)
        return chain.results(first, jobs), last_runs


class _Chain:
    """Checks jobs in their order. Each one reads what those before it wrote on the version that they are on."""

    def __init__(
        self, file: YamlFile, check: Check, values: dict[str, dict[str, str]], files: FileStore, target: str
    ) -> None:
        self._file, self._check, self._values, self._target = file, check, values, target
        self._files = files
        self._packages = read_requirements(PROJECT)[0]
        self._failed: set[str] = set()

    def results(self, first: tuple[Job, ...], jobs: tuple[Job, ...]) -> list[Result]:
        for job in first:
            print(f"{job.name}: runs before the job that is checked", flush=True)
            self._run_alone(Result(job, Change(job.settings.glue_version, self._target)))
        found = []
        for job in jobs:
            if job.settings.is_shell:  # it runs for the jobs that read what it writes
                self._run_alone(Result(job, Change(job.settings.glue_version, self._target)))
            else:
                found.append(self._result(job))
        return found

    def _run_alone(self, result: Result) -> str:
        """Run a job on its own version only. Return why it was not run, or failed."""
        job = result.job
        if cause := self._cause(job):
            return cause
        run = result.after = self._check.run(
            job.settings.glue_version, job, self._values[job.name], self._files, "alone"
        )
        if run.run.code:
            self._failed.add(job.name)
            return f"it fails on {job.settings.glue_version}"
        self._files = run.store
        return ""

    def _cause(self, job: Job) -> str:
        causes = [name for name in job.settings.after if name in self._failed]
        if causes:
            self._failed.add(job.name)
        return f"not run: {causes[0]} failed before it" if causes else ""

    def _result(self, job: Job) -> Result:
        change = Change(job.settings.glue_version, self._target)
        result = Result(job, change)
        say = self._check.say
        if change.source == change.target:
            say(f"{job.name}: on Glue {self._target} already")
            result.no_run = self._run_alone(result) or ALREADY
            return result
        before, after = RUNTIMES[change.source], RUNTIMES[change.target]
        say(
            f"{job.name}: from Glue {change.source} (Spark {before.spark}, Python {before.python})"
            f" to {change.target} (Spark {after.spark}, Python {after.python})"
        )
        values = self._values[job.name]
        result.findings = sorted(
            {
                *read_code(job, values, change, ansi=not turns_ansi_off(job), packages=self._packages),
                *read_settings(job, self._file, self._check.stage.name, change),
            }
        )
        say("\n".join(report.findings(result)))
        if cause := self._cause(job):
            result.no_run = cause
        else:
            self._check.compare_runs(result, values, self._files)
            if result.before is None or result.before.run.code:
                self._failed.add(job.name)
            else:
                self._files = result.before.store
        say("\n".join(report.differences(result)))
        if result.after:
            result.after.remove()
        return result


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the script ends with this process, as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
