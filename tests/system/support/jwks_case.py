"""A key provider and a daemon that fetches from it: the base of the tests of auth.jwks as a URL."""

import time

import jwt

from . import tokens
from .case import SystemTest
from .certificate import make_certificate
from .daemon import Daemon, Folder, eventually
from .key_server import KeyServer, new_key
from .settings import LIMIT, SECRET
from .websocket import Refused


def token_of(key, user="u1", kid=None):
    now = int(time.time())
    token = jwt.encode({"sub": user, "exp": now + 600}, key.export_to_pem(private_key=True, password=None), "ES256",
                       headers={"kid": kid or key["kid"]})
    tokens.minted.add(token)
    return token


class JwksTest(SystemTest):
    """Each test has a provider and a daemon of its own."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.certificate, cls.private = make_certificate(cls.folder)
        cls.one, cls.two, cls.three = new_key("one"), new_key("two"), new_key("three")

    @classmethod
    def tearDownClass(cls):
        cls.folder.remove()

    def setUp(self):
        self.provider = self.provide()
        self.provider.serve(self.one)

    def provide(self, **where):
        provider = KeyServer(self.certificate, self.private, **where)
        self.addCleanup(provider.close)
        return provider

    def start(self, url=None, refresh="1h", trusted=True, environment=None):
        auth = {"algorithms": ["ES256", "HS256"], "hs256_secret": SECRET, "jwks": url or self.provider.url(),
                "jwks_refresh": refresh}
        if environment is None:
            environment = {"SSL_CERT_FILE": str(self.certificate)} if trusted else {}
        self.daemon = Daemon({"auth": auth}, environment=environment)
        self.addCleanup(self.daemon.stop)
        return self.daemon

    def start_with_keys(self):
        """Waits for the first fetch, so that the next one is for a token."""
        daemon = self.start()
        daemon.wait_for_event("keys_refreshed")
        return daemon

    def ask(self, token):
        http = self.daemon.http()
        return http.get("/permissions", token).status

    def wait_for_failure(self, reason, after=0, limit=LIMIT):
        found = []

        def seen():
            found[:] = [event for event in self.daemon.find_events("keys_refresh_failed")[after:]
                        if reason in event["reason"]]
            return found

        self.assertTrue(eventually(seen, limit), f"no {reason!r}:\n{self.daemon.tail()}")
        self.assertEqual(found[0]["level"], "warn")
        self.assertEqual(found[0]["url"], self.daemon.settings["auth"]["jwks"])
        return found[0]["reason"]

    def assert_unavailable(self, token):
        """Over HTTP and in a handshake: 503, not 401, which would make a frontend sign its user out."""
        reply = self.daemon.http().get("/permissions", token)
        self.assert_error(reply, 503, "unavailable", "The identity provider's keys are not loaded yet")
        self.assertGreater(int(reply.headers["Retry-After"]), 0)
        with self.assertRaises(Refused) as caught:
            self.daemon.websocket(token)
        self.assertEqual((caught.exception.status, caught.exception.json["code"]), (503, "unavailable"))
        self.assertIn("Retry-After", caught.exception.headers)
