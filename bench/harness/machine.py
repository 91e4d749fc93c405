"""The machine that the figures come from."""

import os
import pathlib
import platform
import statistics
import time


def describe():
    cpu = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.partition(":")[2].strip()
            break
    return f"{cpu}, {os.cpu_count()} cores, Linux {platform.release()}"


def file_system_of(folder):
    """The type of the file system that holds the folder: the mount with the longest matching path."""
    path = pathlib.Path(folder).resolve()
    best, kind = -1, "unknown"
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        fields = line.split()
        mount = pathlib.Path(fields[1])
        if (path == mount or mount in path.parents) and len(mount.parts) >= best:
            best, kind = len(mount.parts), fields[2]
    return kind


def sync_milliseconds(folder, times=100):
    """The median time of one small append with fdatasync: what a commit cannot be faster than."""
    path = pathlib.Path(folder) / "sync-probe"
    took = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(times):
            begin = time.perf_counter()
            os.write(descriptor, b"x" * 4096)
            os.fdatasync(descriptor)
            took.append(time.perf_counter() - begin)
    finally:
        os.close(descriptor)
        path.unlink()
    return statistics.median(took) * 1000


def pins():
    """The core of the server and the core of the generator; None where the machine has but one."""
    cores = sorted(os.sched_getaffinity(0))
    return (cores[0], cores[1]) if len(cores) > 1 else (None, None)


def pinned(core, command):
    return command if core is None else ["taskset", "--cpu-list", str(core), *command]
