"""Say whether the deployment will work, before it is tried: `python -m tools.preflight --profile dev`.

Exit code 0: nothing speaks against it, as far as the profiles may look. 1: something does, or nothing could be asked.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.config import Config, ConfigError, load_config, print_warnings
from tools.assembly import Environment
from tools.job_arguments import RunError, add_options, find_stage
from tools.preflight.bootstrap import Bootstrap
from tools.preflight.buckets import check_buckets
from tools.preflight.catalog import check_catalog
from tools.preflight.config_lines import ConfigLines
from tools.preflight.execution_role import check_execution_role
from tools.preflight.finding import Finding, Outcome, fail
from tools.preflight.parts import Part, parts_of, synthesized
from tools.preflight.quotas import check_quotas
from tools.preflight.reader import Reader
from tools.preflight.source_repository import check_source
from tools.preflight.stack_states import check_stacks
from tools.preflight.topic import check_topic
from tools.stage_jobs.account import NoAnswerError


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.preflight", description=(__doc__ or "").splitlines()[0])
    add_options(parser, ["--config", "--stage"])
    parser.add_argument("--profile", action="append", default=[], help="an AWS profile; may be given several times")
    options = parser.parse_args(arguments)
    try:
        return preflight(options)
    except (ConfigError, RunError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        print("preflight was interrupted", file=sys.stderr)
        return 130


def preflight(options: argparse.Namespace) -> int:
    """Print the findings of all parts that the profiles reach, and return the exit code."""
    config = load_config(options.config)
    print_warnings(config)
    wanted = [find_stage(config, options.stage).name] if options.stage else []
    readers = [
        Reader(profile, config.pipeline_account.aws_region) for profile in dict.fromkeys(options.profile or [""])
    ]
    parts = list(parts_of(config, ()))
    asked = [part for part in parts if not wanted or part.name in wanted]
    for reader in readers:
        if reader.account not in {part.account.aws_account_id for part in asked}:
            there = ", ".join(f"{part.name} is in {part.account.aws_account_id}" for part in asked)
            raise RunError(
                f"{reader.who} reaches AWS account {reader.account}, as {reader.user}; in {config.file} {there}: name a"
                " profile of such an account with PROFILE="
            )
    print(f"synthesizing {config.file}", file=sys.stderr, flush=True)
    by_account = {reader.account: reader for reader in readers}
    counts: Counter[Outcome] = Counter()
    not_reached = []
    run = _Preflight(config, ConfigLines(options.config, config.file))
    for part in parts_of(config, synthesized(config)):
        if part.name not in {each.name for each in asked}:
            continue
        if part.account.aws_account_id not in by_account:
            not_reached.append(f"{part.name} ({part.account.aws_account_id})")
            continue
        reader = by_account[part.account.aws_account_id]
        print(f"\n{part.name}: AWS account {reader.account} in {part.account.aws_region}, as {reader.user}", flush=True)
        for finding in run.findings(part, reader):
            counts[finding.outcome] += 1
            print(finding, flush=True)
    print("\n" + ", ".join(f"{counts[outcome]} {outcome.value}" for outcome in Outcome))
    if not_reached:
        print(f'not looked at: {", ".join(not_reached)}; name profiles of these accounts too: PROFILES="…"')
    return 1 if counts[Outcome.FAIL] else 0


class _Preflight:
    """The checks of the parts of a config. What two parts share is looked at once."""

    def __init__(self, config: Config, lines: ConfigLines) -> None:
        self._config, self._lines = config, lines
        self._readers: dict[tuple[str, str], Reader] = {}
        self._bootstraps: dict[Environment, Bootstrap] = {}

    def findings(self, part: Part, first: Reader) -> Iterator[Finding]:
        """Yield the findings of a part. `first` has the profile of its account, in any Region."""
        closed = set()
        for place in part.places:
            try:
                reader = self._in_region(first, place.region)
            except NoAnswerError as error:
                yield Finding(Outcome.UNKNOWN, f"Region {place.region}", str(error))
                closed.add(place.region)
                continue
            except RunError:  # the same credentials work in the Region of the pipeline
                yield fail(f"Region {place.region}", f"is not enabled in the account {place.account}; enable it")
                closed.add(place.region)
                continue
            own = [stack for stack in part.stacks if stack.environment == place]
            if place not in self._bootstraps:
                self._bootstraps[place] = self._bootstrap(place, reader)
                yield from self._bootstraps[place].check(max(stack.bootstrap_version for stack in own))
            if self._bootstraps[place].is_there:
                file = f"bootstrap/{'stage' if part.stage else 'pipeline'}-account.json"
                yield from check_execution_role(reader, place, own, file, self._bootstraps[place])
            yield from check_stacks(reader, own)
        if part.account.aws_region in closed:
            return
        here = self._in_region(first, part.account.aws_region)
        told = part.stage.recipients if part.stage else self._config.recipients
        if told and told.topic_arn:
            yield from check_topic(here, told.topic_arn, self._lines.of_topic(part.name if part.stage else ""))
        if not part.stage:
            yield from check_source(here, self._config, self._lines)
            return
        yield from check_buckets(here, part.stage, self._lines)
        yield from check_catalog(here, part.stage, self._lines)
        yield from check_quotas(here, part.stage, part.stacks)

    def _in_region(self, reader: Reader, region: str) -> Reader:
        key = (reader.account, region)
        if key not in self._readers:
            self._readers[key] = reader if reader.region == region else Reader(reader.profile, region)
        return self._readers[key]

    def _bootstrap(self, place: Environment, reader: Reader) -> Bootstrap:
        """Return the bootstrap of a place, with the policies of bootstrap/ that its parts need."""
        pipeline = self._config.pipeline_account.aws_account_id
        is_stage = any(stage.account.aws_account_id == place.account for stage in self._config.stages)
        files = [*(["pipeline"] if place.account == pipeline else []), *(["stage"] if is_stage else [])]
        return Bootstrap(reader, place, pipeline, files)


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
