"""Signals wait for the end of the block, and come then."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from ezvpn_hil.lab.interrupts import held


@pytest.fixture(autouse=True)
def interruptible() -> Iterator[None]:
    """As at a terminal: a shell starts background jobs with SIGINT ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_the_end() -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), held():
        os.kill(os.getpid(), signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"]


def test_handlers_are_as_before() -> None:
    before = [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)]
    with held():
        assert signal.getsignal(signal.SIGINT) not in before
    assert [signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM)] == before


def test_other_threads_change_nothing() -> None:
    said: list[bool] = []
    before = signal.getsignal(signal.SIGINT)

    def work() -> None:
        with held():
            said.append(signal.getsignal(signal.SIGINT) is before)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(5)
    assert said == [True]
