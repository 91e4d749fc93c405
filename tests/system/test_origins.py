"""Which pages may connect: origins by exact name, or any subdomain of a name (docs/security.md S7)."""

import unittest

from support.case import SystemTest
from support.daemon import Daemon, Folder, eventually
from support.http_client import RawConnection, upgrade_request
from support.tokens import mint

ALLOWED = ("https://app.example", "http://localhost:3000")
PATTERNS = ("https://*.wild.example", "http://*.wild.example:3000")
SUBDOMAINS = ("https://a.wild.example", "https://a.b.c.wild.example", "https://xn--bcher-kva.wild.example",
              "https://my_app-1.wild.example", "https://www.wild.example.wild.example", "http://a.wild.example:3000")
LOOK_ALIKES = (
    "https://wild.example", "https://.wild.example", "https://..wild.example", "https://a..wild.example",
    "https://*.wild.example", "https://evilwild.example", "https://a.evilwild.example", "https://a-wild.example",
    "https://a.wild.example.", "https://a.wild.example.evil.example", "https://a.wild.example:443",
    "https://a.wild.example:3000", "http://a.wild.example", "http://a.wild.example:30000", "http://wild.example:3000",
    "https://A.wild.example", "https://a.WILD.example", "HTTPS://a.wild.example", "wss://a.wild.example",
    "https://evil.example/.wild.example", "https://evil.example#.wild.example", "https://evil.example?.wild.example",
    "https://evil.example\\.wild.example", "https://evil.example:443.wild.example",
    "https://evil.example:.wild.example",
    "https://user@a.wild.example", "https://evil.example@a.wild.example", "https://evil%2eexample.wild.example",
    "https://[::1].wild.example", "https://a.wild.example,https://b.wild.example", "https://a .wild.example",
    "https://a\t.wild.example", "https://sub.app.example", "null",
)
REFUSED = LOOK_ALIKES + (
    "https://evil.example", "http://app.example", "https://app.example:443", "https://app.example:8443",
    "http://localhost", "http://localhost:30000", "http://localhost:300", "http://127.0.0.1:3000", "null", "",
    "https://app.example.evil.example", "https://evil-app.example", "https://evilapp.example",
    "https://app.exampleevil", "https://sub.app.example", "https://app.example.", "https://App.example",
    "HTTPS://app.example", "https://APP.EXAMPLE", "https://app.example/", "https://app.example/path",
    "https://app.example?x", "https://app.example#x", "https://user@app.example",
    "https://app.example@evil.example", "https://evil.example#https://app.example",
    "https://app.example https://evil.example", "https://app.example,https://evil.example",
    "https://app.example\tx", "app.example", "//app.example", "https:app.example", "https:///app.example",
    "wss://app.example", "file://", "chrome-extension://app.example", "*", "https://*", "https://app%2eexample",
    "https://xn--app-.example",
)


def handshake(port, *origins, cookie=None):
    """The status of an upgrade with these Origin headers, sent as raw bytes."""
    headers = "".join(f"Origin: {origin}\r\n" for origin in origins)
    target = f"/ws?token={mint('u')}"
    if cookie:
        target = "/ws"
        headers += f"Cookie: token={cookie}; Authorization={cookie}\r\n"
    with RawConnection(port) as raw:
        raw.send(upgrade_request(target, headers.encode()))
        return raw.reply().status


# Entries that look like a pattern or an origin but are neither.
NO_ORIGINS = ("*://example.com", "*://*.example.com", "http*://example.com", "https*.://example.com", "https://*",
              "https://a.*.example.com", "https://*a.example.com", "https://a.example.com;", "https://a,b",
              "https://%41.com", "https://[zz]", "https://[::1", "1https://a", "ht_tp://a", "https://a!b")


class Config(unittest.TestCase):
    def test_an_origin_that_no_browser_sends_is_refused(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        for origin in NO_ORIGINS:
            with self.subTest(origin):
                config = Daemon.write_config(folder, {"server": {"allowed_origins": [ALLOWED[0], origin]}})
                result = folder.command("check-config", "--config", config)
                self.assertEqual(result.returncode, 78, result)
                self.assertIn(f'server.allowed_origins: "{origin}" ', result.stderr)


class Origins(SystemTest):
    settings = {"server": {"allowed_origins": [*ALLOWED, *PATTERNS]}}

    def test_upgrades(self):
        for origin in ALLOWED + SUBDOMAINS:
            with self.subTest(origin):
                self.assertEqual(handshake(self.daemon.port, origin), 101)
        for origin in REFUSED:
            with self.subTest(origin):
                self.assertEqual(handshake(self.daemon.port, origin), 403)
        # Programs other than browsers send no origin.
        self.assertEqual(handshake(self.daemon.port), 101)
        self.daemon.wait_for_event("connection_opened")
        count = lambda: len(self.daemon.find_events("connection_opened"))
        self.assertTrue(eventually(lambda: count() == len(ALLOWED + SUBDOMAINS) + 1))

    def test_two_headers(self):
        for origins in ((ALLOWED[0], "https://evil.example"), ("https://evil.example", ALLOWED[0]), ALLOWED,
                        (ALLOWED[0], ALLOWED[0])):
            with self.subTest(origins):
                self.assertEqual(handshake(self.daemon.port, *origins), 403)

    def test_cross_origin_requests_follow_the_same_list(self):
        for origin in ALLOWED + SUBDOMAINS:
            headers = self.http.request("GET", "/version", headers={"Origin": origin}).headers
            self.assertEqual((headers["Access-Control-Allow-Origin"], headers["Vary"]), (origin, "Origin"))
        for origin in REFUSED:
            with self.subTest(origin):
                for method in ("GET", "OPTIONS"):
                    headers = self.http.request(method, "/version", headers={"Origin": origin}).headers
                    self.assertFalse([name for name in headers if name.lower().startswith("access-control")])
        self.assertNotIn("Access-Control-Allow-Credentials", headers)

    def test_a_cookie_is_not_accepted_as_a_token(self):
        self.assertEqual(handshake(self.daemon.port, ALLOWED[0], cookie=mint("u", scope="notifyd:admin")), 401)
        token = mint("u", scope="notifyd:admin")
        reply = self.http.request("GET", "/permissions", headers={"Cookie": f"token={token}; session={token}"})
        self.assertEqual(reply.status, 401)


if __name__ == "__main__":
    unittest.main()
