"""What a workload is: who runs it, how, what is read off, and which ratios say how it went."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Pace:
    """How long one run of a workload takes."""
    warm_up_ms: int = 300
    rounds: int = 2
    round_ms: int = 600


@dataclasses.dataclass(frozen=True)
class Entrant:
    """One server in one configuration, driven in one way."""
    name: str                # in the tables
    server: str              # a name in peers.KINDS
    settings: dict = dataclasses.field(default_factory=dict)  # of the server
    options: dict = dataclasses.field(default_factory=dict)   # of the generator, besides the workload's


@dataclasses.dataclass(frozen=True)
class FrameBytesOf:
    """In place of an option's value: as many bytes as a message of another entrant has on the wire."""
    entrant: str


@dataclasses.dataclass(frozen=True)
class Figure:
    """One number of a run."""
    field: str  # as the generator names it
    header: str
    unit: str   # rate, ms, share, bytes, KiB, count


@dataclasses.dataclass(frozen=True)
class Ratio:
    """An entrant's figure ÷ another's, or ÷ a constant. `syncs` are added to the denominator."""
    over: str
    under: str | float
    field: str
    at_least: float | None = None
    at_most: float | None = None
    syncs: int = 0
    name: str = ""  # in the tables, where "over ÷ under" does not say it

    @property
    def title(self):
        goal = f" (≥ {self.at_least:g})" if self.at_least is not None else \
            f" (≤ {self.at_most:g})" if self.at_most is not None else ""
        return (self.name or f"{self.over} ÷ {self.under}") + goal

    def is_reached(self, value):
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)


@dataclasses.dataclass(frozen=True)
class Group:
    """Workloads that stand in one table."""
    title: str
    note: str
    figures: tuple


@dataclasses.dataclass(frozen=True)
class Workload:
    group: Group
    label: str
    command: str  # the generator's name for it, or "history", which the harness does itself
    entrants: tuple
    ratios: tuple = ()
    options: dict = dataclasses.field(default_factory=dict)  # of the generator
    pace: Pace = Pace()
    shared_cores: bool = False

    @property
    def key(self):
        return f"{self.group.title}: {self.label}"

    def among(self, servers):
        """The workload without entrants whose server is not there, and without their ratios; None if nobody is left."""
        entrants = tuple(entrant for entrant in self.entrants if entrant.server in servers)
        names = {entrant.name for entrant in entrants}
        ratios = tuple(ratio for ratio in self.ratios
                       if ratio.over in names and (ratio.under in names or isinstance(ratio.under, float)))
        return dataclasses.replace(self, entrants=entrants, ratios=ratios) if entrants else None
