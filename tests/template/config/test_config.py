from pathlib import Path

import pytest

from aws_glue_cdk_baseline.config import ConfigError, JobSettings, load_config
from aws_glue_cdk_baseline.config.model import TOP_KEYS, StageSection
from aws_glue_cdk_baseline.config.parameters import argument_name
from aws_glue_cdk_baseline.quality.rules import RULE_TYPES
from tests.configs import CONFIG, JOIN, SHOW, load, needs_the_examples

NOT_LITERAL = (
    "import sys\nfrom awsglue.utils import getResolvedOptions\nargs = getResolvedOptions(sys.argv, sys.argv)\n"
)


def test_each_stage_has_its_own_values(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG)
    show, join = config.stage("dev").jobs
    assert show.arguments == {"--input_path": "s3://dev-data/persons.json"}
    assert join.arguments == {"--input_path_orgs": "s3://dev-data/orgs/", "--minimum_age": "21"}
    assert join.input_locations == ("s3://dev-data/orgs/",)
    assert join.script.name == "join.py"
    assert config.stage("prod").account.aws_region == "eu-west-1"


def test_a_stage_overrides_what_a_job_is_for_all_stages(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG)
    assert [stage.jobs[1].settings.number_of_workers for stage in config.stages] == [4, 8]


def test_a_value_arrives_as_it_was_typed(tmp_path: Path) -> None:
    typed = {"0.10": "0.10", "2024-01-01": "2024-01-01", "021": "021", "yes": "yes", '"a b"': "a b", "1_000": "1_000"}
    for text, value in typed.items():
        config = load(tmp_path, CONFIG.replace("minimumAge: 21", f"minimumAge: {text}"))
        assert config.stage("dev").jobs[1].arguments["--minimum_age"] == value


@pytest.mark.parametrize("typed", ["012345670123", '"012345670123"', "'012345670123'", "!!str 012345670123"])
def test_an_account_id_survives_however_it_is_written(tmp_path: Path, typed: str) -> None:
    config = load(tmp_path, CONFIG.replace('"111111111111"', typed))
    assert config.pipeline_account.aws_account_id == "012345670123"


def test_the_file_is_named_as_the_pipeline_finds_it(tmp_path: Path) -> None:
    assert load(tmp_path, CONFIG).file == "c.yaml"


def test_a_stage_may_inherit_from_another_with_an_anchor(tmp_path: Path) -> None:
    text = CONFIG.replace("    Show:\n", "    Show: &show\n", 1)
    text = text.replace("    Show:\n      inputLocation: s3://prod-data/persons.json\n", "    Show:\n      <<: *show\n")
    assert load(tmp_path, text).stage("prod").jobs[0].arguments == {"--input_path": "s3://dev-data/persons.json"}


def test_a_script_may_have_another_name(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG.replace("numberOfWorkers: 4", "script: other.py"), {"show.py": "", "other.py": JOIN})
    assert config.stage("dev").jobs[1].script.name == "other.py"


BASELINE = """\
pipelineAccount:
  awsAccountId: 123456789101
  awsRegion: us-east-1

devAccount:
  awsAccountId: 123456789102
  awsRegion: us-east-1

prodAccount:
  awsAccountId: 123456789103
  awsRegion: us-east-1

dev:
  jobs:
    ProcessLegislators:
      inputLocation: s3://awsglue-datasets/examples/us-legislators/all/persons.json
{tutorial}
prod:
  jobs:
    ProcessLegislators:
      inputLocation: s3://awsglue-datasets/examples/us-legislators/all/persons.json
{tutorial}"""
TUTORIAL = """\
    JoinLegislators:
      inputLocationOrgs: "s3://awsglue-datasets/examples/us-legislators/all/organizations.json"
      inputLocationPersons: "s3://awsglue-datasets/examples/us-legislators/all/persons.json"
      inputLocationMemberships: "s3://awsglue-datasets/examples/us-legislators/all/memberships.json"
"""


@needs_the_examples
@pytest.mark.parametrize(("tutorial", "jobs"), [("", 1), (TUTORIAL, 2)])
def test_a_config_of_the_aws_baseline_loads_as_it_is(tmp_path: Path, tutorial: str, jobs: int) -> None:
    file = tmp_path / "baseline.yaml"
    file.write_text(BASELINE.format(tutorial=tutorial))
    config = load_config(file)
    assert config.pipeline_account.aws_account_id == "123456789101"
    assert len(config.stage("dev").jobs) == jobs
    assert "--input_path" in config.stage("prod").jobs[0].arguments


def with_statement(statement: str) -> str:
    return CONFIG.replace("numberOfWorkers: 4", f"statements:\n      - {{{statement}}}")


STATEMENT = """\
actions: [sqs:SendMessage, sqs:GetQueueUrl], resources: ['arn:aws:sqs:us-east-1:222222222222:q-*'],
        reason: a queue for each day, conditions: {StringEquals: {aws:PrincipalTag/team: terms}}"""


def test_a_job_may_have_statements(tmp_path: Path) -> None:
    (statement,) = load(tmp_path, with_statement(STATEMENT)).stage("prod").jobs[1].settings.statements
    assert statement.as_iam() == {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage", "sqs:GetQueueUrl"],
        "Resource": ["arn:aws:sqs:us-east-1:222222222222:q-*"],
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": ["terms"]}},
    }


def test_a_stage_keeps_its_logs_for_30_days_or_as_long_as_it_says(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG.replace("prod:\n", "prod:\n  logRetentionDays: 365\n"))
    assert (config.stage("dev").log_retention_days, config.stage("prod").log_retention_days) == (30, 365)


STAGING = """\
stagingAccount: {awsAccountId: "444444444444", awsRegion: us-east-1}
staging:
  jobs:
    Show: {inputLocation: s3://staging-data/persons.json}
"""


def test_a_stage_is_a_section_and_its_account_in_the_order_of_the_sections(tmp_path: Path) -> None:
    config = load(tmp_path, CONFIG.replace("prod:\n", f"{STAGING}prod:\n"))
    assert [(stage.name, stage.names.pipeline_stage, stage.account.aws_account_id) for stage in config.stages] == [
        ("dev", "DeployDev", "222222222222"),
        ("staging", "DeployStaging", "444444444444"),
        ("prod", "DeployProd", "333333333333"),
    ]
    assert config.stage("staging").jobs[0].arguments == {"--input_path": "s3://staging-data/persons.json"}


