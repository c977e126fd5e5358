"""The function that sends the messages of a stage or of the pipeline, and writes the metrics of job runs.

It runs in AWS Lambda, which has Python and boto3, and imports nothing else of this project. Its folder is its package:
it imports relatively, so that the modules have the same names here and there.
"""
