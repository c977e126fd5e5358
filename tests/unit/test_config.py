"""default-config.yaml has no error, for the app and for editors."""

import json

import jsonschema
import pytest
import yaml

from aws_glue_cdk_baseline.config import PROJECT, json_schema, load_config
from aws_glue_cdk_baseline.permissions.role_size import role_size_error

FILE = PROJECT / "default-config.yaml"


def test_it_is_without_an_error() -> None:
    assert load_config(FILE, check_job=role_size_error).file == "default-config.yaml"


def test_it_follows_the_schema_with_which_editors_complete_it() -> None:
    text = FILE.read_text(encoding="utf-8")
    data = json.loads(json.dumps(yaml.safe_load(text), default=str))  # a date is text to this project and to editors
    jsonschema.validate(data, json.loads(json_schema()))
    stage = load_config(FILE).stages[0].name
    next(iter(data[stage]["jobs"].values()))["numberOfWorkers"] = "many"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, json.loads(json_schema()))


def test_the_schema_is_the_one_of_the_model() -> None:
    assert (PROJECT / "config.schema.json").read_text(encoding="utf-8") == json_schema(), "run `make schema`"
