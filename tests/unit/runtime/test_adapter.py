"""Orders become calls of the parts, and what happens outside becomes doors of the node."""

from doubles.scripted_node import Order, ScriptedNode

from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT
from ezvpn.runtime.adapter import Adapter
from unit.runtime.test_attach import Loop

PEER = b"\xc0\0\2\1"


class Sockets:
    def __init__(self):
        self.sockets = ["ike", "natt"]
        self.waiting = {0: [], 1: []}
        self.sent = []
        self.errors = {"EHOSTUNREACH": 3}
        self.told_by_icmp = {}  # socket -> peers

    def receive_into(self, index, buffer):
        if not self.waiting[index]:
            return None
        data, peer, port = self.waiting[index].pop(0)
        buffer[: len(data)] = data
        return len(data), peer, port

    def unreachable(self, sock):
        return self.told_by_icmp.pop(sock, [])

    def send(self, view, to):
        self.sent.append((bytes(view), to))


class Files:
    def __init__(self):
        self.written = {}

    def write(self, name, data):
        self.written[name] = data
        return name != "full"


class Stream:
    def __init__(self):
        self.out = b""
        self.closed = False
        self.hangs_up = False

    def write(self, data):
        self.out += data

    def close(self):
        self.closed = True


class Resolver:
    refused = 2

    def __init__(self, adapter):
        self.adapter = adapter

    def resolve(self, id, host):
        self.adapter.resolved(id, [PEER])


class Mqtt:
    def __init__(self):
        self.told = []

    def __getattr__(self, name):
        return lambda *args: self.told.append((name, *args))


class Mover:
    def __init__(self):
        self.device = type("Device", (), {"fd": "tun"})()
        self.table = type("Table", (), {"events": []})()
        self.raw = None
        self.source = (PEER, 4500)
        self.ike = [b"\0\0\0\0ike"]
        self.read = 64
        self.idle = False

    def outward(self, now):
        return self.read

    def inward(self, view, now):
        self.idle = not self.ike
        if not self.ike:
            return 0
        data = self.ike.pop(0)
        view[: len(data)] = data
        return len(data)

    def inward_raw(self, now):
        self.table.events.append("edge")


class Bench(Adapter):
    def __init__(self, mover=None, raw=None):
        super().__init__(Loop(), Sockets(), Files(), "ezvpn")
        self.stopped = 0
        self.loop.stop = self.stop
        self.mqtt = Mqtt()
        self.raw = raw
        self.stderr = Stream()
        self.join(ScriptedNode(), Resolver(self), mover, self.stderr)

    def stop(self):
        self.stopped += 1

    def wall_ms(self):
        return 1_800_000_000_000

    def make_mqtt(self):
        return self.mqtt

    def open_raw(self):
        return self.raw

    def order(self, name, *args):
        self.node.orders.append(Order(name, *args))
        self._pump.call(self.node.timeout, self.loop.now())

    def doors(self, name):
        return [call[1:] for call in self.node.calls if call[0] == name]


def test_the_clock_is_told_at_once_and_every_minute():
    bench = Bench()
    assert bench.doors("clock") == [(1_800_000_000_000, True, 1000)]
    bench.loop.pass_time(60_000)
    assert len(bench.doors("clock")) == 2


def test_what_is_lost_out_here_can_be_shown():
    bench = Bench()
    assert bench.node.outside() == [
        ("network EHOSTUNREACH", 3),
        ("network news malformed", 0),
        ("console connections refused", 0),
        ("lookups refused", 2),
        ("doors beyond bound", 0),
        ("internal errors", 0),
    ]


def test_a_deadline_is_armed_anew_with_the_clock():
    # The loops count on a clock that stands still while the machine sleeps; deadlines are boot time.
    bench = Bench()
    bench.node.next_deadline = 500_000
    bench.apply("config")
    first = [timer for timer in bench.loop.timers if timer[0] == 500_000]
    bench.loop.pass_time(60_000)
    second = [timer for timer in bench.loop.timers if timer[0] == 500_000]
    assert len(first) == len(second) == 1
    assert first[0] is not second[0]


