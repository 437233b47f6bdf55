"""The socket wrapper and the reasons, under MicroPython."""

from __future__ import annotations

import sys
from pathlib import Path

from doubles import micropython

PACKAGES = next(Path(sys.prefix).glob("lib/python3*/site-packages"))


def test_would_block_is_eagain_to_read_and_nothing_to_write():
    said = micropython.run(
        """
import errno
from ezvpn.runtime.micropython.mqtt_wire import Stream

class Sock:
    answers = []
    def write(self, data):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
    def readinto(self, buffer, size):
        return self.write(buffer)
    def close(self):
        print("closed")

sock = Sock()
stream = Stream(sock, False)
sock.answers = [None, OSError(errno.EAGAIN), 3]
print(stream.send(b"abc"), stream.send(b"abc"), stream.moved, stream.send(b"abc"), stream.moved)
sock.answers = [None, OSError(errno.ECONNRESET), 0, 2]
for _ in range(4):
    try:
        print(stream.recv_into(bytearray(4), 4), stream.spoke)
    except OSError as error:
        print(error.errno == errno.EAGAIN, stream.fault is error)
stream.close()
stream.close()
"""
    )
    assert said.splitlines() == ["0 0 False 3 True", "True False", "False True", "0 False", "2 True", "closed"]


def test_reasons_are_words():
    said = micropython.run(
        """
import errno
from ezvpn.runtime.micropython.mqtt_wire import why
for error in (
    OSError(errno.ECONNREFUSED), OSError(errno.EHOSTUNREACH), OSError(errno.ETIMEDOUT), OSError(32), OSError(5),
    OSError(-30592, "MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE"), ValueError("not signed by the trusted CA\\n"),
):
    print(why(error))
"""
    )
    assert said.splitlines() == [
        "connection refused",
        "no route to host",
        "connection timed out",
        "connection closed by the broker",
        "error 5 EIO",
        "TLS: ssl fatal alert message",
        "certificate verify failed: not signed by the trusted CA",
    ]


def test_the_library_s_clock_is_the_loop_s_and_wraps():
    said = micropython.run(
        f"""
import sys
sys.path.append({str(PACKAGES)!r})
from ezvpn.runtime.micropython.mqtt_wire import Ticks

class Loop:
    def now(self):
        return 2**29 * 3 + 7
ticks = Ticks(Loop())
print(ticks.ticks_ms(), ticks.ticks_diff(ticks.ticks_add(ticks.ticks_ms(), 10000), 7))
"""
    )
    assert said.split() == ["7", "10000"]
