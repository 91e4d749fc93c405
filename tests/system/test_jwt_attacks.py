"""The attack table (jwt_attacks.py) against the daemon, over HTTP and on the upgrade: none accepted (docs/security.md
S1).

Two daemons: one pins RS256, the other accepts every algorithm, with a key for each. python3-jwt checks the rows, too.
"""

import json
import select
import socket
import unittest

import jwt
import jwt_attacks
from jwcrypto import jwk
from support import tokens
from support.case import SystemTest
from support.daemon import Daemon, Folder, show
from support.settings import SECRET
from support.websocket import Refused

ALL = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256"]


class JwtAttacks(SystemTest):
    @classmethod
    def setUpClass(cls):
        cls.failed = False
        cls.trap = socket.create_server(("127.0.0.1", 0), backlog=64)
        cls.forge = jwt_attacks.Forge(f"http://127.0.0.1:{cls.trap.getsockname()[1]}/keys")
        cls.folder = Folder()
        keys = [key.export_public(as_dict=True) for key in cls.forge.ours]
        cls.keys = cls.folder.write("keys.json", json.dumps({"keys": keys}))
        rules = {"issuer": jwt_attacks.ISSUER, "audience": [jwt_attacks.AUDIENCE], "jwks": str(cls.keys)}
        cls.pinned = Daemon({"auth": {**rules, "algorithms": ["RS256"], "hs256_secret": ""}})
        cls.open = Daemon({"auth": {**rules, "algorithms": ALL, "hs256_secret": SECRET}})

    @classmethod
    def tearDownClass(cls):
        for daemon in (cls.pinned, cls.open):
            if cls.failed:
                show(daemon)
            daemon.stop()
        cls.trap.close()
        cls.folder.remove()

    def setUp(self):
        pass  # the daemons do not accept the tokens of the other tests

    def remembered(self, token):
        # What must not appear in the daemon's log.
        if token.count(".") == 2:
            tokens.minted.add(token)
        return token

    def daemons(self, everywhere):
        return (self.pinned, self.open) if everywhere else (self.open,)

    def over_http(self, daemon, token):
        http = daemon.http()
        reply = http.get("/permissions", token)
        http.close()
        return reply

    def upgrade(self, daemon, token):
        """None if the upgrade is answered with 101."""
        try:
            daemon.websocket(token).close()
        except Refused as refusal:
            return refusal
        return None

    def assert_refused(self, reply, status):
        self.assertEqual(reply.status, status, reply)
        error = json.loads(reply.body)
        self.assertEqual(set(error), {"error", "code", "correlationId"})
        code = {401: "unauthorized", 414: "uri_too_long", 431: "headers_too_large"}[status]
        self.assertEqual(error["code"], code)

    def test_every_row_is_refused(self):
        self.assertGreaterEqual(len(jwt_attacks.ROWS), 60)
        self.assertEqual(len({row.name for row in jwt_attacks.ROWS}), len(jwt_attacks.ROWS))
        for row in jwt_attacks.ROWS:
            for daemon in (self.pinned,) if row.pinned else (self.pinned, self.open):
                with self.subTest(row.name, why=row.why, pinned=daemon is self.pinned):
                    token = self.remembered(row.make(self.forge))
                    if "\n" not in token:  # not possible in a header, but in a query
                        self.assert_refused(self.over_http(daemon, token), row.http)
                    refusal = self.upgrade(daemon, token)
                    self.assertIsNotNone(refusal, "upgraded")
                    self.assert_refused(refusal, row.ws)
        readable, _, _ = select.select([self.trap], [], [], 0)
        self.assertEqual(readable, [], "a token made the daemon connect to an address of its own")

    def test_valid_tokens_are_accepted(self):
        for name, make, everywhere in jwt_attacks.GOOD:
            for daemon in self.daemons(everywhere):
                with self.subTest(name, pinned=daemon is self.pinned):
                    token = self.remembered(make(self.forge))
                    reply = self.over_http(daemon, token)
                    self.assertEqual(reply.status, 200, reply)
                    self.assertIsNone(self.upgrade(daemon, token))
        readable, _, _ = select.select([self.trap], [], [], 0)
        self.assertEqual(readable, [], "a token made the daemon connect to an address of its own")

    def oracle_takes(self, token, algorithms):
        """Decodes as a careful program would with python3-jwt."""
        try:
            header = jwt.get_unverified_header(token)
            if "crit" in header:  # only newer versions of python3-jwt check it
                return False
            if header["alg"] == "HS256":
                key = SECRET
            else:
                key = next(key for key in self.forge.ours if key["kid"] == header["kid"])
                key = key.get_op_key("verify")
            jwt.decode(token, key, algorithms, issuer=jwt_attacks.ISSUER, audience=jwt_attacks.AUDIENCE, leeway=30,
                       options={"require": ["exp", "iss", "aud"]})
        except Exception:  # it raises many kinds of exceptions on such input; all of them mean a refusal
            return False
        return True

    def test_the_oracle_agrees(self):
        for row in jwt_attacks.ROWS:
            with self.subTest(row.name):
                taken = self.oracle_takes(row.make(self.forge), ["RS256"] if row.pinned else ALL)
                self.assertEqual(taken, bool(row.oracle))
        differ = ("access", "without a kid", "iat", "null")  # which the oracle does not know, or checks more strictly
        for name, make, _ in jwt_attacks.GOOD:
            if not any(word in name for word in differ):
                with self.subTest(name):
                    self.assertTrue(self.oracle_takes(make(self.forge), ALL))

    def test_a_key_in_the_set_that_is_too_short(self):
        small = jwk.JWK.generate(kty="RSA", size=512, kid="small").export_public(as_dict=True)
        folder = Folder()
        self.addCleanup(folder.remove)
        folder.write("keys.json", json.dumps({"keys": [small]}))
        config = folder.write("notifyd.toml", '[auth]\nalgorithms = ["RS256"]\njwks = "keys.json"\n')
        for command in ("check-config", "serve"):
            ended = folder.command(command, "--config", config)
            self.assertEqual(ended.returncode, 78, ended)
            self.assertIn("RSA key of 512 bits", ended.stderr)


if __name__ == "__main__":
    unittest.main()
