"""A recorded device on the virtual wire: a real data plane over a kernel in memory, a state directory in memory."""

from __future__ import annotations

from doubles.device import GATEWAY, SECOND, SIX_LINES, World, gateway
from doubles.link import Side
from doubles.plane_kernel import FakeKernel
from doubles.replay import Chance

from ezvpn.crypto.choose import best
from ezvpn.crypto.port import Crypto
from ezvpn.dataplane.tun import TunPlane
from ezvpn.flight.recorder import Keys, Recorder
from ezvpn.flight.replay import Replay, Secrets, Step, runs
from ezvpn.flight.ring import Ring
from ezvpn.flight.tape import Reader
from ezvpn.ike.params import ModeConfig  # noqa: F401
from ezvpn.node.facts import Facts
from ezvpn.node.node import Node

CLIENT = bytes([192, 0, 2, 10])
FACTS = Facts("Edge 1", "0.1.0", "test", "unix", "S1", "boot-1")
TWO_PEERS = SIX_LINES.replace(" peer 198.51.100.11\n", " peer 198.51.100.11\n peer 198.51.100.12\n")

__all__ = ["CLIENT", "GATEWAY", "SECOND", "SIX_LINES", "TWO_PEERS", "gateway"]


class Files:
    """A state directory. refuse: nothing can be written."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.writes = 0
        self.refuse = False

    def read(self, name: str, count: int = -1) -> bytes | None:
        data = self.content.get(name)
        return data if data is None or count < 0 else data[:count]

    def write(self, name: str, data: bytes) -> bool:
        self.writes += 1
        if not self.refuse:
            self.content[name] = bytes(data)
        return not self.refuse

    begin = write

    def append(self, name: str, data: bytes) -> bool:
        return self.write(name, self.content.get(name, b"") + data)


class RecordedDevice(Side):
    """Answers `resolve` from `names` and `store` at once; `keys` is the content of the file of keys."""

    def __init__(self, crypto: Crypto | None = None, files: Files | None = None, segment_bytes: int = 65536) -> None:
        self.files = files or Files()
        self.keys = bytearray()
        self.recorder = Recorder(Ring(self.files, segment_bytes), "/state", Keys(lambda data: self.keys.extend(data)))
        made = self.recorder.crypto(crypto or best(Chance(1)))
        self.kernel = FakeKernel()
        self.plane = TunPlane(self.recorder.kernel(self.kernel), made)
        self.node = Node(made, self.recorder.entropy(Chance(2)), self.plane, FACTS)
        self.orders: list[tuple[object, ...]] = []
        self.names: dict[str, list[bytes]] = {}
        recorded = self.recorder.begin(self.node, (True, 64, "ezvpn%d", None), b"", 2**30 - 5000)
        super().__init__(recorded, CLIENT, self._order)

    def _order(self, order: object) -> None:
        self.orders.append((order.name, *order.args))
        if order.name == "resolve":
            id, host = order.args
            self.answers.append(lambda now: self.core.resolved(id, self.names.get(host, []), now))
        elif order.name == "store":
            id, name, data = order.args
            done = self.files.write(name, data)
            self.answers.append(lambda now: self.core.stored(id, done, now))

    def log(self) -> list[str]:
        return [record.text() for record in self.node.log.after(0)[1]]

    def trace(self) -> bytes:
        return self.recorder.ring.whole()


class RecordedWorld(World):
    """Doors go through the recorder."""

    def __init__(self, *gateways: Side, device: RecordedDevice | None = None) -> None:
        super().__init__(*gateways, device=device or RecordedDevice())

    def door(self, name: str, *args: object) -> object:
        return self.call(self.device, getattr(self.device.core, name), *args, self.now)

    def configure(self, text: str) -> list[str]:
        from ezvpn.config.text import parse

        result = parse(text)
        assert not result.errors, result.errors
        return self.door("apply", result.config)


def replayed(trace: bytes, keys: bytes | None = None) -> list[Step]:
    """Every step of a trace's first run."""
    reader = Reader(trace)
    cells = reader.cells()
    assert reader.fault is None, reader.fault.why
    replay = Replay(runs(cells)[0], best(), Secrets(keys))
    steps = []
    while (step := replay.step()) is not None:
        steps.append(step)
    return steps
