"""A name lookup that takes longer than any deadline delays neither the shutdown nor check-config."""

import os
import subprocess
import time
import unittest

from support import tokens
from support.daemon import Daemon, Folder
from support.settings import LIMIT

# Longer than every deadline of the server and every limit of the test.
STUB = """
#include <netdb.h>
#include <unistd.h>
int getaddrinfo(const char *n, const char *s, const struct addrinfo *h, struct addrinfo **r) {
    for (int left = 600; left > 0; left = sleep(left)) {}
    return EAI_AGAIN;
}
"""
URL = "https://id.example/keys"
DRAIN = 3
FETCH_DEADLINE = 5


def build_stub(folder):
    """A library for LD_PRELOAD, or None if there is no C compiler."""
    source, library = folder.write("stub.c", STUB), folder.path / "stub.so"
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True, capture_output=True)
    except FileNotFoundError:
        return None
    return library


@unittest.skipIf(os.environ.get("NOTIFYD_TEST_PATIENCE", "1") != "1", "a sanitizer must be loaded first")
class SlowResolver(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        library = build_stub(self.folder)
        if library is None:
            self.skipTest("there is no C compiler")
        self.environment = {"LD_PRELOAD": str(library)}

    def settings(self, algorithms):
        return {"auth": {"algorithms": algorithms, "jwks": URL}, "server": {"drain_timeout": f"{DRAIN}s"}}

    def test_the_server_stops_within_drain_timeout(self):
        for wait in (0, FETCH_DEADLINE + 1):  # during the fetch, and after it has timed out
            with self.subTest(wait):
                daemon = Daemon(self.settings(["ES256", "HS256"]), self.folder, environment=self.environment)
                self.addCleanup(daemon.stop)
                if wait:
                    failed = daemon.wait_for_event("keys_refresh_failed", limit=FETCH_DEADLINE + LIMIT)
                    self.assertIn("the name cannot be resolved", failed["reason"])
                self.assertEqual(daemon.http().get("/permissions", tokens.mint("u")).status, 200)
                begin = time.monotonic()
                daemon.signal()
                self.assertEqual(daemon.wait(), 0)
                self.assertLess(time.monotonic() - begin, DRAIN + 3)
                self.assertEqual(len(daemon.find_events("server_stopped")), 1)

    def test_check_config_ends_at_its_deadline(self):
        config = Daemon.write_config(self.folder, self.settings(["ES256"]))
        begin = time.monotonic()
        result = self.folder.command("check-config", "--config", config, environment=self.environment)
        self.assertLess(time.monotonic() - begin, FETCH_DEADLINE + 3)
        self.assertEqual(result.returncode, 1, result)
        self.assertIn(f"cannot fetch {URL}: the name cannot be resolved", result.stderr)


if __name__ == "__main__":
    unittest.main()
