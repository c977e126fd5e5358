"""`awsglue.dynamicframe`: a DynamicFrame, here a thin cover of a Spark DataFrame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from awsglue._coverage import not_covered
from pyspark.sql import DataFrame
from pyspark.sql.types import ArrayType, DataType, StructType

if TYPE_CHECKING:
    from awsglue.context import GlueContext


class DynamicFrame:
    """Rows with a schema. Methods that return a frame return a new one."""

    def __init__(self, frame: DataFrame, glue_ctx: GlueContext, name: str = "") -> None:
        self._frame = frame
        self.glue_ctx = glue_ctx
        self.name = name

    @classmethod
    def fromDF(cls, dataframe: DataFrame, glue_ctx: GlueContext, name: str) -> DynamicFrame:
        return cls(dataframe, glue_ctx, name)

    def toDF(self) -> DataFrame:
        return self._frame

    def count(self) -> int:
        return self._frame.count()

    def printSchema(self) -> None:
        """Print `root`, then a line `|-- name: type` for each field, without nullability."""
        print("root")
        for line in _schema_lines(self._frame.schema, ""):
            print(line)

    def show(self, num_rows: int = 20) -> None:
        """Print rows, each as JSON."""
        for row in self._frame.toJSON().take(num_rows):
            print(row)

    def drop_fields(self, paths: Sequence[str], **kwargs: Any) -> DynamicFrame:
        """Without the top-level fields `paths`; a name that is not there is passed over."""
        self._refuse_nested("drop_fields", paths)
        return self._new(self._frame.drop(*paths))

    def select_fields(self, paths: Sequence[str], **kwargs: Any) -> DynamicFrame:
        """Only the top-level fields `paths`; a name that is not there is passed over."""
        self._refuse_nested("select_fields", paths)
        return self._new(self._frame.select(*[path for path in paths if path in self._frame.columns]))

    def rename_field(self, oldName: str, newName: str, **kwargs: Any) -> DynamicFrame:
        self._refuse_nested("rename_field", [oldName, newName])
        return self._new(self._frame.withColumnRenamed(oldName, newName))

    def join(self, paths1: Sequence[str], paths2: Sequence[str], frame2: DynamicFrame, **kwargs: Any) -> DynamicFrame:
        """Inner equi-join; both keys are kept. Fields of the same name on both sides are refused: which of the two
        real Glue renames is not documented."""
        left, right = self._frame, frame2._frame
        if twice := sorted(set(left.columns) & set(right.columns)):
            not_covered(f"DynamicFrame.join with the fields {', '.join(twice)} on both sides (rename them first)")
        conditions = [left[one] == right[two] for one, two in zip(_listed(paths1), _listed(paths2), strict=True)]
        return self._new(left.join(right, conditions))

    def _new(self, frame: DataFrame) -> DynamicFrame:
        return DynamicFrame(frame, self.glue_ctx, self.name)

    def _refuse_nested(self, method: str, names: Sequence[str]) -> None:
        for name in names:
            if "." in name and name not in self._frame.columns:
                not_covered(f"DynamicFrame.{method} of the nested field {name}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        not_covered(f"DynamicFrame.{name}")


def _listed(paths: Sequence[str]) -> list[str]:
    return [paths] if isinstance(paths, str) else list(paths)


def _schema_lines(schema: StructType, indent: str) -> list[str]:
    lines = []
    for field in schema.fields:
        lines += _type_lines(field.name, field.dataType, indent)
    return lines


def _type_lines(name: str, data_type: DataType, indent: str) -> list[str]:
    deeper = f"{indent}|    "
    if isinstance(data_type, StructType):
        return [f"{indent}|-- {name}: struct", *_schema_lines(data_type, deeper)]
    if isinstance(data_type, ArrayType):
        return [f"{indent}|-- {name}: array", *_type_lines("element", data_type.elementType, deeper)]
    return [f"{indent}|-- {name}: {data_type.typeName()}"]
