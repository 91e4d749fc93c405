"""Settings from the environment: empty variables count as unset, unknown ones are reported (docs/operations.md)."""

import unittest

from support.daemon import Daemon, Folder
from support.settings import BASE, merge, to_toml
from support.tokens import admin, mint

AUDIENCE = merge(BASE, {"auth": {"audience": ["notifyd"]}})
NAME = "NOTIFYD_AUTH__AUDIENCE"
SLIP = "NOTIFYD_AUTH_AUDIENCE"
VALUE = "a-value-that-nobody-may-see"
HINT = f'environment variable "{SLIP}" is not a setting and has no effect; did you mean {NAME}?'


class EnvironmentVariables(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)

    def start(self, environment):
        daemon = Daemon(AUDIENCE, self.folder, environment=environment)
        self.addCleanup(daemon.kill)
        return daemon

    def statuses(self, daemon):
        """Statuses of requests with a token for another audience, for no audience, and for the right one."""
        http = daemon.http()
        tokens = (admin(), mint("u", scope="notifyd:admin", aud="another"),
                  mint("u", scope="notifyd:admin", aud="notifyd"))
        return [http.get("/messages", token, chatId="c").status for token in tokens]

    def warnings(self, daemon):
        """The warnings about variables; there may be others, about the machine."""
        said = [event["what"] for event in daemon.find_events("config_warning")]
        return [what for what in said if what.startswith("environment variable ")]

    def test_an_empty_variable_keeps_the_value_of_the_file(self):
        daemon = self.start({NAME: "", "NOTIFYD_STORAGE__PATH": "", "NOTIFYD_AUTH__HS256_SECRET": ""})
        self.assertEqual(self.statuses(daemon), [401, 401, 200])
        self.assertEqual(self.warnings(daemon), [])
        self.assertTrue((self.folder.path / "notifyd.db").exists())
        self.assertEqual(daemon.reload({})["event_type"], "config_reloaded")
        self.assertEqual(self.statuses(daemon), [401, 401, 200])

    def test_a_blank_variable_keeps_the_value_of_the_file_and_is_reported(self):
        daemon = self.start({NAME: "  ", "NOTIFYD_SERVER__ALLOWED_ORIGINS": "\t"})
        self.assertEqual(self.statuses(daemon), [401, 401, 200])
        self.assertEqual(self.warnings(daemon), [
            f'environment variable "{name}" holds only white space and counts as not set'
            for name in (NAME, "NOTIFYD_SERVER__ALLOWED_ORIGINS")])

    def test_brackets_empty_a_list_and_are_reported(self):
        daemon = self.start({NAME: "[]"})
        self.assertEqual(self.statuses(daemon), [200, 200, 200])
        self.assertEqual(self.warnings(daemon), [
            f'environment variable "{NAME}" makes auth.audience an empty list, whatever the config file says'])

    def test_a_variable_that_is_not_a_setting_is_reported(self):
        daemon = self.start({SLIP: VALUE, "NOTIFYD_": VALUE, "NOTIFIER": VALUE, "NOTIFY_SOCKET": "/nowhere",
                             "INVOCATION_ID": VALUE})
        unknown = 'environment variable "NOTIFYD_" is not a setting and has no effect'
        self.assertEqual(self.statuses(daemon), [401, 401, 200])
        self.assertEqual(self.warnings(daemon), [unknown, HINT])
        daemon.reload({"log": {"level": "info"}})
        daemon.wait_for_event("config_warning", lambda _: self.warnings(daemon) == 2 * [unknown, HINT])
        self.assertNotIn(VALUE, daemon.tail())

    def test_check_config_reports_the_same(self):
        config = self.folder.write("notifyd.toml", to_toml(AUDIENCE))
        result = self.folder.command("check-config", "--config", config, environment={SLIP: VALUE, NAME: " "})
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"warning: {HINT}\n", result.stderr)
        self.assertIn(f'warning: environment variable "{NAME}" holds only white space', result.stderr)
        self.assertNotIn(VALUE, result.stderr + result.stdout)

    def test_empty_secrets_are_refused(self):
        self.folder.write("empty", "\n")
        self.folder.write("blank", " \n")
        for secret in ("file:empty", "file:blank", "env:EMPTY", "env:BLANK", "env:ABSENT"):
            with self.subTest(secret):
                config = self.folder.write("notifyd.toml", to_toml(merge(BASE, {"auth": {"hs256_secret": secret}})))
                result = self.folder.command("check-config", "--config", config,
                                             environment={"EMPTY": "", "BLANK": " \t"})
                self.assertNotEqual(result.returncode, 0)
                self.assertIn("auth.hs256_secret", result.stderr)


if __name__ == "__main__":
    unittest.main()
