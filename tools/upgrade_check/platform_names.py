"""Names that mean nothing below Spark 4: jars of Scala 2.12, settings of EMRFS, classes of AWS SDK for Java 1.

Source: https://docs.aws.amazon.com/glue/latest/dg/migrating-version-60.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SCALA_JAR = re.compile(r"[\w.:/-]*_2\.12\b[\w.:-]*")
EMRFS_CLASS = re.compile(r"com\.amazon\.ws\.emr\.[\w.$]+")
EMRFS_SETTING = re.compile(r"(?:spark\.hadoop\.)?\bfs\.s3\.[A-Za-z][\w.]*")
COMMITTER = re.compile(r"spark\.sql\.parquet\.fs\.optimized\.committer\.[\w.-]+")
SDK_CLASS = re.compile(r"com\.amazonaws\.(?!services\.glue\b)(?:[a-z]\w*\.)*[\w$]+")
# https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-s3a-migrate.html
S3A_NAMES = {
    "fs.s3.maxConnections": "fs.s3a.connection.maximum",
    "fs.s3.maxRetries": "fs.s3a.attempts.maximum",
    "fs.s3.enableServerSideEncryption": "fs.s3a.encryption.algorithm",
    "fs.s3.serverSideEncryptionAlgorithm": "fs.s3a.encryption.algorithm",
    "fs.s3.serverSideEncryption.kms.keyId": "fs.s3a.encryption.key",
    "fs.s3.canned.acl": "fs.s3a.acl.default",
    "fs.s3.customAWSCredentialsProvider": "fs.s3a.aws.credentials.provider",
    "fs.s3.endpoint": "fs.s3a.endpoint",
    "fs.s3.buffer.dir": "fs.s3a.buffer.dir",
}


def platform_names(text: str, target: str) -> Iterator[tuple[int, str]]:
    """Yield (index, message) for each such name in a text."""
    for found in SCALA_JAR.finditer(text):
        newer = found[0].replace("_2.12", "_2.13")
        yield found.start(), f"{found[0]} is built for Scala 2.12, and Glue {target} has 2.13; take {newer}"
    for found in EMRFS_CLASS.finditer(text):
        yield found.start(), f"{found[0]} is a class of EMRFS, and Glue {target} reads S3 with S3A; remove it"
    for found in EMRFS_SETTING.finditer(text):
        bare = found[0].removeprefix("spark.hadoop.")
        prefix = found[0].removesuffix(bare)
        name = S3A_NAMES.get(bare)
        mend = f"write {prefix}{name}" if name else "remove it, or set what S3A has for it (fs.s3a.…)"
        yield found.start(), f"{found[0]} is a setting of EMRFS, and Glue {target} reads S3 with S3A; {mend}"
    for found in COMMITTER.finditer(text):
        yield found.start(), f"{found[0]} is a setting of EMRFS's committer, which Glue {target} has not; remove it"
    for found in SDK_CLASS.finditer(text):
        said = f"{found[0]} is a class of AWS SDK for Java 1, which Glue {target} has not"
        yield found.start(), f"{said}; use boto3, or the class of SDK 2 (software.amazon.awssdk)"
