"""auth.jwks as a URL: rotation, unknown keys, and a provider that is slow, broken, forged or down (docs/security.md
S2).

Long times (how long old keys are used) are tested in tests/unit/auth/refresh_policy_test.cpp, with a fake clock.
"""

import concurrent.futures
import threading
import time
import unittest

from support import tokens
from support.certificate import make_certificate
from support.daemon import eventually
from support.jwks_case import JwksTest, token_of
from support.key_server import KeyServer, key_set, new_key
from support.settings import LIMIT, SECRET
from support.websocket import Refused


class KeysByUrl(JwksTest):
    def test_a_new_key_is_fetched_for_the_first_token_that_uses_it(self):
        self.start_with_keys()
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.provider.serve(self.two)
        self.assertEqual(self.ask(token_of(self.two)), 200)  # no 401 during a rotation
        self.assertEqual(self.ask(token_of(self.one)), 401)  # the old key is gone
        self.assertEqual(self.provider.paths, ["/keys?v=1"] * 2)
        changes = [event["count"] for event in self.daemon.find_events("keys_refreshed")]
        self.assertEqual(changes, [2, 2])  # the secret is also a key

    def test_an_upgrade_waits_for_its_key(self):
        self.start_with_keys()
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.provider.serve(self.one, self.two)
        self.assertEqual(self.daemon.websocket(token_of(self.two, "u2")).connected["userId"], "u2")
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(token_of(self.three))
        self.assertEqual(caught.exception.status, 401)
        self.assertEqual(len(self.provider.paths), 2)

    def test_a_token_refresh_waits_for_its_key(self):
        self.start_with_keys()
        socket = self.daemon.websocket(token_of(self.one))
        self.provider.serve(self.one, self.two)
        self.assertEqual(socket.ask("auth:refresh", {"token": token_of(self.two)})["type"], "auth:refreshed")
        self.assertEqual(len(self.provider.paths), 2)

    def test_keys_are_refreshed_on_schedule(self):
        self.start(refresh="1s")
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.provider.serve(self.two)
        self.assertTrue(eventually(lambda: len(
            [event for event in self.daemon.find_events("keys_refreshed") if event["changed"]]) == 2))
        self.assertTrue(eventually(lambda: self.ask(token_of(self.one)) == 401))

    def test_many_unknown_keys_cause_one_fetch(self):
        self.start_with_keys()
        self.assertEqual(self.ask(token_of(self.one)), 200)

        def storm(thread):
            http = self.daemon.http()
            return [http.get("/permissions", token_of(self.two, kid=f"{thread}-{n}")).status for n in range(100)]

        with concurrent.futures.ThreadPoolExecutor(10) as pool:
            answers = [status for statuses in pool.map(storm, range(10)) for status in statuses]
        self.assertEqual(answers, [401] * 1000)
        self.assertEqual(len(self.provider.paths), 2)
        self.assertEqual(self.ask(token_of(self.one)), 200)

    def test_a_slow_provider_delays_only_those_who_need_it(self):
        release = threading.Event()
        self.addCleanup(release.set)

        def slowly(handler):
            release.wait(LIMIT)
            KeyServer.send(handler, 200, key_set(self.one))

        self.provider.answer = slowly
        self.start()
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(self.ask, token_of(self.one)) for _ in range(20)]
            self.assertTrue(eventually(lambda: self.provider.paths))
            before = time.monotonic()
            for _ in range(20):
                self.assertEqual(self.daemon.http().get("/healthz").status, 200)
                self.assertEqual(self.ask(tokens.mint("other")), 200)
                self.assertEqual(self.ask(token_of(self.one) + "x"), 401)
            self.assertLess(time.monotonic() - before, LIMIT / 10)
            self.assertEqual([one.done() for one in waiting], [False] * 20)
            release.set()
            self.assertEqual([one.result(LIMIT) for one in waiting], [200] * 20)
        self.assertEqual(len(self.provider.paths), 1)

    def test_waiting_clients_are_answered_when_the_url_is_removed(self):
        release = threading.Event()
        self.addCleanup(release.set)
        daemon = self.start_with_keys()
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.provider.answer = lambda handler: release.wait(3 * LIMIT)
        asked = len(self.provider.paths)
        with concurrent.futures.ThreadPoolExecutor(5) as pool:
            waiting = [pool.submit(self.ask, token_of(self.two, kid="two")) for _ in range(5)]
            self.assertTrue(eventually(lambda: len(self.provider.paths) > asked))
            secret = {"auth": {"algorithms": ["HS256"], "hs256_secret": SECRET, "jwks": ""}}
            self.assertEqual(daemon.reload(secret)["event_type"], "config_reloaded")
            self.assertEqual([one.result(LIMIT / 2) for one in waiting], [401] * 5)

    def test_a_provider_that_never_answers_times_out(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.provider.answer = lambda handler: release.wait(3 * LIMIT)
        self.start()
        before = time.monotonic()
        self.assertEqual(self.ask(token_of(self.one)), 503)
        self.assertLess(time.monotonic() - before, 5 + LIMIT / 2)
        self.wait_for_failure("no response")

    def test_a_bad_answer_keeps_the_old_keys(self):
        self.start(refresh="1s")
        self.assertEqual(self.ask(token_of(self.one)), 200)
        small = new_key("small", kty="RSA", size=512)

        def body(text, status=200, **headers):
            return lambda handler: KeyServer.send(handler, status, text, **headers)

        bad = (
            ("larger than 256 KiB", body(key_set(self.two)[:-1] + b" " * 256 * 1024 + b"}"), "body limit"),
            ("endless", lambda handler: self.endless(handler), "body limit"),
            ("RSA of 512 bits alone", body(key_set(small)), 'no usable key: key 1 ("small") is skipped: it is an RSA'),
            ("compressed", body(b"\x1f\x8b", **{"Content-Encoding": "gzip"}), "compressed"),
            ("another protocol", body(b"", 101, Upgrade="websocket"), "status 101"),
            ("redirect", body(b"", 302, Location="/elsewhere"), "status 302; redirects are not followed"),
            ("redirect with a body", body(key_set(self.two), 307, Location="/elsewhere"), "status 307"),
            ("not modified", lambda handler: handler.send_response(304) or handler.end_headers(), "304, although"),
            ("an error with a good body", body(key_set(self.two), 500), "status 500"),
            ("no JSON", body(b"<html>"), "not a JSON Web Key Set"),
            ("a JWK, no set", body(self.two.export_public().encode()), "not a JSON Web Key Set"),
            ("no keys", body(key_set()), "no usable key"),
            ("keys that fit nothing", body(key_set(new_key("ed", kty="OKP", crv="Ed25519"))), "no key for any"),
            ("empty", body(b""), "empty"),
            ("cut", body(key_set(self.two)[:40], length=4000), "cannot be read"),
            ("no HTTP", lambda handler: handler.wfile.write(b"hello\r\n\r\n"), "no response"),
        )
        for what, answer, reason in bad:
            with self.subTest(what):
                before = len(self.daemon.find_events("keys_refresh_failed"))
                self.provider.answer = answer
                self.wait_for_failure(reason, before)
                self.assertEqual(self.ask(token_of(self.one)), 200)
                self.assertEqual(self.ask(token_of(self.two)), 401)
        self.assertNotIn("/elsewhere", self.provider.paths)
        self.provider.serve(self.two)
        self.assertTrue(eventually(lambda: self.ask(token_of(self.two)) == 200))

    @staticmethod
    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b" " * 65536)

    def test_an_untrusted_certificate(self):
        self.start(trusted=False)
        reason = self.wait_for_failure("certificate verify failed: self-signed certificate")
        for advice in ("private CA", "update-ca-certificates", "SSL_CERT_FILE"):
            self.assertIn(advice, reason)
        self.assert_unavailable(token_of(self.one))
        self.assertEqual(self.provider.paths, [])

    def test_a_variable_that_names_no_authorities_is_reported(self):
        other, _ = make_certificate(self.folder, "other-")
        empty = self.folder.path / "authorities"
        empty.mkdir()
        lost = self.folder.path / "lost.pem"
        for variables, words in (
                ({"SSL_CERT_FILE": lost}, f"SSL_CERT_FILE names {lost}, which cannot be read: No such file"),
                ({"SSL_CERT_FILE": empty}, f"SSL_CERT_FILE names {empty}, which cannot be read: it is a folder"),
                ({"SSL_CERT_FILE": other}, f"SSL_CERT_FILE names {other}, which does not contain the CA"),
                ({"SSL_CERT_DIR": lost}, f"SSL_CERT_DIR names {lost}, which cannot be read: No such file"),
                ({"SSL_CERT_DIR": other}, f"SSL_CERT_DIR names {other}, which cannot be read: it is not a folder"),
                ({"SSL_CERT_DIR": empty}, f"SSL_CERT_DIR names {empty}, which does not contain the CA"),
                ({"SSL_CERT_FILE": other, "SSL_CERT_DIR": lost}, "the CA that signed it. SSL_CERT_DIR names")):
            with self.subTest(variables):
                self.start(environment={name: str(path) for name, path in variables.items()})
                reason = self.wait_for_failure("certificate verify failed")
                self.assertIn(words, reason)
                self.assertIn("private CA", reason)
                self.daemon.stop()

    def test_a_certificate_for_another_name(self):
        other = self.provide(host="127.0.0.2")
        other.serve(self.one)
        self.start(other.url("127.0.0.2"))
        reason = self.wait_for_failure("certificate verify failed: IP address mismatch")
        self.assertNotIn("private CA", reason)
        self.assertEqual(self.ask(token_of(self.one)), 503)
        self.assertEqual(other.paths, [])

    def test_plain_http_to_this_machine(self):
        plain = KeyServer()
        self.addCleanup(plain.close)
        plain.serve(self.one)
        self.start(plain.url("127.0.0.1", "http"))
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.assertFalse([e for e in self.daemon.find_events("config_warning") if "over http" in e["what"]])

    def test_a_provider_that_is_down_at_the_start(self):
        port = self.provider.port
        self.provider.close()
        self.start(f"https://localhost:{port}/keys")
        self.wait_for_failure("cannot connect")
        self.assert_unavailable(token_of(self.one))
        failed = self.daemon.wait_for_event("auth_failed")
        self.assertEqual(failed["reason"], "no_keys")
        # A token that needs none of the provider's keys is checked as usual.
        self.assertEqual(self.ask(tokens.mint("other")), 200)
        self.assertEqual(self.ask(tokens.mint("other") + "x"), 401)
        self.assertEqual(self.ask(None), 401)
        self.assertEqual(self.daemon.http().get("/healthz").status, 200)
        self.assert_error(self.daemon.http().get("/readyz"), 503, "unavailable", "The identity provider's keys")
        self.provide(port=port).serve(self.one)
        self.assertTrue(eventually(lambda: self.daemon.http().get("/readyz").status == 200))
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.daemon.websocket(token_of(self.one))
        self.assertEqual(self.ask(token_of(self.two)), 401)

    def test_a_provider_that_goes_down_later(self):
        self.start(refresh="1s")
        self.assertEqual(self.ask(token_of(self.one)), 200)
        self.provider.close()
        self.wait_for_failure("cannot connect")
        self.assertEqual(self.ask(token_of(self.one, "another")), 200)
        self.assertEqual(self.ask(token_of(self.two)), 401)
        self.assertEqual(self.daemon.http().get("/readyz").status, 200)

    def test_a_name_that_does_not_resolve(self):
        self.start("https://nobody.invalid/keys")
        self.wait_for_failure("the name cannot be resolved", limit=2 * LIMIT)
        self.assertEqual(self.ask(token_of(self.one)), 503)

    def test_the_server_stops_during_a_fetch(self):
        release = threading.Event()
        self.addCleanup(release.set)
        self.provider.answer = lambda handler: release.wait(3 * LIMIT)
        daemon = self.start()

        def ask():
            try:
                return self.ask(token_of(self.one))
            except ConnectionError:
                return "the listener was closed first"

        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            waiting = [pool.submit(ask) for _ in range(20)]
            self.assertTrue(eventually(lambda: self.provider.paths))
            daemon.signal()
            answers = {one.result(LIMIT) for one in waiting}
            self.assertLessEqual(answers, {503, "the listener was closed first"})
            self.assertEqual(daemon.wait(), 0)


if __name__ == "__main__":
    unittest.main()
