"""Plan a new job before anything is written: its files, its block, and what is missing."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config.job_values import JobType
from local.sample_data import PUBLIC_DATA
from local.samples import SAMPLES, sample_of
from tools.new_job.arguments import (
    EXAMPLE,
    Argument,
    Given,
    arguments_of,
    block_lines,
    location_error,
    scalar,
    wrong_outputs,
)
from tools.new_job.config_blocks import Block
from tools.new_job.existing_script import ExistingScript, check_shared_code, read_existing
from tools.new_job.job_files import Format, existing_test, format_of, new_script, new_test
from tools.new_job.names import NewJobError, name_from

# What the script of the template does, for each type of job.
EXAMPLES: dict[JobType, str] = {
    "spark": "keeps each record of its input once",
    "pythonshell": "keeps each line of its input once",
    "streaming": "drops records that lack a value",
}


@dataclass(frozen=True)
class Request:
    """What the command line asks for: NAME, FROM, INPUT, OUTPUT, TYPE and the words of ARGS."""

    name: str = ""
    source: Path | None = None
    input: str = ""
    output: str = ""
    words: tuple[str, ...] = ()
    type: JobType = "spark"

    @property
    def job_name(self) -> str:
        """The name of the job: the one that is given, or else that of the script."""
        return self.name or (name_from(self.source) if self.source else "")

    @property
    def given(self) -> Given:
        """The values, with the start of the command that gave them."""
        source = [f"FROM={shlex.quote(str(self.source))}"] if self.source else []
        name = [f"NAME={self.name}"] if self.name else []
        kind = [f"TYPE={self.type}"] if self.type != "spark" else []
        return Given(" ".join(["make job", *source, *name, *kind]), self.input, self.output, self.words)


@dataclass(frozen=True)
class Job:
    """A job as it will be: its files with their content, its block in each stage, its settings, and `notes` to print.

    `missing` are the input locations without a sample.
    """

    name: str
    module: str
    script: Path
    test: Path
    script_text: bytes
    test_text: bytes
    parameters: Block
    settings: Block
    notes: tuple[str, ...]
    missing: tuple[str, ...]
    is_brought: bool
    is_in_place: bool = False


def planned(request: Request, module: str, project: Path) -> Job:
    """Return the job that is asked for. Raise NewJobError if something that it needs is not given."""
    for name, value in (("INPUT", request.input), ("OUTPUT", request.output)):
        if value and (error := location_error(name, value)):
            raise NewJobError(error)
    return _brought(request, module, project) if request.source else _new(request, module, project)


def _new(request: Request, module: str, project: Path) -> Job:
    samples = project / SAMPLES.name
    if not request.input:
        known = "".join(f"; samples/ has s3://{place}" for place in _some_samples(samples))
        raise NewJobError(
            f"name the input: {request.given.command()} INPUT={EXAMPLE} (its sample is then taken by `make sample"
            f" JOB={request.name} PROFILE=name`, or found in samples/your-bucket/prefix/{known})"
        )
    if request.words:
        raise NewJobError(
            "ARGS gives the arguments of a script that you bring (FROM=…); a new job has INPUT and OUTPUT"
        )
    if request.type == "streaming":
        _check_stream(request)
    form = Format("text") if request.type == "pythonshell" else format_of(request.input, samples)
    arguments = (Argument("input_path", request.input), Argument("output_path", request.output))
    description = EXAMPLES[request.type]
    notes = [f"It {description}: replace its transformation, its test and its parameters."]
    if form.guessed:
        notes.append(f"Neither a name nor a sample tells the format of {request.input}: FORMAT in the script is json.")
    lines, values = block_lines(arguments)
    return _job(
        request,
        module,
        project,
        arguments,
        notes,
        script_text=new_script(form, request.type).encode(),
        test_text=new_test(module, request.type).encode(),
        parameters=Block(lines, values),
        description=f"{description}, an example",
    )


def _check_stream(request: Request) -> None:
    """Raise NewJobError if the template's script could not read INPUT as a stream, or has no OUTPUT."""
    given = request.given
    if not request.input.endswith("/"):
        raise NewJobError(f"INPUT={request.input}: a stream of files is in a folder; end it with /: {request.input}/")
    if not request.output:
        raise NewJobError(
            f"name the output, which also has the checkpoint: {given.start} INPUT={request.input} OUTPUT={EXAMPLE}"
        )


