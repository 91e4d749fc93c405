#!/usr/bin/python3
"""Runs $FILTERED_BINARY under what notifyd.service allows, as far as seccomp goes. Where the unit would refuse a call
with an error the process is killed, so that a test sees it, but for those that the unit's comments speak of.
"""

import errno
import os
import pathlib
import re
import socket
import subprocess
import sys

import seccomp

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging/systemd/notifyd.service"
REFUSED_ON_PURPOSE = {"sched_setscheduler"}
REFUSED_TO_ROOT = {"fchown"}  # SQLite's, when it runs as root: the unit's user is not
WRITE, EXECUTE = 2, 4  # PROT_…


def members(group):
    """The system calls of a group such as @system-service; a name stands for itself."""
    if not group.startswith("@"):
        return {group}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    lines = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return set().union(*(members(line) for line in lines if line and not line.startswith("#")))


def allowed():
    calls = members("@default")
    for line in re.findall(r"(?m)^SystemCallFilter=(.*)$", UNIT.read_text()):
        taken = set().union(*(members(name) for name in line.lstrip("~").split()))
        calls = calls - taken if line.startswith("~") else calls | taken
    return calls | members("@default")


def add(rules, action, call, *arguments):
    try:
        rules.add_rule(action, call, *arguments)
    except (OSError, RuntimeError, ValueError):
        pass  # not a system call of this machine


def main():
    rules = seccomp.SyscallFilter(defaction=seccomp.KILL_PROCESS)
    calls = allowed()
    restricted = {"mmap", "mprotect", "pkey_mprotect", "socket"}
    for call in calls - restricted:
        add(rules, seccomp.ALLOW, call)
    # MemoryDenyWriteExecute=
    for protection in (0, WRITE, EXECUTE):
        add(rules, seccomp.ALLOW, "mmap", seccomp.Arg(2, seccomp.MASKED_EQ, WRITE | EXECUTE, protection))
    add(rules, seccomp.ALLOW, "mprotect", seccomp.Arg(2, seccomp.MASKED_EQ, EXECUTE, 0))
    # RestrictAddressFamilies=
    for family in (socket.AF_INET, socket.AF_INET6, socket.AF_UNIX):
        add(rules, seccomp.ALLOW, "socket", seccomp.Arg(0, seccomp.EQ, family))
    for call in (REFUSED_ON_PURPOSE | (REFUSED_TO_ROOT if os.geteuid() == 0 else set())) - calls:
        add(rules, seccomp.ERRNO(errno.EPERM), call)
    rules.load()
    os.execv(os.environ["FILTERED_BINARY"], [os.environ["FILTERED_BINARY"], *sys.argv[1:]])


if __name__ == "__main__":
    main()
