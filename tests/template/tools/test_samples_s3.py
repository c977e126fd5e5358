"""`make sample PROFILE=dev`: from MiniStack's S3 with IAM enforced, and from a stub of a very large object."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.emulator import emulator
from tests.template.tools.sample_projects import Project, json_lines, json_rows, parquet, parquet_rows, unzipped
from tools.samples.cut import Limit
from tools.samples.masks import Masks
from tools.samples.s3 import Access, S3Source
from tools.samples.source import SampleError
from tools.samples.taking import take_sample

ACCOUNT = "222222222222"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/data-reader"
READS = [
    {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::dev-data"},
    {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::dev-data/*"},
    {"Effect": "Allow", "Action": ["glue:GetTables", "glue:GetPartitions"], "Resource": "*"},
    {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::dev-data/secret/*"},
]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Start an emulator with the bucket dev-data, a role that may read it, and a file of AWS profiles."""
    folder = tmp_path_factory.mktemp("aws")
    with emulator(folder, {"AUTH": "true"}) as running:

        def client(service: str, key: str = ACCOUNT, secret: str = "emulated") -> Any:
            return boto3.client(
                service,
                endpoint_url=running.url,
                region_name="us-east-1",
                aws_access_key_id=key,
                aws_secret_access_key=secret,
            )

        iam = client("iam")
        iam.create_user(UserName="ana")
        iam.attach_user_policy(UserName="ana", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        key = iam.create_access_key(UserName="ana")["AccessKey"]
        trust = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        iam.create_role(RoleName="data-reader", AssumeRolePolicyDocument=document)
        iam.put_role_policy(
            RoleName="data-reader",
            PolicyName="read",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": READS}),
        )
        s3 = client("s3", key["AccessKeyId"], key["SecretAccessKey"])
        for bucket in ("dev-data", "other-data"):
            s3.create_bucket(Bucket=bucket)
        (folder / "config").write_text(
            f"[profile dev]\nrole_arn = {ROLE}\nsource_profile = ana\nregion = us-east-1\nrole_session_name = ana\n"
            "[profile unknown]\nregion = us-east-1\naws_access_key_id = AKNOBODY\naws_secret_access_key = x\n"
            "[profile sso]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n"
            f"sso_account_id = {ACCOUNT}\nsso_role_name = reader\n"
            f"[profile ana]\naws_access_key_id = {key['AccessKeyId']}\n"
            f"aws_secret_access_key = {key['SecretAccessKey']}\n"
        )
        glue = client("glue", key["AccessKeyId"], key["SecretAccessKey"])
        for database in ("shop", "empty"):
            glue.create_database(DatabaseInput={"Name": database})
        yield SimpleNamespace(s3=s3, glue=glue, config=folder / "config", environment=running.environment())


@pytest.fixture
def s3(aws: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give commands the profiles. The environment has the keys of somebody else, which a profile must win over."""
    for name, value in aws.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(aws.config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(aws.config) + "-none")
    return aws.s3


def put(s3: Any, key: str, body: bytes | str, **options: Any) -> None:
    s3.put_object(Bucket="dev-data", Key=key, Body=body, **options)


def test_json_csv_gz_and_parquet_partitions_are_taken_and_joins_still_join(
    s3: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {
        "inputLocationCustomers": "s3://dev-data/crm/customers.json",
        "inputLocationOrders": "s3://dev-data/crm/orders/",
        "inputLocationVisits": "s3://dev-data/crm/visits",
    }
    project = Project(tmp_path, inputs)
    put(s3, "crm/customers.json", json_lines(3000))
    put(s3, "crm/customers.json.old", "x")
    orders = "".join(f'{number},u{number}@corp.com,"a\nb"\n' for number in range(3000))
    put(s3, "crm/orders/2026.csv.gz", gzip.compress(f"order,email,text\n{orders}".encode()))
    for day in (8, 9, 10):
        rows = [{"n": day * 1000 + n, "customer": {"email": f"u{n}@corp.com"}} for n in range(30)]
        put(s3, f"crm/visits/day={day}/part-0.snappy.parquet", parquet(rows))
        put(s3, f"crm/visits/day={day}/_SUCCESS", "")
    project.run("fetch", "--profile", "dev", "--rows", "50", "--mask", "email,customer.email")
    files = project.files()
    assert list(files) == [
        "dev-data/crm/customers.json",
        "dev-data/crm/orders/2026.csv.gz",
        "dev-data/crm/visits/day=10/part-0.snappy.parquet",
        "dev-data/crm/visits/day=9/part-0.snappy.parquet",
    ]
    customers = list(json_rows(files["dev-data/crm/customers.json"]))
    assert [row["id"] for row in customers] == list(range(50))
    emails = [str(row["email"]) for row in customers]
    assert len(set(emails)) == 50
    assert all(email.endswith("@example.com") for email in emails)
    text = unzipped(files["dev-data/crm/orders/2026.csv.gz"])
    assert text == "order,email,text\n" + "".join(f'{n},{emails[n]},"a\nb"\n' for n in range(50))
    visits = parquet_rows(files["dev-data/crm/visits/day=10/part-0.snappy.parquet"])
    assert [row["n"] for row in visits] == list(range(10_000, 10_030))
    assert [row["customer"]["email"] for row in visits] == emails[:30]
    assert len(parquet_rows(files["dev-data/crm/visits/day=9/part-0.snappy.parquet"])) == 20
    said = capsys.readouterr().out.splitlines()
    assert said[0] == (
        f"Reads as arn:aws:sts::{ACCOUNT}:assumed-role/data-reader/ana of account {ACCOUNT} (PROFILE=dev):"
    )
    assert said[1] == "  inputLocationCustomers s3://dev-data/crm/customers.json"
    table = [line.split() for line in said if line.startswith("s3://")]
    assert [row[:3] + row[4:] for row in table] == [
        ["s3://dev-data/crm/customers.json", "1", "50", "json", "email"],
        ["s3://dev-data/crm/orders/", "1", "50", "csv.gz", "email"],
        ["s3://dev-data/crm/visits", "2", "50", "parquet", "customer.email"],
    ]


def test_tables_of_the_jobs_databases_are_taken_with_the_partitions_that_were_sampled(
    s3: Any, aws: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inputs = {"inputDatabase": "shop", "database": "empty", "inputLocation": "s3://dev-data/sold/"}
    project = Project(tmp_path, inputs)
    storage = {"Columns": [{"Name": "id", "Type": "int"}], "SerdeInfo": {"SerializationLibrary": "json"}}
    for name, place in (("sales", "s3://dev-data/sold/sales/"), ("other", "s3://dev-data/other/")):
        keys = [{"Name": "day", "Type": "string"}]
        table = {"Name": name, "PartitionKeys": keys, "StorageDescriptor": {**storage, "Location": place}}
        aws.glue.create_table(DatabaseName="shop", TableInput=table)
    for day in ("1", "2"):
        place = f"s3://dev-data/sold/sales/day={day}/"
        partition = {"Values": [day], "StorageDescriptor": {**storage, "Location": place}}
        aws.glue.create_partition(DatabaseName="shop", TableName="sales", PartitionInput=partition)
        put(s3, f"sold/sales/day={day}/a.json", f'{{"id": {day}}}\n')
    project.run("fetch", "--profile", "dev", "--rows", "1")
    files = project.files()
    assert list(files) == [".catalog/shop/sales.json", "dev-data/sold/sales/day=2/a.json"]
    taken = json.loads(files[".catalog/shop/sales.json"])
    assert taken["Table"]["StorageDescriptor"] == {**storage, "Location": "s3://dev-data/sold/sales/"}
    assert [item["Values"] for item in taken["Partitions"]] == [["2"]]
    assert "CreateTime" not in taken["Table"]
    said = capsys.readouterr().out.splitlines()
    assert "samples/.catalog/shop/sales.json: written" in said
    assert "the database empty has no table whose data is at a location of Read" in said


def test_a_column_that_no_input_has_is_an_error_with_the_columns_there_are(s3: Any, tmp_path: Path) -> None:
    project = Project(tmp_path, {"inputLocation": "s3://dev-data/mask/day=1/"})
    put(s3, "mask/day=1/a.json", '{"id": 1, "customer": {"mail": "a@b.cd"}}\n')
    assert project.error("--profile", "dev", "--mask", "phone") == (
        "MASK=phone: no input has this column; there are: id, customer, customer.mail"
    )
    assert project.error("--profile", "dev", "--mask", "customer.email").endswith("; did you mean customer.mail?")
    project = Project(tmp_path, {"inputLocation": "s3://dev-data/mask/"})
    assert "MASK=day: is in the names of the partitions" in project.error("--profile", "dev", "--mask", "day")


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("s3://dev-data/none/", "s3://dev-data/none/: holds no objects"),
        ("s3://dev-data/none", "s3://dev-data/none: holds no objects"),
        ("s3://dev-data/success/", "s3://dev-data/success/: holds no objects"),
        ("s3://dev-data/empty.json", "s3://dev-data/empty.json: is empty (0 bytes)"),
        (
            "s3://dev-data/secret/a.json",
            f"s3://dev-data/secret/a.json: access denied: arn:aws:sts::{ACCOUNT}:assumed-role/data-reader/ana"
            " may not s3:GetObject there",
        ),
        (
            "s3://other-data/a/",
            f"s3://other-data/a/: access denied: arn:aws:sts::{ACCOUNT}:assumed-role/data-reader/ana"
            " may not s3:ListBucket there",
        ),
        (
            "s3://dev-data/archive/",
            "s3://dev-data/archive/a.json: is archived (DEEP_ARCHIVE); restore it first, or take another file with"
            " FROM=",
        ),
    ],
)
def test_what_cannot_be_read_is_one_line(s3: Any, tmp_path: Path, location: str, message: str) -> None:
    put(s3, "secret/a.json", json_lines(1))
    put(s3, "success/_SUCCESS", "")
    put(s3, "empty.json", "")
    put(s3, "archive/a.json", json_lines(1), StorageClass="DEEP_ARCHIVE")
    project = Project(tmp_path, {"inputLocation": location})
    assert project.error("--profile", "dev") == message


def test_a_profile_that_cannot_be_used_is_one_line(s3: Any, tmp_path: Path) -> None:
    project = Project(tmp_path, {"inputLocation": "s3://no-such-bucket-here/a/"})
    assert project.error("--profile", "ana") == "s3://no-such-bucket-here/a/: there is no such bucket"
    assert project.error("--profile", "nobody") == (
        "PROFILE=nobody: there is no such AWS profile; there are: dev, unknown, sso, ana"
    )
    assert project.error("--profile", "sso") == (
        "PROFILE=sso: its sign-in has expired; run `aws sso login --profile sso`"
    )
    assert "AWS does not know the credentials of PROFILE=unknown" in project.error("--profile", "unknown")


def test_credentials_that_have_expired_are_one_line() -> None:
    access = Access.__new__(Access)
    access.profile = "dev"
    error = ClientError({"Error": {"Code": "ExpiredToken", "Message": "The security token has expired"}}, "GetObject")
    with pytest.raises(SampleError) as raised, access.explained("s3://data/a"):
        raise error
    assert str(raised.value) == "s3://data/a: the credentials of PROFILE=dev have expired; sign in again"


class Body:
    """The body of an answer that would go on for ever."""

    def __init__(self, counted: list[int], piece: bytes, left: int) -> None:
        self.counted, self.piece, self.left, self.closed = counted, piece, left, False

    def read(self, count: int) -> bytes:
        assert count <= self.left, "only what the range has"
        self.counted.append(count)
        return (self.piece * (count // len(self.piece) + 1))[:count]

    def close(self) -> None:
        self.closed = True


class HugeS3:
    """S3 with one object of 3 GB, and a folder of a million objects."""

    def __init__(self, name: str, piece: bytes) -> None:
        self.name, self.piece, self.read, self.bodies, self.pages = name, piece, list[int](), list[Body](), 0

    def list_objects_v2(self, Prefix: str, **options: Any) -> dict[str, Any]:
        if Prefix == "many/":
            self.pages += 1
            keys = [{"Key": f"many/{self.pages:05d}-{n:04d}.json", "Size": 10} for n in range(1000)]
            return {"Contents": keys, "NextContinuationToken": "more"}
        return {"Contents": [{"Key": self.name, "Size": 3 * 10**9}]} if self.name.startswith(Prefix) else {}

    def get_object(self, Range: str, **options: Any) -> dict[str, Any]:
        start, end = map(int, Range.removeprefix("bytes=").split("-"))
        turned = start % len(self.piece)
        self.bodies.append(Body(self.read, self.piece[turned:] + self.piece[:turned], end - start + 1))
        return {"Body": self.bodies[-1]}


def source_of(huge: HugeS3) -> S3Source:
    from contextlib import nullcontext

    return S3Source(SimpleNamespace(client=lambda service: huge, explained=lambda where: nullcontext()))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "piece", "most"),
    [
        ("big.json", b'{"id": 1, "text": "abcdefgh"}\n', 200_000),
        ("big.csv", b"1,abc,def\n", 200_000),
        ("big.log", b"x" * 9_999 + b"\n", 6_000_000),
    ],
)
def test_of_three_gigabytes_only_the_needed_bytes_are_read(name: str, piece: bytes, most: int) -> None:
    huge = HugeS3(name, piece)
    sample = take_sample(source_of(huge), f"s3://data/{name}", Limit(1000, 5_000_000), Masks())
    assert sample.rows == (500 if name.endswith("log") else 1000)
    assert sum(huge.read) == sample.read <= most
    assert all(body.closed for body in huge.bodies)


def test_a_huge_file_of_an_unknown_format_is_refused_after_a_look_at_its_start() -> None:
    huge = HugeS3("big.bin", b"\0\1\2")
    with pytest.raises(SampleError, match=r"big\.bin: is of a format of which no part can be taken, and has 3,000,000"):
        take_sample(source_of(huge), "s3://data/big.bin", Limit(1000, 5_000_000), Masks())
    assert sum(huge.read) <= 200_000


def test_one_row_without_an_end_is_not_read_to_its_end() -> None:
    huge = HugeS3("big.json", b"x")
    with pytest.raises(SampleError, match="row 1 is no valid JSON, or has more than 5,000,000 bytes"):
        take_sample(source_of(huge), "s3://data/big.json", Limit(1000, 5_000_000), Masks())
    assert sum(huge.read) <= 12_000_000


def test_a_folder_with_very_many_objects_is_not_listed_to_its_end() -> None:
    huge = HugeS3("big.json", b'{"id": 1}\n')
    sample = take_sample(source_of(huge), "s3://data/many/", Limit(3, 5_000_000), Masks())
    assert huge.pages == 20
    assert (len(sample.files), sample.rows) == (3, 3)
    assert list(sample.notes) == ["s3://data/many/: has more than 20000 names; the newest of these were taken"]