def _brought(request: Request, module: str, project: Path) -> Job:
    assert request.source is not None
    script = read_existing(request.source)
    job_scripts = project / "aws_glue_cdk_baseline" / "job_scripts"
    in_place = request.source.resolve() == (job_scripts / f"{module}.py").resolve()
    if request.source.resolve().parent == job_scripts.resolve() and not in_place:
        raise NewJobError(
            f"{request.source} is among the job scripts, where the script of {request.job_name} is called {module}.py;"
            " rename it, or give it another NAME"
        )
    arguments = arguments_of(script, request.given)
    lines, values = block_lines(arguments)
    check_shared_code(script, job_scripts)
    notes = _notes(script, arguments)
    return _job(
        request,
        module,
        project,
        arguments,
        notes,
        script_text=script.content,
        test_text=existing_test(script, arguments, request.type).encode(),
        parameters=Block(lines, values),
        description=script.description,
        is_brought=True,
        is_in_place=in_place,
    )


def _job(
    request: Request,
    module: str,
    project: Path,
    arguments: Sequence[Argument],
    notes: Sequence[str],
    *,
    script_text: bytes,
    test_text: bytes,
    parameters: Block,
    description: str,
    is_brought: bool = False,
    is_in_place: bool = False,
) -> Job:
    job_scripts = project / "aws_glue_cdk_baseline" / "job_scripts"
    inputs = [item.value for item in arguments if item.is_input]
    samples = {location: sample_of(location, project / SAMPLES.name) for location in inputs}
    told = [f"{location}: its sample is {place.relative_to(project)}" for location, place in samples.items() if place]
    missing = [location for location, place in samples.items() if not place and not location.startswith(PUBLIC_DATA)]
    told += [
        f"{location} has no sample: `make sample` fetches one, or put files into samples/{location.partition('://')[2]}"
        for location in missing
    ]
    settings = {
        **({} if request.type == "spark" else {"type": request.type}),
        **({"description": description} if description else {}),
    }
    return Job(
        name=request.job_name,
        module=module,
        script=job_scripts / f"{module}.py",
        test=job_scripts / "tests" / f"test_{module}.py",
        script_text=script_text,
        test_text=test_text,
        parameters=parameters,
        settings=Block(tuple(f"{key}: {scalar(value)}" for key, value in settings.items()), settings),
        notes=(*notes, *told, *(["Each stage has these locations: change those that differ."] if inputs else [])),
        missing=tuple(missing),
        is_brought=is_brought,
        is_in_place=is_in_place,
    )


def _notes(script: ExistingScript, arguments: Sequence[Argument]) -> list[str]:
    """Return a line for each thing in the script that works elsewhere, and not as a job of this project."""
    name = script.file.name
    notes = [
        f"{name}:{line} has the location {location} in the script: make it an argument, else the job's role has no"
        " permission for it"
        for line, location in script.locations()
    ]
    if line := script.imports().get("boto3"):
        notes.append(f"{name}:{line} imports boto3, which takes no paths of samples: try that part with make run")
    for option in wrong_outputs(arguments):
        notes.append(
            f"{name}:{script.options.get(option, 1)} reads --{option}: the job's role may write only to arguments that"
            " begin with --output: rename it if the job writes there"
        )
    return notes


def _some_samples(samples: Path) -> list[str]:
    """Return up to three locations that have samples: the first file or folder of files of each bucket."""
    buckets = sorted(folder for folder in samples.glob("*") if folder.is_dir())
    files = [next((file for file in sorted(bucket.rglob("*")) if file.is_file()), None) for bucket in buckets]
    return [file.relative_to(samples).as_posix() for file in files if file][:3]
