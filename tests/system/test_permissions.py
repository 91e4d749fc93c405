"""/permissions: grant, roles, self-claim, list, and revocation that reaches open sockets (docs/protocol.md)."""

import unittest

from support.bodies import body_to_user
from support.case import ISO_TIME, SystemTest
from support.tokens import mint


class Permissions(SystemTest):
    def grant(self, token, user, role=None, **changes):
        body = {"userId": user, "chatId": self.chat, **({"role": role} if role else {}), **changes}
        return self.http.post("/permissions", token, {k: v for k, v in body.items() if v is not None})

    def test_grant(self):
        reply = self.grant(self.admin, "bob", "viewer")
        self.assertEqual(reply.status, 200, reply)
        self.assertEqual(reply.json["message"], "Permission granted successfully")
        permission = reply.json["permission"]
        self.assertEqual(set(permission), {"userId", "chatId", "role", "grantedAt", "grantedBy"})
        self.assertEqual((permission["userId"], permission["chatId"]), ("bob", self.chat))
        self.assertEqual((permission["role"], permission["grantedBy"]), ("viewer", "root-admin"))
        self.assert_matches(ISO_TIME, permission["grantedAt"])

    def test_member_is_the_default(self):
        self.assertEqual(self.grant(self.admin, "bob").json["permission"]["role"], "member")

    def test_target_user_id_is_an_alias_of_user_id(self):
        reply = self.grant(self.admin, None, targetUserId="carol")
        self.assertEqual(reply.json["permission"]["userId"], "carol")

    def test_granting_again_replaces_the_role(self):
        user, token = self.member(role="viewer")
        self.assertEqual(self.http.post("/publish", token, self.body()).status, 403)
        self.grant(self.admin, user, "member")
        self.assertEqual(self.http.post("/publish", token, self.body()).status, 200)
        self.grant(self.admin, user, "viewer")
        self.assertEqual(self.http.post("/publish", token, self.body()).status, 403)

    def test_other_classes(self):
        reply = self.grant(self.admin, "bob", chatId=None, targetClass="hub", targetId="h1")
        permission = reply.json["permission"]
        self.assertEqual((permission["targetClass"], permission["targetId"]), ("hub", "h1"))
        self.assertNotIn("chatId", permission)

    def test_who_may_grant(self):
        _, chat_admin = self.member(role="admin")
        self.assertEqual(self.grant(chat_admin, "bob").status, 200)
        for token in (self.member(role="member")[1], self.member(role="viewer")[1], mint("stranger"), self.service):
            self.assert_error(self.grant(token, "bob"), 403, "forbidden")
        self.assert_error(self.grant(None, "bob"), 401, "unauthorized")

    def test_no_self_claim_here(self):
        self.assert_error(self.grant(mint("bob"), "bob", "admin"), 403, "forbidden")

    def test_bad_input(self):
        for body in ({}, {"userId": "bob"}, {"chatId": "c"}, {"userId": "", "chatId": "c"},
                     {"userId": 7, "chatId": "c"},
                     {"userId": "bob", "chatId": "c", "role": "owner"}, {"userId": "bob", "chatId": "c", "role": 7},
                     {"userId": "b\n", "chatId": "c"}, {"userId": "bob", "chatId": "a,b"},
                     {"userId": "bob", "chatId": "c", "targetClass": "chat", "targetId": "c"}):
            with self.subTest(body):
                self.assert_error(self.http.post("/permissions", self.admin, body), 400, "invalid_request")
        self.assert_error(self.http.post("/permissions", self.admin, "{"), 400, "invalid_json")

    def revoke(self, token, user):
        return self.http.delete("/permissions", token, userId=user, chatId=self.chat)

    def test_revoke(self):
        user, token = self.member()
        for _ in range(2):  # also if there is none
            reply = self.revoke(self.admin, user)
            self.assertEqual(reply.status, 200, reply)
            self.assertEqual(reply.json, {"message": "Permission revoked successfully"})
        self.assert_error(self.http.post("/publish", token, self.body()), 403, "forbidden")
        self.assert_error(self.http.get("/messages", token, chatId=self.chat), 403, "forbidden")

    def test_who_may_revoke(self):
        user, token = self.member()
        other, other_token = self.member()
        self.assert_error(self.revoke(other_token, user), 403, "forbidden")
        self.assertEqual(self.revoke(token, user).status, 200)  # leave
        chat_admin = self.member(role="admin")[1]
        self.assertEqual(self.revoke(chat_admin, other).status, 200)
        self.assert_error(self.http.delete("/permissions", self.admin, userId="bob"), 400, "invalid_request")

    def test_revocation_reaches_open_sockets(self):
        """Messages committed after the answer do not arrive; the marker, which is sent later, does."""
        user, token = self.member()
        witness = self.daemon.websocket(self.admin, self.chat)
        sockets = [self.daemon.websocket(token, self.chat) for _ in range(4)]  # spread over the loops
        self.publish("before")
        for socket in sockets:
            self.assertEqual(socket.receive_message()["content"], "before")
        self.assertEqual(self.revoke(self.admin, user).status, 200)
        self.publish("after")
        self.http.post("/publish", self.service, body_to_user(user, "marker"))
        for socket in sockets:
            frames = socket.receive_until(lambda f: f.get("content") == "marker")
            self.assertNotIn("after", [frame.get("content") for frame in frames])
            revocations = [frame for frame in frames if frame.get("type") == "revoked"]
            self.assertEqual(len(revocations), 1, frames)
            self.assertEqual(revocations[0]["payload"], {"topics": ["chat:" + self.chat]})
            self.assertEqual(set(revocations[0]), {"id", "type", "timestamp", "payload"})
        self.assertEqual([m["content"] for m in witness.receive_messages(2)], ["before", "after"])

    def test_a_lowered_role_reaches_open_sockets(self):
        user, token = self.member()
        socket = self.daemon.websocket(token, self.chat)
        self.grant(self.admin, user, "viewer")
        self.assertEqual(socket.receive()["payload"], {"topic": "chat:" + self.chat, "role": "viewer"})
        socket.send_json({"action": "sendMessage", **self.body("no more")})
        self.assertEqual(socket.receive()["statusCode"], 403)
        self.publish("still heard")
        self.assertEqual(socket.receive_message()["content"], "still heard")

    def test_a_grant_after_a_revocation_does_not_subscribe_again(self):
        user, token = self.member()
        socket = self.daemon.websocket(token, self.chat)
        self.revoke(self.admin, user)
        self.grant(self.admin, user)
        answer = socket.ask("subscribe", {"topics": ["chat:" + self.chat]})
        self.assertEqual(answer["type"], "subscribed")
        self.publish("back")
        self.assertEqual(socket.receive_message()["content"], "back")


