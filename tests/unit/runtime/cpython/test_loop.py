"""The loop on CPython: timers never early, watches before and while it runs, a fault in a callback is survived."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from ezvpn.runtime.cpython.loop import Loop


@pytest.fixture(params=["epoll", "asyncio"])
def run(request):
    """Run a loop until `stop`, without asyncio or with it from the first moment; a test that forgets `stop` ends after 2 s."""

    def until_stop(loop: Loop, ms: int = 2000) -> None:
        loop.at(loop.now() + ms, loop.stop)
        if request.param == "asyncio":
            loop._have_asyncio()
        loop.run()

    return until_stop


def test_timers_fire_in_order_and_never_early(run):
    loop = Loop()
    fired = []
    start = loop.now()
    for delay in (20, 5, 10):
        loop.at(start + delay, lambda delay=delay: fired.append((delay, loop.now() - start)))
    loop.at(start + 30, loop.stop)
    run(loop)
    assert [delay for delay, _ in fired] == [5, 10, 20]
    assert all(passed >= delay for delay, passed in fired)


def test_a_cancelled_timer_is_silent_before_and_while_the_loop_runs(run):
    loop = Loop()
    fired = []
    early = loop.at(loop.now(), lambda: fired.append("early"))
    loop.cancel(early)
    late = loop.at(loop.now() + 10, lambda: fired.append("late"))
    loop.at(loop.now(), lambda: loop.cancel(late))
    loop.at(loop.now() + 20, loop.stop)
    run(loop)
    loop.cancel(late)
    assert fired == []


def test_a_stream_watched_before_run_is_read_and_another_written(run):
    loop = Loop()
    near, far = socket.socketpair()
    far.send(b"x")
    heard = []

    def readable():
        heard.append(near.recv(10))
        loop.watch(near, None, writable)

    def writable():
        loop.unwatch(near)
        near.send(b"answer")
        loop.stop()

    loop.watch(near, readable)
    run(loop)
    assert heard == [b"x"]
    assert far.recv(10) == b"answer"


def test_a_timer_comes_between_two_streams_that_take_their_time():
    """Without asyncio, that is; asyncio serves all streams of a turn before its timers."""
    loop = Loop()
    order = []

    def slow(sock):
        order.append("stream")
        sock.recv(1)
        until = loop.now() + 20
        while loop.now() < until:
            pass

    pairs = [socket.socketpair(), socket.socketpair()]
    for near, far in pairs:
        far.send(b"x")
        loop.watch(near, lambda near=near: slow(near))
    loop.at(loop.now() + 5, lambda: order.append("timer"))
    loop.at(loop.now() + 60, loop.stop)
    loop.run()
    assert order == ["stream", "timer", "stream"]


def test_an_unwatched_stream_is_not_served(run):
    loop = Loop()
    near, far = socket.socketpair()
    far.send(b"x")
    loop.watch(near, lambda: pytest.fail("served"))
    loop.unwatch(near)
    loop.at(loop.now() + 10, loop.stop)
    run(loop)


def test_a_descriptor_that_was_closed_while_watched_is_unwatched_and_its_number_serves_again(run):
    # the data plane closes its TUN device in the middle of a call; the order to unwatch it comes after it
    loop = Loop()
    near, far = os.pipe()
    heard = []

    def again():
        for new, old in zip(os.pipe(), (near, far), strict=True):
            os.dup2(new, old)  # closes what had the number before
            os.close(new)
        loop.unwatch(near)
        loop.watch(near, lambda: (heard.append(os.read(near, 1)), loop.stop()))
        os.write(far, b"x")

    loop.at(loop.now(), lambda: loop.watch(near, lambda: heard.append("too early")))
    loop.at(loop.now() + 5, again)
    run(loop)
    assert heard == [b"x"]
    os.close(near)
    loop.unwatch(near)
    os.close(far)


def test_a_regular_file_cannot_be_watched(run, tmp_path):
    loop = Loop()
    faults = []

    def attempt():
        with (tmp_path / "file").open("w") as file:
            try:
                loop.watch(file.fileno(), lambda: None)
            except OSError as error:
                faults.append(type(error))
        loop.stop()

    loop.at(loop.now(), attempt)
    run(loop)
    assert faults == [PermissionError]


def test_a_fault_in_a_callback_is_printed_counted_and_survived(run, capfd):
    loop = Loop()

    def broken():
        raise ValueError("ours")

    loop.at(loop.now(), broken)
    loop.at(loop.now() + 5, loop.stop)
    run(loop)
    assert loop.faults == 1
    assert "internal error" in capfd.readouterr().err


def test_signals_arrive_as_callbacks(run):
    loop = Loop()
    heard = []
    loop.on_signal(signal.SIGHUP, lambda: heard.append("hup"))
    loop.on_signal(signal.SIGTERM, loop.stop)
    loop.at(loop.now(), lambda: os.kill(os.getpid(), signal.SIGHUP))
    loop.at(loop.now() + 10, lambda: os.kill(os.getpid(), signal.SIGTERM))
    run(loop)
    assert heard == ["hup"]


def test_a_signal_before_the_loop_runs_is_kept(run):
    loop = Loop()
    loop.on_signal(signal.SIGTERM, loop.stop)
    os.kill(os.getpid(), signal.SIGTERM)
    began = loop.now()
    run(loop)
    assert loop.now() - began < 1500


def test_stop_before_run_is_kept():
    loop = Loop()
    loop.stop()
    loop.run()


def test_asyncio_takes_over_what_was_watched_and_timed():
    loop = Loop()
    near, far = socket.socketpair()
    heard = []

    def readable():
        heard.append((near.recv(10), is_asyncio()))

    def taken_over():
        heard.append(("asyncio", is_asyncio()))
        far.send(b"after")

    loop.watch(near, readable)
    forgotten = loop.at(loop.now() + 500, lambda: pytest.fail("cancelled"))
    loop.at(loop.now(), lambda: loop.cancel(forgotten))
    far.send(b"before")
    loop.at(loop.now() + 5, lambda: loop.with_asyncio(taken_over))
    loop.at(loop.now() + 1000, lambda: (heard.append(("timer", is_asyncio())), loop.stop()))
    loop.run()
    assert heard == [(b"before", False), ("asyncio", True), (b"after", True), ("timer", True)]


def test_another_thread_is_heard_and_after_the_end_nothing_happens(run):
    loop = Loop()
    heard = []

    def answer(*args):
        heard.append((args, threading.current_thread() is threading.main_thread()))
        loop.stop()

    loop.at(loop.now(), lambda: threading.Thread(target=loop.from_thread, args=(answer, 1, 2)).start())
    run(loop)
    loop.from_thread(answer, 3)
    assert heard == [((1, 2), True)]


def test_a_timer_of_months_is_waited_for():
    loop = Loop()
    loop.at(loop.now() + 90 * 86_400_000, lambda: pytest.fail("too early"))
    loop.at(loop.now() + 5, loop.stop)
    loop.run()


def test_an_agent_without_a_broker_never_loads_asyncio():
    code = (
        "import sys; from ezvpn.runtime.cpython.loop import Loop; import ezvpn.main; loop = Loop(); "
        "loop.at(loop.now(), loop.stop); loop.run(); print('asyncio' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def is_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
