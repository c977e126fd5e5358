"""What format a file has: by its name, else by its content."""

from __future__ import annotations

import re

from tools.samples import table_formats, text_formats
from tools.samples.cut import CorruptFile, Cut, Limit
from tools.samples.masks import Masks
from tools.samples.source import PartialFile, TooMuchToRead

CODECS = {"gz": "gz", "gzip": "gz", "bz2": "bz2", "zst": "zst", "zstd": "zst"}
KINDS = {
    **dict.fromkeys(("json", "jsonl", "ndjson"), "json"),
    **dict.fromkeys(("csv", "tsv", "tab", "psv"), "csv"),
    **dict.fromkeys(("txt", "log"), "text"),
    **{kind: kind for kind in ("parquet", "orc", "avro")},
}
TABLES = ("parquet", "orc", "avro")
MAGIC = {b"PAR1": "parquet", b"ORC": "orc", b"Obj\x01": "avro"}
COMPRESSED = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\x28\xb5\x2f\xfd": "zst"}


def take(stream: PartialFile, limit: Limit, masks: Masks) -> Cut:
    """Return the first rows of a file, in its format. Another file is taken whole if it is small enough.

    Raise CorruptFile if it cannot be read, or is of another format and too large.
    """
    kind, codec = format_of(stream)
    if kind in TABLES:
        return table_formats.take(stream, kind, limit, masks)
    if kind:
        return text_formats.take(text_formats.opened(stream, codec), kind, stream.item.uri, codec, limit, masks)
    if stream.item.size > limit.size:
        raise CorruptFile(
            f"is of a format of which no part can be taken, and has {stream.item.size:,} bytes (at most"
            f" {limit.size:,}); put a smaller one of your own into samples/, or give a larger MB="
        )
    stream.seek(0)
    notes = ["is of a format in which no columns are known: it was taken as it is, and MASK had no effect"]
    return Cut(stream.read(stream.item.size) or b"", None, "other", notes=notes if masks else [])


def format_of(stream: PartialFile) -> tuple[str, str]:
    """Return the kind and the compression of a file, each empty if there is none."""
    name = stream.item.uri.rpartition("/")[2].lower()
    *parts, last = name.split(".")
    codec = CODECS.get(last, "")
    if codec and parts:
        last = parts[-1]
    if kind := KINDS.get(last, ""):
        # part-0.json.gz is compressed as a whole; the compression in part-0.gz.parquet is within.
        return kind, codec
    return _by_content(stream, codec)


def _by_content(stream: PartialFile, codec: str) -> tuple[str, str]:
    stream.seek(0)
    start = stream.read(8) or b""
    codec = codec or next((name for magic, name in COMPRESSED.items() if start.startswith(magic)), "")
    stream.seek(0)
    try:
        content = text_formats.opened(stream, codec).peek(text_formats.START)[: text_formats.START]
    except (*text_formats.DECOMPRESSION, TooMuchToRead):
        return "", ""
    finally:
        stream.seek(0)
    if not codec and (kind := next((kind for magic, kind in MAGIC.items() if start.startswith(magic)), "")):
        return kind, ""
    kind = _text_kind(content)
    return kind, codec if kind else ""


def _text_kind(content: bytes) -> str:
    if b"\0" in content or content.lstrip().startswith(b"<"):
        return ""  # binary, or XML
    text = content.decode("utf-8-sig", "replace")
    if text.count("�") > len(text) / 100:
        return ""
    if re.match(r"\s*(\{|\[\s*[\[{\]])", text):
        return "json"
    lines = text.splitlines()[:5]
    return "csv" if lines and any(all(mark in line for line in lines) for mark in ",;\t|\x01") else "text"
