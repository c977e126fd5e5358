"""Find the imports of PySpark's names that Glue 6.0 does not have, or has elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aws_glue_cdk_baseline.config.imports import Import

# pyspark 4.1.1
MOVED = {
    ("pyspark.sql.column", "_to_java_column"): "pyspark.sql.classic.column",
    ("pyspark.sql.column", "_to_seq"): "pyspark.sql.classic.column",
}
# https://docs.aws.amazon.com/glue/latest/dg/migrating-version-60.html; pyspark itself still has them.
GONE = frozenset({"SQLContext", "HiveContext"})


def spark_names(imports: Iterable[Import], target: str) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, message, breaks) for each such import."""
    for item in imports:
        for name in item.names:
            if place := MOVED.get((item.module, name)):
                yield (
                    item.line,
                    f"imports {name} from {item.module}; on Glue {target} it is in {place}",
                    not item.optional,
                )
            elif name in GONE and item.top == "pyspark":
                said = f"imports {name}, which AWS says that Glue {target} has not; use SparkSession"
                yield item.line, said, False