def test_a_deadline_becomes_one_timer_and_the_timer_a_timeout():
    bench = Bench()
    bench.node.next_deadline = 5000
    bench.apply("config")
    bench.apply("config")
    assert [ms for ms, _ in bench.loop.timers].count(5000) == 1
    bench.node.next_deadline = None
    bench.loop.pass_time(4000)
    assert bench.doors("timeout") == [(5000,)]
    assert 5000 not in [ms for ms, _ in bench.loop.timers]


def test_datagrams_of_both_sockets_reach_the_node_with_their_source():
    bench = Bench()
    bench.sockets.waiting[SOCKET_IKE] = [(b"one", PEER, 500), (b"two", PEER, 501)]
    bench.sockets.waiting[SOCKET_NATT] = [(b"three", PEER, 4500)]
    bench.loop.watched["ike"][0]()
    bench.loop.watched["natt"][0]()
    assert bench.doors("receive") == [
        (b"one", 1000, (SOCKET_IKE, PEER, 500)),
        (b"two", 1000, (SOCKET_IKE, PEER, 501)),
        (b"three", 1000, (SOCKET_NATT, PEER, 4500)),
    ]


def test_one_turn_takes_sixteen_datagrams():
    bench = Bench()
    bench.sockets.waiting[SOCKET_IKE] = [(b"x", PEER, 500)] * 40
    bench.loop.watched["ike"][0]()
    assert len(bench.doors("receive")) == 16


def test_with_a_tun_device_port_4500_is_read_by_the_mover():
    mover = Mover()
    bench = Bench(mover, raw="raw")
    bench.order("listen_tun", True)
    assert {"tun", "raw"} <= set(bench.loop.watched)
    bench.loop.watched["natt"][0]()
    assert bench.doors("receive") == [(b"\0\0\0\0ike", 1000, (SOCKET_NATT, PEER, 4500))]
    assert bench.doors("plane_edges") == []
    bench.loop.watched["raw"][0]()
    assert bench.doors("plane_edges") == [(1000,)]
    # The device is gone: nobody reads it any more.
    mover.read = -1
    bench.loop.watched["tun"][0]()
    assert not {"tun", "raw"} & set(bench.loop.watched)


def test_what_icmp_says_is_read_when_a_socket_wakes_us_for_nothing():
    """The error queue makes a socket readable; what waits there is asked for only where the first datagram is missing."""
    mover = Mover()
    bench = Bench(mover, raw="raw")
    bench.sockets.told_by_icmp = {"ike": [PEER], "natt": [PEER, b"\xc0\0\2\2"], "raw": [PEER]}
    bench.sockets.waiting[SOCKET_IKE] = [(b"one", PEER, 500)]
    bench.loop.watched["ike"][0]()
    assert bench.doors("unreachable") == []
    bench.loop.watched["ike"][0]()
    assert bench.doors("unreachable") == [(PEER, 1000)]
    bench.order("listen_tun", True)
    bench.loop.watched["natt"][0]()  # an IKE datagram for the mover
    assert len(bench.doors("unreachable")) == 1
    bench.loop.watched["natt"][0]()
    assert bench.doors("unreachable")[1:] == [(PEER, 1000), (b"\xc0\0\2\2", 1000)]
    mover.idle = True
    bench.loop.watched["raw"][0]()
    assert len(bench.doors("unreachable")) == 4


def test_resolve_store_log_and_write():
    bench = Bench()
    bench.order("resolve", 7, "gw")
    bench.order("store", 8, "startup-config", b"text")
    bench.order("store", 9, "full", b"text")
    bench.order("log", "%SYS-5-RESTART: x")
    assert bench.doors("resolved") == [(7, [PEER], 1000)]
    assert bench.doors("stored") == [(8, True, 1000), (9, False, 1000)]
    assert bench.stderr.out == b"%SYS-5-RESTART: x\n"


def test_console_sessions():
    bench = Bench()
    stream = Stream()
    id = bench.console_opened(stream, 100)
    bench.console_bytes(id, b"exit\r")
    bench.order("write", id, b"bye")
    bench.order("write", 99, b"nobody")
    bench.order("close_console", id)
    assert (stream.out, stream.closed) == (b"bye", True)
    bench.console_gone(id)
    bench.console_gone(id)
    assert bench.doors("console_open") == [(id, 100, 1000)]
    assert bench.doors("console") == [(id, b"exit\r", 1000)]
    assert bench.doors("console_close") == [(id, 1000)]
    assert bench.execute("show version") == (0, "did show version\n")


