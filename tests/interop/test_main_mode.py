"""Main mode and site-to-site quick modes of the bare endpoint against strongSwan and libreswan: we begin, and they do.

With EZVPN_RECORD=FOLDER two of the runs are written there as vectors (tests/vectors/main-mode-*.json).
"""

from __future__ import annotations

import datetime
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ezvpn_hil.lab.lab import Lab
from ezvpn_hil.lab.libreswan import LibreswanGateway
from ezvpn_hil.lab.plan import CLIENT, CLIENT_NAT, LAN, NAT_OUTSIDE, Gateway, own_lan
from ezvpn_hil.lab.processes import listening, wait_until
from ezvpn_hil.lab.strongswan import StrongSwanGateway
from interop.conftest import kept

TESTS = Path(__file__).resolve().parents[1]
HERE = ("10.1.0.0/16", "10.2.0.0/16")
KEY = "a key for two sites"
# suite -> (phase 1 transform, ESP proposal of strongSwan, ESP transform, PFS group)
SUITES = {
    "aes256-sha256-modp2048": (["aes", 256, "sha256", 14, 86400], "aes256-sha256", ["aes-cbc", 256, "sha256"], 0),
    "aes128-sha1-modp1536": (["aes", 128, "sha1", 5, 3600], "aes128-sha1-modp1024", ["aes-cbc", 128, "sha1"], 2),
    "3des-md5-modp1024": (["3des", 0, "md5", 2, 3600], "3des-sha1", ["3des", 0, "sha1"], 0),
}


def theirs(suite: str) -> tuple[str, str]:
    """The networks behind the gateway of a suite."""
    return LAN, own_lan(1 + list(SUITES).index(suite))


def site(suite: str, **more: Any) -> Gateway:
    options = {"split": theirs(suite), "behind": HERE[:1], "peers": (CLIENT, NAT_OUTSIDE), "psk": KEY, **more}
    return Gateway(ike=(suite,), esp=(SUITES[suite][1],), **options)


@pytest.fixture(scope="module")
def swan() -> Iterator[Lab]:
    yield from kept(Lab([site(suite) for suite in SUITES], nat=True, broker="none"))


def plan(lab: Lab, suite: str, **more: object) -> dict[str, object]:
    phase1, _, esp, pfs = SUITES[suite]
    return {
        "peer": lab.gateways[list(SUITES).index(suite)].address,
        "local": CLIENT,
        "local_ports": [500, 4500],
        "key": KEY,
        "phase1": [["des", 0, "md5", 1, 3600], phase1],
        "esp": [["aes-gcm", 256, ""], esp],
        "pfs": pfs,
        "networks": [[HERE[0], network] for network in theirs(suite)],
        "begins": True,
        "opens": True,
        **more,
    }


# charon drops an answer that comes before the new SA is in its table, and repeats the question after 4 s.
STAYS_MS = 7000


class Run:
    """The driver at work in a client's namespace."""

    def __init__(self, lab: Lab, folder: Path, said: dict[str, object], where: str = "client") -> None:
        self.out = folder / f"run-{time.monotonic_ns()}.json"
        file = self.out.with_suffix(".plan")
        file.write_text(json.dumps(said))
        self.process = lab.spaces[where].popen(
            [sys.executable, "-m", "doubles.udp_driver", str(file), str(self.out)],
            "site",
            env={**os.environ, "PYTHONPATH": str(TESTS)},
        )

    def listens(self) -> None:
        """Wait until the peer can call it."""
        assert wait_until(lambda: listening(self.process.pid, "udp", 500), 10)

    def ends(self) -> dict[str, Any]:
        assert self.process.wait(60) == 0
        return json.loads(self.out.read_text())  # type: ignore[no-any-return]


def gateway(lab: Lab, suite: str) -> StrongSwanGateway:
    found = lab.gateways[list(SUITES).index(suite)]
    assert isinstance(found, StrongSwanGateway)
    return found


def children(gateway: StrongSwanGateway) -> list[str]:
    return [child["state"] for sa in gateway.list_sas() for child in sa["child-sas"].values()]


