"""Tokens that stay valid whatever the clock does, created once because the harness connects thousands of times."""

import functools

from support.tokens import mint

CENTURY = 100 * 365 * 86400


@functools.lru_cache(maxsize=None)
def _token(user, scope):
    return mint(user, scope=scope, lifetime=CENTURY, iat=1_000_000_000)


def admin():
    return _token("root-admin", "notifyd:admin")


def publisher(user="backend"):
    return _token(user, "notifyd:publish")


def sender(user):
    """An ordinary user."""
    return _token(user, None)


def reader(user):
    """A user with the admin grant, who may receive everything."""
    return _token(user, "notifyd:admin")
