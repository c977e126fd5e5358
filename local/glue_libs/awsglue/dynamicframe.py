"""`awsglue.dynamicframe`: the DynamicFrame, here a Spark DataFrame with Glue's methods.

Source of names and signatures: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
`transformation_ctx` has no effect. Error records (_errors.py) go along with a frame, and so do choices (_choice.py).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from awsglue import _dynamodb, _errors, _fields, _join, _json_text, _nested, _resolve, _rows, _spigot, gluetypes
from awsglue._choice import NO_CHOICES, kept
from awsglue._coverage import check_options, not_covered
from awsglue._errors import Errors
from awsglue._frames import Rows, error_frame, union
from awsglue._paths import listed
from awsglue._relationalize import relationalize
from awsglue._types import glue_schema, schema_lines

if TYPE_CHECKING:
    from awsglue.context import GlueContext

Records = Callable[[Any], Any]
Partitions = Callable[[Iterable[Any]], Iterable[Any]]


class ResolveOption:
    """How `toDF` resolves the choice at a path: `Project` or `Cast` (to the type `target`), or `KeepAsStruct`."""

    def __init__(self, path: str, action: str, target: Any = None) -> None:
        self.path = path
        self.action = action
        self.target = target


class DynamicFrame:
    """Rows with a schema. No method changes the frame; those that return a frame return a new one."""

    def __init__(self, jdf: DataFrame, glue_ctx: GlueContext, name: str = "") -> None:
        if not isinstance(jdf, DataFrame):
            not_covered(f"DynamicFrame({type(jdf).__name__}, …)", "use DynamicFrame.fromDF(dataframe, …)")
        self._frame = jdf
        self._choices = NO_CHOICES
        self._errors: tuple[Errors, ...] = ()  # of this stage
        self._earlier_errors: tuple[Errors, ...] = ()
        self._thresholds = (0, 0)
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: GlueContext, name: str = "") -> DynamicFrame:
        return cls(dataframe, glue_ctx, name)

    def with_frame_schema(self, schema: gluetypes.StructType) -> DynamicFrame:
        """Return the frame, whose schema this must be: in Glue it saves to compute the schema."""
        if schema != self.schema():
            not_covered("with_frame_schema of a schema that is not the frame's", "leave it out")
        return self._new(self._records)

    def toDF(self, options: Sequence[ResolveOption] | None = None) -> DataFrame:
        """Return the rows as Spark's DataFrame. A choice is a struct there, with a field for each type."""
        return _resolve.with_options(self._checked(), options or ()).frame

    def count(self) -> int:
        return self._checked().frame.count()

    def schema(self) -> gluetypes.StructType:
        """Return the schema in the types of awsglue.gluetypes, as Glue does. `toDF().schema` has Spark's."""
        schema = glue_schema(self._records.schema)
        assert isinstance(schema, gluetypes.StructType)
        return schema

    def printSchema(self) -> None:
        """Print `root` and a line `|-- name: type` for each field, without nullability."""
        print("\n".join(["root", *schema_lines(self._records.schema)]))

    def show(self, num_rows: int = 20) -> None:
        """Print each row as JSON."""
        records = self._checked()
        texts = _json_text.lines(records).rdd.map(_first) if records.choices else records.frame.toJSON()
        for row in texts.take(num_rows):
            print(row)

    def getNumPartitions(self) -> int:
        return self._frame.rdd.getNumPartitions()

    def repartition(
        self,
        num_partitions: int,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(self._frame.repartition(num_partitions), stageThreshold, totalThreshold)

    def coalesce(
        self,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        made = self._frame.repartition(num_partitions) if shuffle else self._frame.coalesce(num_partitions)
        return self._new(made, stageThreshold, totalThreshold)

    def apply_mapping(
        self,
        mappings: Sequence[tuple[str, ...]] | tuple[str, ...],
        case_sensitive: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the mapped fields only. A source is found in any case, `id` for `ID`, unless `case_sensitive`."""
        mapped = _fields.apply_mapping(self._records, _fields.mappings(mappings), case_sensitive=case_sensitive)
        return self._new(mapped, stageThreshold, totalThreshold)

    def applyMapping(self, *args: Any, **kwargs: Any) -> DynamicFrame:
        return self.apply_mapping(*args, **kwargs)

    def drop_fields(
        self,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(_fields.drop(self._frame, listed(paths)), stageThreshold, totalThreshold)

    def select_fields(
        self,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(_fields.select(self._frame, listed(paths)), stageThreshold, totalThreshold)

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(_fields.rename(self._records, oldName, newName), stageThreshold, totalThreshold)

    def resolveChoice(
        self,
        specs: Sequence[tuple[str, str]] | None = None,
        choice: str = "",
        database: str | None = None,
        table_name: str | None = None,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        catalog_id: str | None = None,
    ) -> DynamicFrame:
        """Return the frame with `specs` [(path, action)] done, or one action for all choices: see _resolve.py."""

        def catalog_types() -> Mapping[str, str]:
            catalog: Any = importlib.import_module("awsglue._catalog")  # not for Spark's workers: boto3 loads slowly
            return catalog.types_of(database, table_name, catalog_id)  # type: ignore[no-any-return]

        resolved = _resolve.resolve(self._records, specs, choice, catalog_types)
        return self._new(resolved, stageThreshold, totalThreshold)

    def filter(
        self, f: Records, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> DynamicFrame:
        """Return the rows for which `f(record)` is true. A KeyError, ValueError or TypeError of `f` drops the row.

        Every other exception makes an error record of it.
        """
        return self._new(_rows.filter_records(self._records, f), stageThreshold, totalThreshold)

    def map(
        self,
        f: Records,
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the records that `f(record)` returns. An exception of `f` makes an error record."""
        return self._new(_rows.map_records(self._records, f), stageThreshold, totalThreshold)

    def mapPartitions(
        self,
        f: Partitions,
        preservesPartitioning: bool = True,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the records that `f(items)` makes of those of a partition. An item is a dict: `item["record"]`."""
        return self._new(_rows.map_partitions(self._records, lambda _, items: f(items)), stageThreshold, totalThreshold)

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Iterable[Any]], Iterable[Any]],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the records that `f(number, items)` makes of those of a partition, as mapPartitions does."""
        return self._new(_rows.map_partitions(self._records, f), stageThreshold, totalThreshold)

    def union(
        self,
        other_frame: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        if not isinstance(other_frame, DynamicFrame):
            raise TypeError(f"union: {other_frame!r} is not a DynamicFrame")
        made = union([self._records, other_frame._records])
        return self._new(made, stageThreshold, totalThreshold, other_frame)

    def join(
        self,
        paths1: Sequence[str],
        paths2: Sequence[str],
        frame2: DynamicFrame,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the inner equi-join. A field that both frames have is here as `.field`: see _join.py."""
        joined = _join.join(self._records, frame2._records, listed(paths1), listed(paths2))
        return self._new(joined, stageThreshold, totalThreshold, frame2)

    def mergeDynamicFrame(
        self,
        stage_dynamic_frame: DynamicFrame,
        primary_keys: Sequence[str],
        transformation_ctx: str = "",
        options: Mapping[str, Any] = {},
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        merged = _rows.merge(self._records, stage_dynamic_frame._records, listed(primary_keys))
        return self._new(merged, stageThreshold, totalThreshold, stage_dynamic_frame)

    def split_fields(
        self,
        paths: Sequence[str],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        names = listed(paths)
        made = {name1: _fields.select(self._frame, names), name2: _fields.drop(self._frame, names)}
        return self._collection(made, stageThreshold, totalThreshold)

    def split_rows(
        self,
        comparison_dict: Mapping[str, Mapping[str, Any]],
        name1: str,
        name2: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        split, others = _rows.split(self._frame, comparison_dict)
        return self._collection({name1: split, name2: others}, stageThreshold, totalThreshold)

    def relationalize(
        self,
        root_table_name: str,
        staging_path: str | None,
        options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrameCollection:
        """Return flat tables, with a table of its own for each array. `staging_path` has no effect."""
        return self._collection(relationalize(self._frame, root_table_name), stageThreshold, totalThreshold)

    def unnest(
        self, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> DynamicFrame:
        return self._new(_nested.unnest(self._records), stageThreshold, totalThreshold)

    def unnest_ddb_json(
        self, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> DynamicFrame:
        """Return the attributes of DynamoDB's JSON as columns, and the fields of a map as columns `map.field`."""
        return self._new(_dynamodb.simplify(self._frame, nested=False))

    def simplify_ddb_json(self) -> DynamicFrame:
        """Return the attributes of DynamoDB's JSON as columns; a map is a struct."""
        return self._new(_dynamodb.simplify(self._frame, nested=True))

    def unbox(
        self,
        path: str,
        format: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
        **options: Any,
    ) -> DynamicFrame:
        check_options("unbox", options, [])
        return self._new(_nested.unbox(self._frame, path, format), stageThreshold, totalThreshold)

    def spigot(
        self,
        path: str,
        options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Write a sample of the records as JSON below `path`, at once, and return the frame as it is."""
        _spigot.write_sample(self._checked(), path, options)
        return self

    def write(
        self,
        connection_type: str,
        connection_options: Mapping[str, Any] = {},
        format: str | None = None,
        format_options: Mapping[str, Any] = {},
        accumulator_size: int = 0,
    ) -> DynamicFrame:
        return self.glue_ctx.write_dynamic_frame.from_options(
            self, connection_type, connection_options, format, format_options
        )

    def errorsCount(self) -> int:
        """Return the number of error records of all stages that made this frame."""
        return _errors.total((*self._earlier_errors, *self._errors))

    def stageErrorsCount(self) -> int:
        """Return the number of error records of the last stage."""
        return _errors.total(self._errors)

    def assertErrorThreshold(self) -> None:
        """Raise ErrorThresholdExceeded if the frame has as many error records as its thresholds say."""
        self._checked()

    def errorsAsDynamicFrame(self) -> DynamicFrame:
        """Return the error records of all stages, each in a struct `error`; without any, a frame without columns."""
        records = error_frame(self._frame.sparkSession, (*self._earlier_errors, *self._errors))
        return self._of(records, self.glue_ctx, self.name)

    @property
    def _records(self) -> Rows:
        return Rows(self._frame, self._choices)

    def _checked(self) -> Rows:
        """Return the rows for an action. Raise ErrorThresholdExceeded as assertErrorThreshold does."""
        _errors.check(self._errors, self._earlier_errors, *self._thresholds)
        return self._records

    @classmethod
    def _of(cls, records: Rows, glue_ctx: GlueContext, name: str) -> DynamicFrame:
        made = cls(records.frame, glue_ctx, name)
        made._choices, made._errors = records.choices, records.errors
        return made

    def _new(
        self,
        made: DataFrame | Rows,
        stage_threshold: int = 0,
        total_threshold: int = 0,
        other: DynamicFrame | None = None,
    ) -> DynamicFrame:
        """Return a frame of the next stage. What the frames that it is made from know goes along."""
        if isinstance(made, DataFrame):
            made = Rows(made, kept(made, self._frame.schema, self._choices))
        new = self._of(made, self.glue_ctx, self.name)
        frames = [self, other] if other else [self]
        earlier = [error for frame in frames for error in (*frame._earlier_errors, *frame._errors)]
        new._earlier_errors = tuple(dict.fromkeys(earlier))
        new._thresholds = (stage_threshold, total_threshold)
        return new

    def _collection(
        self, frames: Mapping[str, DataFrame], stage_threshold: int = 0, total_threshold: int = 0
    ) -> DynamicFrameCollection:
        named = {name: self._new(frame, stage_threshold, total_threshold) for name, frame in frames.items()}
        for name, frame in named.items():
            frame.name = name
        return DynamicFrameCollection(named, self.glue_ctx)


def _first(row: Any) -> Any:
    return row[0]


class DynamicFrameCollection:
    """DynamicFrames by name. It has no iteration and no `items`, as in Glue: use `keys` and `select`."""

    def __init__(
        self, dynamic_frames: Mapping[str, DynamicFrame] | Sequence[DynamicFrame], glue_ctx: GlueContext
    ) -> None:
        if isinstance(dynamic_frames, list):
            dynamic_frames = {frame.name: frame for frame in dynamic_frames}
        if not isinstance(dynamic_frames, Mapping):
            raise TypeError("dynamic_frames must be list or dict.")
        self._frames = dict(dynamic_frames)
        self._glue_ctx = glue_ctx

    def keys(self) -> Iterable[str]:
        return self._frames.keys()

    def values(self) -> Iterable[DynamicFrame]:
        return self._frames.values()

    def select(self, key: str, transformation_ctx: str = "") -> DynamicFrame:
        """Return the frame of that name; an empty one, without columns, if there is none."""
        if key in self._frames:
            return self._frames[key]
        session = self._glue_ctx.spark_session
        return DynamicFrame(session.createDataFrame([], StructType([])), self._glue_ctx, key)

    def map(
        self, callable: Callable[[DynamicFrame, str], DynamicFrame], transformation_ctx: str = ""
    ) -> DynamicFrameCollection:
        """Call `callable(frame, transformation_ctx)` for each frame and return the new frames, by the same names."""
        made = {}
        for name, frame in self._frames.items():
            made[name] = callable(frame, f"{transformation_ctx}:{name}")
            if not isinstance(made[name], DynamicFrame):
                raise TypeError(f"the function of map must return a DynamicFrame, not {type(made[name]).__name__}")
        return DynamicFrameCollection(made, self._glue_ctx)

    def flatmap(
        self,
        f: Callable[[DynamicFrame, str], DynamicFrame | DynamicFrameCollection],
        transformation_ctx: str = "",
    ) -> DynamicFrameCollection:
        """Call `f(frame, transformation_ctx)` for each frame and gather the frames that it makes, by their names."""
        made: dict[str, DynamicFrame] = {}
        for frame in self._frames.values():
            result = f(frame, f"{transformation_ctx}:{frame.name}")
            if isinstance(result, DynamicFrame):
                made[result.name] = result
            elif isinstance(result, DynamicFrameCollection):
                made.update(result._frames)
            else:
                raise TypeError(f"the function of flatmap must return frames, not {type(result).__name__}")
        return DynamicFrameCollection(made, self._glue_ctx)

    def __getitem__(self, key: str) -> DynamicFrame:
        return self._frames[key]

    def __len__(self) -> int:
        return len(self._frames)


from awsglue._readers import DynamicFrameReader as DynamicFrameReader  # noqa: E402  (they need a DynamicFrame)
from awsglue._writers import DynamicFrameWriter as DynamicFrameWriter  # noqa: E402
