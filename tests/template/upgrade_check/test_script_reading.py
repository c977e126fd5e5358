"""What the reading of a script finds on the way from Glue 5.1 to 6.0: the line, and whether it breaks or may."""

from pathlib import Path

import pytest

from tests.configs import make_job
from tools.upgrade_check.findings import Change, Finding
from tools.upgrade_check.script_reading import read_code

TO_6 = Change("5.1", "6.0")
IMPORTS = """\
import sys
from awsglue.utils import getResolvedOptions
from pyspark.sql import functions as F
from pyspark.sql.functions import col, to_date as parse
from pyspark.sql.types import IntegerType, StringType
"""


def read(folder: Path, code: str, change: Change = TO_6, **arguments: str) -> list[Finding]:
    job = make_job(folder)
    job.script.write_text(code, encoding="utf-8")
    return read_code(job, {f"--{name}": value for name, value in arguments.items()}, change)


def in_code(folder: Path, code: str, **arguments: str) -> list[tuple[int, bool, str]]:
    """Return (line, breaks, message) of the findings in the lines after IMPORTS, from 1."""
    before = IMPORTS.count("\n")
    found = read(folder, IMPORTS + code, TO_6, **arguments)
    return [(one.line - before, one.breaks, one.message) for one in found]


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("import imp", "imp"),
        ("import os, cgi", "cgi"),
        ("from distutils.util import strtobool", "distutils"),
        ("import importlib\nimportlib.import_module('telnetlib')", "telnetlib"),
    ],
)
def test_a_module_that_python_3_13_lacks_breaks(tmp_path: Path, code: str, module: str) -> None:
    (found,) = read(tmp_path, code)
    assert (found.line, found.breaks) == (code.count("\n") + 1, True)
    assert found.message.startswith(f"imports {module}, which Python 3.13 of Glue 6.0 does not have any more; ")


def test_a_module_that_the_script_can_do_without_is_no_finding(tmp_path: Path) -> None:
    assert read(tmp_path, "try:\n    import imp\nexcept ImportError:\n    imp = None\n") == []


def test_a_module_that_a_package_brings_back_is_no_finding(tmp_path: Path) -> None:
    assert read(tmp_path, "import setuptools\nimport distutils\n") == []
    job = make_job(tmp_path)
    job.script.write_text("import cgi\n", encoding="utf-8")
    assert read_code(job, {}, TO_6, packages=["legacy-cgi"]) == []
    assert len(read_code(job, {}, TO_6, packages=["requests"])) == 1


def test_between_versions_of_one_python_and_spark_nothing_is_found(tmp_path: Path) -> None:
    code = f"{IMPORTS}import imp\nF.col('a').cast('int')\nx = 'org.a:b_2.12:1'\n"
    assert read(tmp_path, code, Change("5.0", "5.1")) == []
    assert read(tmp_path, code, Change("6.0", "5.1")) == []


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("F.col('a').cast('int')", '.cast("int") may raise'),
        ("F.col('a').cast(IntegerType())", '.cast("int") may raise'),
        ("col('a').astype(IntegerType())", '.astype("int") may raise'),
        ("F.col('a').cast('array<int>')", '.cast("array<int>") may raise'),
        ("frame['a'].cast('decimal(10,2)')", '.cast("decimal(10,2)") may raise'),
        ("spark.sql('select cast(a as date) from t')", "cast(… as date) may raise"),
        ("Q = 'select CAST (cast(a as string) AS bigint) x'", "cast(… as bigint) may raise"),
        ("frame.selectExpr('a::int')", "::int may raise"),
        ("F.split('a', ',')[1]", "F.split('a', ',')[1] may raise: an index"),
        ("F.split('a', ',').getItem(1)", ".getItem(1) may raise: an index"),
        ("F.expr('a[0]')", "[0] may raise: an index"),
        ("F.element_at('a', 3)", "element_at may raise"),
        ("parse('a', 'yyyy')", "to_date may raise: a text that does not fit was null, and spark.sql.legacy.time"),
        ("F.expr('to_timestamp(a, \"yyyy\")')", "to_timestamp may raise"),
        ("F.col('a') / F.col('b')", "F.col('a') / F.col('b') may raise: a division by 0"),
        ("F.col('a') / F.lit(0)", "F.col('a') / F.lit(0) may raise: a division by 0"),
        ("spark.sql('select a / b from t')", "a division in SQL may raise"),
        ("F.size('a')", "the size of a null is null with ANSI SQL, and was -1"),
    ],
)
def test_what_ansi_sql_may_refuse_is_a_warning(tmp_path: Path, code: str, expected: str) -> None:
    ((line, breaks, message),) = in_code(tmp_path, code)
    assert (line, breaks) == (1, False)
    assert message.startswith(expected)