class Lists(SystemTest):
    def list(self, token, **query):
        reply = self.http.get("/permissions", token, **query)
        self.assertEqual(reply.status, 200, reply)
        return reply.json

    def test_own_permissions(self):
        user = self.name("user")
        chats = [self.name("chat") for _ in range(3)]
        for chat in chats:
            self.daemon.grant(user, chat)
        self.daemon.grant(user, None, "viewer", targetClass="org", targetId="o1")
        page = self.list(mint(user))
        self.assertEqual(set(page), {"userId", "permissions", "count", "scannedCount"})
        self.assertEqual((page["userId"], page["count"]), (user, 4))
        self.assertEqual({p["chatId"] for p in page["permissions"] if "chatId" in p}, set(chats))
        others = [p for p in page["permissions"] if "chatId" not in p]
        self.assertEqual([(p["targetClass"], p["targetId"], p["role"]) for p in others], [("org", "o1", "viewer")])
        self.assertEqual(self.list(mint(user), userId=user), page)
        self.assertEqual(self.list(self.admin, userId=user), page)

    def test_of_another_user_only_for_admins(self):
        user, _ = self.member()
        self.assert_error(self.http.get("/permissions", mint("nosy"), userId=user), 403, "forbidden")

    def test_who_is_in_the_chat(self):
        users = [self.member(role=role) for role in ("viewer", "member", "admin")]
        for _, token in users[1:] + [(None, self.admin)]:
            page = self.list(token, chatId=self.chat)
            self.assertEqual(set(page), {"chatId", "permissions", "count", "scannedCount"})
            self.assertEqual({(p["userId"], p["role"]) for p in page["permissions"]},
                             {(user, role) for (user, _), role in zip(users, ("viewer", "member", "admin"))})
        for token in (users[0][1], mint("stranger")):
            self.assert_error(self.http.get("/permissions", token, chatId=self.chat), 403, "forbidden")

    def test_paging(self):
        users = {self.member()[0] for _ in range(7)}
        seen = []
        for page in self.http.pages("/permissions", self.admin, chatId=self.chat, limit=3):
            seen += [p["userId"] for p in page["permissions"]]
            self.assertLessEqual(page["count"], 3)
        self.assertEqual(sorted(seen), sorted(users))

    def test_bad_paging(self):
        for query in ({"limit": 0}, {"limit": 101}, {"startKey": "nonsense"}):
            reply = self.http.get("/permissions", self.admin, chatId=self.chat, **query)
            self.assert_error(reply, 400, "invalid_request")


class SelfClaim(SystemTest):
    settings = {"permissions": {"self_claim": True}}

    def claim(self, user, **changes):
        body = {"userId": user, "chatId": self.chat, "role": "admin", **changes}
        return self.http.post("/permissions", mint(user), {k: v for k, v in body.items() if v is not None})

    def test_the_first_grant_makes_the_caller_admin(self):
        self.assertEqual(self.claim("alice").status, 200)
        self.assertEqual(self.http.post("/publish", mint("alice"), self.body()).status, 200)
        self.assert_error(self.claim("bob"), 403, "forbidden")
        self.assertEqual(self.claim("alice", userId="bob", role="member").status, 200)

    def test_a_grant_to_another_user_makes_the_caller_admin(self):
        self.assertEqual(self.claim("alice", userId="bob", role="member").status, 200)
        page = self.http.get("/permissions", mint("alice"), chatId=self.chat).json
        self.assertEqual({(p["userId"], p["role"]) for p in page["permissions"]},
                         {("alice", "admin"), ("bob", "member")})

    def test_user_topics_cannot_be_claimed(self):
        reply = self.claim("alice", chatId=None, targetClass="user", targetId="victim")
        self.assert_error(reply, 403, "forbidden")


if __name__ == "__main__":
    unittest.main()
