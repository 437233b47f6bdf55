"""The same under MicroPython, where `date` sets the clock."""

import socket
import threading

from doubles.micropython import run


def serve(server: socket.socket) -> None:
    server.settimeout(10)
    _, where = server.recvfrom(100)
    server.sendto(b"answer", where)


def test_a_question_and_its_answer() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        out = run(f"""
import select
from ezvpn.runtime.micropython.timeserver import TimeSocket
asks = TimeSocket({server.getsockname()[1]})
print(asks.receive())
asks.send(b"question", b"\\x7f\\0\\0\\1")
poll = select.poll()
poll.register(asks.sock, select.POLLIN)
poll.poll(5000)
print(asks.receive())
asks.close()
""")
        thread.join()
    assert out == "None\n(b'\\x7f\\x00\\x00\\x01', b'answer')\n"


def test_setting_the_clock() -> None:
    out = run("""
import os
from ezvpn.runtime.micropython import timeserver
asked = []
class System:
    def system(self, line):
        asked.append(line)
        return 256 if len(asked) > 1 else 0
timeserver.os = System()
timeserver.set_machine_clock(1767225600501)
print(asked)
try:
    timeserver.set_machine_clock(0)
except OSError as error:
    print(error.errno)
""")
    assert out == "['date -u -s @1767225601 >/dev/null 2>&1']\n1\n"
