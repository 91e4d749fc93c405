"""HTTP requests to the daemon: one keep-alive connection per client, JSON in and out."""

import http.client
import json
import socket
import urllib.parse

from .settings import LIMIT

PAGES_MAX = 1000  # more than any test has, so that pages that never end fail the test


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:600].decode(errors='replace')}"


class HttpClient:
    def __init__(self, port, context=None, prefix=""):
        self.prefix = prefix
        if context is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
        else:
            self.connection = http.client.HTTPSConnection("localhost", port, timeout=LIMIT, context=context)

    def request(self, method, path, token=None, body=None, query=None, headers=None):
        """`body`: bytes and str are sent unchanged, anything else as JSON."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        headers = dict(headers or {})
        if token is not None:
            headers["Authorization"] = "Bearer " + token
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        self.connection.request(method, self.prefix + path, body=body, headers=headers)
        response = self.connection.getresponse()
        return Reply(response.status, response.headers, response.read())

    def get(self, path, token=None, **query):
        return self.request("GET", path, token, query=query)

    def pages(self, path, token=None, **query):
        """Yields each page of a list, from the first to the last."""
        for _ in range(PAGES_MAX):
            reply = self.get(path, token, **query)
            assert reply.status == 200, reply
            yield reply.json
            if "nextStartKey" not in reply.json:
                return
            query["startKey"] = reply.json["nextStartKey"]
        raise AssertionError(f"{path} has more than {PAGES_MAX} pages")

    def post(self, path, token=None, body=None, **options):
        return self.request("POST", path, token, body, **options)

    def delete(self, path, token=None, **query):
        return self.request("DELETE", path, token, query=query)

    def options(self, path, **headers):
        return self.request("OPTIONS", path, headers=headers)

    def close(self):
        self.connection.close()


def upgrade_request(target="/ws", headers=b"", key="dGhlIHNhbXBsZSBub25jZQ=="):
    """The bytes of a WebSocket handshake; each line of `headers` has its line end."""
    return (f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n").encode() + headers + b"\r\n"


class RawConnection:
    """Sends raw bytes to the daemon, for requests that no well-behaved client sends."""

    def __init__(self, port, unix_path=None):
        if unix_path is None:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=LIMIT)
        else:
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.settimeout(LIMIT)
            self.socket.connect(str(unix_path))
        self.file = self.socket.makefile("rb")

    def send(self, data):
        self.socket.sendall(data)

    def reply(self):
        """The next response on the connection."""
        status_line = self.file.readline()
        if not status_line:
            raise EOFError("the daemon closed the connection")
        headers = http.client.parse_headers(self.file)
        body = self.file.read(int(headers.get("Content-Length", "0")))
        return Reply(int(status_line.split()[1]), headers, body)

    def at_end(self):
        """Whether the daemon closes the connection within the limit (a reset counts, too)."""
        try:
            return self.file.read() == b""
        except ConnectionError:
            return True

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
