"""`awsglue.dataframe_transforms`: transforms of a DataFrame."""

from awsglue.dataframe_transforms.apply_mapping import ApplyMapping

ALL_TRANSFORMS = {ApplyMapping}
__all__ = ["ApplyMapping"]
