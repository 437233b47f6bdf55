"""Clients of console.sock, without a loop: what they may ask and where their bounds are."""

import errno

import pytest

from ezvpn.runtime.attach import Attachments


class Loop:
    """Remembers what is watched and timed; a test moves the clock."""

    def __init__(self):
        self.ms = 1000
        self.faults = 0
        self.watched = {}
        self.timers = []

    def now(self):
        return self.ms

    def at(self, ms, callback):
        self.timers.append((ms, callback))
        return self.timers[-1]

    def cancel(self, timer):
        if timer in self.timers:
            self.timers.remove(timer)

    def watch(self, stream, on_readable, on_writable=None):
        self.watched[stream] = (on_readable, on_writable)

    def unwatch(self, stream):
        self.watched.pop(stream, None)

    def pass_time(self, ms):
        self.ms += ms
        for timer in [timer for timer in self.timers if timer[0] <= self.ms]:
            self.timers.remove(timer)
            timer[1]()


class Socket:
    """room: how many bytes may be sent before it blocks; None = all."""

    def __init__(self, room=None):
        self.incoming = []
        self.sent = b""
        self.room = room
        self.closed = False

    def recv(self, count):
        if not self.incoming:
            raise OSError(errno.EAGAIN, "")
        return self.incoming.pop(0)[:count]

    def send(self, data):
        if self.room is not None:
            data = data[: self.room]
            if not data:
                raise OSError(errno.EAGAIN, "")
            self.room -= len(data)
        self.sent += data
        return len(data)

    def close(self):
        self.closed = True


class Host:
    def __init__(self):
        self.told = []
        self.streams = {}
        self.text = "ok\n"

    def console_opened(self, stream, width, length):
        id = len(self.streams) + 1
        self.streams[id] = stream
        self.told.append(("open", id, width))
        stream.write(b"Router#")
        return id

    def console_bytes(self, id, data):
        self.told.append(("bytes", id, bytes(data)))

    def console_gone(self, id):
        self.told.append(("gone", id))

    def execute(self, line, done):
        self.told.append(("execute", line))
        self.done = done
        if "ping" not in line:
            done(1 if "bad" in line else 0, self.text)
        return 77

    def execute_gone(self, id):
        self.told.append(("execute_gone", id))


class Bench:
    def __init__(self):
        self.loop = Loop()
        self.host = Host()
        self.attachments = Attachments(self.loop, self.host)

    def connect(self, *parts, room=None):
        sock = Socket(room)
        self.attachments.accepted(sock)
        for part in parts:
            self.say(sock, part)
        return sock

    def say(self, sock, data):
        sock.incoming.append(data)
        self.loop.watched[sock][0]()


def test_exec_is_answered_with_code_and_length_and_closed():
    bench = Bench()
    sock = bench.connect(b"exec show ", b"version\n")
    assert bench.host.told == [("execute", "show version")]
    assert sock.sent == b"0 3\nok\n"
    assert sock.closed
    assert bench.loop.timers == []


def test_exec_of_a_command_that_fails_and_text_beyond_ascii():
    bench = Bench()
    bench.host.text = "% ungültig\n"
    assert bench.connect(b"exec bad\n").sent == b"1 12\n" + "% ungültig\n".encode()


def test_attach_passes_bytes_both_ways_until_the_client_goes():
    bench = Bench()
    sock = bench.connect(b"attach 132\nsho")
    bench.say(sock, b"w\r")
    assert sock.sent == b"Router#"
    bench.say(sock, b"")
    assert bench.host.told == [("open", 1, 132), ("bytes", 1, b"sho"), ("bytes", 1, b"w\r"), ("gone", 1)]
    assert sock.closed


def test_widths_stay_within_reason():
    bench = Bench()
    for width in (b"0", b"99999", b"7", b"900", b"x"):
        bench.connect(b"attach " + width + b"\n")
    assert [told[2] for told in bench.host.told] == [20, 80, 20, 512, 80]


