"""The machine that the figures come from: its name, its cores, its disk."""

import dataclasses
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
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{cpu}, {os.cpu_count()} cores, {memory:.0f} GiB, Linux {platform.release()}"


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


@dataclasses.dataclass(frozen=True)
class Sync:
    """What one small append with fdatasync takes: a commit cannot be faster."""
    median_us: float
    p99_us: float


def sync_time(folder, times=100):
    path = pathlib.Path(folder) / "sync-probe"
    took = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(times):
            begin = time.perf_counter()
            os.write(descriptor, b"x" * 4096)
            os.fdatasync(descriptor)
            took.append((time.perf_counter() - begin) * 1e6)
    finally:
        os.close(descriptor)
        path.unlink()
    return Sync(statistics.median(took), statistics.quantiles(took, n=100)[-1])


class Stolen:
    """How much of the processors' time a hypervisor gave to others since this was made: 0 to 1."""
    STEAL = 7  # user nice system idle iowait irq softirq steal: proc_stat(5)

    def __init__(self):
        self._before = self._read()

    def share(self):
        since = [now - before for now, before in zip(self._read(), self._before)]
        return since[self.STEAL] / max(sum(since), 1)

    @classmethod
    def _read(cls):
        line = pathlib.Path("/proc/stat").read_text().partition("\n")[0]
        return [int(field) for field in line.split()[1:cls.STEAL + 2]]


@dataclasses.dataclass(frozen=True)
class Cores:
    """Who runs where, as taskset takes it; None: anywhere."""
    server: str | None
    generator: str | None
    siblings: bool = False  # threads of one core, because there is no other


def cores(shared=False):
    """One core each; or, shared, both cores for both. A machine with one core has no choice."""
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        return Cores(None, None)
    apart = [core for core in others if core not in siblings_of(first)]
    second = (apart or others)[0]
    both = f"{first},{second}"
    return Cores(both, both, not apart) if shared else Cores(str(first), str(second), not apart)


def siblings_of(core):
    """The hardware threads that share a core with it, and itself."""
    path = pathlib.Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    return read_list(path.read_text()) if path.exists() else {core}


def read_list(text):
    """As the system lists processors: `0`, `0,4`, `0-1`."""
    ranges = (part.partition("-") for part in text.strip().split(","))
    return {number for low, _, high in ranges for number in range(int(low), int(high or low) + 1)}


def pinned(core_list, command):
    """What the command starts is pinned, too: threads and child processes inherit it."""
    command = [str(part) for part in command]
    return command if core_list is None else ["taskset", "--cpu-list", core_list, *command]


def resident_bytes(process_id):
    """As the system counts it: VmRSS."""
    for line in pathlib.Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
