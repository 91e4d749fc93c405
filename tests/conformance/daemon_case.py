"""The base class of tests/system, for tables that run against the daemon, and a connection that sends raw bytes."""

import contextlib
import http.client
import io
import pathlib
import socket
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))

from support.case import SystemTest  # noqa: E402, F401
from support.process import resident_bytes  # noqa: E402, F401
from support.sockets import connect, read_to_end  # noqa: E402

HOST = b"Host: localhost\r\n"


class Answers:
    def __init__(self, data):
        self.statuses, self.headers, self.bodies = [], [], []
        file = io.BytesIO(data)
        while (line := file.readline()):
            if not line.startswith(b"HTTP/"):
                self.bodies.append(line + file.read())  # HTTP/0.9, which nginx still supports
                return
            self.statuses.append(int(line.split()[1]))
            self.headers.append(http.client.parse_headers(file))
            if self.statuses[-1] >= 200:
                self.bodies.append(file.read(int(self.headers[-1].get("Content-Length", "0"))))


def exchange(port, data, half_close=False):
    """Sends the bytes (or pieces) and reads until the server closes, by itself or because we shut down our side."""
    with connect(port) as connection:
        with contextlib.suppress(ConnectionError):  # refused while sending
            for piece in data if isinstance(data, (list, tuple)) else (data,):
                connection.sendall(piece)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return Answers(read_to_end(connection))


def request(method=b"GET", target=b"/healthz", version=b"1.1", headers=HOST, body=b""):
    return method + b" " + target + b" HTTP/" + version + b"\r\n" + headers + b"\r\n" + body
