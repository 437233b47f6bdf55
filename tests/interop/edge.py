"""The agent as a whole in a namespace of a lab, seen from outside: its log, its console, its reports, what it leaves behind.

Belongs here: what all tests of the whole agent do with it. Not here: starting and stopping it (`ezvpn_hil.lab.agent`), the
lines of its configuration (`configurations`).
"""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from doubles.micropython import asleep

from ezvpn_hil.lab.agent import CPYTHON, Agent
from ezvpn_hil.lab.broker import Broker
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import LabError, Namespace
from ezvpn_hil.lab.plan import LAN_HOST
from ezvpn_hil.lab.processes import wait_until

UP = "%CRYPTO-6-EZVPN_CONNECTION_UP"
DOWN = "%CRYPTO-6-EZVPN_CONNECTION_DOWN"
SESSION_UP = "%CRYPTO-5-SESSION_STATUS: Crypto tunnel is UP"
TUNNEL = "HQ"
TEN_MEGABYTES = 10_000_000
TERM_LIMIT_S = 3.0
PING_LIMIT_S = 5.0
CONSOLE_S = 10.0
STATUS = re.compile(r"(\S+ +\S+ [\d:.]+): %CRYPTO-5-SESSION_STATUS: Crypto tunnel is (UP|DOWN) *\.  Peer ([\d.]+):")


class Edge:
    """One agent, named like its device. `before`: the kernel's addresses, links, routes and rules before it was started.
    `started`: all of this run, so that a test that fails leaves none behind for the next one."""

    started: ClassVar[list[Edge]] = []
    # What runs where a test does not say: CPython, or what `--agent` chose (conftest).
    usual: ClassVar[Sequence[str]] = CPYTHON

    def __init__(
        self,
        lab: Lab,
        name: str,
        space: Namespace | None = None,
        options: tuple[str, ...] = (),
        program: Sequence[str] = (),
    ) -> None:
        self.lab = lab
        self.name = name
        self.space = space or lab.client
        self.agent: Agent = lab.agent(self.space, name, options, program or Edge.usual)
        self.before = self.space.dump()
        self.text = ""

    def start(self, text: str | None = None) -> None:
        self.text = text or self.text
        if self not in Edge.started:
            Edge.started.append(self)
        self.agent.start(text)

    def wait_up(self, count: int = 1, limit_s: float = 10.0) -> None:
        """Wait until it has said so many times that its tunnel is up."""
        self.agent.wait_log(UP, count, limit_s)

    def connect(self, text: str) -> None:
        self.start(text)
        self.wait_up()

    def show(self, what: str = "crypto ipsec client ezvpn") -> Any:
        """The json twin of a `show` command."""
        return json.loads(self.ask(f"show {what} json"))

    def ask(self, command: str) -> str:
        """The answer to a command, without a program of ours in between: for questions that are asked often."""
        with socket.socket(socket.AF_UNIX) as client, client.makefile("rb") as answer:
            client.settimeout(CONSOLE_S)
            client.connect(str(self.agent.state_dir / "console.sock"))
            client.sendall(f"exec {command}\n".encode())
            code, _, text = answer.read().partition(b"\n")
        assert code.startswith(b"0 "), text
        return text.decode()

    def history(self) -> list[tuple[float, str, str]]:
        """(second, UP or DOWN, peer) of every time the tunnel came up or went down."""
        return [
            (datetime.strptime("2000 " + at, "%Y %b %d %H:%M:%S.%f").timestamp(), word, peer)
            for at, word, peer in STATUS.findall(self.agent.log_text())
        ]

    @property
    def address(self) -> str:
        """The address that the gateway gave it, as the kernel tells it."""
        rows = [
            a for link in self.space.dump()["addr"] for a in link["addr_info"] if link["ifname"].startswith("ezvpn")
        ]
        assert len(rows) == 1, rows
        return str(rows[0]["local"])

    def check_both_ways(self, host: str = LAN_HOST) -> None:
        """Three pings from here to a protected host and three from the LAN to the address that was assigned, all answered. Up is
        said when our third message of quick mode leaves; the gateway puts its SAs in place a moment later, and `ping` takes an
        answer that is later than 100 ms, as on a busy machine, for lost."""
        assert wait_until(lambda: self.space.ping(host), PING_LIMIT_S), self.agent.log_tail()
        assert wait_until(lambda: self.lab.lan.ping(self.address), PING_LIMIT_S), self.agent.log_tail()

    def check_transfer(self, size: int = TEN_MEGABYTES) -> None:
        """TCP in both directions; the checksums of both ends match."""
        for way in ("down", "up"):
            good, _ = self.lab.transfer(way, size, self.space)
            assert good, way

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """TERM or Ctrl-C: it exits with 0 within 3 s and everything is as before."""
        began = time.monotonic()
        assert self.agent.stop(number) == 0, self.agent.log_tail()
        assert time.monotonic() - began < TERM_LIMIT_S
        self.check_as_before()

    def interrupt(self) -> None:
        """Ctrl-C while it waits, which is nearly always."""
        asleep(self.agent.pid)
        self.stop(signal.SIGINT)
        assert "internal error" not in self.agent.log_text()

    def end(self) -> None:
        """Whatever state it is in, it is gone afterwards."""
        if self.agent.returncode is None:
            try:
                self.agent.stop()
            except LabError:
                self.agent.stop(signal.SIGKILL)

    def check_as_before(self) -> None:
        assert self.space.dump() == self.before
        self.check_no_secret()

    def check_no_secret(self) -> None:
        """Neither key nor password of its configuration stands in its log."""
        for line in self.text.splitlines():
            for word in (" key ", " password "):
                _, found, secret = line.partition(word)
                if found and len(secret) > 4:
                    assert secret.strip() not in self.agent.log_text(), f"a secret in {self.agent.log}"


