"""The part of AWS Glue's Python library that the jobs use, on plain PySpark.

Written from the public documentation. What it does not cover raises NotImplementedError with the name of what is
missing: run the job in the Glue image then, which has the real library.
"""
