"""Key sets and answers as providers send them: the usable part is used and the rest is reported (docs/protocol.md).

What makes an entry unusable is a table in tests/unit/auth/jwks_test.cpp.
"""

import json
import unittest

from support.daemon import Daemon, Folder, eventually
from support.jwks_case import JwksTest, token_of
from support.key_server import KeyServer, key_set, new_key
from support.settings import SECRET
from support.tokens import mint


class Sets(JwksTest):
    def skipped(self):
        return [(event["key"], event.get("kid"), event["reason"]) for event in self.daemon.find_events("key_skipped")]

    def test_an_unusable_entry_does_not_affect_the_others(self):
        """Each unusable entry is reported once, not at every refresh, wherever it is in the set."""
        self.start(refresh="1s")
        self.assertEqual(self.ask(token_of(self.one)), 200)
        small = new_key("small", kty="RSA", size=1024).export_public(as_dict=True)
        padded = {**self.three.export_public(as_dict=True), "kid": "padded"}
        padded["x"] += "="
        bad = [small, None, padded, {"kty": "AKP", "kid": "new", "alg": "ML-DSA-44", "pub": "AAAA"}]
        good = self.two.export_public(as_dict=True)
        encryption = new_key("enc", kty="RSA", size=2048, use="enc").export_public(as_dict=True)

        def serve(*entries):
            text = json.dumps({"keys": entries}).encode()
            self.provider.answer = lambda handler: KeyServer.send(handler, 200, text)

        serve(*bad, encryption, good)
        self.assertTrue(eventually(lambda: self.ask(token_of(self.two)) == 200))
        self.assertTrue(eventually(lambda: len(self.skipped()) == 4), self.skipped())
        skipped = self.skipped()
        self.assertEqual([key for key, _, _ in skipped], [1, 2, 3, 4])
        self.assertEqual([kid for _, kid, _ in skipped], ["small", None, "padded", "new"])
        for (_, _, reason), words in zip(skipped, ("1024 bits", "not a JSON object", "base64url", "AKP"), strict=True):
            self.assertIn(words, reason)
        self.assertEqual({event["url"] for event in self.daemon.find_events("key_skipped")}, {self.provider.url()})
        serve(good, *reversed(bad), {"kty": "RSA", "kid": "another"}, good)
        self.assertTrue(eventually(lambda: len(self.skipped()) == 6), self.skipped())
        self.assertEqual([(key, kid) for key, kid, _ in self.skipped()[4:]], [(6, "another"), (7, "two")])
        fetched = len(self.provider.paths)
        self.assertTrue(eventually(lambda: len(self.provider.paths) > fetched + 1))
        self.assertEqual(len(self.skipped()), 6)
        self.assertEqual(self.ask(token_of(self.two)), 200)

    def test_an_algorithm_without_a_key_is_a_warning(self):
        auth = {"algorithms": ["ES256", "ES384", "HS256"], "hs256_secret": SECRET, "jwks": self.provider.url()}
        self.daemon = Daemon({"auth": auth}, environment={"SSL_CERT_FILE": str(self.certificate)})
        self.addCleanup(self.daemon.stop)
        self.daemon.wait_for_event("config_warning", lambda event: "no key for ES384" in event["what"])
        self.assertEqual(self.ask(token_of(self.one)), 200)

    def test_answers_of_every_form(self):
        body = key_set(self.one)
        half = len(body) // 2
        chunks = b"".join(b"%x;a=b\r\n%b\r\n" % (len(part), part) for part in (body[:half], body[half:]))
        with_length = b"Content-Length: %d\r\n\r\n%b" % (len(body), body)
        ok, hints = b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
        forms = {
            "length": ok + with_length,
            "100 Continue": b"HTTP/1.1 100 Continue\r\n\r\n" + ok + with_length,
            "early hints, twice": 2 * hints + ok + with_length,
            "chunked": ok + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\nExpires: 0\r\n\r\n",
            "until the end": ok + b"\r\n" + body,
            "HTTP/1.0": b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n" + body,
            "HTTP/1.0 with a length": b"HTTP/1.0 200 OK\r\n" + with_length,
            "a byte order mark": ok + b"\r\n\xef\xbb\xbf" + body,
            "white space around": ok + b"\r\n \n" + body + b"\n\n",
            "headers of 20 KiB": ok + b"Content-Security-Policy: " + 20_000 * b"x" + b"\r\n" + with_length,
            "no encoding, said": ok + b"Content-Encoding: identity\r\n" + with_length,
        }
        plain = KeyServer()
        self.addCleanup(plain.close)
        for provider, url in ((plain, plain.url("127.0.0.1", "http")), (self.provider, self.provider.url())):
            for name, answer in forms.items():
                with self.subTest(name, url=url):
                    provider.answer = lambda handler, answer=answer: handler.wfile.write(answer)
                    daemon = self.start(url)
                    self.assertEqual(self.ask(token_of(self.one)), 200, daemon.tail())
                    daemon.stop()
        # A truncated set is invalid, however its end was indicated.
        self.provider.answer = lambda handler: handler.wfile.write(ok + b"\r\n" + body[:half])
        self.start()
        self.wait_for_failure("not a JSON Web Key Set")