def test_a_prefix_begins_the_names_of_all_that_is_deployed(tmp_path: Path) -> None:
    config = load(tmp_path, f"namePrefix: orders\n{CONFIG}")
    assert config.names.pipeline_stack == "orders-PipelineStack"
    assert (config.names.pipeline, config.names.repository) == ("orders-GluePipeline", "orders-aws-glue-cdk-baseline")
    names = config.stage("dev").names
    assert (names.stack, names.job("Show"), names.log_groups, names.test_role, names.build_role) == (
        "orders-DeployDev-GlueAppStack",
        "orders-Show-dev",
        "/aws-glue/jobs/orders-dev",
        "orders-glue-test-dev",
        "orders-glue-integration-test-dev",
    )


@pytest.mark.parametrize("prefix", ["Orders", "my-team", "o" * 21, "1a", "a b"])
def test_a_prefix_is_small_letters_and_digits(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(ConfigError) as error:
        load(tmp_path, f"namePrefix: {prefix}\n{CONFIG}")
    assert str(error.value) == (
        f"c.yaml:1: namePrefix: '{prefix}' is not a prefix of names; allowed: a small letter, then small letters and"
        " digits, at most 11 characters, such as orders"
    )


@pytest.mark.parametrize(
    ("text", "approvals", "tests"),
    [
        (CONFIG, [False, True], [True, False]),
        (CONFIG + STAGING, [False, True, True], [True, True, False]),  # staging is the last
        (CONFIG + STAGING + "  approval: false\n", [False, True, False], [True, True, False]),
        (CONFIG.replace("dev:\n", "dev:\n  approval: true\n"), [True, True], [True, False]),
        (CONFIG.replace("dev:\n", "dev:\n  approval: changes\n"), [True, True], [True, False]),
        (CONFIG.replace("dev:\n", "dev:\n  integrationTest: none\n"), [False, True], [False, False]),
        (CONFIG.replace("prod:\n", "prod:\n  integrationTest: all\n"), [False, True], [True, True]),
    ],
)
def test_prod_and_the_last_stage_are_approved_and_all_but_the_last_are_tested_unless_said_otherwise(
    tmp_path: Path, text: str, approvals: list[bool], tests: list[bool]
) -> None:
    stages = load(tmp_path, text).stages
    assert [stage.approval for stage in stages] == approvals
    assert [stage.shows_changes for stage in stages] == ["approval: changes" in text, *[False] * (len(stages) - 1)]
    assert [stage.integration_test for stage in stages] == tests


SETTINGS = ", ".join(str(field.alias) for field in JobSettings.model_fields.values())
OF_A_STAGE = ", ".join(str(field.alias) for field in StageSection.model_fields.values())
ERRORS: dict[str, tuple[str | bytes, str]] = {
    "empty file": ("", "c.yaml:1: the file is empty; start from default-config.yaml"),
    "broken YAML": (
        "dev: [1\n",
        "c.yaml:2: not valid YAML: did not find expected ',' or ']'; close the bracket of line 1, or put a comma"
        " between its values",
    ),
    "not a mapping": ("- dev\n", "c.yaml:1: expected sections such as `dev:`; start from default-config.yaml"),
    "not UTF-8": (CONFIG.encode() + b"# \xff", "c.yaml:22: byte 0xff is not UTF-8; save the file as UTF-8"),
    "a missing section": (
        CONFIG[: CONFIG.index("prod:\n")],
        "c.yaml:3: prodAccount: has no `prod:` beside it; add it as in default-config.yaml",
    ),
    "a stage without an account": (
        CONFIG + STAGING.partition("\n")[2],
        "c.yaml:22: staging: has no `stagingAccount:` beside it; add it as in default-config.yaml",
    ),
    "a stage with a capital letter": (
        CONFIG + STAGING.replace("staging", "Staging").replace("Staging-", "staging-"),
        "c.yaml:23: Staging: 'Staging' is not a stage's name; allowed: a small letter, then letters and digits, at most"
        " 20 characters, such as staging",
    ),
    "two stages that differ in capital letters": (
        CONFIG + STAGING + STAGING.replace("staging", "stAging").replace("stAging-", "staging-"),
        "c.yaml:27: stAging: differs from the stage staging in capital letters only; choose another name",
    ),
    "an approval that is none": (
        CONFIG.replace("dev:\n", "dev:\n  approval: maybe\n"),
        "c.yaml:8: dev.approval: 'maybe' is not allowed; allowed: true, false, changes",
    ),
    "an approval with a typo": (
        CONFIG.replace("dev:\n", "dev:\n  approval: change\n"),
        "c.yaml:8: dev.approval: 'change' is not allowed; did you mean changes?",
    ),
    "an integration test that is none": (
        CONFIG.replace("dev:\n", "dev:\n  integrationTest: some\n"),
        "c.yaml:8: dev.integrationTest: 'some' is not allowed; allowed: 'all', 'changed' or 'none'",
    ),
    "a parameter that only a third stage has": (
        CONFIG.replace("      minimumAge: 21\n", "").replace("      minimumAge: 021\n", "")
        + STAGING.replace("Show: {inputLocation: ", "Join: {minimumAge: 21, inputLocationOrgs: "),
        "c.yaml:11: dev.jobs.Join: minimumAge is missing: job_scripts/join.py:4 reads --minimum_age and staging has it"
        " on line 23; add it\n"
        "c.yaml:17: prod.jobs.Join: minimumAge is missing: job_scripts/join.py:4 reads --minimum_age and staging has it"
        " on line 23; add it",
    ),
    "an empty section": (
        CONFIG[: CONFIG.index("prod:\n")] + "prod:\n",
        "c.yaml:14: prod: is empty; give it a value or remove the key",
    ),
    "a section typed twice": (CONFIG + "dev: {}\n", "c.yaml:22: dev: typed twice; the first is on line 7; remove one"),
    "a key typed twice": (
        CONFIG.replace("      minimumAge: 21", "      minimumAge: 20\n      minimumAge: 21"),
        "c.yaml:14: dev.jobs.Join.minimumAge: typed twice; the first is on line 13; remove one",
    ),
    "a misspelt section": (
        CONFIG.replace("\nprod:", "\nprd:"),
        f"c.yaml:14: prd: is not known here; allowed: {', '.join(TOP_KEYS)}, and two keys a stage, as dev and"
        " devAccount; did you mean prod?",
    ),
    "a misspelt setting": (
        CONFIG.replace("numberOfWorkers: 4", "numberOfWorker: 4"),
        f"c.yaml:6: jobs.Join.numberOfWorker: is not known here; allowed: {SETTINGS}; did you mean numberOfWorkers?",
    ),
    "a statement with a wildcard for an action": (
        with_statement("actions: ['dynamodb:*'], resources: ['arn:aws:sqs:us-east-1:222222222222:q']"),
        "c.yaml:7: jobs.Join.statements.0.actions.0: 'dynamodb:*' allows more than one action; name each, such as"
        " dynamodb:GetItem",
    ),
    "a statement that allows everything": (
        with_statement("actions: ['*'], resources: ['arn:aws:sqs:us-east-1:222222222222:q']"),
        "c.yaml:7: jobs.Join.statements.0.actions.0: '*' allows more than one action; name each, such as"
        " dynamodb:GetItem",
    ),
    "an action that is none": (
        with_statement("actions: [GetItem], resources: ['arn:aws:sqs:us-east-1:222222222222:q']"),
        "c.yaml:7: jobs.Join.statements.0.actions.0: 'GetItem' is not an IAM action; write service:Action, such as"
        " dynamodb:GetItem",
    ),
    "a resource that is none": (
        with_statement("actions: [sqs:SendMessage], resources: [terms]"),
        "c.yaml:7: jobs.Join.statements.0.resources.0: 'terms' is not an ARN; write one such as"
        " arn:aws:dynamodb:us-east-1:123456789102:table/terms",
    ),
    "many resources without a reason": (
        with_statement("actions: [sqs:SendMessage], resources: ['*']"),
        "c.yaml:7: jobs.Join.statements.0: '*' stands for more than one resource; name each, or add `reason:` for the"
        " review",
    ),
    "a statement without resources": (
        with_statement("actions: [sqs:SendMessage]"),
        "c.yaml:7: jobs.Join.statements.0.resources: is missing; a statement has `resources:`, a list",
    ),
    "a statement that denies": (
        with_statement("effect: Deny, actions: [sqs:SendMessage], resources: ['arn:aws:sqs:us-east-1:222222222222:q']"),
        "c.yaml:7: jobs.Join.statements.0.effect: is not known here; allowed: actions, resources, conditions, reason",
    ),
    "an empty list of actions": (
        with_statement("actions: [], resources: ['arn:aws:sqs:us-east-1:222222222222:q']"),
        "c.yaml:7: jobs.Join.statements.0.actions: is an empty list; write one `- item` a line below it",
    ),
    "a condition operator that is none": (
        with_statement(
            "actions: [sqs:SendMessage], resources: ['arn:aws:sqs:us-east-1:222222222222:q'],"
            " conditions: {StringIs: {aws:PrincipalTag/team: terms}}"
        ),
        "c.yaml:7: jobs.Join.statements.0.conditions.StringIs: 'StringIs' is not an IAM condition operator, such as"
        " StringEquals or ArnLike",
    ),
    "statements that are no list": (
        CONFIG.replace("numberOfWorkers: 4", "statements: all"),
        "c.yaml:6: jobs.Join.statements: 'all' is not a list; write one `- item` a line below it",
    ),
    "a time that CloudWatch Logs does not keep logs for": (
        CONFIG.replace("dev:\n", "dev:\n  logRetentionDays: 31\n"),
        "c.yaml:8: dev.logRetentionDays: CloudWatch Logs cannot keep logs for 31 days; allowed: 1, 3, 5, 7, 14, 30, 60,"
        " 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653",
    ),
    "a misspelt setting of a stage": (
        CONFIG.replace("dev:\n", "dev:\n  logRetention: 30\n"),
        f"c.yaml:8: dev.logRetention: is not known here; allowed: {OF_A_STAGE}; did you mean logRetentionDays?",
    ),
    "rows expected of a job without an output": (
        CONFIG.replace("minimumAge: 21", "minimumAge: 21\n      expect: {outputRows: 1}"),
        "c.yaml:14: dev.jobs.Join.expect: expect needs the location of the output; add outputLocation here,"
        " or remove expect",
    ),
    "a number of rows that is none": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {outputRows: 0}"),
        "c.yaml:6: jobs.Join.expect.outputRows: 0 is too small; at least 1",
    ),
    "a misspelt setting in a stage": (
        CONFIG.replace("numberOfWorkers: 8", "numberOfWorker: 8"),
        "c.yaml:21: prod.jobs.Join.numberOfWorker: is neither a setting nor a parameter that the script reads"
        " (job_scripts/join.py:4); did you mean numberOfWorkers?",
    ),
    "a misspelt parameter": (
        CONFIG.replace("inputLocationOrgs: s3://dev", "inputLocationOrg: s3://dev"),
        "c.yaml:12: dev.jobs.Join.inputLocationOrg: is neither a setting nor a parameter that the script reads"
        " (job_scripts/join.py:4); did you mean inputLocationOrgs?",
    ),
    "a parameter that the script never reads": (
        CONFIG.replace("minimumAge: 21", "minimumAge: 21\n      colour: red"),
        "c.yaml:14: dev.jobs.Join.colour: is neither a setting nor a parameter that the script reads"
        " (job_scripts/join.py:4); it reads inputLocationOrgs, minimumAge; remove it or read it there",
    ),
    "an option that nothing supplies": (
        CONFIG.replace("      minimumAge: 21\n", "").replace("      minimumAge: 021\n", ""),
        "c.yaml:11: dev.jobs.Join: minimumAge is missing: job_scripts/join.py:4 reads --minimum_age and nothing"
        " supplies it; add it\n"
        "c.yaml:17: prod.jobs.Join: minimumAge is missing: job_scripts/join.py:4 reads --minimum_age and nothing"
        " supplies it; add it",
    ),
    "a parameter missing in prod": (
        CONFIG.replace("      minimumAge: 021\n", ""),
        "c.yaml:18: prod.jobs.Join: minimumAge is missing: job_scripts/join.py:4 reads --minimum_age and dev has it on"
        " line 13; add it",
    ),
    "a parameter under jobs": (
        CONFIG.replace("numberOfWorkers: 4", "inputLocationOrgs: s3://a-bucket/"),
        "c.yaml:6: jobs.Join.inputLocationOrgs: is not a setting; a parameter goes under dev.jobs.Join and"
        f" prod.jobs.Join; settings: {SETTINGS}",
    ),
    "an account id of 11 digits": (
        CONFIG.replace('"111111111111"', "11111111111"),
        "c.yaml:1: pipelineAccount.awsAccountId: '11111111111' is not an AWS account id; allowed: 12 digits, here 11,"
        " such as 123456789101",
    ),
    "an account id with hyphens": (
        CONFIG.replace('"111111111111"', "1111-1111-1111"),
        "c.yaml:1: pipelineAccount.awsAccountId: '1111-1111-1111' is not an AWS account id; write its 12 digits without"
        " separators: 111111111111",
    ),
    "a region that does not exist": (
        CONFIG.replace("eu-west-1", "us-esat-1"),
        "c.yaml:3: prodAccount.awsRegion: 'us-esat-1' is not an AWS Region with Glue; did you mean us-east-1?",
    ),
    "a location that is none": (
        CONFIG.replace("s3://dev-data/orgs/", "/data/orgs"),
        "c.yaml:12: dev.jobs.Join.inputLocationOrgs: '/data/orgs' is not a location in S3; allowed: s3://bucket/key or"
        " s3://bucket/prefix/, as the name inputLocationOrgs has the word location; for another value choose another"
        " name",
    ),
    "a list for a parameter": (
        CONFIG.replace("minimumAge: 21", "minimumAge: [21]"),
        "c.yaml:13: dev.jobs.Join.minimumAge: ['21'] is not one value; write text or a number",
    ),
    "a parameter without a value": (
        CONFIG.replace("minimumAge: 21", "minimumAge:"),
        "c.yaml:13: dev.jobs.Join.minimumAge: is empty; give it a value or remove the key",
    ),
    "a value that begins like an argument": (
        CONFIG.replace("minimumAge: 21", "minimumAge: --all"),
        "c.yaml:13: dev.jobs.Join.minimumAge: '--all' begins with `-`: Glue takes it for the name of an argument, and"
        ' the script ends with "expected one argument"; choose a value that begins with another character',
    ),
    "a default argument without a value": (
        CONFIG.replace("numberOfWorkers: 4", 'defaultArguments: {"--enable-glue-datacatalog": ""}'),
        "c.yaml:6: jobs.Join.defaultArguments.--enable-glue-datacatalog: is empty, and Glue hands no value on; give it"
        ' one, such as "true" for a switch, or remove the key',
    ),
    "a jar that is in no bucket": (
        CONFIG.replace("numberOfWorkers: 4", 'defaultArguments: {"--extra-jars": "s3://b-c/a.jar,s3a://b-c/d.jar"}'),
        "c.yaml:6: jobs.Join.defaultArguments.--extra-jars: 's3a://b-c/d.jar' is not a location in S3: it begins with"
        " 's3a://'; write s3://, which Glue reads in the same way; allowed: s3://bucket/key or s3://bucket/prefix/",
    ),
    "a property of a Glue job": (
        CONFIG.replace("numberOfWorkers: 4", "connectionNames: [rds-main]"),
        "c.yaml:6: jobs.Join.connectionNames: is called `connections` here; it names one or more",
    ),
    "a property of a Glue job in a stage": (
        CONFIG.replace("minimumAge: 21", "minimumAge: 21\n      AllocatedCapacity: 2"),
        "c.yaml:14: dev.jobs.Join.AllocatedCapacity: is no setting: the size of a job is `workerType` times"
        " `numberOfWorkers`",
    ),
    "a property of a Glue job that is a list in a stage": (
        CONFIG.replace("minimumAge: 21", "minimumAge: 21\n      security_group_ids: [sg-1]"),
        "c.yaml:14: dev.jobs.Join.security_group_ids: is no setting: a job gets its network from a Glue"
        " connection; name that under `connections` of the job",
    ),
    "a schedule of a stage": (
        CONFIG.replace("dev:\n", "dev:\n  schedule: cron(0 3 * * ? *)\n"),
        "c.yaml:8: dev.schedule: is not a key here; give a job a `schedule`, and a stage `schedules: true`",
    ),
    "a limit that is no number": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {maxMinutes: five}"),
        "c.yaml:6: jobs.Join.expect.maxMinutes: 'five' is not a number",
    ),
    "a limit that is not finite": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {maxDpuHours: inf}"),
        "c.yaml:6: jobs.Join.expect.maxDpuHours: 'inf' is not a number",
    ),
    "a limit of nothing": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {maxDpuHours: 0}"),
        "c.yaml:6: jobs.Join.expect.maxDpuHours: 0 is too small; more than 0",
    ),
    "a limit behind the timeout": (
        CONFIG.replace(
            "    numberOfWorkers: 4", "    timeoutMinutes: 5\n    expect:\n      maxMinutes: 5.5", 1
        ).replace("      minimumAge: 021\n", "      minimumAge: 021\n      timeoutMinutes: 6\n"),
        "c.yaml:8: jobs.Join.expect.maxMinutes: 5.5 is never exceeded: a run ends at its timeoutMinutes, 5; make it"
        " less than that",
    ),
    "a key of another section": (
        CONFIG + "repository: a/b\n",
        "c.yaml:22: repository: belongs under `source`, as in `source: {connectionArn: …, repository: owner/name,"
        " branch: main}`",
    ),
    "a key longer than S3 takes": (
        CONFIG.replace("s3://dev-data/orgs/", f"s3://dev-data/{'o' * 1025}"),
        f"c.yaml:12: dev.jobs.Join.inputLocationOrgs: 's3://dev-data/{'o' * 62}... has a key of 1025 bytes; S3 takes"
        " 1024",
    ),
    "more than a role takes": (
        CONFIG
        + "      statements:\n      - actions: [sqs:SendMessage]\n        resources:\n"
        + "".join(f"        - arn:aws:sqs:us-east-1:222222222222:{'q' * 60}{n:02}\n" for n in range(90)),
        "c.yaml:18: prod.jobs.Join: its locations, databases and statements make a policy of 10596 characters, and a"
        " role takes 10240; name a folder above several locations, or use managedPolicies",
    ),
    "a token of the CDK": (
        CONFIG.replace("numberOfWorkers: 4", 'description: "${Token[TOKEN.1]}"'),
        "c.yaml:6: jobs.Join.description: has ${Token[, which the CDK uses for values that are not known yet; write it"
        " differently",
    ),
    "a managed policy that is none": (
        CONFIG.replace("numberOfWorkers: 4", "managedPolicies: ['arn:aws:s3:::bucket']"),
        "c.yaml:6: jobs.Join.managedPolicies.0: 'arn:aws:s3:::bucket' is not a managed policy; write the name of one of"
        " AWS's, such as AmazonSQSReadOnlyAccess, or an ARN",
    ),
    "a managed policy without its path": (
        CONFIG.replace("numberOfWorkers: 4", "managedPolicies: [AWSGlueServiceRole]"),
        "c.yaml:6: jobs.Join.managedPolicies.0: AWSGlueServiceRole is called service-role/AWSGlueServiceRole in"
        " IAM; write that",
    ),
    "a managed policy twice": (
        CONFIG.replace("numberOfWorkers: 4", "managedPolicies: [A, A]"),
        "c.yaml:6: jobs.Join.managedPolicies: 'A' is there twice; remove one",
    ),
    "two locations in one": (
        CONFIG.replace("s3://dev-data/orgs/", "s3://a-b/x,s3://b-c/y"),
        "c.yaml:12: dev.jobs.Join.inputLocationOrgs: 's3://a-b/x,s3://b-c/y' names more than one location; give each a"
        " parameter of its own",
    ),
    "a pattern, which Spark would widen and IAM not": (
        CONFIG.replace("s3://dev-data/orgs/", "'s3://dev-data/y=202[45]/'"),
        "c.yaml:12: dev.jobs.Join.inputLocationOrgs: 's3://dev-data/y=202[45]/' is not a location in S3: it has"
        " the character '[', a pattern: name the folder above, and choose the files in the script; allowed:"
        " s3://bucket/key or s3://bucket/prefix/",
    ),
    "a stage in another partition": (
        CONFIG.replace("eu-west-1", "cn-north-1"),
        "c.yaml:3: prodAccount.awsRegion: cn-north-1 is in the AWS partition aws-cn, and the pipeline is in aws",
    ),
    "a reason that is none": (
        with_statement("actions: [a:B], resources: ['*'], reason: '          '"),
        "c.yaml:7: jobs.Join.statements.0.reason: '          ' is not a reason; write in a few words why a"
        " narrower resource is not enough",
    ),
    "a job without a script": (
        CONFIG.replace("    Show:", "    Shows:"),
        "c.yaml:9: dev.jobs.Shows: the job has no script: job_scripts/shows.py does not exist; did you mean show.py?\n"
        "c.yaml:16: prod.jobs.Shows: the job has no script: job_scripts/shows.py does not exist; did you mean show.py?",
    ),
    "a job that no stage lists": (
        CONFIG.replace("  Join:\n    number", "  Jion:\n    number"),
        "c.yaml:5: jobs.Jion: no stage lists this job; did you mean Join?",
    ),
    "a job that no stage lists, which names the script of one": (
        CONFIG.replace("  Join:\n    number", "  Shws:\n    script: join.py\n    number").replace(" Show:", " Shows:"),
        "c.yaml:5: jobs.Shws: no stage lists this job; did you mean Shows?",
    ),
    "a stage that has nearly the name of its account": (
        CONFIG.replace("prodAccount", "productionAccount").replace("prod:", "prodution:"),
        "c.yaml:14: prodution: is not known here; allowed: pipelineAccount, namePrefix, source, pullRequests, tags,"
        " kmsKeys, notifications, jobs, and two keys a stage, as dev and devAccount; is it the stage of"
        " productionAccount, line 3?",
    ),
    "a number that is none": (
        CONFIG.replace("numberOfWorkers: 4", "numberOfWorkers: four"),
        "c.yaml:6: jobs.Join.numberOfWorkers: 'four' is not a whole number",
    ),
    "a number too small": (
        CONFIG.replace("numberOfWorkers: 4", "numberOfWorkers: 1"),
        "c.yaml:6: jobs.Join.numberOfWorkers: 1 is too small; at least 2",
    ),
    "a Glue version that does not exist": (
        CONFIG.replace("numberOfWorkers: 4", "glueVersion: 7.0"),
        "c.yaml:6: jobs.Join.glueVersion: '7.0' is not allowed; allowed: '5.0', '5.1' or '6.0'",
    ),
    "FLEX on large workers": (
        CONFIG.replace("numberOfWorkers: 4", "workerType: G.4X").replace("numberOfWorkers: 8", "executionClass: FLEX"),
        "c.yaml:21: prod.jobs.Join.executionClass: FLEX runs on workers of type G.1X or G.2X, not G.4X; change one of"
        " the two",
    ),
    "a managed argument": (
        CONFIG.replace("numberOfWorkers: 4", 'defaultArguments: {"--JOB_NAME": x}'),
        "c.yaml:6: jobs.Join.defaultArguments.--JOB_NAME: --JOB_NAME is set by Glue itself; remove it",
    ),
    "two parameters of one name": (
        CONFIG.replace("minimumAge: 21", "minimumAge: 21\n      minimum_age: 22"),
        "c.yaml:14: dev.jobs.Join.minimum_age: becomes the argument --minimum_age, as minimumAge does; remove one of"
        " them",
    ),
    "a YAML tag": (
        CONFIG.replace('"111111111111"', "!!python/object/apply:os.getcwd []"),
        "c.yaml:1: pipelineAccount.awsAccountId: the YAML tag 'tag:yaml.org,2002:python/object/apply:os.getcwd' is not"
        " allowed; write the value without a tag",
    ),
    "a tag on a key": (
        CONFIG + "!!python/name:os.system colour: red\n",
        "c.yaml:22: the YAML tag 'tag:yaml.org,2002:python/name:os.system' is not allowed; write the key without a tag",
    ),
    "a key with a line break": (
        CONFIG + '"colour\\nof\\x1b it": red\n',
        f"c.yaml:22: colour\\nof\\x1b it: is not known here; allowed: {', '.join(TOP_KEYS)}, and two keys a stage, as"
        " dev and devAccount",
    ),
    "a key that pydantic has a meaning for": (
        CONFIG + "'[key]': red\n",
        f"c.yaml:22: [key]: is not known here; allowed: {', '.join(TOP_KEYS)}, and two keys a stage, as dev and"
        " devAccount",
    ),
    "a key that is too long": (
        CONFIG + f"? {'k' * 201}\n: red\n",
        f"c.yaml:22: the key {repr('k' * 201)[:77]}... is too long; at most 200 characters",
    ),
    "a value that is too long": (
        CONFIG.replace("021", "7" * 10_001),
        "c.yaml:20: prod.jobs.Join.minimumAge: has 10001 characters; at most 10000; make it shorter",
    ),
    "a script with a name that is too long": (
        CONFIG.replace("numberOfWorkers: 4", f"script: {'a' * 300}.py"),
        f"c.yaml:6: jobs.Join.script: {repr('a' * 300)[:77]}... is not a job script; name a .py file relative to the"
        " folder job_scripts, such as join.py",
    ),
    "a job with a name that is too long": (
        CONFIG + f"    {'S' * 101}: {{}}\n",
        f"c.yaml:22: prod.jobs.{'S' * 101}: {repr('S' * 101)[:77]}... is not a job name; allowed: a letter, then"
        " letters, digits, - and _, at most 100 characters, such as ProcessLegislators",
    ),
    "a control character": (
        CONFIG.replace("021", '"2\\x001"'),
        "c.yaml:20: prod.jobs.Join.minimumAge: has the control character '\\x00', which CloudFormation refuses;"
        " remove it",
    ),
    "a control character in the file": (
        CONFIG.replace("021", "2\x001"),
        "c.yaml:20: not valid YAML: the character U+0000 is not allowed; remove it, or save the file as UTF-8",
    ),
    "a misspelt expectation": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {outputRow: 1, outputRows: 1}"),
        "c.yaml:6: jobs.Join.expect.outputRow: is not known here; allowed: outputRows, quality, maxMinutes,"
        " maxDpuHours; did you mean outputRows?",
    ),
    "an expectation of nothing": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {}"),
        "c.yaml:6: jobs.Join.expect: expects nothing; add outputRows, quality, maxMinutes or maxDpuHours, or remove it",
    ),
    "a rule that is no list": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {quality: RowCount > 0}"),
        "c.yaml:6: jobs.Join.expect.quality: 'RowCount > 0' is not a list; write one `- item` a line below it",
    ),
    "a misspelt rule": (
        CONFIG.replace("numberOfWorkers: 4", "expect:\n      quality:\n        - RowCount > 0\n        - IsComplet id"),
        "c.yaml:9: jobs.Join.expect.quality.1: 'IsComplet id' is not a rule: IsComplet is no rule type; did you mean"
        f" IsComplete?; allowed: {', '.join(RULE_TYPES)}",
    ),
    "a rule that only AWS has": (
        CONFIG.replace("numberOfWorkers: 4", "expect: {quality: ['Entropy \"id\" > 1']}"),
        "c.yaml:6: jobs.Join.expect.quality.0: 'Entropy \"id\" > 1' is not a rule: Entropy is not covered;"
        f" allowed: {', '.join(RULE_TYPES)}",
    ),
    "rules beside the expectation": (
        CONFIG.replace("numberOfWorkers: 4", "quality: [RowCount > 0]"),
        "c.yaml:6: jobs.Join.quality: is no setting; write the rules under `expect`, as in"
        ' `expect: {quality: ["RowCount > 0"]}`',
    ),
    "two documents": (CONFIG + "---\na: 1\n", "c.yaml:22: not valid YAML: more than one document (`---`)"),
    "a tab": ("dev:\n\tjobs: 1\n", "c.yaml:2: not valid YAML: a tab; indent with spaces"),
    "a tab deeper in the file": (
        CONFIG.replace("    numberOf", "  \tnumberOf"),
        "c.yaml:6: not valid YAML: a tab; indent with spaces",
    ),
    "a value that begins as YAML's own": (
        CONFIG.replace("021", "@daily"),
        "c.yaml:20: not valid YAML: '@' cannot begin a value; put the value in quotes",
    ),
    "an alias of nothing": (
        CONFIG.replace("021", "[*age, 1]"),
        "c.yaml:20: not valid YAML: nothing above has the anchor &age; correct the alias *age",
    ),
    "a quote that is not closed": (
        CONFIG.replace("021", "'021"),
        "c.yaml:20: not valid YAML: this quote is not closed; close it",
    ),
    "two values in one line": (
        CONFIG.replace("021", "0: 21"),
        "c.yaml:20: not valid YAML: mapping values are not allowed in this context; is it indented as the lines above?"
        " A value with `: ` needs quotes",
    ),
    "stages under a key of their own": (
        CONFIG + "stages: {test: {jobs: {Join: {}}}}\n",
        "c.yaml:22: stages: is not a key: each stage has a section of its own, and its account, as `dev:` and"
        " `devAccount:`; write what is below it at the top",
    ),
    "all stages under a key of their own": (
        "pipelineAccount: {awsAccountId: '123456789101', awsRegion: us-east-1}\nstages: {dev: {jobs: {Join: {}}}}\n",
        "c.yaml:2: stages: is not a key: each stage has a section of its own, and its account, as `dev:` and"
        " `devAccount:`; write what is below it at the top",
    ),
    "a script that does not exist": (
        CONFIG.replace("numberOfWorkers: 4", "script: jion.py"),
        "c.yaml:6: jobs.Join.script: the job has no script: job_scripts/jion.py does not exist; did you mean join.py?",
    ),
    "levels without end": (
        CONFIG + "deep: " + "[" * 99_999,
        "c.yaml:22: nested more than 20 levels deep; a config has six",
    ),
    "an alias of itself": (
        CONFIG.replace('"111111111111"', "&loop [*loop]"),
        "c.yaml:1: pipelineAccount.awsAccountId.0: an alias that contains itself",
    ),
}


