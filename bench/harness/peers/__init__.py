"""The servers that are measured, by name. A new server needs a class here and an entrant in workloads.py."""

from .mosquitto import Mosquitto
from .nats import Nats
from .nchan import Nchan
from .node import SocketIo, Ws
from .notifyd import Notifyd
from .process import Place
from .raw import Raw
from .redis import Redis

KINDS = {kind.name: kind for kind in (Notifyd, Raw, Nats, Nchan, Mosquitto, Ws, SocketIo, Redis)}
PEERS = tuple(name for name in KINDS if name != Notifyd.name)

__all__ = ["KINDS", "PEERS", "Notifyd", "Place"]
