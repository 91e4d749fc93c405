"""The machine on which the figures are measured: its name, cores and disk."""

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
    """The type of the file system that contains the folder: that of the mount with the longest matching path."""
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
    """The time of one small append with fdatasync. A commit cannot be faster."""
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
    """The share (0 to 1) of the processors' time that the hypervisor gave to other guests since construction."""
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
    """Lists of cores for taskset; None means any core."""
    server: str | None
    generator: str | None
    siblings: bool = False  # both are threads of the only core


def cores(shared=False):
    """One core each, or with `shared`, both cores for both. On a machine with one core, nothing is pinned."""
    first, *others = sorted(os.sched_getaffinity(0))
    if not others:
        return Cores(None, None)
    apart = [core for core in others if core not in siblings_of(first)]
    second = (apart or others)[0]
    both = f"{first},{second}"
    return Cores(both, both, not apart) if shared else Cores(str(first), str(second), not apart)


def siblings_of(core):
    """All hardware threads of the same core, including `core`."""
    path = pathlib.Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")
    return read_list(path.read_text()) if path.exists() else {core}


def read_list(text):
    """Parses the kernel's lists of processors, such as `0`, `0,4` and `0-1`."""
    ranges = (part.partition("-") for part in text.strip().split(","))
    return {number for low, _, high in ranges for number in range(int(low), int(high or low) + 1)}


def pinned(core_list, command):
    """The command with pinning added; its threads and child processes inherit it."""
    command = [str(part) for part in command]
    return command if core_list is None else ["taskset", "--cpu-list", core_list, *command]


def resident_bytes(process_id):
    """VmRSS of the process; 0 if the kernel does not report it."""
    for line in pathlib.Path(f"/proc/{process_id}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0
