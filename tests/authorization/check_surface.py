"""Fails unless table.py covers exactly what the gateway offers, as listed on stdin."""

import sys

from table import COVERED

offered = {line.strip() for line in sys.stdin if line.strip()}
for missing in sorted(offered - COVERED):
    print(f"tests/authorization/table.py has no row for: {missing}", file=sys.stderr)
for stale in sorted(COVERED - offered):
    print(f"tests/authorization/table.py has rows that the gateway does not offer: {stale}", file=sys.stderr)
sys.exit(offered != COVERED)
