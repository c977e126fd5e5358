"""The base of every section of the config file, and what its texts have in common."""

from __future__ import annotations

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, WithJsonSchema, field_validator
from pydantic.alias_generators import to_camel

from aws_glue_cdk_baseline.config.errors import shown


class Section(BaseModel):
    """A section of the file. Its keys are in camelCase; unknown keys are refused; it is frozen."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", frozen=True, protected_namespaces=())

    @field_validator("*", mode="before")
    @classmethod
    def _not_empty(cls, value: Any) -> Any:
        if value is None:  # typed so: a key that is not there has its default without this check
            raise ValueError("is empty; give it a value or remove the key")
        return value


def text_error(value: str) -> str | None:
    """Return why a text cannot be deployed by the CDK or CloudFormation, or None."""
    if found := re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", value):
        return f"has the control character {shown(found[0])}, which CloudFormation refuses; remove it"
    if found := re.search(r"[$#]\{Token\[", value):
        return f"has {found[0]}, which the CDK uses for values that are not known yet; write it differently"
    return None


def deployable_text(value: str) -> str:
    """Return a text that can be deployed, as it is. Raise ValueError if it cannot."""
    if error := text_error(value):
        raise ValueError(error)
    return value


def text_like(pattern: str) -> WithJsonSchema:
    """Return the JSON Schema of a text that matches a pattern, for editors. The synth says more about a wrong one."""
    return WithJsonSchema({"type": "string", "pattern": pattern})


def number_or_text(pattern: str) -> WithJsonSchema:
    """Return a JSON Schema that also accepts a number: editors read unquoted digits so, this project reads text."""
    return WithJsonSchema({"type": ["string", "number"], "pattern": pattern})
