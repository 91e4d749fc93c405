"""`ws` and socket.io on Node.js, with the two small servers in bench/peers."""

import json

from .process import FILES, Server, first_line_of, program


class NodeServer(Server):
    package = ""
    script = ""

    @classmethod
    def missing(cls, place):
        if not program("node"):
            return "nodejs, npm"
        return "" if (FILES / "node_modules" / cls.package).is_dir() else f"npm package {cls.package}"

    @classmethod
    def version(cls, place):
        package = json.loads((FILES / "node_modules" / cls.package / "package.json").read_text())
        return f"{package['version']}, Node.js {first_line_of(program('node'), '--version')}"

    def start(self):
        self.spawn([program("node"), FILES / self.script, self.port])
        self.wait_until(self.accepts_connections)


class Ws(NodeServer):
    name = "ws"
    title = "ws"
    package = "ws"
    script = "ws_server.js"


class SocketIo(NodeServer):
    name = "socket.io"
    title = "socket.io"
    package = "socket.io"
    script = "socketio_server.js"
