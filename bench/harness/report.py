"""The report that is printed and saved: first the ratios, then the figures they are calculated from."""

import statistics

from . import ratios, table
from .runner import describe_faults

INTRODUCTION = """\
Each cell is the median and [lowest–highest]. A ratio is taken within one repeat, in which both ran one after the
other, and the spread is that of the repeats. ✗ marks a median that misses the goal in the heading."""


def grouped(workloads):
    """[(group, its workloads)] in the order of the workloads."""
    groups = {}
    for workload in workloads:
        groups.setdefault(workload.group.title, (workload.group, []))[1].append(workload)
    return list(groups.values())


def head(facts):
    lines = [
        f"{facts['machine']}; {facts['cores']}; {facts['file_system']}, append + fdatasync {facts['sync']}; "
        f"{facts['date']}.",
        f"Repeats: {facts['repeats']}; {facts['counted']:,} deliveries and answers checked."]
    if "stolen" in facts:
        lines[1] += f" Other guests of the machine took {facts['stolen']}."
    versions = "; ".join(f"{name} {version}" for name, version in facts["versions"].items())
    return "\n".join([*lines, f"Versions: {versions}.", *facts["skipped"]])


def report(all_facts, workloads, results):
    """`all_facts` has one entry for each run of bench/run that contributed results."""
    parts = ["\n\n".join(map(head, all_facts)), INTRODUCTION]
    groups = grouped(workloads)
    if any(workload.ratios for workload in workloads):
        parts.append("## Ratios")
        for group, members in groups:
            text = table.ratio_table(members, results)
            if text:
                parts += [f"### {group.title}", group.note, text]
        parts += [goals(workloads, results), checkpoints(workloads, results)]
    parts.append("## Figures")
    for group, members in groups:
        parts += [f"### {group.title}", table.figure_table(members, results)]
    parts.append(fault_list(workloads, results))
    return "\n\n".join(part for part in parts if part) + "\n"


def faults(workloads, results):
    """[(workload, entrant, description)] of the faults of all runs."""
    return [(workload, entrant, fault) for workload in workloads for entrant in workload.entrants
            for result in results[workload.key].get(entrant.name, []) if (fault := describe_faults(result))]


def fault_list(workloads, results):
    lines = [f"- {workload.key}: {entrant.name}: {fault}" for workload, entrant, fault in faults(workloads, results)]
    return "\n".join(["## Faults", "", *lines]) if lines else ""


def goals(workloads, results):
    missed, reached, unmeasured = [], 0, []
    for workload in workloads:
        for ratio in workload.ratios:
            if ratio.at_least is None and ratio.at_most is None:
                continue
            found = ratios.outcome(ratio, results[workload.key])
            if found is None:
                unmeasured.append(f"- {workload.key}: {ratio.title}")
            elif ratio.is_reached(found.median):
                reached += 1
            else:
                missed.append(f"- {workload.key}: {ratio.title}: {table.spread(found.values)}")
    parts = []
    if missed:
        parts.append("\n".join([f"{reached} of {reached + len(missed)} goals are reached. Not these:", "", *missed]))
    elif reached:
        parts.append(f"All {reached} goals are reached.")
    if unmeasured:
        parts.append("\n".join(["Not measured:", "", *unmeasured]))
    return "\n\n".join(parts)


def checkpoints(workloads, results):
    """The tail of fifo's latency in runs with checkpoints."""
    lines = []
    for workload in workloads:
        tails = {field: next((ratio for ratio in workload.ratios if ratio.syncs and ratio.field == field), None)
                 for field in ("p99_us", "p999_us")}
        runs = results[workload.key]
        found = {field: ratios.outcome(ratio, runs) for field, ratio in tails.items() if ratio}
        if not found or None in found.values():
            continue
        with_one = sum(1 for run in runs["fifo"] if run.get("checkpointed"))
        syncs = [value for run in runs["fifo"] for value in ratios.figures(run, "sync_us")]
        lines.append(f"- {workload.label}: {with_one} of {len(runs['fifo'])} fifo runs had a checkpoint in them. Their "
                     f"p99 is {table.spread(found['p99_us'].values)} × that of standard and two syncs, their p99.9 "
                     f"{table.spread(found['p999_us'].values)} ×. "
                     f"A sync took {statistics.median(syncs) / 1000:.2f} ms.")
    return "\n".join(["Checkpoints in the latency of fifo:", "", *lines]) if lines else ""
