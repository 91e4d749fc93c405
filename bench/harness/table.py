"""Formats results as aligned Markdown tables."""

import statistics

from . import ratios

UNITS = {  # unit: divisor
    "ms": 1000,
    "KiB": 1024,
    "MiB": 2**20,
}


def digits_for(value):
    """The number of decimals, for about three significant digits."""
    return 3 if value < 0.1 else 2 if value < 10 else 1 if value < 100 else 0


def spread(values, divisor=1, unit=""):
    """`2.31 M [2.2–2.5]`: the median and the extremes."""
    middle, low, high = (value / divisor for value in (statistics.median(values), min(values), max(values)))
    digits = digits_for(abs(middle))
    return f"{middle:.{digits}f}{unit}" + (f" [{low:.{digits}f}–{high:.{digits}f}]" if len(values) > 1 else "")


def cell(values, unit):
    if not values:
        return ""
    if unit == "share":
        return f"{statistics.median(values):.0%}"
    if unit in ("bytes", "count"):
        return f"{statistics.median(values):,.0f}"
    if unit == "rate":
        middle = statistics.median(values)
        divisor, name = (1e6, " M") if middle >= 1e6 else (1e3, " k") if middle >= 1e3 else (1, "")
        return spread(values, divisor, name)
    return spread(values, UNITS[unit])


def render(header, rows, left=1):
    """The first `left` columns are left-aligned, the others right-aligned."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(row):
        cells = [text.ljust(width) if column < left else text.rjust(width)
                 for column, (text, width) in enumerate(zip(row, widths))]
        return f"| {' | '.join(cells)} |"

    rule = [":" + "-" * (width - 1) if column < left else "-" * (width - 1) + ":"
            for column, width in enumerate(widths)]
    return "\n".join([line(header), line(rule), *map(line, rows)])


def ratio_cell(ratio, runs):
    found = ratios.outcome(ratio, runs)
    if found is None:
        faults = ratios.faults_of(runs.get(ratio.under, [])) or ratios.faults_of(runs.get(ratio.over, []))
        return faults or "–"
    text = spread(found.values) + ("" if ratio.is_reached(found.median) else " ✗")
    return text + (f" ({found.remark})" if found.remark else "")


def ratio_table(workloads, results):
    """One row per workload, one column per ratio; empty if the workloads have no ratios."""
    titles = list(dict.fromkeys(ratio.title for workload in workloads for ratio in workload.ratios))
    if not titles:
        return ""
    rows = []
    for workload in workloads:
        cells = {ratio.title: ratio_cell(ratio, results[workload.key]) for ratio in workload.ratios}
        rows.append([workload.label, *(cells.get(title, "") for title in titles)])
    return render(["", *titles], rows)


def figure_table(workloads, results):
    """One row per entrant of each workload, one column per figure."""
    columns = workloads[0].group.figures
    rows = []
    for workload in workloads:
        for position, entrant in enumerate(workload.entrants):
            runs = results[workload.key].get(entrant.name, [])
            cells = [cell([value for run in runs for value in ratios.figures(run, figure.field)], figure.unit)
                     for figure in columns]
            rows.append([workload.label if position == 0 else "", entrant.name, *cells, ratios.faults_of(runs)])
    header = ["", "", *(figure.header for figure in columns), ""]
    if not any(row[-1] for row in rows):
        header, rows = header[:-1], [row[:-1] for row in rows]
    return render(header, rows, left=2)
