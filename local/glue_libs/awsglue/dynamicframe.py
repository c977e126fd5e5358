"""`awsglue.dynamicframe`: the DynamicFrame, here a Spark DataFrame with Glue's methods.

Source of names and signatures: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-dynamic-frame.html
`transformation_ctx`, `info` and the thresholds have no effect: there are no bookmarks, and every error fails the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from awsglue import _dynamodb, _fields, _nested, _rows
from awsglue._coverage import check_options, not_covered
from awsglue._paths import listed
from awsglue._types import schema_lines

if TYPE_CHECKING:
    from awsglue.context import GlueContext

Records = Callable[[Any], Any]
Partitions = Callable[[Iterable[Any]], Iterable[Any]]


class ResolveOption:
    """How `toDF` resolves the choice at a path: the action `Project` (to the type `target`) or `KeepAsStruct`."""

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
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: GlueContext, name: str = "") -> DynamicFrame:
        return cls(dataframe, glue_ctx, name)

    def with_frame_schema(self, schema: Any) -> DynamicFrame:
        not_covered("DynamicFrame.with_frame_schema", "leave it out: a frame has its schema already")

    def toDF(self, options: Sequence[ResolveOption] | None = None) -> DataFrame:
        if options:
            not_covered("DynamicFrame.toDF(options)", "use resolveChoice(specs=[(path, 'cast:type')])")
        return self._frame

    def count(self) -> int:
        return self._frame.count()

    def schema(self) -> StructType:
        return self._frame.schema

    def printSchema(self) -> None:
        """Print `root` and a line `|-- name: type` for each field, without nullability."""
        print("\n".join(["root", *schema_lines(self._frame.schema)]))

    def show(self, num_rows: int = 20) -> None:
        """Print each row as JSON."""
        for row in self._frame.toJSON().take(num_rows):
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
        return self._new(self._frame.repartition(num_partitions))

    def coalesce(
        self,
        num_partitions: int,
        shuffle: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(self._frame.repartition(num_partitions) if shuffle else self._frame.coalesce(num_partitions))

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
        return self._new(_fields.apply_mapping(self._frame, _fields.mappings(mappings), case_sensitive=case_sensitive))

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
        return self._new(_fields.drop(self._frame, listed(paths)))

    def select_fields(
        self,
        paths: Sequence[str],
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(_fields.select(self._frame, listed(paths)))

    def rename_field(
        self,
        oldName: str,
        newName: str,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        return self._new(_fields.rename(self._frame, oldName, newName))

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
        return self._new(_fields.resolve(self._frame, specs, choice))

    def filter(
        self, f: Records, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> DynamicFrame:
        """Return the rows for which `f(record)` is true. A KeyError, ValueError or TypeError of `f` drops the row."""
        return self._new(_rows.filter_records(self._frame, f))

    def map(
        self,
        f: Records,
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        """Return the records that `f(record)` returns. An exception of `f` fails the run."""
        return self._new(_rows.map_records(self._frame, f))

    def mapPartitions(
        self,
        f: Partitions,
        preservesPartitioning: bool = True,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        not_covered("DynamicFrame.mapPartitions")

    def mapPartitionsWithIndex(
        self,
        f: Callable[[int, Iterable[Any]], Iterable[Any]],
        preservesPartitioning: bool = False,
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        not_covered("DynamicFrame.mapPartitionsWithIndex")

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
        return self._new(self._frame.unionByName(other_frame.toDF(), allowMissingColumns=True))

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
        return self._new(_rows.join(self._frame, frame2.toDF(), listed(paths1), listed(paths2)))

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
        return self._new(_rows.merge(self._frame, stage_dynamic_frame.toDF(), primary_keys))

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
        return self._collection({name1: _fields.select(self._frame, names), name2: _fields.drop(self._frame, names)})

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
        return self._collection({name1: split, name2: others})

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
        return self._collection(_nested.relationalize(self._frame, root_table_name))

    def unnest(
        self, transformation_ctx: str = "", info: str = "", stageThreshold: int = 0, totalThreshold: int = 0
    ) -> DynamicFrame:
        return self._new(_nested.unnest(self._frame))

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
        return self._new(_nested.unbox(self._frame, path, format))

    def spigot(
        self,
        path: str,
        options: Mapping[str, Any] = {},
        transformation_ctx: str = "",
        info: str = "",
        stageThreshold: int = 0,
        totalThreshold: int = 0,
    ) -> DynamicFrame:
        not_covered("DynamicFrame.spigot")

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
        """Return 0: no frame has error records here, since each error fails the run."""
        return 0

    def stageErrorsCount(self) -> int:
        return 0

    def assertErrorThreshold(self) -> None:
        """Do nothing: each error has failed the run already."""

    def errorsAsDynamicFrame(self) -> DynamicFrame:
        return self._new(self._frame.sparkSession.createDataFrame([], StructType([])))

    def _new(self, frame: DataFrame) -> DynamicFrame:
        return DynamicFrame(frame, self.glue_ctx, self.name)

    def _collection(self, frames: Mapping[str, DataFrame]) -> DynamicFrameCollection:
        named = {name: DynamicFrame(frame, self.glue_ctx, name) for name, frame in frames.items()}
        return DynamicFrameCollection(named, self.glue_ctx)


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
