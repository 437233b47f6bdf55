"""Signals out of a descriptor, with a stand-in for the C module; tests/interop stops and reloads the device binary for real."""

import importlib
import struct
import sys
import types

import pytest


class Edgec(types.ModuleType):
    def __init__(self):
        super().__init__("_edgec")
        self.waiting = []
        self.closed = []
        self.asked = []

    def signalfd(self, numbers):
        self.asked = numbers
        return 9

    def read(self, fd, buffer):
        if not self.waiting:
            return None
        struct.pack_into("@I", buffer, 0, self.waiting.pop(0))
        return len(buffer)

    def close(self, fd):
        self.closed.append(fd)


class Loop:
    def __init__(self):
        self.watched = {}

    def watch(self, fd, on_readable):
        self.watched[fd] = on_readable

    def unwatch(self, fd):
        del self.watched[fd]


@pytest.fixture
def edgec(monkeypatch):
    made = Edgec()
    monkeypatch.setitem(sys.modules, "_edgec", made)
    monkeypatch.delitem(sys.modules, "ezvpn.runtime.micropython.signals", raising=False)
    return made


def test_each_signal_calls_what_it_was_given(edgec):
    signals = importlib.import_module("ezvpn.runtime.micropython.signals")
    loop, called = Loop(), []
    made = signals.Signals(
        loop, {signals.SIGTERM: lambda: called.append("stop"), signals.SIGHUP: lambda: called.append("read")}
    )
    assert edgec.asked == [1, 15]
    edgec.waiting = [1, 15]
    for _ in range(3):
        loop.watched[9]()
    assert called == ["read", "stop"]
    made.close()
    assert edgec.closed == [9] and not loop.watched
