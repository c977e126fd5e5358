"""Small templates of a stage, as the app makes them."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from tools.stage_diff.comparison import Changes, compare
from tools.stage_diff.templates import StackTemplate, UnreadableError

BUCKET = "cdk-hnb659fds-assets-333333333333-eu-west-1"
HASHES = {name: number * 64 for name, number in zip("abcdef", "abcdef", strict=True)}
NAME = "DeployProd-GlueAppStack"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "glue.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def allow(actions: list[str], *resources: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources), **more}


def job(name: str, script: str = "a", arguments: dict[str, Any] | None = None, **properties: Any) -> dict[str, Any]:
    """Return a job, which runs the script of a hash in HASHES, as the only resource of its logical id."""
    values = {
        "Name": f"{name}-prod",
        "Command": {"Name": "glueetl", "PythonVersion": "3", "ScriptLocation": f"s3://{BUCKET}/{HASHES[script]}.py"},
        "DefaultArguments": {"--enable-auto-scaling": "true", "--input_path": "s3://shop/in/", **(arguments or {})},
        "GlueVersion": "5.1",
        "WorkerType": "G.1X",
        "NumberOfWorkers": 2,
        "Timeout": 60,
        "Role": {"Fn::Join": ["", ["arn:aws:iam::333333333333:role/", {"Ref": f"Role{name}"}]]},
    }
    metadata = {"aws:cdk:path": f"PipelineStack/DeployProd/GlueAppStack/{name}/Resource"}
    given = {key: value for key, value in (values | properties).items() if value is not None}
    return {f"{name}1": {"Type": "AWS::Glue::Job", "Properties": given, "Metadata": metadata}}


def role(name: str, *statements: dict[str, Any], **properties: Any) -> dict[str, Any]:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    policies = [{"PolicyName": "JobPolicy", "PolicyDocument": document}]
    values = {"AssumeRolePolicyDocument": TRUST, "Policies": policies, **properties}
    return {f"Role{name}": {"Type": "AWS::IAM::Role", "Properties": values}}


def resource(name: str, kind: str, **properties: Any) -> dict[str, Any]:
    return {name: {"Type": kind, "Properties": properties}}


def zipped(**files: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        for name, text in files.items():
            archive.writestr(f"{name}.py", text)
    return output.getvalue()


def stack(
    *resources: dict[str, Any], name: str = NAME, files: dict[str, bytes] | None = None, **sections: Any
) -> StackTemplate:
    """Return a stack of resources. `files` are its assets, by `<hash in HASHES>.<end>`."""

    def read(bucket: str, key: str) -> bytes:
        hashed, _, end = key.partition(".")
        named = {letter for letter, value in HASHES.items() if value == hashed}
        for letter in named:
            if bucket == BUCKET and f"{letter}.{end}" in (files or {}):
                return (files or {})[f"{letter}.{end}"]
        raise UnreadableError("access denied: arn:aws:iam::333333333333:user/reader may not s3:GetObject")

    of_the_cdk = {"CDKMetadata": {"Type": "AWS::CDK::Metadata", "Properties": {"Analytics": "v2:deflate64:x"}}}
    template = {"Resources": {**{k: v for item in resources for k, v in item.items()}, **of_the_cdk}, **sections}
    return StackTemplate(name, template, "333333333333", "eu-west-1", "aws", read)


def changed(before: list[dict[str, Any]], after: list[dict[str, Any]], **files: bytes) -> Changes:
    """Compare two stacks of resources. `files` are the assets of both: `a_py=b"…"`."""
    found = {name.replace("_", "."): content for name, content in files.items()}
    return compare([stack(*before, files=found)], [stack(*after, files=found)])
