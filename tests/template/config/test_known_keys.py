"""Keys that people know from elsewhere: each has a line of its own, and none is a key of the config."""

import re
from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError
from aws_glue_cdk_baseline.config.job_settings import JobSettings
from aws_glue_cdk_baseline.config.known_keys import JOB_KEYS, STAGE_KEYS, TOP_KEYS, about_key
from aws_glue_cdk_baseline.config.model import ConfigFile, StageSection
from aws_glue_cdk_baseline.config.section import Section
from tests.configs import CONFIG, load

# https://docs.aws.amazon.com/glue/latest/webapi/API_CreateJob.html, without what has the name of a setting
GLUE_API = """
AllocatedCapacity CodeGenConfigurationNodes Command ExecutionProperty JobMode
JobRunQueuingEnabled LogUri Name NonOverridableArguments NotificationProperty Role
SourceControlDetails Timeout
"""
PLANNED = "tableFormat tables"


@pytest.mark.parametrize(
    "key", [*GLUE_API.split(), *PLANNED.split(), "subnetId", "security_group_ids", "extraPyFiles", "crawler"]
)
def test_a_property_of_a_job_has_a_line_with_a_way_to_go_on(key: str) -> None:
    message = about_key(key, "job") or ""
    assert re.search(r"meanwhile|instead|remove|`\w+`|import it|above its settings|`--|save its script", message)


@pytest.mark.parametrize(
    ("section", "level"),
    [(JobSettings, "job"), (StageSection, "stage"), (ConfigFile, "top")],
    ids=lambda value: str(value),
)
def test_no_key_of_the_config_is_called_unknown(section: type[Section], level: str) -> None:
    assert [name for name in section.model_fields if about_key(name, level)] == []


@pytest.mark.parametrize("table", [TOP_KEYS, STAGE_KEYS, JOB_KEYS])
def test_each_key_has_one_sentence(table: dict[str, str]) -> None:
    keys = [key.lower() for names in table.values() for key in names.split()]
    assert sorted(keys) == sorted(set(keys))


def test_every_spelling_of_a_key_is_known_and_other_keys_are_not() -> None:
    spellings = ["securityGroupIds", "SecurityGroupIds", "security_group_ids", "security-group-ids"]
    assert len({about_key(key, "job") for key in spellings}) == 1
    assert about_key("minimumAge", "job") is None
    assert about_key("connections", "") is None


def test_a_key_in_the_wrong_place_is_sent_to_its_own(tmp_path: Path) -> None:
    for place, key, said in (
        ("", "dashboard: true", "is a key of a stage; write it below the name of the stage, such as prod"),
        ("  ", "pullRequests: true", "is a key of the whole file; write it at the top, not indented"),
        ("", "numberOfWorkers: 4", "is a setting of a job; write it below the name of a job, under `jobs`"),
        ("  ", "numberOfWorkers: 4", "is a setting of a job; write it below the name of a job, under `jobs`"),
        ("  ", "awsRegion: x", "belongs to an account, as in `devAccount: {awsAccountId: …, awsRegion: …}`"),
    ):
        with pytest.raises(ConfigError) as error:
            load(tmp_path, f"{CONFIG}{place}{key}\n")
        where = f"prod.{key}" if place else key
        assert str(error.value) == f"c.yaml:22: {where.partition(':')[0]}: {said}"