@pytest.mark.parametrize(
    "code",
    [
        "F.col('a').cast('string')",
        "F.col('a').cast(StringType())",
        "frame.astype('int')",  # of pandas
        "F.col('a').try_cast('int')",
        "F.expr('try_cast(a as int)')",
        "spark.sql('select try_element_at(a, 3), try_to_timestamp(b) from t')",
        "spark.sql(\"select 'cast(a as int)', 'x / y', m['key'] from t\")",
        "spark.sql('select a / 2, a / nullif(b, 0) from csv.`s3://b/k`')",
        "F.col('a') / 2",
        "F.col('a') / F.lit(60)",
        "1 / count",
        "rows[0]",
        "frame.collect()[0]",
        "row.a[0]",
        "size(x)",
        '"""Cast(a as int) as documentation."""',
        "path = 'a / b [0]'",
    ],
)
def test_what_ansi_sql_takes_is_no_finding(tmp_path: Path, code: str) -> None:
    assert in_code(tmp_path, code) == []


@pytest.mark.parametrize(
    "switch",
    [
        "spark.conf.set('spark.sql.ansi.enabled', 'false')",
        "spark.conf.set('spark.sql.ansi.enabled', False)",
        "SparkSession.builder.config('spark.sql.ansi.enabled', 'false')",
        "spark.sql('SET spark.sql.ansi.enabled=false')",
    ],
)
def test_a_script_that_turns_ansi_sql_off_has_no_such_warning(tmp_path: Path, switch: str) -> None:
    on = switch.replace("'false'", "'true'").replace("False", "True").replace("=false", "=true")
    assert in_code(tmp_path, f"{switch}\nF.col('a').cast('int')\n") == []
    assert len(in_code(tmp_path, f"{on}\nF.col('a').cast('int')\n")) == 1


def test_the_line_is_that_of_the_word_in_a_chain_of_calls_and_in_a_text_of_several_lines(tmp_path: Path) -> None:
    chain = "frame.withColumn(\n    'a',\n    F.col('a')\n    .cast('int'),\n)\n"
    assert [line for line, _, _ in in_code(tmp_path, chain)] == [4]
    sql = 'spark.sql("""\n  select a,\n    cast(b as int),\n    to_date(c)\n  from t\n""")\n'
    assert [line for line, _, _ in in_code(tmp_path, sql)] == [3, 4]
    side_by_side = "Q = ('select a, '\n     'cast(b as int) '\n     'from t')\n"
    assert [line for line, _, _ in in_code(tmp_path, side_by_side)] == [2]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (
            "SparkConf().set('spark.jars.packages', 'io.delta:delta-spark_2.12:3.3.2')",
            "io.delta:delta-spark_2.12:3.3.2 is built for Scala 2.12, and Glue 6.0 has 2.13; take io.delta:delta",
        ),
        (
            "spark.conf.set('spark.hadoop.fs.s3.maxConnections', '5')",
            "spark.hadoop.fs.s3.maxConnections is a setting of EMRFS, and Glue 6.0 reads S3 with S3A;"
            " write spark.hadoop.fs.s3a.connection.maximum",
        ),
        (
            "hadoop.set('fs.s3.consistent', 'true')",
            "fs.s3.consistent is a setting of EMRFS, and Glue 6.0 reads S3 with",
        ),
        (
            "hadoop.set('fs.s3.impl', 'com.amazon.ws.emr.hadoop.fs.EmrFileSystem')",
            "com.amazon.ws.emr.hadoop.fs.EmrFileSystem is a class of EMRFS",
        ),
        (
            "sc._jvm.com.amazonaws.services.s3.AmazonS3ClientBuilder.defaultClient()",
            "com.amazonaws.services.s3.AmazonS3ClientBuilder is a class of AWS SDK for Java 1, which Glue 6.0 has not;"
            " use boto3",
        ),
        (
            "C = 'com.amazonaws.auth.DefaultAWSCredentialsProviderChain'",
            "com.amazonaws.auth.DefaultAWSCredentialsProviderChain is a class of AWS SDK for Java 1",
        ),
    ],
)
def test_a_name_of_what_is_below_spark_breaks(tmp_path: Path, code: str, expected: str) -> None:
    found = in_code(tmp_path, code)
    assert found[0][:2] == (1, True)
    assert any(message.startswith(expected) for _, _, message in found)


