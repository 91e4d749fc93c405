"""One user's dead letters never displace another's (docs/protocol.md, limits.dead_letters_per_user).

Seen to fail without a limit per user: the first user's dead letters left no room for anybody else's."""

import unittest

from support.daemon import eventually
from support.deadly import PADDING, SETTINGS, Deadly
from support.settings import merge
from support.tokens import mint

BOUND = 5


class Bounds(Deadly):
    settings = merge(SETTINGS, {"limits": {"dead_letters_per_user": BOUND}})
    kept = BOUND

    def test_a_users_own_oldest_dead_letters_are_dropped(self):
        other, _ = self.miss()
        others = [letter["id"] for letter in self.letters_of(other)]
        user = self.name("greedy")
        self.daemon.grant(user, self.chat)
        client = self.slow(mint(user))
        seen = set()
        for _ in range(2_000):
            self.publish(PADDING, "standard")
            seen.update(letter["id"] for letter in self.letters_of(user))
            if len(seen) > 3 * BOUND:
                break
        self.assertGreater(len(seen), 3 * BOUND)
        client.socket.close()
        self.assertTrue(eventually(lambda: not self.is_stored(user)))
        newest = sorted({letter["id"] for letter in self.letters_of(user)})
        self.assertEqual(len(newest), self.kept)
        # An id begins with its millisecond; ids of the same millisecond are in no order.
        self.assertFalse([gone for gone in seen - set(newest) if gone[:13] > newest[0][:13]])
        self.assertEqual([letter["id"] for letter in self.letters_of(other)], others[-self.kept:])
        self.daemon.wait_for_event("dead_letters_gave_way", lambda event: event["user_id"] == user)


class WithoutHistory(Bounds):
    settings = merge(Bounds.settings, {"storage": {"history": False}})
    kept = 1  # each dead letter contains its message, and 5 × 4 KiB leave no room for a second one


if __name__ == "__main__":
    unittest.main()