@pytest.mark.parametrize("fault", ERRORS)
def test_one_fault_is_one_clear_line(tmp_path: Path, fault: str) -> None:
    text, expected = ERRORS[fault]
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    assert str(raised.value) == expected


@pytest.mark.parametrize("name", ["constructor", "GlueTestRole", "CheckBootstrapVersion"])
def test_a_name_that_the_stack_has_for_itself_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"c.yaml:9: dev.jobs.{name}: {name} is reserved by the stack"):
        load(tmp_path, CONFIG.replace("    Show:", f"    {name}: {{script: show.py}}\n    Show:", 1))


@pytest.mark.parametrize(
    ("option", "parameter", "fault"),
    [
        ("input_path_1", "input_path_1", ""),
        ("inputPath", "inputPath", "arrives as --input_path, and job_scripts/show.py:3 reads --inputPath; read"),
        ("input_location", "inputLocation", "arrives as --input_path, and job_scripts/show.py:3 reads --input_loc"),
        (
            "TempDir",
            "",
            "--TempDir is missing: job_scripts/show.py:3 reads it, and a parameter would arrive as --temp",
        ),
    ],
)
def test_an_option_that_no_parameter_arrives_as_is_told_with_the_ways_out(
    tmp_path: Path, option: str, parameter: str, fault: str
) -> None:
    script = SHOW.replace('["JOB_NAME", "input_path"]', f'["{option}"]')
    line = f"      {parameter}: s3://data/x\n" if parameter else ""
    accounts = CONFIG.partition("jobs:\n")[0]
    text = accounts + "".join(f"{stage}:\n  jobs:\n    Show:\n{line}" for stage in ("dev", "prod"))
    try:
        load(tmp_path, text, {"show.py": script})
        said = ""
    except ConfigError as error:
        said = error.errors[0].message
    assert said.startswith(fault)
    assert bool(said) == bool(fault)


