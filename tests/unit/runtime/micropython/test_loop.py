"""The loop on MicroPython: the same behaviour as on CPython."""

from doubles.micropython import run

PRELUDE = """
import socket, struct
from ezvpn.runtime.micropython.loop import Loop
from ezvpn.runtime.micropython.udp import sockaddr_in
loop = Loop()
LOCAL = b"\\x7f\\0\\0\\1"

def udp(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    return sock
"""


def test_timers_fire_in_order_and_never_early():
    out = run(
        PRELUDE
        + """
start = loop.now()
fired = []
def timer(delay):
    loop.at(start + delay, lambda: fired.append((delay, loop.now() - start)))
for delay in (20, 5, 10):
    timer(delay)
gone = loop.at(start + 7, lambda: fired.append((0, 0)))
loop.cancel(gone)
loop.cancel(gone)
loop.at(start + 30, loop.stop)
loop.run()
print([delay for delay, _ in fired], [passed >= delay for delay, passed in fired])
"""
    )
    assert out == "[5, 10, 20] [True, True, True]\n"


def test_now_is_the_machines_uptime_and_runs_on():
    out = run(
        PRELUDE
        + """
import time
with open("/proc/uptime") as file:
    uptime = float(file.read().split()[0])
a = loop.now()
time.sleep_ms(20)
b = loop.now()
print(abs(a - uptime * 1000) < 2000, 20 <= b - a < 200)
"""
    )
    assert out == "True True\n"


def test_a_timer_that_sets_itself_for_now_does_not_starve_the_streams():
    out = run(
        PRELUDE
        + """
from ezvpn.runtime.micropython.udp import IkeSockets
sockets = IkeSockets((0, 0))
turns = []
def again():
    turns.append(1)
    loop.at(loop.now(), again)
def readable():
    print("read", sockets.receive_into(0, bytearray(10))[0], len(turns) < 10)
    loop.stop()
loop.watch(sockets.sockets[0], readable)
sockets.send(b"xyz", (1, LOCAL, sockets.ports[0]))
again()
loop.run()
"""
    )
    assert out == "read 3 True\n"


def test_a_timer_comes_between_two_streams_that_take_their_time():
    out = run(
        PRELUDE
        + """
import time
from ezvpn.runtime.micropython.udp import IkeSockets
sockets = IkeSockets((0, 0))
order = []
def slow(index):
    order.append("stream")
    sockets.receive_into(index, bytearray(10))
    time.sleep_ms(20)
loop.watch(sockets.sockets[0], lambda: slow(0))
loop.watch(sockets.sockets[1], lambda: slow(1))
sockets.send(b"x", (1, LOCAL, sockets.ports[0]))
sockets.send(b"x", (0, LOCAL, sockets.ports[1]))
loop.at(loop.now() + 5, lambda: order.append("timer"))
loop.at(loop.now() + 60, loop.stop)
loop.run()
print(order)
"""
    )
    assert out == "['stream', 'timer', 'stream']\n"


def test_a_stream_taken_away_by_another_callback_of_the_same_turn_is_not_served():
    out = run(
        PRELUDE
        + """
from ezvpn.runtime.micropython.udp import IkeSockets
sockets = IkeSockets((0, 0))
a, b = sockets.sockets
served = []
def serve(own, other):
    served.append(1)
    loop.unwatch(other)
    loop.unwatch(own)
loop.watch(a, lambda: serve(a, b))
loop.watch(b, lambda: serve(b, a))
sockets.send(b"x", (0, LOCAL, sockets.ports[0]))
sockets.send(b"x", (0, LOCAL, sockets.ports[1]))
loop.at(loop.now() + 20, loop.stop)
loop.run()
print(len(served))
"""
    )
    assert out == "1\n"


def test_a_fault_in_a_callback_is_counted_and_survived():
    out = run(
        PRELUDE
        + """
def broken():
    raise ValueError("ours")
loop.at(loop.now(), broken)
loop.at(loop.now() + 5, loop.stop)
loop.run()
print(loop.faults)
"""
    )
    assert out.endswith("1\n")
