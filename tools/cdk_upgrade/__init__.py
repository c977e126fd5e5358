"""Show what newer versions of the CDK change in the templates, and whether the pipeline could deploy them."""
