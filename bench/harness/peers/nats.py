"""nats-server: plain subjects over WebSocket, and JetStream."""

import json
import socket

from .process import Server, debian_version, free_port, program

REPLY_SECONDS = 10


class Nats(Server):
    name = "nats"
    title = "nats-server"

    @classmethod
    def missing(cls, place):
        return "" if program("nats-server") else "nats-server"

    @classmethod
    def version(cls, place):
        return debian_version("nats-server")

    def start(self):
        self.client_port = free_port()
        self.spawn([program("nats-server"), "-c", self.write_config("nats-server.conf", client_port=self.client_port)])
        self.wait_until(self.accepts_connections)

    def prepare(self, command, options):
        if options.get("protocol") == "jetstream":
            self._create_stream(options.get("chat", "bench"))
        return {}

    def _create_stream(self, subject):
        """JetStream stores what is published to the subjects of a stream. Other settings keep their defaults."""
        request = json.dumps({"name": "BENCH", "subjects": [subject], "storage": "file"})
        with socket.create_connection(("127.0.0.1", self.client_port), timeout=REPLY_SECONDS) as connection:
            lines = connection.makefile("rb")
            connection.sendall(b'CONNECT {"verbose":false}\r\nSUB reply 1\r\n'
                               + f"PUB $JS.API.STREAM.CREATE.BENCH reply {len(request)}\r\n{request}\r\n".encode())
            while not (line := lines.readline()).startswith(b"MSG "):
                if not line or line.startswith(b"-ERR"):
                    raise RuntimeError(f"nats-server did not create the stream: {line.decode(errors='replace')}")
            reply = json.loads(lines.read(int(line.split()[-1])))
            if "error" in reply:
                raise RuntimeError(f"nats-server did not create the stream: {reply['error']}")