def test_an_output_is_one_by_the_name_that_it_arrives_as(tmp_path: Path) -> None:
    text = CONFIG.replace("inputLocationOrgs: s3://dev", "OutputLocationOrgs: s3://dev")
    text = text.replace("inputLocationOrgs: s3://prod", "OutputLocationOrgs: s3://prod")
    job = (
        load(tmp_path, text, {"show.py": SHOW, "join.py": JOIN.replace("input_path_orgs", "output_path_orgs")})
        .stage("dev")
        .jobs[1]
    )
    assert (job.input_locations, job.output_locations) == ((), ("s3://dev-data/orgs/",))


def test_databases_are_known_by_the_name_of_their_parameter(tmp_path: Path) -> None:
    databases = "inputDatabaseOrders: orders, database: shop-2, outputDatabase: clean, databaseUrl: x"
    job = f"{{{databases}, inputLocation: s3://dev-data/}}"
    text = CONFIG.split("jobs:\n")[0] + f"dev: {{jobs: {{Show: {job}}}}}\nprod: {{jobs: {{Show: {job}}}}}\n"
    options = ["input_path", "input_database_orders", "database", "output_database", "database_url"]
    script = SHOW.replace('"input_path"', ", ".join(f'"{option}"' for option in options))
    show = load(tmp_path, text, {"show.py": script}).stage("prod").jobs[0]
    assert show.arguments["--input_database_orders"] == "orders"
    assert (show.input_databases, show.output_databases) == (("orders", "shop-2"), ("clean",))


