import io
import sys
from typing import Any

import boto3
import pytest
from shell_script import main, transform


class Files:
    """Stands in for boto3's client of S3: one file in the input, and what the job writes."""

    def __init__(self) -> None:
        self.written: dict[str, bytes] = {}

    def get_paginator(self, name: str) -> "Files":
        return self

    def paginate(self, **place: str) -> list[dict[str, Any]]:
        return [{"Contents": [{"Key": f"{place['Prefix']}a.csv"}]}]

    def get_object(self, **place: str) -> dict[str, Any]:
        return {"Body": io.BytesIO("1,Zoë\n2,Otis\n1,Zoë\n".encode())}

    def put_object(self, **file: Any) -> None:
        self.written[f"{file['Bucket']}/{file['Key']}"] = file["Body"]


def test_each_line_is_kept_once() -> None:
    assert transform(["a", "b", "a"]) == ["a", "b"]


def test_the_job_writes_the_lines_and_shows_their_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files = Files()
    monkeypatch.setattr(boto3, "client", lambda service: files)
    arguments = ["--input_path", "s3://raw/people/", "--output_path", "s3://clean/people/"]
    monkeypatch.setattr(sys, "argv", ["script", *arguments])
    main()
    assert files.written == {"clean/people/lines.txt": "1,Zoë\n2,Otis\n".encode()}
    assert capsys.readouterr().out == "2\n"
