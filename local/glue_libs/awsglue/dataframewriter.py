"""`awsglue.dataframewriter`: the class of `glue_context.write_data_frame`."""

from awsglue._writers import DataFrameWriter

__all__ = ["DataFrameWriter"]
