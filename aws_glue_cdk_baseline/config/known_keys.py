"""Keys that people know from Glue or CloudFormation, or that are planned, and that the config does not have.

Each has a sentence: what to write instead, or what to do as long as it is not supported. The keys of a job are the
properties of Glue's CreateJob and of AWS::Glue::Job, in any spelling, and what documentation calls them.
"""

from __future__ import annotations

import re

CONNECTIONS = "is a setting of a job; name there the Glue connections that it uses"
NETWORK = "is no setting: a job gets its network from a Glue connection; name that under `connections` of the job"
KMS_KEY = "is no setting; write `kmsKeys:` at the top of the file or in the stage, as in `kmsKeys: {bucket: arn:…}`"
NOTIFY = "is no setting; write `notifications: {email: team@example.com}`"
SCHEDULE = "is not a key here; give a job a `schedule`, and a stage `schedules: true`"
TRIGGERS = "is no setting: `schedule` of a job starts it, and `after` starts it when others have succeeded"
OF_FILE = "is a key of the whole file; write it at the top, not indented"
ACCOUNT = "belongs to an account, as in `devAccount: {awsAccountId: …, awsRegion: …}`"
REPOSITORY = "belongs under `source`, as in `source: {connectionArn: …, repository: owner/name, branch: main}`"
OF_STAGE = "is a key of a stage; write it below the name of the stage, such as prod"
OF_JOB = "is a setting of a job; write it below the name of a job, under `jobs`"
TOP_KEYS = {
    OF_STAGE: "approval integrationTest rollback logRetentionDays dashboard",
    "is called `pullRequests` here; write `pullRequests: true`": "pullRequest pr prs prCheck pullRequestChecks",
    "is called `namePrefix` here": "prefix stackPrefix",
    REPOSITORY: "repository repo git gitHub gitLab bitbucket connectionArn codeCommit branch",
    NOTIFY: "notification notify alarms alarm alerts alert email slack teams topicArn",
    SCHEDULE: "schedules schedule cron trigger triggers",
    CONNECTIONS: "connections",
    NETWORK: "vpc vpcId subnets securityGroups",
    KMS_KEY: "kmsKey kmsKeyArn kmsKeyId",
    ACCOUNT: "awsAccountId awsRegion",
}
STAGE_KEYS = {
    ACCOUNT: "awsAccountId awsRegion account accountId region env",
    OF_FILE: "namePrefix source pullRequests pipelineAccount",
    "is called `rollback` here; write `rollback: true`": "onFailure autoRollback rollbackOnFailure",
    SCHEDULE: "schedule cron trigger triggers",
    NOTIFY: "notification notify alarms alarm alerts alert email slack teams topicArn",
    CONNECTIONS: "connections",
    NETWORK: "vpc vpcId subnets securityGroups",
    KMS_KEY: "kmsKey kmsKeyArn kmsKeyId",
}
_MEANWHILE = "is no setting yet; set {} under `defaultArguments` meanwhile"
_ARGUMENT = "is no setting; set {} under `defaultArguments`"
JOB_KEYS = {
    OF_STAGE: "approval integrationTest rollback logRetentionDays dashboard",
    OF_FILE: "pullRequests pipelineAccount",
    "is called `connections` here; it names one or more": "connection connectionName connectionNames",
    NETWORK: (
        "vpc vpcId vpcConfig network networkConfiguration subnet subnets subnetId subnetIds securityGroup"
        " securityGroups securityGroupId securityGroupIds securityGroupIdList availabilityZone"
        " physicalConnectionRequirements"
    ),
    "is no setting of a job: a stage has `notifications`, for all its jobs": (
        "notifications notification notify alarms alarm alerts alert"
    ),
    # Not yet
    "is no setting of a job; `schedule` is, as in `schedule: cron(0 3 * * ? *)`": "schedules cron",
    "is called `type` here; write `type: pythonshell`, `streaming` or `spark`": "jobType pythonShell",
    "is no setting; write `type: streaming`": "streaming glueStreaming",
    "is called `observability` here; write `observability: true`": ("metrics enableMetrics enableObservabilityMetrics"),
    "is called `sparkUi` here; it names a folder in S3": "enableSparkUi sparkEventLogsPath",
    "is called `queuing` here; write `queuing: true`": "jobRunQueuing jobRunQueuingEnabled",
    "is called `maxDurationMinutes` here": "notificationProperty notifyDelayAfter",
    "is not supported yet; let the script make the table meanwhile: `getSink` in docs/jobs.md": (
        "tables table crawler crawlers"
    ),
    'is no setting; write the rules under `expect`, as in `expect: {quality: ["RowCount > 0"]}`': (
        "quality dataQuality dataQualityRules"
    ),
    _MEANWHILE.format("--datalake-formats and --conf"): "tableFormat datalakeFormats",
    "is called `sparkConf` here": "sparkConfig sparkProperties conf",
    # Something else instead
    "is no setting; name the script with `script`, and what runs it with `type`": "command commandName",
    "is no setting: the template uploads the script; name its file in job_scripts with `script`": (
        "scriptLocation scriptPath scriptFile scriptName entryPoint"
    ),
    "is no setting: `glueVersion` decides it; 5.0 and 5.1 have Python 3.11, 6.0 has 3.13, Python shell has 3.9": (
        "pythonVersion"
    ),
    "is no setting: the name of a job is the key above its settings": "name jobName",
    "is no setting: the template makes a role for each job; add permissions with `statements` or `managedPolicies`": (
        "role roleArn roleName iamRole executionRole"
    ),
    "is no setting: the size of a job is `workerType` times `numberOfWorkers`": (
        "allocatedCapacity dpu dpus numberOfDpus workers workerConfiguration"
    ),
    "is no setting: auto scaling is always on, and `numberOfWorkers` is the most that it uses": (
        "autoScaling enableAutoScaling"
    ),
    "is called `timeoutMinutes` here": "timeout",
    "is called `maxRetries` here": "retries",
    "is called `maxConcurrentRuns` here": "executionProperty maxConcurrency",
    "is called `bookmark` here; write `bookmark: true`": "bookmarks jobBookmark jobBookmarks jobBookmarkOption",
    "is no setting; write `executionClass: FLEX`": "flex flexExecution",
    "is no setting: a parameter is a key of the job in a stage, and Glue's own go under `defaultArguments`": (
        "arguments jobArguments jobParameters parameters environment environmentVariables"
    ),
    TRIGGERS: "trigger triggers",
    "is no setting: `after` names the jobs that run before this one": (
        "dependsOn dependencies predicate predecessors workflow workflows workflowName"
    ),
    "is no setting: put the module or package beside the scripts, and import it": "extraPyFiles extraPythonFiles",
    _ARGUMENT.format("--extra-jars"): "extraJars",
    _ARGUMENT.format("--extra-files"): "extraFiles",
    _ARGUMENT.format("--additional-python-modules"): "additionalPythonModules pythonModules",
    _ARGUMENT.format("--TempDir"): "tempDir temporaryDirectory",
    "is no setting: `logRetentionDays` of the stage decides how long logs are kept; the template names their groups": (
        "logUri logGroup continuousLogging"
    ),
    # Not at all
    "is not supported: `type` is spark, streaming or pythonshell; remove it": "ray glueRay runtime jobMode",
    "is called `securityConfiguration` here; it names one that is there": (
        "securityConfig encryptionConfiguration jobBookmarksEncryption"
    ),
    KMS_KEY: "kmsKeys kmsKey kmsKeyArn kmsKeyId",
    "is not supported: who may start a job may replace its arguments; use `defaultArguments`": (
        "nonOverridableArguments"
    ),
    "is not supported: the pipeline deploys the scripts from this project's repository; remove it": (
        "sourceControl sourceControlDetails"
    ),
    "is not supported: a visual job is made in the console; save its script in job_scripts": (
        "codeGenConfigurationNodes"
    ),
    "is not supported: `workerType`, `numberOfWorkers` and `timeoutMinutes` limit a job; remove it": (
        "usageProfile profileName"
    ),
}


def _same(key: str) -> str:
    """Return what all spellings of a key have in common: `SecurityGroupIds`, `security_group_ids`."""
    return re.sub(r"[^a-z0-9]", "", key.lower())


_LEVELS = {
    level: {_same(key): sentence for sentence, keys in table.items() for key in keys.split()}
    for level, table in (("top", TOP_KEYS), ("stage", STAGE_KEYS), ("job", JOB_KEYS))
}


def about_key(key: str, level: str) -> str | None:
    """Return what to do about an unknown key at a `level` (top, stage, job), or None if there is nothing to say."""
    return _LEVELS.get(level, {}).get(_same(key))


def is_unmistakable(key: str) -> bool:
    """Return true for a property of a job in several words: a script's parameter is hardly called so by chance."""
    return about_key(key, "job") is not None and any(letter.isupper() for letter in key[1:])