def test_the_ninth_session_is_refused_in_words():
    bench = Bench()
    for _ in range(8):
        bench.connect(b"attach 80\n")
    ninth = bench.connect(b"attach 80\n")
    assert ninth.sent.endswith(b"% All 8 console sessions are in use: close one of them.\n")
    assert ninth.closed
    assert bench.connect(b"exec show version\n").sent == b"0 3\nok\n"


def test_connections_are_bounded():
    bench = Bench()
    for _ in range(12):
        assert not bench.connect().closed
    assert bench.connect().closed
    assert bench.attachments.refused == 1


def test_a_client_that_says_nothing_has_ten_seconds():
    bench = Bench()
    sock = bench.connect(b"att")
    bench.loop.pass_time(9_999)
    assert not sock.closed
    bench.loop.pass_time(1)
    assert sock.closed
    assert bench.host.told == []


def test_a_first_line_without_end_and_an_unknown_request():
    bench = Bench()
    assert bench.connect(*[bytes(500)] * 9).closed
    text = b"% Unknown request: `attach WIDTH` or `exec COMMAND`.\n"
    assert bench.connect(b"GET / HTTP/1.1\n").sent == b"2 %d\n" % len(text) + text


def test_a_slow_reader_of_an_answer_gets_all_of_it():
    bench = Bench()
    bench.host.text = "x" * 200_000
    sock = bench.connect(b"exec show logging\n", room=1000)
    assert len(sock.sent) == 1000
    sock.room = None
    bench.loop.watched[sock][1]()
    assert sock.sent == b"0 200000\n" + b"x" * 200_000
    assert sock.closed


def test_a_reader_that_never_reads_is_dropped_after_thirty_seconds():
    bench = Bench()
    sock = bench.connect(b"exec show logging\n", room=0)
    # It may shut down its sending side meanwhile.
    bench.say(sock, b"")
    assert not sock.closed
    bench.loop.pass_time(30_000)
    assert sock.closed


def test_a_slow_console_loses_output_and_is_told():
    bench = Bench()
    sock = bench.connect(b"attach 80\n", room=7)
    client = bench.host.streams[1]
    for _ in range(70):
        client.write(b"y" * 1000)
    sock.room = None
    bench.loop.watched[sock][1]()
    assert sock.sent == b"Router#" + b"y" * 65_000 + b"\r\n% 5000 bytes of output lost\r\n"


def test_a_session_that_ends_says_its_last_words_first():
    bench = Bench()
    sock = bench.connect(b"attach 80\n", room=7)
    client = bench.host.streams[1]
    client.write(b"bye")
    client.close()
    assert not sock.closed
    sock.room = None
    bench.loop.watched[sock][1]()
    assert sock.sent == b"Router#bye"
    assert sock.closed
    assert bench.host.told[-1] == ("gone", 1)


def test_a_command_that_takes_its_time_is_answered_when_it_is_done():
    bench = Bench()
    sock = bench.connect(b"exec ping 10.0.0.1\n")
    assert not sock.closed
    bench.host.done(0, "!!!!!\n")
    assert sock.sent == b"0 6\n!!!!!\n" and sock.closed
    assert bench.host.told == [("execute", "ping 10.0.0.1")]


def test_whoever_leaves_breaks_its_command_off():
    bench = Bench()
    sock = bench.connect(b"exec ping 10.0.0.1\n")
    bench.say(sock, b"")
    assert sock.closed
    assert bench.host.told[-1] == ("execute_gone", 77)
    bench.host.done(0, "too late")
    assert sock.sent == b""


def test_our_own_mistake_does_not_keep_the_client_waiting():
    bench = Bench()
    bench.host.execute = lambda line, done: {}[line]
    sock = bench.connect()
    with pytest.raises(KeyError):
        bench.say(sock, b"exec show version\n")
    assert sock.closed


def test_closing_drops_everybody():
    bench = Bench()
    socks = [bench.connect(), bench.connect(b"attach 80\n")]
    bench.attachments.close()
    assert all(sock.closed for sock in socks)
    assert bench.loop.watched == {}
