"""Give each argument of a job its value: from INPUT, OUTPUT and ARGS of the command line."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aws_glue_cdk_baseline.config.errors import did_you_mean, shown
from aws_glue_cdk_baseline.config.parameters import (
    argument_name,
    has_parameter,
    is_output,
    parameter_error,
    parameter_name,
    snake_case,
)
from tools.new_job.existing_script import ExistingScript
from tools.new_job.names import NewJobError

EXAMPLE = "s3://your-bucket/prefix/"
# Words in the name of an option that holds a location, and words that say that it does not hold a whole one.
READS, WRITES = {"input", "source", "src"}, {"output", "out", "target", "dest", "destination", "sink", "result"}
PLACES = {"path", "paths", "location", "uri", "url", "s3", "folder", "file", "dir"}
NO_PLACE = {"bucket", "prefix", "key", "format", "table", "database", "name", "type", "schema", "temp", "tmp", "log"}


@dataclass(frozen=True)
class Argument:
    """An argument of a job: the `option` that its script reads, and its value; an optional one may have none."""

    option: str
    value: str = ""

    @property
    def parameter(self) -> str:
        """The parameter that becomes this argument, or an empty text: then it goes under `defaultArguments`."""
        return parameter_name(self.option) if has_parameter(self.option) else ""

    @property
    def is_output(self) -> bool:
        """True if the job writes there, as far as its name tells."""
        return kind_of(self.option) == "output"

    @property
    def is_input(self) -> bool:
        """True if the value is a location that the job reads."""
        return "://" in self.value and not self.is_output and not _words(self.option) & NO_PLACE


@dataclass(frozen=True)
class Given:
    """What the command line gives: INPUT, OUTPUT, and the words of ARGS. `start` is the command without them."""

    start: str
    input: str = ""
    output: str = ""
    words: tuple[str, ...] = ()

    def command(self, missing: Iterable[str] = ()) -> str:
        """Return the command again, with examples of the values that are missing."""
        kinds = {option: kind_of(option) for option in missing}
        values = {"INPUT": self.input, "OUTPUT": self.output}
        for name, kind in (("INPUT", "input"), ("OUTPUT", "output")):
            options = [option for option in kinds if kinds[option] == kind]
            if len(options) == 1 and not values[name]:
                values[name] = EXAMPLE
                del kinds[options[0]]
        words = [*self.words, *(word for option in kinds for word in (f"--{option}", _example(option)))]
        given = [f"{name}={value}" for name, value in values.items() if value]
        return " ".join([self.start, *given, *([f'ARGS="{shlex.join(words)}"'] if words else [])])


def kind_of(option: str) -> str:
    """Return `input` or `output` if an option holds a location, as its name tells, else an empty text."""
    words = _words(option)
    if words & NO_PLACE or not words & (READS | WRITES | PLACES):
        return ""
    return "output" if words & WRITES else "input"


def location_error(name: str, value: str) -> str | None:
    """Return why the value of INPUT or OUTPUT is not a location, or None."""
    error = parameter_error("inputLocation", value, ())
    if error and "://" not in value and Path(value).exists():
        target = f"your-bucket/{Path(value).name}"
        return (
            f"{name}={value} is on this machine; a job has a location in S3: copy it to samples/{target}, which stands"
            f" for it on this machine, and give {name}=s3://{target}"
        )
    return f"{name}={value}: {error}" if error else None


def arguments_of(script: ExistingScript, given: Given) -> tuple[Argument, ...]:
    """Return the script's arguments with their values. Raise NewJobError if a required one has none."""
    values = _named(script, given)
    for name, location, kind in (("INPUT", given.input, "input"), ("OUTPUT", given.output, "output")):
        if location:
            values.setdefault(_option_for(script, given, name, kind, values), location)
    missing = [option for option in script.required if option not in values]
    if missing:
        lines = ", ".join(f"--{option} (line {script.required[option]})" for option in missing)
        raise NewJobError(f"{script.file} reads {lines}, without a value here; give it: {given.command(missing)}")
    return tuple(Argument(option, values.get(option, "")) for option in {**script.options, **values})


