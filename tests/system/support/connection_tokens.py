"""Connection tokens as the server or any program with its secret makes them, and the base of their tests."""

import base64
import hashlib
import hmac
import json

from . import tokens
from .case import SystemTest
from .websocket import Refused

SIGNING_SECRET = "canary-of-the-ticket-secret-7f3a9c1e"
PREVIOUS_SECRET = "the secret before that one, 32 bytes or more"


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(payload, secret=SIGNING_SECRET):
    """A connection token made by a program that has the secret."""
    text = encoded(json.dumps(payload).encode())
    return text + "." + encoded(hmac.new(secret.encode(), text.encode(), hashlib.sha256).digest())


def payload_of(token):
    text = token.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


class TokenTest(SystemTest):
    settings = {"tokens": {"secret": SIGNING_SECRET, "previous_secret": PREVIOUS_SECRET, "per_minute": 0,
                           "admin_channels": ["audit"]},
                "auth.claims": {"org": "orgId"}}

    def ticket(self, jwt, channels=None, daemon=None):
        http = (daemon or self.daemon).http()
        reply = http.post("/ws/token", jwt, None if channels is None else {"channels": channels})
        self.assertEqual(reply.status, 201, reply)
        tokens.minted.add(reply.json["token"])
        return reply.json["token"]

    def assert_refused(self, status, code, token, daemon=None, **options):
        with self.assertRaises(Refused) as caught:
            (daemon or self.daemon).websocket(token, **options)
        refusal = caught.exception
        self.assertEqual((refusal.status, refusal.json["code"]), (status, code), refusal.json)
        return refusal.json

    def assert_reason(self, refusal, reason, daemon=None):
        (daemon or self.daemon).wait_for_event(
            "auth_failed", lambda event: event["correlation_id"] == refusal["correlationId"] and
            event["reason"] == reason)
