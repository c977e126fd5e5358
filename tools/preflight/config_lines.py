"""Find where the config says something of a job, as findings name it: file:line."""

from __future__ import annotations

from pathlib import Path

from aws_glue_cdk_baseline.config.parameters import argument_name
from aws_glue_cdk_baseline.config.yaml_file import read_yaml


class ConfigLines:
    """The lines of a config file, called `name` in findings."""

    def __init__(self, path: Path, name: str) -> None:
        self._file = read_yaml(path, name)

    def of_argument(self, stage: str, job: str, argument: str) -> str:
        """Return the place of a parameter of a job in a stage, by its argument: `--input_path`."""
        for key in self._file.keys((stage, "jobs", job)):
            if argument_name(key) == argument:
                return self._at((stage, "jobs", job, key))
        return self.of_setting(stage, job, "defaultArguments", argument)

    def of_setting(self, stage: str, job: str, *keys: str) -> str:
        """Return the place of a setting of a job: in the stage, or else under `jobs`, which is for all stages."""
        for path in ((stage, "jobs", job, *keys), ("jobs", job, *keys), (stage, "jobs", job)):
            if path in self._file.lines:
                return self._at(path)
        return self._at(("jobs", job))

    def of_kms_key(self, stage: str, name: str) -> str:
        """Return the place of a name under `kmsKeys`: in the stage, or else in the file."""
        path = (stage, "kmsKeys", name)
        return self._at(path if path in self._file.lines else ("kmsKeys", name))

    def of_topic(self, stage: str = "") -> str:
        """Return the place of the topic of `notifications`: of a stage, or else of the file."""
        path = (stage, "notifications", "topicArn")
        return self._at(path if path in self._file.lines else ("notifications", "topicArn"))

    def of_key(self, *path: str) -> str:
        """Return the place of any key."""
        return self._at(path)

    def _at(self, path: tuple[str, ...]) -> str:
        return f"{self._file.name}:{self._file.line(path)}"
