"""What reaches which device, and when: pending notifications, acknowledgements, channels, preferences
(docs/protocol.md#notifications)."""

import time
import unittest

from support.connection_tokens import SIGNING_SECRET
from support.daemon import Daemon, Folder, eventually
from support.notifications import NotificationTest
from support.tokens import mint


class Pending(NotificationTest):
    def test_what_came_while_away_is_sent_first_and_oldest_first(self):
        user, token = self.member()
        for n in range(250):
            self.notify(userId=user, title=str(n))
        device = self.daemon.websocket(token)
        self.assertEqual(self.received(device, 250), [str(n) for n in range(250)])
        self.notify(userId=user, title="live")
        self.assertEqual(self.received(device), ["live"])

    def test_acknowledged_and_read_ones_are_not_sent_again(self):
        user, token = self.member()
        ids = [self.notify(userId=user, title=str(n))["ids"][0] for n in range(4)]
        with self.daemon.websocket(token) as device:
            self.assertEqual(self.received(device, 4), ["0", "1", "2", "3"])
            device.send_envelope("notification:ack", {"notificationId": ids[1]})
            self.assertEqual(self.http.post(f"/notifications/{ids[2]}/read", token).status, 200)
            self.assertEqual(device.receive()["type"], "notification:read")
            # The acknowledgement has no answer: wait for its effect.
            self.assert_quiet(device)

        def pending():
            with self.daemon.websocket(token) as again:
                titles = []
                answer = again.send_envelope("ping")
                frame = again.receive()
                while frame["id"] != answer:
                    titles.append(frame["payload"]["title"])
                    frame = again.receive()
                return titles
        self.assertTrue(eventually(lambda: pending() in (["0", "3"], [])))
        device = self.daemon.websocket(token)
        self.assertEqual(self.received(device, 2), ["0", "3"])
        self.assertEqual(self.unread(token), 3)

    def test_a_client_that_acknowledges_everything_at_once_is_not_too_fast(self):
        user, token = self.member()
        for n in range(250):
            self.notify(userId=user, title=str(n))
        device = self.daemon.websocket(token)
        for _ in range(250):
            device.send_envelope("notification:ack", {"notificationId": device.receive()["payload"]["id"]})
        self.assert_quiet(device)

        def all_acknowledged():
            with self.daemon.websocket(token) as again:
                answer = again.send_envelope("ping")
                return again.receive()["id"] == answer
        self.assertTrue(eventually(all_acknowledged))

    def test_a_bad_acknowledgement_is_answered(self):
        user, token = self.member()
        device = self.daemon.websocket(token)
        (other,) = self.notify(userId=self.name("other"))["ids"]
        for payload, code, sentence in (({"notificationId": other}, "not_found", "There is no such notification"),
                                        ({}, "invalid_request", "notificationId must be a UUID"),
                                        ({"notificationId": "x"}, "invalid_request", "notificationId must be a UUID")):
            answer = device.ask("notification:ack", payload)
            self.assertEqual((answer["type"], answer["payload"]["code"], answer["payload"]["message"]),
                             ("error", code, sentence))

    def test_an_expired_one_is_neither_sent_nor_listed_nor_counted(self):
        user, token = self.member()
        self.notify(userId=user, title="brief", expiresAt=int(time.time() * 1000) + 300)
        self.notify(userId=user, title="lasting")
        self.assertTrue(eventually(lambda: self.unread(token) == 1))
        self.assertEqual([one["title"] for one in self.inbox(token)["notifications"]], ["lasting"])
        self.assertEqual(self.received(self.daemon.websocket(token)), ["lasting"])

    def test_without_the_first_frame_they_are_sent_too(self):
        user, token = self.member()
        self.notify(userId=user, title="away")
        self.assertEqual(self.received(self.daemon.websocket(token, hello=False)), ["away"])


