"""What a TLS client can negotiate, and the renewal of the certificate (docs/security.md S11).

NOTIFYD_LONG=1 also runs sslscan (from Debian).
"""

import re
import ssl
import subprocess
import unittest

from support.certificate import RSA, make_certificate, trusting
from support.http_client import HttpClient
from support.operator_tools import LONG
from support.settings import LIMIT
from support.sockets import read_status
from support.tls_case import TlsTest

MODERN = {"AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"}  # forward secret and authenticated


class Rules(TlsTest):
    def s_client(self, *options, text=""):
        return subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{self.daemon.port}", *options],
                              input=text, capture_output=True, text=True, timeout=LIMIT, check=False)

    def accepted(self):
        """Those of this machine's OpenSSL ciphers for TLS 1.2 that are accepted when offered alone."""
        every = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        every.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        old = [c["name"] for c in every.get_ciphers() if c["protocol"] != "TLSv1.3"]
        self.assertGreater(len(old), 40)
        taken = set()
        for cipher in old:
            context = trusting(self.certificate, maximum_version=ssl.TLSVersion.TLSv1_2)
            context.set_ciphers(cipher + ":@SECLEVEL=0")
            try:
                with self.connect_tls(context) as secure:
                    taken.add(secure.cipher()[0])
            except (ssl.SSLError, ConnectionError):
                pass
        return taken

    def test_ciphers(self):
        self.assertEqual(self.accepted(), {f"ECDHE-ECDSA-{cipher}" for cipher in MODERN})

    def chosen(self, *options):
        answer = self.s_client(*options, text="Q\n")
        return re.search(r"Cipher is (\S+)", answer.stdout).group(1)

    def test_the_fast_cipher_first(self):
        new, old = ("-tls1_3", "-ciphersuites"), ("-tls1_2", "-cipher")
        slow = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256"
        self.assertEqual(self.chosen(*new, slow), "TLS_AES_128_GCM_SHA256")
        self.assertRegex(self.chosen(*old, "ECDHE+AES256:ECDHE+CHACHA20:ECDHE+AES128"), "-AES128-GCM-")
        # A client that prefers ChaCha20 has no AES in hardware.
        self.assertEqual(self.chosen(*new, "TLS_CHACHA20_POLY1305_SHA256:" + slow), "TLS_CHACHA20_POLY1305_SHA256")
        self.assertRegex(self.chosen(*old, "ECDHE+CHACHA20:ECDHE+AES"), "-CHACHA20-")

    def test_no_renegotiation(self):
        answer = self.s_client("-tls1_2", text="R\n")
        self.assertIn("RENEGOTIATING", answer.stdout + answer.stderr)
        self.assertIn("no renegotiation", answer.stderr)

    def test_no_compression_and_secure_renegotiation_info(self):
        answer = self.s_client("-tls1_2", "-comp", text="Q\n")
        self.assertIn("Compression: NONE", answer.stdout)
        self.assertIn("Secure Renegotiation IS supported", answer.stdout)

    def test_alpn(self):
        for offered, chosen in ((["h2", "http/1.1"], "http/1.1"), (["http/1.1"], "http/1.1"), (["h2"], None)):
            context = trusting(self.certificate)
            context.set_alpn_protocols(offered)
            with self.connect_tls(context) as secure:
                self.assertEqual(secure.selected_alpn_protocol(), chosen)

    @unittest.skipUnless(LONG, "NOTIFYD_LONG=1")
    def test_sslscan(self):
        scan = subprocess.run(["sslscan", "--no-colour", f"127.0.0.1:{self.daemon.port}"],
                              capture_output=True, text=True, timeout=120, check=True).stdout
        for old in ("SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1"):
            self.assertRegex(scan, rf"(?m)^{old}\s+disabled")
        for new in ("TLSv1.2", "TLSv1.3"):
            self.assertRegex(scan, rf"(?m)^{new}\s+enabled")
        self.assertIn("Session renegotiation not supported", scan)
        self.assertNotRegex(scan, r"(?m)^(Accepted|Preferred)\s.*(CBC|RC4|3DES|NULL|EXP|-SHA\b)")


class RsaRules(Rules):
    kind = RSA

    def test_ciphers(self):
        self.assertEqual(self.accepted(), {f"ECDHE-RSA-{cipher}" for cipher in MODERN})


