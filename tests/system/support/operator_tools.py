"""What an operator does next to the daemon: query the database, apply load, kill a process at a chosen moment."""

import contextlib
import os
import sqlite3
import subprocess
import threading
import time
from http.client import HTTPException

from . import tokens
from .bodies import publish_body
from .http_client import HttpClient

LONG = os.environ.get("NOTIFYD_LONG") == "1"


def read_rows(path, sql, parameters=()):
    """The result of a read-only query on a database file, whether or not a daemon has it open."""
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
        return database.execute(sql, parameters).fetchall()


def bodies(path):
    """The JSON of every message in a database file, in commit order; the file must be intact."""
    assert read_rows(path, "PRAGMA integrity_check") == [("ok",)]
    return [row[0] for row in read_rows(path, "SELECT head FROM messages ORDER BY position")]


def epoch(path):
    return read_rows(path, "SELECT value FROM meta WHERE key = 'epoch'")[0][0]


class Load:
    """Publishes from several clients until stopped, each after the answer to its previous one; counts the answers."""

    def __init__(self, daemon, publishers=3, chat="load"):
        self.daemon = daemon
        self.chat = chat
        self.lock = threading.Lock()
        self.acknowledged = {}  # id -> number
        self.refused = []
        self.times = []  # response times, in seconds
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self._publish, args=(n,)) for n in range(publishers)]

    def _publish(self, name):
        http = HttpClient(self.daemon.port)
        token = tokens.service()
        number = 0
        while not self.stopping.is_set():
            body = publish_body(f"{name}-{number} " + "x" * 500, chatId=self.chat)
            number += 1
            begin = time.monotonic()
            try:
                reply = http.post("/publish", token, body)
            except (OSError, HTTPException) as problem:
                with self.lock:
                    self.refused.append(problem)
                break
            with self.lock:
                self.times.append(time.monotonic() - begin)
                if reply.status == 200:
                    self.acknowledged[reply.json["messageId"]] = reply.json["sequenceNumber"]
                else:
                    self.refused.append(reply)
        http.close()

    def known(self):
        with self.lock:
            return dict(self.acknowledged)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()


def publish_one(daemon, chat, content):
    http = HttpClient(daemon.port)
    reply = http.post("/publish", tokens.service(), publish_body(content, chatId=chat))
    http.close()
    assert reply.status == 200, reply
    return reply.json


# Kills the process before its Nth change to a file, like a power cut.
SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>
static long count;
static void step(void) {
    const char *limit = getenv("DIE_AT");
    if (limit && ++count >= atol(limit)) kill(getpid(), SIGKILL);
}
#define WRAP(result, name, parameters, arguments) \
    result name parameters { \
        static result(*real) parameters; \
        if (!real) real = (result(*) parameters)dlsym(RTLD_NEXT, #name); \
        step(); \
        return real arguments; \
    }
WRAP(int, unlink, (const char *path), (path))
WRAP(int, fsync, (int file), (file))
WRAP(int, fdatasync, (int file), (file))
WRAP(int, ftruncate64, (int file, off64_t size), (file, size))
WRAP(ssize_t, pwrite64, (int file, const void *data, size_t size, off64_t at), (file, data, size, at))
WRAP(int, rename, (const char *from, const char *to), (from, to))
WRAP(int, renameat2, (int a, const char *from, int b, const char *to, unsigned flags), (a, from, b, to, flags))
"""


def build_shim(folder):
    """A library for LD_PRELOAD, or None if there is no C compiler."""
    source = folder.write("die_at.c", SHIM)
    library = folder.path / "die_at.so"
    try:
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True, capture_output=True)
    except FileNotFoundError:
        return None
    return library
