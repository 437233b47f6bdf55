"""Writing a little at a time, on a pipe whose reader is the test."""

import os

from ezvpn.runtime.slow_writer import SlowWriter
from unit.runtime.test_attach import Loop


class Pipe(SlowWriter):
    """room: how many bytes are taken before it is "none for now"."""

    def __init__(self, loop, room=1_000_000, file=False):
        self.near, self.far = os.pipe()
        super().__init__(loop, self.far, file)
        self.room = room
        self.taken = []

    def _put(self, data):
        if self.room < 0:
            raise OSError(5, "gone")
        count = min(len(data), self.room)
        self.room -= count
        if count:
            self.taken.append(count)
        return count

    def close(self):
        os.close(self.near)
        os.close(self.far)


def test_it_writes_a_little_at_a_time_and_watches_for_the_rest():
    loop = Loop()
    pipe = Pipe(loop, room=600)
    waiting = []
    pipe.on_waiting = waiting.append
    pipe.on_readable = "reader"
    pipe.write(b"x" * 1000)
    assert pipe.taken == [256, 256, 88]
    assert waiting == [400]
    assert loop.watched[pipe.far] == ("reader", pipe.flush)
    pipe.room = 1000
    pipe.flush()
    assert waiting == [400, 0]
    assert loop.watched[pipe.far] == ("reader", None)
    pipe.close()


def test_what_does_not_poll_as_writable_is_not_written():
    loop = Loop()
    pipe = Pipe(loop)
    os.set_blocking(pipe.far, False)
    try:
        while True:
            os.write(pipe.far, b"x" * 4096)
    except BlockingIOError:
        pass
    pipe.write(b"x")
    pipe.drain(0)
    assert (pipe.taken, pipe.backlog.size) == ([], 1)
    os.read(pipe.near, 1 << 20)
    pipe.drain(0)
    assert (pipe.taken, pipe.backlog.size) == ([1], 0)
    pipe.close()


def test_a_broken_stream_swallows_what_comes():
    pipe = Pipe(Loop(), room=-1)
    pipe.write(b"x")
    assert (pipe.broken, pipe.backlog.size) == (True, 0)
    pipe.write(b"x")
    assert pipe.backlog.size == 0
    pipe.close()


def test_a_regular_file_is_never_watched():
    loop = Loop()
    pipe = Pipe(loop, file=True)
    pipe.write(b"x" * 300)
    assert (pipe.taken, loop.watched) == ([256, 44], {})
    pipe.close()
