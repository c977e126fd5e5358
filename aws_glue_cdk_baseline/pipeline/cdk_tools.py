"""The CDK's command-line tools in the pipeline: of the versions, and with the hashes, of package-lock.json."""

from __future__ import annotations

import json
import shlex

from aws_cdk.aws_codebuild import BuildSpec
from aws_cdk.pipelines import CodeBuildOptions

from aws_glue_cdk_baseline.config import PROJECT


class CdkTool:
    """A package of package-lock.json that CDK Pipelines installs with `npm install -g name@version`."""

    def __init__(self, name: str) -> None:
        lock = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))
        self.version: str = lock["packages"][f"node_modules/{name}"]["version"]
        integrity: str = lock["packages"][f"node_modules/{name}"]["integrity"]
        # npm installs nothing but what has the hash that the registry names; here that one must be the lock file's.
        self.check = f"npm view {name}@{self.version} dist.integrity | grep -xF {shlex.quote(integrity)}"

    @property
    def checked(self) -> CodeBuildOptions:
        """Runs the check before the installation, which is CDK Pipelines' own and takes no lock file."""
        phases = {"install": {"commands": [self.check]}}
        return CodeBuildOptions(partial_build_spec=BuildSpec.from_object({"version": "0.2", "phases": phases}))
