"""Read a job script, and find what every run of it would fail of, whatever its job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from aws_glue_cdk_baseline.config.glue_arguments import RESERVED_OPTIONS
from aws_glue_cdk_baseline.config.notebook import converted_magics, magics
from aws_glue_cdk_baseline.config.script_options import ScriptOptions, read_script_options


def read_script(script: Path) -> tuple[ScriptOptions | None, list[tuple[int, str]]]:
    """Return the options of `script`, or None if they are not known, and its problems, each (line, message)."""
    try:
        options = read_script_options(script)
        text = script.read_text(encoding="utf-8", errors="replace")
    except SyntaxError as error:
        found = magics(script.read_text(encoding="utf-8", errors="replace"))
        return None, found or [(error.lineno or 1, f"not valid Python: {error.msg}")]
    except OSError as error:
        return None, [(1, f"cannot be read: {error.strerror}; make it readable")]
    return options, [*converted_magics(text), *(_reserved(options) if options else ())]


def _reserved(options: ScriptOptions) -> Iterator[tuple[int, str]]:
    """Yield a problem for each option that the script asks for and that getResolvedOptions has already."""
    for option, line in {option: line for call in options.calls for option, line in call.items()}.items():
        if option in RESERVED_OPTIONS:
            mend = (
                f'remove it here; args["{option.replace("-", "_")}"] has its value' if option != "help" else "remove it"
            )
            yield line, f"asks for {option}, a name of Glue's own: getResolvedOptions ends with an error; {mend}"
