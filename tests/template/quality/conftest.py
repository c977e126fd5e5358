import pytest
from awsglue.context import GlueContext
from pyspark.context import SparkContext
from pyspark.sql import SparkSession


@pytest.fixture(scope="session")
def glue_context() -> GlueContext:
    return GlueContext(SparkContext.getOrCreate())


@pytest.fixture(scope="session")
def spark(glue_context: GlueContext) -> SparkSession:
    return glue_context.spark_session
