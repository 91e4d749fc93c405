"""The base of the system tests: one daemon per class, unique names for every test, the log when a test fails."""

import itertools
import re
import unittest

from . import tokens
from .daemon import Daemon, show
from .tokens import mint

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
UUID_V7 = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
ISO_TIME = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z"

_numbers = itertools.count(1)


class SystemTest(unittest.TestCase):
    settings = {}  # changes to the base config
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.daemon = Daemon(cls.settings)
        cls.failed = False

    @classmethod
    def tearDownClass(cls):
        if cls.failed:
            show(cls.daemon)
        cls.daemon.stop()

    def setUp(self):
        self.http = self.daemon.http()
        self.chat = self.name("chat")
        self.admin = tokens.admin()
        self.service = tokens.service()

    def run(self, result=None):
        before = len(result.failures) + len(result.errors) if result else 0
        super().run(result)
        if result and len(result.failures) + len(result.errors) > before:
            type(self).failed = True
        return result

    def name(self, prefix):
        """A name that no other test of the class uses."""
        return f"{prefix}-{next(_numbers)}"

    def member(self, name="user", chat=None, role="member"):
        """Creates a user with a role in the test's chat: (id, token)."""
        user = self.name(name)
        self.daemon.grant(user, chat or self.chat, role)
        return user, mint(user)

    def body(self, content="hello", kind="standard", chat=None, **fields):
        payload = {"chatId": chat or self.chat, "eventType": "message", "content": content}
        payload.update(fields.pop("payload", {}))
        return {"targetChannel": "WebSocket", "messageType": kind, "payload": payload, **fields}

    def publish(self, content="hello", kind="fifo", token=None, chat=None, **fields):
        reply = self.http.post("/publish", token or self.service, self.body(content, kind, chat, **fields))
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def history(self, chat=None, token=None, **query):
        reply = self.http.get("/messages", token or self.admin, chatId=chat or self.chat, **query)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def assert_error(self, reply, status, code, sentence=None):
        """Checks the error body of a refusal."""
        self.assertEqual(reply.status, status, reply)
        error = reply.json
        self.assertEqual(set(error), {"error", "code", "correlationId"}, error)
        self.assertEqual(error["code"], code)
        self.assertTrue(error["error"], error)
        if sentence is not None:
            self.assertTrue(error["error"].startswith(sentence), error)
        self.assertEqual(error["correlationId"], reply.headers["X-Request-Id"])
        return error

    def assert_matches(self, pattern, value):
        self.assertIsInstance(value, str)
        self.assertTrue(re.fullmatch(pattern, value), f"{value!r} is not {pattern}")
