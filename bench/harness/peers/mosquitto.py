"""mosquitto over WebSocket with QoS 0."""

import os
import socket
import threading
import time

from .process import Server, debian_version, free_port, program

CONNECT = b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04wake"
PING = b"\xc0\x00"
SETTLE_SECONDS = 0.3  # ends before the first measured round


class Mosquitto(Server):
    name = "mosquitto"
    title = "mosquitto"

    @classmethod
    def missing(cls, place):
        return "" if program("mosquitto") else "mosquitto"

    @classmethod
    def version(cls, place):
        return debian_version("mosquitto")

    def start(self):
        self.client_port = free_port()
        self.spawn([program("mosquitto"), "-c", self.write_config("mosquitto.conf", client_port=self.client_port)])
        self.wait_until(self.accepts_connections)

    def prepare(self, command, options):
        """mosquitto 2.0 handles new WebSockets only ten times per second, unless other clients keep it busy. A thousand
        would take minutes to connect, so an additional client keeps it busy until all are connected."""
        chats = options.get("chats", 1)
        expected = chats * options.get("subscribers", 0) + (0 if options.get("publisher") == "member" else chats)
        threading.Thread(target=self._keep_awake, args=(expected + self._open_files(),), daemon=True).start()
        return {}

    def _open_files(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def _keep_awake(self, files_expected):
        until = None
        try:
            with socket.create_connection(("127.0.0.1", self.client_port), timeout=1) as client:
                client.sendall(CONNECT)
                while until is None or time.monotonic() < until:
                    client.sendall(PING)
                    client.recv(64)
                    if until is None and self._open_files() > files_expected:
                        until = time.monotonic() + SETTLE_SECONDS  # the last clients are still subscribing
        except OSError:
            pass  # the server has ended
