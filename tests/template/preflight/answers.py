"""A local server for the services that MiniStack lacks. It answers what a test has prepared, in AWS's JSON protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# By service: what the variable that names its endpoint ends with
SERVICES = ("SERVICE_QUOTAS", "CODECONNECTIONS", "CODESTAR_CONNECTIONS", "CODECOMMIT")
Answer = dict[str, Any]


class Answers:
    """The answer of each operation, and the operations that were called."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.by_operation: dict[str, Answer] = {}
        self.called: list[str] = []

    def say(self, operation: str, **answer: Any) -> None:
        self.by_operation[operation] = answer

    def refuse(self, operation: str, code: str, message: str = "") -> None:
        self.by_operation[operation] = {"__type": code, "message": message}

    def variables(self) -> dict[str, str]:
        return {f"AWS_ENDPOINT_URL_{service}": self.url for service in SERVICES}


@contextmanager
def answers() -> Iterator[Answers]:
    """Start the server on a free port of 127.0.0.1, and stop it with the block."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            operation = self.headers["X-Amz-Target"].rpartition(".")[2]
            found.called.append(operation)
            answer = found.by_operation[operation]
            body = json.dumps(answer).encode()
            self.send_response(400 if "__type" in answer else 200)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Answers(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
