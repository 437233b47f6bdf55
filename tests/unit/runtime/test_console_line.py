"""The line of a console without a descriptor: told once, opened again, held, its speed changed. On real ptys: test_tty."""

import pytest

from ezvpn.runtime.console_line import ConsoleLine, serial_settings
from ezvpn.runtime.exits import CannotStart
from ezvpn.runtime.pace import HOLD_BYTES
from unit.runtime.test_attach import Loop


class Writer:
    def __init__(self):
        self.written = []
        self.backlog = self
        self.size = 0
        self.on_readable = None
        self.on_waiting = None

    def write(self, data):
        self.written.append(data)

    def drain(self, ms):
        self.written.append("drained")

    def flush(self):
        pass


class Wire(ConsoleLine):
    """there: whether the port can be opened · coming: what is read, in turn."""

    def __init__(self):
        self.told = []
        super().__init__(
            Loop(),
            lambda it, width: self.told.append(("open", width)),
            lambda data: self.told.append(data),
            lambda: self.told.append("break"),
            lambda: self.told.append("gone"),
            self.told.append,
        )
        self.there = True
        self.coming = []
        self.speeds = []

    @property
    def loop(self):
        return self._loop

    def use(self, stream_in, stream_out):
        self._attach(stream_in, stream_out, Writer(), 80)

    def raw(self, fd, speed=0):
        self.speeds.append(speed)

    def _opened(self, device, speed):
        if not self.there:
            return None
        self._held.append("fd")
        self._saved.append((7, "before"))
        self.raw(7, speed)
        return "stream"

    def _read(self):
        return self.coming.pop(0)

    def _restore(self):
        self._saved = []

    def _let_go(self):
        self.told += ["closed " + each for each in self._held]

    def hear(self, data):
        self.coming.append(data)
        self.loop.watched["stream"][0]()


def test_a_port_that_is_not_there_is_tried_each_second():
    wire = Wire()
    wire.there = False
    wire.port("/dev/ttyS0", 9600)
    wire.loop.pass_time(1000)
    assert (wire.told, wire.loop.watched) == ([], {})
    wire.there = True
    wire.loop.pass_time(1000)
    assert wire.told == [("open", 80)]
    wire.close()


def test_one_that_comes_and_goes_is_spoken_of_once_a_minute():
    wire = Wire()
    wire.port("/dev/ttyS0", 9600)
    for _ in range(2):
        wire.hear(b"")
        wire.loop.pass_time(1000)
    assert wire.told == [
        ("open", 80),
        "closed fd",
        "gone",
        "/dev/ttyS0: the serial port is gone; it is tried again each second",
        "/dev/ttyS0: the serial port is back",
        ("open", 80),
        "closed fd",
        "gone",
        ("open", 80),
    ]
    wire.told.clear()
    wire.loop.pass_time(60_000)
    wire.hear(b"")
    assert wire.told[-1] == "/dev/ttyS0: the serial port is gone; it is tried again each second"
    assert wire.lost == 3


def test_bytes_and_one_break_of_many_come_apart():
    wire = Wire()
    wire.port("/dev/ttyS0", 9600)
    wire.hear(None)
    wire.hear(b"a\xff\0\0\xff\0\0b")
    assert wire.told == [("open", 80), b"ab", "break"]


def test_the_speed_changes_a_moment_later_and_stays_when_the_port_comes_back():
    wire = Wire()
    wire.change_speed(19200)  # not a serial port
    wire.port("/dev/ttyS0", 9600)
    wire.change_speed(9600)
    wire.change_speed(57600)
    assert wire.speeds == [9600]
    wire.loop.pass_time(300)
    assert wire.speeds == [9600, 57600]
    wire.hear(b"")
    wire.loop.pass_time(1000)
    assert wire.speeds == [9600, 57600, 57600]


def test_much_output_that_waits_stops_the_reading():
    wire = Wire()
    wire.use("stream", "stream")
    writer = wire._writer
    writer.on_waiting(HOLD_BYTES)
    assert wire.loop.watched["stream"] == (None, writer.flush)
    writer.on_waiting(0)
    assert wire.loop.watched["stream"] == (wire._readable, None)
    other = Wire()
    other.use("in", "out")
    other._writer.on_waiting(HOLD_BYTES)
    assert "in" not in other.loop.watched
    other._writer.on_waiting(0)
    assert "in" in other.loop.watched


def test_last_words_and_no_more_callbacks():
    wire = Wire()
    wire.port("/dev/ttyS0", 9600)
    writer = wire._writer
    wire.write(b"Router#")
    wire.close()
    assert writer.written == [b"Router#", b"\r\n", "drained"]
    assert wire.loop.watched == {}
    wire.write(b"lost")
    assert writer.written[-1] == "drained"
    gone = Wire()
    gone.there = False
    gone.port("/dev/ttyS0", 9600)
    gone.close()
    assert gone.loop.timers == []


def test_serial_settings():
    assert serial_settings("/dev/ttyS0") == ("/dev/ttyS0", 9600)
    assert serial_settings("/dev/ttyS0,115200") == ("/dev/ttyS0", 115200)
    with pytest.raises(CannotStart, match="the speed is one of 9600, ") as fault:
        serial_settings("/dev/ttyS0,fast")
    assert fault.value.code == 2
