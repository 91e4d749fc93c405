"""Results as aligned markdown."""

import statistics


def scaled(values, suffix=True):
    """One unit for all values, chosen by the median: ["2.31", …] and " M"."""
    median = statistics.median(values)
    for limit, unit in ((1e6, "M"), (1e3, "k")):
        if median >= limit:
            digits = max(0, 2 - len(str(int(median / limit))) + 1)
            return [f"{value / limit:.{digits}f}" for value in values], f" {unit}" if suffix else ""
    return [f"{value:.0f}" for value in values], ""


def rate(values):
    (middle, low, high), unit = scaled([statistics.median(values), min(values), max(values)])
    return f"{middle}{unit} [{low}–{high}]"


def milliseconds(values):
    median, low, high = (value / 1000 for value in (statistics.median(values), min(values), max(values)))
    digits = 2 if median < 10 else 0
    return f"{median:.{digits}f} [{low:.{digits}f}–{high:.{digits}f}]"


def share(values):
    return f"{statistics.median(values):.0%}"


def render(header, rows):
    """The first column to the left, the others to the right."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(row):
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        return f"| {' | '.join(cells)} |"

    rule = [":" + "-" * (widths[0] - 1)] + ["-" * (width - 1) + ":" for width in widths[1:]]
    return "\n".join([line(header), line(rule), *map(line, rows)])


def tables(results):
    """`results` is a list of (work, rounds, frame_bytes)."""
    parts = []
    for kind, first in (("fanout", "fan-out"), ("publish", "durable publish")):
        deliveries = kind == "fanout"
        header = [first, "in flight", "type", *(["deliveries/s"] if deliveries else []), "publishes/s", "p50 ms",
                  "p99 ms", "cpu server / generator", "bytes received" if deliveries else "bytes answered"]
        rows = []
        for work, rounds, frame_bytes in results:
            if work.table != kind:
                continue
            if not rounds:
                rows.append([work.label, str(work.window), work.type, "failed", *[""] * (len(header) - 4)])
                continue

            def column(name):
                return [entry[name] for entry in rounds]

            rows.append([
                work.label, str(work.window), work.type,
                *([rate(column("deliveries_per_second"))] if deliveries else []),
                rate(column("publishes_per_second")), milliseconds(column("p50_us")), milliseconds(column("p99_us")),
                f"{share(column('server_cpu'))} / {share(column('generator_cpu'))}", f"{frame_bytes:.0f}"])
        if rows:
            parts.append(render(header, rows))
    return "\n\n".join(parts)
