"""Samples of a job's inputs: fetched from S3 or from a folder, or made up.

A sample is a small part of what a location holds, with the same names in the same format: see docs/samples.md.
`python -m tools.samples fetch JoinLegislators` is the command of `make sample`.
"""
