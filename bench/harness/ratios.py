"""The one place where a figure is divided by another."""

import dataclasses
import statistics

from .runner import describe_faults


# What a whole core of the server would do, where the generator is what limits.
PER_SERVER_CORE = {"connects_per_server_core": "connects_per_second"}


def figures(result, field):
    """A field of all rounds of a result; or of the result itself, where it is said once."""
    if "failed" in result:
        return []
    if field in PER_SERVER_CORE:
        return [entry[PER_SERVER_CORE[field]] / entry["server_cpu"] for entry in result.get("rounds", [])
                if entry.get("server_cpu")]
    values = [entry[field] for entry in result.get("rounds", []) if field in entry]
    return values or ([result[field]] if field in result else [])


@dataclasses.dataclass(frozen=True)
class Outcome:
    """A ratio of each repeat, each from what ran next to each other."""
    values: tuple
    remark: str = ""  # what is wrong with one of the two

    @property
    def median(self):
        return statistics.median(self.values)


def outcome(ratio, runs):
    """`runs` is {entrant: [result of each repeat]} of one workload; None when nothing can be compared."""
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
    """The first fault of several results, shortened to what a table holds."""
    faults = [faults for result in results if (faults := describe_faults(result))]
    return faults[0].partition(" (")[0].partition(":")[0] if faults else ""