class Settings(JwksTest):
    def warnings(self):
        return [event["what"] for event in self.daemon.find_events("config_warning")]

    def test_a_set_is_not_fetched_if_no_algorithm_needs_it(self):
        auth = {"algorithms": ["HS256"], "hs256_secret": SECRET, "jwks": self.provider.url(), "jwks_refresh": "1s"}
        self.daemon = Daemon({"auth": auth}, environment={"SSL_CERT_FILE": str(self.certificate)})
        self.addCleanup(self.daemon.stop)
        self.daemon.wait_for_event("config_warning", lambda event: "auth.jwks is not fetched" in event["what"])
        self.assertEqual(self.daemon.http().get("/readyz").status, 200)
        self.assertEqual(self.ask(mint("u")), 200)
        self.assertEqual(self.ask(token_of(self.one)), 401)
        checked = self.daemon.folder.command("check-config", "--config", self.daemon.config)
        self.assertEqual(checked.returncode, 0)
        self.assertIn("warning: auth.jwks is not fetched", checked.stderr)
        self.assertEqual(self.provider.paths, [])
        # An algorithm that needs it causes a fetch again.
        self.daemon.reload({"auth": {**auth, "algorithms": ["HS256", "ES256"]}})
        self.assertTrue(eventually(lambda: self.ask(token_of(self.one)) == 200))

    def test_a_reload_reports_doubts_about_a_file_once(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        folder.write("keys.json", json.dumps({"keys": [None, self.one.export_public(as_dict=True)]}))
        auth = {"algorithms": ["ES256", "EdDSA", "HS256"], "hs256_secret": SECRET, "jwks": "keys.json"}
        self.daemon = Daemon({"auth": auth}, folder)
        self.addCleanup(self.daemon.stop)
        for times in (1, 2):
            for words in ("auth.jwks: key 1 is skipped", "no key for EdDSA"):
                self.assertTrue(eventually(lambda words=words, times=times: len(
                    [what for what in self.warnings() if words in what]) == times), self.warnings())
            self.daemon.reload({"auth": auth})
        self.assertEqual(self.daemon.find_events("key_skipped"), [])

    def test_a_reload_to_another_url_reports_that_the_keys_are_gone(self):
        self.start_with_keys()
        self.assertEqual(self.ask(token_of(self.one)), 200)
        other = self.provide()
        auth = {**self.daemon.settings["auth"], "jwks": other.url()}
        self.daemon.reload({"auth": auth})
        gone = [what for what in self.warnings() if "refused until its keys have been fetched" in what]
        self.assertEqual(len(gone), 1, self.warnings())
        self.assertIn(other.url(), gone[0])
        self.assertEqual(self.ask(token_of(self.one)), 503)


class CheckConfig(JwksTest):
    """check-config fetches the keys as the server would, unless --offline is given."""

    def check(self, url, *options, trusted=True, **auth):
        folder = Folder()
        self.addCleanup(folder.remove)
        settings = {"auth": {"algorithms": ["ES256"], "hs256_secret": "", "jwks": url, **auth}}
        config = Daemon.write_config(folder, settings)
        environment = {"SSL_CERT_FILE": str(self.certificate)} if trusted else {}
        return folder.command("check-config", "--config", config, *options, environment=environment)

    def test_good_keys(self):
        result = self.check(self.provider.url())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("is valid", result.stdout)
        self.assertEqual(len(self.provider.paths), 1)

    def test_doubts_are_warnings(self):
        entries = [None, self.one.export_public(as_dict=True)]
        text = json.dumps({"keys": entries}).encode()
        self.provider.answer = lambda handler: KeyServer.send(handler, 200, text)
        result = self.check(self.provider.url(), algorithms=["ES256", "RS256"])
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("warning: auth.jwks: key 1 is skipped: it is not a JSON object\n", result.stderr)
        self.assertIn("warning: auth.algorithms: there is no key for RS256 in auth.jwks", result.stderr)

    def test_offline(self):
        result = self.check("https://nobody.invalid/keys", "--offline")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.check(self.provider.url(), "--offline").returncode, 0)
        self.assertEqual(self.provider.paths, [])

    def test_a_failed_fetch_is_reported_as_the_server_reports_it(self):
        self.start(trusted=False)
        reason = self.wait_for_failure("certificate verify failed")
        result = self.check(self.provider.url(), trusted=False)
        self.assertEqual(result.returncode, 1)
        for words in (self.provider.url(), reason, "--offline"):
            self.assertIn(words, result.stderr)
        self.assertNotIn("is valid", result.stdout)
        port = self.provider.port
        self.provider.close()
        result = self.check(f"https://localhost:{port}/keys")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"auth.jwks: cannot fetch https://localhost:{port}/keys: cannot connect", result.stderr)

    def test_a_bad_answer_is_a_config_error(self):
        for body, words in ((b"<html>", "not a JSON Web Key Set"), (b"", "empty"),
                            (key_set(new_key("ed", kty="OKP", crv="Ed25519")), "no key for any"),
                            (b'{"keys": [null]}', "no usable key: key 1 is skipped")):
            with self.subTest(words):
                self.provider.answer = lambda handler, body=body: KeyServer.send(handler, 200, body)
                result = self.check(self.provider.url())
                self.assertEqual(result.returncode, 78, result)
                for part in (words, "auth.jwks", self.provider.url()):
                    self.assertIn(part, result.stderr)


