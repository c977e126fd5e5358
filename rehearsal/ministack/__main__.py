"""Start MiniStack with the seams of this package: `python -m rehearsal.ministack`, by local.emulator."""

from __future__ import annotations

import os

import ministack.app

from rehearsal.ministack import codebuild, conditions, denials, foreign_buckets, glue, recorded_types
from rehearsal.processes import end_with_parent


def only_the_gateway(host: str, port: int) -> bool:
    """Stands in for MiniStack's look at port 443, which it would open besides its own."""
    return False


def main() -> None:
    if not os.environ.get("REHEARSAL_KEEP"):
        end_with_parent()
    ministack.app._port_is_bindable = only_the_gateway
    for seam in (codebuild, conditions, denials, foreign_buckets, glue, recorded_types):
        seam.install()
    ministack.app.main()


if __name__ == "__main__":
    main()
