"""`kmsKeys:`, the KMS keys of buckets and of security configurations: which a job uses, and which nobody does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aws_glue_cdk_baseline.config.errors import ErrorLine, did_you_mean, shown
from aws_glue_cdk_baseline.config.glue_values import buckets, key_region
from aws_glue_cdk_baseline.config.model import ConfigFile
from aws_glue_cdk_baseline.config.records import Job
from aws_glue_cdk_baseline.config.regions import partition_of
from aws_glue_cdk_baseline.config.yaml_file import KeyPath, YamlFile

Keys = Mapping[str, tuple[str, ...]]


def keys_of(job: Job, keys: Keys) -> dict[str, tuple[str, ...]]:
    """Return those of the `keys` that belong to a bucket of the job, or to its security configuration."""
    return {name: keys[name] for name in _names(job) if name in keys}


def key_errors(content: ConfigFile, jobs: Mapping[str, tuple[Job, ...]], file: YamlFile) -> Iterator[ErrorLine]:
    """Yield an error for each key that no job uses, or that is in another partition. `jobs` are those of each stage."""
    home = partition_of(content.pipeline_account.aws_region)
    places: list[tuple[KeyPath, Keys, list[Job]]] = [
        (("kmsKeys",), content.kms_keys, [job for built in jobs.values() for job in built])
    ]
    for name, stage in content.stages.items():
        places.append(((name, "kmsKeys"), stage.section.kms_keys, list(jobs[name])))
    for path, keys, of in places:
        used = {name for job in of for name in _names(job)}
        where = "" if len(path) == 1 else f" of {path[0]}"
        for name, arns in keys.items():
            for arn in arns:
                if (there := partition_of(key_region(arn))) != home:
                    message = f"{shown(arn)} is in the AWS partition {there}, and the pipeline is in {home}"
                    yield file.error((*path, name), message)
            if name not in used:
                hint = did_you_mean(name, sorted(used)) or "; remove it, or name one of a job's locations"
                message = (
                    f"no job{where} has a location in a bucket of this name, or such a securityConfiguration{hint}"
                )
                yield file.error((*path, name), message)


def _names(job: Job) -> list[str]:
    configuration = job.settings.security_configuration
    return [*buckets([*job.input_locations, *job.written_locations]), *([configuration] if configuration else [])]
