"""An echo server that checks nothing: the driver must find fault with it."""

import base64
import hashlib
import socket
import threading

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
CLOSE, PING = 8, 9


class LaxEcho:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection, connection.makefile("rb") as file:
                self._echo(connection, file)
        except (OSError, IndexError):
            pass  # the client has disconnected

    def _echo(self, connection, file):
        while (line := file.readline().strip()):
            if line.lower().startswith(b"sec-websocket-key:"):
                key = line.partition(b":")[2].strip()
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                           b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        kind, message = None, b""
        while True:
            head = file.read(2)
            fin, opcode, length = head[0] & 128, head[0] & 15, head[1] & 127
            if length >= 126:
                length = int.from_bytes(file.read(2 if length == 126 else 8), "big")
            key = file.read(4)
            data = bytes(byte ^ key[at % 4] for at, byte in enumerate(file.read(length)))
            if opcode == PING:
                self._send(connection, 10, data)
            elif opcode == CLOSE:
                self._send(connection, CLOSE, data)
                return
            elif opcode != 10:
                kind, message = opcode or kind, message + data
                if fin:
                    self._send(connection, kind or 1, message)
                    message = b""

    @staticmethod
    def _send(connection, opcode, data):
        size = len(data)
        head = bytes([size]) if size < 126 else b"\x7e" + size.to_bytes(2, "big") if size < 65536 else (
            b"\x7f" + size.to_bytes(8, "big"))
        connection.sendall(bytes([128 | opcode]) + head + data)

    def close(self):
        self.listener.close()
