"""Orders become calls of the parts, and what happens outside becomes doors of the node."""

import struct

from doubles.scripted_node import Order, ScriptedNode

from ezvpn.dataplane.port import KernelError
from ezvpn.ike.params import SOCKET_IKE, SOCKET_NATT
from ezvpn.runtime.adapter import Adapter
from ezvpn.wire.netlink import LinkFlag, Message, link_set
from ezvpn.wire.nlmsg import rtattr, split_messages
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
        self.problem = "the disk is full"

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


class RunningLink:
    """A kernel with one device that is up."""

    def transact(self, request):
        if split_messages(request)[0][0] != Message.GET_LINK:
            return []
        answer = bytearray(link_set(2, up=True, mtu=1500) + rtattr(3, b"wan\x00"))
        struct.pack_into("@I", answer, 0, len(answer))
        struct.pack_into("@I", answer, 24, LinkFlag.UP | LinkFlag.RUNNING)
        return [bytes(answer)]


def test_the_kernel_is_asked_for_what_is_up():
    bench = Bench()
    bench.relearn()
    assert bench.doors("link") == [], "there is no netlink"
    bench.kernel = RunningLink()
    bench.relearn()
    assert bench.doors("link") == [("wan", True, None, 1000)]


def test_a_kernel_that_refuses_is_one_line():
    class Refusing:
        def transact(self, request):
            raise KernelError(1, "RTM_GETLINK: Operation not permitted")

    bench = Bench()
    bench.kernel = Refusing()
    bench.relearn()
    bench.consoles.quits = True  # a terminal in raw mode
    bench.note("and another line")
    assert bench.stderr.out == b"ezvpn: RTM_GETLINK: Operation not permitted\nezvpn: and another line\r\n"


def test_what_is_lost_out_here_can_be_shown():
    bench = Bench()
    assert bench.node.outside() == [
        ("network EHOSTUNREACH", 3),
        ("network news malformed", 0),
        ("console connections refused", 0),
        ("lookups refused", 2),
        ("time requests refused", 0),
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
    assert len(bench.doors("receive")) == 1  # the others of the loop have their turn in between
    bench.loop.watched["ike"][0]()
    bench.loop.watched["natt"][0]()
    assert bench.doors("receive") == [
        (b"one", 1000, (SOCKET_IKE, PEER, 500)),
        (b"two", 1000, (SOCKET_IKE, PEER, 501)),
        (b"three", 1000, (SOCKET_NATT, PEER, 4500)),
    ]


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
    assert bench.doors("stored") == [(8, True, 1000), (9, "the disk is full", 1000)]
    assert bench.stderr.out == b"%SYS-5-RESTART: x\n"


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


def test_a_device_that_closed_in_the_same_turn_is_not_watched():
    # attach, then a failure right after: both orders come when the device is closed already
    bench = Bench(Mover())
    bench._mover.device.fd = -1
    bench.listen_tun(True)
    assert -1 not in bench.loop.watched
    bench.listen_tun(False)


def test_what_an_operator_must_know_becomes_a_door():
    bench = Bench()
    bench.remark("startup-config.b is damaged")
    assert bench.doors("remark") == [("startup-config.b is damaged", 1000)]


def test_a_roll_back_of_the_last_run_becomes_a_door():
    bench = Bench()
    bench.pending("config", 5000)
    assert bench.doors("pending") == [("config", 5000, 1000)]


class Transfer:
    def __init__(self):
        self.sock = "tftp"
        self.sent = []
        self.waiting = [(b"data", PEER, 3069)]

    def send(self, address, port, data):
        self.sent.append((address, port, data))

    def receive(self):
        return self.waiting.pop(0) if self.waiting else None

    def close(self):
        self.sock = None


def test_a_file_transfer_has_a_socket_of_its_own():
    bench = Bench()
    made = Transfer()
    bench.open_datagrams = lambda: made
    bench.order("tftp_open", 3)
    bench.order("tftp_send", 3, PEER, 69, b"request")
    assert made.sent == [(PEER, 69, b"request")]
    readable, _ = bench.loop.watched["tftp"]
    readable()
    readable()
    assert bench.doors("tftp") == [(3, b"data", PEER, 3069, 1000)]
    bench.order("tftp_close", 3)
    assert made.sock is None
    assert "tftp" not in bench.loop.watched


class Datagrams:
    """A socket of a ping or for time servers."""

    def __init__(self):
        self.sock = self
        self.sent = []
        self.incoming = []
        self.closed = False

    def send(self, *what):
        self.sent.append(what)

    def receive(self):
        return self.incoming.pop(0) if self.incoming else None

    def close(self):
        self.closed = True


class Out(Bench):
    """An edge whose sockets and clock are a test's."""

    def __init__(self, refuses=0):
        self.datagrams = Datagrams()
        self.refuses = refuses
        self.clock = []
        super().__init__()

    def open_icmp(self, source, with_errors):
        if self.refuses:
            raise OSError(self.refuses, "")
        return self.datagrams

    def open_time(self):
        return self.datagrams

    def set_machine_clock(self, wall_ms):
        if self.refuses:
            raise OSError(self.refuses, "")
        self.clock.append(wall_ms)


def test_a_ping_goes_out_and_its_answer_comes_in():
    bench = Out()
    bench.icmp_open(7, None, False)
    bench.icmp_send(7, b"echo", PEER, 0, False)
    assert bench.datagrams.sent == [(b"echo", PEER, 0, False)]
    bench.datagrams.incoming = [(PEER, b"reply")]
    bench.loop.watched[bench.datagrams][0]()
    assert ("icmp", 7, PEER, b"reply", 1000) in bench.node.calls
    bench.icmp_close(7)
    assert bench.datagrams.closed and bench.datagrams not in bench.loop.watched


def test_a_ping_that_is_not_permitted():
    bench = Out(refuses=1)
    bench.icmp_open(7, None, False)
    assert ("icmp_failed", 7, "Cannot send ICMP: not permitted", 1000) in bench.node.calls


def test_a_question_for_the_time():
    bench = Out()
    bench.ntp_send(PEER, b"question")
    bench.datagrams.incoming = [(PEER, b"answer")]
    bench.loop.watched[bench.datagrams][0]()
    assert ("ntp", PEER, b"answer", 1000) in bench.node.calls
    bench.ntp_close()
    assert bench.datagrams.closed


def test_the_machine_s_clock_is_set_and_told():
    bench = Out()
    told = bench.node.doors().count("clock")
    bench.set_clock(1_893_456_000_000)
    assert bench.clock == [1_893_456_000_000]
    assert bench.node.doors().count("clock") == told + 1


def test_a_clock_that_cannot_be_set_is_said():
    bench = Out(refuses=1)
    bench.set_clock(1_893_456_000_000)
    assert bench.stderr.out == b"ezvpn: cannot set the machine's clock: not permitted\n"
