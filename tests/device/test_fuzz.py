"""The fuzz tests on the device binary: nothing raises, and it sends, says and drops what CPython does, byte by byte."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from doubles import handshake
from fuzz.receive import STEPS, fuzz

from ezvpn.ike.endpoint import Endpoint
from ezvpn.record import Secret

from .test_mover import run

DATAGRAMS, SEED = 2000, 7
KEYSTROKES = 20000


class Recorded(Endpoint):
    """Writes its calls down as device/verbs.py reads them."""

    made: list[Recorded]
    lines: list[list[Any]]

    def __init__(self, crypto: Any, entropy: handshake.Counter) -> None:
        super().__init__(crypto, entropy)
        self.said = hashlib.sha256()
        self.made.append(self)
        self.note("new", entropy.seed)

    def note(self, *line: Any) -> None:
        assert self.made[-1] is self, "one endpoint after the other"
        self.lines.append(list(line))

    def tell(self) -> str:
        return f"{self.said.hexdigest()} {sorted(self.dropped.items())}"

    def connect(self, attempt: Any, now: int) -> int:
        transforms = [[getattr(each, name) for name in each._fields] for each in attempt.transforms]
        where = (attempt.peer.hex(), attempt.local.hex(), list(attempt.local_ports))
        self.note("connect", *where, attempt.group_name.decode(), attempt.psk.reveal().decode(), transforms, now)
        return super().connect(attempt, now)

    def receive(self, view: memoryview | bytes, now: int, source: tuple[int, bytes, int]) -> None:
        self.note("receive", bytes(view).hex(), now, source[0], bytes(source[1]).hex(), source[2])
        super().receive(view, now, source)

    def timeout(self, now: int) -> None:
        self.note("timeout", now)
        super().timeout(now)

    def transmit(self, buf: bytearray | memoryview, now: int) -> int:
        self.note("transmit", now)
        size = super().transmit(buf, now)
        self.said.update(str(size).encode() + bytes(buf[:size]))
        return size

    def event(self) -> Any:
        self.note("event")
        event = super().event()
        self.said.update(type(event).__name__.encode())
        return event

    def answer_xauth(self, session: int, fields: Any, now: int) -> None:
        plain = [(number, text.reveal().decode() if isinstance(text, Secret) else text) for number, text in fields]
        self.note("answer_xauth", session, plain, now)
        super().answer_xauth(session, fields, now)

    def open_child(self, session: int, request: Any, now: int, replaces: int = 0) -> int:
        selectors = [[each.address.hex(), each.mask.hex()] for each in (request.local, request.remote)]
        transforms = [[each.cipher, each.key_bits, each.auth] for each in request.transforms]
        self.note("open_child", session, selectors, transforms, now)
        return super().open_child(session, request, now, replaces)

    @property
    def trace(self) -> int:
        return Endpoint.trace.fget(self)  # type: ignore[attr-defined, no-any-return]

    @trace.setter
    def trace(self, bits: int) -> None:
        self.note("trace", bits)
        Endpoint.trace.fset(self, bits)  # type: ignore[attr-defined]


@contextmanager
def recording(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Recorded]]:
    class Fresh(Recorded):
        made: list[Recorded] = []
        lines: list[list[Any]] = []

    monkeypatch.setattr(handshake, "Endpoint", Fresh)
    yield Fresh


@pytest.mark.parametrize("state", STEPS)
def test_mutated_datagrams_have_the_same_effect(state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with recording(monkeypatch) as recorded:
        fuzz(state, DATAGRAMS, SEED)
    trace = tmp_path / "trace"
    trace.write_text("".join(json.dumps(line) + "\n" for line in recorded.lines))
    assert run("device.verbs", trace).splitlines() == [each.tell() for each in recorded.made]


def test_whatever_is_typed_nothing_raises() -> None:
    said = run("fuzz.console", KEYSTROKES, 9)
    assert said == f"fuzz.console on micropython: {2 * KEYSTROKES} bytes, seed 9, nothing raised\n"
