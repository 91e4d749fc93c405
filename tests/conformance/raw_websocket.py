"""A byte-level WebSocket client: it sends any frame, valid or not, and returns every frame that it receives."""

import base64
import os
import socket
import struct

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10


def frame(opcode, payload=b"", fin=True, rsv=0, mask=True, length=None, length_bytes=None):
    """`length` and `length_bytes` (0, 2 or 8) misstate the payload; by default, both are correct."""
    length = len(payload) if length is None else length
    if length_bytes is None:
        length_bytes = 0 if length < 126 else 2 if length < 65536 else 8
    head = bytes([(128 if fin else 0) | rsv << 4 | opcode])
    short = {0: length, 2: 126, 8: 127}[length_bytes]
    head += bytes([(128 if mask else 0) | short])
    if length_bytes:
        head += struct.pack(">H" if length_bytes == 2 else ">Q", length)
    if not mask:
        return head + payload
    key = os.urandom(4)
    whole = int.from_bytes(payload, "big") ^ int.from_bytes((key * (len(payload) // 4 + 1))[:len(payload)], "big")
    return head + key + whole.to_bytes(len(payload), "big")


def code_of(payload):
    """The code in the payload of a close frame; 1005 if there is none."""
    return int.from_bytes(payload[:2], "big") if payload else 1005


class HandshakeRefused(Exception):
    def __init__(self, status):
        super().__init__(f"the handshake was answered {status}")
        self.status = status


class BadFrame(Exception):
    """The server sent a frame that no server may send."""


class RawWebSocket:
    def __init__(self, port, path="/", extensions=None, limit=10.0):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=limit)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        offer = f"Sec-WebSocket-Extensions: {extensions}\r\n" if extensions else ""
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\n"
                             f"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
                             f"{offer}\r\n").encode())
        self.file = self.socket.makefile("rb")
        status = self.file.readline()
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(":")
            self.headers[name.lower()] = value.strip()
        if b" 101 " not in status:
            self.close()
            raise HandshakeRefused(status)

    def send(self, data, chop=None):
        """Sends all of it, or in pieces of `chop` bytes; returns False if the server has disconnected."""
        try:
            for at in range(0, len(data), chop or max(1, len(data))):
                self.socket.sendall(data[at:at + (chop or len(data))])
            return True
        except OSError:
            return False

    def receive(self):
        """(opcode, payload, rsv) of the next frame; None if the connection ended."""
        try:
            head = self.file.read(2)
            if len(head) < 2:
                return None
            fin, rsv, opcode = head[0] >> 7, head[0] >> 4 & 7, head[0] & 15
            length = head[1] & 127
            if head[1] & 128 or not fin:
                raise BadFrame(f"masked or in fragments: {head!r}")
            if length >= 126:
                wide = 2 if length == 126 else 8
                length = int.from_bytes(self.file.read(wide), "big")
                if length < (126 if wide == 2 else 65536):
                    raise BadFrame("a length that is not minimal")
            payload = self.file.read(length)
        except ConnectionError:
            return None
        return (opcode, payload, rsv) if len(payload) == length else None

    def close_code(self):
        """The code of the server's close frame, whatever frames come before it; None if the connection ends without."""
        while (received := self.receive()) is not None:
            opcode, payload, _ = received
            if opcode == CLOSE:
                return code_of(payload)
        return None

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
