"""What is printed and kept: ratios first, then the figures they come from."""

import statistics

from . import ratios, table
from .runner import describe_faults

INTRODUCTION = """\
Each cell is the median and [lowest–highest]. A ratio is taken within one repeat, where both ran next to each other,
and the spread is that of the repeats; ✗ marks a median that misses the goal in the heading."""


def grouped(works):
    """[(group, its works)] in the order of the works."""
    groups = {}
    for work in works:
        groups.setdefault(work.group.title, (work.group, []))[1].append(work)
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


def report(all_facts, works, results):
    """`all_facts` has one entry for each run of this command that the results come from."""
    parts = ["\n\n".join(map(head, all_facts)), INTRODUCTION]
    groups = grouped(works)
    if any(work.ratios for work in works):
        parts.append("## Ratios")
        for group, members in groups:
            text = table.ratio_table(members, results)
            if text:
                parts += [f"### {group.title}", group.note, text]
        parts += [goals(works, results), checkpoints(works, results)]
    parts.append("## Figures")
    for group, members in groups:
        parts += [f"### {group.title}", table.figure_table(members, results)]
    parts.append(fault_list(works, results))
    return "\n\n".join(part for part in parts if part) + "\n"


def faults(works, results):
    """[(work, entrant, what went wrong)] of all runs."""
    return [(work, entrant, fault) for work in works for entrant in work.entrants
            for result in results[work.key].get(entrant.name, []) if (fault := describe_faults(result))]


def fault_list(works, results):
    lines = [f"- {work.key}: {entrant.name}: {fault}" for work, entrant, fault in faults(works, results)]
    return "\n".join(["## Faults", "", *lines]) if lines else ""


def goals(works, results):
    missed, reached, unmeasured = [], 0, []
    for work in works:
        for ratio in work.ratios:
            if ratio.at_least is None and ratio.at_most is None:
                continue
            found = ratios.outcome(ratio, results[work.key])
            if found is None:
                unmeasured.append(f"- {work.key}: {ratio.title}")
            elif ratio.is_reached(found.median):
                reached += 1
            else:
                missed.append(f"- {work.key}: {ratio.title}: {table.spread(found.values)}")
    parts = []
    if missed:
        parts.append("\n".join([f"{reached} of {reached + len(missed)} goals are reached. Not these:", "", *missed]))
    elif reached:
        parts.append(f"All {reached} goals are reached.")
    if unmeasured:
        parts.append("\n".join(["Not measured:", "", *unmeasured]))
    return "\n\n".join(parts)


def checkpoints(works, results):
    """What the tail of fifo's latency is where checkpoints ran."""
    lines = []
    for work in works:
        tails = {field: next((ratio for ratio in work.ratios if ratio.syncs and ratio.field == field), None)
                 for field in ("p99_us", "p999_us")}
        runs = results[work.key]
        found = {field: ratios.outcome(ratio, runs) for field, ratio in tails.items() if ratio}
        if not found or None in found.values():
            continue
        with_one = sum(1 for run in runs["fifo"] if run.get("checkpointed"))
        syncs = [value for run in runs["fifo"] for value in ratios.figures(run, "sync_us")]
        lines.append(f"- {work.label}: {with_one} of {len(runs['fifo'])} fifo runs had a checkpoint in them. Their p99 "
                     f"is {table.spread(found['p99_us'].values)} × that of standard and two syncs, their p99.9 "
                     f"{table.spread(found['p999_us'].values)} ×. "
                     f"A sync took {statistics.median(syncs) / 1000:.2f} ms.")
    return "\n".join(["Checkpoints in the latency of fifo:", "", *lines]) if lines else ""
