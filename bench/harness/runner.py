"""Runs all workloads, repeatedly: within each, its entrants run in turn, each with its own server process."""

import dataclasses
import json
import subprocess
import time
import traceback

from . import history, inbox, machine
from .peers import KINDS, Notifyd
from .workload import FrameBytesOf

PATIENCE_SECONDS = 90
# A run that lost a larger share of the processors to other guests of the machine is not meaningful and is repeated.
STOLEN_MAX = 0.05
ATTEMPTS = 4
PAUSE_SECONDS = 2
FAULTS = ("gaps", "duplicates", "misordered", "errors")


class RunFailed(RuntimeError):
    """One run could not be measured. The other runs continue."""


class Runner:
    def __init__(self, place, generator, say):
        self.place = place
        self.generator = generator
        self.say = say
        self.databases = history.Databases(self)

    def measure(self, workloads, repeats):
        """Returns {key of the workload: {name of the entrant: [result of each repeat]}}."""
        results = {workload.key: {entrant.name: [] for entrant in workload.entrants} for workload in workloads}
        try:
            for repeat in range(repeats):
                # Every second repeat runs in reverse, so that no run always suffers from the same predecessor.
                step = 1 if repeat % 2 == 0 else -1
                for number, workload in enumerate(workloads[::step]):
                    for entrant in workload.entrants[::step]:
                        self.say(f"repeat {repeat + 1}/{repeats}, {number + 1}/{len(workloads)}: {workload.key}: "
                                 f"{entrant.name}")
                        result = self._run_undisturbed(workload, entrant, results[workload.key])
                        results[workload.key][entrant.name].append(result)
        finally:
            self.databases.remove()
        return results

    def _run_undisturbed(self, workload, entrant, earlier):
        """Returns the least disturbed of a few attempts, or the first one with a fault, so that no fault is hidden."""
        attempts = []
        while True:
            stolen = machine.Stolen()
            result = self._run(workload, entrant, earlier)
            attempts.append(result | {"stolen": stolen.share()})
            if fault := describe_faults(result):
                self.say(f"  {fault}")
                return attempts[-1]
            best = min(attempts, key=lambda attempt: attempt["stolen"])
            if best["stolen"] <= STOLEN_MAX or len(attempts) == ATTEMPTS:
                return best
            self.say(f"  {attempts[-1]['stolen']:.0%} of the processors' time went to other guests of the machine: "
                     "repeating")
            time.sleep(PAUSE_SECONDS)

    def _run(self, workload, entrant, earlier):
        sync = machine.sync_time(self.place.data)
        cores = machine.cores(workload.shared_cores)
        place = dataclasses.replace(self.place, core_list=cores.server)
        try:
            if workload.command == "history":
                result = history.measure(self.databases, place, cores, entrant.options)
            elif workload.command == "inbox":
                result = inbox.measure(place, cores, entrant.options)
            else:
                result = self._run_generator(workload, entrant, place, cores, earlier)
        except Exception as error:  # pylint: disable=broad-except  # one failure must not end a long run
            if not isinstance(error, (RuntimeError, OSError, subprocess.SubprocessError)):
                traceback.print_exc()
            result = {"failed": str(error) or type(error).__name__}
        return result | {"sync_us": sync.median_us, "sync_p99_us": sync.p99_us}

    def _run_generator(self, workload, entrant, place, cores, earlier):
        options = workload.options | entrant.options
        for name, value in options.items():
            if isinstance(value, FrameBytesOf):
                options[name] = frame_bytes_of(earlier[value.entrant])
        with KINDS[entrant.server](place, entrant.settings) as server:
            resident_at_start = machine.resident_bytes(server.process_id)
            options |= server.prepare(workload.command, options)
            result = self.generate(workload.command, server, options, workload.pace, cores)
            if workload.command == "connect":
                result["resumed_share"] = result["resumed"] / max(result["checks"]["answered"], 1)
            if workload.command == "presence":
                result["frames_per_member"] = result["checks"]["delivered"] / options["connections"]
            if "rss_after" in result:
                # Measured before the permissions were granted, because their memory belongs to the connections.
                result["rss_before"] = resident_at_start
                result["bytes_per_connection"] = (result["rss_after"] - resident_at_start) / options["connections"]
            if server.has_ended():
                raise RunFailed(f"{server.name} ended with {server.process.returncode}:\n{server.log_tail()}")
            if isinstance(server, Notifyd):
                result["checkpointed"] = server.has_checkpointed()
        return result

    def generate(self, command, server, options, pace, cores, patience_seconds=PATIENCE_SECONDS):
        """Returns the JSON object of the generator, which includes failed checks."""
        options = options | {
            "port": server.port, "server-process": server.process_id, "warm-up-ms": pace.warm_up_ms,
            "rounds": pace.rounds, "round-ms": pace.round_ms}
        line = [self.generator, command, *(text for name, value in options.items() for text in (f"--{name}", value))]
        seconds = (pace.warm_up_ms + pace.rounds * pace.round_ms) / 1000 + patience_seconds
        try:
            done = subprocess.run(machine.pinned(cores.generator, line), stdin=subprocess.DEVNULL, capture_output=True,
                                  text=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise RunFailed(f"the generator did not end within {seconds:.0f} s") from None
        if not done.stdout:
            reason = done.stderr.strip().partition("\n")[0]
            raise RunFailed(f"the generator ended with {done.returncode}: {reason}")
        return json.loads(done.stdout)


def frame_bytes_of(results):
    measured = [result["frame_bytes"] for result in results if result.get("frame_bytes")]
    if not measured:
        raise RunFailed("the entrant whose frame size is needed has not run")
    return round(measured[-1])


def describe_faults(result):
    """A short description of the faults of a result; empty if there are none."""
    if "failed" in result:
        return f"failed: {result['failed']}"
    checks = result.get("checks", {})
    names = {"gaps": "lost", "duplicates": "twice or unknown"}
    found = [f"{names.get(name, name)} {checks[name]:,}" for name in FAULTS if checks.get(name)]
    return ", ".join(found) + (f" ({checks['first_error']})" if checks.get("first_error") else "")
