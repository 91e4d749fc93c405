"""The checks of the Autobahn suite, run against the gateway's own WebSocket code (docs/security.md P1).

In CI: groups 1 to 7 and 10, and a selection of 9; NOTIFYD_LONG=1 runs group 9 up to 16 MiB (a minute). The compression
groups are in test_deflate.py.
"""

import os
import unittest

from cases import core_cases, mass
from driver import verdict
from echo_server import EchoServer
from lax_echo import LaxEcho

LONG = os.environ.get("NOTIFYD_LONG") == "1"


class Autobahn(unittest.TestCase):
    def run_all(self, server, cases):
        failed, count = [], 0
        for case in cases:
            count += 1
            wrong = verdict(server.port, case, limit=60.0)
            if wrong:
                failed.append(f"{case.name}: {wrong}")
        print(f"{count} cases, {len(failed)} failed")
        self.assertEqual(failed, [])

    def with_echo(self, cases):
        server = EchoServer()
        try:
            self.run_all(server, cases)
        finally:
            self.assertEqual(server.stop(), "")

    def test_groups_1_to_7(self):
        cases = list(core_cases())
        self.assertEqual(len(cases), 16 + 11 + 7 + 10 + 20 + 145 + 39, "a case is missing from the table")
        self.with_echo(cases)

    def test_groups_9_and_10(self):
        self.with_echo(mass(LONG))

    def test_the_driver_detects_a_server_that_checks_nothing(self):
        """An echo server that checks nothing passes the good cases and fails those that are about checking."""
        server = LaxEcho()
        cases = [case for case in core_cases() if len(case.send) < 2000]
        failed = [case for case in cases if verdict(server.port, case, limit=0.5)]
        server.close()
        print(f"a lax echo fails {len(failed)} of {len(cases)}")
        strict = [case for case in cases if case.close in (1002, 1007) and not case.closes]
        self.assertGreaterEqual(len(failed), 100)
        missed = {case.name for case in strict} - {case.name for case in failed}
        self.assertEqual(missed, set(), "wrong, and the driver does not see it")
        self.assertLess(len([case for case in failed if case not in strict]), 10)


if __name__ == "__main__":
    unittest.main()
