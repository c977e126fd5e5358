"""The laptop's S3: one store behind Spark, awsglue and boto3. Its objects are plain files in `samples/` and `out/`."""
