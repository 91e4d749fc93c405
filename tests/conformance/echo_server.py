"""The gateway's WebSocket code in an echo server process (tests/ws_echo)."""

import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


class EchoServer:
    def __init__(self, *options):
        binary = os.environ.get("NOTIFYD_WS_ECHO") or ROOT / "build/release/tests/ws_echo"
        self.process = subprocess.Popen([binary, "--port", "0", *options], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().rpartition(":")[2])

    def stop(self):
        """Stops it; returns its output, which is empty if all is well. A crash is an error."""
        crashed = self.process.poll()
        self.process.kill()
        said = self.process.communicate()[1]
        assert crashed is None, f"ws_echo ended with {crashed}:\n{said}"
        return said
