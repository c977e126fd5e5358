import pytest
from awsglue.utils import GlueArgumentError, getResolvedOptions

from aws_glue_cdk_baseline.config.parameters import argument_name, parameter_error, parameter_name, snake_case

ARGUMENTS = {
    "inputLocation": "--input_path",
    "inputLocationOrgs": "--input_path_orgs",
    "outputLocation": "--output_path",
    "minimumAge": "--minimum_age",
    "input_path": "--input_path",
    "relocationDate": "--relocation_date",
    "top10Names": "--top10_names",
    "inputDatabaseOrders": "--input_database_orders",
}


@pytest.mark.parametrize("parameter", ARGUMENTS)
def test_a_parameter_arrives_in_snake_case_a_location_as_a_path(parameter: str) -> None:
    assert argument_name(parameter) == ARGUMENTS[parameter]


def test_a_script_is_the_jobs_name_in_snake_case() -> None:
    names = ["ProcessLegislators", "S3Copy", "LoadHTTPLogs", "load", "Load-Daily"]
    assert [snake_case(name) for name in names] == [
        "process_legislators",
        "s3_copy",
        "load_http_logs",
        "load",
        "load_daily",
    ]


def test_an_option_names_the_parameter_that_supplies_it() -> None:
    assert parameter_name("input_path_orgs") == "inputLocationOrgs"
    assert parameter_name("input_path_orgs", used=["input_path_orgs"]) == "input_path_orgs"


@pytest.mark.parametrize(
    "value", ["s3://bucket", "s3://bucket/", "s3://path_to_data/", "s3://b.u-c/ä b/x".replace(" ", "")]
)
def test_locations(value: str) -> None:
    assert parameter_error("inputLocation", value, []) is None


NO_LOCATIONS = {
    "bucket/key": "; allowed: ",
    "s3:/bucket": ": it begins with 's3:/'; write s3://",
    "S3://bucket/": ": it begins with 'S3://'; write s3://",
    "s3a://bucket/": ": it begins with 's3a://'; write s3://",
    "s3n://bucket/": ": it begins with 's3n://'; write s3://",
    "s3://": ": it has no bucket",
    "s3://b": ": 'b' is not the name of a bucket",
    "s3://a b/c": ": it has a space, which no location may have here",
    "s3://a-b/x\ty": ": it has the character '\\t', which no location may have here",
    "s3://a-b/x/*": ": it has the character '*', a pattern: name the folder above",
    "s3://a-b/${day}": ": it has the character '$', a placeholder: write the name itself",
}


@pytest.mark.parametrize("value", NO_LOCATIONS)
def test_what_is_no_location_is_told_with_the_character(value: str) -> None:
    assert f"is not a location in S3{NO_LOCATIONS[value]}" in (parameter_error("inputLocation", value, []) or "")


NO_DATABASES = {
    "Shop": "allowed: small letters, digits, _ and -; write shop, as Glue does",
    "jdbc:mysql://host/shop": "small letters, digits, _ and -; for another value choose another name than database",
    "shop.orders": "for another value choose another name than database",
    "shop/*": "for another value choose another name than database",
    "x" * 256: "for another value choose another name than database",
}


@pytest.mark.parametrize("value", NO_DATABASES)
def test_what_is_no_database_is_told(value: str) -> None:
    error = parameter_error("database", value, []) or ""
    assert "is not the name of a database of the Glue Data Catalog; " in error
    assert error.endswith(NO_DATABASES[value])


@pytest.mark.parametrize("parameter", ["database", "inputDatabase", "outputDatabaseOrders", "input_database_1"])
def test_databases(parameter: str) -> None:
    assert parameter_error(parameter, "shop_2026-01", []) is None
    assert parameter_error(parameter, "Shop", []) is not None
    assert parameter_error(f"my{parameter.capitalize()}", "Shop", []) is None


DASHES = ["--x", "-x", "--", "-1.5e3", "--name=x"]
FINE = ["-1", "-1.5", "-", "- x", "-x y", "--x y", "x--y", "a -b"]


@pytest.mark.parametrize("value", [*DASHES, *FINE])
def test_a_value_is_refused_if_and_only_if_getresolvedoptions_refuses_it(value: str) -> None:
    error = parameter_error("minimumAge", value, []) or ""
    assert ("begins with `-`" in error) == (value in DASHES)
    command = ["script", "--minimum_age", value]
    if value in FINE:
        assert getResolvedOptions(command, ["minimum_age"])["minimum_age"] == value
    else:
        with pytest.raises(GlueArgumentError, match=r"^argument --minimum_age: expected one argument$"):
            getResolvedOptions(command, ["minimum_age"])