def _named(script: ExistingScript, given: Given) -> dict[str, str]:
    """Return the values in ARGS by option. `--input_path`, `input_path` and `inputLocation` name the same one."""
    values: dict[str, str] = {}
    for name, value in _pairs(given.words):
        option = next((known for known in (name, argument_name(name)[2:]) if known in script.options), name)
        if script.known and option not in script.options:
            hint = did_you_mean(option, script.options) or f"; it reads {_listed(script.options)}"
            raise NewJobError(f"ARGS: {script.file} does not read --{option}{hint}")
        if has_parameter(option) and (error := parameter_error(parameter_name(option), value, ())):
            raise NewJobError(f"ARGS: --{option}: {error}")
        values[option] = value
    return values


def _pairs(words: Sequence[str]) -> list[tuple[str, str]]:
    pairs, rest = [], list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if not equals:
            if not word.startswith("--") or not rest:
                raise NewJobError(f'ARGS: cannot read {shown(word)}; write ARGS="--name value" or ARGS="name=value"')
            value = rest.pop(0)
        pairs.append((name.removeprefix("--"), value))
    return pairs


def _option_for(script: ExistingScript, given: Given, name: str, kind: str, taken: Mapping[str, str]) -> str:
    """Return the option that INPUT or OUTPUT is the value of: the one whose name says so best."""
    options = [option for option in script.options if kind_of(option) == kind and option not in taken]
    named = [option for option in options if _words(option) & (READS if kind == "input" else WRITES)]
    found = named if len(named) == 1 else options
    if len(found) == 1:
        return found[0]
    if not script.known:
        raise NewJobError(
            f"{script.file}: the names of its arguments are known only when it runs; give each of them in ARGS, such as"
            f' ARGS="--{kind}_path {EXAMPLE}"'
        )
    which = (
        f"reads {_listed(found)}" if found else f"has no argument that is an {kind}: it reads {_listed(script.options)}"
    )
    raise NewJobError(f"{name}: {script.file} {which}; give each its value in ARGS: {given.command(found)}")


def block_lines(arguments: Iterable[Argument]) -> tuple[tuple[str, ...], dict[str, object]]:
    """Return the lines of a job's block in a stage, and their content. An optional argument is a comment."""
    lines: list[str] = []
    values: dict[str, object] = {}
    own: dict[str, str] = {}
    for argument in arguments:
        if not argument.parameter:
            own |= {f"--{argument.option}": argument.value} if argument.value else {}
        elif argument.value:
            lines.append(f"{argument.parameter}: {scalar(argument.value)}")
            values[argument.parameter] = argument.value
        else:
            lines.append(f"# {argument.parameter}: {_example(argument.option)}  # optional")
    if own:
        pairs = ", ".join(f"{name}: {scalar(value, in_braces=True)}" for name, value in own.items())
        lines.append(f"defaultArguments: {{{pairs}}}")
        values["defaultArguments"] = own
    return tuple(lines), values


def scalar(value: str, *, in_braces: bool = False) -> str:
    """Return a value as YAML: plain where it is read so, else in double quotes."""
    inner = "" if in_braces else ", "
    plain = re.fullmatch(rf"[A-Za-z0-9/._]([A-Za-z0-9/._:+=@{inner}-]*[A-Za-z0-9/._+=@-])?", value, re.ASCII)
    words = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}
    is_read = plain and ": " not in value and value.lower() not in words
    return value if is_read else json.dumps(value, ensure_ascii=False)


def wrong_outputs(arguments: Iterable[Argument]) -> list[str]:
    """Return the options that look like an output and are not one by their names: the role may only read there."""
    return [item.option for item in arguments if item.is_output and not is_output(item.parameter or item.option)]


def _example(option: str) -> str:
    return EXAMPLE if kind_of(option) or option == "TempDir" else "VALUE"


def _listed(options: Iterable[str]) -> str:
    return ", ".join(f"--{option}" for option in options) or "none"


def _words(option: str) -> set[str]:
    return set(snake_case(option).split("_"))
