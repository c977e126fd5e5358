"""Take the first rows of a Parquet, ORC or Avro file. The schema stays, and only the needed parts are read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from pyarrow import orc
from pyarrow import parquet as pq

from tools.samples.cut import CorruptFile, Cut, Limit, TooLargeRow
from tools.samples.masks import Masks
from tools.samples.source import PartialFile, TooMuchToRead

BATCH = 1000  # rows
READ_BUFFER = 64 * 1024  # of each column: without it, pyarrow reads all of a column in a row group
MOST_MEMORY = 20  # times the limit of bytes: of rows before they are compressed


def take(stream: PartialFile, kind: str, limit: Limit, masks: Masks) -> Cut:
    """Return the first rows of a table's file. Raise CorruptFile if it cannot be read."""
    try:
        return {"parquet": _parquet, "orc": _orc, "avro": _avro}[kind](stream, limit, masks)
    except (pa.ArrowException, OSError) as error:
        raise CorruptFile(f"is no valid {kind} file: {str(error).splitlines()[0]}") from None


def _parquet(stream: PartialFile, limit: Limit, masks: Masks) -> Cut:
    file = pq.ParquetFile(stream, pre_buffer=False, buffer_size=READ_BUFFER)
    schema = file.schema_arrow
    if whole := _whole(stream, file.metadata.num_rows, limit, masks):
        return Cut(whole, file.metadata.num_rows, "parquet", list(_columns(schema)))
    table, short = _first_rows(file.iter_batches(batch_size=min(BATCH, limit.rows)), schema, limit)
    groups = [file.metadata.row_group(0).column(index) for index in range(file.metadata.num_columns)]
    codecs = {column.path_in_schema: column.compression for column in groups} if file.metadata.num_row_groups else {}
    codecs = {path: "NONE" if codec == "UNCOMPRESSED" else codec for path, codec in codecs.items()}
    int96 = any(file.schema.column(index).physical_type == "INT96" for index in range(len(file.schema)))

    def written(rows: pa.Table) -> bytes:
        sink = io.BytesIO()
        pq.write_table(
            rows,
            sink,
            compression=next(iter(set(codecs.values()))) if len(set(codecs.values())) == 1 else codecs or "NONE",
            use_deprecated_int96_timestamps=int96,  # as Spark writes them: it reads no nanoseconds of another type
            store_schema=b"ARROW:schema" in (file.metadata.metadata or {}),
        )
        return sink.getvalue()

    return _cut(table, "parquet", written, limit, masks, short)


def _orc(stream: PartialFile, limit: Limit, masks: Masks) -> Cut:
    file = orc.ORCFile(stream)
    if whole := _whole(stream, file.nrows, limit, masks):
        return Cut(whole, file.nrows, "orc", list(_columns(file.schema)))
    stripes = (file.read_stripe(index) for index in range(file.nstripes))
    table, short = _first_rows(stripes, file.schema, limit)

    def written(rows: pa.Table) -> bytes:
        sink = io.BytesIO()
        orc.write_table(rows, sink, compression=file.compression)
        return sink.getvalue()

    return _cut(table, "orc", written, limit, masks, short)


def _first_rows(batches: Iterator[pa.RecordBatch], schema: pa.Schema, limit: Limit) -> tuple[pa.Table, bool]:
    """Return the first rows, and true if there are fewer than asked for since they are large."""
    taken: list[pa.RecordBatch] = []
    count = size = 0
    try:
        for batch in batches:
            taken.append(batch.slice(0, limit.rows - count))
            count += taken[-1].num_rows
            size += taken[-1].nbytes
            if count >= limit.rows or size > MOST_MEMORY * limit.size:
                break
    except TooMuchToRead:
        if not taken:
            raise
        return pa.Table.from_batches(taken, schema), True
    return pa.Table.from_batches(taken, schema), count < limit.rows and size > MOST_MEMORY * limit.size


def _cut(table: pa.Table, kind: str, written: Any, limit: Limit, masks: Masks, short: bool) -> Cut:
    """Mask the rows, and leave out the last ones until the file is small enough."""
    for index, column in enumerate(table.schema):
        if masks.under((column.name,)):
            made = mask_array(table.column(index).combine_chunks(), (column.name,), masks)
            table = table.set_column(index, column, made)
    data = written(table)
    while len(data) > limit.size and table.num_rows > 1:
        short, table = True, table.slice(0, max(1, int(table.num_rows * limit.size / len(data) * 0.9)))
        data = written(table)
    if len(data) > limit.size:
        raise TooLargeRow(limit.size)
    return Cut(data, table.num_rows, kind, list(_columns(table.schema)), short)


def mask_array(array: Any, path: tuple[str, ...], masks: Masks) -> pa.Array:
    """Return an array of the same type in which the columns below `path` are masked."""
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    if masks.column(path):
        return _masked_values(array, masks)
    if not masks.under(path):
        return array
    kind = array.type
    if pa.types.is_struct(kind):
        # Not `flatten`: in a struct that is null, it makes null of a part that must not be.
        parts = [mask_array(array.field(index), (*path, part.name), masks) for index, part in enumerate(list(kind))]
        return pa.StructArray.from_arrays(parts, fields=list(kind), mask=array.is_null())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        whole = pa.concat_arrays([array])  # begins at its own start: offsets count from there
        return type(whole).from_arrays(
            whole.offsets, mask_array(whole.values, path, masks), type=kind, mask=whole.is_null()
        )
    return array


def _masked_values(array: pa.Array, masks: Masks) -> pa.Array:
    kind = array.type
    if pa.types.is_dictionary(kind):
        return _masked_values(array.dictionary_decode(), masks).dictionary_encode().cast(kind)
    values = array.to_pylist()
    if pa.types.is_integer(kind) and kind.bit_width <= 16:  # few numbers: another one among them
        most = 2 ** (kind.bit_width - 1) - 1
        return pa.array([None if value is None else masks.small(value, most) for value in values], kind)
    return pa.array([masks.value(value) for value in values], kind)


def _columns(schema: Any, path: str = "") -> Iterator[str]:
    """Yield the columns as dotted paths, those within a column after it."""
    for column in schema:
        name = f"{path}{column.name}"
        yield name
        kind = column.type
        while pa.types.is_list(kind) or pa.types.is_large_list(kind):
            kind = kind.value_type
        if pa.types.is_struct(kind):
            yield from _columns(list(kind), f"{name}.")


def _whole(stream: PartialFile, rows: int, limit: Limit, masks: Masks) -> bytes:
    """Return the file as it is if all of it may be taken, else nothing."""
    if masks or rows > limit.rows or stream.item.size > limit.size:
        return b""
    stream.seek(0)
    return stream.read(stream.item.size) or b""


def _avro(stream: PartialFile, limit: Limit, masks: Masks) -> Cut:
    try:
        import fastavro
    except ImportError:
        raise CorruptFile("is an Avro file, and fastavro is not installed") from None
    from tools.samples.avro_rows import take_avro

    return take_avro(fastavro, stream, limit, masks)
