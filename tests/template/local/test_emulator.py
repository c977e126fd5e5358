import socket
from pathlib import Path
from urllib.parse import urlsplit

import boto3
import pytest

from local import emulator


def client(running: emulator.Emulator, service: str, account: str) -> object:
    return boto3.client(
        service,
        endpoint_url=running.url,
        region_name="us-east-1",
        aws_access_key_id=account,
        aws_secret_access_key="emulated",
    )


def test_it_answers_for_each_account_on_loopback_and_stops_at_the_end(tmp_path: Path) -> None:
    with emulator.emulator(tmp_path) as running:
        address = urlsplit(running.url)
        assert address.hostname == "127.0.0.1"
        for account in ("111111111111", "222222222222"):
            assert client(running, "sts", account).get_caller_identity()["Account"] == account  # type: ignore[attr-defined]
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", address.port or 0)) != 0


def test_an_error_inside_stops_it_too(tmp_path: Path) -> None:
    def fail() -> None:
        with emulator.emulator(tmp_path) as running:
            ports.append(urlsplit(running.url).port or 0)
            raise KeyboardInterrupt

    ports: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        fail()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", ports[0])) != 0


def test_one_that_does_not_start_is_said_in_one_line(tmp_path: Path) -> None:
    with (
        pytest.raises(emulator.EmulatorError, match=r"MiniStack did not start on 127\.0\.0\.1:\d+; its log is "),
        emulator.emulator(tmp_path, {"GATEWAY_PORT": "none"}),
    ):
        pass


def test_behind_a_proxy_it_is_reached_directly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "example.com")
    monkeypatch.delenv("no_proxy", raising=False)
    with emulator.emulator(tmp_path) as running:  # it answered
        for name, value in emulator.without_proxy(running.environment()).items():
            monkeypatch.setenv(name, value)
        assert boto3.Session().client("sts").get_caller_identity()["Account"] == "000000000000"


def test_no_proxy_is_extended_in_both_spellings() -> None:
    extended = emulator.without_proxy({"no_proxy": "example.com,localhost", "HTTPS_PROXY": "http://proxy"})
    assert extended == {
        "no_proxy": "example.com,localhost,127.0.0.1",
        "NO_PROXY": "example.com,localhost,127.0.0.1",
        "HTTPS_PROXY": "http://proxy",
    }
