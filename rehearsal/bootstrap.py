"""The accounts of the pipeline, bootstrapped with the real `cdk bootstrap`, all at the same time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rehearsal.assembly import Environment
from rehearsal.errors import RehearsalError
from rehearsal.execution_role import PIPELINE_POLICY, STAGE_POLICY, policy_arns
from rehearsal.toolbox import Toolbox


def bootstrap(
    environments: Iterable[Environment], home: Environment, stage_accounts: Collection[str], tools: Toolbox
) -> None:
    """Bootstrap `environments` as the README says, each by an IAM user of its account; they trust the home account.

    Those of `stage_accounts` may deploy stages, and the home account the pipeline.
    """
    todo = sorted(set(environments))
    with ThreadPoolExecutor(len(todo)) as pool:
        try:
            done = list(pool.map(lambda place: _one(place, home, place.account in stage_accounts, tools), todo))
        except BaseException:
            tools.processes.stop()  # at its end the pool waits for what still goes
            raise
    for failed in [error for error in done if error]:
        raise RehearsalError(failed)


def _one(environment: Environment, home: Environment, has_stages: bool, tools: Toolbox) -> str:
    files = [tools.project / PIPELINE_POLICY] if environment.account == home.account else []
    files += [tools.project / STAGE_POLICY] if has_stages else []
    policies = ",".join(policy_arns(environment.account, files, tools))
    command = ["cdk", "bootstrap", f"aws://{environment}", "--cloudformation-execution-policies", policies]
    command += ["--trust", home.account] if environment.account != home.account else []
    command += ["--qualifier", environment.qualifier, "--toolkit-stack-name", _stack(environment)]
    log = tools.log(f"bootstrap-{environment.account}-{environment.region}")
    user = tools.identities.user(environment.account)
    code = tools.run(command, log=log, credentials=user, region=environment.region, cwd=Path(tools.folder))
    return f"cdk bootstrap aws://{environment} ended with exit code {code}; its log is {log}" if code else ""


def _stack(environment: Environment) -> str:
    default = Environment(environment.account, environment.region)
    return "CDKToolkit" if environment == default else f"CDKToolkit-{environment.qualifier}"
