"""Stand-ins for AWS on a laptop. They are not deployed, and aws_glue_cdk_baseline does not import them."""
