"""Stand-ins for AWS on a laptop. They are never deployed, and aws_glue_cdk_baseline never imports them."""
