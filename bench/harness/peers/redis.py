"""redis-server, configured to sync every write before it answers."""

from .process import Server, debian_version, program


class Redis(Server):
    name = "redis"
    title = "redis-server"

    @classmethod
    def missing(cls, place):
        return "" if program("redis-server") else "redis-server"

    @classmethod
    def version(cls, place):
        return debian_version("redis-server")

    def start(self):
        self.spawn([program("redis-server"), self.write_config("redis.conf")])
        self.wait_until(self.accepts_connections)