@pytest.mark.parametrize(
    ("parameters", "refused"),
    [
        ("database: shop, inputLocation: s3://shop/", ""),
        ("outputDatabase: shop, inputLocationRaw: s3://shop/, outputLocation: s3://shop/", ""),
        ("database: shop, outputLocation: s3://shop/", "outputLocation"),
        ("database: shop, inputLocatoin: s3://shop/", "inputLocatoin"),
        ("inputLocation: s3://shop/", "inputLocation"),
    ],
)
def test_the_place_of_tables_is_no_option_of_the_script(tmp_path: Path, parameters: str, refused: str) -> None:
    options = [argument_name(pair.split(":")[0])[2:] for pair in parameters.split(", ") if "atabase" in pair]
    script = SHOW.replace('"input_path"', ", ".join(f'"{option}"' for option in options))
    job = f"{{jobs: {{Show: {{{parameters}}}}}}}"
    text = CONFIG.split("jobs:\n")[0] + f"dev: {job}\nprod: {job}\n"
    if not refused:
        load(tmp_path, text, {"show.py": script})
        return
    with pytest.raises(ConfigError, match=rf"dev\.jobs\.Show\.{refused}: is neither a setting nor a parameter"):
        load(tmp_path, text, {"show.py": script})


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = CONFIG.replace("us-east-1}\ndev", "us-esat-1}\ndev").replace("numberOfWorkers: 4", "numberOfWorkers: x")
    text = text.replace("inputLocationOrgs: s3://dev", "inputLocationOrg: s3://dev").replace(
        "s3://prod-data/orgs/", "x"
    )
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text)
    assert [error.line for error in raised.value.errors] == [1, 6, 12, 19]


