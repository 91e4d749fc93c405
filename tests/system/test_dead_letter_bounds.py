"""One user's dead letters take nobody else's place (docs/protocol.md, limits.dead_letters_per_user).

Failed before: the one key was unknown, and without it the first user's letters kept everybody else's out."""

import unittest

from support.daemon import eventually
from support.deadly import PADDING, SETTINGS, Deadly
from support.settings import merge
from support.tokens import mint

BOUND = 5


class Bounds(Deadly):
    settings = merge(SETTINGS, {"limits": {"dead_letters_per_user": BOUND}})
    kept = BOUND

    def test_the_users_own_oldest_give_way(self):
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
        self.assertFalse([gone for gone in seen - set(newest) if gone > newest[0]])
        self.assertEqual([letter["id"] for letter in self.letters_of(other)], others[-self.kept:])
        self.daemon.wait_for_event("dead_letters_gave_way", lambda event: event["user_id"] == user)


class WithoutHistory(Bounds):
    settings = merge(Bounds.settings, {"storage": {"history": False}})
    kept = 1  # each letter carries its message, and 4 KiB for each of five hold no second one


if __name__ == "__main__":
    unittest.main()
