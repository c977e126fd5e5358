"""More of Glue by config: what sparkConf, connections, tags and kmsKeys become, and each wrong value in one line."""

from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError
from tests.configs import CONFIG, load

KEY = "arn:aws:kms:us-east-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OTHER = "arn:aws:kms:eu-west-1:333333333333:key/mrk-1"
SPELLED = "arn:aws:kms:us-east-1:123456789102:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def of_join(settings: str) -> str:
    """CONFIG with these settings of the job Join, on line 6 of the file."""
    return CONFIG.replace("numberOfWorkers: 4", settings)


def said(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        load(folder, text)
    return str(error.value)


def test_settings_of_spark_are_one_argument_after_that_of_default_arguments(tmp_path: Path) -> None:
    text = of_join('sparkConf: {spark.a: 64}\n    defaultArguments: {"--conf": "spark.b=x --conf spark.c=y"}')
    text = text.replace("minimumAge: 21", "minimumAge: 21\n      sparkConf: {spark.d: false, spark.a: 8}")
    jobs = [stage.jobs[1] for stage in load(tmp_path, text).stages]
    assert [job.run_arguments["--conf"] for job in jobs] == [
        "spark.b=x --conf spark.c=y --conf spark.a=8 --conf spark.d=false",
        "spark.b=x --conf spark.c=y --conf spark.a=64",
    ]


def test_tags_of_a_job_are_its_own_and_those_of_file_and_stage_are_for_all_of_the_stage(tmp_path: Path) -> None:
    text = of_join("tags: {Team: data, Cost Center: 021}") + "tags: {Owner: me, Environment: all}\n"
    text = text.replace("prod:\n", "prod:\n  tags: {Environment: prod}\n")
    text = text.replace("minimumAge: 21", "minimumAge: 21\n      tags: {Team: dev}")
    config = load(tmp_path, text)
    assert config.tags == {"Owner": "me", "Environment": "all"}
    assert [stage.tags["Environment"] for stage in config.stages] == ["all", "prod"]
    assert [stage.jobs[1].settings.tags for stage in config.stages] == [
        {"Team": "dev", "Cost Center": "021"},
        {"Team": "data", "Cost Center": "021"},
    ]


def test_a_job_has_the_keys_of_its_buckets_and_of_its_security_configuration(tmp_path: Path) -> None:
    keys = f"{{dev-data: {KEY}, prod-data: [{KEY}, {OTHER}], logs: {KEY}, ours: {OTHER}}}"
    text = of_join("securityConfiguration: ours\n    sparkUi: s3://logs/spark/") + f"kmsKeys: {keys}\n"
    text = text.replace("dev:\n", f"dev:\n  kmsKeys: {{ours: {KEY}}}\n")
    dev, prod = (stage.jobs for stage in load(tmp_path, text).stages)
    assert dev[0].kms_keys == {"dev-data": (KEY,)}
    assert dev[1].kms_keys == {"dev-data": (KEY,), "logs": (KEY,), "ours": (KEY,)}
    assert prod[1].kms_keys == {"prod-data": (KEY, OTHER), "logs": (KEY,), "ours": (OTHER,)}


def test_one_connection_needs_no_list(tmp_path: Path) -> None:
    assert load(tmp_path, of_join("connections: orders db")).stages[0].jobs[1].settings.connections == ("orders db",)


ALLOWED = "allowed: letters, digits, spaces and . : / = + - @ _, at most"
UNUSED = "has a location in a bucket of this name, or such a securityConfiguration"
WRONG = {
    "sparkConf: {shuffle.partitions: 4}": (
        "sparkConf.shuffle.partitions: 'shuffle.partitions' is not a setting of Spark; it begins with spark., as in"
        " spark.sql.shuffle.partitions"
    ),
    "sparkConf: {spark.a: ''}": "sparkConf.spark.a: is empty; give the setting a value, or remove it",
    "sparkConf: {spark.a: 1 --conf spark.b=2}": (
        "sparkConf.spark.a: '1 --conf spark.b=2' cannot be part of Glue's argument --conf; write one value on one line"
    ),
    "sparkConf: {spark.a: {b: 1}}": "sparkConf.spark.a: {'b': '1'} is not one value; write text or a number",
    "sparkConf: [spark.a]": ("sparkConf: ['spark.a'] is not a section; write `key: value` lines, indented, below it"),
    'sparkConf: {spark.a: 1}\n    defaultArguments: {"--conf": spark.a=2}': (
        "sparkConf: spark.a is also in --conf under defaultArguments; remove one of the two"
    ),
    "observability: all": "observability: 'all' is neither true nor false",
    **{
        f"{key}:": f"{key}: is empty; give it a value or remove the key"
        for key in ("description", "script", "sparkUi", "maxDurationMinutes", "securityConfiguration", "expect")
    },
    "expect: {outputRows: , maxMinutes: 5}": "expect.outputRows: is empty; give it a value or remove the key",
    "type: streaming\n    maintenanceWindow:": "maintenanceWindow: is empty; give it a value or remove the key",
    "sparkUi: s3://logs/spark": "sparkUi: 's3://logs/spark' is not a folder; end it with /: s3://logs/spark/",
    "sparkUi: true": ("sparkUi: 'true' is not a location in S3; allowed: s3://bucket/key or s3://bucket/prefix/"),
    "queuing: true\n    maxRetries: 2": (
        "queuing: Glue tries no run of a job with queuing again; remove `maxRetries: 2`, or queuing"
    ),
    "queuing: true\n    executionClass: FLEX": (
        "queuing: FLEX has a queue of its own: such a run waits up to 20 minutes; remove queuing, or executionClass"
    ),
    "connections: [a*]": (
        "connections.0: 'a*' is not a name in Glue; allowed: letters, digits, _, -, . and spaces inside, such as"
        " orders-db"
    ),
    "connections: [a, a]": "connections: 'a' is there twice; remove one",
    "connections: a, b": "connections: 'a, b' is one text; write a list: [a, b]",
    "connections: {a: b}": "connections: {'a': 'b'} is not a list; write one `- item` a line below it",
    "securityConfiguration: arn:aws:x": (
        "securityConfiguration: 'arn:aws:x' cannot name a security configuration whose log groups Glue names after it;"
        " allowed: letters, digits, ., - and _, at most 255 characters"
    ),
    "tags: {stack_name: x}": ("tags.stack_name: the template sets the tag stack_name of each job; choose another key"),
    "tags: {AWS:x: y}": ("tags.AWS:x: 'AWS:x' begins with aws:, which AWS keeps for itself; choose another key"),
    "tags: {a?: y}": f"tags.a?: 'a?' is not the key of a tag; {ALLOWED} 128 characters",
    "tags: {a: y?}": f"tags.a: 'y?' is not the value of a tag; {ALLOWED} 256 characters",
    "tags: {Team: a, team: b}": (
        "tags: team and Team differ in capital letters only, which IAM takes for one key; remove one"
    ),
    f"tags: {{{', '.join(f'key{n}: x' for n in range(47))}}}": (
        "tags: there are 47 tags; at most 46: AWS allows 50, and the template sets four of a job"
    ),
    "kmsKeys: {a: b}": (
        "kmsKeys: is no setting; write `kmsKeys:` at the top of the file or in the stage, as in `kmsKeys: {bucket:"
        " arn:…}`"
    ),
    "enableMetrics: true": "enableMetrics: is called `observability` here; write `observability: true`",
}
WRONG_AT_THE_TOP = {
    "kmsKeys: {dev-data: alias/orders}": (
        "kmsKeys.dev-data.0: 'alias/orders' is an alias, and permissions are on keys; write the ARN of the key it is"
        " for"
    ),
    "kmsKeys: {dev-data: []}": "kmsKeys.dev-data: names no key; write the ARN of one, or remove it",
    "kmsKeys: {dev-data: 1234}": (
        f"kmsKeys.dev-data.0: '1234' is not the ARN of a KMS key; write one such as {SPELLED}"
    ),
    "kmsKeys: {dev-data: 'arn:aws:kms:us-esat-1:222222222222:key/a'}": (
        "kmsKeys.dev-data.0: 'arn:aws:kms:us-esat-1:222222222222:key/a' has us-esat-1, which is not an AWS Region"
        " with Glue"
    ),
    "kmsKeys: {dev-data: 'arn:aws:kms:cn-north-1:222222222222:key/a'}": (
        "kmsKeys.dev-data.0: 'arn:aws:kms:cn-north-1:222222222222:key/a' begins with arn:aws, and cn-north-1 is in"
        " aws-cn"
    ),
    "kmsKeys: {dev-data: 'arn:aws-cn:kms:cn-north-1:222222222222:key/a'}": (
        "kmsKeys.dev-data: 'arn:aws-cn:kms:cn-north-1:222222222222:key/a' is in the AWS partition aws-cn, and the"
        " pipeline is in aws"
    ),
    f"kmsKeys: {{dev-dta: {KEY}}}": f"kmsKeys.dev-dta: no job {UNUSED}; did you mean dev-data?",
    f"kmsKeys: {{elsewhere: {KEY}}}": (
        f"kmsKeys.elsewhere: no job {UNUSED}; remove it, or name one of a job's locations"
    ),
    f"kmsKeys: {{s3://dev-data/x: {KEY}}}": (
        "kmsKeys.s3://dev-data/x: 's3://dev-data/x' is a location; name its bucket: dev-data"
    ),
    "tags: {environment: x}": "tags.environment: the template sets the tag environment of each job; choose another key",
    "connections: [a]": "connections: is a setting of a job; name there the Glue connections that it uses",
    f"kmsKey: {KEY}": (
        "kmsKey: is no setting; write `kmsKeys:` at the top of the file or in the stage, as in `kmsKeys: {bucket:"
        " arn:…}`"
    ),
}


@pytest.mark.parametrize("settings", WRONG)
def test_a_wrong_value_of_a_job_is_one_line(tmp_path: Path, settings: str) -> None:
    line = 6 + settings.startswith("type: streaming")
    assert said(tmp_path, of_join(settings)) == f"c.yaml:{line}: jobs.Join.{WRONG[settings]}"


@pytest.mark.parametrize("line", WRONG_AT_THE_TOP)
def test_a_wrong_value_of_the_file_is_one_line(tmp_path: Path, line: str) -> None:
    assert said(tmp_path, f"{CONFIG}{line}\n") == f"c.yaml:22: {WRONG_AT_THE_TOP[line]}"


def test_a_key_that_no_job_of_its_stage_uses_and_tags_that_do_not_fit_together_are_told_at_the_stage(
    tmp_path: Path,
) -> None:
    text = CONFIG.replace("dev:\n", f"dev:\n  kmsKeys: {{prod-data: {KEY}}}\n")
    assert said(tmp_path, text).startswith(f"c.yaml:8: dev.kmsKeys.prod-data: no job of dev {UNUSED}")
    text = CONFIG.replace("dev:\n", "dev:\n  tags: {owner: me}\n") + "tags: {Owner: you}\n"
    assert said(tmp_path, text) == (
        "c.yaml:8: dev.tags: owner and Owner differ in capital letters only, which IAM takes for one key; remove one"
    )


def test_tags_of_the_file_that_do_not_fit_together_are_told_once(tmp_path: Path) -> None:
    text = (
        of_join("tags: {Data: x}").replace("dev:\n", "dev:\n  tags: {Stage: y}\n") + "tags: {Owner: you, owner: me}\n"
    )
    assert said(tmp_path, text) == (
        "c.yaml:23: tags: owner and Owner differ in capital letters only, which IAM takes for one key; remove one"
    )
    text = of_join("tags: {Data: x}").replace("dev:\n", "dev:\n  tags: {A: y, a: z}\n")
    assert said(tmp_path, text) == (
        "c.yaml:8: dev.tags: a and A differ in capital letters only, which IAM takes for one key; remove one"
    )


def test_a_misspelt_setting_with_a_section_is_told_by_its_right_name(tmp_path: Path) -> None:
    text = CONFIG.replace("minimumAge: 21\n", "minimumAge: 21\n      tag: {Owner: me}\n")
    assert said(tmp_path, text) == (
        "c.yaml:14: dev.jobs.Join.tag: {'Owner': 'me'} is not one value; write text or a number; did you mean tags?"
    )


def test_tags_of_stage_and_job_are_counted_together(tmp_path: Path) -> None:
    tags = ", ".join(f"key{n}: x" for n in range(46))
    text = CONFIG + f"tags: {{{tags}}}\n"
    load(tmp_path, text)
    assert said(tmp_path, text.replace("numberOfWorkers: 4", "tags: {more: x}")).splitlines() == [
        "c.yaml:6: jobs.Join.tags: there are 47 tags; at most 46: AWS allows 50, and the template sets four of a job"
    ]
