"""The command line and the config: check-config, migrate, token, version, refusals (docs/operations.md)."""

import socket
import sqlite3
import subprocess
import unittest

import jwt

from support.certificate import make_certificate, make_chain
from support.daemon import CONFIG_ERROR, ROOT, VERSION, Daemon, Folder
from support.settings import BASE, SECRET, merge, to_toml
from support.tokens import mint, minted


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)

    def config(self, settings=None, text=None):
        return self.folder.write("notifyd.toml", text if text is not None else to_toml(merge(BASE, settings or {})))

    def run_with(self, command, *arguments, settings=None, text=None, environment=None):
        config = self.config(settings, text)
        return self.folder.command(command, *arguments, "--config", config, environment=environment)

    def test_version(self):
        for arguments in (("version",), ("--version",)):
            with self.subTest(arguments):
                result = self.folder.command(*arguments)
                self.assertEqual(result.returncode, 0, result.stderr)
                self.assertIn(VERSION, result.stdout)

    def test_help(self):
        result = self.folder.command("--help")
        self.assertEqual(result.returncode, 0)
        for command in ("serve", "check-config", "migrate", "backup", "restore", "dlq", "token", "version"):
            self.assertIn(command, result.stdout)

    def test_wrong_command_line(self):
        for arguments in ((), ("dance",), ("serve", "--confg", "x"), ("token", "--config", self.config())):
            with self.subTest(arguments):
                result = self.folder.command(*arguments)
                self.assertNotEqual(result.returncode, 0)
                self.assertTrue(result.stderr + result.stdout)

    def test_an_unknown_command_is_reported_with_the_known_ones(self):
        for line, words in (("serv", ("`notifyd serv`", "did you mean `notifyd serve`?", "check-config, migrate, ")),
                            ("foo", ("`notifyd foo`", "the commands are: serve, ")),
                            ("check_config", ("did you mean `notifyd check-config`?",)),
                            ("Migrate --config x", ("did you mean `notifyd migrate`?",)),
                            ("dlq lst", ("`notifyd dlq lst`", "did you mean `notifyd dlq list`?",
                                         "the commands are: list, redrive, purge")),
                            ("dlq", ("`notifyd dlq` needs a command", "list, redrive, purge")),
                            ("", ("`notifyd` needs a command", "serve, check-config")),
                            ("--config x version", ("--config cannot precede the command",
                                                    "`notifyd serve --config FILE`")),
                            ("--config x", ("--config cannot precede",)),
                            ("--confg x serve", ("--confg cannot precede",))):
            with self.subTest(line):
                result = self.folder.command(*line.split())
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                for word in words:
                    self.assertIn(word, result.stderr)
        # For a mistake after a command, the message is about the option.
        for line in ("serve --confg x", "token", "version x"):
            result = self.folder.command(*line.split())
            self.assertEqual(result.returncode, 2)
            self.assertNotIn("the commands are", result.stderr)

    def test_dlq_options_that_would_match_nothing(self):
        self.run_with("migrate")
        for arguments in ("list --limit -1", "list --limit 0", "list --limit 1.5", "list --limit 1000000001",
                          "list --limit 18446744073709551616", "list --queue fifoo", "redrive --queue Fifo",
                          "purge --queue fifoo --yes", "purge --queue= --yes", "purge --queue all"):
            with self.subTest(arguments):
                result = self.run_with("dlq", *arguments.split())
                self.assertEqual((result.returncode, result.stdout), (2, ""), result)
                self.assertIn(arguments.split()[1].rstrip("="), result.stderr)
        for arguments in ("list --limit 1", "list --limit 1000000000 --queue fifo", "purge --queue standard --yes"):
            self.assertEqual(self.run_with("dlq", *arguments.split()).returncode, 0)

    def test_check_config(self):
        result = self.run_with("check-config")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertFalse((self.folder.path / "notifyd.db").exists(), "checking must not make a database")

    def test_the_sample_config_is_valid(self):
        sample = ROOT / "config/notifyd.toml"
        (self.folder.path / "secret").write_text(SECRET)
        result = self.folder.command("check-config", "--config", sample,
                                     environment={"NOTIFYD_AUTH__ALGORITHMS": "HS256",
                                                  "NOTIFYD_AUTH__HS256_SECRET": SECRET})
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_refused_configs(self):
        good = to_toml(BASE)
        for text, words in (
            (good + '\n[sever]\nlisten = "x"\n', ("sever",)),
            (good.replace("threads = 2", "threads = 2\nthread = 3"), ("thread", ":4")),
            (good.replace("threads = 2", 'threads = "two"'), ("threads", ":3")),
            (good.replace("threads = 2", "threads = -1"), ("threads", ":3")),
            (good.replace('"127.0.0.1:0"', '"nonsense"'), ("listen", ":2")),
            (good.replace('"127.0.0.1:0"', '"127.0.0.1:99999"'), ("listen", ":2")),
            (good.replace('["HS256"]', '["none"]'), ("algorithms",)),
            (good.replace(SECRET, "short"), ("hs256_secret",)),
            (good.replace(SECRET, "file:missing"), ("hs256_secret", "missing")),
            (good.replace(SECRET, "env:NOT_SET_ANYWHERE"), ("hs256_secret", "NOT_SET_ANYWHERE")),
            (good + '\n[delivery]\nretry_backoff = "soon"\n', ("retry_backoff",)),
            (good.replace("max_per_user = 0", 'max_per_user = 0\nping_interval = "90s"'), ("ping_interval",)),
            (good.replace("max_per_user = 0", 'max_per_user = 0\non_limit = "panic"'), ("on_limit",)),
            (good.replace("threads = 2", "threads = = 2"), (":3",)),
        ):
            with self.subTest(words):
                for command in ("check-config", "serve"):
                    result = self.run_with(command, text=text)
                    output = result.stderr + result.stdout
                    self.assertEqual(result.returncode, CONFIG_ERROR, output)
                    self.assertTrue(output.strip())
                    for word in words:
                        self.assertIn(word, output)
                    self.assertIn("notifyd.toml", output)
                    self.assertNotIn(SECRET, output)

    def test_missing_config_file(self):
        for command in ("serve", "check-config", "migrate", "backup copy.db", "restore copy.db", "dlq list",
                        "token --user u"):
            with self.subTest(command):
                result = self.folder.command(*command.split(), "--config", "missing.toml")
                self.assertEqual(result.returncode, CONFIG_ERROR)
                self.assertIn("missing.toml", result.stderr + result.stdout)

    def test_only_a_config_error_has_the_exit_code_78(self):
        """systemd restarts the server after temporary failures, but not if a restart would fail in the same way."""
        unit = (ROOT / "packaging/systemd/notifyd.service").read_text()
        self.assertIn(f"\nRestartPreventExitStatus={CONFIG_ERROR}\n", unit)
        with socket.create_server(("127.0.0.1", 0)) as other:
            result = self.run_with("serve", settings={"server": {"listen": f"127.0.0.1:{other.getsockname()[1]}"}})
        self.assertEqual(result.returncode, 1, result.stderr)
        self.folder.write("notifyd.db", "no database" * 1000)
        self.assertEqual(self.run_with("serve").returncode, 1)

    def test_an_impossible_path_is_a_config_error(self):
        path = self.folder.path
        self.folder.write("file", "kept")
        (path / "folder").mkdir()
        before = sorted(path.rglob("*"))
        for key, value, words in (
                ("log.file", f"{path}/no/notifyd.log", f"the folder {path}/no does not exist: create it"),
                ("log.file", f"{path}/file/notifyd.log", f"{path}/file is a file, not a folder"),
                ("log.file", f"{path}/folder", "is a folder"),
                ("storage.path", f"{path}/no/deep/n.db", f"the folder {path}/no/deep does not exist: create it"),
                ("storage.path", f"{path}/file/n.db", f"{path}/file is a file, not a folder"),
                ("storage.path", f"{path}/folder", "is a folder"),
                ("server.listen", f"unix:{path}/file", "there is a file in its place, not a socket"),
                ("server.listen", f"unix:{path}/folder", "there is a folder in its place"),
                ("server.listen", f"unix:{path}/no/n.sock", f"the folder {path}/no does not exist: create it"),
                ("server.listen", f"unix:{path}/file/n.sock", f"{path}/file is not a folder")):
            section, name = key.split(".")
            for command in ("check-config", "serve"):
                with self.subTest(value, command=command):
                    result = self.run_with(command, settings={section: {name: value}})
                    self.assertEqual((result.returncode, result.stdout), (CONFIG_ERROR, ""), result)
                    self.assertIn(f"notifyd.toml: {key}: ", result.stderr)
                    self.assertIn(words, result.stderr)
        self.assertEqual([each for each in sorted(path.rglob("*")) if each.name != "notifyd.toml"], before)
        self.assertEqual((path / "file").read_text(), "kept")

    def test_tls_files_are_part_of_the_config(self):
        certificate, key = make_certificate(self.folder)
        _, other = make_certificate(self.folder, "other-")
        encrypted = self.folder.path / "encrypted.pem"
        subprocess.run(["openssl", "pkey", "-in", key, "-aes256", "-passout", "pass:secret", "-out", encrypted],
                       check=True, capture_output=True)
        for pair, words in (((certificate, other), ("does not belong", "tls.private_key", str(other))),
                            ((certificate, encrypted), ("is encrypted", "openssl pkey -in", str(encrypted))),
                            ((certificate, certificate), ("holds no PEM private key", "tls.private_key")),
                            ((key, key), ("holds no PEM certificate", "tls.certificate", str(key)))):
            with self.subTest(words):
                tls = {"tls": {"certificate": str(pair[0]), "private_key": str(pair[1])}}
                for command in ("check-config", "serve"):
                    result = self.run_with(command, settings=tls)
                    self.assertEqual(result.returncode, CONFIG_ERROR, result)
                    for word in (*words, "notifyd.toml"):
                        self.assertIn(word, result.stderr)

    def test_a_chain_in_the_wrong_order(self):
        leaf, middle, root = chain = make_chain(self.folder)
        key = self.folder.path / "leaf.key"

        def problems_of(*order):
            text = "".join(certificate.read_text() for certificate in order)
            tls = {"certificate": str(self.folder.write("chain.pem", text)), "private_key": str(key)}
            result = self.run_with("check-config", settings={"tls": tls})
            self.assertIn(result.returncode, (0, CONFIG_ERROR))
            return result.stderr if result.returncode else ""

        cross = self.cross_signed(middle)
        for order in ((leaf,), (leaf, middle), chain, (leaf, root), (leaf, middle, cross, root),
                      (leaf, cross, middle, root), (leaf, middle, root, cross), (leaf, leaf, middle),
                      (*chain, root, middle), (leaf, root, middle, root)):
            self.assertEqual(problems_of(*order), "")
        for order, words in (((middle, leaf), "certificate 2 is the server's own"),
                             ((root, middle, leaf), "certificate 3 is the server's own"),
                             ((leaf, root, middle), "certificate 2 has signed certificate 3"),
                             ((leaf, leaf, root, middle), "certificate 3 has signed certificate 4"),
                             ((middle, root, leaf), "certificate 3 is the server's own")):
            error = problems_of(*order)
            self.assertIn("chain is in the wrong order", error)
            self.assertIn(words, error)

    def cross_signed(self, certificate):
        """The same name and key, signed by a root that is not in the chain."""

        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder.path, check=True, capture_output=True)

        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=other root", "-keyout", "other.key", "-out", "other.pem")
        openssl("x509", "-req", "-in", f"{certificate.stem}.csr", "-CA", "other.pem", "-CAkey", "other.key",
                "-CAcreateserial", "-days", "1", "-extfile", f"{certificate.stem}.ext", "-out", "cross.pem")
        return self.folder.path / "cross.pem"

    def test_a_missing_folder_is_named(self):
        path = self.folder.path / "no" / "notifyd.db"
        for command in ("serve", "migrate", "restore copy.db"):
            with self.subTest(command):
                result = self.run_with(*command.split(), settings={"storage": {"path": str(path)}})
                self.assertEqual(result.returncode, CONFIG_ERROR)
                self.assertIn(f"the folder {path.parent} does not exist: create it", result.stderr)
        self.folder.write("file", "")
        result = self.run_with("serve", settings={"storage": {"path": str(self.folder.path / "file" / "notifyd.db")}})
        self.assertIn("is a file, not a folder", result.stderr)

    def test_environment_overrides(self):
        wrong = {"NOTIFYD_SERVER__THREADS": "many"}
        self.assertNotEqual(self.run_with("check-config", environment=wrong).returncode, 0)
        daemon = Daemon(folder=self.folder, environment={"NOTIFYD_SERVER__THREADS": "3"})
        self.assertEqual(daemon.wait_for_event("server_started")["threads"], 3)
        daemon.stop()

    def test_secrets_from_file_and_environment(self):
        self.folder.write("secret", SECRET + "\n")
        for value in (f"file:{self.folder.path}/secret", "env:THE_SECRET"):
            with self.subTest(value):
                daemon = Daemon({"auth": {"hs256_secret": value}}, self.folder, environment={"THE_SECRET": SECRET})
                daemon.websocket(mint("u"))
                daemon.stop()

    def test_migrate(self):
        for _ in range(2):
            result = self.run_with("migrate")
            self.assertEqual(result.returncode, 0, result.stderr)
        self.assertTrue((self.folder.path / "notifyd.db").exists())

    def test_a_newer_database_is_refused(self):
        self.run_with("migrate")
        with sqlite3.connect(self.folder.path / "notifyd.db") as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        for command in ("migrate", "serve"):
            result = self.run_with(command)
            self.assertNotEqual(result.returncode, 0)
            self.assertIn("newer", result.stderr + result.stdout)

    def test_a_file_that_is_not_a_database_is_refused(self):
        self.folder.write("notifyd.db", "this is no database\n" * 1000)
        result = self.run_with("serve")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("notifyd.db", result.stderr + result.stdout)

    def test_token(self):
        result = self.run_with("token", "--user", "alice", "--scope", "notifyd:publish", "--ttl", "2h")
        self.assertEqual(result.returncode, 0, result.stderr)
        token = result.stdout.strip()
        minted.add(token)
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
        self.assertEqual((claims["sub"], claims["scope"]), ("alice", "notifyd:publish"))
        self.assertEqual(claims["exp"] - claims["iat"], 7200)
        daemon = Daemon(folder=self.folder)
        self.assertEqual(daemon.websocket(token).connected["userId"], "alice")
        daemon.stop()

    def test_token_defaults(self):
        claims = jwt.decode(self.run_with("token", "--user", "bob").stdout.strip(), SECRET, algorithms=["HS256"])
        self.assertEqual(claims["exp"] - claims["iat"], 3600)
        self.assertNotIn("scope", claims)

    def test_token_without_a_secret(self):
        settings = {"auth": {"algorithms": ["RS256"], "hs256_secret": "", "jwks": "keys.json"}}
        self.folder.write("keys.json", '{"keys": []}')
        result = self.run_with("token", "--user", "bob", settings=settings)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("hs256_secret", result.stderr + result.stdout)

    def test_a_token_that_the_server_would_refuse_is_not_issued(self):
        (self.folder.path / "key.pem").write_text("not looked at")
        for auth, code, words in (
                ({"algorithms": ["RS256"], "public_key": "key.pem"}, 1, 'auth.algorithms has no "HS256"'),
                ({"algorithms": ["RS256", "ES256"], "public_key": "key.pem"}, 1, 'auth.algorithms has no "HS256"'),
                ({"hs256_secret": "short"}, CONFIG_ERROR, "auth.hs256_secret: "),
                ({"hs256_secret": "x" * 31}, CONFIG_ERROR, "auth.hs256_secret: ")):
            with self.subTest(auth):
                result = self.run_with("token", "--user", "u", settings={"auth": auth})
                self.assertEqual((result.returncode, result.stdout), (code, ""), result)
                self.assertIn(words, result.stderr)
                if code == CONFIG_ERROR:
                    self.assertEqual(result.stderr, self.run_with("check-config", settings={"auth": auth}).stderr)
        for ttl in ("0", "0s", "1ms", "999ms", "-1s", "1", "soon"):
            with self.subTest(ttl):
                result = self.run_with("token", "--user", "u", f"--ttl={ttl}")
                self.assertEqual((result.returncode, result.stdout), (2, ""), result)
                self.assertIn("--ttl", result.stderr)
        claims = jwt.decode(self.run_with("token", "--user", "u", "--ttl", "1s").stdout.strip(), SECRET,
                            algorithms=["HS256"], options={"verify_exp": False})
        self.assertEqual(claims["exp"] - claims["iat"], 1)


if __name__ == "__main__":
    unittest.main()
