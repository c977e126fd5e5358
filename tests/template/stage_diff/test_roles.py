"""What roles may do more and less, by job, action and resource."""

from typing import Any

import pytest

from tests.template.stage_diff.small_templates import BUCKET, HASHES, allow, changed, job, resource, role
from tools.stage_diff.permissions import RoleChange

SHOP = "arn:aws:s3:::shop/in/*"
LOGS = allow(["logs:PutLogEvents"], {"Fn::GetAtt": ["LogsOutput", "Arn"]})
CONDITION = {"StringLike": {"s3:prefix": ["in/*", "in"]}}


def roles(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> list[RoleChange]:
    return list(changed([job("Clean"), *before], [job("Clean"), *after]).roles)


@pytest.mark.parametrize(
    ("before", "after", "more", "less"),
    [
        (
            allow(["s3:GetObject"], SHOP),
            allow(["s3:GetObject", "s3:PutObject"], SHOP, "arn:aws:s3:::other/*"),
            (
                "may now s3:GetObject, s3:PutObject on `arn:aws:s3:::other/*`",
                "may now s3:PutObject on `arn:aws:s3:::shop/in/*`",
            ),
            (),
        ),
        (
            allow(["s3:ListBucket"], SHOP, Condition=CONDITION),
            allow(["s3:ListBucket"], SHOP),
            ("may now s3:ListBucket on `arn:aws:s3:::shop/in/*`",),
            (
                "may no longer s3:ListBucket on `arn:aws:s3:::shop/in/*`, if"
                ' `{"StringLike": {"s3:prefix": ["in", "in/*"]}}`',
            ),
        ),
        (
            allow(["s3:ListBucket"], SHOP, Condition=CONDITION),
            allow(["s3:ListBucket"], SHOP, Condition={"StringLike": {"s3:prefix": "in"}}),
            (),
            ('may no longer s3:ListBucket on `arn:aws:s3:::shop/in/*`, if `{"StringLike": {"s3:prefix": "in/*"}}`',),
        ),
        (
            allow(["s3:ListBucket"], SHOP, Condition={"StringNotLike": {"s3:prefix": ["a", "b"]}}),
            allow(["s3:ListBucket"], SHOP, Condition={"StringNotLike": {"s3:prefix": "a"}}),
            ('may now s3:ListBucket on `arn:aws:s3:::shop/in/*`, if `{"StringNotLike": {"s3:prefix": "a"}}`',),
            (
                "may no longer s3:ListBucket on `arn:aws:s3:::shop/in/*`, if"
                ' `{"StringNotLike": {"s3:prefix": ["a", "b"]}}`',
            ),
        ),
        (
            allow(["s3:GetObject"], SHOP),
            {"Effect": "Deny", "NotAction": ["s3:GetObject"], "NotResource": SHOP},
            ("is now denied all actions but s3:GetObject on `everything but arn:aws:s3:::shop/in/*`",),
            ("may no longer s3:GetObject on `arn:aws:s3:::shop/in/*`",),
        ),
    ],
)
def test_a_statement_by_action_and_resource(
    before: dict[str, Any], after: dict[str, Any], more: tuple[str, ...], less: tuple[str, ...]
) -> None:
    assert roles([role("Clean", before)], [role("Clean", after)]) == [RoleChange("role of Clean", more, less)]


def test_another_form_of_the_same_permissions_is_no_change() -> None:
    one = allow(["s3:GetObject", "s3:PutObject"], SHOP, Condition=CONDITION)
    turned = {"StringLike": {"s3:prefix": ["in", "in/*"]}}
    two = [{**one, "Action": action, "Sid": action[3:], "Condition": turned} for action in one["Action"]]
    assert roles([role("Clean", one)], [role("Clean", *two)]) == []


def test_the_script_of_another_version_is_no_other_permission() -> None:
    before, after = (allow(["s3:GetObject"], f"arn:aws:s3:::{BUCKET}/{HASHES[name]}.py", SHOP) for name in "ab")
    assert roles([role("Clean", before)], [role("Clean", after)]) == []
    with_zip = allow(["s3:GetObject"], f"arn:aws:s3:::{BUCKET}/{HASHES['c']}.zip")
    assert roles([role("Clean", before)], [role("Clean", after, with_zip)])[0].more == (
        "may now s3:GetObject on its shared code",
    )
    foreign = allow(["s3:GetObject"], f"arn:aws:s3:::shop/{HASHES['b']}.py")
    assert len(roles([role("Clean", before)], [role("Clean", before, foreign)])) == 1


def test_policies_of_the_stack_and_managed_ones_count_for_their_role() -> None:
    document = {"Statement": [allow(["glue:GetTable"], "arn:t")]}
    inline = resource("More", "AWS::IAM::Policy", PolicyDocument=document, Roles=[{"Ref": "RoleClean"}])
    named = resource("Other", "AWS::IAM::ManagedPolicy", PolicyDocument=document, Roles=[])
    attached = role("Clean", ManagedPolicyArns=["arn:aws:iam::aws:policy/S3Full", {"Ref": "Other"}])
    assert roles([role("Clean")], [role("Clean"), inline])[0].more == ("may now glue:GetTable on `arn:t`",)
    assert roles([role("Clean")], [attached, named])[0].more == (
        "may now glue:GetTable on `arn:t`",
        "now has the managed policy `arn:aws:iam::aws:policy/S3Full`",
    )


def test_a_permissions_boundary() -> None:
    assert roles([role("Clean")], [role("Clean", PermissionsBoundary="arn:b")])[0].more == (
        "is now limited by the permissions boundary `arn:b`",
    )


def test_who_may_assume_a_role() -> None:
    other = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:x"}, "Action": "sts:AssumeRole"}]}
    assert roles([role("Clean")], [role("Clean", AssumeRolePolicyDocument=other)]) == [
        RoleChange(
            "role of Clean",
            ('may now be assumed by `{"AWS": "arn:x"}`',),
            ('may no longer be assumed by `{"Service": "glue.amazonaws.com"}`',),
        )
    ]


def test_a_new_role_shows_its_own_permissions_and_names_what_each_job_may() -> None:
    before = [role("Clean", LOGS, allow(["s3:GetObject"], SHOP))]
    after = [*before, job("Load"), role("Load", LOGS, allow(["s3:GetObject"], SHOP))]
    assert roles(before, after) == [
        RoleChange(
            "role of Load",
            (
                "may now s3:GetObject on `arn:aws:s3:::shop/in/*`",
                'may do what every job of the stage may: be assumed by `{"Service": "glue.amazonaws.com"}`,'
                " logs:PutLogEvents",
            ),
            (),
            is_new=True,
        )
    ]
    assert roles(after, before) == [RoleChange("role of Load", (), (), is_gone=True)]


def test_a_role_that_no_job_has_is_shown_by_its_name() -> None:
    found = roles([role("Test", RoleName="glue-test-prod")], [role("Test", LOGS, RoleName="glue-test-prod")])
    assert found == [RoleChange("role glue-test-prod", ("may now logs:PutLogEvents on `${LogsOutput.Arn}`",), ())]


def test_other_properties_of_a_role_are_not_left_out() -> None:
    found = changed([role("Clean", MaxSessionDuration=3600)], [role("Clean", MaxSessionDuration=7200)])
    assert [item.lines for item in found.resources] == [("MaxSessionDuration: `3600` -> `7200`",)]
