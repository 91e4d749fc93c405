"""Presence: who is in a topic, and how available they are (docs/protocol.md#presence)."""

import time
import unittest

from support.case import ISO_TIME, UUID
from support.daemon import eventually
from support.presence_case import LEAVE_AFTER, SETTINGS, PresenceTest, is_presence
from support.settings import merge
from support.tokens import mint


class Presence(PresenceTest):
    settings = merge(SETTINGS, {"server": {"threads": 2}, "auth": {"claims.hub": "hubs"}})

    def test_the_list(self):
        user, client = self.join("user")
        answer = client.ask("presence:subscribe", {"topics": [self.topic]})
        self.assertEqual(set(answer), {"id", "type", "timestamp", "payload"})
        self.assertEqual(set(answer["payload"]), {"topic", "members", "count"})
        reply = self.presence(token=mint(user))
        self.assertEqual(set(reply), {"chatId", "members", "count"})
        for listed in (answer["payload"], reply):
            self.assertEqual(listed["count"], 1)
            self.assertEqual([(m["userId"], m["status"]) for m in listed["members"]], [(user, "online")])
            self.assertEqual(set(listed["members"][0]), {"userId", "status", "lastActiveAt"})
            self.assert_matches(ISO_TIME, listed["members"][0]["lastActiveAt"])

    def test_other_topics_have_presence_too(self):
        user = self.name("user")
        token = mint(user, hubs=["h1"])
        client = self.daemon.websocket(token, query={"hubId": "h1"})
        topics = ["hub:h1", "user:" + user]
        name = client.send_envelope("presence:subscribe", {"topics": topics})
        frames = [client.receive() for _ in topics]
        self.assertEqual({frame["id"] for frame in frames}, {name})
        self.assertEqual([frame["payload"]["topic"] for frame in frames], topics)
        self.assertEqual([frame["payload"]["count"] for frame in frames], [1, 1])
        reply = self.http.get("/presence", token, targetClass="hub", targetId="h1")
        self.assertEqual((reply.json["targetClass"], reply.json["targetId"], reply.json["count"]), ("hub", "h1", 1))

    def test_join_and_leave(self):
        _, client = self.watched(1)
        user, other = self.join("other")
        joined = self.next_update(client, user)
        self.assertEqual(set(joined), {"topic", "userId", "status", "lastActiveAt"})
        self.assertEqual((joined["topic"], joined["status"]), (self.topic, "online"))
        other.close()
        closed = time.monotonic()
        left = self.next_update(client, user)
        self.assertGreaterEqual(time.monotonic() - closed, LEAVE_AFTER - 0.1)
        self.assertEqual(left["status"], "offline")
        self.assertGreaterEqual(left["lastActiveAt"], joined["lastActiveAt"])
        self.assertEqual(self.presence()["count"], 1)

    def test_updates_are_envelopes_of_the_server(self):
        _, client = self.watched(1)
        self.join("other")
        frame = client.receive_until(is_presence)[-1]
        self.assertEqual(set(frame), {"id", "type", "timestamp", "payload"})
        self.assert_matches(UUID, frame["id"])

    def test_a_reconnect_is_no_leave(self):
        _, client = self.watched(1)
        user, other = self.join("other")
        self.next_update(client, user)
        other.close()
        self.daemon.websocket(mint(user), self.chat)
        self.assert_silent(client)
        self.assertEqual(self.presence()["count"], 2)

    def test_subscribing_and_unsubscribing_are_joining_and_leaving(self):
        _, client = self.watched(1)
        user, token = self.member("other")
        other = self.daemon.websocket(token)
        other.ask("subscribe", {"topics": [self.topic]})
        self.assertEqual(self.next_update(client, user)["status"], "online")
        other.ask("unsubscribe", {"topics": [self.topic]})
        self.assertEqual(self.next_update(client, user)["status"], "offline")

    def test_status_and_activity(self):
        user, client = self.watched(1)
        for payload in ({"status": "busy", "activity": "In a call"}, {"status": "away"},
                        {"status": "online", "activity": "\u00fc\U0001f600" * 64}):
            with self.subTest(payload):
                client.send_envelope("presence:update", payload)
                update = self.next_update(client, user)
                self.assertEqual({name: update[name] for name in ("status", "activity") if name in update}, payload)
                self.assertEqual(self.presence()["members"], [
                    {name: value for name, value in update.items() if name != "topic"}])
        # A null counts as absent.
        client.send_envelope("presence:update", {"status": "online", "activity": None})
        self.assertNotIn("activity", self.next_update(client, user))

    def test_an_update_has_no_answer(self):
        user, token = self.member()
        client = self.daemon.websocket(token)
        client.send_envelope("presence:update", {"status": "away"})
        self.assertEqual(client.ask("ping")["type"], "pong")
        self.assertEqual(client.frames, [])

    def test_bad_updates(self):
        user, client = self.join("user")
        for payload, sentence in (({}, "status must be"), ({"status": "offline"}, "status must be"),
                                  ({"status": 1}, "status must be"), ({"status": "Online"}, "status must be"),
                                  ({"status": "away", "activity": 7}, "activity must be"),
                                  ({"status": "away", "activity": "x" * 129}, "activity must be"),
                                  ([], "payload must be")):
            with self.subTest(payload):
                answer = client.ask("presence:update", payload)
                self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))
                self.assertTrue(answer["payload"]["message"].startswith(sentence), answer)
        self.assertEqual(self.presence()["members"][0]["status"], "online")

    def test_bad_requests(self):
        client = self.join("user")[1]
        for kind in ("presence:subscribe", "presence:unsubscribe"):
            for payload in ({}, {"topics": []}, {"topics": "chat:a"}, {"topics": [7]}, {"topics": ["nonsense"]},
                            {"topics": [f"chat:{n}" for n in range(101)]}, []):
                with self.subTest(kind, payload=str(payload)[:40]):
                    answer = client.ask(kind, payload)
                    self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))
        for query in ({}, {"chatId": ""}, {"chat": "a"}, {"chatId": "a", "targetClass": "hub", "targetId": "b"}):
            with self.subTest(query):
                self.assert_error(self.http.get("/presence", self.admin, **query), 400, "invalid_request")
        self.assert_error(self.http.get("/presence", None, chatId=self.chat), 401, "unauthorized")

    def test_several_connections_are_one_member_with_the_most_available_status(self):
        _, client = self.watched(1)
        user, token = self.member("other")
        # On both loops, most likely.
        tabs = [self.daemon.websocket(token, self.chat) for _ in range(4)]
        self.assertEqual(self.next_update(client, user)["status"], "online")
        for number, tab in enumerate(tabs):
            tab.send_envelope("presence:update", {"status": "busy" if number % 2 else "away"})
        self.assertEqual(self.next_update(client, user)["status"], "away")
        self.assertEqual(self.presence()["count"], 2)
        tabs[0].close()
        tabs[2].close()
        self.assertEqual(self.next_update(client, user)["status"], "busy")
        tabs[1].send_envelope("presence:update", {"status": "online"})
        self.assertEqual(self.next_update(client, user)["status"], "online")
        tabs[1].close()
        self.assertEqual(self.next_update(client, user)["status"], "busy")
        tabs[3].close()
        self.assertEqual(self.next_update(client, user)["status"], "offline")

    def test_a_status_holds_on_all_topics(self):
        other_chat = self.name("chat")
        watchers = [self.watched(1)[1], self.watched(1, other_chat)[1]]
        user, token = self.member("other")
        self.daemon.grant(user, other_chat)
        client = self.daemon.websocket(token, query={"chatIds": f"{self.chat},{other_chat}"})
        for watcher in watchers:
            self.assertEqual(self.next_update(watcher, user)["status"], "online")
        client.send_envelope("presence:update", {"status": "busy"})
        for watcher in watchers:
            self.assertEqual(self.next_update(watcher, user)["status"], "busy")

    def test_watchers_on_all_loops_receive_each_change_once(self):
        watchers = [self.join("watcher")[1] for _ in range(6)]
        self.assertTrue(eventually(lambda: self.presence()["count"] == 6))
        for watcher in watchers:
            self.watch(watcher)
        user, client = self.join("other")
        for watcher in watchers:
            self.assertEqual(self.next_update(watcher, user)["status"], "online")
        client.send_envelope("presence:update", {"status": "away"})
        for watcher in watchers:
            self.assertEqual(watcher.receive_until(is_presence)[-1]["payload"]["status"], "away")
            self.assert_silent(watcher, 0.1)

    def test_changes_are_coalesced(self):
        user, client = self.watched(1)
        for number in range(100):
            client.send_envelope("presence:update", {"status": "online", "activity": f"{number}"})
        client.send_envelope("presence:update", {"status": "busy"})
        frames = client.receive_until(lambda frame: is_presence(frame) and frame["payload"]["status"] == "busy")
        self.assertLessEqual(len(frames), 3)

    def test_watching_needs_no_subscription_and_is_no_membership(self):
        _, token = self.member("reader", role="viewer")
        client = self.daemon.websocket(token)
        self.assertEqual(self.watch(client), {"topic": self.topic, "members": [], "count": 0})
        user = self.join("other")[0]
        self.assertEqual(self.next_update(client, user)["status"], "online")

    def test_unsubscribe(self):
        _, client = self.watched(1)
        empty = {"topic": self.topic, "members": [], "count": 0}
        for topic in (self.topic, self.topic, "chat:unknown"):
            answer = client.ask("presence:unsubscribe", {"topics": [topic]})
            self.assertEqual((answer["type"], answer["payload"]), ("presence", {**empty, "topic": topic}))
        self.join("other")
        self.assert_silent(client)

    def test_a_foreign_topic_cannot_be_told_from_an_unknown_one(self):
        self.join("somebody")
        stranger = mint(self.name("stranger"))
        client = self.daemon.websocket(stranger)
        replies, answers = [], []
        for chat in (self.chat, "never-named"):
            reply = self.http.get("/presence", stranger, chatId=chat)
            error = self.assert_error(reply, 403, "forbidden")
            history = self.assert_error(self.http.get("/messages", stranger, chatId=chat), 403, "forbidden")
            self.assertEqual(error["error"], history["error"])
            replies.append(error["error"])
            answer = client.ask("presence:subscribe", {"topics": ["chat:" + chat]})
            self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "forbidden"))
            answers.append(answer["payload"]["message"].replace(chat, "…"))
        self.assertEqual(replies[0], replies[1])
        self.assertEqual(answers[0], answers[1])

    def test_all_or_nothing(self):
        client = self.join("user")[1]
        answer = client.ask("presence:subscribe", {"topics": [self.topic, "chat:secret"]})
        self.assertEqual((answer["payload"]["code"], answer["payload"]["message"]),
                         ("forbidden", "No permission for chat:secret"))
        self.join("other")
        self.assert_silent(client)

    def test_a_revocation_ends_the_watch(self):
        for subscribed in (True, False):
            with self.subTest(subscribed=subscribed):
                user, token = self.member("watcher")
                client = self.daemon.websocket(token, self.chat if subscribed else None)
                self.watch(client)
                reply = self.http.delete("/permissions", self.admin, userId=user, chatId=self.chat)
                self.assertEqual(reply.status, 200, reply)
                frames = client.receive_until(lambda frame: frame.get("type") == "revoked")
                self.assertEqual(frames[-1]["payload"]["topics"], [self.topic])
                self.join("other")
                self.assert_silent(client)
                answer = client.ask("presence:subscribe", {"topics": [self.topic]})
                self.assertEqual(answer["payload"]["code"], "forbidden")
                self.assert_error(self.http.get("/presence", token, chatId=self.chat), 403, "forbidden")

    def test_a_lost_claim_ends_the_watch(self):
        user = self.name("user")
        client = self.daemon.websocket(mint(user, hubs=["h2"]))
        self.watch(client, "hub:h2")
        self.assertEqual(client.ask("auth:refresh", {"token": mint(user)})["type"], "auth:refreshed")
        frames = client.receive_until(lambda frame: frame.get("type") == "revoked")
        self.assertEqual(frames[-1]["payload"]["topics"], ["hub:h2"])
        self.daemon.websocket(mint(self.name("other"), hubs=["h2"]), query={"hubId": "h2"})
        self.assert_silent(client)

    def test_a_blocked_user_leaves(self):
        _, client = self.watched(1)
        user = self.join("other")[0]
        self.next_update(client, user)
        self.assertEqual(self.http.post(f"/users/{user}/block", self.admin, {}).status, 200)
        self.assertEqual(self.next_update(client, user)["status"], "offline")

    def test_a_connection_watches_at_most_100_topics(self):
        admin = self.daemon.websocket(self.admin)
        topics = [f"org:{n}" for n in range(100)]
        name = admin.send_envelope("presence:subscribe", {"topics": topics})
        frames = [admin.receive() for _ in topics]
        self.assertEqual([frame["payload"]["topic"] for frame in frames], topics)
        self.assertEqual({frame["id"] for frame in frames}, {name})
        answer = admin.ask("presence:subscribe", {"topics": [self.topic]})
        self.assertEqual((answer["type"], answer["payload"]["code"]), ("error", "invalid_request"))
        admin.ask("presence:unsubscribe", {"topics": topics[:1]})
        self.watch(admin)


class PresenceOfOneLoop(PresenceTest):
    settings = merge(SETTINGS, {"server": {"threads": 1}})

    def test_join_status_and_leave(self):
        _, client = self.watched(1)
        user, other = self.join("other")
        self.assertEqual(self.next_update(client, user)["status"], "online")
        other.send_envelope("presence:update", {"status": "away"})
        self.assertEqual(self.next_update(client, user)["status"], "away")
        other.close()
        self.assertEqual(self.next_update(client, user)["status"], "offline")


if __name__ == "__main__":
    unittest.main()
