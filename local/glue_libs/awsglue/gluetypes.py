"""`awsglue.gluetypes`: Glue's own type classes. Not covered: use pyspark.sql.types."""

from typing import NoReturn

from awsglue._coverage import not_covered


def __getattr__(name: str) -> NoReturn:
    if name.startswith("__"):
        raise AttributeError(name)
    not_covered(f"awsglue.gluetypes.{name}", "use pyspark.sql.types")
