"""Installs the peers from Debian, without starting their services, and from npm."""

import os
import pathlib
import subprocess
import sys

from .peers import PEERS, KINDS
from .peers.process import FILES, program

POLICY = pathlib.Path("/usr/sbin/policy-rc.d")  # Debian's packages run it before they start a service
PACKAGES = {
    "nchan": ("nginx", "libnginx-mod-nchan"),
    "mosquitto": ("mosquitto",),
    "nats": ("nats-server",),
    "redis": ("redis-server",),
}
NODE_PEERS = ("ws", "socket.io")


def install(place):
    missing = [name for name in PEERS if KINDS[name].missing(place)]
    packages = [package for name in missing for package in PACKAGES.get(name, ())]
    needs_node = any(name in NODE_PEERS for name in missing)
    if needs_node and not (program("node") and program("npm")):
        packages += ["nodejs", "npm"]
    if packages:
        install_packages(packages)
    if needs_node:
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=FILES, stdout=sys.stderr,
                       check=True)


def install_packages(packages):
    as_root = [] if os.getuid() == 0 else ["sudo"]
    if as_root and not program("sudo"):
        raise RuntimeError(f"sudo is missing; install these packages as root: {' '.join(packages)}")

    def run(*command, **options):
        return subprocess.run([*as_root, *command], stdout=sys.stderr, check=True, **options)

    run("apt-get", "update", "--quiet", "--quiet")
    forbids_starts = not POLICY.exists()
    if forbids_starts:
        run("tee", str(POLICY), input=b"#!/bin/sh\nexit 101\n")
        run("chmod", "755", str(POLICY))
    try:
        run("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "--yes", "--no-install-recommends",
            "--quiet", "--quiet", *packages)
    finally:
        if forbids_starts:
            run("rm", "--force", str(POLICY))
