"""The raw server of bench/peers, which is limited only by the kernel's `send`."""

from .process import Server


class Raw(Server):
    name = "raw"
    title = "raw server"

    @classmethod
    def missing(cls, place):
        return "" if place.raw.exists() else "the program notifyd_bench_raw in the folder of the generator"

    @classmethod
    def version(cls, place):
        return "of this tree"

    def start(self):
        self.spawn([self.place.raw, self.port])
        self.wait_until(self.accepts_connections)
