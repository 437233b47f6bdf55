"""`make demo`: a tunnel on this machine, from an empty machine to nothing left behind, told step by step.

    python -m ezvpn_hil.demo [--gateway strongswan|practice] [--broker mosquitto|embedded]

Belongs here: what is shown and in which order. Not here: the lab (`lab`), the agent, installing (`tools/setup.sh`).
Without root it runs again in namespaces of its own; where strongSwan or mosquitto isn't installed or doesn't start, the
practice gateway or the embedded broker stands in.
Exit codes: 0 all steps went well, 1 one did not, 3 the machine doesn't allow it, 130 interrupted.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from ezvpn_hil.lab import broker as brokers
from ezvpn_hil.lab import rootless, strongswan
from ezvpn_hil.lab.agent import Agent, six_lines
from ezvpn_hil.lab.broker import Subscription
from ezvpn_hil.lab.gateway import RunningGateway
from ezvpn_hil.lab.interrupts import SIGNALS
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import LabError
from ezvpn_hil.lab.plan import LAN_HOST, SERVICES, Gateway
from ezvpn_hil.lab.processes import environment, wait_until

DEVICE = "edge-demo"
TUNNEL = "HQ"
TEN_MEGABYTES = 10_000_000
CONNECT_LIMIT_S = 30.0
REPORT_STEP_S = 0.05
# The seconds and the retry of `crypto isakmp keepalive`: a silent peer is dead at most KEEPALIVE_S + 5 x RETRY_S after its last
# answer, and the next one has the tunnel within a second.
KEEPALIVE_S, RETRY_S = 10, 2
DEAD_LIMIT_S = KEEPALIVE_S + 5 * RETRY_S
FAILOVER_LIMIT_S = 1.0

WATCHING = f"crypto isakmp keepalive {KEEPALIVE_S} {RETRY_S} periodic\n"
REPORTING = """!
hostname {device}
mqtt
 broker mqtt://{broker}
 metrics-interval 5
"""

BOLD, DIM, RED, GREEN, CYAN, PLAIN = "\033[1m", "\033[2m", "\033[31m", "\033[32m", "\033[36m", "\033[0m"


STAND_INS = ("practice", "embedded")
# Programs without which there is no lab, and their Debian packages.
NEEDED = {"ip": "iproute2", "ping": "iputils-ping", "sysctl": "procps"}


class Failed(Exception):
    """A step didn't do what it should; the text says what."""


class Teller:
    """Prints; coloured only on a terminal. Two threads use it."""

    def __init__(self) -> None:
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._step = 0

    def line(self, text: str = "", style: str = "") -> None:
        with self._lock:
            print(f"{style}{text}{PLAIN}" if style and self._colour else text, flush=True)

    def step(self, text: str) -> None:
        self._step += 1
        self.line()
        self.line(f"{time.monotonic() - self._began:6.2f} s  {self._step}. {text}", BOLD)

    def done(self, text: str) -> None:
        self.line(f"          ok   {text}", GREEN)

    def block(self, text: str, style: str = DIM) -> None:
        for row in text.rstrip("\n").splitlines():
            self.line(f"          {row}", style)

    def report(self, topic: str, payload: Any) -> None:
        self.line(f"{time.monotonic() - self._began:6.2f} s  mqtt {topic.partition('/')[2]}: {summary(payload)}", CYAN)


def summary(payload: Any) -> str:
    """One line of a report."""
    if not isinstance(payload, dict):
        return str(payload) if payload else "(cleared)"
    if "mnemonic" in payload:
        return str(payload.get("text") or payload["mnemonic"]).rstrip()
    if "bytes_in" in payload:
        return (
            f"in {payload['packets_in']} packets {payload['bytes_in']} bytes,"
            f" out {payload['packets_out']} packets {payload['bytes_out']} bytes"
        )
    if "state" in payload:
        assigned = payload.get("assigned") or {}
        rows = [str(payload["state"])]
        if payload.get("peer"):
            rows.append(f"peer {payload['peer']}")
        if isinstance(assigned, dict) and assigned.get("address"):
            rows.append(f"address {assigned['address']}")
        if payload.get("reason"):
            rows.append(str(payload["reason"]))
        return ", ".join(rows)
    return ", ".join(f"{k} {v}" for k, v in payload.items() if isinstance(v, str | int) and k != "schema_version")


class Reporter(threading.Thread):
    """Prints what the broker hands on, as it comes."""

    def __init__(self, teller: Teller, subscription: Subscription) -> None:
        super().__init__(daemon=True)
        self._teller = teller
        self._subscription = subscription
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._told = 0

    def run(self) -> None:
        while not self._over.wait(REPORT_STEP_S):
            self.catch_up()

    def catch_up(self) -> None:
        """Print what came until now. Called before a step tells its end, so that cause and effect are in order."""
        with self._lock:
            messages = self._subscription.messages()
            for topic, payload, _ in messages[self._told :]:
                self._teller.report(topic, payload)
            self._told = len(messages)

    def close(self) -> None:
        self._over.set()
        self.join(5)
        self.catch_up()


