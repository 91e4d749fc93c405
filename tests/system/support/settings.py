"""The daemon's config as Python values, and its TOML text."""

import copy
import json
import os

# Every wait for an event has a limit. A sanitizer or a busy machine raises the limit; it never changes what is
# expected.
LIMIT = 10.0 * float(os.environ.get("NOTIFYD_TEST_PATIENCE", "1"))

SECRET = "a secret that only the tests know, 32 bytes or more"

BASE = {
    "server": {"listen": "127.0.0.1:0", "threads": 2},
    "auth": {"algorithms": ["HS256"], "hs256_secret": SECRET},
    "limits": {"messages_per_second": 0, "subscribes_per_minute": 0, "connects_per_minute_per_ip": 0,
               "connects_per_minute_per_user": 0},
    "connections": {"max_per_user": 0},
    "storage": {"path": "notifyd.db"},
    "log": {"level": "debug", "format": "json"},
}


def merge(base, changes):
    merged = copy.deepcopy(base)
    for section, keys in changes.items():
        merged.setdefault(section, {}).update(keys)
    return merged


def to_toml(settings):
    """JSON's strings, numbers, booleans and arrays are valid TOML, too."""
    lines = []
    for section, keys in settings.items():
        lines.append(f"[{section}]")
        lines.extend(f"{key} = {json.dumps(value)}" for key, value in keys.items())
    return "\n".join(lines) + "\n"