@pytest.mark.parametrize(
    "code",
    ["conf.set('fs.s3a.connection.maximum', 1)", "sc._jvm.com.amazonaws.services.glue.GlueContext", "x = 'a_2.13:1'"],
)
def test_names_that_glue_6_knows_are_no_finding(tmp_path: Path, code: str) -> None:
    assert in_code(tmp_path, code) == []


@pytest.mark.parametrize(
    ("code", "breaks", "message"),
    [
        (
            "from pyspark.sql.column import Column, _to_java_column",
            True,
            "imports _to_java_column from pyspark.sql.column; on Glue 6.0 it is in pyspark.sql.classic.column",
        ),
        (
            "from pyspark.sql import SQLContext",
            False,
            "imports SQLContext, which AWS says that Glue 6.0 has not; use SparkSession",
        ),
    ],
)
def test_a_name_of_pyspark_that_glue_6_has_not_there(tmp_path: Path, code: str, breaks: bool, message: str) -> None:
    assert in_code(tmp_path, code) == [(1, breaks, message)]


REQUIRED = (
    '--least is read as --least_age on Glue 5.1, which takes abbreviations; on 6.0 the run ends with "the following'
    ' arguments are required: --least_age"; give --least_age, or, on 6.0 alone, pass allow_abbrev=True'
)


def test_an_abbreviated_option_breaks_on_the_line_that_asks_for_it(tmp_path: Path) -> None:
    code = "args = getResolvedOptions(\n    sys.argv,\n    ['JOB_NAME', 'least_age'],\n)\n"
    assert in_code(tmp_path, code, least="1") == [(3, True, REQUIRED)]
    assert in_code(tmp_path, code, least_age="1") == []


def test_an_abbreviation_that_the_script_gives_itself_breaks(tmp_path: Path) -> None:
    code = "args = getResolvedOptions([*sys.argv, '--least', '1'], ['least_age'])\n"
    assert in_code(tmp_path, code) == [(1, True, REQUIRED)]


def test_an_abbreviation_beside_the_whole_name_is_a_warning(tmp_path: Path) -> None:
    code = "getResolvedOptions(sys.argv, ['least_age'])"
    ((line, breaks, message),) = in_code(tmp_path, code, least="1", least_age="2")
    assert (line, breaks) == (1, False)
    assert "on 6.0 --least_age then has its own value alone" in message


def test_an_option_that_the_script_looks_for_by_an_abbreviation_is_a_warning(tmp_path: Path) -> None:
    code = "if '--least' in sys.argv:\n    args = getResolvedOptions(sys.argv, ['least_age'])\n"
    ((line, breaks, message),) = in_code(tmp_path, code)
    assert (line, breaks) == (2, False)
    assert message.startswith("where it is given, --least is read as --least_age on Glue 5.1")


@pytest.mark.parametrize("given", ["JOB", "job-bookmark-option", "least_age_in_years"])
def test_what_is_no_abbreviation_is_no_finding(tmp_path: Path, given: str) -> None:
    code = "getResolvedOptions(sys.argv, ['JOB_NAME', 'JOB_TAG', 'least_age'])"
    assert in_code(tmp_path, code, **{given: "1"}) == []


def test_a_call_that_allows_abbreviations_is_no_finding(tmp_path: Path) -> None:
    code = "getResolvedOptions(sys.argv, ['least_age'], allow_abbrev=True)"
    assert in_code(tmp_path, code, least="1") == []


def test_options_that_are_known_only_when_it_runs_are_a_warning(tmp_path: Path) -> None:
    code = "NAMES = open('x').read().split()\ngetResolvedOptions(sys.argv, NAMES)\n"
    ((line, breaks, message),) = in_code(tmp_path, code)
    assert (line, breaks) == (2, False)
    assert message.startswith("getResolvedOptions gets names that are known only when it runs; on 6.0 an argument must")


def test_shared_modules_are_read_too(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    shared, data = tmp_path / "shared.py", tmp_path / "data.txt"
    shared.write_text("import sys\nimport imp\n", encoding="utf-8")
    data.write_text("import imp", encoding="utf-8")
    found = read_code(job.model_copy(update={"shared_files": (shared, data)}), {}, TO_6)
    assert [(Path(one.file).name, one.line) for one in found] == [("shared.py", 2)]


def test_a_module_that_python_cannot_parse_is_said_and_the_others_are_read(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    broken, shared = tmp_path / "broken.py", tmp_path / "shared.py"
    broken.write_text("x =\n", encoding="utf-8")
    shared.write_text("import imp\n", encoding="utf-8")
    found = read_code(job.model_copy(update={"shared_files": (broken, shared)}), {}, TO_6)
    assert [(Path(one.file).name, one.breaks) for one in found] == [("broken.py", False), ("shared.py", True)]
