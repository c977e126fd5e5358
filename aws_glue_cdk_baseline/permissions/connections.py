"""IAM statements for Glue connections: to read them, and to reach the VPC into which one of them may lead.

Whether a connection leads into a VPC is written in the connection alone, so that every job with one may do what Glue
needs for that. The calls are those of AWS's own policy, AWSGlueServiceRole, each on as little as it knows:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from aws_glue_cdk_baseline.permissions.place import Place
from aws_glue_cdk_baseline.permissions.s3 import Statement, allow

# These calls know no resource: they can be allowed for a Region, and not for a VPC.
DESCRIBE = [
    *("ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups"),
    *("ec2:DescribeSubnets", "ec2:DescribeVpcEndpoints"),
]
GLUES_TAG = "aws-glue-service-resource"  # of the network interfaces that Glue makes


def connection_statements(place: Place, names: Sequence[str]) -> Iterator[Statement]:
    """Yield the statements of a job with the connections `names`; none if there are none."""
    if not names:
        return
    glue = [place.arn("glue", "catalog"), *(place.arn("glue", f"connection/{name}") for name in names)]
    yield allow(["glue:GetConnection"], glue)
    interfaces = place.arn("ec2", "network-interface/*")
    yield {**allow(DESCRIBE, ["*"]), "Condition": {"StringEquals": {"aws:RequestedRegion": place.region}}}
    yield allow(["ec2:DescribeVpcAttribute"], [place.arn("ec2", "vpc/*")])
    parts = [place.arn("ec2", f"{kind}/*") for kind in ("subnet", "security-group")]
    yield allow(["ec2:CreateNetworkInterface"], [interfaces, *parts])
    yield allow(["ec2:DeleteNetworkInterface"], [interfaces])
    yield {
        **allow(["ec2:CreateTags", "ec2:DeleteTags"], [interfaces]),
        "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": [GLUES_TAG]}},
    }
