"""The input locations that a command is about: those of the job, or the ones that are named."""

from __future__ import annotations

from aws_glue_cdk_baseline.config import Job, StageConfig
from aws_glue_cdk_baseline.config.errors import did_you_mean
from aws_glue_cdk_baseline.config.parameters import argument_name, parameter_name
from tools.samples.source import SampleError


def chosen_locations(job: Job, stage: StageConfig, parameters: str) -> tuple[dict[str, str], list[str]]:
    """Return the input locations that are asked for with the parameter of each, and a line for each that is not taken.

    Without `parameters`, these are all inputs but those that another job of the stage writes.
    """
    by_location: dict[str, str] = {}
    for argument, value in job.arguments.items():
        if value in job.input_locations:
            by_location.setdefault(value, parameter_name(argument.removeprefix("--")))
    if not by_location:
        raise SampleError(f"{job.name} has no input location in {stage.name}; there is nothing to take a sample of")
    if parameters:
        return _named(job, by_location, parameters), []
    chosen, skipped = {}, []
    for location, parameter in by_location.items():
        if writer := _writer(location, job, stage):
            skipped.append(
                f"{location}: left out, since {writer} writes it (it comes from out/);"
                f" PARAMETER={parameter} takes it all the same"
            )
        else:
            chosen[location] = parameter
    if not chosen:
        raise SampleError("\n".join(skipped))
    return chosen, skipped


def _named(job: Job, by_location: dict[str, str], parameters: str) -> dict[str, str]:
    known = {argument_name(parameter): location for location, parameter in by_location.items()}
    known |= {name: value for name, value in job.arguments.items() if value in by_location}
    chosen = {}
    for name in parameters.replace(",", " ").split():
        location = known.get(argument_name(name.removeprefix("--")))
        if location is None:
            names = list(by_location.values())
            hint = did_you_mean(name, names) or f"; it has: {', '.join(names)}"
            raise SampleError(f"PARAMETER={name}: {job.name} has no input location of that name{hint}")
        chosen[location] = name
    return chosen


def _writer(location: str, job: Job, stage: StageConfig) -> str:
    """Return the other job of the stage that writes a location, or nothing."""
    for other in stage.jobs:
        for output in other.output_locations if other.name != job.name else ():
            one, another = f"{location.rstrip('/')}/", f"{output.rstrip('/')}/"
            if one.startswith(another) or another.startswith(one):
                return other.name
    return ""
