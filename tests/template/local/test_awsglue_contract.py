"""The stand-in has the documented names and signatures, and local/README.md lists them."""

import importlib
import inspect
import re
from types import SimpleNamespace
from typing import Any

import awsglue.transforms
import pytest
from awsglue.context import GlueContext
from awsglue.dynamicframe import DynamicFrame, DynamicFrameCollection

from aws_glue_cdk_baseline.config import PROJECT
from tests.template.local.conftest import Frames

CTX = 'transformation_ctx="", info="", stageThreshold=0, totalThreshold=0'
READ = "connection_type, connection_options={}, format=None, format_options={}"
# https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-python.html
SIGNATURES = {
    "utils.getResolvedOptions": "args, options",
    "job.Job.init": "job_name, args={}",
    "context.GlueContext.create_dynamic_frame_from_options": f'{READ}, transformation_ctx=""',
    "context.GlueContext.write_dynamic_frame_from_options": f'frame, {READ}, transformation_ctx=""',
    "context.GlueContext.purge_s3_path": 's3_path, options={}, transformation_ctx=""',
    "context.DynamicFrameReader.from_options": f'{READ}, transformation_ctx="", push_down_predicate=""',
    "context.DynamicFrameReader.from_rdd": "data, name, schema=None, sampleRatio=None",
    "context.DynamicFrameWriter.from_options": f'frame, {READ}, transformation_ctx=""',
    "dynamicframe.DynamicFrame.fromDF": "dataframe, glue_ctx, name",
    "dynamicframe.DynamicFrame.show": "num_rows=20",
    "dynamicframe.DynamicFrame.apply_mapping": f"mappings, {CTX}",
    "dynamicframe.DynamicFrame.drop_fields": f"paths, {CTX}",
    "dynamicframe.DynamicFrame.filter": f"f, {CTX}",
    "dynamicframe.DynamicFrame.join": f"paths1, paths2, frame2, {CTX}",
    "dynamicframe.DynamicFrame.mergeDynamicFrame": (
        'stage_dynamic_frame, primary_keys, transformation_ctx="", options={}, info="", stageThreshold=0,'
        " totalThreshold=0"
    ),
    "dynamicframe.DynamicFrame.rename_field": f"oldName, newName, {CTX}",
    "dynamicframe.DynamicFrame.resolveChoice": (
        f'specs=None, choice="", database=None, table_name=None, {CTX}, catalog_id=None'
    ),
    "dynamicframe.DynamicFrame.select_fields": f"paths, {CTX}",
    "dynamicframe.DynamicFrame.split_fields": f"paths, name1, name2, {CTX}",
    "dynamicframe.DynamicFrame.split_rows": f"comparison_dict, name1, name2, {CTX}",
    "dynamicframe.DynamicFrame.unbox": f"path, format, {CTX}",
    "dynamicframe.DynamicFrame.unnest": CTX,
    "dynamicframe.DynamicFrameCollection.select": 'key, transformation_ctx=""',
    "dynamicframe.DynamicFrameCollection.map": 'callable, transformation_ctx=""',
    "transforms.ApplyMapping.__call__": f"frame, mappings, {CTX}",
    "transforms.DropFields.__call__": f"frame, paths, {CTX}",
    "transforms.DropNullFields.__call__": f"frame, {CTX}",
    "transforms.Filter.__call__": f"frame, f, {CTX}",
    "transforms.Join.__call__": 'frame1, frame2, keys1, keys2, transformation_ctx=""',
    "transforms.Map.__call__": f"frame, f, {CTX}",
    "transforms.Relationalize.__call__": f'frame, staging_path=None, name="roottable", options=None, {CTX}',
    "transforms.RenameField.__call__": f"frame, old_name, new_name, {CTX}",
    "transforms.ResolveChoice.__call__": f'frame, specs=None, choice="", {CTX}',
    "transforms.SelectFields.__call__": f"frame, paths, {CTX}",
    "transforms.SelectFromCollection.__call__": 'dfc, key, transformation_ctx=""',
    "transforms.SplitFields.__call__": f"frame, paths, name1=None, name2=None, {CTX}",
    "transforms.Unbox.__call__": f"frame, path, format, {CTX}",
    "transforms.UnnestFrame.__call__": f"frame, {CTX}",
}
TABLE = (PROJECT / "local" / "README.md").read_text(encoding="utf-8").split("| module | covered | raises |")[1]
COVERED, RAISES = (
    [
        name
        for row in TABLE.split("\n\n")[0].splitlines()[2:]
        for name in re.findall(r"`([\w.]+)`", row.split("|")[column])
    ]
    for column in (2, 3)
)


def find(path: str) -> Any:
    module, *names = path.split(".")
    found: Any = importlib.import_module(f"awsglue.{module}")
    for name in names:
        found = inspect.getattr_static(found, name)
    return getattr(found, "__func__", found)


@pytest.mark.parametrize("path", SIGNATURES)
def test_a_signature_is_the_documented_one(path: str) -> None:
    """Parameters have the same names, order and defaults; more parameters may follow."""
    documented = inspect.signature(eval(f"lambda {SIGNATURES[path]}: None")).parameters.values()
    ours = [item for item in inspect.signature(find(path)).parameters.values() if item.name not in ("self", "cls")]
    assert [(item.name, item.default) for item in ours[: len(documented)]] == [
        (item.name, item.default) for item in documented
    ]


@pytest.mark.parametrize("name", COVERED)
def test_a_name_that_the_readme_calls_covered_exists(name: str, glue_context: GlueContext) -> None:
    for module in ("utils", "job", "context", "dynamicframe", "transforms"):
        try:
            found = find(f"{module}.{name}")
        except AttributeError:
            continue
        assert module != "transforms" or "__call__" in vars(found)
        return
    assert callable(getattr(glue_context, name.removeprefix("GlueContext.")).from_options)


@pytest.mark.parametrize("name", [name for name in RAISES if name != "pyspark.sql.types"])
def test_a_name_that_the_readme_calls_not_covered_raises(name: str, glue_context: GlueContext, frame: Frames) -> None:
    owner, _, method = name.rpartition(".")
    owners = {
        "GlueContext": glue_context,
        "DynamicFrame": frame({"a": 1}),
        "DynamicFrameCollection": DynamicFrameCollection({}, glue_context),
        "": SimpleNamespace(**{item: getattr(awsglue.transforms, item).apply for item in awsglue.transforms.__all__}),
    }
    with pytest.raises(NotImplementedError, match=f"{method} is not covered"):
        getattr(owners[owner], method)(1)


def test_the_readme_lists_every_transform_and_every_method_of_a_frame() -> None:
    public = [name for name in vars(DynamicFrame) if not name.startswith("_")]
    listed = {*COVERED, *RAISES}
    assert {f"DynamicFrame.{name}" for name in public} <= listed
    assert set(awsglue.transforms.__all__) - {"GlueTransform"} <= listed


def test_all_of_gluetypes_raises() -> None:
    with pytest.raises(NotImplementedError, match=r"awsglue\.gluetypes\.StructType is not covered"):
        from awsglue.gluetypes import StructType  # noqa: F401
