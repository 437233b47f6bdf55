"""`pytest hil --place NAME`: the same suites on each board. A place (hil/places/NAME.toml) says how one is reached.

Every board of a test has a data partition of its own and is off when the test begins; what its serial port said is in
hil/.out/TEST/console.log.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezvpn_firmware import boards, image, targets
from ezvpn_hil.board import Board
from ezvpn_hil.drivers import qemu
from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.namespace import Namespace
from ezvpn_hil.lab.plan import Gateway

OUT = Path(__file__).resolve().parent / ".out"
OUTSIDE, INSIDE = "tap0", "tap1"
INSIDE_HOST = "10.20.0.9"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--place", default="qemu_virt_armv7", help="the board: a file of hil/places")


@pytest.fixture(scope="session")
def machine(request: pytest.FixtureRequest) -> qemu.Machine:
    found = qemu.machine(request.config.getoption("--place"))
    if not shutil.which(found.program):
        targets.install([found.package])
    return found


@pytest.fixture(scope="session")
def built(machine: qemu.Machine) -> image.Image:
    """The image of the board; `make hil` has built it before."""
    return image.build(boards.of(machine.board), print)


@pytest.fixture(scope="session")
def lab() -> Iterator[Lab]:
    """Two gateways and a broker. The client's namespace is the bench: the WAN ends in the board's first port, and an inside host
    is at its second."""
    with Lab([Gateway(), Gateway()], nat=False) as lab:
        cable(lab.client)
        yield lab


def cable(bench: Namespace) -> None:
    bench.batch(
        "addr flush dev wan0",
        "link add br0 type bridge",
        "link set br0 up",
        "link set wan0 master br0",
        f"tuntap add {OUTSIDE} mode tap",
        f"link set {OUTSIDE} master br0",
        f"link set {OUTSIDE} up",
        f"tuntap add {INSIDE} mode tap",
        f"addr add {INSIDE_HOST}/24 dev {INSIDE}",
        f"link set {INSIDE} up",
    )


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    """Where the run's files are: they stay."""
    made = OUT / re.sub(r"\W+", "-", request.node.name)
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    return made


@pytest.fixture
def board(machine: qemu.Machine, built: image.Image, lab: Lab, folder: Path) -> Iterator[Board]:
    driver = qemu.Qemu(machine, lab.client, built.folder, folder, (OUTSIDE, INSIDE))
    yield Board(driver)
    driver.off()
    driver.data.unlink(missing_ok=True)