def recorded(run: dict[str, Any], name: str, what: str) -> None:
    folder = os.environ.get("EZVPN_RECORD")
    if folder:
        query = ["dpkg-query", "-W", "-f", "${Version}", "charon-systemd"]
        version = subprocess.run(query, capture_output=True, text=True).stdout
        today = datetime.date.today()
        source = f"recorded by tests/interop/test_main_mode.py on {today} against strongSwan {version}: {what}"
        (Path(folder) / f"main-mode-{name}.json").write_text(json.dumps({"SOURCE": source, **run}, indent=1) + "\n")


def said(run: dict[str, Any], kind: str) -> list[str]:
    return [event for event in run["events"] if event.startswith(kind + "(")]


@pytest.mark.parametrize("where", ["client", "clientnat"], ids=["direct", "nat"])
@pytest.mark.parametrize("suite", SUITES)
def test_we_begin(swan: Lab, suite: str, where: str, tmp_path: Path) -> None:
    there = gateway(swan, suite)
    local = CLIENT if where == "client" else CLIENT_NAT
    run = Run(swan, tmp_path, plan(swan, suite, local=local, stays_ms=1500), where)
    assert wait_until(lambda: children(there) == ["INSTALLED"] * 2, 10), there.list_sas()
    (sa,) = there.list_sas()
    assert sa["state"] == "ESTABLISHED" and sa["remote-id"] == local
    ended = run.ends()
    assert ended["up"] == 2 and len(said(ended, "Phase1Up")) == 1, ended["events"]
    assert "dpd=True" in said(ended, "Phase1Up")[0] and said(ended, "Incoming") == []
    assert wait_until(lambda: there.list_sas() == [], 5), "the deletes were understood"
    if (suite, where) == ("aes128-sha1-modp1536", "client"):
        recorded(ended, "begun", "main mode and two quick modes with PFS, begun by us")


@pytest.mark.parametrize("suite", SUITES)
def test_they_begin(swan: Lab, suite: str, tmp_path: Path) -> None:
    there = gateway(swan, suite)
    run = Run(swan, tmp_path, plan(swan, suite, begins=False, opens=False, stays_ms=1500))
    run.listens()
    there.initiate("net0")
    assert wait_until(lambda: children(there) == ["INSTALLED"], 10), there.list_sas()
    there.initiate("net1")
    assert wait_until(lambda: children(there) == ["INSTALLED"] * 2, 10), there.list_sas()
    ended = run.ends()
    assert len(said(ended, "Incoming")) == 1 and ended["up"] == 2, ended["events"]
    assert wait_until(lambda: there.list_sas() == [], 5)
    if suite == "3des-md5-modp1024":
        recorded(ended, "accepted", "main mode and two quick modes, begun by strongSwan")


def test_who_did_not_begin_opens_the_pairs(swan: Lab, tmp_path: Path) -> None:
    suite = "aes256-sha256-modp2048"
    there = gateway(swan, suite)
    run = Run(swan, tmp_path, plan(swan, suite, begins=False, ups=3, stays_ms=1000))
    run.listens()
    there.initiate("net0")
    ended = run.ends()
    assert ended["up"] >= 3 and len(said(ended, "Phase1Up")) == 1, ended["events"]


@pytest.mark.parametrize("begins", [True, False], ids=["we began", "they began"])
def test_they_renew_both_phases(swan: Lab, begins: bool, tmp_path: Path) -> None:
    suite = "aes256-sha256-modp2048"
    there = gateway(swan, suite)
    run = Run(swan, tmp_path, plan(swan, suite, begins=begins, opens=begins, ups=3 if begins else 2, stays_ms=STAYS_MS))
    if not begins:
        run.listens()
        there.initiate("net0")
    assert wait_until(lambda: "INSTALLED" in children(there), 10)
    time.sleep(0.5)
    there.rekey("net0")
    time.sleep(1.0)
    there.rekey(ike=True)
    ended = run.ends()
    renewed = said(ended, "ChildUp")[-1]
    assert "replaces=0," not in renewed, ended["events"]
    assert len(said(ended, "Phase1Up")) == 2 and len(said(ended, "Incoming")) == (1 if begins else 2)


