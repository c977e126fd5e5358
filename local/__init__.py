"""What stands in for AWS on a laptop. Never deployed, never imported by aws_glue_cdk_baseline."""
