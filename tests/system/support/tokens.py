"""JWTs as an identity provider would make them."""

import time

import jwt

from .settings import SECRET

# Every token of this process: none may ever appear in a daemon's log.
minted = set()


def mint(user, scope=None, secret=SECRET, lifetime=3600, algorithm="HS256", **claims):
    now = int(time.time())
    payload = {"sub": user, "iat": now, "exp": now + lifetime, **claims}
    if scope is not None:
        payload["scope"] = scope
    payload = {name: value for name, value in payload.items() if value is not None}
    token = jwt.encode(payload, secret, algorithm=algorithm)
    minted.add(token)
    return token


def admin(user="root-admin"):
    return mint(user, scope="notifyd:admin")


def service(user="backend"):
    return mint(user, scope="openid notifyd:publish")
