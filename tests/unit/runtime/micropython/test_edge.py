"""The MicroPython edge with the same scripted node."""

from doubles.micropython import run

SCRIPT = """
from doubles.scripted_node import Order, ScriptedNode
from ezvpn.runtime.micropython.edge import Edge
from ezvpn.runtime.options import Options
edge = Edge(Options(state_dir=%r), "ezvpn")
node = ScriptedNode()
node.orders.append(Order("store", 4, "startup-config", b"hostname x\\n"))
to = (0, b"\\x7f\\0\\0\\1", edge.sockets.ports[1])
node.answers["apply"] = lambda node: node.datagrams.append((b"datagram", to))
node.answers["receive"] = lambda node: edge.shutdown()
edge.begin(node, None, None)
edge.apply("config")
edge.loop.at(edge.loop.now() + 3000, edge.loop.stop)
edge.run()
edge.close()
doors = node.doors()
print(doors[0], doors[-1])
print([call[1] for call in node.calls if call[0] == "receive"])
print([call[1:3] for call in node.calls if call[0] == "stored"], edge.files.startup_config())
print(len(edge.boot_id()), "no TUN device" in edge.lacks_tun())
"""


def test_orders_and_doors(tmp_path):
    lines = run(SCRIPT % str(tmp_path)).splitlines()
    assert lines == [
        "clock close",
        "[b'datagram']",
        "[(4, True)] b'hostname x\\n'",
        "16 True",
    ]
    assert not (tmp_path / "console.sock").exists()
    assert not (tmp_path / "lock").exists()


SMALL_HEAP = """
import gc
from doubles.scripted_node import ScriptedNode
from ezvpn.runtime.micropython.edge import Edge
from ezvpn.runtime.options import Options
edge = Edge(Options(state_dir=%r), "ezvpn")
node = ScriptedNode()
to = (0, b"\\x7f\\0\\0\\1", edge.sockets.ports[1])
node.answers["apply"] = lambda node: node.datagrams.append((bytes(1400), to))
node.answers["receive"] = lambda node: edge.shutdown()
edge.begin(node, None, None)
holes = []
try:
    while True:
        holes.append(bytearray(6000))
except MemoryError:
    pass
for i in range(0, len(holes), 2):
    holes[i] = None  # a heap in pieces: half of it free, and no hole longer than 6000
gc.collect()
edge.apply("config")
edge.loop.at(edge.loop.now() + 3000, edge.loop.stop)
edge.run()
edge.close()
print([len(call[1]) for call in node.calls if call[0] == "receive"], edge.loop.faults)
"""


def test_a_datagram_needs_no_long_piece_of_heap(tmp_path):
    assert run(SMALL_HEAP % str(tmp_path)).splitlines() == ["[1400] 0"]
