"""A WebSocket client that exposes every frame. It uses the protocol of the websockets package, without its I/O."""

import json
import socket
import time
import urllib.parse
import uuid

from websockets.client import ClientConnection
from websockets.connection import State
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from .settings import LIMIT


class Refused(Exception):
    """The handshake was answered with a status other than 101."""

    def __init__(self, status, headers, body):
        super().__init__(f"{status} {body[:300]!r}")
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)


class Closed(Exception):
    def __init__(self, code, reason):
        super().__init__(f"closed {code} {reason}")
        self.code = code
        self.reason = reason


class Protocol(ClientConnection):
    def send_frame(self, frame):
        """A ping that arrives while the connection closes needs no pong (RFC 6455 §5.5.2)."""
        if self.state is State.OPEN or frame.opcode is not Opcode.PONG:
            super().send_frame(frame)


class WebSocket:
    def __init__(self, port, path="/ws", query=(), headers=(), subprotocols=(), origin=None, context=None, host=None):
        pairs = list(query.items()) if isinstance(query, dict) else list(query)
        if pairs:
            path += "?" + urllib.parse.urlencode(pairs)
        scheme = "ws" if context is None else "wss"
        uri = parse_uri(f"{scheme}://localhost:{port}{path}")
        self.socket = socket.create_connection((host or "127.0.0.1", port), timeout=LIMIT)
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.protocol = Protocol(uri, origin=origin, subprotocols=list(subprotocols) or None, max_size=2**22)
        self.frames = []  # frames received but not read yet
        self.pings = 0
        self.close_frame = None
        request = self.protocol.connect()
        for name, value in dict(headers).items():
            request.headers[name] = value
        self.protocol.send_request(request)
        self._flush()
        self._handshake()

    @property
    def subprotocol(self):
        return self.protocol.subprotocol

    def _handshake(self):
        deadline = time.monotonic() + LIMIT
        while self.protocol.state is State.CONNECTING:
            if self.protocol.handshake_exc is not None:
                break
            self._pump(deadline)
        if self.protocol.state is not State.OPEN and self.protocol.handshake_exc is not None:
            self.socket.close()
            response = self.response
            if response is None:
                raise self.protocol.handshake_exc
            raise Refused(response.status_code, response.headers, response.body or b"")

    response = None

    def _flush(self):
        for data in self.protocol.data_to_send():
            if data:
                self.socket.sendall(data)

    def _pump(self, deadline):
        """Reads one piece from the socket."""
        self.socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if data:
            self.protocol.receive_data(data)
        else:
            self.protocol.receive_eof()
        for event in self.protocol.events_received():
            if isinstance(event, Frame):
                self._take(event)
            else:
                self.response = event
        try:
            self._flush()
        except OSError:
            pass  # the daemon has disconnected; everything it sent has been read
        if not data and self.close_frame is None and self.protocol.state is not State.CONNECTING:
            self.close_frame = (1006, "the connection ended without a close frame")

    def _take(self, frame):
        if frame.opcode is Opcode.PING:
            self.pings += 1
        elif frame.opcode is Opcode.CLOSE:
            code = int.from_bytes(frame.data[:2], "big") if frame.data else 1005
            self.close_frame = (code, frame.data[2:].decode())
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            self.frames.append(frame)

    # --- sending ---

    def send_text(self, text):
        self.send_frame(Opcode.TEXT, text.encode() if isinstance(text, str) else text)

    def send_json(self, value):
        self.send_text(json.dumps(value))

    def send_frame(self, opcode, data, fin=True):
        """Bypasses the checks of the protocol, for frames that it would refuse to send."""
        self.protocol.send_frame(Frame(opcode, data, fin))
        self._flush()

    def send_envelope(self, kind, payload=None, **fields):
        envelope = {"id": str(uuid.uuid4()), "type": kind, "timestamp": int(time.time() * 1000)}
        envelope.update(fields)
        envelope["payload"] = {} if payload is None else payload
        self.send_json(envelope)
        return envelope["id"]

    # --- receiving ---

    def receive_text(self, limit=LIMIT):
        deadline = time.monotonic() + limit
        while not self.frames:
            if self.close_frame is not None:
                raise Closed(*self.close_frame)
            self._pump(deadline)
        frame = self.frames.pop(0)
        assert frame.opcode is Opcode.TEXT and frame.fin, f"not a whole text frame: {frame}"
        return frame.data.decode()

    def receive(self, limit=LIMIT):
        return json.loads(self.receive_text(limit))

    def receive_until(self, wanted, limit=LIMIT):
        """Every frame up to and including the first that `wanted` accepts."""
        deadline = time.monotonic() + limit
        taken = []
        while True:
            taken.append(self.receive(max(0.001, deadline - time.monotonic())))
            if wanted(taken[-1]):
                return taken

    def receive_message(self, limit=LIMIT):
        """The next delivered message; answers and envelopes before it are skipped."""
        return self.receive_until(lambda frame: "publishTimestamp" in frame, limit)[-1]

    def receive_messages(self, count, limit=LIMIT):
        deadline = time.monotonic() + limit
        return [self.receive_message(max(0.001, deadline - time.monotonic())) for _ in range(count)]

    def ask(self, kind, payload=None, **fields):
        """Sends an envelope and returns the answer."""
        name = self.send_envelope(kind, payload, **fields)
        return self.receive_until(lambda frame: frame.get("id") == name)[-1]

    def closed(self, limit=LIMIT):
        """The close code that the daemon sends, whatever frames come before it."""
        deadline = time.monotonic() + limit
        while self.close_frame is None:
            self._pump(deadline)
        return self.close_frame[0]

    def wait_for_pings(self, count, limit=LIMIT):
        deadline = time.monotonic() + limit
        while self.pings < count:
            if self.close_frame is not None:
                raise Closed(*self.close_frame)
            self._pump(deadline)

    def close(self, code=1000):
        """Performs a complete closing handshake if the connection is still open."""
        try:
            if self.protocol.state is State.OPEN:
                self.protocol.send_close(code)
                self._flush()
                self.closed()
        except OSError:
            pass
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
