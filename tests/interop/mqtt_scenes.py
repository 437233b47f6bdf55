"""What each MQTT adapter must show against a real mosquitto, written once for both of them. program: see `programs`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
import time

from ezvpn_hil.mosquitto import Mosquitto
from ezvpn_hil.watcher import Watcher
from interop.programs import double

DEVICE = "ezvpn/edge1/"
LATE_MS = 50


class Device:
    """`doubles.reporting_device` in a process of its own."""

    def __init__(self, program: str, port: int, **options: object) -> None:
        words = [f"port={port}"] + [f"{name}={value}" for name, value in options.items()]
        self.process = subprocess.Popen(
            [*double(program, "reporting_device"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self._lines: list[str] = []
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Device:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(5)
        self._reader.join(5)

    def said(self) -> list[str]:
        with self._changed:
            return list(self._lines)

    def wait(self, start: str, count: int = 1, limit_s: float = 20) -> str:
        """The `count`-th line that begins so."""

        def found() -> list[str]:
            return [line for line in self._lines if line.startswith(start)]

        limit = time.monotonic() + limit_s
        with self._changed:
            while len(found()) < count:
                assert self._changed.wait(max(limit - time.monotonic(), 0)), f"no {start!r}: {self._lines}"
            return found()[count - 1]

    def ends(self) -> list[str]:
        """What it said until it closed by itself."""
        assert self.process.wait(20) == 0, self.said()
        self._reader.join(5)
        return self.said()

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(5)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self._changed:
                self._lines.append(line.rstrip())
                self._changed.notify_all()


def a_killed_device_is_offline_retained(program: str, broker: Mosquitto) -> None:
    """CONNECT(will) --> birth --> (kill -9)   broker: `offline`, retained"""
    with Watcher(broker.port) as watcher, Device(program, broker.port) as device:
        watcher.wait("edge1/status", b"online")
        device.kill()
        watcher.wait("edge1/status", b"offline")
    with Watcher(broker.port) as late:
        (status,) = late.wait("edge1/status")
        assert (status.payload, status.retained) == (b"offline", True)


def a_late_subscriber_sees_the_whole_snapshot(program: str, broker: Mosquitto) -> None:
    with Device(program, broker.port, events=3, every=50) as device:
        with Watcher(broker.port) as watcher:
            watcher.wait("/event", count=3)
        with Watcher(broker.port) as late:
            state = late.wait("branch/state")[-1]
            info = late.wait("edge1/info")[-1]
            status = late.wait("edge1/status")[-1]
        assert (state.retained, info.retained, status.retained) == (True, True, True)
        assert status.payload == b"online"
        assert state.topic == DEVICE + "tunnel/branch/state"
        said = state.json()
        assert (said["schema_version"], said["state"], said["peer"]) == (1, "STATE3", "vpn.example.net")
        assert said["boot_id"] == info.json()["boot_id"] == "b0075eed"
        assert device.said() == ["up"]


def a_broker_restart_loses_no_event(program: str, broker: Mosquitto) -> None:
    """e1 .. ek -->   (broker stopped)   ek+1 .. queued   (broker back)   birth, info, state, ek+1 .. e25 in order.

    The dashboard has a persistent session, so what the broker acknowledged reaches it in any case."""
    with (
        Watcher(broker.port, persistent="dashboard") as watcher,
        Device(program, broker.port, events=25, every=80) as device,
    ):
        watcher.wait("/event", count=5)
        broker.stop()
        device.wait("down")
        time.sleep(0.5)  # some more events, with nobody there
        broker.start()
        device.wait("up", count=2)
        limit = time.monotonic() + 20
        while not (events := watcher.messages("/event")) or events[-1].json()["seq"] < 25:
            assert time.monotonic() < limit, watcher.messages()[-3:]
            time.sleep(0.05)
        births = [seen.payload for seen in watcher.messages("edge1/status")]
        seqs = [seen.json()["seq"] for seen in events]
    assert births[0] == births[-1] == b"online" and len(births) >= 2
    # QoS 1: one whose acknowledgement was lost comes twice, next to itself.
    once = [seq for position, seq in enumerate(seqs) if position == 0 or seqs[position - 1] != seq]
    assert once == list(range(1, 26))
    assert len(seqs) - len(once) <= 1


def a_stopped_device_says_offline_itself(program: str, broker: Mosquitto) -> None:
    with Watcher(broker.port) as watcher, Device(program, broker.port, events=1, first=690, stop=700) as device:
        began = time.monotonic()
        assert device.ends()[:2] == ["up", "down stopped"]
        assert time.monotonic() - began < 3.7
        watcher.wait("edge1/status", b"offline")
        assert [seen.topic.rsplit("/", 1)[1] for seen in watcher.messages()][-1] == "status"
        assert len(watcher.messages("/event")) == 1


def another_route_reconnects_at_once_without_an_offline(program: str, broker: Mosquitto) -> None:
    with Watcher(broker.port) as watcher, Device(program, broker.port, reopen=500, stop=1200) as device:
        assert device.ends()[:3] == ["up", "down reconnecting", "up"]
        watcher.wait("edge1/status", b"offline")
        assert [seen.payload for seen in watcher.messages("edge1/status")] == [b"online", b"online", b"offline"]


def a_silent_broker_delays_nothing(program: str, **options: object) -> None:
    """TCP connect --> (accepted, then silence): a 5 ms timer of the same loop is never late by LATE_MS."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=50) as server,
        Device(program, server.getsockname()[1], ticker=1, keepalive=60, stop=13000, **options) as device,
    ):
        said = device.ends()
    assert len(said) in (4, 5), said  # one attempt or two, no more words
    what = "the TLS handshake" if "tls" in options else "the MQTT CONNECT"
    assert said[0] == f"refused no answer to {what} within 10 s"
    assert said[-1] == "closed"
    assert int(said[-2].split()[1]) < LATE_MS, said


def first_word(program: str, port: int, **options: object) -> str:
    """What the adapter says first."""
    with Device(program, port, **options) as device:
        return device.wait("")
