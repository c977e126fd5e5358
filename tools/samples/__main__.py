"""The commands `fetch` and `invent`: `make sample` and `make new-sample`."""

from __future__ import annotations

import signal
import sys

from aws_glue_cdk_baseline.config import ConfigError
from tools.job_arguments import RunError
from tools.samples.commands import run
from tools.samples.source import SampleError


def main(arguments: list[str] | None = None) -> int:
    try:
        run(sys.argv[1:] if arguments is None else arguments)
    except (ConfigError, RunError, SampleError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted; no sample has changed", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    for ending in (signal.SIGTERM, signal.SIGHUP):  # as on Ctrl-C
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
