"""The files of a project of somebody's own: three chained jobs, a shared package, a third-party package, and samples.

LoadOrders reads csv with dirty rows by a schema of its own, PriceOrders adds customers (JSON) and prices in euros with
the shared package `shop`, and CountryReport writes the totals by country.
"""

from __future__ import annotations

JOB_SCRIPTS = "aws_glue_cdk_baseline/job_scripts"
CONFIG = """\
namePrefix: shop
pipelineAccount: {awsAccountId: "123456789101", awsRegion: eu-central-1}
devAccount: {awsAccountId: "123456789102", awsRegion: eu-west-1}
prodAccount: {awsAccountId: "123456789103", awsRegion: eu-north-1}
jobs:
  CountryReport:
    after: PriceOrders
    expect: {outputRows: 3}
  LoadOrders:
    expect: {outputRows: 4}
  PriceOrders:
    after: [LoadOrders]
    expect: {outputRows: 4}
dev:
  jobs:
    CountryReport:
      inputLocation: s3://shop-lake-dev/priced/
      outputLocation: s3://shop-lake-dev/report/
    LoadOrders:
      inputLocation: s3://shop-raw-dev/orders/
      outputLocation: s3://shop-lake-dev/orders/
    PriceOrders:
      inputLocationOrders: s3://shop-lake-dev/orders/
      inputLocationCustomers: s3://shop-raw-dev/customers.json
      outputLocation: s3://shop-lake-dev/priced/
prod:
  jobs:
    CountryReport:
      inputLocation: s3://shop-lake/priced/
      outputLocation: s3://shop-lake/report/
    LoadOrders:
      inputLocation: s3://shop-raw/orders/
      outputLocation: s3://shop-lake/orders/
    PriceOrders:
      inputLocationOrders: s3://shop-lake/orders/
      inputLocationCustomers: s3://shop-raw/customers.json
      outputLocation: s3://shop-lake/priced/
"""
LOAD_ORDERS = """\
import sys

from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

SCHEMA = "id int, customer string, amount decimal(10,2), currency string, day date, _dirty string"

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
glue_context = GlueContext(SparkContext.getOrCreate())
spark = glue_context.spark_session
job = Job(glue_context)
job.init(args["JOB_NAME"], args)

read = spark.read.option("header", True).option("columnNameOfCorruptRecord", "_dirty")
orders = read.schema(SCHEMA).csv(args["input_path"]).cache()
dirty = orders.where("_dirty IS NOT NULL OR id IS NULL").count()
glue_context.get_logger().warn(f"{dirty} dirty rows")
clean = orders.where("_dirty IS NULL AND id IS NOT NULL").drop("_dirty")
clean.write.mode("overwrite").partitionBy("day").parquet(args["output_path"])
print("clean rows", clean.count(), "dirty rows", dirty)
job.commit()
"""
PRICE_ORDERS = """\
import sys

import shop.money
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, StringType
from shop.names import plain


def priced(orders: DataFrame, customers: DataFrame) -> DataFrame:
    euros = F.udf(shop.money.euros, DecimalType(10, 2))
    name = F.udf(plain, StringType())
    joined = orders.join(customers, orders.customer == customers.id).drop(customers.id)
    return joined.withColumn("euros", euros("amount", "currency")).withColumn("name", name("name"))


def main() -> None:
    args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path_orders", "input_path_customers", "output_path"])
    glue_context = GlueContext(SparkContext.getOrCreate())
    spark = glue_context.spark_session
    job = Job(glue_context)
    job.init(args["JOB_NAME"], args)
    customers = glue_context.create_dynamic_frame.from_options(
        "s3", {"paths": [args["input_path_customers"]]}, "json"
    ).toDF()
    orders = spark.read.parquet(args["input_path_orders"])
    priced(orders, customers).write.mode("overwrite").parquet(args["output_path"])
    job.commit()


if __name__ == "__main__":
    main()
"""
COUNTRY_REPORT = """\
import sys

import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext

args = getResolvedOptions(sys.argv, ["JOB_NAME", "input_path", "output_path"])
glue_context = GlueContext(SparkContext.getOrCreate())
spark = glue_context.spark_session
job = Job(glue_context)
job.init(args["JOB_NAME"], args)

spark.read.parquet(args["input_path"]).createOrReplaceTempView("priced")
report = spark.sql("SELECT country, sum(euros) AS euros, count(*) AS orders FROM priced GROUP BY country")
report.coalesce(1).write.mode("overwrite").json(args["output_path"])
if args["input_path"].startswith("s3://"):
    bucket, _, prefix = args["input_path"].removeprefix("s3://").partition("/")
    found = boto3.client("s3").list_objects_v2(Bucket=bucket, Prefix=prefix)["Contents"]
    print("read", sum("part-" in item["Key"] for item in found) > 0)
for row in report.orderBy("country").collect():
    print(row.country, row.euros, row.orders)
job.commit()
"""
TESTS = {
    "test_load_orders.py": """\
def test_dirty_rows_are_left_out(sample, run_script, count_rows, tmp_path):
    run_script({"input_path": sample("inputLocation"), "output_path": tmp_path / "out"})
    assert count_rows(tmp_path / "out") == 4
""",
    "test_price_orders.py": """\
from decimal import Decimal

from price_orders import priced


def test_dollars_become_euros(glue_context, sample):
    spark = glue_context.spark_session
    columns = "customer string, amount decimal(10,2), currency string"
    orders = spark.createDataFrame([("c1", Decimal("10.00"), "USD")], columns)
    customers = spark.read.json(sample("inputLocationCustomers"))
    (row,) = priced(orders, customers).collect()
    assert (row["name"], row["euros"], row["country"]) == ("Jose", Decimal("9.00"), "ES")
""",
    "test_country_report.py": """\
from decimal import Decimal


def test_totals_by_country(glue_context, run_script, tmp_path):
    spark = glue_context.spark_session
    rows = [("ES", Decimal("9.00")), ("ES", Decimal("1.50")), ("FR", Decimal("2.00"))]
    spark.createDataFrame(rows, "country string, euros decimal(10,2)").write.parquet(f"{tmp_path}/in")
    run_script({"input_path": f"{tmp_path}/in", "output_path": f"{tmp_path}/out"})
    report = glue_context.spark_session.read.json(f"{tmp_path}/out").orderBy("country")
    found = [(row["country"], row["euros"], row["orders"]) for row in report.collect()]
    assert found == [("ES", 10.5, 2), ("FR", 2.0, 1)]
""",
}
ORDERS = """\
id,customer,amount,currency,day
1,c1,10.00,USD,2026-11-01
2,c2,20.50,EUR,2026-11-01
x3,c1,oops,EUR,2026-11-02
4,c3,5.25,EUR,2026-11-02
,c3,1.00,EUR,2026-11-02
6,c1,100.00,USD,2026-11-02
"""
CUSTOMERS = """\
{"id": "c1", "name": "José", "country": "ES"}
{"id": "c2", "name": "Zoë", "country": "FR"}
{"id": "c3", "name": "Ada", "country": "IT"}
"""
FILES = {
    "default-config.yaml": CONFIG,
    "requirements-jobs.txt": "Unidecode==1.4.0  # names without accents\n",
    f"{JOB_SCRIPTS}/load_orders.py": LOAD_ORDERS,
    f"{JOB_SCRIPTS}/price_orders.py": PRICE_ORDERS,
    f"{JOB_SCRIPTS}/country_report.py": COUNTRY_REPORT,
    **{f"{JOB_SCRIPTS}/tests/{name}": text for name, text in TESTS.items()},
    f"{JOB_SCRIPTS}/shop/__init__.py": "",
    f"{JOB_SCRIPTS}/shop/money.py": """\
import json
from decimal import Decimal
from importlib.resources import files

RATES = json.loads(files("shop").joinpath("rates.json").read_text(encoding="utf-8"))


def euros(amount, currency):
    return (amount * Decimal(RATES[currency])).quantize(Decimal("0.01"))
""",
    f"{JOB_SCRIPTS}/shop/rates.json": '{"EUR": "1", "USD": "0.9"}\n',
    f"{JOB_SCRIPTS}/shop/names.py": """\
from unidecode import unidecode


def plain(name):
    return unidecode(name)
""",
    **{
        f"samples/{bucket}/{name}": text
        for bucket in ("shop-raw-dev", "shop-raw")
        for name, text in (("orders/2026-11.csv", ORDERS), ("customers.json", CUSTOMERS))
    },
}
# By country: 9 + 90 euros for two orders in dollars, 20.50 and 5.25.
REPORT = ["ES 99.00 2", "FR 20.50 1", "IT 5.25 1"]
EXAMPLES = [
    f"{JOB_SCRIPTS}/join_legislators.py",
    f"{JOB_SCRIPTS}/process_legislators.py",
    f"{JOB_SCRIPTS}/tests/test_join_legislators.py",
    f"{JOB_SCRIPTS}/tests/test_process_legislators.py",
]
