"""Calculates ratios: the only place where one figure is divided by another."""

import dataclasses
import statistics

from .runner import describe_faults


# Figures that are extrapolated to a whole core of the server, for when the generator is the bottleneck.
PER_SERVER_CORE = {"connects_per_server_core": "connects_per_second"}


def figures(result, field):
    """The values of a field in all rounds of a result, or in the result itself if the rounds do not have it."""
    if "failed" in result:
        return []
    if field in PER_SERVER_CORE:
        return [entry[PER_SERVER_CORE[field]] / entry["server_cpu"] for entry in result.get("rounds", [])
                if entry.get("server_cpu")]
    values = [entry[field] for entry in result.get("rounds", []) if field in entry]
    return values or ([result[field]] if field in result else [])


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The ratio of each repeat, between two runs that followed one another closely."""
    values: tuple
    remark: str = ""  # the fault of one of the two entrants, if any

    @property
    def median(self):
        return statistics.median(self.values)


def outcome(ratio, runs):
    """`runs` is {entrant: [result of each repeat]} of one workload. Returns None if nothing can be compared."""
    values = []
    for repeat, over_result in enumerate(runs.get(ratio.over, [])):
        over = figures(over_result, ratio.field)
        under = denominators(ratio, runs, repeat, over_result)
        if over and under and statistics.median(under) > 0:
            values.append(statistics.median(over) / statistics.median(under))
    remark = next((f"{name} {faults}" for name in (ratio.over, ratio.under)
                   if (faults := faults_of(runs.get(name, [])))), "")
    return Outcome(tuple(values), remark) if values else None


def denominators(ratio, runs, repeat, over_result):
    if isinstance(ratio.under, float):
        return [ratio.under]
    results = runs.get(ratio.under, [])
    if repeat >= len(results):
        return []
    allowance = ratio.syncs * over_result.get("sync_us", 0)
    return [value + allowance for value in figures(results[repeat], ratio.field)]


def faults_of(results):
    """The first fault of several results, shortened for a table."""
    faults = [faults for result in results if (faults := describe_faults(result))]
    return faults[0].partition(" (")[0].partition(":")[0] if faults else ""
