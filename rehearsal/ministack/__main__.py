"""Start MiniStack with the patches of this package: `python -m rehearsal.ministack`, by rehearsal/aws/cloud.py.

They replace private parts of the pinned version; `tests/template/rehearsal/test_patches.py` fails when one has moved.
"""

from __future__ import annotations

import os

import ministack.app
import ministack.services.codebuild as codebuild

from rehearsal.aws.processes import end_with_parent
from rehearsal.ministack import cloudformation, glue, iam


def main() -> None:
    if not os.environ.get("REHEARSAL_KEEP"):
        end_with_parent()
    # MiniStack would open port 443 besides its own.
    ministack.app._port_is_bindable = lambda host, port: False
    # A build that is started is recorded, and never run in a container: the rehearsal runs the buildspec itself.
    codebuild._get_docker = lambda: None
    for patch in (cloudformation, glue, iam):
        patch.install()
    ministack.app.main()


if __name__ == "__main__":
    main()
