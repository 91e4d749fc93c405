"""Fails when table.py does not cover exactly what the gateway offers: its lines come in on stdin."""

import sys

from table import COVERED

offered = {line.strip() for line in sys.stdin if line.strip()}
for missing in sorted(offered - COVERED):
    print(f"tests/authorization/table.py has no row for: {missing}", file=sys.stderr)
for stale in sorted(COVERED - offered):
    print(f"tests/authorization/table.py has a row for what is not there: {stale}", file=sys.stderr)
sys.exit(offered != COVERED)
