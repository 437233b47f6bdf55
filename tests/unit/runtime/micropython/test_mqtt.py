"""The MicroPython adapter, under MicroPython: real sockets on loopback, a clock that is a number."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

from doubles import micropython

PACKAGES = next(Path(sys.prefix).glob("lib/python3*/site-packages"))

# A loop whose time jumps to the next timer whenever no socket has anything.
STAGE = f"""
import sys
sys.path.append({str(PACKAGES)!r})
import select
from ezvpn.record import Secret
from ezvpn.report.outbox import EVENT, Outbox
from ezvpn.report.topics import Broker
from ezvpn.runtime.micropython.mqtt import MqttAdapter

class Loop:
    def __init__(self):
        self.time = 2**30 - 5000
        self.timers = []
        self.watches = []
    def now(self):
        return self.time
    def at(self, ms, callback):
        timer = [ms, callback]
        self.timers.append(timer)
        return timer
    def cancel(self, timer):
        if timer in self.timers:
            self.timers.remove(timer)
    def watch(self, stream, readable, writable=None):
        self.unwatch(stream)
        self.watches.append((stream, readable, writable))
    def unwatch(self, stream):
        self.watches = [watch for watch in self.watches if watch[0] is not stream]
    def step(self, patience_ms=50):
        poll = select.poll()
        for stream, readable, writable in self.watches:
            poll.register(stream, (select.POLLIN if readable else 0) | (select.POLLOUT if writable else 0))
        due = [timer for timer in self.timers if timer[0] <= self.time]
        ready = poll.poll(0 if due else patience_ms) if self.watches else []
        for found in ready:
            for stream, readable, writable in list(self.watches):
                if stream is found[0]:
                    (readable or writable)()
        if not ready and not due and self.timers:
            self.time = min([timer[0] for timer in self.timers])
            due = [timer for timer in self.timers if timer[0] <= self.time]
        for timer in due:
            if timer in self.timers:
                self.timers.remove(timer)
                timer[1]()

loop = Loop()
outbox = Outbox()
told = []
def on_state(what, reason):
    told.append((loop.time, what, reason))
adapter = MqttAdapter(outbox, on_state, lambda topic, payload: told.append((loop.time, topic, payload)), loop)
broker = Broker("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 1, "edge1", "ezvpn/edge1/status")

def run(count):
    steps = 0
    while len(told) < count:
        loop.step()
        steps += 1
        if steps > 2000:
            raise RuntimeError("nothing happens: " + repr(told))
"""


def play(scene: str, port: int = 1) -> list[str]:
    return micropython.run(
        STAGE.replace("int(sys.argv[1]) if len(sys.argv) > 1 else 1", str(port)) + scene
    ).splitlines()


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def test_pauses_double_up_to_the_longest_with_a_quarter_of_jitter():
    (line,) = play(
        """
adapter.start(broker)
run(9)
print([b[0] - a[0] for a, b in zip(told, told[1:])], {entry[1:] for entry in told} == {("refused", "connection refused")})
""",
        closed_port(),
    )
    waits, same = line.rsplit(" ", 1)
    assert same == "True"
    for wait, middle in zip(eval(waits), [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000], strict=True):
        assert middle * 3 // 4 <= wait <= middle * 5 // 4


def test_a_silent_broker_is_given_up_after_ten_seconds():
    with socket.create_server(("127.0.0.1", 0), backlog=5) as silent:
        lines = play(
            """
began = loop.time
adapter.start(broker)
run(1)
print(told[0][0] - began, told[0][1:])
""",
            silent.getsockname()[1],
        )
    assert lines == ["10000 ('refused', 'no answer to the MQTT CONNECT within 10 s')"]


def test_reopen_cuts_the_pause_and_stop_ends_it():
    lines = play(
        """
adapter.start(broker)
run(3)
at = loop.time
adapter.reopen()
run(4)
print(loop.time - at, told[3][1:])
adapter.stop()
run(5)
print(loop.time - at, told[4][1:], loop.timers, loop.watches)
""",
        closed_port(),
    )
    assert lines == ["0 ('refused', 'connection refused')", "0 ('down', 'stopped') [] []"]


def test_a_connection_not_accepted_yet_is_left_in_order():
    """CONNECT -> (no CONNACK yet), reopen: DISCONNECT ->, so that no will is published."""
    script = """
adapter.start(broker)
while adapter._client is None:
    loop.step(10)
adapter.reopen()
loop.step(10)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        play(script, server.getsockname()[1])
        first, _ = server.accept()
        with first:
            first.settimeout(5)
            sent = b""
            while piece := first.recv(4096):
                sent += piece
    assert sent.startswith(b"\x10") and sent.endswith(b"\xe0\x00")


def test_nobody_is_called_back_from_inside():
    lines = play(
        """
adapter.stop()
adapter.start(broker)
adapter.reopen()
adapter.wake()
adapter.stop()
print(told)
run(1)
print(told[0][1:])
"""
    )
    assert lines == ["[]", "('down', 'stopped')"]


def test_a_name_that_nobody_knows_is_said():
    (line,) = play('broker.host = "a..b"\nadapter.start(broker)\nrun(1)\nprint(told[0][1:])\n')
    assert line == "('refused', 'name does not resolve')"


def test_tls_without_an_authority_is_refused_with_what_to_do():
    with socket.create_server(("127.0.0.1", 0)) as server:
        (line,) = play("broker.tls = True\nadapter.start(broker)\nrun(1)\nprint(told[0][2])\n", server.getsockname()[1])
    assert line == "no `ca FILE` is configured, and this device knows no authorities of its own"


def test_a_missing_package_is_said():
    (line,) = play(
        """
sys.path.remove(sys.path[-1])
adapter.start(broker)
run(2)
print([entry[1:] for entry in told], told[1][0] > told[0][0])
"""
    )
    said = "the package chumicro-mqtt is not there: install it, or name its folder in MICROPYPATH"
    assert line == repr([("refused", said)] * 2) + " True"
