"""A stand-in for AWS Glue's data quality library: its names are there, and raise an error."""