def test_a_path_that_is_no_file_is_named(tmp_path: Path) -> None:
    for path, message in (
        (tmp_path, "is a folder"),
        (tmp_path / "no.yaml", "no such file"),
        (Path("/dev/null"), "no such"),
    ):
        with pytest.raises(ConfigError, match=f":1: {message}"):
            load_config(path)


def test_a_path_that_no_file_can_have_is_named(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    for path in (tmp_path / "loop.yaml", tmp_path / ("x" * 300), tmp_path / "a\0b"):
        with pytest.raises(ConfigError) as raised:
            load_config(path)
        assert str(raised.value).startswith(f"{tmp_path}/")
        assert len(str(raised.value).splitlines()) == 1


def test_of_very_many_faults_a_hundred_are_shown(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, CONFIG + "".join(f"key{n}: 1\n" for n in range(500)))
    lines = str(raised.value).splitlines()
    assert [lines[0].split(" is")[0], lines[99].split(" is")[0], len(lines)] == [
        "c.yaml:22: key0:",
        "c.yaml:121: key99:",
        101,
    ]
    assert lines[100] == "c.yaml:122: there are more errors; correct the ones above first"


def test_a_setting_in_snake_case_is_not_a_parameter_that_resets_the_setting(tmp_path: Path) -> None:
    scripts = {"show.py": NOT_LITERAL, "join.py": NOT_LITERAL}
    with pytest.raises(
        ConfigError, match="number_of_workers: reads like a misspelt setting; did you mean numberOfWorke"
    ):
        load(tmp_path, CONFIG.replace("minimumAge: 21", "number_of_workers: 8"), scripts)


def test_a_parameter_called_as_a_setting_is_in_python_leaves_the_setting_alone(tmp_path: Path) -> None:
    scripts = {"show.py": NOT_LITERAL, "join.py": JOIN.replace("minimum_age", "number_of_workers")}
    text = CONFIG.replace("minimumAge: 21", "number_of_workers: 9").replace("minimumAge: 021", "number_of_workers: 9")
    job = load(tmp_path, text, scripts).stage("dev").jobs[1]
    assert job.arguments["--number_of_workers"] == "9"
    assert job.settings.number_of_workers == 4


def test_the_first_section_that_is_merged_wins_over_the_next(tmp_path: Path) -> None:
    text = CONFIG.replace("      minimumAge: 21\n", "      <<: [{minimumAge: 1}, {minimumAge: 2}]\n")
    assert load(tmp_path, text).stage("dev").jobs[1].arguments["--minimum_age"] == "1"


def test_a_script_too_complex_to_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^job_scripts/show.py:1: not valid Python: [^\n]+$"):
        load(tmp_path, CONFIG, {"show.py": "x = " + "1 + " * 5_000 + "1\n", "join.py": JOIN})


def test_a_script_with_a_syntax_error_is_named_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, CONFIG, {"show.py": "def (:\n", "join.py": JOIN})
    assert str(raised.value) == "job_scripts/show.py:1: not valid Python: invalid syntax"


