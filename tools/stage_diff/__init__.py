"""Show what a deployment changes, in the words of the YAML: two sets of a stage's templates compared, as Markdown."""
