"""The parts of a workload: its entrants, options, figures and ratios."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Pace:
    """The duration of one run of a workload."""
    warm_up_ms: int = 300
    rounds: int = 2
    round_ms: int = 600


@dataclasses.dataclass(frozen=True)
class Entrant:
    """One server in one configuration, driven in one way."""
    name: str                # in the tables
    server: str              # a name in peers.KINDS
    settings: dict = dataclasses.field(default_factory=dict)  # of the server
    options: dict = dataclasses.field(default_factory=dict)   # of the generator, in addition to the workload's


@dataclasses.dataclass(frozen=True)
class FrameBytesOf:
    """Replaces the value of an option by the size of another entrant's messages on the wire."""
    entrant: str


@dataclasses.dataclass(frozen=True)
class Figure:
    """One measured number of a run."""
    field: str  # its name in the generator's output
    header: str
    unit: str   # rate, ms, share, bytes, KiB, count


@dataclasses.dataclass(frozen=True)
class Ratio:
    """The figure of an entrant divided by that of another or by a constant. The time of `syncs` syncs is added to the
    denominator."""
    over: str
    under: str | float
    field: str
    at_least: float | None = None
    at_most: float | None = None
    syncs: int = 0
    name: str = ""  # in the tables; default: "over ÷ under"

    @property
    def title(self):
        goal = f" (≥ {self.at_least:g})" if self.at_least is not None else \
            f" (≤ {self.at_most:g})" if self.at_most is not None else ""
        return (self.name or f"{self.over} ÷ {self.under}") + goal

    def is_reached(self, value):
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclasses.dataclass(frozen=True)
class Group:
    """The workloads that share a table."""
    title: str
    note: str
    figures: tuple


@dataclasses.dataclass(frozen=True)
class Workload:
    group: Group
    label: str
    command: str  # of the generator, or "history" or "inbox", which the harness measures itself
    entrants: tuple
    ratios: tuple = ()
    options: dict = dataclasses.field(default_factory=dict)  # of the generator
    pace: Pace = Pace()
    shared_cores: bool = False

    @property
    def key(self):
        return f"{self.group.title}: {self.label}"

    def among(self, servers):
        """The workload without the entrants whose server is not in `servers`, and without their ratios; None if no
        entrant is left."""
        entrants = tuple(entrant for entrant in self.entrants if entrant.server in servers)
        names = {entrant.name for entrant in entrants}
        ratios = tuple(ratio for ratio in self.ratios
                       if ratio.over in names and (ratio.under in names or isinstance(ratio.under, float)))
        return dataclasses.replace(self, entrants=entrants, ratios=ratios) if entrants else None
