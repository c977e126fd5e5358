import pytest

from aws_glue_cdk_baseline.config.parameters import argument_name, parameter_error, parameter_name, snake_case

ARGUMENTS = {
    "inputLocation": "--input_path",
    "inputLocationOrgs": "--input_path_orgs",
    "outputLocation": "--output_path",
    "minimumAge": "--minimum_age",
    "input_path": "--input_path",
    "relocationDate": "--relocation_date",
    "top10Names": "--top10_names",
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


@pytest.mark.parametrize(
    "value", ["bucket/key", "s3:/bucket", "S3://bucket/", "s3a://bucket/", "s3://", "s3://a b/c", "s3://x/*"]
)
def test_what_is_no_location(value: str) -> None:
    assert "is not a location in S3" in (parameter_error("inputLocation", value, []) or "")