def configuration(gateway: Gateway, *peers: str) -> tuple[str, str]:
    """The lines that connect to the first peer that lives and watch it, and the lines that report."""
    return WATCHING + six_lines(gateway, *peers, name=TUNNEL), REPORTING.format(device=DEVICE, broker=SERVICES)


def show(teller: Teller, lab: Lab) -> None:
    """The demo's story. Raises Failed or LabError where it ends early."""
    assert lab.broker is not None
    kind, addresses = lab.gateways[0].options.kind, " and ".join(gateway.address for gateway in lab.gateways)
    teller.done(f"lab {lab.name}: {kind} at {addresses}, protected host {LAN_HOST}, broker at {SERVICES}")
    before = lab.client.dump()
    dashboard = lab.broker.subscribe()
    reporter = Reporter(teller, dashboard)
    reporter.start()
    try:
        _tunnel(teller, lab, dashboard, reporter, before)
    finally:
        reporter.close()


def _tunnel(teller: Teller, lab: Lab, dashboard: Subscription, reporter: Reporter, before: dict[str, Any]) -> None:
    first, second = lab.gateways[:2]
    connecting, reporting = configuration(first.options, first.address, second.address)
    teller.step("Start the agent in the client's namespace with these lines")
    teller.block(connecting)
    teller.block(reporting)
    agent = lab.agent()
    began = time.monotonic()
    agent.start(connecting + reporting)
    if not wait_until(lambda: _connected(agent, dashboard) == first.address, CONNECT_LIMIT_S, 0.02):
        raise Failed(f"no tunnel within {CONNECT_LIMIT_S:.0f} s; the end of the agent's log:\n{agent.log_tail()}")
    took = time.monotonic() - began
    reporter.catch_up()
    teller.done(f"tunnel up and reported {took:.2f} s after the start of the agent")

    teller.step("Ask its console: show crypto ipsec client ezvpn")
    teller.block(agent.execute("show crypto ipsec client ezvpn"), "")

    teller.step(f"Send traffic through the tunnel to {LAN_HOST}")
    check(teller, lambda: lab.client.ping(LAN_HOST), "3 pings of 3 answered")
    for way in ("down", "up"):
        good, seconds = lab.transfer(way, TEN_MEGABYTES)
        check(teller, lambda good=good: good, f"10 MB {way} in {seconds:.2f} s, SHA-256 equal at both ends")  # type: ignore[misc]
    _gateway_says(teller, first)

    teller.step("Wait for the next metrics")
    try:
        dashboard.wait(f"tunnel/{TUNNEL}/metrics", limit_s=8)
    except LabError as error:
        raise Failed(str(error)) from None
    reporter.catch_up()

    _failover(teller, lab, agent, dashboard, reporter)

    teller.step("Stop the agent")
    began = time.monotonic()
    code = agent.stop()
    if code != 0:
        raise Failed(f"the agent ended with {code}:\n{agent.log_tail()}")
    teller.done(f"ended after {time.monotonic() - began:.2f} s")
    check(teller, lambda: dashboard.wait("/status", "offline", 3) == "offline", "the broker says: offline")
    check(teller, lambda: lab.client.dump() == before, "addresses, links, routes and rules are as before")

    reporter.catch_up()
    teller.step("The story as the broker heard it")
    for number, text in enumerate(_events(dashboard), 1):
        teller.block(f"{number:2d}. {text}", "")


def _failover(teller: Teller, lab: Lab, agent: Agent, dashboard: Subscription, reporter: Reporter) -> None:
    """The gateway in use falls silent: dead peer detection, and the next one has the tunnel."""
    first, second = lab.gateways[:2]
    teller.step(f"Freeze gateway {first.address}: it is there and says nothing more")
    told = len(_events(dashboard))
    began = time.monotonic()
    first.freeze()
    try:
        if not wait_until(lambda: any("DOWN" in text for text in _events(dashboard)[told:]), DEAD_LIMIT_S + 2, 0.02):
            raise Failed(f"nobody noticed within {DEAD_LIMIT_S} s; the end of the agent's log:\n{agent.log_tail()}")
        down = time.monotonic()
        reporter.catch_up()
        teller.done(
            f"noticed {down - began:.2f} s later, at most {DEAD_LIMIT_S} s with keepalive {KEEPALIVE_S} {RETRY_S}"
        )
        if not wait_until(lambda: _connected(agent, dashboard) == second.address, CONNECT_LIMIT_S, 0.02):
            raise Failed(f"no tunnel to {second.address}; the end of the agent's log:\n{agent.log_tail()}")
        took = time.monotonic() - down
        reporter.catch_up()
        check(teller, lambda: took <= FAILOVER_LIMIT_S, f"tunnel up at {second.address} {took:.2f} s after DOWN")
        check(teller, lambda: lab.client.ping(LAN_HOST), "3 pings of 3 answered")
        _gateway_says(teller, second)
    finally:
        first.thaw()


