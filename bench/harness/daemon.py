"""One notifyd with an empty database: started, given its users, and ended."""

import base64
import hashlib
import hmac
import http.client
import json
import pathlib
import secrets
import shutil
import subprocess
import tempfile
import time

from . import machine

CONFIG = """\
[server]
listen = "127.0.0.1:0"
threads = 1

[auth]
algorithms = ["HS256"]
hs256_secret = "{secret}"

[limits]
messages_per_second = 0
connects_per_minute_per_ip = 0

[connections]
max_per_user = 0

[storage]
path = "{database}"
durability = "full"

[log]
level = "info"
format = "json"
"""

START_SECONDS = 30
STOP_SECONDS = 30


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Daemon:
    def __init__(self, binary, data, core):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="bench-data-", dir=data))
        self.secret = secrets.token_hex(32)
        self.log = self.folder / "log.json"
        config = self.folder / "notifyd.toml"
        config.touch(mode=0o600)
        config.write_text(CONFIG.format(secret=self.secret, database=self.folder / "notifyd.db"))
        try:
            with open(self.log, "wb") as log:
                self.process = subprocess.Popen(
                    machine.pinned(core, [str(binary), "serve", "--config", str(config)]),
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
        except OSError:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise
        try:
            self.port = self._wait_for_port()
        except BaseException:
            self.stop()
            raise

    def _wait_for_port(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            for line in self.log.read_text(errors="replace").splitlines():
                if '"server_started"' in line and line.endswith("}"):
                    return int(json.loads(line)["listen"].rpartition(":")[2])
            if self.process.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError(f"notifyd did not start:\n{self.log_tail()}")

    def log_tail(self, lines=20):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def token(self, user, scope=None):
        now = int(time.time())
        claims = {"sub": user, "iat": now, "exp": now + 3600}
        if scope:
            claims["scope"] = scope
        text = ".".join(encode(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
        signature = hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).digest()
        return f"{text}.{encode(signature)}"

    def grant(self, chat, roles):
        """`roles` is user -> role; rows are made over HTTP, as an operator would."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Authorization": f"Bearer {self.token('operator', 'notifyd:admin')}",
                   "Content-Type": "application/json"}
        try:
            for user, role in roles.items():
                body = json.dumps({"userId": user, "chatId": chat, "role": role})
                connection.request("POST", "/permissions", body, headers)
                reply = connection.getresponse()
                text = reply.read().decode(errors="replace")
                if reply.status != 200:
                    raise RuntimeError(f"POST /permissions: {reply.status} {text}")
        finally:
            connection.close()

    def stop(self):
        """Ends the process that this object started, and no other; then the folder goes."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
