"""Start MiniStack with the patches of this package: `python -m rehearsal.ministack`. rehearsal/aws/cloud.py calls it.

The patches replace private parts of the pinned version. `tests/template/rehearsal/test_patches.py` fails if such a part
is not there any more.
"""

from __future__ import annotations

import os

import ministack.app
import ministack.services.codebuild as codebuild

from rehearsal.aws.processes import end_with_parent
from rehearsal.ministack import cloudformation, codepipeline, dynamodb, glue, glue_jobs, iam, s3, sns, triggers


def main() -> None:
    if not os.environ.get("REHEARSAL_KEEP"):
        end_with_parent()
    # Lambda functions inherit it: they reach this emulator by its certificate.
    os.environ["AWS_CA_BUNDLE"] = os.environ["REHEARSAL_AUTHORITY"]
    # Otherwise MiniStack would also open port 443.
    ministack.app._port_is_bindable = lambda host, port: False
    # MiniStack records a build and does not run it in a container: the rehearsal runs the buildspec itself.
    codebuild._get_docker = lambda: None
    for patch in (cloudformation, dynamodb, glue, glue_jobs, triggers, iam, s3, sns, codepipeline):
        patch.install()
    ministack.app.main()


if __name__ == "__main__":
    main()
