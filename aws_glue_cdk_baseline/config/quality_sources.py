"""The other data of a job's quality rules (`expect.quality`): locations of the job, by the names of its parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from aws_glue_cdk_baseline.config.errors import did_you_mean
from aws_glue_cdk_baseline.config.parameters import is_location
from aws_glue_cdk_baseline.quality.parser import parse_rule
from aws_glue_cdk_baseline.quality.rules import Rule, reference_of, single_rules


def quality_sources(rules: Sequence[str], parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the location of each parameter that a ReferentialIntegrity compares with, or a CustomSql names."""
    places = _places(parameters)
    named = {name for _, rule in _singles(rules) for name in _names(rule)}
    return {name: place for name, place in places.items() if name in named or name.lower() in named}


def source_errors(rules: Sequence[str], parameters: Mapping[str, str]) -> Iterator[tuple[int, str]]:
    """Yield (number of the rule, message) for each alias that is no location of the job."""
    places = _places(parameters)
    for number, rule in _singles(rules):
        alias = reference_of(rule)[0] if rule.type == "ReferentialIntegrity" else ""
        if alias and alias not in places:
            hint = did_you_mean(alias, places)
            yield number, f"compares with {alias}, which is no location of the job{hint}; allowed: {', '.join(places)}"


def _places(parameters: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if is_location(name, value)}


def _singles(rules: Sequence[str]) -> Iterator[tuple[int, Rule]]:
    for number, text in enumerate(rules):
        for rule in single_rules(parse_rule(text)):
            yield number, rule


def _names(rule: Rule) -> set[str]:
    """Return the names that may be those of other data. In SQL, upper and lower case make no difference."""
    if rule.type == "ReferentialIntegrity":
        return {reference_of(rule)[0]}
    return {word.lower() for word in re.findall(r"\w+", rule.parameters[0])} if rule.type == "CustomSql" else set()