class Console:
    """A person at the console of an agent, with all rights. `text`: all that was printed since."""

    def __init__(self, edge: Edge) -> None:
        self.text = ""
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(CONSOLE_S)
        self._socket.connect(str(edge.agent.state_dir / "console.sock"))
        self._socket.sendall(b"attach 200\n")
        self.wait(">")
        self.type("enable")

    def __enter__(self) -> Console:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def wait(self, end: str) -> str:
        """Read until what was printed since the last call ends so; it."""
        start = len(self.text)
        while not self.text.rstrip().endswith(end) or len(self.text) == start:
            data = self._socket.recv(4096)
            assert data, f"the console was closed after {self.text[start:]!r}"
            self.text += data.decode()
        return self.text[start:]

    def send(self, line: str) -> None:
        """Type a line and don't wait."""
        self._socket.sendall(line.encode() + b"\r")

    def type(self, line: str, end: str = "#") -> str:
        """Type a line and wait for what the console prints at the end of its answer."""
        self.send(line)
        return self.wait(end)

    def paste(self, text: str) -> None:
        """A configuration as somebody pastes it: no line is refused."""
        for line in ("configure terminal", *text.splitlines(), "end"):
            answer = self.type(line)
            assert "% " not in answer.replace("% Warning", ""), answer


class Dashboard:
    """What one device has reported of a tunnel, in the order of the broker."""

    def __init__(self, broker: Broker | None, device: str, session: str = "", tunnel: str = TUNNEL) -> None:
        assert broker is not None
        self.base = f"ezvpn/{device}"
        self.tunnel = tunnel
        self._subscription = broker.subscribe(f"{self.base}/#", session)

    @property
    def messages(self) -> list[tuple[str, Any, bool]]:
        """(topic below ezvpn/DEVICE, payload, retained), in order."""
        start = len(self.base) + 1
        return [(topic[start:], payload, kept) for topic, payload, kept in self._subscription.messages()]

    def of(self, topic: str) -> list[Any]:
        """Payloads on a topic below ezvpn/DEVICE, in order."""
        return [payload for t, payload, _ in self.messages if t == topic]

    def retained(self, topic: str) -> list[Any]:
        """Those that the broker gave because it kept them."""
        return [payload for t, payload, kept in self.messages if kept and t == topic]

    @property
    def status(self) -> list[str]:
        return self.of("status")

    @property
    def states(self) -> list[dict[str, Any]]:
        return self.of(f"tunnel/{self.tunnel}/state")

    @property
    def events(self) -> list[dict[str, Any]]:
        return self.of(f"tunnel/{self.tunnel}/event")

    def wait_event(self, mnemonic: str, text: str = "", count: int = 1, limit_s: float = 10.0) -> dict[str, Any]:
        """Wait until so many events of that mnemonic with this text came; the last of them."""

        def found() -> list[dict[str, Any]]:
            return [e for e in self.events if e["mnemonic"] == mnemonic and text in e["text"]]

        if not wait_until(lambda: len(found()) >= count, limit_s, 0.02):
            raise LabError(f"no event {mnemonic} {text!r} within {limit_s:.0f} s; events: {self.events[-5:]}")
        return found()[-1]

    def wait_state(self, limit_s: float = 10.0, **fields: Any) -> dict[str, Any]:
        """Wait until the newest snapshot has these values; it."""

        def right() -> bool:
            states = self.states
            return bool(states) and all(states[-1].get(name) == value for name, value in fields.items())

        if not wait_until(right, limit_s, 0.02):
            raise LabError(f"no state {fields} within {limit_s:.0f} s; the last ones: {self.states[-2:]}")
        return self.states[-1]

    def wait_tries(self, count: int, limit_s: float = 10.0) -> None:
        """Wait until so many tries have ended with a time for the next one."""

        def planned() -> set[int]:
            return {state["next_try"] for state in self.states if state["next_try"] is not None}

        if not wait_until(lambda: len(planned()) >= count, limit_s, 0.02):
            raise LabError(f"{len(planned())} tries within {limit_s:.0f} s, not {count}: {self.states[-2:]}")

    def wait_status(self, word: str, limit_s: float = 10.0) -> None:
        if not wait_until(lambda: self.status[-1:] == [word], limit_s, 0.02):
            raise LabError(f"no {word!r} within {limit_s:.0f} s; the status was {self.status}")

    def close(self) -> None:
        self._subscription.close()