class KeysInAFile(unittest.TestCase):
    def test_an_unusable_entry_is_a_warning(self):
        good = new_key("good")
        folder = Folder()
        self.addCleanup(folder.remove)
        entries = [{"kty": "RSA", "kid": "old", "e": "AQAB"}, good.export_public(as_dict=True)]
        # As a Windows editor writes it.
        (folder.path / "keys.json").write_bytes(b"\xef\xbb\xbf" + json.dumps({"keys": entries}).encode())
        settings = {"auth": {"algorithms": ["ES256", "EdDSA"], "hs256_secret": "", "jwks": "keys.json"}}
        daemon = Daemon(settings, folder)
        self.addCleanup(daemon.stop)
        self.assertEqual(daemon.http().get("/permissions", token_of(good)).status, 200)
        said = [event["what"] for event in daemon.find_events("config_warning")]
        for words in ('auth.jwks: key 1 ("old") is skipped: "n" is missing', "no key for EdDSA"):
            self.assertEqual(len([what for what in said if words in what]), 1, said)
        checked = folder.command("check-config", "--config", daemon.config)
        self.assertEqual(checked.returncode, 0)
        self.assertIn('warning: auth.jwks: key 1 ("old") is skipped', checked.stderr)


if __name__ == "__main__":
    unittest.main()
