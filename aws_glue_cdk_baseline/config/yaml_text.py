"""Read the text of a YAML file, and refuse it if it is too large or nested too deeply.

The limits are checked before the data is built: PyYAML needs hundreds of bytes of memory for each value, and deep
nesting lets its C loader crash the process.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import yaml

from aws_glue_cdk_baseline.config.errors import ConfigError, ErrorLine, shown

MAX_BYTES = 4 * 1024 * 1024  # 2,000 jobs in three stages are about a quarter of it
MAX_VALUES = 160_000  # aliases count each time: a few lines of them can stand for billions of values ("billion laughs")
MAX_KEY, MAX_VALUE = 200, 10_000  # characters; aliases can repeat a value in every job
MAX_DEPTH = 20  # a config has six levels
# The way out of an error of libyaml, by a part of its message.
_INDENT = "; is it indented as the lines above?"
_MENDS = {
    "mapping values are not allowed": "; is it indented as the lines above? A value with `: ` needs quotes",
    "did not find expected key": "; is it indented as the lines above, and quoted as a whole?",
    "did not find expected <document start>": _INDENT,
    "expected '-' indicator": _INDENT,
    "expected ',' or": "; close the bracket{begun}, or put a comma between its values",
    "could not find expected ':'": "; write `key: value`",
    "expected alphabetic": "; put a value that begins with * or & in quotes",
    "second occurrence": " of an anchor; give it another name",
    "unknown escape character": r"; write \\ for a backslash, or single quotes around the value",
}


def fail(name: str, line: int, message: str) -> NoReturn:
    raise ConfigError([ErrorLine(name, line, "", message)])


def read_text(path: Path, name: str) -> str:
    """Return the text of the file at `path`, called `name` in messages. Raise ConfigError if it cannot be read."""
    try:
        if path.is_dir():
            fail(name, 1, "is a folder; name a YAML file, as in `-c config=default-config.yaml`")
        if not path.is_file():
            fail(name, 1, "no such file; name an existing one, as in `-c config=default-config.yaml`")
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        fail(name, 1, f"cannot be read: {error.strerror}; name another file, or make this one readable")
    if len(content) > MAX_BYTES:
        fail(name, 1, f"has more than {MAX_BYTES} bytes; 2,000 jobs in three stages take a quarter; make it smaller")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        fail(name, line, f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8")


def compose(text: str, name: str) -> yaml.Node | None:
    """Return the one document in `text` as nodes, or None if it is empty. Raise ConfigError if it is not valid YAML."""
    try:
        _measure(text, name)
        root: yaml.Node | None = yaml.compose(text, Loader=yaml.CSafeLoader)
        return root
    except yaml.MarkedYAMLError as error:
        unclosed = "end of stream" in (error.problem or "") and error.context_mark
        mark = unclosed or error.problem_mark or error.context_mark
        line = mark.line if mark else 0
        found = (text.splitlines()[line : line + 1] or [""])[0][mark.column if mark else 0 :]
        fail(name, line + 1, f"not valid YAML: {_reason(error, found)}")
    except yaml.reader.ReaderError as error:
        line = text.encode().count(b"\n", 0, error.position) + 1
        code = f"U+{error.character:04X}" if isinstance(error.character, int) else repr(error.character)
        fail(name, line, f"not valid YAML: the character {code} is not allowed; remove it, or save the file as UTF-8")


def _reason(error: yaml.MarkedYAMLError, found: str) -> str:
    """Return why a text is not YAML, in the words of libyaml, and how to mend it.

    `found` is the rest of the line at which libyaml stopped.
    """
    problem = error.problem or ""
    if "tab character" in problem or (found.startswith("\t") and "start any token" in problem):
        return "a tab; indent with spaces"
    if found and "start any token" in problem:
        return f"{shown(found[0])} cannot begin a value; put the value in quotes"
    if "undefined alias" in problem:
        name = re.split(r"[\s,}\]]", found[1:])[0]
        return f"nothing above has the anchor &{name}; correct the alias *{name}"
    if "end of stream" in problem:
        return "this quote is not closed; close it"
    begun = f" of line {error.context_mark.line + 1}" if error.context_mark else ""
    mend = next((mend for part, mend in _MENDS.items() if part in problem), "").replace("{begun}", begun)
    return problem.replace("but found another document", "more than one document (`---`)") + mend


def _measure(text: str, name: str) -> None:
    values = depth = 0
    line = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else line
        values += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if values > MAX_VALUES:
            fail(name, line, too_many_values())
        if depth > MAX_DEPTH:
            fail(name, line, too_deep())


def too_many_values() -> str:
    return f"has more than {MAX_VALUES} values, aliases included; remove some"


def too_deep() -> str:
    return f"nested more than {MAX_DEPTH} levels deep; a config has six"
