"""The systemd unit: how exposed it is, whether systemd understands it, and whether the daemon can live in it."""

import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
UNIT = HERE.parents[1] / "packaging/systemd/notifyd.service"
BINARY = os.environ["NOTIFYD_BINARY"]
EXPOSURE = 15  # of 100: 1.5

sys.path.insert(0, str(HERE.parent / "system"))
os.environ["FILTERED_BINARY"] = BINARY
os.environ["NOTIFYD_BINARY"] = str(HERE / "filtered.py")

from support import tokens  # noqa: E402
from support.bodies import publish_body  # noqa: E402
from support.certificate import make_certificate, trusting  # noqa: E402
from support.daemon import Daemon, Folder  # noqa: E402
from support.operator_tools import publish_one  # noqa: E402
from support.settings import LIMIT  # noqa: E402


class Unit(unittest.TestCase):
    def test_exposure(self):
        told = subprocess.run(
            ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE}", str(UNIT)],
            capture_output=True, text=True, check=False)
        self.assertEqual(told.returncode, 0, told.stdout[-3000:] + told.stderr)
        print(told.stdout.strip().splitlines()[-1])

    def test_systemd_understands_it(self):
        with tempfile.TemporaryDirectory() as folder:
            copy = pathlib.Path(folder) / UNIT.name
            copy.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={shutil.which('true')}", UNIT.read_text()))
            told = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)],
                                  capture_output=True, text=True, check=False)
        self.assertEqual((told.returncode, told.stderr), (0, ""))


class InsideIt(unittest.TestCase):
    def test_the_daemon_needs_no_call_that_the_unit_refuses(self):
        folder = Folder()
        certificate, key = make_certificate(folder)
        daemon = Daemon({"tls": {"certificate": str(certificate), "private_key": str(key)}}, folder,
                        trusting(certificate))
        user = tokens.mint("inside")
        daemon.grant("inside", "chat")
        client = daemon.websocket(user, "chat")
        http = daemon.http()
        reply = http.post("/publish", tokens.service(), publish_body("one", chatId="chat"))
        self.assertEqual(reply.status, 200)
        self.assertEqual(client.receive_message()["content"], "one")
        self.assertEqual(http.get("/messages", user, chatId="chat").json["count"], 1)
        make_certificate(folder)
        self.assertEqual(daemon.reload({"log": {"level": "info"}})["event_type"], "config_reloaded")
        backup = folder.command("backup", "copy.db", "--config", "notifyd.toml")
        self.assertEqual(backup.returncode, 0, backup.stderr)
        daemon.stop()
        folder.remove()

    def test_the_filter_of_this_test_refuses(self):
        def ended(code):
            return subprocess.run([str(HERE / "filtered.py"), "-c", code], check=False, capture_output=True,
                                  env={**os.environ, "FILTERED_BINARY": "/usr/bin/python3"}).returncode

        self.assertEqual(ended("pass"), 0)
        for forbidden in ("import os; os.chroot('/')", "import os; os.nice(1)",
                          "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)",
                          "import socket; socket.socket(socket.AF_PACKET)"):
            self.assertEqual(ended(forbidden), -signal.SIGSYS, forbidden)


class Notify(unittest.TestCase):
    """What systemd receives, read from a socket in its place."""

    def test_ready_reloading_alive_stopping(self):
        folder = Folder()
        path = str(folder.path / "notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
            listener.bind(path)
            listener.settimeout(LIMIT)

            def heard(wanted):
                """The next message that is not a beat of the watchdog, or the next beat."""
                while True:
                    message = listener.recv(1000).decode()
                    if wanted.startswith("WATCHDOG") == message.startswith("WATCHDOG"):
                        return message

            daemon = Daemon(folder=folder, environment={"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "200000"})
            self.assertEqual(heard("READY"), "READY=1")
            for _ in range(5):
                self.assertEqual(heard("WATCHDOG"), "WATCHDOG=1")
            daemon.reload()
            self.assertRegex(heard("RELOADING"), r"^RELOADING=1\nMONOTONIC_USEC=\d+$")
            self.assertEqual(heard("READY"), "READY=1")
            daemon.reload(text="nonsense")
            self.assertRegex(heard("RELOADING"), r"^RELOADING=1\n")
            self.assertEqual(heard("READY"), "READY=1")  # with the config that it has
            publish_one(daemon, "chat", "one")
            daemon.stop()
            self.assertEqual(heard("STOPPING"), "STOPPING=1")
        folder.remove()
        self.assertTrue(all(json.loads(line) for line in daemon.lines))


if __name__ == "__main__":
    unittest.main()
