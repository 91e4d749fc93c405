"""The rate of permission writes, the limits on permissions (docs/protocol.md), and leaving without a permission."""

import threading
import unittest

from support.case import SystemTest
from support.tokens import mint


class Limits(SystemTest):
    settings = {"server": {"threads": 3}}

    def setUp(self):
        super().setUp()
        self.daemon.reload({"limits": {"permission_writes_per_minute": 600, "permissions_per_topic": 100000,
                                       "permissions_per_user": 10000}})

    def grant(self, token, user, chat=None, role="member", http=None):
        body = {"userId": user, "chatId": chat or self.chat, "role": role}
        return (http or self.http).post("/permissions", token, body)

    def test_the_rate_applies_per_user_over_all_loops_but_not_to_admin_tokens(self):
        self.daemon.reload({"limits": {"permission_writes_per_minute": 6}})
        boss, token = self.member(role="admin")
        replies, lock = [], threading.Lock()

        def grant_some(number):
            http = self.daemon.http()
            for i in range(3):
                reply = self.grant(token, f"invented-{number}-{i}", http=http)
                with lock:
                    replies.append(reply)

        threads = [threading.Thread(target=grant_some, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        granted = [reply for reply in replies if reply.status == 200]
        self.assertEqual(len(granted), 6, replies)
        for reply in replies:
            if reply.status != 200:
                self.assert_error(reply, 429, "rate_limited")
                self.assertTrue(0 < int(reply.headers["Retry-After"]) <= 60, reply.headers)
        self.assert_error(self.http.delete("/permissions", token, userId=boss, chatId=self.chat), 429, "rate_limited")
        # Other users have their own rate, and operators have none.
        self.assertEqual(self.http.delete("/permissions", mint("other"), userId="other", chatId="c").status, 200)
        for number in range(20):
            self.assertEqual(self.grant(self.admin, f"by-operator-{number}").status, 200)
        self.daemon.reload({"limits": {"permission_writes_per_minute": 0}})
        for number in range(20):
            self.assertEqual(self.grant(token, f"unlimited-{number}").status, 200)

    def test_a_full_topic(self):
        self.daemon.reload({"limits": {"permissions_per_topic": 2}})
        _, token = self.member(role="admin")
        self.assertEqual(self.grant(token, "one").status, 200)
        for by in (token, self.admin):
            full = "This topic has reached its maximum number of permissions"
            error = self.assert_error(self.grant(by, "two"), 409, "conflict", full)
            self.assertIn("limits.permissions_per_topic", error["error"])
        self.assertEqual(self.grant(token, "one", role="viewer").status, 200)  # replaces
        self.assertEqual(self.http.delete("/permissions", token, userId="one", chatId=self.chat).status, 200)
        self.assertEqual(self.grant(token, "two").status, 200)
        self.daemon.reload({"limits": {"permissions_per_topic": 0}})
        self.assertEqual(self.grant(token, "three").status, 200)

    def test_a_full_user(self):
        self.daemon.reload({"limits": {"permissions_per_user": 2}})
        user = self.name("user")
        for number in range(2):
            self.assertEqual(self.grant(self.admin, user, f"{self.chat}-{number}").status, 200)
        full = "This user has reached its maximum number of permissions"
        error = self.assert_error(self.grant(self.admin, user), 409, "conflict", full)
        self.assertIn("limits.permissions_per_user", error["error"])
        self.assertEqual(self.grant(self.admin, user, f"{self.chat}-0", "viewer").status, 200)
        # Leaving frees a place.
        self.assertEqual(self.http.delete("/permissions", mint(user), userId=user, chatId=f"{self.chat}-0").status, 200)
        self.assertEqual(self.grant(self.admin, user).status, 200)

    def test_leaving_without_a_permission_is_not_an_event(self):
        user = self.name("leaver")
        token = mint(user)
        self.daemon.grant(user, self.chat)
        for number in range(30):
            reply = self.http.delete("/permissions", token, userId=user, chatId=f"never-{number}")
            self.assertEqual((reply.status, reply.json), (200, {"message": "Permission revoked successfully"}))
        self.assertEqual(self.http.delete("/permissions", token, userId=user, chatId=self.chat).status, 200)
        self.daemon.wait_for_event("permission_revoked", lambda event: event["user_id"] == user)
        events = [event for event in self.daemon.find_events("permission_revoked") if event["user_id"] == user]
        self.assertEqual([event["chat_id"] for event in events], [self.chat])


if __name__ == "__main__":
    unittest.main()