class Renewed(TlsTest):
    def resumed(self, context, session):
        """Whether a new connection resumes the session; and its own session, once the tickets have arrived."""
        with self.connect_tls(context, session) as secure:
            secure.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(read_status(secure), 200)
            return secure.session_reused, secure.session

    def served(self):
        return ssl.get_server_certificate(("127.0.0.1", self.daemon.port))

    def renew(self, **options):
        """Replaces the certificate; returns its text and the event that answers SIGHUP."""
        certificate, _ = make_certificate(self.folder, **options)
        return certificate.read_text(), self.daemon.reload()

    def test_open_connections_stay_and_new_ones_get_the_new_certificate(self):
        _, token = self.member()
        client = self.daemon.websocket(token, self.chat)
        old = self.served()
        new, event = self.renew()
        self.assertEqual(event.get("live"), "tls.certificate, tls.private_key", event)
        self.daemon.context = trusting(self.certificate)
        for _ in range(8):  # on all loops
            self.assertEqual(self.served().strip(), new.strip())
        self.assertNotEqual(old.strip(), new.strip())
        with self.assertRaises(ssl.SSLError):
            self.connect_tls(trusting(self.folder.write("old.pem", old)))
        client.send_json({"action": "sendMessage", **self.body("still here", "fifo")})
        self.assertEqual(client.receive_message()["content"], "still here")
        self.assertEqual(self.daemon.http().get("/healthz").status, 200)
        self.assertEqual(self.daemon.reload()["what"], "nothing changed")

    def test_tickets_resume_on_every_loop_and_across_a_renewal(self):
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.subTest(version):
                context = trusting(self.certificate, minimum_version=version, maximum_version=version)
                resumed, session = self.resumed(context, None)
                self.assertFalse(resumed)
                for _ in range(8):
                    resumed, session = self.resumed(context, session)
                    self.assertTrue(resumed)
                _, event = self.renew()
                self.assertEqual(event["event_type"], "config_reloaded")
                self.assertTrue(self.resumed(context, session)[0])
                self.daemon.context = trusting(self.certificate)

    def test_a_bad_certificate_is_refused(self):
        good = self.certificate.read_text(), self.key.read_text()
        other_certificate, other_key = make_certificate(self.folder, "other-")
        old_certificate, old_key = make_certificate(self.folder, "old-", made="3 days ago")
        rows = [
            (other_certificate.read_text(), good[1], "cannot be used", "does not belong"),
            (good[0], other_key.read_text(), "cannot be used", "does not belong"),
            ("", good[1], "cannot be used"),
            ("garbage", good[1], "cannot be used"),
            (good[0], "", "cannot be used"),
            (good[0][:200], good[1], "cannot be used"),
            (old_certificate.read_text(), old_key.read_text(), "has expired"),
        ]
        _, token = self.member()
        client = self.daemon.websocket(token, self.chat)
        served = self.served()
        for certificate, key, *messages in rows:
            with self.subTest(messages):
                self.certificate.write_text(certificate)
                self.key.write_text(key)
                event = self.daemon.reload({"log": {"level": "error"}})
                self.assertEqual(event["event_type"], "config_reload_failed", event)
                self.assertTrue(any(message in event["what"] for message in messages), event)
                self.assertEqual(self.served(), served)
        self.certificate.unlink()
        self.assertIn("tls.certificate", self.daemon.reload()["what"])
        self.publish("all the while")
        self.assertEqual(client.receive_message()["content"], "all the while")
        self.certificate.write_text(good[0])
        self.key.write_text(good[1])
        self.assertEqual(self.daemon.reload({"log": {"level": "debug"}})["what"], "nothing changed")
        http = HttpClient(self.daemon.port, self.daemon.context)
        self.assertEqual(http.get("/healthz").status, 200)
        http.close()

    def test_a_reload_cannot_switch_tls_off(self):
        event = self.daemon.reload({"tls": {"certificate": "", "private_key": ""}})
        self.assertEqual(event["at_restart"], "tls.certificate, tls.private_key")
        self.assertEqual(self.daemon.http().get("/healthz").status, 200)
        self.daemon.reload({"tls": {"certificate": str(self.certificate), "private_key": str(self.key)}})

    def test_the_minimum_version(self):
        context = trusting(self.certificate, maximum_version=ssl.TLSVersion.TLSv1_2)
        self.connect_tls(context).close()
        self.assertEqual(self.daemon.reload({"tls": {"min_version": "1.3"}})["live"], "tls.min_version")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect_tls(context)
        self.assertEqual(self.daemon.reload({"tls": {"min_version": "1.2"}})["live"], "tls.min_version")

    def test_mistakes_in_the_files_are_reported(self):
        self.assertTrue(self.daemon.wait_for_event("certificate_expires")["days"] <= 1)  # valid for a day
        self.key.chmod(0o644)
        self.daemon.reload()
        self.daemon.wait_for_event("config_warning", lambda e: "can be read by every user" in e["what"])
        self.key.chmod(0o600)


if __name__ == "__main__":
    unittest.main()
