"""What was denied while an action ran: the role, the action of IAM, the resource."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# As AWS words it, and as MiniStack words what it refuses before the recorded place: AssumeRole by a role's trust.
WORDS = re.compile(r"User: (\S*) ?is not authorized to perform: (\S+) on resource: \"?([^\s\"]+)")
SHOWN = 5


@dataclass(frozen=True)
class Denial:
    """One access that was denied."""

    role: str
    action: str
    resource: str

    def __str__(self) -> str:
        return f"access denied: {role_of(self.role)} may not {self.action} on {self.resource}"


def role_of(principal: str) -> str:
    """The role of `arn:aws:sts::123456789102:assumed-role/name/session`, as its ARN."""
    if ":assumed-role/" not in principal:
        return principal or "the caller"
    account, name = principal.split(":")[4], principal.split("/")[1]
    return f"arn:aws:iam::{account}:role/{name}"


def denials(records: Iterable[Mapping[str, str]], texts: Iterable[str]) -> list[Denial]:
    """The last denials that the emulator recorded and that the texts tell of, each once."""
    found = [Denial(*match) for text in texts for match in WORDS.findall(text)]
    found += [Denial(**record) for record in records]
    unique = {(role_of(denial.role), denial.action, denial.resource): denial for denial in found}
    return list(unique.values())[-SHOWN:]
