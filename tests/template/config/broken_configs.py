"""Configs that hypothesis breaks: a valid one, changed as data or as text, or a file that never was a config."""

from __future__ import annotations

import json
from typing import Any

import yaml
from hypothesis import strategies as st

from aws_glue_cdk_baseline.config import JobSettings
from tests.configs import CONFIG

VALID = yaml.safe_load(CONFIG.replace("021", '"021"'))

SETTINGS = [field.alias or name for name, field in JobSettings.model_fields.items()]
PARAMETERS = ["inputLocation", "inputLocationOrgs", "outputLocation", "minimumAge", "number_of_workers"]
SECTIONS = ["pipelineAccount", "devAccount", "awsAccountId", "awsRegion", "jobs", "dev", "prod", "Show", "outputRows"]
TRAPS = ["[key]", "<<", "--JOB_NAME", "--extra", "GlueTestRole", "__class__", "model_config", "../../show"]
KEYS = st.sampled_from([*SETTINGS, *PARAMETERS, *SECTIONS, *TRAPS])
ODD_TEXT = st.one_of(
    st.text(max_size=30),
    st.text(st.characters(categories=["Cc", "Cf", "Zl", "Zp", "Co", "Cn"]), min_size=1, max_size=5),
    st.sampled_from(["a\nb", "x\u2028y\x85z", "\x00", "\x1b[31m", "s3://b/\x00", "s3://bucket/key", "1\n", "four.py"]),
    st.sampled_from(["9" * 4000, "us-east-1" * 900, "a" * 300, "a" * 300 + ".py", "x" * 20_000, "s" + "/" * 9000]),
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), ODD_TEXT, st.integers(10**30, 10**400))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | ODD_TEXT, inner, max_size=4),
    max_leaves=8,
)
SNIPPETS = st.sampled_from(
    [
        *(
            "!!python/object/apply:os.getcwd []",
            "!!python/name:os.system",
            "!!python/object:object {}",
            "!custom {a: b}",
        ),
        *("!!binary aGVsbG8=", "!!timestamp 2024-01-01", "!!set {a, b}", "!!omap [a: 1]", "!!null [1]", "!!str {a: 1}"),
        *("!!int x", "!!bool 7", "!<tag:x,1:y> z", "! x", "&a [*a]", "&b {<<: *b}", "*nothing", "&c", "? [a, b]"),
        *("<<: 1", "<<: [*dev, {a: 1}]", "---", "...", "%YAML 3.0\n---", "\t", "\t- x", "\ufeff", "\r\n", "\r", "\x00"),
        *('"\\ud800"', '"\\0"', '"\\x1b\\N\\L"', "\ud800", "\udfff", "\x1b", "\x7f", "\x85", "\u2028", "😀", "|\n  x"),
        *(": ", ":", "- ", "{", "}", "[", "]", '"', "'", "#", "@", "`", "|", ">", "!!", "&", "*", "%", "?", "\n", "  "),
    ]
)


@st.composite
def changed_data(draw: st.DrawFn) -> str:
    """The valid config with values set, keys added and keys removed at any depth, written as YAML or JSON."""
    data: Any = json.loads(json.dumps(VALID))
    for _ in range(draw(st.integers(1, 3))):
        section = data
        while children := [value for value in section.values() if isinstance(value, dict) and value]:
            if draw(st.booleans()):
                break
            section = draw(st.sampled_from(children))
        key = draw(st.sampled_from(sorted(section)) | KEYS | ODD_TEXT) if section else draw(KEYS)
        if key in section and draw(st.booleans()):
            del section[key]
        else:
            section[key] = draw(VALUES)
    written: str = yaml.safe_dump(data, allow_unicode=draw(st.booleans())) if draw(st.booleans()) else json.dumps(data)
    return written


@st.composite
def changed_text(draw: st.DrawFn) -> str:
    """The valid config with pieces of YAML put in, put in place of a word, or lines doubled and removed."""
    text = CONFIG
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(text)))
        piece = draw(SNIPPETS | ODD_TEXT)
        match draw(st.integers(0, 3)):
            case 0:
                text = text[:start] + piece + text[start:]
            case 1:
                words = text.split(" ")
                words[start % len(words)] = piece
                text = " ".join(words)
            case 2:
                lines = text.split("\n")
                lines.insert(start % len(lines), lines[draw(st.integers(0, len(lines) - 1))])
                text = "\n".join(lines)
            case _:
                text = text[:start] + text[start + draw(st.integers(1, 40)) :]
    return text


@st.composite
def odd_values(draw: st.DrawFn) -> str:
    """The valid config with odd texts where texts belong, many of which are allowed."""
    data: Any = json.loads(json.dumps(VALID))
    text = (
        ODD_TEXT if draw(st.booleans()) else st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), min_size=1)
    )
    data["jobs"]["Join"]["description"] = draw(text)
    data["jobs"]["Join"]["defaultArguments"] = {"--extra": draw(text)}
    for stage in ("dev", "prod"):
        data[stage]["jobs"]["Join"]["minimumAge"] = draw(st.integers() | text)
        data[stage]["jobs"]["Show"]["inputLocation"] = f"s3://bucket/{draw(st.integers())}"
    return json.dumps(data, indent=draw(st.sampled_from([None, 2])), ensure_ascii=False)


@st.composite
def hostile(draw: st.DrawFn) -> str:
    """Texts that take time or memory to read: deep, wide, repeated, multiplied."""
    opening = draw(st.sampled_from(["[", "{a: ", "{<<: ", "- ", "? ", "[[", "{[", "a: ", "&x [", "!t ["]))
    count = draw(st.sampled_from([3, 30, 400, 5_000, 60_000]))
    closing = {"[": "]", "{": "}"}.get(opening[0], "") * (count if draw(st.booleans()) else 0)
    item = draw(st.sampled_from(["a,", "!t b,", "{a: *s},", "*s,", "*n,", "&y z,", '"\\n": 1,', "? [],", "'',", "[],"]))
    wide = "{" + item * count + "}" if draw(st.booleans()) else "[" + item * count + "]"
    lines = "".join(f"{draw(KEYS)}{n}: {draw(SCALARS)!r}\n" for n in range(draw(st.sampled_from([0, 1, 20]))))
    levels = draw(st.integers(2, 40))
    bomb = "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, levels))
    multiplied = f"l0: &l0 [x]\n{bomb}"
    parts = [f"deep: {opening * count}x{closing}\n", f"s: &s {{a: b}}\nwide: {wide}\n", lines, multiplied, CONFIG]
    return "".join(draw(st.permutations(parts))[: draw(st.integers(1, 5))])


def encoded(text: str, encoding: str) -> bytes:
    return text.encode(encoding, "surrogatepass")


TEXTS = st.one_of(odd_values(), changed_data(), changed_text(), hostile(), st.text(max_size=200))
ENCODINGS = st.sampled_from(["utf-8"] * 8 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
LINE_ENDS = st.sampled_from(["\n"] * 4 + ["\r\n", "\r"])
FILES = st.one_of(
    st.builds(lambda text, end, code: encoded(text.replace("\n", end), code), TEXTS, LINE_ENDS, ENCODINGS),
    st.binary(max_size=300),
)