def test_leaving_the_terminal_starts_its_next_session():
    bench = Bench()
    terminal = Stream()
    bench._terminal_opened(terminal, 132)
    bench._terminal_bytes(b"exit\r")
    bench.order("close_console", 1)
    bench._terminal_bytes(b"\r")
    assert not terminal.closed
    assert bench.doors("console_open") == [(1, 132, 1000), (2, 132, 1000)]
    assert bench.doors("console") == [(1, b"exit\r", 1000), (2, b"\r", 1000)]
    bench._terminal_gone()
    assert bench.doors("console_close") == [(1, 1000), (2, 1000)]


def test_an_agent_whose_own_terminal_hangs_up_stops():
    bench = Bench()
    terminal = Stream()
    bench._terminal_opened(terminal, 80)
    bench._terminal_gone()
    assert bench.stopped == 0
    terminal.hangs_up = True
    bench._terminal_gone()
    assert bench.stopped == 1


def test_mqtt_orders_before_and_after_the_adapter_is_there():
    bench = Bench()
    bench.mqtt_delay_ms = 150
    bench.order("mqtt_wake")
    bench.order("mqtt_start", "broker 1")
    bench.order("mqtt_start", "broker 2")
    assert bench.mqtt.told == []
    bench.loop.pass_time(150)
    for name in ("mqtt_wake", "mqtt_reopen", "mqtt_stop"):
        bench.order(name)
    assert bench.mqtt.told == [("start", "broker 2"), ("wake",), ("reopen",), ("stop",)]
    bench._mqtt_message("ezvpn/x/cmd", b"{}")
    bench._mqtt_state("refused", "not authorised")
    assert bench.doors("mqtt") == [
        ("message", 1150, "ezvpn/x/cmd", b"{}"),
        ("refused", 1150, "", b"not authorised"),
    ]


def test_the_loop_ends_when_the_node_has_closed():
    bench = Bench()
    bench.shutdown()
    assert bench.doors("close") == [(1000,)]
    assert bench.stopped == 1


def test_the_last_words_over_mqtt_are_waited_for():
    bench = Bench()
    bench.order("mqtt_start", "broker")
    bench.loop.pass_time(0)
    bench.node.answers["close"] = lambda node: node.orders.append(Order("mqtt_stop"))
    bench.shutdown()
    assert bench.stopped == 0
    bench._mqtt_state("down", "stopped")
    assert bench.stopped == 1


def test_a_node_that_never_closes_has_two_and_a_half_seconds():
    bench = Bench()
    bench.node.answers["close"] = lambda node: setattr(node, "closed", False)
    bench.shutdown()
    bench.loop.pass_time(2499)
    assert bench.stopped == 0
    bench.loop.pass_time(1)
    assert bench.stopped == 1


def test_asking_twice_ends_it_at_once():
    bench = Bench()
    bench.node.answers["close"] = lambda node: setattr(node, "closed", False)
    bench.shutdown()
    bench.shutdown()
    assert bench.stopped == 1


def test_reboot_stops_and_asks_for_another_start():
    bench = Bench()
    bench.order("reboot")
    assert bench.restart
    assert bench.stopped == 1


def test_ctrl_right_bracket_ends_a_console_on_this_terminal_only():
    bench = Bench()
    bench._terminal_opened(Stream(), 80)
    bench._terminal_bytes(b"\x1d")
    assert bench.stopped == 0
    bench._terminal_quits = True
    bench._terminal_bytes(b"\x1d")
    assert bench.stopped == 1


def test_a_device_that_closed_in_the_same_turn_is_not_watched():
    # attach, then a failure right after: both orders come when the device is closed already
    bench = Bench(Mover())
    bench._mover.device.fd = -1
    bench.listen_tun(True)
    assert -1 not in bench.loop.watched
    bench.listen_tun(False)