def test_a_script_that_hides_its_options_still_catches_misspelt_settings_and_missing_parameters(tmp_path: Path) -> None:
    scripts = {"show.py": NOT_LITERAL, "join.py": NOT_LITERAL}
    assert load(tmp_path, CONFIG, scripts).stage("dev").jobs[0].arguments == {
        "--input_path": "s3://dev-data/persons.json"
    }
    text = CONFIG.replace("numberOfWorkers: 8", "numberOfWorker: 8").replace("      minimumAge: 021\n", "")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, text, scripts)
    assert [(error.line, error.message) for error in raised.value.errors] == [
        (18, "minimumAge is missing: dev has it on line 13; add it"),
        (20, "reads like a misspelt setting; did you mean numberOfWorkers?"),
    ]


def test_2000_jobs_are_the_most(tmp_path: Path) -> None:
    jobs = "".join(f"    Job{n}: {{script: show.py, inputLocation: s3://data/x}}\n" for n in range(2001))
    text = CONFIG[: CONFIG.index("jobs:")] + f"dev:\n  jobs:\n{jobs}prod:\n  jobs:\n{jobs}"
    with pytest.raises(ConfigError, match=r"dev\.jobs: has 2001 jobs; at most 2000, as AWS Glue's quota of an account"):
        load(tmp_path, text)
    fewer = text.replace("    Job0: {script: show.py, inputLocation: s3://data/x}\n", "")
    assert len(load(tmp_path, fewer).stage("dev").jobs) == 2000


