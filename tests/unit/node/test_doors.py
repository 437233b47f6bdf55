"""Every door in every order with any argument: nothing raises, nothing grows without bound, no secret gets out."""

from doubles.device import CLIENT, GATEWAY, SECOND, SIX_LINES, World, gateway
from hypothesis import given as each
from hypothesis import settings as options
from hypothesis import strategies as st

from ezvpn.dataplane.port import Edge, KernelError

EDGES = (Edge.FIRST_OUT, Edge.FIRST_IN, Edge.UNKNOWN_SPI, Edge.VOLUME, Edge.ICMP, Edge.DEVICE)
MQTT = "mqtt\n broker mqtt://203.0.113.9\n client-id dev\n password broker-secret\n".replace(
    " password broker-secret\n", ""
)
TEXTS = (
    SIX_LINES,
    SIX_LINES + MQTT,
    "hostname x\nntp server 198.51.100.11\nntp server vpn.example prefer\n",
    SIX_LINES.replace("auto", "manual"),
    SIX_LINES.replace("alice-pass", "wrong-pass"),
    SIX_LINES + " peer 198.51.100.12\n peer vpn.example\n",
    SIX_LINES + SIX_LINES.replace("office", "second"),
    SIX_LINES + "interface eth0\n crypto ipsec client ezvpn office outside\n",
)
LINES = (
    b"enable\r",
    b"show crypto ipsec sa\r",
    b"clear crypto ipsec client ezvpn\r",
    b"conf t\r",
    b"\x03",
    b"exit\r",
    b"?",
)
PROBES = (
    "ping 198.51.100.11",
    "ping vpn.example repeat 3 timeout 1",
    "traceroute 198.51.100.11",
    "test crypto self-test",
    "clear counters",
    "clock set 1:02 3 april 2030",
    "show tech-support",
    "reload",
)
STEP = st.tuples(st.integers(0, 21), st.integers(0, 7), st.binary(max_size=40))


@each(st.lists(STEP, max_size=40))
@options(max_examples=60, deadline=None)
def test_any_order_of_doors(steps):
    w = World(gateway())
    node = w.node
    w.configure(SIX_LINES)
    for door, which, data in steps:
        if door == 0:
            w.configure(TEXTS[which])
        elif door == 1:
            w.call(
                w.device, node.link, ("eth0", "eth1")[which % 2], which < 5, (CLIENT, None, SECOND)[which % 3], w.now
            )
        elif door == 2:
            w.call(w.device, node.resolved, which, [GATEWAY] * (which % 3), w.now)
        elif door == 3:
            for spi in [child.spi_in for status in node.tunnels(w.now) for child in status.children] + [which]:
                w.device.plane.tell(EDGES[which % 6], spi, GATEWAY)
            w.call(w.device, node.plane_edges, w.now)
        elif door == 4:
            w.call(w.device, node.clock, which * 10**12, which % 2 == 0, w.now)
        elif door == 5:
            w.call(w.device, node.mqtt, ("up", "down", "refused", "message")[which % 4], w.now, "t", data)
        elif door == 6:
            w.call(w.device, node.console_open, which, 80, w.now)
        elif door == 7:
            w.call(w.device, node.console, which % 4, LINES[which % 7] + data, w.now)
        elif door == 8:
            w.call(w.device, node.console_close, which, w.now)
        elif door == 9:
            w.call(w.device, node.execute, 9, "show crypto isakmp sa", w.now)
        elif door == 10:
            w.call(w.device, node.stored, which, which % 2 == 0, w.now)
        elif door == 11:
            w.device.plane.refuse = KernelError(1, "refused") if which % 2 else None
        elif door == 12:
            w.call(w.device, node.receive, data, w.now, (which % 2, GATEWAY, 500))
        elif door == 13:
            w.device.names["vpn.example"] = [SECOND][: which % 2]
        elif door == 15:
            w.call(w.device, node.unreachable, (GATEWAY, SECOND)[which % 2], w.now)
        elif door == 16:
            w.call(w.device, node.ntp, GATEWAY, data, w.now)
        elif door == 17:
            w.call(w.device, node.icmp, which, GATEWAY, data, w.now)
        elif door == 18:
            w.call(w.device, node.icmp_failed, which, "refused", w.now)
        elif door == 19:
            w.call(w.device, node.execute, 10 + which, PROBES[which], w.now)
        elif door == 14 and which == 7:
            w.call(w.device, node.close, w.now)
        else:
            w.wait((1, 20, 100, 1000, 5000, 20000, 61000, 3600000)[which])
    shown = repr(w.device.orders)
    for secret in ("group-secret", "alice-pass", "wrong-pass"):
        assert secret not in shown
    assert len(node._lookups) <= 32
    w.wait(10000)
    w.call(w.device, node.close, w.now)
    assert w.device.plane.attached == {}