def test_another_key(tmp_path: Path) -> None:
    suite = "aes256-sha256-modp2048"
    with Lab([site(suite, psk="not the same key")], nat=False, broker="none") as lab:
        ended = Run(lab, tmp_path, plan(lab, suite)).ends()
        (down,) = said(ended, "SessionDown")
        assert "cause='authentication'" in down, down
        there = lab.gateways[0]
        assert isinstance(there, StrongSwanGateway)
        run = Run(lab, tmp_path, plan(lab, suite, begins=False, opens=False))
        run.listens()
        there.initiate()
        ended = run.ends()
        assert said(ended, "Incoming") == [] and "cause='authentication'" in said(ended, "Dropped")[0]


def test_no_policy_in_common(swan: Lab, tmp_path: Path) -> None:
    suite = "aes256-sha256-modp2048"
    other = plan(swan, suite, phase1=[["aes", 128, "sha1", 2, 3600]])
    (down,) = said(Run(swan, tmp_path, other).ends(), "SessionDown")
    assert "cause='no-proposal'" in down and "last_hint=14" in down
    run = Run(swan, tmp_path, {**other, "begins": False, "opens": False})
    run.listens()
    there = gateway(swan, suite)
    there.initiate()
    assert wait_until(lambda: "NO_PROPOSAL_CHOSEN" in there.log.read_text(), 5), "strongSwan reads our refusal"
    run.process.terminate()
    run.process.wait(5)


def test_networks_that_they_do_not_have(swan: Lab, tmp_path: Path) -> None:
    suite = "aes256-sha256-modp2048"
    ended = Run(swan, tmp_path, plan(swan, suite, networks=[[HERE[1], LAN]], stays_ms=500)).ends()
    (failed,) = said(ended, "ChildFailed")
    assert "notify=18" in failed and said(ended, "SessionDown") != [], failed


# --- libreswan: the control plane, as no packet passes on a kernel without ESP -------------------------------------

LIBRESWAN = ("aes256-sha256-modp2048", "aes128-sha1-modp1536")
LIBRESWAN_ESP = {"aes256-sha256-modp2048": "aes256-sha256", "aes128-sha1-modp1536": "aes128-sha1"}


@pytest.fixture(scope="module")
def libreswan() -> Iterator[Lab]:
    gateways = [
        Gateway(
            kind="libreswan", ike=(suite,), esp=(esp,), split=theirs(suite), behind=HERE[:1], peers=(CLIENT,), psk=KEY
        )
        for suite, esp in LIBRESWAN_ESP.items()
    ]
    yield from kept(Lab(gateways, nat=False, broker="none"))


def established(lab: Lab, suite: str) -> int:
    found = lab.gateways[list(SUITES).index(suite)]
    assert isinstance(found, LibreswanGateway)
    return found.status().count("IPsec SA established")


@pytest.mark.parametrize("suite", LIBRESWAN)
def test_we_begin_with_libreswan(libreswan: Lab, suite: str, tmp_path: Path) -> None:
    run = Run(libreswan, tmp_path, plan(libreswan, suite, pfs=0, stays_ms=2000))
    assert wait_until(lambda: established(libreswan, suite) == 2, 10)
    ended = run.ends()
    assert ended["up"] == 2 and "dpd=True" in said(ended, "Phase1Up")[0], ended["events"]
    assert wait_until(lambda: established(libreswan, suite) == 0, 5), "the deletes were understood"


@pytest.mark.parametrize("suite", LIBRESWAN)
def test_libreswan_begins(libreswan: Lab, suite: str, tmp_path: Path) -> None:
    there = libreswan.gateways[list(SUITES).index(suite)]
    assert isinstance(there, LibreswanGateway)
    run = Run(libreswan, tmp_path, plan(libreswan, suite, pfs=0, begins=False, opens=False, stays_ms=2000))
    run.listens()
    there.initiate("net0")
    assert wait_until(lambda: established(libreswan, suite) == 1, 10)
    there.initiate("net1")
    assert wait_until(lambda: established(libreswan, suite) == 2, 10)
    ended = run.ends()
    assert len(said(ended, "Incoming")) == 1 and ended["up"] == 2, ended["events"]
    assert wait_until(lambda: established(libreswan, suite) == 0, 5)