class Channels(NotificationTest):
    settings = {"server": {"threads": 2},
                "tokens": {"secret": SIGNING_SECRET, "admin_channels": ["audit"]},
                "notifications.types": {"invoice_ready": "billing", "login_failed": "audit"}}

    def channels(self, device, kind, *names):
        answer = device.ask(kind, {"channels": list(names)})
        self.assertEqual(answer["type"], kind + "d")
        return answer["payload"]["channels"]

    def test_a_choice_begins_with_the_defaults_and_lasts(self):
        user, token = self.member()
        device = self.daemon.websocket(token)
        everything = ["uploads", "social", "instructions", "quota", "system", "billing"]
        self.assertEqual(self.channels(device, "subscribe"), everything)
        self.assertEqual(self.channels(device, "unsubscribe", "social", "quota"),
                         ["uploads", "instructions", "system", "billing"])
        self.notify(userId=user, title="stored only")
        self.notify(userId=user, type="invoice_ready", title="sent")
        self.assertEqual(self.received(device), ["sent"])
        self.assertEqual(self.inbox(token)["count"], 2)
        again = self.daemon.websocket(token)
        self.assertEqual(self.received(again), ["sent"])
        self.assertEqual(self.channels(again, "subscribe", "social")[-1], "social")
        self.notify(userId=user, title="sent again")
        self.assertEqual(self.received(device), ["sent again"])

    def test_topics_and_channels_in_one_request(self):
        user, token = self.member()
        device = self.daemon.websocket(token)
        answer = device.ask("subscribe", {"topics": [f"chat:{self.chat}"], "channels": ["billing"]})
        self.assertIn("billing", answer["payload"]["channels"])
        self.assertEqual(answer["payload"]["topics"], [f"user:{user}", f"chat:{self.chat}"])
        # All or nothing.
        for payload, code in (({"topics": ["chat:foreign"], "channels": ["social"]}, "forbidden"),
                              ({"channels": ["social", "no_such"]}, "invalid_request"),
                              ({"channels": ["audit"]}, "forbidden")):
            refusal = device.ask("subscribe", payload)
            self.assertEqual((refusal["type"], refusal["payload"]["code"]), ("error", code))
        refusal = device.ask("unsubscribe", {"channels": ["no_such"]})
        self.assertIn('channels[0]: unknown channel "no_such"', refusal["payload"]["message"])
        self.assertEqual(self.channels(device, "subscribe"), answer["payload"]["channels"])

    def test_requests_are_answered_in_order(self):
        _, token = self.member()
        device = self.daemon.websocket(token)
        asked = []
        for n in range(9):
            kind = "subscribe" if n % 3 else "unsubscribe"
            asked.append(device.send_envelope(kind, {"channels": ["social"]} if n % 2 else {}))
        self.assertEqual([device.receive()["id"] for _ in asked], asked)

    def test_a_connection_token_limits_what_its_connection_receives(self):
        user, token = self.member()
        ticket = self.http.post("/ws/token", token, {"channels": ["billing"]}).json["token"]
        limited = self.daemon.websocket(ticket)
        full = self.daemon.websocket(token)
        self.assertEqual(self.channels(limited, "subscribe"), ["billing"])
        refusal = limited.ask("subscribe", {"channels": ["social"]})
        self.assertEqual(refusal["payload"]["code"], "forbidden")
        refusal = limited.ask("unsubscribe", {"channels": ["social"]})
        self.assertEqual(refusal["payload"]["code"], "forbidden")
        self.notify(userId=user, title="like")
        self.notify(userId=user, type="invoice_ready", title="invoice")
        self.assertEqual(self.received(full, 2), ["like", "invoice"])
        self.assertEqual(self.received(limited), ["invoice"])

    def test_an_admin_channel_is_for_admins(self):
        user = self.name("user")
        plain = self.daemon.websocket(mint(user))
        admin = self.daemon.websocket(mint(user, scope="notifyd:admin"))
        self.assertNotIn("audit", self.channels(plain, "subscribe"))
        self.assertIn("audit", self.channels(admin, "subscribe"))
        self.notify(userId=user, type="login_failed", title="secret")
        self.notify(userId=user, title="open")
        self.assertEqual(self.received(admin, 2), ["secret", "open"])
        self.assertEqual(self.received(plain), ["open"])
        self.assertEqual(self.received(self.daemon.websocket(mint(user))), ["open"])


