"""A stand-in for AWS Glue's data quality library, on plain Spark."""
