"""The emulated cloud of one rehearsal: MiniStack with IAM enforced, HTTPS, its seams and its records."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.emulator import Emulator, emulator
from rehearsal.certificate import make_certificate
from rehearsal.processes import wait_for_groups
from rehearsal.records import JOB_PROCESSES, NewRecords

MODULE = "rehearsal.ministack"


@contextmanager
def cloud(folder: Path, *, keep: bool = False) -> Iterator[Emulator]:
    """Start it with all its files in `folder`; it ends with the block, or with this process, unless kept."""
    for name in ("records", "logs", "emulator"):
        (folder / name).mkdir(exist_ok=True)
    certificate = make_certificate(folder)
    settings = {
        "AUTH": "true",
        "REHEARSAL_RECORDS": str(folder / "records"),
        "REHEARSAL_LOGS": str(folder / "logs"),
        "REHEARSAL_AUTHORITY": str(certificate.authority),
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]),
        **({"REHEARSAL_KEEP": "1"} if keep else {}),
    }
    job_processes = NewRecords(folder / "records" / JOB_PROCESSES)
    try:
        with emulator(folder / "emulator", settings, certificate=certificate, module=MODULE, keep=keep) as running:
            yield running
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:  # job runs end themselves when the emulator has ended
            wait_for_groups(int(record["group"]) for record in job_processes.read())