class Preferences(NotificationTest):
    settings = {"server": {"threads": 2}, "tokens": {"secret": SIGNING_SECRET}}

    def test_defaults_and_merge(self):
        _, token = self.member()
        self.assertEqual(self.preferences(token),
                         {"inApp": True, "email": True, "push": True, "types": {}, "updatedAt": None})
        changed = self.preferences(token, {"email": False, "types": {"new_like": {"inApp": False, "push": False}}})
        self.assertEqual((changed["inApp"], changed["email"]), (True, False))
        changed = self.preferences(token, {"types": {"new_like": {"push": None}, "new_comment": {"email": False}}})
        self.assertEqual(changed["types"], {"new_like": {"inApp": False}, "new_comment": {"email": False}})
        self.assertRegex(changed["updatedAt"], r"^\d{4}-\d{2}-\d{2}T")
        changed = self.preferences(token, {"types": {"new_like": None}, "email": None})
        self.assertEqual((changed["email"], changed["types"]), (True, {"new_comment": {"email": False}}))
        self.assertEqual(self.preferences(token, {"types": None})["types"], {})
        self.assertEqual(self.preferences(token, {}), self.preferences(token))

    def test_bad_patches(self):
        _, token = self.member()
        for patch, code, sentence in (
                ({"inApp": "no"}, "invalid_request", "inApp must be true or false"),
                ({"types": []}, "invalid_request", "types must be an object"),
                ({"types": {"no_such": {"inApp": False}}}, "invalid_request", "types.no_such: unknown"),
                ({"types": {"new_like": False}}, "invalid_request", "types.new_like must be an object"),
                ({"types": {"new_like": {"push": 1}}}, "invalid_request", "types.new_like.push must be true or false"),
                ({"inapp": False}, "invalid_request", "did you mean \"inApp\""),
                ([], "invalid_request", "The body must be an object"),
                ("{", "invalid_json", "Request body is not valid JSON")):
            with self.subTest(patch):
                reply = self.http.request("PATCH", "/notifications/preferences", token, patch)
                self.assertIn(sentence, self.assert_error(reply, 400, code)["error"])

    def test_a_muted_type_is_neither_stored_nor_sent(self):
        user, token = self.member()
        other, _ = self.member("other")
        device = self.daemon.websocket(token)
        self.preferences(token, {"types": {"new_like": {"inApp": False}}})
        reply = self.notify(userIds=[user, other])
        self.assertEqual((len(reply["ids"]), reply["suppressed"]), (1, [user]))
        self.notify(userId=user, type="new_comment", title="wanted")
        self.notify(userId=user, title="must", mandatory=True)
        self.assertEqual(self.received(device, 2), ["wanted", "must"])

    def test_whoever_wants_none_gets_no_connection_token(self):
        user, token = self.member()
        self.preferences(token, {"inApp": False})
        self.assert_error(self.http.post("/ws/token", token), 403, "notifications_disabled")
        self.assertEqual(self.notify(userId=user, type="new_comment"), {"ids": [], "suppressed": [user]})
        self.assertEqual(self.unread(token), 0)
        self.notify(userId=user, type="system_announcement", mandatory=True)
        self.assertEqual(self.unread(token), 1)
        self.preferences(token, {"inApp": True})
        self.assertEqual(self.http.post("/ws/token", token).status, 201)


class Restart(NotificationTest):
    def test_everything_survives_a_kill(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        first = Daemon(self.settings, folder=folder)
        user, token = self.name("user"), None
        token = mint(user)
        http = first.http()
        ids = [self.post(daemon=first, userId=user, title=str(n)).json["ids"][0] for n in range(3)]
        self.assertEqual(http.post(f"/notifications/{ids[0]}/read", token).status, 200)
        http.request("PATCH", "/notifications/preferences", token, {"types": {"new_like": {"inApp": False}}})
        first.kill()
        second = Daemon(self.settings, folder=folder)
        self.addCleanup(second.stop)
        self.http = second.http()
        self.assertEqual([one["title"] for one in self.inbox(token)["notifications"]], ["2", "1", "0"])
        self.assertEqual(self.unread(token), 2)
        self.assertEqual(self.post(daemon=second, userId=user).json["suppressed"], [user])
        self.assertEqual(self.received(second.websocket(token), 2), ["1", "2"])


if __name__ == "__main__":
    unittest.main()
