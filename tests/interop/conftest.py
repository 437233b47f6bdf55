"""Labs with real gateways, built once a session and shared by the tests that use them.

A test that changes a gateway's options, or breaks it for good, builds its own lab with `with Lab(…)`.
"""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from doubles import device_binary

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.plan import LAN, Gateway, own_lan
from interop.edge import Edge

OUT = Path(__file__).resolve().parent.parent / ".out"

# Ended by a signal, a run takes its labs down as after Ctrl-C.
signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    agent: str = config.getoption("--agent")
    if agent != "cpython":
        Edge.usual = (str(device_binary.built(agent).path),)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.interop)


def kept(lab: Lab) -> Iterator[Lab]:
    """The lab for a fixture; its logs stay in tests/.out/NAME when it is gone."""
    with lab:
        try:
            yield lab
        finally:
            shutil.copytree(lab.path / "log", OUT / lab.name, dirs_exist_ok=True)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """gw1: the LAN by split include. gw2: two networks by split include. gw3: the whole default route.
    A client, a client behind NAT, a broker on the WAN."""
    gateways = [Gateway(), Gateway(split=(LAN, own_lan(2))), Gateway(split=None)]
    yield from kept(Lab(gateways, nat=True, broker="wan"))


@pytest.fixture(autouse=True)
def no_agent_stays() -> Iterator[None]:
    """A test that fails leaves no agent in a lab that others use; those of wider fixtures stay."""
    before = len(Edge.started)
    yield
    while len(Edge.started) > before:
        Edge.started.pop().end()


@pytest.fixture
def gateway_mended(lab: Lab) -> Iterator[Lab]:
    """The shared lab for a test that freezes, cuts or restarts a gateway or the broker: afterwards all of them are as before."""
    yield lab
    for gateway in lab.gateways:
        gateway.restore()
        if gateway.daemon.pid is None:
            gateway.start()
        else:
            gateway.thaw()
    if lab.broker is not None:
        if lab.broker.pid is None:
            lab.broker.start()
        else:
            lab.broker.thaw()