def _connected(agent: Agent, dashboard: Subscription) -> str:
    """The gateway that the last report names with an assigned address, "" while there is none."""
    if agent.returncode is not None:
        raise Failed(f"the agent ended with {agent.returncode}:\n{agent.log_tail()}")
    states = [p for t, p, _ in dashboard.messages() if t.endswith(f"tunnel/{TUNNEL}/state")]
    if not states or not isinstance(states[-1], dict) or not (states[-1].get("assigned") or {}).get("address"):
        return ""
    return str(states[-1].get("peer"))


def _events(dashboard: Subscription) -> list[str]:
    """What the events of the tunnel say, in the order of the broker."""
    found = [p for t, p, _ in dashboard.messages() if t.endswith(f"tunnel/{TUNNEL}/event")]
    return [summary(payload) for payload in found]


def _gateway_says(teller: Teller, gateway: RunningGateway) -> None:
    for sa in [sa for sa in gateway.list_sas() if sa.get("state") == "ESTABLISHED"][:1]:
        addresses = ", ".join(sa.get("remote-vips", []))
        teller.done(f"the gateway says: {sa.get('remote-xauth-id', '')} has {addresses}")
        for child in sa.get("child-sas", {}).values():
            suite = "-".join(child[k] for k in ("encr-alg", "encr-keysize", "integ-alg") if k in child)
            networks = ", ".join(child["local-ts"])
            teller.done(f"the gateway says: {networks} {suite}, {child['bytes-in']} bytes in, {child['bytes-out']} out")


def check(teller: Teller, good: Callable[[], bool], text: str) -> None:
    try:
        right = good()
    except LabError as error:
        raise Failed(f"not so: {text}: {error}") from None
    if not right:
        raise Failed(f"not so: {text}")
    teller.done(text)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ezvpn_hil.demo", description="A tunnel on this machine, shown step by step.")
    parser.add_argument(
        "--gateway", choices=["strongswan", "practice"], help="default: strongSwan where it is installed"
    )
    parser.add_argument("--broker", choices=["mosquitto", "embedded"], help="default: mosquitto where it is installed")
    options = parser.parse_args(argv)
    if packages := missing():
        print(f"demo: programs are missing.\nRun: {as_root('apt-get install -y ' + packages)}", file=sys.stderr)
        return 3
    if rootless.needed():
        if reason := rootless.possible():
            print(
                f"demo: no namespaces without root on this machine ({reason}).\nRun: {as_root('make demo')}",
                file=sys.stderr,
            )
            return 3
        print("not root: everything happens in namespaces of this user's own", flush=True)
        rootless.enter([sys.executable, "-m", "ezvpn_hil.demo", *(sys.argv[1:] if argv is None else argv)])
    gateway = options.gateway or ("strongswan" if strongswan.installed() else "practice")
    broker = options.broker or ("mosquitto" if brokers.installed() else "embedded")
    for number in SIGNALS:
        signal.signal(number, _interrupted)
    teller = Teller()
    try:
        with built(teller, gateway, broker, bool(options.gateway or options.broker)) as lab:
            show(teller, lab)
            teller.step("Take everything down")
        teller.done("no process, namespace, link or file is left")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on; nothing is left all the same
        return 1
    except (Failed, LabError, OSError) as error:
        teller.line(f"\ndemo failed: {error}", RED)
        return 1
    except KeyboardInterrupt:
        teller.line("\ninterrupted; everything was taken down", RED)
        return 130
    return 0


@contextmanager
def built(teller: Teller, gateway: str, broker: str, wanted: bool) -> Iterator[Lab]:
    """A lab that is up. Where installed programs were not asked for by name and don't start (a profile of the machine forbids
    it to them, say), ours stand in. Raises LabError."""
    teller.step("Build a network in namespaces: two gateways, protected LAN, client, broker")
    lab = Lab([Gateway(kind=gateway)] * 2, nat=False, broker_program=broker)
    try:
        try:
            lab.up()
        except LabError as error:
            if wanted or (gateway, broker) == STAND_INS:
                raise
            teller.block(str(error))
            teller.step("Build it with the practice gateway and the embedded broker, which stand in")
            lab = Lab([Gateway(kind=STAND_INS[0])] * 2, nat=False, broker_program=STAND_INS[1])
            lab.up()
        yield lab
    finally:
        lab.down()


def missing() -> str:
    """The Debian packages that the lab can't do without and that aren't there, with spaces between."""
    path = environment()["PATH"]
    return " ".join(package for program, package in NEEDED.items() if not shutil.which(program, path=path))


def as_root(command: str) -> str:
    """The command as this user can type it."""
    if not rootless.needed():
        return command
    return f"sudo {command}" if shutil.which("sudo") else f"su -c '{command}'"


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
