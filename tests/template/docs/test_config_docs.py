"""docs/config.md and docs/operate.md: every example loads, the wrong one is refused with the lines below it.

Every key of the config has an example.

An example is a fenced block `yaml`. It is a whole file where it has `pipelineAccount` and `dev`, else a part that is
put into BASE. A block `yaml refused` is refused with exactly the lines of the `text` block that follows it.
"""

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from aws_glue_cdk_baseline.config import PROJECT, Config, ConfigError, JobSettings, json_schema
from aws_glue_cdk_baseline.config.parameters import argument_name, snake_case
from aws_glue_cdk_baseline.pipeline_stack import PipelineStack
from tests.apps import make_app
from tests.configs import load

BASE = """\
pipelineAccount: {awsAccountId: "111111111111", awsRegion: us-east-1}
devAccount: {awsAccountId: "222222222222", awsRegion: us-east-1}
prodAccount: {awsAccountId: "333333333333", awsRegion: us-east-1}
dev:
  jobs:
    CleanOrders: {inputLocation: s3://orders-dev/raw/, outputLocation: s3://orders-dev/clean/}
prod:
  jobs:
    CleanOrders: {inputLocation: s3://orders/raw/, outputLocation: s3://orders/clean/}
"""
SCRIPT = """\
import sys
from awsglue.utils import getResolvedOptions
args = getResolvedOptions(sys.argv, {options})
"""
TEXT = "".join((PROJECT / "docs" / page).read_text(encoding="utf-8") for page in ("config.md", "operate.md"))
BLOCKS = re.findall(r"^```([^\n]*)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
EXAMPLES = [body for kind, body in BLOCKS if kind == "yaml"]
REFUSED = [
    (body, after)
    for (kind, body), (next_kind, after) in pairwise(BLOCKS)
    if (kind, next_kind) == ("yaml refused", "text")
]
SETTINGS = {field.alias for field in JobSettings.model_fields.values()}
Data = dict[str, Any]


def read(text: str) -> Data:
    """The YAML as typed: every value is text."""
    found: Data = yaml.load(text, Loader=yaml.BaseLoader)
    return found


def is_whole(example: Data) -> bool:
    return "pipelineAccount" in example and "dev" in example


def merged(base: Data, part: Data) -> Data:
    """`base` with `part` put into it, section by section."""
    both = dict(base)
    for key, value in part.items():
        inner = both.get(key)
        both[key] = merged(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return both


def jobs_of(config: Data) -> dict[str, list[Data]]:
    """The blocks of each job, from all stages and from `jobs`."""
    found: dict[str, list[Data]] = {}
    stages = [section for name, section in config.items() if f"{name}Account" in config]
    for jobs in [config.get("jobs", {}), *(stage["jobs"] for stage in stages)]:
        for name, block in jobs.items():
            found.setdefault(name, []).append(block)
    return found


def scripts_for(config: Data) -> dict[str, str]:
    """Scripts that read the parameters of the config's jobs, by their file names."""
    scripts = {}
    for name, blocks in jobs_of(config).items():
        names = [block["script"] for block in blocks if "script" in block]
        parameters = dict.fromkeys(key for block in blocks for key in block if key not in SETTINGS)
        options = ["JOB_NAME", *(argument_name(parameter)[2:] for parameter in parameters)]
        scripts[names[0] if names else f"{snake_case(name)}.py"] = SCRIPT.format(options=options)
    return scripts


def load_data(folder: Path, data: Data) -> Config:
    return load(folder, yaml.safe_dump(data, sort_keys=False), scripts_for(data))


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_loads(tmp_path: Path, example: str) -> None:
    data = read(example)
    load_data(tmp_path, data if is_whole(data) else merged(read(BASE), data))


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_fits_the_schema_that_editors_read(example: str) -> None:
    data = yaml.safe_load(example)
    jsonschema.validate(data if is_whole(data) else merged(yaml.safe_load(BASE), data), json.loads(json_schema()))


def test_all_examples_synthesize_together(tmp_path: Path) -> None:
    data = read(BASE)
    for example in map(read, EXAMPLES):
        data = data if is_whole(example) else merged(data, example)
    data["pullRequests"] = "false"  # of CodeCommit, and the source is another; tests/template/pr_check synthesizes it
    accounts = {key: value for key, value in read(BASE).items() if key.endswith("Account")}
    config = load_data(tmp_path, {**data, **accounts})  # as the parts have them, in the Region of their ARNs
    app, home = make_app(), config.pipeline_account
    PipelineStack(app, "PipelineStack", config=config, env={"account": home.aws_account_id, "region": home.aws_region})
    stacks = app.synth().get_nested_assembly("assembly-PipelineStack-DeployProd").stacks
    (stack,) = [stack for stack in stacks if stack.stack_name.endswith("GlueAppStack")]
    jobs = [item["Properties"] for item in stack.template["Resources"].values() if item["Type"] == "AWS::Glue::Job"]
    names = ["CleanOrders", "LoadOrders", "NotifyOrders", "StreamOrders"]
    assert sorted(job["Name"] for job in jobs) == [f"orders-{name}-prod" for name in names]
    job = jobs[0]
    assert job["DefaultArguments"]["--minimum_age"] == "021"
    assert (job["GlueVersion"], job["WorkerType"], job["NumberOfWorkers"], job["Timeout"]) == ("6.0", "G.2X", 20, 15)


@pytest.mark.parametrize(("example", "said"), REFUSED)
def test_what_is_wrong_is_refused_with_the_lines_below_it(tmp_path: Path, example: str, said: str) -> None:
    """The example comes first in the file, so that its lines are those of the page."""
    with pytest.raises(ConfigError) as error:
        load(tmp_path, example + BASE, scripts_for(read(BASE)))
    assert str(error.value).replace("c.yaml", "default-config.yaml") + "\n" == said


def test_the_page_has_a_wrong_example() -> None:
    assert len(REFUSED) == [kind for kind, _ in BLOCKS].count("yaml refused") == 1


def keys(schema: Any) -> set[str]:
    """The names of all properties, however deep."""
    if isinstance(schema, list):
        return {key for item in schema for key in keys(item)}
    if not isinstance(schema, dict):
        return set()
    own = set(schema["properties"]) if isinstance(schema.get("properties"), dict) else set()
    return own.union(*(keys(value) for value in schema.values()))


def test_every_key_of_the_model_has_an_example() -> None:
    known = keys(json.loads(json_schema()))
    assert {"outputRows", "logRetentionDays", "reason"} <= known
    assert {key for key in known if not any(re.search(rf"\b{key}:", example) for example in EXAMPLES)} == set()