def test_aliases_that_multiply_are_stopped(tmp_path: Path) -> None:
    text = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
    with pytest.raises(ConfigError, match="more than 160000 values"):
        load(tmp_path, text)


CHECKED = """\
pipelineAccount: {{awsAccountId: "111111111111", awsRegion: us-east-1}}
devAccount: {{awsAccountId: "222222222222", awsRegion: us-east-1}}
jobs:
  Show:
    expect:
      quality:
        - RowCount > 0
        - {rule}
dev:
  jobs:
    Show: {{inputPath: s3://data/in/, outputLocation: s3://data/out/, day: "1"}}
"""
SHOW_ALL = (
    "from awsglue.utils import getResolvedOptions\ngetResolvedOptions([], ['input_path', 'output_path', 'day'])\n"
)


@pytest.mark.parametrize(
    ("rule", "sources"),
    [
        ("IsComplete id", {}),
        ('ReferentialIntegrity "id" "inputPath.id" = 1.0', {"inputPath": "s3://data/in/"}),
        ('(RowCount > 1) or (CustomSql "select count(*) from INPUTPATH" > 0)', {"inputPath": "s3://data/in/"}),
        ('CustomSql "select count(day) from primary" > 0', {}),
    ],
)
def test_rules_look_at_the_other_locations_of_the_job(tmp_path: Path, rule: str, sources: dict[str, str]) -> None:
    rule = rule.replace("IsComplete id", 'IsComplete "id"')
    config = load(tmp_path, CHECKED.format(rule=f"'{rule}'"), {"show.py": SHOW_ALL})
    [job] = config.stage("dev").jobs
    assert job.settings.expect
    assert (job.settings.expect.quality, job.quality_sources) == (("RowCount > 0", rule), sources)


def test_rules_compare_with_locations_of_the_job_alone(tmp_path: Path) -> None:
    rule = 'ReferentialIntegrity "id" "inputPaths.id" = 1.0'
    with pytest.raises(ConfigError) as raised:
        load(tmp_path, CHECKED.format(rule=f"'{rule}'"), {"show.py": SHOW_ALL})
    assert str(raised.value) == (
        "c.yaml:8: jobs.Show.expect.quality.1: compares with inputPaths, which is no location of the job;"
        " did you mean inputPath?; allowed: inputPath, outputLocation"
    )
