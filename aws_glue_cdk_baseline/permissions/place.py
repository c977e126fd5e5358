"""The place of a job: the partition, Region and account that its role's statements need."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """A partition (`aws`), a Region and an account. In a stack they may be tokens of the CDK."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource here: `arn:aws:glue:us-east-1:123456789102:connection/orders-db`."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"


# The longest partition, and the longest Region: to reckon the size of a role.
LONGEST = Place("aws-us-gov", "ap-southeast-1", "123456789101")
