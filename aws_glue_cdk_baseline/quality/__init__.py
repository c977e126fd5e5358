"""Data quality rules in DQDL: parsed at synth, evaluated on plain Spark by jobs on a laptop and the integration test.

Apart from the standard library it imports only pyspark, and that only to evaluate: a synth has no Java, and neither the
integration test nor a job run has the packages of the config. Why an engine of its own: docs/decisions/0009.
"""
