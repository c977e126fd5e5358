"""The physical names of what is deployed. With `namePrefix`, several copies in one account have different names."""

from __future__ import annotations

from dataclasses import dataclass

SANDBOX_TAG = "sandbox"  # of the stacks that `make sandbox` deploys, and no pipeline


@dataclass(frozen=True)
class Names:
    """The names in the pipeline's account. `prefix` is the config's `namePrefix`, or empty."""

    prefix: str = ""

    def prefixed(self, name: str) -> str:
        """Return the name with the prefix before it, if there is one: `orders-GluePipeline`."""
        return f"{self.prefix}-{name}" if self.prefix else name

    @property
    def pipeline_stack(self) -> str:
        return self.prefixed("PipelineStack")

    @property
    def pipeline(self) -> str:
        return self.prefixed("GluePipeline")

    @property
    def repository(self) -> str:
        return self.prefixed("aws-glue-cdk-baseline")

    @property
    def pull_requests(self) -> str:
        """The build that checks pull requests."""
        return f"{self.pipeline}-pull-requests"

    @property
    def notifications(self) -> str:
        """The topic, the function and the role that send the pipeline's messages."""
        return self.prefixed("glue-notifications-pipeline")


@dataclass(frozen=True)
class StageNames(Names):
    """The names of one stage, most of them in its own account."""

    stage: str = ""

    def job(self, job: str) -> str:
        """Return the name of a job in Glue, such as CleanOrders-dev."""
        return self.prefixed(f"{job}-{self.stage}")

    def schedule_trigger(self, first: str) -> str:
        """Return the name of the trigger that starts a chain by its schedule. `first` is the first job of the chain."""
        return f"{self.job(first)}-schedule"

    def after_trigger(self, job: str) -> str:
        """Return the name of the trigger that starts a job after others."""
        return f"{self.job(job)}-after"

    @property
    def pipeline_stage(self) -> str:
        """The name of the stage in the pipeline, such as DeployStaging for staging. It has no prefix."""
        return f"Deploy{self.stage[0].upper()}{self.stage[1:]}"

    @property
    def approval_stage(self) -> str:
        """The name of the stage in the pipeline that asks before a stage with `rollback`, such as ApproveProd."""
        return self.pipeline_stage.replace("Deploy", "Approve", 1)

    @property
    def stack(self) -> str:
        """The first stack of the stage, in most stages the only one."""
        return self.prefixed(f"{self.pipeline_stage}-GlueAppStack")

    @property
    def trigger_stack(self) -> str:
        """The first stack with the triggers of a stage of which one stack does not hold everything."""
        return self.prefixed(f"{self.pipeline_stage}-GlueTriggerStack")

    @property
    def monitoring_stack(self) -> str:
        return self.prefixed(f"{self.pipeline_stage}-MonitoringStack")

    @property
    def notifications(self) -> str:
        """The topic, the function and the role that send the messages of a stage."""
        return self.prefixed(f"glue-notifications-{self.stage}")

    @property
    def dashboard(self) -> str:
        return self.prefixed(f"glue-jobs-{self.stage}")

    @property
    def log_groups(self) -> str:
        """The beginning of the names of the stage's log groups: /aws-glue/jobs/dev."""
        return f"/aws-glue/jobs/{self.prefixed(self.stage)}"

    @property
    def test_role(self) -> str:
        """The role that the integration test assumes, in the account of the stage."""
        return self.prefixed(f"glue-test-{self.stage}")

    @property
    def test_records(self) -> str:
        """The table of what passed in the integration test, in the account of the stage."""
        return self.prefixed(f"glue-test-records-{self.stage}")

    @property
    def build_role(self) -> str:
        """The role of the integration test's build, in the account of the pipeline."""
        return self.prefixed(f"glue-integration-test-{self.stage}")

    @property
    def diff_role(self) -> str:
        """The role that reads what is deployed, before an approval that shows changes, in the account of the stage."""
        return self.prefixed(f"glue-diff-{self.stage}")

    @property
    def diff_build_role(self) -> str:
        """The role of the build that shows the changes, in the account of the pipeline."""
        return self.prefixed(f"glue-show-changes-{self.stage}")


def numbered(stack: str, number: int) -> str:
    """Return the name of a stack by its number: the first has none, the second is GlueAppStack2."""
    return f"{stack}{number}" if number > 1 else stack
