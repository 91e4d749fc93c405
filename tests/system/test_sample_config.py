"""config/notifyd.toml as a newcomer uses it: the edits that its header names are enough to start a server."""

import re
import time
import unittest

import jwt

from support import tokens
from support.certificate import make_certificate, trusting
from support.daemon import ROOT, Daemon, Folder
from support.key_server import KeyServer, new_key

SAMPLE = (ROOT / "config/notifyd.toml").read_text()
ISSUER = "https://id.example.com"
ANY_PORT = {"NOTIFYD_SERVER__LISTEN": "127.0.0.1:0"}  # the sample's port may be in use on this machine


def named_keys():
    """The keys in the header's numbered lines, one list per edit."""
    header = SAMPLE[:SAMPLE.index("\n[")]
    return [re.findall(r"[a-z]+\.[a-z_]+", line.split(":")[0]) for line in re.findall(r"(?m)^#  \d\. (.*)$", header)]


def edited(changes):
    """The sample with the lines of these keys changed, each of which must occur once."""
    lines, section, left = [], None, dict(changes)
    for line in SAMPLE.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        key = f"{section}.{line.partition(' = ')[0]}"
        if key in left:
            line = f'{line.partition(" = ")[0]} = "{left.pop(key)}"'
        lines.append(line)
    assert not left, left
    return "\n".join(lines) + "\n"


class SampleDaemon(Daemon):
    text = ""

    @classmethod
    def write_config(cls, folder, settings):
        return folder.write("notifyd.toml", cls.text)


class SampleConfig(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        self.provider = KeyServer()
        self.addCleanup(self.provider.close)

    def test_three_edits_are_enough(self):
        self.assertEqual(named_keys(), [["auth.jwks", "auth.issuer"], ["tls.certificate", "tls.private_key"],
                                        ["storage.path"]])
        key = new_key("one", kty="RSA", size=2048)
        self.provider.serve(key)
        certificate, private = make_certificate(self.folder)
        (self.folder.path / "data").mkdir()
        SampleDaemon.text = edited({
            "auth.jwks": self.provider.url("127.0.0.1", "http"), "auth.issuer": ISSUER, "tls.certificate": certificate,
            "tls.private_key": private, "storage.path": self.folder.path / "data" / "notifyd.db"})
        daemon = SampleDaemon(folder=self.folder, context=trusting(certificate), environment=ANY_PORT)
        self.addCleanup(daemon.stop)
        claims = {"sub": "alice", "iss": ISSUER, "exp": int(time.time()) + 60}
        token = jwt.encode(claims, key.export_to_pem(private_key=True, password=None), "RS256", {"kid": "one"})
        tokens.minted.add(token)
        self.assertEqual(daemon.websocket(token).connected["userId"], "alice")
        self.assertEqual(daemon.http().get("/readyz").status, 200)
        self.assertEqual(daemon.http().get("/permissions", token).status, 200)

    def test_without_the_first_edit_the_error_says_what_is_missing(self):
        config = self.folder.write("notifyd.toml", SAMPLE)
        result = self.folder.command("serve", "--config", config, environment=ANY_PORT)
        self.assertEqual(result.returncode, 78)
        self.assertIn("no key for RS256; give one in auth.public_key or auth.jwks", result.stderr)


if __name__ == "__main__":
    unittest.main()
