"""`awsglue.dataframereader`: the class of `glue_context.create_data_frame`."""

from awsglue._readers import DataFrameReader

__all__ = ["DataFrameReader"]
